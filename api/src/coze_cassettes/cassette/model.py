"""What crossed the wire, as plain values: the model that every other package works on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

Headers = tuple[tuple[str, str], ...]
"""Name and value pairs in the order of the wire; a name may come twice."""


def header(headers: Headers, name: str) -> str:
    """The first value of a header, compared without case, or an empty string."""
    return next((value for key, value in headers if key.lower() == name.lower()), "")


@dataclass(frozen=True)
class Request:
    """One request: absolute URI (https://api.coze.com or .cn, of a websocket wss://ws.), headers, exact body bytes."""

    method: str
    uri: str
    headers: Headers = ()
    body: bytes = b""


@dataclass(frozen=True)
class Response:
    """One HTTP response, its content encoding already undone.

    ``chunks`` holds the sizes in bytes in which a stream arrived; empty means: in one piece.
    ``fault`` names the ``httpx`` exception that ended the response (``ReadError``, ``ReadTimeout``, ...);
    with ``status`` 0 no response came at all.
    """

    status: int
    reason: str = ""
    headers: Headers = ()
    body: bytes = b""
    chunks: tuple[int, ...] = ()
    fault: str = ""


NO_RESPONSE: Final = 0
"""The status that stands for: no answer came."""

CANCELLED: Final = "Cancelled"
"""The fault that stands for: the test did not wait any longer."""

SWITCHED: Final = 101
"""The status of a handshake that opened a websocket."""

EVENT_STREAM: Final = "text/event-stream"


def is_websocket(request: Request) -> bool:
    """Whether it is the handshake of a websocket, opened or refused."""
    return request.uri.startswith(("wss:", "ws:"))


def media_type(message: Request | Response) -> str:
    """What a body is: its Content-Type; of a WebSocket an event stream."""
    opened = message.status == SWITCHED if isinstance(message, Response) else is_websocket(message)
    return EVENT_STREAM if opened else header(message.headers, "content-type")


@dataclass(frozen=True)
class Interaction:
    """A request with its response; or a websocket, from its handshake to its end.

    Of a WebSocket the body of the request holds the messages that were sent, the body of the response those that were
    received (see ``websocket_messages``).
    """

    request: Request
    response: Response


@dataclass(frozen=True)
class Metadata:
    """Where a cassette came from.

    ``recorded_from`` is one of ``provenance.PROVENANCES``; ``recorded_at`` an ISO 8601 date and time in UTC; ``cozepy``
    the SDK's version; ``digest`` the ``sha256:`` of the interactions, so that a hand edit shows; ``placeholders`` the
    bare ones in it (``FILE_ID``, ``SECRET_NOTE``) beside those of Coze's own variables, which need no list.
    """

    recorded_from: str
    recorded_at: str
    cozepy: str
    digest: str = ""
    placeholders: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cassette:
    """A whole cassette file."""

    interactions: tuple[Interaction, ...] = ()
    metadata: Metadata = field(default_factory=lambda: Metadata("", "", ""))
