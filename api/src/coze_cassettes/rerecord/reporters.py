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
from rich.table import Table
from rich.text import Text

from coze_cassettes.account.target import shown_url
from coze_cassettes.cassette.provenance import STAND_IN
from coze_cassettes.diff import Severity
from coze_cassettes.pluralize import pluralize
from coze_cassettes.rerecord import options, pytest_events, report
from coze_cassettes.rerecord.outcome import Decision, Outcome, Verdict
from coze_cassettes.rerecord.plan import EFFECTS, Plan

RECORDING: Final = "recording"
_STYLES: Final = {
    Severity.BREAKING: "bold red",
    Severity.INFO: "cyan",
    Severity.NOTE: "yellow",
    "failed": "bold red",
    "left out": "dim",
    "end": "bold",
}


class Reporter(options.Reporter, Protocol):
    """What shows a run, and how it ended."""

    def verdict(self, verdict: Verdict, *, check: bool, folder: str) -> None:
        """Shows what the run found."""


def result(event: pytest_events.TestEvent) -> str:
    """What a test of a recording did: recorded, replayed (a shared cassette), kept (its cassette stays), failed."""
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
        self.console.print(f"Recording {cassettes} from {plan.target.provenance} ({where})", style="bold")
        self.console.print(_table(plan_rows(plan)))

    def confirm(self, plan: Plan) -> bool:  # noqa: ARG002  it has been shown
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
        """A test began, waits or ended; while recording each that ended has its line, later only those that failed."""
        if event.event == pytest_events.WAITING:
            self.console.print(f"  {escape(event.test)}: {event.detail}", style="dim")
        if event.event == pytest_events.FINISHED:
            self._done += 1
            if self._title == RECORDING or event.outcome == "failed":
                place = f"{self._done:{len(str(self._total))}}/{self._total}"
                self.console.print(f"  {place} {result(event)}: {escape(event.test)}")

    def note_kept(self, count: int) -> None:
        """Says how to go on."""
        self.console.print(report.kept_advice(count))

    def verdict(self, verdict: Verdict, *, check: bool, folder: str) -> None:
        """Shows what was left out, failures, what changed and what became of the cassettes."""
        for line in report.lines(verdict, check=check, folder=folder):
            self.console.print(escape(line.text), style=_STYLES.get(line.kind, ""))


class ProgressLines(Progress):
    """A line of progress, and below it the whole id of the running test; of one that is too long, the end."""

    def __init__(self, console: Console) -> None:
        self._terminal = console
        self.current_test = ""
        numbers = (BarColumn(20), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.fields[counts]}"))
        super().__init__(TextColumn("{task.description}"), *numbers, console=console, transient=True)

    def get_renderables(self) -> Iterator[RenderableType]:
        """The lines, narrower than the terminal: a ^C that it shows at the end of a full one would begin another."""
        width = self._terminal.width - len("^C ")
        yield Constrain(self.make_tasks_table(self.tasks), width)
        if self.current_test:
            whole = len(self.current_test) <= width
            yield Text(self.current_test if whole else f"…{self.current_test[1 - width :]}", no_wrap=True)


class BarReporter(PlainReporter):
    """A progress bar with the stage, what was recorded, kept and failed, the time that is left and the current test."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self.progress = ProgressLines(console)
        self._task = self.progress.add_task("", visible=False, counts="")
        self._counts: Counter[str] = Counter()

    def stage(self, title: str, total: int) -> None:
        """A stage begins."""
        self._title = title
        self._counts.clear()
        self.progress.remove_task(self._task)
        self.progress.current_test = ""
        self._task = self.progress.add_task(title, total=total or None, counts="")
        self.progress.start()

    def test(self, event: pytest_events.TestEvent) -> None:
        """A test began or ended."""
        if event.event == pytest_events.STARTED:
            self.progress.current_test = event.test
        elif event.event == pytest_events.WAITING:
            self.console.print(f"  {escape(event.test)}: {event.detail}", style="dim")
        elif event.event == pytest_events.FINISHED:
            self._counts[result(event)] += 1
            counts = (f"{self._counts[name]} {name}" for name in ("recorded", "kept", "failed") if self._counts[name])
            shown = ", ".join(counts) if self._title == RECORDING else ""
            self.progress.update(self._task, advance=1, counts=shown)
            if event.outcome == "failed":
                self.console.print(f"  failed: {escape(event.test)}")


def plan_rows(plan: Plan) -> Iterator[tuple[str, str]]:
    """What will be recorded, what that does to the account and to the world, and what bounds it: a label, a phrase."""
    for module, count in sorted(plan.modules.items()):
        yield "records", f"{module}: {pluralize(count, 'cassette')}"
    if plan.earlier:
        yield "goes on with", f"{pluralize(len(plan.earlier), 'cassette')} recorded by an earlier run"
    if plan.discarded:
        yield "throws away", f"{pluralize(plan.discarded, 'cassette')} recorded by another earlier run"
    for reason, count in plan.reasons.items():
        yield "leaves out", f"{pluralize(count, 'test')}: {reason}"
    if plan.deselected:
        yield "leaves out", f"{pluralize(plan.deselected, 'test')}: deselected by options of pytest (addopts)"
    for variable in plan.unset:
        yield "leaves out", f"what needs {variable}, which is not set"
    for bound in plan.bounds:
        yield "limits", bound
    yield "if a test fails", plan.after_failure
    yield from EFFECTS if plan.target.provenance != STAND_IN else ()


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
            provenance=plan.target.provenance,
            url=shown_url(plan.target.url),
            cassettes=plan.cassettes,
            earlier=sorted(plan.earlier),
            discarded=plan.discarded,
            deselected=plan.deselected,
            left_out=[{"test": test.id, "reason": reason} for test, reason in plan.left_out],
            unset=plan.unset,
            limits=asdict(plan.limits),
        )

    def confirm(self, plan: Plan) -> bool:  # noqa: ARG002  a machine agrees beforehand
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
        if event.event == pytest_events.WAITING:
            ended = {"detail": event.detail}
        if event.event != pytest_events.COLLECTED:
            self._say(event.event, test=event.test, cassette=event.cassette, **ended)

    def note_kept(self, count: int) -> None:
        """How many cassettes wait for the next run."""
        self._say("kept", cassettes=count)

    def verdict(self, verdict: Verdict, *, check: bool, folder: str) -> None:
        """What the run found."""
        self._say(
            "verdict",
            exit_code=verdict.exit_code,
            check=check,
            swapped=verdict.swapped,
            folder=folder,
            counts={outcome: verdict.count(outcome) for outcome in Outcome},
            failures=[asdict(failure) for failure in verdict.failures],
            left_out=[{"test": test, "reason": reason} for test, reason in verdict.left_out],
            changes=[asdict(group) for group in verdict.groups],
            cassettes=[_as_json(each) for each in verdict.decisions if each.outcome is not Outcome.UNCHANGED],
        )


def _as_json(decision: Decision) -> dict[str, Any]:
    changes = [asdict(change) for change in decision.comparison.changes]
    return {"file": decision.file, "outcome": decision.outcome, "reason": decision.reason, "changes": changes}


@contextmanager
def choose_reporter(*, as_json: bool) -> Iterator[Reporter]:
    """The reporter for this terminal, or for a machine."""
    console = Console(soft_wrap=True, highlight=False)
    if as_json:
        yield JsonReporter()
        return
    if not (console.is_interactive and console.file.isatty()):  # FORCE_COLOR makes no terminal of a log
        yield PlainReporter(console)
        return
    console.print("Preparing ...", style="dim")  # no bar yet: who gives out the token may ask for a passphrase
    bar = BarReporter(console)
    try:
        yield bar
    finally:
        bar.progress.stop()
