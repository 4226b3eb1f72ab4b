"""Keeps the requests of a run within its limits."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Final

from coze_cassettes.session.limits import Limits
from coze_cassettes.session.quota import QuotaCounter
from coze_cassettes.session.retry import backoff

_READING: Final = re.compile(r"/(?:retrieve|list|process)(?:\?|\Z)")
"""Paths of Coze's that are asked with POST and change nothing."""


def _announce_nothing(_message: str) -> None:
    return


class Throttle:
    """One for all requests of a run; ``announce`` is called with the reason before a retry waits."""

    def __init__(self, limits: Limits | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        """Take the numbers, and a clock in seconds."""
        self.limits = limits or Limits()
        self.announce: Callable[[str], None] = _announce_nothing
        self._clock = clock
        self._free = 0.0
        self._changed = False
        self._quota = QuotaCounter(self.limits)

    def delay(self, method: str, path: str) -> float:
        """The seconds to wait before a request is sent; QuotaExceeded if it may not be sent at all."""
        self._quota.count(method, path)
        return max(self._pace(), self._settling(method, path))

    def _settling(self, method: str, path: str) -> float:
        """The seconds to wait before what was changed is looked at."""
        reads = method == "GET" or _READING.search(path) is not None
        waits, self._changed = reads and self._changed, not reads
        return self.limits.settle if waits else 0.0

    def _pace(self) -> float:
        if not self.limits.requests_per_second:
            return 0.0
        now = self._clock()
        start = max(now, self._free)
        self._free = start + 1 / self.limits.requests_per_second
        return start - now

    def retry_delay(self, attempt: int, status: int, retry_after: str) -> float | None:
        """The seconds to wait after a busy answer to the ``attempt``-th attempt; None if that was the last one."""
        delay = backoff(self.limits, attempt, retry_after)
        if delay:
            again = f"attempt {attempt + 1} of {self.limits.max_attempts}"
            self.announce(f"the service is busy (HTTP {status}): {again} in {delay:g} s")
        return delay
