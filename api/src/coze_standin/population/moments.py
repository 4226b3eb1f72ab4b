"""Times in the past, with randomness that is the same in every run, for what an account holds at the start."""

from __future__ import annotations

import random

from coze_standin.state import State

DAY = 86_400
"""Seconds."""


def past(state: State, days: int) -> int:
    """A moment about ``days`` days ago, in whole seconds."""
    return state.now - days * DAY + state.rng.randint(-20_000, 20_000)


def fixed_rng(*names: str) -> random.Random:
    """Chance for what people set up once: the same in every run, since an unchanged account answers the same."""
    return random.Random("/".join(names))
