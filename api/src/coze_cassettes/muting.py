"""Drops what is printed beside the tests of a run that records."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final, TextIO
from unittest import mock

import pytest
from _pytest.capture import CaptureManager, CaptureResult  # pytest has no other name for the type of its plugin

from coze_cassettes import fixtures
from coze_cassettes.coze_tests import CozeTests
from coze_cassettes.session import redaction

_STREAMS: Final = ("stdout", "stderr", "__stdout__", "__stderr__")


class Muting:
    """The plugin: from the first test that records on, only pytest itself and ``say`` write to the terminal.

    pytest captures what is printed while a phase of a test runs. A thread prints between the phases too, a hook of a
    conftest.py after a test, what ``atexit`` calls after the last one, and ``capsys.disabled()`` lets a test print.
    """

    def __init__(self, tests: CozeTests, capture: CaptureManager | None) -> None:
        """Belong to the tests of one run, and take pytest's plugin that captures; a run without it is refused."""
        self._tests = tests
        self._capture = capture
        self._originals: Mapping[str, TextIO] = {}
        self._threads: frozenset[threading.Thread] = frozenset()

    def say(self, message: str) -> None:
        """Write what holds no value to standard error."""
        stream = self._originals.get("stderr", sys.stderr)
        stream.write(message + "\n")
        stream.flush()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Begin with the first test, and let no plugin have what was captured: one that ends tests would show it."""
        if self._capture is None or item.path not in self._tests:
            return (yield)
        if not self._originals:
            self._begin()
        with redaction.silent(recording=True), _captured_nothing(self._capture):
            return (yield)

    def _begin(self) -> None:
        self._originals = {name: getattr(sys, name) for name in _STREAMS}
        self._threads = frozenset(threading.enumerate())
        self._set(dict.fromkeys(_STREAMS, _nowhere()))

    def _set(self, streams: Mapping[str, TextIO]) -> None:
        for name, stream in streams.items():
            setattr(sys, name, stream)
        capturing = self._capture and self._capture._global_capturing  # noqa: SLF001  nothing public says what it gives back
        if capturing:
            for name, each in (("stdout", capturing.out), ("stderr", capturing.err)):
                vars(getattr(each, "syscapture", each))["_old"] = streams[name]

    def pytest_enter_pdb(self) -> None:
        """Refuse a debugger that a test calls, as --pdb is."""
        if self._originals and self._capture is not None:
            self._capture.resume()
            fixtures.fail("While recording, a debugger would show what is not scrubbed yet: remove breakpoint().")

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self) -> Generator[None]:
        """Drop the warnings at the end of the session."""
        if not self._originals:
            return (yield)
        with redaction.without_warnings():
            return (yield)

    def pytest_configure(self, config: pytest.Config) -> None:
        """Take the interpreter's last words, after pytest has given back the hooks for them."""
        config.add_cleanup(self._end)

    def _end(self) -> None:
        """Let a program that called pytest print again, unless threads of the tests are still there.

        When the process ends, nothing that the tests left may print.
        """
        if not self._originals:
            return
        if self._capture is not None and self._capture._global_capturing is not None:  # noqa: SLF001  as above
            self._capture.read_global_capture()  # what is left of it would be printed
        if self._threads.issuperset(threading.enumerate()):
            self._set(self._originals)
        redaction.silence_exit(self.say)
        atexit.register(_silence_for_good)


@contextmanager
def _captured_nothing(capture: CaptureManager) -> Iterator[None]:
    read = capture.read_global_capture

    def read_nothing() -> CaptureResult[str]:
        read()
        return CaptureResult("", "")

    with mock.patch.object(capture, "read_global_capture", read_nothing):
        yield


@cache
def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8", errors="replace")


def _silence_for_good() -> None:
    redaction.silence_logs()
    nowhere = _nowhere()
    for name in _STREAMS:
        setattr(sys, name, nowhere)
