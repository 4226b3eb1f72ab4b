"""Which test belongs to which cassette, and what makes the two disagree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest
from pytest_recording.plugin import get_default_cassette_name

from coze_cassettes.cassette import store


def cassettes_dir(config: pytest.Config) -> Path:
    """The folder of the cassettes."""
    return Path(config.rootpath, config.getoption("--cassettes-dir") or config.getini("cassettes_dir"))


def cassette_name(item: pytest.Item) -> str:
    """The file name of a test's cassette without its suffix: ``Class.test``, or that of the test it is the twin of."""
    test_class = getattr(item, "cls", None)
    own: str = get_default_cassette_name(test_class, item.name)
    if (twin := item.get_closest_marker("shared_cassette")) is None:
        return own
    name = str(twin.args[0])
    return name if "." in name or test_class is None else f"{test_class.__name__}.{name}"


def cassette_path(item: pytest.Item, folder: Path) -> Path:
    """The file of a test's cassette."""
    return folder / item.path.stem / f"{cassette_name(item)}{store.SUFFIX}"


def needs(item: pytest.Item) -> tuple[str, ...]:
    """The environment variables that a test's ``needs`` markers name."""
    return tuple(f"COZE_{str(name).upper()}" for marker in item.iter_markers("needs") for name in marker.args)


def problems(items: Iterable[pytest.Item], folder: Path, *, whole: bool) -> list[str]:
    """What is wrong between tests and cassettes, one sentence each.

    ``whole`` says that each module was collected whole, so that a cassette without a test is one indeed.
    """
    recorded = [item for item in items if item.get_closest_marker("vcr") is not None]
    found = [*_overruled(recorded), *_shared_files(recorded, folder), *_lone_twins(recorded, folder)]
    return found + list(_orphans(items, recorded, folder)) if whole else found


def telling_ids(items: Iterable[pytest.Item], values: Mapping[str, str]) -> list[str]:
    """The cases whose id holds a configured value, one sentence each; ``values`` gives each value's placeholder."""
    return [
        f"{item.path.name}: the id of a case of {getattr(item, 'originalname', 'a test')} holds the configured "
        f"{placeholder}, and ids become file names; give the case another id."
        for item in items
        for value, placeholder in values.items()
        if value in item.nodeid
    ]


def _overruled(items: Iterable[pytest.Item]) -> Iterator[str]:
    for item in items:
        if any("record_mode" in marker.kwargs for marker in item.iter_markers("vcr")):
            yield f"{item.nodeid}: record_mode in its vcr marker would overrule the command line; remove it."


def _shared_files(items: Iterable[pytest.Item], folder: Path) -> Iterator[str]:
    owners: dict[Path, str] = {}
    for item in items:
        if item.get_closest_marker("shared_cassette") is not None:
            continue
        path = cassette_path(item, folder)
        if path in owners:
            yield f"{item.nodeid} and {owners[path]} would share the file {path.name}; rename one, or mark a twin."
        owners.setdefault(path, item.nodeid)


def _lone_twins(items: list[pytest.Item], folder: Path) -> Iterator[str]:
    """Twins of a test that is not there; a test that was not collected at all may have its cassette from before."""
    owned = {cassette_path(item, folder) for item in items if item.get_closest_marker("shared_cassette") is None}
    for item in items:
        path = cassette_path(item, folder)
        if item.get_closest_marker("shared_cassette") is not None and path not in owned and not path.exists():
            yield f"{item.nodeid} is the twin of a test without a cassette: {path.parent.name}/{path.name}."


def _orphans(items: Iterable[pytest.Item], recorded: list[pytest.Item], folder: Path) -> Iterator[str]:
    owned = {cassette_path(item, folder) for item in recorded}
    for module in sorted({item.path.stem for item in items}):
        for path in store.files(folder / module):
            if path not in owned:
                yield f"{module}/{path.name} is a cassette without its test; delete it, or restore the test."
