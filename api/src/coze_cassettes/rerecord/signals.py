"""Lets a signal end a run only after every clean-up."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final


def _interrupt(number: int, _frame: object) -> None:
    raise KeyboardInterrupt(signal.Signals(number).name)


_ENDING: Final = (signal.SIGINT, signal.SIGTERM, *(() if sys.platform == "win32" else (signal.SIGHUP,)))


@contextmanager
def _handling(handler: Callable[[int, object], None]) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in _ENDING}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


@contextmanager
def interruptible() -> Iterator[None]:
    """SIGTERM and SIGHUP end the run as Ctrl-C does: through every clean-up."""
    with _handling(_interrupt):
        yield


@contextmanager
def defer_signals_context(*, forget: bool = False) -> Iterator[None]:
    """Signals wait until the block is done; with ``forget`` they are not heard at all, for then all is done."""
    waiting: list[int] = []
    with _handling(lambda number, _frame: waiting.append(number)):
        yield
    if waiting and not forget:
        _interrupt(waiting[0], None)
