"""chat.*: a bot that answers at once in a stream, or after a second to a client that polls.

The body's ``parameters`` steer a chat: ``{"tool": true}`` makes it stop at ``requires_action`` with one tool call, and
go on when the tool's output is submitted; ``{"plugin": true}`` makes the bot call a plugin of its own first,
``{"recall": true}`` makes it look into its knowledge. A chat opens as ``in_progress``, as the official example does.

Shapes: captures of streams of 2024-11 to 2026-04, of the answers of 2025-03 and 2025-12, and the official how-to on
local plugins. ``inserted_additional_messages`` is in SDK models alone: it is never sent. The order of a chat's messages
is that of the run; whether a verbose may come before the answer differs between the sources.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from coze_standin import sse, wording
from coze_standin.calls import Answer, Call, Events, ok
from coze_standin.errors import ERRORS, ApiError, error_of
from coze_standin.records import JSON, Chat, Conversation, Message
from coze_standin.routes.conversations import open_conversation
from coze_standin.routes.messages import chat_message_json, event_message_json, new_message
from coze_standin.state import State

_WORKING_SECONDS = (0.6, 1.2)
_BEFORE_THE_ANSWER = ("function_call", "tool_response")
"""The types of messages that come before the answer of a bot with a plugin (official how-to, captures of 2025-03)."""

_MENTION = 0.3
"""How often an answer contains the owner's mail address."""


def _verbose(kind: str, data: JSON) -> str:
    """The content of a verbose message; ``data`` is a JSON text of its own (captures of 2024-11 to 2025-05)."""
    text = sse.encode_json(data)
    return sse.encode_json({"msg_type": kind, "data": text, "from_module": None, "from_unit": None})


_FINISHED = _verbose("generate_answer_finish", {"finish_reason": 0, "FinData": ""})


def create(call: Call) -> Answer | Events:
    """chat.create and chat.stream: one path, distinguished by ``stream``."""
    state = call.state
    bot = state.bots.get(call.need("bot_id"))
    call.need("user_id")
    if not bot.published_at:
        raise ApiError("unpublished", bot.id)
    streams = bool(call.body.get("stream"))
    if not streams and call.body.get("auto_save_history") is False:
        raise ApiError("unsaved")
    conversation = _conversation(call, bot.id)
    if _is_occupied(state, conversation.id):
        return _refuse_occupied(streams=streams)
    chat = start_chat(call, conversation, bot.id)
    if streams:
        return stream_chat(state, chat)
    return Answer(
        {"data": chat_json(state, chat), "code": 0, "msg": ""}, detailed=False
    )  # captures of 2024-11, 2025-12


def _is_occupied(state: State, conversation_id: str) -> bool:
    chats = state.messaging.chats.all()
    return any(one.conversation_id == conversation_id and is_running(state, one) for one in chats)


def _refuse_occupied(*, streams: bool) -> Events:
    """4016: to a stream as the event ``error`` (an answer that a user published); other errors are JSON to both."""
    if not streams:
        raise ApiError("occupied")
    row = ERRORS["occupied"]
    return Events(sse.CHAT, (sse.CHAT.error(row.code, row.msg),))


def retrieve(call: Call) -> Answer:
    """chat.retrieve, as POST (cozepy) and as GET (documents)."""
    state, chat = call.state, _requested(call)
    return ok(_retrieved_json(state, chat))


def cancel(call: Call) -> Answer:
    """chat.cancel; 4104 when the chat is over, or waits for a tool (official table)."""
    chat = call.state.messaging.chat_in(call.need("conversation_id"), call.need("chat_id"))
    return ok(chat_json(call.state, cancel_chat(call.state, chat)))


def submit_tool_outputs(call: Call) -> Answer | Events:
    """chat.submit_tool_outputs, both ways. A chat that was not saved ends in 5000, as the documents say."""
    state, chat = call.state, continue_chat(call, _requested(call))
    return stream_chat(state, chat) if call.body.get("stream") else ok(chat_json(state, chat))


def list_messages(call: Call) -> Answer:
    """chat.messages.list: what the bot said so far. A failed chat has no ``data`` at all (coze-py #425)."""
    state, chat = call.state, _requested(call)
    status = chat.status(state.clock())
    if status == "failed":
        return ok()
    said = [one for one in chat.messages if status == "completed" or one.type in _BEFORE_THE_ANSWER or _is_recall(one)]
    return ok([chat_message_json(message) for message in said])


def cancel_chat(state: State, chat: Chat) -> Chat:
    """The chat, cancelled and stored; 4104 when it is over."""
    if chat.status(state.clock()) != "in_progress":
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
    output = outputs[chat.tool_call_id]
    messages = (*chat.messages, _new_message(state, chat, "tool_response", output))
    return _answering(state, replace(chat, tool_call_id="", messages=messages), output)


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
        deltas=int(call.options.get("events", 0)) if call.scenario == "long-answer" else 0,
    )
    for message in asked if chat.saved else ():
        state.messaging.messages.put(message.id, message)
    return _opening(call, chat)


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


def opening_events(state: State, chat: Chat) -> list[sse.Event]:
    """The chat is created, in progress, calls its tools, and says its answer in deltas and then whole.

    After tool outputs it goes on without being created again (official how-to on local plugins).
    """
    before = [one for one in chat.messages if one.type in _BEFORE_THE_ANSWER or _is_recall(one)]
    if chat.interrupted_at:
        before = [one for one in before if one.type == "tool_response"]
    answers = [message for message in chat.messages if message.type == "answer"]
    spoken = [event for message in answers for event in answer_events(state, message, chat.deltas)]
    return [*start_events(chat), *map(_completed, before), *spoken]


def _completed(message: Message) -> sse.Event:
    return "conversation.message.completed", event_message_json(message, timed=True)


def _is_recall(message: Message) -> bool:
    return message.type == "verbose" and "knowledge_recall" in message.content


def start_events(chat: Chat) -> list[sse.Event]:
    """The chat is created, and in progress."""
    statuses = ("in_progress",) if chat.interrupted_at else ("created", "in_progress")
    return [(f"conversation.chat.{status}", event_chat_json(chat, status)) for status in statuses]


def answer_events(state: State, message: Message, count: int = 0) -> list[sse.Event]:
    """An answer as deltas, then whole. A mail address in it is cut by the deltas; ``count`` asks for so many."""
    texts = wording.pieces(message.content, state.rng, state.account.owner.email)
    if count:
        texts = [message.content[place : place + 1] or "." for place in range(count)]
        message = replace(message, content="".join(texts))
    deltas: list[sse.Event] = [
        ("conversation.message.delta", event_message_json(replace(message, content=text))) for text in texts
    ]
    return [*deltas, _completed(message)]


def finish_chat(state: State, chat_id: str) -> None:
    """The stream of a chat ended: the chat has reached its outcome now, unless it was cancelled before."""
    chat = state.messaging.chats.get(chat_id)
    if math.isinf(chat.ready_at):
        state.messaging.chats.put(chat_id, replace(chat, ready_at=state.clock()))


def chat_json(state: State, chat: Chat, status: str = "") -> JSON:
    """A chat as create, cancel and submit_tool_outputs answer it: no ``usage`` before its end (captures of 2025)."""
    status = status or chat.status(state.clock())
    return {
        "id": chat.id,
        "conversation_id": chat.conversation_id,
        **({"bot_id": chat.bot_id} if chat.bot_id else {}),
        "created_at": chat.created_at,
        **_ending(chat, status),
        "last_error": _last_error(chat, status),
        "status": status,
        **({"meta_data": dict(chat.meta_data)} if chat.meta_data or state.has("meta_data") else {}),
    }


def _retrieved_json(state: State, chat: Chat) -> JSON:
    """A chat as chat.retrieve answers it: ``last_error`` only of a failed one, ``usage`` of a completed one."""
    status = chat.status(state.clock())
    shown = chat_json(state, chat, status)
    if status != "failed":
        del shown["last_error"]
    if status != "completed":
        return shown
    details = {"input_tokens_details": {"cached_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 0}}
    return {**shown, "usage": {**_usage(chat, status), **details}}


def event_chat_json(chat: Chat, status: str) -> JSON:
    """A chat as an event of a stream has it: ``usage`` from the start, ``section_id`` last (captures of 2025)."""
    return {
        "id": chat.id,
        "conversation_id": chat.conversation_id,
        **({"bot_id": chat.bot_id} if chat.bot_id else {}),
        "created_at": chat.created_at,
        **_ending(chat, status),
        "last_error": _last_error(chat, status),
        "status": status,
        "usage": _usage(chat, status),
        **({"meta_data": dict(chat.meta_data)} if chat.meta_data else {}),
        "section_id": chat.section_id,
    }


def _requested(call: Call) -> Chat:
    return call.state.messaging.chat_in(call.ask("conversation_id"), call.ask("chat_id"))


def _conversation(call: Call, bot_id: str) -> Conversation:
    """The conversation of the query; an empty or absent ``conversation_id`` opens a new one."""
    given = call.query.get("conversation_id")
    return call.state.messaging.touch(given) if given else open_conversation(call.state, bot_id)


def _opening(call: Call, chat: Chat) -> Chat:
    """The chat on its way: to a failure, to a tool call, or to an answer."""
    state, parameters = call.state, call.mapping("parameters")
    question = chat.asked[-1].content if chat.asked else ""
    if call.scenario == "chat-failed":
        code = int(call.options["code"])
        return _due(state, replace(chat, outcome="failed", error_code=code))
    if parameters.get("tool"):
        waiting = replace(chat, outcome="requires_action", tool_call_id=state.ids.new("TOOL_CALL_ID"))
        waiting = replace(waiting, messages=(_new_message(state, chat, "function_call", _function(question)),))
        waiting = _due(state, waiting)
        return state.messaging.chats.put(chat.id, replace(waiting, interrupted_at=int(waiting.ready_at)))
    texts = []
    if parameters.get("plugin"):
        texts = [
            ("function_call", _function(question)),
            ("tool_response", wording.sentence(_language(state), state.rng)),
        ]
    if parameters.get("recall"):
        texts.append(("verbose", _recall(state)))
    before = tuple(_new_message(state, chat, kind, text) for kind, text in texts)
    return _answering(state, replace(chat, messages=before), question)


def _language(state: State) -> wording.Language:
    return state.account.profile.language


def _function(question: str) -> str:
    """The content of a function_call: name and arguments; the sources show further keys of the plugin's own ids."""
    return sse.encode_json({"name": "look_up", "arguments": {"question": question}})


def _recall(state: State) -> str:
    """The content of a knowledge recall. What a chunk holds beside its text is not known."""
    return _verbose("knowledge_recall", {"chunks": [{"slice": wording.sentence(_language(state), state.rng)}]})


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
    messages = (*chat.messages, *messages)
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


def closing_events(chat: Chat) -> list[sse.Event]:
    """The end mark and the follow-ups of the chat, then how it ended."""
    rest: list[sse.Event] = [
        _completed(message)
        for message in chat.messages
        if message.type not in ("answer", *_BEFORE_THE_ANSWER) and not _is_recall(message)
    ]
    return [*rest, (f"conversation.chat.{chat.outcome}", event_chat_json(chat, chat.outcome))]


def _ending(chat: Chat, status: str) -> JSON:
    """The time of the end; of an interrupted chat, that of the interruption (official how-to on local plugins)."""
    ended = int(chat.ready_at) if math.isfinite(chat.ready_at) else chat.created_at
    if status == "completed":
        return {"completed_at": ended}
    if status == "failed":
        return {"failed_at": ended}
    interrupted = {"completed_at": chat.interrupted_at} if chat.interrupted_at else {}
    return {**interrupted, **({"required_action": _required_action(chat)} if status == "requires_action" else {})}


def _required_action(chat: Chat) -> JSON:
    function = {
        "name": "look_up",
        "arguments": sse.encode_json({"question": chat.asked[-1].content if chat.asked else ""}),
    }
    calls = [
        {"id": chat.tool_call_id, "type": "function", "function": function, "require_info": {"require_fields": []}}
    ]
    return {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": calls}}


def _last_error(chat: Chat, status: str) -> JSON:
    if status != "failed":
        return {"code": 0, "msg": ""}
    row = ERRORS["interval"] if chat.error_code == ERRORS["interval"].code else error_of(chat.error_code)
    return {"code": row.code, "msg": row.msg}


def _usage(chat: Chat, status: str) -> dict[str, Any]:
    """Real counts once the chat is completed, before that zeros."""
    given, taken = (chat.input_count, chat.output_count) if status == "completed" else (0, 0)
    return {"token_count": given + taken, "output_count": taken, "input_count": given}
