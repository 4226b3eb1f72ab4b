"""The sounds of an answer, as the events that come beside its text."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from typing import Any

from coze_standin import sound
from coze_standin.parsing import read_json
from coze_standin.records import JSON, Chat, Message
from coze_standin.routes.messages import event_message_json
from coze_standin.sse import Event

_SENTENCE_END = re.compile(r"(?<=[。！？])|(?<=[.!?])\s+|\n+")


def is_asked_aloud(chat: Chat) -> bool:
    """Whether a message that the caller sent holds a sound (official how-to on voice messages)."""
    return any(map(_holds_sound, chat.asked))


def _holds_sound(message: Message) -> bool:
    if message.content_type != "object_string":
        return False
    try:
        parts = read_json(message.content)
    except ValueError:
        return False
    listed = parts if isinstance(parts, list) else []
    return any(isinstance(part, dict) and part.get("type") == "audio" for part in listed)


def sound_events(message: Message, rng: random.Random, rate: int = sound.RATE) -> list[Event]:
    """The sounds of a message, sentence by sentence; at least two, so that one can come after the text."""
    pieces = [piece for one in sentences(message.content) for piece in sound.chunks(one, rng, rate)]
    return [("conversation.audio.delta", audio_json(message, piece)) for piece in pieces]


def audio_json(message: Message, audio: str) -> JSON:
    """The message with ``audio`` in place of its text."""
    return event_message_json(replace(message, content=audio, content_type="audio"))


def sentences(text: str) -> list[str]:
    """What is spoken in one go; a full stop inside a word, such as a mail address, ends nothing."""
    return [part.strip() for part in _SENTENCE_END.split(text) if part.strip()]


def interleave(one: list[Any], other: list[Any], rng: random.Random) -> list[Any]:
    """Both lists in one, each in its own order; the first comes from ``one``, if it has any."""
    head, rest = one[:1], [*(True for _ in one[1:]), *(False for _ in other)]
    rng.shuffle(rest)
    first, second = iter(one[1:]), iter(other)
    return [*head, *(next(first if turn else second) for turn in rest)]
