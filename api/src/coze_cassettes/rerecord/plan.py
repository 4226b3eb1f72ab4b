"""The plan of a run: which tests are recorded, which are left out, what bounds the run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from coze_cassettes.account.target import Environment, Target, unset
from coze_cassettes.cassette.provenance import STAND_IN
from coze_cassettes.pluralize import pluralize
from coze_cassettes.session.limits import Limits
from coze_cassettes.session.quota import QUOTAS


@dataclass(frozen=True)
class Test:
    """A test that would run: its id, its cassette below the cassettes folder (or ""), and what it asks for.

    A ``shares_cassette`` replays the cassette of another test and never records.
    """

    __test__ = False

    id: str
    cassette: str = ""
    shares_cassette: bool = False
    stand_in_only: str = ""
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What a run will do, shown before anything is sent.

    ``left_out`` pairs a test with the reason, ``unset`` names the variables that would supply more, ``earlier`` is
    what an interrupted run has recorded already, ``discarded`` how many cassettes of others will be thrown away,
    ``deselected`` how many tests the options that pytest is given leave out.
    """

    target: Target
    tests: tuple[Test, ...]
    left_out: tuple[tuple[Test, str], ...]
    unset: tuple[str, ...]
    limits: Limits = field(default_factory=Limits)
    earlier: frozenset[str] = frozenset()
    discarded: int = 0
    deselected: int = 0
    all_or_nothing: bool = False

    @property
    def after_failure(self) -> str:
        """What a failed test means for the others."""
        if self.all_or_nothing:
            return "no cassette is replaced (--all-or-nothing)"
        return "it keeps its committed cassette, the others are replaced; --all-or-nothing replaces none"

    @property
    def cassettes(self) -> tuple[str, ...]:
        """The files that will be recorded, in order."""
        left_out = {test.cassette for test, _ in self.left_out}
        recorded = {test.cassette for test in self.tests if test.cassette and not test.shares_cassette}
        return tuple(sorted(recorded - left_out))

    @property
    def modules(self) -> Mapping[str, int]:
        """How many cassettes each test module has."""
        return Counter(cassette.partition("/")[0] for cassette in self.cassettes)

    @property
    def reasons(self) -> Mapping[str, int]:
        """How many tests are left out for each kind of reason."""
        return Counter(reason.partition(":")[0] for _, reason in self.left_out)

    @property
    def bounds(self) -> tuple[str, ...]:
        """The limits of the run, one phrase each."""
        rate = self.limits.requests_per_second
        pace = (f"at most {pluralize(rate, 'request')} a second",) if rate else ()
        quotas = (f"at most {quota.describe(getattr(self.limits, quota.limit))}" for quota in QUOTAS)
        attempts = pluralize(self.limits.max_attempts, "attempt")
        again = f"at most {attempts} while the answer is busy (429, 5xx), with pauses up to "
        return (*pace, *quotas, f"{again}{self.limits.max_backoff:g} s")


EFFECTS: Final = (
    ("makes and deletes", "conversations, messages, files and datasets that tests need"),
    ("leaves behind", "chats and workflow runs: Coze cannot delete them, and they use up quota"),
    ("publishes", "the text of models and of the tests' users, as it stands in the cassettes"),
)
"""What a recording does to the account and to the world: shown in every plan."""


def make_plan(target: Target, tests: Iterable[Test], environment: Environment) -> Plan:
    """The plan of a run over these tests."""
    everything = tuple(tests)
    reasons = ((test, why_left_out(test, target, environment)) for test in everything)
    return Plan(target, everything, tuple((test, why) for test, why in reasons if why), unset(environment))


def why_left_out(test: Test, target: Target, environment: Environment) -> str:
    """Why a test cannot be recorded here, or an empty string."""
    if test.stand_in_only and target.provenance != STAND_IN:
        return f"only the stand-in answers so: {test.stand_in_only}"
    absent = [name for name in (f"COZE_{need.upper()}" for need in test.needs) if not environment.get(name)]
    return f"needs {', '.join(absent)}" if absent else ""
