"""Sends the connection to the target while the request still says api.coze.com.

It sits below vcrpy, on httpcore's connection pools, so that every httpx client is served, also those that the OAuth
apps of cozepy make for themselves. There it reads each answer to its end, since only below vcrpy can one see in which
chunks a stream came and how it broke; it passes both on in pseudo headers (see ``streams``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final
from unittest import mock

import httpcore

from coze_cassettes import streams

COZE_HOSTS: Final = frozenset({b"api.coze.com", b"api.coze.cn"})
"""The hosts whose connections are sent elsewhere."""

RawHeaders = list[tuple[bytes, bytes]]


class Router:
    """Where connections go (an origin such as ``http://127.0.0.1:8000``) and whether a fault of theirs is kept.

    ``faults_expected`` says whether a broken, stalled or refused connection is part of what a test wants to record;
    otherwise it stays the failure that it is.
    """

    def __init__(self, target: str, faults_expected: Callable[[], bool]) -> None:
        """Take the target's origin."""
        self.target = httpcore.URL(target)
        self.faults_expected = faults_expected

    def redirected(self, request: httpcore.Request) -> httpcore.Request:
        """The request as it goes over the wire."""
        if request.url.host not in COZE_HOSTS:
            return request
        url = httpcore.URL(
            scheme=self.target.scheme, host=self.target.host, port=self.target.port, target=request.url.target
        )
        host = self.target.host + (b"" if self.target.port is None else b":%d" % self.target.port)
        headers = [(name, host if name.lower() == b"host" else value) for name, value in request.headers]
        return httpcore.Request(
            request.method, url, headers=headers, content=request.stream, extensions=request.extensions
        )

    def answer(self, request: httpcore.Request, response: httpcore.Response, read: streams.Read) -> httpcore.Response:
        """What the layers above see: the whole body, its chunks and fault, and no trace of the target."""
        if read.fault and not self.faults_expected():
            raise read.fault
        headers = [(name, self._named(name, value, request)) for name, value in response.headers]
        return httpcore.Response(
            response.status,
            headers=[*headers, *streams.pseudo_headers(read)],
            content=b"".join(read.chunks),
            extensions=response.extensions,
        )

    def refused(self, error: Exception) -> httpcore.Response:
        """What the layers above see when no answer came at all."""
        if not self.faults_expected():
            raise error
        return httpcore.Response(streams.NO_RESPONSE, headers=streams.pseudo_headers(streams.Read((), error)))

    def _named(self, name: bytes, value: bytes, request: httpcore.Request) -> bytes:
        if name.lower() != b"location" or request.url.host not in COZE_HOSTS:
            return value
        return value.replace(_origin(self.target), _origin(request.url), 1)


def _origin(url: httpcore.URL) -> bytes:
    return url.scheme + b"://" + url.host + (b"" if url.port is None else b":%d" % url.port)


@contextmanager
def installed(router: Router) -> Iterator[None]:
    """Route all connections of httpcore's pools, sync and async, through a router."""
    handle, handle_async = httpcore.ConnectionPool.handle_request, httpcore.AsyncConnectionPool.handle_async_request

    def routed(pool: httpcore.ConnectionPool, request: httpcore.Request) -> httpcore.Response:
        try:
            response = handle(pool, router.redirected(request))
        except streams.FAULTS as error:
            return router.refused(error)
        return router.answer(request, response, streams.read(response))

    async def routed_async(pool: httpcore.AsyncConnectionPool, request: httpcore.Request) -> httpcore.Response:
        try:
            response = await handle_async(pool, router.redirected(request))
        except streams.FAULTS as error:
            return router.refused(error)
        return router.answer(request, response, await streams.aread(response))

    with (
        mock.patch.object(httpcore.ConnectionPool, "handle_request", routed),
        mock.patch.object(httpcore.AsyncConnectionPool, "handle_async_request", routed_async),
    ):
        yield
