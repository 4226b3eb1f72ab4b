"""A test gets its own literals back where a recorded response has their placeholders."""

from __future__ import annotations

import json

import pytest

from coze_cassettes.cassette.model import Response
from coze_cassettes.scrubbing.integers import encode
from coze_cassettes.session.literals import with_literals
from coze_cassettes.session.patterns import Bindings


def _bindings(values: dict[str, str]) -> Bindings:
    bindings = Bindings()
    bindings.bind(values)
    return bindings


@pytest.mark.parametrize(
    ("recorded", "expected"),
    [
        ("BOT_ID_1", "7400"),
        ('"BOT_ID_1","BOT_ID_1"', '"7400","7400"'),
        ("BOT_ID_12 BOT_ID_1", "8500 7400"),
        ("BOT_ID_123 BOT_ID_1a BOT_ID_1_", "BOT_ID_123 BOT_ID_1a BOT_ID_1_"),
        ("MY_BOT_ID_1 xBOT_ID_1 9BOT_ID_1 BOT_ID_1", "MY_BOT_ID_1 xBOT_ID_1 9BOT_ID_1 7400"),
        ("BOT_ID_1BOT_ID_1", "BOT_ID_1BOT_ID_1"),
        ("机器人BOT_ID_1。", "机器人7400。"),
    ],
)
def test_only_whole_names_are_replaced(recorded: str, expected: str) -> None:
    """A name that is part of a longer one stays as it is."""
    response = Response(200, body=recorded.encode())
    bindings = _bindings({"BOT_ID_1": "7400", "BOT_ID_12": "8500"})
    assert with_literals(response, bindings, {}).body == expected.encode()


def test_headers_are_replaced() -> None:
    """A literal comes back in a header too."""
    response = Response(200, headers=(("x-bot", "bot BOT_ID_1 of BOT_ID_10"),))
    assert with_literals(response, _bindings({"BOT_ID_1": "7400"}), {}).headers == (("x-bot", "bot 7400 of BOT_ID_10"),)


def test_chunks_fit_the_longer_body() -> None:
    """The sizes of the chunks grow with the literals in them."""
    response = Response(200, body=b"a BOT_ID_1 b BOT_ID_1", chunks=(11, 10))
    changed = with_literals(response, _bindings({"BOT_ID_1": "7400000000"}), {})
    assert (changed.body, changed.chunks) == (b"a 7400000000 b 7400000000", (13, 12))


def test_an_integer_comes_back() -> None:
    """Given an integer that stands for a placeholder, which no text has, then it is the one that the test sent."""
    response = Response(
        200, body=f'{{"n": {encode("ID", "1")}, "m": 1{encode("ID", "1")}, "x": {encode("ID", "2")}}}'.encode()
    )
    changed = with_literals(response, _bindings({"ID_1": "9223372036854775808"}), {})
    assert json.loads(changed.body) == {
        "n": 9223372036854775808, "m": int(f"1{encode('ID', '1')}"), "x": int(encode("ID", "2")),
    }  # fmt: skip


def test_times_that_are_not_ascii_come_back_as_json_has_them() -> None:
    """Escaped where the recorded answer escapes them."""
    response = Response(200, body=rb'["2026\u5e7411\u670827\u65e5", "' + "2026年11月27日".encode() + b'"]')
    changed = with_literals(response, Bindings(), {"2026年11月27日": "2024年01月01日"})
    assert json.loads(changed.body) == ["2024年01月01日"] * 2


def test_times_that_a_test_sent_come_back() -> None:
    """As it wrote them in this replay, and no other time that begins alike."""
    response = Response(200, body=b'{"day": "2026-11-27", "at": "2026-11-27T10:00:00Z", "s": 1795789522}')
    changed = with_literals(response, Bindings(), {"2026-11-27": "2024-01-01", "1795789522": "1704067200"})
    assert changed.body == b'{"day": "2024-01-01", "at": "2026-11-27T10:00:00Z", "s": 1704067200}'
