"""chat.*: a bot that answers at once in a stream, or after a second to a client that polls.

A chat opens as ``in_progress``, as the official example does.
"""

from __future__ import annotations

from coze_standin import sse
from coze_standin.calls import Answer, Call, Events, ok
from coze_standin.errors import ERRORS, ApiError
from coze_standin.records import Chat, Conversation
from coze_standin.routes.chat_events import BEFORE_THE_ANSWER, is_recall, stream_chat
from coze_standin.routes.chat_runs import cancel_chat, continue_chat, is_running, start_chat
from coze_standin.routes.chat_shapes import chat_json, retrieved_json
from coze_standin.routes.conversations import open_conversation
from coze_standin.routes.messages import chat_message_json
from coze_standin.state import State


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
    state, chat = call.state, _requested_chat(call)
    return ok(retrieved_json(state, chat))


def cancel(call: Call) -> Answer:
    """chat.cancel; 4104 when the chat is over, or waits for a tool (official table)."""
    chat = call.state.messaging.chat_in(call.need("conversation_id"), call.need("chat_id"))
    return ok(chat_json(call.state, cancel_chat(call.state, chat)))


def submit_tool_outputs(call: Call) -> Answer | Events:
    """chat.submit_tool_outputs, both ways. A chat that was not saved ends in 5000, as the documents say."""
    state, chat = call.state, continue_chat(call, _requested_chat(call))
    return stream_chat(state, chat) if call.body.get("stream") else ok(chat_json(state, chat))


def list_messages(call: Call) -> Answer:
    """chat.messages.list: what the bot said so far. A failed chat has no ``data`` at all (coze-py #425)."""
    state, chat = call.state, _requested_chat(call)
    status = chat.status(state.clock())
    if status == "failed":
        return ok()
    said = [one for one in chat.messages if status == "completed" or one.type in BEFORE_THE_ANSWER or is_recall(one)]
    return ok([chat_message_json(message) for message in said])


def _requested_chat(call: Call) -> Chat:
    return call.state.messaging.chat_in(call.ask("conversation_id"), call.ask("chat_id"))


def _conversation(call: Call, bot_id: str) -> Conversation:
    """The conversation of the query; an empty or absent ``conversation_id`` opens a new one."""
    given = call.query.get("conversation_id")
    return call.state.messaging.touch(given) if given else open_conversation(call.state, bot_id)
