"""The workflow log: what the filter lets through, how pages are cut, and what the two clients send."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import httpx
import pytest
from cozepy import (
    AsyncCoze,
    AsyncHTTPClient,
    AsyncTokenAuth,
    Coze,
    CozeAPIError,
    SyncHTTPClient,
    TokenAuth,
    WorkflowExecuteStatus,
    WorkflowRunHistory,
    WorkflowRunMode,
)
from hypothesis import given
from hypothesis import strategies as st

from coze_integration.workflow_log import (
    AsyncWorkflowLog,
    WorkflowLog,
    WorkflowLogEntry,
    WorkflowLogFilter,
    WorkflowLogPage,
    entry_of,
    page_of,
)

NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)
SUCCESS, RUNNING, FAIL = WorkflowExecuteStatus.SUCCESS, WorkflowExecuteStatus.RUNNING, WorkflowExecuteStatus.FAIL


def history(execute_id: str = "E", **changes: Any) -> dict[str, object]:
    """A run history as Coze writes it, a success that began at noon unless said otherwise."""
    usual = {
        "execute_id": execute_id,
        "execute_status": "Success",
        "bot_id": "0",
        "connector_id": "1024",
        "connector_uid": "CONNECTOR_UID",
        "run_mode": 2,
        "logid": "RUN_LOGID",
        "create_time": int(NOON.timestamp()),
        "update_time": int(NOON.timestamp()) + 2,
        "output": '{"Output":"x"}',
        "error_code": "",
        "error_message": "",
        "debug_url": "https://scrubbed.invalid/DEBUG_URL_1",
        "is_output_trimmed": False,
        "node_execute_status": {},
        "usage": {"input_count": 50, "token_count": 150, "output_count": 100},
    }
    return usual | changes


def entry(execute_id: str = "E", **changes: Any) -> WorkflowLogEntry:
    """The entry that such a run history makes."""
    return entry_of(WorkflowRunHistory.model_validate(history(execute_id, **changes)))


def began(seconds: int) -> dict[str, Any]:
    """The start of a run, in seconds from noon."""
    return {"create_time": int(NOON.timestamp()) + seconds}


def ids(entries: Collection[WorkflowLogEntry]) -> str:
    """The execute ids of entries, in their order, for a short comparison."""
    return " ".join(each.execute_id for each in entries)


@dataclass
class Wire:
    """Answers like Coze for the given runs and an empty list for all others; keeps the paths it was asked for."""

    runs: Mapping[str, dict[str, object]] = field(default_factory=dict)
    code: int = 0
    asked: list[str] = field(default_factory=list)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """The answer to a request for a run history."""
        self.asked.append(request.url.path)
        execute_id = request.url.path.rsplit("/", 1)[1]
        found = [self.runs[execute_id]] if execute_id in self.runs else []
        return httpx.Response(200, json={"code": self.code, "msg": "", "data": found})

    def log(self) -> WorkflowLog:
        """A sync log that reads from this wire."""
        client = SyncHTTPClient(transport=httpx.MockTransport(self.answer))
        return WorkflowLog(Coze(auth=TokenAuth("API_TOKEN"), http_client=client))

    def async_log(self) -> AsyncWorkflowLog:
        """An async log that reads from this wire."""
        client = AsyncHTTPClient(transport=httpx.MockTransport(self.answer))
        return AsyncWorkflowLog(AsyncCoze(auth=AsyncTokenAuth("API_TOKEN"), http_client=client))


class TestEntry:
    def test_takes_every_field_of_a_run_history(self) -> None:
        """An entry says what the run history said, its times as aware datetimes."""
        assert entry("E1", execute_status="Fail", error_code=4000, error_message="bad", is_output_trimmed=True) == (
            WorkflowLogEntry(
                execute_id="E1",
                status=FAIL,
                run_mode=WorkflowRunMode.ASYNCHRONOUS,
                created_at=NOON,
                updated_at=NOON + timedelta(seconds=2),
                output='{"Output":"x"}',
                is_output_trimmed=True,
                error_code=4000,
                error_message="bad",
                bot_id="0",
                connector_id="1024",
                connector_uid="CONNECTOR_UID",
                logid="RUN_LOGID",
                debug_url="https://scrubbed.invalid/DEBUG_URL_1",
                token_count=150,
            )
        )

    def test_says_none_where_coze_gives_no_usage(self) -> None:
        """A run history without usage has no token count; a null error message is an empty one."""
        bare = entry(usage=None, error_message=None)
        assert (bare.token_count, bare.error_message, bare.error_code) == (None, "", 0)


class TestFilter:
    @pytest.mark.parametrize("status", WorkflowExecuteStatus)
    def test_by_status(self, status: WorkflowExecuteStatus) -> None:
        """Only runs of the wanted status pass."""
        passed = [
            each.value
            for each in WorkflowExecuteStatus
            if WorkflowLogFilter(status).accepts(entry(execute_status=each))
        ]
        assert passed == [status.value]

    @pytest.mark.parametrize(
        ("criterion", "accepted"),
        [
            (WorkflowLogFilter(since=NOON), True),
            (WorkflowLogFilter(since=NOON + timedelta(microseconds=1)), False),
            (WorkflowLogFilter(until=NOON), False),
            (WorkflowLogFilter(until=NOON + timedelta(microseconds=1)), True),
            (WorkflowLogFilter(since=NOON, until=NOON), False),
            (WorkflowLogFilter(since=NOON.astimezone(timezone(timedelta(hours=8)))), True),
            (WorkflowLogFilter(until=NOON.replace(tzinfo=timezone(timedelta(hours=-8)))), True),
        ],
    )
    def test_by_date(self, criterion: WorkflowLogFilter, accepted: bool) -> None:
        """The start of a range is in it, its end is not, whatever the time zone it is written in."""
        assert criterion.accepts(entry()) is accepted

    @given(st.lists(st.integers(-3, 3)), st.integers(-3, 3))
    def test_adjoining_ranges_hold_every_run_once(self, starts: list[int], cut: int) -> None:
        """Two ranges that meet at a moment share no run and lose none."""
        moment = NOON + timedelta(seconds=cut)
        runs = [entry(**began(start)) for start in starts]
        before = [run for run in runs if WorkflowLogFilter(until=moment).accepts(run)]
        after = [run for run in runs if WorkflowLogFilter(since=moment).accepts(run)]
        assert sorted(run.created_at for run in before + after) == sorted(run.created_at for run in runs)
        assert not set(before) & set(after)

    @pytest.mark.parametrize("name", ["since", "until"])
    def test_refuses_a_naive_date(self, name: str) -> None:
        """A date without a time zone is refused by name, since nobody can say which moment it is."""
        criterion: dict[str, Any] = {name: datetime(2024, 1, 1)}  # noqa: DTZ001  the naive date is the point
        with pytest.raises(ValueError, match=r"time zone") as refusal:
            WorkflowLogFilter(**criterion)
        advice = "give an aware datetime, such as datetime(..., tzinfo=UTC)"
        assert str(refusal.value) == f"{name} has no time zone: {advice}"

    @pytest.mark.parametrize(
        ("keyword", "output", "error_message", "accepted"),
        [
            (None, "", "", True),
            ("", "", "", True),
            ("paid", '{"state":"Paid"}', "", True),
            ("PAID", "", "was paid twice", True),
            ("straße", "STRASSE", "", True),
            ("paid", '{"state":"due"}', "timeout", False),
            ("订单", '{"o":"订单 1"}', "", True),
            ("订单", json.dumps({"o": "订单 1"}), "", True),
            ("订单", json.dumps({"o": json.dumps(["订单 1"])}), "", True),
            ("订单", json.dumps({"订单": 1}), "", True),
            ("42", '{"n":42}', "", True),
            ("null", '{"n": 1}', "", False),
            ("x", "[" * 100_000, "", False),
        ],
    )
    def test_by_keyword(self, keyword: str | None, output: str, error_message: str, accepted: bool) -> None:
        """A keyword is found in output and error message, without regard to case and behind JSON's escapes."""
        run = entry(output=output, error_message=error_message)
        assert WorkflowLogFilter(keyword=keyword).accepts(run) is accepted

    @given(st.text(min_size=1), st.integers(0, 3))
    def test_finds_a_keyword_however_often_it_is_json(self, keyword: str, depth: int) -> None:
        """What is encoded as JSON in JSON is found by the text it stands for."""
        output = keyword
        for _ in range(depth):
            output = json.dumps({"output": output})
        assert WorkflowLogFilter(keyword=keyword).accepts(entry(output=output))

    def test_every_criterion_must_hold(self) -> None:
        """A run that misses one criterion of several does not pass."""
        wanted = WorkflowLogFilter(SUCCESS, NOON, NOON + timedelta(seconds=1), "x")
        assert wanted.accepts(entry())
        misses: list[dict[str, Any]] = [{"execute_status": "Running"}, began(-1), began(1), {"output": "y"}]
        assert not any(wanted.accepts(entry(**miss)) for miss in misses)


class TestPages:
    @pytest.mark.parametrize(
        ("total", "page_num", "page_size", "items", "has_more"),
        [
            (0, 1, 20, "", False),
            (1, 1, 1, "E0", False),
            (2, 1, 1, "E0", True),
            (2, 2, 1, "E1", False),
            (3, 1, 3, "E0 E1 E2", False),
            (3, 1, 2, "E0 E1", True),
            (3, 2, 2, "E2", False),
            (3, 3, 2, "", False),
            (3, 1, 10**9, "E0 E1 E2", False),
            (3, 10**9, 1, "", False),
        ],
    )
    def test_cut(self, total: int, page_num: int, page_size: int, items: str, has_more: bool) -> None:
        """A page holds its share of the entries and says whether more follow."""
        page = WorkflowLogPage(tuple(entry(f"E{n}") for n in range(total)), (), page_num, page_size)
        assert (ids(page.items), page.has_more, page.total) == (items, has_more, total)

    @given(st.integers(0, 12), st.integers(1, 13), st.integers(1, 5))
    def test_pages_hold_every_entry_once(self, total: int, page_size: int, page_num: int) -> None:
        """Read from any page on, each later entry comes once, in order, and only the last page may be short."""
        matched = tuple(entry(f"E{n}") for n in range(total))
        page = WorkflowLogPage(matched, (), page_num, page_size)
        pages = list(page.iter_pages())
        assert tuple(page) == matched[(page_num - 1) * page_size :]
        assert [each.page_num for each in pages] == list(range(page_num, page_num + len(pages)))
        assert all(len(each.items) == page_size for each in pages[:-1])
        assert [each.has_more for each in pages] == [True] * (len(pages) - 1) + [False]

    @pytest.mark.parametrize(
        ("name", "value"), [("page_num", 0), ("page_num", -1), ("page_size", 0), ("page_size", -5)]
    )
    def test_refuses_a_number_below_one(self, name: str, value: int) -> None:
        """Pages are counted from 1 and hold at least 1."""
        change: dict[str, Any] = {name: value}
        with pytest.raises(ValueError, match=f"^{name} must be 1 or more, not {value}$"):
            replace(WorkflowLogPage(()), **change)

    def test_newest_first_and_ties_as_given(self) -> None:
        """Runs come newest first; those of one second in the order in which their ids were given."""
        given_order: dict[str, dict[str, Any]] = {"old": began(-5), "b": {}, "a": {}, "new": began(5)}
        histories = {
            key: WorkflowRunHistory.model_validate(history(key, **changes)) for key, changes in given_order.items()
        }
        assert ids(page_of(histories, WorkflowLogFilter()).items) == "new b a old"


class TestList:
    async def test_sync_and_async_send_and_give_the_same(self) -> None:
        """Both logs ask for each different id once, in order, and give the same page."""
        runs = {"E1": history("E1"), "E2": history("E2", **began(9)), "E3": history("E3", execute_status="Fail")}
        wire, async_wire = Wire(runs), Wire(runs)
        asked = ["E3", "E1", "E2", "E1", "UNKNOWN"]
        page = wire.log().list(workflow_id="W", execute_ids=asked, status=SUCCESS, page_size=1)
        from_async = await async_wire.async_log().list(workflow_id="W", execute_ids=asked, status=SUCCESS, page_size=1)
        assert page == from_async
        assert (ids(page.items), page.total, page.has_more, page.missing) == ("E2", 2, True, ("UNKNOWN",))
        assert wire.asked == [f"/v1/workflows/W/run_histories/{each}" for each in ("E3", "E1", "E2", "UNKNOWN")]
        assert async_wire.asked == wire.asked

    def test_hands_every_argument_on(self) -> None:
        """Each criterion and the page reach the filter and the page."""
        wire = Wire({f"E{n}": history(f"E{n}", output=f"order {n % 2}", **began(n)) for n in range(8)})
        page = wire.log().list(
            workflow_id="W",
            execute_ids=wire.runs.keys(),
            since=NOON + timedelta(seconds=1),
            until=NOON + timedelta(seconds=7),
            keyword="ORDER 1",
            page_num=2,
            page_size=2,
        )
        assert (ids(page.items), page.total, page.page_num, page.page_size) == ("E1", 3, 2, 2)

    def test_no_ids_no_requests(self) -> None:
        """An empty collection of ids gives an empty page and sends nothing."""
        wire = Wire()
        page = wire.log().list(workflow_id="W", execute_ids=[])
        assert (page, wire.asked) == (WorkflowLogPage(()), [])

    def test_a_set_is_taken_in_sorted_order(self) -> None:
        """Ids in a set, which has no order, are asked for in sorted order, so that each run sends the same."""
        wire = Wire()
        asked = {f"E{n}" for n in range(8)}
        assert wire.log().list(workflow_id="W", execute_ids=asked).missing == tuple(sorted(asked))

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"execute_ids": "E1"}, "execute_ids must be a collection of ids, not one string: put the id in a list"),
            ({"page_num": 0}, "page_num must be 1 or more, not 0"),
            ({"page_size": 0}, "page_size must be 1 or more, not 0"),
            (
                {"since": NOON.replace(tzinfo=None)},
                "since has no time zone: give an aware datetime, such as datetime(..., tzinfo=UTC)",
            ),
        ],
    )
    async def test_misuse_sends_nothing(self, arguments: dict[str, Any], message: str) -> None:
        """A wrong argument is refused by both logs before the first request."""
        wire = Wire({"E1": history("E1")})
        usual: dict[str, Any] = {"workflow_id": "W", "execute_ids": ["E1"]}
        with pytest.raises(ValueError, match=r".") as refusal:
            wire.log().list(**usual | arguments)
        with pytest.raises(ValueError, match=r".") as async_refusal:
            await wire.async_log().list(**usual | arguments)
        assert (str(refusal.value), str(async_refusal.value), wire.asked) == (message, message, [])

    async def test_a_refusal_of_coze_is_raised(self) -> None:
        """What Coze refuses is an error of the SDK, not a missing run, and ends the listing."""
        wire = Wire(code=4101)
        with pytest.raises(CozeAPIError, match="code: 4101"):
            wire.log().list(workflow_id="W", execute_ids=["E1", "E2"])
        with pytest.raises(CozeAPIError, match="code: 4101"):
            await wire.async_log().list(workflow_id="W", execute_ids=["E1", "E2"])
        assert len(wire.asked) == 2
