"""``coze.apps``: the apps of a workspace.

The page goes out as ``page_index``, where Coze's documents say ``page_num``; whether the service reads it is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

import httpx
import pytest
from cozepy import AsyncCoze, Coze, CozeAPIError, PublishStatus, SimpleApp

from api.tests.coze.assertions import NOWHERE, PAGES, first_pages
from coze_cassettes import SentRequest


def assert_apps(apps: Sequence[SimpleApp]) -> None:
    """Apps of a list have different ids, and each says what it is, whose it is, and since when."""
    assert len({app.id for app in apps}) == len(apps)
    for app in apps:
        assert app.name
        assert isinstance(app.description, str)
        assert app.icon_url.startswith("https://")
        assert app.owner_user_id
        assert app.updated_at > 0
        assert app.published_at is None or app.published_at > 0


@pytest.mark.vcr
class TestApps:
    def test_list_apps(
        self, coze: Coze, mock_workspace_id: str, sent_requests: list[SentRequest], answers: list[httpx.Response]
    ) -> None:
        """Given a workspace
        When its apps are listed with the defaults
        Then the first twenty come back, and neither a state nor a channel was asked for.
        """
        page = coze.apps.list(workspace_id=mock_workspace_id)

        assert_apps(page.items)
        assert len(page.items) == min(20, page.total)
        assert page.has_more == (page.total > 20)
        assert page.response.logid == answers[-1].headers["x-tt-logid"]
        (sent,) = sent_requests
        assert (sent.method, sent.path) == ("GET", "/v1/apps")
        assert sent.params == [("workspace_id", mock_workspace_id), ("page_size", "20"), ("page_index", "1")]

    @pytest.mark.shared_cassette("test_list_apps")
    async def test_async_list_apps(self, async_coze: AsyncCoze, mock_workspace_id: str) -> None:
        """Given a workspace
        When the async client lists its apps with the defaults
        Then the wire is that of the sync client, and so is the page.
        """
        page = await async_coze.apps.list(workspace_id=mock_workspace_id)

        assert_apps(page.items)
        assert len(page.items) == min(20, page.total)

    def test_list_apps_paginated(self, coze: Coze, mock_workspace_id: str, sent_requests: list[SentRequest]) -> None:
        """Given a workspace with a few apps
        When they are listed two a page
        Then each page is one request, holds what is left of the total, and no app comes twice.
        """
        listing = coze.apps.list(workspace_id=mock_workspace_id, page_size=2)
        pages = list(islice(listing.iter_pages(), PAGES))

        sizes = [max(0, min(2, listing.total - 2 * number)) for number in range(len(pages))]
        assert [len(page.items) for page in pages] == sizes
        assert_apps([app for page in pages for app in page.items])
        assert [dict(sent.params)["page_index"] for sent in sent_requests] == [
            str(number) for number in range(1, len(pages) + 1)
        ]

    @pytest.mark.shared_cassette("test_list_apps_paginated")
    async def test_async_list_apps_paginated(self, async_coze: AsyncCoze, mock_workspace_id: str) -> None:
        """Given a workspace with a few apps
        When the async client lists them two a page
        Then the wire is that of the sync client, and so are the apps.
        """
        listing = await async_coze.apps.list(workspace_id=mock_workspace_id, page_size=2)
        apps = [each for page in await first_pages(listing) for each in page.items]

        assert len(apps) == min(2 * PAGES, listing.total)
        assert_apps(apps)

    def test_list_apps_by_state(self, coze: Coze, mock_workspace_id: str, sent_requests: list[SentRequest]) -> None:
        """Given a workspace with a few apps
        When the published ones, those that never were, and those of a channel are listed
        Then each list holds only such apps, and the filters went out as Coze spells them.
        """
        apps = coze.apps
        published = apps.list(workspace_id=mock_workspace_id, publish_status=PublishStatus.PUBLISHED_ONLINE)
        drafts = apps.list(workspace_id=mock_workspace_id, publish_status=PublishStatus.UNPUBLISHED_DRAFT)
        on_channel = apps.list(workspace_id=mock_workspace_id, connector_id="1024")

        assert all(app.is_published for app in published.items)
        assert not any(app.is_published for app in drafts.items)
        assert_apps(on_channel.items)
        asked = [dict(sent.params) for sent in sent_requests]
        assert [one.get("publish_status") for one in asked] == ["published_online", "unpublished_draft", None]
        assert [one.get("connector_id") for one in asked] == [None, None, "1024"]

    @pytest.mark.shared_cassette("test_list_apps_by_state")
    async def test_async_list_apps_by_state(self, async_coze: AsyncCoze, mock_workspace_id: str) -> None:
        """Given a workspace with a few apps
        When the async client lists the published ones, those that never were, and those of a channel
        Then the wire is that of the sync client, and so are the lists.
        """
        apps = async_coze.apps
        published = await apps.list(workspace_id=mock_workspace_id, publish_status=PublishStatus.PUBLISHED_ONLINE)
        drafts = await apps.list(workspace_id=mock_workspace_id, publish_status=PublishStatus.UNPUBLISHED_DRAFT)
        on_channel = await apps.list(workspace_id=mock_workspace_id, connector_id="1024")

        assert all(app.is_published for app in published.items)
        assert not any(app.is_published for app in drafts.items)
        assert_apps(on_channel.items)

    def test_list_apps_of_a_workspace_that_does_not_exist(
        self, coze: Coze, assert_refused: Callable[[CozeAPIError], None]
    ) -> None:
        """Given an id that no workspace has
        When its apps are listed
        Then Coze's error is raised by the call itself, before the list is iterated.
        """
        with pytest.raises(CozeAPIError) as error:
            coze.apps.list(workspace_id=NOWHERE)

        assert_refused(error.value)

    @pytest.mark.shared_cassette("test_list_apps_of_a_workspace_that_does_not_exist")
    async def test_async_list_apps_of_a_workspace_that_does_not_exist(
        self, async_coze: AsyncCoze, assert_refused: Callable[[CozeAPIError], None]
    ) -> None:
        """Given an id that no workspace has
        When the async client lists its apps
        Then the error is that of the sync client.
        """
        with pytest.raises(CozeAPIError) as error:
            await async_coze.apps.list(workspace_id=NOWHERE)

        assert_refused(error.value)
