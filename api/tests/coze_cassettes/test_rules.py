"""Every row of the rule table does what its examples say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product

import pytest
from stdnum import iban, luhn

from api.tests.coze_cassettes.samples import some
from coze_cassettes.cassette.model import Cassette, Headers, Interaction, Metadata, Request, Response
from coze_cassettes.inspection.scan import inspect
from coze_cassettes.scrubbing.rules import RULES
from coze_cassettes.scrubbing.rules.model import Form, Rule, Where
from coze_cassettes.scrubbing.rules.rule_set import RuleSet
from coze_cassettes.scrubbing.scrub import scrub
from coze_cassettes.scrubbing.validators import VALIDATORS


def _scrubbed(rule: Rule, example: str) -> str:
    """What a cassette shows of an example when the table has this one rule."""
    path, body, content_type = rule.at, example, "text/plain"
    headers: Headers = ()
    if rule.where is Where.HEADER:
        name, _, value = example.partition(": ")
        headers, body = ((name, value),), f"and again: {max(re.findall('[A-Za-z0-9]+', value), key=len)}"
    elif rule.where is Where.PATH:
        path, body = example, ""
    elif example.startswith("{"):
        content_type = "application/json"
    request = Request("POST", f"https://api.coze.com{path}", headers)
    response = Response(200, "OK", (("content-type", content_type), *headers), body.encode())
    clean = scrub([Interaction(request, response)], rules=RuleSet((rule,)), shift=5).interactions[0]
    return f"{clean.request.uri} {clean.request.headers} {clean.response.headers} {clean.response.body.decode()}"


def _pattern_of_placeholder(rule: Rule) -> str:
    """What stands where a rule's value stood."""
    if rule.form is Form.SHIFT:
        return "1718792954"
    return r'"device_id": 1' if rule.kind == "DEVICE_ID" else rf"{rule.kind}_1\b"


def test_each_rule_replaces_its_positive_example(fill: Callable[[str], str]) -> None:
    """The canary in a rule's positive example is gone, and a placeholder of its kind stands there."""
    shown = {rule: _scrubbed(rule, fill(rule.hit)) for rule in RULES}
    assert [rule.id for rule in RULES if not re.search(_pattern_of_placeholder(rule), shown[rule])] == []


def test_each_rule_leaves_its_negative_example(fill: Callable[[str], str]) -> None:
    """What a rule's negative example shows is not replaced."""
    assert [rule.id for rule in RULES if f"{rule.kind}_1" in _scrubbed(rule, fill(rule.miss))] == []


PROVED = {
    "AUTH": (*range(1, 6), *range(10, 20), 21, 22, 24, *range(25, 38)),
    "KEY": range(1, 23),
    "USER": range(1, 30),
    "ID": (1, 2, 3, 10, 11, *range(20, 26), *range(30, 36), *range(40, 47), *range(50, 55), 60, 61, *range(70, 111)),
    "TIME": (1,),
}
"""The numbers of the rules, so that one that is deleted is missed: its own tests go with it."""


def test_no_rule_is_missing() -> None:
    """A rule that is deleted or added is listed here."""
    assert {rule.id for rule in RULES} == {
        f"COZE-{kind}-{number:03}" for kind, every in PROVED.items() for number in every
    }


def test_ids_are_unique() -> None:
    """No two rows share an id."""
    assert len({rule.id for rule in RULES}) == len(RULES)


def test_no_example_is_a_credential() -> None:
    """The examples hold places for secrets, never secrets, so that no scanner cries wolf."""
    credential = re.compile(r"(pat|sat|czu|czs|cztei)_[A-Za-z0-9]{20}|eyJ[\w-]{10}\.eyJ")
    assert [rule.id for rule in RULES if credential.search(rule.hit + rule.miss)] == []


@pytest.mark.parametrize("body", ["RS260005601001611379", "SCSSCB11010000000000001497USD", "VGVPVG0000012345678901"])
def test_accounts_of_any_country_are_known(body: str) -> None:
    """Those of small countries too, since the inspector refuses what is left."""
    number = f"{body[:2]}{iban.calc_check_digits(f'{body[:2]}00{body[2:]}')}{body[2:]}"
    assert VALIDATORS["iban"](number)


def test_a_card_that_the_inspector_knows_is_replaced() -> None:
    """Of any network, since a long number of the API that has a check digit by chance would keep a recording."""
    heads = [f"{network}00123456789" for network in range(1000, 10000, 9)]
    numbers = [head + luhn.calc_check_digit(head) for head in heads]
    text = " ".join(f"id {number}." for number in numbers)
    answer = Response(200, "OK", (("content-type", "text/plain"),), text.encode())
    clean = scrub([Interaction(Request("GET", "https://api.coze.com/any"), answer)]).interactions
    assert inspect(Cassette(clean, Metadata("stand-in", "2026-01-01T00:00:00Z", "1")), "") == ()


def test_a_wrong_check_digit_is_reported(fill: Callable[[str], str]) -> None:
    """One digit changed, and the number of a card, an account or an identity is none."""
    for name, example in (("bank_card", "{CARD}"), ("resident_id", "{RESIDENT}"), ("iban", "{IBAN}")):
        number = fill(example)
        other = str((int(number[5]) + 1) % 10)
        assert VALIDATORS[name](number)
        assert not VALIDATORS[name](number[:5] + other + number[6:])


@pytest.mark.parametrize(
    ("at", "body", "kind"),
    [
        ("/v1/api_apps", {"data": {"items": [{"id": "x-1234567", "verify_token": "v"}]}}, "APP_ID"),
        ("/v1/api_apps/0/events", {"data": {"items": [{"api_app_id": "x-1234567"}]}}, "APP_ID"),
        ("/v1/apps", {"data": {"items": [{"id": "x-1234567"}]}}, "APP_ID"),
        ("/v1/audio/rooms", {"data": {"room_id": "x-1234567"}}, "ROOM_ID"),
        ("/v1/audio/rooms", {"data": {"uid": "x-1234567"}}, "USER_ID"),
        ("/v1/audio/rooms", {"data": {"token": "x-1234567"}}, "SECRET"),
        ("/v1/audio/live/0", {"data": {"stream_infos": [{"stream_id": "x-1234567"}]}}, "STREAM_ID"),
        ("/v1/audio/voiceprint_groups", {"data": {"items": [{"id": "x-1234567"}]}}, "GROUP_ID"),
        ("/v1/audio/voiceprint_groups", {"data": {"items": [{"user_info": {"id": "x-1234567"}}]}}, "USER_ID"),
        ("/v1/audio/voiceprint_groups", {"data": {"items": [{"user_info": {"name": "x-1234567"}}]}}, "USER_NAME"),
        ("/v1/audio/voiceprint_groups/0/features", {"data": {"items": [{"id": "x-1234567"}]}}, "FEATURE_ID"),
        ("/a", {"data": {"items": [{"audio_url": "https://a.example/x"}]}}, "FILE_URL"),
        ("/a", {"data": {"feature_score_list": [{"feature_id": "x-1234567"}]}}, "FEATURE_ID"),
        ("/v1/audio/voices", {"data": {"voice_list": [{"preview_audio": "https://a.example/x"}]}}, "FILE_URL"),
        ("/v1/datasets", {"data": {"dataset_list": [{"dataset_id": "x-1234567"}]}}, "DATASET_ID"),
        ("/v1/datasets", {"data": {"dataset_list": [{"creator_name": "x-1234567"}]}}, "USER_NAME"),
        ("/v1/datasets", {"data": {"dataset_list": [{"processing_file_id_list": ["x-1234567"]}]}}, "DOCUMENT_ID"),
        ("/v1/datasets/0/images", {"data": {"photo_infos": [{"url": "https://a.example/x"}]}}, "FILE_URL"),
        ("/v1/datasets/0/images", {"data": {"photo_infos": [{"creator_id": "x-1234567"}]}}, "USER_ID"),
        ("/v1/datasets/0/process", {"data": {"data": [{"url": "https://a.example/x"}]}}, "FILE_URL"),
        ("/v1/folders", {"data": {"items": [{"id": "x-1234567"}]}}, "FOLDER_ID"),
        ("/v1/folders/0", {"data": {"id": "x-1234567"}}, "FOLDER_ID"),
        ("/v1/folders/0", {"data": {"creator_user_id": "x-1234567"}}, "USER_ID"),
        ("/v1/templates/0/duplicate", {"data": {"entity_id": "x-1234567"}}, "ENTITY_ID"),
        ("/v1/workspaces/0/members", {"data": {"added_success_user_ids": ["x-1234567"]}}, "USER_ID"),
        ("/v1/workspaces/0/members", {"data": {"items": [{"user_unique_name": "x-1234567"}]}}, "USER_NAME"),
        ("/v1/workspaces/0/members", {"data": {"items": [{"user_nickname": "x-1234567"}]}}, "NICK_NAME"),
        ("/v1/conversations", {"data": {"conversations": [{"meta_data": {"uuid": "x-1234567"}}]}}, "UUID"),
        ("/v1/conversation/create", {"data": {"connector_id": "x-1234567"}}, "CONNECTOR_ID"),
        ("/v1/conversation/message/modify", {"message": {"id": "x-1234567"}}, "MESSAGE_ID"),
        ("/open_api/knowledge/document/list", {"document_infos": [{"document_id": "x-1234567"}]}, "DOCUMENT_ID"),
        ("/v1/workflows/0", {"data": {"workflow_detail": {"creator": {"id": "x-1234567"}}}}, "USER_ID"),
        ("/v1/workflows/0/run_histories/1", {"data": [{"connector_uid": "x-1234567"}]}, "USER_ID"),
        ("/v1/workflows/0/versions", {"data": {"next_page_token": "x-1234567"}}, "SECRET"),
        ("/v1/workspaces", {"data": {"workspaces": [{"enterprise_id": "x-1234567"}]}}, "ENTERPRISE_ID"),
    ],
)
def test_what_coze_answers_is_covered(at: str, body: object, kind: str) -> None:
    """Each sensitive or changing identifier of Coze's operations has a rule, and its placeholder is no finding."""
    response = Response(200, "OK", (("content-type", "application/json"),), json.dumps(body).encode())
    clean = scrub([Interaction(Request("GET", f"https://api.coze.com{at}"), response)]).interactions[0]
    assert re.search(rf"\b{kind}_\d\b", clean.response.body.decode())
    assert inspect(Cassette((clean,)), "") == ()


# --- time -----------------------------------------------------------------------------------------------------------


def literals(pattern: str) -> Iterator[str]:
    """What a pattern asks for by letters, and texts made of its alphabet."""
    plain = re.sub(r"\(\?[^)]*\)|\[[^\]]*\]|\{[^}]*\}|\\.|[()|?*+^$]", " ", pattern)
    yield from (word for word in plain.split() if word.strip(":=-/@ ") or len(word) > 1)
    yield from ("1", "a", "A1b2", "1 ", "1.", "a.", "a:", ":", "@a", "a@", "0-", "eyJ", "://", "a=", '"a":"', "a_")


def search_of(rule: Rule) -> Callable[[str], object]:
    """What a rule does with a text, or with the name of a field and its value."""
    if rule.where is Where.TEXT:
        rules = RuleSet((rule,))
        return lambda text: list(rules.in_text(text))
    name, value = re.compile(rf"(?:.*\.)?(?:{rule.pattern})"), re.compile(rule.accepts)
    return lambda text: (name.fullmatch(text[:256]), value.fullmatch(text))


SIZES = (3_000, 24_000)
FREE = 0.02
"""Seconds that do not count: a fast search is measured badly."""


@pytest.mark.parametrize(
    "rule", some([each for each in RULES if each.where in (Where.TEXT, Where.FIELD)]), ids=lambda rule: rule.id
)
def test_each_rule_takes_linear_time(rule: Rule, assert_growth: Callable[..., None]) -> None:
    """Its own literals over and over: eight times the text costs no more than twenty-four times the time."""
    search = search_of(rule)
    for literal, form in product(
        dict.fromkeys(literals(f"{rule.pattern} {rule.accepts}")), ("{}", "{} ", "https://{}")
    ):
        unit = form.format(literal) if "{" not in literal else literal
        assert_growth(lambda size, _, unit=unit: partial(search, unit * (size // len(unit))), SIZES, 24, FREE)
