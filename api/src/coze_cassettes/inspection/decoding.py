"""Reads what a text encodes: every text inside it, layer by layer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from coze_cassettes.codecs import encodings
from coze_cassettes.codecs.encodings import BASE64, INLINE, STANDING, Encoding
from coze_cassettes.codecs.opened import Opened
from coze_cassettes.inspection.encoded import DUMP, ESCAPED_END, SURE, open_file_in, without
from coze_cassettes.inspection.masking import fold

_SAMPLE: Final = "a text of some words, with blanks between them"
_WHOLE: Final = tuple(row for row in STANDING if row.is_whole)
_OF_CHARSETS: Final = tuple(row for row in STANDING if row.charset)
_SPANNING: Final = tuple(
    row for row in STANDING if not row.is_whole and not row.charset and re.search(r"\s", row.encode(_SAMPLE))
)
"""Encodings whose stretches go on over blanks; those of the others stand in one word."""

_OF_WIDE_CHARACTERS: Final = tuple(row for row in STANDING if row.charset.startswith("utf-"))
_IN_WORDS: Final = tuple(
    row for row in STANDING if row not in (*_SPANNING, *_WHOLE, *_OF_CHARSETS) and not row.name.startswith("base64")
)
_LEAST: Final = 6
"""Characters of the shortest text that tells anything, and of the shortest string that is read in binary data."""

_STRING = re.compile(rf"[^{encodings.UNREADABLE}]{{{_LEAST},}}")
_AMONG_MANY = re.compile(rf"[^{encodings.UNREADABLE}]{{16,}}|(?<![ -~])[0-9+][0-9 .+-]{{{_LEAST - 1},14}}(?![ -~])")
_MANY: Final = 64 * 1024
"""Bytes of which some read by chance like a name with a value, or an address: only long strings count, and figures."""

_MOST: Final = 16
_FREE: Final = 100_000
"""The texts inside a text are read until they have together this many times its length, and this many characters."""


class TooManyLayers(Exception):
    """A text encodes more than anybody writes: it was made to be unreadable."""


APART: Final = "\n\n\n"
"""What stands between the strings of bytes: a name may have its value behind it, but no table goes on there."""


def strings_in(text: str) -> str:
    """What can be read in a text that is bytes: its strings, set apart by blank lines; a readable text as it is."""
    return text if encodings.is_readable(text) else _strings_of(text)


def _strings_of(text: str) -> str:
    found = list((_STRING if len(text) <= _MANY else _AMONG_MANY).finditer(text))
    strings = [match[0] for match in found]
    counted = (inner for string in strings if len(string) > _FEWEST_COUNTED for inner in _counted(string))
    behind = (match[0][:count] for match in found if _LEAST <= (count := _count_before(match)) < len(match[0]))
    return APART.join([*strings, *counted, *behind])


def _count_before(match: re.Match[str]) -> int:
    """The byte before a string, which may be the number of its bytes."""
    return ord(match.string[match.start() - 1]) if match.start() else 0


def _counted(string: str) -> Iterator[str]:
    """What follows the number of its bytes, which binary formats write before a string and may look like a letter."""
    if _DUMP_OFFSET.match(string) or _ESCAPED.search(string):  # whose digits are no number of bytes
        return
    for start in (1, 2):
        count = ord(string[start - 1])
        if _FEWEST_COUNTED <= count <= len(string) - start:
            end = start + count
            yield string[start : None if _GOES_ON.match(string, end) else end]
    for count in range(_FEWEST_COUNTED, min(len(string), _MOST_COUNTED)):
        if ord(string[-count - 1]) == count:
            yield string[-count:]


_ESCAPED = re.compile(r"(?:=[0-9A-Fa-f]{2}|%[0-9A-Fa-f]{2}|\\[xuU]\{?[0-9A-Fa-f]{1,8}\}?|\\[0-3][0-7]{2}){4}")
_DUMP_OFFSET = re.compile(r"[0-9A-Fa-f]{7,8}:?[ ]")
_GOES_ON = re.compile(r"[A-Za-z0-9_%=\\&#;{}+/-]")
"""What a word or an escape goes on with, so that what looks like a number is none."""

_FEWEST_COUNTED: Final = ord("0")
_MOST_COUNTED: Final = 0x7F
"""Bytes of a string before which their number looks like a digit or a letter, and stands in one byte."""


def layers(text: str) -> Iterator[str]:
    """A text and every text inside it, each once; TooManyLayers if there is no end to them."""
    seen = {text}
    waiting = [text]
    budget = _MOST * len(text) + _FREE
    while waiting:
        outer = waiting.pop()
        yield outer
        for inner in _inside(outer):
            if len(inner) < _LEAST or inner in seen:
                continue
            seen.add(inner)
            budget -= len(inner)
            if budget < 0:
                raise TooManyLayers
            waiting.append(inner)


_NOISE: Final = 32
"""Characters below which what is read in another character set may be so by chance: such texts are read together."""


_FULL_WIDTH: Final = "\uff05\uff06\uff10-\uff19\uff21-\uff3a\uff41-\uff5a"
_UNSEEN: Final = "\u00ad\u200b-\u200f\u2060\ufeff"
_DISGUISED = re.compile(f"[{_FULL_WIDTH}{_UNSEEN}](?:(?<=[{_UNSEEN}])|[{_FULL_WIDTH}]{{2}})")
"""Letters and digits in full width, and characters that nobody sees: an escape with them in it is none yet.

Several: noise that is read as Chinese has many by themselves.
"""


def _inside(outer: str) -> Iterator[str]:
    if not outer.isascii() and _DISGUISED.search(outer) and encodings.is_readable(outer):
        yield fold(outer)
    for row in _OF_CHARSETS:
        if row.charset != encodings.GB18030:
            yield from row.readings(outer)
    yield from _in_gb18030(outer)
    text = strings_in(outer)
    if text is not outer and (opened := _opened(outer)) is not None:
        yield from map(encodings.to_text, opened.members)
        if opened.is_whole:
            return
    if "\\n" in text:  # a dump in a JSON string has its lines there
        rest, readings = _take_out(DUMP, lined := ESCAPED_END.sub("\n", text))
        yield from readings
        text = text if rest is lined else rest
    for row in _WHOLE:
        text, readings = _take_out(row, text)
        yield from readings
    for row in _SPANNING:
        yield from row.readings(text)
    yield from _unescape(text)
    words = "\n".join(dict.fromkeys(text.split()))
    for row in _IN_WORDS:
        yield from row.readings(words)
    yield from _in_base64(words)


_SURE_WORDS: Final = 10
"""Characters from which on two words are no text by chance."""


def _take_out(row: Encoding, text: str) -> tuple[str, list[str]]:
    """A text without what stands in it in lines or words of an encoding, and what those say together."""
    kept: list[str] = []
    readings: list[str] = []
    position = 0
    for start, end in row.spans(text):
        inner = row.decode(text[start:end])
        if inner is not None:
            readings.append(inner)
            is_sure = len(inner) >= _SURE_WORDS and len(text[start:end].split()) > 1  # a line by itself is read later
            if is_sure and encodings.is_readable(inner):
                kept.append(text[position:start])
                position = end
    return "\n".join([*kept, text[position:]]) if kept else text, readings


@lru_cache(maxsize=16)
def _opened(outer: str) -> Opened | None:
    return open_file_in(encodings.to_bytes(outer))


def is_whole_file(text: str) -> bool:
    """Whether a text is a file of which nothing is left once it is opened."""
    opened = None if encodings.is_readable(text) else _opened(text)
    return opened is not None and opened.is_whole


def _in_gb18030(outer: str) -> Iterator[str]:
    readings = [reading for _, _, reading in encodings.gb18030_stretches(outer)]
    yield from (reading for reading in readings if len(reading) >= _NOISE)
    yield APART.join(reading for reading in readings if len(reading) < _NOISE)


_OF_PADDING: Final = tuple(row for row in STANDING if row.name.startswith("base32"))
_SOFT_BREAK: Final = "quoted-printable in lines"


def _unescape(text: str) -> Iterator[str]:
    """For each inline encoding, the lines that have something in it, decoded."""
    for row in INLINE:
        if row.mark in text and (lines := _lines_with(row.unit or row.pattern, text)):
            for other in _OF_PADDING if row.name == _SOFT_BREAK else ():  # whose padding is no soft end of a line
                lines = without(other, lines, SURE[other.name])
            yield from (_CUT_AFTER.sub("", reading) for reading in row.readings(_CUT_BEFORE.sub("", lines)))


_CUT_BEFORE = re.compile(r"\A(?:[Uux][0-9A-Fa-f]{2,8}|[0-9A-Fa-f]{1,7})(?=\\[Uux][0-9A-Fa-f{])")
_CUT_AFTER = re.compile(
    r"(?:%(?:u[0-9A-Fa-f]{0,3}|[0-9A-Fa-f]?)|\\(?:x[0-9A-Fa-f]?|u\{?[0-9A-Fa-f]{0,3}|U[0-9A-Fa-f]{0,7}))\Z"
)
"""An escape that goes on in another piece of a text, beside whole ones: it is no value of a name beside it."""


def _lines_with(pattern: re.Pattern[str], text: str) -> str:
    """The lines in which a pattern matches."""
    spans: list[tuple[int, int]] = []
    for match in pattern.finditer(text):
        if not spans or match.end() > spans[-1][1]:
            stop = text.find("\n", match.end())
            end = len(text) if stop < 0 else stop
            if spans and match.start() <= spans[-1][1]:  # it goes on over the end of the line before
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((text.rfind("\n", 0, match.start()) + 1, end))
    return _with_blank_lines(text, spans)


def _with_blank_lines(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Some stretches, each on a line of its own, with what stands between two if that is blank: a head ends so."""
    kept = [text[slice(*span)] for span in spans[:1]]
    for (_, end), (start, stop) in pairwise(spans):
        between = text[end:start]
        kept += ["\n" if between.strip() else between, text[start:stop]]
    return "".join(kept)


# --- base64 ---------------------------------------------------------------------------------------------------------

_RUN = re.compile(r"[A-Za-z0-9+/_-]{8,}")
_GLUED: Final = 2048
"""Characters up to which a run whose bytes are no text is read from its second character on too."""

_WORD_OF_RUN = re.compile(r"[A-Za-z0-9+]{8,}")


def _in_base64(words: str) -> Iterator[str]:
    """What runs of base64 hold: as a whole, from their second, third or fourth character on, between slashes."""
    runs = dict.fromkeys(run for run in _RUN.findall(words) if not run.isdecimal())  # base64 has letters
    for run in runs:
        found = False
        for start in range(4):
            inners = list(_decode(run[start:]))
            found = found or bool(inners)
            yield from inners
            if inners and (len(run) > _GLUED or encodings.is_readable(decode_run(run[start:]) or "\0")):
                break
        if not found and not run.isalnum():
            for part in _WORD_OF_RUN.findall(run):
                yield from _decode(part)


def decode_run(run: str) -> str | None:
    """What a run of base64 holds, without its last character where that cannot belong to it; None if it holds none."""
    return BASE64.decode(run[:-1] if len(run) % 4 == 1 else run)


def _decode(run: str) -> Iterator[str]:
    inner = decode_run(run)
    if inner is None:
        return
    if encodings.is_readable(inner):
        yield inner
        return
    for row in _OF_WIDE_CHARACTERS:
        yield from row.readings(inner)
    opened = open_file_in(encodings.to_bytes(inner))
    if opened is not None:
        yield from map(encodings.to_text, opened.members)
    if (opened is None or not opened.is_whole) and (strings := _strings_of(inner)):
        yield strings
