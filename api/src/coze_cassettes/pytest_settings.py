"""What pytest's configuration says of a project, as pytest itself reads it."""

from __future__ import annotations

import contextlib
import io
import os
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from coze_cassettes.coze_tests import CozeTests
from coze_cassettes.errors import Misuse


@dataclass(frozen=True)
class PytestSettings:
    """The rootdir, and the plugin's ini options: the paths of the Coze tests, the folder of their cassettes.

    The paths are as they were written, relative to the rootdir; a project that has not opted in has none. ``inipath``
    is the file of the configuration, if there is one; ``allow_opaque`` the digests of files that nothing can open and
    that a person has looked at, ``testpaths`` where pytest looks for tests if it is given no path, ``python_files`` the
    patterns of the names of their modules.
    """

    rootdir: Path
    coze_tests: tuple[str, ...]
    cassettes_dir: Path
    record_command: str
    inipath: Path | None = None
    allow_opaque: frozenset[str] = frozenset()
    testpaths: tuple[str, ...] = ()
    python_files: tuple[str, ...] = ("test_*.py", "*_test.py")

    @property
    def tests(self) -> CozeTests:
        """The Coze tests."""
        return CozeTests.below(self.rootdir, self.coze_tests)


class _Read(BaseException):
    """Ends pytest as soon as its configuration is read."""


LENIENT: Final = ("-W", "ignore::pytest.PytestAssertRewriteWarning")
"""This package is imported before pytest can rewrite its asserts, which is not an error, also where warnings are."""

_PLUGIN: Final = ("-p", "coze_cassettes.plugin")
_ALONE: Final = (
    *("--disable-plugin-autoload", "-o", "required_plugins="),
    *("-W", "ignore::pytest.PytestConfigWarning"),
)
"""No other plugin has a say in these settings, and to import those of an environment takes longer than to read them.

Nor has what pytest warns of: options of those plugins, and Python's option -O.
"""


class _Reader:
    """A plugin that takes the settings before pytest imports a conftest.py or collects anything."""

    settings: PytestSettings | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_load_initial_conftests(self, early_config: pytest.Config) -> None:
        """Take the settings."""
        root = early_config.rootpath
        self.settings = PytestSettings(
            root,
            tuple(str(each) for each in early_config.getini("coze_tests")),
            root / str(early_config.known_args_namespace.cassettes_dir or early_config.getini("cassettes_dir")),
            str(early_config.getini("cassettes_record_command")),
            early_config.inipath,
            frozenset(map(str, early_config.getini("cassettes_allow_opaque"))),
            tuple(map(str, early_config.getini("testpaths"))),
            tuple(map(str, early_config.getini("python_files"))),
        )
        raise _Read


def read_settings(*arguments: str) -> PytestSettings:
    """The settings of the project around the working directory; Misuse with pytest's words if it cannot read them.

    ``arguments`` are paths and options as pytest would get them.
    """
    reader = _Reader()
    said = io.StringIO()
    with contextlib.suppress(_Read), contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
        _require_readable_options()
        try:
            pytest.main([*LENIENT, *_ALONE, *_PLUGIN, *arguments], plugins=[reader])
        except ValueError:  # the project names this plugin too, by its entry point
            pytest.main([*LENIENT, *_ALONE, *arguments], plugins=[reader])
    if reader.settings is None:
        problem = " / ".join(line.removeprefix("ERROR: ") for line in said.getvalue().splitlines() if line.strip())
        raise Misuse(f"pytest cannot read this project's configuration: {problem}")
    return reader.settings


def _require_readable_options() -> None:
    """Misuse if a shell could not take the options of the environment apart, which ends pytest with a traceback."""
    try:
        shlex.split(os.environ.get("PYTEST_ADDOPTS", ""))
    except ValueError as error:
        raise Misuse(f"PYTEST_ADDOPTS cannot be read ({str(error).lower()}): correct or unset it.") from None
