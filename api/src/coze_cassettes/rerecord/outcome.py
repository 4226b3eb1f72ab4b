"""What becomes of each cassette after a recording: provenance first, then what really changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from coze_cassettes import exit_codes
from coze_cassettes.cassette.model import Cassette
from coze_cassettes.cassette.provenance import rank
from coze_cassettes.diff import Comparison, Group, compare, compare_partial, group, rebase


class Outcome(StrEnum):
    """What becomes of one cassette."""

    UNCHANGED = "unchanged"
    """Recorded again, nothing but volatile differences: the committed file is not touched."""
    CHANGED = "changed"
    NEW = "new"
    HIGHER_PROVENANCE = "replaced (higher provenance)"
    """Recorded from Coze, or nearer to it than the committed file, which is replaced as a whole."""
    WAS_UNREADABLE = "replaced (was unreadable)"
    """The committed file is damaged, and counts as absent."""
    REWRITTEN = "rewritten (same content)"
    """Nothing changed, but the toolkit writes the committed file otherwise: Git has changed its line ends, say."""
    OTHER_PROVENANCE = "not replaced (other provenance)"
    """The committed file was recorded nearer to Coze, or from Coze's other region: it stays."""
    FAILED = "failed"
    """The test did not pass, or what it recorded is not fit to be kept: the committed file stays."""
    KEPT = "kept"
    """Committed, and left out of this run."""
    ORPHAN = "orphaned"
    """Committed, and no test plays it."""


WRITTEN: Final = frozenset(
    {Outcome.CHANGED, Outcome.NEW, Outcome.HIGHER_PROVENANCE, Outcome.WAS_UNREADABLE, Outcome.REWRITTEN}
)
NOT_RECORDED: Final = frozenset({Outcome.FAILED, Outcome.KEPT, Outcome.ORPHAN})


@dataclass(frozen=True)
class Decision:
    """What becomes of one cassette.

    ``cassette`` is what will stand in the file, if it is to be written; ``reason`` says why a committed file could not
    be read.
    """

    file: str
    outcome: Outcome
    cassette: Cassette | None = None
    comparison: Comparison = field(default_factory=Comparison)
    reason: str = ""


def decide(file: str, old: Cassette | None, new: Cassette, damage: str = "") -> Decision:
    """What becomes of a fresh recording beside the committed one; ``damage`` says what is wrong with its file."""
    if old is None:
        return Decision(file, Outcome.WAS_UNREADABLE if damage else Outcome.NEW, new, reason=damage)
    if _is_outranked(old, new):
        return Decision(file, Outcome.OTHER_PROVENANCE)
    comparison = compare(old, new)
    if rank(new.metadata.recorded_from) > rank(old.metadata.recorded_from):
        return Decision(file, Outcome.HIGHER_PROVENANCE, new, comparison)
    if not comparison.changed:
        return Decision(file, Outcome.REWRITTEN, old, reason=damage) if damage else Decision(file, Outcome.UNCHANGED)
    return Decision(file, Outcome.CHANGED, rebase(old, new), comparison)


def fail(file: str, old: Cassette | None, new: Cassette | None) -> Decision:
    """A cassette whose test failed: what was recorded of it, if anything, is only compared."""
    if old is None or new is None or _is_outranked(old, new):
        return Decision(file, Outcome.FAILED)
    return Decision(file, Outcome.FAILED, comparison=compare_partial(old, new))


def _is_outranked(old: Cassette, new: Cassette) -> bool:
    """Whether the committed recording is nearer to Coze than the new one, or from Coze's other region."""
    was, now = old.metadata.recorded_from, new.metadata.recorded_from
    return rank(now) < rank(was) or (rank(now) == rank(was) and now != was)


@dataclass(frozen=True)
class Failure:
    """Why a test, a cassette or the whole run failed; ``test`` and ``file`` are empty where none is concerned."""

    reason: str
    test: str = ""
    file: str = ""

    def __str__(self) -> str:
        """The test or the file, and the reason."""
        return ": ".join(filter(None, (self.test or self.file, self.reason)))


@dataclass(frozen=True)
class Verdict:
    """What a run found; ``swapped`` says whether the cassettes that it wrote are in place."""

    decisions: tuple[Decision, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    failures: tuple[Failure, ...] = ()
    swapped: bool = False

    def count(self, outcome: Outcome) -> int:
        """How many cassettes have this outcome."""
        return sum(decision.outcome is outcome for decision in self.decisions)

    @property
    def recorded(self) -> int:
        """How many cassettes were recorded in this run."""
        return sum(decision.outcome not in NOT_RECORDED for decision in self.decisions)

    @property
    def written(self) -> tuple[Decision, ...]:
        """The cassettes that are to be written."""
        return tuple(decision for decision in self.decisions if decision.outcome in WRITTEN)

    @property
    def groups(self) -> tuple[Group, ...]:
        """What changed, each change once."""
        return group({decision.file: decision.comparison.changes for decision in self.decisions})

    @property
    def exit_code(self) -> int:
        """0 unchanged, 3 changed, 1 failed."""
        if self.failures:
            return exit_codes.FAILED
        return exit_codes.CHANGED if self.written else exit_codes.UNCHANGED


# --- cassettes that were not recorded -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Collected:
    """What a run knows of the tests: the cassettes that they play, and the folders of modules collected whole.

    ``gone`` are folders of the committed cassettes whose module is not there any more, ``deselected`` is how many tests
    would run if the options that pytest is given did not deselect them; ``played`` has their cassettes too.
    """

    played: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    deselected: int = 0


def others(committed: Iterable[str], recorded: Iterable[str], collected: Collected) -> list[Decision]:
    """The committed cassettes that were not recorded: kept, orphans, or (of unknown modules) not mentioned."""
    found = (
        Decision(file, outcome)
        for file in sorted(set(committed) - set(recorded))
        if (outcome := _outcome_of(file, collected)) is not None
    )
    return list(found)


def _outcome_of(file: str, collected: Collected) -> Outcome | None:
    folder = file.rpartition("/")[0]
    if file in collected.played:
        return Outcome.KEPT
    return Outcome.ORPHAN if folder in collected.whole | collected.gone else None
