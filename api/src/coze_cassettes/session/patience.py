"""How a recording treats a service that is busy: its numbers, when it tries again, and what it may ask for at most."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from coze_cassettes.cassette import provenance
from coze_cassettes.errors import CassetteError, Misuse
from coze_cassettes.pluralize import pluralize

PREFIX: Final = "COZE_CASSETTES_"
"""How the environment variables with these numbers begin; the rest of a name is that of the number."""


@dataclass(frozen=True)
class Limits:
    """The numbers of a recording; seconds, where nothing else is said.

    ``tries`` is how often a request is sent at most, ``first_pause`` what is waited after the first refusal, doubled
    after each further one up to ``longest_pause``, which bounds Retry-After too. ``requests_per_second`` is a ceiling
    (0: none), as are ``chats`` (chats and workflow runs) and ``audio`` (audio calls) for the whole run. An answer that
    is silent for ``silence`` is given up. After ``failures`` failed tests no further one is tried.
    """

    tries: int = 5
    first_pause: float = 0.5
    longest_pause: float = 60.0
    requests_per_second: float = 10.0
    chats: int = 200
    audio: int = 50
    silence: float = 120.0
    failures: int = 10


def variable(name: str) -> str:
    """The environment variable of a number: ``COZE_CASSETTES_CHATS`` for ``chats``."""
    return PREFIX + name.upper()


def limits(environment: Mapping[str, str], target: str = "") -> Limits:
    """The numbers as the environment changes them; Misuse if one of them is none.

    A target on this machine needs no ceiling on requests a second, unless the environment has one.
    """
    names = [each.name for each in fields(Limits) if environment.get(variable(each.name))]
    pace = {"requests_per_second": 0.0} if provenance.is_loopback(target) else {}
    return Limits(**{**pace, **{name: _number(name, environment[variable(name)]) for name in names}})


def _number(name: str, text: str) -> Any:
    try:
        number = type(getattr(Limits, name))(text)
    except ValueError:
        number = -1
    if not 0 <= number < float("inf"):
        raise Misuse(f"{variable(name)} must be a number that is not negative, not {text!r}.")
    return number


def as_environment(numbers: Limits) -> dict[str, str]:
    """What makes another process read the same numbers."""
    return {variable(each.name): str(getattr(numbers, each.name)) for each in fields(Limits)}


# --- what costs -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Costly:
    """Requests that use up quota: the limit that bounds them, one and many of them, how method and path begin."""

    limit: str
    one: str
    many: str
    calls: tuple[tuple[str, str], ...]

    def counts(self, method: str, path: str) -> bool:
        """Whether a request is one of them."""
        return any(method == verb and path.startswith(start) for verb, start in self.calls)

    def counted(self, number: int) -> str:
        """So many of them, in words."""
        return pluralize(number, self.one, self.many)


COSTLY: Final = (
    Costly(
        "chats",
        "chat or workflow run",
        "chats and workflow runs",
        (
            ("POST", "/v3/chat?"),
            ("POST", "/v1/workflow/run?"),
            ("POST", "/v1/workflow/stream_run?"),
            ("POST", "/v1/workflows/chat?"),
            ("GET", "/v1/chat?"),
        ),
    ),
    Costly(
        "audio",
        "audio call",
        "audio calls",
        (("POST", "/v1/audio/"), ("GET", "/v1/audio/speech?"), ("GET", "/v1/audio/transcriptions?")),
    ),
)
"""The paths are compared with a question mark behind, so that ``/v3/chat/retrieve`` is no ``/v3/chat``.

What begins with GET is a websocket.
"""


class CeilingReached(CassetteError):
    """The run has made as many calls of a costly kind as it may."""


# --- trying again ---------------------------------------------------------------------------------------------------

RATE_LIMITED: Final = 429
RATE_CODES: Final = (4008, 4009, 4020)
"""Coze's codes for rate limits, of the user, the system and Volcano (official table); the status is not known."""

_SERVER_ERROR: Final = 500
_LONGEST_ERROR: Final = 4096
"""Bytes beyond which a body is no error."""


def busy(status: int, body: bytes) -> bool:
    """Whether an answer says: not now."""
    if status == RATE_LIMITED or status >= _SERVER_ERROR:
        return True
    if len(body) > _LONGEST_ERROR or not any(str(code).encode() in body for code in RATE_CODES):
        return False
    try:
        envelope = json.loads(body)
    except ValueError:
        return False
    return isinstance(envelope, dict) and envelope.get("code") in RATE_CODES


def asked_pause(retry_after: str, now: datetime) -> float:
    """The seconds that a Retry-After header asks for, as a number or as a date; 0 if it asks for nothing."""
    text = retry_after.strip()
    if text.replace(".", "", 1).isdecimal():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - now).total_seconds())
    except (ValueError, TypeError):
        return 0.0


def pause_after(numbers: Limits, tried: int, retry_after: str = "") -> float | None:
    """The seconds to wait after the ``tried``-th refusal; None if it was the last try."""
    if tried >= numbers.tries:
        return None
    own = numbers.first_pause * float(2 ** (tried - 1))
    return min(numbers.longest_pause, max(own, asked_pause(retry_after, datetime.now(UTC))))


def _tell_nobody(_what: str) -> None:
    return


class Patience:
    """Keeps a run within its limits: one for all its requests; ``announce`` is told why and how long it waits."""

    def __init__(self, numbers: Limits | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        """Take the numbers, and a clock in seconds."""
        self.limits = numbers or Limits()
        self.announce: Callable[[str], None] = _tell_nobody
        self._clock = clock
        self._free = 0.0
        self._made: Counter[str] = Counter()

    def turn(self, method: str, path: str) -> float:
        """The seconds to wait before a request may be sent; CeilingReached if it may not be sent at all."""
        for kind in COSTLY:
            if kind.counts(method, f"{path.partition('?')[0]}?"):
                self._count(kind)
        if not self.limits.requests_per_second:
            return 0.0
        now = self._clock()
        start = max(now, self._free)
        self._free = start + 1 / self.limits.requests_per_second
        return start - now

    def pause(self, tried: int, status: int, retry_after: str) -> float | None:
        """The seconds to wait after the ``tried``-th refusal, which are announced; None if it was the last try."""
        pause = pause_after(self.limits, tried, retry_after)
        if pause:
            again = f"try {tried + 1} of {self.limits.tries}"
            self.announce(f"the service is busy (HTTP {status}): {again} in {pause:g} s")
        return pause

    def _count(self, kind: Costly) -> None:
        ceiling = getattr(self.limits, kind.limit)
        self._made[kind.limit] += 1
        if self._made[kind.limit] > ceiling:
            raise CeilingReached(
                f"This run has made {kind.counted(ceiling)}, as many as it may: raise {variable(kind.limit)}, or "
                "record fewer tests with -k."
            )
