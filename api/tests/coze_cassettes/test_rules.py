"""Every row of the rule table does what its examples say."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from coze_cassettes.interactions import Headers, Interaction, Request, Response
from coze_cassettes.rulebook import Form, Rule, RuleBook, Where
from coze_cassettes.rules import RULES
from coze_cassettes.scrub import scrub


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
    clean = scrub([Interaction(request, response)], rules=RuleBook((rule,)), shift=5).interactions[0]
    return f"{clean.request.uri} {clean.request.headers} {clean.response.headers} {clean.response.body.decode()}"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_each_rule_replaces_its_positive_example(rule: Rule, filled: Callable[[str], str]) -> None:
    """What a rule's positive example plants is gone, and a tag of its kind stands there."""
    if rule.form is Form.SHIFT:
        assert "1718792954" in _scrubbed(rule, rule.hit)
        return
    shown = _scrubbed(rule, filled(rule.hit))
    number = r'"device_id": 1' if rule.kind == "DEVICE_ID" else rf"{rule.kind}_1\b"
    assert re.search(number, shown)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_each_rule_leaves_its_negative_example(rule: Rule, filled: Callable[[str], str]) -> None:
    """What a rule's negative example shows is not replaced."""
    assert f"{rule.kind}_1" not in _scrubbed(rule, filled(rule.miss))


def test_ids_are_unique() -> None:
    """No two rows share an id."""
    assert len({rule.id for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_no_example_is_a_credential(rule: Rule) -> None:
    """The examples hold places for secrets, never secrets, so that no scanner cries wolf."""
    assert not re.search(r"(pat|sat|czu|czs|cztei)_[A-Za-z0-9]{20}|eyJ[\w-]{10}\.eyJ", rule.hit + rule.miss)
