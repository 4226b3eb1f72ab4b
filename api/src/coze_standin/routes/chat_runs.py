"""What a bot makes of a chat: an answer, a tool call or a failure.

The body's ``parameters`` steer it: ``{"tool": true}`` makes it stop at ``requires_action`` with one tool call, and go
on when the tool's output is submitted; ``{"plugin": true}`` makes the bot call a plugin of its own first,
``{"recall": true}`` makes it look into its knowledge, ``{"reasoning": true}`` makes its model think before it answers.
"""

from __future__ import annotations

import math
from dataclasses import replace

from coze_standin import sse, wording
from coze_standin.calls import Call
from coze_standin.errors import ApiError
from coze_standin.records import JSON, Chat, Conversation, Message
from coze_standin.routes.messages import new_message
from coze_standin.state import State

_WORKING_SECONDS = (0.6, 1.2)

_MENTION = 0.3
"""How often an answer contains the owner's mail address."""


def _verbose(kind: str, data: JSON) -> str:
    """The content of a verbose message; ``data`` is a JSON text of its own (captures of 2024-11 to 2025-05)."""
    text = sse.encode_json(data)
    return sse.encode_json({"msg_type": kind, "data": text, "from_module": None, "from_unit": None})


_FINISHED = _verbose("generate_answer_finish", {"finish_reason": 0, "FinData": ""})


def is_running(state: State, chat: Chat) -> bool:
    """Whether the chat can still go on."""
    return chat.status(state.clock()) in ("in_progress", "requires_action")


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


def cancel_chat(state: State, chat: Chat) -> Chat:
    """The chat, cancelled and stored; 4104 when it is over."""
    if chat.status(state.clock()) != "in_progress":
        raise ApiError("finished")
    ended = replace(chat, outcome="canceled", ready_at=state.clock(), messages=(), tool_call_id="")
    return state.messaging.chats.put(chat.id, ended)


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
    reasoning = wording.sentence(_language(state), state.rng) if parameters.get("reasoning") else ""
    return _answering(state, replace(chat, messages=before), question, reasoning)


def _language(state: State) -> wording.Language:
    return state.account.profile.language


def _function(question: str) -> str:
    """The content of a function_call: name and arguments; the sources show further keys of the plugin's own ids."""
    return sse.encode_json({"name": "look_up", "arguments": {"question": question}})


def _recall(state: State) -> str:
    """The content of a knowledge recall. What a chunk holds beside its text is not known."""
    return _verbose("knowledge_recall", {"chunks": [{"slice": wording.sentence(_language(state), state.rng)}]})


def _answering(state: State, chat: Chat, question: str, reasoning: str = "") -> Chat:
    """The chat with its answer, follow-ups and end mark, stored; due within about a second."""
    owner = state.account.owner.email if state.rng.random() < _MENTION else ""
    language = state.account.profile.language
    answer = wording.answer(language, state.rng, question, owner)
    asking = wording.follow_ups(language, state.rng)
    texts = [("answer", answer), ("verbose", _FINISHED), *(("follow_up", text) for text in asking)]
    said, *rest = (_new_message(state, chat, kind, text) for kind, text in texts)
    messages = (replace(said, reasoning=reasoning), *rest)
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
