"""Settings for all tests: the toolkit's do not reach the network, and properties try as many examples as a run affords.

Few examples in the quick run, all of them in ``scripts/prove.sh``. No property has a time limit, since a slow machine
is not a defect. The examples are the same in every run, so a run that fails fails again; ``prove.sh --long`` tries new
ones.
"""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import nullcontext
from functools import cache

import pytest

from coze_cassettes import coze_tests
from coze_cassettes.session import guard
from coze_cassettes.unused_plugins import unregister_hypothesis

gc.set_threshold(100_000)  # a run makes much that stays, little garbage: the default searches all of it 500 times


@cache
def register_profiles() -> None:
    """Say how many examples are tried; the suite of the SDK has no properties and does not wait for their import."""
    from hypothesis import settings  # noqa: PLC0415  as above

    settings.register_profile("quick", deadline=None, derandomize=True, max_examples=5)
    settings.register_profile("full", deadline=None, derandomize=True, max_examples=100)
    settings.register_profile("long", deadline=None, derandomize=False, max_examples=500)
    settings.load_profile("quick")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Let ``--hypothesis-profile`` choose, which is looked at next."""
    if config.getoption("--hypothesis-profile"):
        register_profiles()


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Load the quick profile before the first module that may have properties is imported, unless one was chosen."""
    if isinstance(collector, pytest.Module) and collector.path not in collector.config.stash[coze_tests.KEY]:
        register_profiles()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let each worker of pytest-xdist begin with its share of the slow tests, so that it does not end with one.

    xdist gives each worker a stretch of the tests, and a worker that is done takes tests from the end of another's.
    Last of all: the stretches are those of the tests that are left once ``-m`` has sorted out the others.
    """
    count = getattr(config, "workerinput", {"workercount": 1})["workercount"]
    slow: list[pytest.Item] = []
    others: list[pytest.Item] = []
    for item in items:
        (slow if item.get_closest_marker("slow") else others).append(item)
    size = -(-len(others) // count)
    items[:] = [
        item for number in range(count) for item in (*slow[number::count], *others[number * size : (number + 1) * size])
    ]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Spare a run what it does not need: Hypothesis without properties, a search for garbage in what stays."""
    unregister_hypothesis(session.config)
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Block the network for the toolkit's own tests; those marked loopback may talk to this machine."""
    if item.path in item.config.stash[coze_tests.KEY]:
        return (yield)
    allowed = guard.open_context(loopback=True) if item.get_closest_marker("loopback") else nullcontext()
    with guard.block_context(), allowed:
        return (yield)
