"""The walk of docs/review.md, from a changed field in the stand-in to each output, as it is written there."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = [pytest.mark.loopback, pytest.mark.proof, pytest.mark.slow]

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/review.md").read_text("utf-8")
BLOCKS = re.findall(r"^```\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)

Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a command in a clone of this repository; what it prints."""
    git = [shutil.which("git") or "git", "clone", "-q", str(ROOT), str(tmp_path / "clone")]
    subprocess.run(git, check=True, capture_output=True)
    (tmp_path / "clone/.venv").symlink_to(sys.prefix)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("COZE_", "PYTEST_"))}
    environment = {**inherited, "XDG_CACHE_HOME": str(tmp_path / "cache"), "GIT_CONFIG_GLOBAL": os.devnull}

    def call(*command: str, code: int = 0) -> str:
        done = subprocess.run(
            command, cwd=tmp_path / "clone", env=environment, capture_output=True, text=True, check=False
        )
        said = done.stdout + done.stderr
        assert done.returncode == code, said
        return done.stdout

    return call


def lacking(block: str, output: str) -> list[str]:
    """The lines of a block that an output does not have, in their order; a line with a command is none of it."""
    lines = iter(output.splitlines())
    return [line for line in block.splitlines() if not line.startswith("$ ") and line not in lines]


def test_the_walk(run: Run) -> None:
    """One renamed field is named by the recorder, the terminal, ``git diff``, the comment, the page and the gate."""
    asked, verdict, terminal, in_git, comment = BLOCKS
    toolkit = (".venv/bin/python", "-m", "coze_cassettes")
    script, *arguments = shlex.split(asked)
    assert script == "scripts/rerecord.sh"
    assert lacking(verdict, run(*toolkit, "rerecord", *arguments, code=3)) == []
    assert lacking(terminal, run(*toolkit, "diff", code=3)) == []
    assert lacking(in_git, run("git", "-c", "diff.cassette.textconv=scripts/textconv.sh", "diff")) == []
    assert lacking(comment, run(*toolkit, "diff", "--markdown", code=3)) == []
    run(*toolkit, "diff", "--html", "page.html", code=3)
    run(*toolkit, "diff", "--fail-on", "breaking", code=3)
