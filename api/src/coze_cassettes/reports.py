"""What a run that records shows of the Coze tests; registered only while recording."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Final

import pytest
from _pytest import junitxml  # where record_testsuite_property keeps what it is given
from _pytest._code.code import TerminalRepr  # the type of what pytest passes to pytest_internalerror
from _pytest._io import TerminalWriter

from coze_cassettes import fixtures
from coze_cassettes.coze_tests import CozeTests
from coze_cassettes.errors import CassetteError
from coze_cassettes.rerecord.leaks import redactor
from coze_cassettes.scrubbing import environment
from coze_cassettes.session import redaction

ENDED = "ended by a test that records; its reason is not shown, since nothing of it is scrubbed"
_UNEXPECTED = "[XPASS(strict)] "
EXPECTED = "expected by the test itself"


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

    def __init__(self, tests: CozeTests, say: Callable[[str], None]) -> None:
        """Belong to the tests of one run; ``say`` writes to standard error."""
        self._tests = tests
        self._say = say
        self._recorded: set[str] = set()
        self._reasons: frozenset[str] = frozenset()
        self._redact = _configured_redactor()

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Keep configured values out of what is said of a module: it may read the environment when it is imported."""
        if collector.path not in self._tests:
            return (yield)
        with warnings.catch_warnings(record=True) as caught:
            report = yield
        with warnings.catch_warnings():
            warnings.simplefilter("always")  # the filters have judged them: one that makes errors would end the run
            for each in caught:
                if self._redact(str(each.message)) == str(each.message):
                    warnings.warn_explicit(each.message, each.category, each.filename, each.lineno, source=each.source)
        report.sections = [(name, self._redact(text)) for name, text in report.sections]
        if isinstance(report.longrepr, tuple):
            path, line, reason = report.longrepr
            report.longrepr = (path, line, self._redact(reason))
        elif (redacted := self._redact(report.longreprtext)) != report.longreprtext:
            report.longrepr = redacted
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Drop the warnings of a test, and the words with which it ends the run."""
        if item.path not in self._tests:
            return (yield)
        self._recorded.add(item.nodeid)
        self._reasons = _static_reasons(item)
        with redaction.without_warnings():
            try:
                return (yield)
            except pytest.exit.Exception as error:
                raise pytest.exit.Exception(ENDED, error.returncode) from None
            except KeyboardInterrupt:
                raise KeyboardInterrupt from None
            finally:
                _end_without_reason(item.session)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Keep raw traffic out of the report of a phase."""
        report = yield
        if item.path in self._tests:
            self._redact_report(report, call.excinfo)
        return report

    def _redact_report(self, report: pytest.TestReport, error: pytest.ExceptionInfo[BaseException] | None) -> None:
        report.sections.clear()
        report.user_properties.clear()
        if hasattr(report, "wasxfail"):
            report.wasxfail = self._reason(report.wasxfail, EXPECTED)
        if error is None:
            if report.failed and report.longreprtext.removeprefix(_UNEXPECTED) not in self._reasons:
                report.longrepr = _UNEXPECTED.strip()
            return
        if isinstance(error.value, fixtures.SAFE) and redaction.is_own(error.value, fixtures.fail):
            return
        if isinstance(error.value, pytest.skip.Exception):
            if not isinstance(report.longrepr, tuple) or str(error.value) not in self._reasons:
                report.longrepr = (report.nodeid, 0, "skipped by the test itself")
            report.longrepr = (*report.longrepr[:2], self._redact(report.longrepr[2]))
            return
        report.longrepr = redaction.failure(report.nodeid, error.value)

    def _reason(self, reason: str, otherwise: str) -> str:
        """A reason that the source gives, and no value of the environment; else other words."""
        return self._redact(reason) if reason in self._reasons else otherwise

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
        self._say(f"Exit: {message}")
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
            self._say(redaction.failure("The end of the run", error))
        except SystemExit as error:  # it would be printed
            self._say(redaction.failure("The end of the run", error))
            raise SystemExit(pytest.ExitCode.TESTS_FAILED) from None


_ENDS: Final = re.compile(r"stopping after \d+ failures|Test failed, continuing from this test next run\.")
"""Why pytest itself ends a run."""


def _end_without_reason(session: pytest.Session) -> None:
    """Show no reason of a test's own for ending the run behind it."""
    for name in ("shouldfail", "shouldstop"):
        reason = getattr(session, name)
        if isinstance(reason, str) and reason != fixtures.NOT_WRITTEN and _ENDS.fullmatch(reason) is None:
            setattr(session, name, ENDED)


def _static_reasons(item: pytest.Item) -> frozenset[str]:
    """Why its markers leave a test out or let it fail: written in the source before it runs, so not off the wire."""
    marked = [marker for name in ("skip", "skipif", "xfail") for marker in item.iter_markers(name)]
    given = (str(each) for marker in marked for each in (*marker.args, *marker.kwargs.values()))
    return frozenset({"", "unconditional skip", *given})


def _configured_redactor() -> Callable[[str], str]:
    try:
        return redactor(environment.configured_values(os.environ).placeholders)
    except CassetteError:  # no test begins then
        return redactor(())
