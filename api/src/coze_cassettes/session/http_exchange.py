"""Notes a request with its response as the test gets it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import httpx

from coze_cassettes.cassette.model import (
    CANCELLED,
    EVENT_STREAM,
    NO_RESPONSE,
    Interaction,
    Request,
    Response,
    header,
)

if TYPE_CHECKING:
    from coze_cassettes.session.recorder import Recorder

FAULTS: Final = (httpx.TimeoutException, httpx.NetworkError, httpx.ProtocolError)
"""What can go wrong with a connection."""


_EVENTS: Final = re.compile(rb"(?<=\n\n)(?!\Z)|(?<=\n\r\n)(?!\Z)")
"""The places between two events of a stream."""

_END: Final = re.compile(rb"(?i)(?<![^\r\n])event: ?done\r?\n.*\n\r?\n\Z", re.DOTALL)
"""Matches the last event of a stream of Coze's."""

_KEPT: Final = frozenset({"ReadTimeout", "ReadError", "RemoteProtocolError", "PoolTimeout"})
"""Those that say how the service answered, or that the test's own client was busy; the others are of the network."""


class HttpExchange:
    """A request with as much of its response as the test has got."""

    def __init__(self, recorder: Recorder, request: Request) -> None:
        """Begin with the request; it keeps its place among the others."""
        self._recorder = recorder
        self.request = request
        self._head: Response | None = None
        self._chunks: list[bytes] = []
        self._ready = b""
        self._fault = ""
        self._dropped = False
        self.is_open = False
        recorder.add(self)

    def note_head(self, status: int, reason: str, headers: tuple[tuple[str, str], ...]) -> None:
        """Note the head of the response."""
        self._head = Response(status, reason, headers)

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """A chunk of the body, noted; that of an event stream event by event, as the test takes them.

        A test that leaves a stream would otherwise keep as much of it as the network had ready. Of a fault that it
        asked for what is ready is kept too, if it is all to the end: a client stumbles in the middle of it.
        """
        self._chunks.append(b"")
        for piece in _EVENTS.split(chunk) if self._is_event_stream else (chunk,):
            self._chunks[-1] += piece
            self._ready = chunk[len(self._chunks[-1]) :]
            yield piece

    @property
    def _is_event_stream(self) -> bool:
        headers = () if self._head is None else self._head.headers
        return EVENT_STREAM in header(headers, "content-type") and not header(headers, "content-encoding")

    def note_fault(self, error: Exception) -> None:
        """Note how the connection broke; if the test did not ask for that, the exchange is not kept."""
        self._fault = type(error).__name__
        self._dropped = not self._recorder.faults_expected

    def keep_fault(self, all_exchanges: Iterable[HttpExchange]) -> None:
        """Keep an exchange whose answer broke and after which the test did not ask once more: it can do with that."""
        if self._fault in _KEPT and [each for each in all_exchanges if each.request == self.request] == [self]:
            self._dropped = False

    def lost(self, all_exchanges: Iterable[HttpExchange]) -> str:
        """How the connection broke, if the exchange is not kept and the test asked nothing like it once more."""
        again = (each for each in all_exchanges if each is not self and each.place == self.place)
        return self._fault if self._dropped and not any(again) else ""

    @property
    def place(self) -> tuple[str, str]:
        """What it asks, without what may differ from one attempt to the next."""
        return self.request.method, urlsplit(self.request.uri).path

    def note_cancellation(self) -> None:
        """Note that the test does not wait any longer."""
        self._fault = CANCELLED

    @property
    def interaction(self) -> Interaction | None:
        """What was recorded up to now."""
        head = self._head or (Response(NO_RESPONSE) if self._fault else None)
        if head is None or self._dropped:
            return None
        ready = self._ready if self._recorder.faults_expected and _END.search(self._ready) else b""
        received = (*self._chunks[:-1], *(chunk + ready for chunk in self._chunks[-1:]))
        kept = tuple(map(self._recorder.hosts.without_target, received))
        chunks = tuple(len(chunk) for chunk in kept if chunk)
        body = b"".join(kept)
        sizes = chunks if len(chunks) > 1 else ()
        return Interaction(self.request, Response(head.status, head.reason, head.headers, body, sizes, self._fault))

    def overdue(self) -> str:
        """Nothing: httpx has timeouts of its own."""
        return ""


class PassingStream(httpx.SyncByteStream):
    """A body on its way to the test, noted as it passes."""

    def __init__(self, start: list[bytes], rest: Iterator[bytes], close: Callable[[], None], exchange: Any) -> None:
        """Take the chunks that were read, the others, what closes them, and the exchange, if there is one."""
        self._start = start
        self._rest = rest
        self._close = close
        self._exchange: HttpExchange | None = exchange

    def __iter__(self) -> Iterator[bytes]:
        """The chunks as they come."""
        try:
            for chunk in chain(self._start, self._rest):
                yield from self._exchange.pieces(chunk) if self._exchange else (chunk,)
        except FAULTS as error:
            if self._exchange:
                self._exchange.note_fault(error)
            raise

    def close(self) -> None:
        """Close the connection."""
        self._close()


class AsyncPassingStream(httpx.AsyncByteStream):
    """The same for an async client; a test that is cancelled while it waits for more is noted too."""

    def __init__(
        self, start: list[bytes], rest: AsyncIterator[bytes], close: Callable[[], Awaitable[None]], exchange: Any
    ) -> None:
        """Take the same."""
        self._start = start
        self._rest = rest
        self._close = close
        self._exchange: HttpExchange | None = exchange

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The chunks as they come."""
        for chunk in self._start:
            for piece in self._pieces(chunk):
                yield piece
        while (more := await self._next()) is not None:
            for piece in self._pieces(more):
                yield piece

    def _pieces(self, chunk: bytes) -> Iterable[bytes]:
        return self._exchange.pieces(chunk) if self._exchange else (chunk,)

    async def _next(self) -> bytes | None:
        try:
            return await anext(self._rest, None)
        except FAULTS as error:
            if self._exchange:
                self._exchange.note_fault(error)
            raise
        except BaseException:
            if self._exchange:
                self._exchange.note_cancellation()
            raise

    async def aclose(self) -> None:
        """Close the connection."""
        await self._close()
