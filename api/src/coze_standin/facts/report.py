"""Prints the field table for a person."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any

from coze_standin.facts.table import Fact, Type, fact_of, facts, shape


def print_facts(arguments: Sequence[str]) -> int:
    """Print the facts of the operations that are named, or a line for each operation; 2 for an unknown name."""
    if not arguments:
        for fact in facts().values():
            sys.stdout.write(f"{fact.operation}: {'; '.join(fact.sources)}\n")
        return 0
    for name in arguments:
        found = fact_of(name)
        if found is None:
            sys.stderr.write(f"There is no operation {name!r}: coze-standin facts lists all of them.\n")
            return 2
        sys.stdout.write("\n".join(_lines(found)) + "\n")
    return 0


def _lines(fact: Fact) -> Iterator[str]:
    yield fact.operation
    for source in fact.sources:
        yield f"  known from: {source}"
    for text in fact.unknown:
        yield f"  not known: {text}"
    parts: dict[str, Type | None] = {"data": fact.data, "(answer)": fact.flat, **fact.beside, **fact.events}
    for name, kind in parts.items():
        if kind is not None:
            yield from _fields(name, kind, 1)


def _fields(name: str, kind: Any, depth: int) -> Iterator[str]:
    """A field and, where it is an object, the fields of it."""
    text = kind if isinstance(kind, str) else "object"
    yield f"{'  ' * depth}{name}: {text}"
    fields = shape(text.removesuffix("?").removeprefix("list ")) if isinstance(kind, str) else kind
    for each, inner in (fields or {}).items():
        yield from _fields(each, inner, depth + 1)
