"""Recognises the current time, so that a test that sends it replays on any day."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Final

from coze_cassettes.cassette.outlines import Outline

EPOCH: Final = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())
"""The Unix time at which every replay begins, and to which timestamps are moved."""

_DAY: Final = 86_400
_NEAR: Final = 100 * _DAY
"""Seconds from the beginning of a test within which a time counts as one that the test made of the clock."""

_NEAR_IF_LOCAL: Final = 2 * _DAY
"""The same if its zone is unknown: its distance is then not exact."""

_STEP: Final = 420
"""Seconds by which two times may differ and be the same: an answer takes longer while it is recorded.

Seven minutes, since a limit that a test sets (a minute, five, an hour) is then never at the edge of a step.
"""

_UNIX: Final = re.compile(r"(-?)(\d{10}|\d{13}|\d{16}|\d{19})(?:\.\d+)?")
_ISO: Final = re.compile(r"20\d\d-\d\d-\d\d(?:[T ][\d:.+Z-]+)?")
_MONTH: Final = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
_MONTHS_NEAR: Final = 3
_DATE_LENGTH: Final = len("2024-01-01")
_BEGINS: Final = tuple("-0123456789")
"""What a time begins with if it is a value by itself."""

_DIGIT: Final = re.compile(r"\d")
_UNIX_INSIDE: Final = re.compile(r"(?<!\d)(?<!\d\.)(?:\d{10}|\d{13}|\d{16}|\d{19})(?!\d|\.\d)")
_TIME_OF_DAY: Final = r"[T ]?\d\d:?\d\d(?::?\d\d(?:\.\d+)?)?(?:Z| ?GMT| ?UTC|[+-]\d\d:?\d\d)?"
_TIME_BEFORE: Final = r"\d\d?:\d\d(?::\d\d)?,?(?: on)? "
_TIME_AND_ZONE: Final = r" \d\d:\d\d:\d\d(?: [A-Z]{3,4})?"
"""What stands between day and year in ``time.ctime()``, and in what the command ``date`` prints."""
_DAY_FORMS: Final = tuple(
    f"{weekday}{form}"
    for form in (
        "%Y-%m-%d",
        "%Y/%m/%d",
        "%Y.%m.%d",
        "%Y%m%d",
        "%Y年%m月%d日",
        "%Y年%-m月%-d日",
        "%d/%m/%Y",
        "%m/%d/%Y",
        "%d.%m.%Y",
        "%d-%m-%Y",
        "%d %B %Y",
        "%d %b %Y",
        "%B %d, %Y",
        "%b %d, %Y",
        "%B %d %Y",
        "%b %d %Y",
        "%-d %B %Y",
        "%B %-d, %Y",
    )
    for weekday in ("", "%A, ", "%a, ", "%A ", "%a ")
)
"""How programs write a day inside of a text."""

_MARK: Final = "\0day\0"
"""Stands for a day near the beginning of a test inside of a text."""


_WEEKDAYS: Final = r"(?i:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b"
_MONTHS: Final = r"(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_TIME_PARTS: Final = re.compile(rf"\d+|\b(?:{_WEEKDAYS}|{_MONTHS})")
_OF_EPOCH: Final = re.compile(r"202[34]|2401|17040[67]\d|73888[67]|\b(?:24\b|001\b|W01\b|(?:Mon|Jan)[a-z]*|00:?0\d)")


@lru_cache(maxsize=64)
def _pattern_of(days: Sequence[date]) -> re.Pattern[str]:
    """Matches some days, with the time of day behind them: of a whole suite they are mostly the same."""
    forms = {day.strftime(form) for day in days for form in _DAY_FORMS}
    either = "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
    of_c = "|".join(f"{day:%a %b} (?:{day.day:2}|{day.day:02}){_TIME_AND_ZONE} {day.year}" for day in days)
    return re.compile(rf"(?<!\d)(?:{of_c}|(?:{_TIME_BEFORE})?(?:{either})(?:{_TIME_OF_DAY})?)(?!\d)")


def unix_time(recorded_at: str) -> float:
    """When a cassette was recorded, in seconds; the epoch if it does not say."""
    try:
        return datetime.fromisoformat(recorded_at).timestamp()
    except ValueError:
        return EPOCH


def is_of_clock(sent: str, recorded: str) -> bool:
    """Whether two texts likely differ only in the time at which they were made, the first one in a replay."""
    return _OF_EPOCH.search(sent) is not None and _TIME_PARTS.sub("0", sent) == _TIME_PARTS.sub("0", recorded)


@dataclass(frozen=True)
class Moment:
    """A time of the clock, as it is written: of what form, and how far from the beginning of the test."""

    form: str
    distance: int


Span = tuple[Moment | str, int, int]
"""A time in a text as a moment or a mark, and where it begins and ends."""


def _start_of(span: Span) -> int:
    return span[1]


@dataclass(frozen=True)
class Moments:
    """Recognises times near the beginning of a test, given as Unix times: of its recording, of a replay."""

    begins: Sequence[float]

    def of(self, outline: Outline) -> Outline:
        """An outline with moments in the place of the times that the clock gave."""
        candidates = {  # few other values begin so
            place: value
            for place, value in outline.values.items()
            if (type(value) is str and value[:1] in _BEGINS) or type(value) is int
        }
        found = {place: moment for place, value in candidates.items() if (moment := self._find(value)) is not None}
        return replace(outline, values={**outline.values, **found}) if found else outline

    def in_texts(self, outline: Outline) -> Outline:
        """An outline with marks for the days and times near the beginning of a test that stand inside of texts."""
        texts = {place: self._marked(value) for place, value in outline.values.items() if isinstance(value, str)}
        return replace(outline, values={**outline.values, **texts})

    def is_time(self, text: str) -> bool:
        """Whether a text is a time near the beginning of a test, and nothing else."""
        return text[:1] in _BEGINS and self._find(text) is not None

    def may_be_in(self, text: str) -> bool:
        """Whether a text has a year of times near the beginning of a test, or such a Unix time."""
        if any(year in text for year in self._years):
            return True
        return any(self._find(match[0]) is not None for match in _UNIX_INSIDE.finditer(text))

    @cached_property
    def _years(self) -> AbstractSet[str]:
        return {f"{datetime.fromtimestamp(each + near, UTC).year}" for each in self.begins for near in (-_NEAR, _NEAR)}

    def pairs(self, one: str, other: str) -> list[tuple[str, str]]:
        """The texts of the times in two texts that are the same but for them; none if they are not."""
        spans = [sorted(self.spans(text), key=_start_of) for text in (one, other)]
        if [each[0] for each in spans[0]] != [each[0] for each in spans[1]]:
            return []
        return [(one[left[1] : left[2]], other[right[1] : right[2]]) for left, right in zip(*spans, strict=True)]

    def erased(self, text: str) -> str:
        """A text with marks in the place of its times."""
        found = self.spans(text) if self.may_be_in(text) else ()
        for each, start, end in sorted(found, key=_start_of, reverse=True):
            text = f"{text[:start]}\0{each}\0{text[end:]}"
        return text

    def spans(self, text: str) -> Iterator[Span]:
        """The times near the beginning of a test that a text is or holds, as moments or marks, and where they stand."""
        if not _DIGIT.search(text):
            return
        if (moment := self._find(text)) is not None:
            yield moment, 0, len(text)
            return
        for match in _UNIX_INSIDE.finditer(text):
            if (moment := self._find(match[0])) is not None:
                yield moment, *match.span()
        yield from ((_MARK, *match.span()) for match in self._days.finditer(text))

    def _marked(self, text: str) -> str:
        marked = _UNIX_INSIDE.sub(self._mark_of, text)
        return self._days.sub(_MARK, marked) if _DIGIT.search(marked) else marked

    def _mark_of(self, match: re.Match[str]) -> str:
        moment = self._find(match[0])
        return match[0] if moment is None else f"\0{moment.form} {moment.distance}\0"

    @cached_property
    def _days(self) -> re.Pattern[str]:
        """Matches the days of the beginnings, the day before and the day after, with the time of day behind them."""
        begins = [datetime.fromtimestamp(begin, UTC).date() for begin in self.begins]
        return _pattern_of(tuple(day + timedelta(days=each) for day in begins for each in (-1, 0, 1)))

    def _find(self, value: int | str) -> Moment | None:
        """The moment that a value is; None if it is something else, or a time long before or after the test."""
        text = str(value)
        if (match := _UNIX.fullmatch(text)) is not None:
            sign, digits = match[1], len(match[2])
            time = float(text.removeprefix(sign)) / 10 ** (digits - 10)
            return self._near(f"{type(value).__name__} {sign}{digits}", time, _STEP)
        if (match := _MONTH.fullmatch(text)) is not None:
            return self._month(int(match[1]), int(match[2]))
        return self._iso(text) if _ISO.fullmatch(text) else None

    def _month(self, year: int, month: int) -> Moment | None:
        for begin in self.begins:
            day = datetime.fromtimestamp(begin, UTC)
            distance = 12 * (year - day.year) + month - day.month
            if abs(distance) <= _MONTHS_NEAR:
                return Moment("month", distance)
        return None

    def _iso(self, text: str) -> Moment | None:
        try:
            time = datetime.fromisoformat(text)
        except ValueError:
            return None
        if len(text) == _DATE_LENGTH:
            return self._day(time.date())
        if time.tzinfo is None:  # of an unknown zone, so it is near if it may be
            return self._near("local", time.replace(tzinfo=UTC).timestamp(), _NEAR_IF_LOCAL, _NEAR_IF_LOCAL)
        return self._near(f"aware {text[_DATE_LENGTH]}", time.timestamp(), _STEP)

    def _day(self, day: date) -> Moment | None:
        """A day; the day before and the day after are today somewhere."""
        for begin in self.begins:
            distance = (day - datetime.fromtimestamp(begin, UTC).date()).days
            if abs(distance) * _DAY <= _NEAR:
                return Moment("date", 0 if abs(distance) == 1 else distance)
        return None

    def _near(self, form: str, time: float, step: int, limit: int = _NEAR) -> Moment | None:
        for begin in self.begins:
            if abs(time - begin) <= limit:
                return Moment(form, round((time - begin) / step))
        return None
