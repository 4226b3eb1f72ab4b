"""Which tests of a project are ours: those marked vcr below the paths of the ini option ``coze_tests``."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path, PurePath

import pytest


@dataclass(frozen=True)
class CozeTests:
    """The paths that a project has given to the toolkit: absolute folders or test modules."""

    paths: tuple[Path, ...]

    @classmethod
    def below(cls, root: Path, names: Iterable[str]) -> CozeTests:
        """What a configuration names, as it is written there, below the folder of the project."""
        return cls(tuple(Path(os.path.normpath(root / each)) for each in names))

    def __contains__(self, path: Path) -> bool:
        """Whether a file or folder is one of them, or below one."""
        return _is_below(path, self.paths)

    def is_ours(self, item: pytest.Item) -> bool:
        """Whether a test is recorded and replayed by the toolkit."""
        return item.path in self and item.get_closest_marker("vcr") is not None

    @cached_property
    def base(self) -> Path:
        """The folder whose structure the cassettes' folders mirror: the one path, or what all paths have in common."""
        folders = [path.parent if path.is_file() else path for path in self.paths]
        return Path(os.path.commonpath(folders))

    def folder(self, module: Path) -> PurePath:
        """Where the cassettes of a test module are, below the folder of all cassettes."""
        return _relative(module, self.base)


@lru_cache(maxsize=4096)
def _is_below(path: Path, folders: tuple[Path, ...]) -> bool:
    """Whether a path is below a folder as it is written, or where it really is: a link leads to the same tests."""
    return any(path.is_relative_to(each) for each in folders) or any(
        path.resolve().is_relative_to(each.resolve()) for each in folders
    )


@lru_cache(maxsize=4096)
def _relative(module: Path, base: Path) -> PurePath:
    if not module.is_relative_to(base):
        module, base = module.resolve(), base.resolve()
    return module.relative_to(base).with_suffix("")


KEY = pytest.StashKey[CozeTests]()
"""Where pytest's configuration keeps them in a project that has opted in."""


def coze_tests_of(config: pytest.Config) -> CozeTests:
    """The paths as pytest's configuration has them; UsageError if one of them does not exist."""
    named = [str(each) for each in config.getini("coze_tests")]
    tests = CozeTests.below(config.rootpath, named)
    for name, path in zip(named, tests.paths, strict=True):
        if not path.exists():
            raise pytest.UsageError(f"coze_tests names {name}: there is no such file or folder in {config.rootpath}.")
    return tests
