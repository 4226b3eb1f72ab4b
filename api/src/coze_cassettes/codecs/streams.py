"""Event streams: server-sent events or lines of JSON, whose texts come in pieces.

A value may be cut anywhere between two events. So the pieces of a text are looked at joined as well, and what is
replaced in the joined text is replaced in the pieces: the replacement stands where the value began, the rest of it is
cut out. If each piece is the whole text so far, the last one is the joined text. Lines are never added or removed.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from typing import Any, Final

from coze_cassettes.codecs import containers, json_text, sequences
from coze_cassettes.codecs.edits import Edit, apply_edits, merge_edits, shift_edits, spread_edits
from coze_cassettes.codecs.encodings import BASE64, is_readable, to_bytes, to_text
from coze_cassettes.codecs.layers import Leaf, Visit, token_edits, walk_bytes, walk_json, walk_text

_LINE = re.compile(
    r"(?:^|(?<=\r))(?:\ufeff)?(?:(?P<field>[a-z]+):[ ]?(?P<value>[^\r\n]*)|(?P<other>[^\r\n]+))", re.MULTILINE
)
"""A line, which may end with a carriage return alone; before the first there may be a byte order mark."""

_FIRST_FIELD = re.compile(r"[\s\ufeff]*(?:data|event|id|retry)?:")
_DATA_FIELD = re.compile(r"(?:^|(?<=\r))\ufeff?data:", re.MULTILINE)

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
"""Keys whose values may come in pieces, so that what the joined text looks like counts."""

_OWNERS: Final = ("id", "node_id", "node_title", "item_id", "index")
"""Keys that say to what a piece belongs."""

_ENCODED: Final = ("(binary)", "(text)")
"""The events that carry a websocket message in base64."""


def is_stream(text: str, content_type: str) -> bool:
    """Whether a body is a stream of events, whatever it says that it is."""
    if "event-stream" in content_type.lower():
        return True
    if _FIRST_FIELD.match(text) and _DATA_FIELD.search(text):
        return True
    return sequences.is_lines(text) or bool(sequences.objects_in(text))


# --- events ---------------------------------------------------------------------------------------------------------


@dataclass
class _Event:
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


def _events(text: str) -> Iterator[_Event]:
    if objects := sequences.objects_in(text):
        for start, end in objects:
            yield _Event("", is_data=True, start=start, end=end, text=text[start:end], is_encoded=False)
        return
    name = ""
    for match in _LINE.finditer(text):
        group = "value" if match["field"] else "other"
        value, (start, end) = match[group], match.span(group)
        if match["field"] == "event":
            name = value
        is_data = match["field"] == "data" or (match["other"] or "")[:1] in ("{", "[")
        if not is_data and sequences.json_start(line := match[0]) is not None:
            value, start, is_data = line, match.start(), True
        inner = BASE64.decode(value) if is_data and name in _ENCODED else None
        yield _Event(name, is_data, start, end, value if inner is None else inner, inner is not None)


def _whole_events(text: str) -> list[_Event]:
    """The events, those whose JSON stands in several lines as one."""
    events = [*_events(text)]
    spans = [(each.start, each.end) for each in events if each.is_data and not each.is_encoded]
    groups = {group[0][0]: group for group in sequences.joined_lines(spans, text)}
    inside = {start for group in groups.values() for start, _ in group[1:]}
    for each in events if groups else ():
        if lines := groups.get(each.start, ()):
            each.lines, each.text = lines, "\n".join(text[slice(*line)] for line in lines)
    return [each for each in events if each.start not in inside]


# --- pieces ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Piece:
    """One value of an event that may be a part of a longer text: where it stands in it, and to what it belongs."""

    event: _Event
    start: int
    end: int
    path: tuple[str, ...]
    owner: str
    text: str
    is_token: bool
    is_base64: bool = False

    def replace(self, edits: Sequence[Edit], rank: int) -> None:
        """Note what is replaced in this piece."""
        if not edits:
            return
        raw = self.event.text[self.start : self.end]
        if self.is_base64:
            stood = json.loads(raw) if self.is_token else raw
            edits = [(0, len(stood), BASE64.encode_like(apply_edits(self.text, list(edits)), stood))]
        inner = token_edits(raw, edits) if self.is_token else list(edits)
        while len(self.event.edits) <= rank:
            self.event.edits.append([])
        self.event.edits[rank] += shift_edits(inner, self.start)


def _pieces(event: _Event) -> Iterator[_Piece]:
    if not event.is_data:
        return
    head = 0 if json_text.is_json(event.text) else _head_before_json(event)
    if head is None:
        yield _Piece(event, 0, len(event.text), (event.name, "data"), "", event.text, is_token=False)
        return
    text = event.text[head:]
    if text.startswith('"'):
        yield _Piece(event, head, len(event.text), (event.name, "data"), "", json.loads(text), is_token=True)
        return
    owner = _owner(json.loads(text))
    for number, token in enumerate(json_text.tokens(text)):
        if token.form == "string":
            value = json.loads(text[token.start : token.end])
            path = (event.name, *(token.path or (f"item {number}", "data")))
            if not _is_sound(path, value):
                yield _Piece(event, head + token.start, head + token.end, path, owner, value, is_token=True)


_LONGEST_HEAD: Final = 64


def _head_before_json(event: _Event) -> int | None:
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


def _group(pieces: Sequence[_Piece], *, by_owner: bool) -> list[list[_Piece]]:
    groups: dict[tuple[str, ...], list[_Piece]] = {}
    for piece in pieces:
        groups.setdefault((*piece.path, piece.owner) if by_owner else piece.path[-1:], []).append(piece)
    return [group for group in groups.values() if any(piece.text != group[0].text for piece in group)]


_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")


def _decoded(pieces: Sequence[_Piece]) -> list[_Piece]:
    """The same pieces if each is a text in base64, as what they say; else none."""
    decoded = []
    for piece in pieces:
        inner = BASE64.decode(piece.text) if piece.text and _BASE64.fullmatch(piece.text) else None
        if inner is None or not is_readable(inner):
            return []
        decoded.append(replace(piece, text=inner, is_base64=True))
    return decoded


def _is_growing(pieces: Sequence[_Piece]) -> bool:
    """Whether each piece is the whole text so far."""
    return all(new.text.startswith(old.text) for old, new in pairwise(pieces))


def _spread(edits: Sequence[Edit], pieces: Sequence[_Piece]) -> Iterator[tuple[_Piece, list[Edit]]]:
    """The edits of a joined text as edits of its pieces."""
    return zip(pieces, spread_edits(edits, [len(piece.text) for piece in pieces]), strict=True)


def _spread_growing(edits: Sequence[Edit], pieces: Sequence[_Piece]) -> Iterator[tuple[_Piece, list[Edit]]]:
    """The edits of the last piece as edits of all: of a value that has not come whole yet, all that has is replaced."""
    for piece in pieces:
        stop = len(piece.text)
        yield piece, [(start, min(end, stop), text) for start, end, text in edits if start < stop]


# --- the walk -------------------------------------------------------------------------------------------------------

_BY_OWNER, _BY_NAME, _BY_LINE = 0, 1, 2


def walk_stream(leaf: Leaf, visit: Visit) -> list[Edit]:
    """The edits of a stream: those of each event, and those of the texts that come in pieces."""
    events = _whole_events(leaf.text)
    pieces = [piece for event in events for piece in _pieces(event)]
    for group in _group([piece for piece in pieces if piece.path[-1].lower() in _JOINED_KEYS], by_owner=True):
        for each in (group, _decoded(group)):
            _edit_joined(leaf, each, "joined", _BY_OWNER, visit)
    for group in _group(pieces, by_owner=False):
        for each in (group, _decoded(group)):
            _edit_joined(leaf, each, "pieces", _BY_NAME, visit)
    for event in events:
        while len(event.edits) <= _BY_LINE:
            event.edits.append([])
        event.edits[_BY_LINE] = _line_edits(leaf, event, visit)
    return [edit for event in events for edit in event.edit(leaf.text[event.start : event.end])]


def _edit_joined(leaf: Leaf, pieces: Sequence[_Piece], form: str, rank: int, visit: Visit) -> None:
    if not pieces:
        return
    grows = _is_growing(pieces)
    edits = _joined_edits(leaf, pieces[-1].text if grows else _whole(pieces), form, visit)
    if grows and not edits and len(pieces[0].text) <= _BY_CHANCE:  # a text may begin with the same letter twice
        grows, edits = False, _joined_edits(leaf, _whole(pieces), form, visit)
    for piece, local in (_spread_growing if grows else _spread)(edits, pieces):
        piece.replace(local, rank)


_BY_CHANCE: Final = 2
"""Characters of a piece with which the next may begin by chance."""


def _whole(pieces: Sequence[_Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def _joined_edits(leaf: Leaf, text: str, form: str, visit: Visit) -> list[Edit]:
    joined = leaf._replace(path=("joined",), text=text, form=form)
    edits = walk_text(joined, visit) if form == "joined" else visit(joined)
    return [each for edit in edits for each in _narrow(text, edit)]


_NAME = re.compile(r"[A-Z][A-Z_]*(?:_\d+)?")
"""A placeholder, which stands in one piece: an edit of its event by itself puts it there too."""


def _narrow(text: str, edit: Edit) -> Iterator[Edit]:
    """Of a time that keeps its length only the characters that differ, so that each piece keeps its own."""
    start, end, new = edit
    if len(new) != end - start or _NAME.fullmatch(new):
        yield edit
        return
    yield from ((start + at, start + at + 1, char) for at, char in enumerate(new) if char != text[start + at])


def _line_edits(leaf: Leaf, event: _Event, visit: Visit) -> list[Edit]:
    path = (event.name,) if event.name else ()
    line = leaf._replace(path=path, text=event.text, form="text")
    if event.is_encoded and (not is_readable(event.text) or event.text.startswith("%PDF-")):
        data = to_bytes(event.text)
        if containers.open_container(data, leaf.allow_opaque) is not None:
            new = walk_bytes(line, data, visit)
            return [] if new == data else [(0, len(event.text), to_text(new))]
    return walk_json(line, visit) if event.is_data and json_text.is_json(event.text) else walk_text(line, visit)
