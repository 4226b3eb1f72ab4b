"""The stand-in for other packages' tests: a child process with its control plane as methods."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection  # by name, so that a patched http.client does not catch the control plane
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_START_SECONDS = 20
_STOP_SECONDS = 5


class StandInError(RuntimeError):
    """The stand-in did not start, or refused a control request; the text says which."""


@dataclass(frozen=True)
class StandIn:
    """A running stand-in: where it is, and the environment that a recording against it needs."""

    url: str
    environment: dict[str, str]

    def canaries(self) -> list[tuple[str, str]]:
        """Kind and value of everything so far that no cassette may show."""
        return [(one["kind"], one["value"]) for one in self._control("GET", "canaries")["canaries"]]

    def oauth(self) -> dict[str, str]:
        """Client id, secret, private key and its id, and a fresh authorization code."""
        return dict(self._control("GET", "oauth"))

    def fault(self, method: str, path: str, name: str, **options: Any) -> None:
        """The next request of ``method`` to ``path`` meets the fault; ``times`` and the fault's options by name."""
        self._control("POST", "faults", {"method": method, "path": path, "fault": name, **options})

    def clear_faults(self) -> None:
        """No fault waits any more."""
        self._control("DELETE", "faults")

    def change(self, change: str) -> None:
        """From now on the API answers otherwise: ``OPERATION:KIND:FIELD[:NEW]``, as ``coze_standin.changes`` says."""
        self._control("POST", "changes", {"change": change})

    def clear_changes(self) -> None:
        """The API is what it was."""
        self._control("DELETE", "changes")

    def _control(self, method: str, name: str, body: Any = None) -> Any:
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=_STOP_SECONDS)
        try:
            connection.request(method, f"/_standin/{name}", None if body is None else json.dumps(body))
            response = connection.getresponse()
            answer = json.loads(response.read())
        finally:
            connection.close()
        if response.status != 200:  # noqa: PLR2004  (HTTP's own number)
            raise StandInError(f"the stand-in refused {method} {name}: {answer.get('error')}")
        return answer


@contextmanager
def running(account: str = "a", seed: int | None = None, changes: Sequence[str] = ()) -> Iterator[StandIn]:
    """A stand-in for account ``a`` or ``b`` in a process of its own, stopped at the end of the block.

    ``changes`` are what its API does differently, each ``OPERATION:KIND:FIELD[:NEW]``.
    A process, not a thread: clocks and transports that a test patches then stay the test's own affair. It ends
    by itself when this process does.
    """
    seeding = [] if seed is None else ["--seed", str(seed)]
    changing = [part for change in changes for part in ("--change", change)]
    command = [sys.executable, "-m", "coze_standin", "--account", account, "--until-stdin-closes", *seeding, *changing]
    with subprocess.Popen(  # noqa: S603  (this package's own command)
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment()
    ) as process:
        try:
            yield _wait_until_ready(process)
        finally:
            process.terminate()
            process.wait(_STOP_SECONDS)


def environment() -> dict[str, str]:
    """The environment with this package importable, whether it is installed or not."""
    source = str(Path(__file__).parents[1])
    inherited = os.environ.get("PYTHONPATH", "")
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (source, inherited)))}


def _wait_until_ready(process: subprocess.Popen[bytes]) -> StandIn:
    line = process.stdout.readline() if process.stdout else b""
    if not line:
        raise StandInError(f"the stand-in did not start: exit code {process.wait(_START_SECONDS)}")
    ready = json.loads(line)
    return StandIn(ready["url"], ready["environment"])
