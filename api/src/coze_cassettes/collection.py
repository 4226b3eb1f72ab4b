"""Finds where the collected tests disagree with the cassettes."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import pytest

from coze_cassettes import markers, naming
from coze_cassettes.cassette import store

Problems = dict[pytest.Item, list[str]]

_ADDRESS: Final = " at 0x"
"""What ``str`` says of a function and where it is."""

Paths = Mapping[pytest.Item, Path]
"""Coze tests with the files of their cassettes."""


def problems(paths: Paths, folder: Path) -> Problems:
    """What is wrong with Coze tests, one sentence each; ``folder`` is that of all cassettes."""
    found: Problems = {}
    named = (*_changing_ids(paths), *_shared_files(paths))
    for item, sentence in (*_refused_markers(paths), *named, *_missing_owners(paths, folder)):
        found.setdefault(item, []).append(sentence)
    return found


def revealing_ids(items: Iterable[pytest.Item], values: Mapping[str, str]) -> Problems:
    """The cases whose id holds a configured value, one sentence each; ``values`` gives each value's placeholder."""
    return {
        item: [_revealing_sentence(item, placeholder)]
        for item in items
        for value, placeholder in values.items()
        if value in item.nodeid
    }


def _revealing_sentence(item: pytest.Item, placeholder: str) -> str:
    test = getattr(item, "originalname", "a test")
    return (
        f"{item.path.name}: the id of a case of {test} holds the configured {placeholder}, and ids become file names; "
        "give the case another id."
    )


def _refused_markers(items: Iterable[pytest.Item]) -> Iterator[tuple[pytest.Item, str]]:
    for item in items:
        for sentence in markers.refusals(item):
            yield item, sentence


def _changing_ids(items: Iterable[pytest.Item]) -> Iterator[tuple[pytest.Item, str]]:
    """Cases whose id is another one in each run, as ``str`` makes of a function."""
    for item in items:
        if _ADDRESS in item.nodeid:
            test = item.nodeid.partition("[")[0]
            yield item, f"{test}: the id of a case has an address of memory, another one in each run; give it with ids."


def _shared_files(paths: Paths) -> Iterator[tuple[pytest.Item, str]]:
    owners: dict[str, pytest.Item] = {}
    for item, path in paths.items():
        if markers.shares_cassette(item):
            continue
        owner = owners.setdefault(str(path).casefold(), item)
        if owner is not item and not _are_one(owner, item):
            where = "" if path == paths[owner] else " where file systems ignore case"
            sentence = (
                f"{item.nodeid} and {owner.nodeid} would share the file {path.name}{where}; rename one, or mark one "
                "shared_cassette."
            )
            yield from ((each, sentence) for each in (owner, item))


def _are_one(one: pytest.Item, other: pytest.Item) -> bool:
    """Whether pytest has found one test twice, through a symbolic link."""
    parts = one.nodeid.partition("::")[2], other.nodeid.partition("::")[2]
    return parts[0] == parts[1] and one.path != other.path and one.path.samefile(other.path)


def _missing_owners(paths: Paths, folder: Path) -> Iterator[tuple[pytest.Item, str]]:
    """Tests that share a cassette nobody has; the owner may not be collected, and have its cassette from before."""
    sharing = {item: path for item, path in paths.items() if markers.shares_cassette(item)}
    owned = {path for item, path in paths.items() if item not in sharing}
    for item, path in sharing.items():
        if path not in owned and not path.exists():
            name = path.relative_to(folder).as_posix()
            yield item, f"{item.nodeid} shares the cassette {name}, which does not exist."


# --- cassettes without a test ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Orphan:
    """A cassette without its test: its file, the module that it belongs to, and what to do about it.

    ``owner`` is the cassette of the test that is likely the same under a new name, None if there is none.
    """

    path: Path
    module: Path
    sentence: str
    owner: Path | None = None


def orphans(paths: Paths, folder: Path, root: Path) -> list[Orphan]:
    """The cassettes without a test in the folders of modules that were collected whole.

    ``paths`` are those of the Coze tests in these modules, ``root`` is the folder that the sentences name files below.
    """
    wanted = dict.fromkeys(paths.values())
    modules = {
        naming.module_folder(item, folder): module for module, item in {each.path: each for each in paths}.items()
    }
    found = (path for each in sorted(modules) for path in sorted(each.glob(f"*{store.SUFFIX}")))
    without_cases = {_test_of(path) for item, path in paths.items() if markers.has_no_cases(item)}
    stray = [path for path in found if path not in wanted and _test_of(path) not in without_cases]
    run = dict.fromkeys(path for item, path in paths.items() if item.get_closest_marker("skip") is None)
    lacking = [path for path in run if not path.exists()]
    owners = {path: _likely_owner(path, lacking) for path in stray}
    return [Orphan(path, modules[path.parent], _advice(path, owner, root), owner) for path, owner in owners.items()]


def _test_of(cassette: Path) -> Path:
    """The test of a case."""
    return cassette.with_name(cassette.name.partition("[")[0])


def _advice(stray: Path, owner: Path | None, root: Path) -> str:
    """What became of a test, likely: renamed, moved to another module or deleted."""
    if owner is None:
        return f"{_shown(stray, root)} is a cassette without its test; delete it, or restore the test."
    return (
        f"no cassette; likely that of {stray.stem}, a test that is gone\n"
        f"  if the test was renamed: git mv {_quote(stray, root)} {_quote(owner, root)}"
    )


def _likely_owner(stray: Path, lacking: Sequence[Path]) -> Path | None:
    same_name = [path for path in lacking if path.name == stray.name]
    same_module = {path.name: path for path in lacking if path.parent == stray.parent}
    close = get_close_matches(stray.name, same_module, n=1, cutoff=0.5)
    return next(iter([*same_name, *(same_module[name] for name in close)]), None)


def _shown(path: Path, root: Path) -> str:
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def _quote(path: Path, root: Path) -> str:
    return shlex.quote(_shown(path, root))
