"""``coze.api_apps``: apps that Coze calls back, and the events they are subscribed to.

Every test makes its apps itself and deletes them at its end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import httpx
import pytest
from cozepy import APIApp, AppType, AsyncCoze, Coze, CozeAPIError
from cozepy.api_apps.events import APIAppEvent

from api.tests.coze.assertions import NOWHERE, assert_each_is_refused, assert_each_is_refused_async
from coze_cassettes import SentRequest

CALLBACK = "https://example.com/coze/callback"

EVENT = "bot.deleted"
EVENTS = ("bot.published", EVENT, "bot.unpublished")
"""Events of Coze, as its documents name them."""


@pytest.mark.vcr
class TestApiApps:
    def test_life_of_an_api_app(
        self, coze: Coze, sent_requests: list[SentRequest], answers: list[httpx.Response]
    ) -> None:
        """Given no app
        When one is made, gets another name and an address to be called at, is listed, and is deleted
        Then the list has it as it was changed, with the secret of its creation, and in the end no longer.
        """
        made = coze.api_apps.create(app_type=AppType.NORMAL, name="cassette-first")
        changed = coze.api_apps.update(app_id=made.id, name="cassette-second", callback_url=CALLBACK)
        (listed,) = [app for app in coze.api_apps.list(app_type=AppType.NORMAL) if app.id == made.id]
        deleted = coze.api_apps.delete(app_id=made.id)
        left = [app.id for app in coze.api_apps.list(app_type=AppType.NORMAL)]

        assert_made(made, "cassette-first")
        assert (listed.name, listed.callback_url) == ("cassette-second", CALLBACK)
        assert listed.verify_token == made.verify_token
        assert made.id not in left
        assert made.response.logid == answers[0].headers["x-tt-logid"]
        assert changed.response.logid
        assert deleted.response.logid
        create, update, listing, delete, _ = sent_requests
        assert (create.method, create.path) == ("POST", "/v1/api_apps")
        assert create.json() == {"app_type": "normal", "name": "cassette-first"}
        assert (update.method, update.path) == ("PUT", f"/v1/api_apps/{made.id}")
        assert update.json() == {"name": "cassette-second", "callback_url": CALLBACK}
        assert listing.params == [("app_type", "normal"), ("page_size", "20"), ("page_token", "")]
        assert (delete.method, delete.path, delete.body) == ("DELETE", f"/v1/api_apps/{made.id}", b"")

    @pytest.mark.shared_cassette("test_life_of_an_api_app")
    async def test_async_life_of_an_api_app(self, async_coze: AsyncCoze) -> None:
        """Given no app
        When the async client makes one, changes, lists and deletes it
        Then the wire is that of the sync client, and so is the app.
        """
        api_apps = async_coze.api_apps
        made = await api_apps.create(app_type=AppType.NORMAL, name="cassette-first")
        changed = await api_apps.update(app_id=made.id, name="cassette-second", callback_url=CALLBACK)
        (listed,) = [app async for app in await api_apps.list(app_type=AppType.NORMAL) if app.id == made.id]
        deleted = await api_apps.delete(app_id=made.id)
        left = [app.id async for app in await api_apps.list(app_type=AppType.NORMAL)]

        assert_made(made, "cassette-first")
        assert (listed.name, listed.callback_url) == ("cassette-second", CALLBACK)
        assert listed.verify_token == made.verify_token
        assert made.id not in left
        assert changed.response.logid
        assert deleted.response.logid

    def test_api_app_of_a_channel(self, coze: Coze, mock_connector_id: str, sent_requests: list[SentRequest]) -> None:
        """Given a channel of one's own
        When an app is made that is called back on its behalf, and the apps of channels are listed
        Then the app names the channel, and the list has it.
        """
        made = coze.api_apps.create(app_type=AppType.CONNECTOR, connector_id=mock_connector_id)
        (listed,) = [app for app in coze.api_apps.list(app_type=AppType.CONNECTOR) if app.id == made.id]
        coze.api_apps.delete(app_id=made.id)

        for app in (made, listed):
            assert (app.app_type, app.connector_id) == (AppType.CONNECTOR, mock_connector_id)
        assert sent_requests[0].json() == {"app_type": "connector", "connector_id": mock_connector_id}
        assert dict(sent_requests[1].params)["app_type"] == "connector"

    @pytest.mark.shared_cassette("test_api_app_of_a_channel")
    async def test_async_api_app_of_a_channel(self, async_coze: AsyncCoze, mock_connector_id: str) -> None:
        """Given a channel of one's own
        When the async client makes an app that is called back on its behalf, and lists the apps of channels
        Then the wire is that of the sync client, and so is the app.
        """
        api_apps = async_coze.api_apps
        made = await api_apps.create(app_type=AppType.CONNECTOR, connector_id=mock_connector_id)
        (listed,) = [app async for app in await api_apps.list(app_type=AppType.CONNECTOR) if app.id == made.id]
        await api_apps.delete(app_id=made.id)

        assert made.connector_id == listed.connector_id == mock_connector_id

    def test_list_api_apps_paginated(self, coze: Coze, sent_requests: list[SentRequest]) -> None:
        """Given three new apps
        When all apps are listed two a page
        Then the pages hold each of them once, each page asked for by the token that the one before it brought.
        """
        made = [coze.api_apps.create(app_type=AppType.NORMAL, name=f"cassette-{number}").id for number in range(3)]
        pages = [(page.items, page.has_more) for page in coze.api_apps.list(page_size=2).iter_pages()]
        for app_id in made:
            coze.api_apps.delete(app_id=app_id)

        found = [app.id for items, _ in pages for app in items]
        assert len(set(found)) == len(found)
        assert set(made) <= set(found)
        assert [more for _, more in pages] == [True] * (len(pages) - 1) + [False]
        tokens = [dict(sent.params)["page_token"] for sent in sent_requests if sent.method == "GET"]
        assert len(tokens) == len(set(tokens)) == len(pages)
        assert tokens[0] == ""

    @pytest.mark.shared_cassette("test_list_api_apps_paginated")
    async def test_async_list_api_apps_paginated(self, async_coze: AsyncCoze) -> None:
        """Given three new apps
        When the async client lists all apps two a page
        Then the wire is that of the sync client, and so are the apps.
        """
        api_apps = async_coze.api_apps
        made = [(await api_apps.create(app_type=AppType.NORMAL, name=f"cassette-{number}")).id for number in range(3)]
        found = [app.id async for app in await api_apps.list(page_size=2)]
        for app_id in made:
            await api_apps.delete(app_id=app_id)

        assert len(set(found)) == len(found)
        assert set(made) <= set(found)

    def test_api_app_that_does_not_exist(self, coze: Coze, assert_refused: Callable[[CozeAPIError], None]) -> None:
        """Given an id that no app has
        When it is changed and deleted
        Then each time Coze's error is raised.
        """
        with pytest.raises(CozeAPIError) as error:
            coze.api_apps.update(app_id=NOWHERE, name="cassette")
        assert_refused(error.value)
        with pytest.raises(CozeAPIError) as error:
            coze.api_apps.delete(app_id=NOWHERE)
        assert_refused(error.value)

    @pytest.mark.shared_cassette("test_api_app_that_does_not_exist")
    async def test_async_api_app_that_does_not_exist(
        self, async_coze: AsyncCoze, assert_refused: Callable[[CozeAPIError], None]
    ) -> None:
        """Given an id that no app has
        When the async client changes and deletes it
        Then the errors are those of the sync client.
        """
        with pytest.raises(CozeAPIError) as error:
            await async_coze.api_apps.update(app_id=NOWHERE, name="cassette")
        assert_refused(error.value)
        with pytest.raises(CozeAPIError) as error:
            await async_coze.api_apps.delete(app_id=NOWHERE)
        assert_refused(error.value)

    def test_api_app_without_a_name(self, coze: Coze, assert_refused: Callable[[CozeAPIError], None]) -> None:
        """Given no name
        When an app that needs one is made
        Then cozepy sends the call, and Coze refuses it.
        """
        with pytest.raises(CozeAPIError) as error:
            coze.api_apps.create(app_type=AppType.NORMAL)

        assert_refused(error.value)

    @pytest.mark.shared_cassette("test_api_app_without_a_name")
    async def test_async_api_app_without_a_name(
        self, async_coze: AsyncCoze, assert_refused: Callable[[CozeAPIError], None]
    ) -> None:
        """Given no name
        When the async client makes an app that needs one
        Then the error is that of the sync client.
        """
        with pytest.raises(CozeAPIError) as error:
            await async_coze.api_apps.create(app_type=AppType.NORMAL)

        assert_refused(error.value)


@pytest.mark.vcr
class TestApiAppEvents:
    def test_subscribe_and_unsubscribe(self, coze: Coze, sent_requests: list[SentRequest]) -> None:
        """Given a new app
        When it is subscribed to an event, its events are listed, and the subscription is given up
        Then the list has the event, and in the end none.
        """
        app_id = coze.api_apps.create(app_type=AppType.NORMAL, name="cassette-events").id
        subscribed = coze.api_apps.events.create(api_app_id=app_id, event_types=[EVENT])
        page = coze.api_apps.events.list(api_app_id=app_id)
        unsubscribed = coze.api_apps.events.delete(api_app_id=app_id, event_types=[EVENT])
        left = list(coze.api_apps.events.list(api_app_id=app_id))
        coze.api_apps.delete(app_id=app_id)

        assert_events(page.items, app_id)
        assert not page.has_more
        assert left == []
        assert subscribed.response.logid
        assert page.response.logid
        assert unsubscribed.response.logid
        subscribe, listing, unsubscribe = sent_requests[1:4]
        assert [sent.method for sent in (subscribe, listing, unsubscribe)] == ["POST", "GET", "DELETE"]
        assert {sent.path for sent in sent_requests[1:5]} == {f"/v1/api_apps/{app_id}/events"}
        assert subscribe.json() == unsubscribe.json() == {"event_types": [EVENT]}
        assert listing.params == [("page_size", "20"), ("page_token", "")]

    @pytest.mark.shared_cassette("test_subscribe_and_unsubscribe")
    async def test_async_subscribe_and_unsubscribe(self, async_coze: AsyncCoze) -> None:
        """Given a new app
        When the async client subscribes it to an event, lists its events, and gives the subscription up
        Then the wire is that of the sync client, and so are the events.
        """
        events = async_coze.api_apps.events
        app_id = (await async_coze.api_apps.create(app_type=AppType.NORMAL, name="cassette-events")).id
        subscribed = await events.create(api_app_id=app_id, event_types=[EVENT])
        page = await events.list(api_app_id=app_id)
        unsubscribed = await events.delete(api_app_id=app_id, event_types=[EVENT])
        left = [event async for event in await events.list(api_app_id=app_id)]
        await async_coze.api_apps.delete(app_id=app_id)

        assert_events(page.items, app_id)
        assert left == []
        assert subscribed.response.logid
        assert unsubscribed.response.logid

    def test_list_events_paginated(self, coze: Coze, sent_requests: list[SentRequest]) -> None:
        """Given an app that is subscribed to three events
        When they are listed two a page
        Then the pages hold each of them once, the second asked for by the token that the first brought.
        """
        app_id = coze.api_apps.create(app_type=AppType.NORMAL, name="cassette-events").id
        coze.api_apps.events.create(api_app_id=app_id, event_types=[*EVENTS])
        pages = [page.items for page in coze.api_apps.events.list(api_app_id=app_id, page_size=2).iter_pages()]
        coze.api_apps.delete(app_id=app_id)

        assert [len(items) for items in pages] == [2, 1]
        assert sorted(event.event_type for items in pages for event in items) == sorted(EVENTS)
        first, second = (dict(sent.params)["page_token"] for sent in sent_requests if sent.method == "GET")
        assert (first, bool(second)) == ("", True)

    @pytest.mark.shared_cassette("test_list_events_paginated")
    async def test_async_list_events_paginated(self, async_coze: AsyncCoze) -> None:
        """Given an app that is subscribed to three events
        When the async client lists them two a page
        Then the wire is that of the sync client, and so are the events.
        """
        events = async_coze.api_apps.events
        app_id = (await async_coze.api_apps.create(app_type=AppType.NORMAL, name="cassette-events")).id
        await events.create(api_app_id=app_id, event_types=[*EVENTS])
        found = [event.event_type async for event in await events.list(api_app_id=app_id, page_size=2)]
        await async_coze.api_apps.delete(app_id=app_id)

        assert sorted(found) == sorted(EVENTS)

    def test_events_of_an_api_app_that_does_not_exist(
        self, coze: Coze, assert_refused: Callable[[CozeAPIError], None]
    ) -> None:
        """Given an id that no app has
        When it is subscribed to an event, the subscription is given up, and its events are listed
        Then each time Coze's error is raised.
        """
        events = coze.api_apps.events
        calls = (
            lambda: events.create(api_app_id=NOWHERE, event_types=[EVENT]),
            lambda: events.delete(api_app_id=NOWHERE, event_types=[EVENT]),
            lambda: events.list(api_app_id=NOWHERE),
        )
        assert_each_is_refused(calls, assert_refused)

    @pytest.mark.shared_cassette("test_events_of_an_api_app_that_does_not_exist")
    async def test_async_events_of_an_api_app_that_does_not_exist(
        self, async_coze: AsyncCoze, assert_refused: Callable[[CozeAPIError], None]
    ) -> None:
        """Given an id that no app has
        When the async client subscribes it to an event, gives the subscription up, and lists its events
        Then the errors are those of the sync client.
        """
        events = async_coze.api_apps.events
        calls = (
            lambda: events.create(api_app_id=NOWHERE, event_types=[EVENT]),
            lambda: events.delete(api_app_id=NOWHERE, event_types=[EVENT]),
            lambda: events.list(api_app_id=NOWHERE),
        )
        await assert_each_is_refused_async(calls, assert_refused)


# --- what the tests share -------------------------------------------------------------------------------------------


def assert_made(app: APIApp, name: str) -> None:
    """A new app has an id, the secret that signs what it is sent, and its name; it is called nowhere yet."""
    assert app.id
    assert app.verify_token
    assert app.name == name
    assert app.app_type is AppType.NORMAL
    assert not app.callback_url
    assert app.response.logid


def assert_events(events: Sequence[APIAppEvent], app_id: str) -> None:
    """The app is subscribed to the one event."""
    (event,) = events
    assert (event.api_app_id, event.event_type) == (app_id, EVENT)
    assert event.name
    assert isinstance(event.description, str)
