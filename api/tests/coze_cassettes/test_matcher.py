"""A recorded request is a pattern: which live request it answers, and what a placeholder in it stands for."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import weakref
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NoReturn

import httpx
import pytest

from coze_cassettes.cassette import matching
from coze_cassettes.cassette.model import Cassette, Interaction, Metadata, Request, Response
from coze_cassettes.scrubbing.scrub import scrub
from coze_cassettes.session import replaying
from coze_cassettes.session.matcher import Matcher
from coze_cassettes.session.player import Player
from coze_cassettes.session.session import Settings

API = "https://api.coze.com"
JSON = (("content-type", "application/json"),)
FORM = (("content-type", "application/x-www-form-urlencoded"),)
METADATA = Metadata("stand-in", "2026-01-01T00:00:00Z", "0.20.0")


def post(body: object, path: str = "/v1/x") -> Request:
    """A request with a JSON body."""
    return Request("POST", API + path, JSON, json.dumps(body).encode())


def get(path: str) -> Request:
    """A request without a body."""
    return Request("GET", API + path)


def form(body: str) -> Request:
    """A request with the body of a form."""
    return Request("POST", API + "/v1/x", FORM, body.encode())


def upload(name: str, content: bytes, boundary: str) -> Request:
    """A request that uploads a file."""
    head = f'Content-Disposition: form-data; name="file"; filename="{name}"'
    body = f"--{boundary}\r\n{head}\r\n\r\n".encode() + content + f"\r\n--{boundary}--\r\n".encode()
    return Request("POST", API + "/v1/files", (("content-type", f"multipart/form-data; boundary={boundary}"),), body)


def matcher(*recorded: Request, configured: dict[str, str] | None = None, answers: Sequence[bytes] = ()) -> Matcher:
    """A matcher for recorded requests."""
    bodies = [*answers, *(b"{}" for _ in recorded[len(answers) :])]
    pairs = zip(recorded, bodies, strict=True)
    return Matcher([Interaction(each, Response(200, "OK", JSON, body)) for each, body in pairs], configured)


FITS = [
    (post({"user_id": "USER_ID_1", "n": 1}), post({"n": 1, "user_id": "ann"})),
    (post({"text": "I am USER_NAME_1, bye"}), post({"text": "I am Ann Lee, bye"})),
    (post({"text": "USER_NAME_1 and USER_NAME_1"}), post({"text": "Ann and Ann"})),
    (post({"a": "USER_ID_1", "b": ["USER_ID_1"]}), post({"a": "ann", "b": ["ann"]})),
    (get("/v1/bots/BOT_ID_1?user_id=USER_ID_1&x="), get("/v1/bots/77?x=&user_id=ann")),
    (form("user_id=USER_ID_1&x=1"), form("user_id=ann%20lee&x=1")),
    (upload("FILE_ID_1.txt", b"for USER_ID_1", "BOUNDARY_1"), upload("77.txt", b"for ann", "cut")),
    (post({"url": "https://scrubbed.invalid/FILE_URL_1"}), post({"url": "https://files.example/a?sig=1"})),
    (upload("a.bin", b"\xff\0EMAIL_1\xfe", "BOUNDARY_1"), upload("a.bin", b"\xff\0\xe9\xfe", "cut")),
]


@pytest.mark.parametrize(("recorded", "live"), FITS)
def test_a_placeholder_stands_for_a_value(recorded: Request, live: Request) -> None:
    """In path, query, JSON, a form and the parts of an upload."""
    assert matcher(recorded).find(live) == 0


DIFFERS = [
    (post({"user_id": "USER_ID_1", "n": 1}), post({"user_id": "ann", "n": 2})),
    (post({"user_id": "USER_ID_1"}), post({"user_id": ""})),
    (post({"user_id": "USER_ID_1"}), post({"user_id": 7})),
    (post({"user_id": "USER_ID_1"}), post({"user_id": "ann", "more": 1})),
    (post({"user_id": "USER_ID_1"}), post({"user_id": "BOT_ID_1"})),
    (post({"text": "I am USER_NAME_1, bye"}), post({"text": "I am Ann Lee, good bye!"})),
    (post({"a": "USER_ID_1", "b": "USER_ID_1"}), post({"a": "ann", "b": "bob"})),
    (post({"a": "USER_ID_1", "b": "USER_ID_2"}), post({"a": "ann", "b": "ann"})),
    (get("/v1/bots/BOT_ID_1"), get("/v1/bots/77/more")),
    (form("user_id=USER_ID_1&x=1"), form("x=1&user_id=ann")),
    (upload("a.bin", b"\xffEMAIL_1\xfe", "BOUNDARY_1"), upload("a.bin", b"\xff\xe9\xfd", "cut")),
    (upload("EMAIL_1", b"\xffEMAIL_1\xfe", "BOUNDARY_1"), upload("\xe9", b"\xff\xe9\xfe", "cut")),
    (post({"n": 1}), post({"n": True})),
    (post({"n": 1}), post({"n": 1.0})),
    (post({"n": []}), post({"n": {}})),
]


@pytest.mark.parametrize(("recorded", "live"), DIFFERS)
def test_what_else_differs_is_another_request(recorded: Request, live: Request) -> None:
    """A placeholder is one value, one to one, and nothing but the value may differ."""
    assert matcher(recorded).find(live) is None


def recorded(*requests: Request) -> Matcher:
    """A matcher for requests as a cassette shows them."""
    answered = [Interaction(each, Response(200, "OK", JSON, b"{}")) for each in requests]
    return Matcher(scrub(answered).interactions)


@pytest.mark.parametrize("sent", [lambda n: {"at": n, "n": 1}, lambda n: {"x": json.dumps({"at": [n, n + 1]}), "n": 1}])
@pytest.mark.parametrize("first", [1795755186123456789, 1795755186123456, 4111111111111111, 13912345678])
def test_a_long_integer_in_an_unknown_field_stands_for_another(sent: Callable[[int], object], first: int) -> None:
    """A test that sends ``time.time_ns()`` sends another number in each run, which may look like that of a card."""
    other = 1704067200000000 + first % 1000
    assert recorded(post(sent(first))).find(post(sent(other))) == 0
    assert recorded(post({"a": first, "b": first})).find(post({"a": other, "b": other + 1})) is None
    assert recorded(post({"a": first, "b": other})).find(post({"a": other, "b": first})) == 0
    assert recorded(get(f"/v1/x/{first}/y")).find(get(f"/v1/x/{other}/y")) == 0


def test_a_small_integer_is_no_pattern() -> None:
    """A number that was sent for itself stands for no other."""
    for number in (0, 1, 1_048_576, 9_000_001, 99_999_999):
        assert recorded(post({"at": number})).find(post({"at": 1795755186123456789})) is None
        assert recorded(post({"at": number})).find(post({"at": number})) == 0


def test_a_value_is_the_same_everywhere_in_a_test() -> None:
    """What stood for a placeholder once stands for it always, in other requests too."""
    found = matcher(post({"user_id": "USER_ID_1"}), get("/v1/u?user_id=USER_ID_1"), get("/v1/u?user_id=USER_ID_2"))
    assert found.find(post({"user_id": "ann"})) == 0
    assert found.find(get("/v1/u?user_id=bob")) == 2
    assert found.find(get("/v1/u?user_id=bob")) is None
    assert found.find(get("/v1/u?user_id=ann")) == 1


def test_an_exact_request_wins_then_the_order_of_recording() -> None:
    """A placeholder that a test sends is itself, even if an earlier pattern would take it."""
    found = matcher(*(post({"user_id": name}) for name in ("USER_ID_1", "USER_ID_2", "ann", "USER_ID_3")))
    assert found.find(post({"user_id": "USER_ID_2"})) == 1
    assert found.find(post({"user_id": "ann"})) == 2
    assert [found.find(post({"user_id": name})) for name in ("eve", "bob")] == [0, 3]


def test_what_an_answer_brought_stands_for_itself() -> None:
    """An id that the test got from an answer cannot be another one when it sends it."""
    player = playing([post({}), get("/v1/c?conversation_id=CONVERSATION_ID_1")], [b'{"id":"CONVERSATION_ID_1"}', b"{}"])
    assert player.find(post({})) == 0
    player.response(0)
    assert player.find(get("/v1/c?conversation_id=other")) is None
    assert player.find(get("/v1/c?conversation_id=CONVERSATION_ID_1")) == 1


def test_a_configured_value_is_its_placeholder() -> None:
    """The value and the placeholder may both be sent; a value never stands for another variable."""
    found = matcher(
        *(get(f"/v1/bots/{name}") for name in ("BOT_ID", "BOT_ID", "WORKFLOW_ID")), configured={"77": "BOT_ID"}
    )
    assert found.find(get("/v1/bots/77")) == 0
    assert found.find(get("/v1/bots/BOT_ID")) == 1
    assert found.find(get("/v1/bots/77")) is None


def playing(requests: Sequence[Request], answers: Sequence[bytes], sizes: tuple[int, ...] = ()) -> Player:
    """A session that replays."""

    def fail(message: str) -> NoReturn:
        raise AssertionError(message)

    player = Player("a test", Path("m/t.yaml"), Settings(), fail)
    pairs = zip(requests, answers, strict=True)
    interactions = tuple(Interaction(each, Response(200, "OK", JSON, body, sizes)) for each, body in pairs)
    player.begin(Cassette(interactions, METADATA))
    return player


def test_a_literal_comes_back_as_it_was_sent() -> None:
    """What the answer says of a value that the test sent is the value, and chunks keep their cuts."""
    body = b'{"user_id":"USER_ID_1","x":"USER_ID_11"}'
    player = playing([post({"user_id": "USER_ID_1"})], [body], (12, 12, 4, len(body) - 28))
    assert player.find(post({"user_id": "someone else"})) == 0
    answer = player.response(0)
    assert json.loads(answer.body) == {"user_id": "someone else", "x": "USER_ID_11"}
    assert sum(answer.chunks) == len(answer.body)
    assert answer.chunks[0] == 12


Ask = Callable[[int], Any]


def _chats() -> tuple[list[Request], Sequence[Interaction]]:
    sent = [post({"user_id": f"user-{n % 5}", "content": f"question {n}"}) for n in range(50)]
    live = [Interaction(each, Response(200, "OK", JSON, b'{"n":%d}' % n)) for n, each in enumerate(sent)]
    return sent, scrub(live).interactions


def test_fifty_chats_of_five_users_at_once() -> None:
    """In threads, in any order, each gets its own answer."""
    sent, recorded = _chats()
    player = playing([each.request for each in recorded], [each.response.body for each in recorded])
    order = random.Random(7).sample(range(50), 50)  # noqa: S311  no key
    with replaying.replay_context(player), httpx.Client() as client, ThreadPoolExecutor(16) as pool:

        def ask(n: int) -> int:
            return int(client.post(API + "/v1/x", headers=dict(JSON), content=sent[n].body).json()["n"])

        assert list(pool.map(ask, order)) == order
    assert player.unplayed_message() == ""


async def test_fifty_chats_of_five_users_in_tasks() -> None:
    """The same with asyncio.gather."""
    sent, recorded = _chats()
    player = playing([each.request for each in recorded], [each.response.body for each in recorded])
    with replaying.replay_context(player):
        async with httpx.AsyncClient() as client:

            async def ask(n: int) -> int:
                answer = await client.post(API + "/v1/x", headers=dict(JSON), content=sent[n].body)
                return int(answer.json()["n"])

            assert await asyncio.gather(*map(ask, reversed(range(50)))) == list(reversed(range(50)))
    assert player.unplayed_message() == ""


@pytest.mark.parametrize(
    ("sent", "recorded"),
    [
        ({"a": "x", "c": "y", "b": "z"}, {"a": "BOT_ID_1", "b": "z"}),
        ({"a": 'x","b', "b": "z"}, {"a": "BOT_ID_1", "b": "BOT_ID_1"}),
        ({"a": "1/2", "b": "1"}, {"a": "BOT_ID_1/2", "b": "BOT_ID_2/2"}),
    ],
)
def test_a_placeholder_is_no_more_than_one_value(sent: object, recorded: object) -> None:
    """Given a request with more members, when it is compared as a text, then no placeholder takes several of them."""
    assert matcher(post(recorded)).find(post(sent)) is None
    assert matcher(get("/v1/x/BOT_ID_1/y")).find(get("/v1/x/a/b/y")) is None
    assert matcher(get("/v1/x?a=BOT_ID_1&c=1")).find(get("/v1/x?a=b&d=2&c=1")) is None


def test_what_was_recorded_in_this_order_is_found_by_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given requests in the order of the recording, when values are plain, then none of them is taken apart."""
    monkeypatch.setattr(Matcher, "_taken_apart", lambda *_: pytest.fail("taken apart"))
    found = matcher(post({"a": "BOT_ID_1"}), get("/v1/x?a=BOT_ID_1&b=USER_ID_1"), get("/v1/x/BOT_ID_1"))
    live = post({"a": "742"}), get("/v1/x?a=742&b=ann"), get("/v1/x/742")
    assert [found.find(each) for each in live] == [0, 1, 2]
    assert found.bindings.values == {"BOT_ID_1": "742", "USER_ID_1": "ann"}


def test_a_time_is_no_value_of_a_placeholder() -> None:
    """Given a placeholder whose value inside a text is a time, when that stands by itself, then it is a time."""
    found = matcher(post({"a": "q:BOT_ID_1"}), post({"a": "USER_ID_1", "b": "BOT_ID_1"}))
    live = post({"a": "q:1704067200"}), post({"a": "ann", "b": "1704067200"})
    assert [found.find(each) for each in live] == [0, None]


LITERALS = ("x", "role", "1", "BOT", "", "q:", "{", "BOT_ID_1", "USER_ID_1", "BOT_ID", "ID_1")
VALUES = ("742", "ann", "a@b.c", "1704067200", "2024-01-01", "a b", 'a"b', "a/b", "é", "BOT_ID_1", "A_1", "", ":")


def test_a_text_that_fits_also_fits_taken_apart(chance: random.Random, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given any requests with any values, the answer and the values of the placeholders are the same both ways."""
    by_text = 0
    for _ in range(300):
        bodies = [{key: "".join(chance.choices(LITERALS, k=2)) for key in chance.sample("abc", 2)} for _ in range(2)]
        values = {name: chance.choice(VALUES) for name in ("BOT_ID_1", "USER_ID_1", "BOT_ID", "ID_1")}
        quick, thorough = matcher(*map(post, bodies)), matcher(*map(post, bodies))
        monkeypatch.setattr(thorough, "_next", lambda _: None)
        for body in bodies:
            live = post({key: values.get(text, text) for key, text in body.items()})
            by_text += quick._next(live) is not None
            assert quick.find(live) == thorough.find(live)
            assert quick.bindings.values == thorough.bindings.values
    assert by_text > 30


@pytest.mark.parametrize("same", [True, False])
@pytest.mark.parametrize("number", [200, pytest.param(1000, marks=pytest.mark.proof)])
def test_many_requests_are_found_in_linear_time(
    same: bool, number: int, calls_of: Callable[[Callable[[], object]], int]
) -> None:
    """Each is compared with few others, not with all that are left."""
    runs = itertools.count()

    def find(number: int) -> None:
        run = next(runs)  # other texts each time: what was taken apart is remembered
        bodies = [{"user_id": "USER_ID_1", "n": 0 if same else n, "run": run} for n in range(number)]
        found = matcher(*map(post, bodies))
        live = [post({**body, "user_id": "ann"}) for body in bodies]
        assert [found.find(each) for each in live] == list(range(number))

    find(10)
    assert calls_of(lambda: find(3 * number)) <= 3.5 * calls_of(lambda: find(number))


@pytest.mark.parametrize("in_parts", [True, False])
def test_another_large_upload_is_refused_without_a_search(in_parts: bool) -> None:
    """Given other bytes than recorded, when nothing fits, then the scrubber does not read them, nor does a message."""

    def sent(seed: int) -> Request:
        noise = random.Random(seed).randbytes(100_000)  # noqa: S311 - a sound
        return upload("USER_NAME_1.wav", noise, "b") if in_parts else Request("PUT", API + "/v1/x", (), noise)

    found = matcher(sent(1))
    assert found.find(sent(2)) is None
    assert "_scrubber" not in vars(found)
    shown = found.shown(sent(2))
    assert matching.differences(shown, sent(1)) == matching.differences(sent(2), sent(1))


def test_what_was_played_is_freed_at_once() -> None:
    """A matcher in a cycle would wait for the garbage collector, which would run more often then, in the tests."""
    used = matcher(post({"user_id": "USER_ID_1"}))
    assert used.find(post({"user_id": "ann"})) == 0
    dead = weakref.ref(used)
    del used
    assert dead() is None
