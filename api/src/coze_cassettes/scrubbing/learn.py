"""Collects every value that a rule claims, in order of appearance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from coze_cassettes.codecs.edits import Edit
from coze_cassettes.codecs.encodings import is_readable
from coze_cassettes.codecs.layers import Leaf, Visit
from coze_cassettes.scrubbing.claims import claims_in, is_signed_by_fields
from coze_cassettes.scrubbing.placeholders import Placeholders
from coze_cassettes.scrubbing.rules import RANK
from coze_cassettes.scrubbing.rules.model import Category, Form, Rule, Where
from coze_cassettes.scrubbing.rules.rule_set import RuleSet

SMALL_NUMBER: Final = 1000
"""Integer identifiers below this are placeholders already."""


@dataclass
class Learned:
    """The values that were seen, each with the rule that says most of it; ``own`` are the traffic's placeholders."""

    own: Placeholders = field(default_factory=Placeholders)
    rules: dict[str, Rule] = field(default_factory=dict)

    def note(self, value: str, rule: Rule) -> None:
        """Remember a value, unless it is a placeholder, or bytes that nobody can read."""
        if not is_readable(value) or not value or self.own.holds(value):
            return
        known = self.rules.get(value)
        if known is None or _weight(rule) < _weight(known):
            self.rules[value] = rule


def learning(learned: Learned, rules: RuleSet) -> Visit:
    """A visitor that learns, and leaves the traffic as it is."""

    def visit(leaf: Leaf) -> Sequence[Edit]:
        if leaf.form == "list" or is_signed_by_fields(leaf, rules):
            return ()
        for claim in claims_in(leaf, rules):
            if claim.rule.form is not Form.SHIFT and not is_small_number(leaf) and not _is_sent(leaf, claim.rule):
                learned.note(claim.value, claim.rule)
        return ()

    return visit


def _is_sent(leaf: Leaf, rule: Rule) -> bool:
    """Whether what nobody knows is the test's: it may be a secret, and the inspector refuses it."""
    return bool(rule.unless) and leaf.part.startswith("request")


def is_small_number(leaf: Leaf) -> bool:
    """Whether a number is too small to be anybody's identifier."""
    return leaf.form == "number" and leaf.text.lstrip("-").isdigit() and abs(int(leaf.text[:6])) < SMALL_NUMBER


def _weight(rule: Rule) -> tuple[bool, bool, bool, int]:
    """The less, the more a rule says of a value: secrets first, then what a field says before what a text looks like.

    An identifier may happen to have the check digit of a bank card. That a name calls a value secret says less than the
    looks of a token, which are the same beside every name; so it is with a name for what is personal.
    """
    says_little = rule.kind == "SECRET"
    is_by_looks = rule.where is Where.TEXT or rule.kind == "PERSONAL_VALUE"
    return rule.category is not Category.SECRET, says_little, is_by_looks, RANK[rule.id]
