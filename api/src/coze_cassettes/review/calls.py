"""Makes the transcript of a cassette."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from coze_cassettes.cassette import websocket_messages
from coze_cassettes.cassette.model import (
    EVENT_STREAM,
    SWITCHED,
    Cassette,
    Interaction,
    Request,
    Response,
    header,
    is_websocket,
    media_type,
)
from coze_cassettes.codecs import multipart
from coze_cassettes.diff.chunked_text import text_of
from coze_cassettes.diff.events import events_of
from coze_cassettes.diff.nodes import Node
from coze_cassettes.errors import UnreadableBody
from coze_cassettes.pluralize import pluralize
from coze_cassettes.review import chats, events, media, sockets, values, workflows
from coze_cassettes.review.events import Event
from coze_cassettes.review.transcript import Call, Kind, Row, Transcript
from coze_cassettes.review.values import Json

_QUIET = frozenset({"content-type", "authorization", "content-length"})
"""Headers that say nothing that the row of the body does not say."""


def transcript_of(file: str, cassette: Cassette) -> Transcript:
    """The transcript of a cassette that stands in ``file``."""
    return Transcript(file, cassette.metadata, tuple(call_of(each) for each in cassette.interactions))


def call_of(interaction: Interaction) -> Call:
    """The transcript of one interaction."""
    request, response = interaction.request, interaction.response
    parts = urlsplit(request.uri)
    heading = f"{request.method} {parts.path}{f'?{parts.query}' if parts.query else ''}"
    asked, answered = tuple(_headers(request.headers)), tuple(_headers(response.headers))
    if is_websocket(request) and response.status == SWITCHED:
        heading = heading.replace("GET", "WebSocket", 1)
        turns = list(_turns(interaction))
        return Call(heading, _outcome(response), asked, (*answered, *_dialogue(turns)), tuple(_messages(turns)))
    found = _events(response)
    answer = _stream_rows(found, response) if found else _response_rows(response)
    asked += tuple(_request_rows(request))
    return Call(heading, _outcome(response), asked, (*answered, *answer, *_fault(response)), tuple(events.rows(found)))


def _headers(headers: tuple[tuple[str, str], ...]) -> Iterator[Row]:
    for name, value in headers:
        if name.lower() not in _QUIET:
            yield Row(Kind.HEADER, name.lower(), value)


def _outcome(response: Response) -> str:
    status = f"{response.status} {response.reason}".strip() if response.status else "no response"
    return f"{status}, then {response.fault}" if response.fault and response.status else response.fault or status


# --- bodies ---------------------------------------------------------------------------------------------------------


def _request_rows(request: Request) -> Iterator[Row]:
    content_type = media_type(request)
    if (body := _json(request.body)) is not None:
        yield from _conversation_sent(body)
        yield from values.rows_of(body)
    elif boundary := multipart.boundary_of(content_type):
        yield from _parts(request.body, boundary)
    elif request.body:
        yield _other(request.body, content_type)


def _conversation_sent(body: Json) -> Iterator[Row]:
    """What a chat is asked, as a person would say it, before all of its fields."""
    messages = body.get("additional_messages") if isinstance(body, dict) else None
    for message in messages if isinstance(messages, list) else ():
        if isinstance(message, dict) and isinstance(content := message.get("content"), str):
            kind = Kind.ASSISTANT if message.get("role") == "assistant" else Kind.USER
            yield Row(kind, str(message.get("role", "message")), content)


def _parts(body: bytes, boundary: str) -> Iterator[Row]:
    try:
        parts = multipart.split_multipart(body, boundary)
    except UnreadableBody:
        yield Row(Kind.MEDIA, "body", media.describe(body))
        return
    for part in parts:
        name, filename = part.parameter("name"), part.parameter("filename")
        label = f"part {name}" + (f" ({filename})" if filename else "")
        text = _text(part.content)
        yield Row(Kind.PART, label, media.describe(part.content) if text is None else text)


def _response_rows(response: Response) -> Iterator[Row]:
    if (body := _json(response.body)) is not None:
        yield from values.rows_of(body)
    elif response.body:
        yield _other(response.body, header(response.headers, "content-type"))


def _fault(response: Response) -> Iterator[Row]:
    if response.fault:
        yield Row(Kind.FAULT, "connection", f"{response.fault} here")


def _events(response: Response) -> list[Event]:
    """The events of an answer that is a stream; none of any other."""
    if EVENT_STREAM not in media_type(response):
        return []
    return [_event(each.name, each.node) for each in events_of(text_of(response.body))]


def _stream_rows(found: list[Event], response: Response) -> Iterator[Row]:
    is_workflow = any(event.name in workflows.NAMES for event in found)
    yield from workflows.rows(found) if is_workflow else chats.rows(found)
    yield events.order(found)
    if pieces := len(response.chunks):
        yield Row(Kind.STATUS, "arrived in", pluralize(pieces, "chunk"))


def _event(name: str, node: Node) -> Event:
    members = {key: plain(member) for key, member in node.members.items()}
    text = "\n".join(str(value) for key, value in members.items() if key.endswith(":") and key != "id:")
    return Event(name or "(no name)", {key: value for key, value in members.items() if not key.endswith(":")}, text)


def plain(node: Node) -> Json:
    """The value of a node as ``json.loads`` would give it."""
    if node.type == "object":
        return {key: plain(member) for key, member in node.members.items()}
    if node.type == "array":
        return [plain(element) for element in node.elements]
    return node.value


def _json(body: bytes) -> Json | None:
    text = _text(body)
    return None if text is None else values.parse(text.strip())


def _text(body: bytes) -> str | None:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if all(each.isprintable() or each in "\r\n\t" for each in text) else None


def _other(body: bytes, content_type: str) -> Row:
    text = _text(body)
    if text is None:
        return Row(Kind.MEDIA, "body", media.describe(body, content_type.partition(";")[0] or "bytes"))
    return Row(Kind.TEXT, "body", text.rstrip("\n"))


# --- WebSockets -----------------------------------------------------------------------------------------------------


def _dialogue(turns: list[sockets.Turn]) -> Iterator[Row]:
    yield from sockets.rows(turns)
    yield from chats.rows([event for direction, event in turns if direction is Kind.RECEIVED])


def _messages(turns: list[sockets.Turn]) -> Iterator[Row]:
    for direction in (Kind.SENT, Kind.RECEIVED):
        if found := [event for each, event in turns if each is direction]:
            yield Row(Kind.STATUS, f"messages {direction}", str(len(found)))
            yield from events.rows(found)


def _turns(interaction: Interaction) -> Iterator[sockets.Turn]:
    """The messages of both sides in the order in which they are known to have come."""
    sent, waiting = (
        websocket_messages.sent_messages(interaction),
        list(websocket_messages.received_messages(interaction)),
    )
    for number, message in enumerate(sent, start=1):
        yield Kind.SENT, _event_of(message)
        while waiting and (waiting[0].after or 0) <= number:
            yield Kind.RECEIVED, _event_of(waiting.pop(0))
    for event in waiting:
        yield Kind.RECEIVED, _event_of(event)


def _event_of(event: websocket_messages.Received) -> Event:
    if isinstance(event, websocket_messages.Closed):
        return Event("closed", {}, f"code {event.code} {event.reason}".strip())
    if isinstance(event.data, bytes):
        return Event("binary message", {}, media.describe(event.data))
    data = values.parse(event.data)
    if not isinstance(data, dict):
        return Event("text message", {}, event.data)
    return Event(websocket_messages.event_type(event.data) or "message", data)
