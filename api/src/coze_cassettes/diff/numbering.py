"""The names of placeholders, wherever they are written: plain, encoded, or as the integer of an identifier."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from coze_cassettes.cassette.model import Interaction
from coze_cassettes.codecs.edits import Edit
from coze_cassettes.codecs.layers import Leaf, Visit, edit_text
from coze_cassettes.codecs.multipart import BOUNDARY
from coze_cassettes.scrubbing import integers, placeholders
from coze_cassettes.scrubbing.rules import KINDS
from coze_cassettes.scrubbing.traversal import walk

Placeholders = Mapping[str, Sequence[str]]
"""Placeholders by kind, each once, in order of first appearance; the bare one of a configured value is one of them."""

_INTEGERS: Final = 1000
"""Integer identifiers below this are the numbers of placeholders where a rule names the field."""


def _renaming(name: Callable[[str, str], str]) -> Visit:
    """A visitor that has every placeholder written anew; ``name`` says how, given its kind and itself."""

    def visit(leaf: Leaf) -> Sequence[Edit]:
        if leaf.form == "number":
            new = _renamed_integer(leaf, name)
            return [(0, len(leaf.text), new)] if new else ()
        if leaf.form in ("uri", "pieces"):  # what these hold is visited in its parts
            return ()
        return [
            (*match.span(), name(match["kind"] or match["bare"], match[0]))
            for match in placeholders.pattern().finditer(leaf.text)
            if (match["kind"] or match["bare"] in KINDS) and match[0] != BOUNDARY
        ]

    return visit


def _renamed_integer(leaf: Leaf, name: Callable[[str, str], str]) -> str:
    """The integer of a placeholder's other name, or an empty string: it stands for none, or that has no number."""
    placeholder = placeholder_of_integer(".".join(leaf.path), leaf.uri_path, leaf.text)
    kind, _, before = placeholder.rpartition("_")
    number = _number_of(kind, name(kind, placeholder)) if placeholder else ""
    return integers.encode(kind, number) if number and before != leaf.text else number


def placeholder_of_integer(path: str, uri_path: str, text: str) -> str:
    """The placeholder that an integer at a dotted path stands for, or an empty string."""
    if not text.isdecimal():
        return ""
    return integers.placeholder_of(path, uri_path, text) if int(text) < _INTEGERS else integers.decode(text)


@lru_cache(maxsize=8192)
def erase_numbers(text: str) -> str:
    """A text in which placeholders have no numbers."""
    return edit_text(Leaf((), text), _renaming(lambda kind, _placeholder: f"{kind}_n"))


@lru_cache(maxsize=8192)
def placeholders_in(text: str) -> tuple[str, ...]:
    """The placeholders of a text in their order, repeats included."""
    found: list[str] = []

    def note(_kind: str, placeholder: str) -> str:
        found.append(placeholder)
        return placeholder

    edit_text(Leaf((), text), _renaming(note))
    return tuple(found)


def placeholders_of(interactions: Iterable[Interaction]) -> Placeholders:
    """The placeholders of some interactions."""
    return placeholders.unique(pair for each in interactions for pair in _found_in(each))


@lru_cache(maxsize=256)
def _found_in(interaction: Interaction) -> tuple[tuple[str, str], ...]:
    found: dict[tuple[str, str], None] = {}

    def note(kind: str, placeholder: str) -> str:
        found[kind, placeholder] = None
        return placeholder

    walk(interaction, _renaming(note))
    return tuple(found)


def renumbering(old: Placeholders, new: Placeholders, known: Mapping[str, str]) -> dict[str, str]:
    """New placeholders to old ones: the known ones; the rest get the next free numbers of their kind.

    A bare one stays bare, unless a numbered one has taken its place.
    """
    names = dict(known)
    for kind, found in new.items():
        number = max((int(_number_of(kind, placeholder) or 0) for placeholder in old.get(kind, ())), default=0)
        for placeholder in found:
            if placeholder == kind and kind not in names.values():
                names.setdefault(kind, kind)
            elif placeholder not in names:
                number += 1
                names[placeholder] = f"{kind}_{number}"
    return names


def _number_of(kind: str, placeholder: str) -> str:
    return placeholder.removeprefix(kind).removeprefix("_")


def renumber(interaction: Interaction, names: Mapping[str, str]) -> Interaction:
    """An interaction with other placeholders; the cuts of a stream move along."""
    if all(names.get(placeholder, placeholder) == placeholder for _, placeholder in _found_in(interaction)):
        return interaction
    return walk(interaction, _renaming(lambda _kind, placeholder: names.get(placeholder, placeholder)))
