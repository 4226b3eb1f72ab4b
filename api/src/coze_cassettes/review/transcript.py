"""The transcript of a cassette: plain values that every output renders."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from coze_cassettes.cassette.model import Metadata


class Kind(StrEnum):
    """What a row of a transcript is, so that an output can give it its look."""

    USER = "user"
    """Words that the test sends."""
    ASSISTANT = "assistant"
    """The joined text of an answer, or of a node of a workflow."""
    REASONING = "reasoning"
    TOOL = "tool"
    """A call of a tool, or its result."""
    FOLLOW_UP = "follow-up"
    STATUS = "status"
    """How a chat, a run or a call ended; usage; the order of events."""
    FAULT = "fault"
    """An error that the service answers, or a connection that breaks."""
    HEADER = "header"
    FIELD = "field"
    """One field of a JSON body."""
    EVENT = "event"
    """The name of events of one kind, above their fields."""
    PART = "part"
    """One part of a multipart body."""
    MEDIA = "media"
    """Sound, a picture, bytes: what they are, and how long."""
    TEXT = "text"
    SENT = "sent"
    """A WebSocket message from the test."""
    RECEIVED = "received"
    """A WebSocket message to the test."""


@dataclass(frozen=True)
class Row:
    """One row of a transcript; ``depth`` is its indentation, 0 or more; ``text`` may have several lines."""

    kind: Kind
    label: str
    text: str = ""
    depth: int = 0

    def __str__(self) -> str:
        indent = "  " * self.depth
        lines = self.text.split("\n")
        if len(lines) > 1:
            return f"{indent}{self.label}:\n" + "\n".join(f"{indent}  | {line}" for line in lines)
        return f"{indent}{self.label}: {self.text}" if self.text else f"{indent}{self.label}"


@dataclass(frozen=True)
class Call:
    """One interaction: ``heading`` is method and path with query, ``outcome`` the status or the fault.

    ``details`` are the events of a stream with all of their fields, which a page may fold.
    """

    heading: str
    outcome: str
    request: tuple[Row, ...] = ()
    response: tuple[Row, ...] = ()
    details: tuple[Row, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """Everything below the heading, the outcome between request and response."""
        return (*self.request, Row(Kind.STATUS, f"→ {self.outcome}"), *self.response, *self.details)


@dataclass(frozen=True)
class Transcript:
    """A whole cassette: its path below the cassette folder, where it was recorded, its calls in order."""

    file: str
    metadata: Metadata = field(default_factory=lambda: Metadata("", "", ""))
    calls: tuple[Call, ...] = ()
