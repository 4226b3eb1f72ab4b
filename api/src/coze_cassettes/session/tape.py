"""A running test and its cassette: what it may do, what it did, and what is kept of it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, NoReturn, Protocol
from urllib.parse import parse_qsl, urlsplit

import httpx

from coze_cassettes.cassette import format as cassette_format
from coze_cassettes.cassette import lanes, matching, provenance, store
from coze_cassettes.cassette.model import Cassette, Interaction, Metadata, Request, header
from coze_cassettes.errors import InvalidCassette, NotWritten, UnreadableBody, UnsafeCassette
from coze_cassettes.inspection import inspector
from coze_cassettes.pluralize import pluralize
from coze_cassettes.scrubbing import scrub
from coze_cassettes.scrubbing.environment import Known
from coze_cassettes.session import clock
from coze_cassettes.session.patience import Patience

MAX_INTERACTIONS: Final = 30
"""Interactions in a cassette beyond which it is refused: vcrpy's matching is quadratic, and nobody reviews them."""

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


# --- a websocket of a test ------------------------------------------------------------------------------------------


class Line(Protocol):
    """A websocket, recorded or replayed; ``longest`` is how many seconds it may be silent."""

    is_open: bool
    longest: float

    @property
    def interaction(self) -> Interaction | None:
        """What was recorded of it up to now."""

    def unsent(self) -> str:
        """A message if a replayed test did not send all that was sent, else an empty string."""

    def look(self) -> None:
        """Let the test be ended if there was silence for too long."""


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
        self.lines: list[Line] = []
        self.refusals: list[Interaction] = []
        self.faults_expected = False
        self.paused = False
        self.started = time.time()
        self.recorded: tuple[Interaction, ...] = ()
        self.cassette = Cassette()
        self.played: set[int] = set()
        self.complaint = ""
        self._kept: frozenset[Request] = frozenset()
        self._live = scrub.LivePlaceholders(())

    # replay

    def load(self) -> None:
        """Read the cassette that is to be replayed."""
        self.begin(store.read(self.path))

    def begin(self, cassette: Cassette) -> None:
        """Take the cassette that is to be replayed."""
        self.cassette = cassette
        self._kept = frozenset(each.request for each in self.cassette.interactions)
        self._live = scrub.LivePlaceholders(
            [call for each in self.cassette.interactions for call in lanes.as_exchanges(each)]
        )

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
            return next(filter(None, (line.unsent() for line in self.lines)), "")
        first = self.cassette.interactions[left[0]].request
        total = len(self.cassette.interactions)
        lines = [
            f"{self.test} did not send {len(left)} of the {pluralize(total, 'request')} of its cassette.",
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
        told = (line.interaction for line in self.lines)
        return (*self.recorded, *self.refusals, *filter(None, told))

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
        if findings := inspector.inspect(cassette, text, {*scrubbed.table.replaced(), *self.known.placeholders}):
            shown = "\n".join(f"  {finding}" for finding in findings[:20])
            raise UnsafeCassette(f"{self.test} is not saved, the inspector found what must not be in it:\n{shown}")
        return cassette

    def _metadata(self) -> Metadata:
        answered = (header(each.response.headers, provenance.STAND_IN_HEADER) for each in self.interactions)
        served = provenance.STAND_IN if provenance.STAND_IN_HEADER_VALUE in answered else self.settings.recorded_from
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
