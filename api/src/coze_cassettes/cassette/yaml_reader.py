"""Reads the layout that ``yaml_writer`` writes without a YAML parser, which takes two to three times as long.

Structure and blocks are taken apart here, a value on one line by PyYAML, once if it recurs. What is laid out in any
other way, by hand for one, is left to PyYAML as a whole.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

import yaml

try:
    from yaml import CSafeLoader as _SafeLoader
except ImportError:  # pragma: no cover  # PyYAML built without libyaml
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]  # the same interface, slower

_STRANGE: Final = re.compile(r"[^\n -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""What YAML takes for the end of a line, or refuses."""

_ENTRY: Final = re.compile(r"( *)([A-Za-z_][\w-]*+):(?: (\S.*))?", re.ASCII)
_WORDS: Final = frozenset(
    word for each in ("true", "false", "yes", "no", "on", "off", "null") for word in (each, each.title(), each.upper())
)
"""What looks like a text to us and is something else to YAML."""

_BLOCKS: Final = frozenset({"|", "|-", "|+"})
"""The heads of a block: it ends with one end of line, with none, with all that are there."""

_STEP: Final = 2
"""Spaces by which the inside of something is indented."""


class _OtherLayoutError(Exception):
    """The text is not laid out as ``yaml_writer`` does it; it may be YAML all the same."""


def read_yaml(text: str) -> Any:
    """The one document in a YAML text; YAMLError if it is not valid. Lists may be shared: change none."""
    return read_layout(text) or read_whole(text)


def read_whole(text: str) -> Any:
    """The same, all of it by PyYAML."""
    return yaml.load(text, Loader=_SafeLoader)


def read_layout(text: str) -> dict[str, Any] | None:
    """The same without PyYAML; None if the text is laid out in another way."""
    if _STRANGE.search(text) or not text.endswith("\n"):
        return None
    lines = text.split("\n")[:-1]
    reader = _Reader(lines[:-1] if lines[-1] == "..." else lines)
    try:
        return reader.read()
    except _OtherLayoutError:
        return None


class _Reader:
    """Goes through lines from the first to the last."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._next = 0

    def read(self) -> dict[str, Any]:
        """All lines as one mapping."""
        found = self._mapping(0)
        if self._next < len(self._lines):
            raise _OtherLayoutError
        return found

    def _mapping(self, indent: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while self._next < len(self._lines):
            entry = _ENTRY.fullmatch(self._lines[self._next])
            if entry is None or entry[2] in _WORDS or len(entry[1]) > indent:
                if self._indent() < indent:  # the next element of a list that this is in
                    break
                raise _OtherLayoutError
            if len(entry[1]) < indent:
                break
            self._next += 1
            found[entry[2]] = self._value(entry[3], indent)
        return found

    def _value(self, shown: str | None, indent: int) -> Any:
        if shown is None:
            return self._nested(indent)
        if shown in _BLOCKS:
            return self._block(" " * (indent + _STEP), shown)
        return _one_line(shown)

    def _nested(self, indent: int) -> Any:
        inner = self._indent()
        if inner != indent + _STEP:
            raise _OtherLayoutError
        return self._list(inner) if self._lines[self._next].startswith("- ", inner) else self._mapping(inner)

    def _indent(self) -> int:
        """How far the next line is indented; not at all if there is none."""
        line = self._lines[self._next] if self._next < len(self._lines) else ""
        return len(line) - len(line.lstrip(" "))

    def _list(self, indent: int) -> list[Any]:
        found = []
        head = " " * indent + "- "
        while self._next < len(self._lines) and self._lines[self._next].startswith(head):
            self._lines[self._next] = " " * len(head) + self._lines[self._next].removeprefix(head)
            found.append(self._mapping(len(head)))
        return found

    def _block(self, padding: str, head: str) -> str:
        start = self._next
        while self._next < len(self._lines) and self._lines[self._next][: len(padding)] in ("", padding):
            self._next += 1
        lines = [line[len(padding) :] for line in self._lines[start : self._next]]
        if not lines or lines[0][:1] in ("", " "):
            raise _OtherLayoutError
        text = "\n".join(lines)
        return text + "\n" if head == "|+" else text.rstrip("\n") + "\n" * (head == "|")


_REMEMBERED: Final = 200
"""Characters of the longest value that is kept: headers and what a format has recur."""


def _one_line(shown: str) -> Any:
    first, last = shown[0], shown[-1]
    if first.isalpha() and shown not in _WORDS and last not in ": " and ": " not in shown and " #" not in shown:
        return shown
    if first == last == "'" and shown.count("'") == 2:  # noqa: PLR2004  the two around it
        return shown[1:-1]
    if first in "!&*|>#%@`?-":  # it may go on in the next line
        raise _OtherLayoutError
    return (_by_yaml if len(shown) <= _REMEMBERED else _by_yaml.__wrapped__)(shown)


@lru_cache(maxsize=4096)
def _by_yaml(shown: str) -> Any:
    """What YAML takes a value for that is written behind its key."""
    try:
        return read_whole(f"_: {shown}\n")["_"]
    except yaml.YAMLError as error:
        raise _OtherLayoutError from error
