"""Records what httpx sends to Coze, passing it on as it comes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from vcr.cassette import Cassette as VcrCassette
from vcr.record_mode import RecordMode

from coze_cassettes.cassette.model import Request
from coze_cassettes.session import httpx_stub
from coze_cassettes.session.attributes import Replaced
from coze_cassettes.session.http_exchange import FAULTS, AsyncPassingStream, HttpExchange, PassingStream
from coze_cassettes.session.http_wire import HttpWire
from coze_cassettes.session.httpx_stub import Handle, HandleAsync
from coze_cassettes.session.recorder import Recorder
from coze_cassettes.session.sent import SentRequest
from coze_cassettes.session.vcr_values import request_to_vcr, response_to_vcr
from coze_cassettes.session.wire import Wire


class _Recording:
    """What becomes of a request while a test records."""

    def __init__(self, recorder: Recorder, wire: Wire) -> None:
        self._recorder = recorder
        self._wire = HttpWire(wire)
        self.cassette = VcrCassette(str(recorder.path), record_mode=RecordMode.ALL, skip_patchers=("httpx",))

    def handle(self, before: Handle, transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        exchange = self._begin(request, request.read())
        try:
            answer = self._wire.send(before, transport, request)
        except FAULTS as error:
            if exchange:
                exchange.note_fault(error)
            raise
        headers = self._note_head(exchange, request, answer.response)
        stream = PassingStream(answer.chunks, answer.rest, answer.close, exchange)
        return httpx.Response(answer.status, headers=headers, stream=stream, extensions=answer.response.extensions)

    async def handle_async(
        self, before: HandleAsync, transport: httpx.AsyncHTTPTransport, request: httpx.Request
    ) -> httpx.Response:
        exchange = self._begin(request, await request.aread())
        try:
            answer = await self._wire.send_async(before, transport, request)
        except FAULTS as error:
            if exchange:
                exchange.note_fault(error)
            raise
        except BaseException as error:
            if exchange and not isinstance(error, Exception):
                exchange.note_cancellation()
            raise
        headers = self._note_head(exchange, request, answer.response)
        stream = AsyncPassingStream(answer.chunks, answer.rest, answer.close, exchange)
        return httpx.Response(answer.status, headers=headers, stream=stream, extensions=answer.response.extensions)

    def _begin(self, request: httpx.Request, body: bytes) -> HttpExchange | None:
        if self._recorder.paused:
            return None
        sent = SentRequest(request.method, str(request.url), request.headers.copy(), body)
        self._recorder.sent.append(sent)
        live = Request(sent.method, sent.url, tuple(sent.headers.multi_items()), body)
        return HttpExchange(self._recorder, self._recorder.hosts.at_coze(live))

    def _note_head(
        self, exchange: HttpExchange | None, request: httpx.Request, response: httpx.Response
    ) -> httpx.Headers:
        """The headers of a response as the test sees them, without a trace of the target."""
        router = self._wire.wire.router
        items = response.headers.multi_items()
        headers = httpx.Headers(
            [
                (name, router.canonical_location(value, request.url).encode() if name.lower() == b"location" else raw)
                for (name, raw), (_, value) in zip(response.headers.raw, items, strict=True)
            ]
        )
        if exchange:
            exchange.note_head(response.status_code, response.reason_phrase, tuple(headers.multi_items()))
        return headers

    def keep(self) -> None:
        """Give vcrpy's cassette what was recorded, in the order sent."""
        for each in self._recorder.interactions:
            self.cassette.append(request_to_vcr(each.request), response_to_vcr(each.response))


@contextmanager
def record_context(recorder: Recorder, wire: Wire) -> Iterator[VcrCassette]:
    """Record every request to Coze."""
    recording = _Recording(recorder, wire)
    with Replaced(httpx_stub.stub_changes(recorder.hosts.has, recording.handle, recording.handle_async)):
        yield recording.cassette
    recording.keep()
