"""Bodies as text in which the ends of the chunks are kept through edits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from coze_cassettes.cassette.model import Response
from coze_cassettes.codecs.peel import Edit


def text_of(body: bytes) -> str:
    """A body with one character for every byte."""
    return body.decode("latin-1")


@dataclass(frozen=True)
class Flow:
    """A body as text, and the places at which one chunk ended."""

    text: str
    cuts: frozenset[int] = frozenset()

    def part(self, start: int, end: int) -> Flow:
        """What lies between two places."""
        return Flow(self.text[start:end], frozenset(cut - start for cut in self.cuts if start < cut <= end))

    def edited(self, edits: Iterable[Edit]) -> Flow:
        """With some places replaced; a cut inside a place stays at its distance from the start, if it can."""
        parts, position = [], 0
        for start, end, text in edits:
            parts += [self.part(position, start), self.part(start, end).rewritten(text)]
            position = end
        return joined([*parts, self.part(position, len(self.text))])

    def rewritten(self, text: str) -> Flow:
        """Another text with the cuts of this one as far as it reaches."""
        ends = {len(self.text): len(text)}
        return Flow(text, frozenset(ends.get(cut, min(cut, len(text))) for cut in self.cuts))

    def chunks(self) -> tuple[int, ...]:
        """The sizes of the chunks."""
        ends = sorted({cut for cut in self.cuts if 0 < cut < len(self.text)} | {len(self.text)})
        return tuple(end - start for start, end in pairwise((0, *ends)))


def joined(parts: Iterable[Flow]) -> Flow:
    """Parts one after another."""
    text, cuts = "", set[int]()
    for part in parts:
        cuts |= {len(text) + cut for cut in part.cuts}
        text += part.text
    return Flow(text, frozenset(cuts))


def flow_of(response: Response) -> Flow:
    """The body of a response."""
    return Flow(text_of(response.body), frozenset(accumulate(response.chunks)))


def poured(response: Response, flow: Flow) -> Response:
    """A response with another body; it stays in one piece if it was."""
    return replace(response, body=flow.text.encode("latin-1"), chunks=flow.chunks() if response.chunks else ())
