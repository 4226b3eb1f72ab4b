"""A WebSocket that is recorded."""

from __future__ import annotations

from collections.abc import Callable

from websockets.exceptions import ConnectionClosed
from websockets.frames import Close

from coze_cassettes.cassette.model import Interaction, Request, Response
from coze_cassettes.cassette.websocket_messages import LOST, Closed, Message, Received, dump
from coze_cassettes.pluralize import pluralize
from coze_cassettes.session.silence import Data, Silence


class RecordedWebSocket:
    """A WebSocket from its handshake on; ``longest`` is how many seconds it may be silent."""

    def __init__(self, request: Request, response: Response, longest: float) -> None:
        """Take the two halves of the handshake."""
        self._request = request
        self._response = response
        self._sent: list[Message] = []
        self._received: list[Received] = []
        self._is_read: Callable[[], bool] = lambda: True
        self.silence = Silence(longest)

    def sends(self, data: Data) -> None:
        """Note a message before it is sent, so that an answer to it comes after it."""
        self._sent.append(Message(data))
        self.silence.restart()

    def is_read_while(self, is_alive: Callable[[], bool]) -> None:
        """Note what reads it: a thread or a task, which is alive or not."""
        self._is_read = is_alive

    def unread(self) -> str:
        """Why a test gets no further message, whatever comes, or an empty string."""
        if self._is_read():
            return ""
        last = self._received[-1] if self._received else None
        count = sum(isinstance(each, Message) for each in self._received)
        if isinstance(last, Closed):
            how = "was lost" if last.code == LOST else f"was closed by the service with code {last.code}"
            return f"the WebSocket {how}, after {pluralize(count, 'message')}"
        return f"the SDK stopped reading the WebSocket at message {count}, which it or the test's handler cannot take"

    def receives(self, data: Data) -> None:
        """Note a message that the test gets."""
        self._received.append(Message(data, len(self._sent)))
        self.silence.restart()

    def is_closed(self, how: ConnectionClosed) -> None:
        """Note that the other side closed the connection or lost it."""
        if self.silence.is_open and (how.sent is None or how.rcvd_then_sent):
            end = how.rcvd or Close(LOST, "")
            self._received.append(Closed(end.code, end.reason, len(self._sent)))
        self.silence.stop()

    @property
    def is_open(self) -> bool:
        """Whether it is not closed yet."""
        return self.silence.is_open

    def overdue(self) -> str:
        """Why the test has waited too long for a message, or an empty string."""
        return self.silence.overdue()

    @property
    def interaction(self) -> Interaction:
        """What was recorded up to now."""
        request, response = self._request, self._response
        return Interaction(
            Request(request.method, request.uri, request.headers, dump(self._sent)),
            Response(response.status, response.reason, response.headers, dump(self._received)),
        )


class RefusedWebSocket:
    """A handshake that was refused."""

    def __init__(self, request: Request, response: Response) -> None:
        """Take the handshake and its answer."""
        self.interaction = Interaction(request, response)
        self.is_open = False

    def overdue(self) -> str:
        """Nothing: nobody waits for it."""
        return ""
