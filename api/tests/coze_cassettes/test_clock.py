"""The virtual clock: waiting costs nothing, and time passes all the same."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

from coze_cassettes.session import clock


def test_time_begins_at_the_epoch_and_stands_still() -> None:
    """Two looks at the clock are equal."""
    with clock.virtual():
        assert time.time() == time.time() == clock.EPOCH
        assert datetime.now(UTC) == datetime(2024, 1, 1, tzinfo=UTC)


def test_sleep_moves_the_clock_at_no_cost() -> None:
    """An hour of polling takes no time."""
    before = time.perf_counter()
    with clock.virtual():
        time.sleep(3600)
        assert time.time() == clock.EPOCH + 3600
    assert time.perf_counter() - before < 5


async def test_async_sleep_moves_it_too_and_lets_others_run() -> None:
    """A sleeping task gives way, and gets its result."""
    order: list[str] = []

    async def other() -> None:
        order.append("other")

    with clock.virtual():
        task = asyncio.create_task(other())
        result = await asyncio.sleep(60, "done")
        order.append("slept")
        await task
        assert (result, time.time()) == ("done", clock.EPOCH + 60)
    assert order == ["other", "slept"]


def test_afterwards_everything_is_as_before() -> None:
    """Sleep and time are the real ones again."""
    sleep = time.sleep
    with clock.virtual():
        assert time.sleep is not sleep
    assert time.sleep is sleep
    assert time.time() > clock.EPOCH


def test_the_shift_brings_a_recording_to_the_epoch() -> None:
    """What happened when the recording started happens at the epoch."""
    assert 1_800_000_000 + clock.shift_from(1_800_000_000.9) == clock.EPOCH
