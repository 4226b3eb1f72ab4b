"""The events of a stream as the words of a grammar."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from coze_cassettes.compare.frames import Frame
from coze_cassettes.compare.nodes import Node, parse, readable
from coze_cassettes.compare.shapes import Shape, merged, shape_of
from coze_cassettes.volatile import Where, matches

_BLOCK = re.compile(r"(?P<lines>(?:[^\r\n]+(?:\r?\n|\Z))+)(?P<blank>(?:\r?\n)*)")
_LINE = re.compile(r"(?P<name>[^:\r\n]*):? ?(?P<value>[^\r\n]*)(?:\r?\n)?")
CUT_OFF: Final = " (cut off)"


@dataclass(frozen=True)
class Event:
    """One event of a stream: its name, its fields as an object, and where its block stands, blank lines included."""

    name: str
    node: Node

    @property
    def subtype(self) -> str | None:
        """The ``type`` in the data of Coze's messages: answer, verbose, follow_up."""
        member = self.node.members.get("type")
        return member.value if member is not None and member.type == "string" else None


@lru_cache(maxsize=256)
def events_of(text: str) -> tuple[Event, ...]:
    """The events of a stream; a last one without its blank line is cut off."""
    return tuple(_event(text, match) for match in _BLOCK.finditer(text))


def _event(text: str, match: re.Match[str]) -> Event:
    name, members = "", dict[str, Node]()
    for line in _LINE.finditer(text, *match.span("lines")):
        if line["name"] == "event":
            name = line["value"] if line[0].endswith("\n") else ""
        elif line[0]:
            members.update(_fields(text, line))
    if not match["blank"]:
        name += CUT_OFF
    return Event(name, Node("object", *match.span(), members=members))


def _fields(text: str, line: re.Match[str]) -> dict[str, Node]:
    """The fields of the data if it is an object; any other line under its name with a colon."""
    start, end = line.span("value")
    data = parse(text, start, end) if line["name"] == "data" else None
    if data is not None and data.type == "object":
        return dict(data.members)
    return {f"{line['name']}:": Node("string", start, end, readable(line["value"]))}


@dataclass(frozen=True)
class Item:
    """One word of a stream's grammar: an event, or a run of deltas; and the optional events that come after it."""

    label: str
    events: tuple[Event, ...]
    run: bool
    optional: tuple[Event, ...] = ()

    @property
    def start(self) -> int:
        """Where its first event begins."""
        return self.events[0].node.start

    @property
    def end(self) -> int:
        """Where the last event that belongs to it ends."""
        return max(event.node.end for event in (*self.events, *self.optional))

    def shape(self, frame: Frame) -> Shape:
        """The shape of its events, under its label."""
        return merged(shape_of(event.node, frame, (self.label,)) for event in self.events)


def label_of(item: Item) -> str:
    """What an item is paired by."""
    return item.label


def items_of(events: Sequence[Event], frame: Frame, typed: frozenset[str] = frozenset()) -> list[Item]:
    """The grammar of a stream; ``typed`` are the names of events that are told apart by their subtype."""
    items: list[Item] = []
    for event in events:
        label = f"{event.name}[{event.subtype}]" if event.name in typed else event.name
        run = matches(Where.RUN, event.name)
        if items and frame.optional(event.node):
            items[-1] = replace(items[-1], optional=(*items[-1].optional, event))
        elif items and run and items[-1].label == label:
            items[-1] = replace(items[-1], events=(*items[-1].events, event))
        else:
            items.append(Item(label, (event,), run))
    return items


def grammars(old: str, new: str, frame: Frame) -> tuple[list[Item], list[Item]]:
    """The grammars of two streams, in which the same events are told apart by their subtype."""
    before, after = events_of(old), events_of(new)
    typed = _typed_names((*before, *after))
    return items_of(before, frame, typed), items_of(after, frame, typed)


def _typed_names(events: Iterable[Event]) -> frozenset[str]:
    """The names of events that always have a subtype."""
    subtypes = {(event.name, event.subtype is None) for event in events}
    return frozenset(name for name, untyped in subtypes if not untyped and (name, True) not in subtypes)
