"""What a recorded test has in common with a replayed one."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NoReturn

from coze_cassettes.session.hosts import Hosts
from coze_cassettes.session.sent import SentRequest
from coze_cassettes.session.throttle import Throttle

LONGEST_CAUSE: Final = 80
"""Characters of the first line of a message."""

TEST_LABEL: Final = "  test:    "
"""What the line with the test begins with; the plugin adds the test's own line number."""

DEFAULT_TARGET: Final = "https://api.coze.com"


@dataclass(frozen=True)
class Settings:
    """What is the same for all tests of a run; how many requests one cassette may hold, which opaque files."""

    target: str = DEFAULT_TARGET
    recorded_from: str = ""
    record_command: str = "coze-cassettes rerecord"
    throttle: Throttle = field(default_factory=Throttle)
    max_interactions: int = 10_000
    allow_opaque: frozenset[str] = frozenset()

    @cached_property
    def hosts(self) -> Hosts:
        """Tells requests to Coze or to the target from all others."""
        return Hosts(self.target)


class Session:
    """One test and its cassette while the test runs: the base of ``Recorder`` and ``Player``.

    ``fail`` ends the test with a message; it must not return.
    """

    def __init__(self, test: str, path: Path, settings: Settings, fail: Callable[[str], NoReturn]) -> None:
        """Begin a test; nothing is read or sent yet."""
        self.test = test
        self.path = path
        self.settings = settings
        self.fail = fail
        self.hosts = settings.hosts
        self.sent: list[SentRequest] = []
        self.sent_messages: list[Any] = []
        self.complaint = ""
        self.find_owner: Callable[[], str] = lambda: test

    def give_up(self, message: str) -> None:
        """Say why the test cannot go on; what waits for a WebSocket then fails with it. Any thread may call this."""
        self.complaint = self.complaint or message

    def check_readers(self, came: Callable[[], bool]) -> None:
        """Give up if no WebSocket is read any more and what the test waits for has not come; a replay need not."""

    def note_message(self, data: str | bytes) -> None:
        """Remember what was sent over a WebSocket."""
        try:
            self.sent_messages.append(json.loads(data))
        except ValueError:
            self.sent_messages.append(data)

    def report(self, said: str) -> str:
        """What happened, in lines: the first, of which pytest's summary shows 80 characters; test, details, fix."""
        first, *details = said.splitlines()
        short = first if len(first) <= LONGEST_CAUSE else f"{first[: LONGEST_CAUSE - 1]}…"
        return "\n".join([short, f"{TEST_LABEL}{self.test}", *details, *self.fix()])

    def fix(self) -> list[str]:
        """Where the cassette is and how it is recorded, as the last lines of a message."""
        return [f"  cassette: {self.path.parent.name}/{self.path.name}", f"  record it: {self.record_command}"]

    @property
    def record_command(self) -> str:
        """The command that records this cassette and no other; a shared one is recorded by the other test."""
        return f"{self.settings.record_command} {selection(self.find_owner(), self.path)}"


def selection(test: str, path: Path) -> str:
    """The options that select one test: ``-k NAME`` where no other cassette has the name in it, else its node id."""
    name = test.rpartition("::")[2]
    others = (each for each in path.parent.parent.rglob("*") if each != path)
    is_plain = re.fullmatch(r"\w+", name) and name not in ("and", "or", "not")
    if is_plain and not any(name.lower() in str(each.relative_to(path.parent.parent)).lower() for each in others):
        return f"-k {name}"
    return f"--tests {shlex.quote(test)}"
