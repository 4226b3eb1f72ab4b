"""Puts placeholders in place of what the rules name: a pure function from recorded interactions to clean ones.

First every value is learned from every interaction, then all of them are replaced everywhere, so that one value has one
placeholder in the whole cassette. Scrubbing what is scrubbed changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from coze_cassettes.cassette.model import Interaction
from coze_cassettes.codecs.edits import Edit
from coze_cassettes.codecs.encodings import fold
from coze_cassettes.codecs.layers import Leaf, Visit, forget
from coze_cassettes.scrubbing import placeholders
from coze_cassettes.scrubbing.drawn import Draw, drawn_in
from coze_cassettes.scrubbing.environment import ConfiguredValues
from coze_cassettes.scrubbing.learn import Learned, learning
from coze_cassettes.scrubbing.normalise import normalise, with_kept_headers
from coze_cassettes.scrubbing.placeholders import STANDARD, Placeholders
from coze_cassettes.scrubbing.replace import replacing
from coze_cassettes.scrubbing.rules import RULES, default_rules
from coze_cassettes.scrubbing.rules.model import Category, Where
from coze_cassettes.scrubbing.rules.rule_set import RuleSet
from coze_cassettes.scrubbing.times import Times
from coze_cassettes.scrubbing.traversal import walk
from coze_cassettes.scrubbing.values import Value, ValueTable, value_of


@dataclass(frozen=True)
class Scrubbed:
    """Clean interactions, and the table of what was replaced (never written anywhere).

    ``bare`` are the bare placeholders in them that the cassette has to list in its metadata.
    """

    interactions: tuple[Interaction, ...]
    table: ValueTable
    bare: tuple[str, ...] = ()


def scrub(
    interactions: Sequence[Interaction],
    configured: ConfiguredValues | None = None,
    shift: int = 0,
    *,
    bare: Iterable[str] = (),
    drawn: Sequence[Draw] = (),
    rules: RuleSet | None = None,
    allow_opaque: frozenset[str] = frozenset(),
) -> Scrubbed:
    """Interactions as a cassette may hold them.

    ``configured`` are the values that the environment and the fixtures say to be secret or an identifier; ``shift`` is
    the number of seconds from the recording to the epoch; ``bare`` are the bare placeholders of traffic that was
    scrubbed before, as its metadata list them; ``drawn`` is what the test drew at random; ``allow_opaque`` are the
    digests of files that may be kept though they cannot be opened. UnreadableBody, with the name of the part, if
    anything else cannot be opened.
    """
    rules, configured = rules or default_rules(), configured or ConfiguredValues()
    normal = tuple(normalise(interaction) for interaction in interactions)
    listed = {*bare, *configured.placeholders.values()}
    learned = Learned(Placeholders.of(normal, listed))
    try:
        _walk_all(normal, learning(learned, rules), allow_opaque)
        _learn_drawn(learned, drawn_in(normal, drawn), configured)
        _forget_holders(learned, configured)
        table = _table(learned, configured, _reserved_names(normal).union(listed))
        seen: set[str] = set()
        replace = _noting(replacing(table, rules, Times.of(normal, shift)), listed - STANDARD, seen)
        kept = tuple(map(with_kept_headers, _walk_all(normal, replace, allow_opaque)))
        return Scrubbed(kept, table, _standing(seen, kept, allow_opaque))
    finally:
        forget()


def _learn_drawn(learned: Learned, drawn: Iterable[str], configured: ConfiguredValues) -> None:
    """Learn what no rule claims and no known value holds: it is another one in each run, as an identifier is."""
    known = (*(text for text, rule in learned.rules.items() if not rule.unless), *configured.placeholders)
    for text in drawn:
        if not any(text in each for each in known):
            learned.note(text, _DRAWN)


def _forget_holders(learned: Learned, configured: ConfiguredValues) -> None:
    """Forget what looks drawn because a secret or a configured value stands in it, which says more by itself."""
    secrets = (text for text, rule in learned.rules.items() if rule.category is Category.SECRET)
    known = (*configured.placeholders, *secrets)
    for text in [text for text, rule in learned.rules.items() if rule.unless and any(map(text.__contains__, known))]:
        del learned.rules[text]


_DRAWN: Final = next(rule for rule in RULES if rule.kind == "ID" and rule.where is Where.TEXT)


def _noting(visit: Visit, names: Collection[str], seen: set[str]) -> Visit:
    """A visitor that notes which of some names stand in a piece or in what replaces something in it."""

    def note(leaf: Leaf) -> Sequence[Edit]:
        edits = visit(leaf)
        seen.update(name for name in names if name in leaf.text or any(name in new for _, _, new in edits))
        return edits

    return note if names else visit


def _standing(names: set[str], interactions: Sequence[Interaction], allow_opaque: frozenset[str]) -> tuple[str, ...]:
    """Which of some bare placeholders stand in clean interactions, in whatever encoding."""
    found: set[str] = set()

    def visit(leaf: Leaf) -> Sequence[Edit]:
        found.update(name for name in names if name in leaf.text)
        return ()

    if names:
        _walk_all(interactions, visit, allow_opaque)
    return tuple(sorted(found))


def _walk_all(
    interactions: Sequence[Interaction], visit: Visit, allow_opaque: frozenset[str]
) -> tuple[Interaction, ...]:
    return tuple(walk(interaction, visit, allow_opaque) for interaction in interactions)


def _reserved_names(interactions: Sequence[Interaction]) -> frozenset[str]:
    """Placeholders that the traffic itself contains: a test sent them, so no value may get them."""
    texts = (text for each in interactions for text in (each.request.uri, each.request.body.decode("utf-8", "ignore")))
    return frozenset(placeholder for text in texts for _, placeholder in placeholders.found_in(text))


def _table(learned: Learned, configured: ConfiguredValues, reserved: frozenset[str]) -> ValueTable:
    """The configured values with their bare placeholders, the learned ones numbered by first appearance."""
    values = {
        fold(text.strip()).text: Value(name, name, None, text in configured.secrets)
        for text, name in configured.placeholders.items()
    }
    counters: dict[str, int] = {}
    for text, rule in learned.rules.items():
        if text not in values:
            values[text] = value_of(_next_placeholder(rule.kind, counters, reserved), rule)
    return ValueTable(values)


def _next_placeholder(kind: str, counters: dict[str, int], reserved: frozenset[str]) -> str:
    while True:
        counters[kind] = counters.get(kind, 0) + 1
        placeholder = f"{kind}_{counters[kind]}"
        if placeholder not in reserved:
            return placeholder
