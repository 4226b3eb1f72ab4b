"""``coze-cassettes check``."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from coze_cassettes import exit_codes
from coze_cassettes.cassette import format as cassette_format
from coze_cassettes.cassette import store
from coze_cassettes.cassette.provenance import ORIGINS
from coze_cassettes.cli.project import cassettes_folder, cassettes_option
from coze_cassettes.errors import InvalidCassette, Misuse
from coze_cassettes.inspection import inspector
from coze_cassettes.inspection.summary import summarize
from coze_cassettes.pytest_settings import read_settings
from coze_cassettes.scrubbing.environment import known


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--staged", is_flag=True, help="Judge what git is about to commit, not the working tree.")
@cassettes_option
def command(paths: tuple[Path, ...], staged: bool, cassettes: Path | None) -> int:  # noqa: FBT001  by name
    """Judge cassettes: their provenance, their digest, their exact form, and what the inspector finds in them.

    Prints FILE:PLACE CODE for each finding, then what each code means and the command that fixes it; exit code 1 if
    there is any.
    """
    folder = cassettes_folder(cassettes)
    sources = list(_staged(folder) if staged else _files(paths or (folder,)))
    values = tuple(known(os.environ).placeholders)
    found = [(name, finding) for name, text in sources for finding in judge(text, values)]
    for name, finding in found:
        click.echo(f"{name}:{finding}")
    for line in summarize(len(sources), found, read_settings().record_command):
        click.echo(line)
    return exit_codes.FAILED if found else 0


def judge(text: str, values: Iterable[str] = ()) -> list[str]:
    """What is wrong with the text of a cassette file, as ``PLACE RULE-ID``."""
    try:
        cassette = cassette_format.loads(text)
    except InvalidCassette:
        return ["file CHECK-FORMAT"]
    found = []
    if cassette.metadata.recorded_from not in ORIGINS:
        found.append("metadata.recorded_from CHECK-ORIGIN")
    if cassette.metadata.digest != store.digest(cassette.interactions):
        found.append("metadata.digest CHECK-DIGEST")
    if cassette_format.dumps(cassette) != text:
        found.append("file CHECK-ROUND-TRIP")
    return found + [str(finding) for finding in inspector.inspect(cassette, text, values)]


def _files(paths: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """The cassettes among paths and below folders, with their texts."""
    for path in paths:
        if not path.exists():
            raise Misuse(f"{path}: there is no such file or folder.")
        for file in store.files(path) if path.is_dir() else [path]:
            yield _shown_path(file), file.read_text("utf-8", "replace")


def _shown_path(path: Path) -> str:
    return path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else path.as_posix()


def _staged(folder: Path) -> Iterator[tuple[str, str]]:
    """The cassettes in git's index that a commit would change, with their texts; nothing is written to do so."""
    names = _git(folder, "diff", "--cached", "--name-only", "--diff-filter=ACMR", "-z", "--", ".").split("\0")
    for name in filter(None, names):
        if name.endswith(store.SUFFIX):
            yield name, _git(folder, "show", f":{name}")


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=True)  # noqa: S603, S607  git is the one on the path
    except (OSError, subprocess.CalledProcessError):
        raise Misuse(f"git {arguments[0]} failed in {folder}: --staged needs a git repository.") from None
    return done.stdout.decode("utf-8", "replace")
