"""The source of randomness."""

from __future__ import annotations

import random


def create_rng(seed: int | None = None) -> random.Random:
    """A generator, repeatable from ``seed``; seeded by the operating system without one."""
    return random.Random(seed)
