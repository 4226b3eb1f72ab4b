"""How a test's cassette is opened: the vcrpy configuration for recording and for replay, and what happens around it."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, NoReturn
from unittest import mock
from urllib.parse import parse_qsl, urlsplit

import httpx
from vcr import VCR
from vcr.errors import CannotOverwriteExistingCassetteException
from vcr.persisters.filesystem import CassetteNotFoundError
from vcr.record_mode import RecordMode
from vcr.request import Request as VcrRequest

from coze_cassettes import (
    clock,
    inspector,
    lanes,
    matching,
    origins,
    routing,
    scrub,
    store,
    streams,
    websocket,
)
from coze_cassettes import (
    format as cassette_format,
)
from coze_cassettes.counting import counted
from coze_cassettes.environment import Known
from coze_cassettes.errors import InvalidCassette, NotWritten, UnreadableBody, UnsafeCassette
from coze_cassettes.interactions import Cassette, Interaction, Metadata, Request, Response, header
from coze_cassettes.patience import Patience

SKIPPED_PATCHERS: Final = ("httplib", "requests", "boto3", "urllib3", "httplib2", "tornado", "aiohttp", "httpx2")
"""cozepy speaks httpx: vcrpy need not patch anything else, which saves a third of its cost."""

MAX_INTERACTIONS: Final = 30
"""Interactions in a cassette beyond which it is refused: vcrpy's matching is quadratic, and nobody reviews them."""

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


# --- what a test sent -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SentRequest:
    """A request as it really went over the wire: the absolute URL, headers and exact body bytes."""

    method: str
    url: str
    headers: httpx.Headers
    body: bytes

    @property
    def path(self) -> str:
        """The path of the URL."""
        return urlsplit(self.url).path

    @property
    def params(self) -> list[tuple[str, str]]:
        """The query parameters in their order; blank values count."""
        return parse_qsl(urlsplit(self.url).query, keep_blank_values=True)

    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)


# --- one test and its cassette --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Settings:
    """What is the same for all tests of a run."""

    target: str = "https://api.coze.com"
    recorded_from: str = ""
    record_command: str = "coze-cassettes rerecord"
    patience: Patience = field(default_factory=Patience)


class Tape:
    """What a running test and its cassette need to know of each other; one for each test marked vcr.

    ``fail`` ends the test with a message; it must not return.
    """

    def __init__(
        self, test: str, path: Path, *, recording: bool, settings: Settings, fail: Callable[[str], NoReturn]
    ) -> None:
        """Begin a test; nothing is read or sent yet."""
        self.test = test
        self.path = path
        self.recording = recording
        self.settings = settings
        self.fail = fail
        self.known = Known()
        self.sent: list[SentRequest] = []
        self.sent_frames: list[Any] = []
        self.lines: list[websocket.Line] = []
        self.refusals: list[Interaction] = []
        self.faults_expected = False
        self.paused = False
        self.started = time.time()
        self.recorded: tuple[Interaction, ...] = ()
        self.cassette = Cassette()
        self.played: set[int] = set()
        self.complaint = ""
        self._kept: frozenset[Request] = frozenset()
        self._live = scrub.LiveTags(())

    # replay

    def load(self) -> None:
        """Read the cassette that is to be replayed."""
        self.begin(store.read(self.path))

    def begin(self, cassette: Cassette) -> None:
        """Take the cassette that is to be replayed."""
        self.cassette = cassette
        self._kept = frozenset(each.request for each in self.cassette.interactions)
        self._live = scrub.LiveTags([call for each in self.cassette.interactions for call in lanes.as_exchanges(each)])

    def live(self, request: Request) -> Request:
        """A live request as the cassette would show it; vcrpy asks for those that it loads too."""
        return request if request in self._kept else self._live.scrub(request)

    def dial(self, request: Request) -> Interaction:
        """The recorded websocket that a handshake opens; ends the test if there is none left."""
        live = self.live(request)
        left = (pair for pair in enumerate(self.cassette.interactions) if pair[0] not in self.played)
        found = next((pair for pair in left if not matching.difference(live, replace(pair[1].request, body=b""))), None)
        if found is None:
            self.not_recorded(request)
        self.played.add(found[0])
        return found[1]

    def not_recorded(self, request: Request) -> NoReturn:
        """End the test because its cassette has no answer for a request."""
        self.complaint = self._explain(self.live(request))
        self.fail(self.complaint)

    def give_up(self, message: str) -> None:
        """Say why the test cannot go on; whoever waits for a websocket then fails with it. Any thread may call this."""
        self.complaint = self.complaint or message

    def look(self) -> None:
        """Give up if one of the websockets has been silent for too long."""
        for line in self.lines:
            line.look()

    def _explain(self, live: Request) -> str:
        recorded = [lanes.as_exchanges(each)[0].request for each in self.cassette.interactions]
        matches = [index for index, each in enumerate(recorded) if not matching.difference(live, each)]
        lines = [f"{self.test} sent a request that its cassette does not answer.", f"  sent:    {_line(live)}"]
        if matches:
            count = f"{len(matches)} time{'s' * (len(matches) > 1)}"
            lines.append(f"  nearest: the same, recorded {count} and already played")
        elif (index := matching.nearest(live, recorded)) is not None:
            lines.append(f"  nearest: {_line(recorded[index])} (interaction {index} of {len(recorded)})")
            lines.append(f"  differs: {matching.difference(live, recorded[index])}")
        return "\n".join([*lines, *self.remedy()])

    def remedy(self) -> list[str]:
        """Where the cassette is and how it is recorded, as the last lines of a message."""
        return [f"  cassette: {self.path.parent.name}/{self.path.name}", f"  record it: {self.record_command}"]

    @property
    def record_command(self) -> str:
        """The command that records this cassette; a twin's is recorded by the other test."""
        return f"{self.settings.record_command} -k {self.path.stem.rpartition('.')[2].partition('[')[0]}"

    def unplayed(self) -> str:
        """A message if recorded interactions were not played, else an empty string."""
        left = [n for n in range(len(self.cassette.interactions)) if n not in self.played]
        if not left:
            playbacks = (each for each in self.lines if isinstance(each, websocket.Playback))
            return next(filter(None, (each.unsent() for each in playbacks)), "")
        first = self.cassette.interactions[left[0]].request
        total = len(self.cassette.interactions)
        lines = [
            f"{self.test} did not send {len(left)} of the {counted(total, 'request')} of its cassette.",
            f"  first:   {_line(first)} (interaction {left[0]} of {total})",
        ]
        return "\n".join([*lines, *self.remedy()])

    # recording

    @contextmanager
    def pause(self) -> Iterator[None]:
        """Let traffic pass without recording it."""
        before, self.paused = self.paused, True
        try:
            yield
        finally:
            self.paused = before

    def note_frame(self, data: str | bytes) -> None:
        """Remember what was sent over a websocket."""
        try:
            self.sent_frames.append(json.loads(data))
        except ValueError:
            self.sent_frames.append(data)

    @property
    def interactions(self) -> tuple[Interaction, ...]:
        """What was recorded: calls, then websockets."""
        dialogues = (each.interaction for each in self.lines if isinstance(each, websocket.Dialogue))
        return (*self.recorded, *self.refusals, *dialogues)

    def clean(self) -> Cassette:
        """What was recorded, scrubbed, inspected and sealed; raises if anything is not right."""
        interactions = self.interactions
        if not interactions:
            raise InvalidCassette(f"{self.test} is marked vcr but sent no request: unmark it.")
        if len(interactions) > MAX_INTERACTIONS:
            raise InvalidCassette(
                f"{self.test} sent {len(interactions)} requests, more than {MAX_INTERACTIONS}: split it."
            )
        try:
            scrubbed = scrub.scrub(interactions, self.known, clock.shift_from(self.started))
        except UnreadableBody as error:
            raise UnsafeCassette(f"{self.test} is not saved: {error}.") from error
        cassette = store.sealed(Cassette(scrubbed.interactions, self._metadata()))
        text = cassette_format.dumps(cassette)
        if findings := inspector.inspect(cassette, text, {*scrubbed.table.replaced(), *self.known.tags}):
            shown = "\n".join(f"  {finding}" for finding in findings[:20])
            raise UnsafeCassette(f"{self.test} is not saved, the inspector found what must not be in it:\n{shown}")
        return cassette

    def _metadata(self) -> Metadata:
        answered = (header(each.response.headers, origins.STAND_IN_HEADER) for each in self.interactions)
        served = origins.STAND_IN if origins.STAND_IN_HEADER_VALUE in answered else self.settings.recorded_from
        now = datetime.now(UTC).replace(microsecond=0)
        return Metadata(served, now.isoformat().replace("+00:00", "Z"), version("cozepy"))

    def save(self) -> None:
        """Write the cassette; to be called once the test and its teardown are known to have passed."""
        cassette = self.clean()
        try:
            store.write(self.path, cassette)
        except OSError as error:
            raise NotWritten(f"{self.test} is not saved, its file cannot be written: {error.strerror}.") from None


def _line(request: Request) -> str:
    return f"{request.method} {request.uri}"


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
        kept = [each for each in enumerate(self.tape.cassette.interactions) if not lanes.is_websocket(each[1])]
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
def running(tape: Tape) -> Iterator[None]:
    """Everything around vcrpy's own patch while a test runs: layers, routing or the virtual clock, silent logs."""
    with ExitStack() as stack:
        stack.enter_context(silent())
        stack.enter_context(layered(tape))
        if tape.recording:
            stack.enter_context(without_console("cozepy"))
            router = routing.Router(tape.settings.target, lambda: tape.faults_expected, tape.settings.patience)
            stack.enter_context(routing.installed(router))
            stack.enter_context(websocket.recorded(tape, router))
        else:
            stack.enter_context(clock.virtual())
            stack.enter_context(websocket.replayed(tape))
        yield


TALKATIVE: Final[Sequence[str]] = ("vcr", "httpx", "httpcore", "websockets")
"""Loggers that write raw requests and responses."""


@contextmanager
def without_console(name: str) -> Iterator[None]:
    """Take from a logger the handlers that write to the console: cozepy's DEBUG messages hold whole bodies."""
    logger = logging.getLogger(name)
    writers = [handler for handler in logger.handlers if type(handler) is logging.StreamHandler]
    try:
        for handler in writers:
            logger.removeHandler(handler)
        yield
    finally:
        for handler in writers:
            logger.addHandler(handler)


@contextmanager
def silent() -> Iterator[None]:
    """Keep the loggers that write raw traffic from writing it."""
    levels = {name: logging.getLogger(name).level for name in TALKATIVE}
    try:
        for name in TALKATIVE:
            logging.getLogger(name).setLevel(logging.ERROR)
        yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
