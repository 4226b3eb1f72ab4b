"""``coze-cassettes check``."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from coze_cassettes import exit_codes
from coze_cassettes.cassette import format as cassette_format
from coze_cassettes.cassette import store
from coze_cassettes.cli.project import cassettes_folder, cassettes_option
from coze_cassettes.errors import InvalidCassette, Misuse
from coze_cassettes.inspection.explain import list_unreplaced
from coze_cassettes.inspection.judge import Judge, judge_all
from coze_cassettes.inspection.scan import inspect_file
from coze_cassettes.inspection.summary import summarize
from coze_cassettes.pluralize import pluralize
from coze_cassettes.pytest_settings import read_settings
from coze_cassettes.review import git
from coze_cassettes.scrubbing.environment import configured_values


@dataclass(frozen=True)
class Source:
    """A file that is checked: its name as it is shown, and what is in it."""

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
@click.option("--staged", is_flag=True, help="Check what git is about to commit, not the working tree.")
@click.option("--explain", is_flag=True, help="List what looks random and was not replaced, for a person to judge.")
@cassettes_option
def command(paths: tuple[Path, ...], staged: bool, explain: bool, cassettes: Path | None) -> int:  # noqa: FBT001  by name
    """Check cassettes: their provenance, their digest, their exact form, and what the inspector finds in them.

    Prints FILE:PLACE CODE for each finding, then what was looked at, what each code means, the command that fixes it;
    exit code 1 if there is any. A file below the folder that is not a cassette is inspected too.
    """
    settings = read_settings()
    folder = cassettes_folder(cassettes, settings)
    sources = list(_staged_sources(folder) if staged else _files(paths or (folder,)))
    found = list(_judge_all(sources, Judge(configured_values(os.environ).placeholders, settings.allow_opaque)))
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


def _judge_all(sources: Sequence[Source], judge: Judge) -> Iterator[tuple[str, str]]:
    """The findings of each file, with its name."""
    judgements = judge_all({source.name: source.text for source in sources if source.is_cassette}, judge)
    for source in sources:
        if source.is_cassette:
            yield from ((source.name, finding) for finding in judgements[source.name].findings)
        else:
            yield from ((source.name, str(finding)) for finding in inspect_file(source.content, judge.configured))


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
        for file in store.files_below(path) if path.is_dir() else [path]:
            yield Source(_shown_path(file), file.read_bytes())


def _shown_path(path: Path) -> str:
    return path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else path.as_posix()


def _staged_sources(folder: Path) -> Iterator[Source]:
    """The files in git's index that a commit would change; nothing is written to do so."""
    place = folder.resolve()  # of a link git knows nothing but the link
    root = git.toplevel(place)
    changed = git.run(root, "diff", "--cached", "--name-only", "--diff-filter=ACMRT", "-z", "--", str(place))
    for name in git.names(changed):
        yield Source(name, git.run(root, "cat-file", "blob", f":{name}"))
