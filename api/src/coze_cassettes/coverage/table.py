"""Words what is recorded of the operations, as lines of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from coze_cassettes.account import sdk
from coze_cassettes.cassette.model import Cassette
from coze_cassettes.coverage import callers, evidence, operations
from coze_cassettes.coverage.evidence import Row
from coze_cassettes.coze_tests import CozeTests

HEADINGS: Final = ("operation", "cassettes", "sync", "async", "several pages", "an error", "recorded from")
_COUNTED: Final = ("recorded", "sync", "async", "several pages", "an error")


def measure(tests: CozeTests, cassettes: Mapping[str, Cassette], paths: Sequence[Path] = ()) -> list[Row]:
    """A row for each operation of the installed SDK: its tests, cassettes by their paths.

    With ``paths`` only the tests in these modules and folders.
    """
    recordings = evidence.recordings_of(cassettes)
    return evidence.rows_of(operations.installed(), callers.callers_below(paths or tests.paths, tests), recordings)


def line_of(row: Row) -> tuple[str, ...]:
    """The cells of a row, under ``HEADINGS``."""
    ticks = map(_tick, (row.sync, row.asynchronous, row.pages, row.error))
    return (row.operation.name, str(len(row.cassettes)), *ticks, ", ".join(row.provenances))


def _tick(value: bool | None) -> str:  # noqa: FBT001  (a cell)
    return "" if value is None else "yes" if value else "no"


def markdown(rows: Sequence[Row]) -> str:
    """The whole table."""
    return _markdown([HEADINGS, ("---", "---:", *("---" for _ in HEADINGS[2:])), *map(line_of, rows)])


def counts(rows: Sequence[Row]) -> str:
    """A table of one line: how many operations of how many."""
    columns: tuple[list[bool | None], ...] = (
        [row.is_recorded for row in rows],
        [row.sync for row in rows],
        [row.asynchronous for row in rows],
        [row.pages for row in rows],
        [row.error for row in rows],
    )
    cells = [f"{column.count(True)} of {len(column) - column.count(None)}" for column in columns]
    heading = (f"operations of cozepy {sdk.version()}", *_COUNTED)
    return _markdown([heading, ("---", *("---:" for _ in _COUNTED)), (str(len(rows)), *cells)])


def _markdown(lines: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
