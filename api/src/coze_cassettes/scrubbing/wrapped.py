"""Reads a word that goes on in the next lines, or that stands letter by letter, as one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

_FEWEST: Final = 11
"""Letters behind the first one that make a word of letters with blanks between them."""

_PREFIX: Final = r"(?:>|[#*]|//|--)[ \t]++"
"""What begins a line of a quotation or of a comment."""

_BEGIN = re.compile(rf"[ \t]*+(?:{_PREFIX})?")
_FIRST: Final = frozenset(" \t>#*/-")
_LINE_END = re.compile(rf"[ \t]*+\r?\n{_BEGIN.pattern}")
_APART = re.compile(rf"(?<!\S)(?:\S++(?:{_LINE_END.pattern}\S++)++|\S(?:[ ]\S(?!\S)){{{_FEWEST},}}+)")

_BLANK = re.compile(r"[ ](?<=(?<!\S)\S[ ])(?=\S(?!\S))")


class Word(NamedTuple):
    """A word in one piece, and where each of its characters stands."""

    text: str
    places: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a part of it stands."""
        return self.places[start], self.places[end - 1] + 1


def joined(text: str) -> str:
    """A text in which all its words apart are in one piece, and others too: what is not in it is in none of them."""
    first, *others = _BLANK.sub("", text).split("\n")
    begun = (_BEGIN.sub("", line, 1) if line[:1] in _FIRST else line for line in others)
    return "".join(line.rstrip() for line in (first, *begun))


def words_apart(text: str) -> Iterator[Word]:
    """The words of a text that a line end or blanks part."""
    for match in _APART.finditer(text):
        ends = [end.span() for end in _LINE_END.finditer(text, *match.span())]
        between = {at for end in ends for at in range(*end)}
        places = [at for at in range(*match.span()) if at not in between and not text[at].isspace()]
        yield Word("".join(map(text.__getitem__, places)), places)
