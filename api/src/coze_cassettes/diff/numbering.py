"""The numbers of placeholders, wherever they are written: plain, encoded, or as the integer of an identifier."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from coze_cassettes.cassette.model import Interaction
from coze_cassettes.codecs import peel
from coze_cassettes.codecs.peel import Leaf
from coze_cassettes.scrubbing import placeholders
from coze_cassettes.scrubbing.rulebook import Form
from coze_cassettes.scrubbing.rules import default_rules
from coze_cassettes.scrubbing.walking import walk

Placeholders = Mapping[str, Sequence[str]]
"""Numbered placeholders by kind, each once, in order of first appearance."""

_INTEGERS: Final = 1000
"""Integer identifiers below this are substitutes: the numbers of their placeholders."""

_FAR: Final = 1_000_000_000
"""Added to a number that is already a new one: a walk may come to the same text twice, joined and in pieces."""


class _Placeholders:
    """A visitor that has every numbered placeholder written anew; ``number`` says with which number."""

    def __init__(self, number: Callable[[str, int], int | str]) -> None:
        self.uri_path = ""
        self._number = number

    def leaf(self, leaf: Leaf) -> str:
        if leaf.form == "number":
            return self._integer(leaf)
        return self._text(leaf) if leaf.form == "binary" else peel.rewrite_text(leaf, self._text, self.leaf)

    def _integer(self, leaf: Leaf) -> str:
        kind = kind_of_integer(".".join(leaf.path), self.uri_path, leaf.text)
        return str(self._number(kind, int(leaf.text))) if kind else leaf.text

    def _text(self, leaf: Leaf) -> str:
        return placeholders.pattern().sub(self._placeholder, leaf.text)

    def _placeholder(self, placeholder: re.Match[str]) -> str:
        if placeholder["number"] is None or placeholder[0] == peel.BOUNDARY:
            return placeholder[0]
        return f"{placeholder['kind']}_{self._number(placeholder['kind'], int(placeholder['number']))}"

    def segment(self, rule: object, value: str) -> str:  # noqa: ARG002  the whole path comes as a leaf
        return value

    def header(self, name: str, value: str) -> str:  # noqa: ARG002  a placeholder is a placeholder in any header
        return self.leaf(Leaf((), value, "text"))

    def edits(self, joined: str) -> Sequence[peel.Edit]:  # noqa: ARG002  what is joined comes as a leaf
        return ()


def kind_of_integer(path: str, uri_path: str, text: str) -> str:
    """The kind of the placeholder for which an integer at a dotted path stands, or an empty string."""
    if not text.isdecimal() or _INTEGERS <= int(text) < _FAR:
        return ""
    rule = default_rules().field(path, uri_path, text)
    return rule.kind if rule is not None and rule.form is Form.PLACEHOLDER else ""


@lru_cache(maxsize=8192)
def erase_numbers(text: str) -> str:
    """A text in which placeholders have no numbers."""
    return _Placeholders(lambda _kind, _number: "n").leaf(Leaf((), text))


@lru_cache(maxsize=8192)
def placeholders_in(text: str) -> tuple[str, ...]:
    """The numbered placeholders of a text in their order, repeats included."""
    found: list[str] = []

    def note(kind: str, number: int) -> int:
        found.append(f"{kind}_{number}")
        return number

    _Placeholders(note).leaf(Leaf((), text))
    return tuple(found)


def placeholders_of(interactions: Iterable[Interaction]) -> Placeholders:
    """The numbered placeholders of some interactions."""
    return placeholders.unique(pair for each in interactions for pair in _found_in(each))


@lru_cache(maxsize=256)
def _found_in(interaction: Interaction) -> tuple[tuple[str, str], ...]:
    found: dict[tuple[str, str], None] = {}

    def note(kind: str, number: int) -> int:
        found[kind, f"{kind}_{number}"] = None
        return number

    walk(interaction, _Placeholders(note), default_rules())
    return tuple(found)


def renumbering(old: Placeholders, new: Placeholders, known: Mapping[str, str]) -> dict[str, str]:
    """New placeholders to old ones: the known ones; the rest get the next free numbers of their kind."""
    names = dict(known)
    for kind, found in new.items():
        number = max((int(placeholder.rpartition("_")[2]) for placeholder in old.get(kind, ())), default=0)
        for placeholder in found:
            if placeholder not in names:
                number += 1
                names[placeholder] = f"{kind}_{number}"
    return names


def renumber(interaction: Interaction, names: Mapping[str, str]) -> Interaction:
    """An interaction with other numbers in its placeholders; the cuts of a stream move along."""
    if all(names.get(placeholder, placeholder) == placeholder for _, placeholder in _found_in(interaction)):
        return interaction

    def away(kind: str, number: int) -> int:
        placeholder = f"{kind}_{number}"
        return number if number >= _FAR else _FAR + int(names.get(placeholder, placeholder).rpartition("_")[2])

    def back(_kind: str, number: int) -> int:
        return number % _FAR

    for step in (away, back):
        interaction = walk(interaction, _Placeholders(step), default_rules())
    return interaction
