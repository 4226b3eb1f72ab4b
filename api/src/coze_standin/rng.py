"""The source of randomness."""

from __future__ import annotations

import random


def create_rng(seed: int | None = None) -> random.Random:
    """A generator, repeatable from ``seed``; the operating system's own without one."""
    return random.SystemRandom() if seed is None else random.Random(seed)
