"""Tells a WebSocket as a dialogue: what each side sends, sounds as their length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from coze_cassettes.review import media
from coze_cassettes.review.events import Event
from coze_cassettes.review.transcript import Kind, Row
from coze_cassettes.review.values import parse, scalar

Turn = tuple[Kind, Event]
"""SENT or RECEIVED, with the message."""


def rows(turns: Sequence[Turn]) -> Iterator[Row]:
    """The dialogue in order; a run of messages of one kind is one row with what they carry joined."""
    for (direction, label), run in groupby(turns, key=lambda turn: (turn[0], turn[1].label)):
        events = [event for _, event in run]
        count = f" ×{len(events)}" if len(events) > 1 else ""
        yield Row(direction, f"{label}{count}", _join_content(events))


def _join_content(events: Sequence[Event]) -> str:
    """The joined text or sound of some messages; of any other message, its text."""
    texts = [piece for event in events if (piece := _piece(event))]
    if not texts:
        return next((event.text for event in events if event.text), "")
    contents = [media.decode_piece(text) for text in texts] if "audio" in events[0].name else []
    if contents and all(content is not None for content in contents):
        return media.describe(b"".join(content for content in contents if content), "sound")
    return "".join(texts)


def _piece(event: Event) -> str:
    for name in ("delta", "content", "text", "msg", "reason"):
        value = event.body.get(name)
        if isinstance(value, str) and value:
            return value if parse(value) is None else scalar(value)
    return ""
