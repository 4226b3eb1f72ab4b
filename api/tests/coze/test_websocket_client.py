"""``coze.websockets``: speech from text, text from speech, and chats that are spoken, over websockets.

``TestSpeech``, ``TestTranscriptions`` and ``TestVoiceChat`` hold on any account; nothing is said of what was understood
or answered. ``TestWebsocketFaults`` pins what becomes of a connection that is refused, ends with an error, or is lost.

cozepy reads the annotations of a handler's parameters, so they must not be strings here: no postponed evaluation.
"""

import asyncio
import base64
import inspect
import json
import logging
import re
import threading
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from queue import SimpleQueue
from typing import Any

import pytest
from cozepy import (
    COZE_COM_BASE_URL,
    AsyncCoze,
    AsyncTokenAuth,
    AsyncWebsocketsAudioSpeechClient,
    AsyncWebsocketsAudioSpeechEventHandler,
    AsyncWebsocketsAudioTranscriptionsClient,
    AsyncWebsocketsAudioTranscriptionsEventHandler,
    AsyncWebsocketsChatClient,
    AsyncWebsocketsChatEventHandler,
    ChatUpdateEvent,
    ConversationAudioDeltaEvent,
    ConversationChatSubmitToolOutputsEvent,
    ConversationMessageCreateEvent,
    Coze,
    CozeAPIError,
    InputAudio,
    InputAudioBufferAppendEvent,
    InputTextBufferAppendEvent,
    InputTextGenerateAudioEvent,
    MessageRole,
    OutputAudio,
    PCMConfig,
    SpeechAudioCompletedEvent,
    SpeechAudioUpdateEvent,
    SpeechUpdateEvent,
    TokenAuth,
    ToolOutput,
    TranscriptionsMessageUpdateEvent,
    TranscriptionsUpdateEvent,
    WebsocketsAudioSpeechClient,
    WebsocketsAudioSpeechEventHandler,
    WebsocketsAudioTranscriptionsClient,
    WebsocketsAudioTranscriptionsEventHandler,
    WebsocketsChatClient,
    WebsocketsChatEventHandler,
    WebsocketsErrorEvent,
    setup_logging,
)
from cozepy import WebsocketsEventType as Type
from websockets.exceptions import ConnectionClosedError

from api.tests.coze.assertions import FIXED, NOWHERE, USER, WRONG_TOKEN, Calls, Fault, Heard

SENTENCE = ("今天天气怎么样？", " Shall we go for a walk?")
"""What is to be spoken, in the two pieces in which it is sent."""

RATE = 16_000
"""Samples a second that are asked for: not what Coze sends by itself."""


# --- speech from text -----------------------------------------------------------------------------------------------

SPEECH = (
    *(Type.SPEECH_CREATED, Type.SPEECH_UPDATED, Type.INPUT_TEXT_BUFFER_COMPLETED),
    *(Type.SPEECH_AUDIO_UPDATE, Type.SPEECH_AUDIO_COMPLETED),
)
OUTPUT = OutputAudio(codec="pcm", pcm_config=PCMConfig(sample_rate=RATE))
NO_OUTPUT = OutputAudio(codec="none")
SPEECH_SETTINGS = SpeechUpdateEvent(data=SpeechUpdateEvent.Data(output_audio=OUTPUT))


class TestSpeech:
    @pytest.mark.vcr
    def test_speech_of_a_text(self, coze: Coze, heard: Heard, sent_frames: list[Any]) -> None:
        """Given a text in two pieces
        When both are sent and the text is completed
        Then the text is taken, its sound comes in pieces, and the message that ends it comes last.
        """
        with coze.websockets.audio.speech.create(on_event=heard.handlers(*SPEECH))() as client:
            for piece in SENTENCE:
                client.input_text_buffer_append(InputTextBufferAppendEvent.Data(delta=piece))
            client.input_text_buffer_complete()
            client.wait(wait_all=False)

        self.spoken(heard, sent_frames)

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_speech_of_a_text")
    async def test_async_speech_of_a_text(self, async_coze: AsyncCoze, heard: Heard, sent_frames: list[Any]) -> None:
        """Given a text in two pieces
        When the async client sends both and completes the text
        Then the same comes.
        """
        async with async_coze.websockets.audio.speech.create(on_event=heard.async_handlers(*SPEECH))() as client:
            for piece in SENTENCE:
                await client.input_text_buffer_append(InputTextBufferAppendEvent.Data(delta=piece))
            await client.input_text_buffer_complete()
            await client.wait()

        self.spoken(heard, sent_frames)

    @staticmethod
    def spoken(heard: Heard, sent_frames: list[Any]) -> None:
        """What holds of every speech."""
        assert kinds(sent_frames) == ["input_text_buffer.append"] * 2 + ["input_text_buffer.complete"]
        assert tuple(frame["data"]["delta"] for frame in sent_frames[:2]) == SENTENCE
        assert heard.types[0] == Type.SPEECH_CREATED
        assert heard.types[-1] == Type.SPEECH_AUDIO_COMPLETED
        assert heard.types.count(Type.SPEECH_AUDIO_COMPLETED) == 1
        assert heard.types.index(Type.INPUT_TEXT_BUFFER_COMPLETED) < heard.types.index(Type.SPEECH_AUDIO_UPDATE)
        assert all(event.data.delta for event in heard.of(Type.SPEECH_AUDIO_UPDATE))
        for event in heard.of(Type.SPEECH_AUDIO_UPDATE):  # the sound is bytes in the event, and base64 in its JSON
            assert base64.b64decode(json.loads(event.model_dump_json())["data"]["delta"]) == event.data.delta
        assert all(event.detail and event.detail.logid for event in heard.events)
        assert not heard.errors

    @pytest.mark.vcr
    def test_speech_settings(self, coze: Coze, heard: Heard, sent_frames: list[Any]) -> None:
        """Given a codec and a rate
        When they are asked for
        Then the connection tells the same settings.
        """
        with coze.websockets.audio.speech.create(on_event=heard.handlers(*SPEECH))() as client:
            client.speech_update(SPEECH_SETTINGS)
            client.wait([Type.SPEECH_UPDATED], wait_all=False)

        assert kinds(sent_frames) == ["speech.update"]
        assert audio(heard.of(Type.SPEECH_UPDATED)[0].data.output_audio) == ("pcm", RATE)

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_speech_settings")
    async def test_async_speech_settings(self, async_coze: AsyncCoze, heard: Heard, sent_frames: list[Any]) -> None:
        """Given a codec and a rate
        When the async client asks for them
        Then the connection tells the same settings.
        """
        async with async_coze.websockets.audio.speech.create(on_event=heard.async_handlers(*SPEECH))() as client:
            await client.speech_update(SPEECH_SETTINGS)
            await client.wait([Type.SPEECH_UPDATED])

        assert kinds(sent_frames) == ["speech.update"]
        assert audio(heard.of(Type.SPEECH_UPDATED)[0].data.output_audio) == ("pcm", RATE)

    @pytest.mark.vcr
    def test_speech_settings_that_are_refused(self, coze: Coze, heard: Heard, sent_frames: list[Any]) -> None:
        """Given a codec that there is not
        When it is asked for
        Then an error comes in place of the settings.
        """
        with coze.websockets.audio.speech.create(on_event=heard.handlers(*SPEECH))() as client:
            client.speech_update(SpeechUpdateEvent(data=SpeechUpdateEvent.Data(output_audio=NO_OUTPUT)))
            client.wait([Type.ERROR, Type.SPEECH_UPDATED], wait_all=False)

        assert kinds(sent_frames) == ["speech.update"]
        assert heard.types == [Type.SPEECH_CREATED]
        assert_errors(heard.errors, 1)

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_speech_settings_that_are_refused")
    async def test_async_speech_settings_that_are_refused(self, async_coze: AsyncCoze, heard: Heard) -> None:
        """Given a codec that there is not
        When the async client asks for it
        Then the same error comes.
        """
        async with async_coze.websockets.audio.speech.create(on_event=heard.async_handlers(*SPEECH))() as client:
            await client.speech_update(SpeechUpdateEvent(data=SpeechUpdateEvent.Data(output_audio=NO_OUTPUT)))
            await client.wait([Type.ERROR, Type.SPEECH_UPDATED], wait_all=False)

        assert heard.types == [Type.SPEECH_CREATED]
        assert_errors(heard.errors, 1)

    @pytest.mark.vcr
    def test_speech_for_a_handler(self, coze: Coze) -> None:
        """Given a handler as the documents of the SDK write one
        When a text is spoken
        Then its methods get the sound as bytes, two for each sample, and its end once.
        """
        sounds = Sounds()
        with coze.websockets.audio.speech.create(on_event=sounds)() as client:
            client.input_text_buffer_append(InputTextBufferAppendEvent.Data(delta=SENTENCE[0]))
            client.input_text_buffer_complete()
            client.wait(wait_all=False)

        assert sounds.sound
        assert len(sounds.sound) % 2 == 0
        assert sounds.completed == 1

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_speech_for_a_handler")
    async def test_async_speech_for_a_handler(self, async_coze: AsyncCoze) -> None:
        """Given such a handler for the async client
        When a text is spoken
        Then its methods get the same.
        """
        sounds = AsyncSounds()
        async with async_coze.websockets.audio.speech.create(on_event=sounds)() as client:
            await client.input_text_buffer_append(InputTextBufferAppendEvent.Data(delta=SENTENCE[0]))
            await client.input_text_buffer_complete()
            await client.wait()

        assert sounds.sound
        assert len(sounds.sound) % 2 == 0
        assert sounds.completed == 1

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_speech_for_a_handler")
    def test_static_method_of_a_handler(self, coze: Coze) -> None:
        """Given a handler with a static method, and with an attribute whose name begins like that of a method
        When a text is spoken
        Then the static method gets its event, and the attribute is left alone.
        """
        ends: list[SpeechAudioCompletedEvent] = []

        class Ends(WebsocketsAudioSpeechEventHandler):
            once = True

            @staticmethod
            def on_speech_audio_completed(cli: WebsocketsAudioSpeechClient, event: SpeechAudioCompletedEvent) -> None:
                ends.append(event)

        with coze.websockets.audio.speech.create(on_event=Ends())() as client:
            client.input_text_buffer_append(InputTextBufferAppendEvent.Data(delta=SENTENCE[0]))
            client.input_text_buffer_complete()
            client.wait(wait_all=False)

        assert [event.event_type for event in ends] == [Type.SPEECH_AUDIO_COMPLETED]

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_speech_of_a_text")
    @pytest.mark.xfail(strict=True, raises=TimeoutError, reason=f"waiting over websockets: {FIXED}")
    def test_wait_for_the_end(self, coze: Coze, heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
        """Given a text that has been spoken to its end
        When the end is waited for as by default: for all events that mark it, which is one
        Then the waiting is over.
        """

        def hang() -> None:
            raise TimeoutError

        with coze.websockets.audio.speech.create(on_event=heard.handlers(*SPEECH))() as client:
            for piece in SENTENCE:
                client.input_text_buffer_append(InputTextBufferAppendEvent.Data(delta=piece))
            client.input_text_buffer_complete()
            client.wait(wait_all=False)
            monkeypatch.setattr(client._completed_event, "wait", hang)  # nothing public limits the waiting
            client.wait()


class TestConnections:
    @pytest.mark.vcr
    def test_life_of_a_connection(self, coze: Coze, heard: Heard, sent_frames: list[Any]) -> None:
        """Given a client with a handler that it was given after it was made
        When it connects, waits for two events, connects again, and is closed twice
        Then a second connection is refused, both events came, and the handler of the end is called once.
        """
        ends: list[object] = []
        client = coze.websockets.audio.speech.create(on_event=heard.handlers(Type.SPEECH_CREATED))
        client.close()
        client.on(Type.CLOSED, ends.append)
        with client():
            client.speech_update(SPEECH_SETTINGS)
            client.wait([Type.SPEECH_CREATED, Type.SPEECH_UPDATED])
            with pytest.raises(ValueError, match="Cannot connect in connected state"):
                client.connect()
        client.close()

        assert kinds(sent_frames) == ["speech.update"]
        assert heard.types == [Type.SPEECH_CREATED]
        assert ends == [client]

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_life_of_a_connection")
    async def test_async_life_of_a_connection(self, async_coze: AsyncCoze, heard: Heard) -> None:
        """Given an async client with a handler that it was given after it was made
        When it connects, waits for two events, connects again, and is closed twice
        Then the same holds.
        """
        ends: list[object] = []

        async def end(client: object) -> None:
            ends.append(client)

        client = async_coze.websockets.audio.speech.create(on_event=heard.async_handlers(Type.SPEECH_CREATED))
        await client.close()
        client.on(Type.CLOSED, end)
        async with client():
            await client.speech_update(SPEECH_SETTINGS)
            await client.wait([Type.SPEECH_CREATED, Type.SPEECH_UPDATED])
            with pytest.raises(ValueError, match="Cannot connect in connected state"):
                await client.connect()
        await client.close()

        assert heard.types == [Type.SPEECH_CREATED]
        assert ends == [client]

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_life_of_a_connection")
    async def test_async_wait_for_any(self, async_coze: AsyncCoze, heard: Heard) -> None:
        """Given an event that comes, and one that does not
        When the async client waits for either
        Then it goes on when the one has come.
        """
        create = async_coze.websockets.audio.speech.create
        async with create(on_event=heard.async_handlers(Type.SPEECH_CREATED, Type.SPEECH_AUDIO_COMPLETED))() as client:
            await client.speech_update(SPEECH_SETTINGS)
            await client.wait([Type.SPEECH_CREATED, Type.SPEECH_AUDIO_COMPLETED], wait_all=False)

        assert heard.types == [Type.SPEECH_CREATED]


# --- text from speech -----------------------------------------------------------------------------------------------

SOUND = b"\0\x10" * 2400
"""A tenth of a second: 24,000 samples a second, 16 bits each, one channel."""

TRANSCRIPTIONS = (
    Type.TRANSCRIPTIONS_CREATED,
    Type.TRANSCRIPTIONS_UPDATED,
    Type.INPUT_AUDIO_BUFFER_COMPLETED,
    Type.INPUT_AUDIO_BUFFER_CLEARED,
    Type.TRANSCRIPTIONS_MESSAGE_UPDATE,
    Type.TRANSCRIPTIONS_MESSAGE_COMPLETED,
)


INPUT = InputAudio(format="pcm", codec="pcm", sample_rate=24_000, channel=1, bit_depth=16)
NO_INPUT = InputAudio(format="pcm", codec="none", sample_rate=24_000, channel=1, bit_depth=16)


class TestTranscriptions:
    @pytest.mark.vcr
    def test_transcription_of_a_sound(self, coze: Coze, heard: Heard, sent_frames: list[Any]) -> None:
        """Given a sound and what it is made of
        When it is sent and completed
        Then it is taken, what was understood so far comes as text, and the message that ends it comes last.
        """
        with coze.websockets.audio.transcriptions.create(on_event=heard.handlers(*TRANSCRIPTIONS))() as client:
            client.transcriptions_update(TranscriptionsUpdateEvent.Data(input_audio=INPUT))
            client.input_audio_buffer_append(InputAudioBufferAppendEvent.Data(delta=SOUND))
            client.input_audio_buffer_complete()
            client.wait(wait_all=False)

        self.understood(heard, sent_frames)

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_transcription_of_a_sound")
    async def test_async_transcription_of_a_sound(
        self, async_coze: AsyncCoze, heard: Heard, sent_frames: list[Any]
    ) -> None:
        """Given a sound and what it is made of
        When the async client sends and completes it
        Then the same comes.
        """
        create = async_coze.websockets.audio.transcriptions.create
        async with create(on_event=heard.async_handlers(*TRANSCRIPTIONS))() as client:
            await client.transcriptions_update(TranscriptionsUpdateEvent.Data(input_audio=INPUT))
            await client.input_audio_buffer_append(InputAudioBufferAppendEvent.Data(delta=SOUND))
            await client.input_audio_buffer_complete()
            await client.wait()

        self.understood(heard, sent_frames)

    @staticmethod
    def understood(heard: Heard, sent_frames: list[Any]) -> None:
        """What holds of every transcription."""
        sent = ["transcriptions.update", "input_audio_buffer.append", "input_audio_buffer.complete"]
        assert kinds(sent_frames) == sent
        assert base64.b64decode(sent_frames[1]["data"]["delta"]) == SOUND
        assert heard.types[0] == Type.TRANSCRIPTIONS_CREATED
        assert heard.types[-1] == Type.TRANSCRIPTIONS_MESSAGE_COMPLETED
        assert heard.of(Type.TRANSCRIPTIONS_UPDATED)[0].data.input_audio == INPUT
        assert len(heard.of(Type.INPUT_AUDIO_BUFFER_COMPLETED)) == 1
        assert all(isinstance(event.data.content, str) for event in heard.of(Type.TRANSCRIPTIONS_MESSAGE_UPDATE))
        assert not heard.errors

    @pytest.mark.vcr
    def test_transcription_settings_that_are_refused(self, coze: Coze, heard: Heard, sent_frames: list[Any]) -> None:
        """Given a codec that there is not
        When a sound is to be read by it
        Then an error comes in place of the settings.
        """
        with coze.websockets.audio.transcriptions.create(on_event=heard.handlers(*TRANSCRIPTIONS))() as client:
            client.transcriptions_update(TranscriptionsUpdateEvent.Data(input_audio=NO_INPUT))
            client.wait([Type.ERROR, Type.TRANSCRIPTIONS_UPDATED], wait_all=False)

        assert kinds(sent_frames) == ["transcriptions.update"]
        assert heard.types == [Type.TRANSCRIPTIONS_CREATED]
        assert_errors(heard.errors, 1)

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_transcription_settings_that_are_refused")
    async def test_async_transcription_settings_that_are_refused(self, async_coze: AsyncCoze, heard: Heard) -> None:
        """Given a codec that there is not
        When the async client is to have a sound read by it
        Then the same error comes.
        """
        create = async_coze.websockets.audio.transcriptions.create
        async with create(on_event=heard.async_handlers(*TRANSCRIPTIONS))() as client:
            await client.transcriptions_update(TranscriptionsUpdateEvent.Data(input_audio=NO_INPUT))
            await client.wait([Type.ERROR, Type.TRANSCRIPTIONS_UPDATED], wait_all=False)

        assert heard.types == [Type.TRANSCRIPTIONS_CREATED]
        assert_errors(heard.errors, 1)

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_transcription_of_a_sound")
    def test_transcription_for_a_handler(self, coze: Coze) -> None:
        """Given a handler that overrides one method
        When a sound is transcribed
        Then that method gets what was understood, and the events of the others are ignored.
        """
        texts = Texts()
        with coze.websockets.audio.transcriptions.create(on_event=texts)() as client:
            client.transcriptions_update(TranscriptionsUpdateEvent.Data(input_audio=INPUT))
            client.input_audio_buffer_append(InputAudioBufferAppendEvent.Data(delta=SOUND))
            client.input_audio_buffer_complete()
            client.wait(wait_all=False)

        assert texts.contents
        assert all(isinstance(content, str) for content in texts.contents)

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_transcription_of_a_sound")
    async def test_async_transcription_for_a_handler(
        self, async_coze: AsyncCoze, sdk_log: list[logging.LogRecord]
    ) -> None:
        """Given such a handler for the async client, and logging at DEBUG
        When a sound is transcribed
        Then the method gets what was understood, and the log has all that was sent but the sound.
        """
        setup_logging(logging.DEBUG)
        texts = AsyncTexts()
        async with async_coze.websockets.audio.transcriptions.create(on_event=texts)() as client:
            await client.transcriptions_update(TranscriptionsUpdateEvent.Data(input_audio=INPUT))
            await client.input_audio_buffer_append(InputAudioBufferAppendEvent.Data(delta=SOUND))
            await client.input_audio_buffer_complete()
            await client.wait()

        assert texts.contents
        sent = [text for text in messages_of(sdk_log) if "send event" in text]
        assert [text.partition("type=")[2].partition(",")[0] for text in sent] == [
            "transcriptions.update",
            "input_audio_buffer.append",
            "input_audio_buffer.complete",
        ]
        assert f"<length: {len(SOUND)}>" in sent[1]
        assert not any(base64.b64encode(SOUND).decode() in text for text in sent)

    @pytest.mark.vcr
    def test_clear_a_sound(self, coze: Coze, heard: Heard, sent_frames: list[Any]) -> None:
        """Given a sound that was sent
        When it is taken back
        Then that is confirmed, and nothing is understood.
        """
        with coze.websockets.audio.transcriptions.create(on_event=heard.handlers(*TRANSCRIPTIONS))() as client:
            client.input_audio_buffer_append(InputAudioBufferAppendEvent.Data(delta=SOUND))
            client.input_audio_buffer_clear()
            client.wait([Type.INPUT_AUDIO_BUFFER_CLEARED], wait_all=False)

        assert kinds(sent_frames) == ["input_audio_buffer.append", "input_audio_buffer.clear"]
        assert heard.types == [Type.TRANSCRIPTIONS_CREATED, Type.INPUT_AUDIO_BUFFER_CLEARED]

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_clear_a_sound")
    async def test_async_clear_a_sound(self, async_coze: AsyncCoze, heard: Heard, sent_frames: list[Any]) -> None:
        """Given a sound that was sent
        When the async client takes it back
        Then that is confirmed, and nothing is understood.
        """
        create = async_coze.websockets.audio.transcriptions.create
        async with create(on_event=heard.async_handlers(*TRANSCRIPTIONS))() as client:
            await client.input_audio_buffer_append(InputAudioBufferAppendEvent.Data(delta=SOUND))
            await client.input_audio_buffer_clear()
            await client.wait([Type.INPUT_AUDIO_BUFFER_CLEARED])

        assert kinds(sent_frames) == ["input_audio_buffer.append", "input_audio_buffer.clear"]
        assert heard.types == [Type.TRANSCRIPTIONS_CREATED, Type.INPUT_AUDIO_BUFFER_CLEARED]


# --- chats ----------------------------------------------------------------------------------------------------------

CHAT = (
    Type.CHAT_CREATED,
    Type.CHAT_UPDATED,
    Type.CONVERSATION_CHAT_CREATED,
    Type.CONVERSATION_CHAT_IN_PROGRESS,
    Type.CONVERSATION_MESSAGE_DELTA,
    Type.CONVERSATION_AUDIO_DELTA,
    Type.CONVERSATION_MESSAGE_COMPLETED,
    Type.CONVERSATION_AUDIO_COMPLETED,
    Type.CONVERSATION_CHAT_COMPLETED,
    Type.CONVERSATION_CLEARED,
)


QUESTION = ConversationMessageCreateEvent.Data(role="user", content_type="text", content="What is a cassette?")


class TestVoiceChat:
    @pytest.mark.vcr
    def test_voice_chat(self, coze: Coze, mock_bot_id: str, heard: Heard, sent_frames: list[Any]) -> None:
        """Given a bot
        When it is asked something in writing
        Then one chat begins and ends, and its answer comes in pieces of text and of sound.
        """
        with coze.websockets.chat.create(bot_id=mock_bot_id, on_event=heard.handlers(*CHAT))() as client:
            client.conversation_message_create(QUESTION)
            client.wait([Type.CONVERSATION_CHAT_COMPLETED], wait_all=False)

        self.answered(heard, sent_frames, mock_bot_id)

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_voice_chat")
    async def test_async_voice_chat(
        self, async_coze: AsyncCoze, mock_bot_id: str, heard: Heard, sent_frames: list[Any]
    ) -> None:
        """Given a bot
        When the async client asks it something in writing
        Then the same comes.
        """
        create = async_coze.websockets.chat.create
        async with create(bot_id=mock_bot_id, on_event=heard.async_handlers(*CHAT))() as client:
            await client.conversation_message_create(QUESTION)
            await client.wait([Type.CONVERSATION_CHAT_COMPLETED])

        self.answered(heard, sent_frames, mock_bot_id)

    @staticmethod
    def answered(heard: Heard, sent_frames: list[Any], bot_id: str) -> None:
        """What holds of every chat."""
        assert [frame["data"] for frame in sent_frames] == [QUESTION.model_dump()]
        assert heard.types[0] == Type.CHAT_CREATED
        assert heard.types[-1] == Type.CONVERSATION_CHAT_COMPLETED
        [created] = heard.of(Type.CONVERSATION_CHAT_CREATED)
        [completed] = heard.of(Type.CONVERSATION_CHAT_COMPLETED)
        deltas = heard.of(Type.CONVERSATION_MESSAGE_DELTA)
        [answer] = [each for each in heard.of(Type.CONVERSATION_MESSAGE_COMPLETED) if each.data.id == deltas[0].data.id]
        assert created.data.id == completed.data.id
        assert completed.data.bot_id == bot_id
        assert {event.data.chat_id for event in deltas} == {created.data.id}
        assert "".join(event.data.content for event in deltas) == answer.data.content
        assert all(base64.b64decode(event.data.content) for event in heard.of(Type.CONVERSATION_AUDIO_DELTA))
        assert not heard.errors

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_voice_chat")
    def test_voice_chat_for_a_handler(self, coze: Coze, mock_bot_id: str, sdk_log: list[logging.LogRecord]) -> None:
        """Given a handler that overrides one method, and logging at DEBUG
        When a bot is asked something in writing
        Then that method gets the pieces of sound, and the log has their lengths instead of them.
        """
        setup_logging(logging.DEBUG)
        spoken = Spoken()
        with coze.websockets.chat.create(bot_id=mock_bot_id, on_event=spoken)() as client:
            client.conversation_message_create(QUESTION)
            client.wait(wait_all=False)

        self.assert_lengths_logged(spoken.pieces, sdk_log)

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_voice_chat")
    async def test_async_voice_chat_for_a_handler(
        self, async_coze: AsyncCoze, mock_bot_id: str, sdk_log: list[logging.LogRecord]
    ) -> None:
        """Given such a handler for the async client, and logging at DEBUG
        When a bot is asked something in writing
        Then the method and the log get the same.
        """
        setup_logging(logging.DEBUG)
        spoken = AsyncSpoken()
        async with async_coze.websockets.chat.create(bot_id=mock_bot_id, on_event=spoken)() as client:
            await client.conversation_message_create(QUESTION)
            await client.wait()

        self.assert_lengths_logged(spoken.pieces, sdk_log)

    @staticmethod
    def assert_lengths_logged(pieces: list[str], log: list[logging.LogRecord]) -> None:
        """A log has each piece of sound as its length, and never as it is."""
        assert pieces
        assert all(base64.b64decode(piece) for piece in pieces)
        received = [text for text in messages_of(log) if "receive event, type=conversation.audio.delta" in text]
        assert len(received) == len(pieces)
        assert all(f"<length: {len(piece)}>" in text for piece, text in zip(pieces, received, strict=True))
        assert not any(piece in text for piece in pieces for text in messages_of(log))

    @pytest.mark.vcr
    def test_voice_chat_settings(self, coze: Coze, mock_bot_id: str, heard: Heard, sent_frames: list[Any]) -> None:
        """Given who is chatting, a variable, and how the answer is to sound
        When the connection is asked for it
        Then it tells the same settings.
        """
        with coze.websockets.chat.create(bot_id=mock_bot_id, on_event=heard.handlers(*CHAT))() as client:
            client.chat_update(self.settings())
            client.wait([Type.CHAT_UPDATED], wait_all=False)

        self.settled(heard, sent_frames)

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_voice_chat_settings")
    async def test_async_voice_chat_settings(
        self, async_coze: AsyncCoze, mock_bot_id: str, heard: Heard, sent_frames: list[Any]
    ) -> None:
        """Given who is chatting, a variable, and how the answer is to sound
        When the async client tells the connection so
        Then it tells the same settings.
        """
        create = async_coze.websockets.chat.create
        async with create(bot_id=mock_bot_id, on_event=heard.async_handlers(*CHAT))() as client:
            await client.chat_update(self.settings())
            await client.wait([Type.CHAT_UPDATED])

        self.settled(heard, sent_frames)

    @staticmethod
    def settings() -> ChatUpdateEvent.Data:
        """What the connection is asked for."""
        config = ChatUpdateEvent.ChatConfig(user_id=USER, custom_variables={"city": "杭州"})
        return ChatUpdateEvent.Data(output_audio=OUTPUT, chat_config=config)

    @staticmethod
    def settled(heard: Heard, sent_frames: list[Any]) -> None:
        """What holds of the settings."""
        assert kinds(sent_frames) == ["chat.update"]
        assert sent_frames[0]["data"]["chat_config"]["user_id"] == USER
        assert audio(heard.of(Type.CHAT_UPDATED)[0].data.output_audio) == ("pcm", RATE)

    @pytest.mark.vcr
    def test_voice_chat_settings_that_are_refused(
        self, coze: Coze, mock_bot_id: str, heard: Heard, sent_frames: list[Any]
    ) -> None:
        """Given a codec that there is not
        When answers are to sound in it
        Then an error comes in place of the settings.
        """
        with coze.websockets.chat.create(bot_id=mock_bot_id, on_event=heard.handlers(*CHAT))() as client:
            client.chat_update(ChatUpdateEvent.Data(output_audio=NO_OUTPUT))
            client.wait([Type.ERROR, Type.CHAT_UPDATED], wait_all=False)

        assert kinds(sent_frames) == ["chat.update"]
        assert heard.types == [Type.CHAT_CREATED]
        assert_errors(heard.errors, 1)

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_voice_chat_settings_that_are_refused")
    async def test_async_voice_chat_settings_that_are_refused(
        self, async_coze: AsyncCoze, mock_bot_id: str, heard: Heard
    ) -> None:
        """Given a codec that there is not
        When the async client wants answers in it
        Then the same error comes.
        """
        create = async_coze.websockets.chat.create
        async with create(bot_id=mock_bot_id, on_event=heard.async_handlers(*CHAT))() as client:
            await client.chat_update(ChatUpdateEvent.Data(output_audio=NO_OUTPUT))
            await client.wait([Type.ERROR, Type.CHAT_UPDATED], wait_all=False)

        assert heard.types == [Type.CHAT_CREATED]
        assert_errors(heard.errors, 1)

    @pytest.mark.vcr
    def test_clear_a_voice_chat(self, coze: Coze, mock_bot_id: str, heard: Heard, sent_frames: list[Any]) -> None:
        """Given a connection to a bot
        When the conversation is cleared
        Then that is confirmed.
        """
        with coze.websockets.chat.create(bot_id=mock_bot_id, on_event=heard.handlers(*CHAT))() as client:
            client.conversation_clear()
            client.wait([Type.CONVERSATION_CLEARED], wait_all=False)

        assert kinds(sent_frames) == ["conversation.clear"]
        assert heard.types[-1] == Type.CONVERSATION_CLEARED

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_clear_a_voice_chat")
    async def test_async_clear_a_voice_chat(
        self, async_coze: AsyncCoze, mock_bot_id: str, heard: Heard, sent_frames: list[Any]
    ) -> None:
        """Given a connection to a bot
        When the async client clears the conversation
        Then that is confirmed.
        """
        create = async_coze.websockets.chat.create
        async with create(bot_id=mock_bot_id, on_event=heard.async_handlers(*CHAT))() as client:
            await client.conversation_clear()
            await client.wait([Type.CONVERSATION_CLEARED])

        assert kinds(sent_frames) == ["conversation.clear"]
        assert heard.types[-1] == Type.CONVERSATION_CLEARED


SPOKEN = (
    *CHAT,
    Type.CONVERSATION_CHAT_CANCELED,
    Type.CONVERSATION_CHAT_REQUIRES_ACTION,
    Type.INPUT_AUDIO_BUFFER_COMPLETED,
    Type.INPUT_AUDIO_BUFFER_CLEARED,
    Type.CONVERSATION_AUDIO_TRANSCRIPT_UPDATE,
    Type.CONVERSATION_AUDIO_TRANSCRIPT_COMPLETED,
)
EVERY_CHAT_EVENT = (
    *SPOKEN,
    Type.CONVERSATION_AUDIO_SENTENCE_START,
    Type.CONVERSATION_CHAT_FAILED,
    Type.INPUT_AUDIO_BUFFER_SPEECH_STARTED,
    Type.INPUT_AUDIO_BUFFER_SPEECH_STOPPED,
)
SOUND_PIECE = InputAudioBufferAppendEvent.Data(delta=SOUND)
WITH_A_TOOL = ChatUpdateEvent.Data(chat_config=ChatUpdateEvent.ChatConfig(parameters={"tool": True}))
SPEECH_OF_ITS_OWN = InputTextGenerateAudioEvent.Data(mode=InputTextGenerateAudioEvent.Mode.TEXT, text=SENTENCE[0])
TOO_LONG = InputTextGenerateAudioEvent.Data(mode=InputTextGenerateAudioEvent.Mode.TEXT, text="x" * 1024)
BY_THE_CLIENT = 2
"""Why an answer was cancelled, as cozepy's comments number it; 1 is a voice, 3 a new question."""


class TestVoiceChatControls:
    @pytest.mark.vcr
    @pytest.mark.stand_in_only(reason="a sound that is understood: a tone is not")
    def test_spoken_question(self, coze: Coze, mock_bot_id: str, heard: Heard, sent_frames: list[Any]) -> None:
        """Given a bot
        When it is asked something aloud
        Then the sound is taken, what was understood comes as it grows and then whole, and is the question of the chat.
        """
        with coze.websockets.chat.create(bot_id=mock_bot_id, on_event=heard.handlers(*SPOKEN))() as client:
            client.input_audio_buffer_append(SOUND_PIECE)
            client.input_audio_buffer_complete()
            client.wait([Type.CONVERSATION_CHAT_COMPLETED], wait_all=False)

        self.understood(heard, sent_frames)

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_spoken_question")
    async def test_async_spoken_question(
        self, async_coze: AsyncCoze, mock_bot_id: str, heard: Heard, sent_frames: list[Any]
    ) -> None:
        """Given a bot
        When the async client asks it something aloud
        Then the same comes.
        """
        create = async_coze.websockets.chat.create
        async with create(bot_id=mock_bot_id, on_event=heard.async_handlers(*SPOKEN))() as client:
            await client.input_audio_buffer_append(SOUND_PIECE)
            await client.input_audio_buffer_complete()
            await client.wait([Type.CONVERSATION_CHAT_COMPLETED])

        self.understood(heard, sent_frames)

    @staticmethod
    def understood(heard: Heard, sent_frames: list[Any]) -> None:
        """What holds of a question that was heard."""
        assert kinds(sent_frames) == ["input_audio_buffer.append", "input_audio_buffer.complete"]
        assert base64.b64decode(sent_frames[0]["data"]["delta"]) == SOUND
        assert len(heard.of(Type.INPUT_AUDIO_BUFFER_COMPLETED)) == 1
        [transcript] = heard.of(Type.CONVERSATION_AUDIO_TRANSCRIPT_COMPLETED)
        parts = [event.data.content for event in heard.of(Type.CONVERSATION_AUDIO_TRANSCRIPT_UPDATE)]
        assert all(later.startswith(earlier) for earlier, later in pairwise(parts))
        question = next(
            each.data for each in heard.of(Type.CONVERSATION_MESSAGE_COMPLETED) if each.data.role == MessageRole.USER
        )
        assert question.content == transcript.data.content == parts[-1]
        assert heard.types[-1] == Type.CONVERSATION_CHAT_COMPLETED
        assert not heard.errors

    @pytest.mark.vcr
    def test_take_back_a_spoken_question(
        self, coze: Coze, mock_bot_id: str, heard: Heard, sent_frames: list[Any]
    ) -> None:
        """Given a connection to a bot
        When a sound is sent and taken back before it is complete
        Then that is confirmed, and no chat begins.
        """
        with coze.websockets.chat.create(bot_id=mock_bot_id, on_event=heard.handlers(*SPOKEN))() as client:
            client.input_audio_buffer_append(SOUND_PIECE)
            client.input_audio_buffer_clear()
            client.wait([Type.INPUT_AUDIO_BUFFER_CLEARED], wait_all=False)

        assert kinds(sent_frames) == ["input_audio_buffer.append", "input_audio_buffer.clear"]
        assert heard.types == [Type.CHAT_CREATED, Type.INPUT_AUDIO_BUFFER_CLEARED]

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_take_back_a_spoken_question")
    async def test_async_take_back_a_spoken_question(
        self, async_coze: AsyncCoze, mock_bot_id: str, heard: Heard
    ) -> None:
        """Given a connection to a bot
        When the async client sends a sound and takes it back
        Then that is confirmed, and no chat begins.
        """
        create = async_coze.websockets.chat.create
        async with create(bot_id=mock_bot_id, on_event=heard.async_handlers(*SPOKEN))() as client:
            await client.input_audio_buffer_append(SOUND_PIECE)
            await client.input_audio_buffer_clear()
            await client.wait([Type.INPUT_AUDIO_BUFFER_CLEARED])

        assert heard.types == [Type.CHAT_CREATED, Type.INPUT_AUDIO_BUFFER_CLEARED]

    @pytest.mark.vcr
    def test_cancel_an_answer(self, coze: Coze, mock_bot_id: str, heard: Heard, sent_frames: list[Any]) -> None:
        """Given a bot that has begun to answer
        When the answer is cancelled
        Then it breaks off: the chat is cancelled by the client, and is never completed.
        """
        with coze.websockets.chat.create(bot_id=mock_bot_id, on_event=heard.handlers(*SPOKEN))() as client:
            client.conversation_message_create(QUESTION)
            client.wait([Type.CONVERSATION_CHAT_IN_PROGRESS], wait_all=False)
            client.conversation_chat_cancel()
            client.wait([Type.CONVERSATION_CHAT_CANCELED], wait_all=False)

        self.cancelled(heard, sent_frames)

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_cancel_an_answer")
    async def test_async_cancel_an_answer(
        self, async_coze: AsyncCoze, mock_bot_id: str, heard: Heard, sent_frames: list[Any]
    ) -> None:
        """Given a bot that has begun to answer
        When the async client cancels the answer
        Then the same comes.
        """
        create = async_coze.websockets.chat.create
        async with create(bot_id=mock_bot_id, on_event=heard.async_handlers(*SPOKEN))() as client:
            await client.conversation_message_create(QUESTION)
            await client.wait([Type.CONVERSATION_CHAT_IN_PROGRESS])
            await client.conversation_chat_cancel()
            await client.wait([Type.CONVERSATION_CHAT_CANCELED])

        self.cancelled(heard, sent_frames)

    @staticmethod
    def cancelled(heard: Heard, sent_frames: list[Any]) -> None:
        """What holds of an answer that was cancelled."""
        assert kinds(sent_frames) == ["conversation.message.create", "conversation.chat.cancel"]
        [canceled] = heard.of(Type.CONVERSATION_CHAT_CANCELED)
        assert canceled.data.code == BY_THE_CLIENT
        assert Type.CONVERSATION_CHAT_COMPLETED not in heard.types
        assert not heard.errors

    @pytest.mark.vcr
    @pytest.mark.stand_in_only(reason="a bot with a plugin that runs at the client")
    def test_output_of_a_tool(self, coze: Coze, mock_bot_id: str, heard: Heard, sent_frames: list[Any]) -> None:
        """Given a bot with a plugin that runs at the client
        When its chat asks for the plugin's output and gets it
        Then the same chat goes on to its end.
        """
        with coze.websockets.chat.create(bot_id=mock_bot_id, on_event=heard.handlers(*SPOKEN))() as client:
            client.chat_update(WITH_A_TOOL)
            client.conversation_message_create(QUESTION)
            client.wait([Type.CONVERSATION_CHAT_REQUIRES_ACTION], wait_all=False)
            client.conversation_chat_submit_tool_outputs(self.output(heard))
            client.wait([Type.CONVERSATION_CHAT_COMPLETED], wait_all=False)

        self.went_on(heard, sent_frames)

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_output_of_a_tool")
    async def test_async_output_of_a_tool(
        self, async_coze: AsyncCoze, mock_bot_id: str, heard: Heard, sent_frames: list[Any]
    ) -> None:
        """Given a bot with a plugin that runs at the client
        When the async client gives the plugin's output
        Then the same chat goes on to its end.
        """
        create = async_coze.websockets.chat.create
        async with create(bot_id=mock_bot_id, on_event=heard.async_handlers(*SPOKEN))() as client:
            await client.chat_update(WITH_A_TOOL)
            await client.conversation_message_create(QUESTION)
            await client.wait([Type.CONVERSATION_CHAT_REQUIRES_ACTION])
            await client.conversation_chat_submit_tool_outputs(self.output(heard))
            await client.wait([Type.CONVERSATION_CHAT_COMPLETED])

        self.went_on(heard, sent_frames)

    @staticmethod
    def output(heard: Heard) -> ConversationChatSubmitToolOutputsEvent.Data:
        """The output of the one tool that the chat waits for."""
        [waiting] = heard.of(Type.CONVERSATION_CHAT_REQUIRES_ACTION)
        [call] = waiting.data.required_action.submit_tool_outputs.tool_calls
        return ConversationChatSubmitToolOutputsEvent.Data(
            chat_id=waiting.data.id, tool_outputs=[ToolOutput(tool_call_id=call.id, output="Sunny")]
        )

    @staticmethod
    def went_on(heard: Heard, sent_frames: list[Any]) -> None:
        """What holds of a chat that got its output."""
        assert kinds(sent_frames)[-1] == "conversation.chat.submit_tool_outputs"
        [waiting] = heard.of(Type.CONVERSATION_CHAT_REQUIRES_ACTION)
        [completed] = heard.of(Type.CONVERSATION_CHAT_COMPLETED)
        assert sent_frames[-1]["data"]["chat_id"] == waiting.data.id == completed.data.id
        assert heard.of(Type.CONVERSATION_MESSAGE_DELTA)
        assert not heard.errors

    @pytest.mark.vcr
    def test_speech_of_its_own(self, coze: Coze, mock_bot_id: str, heard: Heard, sent_frames: list[Any]) -> None:
        """Given a connection over which nobody has said anything
        When the bot is to say a sentence
        Then it sounds, and no chat begins.
        """
        with coze.websockets.chat.create(bot_id=mock_bot_id, on_event=heard.handlers(*SPOKEN))() as client:
            client.input_text_generate_audio(SPEECH_OF_ITS_OWN)
            client.wait([Type.CONVERSATION_AUDIO_COMPLETED], wait_all=False)

        self.sounded(heard, sent_frames)

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_speech_of_its_own")
    async def test_async_speech_of_its_own(
        self, async_coze: AsyncCoze, mock_bot_id: str, heard: Heard, sent_frames: list[Any]
    ) -> None:
        """Given a connection over which nobody has said anything
        When the async client lets the bot say a sentence
        Then it sounds, and no chat begins.
        """
        create = async_coze.websockets.chat.create
        async with create(bot_id=mock_bot_id, on_event=heard.async_handlers(*SPOKEN))() as client:
            await client.input_text_generate_audio(SPEECH_OF_ITS_OWN)
            await client.wait([Type.CONVERSATION_AUDIO_COMPLETED])

        self.sounded(heard, sent_frames)

    @pytest.mark.vcr
    def test_speech_of_its_own_that_is_too_long(self, coze: Coze, mock_bot_id: str, heard: Heard) -> None:
        """Given a text that is longer than the documents of Coze allow
        When the bot is to say it
        Then an error comes, and no sound.
        """
        with coze.websockets.chat.create(bot_id=mock_bot_id, on_event=heard.handlers(*SPOKEN))() as client:
            client.input_text_generate_audio(TOO_LONG)
            client.wait([Type.ERROR, Type.CONVERSATION_AUDIO_COMPLETED], wait_all=False)

        assert heard.types == [Type.CHAT_CREATED]
        assert_errors(heard.errors, 1)

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_speech_of_its_own_that_is_too_long")
    async def test_async_speech_of_its_own_that_is_too_long(
        self, async_coze: AsyncCoze, mock_bot_id: str, heard: Heard
    ) -> None:
        """Given a text that is longer than the documents of Coze allow
        When the async client lets the bot say it
        Then the same error comes.
        """
        create = async_coze.websockets.chat.create
        async with create(bot_id=mock_bot_id, on_event=heard.async_handlers(*SPOKEN))() as client:
            await client.input_text_generate_audio(TOO_LONG)
            await client.wait([Type.ERROR, Type.CONVERSATION_AUDIO_COMPLETED], wait_all=False)

        assert heard.types == [Type.CHAT_CREATED]
        assert_errors(heard.errors, 1)

    @staticmethod
    def sounded(heard: Heard, sent_frames: list[Any]) -> None:
        """What holds of a sentence that no chat asked for."""
        [sent] = sent_frames
        assert (sent["event_type"], sent["data"]) == (
            "input_text.generate_audio",
            {"mode": "text", "text": SENTENCE[0]},
        )
        assert all(base64.b64decode(event.data.content) for event in heard.of(Type.CONVERSATION_AUDIO_DELTA))
        assert heard.of(Type.CONVERSATION_AUDIO_DELTA)
        assert heard.types[-1] == Type.CONVERSATION_AUDIO_COMPLETED
        assert Type.CONVERSATION_CHAT_CREATED not in heard.types
        assert not heard.errors


# --- what goes wrong ------------------------------------------------------------------------------------------------

TROUBLE = "a server that can do nothing for its clients"
REFUSED = "server rejected WebSocket connection: HTTP 4"
SHORT_SOUND = InputAudioBufferAppendEvent.Data(delta=SOUND[:16])
EVERY_CREATED = (Type.SPEECH_CREATED, Type.TRANSCRIPTIONS_CREATED, Type.CHAT_CREATED)


def every_client(websockets: Any, handlers: Any) -> Iterator[Any]:
    """A client of each of the websockets, sync or async."""
    yield websockets.audio.speech.create(on_event=handlers)
    yield websockets.audio.transcriptions.create(on_event=handlers)
    yield websockets.chat.create(bot_id=NOWHERE, on_event=handlers)


def messages_of_a_speech(client: Any) -> Calls:
    """All that its client can send."""
    yield lambda: client.speech_update(SPEECH_SETTINGS)
    yield lambda: client.input_text_buffer_append(InputTextBufferAppendEvent.Data(delta=SENTENCE[0]))
    yield client.input_text_buffer_complete


def messages_of_a_transcription(client: Any) -> Calls:
    """All that its client can send."""
    yield lambda: client.transcriptions_update(TranscriptionsUpdateEvent.Data(input_audio=INPUT))
    yield lambda: client.input_audio_buffer_append(SHORT_SOUND)
    yield client.input_audio_buffer_clear
    yield client.input_audio_buffer_complete


def messages_of_a_chat(client: Any) -> Calls:
    """All that its client can send."""
    outputs = [ToolOutput(tool_call_id=NOWHERE, output="Sunny")]
    yield lambda: client.chat_update(WITH_A_TOOL)
    yield lambda: client.input_audio_buffer_append(SHORT_SOUND)
    yield client.input_audio_buffer_clear
    yield client.input_audio_buffer_complete
    yield lambda: client.conversation_message_create(QUESTION)
    yield lambda: client.conversation_chat_submit_tool_outputs(
        ConversationChatSubmitToolOutputsEvent.Data(chat_id=NOWHERE, tool_outputs=outputs)
    )
    yield client.conversation_chat_cancel
    yield client.conversation_clear
    yield lambda: client.input_text_generate_audio(SPEECH_OF_ITS_OWN)


def refusals(create: Callable[..., Any], messages: Callable[[Any], Calls]) -> list[Any]:
    """Sends messages, each when the one before it has been answered with an error; the errors."""
    errors: SimpleQueue[Any] = SimpleQueue()
    found = []
    with create(on_event={Type.ERROR: lambda _client, error: errors.put(error)})() as client:
        for send in messages(client):
            send()
            found.append(errors.get())
    return found


async def async_refusals(create: Callable[..., Any], messages: Callable[[Any], Calls]) -> list[Any]:
    """The same with an async client."""
    errors: asyncio.Queue[Any] = asyncio.Queue()
    found = []

    async def put(_client: object, error: Any) -> None:
        await errors.put(error)

    async with create(on_event={Type.ERROR: put})() as client:
        for send in messages(client):
            await send()
            found.append(await errors.get())
    return found


BEFORE_THE_FAULT = 1
"""Frames that come before something goes wrong."""


class TestWebsocketFaults:
    @pytest.mark.vcr
    def test_wrong_token(self, heard: Heard) -> None:
        """Given a token that Coze never gave out
        When each of the websockets is opened with it
        Then the handshake is refused, as a CozeAPIError that has no code but the HTTP status in its message.
        """
        for client in every_client(Coze(auth=TokenAuth(WRONG_TOKEN)).websockets, heard.handlers(*EVERY_CREATED)):
            with pytest.raises(CozeAPIError, match=REFUSED) as refused, client():
                pytest.fail("it was opened")
            assert refused.value.code is None

        assert heard.events == []

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_wrong_token")
    async def test_async_wrong_token(self, heard: Heard) -> None:
        """Given a token that Coze never gave out
        When the async client opens each of the websockets with it
        Then the refusal is the same.
        """
        websockets = AsyncCoze(auth=AsyncTokenAuth(WRONG_TOKEN)).websockets
        for client in every_client(websockets, heard.async_handlers(*EVERY_CREATED)):
            with pytest.raises(CozeAPIError, match=REFUSED) as refused:
                async with client():
                    pytest.fail("it was opened")
            assert refused.value.code is None

        assert heard.events == []

    @pytest.mark.vcr
    @pytest.mark.stand_in_only(reason=TROUBLE)
    def test_messages_of_a_speech_are_refused(self, coze: Coze, fault: Fault, sent_frames: list[Any]) -> None:
        """Given a server in trouble
        When every message is sent that a speech can be asked for with
        Then each is answered with an error, and the connection stays open.
        """
        fault("GET", "/v1/audio/speech", "refused-messages")
        refused = refusals(coze.websockets.audio.speech.create, messages_of_a_speech)

        assert_errors(refused, len(sent_frames))

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_messages_of_a_speech_are_refused")
    async def test_async_messages_of_a_speech_are_refused(self, async_coze: AsyncCoze, sent_frames: list[Any]) -> None:
        """Given a server in trouble
        When the async client sends every message that a speech can be asked for with
        Then the errors are the same.
        """
        refused = await async_refusals(async_coze.websockets.audio.speech.create, messages_of_a_speech)

        assert_errors(refused, len(sent_frames))

    @pytest.mark.vcr
    @pytest.mark.stand_in_only(reason=TROUBLE)
    def test_messages_of_a_transcription_are_refused(self, coze: Coze, fault: Fault, sent_frames: list[Any]) -> None:
        """Given a server in trouble
        When every message is sent that a transcription can be asked for with
        Then each is answered with an error, and the connection stays open.
        """
        fault("GET", "/v1/audio/transcriptions", "refused-messages")
        refused = refusals(coze.websockets.audio.transcriptions.create, messages_of_a_transcription)

        assert_errors(refused, len(sent_frames))

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_messages_of_a_transcription_are_refused")
    async def test_async_messages_of_a_transcription_are_refused(
        self, async_coze: AsyncCoze, sent_frames: list[Any]
    ) -> None:
        """Given a server in trouble
        When the async client sends every message that a transcription can be asked for with
        Then the errors are the same.
        """
        create = async_coze.websockets.audio.transcriptions.create
        refused = await async_refusals(create, messages_of_a_transcription)

        assert_errors(refused, len(sent_frames))

    @pytest.mark.vcr
    @pytest.mark.stand_in_only(reason=TROUBLE)
    def test_messages_of_a_chat_are_refused(
        self, coze: Coze, mock_bot_id: str, fault: Fault, sent_frames: list[Any]
    ) -> None:
        """Given a server in trouble
        When every message is sent that a chat can be led with
        Then each is answered with an error, and the connection stays open.
        """
        fault("GET", "/v1/chat", "refused-messages")
        refused = refusals(partial(coze.websockets.chat.create, bot_id=mock_bot_id), messages_of_a_chat)

        assert_errors(refused, len(sent_frames))

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_messages_of_a_chat_are_refused")
    async def test_async_messages_of_a_chat_are_refused(
        self, async_coze: AsyncCoze, mock_bot_id: str, sent_frames: list[Any]
    ) -> None:
        """Given a server in trouble
        When the async client sends every message that a chat can be led with
        Then the errors are the same.
        """
        create = partial(async_coze.websockets.chat.create, bot_id=mock_bot_id)
        refused = await async_refusals(create, messages_of_a_chat)

        assert_errors(refused, len(sent_frames))

    @pytest.mark.vcr
    @pytest.mark.stand_in_only(reason="an error in the middle of a speech")
    def test_error_frame(self, coze: Coze, heard: Heard, fault: Fault) -> None:
        """Given a connection over which an error comes
        When it comes, before anything was sent
        Then the handler of errors gets an event with a CozeAPIError that has its code, message and logid.
        """
        fault("GET", "/v1/audio/speech", "stream-error", events=BEFORE_THE_FAULT)
        with coze.websockets.audio.speech.create(on_event=heard.handlers(*SPEECH))() as client:
            client.wait([Type.ERROR], wait_all=False)

        assert_errors(heard.errors, 1)

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_error_frame")
    async def test_async_error_frame(self, async_coze: AsyncCoze, heard: Heard) -> None:
        """Given a connection over which an error comes
        When it comes to the async client
        Then the handler of errors gets the same event.
        """
        create = async_coze.websockets.audio.speech.create
        async with create(on_event=heard.async_handlers(*SPEECH))() as client:
            await client.wait([Type.ERROR])

        assert_errors(heard.errors, 1)

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_error_frame")
    def test_error_frame_for_a_handler(self, coze: Coze, sdk_log: list[logging.LogRecord]) -> None:
        """Given a handler that overrides nothing
        When an error comes
        Then it is written to the log, with its code, and the connection stays.
        """
        handler = WebsocketsAudioSpeechEventHandler()
        with coze.websockets.audio.speech.create(on_event=handler)() as client:
            client.wait([Type.ERROR], wait_all=False)

        self.assert_error_logged(sdk_log)

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_error_frame")
    async def test_async_error_frame_for_a_handler(
        self, async_coze: AsyncCoze, sdk_log: list[logging.LogRecord]
    ) -> None:
        """Given a handler for the async client that overrides nothing
        When an error comes
        Then the log has the same.
        """
        handler = AsyncWebsocketsAudioSpeechEventHandler()
        async with async_coze.websockets.audio.speech.create(on_event=handler)() as client:
            await client.wait([Type.ERROR])

        self.assert_error_logged(sdk_log)

    @staticmethod
    def assert_error_logged(log: list[logging.LogRecord]) -> None:
        """The text of an error and where it was caught, both at ERROR."""
        occurred, trace = log
        assert (occurred.levelno, trace.levelno) == (logging.ERROR, logging.ERROR)
        assert occurred.getMessage().startswith("Error occurred: ")
        assert re.search(r"CozeAPIError\(.code: [1-9]\d*, msg: ", occurred.getMessage())

    @pytest.mark.vcr
    @pytest.mark.stand_in_only(reason="a connection that is lost")
    def test_lost_connection(self, coze: Coze, heard: Heard, fault: Fault) -> None:
        """Given a connection that is lost after its first frame
        When the client goes on reading
        Then the handler of errors gets the ConnectionClosedError, and no other event ends the waiting.
        """
        fault("GET", "/v1/audio/speech", "break-stream", events=BEFORE_THE_FAULT)
        with coze.websockets.audio.speech.create(on_event=heard.handlers(*SPEECH))() as client:
            client.wait([Type.SPEECH_CREATED], wait_all=False)
            while not heard.errors:
                client._receive_thread.join(0.01)  # nothing public tells of it

        assert heard.types == [Type.SPEECH_CREATED]
        assert isinstance(heard.errors[0], ConnectionClosedError)

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_lost_connection")
    async def test_async_lost_connection(self, async_coze: AsyncCoze, heard: Heard) -> None:
        """Given a connection that is lost after its first frame
        When the async client goes on reading
        Then the handler of errors gets the same.
        """
        create = async_coze.websockets.audio.speech.create
        async with create(on_event=heard.async_handlers(*SPEECH))() as client:
            await client._receive_task

        assert heard.types == [Type.SPEECH_CREATED]
        assert isinstance(heard.errors[0], ConnectionClosedError)

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_lost_connection")
    def test_send_over_a_lost_connection(self, coze: Coze, heard: Heard, sent_frames: list[Any]) -> None:
        """Given a connection that was lost
        When the client sends two messages
        Then the handler of errors gets the ConnectionClosedError of the first; the second is dropped in silence.
        """
        with coze.websockets.audio.speech.create(on_event=heard.handlers(*SPEECH))() as client:
            client._receive_thread.join()  # as above
            client.input_text_buffer_complete()
            client._send_thread.join()
            client.input_text_buffer_complete()

        assert [type(error) for error in heard.errors] == [ConnectionClosedError] * 2
        assert sent_frames == []

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_lost_connection")
    async def test_async_send_over_a_lost_connection(
        self, async_coze: AsyncCoze, heard: Heard, sent_frames: list[Any]
    ) -> None:
        """Given a connection that was lost
        When the async client sends two messages
        Then the handler of errors gets the same, and the second is dropped, too.
        """
        async with async_coze.websockets.audio.speech.create(on_event=heard.async_handlers(*SPEECH))() as client:
            await client._receive_task
            await client.input_text_buffer_complete()
            await client._send_task
            await client.input_text_buffer_complete()

        assert [type(error) for error in heard.errors] == [ConnectionClosedError] * 2
        assert sent_frames == []

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_lost_connection")
    def test_lost_connection_without_a_handler(self, coze: Coze, monkeypatch: pytest.MonkeyPatch) -> None:
        """Given a client without a handler of errors
        When its connection is lost
        Then the error ends the thread that reads, and reaches nobody else: a wait() would last for ever.
        """
        ended: list[threading.ExceptHookArgs] = []
        monkeypatch.setattr(threading, "excepthook", ended.append)
        with coze.websockets.audio.speech.create(on_event={})() as client:
            client._receive_thread.join()

        [end] = ended
        assert end.exc_type is ConnectionClosedError
        assert end.thread is client._receive_thread

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_lost_connection")
    async def test_async_lost_connection_without_a_handler(self, async_coze: AsyncCoze) -> None:
        """Given an async client without a handler of errors
        When its connection is lost
        Then the error ends the task that reads, and reaches nobody else.
        """
        async with async_coze.websockets.audio.speech.create(on_event={})() as client:
            with pytest.raises(ConnectionClosedError):
                await client._receive_task

    @pytest.mark.parametrize("make", [Coze, AsyncCoze])
    def test_plain_address(self, make: Callable[..., Any], mock_coze_api_token: str) -> None:
        """Given a base URL that is not https
        When the websockets of a client are asked for
        Then they are refused: no local server can be used by its address.
        """
        auth = TokenAuth(mock_coze_api_token) if make is Coze else AsyncTokenAuth(mock_coze_api_token)
        coze = make(auth=auth, base_url=COZE_COM_BASE_URL.replace("https", "http"))

        with pytest.raises(ValueError, match="base_url must start with 'https://'"):
            _ = coze.websockets

    @pytest.mark.parametrize("make", [Coze, AsyncCoze])
    def test_no_address(self, make: Callable[..., Any], mock_coze_api_token: str) -> None:
        """Given an empty base URL
        When the websockets of a client are asked for
        Then they are refused.
        """
        auth = TokenAuth(mock_coze_api_token) if make is Coze else AsyncTokenAuth(mock_coze_api_token)

        with pytest.raises(ValueError, match="base_url cannot be empty"):
            _ = make(auth=auth, base_url="").websockets

    @pytest.mark.parametrize(
        ("base_url", "address"),
        [
            ("https://api.coze.cn", "wss://ws.coze.cn/v1/audio/speech"),
            ("https://api-company.coze.com/", "wss://ws-company.coze.com/v1/audio/speech"),
        ],
    )
    def test_address(self, base_url: str, address: str, mock_coze_api_token: str) -> None:
        """Given the base URL of a region, or one of a company's own
        When a websocket is made
        Then it goes to the host that is called ws where that of the API is called api.
        """
        coze = Coze(auth=TokenAuth(mock_coze_api_token), base_url=base_url)

        assert coze.websockets.audio.speech.create(on_event={})._ws_url == address  # nothing public tells it


# --- handlers that override nothing ---------------------------------------------------------------------------------

HANDLERS = (
    (WebsocketsAudioSpeechEventHandler, SPEECH),
    (AsyncWebsocketsAudioSpeechEventHandler, SPEECH),
    (WebsocketsAudioTranscriptionsEventHandler, TRANSCRIPTIONS),
    (AsyncWebsocketsAudioTranscriptionsEventHandler, TRANSCRIPTIONS),
    (WebsocketsChatEventHandler, EVERY_CHAT_EVENT),
    (AsyncWebsocketsChatEventHandler, EVERY_CHAT_EVENT),
)
"""The handlers of the SDK, and the events of each."""

COMMON = (Type.CLIENT_ERROR, Type.ERROR, Type.CLOSED)


class TestHandlers:
    @pytest.mark.parametrize(("make", "events"), HANDLERS)
    async def test_method_of_each_event(self, make: Callable[[], Any], events: tuple[Type, ...]) -> None:
        """Given a handler that overrides nothing
        When its events come
        Then each goes to the method that is named after it, and that does nothing.
        """
        handler = make()
        methods = handler.to_dict()

        assert set(methods) == {*events, *COMMON}
        for event in (*events, Type.CLOSED):
            method = methods[event]
            assert method == getattr(handler, f"on_{event.value.replace('.', '_')}")
            result = method(None, None) if event != Type.CLOSED else method(None)
            assert (await result if inspect.isawaitable(result) else result) is None


# --- what the tests share -------------------------------------------------------------------------------------------


@pytest.fixture
def heard() -> Heard:
    """What came."""
    return Heard()


def kinds(frames: list[Any]) -> list[str]:
    """The types of frames that were sent."""
    return [frame["event_type"] for frame in frames]


def messages_of(log: list[logging.LogRecord]) -> list[str]:
    """The texts of a log."""
    return [record.getMessage() for record in log]


def assert_errors(errors: list[Any], count: int) -> None:
    """So many errors came, each with its code, its text and the log id of the connection."""
    assert len(errors) == count
    for error in errors:
        assert isinstance(error, WebsocketsErrorEvent)
        assert isinstance(error.data, CozeAPIError)
        assert error.data.code
        assert error.data.msg
        assert error.detail
        assert error.data.logid == error.detail.logid


def audio(settings: OutputAudio | None) -> tuple[str | None, int | None]:
    """Codec and rate of what is to be sent back."""
    assert settings is not None
    assert settings.pcm_config is not None
    return settings.codec, settings.pcm_config.sample_rate


class Sounds(WebsocketsAudioSpeechEventHandler):
    """A handler as the documents of the SDK write one."""

    def __init__(self) -> None:
        self.sound = b""
        self.completed = 0

    def on_speech_audio_update(self, cli: WebsocketsAudioSpeechClient, event: SpeechAudioUpdateEvent) -> None:
        """Keep the piece."""
        self.sound += event.data.delta

    def on_speech_audio_completed(self, cli: WebsocketsAudioSpeechClient, event: SpeechAudioCompletedEvent) -> None:
        """Count the end."""
        self.completed += 1


class AsyncSounds(AsyncWebsocketsAudioSpeechEventHandler):
    """The same for the async client."""

    def __init__(self) -> None:
        self.sound = b""
        self.completed = 0

    async def on_speech_audio_update(
        self, cli: AsyncWebsocketsAudioSpeechClient, event: SpeechAudioUpdateEvent
    ) -> None:
        """Keep the piece."""
        self.sound += event.data.delta

    async def on_speech_audio_completed(
        self, cli: AsyncWebsocketsAudioSpeechClient, event: SpeechAudioCompletedEvent
    ) -> None:
        """Count the end."""
        self.completed += 1


class Texts(WebsocketsAudioTranscriptionsEventHandler):
    """Keeps what was understood."""

    def __init__(self) -> None:
        self.contents: list[str] = []

    def on_transcriptions_message_update(
        self, cli: WebsocketsAudioTranscriptionsClient, event: TranscriptionsMessageUpdateEvent
    ) -> None:
        """Keep the text."""
        self.contents.append(event.data.content)


class AsyncTexts(AsyncWebsocketsAudioTranscriptionsEventHandler):
    """The same for the async client."""

    def __init__(self) -> None:
        self.contents: list[str] = []

    async def on_transcriptions_message_update(
        self, cli: AsyncWebsocketsAudioTranscriptionsClient, event: TranscriptionsMessageUpdateEvent
    ) -> None:
        """Keep the text."""
        self.contents.append(event.data.content)


class Spoken(WebsocketsChatEventHandler):
    """Keeps the pieces of sound."""

    def __init__(self) -> None:
        self.pieces: list[str] = []

    def on_conversation_audio_delta(self, cli: WebsocketsChatClient, event: ConversationAudioDeltaEvent) -> None:
        """Keep the piece, which is base64."""
        self.pieces.append(event.data.content)


class AsyncSpoken(AsyncWebsocketsChatEventHandler):
    """The same for the async client."""

    def __init__(self) -> None:
        self.pieces: list[str] = []

    async def on_conversation_audio_delta(
        self, cli: AsyncWebsocketsChatClient, event: ConversationAudioDeltaEvent
    ) -> None:
        """Keep the piece, which is base64."""
        self.pieces.append(event.data.content)
