"""Searches a text for thousands of stretches at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Search:
    """A search for stretches of one length, which are looked up where a text has nothing but their letters.

    There are thousands of them: a pattern would take longer to make than most texts to read.
    """

    stretches: Collection[str]
    length: int
    letters: re.Pattern[str]

    @classmethod
    def of(cls, stretches: Collection[str], length: int) -> Search:
        """The search for some stretches."""
        letters = re.escape("".join(sorted(set().union(*stretches))))
        return cls(stretches, length, re.compile(f"[{letters}]{{{length},}}+" if letters else r"(?!)"))

    def places_in(self, text: str) -> Iterator[int]:
        """Where one of the stretches begins in a text."""
        for run in self.letters.finditer(text):
            for at in range(run.start(), run.end() - self.length + 1):
                if text[at : at + self.length] in self.stretches:
                    yield at
