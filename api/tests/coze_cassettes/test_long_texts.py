"""Long texts of one kind, such as the sound of an answer, take no longer to scrub and to judge than prose does."""

from __future__ import annotations

import gc
import json
import statistics
import time

import pytest

from coze_cassettes.cassette import store
from coze_cassettes.cassette.model import Cassette, Interaction, Metadata, Request, Response
from coze_cassettes.inspection.scan import inspect
from coze_cassettes.scrubbing.scrub import scrub

LENGTHS = [2_000, pytest.param(60_000, marks=pytest.mark.proof)]
"""Characters: a second of sound in base64, and a thirtieth of it in the quick run."""

MOST = 50
"""How much longer than prose a text may take: it is at most 15 times, and was thousands where the square was needed."""

PROSE = "我们一起 walk in the park, today. "
UNITS = {
    "sound": "ABAAEAAQ",
    "digits": "1234567890",
    "letter": "a",
    "percent-encoding": "%41",
    "escapes": "\\u0041",
    "addresses": "a@",
    "hosts": "a.",
    "braces": "{",
    "brackets": '["',
    "URLs": "https://a/?x=",
    "parameters": "https://a/?a&",
    "names": "token ",
    "Chinese names": "密码",
    "Chinese sentences": "密码是",
    "numbers": "1 ",
}
"""What is said over and over."""

END = ",name\nb,c\n"
"""What stands behind it makes a row of a table of it."""


def seconds(unit: str, length: int) -> float:
    """Processor time for a text of one unit."""
    body = json.dumps({"msg": (unit * length)[:length] + END}, ensure_ascii=False).encode()
    headers = (("content-type", "application/json"),)
    one = Interaction(Request("GET", "https://api.coze.com/v1/x"), Response(200, "OK", headers, body))
    gc.disable()  # what other tests left takes longer to collect than a short text to read
    try:
        begin = time.process_time()
        clean = scrub([one]).interactions
        inspect(store.seal(Cassette(clean, Metadata("stand-in", "2026-01-01T00:00:00Z", "0.20.0"))), "")
        return time.process_time() - begin
    finally:
        gc.enable()


@pytest.fixture(scope="module", params=LENGTHS)
def length(request: pytest.FixtureRequest) -> int:
    """How long the texts are."""
    chosen: int = request.param
    return chosen


@pytest.fixture(scope="module")
def prose(length: int) -> float:
    """Processor time for prose."""
    return statistics.median(seconds(PROSE, length) for _ in range(3))


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_no_text_takes_long(unit: str, length: int, prose: float) -> None:
    """No pattern needs a time that grows with the square of a text's length."""
    assert seconds(unit, length) < MOST * prose
