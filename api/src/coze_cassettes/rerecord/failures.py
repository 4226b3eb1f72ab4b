"""Why a test failed, in one line that holds nothing off the wire."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import coze_cassettes
from coze_cassettes.errors import CassetteError
from coze_cassettes.session.refusals import MEANINGS, SAID

_OWN: Final = str(Path(coze_cassettes.__file__).parent)
_MOST_PLACES: Final = 3
"""Fields of a validation error that are named."""


@dataclass(frozen=True)
class Frame:
    """A line of a traceback: the file, and the line in it."""

    path: str
    line: int


@dataclass(frozen=True)
class Crash:
    """An error with its traceback, the innermost frame last, and the test that it ended: its file, the root folder."""

    error: BaseException
    frames: tuple[Frame, ...]
    test: Path
    root: Path

    @property
    def is_own(self) -> bool:
        """Whether the toolkit wrote the message: it never holds a scrubbed value."""
        return isinstance(self.error, CassetteError) or self.frames[-1].path.startswith(_OWN)


def explain(crash: Crash, *, replaying: bool) -> str:
    """Why a test failed: the toolkit's own words, else the kind of the error and where it was raised.

    The message of another's error is given in a replay only, where all values are scrubbed.
    """
    message = str(crash.error).strip()
    if crash.is_own and message:
        return message
    if replaying and message:
        return f"{message.splitlines()[0]} ({_places(crash)})"
    return f"{_kind(crash.error)} at {_places(crash)}"


def _places(crash: Crash) -> str:
    """Where the error was raised and, if that is not in the test, the test's own line."""
    last = crash.frames[-1]
    own = next((frame for frame in crash.frames if Path(frame.path) == crash.test), None)
    raised = _place(last, crash.root)
    return raised if own is None or own == last else f"{raised}, called by {_place(own, crash.root)}"


def _place(frame: Frame, root: Path) -> str:
    """``tests/test_chat.py:7`` below the root folder, ``cozepy/chat/__init__.py:404`` in an installed package."""
    path = Path(frame.path)
    folders = [root, *sorted((Path(each) for each in sys.path if each), key=lambda each: -len(each.parts))]
    if "site-packages" in path.parts:
        folders.pop(0)
    folder = next((each for each in folders if path.is_relative_to(each)), path.parent)
    return f"{path.relative_to(folder).as_posix()}:{frame.line}"


def _kind(error: BaseException) -> str:
    """The class of an error with what is safe to say of it: Coze's code, or the fields that a model does not accept."""
    name = type(error).__name__
    code = getattr(error, "code", None)
    if status := _status_of(error):
        return f"{name} (HTTP {status}, and no JSON of Coze's)"
    if name == _UNREAD_LINE:
        return f"{name} (the event stream has a line that the SDK cannot read)"
    if isinstance(code, int):
        meaning = meaning_of(code)
        return f"{name} (code {code}{meaning and f': {meaning}'})"
    if _is_of_transport(error):
        return f"{name} (the connection broke: run the command again)"
    found = list(dict.fromkeys(_invalid_fields(error)))  # of many elements one says enough
    more = f" and {len(found) - _MOST_PLACES} more" if len(found) > _MOST_PLACES else ""
    return f"{name} ({', '.join(found[:_MOST_PLACES])}{more})" if found else name


def _status_of(error: BaseException) -> int:
    """The HTTP status that the SDK gives as a code, or that refused a WebSocket; 0 if there is a code of Coze's."""
    code = getattr(error, "code", 0)
    refused = getattr(getattr(error.__cause__, "response", None), "status_code", 0) if code is None else code
    return refused if refused in _STATUSES else 0


def _invalid_fields(error: BaseException) -> Iterator[str]:
    """The fields of a pydantic model that an answer does not fit, ``Message.content: missing``; never a value."""
    if not type(error).__module__.startswith("pydantic"):
        return
    model = getattr(error, "title", "")
    details: list[dict[str, Any]] = getattr(error, "errors", list)()
    names = frozenset(_field_names())
    for each in details:
        place = "".join(_step(step, names) for step in each.get("loc", ()))
        yield f"{model}{place}: {each.get('type', 'invalid')}"


def _step(step: str | int, names: frozenset[str]) -> str:
    """A step of the path: the key of a mapping comes off the wire, the name of a field does not."""
    if isinstance(step, int):
        return "[]"
    return f".{step}" if step in names else ".*"


def _field_names() -> Iterator[str]:
    """The names of the fields of all pydantic models that are loaded."""
    waiting: list[Any] = [sys.modules["pydantic"].BaseModel]
    while waiting:
        model = waiting.pop()
        waiting += model.__subclasses__()
        for name, field in model.model_fields.items():
            yield from filter(None, (name, field.alias))


# --- while collecting -----------------------------------------------------------------------------------------------


def explain_collection(text: str) -> str:
    """Why a module cannot be collected: the error of pytest's report, and the line of the module that led to it."""
    lines = text.splitlines()
    errors = [line.removeprefix("E").strip() for line in lines if line.startswith("E ")]
    places = [line.rpartition(": ")[0] for line in lines if line.endswith((": in <module>", ": in <lambda>"))]
    reason = " ".join(errors) or (lines[-1].strip() if lines else "it said nothing")
    return f"{reason} ({places[0]})" if places else reason


# --- the service ----------------------------------------------------------------------------------------------------

_MEANINGS: Final = {
    **MEANINGS,
    4101: "the token lacks a permission",
    4200: "nothing is there, or not yet: COZE_CASSETTES_SETTLE=2 waits for it",
}
"""What Coze's codes say of the account, and not of the test."""


def meaning_of(code: int) -> str:
    """What a code of Coze's says of the account; an empty string for one that says something of the request."""
    return _MEANINGS.get(code, "")


_STATUSES: Final = range(100, 600)
"""Codes that the SDK takes from the status, where an answer is not in Coze's form: a page of a gateway, say."""

_UNREAD_LINE: Final = "CozeInvalidEventError"
"""cozepy's error for a line that begins like no field which it knows: a comment, an id, a pause to wait."""

_TRANSPORTS: Final = frozenset({"httpx", "httpcore", "websockets"})
_REFUSALS: Final = frozenset({4100, 4013, 4028, 700012006})
"""Coze's codes for a token that it does not take (any more), a rate limit and used-up quota."""


def is_outage(error: BaseException | None) -> bool:
    """Whether an error, or what caused it, says that the service is out of reach: other tests would fail as well."""
    while error is not None:
        if _is_of_transport(error) or str(error).startswith(SAID) or getattr(error, "code", None) in _REFUSALS:
            return True
        error = error.__cause__ or error.__context__
    return False


def _is_of_transport(error: BaseException) -> bool:
    """Whether a library that speaks to the network raised it."""
    return type(error).__module__.partition(".")[0] in _TRANSPORTS
