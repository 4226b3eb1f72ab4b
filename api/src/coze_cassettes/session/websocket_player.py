"""A WebSocket that is replayed."""

from __future__ import annotations

from collections import deque
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


class ReplayedWebSocket:
    """A WebSocket from its handshake on.

    ``difference`` compares a live request with a recorded one; ``scrub`` puts placeholders into a live request. A
    message is compared as the body of a request.
    """

    def __init__(
        self,
        interaction: Interaction,
        difference: Callable[[Request, Request], str],
        scrub: Callable[[Request], Request],
    ) -> None:
        """Take what was recorded."""
        self.silence = Silence(LONGEST_SILENCE)
        self._request = interaction.request
        self._wanted = messages.sent_messages(interaction)
        self._coming = deque(messages.received_messages(interaction))
        self._difference_of = difference
        self._scrub = scrub
        self._sent: list[Message] = []
        self._judged = 0

    def send(self, data: Data) -> str:
        """Compare what is sent with what was recorded, as soon as a text is whole.

        What differs, in the lines of a message; an empty string if nothing does.
        """
        self._sent.append(Message(data))
        self.silence.restart()
        different = self._difference()
        if not different:
            return ""
        lines = [
            "sent a WebSocket message that its cassette does not have.",
            f"  sent:    {_name(data)} over {self._request.uri} (message {len(self._sent) - 1})",
            f"  differs: {different}",
        ]
        return "\n".join(lines)

    def _difference(self) -> str:
        number = len(self._sent)
        if number > len(self._wanted):
            return f"it is number {number}, of {len(self._wanted)} in the cassette"
        if messages.is_piece(self._sent[-1]) and number < len(self._wanted):
            return ""
        turn = slice(self._judged, number)
        self._judged = number
        return self._difference_in(self._sent[turn], self._wanted[turn])

    def _difference_in(self, live: Sequence[Message], wanted: Sequence[Message]) -> str:
        """The first difference. Cuts of a text that holds a placeholder are not compared."""
        gathered = placeholders.pattern().search(messages.text_of(wanted)) is not None
        arrange: Callable[[Sequence[Message]], Sequence[Message]] = messages.join_pieces if gathered else tuple
        pairs = zip(arrange(live), arrange(wanted), strict=True)
        if not any(self._difference_of(*map(self._as_request, pair)) for pair in pairs):
            return ""
        clean = messages.messages_of(self._scrub(messages.as_request(self._request, live)))
        pairs = zip(arrange(clean), arrange(wanted), strict=True)
        return next(filter(None, (matching.difference(*map(self._as_request, pair)) for pair in pairs)), "")

    def _as_request(self, message: Message) -> Request:
        body = message.data if isinstance(message.data, bytes) else message.data.encode("utf-8")
        return Request("SEND", self._request.uri, body=body)

    def unsent(self) -> str:
        """What the test did not send, in the lines of a message; an empty string if it sent everything."""
        if len(self._sent) >= len(self._wanted):
            return ""
        lacking = self._wanted[len(self._sent)]
        return (
            f"sent {len(self._sent)} of the {len(self._wanted)} WebSocket messages of its cassette.\n"
            f"  next:    {_name(lacking.data)} over {self._request.uri}"
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
        if not self._coming or (self._coming[0].after or 0) > len(self._sent):
            return None
        self.silence.restart()
        return self._coming.popleft()


def _name(data: Data) -> str:
    return messages.event_type(data) or "a message"
