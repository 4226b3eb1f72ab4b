"""The events of a stream as the words of a grammar."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from coze_cassettes.diff.body_rules import BodyRules
from coze_cassettes.diff.nodes import Node, parse, readable
from coze_cassettes.diff.shapes import Shape, merge, shape_of
from coze_cassettes.diff.volatile import Where, interleaving, matches, may_stay_away

_BLOCK = re.compile(r"(?P<lines>(?:[^\r\n]+(?:\r?\n|\Z))+)(?P<blank>(?:\r?\n)*)")
_LINE = re.compile(r"(?P<name>[^:\r\n]*):? ?(?P<value>[^\r\n]*)(?:\r?\n)?")
_ENDED_DATA = re.compile(r"^data:.+\n\Z", re.MULTILINE)
CUT_OFF: Final = " (cut off)"


@dataclass(frozen=True)
class StreamEvent:
    """One event of a stream: its name, its fields as an object, and where its block stands, blank lines included.

    ``label`` is its name in the grammar: with the subtype if events of this name are distinguished by it.
    """

    name: str
    node: Node
    label: str = ""

    @property
    def about(self) -> Node:
        """What the event is about: its fields; of a frame of a websocket, the data among them."""
        members = self.node.members
        return members["data"] if "event_type" in members and "data" in members else self.node

    @property
    def subtype(self) -> str | None:
        """The ``type`` in the data of Coze's messages: answer, verbose, follow_up."""
        member = self.about.members.get("type")
        return member.value if member is not None and member.type == "string" else None


@lru_cache(maxsize=256)
def events_of(text: str) -> tuple[StreamEvent, ...]:
    """The events of a stream; a last one whose data has no line end is cut off.

    Without its blank line it is whole: a test that leaves a stream at its last event may not have got that line yet.
    """
    return tuple(_event(text, match) for match in _BLOCK.finditer(text))


def _event(text: str, match: re.Match[str]) -> StreamEvent:
    name, members = "", dict[str, Node]()
    # A line of data that is empty, behind another one, is the line end that some servers write behind their JSON.
    for line in _LINE.finditer(text, *match.span("lines")):
        if line["name"] == "event":
            name = line["value"] if line[0].endswith("\n") else ""
        elif line[0] and (line["name"] != "data" or line["value"] or not members):
            members.update(_fields(text, line))
    if not match["blank"] and not _ENDED_DATA.search(match["lines"]):
        name += CUT_OFF
    return StreamEvent(name, Node("object", *match.span(), members=members))


def _fields(text: str, line: re.Match[str]) -> dict[str, Node]:
    """The fields of the data if it is an object; any other line under its name with a colon."""
    start, end = line.span("value")
    data = parse(text, start, end) if line["name"] == "data" else None
    if data is not None and data.type == "object":
        return dict(data.members)
    return {f"{line['name']}:": Node("string", start, end, readable(line["value"]))}


@dataclass(frozen=True)
class Item:
    """One word of a stream's grammar: an event, or a run of deltas; and the optional events that come after it.

    ``kind`` is what it is paired by: the label of its events, or what is common to those that come between each other.
    """

    kind: str
    events: tuple[StreamEvent, ...]
    run: bool
    optional: tuple[StreamEvent, ...] = ()

    @property
    def start(self) -> int:
        """Where its first event begins."""
        return self.events[0].node.start

    @property
    def end(self) -> int:
        """Where the last event that belongs to it ends."""
        return max(event.node.end for event in (*self.events, *self.optional))

    @property
    def by_label(self) -> Mapping[str, Sequence[StreamEvent]]:
        """Its events by their labels, of which a run of what comes between each other has several."""
        found: dict[str, list[StreamEvent]] = {}
        for event in self.events:
            found.setdefault(event.label, []).append(event)
        return found

    @property
    def label(self) -> str:
        """Its labels as a change shows them."""
        return " and ".join(sorted(self.by_label))

    def shape(self, rules: BodyRules) -> Shape:
        """The shape of its events, each under its label."""
        return merge(shape_of(event.node, rules, (event.label,)) for event in self.events)


def kind_of(item: Item) -> str:
    """What an item is paired by."""
    return item.kind


def items_of(events: Sequence[StreamEvent], rules: BodyRules, typed: frozenset[str] = frozenset()) -> list[Item]:
    """The grammar of a stream; ``typed`` are the names of events that are distinguished by their subtype."""
    items: list[Item] = []
    names = frozenset(event.name for event in events)
    for event in events:
        label = f"{event.name}[{event.subtype}]" if event.name in typed else event.name
        labelled = replace(event, label=label)
        interleaved = interleaving(event.name, rules.uri_path)
        run = bool(interleaved) or matches(Where.RUN, event.name)
        if rules.optional(event.about) or may_stay_away(event.name, names):
            items[-1:] = [replace(item, optional=(*item.optional, labelled)) for item in items[-1:]]
        elif items and run and items[-1].kind == (interleaved or label):
            items[-1] = replace(items[-1], events=(*items[-1].events, labelled))
        else:
            items.append(Item(interleaved or label, (labelled,), run))
    return items


def grammars(old: str, new: str, rules: BodyRules) -> tuple[list[Item], list[Item]]:
    """The grammars of two streams, in which the same events are distinguished by their subtype."""
    before, after = events_of(old), events_of(new)
    typed = _typed_names((*before, *after))
    return items_of(before, rules, typed), items_of(after, rules, typed)


def _typed_names(events: Iterable[StreamEvent]) -> frozenset[str]:
    """The names of events that always have a subtype."""
    subtypes = {(event.name, event.subtype is None) for event in events}
    return frozenset(name for name, untyped in subtypes if not untyped and (name, True) not in subtypes)
