"""A run of ``rerecord``: what must hold before anything is sent, then the stages."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from coze_cassettes.account import credentials
from coze_cassettes.account.env_file import read_environment
from coze_cassettes.account.target import Target, check_things, check_token, choose_target, get_from
from coze_cassettes.cassette.provenance import STAND_IN
from coze_cassettes.errors import CassetteError, Misuse, system_reason
from coze_cassettes.pluralize import pluralize
from coze_cassettes.rerecord import processes, project_options, pytest_events, staging
from coze_cassettes.rerecord.options import Options, Reporter, without_coze
from coze_cassettes.rerecord.outcome import Collected, Verdict
from coze_cassettes.rerecord.plan import Test, make_plan
from coze_cassettes.rerecord.signals import interruptible
from coze_cassettes.rerecord.stages import Stages, names
from coze_cassettes.scrubbing.environment import TOKEN, configured_values
from coze_cassettes.session.limits import Limits, read_limits


def run(options: Options, shell: Mapping[str, str], reporter: Reporter) -> Verdict:
    """One run. Raises Misuse when it may not begin, KeyboardInterrupt when SIGINT, SIGTERM or SIGHUP ends it.

    In both cases the committed cassettes are as they were.
    """
    verdict: Verdict | None = None
    try:
        with interruptible(), _reporting_system_errors(), ExitStack() as stack:
            environment = read_environment(options.root, shell)
            _claim(options, stack)
            verdict = _arrange(options, environment, reporter, stack).verdict()
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
        reason = error.strerror if error.errno in _NO_ROOM else system_reason(error)
        fix = f" Make room in {staging.home()}." if error.errno in _NO_ROOM else ""
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


# --- before anything is recorded ------------------------------------------------------------------------------------


def _arrange(options: Options, environment: dict[str, str], reporter: Reporter, stack: ExitStack) -> Stages:
    """Finds out who it is, from where it records, what, and into which folder; shows the plan, and is agreed with."""
    numbered = {**environment, **dict(options.numbers)}
    read_limits(numbered)
    target = choose_target(options.target, environment)
    starting = stack.enter_context(processes.stand_in(options.account, options.changes)) if target.local else None
    if starting is None:
        credentials.source(environment)
        configured_values(environment)
    elif options.changes:
        starting.ready()  # it may refuse one: say so before the tests are collected
    tests, collected = _collect(options, environment)
    account = (
        ""
        if starting
        else staging.account_digest({**configured_values(environment).placeholders, "": _command(environment)})
    )
    if starting is not None:
        server = starting.ready()
        environment = {**without_coze(environment), **server.environment}
        target = Target(STAND_IN, server.url)
    numbers = read_limits(numbered, target.url)
    environment = credentials.add_token(environment, target.url)
    target = _prove(target, environment, numbers)
    plan = replace(make_plan(target, tests, environment), limits=numbers, all_or_nothing=options.all_or_nothing)
    if not plan.cassettes:
        raise Misuse("None of these tests records a cassette from this target: choose others with -k.")
    staged = stack.enter_context(_staging_context(options, STAND_IN if starting else target.url, account, reporter))
    plan = replace(plan, earlier=staged.earlier, discarded=staged.discarded, deselected=collected.deselected)
    reporter.plan(plan)
    if starting is None and not options.yes and not reporter.confirm(plan):
        raise Misuse("Nothing was recorded, since the plan was not confirmed: answer y, or add --yes.")
    staged.begin()
    return Stages(options, environment, plan, collected, staged, reporter)


def _command(environment: Mapping[str, str]) -> str:
    return environment.get(credentials.COMMAND, "")


def _prove(target: Target, environment: Mapping[str, str], numbers: Limits) -> Target:
    """The target with its proved provenance; Misuse if token or things are refused."""
    configured_values(environment)
    get = get_from(target, environment[TOKEN], numbers)
    target = check_token(target, get)
    check_things(environment, get)
    return target


def _staging_context(
    options: Options, target: str, account: str, reporter: Reporter
) -> AbstractContextManager[staging.Staging]:
    if options.keep_staging is not None:
        return staging.elsewhere(options.keep_staging)
    sources = staging.sources_digest(options.root, [options.root / each.partition("::")[0] for each in options.tests])
    recipe = staging.Recipe(target, account, sources, options.keyword)
    return staging.open_context(options.cassettes, recipe, reporter.note_kept, fresh=options.fresh)


def _collect(options: Options, environment: Mapping[str, str]) -> tuple[list[Test], Collected]:
    """The tests that would run, without running them; Misuse if none of them records."""
    events: list[pytest_events.TestEvent] = []
    arguments = (project_options.COLLECT_ONLY, "--record-mode=none", "--tb=short", f"--cassettes-dir={os.devnull}")
    result = processes.run_pytest(options.suite, arguments, without_coze(environment), events.append, lambda text: text)
    if result.problem:
        wrong = Misuse if result.misused else CassetteError
        raise wrong(f"The tests cannot be collected: {result.problem}")
    tests = [
        Test(each.test, each.cassette, each.shares_cassette, each.stand_in_only, each.needs)
        for each in events
        if each.event == pytest_events.COLLECTED
    ]
    collected = _read_collected(options, tests, events)
    if all(test.shares_cassette for test in tests):
        why = f" ({pluralize(collected.deselected, 'test')} deselected by addopts)" if collected.deselected else ""
        where = (
            f"-k {options.keyword!r} selects no test"
            if options.keyword
            else f"There is no test in {', '.join(options.tests)}"
        )
        raise Misuse(f"{where} that records a cassette{why}.")
    return tests, collected


def _read_collected(options: Options, tests: Sequence[Test], events: Sequence[pytest_events.TestEvent]) -> Collected:
    """What is known of the committed cassettes: those of a module that was chosen from are neither living nor dead."""
    chosen_from = options.keyword or any("::" in each for each in options.tests)
    folders = {each.cassette for each in events if each.event == pytest_events.MODULE}
    bases = [Path(each.test) for each in events if each.event == pytest_events.BASE]
    committed = {file.rpartition("/")[0] for file in names(options.cassettes)}
    gone = {folder for folder in committed for base in bases if not (base / f"{folder}.py").exists()}
    deselected = [] if chosen_from else [each for each in events if each.event == pytest_events.DESELECTED]
    played = frozenset({test.cassette for test in tests} | {each.cassette for each in deselected})
    return Collected(played, frozenset() if chosen_from else frozenset(folders), frozenset(gone), len(deselected))
