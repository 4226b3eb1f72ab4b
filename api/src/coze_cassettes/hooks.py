"""What pytest does for the tests of ours; registered in projects that have opted in only."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn
from unittest import mock

import _pytest.timing
import pytest

from coze_cassettes import collection as agreement
from coze_cassettes import coze_tests, fixtures, markers, naming, orphans, reports
from coze_cassettes.cassette import provenance
from coze_cassettes.coze_tests import CozeTests
from coze_cassettes.errors import CassetteError, NotWritten
from coze_cassettes.scrubbing import environment
from coze_cassettes.session import clock, guard, redaction
from coze_cassettes.session.limits import read_limits
from coze_cassettes.session.outside import Outside, refused
from coze_cassettes.session.player import Player
from coze_cassettes.session.recorder import Recorder
from coze_cassettes.session.session import TEST_LABEL, Session, Settings
from coze_cassettes.session.throttle import Throttle

MODES = ("none", "all")


@dataclass(frozen=True)
class Run:
    """What is the same for all tests of ours: ``refusal`` says why none of them may run with these options."""

    tests: CozeTests
    settings: Settings
    recording: bool
    refusal: str = ""


_run = pytest.StashKey[Run]()
_resources = pytest.StashKey[ExitStack]()
_not_passed = pytest.StashKey[bool]()

_refusals = pytest.StashKey[list[str]]()
"""Where an item keeps why it may not run."""

_outermost = pytest.StashKey[set[int]]()
"""The nodes of the collection that have been given the fixtures."""


# --- the run --------------------------------------------------------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    """Register markers, find out what the run is to do, and give the fixtures to a project that is ours as a whole."""
    for marker in markers.MARKERS:
        config.addinivalue_line("markers", marker)
    tests = coze_tests.coze_tests_of(config)
    config.stash[coze_tests.KEY] = tests
    _measure_really(config)
    config.stash[_run] = run = _run_of(config, tests)
    config.stash[fixtures.OUTSIDE] = outside = Outside(_fail)
    config.stash[_resources] = ExitStack()
    if run.recording and not run.refusal:
        config.stash[_resources].enter_context(refused(outside, run.settings.target))
    config.stash[_outermost] = set()
    config.stash[fixtures.OVERRIDDEN] = set[str]()
    if run.recording:
        config.pluginmanager.register(reports.Reports(tests), "coze_cassettes.reports")
        run.settings.throttle.announce = reports.announcer(config)
    if config.rootpath in tests:
        config.pluginmanager.register(fixtures.as_plugin(), "coze_cassettes.fixtures")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Let calls to Coze pass again."""
    config.stash[_resources].close()


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Know which fixture a call to Coze comes from."""
    with request.config.stash[fixtures.OUTSIDE].caller(f"The {fixturedef.scope} fixture {fixturedef.argname}"):
        return (yield)


def _measure_really(config: pytest.Config) -> None:
    """Let pytest measure how long a test takes by the real clock; it offers its functions of time to be replaced."""
    measured = mock.patch.object(_pytest.timing, "perf_counter", clock.real_perf_counter)
    measured.start()
    config.add_cleanup(measured.stop)


def _run_of(config: pytest.Config, tests: CozeTests) -> Run:
    mode = config.getoption("--record-mode") or "none"
    recording = mode == "all"
    target = os.environ.get(environment.BASE, "https://api.coze.com").rstrip("/")
    recorded_from = config.getoption("--recorded-from") or provenance.of_target(target)
    allowed = frozenset(map(str, config.getini("cassettes_allow_opaque")))
    settings = Settings(target, recorded_from, config.getini("cassettes_record_command"), allow_opaque=allowed)
    try:
        settings = replace(settings, throttle=Throttle(read_limits(os.environ, target)))
    except CassetteError as error:
        return Run(tests, settings, recording, str(error))
    return Run(tests, settings, recording, _refusal(config, mode))


def _refusal(config: pytest.Config, mode: str) -> str:
    if mode not in MODES:
        return f"--record-mode={mode} is not safe here: use all to record, none to replay."
    if config.getoption("--disable-recording"):
        return "--disable-recording would send each request to Coze: leave it out; --record-mode=all records."
    if mode == "none":
        return ""
    if not os.environ.get(environment.TOKEN):
        return f"Recording needs {environment.TOKEN} in the environment."
    if not config.pluginmanager.hasplugin("capturemanager"):
        return "While recording, -p no:capture would print what is not scrubbed yet."
    live_log = bool(config.getini("log_cli") or config.getoption("log_cli_level", default=None))
    log_file = config.getoption("log_file", default=None) or config.getini("log_file")
    return redaction.refused(vars(config.option), os.environ, live_log=live_log, log_file=str(log_file or ""))


def pytest_report_header(config: pytest.Config) -> Iterable[str]:
    """Say what is recorded from where, or that cassettes are replayed."""
    run = config.stash[_run]
    if run.recording:
        return [f"cassettes: RECORDING from {run.settings.recorded_from}"]
    return [f"cassettes: replaying {config.getoption('--cassettes-dir') or config.getini('cassettes_dir')}"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which options of the other tests' vcr_config do not apply to ours."""
    names = terminalreporter.config.stash[fixtures.OVERRIDDEN]
    if names:
        shown = ", ".join(sorted(names))
        terminalreporter.write_line(f"cassettes: from the vcr_config of the other tests, not applied to ours: {shown}")


# --- collection -----------------------------------------------------------------------------------------------------


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Give the fixtures to the outermost node of ours, before its conftest.py is asked for others."""
    config = collector.config
    tests = config.stash[coze_tests.KEY]
    if isinstance(collector, pytest.Session) or config.rootpath in tests or collector.path not in tests:
        return
    registered = config.stash[_outermost]
    if not any(id(node) in registered for node in collector.listchain()):
        registered.add(id(collector))
        fixtures.register_below(collector)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """While a module of ours is imported for a replay, block the network and let clients be made from placeholders."""
    run = collector.config.stash[_run]
    if run.recording or collector.path not in run.tests:
        return (yield)
    with (
        guard.blocked_network(markers.hosts_of(collector.config.getoption("--allowed-hosts"))),
        environment.placeholder_context(),
    ):
        return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse what would make tests and cassettes disagree; while recording, tests that share a cassette come last."""
    run = config.stash[_run]
    ours = [item for item in items if run.tests.is_ours(item)]
    _refuse(config, items, _problems(run, ours, config))
    if run.recording:
        items.sort(key=lambda item: run.tests.is_ours(item) and markers.shares_cassette(item))
    else:
        items += orphans.orphan_items(session, ours)


def _problems(run: Run, ours: list[pytest.Item], config: pytest.Config) -> agreement.Problems:
    if run.refusal:
        return {item: [run.refusal] for item in ours}
    found = agreement.problems(ours, naming.cassettes_folder(config))
    if run.recording:
        found |= agreement.telling_ids(ours, environment.configured_values(os.environ).placeholders)
    return found


def _refuse(config: pytest.Config, items: Sequence[pytest.Item], problems: agreement.Problems) -> None:
    """Refuse tests one by one; a run in which all are refused does not begin (a worker of pytest-xdist must)."""
    if problems and len(problems) == len(items) and not hasattr(config, "workerinput"):
        raise pytest.UsageError("\n".join(dict.fromkeys(each for found in problems.values() for each in found)))
    for item, sentences in problems.items():
        item.stash[_refusals] = sentences


def _fail(message: str) -> NoReturn:
    raise fixtures.Refusal(message, pytrace=False)


# --- one test -------------------------------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Block the network around a test of ours, this machine's own addresses only where it may not talk to them."""
    with _guard_context(item):
        return (yield)


@contextmanager
def _guard_context(item: pytest.Item) -> Iterator[None]:
    run = item.config.stash[_run]
    if item.path not in run.tests:
        with item.config.stash[fixtures.OUTSIDE].let_pass():
            yield
        return
    ours = run.tests.is_ours(item)
    asked = item.config.getoption("--block-network") or item.get_closest_marker("block_network") is not None
    with ExitStack() as stack:
        if not run.recording if ours else asked:
            stack.enter_context(guard.blocked_network(markers.allowed_hosts(item)))
        if ours and not run.recording:
            stack.enter_context(environment.placeholder_context())
        if not ours:
            unmarked = f"{item.nodeid}, which is not marked vcr,"
            stack.enter_context(item.config.stash[fixtures.OUTSIDE].caller(unmarked))
        if item.get_closest_marker("loopback") is not None:
            stack.enter_context(guard.opened_network(loopback=True))
        yield


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin the session of a test of ours, before any fixture."""
    run = item.config.stash[_run]
    item.stash[_not_passed] = False
    if refusals := item.stash.get(_refusals, None):
        _fail("\n".join(refusals))
    if not run.tests.is_ours(item):
        return
    path = naming.cassette_path(item, naming.cassettes_folder(item.config))
    if run.recording and (reason := _left_out(item, path, run.settings)):
        raise fixtures.NotConfigured(reason)
    records = run.recording and not markers.shares_cassette(item)
    arguments = (item.nodeid, path, run.settings, _fail)
    session = Recorder(*arguments) if records else Player(*arguments)
    session.owner = naming.owner_id(item)
    if problem := _begun(session, item.stash.get(orphans.RENAMED, "")):
        _fail(problem)
    item.stash[fixtures.SESSION] = session


def _left_out(item: pytest.Item, path: Path, settings: Settings) -> str:
    """Why a recording leaves a test out, or an empty string."""
    if item.get_closest_marker("stand_in_only") and settings.recorded_from != provenance.STAND_IN:
        return "only the stand-in gives this answer on demand"
    if lacking := [name for name in markers.needed_variables(item) if not os.environ.get(name)]:
        return f"needs {', '.join(lacking)}"
    if markers.shares_cassette(item) and not path.exists():
        return f"{path.stem} was not recorded, and this test replays its cassette"
    return ""


def _begun(session: Recorder | Player, renamed: str) -> str:
    """Why a session cannot begin, or an empty string; a test without a cassette may send nothing to Coze."""
    if isinstance(session, Player) and not session.path.exists():
        return f"{renamed}\n  if not: {session.record_command}" if renamed else ""
    try:
        if isinstance(session, Recorder):
            session.configured = environment.configured_values(os.environ)
        else:
            session.load(environment.readable_values(os.environ).placeholders)
    except CassetteError as error:
        if isinstance(session, Recorder):
            return f"{error}\n  record it: {session.record_command}"
        reason = str(error).removeprefix(f"{session.path}: ")
        return session.report(f"unreadable cassette: {reason}")
    return ""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember whether every phase of a test passed; say why it could not go on."""
    report = yield
    item.stash[_not_passed] = item.stash.get(_not_passed, False) or not report.passed
    session = item.stash.get(fixtures.SESSION, None)
    if report.failed and session is not None and session.complaint:  # an async test is ended by cancelling it
        report.longrepr = _with_line(session.complaint, item, call)
    elif report.failed and call.excinfo is not None and isinstance(call.excinfo.value, fixtures.Refusal):
        report.longrepr = str(call.excinfo.value)  # pytest's summary would begin with the name of the class
    return report


def _with_line(message: str, item: pytest.Item, call: pytest.CallInfo[None]) -> str:
    """A message in which the test is followed by the line of its own at which it ended."""
    entries = call.excinfo.traceback if call.excinfo is not None else ()
    own = [entry.lineno + 1 for entry in entries if Path(entry.path) == item.path]
    named = f"{TEST_LABEL}{item.nodeid}"
    return message.replace(named, f"{named}, line {own[0]}", 1) if own else message


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Judge a test once all its fixtures are gone: save what it recorded, or see that it played everything."""
    result = yield
    session = item.stash.get(fixtures.SESSION, None)
    if session is None or item.stash[_not_passed]:
        return result
    if message := _judge(session, item.session):
        _fail(message)
    return result


def _judge(session: Session, run: pytest.Session) -> str:
    """Why a test that passed fails after all, or an empty string."""
    if isinstance(session, Recorder):
        return _save(session, run)
    return session.complaint or (session.unplayed() if isinstance(session, Player) else "")


def _save(recorder: Recorder, run: pytest.Session) -> str:
    """Why a cassette is not saved, or an empty string."""
    try:
        recorder.save()
    except NotWritten as error:
        run.shouldfail = "no cassette can be written any more"
        return str(error)
    except CassetteError as error:
        return str(error)
    return ""
