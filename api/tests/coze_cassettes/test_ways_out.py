"""A test that records while it fails leaves nothing raw behind, in no cassette, report, cache, log or terminal."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from coze_cassettes.cassette import store
from coze_cassettes.inspection.values import spellings_of
from coze_cassettes.testing import canaries
from coze_standin import StandIn, running

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.loopback

INI = """
[pytest]
addopts = -p no:randomly -p no:hypothesispytest -p no:xdist -p no:xdist.looponfail -p no:pytest_cov -p no:anyio
coze_tests = .
cassettes_dir = cassettes
junit_logging = all
junit_log_passing_tests = true
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
"""

CONFTEST = """
import json, os
import httpx, pytest
from common import BASE

class Case:
    '''The canary of one case, and what Coze says of the account and of what holds the canary; its repr says nothing.'''

    def __init__(self, mail):
        self.mail = mail
        self.data = {}

    def __str__(self):
        return str(self.data)

@pytest.fixture
def case(request):
    return Case(json.loads(os.environ["MAILS"])[request.path.stem])

@pytest.fixture
def me(case, account, record_property):
    headers = {"Authorization": "Bearer " + account.value("API_TOKEN")}
    answer = httpx.get(BASE + "/v1/users/me", headers=headers)
    record_property("raw", answer.text)
    sent = {"meta_data": {"mail": case.mail}}
    made = httpx.post(BASE + "/v1/conversation/create", json=sent, headers=headers).json()["data"]
    assert made["meta_data"] == sent["meta_data"]
    case.data = {**answer.json()["data"], **made}
    yield case
"""

COMMON = """
import asyncio, atexit, logging, os, sys, threading, warnings
import httpx, pytest

BASE = os.environ.get("WITHOUT_PLUGIN", "https://api.coze.com")

def own_log(name):
    logging.getLogger().addHandler(logging.FileHandler(name + ".log"))

def speech(account, handler, client="Coze", auth="TokenAuth"):
    import cozepy
    coze = getattr(cozepy, client)(getattr(cozepy, auth)(account.value("API_TOKEN")), BASE)
    return coze.websockets.audio.speech.create(on_event={cozepy.WebsocketsEventType.SPEECH_UPDATED: handler})()

def voice(case):
    import cozepy
    audio = cozepy.OutputAudio(codec="pcm", voice_id=case.mail)
    return cozepy.SpeechUpdateEvent(data=cozepy.SpeechUpdateEvent.Data(output_audio=audio))

def spoken(account, case, handler):
    heard, done = [], threading.Event()
    def note(client, event):
        heard.append(event)
        done.set()
        handler(client, event)
    with speech(account, note) as connection:
        connection.speech_update(voice(case))
        assert done.wait(20)
    return heard
"""

TEST = "from common import *\n\npytestmark = pytest.mark.vcr\n\n"

WITHOUT_PLUGIN = """
import cozepy.websockets

class Account:
    def value(self, name):
        return os.environ["COZE_" + name]

@pytest.fixture
def account():
    return Account()

cozepy.websockets.http_base_url_to_ws = lambda url: url.replace("http", "ws", 1)
"""
"""What takes the plugin's place where it is left out, to see that each way does show what it is to show."""

WAYS = {
    "assertion diff": 'def test_it(me):\n    assert me.data == {"user_name": "nobody"}',
    "exception text": "def test_it(me):\n    raise ValueError(str(me))",
    "chained exceptions": (
        "def test_it(me):\n    try:\n        raise KeyError(str(me))\n"
        "    except KeyError as error:\n        raise RuntimeError('other') from error"
    ),
    "local variables": "def test_it(me):\n    mail, name = me.mail, me.data['user_name']\n    assert False",
    "printing": "def test_it(me, capsys):\n    print(me)\n    print(me, file=sys.stderr)\n    assert 0",
    "printing in a test that passes": "def test_it(me):\n    print(me)",
    "logging": "def test_it(me):\n    logging.getLogger('mine').error('%s', me)\n    assert 0",
    "a property of the report": "def test_it(me, record_property):\n    record_property('mail', me.mail)\n    assert 0",
    "a property of the whole report": (
        "def test_it(me, record_testsuite_property):\n    record_testsuite_property('mail', me.mail)\n    assert 0"
    ),
    "a warning": "def test_it(me):\n    warnings.warn(str(me))",
    "pytest.fail": "def test_it(me):\n    pytest.fail(str(me))",
    "pytest.skip": "def test_it(me):\n    pytest.skip(str(me))",
    "pytest.xfail": "def test_it(me):\n    pytest.xfail(str(me))",
    "a marker that expects a failure": (
        "def test_it(me, request):\n    request.node.add_marker(pytest.mark.xfail(reason=str(me)))\n    assert 0"
    ),
    "a marker that expects a failure for nothing": (
        "@pytest.fixture\ndef marked(me, request):\n"
        "    request.node.add_marker(pytest.mark.xfail(reason=str(me), strict=True))\n\ndef test_it(marked): ..."
    ),
    "printing where nothing is captured": (
        "@pytest.fixture\ndef prints(me, capsys):\n    yield\n    with capsys.disabled():\n        print(me)\n\n"
        "def test_it(prints):\n    assert 0"
    ),
    "SystemExit": "def test_it(me):\n    sys.exit(str(me))",
    "a number for SystemExit": "def test_it(me):\n    print(me)\n    sys.exit(int(me.data['user_id']))",
    "a fixture that fails": (
        "@pytest.fixture\ndef broken(me):\n    raise ValueError(str(me))\n\ndef test_it(broken): ..."
    ),
    "a teardown that fails": (
        "@pytest.fixture\ndef late(me):\n    yield\n    raise ValueError(str(me))\n\ndef test_it(late): ..."
    ),
    "pytest.skip in a fixture": (
        "@pytest.fixture\ndef skips(me):\n    pytest.skip(str(me))\n\ndef test_it(skips): ..."
    ),
    "pytest.skip in a teardown": (
        "@pytest.fixture\ndef skips(me):\n    yield\n    pytest.skip(str(me))\n\ndef test_it(skips): ..."
    ),
    "the message of a subtest": (
        "def test_it(me, subtests):\n    with subtests.test(msg=str(me)):\n        assert me.data == {}"
    ),
    "a parameter of a subtest": (
        "def test_it(me, subtests):\n    with subtests.test(**{'who': str(me)}):\n        print(me)\n"
        "        pytest.fail(str(me))"
    ),
    "a subtest that is left out": (
        "def test_it(me, subtests):\n    with subtests.test(msg=str(me)):\n        pytest.skip(str(me))\n    assert 0"
    ),
    "an API error": (
        "def test_it(account, case):\n    import cozepy\n    token = account.value('API_TOKEN') + case.mail\n"
        "    cozepy.Coze(cozepy.TokenAuth(token), BASE).users.me()"
    ),
    "a frame of a websocket in an assertion": (
        "def test_it(account, case):\n    heard = spoken(account, case, lambda _, event: None)\n    assert heard == []"
    ),
    "a websocket's handler that fails": (
        "def test_it(account, case):\n    spoken(account, case, fails)\n    assert 0\n\n"
        "def fails(client, event):\n    raise ValueError(str(event))"
    ),
    "an async websocket's handler that fails": (
        "async def test_it(account, case):\n    heard, done = [], asyncio.Event()\n"
        "    async def fails(client, event):\n        heard.append(event)\n        done.set()\n"
        "        raise ValueError(str(event))\n"
        "    async with speech(account, fails, 'AsyncCoze', 'AsyncTokenAuth') as connection:\n"
        "        await connection.speech_update(voice(case))\n"
        "        await asyncio.wait_for(done.wait(), 20)\n    assert heard == []"
    ),
    "a thread that fails": (
        "def test_it(me):\n    def fails():\n        raise ValueError(str(me))\n"
        "    thread = threading.Thread(target=fails)\n    thread.start()\n    thread.join()\n    assert 0"
    ),
    "a thread that prints after the last test": (
        "def test_it(me):\n    def prints():\n        threading.main_thread().join()\n        print(me)\n"
        "    threading.Thread(target=prints).start()\n    assert 0"
    ),
    "what is called when the process ends": ("def test_it(me):\n    atexit.register(lambda: print(me))\n    assert 0"),
    "what is printed when an object ends": (
        "class Late:\n    def __del__(self):\n        print(self.seen)\n\nlate = Late()\n\n"
        "def test_it(me):\n    late.seen = str(me)\n    assert 0"
    ),
    "an error whose class is named by a value": "def test_it(me):\n    raise type(me.mail, (Exception,), {})()",
    "a refusal of the toolkit that a test raises": (
        "def test_it(me):\n    from coze_cassettes import fixtures\n    fixtures.fail(str(me))"
    ),
    "source that is made by a test": (
        "def test_it(me):\n    import linecache\n    source = f'raise ValueError({str(me)!r})'\n"
        "    linecache.cache[me.mail] = (len(source), None, [source], me.mail)\n"
        "    exec(compile(source, me.mail, 'exec'))"
    ),
    "an error that nobody has asked for": (
        "def test_it(me):\n    asked.append(asyncio.new_event_loop().create_future())\n"
        "    asked[0].set_exception(ValueError(str(me)))\n    assert 0\n\nasked = []"
    ),
    "a task that nobody waits for": (
        "async def test_it(me):\n    async def fails():\n        raise ValueError(str(me))\n"
        "    own_log('task')\n    asyncio.create_task(fails())\n    await asyncio.sleep(0)\n    assert 0"
    ),
    "the SDK's own logging": (
        "def test_it(account, case):\n    import cozepy\n    cozepy.setup_logging(logging.DEBUG)\n"
        "    coze = cozepy.Coze(cozepy.TokenAuth(account.value('API_TOKEN')), BASE)\n"
        "    coze.conversations.create(meta_data={'mail': case.mail})\n    assert 0"
    ),
    "logging of vcrpy and httpx": (
        "def test_it(me):\n    for name in ('vcr', 'httpx', 'httpcore'):\n"
        "        logging.getLogger(name).error('still there')\n"
        "    httpx.get(f'{BASE}/v1/users/me', params={'mail': me.mail})\n    assert 0"
    ),
    "a child of a logger that is set to DEBUG": (
        "def test_it(account, case):\n    import cozepy\n    own_log('child')\n"
        "    logging.getLogger().setLevel(logging.DEBUG)\n"
        "    for name in ('httpcore.http11', 'httpcore.connection', 'httpx', 'vcr.cassette', 'cozepy'):\n"
        "        logging.getLogger(name).setLevel(logging.DEBUG)\n"
        "    coze = cozepy.Coze(cozepy.TokenAuth(account.value('API_TOKEN')), BASE)\n"
        "    coze.conversations.create(meta_data={'mail': case.mail})\n    assert 0"
    ),
    "a finalizer that fails at the end": (
        "class Late:\n    def __del__(self):\n        raise ValueError(self.seen)\n\nlate = Late()\n\n"
        "def test_it(me):\n    late.seen = str(me)\n    assert 0"
    ),
    "a thread that fails after the last test": (
        "def test_it(me):\n    def fails():\n        threading.main_thread().join()\n"
        "        raise ValueError(str(me))\n"
        "    threading.Thread(target=fails).start()\n    assert 0"
    ),
}
"""What a test does with what Coze said; one after the other in one run, those that change the logging last."""

INTERRUPTED = "!! KeyboardInterrupt !!"
EXITED = "! _pytest.outcomes.Exit: ended by a test that records; its reason is not shown"

ENDS = {
    "a test that is interrupted": (
        "def test_it(me):\n    name = me.data['user_name']\n    raise KeyboardInterrupt",
        INTERRUPTED,
    ),
    "an interrupt with a value": ("def test_it(me):\n    raise KeyboardInterrupt(str(me))", INTERRUPTED),
    "pytest.exit": ("def test_it(me):\n    pytest.exit(str(me))", EXITED),
    "pytest.exit in a teardown": (
        "@pytest.fixture\ndef exits(me):\n    yield\n    pytest.exit(str(me))\n\ndef test_it(exits): ...",
        EXITED,
    ),
    "a reason to end the run behind the test": (
        "def test_it(me, request):\n    request.session.shouldstop = str(me)\n    assert 0",
        "! Interrupted: ended by a test that records; its reason is not shown",
    ),
    "a session fixture that fails at the end": (
        (
            "kept = []\n\n@pytest.fixture(scope='session')\ndef late():\n    yield\n    raise ValueError(str(kept))\n\n"
            "def test_it(late, me):\n    kept.append(str(me))\n    raise KeyboardInterrupt"
        ),
        "Exit: The end of the session failed while it recorded: ValueError\n",
    ),
    "a session fixture that exits at the end": (
        (
            "kept = []\n\n@pytest.fixture(scope='session')\ndef late():\n    yield\n    pytest.exit(str(kept))\n\n"
            "def test_it(late, me):\n    kept.append(str(me))\n    assert 0"
        ),
        EXITED,
    ),
    "what hooks do when the run ends": (
        (
            "class Late:\n    def pytest_sessionfinish(self):\n        print(self.seen)\n"
            "        warnings.warn(self.seen)\n\n"
            "    def pytest_unconfigure(self):\n        print(self.seen, file=sys.stderr)\n"
            "        raise ValueError(self.seen)\n\n"
            "def test_it(me, request):\n    late = Late()\n    late.seen = str(me)\n"
            "    request.config.pluginmanager.register(late)\n    assert 0"
        ),
        "The end of the run failed while it recorded: ValueError\n",
    ),
    "a hook that ends the process": (
        (
            "class Late:\n    def pytest_unconfigure(self):\n        sys.exit(self.seen)\n\n"
            "def test_it(me, request):\n    late = Late()\n    late.seen = str(me)\n"
            "    request.config.pluginmanager.register(late)\n    assert 0"
        ),
        "The end of the run failed while it recorded: SystemExit\n",
    ),
    "a debugger": ("def test_it(me):\n    name = str(me)\n    breakpoint()", "While recording, a debugger would show"),
    "a module that cannot be imported": (
        "token = os.environ['COZE_API_TOKEN']\nprint(token)\nwarnings.warn(token)\nint(token)\n\ndef test_it(me): ...",
        "ValueError: invalid literal for int() with base 10: '…'",
    ),
}
"""What ends the whole run, so that each has one of its own, and how pytest says that it did."""


@pytest.fixture(scope="module")
def stand_in() -> Iterator[StandIn]:
    """One stand-in for all these tests; it lists its canaries."""
    with running("a") as server:
        yield server


@dataclass(frozen=True)
class Ended:
    """A run of some ways: its exit code, what it showed and wrote, and the canary of each way."""

    folder: Path
    code: int
    shown: str
    mails: Mapping[str, str]

    @property
    def outcomes(self) -> Mapping[str, list[str]]:
        """The words that pytest has for the phases and the subtests of each way."""
        found: dict[str, list[str]] = {way: [] for way in self.mails}
        ways = {_module(way): way for way in self.mails}
        for module, word in re.findall(r"^(test_\w+)\.py::test_it ([A-Z]+)", self.shown, re.MULTILINE):
            found[ways[module]].append(word)
        return found

    @property
    def recorded(self) -> list[str]:
        """The modules with a cassette."""
        return [path.parent.name for path in store.files(self.folder / "cassettes")]

    def leaks(self, values: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """The names of values that stand somewhere in any form, each with the file, or with an empty string."""
        forms = {form: name for name, value in values if len(value) > MINIMUM for form in _spellings(value)}
        assert forms
        return {(name, place) for place, text in self._texts() for form, name in forms.items() if form in text}

    def _texts(self) -> Iterator[tuple[str, str]]:
        yield "", self.shown
        for path in self.folder.rglob("*"):
            if path.is_file() and path.suffix != ".pyc":
                yield path.name, path.read_bytes().decode("utf-8", "replace")


_spellings = cache(spellings_of)

MINIMUM = 5
"""Characters up to which a value may stand somewhere by chance."""

Run = Callable[..., Ended]


def _module(way: str) -> str:
    return "test_" + re.sub(r"\W+", "_", way)


@pytest.fixture
def run(stand_in: StandIn, tmp_path: Path, chance: random.Random) -> Run:
    """Record in some ways, each with a canary of its own; or let them show it, without the plugin."""

    def call(ways: Mapping[str, str], *, plugin: bool = True) -> Ended:
        folder = tmp_path / ("with" if plugin else "without")
        modules = [_module(way) for way in ways]
        files = {name: TEST + source + "\n" for name, source in zip(modules, ways.values(), strict=True)}
        files |= {"common": COMMON, "conftest": CONFTEST if plugin else CONFTEST + WITHOUT_PLUGIN}
        folder.mkdir()
        (folder / "pytest.ini").write_text(INI)
        for name, source in files.items():
            (folder / f"{name}.py").write_text(source)
        mails = {way: canaries.fill(canaries.PATTERNS["e-mail"], chance) for way in ways}
        environment = {"MAILS": json.dumps({_module(way): mail for way, mail in mails.items()})}
        environment |= {} if plugin else {"WITHOUT_PLUGIN": stand_in.url}
        options = [*(WITH if plugin else WITHOUT), *TALKATIVE, *(f"{name}.py" for name in modules)]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *options],
            cwd=folder,
            env={**os.environ, **stand_in.environment, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return Ended(folder, done.returncode, done.stdout + done.stderr, mails)

    return call


WITH = ("--record-mode=all",)
WITHOUT = ("-p", "no:coze_cassettes", "-p", "no:recording", "-W", "ignore::pytest.PytestUnknownMarkWarning")
TALKATIVE = (
    *("-l", "-vv", "-rA", "--tb=long", "--show-capture=all", "--log-level=DEBUG"),
    *("--junitxml=report.xml", "-p", "cacheprovider", "--durations=3", "--basetemp=temporary"),
)
"""Options with which pytest shows and keeps whatever it can."""


@pytest.mark.slow
def test_nothing_raw_is_left(run: Run, stand_in: StandIn) -> None:
    """Neither the terminal nor any file holds a canary, however a test fails; without the plugin every way shows it."""
    without = run(WAYS, plugin=False)
    assert {way for way, _ in without.leaks(without.mails.items())} == set(WAYS)
    ended = run(WAYS)
    assert ended.outcomes == without.outcomes
    assert all(ended.outcomes.values())
    assert ended.leaks(ended.mails.items()) == set()
    known = stand_in.canaries()
    assert len(known) > 20
    assert ended.leaks(known) == set()
    saved = ("a warning", "printing in a test that passes", "pytest.skip", "pytest.skip in a fixture")
    assert ended.recorded == [_module(way) for way in saved]
    assert_places_and_kinds(ended.shown)


def assert_places_and_kinds(shown: str) -> None:
    """What is shown of a failure: the type of the error, Coze's code, and the lines of source; at the end too."""
    line = TEST.count("\n") + WAYS["an API error"].count("\n") + 1
    own = re.escape("cozepy.Coze(cozepy.TokenAuth(token), BASE).users.me()")
    end = "Values are not shown, since nothing of them is scrubbed. Its cassette is as it was."
    failed = r"^test_an_API_error\.py::test_it failed while it recorded: CozeAPIError \(code 4100\)\n"
    assert re.search(rf"{failed}  test_an_API_error\.py:{line}  {own}\n{end}$", shown, re.MULTILINE)
    for what in ("A thread", "A finalizer"):
        assert f"{what} failed while it recorded: ValueError\n" in shown


@pytest.mark.parametrize("way", ENDS)
def test_nothing_raw_is_left_by_what_ends_a_run(way: str, run: Run, stand_in: StandIn) -> None:
    """Neither the terminal nor any file holds a canary, and pytest says how the run ended."""
    source, end = ENDS[way]
    ended = run({way: source})
    assert ended.code != 0
    assert end in ended.shown
    assert ended.leaks(ended.mails.items()) == set()
    assert ended.leaks(stand_in.canaries()) == set()
    assert ended.recorded == []


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["-s"], "capture=no"),
        (["--capture=tee-sys"], "capture=tee-sys"),
        (["--capture=sys"], "capture=sys"),
        (["--pdb"], "usepdb=True"),
        (["--full-trace"], "fulltrace=True"),
        (["-o", "log_cli=true"], "log_cli"),
        (["--log-cli-level=DEBUG"], "log_cli"),
        (["--log-file=out.log"], "log_file"),
        (["--debug"], "--debug"),
        (["--debug=mine.log"], "--debug"),
        (["-p", "no:capture"], "-p no:capture"),
    ],
)
def test_options_that_print_at_once_are_refused(
    options: list[str], named: str, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is sent, with one sentence."""
    pytester.makeini(INI)
    monkeypatch.setenv("COZE_API_TOKEN", "any-token")
    pytester.makepyfile(test_out="import pytest\n\n@pytest.mark.vcr\ndef test_it(): ...")
    result = pytester.runpytest_inprocess("--record-mode=all", *options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "ERROR: While recording, " in result.stderr.str()
    assert named in result.stderr.str()


def test_a_trace_of_hooks_is_refused(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """PYTEST_DEBUG prints the arguments of every hook."""
    pytester.makeini(INI)
    monkeypatch.setenv("COZE_API_TOKEN", "any-token")
    monkeypatch.setenv("PYTEST_DEBUG", "1")
    pytester.makepyfile(test_out="import pytest\n\n@pytest.mark.vcr\ndef test_it(): ...")
    result = pytester.runpytest_inprocess("--record-mode=all")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "ERROR: While recording, PYTEST_DEBUG would print" in result.stderr.str()
