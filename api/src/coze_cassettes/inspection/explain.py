"""Lists what looks random in a cassette without having been replaced, for a person to judge."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from coze_cassettes.cassette.model import Cassette
from coze_cassettes.inspection import decoding, randomness
from coze_cassettes.inspection.masking import Masking
from coze_cassettes.inspection.pieces import Kind, Piece, pieces_of


@dataclass(frozen=True)
class Unreplaced:
    """A value as it stands in a cassette, and its first place there."""

    place: str
    value: str

    def __str__(self) -> str:
        """``place value``, a long one cut."""
        return f"{self.place} {self.value if len(self.value) <= _SHOWN else self.value[:_SHOWN] + '…'}"


_SHOWN: Final = 80
_VALUE = re.compile(r"[A-Za-z0-9+/=_.~-]{16,}")
_MIN_DIGITS: Final = 2
_MIN_ENTROPY: Final = 3.2
"""Bits a character: a word of 16 letters has about 3, sixteen drawn digits have about 2.9."""


def list_unreplaced(cassette: Cassette) -> Iterator[Unreplaced]:
    """Every value of 16 characters or more that looks random, each once."""
    pieces = tuple(pieces_of(cassette))
    masking = Masking.of(cassette.metadata.placeholders, (piece.text for piece in pieces))
    seen = set[str]()
    for piece in pieces:
        if piece.kind in (Kind.BINARY, Kind.SOUND, Kind.LIST) or piece.path == ("digest",):
            continue
        for value in _values_in(piece, masking):
            if value not in seen:
                seen.add(value)
                yield Unreplaced(piece.place, value)


def _values_in(piece: Piece, masking: Masking) -> Iterator[str]:
    try:
        texts = tuple(decoding.layers(piece.text))
    except decoding.TooManyLayers:
        texts = (piece.text,)
    for text in texts:
        yield from (value for value in _VALUE.findall(masking.hide(text)) if looks_random(value))


def looks_random(value: str) -> bool:
    """Whether a value is not made of words: digits among letters in no order, or nothing but many digits."""
    if value.isdecimal():
        return True
    letters = re.search("[A-Za-z]", value) is not None
    digits = re.findall("[0-9]+", value)
    if letters and len(digits) >= _MIN_DIGITS and randomness.entropy(value) >= _MIN_ENTROPY:
        return True
    return randomness.mixes_cases(value)
