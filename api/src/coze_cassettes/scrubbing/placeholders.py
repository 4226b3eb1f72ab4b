"""Placeholders: what stands in a cassette in place of a value, ``KIND_n`` or the bare ``KIND`` of a configured one.

Which texts of this form are placeholders is decided by the cassette that they stand in: ``SECRET_KEY_FOR_PROD`` may be
a user's password, and so may ``SECRET_2024`` where no cassette has a thousand secrets.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from coze_cassettes.cassette.model import Interaction
from coze_cassettes.scrubbing.environment import PLACEHOLDERS
from coze_cassettes.scrubbing.rules import KINDS

URL_PREFIX: Final = "https://scrubbed.invalid/"
"""Where a placeholder stands for a URL, so that the SDK still parses one."""

STANDARD: Final = PLACEHOLDERS | {"PRIVATE_KEY", "PRIVATE_KEY_BODY"}
"""The bare placeholders that every cassette may have; it lists its others in its metadata."""

NUMBERED: Final = (*KINDS, "BOUNDARY", "PRIVATE_KEY_BODY", "SECRET")
"""The kinds of values that a cassette numbers."""

_KIND = "|".join(sorted({*NUMBERED, *PLACEHOLDERS}, key=len, reverse=True))
_FEW: Final = 99
_GAPS: Final = 2
"""A number is one of a placeholder's up to ``_FEW``, and up to this many times the different ones of its kind: a
re-recorded cassette keeps the old numbers, so that some may be missing."""


@lru_cache(maxsize=1)
def pattern() -> re.Pattern[str]:
    """Matches a placeholder inside a text; the groups are ``kind`` and ``number`` (absent in a bare placeholder)."""
    bare = "|".join(sorted({*STANDARD, r"SECRET_[A-Z][A-Z0-9_]*"}, key=len, reverse=True))
    numbered = rf"(?P<kind>{_KIND})_(?P<number>\d+)(?![0-9_])"
    # All begin with a capital; asked for that first, a search is four times as fast as one that tries each of them.
    return re.compile(rf"(?=[A-Z])(?<![A-Z_])(?:{numbered}|(?P<bare>{bare})(?![A-Za-z0-9_]))")


_GLUE_BEFORE = re.compile(r"(?<![%=][0-9A-F])(?<!\\u[0-9A-Fa-f]{3})[A-Z_]")
"""Ends what stands before a placeholder as if it were its beginning; the last digit of an escape does not."""

_GLUE_AFTER = re.compile("[0-9_]")


def apart(text: str, start: int, end: int, replacement: str) -> str:
    """What replaces a stretch of a text, with a blank where it would go on with its neighbour: ``IP IP_ADDRESS_1``."""
    before = " " if start and _GLUE_BEFORE.match(text, start - 1) and not replacement.startswith(URL_PREFIX) else ""
    return before + replacement + (" " if _GLUE_AFTER.match(text, end) else "")


@dataclass(frozen=True)
class Placeholders:
    """The placeholders that some traffic may have: the bare ones, and how many numbered ones of each kind."""

    bare: frozenset[str] = STANDARD
    different: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, interactions: Sequence[Interaction], bare: Iterable[str] = ()) -> Placeholders:
        """Those of some traffic, in which these stand bare beside the standard ones."""
        numbered: dict[str, set[str]] = defaultdict(set)
        for interaction in interactions:
            for text in texts_of(interaction):
                for kind, placeholder in found_in(text):
                    numbered[kind].add(placeholder)
        return cls(STANDARD.union(bare), {kind: len(found) for kind, found in numbered.items()})

    def __contains__(self, text: str) -> bool:
        """Whether a whole text is one of them, or the URL of one."""
        text = text.removeprefix(URL_PREFIX)
        match = pattern().fullmatch(text)
        if match is None or match["number"] is None or text in self.bare:
            return text in self.bare
        most = max(_FEW, _GAPS * self.different.get(match["kind"], 0))
        return not match["number"].startswith("0") and int(match["number"]) <= most

    def holds(self, text: str) -> bool:
        """Whether a text is one of them with signs around it, or one that breaks off at the end of a line."""
        inner = _SIGNS.sub("", text)
        return text in self or inner in self or (len(inner) >= _BEGUN and inner not in NUMBERED and _is_begun(inner))


_SIGNS = re.compile(r"\A[^A-Za-z0-9/:]+|[^A-Za-z0-9_]+\Z")
_BEGUN: Final = 5
"""Letters of a placeholder from which on nobody is called so."""


@lru_cache(maxsize=1024)
def _is_begun(text: str) -> bool:
    return any(f"{kind}_".startswith(text) for kind in NUMBERED)


def texts_of(interaction: Interaction) -> Iterator[str]:
    """What crossed the wire as texts, not taken apart."""
    request, response = interaction.request, interaction.response
    yield request.uri
    yield from (value for _, value in (*request.headers, *response.headers))
    yield from (body.decode("utf-8", "ignore") for body in (request.body, response.body))


def found_in(text: str) -> Iterator[tuple[str, str]]:
    """The numbered placeholders in a text as ``(kind, placeholder)``, in their order, repeats included."""
    for match in _number().finditer(text):
        if _WORD_END.search(text, max(0, match.start() - 1), match.start()) is None:
            yield match["kind"], match[0]


_WORD_END = re.compile("[A-Za-z0-9_]")


@lru_cache(maxsize=1)
def _number() -> re.Pattern[str]:
    """What ``pattern`` matches with a number, whatever stands before it: a search that begins so takes a tenth."""
    return re.compile(rf"(?P<kind>{_KIND})_(?P<number>\d+)(?![A-Za-z0-9_])")


def unique(values: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Placeholders by kind, each once, in order of first appearance."""
    by_kind: dict[str, list[str]] = {}
    for kind, placeholder in values:
        if placeholder not in by_kind.setdefault(kind, []):
            by_kind[kind].append(placeholder)
    return by_kind
