"""Stretches of bytes that are read together, with the places where they stand.

Bytes that are not text hold a few strings, and by chance many short stretches that could be text in another character
set. Read one by one they take long; so they are read as one text, with a byte between them that no rule reads over.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate, groupby
from typing import Final, NamedTuple

from coze_cassettes.codecs.edits import Edit, shift_edits
from coze_cassettes.codecs.encodings import UNREADABLE


class Stretch(NamedTuple):
    """Where a stretch begins, as it stands there, and as it is read."""

    start: int
    raw: str
    read: str


@dataclass(frozen=True)
class Joined:
    """Some stretches as one text."""

    text: str
    starts: Sequence[int]
    stretches: Sequence[Stretch]

    @classmethod
    def of(cls, stretches: Sequence[Stretch], gap: str = "\0") -> Joined:
        """The text in which all of them stand, with a gap between them."""
        starts = accumulate((len(each.read) + len(gap) for each in stretches), initial=0)
        return cls(gap.join(each.read for each in stretches), tuple(starts), stretches)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where a part of the text stands, up to the end of its stretch; for stretches that are read as written."""
        number = bisect_right(self.starts, start) - 1
        stretch = self.stretches[number]
        moved = stretch.start - self.starts[number]
        return start + moved, min(end + moved, stretch.start + len(stretch.raw))

    def split(self, edits: Sequence[Edit]) -> Iterator[tuple[Stretch, list[Edit]]]:
        """Each stretch that edits of the text are in, with those edits."""
        for number, inside in groupby(edits, lambda edit: bisect_right(self.starts, edit[0]) - 1):
            yield self.stretches[number], shift_edits(inside, -self.starts[number])


def stretches_of(pattern: re.Pattern[str], text: str) -> list[Stretch]:
    """What a pattern finds in a text, read as it is written."""
    return [Stretch(match.start(), match[0], match[0]) for match in pattern.finditer(text)]


_MANY: Final = 1 << 16
"""Bytes from which on a short string reads by chance like an address of mail, or a name with a value."""

_SURE: Final = 16
_FIGURES: Final = r"[0-9.+ -]"
"""Of which a telephone number consists, and an address of a machine: figures in a row are rare where all is chance."""


def strings_in(text: str, least: int) -> list[Stretch]:
    """The strings of bytes that have so many characters; among many bytes a short one counts if it is of figures."""
    return stretches_of(_strings(least, is_long=len(text) > _MANY), text)


@cache
def _strings(least: int, *, is_long: bool) -> re.Pattern[str]:
    readable = f"[^{UNREADABLE}]"
    if not is_long:
        return re.compile(f"{readable}{{{least},}}+")
    return re.compile(f"{readable}{{{_SURE},}}+|(?<!{readable}){_FIGURES}{{{least},}}+(?!{readable})")


@lru_cache(maxsize=8)
def joined_stretches(pattern: re.Pattern[str], text: str) -> Joined:
    """The same as one text; remembered, since all is walked twice."""
    return Joined.of(stretches_of(pattern, text))
