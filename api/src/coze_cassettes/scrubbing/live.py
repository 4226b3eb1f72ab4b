"""Gives the literals of a running test the placeholders that they got when it was recorded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final
from urllib.parse import urlsplit

from coze_cassettes.cassette.model import Interaction, Request
from coze_cassettes.codecs.edits import Edit
from coze_cassettes.codecs.encodings import STANDING, fold
from coze_cassettes.codecs.layers import Leaf, Visit, forget
from coze_cassettes.scrubbing import integers, placeholders
from coze_cassettes.scrubbing.headers import kept_request_headers
from coze_cassettes.scrubbing.learn import Learned, learning
from coze_cassettes.scrubbing.normalise import normalise_request
from coze_cassettes.scrubbing.placeholders import Placeholders
from coze_cassettes.scrubbing.replace import replacing
from coze_cassettes.scrubbing.rules import default_rules
from coze_cassettes.scrubbing.rules.model import Rule
from coze_cassettes.scrubbing.traversal import walk_request
from coze_cassettes.scrubbing.values import Value, ValueTable, value_of


@dataclass(frozen=True)
class _Signature:
    """The placeholders of a scrubbed request in order, and the texts that hold them without their numbers."""

    skeleton: tuple[str, ...]
    found: tuple[str, ...]


def _signing(skeleton: list[str], found: list[str]) -> Visit:
    """A visitor that reads off the placeholders of a request, in whatever they are encoded.

    Bytes are visited whole and then string by string; which strings those are depends on the length of a placeholder,
    so they count once.
    """
    binary = ""

    def visit(leaf: Leaf) -> Sequence[Edit]:
        nonlocal binary
        text = leaf.text
        if leaf.form == "number":
            text = integers.placeholder_of(".".join(leaf.path), leaf.uri_path, leaf.text)
        if leaf.form == "binary":
            binary = leaf.text
        if leaf.form != "uri" and (leaf.form == "binary" or leaf.text not in binary):
            for each in (text, *_short_readings(text)):
                if here := [match[0] for match in _CARRIED_PLACEHOLDER.finditer(each)]:
                    found.extend(here)
                    skeleton.extend((".".join(leaf.path), _erase(each)))
        return ()

    return visit


_CARRIED_PLACEHOLDER = re.compile(rf"(?:{re.escape(placeholders.URL_PREFIX)})?(?:{placeholders.pattern().pattern})")


_APART: Final = r"[^\s\"',\\\[\]/:.]"
_SHORT_WORDS: Final = {
    "base85": re.compile(rf"(?<!{_APART})[0-9A-Za-z!#$%&()*+;<=>?@^_`{{|}}~-]{{5,9}}(?!{_APART})"),
    "Ascii85": re.compile(r"(?<!\S)[!-uz]{5,9}(?!\S)"),
    "hexadecimal": re.compile(rf"(?<!{_APART})[0-9A-Fa-f]{{2,10}}[ ][0-9A-Fa-f]{{2,10}}(?!{_APART})"),
}
_OF_SHORT_WORDS: Final = tuple((row, _SHORT_WORDS[row.name]) for row in STANDING if row.name in _SHORT_WORDS)


def _short_readings(text: str) -> Iterator[str]:
    """What words say that are too short to be opened elsewhere: a placeholder is shorter than what it stands for."""
    for row, pattern in _OF_SHORT_WORDS:
        for match in pattern.finditer(text):
            word = match[0].replace(" ", "")
            if not (word.isalpha() and word.islower()) and (inner := row.decode(word)):  # as most words of a language
                yield inner


def _erase(text: str) -> str:
    """A text in which every placeholder is the same, since a value's kind may have been seen elsewhere only."""
    return _CARRIED_PLACEHOLDER.sub("\0", text)


def _signature(request: Request) -> _Signature:
    skeleton: list[str] = []
    found: list[str] = []
    walk_request(request, _signing(skeleton, found))
    place = (request.method, _erase(urlsplit(request.uri).path))
    return _Signature((*place, *skeleton), tuple(found))


_FIRST_STAND_IN: Final = 900_000
"""Numbers of placeholders from here on stand for literals whose placeholder is not known yet."""


class LivePlaceholders:
    """The placeholders that literals of a running test get at replay: those that they got when it recorded.

    A live request with new literals is compared with the recorded ones: where one of them is the same but for
    placeholders, the literals take those that stand in their places. Otherwise the first new literal of a kind is
    given the first placeholder of that kind that a recorded request brought into the cassette, the second the second,
    and so on; a literal too many gets ``KIND_NEW``, which matches nothing.
    """

    def __init__(
        self,
        interactions: Sequence[Interaction],
        names: Mapping[str, str] | None = None,
        configured: Mapping[str, str] | None = None,
        bare: Iterable[str] = (),
    ) -> None:
        """Remember what was recorded; nothing is read off before a literal asks for it.

        ``names`` gives values what is known to stand for them, and may grow; ``configured`` are values of the
        environment with their placeholders, ``bare`` the bare placeholders that the cassette lists.
        """
        self._bare = frozenset(bare)
        self._interactions = interactions
        self._names = {} if names is None else names
        known = {_fold(value): placeholder for value, placeholder in (configured or {}).items()}
        self._bound = {
            value: Value(placeholder, placeholder, None, is_secret=True) for value, placeholder in known.items()
        }
        self._seen: dict[Request, Request] = {}

    def scrub(self, request: Request) -> Request:
        """The live request as the cassette would show it."""
        if request not in self._seen:
            try:
                self._seen[request] = self._scrub(normalise_request(request))
            finally:
                forget()  # what was remembered with the visitors of this request serves no other
        return self._seen[request]

    def bound(self) -> Mapping[str, str]:
        """What stands for each literal, as it stands in a text, with the literal; configured values are not in it."""
        return {each.text: value for value, each in self._bound.items() if each.rule is not None}

    def _scrub(self, request: Request) -> Request:
        for value, name in self._names.items():
            if (folded := _fold(value)) not in self._bound and (rule := _rule_of(name)) is not None:
                self._bound[folded] = _bound_to(name, rule)
        learned = Learned(self._own)
        walk_request(request, learning(learned, default_rules()))
        new = {value: rule for value, rule in learned.rules.items() if value not in self._bound}
        if new:
            self._bind(request, new)
        return _with_placeholders(request, self._bound)

    def _bind(self, request: Request, new: Mapping[str, Rule]) -> None:
        numbered = enumerate(new.items(), start=_FIRST_STAND_IN)
        stand_ins = {value: value_of(f"{rule.kind}_{number}", rule) for number, (value, rule) in numbered}
        live = _signature(_with_placeholders(request, {**self._bound, **stand_ins}))
        recorded = self._align_with_recorded(
            live, {form for each in stand_ins.values() for form in (each.text, each.placeholder)}
        )
        for value, rule in new.items():
            if text := next(
                (each for each in (stand_ins[value].text, stand_ins[value].placeholder) if each in live.found), ""
            ):
                self._bound[value] = _bound_to(recorded.get(text) or self._next_of(rule.kind, recorded.values()), rule)

    def _align_with_recorded(self, live: _Signature, stand_ins: AbstractSet[str]) -> Mapping[str, str]:
        """What stands in the places of the stand-ins in the recorded request that is else the same.

        If several are, the first of those that have most kinds in common.
        """
        free = {placeholder for each in self._introduce.values() for placeholder in each} - self._taken_names()
        fits = [
            found
            for recorded in self._signatures
            if recorded.skeleton == live.skeleton and (found := _pair(live.found, recorded.found, stand_ins, free))
        ]
        return max(fits, key=_same_kinds, default={})

    def _taken_names(self) -> AbstractSet[str]:
        known = {name.removeprefix(placeholders.URL_PREFIX) for name in self._names.values()}
        return known | {each.placeholder for each in self._bound.values()}

    def _next_of(self, kind: str, reserved: Iterable[str]) -> str:
        taken = {*self._taken_names(), *(each.removeprefix(placeholders.URL_PREFIX) for each in reserved)}
        return next(
            (placeholder for placeholder in self._introduce.get(kind, ()) if placeholder not in taken), f"{kind}_NEW"
        )

    @cached_property
    def _own(self) -> Placeholders:
        return Placeholders.of(self._interactions, self._bare)

    @cached_property
    def _signatures(self) -> Sequence[_Signature]:
        return tuple(_signature(each.request) for each in self._interactions)

    @cached_property
    def _introduce(self) -> Mapping[str, Sequence[str]]:
        """Placeholders by kind that appear in a request before any response has them."""
        answered: set[str] = set()
        introduced: list[tuple[str, str]] = []
        for interaction, signature in zip(self._interactions, self._signatures, strict=True):
            found = (pair for placeholder in signature.found for pair in placeholders.found_in(placeholder))
            introduced += [(kind, placeholder) for kind, placeholder in found if placeholder not in answered]
            response = interaction.response
            for text in (*(value for _, value in response.headers), response.body.decode("utf-8", "ignore")):
                answered |= {placeholder for _, placeholder in placeholders.found_in(text)}
        return placeholders.unique(introduced)


def _pair(
    live: Sequence[str], recorded: Sequence[str], stand_ins: AbstractSet[str], free: AbstractSet[str]
) -> Mapping[str, str]:
    """Each stand-in with what was recorded in its places; nothing if that is not one to one, or not a literal's."""
    pairs = set(zip(live, recorded, strict=True))
    fits = all(
        new.removeprefix(placeholders.URL_PREFIX) in free if old in stand_ins else new == old for old, new in pairs
    )
    if not fits or not len({old for old, _ in pairs}) == len(pairs) == len({new for _, new in pairs}):
        return {}
    return {old: new for old, new in pairs if old in stand_ins}


def _same_kinds(found: Mapping[str, str]) -> int:
    return sum(old.rpartition("_")[0] == new.rpartition("_")[0] for old, new in found.items())


def _fold(value: str) -> str:
    return fold(value).text


def _rule_of(name: str) -> Rule | None:
    """A rule that makes placeholders of this kind."""
    match = placeholders.pattern().search(name)
    return next((each for each in default_rules().rules if match and each.kind == match["kind"]), None)


def _bound_to(text: str, rule: Rule) -> Value:
    """What stands for a literal, given the placeholder or its URL that was recorded."""
    placeholder = text.removeprefix(placeholders.URL_PREFIX)
    value = value_of(placeholder, rule)
    return value if text == placeholder else replace(value, text=text)


def _with_placeholders(request: Request, values: Mapping[str, Value]) -> Request:
    clean = walk_request(request, replacing(ValueTable(values), default_rules()))
    return replace(clean, headers=kept_request_headers(clean))
