"""The pieces in which the events of a stream bring a text."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Any, Final

from coze_cassettes.codecs import json_text, sequences
from coze_cassettes.codecs.edits import Edit, apply_edits, merge_edits, shift_edits, spread_edits
from coze_cassettes.codecs.encodings import BASE64, is_readable
from coze_cassettes.codecs.layers import token_edits

_JOINED_KEYS: Final = frozenset(
    [
        "content",
        "reasoning_content",
        "delta",
        "output",
        "text",
        "arguments",
        "transcript",
        "answer",
        "message",
        "chunk",
        "partial_json",
        "value",
        "response",
        "completion",
        "data",
        "msg",
        "thinking",
        *("body", "c", "caption", "code", "fragment", "generated_text", "html", "input", "line", "log", "lyrics"),
        *("markdown", "output_text", "part", "partial", "payload", "piece", "query", "reasoning", "refusal", "reply"),
        *("result", "s", "segment", "sentence", "speech", "stderr", "stdout", "subtitle", "summary", "t", "text_delta"),
        *("thought", "token", "v", "word", "words"),
    ]
)
"""Keys whose values may come in pieces, figures too, so that what the joined text looks like counts."""

_LABELS: Final = frozenset(
    [
        *("id", "ids", "uuid", "logid", "type", "role", "status", "name", "model", "version", "event", "object"),
        *("format", "at", "time", "date", "timestamp", "url", "uri", "ip", "hash", "digest", "count", "number"),
        *("price", "amount"),
        *("reason", "language", "lang", "voice", "level", "size", "key", "color", "method", "unit", "score", "total"),
    ]
)
"""What the names of other values end with: those of different events are no pieces of one text."""

_OWNERS: Final = ("id", "node_id", "node_title", "item_id", "index")
"""Keys that say to what a piece belongs."""


@dataclass
class Event:
    """The value of one line: where it stands, what it says once base64 is opened, and what is replaced in it."""

    name: str
    is_data: bool
    start: int
    end: int
    text: str
    is_encoded: bool
    lines: Sequence[tuple[int, int]] = ()
    """Where its lines stand, if there are several."""
    edits: list[list[Edit]] = field(default_factory=list)

    def edit(self, raw: str) -> list[Edit]:
        """What is replaced in the stream; ``raw`` is the line as it stands there."""
        edits = merge_edits(*self.edits)
        if not edits:
            return []
        if self.is_encoded:
            return [(self.start, self.end, BASE64.encode_like(apply_edits(self.text, edits), raw))]
        if self.lines:
            starts = [*accumulate((end - start + 1 for start, end in self.lines), initial=0)]
            moved = [start - before for (start, _), before in zip(self.lines, starts, strict=False)]
            by = [moved[bisect_right(starts, start) - 1] for start, _, _ in edits]  # a token stands in one line
            return [(start + more, end + more, new) for (start, end, new), more in zip(edits, by, strict=True)]
        return shift_edits(edits, self.start)


@dataclass(frozen=True)
class Piece:
    """One value of an event that may be a part of a longer text: where it stands in it, and to what it belongs."""

    event: Event
    start: int
    end: int
    path: tuple[str, ...]
    owner: str
    text: str
    is_token: bool
    number: int = 0
    """How many of its event have the same path before it, as the items of a list have."""
    outer: Piece | None = None
    """The string whose JSON it stands in."""
    is_json: bool = False
    is_base64: bool = False

    @property
    def raw(self) -> str:
        """As it stands in its event, or in the JSON of the string around it."""
        return (self.event.text if self.outer is None else self.outer.text)[self.start : self.end]

    def replace(self, edits: Sequence[Edit], rank: int) -> None:
        """Note what is replaced in this piece."""
        if not edits:
            return
        if self.is_base64:
            stood = json.loads(self.raw) if self.is_token else self.raw
            edits = [(0, len(stood), BASE64.encode_like(apply_edits(self.text, list(edits)), stood))]
        inner = shift_edits(token_edits(self.raw, edits) if self.is_token else edits, self.start)
        if self.outer is not None:
            self.outer.replace(inner, rank)
            return
        while len(self.event.edits) <= rank:
            self.event.edits.append([])
        self.event.edits[rank] += inner


def pieces_of(event: Event) -> Iterator[Piece]:
    """The values of an event that may be parts of texts."""
    if not event.is_data:
        return
    head = 0 if json_text.is_json(event.text) else _head_before_json(event)
    if head is None:
        yield Piece(event, 0, len(event.text), (event.name, "data"), "", event.text, is_token=False)
        return
    text = event.text[head:]
    if text.startswith('"'):
        yield Piece(event, head, len(event.text), (event.name, "data"), "", json.loads(text), is_token=True)
        return
    whole = Piece(event, head, len(event.text), (event.name,), _owner(json.loads(text)), text, is_token=False)
    yield from _numbered(_of_json(whole, 0))


_DEEPEST: Final = 4
"""Texts of JSON inside each other whose strings are pieces."""


def _of_json(whole: Piece, depth: int) -> Iterator[Piece]:
    """The strings of the JSON of a piece, and those of the JSON that such a string is."""
    text = whole.text
    found = [*json_text.tokens(text)]
    owners = {token.owner: _name_of(text, token) for token in found if token.path and token.path[-1] in _OWNERS}
    for number, token in enumerate(found):
        if token.form != "string":
            continue
        value = json.loads(text[token.start : token.end])
        path = (*whole.path, *(token.path or (f"item {number}", "data")))
        if _is_sound(path, value):
            continue
        start = 0 if depth else whole.start
        piece = replace(
            whole,
            start=start + token.start,
            end=start + token.end,
            path=path,
            owner=whole.owner or owners.get(token.owner, ""),
            text=value,
            is_token=True,
            outer=whole if depth else None,
            is_json=json_text.is_json(value),
        )
        yield piece
        if depth < _DEEPEST and piece.is_json:
            yield from _of_json(piece, depth + 1)


def _name_of(text: str, token: json_text.Token) -> str:
    return "" if token.form == "key" else text[token.start : token.end]


def _numbered(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces with their numbers among those of the same path."""
    seen = Counter[tuple[str, ...]]()
    for piece in pieces:
        number = seen[piece.path]
        seen[piece.path] += 1
        yield replace(piece, number=number) if number else piece


_LONGEST_HEAD: Final = 64


def _head_before_json(event: Event) -> int | None:
    """The length of what stands before JSON in a line or in a binary message; None if no JSON does."""
    start = sequences.json_start(event.text)
    if start is not None or not event.is_encoded:
        return start
    at = event.text.find("{", 0, _LONGEST_HEAD)
    return at if at > 0 and json_text.is_json(event.text[at:]) else None


_SOUND_KEYS: Final = frozenset(("delta", "content", "audio", "data"))


def _is_sound(path: tuple[str, ...], value: str) -> bool:
    """Whether a value is base64 of bytes that are not text, which would stand between the pieces of a text."""
    if "audio" not in path[0] or path[-1] not in _SOUND_KEYS:
        return False
    inner = BASE64.decode(value)
    return inner is not None and not is_readable(inner)


def _owner(body: Any) -> str:
    """The message or the node that an event has a piece of; a websocket message says so in its data."""
    if isinstance(body, dict) and "event_type" in body:
        body = body.get("data")
    if not isinstance(body, dict):
        return ""
    choices = body.get("choices")
    first = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
    return f"{next(filter(None, map(body.get, _OWNERS)), '')} {first.get('index', '')}".strip()


def texts_of(pieces: Iterable[Piece]) -> Iterator[Sequence[Piece]]:
    """The pieces of each text: of one path, and of one message or node.

    The items of a list are pieces of one text if its name says so, and each with those of other events.
    """
    spoken = [piece for piece in pieces if _is_text(piece.path[-1])]
    of_events = _of_events(spoken)
    keys = {id(piece): (*piece.path, "" if piece.path in of_events else piece.owner) for piece in spoken}
    listed = {piece.path for piece in spoken if piece.number}
    whole = (piece for piece in spoken if _is_joined(piece) or piece.path not in listed)
    for group in _groups(whole, lambda piece: keys[id(piece)]):
        is_joined = _is_joined(group[0]) and group[0].path not in of_events and not _are_amounts(group)
        if is_joined or not all(_FIGURES.fullmatch(piece.text) for piece in group):
            yield group
    items = (piece for piece in spoken if piece.path in listed and not _FIGURES.fullmatch(piece.text))
    yield from _groups(items, lambda piece: (*keys[id(piece)], str(piece.number)))


def _is_joined(piece: Piece) -> bool:
    return piece.path[-1].lower() in _JOINED_KEYS


_AMOUNT = re.compile(r"[+-]?[0-9]{1,12}[.:,/%-][0-9.:,/%-]*")


def _are_amounts(pieces: Sequence[Piece]) -> bool:
    """Whether most pieces are a number, a day or a time by themselves."""
    return 2 * sum(_AMOUNT.fullmatch(piece.text) is not None for piece in pieces) > len(pieces)


_LAST_WORD = re.compile(r"[A-Z]?[a-z]+\Z|[A-Z]+\Z")


@lru_cache(maxsize=1024)
def _is_text(name: str) -> bool:
    """Whether what stands under a name may be a piece of a text: ``textDelta``, and not ``message_id``."""
    if name.lower() in _JOINED_KEYS:
        return True
    word = _LAST_WORD.search(name)
    return word is None or word[0].lower() not in _LABELS


_FIGURES = re.compile(r"[0-9.,:+%-]*")


def _of_events(pieces: Iterable[Piece]) -> set[tuple[str, ...]]:
    """The paths whose owners are the events, each with its own, and no messages."""
    found: dict[tuple[str, ...], set[tuple[str, int]]] = {}
    for piece in pieces:
        found.setdefault(piece.path, set()).add((piece.owner, piece.event.start))
    return {path for path, each in found.items() if len({owner for owner, _ in each}) == len(each)}


def texts_by_name(pieces: Iterable[Piece]) -> Iterator[Sequence[Piece]]:
    """The pieces under each name, whatever they belong to."""
    return _groups(pieces, lambda piece: piece.path[-1:])


def _groups(pieces: Iterable[Piece], key: Callable[[Piece], tuple[str, ...]]) -> Iterator[Sequence[Piece]]:
    """The pieces by a key, but for those that are all the same, and for JSON where most are that, each by itself."""
    groups: dict[tuple[str, ...], list[Piece]] = {}
    for piece in pieces:
        groups.setdefault(key(piece), []).append(piece)
    for found in groups.values():
        rest = [piece for piece in found if not piece.is_json]
        group = _as_cut(rest if 2 * len(rest) < len(found) else found)
        if any(piece.text != group[0].text for piece in group):
            yield group


def _as_cut(group: list[Piece]) -> list[Piece]:
    """The pieces, of which one that is a JSON string stands as it is if most messages are parts of a plain text."""
    spans = [piece for piece in group if piece.outer is None and piece.end == len(piece.event.text)]
    strings = {id(piece) for piece in spans if piece.is_token}
    if not strings or 2 * len(strings) >= len(spans):
        return group
    return [replace(piece, text=piece.raw, is_token=False) if id(piece) in strings else piece for piece in group]


_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")


def decoded(pieces: Sequence[Piece]) -> list[Piece]:
    """The same pieces if each is a text in base64, as what they say; else none."""
    decoded = []
    for piece in pieces:
        inner = BASE64.decode(piece.text) if piece.text and _BASE64.fullmatch(piece.text) else None
        if inner is None or not is_readable(inner):
            return []
        decoded.append(replace(piece, text=inner, is_base64=True))
    return decoded


def is_growing(pieces: Sequence[Piece]) -> bool:
    """Whether each piece is the whole text so far."""
    return all(new.text.startswith(old.text) for old, new in pairwise(pieces))


def spread(edits: Sequence[Edit], pieces: Sequence[Piece]) -> Iterator[tuple[Piece, list[Edit]]]:
    """The edits of a joined text as edits of its pieces."""
    return zip(pieces, spread_edits(edits, [len(piece.text) for piece in pieces]), strict=True)


def spread_growing(edits: Sequence[Edit], pieces: Sequence[Piece]) -> Iterator[tuple[Piece, list[Edit]]]:
    """The edits of the last piece as edits of all: of a value that has not come whole yet, all that has is replaced."""
    for piece in pieces:
        stop = len(piece.text)
        yield piece, [(start, min(end, stop), text) for start, end, text in edits if start < stop]
