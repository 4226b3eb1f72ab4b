"""conversations.*: made, listed, renamed, cleared, deleted."""

from __future__ import annotations

from dataclasses import replace

from coze_standin.calls import Answer, Call, ok
from coze_standin.records import API_CONNECTOR, JSON, Conversation
from coze_standin.routes.messages import new_message
from coze_standin.state import State


def create(call: Call) -> Answer:
    """conversations.create: with a bot, a name, first messages, or nothing at all."""
    state = call.state
    bot_id = str(call.body.get("bot_id") or "")
    if bot_id:
        state.bots.get(bot_id)
    conversation = open_conversation(state, bot_id, call)
    for body in call.objects("messages"):
        message = new_message(state, conversation.id, body)
        state.messaging.messages.put(message.id, message)
    return ok(_conversation_json(state, conversation))


def list_conversations(call: Call) -> Answer:
    """conversations.list: the conversations of a bot, newest first."""
    bot = call.state.bots.get(call.ask("bot_id"))
    of_bot = [one for one in reversed(call.state.messaging.conversations.all()) if one.bot_id == bot.id]
    page, more = call.page(of_bot, default_size=50)
    return ok({"conversations": [_conversation_json(call.state, one) for one in page], "has_more": more})


def retrieve(call: Call) -> Answer:
    """conversations.retrieve."""
    return ok(_conversation_json(call.state, call.state.messaging.conversations.get(call.ask("conversation_id"))))


def clear(call: Call) -> Answer:
    """conversations.clear: a new section begins. Its messages stay listed: the sources do not say that they go."""
    state = call.state
    conversation = state.messaging.conversations.get(call.path["conversation_id"])
    section = state.ids.new("SECTION_ID")
    state.messaging.conversations.put(conversation.id, replace(conversation, section_id=section))
    return ok({"id": section, "conversation_id": conversation.id})


def update(call: Call) -> Answer:
    """conversations.update: a new name."""
    state = call.state
    conversation = state.messaging.conversations.get(call.path["conversation_id"])
    named = replace(conversation, name=str(call.body.get("name") or conversation.name), updated_at=state.now)
    return ok(_conversation_json(state, state.messaging.conversations.put(named.id, named)))


def delete(call: Call) -> Answer:
    """conversations.delete: from then on it is 4200."""
    conversation = call.state.messaging.conversations.remove(call.path["conversation_id"])
    for message in call.state.messaging.messages_of(conversation.id):
        call.state.messaging.messages.remove(message.id)
    return ok()


def open_conversation(state: State, bot_id: str, call: Call | None = None) -> Conversation:
    """A fresh conversation of ``bot_id``, stored.

    Its first section has the id of the conversation (captures since 2024-11). Name, metadata and channel come from
    the body of ``call``.
    """
    body = call.body if call else {}
    conversation_id = state.ids.new("CONVERSATION_ID")
    conversation = Conversation(
        id=conversation_id,
        bot_id=bot_id,
        name=str(body.get("name") or ""),
        meta_data=call.mapping("meta_data") if call else {},
        created_at=state.now,
        updated_at=state.now,
        section_id=conversation_id,
        connector_id=str(body.get("connector_id") or API_CONNECTOR),
    )
    return state.messaging.conversations.put(conversation.id, conversation)


def _conversation_json(state: State, conversation: Conversation) -> JSON:
    name = {"name": conversation.name} if conversation.name or state.has("conversation_name") else {}
    return {
        "id": conversation.id,
        **name,
        "meta_data": dict(conversation.meta_data),
        "created_at": conversation.created_at,
        "updated_at": conversation.updated_at,
        "creator_id": state.account.owner.user_id,
        "connector_id": conversation.connector_id,
        "last_section_id": conversation.section_id,
    }
