"""Reads a document line by line as ``yaml_writer`` lays it out: PyYAML takes five times as long, which a replay feels.

Whatever is laid out in another way is left to PyYAML: what this module reads, PyYAML reads in the same way.
"""

from __future__ import annotations

import base64
import re
from functools import lru_cache
from typing import Any, Final

import yaml
from yaml.resolver import Resolver

try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:  # pragma: no cover  # PyYAML built without libyaml
    from yaml import SafeLoader  # type: ignore[assignment]  # the same interface, slower

_STR: Final = "tag:yaml.org,2002:str"
_resolver: Final[Any] = Resolver()

_MEMBER: Final = re.compile(r"( *)([A-Za-z][A-Za-z0-9_-]{0,99}):(?: (.+))?")
_PLAIN: Final = re.compile(r"(?!.*(?:: | #|[: ]\Z))[A-Za-z0-9/].*")
_QUOTED: Final = re.compile(r"'([^']*)'")
_ENDS: Final = {"|": "\n", "|-": "", "|+": ""}
"""What a block of text ends in, by its sign; all its blank lines stay behind the last."""

_REMEMBERED: Final = 200
"""Characters of the longest value that is kept: those of headers and of the format recur, bodies do not."""


class _OtherLayout(Exception):
    """The text is not laid out as the writer does it."""


def read_yaml(text: str) -> Any:
    """The document in a YAML text; ``yaml.YAMLError`` if there is none. Nobody changes it: its lists are kept."""
    try:
        return _Lines(text).document()
    except _OtherLayout:
        return read_whole(text)


def read_whole(text: str) -> Any:
    """The same document, all of it by PyYAML."""
    return yaml.load(text, Loader=SafeLoader)


class _Lines:
    """The lines of a text, and the number of the one that is read next."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._next = 0
        if self._lines[-1] or not "".join(self._lines).isprintable():  # what YAML takes for a line break is not
            raise _OtherLayout

    def document(self) -> dict[str, Any]:
        """All of the lines."""
        found = self._mapping(0)
        if self._lines[self._next :] not in ([""], ["...", ""]):
            raise _OtherLayout
        return found

    def _mapping(self, depth: int) -> dict[str, Any]:
        """The members that begin in this column, at least one."""
        found: dict[str, Any] = {}
        while (member := _MEMBER.fullmatch(self._lines[self._next])) and len(member[1]) == depth:
            key = member[2]
            if key in found or not _is_text(key):
                raise _OtherLayout
            self._next += 1
            found[key] = self._value(member[3], depth + 2)
        if not found:
            raise _OtherLayout
        return found

    def _value(self, shown: str | None, depth: int) -> Any:
        if shown is None:
            return self._elements(depth) or self._mapping(depth)
        if shown in _ENDS:
            text = self._block(depth)
            return text if shown == "|+" else text.rstrip("\n") + _ENDS[shown]
        if shown == "!!binary |":
            return _bytes_in(self._block(depth))
        return (_inline if len(shown) <= _REMEMBERED else _inline.__wrapped__)(shown)

    def _elements(self, depth: int) -> list[dict[str, Any]]:
        """The mappings in a list whose dashes stand in this column."""
        found: list[dict[str, Any]] = []
        dash, lines = f"{' ' * depth}- ", self._lines
        while lines[self._next].startswith(dash):
            lines[self._next] = lines[self._next].replace("-", " ", 1)
            found.append(self._mapping(depth + 2))
        return found

    def _block(self, depth: int) -> str:
        """The lines that are indented so far, at least one, with all blank lines at their end."""
        lines, begin, padding = self._lines, self._next, " " * depth
        end, last = begin, len(lines) - 1
        while end < last and (lines[end].startswith(padding) or not lines[end]):
            end += 1
        first = lines[begin][depth:]
        if end == begin or not first or first[0] == " ":  # the first line says how far the text is indented
            raise _OtherLayout
        self._next = end
        return "\n".join([line[depth:] for line in lines[begin:end]]) + "\n"


def _bytes_in(block: str) -> bytes:
    try:
        return base64.decodebytes(block.encode("ascii"))
    except ValueError as error:
        raise _OtherLayout from error


@lru_cache(maxsize=4096)
def _is_text(plain: str) -> bool:
    """Whether a scalar without quotes is a text, and no number, date, null or boolean."""
    return bool(_resolver.resolve(yaml.ScalarNode, plain, (True, False)) == _STR)


@lru_cache(maxsize=4096)
def _inline(shown: str) -> Any:
    """What one line shows behind a key."""
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
