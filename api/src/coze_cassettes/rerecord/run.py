"""Re-recording: stage, record, inspect, replay, compare, swap; what goes wrong on the way costs no cassette."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

from coze_cassettes.account import credentials
from coze_cassettes.account.dotenv import read_environment
from coze_cassettes.account.target import Target, check_things, check_token, choose_target, get_from
from coze_cassettes.cassette import format as cassette_format
from coze_cassettes.cassette import provenance, store
from coze_cassettes.cassette.model import Cassette
from coze_cassettes.cassette.provenance import STAND_IN
from coze_cassettes.errors import CassetteError, Misuse
from coze_cassettes.rerecord import leaks, processes, pytest_events, staging
from coze_cassettes.rerecord.outcome import WRITTEN, Decision, Outcome, Verdict, decide, others
from coze_cassettes.rerecord.plan import Plan, Test, make_plan
from coze_cassettes.rerecord.signals import interruptible, uninterrupted
from coze_cassettes.scrubbing.environment import BASE, TOKEN, known
from coze_cassettes.session.patience import Limits, as_environment, limits


@dataclass(frozen=True)
class Options:
    """The options of one run; ``root`` is the project's folder, ``cassettes`` and ``tests`` are inside it.

    ``account`` and ``changes`` are the stand-in's. ``numbers`` overrules limits by their names, as text.
    """

    root: Path
    cassettes: Path
    tests: str = "api/tests/coze"
    target: str = ""
    keyword: str = ""
    check: bool = False
    yes: bool = False
    fresh: bool = False
    account: str = "a"
    changes: tuple[str, ...] = ()
    numbers: tuple[tuple[str, str], ...] = ()
    keep_staging: Path | None = None

    @property
    def suite(self) -> processes.Suite:
        """What pytest is to run."""
        return processes.Suite(self.root, self.tests, self.keyword)


class Reporter(Protocol):
    """What a run shows, and the one question that it asks."""

    def plan(self, plan: Plan) -> None:
        """Shows what will happen."""

    def agreed(self, plan: Plan) -> bool:
        """Asks whether to go on."""

    def stage(self, title: str, total: int) -> None:
        """A stage of the run begins; ``total`` tests belong to it, 0 if it is not counted."""

    def test(self, event: pytest_events.TestEvent) -> None:
        """A test of the stage began or ended."""

    def kept(self, count: int) -> None:
        """The run ends before its time, and so many cassettes wait for the next one."""


def run(options: Options, shell: Mapping[str, str], reporter: Reporter) -> Verdict:
    """One run. Raises Misuse when it may not begin, KeyboardInterrupt when SIGINT, SIGTERM or SIGHUP ends it.

    In both cases, and with failures in the verdict, the committed cassettes are as they were.
    """
    verdict: Verdict | None = None
    try:
        with interruptible(), _reporting_system_errors(), ExitStack() as stack:
            environment = read_environment(options.root, shell)
            _claim(options, stack)
            verdict = _arranged(options, environment, reporter, stack).verdict()
    except KeyboardInterrupt:
        if verdict is None or not verdict.swapped:
            raise
    return verdict


@contextmanager
def _reporting_system_errors() -> Iterator[None]:
    """What the operating system refuses, a full disk for one, is one sentence."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        fix = f" Make room in {tempfile.gettempdir()}, or set TMPDIR." if error.errno in _NO_ROOM else ""
        raise CassetteError(f"The run cannot go on ({reason}): the cassettes are as they were.{fix}") from None


_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
"""What a full disk answers; here it is that of the staging folder, for the swap tells of its own."""


def _claim(options: Options, stack: ExitStack) -> None:
    """Makes sure that nobody else records these cassettes and that they can be written; clears after killed runs."""
    stack.enter_context(staging.alone(options.cassettes))
    if not options.check:
        staging.require_writable(options.cassettes)
    staging.clear_unfinished(options.cassettes)
    staging.clear_leftovers(options.cassettes)


def _without_coze(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment in which no real account is configured."""
    return {name: value for name, value in environment.items() if not name.startswith("COZE_")}


# --- before anything is recorded ------------------------------------------------------------------------------------


def _arranged(options: Options, environment: dict[str, str], reporter: Reporter, stack: ExitStack) -> _Run:
    """Finds out who it is, from where it records, what, and into which folder; shows the plan, and is agreed with."""
    numbered = {**environment, **dict(options.numbers)}
    limits(numbered)
    target = choose_target(options.target, environment)
    starting = stack.enter_context(processes.stand_in(options.account, options.changes)) if target.local else None
    if starting is None:
        credentials.source(environment)
        known(environment)
    elif options.changes:
        starting.ready()  # it may refuse one: say so before the tests are collected
    tests = _collect(options, environment)
    account = "" if starting else staging.account_digest({**known(environment).placeholders, "": _command(environment)})
    if starting is not None:
        server = starting.ready()
        environment = {**_without_coze(environment), **server.environment}
        target = Target(STAND_IN, server.url)
    numbers = limits(numbered, target.url)
    environment = credentials.with_token(environment, target.url)
    target = _proved(target, environment, numbers)
    plan = replace(make_plan(target, tests, environment), limits=numbers)
    if not plan.cassettes:
        raise Misuse("None of these tests records a cassette from this target: choose others with -k.")
    staged = stack.enter_context(_staged(options, STAND_IN if starting else target.url, account, reporter))
    plan = replace(plan, earlier=staged.earlier, discarded=staged.discarded)
    reporter.plan(plan)
    if starting is None and not options.yes and not reporter.agreed(plan):
        raise Misuse("Nothing was recorded, because nobody agreed to the plan: answer y, or add --yes.")
    staged.begin()
    return _Run(options, environment, target, plan, staged, reporter)


def _command(environment: Mapping[str, str]) -> str:
    return environment.get(credentials.COMMAND, "")


def _proved(target: Target, environment: Mapping[str, str], numbers: Limits) -> Target:
    """The target with its proved origin; Misuse if token or things are refused."""
    known(environment)
    get = get_from(target, environment[TOKEN], numbers)
    target = check_token(target, get)
    check_things(environment, get)
    return target


def _staged(options: Options, target: str, account: str, reporter: Reporter) -> AbstractContextManager[staging.Staging]:
    if options.keep_staging is not None:
        return staging.elsewhere(options.keep_staging)
    sources = staging.sources_digest(options.root, options.root / options.tests.partition("::")[0])
    recipe = staging.Recipe(target, account, sources, options.keyword)
    return staging.opened(options.cassettes, recipe, reporter.kept, fresh=options.fresh)


def _collect(options: Options, environment: Mapping[str, str]) -> list[Test]:
    """The tests that would run, without running them; Misuse if none of them records."""
    collected: list[pytest_events.TestEvent] = []
    arguments = ("--collect-only", "--record-mode=none", "--tb=short", "--cassettes-dir", os.devnull)
    outcomes = processes.run_pytest(
        options.suite, arguments, _without_coze(environment), collected.append, lambda text: text
    )
    if outcomes.failures:
        wrong = Misuse if outcomes.misused else CassetteError
        raise wrong(f"The tests cannot be collected: {outcomes.failures[0]}")
    if all(test.shares_cassette for test in collected):
        where = f"-k {options.keyword!r} selects no test" if options.keyword else f"There is no test in {options.tests}"
        raise Misuse(f"{where} that records a cassette.")
    return [Test(each.test, each.cassette, each.shares_cassette, each.stand_in_only, each.needs) for each in collected]


# --- the stages -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Run:
    """The stages after the consent.

    Below ``staged`` there are ``recorded``, what pytest wrote, and ``final``, what will stand.
    """

    options: Options
    environment: Mapping[str, str]
    target: Target
    plan: Plan
    staged: staging.Staging
    reporter: Reporter

    @property
    def recorded(self) -> Path:
        return self.staged.recorded

    @property
    def final(self) -> Path:
        return self.staged.folder / "final"

    def verdict(self) -> Verdict:
        """Records, inspects, compares, replays, swaps; stops at the first stage that fails."""
        outcomes = self._record()
        left_out = tuple((event.test, event.detail) for event in outcomes.events if event.outcome == "skipped")
        if outcomes.failures:
            return Verdict(left_out=left_out, failures=outcomes.failures)
        if failures := self._inspect(self.recorded):
            return self._given_up(left_out, failures)
        decisions = self._decide()
        if not self._holds(decisions, left_out):
            if failures := self._replay(self.recorded, left_out):
                return self._given_up(left_out, failures)
            decisions = [self._as_recorded(decision) for decision in decisions]
        if not self.options.check:
            self._swap(decisions)
        self.staged.done = True
        return Verdict(tuple(decisions), left_out, swapped=not self.options.check)

    def _given_up(self, left_out: tuple[tuple[str, str], ...], failures: Sequence[str]) -> Verdict:
        """What was recorded is not fit to be gone on with."""
        self.staged.done = True
        return Verdict(left_out=left_out, failures=tuple(failures))

    def _as_recorded(self, decision: Decision) -> Decision:
        """A changed cassette with numbers and values of its own: that one has been inspected and replayed."""
        if decision.outcome is not Outcome.CHANGED:
            return decision
        return replace(decision, cassette=store.read(self.recorded / decision.file))

    def _record(self) -> processes.PytestResult:
        """Records what an interrupted run has not recorded already."""
        earlier = [
            test.id for test in self.plan.tests if test.cassette in self.staged.earlier and not test.shares_cassette
        ]
        self.reporter.stage("recording", len(self.plan.tests) - len(earlier))
        arguments = ("--record-mode=all", "--cassettes-dir", str(self.recorded), "--recorded-from", self.target.origin)
        environment = {**self.environment, **as_environment(self.plan.limits), BASE: self.target.url}
        if provenance.is_loopback(self.target.url):
            environment = {**environment, **_no_proxy(environment)}
        brief = ("--tb=no", "--show-capture=no", f"--maxfail={self.plan.limits.failures}")
        return self._pytest((*arguments, *brief), environment, earlier)

    def _inspect(self, folder: Path) -> list[str]:
        """One sentence a finding: of the inspector, or of the stand-in's own list of what it planted."""
        self.reporter.stage("inspecting", 0)
        secrets = known(self.environment)
        planted = leaks.canaries_of(self.target.url) if self.target.origin == STAND_IN else ()
        found = []
        for path in store.files(folder):
            name = path.relative_to(folder).as_posix()
            found += [f"{name}: {finding}" for finding in leaks.inspect_file(path, secrets.placeholders)]
            found += [f"{name}: a planted {kind} is still in it" for kind in leaks.canaries_in(path, planted)]
        stray = [path for path in folder.rglob("*") if path.is_file() and path.suffix != store.SUFFIX]
        return found + [f"{path.name}: not a cassette, and nobody asked for it" for path in stray]

    def _replay(self, folder: Path, left_out: Sequence[tuple[str, str]]) -> list[str]:
        """Replays a folder of cassettes with the network blocked; tests that were left out play the committed ones."""
        self.reporter.stage("replaying", len(self.plan.tests))
        complete = self.staged.folder / f"replay-{folder.name}"
        staging.copy(folder, complete)
        files = {test.id: test.cassette for test in self.plan.tests}
        skipped = [test for test, _ in left_out]
        absent = [test for test in skipped if files.get(test) and not self._borrow(files[test], complete)]
        arguments = ("--record-mode=none", "--cassettes-dir", str(complete), "--tb=no")
        outcomes = self._pytest(arguments, _without_coze(self.environment), absent)
        return [f"does not replay: {failure}" for failure in outcomes.failures]

    def _borrow(self, file: str, folder: Path) -> bool:
        """Copies a committed cassette into a folder that is to be replayed, if there is one."""
        source, copy = self.options.cassettes / file, folder / file
        if source.exists() and not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copy)
        return copy.exists()

    def _decide(self) -> list[Decision]:
        self.reporter.stage("comparing", 0)
        committed = names(self.options.cassettes)
        recorded = names(self.recorded)
        decisions = [decide(file, self._committed(file), store.read(self.recorded / file)) for file in recorded]
        whole = not self.options.keyword
        return decisions + (others(committed, recorded, self.plan.tests) if whole else [])

    def _committed(self, file: str) -> Cassette | None:
        path = self.options.cassettes / file
        return store.read(path) if path.exists() else None

    def _holds(self, decisions: Sequence[Decision], left_out: Sequence[tuple[str, str]]) -> bool:
        """Whether what took over old numbers and values replays, beside the others, and is clean.

        With nothing of that kind it does not, and what was recorded is replayed as it is.
        """
        edited = [decision for decision in decisions if decision.outcome is Outcome.CHANGED]
        if not edited:
            return False
        staging.copy(self.recorded, self.final)
        for decision in edited:
            store.write(self.final / decision.file, _cassette(decision))
        return not (self._inspect(self.final) or self._replay(self.final, left_out))

    def _swap(self, decisions: Sequence[Decision]) -> None:
        """Puts the new files in place; a signal that comes meanwhile comes too late."""
        with uninterrupted(forget=True):
            texts = [(each.file, _text(each)) for each in decisions if each.outcome in WRITTEN]
            staging.swap(self.options.cassettes, texts)

    def _pytest(
        self, arguments: Sequence[str], environment: Mapping[str, str], left_out: Sequence[str]
    ) -> processes.PytestResult:
        redact = leaks.redactor(known(self.environment).placeholders)
        if left_out:
            names = self.staged.folder / "left-out.txt"
            store.write_text(names, "\n".join(left_out))
            arguments = (*arguments, pytest_events.LEAVE_OUT, str(names))
        return processes.run_pytest(self.options.suite, arguments, environment, self.reporter.test, redact)


def _cassette(decision: Decision) -> Cassette:
    if decision.cassette is None:
        raise CassetteError(f"{decision.file}: there is nothing to write; this is a defect of the toolkit")
    return decision.cassette


def _text(decision: Decision) -> str:
    return cassette_format.dumps(store.sealed(_cassette(decision)))


def names(folder: Path) -> list[str]:
    """The cassettes of a folder, named below it."""
    return [path.relative_to(folder).as_posix() for path in store.files(folder)]


def _no_proxy(environment: Mapping[str, str]) -> dict[str, str]:
    """Keeps the way to this machine free of proxies."""
    value = ",".join(filter(None, (environment.get("NO_PROXY"), "127.0.0.1", "localhost")))
    return {"NO_PROXY": value, "no_proxy": value}
