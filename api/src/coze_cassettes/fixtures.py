"""The fixtures of the toolkit; registered after pytest-recording's, so that ours win."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from _pytest.outcomes import (  # pytest.fail.Exception and pytest.skip.Exception, which no type checker lets be a base
    Failed,
    Skipped,
)

from coze_cassettes import collection
from coze_cassettes.scrubbing.environment import VARIABLES, Known
from coze_cassettes.session import recording
from coze_cassettes.session.tape import SentRequest, Tape


class Refusal(Failed):
    """The toolkit ends a test; its message holds nothing that a rule would scrub."""


class NotConfigured(Skipped):
    """The toolkit leaves a test out because the account lacks what it needs."""


SAFE = (Refusal, NotConfigured)
"""What may be shown in the report of a test that records."""

TAPE = pytest.StashKey[Tape]()
"""Where a test's item keeps its tape."""

Make = Callable[[], tuple[str, Callable[[], object]]]
"""Creates something in the account; returns its identifier and what removes it again."""


class Account:
    """What a test needs of the account it records against: configured, made for the occasion, or a placeholder.

    In a replay ``value("BOT_ID")`` is ``"BOT_ID"``, the placeholder that stands in the cassette. While recording it is
    the value of the environment variable ``COZE_BOT_ID``; if that is not set, what ``make`` creates (its traffic is not
    recorded, and what it made is removed after the test); without ``make`` the test is skipped.
    """

    def __init__(self, request: pytest.FixtureRequest, tape: Tape | None) -> None:
        """Belong to one test."""
        self._request = request
        self._tape = tape
        self._values: dict[str, str] = {}

    def value(self, placeholder: str, make: Make | None = None) -> str:
        """The value for a bare placeholder such as ``BOT_ID``, the same for the whole test."""
        if self._tape is None or not self._tape.recording:
            return placeholder
        if placeholder not in self._values:
            self._values[placeholder] = self._configured(placeholder) or self._made(placeholder, make, self._tape)
            self._tape.known = self._known(self._tape.known, placeholder)
        return self._values[placeholder]

    def _known(self, known: Known, placeholder: str) -> Known:
        secret = any(variable.placeholder == placeholder and variable.secret for variable in VARIABLES)
        return known.with_value(placeholder, self._values[placeholder], secret=secret)

    def _configured(self, placeholder: str) -> str:
        return os.environ.get(f"COZE_{placeholder}", "")

    def _made(self, placeholder: str, make: Make | None, tape: Tape) -> str:
        if make is None:
            raise NotConfigured(f"needs COZE_{placeholder}")
        with tape.pause():
            value, remove = make()

        def finalizer() -> None:
            with tape.pause():
                remove()

        # Of the item, not of this fixture: what made it, a client for one, is then still there.
        self._request.node.addfinalizer(finalizer)
        return value


@pytest.fixture
def tape(request: pytest.FixtureRequest) -> Tape | None:
    """The tape of the running test, or None if it is not marked vcr."""
    found: Tape | None = request.node.stash.get(TAPE, None)
    return found


@pytest.fixture(autouse=True)
def _tape_running(vcr: object, tape: Tape | None) -> Iterator[None]:  # noqa: ARG001 - after vcrpy's patch
    if tape is None:
        yield
        return
    with recording.running(tape):
        yield


@pytest.fixture(name="recording")
def recording_now(tape: Tape | None) -> bool:
    """Whether this test records now."""
    return tape is not None and tape.recording


@pytest.fixture
def account(request: pytest.FixtureRequest, tape: Tape | None, _tape_running: None) -> Account:
    """What this test needs of the account."""
    return Account(request, tape)


@pytest.fixture
def sent_requests(tape: Tape | None) -> list[SentRequest]:
    """What this test really sent, in order, in both modes."""
    if tape is None:
        pytest.fail("sent_requests needs a test marked vcr", pytrace=False)
    return tape.sent


@pytest.fixture
def sent_frames(tape: Tape | None) -> list[Any]:
    """What this test sent over websockets, parsed, in order, in both modes."""
    if tape is None:
        pytest.fail("sent_frames needs a test marked vcr", pytrace=False)
    return tape.sent_frames


@pytest.fixture
def fault(tape: Tape | None) -> Iterator[Callable[..., None]]:
    """Ask the stand-in for a fault in its next answer: ``fault("POST", "/v3/chat", "rate-limit", retry_after=1)``.

    In a replay nothing is asked: the cassette has the fault.
    """
    if tape is None or not tape.recording:
        yield lambda *_arguments, **_options: None
        return

    def ask(method: str, path: str, name: str, **options: Any) -> None:
        tape.faults_expected = True
        _control(tape, "POST", {"method": method, "path": path, "fault": name, **options})

    yield ask
    if tape.faults_expected:
        _control(tape, "DELETE", None)


def _control(tape: Tape, method: str, body: dict[str, object] | None) -> None:
    url = f"{tape.settings.target}/_standin/faults"
    with tape.pause():
        httpx.request(method, url, json=body, follow_redirects=True, trust_env=False).raise_for_status()


@pytest.fixture(scope="session")
def shared_ssl_context() -> ssl.SSLContext:
    """One SSL context for all clients of a run: each of its own would cost 20 ms."""
    return ssl.create_default_context()


# --- pytest-recording's fixtures, overruled -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def vcr_cassette_dir(request: pytest.FixtureRequest) -> str:
    """The folder of the module's cassettes."""
    return str(collection.cassettes_dir(request.config) / request.path.stem)


@pytest.fixture
def default_cassette_name(request: pytest.FixtureRequest) -> str:
    """The name of the test's cassette."""
    return collection.cassette_name(request.node)


@pytest.fixture(autouse=True)
def block_network() -> None:
    """Nothing: the plugin blocks the network for the whole run, fixtures of every scope included."""
