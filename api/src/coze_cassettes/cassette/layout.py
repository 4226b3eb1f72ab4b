"""Reads a cassette that is laid out as this project writes it: PyYAML takes ten times as long, which a replay feels.

Whatever is laid out in another way is left to PyYAML: what this module reads, PyYAML reads in the same way.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import yaml
from yaml.resolver import Resolver

from coze_cassettes.cassette.body_styles import read_body, read_request_body
from coze_cassettes.cassette.model import Cassette, Headers, Interaction, Metadata, Request, Response

try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:  # pragma: no cover  # PyYAML built without libyaml
    from yaml import SafeLoader  # type: ignore[assignment]  # the same interface, slower

_VALUE: Final = r"([^\n]++)\n"
_LIST: Final = r"(\[[^\n]++)\n"
_HEADERS: Final = r"      headers:(?: \{\}|((?:\n        [^\n]++)++))\n"
_HEAD: Final = re.compile(
    rf"version: 1\nmetadata:\n  recorded_from: {_VALUE}  recorded_at: {_VALUE}  cozepy: {_VALUE}  digest: {_VALUE}"
    rf"(?:  placeholders: {_LIST})?+interactions:(?: \[\])?+\n"
)
_INTERACTION: Final = re.compile(
    rf"  - request:\n      method: {_VALUE}      uri: {_VALUE}{_HEADERS}"
    rf"      body: {_VALUE}((?:        [^\n]*+\n|\n)*+)"
    rf"    response:\n      status:\n        code: (0|[1-9]\d{{0,5}})\n        message: {_VALUE}{_HEADERS}"
    rf"      body:\n        string: {_VALUE}((?:          [^\n]*+\n|\n)*+)"
    rf"(?:        style: {_VALUE})?+(?:        chunks: {_LIST})?+(?:        fault: {_VALUE})?+"
    rf"(?:    request_style: {_VALUE})?+"
)
_HEADER: Final = re.compile(r"        ([A-Za-z][A-Za-z0-9_-]{0,99}): (\[.+)")
_PLAIN: Final = re.compile(r"(?!.*(?:: | #|[: ]\Z))[A-Za-z0-9/].*")
_QUOTED: Final = re.compile(r"'([^']*)'")
_ENDS: Final = {"|": "\n", "|-": "", "|+": ""}
"""What a block of text ends in, by its sign; all its blank lines stay behind the last."""

_STR: Final = "tag:yaml.org,2002:str"
_resolver: Final[Any] = Resolver()

_ASCII: Final = bytes([ord("\n"), *range(ord(" "), ord("~") + 1)])
_OTHER: Final = re.compile(r"[^\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""Matches what is no plain character for YAML: a control character, or what it takes for the end of a line."""

_REMEMBERED: Final = 500
"""Characters of the longest value or block of headers that is kept: those of the format recur, bodies do not."""


@dataclass(frozen=True)
class _Side:
    """Whose bodies are read: how the lines of one are indented, and what gives its bytes."""

    padding: str
    read: Callable[[str | bytes | None, str], bytes]


_SENT: Final = _Side("        ", read_request_body)
_ANSWERED: Final = _Side("          ", read_body)

_ReadBody = Callable[[_Side, str, str, str], bytes]
"""Gives the bytes of a body, of what stands on its line and in the lines below it, and of its style."""

_LIKE_KEYS: Final = ('\\": ', '": ": ', '\n": ')
"""What a text in JSON can hold that looks like the end of a key, with what stands before it."""


class _OtherLayout(Exception):
    """The text is not laid out as the writer does it."""


def read_cassette(text: str) -> Cassette | None:
    """The cassette in a text; None if it is laid out in another way."""
    return _read(text, _body_as_shown)


def read_sealed(text: str) -> Cassette | None:
    """The same in half the time, for a text whose digest fits: JSON in it is as the writer indents it.

    What is not indented so gives other bytes, which the digest does not fit.
    """
    return _read(text, _body_by_lines)


def _read(text: str, read: _ReadBody) -> Cassette | None:
    try:
        return _cassette(text, read) if _is_plain(text) else None
    except _OtherLayout:
        return None


def read_whole(text: str) -> Any:
    """The document in a YAML text, by PyYAML; ``yaml.YAMLError`` if there is none."""
    return yaml.load(text, Loader=SafeLoader)


def _is_plain(text: str) -> bool:
    rest = text.encode("utf-8", "surrogatepass").translate(None, _ASCII)
    return not rest or _OTHER.search(rest.decode("utf-8", "surrogatepass")) is None


def _cassette(text: str, read: _ReadBody) -> Cassette:
    head = _HEAD.match(text)
    if head is None:
        raise _OtherLayout
    recorded_from, recorded_at, version, digest, listed = head.groups()
    metadata = Metadata(
        _scalar(recorded_from), _scalar(recorded_at), _scalar(version), _scalar(digest), tuple(_texts(listed or "[]"))
    )
    interactions, position = [], head.end()
    while found := _INTERACTION.match(text, position):
        interactions.append(_interaction(found, read))
        position = found.end()
    if text[position:] not in ("", "...\n") or bool(interactions) == head[0].endswith("[]\n"):
        raise _OtherLayout
    return Cassette(tuple(interactions), metadata)


def _interaction(found: re.Match[str], read: _ReadBody) -> Interaction:
    method, uri, headers, shown, block, *response, style = found.groups()
    code, message, answer_headers, answer, answer_block, answer_style, chunks, fault = response
    try:
        body = read(_SENT, shown, block, _scalar(style))
        answer_body = read(_ANSWERED, answer, answer_block, _scalar(answer_style))
        sizes = tuple(json.loads(chunks)) if chunks else ()
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _OtherLayout from error
    return Interaction(
        Request(_scalar(method), _scalar(uri), _headers(headers), body),
        Response(int(code), _scalar(message), _headers(answer_headers), answer_body, sizes, _scalar(fault)),
    )


def _body_as_shown(side: _Side, shown: str, block: str, style: str) -> bytes:
    return side.read(_body(shown, block, side.padding), style)


def _body_by_lines(side: _Side, shown: str, block: str, style: str) -> bytes:
    """The same for JSON that is laid out as the writer does it: its lines are put together, and it is not parsed."""
    compact = style == "json compact" or (not style and side is _SENT)
    if shown == "|" and (compact or style == "json spaced") and block.lstrip(" ")[:1] in ("{", "["):
        text = "\n".join([line.lstrip(" ") for line in block.split("\n")])
        if not compact:
            return text.replace(",\n", ", ").replace("\n", "").encode("utf-8")
        if not any(each in text for each in _LIKE_KEYS):
            return text.replace('": ', '":').replace("\n", "").encode("utf-8")
    return _body_as_shown(side, shown, block, style)


def _body(shown: str, block: str, padding: str) -> str | bytes | None:
    """What stands behind the key of a body: on its line, or in the lines below it."""
    if not block:
        value = _value(shown)
        if value is not None and not isinstance(value, str | bytes):
            raise _OtherLayout
        return value
    text = block.replace(f"\n{padding}", "\n").removeprefix(padding)
    if text[0] in " \n":  # the first line says how far the text is indented
        raise _OtherLayout
    if shown in _ENDS:
        return text if shown == "|+" else text.rstrip("\n") + _ENDS[shown]
    if shown != "!!binary |":
        raise _OtherLayout
    return base64.decodebytes(text.encode("ascii"))


def _headers(block: str | None) -> Headers:
    if block is None:
        return ()
    return _headers_in(block) if len(block) <= _REMEMBERED else _headers_in.__wrapped__(block)


@lru_cache(maxsize=1024)
def _headers_in(block: str) -> Headers:
    """The headers in the lines below their key."""
    found: dict[str, list[str]] = {}
    for line in block.split("\n")[1:]:
        header = _HEADER.fullmatch(line)
        if header is None or header[1] in found or not _is_text(header[1]):
            raise _OtherLayout
        found[header[1]] = _texts(header[2])
    return tuple((name, value) for name, values in found.items() for value in values)


def _texts(shown: str) -> list[str]:
    values = _value(shown)
    if not isinstance(values, list) or not all(isinstance(each, str) for each in values):
        raise _OtherLayout
    return values


def _scalar(shown: str | None) -> str:
    """A text that stands on one line; an empty one if its key is missing."""
    if shown is None:
        return ""
    value = _value(shown)
    if not isinstance(value, str):
        raise _OtherLayout
    return value


@lru_cache(maxsize=4096)
def _is_text(plain: str) -> bool:
    """Whether a scalar without quotes is a text, and no number, date, null or boolean."""
    return bool(_resolver.resolve(yaml.ScalarNode, plain, (True, False)) == _STR)


def _value(shown: str) -> Any:
    """What one line shows behind a key."""
    return _inline(shown) if len(shown) <= _REMEMBERED else _inline.__wrapped__(shown)


@lru_cache(maxsize=4096)
def _inline(shown: str) -> Any:
    if quoted := _QUOTED.fullmatch(shown):
        return quoted[1]
    if _PLAIN.fullmatch(shown) and _is_text(shown):
        return shown
    if shown[0] not in "'\"[{" and not _PLAIN.fullmatch(shown):
        raise _OtherLayout
    try:
        value = read_whole(shown)
    except yaml.YAMLError as error:
        raise _OtherLayout from error
    if isinstance(value, dict) and value:  # the line went on behind the value: 'a': b
        raise _OtherLayout
    return value
