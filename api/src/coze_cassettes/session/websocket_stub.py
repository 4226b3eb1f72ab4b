"""Replaces what opens WebSockets in cozepy, which no recorder of HTTP sees.

While recording, a subclass of the connection that ``websockets`` makes notes what is sent and what comes. In a replay
there is no connection: what the test sends is compared with the cassette message by message, and what came is delivered
as soon as so many messages have been sent as had been then. In both modes a test that waits too long is ended.
"""

from __future__ import annotations

import asyncio
import inspect
import queue
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType, SimpleNamespace
from typing import Any, Final, Protocol
from unittest import mock

import httpx
import websockets.asyncio.client
import websockets.sync.client
from websockets.datastructures import Headers as WireHeaders
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, ConnectionClosedOK, InvalidStatus
from websockets.frames import OK_CLOSE_CODES, Close
from websockets.http11 import Response as WireResponse

from coze_cassettes.cassette.model import SWITCHED, Request, Response
from coze_cassettes.cassette.websocket_messages import LOST, Message, Received
from coze_cassettes.session.player import Player
from coze_cassettes.session.recorder import Recorder
from coze_cassettes.session.websocket_player import ReplayedWebSocket
from coze_cassettes.session.websocket_recorder import Data, RecordedWebSocket, RefusedWebSocket
from coze_cassettes.session.wire import Wire, run, run_async

_GLANCE: Final = 0.01
"""Seconds between two looks at what another thread may have done."""


class _Watched(Protocol):
    """A session, as far as waiting for its WebSockets is concerned."""

    complaint: str
    fail: Callable[[str], Any]

    def look(self) -> None:
        """Give up if a WebSocket has been silent for too long."""

    def has_open_websockets(self) -> bool:
        """Whether a WebSocket is not closed yet."""


# --- recording ------------------------------------------------------------------------------------------------------


class _Notes:
    """Where a connection notes its messages."""

    def __init__(self, recorder: Recorder, websocket: RecordedWebSocket) -> None:
        self.websocket = websocket
        self._recorder = recorder

    def sends(self, data: Data) -> None:
        self._recorder.note_message(data)
        self.websocket.sends(data)

    def receives(self, data: Data) -> None:
        self.websocket.receives(data)


class _Recorded(websockets.sync.client.ClientConnection):
    """A connection of ``websockets`` that notes its messages."""

    notes: _Notes | None = None

    def send(self, message: Any, *args: Any, **options: Any) -> None:
        if self.notes:
            self.notes.sends(message)
        super().send(message, *args, **options)

    def recv(self, *args: Any, **options: Any) -> Data:
        try:
            data = super().recv(*args, **options)
        except ConnectionClosed as how:
            if self.notes:
                self.notes.websocket.is_closed(how)
            raise
        if self.notes:
            self.notes.receives(data)
        return data

    def close(self, *args: Any, **options: Any) -> None:
        if self.notes:
            self.notes.websocket.silence.ended()
        super().close(*args, **options)


class _AsyncRecorded(websockets.asyncio.client.ClientConnection):
    """The same for asyncio."""

    notes: _Notes | None = None

    async def send(self, message: Any, *args: Any, **options: Any) -> None:
        if self.notes:
            self.notes.sends(message)
        await super().send(message, *args, **options)

    async def recv(self, *args: Any, **options: Any) -> Data:
        try:
            data = await super().recv(*args, **options)
        except ConnectionClosed as how:
            if self.notes:
                self.notes.websocket.is_closed(how)
            raise
        if self.notes:
            self.notes.receives(data)
        return data

    async def close(self, *args: Any, **options: Any) -> None:
        if self.notes:
            self.notes.websocket.silence.ended()
        await super().close(*args, **options)


class _Connect(websockets.asyncio.client.connect):
    """Opens a connection for asyncio and leaves redirects to the router."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


def _asked(uri: str, options: dict[str, Any]) -> Request:
    """The request of a handshake, as its caller has it."""
    headers = WireHeaders(options.get("additional_headers") or {})
    return Request("GET", uri, tuple(headers.raw_items()))


def _answered(response: WireResponse) -> Response:
    headers = tuple(response.headers.raw_items())
    return Response(response.status_code, response.reason_phrase, headers, bytes(response.body or b""))


class _Attempt:
    """What became of a handshake: a connection, or an answer that refuses it."""

    def __init__(self, connection: Any = None, refusal: InvalidStatus | None = None) -> None:
        self.connection = connection
        self.refusal = refusal
        self.answer = _answered(refusal.response) if refusal else Response(SWITCHED)

    @property
    def status(self) -> int:
        return self.answer.status

    @property
    def start(self) -> bytes:
        return self.answer.body

    def header(self, name: str) -> str:
        return next((value for key, value in self.answer.headers if key.lower() == name), "")


class _Opening:
    """A handshake while recording: where it goes, and what is kept of it."""

    def __init__(self, recorder: Recorder, wire: Wire, uri: str, options: dict[str, Any]) -> None:
        self._recorder = recorder
        self._wire = wire
        self._request = _asked(recorder.hosts.canonical(uri), options)
        self._uri = uri
        self._options = options

    @property
    def steps(self) -> Any:
        """The steps to the target."""
        return self._wire.steps("GET", httpx.URL(self._uri))

    @property
    def uri(self) -> str:
        """Where the handshake goes."""
        return self._wire.router.websocket(self._uri)

    @property
    def options(self) -> dict[str, Any]:
        """The options with which it goes; a loopback target is reached without any proxy."""
        direct = {"proxy": None} if self._wire.router.is_loopback and _KNOWS_PROXIES else {}
        return {**self._options, **direct}

    def opened(self, attempt: _Attempt) -> Any:
        """Begin to note what is said, unless traffic passes unrecorded; raises what refused the handshake."""
        if attempt.refusal is not None:
            if not self._recorder.paused:
                self._recorder.add(RefusedWebSocket(self._request, attempt.answer))
            raise attempt.refusal
        connection = attempt.connection
        if not self._recorder.paused and connection.response is not None:
            longest = self._wire.throttle.limits.read_timeout
            websocket = RecordedWebSocket(self._request, _answered(connection.response), longest)
            self._recorder.add(websocket)
            connection.notes = _Notes(self._recorder, websocket)
        return connection


_KNOWS_PROXIES: Final = "proxy" in inspect.signature(websockets.sync.client.connect).parameters
"""Whether this version of websockets goes through proxies at all."""


@contextmanager
def recorded(recorder: Recorder, wire: Wire) -> Iterator[None]:
    """Record every WebSocket to Coze that is opened through cozepy."""
    connect, connect_async = websockets.sync.client.connect, websockets.asyncio.client.connect

    def opens(uri: str, **options: Any) -> Any:
        if not recorder.hosts.has(uri):
            return connect(uri, **options)
        opening = _Opening(recorder, wire, uri, options)

        def once() -> _Attempt:
            try:
                return _Attempt(connect(opening.uri, create_connection=_Recorded, **opening.options))
            except InvalidStatus as error:
                return _Attempt(refusal=error)

        return opening.opened(run(opening.steps, once))

    async def opens_async(uri: str, **options: Any) -> Any:
        if not recorder.hosts.has(uri):
            return await connect_async(uri, **options)
        opening = _Opening(recorder, wire, uri, options)

        async def once() -> _Attempt:
            try:
                return _Attempt(await _Connect(opening.uri, create_connection=_AsyncRecorded, **opening.options))
            except InvalidStatus as error:
                return _Attempt(refusal=error)

        connection = opening.opened(await run_async(opening.steps, once))
        _watch(recorder)
        return connection

    with _patched(recorder, opens, opens_async):
        yield


# --- replay ---------------------------------------------------------------------------------------------------------


class _Line:
    """A WebSocket that is replayed, and the session that it tells of a message that differs."""

    def __init__(self, player: Player, websocket: ReplayedWebSocket) -> None:
        self._player = player
        self._websocket = websocket

    @property
    def is_open(self) -> bool:
        """Whether the test has not closed it."""
        return self._websocket.silence.is_open

    def send(self, data: Data) -> None:
        """Send a message; the test is ended if it differs."""
        self._player.note_message(data)
        if complaint := self._websocket.send(data):
            self._player.give_up(self._player.report(complaint))

    def next(self) -> Received | None:
        """What comes next, if it can come by now; nothing once the test has gone another way."""
        return None if self._player.complaint else self._websocket.next()

    def ended(self) -> None:
        """The test closes it."""
        self._websocket.silence.ended()


def _delivered(event: Received) -> Data:
    """The message of an event; raises what ``recv`` raises when the other side closed or lost the connection."""
    if isinstance(event, Message):
        return event.data
    if event.code == LOST:
        raise ConnectionClosedError(None, None)
    end = Close(event.code, event.reason)
    error = ConnectionClosedOK if event.code in OK_CLOSE_CODES else ConnectionClosedError
    raise error(end, end, rcvd_then_sent=True)


def _closed() -> ConnectionClosedOK:
    """What ``recv`` and ``send`` raise once the test has closed the connection."""
    return ConnectionClosedOK(Close(1000, ""), Close(1000, ""), rcvd_then_sent=False)


class Replayed:
    """What a client has in place of a connection; one thread may send while another receives."""

    def __init__(self, line: _Line) -> None:
        """Take what is replayed."""
        self._line = line
        self._changed = threading.Condition()

    def send(self, message: Data) -> None:
        """Send a message."""
        with self._changed:
            if not self._line.is_open:
                raise _closed()
            self._line.send(message)
            self._changed.notify_all()

    def recv(self, timeout: float | None = None) -> Data:
        """The next message; TimeoutError after so many seconds, or sooner if none can come before more is sent."""
        with self._changed:
            while (event := self._line.next()) is None:
                if not self._line.is_open:
                    raise _closed()
                if not self._changed.wait(None if timeout is None else min(timeout, _GLANCE)):
                    raise TimeoutError("timed out in recv")
            return _delivered(event)

    def close(self) -> None:
        """Close the connection."""
        with self._changed:
            self._line.ended()
            self._changed.notify_all()


class AsyncReplayed:
    """The same for asyncio."""

    def __init__(self, line: _Line) -> None:
        """Take what is replayed."""
        self._line = line
        self._changed = asyncio.Event()

    async def send(self, message: Data) -> None:
        """Send a message."""
        if not self._line.is_open:
            raise _closed()
        self._line.send(message)
        self._changed.set()
        await asyncio.sleep(0)

    async def recv(self) -> Data:
        """The next message."""
        await asyncio.sleep(0)
        while (event := self._line.next()) is None:
            if not self._line.is_open:
                raise _closed()
            self._changed.clear()
            await self._changed.wait()
        return _delivered(event)

    async def close(self) -> None:
        """Close the connection."""
        self._line.ended()
        self._changed.set()


def _dialled(player: Player, uri: str, options: dict[str, Any]) -> _Line:
    """The recorded WebSocket that a handshake opens; raises what a refused handshake raises."""
    interaction = player.dial(_asked(player.hosts.canonical(uri), options))
    response = interaction.response
    if response.status != SWITCHED:
        headers = WireHeaders(response.headers)
        raise InvalidStatus(WireResponse(response.status, response.reason, headers, response.body))
    websocket = ReplayedWebSocket(interaction, player.difference, player.scrub)
    player.websockets.append(websocket)
    return _Line(player, websocket)


@contextmanager
def replayed(player: Player) -> Iterator[None]:
    """Replay every WebSocket that is opened through cozepy."""
    connect, connect_async = websockets.sync.client.connect, websockets.asyncio.client.connect

    def opens(uri: str, **options: Any) -> Any:
        return Replayed(_dialled(player, uri, options)) if player.has(uri) else connect(uri, **options)

    async def opens_async(uri: str, **options: Any) -> Any:
        if not player.has(uri):
            return await connect_async(uri, **options)
        line = _dialled(player, uri, options)
        _watch(player)
        return AsyncReplayed(line)

    with _patched(player, opens, opens_async):
        yield


# --- inside cozepy --------------------------------------------------------------------------------------------------


def _watch(session: _Watched) -> None:
    """Cancel the running task as soon as its test cannot go on."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def look() -> None:
        session.look()
        if session.complaint and task is not None:
            task.cancel()
        elif session.has_open_websockets():
            loop.call_later(_GLANCE, look)

    look()


class _Queue(queue.Queue[Any]):
    """A queue on which nobody waits for long: cozepy's client cannot be closed while its sender waits on it."""

    def get(self, block: bool = True, timeout: float | None = None) -> Any:  # noqa: FBT001, FBT002  as in its base
        return super().get(block, None if timeout is None else min(timeout, _GLANCE))


def _event_class(session: _Watched) -> type[threading.Event]:
    class Event(threading.Event):
        """An event whose wait ends with its test."""

        def wait(self, timeout: float | None = None) -> bool:
            if timeout is not None:
                return super().wait(timeout)
            while not super().wait(_GLANCE):
                session.look()
                if session.complaint:
                    session.fail(session.complaint)
            return True

    return Event


def _variant(module: ModuleType, **changed: object) -> SimpleNamespace:
    return SimpleNamespace(**{**vars(module), **changed})


_CLIENT: Final = "cozepy.websockets.ws"
"""The module of cozepy that opens websockets, runs their threads and queues what is to be sent."""


@contextmanager
def _patched(session: _Watched, connect: Callable[..., Any], connect_async: Callable[..., Any]) -> Iterator[None]:
    """Put other functions in the place of those by which cozepy connects, and things for which nobody waits for long.

    cozepy takes no connection, queue or event from outside, so its module is changed where it names them. If a test is
    the first to import it, it finds the functions where it looks for them, and gets the right one back afterwards.
    """
    original = websockets.asyncio.client.connect
    changes: list[tuple[Any, str, object]] = [
        (websockets.sync.client, "connect", connect),
        (websockets.asyncio.client, "connect", connect_async),
    ]
    if client := sys.modules.get(_CLIENT):
        changes += [
            (client, "asyncio_connect", connect_async),
            (client, "queue", _variant(queue, Queue=_Queue)),
            (client, "threading", _variant(threading, Event=_event_class(session))),
        ]
    with ExitStack() as stack:
        for owner, name, new in changes:
            stack.enter_context(mock.patch.object(owner, name, new))
        stack.callback(_put_right, client, original)
        yield


def _put_right(client: ModuleType | None, connect: object) -> None:
    if client is None and _CLIENT in sys.modules:
        vars(sys.modules[_CLIENT])["asyncio_connect"] = connect
