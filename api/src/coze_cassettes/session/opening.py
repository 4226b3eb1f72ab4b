"""Everything around a test while it runs: stubs, the clock of a replay, silent loggers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from vcr.cassette import Cassette as VcrCassette

from coze_cassettes.session import (
    clock,
    record_stub,
    redaction,
    replay_stub,
    websocket_record_stub,
    websocket_replay_stub,
)
from coze_cassettes.session.player import Player
from coze_cassettes.session.recorder import Recorder
from coze_cassettes.session.wire import Wire


def opened(session: Recorder | Player) -> AbstractContextManager[VcrCassette]:
    """Record or replay what the test sends; gives vcrpy's cassette."""
    return _record_context(session) if isinstance(session, Recorder) else _replay_context(session)


@contextmanager
def _record_context(recorder: Recorder) -> Iterator[VcrCassette]:
    wire = Wire(recorder.settings.target, recorder.settings.throttle, lambda: recorder.faults_expected)
    with ExitStack() as stack:
        stack.enter_context(redaction.silent(recording=True))
        stack.enter_context(websocket_record_stub.record_context(recorder, wire))
        yield stack.enter_context(record_stub.record_context(recorder, wire))


@contextmanager
def _replay_context(player: Player) -> Iterator[VcrCassette]:
    with ExitStack() as stack:
        stack.enter_context(redaction.silent(recording=False))
        stack.enter_context(clock.virtual_time())
        stack.enter_context(websocket_replay_stub.replay_context(player))
        yield stack.enter_context(replay_stub.replay_context(player))
