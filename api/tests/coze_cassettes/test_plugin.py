"""What pytest shows: strict replay, clear messages, one cassette a test. Each inner run is a project of its own.

An inner run takes a quarter of a second: scripts/test.sh has the promises that every user meets, prove.sh all of them.
"""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from coze_cassettes import markers, naming, recorded_tests
from coze_cassettes.cassette import store
from coze_cassettes.cassette.model import Cassette, Interaction

pytest_plugins = ["pytester"]

MakeCassette = Callable[..., Cassette]
MakeInteraction = Callable[..., Interaction]
Replay = Callable[..., pytest.RunResult]

INI = """
[pytest]
addopts = --record-mode=none --block-network -p no:randomly -p no:cacheprovider
coze_tests = .
cassettes_dir = cassettes
cassettes_record_command = scripts/rerecord.sh
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
"""

GET_ME = """
import httpx, pytest

@pytest.mark.vcr
def test_me() -> None:
    assert httpx.get("https://api.coze.com/v1/users/me").json()["code"] == 0
"""


@pytest.fixture
def replay(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Replay:
    """Run tests with given cassettes; the module is called test_it."""
    pytester.makeini(INI)
    monkeypatch.setenv("SSL_CERT_DIR", str(pytester.path))  # an httpx client loads no certificates, which takes 20 ms

    def run(source: str, *arguments: str, **cassettes: Cassette) -> pytest.RunResult:
        pytester.makepyfile(test_it=source)
        for name, cassette in cassettes.items():
            store.write(pytester.path / "cassettes" / "test_it" / f"{name}.yaml", cassette)
        return pytester.runpytest_inprocess(*arguments)

    return run


@pytest.fixture
def me(cassette: MakeCassette, interaction: MakeInteraction) -> Cassette:
    """A cassette of one call of users.me."""
    return cassette(interaction(answer={"code": 0}))


def _section(result: pytest.RunResult, title: str) -> str:
    """What pytest printed under a heading."""
    text = re.split(r"^_+ [^\n]*" + re.escape(title) + r" _+\n", result.stdout.str(), flags=re.MULTILINE)[1]
    return re.split(r"^(?:=|_)+ ", text, flags=re.MULTILINE)[0].strip()


def test_a_cassette_is_replayed(replay: Replay, me: Cassette) -> None:
    """The answer comes from the file, and the header of the run says so."""
    result = replay(GET_ME, test_me=me)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["cassettes: replaying cassettes"])


def test_a_missing_cassette(replay: Replay, pytester: pytest.Pytester) -> None:
    """The file and the command that records it are named."""
    result = replay(GET_ME)
    result.assert_outcomes(failed=1)
    assert _section(result, "test_me") == (
        "no cassette yet\n"
        "  test:    test_it.py::test_me, line 5\n"
        "  cassette: test_it/test_me.yaml\n"
        "  record it: scripts/rerecord.sh -k test_me"
    )


HOOKS = ["pytest_sessionstart(session)", "pytest_collection_modifyitems(items)", "pytest_sessionfinish(session)"]


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_that_calls_coze(replay: Replay, pytester: pytest.Pytester, me: Cassette, hook: str) -> None:
    """It is refused in one message, and may call others."""
    call = "import httpx\n    httpx.get('https://api.coze.com/v1/users/me')"
    pytester.makeconftest(f"def {hook}:\n    {call}\n")
    result = replay(GET_ME, test_me=me)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: network blocked in a replay: getaddrinfo to 'api.coze.com'"])
    server = "import socket\n    with socket.create_server(('127.0.0.1', 0)) as it:\n        "
    pytester.makeconftest(f"def {hook}:\n    {server}socket.create_connection(it.getsockname()).close()\n")
    replay(GET_ME, test_me=me).assert_outcomes(passed=1)


@pytest.mark.loopback
def test_a_hook_of_other_tests_that_calls_coze(replay: Replay, pytester: pytest.Pytester, me: Cassette) -> None:
    """In a run that has other tests too it may do as if the package were not installed."""
    calls = "import sys\n\ndef pytest_sessionstart():\n    sys.audit('socket.connect', None, ('api.coze.com', 443))\n"
    pytester.makeconftest(calls)
    pytester.makepyfile(test_other="def test_other(): ...")
    ours = ("-o", "coze_tests=test_it.py", "test_it.py")
    assert replay(GET_ME, *ours, test_me=me).ret == pytest.ExitCode.USAGE_ERROR
    # in a process of its own: this one's tests are guarded too
    pytester.runpytest_subprocess(*ours, "test_other.py").assert_outcomes(passed=2)


@pytest.mark.proof
def test_a_test_that_sends_nothing(replay: Replay) -> None:
    """It needs no cassette: an app that is run in-process is no traffic."""
    result = replay(
        """
        import httpx, pytest

        @pytest.mark.vcr
        def test_app():
            app = httpx.MockTransport(lambda request: httpx.Response(204))
            assert httpx.Client(transport=app).get("https://api.coze.com/v1/users/me").status_code == 204
        """
    )
    result.assert_outcomes(passed=1)


def test_a_damaged_cassette(replay: Replay, me: Cassette, pytester: pytest.Pytester) -> None:
    """A hand edit is distinguished from anything else."""
    replay(GET_ME, test_me=me)
    path = pytester.path / "cassettes" / "test_it" / "test_me.yaml"
    path.write_text(path.read_text("utf-8").replace("GET", "PUT"), "utf-8")
    assert _section(replay(GET_ME), "ERROR at setup of test_me") == (
        "unreadable cassette: edited by hand, its digest does not fit; record it again\n"
        "  test:    test_it.py::test_me\n"
        "  cassette: test_it/test_me.yaml\n"
        "  record it: scripts/rerecord.sh -k test_me"
    )


def test_a_changed_request(replay: Replay, cassette: MakeCassette, interaction: MakeInteraction) -> None:
    """Test, request, nearest recorded request, first difference, command; and no literal that a rule would scrub."""
    recorded = cassette(
        interaction("GET", "/v1/users/me", answer={"code": 0}),
        interaction("POST", "/v3/chat?conversation_id=", {"user_id": "USER_ID_1", "stream": True}),
    )
    result = replay(
        """
        import httpx, pytest

        @pytest.mark.vcr
        def test_chat() -> None:
            httpx.post(
                "https://api.coze.com/v3/chat?conversation_id=",
                json={"user_id": "canary-user", "stream": False},
                headers={"Authorization": "Bearer canary-token"},
            )
        """,
        test_chat=recorded,
    )
    result.assert_outcomes(failed=1)
    assert _section(result, "test_chat") == (
        "not in its cassette: POST /v3/chat (body.stream)\n"
        "  test:    test_it.py::test_chat, line 5\n"
        "  sent:    POST https://api.coze.com/v3/chat?conversation_id=\n"
        "  nearest: POST https://api.coze.com/v3/chat?conversation_id= (interaction 1 of 2)\n"
        "  differs: body.stream: sent 'false', recorded 'true'\n"
        "  cassette: test_it/test_chat.yaml\n"
        "  record it: scripts/rerecord.sh -k test_chat"
    )
    assert "canary-" not in result.stdout.str()


@pytest.mark.proof
def test_a_new_literal_is_shown_by_its_kind(
    replay: Replay, cassette: MakeCassette, interaction: MakeInteraction
) -> None:
    """An identifier that the recording did not have is not printed."""
    result = replay(
        """
        import httpx, pytest

        @pytest.mark.vcr
        def test_bot() -> None:
            httpx.get("https://api.coze.com/v1/bots/canary-bot")
        """,
        test_bot=cassette(interaction("GET", "/v1/workflows/WORKFLOW_ID")),
    )
    assert _section(result, "test_bot") == (
        "not in its cassette: GET /v1/bots/BOT_ID_NEW (path)\n"
        "  test:    test_it.py::test_bot, line 5\n"
        "  sent:    GET https://api.coze.com/v1/bots/BOT_ID_NEW\n"
        "  nearest: GET https://api.coze.com/v1/workflows/WORKFLOW_ID (interaction 0 of 1)\n"
        "  differs: path: sent '/v1/bots/BOT_ID_NEW', recorded '/v1/workflows/WORKFLOW_ID'\n"
        "  cassette: test_it/test_bot.yaml\n"
        "  record it: scripts/rerecord.sh -k test_bot"
    )


def test_an_interaction_too_many(replay: Replay, me: Cassette) -> None:
    """What was recorded once is played once."""
    result = replay(GET_ME + '    httpx.get("https://api.coze.com/v1/users/me")\n', test_me=me)
    assert _section(result, "test_me") == (
        "not in its cassette: GET /v1/users/me once more\n"
        "  test:    test_it.py::test_me, line 6\n"
        "  sent:    GET https://api.coze.com/v1/users/me\n"
        "  nearest: the same, recorded 1 time and already played\n"
        "  cassette: test_it/test_me.yaml\n"
        "  record it: scripts/rerecord.sh -k test_me"
    )


def test_an_interaction_not_played(replay: Replay, cassette: MakeCassette, interaction: MakeInteraction) -> None:
    """What was recorded must be sent."""
    recorded = cassette(interaction(answer={"code": 0}), interaction("GET", "/v1/workspaces"))
    result = replay(GET_ME, test_me=recorded)
    result.assert_outcomes(passed=1, errors=1)
    assert _section(result, "ERROR at teardown of test_me") == (
        "did not send 1 of the 2 requests of its cassette: GET /v1/workspaces\n"
        "  test:    test_it.py::test_me\n"
        "  first:   GET https://api.coze.com/v1/workspaces (interaction 1 of 2)\n"
        "  cassette: test_it/test_me.yaml\n"
        "  record it: scripts/rerecord.sh -k test_me"
    )


@pytest.mark.proof
def test_a_mismatch_that_the_test_swallows_still_fails(replay: Replay, me: Cassette) -> None:
    """``except Exception`` around a call does not hide that the cassette has no answer."""
    source = """
        import httpx, pytest

        @pytest.mark.vcr
        def test_me() -> None:
            try:
                httpx.get("https://api.coze.com/v1/other")
            except Exception:
                pass
    """
    replay(source, test_me=me).assert_outcomes(failed=1)


@pytest.mark.proof
def test_any_order_is_fine(replay: Replay, cassette: MakeCassette, interaction: MakeInteraction) -> None:
    """Tests with several tasks cause their own order."""
    recorded = cassette(interaction("GET", "/v1/a", answer={"n": 1}), interaction("GET", "/v1/b", answer={"n": 2}))
    result = replay(
        """
        import httpx, pytest

        @pytest.mark.vcr
        def test_order() -> None:
            assert httpx.get("https://api.coze.com/v1/b").json() == {"n": 2}
            assert httpx.get("https://api.coze.com/v1/a").json() == {"n": 1}
        """,
        test_order=recorded,
    )
    result.assert_outcomes(passed=1)


@pytest.mark.proof
def test_equal_requests_are_answered_in_their_order(
    replay: Replay, cassette: MakeCassette, interaction: MakeInteraction
) -> None:
    """A poll sees created, then completed."""
    recorded = cassette(*(interaction(answer={"n": n}) for n in range(3)))
    result = replay(
        """
        import httpx, pytest

        @pytest.mark.vcr
        def test_poll() -> None:
            got = [httpx.get("https://api.coze.com/v1/users/me").json()["n"] for _ in range(3)]
            assert got == [0, 1, 2]
        """,
        test_poll=recorded,
    )
    result.assert_outcomes(passed=1)


STREAM = b'event:a\ndata:"one"\n\nevent:b\ndata:"two"\n\n'


def test_streams_keep_their_chunks(replay: Replay, cassette: MakeCassette, interaction: MakeInteraction) -> None:
    """Sync and async, the body arrives in the recorded pieces, and no pseudo header is seen."""
    recorded = interaction(answer=STREAM, content_type="text/event-stream", chunks=(5, 20, len(STREAM) - 25))
    result = replay(
        """
        import httpx, pytest

        URL = "https://api.coze.com/v1/users/me"

        @pytest.mark.vcr
        def test_sync() -> None:
            with httpx.stream("GET", URL) as response:
                assert [len(chunk) for chunk in response.iter_raw()][:2] == [5, 20]
                assert not [name for name in response.headers if name.startswith("x-cassette")]

        @pytest.mark.vcr
        async def test_async() -> None:
            async with httpx.AsyncClient() as client, client.stream("GET", URL) as response:
                assert [len(chunk) async for chunk in response.aiter_raw()][:2] == [5, 20]
        """,
        test_sync=cassette(recorded),
        test_async=cassette(recorded),
    )
    result.assert_outcomes(passed=2)


@pytest.mark.proof
def test_faults_happen_again(replay: Replay, cassette: MakeCassette, interaction: MakeInteraction) -> None:
    """A stream that broke breaks after the same bytes; a connection that was refused is refused."""
    broken = interaction(answer=STREAM[:20], content_type="text/event-stream", fault="RemoteProtocolError")
    refused = interaction("GET", "/v1/gone", answer=b"", status=0, fault="ConnectError")
    result = replay(
        """
        import httpx, pytest

        @pytest.mark.vcr
        def test_fault() -> None:
            got = b""
            with pytest.raises(httpx.RemoteProtocolError, match="as it was recorded"):
                with httpx.stream("GET", "https://api.coze.com/v1/users/me") as response:
                    for chunk in response.iter_raw():
                        got += chunk
            assert len(got) == 20
            with pytest.raises(httpx.ConnectError):
                httpx.get("https://api.coze.com/v1/gone")
        """,
        test_fault=cassette(broken, refused),
    )
    result.assert_outcomes(passed=1)


@pytest.mark.proof
def test_a_shared_cassette_is_replayed(replay: Replay, me: Cassette) -> None:
    """Sync and async share one file."""
    result = replay(
        """
        import httpx, pytest

        class TestMe:
            @pytest.mark.vcr
            def test_me(self) -> None:
                httpx.get("https://api.coze.com/v1/users/me")

            @pytest.mark.vcr
            @pytest.mark.shared_cassette("test_me")
            async def test_async_me(self) -> None:
                async with httpx.AsyncClient() as client:
                    await client.get("https://api.coze.com/v1/users/me")
        """,
        **{"TestMe.test_me": me},
    )
    result.assert_outcomes(passed=2)


def test_replay_gives_placeholders_for_the_account(
    replay: Replay, cassette: MakeCassette, interaction: MakeInteraction
) -> None:
    """Nothing of the account is asked for, made or read from the environment."""
    result = replay(
        """
        import httpx, pytest

        @pytest.mark.vcr
        def test_bot(account, recording, sent_requests, fault) -> None:
            fault("GET", "/v1/bots/*", "rate-limit")
            made = account.value("CHAT_ID", lambda: pytest.fail("must not be made in a replay"))
            httpx.get(f"https://api.coze.com/v1/bots/{account.value('BOT_ID')}?chat_id={made}&x=")
            assert not recording
            assert sent_requests[0].path == "/v1/bots/BOT_ID"
            assert sent_requests[0].params == [("chat_id", "CHAT_ID"), ("x", "")]
        """,
        test_bot=cassette(interaction("GET", "/v1/bots/BOT_ID?chat_id=CHAT_ID&x=")),
    )
    result.assert_outcomes(passed=1)


def test_the_network_is_blocked_in_every_fixture(replay: Replay) -> None:
    """Session fixtures too, and for tests that have nothing to do with cassettes."""
    result = replay(
        """
        import socket, pytest

        @pytest.fixture(scope="session")
        def early() -> None:
            socket.create_connection(("192.0.2.1", 80), timeout=1)

        def test_reach(early) -> None: ...
        """
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["ERROR test_it.py::test_reach - network blocked in a replay: getaddrinfo to*"])


@pytest.mark.parametrize(
    ("source", "cassettes", "message"),
    [
        (
            "import pytest\n@pytest.mark.vcr(record_mode='all')\ndef test_me(): ...",
            (),
            (
                "test_it.py::test_me: record_mode in its vcr marker is refused, since it would overrule the command "
                "line, where --record-mode says whether to record; remove it."
            ),
        ),
        (
            "import pytest\n@pytest.mark.vcr\n@pytest.mark.parametrize('x', ['a/b','a:b','A-b'])\ndef test_me(x): ...",
            (),
            (
                "test_it.py::test_me[a:b] and test_it.py::test_me[a/b] would share the file test_me[a-b].yaml; "
                "rename one, or mark one shared_cassette.\n"
                "test_it.py::test_me[A-b] and test_it.py::test_me[a/b] would share the file test_me[A-b].yaml where "
                "file systems ignore case; rename one, or mark one shared_cassette."
            ),
        ),
        (
            "import pytest\n@pytest.mark.vcr\n@pytest.mark.parametrize('x', [lambda: 1], ids=str)\ndef test_me(x): ...",
            (),
            (
                "test_it.py::test_me: the id of a case has an address of memory, another one in each run; give it "
                "with ids."
            ),
        ),
        (
            "import pytest\n@pytest.mark.vcr\n@pytest.mark.shared_cassette('test_gone')\ndef test_me(): ...",
            (),
            "test_it.py::test_me shares the cassette test_it/test_gone.yaml, which does not exist.",
        ),
    ],
)
def test_tests_and_cassettes_must_agree(
    replay: Replay, me: Cassette, source: str, cassettes: tuple[str, ...], message: str
) -> None:
    """What would make them disagree stops the run with one sentence."""
    result = replay(source, **dict.fromkeys(cassettes, me))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.stderr.str().strip() == f"ERROR: {message}"


@pytest.mark.proof
def test_an_orphan_fails_its_module_only(replay: Replay, pytester: pytest.Pytester, me: Cassette) -> None:
    """A cassette without its test is one failure of its own; tests beside it, and other modules, run."""
    pytester.makepyfile(test_other=GET_ME)
    store.write(pytester.path / "cassettes" / "test_other" / "test_me.yaml", me)
    result = replay(GET_ME, test_me=me, test_gone=me)
    result.assert_outcomes(passed=2, failed=1)
    assert _section(result, "test_gone.yaml") == (
        "cassettes/test_it/test_gone.yaml is a cassette without its test; delete it, or restore the test."
    )


@pytest.mark.proof
def test_a_renamed_test(replay: Replay, me: Cassette) -> None:
    """It alone fails, and names the likely cassette and the command that moves it; nothing else is refused."""
    source = GET_ME + GET_ME.replace("test_me", "test_other")
    result = replay(source, test_mine=me, test_other=me)
    result.assert_outcomes(passed=1, errors=1)
    assert _section(result, "ERROR at setup of test_me") == (
        "no cassette; likely that of test_mine, a test that is gone\n"
        "  if the test was renamed: git mv cassettes/test_it/test_mine.yaml cassettes/test_it/test_me.yaml\n"
        "  if not: scripts/rerecord.sh -k test_me"
    )


@pytest.mark.proof
def test_a_test_that_is_skipped_is_not_renamed(replay: Replay, me: Cassette) -> None:
    """Given one that is new, and one without cases here, when they are skipped, then nothing else is said of them."""
    source = (
        f"{GET_ME.replace('test_me', 'test_mine')}\n"
        "@pytest.mark.vcr\n@pytest.mark.skip\ndef test_you(): ...\n"
        "@pytest.mark.vcr\n@pytest.mark.parametrize('name', [])\ndef test_each(name): ...\n"
    )
    result = replay(source, **{"test_mine": me, "test_yours": me, "test_each[a]": me})
    result.assert_outcomes(passed=1, skipped=2, failed=1)
    assert "test_yours.yaml is a cassette without its test" in _section(result, "test_yours.yaml")


@pytest.mark.proof
def test_only_a_function_has_a_cassette(replay: Replay, me: Cassette, pytester: pytest.Pytester) -> None:
    """A test of a project's own kind has no fixtures: it is refused, and not what runs beside the tests."""
    pytester.makeconftest("""
        import pytest

        class Own(pytest.Item):
            def runtest(self): ...

        class File(pytest.File):
            def collect(self):
                item = Own.from_parent(self, name="own")
                item.add_marker("vcr")
                yield item

        def pytest_collect_file(file_path, parent):
            return File.from_parent(parent, path=file_path) if file_path.suffix == ".own" else None
    """)
    pytester.path.joinpath("a.own").touch()
    result = replay(GET_ME, test_me=me)
    result.assert_outcomes(passed=1, errors=1)
    assert "a.own::own: it is marked vcr, but only a test function has a cassette" in result.stdout.str()


@pytest.mark.proof
def test_three_differences_and_the_summary(
    replay: Replay, cassette: MakeCassette, interaction: MakeInteraction
) -> None:
    """A fourth difference is not shown; the summary's line has the cause within 80 characters."""
    source = """
        import httpx, pytest

        def ask() -> None:
            httpx.post("https://api.coze.com/v3/chat", json={"a": 1, "b": 1, "c": 1, "d": 1})

        @pytest.mark.vcr
        def test_chat() -> None:
            ask()
    """
    recorded = cassette(interaction("POST", "/v3/chat", {"a": 0, "b": 0, "c": 0, "d": 0}))
    result = replay(source, "-vv", test_chat=recorded)
    assert _section(result, "test_chat") == (
        "not in its cassette: POST /v3/chat (body.a, body.b, body.c)\n"
        "  test:    test_it.py::test_chat, line 8\n"
        "  sent:    POST https://api.coze.com/v3/chat\n"
        "  nearest: POST https://api.coze.com/v3/chat (interaction 0 of 1)\n"
        "  differs: body.a: sent '1', recorded '0'\n"
        "  differs: body.b: sent '1', recorded '0'\n"
        "  differs: body.c: sent '1', recorded '0'\n"
        "  cassette: test_it/test_chat.yaml\n"
        "  record it: scripts/rerecord.sh -k test_chat"
    )
    assert "\nFAILED test_it.py::test_chat - not in its cassette: POST /v3/chat (body.a, body.b, body.c)\n" in (
        result.stdout.str()
    )


@pytest.mark.loopback
def test_workers_of_xdist_refuse_with_a_sentence_too(pytester: pytest.Pytester, replay: Replay, me: Cassette) -> None:
    """No internal error, and the tests that are refused say why."""
    replay("import pytest\n@pytest.mark.vcr(record_mode='all')\ndef test_me(): ...")
    result = pytester.runpytest_subprocess("-n", "1")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["test_it.py::test_me: record_mode in its vcr marker is refused, since *"])


@pytest.mark.loopback
def test_plugins_are_loaded_in_any_order(pytester: pytest.Pytester, replay: Replay, me: Cassette) -> None:
    """Given a pytest that loads none by itself, when a project names them, then it runs those of rerecord too."""
    replay(GET_ME, test_me=me)
    plugins = ("coze_cassettes.plugin", "pytest_recording.plugin", "pytest_asyncio.plugin")
    named = [part for each in (*plugins, "coze_cassettes.rerecord.pytest_events") for part in ("-p", each)]
    pytester.path.joinpath("sitecustomize.py").write_text(
        "import os\nos.environ['COZE_CASSETTES_PROGRESS_FD'] = str(os.open(os.devnull, os.O_WRONLY))\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(pytester.path))
        pytester.runpytest_subprocess("--disable-plugin-autoload", *named).assert_outcomes(passed=1)


@pytest.mark.proof
def test_pytest_recording_is_needed(replay: Replay, me: Cassette) -> None:
    """A project that has switched it off gets a sentence, and no internal error."""
    result = replay(GET_ME, "-o", "addopts=", "-p", "no:recording", "-p", "no:randomly", test_me=me)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: Coze tests need the plugin of pytest-recording: leave out -p no:recording*"])


def test_a_link_to_tests_is_no_second_owner(replay: Replay, me: Cassette, pytester: pytest.Pytester) -> None:
    """Given a folder of tests and a link to it, when both are run, then each test replays its cassette."""
    pytester.path.joinpath("real").mkdir()
    pytester.path.joinpath("real/test_me.py").write_text(GET_ME)
    pytester.path.joinpath("link").symlink_to("real")
    store.write(pytester.path / "cassettes/test_me/test_me.yaml", me)
    result = replay("", "-o", "coze_tests=real", "real", "link")
    result.assert_outcomes(passed=2)


@pytest.mark.proof
def test_a_selection_does_not_make_orphans(replay: Replay, me: Cassette) -> None:
    """Running one test does not call the other cassettes abandoned."""
    source = GET_ME + GET_ME.replace("test_me", "test_other")
    replay(source, "-k", "test_other", test_me=me, test_other=me).assert_outcomes(passed=1, deselected=1)
    replay(source, "test_it.py::test_me", test_me=me, test_other=me).assert_outcomes(passed=1)


@pytest.mark.proof
@pytest.mark.parametrize("mode", ["once", "new_episodes", "rewrite"])
def test_unsafe_record_modes_are_refused(replay: Replay, mode: str) -> None:
    """Modes that mix old and new, or delete first, are not offered."""
    result = replay(GET_ME, f"--record-mode={mode}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert f"--record-mode={mode} is not safe here: use all to record, none to replay." in result.stderr.str()


@pytest.mark.proof
@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({}, "Recording needs COZE_API_TOKEN in the environment."),
        (
            {"COZE_API_TOKEN": "canary-token", "COZE_API_BASE": "127.0.0.1:8000"},
            "COZE_API_BASE is not a URL: begin it with https:// or http://.",
        ),
        (
            {"COZE_API_TOKEN": "canary-token", "NO_PROXY": "[::1]"},
            "httpx cannot read the proxies of NO_PROXY (InvalidURL): correct or unset them.",
        ),
    ],
)
def test_recording_without_token_or_way_to_the_target_is_refused(
    replay: Replay, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], sentence: str
) -> None:
    """One sentence, and nothing is sent."""
    monkeypatch.delenv("COZE_API_TOKEN", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    result = replay(GET_ME, "--record-mode=all")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert sentence in result.stderr.str()


@pytest.mark.proof
def test_a_test_id_that_holds_a_configured_value_is_refused(replay: Replay, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids become file names and stand in every report; the message does not repeat the value."""
    monkeypatch.setenv("COZE_API_TOKEN", "canary-token")
    source = """
        import os, pytest

        @pytest.mark.vcr
        @pytest.mark.parametrize("token", [os.environ["COZE_API_TOKEN"]])
        def test_me(token): ...
    """
    result = replay(source, "--record-mode=all")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.stderr.str().strip() == (
        "ERROR: test_it.py: the id of a case of test_me holds the configured API_TOKEN, "
        "and ids become file names; give the case another id."
    )
    assert "canary-token" not in result.stdout.str()


CATCHES = """
import httpx, pytest
from contextlib import suppress

@pytest.mark.vcr
def test_me():
    with suppress(Exception):
        httpx.post("https://api.coze.com/v3/chat")
"""


@pytest.mark.proof
def test_a_refusal_that_the_test_catches_fails_it(replay: Replay, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was refused while recording is missing in the cassette, which is not saved; the reason is shown in full."""
    monkeypatch.setenv("COZE_API_TOKEN", "canary-token")
    monkeypatch.setenv("COZE_CASSETTES_CHATS", "0")
    result = replay(CATCHES, "--record-mode=all")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*This run has made 0 chats and workflow runs, as many as it may: raise COZE_*"])


CALLS = {
    "an import": ("call()", "The import of test_it.py sends GET /v1/users/me"),
    "the end of a session fixture": (
        "@pytest.fixture(scope='session', autouse=True)\ndef late():\n    yield\n    call()",
        "The end of the session fixture late sends GET /v1/users/me",
    ),
}


@pytest.mark.parametrize(("source", "message"), CALLS.values(), ids=CALLS.keys())
def test_a_call_outside_a_test_is_refused_by_name(
    replay: Replay, monkeypatch: pytest.MonkeyPatch, source: str, message: str
) -> None:
    """What a module sends when it is imported, or a fixture when it ends, belongs to no cassette."""
    monkeypatch.setenv("COZE_API_TOKEN", "canary-token")
    called = "import httpx, pytest\n\ndef call():\n    httpx.get('https://api.coze.com/v1/users/me')\n\n"
    result = replay(f"{called}{source}\n\n@pytest.mark.vcr\ndef test_me(): ...\n", "--record-mode=all")
    result.stdout.fnmatch_lines([f"{message} to Coze outside any test's cassette, *: nothing was sent."])


@pytest.mark.proof
def test_what_differs_in_each_run_is_named(
    replay: Replay, cassette: MakeCassette, interaction: MakeInteraction
) -> None:
    """The message says what is likely wrong, and what to do."""
    page = interaction("POST", "/v1/x")
    result = replay(
        """
        import datetime, httpx, pytest, uuid

        @pytest.mark.vcr
        def test_day() -> None:
            httpx.post("https://api.coze.com/v1/x", json={"day": datetime.datetime.now(datetime.UTC).strftime("%A")})

        @pytest.mark.vcr
        def test_key() -> None:
            httpx.post("https://api.coze.com/v1/x", json={"key": str(uuid.uuid4())})

        @pytest.mark.vcr
        def test_page() -> None:
            httpx.post("https://api.coze.com/v1/x", json={"page": 2})

        @pytest.mark.vcr
        def test_sound() -> None:
            httpx.post("https://api.coze.com/v1/x", content=b"\\xff" * 9)
        """,
        test_day=cassette(interaction("POST", "/v1/x", {"day": "Friday"})),
        test_key=cassette(interaction("POST", "/v1/x", {"key": str(uuid.uuid4())})),
        test_page=cassette(interaction("POST", "/v1/x", {"page": 1})),
        test_sound=cassette(replace(page, request=replace(page.request, body=b"\xfe" * 9))),
    )
    result.assert_outcomes(failed=4)
    likely = [line for line in result.outlines if line.startswith("  likely:")]
    assert ["current time" in line for line in likely] == [True, False, False]
    assert all("random in each run" in line for line in likely[1:])


@pytest.mark.proof
def test_the_virtual_clock_runs_in_a_replay(replay: Replay, me: Cassette) -> None:
    """A test that waits an hour is over at once."""
    result = replay(
        GET_ME + "    import time\n    time.sleep(3600)\n    assert 3600 <= time.time() - 1704067200 < 3700\n",
        test_me=me,
    )
    result.assert_outcomes(passed=1)


@pytest.mark.proof
def test_vcrpy_prints_nothing_raw(replay: Replay, me: Cassette, tmp_path: Path) -> None:
    """Its loggers and httpx's stay silent, whatever level the run has."""
    result = replay(GET_ME, "-o", "log_cli=true", "--log-level=DEBUG", test_me=me)
    result.assert_outcomes(passed=1)
    assert "users/me" not in result.stdout.str().partition("live log call")[2]


# --- other tests beside ours ----------------------------------------------------------------------------------------

THEIRS = """
import pytest

@pytest.fixture
def account(): return "their own"

@pytest.fixture(scope="module")
def vcr_config(): return {"record_mode": "once", "match_on": ["method"]}

@pytest.mark.proof
@pytest.mark.vcr
def test_theirs(account, vcr, vcr_cassette_dir, request):
    assert account == "their own"
    assert vcr_cassette_dir.endswith("theirs/cassettes/test_theirs")
    with pytest.raises(pytest.FixtureLookupError):
        request.getfixturevalue("sent_requests")
"""

OURS = """
import httpx, pytest

@pytest.mark.vcr
def test_me(account):
    assert account.value("BOT_ID") == "BOT_ID"
    assert httpx.get("https://api.coze.com/v1/users/me").json()["code"] == 0
"""

ROOT_CONFTEST = """
import pytest

@pytest.fixture
def account(): return "the root's"

@pytest.fixture(scope="session")
def vcr_config(): return {"record_mode": "once", "match_on": ["method"]}
"""


@pytest.fixture
def mixed(pytester: pytest.Pytester, me: Cassette) -> pytest.Pytester:
    """A project with tests of both kinds and a configuration for theirs."""
    pytester.makeini(INI.replace("coze_tests = .", "coze_tests = ours"))
    pytester.makeconftest(ROOT_CONFTEST)
    for name, source in {"theirs/test_theirs.py": THEIRS, "ours/test_ours.py": OURS}.items():
        path = pytester.path / name
        path.parent.mkdir()
        path.write_text(source)
    store.write(pytester.path / "cassettes/test_ours/test_me.yaml", me)
    return pytester


@pytest.mark.proof
def test_both_kinds_run_as_if_alone(mixed: pytest.Pytester) -> None:
    """Fixtures and configuration of one kind do not reach the other, and what is not applied is said."""
    result = mixed.runpytest_inprocess()
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        ["cassettes: from the vcr_config of the other tests, not applied to ours: match_on, record_mode"]
    )


@pytest.mark.proof
@pytest.mark.parametrize("scope", ["session", "module", "function"])
def test_vcr_config_has_the_scope_of_the_one_it_reads(mixed: pytest.Pytester, scope: str) -> None:
    """A fixture of both kinds of tests may ask for it, whatever the scope of the two."""
    helper = f'\n@pytest.fixture(scope="{scope}", autouse=True)\ndef helper(vcr_config): vcr_config.items()\n'
    mixed.makeconftest(ROOT_CONFTEST.replace("session", scope) + helper)
    mixed.runpytest_inprocess("ours").assert_outcomes(passed=1)


@pytest.mark.proof
@pytest.mark.parametrize("option", ["--record-mode=once", "--record-mode=new_episodes", "--disable-recording"])
def test_an_option_that_ours_refuse_leaves_theirs_alone(mixed: pytest.Pytester, option: str) -> None:
    """Only ours fail."""
    mixed.runpytest_inprocess(option).assert_outcomes(passed=1, errors=1)


@pytest.mark.proof
def test_two_modules_of_one_name(pytester: pytest.Pytester, me: Cassette) -> None:
    """Each has its own folder, and running one says nothing of the other's cassettes."""
    pytester.makeini(INI.replace("coze_tests = .", "coze_tests = a b") + "\npythonpath = .\n")
    for folder in ("a", "b"):
        (pytester.path / folder).mkdir()
        (pytester.path / folder / "test_it.py").write_text(GET_ME.replace("test_me", f"test_in_{folder}"))
        store.write(pytester.path / f"cassettes/{folder}/test_it/test_in_{folder}.yaml", me)
    pytester.runpytest_inprocess("--import-mode=importlib").assert_outcomes(passed=2)
    pytester.runpytest_inprocess("--import-mode=importlib", "a").assert_outcomes(passed=1)


CONFIGURED = """
import pytest

@pytest.fixture(scope="module")
def vcr_config(): return {options}
"""


@pytest.mark.proof
@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"match_on": ["method", "path"]}, "a replay compares method, URL, query and body of every request"),
        ({"record_mode": "new_episodes"}, "it would overrule the command line"),
        ({"ignore_hosts": ["api.coze.com"]}, "Coze's hosts are what these tests record"),
        ({"allow_playback_repeats": True}, "each recorded interaction is played once"),
        ({"filter_query_parameters": ["key"]}, "the scrubber replaces what is secret"),
        ({"filter_headers": ["Content-Type"]}, "a replay tells bodies by content-type"),
        ({"serializer": "json"}, "cassettes are YAML"),
        ({"nonsense": 1}, "neither vcrpy nor pytest-recording has such an option"),
    ],
)
def test_options_that_would_loosen_a_replay_are_refused(
    replay: Replay, me: Cassette, options: dict[str, object], reason: str
) -> None:
    """By name, with the reason, in vcr_config and in the marker."""
    (name,) = options
    result = replay(CONFIGURED.format(options=options) + GET_ME, test_me=me)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"test_it.py::test_me: {name} in its vcr_config is refused, since {reason}*"])
    result = replay(GET_ME.replace("mark.vcr", f"mark.vcr(**{options})"), test_me=me)
    assert f"test_it.py::test_me: {name} in its vcr marker is refused, since {reason}" in result.stderr.str()


@pytest.mark.proof
@pytest.mark.parametrize(
    "options",
    [
        {"match_on": ["method", "uri", "body"]},
        {"filter_headers": ["authorization", ("cookie", None)]},
        {"ignore_hosts": ["example.com"], "ignore_localhost": True},
        {"record_on_exception": False, "drop_unused_requests": True, "serializer": "yaml"},
    ],
)
def test_options_that_a_replay_keeps_anyway_are_honoured(
    replay: Replay, me: Cassette, options: dict[str, object]
) -> None:
    """They ask for nothing that is not done."""
    replay(CONFIGURED.format(options=options) + GET_ME, test_me=me).assert_outcomes(passed=1)


@pytest.mark.proof
def test_further_cassettes_are_refused(replay: Replay, me: Cassette) -> None:
    """By their names; the test beside it runs."""
    source = GET_ME.replace("mark.vcr", "mark.vcr('extra.yaml')") + GET_ME.replace("test_me", "test_other")
    result = replay(source, test_me=me, test_other=me)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*its vcr marker names further cassettes (extra.yaml); a test has one: remove them."])


@pytest.mark.proof
def test_a_default_cassette_is_honoured(replay: Replay, me: Cassette) -> None:
    """It is a file in the folder of the module."""
    marked = GET_ME.replace("@pytest.mark.vcr", "@pytest.mark.default_cassette('mine.yaml')\n@pytest.mark.vcr")
    replay(marked, mine=me).assert_outcomes(passed=1)


@pytest.mark.proof
def test_a_long_name_is_shortened(replay: Replay, me: Cassette, pytester: pytest.Pytester) -> None:
    """Two long names stay two; the message of a missing one names the file."""
    source = """
        import httpx, pytest

        @pytest.mark.vcr
        @pytest.mark.parametrize("text", [1, 2], ids=["x" * 300 + "a", "x" * 300 + "b"])
        def test_me(text): httpx.get("https://api.coze.com/v1/users/me")
    """
    result = replay(source)
    result.assert_outcomes(failed=2)
    named = re.findall(r"  cassette: test_it/(test_me\S*\.yaml)\n", result.stdout.str())
    assert len(set(named)) == 2
    assert 100 < min(map(len, named)) <= max(map(len, named)) < 140


@pytest.mark.proof
def test_a_client_made_at_import_works_in_a_replay(
    replay: Replay, me: Cassette, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A variable that is not set reads as its placeholder, and not any more after the test."""
    monkeypatch.delenv("COZE_BOT_ID", raising=False)
    source = "import os\nBOT = os.environ['COZE_BOT_ID']\n" + GET_ME + "    assert BOT == 'BOT_ID'\n"
    replay(source, test_me=me).assert_outcomes(passed=1)
    assert "COZE_BOT_ID" not in os.environ


@pytest.mark.proof
def test_a_path_that_does_not_exist_is_refused(pytester: pytest.Pytester) -> None:
    """A slip would otherwise record what nobody scrubs."""
    pytester.makeini(INI.replace("coze_tests = .", "coze_tests = tsets"))
    result = pytester.runpytest_inprocess()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "coze_tests names tsets: there is no such file or folder" in result.stderr.str()


OVERRIDES = {
    "vcr_cassette_dir": "@pytest.fixture\ndef vcr_cassette_dir(): return 'elsewhere'\n",
    "default_cassette_name": "@pytest.fixture\ndef default_cassette_name(): return 'mine'\n",
    "pytest_recording_configure": "def pytest_recording_configure(vcr): ...\n",
}


@pytest.mark.proof
@pytest.mark.parametrize("name", OVERRIDES)
def test_what_would_move_or_change_a_cassette_is_refused(
    replay: Replay, pytester: pytest.Pytester, me: Cassette, name: str
) -> None:
    """By name, when it is defined for ours."""
    pytester.makeconftest("import pytest\n" + OVERRIDES[name])
    result = replay(GET_ME, test_me=me)
    assert re.search(rf"test_it.py::test_me: {name} .*; remove it\.", result.stdout.str() + result.stderr.str())
    assert result.ret != pytest.ExitCode.OK


@pytest.mark.proof
@pytest.mark.parametrize(
    ("names", "arguments"),
    [
        ('"vcr_config", [{"record_mode": "once"}]', ""),
        ('["vcr_config"], [({"record_mode": "once"},)]', ""),
        ('"number, vcr_config", [(1, {"record_mode": "once"})]', "number"),
    ],
    ids=["text", "list", "several"],
)
def test_a_test_is_parametrised_by_vcr_config(replay: Replay, me: Cassette, names: str, arguments: str) -> None:
    """Its value counts as that of a fixture would, though the test takes no such argument."""
    mark = f"@pytest.mark.parametrize({names}, ids=['a'])\n@pytest.mark.vcr"
    code = GET_ME.replace("@pytest.mark.vcr", mark).replace("test_me(", f"test_me({arguments}")
    result = replay(code, **{"test_me[a]": me})
    result.stdout.fnmatch_lines(["*record_mode in its vcr_config is refused*"])


@pytest.mark.proof
@pytest.mark.parametrize("option", ["--setup-plan", "--setup-only"])
def test_a_test_that_is_only_set_up_need_not_send(
    replay: Replay, pytester: pytest.Pytester, me: Cassette, option: str
) -> None:
    """pytest does not run it, so nothing of its cassette can be played."""
    replay(GET_ME, test_me=me).assert_outcomes(passed=1)
    assert pytester.runpytest_inprocess(option).ret == pytest.ExitCode.OK


ASK_NEIGHBOUR = """
import httpx, pytest, socket

{code}

def ask() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as client:
        client.connect(server.getsockname())

@pytest.fixture(scope="session")
def neighbour() -> None:
    {fixture}

@pytest.mark.vcr
{marker}
def test_me(neighbour: None) -> None:
    assert httpx.get("https://api.coze.com/v1/users/me").json()["code"] == 0
    {test}
"""

IN_CONFIG = 'vcr_config = pytest.fixture(lambda: {"allowed_hosts": ["127.0.0.1"]})'


@pytest.mark.proof
@pytest.mark.parametrize(
    ("parts", "options"),
    [
        ({"marker": '@pytest.mark.block_network(allowed_hosts=["127[.]"])', "test": "ask()", "fixture": "ask()"}, ()),
        ({"marker": '@pytest.mark.allowed_hosts(["10.0.0.1", "127.0.0.1"])', "test": "ask()", "fixture": "ask()"}, ()),
        ({"marker": "@pytest.mark.loopback", "test": "ask()", "fixture": "ask()"}, ()),
        ({"test": "ask()", "fixture": "ask()"}, ("--allowed-hosts=10.0.0.1,127.0.0.1",)),
        ({"code": IN_CONFIG, "test": "ask()"}, ()),
    ],
    ids=["block_network", "allowed_hosts", "loopback", "command line", "vcr_config"],
)
def test_other_hosts_can_be_allowed(replay: Replay, me: Cassette, parts: dict[str, str], options: list[str]) -> None:
    """In every way in which pytest-recording has it, and for fixtures of the session too where it says so by then."""
    empty = {"code": "", "marker": "", "fixture": "pass", "test": "pass"}
    replay(ASK_NEIGHBOUR.format(**empty | parts), *options, test_me=me).assert_outcomes(passed=1)


@pytest.mark.proof
@pytest.mark.parametrize(
    ("part", "outcome"), [("test", {"failed": 1}), ("fixture", {"errors": 1})], ids=["test", "session fixture"]
)
def test_nothing_else_is_reached(replay: Replay, me: Cassette, part: str, outcome: dict[str, int]) -> None:
    """Whatever the options of the run say, a replay is blocked."""
    parts = {"code": "", "marker": "", "fixture": "pass", "test": "pass", part: "ask()"}
    result = replay(ASK_NEIGHBOUR.format(**parts), "-o", "addopts=--record-mode=none -p no:cacheprovider", test_me=me)
    result.assert_outcomes(**outcome)
    result.stdout.fnmatch_lines(["*NetworkBlocked: network blocked in a replay: connect to '127.0.0.1'"])


@pytest.mark.proof
def test_pytest_measures_in_real_time(replay: Replay, me: Cassette) -> None:
    """A test that waits an hour by its own clock has not lasted an hour."""
    result = replay(GET_ME + "    import time\n    time.sleep(3600)\n", "--durations=0", "-vv", test_me=me)
    seconds = [
        float(number)
        for number in re.findall(r"^([-\d.]+)s (?:call|setup|teardown)", result.stdout.str(), re.MULTILINE)
    ]
    assert len(seconds) == 3
    assert all(0 <= each < 60 for each in seconds)


@pytest.mark.parametrize(
    ("name", "step", "own"),
    [
        ("test_me[2-3]", 1, "test_me"),
        ("test_me[1-2-2-3]", 1, "test_me[1-2]"),
        ("test_me[a-1-3]", 0, "test_me[a]"),
        ("test_me[1-2]", None, "test_me[1-2]"),
    ],
)
def test_a_repetition_has_the_cassette_of_its_test(name: str, step: int | None, own: str) -> None:
    """As pytest-repeat names it; only the first one records."""
    params = {} if step is None else {"__pytest_repeat_step_number": step}
    item: Any = mock.Mock(nodeid=f"test_it.py::{name}", callspec=mock.Mock(params=params))
    item.cls, item.name = None, name
    item.get_closest_marker.return_value = None
    item.iter_markers.return_value = ()
    assert (naming.cassette_name(item), naming.owner_id(item)) == (own, f"test_it.py::{own}")
    assert markers.shares_cassette(item) is bool(step)


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("chat", "class fixture chat"),
        ("_xunit_setup_class_fixture_TestChat", "setup_class of TestChat"),
        ("_unittest_setUpClass_fixture_TestChat", "setUpClass of TestChat"),
    ],
)
def test_a_fixture_is_called_as_its_author_does(name: str, called: str) -> None:
    """pytest makes a fixture of each setup function, under a name of its own."""
    assert recorded_tests.fixture_name("class", name) == called
