"""Everything around a test while it replays: stubs, its clock, silent loggers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from vcr.cassette import Cassette as VcrCassette

from coze_cassettes.session import clock, redaction, replay_stub, websocket_replay_stub
from coze_cassettes.session.player import Player


@contextmanager
def replay_context(player: Player) -> Iterator[VcrCassette]:
    """Answer what the test sends from its cassette; gives vcrpy's cassette."""
    cassette = replay_stub.ReplayCassette(player)
    others = {**redaction.silent_changes(recording=False), **replay_stub.replay_changes(player, cassette)}
    with clock.virtual_time(), websocket_replay_stub.replay_context(player, others):
        yield cassette
