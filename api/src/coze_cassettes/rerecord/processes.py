"""The processes that a run starts: pytest, which reports what its tests do, or the stand-in."""

from __future__ import annotations

import io
import json
import os
import re
import selectors
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import dropwhile
from pathlib import Path
from typing import IO, Any, Final, NoReturn

from coze_cassettes.errors import CassetteError, Misuse
from coze_cassettes.pytest_settings import LENIENT
from coze_cassettes.rerecord import project_options, pytest_events
from coze_cassettes.rerecord.signals import defer_signals_context

START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 15.0
_READABLE: Final = {"PYTHONIOENCODING": "utf-8:backslashreplace"}
"""What a child prints is read as UTF-8, whatever the encoding of this terminal is."""


# --- pytest ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PytestResult:
    """How a pytest child ended: the last event of each test, and why it ended without naming one that failed."""

    events: tuple[pytest_events.TestEvent, ...] = ()
    problem: str = ""
    misused: bool = False


MISUSED: Final = 4
"""pytest's exit code when an option, a path or a conftest.py is wrong; it then says why after ``ERROR:``."""

NO_TESTS: Final = 5
"""pytest's exit code when nothing was selected."""


@dataclass(frozen=True)
class Suite:
    """The tests of a project: ``root`` is its folder, ``tests`` paths below it, ``keyword`` as for pytest's -k."""

    root: Path
    tests: tuple[str, ...]
    keyword: str = ""

    def narrow(self, found: Iterable[str]) -> Suite:
        """The same selection once its tests are known: one by keyword collects only their modules again."""
        modules = tuple(dict.fromkeys(test.partition("::")[0] for test in found))
        names_tests = any("::" in each for each in self.tests)
        return self if names_tests or not self.keyword or not modules else replace(self, tests=modules)


def command(suite: Suite, arguments: Sequence[str]) -> list[str]:
    """The command line of a pytest child: no secret is ever in it.

    The value of an option stands behind ``=``: pytest looks for its configuration before it knows the options of
    plugins, and would take a path that stands alone for one of tests.
    """
    blocked = (part for name in project_options.BLOCKED for part in ("-p", f"no:{name}"))
    own = (part for name in ("pytest_events", "project_options") for part in ("-p", f"coze_cassettes.rerecord.{name}"))
    plugins = (*blocked, *own, "--capture=fd")
    keyword = ("-k", suite.keyword) if suite.keyword else ()
    return [sys.executable, "-m", "pytest", *suite.tests, "-q", "--no-header", *plugins, *LENIENT, *arguments, *keyword]


def run_pytest(
    suite: Suite,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    tell: Callable[[pytest_events.TestEvent], None],
    redact: Callable[[str], str],
) -> PytestResult:
    """Runs pytest as a child in a session of its own, and tells its events while it runs.

    What it prints is kept in memory and, concealed, quoted only when it failed without naming a test.
    """
    read_end, write_end = os.pipe()
    with os.fdopen(read_end, "rb") as pipe:
        try:
            process = subprocess.Popen(  # noqa: S603  this interpreter, our own arguments
                command(suite, arguments),
                cwd=suite.root,
                env={**environment, **_READABLE, pytest_events.PIPE_VARIABLE: str(write_end)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(write_end,),
                start_new_session=True,
            )
        finally:
            os.close(write_end)
        tail = _Tail(process.stdout)
        with _ending(process):
            events = []
            for event in _events(pipe):
                concealed = replace(event, detail=redact(event.detail))
                tell(concealed)
                events.append(concealed)
            code = process.wait()
    return _result(code, events, [redact(line) for line in tail.lines()])


def _events(pipe: Iterable[bytes]) -> Iterator[pytest_events.TestEvent]:
    """The events of a child; a child that is killed may leave half of one."""
    for line in pipe:
        if line.endswith(b"\n"):
            yield pytest_events.loads(line)


def _result(code: int, events: Sequence[pytest_events.TestEvent], tail: Sequence[str]) -> PytestResult:
    uncollected = [event for event in events if event.event == pytest_events.NOT_COLLECTED]
    problem = "\n".join(f"{event.test}: {event.detail}" for event in uncollected)
    finished = tuple(event for event in events if event.event == pytest_events.FINISHED)
    if code not in (0, NO_TESTS) and not problem and not any(event.outcome == "failed" for event in finished):
        said = " / ".join(tail[-4:]) or "it said nothing"
        problem = _complaint(tail) or f"pytest ended with exit code {code}: {said}"
    return PytestResult(finished, problem, code == MISUSED)


def _complaint(tail: Sequence[str]) -> str:
    """What pytest calls an error among its last lines; an empty string if there is none."""
    lines = list(dropwhile(lambda line: not line.startswith(_ERROR), tail))
    return " / ".join(lines).removeprefix(_ERROR)


_ERROR: Final = "ERROR: "

LONGEST_LINE: Final = 200
"""Characters of a line of pytest that may be quoted."""


class _Tail:
    """The last lines that a child prints, read by a thread so that the child never waits."""

    def __init__(self, stream: IO[bytes] | None) -> None:
        self._stream = stream or io.BytesIO()
        self._lines: deque[str] = deque(maxlen=20)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        with self._stream:
            for line in self._stream:
                if text := line.decode("utf-8", "replace").strip():
                    self._lines.append(text[:LONGEST_LINE])

    def lines(self) -> list[str]:
        """All of them, for a child that has ended or is about to."""
        self._reader.join(timeout=STOP_SECONDS)
        return list(self._lines)


@contextmanager
def _ending(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Ends a child when its user is done: asked first, so that it cleans up in the account, then made to."""
    try:
        yield
    finally:
        with defer_signals_context():
            for how in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
                if process.poll() is None:
                    _signal_and_wait(process, how)


def _signal_and_wait(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    process.send_signal(how)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        return


# --- the stand-in ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StandIn:
    """A running stand-in: where it listens, and the environment of its account."""

    url: str
    environment: Mapping[str, str]


class Starting:
    """A stand-in that is on its way: start it early, ask for it when it is needed."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._said = _Tail(process.stderr)
        self._ready: StandIn | None = None

    def ready(self) -> StandIn:
        """Waits until it listens; Misuse, in its own words, if it refuses what it was asked for."""
        self._ready = self._ready or _announcement(self._process) or _not_started(self._said.lines())
        return self._ready


@contextmanager
def stand_in(account: str, changes: Sequence[str] = ()) -> Iterator[Starting]:
    """A stand-in on a free port of 127.0.0.1; it stops with the block, and by itself if this process dies.

    Each of ``changes`` makes its API differ, as in ``bots.retrieve:rename:description``.
    """
    arguments = ["--port", "0", "--account", account, "--until-stdin-closes"]
    arguments += [argument for change in changes for argument in ("--change", change)]
    with (
        subprocess.Popen(  # noqa: S603  this interpreter, our own arguments
            [sys.executable, "-m", "coze_standin", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **_READABLE},
            start_new_session=True,
        ) as process,
        _ending(process),
    ):
        yield Starting(process)


def _announcement(process: subprocess.Popen[bytes]) -> StandIn | None:
    """What the stand-in says when it listens; None if it says nothing of the kind."""
    if process.stdout is None:
        raise CassetteError("The stand-in has no standard output; this is a defect of the toolkit.")
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        line = process.stdout.readline() if selector.select(START_SECONDS) else b""
    try:
        ready: Any = json.loads(line)
        return StandIn(ready["url"], ready["environment"])
    except (ValueError, KeyError, TypeError):
        return None


_REFUSED: Final = re.compile(r": error: (?:argument )?(?P<why>.+)$")
"""How argparse begins what it says of an option."""


def _not_started(said: Iterable[str]) -> NoReturn:
    for line in said:
        if refused := _REFUSED.search(line):
            raise Misuse(f"{refused['why']}.")
    raise CassetteError(
        "The stand-in did not start: run `python -m coze_standin` to see why (it needs the extra `standin`)."
    )
