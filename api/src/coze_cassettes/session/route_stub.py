"""Sends what httpx sends to Coze to the target, without recording it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from coze_cassettes.session import httpx_stub
from coze_cassettes.session.attributes import Replaced
from coze_cassettes.session.http_exchange import AsyncPassingStream, PassingStream
from coze_cassettes.session.http_wire import HttpWire
from coze_cassettes.session.httpx_stub import Handle, HandleAsync
from coze_cassettes.session.wire import Wire


@contextmanager
def route_context(wire: Wire) -> Iterator[None]:
    """Send every request to Coze to the target, and record nothing."""
    way = HttpWire(wire)

    def handle(before: Handle, transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        request.read()
        answer = way.send(before, transport, request)
        stream = PassingStream(answer.chunks, answer.rest, answer.close, None)
        return httpx.Response(answer.status, headers=answer.response.headers, stream=stream)

    async def handle_async(
        before: HandleAsync, transport: httpx.AsyncHTTPTransport, request: httpx.Request
    ) -> httpx.Response:
        await request.aread()
        answer = await way.send_async(before, transport, request)
        stream = AsyncPassingStream(answer.chunks, answer.rest, answer.close, None)
        return httpx.Response(answer.status, headers=answer.response.headers, stream=stream)

    with Replaced(httpx_stub.stub_changes(wire.router.hosts.has, handle, handle_async)):
        yield
