"""A pytest plugin that writes what its tests do to a pipe, one JSON line an event.

``rerecord`` starts pytest with ``-p coze_cassettes.rerecord.pytest_events`` and the number of an open pipe in the
environment. Names of tests, outcomes and the kinds of errors go through the pipe, and of a test that failed while it
recorded the scrubbed and inspected cassette, which is not written to a file. The message of an error is sent when the
toolkit wrote it (its errors never hold a scrubbed value) or when the run is a replay, whose values are all scrubbed.
"""

from __future__ import annotations

import json
import os
import select
import signal
import threading
import time
from collections.abc import Generator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import pytest

from coze_cassettes import coze_tests, fixtures, markers, naming
from coze_cassettes.cassette import format as cassette_format
from coze_cassettes.errors import CassetteError
from coze_cassettes.rerecord.failures import Crash, Frame, explain, explain_collection, is_outage
from coze_cassettes.unused_plugins import unregister_hypothesis

PIPE_VARIABLE: Final = "COZE_CASSETTES_PROGRESS_FD"
"""The environment variable with the file descriptor to write to."""

LEAVE_OUT: Final = "--leave-out"
"""pytest's option for a file with the ids of tests that are not to run, one a line; --deselect takes beginnings."""

NOT_OPTED_IN: Final = (
    'This project has not said which tests are recorded: set coze_tests = ["tests"] in its pytest configuration.'
)

MAX_OUTAGES: Final = "--max-outages"
"""pytest's option for how many tests in a row the service may be out of reach; then no further test is tried."""

EXPECTED_TO_FAIL: Final = "it is expected to fail (xfail), and a failed test saves nothing"
"""Why a test that fails as it should has no cassette; let another test record what it is to replay."""

GRACE_SECONDS: Final = 15.0
"""How long a recording whose parent is gone may clean up in the account."""

COLLECTED: Final = "collected"
DESELECTED: Final = "deselected"
STARTED: Final = "started"
WAITING: Final = "waiting"
FINISHED: Final = "finished"
BASE: Final = "base"
MODULE: Final = "module"
NOT_COLLECTED: Final = "not collected"


@dataclass(frozen=True)
class TestEvent:
    """What happened to one test, or to a module of tests.

    ``event`` is collected, deselected (by the options that pytest is given), started, waiting (``detail`` says for
    what) or finished; of a module, named by ``test``, it
    is module, with the folder of its cassettes in ``cassette``, or not collected. With base ``test`` is the folder
    whose structure those folders mirror. ``cassette`` is the file below the cassettes folder that a test plays,
    ``shares_cassette`` whether it is another test's, ``stand_in_only`` the reason of that marker and ``needs`` the
    names of the ``needs`` marker. With finished, ``outcome`` is passed, failed or skipped, ``detail`` says why;
    ``recording`` is the text of the cassette that a failed test would have saved, if it is fit to be looked at.
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
    recording: str = ""


def dumps(event: TestEvent) -> bytes:
    """One event as one line."""
    return json.dumps(asdict(event)).encode() + b"\n"


def loads(line: bytes) -> TestEvent:
    """The event of one line."""
    fields = json.loads(line)
    return TestEvent(**{**fields, "needs": tuple(fields["needs"])})


class EventWriter:
    """The plugin: writes to the pipe, and ends the run when the parent is gone or the service is out of reach."""

    def __init__(self, pipe: int, tests: coze_tests.CozeTests, *, replaying: bool, max_outages: int) -> None:
        self._pipe = os.fdopen(pipe, "wb", buffering=0, closefd=False)
        self._coze_tests = tests
        self._replaying = replaying
        self._max_outages = max_outages
        self._outages = 0
        self._tests: dict[str, TestEvent] = {}
        self._ended: dict[str, TestEvent] = {}
        self._again: set[str] = set()

    def _write(self, event: TestEvent) -> None:
        line = memoryview(dumps(event))
        try:
            while line:
                line = line[self._pipe.write(line) or 0 :]
        except BrokenPipeError:
            pytest.exit("the process that started this recording is gone", returncode=2)

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Writes that a module is collected, whether it has Coze tests or not, or why it cannot be."""
        report = yield
        if report.failed:
            self._write(TestEvent(NOT_COLLECTED, report.nodeid, detail=explain_collection(report.longreprtext)))
        elif isinstance(collector, pytest.Module) and collector.path in self._coze_tests:
            folder = self._coze_tests.folder(collector.path).as_posix()
            self._write(TestEvent(MODULE, report.nodeid, cassette=folder))
        return report

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        """Writes, while the tests are only collected, which of ours would not run."""
        for item in items:
            if item.config.option.collectonly and self._coze_tests.is_ours(item):
                self._write(replace(_collected_event(item), event=DESELECTED))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Writes the tests that will run; without properties among them, nothing of Hypothesis needs to be imported."""
        unregister_hypothesis(session.config)
        self._write(TestEvent(BASE, str(self._coze_tests.base)))
        self._tests = {item.nodeid: _collected_event(item) for item in session.items}
        for event in self._tests.values():
            self._write(event)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Writes that a test begins."""
        self._write(replace(self._tests[nodeid], event=STARTED))
        self._ended[nodeid] = replace(self._tests[nodeid], event=FINISHED, outcome="passed")

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Has the waits of a test that records written."""
        recorder = fixtures.recorder_of(item)
        if recorder is not None:
            waiting = replace(self._tests[item.nodeid], event=WAITING)
            recorder.settings.throttle.announce = lambda what: self._write(replace(waiting, detail=what))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Notes how a phase of a test ended, and once it is over what a failed one has recorded.

        Around pytest's own wrapper, which makes an expected failure (xfail) of a failure: that counts as a passed test
        if it replays the cassette of another, and as a skipped one if it should have recorded its own.
        """
        report = yield
        ended = self._ended[item.nodeid]
        if hasattr(report, "wasxfail") and report.skipped:
            if not ended.shares_cassette:
                ended = replace(ended, outcome="skipped", detail=EXPECTED_TO_FAIL)
        elif report.skipped and fixtures.has_recorded(item):
            pass  # it replays what it asked before
        elif report.outcome != "passed" and ended.outcome != "failed":
            ended = replace(ended, outcome=report.outcome, detail=self._why(item, report, call))
        if report.failed and call.excinfo is not None:
            self._count_outage(item.session, call.excinfo.value)
        if report.when == "teardown" and ended.outcome == "failed" and not self._replaying:
            ended = replace(ended, recording=_recording(item))
        self._ended[item.nodeid] = ended
        return report

    def _count_outage(self, session: pytest.Session, error: BaseException) -> None:
        self._outages = self._outages + 1 if is_outage(error) else 0
        if self._max_outages and self._outages >= self._max_outages:
            session.shouldfail = f"the service was out of reach for {self._outages} tests in a row"

    def _why(self, item: pytest.Item, report: pytest.TestReport, call: pytest.CallInfo[None]) -> str:
        if call.excinfo is None:
            return ""
        if isinstance(call.excinfo.value, fixtures.NotConfigured):
            return str(call.excinfo.value)
        if isinstance(call.excinfo.value, pytest.skip.Exception):
            return report.longrepr[2].removeprefix("Skipped: ") if isinstance(report.longrepr, tuple) else ""
        running = item.stash.get(fixtures.RUNNING, None)
        if running is not None and running.session.complaint:  # cancelling ended it if it is async
            return running.session.complaint
        entries = call.excinfo.traceback.filter(call.excinfo) or call.excinfo.traceback
        frames = tuple(Frame(str(entry.path), entry.lineno + 1) for entry in entries)
        return explain(Crash(call.excinfo.value, frames, item.path, item.config.rootpath), replaying=self._replaying)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Notes an attempt that counts for nothing: pytest-rerunfailures runs such a test again."""
        if str(report.outcome) == "rerun":
            self._again.add(report.nodeid)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Writes how a test ended, its teardown included, unless it is run again."""
        if nodeid in self._again:
            self._again.remove(nodeid)
            return
        self._write(self._ended[nodeid])
        if self._ended[nodeid].outcome == "passed":
            self._outages = 0


def _recording(item: pytest.Item) -> str:
    """What a failed test recorded, scrubbed and inspected; an empty string if that cannot be looked at."""
    recorder = fixtures.recorder_of(item)
    if recorder is None:
        return ""
    try:
        return cassette_format.dumps(recorder.make_cassette())
    except CassetteError:
        return ""


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


def _collected_event(item: pytest.Item) -> TestEvent:
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
    """Adds the options."""
    group = parser.getgroup("coze-cassettes")
    group.addoption(LEAVE_OUT, default="", help="A file with the ids of tests that are not to run.")
    group.addoption(MAX_OUTAGES, type=int, default=0, help="Tests in a row that the service may be out of reach.")


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


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Registers the writer when a parent listens; UsageError in a project that has not opted in."""
    if not config.getini("coze_tests"):
        raise pytest.UsageError(NOT_OPTED_IN)
    pipe = os.environ.get(PIPE_VARIABLE, "")
    if pipe.isdecimal():
        replaying = config.getoption("record_mode", "none") == "none"
        threading.Thread(target=watch, args=(int(pipe),), daemon=True).start()
        writer = EventWriter(
            int(pipe), config.stash[coze_tests.KEY], replaying=replaying, max_outages=config.getoption(MAX_OUTAGES)
        )
        config.pluginmanager.register(writer, "coze_cassettes_pytest_events")
