"""What the API can be made to do differently: one row a kind of change, applied to answers that are finished.

A change is written ``OPERATION:KIND:FIELD[:NEW]``, for example ``bots.retrieve:rename:description:about``. An operation
named without ``#`` stands for all its variants. FIELD leads through objects and lists, ``items[].name``, and with ``*``
into every member of an object: from the top where it begins with ``$.`` or with a field that stands there, else from
what ``data`` holds (a refusal has no ``data``, and stays). In a stream it is a field of every event, on a websocket of
every frame of the server or of its ``data``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from coze_standin import sse
from coze_standin.records import JSON

EVERY = "*"
"""The step of a path into all members of an object whose keys are data."""

Edit = Callable[[JSON, str, str], JSON]
"""Makes of an object, one of its keys and what the change calls NEW the object with the change."""


class InvalidChange(ValueError):
    """A change that means nothing; the text says why."""


# --- the kinds ------------------------------------------------------------------------------------------------------


def _rename(owner: JSON, key: str, new: str) -> JSON:
    return {(new if name == key else name): value for name, value in owner.items()}


def _remove(owner: JSON, key: str, _new: str) -> JSON:
    return {name: value for name, value in owner.items() if name != key}


def _retype(owner: JSON, key: str, new: str) -> JSON:
    return {name: (_TYPES[new](value) if name == key else value) for name, value in owner.items()}


def _add(owner: JSON, key: str, new: str) -> JSON:
    return {**owner, key: _read(new)}


def _read(text: str) -> Any:
    """The value that is written as JSON, or else the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _string(value: Any) -> str:
    return value if isinstance(value, str) else sse.encode_json(value)


_TYPES: Mapping[str, Callable[[Any], Any]] = {
    "another": lambda value: [value] if isinstance(value, str) else _string(value),
    "string": _string,
    "integer": lambda value: int(value) if str(value).isdecimal() else 7,
    "boolean": bool,
    "null": lambda _: None,
    "list": lambda value: [value],
    "object": lambda value: {"value": value},
}
"""What a field can be retyped to; ``another`` makes a list of a string, and a string of all else."""


@dataclass(frozen=True)
class Kind:
    """One kind: what it does, what NEW is when it is not said (``{}`` stands for the field), and what NEW may be.

    ``edit`` changes an object in which the field is or, where ``adds``, is not; without it FIELD is a HTTP status.
    """

    name: str
    does: str
    edit: Edit | None = None
    default: str = ""
    choices: tuple[str, ...] = ()
    adds: bool = False


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("rename", "the field is called NEW", _rename, default="{}_renamed"),
        Kind("remove", "the field is not there", _remove),
        Kind("retype", "the field is of the JSON type NEW", _retype, default="another", choices=tuple(_TYPES)),
        Kind("add", "the field is there, with the JSON or the text NEW", _add, default="added", adds=True),
        Kind("status", "the answer has the HTTP status FIELD"),
    )
}
"""The kinds of changes by name."""


# --- one change -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """One change of an operation: to the field at ``path``, or to the HTTP status if ``status`` is not 0."""

    operation: str
    kind: Kind
    path: tuple[str, ...] = ()
    from_top: bool = False
    new: str = ""
    status: int = 0

    def affects(self, operation: str) -> bool:
        """Whether it changes the answers of this operation."""
        return self.operation in (operation, operation.partition("#")[0])

    def apply_to(self, content: Any) -> Any:
        """The content of an answer, or the data of an event, with the change."""
        if not self.path or not isinstance(content, dict):
            return content
        if self.from_top or self.path[0] in content or "code" not in content:
            return self._below(content, self.path)
        if isinstance(content.get("data"), dict | list):
            return {**content, "data": self._below(content["data"], self.path)}
        refused = content["code"] != 0
        return content if refused else self._below(content, self.path)

    def apply_to_frame(self, frame: JSON) -> JSON:
        """A frame of a websocket with the change: no ``code`` beside its ``data`` tells where a field belongs."""
        if not self.path or self.from_top or self.path[0] in frame:
            return dict(self._below(frame, self.path)) if self.path else frame
        return {**frame, "data": self.apply_to(frame["data"])} if "data" in frame else frame

    def _below(self, value: Any, path: tuple[str, ...]) -> Any:
        if isinstance(value, list):
            return [self._below(each, path) for each in value]
        if not isinstance(value, dict):
            return value
        key, *rest = path
        if rest and key == EVERY:
            return {name: self._below(each, tuple(rest)) for name, each in value.items()}
        if rest:
            return {**value, key: self._below(value[key], tuple(rest))} if key in value else value
        return self._edit(value, key)

    def _edit(self, owner: JSON, key: str) -> JSON:
        edit = self.kind.edit
        return owner if edit is None or (key in owner) == self.kind.adds else edit(owner, key, self.new)


def parse_change(text: str, operations: Container[str]) -> Change:
    """The change that is written ``OPERATION:KIND:FIELD[:NEW]``; InvalidChange if it means nothing."""
    operation, name, field, new = [*text.split(":", 3), "", "", ""][:4]
    if operation not in operations:
        raise InvalidChange(f"there is no operation {operation!r}: write OPERATION:KIND:FIELD[:NEW]")
    if name not in KINDS:
        raise InvalidChange(f"there is no kind of change {name!r}: it is one of {', '.join(KINDS)}")
    kind = KINDS[name]
    return _to_status(operation, kind, field) if kind.edit is None else _to_field(operation, kind, field, new)


def _to_field(operation: str, kind: Kind, field: str, new: str) -> Change:
    path = tuple(field.removeprefix("$.").replace("[]", "").split("."))
    if not all(path):
        raise InvalidChange(f"{kind.name} needs a field, such as data.name or data.items[].name")
    new = new or kind.default.replace("{}", path[-1])
    if kind.choices and new not in kind.choices:
        raise InvalidChange(f"{kind.name} knows {', '.join(kind.choices)}, not {new!r}")
    return Change(operation, kind, path, field.startswith("$."), new)


def _to_status(operation: str, kind: Kind, text: str) -> Change:
    if not text.isdecimal() or not 200 <= int(text) < 600:  # noqa: PLR2004  (HTTP's own range)
        raise InvalidChange(f"{kind.name} needs a number from 200 to 599, not {text!r}")
    return Change(operation, kind, status=int(text))


# --- all of them ----------------------------------------------------------------------------------------------------


class Changes:
    """The changes that are in force, in the order in which they were asked for."""

    def __init__(self, changes: Iterable[Change] = ()) -> None:
        self._changes = list(changes)
        self._applied: set[Change] = set()

    def applied_flags(self) -> list[bool]:
        """Of each change in force, whether it has made any answer differ so far."""
        return [change in self._applied for change in self._changes]

    def add(self, change: Change) -> None:
        """From now on, one more."""
        self._changes.append(change)

    def clear(self) -> None:
        """The API is what it was."""
        self._changes.clear()

    def content(self, operation: str, content: Any) -> Any:
        """What an answer of the operation holds."""
        for change in self._of(operation):
            content = self._note(change, content, change.apply_to(content))
        return content

    def status(self, operation: str, status: int) -> int:
        """The HTTP status of an answer of the operation."""
        found = next((change for change in self._of(operation) if change.status), None)
        return status if found is None else int(self._note(found, status, found.status))

    def events(self, operation: str, events: Iterable[sse.Event]) -> tuple[sse.Event, ...]:
        """The events of a stream of the operation."""
        return tuple((name, self.content(operation, data)) for name, data in events)

    def frame(self, operation: str, frame: JSON) -> JSON:
        """A frame of the server on a websocket of the operation."""
        for change in self._of(operation):
            frame = self._note(change, frame, change.apply_to_frame(frame))
        return frame

    def _note(self, change: Change, before: Any, after: Any) -> Any:
        if after != before:
            self._applied.add(change)
        return after

    def _of(self, operation: str) -> Iterator[Change]:
        return (change for change in self._changes if change.affects(operation))
