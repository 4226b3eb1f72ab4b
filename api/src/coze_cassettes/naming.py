"""Which cassette a test has."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Final

import pytest
from pytest_recording.plugin import get_default_cassette_name

from coze_cassettes import coze_tests, markers
from coze_cassettes.cassette import store
from coze_cassettes.markers import Marks

LONGEST: Final = 130
"""Bytes of a cassette's name beyond which it is shortened: file systems end at 255, encrypted ones at 143."""

KEPT: Final = 100
"""Bytes of a long name that stay readable."""


_FOLDER: Final = pytest.StashKey[Path]()


def cassettes_folder(config: pytest.Config) -> Path:
    """The folder of all cassettes."""
    if _FOLDER not in config.stash:
        config.stash[_FOLDER] = Path(
            config.rootpath, config.getoption("--cassettes-dir") or config.getini("cassettes_dir")
        )
    return config.stash[_FOLDER]


def module_folder(item: pytest.Item, folder: Path) -> Path:
    """Where the cassettes of a test's module are; it mirrors the path of the module below ``coze_tests``."""
    return _below(folder, item.config.stash[coze_tests.KEY].folder(item.path))


@lru_cache(maxsize=4096)
def _below(folder: Path, module: PurePath) -> Path:
    return folder / module


def cassette_path(item: pytest.Item, folder: Path) -> Path:
    """The file of a test's cassette, in the folder of all cassettes."""
    return module_folder(item, folder) / f"{cassette_name(item)}{store.SUFFIX}"


def owner_id(item: pytest.Item) -> str:
    """The node id of the test that records an item's cassette."""
    if (shared := item.get_closest_marker("shared_cassette")) is None:
        return markers.without_repetition(item, item.nodeid)
    test_class = getattr(item, "cls", None)
    prefix, _, name = str(shared.args[0]).rpartition(".")
    file = item.nodeid.partition("::")[0]
    owner = prefix or (test_class.__name__ if test_class else "")
    return "::".join(filter(None, (file, owner, name)))


def cassette_name(item: pytest.Item) -> str:
    """The file name of a test's cassette without its suffix."""
    test_class = getattr(item, "cls", None)
    owner = test_class.__name__ if test_class else ""
    marks = markers.marks_of(item)
    shared, default = _argument(marks, "shared_cassette"), _argument(marks, "default_cassette")
    own = get_default_cassette_name(test_class, markers.without_repetition(item, item.name))
    return file_name(owner, own, shared, default)


def _argument(marks: Marks, name: str) -> str:
    closest = marks.get(name)
    return str(closest[0].args[0]) if closest and closest[0].args else ""


def file_name(owner: str, own: str, shared: str = "", default: str = "") -> str:
    """The file name, without its suffix, of the cassette of a test in the class ``owner``.

    It is ``own``, which is ``Class.test``, or what the marker default_cassette says, or that of the test whose cassette
    it shares.
    """
    if shared:
        return _shorten(shared if "." in shared or not owner else f"{owner}.{shared}")
    return _shorten(default or own)


def _shorten(name: str) -> str:
    """A name that every file system takes; two long names stay two."""
    name = name.removesuffix(store.SUFFIX)
    raw = name.encode()
    if len(raw) <= LONGEST:
        return name
    return f"{raw[:KEPT].decode(errors='ignore')}-{hashlib.sha256(raw).hexdigest()[:16]}"
