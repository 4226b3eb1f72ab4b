"""A chat as the events of a stream.

Shapes: captures of streams of 2024-11 to 2026-04. ``inserted_additional_messages`` is in SDK models alone: it is never
sent. The order of a chat's messages is that of the run; whether a verbose may come before the answer differs between
the sources.
"""

from __future__ import annotations

import math
from dataclasses import replace

from coze_standin import sse, wording
from coze_standin.calls import Events
from coze_standin.records import Chat, Message
from coze_standin.routes.chat_shapes import event_chat_json
from coze_standin.routes.messages import event_message_json
from coze_standin.routes.spoken import interleave, is_asked_aloud, sound_events
from coze_standin.state import State

BEFORE_THE_ANSWER = ("function_call", "tool_response")
"""The types of messages that come before the answer of a bot with a plugin (official how-to, captures of 2025-03)."""


def stream_chat(state: State, chat: Chat) -> Events:
    """The chat as the events of ``/v3/chat``; it is over when the stream is."""
    hold_open(state, chat)
    events = (*opening_events(state, chat), *closing_events(chat), ("done", "[DONE]"))
    return Events(sse.CHAT, events, lambda: finish_chat(state, chat.id), lambda: _cut_short(state, chat.id))


def _cut_short(state: State, chat_id: str) -> tuple[sse.Event, ...]:
    """The end of the stream of a chat that was cancelled meanwhile.

    No source shows such an end: the name of the event is the one that the WebSocket has for it.
    """
    chat = state.messaging.chats.get(chat_id)
    if chat.outcome != "canceled":
        return ()
    return ("conversation.chat.canceled", event_chat_json(chat, "canceled")), ("done", "[DONE]")


def hold_open(state: State, chat: Chat) -> None:
    """The chat is at work until it is ``over``."""
    state.messaging.chats.put(chat.id, replace(chat, ready_at=math.inf))


def finish_chat(state: State, chat_id: str) -> None:
    """The stream of a chat ended: the chat has reached its outcome now, unless it was cancelled before."""
    chat = state.messaging.chats.get(chat_id)
    if math.isinf(chat.ready_at):
        state.messaging.chats.put(chat_id, replace(chat, ready_at=state.clock()))


def opening_events(state: State, chat: Chat) -> list[sse.Event]:
    """The chat is created, in progress, calls its tools, and says its answer in deltas and then whole.

    After tool outputs it goes on without being created again (official how-to on local plugins).
    """
    before = [one for one in chat.messages if one.type in BEFORE_THE_ANSWER or is_recall(one)]
    if chat.interrupted_at:
        before = [one for one in before if one.type == "tool_response"]
    answers = [message for message in chat.messages if message.type == "answer"]
    said = [event for message in answers for event in _say(state, chat, message)]
    return [*start_events(chat), *map(_completed_event, before), *said]


def _say(state: State, chat: Chat, answer: Message) -> list[sse.Event]:
    """An answer in writing; where the question holds a sound, also aloud, among the deltas.

    The official how-to on voice messages is about a bot's chat alone: what a workflow's chat and a chat after tool
    outputs say aloud is not known, they are answered in writing.
    """
    written = answer_events(state, answer, chat.deltas)
    if chat.interrupted_at or not chat.bot_id or not is_asked_aloud(chat):
        return written
    return [*interleave(written[:-1], sound_events(answer, state.rng), state.rng), *written[-1:]]


def _completed_event(message: Message) -> sse.Event:
    return "conversation.message.completed", event_message_json(message, timed=True)


def is_recall(message: Message) -> bool:
    """Whether a message is a knowledge recall."""
    return message.type == "verbose" and "knowledge_recall" in message.content


def start_events(chat: Chat) -> list[sse.Event]:
    """The chat is created, and in progress."""
    statuses = ("in_progress",) if chat.interrupted_at else ("created", "in_progress")
    return [(f"conversation.chat.{status}", event_chat_json(chat, status)) for status in statuses]


def answer_events(state: State, message: Message, count: int = 0) -> list[sse.Event]:
    """An answer as deltas, those of its reasoning first, then whole.

    A mail address in it is cut by the deltas; ``count`` asks for so many.
    """
    thoughts = wording.pieces(message.reasoning, state.rng) if message.reasoning else []
    texts = wording.pieces(message.content, state.rng, state.account.owner.email)
    if count:
        texts = [message.content[place : place + 1] or "." for place in range(count)]
        message = replace(message, content="".join(texts))
    said = [
        *(replace(message, content="", reasoning=thought) for thought in thoughts),
        *(replace(message, content=text, reasoning="") for text in texts),
    ]
    deltas: list[sse.Event] = [("conversation.message.delta", event_message_json(each)) for each in said]
    return [*deltas, _completed_event(message)]


def closing_events(chat: Chat) -> list[sse.Event]:
    """The end mark and the follow-ups of the chat, then how it ended."""
    rest: list[sse.Event] = [
        _completed_event(message)
        for message in chat.messages
        if message.type not in ("answer", *BEFORE_THE_ANSWER) and not is_recall(message)
    ]
    return [*rest, (f"conversation.chat.{chat.outcome}", event_chat_json(chat, chat.outcome))]
