"""Shows a WebSocket as a dialogue: what each side sends, sounds as their format with their length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import Final

from coze_cassettes.review import media
from coze_cassettes.review.events import Event
from coze_cassettes.review.transcript import Kind, Row
from coze_cassettes.review.values import Json, parse, scalar

Turn = tuple[Kind, Event]
"""SENT or RECEIVED, with the message."""


_SETTINGS: Final = {Kind.SENT: "input_audio", Kind.RECEIVED: "output_audio"}
"""Where a message says the format of the sounds that go this way."""


def rows(turns: Sequence[Turn]) -> Iterator[Row]:
    """The dialogue in order; a run of messages of one kind is one row with what they carry joined."""
    formats = {direction: media.SoundFormat() for direction in _SETTINGS}
    for (direction, label), run in groupby(turns, key=lambda turn: (turn[0], turn[1].label)):
        events = [event for _, event in run]
        for each, name in _SETTINGS.items():
            formats[each] = _format(events[-1].body.get(name)) or formats[each]
        count = f" ×{len(events)}" if len(events) > 1 else ""
        yield Row(direction, f"{direction} {label}{count}", _join_content(events, formats[direction]))


def _format(settings: Json) -> media.SoundFormat | None:
    """The format that the settings of a session name, None if they name none."""
    if not isinstance(settings, dict) or not isinstance(codec := settings.get("codec"), str):
        return None
    inner = settings.get(f"{codec}_config")
    numbers = {**settings, **(inner if isinstance(inner, dict) else {})}
    rate, depth, channels = (
        value if isinstance(value := numbers.get(name), int) else 0 for name in ("sample_rate", "bit_depth", "channel")
    )
    return media.SoundFormat(codec, rate, depth // 8 * channels if codec == "pcm" else 0)


def _join_content(events: Sequence[Event], sound: media.SoundFormat) -> str:
    """The joined text or sound of some messages; of any other message, its text."""
    texts = [piece for event in events if (piece := _piece(event))]
    if not texts:
        return next((event.text for event in events if event.text), "")
    contents = [media.decode_piece(text) for text in texts] if "audio" in events[0].name else []
    if contents and all(content is not None for content in contents):
        return media.describe(b"".join(content for content in contents if content), "sound", sound)
    if events[0].name.endswith(".update") and all(later.startswith(earlier) for earlier, later in pairwise(texts)):
        return texts[-1]  # each says again what came before it
    return "".join(texts)


def _piece(event: Event) -> str:
    for name in ("delta", "content", "text", "msg", "reason"):
        value = event.body.get(name)
        if isinstance(value, str) and value:
            return value if parse(value) is None else scalar(value)
    return ""
