"""The calls replayed from cassettes, by whatever plugin takes the marker vcr."""

from __future__ import annotations

import ssl

import kinds
import pytest
from cozepy.request import AsyncHTTPClient, SyncHTTPClient

pytestmark = [pytest.mark.vcr, pytest.mark.parametrize("number", kinds.COPIES)]


def test_retrieve(number: int, base_url: str, ssl_context: ssl.SSLContext) -> None:
    """One bot."""
    kinds.retrieve(base_url, SyncHTTPClient(verify=ssl_context))


def test_stream(number: int, base_url: str, ssl_context: ssl.SSLContext) -> None:
    """One chat."""
    kinds.stream(base_url, SyncHTTPClient(verify=ssl_context))


async def test_retrieve_async(number: int, base_url: str, ssl_context: ssl.SSLContext) -> None:
    """One bot, in an event loop."""
    await kinds.retrieve_async(base_url, AsyncHTTPClient(verify=ssl_context))


async def test_stream_async(number: int, base_url: str, ssl_context: ssl.SSLContext) -> None:
    """One chat, in an event loop."""
    await kinds.stream_async(base_url, AsyncHTTPClient(verify=ssl_context))
