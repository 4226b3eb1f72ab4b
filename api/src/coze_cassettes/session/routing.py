"""Sends the connection to the target while the request still says api.coze.com.

It sits below vcrpy, on httpcore's connection pools, so that every httpx client is served, also those that the OAuth
apps of cozepy make for themselves. There it reads each answer to its end, since only below vcrpy can one see in which
chunks a stream came and how it broke; it passes both on in pseudo headers (see ``streams``). And there it tries again
when the service is busy, which no test wants in its cassette unless it asked for it.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Final
from unittest import mock

import httpcore

from coze_cassettes.session import streams
from coze_cassettes.session.patience import Patience, busy, pause_after

COZE_HOSTS: Final = frozenset({b"api.coze.com", b"api.coze.cn", b"ws.coze.com", b"ws.coze.cn"})
"""The hosts whose connections are sent elsewhere."""

_API_HOST = re.compile(rb"^api([.-])")

MOVED: Final = frozenset({301, 302, 307, 308})
MOST_MOVES: Final = 5
"""How often a target may send us elsewhere in one test."""


class Router:
    """Where connections go (an origin such as ``http://127.0.0.1:8000``) and whether a fault of theirs is kept.

    ``faults_expected`` says whether a broken, stalled or refused connection, or an answer that says that the service is
    busy, is part of what a test wants to record; otherwise the first stays the failure that it is, and after the second
    the request is sent again, as ``patience`` has it.
    """

    def __init__(self, target: str, faults_expected: Callable[[], bool], patience: Patience | None = None) -> None:
        """Take the target's origin."""
        self.target = httpcore.URL(target)
        self.faults_expected = faults_expected
        self.patience = patience or Patience()
        self._moves = 0

    def turn(self, request: httpcore.Request) -> float:
        """The seconds to wait before the request is sent."""
        return self.patience.turn(request.method.decode(), request.url.target.decode())

    def again(
        self, tried: int, request: httpcore.Request, response: httpcore.Response, read: streams.Read
    ) -> float | None:
        """The seconds after which the request is to be sent again; None if the answer stands."""
        return 0.0 if self.moved(request, response) else self.pause(tried, response, read)

    def pause(self, tried: int, response: httpcore.Response, read: streams.Read) -> float | None:
        """The seconds to wait before the request is sent once more; None if the answer stands."""
        if self.faults_expected() or read.fault or not busy(response.status, b"".join(read.chunks)):
            return None
        asked = next((value for name, value in response.headers if name.lower() == b"retry-after"), b"")
        return pause_after(self.patience.limits, tried, asked.decode("ascii", "replace"))

    def moved(self, request: httpcore.Request, response: httpcore.Response) -> bool:
        """Whether the target sends us to another origin for the same path: its own affair, which no cassette shows."""
        location = next((value for name, value in response.headers if name.lower() == b"location"), b"")
        if response.status not in MOVED or request.url.host not in COZE_HOSTS or self._moves == MOST_MOVES:
            return False
        there = httpcore.URL(location)
        if there.target != request.url.target or not there.host or _origin(there) == _origin(self.target):
            return False
        self.target, self._moves = there, self._moves + 1
        return True

    def redirected(self, request: httpcore.Request) -> httpcore.Request:
        """The request as it goes over the wire, with no more patience for a silent answer than the limits have."""
        url, headers = request.url, request.headers
        if url.host in COZE_HOSTS:
            target = self.target
            url = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=url.target)
            host = target.host + (b"" if target.port is None else b":%d" % target.port)
            headers = [(name, host if name.lower() == b"host" else value) for name, value in headers]
        extensions = {**request.extensions, "timeout": self._bounded(request.extensions.get("timeout", {}))}
        return httpcore.Request(request.method, url, headers=headers, content=request.stream, extensions=extensions)

    def websocket(self, uri: str) -> str:
        """Where the handshake of a websocket goes: cozepy's own host for it, or the target itself if that is no API's.

        The SDK says ``ws.`` where the address of the API says ``api.``, and ``ws-`` for ``api-``.
        """
        url, target = httpcore.URL(uri), self.target
        if url.host not in COZE_HOSTS:
            return uri
        scheme = b"wss" if target.scheme in (b"https", b"wss") else b"ws"
        host = _API_HOST.sub(rb"ws\1", target.host)
        port = b"" if target.port is None else b":%d" % target.port
        return (scheme + b"://" + host + port + url.target).decode("ascii")

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

    def _bounded(self, timeout: dict[str, float | None]) -> dict[str, float | None]:
        longest = self.patience.limits.silence
        read = timeout.get("read")
        return {**timeout, "read": longest if read is None else min(read, longest)}

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
        for tried in count(1):
            time.sleep(router.turn(request))
            try:
                response = handle(pool, router.redirected(request))
            except streams.FAULTS as error:
                return router.refused(error)
            read = streams.read(response)
            pause = router.again(tried, request, response, read)
            if pause is None:
                return router.answer(request, response, read)
            time.sleep(pause)
        raise AssertionError

    async def routed_async(pool: httpcore.AsyncConnectionPool, request: httpcore.Request) -> httpcore.Response:
        for tried in count(1):
            await asyncio.sleep(router.turn(request))
            try:
                response = await handle_async(pool, router.redirected(request))
            except streams.FAULTS as error:
                return router.refused(error)
            read = await streams.aread(response)
            pause = router.again(tried, request, response, read)
            if pause is None:
                return router.answer(request, response, read)
            await asyncio.sleep(pause)
        raise AssertionError

    with (
        mock.patch.object(httpcore.ConnectionPool, "handle_request", routed),
        mock.patch.object(httpcore.AsyncConnectionPool, "handle_async_request", routed_async),
    ):
        yield
