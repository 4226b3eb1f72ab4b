"""Lets the options in a project's addopts do nothing that would choose tests or end a run of rerecord early."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import pytest

BLOCKED: Final[Mapping[str, Sequence[tuple[str, ...]]]] = MappingProxyType(
    {
        "cacheprovider": (
            *(("--lf", "--last-failed"), ("--ff", "--failed-first"), ("--nf", "--new-first"), ("--cache-clear",)),
            *(("--lfnf=", "--last-failed-no-failures="), ("--sw", "--stepwise"), ("--sw-skip", "--stepwise-skip")),
            ("--sw-reset", "--stepwise-reset"),
        ),
        "randomly": (("--randomly-seed=",), ("--randomly-dont-reset-seed",), ("--randomly-dont-reorganize",)),
    }
)
"""Plugins that such a run does without, and their options; one that ends with ``=`` has a value."""

_OFF: Final = MappingProxyType(
    {"dist": "no", "tx": (), "numprocesses": None, "maxfail": 0, "usepdb": False, "trace": False}
)
"""What would run tests in processes that have no pipe, end the run at the first failure, or wait for a person."""


def add(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Accept the options of the plugins that are blocked."""
    for plugin in filter(pluginmanager.is_blocked, BLOCKED):
        for names in BLOCKED[plugin]:
            bare = [name.rstrip("=") for name in names]
            action = "store" if names[0].endswith("=") else "store_true"
            parser.addoption(*bare, action=action, dest=f"unused_{bare[0]}", help="Does nothing here.")


def turn_off(config: pytest.Config) -> None:
    """Turn off what other plugins would do."""
    for name, value in _OFF.items():
        if hasattr(config.option, name):
            setattr(config.option, name, value)
