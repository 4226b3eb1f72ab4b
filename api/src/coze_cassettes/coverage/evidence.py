"""Compares the operations of the SDK with the recorded calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from coze_cassettes.cassette import store
from coze_cassettes.cassette.model import SWITCHED, Cassette, Interaction
from coze_cassettes.cassette.websocket_messages import event_type, members, sent_messages
from coze_cassettes.coverage.callers import Caller
from coze_cassettes.coverage.operations import Operation, matches

_LEAST_ERROR: Final = 400
_PAGE_NAMES: Final = frozenset(("page_num", "page_index", "page", "page_token", "after_id", "before_id"))
_SEVERAL: Final = 2


@dataclass(frozen=True)
class Call:
    """A recorded call: what identifies its operation, its answer, and which page it asked for."""

    method: str
    path: str
    sent: frozenset[str]
    page: tuple[tuple[str, str], ...]
    is_error: bool


@dataclass(frozen=True)
class Recording:
    """A cassette: its name without suffix, its provenance, its calls."""

    name: str
    provenance: str
    calls: tuple[Call, ...]


@dataclass(frozen=True)
class Row:
    """What is recorded of an operation; a column that does not apply to it is None."""

    operation: Operation
    cassettes: tuple[str, ...]
    sync: bool | None
    asynchronous: bool | None
    pages: bool | None
    error: bool
    provenances: tuple[str, ...]

    @property
    def is_recorded(self) -> bool:
        """Whether a cassette holds it, by each of the clients that have it."""
        return bool(self.cassettes) and self.sync is not False and self.asynchronous is not False


def recordings_of(cassettes: Mapping[str, Cassette]) -> list[Recording]:
    """The calls of some cassettes, which are named by their paths."""
    return [
        Recording(
            name.removesuffix(store.SUFFIX), cassette.metadata.recorded_from, tuple(map(_call, cassette.interactions))
        )
        for name, cassette in cassettes.items()
    ]


def rows_of(operations: Sequence[Operation], callers: Iterable[Caller], recordings: Iterable[Recording]) -> list[Row]:
    """A row for each operation."""
    tests: dict[str, list[Caller]] = {}
    for caller in callers:
        tests.setdefault(caller.cassette, []).append(caller)
    pairs = [(each, tests.get(each.name) or tests.get(_base(each.name), [])) for each in recordings]
    return [_row(operation, _distinct(operation, operations), pairs) for operation in operations]


def _base(name: str) -> str:
    """The name of a cassette without the id of a parameter."""
    return name.partition("[")[0]


def _distinct(operation: Operation, operations: Iterable[Operation]) -> frozenset[str]:
    """The words that distinguish an operation from those that send the same."""
    same_route = [each for each in operations if each.routes == operation.routes and each.event == operation.event]
    others = [operation.words - each.words for each in same_route if each is not operation]
    return frozenset({operation.method}.union(*others))


def _row(operation: Operation, words: frozenset[str], pairs: Sequence[tuple[Recording, Sequence[Caller]]]) -> Row:
    held: list[tuple[Recording, list[Caller]]] = []
    for recording, tests in pairs:
        by = [caller for caller in tests if words <= caller.names]
        if by and any(_is_of(call, operation) for call in recording.calls):
            held.append((recording, by))
    calls = {recording.name: [each for each in recording.calls if _is_of(each, operation)] for recording, _ in held}
    whole = all(
        any(matches(route, each.method, each.path) for every in calls.values() for each in every)
        for route in operation.routes
    )
    modes = {caller.is_async for _, by in held for caller in by}
    return Row(
        operation,
        tuple(calls) if whole else (),
        (False in modes) if operation.is_sync else None,
        (True in modes) if operation.is_async else None,
        any(len({each.page for each in every}) >= _SEVERAL for every in calls.values()) if operation.is_paged else None,
        any(each.is_error for every in calls.values() for each in every),
        tuple(sorted({recording.provenance for recording, _ in held})),
    )


def _is_of(call: Call, operation: Operation) -> bool:
    if operation.event and operation.event not in call.sent:
        return False
    return any(matches(route, call.method, call.path) for route in operation.routes)


# --- reading a call -------------------------------------------------------------------------------------------------


def _call(interaction: Interaction) -> Call:
    request, response = interaction.request, interaction.response
    parts = urlsplit(request.uri)
    if response.status == SWITCHED:
        sent = frozenset(event_type(each.data) for each in sent_messages(interaction))
        return Call(request.method, parts.path, sent, (), b'"event_type":"error"' in response.body)
    asked: Mapping[str, Any] = {**dict(parse_qsl(parts.query)), **members(request.body)}
    page = tuple(sorted((name, str(value)) for name, value in asked.items() if name in _PAGE_NAMES))
    return Call(request.method, parts.path, frozenset(), page, _is_error(interaction))


def _is_error(interaction: Interaction) -> bool:
    response = interaction.response
    answer = members(response.body)
    refused = bool(answer.get("code")) or "error_code" in answer or response.status >= _LEAST_ERROR
    return refused or bool(response.fault) or any(b"event" + each in response.body for each in _ERROR_EVENTS)


_ERROR_EVENTS: Final = (b":error\n", b": error\n", b": Error\n", b":conversation.chat.failed\n")


def gaps(rows: Iterable[Row]) -> Iterator[str]:
    """What is not recorded, a sentence each."""
    for row in rows:
        if not row.cassettes:
            yield f"{row.operation.name}: no cassette"
        elif row.sync is False:
            yield f"{row.operation.name}: no test of the sync client"
        elif row.asynchronous is False:
            yield f"{row.operation.name}: no test of the async client"
