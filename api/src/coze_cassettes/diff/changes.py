"""What a comparison finds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from coze_cassettes.diff.paths import Path


class Severity(StrEnum):
    """How much a difference matters to someone who uses the API."""

    BREAKING = "breaking"
    """A field or event is gone, a type or status is another one."""
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


def format_value(value: object) -> str:
    """A value as a change quotes it: JSON, cut after a few words."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def format_change(old: object, new: object) -> str:
    """``0 is now 1``."""
    return f"{format_value(old)} is now {format_value(new)}"
