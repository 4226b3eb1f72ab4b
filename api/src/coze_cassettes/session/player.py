"""A test that replays its cassette."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Final, NoReturn, Protocol
from urllib.parse import urlsplit

from coze_cassettes.cassette import matching, store, websocket_messages
from coze_cassettes.cassette.model import Cassette, Interaction, Request, Response, is_websocket
from coze_cassettes.cassette.moments import is_of_clock, unix_time
from coze_cassettes.errors import UnreadableBody
from coze_cassettes.pluralize import pluralize
from coze_cassettes.session.literals import with_literals
from coze_cassettes.session.matcher import Matcher
from coze_cassettes.session.session import Session, Settings

_FREEZE: Final = (
    "  likely:  the request holds the current time; let the test stop its clock, with time_machine.travel for one"
)
_RANDOM: Final = (
    "  likely:  the request holds a value that is random in each run; let the test choose it, with random.seed or\n"
    "           with mock.patch of what makes it"
)
_RANDOM_PARTS: Final = re.compile(r"(?i)(?<![a-z0-9])[0-9a-f]{8,}(?:-[0-9a-f]{4,})*|0\.\d{6,}|[0-9a-z]{16,}")


_READ: Final = 1 << 16
"""Bytes of a body in which a value is looked for that is another one in each run."""


_EMPTY: Final = Cassette()
"""What a test without a cassette replays."""


class PlayedWebSocket(Protocol):
    """A WebSocket that is replayed, as far as its test's end is concerned."""

    def unsent(self) -> str:
        """What the test did not send, in the lines of a message; an empty string if it sent everything."""

    @property
    def is_open(self) -> bool:
        """Whether it is a WebSocket that is not closed yet."""

    def overdue(self) -> str:
        """Why the test has waited too long for a message, or an empty string."""


class Player(Session):
    """A test and the cassette that it replays; safe under threads."""

    def __init__(self, test: str, path: Path, settings: Settings, fail: Callable[[str], NoReturn]) -> None:
        """Begin a test; nothing is read yet. A test without a cassette may send nothing to Coze."""
        super().__init__(test, path, settings, fail)
        self.cassette = _EMPTY
        self.played: set[int] = set()
        self._has_cassette = False
        self.websockets: list[PlayedWebSocket] = []
        self._lock = threading.RLock()

    def load(self, configured: Mapping[str, str] | None = None) -> None:
        """Read the cassette; InvalidCassette if that cannot be done."""
        self.begin(store.read(self.path), configured)

    def begin(self, cassette: Cassette, configured: Mapping[str, str] | None = None) -> None:
        """Take the cassette that is to be replayed; ``configured`` gives configured values their placeholders."""
        self.cassette = cassette
        self._has_cassette = True
        interactions = [self._at_coze_too(each) for each in cassette.interactions]
        metadata = cassette.metadata
        self._matcher = Matcher(interactions, configured, unix_time(metadata.recorded_at), metadata.placeholders)
        self.played = self._matcher.played

    @cached_property
    def _matcher(self) -> Matcher:
        return Matcher(())

    def _at_coze(self, request: Request) -> Request:
        """A request with the addresses that a cassette has; what it says of a local target comes back as it says it."""
        if self.hosts.addresses and self.hosts.tells_target(request):
            self._matcher.times.update((here, there) for there, here in self.hosts.addresses)
        return self.hosts.at_coze(request)

    def _at_coze_too(self, interaction: Interaction) -> Interaction:
        request = self.hosts.at_coze(interaction.request)
        return interaction if request is interaction.request else replace(interaction, request=request)

    def has(self, url: str) -> bool:
        """Whether a URL is one that this cassette answers for: Coze's, or that of a host that was recorded."""
        return self.hosts.has(url)

    # HTTP

    def find(self, request: Request) -> int | None:
        """The interaction that answers a live request, which is then played; None if there is none."""
        with self._lock:
            return self._matcher.find(self._at_coze(request))

    def can_find(self, request: Request) -> bool:
        """Whether a live request has an answer that was not played."""
        with self._lock:
            return self._matcher.can_find(self._at_coze(request))

    def response(self, index: int) -> Response:
        """The response of an interaction, with the test's own literals where it sent some."""
        with self._lock:
            matcher = self._matcher
            return with_literals(self.cassette.interactions[index].response, matcher.bindings, matcher.times)

    def refuse(self, request: Request) -> NoReturn:
        """End the test because its cassette has no answer for a request."""
        with self._lock:
            self.give_up(self._explain(request))
        self.fail(self.complaint)

    # WebSockets

    def dial(self, request: Request) -> Interaction:
        """The recorded WebSocket that a handshake opens; ends the test if there is none left."""
        with self._lock:
            found = next((pair for pair in self._undialled() if self._opens(request, pair[1])), None)
            if found is not None:
                self.played.add(found[0])
        if found is None:
            self.refuse(request)
        return found[1]

    def _undialled(self) -> Iterator[tuple[int, Interaction]]:
        waiting = ((n, each) for n, each in enumerate(self.cassette.interactions) if n not in self.played)
        return ((n, each) for n, each in waiting if is_websocket(each.request))

    def undialled(self) -> list[Interaction]:
        """The recorded WebSockets that were not opened yet, in their order."""
        with self._lock:
            return [each for _, each in self._undialled()]

    def exchange(self, opened: Interaction, instead: Interaction) -> None:
        """Take a recorded WebSocket for the one that was opened, which then waits in its place."""
        with self._lock:
            places = {id(each): index for index, each in enumerate(self.cassette.interactions)}
            self.played.remove(places[id(opened)])
            self.played.add(places[id(instead)])

    def _opens(self, request: Request, recorded: Interaction) -> bool:
        return not self._difference(request, replace(recorded.request, body=b""))

    def difference(self, live: Request, recorded: Request) -> str:
        """The first difference between a message of a WebSocket and the recorded one; empty if there is none."""
        with self._lock:
            return self._difference(live, recorded)

    def _difference(self, live: Request, recorded: Request) -> str:
        return self._matcher.difference(live, recorded)

    def scrub(self, request: Request) -> Request:
        """A live request with placeholders."""
        with self._lock:
            return self._matcher.scrub(request)

    def check_silence(self, hint: str = "") -> None:
        """Give up if a WebSocket has been silent for too long; the hint says why that may be."""
        for message in filter(None, (each.overdue() for each in self.websockets)):
            self.give_up(f"{self.test} {message}{hint}")

    def has_open_websockets(self) -> bool:
        """Whether a WebSocket is not closed yet."""
        return any(each.is_open for each in self.websockets)

    # the end

    def unplayed_message(self) -> str:
        """A message if recorded interactions were not played, else an empty string."""
        total = len(self.cassette.interactions)
        left = [index for index in range(total) if index not in self.played]
        if not left:
            unsent = next(filter(None, (each.unsent() for each in self.websockets)), "")
            return self.report(unsent) if unsent else ""
        first = self.cassette.interactions[left[0]].request
        count = f"{len(left)} of the {pluralize(total, 'request')} of its cassette"
        return self.report(
            f"did not send {count}: {first.method} {_path(first)}\n"
            f"  first:   {_line(first)} (interaction {left[0]} of {total})"
        )

    def _explain(self, request: Request) -> str:
        if not self._has_cassette:
            return self.report("no cassette yet")
        request = self._at_coze(request)
        try:
            live = self._matcher.shown(request)
        except UnreadableBody as error:
            return self.report(f"sent a {request.method} request that its cassette does not have: {error}")
        recorded = [websocket_messages.as_exchanges(each)[0].request for each in self.cassette.interactions]
        cause, details = _compare(live, recorded)
        said = f"not in its cassette: {live.method} {_path(live)}{cause}"
        return self.report("\n".join([said, f"  sent:    {_line(live)}", *details]))


def _compare(live: Request, recorded: Sequence[Request]) -> tuple[str, list[str]]:
    """Why no recorded request is the live one: in a few words, and in lines."""
    if matches := sum(not matching.difference(live, each) for each in recorded):
        count = pluralize(matches, "time")
        return " once more", [f"  nearest: the same, recorded {count} and already played"]
    index = matching.nearest(live, recorded)
    if index is None:
        return "", []
    nearest = f"  nearest: {_line(recorded[index])} (interaction {index} of {len(recorded)})"
    found = matching.differences(live, recorded[index])
    places = ", ".join(each.partition(":")[0] for each in found)
    return f" ({places})", [nearest, *(f"  differs: {each}" for each in found), *_likely(live, recorded[index])]


def _likely(live: Request, recorded: Request) -> list[str]:
    """What a test does that sends another value in each run, in lines; empty if it seems to be something else."""
    if max(len(live.body), len(recorded.body)) > _READ:
        return []
    sent, kept = _text(live), _text(recorded)
    if is_of_clock(sent, kept):
        return [_FREEZE]
    if "\ufffd" in sent and "\ufffd" in kept and len(live.body) == len(recorded.body):
        return [_RANDOM]  # bytes that are no text, as os.urandom gives them
    return [_RANDOM] if _RANDOM_PARTS.sub("0", sent) == _RANDOM_PARTS.sub("0", kept) else []


def _text(request: Request) -> str:
    return f"{request.uri} {request.body.decode('utf-8', 'replace')}"


def _path(request: Request) -> str:
    return urlsplit(request.uri).path


def _line(request: Request) -> str:
    return f"{request.method} {request.uri}"
