"""Writes the messages of one direction of a WebSocket as the body of a request or a response.

The body is an event stream, so that what knows event streams (scrubber, inspector, diff) knows WebSockets. An event is
a message: its name is the ``event_type`` in it, its data the text of the message. Of a received message ``after`` says
how many messages had been sent before it: a replay delivers it no sooner.
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
"""The name of a text that has several lines, and so stands in base64."""

_BINARY: Final = "(binary)"
_CLOSED: Final = "(closed)"
"""The name of the end of a connection that the other side closed or lost."""

LOST: Final = 1006
"""The close code of a connection that ended without a closing handshake (RFC 6455, 7.1.5)."""


@dataclass(frozen=True)
class Message:
    """One message, text or bytes; if it was received, how many had been sent before it."""

    data: str | bytes
    after: int | None = None


@dataclass(frozen=True)
class Closed:
    """The end of a connection by the other side: its close code and reason."""

    code: int
    reason: str
    after: int | None = None


Received = Message | Closed


def members(data: str | bytes) -> dict[str, Any]:
    """The members of a JSON object; none if the text is another one."""
    try:
        value = json.loads(data)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def event_type(data: str | bytes) -> str:
    """The ``event_type`` of a message, or an empty string."""
    name = members(data).get("event_type")
    return name if isinstance(name, str) and _NAME.fullmatch(name) else ""


def _is_one_line(text: str) -> bool:
    """Whether a text can stand in an event as it is; a line end behind it, as Go's encoder writes one, does no harm."""
    return "\r" not in text and "\n" not in text.rstrip("\n")


def _name_and_data(event: Received) -> tuple[str, str]:
    """The name and the data of an event."""
    if isinstance(event, Closed):
        return _CLOSED, json.dumps({"code": event.code, "reason": event.reason}, ensure_ascii=False)
    if isinstance(event.data, bytes):
        return _BINARY, base64.b64encode(event.data).decode("ascii")
    if not _is_one_line(event.data):
        return _TEXT, base64.b64encode(event.data.encode("utf-8")).decode("ascii")
    return event_type(event.data) or _UNNAMED, event.data


def dump(events: Iterable[Received]) -> bytes:
    """The body that holds some messages."""
    return "".join(map(_block, events)).encode("utf-8")


def _block(event: Received) -> str:
    name, data = _name_and_data(event)
    after = [] if event.after is None else [f"after:{event.after}"]
    return "\n".join([f"event:{name}", *after, *(f"data:{line}" for line in data.split("\n"))]) + "\n\n"


def load(body: bytes) -> tuple[Received, ...]:
    """The messages that ``dump`` wrote."""
    return tuple(map(_event, body.decode("utf-8").split("\n\n")[:-1]))


def _event(block: str) -> Received:
    lines = [line.partition(":")[::2] for line in block.split("\n")]
    name = lines[0][1]
    after = next((int(value) for field, value in lines if field == "after"), None)
    data = "\n".join(value for field, value in lines if field == "data")
    if name == _CLOSED:
        value = json.loads(data)
        return Closed(value["code"], value["reason"], after)
    raw = base64.b64decode(data) if name in (_TEXT, _BINARY) else b""
    return Message(raw if name == _BINARY else raw.decode("utf-8") if name == _TEXT else data, after)


def _piece(message: Message) -> str | None:
    """The part of a longer text or sound that a message carries; None if it carries none."""
    data = members(message.data).get("data")
    piece = data.get("delta") if isinstance(data, dict) and event_type(message.data).endswith(".append") else None
    return piece if isinstance(piece, str) else None


def is_piece(message: Message) -> bool:
    """Whether more of the same text or sound may follow."""
    return _piece(message) is not None


def batches(messages: Sequence[Message]) -> tuple[Sequence[Message], ...]:
    """What is sent at a time: the pieces of a text with the message that ends them, any other message by itself."""
    ends = [number for number, each in enumerate(messages, start=1) if not is_piece(each) or number == len(messages)]
    return tuple(messages[start:end] for start, end in pairwise((0, *ends)))


def text_of(messages: Iterable[Message]) -> str:
    """The text of which some messages are the pieces."""
    return "".join(_piece(each) or "" for each in messages)


def join_pieces(messages: Sequence[Message]) -> tuple[Message, ...]:
    """The same messages with the text of all pieces in the first."""
    text, joined = text_of(messages), []
    for each in messages:
        message = each
        if is_piece(each):
            value = json.loads(each.data)
            value["data"]["delta"], text = text, ""
            message = replace(each, data=json.dumps(value, ensure_ascii=False))
        joined.append(message)
    return tuple(joined)


def as_request(request: Request, messages: Iterable[Message]) -> Request:
    """What is sent over a WebSocket, as a request of its own."""
    return replace(request, method="SEND", headers=(), body=dump(messages))


def messages_of(request: Request) -> tuple[Message, ...]:
    """The messages of such a request, or of a handshake."""
    return tuple(event for event in load(request.body) if isinstance(event, Message))


def sent_messages(interaction: Interaction) -> tuple[Message, ...]:
    """The messages that were sent over a WebSocket."""
    return messages_of(interaction.request)


def received_messages(interaction: Interaction) -> tuple[Received, ...]:
    """What was received over a WebSocket; nothing waits for more messages than were sent."""
    most = len(sent_messages(interaction))
    return tuple(replace(each, after=min(each.after or 0, most)) for each in load(interaction.response.body))


def as_exchanges(interaction: Interaction) -> tuple[Interaction, ...]:
    """A WebSocket as exchanges: the handshake and what was sent at a time, each with what was received before the next.

    Any other interaction as it is.
    """
    request, response = interaction.request, interaction.response
    if response.status != SWITCHED:
        return (interaction,)
    asked, sent = [(0, replace(request, body=b""))], 0
    for batch in batches(sent_messages(interaction)):
        sent += len(batch)
        asked.append((sent, as_request(request, batch)))
    received = received_messages(interaction)
    firsts = [first for first, _ in asked]
    return tuple(
        Interaction(each, replace(response, body=dump(_between(received, first, until))))
        for (first, each), until in zip(asked, [*firsts[1:], sent + 1], strict=True)
    )


def _between(events: Iterable[Received], first: int, until: int) -> Iterator[Received]:
    return (each for each in events if first <= (each.after or 0) < until)
