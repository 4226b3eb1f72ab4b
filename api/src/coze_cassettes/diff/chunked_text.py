"""Bodies as text in which the ends of the chunks are kept through edits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from coze_cassettes.cassette.model import Response
from coze_cassettes.codecs.edits import Edit


def text_of(body: bytes) -> str:
    """A body with one character for every byte."""
    return body.decode("latin-1")


@dataclass(frozen=True)
class ChunkedText:
    """A body as text, and the places at which one chunk ended."""

    text: str
    cuts: frozenset[int] = frozenset()

    def part(self, start: int, end: int) -> ChunkedText:
        """What lies between two places."""
        return ChunkedText(self.text[start:end], frozenset(cut - start for cut in self.cuts if start < cut <= end))

    def apply(self, edits: Iterable[Edit]) -> ChunkedText:
        """With some places replaced; a cut inside a place stays at its distance from the start, if it can."""
        parts, position = [], 0
        for start, end, text in edits:
            parts += [self.part(position, start), self.part(start, end).replace_text(text)]
            position = end
        return join([*parts, self.part(position, len(self.text))])

    def replace_text(self, text: str) -> ChunkedText:
        """Another text with the cuts of this one as far as it reaches."""
        ends = {len(self.text): len(text)}
        return ChunkedText(text, frozenset(ends.get(cut, min(cut, len(text))) for cut in self.cuts))

    def chunks(self) -> tuple[int, ...]:
        """The sizes of the chunks."""
        ends = sorted({cut for cut in self.cuts if 0 < cut < len(self.text)} | {len(self.text)})
        return tuple(end - start for start, end in pairwise((0, *ends)))


def join(parts: Iterable[ChunkedText]) -> ChunkedText:
    """Parts one after another."""
    text, cuts = "", set[int]()
    for part in parts:
        cuts |= {len(text) + cut for cut in part.cuts}
        text += part.text
    return ChunkedText(text, frozenset(cuts))


def chunked_text_of(response: Response) -> ChunkedText:
    """The body of a response."""
    return ChunkedText(text_of(response.body), frozenset(accumulate(response.chunks)))


def replace_body(response: Response, text: ChunkedText) -> Response:
    """A response with another body; it stays in one piece if it was."""
    return replace(response, body=text.text.encode("latin-1"), chunks=text.chunks() if response.chunks else ())
