"""Answers httpx from the cassette of a test that replays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import cached_property
from typing import Any, Final

import httpx
from vcr.cassette import Cassette as VcrCassette
from vcr.errors import UnhandledHTTPRequestError
from vcr.record_mode import RecordMode
from vcr.request import Request as VcrRequest

from coze_cassettes.cassette.model import CANCELLED, NO_RESPONSE, Request, Response, is_websocket
from coze_cassettes.session import httpx_stub
from coze_cassettes.session.attributes import Changes
from coze_cassettes.session.httpx_stub import Handle, HandleAsync
from coze_cassettes.session.player import Player
from coze_cassettes.session.sent import SentRequest
from coze_cassettes.session.vcr_values import request_from_vcr, request_to_vcr, response_to_vcr

_BODILESS: Final = frozenset({204, 304})
_LENGTH: Final = b"content-length"


class ReplayCassette(VcrCassette):  # type: ignore[misc]  # vcrpy is not typed
    """vcrpy's cassette of a test that replays, with our matching in place of its search through all requests."""

    def __init__(self, player: Player) -> None:
        """Take a cassette that was read."""
        super().__init__(str(player.path), record_mode=RecordMode.NONE, skip_patchers=("httpx",))
        del self.data  # vcrpy's empty list, which would hide the property
        self._player = player
        places = (index for index, each in enumerate(player.cassette.interactions) if not is_websocket(each.request))
        self._places = {index: place for place, index in enumerate(places)}
        self.rewound = True

    @cached_property
    def data(self) -> list[tuple[VcrRequest, dict[str, Any]]]:
        """vcrpy's list of all requests with their responses; a test seldom looks at it."""
        recorded = (self._player.cassette.interactions[index] for index in self._places)
        return [(request_to_vcr(each.request), response_to_vcr(each.response)) for each in recorded]

    def play(self, request: Request) -> Response | None:
        """The answer to a request, which is then played; None if there is none."""
        index = self._player.find(request)
        if index is None:
            return None
        self.play_counts[self._places[index]] += 1
        return self._player.response(index)

    def can_play_response_for(self, request: VcrRequest) -> bool:
        """Whether a request that was not played has an answer."""
        return self._player.can_find(request_from_vcr(request))

    def play_response(self, request: VcrRequest) -> dict[str, Any]:
        """The answer to a request, which is then played; UnhandledHTTPRequestError if there is none."""
        response = self.play(request_from_vcr(request))
        if response is None:
            raise UnhandledHTTPRequestError("the cassette does not answer this request")
        return response_to_vcr(response)


def replay_changes(player: Player, cassette: ReplayCassette) -> Changes:
    """What answers every request to Coze from the cassette; a request to anything else goes its way."""

    def handle(_before: Handle, _transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        return _deliver(_play(player, cassette, request, request.read()), request)

    async def handle_async(
        _before: HandleAsync, _transport: httpx.AsyncHTTPTransport, request: httpx.Request
    ) -> httpx.Response:
        body = await request.aread()
        await _let_others_run()
        recorded = _play(player, cassette, request, body)
        if recorded.status == NO_RESPONSE and recorded.fault == CANCELLED:
            await _wait_for_ever()
        return _deliver(recorded, request)

    return httpx_stub.stub_changes(player.has, handle, handle_async)


def _play(player: Player, cassette: ReplayCassette, request: httpx.Request, body: bytes) -> Response:
    sent = SentRequest(request.method, str(request.url), request.headers.copy(), body)
    player.sent.append(sent)
    live = Request(sent.method, sent.url, tuple(sent.headers.multi_items()), body)
    recorded = cassette.play(live)
    if recorded is None:
        player.refuse(live)
    return recorded


class _Delivery(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that arrives in the recorded chunks and may end in a fault."""

    def __init__(self, chunks: list[bytes], fault: str, request: httpx.Request) -> None:
        self._chunks = chunks
        self._fault = fault
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        yield from self._chunks
        if self._fault and self._fault != CANCELLED:
            raise _error(self._fault, self._request)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self._chunks:
            yield chunk
        if self._fault == CANCELLED:
            await _wait_for_ever()
        elif self._fault:
            raise _error(self._fault, self._request)


def _error(name: str, request: httpx.Request) -> httpx.TransportError:
    error: type[httpx.TransportError] = getattr(httpx, name)
    return error(f"{name}, as it was recorded", request=request)


def _deliver(recorded: Response, request: httpx.Request) -> httpx.Response:
    """The response as it came over the wire; raises the fault if no response came at all."""
    if recorded.status == NO_RESPONSE and recorded.fault:
        raise _error(recorded.fault, request)
    headers = [(name.encode(), value.encode()) for name, value in recorded.headers]
    if (
        not recorded.chunks
        and recorded.status not in _BODILESS
        and not any(name.lower() == _LENGTH for name, _ in headers)
    ):
        headers.append((_LENGTH, b"%d" % len(recorded.body)))
    extensions = {"http_version": b"HTTP/1.1", "reason_phrase": recorded.reason.encode("latin-1", "replace")}
    stream = _Delivery(_cut(recorded.body, recorded.chunks), recorded.fault, request)
    return httpx.Response(recorded.status, headers=headers, stream=stream, extensions=extensions)


def _cut(body: bytes, sizes: tuple[int, ...]) -> list[bytes]:
    chunks, position = [], 0
    for size in sizes:
        chunks.append(body[position : position + size])
        position += size
    return [chunk for chunk in (*chunks, body[position:]) if chunk]


async def _let_others_run() -> None:
    """Give other tasks their turn, as an answer over a wire would."""
    if _is_asyncio():
        await asyncio.sleep(0)
    else:
        await _anyio().lowlevel.checkpoint()


async def _wait_for_ever() -> None:
    """Wait until the test does so no longer."""
    if _is_asyncio():
        await asyncio.get_running_loop().create_future()
    else:
        await _anyio().sleep_forever()


def _is_asyncio() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _anyio() -> Any:
    import anyio.lowlevel  # noqa: PLC0415  only a test under trio needs it

    return anyio
