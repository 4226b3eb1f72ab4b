"""Turns JSON into rows: one a field, objects by indentation, JSON inside strings opened."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from coze_cassettes.review import media
from coze_cassettes.review.transcript import Kind, Row

Json = Any
"""What ``json.loads`` returns."""


def parse(text: str) -> Json | None:
    """The object or list in a text, or None; a number or a string alone is text."""
    if text[:1] not in ("{", "["):
        return None
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict | list) else None


def rows_of(value: Json, depth: int = 0, label: str = "") -> Iterator[Row]:
    """The rows of a JSON value; without a label an object or list begins at its members."""
    if isinstance(value, Mapping):
        yield from _object_rows(value, depth, label)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield from _list_rows(value, depth, label)
    elif isinstance(value, str) and (inner := parse(value)):
        yield from rows_of(inner, depth, f"{label} (JSON text)")
    elif isinstance(value, str) and (content := media.decode(value)) is not None and not _is_text(content):
        yield Row(Kind.MEDIA, label, media.describe(content), depth)
    else:
        yield Row(Kind.FIELD, label, scalar(value), depth)


def scalar(value: Json) -> str:
    """A string without quotes unless they tell it from a number or an empty value; anything else as JSON."""
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return value if value and not _looks_typed(value) else json.dumps(value, ensure_ascii=False)


def _looks_typed(text: str) -> bool:
    """Whether a string without its quotes would be read as a number, a literal, or lose blanks."""
    return text in ("true", "false", "null") or text.strip() != text or _is_number(text)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is_text(content: bytes) -> bool:
    try:
        return content.decode("utf-8").isprintable()
    except UnicodeDecodeError:
        return False


def _object_rows(value: Mapping[str, Json], depth: int, label: str) -> Iterator[Row]:
    below = depth + bool(label)
    if label:
        yield Row(Kind.FIELD, label, "" if value else "{}", depth)
    elif not value:
        yield Row(Kind.FIELD, "{}", "", depth)
    for key, member in value.items():
        if member is not None:
            yield from rows_of(member, below, key)
    if absent := [key for key, member in value.items() if member is None]:
        yield Row(Kind.FIELD, "null", ", ".join(absent), below)


def _list_rows(value: Sequence[Json], depth: int, label: str) -> Iterator[Row]:
    if label and all(not isinstance(each, Mapping | list) for each in value):
        yield Row(Kind.FIELD, label, json.dumps(value, ensure_ascii=False), depth)
        return
    below = depth + bool(label)
    if label:
        yield Row(Kind.FIELD, label, f"{len(value)} elements" if len(value) > 1 else "1 element", depth)
    for number, element in enumerate(value, start=1):
        yield from rows_of(element, below, f"[{number}]")
