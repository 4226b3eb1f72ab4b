"""Finds the recorded WebSocket that a live one is, by what is sent over it.

Handshakes of one address are alike, and threads and tasks open them in any order: the first message that one recorded
WebSocket has and the other lacks tells them apart.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

from coze_cassettes.cassette.model import SWITCHED, Interaction
from coze_cassettes.session.player import Player
from coze_cassettes.session.websocket_player import RecordedWebSocket, ReplayedWebSocket


class WebSocketChoice:
    """The WebSockets of a test that replays; safe under threads."""

    def __init__(self, player: Player) -> None:
        """Take the session; nothing is opened yet."""
        self._player = player
        self._lock = threading.RLock()
        self._opened: list[ReplayedWebSocket] = []

    def open(self, interaction: Interaction) -> ReplayedWebSocket:
        """A WebSocket that begins as what was recorded of it."""
        player = self._player
        websocket = ReplayedWebSocket(interaction, player.difference, player.scrub, self._exchange, self._lock)
        self._opened.append(websocket)
        player.websockets.append(websocket)
        return websocket

    def _exchange(self, websocket: ReplayedWebSocket) -> bool:
        """Make a WebSocket another recorded one, whose messages are what it sends; False if there is none."""
        before = websocket.recorded
        for recorded, holder in self._others(websocket):
            if not websocket.can_be(recorded, holder):
                continue
            websocket.recorded = recorded
            if holder is None:
                self._player.exchange(before.interaction, recorded.interaction)
            else:
                holder.recorded, websocket.exchanged = before, holder
            return True
        return False

    def _others(self, websocket: ReplayedWebSocket) -> Iterator[tuple[RecordedWebSocket, ReplayedWebSocket | None]]:
        """What was recorded of the other WebSockets, and which of those that are open are these."""
        yield from ((each.recorded, each) for each in self._opened if each is not websocket)
        waiting = (each for each in self._player.undialled() if each.response.status == SWITCHED)
        yield from ((RecordedWebSocket(each), None) for each in waiting)
