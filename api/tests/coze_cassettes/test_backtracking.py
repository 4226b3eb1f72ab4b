"""No pattern of the scrubber or the inspector tries exponentially many ways to match a word."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from types import FrameType

import pytest

from coze_cassettes.codecs.encodings import Encoding
from coze_cassettes.codecs.marked import Marked
from coze_cassettes.inspection.detectors import Detector

PACKAGES = ("scrubbing", "inspection", "codecs", "cassette", "session", "diff")
UNITS = (
    *("A", "a", "1", "aA", "Aa", "a1", "A1", "A_1", "AAA1", "aaa1", "Abc1", "密", "密码", " ", "\t", "\n", " \n"),
    *("a-", "-a", "1-", "a_", "_a", "a.", ".a", "1.", "a=", "a/", "a@", "f0:", "%4", "<a>", '"', "'", "(", "[{"),
    *("a ", "Ab ", "1 ", "a, ", "a: "),
)
"""What is said over and over."""

LENGTH = 120
"""Characters of the longest word that a pattern is asked about."""

MOST = 0.5
"""Seconds of processor time for all of them; the slowest pattern takes 0.01, an exponential one hours."""


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Each pattern that a module has, by itself or in a table, with its name."""
    for package in PACKAGES:
        found = import_module(f"coze_cassettes.{package}")
        for info in walk_packages(found.__path__, f"{found.__name__}."):
            for name, value in vars(import_module(info.name)).items():
                for pattern in patterns_in(value):
                    yield f"{info.name}.{name}", pattern


def patterns_in(value: object) -> Iterator[re.Pattern[str]]:
    """A value if it is a pattern, and those of the rows of a table."""
    if isinstance(value, re.Pattern):
        yield from (value,) if isinstance(value.pattern, str) else ()
    elif isinstance(value, tuple):
        for each in value:
            yield from patterns_in(each)
    elif isinstance(value, Marked):
        yield from patterns_in(value.table)
    elif isinstance(value, Detector | Encoding):
        yield value.pattern


def stop(_number: int, _frame: FrameType | None) -> None:
    """End a match that goes on."""
    raise TimeoutError


@pytest.fixture(autouse=True)
def limited() -> Iterator[None]:
    """Let a signal of the processor's time end what takes too long."""
    before = signal.signal(signal.SIGVTALRM, stop)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, before)


def seconds(pattern: re.Pattern[str]) -> float:
    """Processor time of a pattern for all words; the limit, if it does not end."""
    begin = time.process_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, MOST)
    try:
        for unit in UNITS:
            for end in ("", "!", "\0"):
                word = (unit * LENGTH)[:LENGTH] + end
                pattern.match(word)
                pattern.fullmatch(word)
    except TimeoutError:
        return MOST
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return time.process_time() - begin


def test_no_pattern_goes_back_for_long() -> None:
    """A word of one unit over and over, with an end that does not match, is read in no time."""
    assert [name for name, pattern in patterns() if seconds(pattern) >= MOST] == []


def test_a_pattern_that_goes_back_is_noticed() -> None:
    """Groups inside each other, each of any length, are the kind."""
    assert seconds(re.compile("(?:[A-Z]{1,6}[0-9]{0,2}){2,}")) >= MOST
