"""What can be made to go wrong: one row a fault."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from coze_standin import sse
from coze_standin.errors import ERRORS, ErrorRow, error_of
from coze_standin.records import JSON
from coze_standin.sse import Break, Burst, Event, Send, Step, Style, Wait

Options = Mapping[str, Any]
Steps = tuple[Step, ...]
EventList = tuple[Event, ...]

_JSON = "application/json; charset=utf-8"
_GATEWAY = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n"
    "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)
_GATEWAY_TIMEOUT = (
    "<html>\r\n<head><title>504 Gateway Time-out</title></head>\r\n<body>\r\n<center><h1>504 Gateway Time-out</h1>"
    "</center>\r\n<hr/>Powered by Tengine<hr><center>tengine</center>\r\n</body>\r\n</html>\r\n"
)


@dataclass(frozen=True)
class Wire:
    """An answer that does not come from a handler. With ``content`` set it is JSON, and gets ``detail.logid``."""

    status: int
    media_type: str
    body: bytes = b""
    content: JSON | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """One fault: its name, what it does, the options with their defaults, and one of the ways to go wrong.

    ``instead`` answers in place of the handler. ``delay`` says how many seconds to wait before the handler runs.
    ``events`` changes the events of a stream, ``steps`` the bytes and the pauses that they became. ``is_scenario``
    leaves the fault to the handler, ``resets`` answers with a TCP reset. ``frames`` is false for what concerns the
    bytes of server-sent events, and means nothing to the frames of a websocket.
    """

    name: str
    does: str
    options: Options = field(default_factory=dict)
    instead: Callable[[Options], Wire] | None = None
    delay: Callable[[Options], float] | None = None
    events: Callable[[EventList, Style, Options], EventList] | None = None
    steps: Callable[[Steps, Options], Steps] | None = None
    is_scenario: bool = False
    resets: bool = False
    frames: bool = True

    @property
    def needs_a_stream(self) -> bool:
        """Whether the fault means nothing to an answer in one piece."""
        return self.events is not None or self.steps is not None


def _error(name: str, **headers: str) -> Wire:
    return _refusal(ERRORS[name], **headers)


def _error_with_code(options: Options) -> Wire:
    return _refusal(error_of(options["code"]))


def _refusal(row: ErrorRow, **headers: str) -> Wire:
    """The answer of a row; what it is about is not known to a fault."""
    content = {"code": row.code, "msg": row.msg.format(subject="")}
    return Wire(row.status, _JSON, content=content, headers=headers)


def _halve(steps: Steps, options: Options) -> Steps:
    place, part = options["events"], options["part"]
    half = [
        Send(step.data[: int(len(step.data) * part)]) for step in steps[place : place + 1] if isinstance(step, Send)
    ]
    return (*steps[:place], *half)


def _malform(steps: Steps, options: Options) -> Steps:
    place = options["events"]
    spoilt = tuple(Send(_spoil(step.data)) if isinstance(step, Send) else step for step in steps[place : place + 1])
    return (*steps[:place], _burst(spoilt + steps[place + 1 :]))


def _spoil(frame: bytes) -> bytes:
    """The frame with its data cut short: no longer JSON, still one event."""
    head, _, data = frame.rstrip(b"\n").rpartition(b"\n")
    return head + b"\n" + data[: data.index(b":") + 4] + b"\n\n"


def _burst(steps: Steps) -> Step:
    """The rest of a stream at once: cozepy stops in the middle of it, and a recording keeps what cozepy has got."""
    return Burst(b"".join(step.data for step in steps if isinstance(step, Send)))


def _insert(steps: Steps, options: Options, *added: Step) -> Steps:
    return steps[: options["events"]] + added + steps[options["events"] :]


def _insert_unknown(events: EventList, _: Style, options: Options) -> EventList:
    place = options["events"]
    return (*events[:place], (options["event"], {}), *events[place:])


def _end_with_error(events: EventList, style: Style, options: Options) -> EventList:
    return (*events[: options["events"]], style.error(options["code"], options["msg"]))


_SERVER = ERRORS["server"]

FAULTS: dict[str, Fault] = {
    fault.name: fault
    for fault in (
        Fault(
            "rate-limit",
            "HTTP 429 with code 4008 and Retry-After in seconds",
            {"retry_after": 1},
            instead=lambda options: _error("rate", **{"retry-after": str(options["retry_after"])}),
        ),
        Fault("token-expired", "HTTP 401 with code 700012006", instead=lambda _: _error("expired")),
        Fault("token-invalid", "HTTP 401 with code 4100", instead=lambda _: _error("authentication")),
        Fault(
            "bad-gateway",
            "HTTP 502 with an HTML page",
            instead=lambda _: Wire(502, "text/html", _GATEWAY.encode()),
        ),
        Fault(
            "gateway-timeout",
            "HTTP 504 with an HTML page of Tengine",
            instead=lambda _: Wire(504, "text/html", _GATEWAY_TIMEOUT.encode()),
        ),
        Fault("error", "the error of the official table with this code", {"code": 4013}, instead=_error_with_code),
        Fault(
            "unavailable",
            "HTTP 503 with JSON that has no code",
            instead=lambda _: Wire(503, _JSON, content={"message": "Service Unavailable"}),
        ),
        Fault("empty", "HTTP 200 with an empty body", instead=lambda _: Wire(200, _JSON)),
        Fault("stall", "waits before it answers", {"seconds": 1.0}, delay=lambda options: float(options["seconds"])),
        Fault("reset", "resets the connection without an answer", resets=True),
        Fault(
            "break-stream",
            "closes the connection after some events, the chunked body unfinished",
            {"events": 2},
            steps=lambda steps, options: (*steps[: options["events"]], Break()),
        ),
        Fault(
            "half-event",
            "ends the body cleanly inside an event, when this part of its bytes is sent",
            {"events": 2, "part": 0.5},
            steps=_halve,
            frames=False,
        ),
        Fault("malformed-event", "the data of one event is not JSON", {"events": 2}, steps=_malform, frames=False),
        Fault(
            "comment",
            "a keep-alive comment between two events",
            {"events": 2},
            steps=lambda steps, options: (
                *steps[: options["events"]],
                _burst((Send(b": keep-alive\n\n"), *steps[options["events"] :])),
            ),
            frames=False,
        ),
        Fault(
            "stall-stream",
            "waits after some events",
            {"events": 2, "seconds": 1.0},
            steps=lambda steps, options: _insert(steps, options, Wait(float(options["seconds"]))),
        ),
        Fault(
            "unknown-event",
            "an event whose name nobody knows",
            {"events": 2, "event": "conversation.weather.changed"},
            events=_insert_unknown,
        ),
        Fault(
            "stream-error",
            "an error event ends the stream",
            {"events": 2, "code": _SERVER.code, "msg": _SERVER.msg},
            events=_end_with_error,
        ),
        Fault("chat-failed", "the chat fails, with this code in last_error", {"code": 5000}, is_scenario=True),
        Fault("long-answer", "the chat or the run says as many deltas", {"events": 1000}, is_scenario=True),
        Fault("ping", "a PING after some events of a workflow's stream", {"events": 1}, is_scenario=True),
        Fault("refused-messages", "an error event answers each message of a WebSocket's client", is_scenario=True),
        Fault("workflow-timeout", "the run exceeds its time limit, and so its history says", is_scenario=True),
    )
}
"""The faults by name. ``events`` counts the whole events that come first."""


_CODES = frozenset(row.code for row in ERRORS.values())


@dataclass(frozen=True)
class PendingFault:
    """A fault that waits for a request of ``method`` to ``path``; a ``*`` at the end of the path matches any rest."""

    fault: Fault
    method: str
    path: str
    options: Options
    left: int = 1

    def matches(self, method: str, path: str) -> bool:
        """Whether the request is one of those it waits for."""
        same = path.startswith(self.path[:-1]) if self.path.endswith("*") else path == self.path
        return same and method == self.method


class InvalidFault(ValueError):
    """The description of a fault makes no sense; the text says why."""


def parse_fault(description: object) -> PendingFault:
    """The fault that a control request describes: ``method``, ``path``, ``fault``, ``times`` and its options."""
    if not isinstance(description, dict):
        raise InvalidFault("a fault is described by a JSON object")
    rest = dict(description)
    name, method, path = (rest.pop(key, None) for key in ("fault", "method", "path"))
    times = rest.pop("times", 1)
    if not isinstance(name, str) or name not in FAULTS:
        raise InvalidFault(f"no fault is called {name!r}; there are {', '.join(FAULTS)}")
    if not isinstance(method, str) or not isinstance(path, str) or not path.startswith("/"):
        raise InvalidFault("a fault needs a method and a path that starts with /")
    if type(times) is not int or times < 1:
        raise InvalidFault("times is a positive number")
    fault = FAULTS[name]
    unknown = sorted(set(rest) - set(fault.options))
    if unknown:
        raise InvalidFault(f"{name} has no option {unknown[0]}; it has {', '.join(fault.options) or 'none'}")
    for option, value in rest.items():
        _check_option(option, value, fault.options[option])
    if name in ("error", "chat-failed") and rest.get("code", _SERVER.code) not in _CODES:
        raise InvalidFault(f"no error has the code {rest['code']}")
    return PendingFault(fault, method.upper(), path, {**fault.options, **rest}, times)


def _check_option(name: str, value: object, default: object) -> None:
    wanted = (int, float) if isinstance(default, float) else type(default)
    if isinstance(value, bool) or not isinstance(value, wanted):
        raise InvalidFault(f"{name} is {type(default).__name__}, not {value!r}")
    if isinstance(value, int | float) and value < 0:
        raise InvalidFault(f"{name} is not negative")


class Faults:
    """The faults that wait, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._waiting: list[PendingFault] = []

    def arm(self, fault: PendingFault) -> None:
        """Put a fault at the end of the queue."""
        self._waiting.append(fault)

    def clear(self) -> None:
        """Forget all of them."""
        self._waiting.clear()

    def take(self, method: str, path: str) -> PendingFault | None:
        """The first fault that meets the request, one of its times used up."""
        place = next((place for place, one in enumerate(self._waiting) if one.matches(method, path)), None)
        if place is None:
            return None
        taken = self._waiting.pop(place)
        if taken.left > 1:
            self._waiting.insert(
                place, PendingFault(taken.fault, taken.method, taken.path, taken.options, taken.left - 1)
            )
        return taken


def apply_fault(fault: PendingFault | None, style: Style, events: EventList) -> Steps:
    """The script of a stream under a fault, or as it should be."""
    if fault and fault.fault.events:
        events = fault.fault.events(events, style, fault.options)
    steps = sse.script(style, events)
    return fault.fault.steps(steps, fault.options) if fault and fault.fault.steps else steps
