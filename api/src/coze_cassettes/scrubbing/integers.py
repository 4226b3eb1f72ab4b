"""Integers that stand for placeholders, in fields that hold no text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from zlib import crc32

from coze_cassettes.scrubbing.placeholders import NUMBERED
from coze_cassettes.scrubbing.rules import default_rules
from coze_cassettes.scrubbing.rules.model import Form

_CODES: Final = 9973
_CODED = re.compile(r"9(?P<kind>\d{4})(?P<number>\d{3,})")


def encode(kind: str, number: str) -> str:
    """The integer that stands for a numbered placeholder in a field that no rule knows.

    It has eight digits, says the kind, and is hardly ever sent for itself, as 1 is.
    """
    return f"9{_code_of(kind):04}{number.zfill(3)}"


def decode(text: str) -> str:
    """The placeholder that such an integer stands for, or an empty string."""
    match = _CODED.fullmatch(text)
    kind = _kinds_by_code().get(int(match["kind"])) if match else None
    return f"{kind}_{int(match['number'])}" if match and kind else ""


def placeholder_of(path: str, uri_path: str, text: str) -> str:
    """The placeholder that the integer at a dotted path stands for, or an empty string.

    Where a rule names the field, the integer is the number of the placeholder.
    """
    rule = default_rules().field(path, uri_path, text)
    if rule is not None and rule.form is Form.PLACEHOLDER:
        return f"{rule.kind}_{text}"
    return decode(text)


def _code_of(kind: str) -> int:
    return crc32(kind.encode()) % _CODES


@lru_cache(maxsize=1)
def _kinds_by_code() -> Mapping[int, str]:
    return {_code_of(kind): kind for kind in NUMBERED}
