"""Reads what came in pieces: events, lines of JSON, WebSocket messages, with the texts that they give joined."""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

_FIELD = re.compile(r"(?:event|data|id|retry|after):", re.MULTILINE)
_BINARY_EVENT: Final = "(binary)"
_TEXT_EVENT: Final = "(text)"
_FEWEST: Final = 2
"""Lines of JSON that make a stream."""


@dataclass(frozen=True)
class Event:
    """One event: its name, the data as it stands, and what that is: JSON, or bytes."""

    name: str
    line: str
    value: Any = None
    raw: bytes | None = None

    @property
    def plain(self) -> str:
        """The data, if it is a text of no form."""
        return self.line[len("data:") :].removeprefix(" ") if self.line.startswith("data:") else ""


def is_stream(text: str) -> bool:
    """Whether a text is one, whatever its content type says: fields of events, or lines of JSON."""
    if _FIELD.match(text) or re.search(r"^(?:event|data): ?\S", text, re.MULTILINE):
        return True
    lines = [line for line in text.splitlines() if line.strip()]
    return len(lines) >= _FEWEST and all(map(_OF_JSON.match, lines))


_OF_JSON = re.compile(r'\s*+(?P<head>(?:[0-9a-f]{1,4}|[a-z]):|\d{1,4}(?=[{\[]))?(?P<value>[{\["].*)', re.DOTALL)
"""A line of JSON, with what a protocol may write before it: ``0:"text"``, ``42["event"]``."""


def value_of(text: str) -> Any:
    """The JSON that a line is but for its head, a string too; None if it is none."""
    match = _OF_JSON.fullmatch(text)
    if match is None or match["value"][:1] != '"':
        return parse(text if match is None else match["value"])
    try:
        return json.loads(match["value"])
    except ValueError:
        return None


def _blocks(text: str) -> str:
    """A stream in which the JSON of an event stands in one line: a token of it has no end of a line inside."""
    return _LINES.sub(_in_one_line, text)


_LINES = re.compile(r"^data: ?[{\[].*(?:\r?\n|\r)(?:data:.*(?:\r?\n|\r|\Z))+", re.MULTILINE)


def _in_one_line(match: re.Match[str]) -> str:
    whole = "\n".join(line.removeprefix("data:") for line in match[0].splitlines())
    value = parse(whole)
    return match[0] if value is None else f"data:{json.dumps(value, ensure_ascii=False)}\n"


def events(text: str) -> Iterator[Event]:
    """The events of a stream, and its other lines as events of their own."""
    name = ""
    for line in _blocks(text).splitlines():
        label, colon, data = line.partition(":")
        if label != "data" and _OF_JSON.fullmatch(line):
            label, data = "data", line
        elif not colon and not line.strip():
            continue
        data = data.removeprefix(" ")
        if label == "event":
            name = data
        raw = _bytes_of(name, data) if label == "data" else None
        yield Event(name, line, value_of(data) if label == "data" else None, raw)


_BESIDES = re.compile(r"[\s\x1e]*+(?P<list>\[)?[\s\x1e]*+(?=\{)")
_NEXT: Final = {True: re.compile(r"\s*,\s*"), False: re.compile(r"[\s\x1e]*")}
_DECODER: Final = json.JSONDecoder()


def series(text: str) -> list[Event]:
    """The objects of a list that is written in lines, or of objects one behind the other; nothing if it is neither."""
    beginning = _BESIDES.match(text)
    if beginning is None or (beginning["list"] and "\n" not in text):
        return []
    found: list[Event] = []
    gap = _NEXT[beginning["list"] is not None]
    at, between = beginning.end(), ""
    try:
        while text.startswith("{", at):
            value, end = _DECODER.raw_decode(text, at)
            found.append(Event("", text[at:end], value))
            step = gap.match(text, end)
            between += step[0] if step else ""
            at = step.end() if step else len(text)
    except (ValueError, RecursionError):
        return []
    is_apart = beginning["list"] is None or "\n" in between
    return found if len(found) >= _FEWEST and is_apart else []


_HEAD: Final = 64


def behind_head(raw: bytes) -> Any:
    """The JSON that a message in bytes is, or that stands behind a head of a few; None if there is none."""
    if (value := value_of(raw.decode("utf-8", "replace"))) is not None:
        return value
    at = raw.find(b"{", 0, _HEAD)
    return parse(raw[at:].decode("utf-8", "replace")) if at >= 0 else None


def _bytes_of(name: str, data: str) -> bytes | None:
    if name not in (_BINARY_EVENT, _TEXT_EVENT):
        return None
    try:
        return base64.b64decode(data)
    except ValueError:  # what a character beyond ASCII raises is no binascii.Error
        return None


def is_json(raw: bytes) -> bool:
    """Whether a message in bytes is JSON, and no piece of it."""
    return raw[:1] in (b"{", b"[") and parse(raw.decode("utf-8", "replace")) is not None


def parse(text: str) -> Any:
    """The JSON object or list that a text is, or None."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text.strip())  # of what begins a text of a sequence too
    except (ValueError, RecursionError):
        return None


# --- joined ---------------------------------------------------------------------------------------------------------

_OWNERS: Final = ("id", "node_id", "node_title", "item_id", "index", "tool_call_id")
_SPOKEN: Final = frozenset(
    (
        "content",
        "reasoning_content",
        "delta",
        "output",
        "text",
        "arguments",
        "transcript",
        "answer",
        "message",
        "result",
    )
)
"""Names under which texts come in pieces; what stands under others is joined unless it is numbers."""


def _owner(value: Any) -> str:
    """What an event has a piece of; a WebSocket message says it in its data, its own id is always new."""
    if isinstance(value, dict) and "event_type" in value:
        value = value.get("data")
    if not isinstance(value, dict):
        return ""
    choices = value.get("choices")
    choice = choices[0] if isinstance(choices, list) and len(choices) == 1 else None
    return " ".join([*(str(value.get(name, "")) for name in _OWNERS), *filter(None, [_owner(choice)])])


def _first_owner(value: Any) -> str:
    """The first thing that an event says it has a piece of, at whatever depth: an index may be one of pieces."""
    if isinstance(value, dict) and "event_type" in value:
        value = value.get("data")
    if not isinstance(value, dict):
        return ""
    own = next((str(value[name]) for name in _OWNERS if value.get(name)), "")
    return own or next(filter(None, map(_first_owner, value.values())), "")


@dataclass
class Joined:
    """Collects the pieces of a stream by the path to them, and by what they belong to."""

    pieces: dict[tuple[str, ...], list[str]] = field(default_factory=dict)
    items: dict[tuple[str, ...], list[list[str]]] = field(default_factory=dict)
    """The same by their numbers in a list that each event has."""
    owners: dict[tuple[str, ...], list[str]] = field(default_factory=dict)
    """What the pieces under each path belong to."""
    _last: Event | None = None
    _count: Counter[tuple[str, ...]] = field(default_factory=Counter)

    def add(self, event: Event, path: tuple[str, ...], text: str) -> None:
        """Take a piece under a path."""
        if event is not self._last:
            self._last, self._count = event, Counter()
        items = self.items.setdefault(path, [])
        if self._count[path] == len(items):
            items.append([])
        items[self._count[path]].append(text)
        self._count[path] += 1
        first = _first_owner(event.value)
        self.owners.setdefault(path, []).append(first)
        for owner in dict.fromkeys((_owner(event.value), first)):
            self.pieces.setdefault((*path, "", owner), []).append(text)
        if "audio" not in event.name:  # else it would stand between the pieces of a text
            self.pieces.setdefault(path, []).append(text)

    def texts(self) -> Iterator[tuple[tuple[str, ...], str, bool]]:
        """The paths with the texts that came in several pieces, and whether their names say that they are texts."""
        lists = {path: items for path, items in self.items.items() if len(items) > 1}
        items = ((path, pieces) for path, numbered in lists.items() for pieces in numbered)
        for path, found in (*self.pieces.items(), *items):
            own = path[: path.index("")] if "" in path else path
            is_spoken = _is_spoken(own)
            if own in lists and found is self.pieces.get(path) and not is_spoken:
                continue  # the cells of a row are no pieces of one text
            pieces = _without_json(found)
            owners = self.owners.get(own, [""] * 2)
            has_one = is_spoken and len(set(owners)) < len(owners)
            if len(pieces) > 1 and _is_text(pieces, may_be_number=has_one):
                yield path, "".join(pieces), is_spoken
                if (decoded := _decoded(pieces)) is not None:
                    yield path, decoded, is_spoken


def _without_json(pieces: list[str]) -> list[str]:
    """Pieces without those that are JSON, each by itself, if most are: their strings are the pieces then."""
    rest = [piece for piece in pieces if parse(piece) is None]
    return rest if 2 * len(rest) < len(pieces) else pieces


def _decoded(pieces: Iterable[str]) -> str | None:
    """What pieces say, each of which is a text in base64; None if one is none."""
    whole = b""
    for piece in pieces:
        try:
            data = base64.b64decode(piece, validate=True)
            data.decode("ascii" if data.isascii() else "utf-8", "strict" if len(data) > _CUT else "ignore")
        except ValueError:
            return None
        whole += data
    return whole.decode("utf-8", "replace")


_CUT: Final = 3
"""Bytes of a piece that may be a part of one character."""


def _is_spoken(path: tuple[str, ...]) -> bool:
    """Whether a name says that a text stands under it; an item of a list and a line have none."""
    return path[-1:] in ((), ("plain",)) or path[-1] in _SPOKEN or path[-1].startswith("#")


_OWN_FIGURE = re.compile(r"[+-]?[0-9]+[.:,/%-][0-9]")
"""A number with a fraction, a day, a time."""

_FIGURES = re.compile(r"[0-9.,:+%-]*(?:[0-9][eE][+-]?[0-9]{1,3})?")
_ROW: Final = 0.9
"""The part of the pieces from which on they are the numbers of a column, which also says ``n/a`` or ``Infinity``."""


def _is_text(pieces: list[str], *, may_be_number: bool) -> bool:
    """Whether pieces may be one text: not the same again and again, nor figures of which each says something itself."""
    if len(set(pieces)) == 1:
        return False
    figures = [piece for piece in pieces if _FIGURES.fullmatch(piece)]
    own = sum(_OWN_FIGURE.match(piece) is not None for piece in figures)
    if len(figures) == len(pieces):
        return may_be_number and 2 * own <= len(pieces)
    return own < _ROW * len(pieces)
