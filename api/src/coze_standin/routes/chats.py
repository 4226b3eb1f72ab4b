"""chat.*: a bot that answers at once in a stream, or after a second to whoever polls.

The body's ``parameters`` steer a chat: ``{"tool": true}`` makes it stop at ``requires_action`` with one tool call, and
go on when the tool's output is submitted. The stand-in opens a chat as ``in_progress``, as the official example does.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from coze_standin import sse, wording
from coze_standin.calls import Answer, Call, Events, ok
from coze_standin.errors import ERRORS, ApiError
from coze_standin.records import JSON, Chat, Conversation, Message
from coze_standin.routes.conversations import open_conversation
from coze_standin.routes.messages import message_json, new_message
from coze_standin.state import State

_WORKING_SECONDS = (0.6, 1.2)
_MENTION = 0.3
"""How often an answer tells the owner's mail address."""

_FINISHED = sse.encode_json({"msg_type": "generate_answer_finish", "data": "", "from_module": None, "from_unit": None})


def create(call: Call) -> Answer | Events:
    """chat.create and chat.stream: one path, told apart by ``stream``."""
    state = call.state
    bot = state.bots.get(call.need("bot_id"))
    call.need("user_id")
    if not bot.published_at:
        raise ApiError("unpublished", bot.id)
    chat = start_chat(call, _conversation(call, bot.id), bot.id)
    return stream_chat(state, chat) if call.body.get("stream") else ok(chat_json(state, chat))


def retrieve(call: Call) -> Answer:
    """chat.retrieve, as POST (cozepy) and as GET (documents)."""
    return ok(chat_json(call.state, _requested(call)))


def cancel(call: Call) -> Answer:
    """chat.cancel; 4104 when the chat is over."""
    chat = call.state.messaging.chat_in(call.need("conversation_id"), call.need("chat_id"))
    return ok(chat_json(call.state, cancel_chat(call.state, chat)))


def submit_tool_outputs(call: Call) -> Answer | Events:
    """chat.submit_tool_outputs, both ways. A chat that was not saved ends in 5000, as the documents say."""
    state, chat = call.state, continue_chat(call, _requested(call))
    return stream_chat(state, chat) if call.body.get("stream") else ok(chat_json(state, chat))


def list_messages(call: Call) -> Answer:
    """chat.messages.list: what the bot said. A failed chat has no ``data`` at all; one at work an empty list."""
    state, chat = call.state, _requested(call)
    status = chat.status(state.clock())
    if status == "failed":
        return ok()
    return ok([message_json(state, message) for message in chat.messages] if status == "completed" else [])


def cancel_chat(state: State, chat: Chat) -> Chat:
    """The chat, cancelled and stored; 4104 when it is over."""
    if not is_running(state, chat):
        raise ApiError("finished")
    ended = replace(chat, outcome="canceled", ready_at=state.clock(), messages=(), tool_call_id="")
    return state.messaging.chats.put(chat.id, ended)


def is_running(state: State, chat: Chat) -> bool:
    """Whether the chat can still go on."""
    return chat.status(state.clock()) in ("in_progress", "requires_action")


def continue_chat(call: Call, chat: Chat) -> Chat:
    """The chat with the answer that the tool outputs of the body make possible, stored."""
    state = call.state
    if not chat.saved:
        raise ApiError("server")
    outputs = {str(one.get("tool_call_id")): str(one.get("output") or "") for one in call.objects("tool_outputs")}
    if chat.status(state.clock()) != "requires_action" or chat.tool_call_id not in outputs:
        raise ApiError("parameter")
    return _answering(state, replace(chat, tool_call_id=""), outputs[chat.tool_call_id])


def start_chat(call: Call, conversation: Conversation, bot_id: str) -> Chat:
    """A chat that the request began, stored together with the messages that came with it."""
    state = call.state
    chat_id = state.ids.new("CHAT_ID")
    asked = tuple(
        new_message(state, conversation.id, body, chat_id, bot_id) for body in call.objects("additional_messages")
    )
    chat = Chat(
        id=chat_id,
        conversation_id=conversation.id,
        section_id=conversation.section_id,
        bot_id=bot_id,
        created_at=state.now,
        ready_at=math.inf,
        outcome="completed",
        asked=asked,
        messages=(),
        input_count=state.rng.randint(200, 900) + sum(len(message.content) for message in asked),
        output_count=0,
        meta_data=call.mapping("meta_data"),
        saved=call.body.get("auto_save_history") is not False,
    )
    for message in asked if chat.saved else ():
        state.messaging.messages.put(message.id, message)
    return _opening(call, chat)


def stream_chat(state: State, chat: Chat) -> Events:
    """The chat as the events of ``/v3/chat``; it is over when the stream is."""
    hold_open(state, chat)
    events = (*opening_events(state, chat), *closing_events(state, chat), ("done", "[DONE]"))
    return Events(sse.CHAT, events, lambda: finish_chat(state, chat.id), lambda: _cut_short(state, chat.id))


def _cut_short(state: State, chat_id: str) -> tuple[sse.Event, ...]:
    """The end of the stream of a chat that was cancelled meanwhile.

    No source shows such an end: the name of the event is the one that the WebSocket has for it.
    """
    chat = state.messaging.chats.get(chat_id)
    if chat.outcome != "canceled":
        return ()
    return ("conversation.chat.canceled", chat_json(state, chat)), ("done", "[DONE]")


def hold_open(state: State, chat: Chat) -> None:
    """The chat is at work until somebody says that it is ``over``."""
    state.messaging.chats.put(chat.id, replace(chat, ready_at=math.inf))


def opening_events(state: State, chat: Chat) -> list[sse.Event]:
    """The chat is created, in progress, and says its answer in deltas and then whole."""
    answers = [message for message in chat.messages if message.type == "answer"]
    return start_events(state, chat) + [event for message in answers for event in answer_events(state, message)]


def start_events(state: State, chat: Chat) -> list[sse.Event]:
    """The chat is created, and in progress."""
    return [(f"conversation.chat.{status}", chat_json(state, chat, status)) for status in ("created", "in_progress")]


def answer_events(state: State, message: Message) -> list[sse.Event]:
    """An answer as deltas, then whole. A mail address in it is cut by the deltas."""
    texts = wording.pieces(message.content, state.rng, state.account.owner.email)
    deltas: list[sse.Event] = [
        ("conversation.message.delta", message_json(state, replace(message, content=text), brief=True))
        for text in texts
    ]
    return [*deltas, ("conversation.message.completed", message_json(state, message, brief=True))]


def finish_chat(state: State, chat_id: str) -> None:
    """The stream of a chat ended: the chat has reached its outcome now, unless it was cancelled before."""
    chat = state.messaging.chats.get(chat_id)
    if math.isinf(chat.ready_at):
        state.messaging.chats.put(chat_id, replace(chat, ready_at=state.clock()))


def chat_json(state: State, chat: Chat, status: str = "") -> JSON:
    """A chat as JSON, in the given status or in the one that it has now."""
    status = status or chat.status(state.clock())
    return {
        "id": chat.id,
        "conversation_id": chat.conversation_id,
        **({"bot_id": chat.bot_id} if chat.bot_id else {}),
        "created_at": chat.created_at,
        **_ending(chat, status),
        "last_error": _last_error(status),
        "status": status,
        **_usage(state, chat, status),
        **({"meta_data": dict(chat.meta_data)} if chat.meta_data or state.has("meta_data") else {}),
        **_inserted_messages(state, chat),
        **({"section_id": chat.section_id} if not chat.bot_id else {}),
    }


def _requested(call: Call) -> Chat:
    return call.state.messaging.chat_in(call.ask("conversation_id"), call.ask("chat_id"))


def _conversation(call: Call, bot_id: str) -> Conversation:
    """The conversation of the query; an empty or absent ``conversation_id`` opens a new one."""
    given = call.query.get("conversation_id")
    return call.state.messaging.touch(given) if given else open_conversation(call.state, bot_id)


def _opening(call: Call, chat: Chat) -> Chat:
    """The chat on its way: to a failure, to a tool call, or to an answer."""
    if call.scenario == "chat-failed":
        return _due(call.state, replace(chat, outcome="failed"))
    if call.mapping("parameters").get("tool"):
        waiting = replace(chat, outcome="requires_action", tool_call_id=call.state.ids.new("TOOL_CALL_ID"))
        return _due(call.state, waiting)
    return _answering(call.state, chat, chat.asked[-1].content if chat.asked else "")


def _answering(state: State, chat: Chat, question: str) -> Chat:
    """The chat with its answer, follow-ups and end mark, stored; due within about a second."""
    owner = state.account.owner.email if state.rng.random() < _MENTION else ""
    language = state.account.profile.language
    answer = wording.answer(language, state.rng, question, owner)
    asking = wording.follow_ups(language, state.rng)
    texts = [("answer", answer), ("verbose", _FINISHED), *(("follow_up", text) for text in asking)]
    messages = tuple(_new_message(state, chat, kind, text) for kind, text in texts)
    for message in messages[:1] if chat.saved else ():
        state.messaging.messages.put(message.id, message)
    count = len(answer) + state.rng.randint(3, 60)
    return _due(state, replace(chat, outcome="completed", messages=messages, output_count=count))


def _new_message(state: State, chat: Chat, kind: str, text: str) -> Message:
    return Message(
        id=state.ids.new("MESSAGE_ID"),
        conversation_id=chat.conversation_id,
        section_id=chat.section_id,
        bot_id=chat.bot_id,
        chat_id=chat.id,
        role="assistant",
        type=kind,
        content=text,
        content_type="text",
        meta_data={},
        created_at=state.now,
        updated_at=state.now,
    )


def _due(state: State, chat: Chat) -> Chat:
    return state.messaging.chats.put(
        chat.id, replace(chat, ready_at=state.clock() + state.rng.uniform(*_WORKING_SECONDS))
    )


def closing_events(state: State, chat: Chat) -> list[sse.Event]:
    """The end mark and the follow-ups of the chat, then how it ended."""
    rest: list[sse.Event] = [
        ("conversation.message.completed", message_json(state, message, brief=True))
        for message in chat.messages
        if message.type != "answer"
    ]
    return [*rest, (f"conversation.chat.{chat.outcome}", chat_json(state, chat, chat.outcome))]


def _ending(chat: Chat, status: str) -> JSON:
    ended: dict[str, JSON] = {
        "completed": {"completed_at": int(chat.ready_at) if math.isfinite(chat.ready_at) else chat.created_at},
        "failed": {"failed_at": int(chat.ready_at) if math.isfinite(chat.ready_at) else chat.created_at},
        "requires_action": {"required_action": _required_action(chat)},
    }
    return ended.get(status, {})


def _required_action(chat: Chat) -> JSON:
    function = {
        "name": "look_up",
        "arguments": sse.encode_json({"question": chat.asked[-1].content if chat.asked else ""}),
    }
    calls = [{"id": chat.tool_call_id, "type": "function", "function": function}]
    return {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": calls}}


def _last_error(status: str) -> JSON:
    row = ERRORS["interval"]
    return {"code": row.code, "msg": row.msg} if status == "failed" else {"code": 0, "msg": ""}


def _usage(state: State, chat: Chat, status: str) -> dict[str, Any]:
    """Real counts once the chat is completed; before that zeros, or nothing where the account leaves them out."""
    given, taken = (chat.input_count, chat.output_count) if status == "completed" else (0, 0)
    if not given and not state.has("usage_at_start"):
        return {}
    return {"usage": {"token_count": given + taken, "output_count": taken, "input_count": given}}


def _inserted_messages(state: State, chat: Chat) -> JSON:
    ids = [{"id": message.id} for message in chat.asked]
    return {"inserted_additional_messages": ids} if ids and chat.saved and state.has("inserted_messages") else {}
