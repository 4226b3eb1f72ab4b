"""Lists the cassettes of a folder with what a reader looks for: operations, provenance, age, size."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from coze_cassettes.cassette import store
from coze_cassettes.cassette.model import Cassette
from coze_cassettes.diff import operation_of
from coze_cassettes.review.calls import transcript_of
from coze_cassettes.review.transcript import Transcript


@dataclass(frozen=True)
class Entry:
    """One cassette in the list: ``day`` is its ISO date, ``size`` in bytes, ``page`` where its transcript stands."""

    file: str
    operations: tuple[str, ...]
    provenance: str
    day: str
    calls: int
    size: int

    @property
    def module(self) -> str:
        """The folder: its test module."""
        return self.file.rpartition("/")[0]

    @property
    def test(self) -> str:
        """The test without its module."""
        return self.file.rpartition("/")[2].removesuffix(store.SUFFIX)

    @property
    def page(self) -> str:
        """The page of its transcript, below the folder of the report."""
        return f"cassettes/{self.file.removesuffix(store.SUFFIX)}.html"

    @property
    def search(self) -> str:
        """What a search looks at."""
        return " ".join((self.file, *self.operations)).lower()


def read_texts(folder: Path) -> dict[str, str]:
    """The texts of the cassettes below a folder, by their paths from there."""
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8", "replace") for path in store.files(folder)}


def entry_of(name: str, cassette: Cassette, size: int) -> tuple[Entry, Transcript]:
    """A cassette in the list, with its transcript."""
    transcript, meta = transcript_of(name, cassette), cassette.metadata
    operations = dict.fromkeys(operation_of(call.heading) for call in transcript.calls)
    calls = len(transcript.calls)
    return Entry(name, tuple(operations), meta.recorded_from, meta.recorded_at[:10], calls, size), transcript


def by_operation(entries: Iterable[Entry]) -> Sequence[tuple[str, list[Entry]]]:
    """The operations in order of their paths, each with the cassettes that make the call."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        for operation in entry.operations:
            found.setdefault(operation, []).append(entry)
    return sorted(found.items(), key=lambda item: item[0].partition(" ")[::-1])
