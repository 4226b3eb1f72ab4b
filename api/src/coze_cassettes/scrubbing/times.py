"""Moves the times of an answer that no rule names to the epoch."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from coze_cassettes.cassette.model import Interaction
from coze_cassettes.cassette.moments import EPOCH
from coze_cassettes.codecs.layers import Leaf

_NEAR: Final = 2 * 86_400
"""Seconds from the recording within which a time is one of the server's clock, and not a date that stays what it is."""

_UNIX: Final = re.compile(r"(?P<whole>\d{10}|\d{13})(?P<fraction>\.\d{1,9})?")
_ISO: Final = re.compile(r"(\d{4}-\d\d-\d\d)(?:([T ])(\d\d:\d\d)(:\d\d)?((?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?))?")


@dataclass(frozen=True)
class Times:
    """Moves what is a time near the recording as a whole value, by ``shift`` seconds; what a test sent stays."""

    shift: int
    asked: str = ""

    @classmethod
    def of(cls, interactions: Iterable[Interaction], shift: int) -> Times:
        """For the answers of a recording that began so many seconds before the epoch."""
        requests = (each.request for each in interactions)
        return cls(shift, "\n".join(f"{unquote(each.uri)} {each.body.decode('latin-1')}" for each in requests))

    def moved(self, leaf: Leaf) -> str:
        """The text of a piece of a body, moved; an empty string if it stays."""
        if leaf.part != "response.body" or leaf.form not in ("string", "number") or not self.shift:
            return ""
        return self._moved(leaf.text, is_text=leaf.form == "string")

    def is_time(self, text: str) -> bool:
        """Whether a value is a time that would be moved."""
        return bool(self._moved(text, is_text=True))

    def _moved(self, text: str, *, is_text: bool) -> str:
        if (match := _UNIX.fullmatch(text)) is not None:
            return self._moved_unix(match)
        match = _ISO.fullmatch(text) if is_text else None
        return "" if match is None else self._moved_iso(match)

    def _moved_unix(self, match: re.Match[str]) -> str:
        text, fraction = match["whole"], match["fraction"] or ""
        unit = 10 ** (len(text) - 10)
        return f"{int(text) + self.shift * unit}{fraction}" if self._is_server_time(int(text) / unit, text) else ""

    def _moved_iso(self, match: re.Match[str]) -> str:
        """A day, or a time whose zone and fraction stay as they are written."""
        day, between, minutes, seconds, rest = match.groups()
        try:
            time = datetime.fromisoformat(f"{day} {minutes or '00:00'}{seconds or ''}").replace(tzinfo=UTC)
        except ValueError:
            return ""
        if not self._is_server_time(time.timestamp(), match[0]):
            return ""
        if not between:
            return f"{(time + self._days).date()}"
        moved = time + timedelta(seconds=self.shift)
        return f"{moved:%Y-%m-%d}{between}{moved:%H:%M}{moved.strftime(':%S') if seconds else ''}{rest or ''}"

    @property
    def _days(self) -> timedelta:
        return datetime.fromtimestamp(EPOCH, UTC).date() - datetime.fromtimestamp(EPOCH - self.shift, UTC).date()

    def _is_server_time(self, time: float, text: str) -> bool:
        return abs(time + self.shift - EPOCH) <= _NEAR and text not in self.asked


NOWHERE: Final = Times(0)
"""Moves nothing."""


@lru_cache(maxsize=4096)
def is_of_epoch(text: str) -> bool:
    """Whether a value of a clean answer is a time near the epoch, at which each recording begins."""
    return NOWHERE.is_time(text)
