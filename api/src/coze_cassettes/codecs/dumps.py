"""Tells the digits of a hexadecimal dump from those of a number."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from coze_cassettes.codecs.encodings import ENCODINGS

_DUMP: Final = next(row for row in ENCODINGS if row.name == "hexadecimal dump in lines")
_REACH: Final = 64
"""Characters of a line of a dump before its last byte, at most."""

_BEFORE = re.compile(
    r"(?<![0-9A-Za-z])[0-9A-Fa-f]{6,7}0(?:: (?:[0-9A-Fa-f]{4} )*[0-9A-Fa-f]{0,3}|[ ]{1,2}(?:[0-9A-Fa-f]{2}[ ]{1,2})*)\Z"
)
"""The place of the first byte of a line, which is a multiple of sixteen, and bytes; not the characters behind them."""

_BYTES = re.compile(r"[0-9]{1,4}(?: [0-9]{4})* ?[0-9]{0,3}|[0-9]{2}(?: {1,2}[0-9]{2})* {0,2}[0-9]?")


def is_of_dump(text: str, start: int, end: int) -> bool:
    """Whether some digits of a text are bytes in a line of a dump that gives a text."""
    if _BYTES.fullmatch(text, start, end) is None or _BEFORE.search(text[max(0, start - _REACH) : start]) is None:
        return False
    return any(first < start and end <= last for first, last in _dumps_in(text))


@lru_cache(maxsize=64)
def _dumps_in(text: str) -> tuple[tuple[int, int], ...]:
    return tuple(span for span in _DUMP.spans(text) if _DUMP.decode(text[slice(*span)]) is not None)
