"""The inspector's cheap pass clears only what the dear pass would clear, whatever it hides behind."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from unittest import mock
from urllib.parse import quote, quote_plus, unquote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coze_cassettes.cassette import format as cassette_format
from coze_cassettes.cassette.model import Cassette, Interaction, Metadata, Request, Response
from coze_cassettes.inspection import inspector, readings, suspicion
from coze_cassettes.inspection.needles import Needles, needles_of
from coze_cassettes.scrubbing import planting

Headers = tuple[tuple[str, str], ...]

METADATA: Final = Metadata("stand-in", "2026-01-01T00:00:00Z", "0.20.0")
API: Final = "https://api.coze.com"
JSON: Final[Headers] = (("content-type", "application/json"),)
PLAIN: Final[Headers] = (("content-type", "text/plain"),)
STREAM: Final[Headers] = (("content-type", "text/event-stream"),)
FORM: Final[Headers] = (("content-type", "application/x-www-form-urlencoded"),)
MULTIPART: Final[Headers] = (("content-type", "multipart/form-data; boundary=cut"),)


def sent(path: str = "/v1/things", headers: Headers = (), body: bytes = b"") -> Interaction:
    """An interaction with something in its request."""
    return Interaction(Request("POST", API + path, headers, body), Response(200, "OK", JSON, b"{}"))


def answered(body: str | bytes, headers: Headers = JSON) -> Interaction:
    """An interaction with something in its answer."""
    raw = body.encode("utf-8", "replace") if isinstance(body, str) else body
    return Interaction(Request("GET", f"{API}/v1/things"), Response(200, "OK", headers, raw))


def part(name: str, content: str) -> bytes:
    """A multipart body of one part."""
    head = f'--cut\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
    return f"{head}{content}\r\n--cut--\r\n".encode("utf-8", "replace")


def found(interaction: Interaction, values: Sequence[str] = ()) -> set[str]:
    """What the inspector finds in an interaction and in its file."""
    cassette = Cassette((interaction,), METADATA)
    return {str(each) for each in inspector.inspect(cassette, cassette_format.dumps(cassette), values)}


def found_dearly(interaction: Interaction, values: Sequence[str] = ()) -> set[str]:
    """The same with the cheap passes switched off."""
    with (
        mock.patch.object(suspicion, "may_hide", return_value=True),
        mock.patch.object(Needles, "may_stand_in", return_value=True),
    ):
        return found(interaction, values)


# --- what it must let pass ------------------------------------------------------------------------------------------


def in_base64(text: str) -> str:
    """A text in base64 that begins in the middle of three bytes."""
    return base64.b64encode(f"x{text}yz".encode("utf-8", "replace")).decode()


def wide(text: str) -> str:
    """A text in full-width characters."""
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


WRAPS: Final[Sequence[Callable[[str], str]]] = (
    lambda text: json.dumps(text)[1:-1],
    lambda text: json.dumps({"in": text, "k": 1}, ensure_ascii=False),
    lambda text: json.dumps({"token": [text]}),
    lambda text: quote(text, safe=""),
    quote_plus,
    in_base64,
    lambda text: in_base64(text).translate(str.maketrans("+/", "-_")).rstrip("="),
    wide,
    lambda text: text.replace(" ", "+"),
    lambda text: f"a, {text}, there",
    lambda text: f"C:\\new\\{text}\\tail",
    lambda text: f"\n{text}，",
)
"""Ways in which a text may stand in another."""

CARRIERS: Final[Sequence[Callable[[str], Interaction]]] = (
    lambda text: answered(text, PLAIN),
    lambda text: answered(json.dumps({"note": [text]}, ensure_ascii=False)),
    lambda text: answered(json.dumps({"bot_id": "BOT_ID_1", "user": {"id": "USER_ID_1", "name": text}})),
    lambda text: answered(json.dumps({"out": json.dumps({"creator": {"x": {}, "id": text}})})),
    lambda text: answered(
        "".join(f"event:m\ndata:{json.dumps({'content': each})}\n\n" for each in (text[:9], text[9:])), STREAM
    ),
    lambda text: answered(
        b"\xff\xfe\0" + text.encode("utf-8", "replace") + b"\0\xff", (("content-type", "audio/wav"),)
    ),
    lambda text: answered("", (*PLAIN, ("x-thing", text.replace("\n", " ")))),
    lambda text: sent(f"/v1/bots/{quote(text, safe='')}?state={quote_plus(text)}"),
    lambda text: sent("/v1/things", FORM, f"password={quote_plus(text)}".encode()),
    lambda text: sent("/v1/things", MULTIPART, part("session_id", text)),
    lambda text: sent("/v1/things", MULTIPART, part("user", json.dumps({"name": text}))),
)
"""Where a text may stand in an interaction."""

ODD: Final = (
    *("8.8.8.8", "2001:db8:1:2:3:4:5:6", "4{D12}", "139+{D4}+{D4}", "{RESIDENT}.5", ".+49 123 {D4} 890", "0.{D14}"),
    *("https://a.example/?X-Foo-Sign={A8}", "https://a.example/?SIG={A8}", "Bearer\t{A20}", "token: {U11}7"),
    *("MY_BOT", "BOT_ID_X", "{D4}", "planted, {A6}", "Planted {A6} 🙂", 'say "{A9}"', "{HAN}（{A9}）", "1.5"),
)
"""Looks that are on the edge of what is looked for."""

LOOKS: Final = (
    *planting.SHAPES.values(),
    *(looks for _, looks in {**planting.NAMES, **planting.IDENTIFIERS}.values()),
    planting.KNOWN_VALUE,
    *ODD,
)
chances = st.integers(0, 2**64).map(random.Random)


@given(
    st.sampled_from(LOOKS),
    st.lists(st.sampled_from(WRAPS), max_size=3),
    st.sampled_from(CARRIERS),
    st.booleans(),
    chances,
)
def test_the_cheap_pass_clears_only_what_the_dear_pass_clears(
    looks: str,
    wraps: Sequence[Callable[[str], str]],
    carrier: Callable[[str], Interaction],
    known: bool,
    chance: random.Random,
) -> None:
    """With it or without, the same is found, at the same places, of what is known and of what is not."""
    value = text = planting.filled(looks, chance)
    for wrap in wraps:
        text = wrap(text)
    interaction, values = carrier(text), [value] if known else []
    assert found(interaction, values) == found_dearly(interaction, values)


def note(text: str) -> Interaction:
    """An answer with a text that nothing says anything about."""
    return answered(json.dumps({"note": text}))


def of_capitals(chance: random.Random) -> str:
    """A telephone number in base64 that has no small letters, as one in a hundred."""
    numbers = (planting.filled("1394455{D4}", chance) for _ in range(1000))
    return next(text for each in numbers if (text := base64.b64encode(each.encode()).decode().rstrip("=")).isupper())


HIDING: Final[Mapping[str, tuple[Callable[[str], Interaction], str, str]]] = {
    "a name in a path": (lambda text: sent(f"/v1/bots/{text}"), "my-bot", "INSPECT-ID-PATH"),
    "a header": (lambda text: answered("", (("X-Api-Token", text),)), "opaque-value", "INSPECT-SECRET-NAME"),
    "no scheme": (lambda text: answered("", (("Authorization", text),)), "opaque", "INSPECT-SECRET-NAME"),
    "capitals that are no placeholder": (answered, '{"bot_id":"MY_BOT"}', "INSPECT-ID-NAME"),
    "a token of digits": (answered, '{"access_token":"{D4}"}', "INSPECT-SECRET-NAME"),
    "no quotes": (answered, '{"nick_name":12}', "INSPECT-PERSONAL-NAME"),
    "a key with a space": (answered, '{"my password":"opaque-x"}', "INSPECT-SECRET-NAME"),
    "a key with a dot": (answered, '{"user.name":"x"}', "INSPECT-PERSONAL-NAME"),
    "an owner behind an object": (answered, '{"user":{"a":{},"name":"x"}}', "INSPECT-PERSONAL-NAME"),
    "an owner by number": (answered, '{"creator":{"id":12345}}', "INSPECT-PERSONAL-NAME"),
    "an owner in a text": (answered, '{"user":"{\\"name\\":\\"x\\"}"}', "INSPECT-PERSONAL-NAME"),
    "an owner in a part": (
        lambda text: sent("/v1/things", MULTIPART, part("user", text)),
        '{"name":"x"}',
        "INSPECT-PERSONAL-NAME",
    ),
    "a part in quotes": (
        lambda text: sent("/v1/things", MULTIPART, part("password", text)),
        '"opaque-x"',
        "INSPECT-SECRET-NAME",
    ),
    "a key in escapes": (answered, '{"\\u5bc6\\u7801":"\\"opaque-x\\""}', "INSPECT-SECRET-NAME"),
    "a short address": (note, "8.8.8.8", "INSPECT-IP"),
    "a full IPv6 address": (note, "2001:db8:1:2:3:4:5:6", "INSPECT-IP"),
    "plus signs for spaces": (note, "139+{D4}+{D4}", "INSPECT-PHONE"),
    "a decimal point behind": (note, "{RESIDENT}.5", "INSPECT-RESIDENT-ID"),
    "a parameter in capitals": (note, "https://a.example/?SIG={A8}", "INSPECT-SIGNED-URL"),
    "a header of one's own": (note, "https://a.example/?x-foo-sign={A8}", "INSPECT-SIGNED-URL"),
    "a tab": (note, "Bearer\t{A20}", "INSPECT-BEARER"),
    "a value in capitals": (note, "token: {U16}7", "INSPECT-SECRET-NAME"),
}
"""Disguises: where, what, and what must be found behind it."""


@pytest.mark.parametrize(("carrier", "looks", "rule"), HIDING.values(), ids=HIDING)
def test_what_is_on_the_edge_is_found(carrier: Callable[[str], Interaction], looks: str, rule: str) -> None:
    """What the dear pass finds in an odd form, the cheap one lets it see."""
    interaction = carrier(planting.filled(looks, random.SystemRandom()))
    assert any(each.endswith(f" {rule}") for each in found(interaction))


def test_base64_of_capitals_is_read() -> None:
    """What is short and has no small letters may still be a text."""
    assert {each.split()[-1] for each in found(note(of_capitals(random.SystemRandom())))} == {"INSPECT-PHONE"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("nancy.planted", '"C:\\\\Users\\\\nancy.planted\\\\a"'),
        ("C:\\new\\planted", '"see C:\\\\new\\\\planted there"'),
        ("Planted 🙂 Person", json.dumps("see Planted 🙂 Person there")),
        ("Planted, Person", '"so, Person there, Planted, Person there, all"'),
        ("Planted, Person", f'"{quote("Planted, Person")}"'),
        ("a:b(planted)", '"see a：b（planted） there"'),
        ("planted", f'"{base64.b64encode(bytes([255, 0, 254]) + b"planted" + bytes([0, 255])).decode()}"'),
    ],
)
def test_a_value_is_found_however_it_is_escaped(value: str, text: str) -> None:
    """With backslashes, commas, signs beyond the first plane, signs that are full-width, in bytes that are no text."""
    assert "interaction 0 response body INSPECT-VALUE" in found(answered(text), (value,))


@given(st.text(st.characters(codec="utf-8"), min_size=1), st.sampled_from([quote, quote_plus, str]))
@example("a%中%E4%B8%ad%ff+", str)
def test_percent_encoding_is_undone_as_the_standard_library_does(text: str, encode: Callable[[str], str]) -> None:
    """The fast way gives the same."""
    encoded = encode(text)
    assert readings.unquoted(encoded.replace("+", " ")) == unquote_plus(encoded)


@given(st.text(st.characters(codec="utf-8"), min_size=1), st.sampled_from(["{}", "see {} there", "a,{},a,{}"]))
@example("a,b,a", "a,b,{}")
@example("planted person", "see {} there")
def test_every_encoding_of_a_value_passes_the_fast_test(value: str, around: str) -> None:
    """Alone or among others, the test knows each of the forms that the exact search looks for."""
    needles = needles_of([value])
    for form in inspector.encodings(value):
        assert needles.may_stand_in(around.replace("{}", form))


def test_a_short_value_in_bytes_is_found() -> None:
    """Between bytes that are no text, where nothing but the values is looked for."""
    interaction = answered(b"\xff\xfe\0planted\0\xff", (("content-type", "audio/wav"),))
    assert found(interaction, ("planted",)) == {"interaction 0 response body (binary) INSPECT-VALUE"}
