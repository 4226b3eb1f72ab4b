"""Records and replays the websockets that cozepy opens, whose frames no recorder of HTTP sees.

While recording, a subclass of the connection that ``websockets`` makes notes what is sent and what comes. In a replay
there is no connection: what the test sends is compared with the cassette frame by frame, and what came is delivered as
soon as so many frames have been sent as had been then. In both modes a test that waits in vain is ended.
"""

from __future__ import annotations

import asyncio
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from types import ModuleType, SimpleNamespace
from typing import Any, Final
from unittest import mock

import httpcore
import websockets.asyncio.client
import websockets.sync.client
from websockets.datastructures import Headers as WireHeaders
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, ConnectionClosedOK, InvalidStatus
from websockets.frames import OK_CLOSE_CODES, Close
from websockets.http11 import Response as WireResponse

from coze_cassettes.cassette import lanes
from coze_cassettes.cassette.lanes import Event, Frame
from coze_cassettes.cassette.model import SWITCHED, Interaction, Request, Response
from coze_cassettes.session import streams
from coze_cassettes.session.dialogues import Data, Dialogue, Playback
from coze_cassettes.session.routing import Router
from coze_cassettes.session.tape import Tape

_GLANCE: Final = 0.01
"""Seconds between two looks at what another thread may have done."""


# --- recording ------------------------------------------------------------------------------------------------------


class _Recorded(websockets.sync.client.ClientConnection):
    """A connection of ``websockets`` that notes its messages."""

    dialogue: Dialogue | None = None

    def send(self, message: Any, *args: Any, **options: Any) -> None:
        if self.dialogue:
            self.dialogue.sends(message)
        super().send(message, *args, **options)

    def recv(self, *args: Any, **options: Any) -> Data:
        try:
            data = super().recv(*args, **options)
        except ConnectionClosed as how:
            if self.dialogue:
                self.dialogue.is_closed(how)
            raise
        if self.dialogue:
            self.dialogue.receives(data)
        return data

    def close(self, *args: Any, **options: Any) -> None:
        if self.dialogue:
            self.dialogue.ended()
        super().close(*args, **options)


class _AsyncRecorded(websockets.asyncio.client.ClientConnection):
    """The same for asyncio."""

    dialogue: Dialogue | None = None

    async def send(self, message: Any, *args: Any, **options: Any) -> None:
        if self.dialogue:
            self.dialogue.sends(message)
        await super().send(message, *args, **options)

    async def recv(self, *args: Any, **options: Any) -> Data:
        try:
            data = await super().recv(*args, **options)
        except ConnectionClosed as how:
            if self.dialogue:
                self.dialogue.is_closed(how)
            raise
        if self.dialogue:
            self.dialogue.receives(data)
        return data

    async def close(self, *args: Any, **options: Any) -> None:
        if self.dialogue:
            self.dialogue.ended()
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


class _Opening:
    """A handshake while recording: where it goes, what becomes of it, and when it is tried again."""

    def __init__(self, tape: Tape, router: Router, uri: str, options: dict[str, Any]) -> None:
        self._tape = tape
        self._router = router
        self._request = _asked(uri, options)
        self._call = httpcore.Request("GET", uri)
        self._tries = count(1)

    @property
    def uri(self) -> str:
        return self._router.websocket(self._request.uri)

    def turn(self) -> float:
        return self._router.turn(self._call)

    def opened(self, connection: _Recorded | _AsyncRecorded) -> None:
        """Begin to note what is said, unless traffic passes unrecorded."""
        if not self._tape.paused and connection.response is not None:
            longest = self._router.patience.limits.silence
            connection.dialogue = Dialogue(self._tape, longest, self._request, _answered(connection.response))

    def refused(self, error: InvalidStatus) -> float:
        """The seconds after which to try again; raises the error if the answer stands."""
        answer = _answered(error.response)
        headers = [(name.encode(), value.encode()) for name, value in answer.headers]
        wire = httpcore.Response(answer.status, headers=headers)
        pause = self._router.again(next(self._tries), self._call, wire, streams.Read((answer.body,)))
        if pause is None:
            if not self._tape.paused:
                self._tape.refusals.append(Interaction(self._request, answer))
            raise error
        return pause


@contextmanager
def recorded(tape: Tape, router: Router) -> Iterator[None]:
    """Record every websocket that is opened through cozepy."""
    connect = websockets.sync.client.connect

    def opens(uri: str, **options: Any) -> websockets.sync.client.ClientConnection:
        opening = _Opening(tape, router, uri, options)
        while True:
            time.sleep(opening.turn())
            try:
                connection = connect(opening.uri, create_connection=_Recorded, **options)
            except InvalidStatus as error:
                time.sleep(opening.refused(error))
            else:
                opening.opened(connection)  # type: ignore[arg-type]  # create_connection says what it is
                return connection

    async def opens_async(uri: str, **options: Any) -> websockets.asyncio.client.ClientConnection:
        opening = _Opening(tape, router, uri, options)
        while True:
            await asyncio.sleep(opening.turn())
            try:
                connection = await _Connect(opening.uri, create_connection=_AsyncRecorded, **options)
            except InvalidStatus as error:
                await asyncio.sleep(opening.refused(error))
            else:
                opening.opened(connection)  # type: ignore[arg-type]  # as above
                _watch(tape)
                return connection

    with _patched(tape, opens, opens_async):
        yield


# --- replay ---------------------------------------------------------------------------------------------------------


def _delivered(event: Event) -> Data:
    """The message of an event; raises what ``recv`` raises when the other side closed or lost the connection."""
    if isinstance(event, Frame):
        return event.data
    if event.code == lanes.LOST:
        raise ConnectionClosedError(None, None)
    end = Close(event.code, event.reason)
    error = ConnectionClosedOK if event.code in OK_CLOSE_CODES else ConnectionClosedError
    raise error(end, end, rcvd_then_sent=True)


def _closed() -> ConnectionClosedOK:
    """What ``recv`` and ``send`` raise once the test has closed the connection."""
    return ConnectionClosedOK(Close(1000, ""), Close(1000, ""), rcvd_then_sent=False)


class Replayed:
    """What a client has in place of a connection; one thread may send while another receives."""

    def __init__(self, playback: Playback) -> None:
        """Take what is played back."""
        self._playback = playback
        self._changed = threading.Condition()

    def send(self, message: Data) -> None:
        """Send a message."""
        with self._changed:
            if not self._playback.is_open:
                raise _closed()
            self._playback.send(message)
            self._changed.notify_all()

    def recv(self, timeout: float | None = None) -> Data:
        """The next message; TimeoutError after so many seconds, or sooner if none can come before more is sent."""
        with self._changed:
            while (event := self._playback.next()) is None:
                if not self._playback.is_open:
                    raise _closed()
                if not self._changed.wait(None if timeout is None else min(timeout, _GLANCE)):
                    raise TimeoutError("timed out in recv")
            return _delivered(event)

    def close(self) -> None:
        """Close the connection."""
        with self._changed:
            self._playback.ended()
            self._changed.notify_all()


class AsyncReplayed:
    """The same for asyncio."""

    def __init__(self, playback: Playback) -> None:
        """Take what is played back."""
        self._playback = playback
        self._changed = asyncio.Event()

    async def send(self, message: Data) -> None:
        """Send a message."""
        if not self._playback.is_open:
            raise _closed()
        self._playback.send(message)
        self._changed.set()
        await asyncio.sleep(0)

    async def recv(self) -> Data:
        """The next message."""
        await asyncio.sleep(0)
        while (event := self._playback.next()) is None:
            if not self._playback.is_open:
                raise _closed()
            self._changed.clear()
            await self._changed.wait()
        return _delivered(event)

    async def close(self) -> None:
        """Close the connection."""
        self._playback.ended()
        self._changed.set()


def _dialled(tape: Tape, uri: str, options: dict[str, Any]) -> Playback:
    """The recorded websocket that a handshake opens; raises what a refused handshake raises."""
    interaction = tape.dial(_asked(uri, options))
    response = interaction.response
    if response.status != SWITCHED:
        headers = WireHeaders(response.headers)
        raise InvalidStatus(WireResponse(response.status, response.reason, headers, response.body))
    return Playback(tape, interaction)


@contextmanager
def replayed(tape: Tape) -> Iterator[None]:
    """Replay every websocket that is opened through cozepy."""

    def opens(uri: str, **options: Any) -> Replayed:
        return Replayed(_dialled(tape, uri, options))

    async def opens_async(uri: str, **options: Any) -> AsyncReplayed:
        playback = _dialled(tape, uri, options)
        _watch(tape)
        return AsyncReplayed(playback)

    with _patched(tape, opens, opens_async):
        yield


# --- inside cozepy --------------------------------------------------------------------------------------------------


def _watch(tape: Tape) -> None:
    """Cancel the running task as soon as its test cannot go on."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def look() -> None:
        tape.look()
        if tape.complaint and task is not None:
            task.cancel()
        elif any(line.is_open for line in tape.lines):
            loop.call_later(_GLANCE, look)

    look()


class _Queue(queue.Queue[Any]):
    """A queue on which nobody waits for long: cozepy's client cannot be closed while its sender waits on it."""

    def get(self, block: bool = True, timeout: float | None = None) -> Any:  # noqa: FBT001, FBT002  as in its base
        return super().get(block, None if timeout is None else min(timeout, _GLANCE))


def _event_class(tape: Tape) -> type[threading.Event]:
    class Event(threading.Event):
        """An event for which nobody waits in vain."""

        def wait(self, timeout: float | None = None) -> bool:
            if timeout is not None:
                return super().wait(timeout)
            while not super().wait(_GLANCE):
                tape.look()
                if tape.complaint:
                    tape.fail(tape.complaint)
            return True

    return Event


def _variant(module: ModuleType, **changed: object) -> SimpleNamespace:
    return SimpleNamespace(**{**vars(module), **changed})


_CLIENT: Final = "cozepy.websockets.ws"
"""The module of cozepy that opens websockets, runs their threads and queues what is to be sent."""


@contextmanager
def _patched(tape: Tape, connect: Callable[..., Any], connect_async: Callable[..., Any]) -> Iterator[None]:
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
            (client, "threading", _variant(threading, Event=_event_class(tape))),
        ]
    with ExitStack() as stack:
        for owner, name, new in changes:
            stack.enter_context(mock.patch.object(owner, name, new))
        stack.callback(_put_right, client, original)
        yield


def _put_right(client: ModuleType | None, connect: object) -> None:
    if client is None and _CLIENT in sys.modules:
        vars(sys.modules[_CLIENT])["asyncio_connect"] = connect
