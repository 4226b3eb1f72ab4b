"""When a live request is the recorded one, and the first difference when it is not."""

from __future__ import annotations

import pytest

from coze_cassettes.cassette.matching import difference, nearest
from coze_cassettes.cassette.model import Request

JSON = (("content-type", "application/json"),)
FORM = (("content-type", "multipart/form-data; boundary=BOUNDARY_1"),)
BASE = "https://api.coze.com/v3/chat"


def _form(name: str, content: str, kind: str = "text/plain") -> bytes:
    head = f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: {kind}'
    return f"--BOUNDARY_1\r\n{head}\r\n\r\n{content}\r\n--BOUNDARY_1--\r\n".encode()


@pytest.mark.parametrize(
    ("live", "recorded"),
    [
        (Request("GET", BASE + "?a=1&b=2"), Request("GET", BASE + "?b=2&a=1")),
        (Request("POST", BASE, JSON, b'{"a":1,"b":[2]}'), Request("POST", BASE, JSON, b'{ "b": [2], "a": 1 }')),
        (Request("POST", BASE, FORM, _form("a", "x")), Request("POST", BASE, FORM, _form("a", "x", "text/x-other"))),
        (Request("GET", BASE, (("user-agent", "a"),)), Request("GET", BASE, (("user-agent", "b"),))),
    ],
)
def test_the_same_request_matches(live: Request, recorded: Request) -> None:
    """Order of a query, layout of JSON, the type of a part and headers do not count."""
    assert difference(live, recorded) == ""


@pytest.mark.parametrize(
    ("live", "recorded", "message"),
    [
        (Request("POST", BASE), Request("GET", BASE), "method: sent 'POST', recorded 'GET'"),
        (
            Request("GET", "https://api.coze.cn/v3/chat"),
            Request("GET", BASE),
            "host: sent 'https://api.coze.cn', recorded 'https://api.coze.com'",
        ),
        (Request("GET", BASE + "/x"), Request("GET", BASE), "path: sent '/v3/chat/x', recorded '/v3/chat'"),
        (Request("GET", BASE + "?a="), Request("GET", BASE), "query a: sent '[\"\"]', not recorded"),
        (Request("GET", BASE), Request("GET", BASE + "?a=1"), "query a: recorded '[\"1\"]', not sent"),
        (Request("GET", BASE + "?a=1"), Request("GET", BASE + "?a=2"), "query a: sent '[\"1\"]', recorded '[\"2\"]'"),
        (
            Request("POST", BASE, JSON, b'{"a":[{"b":1}]}'),
            Request("POST", BASE, JSON, b'{"a":[{"b":2}]}'),
            "body.a[0].b: sent '1', recorded '2'",
        ),
        (
            Request("POST", BASE, JSON, b'{"a":1}'),
            Request("POST", BASE, JSON, b'{"a":true}'),
            "body.a: sent '1', recorded 'true'",
        ),
        (
            Request("POST", BASE, JSON, b'{"a":null}'),
            Request("POST", BASE, JSON, b"{}"),
            "body.a: sent 'null', not recorded",
        ),
        (Request("POST", BASE, (), b"one"), Request("POST", BASE, (), b"two"), "body: sent 'one', recorded 'two'"),
        *(
            (Request("POST", BASE, (), b), Request("POST", BASE, (), a), "body: 3 bytes sent, 3 recorded, not the same")
            for a, b in ((b"a\nb", b"a\nc"), (b"\xff\xfe\xfd", b"\xff\xfe\xfc"))
        ),
        (Request("POST", BASE, (), b"\x00"), Request("POST", BASE), "body: sent '<1 byte>', recorded ''"),
        (
            Request("POST", BASE, FORM, _form("a", "x")),
            Request("POST", BASE, FORM, _form("b", "x")),
            "part file filename: sent 'a', recorded 'b'",
        ),
        (
            Request("POST", BASE, FORM, _form("a", "x")),
            Request("POST", BASE, FORM, _form("a", "yy")),
            "part file content: 1 byte sent, 2 recorded, not the same",
        ),
    ],
)
def test_the_first_difference_is_reported(live: Request, recorded: Request, message: str) -> None:
    """One line that says where and what."""
    assert difference(live, recorded) == message


def test_the_nearest_request_has_the_same_path() -> None:
    """A request of the same operation is nearer than one that differs in less."""
    live = Request("GET", BASE + "?a=1&b=2")
    recorded = [
        Request("GET", "https://api.coze.com/v1/bots?a=1&b=2"),
        Request("GET", BASE + "?a=3"),
        Request("GET", BASE),
    ]
    assert nearest(live, recorded) == 1
    assert nearest(live, []) is None
