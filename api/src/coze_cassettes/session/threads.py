"""Tells whether any other thread has something to do."""

from __future__ import annotations

import concurrent.futures.thread
import gc
import sys
import threading
import time
from collections.abc import Callable, Collection
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Final, TypeVar

from coze_cassettes.session.builtin_functions import copy_of

_WORKER: Final = concurrent.futures.thread._worker.__code__  # noqa: SLF001 - the place where an idle worker waits
_QUIET_SECONDS: Final = 0.05
_QUIET_LOOKS: Final = 10
"""How long, and in how many looks, a thread must not move to count as idle; on a busy machine it waits for a turn."""

_SLEEPS: Final = "S"
"""The state of a thread that waits; while it runs, or is due to, it has another."""

_real_time = copy_of(time.monotonic)
_frames_lock: Final = threading.RLock()
"""One that a thread may take twice: a signal handler may look too, in the middle of a look."""

_Place = tuple[int, int]
T = TypeVar("T")


@dataclass(frozen=True)
class _Seen:
    """Where a thread was seen first without having moved or run since, and how often."""

    place: _Place
    since: float
    looks: int = 0

    @property
    def is_quiet(self) -> bool:
        return self.looks >= _QUIET_LOOKS and _real_time() - self.since >= _QUIET_SECONDS


class ThreadWatch:
    """Looks at the threads of the process from one of them.

    Python does not say whether a thread computes or is blocked, so each kind has its own criterion: a worker of an
    executor is idle if no call is queued; a thread from before the replay as long as it stays where it was; any other
    once it has not moved for a while, and neither runs nor waits for a file, a socket or another process.
    """

    def __init__(self) -> None:
        """Note where the threads of today are."""
        self._queued: set[object] = set()
        self._from_before = {ident: _place(frame) for ident, frame in frames().items() if frame.f_code is not _WORKER}
        self._seen: dict[int, _Seen] = {}

    def submit(self, submit_really: Callable[..., Future[T]], function: Callable[[], T]) -> Future[T]:
        """Submit a call, and remember it until a worker takes it.

        A future is not asked for its state: its lock may be held by a worker that waits for one of the thread's own.
        """
        call = object()

        def run() -> T:
            self._queued.discard(call)
            return function()

        self._queued.add(call)
        try:
            future = submit_really(run)
        except BaseException:
            self._queued.discard(call)
            raise
        future.add_done_callback(lambda _future: self._queued.discard(call))  # it may have been cancelled
        return future

    def is_any_busy(self, ignored: Collection[int]) -> bool:
        """Whether a thread has something to do, those of some identifiers aside; ask again and again."""
        others = {ident: frame for ident, frame in frames().items() if ident not in ignored}
        natives = {thread.ident: thread.native_id for thread in threading.enumerate()}
        if None in natives:
            return True  # it has been started and does not run yet
        busy = [ident for ident, frame in others.items() if self._is_busy(ident, natives.get(ident), frame)]
        return bool(busy)

    def _is_busy(self, ident: int, native: int | None, frame: FrameType) -> bool:
        if frame.f_code is _WORKER:
            return bool(self._queued)
        place = _place(frame)
        if self._from_before.get(ident) == place:
            return False
        seen = self._seen.get(ident)
        if seen is None or seen.place != place or _is_at_work(native):
            self._seen[ident] = _Seen(place, _real_time())  # what it did a moment ago, it has still to return from
            return True
        self._seen[ident] = seen = replace(seen, looks=seen.looks + 1)
        return not seen.is_quiet

    def forget(self) -> None:
        """Begin a new wait: what was quiet before may have been given something to do."""
        self._seen.clear()


def frames() -> dict[int, FrameType]:
    """Where each thread of the process is, by its identifier.

    No garbage is collected meanwhile: Python 3.11 holds a lock then that a thread needs to end, and a finalizer would
    let that thread run, which would wait for ever.
    """
    with _frames_lock:
        is_enabled = gc.isenabled()
        gc.disable()
        try:
            return sys._current_frames()  # noqa: SLF001 - documented; nothing else says where a thread is
        finally:
            if is_enabled:
                gc.enable()


def _is_at_work(native: int | None) -> bool:
    """Whether a thread runs, has a turn due, or waits for something outside of this process; Linux alone says so."""
    task = Path(f"/proc/self/task/{native}")
    try:
        state = (task / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0]
        where = (task / "wchan").read_text("ascii")
    except OSError:
        return False
    # A futex is what a lock of Python waits in; a container may hide where a thread waits.
    return state != _SLEEPS or (where not in ("", "0") and "futex" not in where)


def _place(frame: FrameType) -> _Place:
    return id(frame), frame.f_lasti
