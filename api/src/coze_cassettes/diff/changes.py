"""What a comparison finds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile
from typing import Final

from coze_cassettes.diff.paths import Path
from coze_cassettes.scrubbing import placeholders


class Severity(StrEnum):
    """How much a difference matters to someone who uses the API."""

    BREAKING = "breaking"
    """A field or event is gone, a type, a status or the code of an answer is another one."""
    INFO = "info"
    """Something was added."""
    NOTE = "note"
    """Wording, counts, values; and whatever the test itself asks differently."""


@dataclass(frozen=True)
class Difference:
    """A change that does not know its interaction yet."""

    severity: Severity
    path: Path
    kind: str
    text: str
    volatile: bool = False


Differences = Iterator[Difference]


@dataclass(frozen=True)
class Change:
    """One difference: in which interaction (``GET /v1/bots?page_index=2``), at which place, of what kind.

    ``kind`` is removed, added, renamed, retyped, changed, count or order. The text shows values only as the cassettes
    hold them. A volatile change does not count.
    """

    severity: Severity
    interaction: str
    place: str
    kind: str
    text: str
    volatile: bool = False

    def __str__(self) -> str:
        return f"{self.severity}: {self.interaction}: {self.place}: {self.text}"


@dataclass(frozen=True)
class Comparison:
    """All differences between two cassettes, the volatile ones too."""

    differences: tuple[Change, ...] = ()

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes that are not volatile."""
        return tuple(change for change in self.differences if not change.volatile)

    @property
    def changed(self) -> bool:
        """Whether anything but volatile values differs."""
        return bool(self.changes)

    def count(self, severity: Severity) -> int:
        """How many changes have this severity."""
        return sum(change.severity is severity for change in self.changes)


_SHOWN: Final = 40
_BEFORE: Final = 12
"""Characters of a long text that are shown before its first difference."""


def format_value(value: object) -> str:
    """A value as a change quotes it: JSON, cut after a few words."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def format_change(old: object, new: object) -> str:
    """``0 is now 1``; of long texts what stands around their first difference.

    The number of a placeholder is a difference only if there is no other.
    """
    if isinstance(old, str) and isinstance(new, str) and max(len(old), len(new)) >= _SHOWN:
        first, second = _without_numbers(old), _without_numbers(new)
        same = _same(first, second) if first != second else len(_without_numbers(old[: _same(old, new)]))
        old, new = _around(old, same), _around(new, same)
    return f"{format_value(old)} is now {format_value(new)}"


def _same(old: str, new: str) -> int:
    """How many characters two texts have in common at their beginning."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))


def _without_numbers(text: str) -> str:
    return placeholders.pattern().sub(_kind, text)


def _kind(match: re.Match[str]) -> str:
    return match["kind"] or match[0]


def _around(text: str, place: int) -> str:
    """A text from shortly before a place, which is counted without the numbers of placeholders; a short one whole."""
    if len(text) < _SHOWN:
        return text
    start = max(0, place - _BEFORE)
    for match in placeholders.pattern().finditer(text):
        if match.start() >= start:
            break
        kind = _kind(match)
        inside = start < match.start() + len(kind)
        start = match.start() if inside else start + len(match[0]) - len(kind)
    return f"…{text[start:]}" if start else text
