"""The same change once, in however many calls of however many cassettes it was found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from coze_cassettes.diff.changes import Change, Severity

_ORDER: Final = {severity: number for number, severity in enumerate(Severity)}
_EVENT: Final = "event "
_IDENTIFIER: Final = re.compile(r"\b(?P<kind>[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:ID|TOKEN))(?:_\w+)?\b")


@dataclass(frozen=True)
class Group:
    """One change of the API.

    ``operation`` is the method and the path of the calls that show it, without their identifiers, ``place`` where in
    the answer (as ``Change.place``), ``cassettes`` the files below the cassettes folder, sorted.
    """

    severity: Severity
    operation: str
    place: str
    kind: str
    text: str
    cassettes: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.severity}: {self.operation}: {self.place}: {self.text}"


def operation_of(interaction: str) -> str:
    """``GET /v1/bots/{bot_id}`` for ``GET /v1/bots/BOT_ID_2?is_published=true``."""
    return _IDENTIFIER.sub(lambda match: f"{{{match['kind'].lower()}}}", interaction.partition("?")[0])


def group(changes: Mapping[str, Iterable[Change]]) -> tuple[Group, ...]:
    """The changes of some cassettes, by file, as one group each; what breaks comes first.

    The same field of several events of a stream is one change.
    """
    events: dict[tuple[Severity, str, str, str, str], set[str]] = {}
    cassettes: dict[tuple[Severity, str, str, str, str], set[str]] = {}
    for cassette, found in changes.items():
        for change in found:
            event, field = _split(change.place)
            key = (change.severity, operation_of(change.interaction), field, change.kind, change.text)
            events.setdefault(key, set()).add(event)
            cassettes.setdefault(key, set()).add(cassette)
    groups = [
        Group(severity, operation, _place(sorted(events[key]), field), kind, text, tuple(sorted(cassettes[key])))
        for key in cassettes
        for severity, operation, field, kind, text in (key,)
    ]
    return tuple(sorted(groups, key=lambda each: (_ORDER[each.severity], each.operation, each.place, each.text)))


def _split(place: str) -> tuple[str, str]:
    """The event of a place and the field in it: ``("conversation.chat.failed", "$.last_error")``."""
    event, space, field = place.removeprefix(_EVENT).partition(" ")
    return (event, field) if place.startswith(_EVENT) and space else ("", place)


def _place(events: Sequence[str], field: str) -> str:
    if events == [""]:
        return field
    return f"{_EVENT if len(events) == 1 else 'events '}{', '.join(events)} {field}"
