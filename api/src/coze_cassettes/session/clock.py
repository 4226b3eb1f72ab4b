"""The virtual clock of a replay: it starts at a fixed epoch, and sleeping advances it at no cost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final
from unittest import mock

import time_machine

EPOCH: Final = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())
"""Unix time in seconds at which every cassette begins."""


def shift_from(started: float) -> int:
    """Seconds to add to a timestamp of a recording that started at a Unix time."""
    return EPOCH - int(started)


@contextmanager
def virtual() -> Iterator[None]:
    """Let time stand still at the epoch; ``time.sleep`` and ``asyncio.sleep`` move it forward and return at once."""
    yield_to_loop = asyncio.sleep

    with time_machine.travel(EPOCH, tick=False) as traveller:

        def sleep(seconds: float) -> None:
            traveller.shift(seconds)

        async def async_sleep(delay: float, result: object = None) -> object:
            if delay > 0:
                traveller.shift(delay)
            return await yield_to_loop(0, result)

        with mock.patch.object(time, "sleep", sleep), mock.patch.object(asyncio, "sleep", async_sleep):
            yield
