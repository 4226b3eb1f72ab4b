"""THE table of what may differ between two recordings of an unchanged API: one row each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from coze_cassettes.scrubbing.rules.identifiers import FRAME_ID, WEBSOCKETS


class Where(StrEnum):
    """Where a row looks."""

    FIELD = "field"
    """A scalar of an answer; the pattern is matched against the end of its dotted path (``data.usage.token_count``)."""
    HEADER = "header"
    """A response header; the pattern is matched against its lower-case name."""
    RUN = "run"
    """A stream's events with this name: how many there are in a row says nothing."""
    INTERLEAVED = "interleaved"
    """A stream's events with these names: in which order they come says nothing, nor how many there are."""
    EVENT = "event"
    """A stream's events with this name: they come or stay away."""
    ELEMENT = "element"
    """A list's elements, or a stream's events, with ``key=value`` among their fields: they come or stay away."""
    MAP = "map"
    """An object of an answer, by its path, whose keys are data: its members are compared as a list's elements are."""
    CALL = "call"
    """A method with a URI path: how often the same is asked says nothing."""


@dataclass(frozen=True)
class Volatile:
    """One row: what may differ, and why.

    ``types`` are JSON types, ``uri`` says on which URI paths, ``unless`` is a ``key=value`` of the same object that
    makes the field count after all, ``beside`` is an event that the same stream must have.
    """

    where: Where
    pattern: str
    reason: str
    types: str = "string integer number"
    uri: str = ""
    unless: str = ""
    beside: str = ""


_MODEL_TEXT = "what a model says, and what is made of it, differs from run to run"
_WEBSOCKETS = rf"(?:{WEBSOCKETS})$"
# fmt: off
VOLATILE: Final = (
    Volatile(Where.FIELD, r"(?:.*_)?usage\..+", "the number of tokens follows the wording"),
    Volatile(Where.FIELD, r"tokens?|(?!max_)\w+_tokens?|(?:token|input|output)_count|cost", "the same elsewhere"),
    Volatile(Where.FIELD, r"\w+_at|\w+_time|time|timestamp|expires_in", "when it happened"),
    Volatile(Where.FIELD, r"version", "a bot's version is the time of its publication", types="string integer"),
    Volatile(Where.FIELD, r"(?:\w+_)?(?:duration|latency)(?:_ms)?|\w+_ms|time_cost|cost_time", "how long it took"),
    Volatile(Where.FIELD, r"logid|log_id", "one a call"),
    Volatile(Where.FIELD, r"etag", "it follows the body"),
    Volatile(Where.FIELD, r"(?:reasoning_)?content(?:\..+)?", _MODEL_TEXT, types="string", unless="role=user"),
    Volatile(Where.FIELD, r"output(?:\..+)?", _MODEL_TEXT, types="string"),
    Volatile(Where.FIELD, r"data(?:\..+)?", _MODEL_TEXT, types="string", uri=r"/v1/workflow/run$"),
    Volatile(Where.FIELD, r"Message\.node_seq_id", "it counts the deltas"),
    Volatile(Where.FIELD, r"Message\.node_is_finish", "only the last delta says so", types="boolean"),
    Volatile(Where.FIELD, r"node_id", "which node of which workflow"),
    Volatile(Where.FIELD, r"hit_count", "how often chats found something in a knowledge base", types="integer"),
    Volatile(Where.FIELD, r"status|progress", "how far each of some documents is", types="integer", uri=r"/process$"),
    Volatile(
        Where.FIELD,
        r"document_infos\.(?:status|char_count|slice_count)|photo_infos\.status",
        "the same in lists",
        types="integer",
        uri=r"/(?:document/(?:list|create)|images)$",
    ),
    Volatile(Where.FIELD, r"caption", _MODEL_TEXT, types="string", uri=r"/images$"),
    Volatile(Where.FIELD, r"data\.text", _MODEL_TEXT, types="string", uri=r"/v1/audio/transcriptions$"),
    Volatile(Where.FIELD, r"available_training_times", "each training of a voice spends one", types="integer"),
    Volatile(
        Where.FIELD,
        r"voice_list\.(?:name|language_\w+|preview_\w+|state)",
        "a voice of the account may have been trained meanwhile",
        types="string",
        uri=r"/v1/audio/voices$",
    ),
    Volatile(Where.FIELD, r"score", "how alike voices are is a guess", types="number", uri=r"identify$"),
    Volatile(Where.FIELD, r"id:", "it counts the events of a stream"),
    Volatile(Where.FIELD, r"after:", "how far the sender of a websocket was depends on two threads"),
    Volatile(Where.FIELD, FRAME_ID, "every frame of a websocket has a new one", uri=_WEBSOCKETS),
    Volatile(Where.FIELD, r"speech\.audio\.update\.data\.delta", _MODEL_TEXT, uri=_WEBSOCKETS),
    Volatile(Where.FIELD, r"conversation\.audio\.sentence_start\.data\.text", _MODEL_TEXT, uri=_WEBSOCKETS),
    Volatile(Where.FIELD, r"data\.content", "a question that was spoken is text that a model heard", uri=_WEBSOCKETS),
    Volatile(Where.FIELD, r".+ \(cut off\)\.data:", "what is left of an event breaks off somewhere"),
    Volatile(Where.HEADER, r"x-tt-logid|x-log-id|date|content-length|set-cookie|via|server-timing", "one a call"),
    Volatile(Where.HEADER, r"etag|expires|last-modified", "it follows the body, or the time of the answer"),
    Volatile(Where.HEADER, r"vary", "it follows the gateway that answered"),
    Volatile(Where.HEADER, r"(?:x-)?rate-?limit(?:-(?:remaining|reset|used).*)?", "how much of a quota is left"),
    Volatile(Where.HEADER, r"(?:.*-)?(?:\w*time|duration|latency)(?:-ms)?", "how long it took"),
    Volatile(Where.RUN, r".*\.delta|Message", "a model's text is cut into deltas as it comes"),
    Volatile(Where.RUN, r"(?:transcriptions\.message|conversation\.audio_transcript)\.update", "so is what was heard"),
    Volatile(
        Where.INTERLEAVED,
        r"conversation\.message\.delta|conversation\.audio\.(?:delta|sentence_start)|speech\.audio\.update",
        "text and sound of an answer are made side by side, sentence by sentence",
        uri=_WEBSOCKETS,
    ),
    Volatile(Where.EVENT, r"PING", "a long run of a workflow sends one every half minute"),
    Volatile(
        Where.EVENT,
        r"conversation\.message\.delta|conversation\.audio\.(?:delta|sentence_start)",
        "how much of an answer comes before it is cancelled",
        beside="conversation.chat.canceled",
    ),
    Volatile(Where.CALL, r"(?:GET|POST) /v3/chat/retrieve", "a chat is polled until the model is done"),
    Volatile(Where.CALL, r"GET /v1/workflows/[^/]+/run_histories/[^/]+", "a run is polled until it is done"),
    Volatile(Where.CALL, r"POST /v1/datasets/[^/]+/process", "a document is polled until it is processed"),
    Volatile(Where.MAP, r"node_execute_status", "by id of a node: which ran differs from run to run"),
    Volatile(Where.ELEMENT, r"type=follow_up", "a model suggests some further questions, or none"),
)
# fmt: on
"""What may differ between two recordings of an unchanged API; nothing in a request is volatile.

Times that a test makes of the clock are compared by ``times``.
"""


def rows(where: Where) -> tuple[Volatile, ...]:
    """The rows that look there."""
    return tuple(row for row in VOLATILE if row.where is where)


@lru_cache(maxsize=4096)
def rows_of_field(path: str, kind: str, uri_path: str) -> tuple[Volatile, ...]:
    """The rows for a scalar of a JSON type at a dotted path, in answers of this URI path."""
    return tuple(
        row
        for row in rows(Where.FIELD)
        if kind in row.types.split() and _ends(path, row.pattern) and re.search(row.uri, uri_path)
    )


@lru_cache(maxsize=4096)
def is_map(path: str) -> bool:
    """Whether the keys of the object at a dotted path are data."""
    return any(_ends(path, row.pattern) for row in rows(Where.MAP))


@lru_cache(maxsize=4096)
def matches(where: Where, text: str) -> bool:
    """Whether a row that looks there names this header, event or call."""
    return any(re.fullmatch(row.pattern, text) for row in rows(where))


@lru_cache(maxsize=4096)
def may_stay_away(name: str, stream: frozenset[str]) -> bool:
    """Whether an event comes or stays away, in a stream that has events of these names."""
    found = (row for row in rows(Where.EVENT) if re.fullmatch(row.pattern, name))
    return any(row.beside in ("", *stream) for row in found)


_READING: Final = re.compile(
    r"(?i:mon|tue|wed|thu|fri|sat|sun), \d\d \w{3} \d{4} [\d:]{8} GMT"
    r"|(?<![A-Za-z0-9_])(?=[A-Fa-f]*\d)[0-9A-Fa-f]{8,}(?![A-Za-z0-9])|(?<![A-Z]_)(?<!\d)\d+"
)
"""A time, an identifier in hexadecimal digits, or a number that is not a placeholder's."""

_MEANT: Final = re.compile(
    r"content-.*|location|retry-after|cache-control|link|.*(?:version|limit|max|code|status|allow).*"
)
"""Headers whose numbers the API means."""


def is_volatile_header(name: str, old: str, new: str) -> bool:
    """Whether a header, by its lower-case name, may have these two values in answers of an unchanged API.

    A header that no row names may come or stay away, and differ in numbers, times and identifiers: gateways count and
    measure in headers of their own, which change without notice, and not each answer comes through the same one.
    """
    if matches(Where.HEADER, name):
        return True
    if _MEANT.fullmatch(name) is not None:
        return False
    return not (old and new) or _READING.sub("0", old) == _READING.sub("0", new)


@lru_cache(maxsize=4096)
def interleaving(name: str, uri_path: str) -> str:
    """What is common to the events between which one of this name comes; an empty string if it comes by itself."""
    found = (row for row in rows(Where.INTERLEAVED) if re.search(row.uri, uri_path) and re.fullmatch(row.pattern, name))
    return next((row.pattern for row in found), "")


def _ends(path: str, pattern: str) -> bool:
    return re.fullmatch(rf"(?:.*\.)?(?:{pattern})", path) is not None
