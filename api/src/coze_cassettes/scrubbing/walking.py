"""Walks over an interaction, so that a visitor sees every readable piece of it, wherever it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise
from typing import Final, Protocol
from urllib.parse import quote, unquote, urlsplit

from coze_cassettes.cassette.model import Headers, Interaction, Request, media_type
from coze_cassettes.codecs import compression, layers, peel
from coze_cassettes.codecs.peel import Leaf
from coze_cassettes.errors import UnreadableBody
from coze_cassettes.scrubbing import placeholders
from coze_cassettes.scrubbing.rulebook import Rule, RuleBook

_HOLDS_PLACEHOLDER = re.compile(placeholders.pattern().pattern.encode())
"""A compressed file with a placeholder is written in one way, whether a test sent it or it was put there."""

_CHARACTER_TAIL: Final = 3
"""Bytes of an incomplete UTF-8 character at most."""


class Visitor(Protocol):
    """What is done with each readable piece: learning or replacing."""

    uri_path: str

    def leaf(self, leaf: Leaf) -> str:
        """A key, string, number or text of a body, or bytes that are no text."""

    def segment(self, rule: Rule, value: str) -> str:
        """An identifier in the URI path."""

    def header(self, name: str, value: str) -> str:
        """The value of a header."""

    def edits(self, joined: str) -> Sequence[peel.Edit]:
        """What to replace in a text that came in pieces."""


def _walk_uri(uri: str, visitor: Visitor, rules: RuleBook) -> str:
    parts = urlsplit(uri)
    edits = [
        (start, end, visitor.segment(rule, parts.path[start:end])) for rule, start, end in rules.in_path(parts.path)
    ]
    path = peel.apply_edits(parts.path, _first_of_each(edits))
    path = visitor.leaf(Leaf((), path, "text"))
    query = "&".join(_walk_parameter(pair, visitor) for pair in parts.query.split("&")) if parts.query else ""
    return parts._replace(path=path, query=query).geturl() + ("?" if uri.endswith("?") and not query else "")


def _first_of_each(edits: list[peel.Edit]) -> list[peel.Edit]:
    """Edits in order, the first rule winning where two claim the same segment."""
    by_start: dict[int, peel.Edit] = {}
    for edit in edits:
        by_start.setdefault(edit[0], edit)
    return [by_start[start] for start in sorted(by_start)]


def _walk_parameter(pair: str, visitor: Visitor) -> str:
    """A parameter of a query or a form; a plus is a blank."""
    name, equals, raw = pair.partition("=")
    key = _walk_encoded(name, lambda text: visitor.leaf(Leaf((text,), text, "key")))
    return key + equals + _walk_encoded(raw, lambda text: visitor.leaf(Leaf((unquote(name),), text)))


def _walk_encoded(raw: str, walk: Callable[[str], str]) -> str:
    opened = layers.open_percent(raw, plus=True)
    if opened is None:
        new = walk(raw) if raw else raw
        return raw if new == raw else quote(new, safe="")
    new = walk(opened.inner)
    return raw if new == opened.inner else opened.close(new)


def _walk_headers(headers: Headers, visitor: Visitor) -> Headers:
    return tuple((name, visitor.header(name, value)) for name, value in headers)


def _walk_body(body: bytes, content_type: str, visitor: Visitor) -> bytes:
    if not body:
        return body
    if content_type.lower().startswith("multipart/"):
        return _walk_multipart(body, content_type, visitor)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        if "json" in content_type or "event-stream" in content_type:
            return _walk_broken_text(body, content_type, visitor)
        return _walk_bytes(body, visitor)
    return _walk_text(text, content_type, visitor).encode("utf-8")


def _walk_bytes(body: bytes, visitor: Visitor) -> bytes:
    """Bytes that are no text; a compressed file is opened."""
    inner = compression.opened(body)
    if inner is not None:
        new = _walk_body(inner, "", visitor)
        return body if new == inner and not _HOLDS_PLACEHOLDER.search(new) else compression.stored(new)
    text = body.decode("utf-8", "surrogateescape")
    return visitor.leaf(Leaf((), text, "binary")).encode("utf-8", "surrogateescape")


def _walk_broken_text(body: bytes, content_type: str, visitor: Visitor) -> bytes:
    """A text that breaks off inside a character: the rest stays as it is."""
    text = body.decode("utf-8", "surrogateescape")
    tail = len(body) - len(body.rstrip(bytes(range(0x80, 0x100))))
    if tail > _CHARACTER_TAIL or any("\udc80" <= char <= "\udcff" for char in text[:-3]):
        raise UnreadableBody(f"a body that says it is {content_type} is no UTF-8")
    return _walk_text(text, content_type, visitor).encode("utf-8", "surrogateescape")


def _walk_text(text: str, content_type: str, visitor: Visitor) -> str:
    if "event-stream" in content_type.lower():
        return peel.rewrite_sse(text, visitor.leaf, visitor.edits)
    if "x-www-form-urlencoded" in content_type.lower():
        return "&".join(_walk_parameter(pair, visitor) for pair in text.split("&"))
    if peel.is_json(text):
        return peel.rewrite_json(text, visitor.leaf)
    return visitor.leaf(Leaf((), text, "text"))


def _walk_multipart(body: bytes, content_type: str, visitor: Visitor) -> bytes:
    boundary = peel.boundary_of(content_type)
    parts = peel.split_multipart(body, boundary)
    return peel.join_multipart([_walk_part(part, visitor) for part in parts], boundary)


def _walk_head(head: str, visitor: Visitor) -> str:
    """The header of a part; clients percent-encode some characters of a file's name."""
    opened = layers.open_percent(head)
    new = visitor.leaf(Leaf((), head if opened is None else opened.inner, "text"))
    return new if opened is None else opened.close(new)


def _walk_part(part: peel.Part, visitor: Visitor) -> peel.Part:
    head = _walk_head(part.head, visitor)
    if part.parameter("filename"):
        return peel.Part(head, _walk_body(part.content, "", visitor))
    try:
        value = part.content.decode("utf-8")
    except UnicodeDecodeError:
        return peel.Part(head, _walk_bytes(part.content, visitor))
    return peel.Part(head, visitor.leaf(Leaf((part.parameter("name"),), value)).encode("utf-8"))


def walk_request(request: Request, visitor: Visitor, rules: RuleBook) -> Request:
    """A request with what the visitor makes of its pieces; UnreadableBody if it cannot be opened."""
    visitor.uri_path = urlsplit(request.uri).path
    uri = _walk_uri(request.uri, visitor, rules)
    headers = _walk_headers(request.headers, visitor)
    return replace(request, uri=uri, headers=headers, body=_walk_body(request.body, media_type(request), visitor))


def walk(interaction: Interaction, visitor: Visitor, rules: RuleBook) -> Interaction:
    """An interaction with what the visitor makes of its pieces; UnreadableBody if it cannot be opened."""
    request = walk_request(interaction.request, visitor, rules)
    old = interaction.response
    headers = _walk_headers(old.headers, visitor)
    body = _walk_body(old.body, media_type(old), visitor)
    chunks = moved_chunks(old.body, body, old.chunks)
    return Interaction(request, replace(old, headers=headers, body=body, chunks=chunks))


def moved_chunks(old: bytes, new: bytes, chunks: tuple[int, ...]) -> tuple[int, ...]:
    """Sizes of the chunks of a body whose lines were edited.

    A cut stays in its line, at the same distance from its start or, behind what was edited, from its end.
    """
    if old == new or not chunks:
        return chunks
    cuts = [_moved_cut(old, new, position) for position in accumulate(chunks[:-1])]
    bounds = [0, *sorted(cuts), len(new)]
    return tuple(end - start for start, end in pairwise(bounds) if end > start)


def _moved_cut(old: bytes, new: bytes, position: int) -> int:
    line = old.count(b"\n", 0, position)
    old_start, old_end = _line_span(old, line)
    new_start, new_end = _line_span(new, line)
    old_line, new_line = old[old_start:old_end], new[new_start:new_end]
    column = position - old_start
    prefix = _common_prefix(old_line, new_line)
    if column <= prefix:
        return new_start + column
    from_end = len(old_line) - column
    suffix = _common_prefix(old_line[::-1], new_line[::-1])
    return new_end - from_end if from_end <= min(suffix, len(new_line) - prefix) else new_start + prefix


def _line_span(body: bytes, number: int) -> tuple[int, int]:
    start = 0
    for _ in range(number):
        start = body.index(b"\n", start) + 1
    end = body.find(b"\n", start)
    return start, len(body) if end < 0 else end + 1


def _common_prefix(left: bytes, right: bytes) -> int:
    return next((n for n, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))
