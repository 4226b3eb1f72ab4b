"""websockets.chat: spoken or written chats over the conversations that HTTP knows too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from coze_standin import sound
from coze_standin.calls import Call
from coze_standin.errors import ApiError
from coze_standin.records import JSON, Bot, Chat, Conversation, Message
from coze_standin.routes import chat_events, chat_runs, conversations
from coze_standin.routes.messages import event_message_json, new_message
from coze_standin.routes.spoken import audio_json, interleave, sentences, sound_events
from coze_standin.routes.transcriptions import transcribe
from coze_standin.sse import Event
from coze_standin.ws_session import (
    INPUT_AUDIO,
    OUTPUT_AUDIO,
    OUTPUT_CODECS,
    EventHandlers,
    Reply,
    WsSession,
    decode_audio,
)

_CANCELED_BY_CLIENT = 2
_CANCELED_BY_TEXT = 3
"""Why an answer was broken off, as cozepy's comments number it; 1 is the user's voice."""

_LONGEST_TEXT = 1024
"""Bytes that ``input_text.generate_audio`` takes."""


class VoiceChat(WsSession):
    """A bot that answers in writing and aloud.

    It hears no voice activity (``turn_detection``), says no prologue and sends every event whatever
    ``event_subscriptions`` says: what exactly Coze sends there is not known. Nor is the text of a cancellation: it is
    empty. Whatever ``codec`` is asked for, the sound is PCM.
    """

    def __init__(self, call: Call) -> None:
        super().__init__(call)
        self._bytes = 0
        self._conversation_id = ""
        self._chat_id = ""

    defaults: ClassVar[JSON] = {
        "chat_config": {
            "auto_save_history": True,
            "conversation_id": "",
            "user_id": "",
            "meta_data": {},
            "custom_variables": {},
            "extra_params": {},
            "parameters": {},
        },
        "input_audio": INPUT_AUDIO,
        "output_audio": OUTPUT_AUDIO,
    }
    codecs: ClassVar[Mapping[str, Sequence[str]]] = {
        "input_audio": ("pcm", "opus", "g711a", "g711u"),
        "output_audio": OUTPUT_CODECS,
    }

    def open(self) -> Reply:
        """The connection is there, if the bot is."""
        self._bot()
        return Reply((("chat.created", None),))

    def handle(self, name: str, data: JSON) -> Reply:
        """As for every talk; without a bot, each event meets the refusal of the opening again."""
        self._bot()
        return super().handle(name, data)

    def update(self, call: Call) -> Reply:
        """chat.update: the settings as they are now; 4200 for a conversation that does not exist."""
        given = call.mapping("chat_config").get("conversation_id")
        conversation_id = self.state.messaging.touch(str(given)).id if given else self._conversation_id
        settings = self.update_settings(call)
        self._conversation_id = conversation_id
        return Reply((("chat.updated", settings),))

    def append(self, call: Call) -> Reply:
        """input_audio_buffer.append: nothing is said to it."""
        self._bytes += len(decode_audio(call))
        return Reply()

    def clear_sound(self, _: Call) -> Reply:
        """input_audio_buffer.clear: what was appended is forgotten."""
        self._bytes = 0
        return Reply((("input_audio_buffer.cleared", None),))

    def complete(self, _: Call) -> Reply:
        """input_audio_buffer.complete: the sound is taken, understood and answered; no sound is not answered."""
        size, self._bytes = self._bytes, 0
        texts = transcribe(self.state, size)
        taken: list[Event] = [("input_audio_buffer.completed", None)]
        taken += [("conversation.audio_transcript.update", {"content": text}) for text in texts]
        if not texts:
            return Reply(tuple(taken))
        taken += [("conversation.audio_transcript.completed", {"content": texts[-1]})]
        return self._ask({"role": "user", "content_type": "text", "content": texts[-1]}, taken)

    def create_message(self, call: Call) -> Reply:
        """conversation.message.create: a question is answered, a message of the assistant only joins the context."""
        if call.body.get("role") != "assistant":
            return self._ask(dict(call.body), [])
        message = new_message(self.state, self._conversation().id, dict(call.body))
        self.state.messaging.messages.put(message.id, message)
        return Reply()

    def submit(self, call: Call) -> Reply:
        """conversation.chat.submit_tool_outputs: the chat goes on."""
        chat = self.state.messaging.chat_in(self._conversation().id, call.need("chat_id"))
        return self._answer(chat_runs.continue_chat(call, chat), [])

    def clear(self, call: Call) -> Reply:
        """conversation.clear: a new section begins."""
        conversations.clear(replace(call, path={"conversation_id": self._conversation().id}))
        return Reply((("conversation.cleared", None),))

    def cancel(self, _: Call) -> Reply:
        """conversation.chat.cancel: the answer breaks off; 4104 when none is being given."""
        broken = self._interrupt(_CANCELED_BY_CLIENT)
        if not broken:
            raise ApiError("finished")
        return Reply(tuple(broken), replaces_pending=True)

    def generate(self, call: Call) -> Reply:
        """input_text.generate_audio: the text is spoken with ids of 0 (coze-go's frames); an answer breaks off."""
        text = call.need("text")
        if call.need("mode") != "text" or len(text.encode()) >= _LONGEST_TEXT:
            raise ApiError("parameter")
        message = new_message(self.state, self._conversation().id, {"role": "assistant", "content": text})
        message = replace(message, type="answer", id="0", conversation_id="0", bot_id="0", chat_id="0", section_id="0")
        broken = self._interrupt(_CANCELED_BY_TEXT)
        return Reply((*broken, *self._speak(message), self._audio_end(message)), replaces_pending=bool(broken))

    handlers: ClassVar[EventHandlers] = {
        "chat.update": update,
        "input_audio_buffer.append": append,
        "input_audio_buffer.clear": clear_sound,
        "input_audio_buffer.complete": complete,
        "conversation.message.create": create_message,
        "conversation.chat.submit_tool_outputs": submit,
        "conversation.clear": clear,
        "conversation.chat.cancel": cancel,
        "input_text.generate_audio": generate,
    }

    def _bot(self) -> Bot:
        """The bot of the handshake; a refusal when it is missing, unknown or a draft, and for an unknown workflow."""
        call = self.with_body({})
        bot = self.state.bots.get(call.ask("bot_id"))
        if not bot.published_at:
            raise ApiError("unpublished", bot.id)
        if call.query.get("workflow_id"):
            self.state.automation.workflows.get(call.query["workflow_id"])
        return bot

    def _conversation(self) -> Conversation:
        """The conversation of the connection; the first who needs it opens it."""
        if not self._conversation_id:
            self._conversation_id = conversations.open_conversation(self.state, self._bot().id).id
        return self.state.messaging.touch(self._conversation_id)

    def _interrupt(self, reason: int) -> list[Event]:
        """The chat that is at work is cancelled, and that is said; nothing when there is none."""
        chat = self.state.messaging.chats.find(self._chat_id)
        if not chat or not chat_runs.is_running(self.state, chat):
            return []
        chat_runs.cancel_chat(self.state, chat)
        return [("conversation.chat.canceled", {"code": reason, "msg": ""})]

    def _ask(self, question: JSON, before: list[Event]) -> Reply:
        """A question begins a chat, which ends the one before it."""
        config = self.settings.get("chat_config") or {}
        call = self.with_body({**config, "additional_messages": [question]})
        chat = chat_runs.start_chat(call, self._conversation(), self._bot().id)
        broken = self._interrupt(_CANCELED_BY_TEXT)
        asked: list[Event] = [("conversation.message.completed", event_message_json(one)) for one in chat.asked]
        return replace(self._answer(chat, [*broken, *before, *asked]), replaces_pending=bool(broken))

    def _answer(self, chat: Chat, before: list[Event]) -> Reply:
        """The chat from its creation to its end: the text completes while sound still comes (frames of 2025-07)."""
        state, self._chat_id = self.state, chat.id
        chat_events.hold_open(state, chat)
        answers = [message for message in chat.messages if message.type == "answer"]
        rest = chat_events.closing_events(chat)
        written = [event for message in answers for event in chat_events.answer_events(state, message)]
        sounds = [event for message in answers for event in self._sounds(message)]
        early, late = sounds[:-1], sounds[-1:]
        texts = [*interleave(written[:-1], early, state.rng), *written[-1:], *rest[:-1]] if written else rest[:-1]
        answering = self._with_sentence_starts(texts, answers)
        ends = map(self._audio_end, answers)
        opening = chat_events.start_events(chat)
        events = [*before, *opening, *answering, *late, *ends, *rest[-1:]]
        return Reply(tuple(map(_as_frame, events)), finish=lambda: chat_events.finish_chat(state, chat.id))

    def _with_sentence_starts(self, events: list[Event], answers: list[Message]) -> list[Event]:
        """The events with the start of each sentence behind the deltas that hold its text (frames of 2025-07)."""
        waiting = [sentence for message in answers for sentence in sentences(message.content)]
        placed: list[Event] = []
        written = ""
        for name, data in events:
            placed.append((name, data))
            if name == "conversation.message.delta":
                written += data["content"]
            while waiting and (waiting[0] in written or name == "conversation.message.completed"):
                placed.append(("conversation.audio.sentence_start", {"text": waiting.pop(0)}))
        return placed

    def _sounds(self, message: Message) -> list[Event]:
        return sound_events(message, self.state.rng, sound.rate_of(self.settings))

    def _speak(self, message: Message) -> list[Event]:
        """A message without a written form: each sentence starts, then sounds."""
        rate = sound.rate_of(self.settings)
        events: list[Event] = []
        for sentence in sentences(message.content):
            pieces = sound.chunks(sentence, self.state.rng, rate)
            events.append(("conversation.audio.sentence_start", {"text": sentence}))
            events += [("conversation.audio.delta", audio_json(message, piece)) for piece in pieces]
        return events

    def _audio_end(self, message: Message) -> Event:
        return "conversation.audio.completed", audio_json(message, "")


def _as_frame(event: Event) -> Event:
    """An event as a frame has it: chats without ``last_error``, messages without times (frames of 2025-07)."""
    name, data = event
    if name == "conversation.chat.failed" or not isinstance(data, dict):
        return event
    left_out = ("last_error",) if name.startswith("conversation.chat.") else ("created_at", "updated_at")
    return name, {key: value for key, value in data.items() if key not in left_out}
