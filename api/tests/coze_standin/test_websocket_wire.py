"""What really crosses a websocket, over loopback: the handshake, whole frames, line ends, and how it can end."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, InvalidHandshake, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from coze_standin import StandIn, running

pytestmark = pytest.mark.loopback

_SPEECH = "/v1/audio/speech"
_HANDSHAKE = 0.8
"""Seconds in which a handshake is answered, unless it stalls."""


@contextmanager
def _open(standin: StandIn, path: str = _SPEECH, token: str = "") -> Iterator[ClientConnection]:
    headers = {"Authorization": f"Bearer {token or standin.environment['COZE_API_TOKEN']}"}
    url = standin.url.replace("http", "ws", 1) + path
    connection = connect(url, additional_headers=headers, close_timeout=1)
    with connection:
        yield connection


def _chat(standin: StandIn) -> str:
    return f"/v1/chat?bot_id={standin.environment['COZE_BOT_ID']}"


def _say(connection: ClientConnection, name: str, **data: Any) -> None:
    connection.send(json.dumps({"event_type": name, "data": data}))


def _until(connection: ClientConnection, until: str) -> list[str | bytes]:
    """The frames as they are, up to the first with the name ``until``."""
    frames: list[str | bytes] = []
    while not frames or json.loads(frames[-1])["event_type"] != until:
        frames.append(connection.recv(timeout=5))
    return frames


def _read_on(connection: ClientConnection, frames: list[str | bytes]) -> None:
    while True:
        frames.append(connection.recv(timeout=5))


def _spoken(connection: ClientConnection, text: str) -> list[str | bytes]:
    _say(connection, "input_text_buffer.append", delta=text)
    _say(connection, "input_text_buffer.complete")
    return _until(connection, "speech.audio.completed")


def test_a_handshake_has_the_headers_of_an_answer(standin: StandIn) -> None:
    """The log id, which is that of the frames, who serves, and now and then a cookie; all of it canaries."""
    seen, cookies = set(), set()
    for _ in range(40):
        with _open(standin) as connection:
            assert connection.response
            headers = connection.response.headers
            assert headers["x-served-by"] == "coze-standin"
            assert headers["x-tt-logid"] == json.loads(connection.recv())["detail"]["logid"]
            seen.add(headers["x-tt-logid"])
            cookies.add(headers.get("set-cookie", "").partition(";")[0].partition("=")[2])
    assert len(seen) == 40
    assert len(cookies) > 1
    assert seen | cookies <= {value for _, value in standin.canaries()} | {""}


def test_each_frame_is_one_compact_text(standin: StandIn) -> None:
    """Characters as themselves, no spaces; in some connections each frame ends with a line end, in others none does."""
    ends = set()
    for _ in range(24):
        with _open(standin) as connection:
            _say(connection, "speech.update", greeting="早上好")
            texts = [text for text in _until(connection, "speech.updated") if isinstance(text, str)]
        bare = [text.removesuffix("\n") for text in texts]
        assert bare == [json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":")) for text in bare]
        ends.add(tuple(text[-1] for text in texts))
    assert ends == {("}", "}"), ("\n", "\n")}


def test_frames_take_their_time(standin: StandIn) -> None:
    """They do not come all at once."""
    with _open(standin) as connection:
        connection.recv()
        begun = time.monotonic()
        frames = _spoken(connection, "Good morning")
    assert time.monotonic() - begun > 0.005 * len(frames)


def test_a_fault_refuses_every_message_of_a_connection(standin: StandIn) -> None:
    """Each gets an error event, which leaves the connection open; the next connection is served again."""
    standin.fault("GET", _SPEECH, "refused-messages")
    with _open(standin) as connection:
        for _ in range(2):
            _say(connection, "speech.update")
            assert json.loads(_until(connection, "error")[-1])["data"]["code"] == 5000
    with _open(standin) as connection:
        _say(connection, "speech.update")
        assert _until(connection, "speech.updated")


def test_two_connections_do_not_meet(standin: StandIn) -> None:
    """Both speak at the same time, each its own text under its own log id."""
    texts = ["one and one", "two and two"]
    with _open(standin) as first, _open(standin) as second:
        for connection, text in zip((first, second), texts, strict=True):
            _say(connection, "input_text_buffer.append", delta=text)
            _say(connection, "input_text_buffer.complete")
        both = [[json.loads(text) for text in _until(each, "speech.audio.completed")] for each in (first, second)]
    assert [[one["data"]["text"] for one in frames if "text" in one.get("data", {})] for frames in both] == [
        [text] for text in texts
    ]
    assert [len({frame["detail"]["logid"] for frame in frames}) for frames in both] == [1, 1]
    assert both[0][0]["detail"]["logid"] != both[1][0]["detail"]["logid"]
    assert max(int(frames[1]["detail"]["respond_at"]) for frames in both) < min(
        int(frames[-1]["detail"]["respond_at"]) for frames in both
    )


def test_a_spoken_chat_is_retrieved_over_http(standin: StandIn) -> None:
    """A client that has read its end finds the chat completed, with the same answer."""
    with _open(standin, _chat(standin)) as connection:
        _say(connection, "conversation.message.create", role="user", content_type="text", content="Is it raining?")
        frames = [json.loads(frame) for frame in _until(connection, "conversation.chat.completed")]
        chat = frames[-1]["data"]
        where = {"conversation_id": chat["conversation_id"], "chat_id": chat["id"]}
        headers = {"Authorization": f"Bearer {standin.environment['COZE_API_TOKEN']}"}
        result = httpx.get(standin.url + "/v3/chat/retrieve", params=where, headers=headers).json()["data"]
        listed = httpx.get(standin.url + "/v3/chat/message/list", params=where, headers=headers).json()["data"]
    deltas = [frame["data"]["content"] for frame in frames if frame["event_type"] == "conversation.message.delta"]
    assert (result["status"], listed[0]["content"]) == ("completed", "".join(deltas))


def test_a_refused_handshake_has_a_log_id(standin: StandIn) -> None:
    """Without the token it is HTTP 403."""
    with pytest.raises(InvalidStatus) as refused, _open(standin, token="none"):
        pass
    assert refused.value.response.status_code == 403
    assert refused.value.response.headers["x-tt-logid"] in [value for _, value in standin.canaries()]


def test_a_fault_answers_the_handshake(standin: StandIn) -> None:
    """With its own status, headers and body, as often as it was asked for."""
    standin.fault("GET", _SPEECH, "rate-limit", times=2, retry_after=7)
    for _ in range(2):
        with pytest.raises(InvalidStatus) as refused, _open(standin):
            pass
        response = refused.value.response
        assert (response.status_code, response.headers["retry-after"]) == (429, "7")
        assert json.loads(response.body or b"")["code"] == 4008
    with _open(standin) as connection:
        assert connection.recv(timeout=5)


@pytest.mark.parametrize("events", [0, 1, 3])
def test_a_broken_connection_breaks(standin: StandIn, events: int) -> None:
    """It is gone behind the given number of frames, without a close frame."""
    standin.fault("GET", _SPEECH, "break-stream", events=events)
    frames: list[str | bytes] = []
    with _open(standin) as connection:
        with suppress(ConnectionClosedError):  # it may be gone by now
            _say(connection, "input_text_buffer.append", delta="Good morning")
            _say(connection, "input_text_buffer.complete")
        with pytest.raises(ConnectionClosedError) as closed:
            _read_on(connection, frames)
    assert len(frames) == events
    assert closed.value.rcvd is None


def test_a_reset_is_no_answer(standin: StandIn) -> None:
    """The connection ends before the handshake does."""
    standin.fault("GET", _SPEECH, "reset")
    with pytest.raises((InvalidHandshake, ConnectionResetError)) as raised, _open(standin):
        pass
    assert not isinstance(raised.value, InvalidStatus)


@pytest.mark.parametrize("name", ["stall", "stall-stream"])
def test_a_stall_outlasts_a_short_timeout(standin: StandIn, name: str) -> None:
    """The handshake, or the next frame, is not there in time, and comes later."""
    standin.fault("GET", _SPEECH, name, seconds=_HANDSHAKE + 0.2, **({} if name == "stall" else {"events": 0}))
    begun = time.monotonic()
    with _open(standin) as connection:
        opened = time.monotonic() - begun
        if name == "stall-stream":
            with pytest.raises(TimeoutError):
                connection.recv(timeout=0.2)
        assert connection.recv(timeout=5)
    assert (opened > _HANDSHAKE) is (name == "stall")


def test_a_client_that_leaves_in_the_middle_ends_its_chat(standin: StandIn) -> None:
    """The server serves on, and the chat is over."""
    with _open(standin, _chat(standin)) as connection:
        _say(connection, "conversation.message.create", role="user", content_type="text", content="Is it raining?")
        chat = json.loads(_until(connection, "conversation.chat.created")[-1])["data"]
    where = {"conversation_id": chat["conversation_id"], "chat_id": chat["id"]}
    headers = {"Authorization": f"Bearer {standin.environment['COZE_API_TOKEN']}"}

    statuses: list[str] = []
    while len(statuses) < 100 and "completed" not in statuses:
        result = httpx.get(standin.url + "/v3/chat/retrieve", params=where, headers=headers).json()["data"]
        statuses.append(result["status"])
    assert statuses[-1] == "completed"


def test_a_path_without_a_websocket_is_unknown(standin: StandIn) -> None:
    """Asked for without an upgrade, or with one where there is none, it is HTTP 404."""
    assert httpx.get(standin.url + _SPEECH).status_code == 404
    with pytest.raises(InvalidStatus) as refused, _open(standin, "/v1/users/me"):
        pass
    assert refused.value.response.status_code == 404


def test_a_change_crosses_the_wire() -> None:
    """A stand-in that was started with a change says it in its frames."""
    change = "websockets.audio.speech.create:rename:data.text:words"
    with running("b", changes=[change]) as changed, _open(changed) as connection:
        captions = [json.loads(frame) for frame in _spoken(connection, "Good morning") if b'"words"' in _bytes(frame)]
    assert [frame["data"] for frame in captions] == [{"words": "Good morning"}]


def _bytes(frame: str | bytes) -> bytes:
    return frame.encode() if isinstance(frame, str) else frame


def test_it_stops_with_an_open_connection() -> None:
    """The client learns of it at once; test_cli.py says how long the process takes."""
    with running() as stand_in:
        connection = connect(
            f"{stand_in.url.replace('http', 'ws', 1)}{_SPEECH}",
            additional_headers={"Authorization": f"Bearer {stand_in.environment['COZE_API_TOKEN']}"},
        )
        connection.recv(timeout=5)
    with connection, pytest.raises(ConnectionClosed):
        connection.recv(timeout=1)
