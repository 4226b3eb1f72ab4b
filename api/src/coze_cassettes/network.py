"""Sets up what a Coze test may reach."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import pytest

from coze_cassettes import markers, replay_variables
from coze_cassettes.cassette import provenance
from coze_cassettes.session import connections, guard, proxies
from coze_cassettes.session.session import Settings


@contextmanager
def test_context(item: pytest.Item, settings: Settings, *, recording: bool) -> Iterator[None]:
    """Block the network around a test that replays, its fixtures of every scope included, but for what it may reach.

    A test without ``vcr`` is blocked if it asks for that.
    """
    marks = markers.marks_of(item)
    is_recorded, loopback = "vcr" in marks, "loopback" in marks
    replays = is_recorded and not recording
    variables = item.config.stash[replay_variables.KEY]
    if replays:
        variables.keep()
    else:
        variables.restore()
    asked = not is_recorded and (item.config.getoption("--block-network") or "block_network" in marks)
    hosts = markers.allowed_hosts(marks, item.config.getoption("--allowed-hosts"))
    alone = is_recorded and not hosts and not loopback
    with (
        guard.block_context(hosts) if replays or asked else nullcontext(),
        guard.open_context(loopback=True) if loopback else nullcontext(),
        _direct_context(settings, recording=recording) if alone else nullcontext(),
    ):
        yield


@contextmanager
def import_context(config: pytest.Config, settings: Settings, *, recording: bool) -> Iterator[None]:
    """The same while a module is imported."""
    hosts = markers.hosts_of(config.getoption("--allowed-hosts"))
    with (
        nullcontext() if recording else guard.block_context(hosts),
        nullcontext() if hosts else _direct_context(settings, recording=recording),
    ):
        yield


@contextmanager
def _direct_context(settings: Settings, *, recording: bool) -> Iterator[None]:
    """Where nothing but the target is reached, only one that is another machine needs a proxy or certificates."""
    if recording and not provenance.is_loopback(settings.target):
        yield
        return
    with connections.direct_context():
        yield


@contextmanager
def hosts_context(hosts: tuple[str, ...]) -> Iterator[None]:
    """Let a test reach hosts that only its fixtures name."""
    with guard.open_context(hosts), proxies.used_context():
        yield
