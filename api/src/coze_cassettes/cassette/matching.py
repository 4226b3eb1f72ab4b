"""When a live request is the recorded one; if it is not, the difference in words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlsplit

from coze_cassettes.cassette.model import Request, header
from coze_cassettes.codecs import json_text, multipart
from coze_cassettes.errors import UnreadableBody
from coze_cassettes.pluralize import pluralize

MOST_SHOWN: Final = 3
"""Differences that a message shows."""

_SHOWN: Final = 80
"""Characters of a value that a message shows."""


def difference(live: Request, recorded: Request) -> str:
    """The first difference between two scrubbed requests in one line, or an empty string if they match.

    Compared are method, scheme, host, path, query (blank values count, order does not) and body: JSON by value,
    multipart by its parts without boundary and part Content-Type (both differ per machine), anything else exactly.
    """
    return next(_differences(live, recorded), "")


def differences(live: Request, recorded: Request) -> list[str]:
    """The first differences between two scrubbed requests, no more than a message shows."""
    return list(islice(_differences(live, recorded), MOST_SHOWN))


def _differences(live: Request, recorded: Request) -> Iterator[str]:
    ours, theirs = urlsplit(live.uri), urlsplit(recorded.uri)
    yield from _unequal("method", live.method, recorded.method)
    yield from _unequal("host", f"{ours.scheme}://{ours.netloc}", f"{theirs.scheme}://{theirs.netloc}")
    yield from _unequal("path", ours.path, theirs.path)
    yield from _query_differences(ours, theirs)
    yield from _body_differences(live, recorded)


def _unequal(what: str, sent: object, recorded: object) -> Iterator[str]:
    if sent != recorded:
        yield f"{what}: sent {_short(sent)}, recorded {_short(recorded)}"


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return repr(text) if len(text) <= _SHOWN else repr(text[:_SHOWN]) + "..."


def _query(parts: SplitResult) -> dict[str, list[str]]:
    query: dict[str, list[str]] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        query.setdefault(name, []).append(value)
    return query


def _query_differences(live: SplitResult, recorded: SplitResult) -> Iterator[str]:
    ours, theirs = _query(live), _query(recorded)
    for name in dict.fromkeys([*ours, *theirs]):
        if name not in theirs:
            yield f"query {name}: sent {_short(ours[name])}, not recorded"
        elif name not in ours:
            yield f"query {name}: recorded {_short(theirs[name])}, not sent"
        else:
            yield from _unequal(f"query {name}", ours[name], theirs[name])


def _body_differences(live: Request, recorded: Request) -> Iterator[str]:
    if live.body == recorded.body:
        return
    ours, theirs = _json(live.body), _json(recorded.body)
    if ours is not None and theirs is not None:
        yield from _value_differences(ours, theirs, "body")
    elif (sent := _parts(live)) is not None and (kept := _parts(recorded)) is not None:
        yield from _part_differences(sent, kept)
    elif (sent_text := _readable(live.body)) == (kept_text := _readable(recorded.body)):
        yield f"body: {pluralize(len(live.body), 'byte')} sent, {len(recorded.body)} recorded, not the same"
    else:
        yield from _unequal("body", sent_text, kept_text)


def _json(body: bytes) -> object | None:
    if body.lstrip()[:1] not in (b"{", b"["):
        return None
    return json_text.object_or_list(body.decode("utf-8", "replace"))


def _readable(body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    return text if text.isprintable() else f"<{pluralize(len(body), 'byte')}>"


def _value_differences(ours: object, theirs: object, place: str) -> Iterator[str]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in dict.fromkeys([*ours, *theirs]):
            if key not in theirs:
                yield f"{place}.{key}: sent {_short(ours[key])}, not recorded"
            elif key not in ours:
                yield f"{place}.{key}: recorded {_short(theirs[key])}, not sent"
            else:
                yield from _value_differences(ours[key], theirs[key], f"{place}.{key}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for number, (left, right) in enumerate(zip(ours, theirs, strict=True)):
            yield from _value_differences(left, right, f"{place}[{number}]")
    elif type(ours) is not type(theirs) or ours != theirs:
        yield f"{place}: sent {_short(ours)}, recorded {_short(theirs)}"


def _parts(request: Request) -> list[multipart.Part] | None:
    try:
        return multipart.split_multipart(request.body, multipart.boundary_of(header(request.headers, "content-type")))
    except UnreadableBody:
        return None


def _part_differences(sent: Sequence[multipart.Part], recorded: Sequence[multipart.Part]) -> Iterator[str]:
    yield from _unequal("number of parts", len(sent), len(recorded))
    for ours, theirs in zip(sent, recorded, strict=False):
        name = ours.parameter("name")
        yield from _unequal("part name", name, theirs.parameter("name"))
        yield from _unequal(f"part {name} filename", ours.parameter("filename"), theirs.parameter("filename"))
        if ours.content != theirs.content:
            size = pluralize(len(ours.content), "byte")
            yield f"part {name} content: {size} sent, {len(theirs.content)} recorded, not the same"


def nearest(live: Request, recorded: Sequence[Request]) -> int | None:
    """The index of the recorded request most like the live one, or None if there is none at all."""
    if not recorded:
        return None
    return min(range(len(recorded)), key=lambda index: (_distance(live, recorded[index]), index))


def _distance(live: Request, recorded: Request) -> tuple[bool, bool, int]:
    path = urlsplit(live.uri).path != urlsplit(recorded.uri).path
    return path, live.method != recorded.method, sum(1 for _ in _differences(live, recorded))
