"""Renders transcripts, or their comparison, on a terminal; plain where it is piped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich.text import Text

from coze_cassettes.diff import Group, Severity
from coze_cassettes.review.comparison import CallChange, FileChange, Mark, Review, RowChange
from coze_cassettes.review.markdown import summary
from coze_cassettes.review.transcript import Kind, Row, Transcript

_STYLES: Final = {
    Kind.USER: "bold cyan",
    Kind.ASSISTANT: "bold green",
    Kind.REASONING: "italic",
    Kind.TOOL: "magenta",
    Kind.FOLLOW_UP: "green",
    Kind.STATUS: "blue",
    Kind.FAULT: "bold red",
    Kind.HEADER: "dim",
    Kind.EVENT: "bold",
    Kind.PART: "cyan",
    Kind.MEDIA: "yellow",
    Kind.SENT: "cyan",
    Kind.RECEIVED: "green",
}
_MARKS: Final = {Mark.SAME: ("  ", "dim"), Mark.REMOVED: ("- ", "red"), Mark.ADDED: ("+ ", "green")}
_SEVERITIES: Final = {Severity.BREAKING: "bold red", Severity.INFO: "green", Severity.NOTE: "yellow"}


def transcript(shown: Transcript) -> Iterator[Text]:
    """A transcript, line by line."""
    meta = shown.metadata
    yield Text(shown.file, "bold underline")
    yield Text(f"recorded from {meta.recorded_from} at {meta.recorded_at} with cozepy {meta.cozepy}", "dim")
    for call in shown.calls:
        yield Text("")
        yield Text(call.heading, "bold")
        for row in call.rows:
            yield from _row(row)


def _row(row: Row) -> Iterator[Text]:
    style = _STYLES.get(row.kind, "")
    for number, line in enumerate(_printable(str(row)).split("\n")):
        shown = Text("  " + line)
        if number == 0 and style:
            shown.stylize(style, 2, 2 + 2 * row.depth + len(row.label))
        yield shown


def _printable(text: str) -> str:
    """A text that cannot steer the terminal that shows it: control characters stand as their escapes."""
    return "".join(char if char.isprintable() or char == "\n" else f"\\u{ord(char):04x}" for char in text)


def review(found: Review) -> Iterator[Text]:
    """A review: the summary, the grouped changes, then each cassette."""
    yield Text(summary(found), "bold")
    for group in found.groups:
        yield from _group(group)
    for name, reason in found.refused.items():
        yield Text.assemble(("not shown: ", "bold red"), name, ": ", _printable(reason))
    for file in found.files:
        yield from _file(file)


def _group(group: Group) -> Iterator[Text]:
    count = f" ({len(group.cassettes)} cassettes)" if len(group.cassettes) > 1 else f" ({group.cassettes[0]})"
    where = f" {group.operation}: {group.place}: {_printable(group.text)}"
    yield Text.assemble("  ", (group.severity.value, _SEVERITIES[group.severity]), where, (count, "dim"))


def _file(file: FileChange) -> Iterator[Text]:
    word = {Mark.ADDED: " (new)", Mark.REMOVED: " (removed)", Mark.SAME: ""}[file.mark]
    yield Text("")
    yield Text(f"{file.file}{word}", "bold underline")
    yield from (Text(note, "yellow") for note in file.notes)
    for call in file.calls:
        yield from _call(call)


def _call(call: CallChange) -> Iterator[Text]:
    yield Text(_printable(call.heading), "bold")
    for number, hunk in enumerate(call.hunks):
        if number:
            yield Text("  ...", "dim")
        for each in hunk:
            yield from _row_change(each)


def _row_change(each: RowChange) -> Iterator[Text]:
    sign, style = _MARKS[each.mark]
    if not each.words:
        for line in _printable(str(each.row)).split("\n"):
            yield Text(sign + line, style)
        return
    shown = Text(sign + "  " * each.row.depth, style)
    for word in each.words:
        shown.append(_printable(word.text), style if word.mark is Mark.SAME else f"bold reverse {style}")
    yield from shown.split("\n", allow_blank=True)
