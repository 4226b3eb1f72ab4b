"""Walks over a call, so that a visitor sees every readable piece of it, wherever it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import quote, unquote

from coze_cassettes.cassette.model import Headers, Interaction, Request, Response, media_type
from coze_cassettes.cassette.parts import PARTS, URI_PIECES, Form, Part, split_uri
from coze_cassettes.codecs import multipart
from coze_cassettes.codecs.cuts import moved_chunks
from coze_cassettes.codecs.edits import Edit, apply_edits, merge_edits, shift_edits
from coze_cassettes.codecs.encodings import CHARACTER_TAIL, to_bytes, to_text
from coze_cassettes.codecs.layers import Leaf, Visit, edit_text, walk_bytes, walk_text
from coze_cassettes.codecs.streams import is_stream, walk_stream
from coze_cassettes.errors import UnreadableBody


def walk(interaction: Interaction, visit: Visit, allow_opaque: frozenset[str] = frozenset()) -> Interaction:
    """An interaction with everything replaced that ``visit`` says; UnreadableBody if it cannot be opened."""
    return _walk_parts(interaction, PARTS, visit, allow_opaque)


_NO_RESPONSE: Final = Response(0)


def walk_request(request: Request, visit: Visit) -> Request:
    """A request with everything replaced that ``visit`` says."""
    parts = [part for part in PARTS if part.message == "request"]
    return _walk_parts(Interaction(request, _NO_RESPONSE), parts, visit, frozenset()).request


def _walk_parts(interaction: Interaction, parts: Sequence[Part], visit: Visit, allowed: frozenset[str]) -> Interaction:
    uri_path = split_uri(interaction.request.uri).path
    walked = interaction
    for part in parts:
        if part.form is Form.NUMBER:
            continue
        leaf = Leaf((), "", "text", part=part.name, uri_path=uri_path, allow_opaque=allowed)
        try:
            new = _WALKS[part.form](leaf, interaction, part, visit)
        except UnreadableBody as error:
            raise UnreadableBody(f"{part.name} of {interaction.request.method} {uri_path}: {error}") from error
        if new != part.value_of(interaction):
            walked = part.replace_value(walked, new)
    body = walked.response.body
    chunks = moved_chunks(interaction.response.body, body, interaction.response.chunks)
    return replace(walked, response=replace(walked.response, chunks=chunks))


def _walk_line(leaf: Leaf, interaction: Interaction, part: Part, visit: Visit) -> str:
    return edit_text(leaf._replace(text=part.value_of(interaction)), visit)


def _walk_uri(leaf: Leaf, interaction: Interaction, part: Part, visit: Visit) -> str:
    return walk_uri(leaf._replace(text=part.value_of(interaction)), visit)


def _walk_headers(leaf: Leaf, interaction: Interaction, part: Part, visit: Visit) -> Headers:
    return tuple(
        (name, edit_text(leaf._replace(text=value, form="header", path=(name,)), visit))
        for name, value in part.value_of(interaction)
    )


def _walk_body(leaf: Leaf, interaction: Interaction, part: Part, visit: Visit) -> bytes:
    return walk_body(leaf, part.value_of(interaction), media_type(getattr(interaction, part.message)), visit)


_WALKS: Final[dict[Form, Callable[[Leaf, Interaction, Part, Visit], object]]] = {
    Form.TEXT: _walk_line,
    Form.URI: _walk_uri,
    Form.HEADERS: _walk_headers,
    Form.BODY: _walk_body,
}


# --- URIs and forms -------------------------------------------------------------------------------------------------


def walk_uri(leaf: Leaf, visit: Visit) -> str:
    """A URI with everything replaced that ``visit`` says of it, of its pieces and of the parameters in it."""
    pieces = split_uri(leaf.text)
    own = visit(leaf._replace(form="uri"))
    edits: list[Edit] = []
    position = 0
    for name in URI_PIECES:
        if text := getattr(pieces, name):
            piece = leaf._replace(text=text, part=f"{leaf.part}.{name}")
            edits += shift_edits(_walk_piece(name, piece, visit), position)
            position += len(text)
    return apply_edits(leaf.text, merge_edits(own, edits))


def _walk_piece(name: str, leaf: Leaf, visit: Visit) -> list[Edit]:
    if name in ("query", "fragment"):
        return shift_edits(form_edits(leaf._replace(text=leaf.text[1:]), visit), 1)
    if name == "path":
        return _path_edits(leaf._replace(form="path"), visit)
    return walk_text(leaf._replace(form="text"), visit)


_SEGMENT = re.compile(r"[^/]*%[0-9A-Fa-f]{2}[^/]*")


def _path_edits(leaf: Leaf, visit: Visit) -> list[Edit]:
    """The edits of a path. A segment in which something is written as an escape is a text of its own: it ends there."""
    segments = list(_SEGMENT.finditer(leaf.text))
    if not segments:
        return walk_text(leaf, visit)
    edits, position = list(visit(leaf)), 0
    for match in segments:
        edits += shift_edits(walk_text(leaf._replace(text=leaf.text[position : match.start()]), visit), position)
        edits += _edit_encoded(leaf._replace(form="text"), match[0], match.start(), visit)
        position = match.end()
    return merge_edits(edits, shift_edits(walk_text(leaf._replace(text=leaf.text[position:]), visit), position))


_PAIR = re.compile(r"[^&]+")
_NAME = re.compile(r"[^\[\]]+")
"""One of the names of a field: ``user[password]`` has two."""


def form_edits(leaf: Leaf, visit: Visit) -> list[Edit]:
    """The edits of a query or a form; a plus is a blank."""
    edits: list[Edit] = []
    for match in _PAIR.finditer(leaf.text):
        name, equals, raw = match[0].partition("=")
        path = tuple(_NAME.findall(unquote(name.replace("+", " "))))
        edits += _edit_encoded(leaf._replace(form="key", path=path), name, match.start(), visit)
        if raw:
            start = match.start() + len(name) + len(equals)
            edits += _edit_encoded(leaf._replace(form="string", path=path), raw, start, visit)
    return edits


def _edit_encoded(leaf: Leaf, raw: str, start: int, visit: Visit) -> list[Edit]:
    plain = unquote(raw.replace("+", " "), errors="surrogateescape")
    new = edit_text(leaf._replace(text=plain), visit)
    if new == plain:
        return []
    closed = quote(to_bytes(new), safe="")
    return [(start, start + len(raw), closed.replace("%20", "+") if "+" in raw else closed)]


# --- bodies ---------------------------------------------------------------------------------------------------------


def walk_body(leaf: Leaf, body: bytes, content_type: str, visit: Visit) -> bytes:
    """A body with everything replaced that ``visit`` says."""
    if not body:
        return body
    if content_type.lower().startswith("multipart/"):
        return _walk_multipart(leaf, body, content_type, visit)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return _walk_no_text(leaf, body, content_type, visit)
    if content_type.lower().startswith("application/x-www-form-urlencoded"):
        return to_bytes(apply_edits(text, form_edits(leaf._replace(text=text), visit)))
    if is_stream(text, content_type):
        return to_bytes(apply_edits(text, walk_stream(leaf._replace(text=text), visit)))
    return walk_bytes(leaf, body, visit)


def _walk_no_text(leaf: Leaf, body: bytes, content_type: str, visit: Visit) -> bytes:
    """Bytes that are not UTF-8: a file, a text in another character set, or a text that breaks off in a character."""
    if "json" in content_type or "event-stream" in content_type:
        text = to_text(body)
        if any("\udc80" <= char <= "\udcff" for char in text[:-CHARACTER_TAIL]):
            raise UnreadableBody(f"a body that says it is {content_type} is not valid UTF-8")
        broken = leaf._replace(text=text)
        edits = walk_stream(broken, visit) if is_stream(text, content_type) else None
        return to_bytes(edit_text(broken, visit) if edits is None else apply_edits(text, edits))
    return walk_bytes(leaf, body, visit)


def _walk_multipart(leaf: Leaf, body: bytes, content_type: str, visit: Visit) -> bytes:
    boundary = multipart.boundary_of(content_type)
    if "form-data" not in content_type.lower() and (text := _text_of(body)) is not None:
        body = to_bytes(apply_edits(text, walk_stream(leaf._replace(text=text), visit)))  # its parts may be pieces
    parts = multipart.split_multipart(body, boundary)
    return multipart.join_multipart([_walk_part(leaf, part, visit) for part in parts], boundary)


def _text_of(body: bytes) -> str | None:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _walk_part(leaf: Leaf, part: multipart.Part, visit: Visit) -> multipart.Part:
    head = edit_text(leaf._replace(text=part.head), visit)
    name = part.parameter("name")
    try:
        return multipart.Part(head, _walk_content(leaf, part, name, visit))
    except UnreadableBody as error:
        file = part.parameter("filename")
        raise UnreadableBody(f"part {name}{f' ({file})' if file else ''}: {error}") from error


def _walk_content(leaf: Leaf, part: multipart.Part, name: str, visit: Visit) -> bytes:
    if part.parameter("filename"):
        return walk_body(leaf, part.content, part.content_type, visit)
    try:
        value = part.content.decode("utf-8")
    except UnicodeDecodeError:
        return walk_bytes(leaf, part.content, visit)
    return to_bytes(edit_text(leaf._replace(text=value, form="string", path=(name,)), visit))
