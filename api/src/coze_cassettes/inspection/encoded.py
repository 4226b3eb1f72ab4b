"""Takes out of a text what is encoded in it, which is read by itself."""

from __future__ import annotations

import re
from itertools import chain, islice, pairwise, starmap
from typing import Final

from coze_cassettes.codecs import containers, encodings
from coze_cassettes.codecs.encodings import STANDING, Encoding
from coze_cassettes.codecs.opened import Opened, digest_of
from coze_cassettes.errors import UnreadableBody

SURE: Final = {"base85": 20, "Ascii85": 20, "base32": 16, "base32, hexadecimal": 16}
"""Encodings that look random, and the characters from which on what gives a text does not do so by chance."""

_OF_SIGNS: Final = tuple((row, SURE[row.name]) for row in STANDING if row.name in SURE)
DUMP: Final = next(row for row in STANDING if row.name == "hexadecimal dump in lines")
_HEX_WORDS: Final = next(row for row in STANDING if row.name == "hexadecimal in words")


def without_encoded(text: str, instead: str = "") -> str:
    """A text without what is a text in an encoding that looks random, which is read by itself."""
    for row, least in _OF_SIGNS:
        text = without(row, text, least, instead)
    text = _QUOTED.sub(lambda match: instead if _is_ascii85(match[0]) else match[0], text)
    return _HEX.sub(lambda match: instead if _is_read(match[0]) else match[0], text)


_QUOTED = re.compile(r'(?<=")[^\s"\\]{10,}+(?:\\["\\][^\s"\\]*+)*+(?=")')


def _is_ascii85(written: str) -> bool:
    """Whether a string is a text in Ascii85, which has quotes and backslashes."""
    string = _ESCAPED_SIGN.sub(r"\1", written)
    decoded = _ASCII85.decode(string) if len(string) >= SURE[_ASCII85.name] else None
    return decoded is not None and encodings.is_readable(decoded)


_ESCAPED_SIGN = re.compile(r"\\(.)")
_ASCII85: Final = next(row for row in STANDING if row.name == "Ascii85")
ESCAPED_END = re.compile(r"\\{1,8}n")


def without_dumps(text: str) -> str:
    """A text without dumps of texts, whose digits look like the number of anything."""
    rest = without(DUMP, ESCAPED_END.sub("\n", text), 0)
    words = rest.replace("+", " ")  # as a query writes a blank
    spans = [span for span in _HEX_WORDS.spans(words) if _is_text_in_words(words[slice(*span)])]
    kept = starmap(slice, pairwise([None, *chain.from_iterable(spans), None]))
    return " ".join(rest[each] for each in islice(kept, 0, None, 2)) if spans else rest


_HEX_LETTER = re.compile("[A-Fa-f]")


def _is_text_in_words(stretch: str) -> bool:
    """Whether words of digits give a text; without a letter they may be a number in groups."""
    inner = _HEX_WORDS.decode(stretch) if _HEX_LETTER.search(stretch) else None
    return inner is not None and encodings.is_readable(inner)


def without(row: Encoding, text: str, least: int, instead: str = "") -> str:
    """A text without the stretches of an encoding that have so many characters and give a text."""
    kept, position = [], 0
    for start, end in row.spans(text):
        if end - start >= least and encodings.is_readable(row.decode(text[start:end]) or "\0"):
            kept += [text[position:start], *filter(None, [instead])]
            position = end
    return " ".join([*kept, text[position:]])


_HEX = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{24,}(?![0-9A-Za-z])")


_WIDE_HEX = re.compile("(?:[2-7][0-9a-f]00)+|(?:00[2-7][0-9a-f])+")
"""Of ASCII in UTF-16."""


def _is_read(digits: str) -> bool:
    """Whether digits are a text, or a file that is opened whole: that is searched by itself."""
    if encodings.is_readable(_hex_from_second(digits)) or _WIDE_HEX.fullmatch(digits):
        return True
    opened = open_file_in(bytes.fromhex(digits)) if len(digits) % 2 == 0 else None
    return opened is not None and opened.is_whole


def _hex_from_second(digits: str) -> str:
    """What digits say without the first and the last one: where a text comes in pieces, that is half of a byte."""
    inner = digits[1:] if len(digits) % 2 else digits[1:-1]
    return encodings.to_text(bytes.fromhex(inner))


SEALED: Final = "\0sealed "
"""Begins what is read of a file that cannot be opened: its digest follows."""


def open_file_in(raw: bytes) -> Opened | None:
    """A file that stands in a text, opened; None if it is none."""
    try:
        return containers.open_container(raw)
    except UnreadableBody:
        return Opened([f"{SEALED}{digest_of(raw)}".encode()], lambda _: raw, is_whole=False)
