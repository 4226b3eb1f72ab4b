"""Renders a transcript as plain lines, for ``git diff`` or a pipe."""

from __future__ import annotations

from collections.abc import Iterator

from coze_cassettes.cassette import format as cassette_format
from coze_cassettes.errors import InvalidCassette
from coze_cassettes.review.calls import transcript_of
from coze_cassettes.review.transcript import Transcript


def convert(file: str, text: str) -> Iterator[str]:
    """The lines of a file for git; of one that is not a cassette its own text, which git would show without us."""
    try:
        cassette = cassette_format.loads(text)
    except InvalidCassette:
        yield text.removesuffix("\n")
        return
    yield from lines(transcript_of(file, cassette))


def lines(transcript: Transcript) -> Iterator[str]:
    """The provenance, then each call with its rows."""
    meta = transcript.metadata
    yield f"recorded from {meta.recorded_from} with cozepy {meta.cozepy}"
    for call in transcript.calls:
        yield ""
        yield call.heading
        for row in call.rows:
            yield from (f"  {line}" for line in str(row).split("\n"))
