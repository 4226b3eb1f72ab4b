"""What really changed between two recordings of one test, and the new one in the numbers and values of the old.

Interactions are aligned by what was asked and how alike the answers are, tags by a one-to-one mapping, the elements of
lists and the events of streams by their likeness; what is volatile never counts. Bodies are read as text in which every
byte is one character (Latin-1), so that a place in the text is a place on the wire.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from coze_cassettes import peel, tags
from coze_cassettes.interactions import Cassette, Headers, Interaction, Request, Response, header

# --- what is volatile -----------------------------------------------------------------------------------------------


class Where(StrEnum):
    """Where a row of VOLATILE looks."""

    FIELD = "field"
    """A scalar of an answer; the pattern is matched against the end of its dotted path (``data.usage.token_count``)."""
    HEADER = "header"
    """A response header; the pattern is matched against its lower-case name."""
    RUN = "run"
    """A stream's events with this name: how many there are in a row says nothing."""
    ELEMENT = "element"
    """A list's elements, or a stream's events, with ``key=value`` among their fields: they come or stay away."""
    MAP = "map"
    """An object of an answer, by its path, whose keys are data: its members are compared as a list's elements are."""
    CALL = "call"
    """A method with a URI path: how often the same is asked says nothing."""


@dataclass(frozen=True)
class Volatile:
    """One row: what may differ between two recordings of an unchanged API, and why.

    ``types`` are JSON types, ``uri`` says on which URI paths, ``unless`` is a ``key=value`` of the same object that
    makes the field count after all.
    """

    where: Where
    pattern: str
    reason: str
    types: str = "string integer number"
    uri: str = ""
    unless: str = ""


_MODEL_TEXT = "what a model says, and what is made of it, differs from run to run"
# fmt: off
VOLATILE: Final = (
    Volatile(Where.FIELD, r"(?:.*_)?usage\..+", "the number of tokens follows the wording"),
    Volatile(Where.FIELD, r"tokens?|\w+_tokens?|(?:token|input|output)_count|cost", "the same elsewhere"),
    Volatile(Where.FIELD, r"\w+_at|\w+_time|time|timestamp|expires_in", "when it happened"),
    Volatile(Where.FIELD, r"version", "a bot's version is the time of its publication", types="string integer"),
    Volatile(Where.FIELD, r"(?:\w+_)?(?:duration|latency)(?:_ms)?|\w+_ms|time_cost|cost_time", "how long it took"),
    Volatile(Where.FIELD, r"logid|log_id", "one a call"),
    Volatile(Where.FIELD, r"(?:reasoning_)?content(?:\..+)?", _MODEL_TEXT, types="string", unless="role=user"),
    Volatile(Where.FIELD, r"output(?:\..+)?", _MODEL_TEXT, types="string"),
    Volatile(Where.FIELD, r"data(?:\..+)?", _MODEL_TEXT, types="string", uri=r"/v1/workflow/run$"),
    Volatile(Where.FIELD, r"Message\.node_seq_id", "it counts the deltas"),
    Volatile(Where.FIELD, r"Message\.node_is_finish", "only the last delta says so", types="boolean"),
    Volatile(Where.FIELD, r"node_id", "which node of which workflow"),
    Volatile(Where.FIELD, r"id:", "it counts the events of a stream"),
    Volatile(Where.FIELD, r".+ \(cut off\)\.data:", "what is left of an event breaks off somewhere"),
    Volatile(Where.HEADER, r"x-tt-logid|x-log-id|date|content-length|set-cookie|via|server-timing", "one a call"),
    Volatile(Where.RUN, r".*\.delta|Message", "a model's text is cut into deltas as it comes"),
    Volatile(Where.CALL, r"(?:GET|POST) /v3/chat/retrieve", "a chat is polled until the model is done"),
    Volatile(Where.CALL, r"GET /v1/workflows/[^/]+/run_histories/[^/]+", "a run is polled until it is done"),
    Volatile(Where.MAP, r"node_execute_status", "by id of a node: which ran differs from run to run"),
    Volatile(Where.ELEMENT, r"type=follow_up", "a model suggests some further questions, or none"),
)
# fmt: on
"""What may differ between two recordings of an unchanged API; nothing in a request is volatile."""


@lru_cache(maxsize=4096)
def _volatile_rows(path: str, kind: str, uri_path: str) -> tuple[Volatile, ...]:
    return tuple(
        row
        for row in VOLATILE
        if row.where is Where.FIELD
        and kind in row.types.split()
        and re.fullmatch(rf"(?:.*\.)?(?:{row.pattern})", path)
        and re.search(row.uri, uri_path)
    )


@lru_cache(maxsize=4096)
def _is_map(path: str) -> bool:
    return any(row.where is Where.MAP and re.fullmatch(rf"(?:.*\.)?(?:{row.pattern})", path) for row in VOLATILE)


def _matches(where: Where, text: str) -> bool:
    return any(row.where is where and re.fullmatch(row.pattern, text) for row in VOLATILE)


# --- what is found --------------------------------------------------------------------------------------------------


class Severity(StrEnum):
    """How much a difference matters to somebody who uses the API."""

    BREAKING = "breaking"
    """A field or event is gone, a type or status is another one."""
    INFO = "info"
    """Something was added."""
    NOTE = "note"
    """Wording, counts, values; and whatever the test itself asks differently."""


@dataclass(frozen=True)
class Finding:
    """One difference: in which interaction (``GET /v1/bots?page_index=2``), at which place, of what kind.

    ``kind`` is removed, added, renamed, retyped, changed, count or order. The text shows values only as the cassettes
    hold them. A volatile finding is no change.
    """

    severity: Severity
    interaction: str
    place: str
    kind: str
    text: str
    volatile: bool = False

    def __str__(self) -> str:
        return f"{self.severity}: {self.interaction}: {self.place}: {self.text}"


@dataclass(frozen=True)
class Comparison:
    """All differences between two cassettes, the volatile ones too."""

    findings: tuple[Finding, ...] = ()

    @property
    def changes(self) -> tuple[Finding, ...]:
        """The findings that are not volatile."""
        return tuple(finding for finding in self.findings if not finding.volatile)

    @property
    def changed(self) -> bool:
        """Whether anything but volatile values differs."""
        return bool(self.changes)

    def count(self, severity: Severity) -> int:
        """How many changes have this severity."""
        return sum(finding.severity is severity for finding in self.changes)


_SHOWN: Final = 40


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


# --- JSON with places -----------------------------------------------------------------------------------------------

Path = tuple[str, ...]
ELEMENT: Final = "[]"
INNER: Final = "{json}"
"""Steps of a path that are no key: into a list's elements, into the JSON inside a string."""


@dataclass(frozen=True)
class Node:
    """A JSON value and where it stands in its text; ``inner`` is the JSON inside a string, with places of its own."""

    type: str
    start: int
    end: int
    value: Any = None
    members: Mapping[str, Node] = field(default_factory=dict)
    elements: tuple[Node, ...] = ()
    inner: Node | None = None


_GAP = re.compile(r"[ \t\r\n,:]*")
_DECODER = json.JSONDecoder()
_TYPES: Final = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}


def parse(text: str, start: int = 0, end: int | None = None) -> Node | None:
    """The object or list that stands between two places of a text, or None."""
    if not peel.is_json(text[start:end]):
        return None
    return _scan(text, start)


def _scan(text: str, start: int) -> Node:
    start = _gap(text, start)
    if text[start] == "{":
        return _scan_object(text, start)
    if text[start] == "[":
        return _scan_list(text, start)
    value, end = _DECODER.raw_decode(text, start)
    if isinstance(value, str):
        value = _readable(value)
        return Node("string", start, end, value, inner=parse(value))
    return Node(_TYPES[type(value)], start, end, value)


def _gap(text: str, position: int) -> int:
    match = _GAP.match(text, position)
    return match.end() if match else position


def _scan_object(text: str, start: int) -> Node:
    members: dict[str, Node] = {}
    position = _gap(text, start + 1)
    while text[position] != "}":
        key, position = _DECODER.raw_decode(text, position)
        members[_readable(key)] = node = _scan(text, position)
        position = _gap(text, node.end)
    return Node("object", start, position + 1, members=members)


def _scan_list(text: str, start: int) -> Node:
    elements: list[Node] = []
    position = _gap(text, start + 1)
    while text[position] != "]":
        elements.append(_scan(text, position))
        position = _gap(text, elements[-1].end)
    return Node("array", start, position + 1, elements=tuple(elements))


def _readable(text: str) -> str:
    """The characters of a text whose every character is a byte of UTF-8."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text


def _bytewise(text: str) -> str:
    """A text with one character for every byte of its UTF-8."""
    return text.encode("utf-8", "surrogateescape").decode("latin-1")


def _step(path: Path) -> str:
    """A path as rows of VOLATILE see it."""
    return ".".join(step for step in path if step not in (ELEMENT, INNER))


def _place(path: Path) -> str:
    """A path as people read it: ``$.data.bots[].name``."""
    return "$" + "".join(step if step == ELEMENT else f".{step}" for step in path if step != INNER)


_OUTSIDE: Final = "\0"


def _outside(place: str) -> str:
    """The first step of a path that begins outside of a JSON body: ``header retry-after``, ``event done``."""
    return _OUTSIDE + place


def _printed(path: Path) -> str:
    """``$.data.name``, ``header retry-after``, ``event conversation.message.delta $.content``."""
    if not path or not path[0].startswith(_OUTSIDE):
        return _place(path)
    place = path[0].removeprefix(_OUTSIDE)
    return place if len(path) == 1 else f"{place} {_place(path[1:])}"


# --- two JSON values ------------------------------------------------------------------------------------------------

Shape = dict[Path, frozenset[str]]
"""The types that stand at each path, over all elements of all lists."""


@dataclass(frozen=True)
class _Frame:
    """What the comparison of one body knows: ``uri_path``, and whether anything can be volatile (not in a request)."""

    uri_path: str = ""
    lenient: bool = True

    def volatile(self, path: Path, node: Node, owner: Node | None) -> bool:
        """Whether the scalar at a path may differ."""
        rows = _volatile_rows(_step(path), node.type, self.uri_path) if self.lenient else ()
        return any(not _has(owner, row.unless) for row in rows)

    def optional(self, node: Node) -> bool:
        """Whether an element may come or stay away."""
        return self.lenient and any(row.where is Where.ELEMENT and _has(node, row.pattern) for row in VOLATILE)

    def keyed(self, path: Path) -> bool:
        """Whether the keys of the object at a path are data."""
        return self.lenient and path[-1:] != (ELEMENT,) and _is_map(_step(path))

    def elements(self, node: Node) -> tuple[Node, ...]:
        """The elements of a list that count."""
        return tuple(element for element in node.elements if not self.optional(element))


def _has(node: Node | None, condition: str) -> bool:
    key, _, value = condition.partition("=")
    return bool(condition) and node is not None and key in node.members and node.members[key].value == value


def shape_of(node: Node, frame: _Frame, path: Path = ()) -> Shape:
    """The shape of a value."""
    shape: defaultdict[Path, frozenset[str]] = defaultdict(frozenset)
    for where, kind in _typed(node, frame, path):
        shape[where] |= {kind}
    return dict(shape)


def _typed(node: Node, frame: _Frame, path: Path) -> Iterator[tuple[Path, str]]:
    number = node.type == "number" and frame.volatile(path, node, None)
    yield path, "integer" if number else node.type
    keyed = frame.keyed(path)
    for key, member in node.members.items():
        yield from _typed(member, frame, (*path, ELEMENT if keyed else key))
    for element in frame.elements(node):
        yield from _typed(element, frame, (*path, ELEMENT))
    if node.inner is not None:
        yield from _typed(node.inner, frame, (*path, INNER))


@dataclass(frozen=True)
class _Difference:
    """A finding that does not know its interaction yet."""

    severity: Severity
    path: Path
    kind: str
    text: str
    volatile: bool = False


def _types(kinds: Iterable[str]) -> str:
    return " or ".join(sorted(kinds))


def _topmost(paths: Iterable[Path], retyped: Iterable[Path]) -> list[Path]:
    """The paths that have no other of them above, and no other type above; an absent element is a matter of counts."""
    everything, above = set(paths), set(retyped)
    return sorted(
        path
        for path in everything
        if path[:-1] not in everything and path[:-1] not in above and path[-1:] not in ((ELEMENT,), (INNER,))
    )


def _below(shape: Shape, path: Path) -> frozenset[tuple[Path, frozenset[str]]]:
    return frozenset((where[len(path) :], kinds) for where, kinds in shape.items() if where[: len(path)] == path)


def _shape_differences(old: Shape, new: Shape) -> Iterator[_Difference]:
    """Fields that are gone, new, renamed, or of another type."""
    retyped = [path for path in old.keys() & new.keys() if old[path] != new[path]]
    for path in sorted(retyped):
        severity = Severity.BREAKING if new[path] - old[path] else Severity.NOTE
        yield _Difference(severity, path, "retyped", f"{_types(old[path])} is now {_types(new[path])}")
    removed = _topmost(old.keys() - new.keys(), retyped)
    added = _topmost(new.keys() - old.keys(), retyped)
    for path, other in _renames(old, new, removed, added):
        removed.remove(path)
        added.remove(other)
        yield _Difference(Severity.BREAKING, path, "renamed", f"is now called {other[-1]}")
    for path in removed:
        yield _Difference(Severity.BREAKING, path, "removed", f"is gone (was {_types(old[path])})")
    for path in added:
        yield _Difference(Severity.INFO, path, "added", f"is new ({_types(new[path])})")


def _renames(old: Shape, new: Shape, removed: Sequence[Path], added: Sequence[Path]) -> list[tuple[Path, Path]]:
    """Fields of one object of which one went and one came, alike in all that is below them."""
    pairs = []
    for path in removed:
        came = [other for other in added if other[:-1] == path[:-1] and _below(old, path) == _below(new, other)]
        went = [other for other in removed if other[:-1] == path[:-1] and _below(old, path) == _below(old, other)]
        if len(came) == 1 and len(went) == 1:
            pairs.append((path, came[0]))
    return pairs


@dataclass(frozen=True)
class _Pair:
    """Two bodies of one aligned pair, their shapes, and what both are read with."""

    frame: _Frame
    old_shape: Shape
    new_shape: Shape

    def differences(self, old: Node, new: Node, path: Path) -> Iterator[_Difference]:
        """The values that differ where the shapes are the same."""
        yield from self._values(old, new, path, None)

    def _values(self, old: Node, new: Node, path: Path, owner: Node | None) -> Iterator[_Difference]:
        if old.type == new.type == "object" and self.frame.keyed(path):
            yield _Difference(Severity.NOTE, path, "changed", "it has other members", volatile=True)
        elif old.type == new.type == "object":
            yield from self._objects(old, new, path)
        elif old.type == new.type == "array":
            yield from self._lists(old, new, path)
        elif old.inner is not None and new.inner is not None:
            yield from self._values(old.inner, new.inner, (*path, INNER), None)
        elif old.type != new.type:
            yield from self._types(old, new, path, owner)
        elif old.value != new.value:
            yield self._change(old, new, path, owner)

    def _change(self, old: Node, new: Node, path: Path, owner: Node | None) -> _Difference:
        text = f"{_shown(old.value)} is now {_shown(new.value)}"
        return _Difference(Severity.NOTE, path, "changed", text, self.frame.volatile(path, new, owner))

    def _types(self, old: Node, new: Node, path: Path, owner: Node | None) -> Iterator[_Difference]:
        """Both types stand at this path in other elements as well, or are told by the shapes."""
        if self.frame.volatile(path, old, owner) and self.frame.volatile(path, new, owner):
            yield _Difference(Severity.NOTE, path, "changed", f"{old.type} is now {new.type}", volatile=True)
        elif self.old_shape.get(path) == self.new_shape.get(path):
            yield _Difference(Severity.NOTE, path, "changed", f"{old.type} is now {new.type} in one element")

    def _objects(self, old: Node, new: Node, path: Path) -> Iterator[_Difference]:
        for key, member in old.members.items():
            where = (*path, key)
            if key in new.members:
                yield from self._values(member, new.members[key], where, new)
            elif where in self.new_shape:
                yield _Difference(Severity.NOTE, where, "changed", "is gone from one element")
        for key in sorted(new.members.keys() - old.members.keys()):
            if (*path, key) in self.old_shape:
                yield _Difference(Severity.NOTE, (*path, key), "changed", "is new in one element")

    def _lists(self, old: Node, new: Node, path: Path) -> Iterator[_Difference]:
        left, right = self.frame.elements(old), self.frame.elements(new)
        where = (*path, ELEMENT)
        for before, after in align(left, right, lambda node: self.fingerprint(node, where)):
            if before is not None and after is not None:
                yield from self._values(before, after, where, None)
        if len(left) != len(right):
            yield _Difference(Severity.NOTE, path, "count", f"{len(left)} elements are now {len(right)}")

    def fingerprint(self, node: Node, path: Path, owner: Node | None = None) -> str:
        """What of a value is not volatile."""
        if node.type == "object" and self.frame.keyed(path):
            return "map"
        if node.type == "object":
            members = sorted(node.members.items())
            return "|".join(f"{key}:{self.fingerprint(member, (*path, key), node)}" for key, member in members).join(
                "{}"
            )
        if node.type == "array":
            return f"[{','.join(self.fingerprint(each, (*path, ELEMENT)) for each in self.frame.elements(node))}]"
        if self.frame.volatile(path, node, owner):
            return node.type
        return f"{node.type}={node.value!r}"


def _pair(old: Node, new: Node, frame: _Frame, path: Path = ()) -> _Pair:
    return _Pair(frame, shape_of(old, frame, path), shape_of(new, frame, path))


def _json_differences(old: Node, new: Node, frame: _Frame, path: Path = ()) -> Iterator[_Difference]:
    pair = _pair(old, new, frame, path)
    yield from _shape_differences(pair.old_shape, pair.new_shape)
    yield from pair.differences(old, new, path)


def align(old: Sequence[Any], new: Sequence[Any], key: Any) -> Iterator[tuple[Any, Any]]:
    """Pairs of what belongs together, in order; None stands beside what has no counterpart."""
    matcher = SequenceMatcher(None, [key(each) for each in old], [key(each) for each in new], autojunk=False)
    for _, low, high, new_low, new_high in matcher.get_opcodes():
        left, right = old[low:high], new[new_low:new_high]
        for index in range(max(len(left), len(right))):
            yield (left[index] if index < len(left) else None), (right[index] if index < len(right) else None)


# --- streams --------------------------------------------------------------------------------------------------------

_BLOCK = re.compile(r"(?P<lines>(?:[^\r\n]+(?:\r?\n|\Z))+)(?P<blank>(?:\r?\n)*)")
_FIELD_LINE = re.compile(r"(?P<name>[^:\r\n]*):? ?(?P<value>[^\r\n]*)(?:\r?\n)?")
CUT_OFF: Final = " (cut off)"


@dataclass(frozen=True)
class Event:
    """One event of a stream: its name, its fields as an object, and where its block stands, blank lines included."""

    name: str
    node: Node
    start: int
    end: int

    @property
    def subtype(self) -> str | None:
        """The ``type`` in the data of Coze's messages: answer, verbose, follow_up."""
        member = self.node.members.get("type")
        return member.value if member is not None and member.type == "string" else None


def events_of(text: str) -> list[Event]:
    """The events of a stream; a last one without its blank line is cut off."""
    return [_event(text, match) for match in _BLOCK.finditer(text)]


def _event(text: str, match: re.Match[str]) -> Event:
    name, members = "", {}
    for line in _FIELD_LINE.finditer(text, *match.span("lines")):
        if line.start() == line.end():
            continue
        if line["name"] == "event":
            name = line["value"] if line[0].endswith("\n") else ""
        members.update(_event_field(text, line))
    if not match["blank"]:
        name += CUT_OFF
    return Event(name, Node("object", *match.span(), members=members), *match.span())


def _event_field(text: str, line: re.Match[str]) -> dict[str, Node]:
    """The fields of the data if it is an object; any other line under its name with a colon."""
    start, end = line.span("value")
    data = parse(text, start, end) if line["name"] == "data" else None
    if data is not None and data.type == "object":
        return dict(data.members)
    return {} if line["name"] == "event" else {f"{line['name']}:": Node("string", start, end, _readable(line["value"]))}


@dataclass(frozen=True)
class Item:
    """One word of a stream's grammar: an event, or a run of deltas. Optional events after it belong to it."""

    label: str
    events: tuple[Event, ...]
    run: bool
    start: int
    end: int


def items_of(events: Sequence[Event], frame: _Frame, typed: frozenset[str]) -> list[Item]:
    """The grammar of a stream; ``typed`` are the names of events that are told apart by their subtype."""
    items: list[Item] = []
    for event in events:
        label = f"{event.name}[{event.subtype}]" if event.name in typed else event.name
        run = _matches(Where.RUN, event.name)
        if items and frame.optional(event.node):
            items[-1] = replace(items[-1], end=event.end)
        elif items and run and items[-1].label == label:
            items[-1] = replace(items[-1], events=(*items[-1].events, event), end=event.end)
        else:
            items.append(Item(label, (event,), run, event.start, event.end))
    return items


def _typed_names(*streams: Sequence[Event]) -> frozenset[str]:
    names = {event.name for stream in streams for event in stream}
    untyped = {event.name for stream in streams for event in stream if event.subtype is None}
    return frozenset(names - untyped)


def _grammars(old: str, new: str, frame: _Frame) -> tuple[list[Item], list[Item]]:
    before, after = events_of(old), events_of(new)
    typed = _typed_names(before, after)
    return items_of(before, frame, typed), items_of(after, frame, typed)


def _stream_differences(old: str, new: str, frame: _Frame) -> Iterator[_Difference]:
    before, after = _grammars(old, new, frame)
    yield from _grammar_differences([item.label for item in before], [item.label for item in after])
    for each in _event_differences(before, after, frame):
        yield replace(each, path=(_outside(f"event {each.path[0]}"), *each.path[1:]))


def _event_differences(old: Sequence[Item], new: Sequence[Item], frame: _Frame) -> Iterator[_Difference]:
    """Inside the events: the shape of each kind, and the values of those that belong together."""
    for label in sorted({item.label for item in old} & {item.label for item in new}):
        shapes = (_items_shape([item for item in items if item.label == label], frame) for items in (old, new))
        yield from _shape_differences(*shapes)
    for before, after in align(old, new, _label):
        if before is not None and after is not None and before.label == after.label:
            yield from _item_differences(before, after, frame)


def _label(item: Item) -> str:
    return item.label


def _items_shape(items: Iterable[Item], frame: _Frame) -> Shape:
    shape: defaultdict[Path, frozenset[str]] = defaultdict(frozenset)
    for item in items:
        for event in item.events:
            for path, kinds in shape_of(event.node, frame, (item.label,)).items():
                shape[path] |= kinds
    return dict(shape)


def _grammar_differences(old: Sequence[str], new: Sequence[str]) -> Iterator[_Difference]:
    """Kinds of events that are gone or new; and, among those on both sides, how many they are and in which order."""
    for label in sorted(set(old) - set(new)):
        yield _Difference(Severity.BREAKING, (_outside(f"event {label}"),), "removed", "does not come any more")
    for label in sorted(set(new) - set(old)):
        yield _Difference(Severity.INFO, (_outside(f"event {label}"),), "added", "is new")
    common = set(old) & set(new)
    before, after = [each for each in old if each in common], [each for each in new if each in common]
    if before != after:
        counts = Counter(before), Counter(after)
        kind = "order" if counts[0] == counts[1] else "count"
        text = f"{len(before)} are now {len(after)}" if kind == "count" else "they come in another order"
        yield _Difference(Severity.NOTE, (_outside("events"),), kind, text)


def _item_differences(old: Item, new: Item, frame: _Frame) -> Iterator[_Difference]:
    """Values of two events; of two runs, the values that none of the other's deltas has."""
    path = (new.label,)
    if not old.run:
        pair = _Pair(frame, _items_shape([old], frame), _items_shape([new], frame))
        yield from pair.differences(old.events[0].node, new.events[0].node, path)
        return
    yield from _run_differences(_scalars(old, frame), _scalars(new, frame))
    if len(old.events) != len(new.events):
        text = f"{len(old.events)} deltas are now {len(new.events)}"
        yield _Difference(Severity.NOTE, path, "count", text, volatile=True)


def _run_differences(old: Mapping[Path, Node], new: Mapping[Path, Node]) -> Iterator[_Difference]:
    for path in sorted(old.keys() & new.keys()):
        before, after = old[path].value, new[path].value
        if before - after or after - before:
            text = f"{_shown(sorted(map(str, before)))} is now {_shown(sorted(map(str, after)))}"
            yield _Difference(Severity.NOTE, path, "changed", text)


def _scalars(item: Item, frame: _Frame) -> dict[Path, Node]:
    """The values that are not volatile in a run of deltas, as one set a path."""
    found: defaultdict[Path, set[Any]] = defaultdict(set)
    for event in item.events:
        for path, value in _steady(event.node, frame, (item.label,), None):
            found[path].add(value)
    return {path: Node("set", 0, 0, values) for path, values in found.items()}


def _steady(node: Node, frame: _Frame, path: Path, owner: Node | None) -> Iterator[tuple[Path, Any]]:
    if frame.keyed(path):
        return
    for key, member in node.members.items():
        yield from _steady(member, frame, (*path, key), node)
    for element in frame.elements(node):
        yield from _steady(element, frame, (*path, ELEMENT), None)
    if node.type not in ("object", "array") and not frame.volatile(path, node, owner):
        yield path, node.value


# --- requests and responses -----------------------------------------------------------------------------------------


def _request_differences(old: Request, new: Request) -> Iterator[_Difference]:
    """What the test asks differently: never volatile, and a note, since it comes from the test."""
    for what, before, after in (
        ("method", old.method, new.method),
        ("path", _path_of(old), _path_of(new)),
        ("query", _query_of(old), _query_of(new)),
    ):
        if before != after:
            yield _Difference(Severity.NOTE, (_outside(f"request {what}"),), "changed", f"{before} is now {after}")
    for each in _header_differences(old.headers, new.headers, lenient=False):
        yield replace(each, severity=Severity.NOTE, path=(_outside(f"request {_printed(each.path)}"),))
    if old.body != new.body:
        yield from _request_body_differences(old, new)


def _path_of(request: Request) -> str:
    parts = urlsplit(request.uri)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


def _query_of(request: Request) -> str:
    pairs = parse_qsl(urlsplit(request.uri).query, keep_blank_values=True)
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def _request_body_differences(old: Request, new: Request) -> Iterator[_Difference]:
    before, after = parse(_text(old.body)), parse(_text(new.body))
    if before is None or after is None:
        yield _Difference(
            Severity.NOTE, (_outside("request body"),), "changed", f"{len(old.body)} bytes are now {len(new.body)}"
        )
        return
    for each in _json_differences(before, after, _Frame(lenient=False)):
        yield replace(each, severity=Severity.NOTE, path=(_outside("request body"), *each.path))


def _text(body: bytes) -> str:
    return body.decode("latin-1")


def _header_differences(old: Headers, new: Headers, *, lenient: bool) -> Iterator[_Difference]:
    """Headers by their lower-case names; several of one name are one value."""
    before, after = _joined(old), _joined(new)
    for name in sorted(before.keys() | after.keys()):
        volatile = lenient and _matches(Where.HEADER, name)
        path = (_outside(f"header {name}"),)
        if name not in after:
            yield _Difference(Severity.BREAKING, path, "removed", "is gone", volatile)
        elif name not in before:
            yield _Difference(Severity.INFO, path, "added", "is new", volatile)
        elif before[name] != after[name]:
            text = f"{_shown(before[name])} is now {_shown(after[name])}"
            severity = Severity.BREAKING if name == "content-type" else Severity.NOTE
            yield _Difference(severity, path, "retyped" if name == "content-type" else "changed", text, volatile)


def _joined(headers: Headers) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in headers:
        found[name.lower()] = f"{found[name.lower()]}, {value}" if name.lower() in found else value
    return found


def _response_differences(old: Response, new: Response, frame: _Frame) -> Iterator[_Difference]:
    if old.status != new.status:
        yield _Difference(Severity.BREAKING, (_outside("status"),), "changed", f"{old.status} is now {new.status}")
    if old.fault != new.fault:
        text = f"{old.fault or 'a whole answer'} is now {new.fault or 'a whole answer'}"
        yield _Difference(Severity.BREAKING, (_outside("fault"),), "changed", text)
    yield from _header_differences(old.headers, new.headers, lenient=True)
    yield from _body_differences(old, new, frame)


JSON: Final = "JSON"
STREAM: Final = "event stream"
AUDIO: Final = "audio"
OTHER: Final = "text or bytes"
NOTHING: Final = "nothing"


def form_of(response: Response) -> str:
    """What the body of an answer is, by its content type and by itself."""
    content_type = header(response.headers, "content-type").lower()
    if not response.body:
        return NOTHING
    if "event-stream" in content_type:
        return STREAM
    if peel.is_json(_text(response.body)):
        return JSON
    return AUDIO if content_type.startswith("audio/") else OTHER


def _body_differences(old: Response, new: Response, frame: _Frame) -> Iterator[_Difference]:
    forms = form_of(old), form_of(new)
    if old.body == new.body:
        return
    if forms[0] != forms[1]:
        yield _Difference(Severity.BREAKING, (_outside("body"),), "retyped", f"{forms[0]} is now {forms[1]}")
    elif forms[0] == STREAM:
        yield from _stream_differences(_text(old.body), _text(new.body), frame)
    elif forms[0] == JSON:
        yield from _json_bodies(old, new, frame)
    else:
        text = f"{len(old.body)} bytes are now {len(new.body)}, or other ones"
        yield _Difference(Severity.NOTE, (_outside("body"),), "changed", text, volatile=forms[0] == AUDIO)


def _json_bodies(old: Response, new: Response, frame: _Frame) -> Iterator[_Difference]:
    before, after = parse(_text(old.body)), parse(_text(new.body))
    if before is not None and after is not None:
        yield from _json_differences(before, after, frame)


def _differences(old: Interaction, new: Interaction) -> list[_Difference]:
    """Each difference once, though it may stand in several elements."""
    frame = _Frame(urlsplit(old.request.uri).path)
    found: dict[tuple[Path, str, bool], _Difference] = {}
    for each in (
        *_request_differences(old.request, new.request),
        *_response_differences(old.response, new.response, frame),
    ):
        found.setdefault((each.path, each.kind, each.volatile), each)
    return list(found.values())


def _changes(old: Interaction, new: Interaction) -> frozenset[tuple[Path, str]]:
    return frozenset((each.path, each.kind) for each in _differences(old, new) if not each.volatile)


def label_of(interaction: Interaction) -> str:
    """``GET /v1/bots?page_index=2``."""
    parts = urlsplit(interaction.request.uri)
    return f"{interaction.request.method} {parts.path}{f'?{parts.query}' if parts.query else ''}"


# --- which interaction is which -------------------------------------------------------------------------------------

_TAG_BYTES: Final = re.compile(tags.pattern().pattern.encode())
Link = tuple[int | None, int | None]
"""The places of an interaction in the old and in the new cassette; None where it is missing."""


def _erased(text: str) -> str:
    """A text in which tags have no numbers."""
    return tags.pattern().sub(lambda match: f"{match['kind']}_n" if match["number"] else match[0], text)


def _erased_all(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(_erased(text) for text in texts)


def _asked(interaction: Interaction) -> tuple[str, ...]:
    """What a request is matched by."""
    request = interaction.request
    body = parse(_text(request.body))
    text = _text(request.body) if body is None else _Pair(_Frame(lenient=False), {}, {}).fingerprint(body, ())
    return request.method, _path_of(request), _query_of(request), text


def _facts(interaction: Interaction) -> Counter[str]:
    """What an answer says apart from volatile values: its likeness to another is how much of this they share."""
    response, frame = interaction.response, _Frame(urlsplit(interaction.request.uri).path)
    facts = Counter((f"status {response.status}", f"fault {response.fault}", f"form {form_of(response)}"))
    if form_of(response) == STREAM:
        for item in items_of(events_of(_text(response.body)), frame, frozenset()):
            facts.update(_facts_below(item.events[0].node, frame, (item.label,)))
    elif (body := parse(_text(response.body))) is not None:
        facts.update(_facts_below(body, frame, ()))
    return facts


def _facts_below(node: Node, frame: _Frame, path: Path) -> Iterator[str]:
    for where, value in _steady(node, frame, path, None):
        yield _erased(f"{_place(where)} {value!r}")
    for where in shape_of(node, frame, path):
        yield _place(where)


def _likeness(old: Counter[str], new: Counter[str]) -> float:
    """Between 0 (nothing in common) and 1 (the same)."""
    return 2 * (old & new).total() / ((old.total() + new.total()) or 1)


class _Mapping:
    """A one-to-one mapping of new tags to old ones of the same kind; the first who claims a tag has it."""

    def __init__(self) -> None:
        self.of_new: dict[str, str] = {}
        self._taken: dict[str, str] = {}

    def learn(self, old: str, new: str) -> None:
        """Takes the tags that stand at the same places of two texts that are the same but for them."""
        if _erased(old) != _erased(new):
            return
        for (_, before), (_, after) in zip(tags.found_in(old), tags.found_in(new), strict=True):
            if after not in self.of_new and before not in self._taken:
                self.of_new[after] = before
                self._taken[before] = after

    def fits(self, old: str, new: str) -> int:
        """How many tags of two such texts are known to be the same, minus those known to differ."""
        score = 0
        for (_, before), (_, after) in zip(tags.found_in(old), tags.found_in(new), strict=False):
            if after in self.of_new or before in self._taken:
                score += 1 if self.of_new.get(after) == before else -1
        return score


def _learn_pair(mapping: _Mapping, old: Interaction, new: Interaction) -> None:
    """Learns from two aligned interactions: first from what was asked."""
    for before, after in zip(_asked(old), _asked(new), strict=True):
        mapping.learn(before, after)
    for headers in (
        (_joined(old.request.headers), _joined(new.request.headers)),
        (_joined(old.response.headers), _joined(new.response.headers)),
    ):
        for name in sorted(headers[0].keys() & headers[1].keys()):
            mapping.learn(headers[0][name], headers[1][name])
    for before, after in _text_pairs(old, new):
        mapping.learn(before, after)


def _text_pairs(old: Interaction, new: Interaction) -> Iterator[tuple[str, str]]:
    """The strings that stand at the same places of two answers."""
    texts = _text(old.response.body), _text(new.response.body)
    frame = _Frame(urlsplit(old.request.uri).path)
    if form_of(old.response) == form_of(new.response) == STREAM:
        for before, after in align(*_grammars(*texts, frame), _label):
            if before is not None and after is not None:
                yield from _strings(before.events[0].node, after.events[0].node, _Pair(frame, {}, {}), (after.label,))
                yield from _strings(before.events[-1].node, after.events[-1].node, _Pair(frame, {}, {}), (after.label,))
    nodes = parse(texts[0]), parse(texts[1])
    if nodes[0] is not None and nodes[1] is not None:
        yield from _strings(nodes[0], nodes[1], _Pair(frame, {}, {}), ())


def _common(old: Node, new: Node) -> list[str]:
    """The keys that both objects have, in the old order."""
    return [key for key in old.members if key in new.members]


def _strings(old: Node, new: Node, pair: _Pair, path: Path) -> Iterator[tuple[str, str]]:
    for key in _common(old, new):
        yield from _strings(old.members[key], new.members[key], pair, (*path, key))
    where = (*path, ELEMENT)
    for before, after in align(old.elements, new.elements, lambda node: _erased(pair.fingerprint(node, where))):
        if before is not None and after is not None:
            yield from _strings(before, after, pair, where)
    if old.type == new.type == "string":
        yield old.value, new.value


@dataclass(frozen=True)
class Alignment:
    """Which interaction is which, and which new tag is which old one."""

    links: tuple[Link, ...]
    tags: Mapping[str, str]


def align_cassettes(old: Cassette, new: Cassette) -> Alignment:
    """Pairs the interactions of two cassettes: those that ask the same first, then the most alike of the rest."""
    matcher = _Matcher(old.interactions, new.interactions)
    matcher.same_requests()
    matcher.similar_requests()
    return Alignment(matcher.links(), matcher.mapping.of_new)


LEAST_LIKENESS: Final = 0.5
"""Below this, two different requests are not one that changed, but one that went and one that came."""


class _Matcher:
    """The state of an alignment: what is paired, and what the pairs say about the tags."""

    def __init__(self, old: Sequence[Interaction], new: Sequence[Interaction]) -> None:
        self.old, self.new = old, new
        self.mapping = _Mapping()
        self.paired: dict[int, int] = {}
        self.old_raw = [_asked(each) for each in old]
        self.new_raw = [_asked(each) for each in new]
        self.old_asked = [_erased_all(each) for each in self.old_raw]
        self.new_asked = [_erased_all(each) for each in self.new_raw]
        self._likeness: dict[Link, float] = {}
        self.old_facts = [_facts(each) for each in old]
        self.new_facts = [_facts(each) for each in new]

    def same_requests(self) -> None:
        """Pairs what asks the same but for the numbers of tags: without a choice first, to learn the tags."""
        groups: dict[tuple[str, ...], tuple[list[int], list[int]]] = {}
        for index, asked in enumerate(self.old_asked):
            groups.setdefault(asked, ([], []))[0].append(index)
        for index, asked in enumerate(self.new_asked):
            groups.setdefault(asked, ([], []))[1].append(index)
        for left, right in sorted(groups.values(), key=lambda group: max(len(group[0]), len(group[1]))):
            self._pair_group(left, right)

    def _pair_group(self, left: list[int], right: list[int]) -> None:
        """Pairs the best first; each pair may tell more of the tags."""
        left, right = list(left), list(right)
        while left and right:
            pairs = ((old, new) for old in left for new in right)
            old, new = max(pairs, key=lambda pair: self._score(pair, left.index(pair[0]) - right.index(pair[1])))
            self._pair(old, new)
            left.remove(old)
            right.remove(new)

    def _score(self, pair: tuple[int, int], distance: int) -> tuple[int, float, int]:
        old, new = pair
        asked = zip(self.old_raw[old], self.new_raw[new], strict=True)
        fit = sum(self.mapping.fits(before, after) for before, after in asked)
        return fit, round(self._answer_likeness(old, new), 6), -abs(distance)

    def _answer_likeness(self, old: int, new: int) -> float:
        if (old, new) not in self._likeness:
            self._likeness[old, new] = _likeness(self.old_facts[old], self.new_facts[new])
        return self._likeness[old, new]

    def _pair(self, old: int, new: int) -> None:
        self.paired[old] = new
        _learn_pair(self.mapping, self.old[old], self.new[new])

    def similar_requests(self) -> None:
        """Pairs what is left by method, path, and the likeness of question and answer."""
        pairs = sorted(self._left_over(), key=lambda pair: (-pair[0], pair[1], pair[2]))
        for likeness, old, new in pairs:
            if likeness >= LEAST_LIKENESS and old not in self.paired and new not in self.paired.values():
                self._pair(old, new)

    def _left_over(self) -> Iterator[tuple[float, int, int]]:
        taken = set(self.paired.values())
        for old in set(range(len(self.old))) - self.paired.keys():
            for new in set(range(len(self.new))) - taken:
                yield self._request_likeness(old, new), old, new

    def _request_likeness(self, old: int, new: int) -> float:
        method, path, *rest = self.old_asked[old]
        other_method, other_path, *other_rest = self.new_asked[new]
        if method != other_method:
            return 0.0
        texts = "".join((path, *rest)), "".join((other_path, *other_rest))
        asked = SequenceMatcher(None, *texts, autojunk=False).ratio()
        answered = self._answer_likeness(old, new)
        return (asked + answered) / 2 if path == other_path else asked * answered

    def links(self) -> tuple[Link, ...]:
        """The old order; what is new stands behind what came before it."""
        links: list[Link] = [(old, self.paired.get(old)) for old in range(len(self.old))]
        taken = set(self.paired.values())
        for new in range(len(self.new)):
            if new not in taken:
                before = [place for place, link in enumerate(links) if link[1] == new - 1] if new else [-1]
                links.insert(before[0] + 1 if before else len(links), (None, new))
        return tuple(links)


# --- tags -----------------------------------------------------------------------------------------------------------


def _tags_of(interactions: Iterable[Interaction]) -> dict[str, list[str]]:
    """The numbered tags of some interactions by kind, in order of first appearance."""
    return tags.unique(found for each in interactions for text in _texts(each) for found in tags.found_in(text))


def _texts(interaction: Interaction) -> Iterator[str]:
    request, response = interaction.request, interaction.response
    yield request.uri
    yield from (value for _, value in request.headers)
    yield _text(request.body)
    yield from (value for _, value in response.headers)
    yield _text(response.body)


def _renaming(old: Cassette, new: Iterable[Interaction], known: Mapping[str, str]) -> dict[str, str]:
    """New tags to old ones; tags that the old cassette has not get the next free numbers of their kind."""
    names = dict(known)
    used = _tags_of(old.interactions)
    for kind, found in _tags_of(new).items():
        number = max((int(tag.rpartition("_")[2]) for tag in used.get(kind, ())), default=0)
        for tag in found:
            if tag not in names:
                number += 1
                names[tag] = f"{kind}_{number}"
    return names


def _renamed(interaction: Interaction, names: Mapping[str, str]) -> Interaction:
    """An interaction with other numbers in its tags; the cuts of a stream move along."""

    def rename(text: str) -> str:
        return tags.pattern().sub(lambda match: names.get(match[0], match[0]), text)

    request, response = interaction.request, interaction.response
    edits = [
        (*match.span(), names.get(match[0].decode("ascii"), match[0].decode("ascii")))
        for match in _TAG_BYTES.finditer(response.body)
    ]
    return Interaction(
        replace(
            request,
            uri=rename(request.uri),
            headers=tuple((name, rename(value)) for name, value in request.headers),
            body=rename(_text(request.body)).encode("latin-1"),
        ),
        replace(
            _edited(response, edits),
            headers=tuple((name, rename(value)) for name, value in response.headers),
        ),
    )


# --- texts with cuts ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Flow:
    """A body as text, and the places at which one chunk ended."""

    text: str
    cuts: frozenset[int]

    def part(self, start: int, end: int) -> _Flow:
        """What lies between two places."""
        return _Flow(self.text[start:end], frozenset(cut - start for cut in self.cuts if start < cut <= end))

    def chunks(self) -> tuple[int, ...]:
        """The sizes of the chunks."""
        ends = sorted({cut for cut in self.cuts if 0 < cut < len(self.text)} | {len(self.text)})
        return tuple(end - start for start, end in pairwise((0, *ends)))


def _flow(response: Response) -> _Flow:
    ends, position = [], 0
    for size in response.chunks:
        position += size
        ends.append(position)
    return _Flow(_text(response.body), frozenset(ends))


def _join(parts: Iterable[_Flow]) -> _Flow:
    text, cuts = "", set[int]()
    for part in parts:
        cuts |= {len(text) + cut for cut in part.cuts}
        text += part.text
    return _Flow(text, frozenset(cuts))


def _with_edits(flow: _Flow, edits: Iterable[tuple[int, int, str]]) -> _Flow:
    """A text with some places replaced; a cut inside a place stays at its distance from the start, if it can."""
    parts, position = [], 0
    for start, end, text in edits:
        inside = flow.part(start, end)
        cuts = frozenset(_moved(cut, inside.text, text) for cut in inside.cuts)
        parts += [flow.part(position, start), _Flow(text, cuts)]
        position = end
    return _join([*parts, flow.part(position, len(flow.text))])


def _moved(cut: int, old: str, new: str) -> int:
    return len(new) if cut == len(old) else min(cut, len(new))


def _edited(response: Response, edits: Iterable[tuple[int, int, str]]) -> Response:
    return _poured(response, _with_edits(_flow(response), edits))


def _poured(response: Response, flow: _Flow) -> Response:
    """A response with another body; it stays in one piece if it was."""
    return replace(response, body=flow.text.encode("latin-1"), chunks=flow.chunks() if response.chunks else ())


# --- the two functions ----------------------------------------------------------------------------------------------


def compare(old: Cassette, new: Cassette) -> Comparison:
    """What differs between a committed cassette and a new recording of its test, each thing once for each call.

    The metadata never counts.
    """
    alignment = align_cassettes(old, new)
    names = _renaming(old, new.interactions, alignment.tags)
    known = {tag for found in _tags_of(old.interactions).values() for tag in found}
    fresh = [_renamed(each, names) for each in new.interactions]
    findings: list[Finding] = []
    for before, after in alignment.links:
        if before is not None and after is not None:
            findings += _pair_findings(old.interactions[before], fresh[after])
        elif before is not None:
            findings.append(_lone_finding(old.interactions[before], fresh, "less", "removed"))
        elif after is not None:
            findings.append(_lone_finding(fresh[after], old.interactions, "more", "added"))
    shown = (_without_new_numbers(each, known) for each in findings)
    return Comparison(
        tuple({(each.interaction, each.place, each.kind, each.volatile): each for each in shown}.values())
    )


def _pair_findings(old: Interaction, new: Interaction) -> list[Finding]:
    label = label_of(old)
    return [
        Finding(each.severity, label, _printed(each.path), each.kind, each.text, each.volatile)
        for each in _differences(old, new)
    ]


def _lone_finding(one: Interaction, others: Sequence[Interaction], more: str, kind: str) -> Finding:
    """A call that the other cassette has not; it is a matter of counts if the other one makes the same call too."""
    again = any(_same_call(one, other) for other in others)
    text = f"one call {more}" if again else f"the call was {kind}"
    kind = "count" if again else kind
    return Finding(Severity.NOTE, label_of(one), "interaction", kind, text, volatile=_is_polling(one, others))


def _same_call(one: Interaction, other: Interaction) -> bool:
    return (one.request.method, _path_of(one.request)) == (other.request.method, _path_of(other.request))


def _is_polling(one: Interaction, others: Iterable[Interaction]) -> bool:
    """Whether a call is one of several that ask the same until the answer is another one."""
    call = f"{one.request.method} {urlsplit(one.request.uri).path}"
    return _matches(Where.CALL, call) and any(_asked(one) == _asked(other) for other in others)


def _without_new_numbers(finding: Finding, known: set[str]) -> Finding:
    """The number of a tag that the old cassette has not is an accident."""

    def erase(text: str) -> str:
        return tags.pattern().sub(
            lambda match: match[0] if not match["number"] or match[0] in known else f"{match['kind']}_n", text
        )

    return replace(finding, interaction=erase(finding.interaction), text=erase(finding.text))


def take_over(old: Cassette, new: Cassette) -> Cassette:
    """The new cassette with the committed tag numbers and, where its structure is the same, old volatile values.

    What did not change is byte for byte the old one; metadata are the new ones.
    """
    alignment = align_cassettes(old, new)
    names = _renaming(old, new.interactions, alignment.tags)
    fresh = [_renamed(each, names) for each in new.interactions]
    merged = [each for link in alignment.links for each in _linked(link, old.interactions, fresh)]
    known = {tag: tag for found in _tags_of(old.interactions).values() for tag in found}
    compact = _renaming(old, merged, known)
    return Cassette(tuple(_renamed(each, compact) for each in merged), new.metadata)


def _linked(link: Link, old: Sequence[Interaction], new: Sequence[Interaction]) -> Iterator[Interaction]:
    """What of a link stands in the merged cassette: how often was polled stays as it was."""
    before, after = link
    if before is not None and after is not None:
        yield _merged(old[before], new[after])
    elif before is not None and _is_polling(old[before], new):
        yield old[before]
    elif after is not None and not _is_polling(new[after], old):
        yield new[after]


def _merged(old: Interaction, new: Interaction) -> Interaction:
    """A new interaction that keeps whatever is the same in the old one."""
    differences = [each for each in _differences(old, new) if not each.volatile]
    if not differences:
        return old
    asked = any(_printed(each.path).startswith("request ") for each in differences)
    request = new.request if asked else old.request
    candidate = Interaction(request, _merged_response(old, new))
    return candidate if _changes(old, candidate) == _changes(old, new) else Interaction(request, new.response)


def _merged_response(old: Interaction, new: Interaction) -> Response:
    frame = _Frame(urlsplit(old.request.uri).path)
    before, after = old.response, new.response
    after = replace(after, headers=_merged_headers(before.headers, after.headers))
    if not any(not each.volatile for each in _body_differences(before, new.response, frame)):
        return replace(after, body=before.body, chunks=before.chunks)
    forms = form_of(before), form_of(new.response)
    if forms == (STREAM, STREAM):
        return _poured(after, _merged_stream(_flow(before), _flow(after), frame))
    if forms == (JSON, JSON):
        return _edited(after, _value_edits(_text(before.body), _text(after.body), frame))
    return after


def _merged_headers(old: Headers, new: Headers) -> Headers:
    """The old order and spelling of names, the old value where it is volatile; what is new stands behind."""
    order = [name.lower() for name, _ in old]
    values = {name.lower(): (name, value) for name, value in old}

    def place(pair: tuple[str, str]) -> int:
        return order.index(pair[0].lower()) if pair[0].lower() in order else len(order)

    def kept(name: str, value: str) -> tuple[str, str]:
        known = values.get(name.lower())
        if known is None:
            return name, value
        return known if _matches(Where.HEADER, name.lower()) else (known[0], value)

    return tuple(kept(*pair) for pair in sorted(new, key=place))


def _value_edits(old: str, new: str, frame: _Frame) -> list[tuple[int, int, str]]:
    """Edits that put the old volatile values into a new JSON text."""
    before, after = parse(old), parse(new)
    if before is None or after is None:
        return []
    return sorted(_edits(_Editor(_pair(before, after, frame), old, new), before, after, ()))


@dataclass(frozen=True)
class _Editor:
    """Two texts whose values are compared, the old and the new one."""

    pair: _Pair
    old: str
    new: str


def _edits(
    editor: _Editor, old: Node, new: Node, path: Path, owner: Node | None = None
) -> Iterator[tuple[int, int, str]]:
    """The volatile values of aligned places; and, one layer down, those of JSON inside strings."""
    if old.type != new.type:
        return
    if new.type == "object" and editor.pair.frame.keyed(path):
        if _alike(editor.pair.frame, old, new, path):
            yield new.start, new.end, editor.old[old.start : old.end]
        return
    for key in _common(old, new):
        yield from _edits(editor, old.members[key], new.members[key], (*path, key), new)
    where = (*path, ELEMENT)
    for before, after in align(old.elements, new.elements, lambda node: editor.pair.fingerprint(node, where)):
        if before is not None and after is not None:
            yield from _edits(editor, before, after, where)
    if old.inner is not None and new.inner is not None:
        yield from _inner_edits(editor, old, new, path)
    elif not new.members and not new.elements and editor.pair.frame.volatile(path, new, owner):
        yield new.start, new.end, editor.old[old.start : old.end]


def _alike(frame: _Frame, old: Node, new: Node, path: Path) -> bool:
    return shape_of(old, frame, path) == shape_of(new, frame, path)


def _inner_edits(editor: _Editor, old: Node, new: Node, path: Path) -> Iterator[tuple[int, int, str]]:
    if old.inner is None or new.inner is None:
        return
    inner = _Editor(editor.pair, old.value, new.value)
    edits = sorted(_edits(inner, old.inner, new.inner, (*path, INNER)))
    raw = editor.new[new.start : new.end]
    if edits and _bytewise(peel.encode_json_string(new.value, raw)) == raw:
        yield new.start, new.end, _bytewise(peel.encode_json_string(peel.apply_edits(new.value, edits), raw))


def _merged_stream(old: _Flow, new: _Flow, frame: _Frame) -> _Flow:
    """A new stream in which every event or run that did not change is the old one."""
    before, after = _grammars(old.text, new.text, frame)
    parts = [new.part(0, after[0].start)] if after else [new]
    for left, right in align(before, after, _label):
        if right is None:
            continue
        same = left is not None and left.label == right.label
        parts.append(_merged_item(old, new, left, right, frame) if left and same else new.part(right.start, right.end))
    return _join(parts)


def _merged_item(old: _Flow, new: _Flow, left: Item, right: Item, frame: _Frame) -> _Flow:
    shapes = _items_shape([left], frame), _items_shape([right], frame)
    differences = [*_shape_differences(*shapes), *_item_differences(left, right, frame)]
    if all(each.volatile for each in differences):
        return old.part(left.start, left.end)
    pair = _Pair(frame, *shapes)
    events = [
        _merged_event(old, new, event, _template(number, len(left.events), right), pair, right.label)
        for number, event in enumerate(left.events)
    ]
    return _join([*events, old.part(left.events[-1].end, left.end)])


def _template(number: int, count: int, item: Item) -> Event:
    """The new delta in whose form an old one is told: the last for the last, the first for the first."""
    last = len(item.events) - 1
    return item.events[last if number == count - 1 else min(number, max(last - 1, 0))]


def _merged_event(old: _Flow, new: _Flow, left: Event, right: Event, pair: _Pair, label: str) -> _Flow:
    editor = _Editor(pair, old.text, new.text)
    edits = sorted(_edits(editor, left.node, right.node, (label,)))
    return _with_edits(
        new.part(right.start, right.end),
        [(start - right.start, end - right.start, text) for start, end, text in edits],
    )
