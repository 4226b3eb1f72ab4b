"""Old values in the form of a new answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from coze_cassettes.codecs.edits import Edit, apply_edits
from coze_cassettes.codecs.json_text import encode_json_string
from coze_cassettes.diff.body_rules import BodyRules
from coze_cassettes.diff.nodes import Node, bytewise, parse
from coze_cassettes.diff.pairing import pairs
from coze_cassettes.diff.paths import ELEMENT, INNER, Path
from coze_cassettes.diff.shapes import members, shape_of

Edits = Iterator[Edit]


@dataclass(frozen=True)
class OptionalElementRules(BodyRules):
    """How elements that may stay away are read: none of their values counts."""

    def volatile(self, path: Path, node: Node, owner: Node | None) -> bool:  # noqa: ARG002  whatever it is
        """Always."""
        return True


@dataclass(frozen=True)
class Editor:
    """Makes the edits that put the volatile values of an old text into a new one."""

    rules: BodyRules
    old: str
    new: str

    def edits(self, old: Node, new: Node, path: Path, owner: Node | None = None) -> Edits:
        """The volatile values of aligned places; and, one layer down, those of JSON inside strings."""
        if old.type != new.type:
            return
        if new.type == "object" and self.rules.has_data_keys(path):
            yield new.start, new.end, self._map(old, new, path)
            return
        for key, before, after in members(old, new, self.rules, path):
            yield from self.edits(before, after, (*path, key), new)
        if any(map(self.rules.optional, (*old.elements, *new.elements))):
            yield new.start, new.end, f"[{','.join(self._elements(old, new, (*path, ELEMENT)))}]"
        else:
            for left, right in self._align(old.elements, new.elements, (*path, ELEMENT)):
                if left is not None and right is not None:
                    yield from self.edits(left, right, (*path, ELEMENT))
        if old.inner is not None and new.inner is not None:
            yield from self._inner(old.value, new, old.inner, new.inner, (*path, INNER))
        elif new.scalar and self.rules.volatile(path, new, owner):
            yield self._keep(old, new)

    def _map(self, old: Node, new: Node, path: Path) -> str:
        """The old members, in the form of the new ones if those have another shape."""
        text, template = self.old[old.start : old.end], next(iter(new.members.values()), None)
        if shape_of(old, self.rules, path) == shape_of(new, self.rules, path):
            return text
        where = (*path, ELEMENT)
        restyled = [
            (each.start, each.end, self._optional_editor.rewrite(each, template, where))
            for each in old.members.values()
        ]
        return apply_edits(text, [(low - old.start, high - old.start, inner) for low, high, inner in restyled])

    @property
    def _optional_editor(self) -> Editor:
        """The editor of what may stay away."""
        return Editor(OptionalElementRules(self.rules.uri_path), self.old, self.new)

    def _align(self, old: Sequence[Node], new: Sequence[Node], path: Path) -> Iterator[tuple[Node | None, Node | None]]:
        return pairs(old, new, lambda node: self.rules.fingerprint(node, path))

    def _elements(self, old: Node, new: Node, path: Path) -> Iterator[str]:
        """The new elements, each with the optional ones that came after its counterpart, in their form."""
        template = next(filter(self.rules.optional, new.elements), None)
        followers = _followers(old.elements, self.rules)
        yield from (self._optional_editor.rewrite(each, template, path) for each in followers[None])
        for before, after in self._align(self.rules.elements(old), self.rules.elements(new), path):
            if after is not None:
                yield self.new[after.start : after.end] if before is None else self.rewrite(before, after, path)
            if before is not None:
                yield from (self._optional_editor.rewrite(each, template, path) for each in followers[before.start])

    def rewrite(self, old: Node, new: Node | None, path: Path) -> str:
        """An old value in the form of a new one; as it is if there is none."""
        if new is None:
            return self.old[old.start : old.end]
        edits = sorted(self.edits(old, new, path))
        local = [(start - new.start, end - new.start, text) for start, end, text in edits]
        return apply_edits(self.new[new.start : new.end], local)

    def _keep(self, old: Node, new: Node) -> Edit:
        return new.start, new.end, self.old[old.start : old.end]

    def _inner(self, old_text: str, new: Node, old_inner: Node, new_inner: Node, path: Path) -> Edits:
        """One edit of a string that holds JSON, written in its own manner if that is known."""
        edits = sorted(Editor(self.rules, old_text, new.value).edits(old_inner, new_inner, path))
        raw = self.new[new.start : new.end]
        if edits and bytewise(encode_json_string(new.value, raw)) == raw:
            yield new.start, new.end, bytewise(encode_json_string(apply_edits(new.value, edits), raw))


def _followers(elements: Sequence[Node], rules: BodyRules) -> Mapping[int | None, list[Node]]:
    """The optional elements by where the one begins after which they come; None stands for the beginning."""
    followers: dict[int | None, list[Node]] = {None: []}
    last: int | None = None
    for element in elements:
        if rules.optional(element):
            followers[last].append(element)
        else:
            last = element.start
            followers[last] = []
    return followers


def value_edits(old: str, new: str, rules: BodyRules) -> list[Edit]:
    """Edits that put the old volatile values into a new JSON text."""
    before, after = parse(old), parse(new)
    if before is None or after is None:
        return []
    return sorted(Editor(rules, old, new).edits(before, after, ()))
