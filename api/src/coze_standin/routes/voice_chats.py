"""websockets.chat: text or sound in, text and sound out, over the same chats and conversations as HTTP."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from typing import Any, ClassVar

from coze_standin import sound
from coze_standin.calls import Call
from coze_standin.errors import Refusal
from coze_standin.records import JSON, Bot, Chat, Conversation, Message
from coze_standin.routes import chats, conversations
from coze_standin.routes.messages import shown, written
from coze_standin.routes.transcriptions import recognised
from coze_standin.sse import Event
from coze_standin.state import State
from coze_standin.talk import Answers, Said, Talk, decoded

_CANCELED_BY_CLIENT = 2
_CANCELED_BY_TEXT = 3
"""Why an answer was broken off, as cozepy's comments number it; 1 is the user's voice."""

_LONGEST_TEXT = 1024
"""Bytes that ``input_text.generate_audio`` takes."""

_SENTENCE_END = re.compile(r"(?<=[。！？])|(?<=[.!?])\s+|\n+")


class VoiceChat(Talk):
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

    def opened(self) -> Said:
        """The connection is there, if the bot is."""
        self._bot()
        return Said((("chat.created", None),))

    def heard(self, name: str, data: JSON) -> Said:
        """As for every talk; without a bot, each event meets the refusal of the opening again."""
        self._bot()
        return super().heard(name, data)

    def update(self, call: Call) -> Said:
        """chat.update: the settings as they are now; 4200 for a conversation that does not exist."""
        given = call.mapping("chat_config").get("conversation_id")
        if given:
            self._conversation_id = self.state.moved(str(given)).id
        return Said((("chat.updated", self.settle(call)),))

    def append(self, call: Call) -> Said:
        """input_audio_buffer.append: nothing is said to it."""
        self._bytes += len(decoded(call))
        return Said()

    def clear_sound(self, _: Call) -> Said:
        """input_audio_buffer.clear: what was appended is forgotten."""
        self._bytes = 0
        return Said((("input_audio_buffer.cleared", None),))

    def complete(self, _: Call) -> Said:
        """input_audio_buffer.complete: the sound is taken, understood and answered; no sound is not answered."""
        size, self._bytes = self._bytes, 0
        texts = recognised(self.state, size)
        taken: list[Event] = [("input_audio_buffer.completed", None)]
        taken += [("conversation.audio_transcript.update", {"content": text}) for text in texts]
        if not texts:
            return Said(tuple(taken))
        taken += [("conversation.audio_transcript.completed", {"content": texts[-1]})]
        return self._asked({"role": "user", "content_type": "text", "content": texts[-1]}, taken)

    def create_message(self, call: Call) -> Said:
        """conversation.message.create: a question is answered, a message of the assistant only joins the context."""
        if call.body.get("role") != "assistant":
            return self._asked(dict(call.body), [])
        message = written(self.state, self._conversation().id, dict(call.body))
        self.state.messages.put(message.id, message)
        return Said()

    def submit(self, call: Call) -> Said:
        """conversation.chat.submit_tool_outputs: the chat goes on."""
        chat = self.state.chat_in(self._conversation().id, call.need("chat_id"))
        return self._answered(chats.going_on(call, chat), [])

    def clear(self, call: Call) -> Said:
        """conversation.clear: a new section begins."""
        conversations.clear(replace(call, path={"conversation_id": self._conversation().id}))
        return Said((("conversation.cleared", None),))

    def cancel(self, _: Call) -> Said:
        """conversation.chat.cancel: the answer breaks off; 4104 when none is being given."""
        broken = self._broken_off(_CANCELED_BY_CLIENT)
        if not broken:
            raise Refusal("finished")
        return Said(tuple(broken), interrupts=True)

    def generate(self, call: Call) -> Said:
        """input_text.generate_audio: the text is spoken, in no chat; an answer that is being given breaks off."""
        text = call.need("text")
        if call.need("mode") != "text" or len(text.encode()) >= _LONGEST_TEXT:
            raise Refusal("parameter")
        message = written(self.state, self._conversation().id, {"role": "assistant", "content": text})
        message = replace(message, type="answer", bot_id=self._bot().id)
        broken = self._broken_off(_CANCELED_BY_TEXT)
        return Said((*broken, *self._aloud(message), self._silent(message)), interrupts=bool(broken))

    answers: ClassVar[Answers] = {
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
            raise Refusal("unpublished", bot.id)
        if call.query.get("workflow_id"):
            self.state.workflows.get(call.query["workflow_id"])
        return bot

    def _conversation(self) -> Conversation:
        """The conversation of the connection; the first who needs it opens it."""
        if not self._conversation_id:
            self._conversation_id = conversations.opened(self.state, self._bot().id).id
        return self.state.moved(self._conversation_id)

    def _broken_off(self, reason: int) -> list[Event]:
        """The chat that is at work is cancelled, and that is said; nothing when there is none."""
        chat = self.state.chats.find(self._chat_id)
        if not chat or not chats.at_work(self.state, chat):
            return []
        chats.canceled(self.state, chat)
        return [("conversation.chat.canceled", {"code": reason, "msg": ""})]

    def _asked(self, question: JSON, before: list[Event]) -> Said:
        """A question begins a chat, which ends the one before it."""
        config = self.settings.get("chat_config") or {}
        call = self.with_body({**config, "additional_messages": [question]})
        chat = chats.begun(call, self._conversation(), self._bot().id)
        broken = self._broken_off(_CANCELED_BY_TEXT)
        asked: list[Event] = [
            ("conversation.message.completed", shown(self.state, one, brief=True)) for one in chat.asked
        ]
        return replace(self._answered(chat, [*broken, *before, *asked]), interrupts=bool(broken))

    def _answered(self, chat: Chat, before: list[Event]) -> Said:
        """The chat from its creation to its end."""
        state, self._chat_id = self.state, chat.id
        chats.held(state, chat)
        answers = [message for message in chat.messages if message.type == "answer"]
        answering = [event for message in answers for event in self._said_and_written(message)]
        *rest, end = chats.closing_events(state, chat)
        events = (*before, *chats.started(state, chat), *answering, *rest, *map(self._silent, answers), end)
        return Said(events, finish=lambda: chats.over(state, chat.id))

    def _said_and_written(self, message: Message) -> list[Event]:
        """The deltas of an answer among its sounds, and then the whole of it."""
        *deltas, whole = chats.spoken(self.state, message)
        return [*interleaved(deltas, self._aloud(message), self.state.chance), whole]

    def _aloud(self, message: Message) -> list[Event]:
        state, rate = self.state, sound.rate_of(self.settings)
        events: list[Event] = []
        for sentence in sentences(message.content):
            events.append(("conversation.audio.sentence_start", {"text": sentence}))
            events += [
                ("conversation.audio.delta", _sounding(state, message, piece))
                for piece in sound.chunks(sentence, state.chance, rate)
            ]
        return events

    def _silent(self, message: Message) -> Event:
        return "conversation.audio.completed", _sounding(self.state, message, "")


def sentences(text: str) -> list[str]:
    """What is spoken in one go; a full stop inside a word, such as a mail address, ends nothing."""
    return [part.strip() for part in _SENTENCE_END.split(text) if part.strip()]


def interleaved(one: list[Any], other: list[Any], chance: random.Random) -> list[Any]:
    """Both lists in one, each in its own order; the first comes from ``one``, if it has any."""
    head, rest = one[:1], [*(True for _ in one[1:]), *(False for _ in other)]
    chance.shuffle(rest)
    first, second = iter(one[1:]), iter(other)
    return [*head, *(next(first if turn else second) for turn in rest)]


def _sounding(state: State, message: Message, sound_of_it: str) -> JSON:
    return shown(state, replace(message, content=sound_of_it, content_type="audio"), brief=True)
