"""What a run that records may print of a failing test: places and kinds, never values.

Tracebacks show local variables, assertion diffs show answers, captured output shows whatever a test or the SDK printed.
None of it has been scrubbed, so none of it may reach a terminal, a report or a file.
"""

from __future__ import annotations

import logging
import traceback
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Final

REFUSED_OPTIONS: Final[Mapping[str, tuple[object, ...]]] = MappingProxyType(
    {
        "capture": ("no", "tee-sys"),
        "usepdb": (True,),
        "trace": (True,),
        "fulltrace": (True,),
    }
)
"""pytest's options, by their internal names, and the values with which raw traffic would be printed at once."""


def refused(options: Mapping[str, object], *, live_log: bool, log_file: str) -> str:
    """A sentence that says which option must not be used while recording, or an empty string."""
    for name, values in REFUSED_OPTIONS.items():
        if options.get(name) in values:
            return f"While recording, pytest's option {name}={options[name]} would print what is not scrubbed yet."
    if live_log:
        return "While recording, log_cli would print what is not scrubbed yet."
    if log_file:
        return "While recording, log_file would keep what is not scrubbed yet."
    return ""


def failure(test: str, error: BaseException) -> str:
    """A failed test as its own lines of source, the type of the error and, of Coze's errors, the code."""
    lines = [f"{test} failed while it recorded: {_named(error)}"]
    lines += [f"  {place}" for place in _places(error)]
    return "\n".join([*lines, "Values are not shown, since nothing of them is scrubbed. Its cassette is as it was."])


def _named(error: BaseException) -> str:
    code = getattr(error, "code", None)
    return type(error).__name__ + (f" (code {code})" if isinstance(code, int) else "")


def _places(error: BaseException) -> Iterator[str]:
    """File, line and source of each frame, the tests' own only where there are such."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "site-packages" not in frame.filename]
    for frame in own or frames:
        yield f"{Path(frame.filename).name}:{frame.lineno}  {frame.line}"


@contextmanager
def without_warnings() -> Iterator[None]:
    """Keep warnings out of pytest's summary: they quote values. Filters still make errors of them."""
    with warnings.catch_warnings(record=True):
        yield


# --- loggers --------------------------------------------------------------------------------------------------------

TALKATIVE: Final[Sequence[str]] = ("vcr", "httpx", "httpcore", "websockets")
"""Loggers that write raw requests and responses."""


@contextmanager
def without_console(name: str) -> Iterator[None]:
    """Take from a logger the handlers that write to the console: cozepy's DEBUG messages hold whole bodies."""
    logger = logging.getLogger(name)
    writers = [handler for handler in logger.handlers if type(handler) is logging.StreamHandler]
    try:
        for handler in writers:
            logger.removeHandler(handler)
        yield
    finally:
        for handler in writers:
            logger.addHandler(handler)


@contextmanager
def silent() -> Iterator[None]:
    """Keep the loggers that write raw traffic from writing it."""
    levels = {name: logging.getLogger(name).level for name in TALKATIVE}
    try:
        for name in TALKATIVE:
            logging.getLogger(name).setLevel(logging.ERROR)
        yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
