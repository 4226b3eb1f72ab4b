"""``coze.chat`` and ``coze.conversations``: chats in one piece and in a stream, their messages, and conversations.

``TestChatOperations`` and ``TestConversationOperations`` hold on any account. ``TestChatFaults`` pins what cozepy makes
of streams and chats that go wrong, which no account does on demand.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from cozepy import (
    AsyncCoze,
    AsyncHTTPClient,
    AsyncTokenAuth,
    Chat,
    ChatEvent,
    ChatEventType,
    ChatStatus,
    ChatUsage,
    Conversation,
    Coze,
    CozeAPIError,
    CozeInvalidEventError,
    Message,
    MessageContentType,
    MessageRole,
    MessageType,
    Stream,
    SyncHTTPClient,
    TokenAuth,
    ToolOutput,
)
from pydantic import ValidationError

from api.tests.coze.assertions import (
    NOWHERE,
    USER,
    WAITS,
    WRONG_TOKEN,
    Calls,
    Check,
    Fault,
    assert_each_is_refused,
    assert_each_is_refused_async,
)
from coze_cassettes import SentRequest

TEXTS = ("The first message", "第二条消息", "The third message 🙂")
"""What the messages of a conversation say: one of them in Chinese, one with an emoji."""

BEFORE_THE_FAULT = 2
"""Whole events that a broken stream delivers first."""


@pytest.mark.vcr
class TestChatOperations:
    def test_create_chat_blocking(
        self, coze: Coze, mock_bot_id: str, question: Message, sent_requests: list[SentRequest]
    ) -> None:
        """Given a published bot
        When a question is put to it and polled for
        Then the chat comes back completed, with its answer and its token usage; each poll took a second of its clock.
        """
        begun = time.time()
        poll = coze.chat.create_and_poll(bot_id=mock_bot_id, user_id=USER, additional_messages=[question])
        polls = [sent for sent in sent_requests if sent.path == "/v3/chat/retrieve"]

        assert poll.messages is not None
        assert_answered(poll.chat, poll.messages, mock_bot_id)
        assert time.time() - begun >= len(polls)
        assert {sent.method for sent in polls} == {"POST"}
        assert sent_requests[0].params == [("conversation_id", "")]
        assert sent_requests[0].json() == {
            "bot_id": mock_bot_id,
            "user_id": USER,
            "additional_messages": [question.model_dump(mode="json")],
            "stream": False,
            "auto_save_history": True,
        }

    @pytest.mark.shared_cassette("test_create_chat_blocking")
    async def test_async_create_chat(self, async_coze: AsyncCoze, mock_bot_id: str, question: Message) -> None:
        """Given a published bot
        When the async client puts a question to it and polls by hand, since it has no create_and_poll
        Then the wire is that of the sync client, and so are the chat and its answer.
        """
        chat = await async_coze.chat.create(bot_id=mock_bot_id, user_id=USER, additional_messages=[question])
        while chat.status == ChatStatus.IN_PROGRESS:
            await asyncio.sleep(1)
            chat = await async_coze.chat.retrieve(conversation_id=chat.conversation_id, chat_id=chat.id)
        messages = await async_coze.chat.messages.list(conversation_id=chat.conversation_id, chat_id=chat.id)

        assert_answered(chat, messages, mock_bot_id)

    def test_create_chat_streaming(
        self, coze: Coze, mock_bot_id: str, question: Message, sent_requests: list[SentRequest]
    ) -> None:
        """Given a published bot
        When a question is put to it and its answer is streamed
        Then one request is sent, and the events tell of one chat from its creation to its completion.
        """
        events = list(coze.chat.stream(bot_id=mock_bot_id, user_id=USER, additional_messages=[question]))

        assert_streamed(events)
        assert the_end(events).bot_id == mock_bot_id
        (sent,) = sent_requests
        assert (sent.method, sent.path) == ("POST", "/v3/chat")
        assert sent.json()["stream"] is True

    @pytest.mark.shared_cassette("test_create_chat_streaming")
    async def test_async_create_chat_streaming(
        self, async_coze: AsyncCoze, mock_bot_id: str, question: Message
    ) -> None:
        """Given a published bot
        When the async client streams its answer to a question
        Then the wire is that of the sync client, and so are the events.
        """
        stream = async_coze.chat.stream(bot_id=mock_bot_id, user_id=USER, additional_messages=[question])
        events = [event async for event in stream]

        assert_streamed(events)
        assert the_end(events).bot_id == mock_bot_id

    def test_stream_chat_events(self, coze: Coze, mock_bot_id: str, question: Message) -> None:
        """Given a published bot
        When its answer is streamed
        Then CONVERSATION_MESSAGE_DELTA comes before the completed message and that before CONVERSATION_CHAT_COMPLETED;
        done is swallowed.
        """
        events = list(coze.chat.stream(bot_id=mock_bot_id, user_id=USER, additional_messages=[question]))

        order = kinds(events)
        assert order[:2] == [
            ChatEventType.CONVERSATION_CHAT_CREATED,
            ChatEventType.CONVERSATION_CHAT_IN_PROGRESS,
        ]
        delta = order.index(ChatEventType.CONVERSATION_MESSAGE_DELTA)
        completed = order.index(ChatEventType.CONVERSATION_MESSAGE_COMPLETED)
        assert delta < completed < order.index(ChatEventType.CONVERSATION_CHAT_COMPLETED)
        assert ChatEventType.DONE not in order
        assert all((event.chat is None) != (event.message is None) for event in events)
        assert not any(event.unknown for event in events)

    @pytest.mark.shared_cassette("test_stream_chat_events")
    def test_next_event_of_a_stream(self, coze: Coze, mock_bot_id: str, question: Message) -> None:
        """Given a published bot whose answer is streamed
        When its events are asked for one by one
        Then they come from the first to the last, and StopIteration says that there are no more.
        """
        stream = coze.chat.stream(bot_id=mock_bot_id, user_id=USER, additional_messages=[question])
        events = list(one_by_one(stream))

        assert_streamed(events)
        with pytest.raises(StopIteration):
            next(stream)

    def test_streaming_message_accumulation(self, coze: Coze, mock_bot_id: str, question: Message) -> None:
        """Given a published bot
        When its answer is streamed
        Then the deltas of each answer, joined, are the answer as its completed message has it.
        """
        events = list(coze.chat.stream(bot_id=mock_bot_id, user_id=USER, additional_messages=[question]))

        answers = completed_answers(events)
        assert answers
        joined = joined_deltas(events)
        assert {message_id: joined[message_id] for message_id in answers} == answers

    @pytest.mark.shared_cassette("test_streaming_message_accumulation")
    async def test_async_streaming_message_accumulation(
        self, async_coze: AsyncCoze, mock_bot_id: str, question: Message
    ) -> None:
        """Given a published bot
        When the async client streams its answer
        Then the deltas of each answer, joined, are the answer as its completed message has it.
        """
        stream = async_coze.chat.stream(bot_id=mock_bot_id, user_id=USER, additional_messages=[question])
        events = [event async for event in stream]

        answers = completed_answers(events)
        assert answers
        joined = joined_deltas(events)
        assert {message_id: joined[message_id] for message_id in answers} == answers

    def test_token_usage_extraction(self, coze: Coze, mock_bot_id: str, question: Message) -> None:
        """Given a published bot
        When its answer is streamed and the chat is retrieved afterwards
        Then the last event has the token usage, input and output give the total, and the retrieved chat has the same.
        """
        events = list(coze.chat.stream(bot_id=mock_bot_id, user_id=USER, additional_messages=[question]))
        streamed = the_end(events)
        retrieved = coze.chat.retrieve(conversation_id=streamed.conversation_id, chat_id=streamed.id)

        assert_usage(streamed.usage)
        assert retrieved.usage == streamed.usage

    @pytest.mark.shared_cassette("test_token_usage_extraction")
    async def test_async_token_usage_extraction(
        self, async_coze: AsyncCoze, mock_bot_id: str, question: Message
    ) -> None:
        """Given a published bot
        When the async client streams its answer and retrieves the chat afterwards
        Then the wire is that of the sync client, and so is the usage.
        """
        stream = async_coze.chat.stream(bot_id=mock_bot_id, user_id=USER, additional_messages=[question])
        streamed = the_end([event async for event in stream])
        retrieved = await async_coze.chat.retrieve(conversation_id=streamed.conversation_id, chat_id=streamed.id)

        assert_usage(streamed.usage)
        assert retrieved.usage == streamed.usage

    def test_chat_with_conversation(
        self,
        coze: Coze,
        mock_bot_id: str,
        mock_conversation_id: str,
        question: Message,
        sent_requests: list[SentRequest],
    ) -> None:
        """Given a conversation
        When a bot is asked within it
        Then the chat belongs to the conversation, which then holds the question and the answer in this order.
        """
        events = list(
            coze.chat.stream(
                bot_id=mock_bot_id,
                user_id=USER,
                conversation_id=mock_conversation_id,
                additional_messages=[question],
            )
        )
        chat = the_end(events)
        kept = coze.conversations.messages.list(
            conversation_id=mock_conversation_id, order="asc", chat_id=chat.id
        ).items

        assert chat.conversation_id == mock_conversation_id
        assert sent_requests[0].params == [("conversation_id", mock_conversation_id)]
        assert_exchange(kept, question, completed_answers(events))

    @pytest.mark.shared_cassette("test_chat_with_conversation")
    async def test_async_chat_with_conversation(
        self, async_coze: AsyncCoze, mock_bot_id: str, mock_conversation_id: str, question: Message
    ) -> None:
        """Given a conversation
        When the async client asks a bot within it
        Then the wire is that of the sync client, and so is what the conversation then holds.
        """
        stream = async_coze.chat.stream(
            bot_id=mock_bot_id, user_id=USER, conversation_id=mock_conversation_id, additional_messages=[question]
        )
        events = [event async for event in stream]
        kept = await async_coze.conversations.messages.list(
            conversation_id=mock_conversation_id, order="asc", chat_id=the_end(events).id
        )

        assert_exchange(kept.items, question, completed_answers(events))

    def test_retrieve_chat(
        self,
        coze: Coze,
        mock_conversation_id: str,
        mock_chat_id: str,
        mock_bot_id: str,
        sent_requests: list[SentRequest],
    ) -> None:
        """Given a chat that has come to its end
        When it and its messages are retrieved
        Then they are those of the chat; cozepy asks with POST where the documents say GET.
        """
        chat = coze.chat.retrieve(conversation_id=mock_conversation_id, chat_id=mock_chat_id)
        messages = coze.chat.messages.list(conversation_id=mock_conversation_id, chat_id=mock_chat_id)

        assert chat.id == mock_chat_id
        assert_answered(chat, messages, mock_bot_id)
        assert messages.response.logid
        asked = [("conversation_id", mock_conversation_id), ("chat_id", mock_chat_id)]
        assert [(sent.method, sent.path, sent.params) for sent in sent_requests] == [
            ("POST", "/v3/chat/retrieve", asked),
            ("GET", "/v3/chat/message/list", asked),
        ]

    @pytest.mark.shared_cassette("test_retrieve_chat")
    async def test_async_retrieve_chat(
        self, async_coze: AsyncCoze, mock_conversation_id: str, mock_chat_id: str, mock_bot_id: str
    ) -> None:
        """Given a chat that has come to its end
        When the async client retrieves it and its messages
        Then the wire is that of the sync client, and so is the chat.
        """
        chat = await async_coze.chat.retrieve(conversation_id=mock_conversation_id, chat_id=mock_chat_id)
        messages = await async_coze.chat.messages.list(conversation_id=mock_conversation_id, chat_id=mock_chat_id)

        assert chat.id == mock_chat_id
        assert_answered(chat, messages, mock_bot_id)

    def test_cancel_chat(self, coze: Coze, mock_bot_id: str, question: Message) -> None:
        """Given a chat that is in progress
        When it is cancelled
        Then it comes back cancelled, and is so when it is retrieved.
        """
        chat = coze.chat.create(bot_id=mock_bot_id, user_id=USER, additional_messages=[question])
        cancelled = coze.chat.cancel(conversation_id=chat.conversation_id, chat_id=chat.id)
        retrieved = coze.chat.retrieve(conversation_id=chat.conversation_id, chat_id=chat.id)

        assert chat.status in (ChatStatus.CREATED, ChatStatus.IN_PROGRESS)
        assert [one.id for one in (cancelled, retrieved)] == [chat.id, chat.id]
        assert [one.status for one in (cancelled, retrieved)] == [ChatStatus.CANCELED, ChatStatus.CANCELED]

    @pytest.mark.shared_cassette("test_cancel_chat")
    async def test_async_cancel_chat(self, async_coze: AsyncCoze, mock_bot_id: str, question: Message) -> None:
        """Given a chat that is in progress
        When the async client cancels it
        Then the wire is that of the sync client, and so is the chat.
        """
        chat = await async_coze.chat.create(bot_id=mock_bot_id, user_id=USER, additional_messages=[question])
        cancelled = await async_coze.chat.cancel(conversation_id=chat.conversation_id, chat_id=chat.id)
        retrieved = await async_coze.chat.retrieve(conversation_id=chat.conversation_id, chat_id=chat.id)

        assert [one.status for one in (cancelled, retrieved)] == [ChatStatus.CANCELED, ChatStatus.CANCELED]

    def test_cancel_finished_chat(self, coze: Coze, mock_conversation_id: str, mock_chat_id: str) -> None:
        """Given a chat that has come to its end
        When it is cancelled
        Then Coze's error 4104 is raised.
        """
        with pytest.raises(CozeAPIError) as refused:
            coze.chat.cancel(conversation_id=mock_conversation_id, chat_id=mock_chat_id)

        assert refused.value.code == 4104
        assert refused.value.logid

    def test_poll_timeout_cancels(
        self, coze: Coze, mock_bot_id: str, question: Message, sent_requests: list[SentRequest]
    ) -> None:
        """Given a poll_timeout that is over before the first poll
        When a question is polled for
        Then the chat is cancelled, and what comes back is the chat as it was before, without messages.
        """
        poll = coze.chat.create_and_poll(
            bot_id=mock_bot_id, user_id=USER, additional_messages=[question], poll_timeout=-1
        )

        assert [sent.path for sent in sent_requests] == ["/v3/chat", "/v3/chat/cancel"]
        assert sent_requests[1].json() == {"conversation_id": poll.chat.conversation_id, "chat_id": poll.chat.id}
        assert poll.chat.status == ChatStatus.IN_PROGRESS
        assert poll.messages is None

    def test_poll_of_a_bot_that_does_not_exist(
        self, coze: Coze, question: Message, sent_requests: list[SentRequest], assert_refused: Callable[..., None]
    ) -> None:
        """Given an id that no bot has
        When it is asked something, and the answer is to be polled for
        Then Coze's error is raised at once: nothing is polled.
        """
        with pytest.raises(CozeAPIError) as error:
            coze.chat.create_and_poll(bot_id=NOWHERE, user_id=USER, additional_messages=[question])

        assert_refused(error.value)
        assert len(sent_requests) == 1

    def test_chat_with_a_bot_that_does_not_exist(self, coze: Coze, question: Message) -> None:
        """Given an id that no bot has
        When a question is put to it, in one piece and in a stream
        Then Coze's error is raised at once both times, by stream itself and not by its iteration.
        """
        with pytest.raises(CozeAPIError) as refused:
            coze.chat.create(bot_id=NOWHERE, user_id=USER, additional_messages=[question])
        with pytest.raises(CozeAPIError) as refused_stream:
            coze.chat.stream(bot_id=NOWHERE, user_id=USER, additional_messages=[question])

        assert refused.value.code == refused_stream.value.code == 4200
        assert refused.value.logid
        assert refused_stream.value.logid


def assert_exchange(kept: Sequence[Message], question: Message, answers: dict[str, str]) -> None:
    """The messages of one chat are the question, and after it what the bot answered."""
    assert (kept[0].role, kept[0].content) == (MessageRole.USER, question.content)
    assert {message.id: message.content for message in kept if message.type == MessageType.ANSWER} == answers


# --- conversations --------------------------------------------------------------------------------------------------


def questions(texts: Iterable[str] = TEXTS) -> list[Message]:
    """Messages of a user that say these texts."""
    return [Message.build_user_question_text(text) for text in texts]


def assert_message_pages(pages: Sequence[Sequence[Message]], conversation_id: str) -> None:
    """Pages of one message each hold what the conversation was created with, oldest first."""
    assert [len(page) for page in pages] == [1] * len(TEXTS)
    messages = [message for page in pages for message in page]
    assert tuple(message.content for message in messages) == TEXTS
    assert {message.conversation_id for message in messages} == {conversation_id}
    assert len({message.id for message in messages}) == len(TEXTS)


@pytest.mark.vcr
class TestConversationOperations:
    def test_create_conversation(self, coze: Coze, mock_bot_id: str, sent_requests: list[SentRequest]) -> None:
        """Given a bot
        When a conversation is created with metadata and messages, and retrieved
        Then what is retrieved is what was created, with its metadata and its time.
        """
        created = coze.conversations.create(bot_id=mock_bot_id, messages=questions(), meta_data={"topic": "cassettes"})
        retrieved = coze.conversations.retrieve(conversation_id=created.id)
        coze.conversations.delete(conversation_id=created.id)

        assert_created(created, retrieved)
        assert [message["content"] for message in sent_requests[0].json()["messages"]] == list(TEXTS)
        assert [(sent.method, sent.path) for sent in sent_requests] == [
            ("POST", "/v1/conversation/create"),
            ("GET", "/v1/conversation/retrieve"),
            ("DELETE", f"/v1/conversations/{created.id}"),
        ]

    @pytest.mark.shared_cassette("test_create_conversation")
    async def test_async_create_conversation(self, async_coze: AsyncCoze, mock_bot_id: str) -> None:
        """Given a bot
        When the async client creates a conversation with metadata and messages, and retrieves it
        Then the wire is that of the sync client, and so is the conversation.
        """
        conversations = async_coze.conversations
        created = await conversations.create(bot_id=mock_bot_id, messages=questions(), meta_data={"topic": "cassettes"})
        retrieved = await conversations.retrieve(conversation_id=created.id)
        await conversations.delete(conversation_id=created.id)

        assert_created(created, retrieved)

    def test_list_and_delete_conversations(self, coze: Coze, mock_bot_id: str) -> None:
        """Given two new conversations of a bot, which lists its newest first
        When two conversations are listed, the newer of the two is deleted, and one is listed
        Then both are in the first list, and the older one in the second.
        """
        kept, gone = (coze.conversations.create(bot_id=mock_bot_id).id for _ in range(2))
        before = {one.id for one in coze.conversations.list(bot_id=mock_bot_id, page_size=2).items}
        coze.conversations.delete(conversation_id=gone)
        after = {one.id for one in coze.conversations.list(bot_id=mock_bot_id, page_size=1).items}
        coze.conversations.delete(conversation_id=kept)

        assert before == {gone, kept}
        assert after == {kept}

    def test_list_conversations_in_pages(self, coze: Coze, mock_bot_id: str, sent_requests: list[SentRequest]) -> None:
        """Given a bot with at least two conversations
        When its conversations are listed one a page
        Then the first page says that more follows, and the second has another conversation.
        """
        made = [coze.conversations.create(bot_id=mock_bot_id).id for _ in range(2)]
        pages = coze.conversations.list(bot_id=mock_bot_id, page_size=1).iter_pages()
        first, second = next(pages), next(pages)
        for conversation_id in made:
            coze.conversations.delete(conversation_id=conversation_id)

        assert first.has_more
        assert len(first.items) == len(second.items) == 1
        assert first.items[0].id != second.items[0].id
        listed = [sent.params for sent in sent_requests if sent.path == "/v1/conversations"]
        assert [dict(params)["page_num"] for params in listed] == ["1", "2"]

    @pytest.mark.shared_cassette("test_list_and_delete_conversations")
    async def test_async_list_and_delete_conversations(self, async_coze: AsyncCoze, mock_bot_id: str) -> None:
        """Given two new conversations of a bot
        When the async client lists its conversations, deletes one of the two, and lists them again
        Then the wire is that of the sync client, and so are the lists.
        """
        conversations = async_coze.conversations
        kept, gone = [(await conversations.create(bot_id=mock_bot_id)).id for _ in range(2)]
        before = {one.id for one in (await conversations.list(bot_id=mock_bot_id, page_size=2)).items}
        await conversations.delete(conversation_id=gone)
        after = {one.id for one in (await conversations.list(bot_id=mock_bot_id, page_size=1)).items}
        await conversations.delete(conversation_id=kept)

        assert before == {gone, kept}
        assert after == {kept}

    def test_rename_and_clear_conversation(self, coze: Coze, mock_conversation_id: str) -> None:
        """Given a conversation
        When it gets a name and its context is cleared
        Then the name comes back, and a new section of the same conversation begins.
        """
        before = coze.conversations.retrieve(conversation_id=mock_conversation_id)
        named = coze.conversations.update(conversation_id=mock_conversation_id, name="Cassettes 磁带")
        section = coze.conversations.clear(conversation_id=mock_conversation_id)
        after = coze.conversations.retrieve(conversation_id=mock_conversation_id)

        assert named.name == "Cassettes 磁带"
        assert section.conversation_id == mock_conversation_id
        assert after.last_section_id == section.id
        assert before.last_section_id != section.id

    @pytest.mark.shared_cassette("test_rename_and_clear_conversation")
    async def test_async_rename_and_clear_conversation(self, async_coze: AsyncCoze, mock_conversation_id: str) -> None:
        """Given a conversation
        When the async client gives it a name and clears its context
        Then the wire is that of the sync client, and so are the name and the section.
        """
        conversations = async_coze.conversations
        before = await conversations.retrieve(conversation_id=mock_conversation_id)
        named = await conversations.update(conversation_id=mock_conversation_id, name="Cassettes 磁带")
        section = await conversations.clear(conversation_id=mock_conversation_id)
        after = await conversations.retrieve(conversation_id=mock_conversation_id)

        assert named.name == "Cassettes 磁带"
        assert section.conversation_id == mock_conversation_id
        assert after.last_section_id == section.id
        assert before.last_section_id != section.id

    def test_conversation_that_does_not_exist(
        self, coze: Coze, sent_requests: list[SentRequest], assert_refused: Callable[[CozeAPIError], None]
    ) -> None:
        """Given an id that no conversation has
        When it gets a name, and its context is cleared
        Then each time Coze's error is raised.
        """
        with pytest.raises(CozeAPIError) as error:
            coze.conversations.update(conversation_id=NOWHERE, name="Cassettes")
        assert_refused(error.value)
        with pytest.raises(CozeAPIError) as error:
            coze.conversations.clear(conversation_id=NOWHERE)
        assert_refused(error.value)

        rename, clear = sent_requests
        assert (rename.method, rename.json()) == ("PUT", {"name": "Cassettes"})
        assert (clear.method, clear.body) == ("POST", b"")

    @pytest.mark.shared_cassette("test_conversation_that_does_not_exist")
    async def test_async_conversation_that_does_not_exist(
        self, async_coze: AsyncCoze, assert_refused: Callable[[CozeAPIError], None]
    ) -> None:
        """Given an id that no conversation has
        When the async client gives it a name, and clears its context
        Then the errors are those of the sync client.
        """
        with pytest.raises(CozeAPIError) as error:
            await async_coze.conversations.update(conversation_id=NOWHERE, name="Cassettes")
        assert_refused(error.value)
        with pytest.raises(CozeAPIError) as error:
            await async_coze.conversations.clear(conversation_id=NOWHERE)
        assert_refused(error.value)

    def test_list_conversation_messages(self, coze: Coze, mock_bot_id: str, sent_requests: list[SentRequest]) -> None:
        """Given a conversation with three messages
        When they are listed oldest first, one a page
        Then three pages hold them in this order, each page asked for behind the last message of the one before.
        """
        conversation = coze.conversations.create(bot_id=mock_bot_id, messages=questions())
        paged = coze.conversations.messages.list(conversation_id=conversation.id, order="asc", limit=1)
        pages = [(page.items, page.has_more) for page in paged.iter_pages()]
        coze.conversations.delete(conversation_id=conversation.id)

        assert_message_pages([items for items, _ in pages], conversation.id)
        assert [has_more for _, has_more in pages] == [True, True, False]
        asked = [sent.json()["after_id"] for sent in sent_requests if sent.path == "/v1/conversation/message/list"]
        assert asked == [None, *(items[-1].id for items, _ in pages[:-1])]

    @pytest.mark.shared_cassette("test_list_conversation_messages")
    async def test_async_list_conversation_messages(self, async_coze: AsyncCoze, mock_bot_id: str) -> None:
        """Given a conversation with three messages
        When the async client lists them oldest first, one a page
        Then the wire is that of the sync client, and so are the pages.
        """
        conversation = await async_coze.conversations.create(bot_id=mock_bot_id, messages=questions())
        paged = await async_coze.conversations.messages.list(conversation_id=conversation.id, order="asc", limit=1)
        pages = [page.items async for page in paged.iter_pages()]
        await async_coze.conversations.delete(conversation_id=conversation.id)

        assert paged.has_more
        assert paged.response.logid
        assert_message_pages(pages, conversation.id)

    @pytest.mark.shared_cassette("test_list_conversation_messages")
    def test_iterate_conversation_messages(self, coze: Coze, mock_bot_id: str) -> None:
        """Given a conversation with three messages
        When a list in pages of one is iterated message by message
        Then the other pages are fetched on the way, and every message comes once.
        """
        conversation = coze.conversations.create(bot_id=mock_bot_id, messages=questions())
        listing = coze.conversations.messages.list(conversation_id=conversation.id, order="asc", limit=1)
        messages = list(listing)
        coze.conversations.delete(conversation_id=conversation.id)

        assert_message_pages([[message] for message in messages], conversation.id)

    @pytest.mark.shared_cassette("test_list_conversation_messages")
    async def test_async_iterate_conversation_messages(self, async_coze: AsyncCoze, mock_bot_id: str) -> None:
        """Given a conversation with three messages
        When the async client's list in pages of one is iterated
        Then the same messages come.
        """
        conversation = await async_coze.conversations.create(bot_id=mock_bot_id, messages=questions())
        listing = await async_coze.conversations.messages.list(conversation_id=conversation.id, order="asc", limit=1)
        messages = [message async for message in listing]
        await async_coze.conversations.delete(conversation_id=conversation.id)

        assert_message_pages([[message] for message in messages], conversation.id)

    def test_list_conversation_messages_newest_first(self, coze: Coze, mock_bot_id: str) -> None:
        """Given a conversation with three messages
        When they are listed with the defaults
        Then one page has them all, the newest first.
        """
        conversation = coze.conversations.create(bot_id=mock_bot_id, messages=questions())
        page = coze.conversations.messages.list(conversation_id=conversation.id)
        coze.conversations.delete(conversation_id=conversation.id)

        assert tuple(message.content for message in reversed(page.items)) == TEXTS
        assert not page.has_more
        assert (page.first_id, page.last_id) == (page.items[0].id, page.items[-1].id)
        assert page.response.logid

    def test_message_life(self, coze: Coze, mock_conversation_id: str) -> None:
        """Given a conversation
        When a message is added, changed and deleted
        Then each answer is the message as it then is, and in the end the conversation is without it.
        """
        messages = coze.conversations.messages
        created = messages.create(
            conversation_id=mock_conversation_id,
            role=MessageRole.USER,
            content="A message to change 改",
            content_type=MessageContentType.TEXT,
            meta_data={"topic": "cassettes"},
        )
        place = {"conversation_id": mock_conversation_id, "message_id": created.id or ""}
        retrieved = messages.retrieve(**place)
        changed = messages.update(**place, content="A changed message")
        deleted = messages.delete(**place)
        left = messages.list(conversation_id=mock_conversation_id)

        assert_message_life(created, retrieved, changed, deleted)
        assert created.id not in {message.id for message in left.items}

    @pytest.mark.shared_cassette("test_message_life")
    async def test_async_message_life(self, async_coze: AsyncCoze, mock_conversation_id: str) -> None:
        """Given a conversation
        When the async client adds, changes and deletes a message
        Then the wire is that of the sync client, and so is the message.
        """
        messages = async_coze.conversations.messages
        created = await messages.create(
            conversation_id=mock_conversation_id,
            role=MessageRole.USER,
            content="A message to change 改",
            content_type=MessageContentType.TEXT,
            meta_data={"topic": "cassettes"},
        )
        place = {"conversation_id": mock_conversation_id, "message_id": created.id or ""}
        retrieved = await messages.retrieve(**place)
        changed = await messages.update(**place, content="A changed message")
        deleted = await messages.delete(**place)
        left = await messages.list(conversation_id=mock_conversation_id)

        assert_message_life(created, retrieved, changed, deleted)
        assert created.id not in {message.id for message in left.items}


def assert_created(created: Conversation, retrieved: Conversation) -> None:
    """A conversation that was made with metadata has it, and is the same when it is retrieved."""
    assert created.id
    assert created.last_section_id
    assert created.created_at > 0
    assert created.meta_data == {"topic": "cassettes"}
    assert created.response.logid
    same = ("id", "last_section_id", "created_at", "meta_data")
    assert [getattr(retrieved, name) for name in same] == [getattr(created, name) for name in same]


def assert_message_life(created: Message, retrieved: Message, changed: Message, deleted: Message) -> None:
    """A message is what was sent, then what it was changed to; it keeps its id, role and metadata."""
    assert [one.content for one in (created, retrieved)] == ["A message to change 改"] * 2
    assert [one.content for one in (changed, deleted)] == ["A changed message"] * 2
    assert {one.id for one in (created, retrieved, changed, deleted)} == {created.id}
    assert {one.role for one in (created, retrieved, changed, deleted)} == {MessageRole.USER}
    assert [one.meta_data for one in (created, retrieved, changed)] == [{"topic": "cassettes"}] * 3


# --- tokens ---------------------------------------------------------------------------------------------------------


@pytest.mark.vcr
class TestChatTokens:
    def test_chats_with_a_wrong_token(self, strange_coze: Coze, assert_shut_out: Check) -> None:
        """Given a token that Coze never gave out
        When a chat is created, streamed, retrieved and cancelled with it, and its messages are listed
        Then each time Coze's error is raised: for the token, or for the bot, which a new chat looks for first.
        """
        assert assert_each_is_refused(calls_of_a_chat(strange_coze), assert_shut_out)

    @pytest.mark.shared_cassette("test_chats_with_a_wrong_token")
    async def test_async_chats_with_a_wrong_token(self, strange_async_coze: AsyncCoze, assert_shut_out: Check) -> None:
        """Given a token that Coze never gave out
        When the async client creates, streams, retrieves and cancels a chat with it, and lists its messages
        Then the errors are those of the sync client.
        """
        assert await assert_each_is_refused_async(calls_of_a_chat(strange_async_coze), assert_shut_out)

    @pytest.mark.stand_in_only(reason="a token cannot be made to expire on demand")
    def test_chats_with_an_expired_token(
        self, coze: Coze, fault: Fault, assert_shut_out: Check, answers: list[httpx.Response]
    ) -> None:
        """Given a token that has expired
        When a chat is created with it, and one is streamed
        Then each is refused with HTTP 401 and the code 700012006, before there is a stream.
        """
        fault("POST", "/v3/chat", "token-expired", times=2)

        assert assert_each_is_refused(calls_of_new_chats(coze), assert_shut_out)
        assert [(each.status_code, each.json()["code"]) for each in answers[-2:]] == [(401, 700012006)] * 2

    @pytest.mark.shared_cassette("test_chats_with_an_expired_token")
    async def test_async_chats_with_an_expired_token(
        self, async_coze: AsyncCoze, assert_shut_out: Check, answers: list[httpx.Response]
    ) -> None:
        """Given a token that has expired
        When the async client creates a chat with it, and streams one
        Then each is refused as with the sync client.
        """
        assert await assert_each_is_refused_async(calls_of_new_chats(async_coze), assert_shut_out)
        assert [(each.status_code, each.json()["code"]) for each in answers[-2:]] == [(401, 700012006)] * 2


@pytest.fixture
def strange_coze(shared_ssl_context: ssl.SSLContext, answers: list[httpx.Response]) -> Iterator[Coze]:
    """A client with a token that is none."""
    with SyncHTTPClient(verify=shared_ssl_context, event_hooks={"response": [answers.append]}) as client:
        yield Coze(auth=TokenAuth(WRONG_TOKEN), http_client=client)


@pytest.fixture
async def strange_async_coze(
    shared_ssl_context: ssl.SSLContext, answers: list[httpx.Response]
) -> AsyncIterator[AsyncCoze]:
    """An async client with a token that is none."""

    async def note(response: httpx.Response) -> None:
        answers.append(response)

    async with AsyncHTTPClient(verify=shared_ssl_context, event_hooks={"response": [note]}) as client:
        yield AsyncCoze(auth=AsyncTokenAuth(WRONG_TOKEN), http_client=client)


@pytest.fixture
def assert_shut_out(assert_refused: Check) -> Check:
    """Asserts that an error is the newest answer's, and for the token (or the bot) that a chat came with."""

    def check(error: CozeAPIError) -> None:
        assert_refused(error)
        assert error.code in {4100, 4101, 4200, 700012006}

    return check


def calls_of_new_chats(coze: Any) -> Calls:
    """A chat that is polled and one that is streamed, with a bot that nobody has."""
    yield lambda: coze.chat.create(bot_id=NOWHERE, user_id=USER)
    yield lambda: first_of(coze.chat.stream(bot_id=NOWHERE, user_id=USER))


def calls_of_a_chat(coze: Any) -> Calls:
    """Everything that is asked of one chat."""
    yield from calls_of_new_chats(coze)
    yield lambda: coze.chat.retrieve(conversation_id=NOWHERE, chat_id=NOWHERE)
    yield lambda: coze.chat.cancel(conversation_id=NOWHERE, chat_id=NOWHERE)
    yield lambda: coze.chat.messages.list(conversation_id=NOWHERE, chat_id=NOWHERE)


def first_of(stream: Any) -> Any:
    """The first event of a stream; of an async one it is awaited by the caller."""
    return next(stream) if isinstance(stream, Iterator) else stream


# --- faults ---------------------------------------------------------------------------------------------------------


@dataclass
class Outcome:
    """How a stream went: the events that came, and the exception that ended it."""

    events: list[ChatEvent] = field(default_factory=list)
    error: Exception | None = None


def played(stream: Callable[[], Iterator[ChatEvent]]) -> Outcome:
    """Open a stream and read it to its end, good or bad."""
    outcome = Outcome()
    try:
        outcome.events.extend(stream())
    except Exception as error:  # noqa: BLE001 - which exception it is, is what the tests ask
        outcome.error = error
    return outcome


async def aplayed(stream: AsyncIterator[ChatEvent]) -> Outcome:
    """The same for an async stream."""
    outcome = Outcome()
    try:
        async for event in stream:
            outcome.events.append(event)
    except Exception as error:  # noqa: BLE001 - see above
        outcome.error = error
    return outcome


Play = Callable[[], Outcome]
AsyncPlay = Callable[[], "asyncio.Future[Outcome]"]


@pytest.fixture
def play(coze: Coze, mock_bot_id: str, question: Message) -> Play:
    """Stream a chat to its end, good or bad."""
    return lambda: played(
        lambda: iter(coze.chat.stream(bot_id=mock_bot_id, user_id=USER, additional_messages=[question]))
    )


@pytest.fixture
def async_play(async_coze: AsyncCoze, mock_bot_id: str, question: Message) -> AsyncPlay:
    """The same for the async client."""
    return lambda: asyncio.ensure_future(
        aplayed(async_coze.chat.stream(bot_id=mock_bot_id, user_id=USER, additional_messages=[question]))
    )


SHORT = httpx.Timeout(10, read=0.5)
"""Seconds that an impatient client waits for bytes."""


@pytest.fixture
def impatient_coze(
    mock_coze_api_token: str, mock_coze_base_url: str, shared_ssl_context: ssl.SSLContext
) -> Iterator[Coze]:
    """A client that gives up when nothing comes for half a second."""
    with SyncHTTPClient(verify=shared_ssl_context, timeout=SHORT) as client:
        yield Coze(auth=TokenAuth(mock_coze_api_token), base_url=mock_coze_base_url, http_client=client)


@pytest.fixture
async def impatient_async_coze(
    mock_coze_api_token: str, mock_coze_base_url: str, shared_ssl_context: ssl.SSLContext
) -> AsyncIterator[AsyncCoze]:
    """The same for an async client."""
    async with AsyncHTTPClient(verify=shared_ssl_context, timeout=SHORT) as client:
        yield AsyncCoze(auth=AsyncTokenAuth(mock_coze_api_token), base_url=mock_coze_base_url, http_client=client)


def assert_only_the_beginning(outcome: Outcome) -> None:
    """The events before the fault came whole."""
    assert kinds(outcome.events) == [
        ChatEventType.CONVERSATION_CHAT_CREATED,
        ChatEventType.CONVERSATION_CHAT_IN_PROGRESS,
    ]
    assert len(outcome.events) == BEFORE_THE_FAULT


@pytest.mark.vcr
@pytest.mark.stand_in_only(reason="streams and chats that go wrong on demand")
class TestChatFaults:
    def test_stream_that_breaks_off(self, play: Play, fault: Fault) -> None:
        """Given a connection that closes inside a stream
        When the stream is read
        Then the events before it come, and then httpx's own RemoteProtocolError: cozepy does not wrap it.
        """
        fault("POST", "/v3/chat", "break-stream", events=BEFORE_THE_FAULT)
        outcome = play()

        assert_only_the_beginning(outcome)
        assert type(outcome.error) is httpx.RemoteProtocolError

    @pytest.mark.shared_cassette("test_stream_that_breaks_off")
    async def test_async_stream_that_breaks_off(self, async_play: AsyncPlay) -> None:
        """Given a connection that closes inside a stream
        When the async client reads the stream
        Then the events and the exception are those of the sync client.
        """
        outcome = await async_play()

        assert_only_the_beginning(outcome)
        assert type(outcome.error) is httpx.RemoteProtocolError

    def test_stream_that_stalls(self, impatient_coze: Coze, mock_bot_id: str, question: Message, fault: Fault) -> None:
        """Given a stream that falls silent for longer than the client's read timeout
        When it is read
        Then the events before come, and then httpx's own ReadTimeout.
        """
        fault("POST", "/v3/chat", "stall-stream", events=BEFORE_THE_FAULT, seconds=2)
        chat = impatient_coze.chat
        outcome = played(lambda: iter(chat.stream(bot_id=mock_bot_id, user_id=USER, additional_messages=[question])))

        assert_only_the_beginning(outcome)
        assert type(outcome.error) is httpx.ReadTimeout

    @pytest.mark.shared_cassette("test_stream_that_stalls")
    async def test_async_stream_that_stalls(
        self, impatient_async_coze: AsyncCoze, mock_bot_id: str, question: Message
    ) -> None:
        """Given a stream that falls silent for longer than the client's read timeout
        When the async client reads it
        Then the events and the exception are those of the sync client.
        """
        chat = impatient_async_coze.chat
        outcome = await aplayed(chat.stream(bot_id=mock_bot_id, user_id=USER, additional_messages=[question]))

        assert_only_the_beginning(outcome)
        assert type(outcome.error) is httpx.ReadTimeout

    def test_stream_that_ends_inside_the_name_of_an_event(self, play: Play, fault: Fault) -> None:
        """Given a stream that ends cleanly before the data of an event
        When it is read
        Then the rest is dropped in silence: only the missing CONVERSATION_CHAT_COMPLETED tells.
        """
        fault("POST", "/v3/chat", "half-event", events=BEFORE_THE_FAULT, part=0.05)
        outcome = play()

        assert_only_the_beginning(outcome)
        assert outcome.error is None

    @pytest.mark.shared_cassette("test_stream_that_ends_inside_the_name_of_an_event")
    async def test_async_stream_that_ends_inside_the_name_of_an_event(self, async_play: AsyncPlay) -> None:
        """Given a stream that ends cleanly before the data of an event
        When the async client reads it
        Then the rest is dropped in silence, as by the sync client.
        """
        outcome = await async_play()

        assert_only_the_beginning(outcome)
        assert outcome.error is None

    def test_stream_that_ends_inside_the_data_of_an_event(self, play: Play, fault: Fault) -> None:
        """Given a stream that ends cleanly in the middle of the data of an event
        When it is read
        Then what came of the data is parsed, and pydantic's ValidationError is raised.
        """
        fault("POST", "/v3/chat", "half-event", events=BEFORE_THE_FAULT, part=0.5)
        outcome = play()

        assert_only_the_beginning(outcome)
        assert type(outcome.error) is ValidationError

    def test_malformed_event(self, play: Play, fault: Fault) -> None:
        """Given an event whose data is not JSON
        When the stream is read
        Then pydantic's ValidationError is raised, not a CozeError.
        """
        fault("POST", "/v3/chat", "malformed-event", events=BEFORE_THE_FAULT)
        outcome = play()

        assert_only_the_beginning(outcome)
        assert type(outcome.error) is ValidationError

    def test_comment_between_events(self, play: Play, fault: Fault) -> None:
        """Given a keep-alive comment, which server-sent events allow
        When the stream is read
        Then cozepy refuses the line with CozeInvalidEventError, which knows the line and the log id.
        """
        fault("POST", "/v3/chat", "comment", events=BEFORE_THE_FAULT)
        outcome = play()

        assert_only_the_beginning(outcome)
        assert_refused_line(outcome)

    @pytest.mark.shared_cassette("test_comment_between_events")
    async def test_async_comment_between_events(self, async_play: AsyncPlay) -> None:
        """Given a keep-alive comment, which server-sent events allow
        When the async client reads the stream
        Then the line is refused as by the sync client.
        """
        outcome = await async_play()

        assert_only_the_beginning(outcome)
        assert_refused_line(outcome)

    def test_unknown_event(self, play: Play, fault: Fault) -> None:
        """Given an event whose name cozepy does not know
        When the stream is read
        Then the event comes as UNKNOWN with its raw fields, and the stream goes on to its end.
        """
        fault("POST", "/v3/chat", "unknown-event", events=BEFORE_THE_FAULT)
        outcome = play()

        unknown = outcome.events[BEFORE_THE_FAULT]
        assert unknown.event == ChatEventType.UNKNOWN
        assert unknown.unknown is not None
        assert unknown.unknown.keys() == {"event", "data"}
        assert outcome.error is None
        assert the_end(outcome.events).status == ChatStatus.COMPLETED

    def test_error_event(self, play: Play, fault: Fault) -> None:
        """Given an error event inside a stream
        When the stream is read
        Then a bare Exception is raised that only has the event's data as text.
        """
        fault("POST", "/v3/chat", "stream-error", events=BEFORE_THE_FAULT, code=5000, msg="try again later")
        outcome = play()

        assert_only_the_beginning(outcome)
        assert type(outcome.error) is Exception
        assert str(outcome.error) == 'error event: {"code":5000,"msg":"try again later"}'

    @pytest.mark.shared_cassette("test_error_event")
    async def test_async_error_event(self, async_play: AsyncPlay) -> None:
        """Given an error event inside a stream
        When the async client reads the stream
        Then the exception is that of the sync client.
        """
        outcome = await async_play()

        assert_only_the_beginning(outcome)
        assert type(outcome.error) is Exception
        assert str(outcome.error) == 'error event: {"code":5000,"msg":"try again later"}'

    def test_failed_chat_in_a_stream(self, play: Play, fault: Fault) -> None:
        """Given a chat that fails
        When it is streamed
        Then CONVERSATION_CHAT_FAILED is an event like any other, and its last_error says why.
        """
        fault("POST", "/v3/chat", "chat-failed")
        outcome = play()

        assert outcome.error is None
        assert outcome.events[-1].event == ChatEventType.CONVERSATION_CHAT_FAILED
        failed = the_end(outcome.events)
        assert failed.status == ChatStatus.FAILED
        assert failed.last_error is not None
        assert failed.last_error.code > 0
        assert failed.last_error.msg

    def test_failed_chat_in_a_poll(
        self, coze: Coze, mock_bot_id: str, question: Message, fault: Fault, sent_requests: list[SentRequest]
    ) -> None:
        """Given a chat that fails
        When it is polled for
        Then the list of its messages has no data, and create_and_poll ends in pydantic's ValidationError.
        """
        fault("POST", "/v3/chat", "chat-failed")
        with pytest.raises(ValidationError):
            coze.chat.create_and_poll(bot_id=mock_bot_id, user_id=USER, additional_messages=[question])

        assert sent_requests[-1].path == "/v3/chat/message/list"

    def test_rate_limit_on_a_stream(self, play: Play, fault: Fault, sent_requests: list[SentRequest]) -> None:
        """Given a rate limit that asks to wait
        When a stream is opened
        Then CozeAPIError 4008 is raised at once, and nothing is sent again: cozepy does not retry.
        """
        fault("POST", "/v3/chat", "rate-limit", retry_after=1)
        outcome = play()

        assert outcome.events == []
        assert_rate_limited(outcome)
        assert len(sent_requests) == 1

    @pytest.mark.shared_cassette("test_rate_limit_on_a_stream")
    async def test_async_rate_limit_on_a_stream(self, async_play: AsyncPlay) -> None:
        """Given a rate limit that asks to wait
        When the async client opens a stream
        Then the error is that of the sync client, at the first step of the iteration.
        """
        outcome = await async_play()

        assert outcome.events == []
        assert_rate_limited(outcome)

    def test_stream_comes_in_chunks(self, coze: Coze, mock_bot_id: str, question: Message, fault: Fault) -> None:
        """Given a server that sends a stream in pieces which respect neither events nor characters
        When its bytes are read as they come
        Then they come in several chunks, not each of them a whole event, and together they are the events.
        """
        stream = coze.chat.stream(bot_id=mock_bot_id, user_id=USER, additional_messages=[question])

        assert_in_chunks(list(stream._raw_response.iter_bytes()))

    @pytest.mark.shared_cassette("test_stream_comes_in_chunks")
    async def test_async_stream_comes_in_chunks(
        self, async_coze: AsyncCoze, mock_bot_id: str, question: Message
    ) -> None:
        """Given a server that sends a stream in pieces which respect neither events nor characters
        When the async client reads its bytes as they come
        Then they come as they came to the sync client.
        """
        stream = await async_coze.chat._create(
            bot_id=mock_bot_id, user_id=USER, additional_messages=[question], stream=True
        )

        assert_in_chunks([chunk async for chunk in stream._raw_response.aiter_bytes()])


@pytest.mark.vcr
@pytest.mark.stand_in_only(reason="a bot with a plugin, a model that thinks, a waiting chat, an occupied conversation")
class TestTools:
    def test_bot_with_a_plugin(self, coze: Coze, mock_bot_id: str, question: Message) -> None:
        """Given a bot that calls a plugin of its own and looks into its knowledge
        When a chat with it is streamed
        Then the call, its response and the recall come completed, and only then the answer in deltas.
        """
        parameters = {"plugin": True, "recall": True}
        stream = coze.chat.stream(
            bot_id=mock_bot_id, user_id=USER, additional_messages=[question], parameters=parameters
        )

        assert_tool_called(list(stream))

    @pytest.mark.shared_cassette("test_bot_with_a_plugin")
    async def test_async_bot_with_a_plugin(self, async_coze: AsyncCoze, mock_bot_id: str, question: Message) -> None:
        """Given a bot that calls a plugin of its own and looks into its knowledge
        When the async client streams a chat with it
        Then the events are those of the sync client.
        """
        parameters = {"plugin": True, "recall": True}
        stream = async_coze.chat.stream(
            bot_id=mock_bot_id, user_id=USER, additional_messages=[question], parameters=parameters
        )

        assert_tool_called([event async for event in stream])

    def test_model_that_thinks(self, coze: Coze, mock_bot_id: str, question: Message) -> None:
        """Given a bot whose model thinks before it answers
        When a chat with it is streamed
        Then deltas without content bring its reasoning, and those of the answer come after them.
        """
        stream = coze.chat.stream(
            bot_id=mock_bot_id, user_id=USER, additional_messages=[question], parameters={"reasoning": True}
        )

        assert_reasoned(list(stream))

    @pytest.mark.shared_cassette("test_model_that_thinks")
    async def test_async_model_that_thinks(self, async_coze: AsyncCoze, mock_bot_id: str, question: Message) -> None:
        """Given a bot whose model thinks before it answers
        When the async client streams a chat with it
        Then the events are those of the sync client.
        """
        stream = async_coze.chat.stream(
            bot_id=mock_bot_id, user_id=USER, additional_messages=[question], parameters={"reasoning": True}
        )

        assert_reasoned([event async for event in stream])

    def test_interrupted_and_resumed(self, coze: Coze, mock_bot_id: str, question: Message) -> None:
        """Given a chat that stops at the call of a local plugin
        When the output of the tool is submitted in a stream
        Then the chat goes on without being created again: the response of the tool, and then the answer.
        """
        stream = coze.chat.stream(
            bot_id=mock_bot_id, user_id=USER, additional_messages=[question], parameters={"tool": True}
        )
        waiting = the_interrupt(list(stream))
        resumed = coze.chat.submit_tool_outputs(
            conversation_id=waiting.conversation_id, chat_id=waiting.id, tool_outputs=outputs_of(waiting), stream=True
        )

        assert isinstance(resumed, Stream)
        assert_resumed(list(resumed))

    @pytest.mark.shared_cassette("test_interrupted_and_resumed")
    async def test_async_interrupted_and_resumed(
        self, async_coze: AsyncCoze, mock_bot_id: str, question: Message
    ) -> None:
        """Given a chat of the async client that stops at the call of a local plugin
        When the output of the tool is submitted in a stream
        Then the events are those of the sync client.
        """
        stream = async_coze.chat.stream(
            bot_id=mock_bot_id, user_id=USER, additional_messages=[question], parameters={"tool": True}
        )
        waiting = the_interrupt([event async for event in stream])
        resumed = async_coze.chat.submit_tool_outputs_stream(
            conversation_id=waiting.conversation_id, chat_id=waiting.id, tool_outputs=outputs_of(waiting)
        )

        assert_resumed([event async for event in resumed])

    def test_resumed_in_one_piece(
        self, coze: Coze, mock_bot_id: str, question: Message, sent_requests: list[SentRequest]
    ) -> None:
        """Given a chat in one piece that stops at the call of a local plugin
        When the output of the tool is submitted in one piece too
        Then the chat goes on, and its messages come to hold the tool's response and the answer.
        """
        begun = coze.chat.create(
            bot_id=mock_bot_id, user_id=USER, additional_messages=[question], parameters={"tool": True}
        )
        waiting = at_rest(coze, begun)
        where = {"conversation_id": begun.conversation_id, "chat_id": begun.id}
        resumed = coze.chat.submit_tool_outputs(**where, tool_outputs=outputs_of(waiting), stream=False)
        ended = at_rest(coze, begun)
        said = coze.chat.messages.list(**where)

        assert isinstance(resumed, Chat)
        assert (resumed.id, resumed.status) == (begun.id, ChatStatus.IN_PROGRESS)
        assert ended.status == ChatStatus.COMPLETED
        assert_tool_answered(said)
        (submitted,) = [sent for sent in sent_requests if sent.path == "/v3/chat/submit_tool_outputs"]
        assert dict(submitted.params) == where
        body = submitted.json()
        assert body["stream"] is False
        assert [output["output"] for output in body["tool_outputs"]] == ["a reel of tape"]

    @pytest.mark.shared_cassette("test_resumed_in_one_piece")
    async def test_async_resumed_in_one_piece(self, async_coze: AsyncCoze, mock_bot_id: str, question: Message) -> None:
        """Given a chat in one piece that stops at the call of a local plugin
        When the async client submits the output of the tool in one piece too
        Then the wire is that of the sync client, and so is the chat; its method is another than that for a stream.
        """
        begun = await async_coze.chat.create(
            bot_id=mock_bot_id, user_id=USER, additional_messages=[question], parameters={"tool": True}
        )
        waiting = await async_at_rest(async_coze, begun)
        where = {"conversation_id": begun.conversation_id, "chat_id": begun.id}
        resumed = await async_coze.chat.submit_tool_outputs(**where, tool_outputs=outputs_of(waiting))
        ended = await async_at_rest(async_coze, begun)
        said = await async_coze.chat.messages.list(**where)

        assert (resumed.id, resumed.status) == (begun.id, ChatStatus.IN_PROGRESS)
        assert ended.status == ChatStatus.COMPLETED
        assert_tool_answered(said)

    def test_outputs_for_a_chat_that_is_not_saved(
        self, coze: Coze, mock_bot_id: str, question: Message, assert_refused: Callable[[CozeAPIError], None]
    ) -> None:
        """Given a chat without a history that stops at the call of a local plugin
        When the output of the tool is submitted, in a stream and in one piece
        Then both times it is Coze's error 5000, as the documents say.
        """
        stream = coze.chat.stream(
            bot_id=mock_bot_id,
            user_id=USER,
            additional_messages=[question],
            auto_save_history=False,
            parameters={"tool": True},
        )
        waiting = the_interrupt(list(stream))
        for streamed in (True, False):
            with pytest.raises(CozeAPIError, match="code: 5000") as error:
                coze.chat.submit_tool_outputs(
                    conversation_id=waiting.conversation_id,
                    chat_id=waiting.id,
                    tool_outputs=outputs_of(waiting),
                    stream=streamed,
                )
            assert_refused(error.value)

    @pytest.mark.shared_cassette("test_outputs_for_a_chat_that_is_not_saved")
    async def test_async_outputs_for_a_chat_that_is_not_saved(
        self, async_coze: AsyncCoze, mock_bot_id: str, question: Message, assert_refused: Callable[[CozeAPIError], None]
    ) -> None:
        """Given a chat without a history that stops at the call of a local plugin
        When the async client submits the output of the tool, in a stream and in one piece
        Then the errors are those of the sync client.
        """
        stream = async_coze.chat.stream(
            bot_id=mock_bot_id,
            user_id=USER,
            additional_messages=[question],
            auto_save_history=False,
            parameters={"tool": True},
        )
        waiting = the_interrupt([event async for event in stream])
        where = {"conversation_id": waiting.conversation_id, "chat_id": waiting.id}
        with pytest.raises(CozeAPIError, match="code: 5000") as error:
            await anext(aiter(async_coze.chat.submit_tool_outputs_stream(**where, tool_outputs=outputs_of(waiting))))
        assert_refused(error.value)
        with pytest.raises(CozeAPIError, match="code: 5000") as error:
            await async_coze.chat.submit_tool_outputs(**where, tool_outputs=outputs_of(waiting))
        assert_refused(error.value)

    def test_messages_of_a_waiting_chat(self, coze: Coze, mock_bot_id: str, question: Message) -> None:
        """Given a chat that waits for the output of a tool
        When its messages are listed, and it is asked to be cancelled
        Then the call of the tool is there already, and the chat cannot be cancelled: 4104.
        """
        stream = coze.chat.stream(
            bot_id=mock_bot_id, user_id=USER, additional_messages=[question], parameters={"tool": True}
        )
        waiting = the_interrupt(list(stream))
        said = coze.chat.messages.list(conversation_id=waiting.conversation_id, chat_id=waiting.id)
        with pytest.raises(CozeAPIError) as refused:
            coze.chat.cancel(conversation_id=waiting.conversation_id, chat_id=waiting.id)

        assert [message.type for message in said] == [MessageType.FUNCTION_CALL]
        assert refused.value.code == 4104

    @pytest.mark.shared_cassette("test_messages_of_a_waiting_chat")
    async def test_async_messages_of_a_waiting_chat(
        self, async_coze: AsyncCoze, mock_bot_id: str, question: Message
    ) -> None:
        """Given a chat that waits for the output of a tool
        When the async client lists its messages, and asks for it to be cancelled
        Then the wire is that of the sync client, and so are the messages and the refusal.
        """
        stream = async_coze.chat.stream(
            bot_id=mock_bot_id, user_id=USER, additional_messages=[question], parameters={"tool": True}
        )
        waiting = the_interrupt([event async for event in stream])
        where = {"conversation_id": waiting.conversation_id, "chat_id": waiting.id}
        said = await async_coze.chat.messages.list(**where)
        with pytest.raises(CozeAPIError) as refused:
            await async_coze.chat.cancel(**where)

        assert [message.type for message in said] == [MessageType.FUNCTION_CALL]
        assert refused.value.code == 4104

    def test_occupied_conversation(
        self, coze: Coze, mock_bot_id: str, mock_conversation_id: str, question: Message
    ) -> None:
        """Given a conversation in which a chat waits
        When another chat is begun in it, in one piece and in a stream
        Then 4016 is a CozeAPIError in one piece, and in the stream an error event: a bare Exception.
        """
        stream = coze.chat.stream(
            bot_id=mock_bot_id,
            user_id=USER,
            conversation_id=mock_conversation_id,
            additional_messages=[question],
            parameters={"tool": True},
        )
        the_interrupt(list(stream))
        with pytest.raises(CozeAPIError) as refused:
            coze.chat.create(bot_id=mock_bot_id, user_id=USER, conversation_id=mock_conversation_id)
        outcome = played(
            lambda: iter(coze.chat.stream(bot_id=mock_bot_id, user_id=USER, conversation_id=mock_conversation_id))
        )

        assert refused.value.code == 4016
        assert type(outcome.error) is Exception
        assert re.search('"code": ?4016', str(outcome.error))

    @pytest.mark.shared_cassette("test_occupied_conversation")
    async def test_async_occupied_conversation(
        self, async_coze: AsyncCoze, mock_bot_id: str, mock_conversation_id: str, question: Message
    ) -> None:
        """Given a conversation in which a chat waits
        When the async client begins another chat in it, in one piece and in a stream
        Then the wire is that of the sync client, and so are the errors.
        """
        chat, conversation_id = async_coze.chat, mock_conversation_id
        stream = chat.stream(
            bot_id=mock_bot_id,
            user_id=USER,
            conversation_id=conversation_id,
            additional_messages=[question],
            parameters={"tool": True},
        )
        the_interrupt([event async for event in stream])
        with pytest.raises(CozeAPIError) as refused:
            await chat.create(bot_id=mock_bot_id, user_id=USER, conversation_id=conversation_id)
        outcome = await aplayed(chat.stream(bot_id=mock_bot_id, user_id=USER, conversation_id=conversation_id))

        assert refused.value.code == 4016
        assert type(outcome.error) is Exception
        assert re.search('"code": ?4016', str(outcome.error))

    def test_chat_without_a_history(self, coze: Coze, mock_bot_id: str, question: Message) -> None:
        """Given a chat in one piece that is not to be saved
        When it is begun
        Then 4007 is raised: nobody could ask for its answer.
        """
        with pytest.raises(CozeAPIError) as refused:
            coze.chat.create(bot_id=mock_bot_id, user_id=USER, additional_messages=[question], auto_save_history=False)

        assert refused.value.code == 4007

    @pytest.mark.shared_cassette("test_chat_without_a_history")
    async def test_async_chat_without_a_history(
        self, async_coze: AsyncCoze, mock_bot_id: str, question: Message
    ) -> None:
        """Given a chat in one piece that is not to be saved
        When the async client begins it
        Then the refusal is the same.
        """
        with pytest.raises(CozeAPIError) as refused:
            await async_coze.chat.create(
                bot_id=mock_bot_id, user_id=USER, additional_messages=[question], auto_save_history=False
            )

        assert refused.value.code == 4007

    def test_used_up_quota(self, play: Play, fault: Fault) -> None:
        """Given an account whose free quota is used up
        When a chat is streamed
        Then it is created and fails, and last_error has 4028 with the text that says so.
        """
        fault("POST", "/v3/chat", "chat-failed", code=4028)
        failed = the_end(play().events)

        assert failed.status == ChatStatus.FAILED
        assert failed.last_error is not None
        assert failed.last_error.code == 4028
        assert "quota" in failed.last_error.msg

    @pytest.mark.shared_cassette("test_used_up_quota")
    async def test_async_used_up_quota(self, async_play: AsyncPlay) -> None:
        """Given an account whose free quota is used up
        When the async client streams a chat
        Then it fails in the same way.
        """
        failed = the_end((await async_play()).events)

        assert failed.last_error is not None
        assert failed.last_error.code == 4028

    @pytest.mark.parametrize("code", [4027, 4029])
    def test_used_up_quota_of_realtime_calls(self, play: Play, fault: Fault, code: int) -> None:
        """Given an account whose quota for voice calls is used up
        When a chat is streamed
        Then it fails, and last_error has the code for it.
        """
        fault("POST", "/v3/chat", "chat-failed", code=code)
        failed = the_end(play().events)

        assert failed.status == ChatStatus.FAILED
        assert failed.last_error is not None
        assert failed.last_error.code == code


def assert_tool_called(events: Sequence[ChatEvent]) -> None:
    """What the bot called and found comes before its answer; all of it belongs to the chat."""
    assert_streamed(events)
    whole = [event.message for event in events if event.event == ChatEventType.CONVERSATION_MESSAGE_COMPLETED]
    types = [message.type for message in whole if message is not None]
    assert types[:4] == [
        MessageType.FUNCTION_CALL,
        MessageType.TOOL_RESPONSE,
        MessageType.VERBOSE,
        MessageType.ANSWER,
    ]
    first_delta = kinds(events).index(ChatEventType.CONVERSATION_MESSAGE_DELTA)
    assert kinds(events[:first_delta]).count(ChatEventType.CONVERSATION_MESSAGE_COMPLETED) == 3


def assert_reasoned(events: Sequence[ChatEvent]) -> None:
    """The deltas of the reasoning come first, and have no content; those of the answer have no reasoning."""
    assert_streamed(events)
    deltas = [event.message for event in events if event.event == ChatEventType.CONVERSATION_MESSAGE_DELTA]
    reasons = [bool(each.reasoning_content) for each in deltas if each is not None]
    assert reasons == sorted(reasons, reverse=True)
    assert {*reasons} == {True, False}
    assert not any(each.content for each in deltas[: reasons.count(True)] if each is not None)


def the_interrupt(events: Sequence[ChatEvent]) -> Chat:
    """The chat at the end of a stream that stopped at a tool."""
    assert events[-1].event == ChatEventType.CONVERSATION_CHAT_REQUIRES_ACTION
    chat = events[-1].chat
    assert chat is not None
    assert chat.status == ChatStatus.REQUIRES_ACTION
    return chat


def outputs_of(chat: Chat) -> list[ToolOutput]:
    """An output for every tool that the chat waits for."""
    assert chat.required_action is not None
    assert chat.required_action.submit_tool_outputs is not None
    calls = chat.required_action.submit_tool_outputs.tool_calls
    assert calls
    return [ToolOutput(tool_call_id=call.id, output="a reel of tape") for call in calls]


def assert_tool_answered(said: Iterable[Message]) -> None:
    """The call of the tool, what it said, and then the answer."""
    messages = list(said)
    types = [message.type for message in messages]
    assert types[:2] == [MessageType.FUNCTION_CALL, MessageType.TOOL_RESPONSE]
    assert MessageType.ANSWER in types[2:]
    assert messages[1].content == "a reel of tape"


def at_rest(coze: Coze, chat: Chat) -> Chat:
    """A chat once it is no longer in progress: it has ended, or waits for a tool."""
    for seconds in WAITS:
        chat = coze.chat.retrieve(conversation_id=chat.conversation_id, chat_id=chat.id)
        if chat.status not in (ChatStatus.CREATED, ChatStatus.IN_PROGRESS):
            return chat
        time.sleep(seconds)
    pytest.fail("the chat is still in progress")


async def async_at_rest(coze: AsyncCoze, chat: Chat) -> Chat:
    """The same for the async client."""
    for seconds in WAITS:
        chat = await coze.chat.retrieve(conversation_id=chat.conversation_id, chat_id=chat.id)
        if chat.status not in (ChatStatus.CREATED, ChatStatus.IN_PROGRESS):
            return chat
        await asyncio.sleep(seconds)
    pytest.fail("the chat is still in progress")


def assert_resumed(events: Sequence[ChatEvent]) -> None:
    """The chat goes on where it stopped, with what the tool said, and comes to its end."""
    assert kinds(events)[:2] == [
        ChatEventType.CONVERSATION_CHAT_IN_PROGRESS,
        ChatEventType.CONVERSATION_MESSAGE_COMPLETED,
    ]
    response = events[1].message
    assert response is not None
    assert response.type == MessageType.TOOL_RESPONSE
    assert response.content == "a reel of tape"
    assert completed_answers(events)
    assert the_end(events).status == ChatStatus.COMPLETED


def assert_refused_line(outcome: Outcome) -> None:
    """The comment was refused as a line that is not a field."""
    assert isinstance(outcome.error, CozeInvalidEventError)
    assert (outcome.error.field, outcome.error.data) == ("", ": keep-alive")
    assert outcome.error.logid == outcome.events[0].response.logid


def assert_rate_limited(outcome: Outcome) -> None:
    """The request was refused by the rate limit."""
    assert isinstance(outcome.error, CozeAPIError)
    assert outcome.error.code == 4008
    assert outcome.error.logid


def assert_in_chunks(chunks: Sequence[bytes]) -> None:
    """Several chunks, not all of them cut between events, that make up a whole stream."""
    assert len(chunks) > 1
    assert not all(chunk.endswith(b"\n\n") for chunk in chunks)
    whole = b"".join(chunks).decode()
    assert whole.startswith("event:conversation.chat.created\n")
    assert whole.endswith("\n\n")


# --- what the tests share -------------------------------------------------------------------------------------------


def assert_usage(usage: ChatUsage | None) -> None:
    """A finished chat has used tokens, and the total is the sum of both directions."""
    assert usage is not None
    assert usage.input_count > 0
    assert usage.output_count > 0
    assert usage.token_count == usage.input_count + usage.output_count


def assert_answered(chat: Chat, messages: Iterable[Message], bot_id: str) -> None:
    """A chat is completed, has its usage, and its messages hold an answer of the bot."""
    assert chat.status == ChatStatus.COMPLETED
    assert chat.bot_id == bot_id
    assert chat.last_error is None or chat.last_error.code == 0
    assert_usage(chat.usage)
    said = list(messages)
    assert {(message.chat_id, message.conversation_id) for message in said} == {(chat.id, chat.conversation_id)}
    answers = [message for message in said if message.type == MessageType.ANSWER]
    assert answers
    assert all(answer.content for answer in answers)
    assert {answer.role for answer in answers} == {MessageRole.ASSISTANT}


def kinds(events: Iterable[ChatEvent]) -> list[ChatEventType]:
    """The types of events, in their order."""
    return [event.event for event in events]


def assert_streamed(events: Sequence[ChatEvent]) -> None:
    """A stream begins with the chat and ends with it, every event belongs to that chat and knows its log id."""
    first, last = events[0], events[-1]
    assert first.event == ChatEventType.CONVERSATION_CHAT_CREATED
    assert last.event == ChatEventType.CONVERSATION_CHAT_COMPLETED
    assert first.chat is not None
    assert last.chat is not None
    assert last.chat.status == ChatStatus.COMPLETED
    assert {event.chat.id for event in events if event.chat} == {first.chat.id}
    assert {event.message.chat_id for event in events if event.message} == {first.chat.id}
    (logid,) = {event.response.logid for event in events}
    assert logid


def one_by_one(stream: Stream[ChatEvent]) -> Iterator[ChatEvent]:
    """The events of a stream, each asked for alone."""
    while True:
        try:
            yield next(stream)
        except StopIteration:
            return


def joined_deltas(events: Iterable[ChatEvent]) -> dict[str, str]:
    """What the deltas of each message say together, by its id."""
    texts: dict[str, str] = {}
    for event in events:
        if event.event == ChatEventType.CONVERSATION_MESSAGE_DELTA and event.message and event.message.id:
            texts[event.message.id] = texts.get(event.message.id, "") + event.message.content
    return texts


def completed_answers(events: Iterable[ChatEvent]) -> dict[str, str]:
    """What each completed answer says, by its id."""
    completed = (event.message for event in events if event.event == ChatEventType.CONVERSATION_MESSAGE_COMPLETED)
    return {
        message.id: message.content
        for message in completed
        if message and message.id and message.type == MessageType.ANSWER
    }


def the_end(events: Sequence[ChatEvent]) -> Chat:
    """The chat of the last event."""
    chat = events[-1].chat
    assert chat is not None
    return chat
