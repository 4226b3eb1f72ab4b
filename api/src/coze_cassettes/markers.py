"""The markers of a Coze test, with those of pytest-recording that are refused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import pytest

from coze_cassettes import coze_tests, vcr_options

MARKERS: Final = (
    "shared_cassette(test): replay the cassette of another test of the class, never record; for the async counterpart.",
    "stand_in_only(reason): record only from the stand-in: no real account gives this answer on demand.",
    "needs(*names): record only if COZE_<NAME> is set for each: what the test needs of the account.",
    "loopback: may talk to this machine in a replay: to a server or a process of its own.",
)


Marks = Mapping[str, Sequence[pytest.Mark]]
"""The markers of a test by their names, the closest first."""


def marks_of(item: pytest.Item) -> Marks:
    """All markers of a test; pytest goes up to the root for each that is asked for by itself."""
    found: dict[str, list[pytest.Mark]] = {}
    for mark in item.iter_markers():
        found.setdefault(mark.name, []).append(mark)
    return found


_REPETITION: Final = "__pytest_repeat_step_number"
"""The parameter by which pytest-repeat runs a test several times."""

_ID_OF_REPETITION: Final = re.compile(r"\[\d+-\d+\]\Z|-\d+-\d+(?=\]\Z)")


def shares_cassette(item: pytest.Item) -> bool:
    """Whether a test replays the cassette of another one, and never records; so does each repetition of a test."""
    return item.get_closest_marker("shared_cassette") is not None or bool(parameters_of(item).get(_REPETITION))


def without_repetition(item: pytest.Item, name: str) -> str:
    """A name of a test as it is without pytest-repeat."""
    return _ID_OF_REPETITION.sub("", name) if _REPETITION in parameters_of(item) else name


def parameters_of(item: pytest.Item) -> Mapping[str, object]:
    """What a test is parametrised by, with the values of this case."""
    return getattr(getattr(item, "callspec", None), "params", {})


def has_no_cases(item: pytest.Item) -> bool:
    """Whether it stands for a test that is parametrised by nothing, here and today; pytest skips it."""
    return item.name.endswith("[NOTSET]") and item.get_closest_marker("skip") is not None


def stand_in_reason(item: pytest.Item) -> str:
    """Why only the stand-in gives a test its answers; an empty string if any account does."""
    only = item.get_closest_marker("stand_in_only")
    return str(only.kwargs.get("reason", "it asks the stand-in for a fault")) if only else ""


def needed_names(item: pytest.Item) -> tuple[str, ...]:
    """What a test needs of the account, as its ``needs`` markers name it."""
    return tuple(str(name) for marker in item.iter_markers("needs") for name in marker.args)


def needed_variables(item: pytest.Item) -> tuple[str, ...]:
    """The environment variables with what a test needs of the account."""
    return tuple(f"COZE_{name.upper()}" for name in needed_names(item))


def hosts_of(value: object) -> tuple[str, ...]:
    """Patterns of hosts as pytest-recording takes them: in one text with commas, or several."""
    if not value:
        return ()
    return tuple(value.split(",")) if isinstance(value, str) else tuple(str(each) for each in _flat(value))


def _flat(value: object) -> Iterator[object]:
    if isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from _flat(each)
    else:
        yield value


def allowed_hosts(marks: Marks, option: object) -> tuple[str, ...]:
    """The hosts beside Coze's that a test may reach: its markers say so, or ``--allowed-hosts`` does."""
    named = [mark.kwargs.get("allowed_hosts") for name in ("block_network", "vcr") for mark in marks.get(name, ())]
    named += [mark.args for mark in marks.get("allowed_hosts", ())]
    named.append(option)
    return tuple(host for each in named for host in hosts_of(each))


def refusals(item: pytest.Item) -> Iterator[str]:
    """What pytest-recording's markers ask for and a Coze test cannot have, one sentence each."""
    for marker in item.iter_markers("vcr"):
        for name, reason in vcr_options.refusals(marker.kwargs).items():
            yield vcr_options.sentence(item.nodeid, "vcr marker", name, reason)
        if marker.args:
            files = ", ".join(str(each) for each in marker.args)
            yield f"{item.nodeid}: its vcr marker names further cassettes ({files}); a test has one: remove them."
    if not hasattr(item, "fixturenames"):
        yield f"{item.nodeid}: it is marked vcr, but only a test function has a cassette: it has no fixtures."
    yield from _default_refusals(item)
    yield from _hook_refusals(item)


def _default_refusals(item: pytest.Item) -> Iterator[str]:
    marker = item.get_closest_marker("default_cassette")
    if marker is None:
        return
    if not marker.args:
        yield f"{item.nodeid}: its default_cassette marker names no cassette."
    elif len(marker.args) > 1 or set("/\\") & set(str(marker.args[0])):
        yield f"{item.nodeid}: its default_cassette must be one file name, since each module has one folder."


def _hook_refusals(item: pytest.Item) -> Iterator[str]:
    """A conftest.py beside or above a test, below ``coze_tests``, that would configure vcrpy for it."""
    for file in _configuring(item.config):
        if item.path.is_relative_to(file.parent):
            yield f"{item.nodeid}: pytest_recording_configure of {file.name} does nothing here; remove it."


_CONFIGURING = pytest.StashKey[Sequence[Path]]()


def _configuring(config: pytest.Config) -> Sequence[Path]:
    """The files below ``coze_tests`` that would configure vcrpy; looked for once, after all were loaded."""
    if _CONFIGURING not in config.stash:
        files = {plugin: Path(getattr(plugin, "__file__", None) or "") for plugin in config.pluginmanager.get_plugins()}
        ours = {plugin: file for plugin, file in files.items() if file in config.stash[coze_tests.KEY]}
        config.stash[_CONFIGURING] = [
            file for plugin, file in ours.items() if hasattr(plugin, "pytest_recording_configure")
        ]
    return config.stash[_CONFIGURING]
