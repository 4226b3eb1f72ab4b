"""Starts runs of pytest as forks of a process that has imported what they need, most of what a short run costs.

That process is a fork of the command, made before there is a thread, a connection or an account. It waits in a session
of its own for what to start, and ends when the command does, however that ends. A run begins there as ``python -m
pytest`` does: with the arguments, the folder and the environment that it is given, and nothing that another run left.

Where a fork may not go on to use the system's libraries, which is everywhere but on Linux, each run is a program.
"""

from __future__ import annotations

import fcntl
import gc
import json
import os
import runpy
import select
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final, Protocol

from coze_cassettes import hooks
from coze_cassettes.errors import CassetteError
from coze_cassettes.rerecord import pytest_events
from coze_cassettes.rerecord.signals import defer_signals_context, restore_defaults

IMPORTED: Final = (hooks, pytest_events)
"""What each run needs; pytest, vcrpy and httpx come with it."""

MAY_FORK = sys.platform == "linux"
"""Apple's libraries, which httpx asks for the proxies, end a process that was forked and begins no other program."""

_SIZE: Final = 8
"""Bytes of a number on the connection."""

_STANDARD: Final = 3
"""The descriptors below this are standard input, output and error."""


@dataclass(frozen=True)
class Launch:
    """What a run of pytest begins with; it prints to ``output``, and ``events`` is the pipe of pytest_events."""

    arguments: Sequence[str]
    folder: str
    environment: Mapping[str, str]
    output: int
    events: int


class Process(Protocol):
    """What ends a run."""

    def poll(self) -> int | None:
        """The exit code, or None while it runs; a negative one is the signal that ended it."""

    def wait(self, timeout: float | None = None) -> int:
        """The exit code; subprocess.TimeoutExpired if it is still running after so many seconds."""

    def send_signal(self, sig: int, /) -> None:
        """Sends a signal unless it has ended."""


class Launcher(Protocol):
    """Starts runs of pytest, one at a time."""

    def start(self, launch: Launch) -> Process:
        """Starts pytest; the caller closes its copies of the files."""


class ProgramLauncher:
    """Starts each run as a program of its own."""

    def start(self, launch: Launch) -> Process:
        """Starts ``python -m pytest``."""
        return subprocess.Popen(  # noqa: S603  this interpreter, our own arguments
            [sys.executable, "-m", "pytest", *launch.arguments],
            cwd=launch.folder,
            env={**launch.environment, pytest_events.PIPE_VARIABLE: str(launch.events)},
            stdin=subprocess.DEVNULL,
            stdout=launch.output,
            stderr=launch.output,
            pass_fds=(launch.events,),
            start_new_session=True,
        )


@contextmanager
def launcher_context() -> Iterator[Launcher]:
    """What starts runs of pytest; enter it before anything else, since a fork is a copy of what is there then."""
    if MAY_FORK:
        with _fork_context() as launcher:
            yield launcher
    else:
        yield ProgramLauncher()


# --- in the command that forks --------------------------------------------------------------------------------------


class Fork:
    """A run of pytest that is a fork."""

    def __init__(self, pid: int, connection: socket.socket) -> None:
        self._pid = pid
        self._connection = connection
        self._code: int | None = None

    def poll(self) -> int | None:
        """The exit code, or None while it runs; a negative one is the signal that ended it."""
        with suppress(subprocess.TimeoutExpired):
            return self.wait(0)
        return None

    def wait(self, timeout: float | None = None) -> int:
        """The exit code; TimeoutExpired if it is still running after so many seconds."""
        if self._code is None:
            if not select.select([self._connection], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("pytest", timeout or 0)
            self._code = _receive_number(self._connection)
        return self._code

    def send_signal(self, number: int) -> None:
        """Sends a signal unless it has ended."""
        if self.poll() is None:
            os.kill(self._pid, number)


class ForkLauncher:
    """The command's end of the connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def start(self, launch: Launch) -> Fork:
        """Has pytest forked."""
        request = json.dumps([[*launch.arguments], launch.folder, {**launch.environment}]).encode()
        with defer_signals_context():  # what has been started is known, and can be ended
            socket.send_fds(self._connection, [_number(len(request))], [launch.output, launch.events])
            self._connection.sendall(request)
            return Fork(_receive_number(self._connection), self._connection)


@contextmanager
def _fork_context() -> Iterator[ForkLauncher]:
    for stream in filter(None, (sys.stdout, sys.stderr)):
        stream.flush()
    gc.freeze()  # a search for garbage would touch, and so copy, every page
    ours, theirs = socket.socketpair()
    launch = None
    with defer_signals_context():
        server = os.fork()
        if not server:
            ours.close()
            launch = _serve(theirs)
    if launch is not None:
        _become_pytest(launch)
    theirs.close()
    try:
        with ours:
            yield ForkLauncher(ours)
    finally:
        os.waitpid(server, 0)


# --- in the process that is forked ----------------------------------------------------------------------------------


def _serve(connection: socket.socket) -> Launch:
    """Forks for each launch that is asked for, and says how it ends; returns in the forks alone."""
    os.setsid()
    with socket.socket(fileno=fcntl.fcntl(connection.detach(), fcntl.F_DUPFD_CLOEXEC, _STANDARD)) as kept:
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in range(_STANDARD):
            os.dup2(null, descriptor)
        while True:
            launch = _receive_launch(kept)
            run = os.fork()
            if not run:
                return launch
            os.close(launch.output)
            os.close(launch.events)
            with suppress(OSError):  # a command that is gone is noticed next
                kept.sendall(_number(run))
                kept.sendall(_number(os.waitstatus_to_exitcode(os.waitpid(run, 0)[1])))


def _receive_launch(connection: socket.socket) -> Launch:
    """What to start next; ends this process if the command is gone."""
    size, files, *_ = socket.recv_fds(connection, _SIZE, 2)
    request = connection.recv(int.from_bytes(size, "big"), socket.MSG_WAITALL) if size else b""
    if not request:
        os._exit(0)
    return Launch(*json.loads(request), *files)


def _become_pytest(launch: Launch) -> None:
    """Runs pytest to its end, which is that of this process: SystemExit."""
    os.setsid()
    restore_defaults()
    for descriptor in (1, 2):
        os.dup2(launch.output, descriptor)
    os.close(launch.output)
    os.set_inheritable(launch.events, True)  # noqa: FBT003  its only parameter
    os.chdir(launch.folder)
    os.environ.clear()
    os.environ.update({**launch.environment, pytest_events.PIPE_VARIABLE: str(launch.events)})
    if not sys.flags.safe_path:
        sys.path[0] = launch.folder
    sys.argv = ["pytest", *launch.arguments]
    runpy.run_module("pytest", run_name="__main__", alter_sys=True)


# --- numbers --------------------------------------------------------------------------------------------------------


def _number(value: int) -> bytes:
    return value.to_bytes(_SIZE, "big", signed=True)


def _receive_number(connection: socket.socket) -> int:
    received = connection.recv(_SIZE, socket.MSG_WAITALL)
    if not received:
        raise CassetteError("The process that starts pytest is gone; run the command again.")
    return int.from_bytes(received, "big", signed=True)
