"""Replays the WebSockets that cozepy opens, without a connection.

What the test sends is compared with the cassette message by message. What was received is delivered as soon as so many
messages have been sent as had been then. A test that waits too long is ended.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from types import MappingProxyType
from typing import Any

import websockets.asyncio.client
import websockets.sync.client
from websockets.datastructures import Headers as WireHeaders
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, ConnectionClosedOK, InvalidStatus
from websockets.frames import OK_CLOSE_CODES, Close
from websockets.http11 import Response as WireResponse

from coze_cassettes.cassette.model import SWITCHED
from coze_cassettes.cassette.websocket_messages import LOST, Closed, Message, Received
from coze_cassettes.session.attributes import Changes
from coze_cassettes.session.player import Player
from coze_cassettes.session.silence import Data
from coze_cassettes.session.websocket_choice import WebSocketChoice
from coze_cassettes.session.websocket_handshake import handshake_request
from coze_cassettes.session.websocket_patches import POLL_INTERVAL, patch_context, watch_task
from coze_cassettes.session.websocket_player import ReplayedWebSocket


class _Connection:
    """A WebSocket that is replayed, and the session that learns of a message that differs."""

    def __init__(self, player: Player, websocket: ReplayedWebSocket) -> None:
        self._player = player
        self._websocket = websocket
        self._end: ConnectionClosed | None = None

    def raise_if_closed(self) -> None:
        """Raise what ``recv`` and ``send`` raise once either side has closed the connection, or it was lost."""
        if self._end is not None:
            raise self._end
        if not self._websocket.silence.is_open:
            raise ConnectionClosedOK(Close(1000, ""), Close(1000, ""), rcvd_then_sent=False)

    def on_exchange(self, wake: Callable[[], object]) -> None:
        """Call a function when more may come, since another connection was taken for this one until now."""
        self._websocket.wake = wake

    def wake_exchanged(self) -> None:
        """Let the reader of a connection that was taken for this one look again; to be called without a lock."""
        other, self._websocket.exchanged = self._websocket.exchanged, None
        if other is not None:
            other.wake()

    def send(self, data: Data) -> None:
        """Send a message; the test is ended if it differs."""
        self._player.note_message(data)
        if complaint := self._websocket.send(data):
            self._player.give_up(self._player.report(complaint))

    def next(self) -> Received | None:
        """What comes next, if it can come by now; nothing once the test has gone another way."""
        return None if self._player.complaint else self._websocket.next()

    def deliver(self, event: Received) -> Data:
        """The message of an event; from the end of the connection on an error, each time."""
        if isinstance(event, Message):
            return event.data
        self._end = _error_of(event)
        raise self._end

    def close(self) -> None:
        """Take no further message: the test closes it."""
        self._websocket.silence.stop()


def _error_of(closed: Closed) -> ConnectionClosed:
    """What is raised when the other side closed or lost the connection."""
    if closed.code == LOST:
        return ConnectionClosedError(None, None)
    end = Close(closed.code, closed.reason)
    error = ConnectionClosedOK if closed.code in OK_CLOSE_CODES else ConnectionClosedError
    return error(end, end, rcvd_then_sent=True)


class ReplayedConnection:
    """What a client has in place of a connection; one thread may send while another receives."""

    def __init__(self, connection: _Connection) -> None:
        """Take what is replayed."""
        self._connection = connection
        self._changed = threading.Condition()
        connection.on_exchange(self._notify)

    def _notify(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def send(self, message: Data) -> None:
        """Send a message."""
        with self._changed:
            self._connection.raise_if_closed()
            self._connection.send(message)
            self._changed.notify_all()
        self._connection.wake_exchanged()

    def recv(self, timeout: float | None = None) -> Data:
        """The next message; TimeoutError after so many seconds, or sooner if none can come before more is sent."""
        with self._changed:
            while (event := self._connection.next()) is None:
                self._connection.raise_if_closed()
                if not self._changed.wait(None if timeout is None else min(timeout, POLL_INTERVAL)):
                    raise TimeoutError("timed out in recv")
            return self._connection.deliver(event)

    def close(self) -> None:
        """Close the connection."""
        with self._changed:
            self._connection.close()
            self._changed.notify_all()


class AsyncReplayedConnection:
    """The same for asyncio."""

    def __init__(self, connection: _Connection) -> None:
        """Take what is replayed."""
        self._connection = connection
        self._changed = asyncio.Event()
        connection.on_exchange(partial(asyncio.get_running_loop().call_soon_threadsafe, self._changed.set))

    async def send(self, message: Data) -> None:
        """Send a message."""
        self._connection.raise_if_closed()
        self._connection.send(message)
        self._connection.wake_exchanged()
        self._changed.set()
        await asyncio.sleep(0)

    async def recv(self) -> Data:
        """The next message."""
        await asyncio.sleep(0)
        while (event := self._connection.next()) is None:
            self._connection.raise_if_closed()
            self._changed.clear()
            await self._changed.wait()
        return self._connection.deliver(event)

    async def close(self) -> None:
        """Close the connection."""
        self._connection.close()
        self._changed.set()


def _dial(player: Player, choice: WebSocketChoice, uri: str, options: dict[str, Any]) -> _Connection:
    """The recorded WebSocket that a handshake opens; raises what a refused handshake raises."""
    interaction = player.dial(handshake_request(player.hosts.canonical(uri), options))
    response = interaction.response
    if response.status != SWITCHED:
        headers = WireHeaders(response.headers)
        raise InvalidStatus(WireResponse(response.status, response.reason, headers, response.body))
    return _Connection(player, choice.open(interaction))


def replay_context(player: Player, others: Changes = MappingProxyType({})) -> AbstractContextManager[None]:
    """Replay every WebSocket that is opened through cozepy, and make other changes."""
    connect, connect_async = websockets.sync.client.connect, websockets.asyncio.client.connect
    dial = partial(_dial, player, WebSocketChoice(player))

    def open_sync(uri: str, **options: Any) -> Any:
        return ReplayedConnection(dial(uri, options)) if player.has(uri) else connect(uri, **options)

    async def dial_async(uri: str, options: dict[str, Any]) -> Any:
        connection = dial(uri, options)
        watch_task(player)
        return AsyncReplayedConnection(connection)

    def open_async(uri: str, **options: Any) -> Any:
        return dial_async(uri, options) if player.has(uri) else connect_async(uri, **options)

    return patch_context(player, open_sync, open_async, others)
