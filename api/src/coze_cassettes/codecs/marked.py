"""Searches a text for patterns only around the marks that they need.

A pattern that begins with any name tries each word of a text. A mark, a literal that stands in each of its matches, is
found many times faster, so where marks are rare only what is around them is searched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

BEFORE: Final = 768
"""Characters of a match in front of its mark at most."""

_GAP: Final = "\0"
"""Stands between strings of bytes; no match goes on over it."""

_STRING: Final = 64
"""About as many characters of such strings are searched in the time that a mark takes."""

_SHORT: Final = 2048
"""Characters of a text that is searched as a whole."""


@dataclass(frozen=True)
class Marked:
    """Patterns with their marks: one of them stands in each match, in its first ``BEFORE`` characters.

    The longest match has ``longest`` characters behind its mark, what the pattern looks ahead at included.
    """

    table: tuple[tuple[str, re.Pattern[str]], ...]
    longest: int

    @cached_property
    def _marks(self) -> dict[re.Pattern[str], list[str]]:
        marks: dict[re.Pattern[str], list[str]] = {}
        for mark, pattern in self.table:
            marks.setdefault(pattern, []).append(mark)
        return marks

    def matches(self, text: str) -> Iterator[re.Match[str]]:
        """What the patterns whose marks a text has find in it, one pattern after the other."""
        is_short, has_gaps = len(text) < _SHORT, _GAP in text
        for pattern in dict.fromkeys([pattern for mark, pattern in self.table if mark in text]):
            yield from pattern.finditer(text) if is_short else self._around(text, pattern, has_gaps=has_gaps)

    def _around(self, text: str, pattern: re.Pattern[str], *, has_gaps: bool) -> Iterator[re.Match[str]]:
        worth = len(text) // (_STRING if has_gaps else BEFORE + self.longest)
        places = _places(text, self._marks[pattern], worth)
        if places is None:
            yield from pattern.finditer(text)
            return
        position = 0
        for place in places:
            start = max(position, place - BEFORE, text.rfind(_GAP, position, place) + 1 if has_gaps else 0)
            gap = text.find(_GAP, place) if has_gaps else -1
            stop = min(place + self.longest, gap if gap >= 0 else len(text))
            while start <= place and (match := pattern.search(text, start, stop)) and match.start() <= place:
                yield match
                start = position = match.end()


def _places(text: str, marks: Sequence[str], most: int) -> list[int] | None:
    """Where some marks stand, in order; None if they stand at more places than are worth a search of their own."""
    places: list[int] = []
    for mark in marks:
        place = text.find(mark)
        while place >= 0:
            if len(places) >= most:
                return None
            places.append(place)
            place = text.find(mark, place + 1)
    return sorted(places)
