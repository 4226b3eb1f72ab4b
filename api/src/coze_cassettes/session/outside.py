"""Refuses calls to Coze that belong to no test while a run records: no cassette would keep them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn
from urllib.parse import urlsplit

import httpx
import websockets.asyncio.client
import websockets.sync.client

from coze_cassettes.session import httpx_stub
from coze_cassettes.session.hosts import Hosts
from coze_cassettes.session.httpx_stub import Handle, HandleAsync
from coze_cassettes.session.websocket_patches import connect_context


class Outside:
    """What a run does at the moment, as far as a call may come from there."""

    def __init__(self, fail: Callable[[str], NoReturn]) -> None:
        """Begin a run; ``fail`` ends a test with a message."""
        self.passes = False
        self._fail = fail
        self._callers: list[str] = []

    @contextmanager
    def caller(self, name: str) -> Iterator[None]:
        """Something begins that may call Coze, as a message names it."""
        self._callers.append(name)
        try:
            yield
        finally:
            self._callers.pop()

    def begin(self, name: str) -> None:
        """The same where no block holds what begins and ends."""
        self._callers.append(name)

    def end(self, name: str) -> None:
        """It ends, if it has begun."""
        if name in self._callers:
            self._callers.remove(name)

    @contextmanager
    def let_pass(self) -> Iterator[None]:
        """Calls have a session, or belong to a test that is not ours."""
        before, self.passes = self.passes, True
        try:
            yield
        finally:
            self.passes = before

    def check(self, method: str, url: str) -> None:
        """End the test that a call comes from, unless calls pass."""
        if self.passes:
            return
        who = self._callers[-1] if self._callers else "Something that runs beside the tests, a thread for one,"
        self._fail(
            f"{who} sends {method} {urlsplit(url).path} to Coze outside any test's cassette, "
            "so a replay would lack it: nothing was sent.\n"
            "  fix: give the fixture function scope and let it use `account`, or make what it needs with "
            "account.value(NAME, make); end threads before their test ends."
        )


@contextmanager
def refuse_context(outside: Outside, target: str) -> Iterator[None]:
    """Refuse the requests to Coze and the WebSockets to it that belong to no test."""
    hosts = Hosts(target)
    connect, connect_async = websockets.sync.client.connect, websockets.asyncio.client.connect

    def handle(before: Handle, transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        outside.check(request.method, str(request.url))
        return before(transport, request)

    async def handle_async(
        before: HandleAsync, transport: httpx.AsyncHTTPTransport, request: httpx.Request
    ) -> httpx.Response:
        outside.check(request.method, str(request.url))
        return await before(transport, request)

    def open_sync(uri: str, **options: Any) -> Any:
        if hosts.has(uri):
            outside.check("GET", uri)
        return connect(uri, **options)

    class Connect(connect_async):  # type: ignore[misc, valid-type]  # a class, since other code may derive from it
        def __init__(self, uri: str, **options: Any) -> None:
            if hosts.has(uri):
                outside.check("GET", uri)
            super().__init__(uri, **options)

    with connect_context(open_sync, Connect, httpx_stub.stub_changes(hosts.has, handle, handle_async)):
        yield
