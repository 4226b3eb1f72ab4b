"""How a test's cassette is opened: the vcrpy configuration for recording and for replay, and what happens around it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final
from unittest import mock

import httpx
from vcr import VCR
from vcr.cassette import Cassette as VcrCassette
from vcr.errors import CannotOverwriteExistingCassetteException
from vcr.persisters.filesystem import CassetteNotFoundError
from vcr.record_mode import RecordMode
from vcr.request import Request as VcrRequest

from coze_cassettes.cassette import matching
from coze_cassettes.cassette.model import Interaction, Request, Response, header, is_websocket
from coze_cassettes.session import clock, redaction, routing, streams, websocket
from coze_cassettes.session.tape import SentRequest, Tape

SKIPPED_PATCHERS: Final = ("httplib", "requests", "boto3", "urllib3", "httplib2", "tornado", "aiohttp", "httpx2")
"""cozepy speaks httpx: vcrpy need not patch anything else, which saves a third of its cost."""

_MATCHER: Final = "coze"


# --- between vcrpy's values and ours --------------------------------------------------------------------------------


def request_from_vcr(request: VcrRequest) -> Request:
    """vcrpy's request as ours."""
    body = request.body
    raw = body if isinstance(body, bytes) else b"" if body is None else str(body).encode("utf-8")
    return Request(request.method, request.uri, tuple(request.headers.items()), raw)


def request_to_vcr(request: Request) -> VcrRequest:
    """Our request as vcrpy's."""
    return VcrRequest(request.method, request.uri, request.body, dict(request.headers))


def response_from_vcr(response: dict[str, Any]) -> Response:
    """vcrpy's response as ours, the pseudo headers read out."""
    headers = tuple((name, value) for name, values in response["headers"].items() for value in values)
    sizes = header(headers, streams.CHUNKS_HEADER)
    return Response(
        response["status"]["code"],
        response["status"]["message"] or "",
        tuple((name, value) for name, value in headers if name.lower() not in streams.PSEUDO_HEADERS),
        response["body"]["string"] or b"",
        tuple(int(size) for size in sizes.split(",") if size),
        header(headers, streams.FAULT_HEADER),
    )


def response_to_vcr(response: Response, index: int) -> dict[str, Any]:
    """Our response as vcrpy's, with pseudo headers for its chunks, its fault and its place in the cassette."""
    headers: dict[str, list[str]] = {}
    for name, value in response.headers:
        headers.setdefault(name, []).append(value)
    pseudo = {
        streams.CHUNKS_HEADER: ",".join(str(size) for size in response.chunks),
        streams.FAULT_HEADER: response.fault,
        streams.INDEX_HEADER: str(index),
    }
    return {
        "status": {"code": response.status, "message": response.reason},
        "headers": headers | {name: [value] for name, value in pseudo.items() if value},
        "body": {"string": response.body},
    }


# --- vcrpy ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Persister:
    """Gives vcrpy the cassette of a tape, and takes from it what was recorded; it writes nothing by itself."""

    tape: Tape = field(repr=False)

    def load_cassette(
        self,
        cassette_path: str,  # noqa: ARG002 - the signature is vcrpy's
        serializer: object,  # noqa: ARG002
    ) -> tuple[list[VcrRequest], list[dict[str, Any]]]:
        if self.tape.recording:
            raise CassetteNotFoundError
        kept = [each for each in enumerate(self.tape.cassette.interactions) if not is_websocket(each[1].request)]
        requests = [request_to_vcr(each.request) for _, each in kept]
        return requests, [response_to_vcr(each.response, index) for index, each in kept]

    def save_cassette(
        self,
        cassette_path: str,  # noqa: ARG002 - the signature is vcrpy's
        cassette_dict: dict[str, Any],
        serializer: object,  # noqa: ARG002
    ) -> None:
        pairs = zip(cassette_dict["requests"], cassette_dict["responses"], strict=True)
        self.tape.recorded = tuple(
            Interaction(request_from_vcr(request), response_from_vcr(response)) for request, response in pairs
        )


def configure(vcr: VCR, tape: Tape) -> None:
    """Set up a vcrpy instance for one test."""

    def same_request(live: VcrRequest, recorded: VcrRequest) -> None:
        different = matching.difference(request_from_vcr(live), request_from_vcr(recorded))
        if different:
            raise AssertionError(different)

    def before_record_request(request: VcrRequest) -> VcrRequest | None:
        if tape.paused:
            return None
        return request if tape.recording else request_to_vcr(tape.live(request_from_vcr(request)))

    vcr.register_persister(_Persister(tape))
    vcr.register_matcher(_MATCHER, same_request)
    vcr.match_on = (_MATCHER,)
    vcr.before_record_request = before_record_request
    vcr.skip_patchers = SKIPPED_PATCHERS
    vcr.record_mode = RecordMode.ALL if tape.recording else RecordMode.NONE
    vcr.drop_unused_requests = tape.recording


# --- the layer above vcrpy ------------------------------------------------------------------------------------------


def _sent(request: httpx.Request, body: bytes) -> SentRequest:
    return SentRequest(request.method, str(request.url), request.headers.copy(), body)


def _as_request(sent: SentRequest) -> Request:
    return Request(sent.method, sent.url, tuple(sent.headers.multi_items()), sent.body)


def _note(tape: Tape, sent: SentRequest) -> None:
    if not tape.paused:
        tape.sent.append(sent)


def _played(tape: Tape, response: httpx.Response) -> None:
    if index := response.headers.get(streams.INDEX_HEADER):
        tape.played.add(int(index))


def _raw(response: httpx.Response) -> bytes:
    """The body as vcrpy hands it up: one piece, its content encoding not undone."""
    if not isinstance(response.stream, httpx.ByteStream):
        raise TypeError("vcrpy no longer hands up a ByteStream")
    return b"".join(response.stream)


@contextmanager
def layered(tape: Tape) -> Iterator[None]:
    """Wrap httpx's transports above vcrpy's patch: note what is sent, explain what is missing, deliver in chunks."""
    handle, handle_async = httpx.HTTPTransport.handle_request, httpx.AsyncHTTPTransport.handle_async_request

    def wrapped(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        sent = _sent(request, request.read())
        _note(tape, sent)
        response = None
        with suppress(CannotOverwriteExistingCassetteException):
            response = handle(transport, request)
        if response is None:  # outside the suppressed error, whose message holds the raw request
            tape.not_recorded(_as_request(sent))
        _played(tape, response)
        return streams.delivered(response, _raw(response), request)

    async def wrapped_async(transport: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        sent = _sent(request, await request.aread())
        _note(tape, sent)
        response = None
        with suppress(CannotOverwriteExistingCassetteException):
            response = await handle_async(transport, request)
        if response is None:
            tape.not_recorded(_as_request(sent))
        _played(tape, response)
        return streams.delivered(response, _raw(response), request)

    with (
        mock.patch.object(httpx.HTTPTransport, "handle_request", wrapped),
        mock.patch.object(httpx.AsyncHTTPTransport, "handle_async_request", wrapped_async),
    ):
        yield


@contextmanager
def opened(tape: Tape) -> Iterator[VcrCassette]:
    """vcrpy's cassette of a tape, and everything around it while its test runs."""
    vcr = VCR()
    configure(vcr, tape)
    with vcr.use_cassette(str(tape.path)) as cassette, running(tape):
        yield cassette


@contextmanager
def running(tape: Tape) -> Iterator[None]:
    """Everything around vcrpy's own patch while a test runs: layers, routing or the virtual clock, silent logs."""
    with ExitStack() as stack:
        stack.enter_context(redaction.silent())
        stack.enter_context(layered(tape))
        if tape.recording:
            stack.enter_context(redaction.without_console("cozepy"))
            router = routing.Router(tape.settings.target, lambda: tape.faults_expected, tape.settings.patience)
            stack.enter_context(routing.installed(router))
            stack.enter_context(websocket.recorded(tape, router))
        else:
            stack.enter_context(clock.virtual_time())
            stack.enter_context(websocket.replayed(tape))
        yield
