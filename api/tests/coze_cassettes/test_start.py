"""What a start imports: a replay waits for nothing that only a recording needs, a check for nothing that tests need."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from coze_cassettes.cassette import store
from coze_cassettes.cassette.model import Cassette

pytestmark = pytest.mark.proof

SETTINGS = """
[pytest]
addopts = -p no:cacheprovider -p no:hypothesispytest -p no:xdist -p no:pytest_cov
asyncio_default_fixture_loop_scope = function
coze_tests = .
"""

SUITE = """
import httpx, pytest

@pytest.mark.vcr
def test_me(account, recording, sent_requests):
    headers = {"Authorization": "Bearer " + account.value("API_TOKEN")}
    assert httpx.get("https://api.coze.com/v1/users/me", headers=headers).json() == {}
    assert len(sent_requests) == 1
    assert not recording
"""

FOR_RECORDING = (
    "account",
    "codecs.containers",
    "codecs.encodings",
    "codecs.layers",
    "inspection",
    "recorded_tests",
    "rerecord",
    "reports",
    "scrubbing.live",
    "scrubbing.scrub",
    "session.http_exchange",
    "session.outside",
    "session.record_stub",
    "session.recorder",
    "session.recording",
    "session.route_stub",
    "session.websocket_record_stub",
    "session.websocket_recorder",
    "session.wire",
)
"""Modules and packages that a replay does without."""

FOR_TESTS = ("fixtures", "hooks", "replayed_tests", "scrubbing.scrub", "session")
"""Modules and packages that judging cassettes does without."""


@pytest.fixture
def imported(tmp_path: Path) -> Callable[..., set[str]]:
    """The modules that a command of Python imports in a project with one test and its cassette."""

    def run(*command: str) -> set[str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("COZE_", "PYTEST_"))}
        arguments = [sys.executable, "-X", "importtime", "-m", *command]
        done = subprocess.run(arguments, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return set(re.findall(r"^import time: .*\| +(\S+)$", done.stderr, re.MULTILINE))

    return run


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, cassette: Callable[..., Cassette], interaction: Callable[..., object]) -> None:
    (tmp_path / "pytest.ini").write_text(SETTINGS)
    (tmp_path / "test_it.py").write_text(SUITE)
    store.write(tmp_path / "cassettes/test_it/test_me.yaml", cassette(interaction()))


def _among(modules: set[str], names: tuple[str, ...]) -> list[str]:
    """The modules of the toolkit that have one of these names, or are below one."""
    roots = tuple(f"coze_cassettes.{name}" for name in names)
    return sorted(each for each in modules if f"{each}.".startswith(tuple(f"{root}." for root in roots)))


def test_a_replay_imports_nothing_for_recordings(imported: Callable[..., set[str]]) -> None:
    """Neither recorder, scrubber and inspector, nor what talks to a service."""
    modules = imported("pytest", "-q")
    assert "coze_cassettes.session.player" in modules
    assert _among(modules, FOR_RECORDING) == []
    assert modules & {"cozepy", "dotenv", "filelock", "jinja2", "phonenumbers", "stdnum"} == set()


def test_a_check_imports_nothing_for_tests(imported: Callable[..., set[str]]) -> None:
    """Neither sessions and scrubber, nor an HTTP client, what draws on a terminal, or the plugins of the tests."""
    modules = imported("coze_cassettes", "check")
    assert "coze_cassettes.inspection.scan" in modules
    assert _among(modules, FOR_TESTS) == []
    assert (
        modules & {"cozepy", "httpx", "jinja2", "pytest_asyncio", "pytest_recording", "rich", "vcr", "websockets"}
        == set()
    )
