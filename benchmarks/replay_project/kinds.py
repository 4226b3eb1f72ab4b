"""What every tool replays: the calls, and the empty tests beside which they are measured."""

from __future__ import annotations

from answers import BOT_ID, EVENTS
from cozepy import AsyncCoze, AsyncTokenAuth, Coze, Message, TokenAuth
from cozepy.request import AsyncHTTPClient, SyncHTTPClient

TOKEN = "API_TOKEN"  # noqa: S105 - a placeholder
COPIES = range(45)
_QUESTION = [Message.build_user_question_text("What is the weather like?")]


def retrieve(base_url: str, client: SyncHTTPClient) -> None:
    """One bot."""
    with client:
        coze = Coze(auth=TokenAuth(TOKEN), base_url=base_url, http_client=client)
        assert coze.bots.retrieve(bot_id=BOT_ID).name


def stream(base_url: str, client: SyncHTTPClient) -> None:
    """One chat, to its end."""
    with client:
        coze = Coze(auth=TokenAuth(TOKEN), base_url=base_url, http_client=client)
        events = list(coze.chat.stream(bot_id=BOT_ID, user_id="user", additional_messages=_QUESTION))
    assert len(events) == EVENTS


async def retrieve_async(base_url: str, client: AsyncHTTPClient) -> None:
    """The same for asyncio."""
    async with client:
        coze = AsyncCoze(auth=AsyncTokenAuth(TOKEN), base_url=base_url, http_client=client)
        assert (await coze.bots.retrieve(bot_id=BOT_ID)).name


async def stream_async(base_url: str, client: AsyncHTTPClient) -> None:
    """The same for asyncio."""
    async with client:
        coze = AsyncCoze(auth=AsyncTokenAuth(TOKEN), base_url=base_url, http_client=client)
        chat = coze.chat.stream(bot_id=BOT_ID, user_id="user", additional_messages=_QUESTION)
        events = [event async for event in chat]
    assert len(events) == EVENTS
