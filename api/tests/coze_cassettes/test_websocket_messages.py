"""WebSocket messages as text: exact both ways, readable, grouped by what is sent at a time."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coze_cassettes.cassette import format as cassette_format
from coze_cassettes.cassette import websocket_messages as messages
from coze_cassettes.cassette.model import Cassette, Interaction, Metadata, Request, Response
from coze_cassettes.cassette.websocket_messages import Closed, Message, Received
from coze_cassettes.scrubbing.scrub import scrub

URI = "wss://ws.coze.com/v1/audio/speech"

counts = st.none() | st.integers(0, 9)
texts = st.text(st.characters(codec="utf-8"))
messages_ = st.builds(Message, texts | st.binary(), counts)
ends = st.builds(Closed, st.integers(1000, 4999), texts, counts)


def append(text: str) -> Message:
    """A message with a piece of a text."""
    return Message(json.dumps({"event_type": "input_text_buffer.append", "data": {"delta": text}}))


COMPLETE = Message('{"event_type":"input_text_buffer.complete"}')


def websocket(sent: list[Received], came: list[Received]) -> Interaction:
    """A WebSocket with some messages."""
    response = Response(101, "Switching Protocols", (), messages.dump(came))
    return Interaction(Request("GET", URI, (), messages.dump(sent)), response)


@given(st.lists(messages_ | ends))
def test_a_body_gives_back_its_messages(events: list[Received]) -> None:
    """What is read is what was written: texts and bytes of any kind, and how the connection ended."""
    assert messages.load(messages.dump(events)) == tuple(events)


@given(st.lists(messages_), st.lists(messages_ | ends))
def test_a_cassette_keeps_both_directions(sent: list[Received], came: list[Received]) -> None:
    """A file gives back every byte of every message."""
    cassette = Cassette((websocket(sent, came),), Metadata("stand-in", "2026-01-01T00:00:00Z", "0.20.0"))
    assert cassette_format.loads(cassette_format.dumps(cassette)) == cassette


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (Message('{"event_type":"a.b"}', 2), 'event:a.b\nafter:2\ndata:{"event_type":"a.b"}\n\n'),
        (Message('{"event_type":"a"}\n'), 'event:a\ndata:{"event_type":"a"}\ndata:\n\n'),
        (Message("no JSON"), "event:message\ndata:no JSON\n\n"),
        (Message("a\nb"), "event:(text)\ndata:YQpi\n\n"),
        (Message(b"\xff\x00"), "event:(binary)\ndata:/wA=\n\n"),
        (Closed(1000, "bye", 1), 'event:(closed)\nafter:1\ndata:{"code": 1000, "reason": "bye"}\n\n'),
    ],
)
def test_a_message_reads_like_an_event(event: Received, text: str) -> None:
    """Its type is the name of the event, its text the data; a text of several lines stands in base64."""
    assert messages.dump([event]).decode() == text


def test_pieces_belong_to_what_ends_them() -> None:
    """A text in pieces is one batch with the message behind it; every other message is one by itself."""
    pieces = append("a"), append("b")
    assert messages.batches([COMPLETE, *pieces, COMPLETE]) == ([COMPLETE], [*pieces, COMPLETE])
    assert messages.batches(pieces) == (pieces,)
    assert messages.batches([]) == ()


def test_a_websocket_as_exchanges() -> None:
    """Each batch has what came after it; what says that it waits for more than was sent comes last."""
    came: list[Received] = [
        Message("0", 0),
        Message("1", 1),
        Message("2", 3),
        Message("3", 9),
    ]
    calls = messages.as_exchanges(websocket([append("a"), append("b"), COMPLETE], came))
    assert [call.request.method for call in calls] == ["GET", "SEND"]
    answers = [[each.data for each in messages.load(call.response.body) if isinstance(each, Message)] for call in calls]
    assert answers == [["0", "1"], ["2", "3"]]


def test_any_other_interaction_is_itself() -> None:
    """A refused handshake and an HTTP request have no messages."""
    refused = Interaction(Request("GET", URI), Response(403, "Forbidden", (), b"no"))
    assert messages.as_exchanges(refused) == (refused,)


def test_an_event_id_is_not_a_message_id() -> None:
    """The id of a WebSocket message is an EVENT_ID, that in its data a MESSAGE_ID or CHAT_ID; a time in it is moved."""
    made = {"id": "e1" * 6, "event_type": "conversation.chat.created", "data": {"id": "c1" * 6}}
    said = {"id": "e2" * 6, "event_type": "conversation.message.delta", "data": {"id": "m1" * 6, "content": "Hi"}}
    failed = {"id": "e3" * 6, "event_type": "error", "detail": {"respond_at": "1700000000123"}}
    came: list[Received] = [Message(json.dumps(each), 0) for each in (made, said, failed)]
    chat = Interaction(Request("GET", "wss://ws.coze.com/v1/chat"), websocket([], came).response)
    [clean] = scrub([chat], shift=60).interactions
    values = [json.loads(each.data) for each in messages.received_messages(clean) if isinstance(each, Message)]
    assert [value["id"] for value in values] == ["EVENT_ID_1", "EVENT_ID_2", "EVENT_ID_3"]
    assert [values[0]["data"]["id"], values[1]["data"]["id"]] == ["CHAT_ID_1", "MESSAGE_ID_1"]
    assert values[2]["detail"]["respond_at"] == "1700000060123"
