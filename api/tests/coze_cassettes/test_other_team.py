"""Another team begins with the wheel alone, by the words of docs/plugin.md: from init to a replay."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = [pytest.mark.loopback, pytest.mark.slow]

APP = """
import os

from cozepy import AsyncCoze, AsyncTokenAuth, ChatEventType, Coze, Message, TokenAuth

coze = Coze(auth=TokenAuth(os.environ["COZE_API_TOKEN"]))


def answer(question):
    asked = [Message.build_user_question_text(question)]
    stream = coze.chat.stream(bot_id=os.environ["COZE_BOT_ID"], user_id="someone", additional_messages=asked)
    delta = ChatEventType.CONVERSATION_MESSAGE_DELTA
    return "".join(event.message.content for event in stream if event.event == delta)


async def bots():
    client = AsyncCoze(auth=AsyncTokenAuth(os.environ["COZE_API_TOKEN"]))
    listed = await client.bots.list(space_id=os.environ["COZE_WORKSPACE_ID"], page_size=1)
    return [bot.id for bot in listed.items]


def upload(path):
    return coze.files.upload(file=path)
"""

RECORDED = """
import datetime
import uuid

import pytest

import app

pytestmark = pytest.mark.vcr
RUN = uuid.uuid4().hex[:8]


def test_answer():
    assert app.answer(f"Run {RUN} of {datetime.date.today()}: which film is longest?")


@pytest.mark.asyncio
async def test_bots():
    assert len(await app.bots()) == 1


def test_upload(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("Side A.")
    assert app.upload(path).id
"""

ORDINARY = "def test_sum():\n    assert 1 + 1 == 2\n"
OTHER_TEST = """
import httpx
import pytest


@pytest.mark.vcr
def test_weather():
    assert httpx.get("http://weather.example/today").text == "sunny"
"""
FOREIGN_CASSETTE = """
version: 1
interactions:
- request: {method: GET, uri: "http://weather.example/today", body: null, headers: {}}
  response: {status: {code: 200, message: OK}, headers: {}, body: {string: sunny}}
"""

INI = "[pytest]\ntestpaths = tests\npythonpath = .\n"
PYPROJECT = '[tool.pytest.ini_options]\ntestpaths = ["tests"]\npythonpath = ["."]\n'

FOREIGN = ("COZE_", "PYTEST_", "PYTHONPYCACHEPREFIX")
"""What another team's machine does not have. What was compiled stands beside its source there, so it is found again."""

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(interpreters: tuple[Path, Path], tmp_path: Path) -> Run:
    """Run a command of the wheel in a project of the team; the exit code and what it printed."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}

    def call(project: Path, module: str, *arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            [str(interpreters[1]), "-m", module, *arguments],
            cwd=project,
            env={**inherited, "XDG_CACHE_HOME": str(tmp_path / "cache")},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    return call


def begin(run: Run, project: Path, configuration: str, text: str) -> None:
    """Lay out a project with ordinary tests and tests of stock vcrpy, and let init add to its configuration."""
    files = {
        configuration: text,
        "app.py": APP,
        "tests/test_ordinary.py": ORDINARY,
        "tests/test_other.py": OTHER_TEST,
        "tests/cassettes/test_other/test_weather.yaml": FOREIGN_CASSETTE,
    }
    for name, content in files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(content)
    code, said = run(project, "coze_cassettes", "init", "--yes")
    assert code == 0, said
    (project / "tests/coze/test_service.py").write_text(RECORDED)


def assert_replays(run: Run, project: Path) -> None:
    """The tests pass from the cassettes, beside the others, and the cassettes are sound."""
    code, said = run(project, "pytest", "-p", "no:cacheprovider")
    assert (code, " 6 passed" in said) == (0, True), said
    assert run(project, "coze_cassettes", "check")[0] == 0


def test_a_team_begins_with_the_wheel(run: Run, tmp_path: Path) -> None:
    """A chat stream, async lists and an upload, beside ordinary tests and tests of stock vcrpy.

    The configuration is an ini file, then TOML; the project with the second finds the cassettes unchanged that the
    project with the first has recorded.
    """
    first, second = tmp_path / "first", tmp_path / "second"
    begin(run, first, "pytest.ini", INI)
    code, said = run(first, "coze_cassettes", "rerecord", "--target", "stand-in")
    assert code == 3, said
    assert said.endswith("4 recorded: 4 new\nChanged: see it with git add -N cassettes && git diff -- cassettes\n"), (
        said
    )
    assert_replays(run, first)
    begin(run, second, "pyproject.toml", PYPROJECT)
    shutil.copytree(first / "cassettes", second / "cassettes")
    assert_replays(run, second)
    code, said = run(second, "coze_cassettes", "rerecord", "--target", "stand-in", "--check")
    assert (code, "4 recorded: 4 unchanged\nNothing changed.\n" in said) == (0, True), said


def test_the_wheel_forces_no_application_on_a_team(interpreters: tuple[Path, Path]) -> None:
    """This repository's own use of the SDK stays here."""
    code = "import importlib.util, sys; sys.exit(importlib.util.find_spec('coze_integration') is not None)"
    assert subprocess.run([str(interpreters[1]), "-c", code], check=False).returncode == 0
