"""The independent judge: what is still in a cassette that should not be.

It shares the model of a call and the table of encodings with the scrubber, and nothing else. Every piece of a cassette
is read with everything that it encodes, and every detector looks at every text, each distinct text once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from coze_cassettes.cassette.model import Cassette
from coze_cassettes.inspection import decoding, names, pairs
from coze_cassettes.inspection.detectors import DETECTORS, RANDOM
from coze_cassettes.inspection.masking import MASK, Masking, fold
from coze_cassettes.inspection.pieces import Kind, Piece, pieces_of, pieces_of_file
from coze_cassettes.inspection.randomness import is_hash_name
from coze_cassettes.inspection.values import Values


@dataclass(frozen=True)
class Finding:
    """Where something was found and by which check; never what."""

    place: str
    rule: str

    def __str__(self) -> str:
        """``place RULE-ID``."""
        return f"{self.place} {self.rule}"


def inspect(cassette: Cassette, text: str, values: Iterable[str] = ()) -> Sequence[Finding]:
    """What is wrong with a cassette: its pieces one by one, and the file's text for the values as they are.

    ``values`` are those that were replaced or that the environment says are secret. Beside the bare placeholders of
    Coze's own variables, and those that the cassette's metadata list, only a numbered one passes for a placeholder.
    An empty result is a clean bill.
    """
    return _findings(tuple(pieces_of(cassette)), text, values, cassette.metadata.placeholders)


def inspect_file(content: bytes, values: Iterable[str] = ()) -> Sequence[Finding]:
    """What is wrong with a file that is not a cassette and lies among them."""
    return _findings(tuple(pieces_of_file(content)), "", values, ())


def _findings(
    pieces: Sequence[Piece], text: str, values: Iterable[str], placeholders: Iterable[str]
) -> Sequence[Finding]:
    scan = _Scan(Masking.of(placeholders, (piece.text for piece in pieces)))
    found = [Finding(piece.place, rule) for piece in pieces for rule in scan.rules_for(piece)]
    wanted = Values.of(values).narrow([text, *scan.texts()])
    found += [Finding(piece.place, _VALUE) for piece in pieces if scan.holds(piece, wanted)]
    if wanted.stand_in(text):
        lines = enumerate(text.splitlines(), start=1)
        found += [Finding(f"line {number}", _VALUE) for number, line in lines if wanted.stand_in(line)]
    return tuple(dict.fromkeys(found))


_VALUE: Final = "INSPECT-VALUE"
_LAYERS: Final = "INSPECT-LAYERS"
_SEALED: Final = "INSPECT-UNREADABLE"
_SCHEME = re.compile(rf"[A-Za-z]{{1,16}} (?={MASK})")
_COOKIES = re.compile(rf"(?:[^=;\s]+={MASK}(?:;\s*|\Z))+(?:[A-Za-z-]+(?:=[^;]*)?(?:;\s*|\Z))*")
"""Cookies whose values are placeholders, with the attributes of the last."""

_LEAST: Final = 4
"""Characters of the shortest text that a detector finds something in."""


@dataclass(frozen=True)
class _Scan:
    """What is known of the texts of a cassette so far, each looked at once."""

    masking: Masking
    layers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rules: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def texts(self) -> Iterator[str]:
        """Every text that was read."""
        return (text for layers in self.layers.values() for text in layers)

    def rules_for(self, piece: Piece) -> Iterator[str]:
        """The checks that a piece does not pass."""
        if piece.kind is Kind.SEALED:
            yield _SEALED
        if piece.kind is Kind.PATH:
            yield from names.rules_for_path(self.masking.hide(fold(piece.text)))
            return
        if piece.kind is Kind.FIELD:
            value = _SCHEME.sub("", self.masking.hide(fold(piece.text)))
            if piece.path[-1:] in (("cookie",), ("set-cookie",)) and _COOKIES.fullmatch(value):
                return  # the name of a cookie, such as sessionid, promises a secret, and its value is a placeholder
            yield from names.rules_for(names.Field(value, piece.path))
        layers = self._layers_of(piece.text)
        if layers is None:
            yield _LAYERS
            return
        for layer in layers:
            if not decoding.is_packed(layer):
                yield from self._rules_in(layer)
        if piece.kind in (Kind.TEXT, Kind.FIELD) and not is_hash_name("".join(piece.path[-1:])):
            yield from self._random_in(layers)

    def holds(self, piece: Piece, wanted: Values) -> bool:
        """Whether one of the values is in a piece."""
        return bool(wanted.forms) and any(map(wanted.stand_in, self.layers.get(piece.text, (piece.text,))))

    def _layers_of(self, text: str) -> tuple[str, ...] | None:
        if text not in self.layers:
            try:
                self.layers[text] = tuple(decoding.layers(text))
            except decoding.TooManyLayers:
                return None
        return self.layers[text]

    def _rules_in(self, layer: str) -> tuple[str, ...]:
        if layer not in self.rules:
            self.rules[layer] = tuple(dict.fromkeys(self._search(layer)))
        return self.rules[layer]

    def _search(self, layer: str) -> Iterator[str]:
        text = self.masking.hide(fold(decoding.strings_in(layer)))
        if len(text) < _LEAST:
            return
        yield from (detector.rule for detector in DETECTORS if detector.is_in(text))
        yield from pairs.rules_in(text)

    def _random_in(self, layers: Iterable[str]) -> Iterator[str]:
        texts = [self.masking.hide(layer) for layer in layers]
        yield from (detector.rule for detector in RANDOM for text in texts if detector.is_in(text))
