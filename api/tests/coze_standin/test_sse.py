"""The spelling of frames, and how a stream is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coze_standin import sse
from coze_standin.rng import create_rng

_URL = {"debug_url": "https://here/?a=1&b=2"}


@pytest.mark.parametrize(
    ("style", "event", "frame"),
    [
        (sse.CHAT, ("done", "[DONE]"), 'event:done\ndata:"[DONE]"\n\n'),
        (sse.CHAT, ("x", {"a": "你"}), 'event:x\ndata:{"a":"你"}\n\n'),
        (sse.WORKFLOW, ("Done", _URL), 'id: 3\nevent: Done\ndata: {"debug_url":"https://here/?a=1\\u0026b=2"}\n\n'),
        (
            sse.WORKFLOW_CHAT,
            ("done", _URL),
            'event: done\ndata: {"debug_url":"https://here/?a=1\\u0026b=2"}\n\n',
        ),
        (sse.CHAT, sse.CHAT.error(5000, "no"), 'event:error\ndata:{"code":5000,"msg":"no"}\n\n'),
        (
            sse.WORKFLOW,
            sse.WORKFLOW.error(5000, "no"),
            'id: 3\nevent: Error\ndata: {"error_code":5000,"error_message":"no"}\n\n',
        ),
    ],
)
def test_frames_are_spelled_as_each_endpoint_spells_them(style: sse.Style, event: sse.Event, frame: str) -> None:
    """Chat frames have no space after the colon; workflow frames have, and an id; a workflow chat escapes its done."""
    assert style.frame(3, event) == frame.encode()


@given(st.binary(min_size=1), st.integers())
def test_the_pieces_of_a_cut_are_the_whole(data: bytes, seed: int) -> None:
    """Nothing is lost, added or empty."""
    pieces = sse.split(data, create_rng(seed))
    assert b"".join(pieces) == data
    assert all(pieces)


def test_cuts_respect_neither_events_nor_characters() -> None:
    """Among a hundred streams some are cut inside an event, some inside a character, and the number varies."""
    steps = sse.script(sse.CHAT, [("x", "你好🙂" * 5)] * 6)
    data = b"".join(step.data for step in steps if isinstance(step, sse.Send))
    cuts = [sse.split(data, create_rng(seed)) for seed in range(100)]
    assert any(not piece.endswith(b"\n\n") for pieces in cuts for piece in pieces[:-1])
    assert any(piece[0] & 0xC0 == 0x80 for pieces in cuts for piece in pieces[1:])
    assert len({len(pieces) for pieces in cuts}) > 3


def test_a_schedule_pauses_and_keeps_what_is_not_sent() -> None:
    """Each piece comes after 5 to 30 ms; a wait and a break stay where they are, and nothing is joined across them."""
    steps = (sse.Send(b"ab"), sse.Send(b"cd"), sse.Wait(2.0), sse.Send(b"ef"), sse.Break())
    result = list(sse.schedule(steps, create_rng(3)))
    middle = result.index(sse.Wait(2.0))
    assert _sent(result[:middle]) == b"abcd"
    assert _sent(result[middle:]) == b"ef"
    assert result[-1] == sse.Break()
    pauses = [step.seconds for step in result if isinstance(step, sse.Wait) and step.seconds != 2.0]
    assert len(pauses) == sum(isinstance(step, sse.Send) for step in result)
    assert all(0.005 <= seconds <= 0.03 for seconds in pauses)


def _sent(steps: list[sse.Step]) -> bytes:
    return b"".join(step.data for step in steps if isinstance(step, sse.Send))
