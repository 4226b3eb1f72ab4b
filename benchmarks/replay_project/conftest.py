"""The clients of the measured tests, and the measuring."""

from __future__ import annotations

import json
import os
import ssl
import time
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

WARM_UP = 5
"""Tests of each kind that are not counted: they import what the others then have."""

_seconds: dict[str, list[float]] = defaultdict(list)

if os.environ.get("BENCHMARK_TUNED"):

    @pytest.fixture(scope="session")
    def vcr_config() -> dict[str, Any]:
        """Leave out what vcrpy patches for clients that nobody uses here."""
        names = "httplib requests boto3 urllib3 httplib2 tornado aiohttp httpx2"
        return {"skip_patchers": tuple(names.split())}


@pytest.fixture(scope="session")
def ssl_context() -> ssl.SSLContext:
    """One for all clients, since making one costs more than a test."""
    return ssl.create_default_context()


@pytest.fixture(scope="session")
def base_url() -> str:
    """Where the tests send their requests."""
    return os.environ["BENCHMARK_URL"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run one test of each kind after the other."""
    items.sort(key=lambda item: item.callspec.params["number"])  # type: ignore[attr-defined]  # all are parametrised


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Measure the CPU time of a test with all that is set up for it."""
    begun = time.process_time()
    result = yield
    _seconds[item.name.partition("[")[0]].append(time.process_time() - begun)
    return result


def pytest_sessionfinish() -> None:
    """Write what was measured, in seconds, by kind of test."""
    if path := os.environ.get("BENCHMARK_RESULT"):
        Path(path).write_text(json.dumps({name: each[WARM_UP:] for name, each in _seconds.items()}))
