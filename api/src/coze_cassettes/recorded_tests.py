"""What a run that records does around the Coze tests; imported only while recording."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import pytest
from vcr.cassette import Cassette as VcrCassette

from coze_cassettes import fixtures, markers, naming, replayed_tests, reports
from coze_cassettes.cassette import provenance
from coze_cassettes.coze_tests import CozeTests
from coze_cassettes.errors import CassetteError, NotWritten
from coze_cassettes.fixtures import RunningTest
from coze_cassettes.muting import Muting
from coze_cassettes.scrubbing import environment
from coze_cassettes.session.draws import draws, remember_context
from coze_cassettes.session.outside import Outside, refuse_context
from coze_cassettes.session.recorder import Recorder
from coze_cassettes.session.recording import record_context
from coze_cassettes.session.session import Settings


def register(config: pytest.Config, tests: CozeTests, settings: Settings, *, is_refused: bool) -> RecordedTests:
    """Register what only a recording needs; unless the run is refused, refuse the calls to Coze that no test sends."""
    muting = Muting(tests, config.pluginmanager.getplugin("capturemanager"))
    config.pluginmanager.register(muting, "coze_cassettes.muting")
    config.pluginmanager.register(reports.Reports(tests, muting.say), "coze_cassettes.reports")
    settings.throttle.announce = reports.announcer(config)
    recorded = RecordedTests(tests)
    config.pluginmanager.register(recorded, "coze_cassettes.recorded_tests")
    if not is_refused:
        resources = ExitStack()
        resources.enter_context(refuse_context(recorded.outside, settings.target))
        resources.enter_context(remember_context(recorded.drawn))
        config.add_cleanup(resources.close)
    return recorded


_SETUP: Final = re.compile(r"_(?:xunit|unittest)_(setup_?[a-z]+)_fixture_(.+)", re.IGNORECASE)


def fixture_name(scope: str, name: str) -> str:
    """What a message calls a fixture; pytest makes one of ``setup_class`` and its kin."""
    setup = _SETUP.fullmatch(name)
    return f"{setup[1]} of {setup[2]}" if setup else f"{scope} fixture {name}"


class RecordedTests:
    """The plugin: begins the Coze tests, and knows where a call to Coze comes from."""

    def __init__(self, tests: CozeTests) -> None:
        """Belong to the tests of one run."""
        self._tests = tests
        self.outside = Outside(fixtures.fail)
        self.drawn = draws()

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[object]) -> Generator[None, object, object]:
        """Know which fixture a call to Coze comes from, from the end of one too."""
        fixture = fixture_name(fixturedef.scope, fixturedef.argname)
        name, at_end = f"The {fixture}", f"The end of the {fixture}"
        fixturedef.addfinalizer(partial(self.outside.end, at_end))
        with self.outside.caller(name):
            result = yield
        fixturedef.addfinalizer(partial(self.outside.begin, at_end))  # it runs before what the fixture itself added
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Know which module a call comes from that is made when it is imported."""
        with self.outside.caller(f"The import of {collector.nodeid}"):
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Know which test without a cassette a call comes from; what is not below ``coze_tests`` calls as it likes."""
        with self._caller_context(item):
            return (yield)

    def _caller_context(self, item: pytest.Item) -> AbstractContextManager[None]:
        if item.path not in self._tests:
            return self.outside.let_pass()
        if not self._tests.is_ours(item):
            return self.outside.caller(f"{item.nodeid}, which is not marked vcr,")
        return nullcontext()

    def begin(self, item: pytest.Item, path: Path, settings: Settings) -> RunningTest:
        """Begin to record a test, or to replay one that shares a cassette; the test ends if that cannot be done."""
        if reason := _left_out(item, path, settings):
            raise fixtures.NotConfigured(reason)
        if markers.shares_cassette(item):
            replayed = replayed_tests.begin(item, path, settings)
            return replace(replayed, opened=partial(self._open_context, replayed.opened))
        recorder = Recorder(item.nodeid, path, settings, fixtures.fail)
        recorder.find_owner = partial(naming.owner_id, item)
        recorder.drawn = self.drawn
        try:
            recorder.configured = environment.configured_values(os.environ)
        except CassetteError as error:
            fixtures.fail(f"{error}\n  record it: {recorder.record_command}")
        opened = partial(self._open_context, partial(record_context, recorder))
        return RunningTest(recorder, recorder, opened, partial(_save, recorder, item.session))

    @contextmanager
    def _open_context(self, opened: Callable[[], AbstractContextManager[VcrCassette]]) -> Iterator[VcrCassette]:
        with self.outside.let_pass(), opened() as cassette:
            yield cassette


def _left_out(item: pytest.Item, path: Path, settings: Settings) -> str:
    """Why a recording leaves a test out, or an empty string."""
    if item.get_closest_marker("stand_in_only") and settings.recorded_from != provenance.STAND_IN:
        return "only the stand-in gives this answer on demand"
    if lacking := [name for name in markers.needed_variables(item) if not os.environ.get(name)]:
        return f"needs {', '.join(lacking)}"
    if markers.shares_cassette(item) and not path.exists():
        return f"{path.stem} was not recorded, and this test replays its cassette"
    return ""


def _save(recorder: Recorder, run: pytest.Session) -> str:
    """Why a cassette is not saved, or an empty string; a test that went on after a refusal has recorded half."""
    if recorder.complaint:
        return recorder.complaint
    recorder.drawn = (*recorder.drawn, *_folder_of_run(run.config))
    try:
        recorder.save()
    except NotWritten as error:
        run.shouldfail = fixtures.NOT_WRITTEN
        return str(error)
    except CassetteError as error:
        return str(error)
    return ""


def _folder_of_run(config: pytest.Config) -> Sequence[str]:
    """The folder of all ``tmp_path`` of a run, if a test has asked for one; it has the name of the user in it."""
    factory = getattr(config, "_tmp_path_factory", None)
    folder = getattr(factory, "_basetemp", None)
    return () if folder is None else (str(folder),)
