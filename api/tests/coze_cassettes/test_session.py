"""What a session keeps, refuses and names."""

from __future__ import annotations

import shlex
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import NoReturn

import httpx
import pytest
import websockets.asyncio.client
import websockets.sync.client
from cozepy.websockets import ws

from coze_cassettes.cassette import format as cassette_format
from coze_cassettes.cassette import store
from coze_cassettes.cassette.model import Cassette, Headers, Interaction, Metadata, Request, Response
from coze_cassettes.errors import InvalidCassette
from coze_cassettes.scrubbing.scrub import scrub
from coze_cassettes.session import http_wire, record_stub, replaying
from coze_cassettes.session.http_exchange import AsyncPassingStream, HttpExchange, PassingStream
from coze_cassettes.session.limits import Limits
from coze_cassettes.session.outside import Outside, refuse_context
from coze_cassettes.session.player import Player
from coze_cassettes.session.recorder import Recorder
from coze_cassettes.session.session import Settings, selection
from coze_cassettes.session.throttle import Throttle
from coze_cassettes.session.wire import Wire

REAL_CONNECT = websockets.asyncio.client.connect
METADATA = Metadata("stand-in", "2026-01-01T00:00:00Z", "0.20.0")


def fail(message: str) -> NoReturn:
    """End a test."""
    raise AssertionError(message)


def kept(response: Response, method: str = "GET") -> Response:
    """A response as a cassette gives it back."""
    clean = scrub([Interaction(Request(method, "https://api.coze.com/v1/x"), response)]).interactions
    text = cassette_format.dumps(store.seal(Cassette(clean, METADATA)))
    return cassette_format.loads(text).interactions[0].response


# --- what is kept ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "is_kept"),
    [
        ("content-disposition", True),
        ("etag", True),
        ("link", True),
        ("retry-after", True),
        ("x-ratelimit-remaining", True),
        ("expires", True),
        ("x-request-id", True),
        ("x-response-time", True),
        ("connection", False),
        ("date", False),
        ("server", False),
        ("transfer-encoding", False),
        ("via", False),
        ("cf-ray", False),
        ("eagleid", False),
        ("server-timing", False),
        ("x-akamai-request-id", False),
        ("x-origin-response-time", False),
        ("x-tt-trace-id", False),
    ],
)
def test_a_header_that_a_test_may_read_is_kept(name: str, is_kept: bool) -> None:
    """What speaks of the connection, or of what stands between, is not."""
    answer = Response(200, "OK", (("content-type", "application/json"), (name, "3")), b"{}")
    assert (name in dict(kept(answer).headers)) is is_kept


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 200)])
@pytest.mark.parametrize("encoding", ["br", "gzip", "zstd"])
def test_an_empty_body_has_nothing_to_be_unpacked(method: str, status: int, encoding: str) -> None:
    """Whatever the answer says of its encoding."""
    headers: Headers = (("content-encoding", encoding), ("content-type", "application/json"))
    assert kept(Response(status, "OK", headers), method).body == b""


@pytest.mark.parametrize("text", ['{"msg":"\\ud83d"}', '{"\\udc00":["a\\ud83d"]}', '{"msg":"\\ud83d\\ude00"}'])
def test_half_a_character_is_kept(text: str) -> None:
    """JSON can write it as an escape, and it stays one."""
    answer = Response(200, "OK", (("content-type", "application/json"),), text.encode())
    assert kept(answer).body == text.encode()


@pytest.mark.parametrize(
    ("media_type", "status", "waits"),
    [
        ("application/json; charset=utf-8", 200, True),
        ("application/problem+json", 200, True),
        ("application/x-ndjson", 200, False),
        ("application/jsonl", 200, False),
        ("application/stream+json", 200, False),
        ("text/event-stream", 200, False),
        ("text/event-stream", 503, False),
        ("text/plain", 200, False),
        ("text/plain", 503, True),
    ],
)
def test_only_what_may_be_an_error_is_read_ahead(media_type: str, status: int, waits: bool) -> None:
    """A stream reaches the test as it comes, also one of JSON lines."""
    response = httpx.Response(status, headers={"content-type": media_type})
    assert http_wire._reads_ahead(response, []) is waits


def asked(*keys: str) -> list[HttpExchange]:
    """Exchanges of requests with some keys."""
    recorder = Recorder("test_it.py::test_me", Path("test_it/test_me.yaml"), Settings(), fail)
    return [HttpExchange(recorder, Request("GET", f"https://api.coze.com/v1/users/me?key={key}")) for key in keys]


@pytest.mark.parametrize(
    "error",
    [httpx.ReadTimeout, httpx.ReadError, httpx.RemoteProtocolError, httpx.PoolTimeout, httpx.ConnectError],
)
def test_a_broken_answer_that_the_test_can_do_with_is_kept(error: type[httpx.TransportError]) -> None:
    """It did not ask again; of a connection that never stood nothing is kept, and the test must be recorded again."""
    (exchange,) = asked("a")
    exchange.note_fault(error("x"))
    exchange.keep_fault([exchange])
    is_kept = error is not httpx.ConnectError
    assert (exchange.interaction is not None) is is_kept
    assert exchange.lost([exchange]) == ("" if is_kept else "ConnectError")
    if not is_kept:
        with pytest.raises(InvalidCassette, match="ended in ConnectError and was not sent again: record it once more"):
            exchange._recorder.save()


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ((("content-type", "text/event-stream; charset=utf-8"),), 16),
        ((("content-type", "text/event-stream"), ("content-encoding", "gzip")), 40),
        ((("content-type", "application/json"),), 40),
    ],
)
async def test_of_a_stream_that_a_test_leaves_the_events_are_kept_that_it_took(headers: Headers, taken: int) -> None:
    """However many the network had ready, so that a later recording has as many; the chunks are as they came."""
    chunks = [b"event:a\ndata:1\n\nevent:b\r\ndata:2\r\n\r\nevent", b":c\ndata:3\n\n"]

    async def rest() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    async def close() -> None: ...

    one, other = asked("a", "b")
    for exchange in (one, other):
        exchange.note_head(200, "OK", headers)
    stream = iter(PassingStream(chunks[:1], iter(chunks[1:]), lambda: None, one))
    async_stream = aiter(AsyncPassingStream([], rest(), close, other))
    for first in (next(stream), await anext(async_stream)):
        assert first == chunks[0][:taken]
    for exchange in (one, other):
        assert exchange.interaction is not None
        assert exchange.interaction.response.body == chunks[0][:taken]
    assert b"".join(stream) + b"".join([each async for each in async_stream]) == 2 * b"".join(chunks)[taken:]
    for exchange in (one, other):
        assert exchange.interaction is not None
        assert exchange.interaction.response.chunks == tuple(map(len, chunks))


@pytest.mark.parametrize("is_fault", [True, False])
def test_a_fault_that_was_there_to_its_end_is_kept_whole(*, is_fault: bool) -> None:
    """Though the test did not take its last events, as a client that stumbles over one; no other stream is."""
    (exchange,) = asked("a")
    exchange._recorder.faults_expected = is_fault
    exchange.note_head(200, "OK", (("content-type", "text/event-stream"),))
    chunks = [b"event:a\ndata:1\n\n", b"event:b\ndata:2\n\nevent:c\ndata:3\n\nevent:done\ndata:[DONE]\n\n"]
    stream = iter(PassingStream(chunks, iter(()), lambda: None, exchange))
    for _ in chunks:
        next(stream)
    assert exchange.interaction is not None
    taken = chunks if is_fault else [chunks[0], b"event:b\ndata:2\n\n"]
    assert exchange.interaction.response.body == b"".join(taken)
    assert exchange.interaction.response.chunks == tuple(map(len, taken))


def test_a_fault_after_which_the_test_asks_again_is_not_kept() -> None:
    """With the same request, or with another key of its own."""
    for error, keys in ((httpx.ConnectError, "ab"), (httpx.ReadTimeout, "aa"), (httpx.ReadTimeout, "aaa")):
        exchanges = asked(*keys)
        exchanges[0].note_fault(error("x"))
        exchanges[0].keep_fault(exchanges)
        assert (exchanges[0].interaction, exchanges[0].lost(exchanges)) == (None, "")


@pytest.mark.parametrize("raw", ["filename=文.mp3".encode(), b"caf\xe9"])
def test_a_header_may_hold_any_characters(monkeypatch: pytest.MonkeyPatch, raw: bytes) -> None:
    """As the name of a file does; the test reads the same while it records and in a replay."""
    headers = [(b"content-disposition", raw)]
    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", lambda *_: httpx.Response(200, headers=headers, json={}))
    recorder = Recorder("test_it.py::test_me", Path("test_it/test_me.yaml"), Settings(), fail)
    player = Player(recorder.test, recorder.path, Settings(), fail)
    read = []
    with record_stub.record_context(recorder, Wire("http://127.0.0.1:9", Throttle(Limits()), lambda: False)):
        read.append(httpx.get("https://api.coze.com/v1/x").headers)
    player.begin(Cassette(recorder.interactions, METADATA))
    with replaying.replay_context(player):
        read.append(httpx.get("https://api.coze.com/v1/x").headers)
    assert [each["content-disposition"] for each in read] == [httpx.Headers(headers)["content-disposition"]] * 2


# --- what is refused ------------------------------------------------------------------------------------------------


def test_a_call_outside_a_test_is_refused() -> None:
    """The fixture is named, and nothing is sent."""
    outside = Outside(fail)
    with (
        refuse_context(outside, "https://api.coze.com"),
        outside.caller("The session fixture bots"),
        httpx.Client() as client,
    ):
        with pytest.raises(AssertionError, match=r"^The session fixture bots sends GET /v1/users/me to Coze outside"):
            client.get("https://api.coze.com/v1/users/me?token=x")
        with outside.let_pass():
            transport = httpx.MockTransport(lambda _: httpx.Response(204))
            assert httpx.Client(transport=transport).get("https://api.coze.com/v1/users/me").status_code == 204


WEBSOCKET = "wss://ws.coze.com/v1/chat?bot_id=x"


def test_a_websocket_outside_a_test_is_refused() -> None:
    """By the path alone, of the client that cozepy uses too; one to another host is opened."""
    outside, message = Outside(fail), r"^The session fixture chat sends GET /v1/chat to Coze outside"
    with refuse_context(outside, "https://api.coze.com"), outside.caller("The session fixture chat"):
        for connect in (websockets.sync.client.connect, websockets.asyncio.client.connect, vars(ws)["asyncio_connect"]):
            with pytest.raises(AssertionError, match=message):
                connect(WEBSOCKET)
        assert isinstance(websockets.asyncio.client.connect("ws://127.0.0.1:1/"), REAL_CONNECT)
        assert issubclass(type("Own", (websockets.asyncio.client.connect,), {}), REAL_CONNECT), (
            "code may derive from it"
        )
    assert vars(ws)["asyncio_connect"] is REAL_CONNECT


# --- what is named --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "test",
    [
        "tests/test_it.py::test_model[gpt-4.1]",
        "tests/test_it.py::TestBots::test_page[1-[2]]",
        "tests/test_it.py::test_words[it's a b]",
        "tests/test_it.py::test_path[a/b]",
    ],
)
def test_a_parametrised_test_is_selected_by_its_node_id(test: str, tmp_path: Path) -> None:
    """A shell hands over exactly the id, whatever is in it."""
    assert shlex.split(selection(test, tmp_path / "test_it" / "x.yaml")) == ["--tests", test]


# --- what it costs --------------------------------------------------------------------------------------------------


def replay(number: int) -> None:
    """Play a cassette of so many different requests."""
    answer = Response(200, "OK", (("content-type", "application/json"),), b'{"code":0}')
    uris = [f"https://api.coze.com/v1/bots?page_num={page}" for page in range(number)]
    player = Player("test_it.py::test_me", Path("test_it/test_me.yaml"), Settings(), fail)
    player.begin(Cassette(tuple(Interaction(Request("GET", uri), answer) for uri in uris), METADATA))
    for uri in uris:
        index = player.find(Request("GET", uri))
        assert index is not None
        player.response(index)
    assert player.unplayed_message() == ""


@pytest.mark.parametrize("number", [200, pytest.param(1000, marks=pytest.mark.proof)])
def test_a_replay_costs_as_much_as_there_is(number: int, calls_of: Callable[[Callable[[], object]], int]) -> None:
    """Three times the requests cost at most three and a half times as many calls."""
    replay(10)
    assert calls_of(lambda: replay(3 * number)) <= 3.5 * calls_of(lambda: replay(number))
