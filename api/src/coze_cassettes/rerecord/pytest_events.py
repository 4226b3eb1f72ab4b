"""A pytest plugin that writes what its tests do to a pipe, one JSON line an event.

``rerecord`` starts pytest with ``-p coze_cassettes.rerecord.pytest_events`` and the number of an open pipe in the
environment. Only names of tests, outcomes and the kinds of errors go through the pipe: the message of an error is sent
when the toolkit wrote it (its errors never hold a scrubbed value) or when the run is a replay, whose values are all
scrubbed.
"""

from __future__ import annotations

import json
import os
import select
import signal
import threading
import time
from collections.abc import Generator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import pytest

import coze_cassettes
from coze_cassettes import coze_tests, fixtures, markers, naming
from coze_cassettes.errors import CassetteError

PIPE_VARIABLE: Final = "COZE_CASSETTES_PROGRESS_FD"
"""The environment variable with the file descriptor to write to."""

LEAVE_OUT: Final = "--leave-out"
"""pytest's option for a file with the ids of tests that are not to run, one a line; --deselect takes beginnings."""

NOT_OPTED_IN: Final = (
    'This project has not said which tests are recorded: set coze_tests = ["tests"] in its pytest configuration.'
)

GRACE_SECONDS: Final = 15.0
"""How long a recording whose parent is gone may clean up in the account."""

COLLECTED: Final = "collected"
STARTED: Final = "started"
FINISHED: Final = "finished"


@dataclass(frozen=True)
class TestEvent:
    """What happened to one test.

    ``event`` is collected, started or finished. ``cassette`` is the file below the cassettes folder that the test
    plays, ``shares_cassette`` whether it is another test's, ``stand_in_only`` the reason of that marker and ``needs``
    the names of the ``needs`` marker. With finished, ``outcome`` is passed, failed or skipped, ``detail`` says why.
    """

    __test__ = False

    event: str
    test: str
    cassette: str = ""
    shares_cassette: bool = False
    stand_in_only: str = ""
    needs: tuple[str, ...] = ()
    outcome: str = ""
    detail: str = ""


def dumps(event: TestEvent) -> bytes:
    """One event as one line."""
    return json.dumps(asdict(event)).encode() + b"\n"


def loads(line: bytes) -> TestEvent:
    """The event of one line."""
    fields = json.loads(line)
    return TestEvent(**{**fields, "needs": tuple(fields["needs"])})


_OWN: Final = str(Path(coze_cassettes.__file__).parent)


@dataclass(frozen=True)
class Crash:
    """An error and where it was raised."""

    error: BaseException
    path: str
    line: int

    @property
    def own(self) -> bool:
        """Whether the toolkit wrote the message: it never holds a scrubbed value."""
        return isinstance(self.error, CassetteError) or self.path.startswith(_OWN)


def explain(crash: Crash, *, replaying: bool) -> str:
    """Why a test failed: the toolkit's own words, else one line without what may hold values off the wire."""
    name, message = type(crash.error).__name__, str(crash.error).strip()
    where = f"{Path(crash.path).name}:{crash.line}"
    if crash.own and message:
        return message
    if replaying and message:
        return f"{message.splitlines()[0]} ({where})"
    code = getattr(crash.error, "code", None)
    return f"{name}{f' (code {code})' if isinstance(code, int) else ''} at {where}"


def skipped(reason: BaseException, *, own: bool) -> str:
    """Why a test is left out; what a recording test says itself while it runs may come off the wire."""
    return str(reason) if own or isinstance(reason, fixtures.SAFE) else "skipped by the test itself"


class EventWriter:
    """The plugin: writes to the pipe, and ends the run when the parent is gone."""

    def __init__(self, pipe: int, *, replaying: bool) -> None:
        self._pipe = pipe
        self._replaying = replaying
        self._tests: dict[str, TestEvent] = {}
        self._detail: dict[str, str] = {}
        self._outcome: dict[str, str] = {}

    def _write(self, event: TestEvent) -> None:
        try:
            os.write(self._pipe, dumps(event))
        except BrokenPipeError:
            pytest.exit("the process that started this recording is gone", returncode=2)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Tells the tests that will run."""
        self._tests = {item.nodeid: _collected(item) for item in session.items}
        for event in self._tests.values():
            self._write(event)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Tells that a test begins."""
        self._write(replace(self._tests[nodeid], event=STARTED))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Notes how a phase of a test ended."""
        report = yield
        if report.outcome != "passed" and self._outcome.get(item.nodeid) != "failed":
            self._outcome[item.nodeid] = report.outcome
            self._detail[item.nodeid] = self._why(report, call)
        return report

    def _why(self, report: pytest.TestReport, call: pytest.CallInfo[None]) -> str:
        if call.excinfo is None:
            return ""
        if isinstance(call.excinfo.value, pytest.skip.Exception):
            return skipped(call.excinfo.value, own=self._replaying or report.when != "call")
        entry = (call.excinfo.traceback.filter(call.excinfo) or call.excinfo.traceback)[-1]
        crash = Crash(call.excinfo.value, str(entry.path), entry.lineno + 1)
        return explain(crash, replaying=self._replaying)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Tells how a test ended, its teardown included."""
        outcome, detail = self._outcome.get(nodeid, "passed"), self._detail.get(nodeid, "")
        self._write(replace(self._tests[nodeid], event=FINISHED, outcome=outcome, detail=detail))


def watch(pipe: int, grace: float = GRACE_SECONDS) -> None:
    """Wait until nobody reads a pipe any more, then end this process as Ctrl-C does, and after a while for good.

    A run that was killed must not go on calling the account, and what its tests made there is to be deleted.
    """
    poll = select.poll()
    poll.register(pipe, 0)
    poll.poll()
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    time.sleep(grace)
    os._exit(2)


def _collected(item: pytest.Item) -> TestEvent:
    """What the parent needs to know of a test before it runs."""
    return TestEvent(
        COLLECTED,
        item.nodeid,
        cassette=naming.cassette_path(item, Path()).as_posix(),
        shares_cassette=markers.shares_cassette(item),
        stand_in_only=markers.stand_in_reason(item),
        needs=markers.needed_names(item),
    )


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the option."""
    group = parser.getgroup("coze-cassettes")
    group.addoption(LEAVE_OUT, default="", help="A file with the ids of tests that are not to run.")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what is to be left out, and all tests that are not ours: they have no cassette to record."""
    tests = config.stash[coze_tests.KEY]
    file = config.getoption(LEAVE_OUT)
    names = frozenset(Path(file).read_text("utf-8").splitlines() if file else ())
    sorted_out: dict[bool, list[pytest.Item]] = {True: [], False: []}
    for item in items:
        sorted_out[item.nodeid not in names and tests.is_ours(item)].append(item)
    config.hook.pytest_deselected(items=sorted_out[False])
    items[:] = sorted_out[True]


def pytest_configure(config: pytest.Config) -> None:
    """Registers the writer when a parent listens; UsageError in a project that has not opted in."""
    if not config.getini("coze_tests"):
        raise pytest.UsageError(NOT_OPTED_IN)
    pipe = os.environ.get(PIPE_VARIABLE, "")
    if pipe.isdecimal():
        replaying = config.getoption("record_mode", "none") == "none"
        threading.Thread(target=watch, args=(int(pipe),), daemon=True).start()
        config.pluginmanager.register(EventWriter(int(pipe), replaying=replaying), "coze_cassettes_pytest_events")
