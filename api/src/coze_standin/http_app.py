"""The HTTP application: reads requests for the handlers of the table, writes their answers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from coze_standin import consent, ws_app
from coze_standin.calls import Answer, Call, Events, Sound, Upload
from coze_standin.changes import Change, Changes
from coze_standin.control import Control
from coze_standin.errors import ERRORS, ApiError, ErrorRow
from coze_standin.faults import Faults, PendingFault
from coze_standin.operations import OPERATIONS, Operation
from coze_standin.parsing import read_json
from coze_standin.state import State
from coze_standin.streams import StreamResponse
from coze_standin.wrappers import JSON_TYPE, Sleep, WithFaults, WithGuard, WithHeaders, encode, error_response


def create_app(state: State, sleep: Sleep = asyncio.sleep, changes: Iterable[Change] = ()) -> ASGIApp:
    """The stand-in as an ASGI application over one account; ``sleep`` makes its pauses, in seconds."""
    faults, changed = Faults(), Changes(changes)
    routes = [Route(row.path, _endpoint(state, row, sleep, changed), methods=[row.method]) for row in OPERATIONS]
    inner = Starlette(
        routes=[
            *Control(state, faults, changed).routes(),
            *consent.routes(state),
            *routes,
            *ws_app.routes(state, sleep, changed),
            WebSocketRoute("/{path:path}", _unknown_socket),
        ],
        exception_handlers={404: _not_found, 405: _not_found, Exception: _defect},
    )
    inner.router.redirect_slashes = False  # an empty id in a path is not the list without it
    return WithHeaders(WithGuard(WithFaults(inner, faults, sleep)), state)


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
            return StreamResponse(answer, changes.status(operation.id, HTTPStatus.OK), fault, state.rng, sleep)
        if fault and fault.fault.needs_a_stream:
            return Response(f"coze-standin: {fault.fault.name} needs a stream", 501, media_type="text/plain")
        if isinstance(answer, Sound):
            return Response(answer.content, changes.status(operation.id, HTTPStatus.OK), media_type=answer.media_type)
        await sleep(answer.pause)
        return _response(answer, logid, operation.id, changes)

    return endpoint


async def _call(state: State, operation: Operation, request: Request, logid: str, fault: PendingFault | None) -> Call:
    """The request as the handler sees it; an error without a good token, 4000 for a body that is not what it says."""
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not operation.open and bearer not in state.tokens:
        raise await _token_error(state, operation, request, bearer)
    multipart = request.headers.get("content-type", "").startswith("multipart/form-data")
    scenario = fault if fault and fault.fault.is_scenario else None
    body, upload = await _read_form(request) if multipart else (_parse_body(await request.body()), None)
    return Call(
        state=state,
        logid=logid,
        path=request.path_params,
        query=dict(request.query_params),
        body=body,
        upload=upload,
        bearer=bearer,
        scenario=scenario.fault.name if scenario else "",
        options=scenario.options if scenario else {},
    )


async def _token_error(state: State, operation: Operation, request: Request, bearer: str) -> ApiError:
    """The error of a request with no token or a wrong one; a chat looks for its bot first (answers of 2026-10)."""
    if not bearer:
        return ApiError(operation.no_bearer, state.account.profile.web.host.removeprefix("www."))
    if operation.wrong_bearer != "missing":
        return ApiError(operation.wrong_bearer)
    return ApiError("missing", f"bot_id={_parse_body(await request.body()).get('bot_id', '')}")


def _parse_body(body: bytes) -> Mapping[str, Any]:
    try:
        parsed = read_json(body or b"{}")
    except ValueError as error:
        raise ApiError("body") from error
    if not isinstance(parsed, dict):
        raise ApiError("body")
    return parsed


async def _read_form(request: Request) -> tuple[Mapping[str, Any], Upload | None]:
    """The text fields and the file of a multipart body."""
    try:
        async with request.form() as form:
            part = form.get("file")
            texts = {name: value for name, value in form.items() if isinstance(value, str)}
            return texts, Upload(part.filename or "", part.size or 0) if isinstance(part, UploadFile) else None
    except (HTTPException, ValueError, LookupError) as error:  # what starlette, its parser and a charset can raise
        raise ApiError("parameter") from error


def _response(answer: Answer, logid: str, operation: str, changes: Changes) -> Response:
    content = answer.content if answer.flat or not answer.detailed else {**answer.content, "detail": {"logid": logid}}
    body = encode(changes.content(operation, content))
    return Response(body, changes.status(operation, answer.status), media_type=JSON_TYPE)


def _error_answer(error: ApiError) -> Answer:
    return Answer({"code": error.row.code, "msg": error.msg}, error.row.status)


def _unserved_row(method: str, path: str) -> ErrorRow:
    """The error for an operation that the stand-in lacks, or that Coze does not have either."""
    row = ERRORS["path"]
    return replace(row, msg=f"{row.msg}: the stand-in does not serve {method} {path}")


async def _not_found(request: Request, _: Exception) -> Response:
    return error_response(_unserved_row(request.method, request.url.path), request.scope.get("coze.logid", ""))


async def _defect(request: Request, _: Exception) -> Response:
    return error_response(ERRORS["server"], request.scope.get("coze.logid", ""))


async def _unknown_socket(websocket: WebSocket) -> None:
    row = _unserved_row("GET", websocket.url.path)
    await websocket.send_denial_response(error_response(row, websocket.scope.get("coze.logid", "")))
