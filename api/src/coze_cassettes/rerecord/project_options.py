"""A pytest plugin that lets the options in a project's addopts do nothing that chooses tests or ends a run early.

Only ``rerecord`` names it, beside the plugins that are blocked.
"""

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

COLLECT_ONLY: Final = "--collect-only"
"""Of our own runs the first has it, which looks at what there is."""

_OFF: Final = MappingProxyType(
    {
        "dist": "no",
        "tx": (),
        "numprocesses": None,
        "maxfail": 0,
        "usepdb": False,
        "trace": False,
        "setupplan": False,
        "setuponly": False,
        "showfixtures": False,
        "show_fixtures_per_test": False,
    }
)
"""What would run tests in processes that have no pipe, end at the first failure, wait for a person, or run no test."""


NEEDED: Final = ("coze_cassettes", "recording")
"""Plugins without which no Coze test is recorded, as ``-p no:NAME`` calls them."""


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Accepts the options of the plugins that are blocked; UsageError if the project blocks one that is needed.

    pytest itself would say of options that only that plugin knows that they are not recognised.
    """
    if missing := next(filter(pluginmanager.is_blocked, NEEDED), ""):
        raise pytest.UsageError(f"a recording needs the plugin {missing}: leave -p no:{missing} out of addopts.")
    for plugin in BLOCKED:
        for names in BLOCKED[plugin]:
            bare = [name.rstrip("=") for name in names]
            action = "store" if names[0].endswith("=") else "store_true"
            parser.addoption(*bare, action=action, dest=f"unused_{bare[0]}", help="Does nothing here.")


def pytest_cmdline_main(config: pytest.Config) -> None:
    """Turns off what other plugins would do; pytest-xdist has read its options by now."""
    for name, value in _OFF.items():
        if hasattr(config.option, name):
            setattr(config.option, name, value)
    config.option.collectonly = COLLECT_ONLY in config.invocation_params.args
