"""What a run shows: a progress bar on a terminal, plain lines without one, JSON lines for machines."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, Final, Protocol

import click
from rich.console import Console, RenderableType
from rich.constrain import Constrain
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column, Table

from coze_cassettes.account.target import shown_url
from coze_cassettes.cassette.provenance import STAND_IN
from coze_cassettes.diff import Severity
from coze_cassettes.pluralize import pluralize
from coze_cassettes.rerecord import pytest_events, report, run
from coze_cassettes.rerecord.outcome import WRITTEN, Decision, Outcome, Verdict
from coze_cassettes.rerecord.plan import EFFECTS, Plan

RECORDING: Final = "recording"
_STYLES: Final = {Severity.BREAKING: "bold red", Severity.INFO: "cyan", Severity.NOTE: "yellow"}


class Reporter(run.Reporter, Protocol):
    """What shows a run, and how it ended."""

    def verdict(self, verdict: Verdict, *, check: bool) -> None:
        """Shows what the run found."""


def result(event: pytest_events.TestEvent) -> str:
    """What a finished test of a recording did: recorded, replayed (a twin), kept (its cassette stays), failed."""
    if event.outcome != "passed":
        return "kept" if event.outcome == "skipped" else event.outcome
    return "replayed" if event.shares_cassette else "recorded"


# --- for people -----------------------------------------------------------------------------------------------------


class PlainReporter:
    """Lines of text, without a terminal's tricks."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._title = ""
        self._total = self._done = 0

    def plan(self, plan: Plan) -> None:
        """Shows what will happen."""
        where = shown_url(plan.target.url)
        cassettes = pluralize(len(plan.cassettes), "cassette")
        self.console.print(f"Recording {cassettes} from {plan.target.origin} ({where})", style="bold")
        self.console.print(_table(plan_rows(plan)))

    def agreed(self, plan: Plan) -> bool:  # noqa: ARG002  it has been shown
        """Asks whether to go on; without a terminal nobody can agree."""
        try:
            return sys.stdin.isatty() and click.confirm("Record?", default=False)
        except click.Abort:
            self.console.print()  # the sentence that follows begins a line
            raise KeyboardInterrupt from None

    def stage(self, title: str, total: int) -> None:
        """A stage begins."""
        self._title, self._total, self._done = title, total, 0
        self.console.print(f"{title} ({pluralize(total, 'test')})" if total else title)

    def test(self, event: pytest_events.TestEvent) -> None:
        """A test began or ended; while recording each that ended has its line, later only those that failed."""
        if event.event == pytest_events.FINISHED:
            self._done += 1
            if self._title == RECORDING or event.outcome == "failed":
                place = f"{self._done:{len(str(self._total))}}/{self._total}"
                self.console.print(f"  {place} {result(event)}: {escape(_name(event))}")

    def kept(self, count: int) -> None:
        """Says how to go on."""
        self.console.print(report.kept(count))

    def verdict(self, verdict: Verdict, *, check: bool) -> None:
        """Shows what was left out, failures, and what became of the cassettes."""
        for test, reason in verdict.left_out:
            self.console.print(f"left out: {escape(test)}: {escape(reason)}", style="dim")
        for failure in verdict.failures:
            self.console.print(f"failed: {escape(failure)}", style="bold red")
        for decision in verdict.decisions:
            self._decision(decision)
        if verdict.decisions:
            self.console.print(report.summary(verdict))
        self.console.print(report.conclusion(verdict, check=check), style="bold")

    def _decision(self, decision: Decision) -> None:
        name = escape(decision.file)
        if decision.outcome is Outcome.ORPHAN:
            self.console.print(
                f"{decision.outcome}: {name}: no test plays it; delete it if its test is gone", style="yellow"
            )
        elif decision.outcome in WRITTEN:
            self.console.print(f"{decision.outcome}: {name}")
        if decision.outcome is Outcome.CHANGED:
            for finding in decision.comparison.changes:
                self.console.print(f"  {escape(str(finding))}", style=_STYLES[finding.severity])


class ProgressLine(Progress):
    """One line of progress; where the terminal is narrow the name of the test gives way."""

    def __init__(self, console: Console) -> None:
        self._terminal = console
        numbers = (BarColumn(20), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.fields[counts]}"))
        name = TextColumn("{task.fields[test]}", table_column=Column(overflow="ellipsis"))
        super().__init__(TextColumn("{task.description}"), *numbers, name, console=console, transient=True)

    def get_renderables(self) -> Iterator[RenderableType]:
        """The line, narrower than the terminal: a ^C that it shows at the end of a full one would begin another."""
        yield Constrain(self.make_tasks_table(self.tasks), self._terminal.width - len("^C "))


class BarReporter(PlainReporter):
    """A progress bar with the stage, what was recorded, kept and failed, the time that is left and the current test."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self.line = ProgressLine(console)
        self._task = self.line.add_task("", visible=False, counts="", test="")
        self._counts: Counter[str] = Counter()

    def stage(self, title: str, total: int) -> None:
        """A stage begins."""
        self._title = title
        self._counts.clear()
        self.line.remove_task(self._task)
        self._task = self.line.add_task(title, total=total or None, counts="", test="")
        self.line.start()

    def test(self, event: pytest_events.TestEvent) -> None:
        """A test began or ended."""
        if event.event == pytest_events.STARTED:
            self.line.update(self._task, test=escape(_short(event)))
        elif event.event == pytest_events.FINISHED:
            self._counts[result(event)] += 1
            counts = (f"{self._counts[name]} {name}" for name in ("recorded", "kept", "failed") if self._counts[name])
            self.line.update(self._task, advance=1, counts=", ".join(counts) if self._title == RECORDING else "")
            if event.outcome == "failed":
                self.console.print(f"  failed: {escape(_name(event))}")


def _short(event: pytest_events.TestEvent) -> str:
    """The name of a test without module and class, and as one word: at a space it would be wrapped."""
    return event.test.rpartition("::")[2].replace(" ", "_")


def _name(event: pytest_events.TestEvent) -> str:
    return event.test.rpartition("/")[2]


def plan_rows(plan: Plan) -> Iterator[tuple[str, str]]:
    """What will be recorded, what that does to the account and to the world, and what bounds it: a label, a phrase."""
    for module, count in sorted(plan.modules.items()):
        yield "records", f"{module}: {pluralize(count, 'cassette')}"
    if plan.earlier:
        yield "goes on with", f"{pluralize(len(plan.earlier), 'cassette')} recorded by an interrupted run"
    if plan.discarded:
        yield "throws away", f"{pluralize(plan.discarded, 'cassette')} recorded by another interrupted run"
    for reason, count in plan.reasons.items():
        yield "leaves out", f"{pluralize(count, 'test')}: {reason}"
    for variable in plan.unset:
        yield "leaves out", f"what needs {variable}, which is not set"
    for bound in plan.bounds:
        yield "keeps to", bound
    yield from EFFECTS if plan.target.origin != STAND_IN else ()


def _table(rows: Iterable[tuple[str, str]]) -> Table:
    """Rows in two columns; a label stands only where it is new."""
    table = Table.grid(padding=(0, 0, 0, 2), pad_edge=True)
    before = ""
    for label, phrase in rows:
        table.add_row(label if label != before else "", escape(phrase))
        before = label
    return table


# --- for machines ---------------------------------------------------------------------------------------------------


class JsonReporter:
    """One JSON object a line: plan, stage, started, finished, kept, verdict, each named by its ``event``."""

    def __init__(self) -> None:
        self._title = ""

    def _say(self, event: str, **fields: Any) -> None:
        click.echo(json.dumps({"event": event, **fields}, ensure_ascii=False))

    def plan(self, plan: Plan) -> None:
        """What will happen."""
        self._say(
            "plan",
            origin=plan.target.origin,
            url=shown_url(plan.target.url),
            cassettes=plan.cassettes,
            earlier=sorted(plan.earlier),
            discarded=plan.discarded,
            left_out=[{"test": test.id, "reason": reason} for test, reason in plan.left_out],
            unset=plan.unset,
            limits=asdict(plan.limits),
        )

    def agreed(self, plan: Plan) -> bool:  # noqa: ARG002  a machine agrees beforehand
        """Nobody is asked."""
        return False

    def stage(self, title: str, total: int) -> None:
        """A stage begins."""
        self._title = title
        self._say("stage", name=title, tests=total)

    def test(self, event: pytest_events.TestEvent) -> None:
        """A test began or ended."""
        outcome = result(event) if self._title == RECORDING else event.outcome
        ended = {"outcome": outcome, "detail": event.detail} if event.event == pytest_events.FINISHED else {}
        if event.event != pytest_events.COLLECTED:
            self._say(event.event, test=event.test, cassette=event.cassette, **ended)

    def kept(self, count: int) -> None:
        """How many cassettes wait for the next run."""
        self._say("kept", cassettes=count)

    def verdict(self, verdict: Verdict, *, check: bool) -> None:
        """What the run found."""
        told = [each for each in verdict.decisions if each.outcome is not Outcome.UNCHANGED]
        self._say(
            "verdict",
            exit_code=verdict.exit_code,
            check=check,
            swapped=verdict.swapped,
            counts={outcome: verdict.count(outcome) for outcome in Outcome},
            failures=verdict.failures,
            left_out=[{"test": test, "reason": reason} for test, reason in verdict.left_out],
            cassettes=[_told(each) for each in told],
        )


def _told(decision: Decision) -> dict[str, Any]:
    findings = [asdict(finding) for finding in decision.comparison.changes]
    return {"file": decision.file, "outcome": decision.outcome, "findings": findings}


@contextmanager
def choose_reporter(*, as_json: bool) -> Iterator[Reporter]:
    """The reporter for this terminal, or for a machine."""
    console = Console(soft_wrap=True, highlight=False)
    if as_json:
        yield JsonReporter()
        return
    if not console.is_terminal:
        yield PlainReporter(console)
        return
    console.print("Preparing ...", style="dim")  # no bar yet: who gives out the token may ask for a passphrase
    bar = BarReporter(console)
    try:
        yield bar
    finally:
        bar.line.stop()
