"""The edge to WebSocket clients: handshakes, frames in both directions, faults in between."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

from starlette.responses import Response
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from coze_standin import sse
from coze_standin.calls import Call
from coze_standin.changes import Changes
from coze_standin.errors import ApiError
from coze_standin.faults import PendingFault
from coze_standin.operations import SOCKETS, Socket
from coze_standin.parsing import read_json
from coze_standin.records import JSON
from coze_standin.sse import Event, Step
from coze_standin.state import State
from coze_standin.wrappers import report_defect
from coze_standin.ws_session import Reply, WsSession

Sleep = Callable[[float], Awaitable[None]]

_LINE_END = 0.5
"""How often a connection ends each frame with a line end, as the JSON encoder of Go does when it writes a stream."""

_REST: Event = ("", None)
"""Stands for all that would still have been said."""


def routes(state: State, sleep: Sleep, changes: Changes) -> list[WebSocketRoute]:
    """A route for each row of the table."""
    return [WebSocketRoute(row.path, _endpoint(state, row, sleep, changes)) for row in SOCKETS]


def _endpoint(
    state: State, operation: Socket, sleep: Sleep, changes: Changes
) -> Callable[[WebSocket], Awaitable[None]]:
    async def endpoint(websocket: WebSocket) -> None:
        fault: PendingFault | None = websocket.scope["coze.fault"]
        denial = _denial(state, operation, websocket, fault, changes)
        if denial:
            await websocket.send_denial_response(denial)
            return
        await websocket.accept()
        session = operation.session(_call(state, websocket, fault))
        await _Connection(websocket, session, operation.id, fault, changes, sleep).run()

    return endpoint


def _denial(
    state: State, operation: Socket, websocket: WebSocket, fault: PendingFault | None, changes: Changes
) -> Response | None:
    """The HTTP answer that refuses the handshake, if something does. What its body is in Coze is not known: empty."""
    if fault and fault.fault.needs_a_stream and not fault.fault.frames:
        return Response(f"coze-standin: {fault.fault.name} needs server-sent events", 501, media_type="text/plain")
    known = _bearer(websocket) in state.tokens
    status = HTTPStatus.SWITCHING_PROTOCOLS if known else HTTPStatus.FORBIDDEN
    changed = changes.status(operation.id, status)
    return None if changed == HTTPStatus.SWITCHING_PROTOCOLS else Response(status_code=changed)


def _bearer(websocket: WebSocket) -> str:
    return websocket.headers.get("authorization", "").removeprefix("Bearer ")


def _call(state: State, websocket: WebSocket, fault: PendingFault | None) -> Call:
    scenario = fault if fault and fault.fault.is_scenario else None
    return Call(
        state=state,
        logid=websocket.scope["coze.logid"],
        query=dict(websocket.query_params),
        bearer=_bearer(websocket),
        scenario=scenario.fault.name if scenario else "",
        options=scenario.options if scenario else {},
    )


@dataclass(frozen=True)
class _Frame:
    """A frame that waits to be sent.

    cozepy's model of an error has the client's text in ``detail.origin_message``; no document has it: it is left out.
    """

    event: Event


def _error_frame(error: ApiError) -> _Frame:
    return _Frame(("error", {"code": error.row.code, "msg": error.msg}))


class _Connection:
    """One open websocket: receives at any time, and sends one frame after another, with a pause before each."""

    def __init__(
        self,
        websocket: WebSocket,
        session: WsSession,
        operation: str,
        fault: PendingFault | None,
        changes: Changes,
        sleep: Sleep,
    ) -> None:
        self._websocket = websocket
        self._session = session
        self._operation = operation
        self._fault = fault if fault and fault.fault.needs_a_stream else None
        self._changes = changes
        self._sleep = sleep
        self._state = session.state
        self._end = "\n" if session.state.rng.random() < _LINE_END else ""
        self._waiting: deque[_Frame | Callable[[], None]] = deque()
        self._more = asyncio.Event()
        self._sent = 0
        self._broken = False

    async def run(self) -> None:
        """Until the client goes away, or a fault breaks the connection."""
        self._accept(self._session.open)
        tasks = [asyncio.create_task(self._send_all()), asyncio.create_task(self._receive_all())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except WebSocketDisconnect:
            pass  # it went away while something was being sent
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._drop()

    # --- receiving ----------------------------------------------------------------------------------------------------

    async def _receive_all(self) -> None:
        while (message := await self._websocket.receive())["type"] != "websocket.disconnect":
            text = message.get("text") or ""
            self._accept(partial(self._handle, text))

    def _handle(self, text: str) -> Reply:
        name, data = _read(text)
        return self._session.handle(name, data)

    def _accept(self, answer: Callable[[], Reply]) -> None:
        try:
            reply = answer()
        except ApiError as error:
            self._waiting.append(_error_frame(error))
        except Exception as error:  # noqa: BLE001  (whatever a handler raises is this server's fault)
            report_defect(self._operation, error)
            self._waiting.append(_error_frame(ApiError("server")))
        else:
            self._queue(reply)
        self._more.set()

    def _queue(self, reply: Reply) -> None:
        if reply.replaces_pending:
            self._drop()
        frames = [_Frame(event) for event in reply.events]
        # the end runs before the last frame, so that who has read that finds the chat finished
        self._waiting.extend([*frames[:-1], reply.finish, *frames[-1:]])

    def _drop(self) -> None:
        for item in self._waiting:
            if not isinstance(item, _Frame):
                item()
        self._waiting.clear()

    # --- sending ----------------------------------------------------------------------------------------------------

    async def _send_all(self) -> None:
        """Until a fault breaks the connection: uvicorn then ends it without a close frame."""
        while not self._broken:
            if self._fault and self._fault.options["events"] == self._sent:
                await self._go_wrong(self._fault)
            elif not self._waiting:
                self._more.clear()
                await self._more.wait()
            else:
                await self._next()

    async def _next(self) -> None:
        """What waits longest; an interruption puts something else there during the pause."""
        if isinstance(self._waiting[0], _Frame):
            await self._sleep(sse.pause(self._state.rng).seconds)
        item = self._waiting.popleft()
        if isinstance(item, _Frame):
            await self._send(item)
        else:
            item()

    async def _send(self, frame: _Frame) -> None:
        self._sent += 1
        content = self._changes.frame(self._operation, self._frame_json(frame))
        await self._websocket.send_text(sse.encode_json(content) + self._end)

    def _frame_json(self, frame: _Frame) -> JSON:
        """The frame as an object. How Coze writes ``respond_at`` is not known: here milliseconds of Unix time."""
        name, data = frame.event
        return {
            "id": self._state.ids.new("EVENT_ID"),
            "event_type": name,
            **({} if data is None else {"data": data}),
            "detail": {
                "logid": self._websocket.scope["coze.logid"],
                "respond_at": str(int(self._state.clock() * 1000)),
            },
        }

    async def _go_wrong(self, fault: PendingFault) -> None:
        self._fault = None
        steps = _wrong(fault)
        if not any(step is _REST for step in steps):
            self._drop()
        for step in steps:
            match step:
                case sse.Wait(seconds):
                    await self._sleep(seconds)
                case sse.Break():
                    self._broken = True
                case (str(name), data) if name:
                    await self._send(_Frame((name, data)))


def _wrong(fault: PendingFault) -> list[Event | Step]:
    """What a fault puts where it strikes; the rest of what would be said is in it as ``_REST``, or is lost."""
    options = {**fault.options, "events": 0}
    if fault.fault.events:
        return list(fault.fault.events((_REST,), sse.CHAT, options))
    rest = sse.Send(b"")
    steps = fault.fault.steps((rest,), options) if fault.fault.steps else (rest,)
    return [_REST if step is rest else step for step in steps]


def _read(text: str) -> tuple[str, JSON]:
    """Name and data of the client's event; 4000 for what is none."""
    try:
        event = read_json(text)
    except ValueError as error:
        raise ApiError("parameter") from error
    if not isinstance(event, dict):
        raise ApiError("parameter")
    name, data = event.get("event_type"), event.get("data", {})
    if not isinstance(name, str) or not isinstance(data, dict):
        raise ApiError("parameter")
    return name, data
