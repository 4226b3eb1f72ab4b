"""Settings for all tests: the toolkit's do not reach the network, and properties are tried on the same examples.

A slow machine is no defect, and a run that fails fails again. With PROVE_LONG set, examples are new each time.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import nullcontext

import pytest
from hypothesis import settings

from coze_cassettes import coze_tests
from coze_cassettes.session import guard

settings.register_profile("steady", deadline=None, derandomize=True)
settings.register_profile("exploring", deadline=None, max_examples=500)
settings.load_profile("exploring" if os.environ.get("PROVE_LONG") else "steady")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Block the network for the toolkit's own tests; those marked loopback may talk to this machine."""
    if item.path in item.config.stash[coze_tests.KEY]:
        return (yield)
    spared = guard.opened_network(loopback=True) if item.get_closest_marker("loopback") else nullcontext()
    with guard.blocked_network(), spared:
        return (yield)
