"""The independent judge finds by itself what the scrubber would have missed."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest

from coze_cassettes import format as cassette_format
from coze_cassettes.inspector import encodings, inspect
from coze_cassettes.interactions import Cassette, Interaction

MakeCassette = Callable[..., Cassette]
MakeInteraction = Callable[..., Interaction]
Filled = Callable[[str], str]


@pytest.fixture
def rules_found(cassette: MakeCassette, interaction: MakeInteraction) -> Callable[..., set[str]]:
    """The ids of the checks that find something in an answer."""

    def find(answer: object, values: tuple[str, ...] = (), content_type: str = "application/json") -> set[str]:
        made = cassette(interaction(answer=answer, content_type=content_type))
        return {finding.rule for finding in inspect(made, cassette_format.dumps(made), values)}

    return find


@pytest.mark.parametrize(
    ("planted", "rule"),
    [
        ({"note": "take pat_{A40}"}, "INSPECT-TOKEN"),
        ({"note": "eyJ{A20}.{A20}.{A20}"}, "INSPECT-JWT"),
        ({"note": "-----BEGIN PRIVATE KEY-----"}, "INSPECT-PEM"),
        ({"note": "Bearer {A20}"}, "INSPECT-BEARER"),
        ({"note": "planted.{A6}@example.com"}, "INSPECT-EMAIL"),
        ({"note": "139{D8}"}, "INSPECT-PHONE"),
        ({"note": "7{D18}"}, "INSPECT-ID"),
        ({"note": "20241210152726{H18}"}, "INSPECT-LOGID"),
        ({"note": "https://a.example/x?x-signature={A10}"}, "INSPECT-SIGNED-URL"),
        ({"my_api_key": "opaque"}, "INSPECT-SECRET-NAME"),
        ({"nick_name": "Planted"}, "INSPECT-PERSONAL-NAME"),
        ({"7{D18}": 1}, "INSPECT-ID"),
        ({"number": 7345678901234567}, "INSPECT-ID"),
    ],
)
def test_what_the_scrubber_left_is_found(
    planted: dict[str, str], rule: str, filled: Filled, rules_found: Callable[..., set[str]]
) -> None:
    """By shape, by name, by what it is."""
    answer = json.loads(filled(json.dumps(planted)))
    assert rule in rules_found(answer)
    assert rule in rules_found({"inner": json.dumps(answer)})


def test_random_strings_are_found(rules_found: Callable[..., set[str]]) -> None:
    """A string too random to be prose is found under any name."""
    text = base64.b64encode(bytes(range(60, 96))).decode()
    assert rules_found({"note": text}) == {"INSPECT-RANDOM"}


@pytest.mark.parametrize(
    "hidden",
    [
        lambda value: value,
        json.dumps,
        lambda value: quote(value, safe=""),
        lambda value: base64.b64encode(value.encode()).decode(),
        lambda value: base64.urlsafe_b64encode(b"x" + value.encode()).decode(),
        lambda value: base64.b64encode(b"xy" + value.encode() + b"z").decode(),
    ],
)
def test_a_replaced_value_is_found_in_every_encoding(
    hidden: Callable[[str], str], rules_found: Callable[..., set[str]]
) -> None:
    """Whatever was replaced must be nowhere in the file, however it is written."""
    value = "Müller & Söhne"
    assert "INSPECT-VALUE" in rules_found({"note": f"see {hidden(value)} there"}, (value,))


def test_a_value_split_over_events_is_found(rules_found: Callable[..., set[str]]) -> None:
    """The texts of a stream are read joined."""
    pieces = ["see Planted", " Person", " there"]
    stream = "".join(f"event:delta\ndata:{json.dumps({'id': 'm', 'content': piece})}\n\n" for piece in pieces)
    assert rules_found(stream.encode(), ("Planted Person",), "text/event-stream") == {"INSPECT-VALUE"}


def test_a_value_in_binary_is_found(rules_found: Callable[..., set[str]]) -> None:
    """Audio that carries a name is no hiding place."""
    assert rules_found(b"\xff\xfePlanted Person\xff", ("Planted Person",), "audio/mpeg") == {"INSPECT-VALUE"}


def test_what_is_clean_is_silent(rules_found: Callable[..., set[str]]) -> None:
    """Tags, prose, versions, hashes in words, small numbers."""
    answer = {
        "bot_id": "BOT_ID_1",
        "avatar_url": "https://scrubbed.invalid/AVATAR_URL_1",
        "user_name": "USER_NAME_1",
        "text": "version 1.2.3, 42 and 1704067200; 你好，世界 🎉",
        "created_at": 1704067200,
        "access_token": "ACCESS_TOKEN_1",
        "password": "",
    }
    assert rules_found(answer, ("someone else",)) == set()


def test_a_finding_names_place_and_check_never_the_value(
    cassette: MakeCassette, interaction: MakeInteraction, filled: Filled
) -> None:
    """``interaction 0 response body.data[].note INSPECT-TOKEN``."""
    token = filled("pat_{A40}")
    made = cassette(interaction(answer={"data": [{"note": f"take {token}"}]}))
    findings = [str(each) for each in inspect(made, "", ())]
    assert findings[0] == "interaction 0 response body.data[].note INSPECT-TOKEN"
    assert not any(token in each for each in findings)


def test_encodings_hold_what_they_say() -> None:
    """The characters that base64 gives a value do not depend on what stands around it."""
    value = "planted value"
    forms = encodings(value)
    for before in (b"", b"a", b"ab"):
        text = base64.b64encode(before + value.encode() + b"zz").decode()
        assert any(form in text for form in forms[1:])
