"""What is said on a websocket: the two sides' events, and what a connection answers to each."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from coze_standin.calls import Call
from coze_standin.errors import Refusal
from coze_standin.records import JSON
from coze_standin.sse import Event


@dataclass(frozen=True)
class Said:
    """What the server says: events with their data (None: no ``data``), one frame each.

    ``interrupts`` takes back what it has not said yet. ``finish`` runs before the last event, or when that is never
    said.
    """

    events: tuple[Event, ...] = ()
    interrupts: bool = False
    finish: Callable[[], None] = lambda: None


Answers = Mapping[str, Callable[[Any, Call], Said]]
"""The methods of a Talk that answer, by the names of the client's events."""


class Talk:
    """One connection: what it says when it opens, and the answers to the client's events, by their names.

    ``call`` is the handshake, with the data of the client's event as its body while that is answered.
    """

    answers: ClassVar[Answers] = {}

    def __init__(self, call: Call) -> None:
        self._call = call
        self.state = call.state
        self.settings: JSON = {}

    def opened(self) -> Said:
        """What is said at once; a refusal is said as an ``error`` event, and leaves the connection open."""
        raise NotImplementedError

    def heard(self, name: str, data: JSON) -> Said:
        """The answer to an event of the client; 4000 for one that is unknown or lacks its data."""
        if name not in self.answers:
            raise Refusal("parameter")
        return self.answers[name](self, self.with_body(data))

    def with_body(self, data: JSON) -> Call:
        """The handshake with other data."""
        return replace(self._call, body=data)

    def settle(self, call: Call) -> JSON:
        """The settings of the connection, with those of an update; what an update does not name stays as it was."""
        self.settings = {**self.settings, **call.body}
        return self.settings


def decoded(call: Call) -> bytes:
    """The sound in ``delta``; 4000 when it is not base64."""
    try:
        return base64.b64decode(call.need("delta"), validate=True)
    except binascii.Error as error:
        raise Refusal("parameter") from error
