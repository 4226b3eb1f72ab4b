"""``coze.connectors``: a channel of one's own says how its review of a bot came out."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from cozepy import AsyncCoze, Coze, CozeAPIError
from cozepy.connectors.bots import AuditStatus

from api.tests.coze.assertions import NOWHERE
from coze_cassettes import SentRequest

REASON = "The name is taken 重名"


@pytest.mark.vcr
class TestConnectorBots:
    def test_review_bot(
        self,
        coze: Coze,
        mock_connector_id: str,
        mock_bot_id: str,
        sent_requests: list[SentRequest],
        answers: list[httpx.Response],
    ) -> None:
        """Given a bot that was submitted to a channel of one's own
        When its review is said to have failed, with the reason, and then to have passed
        Then both are taken; the status went out as a number, and a reason that was not given as null.
        """
        where = {"connector_id": mock_connector_id, "bot_id": mock_bot_id}
        rejected = coze.connectors.bots.update(**where, audit_status=AuditStatus.REJECTED, reason=REASON)
        approved = coze.connectors.bots.update(**where, audit_status=AuditStatus.APPROVED)

        assert [one.response.logid for one in (rejected, approved)] == [one.headers["x-tt-logid"] for one in answers]
        path = f"/v1/connectors/{mock_connector_id}/bots/{mock_bot_id}"
        assert {(sent.method, sent.path) for sent in sent_requests} == {("PUT", path)}
        assert [sent.json() for sent in sent_requests] == [
            {"audit_status": 3, "reason": REASON},
            {"audit_status": 2, "reason": None},
        ]

    @pytest.mark.shared_cassette("test_review_bot")
    async def test_async_review_bot(self, async_coze: AsyncCoze, mock_connector_id: str, mock_bot_id: str) -> None:
        """Given a bot that was submitted to a channel of one's own
        When the async client says that its review has failed, with the reason, and then that it has passed
        Then the wire is that of the sync client.
        """
        where = {"connector_id": mock_connector_id, "bot_id": mock_bot_id}
        rejected = await async_coze.connectors.bots.update(**where, audit_status=AuditStatus.REJECTED, reason=REASON)
        approved = await async_coze.connectors.bots.update(**where, audit_status=AuditStatus.APPROVED)

        assert rejected.response.logid
        assert approved.response.logid

    def test_review_on_a_channel_that_does_not_exist(
        self, coze: Coze, mock_bot_id: str, assert_refused: Callable[[CozeAPIError], None]
    ) -> None:
        """Given an id that no channel has
        When it says how its review of a bot came out
        Then Coze's error is raised.
        """
        with pytest.raises(CozeAPIError) as error:
            coze.connectors.bots.update(connector_id=NOWHERE, bot_id=mock_bot_id, audit_status=AuditStatus.PENDING)

        assert_refused(error.value)

    @pytest.mark.shared_cassette("test_review_on_a_channel_that_does_not_exist")
    async def test_async_review_on_a_channel_that_does_not_exist(
        self, async_coze: AsyncCoze, mock_bot_id: str, assert_refused: Callable[[CozeAPIError], None]
    ) -> None:
        """Given an id that no channel has
        When the async client says how its review of a bot came out
        Then the error is that of the sync client.
        """
        bots = async_coze.connectors.bots
        with pytest.raises(CozeAPIError) as error:
            await bots.update(connector_id=NOWHERE, bot_id=mock_bot_id, audit_status=AuditStatus.PENDING)

        assert_refused(error.value)
