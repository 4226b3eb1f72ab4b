"""Tells the digits of a hexadecimal dump from those of a number."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from coze_cassettes.codecs.encodings import ENCODINGS, Encoding

_DUMP, _WORDS = (
    next(row for row in ENCODINGS if row.name == name) for name in ("hexadecimal dump in lines", "hexadecimal in words")
)
_REACH: Final = 64
"""Characters of a line of a dump before its last byte, at most."""

_BEFORE = re.compile(
    r"(?<![0-9A-Za-z])[0-9A-Fa-f]{6,7}0(?:: (?:[0-9A-Fa-f]{4} )*[0-9A-Fa-f]{0,3}|[ ]{1,2}(?:[0-9A-Fa-f]{2}[ ]{1,2})*)\Z"
)
"""The place of the first byte of a line, which is a multiple of sixteen, and bytes; not the characters behind them."""

_BYTES = re.compile(r"[0-9]{1,4}(?: [0-9]{4})* ?[0-9]{0,3}|[0-9]{2}(?: {1,2}[0-9]{2})* {0,2}[0-9]?")


_DIGITS = re.compile(r"[0-9\s]+")
_LETTER = re.compile("[A-Fa-f]")


def is_of_dump(text: str, start: int, end: int) -> bool:
    """Whether some digits of a text are bytes in a line of a dump, or in words of digits, that give a text."""
    if _DIGITS.fullmatch(text, start, end) is None:
        return False
    if _LETTER.search(_around(text, start, end, _WORDS)):
        return True
    is_in_line = _BYTES.fullmatch(text, start, end) and _BEFORE.search(text[max(0, start - _REACH) : start])
    return bool(is_in_line) and _around(text, start, end, _DUMP) != ""


def _around(text: str, start: int, end: int, row: Encoding) -> str:
    """The stretch of an encoding that digits are in, or nothing."""
    return next((text[first:last] for first, last in _stretches(text, row) if first <= start and end <= last), "")


@lru_cache(maxsize=64)
def _stretches(text: str, row: Encoding) -> tuple[tuple[int, int], ...]:
    return tuple(span for span in row.spans(text) if row.decode(text[slice(*span)]) is not None)
