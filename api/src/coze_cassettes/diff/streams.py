"""What differs in two streams of events."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from coze_cassettes.diff.body_rules import BodyRules
from coze_cassettes.diff.changes import Difference, Differences, Severity, format_change
from coze_cassettes.diff.events import Item, grammars, kind_of
from coze_cassettes.diff.pairing import matched_pairs
from coze_cassettes.diff.paths import Path, outside
from coze_cassettes.diff.shapes import merge, shape_differences
from coze_cassettes.diff.values import value_differences
from coze_cassettes.pluralize import pluralize

EVENTS: Final = (outside("events"),)
EVENT: Final = outside("event ")
"""How the path of all events is written, and how that of one kind of event begins."""


def stream_differences(old: str, new: str, rules: BodyRules) -> Differences:
    """What differs in the grammar, then inside the events."""
    before, after = grammars(old, new, rules)
    labels = {item.kind: item.label for item in (*before, *after)}
    yield from _grammar_differences([item.kind for item in before], [item.kind for item in after], labels)
    for each in _event_differences(before, after, rules):
        yield replace(each, path=(EVENT + each.path[0], *each.path[1:]))


def _grammar_differences(old: Sequence[str], new: Sequence[str], labels: Mapping[str, str]) -> Differences:
    """Kinds of events that are gone or new; and, among those on both sides, how many they are and in which order."""
    for kind in sorted(set(old) - set(new)):
        yield Difference(Severity.BREAKING, (EVENT + labels[kind],), "removed", "does not come any more")
    for kind in sorted(set(new) - set(old)):
        yield Difference(Severity.INFO, (EVENT + labels[kind],), "added", "is new")
    common = set(old) & set(new)
    before, after = [each for each in old if each in common], [each for each in new if each in common]
    if Counter(before) != Counter(after):
        text = f"{pluralize(len(before), 'event is', 'events are')} now {len(after)}"
        yield Difference(Severity.NOTE, EVENTS, "count", text)
    elif before != after:
        yield Difference(Severity.NOTE, EVENTS, "order", "they come in another order")


def _event_differences(old: Sequence[Item], new: Sequence[Item], rules: BodyRules) -> Differences:
    """Inside the events: the shape of each kind, and the values of those that belong together."""
    for kind in sorted({item.kind for item in old} & {item.kind for item in new}):
        shapes = (merge(item.shape(rules) for item in items if item.kind == kind) for items in (old, new))
        yield from shape_differences(*shapes)
    for before, after in matched_pairs(old, new, kind_of):
        if before.kind == after.kind:
            yield from _value_differences(before, after, rules)


def item_differences(old: Item, new: Item, rules: BodyRules) -> Differences:
    """What differs in two items of one kind."""
    yield from shape_differences(old.shape(rules), new.shape(rules))
    yield from _value_differences(old, new, rules)


def _value_differences(old: Item, new: Item, rules: BodyRules) -> Differences:
    """Values of two events; of two runs, the values that none of the other's deltas has."""
    path = (new.label,)
    if not old.run:
        shapes = old.shape(rules), new.shape(rules)
        yield from value_differences(old.events[0].node, new.events[0].node, rules, shapes, path)
        return
    yield from _run_differences(_scalars(old, rules), _scalars(new, rules))
    if len(old.events) != len(new.events):
        text = f"{pluralize(len(old.events), 'delta is', 'deltas are')} now {len(new.events)}"
        yield Difference(Severity.NOTE, path, "count", text, volatile=True)


def _run_differences(old: Mapping[Path, set[Any]], new: Mapping[Path, set[Any]]) -> Differences:
    for path in sorted(old.keys() & new.keys()):
        if old[path] != new[path]:
            values = sorted(map(str, old[path])), sorted(map(str, new[path]))
            yield Difference(Severity.NOTE, path, "changed", format_change(*values))


def _scalars(item: Item, rules: BodyRules) -> Mapping[Path, set[Any]]:
    """The values that are not volatile in a run of deltas, as one set a path."""
    found: defaultdict[Path, set[Any]] = defaultdict(set)
    for event in item.events:
        for path, value in rules.steady(event.node, (event.label,)):
            found[path].add(value)
    return found
