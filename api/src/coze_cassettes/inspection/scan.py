"""The independent judge: what is still in a cassette that should not be.

It shares the model of a call and the table of encodings with the scrubber, and nothing else. Every piece of a cassette
is read with everything that it encodes, and every detector looks at every text. What a text holds depends on nothing
else, so it is remembered: cassettes share most of their texts.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from coze_cassettes.cassette.model import Cassette
from coze_cassettes.codecs.encodings import to_bytes
from coze_cassettes.inspection import decoding, encoded, files, names, pairs, parents
from coze_cassettes.inspection.detectors import DETECTORS, RANDOM, Detector
from coze_cassettes.inspection.masking import MASK, Masking, fold
from coze_cassettes.inspection.pieces import Kind, Piece, pieces_of, pieces_of_file
from coze_cassettes.inspection.randomness import is_hash_name, is_modulus
from coze_cassettes.inspection.values import Values


@dataclass(frozen=True)
class Finding:
    """Where something was found and by which check; never what."""

    place: str
    rule: str

    def __str__(self) -> str:
        """``place RULE-ID``."""
        return f"{self.place} {self.rule}"


def inspect(
    cassette: Cassette, text: str, values: Iterable[str] = (), allow_opaque: frozenset[str] = frozenset()
) -> Sequence[Finding]:
    """What is wrong with a cassette: its pieces one by one, and the file's text for the values as they are.

    ``values`` are those that were replaced or that the environment says are secret. Beside the bare placeholders of
    Coze's own variables, and those that the cassette's metadata list, only a numbered one passes for a placeholder.
    ``allow_opaque`` are the digests of files that may be in it though they cannot be opened.
    An empty result is a clean bill.
    """
    pieces = tuple(pieces_of(cassette, allow_opaque))
    return _findings(pieces, text, values, cassette.metadata.placeholders, allow_opaque)


def inspect_file(content: bytes, values: Iterable[str] = ()) -> Sequence[Finding]:
    """What is wrong with a file that is not a cassette and lies among them."""
    return _findings(tuple(pieces_of_file(content)), "", values, ())


def _findings(
    pieces: Sequence[Piece],
    text: str,
    values: Iterable[str],
    placeholders: Iterable[str],
    allowed: frozenset[str] = frozenset(),
) -> Sequence[Finding]:
    masking = Masking.of(placeholders, (piece.text for piece in pieces))
    read = cache(_readings_of)  # a cassette may have more texts than are remembered from one to the next
    single = [piece for piece in pieces if piece.kind is not Kind.LIST]
    found = [Finding(piece.place, rule) for piece in single for rule in _rules_for(piece, masking, read, allowed)]
    wanted = Values.of(values)
    texts = (layer for piece in pieces for layer in _texts_of(piece, read))
    if wanted and (wanted := wanted.narrow([_without_bytes(text, single), *texts])):
        found += [Finding(piece.place, _VALUE) for piece in pieces if any(map(wanted.stand_in, _texts_of(piece, read)))]
        lines = enumerate(text.splitlines(), start=1)
        found += [Finding(f"line {number}", _VALUE) for number, line in lines if wanted.stand_in(line)]
    return tuple(dict.fromkeys(found))


_BASE64 = re.compile(
    r"(?:[A-Za-z0-9+/]{64,}+={0,2}\s*+)++(?:[A-Za-z0-9+/]{1,63}+={0,2}(?=\n|\Z))?",
)
"""Long bytes as a cassette has them, in one line or in many."""


def _without_bytes(text: str, pieces: Iterable[Piece]) -> str:
    """A cassette's text without the base64 of bytes that are a piece too, which is read as such."""
    bodies = {base64.b64encode(to_bytes(each.text)).decode() for each in pieces if each.kind is Kind.BINARY}
    if not bodies:
        return text
    return _BASE64.sub(lambda match: "\n" if "".join(match[0].split()) in bodies else match[0], text)


_VALUE: Final = "INSPECT-VALUE"
_LAYERS: Final = "INSPECT-LAYERS"
_SEALED: Final = "INSPECT-UNREADABLE"
_SCHEME = re.compile(rf"[A-Za-z]{{1,16}} (?={MASK})")
_COOKIES = re.compile(rf"(?:[^=;\s]+={MASK}(?:;\s*|\Z))+(?:[A-Za-z-]+(?:=[^;]*)?(?:;\s*|\Z))*")
"""Cookies whose values are placeholders, with the attributes of the last."""

_PUBLIC_PEM = re.compile(
    r"-----BEGIN (?![A-Z0-9 ]{0,40}PRIVATE)[A-Z0-9 ]{1,40}-----[A-Za-z0-9+/=\s\\]{1,16384}-----END [A-Z0-9 ]{1,40}-----"
)
"""A public key or a certificate (RFC 7468), whose lines look random."""

_SOUND: Final = 64
"""Characters of base64 from which on it is a sound, and no text that looks like base64."""

_SHORT: Final = 4096
"""Characters of the longest text in which all signs of an encoding are looked for before a finding counts."""

_LEAST: Final = 4
"""Characters of the shortest text that a detector finds something in."""


def _rules_for(piece: Piece, masking: Masking, read: _Read, allowed: frozenset[str]) -> Iterator[str]:
    """The checks that a piece does not pass."""
    if piece.kind is Kind.SEALED:
        yield _SEALED
    if piece.kind is Kind.PATH:
        yield from names.rules_for_path(masking.hide(fold(piece.text)))
        return
    if piece.kind is Kind.FIELD:
        value = masking.hide(fold(piece.text))
        value = _SCHEME.sub("", value) if MASK in value else value
        if piece.path[-1:] in (("cookie",), ("set-cookie",)) and _COOKIES.fullmatch(value):
            return  # the name of a cookie, such as sessionid, promises a secret, and its value is a placeholder
        field = names.Field(value, piece.path)
        yield from (*names.rules_for(field), *parents.rules_around(field))
    readings = read(piece.text)
    if readings is None:
        yield _LAYERS
        return
    if piece.kind is not Kind.BINARY and _holds_sealed(readings, allowed):  # of a whole body it is said above
        yield _SEALED
    if piece.kind is Kind.SOUND:
        yield from _rules_for_sound(piece, masking, readings)
    else:
        yield from _rules_for_text(piece, masking, readings)


def _rules_for_text(piece: Piece, masking: Masking, readings: Iterable[_Reading]) -> Iterator[str]:
    name = "".join(piece.path[-1:])
    is_text = piece.kind in (Kind.TEXT, Kind.FIELD) and not piece.is_parsed
    is_random = is_text and not (is_hash_name(name) or is_modulus(name, piece.text))
    for reading in readings:
        plain = masking.hide(reading.plain)
        yield from _rules_in(plain)
        if plain != reading.plain and (named := masking.hide_values(reading.plain)) != plain:
            yield from _rules_by_name(named)
        if is_random and not decoding.is_whole_file(reading.layer):
            text = plain if reading.layer is reading.plain else masking.hide(reading.layer)
            yield from _random_in(_PUBLIC_PEM.sub("", text))


def _rules_for_sound(piece: Piece, masking: Masking, readings: Iterable[_Reading]) -> Iterator[str]:
    """Those of a short one, which may be a key: all bytes are judged together, and in base64 a name is chance."""
    for reading in readings if len(piece.text) < _SOUND else ():
        yield from _looks_in(masking.hide(reading.plain))


def _holds_sealed(readings: Sequence[_Reading], allowed: frozenset[str]) -> bool:
    sealed = (each.layer for each in readings if each.layer.startswith(encoded.SEALED))
    return any(layer.removeprefix(encoded.SEALED) not in allowed for layer in sealed)


# --- what is remembered ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Reading:
    """One way to read a text; ``plain`` is what detectors see of it, which is nothing of bytes."""

    layer: str
    plain: str


@lru_cache(maxsize=4096)
def _readings_of(text: str) -> tuple[_Reading, ...] | None:
    """A text and all that is encoded in it; None if it is more than can be read."""
    try:
        layers = tuple(decoding.layers(text))
    except decoding.TooManyLayers:
        return None
    return tuple(
        _Reading(
            layer,
            "" if files.is_packed(layer) or decoding.is_whole_file(layer) else fold(decoding.strings_in(layer)),
        )
        for layer in layers
    )


_Read = Callable[[str], tuple[_Reading, ...] | None]


def _texts_of(piece: Piece, read: _Read) -> Iterator[str]:
    if piece.kind is Kind.LIST:
        yield piece.text
        return
    readings = read(piece.text)
    yield from (piece.text,) if readings is None else (reading.layer for reading in readings)


@lru_cache(maxsize=32_768)
def _rules_in(text: str) -> tuple[str, ...]:
    """The rules that find something in a text without placeholders."""
    return tuple(dict.fromkeys((*_looks_in(text), *_named_in(text)))) if len(text) >= _LEAST else ()


_OPAQUE: Final = "q8Zk3v9Lm2XwR4t7"
"""What stands for a text in an encoding of all signs, whose letters may be a name by chance: a value of no form."""


_LETTER = re.compile(r"[^\W\d_]")
"""Which every name has."""


def _named_in(text: str) -> tuple[str, ...]:
    """The checks by name."""
    found = tuple(pairs.rules_in(text)) if _LETTER.search(text) else ()
    if found and len(text) <= _SHORT and (rest := encoded.without_encoded(text, _OPAQUE)) != text:
        return tuple(pairs.rules_in(rest))
    return found


@lru_cache(maxsize=4096)
def _written_with(letters: frozenset[str]) -> tuple[Detector, ...]:
    """The detectors of which a text with these characters may have a mark: short texts have few."""
    return tuple(each for each in DETECTORS if any(letters.issuperset(mark) for mark in each.marks))


def _looks_in(text: str) -> tuple[str, ...]:
    """The rules of the detectors that do, which ask for no name."""
    found = [detector for detector in _written_with(frozenset(text)) if detector.is_in(text)]
    rest = encoded.without_dumps(text) if found else text
    if (rest := encoded.without_encoded(rest) if found and len(text) <= _SHORT else rest) != text:
        found = [detector for detector in found if detector.is_in(rest)]
    return tuple(dict.fromkeys(detector.rule for detector in found))


@lru_cache(maxsize=4096)
def _rules_by_name(text: str) -> tuple[str, ...]:
    """The rules of what stands under the names of a text, likewise."""
    return tuple(dict.fromkeys(pairs.rules_under_capitals(text)))


@lru_cache(maxsize=32_768)
def _random_in(text: str) -> tuple[str, ...]:
    """The rules of the detectors of randomness, likewise; what is a text in an encoding of all signs is read so."""
    found = tuple(detector.rule for detector in RANDOM if detector.is_in(text))
    if not found:
        return ()
    rest = encoded.without_encoded(files.without_files(text))
    return tuple(detector.rule for detector in RANDOM if detector.is_in(rest))
