"""``coze.templates``: copies of what the store offers. Only the SDK knows the operation; no document of Coze has it."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from cozepy import AsyncCoze, Coze, CozeAPIError, TemplateEntityType

from api.tests.coze.assertions import NOWHERE
from coze_cassettes import Account, SentRequest

NAME = "Cassette copy 磁带"


@pytest.fixture
def mock_template_id(account: Account) -> str:
    """A template of an agent, which may be copied for nothing; the API deletes no copies."""
    return account.value("TEMPLATE_ID")


@pytest.mark.vcr
class TestTemplates:
    def test_duplicate_template(
        self,
        coze: Coze,
        mock_template_id: str,
        mock_workspace_id: str,
        sent_requests: list[SentRequest],
        answers: list[httpx.Response],
    ) -> None:
        """Given a template of an agent
        When it is copied into a workspace under a name, and the copy is retrieved as a bot
        Then the copy is a bot of that name.
        """
        copy = coze.templates.duplicate(template_id=mock_template_id, workspace_id=mock_workspace_id, name=NAME)
        bot = coze.bots.retrieve(bot_id=copy.entity_id, is_published=False, use_api_version=2)

        assert copy.entity_type == TemplateEntityType.AGENT
        assert (bot.bot_id, bot.name) == (copy.entity_id, NAME)
        assert copy.response.logid == answers[0].headers["x-tt-logid"]
        sent = sent_requests[0]
        assert (sent.method, sent.path) == ("POST", f"/v1/templates/{mock_template_id}/duplicate")
        assert sent.json() == {"workspace_id": mock_workspace_id, "name": NAME}

    @pytest.mark.shared_cassette("test_duplicate_template")
    async def test_async_duplicate_template(
        self, async_coze: AsyncCoze, mock_template_id: str, mock_workspace_id: str
    ) -> None:
        """Given a template of an agent
        When the async client copies it into a workspace under a name, and retrieves the copy as a bot
        Then the wire is that of the sync client, and so is the copy.
        """
        templates = async_coze.templates
        copy = await templates.duplicate(template_id=mock_template_id, workspace_id=mock_workspace_id, name=NAME)
        bot = await async_coze.bots.retrieve(bot_id=copy.entity_id, is_published=False, use_api_version=2)

        assert copy.entity_type == TemplateEntityType.AGENT
        assert (bot.bot_id, bot.name) == (copy.entity_id, NAME)

    def test_template_that_does_not_exist(
        self,
        coze: Coze,
        mock_workspace_id: str,
        sent_requests: list[SentRequest],
        assert_refused: Callable[[CozeAPIError], None],
    ) -> None:
        """Given an id that no template has
        When it is copied without a name
        Then Coze's error is raised; the name went out as null.
        """
        with pytest.raises(CozeAPIError) as error:
            coze.templates.duplicate(template_id=NOWHERE, workspace_id=mock_workspace_id)

        assert_refused(error.value)
        assert sent_requests[0].json() == {"workspace_id": mock_workspace_id, "name": None}

    @pytest.mark.shared_cassette("test_template_that_does_not_exist")
    async def test_async_template_that_does_not_exist(
        self, async_coze: AsyncCoze, mock_workspace_id: str, assert_refused: Callable[[CozeAPIError], None]
    ) -> None:
        """Given an id that no template has
        When the async client copies it without a name
        Then the error is that of the sync client.
        """
        with pytest.raises(CozeAPIError) as error:
            await async_coze.templates.duplicate(template_id=NOWHERE, workspace_id=mock_workspace_id)

        assert_refused(error.value)
