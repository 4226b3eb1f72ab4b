"""Records what cozepy says over a WebSocket to Coze, passing it on as it comes.

A subclass of the connection that ``websockets`` makes notes what is sent and what comes.
"""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Final

import httpx
import websockets.asyncio.client
import websockets.sync.client
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.http11 import Response as WireResponse

from coze_cassettes.cassette.model import SWITCHED, Response
from coze_cassettes.session.recorder import Recorder
from coze_cassettes.session.silence import Data
from coze_cassettes.session.websocket_handshake import handshake_request
from coze_cassettes.session.websocket_patches import patch_context, watch_task
from coze_cassettes.session.websocket_recorder import RecordedWebSocket, RefusedWebSocket
from coze_cassettes.session.wire import Wire, run, run_async


class _Notes:
    """Where a connection notes its messages."""

    def __init__(self, recorder: Recorder, websocket: RecordedWebSocket) -> None:
        self.websocket = websocket
        self._recorder = recorder

    def is_read_while(self, is_alive: Callable[[], bool]) -> None:
        self.websocket.is_read_while(is_alive)

    def sends(self, data: Data) -> None:
        if not self.websocket.is_open:
            return  # the connection has ended: the message does not leave, and sending it raises an error
        self._recorder.note_message(data)
        self.websocket.sends(data)

    def receives(self, data: Data) -> None:
        self.websocket.receives(data)


class _Connection(websockets.sync.client.ClientConnection):
    """A connection of ``websockets`` that notes its messages."""

    notes: _Notes | None = None

    def send(self, message: Any, *args: Any, **options: Any) -> None:
        if self.notes:
            self.notes.sends(message)
        super().send(message, *args, **options)

    def recv(self, *args: Any, **options: Any) -> Data:
        if self.notes:
            self.notes.is_read_while(threading.current_thread().is_alive)
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
            self.notes.websocket.silence.stop()
        super().close(*args, **options)


class _AsyncConnection(websockets.asyncio.client.ClientConnection):
    """The same for asyncio."""

    notes: _Notes | None = None

    async def send(self, message: Any, *args: Any, **options: Any) -> None:
        if self.notes:
            self.notes.sends(message)
        await super().send(message, *args, **options)

    async def recv(self, *args: Any, **options: Any) -> Data:
        reader = asyncio.current_task()
        if self.notes and reader is not None:
            self.notes.is_read_while(lambda: not reader.done())
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
            self.notes.websocket.silence.stop()
        await super().close(*args, **options)


class _Connect(websockets.asyncio.client.connect):
    """Opens a connection for asyncio and leaves redirects to the router."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


def _response_of(response: WireResponse) -> Response:
    headers = tuple(response.headers.raw_items())
    return Response(response.status_code, response.reason_phrase, headers, bytes(response.body or b""))


class _Attempt:
    """What became of a handshake: a connection, or an answer that refuses it."""

    def __init__(self, connection: Any = None, refusal: InvalidStatus | None = None) -> None:
        self.connection = connection
        self.refusal = refusal
        self.answer = _response_of(refusal.response) if refusal else Response(SWITCHED)

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
        self._request = handshake_request(recorder.hosts.canonical(uri), options)
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

    def begin(self, attempt: _Attempt) -> Any:
        """Begin to note what is said, unless traffic passes unrecorded; raises what refused the handshake."""
        if attempt.refusal is not None:
            if not self._recorder.paused:
                self._recorder.add(RefusedWebSocket(self._request, attempt.answer))
            raise attempt.refusal
        connection = attempt.connection
        if not self._recorder.paused and connection.response is not None:
            longest = self._wire.throttle.limits.read_timeout
            websocket = RecordedWebSocket(self._request, _response_of(connection.response), longest)
            self._recorder.add(websocket)
            connection.notes = _Notes(self._recorder, websocket)
        return connection


_KNOWS_PROXIES: Final = "proxy" in inspect.signature(websockets.sync.client.connect).parameters
"""Whether this version of websockets goes through proxies at all."""


def record_context(recorder: Recorder, wire: Wire) -> AbstractContextManager[None]:
    """Record every WebSocket to Coze that is opened through cozepy."""
    connect, connect_async = websockets.sync.client.connect, websockets.asyncio.client.connect

    def open_sync(uri: str, **options: Any) -> Any:
        if not recorder.hosts.has(uri):
            return connect(uri, **options)
        opening = _Opening(recorder, wire, uri, options)

        def once() -> _Attempt:
            try:
                return _Attempt(connect(opening.uri, create_connection=_Connection, **opening.options))
            except InvalidStatus as error:
                return _Attempt(refusal=error)

        return opening.begin(run(opening.steps, once))

    async def dial_async(uri: str, options: dict[str, Any]) -> Any:
        opening = _Opening(recorder, wire, uri, options)

        async def once() -> _Attempt:
            try:
                return _Attempt(await _Connect(opening.uri, create_connection=_AsyncConnection, **opening.options))
            except InvalidStatus as error:
                return _Attempt(refusal=error)

        connection = opening.begin(await run_async(opening.steps, once))
        watch_task(recorder)
        return connection

    def open_async(uri: str, **options: Any) -> Any:
        return dial_async(uri, options) if recorder.hosts.has(uri) else connect_async(uri, **options)

    return patch_context(recorder, open_sync, open_async)
