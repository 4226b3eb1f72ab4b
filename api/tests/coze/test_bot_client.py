"""``coze.bots``: lists and their paging in both versions of the API, retrieving, and the life of a bot.

What cozepy does with a bot or a workspace that is not there, or with a draft, stands at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cozepy import AsyncCoze, AsyncNumberPaged, Bot, Coze, CozeAPIError, NumberPaged, PublishStatus, SimpleBot

from api.tests.coze.assertions import NOWHERE, PAGES, MakeAsyncCoze, MakeCoze, MakeResponse, Sent, assert_coze_error
from coze_cassettes import Account, SentRequest

API_CHANNEL = "1024"
"""The channel "Agent as API": Coze's own constant."""

BotPage = NumberPaged[SimpleBot] | AsyncNumberPaged[SimpleBot]


@pytest.mark.vcr
class TestBotOperations:
    def test_list_bots_single_page(self, coze: Coze, mock_workspace_id: str, sent_requests: list[SentRequest]) -> None:
        """Given a workspace
        When its published bots are listed with the defaults
        Then one request is sent and the first page of at most twenty bots comes back.
        """
        page = coze.bots.list(space_id=mock_workspace_id)

        assert_page(page, items_before=0)
        assert_listed(page.items)
        (sent,) = sent_requests
        assert (sent.method, sent.path) == ("GET", "/v1/space/published_bots_list")
        assert sent.params == [("space_id", mock_workspace_id), ("page_size", "20"), ("page_index", "1")]

    @pytest.mark.shared_cassette("test_list_bots_single_page")
    async def test_async_list_bots(self, async_coze: AsyncCoze, mock_workspace_id: str) -> None:
        """Given a workspace
        When the async client lists its published bots with the defaults
        Then the wire is that of the sync client, and so is the page.
        """
        page = await async_coze.bots.list(space_id=mock_workspace_id)

        assert_page(page, items_before=0)
        assert_listed(page.items)

    def test_list_bots_paginated(
        self, coze: Coze, mock_workspace_to_page_over: str, sent_requests: list[SentRequest]
    ) -> None:
        """Given a workspace with at least three published bots
        When they are listed in pages of a third of them
        Then the pages follow each other, one request each, and hold every bot once.
        """
        total = coze.bots.list(space_id=mock_workspace_to_page_over, page_size=1).total
        pages = list(coze.bots.list(space_id=mock_workspace_to_page_over, page_size=third_of(total)).iter_pages())

        assert_pages([*pages])
        numbers = [dict(sent.params)["page_index"] for sent in sent_requests[1:]]
        assert numbers == [str(page.page_num) for page in pages]

    @pytest.mark.shared_cassette("test_list_bots_paginated")
    async def test_async_list_bots_paginated(self, async_coze: AsyncCoze, mock_workspace_id: str) -> None:
        """Given a workspace with at least three published bots
        When the async client pages over them
        Then the pages are those of the sync client.
        """
        total = (await async_coze.bots.list(space_id=mock_workspace_id, page_size=1)).total
        first = await async_coze.bots.list(space_id=mock_workspace_id, page_size=third_of(total))

        assert_pages([page async for page in first.iter_pages()])

    def test_list_bots_iterated(self, coze: Coze, mock_workspace_to_page_over: str) -> None:
        """Given a workspace with at least three published bots
        When a list in small pages is iterated bot by bot
        Then all pages are fetched on the way, and every bot comes once.
        """
        total = coze.bots.list(space_id=mock_workspace_to_page_over, page_size=1).total
        bots = list(coze.bots.list(space_id=mock_workspace_to_page_over, page_size=third_of(total)))

        assert len(bots) == total
        assert_listed(bots)

    def test_list_bots_custom_page_size(
        self, coze: Coze, mock_workspace_to_page_over: str, sent_requests: list[SentRequest]
    ) -> None:
        """Given a workspace with at least three published bots
        When its second page of two is asked for, and the last page of one
        Then the second goes on where the first ended, and after the last, which is full, nothing follows.
        """
        first = coze.bots.list(space_id=mock_workspace_to_page_over, page_num=1, page_size=2)
        second = coze.bots.list(space_id=mock_workspace_to_page_over, page_num=2, page_size=2)
        last = coze.bots.list(space_id=mock_workspace_to_page_over, page_num=first.total, page_size=1)

        assert_page(first, items_before=0)
        assert_page(second, items_before=2)
        assert_page(last, items_before=first.total - 1)
        assert_listed([*first.items, *second.items])
        assert sent_requests[1].params[1:] == [("page_size", "2"), ("page_index", "2")]

    def test_list_bots_past_the_end(self, coze: Coze, mock_workspace_id: str) -> None:
        """Given a workspace
        When a page behind its last bot is asked for
        Then the page is empty, nothing follows, and the total is still given.
        """
        total = coze.bots.list(space_id=mock_workspace_id, page_size=20).total
        page = coze.bots.list(space_id=mock_workspace_id, page_num=total // 20 + 2, page_size=20)

        assert page.items == []
        assert not page.has_more
        assert page.total == total

    def test_list_bots_by_workspace(self, coze: Coze, mock_workspace_id: str) -> None:
        """Given the published bots of a workspace
        When the first of them is retrieved by its id
        Then it is the bot that the list names.
        """
        listed = coze.bots.list(space_id=mock_workspace_id, page_size=1).items[0]
        bot = coze.bots.retrieve(bot_id=listed.id)

        assert (bot.bot_id, bot.name, bot.description) == (listed.id, listed.name, listed.description)

    def test_list_bots_version_2(self, coze: Coze, mock_workspace_id: str, sent_requests: list[SentRequest]) -> None:
        """Given a workspace
        When its published bots are listed with version 2 of the API
        Then the list holds published bots only, with their owners; drafts are as many as recordings have left behind.
        """
        online = coze.bots.list(
            space_id=mock_workspace_id, publish_status=PublishStatus.PUBLISHED_ONLINE, use_api_version=2
        )

        assert_page(online, items_before=0)
        assert_listed(online.items)
        assert all(bot.owner_user_id for bot in online.items)
        assert {sent.path for sent in sent_requests} == {"/v1/bots"}
        assert sent_requests[0].params == [
            ("workspace_id", mock_workspace_id),
            ("page_size", "20"),
            ("page_index", "1"),
            ("publish_status", "published_online"),
        ]

    @pytest.mark.shared_cassette("test_list_bots_version_2")
    async def test_async_list_bots_version_2(self, async_coze: AsyncCoze, mock_workspace_id: str) -> None:
        """Given a workspace
        When the async client lists its published bots with version 2 of the API
        Then the wire is that of the sync client, and so is the list.
        """
        online = await async_coze.bots.list(
            space_id=mock_workspace_id, publish_status=PublishStatus.PUBLISHED_ONLINE, use_api_version=2
        )

        assert_page(online, items_before=0)
        assert_listed(online.items)

    def test_retrieve_bot(self, coze: Coze, mock_bot_id: str, sent_requests: list[SentRequest]) -> None:
        """Given a bot that is published to the API channel
        When it is retrieved
        Then it comes with its prompt, and with the log id of the answer.
        """
        bot = coze.bots.retrieve(bot_id=mock_bot_id)

        assert_whole(bot, mock_bot_id)
        (sent,) = sent_requests
        assert (sent.method, sent.path, sent.params) == ("GET", "/v1/bot/get_online_info", [("bot_id", mock_bot_id)])

    @pytest.mark.shared_cassette("test_retrieve_bot")
    async def test_async_retrieve_bot(self, async_coze: AsyncCoze, mock_bot_id: str) -> None:
        """Given a bot that is published to the API channel
        When the async client retrieves it
        Then the wire is that of the sync client, and so is the bot.
        """
        assert_whole(await async_coze.bots.retrieve(bot_id=mock_bot_id), mock_bot_id)

    def test_retrieve_bot_version_2(self, coze: Coze, mock_bot_id: str, sent_requests: list[SentRequest]) -> None:
        """Given a bot that is published to the API channel
        When its published configuration and then its draft are retrieved with version 2 of the API
        Then both are that bot, the id stands in the path, and the flag in the query.
        """
        for is_published in (True, False):
            assert_whole(
                coze.bots.retrieve(bot_id=mock_bot_id, is_published=is_published, use_api_version=2), mock_bot_id
            )

        assert {sent.path for sent in sent_requests} == {f"/v1/bots/{mock_bot_id}"}
        assert [sent.params for sent in sent_requests] == [[("is_published", "true")], [("is_published", "false")]]

    @pytest.mark.shared_cassette("test_retrieve_bot_version_2")
    async def test_async_retrieve_bot_version_2(self, async_coze: AsyncCoze, mock_bot_id: str) -> None:
        """Given a bot that is published to the API channel
        When the async client retrieves both its configurations with version 2 of the API
        Then the wire is that of the sync client, and so are the bots.
        """
        for is_published in (True, False):
            bot = await async_coze.bots.retrieve(bot_id=mock_bot_id, is_published=is_published, use_api_version=2)
            assert_whole(bot, mock_bot_id)

    def test_create_update_publish_bot(
        self, coze: Coze, mock_workspace_id: str, sample_bot_data: dict[str, Any], sent_requests: list[SentRequest]
    ) -> None:
        """Given what a bot is made from
        When it is created, changed, published and unpublished
        Then what comes back is what was sent; published it can be retrieved by version 1, unpublished it is 4015.
        """
        bot_id = coze.bots.create(space_id=mock_workspace_id, **sample_bot_data).bot_id
        created = coze.bots.retrieve(bot_id=bot_id, is_published=False, use_api_version=2)
        coze.bots.update(bot_id=bot_id, description="Changed")
        changed = coze.bots.retrieve(bot_id=bot_id, is_published=False, use_api_version=2)
        published = coze.bots.publish(bot_id=bot_id)
        online = coze.bots.retrieve(bot_id=bot_id)
        coze.bots.unpublish(bot_id=bot_id, connector_id=API_CHANNEL)
        with pytest.raises(CozeAPIError) as refused:
            coze.bots.retrieve(bot_id=bot_id)

        assert_made_from(created, sample_bot_data)
        assert_made_from(changed, {**sample_bot_data, "description": "Changed"})
        assert_made_from(online, {**sample_bot_data, "description": "Changed"})
        assert published.bot_id == bot_id
        assert refused.value.code == 4015
        assert sent_requests[2].json() == {"bot_id": bot_id, "description": "Changed"}
        assert sent_requests[4].json() == {"bot_id": bot_id, "connector_ids": [API_CHANNEL]}
        assert sent_requests[6].json() == {"bot_id": bot_id, "connector_id": API_CHANNEL, "unpublish_reason": None}

    @pytest.mark.shared_cassette("test_create_update_publish_bot")
    async def test_async_create_update_publish_bot(
        self, async_coze: AsyncCoze, mock_workspace_id: str, sample_bot_data: dict[str, Any]
    ) -> None:
        """Given what a bot is made from
        When the async client creates, changes, publishes and unpublishes it
        Then the wire is that of the sync client, and so is what comes back.
        """
        bots = async_coze.bots
        bot_id = (await bots.create(space_id=mock_workspace_id, **sample_bot_data)).bot_id
        created = await bots.retrieve(bot_id=bot_id, is_published=False, use_api_version=2)
        await bots.update(bot_id=bot_id, description="Changed")
        changed = await bots.retrieve(bot_id=bot_id, is_published=False, use_api_version=2)
        published = await bots.publish(bot_id=bot_id)
        online = await bots.retrieve(bot_id=bot_id)
        await bots.unpublish(bot_id=bot_id, connector_id=API_CHANNEL)
        with pytest.raises(CozeAPIError) as refused:
            await bots.retrieve(bot_id=bot_id)

        assert_made_from(created, sample_bot_data)
        assert_made_from(changed, {**sample_bot_data, "description": "Changed"})
        assert_made_from(online, {**sample_bot_data, "description": "Changed"})
        assert published.bot_id == bot_id
        assert refused.value.code == 4015


def assert_whole(bot: Bot, bot_id: str) -> None:
    """A retrieved bot is the one that was asked for, with its parts, and knows the log id of its answer."""
    assert bot.bot_id == bot_id
    assert bot.name
    assert bot.version
    assert bot.prompt_info is not None
    assert bot.onboarding_info is not None
    assert bot._raw_response is not None
    assert bot.response.logid
    assert bot.response.logid == bot._raw_response.headers["x-tt-logid"]


def assert_made_from(bot: Bot, data: dict[str, Any]) -> None:
    """A bot has every part that it was made from."""
    assert {name: getattr(bot, name) for name in data} == data


class TestBotRequests:
    def test_publish_to_channels(self, mocked: MakeCoze, mock_successful_response: MakeResponse) -> None:
        """Given a bot
        When it is published to channels of the caller's choice
        Then these go out, and the API channel, which is the default, does not.
        """
        sent = Sent(mock_successful_response({"bot_id": NOWHERE}))
        mocked(sent).bots.publish(bot_id=NOWHERE, connector_ids=[NOWHERE])

        assert sent.json == {"bot_id": NOWHERE, "connector_ids": [NOWHERE]}

    async def test_async_publish_to_channels(
        self, async_mocked: MakeAsyncCoze, mock_successful_response: MakeResponse
    ) -> None:
        """Given a bot
        When the async client publishes it to channels of the caller's choice
        Then the same goes out.
        """
        sent = Sent(mock_successful_response({"bot_id": NOWHERE}))
        await async_mocked(sent).bots.publish(bot_id=NOWHERE, connector_ids=[NOWHERE])

        assert sent.json == {"bot_id": NOWHERE, "connector_ids": [NOWHERE]}

    @pytest.mark.parametrize("moment", [1719476392, "1719476392"])
    def test_time_of_a_listed_bot(
        self, mocked: MakeCoze, mock_successful_response: MakeResponse, moment: int | str
    ) -> None:
        """Given a bot that was changed at a time which the answer has as a number or as a text
        When the bots of a workspace are listed
        Then the time is a number, and a text under the name that earlier versions of the SDK gave it.
        """
        texts = dict.fromkeys(("name", "description", "icon_url", "owner_user_id"), "")
        bot = {"id": NOWHERE, "is_published": True, "updated_at": moment, **texts}
        coze = mocked(mock_successful_response({"items": [bot], "total": 1}))
        (listed,) = coze.bots.list(space_id=NOWHERE, use_api_version=2)

        assert (listed.updated_at, listed.publish_time) == (1719476392, "1719476392")


@pytest.mark.vcr
class TestBotFaults:
    def test_retrieve_bot_that_does_not_exist(self, coze: Coze) -> None:
        """Given an id that no bot has
        When it is retrieved
        Then Coze's error 4200 is raised with the log id of the answer.
        """
        with pytest.raises(CozeAPIError) as refused:
            coze.bots.retrieve(bot_id=NOWHERE)

        assert_coze_error(refused.value, 4200)

    @pytest.mark.shared_cassette("test_retrieve_bot_that_does_not_exist")
    async def test_async_retrieve_bot_that_does_not_exist(self, async_coze: AsyncCoze) -> None:
        """Given an id that no bot has
        When the async client retrieves it
        Then the error is that of the sync client.
        """
        with pytest.raises(CozeAPIError) as refused:
            await async_coze.bots.retrieve(bot_id=NOWHERE)

        assert_coze_error(refused.value, 4200)

    def test_list_bots_of_a_workspace_that_does_not_exist(self, coze: Coze) -> None:
        """Given an id that no workspace has
        When its bots are listed
        Then an error of Coze is raised by list itself, before anything is iterated.
        """
        with pytest.raises(CozeAPIError) as refused:
            coze.bots.list(space_id=NOWHERE)

        assert_coze_error(refused.value)

    @pytest.mark.stand_in_only(reason="a failure in the middle of a list on demand")
    def test_list_bots_fails_on_a_later_page(
        self, coze: Coze, mock_workspace_to_page_over: str, fault: Callable[..., None]
    ) -> None:
        """Given a list whose second page is refused by the rate limit
        When it is iterated bot by bot
        Then the bots of the first page come, and then the error: there is no retry.
        """
        bots = iter(coze.bots.list(space_id=mock_workspace_to_page_over, page_size=1))
        fault("GET", "/v1/space/published_bots_list", "rate-limit")
        seen: list[str] = []
        with pytest.raises(CozeAPIError) as refused:
            seen.extend(bot.id for bot in bots)

        assert len(seen) == 1
        assert_coze_error(refused.value, 4008)

    @pytest.mark.stand_in_only(reason="an answer of the gateway on demand")
    def test_update_bot_through_a_failing_gateway(
        self, coze: Coze, mock_bot_id: str, fault: Callable[..., None]
    ) -> None:
        """Given a service that answers 503 with JSON that has no code
        When a bot is updated, an operation whose answer is empty
        Then cozepy takes the failure for a success: it never looks at the HTTP status of JSON.
        """
        fault("POST", "/v1/bot/update", "unavailable")
        answer = coze.bots.update(bot_id=mock_bot_id, description="Changed")

        assert answer._raw_response is not None
        assert answer._raw_response.status_code == 503


# --- what the tests share -------------------------------------------------------------------------------------------


def assert_page(page: BotPage, items_before: int) -> None:
    """A page holds what is left of ``total``, at most its size, and says rightly whether more follows."""
    assert len(page.items) == min(page.page_size, page.total - items_before)
    assert page.has_more == (items_before + len(page.items) < page.total)
    assert page.response.logid


def assert_listed(bots: list[SimpleBot]) -> None:
    """Bots of a list have different ids, and each says what it is."""
    assert len({bot.id for bot in bots}) == len(bots)
    for bot in bots:
        assert bot.id == bot.bot_id
        assert bot.name
        assert bot.name == bot.bot_name
        assert bot.icon_url.startswith("https://")
        assert bot.is_published
        assert bot.updated_at > 0


def assert_pages(pages: list[BotPage]) -> None:
    """Pages count up from one, hold every bot of the list once, and only the last has nothing after it."""
    assert len(pages) >= PAGES
    before = 0
    for number, page in enumerate(pages, start=1):
        assert page.page_num == number
        assert_page(page, before)
        before += len(page.items)
    assert before == pages[0].total
    assert_listed([bot for page in pages for bot in page.items])


def third_of(total: int) -> int:
    """The page size that cuts ``total`` bots into three pages or a few more, however many there are."""
    return max(1, total // PAGES)


@pytest.fixture
def mock_workspace_to_page_over(
    account: Account, coze: Coze, mock_workspace_id: str, sample_bot_data: dict[str, Any]
) -> Iterator[str]:
    """The workspace with at least three published bots; missing ones are made, unrecorded, and unpublished again."""
    made: list[str] = []
    if account.is_recording:
        with account.unrecorded_context():
            for _ in range(coze.bots.list(space_id=mock_workspace_id, page_size=1).total, PAGES):
                made.append(coze.bots.create(space_id=mock_workspace_id, **sample_bot_data).bot_id)
                coze.bots.publish(bot_id=made[-1])
    yield mock_workspace_id
    if made:
        with account.unrecorded_context():
            for bot_id in made:
                coze.bots.unpublish(bot_id=bot_id, connector_id=API_CHANNEL)
