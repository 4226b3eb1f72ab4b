"""``coze-cassettes check``."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import click

from coze_cassettes import exit_codes
from coze_cassettes.cassette import format as cassette_format
from coze_cassettes.cassette import store
from coze_cassettes.cassette.provenance import PROVENANCES
from coze_cassettes.cli.project import cassettes_folder, cassettes_option
from coze_cassettes.errors import InvalidCassette, Misuse
from coze_cassettes.inspection.explain import list_unreplaced
from coze_cassettes.inspection.scan import inspect, inspect_file
from coze_cassettes.inspection.summary import summarize
from coze_cassettes.pluralize import pluralize
from coze_cassettes.pytest_settings import read_settings
from coze_cassettes.scrubbing.environment import configured_values

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True)
class Source:
    """A file that is judged: its name as it is shown, and what is in it."""

    name: str
    content: bytes

    @property
    def text(self) -> str:
        """What is in it, as text."""
        return self.content.decode("utf-8", "replace")

    @property
    def is_cassette(self) -> bool:
        """Whether its name says that it is one."""
        return self.name.endswith(store.SUFFIX)


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--staged", is_flag=True, help="Judge what git is about to commit, not the working tree.")
@click.option("--explain", is_flag=True, help="List what looks random and was not replaced, for a person to judge.")
@cassettes_option
def command(paths: tuple[Path, ...], staged: bool, explain: bool, cassettes: Path | None) -> int:  # noqa: FBT001  by name
    """Judge cassettes: their provenance, their digest, their exact form, and what the inspector finds in them.

    Prints FILE:PLACE CODE for each finding, then what was looked at, what each code means, the command that fixes it;
    exit code 1 if there is any. A file below the folder that is not a cassette is inspected too.
    """
    settings = read_settings()
    folder = cassettes_folder(cassettes, settings)
    sources = list(_staged(folder) if staged else _files(paths or (folder,)))
    configured = configured_values(os.environ).placeholders
    found = [
        (source.name, finding)
        for source in sources
        for finding in _judge_source(source, configured, settings.allow_opaque)
    ]
    for name, finding in found:
        click.echo(f"{name}:{finding}")
    if explain:
        for line in (line for source in sources for line in explain_source(source)):
            click.echo(line)
    for line in summarize(describe(sources), found, settings.record_command):
        click.echo(line)
    return exit_codes.FAILED if found else 0


def describe(sources: Sequence[Source]) -> str:
    """What was looked at, as ``105 cassettes, 1.2 MB``."""
    cassettes = sum(source.is_cassette for source in sources)
    others = len(sources) - cassettes
    size = sum(len(source.content) for source in sources) / 1_000_000
    counts = [pluralize(cassettes, "cassette"), *([pluralize(others, "other file")] if others else [])]
    return ", ".join([*counts, f"{size:.1f} MB"])


def _judge_source(source: Source, configured: Mapping[str, str], allow_opaque: frozenset[str]) -> list[str]:
    if source.is_cassette:
        return judge(source.text, configured, allow_opaque)
    return [str(finding) for finding in inspect_file(source.content, configured)]


def judge(text: str, configured: Mapping[str, str] = _NOTHING, allow_opaque: frozenset[str] = frozenset()) -> list[str]:
    """What is wrong with the text of a cassette file, as ``PLACE RULE-ID``.

    ``configured`` are values of the environment with their placeholders, ``allow_opaque`` digests of files that nothing
    can open.
    """
    try:
        cassette = cassette_format.loads(text)
    except InvalidCassette:
        return ["file CHECK-FORMAT"]
    found = []
    if cassette.metadata.recorded_from not in PROVENANCES:
        found.append("metadata.recorded_from CHECK-PROVENANCE")
    if cassette.metadata.digest != store.digest(cassette):
        found.append("metadata.digest CHECK-DIGEST")
    if not cassette_format.is_exact(text, cassette):
        found.append("file CHECK-ROUND-TRIP")
    return found + [str(finding) for finding in inspect(cassette, text, configured, allow_opaque)]


def explain_source(source: Source) -> Iterator[str]:
    """What looks random in a cassette and was not replaced, as ``FILE:PLACE VALUE``."""
    try:
        cassette = cassette_format.loads(source.text)
    except InvalidCassette:
        return
    yield from (f"{source.name}:{each}" for each in list_unreplaced(cassette))


def _files(paths: Iterable[Path]) -> Iterator[Source]:
    """The files among paths and below folders."""
    for path in paths:
        if not path.exists():
            raise Misuse(f"{path}: there is no such file or folder.")
        for file in sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]:
            yield Source(_shown_path(file), file.read_bytes())


def _shown_path(path: Path) -> str:
    return path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else path.as_posix()


def _staged(folder: Path) -> Iterator[Source]:
    """The files in git's index that a commit would change; nothing is written to do so."""
    names = _git(folder, "diff", "--cached", "--name-only", "--diff-filter=ACMR", "-z", "--", ".")
    for name in filter(None, names.decode("utf-8", "replace").split("\0")):
        yield Source(name, _git(folder, "show", f":{name}"))


def _git(folder: Path, *arguments: str) -> bytes:
    try:
        return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=True).stdout  # noqa: S603, S607  git is the one on the path
    except (OSError, subprocess.CalledProcessError):
        raise Misuse(f"git {arguments[0]} failed in {folder}: --staged needs a git repository.") from None
