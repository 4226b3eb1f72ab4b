"""Reads the strings of a JSON list as one text, in which a value stands that they have in pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from coze_cassettes.codecs.edits import Edit, spread_edits
from coze_cassettes.codecs.json_text import Path, Token

LONGEST: Final = 256
"""Characters of a string that may be a piece; what is longer is a text of its own."""

_SHORTEST: Final = 12
"""Characters of a text in which a cut value is found."""


@dataclass
class Strings:
    """The strings of a JSON text under each path, which several have only in a list."""

    found: dict[Path, list[tuple[Token, str]]] = field(default_factory=dict)

    def add(self, token: Token, value: str) -> None:
        """Take a string that may be a piece."""
        if len(value) <= LONGEST:
            self.found.setdefault(token.path, []).append((token, value))

    def texts(self) -> Iterator[tuple[Path, Sequence[tuple[Token, str]], str]]:
        """The strings of each list with what they say together."""
        for path, strings in self.found.items():
            text = "".join(value for _, value in strings) if len(strings) > 1 else ""
            if len(text) >= _SHORTEST:
                yield path, strings, text


def edits_of(strings: Sequence[tuple[Token, str]], edits: Sequence[Edit]) -> Iterator[tuple[Token, list[Edit]]]:
    """The edits of what strings say together as edits of each of them."""
    lengths = [len(value) for _, value in strings]
    for (token, _), local in zip(strings, spread_edits(edits, lengths), strict=True):
        if local:
            yield token, local
