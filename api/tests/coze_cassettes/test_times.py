"""What a test makes of the clock is another time in each recording, and no change."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from coze_cassettes.cassette.model import Cassette, Interaction, Metadata, Request, Response
from coze_cassettes.cassette.moments import EPOCH
from coze_cassettes.diff import compare, rebase

BEFORE: Final = datetime(2026, 11, 1, 23, 59, 50, tzinfo=UTC)
NOW: Final = datetime(2027, 2, 27, 10, 0, 1, 123456, tzinfo=UTC)
JSON: Final = (("content-type", "application/json"),)
Values = Mapping[str, object]


def _cassette(recorded: datetime, asked: Values, answered: Values, query: str = "") -> Cassette:
    request = Request("POST", f"https://api.coze.com/v1/x{query}", JSON, json.dumps(asked).encode())
    response = Response(200, "OK", JSON, json.dumps({"code": 0, "data": answered}).encode())
    at = recorded.isoformat(timespec="seconds").replace("+00:00", "Z")
    return Cassette((Interaction(request, response),), Metadata("stand-in", at, "0.20.0"))


def _values(time: datetime) -> dict[str, object]:
    seconds = int(time.timestamp())
    return {
        "day": time.date().isoformat(),
        "seconds": seconds,
        "milliseconds": seconds * 1000 + 5,
        "time": time.isoformat(),
        "last week": (time - timedelta(days=7)).date().isoformat(),
        "month": f"{time:%Y-%m}-01",
        "week": f"{time:%G-W%V}",
        "span": f"{time - timedelta(days=7):%Y-%m-%d}..{time:%Y-%m-%d}, in {time:%B %Y}",
        "prompt": f'It is {time:%A, %d %B %Y}, "hi"',
        "inner": json.dumps({"day": f"{time:%Y%m%d}", "seconds": seconds}),
    }


def _recorded(time: datetime, more: Values | None = None) -> Cassette:
    values = _values(time)
    query = f"?since={int(time.timestamp()) - 3600}&at={time:%Y-%m-%dT%H%%3A%M%%3A%SZ}"
    return _cassette(
        time, values, {"echo": values, "due": f"{time + timedelta(days=30):%Y-%m-%d}", **(more or {})}, query
    )


def test_times_of_the_clock_are_no_change() -> None:
    """However they are written, in the query, the body and in what the answer repeats of them."""
    assert compare(_recorded(BEFORE), _recorded(NOW + timedelta(seconds=2))).differences == ()


def test_only_the_change_beside_times_is_one() -> None:
    """The file that is written has the times of its own recording, by which a replay knows them."""
    new = _recorded(NOW, {"more": 1})
    assert [each.place for each in compare(_recorded(BEFORE), new).changes] == ["$.data.more"]
    assert rebase(_recorded(BEFORE), new).interactions == new.interactions


ASKED: dict[str, Callable[[datetime], object]] = {
    "a limit": lambda time: int(time.timestamp()) - (3600 if time == NOW else 7200),
    "days ahead": lambda time: f"{time + timedelta(days=3 if time == NOW else 5):%Y-%m-%d}",
    "the second of the month": lambda time: f"{time:%Y-%m}-{'02' if time == NOW else '01'}",
    "a form": lambda time: f"{time:%Y-%m-%d}" if time == NOW else int(time.timestamp()),
    "another year": lambda time: "2020-01-01" if time == NOW else "2021-01-01",
    "no time": lambda time: 7 if time == NOW else 8,
}


@pytest.mark.parametrize("value", ASKED.values(), ids=ASKED.keys())
def test_another_time_after_the_beginning_is_a_change(value: Callable[[datetime], object]) -> None:
    """A test asks for other days than before, or writes them differently."""
    old, new = (_cassette(time, {"at": value(time)}, {}) for time in (BEFORE, NOW))
    assert compare(old, new).changed


def test_requests_that_differ_in_their_times_are_paired_by_them() -> None:
    """Given days ahead of the recording, each with an answer of its own, in another order in the new recording."""

    def week(recorded: datetime, order: range) -> Cassette:
        days = [(f"{recorded + timedelta(days=each):%Y-%m-%d}", each) for each in order]
        calls = [_cassette(recorded, {"day": day}, {"count": each}) for day, each in days]
        return Cassette(tuple(call.interactions[0] for call in calls), calls[0].metadata)

    assert not compare(week(BEFORE, range(2, 7)), week(NOW, range(6, 1, -1))).changed


def test_times_that_the_scrubber_moved_stay_as_they_are() -> None:
    """They are the same under every date, so a file that is written for another reason keeps the committed ones."""
    old = _cassette(BEFORE, {}, {"created_at": EPOCH + 5})
    new = _cassette(NOW, {}, {"created_at": EPOCH + 9, "more": 1})
    assert json.loads(rebase(old, new).interactions[0].response.body)["data"] == {"created_at": EPOCH + 5, "more": 1}
