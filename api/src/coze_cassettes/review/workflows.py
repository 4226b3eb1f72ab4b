"""Tells the run of a workflow as its nodes: joined messages, interrupts, errors, the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from coze_cassettes.review.events import Event
from coze_cassettes.review.transcript import Kind, Row
from coze_cassettes.review.values import parse, rows_of

NAMES: Final = frozenset({"Message", "Interrupt", "Error", "Done", "PING"})
"""The events of a workflow's stream."""


def rows(events: Sequence[Event]) -> list[Row]:
    """The run in the order in which each node began to speak."""
    entries: list[tuple[str, list[str]] | Row] = []
    nodes: dict[tuple[str, str], list[str]] = {}
    for event in events:
        data = event.data
        if event.name == "Message":
            title, uuid = str(data.get("node_title", "")), str(data.get("node_execute_uuid", ""))
            if (title, uuid) not in nodes:
                nodes[title, uuid] = []
                entries.append((title, nodes[title, uuid]))
            nodes[title, uuid].append(str(data.get("content", "")))
        elif event.name in NAMES:
            entries.append(_row(event))
    return [row for entry in entries for row in ([entry] if isinstance(entry, Row) else _node(*entry))]


def _node(title: str, pieces: Sequence[str]) -> list[Row]:
    text = "".join(pieces)
    label = f"node {title}"
    if inner := parse(text):
        return list(rows_of(inner, 0, label))
    return [Row(Kind.ASSISTANT, label, text)]


def _row(event: Event) -> Row:
    data = event.data
    if event.name == "Error":
        return Row(Kind.FAULT, "error", f"{data.get('error_code', '')} {data.get('error_message', '')}".strip())
    if event.name == "Interrupt":
        details = data.get("interrupt_data")
        kind = details.get("type") if isinstance(details, dict) else ""
        return Row(Kind.TOOL, "interrupt", f"node {data.get('node_title', '')}, type {kind}")
    return Row(Kind.STATUS, "ping" if event.name == "PING" else "run", "" if event.name == "PING" else "done")
