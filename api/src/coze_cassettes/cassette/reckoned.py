"""Compares texts in which days are reckoned from today: the first of the month, the last seven days, a quarter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from types import MappingProxyType
from typing import Final

_MOST: Final = 50_000
"""Characters of the longest text that is compared."""

_NEAR: Final = 100
"""Days from today within which a day counts as one that was reckoned."""

_DIGITS: Final = 10
"""Of a Unix time in seconds."""

_DAY: Final = 86_400
_HALF_HOUR: Final = 1800
"""Seconds; midnight is no whole hour everywhere."""

_STEP: Final = 420
"""Seconds by which two times may differ and be the same."""

_YEAR: Final = r"20\d\d"
_NAME: Final = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_WEEKDAY: Final = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?"
_CLOCK: Final = r"\d\d?[:时]\d\d(?:[:分]\d\d(?:[.,]\d+)?)?(?:[分秒]| ?[AaPp]\.?[Mm]\.?)?"
_BEFORE: Final = rf"(?:{_CLOCK},?(?: on)? )?{_WEEKDAY}"
_ZONE: Final = r"(?: ?(?:Z|GMT|UTC|[+-]\d\d:?\d\d))?"
_OFFSET: Final = re.compile(r"(?:Z|GMT|UTC|(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d))\Z")
_CLOCK_OF_FILES: Final = r"\d\d-\d\d(?:-\d\d)?|\d\d\.\d\d(?:\.\d\d)?|\d\d_\d\d(?:_\d\d)?|\d\d?h\d\d"
_DIGITS_OF_CLOCK: Final = r"\d{4}(?:\d\d)?(?:\d{3}|[_-]?\d{6})?"
_AFTER: Final = rf"(?:(?:[T_ :-]|, | at )?(?:{_CLOCK}|{_CLOCK_OF_FILES}|{_DIGITS_OF_CLOCK}){_ZONE})?"
_HOURS: Final = re.compile(
    r"(?P<hours>\d\d?)[:时._h-]?(?P<minutes>\d\d)(?:[:分._-]?(?P<seconds>\d\d))?"
    r"(?:[.,]\d+)?(?: ?(?P<half>[AaPp])\.?[Mm])?"
)
_ORDINAL: Final = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b")
_LONG_NAME: Final = re.compile(r"[ ,./-]*(?<![A-Za-z])([A-Z][a-z]{2})[a-z]*[ ,./-]*")
_TIME_OF_DAY: Final = "time of day"
_HEXADECIMAL: Final = "hexadecimal"
_FORMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "%G-W%V-%u": rf"{_YEAR}-W\d\d-\d",
        "%G-W%V": rf"{_YEAR}-?W\d\d|{_YEAR}年第\d\d?周",
        "quarter": rf"{_YEAR}[- ]?Q[1-4]|Q[1-4][ /-]{_YEAR}",
        "%Y-%j": rf"{_YEAR}[-/]?\d\d\d",
        "%Y-%m-%d": rf"{_YEAR}-\d\d?-\d\d?",
        "%Y/%m/%d": rf"{_YEAR}/\d\d?/\d\d?",
        "%Y.%m.%d": rf"{_YEAR}\.\d\d?\.\d\d?",
        "%Y_%m_%d": rf"{_YEAR}_\d\d_\d\d",
        "%Y%m%d": rf"{_YEAR}[01]\d[0-3]\d",
        "%d%m%Y": rf"[0-3]\d[0-3]\d{_YEAR}",
        "%Y年%m月%d日": rf"{_YEAR}年\d\d?月\d\d?日",
        "%Y年%m月": rf"{_YEAR}年\d\d?月",
        "%m/%d/%Y": rf"\d\d?/\d\d?/{_YEAR}",
        "%d.%m.%Y": rf"\d\d?\.\d\d?\.{_YEAR}",
        "%d-%m-%Y": rf"\d\d?-\d\d?-{_YEAR}",
        "%d %b %Y": rf"\d\d?[ ./-]{{0,2}}{_NAME}[ ./-]{{0,2}}{_YEAR}",
        "%b %d %Y": rf"{_NAME}\.? \d\d?(?:st|nd|rd|th)?,? {_YEAR}",
        "%Y %b %d": rf"{_YEAR}[ ,-]{{1,2}}{_NAME}[ -]\d\d?",
        "%b %Y": rf"{_NAME},? {_YEAR}",
        "%Y-%m": rf"{_YEAR}[-/][01]\d",
        "%Y%m": rf"{_YEAR}[01]\d",
        "%m-%Y": rf"[01]?\d[-/.]{_YEAR}",
        "%y%m%d": r"(?<![A-Za-z])[0-3]\d[0-3]\d[0-3]\d",
        "%m/%d/%y": r"\d\d?/\d\d?/\d\d",
        "%d.%m.%y": r"\d\d?\.\d\d?\.\d\d",
        "%y-%m-%d": r"\d\d-\d\d-\d\d",
        "%m月%d日": r"\d\d?月\d\d?[日号]",
        "%m-%d": r"[0-3]\d-[0-3]\d",
        "%m/%d": r"\d\d?/\d\d?",
        "%m.%d": r"\d\d?\.\d\d?\.?",
        "%m_%d": r"[0-3]\d_[0-3]\d",
        "%m%d": r"[0-3]\d[0-3]\d",
        "%d %b": rf"\d\d?\.? ?{_NAME}",
        "%b %d": rf"{_NAME} ?\d\d?(?:st|nd|rd|th)?",
        _TIME_OF_DAY: _CLOCK,
        _HEXADECIMAL: r"\b(?:0x)?[0-9a-f]{8}\b",
    }
)
"""How programs write days, weeks, months, quarters and times, and what matches them."""

_YEARLESS: Final = frozenset(
    f"{one}{sign}{other}" for sign in ("-", "/", ".", "_", "") for one, other in (("%m", "%d"), ("%d", "%m"))
) | {"%m月%d日", "%d %b", "%b %d"}
_OF_MONTHS: Final = frozenset(("%Y-%m", "%Y%m", "%b %Y", "%Y年%m月", "%m-%Y"))
_ALSO: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "%d%m%Y": ("%m%d%Y",),
        "%m/%d/%Y": ("%d/%m/%Y",),
        "%d-%m-%Y": ("%m-%d-%Y",),
        "%m/%d/%y": ("%d/%m/%y", "%y/%m/%d"),
        "%d.%m.%y": ("%y.%m.%d",),
        "%y-%m-%d": ("%d-%m-%y", "%m-%d-%y"),
        "%y%m%d": ("%d%m%y", "%m%d%y"),
        **{form: (form[3:] + form[2:3] + form[:2],) for form in ("%m-%d", "%m/%d", "%m.%d", "%m_%d")},
        "%m%d": ("%d%m",),
    }
)
"""In which other order the numbers of a form may stand."""

_ZONES: Final = tuple(
    timezone(timedelta(hours=each))
    for each in (*range(-12, 15), -9.5, -3.5, -2.5, 3.5, 4.5, 5.5, 5.75, 6.5, 8.75, 9.5, 10.5, 12.75, 13.75)
)
"""Where a test may have written the time of its clock."""

_COUNTS: Final = ((60, 0, 7), (_DAY, 0, 1), (_DAY, 719_163, 1), (_DAY, 25_569, 1))
"""What programs count: minutes and days since 1970, days since the years 1 and 1900; how far each may differ."""

_GROUPS: Final = {f"f{number}": form for number, form in enumerate(_FORMS)}
_EITHER: Final = "|".join(f"(?P<{group}>{_FORMS[form]})" for group, form in _GROUPS.items())
_TIME: Final = re.compile(rf"(?<!\d)(?<!\d[.-]){_BEFORE}(?:{_EITHER}){_AFTER}(?!\d)")


def pairs(one: str, begin: float, other: str, other_begin: float) -> list[tuple[str, str]] | None:
    """The times in two texts that are the same but for them, if they are reckoned in the same way; else None.

    The Unix times are those at which the two tests began that made the texts.
    """
    if max(len(one), len(other)) > _MOST:
        return None
    ours, theirs = list(_TIME.finditer(one)), list(_TIME.finditer(other))
    if not ours or len(ours) != len(theirs) or _rest(one, ours) != _rest(other, theirs):
        return None
    found = [(left, right) for left, right in zip(ours, theirs, strict=True) if left[0] != right[0]]
    spans = [tuple(_spans(*each, begin, other_begin)) for each in found]
    for zone, other_zone in _zones(begin):
        nows = datetime.fromtimestamp(begin, zone), datetime.fromtimestamp(other_begin, other_zone)
        if all(_go_on(those, *nows) or _are_alike(*each, *nows) for each, those in zip(found, spans, strict=True)):
            return [(left[0], right[0]) for left, right in found]
    return None


def _rest(text: str, times: list[re.Match[str]]) -> list[str]:
    ends = [0, *(each.end() for each in times)]
    starts = [*(each.start() for each in times), len(text)]
    return [text[end:start] for end, start in zip(ends, starts, strict=True)]


def are_floored(one: int, begin: float, other: int, other_begin: float) -> bool:
    """Whether two Unix times, of seconds or of milliseconds, are whole hours of the last day: midnight, this hour."""
    digits = len(str(one))
    if digits != len(str(other)) or digits not in (_DIGITS, _DIGITS + 3):
        return False
    unit = 10 ** (digits - _DIGITS)
    return all(
        value % (_HALF_HOUR * unit) == 0 and 0 <= start - value / unit <= _DAY
        for value, start in ((one, begin), (other, other_begin))
    )


def are_counted(one: int, begin: float, other: int, other_begin: float) -> bool:
    """Whether two numbers count the minutes, or the days, until their tests began, in the same way."""
    return any(
        all(abs(value - start // unit - since) <= most for value, start in ((one, begin), (other, other_begin)))
        for unit, since, most in _COUNTS
    )


def _are_alike(one: re.Match[str], other: re.Match[str], now: datetime, other_now: datetime) -> bool:
    """Whether two times are reckoned from today in the same way, with the same time of day."""
    group = one.lastgroup
    if group is None or group != other.lastgroup or _shape(one[0]) != _shape(other[0]):
        return False
    form = _GROUPS[group]
    if form == _TIME_OF_DAY:
        return _are_of_day(one[group], other[group], now, other_now)
    if _clock(one, group) != _clock(other, group):
        return False
    return bool(_read(form, one[group], now.date()) & _read(form, other[group], other_now.date()))


def _are_of_day(one: str, other: str, now: datetime, other_now: datetime) -> bool:
    """Whether two times of day are those at which two tests began; in one zone, as long after or before."""
    ours, theirs = _passed(one, now), _passed(other, other_now)
    if ours is None or theirs is None:
        return False
    if _offset(now) == _offset(other_now):
        return _is_little(ours - theirs)
    return _is_little(ours) and _is_little(theirs)


def _passed(clock: str, now: datetime) -> int | None:
    """Seconds of a day from when a test began to a time of day."""
    seconds = _seconds(_HOURS.match(clock))
    return None if seconds is None else seconds - (now - now.replace(hour=0, minute=0, second=0)).seconds


def _is_little(seconds: float) -> bool:
    """Whether so many seconds are none, some days apart."""
    return (seconds + _STEP) % _DAY <= 2 * _STEP


_Span = tuple[float, float, bool]
"""How far two times are from the beginnings of their tests, in seconds, and whether they say their zone."""


def _go_on(spans: Iterable[_Span], now: datetime, other_now: datetime) -> bool:
    """Whether two days with a time of day are as far from the beginnings of their tests.

    In another zone than that of the recording only what is some days from now counts, since nothing says which it was.
    """
    zone, other_zone = (_offset(each).total_seconds() for each in (now, other_now))
    for ours, theirs, has_zone in spans:
        if abs(ours - theirs) <= _STEP:
            return True
        passed = ours - zone
        if _is_little(passed) and not has_zone and abs(passed - theirs + other_zone) <= _STEP:
            return True
    return False


def _spans(one: re.Match[str], other: re.Match[str], begin: float, other_begin: float) -> Iterator[_Span]:
    """How far two times of one form are from the beginnings of their tests, for each order of their numbers."""
    if one.lastgroup != other.lastgroup:
        return
    if _GROUPS[one.lastgroup or ""] != _HEXADECIMAL and _shape(one[0]) != _shape(other[0]):
        return
    has_zone = _OFFSET.search(other[0]) is not None
    theirs = tuple(_distances(other, other_begin))
    for ours in _distances(one, begin):
        if abs(ours) <= _NEAR * _DAY:
            yield from ((ours, each, has_zone) for each in theirs)


def _distances(match: re.Match[str], begin: float) -> Iterator[float]:
    group = match.lastgroup or ""
    if _GROUPS[group] == _HEXADECIMAL:
        yield int(match[group], 16) - begin
        return
    clock = _clock(match, group)
    if clock is not None:
        year = datetime.fromtimestamp(begin, UTC).year
        for day in _days_of(_GROUPS[group], _plain(match[group]), year):
            yield datetime.combine(day, time(), UTC).timestamp() + clock - _zone_of(match[0]) - begin


def _zone_of(text: str) -> float:
    """The zone that a time says, in seconds east of Greenwich; 0 if it says none."""
    found = _OFFSET.search(text)
    if found is None or not found["hours"]:
        return 0
    return int(f"{found['sign']}1") * (3600 * int(found["hours"]) + 60 * int(found["minutes"]))


def _clock(match: re.Match[str], group: str) -> int | None:
    """The time of day beside a day, in seconds; None if there is none."""
    start, end = match.start(group) - match.start(), match.end(group) - match.start()
    return _seconds(_HOURS.search(match[0][:start]) or _HOURS.search(match[0][end:]))


def _seconds(found: re.Match[str] | None) -> int | None:
    if found is None:
        return None
    hours = int(found["hours"])
    if found["half"]:
        hours = hours % 12 + (12 if found["half"] in "Pp" else 0)
    return 3600 * hours + 60 * int(found["minutes"]) + int(found["seconds"] or 0)


def _zones(begin: float) -> Iterator[tuple[tzinfo, tzinfo]]:
    """In which zones two tests may have written the time: both in the same, or the first in its own or in UTC."""
    yield from ((each, each) for each in _ZONES)
    for own in {UTC, timezone(_offset(datetime.fromtimestamp(begin, UTC).astimezone()))}:
        yield from ((own, each) for each in _ZONES)


def _offset(now: datetime) -> timedelta:
    return now.utcoffset() or timedelta()


def _shape(text: str) -> str:
    """A time without what differs from one to the next."""
    plain = re.sub(r"[+-](?=\d\d:?\d\d\Z)", "", text)
    plain = re.sub(r"[AaPp](?=\.?[Mm])", "x", _ORDINAL.sub("", plain))
    return re.sub(r"[A-Za-z]{3,}", "a", re.sub(r"\d+", "0", plain))


@lru_cache(maxsize=256)
def _read(form: str, text: str, today: date) -> AbstractSet[str]:
    """What a text may be, reckoned from today."""
    if form == "quarter":
        year, quarter = sorted(map(int, re.findall(r"20\d\d|[1-4](?!\d)", text)), reverse=True)
        return {f"quarter {4 * (year - today.year) + quarter - 1 - (today.month - 1) // 3}"}
    if form == "%G-W%V":
        day = _day_of("%G-W%V-%u", f"{re.sub('-?W|年第', '-W', text).rstrip('周')}-1", today.year)
        return set() if day is None else {f"week {(day - _first_of_week(today)).days // 7}"}
    days = tuple(_days_of(form, _plain(text), today.year))
    if form in _OF_MONTHS:
        return {f"month {12 * (day.year - today.year) + day.month - today.month}" for day in days}
    near = {f"day {(day - today).days}" for day in days if abs((day - today).days) <= _NEAR}
    return near | {name for name, other in _edges(today).items() if other in days}


def _plain(text: str) -> str:
    """A day with names of months in three letters, and blanks around them, as the forms have it."""
    plain = _LONG_NAME.sub(r" \1 ", _ORDINAL.sub("", text)).replace(",", " ").replace("号", "日")
    return " ".join(plain.split()).rstrip(".")


def _days_of(form: str, text: str, year: int) -> Iterator[date]:
    """The days that a text may be; in a year, that before or that after, if it does not say which."""
    for each in (form, *_ALSO.get(form, ())):
        for its_year in (year - 1, year, year + 1) if each in _YEARLESS else (year,):
            if (day := _day_of(each, text, its_year)) is not None:
                yield day


def _day_of(form: str, text: str, year: int) -> date | None:
    if form in _YEARLESS:
        form, text = f"%Y {form}", f"{year} {text}"
    elif form == "%Y-%j":
        text = f"{text[:4]}-{text[-3:]}"
    elif form in ("%Y-%m", "%m-%Y"):
        text = text.replace("/", "-").replace(".", "-")
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC).date()
    except ValueError:
        return None


def _first_of_week(day: date) -> date:
    return day - timedelta(days=day.weekday())


@lru_cache(maxsize=64)
def _edges(today: date) -> Mapping[str, date]:
    """The first and the last days of the periods that today is in, and of those before and after."""
    found: dict[str, date] = {}
    for unit, months in (("month", 1), ("quarter", 3), ("year", 12)):
        begun = 12 * today.year + (today.month - 1) // months * months
        for shift in (-1, 0, 1):
            first, after = (_month(begun + (shift + each) * months) for each in (0, 1))
            found |= {f"first {unit} {shift}": first, f"last {unit} {shift}": after - timedelta(days=1)}
    week = _first_of_week(today)
    return found | {f"edge of week {each}": week + timedelta(days=each) for each in (-7, -1, 0, 6, 7)}


def _month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)
