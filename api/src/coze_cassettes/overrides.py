"""The values of fixtures that a project may override, set up only for the tests of one that does."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any, Final

import pytest

from coze_cassettes import markers

NAMES: Final = frozenset({"vcr_config", "vcr_cassette_dir", "default_cassette_name"})
"""The fixtures that ``vcr`` asks for."""

_PLUGINS: Final = frozenset({"coze_cassettes.fixtures", "pytest_recording.plugin"})
"""The modules whose fixtures a test has if nobody overrides them."""


def names_of(item: pytest.Item) -> AbstractSet[str]:
    """The fixtures that a test overrides in any way.

    To set up a fixture takes pytest some 60 microseconds, which a test that overrides none need not spend.
    """
    asked = {*item.fixturenames, *markers.parameters_of(item)}  # type: ignore[attr-defined]  # a test has them
    return NAMES & asked | _overridden(item)


def value(item: pytest.Item, name: str) -> Any:
    """The value of a fixture for a test that overrides it, else None."""
    if name not in names_of(item):
        return None
    return item._request.getfixturevalue(name)  # type: ignore[attr-defined]  # noqa: SLF001  pytest has no other way


_OVERRIDDEN: Final = pytest.StashKey[frozenset[str]]()
"""Where a module or class keeps which of the fixtures are overridden for its tests: a fixture belongs to no less."""


def _overridden(item: pytest.Item) -> frozenset[str]:
    parent = item.parent or item
    if _OVERRIDDEN not in parent.stash:
        find = item.session._fixturemanager.getfixturedefs  # noqa: SLF001  as above
        parent.stash[_OVERRIDDEN] = frozenset(
            name
            for name in NAMES
            if any(getattr(each.func, "__module__", "") not in _PLUGINS for each in find(name, item) or ())
        )
    return parent.stash[_OVERRIDDEN]


def add_parametrized(metafunc: pytest.Metafunc) -> None:
    """Let a test be parametrised by one of the fixtures: pytest takes only names that a test depends on."""
    marks = metafunc.definition.iter_markers("parametrize")
    texts = [",".join([names] if isinstance(names := _argnames(mark), str) else names) for mark in marks]
    parametrized = {name.strip() for text in texts for name in text.split(",")}
    metafunc.fixturenames += sorted(NAMES & parametrized - set(metafunc.fixturenames))


def _argnames(mark: pytest.Mark) -> Any:
    return mark.args[0] if mark.args else mark.kwargs.get("argnames", "")
