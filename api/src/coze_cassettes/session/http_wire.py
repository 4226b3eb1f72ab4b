"""Sends what httpx sends to the target instead."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

import httpcore
import httpx

from coze_cassettes.cassette.model import EVENT_STREAM
from coze_cassettes.session.http_exchange import FAULTS
from coze_cassettes.session.httpx_stub import Handle, HandleAsync
from coze_cassettes.session.wire import Wire, run, run_async

_READ_AHEAD: Final = 4096
"""Bytes of an answer that are read before the test sees it, to see whether the service is busy."""


_ONE_VALUE: Final = re.compile(r"(?:application|text)/(?:(?!.*stream)[\w.-]+\+)?json")
"""Media types of one JSON value, as errors have; one of many lines is a stream."""


class HttpAnswer:
    """A response whose beginning was read, as far as that costs no time: for a stream nothing is read ahead."""

    def __init__(self, response: httpx.Response, start: list[bytes], rest: Any, close: Any) -> None:
        """Take the response, the chunks that were read, the others, and what closes it."""
        self.response = response
        self.chunks = start
        self.rest = rest
        self.close = close

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.response.status_code

    @property
    def start(self) -> bytes:
        """The beginning of the body, its content encoding undone."""
        return _decode(self.response.headers, b"".join(self.chunks))

    def header(self, name: str) -> str:
        """The first value of a header, or an empty string."""
        value: str = self.response.headers.get(name, "")
        return value


def _decode(headers: httpx.Headers, raw: bytes) -> bytes:
    try:
        return httpx.Response(200, headers=headers, content=raw).content
    except httpx.DecodingError:
        return raw


def _reads_ahead(response: httpx.Response, start: list[bytes]) -> bool:
    """Whether more of an answer must be read to tell whether it is an error."""
    kind = response.headers.get("content-type", "").lower().partition(";")[0].strip()
    is_error = response.status_code >= httpx.codes.BAD_REQUEST
    may_be_error = kind != EVENT_STREAM and (_ONE_VALUE.fullmatch(kind) is not None or is_error)
    return may_be_error and sum(map(len, start)) <= _READ_AHEAD


def _raise_late(error: Exception) -> Iterator[bytes]:
    yield from ()
    raise error


async def _raise_late_async(error: Exception) -> AsyncIterator[bytes]:
    for chunk in _raise_late(error):
        yield chunk


def _is_proxied(transport: httpx.HTTPTransport | httpx.AsyncHTTPTransport) -> bool:
    """Whether a transport goes through a proxy; httpx says so in no public name."""
    pools = (httpcore.HTTPProxy, httpcore.SOCKSProxy, httpcore.AsyncHTTPProxy, httpcore.AsyncSOCKSProxy)
    return isinstance(transport._pool, pools)  # noqa: SLF001  pinned by a test


class HttpWire:
    """The way of httpx's requests to the target; a loopback target is reached without any proxy."""

    def __init__(self, wire: Wire) -> None:
        """Take the way that WebSockets go too."""
        self.wire = wire

    def send(self, before: Handle, transport: httpx.HTTPTransport, request: httpx.Request) -> HttpAnswer:
        """Send a request until its answer stands."""
        last: list[HttpAnswer] = []

        def once() -> HttpAnswer:
            for each in last:
                each.close()
            last[:] = [self._once(before, transport, request)]
            return last[0]

        try:
            answer = run(self.wire.steps(request.method, request.url), once)
            self.wire.require_account(request.headers.get("authorization", ""), answer)
        except BaseException:
            for each in last:
                each.close()
            raise
        return answer

    def _once(self, before: Handle, transport: httpx.HTTPTransport, request: httpx.Request) -> HttpAnswer:
        direct = None
        if self.wire.router.is_loopback and _is_proxied(transport):
            transport = direct = httpx.HTTPTransport(verify=self._verify())
        response = before(transport, self._route(request))
        rest = iter(response.stream)  # type: ignore[arg-type]  # a sync transport's stream is one

        def close() -> None:
            response.close()
            if direct:
                direct.close()

        start: list[bytes] = []
        try:
            while _reads_ahead(response, start) and (chunk := next(rest, None)) is not None:
                start.append(chunk)
        except FAULTS as error:  # the test gets what came before it
            rest = _raise_late(error)
        return HttpAnswer(response, start, rest, close)

    async def send_async(
        self, before: HandleAsync, transport: httpx.AsyncHTTPTransport, request: httpx.Request
    ) -> HttpAnswer:
        """Send a request until its answer stands."""
        last: list[HttpAnswer] = []

        async def once() -> HttpAnswer:
            for each in last:
                await each.close()
            last[:] = [await self._once_async(before, transport, request)]
            return last[0]

        try:
            answer = await run_async(self.wire.steps(request.method, request.url), once)
            self.wire.require_account(request.headers.get("authorization", ""), answer)
        except BaseException:
            for each in last:
                await each.close()
            raise
        return answer

    async def _once_async(
        self, before: HandleAsync, transport: httpx.AsyncHTTPTransport, request: httpx.Request
    ) -> HttpAnswer:
        direct = None
        if self.wire.router.is_loopback and _is_proxied(transport):
            transport = direct = httpx.AsyncHTTPTransport(verify=self._verify())
        response = await before(transport, self._route(request))
        rest = aiter(response.stream)  # type: ignore[arg-type]  # an async transport's stream is one

        async def close() -> None:
            await response.aclose()
            if direct:
                await direct.aclose()

        start: list[bytes] = []
        try:
            while _reads_ahead(response, start) and (chunk := await anext(rest, None)) is not None:
                start.append(chunk)
        except FAULTS as error:  # the test gets what came before it
            rest = _raise_late_async(error)
        return HttpAnswer(response, start, rest, close)

    def _verify(self) -> bool:
        return self.wire.router.target.scheme == "https"

    def _route(self, request: httpx.Request) -> httpx.Request:
        """The request as it goes over the wire, waiting no longer for an answer than the read timeout."""
        url = self.wire.router.route(request.url)
        host = url.netloc
        headers = [(name, host if name.lower() == b"host" else value) for name, value in request.headers.raw]
        longest = self.wire.throttle.limits.read_timeout
        timeout = request.extensions.get("timeout", {})
        read = timeout.get("read")
        bounded = {**timeout, "read": longest if read is None else min(read, longest)}
        extensions = {**request.extensions, "timeout": bounded}
        return httpx.Request(request.method, url, headers=headers, stream=request.stream, extensions=extensions)
