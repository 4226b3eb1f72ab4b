"""Everything around a test while it records: stubs, silent loggers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from vcr.cassette import Cassette as VcrCassette

from coze_cassettes.session import record_stub, redaction, websocket_record_stub
from coze_cassettes.session.recorder import Recorder
from coze_cassettes.session.wire import Wire


@contextmanager
def record_context(recorder: Recorder) -> Iterator[VcrCassette]:
    """Record what the test sends; gives vcrpy's cassette."""
    settings = recorder.settings
    token = next((value for value, name in recorder.configured.placeholders.items() if name == "API_TOKEN"), "")
    wire = Wire(settings.target, settings.throttle, lambda: recorder.faults_expected, recorder.give_up, token)
    with ExitStack() as stack:
        stack.enter_context(redaction.silent(recording=True))
        stack.enter_context(websocket_record_stub.record_context(recorder, wire))
        yield stack.enter_context(record_stub.record_context(recorder, wire))
