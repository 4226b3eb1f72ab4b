"""Values that people and programs write in other ways than the examples of the rules."""

from __future__ import annotations

import base64
import binascii
import json
import random
from collections.abc import Callable
from typing import Final

import pytest

from coze_cassettes.cassette.model import Cassette, Interaction, Metadata, Request, Response
from coze_cassettes.codecs.encodings import ENCODINGS
from coze_cassettes.inspection.scan import inspect
from coze_cassettes.scrubbing.scrub import scrub

METADATA: Final = Metadata("stand-in", "2026-01-01T00:00:00Z", "0.20.0")
ENCODE: Final = {row.name: row.encode for row in ENCODINGS}


def answer(text: str) -> Interaction:
    """An answer of a model."""
    body = json.dumps({"code": 0, "data": {"content": text}}, ensure_ascii=False).encode()
    return Interaction(
        Request("GET", "https://api.coze.com/v1/x"), Response(200, "OK", (("content-type", "application/json"),), body)
    )


def replaced(text: str) -> str:
    """An answer as a cassette has it, which the inspector passes as it passes none of what was there before."""
    before, after = (answer(text),), scrub([answer(text)]).interactions
    assert inspect(Cassette(before, METADATA), "")
    assert not inspect(Cassette(after, METADATA), "")
    return str(json.loads(after[0].response.body)["data"]["content"])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("write to li.wei (at) acme.example.cn", "write to EMAIL_1"),
        ("li.wei{D}[at]acme[dot]example", "EMAIL_1"),
        ("ip-54-12{D}-31-199.eu.compute.internal", "ip-IP_ADDRESS_1.eu.compute.internal"),
        ("https://wa.me/49151{D}2345678", "https://wa.me/PHONE_1"),
        ("身份证 110105\u00a075112{D}\u00a01{D}3", "身份证 RESIDENT_ID_1"),
        ("`db.acme.example:5432:app:me:tulip{D}x`", "`db.acme.example:5432:app:me:PASSWORD_1`"),
        ("Tel: +27 83  27970{D}7, (+98) 914 492 10{D}8", "Tel: PHONE_1, (PHONE_2"),
        ("at fe80::1a3{D}:5eff:fe6a:9b1c%en0", "at fe80::MAC_ADDRESS_1%en0"),
    ],
)
def test_what_people_write_around_it_hides_nothing(before: str, after: str) -> None:
    """Words for signs, gaps in a number, the address of a chat, the name of a machine."""
    assert replaced(before.replace("{D}", "5")) == after


def test_an_account_number_in_small_letters_is_found() -> None:
    """So is one with hyphens."""
    body = "370400440532013000"
    number = f"de{98 - int(f'{body}131400') % 97:02}{body}"
    parted = "-".join(number.upper()[at : at + 4] for at in range(0, len(number), 4))
    assert replaced(f"see {number}, ({parted})") == "see BANK_CARD_1, (BANK_CARD_2)"


@pytest.mark.parametrize(
    "head",
    [
        "308204be020100300d0609",
        "308204a40201000282010100",
        "308187020100301306072a",
        "302e020100300506032b",
        "307702010104",
    ],
)
def test_a_private_key_in_base64_alone_is_found(head: str, chance: random.Random) -> None:
    """Its head says what it is: RSA and elliptic curves, in both of their forms."""
    key = base64.b64encode(bytes.fromhex(head) + chance.randbytes(96)).decode()
    assert replaced(f"key=({key})") == "key=(PRIVATE_KEY_1)"


def test_a_json_web_key_is_recorded_without_its_secret_parts(fill: Callable[[str], str]) -> None:
    """Its public part stays, in quotes of either sort."""
    parts = {"kty": "RSA", "e": "AQAB", "n": fill("{A342}"), "d": fill("{A342}"), "p": fill("{A171}")}
    clean = {**parts, "d": "PRIVATE_KEY_1", "p": "PRIVATE_KEY_2"}
    assert replaced(json.dumps(parts)) == json.dumps(clean)
    assert replaced(f"x = {parts}") == f"x = {clean}"


MAIL: Final = "write to li.wei5@acme.example"


@pytest.mark.parametrize("before", ["密文：", "x='", "(", ""])
def test_ascii85_in_its_brackets_stands_anywhere(before: str) -> None:
    """They say where it begins and ends, so that nothing need stand around it."""
    text = f"{before}<~{base64.a85encode(MAIL.encode()).decode()}~>"
    clean = base64.a85encode(MAIL.replace("li.wei5@acme.example", "EMAIL_1").encode()).decode()
    assert replaced(text) == f"{before}<~{clean}~>"


def test_uuencode_is_read_where_its_lines_are_indented() -> None:
    """As in YAML; they stay so."""

    def lines(text: str) -> str:
        line = binascii.b2a_uu(text.encode()).decode()
        return f"note:\n  begin 644 a\n  {line}  {{}}\n  end"

    clean = lines(MAIL.replace("li.wei5@acme.example", "EMAIL_1")).format(" ")
    assert replaced(lines(MAIL).format("`")) == clean


@pytest.mark.parametrize("name", ["JSON escapes", "hexadecimal", "base64", "uuencode", "runs of a document"])
def test_a_soft_hyphen_between_all_letters_hides_no_encoding(name: str) -> None:
    """Nor does any other character that nobody sees."""
    assert "acme" not in replaced("\u00ad".join(ENCODE[name](MAIL)))


def test_a_soft_line_end_may_stand_beside_a_blank() -> None:
    """As in a dump of bytes that goes over several lines."""
    dump = ENCODE["hexadecimal dump"](MAIL)
    assert "acme" not in replaced("=\n".join(dump[at : at + 7] for at in range(0, len(dump), 7)))


def test_base64_with_percent_signs_is_not_judged_in_parts() -> None:
    """What stands between two of its signs is random by itself, and a packed text as a whole."""
    packed = "H4sIAC/MCmsC/8tNzMxRyE1VSCxRyEvNzDF3KM3L1EtNKdVLzlMoyElNLE4FAEeYdZgiAAAA"
    encoded = packed.replace("/", "%2F")
    assert replaced(f"q={encoded}").startswith("q=H4sI")


def test_two_mailing_lists_of_one_project_are_two() -> None:
    """The beginning of a long address is no part of it that was left."""
    text = "<acme-package-tools> is a list: write to <acme-package-tools-subscribe@lists.acme.example>"
    assert replaced(text) == "<acme-package-tools> is a list: write to <EMAIL_1>"
