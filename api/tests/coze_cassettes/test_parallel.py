"""Work in several processes has the results that it has in one."""

from __future__ import annotations

import os

import pytest

from coze_cassettes.parallel import Processes


def half(number: int) -> tuple[int, int]:
    """Half of a number, with the process that took it; an error for an odd one."""
    if number % 2:
        raise ValueError(f"{number} is odd")
    return number // 2, os.getpid()


def test_few_items_stay_in_this_process() -> None:
    """No process is started for them."""
    assert Processes(3)(half, [0, 2, 4, 6, 8]) == [(each, os.getpid()) for each in range(5)]


@pytest.mark.proof
def test_many_items_are_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The results come in the order of the items; none is made here."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 3}, raising=False)
    found = list(Processes(20)(half, range(0, 200, 2)))
    assert [result for result, _ in found] == list(range(100))
    assert os.getpid() not in {process for _, process in found}


@pytest.mark.proof
def test_an_error_in_a_process_is_raised_here() -> None:
    """With its own words."""
    with pytest.raises(ValueError, match=r"^41 is odd$"):
        Processes(2)(half, [0, 2, 41, 4])
