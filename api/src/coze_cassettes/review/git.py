"""Runs git in the repository that a command is about."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from coze_cassettes.errors import Misuse

_PLAIN: Final = ("--no-pager", "-c", "diff.relative=false")
"""What keeps the names that git prints below the root of the repository, whatever its user has set."""


def run(root: Path, *arguments: str, given: bytes | None = None) -> bytes:
    """What git prints; Misuse with git's own reason if it fails."""
    command = ["git", *_PLAIN, *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - the git on the path
            command, cwd=root, input=given, capture_output=True, check=True, env=_environment(root)
        )
    except OSError as error:
        raise Misuse(f"git cannot be started: {error.strerror}.") from None
    except subprocess.CalledProcessError as error:
        reason = _reason(error.stderr.decode("utf-8", "replace")) or f"exit code {error.returncode}"
        raise Misuse(f"git {arguments[0]} failed in {root}: {reason}.") from None
    return bytes(done.stdout)


def toplevel(folder: Path) -> Path:
    """The root of the working tree that a folder is in, or will be in once it is made."""
    there = next(place for place in (folder, *folder.parents) if place.is_dir())
    return Path(names(run(there, "rev-parse", "--show-toplevel"), "\n")[0])


def names(output: bytes, end: str = "\0") -> list[str]:
    """The names of files in what git prints, each with its ``end``, as Python's functions for files take them."""
    return os.fsdecode(output).split(end)[:-1]


def _reason(said: str) -> str:
    """Why git failed, in one line, and what it advises if the tree is another user's."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    why = next((line for line in lines if line.startswith(_FAILED)), lines[0] if lines else "")
    advice = next((line for line in lines if line.startswith(_TRUST)), "")
    return f"{why}; if you trust it, run {advice}" if advice else why


_FAILED: Final = ("fatal: ", "error: ")
"""How a line with the reason begins, if lines of ``GIT_TRACE`` stand before it."""

_TRUST: Final = "git config --global --add safe.directory"


_PATHS: Final = ("GIT_DIR", "GIT_WORK_TREE")


def _environment(folder: Path) -> Mapping[str, str]:
    """The shell's variables; those that name the repository by a path name it by a whole one.

    Without a working tree beside it ``GIT_DIR``, as hooks have it, makes git take any folder for the root: it is left
    out where the folder is in that repository anyway.
    """
    if "GIT_DIR" not in os.environ:
        return os.environ
    whole = {name: os.path.realpath(os.environ[name]) for name in _PATHS if name in os.environ}
    if "GIT_WORK_TREE" not in whole and _git_dir(folder) == whole["GIT_DIR"]:
        return {name: value for name, value in os.environ.items() if name != "GIT_DIR"}
    return {**os.environ, "GIT_WORK_TREE": str(Path.cwd()), **whole}


@lru_cache
def _git_dir(folder: Path) -> str:
    """The folder of the repository that a folder is in; an empty string if it is in none."""
    environment = {name: value for name, value in os.environ.items() if name != "GIT_DIR"}
    command = ["git", "rev-parse", "--absolute-git-dir"]
    try:
        found = subprocess.run(command, cwd=folder, capture_output=True, check=True, env=environment).stdout  # noqa: S603  as above
    except (OSError, subprocess.CalledProcessError):
        return ""
    return os.path.realpath(names(found, "\n")[0])
