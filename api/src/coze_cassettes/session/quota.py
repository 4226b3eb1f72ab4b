"""The requests that use up an account's quota, counted against what a run may make."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from coze_cassettes.errors import CassetteError
from coze_cassettes.pluralize import pluralize
from coze_cassettes.session.limits import Limits, variable


@dataclass(frozen=True)
class Quota:
    """Requests that use up quota: the limit that bounds them, one and many of them, how method and path begin."""

    limit: str
    one: str
    many: str
    requests: tuple[tuple[str, str], ...]

    def has(self, method: str, path: str) -> bool:
        """Whether a request is one of them."""
        return any(method == verb and path.startswith(start) for verb, start in self.requests)

    def describe(self, number: int) -> str:
        """So many of them, in words."""
        return pluralize(number, self.one, self.many)


QUOTAS: Final = (
    Quota(
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
    Quota(
        "audio",
        "audio call",
        "audio calls",
        (("POST", "/v1/audio/"), ("GET", "/v1/audio/speech?"), ("GET", "/v1/audio/transcriptions?")),
    ),
)
"""The paths are compared with a question mark behind, so that ``/v3/chat/retrieve`` does not count as ``/v3/chat``.

What begins with GET is a WebSocket.
"""


class QuotaExceeded(CassetteError):
    """The run has made as many requests of a kind as its quota allows."""


class QuotaCounter:
    """Counts the requests of a run that use up quota."""

    def __init__(self, limits: Limits) -> None:
        """Start at zero."""
        self._limits = limits
        self._made: Counter[str] = Counter()

    def count(self, method: str, path: str) -> None:
        """Count a request; QuotaExceeded if the run may not send it."""
        for quota in QUOTAS:
            if quota.has(method, f"{path.partition('?')[0]}?"):
                self._count(quota)

    def _count(self, quota: Quota) -> None:
        most = getattr(self._limits, quota.limit)
        self._made[quota.limit] += 1
        if self._made[quota.limit] > most:
            raise QuotaExceeded(
                f"This run has made {quota.describe(most)}, as many as it may: raise {variable(quota.limit)}, or "
                "record fewer tests with -k."
            )
