"""Identifiers as Coze makes them: decimal strings that grow with time."""

from __future__ import annotations

import random
from collections.abc import Callable

from coze_standin.planted import Planted

_LOW_BITS = 22
"""Random bits under the millisecond: the seconds of an id stand above bit 32, as in the ids of the documents."""


class Ids:
    """Makes 19 digit ids, never one twice, and registers them as planted."""

    def __init__(self, chance: random.Random, planted: Planted, clock: Callable[[], float]) -> None:
        self._chance = chance
        self._planted = planted
        self._clock = clock
        self._made: set[int] = set()

    def new(self, kind: str) -> str:
        """A fresh id; ``kind`` is what the register calls it, such as ``CHAT_ID``."""
        return self.at(kind, self._clock())

    def at(self, kind: str, seconds: float) -> str:
        """The same for something that was made at ``seconds`` (Unix time)."""
        made = (int(seconds) << 32) + (int(seconds % 1 * 1000) << _LOW_BITS) + self._chance.getrandbits(_LOW_BITS)
        while made in self._made:
            made += 1
        self._made.add(made)
        return self._planted.add(kind, str(made))
