"""Counts how long a WebSocket has been silent."""

from __future__ import annotations

import time

Data = str | bytes


class Silence:
    """How long a WebSocket has been silent, and how long it may be; both in seconds."""

    def __init__(self, longest: float) -> None:
        """Begin to count now."""
        self.longest = longest
        self.is_open = True
        self._moved = time.perf_counter()

    def restart(self) -> None:
        """Start counting again: a message was sent or received."""
        self._moved = time.perf_counter()

    def stop(self) -> None:
        """Count no more: the connection is closed."""
        self.is_open = False

    def overdue(self) -> str:
        """Why the test has waited too long for a message, or an empty string."""
        if not self.is_open or time.perf_counter() - self._moved <= self.longest:
            return ""
        return f"timed out after {self.longest:g} s waiting for a WebSocket message."
