"""What differs in two JSON values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from coze_cassettes.diff.body_rules import BodyRules
from coze_cassettes.diff.changes import Difference, Differences, Severity, format_change
from coze_cassettes.diff.nodes import Node
from coze_cassettes.diff.pairing import matched_pairs
from coze_cassettes.diff.paths import ELEMENT, INNER, Path
from coze_cassettes.diff.shapes import Shape, shape_differences, shape_of
from coze_cassettes.pluralize import pluralize


def json_differences(old: Node, new: Node, rules: BodyRules) -> Differences:
    """What differs in shape, then what differs in value where the shapes are the same."""
    shapes = shape_of(old, rules), shape_of(new, rules)
    yield from shape_differences(*shapes)
    yield from value_differences(old, new, rules, shapes)


def value_differences(
    old: Node, new: Node, rules: BodyRules, shapes: tuple[Shape, Shape], path: Path = ()
) -> Differences:
    """The values that differ where the shapes, which are reported by themselves, are the same."""
    yield from _Values(rules, *shapes).differences(old, new, path, None)


_CODE: Final = ("code",)
"""Where an answer of Coze's says how it went, which is what applications branch on."""


@dataclass(frozen=True)
class _Values:
    """Walks over two values of which the shapes are known."""

    rules: BodyRules
    old_shape: Shape
    new_shape: Shape

    def differences(self, old: Node, new: Node, path: Path, owner: Node | None) -> Differences:
        if old.type == new.type == "object" and self.rules.has_data_keys(path):
            yield Difference(Severity.NOTE, path, "changed", "it has other members", volatile=True)
        elif old.type == new.type == "object":
            yield from self._objects(old, new, path)
        elif old.type == new.type == "array":
            yield from self._lists(old, new, path)
        elif old.inner is not None and new.inner is not None:
            yield from self.differences(old.inner, new.inner, (*path, INNER), None)
        elif old.type != new.type:
            yield from self._types(old, new, path, owner)
        elif old.value != new.value:
            volatile = self.rules.volatile(path, new, owner)
            severity = Severity.BREAKING if path == _CODE else Severity.NOTE
            yield Difference(severity, path, "changed", format_change(old.value, new.value), volatile)

    def _types(self, old: Node, new: Node, path: Path, owner: Node | None) -> Differences:
        """Both types stand at this path in other elements as well, or are reported with the shapes."""
        if self.rules.volatile(path, old, owner) and self.rules.volatile(path, new, owner):
            yield Difference(Severity.NOTE, path, "changed", f"{old.type} is now {new.type}", volatile=True)
        elif self.old_shape.get(path) == self.new_shape.get(path):
            yield Difference(Severity.NOTE, path, "changed", f"{old.type} is now {new.type} in one element")

    def _objects(self, old: Node, new: Node, path: Path) -> Differences:
        for key in old.common_keys(new):
            yield from self.differences(old.members[key], new.members[key], (*path, key), new)
        for key in old.members:
            if key not in new.members and (*path, key) in self.new_shape:
                yield Difference(Severity.NOTE, (*path, key), "changed", "is gone from one element")
        for key in sorted(new.members.keys() - old.members.keys()):
            if (*path, key) in self.old_shape:
                yield Difference(Severity.NOTE, (*path, key), "changed", "is new in one element")

    def _lists(self, old: Node, new: Node, path: Path) -> Differences:
        left, right = self.rules.elements(old), self.rules.elements(new)
        where = (*path, ELEMENT)
        for before, after in matched_pairs(left, right, lambda node: self.rules.fingerprint(node, where)):
            yield from self.differences(before, after, where, None)
        if len(left) != len(right):
            text = f"{pluralize(len(left), 'element is', 'elements are')} now {len(right)}"
            yield Difference(Severity.NOTE, path, "count", text)
