"""``coze.variables``: what a bot remembers of one of its users.

The tests need a bot in which the user variables ``cassette_city`` and ``cassette_mood`` are defined, which is done in
the web interface.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import httpx
import pytest
from cozepy import AsyncCoze, Coze, CozeAPIError, VariableValue

from api.tests.coze.assertions import NOWHERE, USER
from coze_cassettes import SentRequest

CHANNEL = "1024"
"""The channel Agent As API."""

VALUES = [
    VariableValue(keyword="cassette_city", value="Genève 日内瓦"),
    VariableValue(keyword="cassette_mood", value="calm 🙂"),
]


@pytest.mark.vcr
class TestVariables:
    def test_set_and_read_variables(
        self, coze: Coze, mock_bot_id: str, sent_requests: list[SentRequest], answers: list[httpx.Response]
    ) -> None:
        """Given a bot with two user variables
        When both are set for a user and read again
        Then they come back as they were set; the keywords went out in one text, with commas.
        """
        whose = {"bot_id": mock_bot_id, "connector_id": CHANNEL, "connector_uid": USER}
        updated = coze.variables.update(data=VALUES, **whose)
        variables = coze.variables.retrieve(keywords=[each.keyword for each in VALUES], **whose)

        assert_kept(variables)
        assert [one.response.logid for one in (updated, variables)] == [one.headers["x-tt-logid"] for one in answers]
        update, retrieve = sent_requests
        assert (update.method, update.path) == ("PUT", "/v1/variables")
        data = [{"keyword": each.keyword, "value": each.value} for each in VALUES]
        assert update.json() == {**whose, "data": data}
        assert (retrieve.method, retrieve.path) == ("GET", "/v1/variables")
        assert dict(retrieve.params) == {**whose, "keywords": "cassette_city,cassette_mood"}

    @pytest.mark.shared_cassette("test_set_and_read_variables")
    async def test_async_set_and_read_variables(self, async_coze: AsyncCoze, mock_bot_id: str) -> None:
        """Given a bot with two user variables
        When the async client sets both for a user and reads them again
        Then the wire is that of the sync client, and so are the values.
        """
        whose = {"bot_id": mock_bot_id, "connector_id": CHANNEL, "connector_uid": USER}
        updated = await async_coze.variables.update(data=VALUES, **whose)
        variables = await async_coze.variables.retrieve(keywords=[each.keyword for each in VALUES], **whose)

        assert_kept(variables)
        assert updated.response.logid

    def test_variables_of_a_bot_that_does_not_exist(
        self, coze: Coze, assert_refused: Callable[[CozeAPIError], None]
    ) -> None:
        """Given an id that no bot has
        When its variables are set and read
        Then each time Coze's error is raised.
        """
        with pytest.raises(CozeAPIError) as error:
            coze.variables.update(bot_id=NOWHERE, connector_uid=USER, data=VALUES)
        assert_refused(error.value)
        with pytest.raises(CozeAPIError) as error:
            coze.variables.retrieve(bot_id=NOWHERE, connector_uid=USER, keywords=["cassette_city"])
        assert_refused(error.value)

    @pytest.mark.shared_cassette("test_variables_of_a_bot_that_does_not_exist")
    async def test_async_variables_of_a_bot_that_does_not_exist(
        self, async_coze: AsyncCoze, assert_refused: Callable[[CozeAPIError], None]
    ) -> None:
        """Given an id that no bot has
        When the async client sets and reads its variables
        Then the errors are those of the sync client.
        """
        with pytest.raises(CozeAPIError) as error:
            await async_coze.variables.update(bot_id=NOWHERE, connector_uid=USER, data=VALUES)
        assert_refused(error.value)
        with pytest.raises(CozeAPIError) as error:
            await async_coze.variables.retrieve(bot_id=NOWHERE, connector_uid=USER, keywords=["cassette_city"])
        assert_refused(error.value)


# --- what the tests share -------------------------------------------------------------------------------------------


def assert_kept(variables: Iterable[VariableValue]) -> None:
    """The values are those that were set, each with the time of its first and of its last setting."""
    kept = {each.keyword: each for each in variables}
    assert {keyword: each.value for keyword, each in kept.items()} == {each.keyword: each.value for each in VALUES}
    for each in kept.values():
        assert 0 < each.create_time <= each.update_time
        assert datetime.fromtimestamp(each.update_time, UTC).year >= 2024
