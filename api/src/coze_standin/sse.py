"""Server-sent events: the two spellings of a frame, the schedule in which their bytes go out."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

_PAUSE = (0.005, 0.03)
"""Seconds between two pieces."""

_CHARACTER = 0.75
"""How often a character is cut."""


@dataclass(frozen=True)
class Send:
    """Bytes to write: one whole event before the cutting, any piece of the stream after it."""

    data: bytes


@dataclass(frozen=True)
class Burst:
    """Bytes that go out at once, not cut anew: a client that stops reading at their beginning has got them all."""

    data: bytes


@dataclass(frozen=True)
class Wait:
    """A pause in seconds."""

    seconds: float


@dataclass(frozen=True)
class Break:
    """The connection closes here, the chunked body unfinished."""


Step = Send | Burst | Wait | Break


def encode_json(data: Any) -> str:
    """JSON as Coze writes it: compact, characters as themselves."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def encode_json_for_html(data: Any) -> str:
    r"""The same with ``&``, ``<`` and ``>`` as ``\u0026`` and so on, as the ``done`` of a workflow chat has them."""
    text = encode_json(data)
    for character in "&<>":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


Event = tuple[str, Any]
"""The name of an event and its data, not yet spelled."""


@dataclass(frozen=True)
class Style:
    """How an endpoint spells its frames, and what its error event looks like.

    ``escapes_all`` writes all data, ``escaping`` that of the events it names, with ``encode_json_for_html``.
    """

    colon: str
    numbered: bool
    error_event: str
    error_keys: tuple[str, str]
    escapes_all: bool = False
    escaping: frozenset[str] = frozenset()

    def frame(self, number: int, event: Event) -> bytes:
        """The exact bytes of one event; ``number`` is its place in the stream, from 0."""
        name, data = event
        identity = f"id{self.colon}{number}\n" if self.numbered else ""
        text = encode_json_for_html(data) if self.escapes_all or name in self.escaping else encode_json(data)
        return f"{identity}event{self.colon}{name}\ndata{self.colon}{text}\n\n".encode()

    def error(self, code: int | str, msg: str) -> Event:
        """The event that tells an error in the middle of a stream."""
        return self.error_event, dict(zip(self.error_keys, (code, msg), strict=True))


CHAT = Style(":", numbered=False, error_event="error", error_keys=("code", "msg"))
"""``/v3/chat``: no space after the colons."""

WORKFLOW = Style(": ", numbered=True, error_event="Error", error_keys=("error_code", "error_message"), escapes_all=True)
"""``/v1/workflow/stream_run`` and ``stream_resume``: ids count from 0."""

WORKFLOW_CHAT = Style(
    ": ", numbered=False, error_event="error", error_keys=("code", "msg"), escaping=frozenset({"done"})
)
"""``/v1/workflows/chat``."""


def script(style: Style, events: Iterable[Event]) -> tuple[Step, ...]:
    """The plain script of a stream: every event sent whole, nothing else."""
    return tuple(Send(style.frame(number, event)) for number, event in enumerate(events))


def schedule(steps: Iterable[Step], rng: random.Random) -> Iterator[Step]:
    """The steps as they go on the wire: sent bytes joined and cut anew, with a pause before each piece."""
    for sending, run in groupby(steps, key=lambda step: isinstance(step, Send)):
        if sending:
            yield from _with_pauses(split(b"".join(step.data for step in run if isinstance(step, Send)), rng), rng)
        else:
            yield from run


def pause(rng: random.Random) -> Wait:
    """The pause before a piece."""
    return Wait(rng.uniform(*_PAUSE))


def _with_pauses(pieces: Iterable[bytes], rng: random.Random) -> Iterator[Step]:
    for piece in pieces:
        yield pause(rng)
        yield Send(piece)


def split(data: bytes, rng: random.Random) -> list[bytes]:
    """``data`` in pieces whose ends respect neither events nor characters: about one piece an event."""
    events = data.count(b"\n\n") or 1
    wanted = min(len(data) - 1, rng.randint(max(1, events // 2), events + 2))
    places = set(rng.sample(range(1, len(data)), wanted)) if wanted > 0 else set()
    edges = sorted({0, len(data)} | places | _inside_a_character(data, rng))
    return [data[start:end] for start, end in pairwise(edges)]


def _inside_a_character(data: bytes, rng: random.Random) -> set[int]:
    """Most times one place in the middle of a UTF-8 character, if there is one longer than a byte."""
    continuing = [place for place, byte in enumerate(data) if byte & 0xC0 == 0x80]  # noqa: PLR2004  (10xxxxxx)
    return {rng.choice(continuing)} if continuing and rng.random() < _CHARACTER else set()
