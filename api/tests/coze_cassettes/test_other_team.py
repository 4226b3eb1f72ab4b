"""Another team begins with the wheel alone, by the words of docs/plugin.md: from init to a replay."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.loopback

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
import pytest

import app

pytestmark = pytest.mark.vcr


def test_answer():
    assert app.answer("Which film is longest?")


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

CONFIGURATIONS = {
    "pytest.ini": "[pytest]\ntestpaths = tests\npythonpath = .\n",
    "pyproject.toml": '[tool.pytest.ini_options]\ntestpaths = ["tests"]\npythonpath = ["."]\n',
}

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(interpreters: tuple[Path, Path], tmp_path: Path) -> Run:
    """Run a command of the wheel in the team's project; the exit code and what it printed."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("COZE_", "PYTEST_"))}

    def call(module: str, *arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            [str(interpreters[1]), "-m", module, *arguments],
            cwd=tmp_path,
            env={**inherited, "XDG_CACHE_HOME": str(tmp_path / "cache")},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    return call


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_a_team_begins_with_the_wheel(configuration: str, run: Run, tmp_path: Path) -> None:
    """A chat stream, async lists and an upload, beside ordinary tests and tests of stock vcrpy."""
    files = {
        configuration: CONFIGURATIONS[configuration],
        "app.py": APP,
        "tests/test_ordinary.py": ORDINARY,
        "tests/test_other.py": OTHER_TEST,
        "tests/cassettes/test_other/test_weather.yaml": FOREIGN_CASSETTE,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    code, said = run("coze_cassettes", "init", "--yes")
    assert code == 0, said
    (tmp_path / "tests/coze/test_service.py").write_text(RECORDED)
    code, said = run("coze_cassettes", "rerecord", "--target", "stand-in")
    assert code == 3, said
    assert said.endswith("4 recorded: 4 new\nChanged: see it with git add -N cassettes && git diff -- cassettes\n"), (
        said
    )
    code, said = run("pytest", "-p", "no:cacheprovider")
    assert (code, " 6 passed" in said) == (0, True), said
    assert run("coze_cassettes", "check")[0] == 0
    code, said = run("coze_cassettes", "rerecord", "--target", "stand-in", "--check")
    assert (code, "4 recorded: 4 unchanged\nNothing changed.\n" in said) == (0, True), said


def test_the_wheel_forces_no_application_on_a_team(interpreters: tuple[Path, Path]) -> None:
    """This repository's own use of the SDK stays here."""
    code = "import importlib.util, sys; sys.exit(importlib.util.find_spec('coze_integration') is not None)"
    assert subprocess.run([str(interpreters[1]), "-c", code], check=False).returncode == 0
