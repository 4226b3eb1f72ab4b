"""The JSON of a chat.

Shapes: captures of the answers of 2025-03 and 2025-12, and the official how-to on local plugins.
"""

from __future__ import annotations

import math
from typing import Any

from coze_standin import sse
from coze_standin.errors import ERRORS, error_of
from coze_standin.records import JSON, Chat
from coze_standin.state import State


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


def retrieved_json(state: State, chat: Chat) -> JSON:
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
