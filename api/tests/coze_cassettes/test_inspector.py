"""The independent judge finds by itself what the scrubber would have missed."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from coze_cassettes.cassette import format as cassette_format
from coze_cassettes.cassette.model import Cassette, Interaction
from coze_cassettes.codecs.encodings import ENCODINGS
from coze_cassettes.inspection import values
from coze_cassettes.inspection.scan import inspect
from coze_cassettes.scrubbing.environment import VARIABLES, Variable

MakeCassette = Callable[..., Cassette]
MakeInteraction = Callable[..., Interaction]
Fill = Callable[[str], str]


@pytest.fixture
def rules_found(cassette: MakeCassette, interaction: MakeInteraction) -> Callable[..., set[str]]:
    """The ids of the checks that find something in an answer."""

    def find(answer: object, values: tuple[str, ...] = (), content_type: str = "application/json") -> set[str]:
        made = cassette(interaction(answer=answer, content_type=content_type))
        return {finding.rule for finding in inspect(made, cassette_format.dumps(made), values)}

    return find


@pytest.mark.parametrize(
    ("members", "rule"),
    [
        ({"note": "take pat_{A40}"}, "INSPECT-TOKEN"),
        ({"note": "eyJ{A20}.{A20}.{A20}"}, "INSPECT-JWT"),
        ({"note": "{PEM}"}, "INSPECT-PEM"),
        ({"note": "Bearer {A20}"}, "INSPECT-BEARER"),
        ({"note": "canary.{A6}@example.com"}, "INSPECT-EMAIL"),
        ({"note": "write to canary.{A6}@examp"}, "INSPECT-EMAIL"),
        ({"note": "write to canary{D4}@"}, "INSPECT-EMAIL"),
        ({"note": "139{D8}"}, "INSPECT-PHONE"),
        ({"note": "7{D18}"}, "INSPECT-ID"),
        ({"note": "20241210152726{H18}"}, "INSPECT-LOGID"),
        ({"note": "https://a.example/x?x-signature={A10}"}, "INSPECT-SIGNED-URL"),
        ({"my_api_key": "opaque-value"}, "INSPECT-SECRET-NAME"),
        ({"note": "AKIA{U16}"}, "INSPECT-VENDOR-KEY"),
        ({"note": "身份证 {RESIDENT}"}, "INSPECT-RESIDENT-ID"),
        ({"note": "{RESIDENT}x"}, "INSPECT-RESIDENT-ID"),
        ({"note": "户{IBAN}z"}, "INSPECT-CARD"),
        ({"note": "from 139[.]21[.]25[.]2{D1}"}, "INSPECT-IP"),
        ({"note": "138 - 1{D3} - {D4}"}, "INSPECT-PHONE"),
        ({"note": "card {CARD}"}, "INSPECT-CARD"),
        ({"note": "from {IPV4} on"}, "INSPECT-IP"),
        ({"note": "from 2001:db8::{X4} on"}, "INSPECT-IP"),
        ({"note": "https://x.byteimg.com/{X16}.png"}, "INSPECT-FILE-URL"),
        ({"note": "https://app.example/?code={A24}"}, "INSPECT-CODE"),
        ({"note": "postgres://app:{A12}@localhost/main"}, "INSPECT-USERINFO"),
        ({"note": "the password: {A16}"}, "INSPECT-SECRET-NAME"),
        ({"custom_variables": {"name": "{HAN}"}}, "INSPECT-PERSONAL-NAME"),
        ({"creator": {"name": "Canary"}}, "INSPECT-PERSONAL-NAME"),
        ({"bot_id": "bot-{A12}"}, "INSPECT-ID-NAME"),
        ({"access_token": "{D12}"}, "INSPECT-SECRET-NAME"),
        ({"nick_name": "Canary"}, "INSPECT-PERSONAL-NAME"),
        ({"creator_name": "Canary"}, "INSPECT-PERSONAL-NAME"),
        ({"dataset_id": "base-{A12}"}, "INSPECT-ID-NAME"),
        ({"document_ids": ["doc-{A12}"]}, "INSPECT-ID-NAME"),
        ({"processing_file_id_list": ["doc-{A12}"]}, "INSPECT-ID-NAME"),
        ({"7{D18}": 1}, "INSPECT-ID"),
        ({"number": 7345678901234567}, "INSPECT-ID"),
    ],
)
def test_what_the_scrubber_left_is_found(
    members: dict[str, Any], rule: str, fill: Fill, rules_found: Callable[..., set[str]]
) -> None:
    """By shape, by name, by what it is."""
    answer = json.loads(fill(json.dumps(members)).replace("\n", "\\n"))
    assert rule in rules_found(answer)
    assert rule in rules_found({"inner": json.dumps(answer)})


@pytest.mark.parametrize("variable", VARIABLES, ids=lambda variable: variable.name)
def test_the_bare_placeholder_of_a_configured_value_is_no_finding(
    variable: Variable, rules_found: Callable[..., set[str]]
) -> None:
    """The inspector has these placeholders from nobody; what is only written like one is found."""
    assert rules_found({"dataset_ids": [variable.placeholder]}) == set()
    assert rules_found({"dataset_ids": [f"{variable.placeholder}_X"]}) == {"INSPECT-ID-NAME"}


def test_random_strings_are_found(rules_found: Callable[..., set[str]]) -> None:
    """A string too random to be prose is found under any name."""
    text = base64.b64encode(bytes(range(150, 186))).decode()
    assert rules_found({"note": text}) == {"INSPECT-RANDOM"}


@pytest.mark.parametrize("note", ["{A1000}{A1000}{A1000}", "{A40}\n{A40}\n{A40}", "{A64}\n{A64}\n{A40}"])
def test_long_random_strings_and_lines_of_them_are_found(
    note: str, rules_found: Callable[..., set[str]], fill: Callable[[str], str]
) -> None:
    """Only what is longer than any key is taken for a file."""
    assert rules_found({"note": fill(note)}) == {"INSPECT-RANDOM"}


def test_what_a_sum_is_made_with_is_found(rules_found: Callable[..., set[str]]) -> None:
    """Hexadecimal digits that a text calls a sum are none; what it is made with is a secret."""
    digits = hashlib.md5(b"", usedforsecurity=False).hexdigest()
    assert rules_found({"note": f"its MD5 sum: the digits {digits}"}) == set()
    assert rules_found({"note": f"its MD5 sum, made with a signing word, {digits}"}) == {"INSPECT-RANDOM"}


@pytest.mark.parametrize(
    "hidden",
    [
        lambda value: value,
        json.dumps,
        lambda value: quote(value, safe=""),
        lambda value: base64.b64encode(value.encode()).decode(),
        lambda value: base64.urlsafe_b64encode(b"x" + value.encode()).decode(),
        lambda value: base64.b64encode(b"xy" + value.encode() + b"z").decode(),
        lambda value: f"abc{value.encode().hex().upper()}x",
        lambda value: f"x{base64.b64encode(base64.b64encode(value.encode())).decode()}",
    ],
)
def test_a_replaced_value_is_found_in_every_encoding(
    hidden: Callable[[str], str], rules_found: Callable[..., set[str]]
) -> None:
    """Whatever was replaced must be nowhere in the file, however it is written."""
    value = "Müller & Söhne"
    assert "INSPECT-VALUE" in rules_found({"note": f"see {hidden(value)} there"}, (value,))


@pytest.mark.parametrize(
    ("answer", "rule"),
    [
        ("Notes: kind\tmy-phone\nfirst\t6131570{D8}\n", "INSPECT-PERSONAL-NAME"),
        ("kind,CONVERSATION_ID\nfirst,x9-{A12}\n", "INSPECT-ID-NAME"),
        ("INSERT INTO demo (id, WORKSPACE_ID, size) VALUES (1, 'x9-{A12}', 3);", "INSPECT-ID-NAME"),
        ("10:00 INFO CLIENT_SECRET=x9{A20} status=200", "INSPECT-SECRET-NAME"),
        ('\x1e{"note":"$\\"RI`BkB.W2`NQL3&ER*1brPt3+Om(3Ai[*1,1e\\"2Dd7#0]R\\\\G"}\n', "INSPECT-VENDOR-KEY"),
    ],
)
def test_a_table_and_a_sequence_are_read(
    answer: str, rule: str, fill: Fill, rules_found: Callable[..., set[str]]
) -> None:
    """Whatever stands on the line before the first name, and a name at its end that is also one of ours."""
    assert rule in rules_found(fill(answer).encode(), (), "text/plain")


@pytest.mark.parametrize(
    "text",
    [
        "00000000: 746f 6f6c 202d 2d44 4546 4155 4c54 2d41\n00000010: 444d 494e 2d50 5744 2050 4153 5357 4f52\n",
        'HQlmBF"MHE@rc.&/R`.!ATMoECLqc83ZoVF770sA<*q@(I/',
        "first\n566JUUCIJ5HEKXZR5CX3P2FOWDSL3DY=\nlast\n",
        "00000000: 795f 7765 6368 6174 5f69 643d 2241 4343\n00000010: 4f55 4e54 5f31 222f 3e",
        "first\n4T34AIAJ91ALUIQ5B5FJ2V8=\nlast\n",
        "C?{lPW?^+~bS-dqWG5^jCs09CQ&&$?L|-u{DF",
        "c2a04645+49534855+5f4b4559+5f3126",
    ],
)
def test_an_encoded_placeholder_in_json_in_a_string_is_no_finding(
    text: str, rules_found: Callable[..., set[str]]
) -> None:
    """Digits of a dump are no card, letters and signs no key, wherever the JSON around them is escaped."""
    assert rules_found({"out": json.dumps({"in": json.dumps({"x": text})})}) == set()


def test_a_placeholder_in_ascii85_in_lines_of_json_is_no_finding(rules_found: Callable[..., set[str]]) -> None:
    """Nor is what it is encoded with, between the quotes of a string."""
    text = "4Ci/9F?Vg&AU-IWATqL#@<6L6DfTAN05G-E4pjDnFE2)5B0K-X;c?an;FFkH4>1btEbTE(5!1K/Bk)6K"
    lines = "".join(json.dumps({"seq": number, "text": text}) + "\n" for number in range(2))
    assert rules_found(lines.encode(), (), "application/x-ndjson") == set()


@pytest.mark.parametrize("end", [r"\u002", r"\u{2", r"\x2", "%", "%u007", "&#3"])
def test_an_escape_that_a_stream_cuts_is_no_secret(end: str, rules_found: Callable[..., set[str]]) -> None:
    """Neither by itself nor behind a placeholder, nor on both sides of a name."""
    both = r"U0000006e\U0000002d\U00000050\U00000077\U00000064\U00000027" + end
    assert rules_found({"a": f"password: {end}", "b": f'password = "PASSWORD_1{end}', "c": both}) == set()


def test_a_placeholder_is_no_finding_in_any_encoding(rules_found: Callable[..., set[str]]) -> None:
    """Nor is what looks like the number of its bytes, a card's or a key in the digits and letters of the encoding."""
    for row in ENCODINGS:
        if row.charset:
            continue
        written = row.encode("const 口令 string = 'PASSWORD_1'")
        for data in (b"\xff\xfe\x00\x01" + written.encode() + b"\x00\xff", json.dumps({"a": written}).encode()):
            assert rules_found(data, (), "application/octet-stream") == set(), (row.name, data)


def test_a_value_split_over_events_is_found(rules_found: Callable[..., set[str]]) -> None:
    """The texts of a stream are read joined."""
    pieces = ["see Canary", " Person", " there"]
    stream = "".join(f"event:delta\ndata:{json.dumps({'id': 'm', 'content': piece})}\n\n" for piece in pieces)
    messages = [b"\x11\x90\xff" + json.dumps({"text": piece}).encode() for piece in pieces]
    frames = "".join(f"event:(binary)\ndata:{base64.b64encode(each).decode()}\n\n" for each in messages)
    for text in (stream, "\ufeff" + stream, frames):
        assert rules_found(text.encode(), ("Canary Person",), "text/event-stream") == {"INSPECT-VALUE"}
    for form in (
        '0:"{}"\n',
        '"{}"\n',
        'data: ["text","{}"]\n\n',
        'data:{\ndata:"a":"{}"}\n\n',
        '--b\r\nA: b\r\n\r\n"{}"\r\n',
    ):
        for encode in (str, lambda text: base64.b64encode(text.encode()).decode()):
            text = "".join(form.replace("{}", encode(piece)) for piece in pieces)
            kind = "multipart/mixed; boundary=b" if form.startswith("--") else "text/plain"
            assert rules_found(text.encode(), ("Canary Person",), kind) == {"INSPECT-VALUE"}, text
    lists = "".join(json.dumps({"event_type": "a", "data": ["text", piece]}) + "\n" for piece in pieces)
    assert rules_found(lists.encode(), ("Canary Person",), "text/plain") == {"INSPECT-VALUE"}
    between = [{"id": name, "index": n, "text": each} for n, each in enumerate(pieces) for name in ("m", "n")]
    other = "".join(json.dumps(each | {"text": "other "} if each["id"] == "n" else each) + "\n" for each in between)
    assert rules_found(other.encode(), ("Canary Person",), "text/plain") == {"INSPECT-VALUE"}
    whole = "".join(json.dumps({"data": json.dumps({"a": f"api_key is {each}"})}) + "\n" for each in ("SECRET_1", ""))
    assert rules_found(whole.encode(), (), "text/plain") == set()
    objects = [json.dumps({"parts": [{"text": piece}]}) for piece in pieces]
    for text in ("[" + ",\n".join(objects) + "]", "\x1e".join(["", *objects]), "".join(objects)):
        assert rules_found(text.encode(), ("Canary Person",), "application/json") == {"INSPECT-VALUE"}


def spelled(name: str, text: str) -> str:
    """A text in an encoding of the table."""
    return next(row.encode(text) for row in ENCODINGS if row.name == name)


def test_short_lines_beside_an_encoding_hide_nothing(rules_found: Callable[..., set[str]], fill: Fill) -> None:
    """A word on the line before or behind it can be read as its first or last line."""
    for name in ("hexadecimal dump", "base64 in words", "base85"):
        text = spelled(name, fill("see AKIA{U16} there"))
        assert "INSPECT-VENDOR-KEY" in rules_found({"note": f"first\n{text}\nlast\n"}), text


def test_what_names_a_value_is_read_in_an_encoding(rules_found: Callable[..., set[str]]) -> None:
    """A blank line in quoted-printable, escapes with a character inside that nobody sees."""
    field = '--a\r\nContent-Disposition: form-data; name="password"\r\n\r\ntulip7ab2c\r\n--a--\r\n'
    for text in (spelled("quoted-printable in lines", field), "\u200b".join("a=1&%E5%AF%86%E7%A0%81=tulip7ab2c")):
        assert rules_found({"note": text}) == {"INSPECT-SECRET-NAME"}, text


@pytest.mark.parametrize(
    "text",
    [
        "<dict><key>BOT_ID</key>\n<string>{}</string></dict>",
        'env:\n- name: BOT_ID\n  value: "{}"\n',
        '<a><property name="BOT_ID">{}</property></a>',
        'variable "BOT_ID" {{\n  default = "{}"\n}}',
        '<input value="{}" type="hidden" name="BOT_ID"/>',
    ],
)
def test_a_name_that_looks_like_a_placeholder_is_one(text: str, rules_found: Callable[..., set[str]]) -> None:
    """What stands before it says that it is a name; its value may be a placeholder."""
    assert rules_found({"note": text.format("x7Bq2Lm9Kd3Wp")}) == {"INSPECT-ID-NAME"}
    assert rules_found({"note": text.format("BOT_ID_1")}) == set()


def test_a_length_that_looks_like_a_letter_hides_nothing(rules_found: Callable[..., set[str]], fill: Fill) -> None:
    """Before a key in bytes: at the beginning of what can be read, or so that its end is the key's."""
    key = fill("sk-{A50}").encode()
    for form in (b"\xfa%c%s\xff", b"\x81etokenx%c%s\xff", b"\0\0%c%s more\xff"):
        assert "INSPECT-VENDOR-KEY" in rules_found(bytes(range(128, 144)) + form % (len(key), key)), form


def test_a_value_in_binary_is_found(rules_found: Callable[..., set[str]]) -> None:
    """Audio that carries a name hides nothing."""
    assert rules_found(b"\xff\xfeCanary Person\xff", ("Canary Person",), "audio/mpeg") == {"INSPECT-VALUE"}


def test_a_broken_archive_is_read_as_it_is(rules_found: Callable[..., set[str]]) -> None:
    """What begins like a gzip file and is none stops nobody from looking at it."""
    broken = gzip.compress(b"")[:10] + b"\xff\xfeCanary Person\xff"
    assert rules_found(broken, ("Canary Person",), "application/gzip") == {"INSPECT-VALUE"}


def test_what_is_clean_is_silent(rules_found: Callable[..., set[str]]) -> None:
    """Placeholders, prose, versions, hashes in words, small numbers."""
    answer = {
        "bot_id": "BOT_ID_1",
        "avatar_url": "https://scrubbed.invalid/AVATAR_URL_1",
        "user_name": "USER_NAME_1",
        "text": "version 1.2.3, 42 and 1704067200; 你好，世界 🎉",
        "created_at": 1704067200,
        "access_token": "ACCESS_TOKEN_1",
        "password": "",
        "packed": zlib.compress(b"a text of some words").hex(),
        "wide": "a text of words".encode("utf-16-le").hex(),
    }
    assert rules_found(answer, ("someone else",)) == set()


def test_a_finding_names_place_and_check_never_the_value(
    cassette: MakeCassette, interaction: MakeInteraction, fill: Fill
) -> None:
    """``interaction 0 response body.data[].note INSPECT-TOKEN``."""
    token = fill("pat_{A40}")
    made = cassette(interaction(answer={"data": [{"note": f"take {token}"}]}))
    findings = [str(each) for each in inspect(made, "", ())]
    assert findings[0] == "interaction 0 response body.data[].note INSPECT-TOKEN"
    assert not any(token in each for each in findings)


def test_only_a_placeholder_passes_for_one(cassette: MakeCassette, interaction: MakeInteraction) -> None:
    """What is only written like one is found; one that the cassette lists is none."""
    made = cassette(interaction(answer={"api_key": "SECRET_KEY_FOR_PROD"}))
    assert {each.rule for each in inspect(made, "")} == {"INSPECT-SECRET-NAME"}
    listed = replace(made, metadata=replace(made.metadata, placeholders=("SECRET_KEY_FOR_PROD",)))
    assert inspect(listed, "") == ()


def test_a_number_that_no_placeholder_has_is_a_value(cassette: MakeCassette, interaction: MakeInteraction) -> None:
    """``PASSWORD_2024`` is a password, unless there are hundreds of passwords."""
    assert {each.rule for each in inspect(cassette(interaction(answer={"password": "PASSWORD_2024"})), "")} == {
        "INSPECT-SECRET-NAME"
    }
    many = [{"password": f"PASSWORD_{number}"} for number in range(1, 151)]
    assert inspect(cassette(interaction(answer=many)), "") == ()


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
        lambda text: base64.b64encode(text.encode("utf-16-le")).decode(),
    ],
)
def test_base64_in_a_path_is_read(
    cassette: MakeCassette, interaction: MakeInteraction, fill: Fill, encode: Callable[[str], str]
) -> None:
    """A segment of a path may be a text by itself, also one that Windows encoded."""
    path = f"/v1/things/{quote(encode(fill('see ??>> glpat-{A20} now')), safe='')}/items"
    assert "INSPECT-VENDOR-KEY" in {each.rule for each in inspect(cassette(interaction(path=path)), "")}


@pytest.mark.parametrize(
    "path",
    [
        "/v1/things/【rootPassword】PASSWORD_1/items",
        "/v1/things/My-Old-Password=PASSWORD_1/items",
        "/v1/things#<tr><td>webhook-secret</td><td>SECRET_1</td></tr>",
        '/v1/things?note=<input value="SECRET_1" type="hidden" name="webhook-secret"/>',
    ],
)
def test_a_placeholder_in_a_uri_ends_with_its_piece(
    cassette: MakeCassette, interaction: MakeInteraction, fill: Fill, path: str
) -> None:
    """What is written with escapes in a segment or a value is read by itself; a secret is found there."""
    for value, is_found in (("PASSWORD_1", False), (fill("x9{A20}"), True)):
        path = quote(re.sub("(?:PASSWORD|SECRET)_1", value, path), safe="/?#").replace("note%3D", "note=")
        assert bool(inspect(cassette(interaction(path=path)), "")) is is_found


def test_a_password_before_a_host_is_found(cassette: MakeCassette, interaction: MakeInteraction, fill: Fill) -> None:
    """Whether or not a character of it is written as an escape."""
    one = interaction()
    for password in (fill("x9{A12}"), fill("x9%40{A12}")):
        request = replace(one.request, uri=f"https://me:{password}@api.coze.com/v1/x")
        found = inspect(cassette(replace(one, request=request)), "")
        assert "INSPECT-USERINFO" in {each.rule for each in found}


@pytest.mark.parametrize("text", ["%3D%22demo%22+db-password%3D%22PASSWORD_1%22%2F", "-password=PASSWORD_1&si"])
def test_a_placeholder_beside_half_a_form_is_no_finding(text: str, rules_found: Callable[..., set[str]]) -> None:
    """A stream cuts a form anywhere."""
    assert rules_found({"a": text}) == set()


@pytest.mark.parametrize(
    "text", ['CHAT_ID := "{}"', "BOT_ID={}\nSIZE=3\n", "a,EXECUTE_ID,b\n1,{},3\n", "<BOT_ID>{}</BOT_ID>\n"]
)
def test_the_name_of_a_variable_is_no_placeholder(
    cassette: MakeCassette, interaction: MakeInteraction, fill: Fill, text: str
) -> None:
    """What is written like the placeholder of a configured value names another one; the placeholder is none there."""
    assert inspect(cassette(interaction(answer={"msg": text.format(fill("x9{A12}"))})), "") != ()
    assert inspect(cassette(interaction(answer={"msg": text.format("BOT_ID")})), "") == ()


@pytest.mark.parametrize("many", [0, 10**9])
def test_values_are_narrowed_alike_however_many_there_are(
    fill: Fill, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking for the beginnings of all at once, which many values are worth, leaves the same as each by itself."""
    monkeypatch.setattr(values, "_MANY", many)
    wanted = [fill("{A9}") for _ in range(60)] + [fill("{A24}") for _ in range(60)] + ["旅行手册旅行手册"]
    texts = [f"- {each} -" for each in wanted[::3]] + [base64.b64encode(wanted[1].encode()).decode(), wanted[-1]]
    found = values.Values.of(wanted).narrow(texts)
    texts_of = {each for each in wanted if any(form in found.forms for form in values.Values.of([each]).forms)}
    assert texts_of == {*wanted[::3], wanted[1], wanted[-1]}
