"""A WebSocket that is replayed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Final

from coze_cassettes.cassette import matching
from coze_cassettes.cassette import websocket_messages as messages
from coze_cassettes.cassette.model import Interaction, Request
from coze_cassettes.cassette.websocket_messages import Message, Received
from coze_cassettes.scrubbing import placeholders
from coze_cassettes.session.silence import Data, Silence

LONGEST_SILENCE: Final = 10.0
"""Seconds without a message after which a replayed test fails: everything that it can get is there at once."""


class RecordedWebSocket:
    """What a cassette has of a WebSocket."""

    def __init__(self, interaction: Interaction) -> None:
        """Take what was recorded."""
        self.interaction = interaction
        self.request = interaction.request
        self.wanted = messages.sent_messages(interaction)
        self.coming = messages.received_messages(interaction)

    def begins_like(self, other: RecordedWebSocket, sent: int, received: int) -> bool:
        """Whether another one has the same handshake, the same first messages sent, and first ones received alike."""
        return (
            self.request.uri == other.request.uri
            and self.wanted[:sent] == other.wanted[:sent]
            and _kinds(self.coming[:received]) == _kinds(other.coming[:received])
        )


def _kinds(received: Sequence[Received]) -> list[str]:
    return [messages.event_type(each.data) if isinstance(each, Message) else str(each) for each in received]


class ReplayedWebSocket:
    """A WebSocket from its handshake on.

    ``difference`` compares a live request with a recorded one; ``scrub`` puts placeholders into a live request. A
    message is compared as the body of a request. ``recorded`` may become another one, which ``exchange`` finds when
    what is sent differs, as long as nothing tells the two apart; ``exchanged`` is then the one that was that before,
    for which more may come now. ``judged`` counts the messages that were sent and compared, ``delivered`` those that
    came.
    """

    def __init__(
        self,
        interaction: Interaction,
        difference: Callable[[Request, Request], str],
        scrub: Callable[[Request], Request],
        exchange: Callable[[ReplayedWebSocket], bool] = lambda _: False,
        lock: threading.RLock | None = None,
    ) -> None:
        """Take what was recorded."""
        self.silence = Silence(LONGEST_SILENCE)
        self.recorded = RecordedWebSocket(interaction)
        self.exchanged: ReplayedWebSocket | None = None
        self.wake: Callable[[], object] = lambda: None
        self._difference_of = difference
        self._scrub = scrub
        self._exchange = exchange
        self._lock = lock or threading.RLock()
        self._sent: list[Message] = []
        self.judged = 0
        self.delivered = 0

    def send(self, data: Data) -> str:
        """Compare what is sent with what was recorded, as soon as a text is whole.

        What differs, in the lines of a message; an empty string if nothing does.
        """
        with self._lock:
            self._sent.append(Message(data))
            self.silence.restart()
            different = self._difference(self.recorded)
            if different and self._exchange(self):
                different = ""
            if not self._is_cut(self.recorded):
                self.judged = len(self._sent)
        if not different:
            return ""
        lines = [
            "sent a WebSocket message that its cassette does not have.",
            f"  sent:    {_name(data)} over {self.recorded.request.uri} (message {len(self._sent) - 1})",
            f"  differs: {different}",
        ]
        return "\n".join(lines)

    def can_be(self, other: RecordedWebSocket, holder: ReplayedWebSocket | None) -> bool:
        """Whether it may be what was recorded of another, which ``holder`` is then no longer."""
        sent = max(self.judged, holder.judged if holder else 0)
        received = max(self.delivered, holder.delivered if holder else 0)
        return self.recorded.begins_like(other, sent, received) and not self._difference(other)

    def _is_cut(self, recorded: RecordedWebSocket) -> bool:
        """Whether more of the text that was sent last is to follow."""
        return messages.is_piece(self._sent[-1]) and len(self._sent) < len(recorded.wanted)

    def _difference(self, recorded: RecordedWebSocket) -> str:
        number = len(self._sent)
        if number > len(recorded.wanted):
            return f"it is number {number}, of {len(recorded.wanted)} in the cassette"
        if self._is_cut(recorded):
            return ""
        turn = slice(self.judged, number)
        return self._difference_in(self._sent[turn], recorded.wanted[turn])

    def _difference_in(self, live: Sequence[Message], wanted: Sequence[Message]) -> str:
        """The first difference. Cuts of a text that holds a placeholder are not compared."""
        gathered = placeholders.pattern().search(messages.text_of(wanted)) is not None
        arrange: Callable[[Sequence[Message]], Sequence[Message]] = messages.join_pieces if gathered else tuple
        pairs = zip(arrange(live), arrange(wanted), strict=True)
        if not any(self._difference_of(*map(self._as_request, pair)) for pair in pairs):
            return ""
        clean = messages.messages_of(self._scrub(messages.as_request(self.recorded.request, live)))
        pairs = zip(arrange(clean), arrange(wanted), strict=True)
        return next(filter(None, (matching.difference(*map(self._as_request, pair)) for pair in pairs)), "")

    def _as_request(self, message: Message) -> Request:
        body = message.data if isinstance(message.data, bytes) else message.data.encode("utf-8")
        return Request("SEND", self.recorded.request.uri, body=body)

    def unsent(self) -> str:
        """What the test did not send, in the lines of a message; an empty string if it sent everything."""
        wanted = self.recorded.wanted
        if len(self._sent) >= len(wanted):
            return ""
        lacking = wanted[len(self._sent)]
        return (
            f"sent {len(self._sent)} of the {len(wanted)} WebSocket messages of its cassette.\n"
            f"  next:    {_name(lacking.data)} over {self.recorded.request.uri}"
        )

    @property
    def is_open(self) -> bool:
        """Whether it is not closed yet."""
        return self.silence.is_open

    def overdue(self) -> str:
        """Why the test has waited too long for a message, or an empty string."""
        return self.silence.overdue()

    def next(self) -> Received | None:
        """What comes next, if enough was sent for it to come."""
        with self._lock:
            coming = self.recorded.coming
            if self.delivered == len(coming) or (coming[self.delivered].after or 0) > len(self._sent):
                return None
            self.silence.restart()
            self.delivered += 1
            return coming[self.delivered - 1]


def _name(data: Data) -> str:
    return messages.event_type(data) or "a message"
