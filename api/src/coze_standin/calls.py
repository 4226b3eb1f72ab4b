"""A request as a handler sees it, with the kinds of answer that a handler gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from coze_standin.errors import ApiError
from coze_standin.records import JSON
from coze_standin.sse import Event, Style
from coze_standin.state import State

T = TypeVar("T")

_DIGITS = 18
"""The longest number of a query: it fits into 64 bits."""


@dataclass(frozen=True)
class Upload:
    """The file part of a multipart request: its name and its size in bytes."""

    name: str
    size: int


@dataclass(frozen=True)
class Call:
    """One authenticated request.

    ``body`` is the JSON object of the body, or the text fields of a multipart one, ``bearer`` the token it came with,
    ``scenario`` the name of a fault that the handler itself plays (``chat-failed``, ``workflow-timeout``), ``options``
    its options.
    """

    state: State
    logid: str
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    upload: Upload | None = None
    bearer: str = ""
    scenario: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)

    def need(self, name: str) -> str:
        """A text that the body must hold; 4000 without it."""
        return _text(self.body.get(name))

    def ask(self, name: str) -> str:
        """A text that the query must hold; 4000 without it."""
        return _text(self.query.get(name))

    def mapping(self, name: str) -> Mapping[str, Any]:
        """An object of the body, empty when it is absent or null; 4000 when it is something else."""
        value = self.body.get(name) or {}
        if not isinstance(value, Mapping):
            raise ApiError("parameter")
        return value

    def sequence(self, name: str) -> Sequence[Any]:
        """A list of the body, empty when it is absent or null; 4000 when it is something else."""
        value = self.body.get(name) or []
        if not isinstance(value, list):
            raise ApiError("parameter")
        return value

    def objects(self, name: str) -> list[JSON]:
        """A list of objects of the body, empty when it is absent or null; 4000 when it is something else."""
        values = self.sequence(name)
        if not all(isinstance(value, dict) for value in values):
            raise ApiError("parameter")
        return list(values)

    def number(self, name: str, default: int) -> int:
        """A positive number of the query; 4000 when it is not one."""
        value = whole_number(self.query.get(name) or str(default))
        if value < 1:
            raise ApiError("parameter")
        return value

    def count(self, name: str, default: int) -> int:
        """A positive number of the body; 4000 when it is not one."""
        value = self.body.get(name)
        if value is None:
            return default
        if type(value) is not int or value < 1:  # a bool is not a number
            raise ApiError("parameter")
        return value

    def file(self) -> Upload:
        """The part ``file``; 4000 without it, 4300 when it is empty."""
        if self.upload is None:
            raise ApiError("parameter")
        if not self.upload.size:
            raise ApiError("empty-file")
        return self.upload

    def choice(self, name: str, allowed: Sequence[int]) -> int:
        """A number of the body that must be one of ``allowed``; 4000 otherwise."""
        value = self.body.get(name)
        if type(value) is not int or value not in allowed:
            raise ApiError("parameter")
        return value

    def page(self, items: Sequence[T], number: str = "page_num", default_size: int = 20) -> tuple[list[T], bool]:
        """The page that the query asks for, counted from 1, and whether more follow; ``number`` names its parameter."""
        return page_of(items, self.number(number, 1), self.number("page_size", default_size))

    def token_page(self, items: Sequence[T], default_size: int) -> tuple[list[T], str]:
        """The page that ``page_token`` asks for, and the token of the next, empty if there is none.

        How Coze makes its tokens is not known; here one is the place of the first item of its page.
        """
        size = self.number("page_size", default_size)
        start = whole_number(self.query.get("page_token") or "0")
        following = start + size
        return list(items[start:following]), str(following) if following < len(items) else ""


def whole_number(text: str, most_digits: int = _DIGITS) -> int:
    """The number that a text of decimal digits is; 4000 when it is something else."""
    if not text.isascii() or not text.isdigit() or len(text) > most_digits:
        raise ApiError("parameter")
    return int(text)


def page_of(items: Sequence[T], number: int, size: int) -> tuple[list[T], bool]:
    """Page ``number``, counted from 1, in pages of ``size``, and whether more follow."""
    start = (number - 1) * size
    return list(items[start : start + size]), start + size < len(items)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ApiError("parameter")
    return value


@dataclass(frozen=True)
class Answer:
    """A JSON answer.

    The application adds ``detail.logid`` unless it is ``flat`` (no envelope) or not ``detailed``; ``pause`` is in s.
    """

    content: JSON
    status: int = 200
    flat: bool = False
    detailed: bool = True
    pause: float = 0.0


@dataclass(frozen=True)
class Sound:
    """A sound, without an envelope."""

    content: bytes
    media_type: str


@dataclass(frozen=True)
class Events:
    """A stream of events in the spelling of its endpoint; ``finish`` runs when the stream is over or broken.

    ``cut_short`` gives the events with which the stream ends early, or none while it goes on.
    """

    style: Style
    events: tuple[Event, ...]
    finish: Callable[[], None] = lambda: None
    cut_short: Callable[[], tuple[Event, ...]] = tuple


Handler = Callable[[Call], Answer | Events | Sound]


def ok(data: Any = None, **beside: Any) -> Answer:
    """Success: ``{"code":0,"msg":"","data":...}`` and what stands beside ``data``; no ``data`` when it is None."""
    carried = {} if data is None else {"data": data}
    return Answer({"code": 0, "msg": "", **carried, **beside})
