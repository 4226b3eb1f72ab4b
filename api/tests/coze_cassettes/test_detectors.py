"""The inspector's detectors find what is defined for them, alone, in any company, in any encoding, in linear time."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from api.tests.coze_cassettes.samples import some
from coze_cassettes.cassette.model import Cassette, Interaction, Metadata, Request, Response
from coze_cassettes.codecs.encodings import ENCODINGS, FOLDINGS
from coze_cassettes.inspection import masking
from coze_cassettes.inspection.detectors import DETECTORS, RANDOM, Detector
from coze_cassettes.inspection.scan import inspect
from coze_cassettes.scrubbing.rules import KINDS, RULES
from coze_cassettes.scrubbing.rules.model import Form, Rule, Where

if TYPE_CHECKING:
    from api.tests.coze_cassettes.conftest import Fill

METADATA: Final = Metadata("stand-in", "2026-01-01T00:00:00Z", "0.20.0")
PLAIN: Final = (("content-type", "text/plain"),)
JSON: Final = (("content-type", "application/json"),)


def found(
    body: str, *, uri: str = "https://api.coze.com/any", headers: tuple[tuple[str, str], ...] = PLAIN
) -> set[str]:
    """The checks that an answer does not pass."""
    response = Response(200, "OK", headers, body.encode("utf-8", "surrogateescape"))
    return {each.rule for each in inspect(Cassette((Interaction(Request("GET", uri), response),), METADATA), "")}


# --- the rules' examples --------------------------------------------------------------------------------------------

FROM_ITS_OPERATION: Final = "the field is called id or name, and only the operation says whose"
UNFOUND: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            *(
                "COZE-USER-008",
                "COZE-ID-002",
                "COZE-ID-021",
                "COZE-ID-024",
                "COZE-ID-025",
                "COZE-ID-031",
                "COZE-ID-033",
            ),
            *("COZE-ID-051", "COZE-ID-061", "COZE-ID-087", "COZE-ID-088", "COZE-ID-089", "COZE-ID-090", "COZE-ID-105"),
            "COZE-ID-106",
        ),
        FROM_ITS_OPERATION,
    ),
}
"""Rules whose examples the inspector does not find, with the reason."""

NEIGHBOURS: Final = (
    *(("see ", " there"), ("", ""), ("(", ")"), ("[", "]"), ('"', '"'), ("'", "'"), ("<", ">"), ("：", "。")),
    *(("值", "请"), ("=", "&"), ("\n", "\n"), ("\t", "\t"), ("，", "，"), ("|", "|"), ("* ", ","), ("`", "`")),
    *(("“", "”"), ("{", "}"), ("==", ";"), ("\u00a0", "!"), ("№", "²"), ("①", "™")),
)
"""What may stand around a value."""


def shown(rule: Rule, example: str, before: str = "", after: str = "") -> set[str]:
    """What is found in the traffic of a rule's example."""
    if rule.where is Where.HEADER:
        name, _, value = example.partition(": ")
        return found("", headers=(*PLAIN, (name, value)))
    if rule.where is Where.PATH:
        return found("", uri=f"https://api.coze.com{example}")
    return found(before + example + after)


EXAMPLES: Final = [rule for rule in RULES if rule.form is not Form.SHIFT]


def test_each_rules_example_is_found(fill: Fill) -> None:
    """By the inspector alone, or the rule stands in the list with the reason."""
    assert {rule.id for rule in EXAMPLES if not shown(rule, fill(rule.hit))} == UNFOUND.keys()


LOOKS: Final = [rule for rule in EXAMPLES if rule.where is Where.TEXT and rule.id != "COZE-ID-104"]
"""Rules for what has a look of its own."""


@pytest.mark.parametrize("rule", LOOKS, ids=lambda rule: rule.id)
def test_each_look_is_found_between_any_neighbours(rule: Rule, fill: Fill) -> None:
    """Brackets, quotes, Chinese letters and punctuation hide nothing."""
    example = fill(rule.hit)
    assert [each for each in NEIGHBOURS if not shown(rule, example, *each)] == []


BARE: Final[Mapping[str, str]] = {
    "Coze token": "pat_{A64}",
    "JWT": "eyJ{A20}.eyJ{A20}.{A40}",
    "model provider key": "sk-{A40}",
    "Amazon key": "AKIA{U16}",
    "GitHub token": "ghp_{A36}",
    "e-mail": "canary.{A8}@mail{X6}.example.com",
    "mobile": "139{D8}",
    "resident id": "{RESIDENT}",
    "card": "{CARD}",
    "IPv4": "{IPV4}",
    "Coze id": "7{D18}",
}


@pytest.mark.parametrize("row", ENCODINGS, ids=lambda row: row.name)
def test_each_look_is_found_in_every_encoding(row: object, fill: Fill) -> None:
    """An encoded text is opened, whatever its look is."""
    missed = []
    for kind, example in BARE.items():
        text = f"see {fill(example)} there"
        encoded = next(each for each in ENCODINGS if each is row).encode(text)
        if not found(f"blob [ {encoded} ]"):
            missed.append(kind)
    assert missed == []


@pytest.mark.parametrize("folding", FOLDINGS[:3], ids=lambda each: each.name)
def test_each_look_is_found_in_every_spelling(folding: object, fill: Fill) -> None:
    """Width, composition and invisible characters hide nothing."""
    spell = next(each for each in FOLDINGS if each is folding).spell
    missed = [kind for kind, example in BARE.items() if not found(spell(f"see {fill(example)} there"))]
    assert missed == []


def test_the_kinds_of_placeholders_are_those_that_are_made() -> None:
    """The inspector has a list of its own."""
    assert set(masking.KINDS) >= set(KINDS)


# --- time -----------------------------------------------------------------------------------------------------------


def _literals(detector: Detector) -> Iterator[str]:
    """What a pattern asks for by letters, and texts made of its alphabet."""
    plain = re.sub(r"\(\?[^)]*\)|\[[^\]]*\]|\{[^}]*\}|\\.|[()|?*+^$]", " ", detector.pattern.pattern)
    yield from (word for word in plain.split() if word.strip(":=-/@ ") or len(word) > 1)
    yield from (
        "1",
        "a",
        "A1b2",
        "1 ",
        "1.",
        "a.",
        "a:",
        ":",
        "@a",
        "a@",
        "0-",
        "eyJ",
        "://",
        "https://",
        "a=",
        '"a":"',
        "key=",
    )


SIZES: Final = (5_000, 40_000)
FREE: Final = 0.02
"""Seconds that nobody counts: a fast search is measured badly."""


@pytest.mark.parametrize("detector", some([*DETECTORS, *RANDOM]), ids=lambda each: f"{each.rule}: {each.what}")
def test_each_detector_takes_linear_time(detector: Detector, assert_growth: Callable[..., None]) -> None:
    """Its own literals over and over: eight times the text costs no more than twenty-four times the time."""
    for literal in dict.fromkeys(_literals(detector)):
        for unit in (literal, literal + " ", "https://" + literal):
            assert_growth(
                lambda size, _, unit=unit: partial(detector.is_in, unit * (size // len(unit))), SIZES, 24, FREE
            )


def test_base64_that_goes_on_is_no_identifier() -> None:
    """A sound may begin with an o, or have EAA behind a plus, where a user of WeChat or a token of Facebook would."""
    chance = random.Random(1)  # noqa: S311 - the same in every run
    for sign in "+/=":
        for length in (27, 70):
            drawn = "b" + "".join(chance.choices(string.ascii_letters + string.digits, k=length - 1))
            assert "INSPECT-VENDOR-KEY" not in found(f"o{drawn}{sign}{drawn}")
            assert "INSPECT-VENDOR-KEY" not in found(f"{drawn}+EAA{drawn}")
    openid = "o6_bmjrPT" + "".join(chance.choices(string.ascii_letters + string.digits, k=19))
    assert "INSPECT-VENDOR-KEY" in found(f"open {openid}/profile now")


HOSTILE: Final = (
    *("eyJ", '"a":  ', "byteimg-", "sk-sk-", "tos-", "https://tos-", "-----BEGIN " + "PRIVATE KEY-----", "{[", '{"a":'),
    *("a=b&", "%41", "\\u0041", "&#65;", "password:", "password=a", "<a>", "<password>", "YWJj", "a,b\n", "=41"),
    *("name,password\n", "data: {", "1 2 ", "密码：", '"password" : [ "', "machine a login b password ", "00:1A:"),
    *("2001:db8:", "1.2.3.", "a@b.", "Bearer ", "://a:b"),
    *(
        "name: a\n value: ",
        "<td>password</td><td>",
        "密码1",
        " -p a",
        "mysql -u a",
        "set a ",
        "(a) VALUES (a)",
        "a: |\n ",
    ),
    *('variable "a" {', 'a{"', "a: b ", "a b = ", 'name="a"\r\n', "**a**\n", "a「1", "a:1:a:a:", "value='a' ", "WIFI:"),
    *("[{},\n", "{}", "\x1e{}", "61626364 ", "%u0041", "&#65", "00000010: 4578 "),
    *("my API key is ", "pass:", "IDENTIFIED BY ", "login -p "),
)
"""Pieces of texts that were made to stall a search."""


@pytest.mark.parametrize("unit", some(HOSTILE))
def test_the_whole_inspector_takes_linear_time(unit: str, assert_growth: Callable[..., None]) -> None:
    """Text made to stall it: four times as long costs no more than ten times the time."""
    assert_growth(lambda size, _: partial(found, unit * (size // len(unit))), (10_000, 40_000), 10, 0.3)
