"""What a run that records shows of the Coze tests; registered only while recording."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from dataclasses import replace

import pytest
from _pytest import junitxml  # where record_testsuite_property keeps what it is given
from _pytest._code.code import TerminalRepr  # the type of what pytest passes to pytest_internalerror
from _pytest._io import TerminalWriter

from coze_cassettes import fixtures
from coze_cassettes.coze_tests import CozeTests
from coze_cassettes.session import redaction

ENDED = "ended by a test that records; its reason is not shown, since nothing of it is scrubbed"


def announcer(config: pytest.Config) -> Callable[[str], None]:
    """Shows what a recording waits for, on a line of its own."""

    def announce(what: str) -> None:
        reporter = config.pluginmanager.getplugin("terminalreporter")
        if reporter is not None:
            reporter.ensure_newline()
            reporter.write_line(f"cassettes: {what}")
            reporter.flush()

    return announce


class Reports:
    """The plugin: puts places and kinds where a report would quote values."""

    def __init__(self, tests: CozeTests) -> None:
        """Belong to the tests of one run."""
        self._tests = tests
        self._recorded: set[str] = set()

    def pytest_configure(self, config: pytest.Config) -> None:
        """Take the interpreter's last words, after pytest has given back the hooks for them."""
        config.add_cleanup(self._silence_exit)

    def _silence_exit(self) -> None:
        if self._recorded:
            redaction.silence_exit()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Drop the warnings of a test, and the words with which it ends the run."""
        if item.path not in self._tests:
            return (yield)
        self._recorded.add(item.nodeid)
        with redaction.without_warnings():
            try:
                return (yield)
            except pytest.exit.Exception as error:
                raise pytest.exit.Exception(ENDED, error.returncode) from None
            except KeyboardInterrupt:
                raise KeyboardInterrupt from None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Keep raw traffic out of the report of a phase."""
        report = yield
        if item.path in self._tests:
            _redact(item, report, call.excinfo)
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep it out of a subtest's report too, which is made of the test's: its name may come off the wire."""
        context = getattr(report, "context", None)
        if context is not None and report.nodeid in self._recorded:
            report.sections.clear()
            report.context = replace(context, msg=None, kwargs={})  # type: ignore[attr-defined]  # a SubtestReport

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None]:
        """Say of an error at the end of the session, where fixtures are taken down, what and where it is.

        What record_testsuite_property was given is dropped before pytest writes its file for JUnit.
        """
        junit = session.config.stash.get(junitxml.xml_key, None)
        if junit is not None and self._recorded:
            junit.global_properties.clear()
        try:
            return (yield)
        except BaseException as error:
            if not self._recorded:
                raise
            message = redaction.failure("The end of the session", error)
        raise pytest.exit.Exception(message, pytest.ExitCode.TESTS_FAILED)

    @pytest.hookimpl(tryfirst=True)
    def pytest_internalerror(self, excrepr: TerminalRepr, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Say of an error in a hook what and where it is."""
        if self._recorded:
            message = redaction.failure("A hook", excinfo.value)

            def to_terminal(writer: TerminalWriter) -> None:
                writer.line(message)

            excrepr.toterminal = to_terminal  # type: ignore[method-assign, assignment]  # pytest offers no other way to change it

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_unconfigure(self) -> Generator[None]:
        """Drop what objects and threads complain of when they end after the last test."""
        if not self._recorded:
            return (yield)
        try:
            with redaction.without_warnings():
                return (yield)
        except Warning as error:  # a filter made an error of it
            sys.stderr.write(redaction.failure("The end of the run", error) + "\n")


def _redact(item: pytest.Item, report: pytest.TestReport, error: pytest.ExceptionInfo[BaseException] | None) -> None:
    report.sections.clear()
    report.user_properties.clear()
    if error is None or isinstance(error.value, fixtures.SAFE):
        return
    if isinstance(error.value, pytest.skip.Exception):
        if str(error.value) not in _static_reasons(item):
            report.longrepr = (report.nodeid, 0, "skipped by the test itself")
        return
    if isinstance(error.value, pytest.xfail.Exception):
        report.wasxfail = "expected by the test itself"
    report.longrepr = redaction.failure(report.nodeid, error.value)


def _static_reasons(item: pytest.Item) -> set[str]:
    """Why its markers leave a test out: written in the source, so not off the wire."""
    marked = [marker for name in ("skip", "skipif") for marker in item.iter_markers(name)]
    return {"unconditional skip", *(str(each) for marker in marked for each in (*marker.args, *marker.kwargs.values()))}
