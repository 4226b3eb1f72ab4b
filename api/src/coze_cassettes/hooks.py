"""What pytest does for the Coze tests; registered in projects that have opted in only."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from unittest import mock

import _pytest.timing
import pytest
from _pytest._code.code import ReprFileLocation  # the type of what pytest's summary reads

from coze_cassettes import collection as agreement
from coze_cassettes import (
    coze_tests,
    fixtures,
    markers,
    naming,
    network,
    orphans,
    overrides,
    replay_variables,
    replayed_tests,
)
from coze_cassettes.cassette import provenance
from coze_cassettes.coze_tests import CozeTests
from coze_cassettes.errors import CassetteError
from coze_cassettes.fixtures import RunningTest
from coze_cassettes.replay_variables import ReplayVariables
from coze_cassettes.scrubbing import environment
from coze_cassettes.session import clock, connections, guard, redaction
from coze_cassettes.session.limits import read_limits
from coze_cassettes.session.session import TEST_LABEL, Settings
from coze_cassettes.session.throttle import Throttle

MODES = ("none", "all")

Begin = Callable[[pytest.Item, Path, Settings], RunningTest]
"""Begins a Coze test, given the file of its cassette: it records or replays."""


@dataclass(frozen=True)
class Run:
    """What is the same for all Coze tests: ``refusal`` says why none of them may run with these options."""

    tests: CozeTests
    settings: Settings
    recording: bool
    refusal: str = ""


_run = pytest.StashKey[Run]()
_begin = pytest.StashKey[Begin]()
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
    config.stash[_begin] = _begin_of(config, run)
    config.stash[_outermost] = set()
    config.stash[replay_variables.KEY] = variables = ReplayVariables()
    config.add_cleanup(variables.restore)  # if the run ends before its last test does
    config.stash[fixtures.OVERRIDDEN] = set[str]()
    if config.rootpath in tests:
        config.pluginmanager.register(fixtures.as_plugin(), "coze_cassettes.fixtures")


def _begin_of(config: pytest.Config, run: Run) -> Begin:
    if not run.recording:
        return replayed_tests.begin
    from coze_cassettes import recorded_tests  # noqa: PLC0415  a replay does not wait for scrubber and inspector

    return recorded_tests.register(config, run.tests, run.settings, is_refused=bool(run.refusal)).begin


def _measure_really(config: pytest.Config) -> None:
    """Let pytest measure how long a test takes by the real clock; it offers its functions of time to be replaced."""
    measured = mock.patch.object(_pytest.timing, "perf_counter", clock.real_perf_counter)
    measured.start()
    config.add_cleanup(measured.stop)


def _run_of(config: pytest.Config, tests: CozeTests) -> Run:
    mode = config.getoption("--record-mode") or "none"
    recording = mode == "all"
    target = environment.target_of(os.environ)
    recorded_from = config.getoption("--recorded-from") or provenance.of_target(target)
    allowed = frozenset(map(str, config.getini("cassettes_allow_opaque")))
    settings = Settings(target, recorded_from, config.getini("cassettes_record_command"), allow_opaque=allowed)
    try:
        settings = replace(settings, throttle=Throttle(read_limits(os.environ, target)))
    except CassetteError as error:
        return Run(tests, settings, recording, str(error))
    return Run(tests, settings, recording, _refusal(config, mode, target))


def _refusal(config: pytest.Config, mode: str, target: str) -> str:
    if mode not in MODES:
        return f"--record-mode={mode} is not safe here: use all to record, none to replay."
    if config.getoption("--disable-recording"):
        return "--disable-recording would send each request to Coze: leave it out; --record-mode=all records."
    if mode == "none":
        return ""
    if sentence := environment.refusal(os.environ) or connections.problem(target, os.environ):
        return sentence
    if not config.pluginmanager.hasplugin("capturemanager"):
        return "While recording, -p no:capture would print what is not scrubbed yet."
    live_log = bool(config.getini("log_cli") or config.getoption("log_cli_level", default=None))
    log_file = config.getoption("log_file", default=None) or config.getini("log_file")
    return redaction.refusal(vars(config.option), os.environ, live_log=live_log, log_file=str(log_file or ""))


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


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> Generator[None, None, None]:
    """Let no hook of a conftest.py call Coze in a replay."""
    with _coze_blocked_context(session.config):
        yield


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """The same while tests are collected."""
    with _coze_blocked_context(session.config):
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, None, None]:
    """The same at the end."""
    with _coze_blocked_context(session.config):
        yield


@contextmanager
def _coze_blocked_context(config: pytest.Config) -> Iterator[None]:
    """Refuse calls to Coze that no test makes, in a replay of ours only: others' hooks may do as they like."""
    run = config.stash[_run]
    chosen = (config.invocation_params.dir / each.partition("::")[0] for each in config.args)
    if run.recording or not all(Path(os.path.normpath(each)) in run.tests for each in chosen):
        yield
        return
    try:
        with guard.coze_blocked_context():
            yield
    except guard.NetworkBlocked as error:
        raise pytest.UsageError(str(error)) from error


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
    if collector.path not in run.tests:
        return (yield)
    with (
        network.import_context(collector.config, run.settings, recording=run.recording),
        nullcontext() if run.recording else environment.placeholder_context(),
    ):
        return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let a test of ours be parametrised by what its fixture ``vcr`` asks for."""
    if metafunc.definition.path in metafunc.config.stash[coze_tests.KEY]:
        overrides.add_parametrized(metafunc)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse what would make tests and cassettes disagree; while recording, tests that share a cassette come last."""
    run = config.stash[_run]
    folder = naming.cassettes_folder(config)
    ours = {item: naming.cassette_path(item, folder) for item in items if run.tests.is_ours(item)}
    _refuse(config, items, _problems(run, ours, folder))
    if run.recording:
        items.sort(key=lambda item: run.tests.is_ours(item) and markers.shares_cassette(item))
    else:
        items += orphans.orphan_items(session, ours)


def _problems(run: Run, ours: agreement.Paths, folder: Path) -> agreement.Problems:
    if run.refusal:
        return {item: [run.refusal] for item in ours}
    found = agreement.problems(ours, folder)
    if run.recording:
        found |= agreement.revealing_ids(ours, environment.configured_values(os.environ).placeholders)
    return found


def _refuse(config: pytest.Config, items: Sequence[pytest.Item], problems: agreement.Problems) -> None:
    """Refuse tests one by one; a run in which all are refused does not begin (a worker of pytest-xdist must)."""
    if problems and len(problems) == len(items) and not hasattr(config, "workerinput"):
        raise pytest.UsageError("\n".join(dict.fromkeys(each for found in problems.values() for each in found)))
    for item, sentences in problems.items():
        item.stash[_refusals] = sentences


# --- one test -------------------------------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, object, object]:
    """Block the network around a Coze test, this machine's own addresses only where it may not talk to them.

    Afterwards its session is forgotten: pytest keeps its items, and the garbage collector would search all cassettes.
    """
    run = item.config.stash[_run]
    with network.test_context(item, run.settings, recording=run.recording) if item.path in run.tests else nullcontext():
        result = yield
    if nextitem is None or nextitem.path not in run.tests:
        item.config.stash[replay_variables.KEY].restore()
    if fixtures.RUNNING in item.stash:
        del item.stash[fixtures.RUNNING]
    return result


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin the session of a Coze test, before any fixture."""
    run = item.config.stash[_run]
    item.stash[_not_passed] = bool(item.config.getoption("setuponly"))  # --setup-plan too: the test itself does not run
    item.config.stash[fixtures.ITEM] = item
    if refusals := item.stash.get(_refusals, None):
        fixtures.fail("\n".join(refusals))
    if run.tests.is_ours(item):
        path = naming.cassette_path(item, naming.cassettes_folder(item.config))
        item.stash[fixtures.RUNNING] = item.config.stash[_begin](item, path, run.settings)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember whether every phase of a test passed, or skipped it after it asked; say why it could not go on."""
    report = yield
    if report.passed or (report.skipped and not hasattr(report, "wasxfail") and fixtures.has_recorded(item)):
        return report
    item.stash[_not_passed] = True
    running = item.stash.get(fixtures.RUNNING, None)
    if report.failed and running is not None and running.session.complaint:  # cancelling ended it if it is async
        report.longrepr = _with_line(running.session.complaint, item, call)
    elif report.failed and call.excinfo is not None and _is_refusal(call.excinfo.value):
        report.longrepr = str(call.excinfo.value)  # pytest's summary would begin with the name of the class
    elif report.failed and call.excinfo is not None and isinstance(call.excinfo.value, guard.NetworkBlocked):
        _summarise(report, str(call.excinfo.value))
    return report


def _is_refusal(error: BaseException) -> bool:
    return isinstance(error, fixtures.Refusal) and redaction.is_own(error, fixtures.fail)


def _summarise(report: pytest.TestReport, message: str) -> None:
    """Let pytest's summary begin with the message, and not with the name of the class; the traceback stays."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if isinstance(crash, ReprFileLocation):
        crash.message = message


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
    running = item.stash.get(fixtures.RUNNING, None)
    if running is None or item.stash[_not_passed]:
        return result
    if message := running.judge():
        fixtures.fail(message)
    return result
