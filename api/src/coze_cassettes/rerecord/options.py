"""The options of a run; the reporter that it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from coze_cassettes.rerecord import processes, pytest_events
from coze_cassettes.rerecord.plan import Plan


@dataclass(frozen=True)
class Options:
    """The options of one run; ``root`` is the project's folder, ``cassettes`` and the paths of ``tests`` are inside it.

    ``account`` and ``changes`` are the stand-in's. ``numbers`` overrules limits by their names, as text. With
    ``all_or_nothing`` one failure keeps all cassettes from being replaced.
    """

    root: Path
    cassettes: Path
    tests: tuple[str, ...]
    target: str = ""
    keyword: str = ""
    check: bool = False
    yes: bool = False
    fresh: bool = False
    account: str = "a"
    changes: tuple[str, ...] = ()
    numbers: tuple[tuple[str, str], ...] = ()
    keep_staging: Path | None = None
    all_or_nothing: bool = False
    allow_opaque: frozenset[str] = frozenset()

    @property
    def suite(self) -> processes.Suite:
        """What pytest is to run."""
        return processes.Suite(self.root, self.tests, self.keyword)


class Reporter(Protocol):
    """What a run shows, and the one question that it asks."""

    def plan(self, plan: Plan) -> None:
        """Shows what will happen."""

    def confirm(self, plan: Plan) -> bool:
        """Asks whether to go on."""

    def stage(self, title: str, total: int) -> None:
        """A stage of the run begins; ``total`` tests belong to it, 0 if it is not counted."""

    def test(self, event: pytest_events.TestEvent) -> None:
        """A test of the stage began or ended."""

    def note_kept(self, count: int) -> None:
        """So many cassettes wait for the next run."""


def without_coze(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment in which no real account is configured."""
    return {name: value for name, value in environment.items() if not name.startswith("COZE_")}
