"""Searches for values that must not be in a text, in every spelling or encoding, whole or cut."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final
from urllib.parse import quote

from coze_cassettes.codecs import encodings
from coze_cassettes.inspection import masking

_LONG: Final = 16
"""Characters from which on a value is looked for inside words too."""

_ANY_CASE: Final = 8
"""Characters from which on a value is found in capitals too; a shorter one may be a word."""

_CUT: Final = 12
"""Characters of a long value that count as the value."""

_BEGIN = re.compile(r"[ \t]*(?:(?:>|[#*]|//|--)[ \t]+)?")
_RUN = re.compile("[!-~]{6,}")
"""Of letters and signs: there are few of them in bytes that are no text, so they are looked for first."""

_FIRST: Final = frozenset(" \t>#*/-")
_BETWEEN_LETTERS = re.compile(r"[ ](?<=(?<![^\s\0])\S[ ])(?=\S(?![^\s\0]))")
"""What may stand inside a value that is written in lines, or letter by letter."""

_HEAD: Final = 8
"""Characters at the beginning of a form by which it is looked up."""

_MANY: Final = 2000
"""Forms from which on it takes less time to look for the heads of all at once than for each by itself."""

_MAILBOX = re.compile(r"[\w.%+-]+@(?:[\w-]+\.)+[A-Za-z]{2,24}")
"""May begin like others: all lists of one project do."""

_SENTENCE = re.compile(r"\s|://")
"""Is in a value whose beginning says nothing: words, or a URL that others begin like."""


_GAP = re.compile(r"[\s-]")
_DRAWN = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])", re.DOTALL)
"""Has letters and digits: such a value is not in a text by chance when the gaps between groups are left out."""


@dataclass(frozen=True)
class Form:
    """A way in which a value may stand in a text: as it is, or encoded; compared as written or folded and small."""

    text: str
    is_word: bool
    is_folded: bool
    is_grouped: bool = False
    """Whether it is looked for in groups, between which there may be gaps."""

    @cached_property
    def run(self) -> str:
        """Its longest run; empty if it has none."""
        return max(_RUN.findall(self.text), key=len, default="")

    def choose(self, written: str, folded: str, small: str, in_one: str, dense: str) -> tuple[str, ...]:
        """In which of the readings of a text it may stand."""
        if self.is_grouped:
            return (dense,)
        if self.is_folded:
            return (small,) if self.is_word or in_one is small else (small, in_one)
        return (written,) if folded is written else (written, folded)


@lru_cache(maxsize=2048)
def _forms(value: str) -> tuple[Form, ...]:
    return tuple(_make_forms(value))


def _make_forms(value: str) -> Iterator[Form]:
    plain = masking.fold(value).strip()
    if not plain:
        return
    short = len(plain) < _ANY_CASE
    yield Form(plain if short else plain.casefold(), len(plain) < _LONG, is_folded=not short)
    if len(plain) >= _LONG and not _SENTENCE.search(plain) and not _MAILBOX.fullmatch(plain):
        yield Form(plain[:_CUT].casefold(), is_word=False, is_folded=True)
    if len(plain) >= _LONG and _DRAWN.match(plain) and not _GAP.search(plain) and "://" not in plain:
        yield Form(plain.casefold(), is_word=False, is_folded=True, is_grouped=True)
    for row in encodings.ENCODINGS:
        if row.group == 1 and not row.inline and not short:
            yield Form(row.encode(value), is_word=False, is_folded=False)
    yield from (Form(core, is_word=False, is_folded=False) for core in encodings.cores(value))


def _read(text: str) -> tuple[str, str, str, str, str]:
    """A text as it is written, folded, small, with its lines in one, and without the gaps between groups."""
    folded = masking.fold(text)
    small = folded.casefold()
    in_one = _in_one_line(_BETWEEN_LETTERS.sub("", small))
    dense = small.replace(" ", "").replace("-", "").replace("\t", "")
    return text, folded, small, small if len(in_one) == len(small) else in_one, dense


def _in_one_line(text: str) -> str:
    """A text without the ends of its lines, and what begins the next ones."""
    first, *others = text.split("\n")
    if not others:
        return text
    *lines, last = (first, *(_BEGIN.sub("", line, 1) if line[:1] in _FIRST else line for line in others))
    return "".join((*(line.removesuffix("\r").rstrip(" \t") for line in lines), last))


def _stands_in(form: Form, text: str) -> bool:
    """Whether a form is in a text; a short one as a word of its own."""
    start = text.find(form.text)
    while start >= 0:
        before, after = (
            text[start - 1 : start] if start else "",
            text[start + len(form.text) : start + len(form.text) + 1],
        )
        if not form.is_word or not (_is_word(before, form.text[0]) or _is_word(after, form.text[-1])):
            return True
        start = text.find(form.text, start + 1)
    return False


def _is_word(neighbour: str, edge: str) -> bool:
    return _glues(neighbour) and _glues(edge)


def _glues(char: str) -> bool:
    return char.isascii() and char.isalnum()


@dataclass(frozen=True)
class Values:
    """The forms of all values that are searched for."""

    forms: tuple[Form, ...] = ()

    @classmethod
    def of(cls, values: Iterable[str]) -> Values:
        """What to look for to find any of the values."""
        return cls(tuple(dict.fromkeys(form for value in values for form in _forms(value))))

    def __bool__(self) -> bool:
        return bool(self.forms)

    def narrow(self, texts: Collection[str]) -> Values:
        """Those of which the letters are in one of the texts at all: most are in none."""
        if not self.forms:
            return self
        every = _read("\0".join(texts))
        runs = {each: "\0".join(_RUN.findall(each)) for each in every[:-1]}
        seen = _heads_in({form.text[:_HEAD] for form in self.forms}, every) if len(self.forms) > _MANY else None
        return Values(
            tuple(
                form
                for form in self.forms
                if (seen is None or form.text[:_HEAD] in seen)
                and any(form.run in runs.get(each, each) and form.text in each for each in form.choose(*every))
            )
        )

    def stand_in(self, text: str) -> bool:
        """Whether one of them is in a text."""
        if not self.forms:
            return False
        every = _read(text)
        return any(_stands_in(form, each) for form in self.forms for each in form.choose(*every))


@lru_cache(maxsize=1)
def _forms_by_head(values: tuple[str, ...]) -> Mapping[str, Sequence[tuple[str, Form]]]:
    """The values with their forms, by the first characters of each form."""
    found: dict[str, list[tuple[str, Form]]] = {}
    for value in values:
        for form in _forms(value):
            found.setdefault(form.text[:_HEAD], []).append((value, form))
    return found


def _heads_in(heads: Collection[str], texts: Iterable[str]) -> set[str]:
    """Those of some heads of forms that stand in one of some texts, and all that are short."""
    seen = {head for head in heads if len(head) < _HEAD}
    for text in dict.fromkeys(texts):
        seen.update(head for at in range(len(text) - _HEAD + 1) if (head := text[at : at + _HEAD]) in heads)
    return seen


def find(values: Iterable[str], texts: Iterable[str]) -> frozenset[str]:
    """Those of some values that stand in one of some texts; the next search for the same values is a fast one."""
    heads = _forms_by_head(tuple(values))
    every = _read("\0".join(texts))
    seen = _heads_in(heads, every)
    return frozenset(
        value
        for head in seen
        for value, form in heads[head]
        if any(_stands_in(form, each) for each in form.choose(*every))
    )


def spellings_of(value: str) -> tuple[str, ...]:
    """A value as it is and in every encoding, for a text in which it must be blotted out."""
    encoded = (row.encode(value) for row in encodings.ENCODINGS)
    forms = (value, json.dumps(value)[1:-1], quote(value, safe=""), *encoded, *encodings.cores(value))
    return tuple(dict.fromkeys(filter(None, forms)))
