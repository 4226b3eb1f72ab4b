"""Saving a recording: its cost grows as the recording does, and what takes long is announced."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coze_cassettes.cassette import store
from coze_cassettes.cassette.model import Cassette, Interaction, Metadata, Request, Response
from coze_cassettes.codecs.encodings import ENCODINGS, gb18030_stretches, to_text
from coze_cassettes.errors import InvalidCassette
from coze_cassettes.inspection.scan import inspect
from coze_cassettes.scrubbing.scrub import scrub
from coze_cassettes.session.progress import announce_context
from coze_cassettes.session.recorder import Recorder
from coze_cassettes.session.session import Settings

WORDS = ("a ", "walk ", "in ", "the ", "park, ", "today ", "我们", "一起", "去公园。")


def stream(events: int, seed: int) -> Interaction:
    """An answer that comes in so many events, each of which says something else."""
    chance = random.Random(seed)  # noqa: S311 - the same in every run
    parts = []
    for _ in range(events):
        data = {"id": "7412345678901234567", "content": chance.choice(WORDS), "chat_id": "7412345678901237777"}
        parts.append(f"event:conversation.message.delta\ndata:{json.dumps(data, ensure_ascii=False)}\n\n".encode())
    headers = (("content-type", "text/event-stream"),)
    response = Response(200, "OK", headers, b"".join(parts), tuple(map(len, parts)))
    return Interaction(Request("POST", "https://api.coze.com/v3/chat"), response)


def upload(kilobytes: int, seed: int) -> Interaction:
    """A file of random bytes on its way to Coze."""
    content = random.Random(seed).randbytes(kilobytes * 1024)  # noqa: S311 - the same in every run
    headers = (("content-type", "application/octet-stream"),)
    answer = Response(
        200, "OK", (("content-type", "application/json"),), b'{"code":0,"data":{"id":"7412345678901234567"}}'
    )
    return Interaction(Request("POST", "https://api.coze.com/v1/files/upload", headers, content), answer)


RECORDINGS = [
    pytest.param(stream, (40, 160), id="stream"),
    pytest.param(upload, (8, 32), id="upload"),
    pytest.param(stream, (1000, 4000), id="long stream", marks=pytest.mark.proof),
    pytest.param(upload, (512, 2048), id="big upload", marks=pytest.mark.proof),
]

MOST = 5
"""Times as much work as a recording of a quarter of the size."""


def save(recording: Interaction) -> None:
    """Do what saving does, but for the file."""
    clean = scrub([recording]).interactions
    cassette = store.seal(Cassette(clean, Metadata("stand-in", "2026-01-01T00:00:00Z", "0.20.0")))
    assert not inspect(cassette, "")


@pytest.mark.parametrize(("recording", "sizes"), RECORDINGS[:2])
def test_saving_costs_as_much_as_there_is(
    recording: Callable[[int, int], Interaction],
    sizes: tuple[int, int],
    calls_of: Callable[[Callable[[], object]], int],
) -> None:
    """Four times the size costs no more than five times the calls."""
    save(recording(sizes[0], 0))  # patterns are compiled, tables are built
    small, large = (recording(size, seed) for seed, size in enumerate(sizes, start=1))  # no text is known from before
    assert calls_of(lambda: save(large)) <= MOST * calls_of(lambda: save(small))


@pytest.mark.proof
@pytest.mark.parametrize(("recording", "sizes"), RECORDINGS[2:])
def test_saving_takes_as_long_as_there_is(
    recording: Callable[[int, int], Interaction], sizes: tuple[int, int], assert_growth: Callable[..., None]
) -> None:
    """So does the processor's time, which patterns take outside of functions."""

    def prepare(size: int, number: int) -> Callable[[], object]:
        return partial(save, recording(size, number * size))  # no text is known from before

    assert_growth(prepare, sizes, MOST)


def test_a_recording_of_nothing(tmp_path: Path) -> None:
    """A test that sends nothing to Coze has no cassette, and one that it had before is refused by name."""

    def fail(message: str) -> NoReturn:
        raise AssertionError(message)

    path = tmp_path / "test_it" / "test_me.yaml"
    recorder = Recorder("test_it.py::test_me", path, Settings(), fail)
    recorder.save()
    assert not path.exists()
    path.parent.mkdir()
    path.touch()
    with pytest.raises(InvalidCassette, match="sent no request, but has a cassette: delete"):
        recorder.save()


GBK = next(row for row in ENCODINGS if row.name == "GBK")


@given(
    st.lists(
        st.binary(max_size=12)
        | st.sampled_from(["密码是", "王晓岚abc", "😀é", "臺灣龍", 11 * "臺灣龍"]).map(lambda t: t.encode("gb18030"))
    )
)
def test_all_stretches_of_gb18030_are_found_at_once(parts: list[bytes]) -> None:
    """They are those that the pattern of its row finds and decodes, but for short ones of rare characters."""
    text = to_text(b"".join(parts))
    found = [(match.start(), match[0], GBK.decode(match[0])) for match in GBK.pattern.finditer(text)]
    assert list(gb18030_stretches(text)) == [
        (start, raw, read) for start, raw, read in found if read is not None and _is_likely(read)
    ]


def _is_likely(read: str) -> bool:
    """Whether a text has two common characters, and half of what it has beyond ASCII, or is too long for chance."""
    wide = [char for char in read if not char.isascii()]
    rows = [char.encode("gb2312", "ignore")[:1] for char in wide]
    common = [row for row in rows if b"\xa1" <= row <= b"\xa3" or b"\xb0" <= row <= b"\xd7"]
    is_chance = len(common) < 2 or 2 * len(common) < len(wide)
    return "\ufffd" not in read and (len(read) >= 32 or not is_chance)


def test_a_long_work_is_announced() -> None:
    """What takes longer than a moment is said once it does."""
    said: list[str] = []
    with announce_context(said.append, "scrubbing", first=0.01):
        while not said:
            time.sleep(0.01)
    assert said[0] == "scrubbing (0.01 s)"


def test_a_short_work_is_not_announced() -> None:
    """What is done at once is not spoken of."""
    said: list[str] = []
    with announce_context(said.append, "scrubbing"):
        pass
    assert said == []
