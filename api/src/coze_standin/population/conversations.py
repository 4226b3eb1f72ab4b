"""Puts a few old conversations into an account."""

from __future__ import annotations

from coze_standin import secret_values, wording
from coze_standin.population.moments import fixed_rng, past
from coze_standin.records import (
    API_CONNECTOR,
    Conversation,
    Message,
)
from coze_standin.state import State


def add_conversations(state: State) -> None:
    """The old conversations of the configured bot, each with a question and an answer."""
    profile = state.account.profile
    for place, name in enumerate(profile.conversations.names):
        made = past(state, 30 - place)
        conversation_id = state.ids.new("CONVERSATION_ID")
        conversation = Conversation(
            id=conversation_id,
            bot_id=state.configured.bot_id,
            name=name,
            meta_data={"topic": secret_values.word(fixed_rng(name))},
            created_at=made,
            updated_at=made + 60,
            section_id=conversation_id,
            connector_id=API_CONNECTOR,
        )
        state.messaging.conversations.put(conversation.id, conversation)
        answer = wording.answer(
            profile.language, state.rng, profile.conversations.opening_question, state.account.owner.email
        )
        _add_message(state, conversation, "user", "question", profile.conversations.opening_question)
        _add_message(state, conversation, "assistant", "answer", answer)


def _add_message(state: State, conversation: Conversation, role: str, kind: str, text: str) -> None:
    message = Message(
        id=state.ids.new("MESSAGE_ID"),
        conversation_id=conversation.id,
        section_id=conversation.section_id,
        bot_id=conversation.bot_id,
        chat_id=state.ids.new("CHAT_ID"),
        role=role,
        type=kind,
        content=text,
        content_type="text",
        meta_data={},
        created_at=conversation.created_at,
        updated_at=conversation.created_at,
    )
    state.messaging.messages.put(message.id, message)
