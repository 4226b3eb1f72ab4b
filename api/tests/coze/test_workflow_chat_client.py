"""``coze.workflows.chat``: a chat that a workflow answers, without a bot."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from cozepy import (
    AsyncCoze,
    ChatEvent,
    ChatEventType,
    ChatStatus,
    Coze,
    CozeAPIError,
    Message,
    MessageType,
)

from api.tests.coze.assertions import NOWHERE
from coze_cassettes import Account, SentRequest

PARAMETERS = {"topic": "magnetic 磁带"}
EXT = {"city": "Ghent"}

NO_CONVERSATION = {"CONVERSATION_NAME": "a conversation that nobody has begun"}
"""Parameters that name a conversation of the workflow which does not exist."""


@pytest.mark.vcr
class TestWorkflowChat:
    def test_chat_with_a_workflow(
        self, coze: Coze, mock_chatflow_id: str, question: Message, sent_requests: list[SentRequest]
    ) -> None:
        """Given a workflow that answers chats
        When it is asked something
        Then the answer comes in a stream of a chat's events; an option that was not given did not go out.
        """
        stream = coze.workflows.chat.stream(workflow_id=mock_chatflow_id, additional_messages=[question])

        assert_answered(list(stream))
        (sent,) = sent_requests
        assert (sent.method, sent.path) == ("POST", "/v1/workflows/chat")
        body = sent.json()
        assert sorted(body) == ["additional_messages", "workflow_id"]
        (message,) = body["additional_messages"]
        assert (message["role"], message["content"]) == ("user", question.content)

    @pytest.mark.shared_cassette("test_chat_with_a_workflow")
    async def test_async_chat_with_a_workflow(
        self, async_coze: AsyncCoze, mock_chatflow_id: str, question: Message
    ) -> None:
        """Given a workflow that answers chats
        When the async client asks it something
        Then the wire is that of the sync client, and so are the events.
        """
        stream = async_coze.workflows.chat.stream(workflow_id=mock_chatflow_id, additional_messages=[question])

        assert_answered([event async for event in stream])

    def test_chat_in_a_conversation(
        self, coze: Coze, mock_chatflow_id: str, question: Message, sent_requests: list[SentRequest]
    ) -> None:
        """Given a conversation without a bot
        When a workflow is asked something in it, with parameters and further information
        Then the chat is in that conversation, and both went out as they are.
        """
        conversation_id = coze.conversations.create().id
        stream = coze.workflows.chat.stream(
            workflow_id=mock_chatflow_id,
            additional_messages=[question],
            conversation_id=conversation_id,
            parameters=PARAMETERS,
            ext=EXT,
        )
        events = list(stream)
        coze.conversations.delete(conversation_id=conversation_id)

        assert_answered(events)
        assert events[0].chat is not None
        assert events[0].chat.conversation_id == conversation_id
        body = sent_requests[1].json()
        assert (body["parameters"], body["ext"], body["conversation_id"]) == (PARAMETERS, EXT, conversation_id)

    @pytest.mark.shared_cassette("test_chat_in_a_conversation")
    async def test_async_chat_in_a_conversation(
        self, async_coze: AsyncCoze, mock_chatflow_id: str, question: Message
    ) -> None:
        """Given a conversation without a bot
        When the async client asks a workflow something in it, with parameters and further information
        Then the wire is that of the sync client, and so are the events.
        """
        conversation_id = (await async_coze.conversations.create()).id
        stream = async_coze.workflows.chat.stream(
            workflow_id=mock_chatflow_id,
            additional_messages=[question],
            conversation_id=conversation_id,
            parameters=PARAMETERS,
            ext=EXT,
        )
        events = [event async for event in stream]
        await async_coze.conversations.delete(conversation_id=conversation_id)

        assert_answered(events)
        assert events[0].chat is not None
        assert events[0].chat.conversation_id == conversation_id

    def test_chat_with_a_workflow_that_does_not_exist(
        self, coze: Coze, question: Message, assert_refused: Callable[[CozeAPIError], None]
    ) -> None:
        """Given an id that no workflow has
        When it is asked something
        Then Coze's error is raised by the call itself, before the stream is read.
        """
        with pytest.raises(CozeAPIError) as error:
            coze.workflows.chat.stream(workflow_id=NOWHERE, additional_messages=[question])

        assert_refused(error.value)

    @pytest.mark.shared_cassette("test_chat_with_a_workflow_that_does_not_exist")
    async def test_async_chat_with_a_workflow_that_does_not_exist(
        self, async_coze: AsyncCoze, question: Message, assert_refused: Callable[[CozeAPIError], None]
    ) -> None:
        """Given an id that no workflow has
        When the async client asks it something
        Then the error is raised when the stream is first read: the call alone sends nothing.
        """
        stream = async_coze.workflows.chat.stream(workflow_id=NOWHERE, additional_messages=[question])
        with pytest.raises(CozeAPIError) as error:
            await anext(aiter(stream))

        assert_refused(error.value)


@pytest.mark.vcr
@pytest.mark.stand_in_only(reason="whether the service sends an error event or a failed chat is not known")
class TestWorkflowChatFaults:
    def test_conversation_of_no_name(self, coze: Coze, mock_chatflow_id: str, question: Message) -> None:
        """Given the name of no conversation
        When a workflow is asked something in it
        Then the stream opens and has an error event, its code a text: a bare Exception, which is no CozeError.
        """
        stream = coze.workflows.chat.stream(
            workflow_id=mock_chatflow_id, additional_messages=[question], parameters=NO_CONVERSATION
        )
        with pytest.raises(Exception, match=r'"code": ?"720702204"') as error:
            list(stream)

        assert type(error.value) is Exception

    @pytest.mark.shared_cassette("test_conversation_of_no_name")
    async def test_async_conversation_of_no_name(
        self, async_coze: AsyncCoze, mock_chatflow_id: str, question: Message
    ) -> None:
        """Given the name of no conversation
        When the async client asks a workflow something in it
        Then the error is that of the sync client.
        """
        stream = async_coze.workflows.chat.stream(
            workflow_id=mock_chatflow_id, additional_messages=[question], parameters=NO_CONVERSATION
        )
        with pytest.raises(Exception, match=r'"code": ?"720702204"') as error:
            [event async for event in stream]

        assert type(error.value) is Exception


# --- what the tests share -------------------------------------------------------------------------------------------


@pytest.fixture
def mock_chatflow_id(account: Account) -> str:
    """A published workflow that answers chats."""
    return account.value("CHATFLOW_ID")


def assert_answered(events: Sequence[ChatEvent]) -> None:
    """The chat begins, an answer grows and is completed, and the chat ends; no bot is in it.

    ``done``, which has the address of a page for debugging, is swallowed by cozepy.
    """
    kinds = [event.event for event in events]
    assert kinds[:2] == [ChatEventType.CONVERSATION_CHAT_CREATED, ChatEventType.CONVERSATION_CHAT_IN_PROGRESS]
    assert kinds[-1] == ChatEventType.CONVERSATION_CHAT_COMPLETED
    chats = [event.chat for event in events if event.chat is not None]
    assert len({chat.id for chat in chats}) == len({chat.conversation_id for chat in chats}) == 1
    assert chats[-1].status == ChatStatus.COMPLETED
    assert not any(chat.bot_id for chat in chats)
    messages = [event.message for event in events if event.message is not None]
    assert {message.chat_id for message in messages} == {chats[0].id}
    assert {message.conversation_id for message in messages} == {chats[0].conversation_id}
    deltas = [event.message for event in events if event.event == ChatEventType.CONVERSATION_MESSAGE_DELTA]
    answers = [
        event.message.content
        for event in events
        if event.event == ChatEventType.CONVERSATION_MESSAGE_COMPLETED
        and event.message is not None
        and event.message.type == MessageType.ANSWER
    ]
    assert answers
    assert "".join(delta.content for delta in deltas if delta is not None) == "".join(answers)
    (logid,) = {event.response.logid for event in events}
    assert logid
