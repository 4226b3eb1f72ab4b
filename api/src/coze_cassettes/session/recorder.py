"""A test that records its cassette."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final, NoReturn, Protocol

from coze_cassettes.cassette import format as cassette_format
from coze_cassettes.cassette import provenance, store
from coze_cassettes.cassette.model import Cassette, Interaction, Metadata, header
from coze_cassettes.codecs.containers import DIGEST
from coze_cassettes.errors import InvalidCassette, NotWritten, UnreadableBody, UnsafeCassette
from coze_cassettes.inspection.scan import inspect
from coze_cassettes.scrubbing import scrub
from coze_cassettes.scrubbing.drawn import Draw
from coze_cassettes.scrubbing.environment import ConfiguredValues
from coze_cassettes.session import clock
from coze_cassettes.session.http_exchange import HttpExchange
from coze_cassettes.session.progress import announce_context
from coze_cassettes.session.session import Session, Settings
from coze_cassettes.session.websocket_recorder import RecordedWebSocket


class Exchange(Protocol):
    """A request on its way, or a WebSocket that was opened."""

    @property
    def interaction(self) -> Interaction | None:
        """What was recorded of it up to now; None if nothing of it is kept."""

    @property
    def is_open(self) -> bool:
        """Whether it is a WebSocket that is not closed yet."""

    def overdue(self) -> str:
        """Why the test has waited too long for more, or an empty string."""


class Recorder(Session):
    """A test and what is recorded of it, in the order in which it was sent; safe under threads.

    ``configured`` are the values that the scrubber must know; ``faults_expected`` says that the test wants the next
    fault or refusal recorded; ``drawn`` is what was drawn at random.
    """

    def __init__(self, test: str, path: Path, settings: Settings, fail: Callable[[str], NoReturn]) -> None:
        """Begin a test; nothing is sent yet."""
        super().__init__(test, path, settings, fail)
        self.configured = ConfiguredValues()
        self.faults_expected = False
        self.paused = False
        self.drawn: Sequence[Draw] = ()
        self.started = time.time()
        self._exchanges: list[Exchange] = []
        self._lock = threading.Lock()

    def add(self, exchange: Exchange) -> None:
        """Record an exchange from now on."""
        with self._lock:
            self._exchanges.append(exchange)

    @property
    def interactions(self) -> tuple[Interaction, ...]:
        """What was recorded up to now, in the order sent."""
        with self._lock:
            return tuple(filter(None, (each.interaction for each in self._exchanges)))

    @contextmanager
    def pause(self) -> Iterator[None]:
        """Let traffic pass without recording it."""
        before, self.paused = self.paused, True
        try:
            yield
        finally:
            self.paused = before

    def check_silence(self, hint: str = "") -> None:
        """Give up if a WebSocket has been silent for too long; the hint says why that may be."""
        for message in filter(None, (each.overdue() for each in self._exchanges)):
            self.give_up(f"{self.test} {message}{hint}")

    def check_readers(self, came: Callable[[], bool]) -> None:
        """Give up if no WebSocket is read any more and what the test waits for has not come."""
        reasons = [each.unread() for each in self._exchanges if isinstance(each, RecordedWebSocket)]
        if reasons and all(reasons) and not came():  # asked last: a reader may end once it has come
            self.give_up(f"{self.test} waits for a message that cannot come: {reasons[-1]}.")

    def has_open_websockets(self) -> bool:
        """Whether a WebSocket is not closed yet."""
        return any(each.is_open for each in self._exchanges)

    # the end

    def make_cassette(self) -> Cassette:
        """What was recorded, scrubbed, inspected and sealed; raises if anything is not right."""
        interactions = self.interactions
        if not interactions:
            raise InvalidCassette(f"{self.test} sent no request.")
        if len(interactions) > self.settings.max_interactions:
            raise InvalidCassette(
                f"{self.test} sent {len(interactions)} requests, more than {self.settings.max_interactions}: split it."
            )
        try:
            shift, allowed = clock.shift_from(self.started), self.settings.allow_opaque
            drawn = tuple(self.drawn)
            scrubbed = scrub.scrub(interactions, self.configured, shift, drawn=drawn, allow_opaque=allowed)
        except UnreadableBody as error:
            raise UnsafeCassette(f"{self.test} is not saved: {error}.{_how_to_allow(str(error))}") from error
        metadata = replace(self._metadata(interactions), placeholders=scrubbed.bare)
        cassette = store.seal(Cassette(scrubbed.interactions, metadata))
        text = cassette_format.dumps(cassette)
        values = {*scrubbed.table.replacements(), *self.configured.placeholders}
        if findings := inspect(cassette, text, values, self.settings.allow_opaque):
            shown = "\n".join(f"  {finding}" for finding in findings[:20])
            raise UnsafeCassette(
                f"{self.test} is not saved, the inspector found what must not be in it:\n{shown}\n{_REMEDY}"
            )
        return cassette

    def _metadata(self, interactions: tuple[Interaction, ...]) -> Metadata:
        answered = (header(each.response.headers, provenance.STAND_IN_HEADER) for each in interactions)
        served = provenance.STAND_IN if provenance.STAND_IN_HEADER_VALUE in answered else self.settings.recorded_from
        begun = datetime.fromtimestamp(int(self.started), UTC)
        return Metadata(served, begun.isoformat().replace("+00:00", "Z"), version("cozepy"))

    def save(self) -> None:
        """Write the cassette; to be called once the test and its teardown are known to have passed.

        A test that sent nothing to Coze, because it runs an app in-process for one, needs none.
        """
        over_http = [each for each in self._exchanges if isinstance(each, HttpExchange)]
        for exchange in over_http:
            exchange.keep_fault(over_http)
        if lost := next(filter(None, (each.lost(over_http) for each in over_http)), ""):
            raise InvalidCassette(
                f"{self.test} is not saved, a request ended in {lost} and was not sent again: record it once more."
            )
        if not self.interactions:
            if self.path.exists():
                raise InvalidCassette(f"{self.test} sent no request, but has a cassette: delete {self.path}.")
            return
        size = sum(len(each.request.body) + len(each.response.body) for each in self.interactions)
        with announce_context(self.settings.throttle.announce, f"scrubbing a recording of {size / 1e6:.1f} MB"):
            cassette = self.make_cassette()
        try:
            store.write(self.path, cassette)
        except OSError as error:
            raise NotWritten(f"{self.test} is not saved, its file cannot be written: {error.strerror}.") from None


_REMEDY: Final = (
    "  If the test sends the value: export COZE_SECRET_<NAME>=<value>, so that it is scrubbed everywhere.\n"
    "  If Coze makes it, the toolkit lacks a rule for its field: report the field."
)


def _how_to_allow(message: str) -> str:
    """What to do if a person has looked at the file that nothing can open."""
    digest = DIGEST.search(message)
    return f"\n  If nothing in it is secret: cassettes_allow_opaque = {digest[0]}" if digest else ""
