"""The retry policy: which answers say that the service is busy, how long to wait before the next attempt."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from coze_cassettes.session.limits import Limits

RATE_LIMITED: Final = 429
RATE_CODES: Final = (4008, 4009, 4020)
"""Coze's codes for rate limits, of the user, the system and Volcano (official table); the status is not known."""

_SERVER_ERROR: Final = 500
_LONGEST_ERROR: Final = 4096
"""Bytes beyond which a body is not an error."""


def is_busy(status: int, body: bytes) -> bool:
    """Whether an answer says that the service is busy."""
    if status == RATE_LIMITED or status >= _SERVER_ERROR:
        return True
    if len(body) > _LONGEST_ERROR or not any(str(code).encode() in body for code in RATE_CODES):
        return False
    try:
        envelope = json.loads(body)
    except ValueError:
        return False
    return isinstance(envelope, dict) and envelope.get("code") in RATE_CODES


def parse_retry_after(header: str, now: datetime) -> float:
    """The seconds that a Retry-After header asks for, as a number or as a date; 0 if it asks for nothing."""
    text = header.strip()
    if text.replace(".", "", 1).isdecimal():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - now).total_seconds())
    except (ValueError, TypeError):
        return 0.0


def backoff(limits: Limits, attempt: int, retry_after: str = "") -> float | None:
    """The seconds to wait after a busy answer to the ``attempt``-th attempt; None if that was the last one."""
    if attempt >= limits.max_attempts:
        return None
    own = limits.initial_backoff * float(2 ** (attempt - 1))
    return min(limits.max_backoff, max(own, parse_retry_after(retry_after, datetime.now(UTC))))
