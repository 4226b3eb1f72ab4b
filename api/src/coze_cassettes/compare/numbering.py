"""The numbers of tags, wherever a tag is written: plain, encoded, or as the small integer of an integer identifier."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from coze_cassettes.bodies import peel
from coze_cassettes.bodies.peel import Leaf
from coze_cassettes.cassette.interactions import Interaction
from coze_cassettes.scrubbing import tags
from coze_cassettes.scrubbing.rulebook import Form
from coze_cassettes.scrubbing.rules import default_rules
from coze_cassettes.scrubbing.walking import walk

Tags = Mapping[str, Sequence[str]]
"""Numbered tags by kind, each once, in order of first appearance."""

_INTEGERS: Final = 1000
"""Integer identifiers below this are substitutes: the numbers of their tags."""

_FAR: Final = 1_000_000_000
"""Added to a number that is already a new one: a walk may come to the same text twice, joined and in pieces."""


class _Tags:
    """A visitor that has every numbered tag written anew; ``number`` says with which number."""

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
        return tags.pattern().sub(self._tag, leaf.text)

    def _tag(self, tag: re.Match[str]) -> str:
        if tag["number"] is None or tag[0] == peel.BOUNDARY:
            return tag[0]
        return f"{tag['kind']}_{self._number(tag['kind'], int(tag['number']))}"

    def segment(self, rule: object, value: str) -> str:  # noqa: ARG002  the whole path comes as a leaf
        return value

    def header(self, name: str, value: str) -> str:  # noqa: ARG002  a tag is a tag in any header
        return self.leaf(Leaf((), value, "text"))

    def edits(self, joined: str) -> Sequence[peel.Edit]:  # noqa: ARG002  what is joined comes as a leaf
        return ()


def kind_of_integer(path: str, uri_path: str, text: str) -> str:
    """The kind of the tag for which an integer at a dotted path stands, or an empty string."""
    if not text.isdecimal() or _INTEGERS <= int(text) < _FAR:
        return ""
    rule = default_rules().field(path, uri_path, text)
    return rule.kind if rule is not None and rule.form is Form.TAG else ""


@lru_cache(maxsize=8192)
def erased(text: str) -> str:
    """A text in which tags have no numbers."""
    return _Tags(lambda _kind, _number: "n").leaf(Leaf((), text))


@lru_cache(maxsize=8192)
def tags_in(text: str) -> tuple[str, ...]:
    """The numbered tags of a text in their order, repeats included."""
    found: list[str] = []

    def note(kind: str, number: int) -> int:
        found.append(f"{kind}_{number}")
        return number

    _Tags(note).leaf(Leaf((), text))
    return tuple(found)


def tags_of(interactions: Iterable[Interaction]) -> Tags:
    """The numbered tags of some interactions."""
    return tags.unique(pair for each in interactions for pair in _found_in(each))


@lru_cache(maxsize=256)
def _found_in(interaction: Interaction) -> tuple[tuple[str, str], ...]:
    found: dict[tuple[str, str], None] = {}

    def note(kind: str, number: int) -> int:
        found[kind, f"{kind}_{number}"] = None
        return number

    walk(interaction, _Tags(note), default_rules())
    return tuple(found)


def renaming(old: Tags, new: Tags, known: Mapping[str, str]) -> dict[str, str]:
    """New tags to old ones: the known ones; the rest get the next numbers of their kind that the old have not."""
    names = dict(known)
    for kind, found in new.items():
        number = max((int(tag.rpartition("_")[2]) for tag in old.get(kind, ())), default=0)
        for tag in found:
            if tag not in names:
                number += 1
                names[tag] = f"{kind}_{number}"
    return names


def renamed(interaction: Interaction, names: Mapping[str, str]) -> Interaction:
    """An interaction with other numbers in its tags; the cuts of a stream move along."""
    if all(names.get(tag, tag) == tag for _, tag in _found_in(interaction)):
        return interaction

    def away(kind: str, number: int) -> int:
        tag = f"{kind}_{number}"
        return number if number >= _FAR else _FAR + int(names.get(tag, tag).rpartition("_")[2])

    def back(_kind: str, number: int) -> int:
        return number % _FAR

    for step in (away, back):
        interaction = walk(interaction, _Tags(step), default_rules())
    return interaction
