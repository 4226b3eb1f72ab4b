"""What differs in two calls of the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from coze_cassettes.cassette.model import EVENT_STREAM, Headers, Interaction, Request, Response, media_type
from coze_cassettes.codecs import json_text
from coze_cassettes.diff.body_rules import REQUEST_RULES, BodyRules, rules_of
from coze_cassettes.diff.changes import Difference, Differences, Severity, format_change
from coze_cassettes.diff.chunked_text import text_of
from coze_cassettes.diff.nodes import parse
from coze_cassettes.diff.paths import ELEMENT, Path, format_path, outside
from coze_cassettes.diff.streams import EVENT, EVENTS, stream_differences
from coze_cassettes.diff.values import json_differences
from coze_cassettes.diff.volatile import Where, is_volatile_header, rows
from coze_cassettes.pluralize import pluralize


def differences(old: Interaction, new: Interaction) -> list[Difference]:
    """Each difference once, though it may stand in several elements."""
    found: dict[tuple[Path, str, bool], Difference] = {}
    for each in (
        *_request_differences(old.request, new.request),
        *_response_differences(old.response, new.response, rules_of(old.request)),
    ):
        found.setdefault((each.path, each.kind, each.volatile), each)
    return _without_consequences(list(found.values()))


def _without_consequences(found: list[Difference]) -> list[Difference]:
    """How many elements count is unknown where the field by which optional ones are known is not what it was."""
    names = {row.pattern.partition("=")[0] for row in rows(Where.ELEMENT)}
    lost = {each.path[:-1] for each in found if each.path[-1:] and each.path[-1] in names and each.kind in _LOST}
    return [
        replace(each, volatile=True) if each.kind == "count" and any(map(partial(_counts, each.path), lost)) else each
        for each in found
    ]


_LOST: Final = ("removed", "renamed", "retyped")


def _counts(path: Path, elements: Path) -> bool:
    """Whether the elements at one path are what is counted at another: those of a list, or the events of a stream."""
    return elements == (*path, ELEMENT) or (path == EVENTS and elements[:1] != () and elements[0].startswith(EVENT))


# --- requests -------------------------------------------------------------------------------------------------------


def path_of(request: Request) -> str:
    """The URI without its query."""
    parts = urlsplit(request.uri)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


def query_of(request: Request) -> str:
    """The parameters, sorted."""
    pairs = parse_qsl(urlsplit(request.uri).query, keep_blank_values=True)
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def _request_differences(old: Request, new: Request) -> Differences:
    """What the test asks differently: never volatile, and a note, since it comes from the test."""
    for what, before, after in (
        ("method", old.method, new.method),
        ("path", path_of(old), path_of(new)),
        ("query", query_of(old), query_of(new)),
    ):
        if before != after:
            yield Difference(Severity.NOTE, (outside(f"request {what}"),), "changed", f"{before} is now {after}")
    for each in _header_differences(old.headers, new.headers, lenient=False):
        yield replace(each, severity=Severity.NOTE, path=(outside(f"request {format_path(each.path)}"),))
    if old.body != new.body:
        yield from _sent_differences(old, new)


def _sizes(old: bytes, new: bytes) -> str:
    return f"{pluralize(len(old), 'byte is', 'bytes are')} now {len(new)}"


def _sent_differences(old: Request, new: Request) -> Differences:
    place = outside("request body")
    if EVENT_STREAM in media_type(old) and EVENT_STREAM in media_type(new):
        for each in stream_differences(text_of(old.body), text_of(new.body), REQUEST_RULES):
            yield replace(each, severity=Severity.NOTE, path=(place, *each.path))
        return
    before, after = parse(text_of(old.body)), parse(text_of(new.body))
    if before is None or after is None:
        yield Difference(Severity.NOTE, (place,), "changed", _sizes(old.body, new.body))
        return
    for each in json_differences(before, after, REQUEST_RULES):
        yield replace(each, severity=Severity.NOTE, path=(place, *each.path))


# --- headers --------------------------------------------------------------------------------------------------------


def _header_differences(old: Headers, new: Headers, *, lenient: bool) -> Differences:
    """Headers by their lower-case names; several of one name are one value."""
    before, after = by_name(old), by_name(new)
    may_differ = volatile_headers(old, new) if lenient else frozenset()
    for name in sorted(before.keys() | after.keys()):
        volatile = name in may_differ
        path = (outside(f"header {name}"),)
        if name not in after:
            yield Difference(Severity.BREAKING, path, "removed", "is gone", volatile)
        elif name not in before:
            yield Difference(Severity.INFO, path, "added", "is new", volatile)
        elif before[name] != after[name]:
            text = format_change(before[name], after[name])
            form = name == "content-type"
            severity = Severity.BREAKING if form else Severity.NOTE
            yield Difference(severity, path, "retyped" if form else "changed", text, volatile)


def volatile_headers(old: Headers, new: Headers) -> frozenset[str]:
    """The lower-case names of the headers whose difference is no change."""
    before, after = by_name(old), by_name(new)
    names = before.keys() | after.keys()
    return frozenset(name for name in names if is_volatile_header(name, before.get(name, ""), after.get(name, "")))


def by_name(headers: Headers) -> Mapping[str, str]:
    """Headers by their lower-case names, several of one name joined."""
    found: dict[str, str] = {}
    for name, value in headers:
        found[name.lower()] = f"{found[name.lower()]}, {value}" if name.lower() in found else value
    return found


# --- answers --------------------------------------------------------------------------------------------------------

JSON: Final = "JSON"
STREAM: Final = "event stream"
AUDIO: Final = "audio"
OTHER: Final = "text or bytes"
NOTHING: Final = "nothing"


def form_of(response: Response) -> str:
    """What the body of an answer is, by its content type and by itself."""
    content_type = media_type(response).lower()
    if not response.body:
        return NOTHING
    if EVENT_STREAM in content_type:
        return STREAM
    if json_text.is_json(text_of(response.body)):
        return JSON
    return AUDIO if content_type.startswith("audio/") else OTHER


def _response_differences(old: Response, new: Response, rules: BodyRules) -> Differences:
    if old.status != new.status:
        yield Difference(Severity.BREAKING, (outside("status"),), "changed", f"{old.status} is now {new.status}")
    if old.fault != new.fault:
        text = f"{old.fault or 'a whole answer'} is now {new.fault or 'a whole answer'}"
        yield Difference(Severity.BREAKING, (outside("fault"),), "changed", text)
    yield from _header_differences(old.headers, new.headers, lenient=True)
    yield from body_differences(old, new, rules)


def body_differences(old: Response, new: Response, rules: BodyRules) -> Differences:
    """What differs in the bodies of two answers."""
    forms = form_of(old), form_of(new)
    if old.body == new.body:
        return
    if forms[0] != forms[1]:
        yield Difference(Severity.BREAKING, (outside("body"),), "retyped", f"{forms[0]} is now {forms[1]}")
    elif forms[0] == STREAM:
        yield from stream_differences(text_of(old.body), text_of(new.body), rules)
    elif (before := parse(text_of(old.body))) and (after := parse(text_of(new.body))):
        yield from json_differences(before, after, rules)
    else:
        text = f"{_sizes(old.body, new.body)}, or other ones"
        yield Difference(Severity.NOTE, (outside("body"),), "changed", text, volatile=forms[0] == AUDIO)
