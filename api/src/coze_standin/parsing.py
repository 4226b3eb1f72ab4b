"""JSON as the stand-in accepts it from a client: what Go's decoder refuses is refused here."""

from __future__ import annotations

import json
import math
from typing import Any

_DEEPEST = 200
"""Levels of nesting; Coze's own limit is not known."""

_INT64 = 1 << 63


def read_json(body: bytes | str) -> Any:
    """The value of a JSON text; ValueError for what is not JSON, nests too deep or has a number out of range.

    A lone surrogate becomes U+FFFD, as in Go: it could not be written back as UTF-8.
    """
    text = body.decode() if isinstance(body, bytes) else body
    try:
        value = json.loads(text, parse_int=_integer, parse_float=_number, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    return _clean(value, 0)


def _refuse(text: str) -> Any:
    raise ValueError(f"not JSON: {text}")


def _integer(text: str) -> int:
    if len(text) > len(str(_INT64)) + 1 or not -_INT64 <= int(text) < _INT64:
        raise ValueError("number out of range")
    return int(text)


def _number(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError("number out of range")
    return number


def _clean(value: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        raise ValueError("nested too deep")
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_clean(each, depth + 1) for each in value]
    if isinstance(value, dict):
        return {_clean(key, depth): _clean(each, depth + 1) for key, each in value.items()}
    return value
