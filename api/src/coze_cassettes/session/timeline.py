"""Lets time pass: at its real pace, or at once where everybody waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import get_ident
from typing import Final, TypeVar

from coze_cassettes.session.builtin_functions import copy_of
from coze_cassettes.session.threads import ThreadWatch

SECOND: Final = 1_000_000_000
"""Nanoseconds."""

_FIRST_PAUSE: Final = 0.0002
_LONGEST_PAUSE: Final = 0.01
"""Real seconds between two looks at whether others still have something to do."""

_LONGEST_HOLD: Final = SECOND
"""Real time for which a wait between two looks at a child process is not skipped; it may be one for something else."""

_real_ns: Final[Callable[[], int]] = copy_of(time.monotonic_ns)

T = TypeVar("T")


@dataclass
class Wait:
    """A thread that waits: until when, and whether what it waits for is there though it has not noticed yet.

    ``held_until`` is the real time before which nothing is skipped.
    """

    deadline: int | None
    is_ready: Callable[[], object]
    held_until: int = 0
    is_due: bool = False
    is_of_earlier_test: bool = False


class Timeline:
    """A monotonic clock that all threads of the process share, in nanoseconds.

    It goes on as real time does, and never back. During a replay one thread, the test's own, may skip time: when it
    waits itself and every other thread waits too or is idle, it skips to the earliest deadline of all, so that the
    order of deadlines is kept.
    """

    def __init__(self) -> None:
        """Begin with real time; nothing is skipped before the start."""
        self.skipped = 0
        self.skipped_before = 0
        self._on_skip: Callable[[float], object] = lambda _seconds: None
        self._leader: int | None = None
        self._waits: dict[int, Wait] = {}
        self._threads = ThreadWatch()
        self._of_children: set[int] = set()

    def now(self) -> int:
        """Nanoseconds since some moment."""
        return _real_ns() + self.skipped

    def start(self, on_skip: Callable[[float], object]) -> ThreadWatch:
        """Let this thread skip time from now on, and call ``on_skip`` with the seconds of each skip."""
        self.skipped_before = self.skipped
        self._on_skip = on_skip
        self._leader = get_ident()
        self._threads = ThreadWatch()
        self._of_children.clear()
        for wait in self._waits.copy().values():
            wait.is_of_earlier_test = True
        return self._threads

    def stop(self) -> None:
        """Skip no more; who still waits does so in real time."""
        self._leader = None

    def note_child(self, *, is_alive: bool) -> None:
        """Remember that this thread has just looked at a child process: one that lives takes real time."""
        (self._of_children.add if is_alive else self._of_children.discard)(get_ident())

    def wait(self, seconds: float | None, attempt: Callable[[float], T], is_ready: Callable[[], object]) -> T:
        """Wait until an attempt, which may take so many real seconds, returns something true, or the time is over."""
        deadline = None if seconds is None else self.now() + round(seconds * SECOND)
        wait = Wait(deadline, is_ready)
        if self._of_children and get_ident() in self._of_children:
            self._of_children.discard(get_ident())
            wait.held_until = _real_ns() + _LONGEST_HOLD
        with self._note(wait):
            return self._lead(wait, attempt) if get_ident() == self._leader else self._follow(wait, attempt)

    @contextmanager
    def _note(self, wait: Wait) -> Iterator[None]:
        ident = get_ident()
        before = self._waits.get(ident)  # a signal handler may wait inside of a wait
        self._waits[ident] = wait
        try:
            yield
        finally:
            if before is None:
                del self._waits[ident]
            else:
                self._waits[ident] = before

    def _is_over(self, wait: Wait) -> bool:
        return wait.deadline is not None and self.now() >= wait.deadline

    def _pause(self, wait: Wait, longest: float) -> float:
        return longest if wait.deadline is None else max(0.0, min(longest, (wait.deadline - self.now()) / SECOND))

    def _follow(self, wait: Wait, attempt: Callable[[float], T]) -> T:
        pause = _FIRST_PAUSE
        while True:
            result = attempt(self._pause(wait, pause))
            if result or self._is_over(wait):
                return result
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _lead(self, wait: Wait, attempt: Callable[[float], T]) -> T:
        pause = 0.0
        self._threads.forget()
        while True:
            may_skip = self._may_skip(wait)
            # Asked for after the look: what another thread has done until then must be seen before time is skipped.
            result = attempt(0.0 if may_skip else self._pause(wait, pause))
            if result or self._is_over(wait):
                return result
            if may_skip:
                self._skip()
                pause = 0.0
            else:
                pause = min(2 * pause or _FIRST_PAUSE, _LONGEST_PAUSE)

    def _may_skip(self, own: Wait) -> bool:
        waits = self._waits.copy()
        # What a thread of an earlier test waits for is no reason to skip: this test may wait for something real.
        if all(wait.deadline is None or wait.is_of_earlier_test for wait in waits.values()):
            return False
        if any(wait.is_due or wait.is_ready() for wait in waits.values() if wait is not own):
            return False
        if any(wait.held_until and wait.held_until > _real_ns() for wait in waits.values()):
            return False
        return not self._threads.is_any_busy(waits.keys())

    def _skip(self) -> None:
        """Go to the earliest deadline; the others whose time is over then get their turn before the next skip."""
        waits = self._waits.copy().values()
        deadlines = [wait.deadline for wait in waits if wait.deadline is not None]
        if not deadlines:  # the thread that waited until then has gone on meanwhile
            return
        distance = max(0, min(deadlines) - self.now())
        self.skipped += distance
        self._on_skip(distance / SECOND)
        for wait in waits:
            wait.is_due = wait.deadline is not None and wait.deadline <= self.now()
