"""A request as its places with what stands there, so that two requests can be compared place by place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from coze_cassettes.cassette.model import Request, header
from coze_cassettes.codecs import multipart
from coze_cassettes.errors import UnreadableBody

Place = tuple[object, ...]
"""Where something stands: ``("body", "messages", 0, "content")``, ``("query", "bot_id", 0)``, ``("path", 3)``."""

_FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Outline:
    """A request: ``kind`` is its method, origin and kind of body, ``values`` what stands at each place.

    Order of a query, layout of JSON, and of a multipart body boundary and types of the parts are not in it.
    """

    kind: tuple[str, ...]
    values: dict[Place, object]

    @cached_property
    def key(self) -> tuple[object, ...]:
        """What two requests that are the same have in common."""
        return self.without(frozenset())

    def without(self, places: frozenset[Place]) -> tuple[object, ...]:
        """What two requests have in common that are the same but for some places."""
        rest = frozenset((place, type(value), value) for place, value in self.values.items() if place not in places)
        return self.kind, places, rest

    def with_bytes_as_texts(self) -> Outline:
        """The same with bytes as texts, which no other text equals."""
        texts: dict[Place, object] = {
            place: value.decode("utf-8", "surrogateescape")
            for place, value in self.values.items()
            if isinstance(value, bytes)
        }
        return replace(self, values={**self.values, **texts}) if texts else self


def outline(request: Request) -> Outline:
    """The outline of a request."""
    parts = urlsplit(request.uri)
    values: dict[Place, object] = {("path", n): unquote(text) for n, text in enumerate(parts.path.split("/"))}
    counts: dict[str, int] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        values["query", name, counts.get(name, 0)] = value
        counts[name] = counts.get(name, 0) + 1
    kind = _add_body(request, values)
    return Outline((request.method, parts.scheme, parts.netloc, kind), values)


def _add_body(request: Request, values: dict[Place, object]) -> str:
    """Add what stands in a body to the values of its request; returns the kind of the body."""
    body = request.body
    if not body:
        return ""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if text.lstrip()[:1] in ("{", "[") and (value := _parse(text)) is not None:
        _add_leaves(value, ("body",), values)
        return "json"
    content_type = header(request.headers, "content-type").lower()
    if content_type.startswith("multipart/") and (parts := _parts(request)) is not None:
        values.update(_part_values(parts))
        return "multipart"
    if text and content_type.startswith(_FORM):
        pairs = parse_qsl(text, keep_blank_values=True)
        values.update((("form", n, name), value) for n, (name, value) in enumerate(pairs))
        return "form"
    values["body",] = text or body
    return "text"


def _parse(text: str) -> object | None:
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value


def _add_leaves(value: object, place: Place, values: dict[Place, object]) -> None:
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            _add_leaves(inner, (*place, name), values)
    elif isinstance(value, list) and value:
        for number, inner in enumerate(value):
            _add_leaves(inner, (*place, number), values)
    else:
        values[place] = repr(value) if isinstance(value, dict | list | float) else value


def _parts(request: Request) -> list[multipart.Part] | None:
    try:
        return multipart.split_multipart(request.body, multipart.boundary_of(header(request.headers, "content-type")))
    except UnreadableBody:
        return None


def _part_values(parts: list[multipart.Part]) -> Iterator[tuple[Place, object]]:
    for number, part in enumerate(parts):
        yield ("part", number, "name"), part.parameter("name")
        yield ("part", number, "filename"), part.parameter("filename")
        yield ("part", number, "content"), _text_or_bytes(part.content)


def _text_or_bytes(content: bytes) -> object:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content
