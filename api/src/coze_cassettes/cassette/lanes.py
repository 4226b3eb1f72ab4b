"""Writes the frames of a websocket as text: each direction is one lane, and a lane an event stream.

So a lane reads like the stream of a chat, and whatever knows event streams (scrubber, inspector, comparison) knows
lanes. An event is a frame: its name the ``event_type`` in it, its data the text of the frame. Of a frame that came,
``after`` says how many frames had been sent by then: a replay delivers it no sooner.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final

from coze_cassettes.cassette.model import SWITCHED, Interaction, Request

_NAME = re.compile(r"[\w.-]+")
_UNNAMED: Final = "message"
_TEXT: Final = "(text)"
"""Names what is no line of text, and so stands in base64."""

_BINARY: Final = "(binary)"
_CLOSED: Final = "(closed)"
"""Names the end of a connection that the other side closed or lost."""

LOST: Final = 1006
"""The close code of a connection that ended without a closing handshake (RFC 6455, 7.1.5)."""


@dataclass(frozen=True)
class Frame:
    """One message: a text or bytes; of one that came, how many had been sent by then."""

    data: str | bytes
    after: int | None = None


@dataclass(frozen=True)
class Closed:
    """The end of a connection by the other side: its close code and reason."""

    code: int
    reason: str
    after: int | None = None


Event = Frame | Closed


def _told(data: str | bytes) -> dict[str, Any]:
    try:
        told = json.loads(data)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def event_type(data: str | bytes) -> str:
    """What a frame says it is, or an empty string."""
    name = _told(data).get("event_type")
    return name if isinstance(name, str) and _NAME.fullmatch(name) else ""


def _is_one_line(text: str) -> bool:
    """Whether a text can stand in a lane as it is; a line end behind it, as Go's encoder writes one, does no harm."""
    return "\r" not in text and "\n" not in text.rstrip("\n")


def _shown(event: Event) -> tuple[str, str]:
    """An event's name and data."""
    if isinstance(event, Closed):
        return _CLOSED, json.dumps({"code": event.code, "reason": event.reason}, ensure_ascii=False)
    if isinstance(event.data, bytes):
        return _BINARY, base64.b64encode(event.data).decode("ascii")
    if not _is_one_line(event.data):
        return _TEXT, base64.b64encode(event.data.encode("utf-8")).decode("ascii")
    return event_type(event.data) or _UNNAMED, event.data


def written(events: Iterable[Event]) -> bytes:
    """A lane."""
    return "".join(map(_block, events)).encode("utf-8")


def _block(event: Event) -> str:
    name, data = _shown(event)
    after = [] if event.after is None else [f"after:{event.after}"]
    return "\n".join([f"event:{name}", *after, *(f"data:{line}" for line in data.split("\n"))]) + "\n\n"


def read(lane: bytes) -> tuple[Event, ...]:
    """The frames that ``written`` wrote."""
    return tuple(map(_event, lane.decode("utf-8").split("\n\n")[:-1]))


def _event(block: str) -> Event:
    lines = [line.partition(":")[::2] for line in block.split("\n")]
    name = lines[0][1]
    after = next((int(value) for field, value in lines if field == "after"), None)
    data = "\n".join(value for field, value in lines if field == "data")
    if name == _CLOSED:
        told = json.loads(data)
        return Closed(told["code"], told["reason"], after)
    raw = base64.b64decode(data) if name in (_TEXT, _BINARY) else b""
    return Frame(raw if name == _BINARY else raw.decode("utf-8") if name == _TEXT else data, after)


def _piece(frame: Frame) -> str | None:
    """What a frame has of a longer text or sound, of which more may follow; None if it is no such frame."""
    data = _told(frame.data).get("data")
    piece = data.get("delta") if isinstance(data, dict) and event_type(frame.data).endswith(".append") else None
    return piece if isinstance(piece, str) else None


def is_piece(frame: Frame) -> bool:
    """Whether more of the same text or sound may follow."""
    return _piece(frame) is not None


def turns(frames: Sequence[Frame]) -> tuple[Sequence[Frame], ...]:
    """What is sent at a time: the pieces of a text with the frame that ends them, any other frame by itself."""
    ends = [number for number, each in enumerate(frames, start=1) if not is_piece(each) or number == len(frames)]
    return tuple(frames[start:end] for start, end in pairwise((0, *ends)))


def text_of(frames: Iterable[Frame]) -> str:
    """The text of which some frames are the pieces."""
    return "".join(_piece(each) or "" for each in frames)


def gathered(frames: Sequence[Frame]) -> tuple[Frame, ...]:
    """The same frames with the text of all pieces in the first."""
    text, told = text_of(frames), []
    for each in frames:
        frame = each
        if is_piece(each):
            value = json.loads(each.data)
            value["data"]["delta"], text = text, ""
            frame = replace(each, data=json.dumps(value, ensure_ascii=False))
        told.append(frame)
    return tuple(told)


def sending(request: Request, frames: Iterable[Frame]) -> Request:
    """What is sent over the websocket of a handshake, as a request of its own."""
    return replace(request, method="SEND", headers=(), body=written(frames))


def frames_of(request: Request) -> tuple[Frame, ...]:
    """The frames of such a request, or of a websocket's."""
    return tuple(event for event in read(request.body) if isinstance(event, Frame))


def sent_in(interaction: Interaction) -> tuple[Frame, ...]:
    """What was sent over a websocket."""
    return frames_of(interaction.request)


def came_in(interaction: Interaction) -> tuple[Event, ...]:
    """What came over a websocket; nothing waits for more frames than were sent."""
    most = len(sent_in(interaction))
    return tuple(replace(each, after=min(each.after or 0, most)) for each in read(interaction.response.body))


def as_exchanges(interaction: Interaction) -> tuple[Interaction, ...]:
    """A websocket as calls: its handshake and what was sent at a time, each with what came before the next one.

    Any other interaction as it is.
    """
    request, response = interaction.request, interaction.response
    if response.status != SWITCHED:
        return (interaction,)
    asked, sent = [(0, replace(request, body=b""))], 0
    for turn in turns(sent_in(interaction)):
        sent += len(turn)
        asked.append((sent, sending(request, turn)))
    came = came_in(interaction)
    firsts = [first for first, _ in asked]
    return tuple(
        Interaction(each, replace(response, body=written(_between(came, first, until))))
        for (first, each), until in zip(asked, [*firsts[1:], sent + 1], strict=True)
    )


def _between(events: Iterable[Event], first: int, until: int) -> Iterator[Event]:
    return (each for each in events if first <= (each.after or 0) < until)
