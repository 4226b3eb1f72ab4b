"""conversations.messages.*, with their feedback."""

from __future__ import annotations

from dataclasses import replace

from coze_standin.calls import Answer, Call, ok
from coze_standin.errors import ApiError
from coze_standin.records import JSON, Message
from coze_standin.state import State

_ROLES = ("user", "assistant")
_CONTENT_TYPES = ("text", "object_string", "card", "audio")
_ORDERS = ("asc", "desc")
_FEEDBACK = ("like", "unlike")


def create(call: Call) -> Answer:
    """conversations.messages.create."""
    state = call.state
    message = new_message(state, call.ask("conversation_id"), dict(call.body))
    state.messaging.messages.put(message.id, message)
    state.messaging.touch(message.conversation_id)
    return ok(message_json(message))


def list_messages(call: Call) -> Answer:
    """conversations.messages.list.

    ``after_id`` goes on behind that message in the order asked for, ``before_id`` ends in front of it: the documents
    speak of one order only. ``chat_id`` keeps the messages of one chat. Which of a chat's messages Coze lists is not
    in the sources: here questions and answers. An empty list has empty ``first_id`` and ``last_id``.
    """
    state, order, limit = call.state, call.body.get("order") or "desc", call.body.get("limit") or 50
    if order not in _ORDERS or not isinstance(limit, int) or limit < 1:
        raise ApiError("parameter")
    listed = state.messaging.messages_of(state.messaging.conversations.get(call.ask("conversation_id")).id)
    if call.body.get("chat_id"):
        listed = [message for message in listed if message.chat_id == call.body["chat_id"]]
    ordered = _window(listed if order == "asc" else listed[::-1], call)
    page = ordered[:limit]
    return ok(
        [message_json(message) for message in page],
        first_id=page[0].id if page else "",
        last_id=page[-1].id if page else "",
        has_more=len(ordered) > limit,
    )


def retrieve(call: Call) -> Answer:
    """conversations.messages.retrieve."""
    return ok(message_json(_requested_message(call)))


def update(call: Call) -> Answer:
    """conversations.messages.update: the changed message comes under ``message``, not under ``data``."""
    state, message = call.state, _requested_message(call)
    changed = replace(
        message,
        content=str(call.body.get("content") or message.content),
        content_type=_one_of(call.body.get("content_type") or message.content_type, _CONTENT_TYPES),
        meta_data=call.mapping("meta_data") or message.meta_data,
        updated_at=state.now,
    )
    return ok(message=message_json(state.messaging.messages.put(message.id, changed)))


def delete(call: Call) -> Answer:
    """conversations.messages.delete: the message as it was."""
    message = _requested_message(call)
    call.state.messaging.feedback.pop((message.conversation_id, message.id), None)
    return ok(message_json(call.state.messaging.messages.remove(message.id)))


def create_feedback(call: Call) -> Answer:
    """conversations.messages.feedback.create: a later one replaces it."""
    message = call.state.messaging.message_in(call.path["conversation_id"], call.path["message_id"])
    kind = _one_of(call.need("feedback_type"), _FEEDBACK)
    call.state.messaging.feedback[message.conversation_id, message.id] = kind
    return ok()


def delete_feedback(call: Call) -> Answer:
    """conversations.messages.feedback.delete: taking back what was never given is success."""
    message = call.state.messaging.message_in(call.path["conversation_id"], call.path["message_id"])
    call.state.messaging.feedback.pop((message.conversation_id, message.id), None)
    return ok()


def new_message(state: State, conversation_id: str, body: JSON, chat_id: str = "", bot_id: str = "") -> Message:
    """The message that a caller wrote, with a fresh id, not yet stored; 4000 when a part of it is missing or wrong."""
    content, meta_data = body.get("content"), body.get("meta_data") or {}
    if not isinstance(content, str) or not content or not isinstance(meta_data, dict):
        raise ApiError("parameter")
    role = _one_of(body.get("role"), _ROLES)
    return Message(
        id=state.ids.new("MESSAGE_ID"),
        conversation_id=conversation_id,
        section_id=state.messaging.conversations.get(conversation_id).section_id,
        bot_id=bot_id,
        chat_id=chat_id,
        role=role,
        type=str(body.get("type") or (("question" if role == "user" else "answer") if chat_id else "")),
        content=content,
        content_type=_one_of(body.get("content_type") or "text", _CONTENT_TYPES),
        meta_data=meta_data,
        created_at=state.now,
        updated_at=state.now,
    )


def message_json(message: Message) -> JSON:
    """A message of a conversation, as the documents of conversations.messages have it.

    ``updated_at`` is a number, as in every SDK; the documents' tables say text.
    """
    return {
        "id": message.id,
        "conversation_id": message.conversation_id,
        "bot_id": message.bot_id,
        "chat_id": message.chat_id,
        "section_id": message.section_id,
        "role": message.role,
        "type": message.type,
        "content": message.content,
        "content_type": message.content_type,
        "meta_data": dict(message.meta_data),
        "created_at": message.created_at,
        "updated_at": message.updated_at,
    }


def chat_message_json(message: Message) -> JSON:
    """A message as chat.messages.list has it (captures of 2025-03): keys in alphabetical order."""
    return {
        "bot_id": message.bot_id,
        "chat_id": message.chat_id,
        "content": message.content,
        "content_type": message.content_type,
        "conversation_id": message.conversation_id,
        "created_at": message.created_at,
        "id": message.id,
        "role": message.role,
        "type": message.type,
        "updated_at": message.updated_at,
    }


def event_message_json(message: Message, *, timed: bool = False) -> JSON:
    """A message as an event has it: a delta has no time, a completed one ``created_at`` (captures 2024-11 to 2026-04).

    ``time_cost``, which the newest answers end with, is in no document: it is left out. ``reasoning_content`` is in the
    deltas of a model that thinks (coze-py #186 of 2025-02, a delta that a user published); whether a completed message
    has it is not known.
    """
    return {
        "id": message.id,
        "conversation_id": message.conversation_id,
        **({"bot_id": message.bot_id} if message.bot_id else {}),
        "role": message.role,
        "type": message.type,
        "content": message.content,
        **({"reasoning_content": message.reasoning} if message.reasoning and not timed else {}),
        "content_type": message.content_type,
        "chat_id": message.chat_id,
        "section_id": message.section_id,
        **({"created_at": message.created_at} if timed else {}),
    }


def _requested_message(call: Call) -> Message:
    return call.state.messaging.message_in(call.ask("conversation_id"), call.ask("message_id"))


def _one_of(value: object, allowed: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise ApiError("parameter")
    return value


def _window(ordered: list[Message], call: Call) -> list[Message]:
    """The messages behind ``after_id`` and in front of ``before_id``; 4200 for one that is not there."""
    ids = [message.id for message in ordered]
    after, before = call.body.get("after_id"), call.body.get("before_id")
    return ordered[_place(ids, after) + 1 if after else 0 : _place(ids, before) if before else len(ids)]


def _place(ids: list[str], message_id: str) -> int:
    if message_id not in ids:
        raise ApiError("missing", f"message_id={message_id}")
    return ids.index(message_id)
