"""JSON with the place of each value in its text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from coze_cassettes.codecs import json_text


@dataclass(frozen=True)
class Node:
    """A JSON value and where it stands in its text; ``inner`` is the JSON inside a string, with places of its own."""

    type: str
    start: int
    end: int
    value: Any = None
    members: Mapping[str, Node] = field(default_factory=dict)
    elements: tuple[Node, ...] = ()
    inner: Node | None = None

    @property
    def scalar(self) -> bool:
        """Whether it is neither object nor list."""
        return self.type not in ("object", "array")

    def has(self, condition: str) -> bool:
        """Whether the member of ``key=value`` is there with this value."""
        key, _, value = condition.partition("=")
        return key in self.members and self.members[key].value == value

    def common_keys(self, other: Node) -> list[str]:
        """The keys that both objects have, in the order of this one."""
        return [key for key in self.members if key in other.members]


_GAP = re.compile(r"[ \t\r\n,:]*")
_DECODER = json.JSONDecoder()
_MARK: Final = "\xef\xbb\xbf"
"""The bytes of U+FEFF, each as a character, which a server may put before the JSON of an answer."""

_TYPES: Final = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}


@lru_cache(maxsize=1024)
def parse(text: str, start: int = 0, end: int | None = None) -> Node | None:
    """The object or list that stands between two places of a text, or None; behind the mark of its encoding perhaps."""
    start += len(_MARK) if text.startswith(_MARK, start) else 0
    if not json_text.is_json(text[start:end]):
        return None
    return _scan(text, start)


def _scan(text: str, start: int) -> Node:
    start = _gap(text, start)
    if text[start] == "{":
        return _scan_object(text, start)
    if text[start] == "[":
        return _scan_list(text, start)
    value, end = _DECODER.raw_decode(text, start)
    if isinstance(value, str):
        value = readable(value)
        return Node("string", start, end, value, inner=parse(value))
    return Node(_TYPES[type(value)], start, end, value)


def _gap(text: str, position: int) -> int:
    match = _GAP.match(text, position)
    return match.end() if match else position


def _scan_object(text: str, start: int) -> Node:
    members: dict[str, Node] = {}
    position = _gap(text, start + 1)
    while text[position] != "}":
        key, position = _DECODER.raw_decode(text, position)
        members[readable(key)] = node = _scan(text, position)
        position = _gap(text, node.end)
    return Node("object", start, position + 1, members=members)


def _scan_list(text: str, start: int) -> Node:
    elements: list[Node] = []
    position = _gap(text, start + 1)
    while text[position] != "]":
        elements.append(_scan(text, position))
        position = _gap(text, elements[-1].end)
    return Node("array", start, position + 1, elements=tuple(elements))


def readable(text: str) -> str:
    """The characters of a text whose every character is a byte of UTF-8."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text


def bytewise(text: str) -> str:
    """A text with one character for every byte of its UTF-8."""
    return text.encode("utf-8", "surrogateescape").decode("latin-1")
