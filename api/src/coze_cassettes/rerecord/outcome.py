"""What becomes of each cassette after a recording: origin first, then what really changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from coze_cassettes import exit_codes
from coze_cassettes.cassette.model import Cassette
from coze_cassettes.cassette.provenance import truth
from coze_cassettes.diff import Comparison, compare, rebase
from coze_cassettes.rerecord.plan import Test


class Outcome(StrEnum):
    """What becomes of one cassette."""

    UNCHANGED = "unchanged"
    """Recorded again, nothing but volatile differences: the committed file is not touched."""
    CHANGED = "changed"
    NEW = "new"
    TRUER = "replaced by a truer one"
    PROVED = "proved only"
    """Recorded from something less true than the committed file, or from the other region: the file stays."""
    KEPT = "kept"
    """Committed, and left out of this run."""
    ORPHAN = "orphaned"
    """Committed, and no test plays it."""


WRITTEN: Final = frozenset({Outcome.CHANGED, Outcome.NEW, Outcome.TRUER})


@dataclass(frozen=True)
class Decision:
    """The outcome of one cassette; ``cassette`` is what will stand in the file, if it is to be written."""

    file: str
    outcome: Outcome
    cassette: Cassette | None = None
    comparison: Comparison = field(default_factory=Comparison)


def decide(file: str, old: Cassette | None, new: Cassette) -> Decision:
    """The outcome of a fresh recording beside the committed one: origin first, then what really changed."""
    if old is None:
        return Decision(file, Outcome.NEW, new)
    was, now = truth(old.metadata.recorded_from), truth(new.metadata.recorded_from)
    if now < was or (now == was and old.metadata.recorded_from != new.metadata.recorded_from):
        return Decision(file, Outcome.PROVED)
    comparison = compare(old, new)
    if now > was:
        return Decision(file, Outcome.TRUER, new, comparison)
    if not comparison.changed:
        return Decision(file, Outcome.UNCHANGED)
    return Decision(file, Outcome.CHANGED, rebase(old, new), comparison)


def others(committed: Iterable[str], recorded: Iterable[str], tests: Iterable[Test]) -> list[Decision]:
    """The committed cassettes that were not recorded: kept, or orphans when no test of a whole run plays them."""
    played = {test.cassette for test in tests}
    rest = sorted(set(committed) - set(recorded))
    return [Decision(file, Outcome.KEPT if file in played else Outcome.ORPHAN) for file in rest]


@dataclass(frozen=True)
class Verdict:
    """What a run found. ``failures`` are sentences; with any of them nothing was swapped in."""

    decisions: tuple[Decision, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    failures: tuple[str, ...] = ()
    swapped: bool = False

    def count(self, outcome: Outcome) -> int:
        """How many cassettes have this outcome."""
        return sum(decision.outcome is outcome for decision in self.decisions)

    @property
    def recorded(self) -> int:
        """How many cassettes were recorded in this run."""
        return sum(decision.outcome not in (Outcome.KEPT, Outcome.ORPHAN) for decision in self.decisions)

    @property
    def exit_code(self) -> int:
        """0 unchanged, 3 changed, 1 failed."""
        if self.failures:
            return exit_codes.FAILED
        return (
            exit_codes.CHANGED
            if any(decision.outcome in WRITTEN for decision in self.decisions)
            else exit_codes.UNCHANGED
        )
