"""Identifiers as Coze makes them: decimal strings that grow with time."""

from __future__ import annotations

import random
from collections.abc import Callable

from coze_standin.canaries import Canaries

_LOW_BITS = 22
"""Random bits under the millisecond: the seconds of an id stand above bit 32, as in the ids of the documents."""


class Ids:
    """Makes 19 digit ids, never one twice, and registers them as canaries."""

    def __init__(self, rng: random.Random, canaries: Canaries, clock: Callable[[], float]) -> None:
        self._rng = rng
        self._canaries = canaries
        self._clock = clock
        self._made: set[int] = set()

    def new(self, kind: str) -> str:
        """A fresh id; ``kind`` is what the register calls it, such as ``CHAT_ID``."""
        return self.at(kind, self._clock())

    def at(self, kind: str, seconds: float) -> str:
        """The same for something that was made at ``seconds`` (Unix time)."""
        made = (int(seconds) << 32) + (int(seconds % 1 * 1000) << _LOW_BITS) + self._rng.getrandbits(_LOW_BITS)
        while made in self._made:
            made += 1
        self._made.add(made)
        return self._canaries.add(kind, str(made))
