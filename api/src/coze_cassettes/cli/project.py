"""Where the project of a command is, as pytest's configuration has it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

from coze_cassettes.errors import Misuse

DEFAULT_CASSETTES: Final = "cassettes/coze"

cassettes_option = click.option(
    "--cassettes", type=click.Path(path_type=Path), help="Their folder. Default: pytest's cassettes_dir."
)
target_option = click.option("--target", default="", help="coze.com, coze.cn or a URL. Default: COZE_API_BASE.")


def find_root() -> Path:
    """The nearest folder upwards with a pyproject.toml, or this one."""
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / "pyproject.toml").exists()), here)


def cassettes_folder(chosen: Path | None) -> Path:
    """The folder of the cassettes: as asked for, or as pytest's configuration has it."""
    root = find_root()
    return chosen.absolute() if chosen else root / str(_pytest_settings(root).get("cassettes_dir", DEFAULT_CASSETTES))


def _pytest_settings(root: Path) -> Mapping[str, Any]:
    """The pytest settings of a project; empty if there are none."""
    try:
        text = (root / "pyproject.toml").read_text("utf-8")
    except FileNotFoundError:
        return {}
    try:
        settings = tomllib.loads(text).get("tool", {}).get("pytest", {})
    except tomllib.TOMLDecodeError:
        raise Misuse(f"{root / 'pyproject.toml'} is not valid TOML.") from None
    return {**settings, **settings.get("ini_options", {})}
