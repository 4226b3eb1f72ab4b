"""``coze.conversations.messages.feedback``: what a user thinks of an answer."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from cozepy import AsyncCoze, Coze, CozeAPIError, FeedbackType, MessageType

from api.tests.coze.assertions import NOWHERE
from coze_cassettes import SentRequest

REASONS, COMMENT = ["too long"], "Shorter, please 请简短"


@pytest.mark.vcr
class TestMessageFeedback:
    def test_give_and_withdraw_feedback(
        self,
        coze: Coze,
        mock_conversation_id: str,
        mock_chat_id: str,
        sent_requests: list[SentRequest],
        answers: list[httpx.Response],
    ) -> None:
        """Given the answer of a bot
        When it is liked, then disliked with reasons and a comment, and the feedback is withdrawn
        Then each is taken; reasons and a comment that were not given did not go out.
        """
        said = coze.chat.messages.list(conversation_id=mock_conversation_id, chat_id=mock_chat_id)
        answer = next(message.id for message in said if message.type == MessageType.ANSWER)
        where = {"conversation_id": mock_conversation_id, "message_id": answer or ""}
        feedback = coze.conversations.messages.feedback
        liked = feedback.create(**where, feedback_type=FeedbackType.LIKE)
        disliked = feedback.create(**where, feedback_type=FeedbackType.UNLIKE, reason_types=REASONS, comment=COMMENT)
        withdrawn = feedback.delete(**where)

        logids = [one.response.logid for one in (liked, disliked, withdrawn)]
        assert logids == [one.headers["x-tt-logid"] for one in answers[-3:]]
        like, dislike, withdraw = sent_requests[1:]
        path = f"/v1/conversations/{mock_conversation_id}/messages/{answer}/feedback"
        assert {sent.path for sent in (like, dislike, withdraw)} == {path}
        assert [sent.method for sent in (like, dislike, withdraw)] == ["POST", "POST", "DELETE"]
        assert like.json() == {"feedback_type": "like"}
        assert dislike.json() == {"feedback_type": "unlike", "reason_types": REASONS, "comment": COMMENT}
        assert withdraw.body == b""

    @pytest.mark.shared_cassette("test_give_and_withdraw_feedback")
    async def test_async_give_and_withdraw_feedback(
        self, async_coze: AsyncCoze, mock_conversation_id: str, mock_chat_id: str
    ) -> None:
        """Given the answer of a bot
        When the async client likes it, dislikes it with reasons and a comment, and withdraws the feedback
        Then the wire is that of the sync client.
        """
        said = await async_coze.chat.messages.list(conversation_id=mock_conversation_id, chat_id=mock_chat_id)
        answer = next(message.id for message in said if message.type == MessageType.ANSWER)
        where = {"conversation_id": mock_conversation_id, "message_id": answer or ""}
        feedback = async_coze.conversations.messages.feedback
        liked = await feedback.create(**where, feedback_type=FeedbackType.LIKE)
        disliked = await feedback.create(
            **where, feedback_type=FeedbackType.UNLIKE, reason_types=REASONS, comment=COMMENT
        )
        withdrawn = await feedback.delete(**where)

        assert all(one.response.logid for one in (liked, disliked, withdrawn))

    def test_feedback_on_a_message_that_does_not_exist(
        self, coze: Coze, mock_conversation_id: str, assert_refused: Callable[[CozeAPIError], None]
    ) -> None:
        """Given an id that no message has
        When it is liked, and the feedback is withdrawn
        Then each time Coze's error is raised.
        """
        feedback = coze.conversations.messages.feedback
        where = {"conversation_id": mock_conversation_id, "message_id": NOWHERE}
        with pytest.raises(CozeAPIError) as error:
            feedback.create(**where, feedback_type=FeedbackType.LIKE)
        assert_refused(error.value)
        with pytest.raises(CozeAPIError) as error:
            feedback.delete(**where)
        assert_refused(error.value)

    @pytest.mark.shared_cassette("test_feedback_on_a_message_that_does_not_exist")
    async def test_async_feedback_on_a_message_that_does_not_exist(
        self, async_coze: AsyncCoze, mock_conversation_id: str, assert_refused: Callable[[CozeAPIError], None]
    ) -> None:
        """Given an id that no message has
        When the async client likes it, and withdraws the feedback
        Then the errors are those of the sync client.
        """
        feedback = async_coze.conversations.messages.feedback
        where = {"conversation_id": mock_conversation_id, "message_id": NOWHERE}
        with pytest.raises(CozeAPIError) as error:
            await feedback.create(**where, feedback_type=FeedbackType.LIKE)
        assert_refused(error.value)
        with pytest.raises(CozeAPIError) as error:
            await feedback.delete(**where)
        assert_refused(error.value)
