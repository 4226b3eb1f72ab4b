"""Replaying websockets: cozepy finds its messages, and a test that goes wrong ends with one sentence, never hangs."""

from __future__ import annotations

import asyncio
import json
import queue
import re
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import cozepy.websockets.ws
import httpx
import pytest
import vcr.migration
import vcr.serializers.yamlserializer
import websockets.asyncio.client
import websockets.sync.client
from cozepy import AsyncCoze, AsyncTokenAuth, Coze, TokenAuth, WebsocketsEventType
from websockets.exceptions import ConnectionClosedError, ConnectionClosedOK, InvalidStatus

from coze_cassettes.cassette import format as cassette_format
from coze_cassettes.cassette import store
from coze_cassettes.cassette import websocket_messages as messages
from coze_cassettes.cassette.model import Cassette, Interaction, Metadata, Request, Response
from coze_cassettes.cassette.websocket_messages import LOST, Closed, Message, Received
from coze_cassettes.session import routing, websocket_player, websocket_record_stub, websocket_replay_stub
from coze_cassettes.session.limits import Limits
from coze_cassettes.session.player import Player
from coze_cassettes.session.quota import QuotaExceeded
from coze_cassettes.session.recorder import Recorder
from coze_cassettes.session.session import Settings
from coze_cassettes.session.throttle import Throttle
from coze_cassettes.session.wire import Wire
from coze_standin import StandIn, running

pytest_plugins = ["pytester"]

Replay = Callable[..., pytest.RunResult]

URI = "wss://ws.coze.com/v1/audio/speech"
METADATA = Metadata("stand-in", "2026-01-01T00:00:00Z", "0.20.0")
HELLO = '{"event_type":"input_text_buffer.append","data":{"delta":"Hello"}}'
COMPLETE = '{"event_type":"input_text_buffer.complete"}'
CREATED = '{"event_type":"speech.created"}'
DONE = '{"event_type":"speech.audio.completed"}'


def speech(*came: Received, sent: tuple[str, ...] = (HELLO, COMPLETE)) -> Cassette:
    """A cassette with one websocket."""
    request = Request("GET", URI, (("authorization", "Bearer API_TOKEN"),), messages.dump(map(Message, sent)))
    response = Response(101, "Switching Protocols", (("x-tt-logid", "LOGID_1"),), messages.dump(came))
    return store.seal(Cassette((Interaction(request, response),), METADATA))


WHOLE = speech(Message(CREATED, 0), Message(DONE, 2))
"""A speech with all that belongs to it."""


class Ended(Exception):
    """The test was ended."""


def fail(message: str) -> Any:
    """End a test."""
    raise Ended(message)


@pytest.fixture
def player() -> Player:
    """A session that replays."""
    return Player("a test", Path("module/a_test.yaml"), Settings(), fail)


def dialled(player: Player, cassette: Cassette, uri: str = URI) -> Any:
    """The connection that a sync client gets."""
    player.begin(cassette)
    with websocket_replay_stub.replay_context(player):
        return websockets.sync.client.connect(uri, additional_headers={"Authorization": "Bearer API_TOKEN"})


# --- the connection -------------------------------------------------------------------------------------------------


def test_frames_come_when_enough_was_sent(player: Player) -> None:
    """What came after two messages does not come after one; between them, reading times out."""
    connection = dialled(player, WHOLE)
    assert connection.recv(timeout=1) == CREATED
    connection.send(HELLO)
    with pytest.raises(TimeoutError, match="timed out in recv"):
        connection.recv(timeout=0.5)
    connection.send(COMPLETE)
    assert connection.recv() == DONE
    connection.close()
    assert player.complaint == player.unplayed_message() == ""
    assert player.sent_messages == [json.loads(HELLO), json.loads(COMPLETE)]


def test_json_is_compared_by_its_value(player: Player) -> None:
    """Blanks and the order of keys do not matter."""
    connection = dialled(player, WHOLE)
    connection.send('{"data": {"delta": "Hello"}, "event_type": "input_text_buffer.append"}')
    connection.send(COMPLETE)
    assert player.complaint == ""


def test_a_reader_waits_for_a_sender(player: Player) -> None:
    """Another thread may send what a waiting one needs."""
    connection = dialled(player, speech(Message(DONE, 2)))
    heard: list[str] = []
    reader = threading.Thread(target=lambda: heard.append(connection.recv()))
    reader.start()
    connection.send(HELLO)
    connection.send(COMPLETE)
    reader.join(timeout=5)
    assert heard == [DONE]


def test_after_closing_nothing_comes(player: Player) -> None:
    """A closed connection neither sends nor receives; a waiting reader gets an error."""
    connection = dialled(player, speech())
    errors: list[BaseException] = []

    def read() -> None:
        try:
            connection.recv()
        except ConnectionClosedOK as error:
            errors.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    connection.close()
    reader.join(timeout=5)
    assert len(errors) == 1
    with pytest.raises(ConnectionClosedOK):
        connection.send(HELLO)


@pytest.mark.parametrize(
    ("end", "error"),
    [
        (Closed(1000, "bye", 0), ConnectionClosedOK),
        (Closed(1011, "broken", 0), ConnectionClosedError),
        (Closed(LOST, "", 0), ConnectionClosedError),
    ],
)
def test_the_other_side_closes(player: Player, end: Closed, error: type[Exception]) -> None:
    """It does so with its code and reason, or without any if the connection was lost; nothing is sent any more."""
    connection = dialled(player, speech(end))
    with pytest.raises(error) as found:
        connection.recv()
    with pytest.raises(error):
        connection.send(HELLO)
    assert player.sent_messages == []
    assert isinstance(found.value, ConnectionClosedOK | ConnectionClosedError)
    received = found.value.rcvd
    assert (received.code, received.reason) == (end.code, end.reason) if received else end.code == LOST


async def test_an_async_connection_does_the_same(player: Player) -> None:
    """It delivers, waits, and raises once it was closed."""
    player.begin(WHOLE)
    with websocket_replay_stub.replay_context(player):
        connection: Any = await vars(cozepy.websockets.ws)["asyncio_connect"](URI)
    assert await connection.recv() == CREATED
    waiting = asyncio.create_task(connection.recv())
    for text in (HELLO, COMPLETE):
        await connection.send(text)
    assert await waiting == DONE
    closed = asyncio.create_task(connection.recv())
    await asyncio.sleep(0)
    await connection.close()
    with pytest.raises(ConnectionClosedOK):
        await closed
    with pytest.raises(ConnectionClosedOK):
        await connection.send(HELLO)
    assert player.complaint == player.unplayed_message() == ""


def test_a_refused_handshake(player: Player) -> None:
    """It is refused again, with its status, headers and body."""
    response = Response(403, "Forbidden", (("x-tt-logid", "LOGID_1"),), b"no")
    cassette = Cassette((Interaction(Request("GET", URI), response),), METADATA)
    with pytest.raises(InvalidStatus) as refused:
        dialled(player, cassette)
    answer = refused.value.response
    assert (answer.status_code, answer.headers["X-Tt-Logid"], answer.body) == (403, "LOGID_1", b"no")


def test_another_address(player: Player) -> None:
    """A websocket that is not in the cassette ends the test with what is nearest."""
    with pytest.raises(Ended) as ended:
        dialled(player, WHOLE, "wss://ws.coze.com/v1/audio/transcriptions")
    assert str(ended.value) == (
        "not in its cassette: GET /v1/audio/transcriptions (path)\n"
        "  test:    a test\n"
        "  sent:    GET wss://ws.coze.com/v1/audio/transcriptions\n"
        "  nearest: GET wss://ws.coze.com/v1/audio/speech (interaction 0 of 1)\n"
        "  differs: path: sent '/v1/audio/transcriptions', recorded '/v1/audio/speech'\n"
        "  cassette: module/a_test.yaml\n"
        "  record it: coze-cassettes rerecord --tests 'a test'"
    )


def test_two_websockets_of_one_address(player: Player) -> None:
    """Each is opened once."""
    player.begin(Cassette((*speech(Message("1", 0)).interactions, *speech(Message("2", 0)).interactions), METADATA))
    with websocket_replay_stub.replay_context(player):
        first, second = (websockets.sync.client.connect(URI) for _ in range(2))
        assert (first.recv(), second.recv()) == ("1", "2")
        with pytest.raises(Ended, match="recorded 2 times and already played"):
            websockets.sync.client.connect(URI)


def spoken(*words: str, created: int = 0) -> Cassette:
    """A WebSocket over which words are sent, each heard back once it was; ``created``: when it is there."""
    came = [Message(f'{{"event_type":"heard","data":"{word}"}}', after) for after, word in enumerate(words, start=1)]
    sent = tuple(f'{{"event_type":"word","data":"{word}"}}' for word in words)
    return speech(Message(CREATED, created), *came, sent=sent)


@pytest.mark.parametrize(
    ("recorded", "order"),
    [
        ((spoken("a", "b"), spoken("a", "c"), spoken("d")), ("d", "ac", "ab")),
        ((spoken("a"), spoken("b"), spoken("c", created=1)), ("c", "a", "b")),
        ((spoken("a"), spoken("b"), spoken("c")), ("b", "c", "a")),
    ],
)
def test_a_websocket_is_the_recorded_one_over_which_the_same_is_sent(
    player: Player, recorded: tuple[Cassette, ...], order: tuple[str, ...]
) -> None:
    """Threads may open WebSockets of one address in another order than they did; what came first came to all."""
    player.begin(Cassette(tuple(each.interactions[0] for each in recorded), METADATA))
    with websocket_replay_stub.replay_context(player):
        opened = [websockets.sync.client.connect(URI) for _ in order[1:]]
        came = [[each.recv(timeout=1)] for each in opened]
        opened, came = [*opened, websockets.sync.client.connect(URI)], [*came, []]
        for words, connection in zip(order, opened, strict=True):
            for word in words:
                connection.send(f'{{"event_type":"word","data":"{word}"}}')
        for words, connection, texts in zip(order, opened, came, strict=True):
            texts += [connection.recv(timeout=1) for _ in range(len(texts), 1 + len(words))]
    assert (player.complaint, player.unplayed_message()) == ("", "")
    heard = [[json.loads(text).get("data", "") for text in texts] for texts in came]
    assert heard == [["", *words] for words in order]


async def test_a_reader_wakes_when_its_websocket_becomes_another(player: Player) -> None:
    """One that waits before it sends gets what the recorded one had at once."""
    player.begin(Cassette((*spoken("a").interactions, *spoken("b", created=1).interactions), METADATA))
    with websocket_replay_stub.replay_context(player):
        first, second = [await websockets.asyncio.client.connect(URI) for _ in range(2)]
        waiting = asyncio.create_task(second.recv())
        await asyncio.sleep(0)
        await first.send('{"event_type":"word","data":"b"}')
        assert await asyncio.wait_for(waiting, 1) == CREATED
    assert player.complaint == ""


# --- what goes wrong ------------------------------------------------------------------------------------------------


def test_another_frame(player: Player) -> None:
    """The message, the place and the difference are named."""
    connection = dialled(player, WHOLE)
    connection.send(HELLO.replace("Hello", "Good bye"))
    assert player.complaint == "", "the text is not whole yet"
    connection.send(COMPLETE)
    assert player.complaint == (
        "sent a WebSocket message that its cassette does not have.\n"
        "  test:    a test\n"
        "  sent:    input_text_buffer.complete over wss://ws.coze.com/v1/audio/speech (message 1)\n"
        "  differs: body.data.delta: sent 'Good bye', recorded 'Hello'\n"
        "  cassette: module/a_test.yaml\n"
        "  record it: coze-cassettes rerecord --tests 'a test'"
    )


def test_a_frame_too_many(player: Player) -> None:
    """The message names it."""
    connection = dialled(player, WHOLE)
    for text in (HELLO, COMPLETE, COMPLETE):
        connection.send(text)
    assert "  differs: it is number 3, of 2 in the cassette\n" in player.complaint


def test_a_frame_too_few(player: Player) -> None:
    """What was not sent is reported when the test is over."""
    connection = dialled(player, WHOLE)
    connection.send(HELLO)
    connection.close()
    assert player.complaint == ""
    assert player.unplayed_message() == (
        "sent 1 of the 2 WebSocket messages of its cassette.\n"
        "  test:    a test\n"
        "  next:    input_text_buffer.complete over wss://ws.coze.com/v1/audio/speech\n"
        "  cassette: module/a_test.yaml\n"
        "  record it: coze-cassettes rerecord --tests 'a test'"
    )


def test_text_in_other_pieces_is_another_text_unless_a_placeholder_is_in_it(player: Player) -> None:
    """Cuts of a text with a placeholder are not compared, since the scrubber moves them; other cuts are."""
    pieces = [HELLO.replace("Hello", text) for text in ("to ", "BOT_ID", " and on")]
    moved = [HELLO.replace("Hello", text) for text in ("to B", "OT_ID a", "nd on")]
    connection = dialled(player, speech(sent=(*pieces, COMPLETE)))
    for text in (*moved, COMPLETE):
        connection.send(text)
    assert player.complaint == ""

    plain = Player("a test", Path("m/t.yaml"), Settings(), fail)
    connection = dialled(plain, speech(sent=(*(each.replace("BOT_ID", "and") for each in pieces), COMPLETE)))
    for text in (*(each.replace("B", "a").replace("OT_ID", "nd") for each in moved), COMPLETE):
        connection.send(text)
    assert "differs: body.data.delta" in plain.complaint


# --- whole tests ----------------------------------------------------------------------------------------------------

INI = """
[pytest]
addopts = --record-mode=none --block-network -p no:randomly -p no:cacheprovider -p no:hypothesispytest
coze_tests = .
cassettes_dir = cassettes
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
filterwarnings =
    error
    ignore::authlib.deprecate.AuthlibDeprecationWarning
"""

TESTS = """
import pytest
from cozepy import AsyncCoze, AsyncTokenAuth, Coze, InputTextBufferAppendEvent, TokenAuth, WebsocketsEventType

pytestmark = pytest.mark.vcr

def test_sync():
    coze = Coze(auth=TokenAuth("API_TOKEN"))
    with coze.websockets.audio.speech.create(on_event={})() as client:
        client.input_text_buffer_append(InputTextBufferAppendEvent.Data(delta="Hello"))
        client.input_text_buffer_complete()
        client.wait(wait_all=False)

async def test_async():
    coze = AsyncCoze(auth=AsyncTokenAuth("API_TOKEN"))
    async with coze.websockets.audio.speech.create(on_event={})() as client:
        await client.input_text_buffer_append(InputTextBufferAppendEvent.Data(delta="Hello"))
        await client.input_text_buffer_complete()
        await client.wait()
"""


@pytest.fixture
def replay(pytester: pytest.Pytester) -> Replay:
    """Run both tests with a cassette."""
    pytester.makeini(INI)

    def run(cassette: Cassette) -> pytest.RunResult:
        pytester.makepyfile(test_it=TESTS)
        for name in ("test_sync", "test_async"):
            store.write(pytester.path / "cassettes" / "test_it" / f"{name}.yaml", cassette)
        return pytester.runpytest_inprocess()

    return run


def test_cozepy_replays(replay: Replay) -> None:
    """Both of its clients get what was recorded, and no thread or task is left."""
    replay(WHOLE).assert_outcomes(passed=2)


def test_a_wrong_frame_ends_a_test_that_waits(replay: Replay) -> None:
    """Neither client tells the test that its message was refused, and both wait for ever; yet both tests fail."""
    result = replay(speech(Message(DONE, 2), sent=(HELLO, HELLO, COMPLETE)))
    result.assert_outcomes(failed=2)
    shown = result.stdout.str()
    for name in ("test_sync", "test_async"):
        assert re.search(
            rf"that its cassette does not have\.\n  test:    test_it\.py::{name}, line \d+\n  sent:", shown
        )
    assert "CancelledError" not in shown


def test_silence_ends_a_test_that_waits(replay: Replay, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message that the cassette does not have is waited for a while, not for ever."""
    monkeypatch.setattr(websocket_player, "LONGEST_SILENCE", 0.1)
    result = replay(speech(Message(CREATED, 0)))
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [f"test_it.py::{name} timed out after 0.1 s waiting for a WebSocket message." for name in _NAMES]
    )
    hinted = re.findall(r"::(\w+) timed out .*\n  likely:  .*sync clients.* wait_all=False", result.stdout.str())
    assert set(hinted) == {"test_sync"}


_NAMES = ("test_sync", "test_async")


# --- what it rests on -----------------------------------------------------------------------------------------------


def test_stock_vcrpy_loads_a_websocket() -> None:
    """The document stays one of vcrpy's: the messages stand where it looks for bodies."""
    text = cassette_format.dumps(WHOLE)
    [interaction] = vcr.serializers.yamlserializer.deserialize(text)["interactions"]
    assert interaction["request"]["uri"] == URI
    assert interaction["response"]["body"]["string"].startswith("event:speech.created\n")


def test_what_is_changed_in_cozepy_is_there() -> None:
    """cozepy names in one module what it connects, waits and queues with, and takes nothing of it from outside."""
    client: Any = cozepy.websockets.ws
    assert client.asyncio_connect is websockets.asyncio.client.connect
    assert client.websockets.sync.client is websockets.sync.client
    assert client.queue is queue
    assert client.threading is threading
    assert client.asyncio is asyncio


def test_an_import_of_cozepy_in_a_test_is_put_right(player: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    """If a test is the first to import cozepy, it is replayed, and cozepy keeps nothing of the test."""
    name, original = "cozepy.websockets.ws", websockets.asyncio.client.connect
    imported = ModuleType(name)
    monkeypatch.delitem(sys.modules, name)
    with websocket_replay_stub.replay_context(player):
        vars(imported)["asyncio_connect"] = websockets.asyncio.client.connect
        monkeypatch.setitem(sys.modules, name, imported)
        assert vars(imported)["asyncio_connect"] is not original
    assert vars(imported)["asyncio_connect"] is original


@pytest.mark.parametrize(
    ("target", "uri", "there"),
    [
        ("http://127.0.0.1:8000", URI, "ws://127.0.0.1:8000/v1/audio/speech"),
        ("https://api.coze.cn", "wss://ws.coze.com/v1/chat?bot_id=1", "wss://ws.coze.cn/v1/chat?bot_id=1"),
        ("https://api-bj.example.com", URI, "wss://ws-bj.example.com/v1/audio/speech"),
        ("https://coze.example.com:444", URI, "wss://coze.example.com:444/v1/audio/speech"),
        ("http://127.0.0.1:8000", "wss://elsewhere.example/x", "wss://elsewhere.example/x"),
    ],
)
def test_where_a_handshake_goes(target: str, uri: str, there: str) -> None:
    """To the target, where the SDK would look for it; other hosts are left alone."""
    assert routing.Router(target).websocket(uri) == there


def test_websockets_to_other_hosts_are_the_librarys_own(player: Player) -> None:
    """Other code may enter what ``websockets.connect`` returns, or wait for it."""
    original = websockets.asyncio.client.connect
    with websocket_replay_stub.replay_context(player):
        assert isinstance(websockets.asyncio.client.connect("ws://127.0.0.1:1/x"), original)


def test_a_handshake_counts_as_what_it_opens() -> None:
    """A chat and an audio connection use up quota like a call of the same kind."""
    wire = Wire("https://api.coze.com", Throttle(Limits(chats=0, audio=0)))
    for path in ("/v1/chat?bot_id=1", "/v1/audio/speech", "/v1/audio/transcriptions"):
        with pytest.raises(QuotaExceeded):
            next(wire.steps("GET", httpx.URL(f"wss://ws.coze.com{path}")))


# --- recording ------------------------------------------------------------------------------------------------------


@pytest.fixture
def recorder() -> Recorder:
    """A session that records."""
    return Recorder("a test", Path("m/t.yaml"), Settings(), fail)


def opened(recorder: Recorder, stand_in: StandIn) -> Any:
    """A connection to a stand-in."""
    wire = Wire(stand_in.url, Throttle(Limits(initial_backoff=0.01)), lambda: recorder.faults_expected)
    token = stand_in.environment["COZE_API_TOKEN"]
    with websocket_record_stub.record_context(recorder, wire):
        return websockets.sync.client.connect(URI, additional_headers={"Authorization": f"Bearer {token}"})


@pytest.mark.loopback
def test_a_busy_service_is_asked_again(recorder: Recorder) -> None:
    """A handshake that is refused for now is not part of a cassette, unless a test asked for it."""
    with running("a") as stand_in:
        stand_in.fault("GET", "/v1/audio/speech", "bad-gateway", times=2)
        connection = opened(recorder, stand_in)
        assert messages.event_type(connection.recv(timeout=5)) == "speech.created"
        connection.close()
        assert [each.response.status for each in recorder.interactions] == [101]

        recorder.faults_expected = True
        stand_in.fault("GET", "/v1/audio/speech", "bad-gateway")
        with pytest.raises(InvalidStatus):
            opened(recorder, stand_in)
        assert [each.response.status for each in recorder.interactions] == [101, 502]


@pytest.mark.loopback
def test_what_passes_unrecorded_is_not_recorded(recorder: Recorder) -> None:
    """What a fixture says over a websocket is in no cassette, and is routed all the same."""
    with running("a") as stand_in, recorder.pause():
        connection = opened(recorder, stand_in)
        assert messages.event_type(connection.recv(timeout=5)) == "speech.created"
        connection.close()
    assert recorder.interactions == ()
    assert recorder.sent_messages == []


@pytest.mark.loopback
def test_what_is_sent_after_the_end_is_not_recorded(recorder: Recorder) -> None:
    """A message over a connection that the test knows to be lost does not leave, and is in no cassette."""
    with running("a") as stand_in:
        stand_in.fault("GET", "/v1/audio/speech", "break-stream", events=1)
        connection = opened(recorder, stand_in)
        connection.recv(timeout=5)
        for use in (connection.recv, lambda: connection.send(HELLO)):
            with pytest.raises(ConnectionClosedError):
                use()
    assert recorder.sent_messages == []
    assert messages.sent_messages(recorder.interactions[0]) == ()


@pytest.mark.loopback
def test_a_silent_service_is_given_up(recorder: Recorder) -> None:
    """A recording waits for a message as long as for an answer, not for ever."""
    with running("a") as stand_in:
        connection = opened(recorder, stand_in)
        connection.notes.websocket.silence.longest = 0.05
        connection.recv(timeout=5)
        time.sleep(0.1)
        recorder.check_silence()
        connection.close()
    assert recorder.complaint == "a test timed out after 0.05 s waiting for a WebSocket message."


def unreadable(_client: object, _event: object) -> None:
    """A handler that fails, as the SDK does with a message that it does not know how to read."""
    raise ValueError


async def unreadable_async(_client: object, _event: object) -> None:
    """The same for the async client."""
    raise ValueError


CANNOT_COME = [
    (True, "the WebSocket was lost, after 1 message."),
    (False, "the SDK stopped reading the WebSocket at message 1, which it or the test's handler cannot take."),
]
"""Whether the connection is lost; else a message cannot be read. What the complaint is, at once."""


@pytest.mark.loopback
@pytest.mark.parametrize(("lost", "why"), CANNOT_COME)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_waiting_for_what_cannot_come_ends_at_once(recorder: Recorder, lost: bool, why: str) -> None:
    """Once the SDK reads no further message, a test that waits for one ends with the reason and does not time out."""
    with running("a") as stand_in:
        wire = Wire(stand_in.url, Throttle())
        coze = Coze(auth=TokenAuth(stand_in.environment["COZE_API_TOKEN"]))
        handlers = {} if lost else {WebsocketsEventType.SPEECH_CREATED: unreadable}
        if lost:
            stand_in.fault("GET", "/v1/audio/speech", "break-stream", events=1)
        with (
            websocket_record_stub.record_context(recorder, wire),
            coze.websockets.audio.speech.create(on_event=handlers)() as client,
            pytest.raises(Ended),
        ):
            client.wait(wait_all=False)
    assert recorder.complaint == f"a test waits for a message that cannot come: {why}"


@pytest.mark.loopback
@pytest.mark.parametrize(("lost", "why"), CANNOT_COME)
async def test_waiting_for_what_cannot_come_ends_a_task_at_once(recorder: Recorder, lost: bool, why: str) -> None:
    """The task that waits is cancelled; nothing but the complaint says why."""
    with running("a") as stand_in:
        wire = Wire(stand_in.url, Throttle())
        coze = AsyncCoze(auth=AsyncTokenAuth(stand_in.environment["COZE_API_TOKEN"]))
        handlers = {} if lost else {WebsocketsEventType.SPEECH_CREATED: unreadable_async}
        if lost:
            stand_in.fault("GET", "/v1/audio/speech", "break-stream", events=1)
        with websocket_record_stub.record_context(recorder, wire):
            async with coze.websockets.audio.speech.create(on_event=handlers)() as client:
                with pytest.raises(asyncio.CancelledError):
                    await asyncio.create_task(client.wait())
    assert recorder.complaint == f"a test waits for a message that cannot come: {why}"
