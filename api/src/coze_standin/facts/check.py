"""Compares answers with the field table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from coze_standin.facts.table import Fact, Type, shape

_PLAIN: Mapping[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str),
    "int": lambda value: type(value) is int,
    "number": lambda value: type(value) in (int, float),
    "bool": lambda value: isinstance(value, bool),
    "map": lambda value: isinstance(value, dict),
    "any": lambda _: True,
    "nothing": lambda value: value is None,
}


def differences_of_answer(fact: Fact, body: Any) -> list[str]:
    """Where a JSON answer differs from the table, a sentence each; an error is checked for its envelope alone."""
    if not isinstance(body, dict):
        return ["$: not an object"]
    if body.get("code", 0) != 0 or "error_code" in body:
        return []
    if fact.flat is not None:
        return list(_compare("$", body, fact.flat))
    envelope = {"code": "int", "msg": "text", "detail": "any?", **fact.beside}
    if fact.data is not None:
        envelope["data"] = fact.data
    return list(_compare("$", body, envelope))


def differences_of_event(fact: Fact, name: str, data: Any) -> list[str]:
    """The same for an event of a stream or a frame of a WebSocket."""
    if name not in fact.events:
        return [f"{name}: not an event of the table"]
    return list(_compare(name, data, fact.events[name]))


def _compare(place: str, value: Any, kind: Type) -> Iterator[str]:
    if isinstance(kind, dict):
        yield from _compare_fields(place, value, kind)
        return
    name = kind.removesuffix("?")
    fields = shape(name)
    if fields is not None:
        yield from _compare_fields(place, value, fields)
    elif name.startswith("list "):
        if not isinstance(value, list):
            yield f"{place}: not a list"
            return
        for each in value:
            yield from _compare(f"{place}[]", each, name.removeprefix("list "))
    else:
        yield from _compare_plain(place, value, name)


def _compare_plain(place: str, value: Any, name: str) -> Iterator[str]:
    plain, _, choices = name.partition(" ")
    if not _PLAIN[plain](value):
        yield f"{place}: is {type(value).__name__}, not {plain}"
    elif choices and value not in choices.split("|"):
        yield f"{place}: is not one of {choices}"


def _compare_fields(place: str, value: Any, fields: Mapping[str, Type]) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{place}: not an object"
        return
    for name, kind in fields.items():
        optional = isinstance(kind, str) and kind.endswith("?")
        if kind == "never":
            if name in value:
                yield f"{place}.{name}: no answer has it"
        elif name in value:
            yield from _compare(f"{place}.{name}", value[name], kind)
        elif not optional:
            yield f"{place}.{name}: is missing"
    for name in value.keys() - fields.keys():
        yield f"{place}.{name}: is not in the table"
