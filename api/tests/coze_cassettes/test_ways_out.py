"""A test that records while it fails leaves nothing raw behind, in no cassette, report, cache, log or terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from coze_cassettes.cassette import store
from coze_cassettes.inspection.values import spellings_of
from coze_standin import StandIn, running

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.loopback

INI = """
[pytest]
addopts = -p no:randomly
coze_tests = .
cassettes_dir = cassettes
junit_logging = all
junit_log_passing_tests = true
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
"""

HEAD = """
import asyncio, logging, sys, time, warnings
import httpx, pytest
from cozepy import AsyncCoze, AsyncTokenAuth, Coze, TokenAuth, WebsocketsEventType, setup_logging

def spoken(account, handler):
    heard = []
    def note(client, event):
        heard.append(event)
        handler(client, event)
    coze = Coze(auth=TokenAuth(account.value("API_TOKEN")))
    with coze.websockets.audio.speech.create(on_event={WebsocketsEventType.SPEECH_CREATED: note})():
        time.sleep(0.5)
    assert heard
    return heard

@pytest.fixture
def me(account, record_property):
    headers = {"Authorization": "Bearer " + account.value("API_TOKEN")}
    answer = httpx.get("https://api.coze.com/v1/users/me", headers=headers)
    record_property("raw", answer.text)
    yield answer.json()["data"]
"""

WAYS = {
    "assertion diff": 'def test_it(me):\n    assert me == {"user_name": "nobody"}',
    "exception text": "def test_it(me):\n    raise ValueError(str(me))",
    "chained exceptions": (
        "def test_it(me):\n    try:\n        raise KeyError(str(me))\n"
        "    except KeyError as error:\n        raise RuntimeError(str(me)) from error"
    ),
    "local variables": "def test_it(me):\n    name = me['user_name']\n    assert False",
    "printing": "def test_it(me, capsys):\n    print(me)\n    print(me, file=sys.stderr)\n    assert 0",
    "printing in a test that passes": "def test_it(me):\n    print(me)",
    "logging": "def test_it(me):\n    logging.getLogger('mine').error('%s', me)\n    assert 0",
    "the SDK's own logging": (
        "def test_it(account):\n    setup_logging(logging.DEBUG)\n"
        "    Coze(auth=TokenAuth(account.value('API_TOKEN'))).users.me()\n    assert 0"
    ),
    "logging of vcrpy and httpx": (
        "def test_it(me):\n    for name in ('vcr', 'httpx', 'httpcore'):\n"
        "        logging.getLogger(name).error('still there')\n    assert 0"
    ),
    "a warning": "def test_it(me):\n    warnings.warn(str(me))",
    "pytest.fail": "def test_it(me):\n    pytest.fail(str(me))",
    "pytest.skip": "def test_it(me):\n    pytest.skip(str(me))",
    "pytest.xfail": "def test_it(me):\n    pytest.xfail(str(me))",
    "a fixture that fails": (
        "@pytest.fixture\ndef broken(me):\n    raise ValueError(str(me))\n\ndef test_it(broken): ..."
    ),
    "a teardown that fails": (
        "@pytest.fixture\ndef late(me):\n    yield\n    raise ValueError(str(me))\n\ndef test_it(late): ..."
    ),
    "an API error": (
        "def test_it(account):\n    token = account.value('API_TOKEN')\n"
        "    Coze(auth=TokenAuth(token + 'x')).users.me()"
    ),
    "a frame of a websocket in an assertion": (
        "def test_it(account):\n    heard = spoken(account, lambda _, event: None)\n    assert heard == []"
    ),
    "a websocket's handler that fails": (
        "def test_it(account):\n    spoken(account, fails)\n    assert 0\n\n"
        "def fails(client, event):\n    raise ValueError(str(event))"
    ),
    "an async websocket's handler that fails": (
        "async def test_it(account):\n    coze = AsyncCoze(auth=AsyncTokenAuth(account.value('API_TOKEN')))\n"
        "    async def fails(client, event):\n        raise ValueError(str(event))\n"
        "    create = coze.websockets.audio.speech.create\n"
        "    async with create(on_event={WebsocketsEventType.SPEECH_CREATED: fails})():\n"
        "        await asyncio.sleep(0.5)\n    assert 0"
    ),
    "a test that is interrupted": "def test_it(me):\n    name = me['user_name']\n    raise KeyboardInterrupt",
    "an interrupt with a value": "def test_it(me):\n    raise KeyboardInterrupt(str(me))",
    "pytest.exit": "def test_it(me):\n    pytest.exit(str(me))",
    "SystemExit": "def test_it(me):\n    sys.exit(str(me))",
    "pytest.skip in a fixture": (
        "@pytest.fixture\ndef skips(me):\n    pytest.skip(str(me))\n\ndef test_it(skips): ..."
    ),
    "pytest.skip in a teardown": (
        "@pytest.fixture\ndef skips(me):\n    yield\n    pytest.skip(str(me))\n\ndef test_it(skips): ..."
    ),
    "pytest.exit in a teardown": (
        "@pytest.fixture\ndef exits(me):\n    yield\n    pytest.exit(str(me))\n\ndef test_it(exits): ..."
    ),
    "the message of a subtest": (
        "def test_it(me, subtests):\n    with subtests.test(msg=str(me)):\n        assert me == {}"
    ),
    "a parameter of a subtest": (
        "def test_it(me, subtests):\n    with subtests.test(**{'who': str(me)}):\n        print(me)\n"
        "        pytest.fail(str(me))"
    ),
    "a subtest that is left out": (
        "def test_it(me, subtests):\n    with subtests.test(msg=str(me)):\n        pytest.skip(str(me))\n    assert 0"
    ),
    "a session fixture that fails at the end": (
        "kept = []\n\n@pytest.fixture(scope='session')\ndef late():\n    yield\n    raise ValueError(str(kept))\n\n"
        "@pytest.mark.vcr\ndef test_it(late, me):\n    kept.append(me)\n    raise KeyboardInterrupt"
    ),
    "a session fixture that exits at the end": (
        "kept = []\n\n@pytest.fixture(scope='session')\ndef late():\n    yield\n    pytest.exit(str(kept))\n\n"
        "@pytest.mark.vcr\ndef test_it(late, me):\n    kept.append(me)\n    assert 0"
    ),
    "a finalizer that fails at the end": (
        "class Late:\n    def __del__(self):\n        raise ValueError(self.seen)\n\nlate = Late()\n\n"
        "@pytest.mark.vcr\ndef test_it(me):\n    late.seen = str(me)\n    assert 0"
    ),
    "a thread that fails": (
        "def test_it(me):\n    import threading\n    def fails():\n        raise ValueError(str(me))\n"
        "    thread = threading.Thread(target=fails)\n    thread.start()\n    thread.join()\n    assert 0"
    ),
    "a thread that fails after the last test": (
        "def test_it(me):\n    import threading\n    def fails():\n        time.sleep(2)\n"
        "        raise ValueError(str(me))\n"
        "    threading.Thread(target=fails).start()\n    assert 0"
    ),
    "a child of a logger that is set to DEBUG": (
        "def test_it(account):\n    root = logging.getLogger()\n    root.addHandler(logging.FileHandler('own.log'))\n"
        "    root.setLevel(logging.DEBUG)\n"
        "    for name in ('httpcore.http11', 'httpcore.connection', 'httpx', 'vcr.cassette', 'cozepy'):\n"
        "        logging.getLogger(name).setLevel(logging.DEBUG)\n"
        "    Coze(auth=TokenAuth(account.value('API_TOKEN'))).users.me()\n    assert 0"
    ),
    "a task that nobody waits for": (
        "async def test_it(me):\n    async def fails():\n        raise ValueError(str(me))\n"
        "    logging.getLogger().addHandler(logging.FileHandler('own.log'))\n"
        "    asyncio.create_task(fails())\n    await asyncio.sleep(0)\n    assert 0"
    ),
}


@pytest.fixture(scope="module")
def stand_in() -> Iterator[StandIn]:
    """One stand-in for all these tests; it lists its canaries."""
    with running("a") as server:
        yield server


def _written(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix != ".pyc":
            yield path, path.read_bytes().decode("utf-8", "replace")


def _leaks(text: str, canaries: list[tuple[str, str]]) -> list[str]:
    return sorted(
        {kind for kind, value in canaries if len(value) > 5 and any(form in text for form in spellings_of(value))}
    )


@pytest.mark.parametrize("way", WAYS)
def test_nothing_raw_is_left(
    way: str, stand_in: StandIn, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the terminal nor any file holds a canary, however the test fails."""
    pytester.makeini(INI)
    source = WAYS[way] if "@pytest.mark.vcr" in WAYS[way] else f"@pytest.mark.vcr\n{WAYS[way]}"
    pytester.makepyfile(test_out=f"{HEAD}\n\n{source}")
    for name, value in stand_in.environment.items():
        monkeypatch.setenv(name, value)
    result = pytester.runpytest_subprocess(
        *("--record-mode=all", "-l", "-vv", "-rA", "--tb=long", "--show-capture=all", "--log-level=DEBUG"),
        *("--junitxml=report.xml", "-p", "cacheprovider", "--durations=3"),
    )
    shown = result.stdout.str() + result.stderr.str()
    canaries = stand_in.canaries()
    assert len(canaries) > 20
    assert _leaks(shown, canaries) == []
    for path, text in _written(pytester.path):
        assert _leaks(text, canaries) == [], path.name
    if way == "printing in a test that passes":
        assert [path.name for path in store.files(pytester.path / "cassettes")] == ["test_it.yaml"]
    elif way != "a warning":
        assert store.files(pytester.path / "cassettes") == []


def test_what_is_shown_tells_where_and_what(
    stand_in: StandIn, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The type of the error, Coze's code, and the lines of source."""
    pytester.makeini(INI)
    pytester.makepyfile(test_out=HEAD + "\n\n@pytest.mark.vcr\n" + WAYS["an API error"])
    for name, value in stand_in.environment.items():
        monkeypatch.setenv(name, value)
    result = pytester.runpytest_subprocess("--record-mode=all")
    result.stdout.fnmatch_lines(
        [
            "test_out.py::test_it failed while it recorded: CozeAPIError (code 4100)",
            "  test_out.py:*  Coze(auth=TokenAuth(token + 'x')).users.me()",
            "Values are not shown, since nothing of them is scrubbed. Its cassette is as it was.",
        ]
    )


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["-s"], "capture=no"),
        (["--capture=tee-sys"], "capture=tee-sys"),
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
    result = pytester.runpytest_subprocess("--record-mode=all", *options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "ERROR: While recording, " in result.stderr.str()
    assert named in result.stderr.str()


def test_a_trace_of_hooks_is_refused(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """PYTEST_DEBUG prints the arguments of every hook."""
    pytester.makeini(INI)
    monkeypatch.setenv("COZE_API_TOKEN", "any-token")
    monkeypatch.setenv("PYTEST_DEBUG", "1")
    pytester.makepyfile(test_out="import pytest\n\n@pytest.mark.vcr\ndef test_it(): ...")
    result = pytester.runpytest_subprocess("--record-mode=all")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "ERROR: While recording, PYTEST_DEBUG would print" in result.stderr.str()
