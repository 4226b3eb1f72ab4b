"""A conversation over one websocket."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from coze_standin.calls import Call
from coze_standin.errors import ApiError
from coze_standin.records import JSON
from coze_standin.sse import Event


@dataclass(frozen=True)
class Reply:
    """What the server answers: events with their data (None: no ``data``), one frame each.

    ``replaces_pending`` discards what still waits to be sent. ``finish`` runs before the last event, or when that is
    never sent.
    """

    events: tuple[Event, ...] = ()
    replaces_pending: bool = False
    finish: Callable[[], None] = lambda: None


EventHandlers = Mapping[str, Callable[[Any, Call], Reply]]
"""The methods of a session that answer, by the names of the client's events."""


INPUT_AUDIO: JSON = {"format": "pcm", "codec": "pcm", "sample_rate": 24_000, "channel": 1, "bit_depth": 16}
OUTPUT_AUDIO: JSON = {"codec": "pcm", "speech_rate": 0, "voice_id": ""}
"""What the answer to an update always has (official pages of the events)."""


OUTPUT_CODECS = ("pcm", "g711a", "g711u", "opus", "mp3")
"""What the sound of an answer can be coded as (official page of the chat's client events)."""


class WsSession:
    """One connection; ``handlers`` answer the client's events, by their names.

    ``call`` is the handshake, with the data of the client's event as its body while that is handled. ``codecs`` are
    those that the official pages of the events list for each part of the settings.
    """

    handlers: ClassVar[EventHandlers] = {}
    defaults: ClassVar[JSON] = {}
    codecs: ClassVar[Mapping[str, Sequence[str]]] = {}

    def __init__(self, call: Call) -> None:
        self._call = call
        self.state = call.state
        self.settings: JSON = {}

    def open(self) -> Reply:
        """What is sent at once; a refusal is sent as an ``error`` event, and leaves the connection open."""
        raise NotImplementedError

    def handle(self, name: str, data: JSON) -> Reply:
        """The answer to an event of the client; 4000 for one that is unknown or lacks its data."""
        if self._call.scenario == "refused-messages":
            raise ApiError("server")
        if name not in self.handlers:
            raise ApiError("parameter")
        return self.handlers[name](self, self.with_body(data))

    def with_body(self, data: JSON) -> Call:
        """The handshake with other data."""
        return replace(self._call, body=data)

    def update_settings(self, call: Call) -> JSON:
        """The settings with those of an update, every field of every part; what an update leaves out stays.

        An update that fails is answered with an error event (official pages of the events). Its code is not known: a
        codec that is not supported is 4000.
        """
        parts = {
            part: {name: value for name, value in call.mapping(part).items() if value is not None}
            for part in self.defaults
        }
        if any(parts[part].get("codec", codecs[0]) not in codecs for part, codecs in self.codecs.items()):
            raise ApiError("parameter")
        for part, fields in self.defaults.items():
            self.settings[part] = {**fields, **self.settings.get(part, {}), **parts[part]}
        rest = {name: value for name, value in call.body.items() if name not in self.defaults}
        self.settings = {**self.settings, **rest}
        return self.settings


def decode_audio(call: Call) -> bytes:
    """The sound in ``delta``; 4000 when it is not base64."""
    try:
        return base64.b64decode(call.need("delta"), validate=True)
    except ValueError as error:
        raise ApiError("parameter") from error
