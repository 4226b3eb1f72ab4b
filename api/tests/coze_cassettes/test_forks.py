"""A run of pytest that the command forks, or starts where it may not fork, is one that was started by itself."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from api.tests.coze_cassettes.conftest import Project

pytestmark = pytest.mark.loopback

CONFTEST = """
import atexit, json, os, signal, sys, threading, time
from pathlib import Path

import httpx

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
FOUND = {
    "main": sys.modules["__main__"].__file__,
    "path": sys.path,
    "program": sys.argv[0],
    "folder": os.getcwd(),
    "session": os.getsid(0) == os.getpid(),
    "threads": sorted(thread.name for thread in threading.enumerate() if "watch" not in thread.name),
    "handlers": [str(signal.getsignal(each)) for each in SIGNALS],
    "blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, ())),
    "input": sys.stdin.isatty(),
    "rewritten": type(__loader__).__name__,
    "warnings": len(sys.warnoptions),
    "account": sorted(name for name in os.environ if name.startswith("COZE_") and name != "COZE_CASSETTES_PROGRESS_FD"),
}


def write():
    path = Path(os.environ["FOUND"])
    path.write_text(path.read_text() + json.dumps(FOUND) + "\\n" if path.exists() else json.dumps(FOUND) + "\\n")


def outlast():
    time.sleep(0.1)
    FOUND["waited"] = True


atexit.register(write)
threading.Thread(target=outlast).start()
"""


def _found(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@contextmanager
def _signals_context(action: signal.Handlers) -> Iterator[None]:
    """What is started here begins with these signals ignored, or not, whatever this run began with."""
    before = {number: signal.signal(number, action) for number in (signal.SIGINT, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@pytest.fixture(params=["forked", "started"])
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> Mapping[str, str]:
    """What has the command fork its runs, as it does on Linux, or start them as programs."""
    if request.param == "forked":
        return {}
    (tmp_path / "site").mkdir()
    source = "from coze_cassettes.rerecord import forks\nforks.MAY_FORK = False\n"
    (tmp_path / "site/sitecustomize.py").write_text(source)
    return {"PYTHONPATH": str(tmp_path / "site")}


def test_a_run_begins_and_ends_as_pytest_does(
    recorded: Project, tmp_path: Path, environment: Mapping[str, str]
) -> None:
    """Program, import path, folder, session, signals, threads: all are as python -m pytest has them.

    Its threads are waited for, and what was registered for its end is run, once a run. A command that was
    begun with nohup starts runs that can be ended all the same.
    """
    (recorded.root / "tests/conftest.py").write_text(CONFTEST)
    asked = {**environment, "FOUND": str(tmp_path / "ours")}
    with _signals_context(signal.SIG_IGN):
        code, out, err = recorded.run("--target", "stand-in", environment=asked)
    assert (code, err) == (0, ""), out
    command = [sys.executable, "-m", "pytest", "-q", "tests", "-p", "no:randomly"]
    without_coze = {name: value for name, value in os.environ.items() if not name.startswith("COZE_")}
    with _signals_context(signal.SIG_DFL):
        subprocess.run(
            command,
            cwd=recorded.root,
            env={**without_coze, **environment, "FOUND": str(tmp_path / "pytest")},
            stdin=subprocess.DEVNULL,
            check=True,
            capture_output=True,
            start_new_session=True,
        )
    (started,) = _found(tmp_path / "pytest")
    collected, recording, replayed = _found(tmp_path / "ours")
    assert started["waited"]
    assert collected == replayed == started
    assert {**recording, "account": []} == started
    assert "COZE_API_TOKEN" in recording["account"]


KILLED = """
import os, signal, sys

if "--record-mode=all" in sys.argv:
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_run_that_is_killed_is_reported(recorded: Project, environment: Mapping[str, str]) -> None:
    """By the signal, as a negative exit code; no cassette is touched."""
    before = recorded.contents()
    (recorded.root / "tests/conftest.py").write_text(KILLED)
    code, out, err = recorded.run("--target", "stand-in", environment=environment)
    assert (code, err) == (1, "")
    assert "failed: pytest ended with exit code -9: it said nothing\n" in out
    assert recorded.contents() == before


UNORDERED = """
import httpx, pytest

WORDS = {"one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}

@pytest.mark.vcr
def test_unordered(account):
    headers = {"Authorization": "Bearer " + account.value("API_TOKEN")}
    httpx.get("https://api.coze.com/v1/workspaces", params={"keyword": " ".join(WORDS)}, headers=headers)
"""


def test_a_replay_has_sets_in_another_order(recorded: Project) -> None:
    """A test that sends a set as it comes is not recorded, since its cassette fits one process alone."""
    (recorded.root / "tests/test_unordered.py").write_text(UNORDERED)
    code, out, err = recorded.run("--target", "stand-in")
    assert (code, err) == (1, ""), out
    assert re.search(r"failed: .*test_unordered: it does not replay: ", out)
    assert "3 unchanged, 1 failed" in out
