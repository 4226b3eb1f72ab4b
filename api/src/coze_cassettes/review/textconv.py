"""Renders a transcript as plain lines, for ``git diff`` and for a pipe."""

from __future__ import annotations

from collections.abc import Iterator

from coze_cassettes.review.transcript import Transcript


def lines(transcript: Transcript) -> Iterator[str]:
    """The provenance, then each call with its rows."""
    meta = transcript.metadata
    yield f"recorded from {meta.recorded_from} with cozepy {meta.cozepy}"
    for call in transcript.calls:
        yield ""
        yield call.heading
        for row in call.rows:
            yield from (f"  {line}" for line in str(row).split("\n"))
