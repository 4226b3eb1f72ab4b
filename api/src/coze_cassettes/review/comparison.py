"""Compares two versions of a set of cassettes: grouped changes with the rows of each transcript that changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

from coze_cassettes.cassette.model import Cassette
from coze_cassettes.diff import Change, Group, Severity, compare, group, rebase
from coze_cassettes.diff.alignment import align
from coze_cassettes.parallel import Map
from coze_cassettes.review.calls import call_of
from coze_cassettes.review.transcript import Call, Row

CONTEXT: Final = 2
"""Rows shown before and after a change."""


class Mark(StrEnum):
    """What happened to a row, or to a word of it."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True)
class Word:
    """A piece of a row's text with what happened to it."""

    mark: Mark
    text: str


@dataclass(frozen=True)
class RowChange:
    """A row of a comparison; of a row that was removed or added beside its like, ``words`` says what differs."""

    mark: Mark
    row: Row
    words: tuple[Word, ...] = ()


@dataclass(frozen=True)
class CallChange:
    """One call whose rows differ: each hunk is a run of changed rows with their context."""

    heading: str
    mark: Mark
    hunks: tuple[tuple[RowChange, ...], ...] = ()


@dataclass(frozen=True)
class FileChange:
    """One cassette that differs: added, removed, or changed with the changes found and the rows that differ."""

    file: str
    mark: Mark
    changes: tuple[Change, ...] = ()
    calls: tuple[CallChange, ...] = ()
    provenance: tuple[str, str] = ("", "")

    @property
    def notes(self) -> Iterator[str]:
        """What a reader must know beside the rows, in sentences."""
        before, after = self.provenance
        if before and after and before != after:
            yield f"Recorded from {after}, before from {before}."
        if self.mark is Mark.SAME and not self.changes:
            yield _VOLATILE_ONLY


_VOLATILE_ONLY: Final = (
    "Only values that change with every recording (times, ids, words of a model, cuts of a stream) or metadata differ."
)


@dataclass(frozen=True)
class Review:
    """Everything that differs between two versions; ``refused`` names files that are not shown, with the reason."""

    files: tuple[FileChange, ...] = ()
    groups: tuple[Group, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)

    def count(self, severity: Severity) -> int:
        """How many different changes have this severity."""
        return sum(each.severity is severity for each in self.groups)


def review(
    old: Mapping[str, Cassette], new: Mapping[str, Cassette], refused: Mapping[str, str], each_by: Map = map
) -> Review:
    """What differs between two versions of the cassettes, by file and grouped; ``each_by`` compares them one by one."""
    versions = [(name, old.get(name), new.get(name)) for name in sorted(old.keys() | new.keys())]
    files = tuple(filter(None, each_by(_file_change, versions)))
    return Review(files, group({file.file: file.changes for file in files}), refused)


def _file_change(versions: tuple[str, Cassette | None, Cassette | None]) -> FileChange | None:
    name, before, after = versions
    if before is None or after is None:
        present, mark = (after, Mark.ADDED) if before is None else (before, Mark.REMOVED)
        if present is None:
            return None
        calls = tuple(_lone_call(call_of(each), mark) for each in present.interactions)
        return FileChange(name, mark, (), calls, (_provenance(before), _provenance(after)))
    if before.interactions == after.interactions and _provenance(before) == _provenance(after):
        return None
    found = compare(before, after).changes
    calls = tuple(_call_changes(before, rebase(before, after))) or tuple(_call_changes(before, after))
    return FileChange(name, Mark.SAME, found, calls, (_provenance(before), _provenance(after)))


def _provenance(cassette: Cassette | None) -> str:
    return "" if cassette is None else cassette.metadata.recorded_from


# --- rows -----------------------------------------------------------------------------------------------------------


def _lone_call(call: Call, mark: Mark) -> CallChange:
    rows = (*call.request, *call.rows[len(call.request) : len(call.rows) - len(call.details)])
    return CallChange(call.heading, mark, (tuple(RowChange(mark, row) for row in rows),))


def _call_changes(old: Cassette, new: Cassette) -> Iterator[CallChange]:
    for before, after in align(old, new).links:
        if before is not None and after is not None:
            left, right = call_of(before), call_of(after)
            if hunks := tuple(_hunks(left.rows, right.rows)):
                yield CallChange(right.heading, Mark.SAME, hunks)
        elif before is not None:
            yield _lone_call(call_of(before), Mark.REMOVED)
        elif after is not None:
            yield _lone_call(call_of(after), Mark.ADDED)


def _hunks(old: Sequence[Row], new: Sequence[Row]) -> Iterator[tuple[RowChange, ...]]:
    matcher = SequenceMatcher(None, list(map(str, old)), list(map(str, new)), autojunk=False)
    for opcodes in matcher.get_grouped_opcodes(CONTEXT):
        rows: list[RowChange] = []
        for name, left, left_end, right, right_end in opcodes:
            if name == "equal":
                rows += [RowChange(Mark.SAME, row) for row in new[right:right_end]]
            else:
                rows += _replace(old[left:left_end], new[right:right_end])
        yield tuple(rows)


def _replace(old: Sequence[Row], new: Sequence[Row]) -> Iterator[RowChange]:
    """Rows that were replaced, each beside the new one of its label, with the words that differ."""
    waiting = list(new)
    for row in old:
        counterpart = next((each for each in waiting if (each.label, each.depth) == (row.label, row.depth)), None)
        counterpart = counterpart or (waiting[0] if len(old) == len(new) == 1 else None)
        if counterpart is None:
            yield RowChange(Mark.REMOVED, row)
            continue
        for each in waiting[: waiting.index(counterpart)]:
            yield RowChange(Mark.ADDED, each)
        del waiting[: waiting.index(counterpart) + 1]
        words = _words(str(row).strip(), str(counterpart).strip())
        yield RowChange(Mark.REMOVED, row, tuple(word for word in words if word.mark is not Mark.ADDED))
        yield RowChange(Mark.ADDED, counterpart, tuple(word for word in words if word.mark is not Mark.REMOVED))
    for row in waiting:
        yield RowChange(Mark.ADDED, row)


_WORD = re.compile(r"[A-Za-z0-9_]+|\s+|.", re.DOTALL)
_LONGEST: Final = 4000
"""Words beyond which two rows are not compared word by word, since the time grows with their product."""


def _words(old: str, new: str) -> tuple[Word, ...]:
    left, right = _WORD.findall(old), _WORD.findall(new)
    if len(left) + len(right) > _LONGEST:
        return (Word(Mark.REMOVED, old), Word(Mark.ADDED, new))
    words: list[Word] = []
    for name, start, end, new_start, new_end in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if name == "equal":
            words.append(Word(Mark.SAME, "".join(left[start:end])))
            continue
        pieces = ((Mark.REMOVED, left[start:end]), (Mark.ADDED, right[new_start:new_end]))
        words += [Word(mark, "".join(piece)) for mark, piece in pieces if piece]
    return tuple(words)
