"""What lies around every HTTP answer: its headers, the faults, the answer to a defect of the stand-in itself."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
import time
import traceback
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from email.utils import formatdate

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from coze_standin import secret_values, sse
from coze_standin.control import PREFIX
from coze_standin.errors import ErrorRow
from coze_standin.faults import Faults, Wire
from coze_standin.records import JSON
from coze_standin.state import State

JSON_TYPE = "application/json; charset=utf-8"
_COOKIE = 0.3
"""How often an answer sets a cookie."""

_NETWORK = 0.5
"""How often an answer comes through a network that adds headers of its own."""

_SERVED = ("http", "websocket")
_STARTS = ("http.response.start", "websocket.accept", "websocket.http.response.start")
"""The messages that carry the headers of an answer."""

Sleep = Callable[[float], Awaitable[None]]


class WithHeaders:
    """Gives every answer its headers (log id, now and then a cookie, and a network's), in an order that varies."""

    def __init__(self, app: ASGIApp, state: State) -> None:
        self._app = app
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] not in _SERVED or scope["path"].startswith(PREFIX):
            await self._app(scope, receive, send)
            return
        scope["coze.logid"] = self._logid()

        async def send_with_headers(message: Message) -> None:
            if message["type"] in _STARTS:
                message = {**message, "headers": self._headers(scope, message.get("headers", []))}
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _logid(self) -> str:
        stamp = time.strftime("%Y%m%d%H%M%S", time.gmtime(self._state.clock()))
        return self._state.canaries.add("LOGID", stamp + secret_values.hexadecimal(self._state.rng, 18).upper())

    def _headers(self, scope: Scope, given: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        date = formatdate(self._state.clock(), usegmt=True)
        logid = scope["coze.logid"]
        own = {"date": date, "x-tt-logid": logid, "x-served-by": "coze-standin"}
        added = {**own, **self._cookie(), **self._of_a_network(date, logid)}
        headers = [*given, *((name.encode(), value.encode()) for name, value in added.items())]
        self._state.rng.shuffle(headers)
        return headers

    def _cookie(self) -> dict[str, str]:
        rng = self._state.rng
        if rng.random() >= _COOKIE:
            return {}
        name = rng.choice(("sessionid", "msToken", "ttwid"))
        value = self._state.canaries.add("COOKIE", secret_values.token(rng, "", 32))
        return {"set-cookie": f"{name}={value}; Path=/; HttpOnly; Secure"}

    def _of_a_network(self, date: str, logid: str) -> dict[str, str]:
        """What the networks add that stand before services of the same company.

        The source is answers of such services that users have published (2024-03 to 2026-05), none of them of Coze.
        """
        rng = self._state.rng
        if rng.random() >= _NETWORK:
            return {}
        took, address = rng.randrange(2, 300), f"23.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(256)}"
        return {
            "expires": date,
            "server-timing": f"inner; dur={took - 1}, cdn-cache; desc=MISS, edge; dur=1, origin; dur={took}",
            "x-origin-response-time": f"{took},{address}",
            "x-tt-trace-host": secret_values.hexadecimal(rng, 96),
            "x-tt-trace-id": f"00-{logid[2:]}-{secret_values.hexadecimal(rng, 16).upper()}-00",
            "x-tt-trace-tag": "id=16;cdn-cache=miss;type=dyn",
        }


class WithGuard:
    """Reports on stderr what no handler foresaw: it is a defect of the stand-in; a caller who leaves is none.

    Starlette raises again what its own handler for exceptions has answered; a stream that has begun just ends.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        try:
            with suppress(ClientDisconnect):
                await self._app(scope, receive, send)
        except Exception as error:
            report_defect(f"{scope.get('method', 'GET')} {scope.get('path', '')}", error)
            if scope["type"] != "http":
                raise


def report_defect(where: str, error: Exception) -> None:
    """One line on stderr about an exception that no handler foresaw."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    text = f"coze-standin: {where}: {type(error).__name__}: {error} ({frame.filename}:{frame.lineno})"
    sys.stderr.write(text.encode("ascii", "backslashreplace").decode().replace("\n", " ") + "\n")
    sys.stderr.flush()


def error_response(row: ErrorRow, logid: str) -> Response:
    """An error answer with Coze's envelope."""
    return Response(
        encode({"code": row.code, "msg": row.msg, "detail": {"logid": logid}}), row.status, media_type=JSON_TYPE
    )


def encode(content: JSON) -> bytes:
    """The bytes of a JSON answer."""
    return sse.encode_json(content).encode()


class WithFaults:
    """Takes the fault that waits for a request; plays at once those that need no handler."""

    def __init__(self, app: ASGIApp, faults: Faults, sleep: Sleep) -> None:
        self._app = app
        self._faults = faults
        self._sleep = sleep

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        fault = None
        if scope["type"] in _SERVED and not scope["path"].startswith(PREFIX):
            fault = self._faults.take(scope.get("method", "GET"), scope["path"])
        scope["coze.fault"] = fault
        if fault and fault.fault.resets:
            await _reset(scope, receive)
        elif fault and fault.fault.instead:
            await _drain(scope, receive)
            await _fault_response(fault.fault.instead(fault.options), scope["coze.logid"])(scope, receive, send)
        else:
            if fault and fault.fault.delay:
                await self._sleep(fault.fault.delay(fault.options))
            await self._app(scope, receive, send)


async def _reset(scope: Scope, receive: Receive) -> None:
    """Close the connection with a TCP reset: lingering is switched off, then the transport is aborted."""
    await _drain(scope, receive)
    transport: asyncio.Transport = scope["state"]["transport"]
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    while (await receive())["type"] not in ("http.disconnect", "websocket.disconnect"):
        pass


async def _drain(scope: Scope, receive: Receive) -> None:
    """Read the body of a request; a handshake has none."""
    if scope["type"] == "http":
        await Request(scope, receive).body()


def _fault_response(wire: Wire, logid: str) -> Response:
    body = wire.body if wire.content is None else encode({**wire.content, "detail": {"logid": logid}})
    return Response(body, wire.status, dict(wire.headers), wire.media_type)
