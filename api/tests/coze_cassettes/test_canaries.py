"""The proof on canaries that are drawn from tables of their own: kinds, names, neighbours, encodings, places."""

from __future__ import annotations

import pytest

from coze_cassettes.testing.kinds import KINDS
from coze_cassettes.testing.places import PLACES
from coze_cassettes.testing.proof import draw, summarize
from coze_cassettes.testing.surroundings import ENCODERS, PROSE, STRUCTURES

MOST_OVERLOOKED = 0.01
"""Share of the cases that the inspector alone may overlook."""

MOST_NOT_REPLAYED = 0.01
"""Share of the cases that a replay may not find again: values in an encoding in a packed file that a test sends."""

SOME, ALL = range(7_000, 7_010), range(20_000, 20_400)
"""The seeds of the cases, so that the test never fails by chance; ``scripts/canaries.sh`` draws new ones."""


@pytest.mark.parametrize(
    "seeds", [SOME, pytest.param(ALL, marks=[pytest.mark.proof, pytest.mark.slow])], ids=["some", "all"]
)
def test_no_canary_is_left(seeds: range) -> None:
    """None is in the cassette, in any encoding; scrubbed again it is the same; the inspector alone finds the kinds."""
    found = summarize(seeds)
    print(f"\n{found}")  # noqa: T201 - with -s, the table is the result
    assert not found.left, found
    assert not found.changed, found
    assert len(found.overlooked) <= max(1, MOST_OVERLOOKED * found.count), found
    assert len(found.not_replayed) <= max(1, MOST_NOT_REPLAYED * found.count), found
    assert len(found.refused) <= max(1, MOST_OVERLOOKED * found.count), found


@pytest.mark.proof
def test_the_draws_leave_out_no_row() -> None:
    """A few thousand draws reach every kind, place, encoding and syntax of the tables."""
    cases = [draw(seed) for seed in range(3_000)]
    assert {each.kind.name for each in cases} == {kind.name for kind in KINDS}
    assert {each.place for each in cases} == set(PLACES)
    assert {each.encoding for each in cases} == set(ENCODERS)
    drawn = {each.surrounding.rpartition(" in ")[2] for each in cases if each.kind.names}
    assert {name.rpartition(" in ")[2] for name in (*STRUCTURES, *PROSE)} <= drawn


def test_a_case_is_made_again_from_its_seed() -> None:
    """The same value in the same place, which a report does not show."""
    assert draw(5) == draw(5)
    assert draw(5).value not in str(draw(5))
