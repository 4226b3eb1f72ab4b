"""Throttle, quota and retry policy of a recording."""

from __future__ import annotations

import re
from contextlib import nullcontext
from datetime import UTC, datetime

import httpx
import pytest

from coze_cassettes.errors import CassetteError, Misuse
from coze_cassettes.rerecord.failures import is_outage
from coze_cassettes.session.limits import Limits, as_environment, read_limits
from coze_cassettes.session.quota import QuotaExceeded
from coze_cassettes.session.retry import backoff, is_busy, parse_retry_after
from coze_cassettes.session.route_stub import route_context
from coze_cassettes.session.throttle import Throttle
from coze_cassettes.session.wire import Wire

# --- the numbers ----------------------------------------------------------------------------------------------------


def test_the_environment_changes_the_numbers() -> None:
    """Each by its own variable; the others stay, and all survive the way into another process."""
    found = read_limits({"COZE_CASSETTES_CHATS": "3", "COZE_CASSETTES_MAX_BACKOFF": "0.5", "OTHER": "x"})
    assert found == Limits(chats=3, max_backoff=0.5)
    assert read_limits(as_environment(found)) == found


def test_this_machine_is_not_throttled() -> None:
    """Unless the environment sets one."""
    assert read_limits({}, "http://127.0.0.1:8000").requests_per_second == 0
    assert read_limits({}, "https://api.coze.com") == Limits()
    given = {"COZE_CASSETTES_REQUESTS_PER_SECOND": "2"}
    assert read_limits(given, "http://127.0.0.1:8000").requests_per_second == 2


@pytest.mark.parametrize("text", ["many", "-1", "1.5", "inf"])
def test_what_is_not_a_number_is_refused(text: str) -> None:
    """The sentence names the variable."""
    with pytest.raises(Misuse) as error:
        read_limits({"COZE_CASSETTES_CHATS": text})
    assert str(error.value) == f"COZE_CASSETTES_CHATS must be a number that is not negative, not '{text}'."


# --- retry policy --------------------------------------------------------------------------------------------------

BUSY = [
    (429, b"", True),
    (502, b"<html>", True),
    (503, b"{}", True),
    (200, '{"code":4008,"msg":"用户限流"}'.encode(), True),
    (200, b'{"code":0,"data":{"text":"4008"}}', False),
    (200, b"4008 is not JSON {", False),
    (200, b"[4008]", False),
    (401, b'{"code":4100}', False),
]


@pytest.mark.parametrize(("status", "body", "busy"), BUSY)
def test_which_answers_are_busy(status: int, body: bytes, busy: bool) -> None:
    """429, every 5xx, and Coze's code for a rate limit whatever the status."""
    assert is_busy(status, body) is busy


NOW = datetime(2024, 1, 1, tzinfo=UTC)
RETRY_AFTER = [
    ("3", 3.0),
    (" 0.5 ", 0.5),
    ("Mon, 01 Jan 2024 00:00:07 GMT", 7.0),
    ("Sun, 31 Dec 2023 23:00:00 GMT", 0.0),
    ("", 0.0),
    ("soon", 0.0),
    ("1.2.3", 0.0),
]


@pytest.mark.parametrize(("header", "seconds"), RETRY_AFTER)
def test_retry_after_is_seconds_or_a_date(header: str, seconds: float) -> None:
    """Anything else asks for nothing."""
    assert parse_retry_after(header, NOW) == seconds


def test_backoff_grows_honours_the_header_and_is_bounded() -> None:
    """After the last attempt the answer stands."""
    numbers = Limits(max_attempts=5, initial_backoff=0.5, max_backoff=3)
    assert [backoff(numbers, attempt) for attempt in range(1, 6)] == [0.5, 1.0, 2.0, 3.0, None]
    assert backoff(numbers, 1, "2") == 2.0
    assert backoff(numbers, 1, "3600") == 3.0


# --- throttle and quota ---------------------------------------------------------------------------------------------


def test_requests_a_second() -> None:
    """At four a second each one waits until its quarter has come."""
    now = [100.0]
    throttle = Throttle(Limits(requests_per_second=4), lambda: now[0])
    assert [throttle.delay("GET", "/v1/bots") for _ in range(3)] == [0.0, 0.25, 0.5]
    now[0] += 10
    assert throttle.delay("GET", "/v1/bots") == 0.0
    assert Throttle(Limits(requests_per_second=0)).delay("GET", "/") == 0.0


def test_what_was_changed_has_time_to_settle() -> None:
    """Only the first look at it waits; Coze asks for some lists with POST."""
    throttle = Throttle(Limits(requests_per_second=0, settle=2))
    made = ("POST", "/v1/datasets"), ("DELETE", "/v1/datasets/7"), ("PUT", "/v1/datasets/7")
    looked = ("GET", "/v1/datasets"), ("POST", "/v1/conversation/message/list?conversation_id=7"), ("GET", "/v1/bots")
    assert [throttle.delay(*each) for each in (*looked, *made, *looked, made[0], looked[1])] == [0.0] * 6 + [
        *(2, 0, 0, 0, 2)
    ]
    assert Throttle(Limits(requests_per_second=0)).delay("GET", "/") == 0.0


QUOTA = [
    ("POST", "/v3/chat", True),
    ("POST", "/v3/chat?conversation_id=1", True),
    ("POST", "/v1/workflow/stream_run", True),
    ("POST", "/v1/workflows/chat", True),
    ("POST", "/v3/chat/retrieve?chat_id=1", False),
    ("GET", "/v3/chat", False),
]


@pytest.mark.parametrize(("method", "path", "counts"), QUOTA)
def test_only_what_uses_up_quota_counts(method: str, path: str, counts: bool) -> None:
    """Asking after a chat does not count."""
    throttle = Throttle(Limits(chats=0, requests_per_second=0))
    if not counts:
        assert throttle.delay(method, path) == 0.0
        return
    with pytest.raises(QuotaExceeded) as error:
        throttle.delay(method, path)
    assert str(error.value) == (
        "This run has made 0 chats and workflow runs, as many as it may: raise COZE_CASSETTES_CHATS, or record fewer "
        "tests with -k."
    )


def test_audio_calls_have_a_quota_of_their_own() -> None:
    """The first is sent, the second is not."""
    throttle = Throttle(Limits(audio=1, requests_per_second=0))
    assert throttle.delay("POST", "/v1/audio/speech") == 0.0
    with pytest.raises(QuotaExceeded, match=r"^This run has made 1 audio call, as many as it may"):
        throttle.delay("POST", "/v1/audio/transcriptions")


# --- below httpx ----------------------------------------------------------------------------------------------------

SENT: list[httpx.Request] = []
"""What reached the faked transport."""


@pytest.fixture
def statuses(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The answers that the server gives, one after the other; waiting costs nothing."""
    left: list[int] = []
    SENT.clear()

    def handle(_transport: object, request: httpx.Request) -> httpx.Response:
        SENT.append(request)
        return httpx.Response(left.pop(0), headers=[("retry-after", "0")], stream=httpx.ByteStream(b"{}"))

    async def handle_async(_transport: object, request: httpx.Request) -> httpx.Response:
        return handle(_transport, request)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", handle)
    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", handle_async)
    return left


def wire(*, faults: bool = False) -> Wire:
    """A way to the target without waiting."""
    numbers = Limits(max_attempts=3, initial_backoff=0, requests_per_second=0, read_timeout=7)
    return Wire("http://127.0.0.1:9", Throttle(numbers), lambda: faults)


URL = "https://api.coze.com/v1/bots"
TOKEN = "the-account's-own"
STORMS = [([429, 503, 200], 200), ([502, 502, 502], 502), ([401], 401), ([200], 200)]


@pytest.mark.parametrize(("storm", "last"), STORMS)
def test_a_busy_service_is_asked_again(storm: list[int], last: int, statuses: list[int]) -> None:
    """Only the last answer is seen; after the last attempt, a busy one."""
    statuses += storm
    with route_context(wire()), httpx.Client() as client:
        assert client.get(URL).status_code == last
    assert statuses == []


@pytest.mark.parametrize(("storm", "last"), STORMS)
async def test_an_async_client_is_asked_again_too(storm: list[int], last: int, statuses: list[int]) -> None:
    """The same answers, the same outcome."""
    statuses += storm
    with route_context(wire()):
        async with httpx.AsyncClient() as client:
            assert (await client.get(URL)).status_code == last
    assert statuses == []


def test_a_fault_that_a_test_asked_for_stands(statuses: list[int]) -> None:
    """It is what the test wants to record."""
    statuses.append(429)
    with route_context(wire(faults=True)), httpx.Client() as client:
        assert client.get(URL).status_code == 429


REFUSALS = [
    (b'{"code":700012006,"msg":"x"}', TOKEN, False, "700012006 (the token is not valid any more)"),
    (b'{"code":4028,"msg":"x"}', TOKEN, False, "4028 (the quota is used up)"),
    (b'{"code":4100,"msg":"x"}', "another", False, ""),
    (b'{"code":4100,"msg":"x"}', TOKEN, True, ""),
    (b'{"code":4200,"msg":"4100"}', TOKEN, False, ""),
    (b'{"code":0,"data":"4100"', TOKEN, False, ""),
]
"""What Coze answers, whose token was sent, whether the test asked for a fault, and what the message says."""


@pytest.mark.parametrize(("body", "token", "faults", "said"), REFUSALS)
def test_a_refusal_of_the_account_is_not_what_a_test_expects(
    monkeypatch: pytest.MonkeyPatch, body: bytes, token: str, said: str, *, faults: bool
) -> None:
    """A token that ran out in the middle of a run would be kept as the error of something that does not exist."""
    answer = httpx.Response(200, stream=httpx.ByteStream(body), headers={"content-type": "application/json"})
    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", lambda *_: answer)
    noted: list[str] = []
    way = Wire("http://127.0.0.1:9", Throttle(Limits(requests_per_second=0)), lambda: faults, noted.append, TOKEN)
    refused = pytest.raises(CassetteError, match=re.escape(said)) if said else nullcontext()
    with route_context(way), httpx.Client(headers={"authorization": f"Bearer {token}"}) as client, refused:
        assert client.get(URL).content == body
    assert len(noted) == bool(said)
    assert all(is_outage(CassetteError(each)) for each in noted)


def test_the_read_timeout(statuses: list[int]) -> None:
    """The SDK would wait for ten minutes; a shorter time of the test's own stays."""
    statuses += [200, 200]
    with route_context(wire()), httpx.Client() as client:
        long = client.get(URL, timeout=600)
        client.get(URL, timeout=3)
    assert long.request.extensions["timeout"]["read"] == 600
    assert [request.extensions["timeout"]["read"] for request in SENT] == [7, 3]
