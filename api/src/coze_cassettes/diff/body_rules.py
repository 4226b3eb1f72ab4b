"""What of a body counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from coze_cassettes.cassette.model import Request
from coze_cassettes.diff.nodes import Node
from coze_cassettes.diff.paths import ELEMENT, Path, dotted_path
from coze_cassettes.diff.volatile import Where, is_map, rows, rows_of_field
from coze_cassettes.scrubbing.times import is_of_epoch

Spell = Callable[[Node, Path], str]


def _spell_value(node: Node, _path: Path) -> str:
    return repr(node.value)


_TIMES: Final = ("string", "integer", "number")
"""JSON types that a time may have."""


@dataclass(frozen=True)
class BodyRules:
    """What a body is read with: ``uri_path``, and whether anything can be volatile (not in a request)."""

    uri_path: str = ""
    lenient: bool = True

    def volatile(self, path: Path, node: Node, owner: Node | None) -> bool:
        """Whether the scalar at a path, a member of ``owner``, may differ.

        The time of an answer may, whatever its field is called.
        """
        if not self.lenient:
            return False
        if node.type in _TIMES and is_of_epoch(str(node.value)):
            return True
        found = rows_of_field(dotted_path(path), node.type, self.uri_path)
        return any(not (row.unless and owner is not None and owner.has(row.unless)) for row in found)

    def optional(self, node: Node) -> bool:
        """Whether an element may come or stay away."""
        return self.lenient and any(node.has(row.pattern) for row in rows(Where.ELEMENT))

    def has_data_keys(self, path: Path) -> bool:
        """Whether the keys of the object at a path are data."""
        return self.lenient and path[-1:] != (ELEMENT,) and is_map(dotted_path(path))

    def elements(self, node: Node) -> tuple[Node, ...]:
        """The elements of a list that count."""
        return tuple(element for element in node.elements if not self.optional(element))

    def steady(self, node: Node, path: Path, owner: Node | None = None) -> Iterator[tuple[Path, Any]]:
        """The scalars that are not volatile, with their paths."""
        if self.has_data_keys(path):
            return
        for key, member in node.members.items():
            yield from self.steady(member, (*path, key), node)
        for element in self.elements(node):
            yield from self.steady(element, (*path, ELEMENT))
        if node.scalar and not self.volatile(path, node, owner):
            yield path, node.value

    def fingerprint(self, node: Node, path: Path = (), owner: Node | None = None, spell: Spell = _spell_value) -> str:
        """What of a value is not volatile, as one text; ``spell`` writes its scalars."""
        if node.type == "object" and self.has_data_keys(path):
            return "map"
        if node.type == "object":
            members = sorted(node.members.items())
            texts = (f"{key}:{self.fingerprint(member, (*path, key), node, spell)}" for key, member in members)
            return f"{{{'|'.join(texts)}}}"
        if node.type == "array":
            elements = self.elements(node)
            return f"[{','.join(self.fingerprint(each, (*path, ELEMENT), None, spell) for each in elements)}]"
        if self.volatile(path, node, owner):
            return node.type
        return f"{node.type}={spell(node, path)}"


REQUEST_RULES = BodyRules(lenient=False)
"""How the body of a request is read."""


def rules_of(request: Request) -> BodyRules:
    """How the body of an answer to a request is read."""
    return BodyRules(urlsplit(request.uri).path)
