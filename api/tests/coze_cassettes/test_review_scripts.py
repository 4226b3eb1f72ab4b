"""The shell steps of the workflows that review cassettes, with a ``gh`` that answers from files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[3]
SHA: Final = "a" * 40
pytestmark = pytest.mark.loopback

GH: Final = """#!{python}
import json, pathlib, sys
here = pathlib.Path(__file__).parent
with (here / "calls.jsonl").open("a") as file:
    file.write(json.dumps(sys.argv[1:]) + "\\n")
key = " ".join(each for each in sys.argv[1:4] if not each.startswith("-"))
answers = json.loads((here / "answers.json").read_text())
found = next((value for name, value in answers.items() if name in " ".join(sys.argv[1:])), "")
if found is None:
    sys.exit(1)
sys.stdout.write(found)
"""


class Hub:
    """A folder with a ``gh`` that answers the first entry of ``answers`` whose name is in its arguments."""

    def __init__(self, folder: Path) -> None:
        """Write the command."""
        self.folder = folder
        (folder / "gh").write_text(GH.format(python=sys.executable))
        (folder / "gh").chmod(0o755)

    def run(self, *command: str, answers: dict[str, str | None], cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
        """Run a script that finds this ``gh`` first."""
        (self.folder / "answers.json").write_text(json.dumps(answers))
        environment = {
            **os.environ,
            "PATH": f"{self.folder}{os.pathsep}{os.environ['PATH']}",
            "GITHUB_REPOSITORY": "owner/name",
            "GH_TOKEN": "none",
        }
        return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)

    @property
    def calls(self) -> list[list[str]]:
        """The arguments of each call."""
        path = self.folder / "calls.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    """A GitHub that is a folder."""
    folder = tmp_path / "bin"
    folder.mkdir()
    return Hub(folder)


@pytest.mark.parametrize(
    ("last", "method", "path"), [("7\n", "PATCH", "issues/comments/7"), ("", "POST", "12/comments")]
)
def test_comment(hub: Hub, tmp_path: Path, last: str, method: str, path: str) -> None:
    """The comment is new, or takes the place of the last one."""
    (tmp_path / "comment.md").write_text("## Cassettes\n")
    answers: dict[str, str | None] = {"pulls?state": "12\n", "--paginate repos/owner/name/issues": last}
    done = hub.run("scripts/comment.sh", SHA, str(tmp_path / "comment.md"), answers=answers)
    assert (done.returncode, done.stderr) == (0, "")
    assert method in hub.calls[-1]
    assert any(argument.endswith(path) for argument in hub.calls[-1])


def test_comment_without_a_pull_request(hub: Hub, tmp_path: Path) -> None:
    """A commit that no open pull request has gets no comment."""
    done = hub.run("scripts/comment.sh", SHA, str(tmp_path), answers={})
    assert (done.returncode, done.stdout) == (0, f"No open pull request has {SHA} as its head.\n")


def test_comment_on_something_else(hub: Hub, tmp_path: Path) -> None:
    """What is not the id of a commit never reaches a command."""
    done = hub.run("scripts/comment.sh", 'x") | .number', str(tmp_path), answers={})
    assert done.returncode == 2
    assert hub.calls == []


def git(root: Path, *arguments: str) -> str:
    """What git prints."""
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.invalid", "-c", "commit.gpgsign=false")
    command = [shutil.which("git") or "git", *identity, *arguments]
    return subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone of this repository with its environment."""
    git(tmp_path, "clone", "-q", str(ROOT), "clone")
    clone = tmp_path / "clone"
    shutil.copytree(ROOT / "scripts", clone / "scripts", dirs_exist_ok=True)
    (clone / "scripts/environment.sh").write_text("")
    (clone / ".venv/bin").mkdir(parents=True)
    for name in ("python", "coze-cassettes"):
        (clone / ".venv/bin" / name).symlink_to(Path(sys.executable).parent / name)
    return clone


CASSETTE: Final = "cassettes/coze/test_coze_client/TestAccount.test_users_me.yaml"


def test_review(hub: Hub, clone: Path) -> None:
    """A removed cassette is in the comment and on the page; the script passes, since check does."""
    base = git(clone, "rev-parse", "HEAD").strip()
    git(clone, "rm", "-q", CASSETTE)
    git(clone, "commit", "-qm", "gone")
    done = hub.run("scripts/review.sh", base, "HEAD", "out", answers={}, cwd=clone)
    assert done.returncode == 0, done.stderr
    assert "0 breaking, 0 info, 0 note in 1 cassette (0 new, 1 removed)." in (clone / "out/comment.md").read_text()
    assert "TestAccount.test_users_me" in (clone / "out/cassettes.html").read_text()


def test_review_of_a_bad_cassette(hub: Hub, clone: Path) -> None:
    """A hand-edited cassette fails the script, after its comment names the file."""
    base = git(clone, "rev-parse", "HEAD").strip()
    path = clone / CASSETTE
    path.write_text(path.read_text().replace("USER_NAME_1", "USER_NAME_2"))
    git(clone, "commit", "-qam", "edited")
    done = hub.run("scripts/review.sh", base, "HEAD", "out", answers={}, cwd=clone)
    assert done.returncode == 1
    assert f"**Not shown: `{CASSETTE}`**" in (clone / "out/comment.md").read_text()


def test_no_drift(hub: Hub, clone: Path) -> None:
    """Nothing changed: nothing is opened."""
    done = hub.run("scripts/drift.sh", "report", answers={}, cwd=clone)
    assert (done.returncode, done.stdout) == (0, "Nothing changed.\n")
    assert hub.calls == []


def test_drift(hub: Hub, clone: Path, tmp_path: Path) -> None:
    """A change is pushed to a branch with a pull request; without a breaking one there is no issue."""
    git(tmp_path, "init", "-q", "--bare", "origin.git")
    git(clone, "remote", "set-url", "origin", str(tmp_path / "origin.git"))
    (clone / CASSETTE).unlink()
    done = hub.run("scripts/drift.sh", "report", answers={"pr view": None}, cwd=clone)
    assert done.returncode == 0, done.stderr
    assert [call[:2] for call in hub.calls] == [["pr", "view"], ["pr", "create"]]
    assert "cassettes-drift" in git(tmp_path / "origin.git", "branch")
