"""What is said over a websocket, recorded or replayed: frames noted, frames compared, and an end to waiting in vain."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from typing import Final

from websockets.exceptions import ConnectionClosed
from websockets.frames import Close

from coze_cassettes.cassette import lanes, matching
from coze_cassettes.cassette.lanes import Closed, Event, Frame
from coze_cassettes.cassette.model import Interaction, Request, Response
from coze_cassettes.scrubbing import placeholders
from coze_cassettes.session.tape import Tape

LONGEST_SILENCE: Final = 10.0
"""Seconds without a frame after which a replayed test waits in vain: everything it can get is there at once."""

Data = str | bytes


class Line:
    """A websocket of a test; ``longest`` is how many seconds it may be silent."""

    def __init__(self, tape: Tape, longest: float) -> None:
        """Begin with the handshake behind it."""
        self.tape = tape
        self.longest = longest
        self.is_open = True
        self._moved = time.perf_counter()
        tape.lines.append(self)

    def moved(self) -> None:
        """Note that a frame was sent or came."""
        self._moved = time.perf_counter()

    def ended(self) -> None:
        """Note that the test closed it."""
        self.is_open = False

    @property
    def interaction(self) -> Interaction | None:
        """What was recorded up to now."""
        return None

    def unsent(self) -> str:
        """A message if the test did not send all that was sent, else an empty string."""
        return ""

    def look(self) -> None:
        """Let the test be ended if there was silence for too long."""
        if self.is_open and time.perf_counter() - self._moved > self.longest:
            self.tape.give_up(f"{self.tape.test} waited {self.longest:g} s for a frame of a websocket that never came.")


class Dialogue(Line):
    """A websocket that is recorded."""

    def __init__(self, tape: Tape, longest: float, request: Request, response: Response) -> None:
        """Take the two halves of the handshake."""
        super().__init__(tape, longest)
        self._request = request
        self._response = response
        self._sent: list[Frame] = []
        self._came: list[Event] = []

    def sends(self, data: Data) -> None:
        """Note a frame before it is sent, so that an answer to it comes after it."""
        self.tape.note_frame(data)
        self._sent.append(Frame(data))
        self.moved()

    def receives(self, data: Data) -> None:
        """Note a frame that the test gets."""
        self._came.append(Frame(data, len(self._sent)))
        self.moved()

    def is_closed(self, how: ConnectionClosed) -> None:
        """Note that the other side closed the connection or lost it."""
        if self.is_open and (how.sent is None or how.rcvd_then_sent):
            end = how.rcvd or Close(lanes.LOST, "")
            self._came.append(Closed(end.code, end.reason, len(self._sent)))
        self.ended()

    @property
    def interaction(self) -> Interaction:
        """What was recorded up to now."""
        request, response = self._request, self._response
        return Interaction(
            Request(request.method, request.uri, request.headers, lanes.written(self._sent)),
            Response(response.status, response.reason, response.headers, lanes.written(self._came)),
        )


class Playback(Line):
    """A websocket that is replayed."""

    def __init__(self, tape: Tape, interaction: Interaction) -> None:
        """Take what was recorded."""
        super().__init__(tape, LONGEST_SILENCE)
        self._request = interaction.request
        self._wanted = lanes.sent_in(interaction)
        self._coming = deque(lanes.came_in(interaction))
        self._sent: list[Frame] = []
        self._judged = 0

    def send(self, data: Data) -> None:
        """Compare what was sent with what was recorded, as soon as a text is whole; what differs ends the test."""
        self.tape.note_frame(data)
        self._sent.append(Frame(data))
        if different := self._difference():
            self.tape.give_up(self._explained(data, different))
        self.moved()

    def _difference(self) -> str:
        number = len(self._sent)
        if number > len(self._wanted):
            return f"it is number {number}, of {len(self._wanted)} in the cassette"
        if lanes.is_piece(self._sent[-1]) and number < len(self._wanted):
            return ""
        turn = slice(self._judged, number)
        self._judged = number
        live = lanes.frames_of(self.tape.live(lanes.sending(self._request, self._sent[turn])))
        return self._difference_of(live, self._wanted[turn])

    def _difference_of(self, live: Sequence[Frame], wanted: Sequence[Frame]) -> str:
        """The first difference. Cuts of a text that holds a placeholder are not compared."""
        if placeholders.pattern().search(lanes.text_of(wanted)):
            live, wanted = lanes.gathered(live), lanes.gathered(wanted)
        pairs = zip(live, wanted, strict=True)
        return next(filter(None, (matching.difference(*map(self._as_call, pair)) for pair in pairs)), "")

    def _as_call(self, frame: Frame) -> Request:
        body = frame.data if isinstance(frame.data, bytes) else frame.data.encode("utf-8")
        return Request("SEND", self._request.uri, body=body)

    def _explained(self, data: Data, different: str) -> str:
        lines = [
            f"{self.tape.test} sent a frame that its cassette does not have.",
            f"  sent:    {lanes.event_type(data) or 'a frame'} over {self._request.uri} (frame {len(self._sent) - 1})",
            f"  differs: {different}",
        ]
        return "\n".join([*lines, *self.tape.remedy()])

    def unsent(self) -> str:
        """A message if the test did not send all that was sent, else an empty string."""
        if len(self._sent) >= len(self._wanted):
            return ""
        lacking = self._wanted[len(self._sent)]
        lines = [
            f"{self.tape.test} sent {len(self._sent)} of the {len(self._wanted)} frames of its cassette.",
            f"  next:    {lanes.event_type(lacking.data) or 'a frame'} over {self._request.uri}",
        ]
        return "\n".join([*lines, *self.tape.remedy()])

    def next(self) -> Event | None:
        """What comes next, if enough was sent for it to come; nothing once the test has gone another way."""
        if self.tape.complaint or not self._coming or (self._coming[0].after or 0) > len(self._sent):
            return None
        self.moved()
        return self._coming.popleft()
