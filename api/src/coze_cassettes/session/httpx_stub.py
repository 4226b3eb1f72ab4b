"""Replaces what sends in httpx, in the two transports that go over a wire.

``HTTPTransport.handle_request`` and its async counterpart are replaced while a test runs, so that every client is
served, also those that the OAuth apps of cozepy make for themselves. In-process transports (ASGI, WSGI, mocks) are not
wire, and other hosts are not ours: both are left alone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx

from coze_cassettes.session.attributes import Changes

Handle = Callable[[httpx.HTTPTransport, httpx.Request], httpx.Response]
HandleAsync = Callable[[httpx.AsyncHTTPTransport, httpx.Request], Awaitable[httpx.Response]]


def stub_changes(
    is_ours: Callable[[str], bool],
    handle: Callable[[Handle, httpx.HTTPTransport, httpx.Request], httpx.Response],
    handle_async: Callable[[HandleAsync, httpx.AsyncHTTPTransport, httpx.Request], Awaitable[httpx.Response]],
) -> Changes:
    """What handles the requests that are ours in another way; each function gets what was there before."""
    before, before_async = httpx.HTTPTransport.handle_request, httpx.AsyncHTTPTransport.handle_async_request

    def stub(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        if not is_ours(str(request.url)):
            return before(transport, request)
        return handle(before, transport, request)

    async def stub_async(transport: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        if not is_ours(str(request.url)):
            return await before_async(transport, request)
        return await handle_async(before_async, transport, request)

    return {
        (httpx.HTTPTransport, "handle_request"): stub,
        (httpx.AsyncHTTPTransport, "handle_async_request"): stub_async,
    }
