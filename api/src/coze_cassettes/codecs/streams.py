"""Event streams: server-sent events or lines of JSON, whose texts come in pieces.

A value may be cut anywhere between two events. So the pieces of a text are looked at joined as well, and what is
replaced in the joined text is replaced in the pieces: the replacement stands where the value began, the rest of it is
cut out. If each piece is the whole text so far, the last one is the joined text. Lines are never added or removed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from coze_cassettes.codecs import containers, json_text, sequences
from coze_cassettes.codecs.edits import Edit
from coze_cassettes.codecs.encodings import BASE64, is_readable, to_bytes, to_text
from coze_cassettes.codecs.layers import Leaf, Visit, walk_bytes, walk_json, walk_text
from coze_cassettes.codecs.pieces import (
    Event,
    Piece,
    decoded,
    is_growing,
    pieces_of,
    spread,
    spread_growing,
    texts_by_name,
    texts_of,
)

_LINE = re.compile(
    r"(?:^|(?<=\r))(?:\ufeff)?(?:(?P<field>[a-z]+):[ ]?(?P<value>[^\r\n]*)|(?P<other>[^\r\n]+))", re.MULTILINE
)
"""A line, which may end with a carriage return alone; before the first there may be a byte order mark."""

_FIRST_FIELD = re.compile(r"[\s\ufeff]*(?:data|event|id|retry)?:")
_DATA_FIELD = re.compile(r"(?:^|(?<=\r))\ufeff?data:", re.MULTILINE)

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


def _events(text: str) -> Iterator[Event]:
    if objects := sequences.objects_in(text):
        for start, end in objects:
            yield Event("", is_data=True, start=start, end=end, text=text[start:end], is_encoded=False)
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
        yield Event(name, is_data, start, end, value if inner is None else inner, inner is not None)


def _whole_events(text: str) -> list[Event]:
    """The events, those whose JSON stands in several lines as one."""
    events = [*_events(text)]
    spans = [(each.start, each.end) for each in events if each.is_data and not each.is_encoded]
    groups = {group[0][0]: group for group in sequences.joined_lines(spans, text)}
    inside = {start for group in groups.values() for start, _ in group[1:]}
    for each in events if groups else ():
        if lines := groups.get(each.start, ()):
            each.lines, each.text = lines, "\n".join(text[slice(*line)] for line in lines)
    return [each for each in events if each.start not in inside]


# --- the walk -------------------------------------------------------------------------------------------------------

_BY_OWNER, _BY_NAME, _BY_LINE = 0, 1, 2


def walk_stream(leaf: Leaf, visit: Visit) -> list[Edit]:
    """The edits of a stream: those of each event, and those of the texts that come in pieces."""
    events = _whole_events(leaf.text)
    pieces = [piece for event in events for piece in pieces_of(event)]
    for group in texts_of(pieces):
        for each in (group, decoded(group)):
            _edit_joined(leaf, each, "joined", _BY_OWNER, visit)
    for group in texts_by_name(pieces):
        for each in (group, decoded(group)):
            _edit_joined(leaf, each, "pieces", _BY_NAME, visit)
    for event in events:
        while len(event.edits) <= _BY_LINE:
            event.edits.append([])
        event.edits[_BY_LINE] = _line_edits(leaf, event, visit)
    return [edit for event in events for edit in event.edit(leaf.text[event.start : event.end])]


def _edit_joined(leaf: Leaf, pieces: Sequence[Piece], form: str, rank: int, visit: Visit) -> None:
    if not pieces:
        return
    grows = is_growing(pieces)
    edits = _joined_edits(leaf, pieces[-1].text if grows else _whole(pieces), form, visit)
    if grows and not edits and len(pieces[0].text) <= _BY_CHANCE:  # a text may begin with the same letter twice
        grows, edits = False, _joined_edits(leaf, _whole(pieces), form, visit)
    for piece, local in (spread_growing if grows else spread)(edits, pieces):
        piece.replace(local, rank)


_BY_CHANCE: Final = 2
"""Characters of a piece with which the next may begin by chance."""


def _whole(pieces: Sequence[Piece]) -> str:
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


def _line_edits(leaf: Leaf, event: Event, visit: Visit) -> list[Edit]:
    path = (event.name,) if event.name else ()
    form = "binary" if event.is_encoded and not is_readable(event.text) else "text"
    line = leaf._replace(path=path, text=event.text, form=form)
    if event.is_encoded and (not is_readable(event.text) or event.text.startswith("%PDF-")):
        data = to_bytes(event.text)
        if containers.open_container(data, leaf.allow_opaque) is not None:
            new = walk_bytes(line, data, visit)
            return [] if new == data else [(0, len(event.text), to_text(new))]
    return walk_json(line, visit) if event.is_data and json_text.is_json(event.text) else walk_text(line, visit)
