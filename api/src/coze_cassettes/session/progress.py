"""Says that something takes long."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Final

FIRST_SECONDS: Final = 1.0
"""How long something may take without a word."""

EVERY_SECONDS: Final = 5.0
"""How often it is said again."""


@contextmanager
def announce_context(announce: Callable[[str], None], what: str, first: float = FIRST_SECONDS) -> Iterator[None]:
    """Say what is being done, once it takes longer than a second and then every five."""
    done = threading.Event()

    def say() -> None:
        for number in count():
            if done.wait(EVERY_SECONDS if number else first):
                return
            announce(f"{what} ({first + number * EVERY_SECONDS:g} s)")

    thread = threading.Thread(target=say, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
