"""The virtual clock of a replay.

It starts at a fixed moment and goes on as real time does. Waiting costs nothing where nothing else could run: the
clock then goes to the earliest deadline at once. ``time``, ``datetime``, event loops and threads agree on it, whatever
names their functions were imported by. What waits below Python (a raw lock, a socket, another event loop than
asyncio's) waits in real time, and so does a loop while it watches a socket.
"""

from __future__ import annotations

import asyncio
import operator
import os
import selectors
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache, partial
from typing import Any, Final

import time_machine

from coze_cassettes.cassette.moments import EPOCH
from coze_cassettes.session.attributes import Replaced
from coze_cassettes.session.builtin_functions import Redirected, copy_of, redirect
from coze_cassettes.session.threads import ThreadWatch
from coze_cassettes.session.timeline import SECOND, Timeline

real_perf_counter: Final[Callable[[], float]] = copy_of(time.perf_counter)
"""What measures real durations, in a replay too."""

_real_sleep: Final[Callable[[float], None]] = copy_of(time.sleep)
_real_ctime: Final[Callable[..., str]] = copy_of(time.ctime)
_real_asctime: Final[Callable[..., str]] = copy_of(time.asctime)
_real_poll: Final = subprocess.Popen.poll
_real_waitpid: Final = os.waitpid
_real_perf_counter_ns: Final[Callable[[], int]] = copy_of(time.perf_counter_ns)

_THAT_GO_ON: Final = frozenset(
    getattr(time, name) for name in ("CLOCK_MONOTONIC", "CLOCK_MONOTONIC_RAW", "CLOCK_BOOTTIME") if hasattr(time, name)
)
"""The clocks of the system that measure how long something takes."""

_timeline: Final = Timeline()
"""One for the process, as the clock that it stands for."""

_LONGEST: Final = 2**63 / SECOND
"""Seconds from which on sleeping is an error."""

_Select = Callable[..., list[Any]]


def shift_from(started: float) -> int:
    """Seconds to add to a timestamp of a recording that started at a Unix time."""
    return EPOCH - int(started)


@contextmanager
def virtual_time() -> Iterator[None]:
    """Let time begin at the epoch for a replay; the thread that enters it is the test's own."""
    _redirect_monotonic()
    with time_machine.travel(EPOCH):
        time.time()  # the traveller stands still until it is first asked
        threads = _timeline.start(_shift_travellers)
        with _REDIRECTED, Replaced(_methods(threads)):
            try:
                yield
            finally:
                _timeline.stop()


def _shift_travellers(seconds: float) -> None:
    """Let the time of day pass, in what a test itself has set time-machine to too, unless it stands still there."""
    for each in time_machine.traveller_stack:
        if each._tick:  # noqa: SLF001 - nothing public says it
            each.shift(seconds)


# --- the functions of ``time`` --------------------------------------------------------------------------------------


@cache
def _redirect_monotonic() -> None:
    """Redirect it for good: a deadline of a replay that outlives it must not lie an hour ahead afterwards."""
    redirect(time.monotonic, _monotonic)
    redirect(time.monotonic_ns, _timeline.now)


def _monotonic() -> float:
    return _timeline.now() / SECOND


def _ctime(*given: Any) -> str:
    return _real_ctime(*given) if given not in ((), (None,)) else _real_ctime(time.time())


def _asctime(*given: Any) -> str:
    return _real_asctime(*given) if given else _real_asctime(time.localtime())


def _perf_counter() -> float:
    return _perf_counter_ns() / SECOND


def _perf_counter_ns() -> int:
    return _real_perf_counter_ns() + _skipped_here()


def _skipped_here() -> int:
    return _timeline.skipped - _timeline.skipped_before


def _clocks_of_unix() -> Mapping[Callable[..., Any], Callable[..., Any]]:
    """What Windows does not have, with replacements."""
    if sys.platform == "win32":
        return {}
    real: Callable[[int], int] = copy_of(time.clock_gettime_ns)

    def gettime_ns(clock: int) -> int:
        if clock == time.CLOCK_REALTIME:
            return time.time_ns()
        return real(clock) + (_skipped_here() if clock in _THAT_GO_ON else 0)

    def gettime(clock: int) -> float:
        return time.time() if clock == time.CLOCK_REALTIME else gettime_ns(clock) / SECOND

    return {time.clock_gettime: gettime, time.clock_gettime_ns: gettime_ns}


def _sleep(seconds: Any) -> None:
    length = float(seconds if isinstance(seconds, float) else operator.index(seconds))
    if 0 < length < _LONGEST:
        _timeline.wait(length, _real_sleep, lambda: False)
    else:
        _real_sleep(length)


_REDIRECTED: Final = Redirected(
    {
        time.sleep: _sleep,
        time.perf_counter: _perf_counter,
        time.perf_counter_ns: _perf_counter_ns,
        **_clocks_of_unix(),
        time.ctime: _ctime,  # time-machine leaves these two alone
        time.asctime: _asctime,
    }
)


# --- methods that wait ----------------------------------------------------------------------------------------------


def _methods(threads: ThreadWatch) -> dict[tuple[object, str], Callable[..., Any]]:
    wait, notify = _condition_methods()
    return {
        (threading.Condition, "wait"): wait,
        (threading.Condition, "notify"): notify,
        (threading.Thread, "join"): _join_method(),
        (ThreadPoolExecutor, "submit"): _submit_method(threads),
        (selectors.DefaultSelector, "select"): _select_method(),
        (subprocess.Popen, "poll"): _poll,
        (os, "waitpid"): _waitpid,
    }


def _condition_methods() -> tuple[Callable[..., bool], Callable[..., None]]:
    """For conditions, and so for events, semaphores, barriers, queues and futures."""
    wait_really, notify_really = threading.Condition.wait, threading.Condition.notify
    notified: Counter[int] = Counter()

    def wait(condition: threading.Condition, timeout: float | None = None) -> bool:
        key = id(condition)
        seen = notified[key]

        def attempt(pause: float) -> bool:
            nonlocal seen
            seen = notified[key]
            # A notification between the end of a pause and here is meant for this wait too.
            return wait_really(condition, pause) or notified[key] != seen

        return _timeline.wait(timeout, attempt, lambda: notified[key] != seen)

    def notify(condition: threading.Condition, n: int = 1) -> None:
        notified[id(condition)] += 1
        notify_really(condition, n)

    return wait, notify


def _join_method() -> Callable[..., None]:
    join_really = threading.Thread.join

    def join(thread: threading.Thread, timeout: float | None = None) -> None:
        def has_ended() -> bool:
            return not thread.is_alive()

        def attempt(pause: float) -> bool:
            join_really(thread, pause)
            return has_ended()

        _timeline.wait(timeout, attempt, has_ended)

    return join


def _submit_method(threads: ThreadWatch) -> Callable[..., Future[Any]]:
    submit_really = ThreadPoolExecutor.submit

    def submit(executor: ThreadPoolExecutor, call: Callable[..., Any], /, *args: Any, **options: Any) -> Future[Any]:
        return threads.submit(partial(submit_really, executor), partial(call, *args, **options))

    return submit


def _poll(process: subprocess.Popen[Any]) -> int | None:
    """A child process runs in real time, so what a test waits between two looks at it is not skipped."""
    found = _real_poll(process)
    _timeline.note_child(is_alive=found is None)
    return found


def _waitpid(pid: int, options: int, /) -> tuple[int, int]:
    """The same for ``Popen.wait(timeout)`` and for processes of multiprocessing."""
    found = _real_waitpid(pid, options)
    _timeline.note_child(is_alive=found == (0, 0))
    return found


def _select_method() -> _Select:
    select_really: _Select = selectors.DefaultSelector.select

    def select(selector: selectors.BaseSelector, timeout: float | None = None) -> list[Any]:
        if (timeout is not None and timeout <= 0) or not _is_of_quiet_loop(selector):
            return select_really(selector, timeout)

        def attempt(pause: float) -> list[Any]:
            return select_really(selector, pause)

        return _timeline.wait(timeout, attempt, lambda: select_really(selector, 0))

    return select


def _is_of_quiet_loop(selector: selectors.BaseSelector) -> bool:
    """Whether a selector is that of an event loop which watches nothing but its own wake-up call."""
    keys = list(selector.get_map().values())
    return len(keys) == 1 and isinstance(keys[0].data, tuple) and isinstance(keys[0].data[0], asyncio.Handle)
