"""Takes a cassette apart: every text in it with its place, from the list of the parts of a call."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from coze_cassettes.cassette.model import Cassette, Headers, Interaction, media_type
from coze_cassettes.cassette.parts import METADATA_PARTS, PARTS, Form, split_uri
from coze_cassettes.codecs import containers, encodings
from coze_cassettes.errors import UnreadableBody
from coze_cassettes.inspection import names, rows, streams


class Kind(StrEnum):
    """What a piece is."""

    TEXT = "text"
    FIELD = "field"
    """The value of a name, which its path ends with."""
    PATH = "path"
    """Of a URI."""
    BINARY = "binary"
    SEALED = "sealed"
    """A file that holds others and cannot be opened."""
    LIST = "list"
    """What the strings of a list say together: a known value may stand there in pieces."""
    SOUND = "sound"
    """Base64 of sound, which looks random."""
    COLUMN = "column"
    """What pieces say together whose name says of no text: short values look random, one behind the other."""


@dataclass(frozen=True)
class Piece:
    """A text with its place, and the names that lead to it."""

    place: str
    text: str
    path: tuple[str, ...] = ()
    kind: Kind = Kind.TEXT
    is_parsed: bool = False
    """Whether its strings are pieces too."""


def pieces_of(cassette: Cassette, allow_opaque: frozenset[str] = frozenset()) -> Iterator[Piece]:
    """All pieces of a cassette; ``allow_opaque`` are the digests of files that need not be opened."""
    for number, interaction in enumerate(cassette.interactions):
        yield from _of_interaction(interaction, f"interaction {number}", allow_opaque)
    for part in METADATA_PARTS:
        value = part.value_of(cassette)
        yield Piece(part.name, " ".join(value) if part.form is Form.NAMES else value, (part.field,))


def pieces_of_file(content: bytes) -> Iterator[Piece]:
    """All pieces of a file that is not a cassette."""
    return _of_body(content, "", "file")


def _of_interaction(interaction: Interaction, place: str, allowed: frozenset[str]) -> Iterator[Piece]:
    for part in PARTS:
        value, where = part.value_of(interaction), f"{place} {part.message}"
        if part.form is Form.TEXT:
            yield Piece(f"{where} {part.field}", value)
        elif part.form is Form.URI:
            yield from _of_uri(value, f"{where} {part.field}")
        elif part.form is Form.HEADERS:
            yield from _of_headers(value, where)
        elif part.form is Form.BODY:
            message = interaction.request if part.message == "request" else interaction.response
            yield from _of_body(value, media_type(message), f"{where} {part.field}", allowed)


# --- addresses and headers ------------------------------------------------------------------------------------------


_SEGMENT: Final = 8
"""Characters from which on a segment of a path is looked at by itself: it may be a text in base64."""


_ESCAPED = re.compile(r"(?<=[/?#&=])[^/?#&=%]*%[0-9A-Fa-f]{2}[^/?#&=]{7,}")
"""A segment of a path, a name or a value of some length in which something is written as an escape."""


def _of_uri(text: str, place: str) -> Iterator[Piece]:
    uri = split_uri(text)
    start = len(uri.scheme + uri.userinfo + uri.host)
    yield Piece(place, text[:start] + _ESCAPED.sub("", text[start:]))  # a segment with escapes is read below
    yield Piece(place, unquote(uri.path), kind=Kind.PATH)
    yield from (Piece(place, unquote(segment)) for segment in uri.path.split("/") if len(segment) >= _SEGMENT)
    for query in (uri.query[1:], uri.fragment[1:]):
        yield from _of_form(query, place)


def _of_headers(headers: Headers, place: str) -> Iterator[Piece]:
    for name, value in headers:
        yield Piece(f"{place} header {name}", value, (name.lower(),), Kind.FIELD)
        yield Piece(f"{place} header {name}", name)


def _of_form(text: str, place: str) -> Iterator[Piece]:
    for name, value in parse_qsl(text, keep_blank_values=True):
        yield from _of_field(value, f"{place}.{name}", (name,))
        yield Piece(f"{place} key", name)


# --- bodies ---------------------------------------------------------------------------------------------------------


def _of_body(body: bytes, content_type: str, place: str, allowed: frozenset[str] = frozenset()) -> Iterator[Piece]:
    if content_type.lower().startswith("multipart/"):
        yield from _of_multipart(body, place, allowed)
        return
    try:
        text = body.decode("utf-8-sig")  # some services write a byte order mark first
    except UnicodeDecodeError:
        text = None
    if text is None or containers.may_be_text(body):
        yield from _of_bytes(body, place, allowed)
        return
    value = streams.parse(text)
    if series := streams.series(text):
        yield from _of_events(series, place)
        if value is None:
            yield Piece(place, text)
    elif value is not None:
        pieces = [*_of_json(value, place, ())]
        yield from pieces
        yield from _across(pieces, place)
    elif "event-stream" in content_type or streams.is_stream(text):
        yield from _of_stream(text, place)
    elif "x-www-form-urlencoded" in content_type:
        yield from _of_form(text, place)
    elif text:
        yield Piece(place, text)


def _of_bytes(body: bytes, place: str, allowed: frozenset[str]) -> Iterator[Piece]:
    try:
        opened = containers.open_container(body, allowed)
    except UnreadableBody:
        opened = None
        yield Piece(place, "", kind=Kind.SEALED)
    if opened is None or not opened.is_whole:
        yield Piece(f"{place} (binary)", encodings.to_text(body), kind=Kind.BINARY)
    for member in opened.members if opened else ():
        yield from _of_body(member, "", place, allowed)


_LONGEST: Final = 256
"""Characters of a string that may be a piece of a value."""


def _across(pieces: Iterable[Piece], place: str) -> Iterator[Piece]:
    """What strings of the same path, which a list has, say together."""
    found: dict[tuple[str, ...], list[str]] = {}
    for piece in pieces:
        if piece.kind is Kind.FIELD and len(piece.text) <= _LONGEST:
            found.setdefault(piece.path, []).append(piece.text)
    for path, texts in found.items():
        if len(texts) > 1:
            yield Piece(f"{place}.{'.'.join(path)} (list)", "".join(texts), path, Kind.LIST)


def _of_json(value: Any, place: str, path: tuple[str, ...]) -> Iterator[Piece]:
    if isinstance(value, dict):
        label = _label_of(value)
        for key, child in value.items():
            yield Piece(f"{place} key", str(key))
            named = (label,) if label and key in _LABELLED else path[-1:] if key in _OF_THE_ONE_ABOVE else ()
            yield from _of_json(child, f"{place}.{key}", (*path, str(key), *named))
        yield from _of_cells(value, place, path)
    elif isinstance(value, list):
        yield from _of_cells(value, place, path)
        for before, child in zip([None, *value], value, strict=False):
            option = _OPTION.fullmatch(before) if isinstance(before, str) and isinstance(child, str) else None
            yield from _of_json(child, f"{place}[]", (*path, option[1]) if option else path)
    elif isinstance(value, str):
        yield from _of_field(value, place, path)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield Piece(place, _write_number(value), path, Kind.FIELD)


def _of_cells(value: Any, place: str, path: tuple[str, ...]) -> Iterator[Piece]:
    for name, cell in rows.named_cells(value):
        yield from _of_field(cell, f"{place}[]", (*path, name))


_OPTION = re.compile(r"--?([A-Za-z][A-Za-z0-9_-]{2,63})")
"""An option of a command, which names the next item of its list."""

_LABELS: Final = (
    *("keyword", "name", "key", "field", "label", "attribute", "variable", "param", "名称", "字段"),
    *("Name", "Key", "Field", "attr", "prop", "property", "path"),
)
_LABELLED: Final = frozenset(
    (
        *("value", "val", "content", "text", "default", "default_value", "defaultValue", "值", "内容", "Value"),
        *("newValue", "new", "old"),
    )
)


_OF_THE_ONE_ABOVE: Final = frozenset(
    ("value", "val", "default", "example", "default_value", "defaultValue", "const", "S", "stringValue", "#text", "$t")
)
"""Names that say nothing by themselves: ``{"password": {"value": "tulip"}}``."""


def _label_of(value: dict[str, Any]) -> str:
    """What an object calls its value, if that promises something: ``{"keyword": "phone", "value": "1"}``."""
    labels = (label.removeprefix("/") for name in _LABELS if isinstance(label := value.get(name), str))
    if isinstance(kind := value.get("type"), str) and kind.lower() in ("password", "secret"):
        return kind
    return next((label for label in labels if names.promise_of(label) is not None), "")


def _of_field(text: str, place: str, path: tuple[str, ...]) -> Iterator[Piece]:
    inner = streams.parse(text)
    yield Piece(place, text, path, Kind.FIELD, is_parsed=inner is not None)
    if inner is not None:
        yield from _of_json(inner, place, path)


def _write_number(number: Any) -> str:
    """A number as digits; one that is whole without its fraction."""
    return str(int(number)) if isinstance(number, float) and number.is_integer() else json.dumps(number)


# --- streams --------------------------------------------------------------------------------------------------------

_SOUND_FIELDS: Final = frozenset(("delta", "content", "audio", "data"))


def _sound_of(piece: Piece, event: streams.Event) -> bytes | None:
    """The sound that a field holds, which is base64 of bytes that are not text."""
    if "audio" not in event.name or _SOUND_FIELDS.isdisjoint(piece.path[-1:]):
        return None
    try:
        raw = base64.b64decode(piece.text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return None if encodings.is_readable(encodings.to_text(raw)) else raw


def _of_stream(text: str, place: str) -> Iterator[Piece]:
    return _of_events(streams.events(text), place)


def _of_events(events: Iterable[streams.Event], place: str) -> Iterator[Piece]:
    """Each event of a stream, and the texts and bytes that its events only give together."""
    joined, raws, sounds = streams.Joined(), list[bytes](), list[bytes]()
    for event in events:
        where = f"{place} {event.name}"
        if event.raw is not None:
            raws.append(event.raw)
            yield from _of_body(event.raw, "", where)
            value = streams.behind_head(event.raw)
            for piece in _of_value(value, where):
                _join(joined, replace(event, value=value), piece)
        elif event.value is None:
            yield Piece(where, event.line)
            joined.add(event, ("plain",), event.plain)
        for piece in _of_value(event.value, where):
            if (sound := _sound_of(piece, event)) is not None:
                sounds.append(sound)
                yield replace(piece, kind=Kind.SOUND)
                continue
            yield piece
            _join(joined, event, piece)
    yield from _of_joined(joined, place)
    for several, fewest in ((raws, 2), (sounds, 1)):  # a sound as a field is only searched for known values
        if len(several) >= fewest and not all(map(streams.is_json, several)):
            yield Piece(f"{place} (binary, joined)", encodings.to_text(b"".join(several)), kind=Kind.BINARY)


def _of_joined(joined: streams.Joined, place: str) -> Iterator[Piece]:
    """What pieces say together."""
    for path, whole, is_spoken in joined.texts():
        kind = Kind.TEXT if is_spoken else Kind.COLUMN
        yield Piece(f"{place} {'.'.join(filter(None, path))} (joined)", whole, kind=kind)


def _of_value(value: Any, place: str) -> Iterator[Piece]:
    """The pieces of an event; the items of a list by their number: ``["delta", "a part of the text"]``."""
    if not isinstance(value, list):
        yield from _of_json(value, place, ())
        return
    for number, item in enumerate(value):
        yield from _of_json(item, place, () if isinstance(item, dict) else (f"#{number}",))


def _join(joined: streams.Joined, event: streams.Event, piece: Piece) -> None:
    if piece.kind is Kind.FIELD:
        joined.add(event, piece.path, piece.text)


# --- multipart ------------------------------------------------------------------------------------------------------

_NAME = re.compile(r'\bname="([^"\r\n]*)"')


def _of_multipart(body: bytes, place: str, allowed: frozenset[str]) -> Iterator[Piece]:
    """The parts, separated by the line with which the body begins."""
    boundary, _, _ = body.partition(b"\n")
    boundary = boundary.strip()
    if not boundary.startswith(b"--"):
        yield from _of_body(body, "", place, allowed)
        return
    joined = streams.Joined()
    for part in body.split(boundary)[1:]:
        head, _, content = part.lstrip(b"\r\n").replace(b"\r\n\r\n", b"\n\n", 1).partition(b"\n\n")
        label = encodings.to_text(head)
        named = _NAME.search(label)
        name = named[1] if named else ""
        yield Piece(f"{place}.{name} head", unquote(label))
        for piece in _of_body(content.removesuffix(b"\r\n"), "", f"{place}.{name}", allowed):
            is_bare = piece.kind is Kind.TEXT and not piece.path
            yield Piece(piece.place, piece.text, (name,), Kind.FIELD) if is_bare else piece
        if not name:  # the parts of no form may be pieces of a text
            value = streams.value_of(content.decode("utf-8", "replace").strip())
            for piece in _of_value(value, place):
                _join(joined, streams.Event("", "", value), piece)
    yield from _of_joined(joined, place)
