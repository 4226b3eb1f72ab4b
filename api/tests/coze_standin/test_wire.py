"""What really crosses the wire, over loopback: the cuts of a stream, and every fault of the table."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from coze_standin import StandIn, StandInError
from coze_standin.faults import FAULTS

pytestmark = pytest.mark.loopback

_CHAT = "/v3/chat"


def _ask(standin: StandIn, *, stream: bool = True) -> dict[str, Any]:
    question = {"role": "user", "content": "你好吗？", "content_type": "text"}
    body = {"bot_id": standin.environment["COZE_BOT_ID"], "user_id": "me", "stream": stream}
    return {
        "url": standin.url + _CHAT,
        "json": {**body, "additional_messages": [question]},
        "headers": {"Authorization": f"Bearer {standin.environment['COZE_API_TOKEN']}"},
        "timeout": 5,
    }


def _read(standin: StandIn) -> tuple[list[bytes], str]:
    """The pieces of a streamed chat as they arrive, and the name of the error that ended it."""
    pieces: list[bytes] = []
    try:
        with httpx.stream("POST", **_ask(standin)) as response:
            assert response.headers["transfer-encoding"] == "chunked"
            pieces.extend(response.iter_raw())
    except httpx.TransportError as error:
        return pieces, type(error).__name__
    return pieces, ""


def test_a_stream_arrives_in_pieces(standin: StandIn) -> None:
    """Pieces come one after another, cut inside events and now and then inside a character; their number varies."""
    streams = [_read(standin)[0] for _ in range(12)]
    assert len({len(pieces) for pieces in streams}) > 2
    assert any(not piece.endswith(b"\n\n") for pieces in streams for piece in pieces[:-1])
    assert any(piece[0] & 0xC0 == 0x80 for pieces in streams for piece in pieces[1:])
    assert all(b"".join(pieces).endswith(b'event:done\ndata:"[DONE]"\n\n') for pieces in streams)


def test_a_stream_takes_time(standin: StandIn) -> None:
    """The first piece is there well before the last."""
    with httpx.stream("POST", **_ask(standin)) as response:
        times = [time.monotonic() for _ in response.iter_raw()]
    assert times[-1] - times[0] > 0.01


@pytest.mark.parametrize(
    ("name", "options", "status", "text"),
    [
        ("rate-limit", {"retry_after": 7}, 429, '{"code":4008,'),
        ("token-expired", {}, 401, '{"code":700012006,"msg":"access token invalid"'),
        ("token-invalid", {}, 401, '{"code":4100,"msg":"authentication is invalid"'),
        ("bad-gateway", {}, 502, "<html>"),
        ("unavailable", {}, 503, '{"message":'),
        ("empty", {}, 200, ""),
    ],
)
def test_a_fault_answers_instead(standin: StandIn, name: str, options: Any, status: int, text: str) -> None:
    """It answers as often as it was asked for, in a stream's place too, and then the stand-in is itself again."""
    standin.fault("POST", _CHAT, name, times=2, **options)
    for stream in (True, False):
        response = httpx.post(**_ask(standin, stream=stream))
        assert (response.status_code, response.text[: len(text)]) == (status, text)
        assert bool(response.text) is bool(text)
        assert response.headers["x-tt-logid"]
        assert response.headers.get("retry-after") == (str(options["retry_after"]) if options else None)
    assert httpx.post(**_ask(standin, stream=False)).json()["code"] == 0


@pytest.mark.parametrize("events", [0, 3])
def test_a_broken_stream_breaks(standin: StandIn, events: int) -> None:
    """The connection closes behind the given number of events, before the chunked body is finished."""
    standin.fault("POST", _CHAT, "break-stream", events=events)
    pieces, error = _read(standin)
    assert error == "RemoteProtocolError"
    assert b"".join(pieces).count(b"\n\n") == events
    assert b"".join(pieces).endswith(b"\n\n") is bool(events)


def test_half_an_event_ends_the_body_cleanly(standin: StandIn) -> None:
    """No transport error; the tail is not a whole event."""
    standin.fault("POST", _CHAT, "half-event", events=2)
    pieces, error = _read(standin)
    head, _, tail = b"".join(pieces).rpartition(b"\n\n")
    assert (error, head.count(b"\n\n")) == ("", 1)
    assert tail.startswith(b"event:conversation.message.")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("malformed-event", b'data:{"i\n\n'),
        ("unknown-event", b"event:conversation.weather.changed\ndata:{}\n\n"),
        ("comment", b"\n\n: keep-alive\n\n"),
        ("stream-error", b'event:error\ndata:{"code":5000,'),
        ("chat-failed", b"event:conversation.chat.failed\n"),
    ],
)
def test_a_fault_changes_a_stream(standin: StandIn, name: str, found: bytes) -> None:
    """The change is on the wire, and the body ends cleanly."""
    standin.fault("POST", _CHAT, name)
    pieces, error = _read(standin)
    assert found in b"".join(pieces)
    assert error == ""


@pytest.mark.parametrize(
    ("name", "error"), [("stall", "ReadTimeout"), ("stall-stream", "ReadTimeout"), ("reset", "ReadError")]
)
def test_a_client_meets_a_stall_and_a_reset(standin: StandIn, name: str, error: str) -> None:
    """A stall outlasts a short read timeout; a reset is one, not a clean end."""
    standin.fault("POST", _CHAT, name, **({} if name == "reset" else {"seconds": 1}))
    asked = {**_ask(standin), "timeout": 0.3}
    with pytest.raises(httpx.TransportError) as raised, httpx.stream("POST", **asked) as response:
        response.read()
    assert type(raised.value).__name__ == error


def test_a_gateway_gives_up(standin: StandIn) -> None:
    """An HTML page with HTTP 504 instead of an answer."""
    standin.fault("POST", _CHAT, "gateway-timeout")
    response = httpx.post(**_ask(standin))
    assert (response.status_code, response.headers["content-type"]) == (504, "text/html; charset=utf-8")
    assert "504 Gateway Time-out" in response.text


def test_a_long_answer(standin: StandIn) -> None:
    """A chat says as many deltas as it is asked to."""
    standin.fault("POST", _CHAT, "long-answer", events=40)
    pieces, error = _read(standin)
    assert b"".join(pieces).count(b"event:conversation.message.delta\n") == 40
    assert error == ""


def test_a_ping(standin: StandIn) -> None:
    """A stream of a workflow has a PING where it is asked for."""
    standin.fault("POST", "/v1/workflow/stream_run", "ping", events=1)
    token = {"Authorization": f"Bearer {standin.environment['COZE_API_TOKEN']}"}
    body = {"workflow_id": standin.environment["COZE_WORKFLOW_ID"]}
    text = httpx.post(standin.url + "/v1/workflow/stream_run", json=body, headers=token).text
    assert text.split("\n\n")[1].startswith("id: 1\nevent: PING\n")


def test_the_envelope_of_a_created_chat(standin: StandIn) -> None:
    """As captured: the data first, no detail."""
    assert list(httpx.post(**_ask(standin, stream=False)).json()) == ["data", "code", "msg"]


def test_a_failed_chat_has_an_error_and_no_messages(standin: StandIn) -> None:
    """Polled, the chat ends failed with last_error, and its list of messages has no data."""
    standin.fault("POST", _CHAT, "chat-failed")
    asked = _ask(standin, stream=False)
    chat = httpx.post(**asked).json()["data"]
    where = {"conversation_id": chat["conversation_id"], "chat_id": chat["id"]}
    time.sleep(1.3)
    result = httpx.get(f"{standin.url}{_CHAT}/retrieve", params=where, headers=asked["headers"]).json()["data"]
    assert (result["status"], result["last_error"]["code"]) == ("failed", 5000)
    listed = httpx.get(f"{standin.url}{_CHAT}/message/list", params=where, headers=asked["headers"]).json()
    assert set(listed) == {"code", "msg", "detail"}


def test_a_workflow_runs_out_of_time(standin: StandIn) -> None:
    """An error for a run in one piece, an Error event for a streamed one, a Fail history for one in the background."""
    standin.fault("POST", "/v1/workflow/*", "workflow-timeout", times=3)
    token = {"Authorization": f"Bearer {standin.environment['COZE_API_TOKEN']}"}
    body = {"workflow_id": standin.environment["COZE_WORKFLOW_ID"]}
    with httpx.Client(base_url=standin.url, headers=token) as client:
        assert client.post("/v1/workflow/run", json=body).json()["msg"].startswith("Workflow execution timed out.")
        assert "event: Error" in client.post("/v1/workflow/stream_run", json=body).text
        run = client.post("/v1/workflow/run", json={**body, "is_async": True}).json()["execute_id"]
        time.sleep(0.4)
        (history,) = client.get(f"/v1/workflows/{body['workflow_id']}/run_histories/{run}").json()["data"]
    assert (history["execute_status"], history["error_code"]) == ("Fail", "6023")


def test_every_fault_of_the_table_is_shown_here() -> None:
    """A fault without a test over loopback, here or in the module of the WebSockets, is a defect of these two."""
    modules = (Path(__file__), Path(__file__).with_name("test_websocket_wire.py"))
    text = "".join(each.read_text(encoding="utf-8") for each in modules)
    assert [name for name in FAULTS if f'"{name}"' not in text] == []


def test_a_fault_of_streams_needs_a_stream(standin: StandIn) -> None:
    """Asked for an answer in one piece it says so, with HTTP 501."""
    standin.fault("GET", "/v1/users/me", "break-stream")
    token = {"Authorization": f"Bearer {standin.environment['COZE_API_TOKEN']}"}
    result = httpx.get(standin.url + "/v1/users/me", headers=token)
    assert (result.status_code, result.text) == (501, "coze-standin: break-stream needs a stream")


def test_the_control_plane_says_what_is_wrong(standin: StandIn) -> None:
    """A fault that does not exist is an error of the caller; cleared faults do not happen."""
    with pytest.raises(StandInError, match="the stand-in refused POST faults: no fault is called 'melt'"):
        standin.fault("GET", "/", "melt")
    standin.fault("POST", _CHAT, "empty")
    standin.clear_faults()
    assert httpx.post(**_ask(standin, stream=False)).json()["code"] == 0
    assert httpx.get(standin.url + "/_standin/environment").json() == standin.environment
    assert ("API_TOKEN", standin.environment["COZE_API_TOKEN"]) in standin.canaries()


def test_a_client_that_leaves_ends_its_chat(standin: StandIn) -> None:
    """A stream that nobody reads any more is over, and the server serves on."""
    with httpx.stream("POST", **_ask(standin)) as response:
        next(response.iter_raw())
    assert httpx.post(**_ask(standin, stream=False)).status_code == 200
