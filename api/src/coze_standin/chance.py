"""Where chance comes from: different at every start, or repeatable from a seed."""

from __future__ import annotations

import random


def chance(seed: int | None = None) -> random.Random:
    """A source of chance; the operating system's own without a seed."""
    return random.SystemRandom() if seed is None else random.Random(seed)
