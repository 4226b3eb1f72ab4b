"""Opens an inline encoding in a text so that what is edited inside can be written back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from coze_cassettes.codecs.edits import Edit
from coze_cassettes.codecs.encodings import STANDING, Encoding, is_readable


@dataclass(frozen=True)
class OpenedText:
    """What an inline encoding says, and where each of its characters begins and ends in the text."""

    inner: str
    starts: Sequence[int]
    ends: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of what it says is written."""
        if start == len(self.inner):
            last = self.ends[-1] if self.ends else 0
            return last, last
        low = self.starts[start]
        return low, self.ends[end - 1] if end > start else low


def open_inline(row: Encoding, text: str) -> OpenedText:
    """What an inline encoding says in a text."""
    inner: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position = 0
    for match in row.pattern.finditer(text):
        inner.append(text[position : match.start()])
        starts += range(position, match.start())
        ends += range(position + 1, match.start() + 1)
        for decoded, low, high in _units(row, match):
            inner.append(decoded)
            starts += [low] * len(decoded)
            ends += [high] * len(decoded)
        position = match.end()
    inner.append(text[position:])
    starts += range(position, len(text))
    ends += range(position + 1, len(text) + 1)
    return OpenedText("".join(inner), starts, ends)


def _units(row: Encoding, match: re.Match[str]) -> Iterable[tuple[str, int, int]]:
    """The characters of a stretch with where they stand."""
    assert row.unit is not None  # noqa: S101  an inline row has one
    spans = [unit.span() for unit in row.unit.finditer(match.string, *match.span())]
    if row.width is None:
        for low, high in spans:
            raw = match.string[low:high]
            inner = row.decode(raw)
            yield raw if inner is None else inner, low, high
        return
    decoded = row.decode(match[0])
    if decoded is None:
        yield from ((match.string[low:high], low, high) for low, high in spans)
        return
    at = 0
    for char in decoded:
        until = min(at + row.width(char), len(spans))
        yield char, spans[at][0], spans[until - 1][1]
        at = until


def close_inline(row: Encoding, text: str, span: tuple[int, int], replacement: str) -> Edit:
    """An edit of a text in which an inline encoding is written in the manner of what it replaces."""
    return (*span, row.encode_like(replacement, text[slice(*span)]))


_OF_SIGNS: Final = tuple(row for row in STANDING if row.name in ("base85", "Ascii85", "uuencode"))
_MIN_OWN: Final = 15
"""Characters from which on a stretch that gives a text is no other text by chance."""


_WORD = re.compile(r"\S+")
_LONGEST: Final = 4096


def is_in_signs(text: str, place: int) -> bool:
    """Whether a place is inside such a text: its letters and signs may read like a name with a value."""
    start = max(0, place - _LONGEST)
    first = max((text.rfind(blank, start, place) for blank in " \t\n\r"), default=start) + 1
    word = _WORD.match(text, max(first, start), place + _LONGEST)
    if word is None or len(word[0]) < _MIN_OWN:
        return False
    return any(row.pattern.fullmatch(word[0]) and row.decode(word[0]) is not None for row in _OF_SIGNS)


def own_stretches(inline: Encoding, text: str) -> list[tuple[int, int, Encoding]]:
    """Where an encoding that writes with all signs gives a text: what looks like an escape there is none."""
    found: list[tuple[int, int, Encoding]] = []
    for row in _OF_SIGNS:
        for start, end in row.spans(text):
            stretch = text[start:end]
            if end - start >= _MIN_OWN and inline.pattern.search(stretch) and row.decode(stretch) is not None:
                found.append((start, end, row))
    if "=\n" in text or "=\r\n" in text:
        found += _padded(inline, text)
    return sorted(found, key=lambda each: each[:2])


_OF_BASE64: Final = tuple(row for row in STANDING if row.name.startswith("base64"))


def _padded(inline: Encoding, text: str) -> Iterator[tuple[int, int, Encoding]]:
    """Texts in base64 at the end of a line, whose padding looks like a soft end of it."""
    for row in _OF_BASE64:
        for start, end in row.spans(text):
            is_padded = end - start >= _MIN_OWN and text[end - 1] == "=" and inline.pattern.match(text, end - 1)
            if is_padded and is_readable(row.decode(text[start:end]) or "\0"):
                yield start, end, row
