"""What the tests of the stand-in share: an account in memory, and a stand-in over loopback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp, Message

import coze_standin
from coze_standin.changes import Change, parse_change
from coze_standin.http_app import create_app
from coze_standin.operations import NAMES
from coze_standin.population import populate
from coze_standin.rng import create_rng
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
        result = self(method, path, **parts).json()
        assert result["code"] == 0, result
        return result.get("data")

    async def _sent(self, method: str, path: str, **parts: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://stand.in") as client:
            return await client.request(method, path, **parts)


Reply = tuple[str, Any]
"""What a client says: the name of an event and its data; with ``...`` for data, the name is the text of the frame."""

Reaction = Callable[[dict[str, Any]], Iterable[Reply]]


class Line:
    """A websocket of the application in memory; ``pauses`` are the seconds that the application wanted to wait."""

    def __init__(self, state: State, changes: Iterable[Change] = ()) -> None:
        self.pauses: list[float] = []
        self._app = create_app(state, self._sleep, changes)
        self._token = state.account.token

    def __call__(
        self,
        path: str,
        *said: Reply,
        until: str,
        times: int = 1,
        token: str | None = None,
        react: Reaction = lambda _: (),
    ) -> list[dict[str, Any]]:
        """Say it all, and react to each frame, until ``until`` came so many times; the frames, or the denial."""
        client = _Client(until, times, react)
        client.say(said)
        asyncio.run(self._held(_handshake(path, self._token if token is None else token), client))
        return client.frames

    def arm(self, name: str, path: str, **options: Any) -> None:
        """The next handshake at the path meets the fault."""
        asyncio.run(self._armed({"method": "GET", "path": path, "fault": name, **options}))

    async def _armed(self, fault: Any) -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self._app), base_url="http://stand.in") as client:
            assert (await client.post("/_standin/faults", json=fault)).json() == {}

    async def _held(self, handshake: dict[str, Any], client: _Client) -> None:
        await asyncio.wait_for(self._app(handshake, client.coming.get, client.receive), 10)

    async def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(0)


class _Client:
    """The other end: what comes to the application, and what it sends."""

    def __init__(self, until: str, times: int, react: Reaction) -> None:
        self.coming: asyncio.Queue[Message] = asyncio.Queue()
        self.coming.put_nowait({"type": "websocket.connect"})
        self.frames: list[dict[str, Any]] = []
        self._until = until
        self._times = times
        self._react = react

    def say(self, said: Iterable[Reply]) -> None:
        for name, data in said:
            text = name if data is ... else json.dumps({"id": "1", "event_type": name, "data": data or {}})
            self.coming.put_nowait({"type": "websocket.receive", "text": text})

    async def receive(self, message: Message) -> None:
        await asyncio.sleep(0)
        match message["type"]:
            case "websocket.send":
                self._heard(json.loads(message["text"]))
            case "websocket.http.response.start":
                self.frames.append({"status": message["status"]})
            case "websocket.http.response.body":
                self.frames[-1]["body"] = message["body"].decode()

    def _heard(self, frame: dict[str, Any]) -> None:
        self.frames.append(frame)
        self.say(self._react(frame))
        self._times -= frame.get("event_type") == self._until
        if self._times == 0:
            self.coming.put_nowait({"type": "websocket.disconnect", "code": 1000})


def _handshake(path: str, token: str) -> dict[str, Any]:
    plain, _, query = path.partition("?")
    return {
        "type": "websocket",
        "path": plain,
        "query_string": query.encode(),
        "headers": [(b"authorization", f"Bearer {token}".encode())] if token else [],
        "extensions": {"websocket.http.response": {}},
    }


@pytest.fixture
def line(state: State) -> Line:
    """The account behind its websockets."""
    return Line(state)


@pytest.fixture
def changed_line(state: State) -> Callable[[str], Line]:
    """The same with a change of the API."""
    return lambda written: Line(state, [parse_change(written, NAMES)])


@pytest.fixture(params=["a", pytest.param("b", marks=pytest.mark.proof)])
def state(request: pytest.FixtureRequest) -> State:
    """A fresh account; scripts/prove.sh tries the second one too."""
    return populate(request.param, create_rng())


@pytest.fixture
def web(state: State) -> Web:
    """The account behind its application."""
    return Web(create_app(state, _at_once), state.account.token)


@pytest.fixture
def make_web(state: State) -> Callable[[Callable[[float], Awaitable[None]]], Web]:
    """Makes the same with pauses that do something."""
    return lambda sleep: Web(create_app(state, sleep), state.account.token)


async def _at_once(_: float) -> None:
    """A pause that takes no time."""


@pytest.fixture(scope="module", params=["a", "b"])
def standin(request: pytest.FixtureRequest) -> Iterator[coze_standin.StandIn]:
    """A stand-in in a process of its own, for each of the accounts in turn."""
    with coze_standin.running(request.param) as running:
        yield running
