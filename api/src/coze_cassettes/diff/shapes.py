"""Which fields of which types a body has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from coze_cassettes.diff.body_rules import BodyRules
from coze_cassettes.diff.changes import Difference, Differences, Severity
from coze_cassettes.diff.nodes import Node
from coze_cassettes.diff.paths import ELEMENT, INNER, Path

Shape = dict[Path, frozenset[str]]
"""The types that stand at each path, over all elements of all lists."""


def shape_of(node: Node, rules: BodyRules, path: Path = ()) -> Shape:
    """The shape of a value."""
    return _gather(_types_below(node, rules, path))


def merge(shapes: Iterable[Shape]) -> Shape:
    """The shape of several values taken together."""
    return _gather((path, kind) for shape in shapes for path, kinds in shape.items() for kind in kinds)


def _gather(typed: Iterable[tuple[Path, str]]) -> Shape:
    shape: defaultdict[Path, set[str]] = defaultdict(set)
    for path, kind in typed:
        shape[path].add(kind)
    return {path: frozenset(kinds) for path, kinds in shape.items()}


def _types_below(node: Node, rules: BodyRules, path: Path) -> Iterator[tuple[Path, str]]:
    number = node.type == "number" and rules.volatile(path, node, None)
    yield path, "integer" if number else node.type
    keyed = rules.has_data_keys(path)
    for key, member in node.members.items():
        yield from _types_below(member, rules, (*path, ELEMENT if keyed else key))
    for element in rules.elements(node):
        yield from _types_below(element, rules, (*path, ELEMENT))
    if node.inner is not None:
        yield from _types_below(node.inner, rules, (*path, INNER))


def shape_differences(old: Shape, new: Shape) -> Differences:
    """Fields that are gone, new, renamed, or of another type."""
    retyped = [path for path in old.keys() & new.keys() if old[path] != new[path]]
    for path in sorted(retyped):
        severity = Severity.BREAKING if new[path] - old[path] else Severity.NOTE
        yield Difference(severity, path, "retyped", f"{_types(old[path])} is now {_types(new[path])}")
    removed = _topmost(old.keys() - new.keys(), retyped)
    added = _topmost(new.keys() - old.keys(), retyped)
    renames = _renames(old, new, removed, added)
    for path, other in renames.items():
        yield Difference(Severity.BREAKING, path, "renamed", f"is now called {other[-1]}")
    for path in removed:
        if path not in renames:
            yield Difference(Severity.BREAKING, path, "removed", f"is gone (was {_types(old[path])})")
    for path in added:
        if path not in renames.values():
            yield Difference(Severity.INFO, path, "added", f"is new ({_types(new[path])})")


def _types(kinds: Iterable[str]) -> str:
    return " or ".join(sorted(kinds))


def _topmost(paths: Iterable[Path], retyped: Iterable[Path]) -> list[Path]:
    """The paths that have no other of them above, and no other type above; an absent element is a matter of counts."""
    everything, above = set(paths), set(retyped)
    return sorted(
        path
        for path in everything
        if path[:-1] not in everything and path[:-1] not in above and path[-1:] not in ((ELEMENT,), (INNER,))
    )


def _renames(old: Shape, new: Shape, removed: Sequence[Path], added: Sequence[Path]) -> dict[Path, Path]:
    """Fields of one object of which one went and one came, alike in all that is below them."""
    renames = {}
    for path in removed:
        below = _below(old, path)
        came = [other for other in added if other[:-1] == path[:-1] and _below(new, other) == below]
        went = [other for other in removed if other[:-1] == path[:-1] and _below(old, other) == below]
        if len(came) == 1 and len(went) == 1:
            renames[path] = came[0]
    return renames


def members(old: Node, new: Node, rules: BodyRules, path: Path) -> Iterator[tuple[str, Node, Node]]:
    """What belongs together in two objects, by the old key: what has one key, then what seems to be renamed."""
    for key in old.common_keys(new):
        yield key, old.members[key], new.members[key]
    went = [(key, node) for key, node in old.members.items() if key not in new.members]
    came = [(key, node) for key, node in new.members.items() if key not in old.members]
    for key, before in went:
        shape = shape_of(before, rules, path)
        alike = [after for _, after in came if shape_of(after, rules, path) == shape]
        if len(alike) == 1 and sum(shape_of(each, rules, path) == shape for _, each in went) == 1:
            yield key, before, alike[0]


def _below(shape: Shape, path: Path) -> Shape:
    return {where[len(path) :]: kinds for where, kinds in shape.items() if where[: len(path)] == path}
