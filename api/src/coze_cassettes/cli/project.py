"""Where the project of a command is, as pytest's configuration has it."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import click

from coze_cassettes.coze_tests import CozeTests
from coze_cassettes.errors import Misuse
from coze_cassettes.pytest_settings import PytestSettings, read_settings

NOT_OPTED_IN: Final = (
    "This project has not said which tests are recorded: `coze-cassettes init` writes that into its configuration."
)

cassettes_option = click.option(
    "--cassettes", type=click.Path(path_type=Path), help="Their folder. Default: pytest's cassettes_dir."
)
target_option = click.option("--target", default="", help="coze.com, coze.cn or a URL. Default: COZE_API_BASE.")


def find_root() -> Path:
    """The folder that pytest takes for the project's: its rootdir."""
    return read_settings().rootdir


def cassettes_folder(chosen: Path | None, settings: PytestSettings | None = None) -> Path:
    """The folder of the cassettes: as asked for, or as pytest's configuration has it, which is read if not given."""
    return chosen.absolute() if chosen else (settings or read_settings()).cassettes_dir


def chosen_tests(named: tuple[str, ...], settings: PytestSettings) -> tuple[str, ...]:
    """What is to be recorded, below the rootdir: as asked for, or what pytest's coze_tests has."""
    if not settings.coze_tests:
        raise Misuse(NOT_OPTED_IN)
    return tuple(_below(settings.rootdir, each) for each in named) or settings.coze_tests


def chosen_paths(named: tuple[str, ...], settings: PytestSettings) -> tuple[Path, ...]:
    """The modules and folders of what is asked for; Misuse if one of them is not below pytest's coze_tests."""
    files = (each.partition("::")[0] for each in chosen_tests(named, settings))
    paths = CozeTests.below(settings.rootdir, files).paths
    if outside := next((path for path in paths if path not in settings.tests), None):
        raise Misuse(f"{shell_path(outside)} is not below the paths of pytest's coze_tests.")
    return paths


_PATH_OPTIONS: Final = re.compile(r"(-c|--(?:config-file|rootdir|confcutdir)(?:=|\Z))(.*)", re.DOTALL)


def with_absolute_paths(environment: Mapping[str, str], root: Path) -> dict[str, str]:
    """An environment for a process that starts in the rootdir, if the paths in this one are meant from here."""
    found, here = dict(environment), Path.cwd()
    if here == root:
        return found
    if search := found.get("PYTHONPATH"):
        found["PYTHONPATH"] = os.pathsep.join(str(here / each) for each in search.split(os.pathsep))
    if options := found.get("PYTEST_ADDOPTS"):
        found["PYTEST_ADDOPTS"] = shlex.join(_absolute(shlex.split(options), here))
    return found


def _absolute(options: Sequence[str], here: Path) -> Iterator[str]:
    is_path = False
    for each in options:
        match = _PATH_OPTIONS.fullmatch(each)
        if is_path:
            yield str(here / each)
        elif match is not None and match[2]:
            yield f"{match[1]}{here / match[2]}"
        else:
            yield each
        is_path = not is_path and match is not None and not match[2]


def _below(root: Path, path: str) -> str:
    """A path of this folder, of a test with its id, as the rootdir sees it."""
    file, colons, test = path.partition("::")
    return os.path.relpath(Path(file).absolute(), root) + colons + test


def shell_path(path: Path) -> str:
    """A path as a shell takes it, relative to this folder where it is below it."""
    here = Path.cwd()
    return shlex.quote((path.relative_to(here) if path.is_relative_to(here) else path).as_posix())
