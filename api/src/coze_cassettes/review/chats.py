"""Tells a chat as a conversation: joined answers, tool calls, follow-ups, how it ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from coze_cassettes.review import media
from coze_cassettes.review.events import Event
from coze_cassettes.review.transcript import Kind, Row
from coze_cassettes.review.values import Json, parse, rows_of

_LABELS: Final = {
    "question": (Kind.USER, "user"),
    "answer": (Kind.ASSISTANT, "assistant"),
    "follow_up": (Kind.FOLLOW_UP, "follow-up"),
    "function_call": (Kind.TOOL, "tool call"),
    "tool_output": (Kind.TOOL, "tool output"),
    "tool_response": (Kind.TOOL, "tool response"),
    "knowledge": (Kind.TOOL, "knowledge"),
    "verbose": (Kind.STATUS, "verbose"),
}
"""How the type of a message reads in a conversation."""

_ENDS: Final = ("completed", "failed", "requires_action", "canceled")


@dataclass
class _Message:
    """A message while its events are read."""

    kind: str
    role: str
    pieces: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    sounds: list[bytes] = field(default_factory=list)
    completed: str | None = None

    def rows(self) -> Iterator[Row]:
        kind, label = _LABELS.get(self.kind, (Kind.TEXT, self.kind or self.role or "message"))
        if self.reasoning:
            yield Row(Kind.REASONING, "reasoning", "".join(self.reasoning))
        joined = "".join(self.pieces)
        text = joined if self.completed is None else self.completed
        if (inner := parse(text)) is not None:
            yield from rows_of(inner, 0, label)
        elif text or not self.sounds:
            yield Row(kind, label, text)
        if self.sounds:
            yield Row(Kind.MEDIA, f"{label} (sound)", media.describe(b"".join(self.sounds), "sound"))
        if self.completed is None and self.pieces:
            yield Row(Kind.STATUS, f"{label} (not completed)", "the message ends with its deltas")
        elif self.pieces and joined != self.completed:
            yield Row(Kind.FAULT, f"{label} (deltas)", joined)


def rows(events: Sequence[Event]) -> list[Row]:
    """The conversation of a stream, in the order in which each message began."""
    entries: list[_Message | Row] = []
    messages: dict[tuple[str, str], _Message] = {}
    for event in events:
        body, name = event.body, event.name
        if ".message." in name or ".audio.delta" in name:
            key = (str(body.get("id", "")), str(body.get("type", "")))
            if key not in messages:
                messages[key] = _Message(key[1], str(body.get("role", "")))
                entries.append(messages[key])
            _add(messages[key], event)
        elif ".chat." in name and name.rpartition(".")[2] in _ENDS:
            entries.extend(_ending(name.rpartition(".")[2], body))
        elif name == "error":
            entries.append(_error(event))
    return [row for entry in entries for row in ([entry] if isinstance(entry, Row) else entry.rows())]


def _add(message: _Message, event: Event) -> None:
    content = str(event.body.get("content") or "")
    if event.name.endswith(".audio.delta"):
        message.sounds.append(media.decode_piece(content) or content.encode())
    elif event.name.endswith(".delta"):
        message.pieces.append(content)
        message.reasoning.append(str(event.body.get("reasoning_content") or ""))
    else:
        message.completed = content
    message.reasoning = [piece for piece in message.reasoning if piece]


def _ending(end: str, chat: Mapping[str, Json]) -> Iterator[Row]:
    error = chat.get("last_error") or {}
    if isinstance(error, dict) and error.get("code"):
        yield Row(Kind.FAULT, f"chat {end}", f"{error['code']} {error.get('msg', '')}".strip())
    else:
        yield Row(Kind.STATUS, "chat", end)
    for call in tool_calls(chat):
        yield Row(Kind.TOOL, "tool call", call)
    yield from usage(chat)


def usage(chat: Mapping[str, Json]) -> Iterator[Row]:
    """``529 tokens (456 in, 73 out)``."""
    found = chat.get("usage")
    if isinstance(found, dict) and found:
        total, into, out = (found.get(f"{name}_count") for name in ("token", "input", "output"))
        yield Row(Kind.STATUS, "usage", f"{total} tokens ({into} in, {out} out)")


def tool_calls(chat: Mapping[str, Json]) -> Iterator[str]:
    """``get_weather({"city": "..."})`` for each call that a chat waits for."""
    action = chat.get("required_action")
    submit = action.get("submit_tool_outputs") if isinstance(action, dict) else None
    calls = submit.get("tool_calls") if isinstance(submit, dict) else None
    for call in calls if isinstance(calls, list) else ():
        function = call.get("function") if isinstance(call, dict) else None
        if isinstance(function, dict):
            yield f"{function.get('name')}({function.get('arguments')})"


def _error(event: Event) -> Row:
    body = event.body
    return Row(Kind.FAULT, "error", f"{body.get('code', '')} {body.get('msg', event.text)}".strip())
