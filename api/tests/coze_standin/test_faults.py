"""The table of faults and their queue; test_wire.py shows them on a real connection."""

from __future__ import annotations

from typing import Any

import pytest

from coze_standin import faults, sse
from coze_standin.faults import FAULTS, Faults, InvalidFault, apply_fault, parse_fault
from coze_standin.sse import Break, Burst, Send, Wait

_EVENTS: tuple[sse.Event, ...] = (("one", {"n": 1}), ("two", {"n": 2}), ("three", {"n": 3}))
_FRAMES = sse.script(sse.WORKFLOW, _EVENTS)


def _armed(name: str, path: str = "/v3/chat", **options: Any) -> faults.PendingFault:
    return parse_fault({"method": "POST", "path": path, "fault": name, **options})


@pytest.mark.parametrize("fault", FAULTS.values(), ids=lambda fault: fault.name)
def test_a_row_goes_wrong_in_one_way(fault: faults.Fault) -> None:
    """Every fault says what it does, and has exactly one way to do it."""
    ways = [fault.instead, fault.delay, fault.events, fault.steps, fault.is_scenario or None, fault.resets or None]
    assert sum(way is not None for way in ways) == 1
    assert fault.does
    assert not fault.does.endswith(".")


@pytest.mark.parametrize(
    ("name", "options", "steps"),
    [
        ("break-stream", {"events": 1}, (_FRAMES[0], Break())),
        ("half-event", {"events": 1, "part": 0.3}, (_FRAMES[0], Send(b"id: 1\neve"))),
        (
            "malformed-event",
            {"events": 1},
            (_FRAMES[0], Burst(b'id: 1\nevent: two\ndata: {"\n\nid: 2\nevent: three\ndata: {"n":3}\n\n')),
        ),
        (
            "comment",
            {"events": 1},
            (
                _FRAMES[0],
                Burst(b': keep-alive\n\nid: 1\nevent: two\ndata: {"n":2}\n\nid: 2\nevent: three\ndata: {"n":3}\n\n'),
            ),
        ),
        ("stall-stream", {"events": 2, "seconds": 3}, (*_FRAMES[:2], Wait(3.0), _FRAMES[2])),
        (
            "unknown-event",
            {"events": 0, "event": "News"},
            sse.script(sse.WORKFLOW, (("News", {}), *_EVENTS)),
        ),
        (
            "stream-error",
            {"events": 1, "code": 7, "msg": "no"},
            (_FRAMES[0], Send(b'id: 1\nevent: Error\ndata: {"error_code":7,"error_message":"no"}\n\n')),
        ),
        ("chat-failed", {}, _FRAMES),
    ],
)
def test_a_stream_is_bent(name: str, options: dict[str, Any], steps: tuple[sse.Step, ...]) -> None:
    """Each fault of a stream changes its script in one place, after the events that shall come whole."""
    assert apply_fault(_armed(name, **options), sse.WORKFLOW, _EVENTS) == steps


def test_a_stream_without_a_fault_is_as_it_should_be() -> None:
    """No fault, no change."""
    assert apply_fault(None, sse.WORKFLOW, _EVENTS) == _FRAMES


def test_faults_meet_requests_in_the_order_in_which_they_were_armed() -> None:
    """The first fault that fits is taken, as often as it says; a star matches any rest of a path."""
    queue = Faults()
    for fault in (_armed("stall", times=2), _armed("reset"), _armed("empty", "/v1/*")):
        queue.arm(fault)
    asked = ["/v1/x", "/v3/chat", "/v1/x", "/v3/chat", "/v3/chat", "/v3/chat"]
    taken = [queue.take("POST", path) for path in asked]
    assert [one and one.fault.name for one in taken] == ["empty", "stall", None, "stall", "reset", None]
    queue.arm(_armed("stall"))
    assert queue.take("GET", "/v3/chat") is None
    queue.clear()
    assert queue.take("POST", "/v3/chat") is None


@pytest.mark.parametrize(
    ("description", "reason"),
    [
        ({"fault": "melt"}, f"no fault is called 'melt'; there are {', '.join(FAULTS)}"),
        ({"fault": "stall", "path": "/"}, "a fault needs a method and a path that starts with /"),
        ({"fault": "stall", "method": "GET", "path": "x"}, "a fault needs a method and a path that starts with /"),
        ({"fault": "stall", "method": "GET", "path": "/", "times": 0}, "times is a positive number"),
        ({"fault": "stall", "method": "GET", "path": "/", "colour": 1}, "stall has no option colour; it has seconds"),
        ({"fault": "reset", "method": "GET", "path": "/", "colour": 1}, "reset has no option colour; it has none"),
    ],
)
def test_what_makes_no_sense_is_refused(description: dict[str, Any], reason: str) -> None:
    """The refusal says in one sentence what is wrong."""
    with pytest.raises(InvalidFault) as raised:
        parse_fault(description)
    assert str(raised.value) == reason
