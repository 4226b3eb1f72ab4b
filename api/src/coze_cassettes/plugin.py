"""What pytest sees: options, markers, hooks; no logic of its own."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from coze_cassettes import collection, fixtures
from coze_cassettes.cassette import provenance
from coze_cassettes.errors import CassetteError, NotWritten
from coze_cassettes.scrubbing import environment
from coze_cassettes.session import network, recording, redaction
from coze_cassettes.session.patience import Patience, limits
from coze_cassettes.session.tape import Settings, Tape

if TYPE_CHECKING:  # pytest-recording must be imported before vcrpy, whose matchers it has rewritten; collection does
    from vcr import VCR

MARKERS = (
    "shared_cassette(test): replay the cassette of another test of the class, never record; for the async counterpart.",
    "stand_in_only(reason): record only from the stand-in: no real account gives this answer on demand.",
    "needs(*names): record only if COZE_<NAME> is set for each: what the test needs of the account.",
    "loopback: needs sockets or processes of this machine; run by scripts/prove.sh.",
)
MODES = ("none", "all")

_resources = pytest.StashKey[ExitStack]()
_settings = pytest.StashKey[Settings]()
_current = pytest.StashKey[Tape]()
_not_passed = pytest.StashKey[bool]()
_disagreements = pytest.StashKey[list[str]]()
"""What a worker of pytest-xdist cannot refuse while it collects, and so refuses with its first test."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the toolkit."""
    group = parser.getgroup("coze-cassettes")
    group.addoption("--cassettes-dir", default=None, help="Folder of the cassettes. Default: ini cassettes_dir.")
    group.addoption("--recorded-from", default=None, choices=provenance.ORIGINS, help="What the target is.")
    parser.addini("cassettes_dir", "Folder of the cassettes, one folder in it a test module.", default="cassettes")
    parser.addini("cassettes_record_command", "What records, as messages say it.", default="coze-cassettes rerecord")


def pytest_configure(config: pytest.Config) -> None:
    """Register markers and fixtures (so late that they win over pytest-recording's), and block the network."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    mode = config.getoption("--record-mode") or "none"
    if mode not in MODES:
        raise pytest.UsageError(f"--record-mode={mode} is not safe here: use all to record, none to replay.")
    config.pluginmanager.register(fixtures, "coze_cassettes.fixtures")
    config.stash[_settings] = _settings_of(config)
    config.stash[_resources] = ExitStack()
    if mode == "all" and not os.environ.get(environment.TOKEN):
        raise pytest.UsageError(f"Recording needs {environment.TOKEN} in the environment.")
    if mode == "all" and (problem := _refused(config)):
        raise pytest.UsageError(problem)
    if mode == "none" and config.getoption("--block-network"):
        config.stash[_resources].enter_context(network.blocked())


def pytest_unconfigure(config: pytest.Config) -> None:
    """Lift the network block."""
    if _resources in config.stash:
        config.stash[_resources].close()


def _refused(config: pytest.Config) -> str:
    """Why a recording must not run with these options; its warnings are not summed up, since they quote values."""
    config.option.disable_warnings = True
    live_log = bool(config.getini("log_cli") or config.getoption("log_cli_level", default=None))
    log_file = config.getoption("log_file", default=None) or config.getini("log_file")
    return redaction.refused(vars(config.option), live_log=live_log, log_file=str(log_file or ""))


def _settings_of(config: pytest.Config) -> Settings:
    target = os.environ.get(environment.BASE, "https://api.coze.com").rstrip("/")
    origin = config.getoption("--recorded-from") or provenance.of_target(target)
    try:
        patience = Patience(limits(os.environ, target))
    except CassetteError as error:
        raise pytest.UsageError(str(error)) from None
    return Settings(target, origin, config.getini("cassettes_record_command"), patience)


def is_recording(config: pytest.Config) -> bool:
    """Whether this run records at all."""
    return bool(config.getoption("--record-mode") == "all")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse what would make tests and cassettes disagree; while recording, twins come last."""
    whole = not any("::" in argument for argument in config.args) and not config.getoption("lf", default=False)
    problems = collection.problems(items, collection.cassettes_dir(config), whole=whole and not is_recording(config))
    if is_recording(config):
        problems += collection.telling_ids(items, environment.known(os.environ).placeholders)
    if problems and not hasattr(config, "workerinput"):
        raise pytest.UsageError("\n".join(problems))
    config.stash[_disagreements] = problems
    if is_recording(config):
        items.sort(key=lambda item: item.get_closest_marker("shared_cassette") is not None)


def _fail(message: str) -> NoReturn:
    raise fixtures.Refusal(message, pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Tests marked loopback, and what is set up for them, may talk to this machine."""
    if item.get_closest_marker("loopback") is None:
        return (yield)
    with network.loopback_allowed():
        return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Open the tape of a test marked vcr, before any fixture."""
    item.stash[_not_passed] = False
    if problems := item.config.stash[_disagreements]:
        item.session.shouldfail = problems[0]
        _fail("\n".join(problems))
    if item.get_closest_marker("vcr") is None:
        return
    records = is_recording(item.config) and item.get_closest_marker("shared_cassette") is None
    settings = item.config.stash[_settings]
    path = collection.cassette_path(item, collection.cassettes_dir(item.config))
    if is_recording(item.config) and (reason := _left_out(item, path, settings)):
        raise fixtures.NotConfigured(reason)
    tape = Tape(item.nodeid, path, recording=records, settings=settings, fail=_fail)
    if problem := _opened(tape):
        _fail(problem)
    item.stash[fixtures.TAPE] = tape
    item.config.stash[_current] = tape


def _left_out(item: pytest.Item, path: Path, settings: Settings) -> str:
    """Why a recording leaves a test out, or an empty string."""
    if item.get_closest_marker("stand_in_only") and settings.recorded_from != provenance.STAND_IN:
        return "only the stand-in gives this answer on demand"
    if lacking := [name for name in collection.needs(item) if not os.environ.get(name)]:
        return f"needs {', '.join(lacking)}"
    if item.get_closest_marker("shared_cassette") and not path.exists():
        return f"{path.stem} was not recorded, so its twin has nothing to replay"
    return ""


def _opened(tape: Tape) -> str:
    try:
        if tape.recording:
            tape.known = environment.known(os.environ)
        else:
            tape.load()
    except CassetteError as error:
        return f"{error}\n  record it: {tape.record_command}"
    return ""


def pytest_recording_configure(config: pytest.Config, vcr: VCR) -> None:
    """Give vcrpy the tape of the running test."""
    recording.configure(vcr, config.stash[_current])


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember whether every phase of a test passed; while recording, keep raw traffic out of the report."""
    report = yield
    item.stash[_not_passed] = item.stash.get(_not_passed, False) or not report.passed
    if is_recording(item.config):
        _redact(report, call.excinfo)
    tape = item.stash.get(fixtures.TAPE, None)
    if report.failed and tape is not None and tape.complaint:  # an async test is ended by cancelling it
        report.longrepr = tape.complaint
    return report


def _redact(report: pytest.TestReport, error: pytest.ExceptionInfo[BaseException] | None) -> None:
    report.sections.clear()
    report.user_properties.clear()
    if error is None or isinstance(error.value, fixtures.SAFE):
        return
    if isinstance(error.value, pytest.skip.Exception):
        if report.when == "call":
            report.longrepr = (report.nodeid, 0, "skipped by the test itself")
        return
    if isinstance(error.value, pytest.xfail.Exception):
        report.wasxfail = "expected by the test itself"
    report.longrepr = redaction.failure(report.nodeid, error.value)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Judge a test once all its fixtures are gone: save what it recorded, or see that it played everything."""
    result = yield
    tape = item.stash.get(fixtures.TAPE, None)
    if tape is None or item.stash[_not_passed]:
        return result
    if message := _judged(tape, item.session):
        _fail(message)
    return result


def _judged(tape: Tape, session: pytest.Session) -> str:
    if not tape.recording:
        return tape.complaint or tape.unplayed()
    try:
        tape.save()
    except NotWritten as error:
        session.shouldfail = "no cassette can be written any more"
        return str(error)
    except CassetteError as error:
        return str(error)
    return ""


def pytest_report_header(config: pytest.Config) -> Iterable[str]:
    """Say what is recorded from where, or that cassettes are replayed."""
    settings = config.stash[_settings]
    if not is_recording(config):
        return [f"cassettes: replaying {config.getoption('--cassettes-dir') or config.getini('cassettes_dir')}"]
    return [f"cassettes: RECORDING from {settings.recorded_from}"]
