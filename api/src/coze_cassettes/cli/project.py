"""Where the project of a command is, as pytest's configuration has it."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from coze_cassettes.pytest_settings import read_settings

cassettes_option = click.option(
    "--cassettes", type=click.Path(path_type=Path), help="Their folder. Default: pytest's cassettes_dir."
)
target_option = click.option("--target", default="", help="coze.com, coze.cn or a URL. Default: COZE_API_BASE.")


def find_root() -> Path:
    """The folder that pytest takes for the project's: its rootdir."""
    return read_settings().rootdir


def cassettes_folder(chosen: Path | None) -> Path:
    """The folder of the cassettes: as asked for, or as pytest's configuration has it."""
    return chosen.absolute() if chosen else read_settings().cassettes_dir


def shell_path(path: Path) -> str:
    """A path as a shell takes it, relative to this folder where it is below it."""
    here = Path.cwd()
    return shlex.quote((path.relative_to(here) if path.is_relative_to(here) else path).as_posix())
