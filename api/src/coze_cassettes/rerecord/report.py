"""A verdict in words: lines for a terminal, a page of Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from coze_cassettes import exit_codes
from coze_cassettes.diff import Group, Severity
from coze_cassettes.pluralize import pluralize
from coze_cassettes.rerecord.failures import meaning_of
from coze_cassettes.rerecord.outcome import WRITTEN, Decision, Outcome, Verdict

MOST_FILES: Final = 10
"""Files of one outcome that are named; the rest is counted."""

_NAMED: Final = (
    Outcome.NEW,
    Outcome.CHANGED,
    Outcome.HIGHER_PROVENANCE,
    Outcome.WAS_UNREADABLE,
    Outcome.REWRITTEN,
    Outcome.ORPHAN,
)
"""The outcomes whose files are named, in this order."""


@dataclass(frozen=True)
class Line:
    """A line of a verdict; ``kind`` is what a terminal colours it by: a severity, failed, left out, a file, the end."""

    kind: str
    text: str


def lines(verdict: Verdict, *, check: bool, folder: str) -> Iterator[Line]:
    """The verdict, the most important last; ``folder`` is that of the cassettes, as a shell takes it."""
    for test, reason in verdict.left_out:
        yield Line("left out", f"left out: {test}: {reason}")
    for outcome in _NAMED:
        yield from (Line("file", text) for text in _files(verdict, outcome))
    for failure in verdict.failures:
        yield Line("failed", f"failed: {failure}")
    for group in verdict.groups:
        yield Line(group.severity, f"{group}{_meaning(group)} ({_where(group)})")
    if verdict.decisions:
        yield Line("file", summary(verdict))
    yield Line("end", conclusion(verdict, check=check, folder=folder))


def _files(verdict: Verdict, outcome: Outcome) -> Iterator[str]:
    found = [decision for decision in verdict.decisions if decision.outcome is outcome]
    for decision in found[:MOST_FILES]:
        yield f"{outcome}: {decision.file}{_remark(decision)}"
    if len(found) > MOST_FILES:
        yield f"{outcome}: {len(found) - MOST_FILES} more"


def _remark(decision: Decision) -> str:
    if decision.outcome is Outcome.ORPHAN:
        return ": no test plays it; delete it if its test is gone"
    return f": {decision.reason}" if decision.reason else ""


def _meaning(group: Group) -> str:
    """What the code of an answer that has become another one says of the account: it may be what must be put right."""
    new = group.text.rpartition(" ")[2]
    meaning = meaning_of(int(new)) if group.place == _CODE and new.isdecimal() else ""
    return f", {meaning}" if meaning else ""


_CODE: Final = "$.code"


def _where(group: Group) -> str:
    """``test_chat/T.test_x.yaml``, ``27 cassettes, the first test_chat/T.test_x.yaml``."""
    first, count = group.cassettes[0], len(group.cassettes)
    return first if count == 1 else f"{count} cassettes, the first {first}"


def summary(verdict: Verdict) -> str:
    """One line: how many cassettes were recorded, and what became of all of them."""
    counts = [f"{verdict.count(outcome)} {outcome}" for outcome in Outcome if verdict.count(outcome)]
    return f"{verdict.recorded} recorded: {', '.join(counts)}" if counts else "nothing was compared"


def conclusion(verdict: Verdict, *, check: bool, folder: str) -> str:
    """The last line of a run: what it means, and what to do next."""
    if verdict.exit_code == exit_codes.UNCHANGED:
        return "Nothing changed."
    if verdict.failures:
        return f"Failed: {_after_failure(verdict, check=check, folder=folder)}."
    if check:
        return "Changed; nothing was replaced, since this was a check."
    return f"Changed: see it with {show_command(verdict.written, folder)}"


def _after_failure(verdict: Verdict, *, check: bool, folder: str) -> str:
    if check:
        return "nothing was replaced, since this was a check"
    if not verdict.written:
        return "no cassette was replaced"
    if not verdict.swapped:
        return "no cassette was replaced, as --all-or-nothing asks"
    others = pluralize(len(verdict.written), "other is", "others are")
    return f"the cassettes of failed tests are as they were, {others} replaced: {show_command(verdict.written, folder)}"


def show_command(written: Sequence[Decision], folder: str) -> str:
    """The command that shows what was written; plain git diff does not show a new file."""
    added = f"git add -N {folder} && " if any(each.outcome is Outcome.NEW for each in written) else ""
    return f"{added}git diff -- {folder}"


def kept_advice(count: int) -> str:
    """What to do with a run that recorded what another can go on with."""
    cassettes = pluralize(count, "cassette is", "cassettes are")
    return (
        f"{cassettes} recorded and kept outside for an hour.\n"
        "The same command resumes from there; another one, or --fresh, starts over."
    )


def markdown(verdict: Verdict) -> str:
    """The verdict as a page: counts by severity, failures, each change once, then the files."""
    counts = Counter(group.severity for group in verdict.groups)
    page = ["# Verdict", "", summary(verdict), "", *(f"- {severity}: {counts[severity]}" for severity in Severity)]
    page += _section("Failures", [str(failure) for failure in verdict.failures])
    page += _section("Changes", [f"{group} ({_where(group)})" for group in verdict.groups])
    named = [each for each in verdict.decisions if each.outcome in {*WRITTEN, Outcome.ORPHAN, Outcome.FAILED}]
    page += _section("Cassettes", [f"{each.file}: {each.outcome}{_remark(each)}" for each in named])
    return "\n".join(page) + "\n"


def _section(title: str, items: Sequence[str]) -> list[str]:
    return ["", f"## {title}", "", *(f"- {item}" for item in items)] if items else []
