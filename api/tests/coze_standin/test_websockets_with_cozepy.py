"""The SDK's websocket clients against the stand-in, over loopback: what they send is understood, what they get parses.

cozepy demands a https:// base and makes wss:// of it; the tests lead its connections to the stand-in.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import cozepy
import pytest
import websockets.asyncio.client
import websockets.sync.client
from cozepy import AsyncCoze, Coze, TokenAuth, WebsocketsEvent, WebsocketsEventType
from cozepy.websockets.audio.speech import InputTextBufferAppendEvent
from cozepy.websockets.audio.transcriptions import InputAudioBufferAppendEvent
from cozepy.websockets.chat import ChatUpdateEvent, ConversationMessageCreateEvent

from coze_standin import StandIn

pytestmark = pytest.mark.loopback

_BASE = "https://api.stand.in"
_SOUND = InputAudioBufferAppendEvent.Data(delta=bytes(48_000))
_TEXT = InputTextBufferAppendEvent.Data(delta="Is tea a fruit?")
_QUESTION = ConversationMessageCreateEvent.Data(role="user", content_type="text", content="Is tea a fruit?")
_SETTINGS = ChatUpdateEvent.Data(chat_config=ChatUpdateEvent.ChatConfig(user_id="me", custom_variables={"mood": "ok"}))


@pytest.fixture(autouse=True)
def redirected(standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections to the made-up host arrive at the stand-in."""
    there = standin.url.replace("http", "ws", 1)
    sync_connect, async_connect = websockets.sync.client.connect, websockets.asyncio.client.connect

    def leading(connect: Callable[..., Any]) -> Callable[..., Any]:
        return lambda url, **options: connect(url.replace("wss://ws.stand.in", there), **options)

    monkeypatch.setattr("websockets.sync.client.connect", leading(sync_connect))
    monkeypatch.setattr("cozepy.websockets.ws.asyncio_connect", leading(async_connect))


@pytest.fixture
def coze(standin: StandIn) -> Iterator[Coze]:
    """A client of the account."""
    with cozepy.SyncHTTPClient() as http:
        yield Coze(auth=TokenAuth(standin.environment["COZE_API_TOKEN"]), base_url=_BASE, http_client=http)


class Heard:
    """Keeps the events that a client hands to its handlers, sync or async, by their names."""

    def __init__(self) -> None:
        self.events: list[WebsocketsEvent] = []

    def sync(self) -> dict[WebsocketsEventType, Callable[..., None]]:
        """A handler for every event."""
        return dict.fromkeys(WebsocketsEventType, self._keep)

    def asynchronous(self) -> dict[WebsocketsEventType, Callable[..., Coroutine[Any, Any, None]]]:
        """The same for async clients."""

        async def keep(*values: Any) -> None:
            self._keep(*values)

        return dict.fromkeys(WebsocketsEventType, keep)

    def _keep(self, _: Any, *event: WebsocketsEvent) -> None:
        self.events += event

    def of(self, name: str) -> list[Any]:
        """The events of that name."""
        return [event for event in self.events if event.event_type.value == name]


def test_speech(coze: Coze) -> None:
    """Text in, PCM out."""
    heard = Heard()
    with coze.websockets.audio.speech.create(on_event=heard.sync())() as client:
        client.input_text_buffer_append(_TEXT)
        client.input_text_buffer_complete()
        client.wait(wait_all=False)
    assert heard.of("speech.created")
    assert heard.of("input_text_buffer.completed")
    assert sum(len(event.data.delta) for event in heard.of("speech.audio.update")) > 1_000
    assert heard.of("error") == []


def test_transcriptions(coze: Coze) -> None:
    """Sound in, text out; what was cleared is confirmed."""
    heard = Heard()
    with coze.websockets.audio.transcriptions.create(on_event=heard.sync())() as client:
        client.input_audio_buffer_append(_SOUND)
        client.input_audio_buffer_clear()
        client.input_audio_buffer_append(_SOUND)
        client.input_audio_buffer_complete()
        client.wait(wait_all=False)
    assert heard.of("input_audio_buffer.cleared")
    assert heard.of("transcriptions.message.update")[-1].data.content
    assert heard.of("error") == []


def test_chat(coze: Coze, standin: StandIn) -> None:
    """A question in, text and sound out."""
    heard = Heard()
    bot = standin.environment["COZE_BOT_ID"]
    with coze.websockets.chat.create(bot_id=bot, on_event=heard.sync())() as client:
        client.chat_update(_SETTINGS)
        client.conversation_message_create(_QUESTION)
        client.wait(wait_all=False)
    _is_a_chat(heard)


def _is_a_chat(heard: Heard) -> None:
    (updated,) = heard.of("chat.updated")
    assert _SETTINGS.chat_config is not None
    sent = _SETTINGS.chat_config.model_dump(exclude_none=True)
    assert {name: value for name, value in updated.data.chat_config.model_dump().items() if name in sent} == sent
    answer = heard.of("conversation.message.completed")[1].data
    assert "".join(event.data.content for event in heard.of("conversation.message.delta")) == answer.content
    sounds = [base64.b64decode(event.data.content) for event in heard.of("conversation.audio.delta")]
    assert sum(map(len, sounds)) > 1_000
    assert heard.of("conversation.chat.completed")[0].data.usage.token_count > 0
    assert heard.of("error") == []


async def test_async_clients(standin: StandIn) -> None:
    """The three of them, one after another."""
    speech, transcriptions, chat = Heard(), Heard(), Heard()
    async with cozepy.AsyncHTTPClient() as http:
        auth = cozepy.AsyncTokenAuth(standin.environment["COZE_API_TOKEN"])
        coze = AsyncCoze(auth=auth, base_url=_BASE, http_client=http)
        async with coze.websockets.audio.speech.create(on_event=speech.asynchronous())() as speaking:
            await speaking.input_text_buffer_append(_TEXT)
            await speaking.input_text_buffer_complete()
            await speaking.wait()
        async with coze.websockets.audio.transcriptions.create(on_event=transcriptions.asynchronous())() as listen:
            await listen.input_audio_buffer_append(_SOUND)
            await listen.input_audio_buffer_complete()
            await listen.wait()
        bot = standin.environment["COZE_BOT_ID"]
        async with coze.websockets.chat.create(bot_id=bot, on_event=chat.asynchronous())() as chatting:
            await chatting.chat_update(_SETTINGS)
            await chatting.conversation_message_create(_QUESTION)
            await chatting.wait()
    assert speech.of("speech.audio.update")
    assert transcriptions.of("transcriptions.message.update")
    _is_a_chat(chat)


def test_an_error_event_is_an_error_of_the_sdk(coze: Coze) -> None:
    """An unknown bot is a CozeAPIError with code and log id in the handler of errors."""
    heard = Heard()
    with coze.websockets.chat.create(bot_id="7", on_event=heard.sync())() as client:
        client.wait([WebsocketsEventType.ERROR], wait_all=False)
    (error,) = heard.of("error")
    assert (error.data.code, bool(error.data.logid)) == (4200, True)


def test_a_refused_handshake_is_an_error_of_the_sdk() -> None:
    """Another's token is refused with HTTP 403, and the log id is in the error."""
    with cozepy.SyncHTTPClient() as http:
        coze = Coze(auth=TokenAuth("none"), base_url=_BASE, http_client=http)
        client = coze.websockets.audio.speech.create(on_event={})
        with pytest.raises(cozepy.CozeAPIError, match="HTTP 403") as refused:
            client.connect()
    assert refused.value.logid
