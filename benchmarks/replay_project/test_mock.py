"""The calls answered by httpx.MockTransport."""

from __future__ import annotations

import httpx
import kinds
import pytest
from answers import BOT, STREAM
from cozepy.request import AsyncHTTPClient, SyncHTTPClient

pytestmark = pytest.mark.parametrize("number", kinds.COPIES)


def _answer(request: httpx.Request) -> httpx.Response:
    if request.method == "GET":
        return httpx.Response(200, headers={"content-type": "application/json"}, text=BOT)
    return httpx.Response(200, headers={"content-type": "text/event-stream"}, text=STREAM)


def test_retrieve(number: int, base_url: str) -> None:
    """One bot."""
    kinds.retrieve(base_url, SyncHTTPClient(transport=httpx.MockTransport(_answer)))


def test_stream(number: int, base_url: str) -> None:
    """One chat."""
    kinds.stream(base_url, SyncHTTPClient(transport=httpx.MockTransport(_answer)))


async def test_retrieve_async(number: int, base_url: str) -> None:
    """One bot, in an event loop."""
    await kinds.retrieve_async(base_url, AsyncHTTPClient(transport=httpx.MockTransport(_answer)))


async def test_stream_async(number: int, base_url: str) -> None:
    """One chat, in an event loop."""
    await kinds.stream_async(base_url, AsyncHTTPClient(transport=httpx.MockTransport(_answer)))
