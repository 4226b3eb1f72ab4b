"""Finds the stretches of a text that may be written in an encoding which stands by itself."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from coze_cassettes.codecs.encodings import BASE64, Encoding, is_readable

MIN_SEGMENT: Final = 6
"""Characters of base64 below which it is not opened: those of the shortest placeholder."""

_MIN_BYTES: Final = 12
"""Bytes that are not text are looked at from this length on: what is shorter is a word that could be base64."""


@lru_cache(maxsize=1 << 14)
def stretches_to_open(text: str, rows: tuple[Encoding, ...]) -> tuple[tuple[Encoding, int, int], ...]:
    """What may have an encoding in a text; remembered, since everything is walked twice."""
    found: list[tuple[Encoding, int, int]] = []
    opened: list[tuple[int, int]] = []
    for row in rows if len(text) >= MIN_SEGMENT else ():
        seen: dict[str, bool] = {}
        for start, end in row.spans(text):
            stretch = text[start:end]
            if stretch not in seen:
                seen[stretch] = _opens(row, stretch)
            if not seen[stretch] or _is_within(start, end, opened):
                continue
            found.append((row, start, end))
            if row.is_whole and is_readable(row.decode(stretch) or "\0"):
                opened.append((start, end))
    return tuple(found)


def _opens(row: Encoding, raw: str) -> bool:
    """Whether a stretch is more than a word."""
    return row.inside is not None or is_path(row, raw) or may_hold(row.decode(raw))


def is_path(row: Encoding, raw: str) -> bool:
    """Whether a stretch may be a path, whose segments are base64 each by itself."""
    return row.name == BASE64.name and "/" in raw


def may_hold(inner: str | None) -> bool:
    """Whether what a stretch reads as, if anything, is a text, or enough bytes to hold something."""
    return inner is not None and (is_readable(inner) or len(inner) >= _MIN_BYTES)


def _is_within(start: int, end: int, opened: Sequence[tuple[int, int]]) -> bool:
    before = bisect_right(opened, start, key=lambda span: span[0]) - 1
    return before >= 0 and end <= opened[before][1]
