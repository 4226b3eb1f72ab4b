"""Times of the clock in requests, which are others in a replay than they were in the recording."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from time import tzset
from zoneinfo import ZoneInfo

import pytest

from coze_cassettes.cassette.model import Interaction, Request, Response
from coze_cassettes.cassette.moments import EPOCH, is_of_clock
from coze_cassettes.session.matcher import Matcher

RECORDED = datetime(2026, 11, 26, 23, 50, tzinfo=UTC)
REPLAYED = datetime.fromtimestamp(EPOCH, UTC)


def _request(value: object, query: str = "") -> Request:
    headers = (("content-type", "application/json"),)
    return Request("POST", f"https://api.coze.com/v1/x{query}", headers, json.dumps({"at": value}).encode())


def _finds(recorded: object, live: object) -> bool:
    interaction = Interaction(_request(recorded), Response(200, "OK"))
    return Matcher([interaction], recorded_at=RECORDED.timestamp()).find(_request(live)) == 0


def _seconds(time: datetime) -> int:
    return int(time.timestamp())


FORMS: dict[str, Callable[[datetime], object]] = {
    "seconds": _seconds,
    "seconds as a text": lambda time: str(_seconds(time)),
    "seconds as a float": lambda time: time.timestamp() + 0.25,
    "milliseconds": lambda time: _seconds(time) * 1000 + 7,
    "nanoseconds": lambda time: _seconds(time) * 10**9 + 7,
    "less than any number before": lambda time: -_seconds(time) * 10**9 - 7,
    "a week ago": lambda time: (time - timedelta(days=7)).date().isoformat(),
    "two weeks ahead": lambda time: _seconds(time + timedelta(days=14)),
    "day": lambda time: time.date().isoformat(),
    "month": lambda time: f"{time:%Y-%m}",
    "months ago": lambda time: f"{time - timedelta(days=60):%Y-%m}",
    "time of an unknown zone": lambda time: time.replace(tzinfo=None).isoformat(),
    "time with microseconds": lambda time: time.replace(microsecond=123).isoformat(),
    "time in UTC": lambda time: time.strftime("%Y-%m-%dT%H:%M:%SZ"),
    "time with a blank": str,
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize("later", [0, 3, 60])
def test_the_time_of_the_recording_is_that_of_the_replay(form: Callable[[datetime], object], later: int) -> None:
    """However it is written, and though an answer took longer when it was recorded."""
    assert _finds(form(RECORDED + timedelta(seconds=later)), form(REPLAYED))


@pytest.mark.parametrize("form", ["seconds", "milliseconds", "time in UTC"])
def test_a_limit_that_the_test_sets_is_compared(form: str) -> None:
    """An hour from now is another time than now."""
    hour = timedelta(hours=1)
    assert _finds(FORMS[form](RECORDED + hour), FORMS[form](REPLAYED + hour))
    assert not _finds(FORMS[form](RECORDED + hour), FORMS[form](REPLAYED))


@pytest.mark.parametrize("days", [-5, -2, 2, 30])
def test_other_days_are_compared(days: int) -> None:
    """A day that is neither of the recording nor of the replay is a value like any other."""
    other = timedelta(days=days)
    assert not _finds(FORMS["day"](RECORDED + other), FORMS["day"](REPLAYED))


@pytest.mark.parametrize(
    ("recorded", "live"),
    [
        (_seconds(RECORDED), str(EPOCH)),
        (_seconds(RECORDED), EPOCH * 1000),
        (7400000000000000001, 7400000000000000002),
        ("2026-99-99", "2024-01-01"),
        (True, False),
    ],
)
def test_the_rest_is_strict(recorded: object, live: object) -> None:
    """Another form, a number that is not a time, a time of the day of the recording in a replay."""
    assert not _finds(recorded, live)


def test_a_query_has_times_too() -> None:
    """A request that is signed carries the time in its URL."""
    recorded = Interaction(_request(1, f"?timestamp={_seconds(RECORDED)}"), Response(200, "OK"))
    matcher = Matcher([recorded], recorded_at=RECORDED.timestamp())
    assert matcher.find(_request(1, f"?timestamp={EPOCH + 1}")) == 0


def test_a_test_may_stop_its_own_clock() -> None:
    """What it sends is then the same in the recording and in a replay, also where something else differs."""
    recorded = Request("POST", "https://api.coze.com/v1/x?bot_id=BOT_ID_1", (), b'{"day": "2026-11-26"}')
    live = Request("POST", "https://api.coze.com/v1/x?bot_id=7", (), b'{"day":"2026-11-26"}')
    interaction = Interaction(recorded, Response(200, "OK"))
    assert Matcher([interaction], recorded_at=RECORDED.timestamp()).find(live) == 0


def test_times_that_the_scrubber_has_moved_are_found() -> None:
    """Some stand in the cassette as a replay sends them, some do not."""
    assert _finds(EPOCH + 2, EPOCH)


DAYS = [
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%d.%m.%Y",
    "%m/%d/%Y",
    "%Y%m%d",
    "%Y年%m月%d日",
    "%A, %d %B %Y",
    "%b %d, %Y",
    "%a, %d %b %Y %H:%M:%S GMT",
    "%c",
    "%a %b %e %H:%M:%S UTC %Y",
]


@pytest.mark.parametrize("form", DAYS)
def test_a_day_inside_of_a_text_is_found(form: str) -> None:
    """The prompt of an agent says what day it is."""
    recorded, live = (f"Today is {time.strftime(form)}, in Berlin." for time in (RECORDED, REPLAYED))
    assert _finds(recorded, live)
    assert not _finds(recorded, live.replace("Berlin", "Bonn"))
    other = (RECORDED + timedelta(days=40)).strftime(form)
    assert not _finds(f"Today is {other}, in Berlin.", live)


def _first(day: datetime, months: int = 1) -> datetime:
    return day.replace(month=(day.month - 1) // months * months + 1, day=1, hour=0, minute=0, second=0)


def _monday(day: datetime) -> datetime:
    return day - timedelta(days=day.weekday())


RECKONED: dict[str, Callable[[datetime], object]] = {
    "first of the month": lambda time: f"{_first(time):%Y-%m-%d}",
    "its beginning": lambda time: f"{_first(time):%Y-%m-%dT%H:%M:%S}",
    "last of the month before": lambda time: f"{_first(time) - timedelta(days=1):%Y/%m/%d}",
    "first of the quarter": lambda time: f"{_first(time, 3):%d.%m.%Y}",
    "first of the year": lambda time: f"{_first(time, 12):%Y-%m-%d}",
    "Monday": lambda time: f"{_monday(time):%Y-%m-%d}",
    "week": lambda time: f"{time:%G-W%V}",
    "day of the week": lambda time: f"{time:%G-W%V-%u}",
    "quarter": lambda time: f"{time.year}-Q{(time.month + 2) // 3}",
    "month by its name": lambda time: f"What happened in {time:%B %Y}?",
    "seven days": lambda time: f"{time - timedelta(days=7):%Y-%m-%d}..{time:%Y-%m-%d}",
    "weeks ago": lambda time: (time - timedelta(days=30)).replace(tzinfo=None).isoformat(),
    "a fixed day beside it": lambda time: f"Today is {time:%Y-%m-%d}; plan for 2026-12-24.",
    "time for people": lambda time: f"It is {time:%I:%M %p} on {time:%a %d %b %Y}.",
    "time of a cookie": lambda time: f"{time:%a, %d-%b-%Y %H:%M:%S GMT}",
    "name of a file": lambda time: f"report_{time:%Y%m%d_%H%M%S}.csv",
    "midnight": lambda time: _seconds(time.replace(hour=0, minute=0, second=0)),
    "this hour": lambda time: _seconds(time.replace(minute=0, second=0)) * 1000,
    "two digits of the year": lambda time: f"run-{time:%y%m%d}",
    "two digits and the time": lambda time: f"{time:%y%m%d%H%M%S}",
    "hexadecimal": lambda time: f"run-{_seconds(time):x}",
    "time of day": lambda time: f"It is {time:%H:%M:%S} now",
    "an hour": lambda time: f"from {time:%H:%M} to {time + timedelta(hours=1):%I:%M%p}",
    "day without a year": lambda time: f"{time:%m-%d %H:%M}",
    "Chinese": lambda time: f"今天是{time.month}月{time.day}日, {time:%H时%M分}",
    "days since the year 1": lambda time: time.toordinal(),
    "yesterday without a year": lambda time: f"{time - timedelta(days=1):%m/%d}",
    "minutes since 1970": lambda time: _seconds(time) // 60,
}


@pytest.mark.parametrize("form", RECKONED.values(), ids=RECKONED.keys())
def test_a_time_that_is_reckoned_from_today_is_found(form: Callable[[datetime], object]) -> None:
    """The first of the month, a quarter, a span; and it comes back in the answer as it was sent."""
    matcher = Matcher([Interaction(_request(form(RECORDED)), Response(200, "OK"))], recorded_at=RECORDED.timestamp())
    assert matcher.find(_request(form(REPLAYED))) == 0
    assert matcher.times


LOCAL = [
    *("%H:%M:%S", "at %H:%M", "%I:%M%p", "%A, %d %B %Y, at %H:%M:%S", "%B %d, %Y %I:%M %p", "%a %b %d %H:%M:%S %Y"),
    *("%Y年%m月%d日 %H时%M分", "%Y年%m月", "%d.%m.%Y, %H:%M Uhr", "%d. %B %Y", "%b. %d, %Y", "%B %dth, %Y"),
    *(
        "%B %d",
        "%d %b",
        "%m/%d/%y %H:%M:%S",
        "%m/%d/%y",
        "%d/%m/%y",
        "%-m/%-d/%Y",
        "%-d/%-m/%Y",
        "%m/%d",
        "%d.%m.%y",
        "%y-%m-%d",
    ),
    *(
        "%d%m%Y",
        "%Y-%-m-%-d",
        "%Y-%j",
        "%Y/%j",
        "%Y %B %d",
        "%Y-%b-%d",
        "%d%b%Y",
        "%Y-%m-%d %Hh%M",
        "%Y-%m-%dT%H:%M:%S.%f%z",
    ),
    *("log-%Y-%m-%d_%H-%M-%S.txt", "%Y.%m.%d-%H.%M.%S", "%Y_%m_%d_%H_%M_%S", "%Y%m%d-%H%M%S-%f", "%Y%m%d%H%M%S%f"),
    *("%m.%d", "%d.%m. %H:%M", "build-%m%d", "%m%d_%H%M%S", "%m_%d", "%-m月%-d号", "%d%b", "%m/%Y", "%Y%j", "%d%m%y"),
    "%Y年第%V周",
]
"""How programs write the time of their own zone."""

ZONES = {  # of the recording, of the replay
    "UTC": ("UTC", "UTC"),
    "at home": ("Asia/Kolkata", "Asia/Kolkata"),
    "in CI": ("Asia/Shanghai", "UTC"),
    "elsewhere": ("America/Los_Angeles", "Pacific/Auckland"),
}


@pytest.fixture
def set_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Sets the zone of this process."""

    def set_to(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        tzset()

    yield set_to
    monkeypatch.undo()
    tzset()


@pytest.mark.parametrize("zones", ZONES.values(), ids=ZONES.keys())
def test_a_local_time_is_found_in_any_zone(zones: tuple[str, str], set_zone: Callable[[str], None]) -> None:
    """Given a test that writes the time of its own zone, when it replays in another one, then it is the same."""
    set_zone(zones[1])
    recorded, live = (time.astimezone(ZoneInfo(zone)) for time, zone in zip((RECORDED, REPLAYED), zones, strict=True))
    lost = [form for form in LOCAL if not _finds(recorded.strftime(form), live.strftime(form))]
    assert lost == []
    for form in ("%d.%m.%Y, %H:%M Uhr", "%H:%M:%S"):
        assert not _finds(f"{recorded:{form}}", f"{live + timedelta(hours=1):{form}}")


@pytest.mark.parametrize(
    ("recorded", "live"),
    [
        ("2026-11-26", "2024-01-05"),  # a Friday
        ("2026-11-01", "2024-02-01"),
        ("2026-Q4", "2024-Q2"),
        ("2026-W48", "2024-W02"),
        ("in November 2026", "in February 2024"),
        ("2026-11-19..2026-11-26", "2023-12-24..2024-01-01"),
        ("2026-11-26 and 2026-11-26", "2024-01-01"),
        ("It is 11:50 PM on Thu 26 Nov 2026.", "It is 02:00 AM on Mon 01 Jan 2024."),
        ("2026-10-27T23:50:00", "2023-12-02T09:00:00"),
        (1795737600, 1704070800),
        ("run-261126", "run-240103"),
        ("at 23:50", "at 05:00"),
        (f"{_seconds(RECORDED):x}", f"{_seconds(REPLAYED) + 900:x}"),
        ("11月26日", "1月3日"),
        ("11/26/26", "1/4/24"),
        ("26 Nov", "4 Jan"),
        ("page 3/5", "page 4/5"),
        ("11.26 and 1126", "01.02 and 0101"),
        ("price 12.50, version 1.2", "price 12.51, version 1.2"),
        ("case 112026", "case 022024"),
        ("1.26.11", "1.26.12"),
        ("11/26/26 23:50:00 GMT", "01/01/24 08:00:00 GMT"),
        (RECORDED.toordinal(), REPLAYED.toordinal() + 3),
        (1795735800000, 1704067200),
    ],
)
def test_another_time_that_is_reckoned_is_compared(
    recorded: object, live: object, set_zone: Callable[[str], None]
) -> None:
    """Another day of the month, another quarter, another span."""
    set_zone("UTC")
    assert not _finds(recorded, live)


def test_it_is_known_how_a_test_wrote_a_time() -> None:
    """Given times as a value, inside of a text and in a query, when found, then each has its counterpart."""

    def sent(time: datetime, day: str) -> Request:
        return _request(f"It is {time:%Y-%m-%d %H:%M}.", f"?day={day}&since={_seconds(time)}&n=1")

    matcher = Matcher([Interaction(sent(RECORDED, "2026-11-26"), Response(200))], recorded_at=RECORDED.timestamp())
    assert matcher.find(sent(REPLAYED, "2024-01-01")) == 0
    assert matcher.times == {
        "2026-11-26": "2024-01-01",
        "2026-11-26 23:50": "2024-01-01 00:00",
        f"{_seconds(RECORDED)}": f"{EPOCH}",
    }


def test_a_time_in_a_message_of_a_websocket_is_found() -> None:
    """As a value, and inside of a text."""
    matcher = Matcher([], recorded_at=RECORDED.timestamp())
    assert not matcher.difference(_request(f"It is {REPLAYED:%Y-%m-%d}."), _request(f"It is {RECORDED:%Y-%m-%d}."))
    assert not matcher.difference(_request(_seconds(REPLAYED)), _request(_seconds(RECORDED)))
    assert matcher.times == {"2026-11-26": "2024-01-01", f"{_seconds(RECORDED)}": f"{EPOCH}"}


def test_a_time_inside_of_a_text_is_found() -> None:
    """In the name of a file, in JSON inside of a text, beside a placeholder."""
    assert _finds(f"report-{_seconds(RECORDED)}.txt", f"report-{EPOCH + 2}.txt")
    assert _finds(json.dumps({"at": RECORDED.isoformat()}), json.dumps({"at": REPLAYED.isoformat()}))
    assert _finds(f"At {RECORDED:%H:%M on %b %d, %Y}", f"At {REPLAYED:%H:%M on %b %d, %Y}")
    assert _finds(f"USER_ID_1 asks on {RECORDED.date()}", f"u-7 asks on {REPLAYED.date()}")
    assert not _finds(f"report-{_seconds(RECORDED)}.txt", f"report-{EPOCH + 7200}.txt")


@pytest.mark.parametrize(
    ("sent", "recorded", "expected"),
    [
        ("It is Monday", "It is Friday", True),
        ("at 00:01", "at 17:45", True),
        ("Jan-24", "Nov-26", True),
        ("week W01", "week W48", True),
        ("since 2023-10-01", "since 2026-08-27", True),
        ("-1704067200001", "-1795778842483", True),
        ("day 001", "day 331", True),
        ("738886", "739947", True),
        ("240101", "261127", True),
        ("item 3", "item 6", False),
        ("It is Monday", "It is Friday, I guess", False),
        ("2024 roses", "a rose", False),
    ],
)
def test_a_message_tells_the_clock_from_other_values(sent: str, recorded: str, expected: bool) -> None:
    """Two texts that differ in parts of a time only, the sent one in those of the epoch."""
    assert is_of_clock(sent, recorded) is expected
