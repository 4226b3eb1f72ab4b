"""Why a test failed, without what came over the wire."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from pydantic import BaseModel, ValidationError

from coze_cassettes.errors import CassetteError
from coze_cassettes.rerecord import leaks
from coze_cassettes.rerecord.failures import Crash, Frame, explain, explain_collection, is_outage

TEST = Path("/project/tests/test_a.py")
OWN_LINE = Frame(str(TEST), 7)
SDK = Frame("/somewhere/site-packages/cozepy/chat/__init__.py", 404)


class Coded(Exception):
    """An error of the SDK: it carries a code and, in its message, an answer."""

    code: int | None = 4100


class Paged(Coded):
    """The page of a gateway: the code is the status."""

    code = 502


class Handshake(Coded):
    """A WebSocket that is refused: the status is that of the cause."""

    code = None

    def __init__(self) -> None:
        """Have a cause."""
        super().__init__()
        self.__cause__ = httpx.HTTPStatusError("", request=httpx.Request("GET", ""), response=httpx.Response(403))


class CozeInvalidEventError(Exception):
    """What the SDK raises for a comment in an event stream."""


class Part(BaseModel):
    """A model of the SDK."""

    content: str


class Whole(BaseModel):
    """A model with models in it; the keys of a mapping come off the wire."""

    parts: list[Part]
    by_name: dict[str, Part]


def invalid(answer: object) -> ValidationError:
    """The error of an answer that does not fit the model."""
    with pytest.raises(ValidationError) as error:
        Whole.model_validate(answer)
    return error.value


EXPLANATIONS = [
    (CassetteError("not saved: a/b.yaml\n  at $.x"), [SDK], False, "not saved: a/b.yaml\n  at $.x"),
    (AssertionError("ours"), [Frame(leaks.__file__, 1)], False, "ours"),
    (AssertionError("assert 'a real name' == 'b'"), [OWN_LINE], False, "AssertionError at tests/test_a.py:7"),
    (AssertionError("assert 'USER_1' == 'b'\nmore"), [OWN_LINE], True, "assert 'USER_1' == 'b' (tests/test_a.py:7)"),
    (
        Coded("logid 123"),
        [OWN_LINE, SDK],
        False,
        "Coded (code 4100: the token is not taken) at cozepy/chat/__init__.py:404, called by tests/test_a.py:7",
    ),
    (Paged("a page"), [OWN_LINE], False, "Paged (HTTP 502, and no JSON of Coze's) at tests/test_a.py:7"),
    (Handshake(), [OWN_LINE], False, "Handshake (HTTP 403, and no JSON of Coze's) at tests/test_a.py:7"),
    (
        CozeInvalidEventError(": a real answer"),
        [OWN_LINE],
        False,
        "CozeInvalidEventError (the event stream has a line that the SDK cannot read) at tests/test_a.py:7",
    ),
    (
        httpx.RemoteProtocolError("a real answer"),
        [OWN_LINE],
        False,
        "RemoteProtocolError (the connection broke: run the command again) at tests/test_a.py:7",
    ),
    (
        invalid({"parts": [{"text": "a real answer"}], "by_name": {"A Real Name": {}}}),
        [OWN_LINE, SDK],
        False,
        (
            "ValidationError (Whole.parts[].content: missing, Whole.by_name.*.content: missing) "
            "at cozepy/chat/__init__.py:404, called by tests/test_a.py:7"
        ),
    ),
    (
        invalid({"parts": [{}, {}, {"content": 7}, {}, 8], "by_name": {"a": {}}}),
        [SDK],
        False,
        (
            "ValidationError (Whole.parts[].content: missing, Whole.parts[].content: string_type, "
            "Whole.parts[]: model_type and 1 more) at cozepy/chat/__init__.py:404"
        ),
    ),
]


@pytest.mark.parametrize(("error", "frames", "replaying", "text"), EXPLANATIONS)
def test_a_failure_is_explained_by_kind_and_place(
    error: Exception, frames: list[Frame], replaying: bool, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of another's error no message while recording: the package's path, the fields of a model, the test's own line."""
    monkeypatch.syspath_prepend("/somewhere/site-packages")
    assert explain(Crash(error, tuple(frames), TEST, Path("/project")), replaying=replaying) == text


NO_MODULE = """\
ImportError while importing test module '/project/tests/test_a.py'.
Hint: make sure your test modules/packages have valid Python names.
Traceback:
tests/test_a.py:1: in <module>
    from app import service
app/service.py:3: in <module>
    import nothing
E   ModuleNotFoundError: No module named 'nothing'"""

COLLECTIONS = [
    (NO_MODULE, "ModuleNotFoundError: No module named 'nothing' (tests/test_a.py:1)"),
    (
        "tests/test_a.py:3: in <module>\n    x = 1 +\nE   SyntaxError: invalid",
        "SyntaxError: invalid (tests/test_a.py:3)",
    ),
    ("fixture 'coze' not found", "fixture 'coze' not found"),
    ("", "it said nothing"),
]


@pytest.mark.parametrize(("text", "reason"), COLLECTIONS)
def test_a_collection_error_has_pytests_reason(text: str, reason: str) -> None:
    """And the line of the module that led to it."""
    assert explain_collection(text) == reason


def test_an_outage_is_distinguished_from_a_failed_test() -> None:
    """Also where the SDK raised an error of its own because of it."""
    caused = RuntimeError("chat failed")
    caused.__cause__ = httpx.ConnectError("refused")
    found = [is_outage(each) for each in (caused, Coded(), AssertionError(), None)]
    assert found == [True, True, False, False]
