"""Frames of websockets as text: exact both ways, readable, and cut into what was sent at a time."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coze_cassettes.cassette import format as cassette_format
from coze_cassettes.cassette import lanes
from coze_cassettes.cassette.lanes import Closed, Frame
from coze_cassettes.cassette.model import Cassette, Interaction, Metadata, Request, Response
from coze_cassettes.scrubbing.scrub import scrub

URI = "wss://ws.coze.com/v1/audio/speech"

counts = st.none() | st.integers(0, 9)
texts = st.text(st.characters(codec="utf-8"))
frames = st.builds(Frame, texts | st.binary(), counts)
ends = st.builds(Closed, st.integers(1000, 4999), texts, counts)


def append(text: str) -> Frame:
    """A frame with a piece of a text."""
    return Frame(json.dumps({"event_type": "input_text_buffer.append", "data": {"delta": text}}))


COMPLETE = Frame('{"event_type":"input_text_buffer.complete"}')


def websocket(sent: list[lanes.Event], came: list[lanes.Event]) -> Interaction:
    """A websocket with some frames."""
    response = Response(101, "Switching Protocols", (), lanes.written(came))
    return Interaction(Request("GET", URI, (), lanes.written(sent)), response)


@given(st.lists(frames | ends))
def test_a_lane_is_exact(events: list[lanes.Event]) -> None:
    """What is read is what was written: texts and bytes of any kind, and how the connection ended."""
    assert lanes.read(lanes.written(events)) == tuple(events)


@given(st.lists(frames), st.lists(frames | ends))
def test_a_cassette_keeps_both_lanes(sent: list[lanes.Event], came: list[lanes.Event]) -> None:
    """A file gives back every byte of every frame."""
    cassette = Cassette((websocket(sent, came),), Metadata("stand-in", "2026-01-01T00:00:00Z", "0.20.0"))
    assert cassette_format.loads(cassette_format.dumps(cassette)) == cassette


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (Frame('{"event_type":"a.b"}', 2), 'event:a.b\nafter:2\ndata:{"event_type":"a.b"}\n\n'),
        (Frame('{"event_type":"a"}\n'), 'event:a\ndata:{"event_type":"a"}\ndata:\n\n'),
        (Frame("no JSON"), "event:message\ndata:no JSON\n\n"),
        (Frame("a\nb"), "event:(text)\ndata:YQpi\n\n"),
        (Frame(b"\xff\x00"), "event:(binary)\ndata:/wA=\n\n"),
        (Closed(1000, "bye", 1), 'event:(closed)\nafter:1\ndata:{"code": 1000, "reason": "bye"}\n\n'),
    ],
)
def test_a_frame_reads_like_an_event(event: lanes.Event, text: str) -> None:
    """Its type is the name of the event, its text the data; what is no line of text stands in base64."""
    assert lanes.written([event]).decode() == text


def test_pieces_belong_to_what_ends_them() -> None:
    """A text in pieces is one turn with the frame behind it; every other frame is one by itself."""
    pieces = append("a"), append("b")
    assert lanes.turns([COMPLETE, *pieces, COMPLETE]) == ([COMPLETE], [*pieces, COMPLETE])
    assert lanes.turns(pieces) == (pieces,)
    assert lanes.turns([]) == ()


def test_a_websocket_as_calls() -> None:
    """Each turn has what came after it; what says that it waits for more than was sent comes last."""
    came: list[lanes.Event] = [Frame("0", 0), Frame("1", 1), Frame("2", 3), Frame("3", 9)]
    calls = lanes.as_exchanges(websocket([append("a"), append("b"), COMPLETE], came))
    assert [call.request.method for call in calls] == ["GET", "SEND"]
    answers = [[each.data for each in lanes.read(call.response.body) if isinstance(each, Frame)] for call in calls]
    assert answers == [["0", "1"], ["2", "3"]]


def test_any_other_call_is_itself() -> None:
    """A refused handshake and a call of HTTP have no frames."""
    refused = Interaction(Request("GET", URI), Response(403, "Forbidden", (), b"no"))
    assert lanes.as_exchanges(refused) == (refused,)


def test_ids_of_frames_are_no_ids_of_messages() -> None:
    """A frame's own id is an EVENT_ID, that in its data a MESSAGE_ID or CHAT_ID; a time in it is moved."""
    made = {"id": "e1" * 6, "event_type": "conversation.chat.created", "data": {"id": "c1" * 6}}
    said = {"id": "e2" * 6, "event_type": "conversation.message.delta", "data": {"id": "m1" * 6, "content": "Hi"}}
    told = {"id": "e3" * 6, "event_type": "error", "detail": {"respond_at": "1700000000123"}}
    came: list[lanes.Event] = [Frame(json.dumps(each), 0) for each in (made, said, told)]
    chat = Interaction(Request("GET", "wss://ws.coze.com/v1/chat"), websocket([], came).response)
    [clean] = scrub([chat], shift=60).interactions
    values = [json.loads(each.data) for each in lanes.came_in(clean) if isinstance(each, Frame)]
    assert [value["id"] for value in values] == ["EVENT_ID_1", "EVENT_ID_2", "EVENT_ID_3"]
    assert [values[0]["data"]["id"], values[1]["data"]["id"]] == ["CHAT_ID_1", "MESSAGE_ID_1"]
    assert values[2]["detail"]["respond_at"] == "1700000060123"
