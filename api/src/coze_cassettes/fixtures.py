"""The fixtures that Coze tests have; no other test of the project sees them."""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn

import httpx
import pytest
from _pytest.outcomes import (  # pytest.fail.Exception and pytest.skip.Exception, which no type checker lets be a base
    Failed,
    Skipped,
)

from coze_cassettes import markers, naming, network, overrides, vcr_options
from coze_cassettes.scrubbing.environment import VARIABLES, ConfiguredValues, read_value
from coze_cassettes.session.sent import SentRequest
from coze_cassettes.session.session import Session

if TYPE_CHECKING:
    from vcr.cassette import Cassette as VcrCassette

    from coze_cassettes.session.recorder import Recorder


class Refusal(Failed):
    """The toolkit ends a test; its message holds nothing that a rule would scrub."""


class NotConfigured(Skipped):
    """The toolkit leaves a test out because the account lacks what it needs."""


SAFE = (Refusal, NotConfigured)
"""What may be shown in the report of a test that records, if the toolkit raised it."""

NOT_WRITTEN: Final = "no cassette can be written any more"
"""Why a run that records ends."""


def fail(message: str) -> NoReturn:
    """End a test."""
    raise Refusal(message, pytrace=False)


@dataclass(frozen=True)
class RunningTest:
    """A test of ours while it runs: its session, which is ``recorder`` if it records.

    ``opened`` begins what records or replays; ``judge`` gives the reason if a test that passed fails after all, else an
    empty string.
    """

    session: Session
    recorder: Recorder | None
    opened: Callable[[], AbstractContextManager[VcrCassette]]
    judge: Callable[[], str]


RUNNING = pytest.StashKey[RunningTest]()
"""Where the item of a Coze test keeps what belongs to it while it runs."""

ITEM: Final = pytest.StashKey[pytest.Item]()
"""Where pytest's configuration keeps the test that runs; ``request`` would be made anew for each fixture."""

Make = Callable[[], tuple[str, Callable[[], object]]]
"""Creates something in the account; returns its identifier and what removes it again."""


_NAME: Final = re.compile(r"[A-Z][A-Z0-9_]{2,63}")


class Account:
    """What a test needs of the account it records against: configured, made for the occasion, or a placeholder.

    In a replay ``value("BOT_ID")`` is ``"BOT_ID"``, the placeholder that stands in the cassette. While recording it is
    the value of the environment variable ``COZE_BOT_ID``; if that is not set, what ``make`` creates (its traffic is not
    recorded, and what it made is removed after the test); without ``make`` the test is skipped.
    """

    def __init__(self, item: pytest.Item, recorder: Recorder | None) -> None:
        """Belong to one test."""
        self._item = item
        self._recorder = recorder
        self._values: dict[str, str] = {}

    @property
    def is_recording(self) -> bool:
        """Whether the test records now; in a replay nothing is to be made."""
        return self._recorder is not None

    def unrecorded_context(self) -> AbstractContextManager[None]:
        """A block whose calls are not recorded: for what a test needs in the account and makes there."""
        return self._recorder.pause() if self._recorder is not None else nullcontext()

    def value(self, placeholder: str, make: Make | None = None) -> str:
        """The value for a bare placeholder such as ``BOT_ID``, the same for the whole test; any name will do."""
        if _NAME.fullmatch(placeholder) is None:
            shown = "..." if self.is_recording else repr(placeholder)  # it may come off the wire
            raise Refusal(
                f"account.value({shown}): a name has 3 to 64 capitals, digits and underscores, such as FILE_ID",
                pytrace=False,
            )
        recorder = self._recorder
        if recorder is None:
            return placeholder
        if placeholder not in self._values:
            self._values[placeholder] = self._configured_value(placeholder) or self._make_value(
                placeholder, make, recorder
            )
            recorder.configured = self._add_value(recorder.configured, placeholder)
        return self._values[placeholder]

    def _add_value(self, configured: ConfiguredValues, placeholder: str) -> ConfiguredValues:
        secret = any(variable.placeholder == placeholder and variable.secret for variable in VARIABLES)
        return configured.add(placeholder, self._values[placeholder], secret=secret)

    def _configured_value(self, placeholder: str) -> str:
        return read_value(os.environ, f"COZE_{placeholder}")

    def _make_value(self, placeholder: str, make: Make | None, recorder: Recorder) -> str:
        if make is None:
            raise NotConfigured(f"needs COZE_{placeholder}")
        with recorder.pause():
            value, remove = make()

        def finalizer() -> None:
            with recorder.pause():
                remove()

        # Of the item, not of this fixture: what made it, a client for one, is then still there.
        self._item.addfinalizer(finalizer)
        return value


def _running(config: pytest.Config) -> RunningTest | None:
    """What belongs to the test that runs, or None if it is not marked vcr."""
    return config.stash[ITEM].stash.get(RUNNING, None)


def recorder_of(item: pytest.Item) -> Recorder | None:
    """The session of a running test if it records."""
    running = item.stash.get(RUNNING, None)
    return running.recorder if running is not None else None


def has_recorded(item: pytest.Item) -> bool:
    """Whether a running test has recorded a request: one that is skipped by the answer replays what it asked."""
    recorder = recorder_of(item)
    return recorder is not None and bool(recorder.interactions)


def recording(pytestconfig: pytest.Config) -> bool:
    """Whether this test records now."""
    return recorder_of(pytestconfig.stash[ITEM]) is not None


def account(pytestconfig: pytest.Config, vcr: object) -> Account:  # noqa: ARG001 - its calls are recorded
    """What this test needs of the account."""
    item = pytestconfig.stash[ITEM]
    return Account(item, recorder_of(item))


def sent_requests(pytestconfig: pytest.Config) -> list[SentRequest]:
    """What this test really sent, in order, in both modes."""
    running = _running(pytestconfig)
    if running is None:
        pytest.fail("sent_requests needs a test marked vcr", pytrace=False)
    return running.session.sent


def sent_frames(pytestconfig: pytest.Config) -> list[Any]:
    """What this test sent over websockets, parsed, in order, in both modes."""
    running = _running(pytestconfig)
    if running is None:
        pytest.fail("sent_frames needs a test marked vcr", pytrace=False)
    return running.session.sent_messages


def fault(request: pytest.FixtureRequest) -> Iterator[Callable[..., None]]:
    """Ask the stand-in for a fault in its next answer: ``fault("POST", "/v3/chat", "rate-limit", retry_after=1)``.

    In a replay nothing is asked: the cassette has the fault.
    """
    recorder = recorder_of(request.node)
    if recorder is None:
        yield lambda *_arguments, **_options: None
        return
    context = request.getfixturevalue("shared_ssl_context")

    def ask(method: str, path: str, name: str, **options: Any) -> None:
        recorder.faults_expected = True
        _control(recorder, context, "POST", {"method": method, "path": path, "fault": name, **options})

    yield ask
    if recorder.faults_expected:
        _control(recorder, context, "DELETE", None)


def _control(recorder: Recorder, context: ssl.SSLContext, method: str, body: dict[str, object] | None) -> None:
    url = f"{recorder.settings.target}/_standin/faults"
    with recorder.pause():
        answer = httpx.request(method, url, json=body, follow_redirects=True, trust_env=False, verify=context)
        answer.raise_for_status()


def shared_ssl_context() -> ssl.SSLContext:
    """One SSL context for all clients of a run: each of its own would cost 20 ms."""
    return ssl.create_default_context()


# --- in place of pytest-recording's ---------------------------------------------------------------------------------

OVERRIDDEN: Final = pytest.StashKey[set[str]]()
"""Where pytest's configuration keeps the options of a vcr_config of the other tests that do not apply to ours."""


def vcr_config(pytestconfig: pytest.Config, vcr_config: Mapping[str, Any]) -> dict[str, Any]:
    """What the configuration of the other tests says and is harmless; one in ``coze_tests`` overrides it."""
    dropped = vcr_options.refusals(vcr_config)
    pytestconfig.stash[OVERRIDDEN].update(dropped)
    return {name: value for name, value in vcr_config.items() if name not in dropped}


def vcr(pytestconfig: pytest.Config) -> Iterator[VcrCassette | None]:
    """vcrpy's cassette of the running test, or None if it is not marked vcr."""
    running = _running(pytestconfig)
    item = pytestconfig.stash[ITEM]
    overridden = overrides.names_of(item)
    options: Mapping[str, Any] = (overrides.value(item, "vcr_config") or {}) if overridden else {}
    hosts = markers.hosts_of(options.get("allowed_hosts"))
    with network.hosts_context(hosts) if hosts else nullcontext():
        if running is None:
            yield None
            return
        if overridden:
            _refuse(item, running.session.path, options)
        with running.opened() as cassette:
            yield cassette


def _refuse(item: pytest.Item, path: Path, options: Mapping[str, Any]) -> None:
    """End a test whose fixtures ask for what a Coze test cannot have."""
    refused = vcr_options.refusals(options).items()
    sentences = [vcr_options.sentence(item.nodeid, "vcr_config", *each) for each in refused]
    sentences += _refused_places(item, path)
    if sentences:
        fail("\n".join(sentences))


def _refused_places(item: pytest.Item, path: Path) -> Iterator[str]:
    """Why a test that overrides where its cassette is may not run, one sentence a fixture."""
    folder = overrides.value(item, "vcr_cassette_dir")
    if folder is not None and folder != str(naming.module_folder(item, naming.cassettes_folder(item.config))):
        yield f"{item.nodeid}: vcr_cassette_dir is refused, since the ini option cassettes_dir says it; remove it."
    if overrides.value(item, "default_cassette_name") not in (None, path.stem):
        yield f"{item.nodeid}: default_cassette_name is refused, since the marker default_cassette says it; remove it."


def vcr_cassette_dir(pytestconfig: pytest.Config) -> str:
    """The folder of the module's cassettes."""
    return str(naming.module_folder(pytestconfig.stash[ITEM], naming.cassettes_folder(pytestconfig)))


def default_cassette_name(pytestconfig: pytest.Config) -> str:
    """The name of the test's cassette."""
    running = _running(pytestconfig)
    return naming.cassette_name(pytestconfig.stash[ITEM]) if running is None else running.session.path.stem


def block_network() -> None:
    """Nothing: the plugin blocks the network around the whole test, its fixtures of every scope included."""


# --- how they are registered ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fixture:
    """A fixture that is called as its function is."""

    function: Callable[..., object]
    scope: Literal["session", "module", "function"] = "function"
    autouse: bool = False

    @property
    def name(self) -> str:
        """What tests call it."""
        return self.function.__name__


FIXTURES: Final = (
    Fixture(recording),
    Fixture(account),
    Fixture(sent_requests),
    Fixture(sent_frames),
    Fixture(fault),
    Fixture(shared_ssl_context, scope="session"),
    Fixture(vcr_config),
    Fixture(vcr, autouse=True),
    Fixture(vcr_cassette_dir, scope="module"),
    Fixture(default_cassette_name),
    Fixture(block_network, scope="session", autouse=True),
)


def register_below(node: pytest.Collector) -> None:
    """Give the fixtures to the tests below a node of the collection, before its conftest.py adds others.

    The scope of vcr_config is that of the one that it reads, so that every fixture that may ask for the one may ask for
    the other.
    """
    theirs = node.session._fixturemanager.getfixturedefs("vcr_config", node)  # noqa: SLF001  pytest has no other way
    for each in FIXTURES:
        scope = theirs[-1].scope if theirs and each.name == "vcr_config" else each.scope
        pytest.register_fixture(name=each.name, func=each.function, node=node, scope=scope, autouse=each.autouse)


def as_plugin() -> ModuleType:
    """A plugin that gives the fixtures to all tests: pytest has no node that comes before the rootdir's conftest.py."""
    plugin = ModuleType("coze_cassettes.fixtures")
    for each in FIXTURES:
        setattr(plugin, each.name, pytest.fixture(each.function, scope=each.scope, autouse=each.autouse))
    return plugin
