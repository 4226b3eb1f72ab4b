"""What the tests of the stand-in share: an account in memory, and a stand-in over loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

import coze_standin
from coze_standin.chance import chance
from coze_standin.edge import application
from coze_standin.population import populated
from coze_standin.state import State


@dataclass(frozen=True)
class Web:
    """The application of an account in memory: no socket is opened, whole answers come back."""

    app: ASGIApp
    token: str

    def __call__(self, method: str, path: str, *, token: str | None = None, **parts: Any) -> httpx.Response:
        """Send one request, with the account's token unless another is given; an empty one is not sent at all."""
        bearer = self.token if token is None else token
        headers = {"Authorization": bearer if " " in bearer else f"Bearer {bearer}"} if bearer else {}
        return asyncio.run(self._sent(method, path, headers={**headers, **parts.pop("headers", {})}, **parts))

    def data(self, method: str, path: str, **parts: Any) -> Any:
        """``data`` of a successful answer."""
        told = self(method, path, **parts).json()
        assert told["code"] == 0, told
        return told.get("data")

    async def _sent(self, method: str, path: str, **parts: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://stand.in") as client:
            return await client.request(method, path, **parts)


@pytest.fixture(params=["a", "b"])
def state(request: pytest.FixtureRequest) -> State:
    """A fresh account, each of the two in turn."""
    return populated(request.param, chance())


@pytest.fixture
def web(state: State) -> Web:
    """The account behind its application."""
    return Web(application(state, _at_once), state.account.token)


async def _at_once(_: float) -> None:
    """A pause that takes no time."""


@pytest.fixture(scope="module", params=["a", "b"])
def standin(request: pytest.FixtureRequest) -> Iterator[coze_standin.StandIn]:
    """A stand-in in a process of its own, for each of the accounts in turn."""
    with coze_standin.running(request.param) as running:
        yield running
