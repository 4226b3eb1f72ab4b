"""Fails for the cassettes of tests that are gone, in their modules."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from coze_cassettes import collection as agreement
from coze_cassettes import fixtures, naming

RENAMED = pytest.StashKey[str]()
"""Where an item without a cassette keeps which one is likely its own."""


class OrphanItem(pytest.Item):
    """Fails in the place of a test that a module has no more, while its cassette is still there."""

    orphan: agreement.Orphan

    def runtest(self) -> None:
        """Fail."""
        raise fixtures.Refusal(self.orphan.sentence, pytrace=False)

    def reportinfo(self) -> tuple[Path, None, str]:
        """The place that pytest shows."""
        return self.path, None, self.name


def orphan_items(session: pytest.Session, ours: agreement.Paths) -> Iterator[pytest.Item]:
    """One failing item for each cassette without a test, in its module."""
    first = {item.path: item for item in reversed([*ours])}
    modules = {path: item.getparent(pytest.Module) for path, item in first.items() if _is_whole(path, session.config)}
    paths = {item: path for item, path in ours.items() if modules.get(item.path) is not None}
    lacking = {path: item for item, path in reversed([*paths.items()])}
    for orphan in agreement.orphans(paths, naming.cassettes_folder(session.config), session.config.rootpath):
        parent = modules[orphan.module]
        if orphan.owner is not None:  # one test fails, in its own place
            lacking[orphan.owner].stash[RENAMED] = orphan.sentence
        elif parent is not None:
            found = OrphanItem.from_parent(parent, name=orphan.path.name)
            found.orphan = orphan
            yield found


def _is_whole(module: Path, config: pytest.Config) -> bool:
    """Whether the command line asks for all tests of a module."""
    if config.getoption("lf", default=False):
        return False
    chosen = [argument.partition("::")[0] for argument in config.args if "::" in argument]
    return module not in [Path(os.path.normpath(config.invocation_params.dir / each)) for each in chosen]
