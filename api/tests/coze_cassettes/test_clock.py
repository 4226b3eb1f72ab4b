"""The virtual clock: waiting costs nothing, and time passes all the same."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime
from functools import partial
from time import monotonic, perf_counter, sleep
from time import time as now

import pytest
import time_machine

from coze_cassettes.cassette.moments import EPOCH
from coze_cassettes.session import clock, timeline
from coze_cassettes.session.threads import frames
from coze_cassettes.session.timeline import SECOND, Timeline, Wait

HOUR = 3600
CLOSE = 0.5
"""Real seconds that a test may take on a busy machine and yet be said to cost nothing."""


def _since_epoch() -> float:
    return now() - EPOCH


def _real_seconds(function: Callable[[], object]) -> float:
    before = clock.real_perf_counter()
    with clock.virtual_time():
        function()
    return clock.real_perf_counter() - before


# --- one clock ------------------------------------------------------------------------------------------------------


def test_time_begins_at_the_epoch() -> None:
    """In seconds, in nanoseconds, as a time of day, as a day, as a text."""
    assert time.ctime().endswith(time.strftime("%Y"))
    with clock.virtual_time():
        now_as_text = time.asctime(time.localtime(EPOCH))[:-7]
        assert [text[:-7] for text in (time.ctime(), time.ctime(None), time.asctime())] == [now_as_text] * 3
        assert time.ctime(0) == time.asctime(time.localtime(0))
        assert 0 <= time.time() - EPOCH < CLOSE
        assert 0 <= time.time_ns() / 1e9 - EPOCH < CLOSE
        assert datetime.now(UTC).replace(microsecond=0) == datetime(2024, 1, 1, tzinfo=UTC)
        assert date.today() == datetime.fromtimestamp(EPOCH).date()  # noqa: DTZ006, DTZ011 - the local day


def test_sleep_moves_the_clock_at_no_cost() -> None:
    """An hour of polling takes no time."""

    def poll() -> None:
        for _ in range(60):
            time.sleep(60)
        assert HOUR <= _since_epoch() < HOUR + CLOSE

    assert _real_seconds(poll) < CLOSE


@pytest.mark.parametrize(
    "clock_function",
    [
        *(now, monotonic, perf_counter, time.time, time.monotonic, time.perf_counter),
        *(partial(time.clock_gettime, each) for each in (time.CLOCK_MONOTONIC, time.CLOCK_REALTIME)),
    ],
)
@pytest.mark.parametrize("sleep_function", [sleep, time.sleep])
def test_names_do_not_matter(clock_function: Callable[[], float], sleep_function: Callable[[float], None]) -> None:
    """A function imported by its name, before any replay, is the same function."""
    with clock.virtual_time():
        begun = clock_function()
        sleep_function(HOUR)
        assert HOUR <= clock_function() - begun < HOUR + CLOSE


@pytest.mark.parametrize(
    "nanoseconds",
    [
        *(time.time_ns, time.monotonic_ns, time.perf_counter_ns),
        *(partial(time.clock_gettime_ns, each) for each in (time.CLOCK_MONOTONIC, time.CLOCK_REALTIME)),
    ],
)
def test_nanoseconds_agree(nanoseconds: Callable[[], int]) -> None:
    """The functions that count nanoseconds are on the same clock."""
    with clock.virtual_time():
        begun = nanoseconds()
        sleep(HOUR)
        assert HOUR <= (nanoseconds() - begun) / 1e9 < HOUR + CLOSE


def test_the_time_that_a_process_computes_is_not_skipped() -> None:
    """It is no clock by which anything waits."""
    with clock.virtual_time():
        sleep(HOUR)
        assert time.clock_gettime(time.CLOCK_PROCESS_CPUTIME_ID) < HOUR


def test_time_always_goes_on() -> None:
    """A loop that waits without sleeping comes to its end."""
    with clock.virtual_time():
        for clock_function in (now, monotonic, perf_counter):
            end = clock_function() + 0.01
            while clock_function() < end:
                pass


@pytest.mark.parametrize("length", [-1, float("nan"), "1", None, 10**30])
def test_sleep_refuses_what_it_refuses(length: object) -> None:
    """With the same error as ever."""
    with pytest.raises((TypeError, ValueError, OverflowError)) as real:
        time.sleep(length)  # type: ignore[arg-type]  # what a caller may do wrong
    with clock.virtual_time(), pytest.raises(real.type):
        time.sleep(length)  # type: ignore[arg-type]  # as above


def test_afterwards_everything_is_as_before() -> None:
    """Times are the real ones, waiting waits, and the methods are the standard library's."""
    methods = threading.Condition.wait, threading.Condition.notify, threading.Thread.join, ThreadPoolExecutor.submit
    with clock.virtual_time():
        sleep(HOUR)
    assert methods == (
        threading.Condition.wait,
        threading.Condition.notify,
        threading.Thread.join,
        ThreadPoolExecutor.submit,
    )
    assert abs(time.time() - datetime.now(UTC).timestamp()) < CLOSE
    assert time.time() > EPOCH + HOUR
    begun = clock.real_perf_counter()
    sleep(0.01)
    assert clock.real_perf_counter() - begun >= 0.01


def test_monotonic_never_goes_back() -> None:
    """A deadline that outlives a replay is not an hour ahead afterwards."""
    with clock.virtual_time():
        sleep(HOUR)
        late = monotonic()
    assert 0 <= monotonic() - late < CLOSE


def test_the_shift_brings_a_recording_to_the_epoch() -> None:
    """What happened when the recording started happens at the epoch."""
    assert 1_800_000_000 + clock.shift_from(1_800_000_000.9) == EPOCH


def test_a_child_process_is_waited_for() -> None:
    """It runs in real time, so a limit for it is one too."""
    with clock.virtual_time():
        program = "import time; time.sleep(0.2)"
        subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_a_child_process_that_is_looked_at_again_and_again_is_waited_for() -> None:
    """Given tests that ask again and again whether it has ended, when they give up after some seconds, then it has."""
    program = "import time; time.sleep(0.05)"
    with closing(asyncio.new_event_loop()) as loop:

        def sleep_in_loop(seconds: float) -> None:
            loop.run_until_complete(asyncio.sleep(seconds))

        for pause in (sleep, threading.Event().wait, sleep_in_loop):
            with clock.virtual_time(), subprocess.Popen([sys.executable, "-c", program]) as child:
                until = monotonic() + 5
                while child.poll() is None and monotonic() < until:
                    pause(0.02)
                assert child.returncode == 0
    with clock.virtual_time(), subprocess.Popen([sys.executable, "-c", program]) as child:
        until = monotonic() + 5
        while os.waitpid(child.pid, os.WNOHANG) == (0, 0) and monotonic() < until:  # as multiprocessing does
            sleep(0.02)
        assert monotonic() < until


def test_a_wait_after_the_last_look_at_a_child_process_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a server in a process, when a test has seen that it runs and waits for an hour, then that costs little."""
    monkeypatch.setattr(timeline, "_LONGEST_HOLD", SECOND // 20)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as server:

        def look_and_wait() -> None:
            server.poll()
            sleep(HOUR)
            sleep(HOUR)

        assert _real_seconds(look_and_wait) < CLOSE
        assert server.stdin is not None
        server.stdin.write(b"\n")


# --- event loops ----------------------------------------------------------------------------------------------------


async def test_a_loop_that_is_idle_skips_to_the_next_deadline() -> None:
    """sleep, wait_for and timeout are one clock, and cost nothing."""
    begun = clock.real_perf_counter()
    with clock.virtual_time():
        loop = asyncio.get_running_loop()
        start = loop.time()
        assert await asyncio.sleep(60, "done") == "done"
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.sleep(HOUR), 60)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(60):
                await asyncio.Event().wait()
        assert 180 <= loop.time() - start < 180 + CLOSE
        assert abs(_since_epoch() - 180) < CLOSE
    assert clock.real_perf_counter() - begun < CLOSE


async def test_deadlines_keep_their_order() -> None:
    """Tasks wake up in the order of their deadlines, not of their beginnings."""
    order: list[int] = []

    async def nap(seconds: int) -> None:
        await asyncio.sleep(seconds)
        order.append(seconds)

    with clock.virtual_time():
        await asyncio.gather(*(nap(seconds) for seconds in (5, 1, 300, 3)))
    assert order == [1, 3, 5, 300]


async def test_a_sleeping_task_does_not_move_a_busy_test() -> None:
    """As long as the loop has something to do, nobody's time is over."""
    fired: list[float] = []

    async def refresh() -> None:
        while True:
            await asyncio.sleep(300)
            fired.append(_since_epoch())

    with clock.virtual_time():
        task = asyncio.create_task(refresh())
        for _ in range(100):
            await asyncio.sleep(0)
        assert not fired
        assert _since_epoch() < CLOSE
        await asyncio.sleep(1000)
        task.cancel()
    assert [round(moment) for moment in fired] == [300, 600, 900]


async def test_polling_ends_as_it_did() -> None:
    """As many polls fit into a limit as in real time, whether the limit is a loop's, a clock's or a counter's."""
    with clock.virtual_time():
        polls = 0

        async def poll() -> None:
            nonlocal polls
            while True:
                polls += 1
                await asyncio.sleep(0.2)

        with pytest.raises(TimeoutError):
            await asyncio.wait_for(poll(), 0.9)
        assert polls == 5
        end = monotonic() + 0.9
        while monotonic() < end:
            polls += 1
            await asyncio.sleep(0.2)
        assert polls == 10


async def test_a_thread_of_the_loop_is_waited_for() -> None:
    """A limit for a call in another thread is not over while the call computes; if it sleeps, time is skipped."""
    with clock.virtual_time():
        total = await asyncio.wait_for(asyncio.to_thread(sum, range(2_000_000)), HOUR)
        assert total == 1999999000000
        assert _since_epoch() < HOUR
        await asyncio.wait_for(asyncio.to_thread(sleep, 60), HOUR)
        assert 60 <= _since_epoch() < HOUR
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.to_thread(sleep, 30), 20)
        await asyncio.sleep(60)  # the thread sleeps on, and would do so in real time


async def test_a_loop_that_watches_a_socket_waits_in_real_time() -> None:
    """What comes from outside comes in real time, so a limit for it is one too."""
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
    with clock.virtual_time():
        begun = clock.real_perf_counter()
        await asyncio.sleep(0.05)
        assert clock.real_perf_counter() - begun >= 0.04
    server.close()
    await server.wait_closed()


def test_a_loop_in_another_thread_is_on_the_clock() -> None:
    """The way in which a sync application calls async code."""

    def run() -> None:
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        for _ in range(3):
            asyncio.run_coroutine_threadsafe(asyncio.sleep(20), loop).result(timeout=30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
        assert 60 <= _since_epoch() < 60 + CLOSE

    assert _real_seconds(run) < 2 * CLOSE


@pytest.mark.parametrize("tick", [True, False])
def test_a_time_that_the_test_has_set_passes_too(tick: bool) -> None:
    """A test that travels with time-machine is on the one clock, unless it lets its time stand still."""
    with clock.virtual_time():
        with time_machine.travel("2026-05-05", tick=tick):
            before = now()
            sleep(30)
            assert now() - before == pytest.approx(30 if tick else 0, abs=CLOSE)
        assert 30 <= _since_epoch() < 30 + CLOSE


# --- threads --------------------------------------------------------------------------------------------------------


def test_a_sleeping_thread_does_not_move_a_busy_test() -> None:
    """Its time is over only while the test itself waits, and in the order of deadlines."""
    fired: list[float] = []
    stop = threading.Event()

    def refresh() -> None:
        while not stop.wait(30):
            fired.append(_since_epoch())

    with clock.virtual_time():
        thread = threading.Thread(target=refresh)
        thread.start()
        sum(range(1_000_000))
        assert not fired
        sleep(100)
        stop.set()
        thread.join()
    assert [round(moment) for moment in fired] == [30, 60, 90]


def test_a_test_waits_for_its_threads() -> None:
    """join without a limit skips what they sleep."""
    moments: list[float] = []

    def work() -> None:
        for _ in range(3):
            sleep(20)
            moments.append(_since_epoch())

    def run() -> None:
        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert _real_seconds(run) < CLOSE
    assert [round(moment) for moment in moments] == [20, 20, 40, 40, 60, 60]


def test_a_pool_keeps_the_order_of_deadlines() -> None:
    """Calls that wait in a queue have their turn when a worker is free."""
    done: list[int] = []

    def nap(seconds: int) -> None:
        sleep(seconds)
        done.append(seconds)

    with clock.virtual_time(), ThreadPoolExecutor(2) as pool:
        list(pool.map(nap, [30, 10, 5, 100]))
        assert 115 <= _since_epoch() < 115 + CLOSE
    assert done == [10, 5, 30, 100]


def test_a_worker_and_the_test_that_waits_for_it_do_not_block_each_other() -> None:
    """A call ends with the lock of its future, while the test looks at the workers with the lock of its condition."""
    condition = threading.Condition(lock := threading.Lock())
    begun, idle = threading.Event(), threading.Event()
    never = threading.Lock()
    never.acquire()
    had: list[bool] = []

    def end() -> None:
        begun.wait()
        with future._condition:
            never.acquire(timeout=0.02)  # in real time
            had.append(lock.acquire(timeout=1))
            condition.notify()
            lock.release()

    with clock.virtual_time(), ThreadPoolExecutor(2) as pool, condition:
        pool.submit(idle.wait)
        future = pool.submit(end)
        idle.set()
        begun.set()
        condition.wait(20)
    assert had == [True]


@pytest.mark.parametrize("is_enabled", [True, False])
def test_no_garbage_is_collected_while_threads_are_looked_at(monkeypatch: pytest.MonkeyPatch, is_enabled: bool) -> None:
    """A finalizer would let another thread run, and in Python 3.11 one that ends would wait for ever."""
    seen: list[bool] = []
    monkeypatch.setattr(sys, "_current_frames", lambda: seen.append(gc.isenabled()))
    try:
        (gc.enable if is_enabled else gc.disable)()
        frames()
        assert (seen, gc.isenabled()) == ([False], is_enabled)
    finally:
        gc.enable()


def test_a_signal_handler_may_look_at_threads_in_the_middle_of_a_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """It runs in the thread that it interrupts, which would wait for itself; what collects garbage is on again."""
    looks: list[bool] = []

    def current_frames() -> dict[int, object]:
        looks.append(gc.isenabled())
        return frames() if len(looks) == 1 else {}  # type: ignore[return-value]  # what a handler would do

    monkeypatch.setattr(sys, "_current_frames", current_frames)
    looker = threading.Thread(target=frames, daemon=True)
    looker.start()
    looker.join(5)
    assert (looker.is_alive(), looks, gc.isenabled()) == (False, [False, False], True)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone says what a thread waits for")
def test_what_comes_from_outside_is_waited_for() -> None:
    """The limit of the test is not over while a thread of it waits for another process, a file or a socket."""
    reader, writer = os.pipe()
    real_timer = subprocess.Popen(
        [sys.executable, "-c", f"import os, time; time.sleep(0.3); os.write({writer}, b'x')"], pass_fds=(writer,)
    )
    with clock.virtual_time(), ThreadPoolExecutor(1) as pool:
        assert pool.submit(os.read, reader, 1).result(timeout=HOUR) == b"x"
        assert _since_epoch() < HOUR
    assert real_timer.wait() == 0
    os.close(reader)
    os.close(writer)


def test_a_busy_thread_is_waited_for() -> None:
    """The limit of the test is not over while a thread computes for it."""
    with clock.virtual_time(), ThreadPoolExecutor(1) as pool:
        for _ in range(10):
            assert pool.submit(sum, range(100_000)).result(timeout=HOUR) == 4999950000
        assert _since_epoch() < HOUR


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone says whether a thread runs")
def test_a_thread_that_computes_outside_of_python_is_waited_for() -> None:
    """Its place in Python stays the same for longer than that of a thread that only waits for a turn."""
    with clock.virtual_time(), ThreadPoolExecutor(1) as pool:
        derived = pool.submit(hashlib.pbkdf2_hmac, "sha256", b"password", b"salt", 500_000)
        assert len(derived.result(timeout=HOUR)) == 32
        assert _since_epoch() < HOUR


@pytest.mark.parametrize("limit", [10, HOUR])
def test_waiting_with_a_limit_costs_nothing(limit: int) -> None:
    """Events, conditions, queues, semaphores: each gives up when its time is over."""

    def wait() -> None:
        assert not threading.Event().wait(limit)
        with pytest.raises(queue.Empty):
            queue.Queue[int]().get(timeout=limit)
        assert not threading.Semaphore(0).acquire(timeout=limit)
        condition = threading.Condition()
        with condition:
            assert not condition.wait_for(lambda: False, limit)
        assert 4 * limit <= _since_epoch() < 4 * limit + CLOSE

    assert _real_seconds(wait) < CLOSE


def test_no_notification_is_lost() -> None:
    """However often a waiter looks up in between."""
    with clock.virtual_time():
        items: queue.Queue[int] = queue.Queue(1)
        received: list[int] = []

        def receive() -> None:
            while (item := items.get()) >= 0:
                received.append(item)

        threads = [threading.Thread(target=receive) for _ in range(3)]
        for thread in threads:
            thread.start()
        for item in range(300):
            items.put(item)
        for _ in threads:
            items.put(-1)
        for thread in threads:
            thread.join()
    assert sorted(received) == list(range(300))


def test_a_thread_that_has_gone_on_meanwhile_is_not_skipped_to() -> None:
    """Its deadline was there when the leader looked, and is gone when the leader skips."""
    timeline = Timeline()
    timeline.start(lambda _seconds: None)
    timeline._waits[0] = Wait(timeline.now() + SECOND, lambda: False)

    def attempt(_pause: float) -> str:
        return "" if timeline._waits.pop(0, None) else "came"

    assert timeline.wait(None, attempt, lambda: False) == "came"
    assert timeline.skipped == 0


def test_a_thread_of_an_earlier_test_is_not_skipped_to() -> None:
    """A test that waits for something real does not wake a thread that the one before has left asleep."""
    timeline = Timeline()
    timeline._waits[0] = Wait(timeline.now() + HOUR * SECOND, lambda: False)
    timeline.start(lambda _seconds: None)
    came = iter(["", "", "came"])
    assert timeline.wait(None, lambda _pause: next(came), lambda: False) == "came"
    assert timeline.skipped == 0
