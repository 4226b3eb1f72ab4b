"""The table of values: every value with its placeholder, found wherever it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from coze_cassettes.codecs.edits import Edit, common_length, merge_edits
from coze_cassettes.codecs.encodings import ENCODINGS, cores, fold
from coze_cassettes.scrubbing import placeholders
from coze_cassettes.scrubbing.grouped import Groups
from coze_cassettes.scrubbing.protocol import PROTOCOL_WORDS
from coze_cassettes.scrubbing.rules.model import Category, Form, Rule
from coze_cassettes.scrubbing.search import Search, trie
from coze_cassettes.scrubbing.wrapped import joined, words_apart

_MIN_WIDE, _MIN_PERSONAL, _MIN_IDENTIFIER, _MIN_SECRET = 2, 3, 6, 6
"""Characters from which on a value is replaced in running text too: not ASCII, personal, identifiers, secrets."""

_MIN_INSIDE: Final = 16
"""Characters from which on a secret is replaced inside a word too."""

_MIN_ANY_CASE: Final = 8
"""Characters from which on capitals make no difference."""

MIN_CUT: Final = 12
"""Characters of a secret that are replaced though the rest is missing."""

_ANCHOR: Final = 6
"""Characters by which values are looked for."""

_IN_CHARSETS: Final = {row.name: row.encode for row in ENCODINGS if row.charset}


@dataclass(frozen=True)
class Value:
    """What stands for a value: the placeholder, and the text that carries it (the placeholder itself or a URL).

    A value without a rule is a configured one.
    """

    placeholder: str
    text: str
    rule: Rule | None
    is_secret: bool


def value_of(placeholder: str, rule: Rule) -> Value:
    """What stands for a value that a rule claims."""
    text = placeholders.URL_PREFIX + placeholder if rule.form is Form.URL else placeholder
    return Value(placeholder, text, rule, rule.category is Category.SECRET and rule.form is not Form.URL)


def is_replaced_everywhere(text: str, rule: Rule | None) -> bool:
    """Whether a value is long enough to be replaced in running text and not only in its own field."""
    if rule is None:
        return True
    if text.lower() in PROTOCOL_WORDS:
        return False
    if rule.category is Category.SECRET:
        return len(text) >= (_MIN_INSIDE if text.isalpha() and text.islower() else _MIN_SECRET)
    if not text.isascii():
        return len(text) >= _MIN_WIDE
    return len(text) >= (_MIN_PERSONAL if rule.category is Category.PERSONAL else _MIN_IDENTIFIER)


def _lower(text: str) -> str:
    """A text in lower case, one for one: a single character has a longer one and is left as it is."""
    lower = text.lower()
    return lower if len(lower) == len(text) else _GROWING.join(part.lower() for part in text.split(_GROWING))


_GROWING: Final = "\u0130"


@dataclass(frozen=True)
class ValueTable:
    """Every value with what stands for it."""

    values: Mapping[str, Value]

    def of(self, text: str) -> Value | None:
        """What stands for a whole text."""
        return self.values.get(text) or self.values.get(fold(text).text.strip())

    def replacements(self) -> Mapping[str, str]:
        """Each value that was replaced everywhere with its placeholder: what the inspector must no longer find."""
        return {text: each.placeholder for text, each in self._everywhere.items()}

    def edits(self, text: str, form: str = "text") -> list[Edit]:
        """What to replace in a text: the values that are replaced everywhere, whole, written otherwise, or cut."""
        if not self._everywhere:
            return []
        folded = fold(text)
        lower = _lower(folded.text)
        whole = [(*folded.span(start, end), new) for start, end, new in self._whole(folded.text, lower, form)]
        parts = (*self._cut(lower), *self._in_lines(lower), *self._groups.edits(lower), *self._begun_edits(lower))
        cut = [(*folded.span(start, end), new) for start, end, new in parts]
        return merge_edits(whole, self._add_cores(text), cut)

    def edits_of_cut(self, text: str) -> list[Edit]:
        """What to replace in the strings of a list, joined: only secrets, of which enough stands there."""
        folded = fold(text)
        return [(*folded.span(start, end), new) for start, end, new in self._cut(_lower(folded.text))]

    @cached_property
    def _everywhere(self) -> Mapping[str, Value]:
        return {text: each for text, each in self.values.items() if is_replaced_everywhere(text, each.rule)}

    # whole values: by their first characters, then by their length

    @cached_property
    def _anchors(self) -> tuple[re.Pattern[str], Mapping[str, Mapping[int, Mapping[str, str]]]]:
        """For each beginning, in lower case, the values by length, the longest first."""
        found: dict[str, dict[int, dict[str, str]]] = {}
        for text in sorted(self._everywhere, key=len, reverse=True):
            lower = _lower(text)
            found.setdefault(lower[:_ANCHOR], {}).setdefault(len(text), {}).setdefault(lower, text)
        short = sorted({anchor for anchor in found if len(anchor) < _ANCHOR}, key=len, reverse=True)
        return re.compile(
            "|".join([*trie(anchor for anchor in found if len(anchor) == _ANCHOR), *map(re.escape, short)])
        ), found

    def _whole(self, text: str, lower: str, form: str) -> Iterator[Edit]:
        pattern, anchors = self._anchors
        position = 0
        while (match := pattern.search(lower, position)) is not None:
            start = match.start()
            end, new = self._value_at(text, lower, start, anchors, form)
            if end:
                yield start, end, new
            position = end or start + 1

    def _value_at(
        self, text: str, lower: str, start: int, anchors: Mapping[str, Mapping[int, Mapping[str, str]]], form: str
    ) -> tuple[int, str]:
        for size in range(_ANCHOR, 0, -1):
            for length, candidates in anchors.get(lower[start : start + size], {}).items():
                original = candidates.get(lower[start : start + length])
                end = start + length
                if original is not None and self._fits(original, text, start, end, form):
                    return end, self._everywhere[original].text
        return 0, ""

    def _fits(self, value: str, text: str, start: int, end: int, form: str) -> bool:
        if len(value) < _MIN_ANY_CASE and text[start:end] != value:
            return False
        each = self._everywhere[value]
        if each.rule is None or (each.rule.category is Category.SECRET and len(value) >= _MIN_INSIDE):
            return True
        if form == "binary" and len(value) >= _MIN_ANY_CASE:  # the number of its bytes, or a sign, may touch it there
            return True
        return not (
            _touches(text[start - 1 : start], value[0], value) or _touches(text[end : end + 1], value[-1], value)
        )

    # what of a secret stands in an encoding that cannot be opened

    @cached_property
    def _cores(self) -> Mapping[str, str]:
        secrets = {text: each for text, each in self._everywhere.items() if each.is_secret and len(text) >= MIN_CUT}
        found = ((each.placeholder, *core) for text, each in secrets.items() for core in cores(text).items())
        return {core: _IN_CHARSETS[name](new) if name in _IN_CHARSETS else new for new, core, name in found}

    @cached_property
    def _cores_by_anchor(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for core in sorted(self._cores, key=len, reverse=True):
            found[core[:_ANCHOR]] = (*found.get(core[:_ANCHOR], ()), core)
        return found

    @cached_property
    def _core_search(self) -> Search:
        return Search.of(self._cores_by_anchor, _ANCHOR)

    def _add_cores(self, text: str) -> Iterator[Edit]:
        position = 0
        for place in self._core_search.places_in(text):
            if place < position:
                continue
            position = place + _ANCHOR
            for core in self._cores_by_anchor[text[place:position]]:
                if text.startswith(core, place):
                    yield place, place + len(core), self._cores[core]
                    break

    # what is left of a secret that was cut

    @cached_property
    def _grams(self) -> Mapping[str, tuple[str, int]]:
        """Every stretch of ``MIN_CUT`` characters of a secret, with the secret and where in it the stretch stands."""
        found: dict[str, tuple[str, int]] = {}
        for text, each in self._everywhere.items():
            if not each.is_secret:
                continue
            lower = _lower(text)
            for at in range(_head(text), len(text) - MIN_CUT + 1):
                gram = lower[at : at + MIN_CUT]
                if each.rule is None or not gram.isalpha():
                    found.setdefault(gram, (text, at))
        return found

    @cached_property
    def _gram_search(self) -> Search:
        return Search.of(self._grams, MIN_CUT)

    def _cut(self, lower: str) -> Iterator[Edit]:
        position = 0
        for place in self._gram_search.places_in(lower):
            if place < position:
                continue
            value, at = self._grams[lower[place : place + MIN_CUT]]
            position = place + common_length(_lower(value)[at:], lower[place : place + len(value) - at])
            yield place, position, self._everywhere[value].placeholder

    def _in_lines(self, lower: str) -> Iterator[Edit]:
        """A secret that goes on in the next line."""
        is_apart = bool(self._grams) and any(True for _ in self._cut(joined(lower)))
        for word in words_apart(lower) if is_apart else ():
            yield from ((*word.span(start, end), new) for start, end, new in self._cut(word.text))

    @cached_property
    def _groups(self) -> Groups:
        return Groups.of({_lower(text): each.text for text, each in self._everywhere.items()})

    @cached_property
    def _beginnings(self) -> Mapping[str, tuple[str, ...]]:
        """The values that are no secrets by their first characters: those with words in them say nothing when cut."""
        found: dict[str, tuple[str, ...]] = {}
        for text, each in self._everywhere.items():
            if not each.is_secret and len(text) >= _MIN_INSIDE and not _SENTENCE.search(text):
                lower = _lower(text)
                found[lower[:MIN_CUT]] = (*found.get(lower[:MIN_CUT], ()), text)
        return found

    def _begun_edits(self, lower: str) -> Iterator[Edit]:
        """The beginning of a value that is no secret at the end of a text, which may go on in the next one."""
        tail = lower[-_LONGEST_TAIL:] if self._beginnings else ""
        for at in range(len(tail) - MIN_CUT + 1):
            for value in self._beginnings.get(tail[at : at + MIN_CUT], ()):
                is_begun = len(tail) - at < len(value) and _lower(value).startswith(tail[at:])
                if is_begun and not _touches(tail[max(0, at - 1) : at], value[0], value):
                    yield len(lower) - len(tail) + at, len(lower), self._everywhere[value].text
                    return


_SENTENCE = re.compile(r"\s|://")
_LONGEST_TAIL: Final = 128


def _head(text: str) -> int:
    """How much of a secret is the same in all of its kind: the first line of a key, the first part of a JWT."""
    if text.startswith("-----"):
        return text.find("-----", 5) + 5
    return text.find(".") + 1 if text.startswith("eyJ") else 0


def _touches(neighbour: str, edge: str, value: str) -> bool:
    """Whether the character beside a value is of the value's own alphabet, so that the value goes on there."""
    if not neighbour.isascii() or not edge.isascii() or not edge.isalnum():
        return False
    return neighbour.isdigit() if value.isdigit() else neighbour.isalnum()
