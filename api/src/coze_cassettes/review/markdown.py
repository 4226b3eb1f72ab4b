"""Renders a review as Markdown for a pull request: the summary first, the details folded, cut at a limit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from coze_cassettes.diff import Group, Severity
from coze_cassettes.pluralize import pluralize
from coze_cassettes.review.comparison import CallChange, FileChange, Mark, Review, RowChange

LIMIT: Final = 65_000
"""Characters of a comment; GitHub takes 65,536."""

_MARKS: Final = {Mark.SAME: " ", Mark.REMOVED: "-", Mark.ADDED: "+"}
_SHOWN_FILES: Final = 5


def render(review: Review, title: str = "Cassettes", limit: int = LIMIT) -> str:
    """The whole comment, at most ``limit`` characters; what was cut is named in its last line."""
    head = "\n".join(_head(review, title)) + "\n"
    sections = ["\n".join(_section(file)) + "\n" for file in review.files]
    room, kept = limit - len(head) - _NOTE_LENGTH, 0
    for section in sections:
        if len(section) > room:
            break
        room, kept = room - len(section), kept + 1
    left_out = [file.file for file in review.files[kept:]]
    note = _cut_note(left_out) if left_out else ""
    return (head + "".join(sections[:kept]) + note)[:limit]


_NOTE_LENGTH: Final = 400


def _cut_note(left_out: list[str]) -> str:
    count = pluralize(len(left_out), "cassette is", "cassettes are")
    return (
        f"\n_{count} not shown here, since a comment has a limit. `coze-cassettes diff` or the HTML page shows all._\n"
    )


def _head(review: Review, title: str) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    yield summary(review)
    if review.groups:
        yield ""
        yield "| severity | operation | field | change | cassettes |"
        yield "| --- | --- | --- | --- | --- |"
        yield from map(_table_row, review.groups)
    for name, reason in review.refused.items():
        yield ""
        yield f"**Not shown: {code(name)}**: {text(reason)}"
    yield ""


def summary(review: Review) -> str:
    """What differs in one sentence: ``2 breaking, 1 info, 0 note in 3 cassettes (1 new, 0 removed)``."""
    if not review.files and not review.refused:
        return "No cassette differs."
    counts = ", ".join(f"{review.count(severity)} {severity}" for severity in Severity)
    new, gone = (sum(file.mark is mark for file in review.files) for mark in (Mark.ADDED, Mark.REMOVED))
    refused = f" {pluralize(len(review.refused), 'file is', 'files are')} refused by check." if review.refused else ""
    return f"{counts} in {pluralize(len(review.files), 'cassette')} ({new} new, {gone} removed).{refused}"


def _table_row(group: Group) -> str:
    names = [name.rpartition("/")[2].removesuffix(".yaml") for name in group.cassettes[:_SHOWN_FILES]]
    more = f" and {len(group.cassettes) - _SHOWN_FILES} more" if len(group.cassettes) > _SHOWN_FILES else ""
    files = f"{len(group.cassettes)}: {', '.join(map(code, names))}{more}"
    cells = (group.severity, code(group.operation), code(group.place), text(group.text), files)
    return f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in cells)} |"


def _section(file: FileChange) -> Iterator[str]:
    yield f"<details><summary>{_escape(file.file)} {_word(file)}</summary>"
    yield ""
    for note in file.notes:
        yield note
        yield ""
    for call in file.calls:
        yield from _call(call)
    yield "</details>"
    yield ""


def _word(file: FileChange) -> str:
    return {Mark.ADDED: "(new)", Mark.REMOVED: "(removed)", Mark.SAME: f"({len(file.changes)})"}[file.mark]


def _call(call: CallChange) -> Iterator[str]:
    rows = [line for number, hunk in enumerate(call.hunks) for line in _hunk(hunk, first=number == 0)]
    fence = "`" * max(3, 1 + max((len(run) for row in rows for run in re.findall(r"`+", row)), default=0))
    yield f"{code(call.heading)}"
    yield ""
    yield f"{fence}diff"
    yield from rows
    yield fence
    yield ""


def _hunk(hunk: tuple[RowChange, ...], *, first: bool) -> Iterator[str]:
    if not first:
        yield "@@"
    for each in hunk:
        for line in str(each.row).split("\n"):
            yield f"{_MARKS[each.mark]} {line}"


def code(value: str) -> str:
    """A value as code, whatever backticks it holds."""
    flat = " ".join(value.split())
    fence = "`" * (1 + max((len(run) for run in re.findall(r"`+", flat)), default=0))
    pad = " " if flat.startswith("`") or flat.endswith("`") else ""
    return f"{fence}{pad}{flat}{pad}{fence}"


_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|<>~@])")


def text(value: str) -> str:
    """A value as text in which nothing is markup, a mention or a link."""
    return _SPECIAL.sub(r"\\\1", " ".join(value.split()))


def _escape(value: str) -> str:
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
