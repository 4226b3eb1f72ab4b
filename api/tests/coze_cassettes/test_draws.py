"""What a test draws at random is known in what it sends, and is another value in each run."""

from __future__ import annotations

import base64
import json
import os
import random
import secrets
import string
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from coze_cassettes.cassette.model import Interaction
from coze_cassettes.scrubbing.drawn import drawn_in
from coze_cassettes.scrubbing.scrub import scrub
from coze_cassettes.session.draws import draws, remember_context
from coze_cassettes.session.literals import with_literals
from coze_cassettes.session.matcher import Matcher

MakeInteraction = Callable[..., Interaction]
CallsOf = Callable[[Callable[[], object]], int]


def _uuid7() -> str:
    """A UUID of version 7 as Python 3.14 makes it, which keeps the end of what it draws."""
    high = (int(time.time() * 1000) << 80) | (7 << 76) | (secrets.randbits(12) << 64) | (2 << 62)
    return str(uuid.UUID(int=high | (secrets.randbits(30) << 32) | int.from_bytes(os.urandom(10)) & 0xFFFFFFFF))


def _ulid() -> str:
    """A time of 48 bits and 80 bits that are drawn, as 26 characters."""
    number = (int(time.time() * 1000) << 80) | int.from_bytes(os.urandom(10))
    return "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[number >> each & 31] for each in range(125, -1, -5))


_SIGNS = f"_-{string.digits}{string.ascii_letters}"


def _in_base62(number: int) -> str:
    digits = string.digits + string.ascii_uppercase + string.ascii_lowercase
    return (_in_base62(number // 62) if number >= 62 else "") + digits[number % 62]


DRAWN: dict[str, Callable[[], str]] = {
    "a UUID": lambda: str(uuid.uuid4()),
    "its digits": lambda: f"bot-{uuid.uuid4().hex.upper()}",
    "its first digits": lambda: f"bot_{uuid.uuid4().hex[:6]}",
    "digits in a text": lambda: f"run {secrets.token_hex(4)}, again",
    "a token": lambda: secrets.token_urlsafe(16),
    "letters": lambda: "".join(random.choices(string.ascii_lowercase, k=8)),  # noqa: S311 - a name
    "digits": lambda: "n-" + "".join(random.sample(string.digits, 7)),
    "letters one by one": lambda: "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(10)),
    "letters one by one in a name": lambda: "bot-" + "".join(random.choice(string.ascii_letters) for _ in range(8)),  # noqa: S311
    "a number": lambda: f"user_{random.randint(10**6, 10**7)}",  # noqa: S311 - a name
    "a number in a range": lambda: f"no. {random.randrange(10**8, 10**9)}!",  # noqa: S311 - a name
    "a UUID of the time": lambda: f"trace {uuid.uuid1()}",
    "a UUID that begins with the time": lambda: f"at {_uuid7()}!",
    "its digits alone": lambda: _uuid7().replace("-", ""),
    "a ULID": lambda: f"run {_ulid()}",
    "a UUID in capitals, in a name": lambda: f"BOT-{str(uuid.uuid4()).upper()}",
    "a UUID in a name": lambda: f"bot_{uuid.uuid4()}!",
    "a UUID in base64": lambda: base64.b64encode(uuid.uuid4().bytes).decode(),
    "a UUID in base32": lambda: base64.b32encode(uuid.uuid4().bytes).decode().rstrip("="),
    "a UUID in base62": lambda: _in_base62(uuid.uuid4().int),
    "a KSUID": lambda: _in_base62(int.from_bytes((int(time.time()) - 14 * 10**8).to_bytes(4) + os.urandom(16))),
    "a nanoid": lambda: "".join((_SIGNS[each & 63]) for each in os.urandom(34)[:21]),
    "random bytes": lambda: random.randbytes(8).hex(),  # noqa: S311 - a name
    "letters of a generator": lambda: "".join(random.SystemRandom().choices(string.ascii_letters, k=12)),
    "digits of bits": lambda: f"run_{secrets.randbits(64):x}",
    "a temporary name": lambda: Path(tempfile.mktemp(suffix=".txt")).name,  # noqa: S306 - only a name
}


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN.keys())
def test_a_drawn_value_replays(draw: Callable[[], str], interaction: MakeInteraction) -> None:
    """Given two values in queries, bodies and answers, when a replay draws others, then it gets back what it sent."""

    def call(text: str) -> Interaction:
        return interaction("POST", f"/v1/x?name={quote(text)}", {"note": text}, {"note": text})

    drawn = draws()
    with remember_context(drawn):
        texts = [draw(), draw()]
    clean = scrub([call(text) for text in texts], drawn=tuple(drawn)).interactions
    assert not any(text in repr(clean) for text in texts)
    matcher = Matcher(clean)
    for text in (draw(), draw()):
        index = matcher.find(call(text).request)
        assert index is not None
        assert json.loads(with_literals(clean[index].response, matcher.bindings, {}).body) == {"note": text}


def test_a_drawn_integer_replays(interaction: MakeInteraction) -> None:
    """Given two integers of JSON, when a replay draws others, then it gets back what it sent; another text is none."""

    def call(number: object) -> Interaction:
        return interaction("POST", "/v1/x", {"order": number}, {"order": number})

    drawn = draws()
    with remember_context(drawn):
        numbers = [random.randint(10**5, 10**6), secrets.randbelow(10**12) + 10**12]  # noqa: S311 - no secret
        drawn.append(str(numbers[1]))
    clean = scrub([call(number) for number in numbers], drawn=tuple(drawn)).interactions
    matcher = Matcher(clean)
    assert matcher.find(call("123456").request) is None
    assert matcher.find(call(7).request) is None
    for number in (481_516, 2_342_108_151_623):
        index = matcher.find(call(number).request)
        assert index is not None
        assert json.loads(with_literals(clean[index].response, matcher.bindings, {}).body) == {"order": number}


def test_a_text_is_found_among_many_characters(interaction: MakeInteraction) -> None:
    """Given thousands of draws of one character, wherever a text of them begins, and however many are remembered."""
    drawn = draws()
    with remember_context(drawn):
        letters = [random.choice(string.ascii_letters) for _ in range(3000)]  # noqa: S311 - a name
    assert max(map(len, drawn)) <= 1000
    texts = ["".join(letters[start : start + 12]) for start in range(0, 2988, 7)]
    found = set(drawn_in([interaction("POST", "/v1/x", {"notes": texts})], tuple(drawn)))
    assert found == set(texts)


def test_the_folder_of_a_run_is_another_one_in_each(interaction: MakeInteraction) -> None:
    """Given a file in pytest's ``tmp_path``, when its path is sent, then a replay may have another one."""
    folder = "/var/pytest-of-me/pytest-7"
    call = interaction("POST", "/v1/x", {"path": f"{folder}/test_it0/a.txt"})
    clean = scrub([call], drawn=(folder,)).interactions
    assert json.loads(clean[0].request.body) == {"path": "ID_1/test_it0/a.txt"}
    replayed = interaction("POST", "/v1/x", {"path": "/srv/pytest-of-you/pytest-31/test_it0/a.txt"})
    assert Matcher(clean).find(replayed.request) == 0


def test_a_large_body_is_read_in_no_time(interaction: MakeInteraction, calls_of: CallsOf) -> None:
    """Given many draws, when a request has many words, then each is looked up."""
    rng = random.Random(1)  # noqa: S311 - no secret

    def find(number: int) -> int:
        drawn = [rng.randbytes(16) for _ in range(number)]
        call = interaction("POST", "/v1/x", " ".join(f"word{each:06}" for each in range(number)))
        return calls_of(lambda: list(drawn_in([call], drawn)))

    assert find(900) <= 3.5 * find(300)


def test_a_word_that_was_chosen_stays(interaction: MakeInteraction) -> None:
    """Given a choice among words, when one of them is sent, then it is no value of its own."""
    drawn = draws()
    with remember_context(drawn):
        word = random.choices(["sunflower"])[0]  # noqa: S311 - a word
    clean = scrub([interaction("POST", "/v1/x", {"flower": word})], drawn=tuple(drawn)).interactions
    assert json.loads(clean[0].request.body) == {"flower": "sunflower"}


def test_what_was_not_drawn_stays(interaction: MakeInteraction) -> None:
    """A literal, a draw that no request has, and one as short as a word."""
    drawn = draws()
    with remember_context(drawn):
        short, unsent = secrets.token_hex(2), secrets.token_hex(8)
    sent = {"note": "cafe1234", "short": short}
    got = {"got": f"there is {unsent}"}
    clean = scrub([interaction("POST", "/v1/x", sent, got)], drawn=tuple(drawn)).interactions
    assert json.loads(clean[0].request.body) == sent
    assert json.loads(clean[0].response.body) == got


def test_the_beginning_of_a_drawn_value_is_one_too(interaction: MakeInteraction) -> None:
    """Given a UUID with and without hyphens, and its first digits by themselves."""
    drawn = draws()
    with remember_context(drawn):
        made = uuid.uuid4()
    sent = {"a": str(made), "b": made.hex, "c": f"run {made.hex[:8]}"}
    clean = scrub([interaction("POST", "/v1/x", sent, {"got": made.hex})], drawn=tuple(drawn)).interactions
    assert sorted(json.loads(clean[0].request.body).values()) == ["ID_1", "ID_2", "run ID_3"]


def test_random_modules_are_as_they_were() -> None:
    """After a recording nothing is remembered any more."""
    drawn = draws()
    with remember_context(drawn):
        pass
    assert secrets.token_hex(8) != str(uuid.uuid4()) != "".join(random.choices("ab", k=8))  # noqa: S311 - a name
    assert not drawn


def test_a_drawn_value_under_a_name_has_the_placeholder_of_the_name(interaction: MakeInteraction) -> None:
    """Rules and configured values say more than that it was drawn, and placeholders are numbered as without it."""
    drawn = draws()
    with remember_context(drawn):
        user, note = f"user-{uuid.uuid4().hex}", uuid.uuid4().hex
    clean = scrub([interaction("POST", "/v1/x", {"user_id": user, "note": note})], drawn=tuple(drawn)).interactions
    assert json.loads(clean[0].request.body) == {"user_id": "USER_ID_1", "note": "ID_1"}
