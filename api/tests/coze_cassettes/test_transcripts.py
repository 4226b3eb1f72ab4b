"""Transcripts: what a reader sees of each kind of call."""

from __future__ import annotations

import base64
import io
import json
import wave
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from coze_cassettes.cassette import websocket_messages
from coze_cassettes.cassette.model import Interaction, Request, Response
from coze_cassettes.cassette.websocket_messages import Closed, Message
from coze_cassettes.review import media, sockets, textconv
from coze_cassettes.review.calls import call_of, transcript_of
from coze_cassettes.review.events import Event
from coze_cassettes.review.transcript import Kind, Row

MakeInteraction = Callable[..., Interaction]


def sse(*events: tuple[str, object]) -> bytes:
    """A chat's stream of events."""
    return "".join(f"event:{name}\ndata:{json.dumps(data, ensure_ascii=False)}\n\n" for name, data in events).encode()


def message(kind: str, content: str, **more: Any) -> dict[str, Any]:
    """The data of a message's event."""
    return {"id": f"m-{kind}", "role": "assistant", "type": kind, "content": content, "content_type": "text", **more}


def shown(rows: Iterable[Row]) -> list[str]:
    """Rows as lines."""
    return [str(row) for row in rows]


@pytest.fixture
def stream(interaction: MakeInteraction) -> Callable[..., list[str]]:
    """The rows of a stream's answer."""

    def rows(*events: tuple[str, object], **options: Any) -> list[str]:
        body = sse(*events)
        made = interaction("POST", "/v3/chat", {}, body, content_type="text/event-stream", **options)
        return shown(call_of(made).response)

    return rows


def test_chat(stream: Callable[..., list[str]]) -> None:
    """Deltas are joined, follow-ups named, the usage counted."""
    usage = {"token_count": 9, "input_count": 4, "output_count": 5}
    rows = stream(
        ("conversation.chat.created", {"id": "c", "status": "created"}),
        ("conversation.message.delta", message("answer", "", reasoning_content="Hm")),
        ("conversation.message.delta", message("answer", "", reasoning_content="m.")),
        ("conversation.message.delta", message("answer", "你", reasoning_content=None)),
        ("conversation.message.delta", message("answer", "好")),
        ("conversation.message.completed", message("answer", "你好")),
        ("conversation.message.completed", message("follow_up", "And then?")),
        ("conversation.chat.completed", {"id": "c", "status": "completed", "usage": usage}),
        ("done", "[DONE]"),
        chunks=(100, 50),
    )
    assert rows == [
        "reasoning: Hmm.",
        "assistant: 你好",
        "follow-up: And then?",
        "chat: completed",
        "usage: 9 tokens (4 in, 5 out)",
        (
            "events: conversation.chat.created, conversation.message.delta[answer] ×4, "
            "conversation.message.completed[answer], conversation.message.completed[follow_up], "
            "conversation.chat.completed, done"
        ),
        "arrived in: 2 chunks",
    ]


def test_deltas_that_differ_from_the_answer(stream: Callable[..., list[str]]) -> None:
    """A reader sees that the pieces are not the answer."""
    rows = stream(
        ("conversation.message.delta", message("answer", "left")),
        ("conversation.message.completed", message("answer", "right")),
    )
    assert rows[:2] == ["assistant: right", "assistant (deltas): left"]


def test_stream_that_breaks(stream: Callable[..., list[str]]) -> None:
    """An answer without its end says so, and the fault stands where it happened."""
    rows = stream(("conversation.message.delta", message("answer", "half")), fault="ReadError")
    assert rows[:2] == ["assistant: half", "assistant (not completed): the message ends with its deltas"]
    assert rows[-1] == "connection: ReadError here"


def test_tools(stream: Callable[..., list[str]]) -> None:
    """A call of a tool, its result, and a chat that waits for outputs."""
    call = {"id": "t", "type": "function", "function": {"name": "get_weather", "arguments": '{"city":"Rome"}'}}
    action = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": [call]}}
    rows = stream(
        ("conversation.message.completed", message("function_call", '{"name":"get_weather"}')),
        ("conversation.message.completed", message("tool_response", "sunny")),
        ("conversation.chat.requires_action", {"id": "c", "required_action": action}),
    )
    assert rows[:5] == [
        "tool call",
        "  name: get_weather",
        "tool response: sunny",
        "chat: requires_action",
        'tool call: get_weather({"city":"Rome"})',
    ]


@pytest.mark.parametrize(
    ("event", "row"),
    [
        (("conversation.chat.failed", {"last_error": {"code": 4028, "msg": "quota"}}), "chat failed: 4028 quota"),
        (("error", {"code": 4000, "msg": "bad"}), "error: 4000 bad"),
        (("error", "plain"), 'error: "plain"'),
    ],
)
def test_failures(stream: Callable[..., list[str]], event: tuple[str, object], row: str) -> None:
    """A failed chat and an error event show code and message."""
    assert stream(event)[0] == row


def test_every_field_of_a_stream_is_in_the_details(interaction: MakeInteraction) -> None:
    """A field that a single event has is one row, and says in how many it is."""
    body = sse(*(("conversation.message.delta", message("answer", text)) for text in "abc"))
    body += sse(("conversation.message.delta", message("answer", "d", surprise=[{"a": 1}])))
    made = interaction("POST", "/v3/chat", {}, body, content_type="text/event-stream")
    details = shown(call_of(made).details)
    assert details[0] == "conversation.message.delta[answer] ×4"
    assert "  content: (pieces, joined above)" in details
    assert "  surprise[].a: 1 (in 1 of 4)" in details


def test_workflow(interaction: MakeInteraction) -> None:
    """A run is its nodes, with the interrupt, the error and the end."""
    node = {"node_title": "Say", "node_execute_uuid": "u", "content_type": "text"}
    body = sse(
        ("Message", {**node, "content": "one "}),
        ("PING", {}),
        ("Message", {**node, "content": "two"}),
        ("Message", {"node_title": "End", "content": '{"output":"x"}'}),
        ("Interrupt", {"interrupt_data": {"event_id": "e", "type": 2}, "node_title": "Ask"}),
        ("Error", {"error_code": 5000, "error_message": "no"}),
        ("Done", {}),
    )
    made = interaction("POST", "/v1/workflow/stream_run", {}, body, content_type="text/event-stream")
    assert shown(call_of(made).response)[:-1] == [
        "node Say: one two",
        "ping",
        "node End",
        "  output: x",
        "interrupt: node Ask, type 2",
        "error: 5000 no",
        "run: done",
    ]


def wav(seconds: float) -> bytes:
    """A silent sound."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(int(16000 * seconds)))
    return file.getvalue()


def test_upload(interaction: MakeInteraction) -> None:
    """An upload is its parts: a sound with its length, a text as it is."""
    sound = wav(0.5)
    body = (
        b'--B\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n'
        b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n' + sound + b"\r\n--B--\r\n"
    )
    made = interaction("POST", "/v1/files/upload", body)
    request = replace(made.request, headers=(("content-type", "multipart/form-data; boundary=B"),))
    assert shown(call_of(replace(made, request=request)).request) == [
        "part note: hello",
        f"part file (a.wav): {media.describe(sound)}",
    ]
    assert media.describe(sound).startswith("<wav sound, 8,044 bytes, 8 kHz, 0.50 s, sha256 ")


def test_websocket() -> None:
    """A WebSocket is a dialogue that says who sends what, in which sounds are their length."""
    pieces = [base64.b64encode(bytes([number]) * 300).decode() for number in (1, 2)]
    sent = [Message(json.dumps({"event_type": "input_text_buffer.append", "data": {"delta": "Hi"}}))]
    came = [Message(json.dumps({"event_type": "speech.audio.update", "data": {"delta": piece}}), 1) for piece in pieces]
    closed = Closed(1006, "", 1)
    request = Request("GET", "wss://ws.coze.com/v1/audio/speech", (), websocket_messages.dump(sent))
    response = Response(101, "Switching Protocols", (), websocket_messages.dump([*came, closed]))
    call = call_of(Interaction(request, response))
    assert call.heading == "WebSocket /v1/audio/speech"
    assert shown(call.response) == [
        "sent input_text_buffer.append: Hi",
        f"received speech.audio.update ×2: {media.describe(bytes([1]) * 300 + bytes([2]) * 300, 'sound')}",
        "received closed: code 1006",
    ]


def dialogue(*turns: tuple[Kind, str, dict[str, Any]]) -> list[str]:
    """The rows of a dialogue: of each turn its side, the type of the message, its data."""
    made = [(side, Event(name, {"event_type": name, "data": data})) for side, name, data in turns]
    return shown(sockets.rows(made))


@pytest.mark.parametrize(
    ("settings", "shown"),
    [
        (
            {"codec": "pcm", "sample_rate": 8000, "bit_depth": 16, "channel": 1},
            "<pcm sound, 1,600 bytes, 8 kHz, 0.10 s,",
        ),
        ({"codec": "opus", "opus_config": {"sample_rate": 48000}}, "<opus sound, 1,600 bytes, 48 kHz,"),
        ({"codec": "g711a"}, "<g711a sound, 1,600 bytes, sha256"),
        ({}, "<sound, 1,600 bytes, sha256"),
    ],
)
@pytest.mark.parametrize(
    ("side", "field", "name"),
    [
        (Kind.SENT, "input_audio", "input_audio_buffer.append"),
        (Kind.RECEIVED, "output_audio", "conversation.audio.delta"),
    ],
)
def test_format_of_a_sound(side: Kind, field: str, name: str, settings: dict[str, Any], shown: str) -> None:
    """A sound without a header has the format that the settings of the session name for its direction."""
    sound = base64.b64encode(bytes(1600)).decode()
    [_, row] = dialogue((Kind.SENT, "chat.update", {field: settings}), (side, name, {"delta": sound}))
    assert row.startswith(f"{side} {name}: {shown}")


def test_text_that_is_said_again() -> None:
    """Of messages that each repeat what came before them the last is shown."""
    came = ((Kind.RECEIVED, "conversation.audio_transcript.update", {"content": text}) for text in ("a", "ab", "abc"))
    assert dialogue(*came) == ["received conversation.audio_transcript.update ×3: abc"]


def test_json(interaction: MakeInteraction) -> None:
    """Objects are indented, JSON in strings is opened, nulls are one row, text is distinguished from numbers."""
    answer = {"data": {"list": [{"n": 1, "s": "1", "gone": None}], "inner": '{"a": true}', "few": [1, 2]}, "msg": ""}
    assert shown(call_of(interaction(answer=answer)).response) == [
        "data",
        "  list: 1 element",
        "    [1]",
        "      n: 1",
        '      s: "1"',
        "      null: gone",
        "  inner (JSON text)",
        "    a: true",
        "  few: [1, 2]",
        'msg: ""',
    ]


def test_no_response(interaction: MakeInteraction) -> None:
    """A call without an answer shows its fault."""
    made = interaction()
    call = call_of(replace(made, response=Response(0, fault="ConnectError")))
    assert call.outcome == "ConnectError"
    assert call.rows[-1] == Row(Kind.FAULT, "connection", "ConnectError here")


def test_textconv_of_something_else() -> None:
    """A file that is not a cassette stands in git diff as it is."""
    assert list(textconv.convert("a.yaml", "<<<<<<< HEAD\n")) == ["<<<<<<< HEAD"]


def test_plain_lines(cassette: Callable[..., Any], interaction: MakeInteraction) -> None:
    """The plain output begins with the provenance and indents rows below their call."""
    lines = list(textconv.lines(transcript_of("a.yaml", cassette(interaction(answer={"code": 0})))))
    assert lines == [
        "recorded from stand-in with cozepy 0.20.0",
        "",
        "GET /v1/users/me",
        "  → 200 OK",
        "  code: 0",
    ]
