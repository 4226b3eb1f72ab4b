"""The documents: their blocks run, their links lead somewhere, their numbers are those of this tree."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from coze_cassettes.cassette import store
from coze_cassettes.cassette.model import Cassette
from coze_cassettes.cli.entry import COMMANDS
from coze_cassettes.diff import compare
from coze_cassettes.rerecord import report
from coze_cassettes.rerecord.outcome import Decision, Outcome, Verdict

ROOT: Final = Path(__file__).parents[3]
README: Final = (ROOT / "README.md").read_text("utf-8")
PAGES: Final = sorted(path for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("api/tests/**/*.md")))
MOST_WORDS: Final = 500


def blocks(language: str, page: str = README) -> list[str]:
    """The fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)


def test_length() -> None:
    """The README is read in two minutes."""
    assert len(README.split()) <= MOST_WORDS


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links(page: Path) -> None:
    """Each link to a file of this repository leads to one."""
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text("utf-8"))
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_commands(page: Path) -> None:
    """Each command that a page names is there."""
    text = page.read_text("utf-8")
    unknown = set(re.findall(r"(?:bin/|`|\$ )coze-cassettes ([a-z]+)", text)) - COMMANDS.keys()
    scripts = {name for name in re.findall(r"\bscripts/([\w.-]+\.sh)", text) if not (ROOT / "scripts" / name).exists()}
    assert (unknown, scripts) == (set(), set())


def test_architecture() -> None:
    """Each module and each test that the page on architecture names is there."""
    text = (ROOT / "docs/architecture.md").read_text("utf-8")
    toolkit, tests = ROOT / "api/src/coze_cassettes", ROOT / "api/tests/coze_cassettes"
    modules = [
        name for name in re.findall(r"`([a-z_]+/(?:[a-z_]+(?:/|\.py))?)`", text) if not (toolkit / name).exists()
    ]
    missing = [name for name in re.findall(r"`(test_\w+\.py)`", text) if not (tests / name).exists()]
    assert (modules, missing) == ([], [])


def test_change() -> None:
    """The line of a renamed field is the one of the verdict."""
    file = "test_bot_client/TestBotOperations.test_retrieve_bot_version_2.yaml"
    old = store.read(ROOT / "cassettes/coze" / file)
    first, *rest = old.interactions
    response = replace(first.response, body=first.response.body.replace(b'"description"', b'"about"', 1))
    new = Cassette((replace(first, response=response), *rest), old.metadata)
    verdict = Verdict((Decision(file, Outcome.CHANGED, new, compare(old, new)),))
    lines = [f"{line.text}\n" for line in report.lines(verdict, check=False, folder="cassettes")]
    assert [block for block in blocks("text") if "breaking" in block] == [each for each in lines if "breaking" in each]


@pytest.mark.loopback
@pytest.mark.slow
def test_blocks(tmp_path: Path) -> None:
    """The test and the configuration of the README make a project that records, records the same again, and replays."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_me.py").write_text(blocks("python")[0], "utf-8")
    (tmp_path / "pyproject.toml").write_text(blocks("toml")[0], "utf-8")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("COZE_")}

    def run(*command: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=tmp_path, env=clean, capture_output=True, text=True, check=False
        )
        assert done.returncode in (0, 3), done.stdout + done.stderr
        return done.stdout

    assert "1 recorded: 1 new" in run("coze_cassettes", "rerecord", "--target", "stand-in", "--yes", "--tests", "tests")
    again = run("coze_cassettes", "rerecord", "--target", "stand-in", "--yes", "--tests", "tests")
    assert again.endswith(blocks("text")[0])
    assert "1 passed" in run("pytest", "-p", "no:randomly")
    [cassette] = store.files(tmp_path / "cassettes")
    lines = iter(cassette.read_text("utf-8").splitlines())
    missing = [line for line in blocks("yaml")[0].splitlines() if line not in lines]
    assert missing == [], "the README shows lines of a cassette, in their order"
