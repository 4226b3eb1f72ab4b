"""Writes a document as PyYAML does, with blocks a line at a time, recurring entries only once."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import yaml


class Inline(tuple[Any, ...]):
    """A list that is written on one line: header values, chunk sizes."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as literal blocks, emoji included, and never folds or anchors."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the signature is PyYAML's
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        return super().increase_indent(flow, indentless=False)


_UNSAFE_IN_BLOCK = re.compile(
    r"[^\n -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|[ ]\n|\n\Z\n|^[ \n]"
)


def _is_block(text: str) -> bool:
    return "\n" in text and not _UNSAFE_IN_BLOCK.search(text)


def _represent_str(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if _is_block(text) else None
    if style is None and ("\n" in text or not text.isprintable()):
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _represent_inline(dumper: yaml.SafeDumper, items: Inline) -> yaml.SequenceNode:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=True)


_Dumper.add_representer(str, _represent_str)
_Dumper.add_representer(Inline, _represent_inline)

_INDENT: Final = "  "
_REMEMBERED: Final = 200
"""Characters of the longest entry that is kept: names of headers and of a format recur, bodies do not."""


def write_yaml(document: Mapping[str, Any]) -> str:
    """The text of a document of mappings, lists of mappings, ``Inline`` lists and scalars."""
    return _join(_members(document, 0))


_END: Final = "\n...\n"


def _join(pieces: Iterable[str]) -> str:
    """The pieces of a document; PyYAML ends it with dots where its last text ends in blank lines."""
    found = list(pieces)
    before = (piece[: 1 - len(_END)] if piece.endswith(_END) else piece for piece in found[:-1])
    return "".join([*before, *found[-1:]])


def write_whole(document: object) -> str:
    """The same text, all of it by PyYAML."""
    text: str = yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10**6)
    return text


def _members(mapping: Mapping[str, Any], depth: int) -> Iterator[str]:
    for key, value in mapping.items():
        if value and isinstance(value, Mapping):
            yield f"{_INDENT * depth}{key}:\n"
            yield from _members(value, depth + 1)
        elif value and isinstance(value, list):
            yield f"{_INDENT * depth}{key}:\n"
            yield from _elements(value, depth + 1)
        elif isinstance(value, bytes) and value:
            yield f"{_INDENT * depth}{key}: !!binary |\n"
            yield from _block(base64.encodebytes(value).decode("ascii"), _INDENT * (depth + 1))
        elif isinstance(value, str) and _is_block(value) and value.endswith("\n"):
            keep, end = ("+", _END.removeprefix("\n")) if value.endswith("\n\n") else ("", "")
            yield "".join([f"{_INDENT * depth}{key}: |{keep}\n", *_block(value, _INDENT * (depth + 1)), end])
        elif isinstance(value, Mapping):
            yield f"{_INDENT * depth}{key}: {{}}\n"
        elif isinstance(value, list):
            yield f"{_INDENT * depth}{key}: []\n"
        else:
            yield (_entry if len(str(value)) <= _REMEMBERED else _entry.__wrapped__)(key, value, depth)


def _elements(mappings: Sequence[Mapping[str, Any]], depth: int) -> Iterator[str]:
    for each in mappings:
        text = _join(_members(each, depth + 1))
        yield f"{_INDENT * depth}- {text[len(_INDENT) * (depth + 1) :]}"


def _block(text: str, padding: str) -> Iterator[str]:
    yield from (f"{padding}{line}\n" if line else "\n" for line in text.removesuffix("\n").split("\n"))


@lru_cache(maxsize=4096, typed=True)
def _entry(key: str, value: Any, depth: int) -> str:
    """A key with its value, as PyYAML writes them so deep in a document."""
    document: object = {key: value}
    for _ in range(depth):
        document = {"_": document}
    return write_whole(document)[sum(len(_INDENT) * level + len("_:\n") for level in range(depth)) :]
