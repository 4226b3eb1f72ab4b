"""The scrubber: one value, one placeholder, everywhere; pure, idempotent, and the live request goes the same way."""

from __future__ import annotations

import base64
import gzip
import json
import random
import re
import string
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coze_cassettes.cassette.model import Cassette, Interaction, Metadata, Request, Response
from coze_cassettes.cassette.moments import EPOCH
from coze_cassettes.codecs.cuts import moved_chunks
from coze_cassettes.errors import Misuse, UnreadableBody
from coze_cassettes.inspection.scan import inspect
from coze_cassettes.scrubbing.environment import ConfiguredValues, configured_values
from coze_cassettes.scrubbing.live import LivePlaceholders
from coze_cassettes.scrubbing.scrub import scrub
from coze_cassettes.scrubbing.search import Search

MakeInteraction = Callable[..., Interaction]


def _answers(interactions: tuple[Interaction, ...]) -> str:
    return "".join(each.response.body.decode() for each in interactions)


def test_one_value_has_one_placeholder_everywhere(interaction: MakeInteraction, fill: Callable[[str], str]) -> None:
    """An id stands under the same placeholder in query, path, body, JSON in a string, base64 and percent-encoding."""
    bot = fill("7{D18}")
    inside = base64.b64encode(f"the bot {bot} said".encode()).decode()
    answer = {"bot_id": bot, "inner": json.dumps({"id": bot}), "b64": inside, "url": quote(f"/bots/{bot}?ä", safe="")}
    clean = scrub([interaction("GET", f"/v1/bots/{bot}?bot_id={bot}", answer=answer)]).interactions
    assert clean[0].request.uri == "https://api.coze.com/v1/bots/BOT_ID_1?bot_id=BOT_ID_1"
    shown = json.loads(clean[0].response.body)
    assert shown == {
        "bot_id": "BOT_ID_1",
        "inner": '{"id": "BOT_ID_1"}',
        "b64": base64.b64encode(b"the bot BOT_ID_1 said").decode(),
        "url": quote("/bots/BOT_ID_1?ä", safe=""),
    }


def test_an_identifier_is_one_even_if_it_passes_for_a_card(
    interaction: MakeInteraction, fill: Callable[[str], str]
) -> None:
    """What a field calls an identifier is that wherever it stands; a token is a secret whatever its field says."""
    number, token = fill("{CARD}"), fill("pat_{A64}")
    answer = {"msg": f"see {number} and {token} there", "user_id": token}
    clean = scrub([interaction("GET", f"/v1/things?workflow_id={number}", answer=answer)]).interactions
    assert clean[0].request.uri.endswith("?workflow_id=WORKFLOW_ID_1")
    assert json.loads(clean[0].response.body) == {
        "msg": "see WORKFLOW_ID_1 and ACCESS_TOKEN_1 there",
        "user_id": "ACCESS_TOKEN_1",
    }


def test_values_learned_late_are_replaced_early(interaction: MakeInteraction) -> None:
    """What only the last answer tells to be a name is replaced in the first one too."""
    first = interaction(answer={"text": "Canary Person wrote this"})
    last = interaction(answer={"user_name": "Canary Person"})
    assert _answers(scrub([first, last]).interactions).count("USER_NAME_1") == 2


def test_placeholders_are_numbered_by_first_appearance(interaction: MakeInteraction) -> None:
    """The first bot of the cassette is BOT_ID_1."""
    clean = scrub([interaction(answer={"data": [{"bot_id": "bot-b"}, {"bot_id": "bot-a"}, {"bot_id": "bot-b"}]})])
    found = [each["bot_id"] for each in json.loads(clean.interactions[0].response.body)["data"]]
    assert found == ["BOT_ID_1", "BOT_ID_2", "BOT_ID_1"]


def test_configured_values_have_bare_placeholders(interaction: MakeInteraction, fill: Callable[[str], str]) -> None:
    """What the environment says is replaced wherever it stands, also where no rule looks."""
    token = fill("{A40}")
    configured = configured_values({"COZE_API_TOKEN": f" {token}\r\n", "COZE_SECRET_PARTNER": fill("{A20}")})
    clean = scrub([interaction(answer={"note": f"x{token}y"})], configured)
    assert json.loads(clean.interactions[0].response.body) == {"note": "xAPI_TOKENy"}
    assert set(configured.placeholders.values()) == {"API_TOKEN", "SECRET_PARTNER"}


def test_a_configured_value_in_quotes_is_an_error(fill: Callable[[str], str]) -> None:
    """No request has them: the value would not be found."""
    with pytest.raises(Misuse, match=r"^The value of COZE_SECRET_PARTNER stands in quotes: leave them out\.$"):
        configured_values({"COZE_SECRET_PARTNER": fill('"{A20}"')})


@pytest.mark.parametrize("value", ["", "short"])
def test_a_configured_secret_too_short_is_an_error(value: str) -> None:
    """An empty or short secret would be a filter that does nothing."""
    with pytest.raises(Misuse, match=r"API_TOKEN has \d characters"):
        configured_values({"COZE_API_TOKEN": value})


def test_a_placeholder_that_the_test_sends_is_reserved(interaction: MakeInteraction) -> None:
    """No value gets a placeholder that already stands in the traffic."""
    clean = scrub([interaction("POST", "/v3/chat", {"bot_id": "BOT_ID_1"}, {"bot_id": "bot-real"})])
    assert json.loads(clean.interactions[0].response.body) == {"bot_id": "BOT_ID_2"}


def test_timestamps_move_and_keep_their_distance(interaction: MakeInteraction) -> None:
    """Seconds and milliseconds, numbers and texts are moved by the same time."""
    answer = {
        "created_at": 1718792949,
        "updated_at": 1718792959,
        "publish_time": "1718792949",
        "version": "1718792949000",
    }
    clean = scrub([interaction(answer=answer)], shift=-1000)
    assert json.loads(clean.interactions[0].response.body) == {
        "created_at": 1718791949,
        "updated_at": 1718791959,
        "publish_time": "1718791949",
        "version": "1718791949000",
    }


@pytest.mark.parametrize("answer", ['{{"email": "{}"}}', '{{"text": "邮箱：{}"}}', '{{"text": "{} helps"}}'])
def test_an_address_has_one_name(interaction: MakeInteraction, answer: str, fill: Callable[[str], str]) -> None:
    """What it is called beside a name that calls it personal, it is called without one."""
    address = fill("canary.{A8}@example.com")
    clean = scrub([interaction(answer=answer.format(address).encode(), content_type="application/json")])
    assert b"EMAIL_1" in clean.interactions[0].response.body


def test_urls_are_replaced_by_urls(interaction: MakeInteraction) -> None:
    """The SDK still parses what stands there."""
    clean = scrub([interaction(answer={"avatar_url": "https://cdn.example/a.png?x-signature=abc"})])
    assert json.loads(clean.interactions[0].response.body) == {"avatar_url": "https://scrubbed.invalid/AVATAR_URL_1"}


def test_only_chosen_headers_stay(interaction: MakeInteraction, fill: Callable[[str], str]) -> None:
    """User agents and gateway headers never reach a cassette, nor does a cookie's value, here or anywhere else."""
    session = fill("{A32}")
    request = Request(
        "GET", "https://api.coze.com/v1/users/me", (("User-Agent", "x"), ("Authorization", "Bearer abcdefgh1"))
    )
    headers = (
        ("Set-Cookie", f"sid={session}; Path=/"),
        ("Server", "edge"),
        ("X-RateLimit-Remaining", "17"),
        ("X-Tt-Logid", "log-1"),
        ("Content-Type", "text/plain"),
    )
    clean = scrub([Interaction(request, Response(200, "OK", headers, f"seen {session}".encode()))]).interactions[0]
    assert clean.request.headers == (("authorization", "Bearer BEARER_TOKEN_1"),)
    assert clean.response.headers == (
        ("content-type", "text/plain"),
        ("x-tt-logid", "LOGID_1"),
        ("set-cookie", "sid=COOKIE_1; Path=/"),
        ("x-ratelimit-remaining", "17"),
    )
    assert clean.response.body == b"seen COOKIE_1"


@pytest.mark.parametrize("name", ["content", "textDelta", "tool_output", "explanation"])
def test_a_value_split_over_deltas_is_found(interaction: MakeInteraction, name: str) -> None:
    """An address that came in three pieces is replaced by one placeholder."""
    pieces = ["write to canary.per", "son@exam", "ple.com now"]
    stream = "".join(
        f"event:conversation.message.delta\ndata:{json.dumps({'id': 'm', name: piece})}\n\n" for piece in pieces
    )
    clean = scrub([interaction(answer=stream.encode(), content_type="text/event-stream")]).interactions[0]
    contents = [json.loads(line[5:])[name] for line in clean.response.body.decode().splitlines() if line[:5] == "data:"]
    assert contents == ["write to EMAIL_1", "", " now"]


def test_a_value_in_a_text_that_grows_is_cut_nowhere(interaction: MakeInteraction, fill: Callable[[str], str]) -> None:
    """Of a value that has not come whole yet, all that has come is replaced."""
    token = fill("pat_{A64}")
    texts = [f"use {token}, please"[:length] for length in (6, 20, 40, 100)]
    events = "".join(f"event:transcript.update\ndata:{json.dumps({'transcript': each})}\n\n" for each in texts)
    clean = scrub([interaction(answer=events.encode(), content_type="text/event-stream")])
    shown = [
        json.loads(line[5:])["transcript"]
        for line in _answers(clean.interactions).splitlines()
        if line.startswith("data:")
    ]
    assert shown == ["use ACCESS_TOKEN_1"] * 3 + ["use ACCESS_TOKEN_1, please"]
    assert scrub(clean.interactions).interactions == clean.interactions


@pytest.mark.parametrize(
    "text",
    [
        "kind: demo\npassword: {}\nsize: 3",
        "Our settings\npassword: {}\nsize: 3\nare these",
        "---\npassword: {}",
        "# db\npassword: {}\n# end",
        "kind: demo\n# next\npassword: {}\n# last\nsize: 3",
        "[db]\n# next\npassword: {}",
        "password: {}\n\n",
        "kind: " + "x" * 300 + "\npassword: {}\n",
    ],
)
def test_a_password_among_settings_is_found(interaction: MakeInteraction, text: str) -> None:
    """A word of letters beside another setting, whatever the text says before and behind; in prose it stays."""
    clean = scrub([interaction(answer={"msg": text.format("nolfenlor")})])
    assert json.loads(_answers(clean.interactions))["msg"] == text.format("PASSWORD_1")
    prose = scrub([interaction(answer={"msg": "First the\npassword: tomorrow\nwe go on"})])
    assert json.loads(_answers(prose.interactions))["msg"] == "First the\npassword: tomorrow\nwe go on"


@pytest.mark.parametrize(
    ("text", "address", "is_address"),
    [
        ("=={}", "203.0.113.77", True),
        ("'=={}'", "203.0.113.77", True),
        ("package=={}", "25.20.7.119", False),
        ("package =={}", "25.20.7.119", False),
        ("package[extra]>={}", "203.0.113.77", False),
        ("blob =={}is", "101.180.191.206", True),
    ],
)
def test_an_address_behind_signs_of_equality_is_no_version(
    interaction: MakeInteraction, text: str, address: str, *, is_address: bool
) -> None:
    """It is the version of a package only if a name stands in front of them, and its first number is small."""
    clean = scrub([interaction(answer={"msg": text.format(address)})])
    assert (address not in _answers(clean.interactions)) is is_address


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("at https://25.20.{D1}.19/orders", "at https://IP_ADDRESS_1/orders"),
        ("at http://1.20.{D1}.19:8080", "at http://IP_ADDRESS_1:8080"),
        ("at http://25.20.{D1}.0:80", "at http://IP_ADDRESS_1:80"),
        ("ask https://8.8.8.8/dns-query", "ask https://8.8.8.8/dns-query"),
        ("version 25.20.7.19", "version 25.20.7.19"),
        ("at http://10.20.7.19:8080", "at http://10.20.7.19:8080"),
    ],
)
def test_small_numbers_in_a_url_are_an_address(
    interaction: MakeInteraction, fill: Callable[[str], str], text: str, shown: str
) -> None:
    """Elsewhere they are a version; an address of a private network stays."""
    recorded = interaction(answer={"msg": fill(text)})
    [clean] = scrub([recorded]).interactions
    assert json.loads(_answers((clean,))) == {"msg": shown}
    found = inspect(Cassette((recorded,), Metadata("stand-in", "2026-01-01T00:00:00Z", "1")), "")
    assert bool(found) == ("IP_ADDRESS_1" in shown)


@pytest.mark.parametrize("prefix", ["sk-", "pat_", "t-"])
def test_a_long_key_needs_no_digit(interaction: MakeInteraction, prefix: str) -> None:
    """Of 48 drawn characters one key in a thousand has its first digit late, or none."""
    chance = random.Random(7)  # noqa: S311 - the same keys in every run
    for _ in range(20):
        key = "".join(chance.choices(string.ascii_letters, k=48))
        shown = json.loads(_answers(scrub([interaction(answer={"msg": f"it is {prefix}{key}."})]).interactions))["msg"]
        assert re.fullmatch(r"it is [A-Z_]+_1\.", shown), prefix


def test_short_values_stay_in_running_text(interaction: MakeInteraction) -> None:
    """A bot called by a two-letter id does not eat those letters everywhere."""
    clean = scrub([interaction(answer={"user_id": "me", "text": "tell me more"})])
    assert json.loads(clean.interactions[0].response.body) == {"user_id": "USER_ID_1", "text": "tell me more"}


def test_a_compressed_answer_is_read(interaction: MakeInteraction) -> None:
    """Gzip is undone, so that a cassette is readable and nothing hides in it."""
    made = interaction(answer=gzip.compress(b'{"user_name":"Canary Person"}'))
    headers = (*made.response.headers, ("content-encoding", "gzip"))
    response = Response(200, "OK", headers, made.response.body)
    assert scrub([Interaction(made.request, response)]).interactions[0].response.body == b'{"user_name":"USER_NAME_1"}'


def test_a_body_that_cannot_be_read_is_refused(interaction: MakeInteraction) -> None:
    """Text that is not UTF-8 though it says JSON is an error, not passed on."""
    with pytest.raises(UnreadableBody, match="not valid UTF-8"):
        scrub([interaction(answer=b'{"a":"\xff\xfe more than a cut character"}')])


identifiers = st.text(alphabet="abcdef0123456789-", min_size=1, max_size=24).filter(lambda text: text[0] != "-")
contents = st.text(max_size=40)
bodies = st.fixed_dictionaries(
    {
        "bot_id": identifiers,
        "user_name": st.text(min_size=1, max_size=12),
        "text": contents,
        "created_at": st.integers(1_600_000_000, 1_900_000_000),
        "nested": st.lists(st.fixed_dictionaries({"conversation_id": identifiers, "content": contents}), max_size=3),
    }
)


@given(st.lists(bodies, min_size=1, max_size=4), st.integers(-(10**8), 10**8))
def test_scrubbing_is_idempotent(values: list[dict[str, object]], shift: int) -> None:
    """Scrubbing what is scrubbed changes nothing."""
    made = [
        Interaction(
            Request("POST", f"https://api.coze.com/v3/chat?conversation_id={quote(str(value['bot_id']))}", (), b""),
            Response(200, "OK", (("content-type", "application/json"),), json.dumps(value).encode()),
        )
        for value in values
    ]
    once = scrub(made, shift=shift).interactions
    assert scrub(once).interactions == once


def test_a_live_literal_gets_the_placeholder_of_the_recording(interaction: MakeInteraction) -> None:
    """What a test sends as a literal matches its placeholder, the second literal the second placeholder."""
    sent = [
        interaction("POST", "/v3/chat", {"user_id": user}, {"data": {"id": "c-1"}}) for user in ("ann", "bob", "ann")
    ]
    live = LivePlaceholders(scrub(sent).interactions)
    shown = [json.loads(live.scrub(each.request).body)["user_id"] for each in sent]
    assert shown == ["USER_ID_1", "USER_ID_2", "USER_ID_1"]


def test_a_live_literal_too_many_matches_nothing(interaction: MakeInteraction) -> None:
    """A new literal is shown by its kind, never as itself."""
    recorded = scrub([interaction("POST", "/v3/chat", {"user_id": "ann"})]).interactions
    live = LivePlaceholders(recorded)
    live.scrub(recorded[0].request)
    shown = [live.scrub(interaction("POST", "/v3/chat", {"user_id": user}).request).body for user in ("ann", "eve")]
    assert [json.loads(each) for each in shown] == [{"user_id": "USER_ID_1"}, {"user_id": "USER_ID_NEW"}]


def test_placeholders_that_answers_brought_are_sent_back_as_they_are(interaction: MakeInteraction) -> None:
    """An id that the test took from an answer is its placeholder already."""
    recorded = scrub(
        [
            interaction("POST", "/v1/conversation/create", {}, {"data": {"id": "conv-77"}}),
            interaction("GET", "/v1/conversation/retrieve?conversation_id=conv-77"),
        ]
    ).interactions
    assert LivePlaceholders(recorded).scrub(recorded[1].request).uri.endswith("conversation_id=CONVERSATION_ID_1")


def test_cuts_stay_where_they_were() -> None:
    """A chunk that ended in the middle of a line still does, before, in and behind what was replaced."""
    old = b"data: secret-value here\n\ndata: two\n\n"
    new = b"data: PLACEHOLDER here\n\ndata: two\n\n"
    assert moved_chunks(old, new, (4, 6, 10, len(old) - 20)) == (4, 2, 13, len(new) - 19)


def test_a_name_inside_a_key_names_no_other_value(fill: Callable[[str], str]) -> None:
    """The key is one value, wherever it stands, so that a request with it is found again."""
    key = fill("AGE-SECRET-KEY-1{U58}")
    one = Interaction(Request("GET", "https://api.coze.com/v1/x"), Response(200, "OK", (), f"!{key}#".encode()))
    clean = scrub([one])
    assert clean.interactions[0].response.body == b"!SECRET_1#"
    assert list(clean.table.values) == [key]


@pytest.mark.parametrize("form", [b"\xfa%c%s\xff", b"\x81etokenx%c%s\xff", b"\0\0%c%s more\xff"])
def test_a_length_that_looks_like_a_letter_hides_nothing(form: bytes, fill: Callable[[str], str]) -> None:
    """Before a key in bytes, as Python, CBOR and others write it."""
    key = fill("sk-{A50}").encode()
    body = bytes(range(128, 144)) + form % (len(key), key)
    one = Interaction(Request("GET", "https://api.coze.com/v1/x"), Response(200, "OK", (), body))
    assert scrub([one]).interactions[0].response.body == body.replace(key, b"SECRET_1")


@pytest.mark.parametrize("is_message", [False, True])
def test_a_number_before_the_next_string_of_bytes_is_replaced(fill: Callable[[str], str], *, is_message: bool) -> None:
    """The byte before it says where it ends; the next string begins with a digit, as lists of protobuf have it."""
    body = b"2\x03was2\x0b" + fill("13{D9}").encode() + b"2\x05goods\x08\xff\xff\xff"
    head = Request("GET", "wss://ws.coze.com/v1/chat" if is_message else "https://api.coze.com/v1/x")
    stream = f"event:(binary)\ndata:{base64.b64encode(body).decode()}\n\n".encode()
    one = Interaction(head, Response(101 if is_message else 200, "OK", (), stream if is_message else body))
    assert inspect(Cassette((one,), Metadata("stand-in", "2026-01-01T00:00:00Z", "1")), "")
    [clean] = scrub([one]).interactions
    shown = base64.b64decode(clean.response.body.split(b"data:")[1]) if is_message else clean.response.body
    assert shown == b"2\x03was2\x0bPHONE_1 2\x05goods\x08\xff\xff\xff"


@pytest.mark.parametrize("form", [b"\x80X%s\0\0\0%sq\x02", b"\xa2anf%s%sN", b"\0\x18\0\0%.0s%sdata"])
def test_a_known_name_between_bytes_is_replaced(interaction: MakeInteraction, form: bytes) -> None:
    """A sign may stand right behind it, as Python and others write it; in a text the word would go on."""
    name, longer = "Zhang.Wei88", {"msg": "Zhang.Wei88q"}
    body = bytes(range(128, 144)) + form % (bytes([len(name)]), name.encode())
    film = Interaction(Request("GET", "https://api.coze.com/v1/x"), Response(200, "OK", (), body))
    _, file, text = scrub([interaction(answer={"user_name": name}), film, interaction(answer=longer)]).interactions
    assert name.encode() not in file.response.body
    assert json.loads(text.response.body) == longer


@given(st.binary(min_size=1, max_size=60), st.lists(st.integers(1, 20), min_size=1, max_size=6))
def test_chunks_always_add_up(body: bytes, sizes: list[int]) -> None:
    """Whatever is replaced, the chunks are those of the new body."""
    old = body + b"x" * max(0, sum(sizes) - len(body))
    chunks = (*sizes, len(old) - sum(sizes)) if len(old) > sum(sizes) else tuple(sizes)
    new = old.replace(b"a", b"PLACEHOLDER").replace(b"x", b"")
    assert sum(moved_chunks(old, new, chunks)) == (len(new) if old != new else len(old))


def test_configured_values_of_fixtures_are_added() -> None:
    """A value that a fixture made is known from then on."""
    assert ConfiguredValues().add("CHAT_ID", "chat-123").placeholders == {"chat-123": "CHAT_ID"}


def test_literals_are_distinguished_by_their_places(interaction: MakeInteraction, fill: Callable[[str], str]) -> None:
    """Two values of one kind keep their placeholders at replay, in whatever order the rules find them."""
    abroad, mobile = fill("+49 30 {D4} {D4}"), fill("139{D8}")
    sent = interaction("POST", "/v1/things", {"a": f"{abroad} or {mobile}", "b": mobile})
    clean = scrub([sent]).interactions
    assert LivePlaceholders(clean).scrub(sent.request).body == clean[0].request.body


def test_a_placeholder_in_base64_is_seen(interaction: MakeInteraction, fill: Callable[[str], str]) -> None:
    """A literal that only stands encoded keeps its placeholder too, which may be too short to be opened."""
    token = fill(":eyJ{A20}.eyJ{A40}.{A43})").encode()
    words = (base64.b64encode(fill("key sk-{A40}").encode()), base64.a85encode(token), base64.b85encode(token))
    number = base64.a85encode(fill("№7{D18}™").encode())  # its placeholder has a backslash in Ascii85
    for word in (*words, number):
        sent = interaction("POST", "/v1/things", {"blob": f"blob {word.decode()} end"})
        clean = scrub([sent]).interactions
        assert clean[0].request.body != sent.request.body
        assert LivePlaceholders(clean).scrub(sent.request).body == clean[0].request.body


def test_a_value_ends_where_it_ends(interaction: MakeInteraction, fill: Callable[[str], str]) -> None:
    """One value is learned of a text whose end the other order of bytes, or a name in the value, would cut."""
    wide = fill("Default-Secret => {A18}").encode("utf-32-be")
    key = fill("see key-{X32}#")
    for answer in (wide, key):
        each = interaction(answer=answer, content_type="application/octet-stream")
        assert len(scrub([each]).table.replacements()) == 1, answer


def test_half_of_a_byte_is_no_value(interaction: MakeInteraction) -> None:
    """A piece may end in the middle of a byte in quoted-printable, behind what is a name."""
    lines = "".join(json.dumps({"delta": piece}) + "\n" for piece in ("=6C=6F=67=69=6E=4E=61=6D=65=0", "A=20=20"))
    answer = interaction(answer=lines.encode(), content_type="text/plain")
    assert scrub([answer]).interactions == (answer,)


def test_bytes_before_a_wide_text_are_no_mark(interaction: MakeInteraction, fill: Callable[[str], str]) -> None:
    """What looks like a byte order mark, of the other order than the text behind it, is none: its value replays."""
    sent = interaction("POST", "/v1/things")
    body = b"\xff\xfe\0\1" + fill(":xoxp-{A30}==").encode("utf-16-be") + b"\0\xff"
    sent = replace(sent, request=replace(sent.request, body=body))
    clean = scrub([sent]).interactions
    assert LivePlaceholders(clean).scrub(sent.request).body == clean[0].request.body


@pytest.mark.parametrize("events", [("Message", "Message"), ("Message", "Interrupt"), ("a.delta", "b.delta")])
def test_a_configured_value_split_over_different_events_is_found(
    events: tuple[str, str], interaction: MakeInteraction, fill: Callable[[str], str]
) -> None:
    """What the environment tells is found also where its halves belong to different nodes or kinds of event."""
    secret = fill("{A30}")
    halves = zip(events, (secret[:11], secret[11:]), strict=True)
    stream = "".join(
        f"event: {name}\ndata: {json.dumps({'content': half, 'node_title': half[:2]})}\n\n" for name, half in halves
    )
    configured = configured_values({"COZE_SECRET_PARTNER": secret})
    clean = scrub([interaction(answer=stream.encode(), content_type="text/event-stream")], configured).interactions
    assert secret[11:] not in _answers(clean)
    assert "SECRET_PARTNER" in _answers(clean)


@pytest.mark.parametrize(
    "write",
    [
        lambda secret: "\n".join(secret[at : at + 10] for at in range(0, 30, 10)),
        lambda secret: "\r\n    ".join(secret[at : at + 7] for at in range(0, 30, 7)),
        lambda secret: "\n# ".join(secret[at : at + 7] for at in range(0, 30, 7)),
        " ".join,
        lambda secret: " ".join(secret[at : at + 4] for at in range(0, 30, 4)),
        lambda secret: "-".join(secret[at : at + 8] for at in range(0, 30, 8)),
        lambda secret: "\t".join(secret[at : at + 10] for at in range(0, 30, 10)),
    ],
    ids=["lines", "indented lines", "lines of a comment", "letters", "groups of four", "with hyphens", "with tabs"],
)
def test_a_secret_in_lines_letters_or_groups_is_found(
    write: Callable[[str], str], interaction: MakeInteraction, fill: Callable[[str], str]
) -> None:
    """A terminal wraps it, a text spells it: the whole stretch is replaced, and the inspector sees it alone."""
    secret = fill("{A30}")
    made = interaction(answer={"note": f"use {write(secret)} now"})
    configured = configured_values({"COZE_SECRET_PARTNER": secret})
    assert inspect(Cassette((made,), Metadata("stand-in", "2026-01-01T00:00:00Z", "1")), "", [secret])
    assert json.loads(scrub([made], configured).interactions[0].response.body) == {"note": "use SECRET_PARTNER now"}


@pytest.mark.parametrize("shape", ["{}", '{"text": {}}', '{"a": [{"text": {}, "b": 1}]}'])
def test_a_known_secret_in_the_strings_of_a_list_is_found(
    shape: str, interaction: MakeInteraction, fill: Callable[[str], str]
) -> None:
    """Words of a transcript, tokens with their likelihood: none alone is enough of it, and the rest stays as it was."""
    secret = fill("{A30}")
    pieces = ["use ", *(secret[at : at + 5] for at in range(0, 30, 5)), " now"]
    items = ", ".join(shape.replace("{}", json.dumps(piece)) for piece in pieces)
    made = interaction(answer=f'{{"words": [{items}]}}'.encode())
    configured = configured_values({"COZE_SECRET_PARTNER": secret})
    assert inspect(Cassette((made,), Metadata("stand-in", "2026-01-01T00:00:00Z", "1")), "", [secret])
    clean = "".join(_strings(json.loads(scrub([made], configured).interactions[0].response.body)))
    assert clean == "use SECRET_PARTNER now"


def _strings(value: Any) -> Iterator[str]:
    """The strings in JSON."""
    if isinstance(value, str):
        yield value
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _strings(child)


@pytest.mark.parametrize(
    "text", ['let user_name: String = "{}";', 'std::string user_name{"{}"};'], ids=["a type", "a constructor"]
)
def test_a_text_is_scrubbed_once(text: str, interaction: MakeInteraction, fill: Callable[[str], str]) -> None:
    """A type that a stream cuts is no name, and letters of Ascii85 that read like a name have no value."""
    name = fill("canary{D6}")
    written = text.replace("{}", name)
    pieces = [written[: written.find("tring")], written[written.find("tring") :]]
    stream = "".join(f'event: Message\ndata: {{"output": {json.dumps(piece)}}}\n\n' for piece in pieces)
    packed = base64.a85encode(written.encode()).decode()
    for answer, kind in ((stream.encode(), "text/event-stream"), ({"text": packed}, "application/json")):
        clean = scrub([interaction(answer=answer, content_type=kind)])
        assert name not in _answers(clean.interactions)
        assert scrub(clean.interactions).interactions == clean.interactions


def test_values_of_other_events_are_no_pieces(interaction: MakeInteraction, fill: Callable[[str], str]) -> None:
    """Names that label something, figures, short codes and the cells of a row say nothing together."""
    rows = (
        {
            "item_number": number,
            "page_title": figure,
            "seat": fill("{A3}"),
            "cells": ["$1549.09", "36-147", fill("{U3}-{D4}")],
            "tags": f"1{at % 9}.{at}.1{at % 7}",
        }
        for at, (number, figure) in enumerate([("139", "12.5"), ("1234", "1391234"), ("5678", "5678")] * 9)
    )
    stream = "".join(json.dumps(row) + "\n" for row in rows)
    (clean,) = scrub([interaction(answer=stream.encode(), content_type="application/x-ndjson")]).interactions
    assert clean.response.body.decode() == stream
    assert inspect(Cassette((clean,), Metadata("stand-in", "2026-01-01T00:00:00Z", "1")), "", ()) == ()


@pytest.mark.parametrize(
    "rows",
    [
        [{"id": at, "content": number} for at, number in enumerate(("739", "0000000000", "000123"))],
        [
            {"output": day}
            for day in ("2014-04-01", "2029-08-06", "2013-12-21", "2021-02-08", "2018-01-11", "2029-03-18")
        ],
        [{"output": part} for part in ("865.6", "777.6", "42.4", "989.8", "498.6", "941.4", "992.7", "367.9", "914.3")],
    ],
    ids=["numbers of their own", "days", "fractions"],
)
def test_figures_of_different_events_are_no_number(interaction: MakeInteraction, rows: list[dict[str, Any]]) -> None:
    """One behind the other they have the digits of an identifier, a resident and a card."""
    stream = "".join(json.dumps(row) + "\n" for row in rows)
    (clean,) = scrub([interaction(answer=stream.encode(), content_type="application/x-ndjson")]).interactions
    assert [json.loads(line) | {"id": 0} for line in clean.response.body.splitlines()] == [
        row | {"id": 0} for row in rows
    ]
    assert inspect(Cassette((clean,), Metadata("stand-in", "2026-01-01T00:00:00Z", "1")), "", ()) == ()


def test_half_an_escape_is_no_part_of_a_value(interaction: MakeInteraction) -> None:
    """A stream cuts ``%0A`` behind a password: the two halves stay, and what is scrubbed again is the same."""
    pieces = ("note=kind%09pass-phrase%0Ademo%09tulip-seven-rose%0", "A")
    stream = "".join(f'event: Message\ndata: {{"output": "{piece}"}}\n\n' for piece in pieces)
    (clean,) = scrub([interaction(answer=stream.encode(), content_type="text/event-stream")]).interactions
    assert clean.response.body.decode() == stream.replace("tulip-seven-rose", "PASSWORD_1")
    assert scrub([clean]).interactions == (clean,)


@pytest.mark.parametrize("text", ["from 03.128.129.177 on", "https://93.184.016.034/x", "61.2f.62, 47.03.99.120"])
def test_numbers_with_a_zero_before_them_are_no_address(text: str, interaction: MakeInteraction) -> None:
    """Nothing reads them in one way: they stay, and are no reason to fail."""
    made = interaction(answer={"note": text})
    assert scrub([made]).interactions[0].response.body == made.response.body


def test_the_attributes_of_a_cookie_are_no_secrets(interaction: MakeInteraction, fill: Callable[[str], str]) -> None:
    """The domain of a cookie stays where it is named."""
    made = interaction(answer={"host": "https://www.coze.com/x"})
    headers = (*made.response.headers, ("set-cookie", f"sid={fill('{A32}')}; Domain=.coze.com; Path=/abcdefgh"))
    response = Response(200, "OK", headers, made.response.body)
    assert scrub([Interaction(made.request, response)]).interactions[0].response.body == made.response.body


def test_a_short_secret_stays_in_its_field(interaction: MakeInteraction) -> None:
    """A password of one letter does not eat that letter everywhere."""
    clean = scrub([interaction(answer={"access_token": "x", "text": "next exit"})])
    assert json.loads(clean.interactions[0].response.body) == {"access_token": "ACCESS_TOKEN_1", "text": "next exit"}


@pytest.mark.parametrize("missing", [1, 2])
def test_a_stream_that_breaks_off_in_a_character_is_kept(interaction: MakeInteraction, missing: int) -> None:
    """Whole characters may stand in front of it; bytes that are no UTF-8 before the end are refused."""
    body = 'event:conversation.message.delta\ndata:{"id":"m","content":"今天天气'.encode()[:-missing]
    clean = scrub([interaction(answer=body, content_type="text/event-stream")])
    assert clean.interactions[0].response.body.endswith(body[-8:])
    with pytest.raises(UnreadableBody, match="not valid UTF-8"):
        scrub([interaction(answer=body + b" and on", content_type="text/event-stream")])


def test_half_an_event_hides_nothing(interaction: MakeInteraction) -> None:
    """A stream that broke off inside a value: its field still says what it was."""
    stream = b'event: Message\ndata: {"content":"hi","user_name":"Canary Per'
    clean = scrub([interaction(answer=stream, content_type="text/event-stream")]).interactions
    assert _answers(clean) == 'event: Message\ndata: {"content":"hi","user_name":"USER_NAME_1'


def test_url_with_escapes_is_replaced_as_it_is(interaction: MakeInteraction, fill: Callable[[str], str]) -> None:
    """A signed URL that holds percent escapes becomes a URL, not one that is written in escapes."""
    url = f"https://p9-bot.byteimg.com/tos-cn-i/a~tplv-x.image?rk3s=1&x-expires=1700000000&x-signature={fill('{A20}')}%2B%3D"
    [clean] = scrub([interaction(answer={"data": {"icon_url": url, "text": f"see {url} now"}})]).interactions
    data = json.loads(clean.response.body)["data"]
    assert data == {
        "icon_url": "https://scrubbed.invalid/SIGNED_URL_1",
        "text": "see https://scrubbed.invalid/SIGNED_URL_1 now",
    }


def test_url_in_a_segment_of_a_path_ends_with_the_segment(
    interaction: MakeInteraction, fill: Callable[[str], str]
) -> None:
    """A slash that is written as an escape belongs to the value, one that is not ends it."""
    url = fill("https://files.example/{X16}.png?x-expires=1&x-signature={A27}")
    clean = scrub([interaction("GET", f"/v1/files/{quote(url, safe='')}/items")]).interactions
    path = f"/v1/files/{quote('https://scrubbed.invalid/SIGNED_URL_1', safe='')}/items"
    assert clean[0].request.uri == f"https://api.coze.com{path}"


def test_literals_in_uploads_of_bytes_are_distinguished_by_their_kinds(fill: Callable[[str], str]) -> None:
    """However long a placeholder is: a string of bytes shorter than eight characters is read with the bytes only."""
    bodies = [b"\xff\xfe\x00" + fill(example).encode() + b"\x00\xff" for example in ("+49 151 {D4} {D4}", "pat_{A64}")]
    traffic = [Interaction(Request("POST", "https://api.coze.com/v1/x", (), each), Response(200)) for each in bodies]
    clean = scrub(traffic).interactions
    live = LivePlaceholders(clean)
    assert [live.scrub(each.request).body for each in traffic] == [each.request.body for each in clean]


def test_what_looks_like_an_escape_keeps_its_text_as_it_is(
    interaction: MakeInteraction, fill: Callable[[str], str]
) -> None:
    """The byte that ``%de`` may stand for makes the lines around it a text in GBK, of which only the address is new."""
    text = "%declare the grammar: a+b?\nof {}\n%import the rest [*]\n"
    (clean,) = scrub([interaction(answer=text.format(fill("{A8}.{A8}@canary.example")).encode())]).interactions
    assert clean.response.body.decode() == text.format("EMAIL_1")


def test_file_of_no_known_form_is_kept(interaction: MakeInteraction) -> None:
    """A film of a form that nobody knows is bytes in which values are searched, and is saved as it is."""
    content = random.Random(1).randbytes(4096)  # noqa: S311 - a film is not a secret
    made = interaction("POST", "/v1/files/upload", content)
    made = replace(made, request=replace(made.request, headers=(("content-type", "video/x-unknown"),)))
    [clean] = scrub([made]).interactions
    assert clean.request.body == content


def test_ids_as_long_as_their_placeholders_do_not_run_into_each_other(interaction: MakeInteraction) -> None:
    """The ids of several nodes, joined, end with the whole of the last one: its beginning is not cut off there."""
    ids = ["7712474522763326055", "7712474522763326055", "7712474522763320911"]
    stream = "".join(f'event: Message\ndata: {{"node_execute_uuid":"{each}"}}\n\n' for each in ids)
    clean = scrub([interaction(answer=stream.encode(), content_type="text/event-stream")]).interactions
    found = re.findall(r"NODE_EXECUTE_UUID_\d", _answers(clean))
    assert found == ["NODE_EXECUTE_UUID_1", "NODE_EXECUTE_UUID_1", "NODE_EXECUTE_UUID_2"]


@pytest.mark.parametrize(
    ("text", "placeholder"),
    [
        ("№AKIA{U16}|", "ACCESS_KEY_ID_1"),
        ("①139{D8}²", "PHONE_1"),
        ("ring 400 820 {D4}", "PHONE_1"),
        ("tel+1 (650) 348-{D4}", "PHONE_1"),
        ("SEC{X64}", "SECRET_1"),
        ("{X32}-{X8}-{X8}", "SECRET_1"),
        ("ring 1-212-736-{D4}", "PHONE_1"),
        ("ring 0086-28-6729{D4}", "PHONE_1"),
        ("ring 020 7422 {D4}", "PHONE_1"),
        ("a80{X1}.bc29.b{X3}", "MAC_ADDRESS_1"),
        ("请用figd_{A40}请记住", "SECRET_1"),
        ("curl -ume:tulip@{D4}", "SECRET_1"),
        ("①fo1_{A58}", "SECRET_1"),
        ("MAC139{D8}", "PHONE_1"),
        ("A400-820-{D4}", "PHONE_1"),
        ("call+4915{D8}1", "PHONE_1"),
        ("138 - 1{D3} - {D4}", "PHONE_1"),
        ("{RESIDENT}bis", "RESIDENT_ID_1"),
        ("户139[.]21[.]25[.]2{D1}", "IP_ADDRESS_1"),
        ("户{IBAN}z", "BANK_CARD_1"),
        ("token: https://a.example/t/x9{A14}", "SECRET_1"),
        ("CONN s/x9{A8}", "PASSWORD_1"),
        ("mail canary.{A8}@examp", "EMAIL_1"),
        ("邮箱canary{D3}@", "EMAIL_1"),
    ],
)
def test_a_value_beside_a_sign_is_found(
    interaction: MakeInteraction, fill: Callable[[str], str], text: str, placeholder: str
) -> None:
    """A number in a circle and an abbreviation in one sign are no digits and letters that a value goes on with."""
    shown = json.loads(_answers(scrub([interaction(answer={"msg": fill(text)})]).interactions))["msg"]
    assert placeholder in shown
    assert re.sub(r"[\x00-\x7f]", "", re.sub(placeholder, "", shown)) == re.sub(r"[\x00-\x7f]", "", text)
    assert len(re.sub(placeholder, "", shown)) <= len("curl -u")


def test_chinese_behind_a_url_stays(interaction: MakeInteraction, fill: Callable[[str], str]) -> None:
    """An address ends where ASCII ends; Chinese inside its path is a part of it."""
    url = fill("https://files.example/报告.png?x-expires={D10}&x-signature={A27}")
    shown = json.loads(_answers(scrub([interaction(answer={"msg": f"看{url}请记住…"})]).interactions))["msg"]
    assert shown == "看https://scrubbed.invalid/SIGNED_URL_1请记住…"
    for end in ("请记住", "）", ").", "] there"):
        text = fill("看https://a.example/x?access_token={A40}") + end
        shown = json.loads(_answers(scrub([interaction(answer={"msg": text})]).interactions))["msg"]
        assert shown == f"看https://a.example/x?access_token=ACCESS_TOKEN_1{end}"


def test_base64_of_one_line_stays_one_line(interaction: MakeInteraction, fill: Callable[[str], str]) -> None:
    """Though a word on the next line could be its last line."""
    encoded = base64.b64encode(b"ACCESS_TOKEN_1").decode()
    for size, word, expected in ((64, "two", encoded), (62, "end", "ACCESS_TOKEN_1")):
        packed = base64.b64encode(fill(f"pat_{{A{size}}}").encode()).decode()
        shown = json.loads(_answers(scrub([interaction(answer={"msg": f"one\n{packed}\n{word}"})]).interactions))["msg"]
        assert shown.splitlines() == ["one", expected, word]
    made = (base64.b64encode(gzip.compress(fill("pat_{A64}" + " " * size).encode())).decode() for size in range(9))
    packed = next(each for each in made if "=" not in each)
    shown = json.loads(_answers(scrub([interaction(answer={"msg": f"head\n{packed}\nend"})]).interactions))["msg"]
    first, middle, last = shown.splitlines()
    assert (first, gzip.decompress(base64.b64decode(middle)).strip(), last) == ("head", b"ACCESS_TOKEN_1", "end")


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Basic {A28}\r\nAccept: */*",
        "mysql://app:{A12}@db.example.com/main",
        "user_name: str = 'x'",
        "note=size%3A+3%0Ahome_address%3A+%E5%8C%97%E4%BA%AC%E5%B8%82%E6%B5%B7%E6%B7%80%0A",
        "first: note=size%3A+3%0Anick-name%3A+%E9%AB%98%E8%8B%A5%E6%A1%90%0Asize%3A+3%0A",
        "S0lORD1kZW1vCmV4\ncG9ydCBjb250YWN0\nX25hbWU9Z2FsbG9y\nY29yaG9sNzA5Cg==",
        "00000000: 7b22 7077 6422 3a20 2234 544e 4132 352e\n00000010: 3422 7d",
        "I=\nP=\n0=\n0=\n8=\n6 1=\n3=\n9 7=\n2=\n2=\n7 1=\n7=\n9=\n0=\n#",
    ],
)
def test_what_was_scrubbed_is_scrubbed_to_the_same(
    interaction: MakeInteraction, fill: Callable[[str], str], text: str
) -> None:
    """A placeholder behind a scheme, or before the @ of a host, is no value, nor is one that ends in the next line."""
    (clean,) = scrub([interaction(answer={"msg": fill(text)})]).interactions
    assert scrub([clean]).interactions == (clean,)


def test_text_in_base85_in_a_fragment_is_read(interaction: MakeInteraction, fill: Callable[[str], str]) -> None:
    """What a fragment says is written with escapes, which are no letters of it."""
    made = (base64.b85encode(fill("{A3} bot_id = {A14} next {A9}").encode()).decode() for _ in range(50_000))
    packed = next(each for each in made if re.search("%[0-9A-F]{2}", each))
    (clean,) = scrub([interaction(path=f"/v1/things#{quote(packed, safe='')}")]).interactions
    assert "BOT_ID_1" in base64.b85decode(unquote(clean.request.uri.partition("#")[2])).decode()


def test_base64_in_lines_in_a_path_is_read(interaction: MakeInteraction, fill: Callable[[str], str]) -> None:
    """A segment of a path in which a line end is written as an escape is a text of its own."""
    packed = base64.encodebytes(fill("write to canary.{A8}@mail.example.org please, and soon, or not at all").encode())
    (clean,) = scrub([interaction(path=f"/v1/things/{quote(packed.decode().strip(), safe='')}/items")]).interactions
    assert b"EMAIL_1" in base64.b64decode(unquote(clean.request.uri.split("/")[-2]))


@given(st.frozensets(st.text("ab-]^[ \\", min_size=2, max_size=2)), st.text("ab-]^[ \\x\n", max_size=20))
def test_a_search_finds_every_place(stretches: frozenset[str], text: str) -> None:
    """Overlapping stretches too, of whatever signs."""
    every = [at for at in range(len(text) - 1) if text[at : at + 2] in stretches]
    assert list(Search.of(stretches, 2).places_in(text)) == every


TIMES = [
    ('"2026-11-26"', '"2024-01-01"'),
    ('"2026-11-28"', '"2024-01-03"'),
    ('"2026-11-26T23:50:07.25Z"', '"2024-01-01T00:00:02.25Z"'),
    ('"2026-11-27 07:50:06+08:00"', '"2024-01-01 08:00:01+08:00"'),
    ('"2026-11-26T23:51"', '"2024-01-01T00:00"'),
    ("1795737005", "1704067200"),
    ('"1795737005123"', '"1704067200123"'),
    ("1795737005.5", "1704067200.5"),
    *((text, text) for text in ('"2026-11-20"', '"2026-13-26"', "1795000000", '"on 2026-11-26"')),
]


def test_times_of_the_servers_clock_are_moved_under_any_name(interaction: MakeInteraction) -> None:
    """A value that is a time within two days of the recording; a date further away, and one in a text, stays."""
    answer = f"[{', '.join(time for time, _ in TIMES)}]"
    clean = scrub([interaction(answer=answer.encode())], shift=EPOCH - 1795737005)
    assert clean.interactions[0].response.body.decode() == f"[{', '.join(moved for _, moved in TIMES)}]"


DRAWN = (
    *("{X8}-{X4}-4{X3}-a{X3}-{X12}", "0123456789ab{X20}", "0123456789AB{D4}EF7C", "0123456789ab{X4}"),
    *(
        "evt_0123456789ab{X12}",
        "01H7D75APM1MY{D2}R017PV7QBPT",
        "{A4}a1B2c3D4e5F6g7H8{A4}",
        "req_a1B2c3D4e5F6g7H8{A8}",
        "a1B2c3D4e5F6g7H8i9J0kL==",
    ),
)
"""What a machine draws to name something."""

WRITTEN = (
    *("doubao-1-5-pro-32k-250115", "gpt-4o-mini-2024-07-18", "cassette-shelf-2-of-12", "AnswerOfTheBotV2Beta"),
    *("v1.2.3-rc.4+build.5678", "aGVsbG8gd29ybGQsIGhvdyBhcmUgeW91Pw==", "deadbeefdeadbeefdeadbeef"),
    *("2024-11-20T10:00:00", "TYPE_OF_KNOWLEDGE_BASE_2"),
)
"""What means something."""


def test_what_a_machine_drew_is_replaced_under_any_name(
    interaction: MakeInteraction, fill: Callable[[str], str]
) -> None:
    """As a whole value of an answer; words, base64 of a text, pieces of one, sums, bytes and what a test sends stay."""
    drawn, digits = [fill(each) for each in DRAWN], fill("0123456789ab{X20}")
    pieces = dict.fromkeys(("delta", "text", "arguments"), "a1B2c3D4e5F6g7H8i9J0kL12")
    answer = {"request": drawn, "kept": WRITTEN, "md5": digits, **pieces}
    (call,) = scrub([interaction("POST", sent={"note": digits}, answer=answer)]).interactions
    clean = json.loads(call.response.body)
    assert json.loads(call.request.body) == {"note": digits}
    assert clean == {**answer, "request": [f"ID_{number}" for number, _ in enumerate(drawn, 1)], "kept": [*WRITTEN]}


def test_a_time_that_a_test_sent_is_not_moved(interaction: MakeInteraction) -> None:
    """It is the test's own, in its request and where the answer repeats it."""
    body = '{"day":"2026-11-26"}'
    clean = scrub([interaction("POST", sent=body.encode(), answer=body.encode())], shift=EPOCH - 1795737005)
    assert (clean.interactions[0].request.body, clean.interactions[0].response.body) == (body.encode(), body.encode())


def test_a_signature_in_a_query_is_one_parameter(interaction: MakeInteraction, fill: Callable[[str], str]) -> None:
    """A request keeps its path and other parameters; one that signs itself in a way no rule knows is one address."""
    sent = interaction("GET", fill("/v1/x?timestamp=1795789522&sign={H32}&page=2"))
    clean = scrub([sent, interaction("GET", fill("/v1/x?sig={H32}&page=2"))])
    assert [each.request.uri for each in clean.interactions] == [
        "https://api.coze.com/v1/x?timestamp=1795789522&sign=SIGNATURE_1&page=2",
        "https://scrubbed.invalid/SIGNED_URL_1",
    ]
    assert not inspect(Cassette(clean.interactions, Metadata("stand-in", "2026-01-01T00:00:00Z", "0.20.0")), "")


def test_headers_that_name_a_call_are_replaced(interaction: MakeInteraction, fill: Callable[[str], str]) -> None:
    """Those of gateways too; what says that an answer without a body would be encoded stays."""
    names = ("x-request-id", "x-correlation-id", "x-amzn-requestid", "x-ca-request-id", "traceparent", "x-trace-id")
    made = interaction("HEAD")
    headers = (*((name, fill("{H32}")) for name in names), ("content-encoding", "gzip"))
    clean = scrub([replace(made, response=replace(made.response, headers=headers, body=b""))]).interactions
    kept = dict(clean[0].response.headers)
    assert kept.pop("content-encoding") == "gzip"
    assert sorted(kept.values()) == [f"LOGID_{n}" for n in range(1, 7)]
    assert set(kept) == set(names)
