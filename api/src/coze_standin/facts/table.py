"""Reads the field table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

Type = str | dict[str, Any]
"""A type as the table writes it, or the fields of an object."""


@dataclass(frozen=True)
class Fact:
    """What is known of an operation: the types of ``data``, of what is ``beside`` it, of a ``flat`` answer, of events.

    ``sources`` name where it is known from, ``unknown`` what no source tells.
    """

    operation: str
    sources: tuple[str, ...]
    unknown: tuple[str, ...]
    data: Type | None
    beside: Mapping[str, Type]
    flat: Type | None
    events: Mapping[str, Type]


@cache
def _table() -> dict[str, Any]:
    text = files("coze_standin.facts").joinpath("facts.yaml").read_text(encoding="utf-8")
    table: dict[str, Any] = yaml.safe_load(text)
    return table


def facts() -> dict[str, Fact]:
    """Every operation of the table by its name."""
    return {name: _fact(name, row) for name, row in _table()["operations"].items()}


def fact_of(operation: str) -> Fact | None:
    """The facts of an operation; a variant (``chat.retrieve#get``) without a row has that of its operation."""
    rows = _table()["operations"]
    name = operation if operation in rows else operation.partition("#")[0]
    return _fact(name, rows[name]) if name in rows else None


def shape(name: str) -> dict[str, Any] | None:
    """The fields of a shape."""
    found = _table()["shapes"].get(name)
    return None if found is None else found["fields"]


def _fact(name: str, row: Mapping[str, Any]) -> Fact:
    used = sorted({each for key in ("data", "beside", "flat", "events") for each in _shapes(row.get(key))})
    rows = [row, *(_table()["shapes"][each] for each in used)]
    titles = _table()["sources"]
    sources = dict.fromkeys(titles[key] for one in rows for key in one.get("sources", ()))
    unknown = dict.fromkeys(one["unknown"] for one in rows if "unknown" in one)
    return Fact(
        name,
        tuple(sources),
        tuple(unknown),
        row.get("data"),
        row.get("beside", {}),
        row.get("flat"),
        row.get("events", {}),
    )


def _shapes(value: Any) -> Iterator[str]:
    """The names of the shapes that a type uses, and those that they use."""
    if isinstance(value, dict):
        for each in value.values():
            yield from _shapes(each)
    elif isinstance(value, str):
        name = value.removesuffix("?").removeprefix("list ").partition(" ")[0]
        fields = shape(name)
        if fields is not None:
            yield name
            yield from _shapes(fields)
