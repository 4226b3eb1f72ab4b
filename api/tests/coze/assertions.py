"""What the tests of several areas share."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import httpx
import pytest
from cozepy import (
    AsyncCoze,
    AsyncHTTPClient,
    Coze,
    CozeAPIError,
    SyncHTTPClient,
    WebsocketsEvent,
    WebsocketsEventType,
)

Fault = Callable[..., None]
MakeResponse = Callable[..., httpx.Response]
MakeClient = Callable[[Any], SyncHTTPClient]
MakeAsyncClient = Callable[[Any], AsyncHTTPClient]
MakeCoze = Callable[..., Coze]
MakeAsyncCoze = Callable[..., AsyncCoze]
Calls = Iterable[Callable[[], Any]]
Check = Callable[[CozeAPIError], None]

NOWHERE = "7000000000000000001"
"""An id as Coze makes them, of nothing."""

USER = "coze-suite"
"""Who the tests chat as."""

WRONG_TOKEN = "invalid-token"

PAGES = 3
"""How many pages a test turns at most: it stays short, however much there is."""

WAITS = (0.5, 1, 2, 4, 8, 16)
"""Seconds between two looks at what is in progress: no cassette grows beyond reason, however slow it is."""

FIXED = "the SDK is fixed if this passes: remove the mark, and its entry in docs/sdk-defects.md"
"""Why a strict xfail fails."""


def fixed(defect: int, what: str) -> str:
    """Why a test is expected to fail, and what is to be done if it does not."""
    return f"defect {defect}: {what}; fixed if this passes: remove the mark, and its entry in docs/sdk-defects.md"


class Sent:
    """A mocked answer that keeps the requests it was given to."""

    def __init__(self, response: httpx.Response) -> None:
        self.requests: list[httpx.Request] = []
        self._response = response

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """The answer; what asked for it is kept."""
        self.requests.append(request)
        return self._response

    @property
    def params(self) -> dict[str, str]:
        """The query of the newest request."""
        return dict(self.requests[-1].url.params)

    @property
    def json(self) -> Any:
        """The body of the newest request."""
        return json.loads(self.requests[-1].content)


class Heard:
    """Notes what comes over a websocket."""

    def __init__(self) -> None:
        self.events: list[WebsocketsEvent] = []
        self.errors: list[Exception] = []

    @property
    def types(self) -> list[WebsocketsEventType]:
        """The types of all events, in their order."""
        return [event.event_type for event in self.events]

    def of(self, kind: WebsocketsEventType) -> list[Any]:
        """The events of one type."""
        return [event for event in self.events if event.event_type == kind]

    def handlers(self, *kinds: WebsocketsEventType) -> dict[WebsocketsEventType, Callable[..., Any]]:
        """What a sync client is to be given."""

        def note(_client: object, event: WebsocketsEvent) -> None:
            self.events.append(event)

        def fail(_client: object, error: Any) -> None:
            self.errors.append(error)

        return {**dict.fromkeys(kinds, note), WebsocketsEventType.ERROR: fail}

    def async_handlers(self, *kinds: WebsocketsEventType) -> dict[WebsocketsEventType, Callable[..., Any]]:
        """What an async client is to be given."""

        async def note(_client: object, event: WebsocketsEvent) -> None:
            self.events.append(event)

        async def fail(_client: object, error: Any) -> None:
            self.errors.append(error)

        return {**dict.fromkeys(kinds, note), WebsocketsEventType.ERROR: fail}


async def first_pages(listing: Any) -> list[Any]:
    """The first pages of an async list, as ``islice(listing.iter_pages(), PAGES)`` gives those of a sync one."""
    pages = []
    async for page in listing.iter_pages():
        pages.append(page)
        if len(pages) == PAGES:
            break
    return pages


def assert_coze_error(error: CozeAPIError, code: int | None = None) -> None:
    """An error of Coze carries a positive code, a text, and the log id of its answer."""
    assert error.code is not None
    assert error.code > 0
    assert code in (None, error.code)
    assert error.msg
    assert error.logid


def assert_each_is_refused(calls: Calls, check: Check) -> int:
    """Every call raises an error of Coze that passes the check; how many there were."""
    made = [*calls]
    for call in made:
        with pytest.raises(CozeAPIError) as error:
            call()
        check(error.value)
    return len(made)


async def assert_each_is_refused_async(calls: Calls, check: Check) -> int:
    """The same for calls of the async client."""
    made = [*calls]
    for call in made:
        with pytest.raises(CozeAPIError) as error:
            await _first(call())
        check(error.value)
    return len(made)


async def _first(result: Any) -> object:
    """What a call comes to; of a stream its first event."""
    return await (result if isinstance(result, Awaitable) else anext(result))
