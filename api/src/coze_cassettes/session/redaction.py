"""What a run that records may print of a failing test: places or kinds, never values.

Tracebacks show local variables, assertion diffs show answers, captured output shows whatever a test or the SDK printed.
None of it has been scrubbed, so none of it may reach a terminal, a report or a file.
"""

from __future__ import annotations

import builtins
import logging
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Final

from _pytest.logging import LogCaptureHandler  # what pytest itself keeps of the log of a test

from coze_cassettes.errors import CassetteError
from coze_cassettes.session.attributes import Changes, Replaced

_PACKAGE: Final = Path(__file__).parents[1]

REFUSED_OPTIONS: Final[Mapping[str, tuple[object, ...]]] = MappingProxyType(
    {
        "capture": ("no", "tee-sys", "sys"),
        "usepdb": (True,),
        "trace": (True,),
        "fulltrace": (True,),
        "json_report": (True,),  # of pytest-json-report, which keeps the log of each test
    }
)
"""pytest's options, by their internal names, and the values with which raw traffic would be printed at once."""


def refusal(options: Mapping[str, object], environment: Mapping[str, str], *, live_log: bool, log_file: str) -> str:
    """A sentence that says which option must not be used while recording, or an empty string."""
    for name, values in REFUSED_OPTIONS.items():
        if options.get(name) in values:
            return f"While recording, pytest's option {name}={options[name]} would print what is not scrubbed yet."
    if options.get("debug"):
        return f"While recording, --debug would write what is not scrubbed yet to {options['debug']}."
    if environment.get("PYTEST_DEBUG"):
        return "While recording, PYTEST_DEBUG would print what is not scrubbed yet: unset it."
    if live_log:
        return "While recording, log_cli would print what is not scrubbed yet."
    if log_file:
        return "While recording, log_file would keep what is not scrubbed yet."
    return ""


def failure(test: str, error: BaseException) -> str:
    """A failed test as its own lines of source, the type of the error and, of Coze's errors, the code."""
    lines = [f"{test} failed while it recorded: {_name_of(error)}"]
    lines += [f"  {place}" for place in _places(error)]
    return "\n".join([*lines, "Values are not shown, since nothing of them is scrubbed. Its cassette is as it was."])


def _name_of(error: BaseException) -> str:
    if (own := _own_message(error)) is not None:
        return own
    code = getattr(error, "code", None)
    is_shown = isinstance(code, int) and abs(code) < _LARGEST_CODE
    return _class_of(error) + (f" (code {code})" if is_shown else "")


_LARGEST_CODE: Final = 10**10
"""Coze's codes have nine digits at most; a longer one, of SystemExit for example, may be a number of a person."""


def _class_of(error: BaseException) -> str:
    """The nearest class that a module has under its name: one that a test makes may be named by a value."""
    return next(filter(_is_of_a_module, type(error).__mro__), BaseException).__name__


def _is_of_a_module(cls: type) -> bool:
    modules = sys.modules or {}  # when the process ends, only Python's own classes are still there
    return any(getattr(each, cls.__name__, None) is cls for each in (builtins, modules.get(cls.__module__)))


def is_own(error: BaseException, fail: Callable[..., object]) -> bool:
    """Whether the toolkit itself raised an error, by one of its functions perhaps; not a test by calling that one."""
    frames = [each for each, _ in traceback.walk_tb(error.__traceback__) if each.f_code is not fail.__code__]
    return bool(frames) and Path(frames[-1].f_code.co_filename).is_relative_to(_PACKAGE)


def _own_message(error: BaseException) -> str | None:
    """What the toolkit itself says in an error or in what caused it: it never quotes a value."""
    for each in _with_causes(error):
        frames = traceback.extract_tb(each.__traceback__)
        if isinstance(each, CassetteError) and frames and Path(frames[-1].filename).is_relative_to(_PACKAGE):
            return str(each)
    return None


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = error
    seen: set[int] = set()
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def _places(error: BaseException) -> Iterator[str]:
    """File, line and source of each frame, the tests' own only where there are such."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "site-packages" not in frame.filename]
    for frame in own or frames:
        if Path(frame.filename).is_file():
            yield f"{Path(frame.filename).name}:{frame.lineno}  {frame.line}"
        else:  # what made it may have put a value there, or in its name
            yield f"source without a file:{frame.lineno}"


@contextmanager
def without_warnings() -> Iterator[None]:
    """Keep warnings out of pytest's summary: they quote values. Filters still make errors of them."""
    with warnings.catch_warnings(record=True):
        yield


# --- loggers --------------------------------------------------------------------------------------------------------

WIRE: Final = frozenset({"vcr", "httpx", "httpcore", "websockets"})
"""Loggers that write raw requests and responses; those below them do too."""

QUOTING: Final = frozenset({"cozepy", "asyncio"})
"""Loggers that write whole bodies at DEBUG, or errors that quote them."""


def silent(*, recording: bool) -> AbstractContextManager[None]:
    """Keep raw traffic out of logs, whatever level a logger has and whichever handlers the application gives it.

    While recording, errors and the SDK's own messages reach only what pytest keeps of a test's log, which such a run
    does not show.
    """
    return Replaced(silent_changes(recording=recording))


def silent_changes(*, recording: bool) -> Changes:
    """The same as changes, for a context that makes others too."""
    handle = logging.Handler.handle

    def handle_safely(handler: logging.Handler, record: logging.LogRecord) -> bool:
        kept = isinstance(handler, LogCaptureHandler) or not recording
        return _may_log(record, kept=kept) and bool(handle(handler, record))

    return {(logging.Handler, "handle"): handle_safely}


def _may_log(record: logging.LogRecord, *, kept: bool) -> bool:
    name = record.name.partition(".")[0]
    if name in WIRE:
        return kept and record.levelno >= logging.ERROR
    return kept or name not in QUOTING


# --- after the last test --------------------------------------------------------------------------------------------


def silence_exit(say: Callable[[str], None]) -> None:
    """Let what fails after a run has recorded, a thread for one, say only what and where, until the process ends."""

    def tell(what: str, error: BaseException | None) -> None:
        if error is not None:
            say(failure(what, error))

    def in_thread(failed: threading.ExceptHookArgs) -> None:
        tell("A thread", failed.exc_value)

    def in_finalizer(failed: sys.UnraisableHookArgs) -> None:
        tell("A finalizer", failed.exc_value)

    def at_end(_kind: type[BaseException], error: BaseException, _traceback: TracebackType | None) -> None:
        tell("The end of the run", error)

    threading.excepthook = in_thread
    sys.unraisablehook = in_finalizer
    sys.excepthook = at_end


def silence_logs() -> None:
    """Keep raw traffic out of logs until the process ends: tasks whose errors nobody has seen complain there."""
    silent(recording=True).__enter__()
