"""The calls answered by respx."""

from __future__ import annotations

import ssl

import httpx
import kinds
import pytest
import respx  # type: ignore[import-not-found]  # only in the environment that the benchmark makes
from answers import BOT, STREAM
from cozepy.request import AsyncHTTPClient, SyncHTTPClient

pytestmark = pytest.mark.parametrize("number", kinds.COPIES)


def _routes(base_url: str) -> None:
    respx.get(url__startswith=base_url).mock(
        return_value=httpx.Response(200, headers={"content-type": "application/json"}, text=BOT)
    )
    respx.post(url__startswith=base_url).mock(
        return_value=httpx.Response(200, headers={"content-type": "text/event-stream"}, text=STREAM)
    )


def test_retrieve(number: int, base_url: str, ssl_context: ssl.SSLContext) -> None:
    """One bot."""
    with respx.mock:
        _routes(base_url)
        kinds.retrieve(base_url, SyncHTTPClient(verify=ssl_context))


def test_stream(number: int, base_url: str, ssl_context: ssl.SSLContext) -> None:
    """One chat."""
    with respx.mock:
        _routes(base_url)
        kinds.stream(base_url, SyncHTTPClient(verify=ssl_context))


async def test_retrieve_async(number: int, base_url: str, ssl_context: ssl.SSLContext) -> None:
    """One bot, in an event loop."""
    with respx.mock:
        _routes(base_url)
        await kinds.retrieve_async(base_url, AsyncHTTPClient(verify=ssl_context))


async def test_stream_async(number: int, base_url: str, ssl_context: ssl.SSLContext) -> None:
    """One chat, in an event loop."""
    with respx.mock:
        _routes(base_url)
        await kinds.stream_async(base_url, AsyncHTTPClient(verify=ssl_context))
