"""Puts the placeholders of a table in place of its values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from coze_cassettes.codecs.edits import Edit, merge_longest
from coze_cassettes.codecs.layers import Leaf, Visit
from coze_cassettes.scrubbing import integers, placeholders
from coze_cassettes.scrubbing.claims import claims_in, is_signed_by_fields
from coze_cassettes.scrubbing.rules.model import Form, Where
from coze_cassettes.scrubbing.rules.rule_set import RuleSet
from coze_cassettes.scrubbing.times import NOWHERE, Times
from coze_cassettes.scrubbing.values import Value, ValueTable, is_replaced_everywhere

_SECONDS_DIGITS: Final = 10
"""Digits of a timestamp in seconds; one in milliseconds has more."""


def replacing(table: ValueTable, rules: RuleSet, times: Times = NOWHERE) -> Visit:
    """A visitor that replaces what the table holds, and moves times."""

    def visit(leaf: Leaf) -> Sequence[Edit]:
        if leaf.form == "list":
            return table.edits_of_cut(leaf.text)
        edits = _edits(leaf)
        moved = "" if edits else times.moved(leaf)
        return [(0, len(leaf.text), moved)] if moved else edits

    def _edits(leaf: Leaf) -> Sequence[Edit]:
        if leaf.form == "number":
            return _number_edits(leaf, table, rules, times.shift)
        edits = merge_longest(_claim(leaf, table, rules, times.shift), table.edits(leaf.text, leaf.form))
        if leaf.form == "uri":  # its pieces are visited too; here an address as a whole counts
            if is_signed_by_fields(leaf, rules):
                return []
            return [edit for edit in edits if edit[2].startswith(placeholders.URL_PREFIX)]
        if leaf.form in ("path", "pieces"):
            return edits
        return [(start, end, _apart(leaf.text, start, end, new)) for start, end, new in edits]

    return visit


def _apart(text: str, start: int, end: int, new: str) -> str:
    """A placeholder that does not go on with what stands beside it; a time is left as it is."""
    return new if new.isdecimal() else placeholders.apart(text, start, end, new)


def _claim(leaf: Leaf, table: ValueTable, rules: RuleSet, shift: int) -> Iterator[Edit]:
    """What a rule claims just here: also a value that is too short to be replaced elsewhere."""
    for claim in claims_in(leaf, rules):
        if claim.rule.form is Form.SHIFT:
            yield claim.start, claim.end, move_timestamp(claim.value, shift)
        elif (value := table.of(claim.value)) is not None:
            yield claim.start, claim.end, value.text


def _number_edits(leaf: Leaf, table: ValueTable, rules: RuleSet, shift: int) -> list[Edit]:
    claim = next(iter(claims_in(leaf, rules)), None)
    if claim is not None and claim.rule.form is Form.SHIFT:
        return [(0, len(leaf.text), move_timestamp(leaf.text, shift))]
    value = table.of(leaf.text)
    if value is None or (claim is None and not is_replaced_everywhere(leaf.text, value.rule)):
        return []
    is_named = claim is not None and claim.rule.where is Where.FIELD
    return [(0, len(leaf.text), _integer_of(value, is_named=is_named))]


def move_timestamp(text: str, shift: int) -> str:
    """A timestamp in seconds or milliseconds, moved by a number of seconds."""
    return str(int(text) + shift * (1000 if len(text) > _SECONDS_DIGITS else 1))


def _integer_of(value: Value, *, is_named: bool) -> str:
    """The integer that stands for an integer identifier, a small one where the field names it; 0 for a configured one.

    That of a placeholder without a number, which a replay gives to what was not recorded, is no other's.
    """
    match = placeholders.pattern().fullmatch(value.placeholder)
    if match is None or not match["number"]:
        return "0" if value.rule is None else integers.encode(value.rule.kind, "0")
    return match["number"] if is_named else integers.encode(match["kind"], match["number"])
