"""Lists the events of a stream by name: how many, in which order, with which fields."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from coze_cassettes.review import media, values
from coze_cassettes.review.transcript import Kind, Row
from coze_cassettes.review.values import Json

_PIECES: Final = frozenset({"content", "delta", "reasoning_content"})
"""Fields that hold a piece of a longer text or sound, which the transcript shows joined."""


@dataclass(frozen=True)
class Event:
    """One event, or one WebSocket message: its name, and its data (``text`` where that is not a JSON object)."""

    name: str
    data: Mapping[str, Json]
    text: str = ""

    @property
    def body(self) -> Mapping[str, Json]:
        """What the event is about: its data; of a WebSocket message, the ``data`` in it."""
        inner = self.data.get("data")
        return inner if "event_type" in self.data and isinstance(inner, dict) else self.data

    @property
    def label(self) -> str:
        """The name, with the type of the message that it carries, or the node of a workflow that it is from."""
        kind = self.body.get("type") or self.body.get("node_title")
        return f"{self.name}[{kind}]" if isinstance(kind, str) else self.name

    @property
    def is_piece(self) -> bool:
        """Whether it carries a piece of a longer text or sound."""
        return self.name.endswith(("delta", ".update", ".append")) and not _PIECES.isdisjoint(self.body)


def order(events: Iterable[Event]) -> Row:
    """The names of the events in order, runs of one name counted: ``created, delta ×11, done``."""
    runs = ((label, sum(1 for _ in run)) for label, run in groupby(events, key=lambda event: event.label))
    return Row(Kind.STATUS, "events", ", ".join(label if count == 1 else f"{label} ×{count}" for label, count in runs))


def rows(events: Sequence[Event], depth: int = 0) -> Iterator[Row]:
    """For each kind of event its number and its fields; a field that varies from event to event says so."""
    groups: dict[str, list[Event]] = {}
    for event in events:
        groups.setdefault(event.label, []).append(event)
    for label, group in groups.items():
        count = f" ×{len(group)}" if len(group) > 1 else ""
        yield Row(Kind.EVENT, f"{label}{count}", "", depth)
        yield from _fields(group, depth + 1)


def _fields(group: Sequence[Event], depth: int) -> Iterator[Row]:
    found: dict[str, list[Json]] = {}
    for event in group:
        for path, value in _flat(event.data):
            found.setdefault(path, []).append(value)
        if event.text:
            found.setdefault("data", []).append(event.text)
    for path, seen in found.items():
        yield Row(Kind.FIELD, path, _summary(path, seen, len(group), pieces=group[0].is_piece), depth)


def _flat(value: Json, path: str = "") -> Iterator[tuple[str, Json]]:
    """The scalars of a JSON value by their dotted paths, JSON inside strings opened."""
    inner = values.parse(value) if isinstance(value, str) else None
    if isinstance(value, dict) and value:
        for key, member in value.items():
            yield from _flat(member, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value:
        for element in value:
            yield from _flat(element, f"{path}[]")
    elif inner:
        yield from _flat(inner, f"{path}{{json}}")
    elif path:
        yield path, value


def _summary(path: str, seen: Sequence[Json], events: int, *, pieces: bool) -> str:
    """What a field holds: its value, or that it varies; and in how many of the events it is, if not in all."""
    distinct = list(dict.fromkeys(json.dumps(value, ensure_ascii=False) for value in seen))
    some = f" (in {len(seen)} of {events})" if len(seen) < events else ""
    if pieces and path.rpartition(".")[2] in _PIECES:
        return f"(pieces, joined above){some}"
    if len(distinct) == 1:
        return _shown(seen[0]) + some
    if len(distinct) <= _FEW:
        return " | ".join(map(_shown, map(json.loads, distinct))) + some
    kinds = " or ".join(sorted({_type(value) for value in seen}))
    return f"({len(distinct)} different values: {kinds}){some}"


_FEW: Final = 3
"""As many different values of one field are shown; more are counted."""


def _type(value: Json) -> str:
    names = {str: "text", bool: "boolean", int: "integer", float: "number", type(None): "null", dict: "{}", list: "[]"}
    return names[type(value)]


def _shown(value: Json) -> str:
    content = media.decode(value) if isinstance(value, str) else None
    return values.scalar(value) if content is None else media.describe(content)
