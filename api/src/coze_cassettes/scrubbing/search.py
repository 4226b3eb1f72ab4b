"""Searches a text for thousands of stretches at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
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


def trie(words: Iterable[str]) -> list[str]:
    """Alternatives of a pattern that matches some words of one length, by their first two characters."""
    ordered = sorted(words)
    heads: dict[str, list[str]] = {}
    for word in ordered:
        heads.setdefault(word[:2], []).append(word[2:])
    by_first: dict[str, list[str]] = {}
    for head, tails in heads.items():
        by_first.setdefault(head[0], []).append(f"{re.escape(head[1])}(?:{'|'.join(map(re.escape, tails))})")
    return [f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in by_first.items()]
