"""Records what httpx sends to Coze, and passes it on as it comes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import httpcore
import httpx
from vcr.cassette import Cassette as VcrCassette
from vcr.record_mode import RecordMode

from coze_cassettes.cassette.model import EVENT_STREAM, Interaction, Request, Response
from coze_cassettes.session import httpx_stub
from coze_cassettes.session.httpx_stub import Handle, HandleAsync
from coze_cassettes.session.recorder import Recorder
from coze_cassettes.session.replay_stub import CANCELLED, NO_RESPONSE
from coze_cassettes.session.sent import SentRequest
from coze_cassettes.session.vcr_values import request_to_vcr, response_to_vcr
from coze_cassettes.session.wire import Wire, run, run_async

_READ_AHEAD: Final = 4096
"""Bytes of an answer that are read before the test sees it, to tell an error that means: not now."""

FAULTS: Final = (httpx.TimeoutException, httpx.NetworkError, httpx.ProtocolError)
"""What can go wrong with a connection."""


# --- what is recorded -----------------------------------------------------------------------------------------------


class HttpExchange:
    """A request with as much of its response as the test has got."""

    def __init__(self, recorder: Recorder, request: Request) -> None:
        """Begin with the request; it keeps its place among the others."""
        self._recorder = recorder
        self._request = request
        self._head: Response | None = None
        self._chunks: list[bytes] = []
        self._fault = ""
        self._dropped = False
        self.is_open = False
        recorder.add(self)

    def answered(self, status: int, reason: str, headers: tuple[tuple[str, str], ...]) -> None:
        """Note the head of the response."""
        self._head = Response(status, reason, headers)

    def received(self, chunk: bytes) -> None:
        """Note a piece of the body."""
        self._chunks.append(chunk)

    def broken(self, error: Exception) -> None:
        """Note how the connection broke; if the test did not ask for that, the exchange is not kept."""
        self._fault = type(error).__name__
        self._dropped = not self._recorder.faults_expected

    def cancelled(self) -> None:
        """Note that the test does not wait any longer."""
        self._fault = CANCELLED

    @property
    def interaction(self) -> Interaction | None:
        """What was recorded up to now."""
        head = self._head or (Response(NO_RESPONSE) if self._fault else None)
        if head is None or self._dropped:
            return None
        chunks = tuple(len(chunk) for chunk in self._chunks if chunk)
        body = b"".join(self._chunks)
        sizes = chunks if len(chunks) > 1 else ()
        return Interaction(self._request, Response(head.status, head.reason, head.headers, body, sizes, self._fault))

    def overdue(self) -> str:
        """Nothing: httpx has timeouts of its own."""
        return ""


class _Passing(httpx.SyncByteStream):
    """A body on its way to the test, noted as it passes."""

    def __init__(self, start: list[bytes], rest: Iterator[bytes], close: Callable[[], None], exchange: Any) -> None:
        self._start = start
        self._rest = rest
        self._close = close
        self._exchange: HttpExchange | None = exchange

    def __iter__(self) -> Iterator[bytes]:
        try:
            for chunk in self._start:
                yield self._noted(chunk)
            for chunk in self._rest:
                yield self._noted(chunk)
        except FAULTS as error:
            if self._exchange:
                self._exchange.broken(error)
            raise

    def _noted(self, chunk: bytes) -> bytes:
        if self._exchange:
            self._exchange.received(chunk)
        return chunk

    def close(self) -> None:
        self._close()


class _AsyncPassing(httpx.AsyncByteStream):
    """The same for an async client; a test that is cancelled while it waits for more is noted too."""

    def __init__(
        self, start: list[bytes], rest: AsyncIterator[bytes], close: Callable[[], Awaitable[None]], exchange: Any
    ) -> None:
        self._start = start
        self._rest = rest
        self._close = close
        self._exchange: HttpExchange | None = exchange

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self._start:
            yield self._noted(chunk)
        while (more := await self._next()) is not None:
            yield self._noted(more)

    async def _next(self) -> bytes | None:
        try:
            return await anext(self._rest, None)
        except FAULTS as error:
            if self._exchange:
                self._exchange.broken(error)
            raise
        except BaseException:
            if self._exchange:
                self._exchange.cancelled()
            raise

    def _noted(self, chunk: bytes) -> bytes:
        if self._exchange:
            self._exchange.received(chunk)
        return chunk

    async def aclose(self) -> None:
        await self._close()


# --- the way to the target ------------------------------------------------------------------------------------------


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
        return _decoded(self.response.headers, b"".join(self.chunks))

    def header(self, name: str) -> str:
        """The first value of a header, or an empty string."""
        value: str = self.response.headers.get(name, "")
        return value


def _decoded(headers: httpx.Headers, raw: bytes) -> bytes:
    try:
        return httpx.Response(200, headers=headers, content=raw).content
    except httpx.DecodingError:
        return raw


def _reads_ahead(response: httpx.Response, start: list[bytes]) -> bool:
    """Whether more of an answer must be read to tell whether it is an error."""
    kind = response.headers.get("content-type", "").lower()
    may_be_error = EVENT_STREAM not in kind and ("json" in kind or response.status_code >= httpx.codes.BAD_REQUEST)
    return may_be_error and sum(map(len, start)) <= _READ_AHEAD


def _breaking(error: Exception) -> Iterator[bytes]:
    yield from ()
    raise error


async def _breaking_async(error: Exception) -> AsyncIterator[bytes]:
    for chunk in _breaking(error):
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

        return run(self.wire.steps(request.method, request.url), once)

    def _once(self, before: Handle, transport: httpx.HTTPTransport, request: httpx.Request) -> HttpAnswer:
        direct = None
        if self.wire.router.is_loopback and _is_proxied(transport):
            transport = direct = httpx.HTTPTransport(verify=self._verify())
        response = before(transport, self._routed(request))
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
            rest = _breaking(error)
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

        return await run_async(self.wire.steps(request.method, request.url), once)

    async def _once_async(
        self, before: HandleAsync, transport: httpx.AsyncHTTPTransport, request: httpx.Request
    ) -> HttpAnswer:
        direct = None
        if self.wire.router.is_loopback and _is_proxied(transport):
            transport = direct = httpx.AsyncHTTPTransport(verify=self._verify())
        response = await before(transport, self._routed(request))
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
            rest = _breaking_async(error)
        return HttpAnswer(response, start, rest, close)

    def _verify(self) -> bool:
        return self.wire.router.target.scheme == "https"

    def _routed(self, request: httpx.Request) -> httpx.Request:
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


# --- the stub -------------------------------------------------------------------------------------------------------


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
                exchange.broken(error)
            raise
        headers = self._answered(exchange, request, answer.response)
        stream = _Passing(answer.chunks, answer.rest, answer.close, exchange)
        return httpx.Response(answer.status, headers=headers, stream=stream, extensions=answer.response.extensions)

    async def handle_async(
        self, before: HandleAsync, transport: httpx.AsyncHTTPTransport, request: httpx.Request
    ) -> httpx.Response:
        exchange = self._begin(request, await request.aread())
        try:
            answer = await self._wire.send_async(before, transport, request)
        except FAULTS as error:
            if exchange:
                exchange.broken(error)
            raise
        except BaseException as error:
            if exchange and not isinstance(error, Exception):
                exchange.cancelled()
            raise
        headers = self._answered(exchange, request, answer.response)
        stream = _AsyncPassing(answer.chunks, answer.rest, answer.close, exchange)
        return httpx.Response(answer.status, headers=headers, stream=stream, extensions=answer.response.extensions)

    def _begin(self, request: httpx.Request, body: bytes) -> HttpExchange | None:
        if self._recorder.paused:
            return None
        sent = SentRequest(request.method, str(request.url), request.headers.copy(), body)
        self._recorder.sent.append(sent)
        uri = self._recorder.hosts.canonical(sent.url)
        return HttpExchange(self._recorder, Request(sent.method, uri, tuple(sent.headers.multi_items()), body))

    def _answered(
        self, exchange: HttpExchange | None, request: httpx.Request, response: httpx.Response
    ) -> list[tuple[str, str]]:
        """The headers of a response as the test sees them, without a trace of the target."""
        router = self._wire.wire.router
        headers = [
            (name, router.named(value, request.url) if name.lower() == "location" else value)
            for name, value in response.headers.multi_items()
        ]
        if exchange:
            exchange.answered(response.status_code, response.reason_phrase, tuple(headers))
        return headers

    def keep(self) -> None:
        """Give vcrpy's cassette what was recorded, in the order sent."""
        for each in self._recorder.interactions:
            self.cassette.append(request_to_vcr(each.request), response_to_vcr(each.response))


@contextmanager
def installed(recorder: Recorder, wire: Wire) -> Iterator[VcrCassette]:
    """Record every request to Coze."""
    recording = _Recording(recorder, wire)
    with httpx_stub.installed(recorder.hosts.has, recording.handle, recording.handle_async):
        yield recording.cassette
    recording.keep()


@contextmanager
def routed(wire: Wire) -> Iterator[None]:
    """Send every request to Coze to the target, and record nothing."""
    way = HttpWire(wire)

    def handle(before: Handle, transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        request.read()
        answer = way.send(before, transport, request)
        stream = _Passing(answer.chunks, answer.rest, answer.close, None)
        return httpx.Response(answer.status, headers=answer.response.headers, stream=stream)

    async def handle_async(
        before: HandleAsync, transport: httpx.AsyncHTTPTransport, request: httpx.Request
    ) -> httpx.Response:
        await request.aread()
        answer = await way.send_async(before, transport, request)
        stream = _AsyncPassing(answer.chunks, answer.rest, answer.close, None)
        return httpx.Response(answer.status, headers=answer.response.headers, stream=stream)

    with httpx_stub.installed(wire.router.hosts.has, handle, handle_async):
        yield
