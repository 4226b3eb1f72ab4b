"""The edge between HTTP and the handlers: reads requests, writes answers, plays faults."""

from __future__ import annotations

import asyncio
import json
import random
import socket
import struct
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from email.utils import formatdate
from http import HTTPStatus
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from coze_standin import secret_values, sse, ws_app
from coze_standin.calls import Answer, Call, Events, Upload
from coze_standin.changes import Change, Changes
from coze_standin.control import PREFIX, Control
from coze_standin.errors import ApiError
from coze_standin.faults import Faults, PendingFault, Wire, apply_fault
from coze_standin.operations import OPERATIONS, Operation
from coze_standin.records import JSON
from coze_standin.state import State

_JSON = "application/json; charset=utf-8"
_COOKIE = 0.3
"""How often an answer sets a cookie."""

_SERVED = ("http", "websocket")
_STARTS = ("http.response.start", "websocket.accept", "websocket.http.response.start")
"""The messages that carry the headers of an answer."""

Sleep = Callable[[float], Awaitable[None]]


def create_app(state: State, sleep: Sleep = asyncio.sleep, changes: Iterable[Change] = ()) -> ASGIApp:
    """The stand-in as an ASGI application over one account; ``sleep`` makes its pauses, in seconds."""
    faults, changed = Faults(), Changes(changes)
    routes = [Route(row.path, _endpoint(state, row, sleep, changed), methods=[row.method]) for row in OPERATIONS]
    unknown = _unknown_path()
    inner = Starlette(
        routes=[
            *Control(state, faults, changed).routes(),
            *routes,
            *ws_app.routes(state, sleep, changed),
            WebSocketRoute("/{path:path}", _unknown_socket),
        ],
        exception_handlers={404: unknown, 405: unknown},
    )
    return _WithHeaders(_WithFaults(inner, faults, sleep), state)


class _WithHeaders:
    """Gives every answer its headers (log id, a cookie now and then), in an order that varies."""

    def __init__(self, app: ASGIApp, state: State) -> None:
        self._app = app
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
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
        added = {"date": date, "x-tt-logid": scope["coze.logid"], "x-served-by": "coze-standin", **self._cookie()}
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


class _WithFaults:
    """Takes the fault that waits for a request; plays at once those that need no handler."""

    def __init__(self, app: ASGIApp, faults: Faults, sleep: Sleep) -> None:
        self._app = app
        self._faults = faults
        self._sleep = sleep

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
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
    body = wire.body if wire.content is None else _encode({**wire.content, "detail": {"logid": logid}})
    return Response(body, wire.status, dict(wire.headers), wire.media_type)


def _endpoint(
    state: State, operation: Operation, sleep: Sleep, changes: Changes
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        fault: PendingFault | None = request.scope["coze.fault"]
        logid: str = request.scope["coze.logid"]
        try:
            answer = operation.handler(await _call(state, operation, request, logid, fault))
        except ApiError as error:
            return _response(_error_answer(error), logid, operation.id, changes)
        if isinstance(answer, Events):
            answer = replace(answer, events=changes.events(operation.id, answer.events))
            return _StreamResponse(answer, changes.status(operation.id, HTTPStatus.OK), fault, state.rng, sleep)
        if fault and fault.fault.needs_a_stream:
            return Response(f"coze-standin: {fault.fault.name} needs a stream", 501, media_type="text/plain")
        await sleep(answer.pause)
        return _response(answer, logid, operation.id, changes)

    return endpoint


async def _call(state: State, operation: Operation, request: Request, logid: str, fault: PendingFault | None) -> Call:
    """The request as the handler sees it; 4100 without a good token, 4000 for a body that is not what it says."""
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not operation.open and bearer not in state.tokens:
        raise ApiError("authentication")
    multipart = request.headers.get("content-type", "").startswith("multipart/form-data")
    return Call(
        state=state,
        logid=logid,
        path=request.path_params,
        query=dict(request.query_params),
        body={} if multipart else _parse_body(await request.body()),
        upload=await _read_upload(request) if multipart else None,
        bearer=bearer,
        scenario=fault.fault.name if fault and fault.fault.is_scenario else "",
    )


def _parse_body(body: bytes) -> Mapping[str, Any]:
    try:
        parsed = json.loads(body or b"{}")
    except ValueError as error:
        raise ApiError("body") from error
    if not isinstance(parsed, dict):
        raise ApiError("body")
    return parsed


async def _read_upload(request: Request) -> Upload | None:
    async with request.form() as form:
        part = form.get("file")
        return Upload(part.filename or "", part.size or 0) if isinstance(part, UploadFile) else None


def _response(answer: Answer, logid: str, operation: str, changes: Changes) -> Response:
    content = answer.content if answer.flat else {**answer.content, "detail": {"logid": logid}}
    body = _encode(changes.content(operation, content))
    return Response(body, changes.status(operation, answer.status), media_type=_JSON)


def _error_answer(error: ApiError) -> Answer:
    return Answer({"code": error.row.code, "msg": error.msg}, error.row.status)


def _encode(content: JSON) -> bytes:
    return sse.encode_json(content).encode()


def _unknown_path() -> Callable[[Request, Exception], Awaitable[Response]]:
    async def unknown(request: Request, _: Exception) -> Response:
        return _response(_error_answer(ApiError("path")), request.scope.get("coze.logid", ""), "", Changes())

    return unknown


async def _unknown_socket(websocket: WebSocket) -> None:
    logid = websocket.scope.get("coze.logid", "")
    await websocket.send_denial_response(_response(_error_answer(ApiError("path")), logid, "", Changes()))


class _StreamResponse(Response):
    """Plays the script of a stream; stops when the client goes away."""

    def __init__(
        self, stream: Events, status: int, fault: PendingFault | None, rng: random.Random, sleep: Sleep
    ) -> None:
        super().__init__(status_code=status, media_type="text/event-stream")
        del self.headers["content-length"]
        self._events = stream
        self._steps = apply_fault(fault, stream.style, stream.events)
        self._chance = rng
        self._sleep = sleep

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  (ASGI's signature)
        """Play until the end of the script, a break in it, or the end of the client."""
        playing = asyncio.create_task(self._play(send))
        leaving = asyncio.create_task(_wait_for_disconnect(receive))
        try:
            done, _ = await asyncio.wait({playing, leaving}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self._events.finish()
            playing.cancel()
            leaving.cancel()
            await asyncio.gather(playing, leaving, return_exceptions=True)

    async def _play(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        for step in sse.schedule(self._steps, self._chance):
            match step:
                case sse.Send(data):
                    await send({"type": "http.response.body", "body": data, "more_body": True})
                case sse.Wait(seconds):
                    await self._sleep(seconds)
                case sse.Break():
                    return  # an answer that is left unfinished makes uvicorn close the connection
        self._events.finish()  # before the end, so that whoever has read it finds the chat or the run finished
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _wait_for_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
