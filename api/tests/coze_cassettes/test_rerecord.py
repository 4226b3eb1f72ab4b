"""Re-recording: what is decided, what is refused before anything is sent, and whole runs against the stand-in."""

from __future__ import annotations

import base64
import json
import os
import re
import runpy
import secrets
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from coze_cassettes.account import credentials, env_file
from coze_cassettes.account.target import Answer, Get, Target, check_things, check_token, choose_target
from coze_cassettes.cassette import store
from coze_cassettes.cassette.model import Cassette, Interaction, Metadata, Request, Response
from coze_cassettes.cli import main
from coze_cassettes.errors import Misuse
from coze_cassettes.rerecord import leaks, processes, project_options, pytest_events, signals
from coze_cassettes.rerecord.leaks import Canary
from coze_cassettes.rerecord.outcome import WRITTEN, Collected, Decision, Failure, Outcome, Verdict, decide, others
from coze_cassettes.rerecord.plan import Test, make_plan

pytest_plugins = ["pytester"]

if TYPE_CHECKING:
    from api.tests.coze_cassettes.conftest import Project


def cassette(provenance: str = "stand-in", body: str = '{"mode":0}') -> Cassette:
    """A cassette with one interaction."""
    response = Response(200, "OK", (("content-type", "application/json"),), body.encode())
    interaction = Interaction(Request("GET", "https://api.coze.com/v1/bots/BOT_ID"), response)
    return Cassette((interaction,), Metadata(provenance, "2024-01-01T00:00:00Z", "0.20.0"))


RUN_AGAIN = """
from _pytest.runner import runtestprotocol

def pytest_runtest_protocol(item, nextitem):  # as that of pytest-rerunfailures
    for _ in range(2):
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        failed = [report for report in reports if report.failed]
        for report in reports:
            report.outcome = "rerun" if report in failed else report.outcome
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        if not failed:
            return True
"""
TRIED_TWICE = """
import pytest
tried = []

@pytest.mark.vcr
def test_me():
    tried.append(1)
    assert len(tried) == 2
"""


@pytest.mark.loopback
def test_only_the_last_attempt_at_a_test_counts(tmp_path: Path) -> None:
    """Given a plugin that runs failed tests again, when the second attempt passes, then the test has passed."""
    for name, text in (
        ("pytest.ini", "[pytest]\ncoze_tests = ."),
        ("conftest.py", RUN_AGAIN),
        ("test_me.py", TRIED_TWICE),
    ):
        (tmp_path / name).write_text(text)
    result = processes.run_pytest(processes.Suite(tmp_path, ()), (), dict(os.environ), lambda _: None, str)
    assert [(each.test, each.outcome) for each in result.events] == [("test_me.py::test_me", "passed")]


# --- decisions ------------------------------------------------------------------------------------------------------

CHANGED = '{"mode":1}'
OUTCOMES = [
    (None, cassette(), Outcome.NEW),
    (cassette(), cassette(), Outcome.UNCHANGED),
    (cassette(), cassette(body=CHANGED), Outcome.CHANGED),
    (cassette("coze.com"), cassette("coze.cn"), Outcome.OTHER_PROVENANCE),
    (cassette("coze.com"), cassette("stand-in", CHANGED), Outcome.OTHER_PROVENANCE),
    (cassette("coze.com"), cassette("coze-studio", CHANGED), Outcome.OTHER_PROVENANCE),
    (cassette("stand-in"), cassette("coze-studio"), Outcome.HIGHER_PROVENANCE),
    (cassette("coze-studio"), cassette("coze.com"), Outcome.HIGHER_PROVENANCE),
]


@pytest.mark.parametrize(("old", "new", "expected"), OUTCOMES)
def test_provenance_comes_before_content(old: Cassette | None, new: Cassette, expected: Outcome) -> None:
    """A higher provenance replaces, a lower one never does, the same one replaces only what really changed."""
    decision = decide("a.yaml", old, new)
    assert decision.outcome is expected
    assert (decision.cassette is not None) == (expected in WRITTEN)


@pytest.mark.loopback
def test_other_line_ends_are_put_right(recorded: Project, rerecord: Rerecord) -> None:
    """What ``check`` finds, and says to record again, is mended by that though nothing changed."""
    before = recorded.contents()
    (recorded.cassettes / BOTS).write_bytes(before[BOTS].replace(b"\n", b"\r\n"))
    code, out, _ = rerecord(recorded, *STAND_IN)
    assert code == 3
    assert f"rewritten (same content): {BOTS}: the file is not written as the toolkit writes it\n" in out
    assert recorded.contents() == before


def test_what_was_not_recorded_is_kept_or_an_orphan() -> None:
    """A committed one stays; one that no test plays is named, if its module was collected whole or is gone."""
    collected = Collected(frozenset({"a/y.yaml"}), frozenset({"a"}), frozenset({"gone"}))
    committed = ["a/x.yaml", "a/y.yaml", "a/z.yaml", "gone/z.yaml", "not_asked_for/z.yaml"]
    found = others(committed, ["a/x.yaml"], collected)
    assert [(each.file, each.outcome) for each in found] == [
        ("a/y.yaml", Outcome.KEPT),
        ("a/z.yaml", Outcome.ORPHAN),
        ("gone/z.yaml", Outcome.ORPHAN),
    ]


EXIT_CODES = [
    (Verdict(), 0),
    (
        Verdict(
            (Decision("a", Outcome.UNCHANGED), Decision("b", Outcome.KEPT), Decision("c", Outcome.OTHER_PROVENANCE))
        ),
        0,
    ),
    (Verdict((Decision("a", Outcome.UNCHANGED), Decision("b", Outcome.CHANGED))), 3),
    (Verdict((Decision("a", Outcome.NEW),)), 3),
    (Verdict((Decision("a", Outcome.HIGHER_PROVENANCE),)), 3),
    (Verdict((Decision("a", Outcome.NEW),), failures=(Failure("no"),)), 1),
]


@pytest.mark.parametrize(("verdict", "code"), EXIT_CODES)
def test_the_exit_code_tells_the_verdict(verdict: Verdict, code: int) -> None:
    """0 unchanged, 3 changed, 1 failed, whatever else was found."""
    assert verdict.exit_code == code


# --- before anything is sent ----------------------------------------------------------------------------------------

LINES = [
    ("A=1\nexport B=two words\n# C=3\n\nD = 'x # y'", {"A": "1", "B": "two words", "D": "x # y"}),
    ('A="1\\n2"', {"A": "1\n2"}),
    ("A=1 # a remark", {"A": "1"}),
    ("A=1\nB=${A}2", {"A": "1", "B": "12"}),
    ('KEY="-----BEGIN\nabc\n-----END"', {"KEY": "-----BEGIN\nabc\n-----END"}),
    ("COZE_BOT_ID=\nA\n", {}),
]


@pytest.mark.parametrize(("text", "variables"), LINES)
def test_an_env_file_is_read_as_python_dotenv_reads_it(text: str, variables: dict[str, str], tmp_path: Path) -> None:
    """Quotes, escapes, several lines, variables in values; an empty variable of Coze is unset."""
    (tmp_path / ".env").write_text(text)
    assert env_file.read_environment(tmp_path, {}) == variables


def test_the_shell_overrules_the_env_file(tmp_path: Path) -> None:
    """And a file that is not there says nothing."""
    assert env_file.read_environment(tmp_path, {"A": "shell"}) == {"A": "shell"}
    (tmp_path / ".env").write_text("A=file\nB=file")
    assert env_file.read_environment(tmp_path, {"A": "shell"}) == {"A": "shell", "B": "file"}
    (tmp_path / ".env").unlink()
    (tmp_path / ".env").mkdir()
    assert env_file.read_environment(tmp_path, {"A": "shell"}) == {"A": "shell"}


UNREADABLE = [
    ("COZE_BOT_ID=1".encode("utf-16"), "is not in UTF-8: save it in that encoding."),
    (b"A=1\n\nthe bot is 7\nB=2\n", "cannot be read in line 3: a line is NAME=value, or a remark behind #."),
    (b'A=1\nCOZE_API_TOKEN="half\n', "cannot be read in line 2: a line is NAME=value, or a remark behind #."),
    (b"A=1\nB=1\0\n", "cannot be read in line 2: a line is NAME=value, or a remark behind #."),
]


@pytest.mark.parametrize(("content", "problem"), UNREADABLE)
def test_an_env_file_that_cannot_be_read_is_named(content: bytes, problem: str, tmp_path: Path) -> None:
    """No line is left out, since it may be that of the token."""
    (tmp_path / ".env").write_bytes(content)
    with pytest.raises(Misuse) as error:
        env_file.read_environment(tmp_path, {})
    assert str(error.value) == f"{tmp_path / '.env'} {problem}"


def test_blanks_around_a_value_are_no_part_of_it(tmp_path: Path) -> None:
    """A shell or a store of secrets adds the end of a line."""
    shell = {"COZE_BOT_ID": "7\n", "COZE_WORKFLOW_ID": " ", "A": " "}
    assert env_file.read_environment(tmp_path, shell) == {"COZE_BOT_ID": "7", "A": " "}


TARGETS = [
    ("", {}, Target("coze.com", "https://api.coze.com")),
    ("coze.cn", {}, Target("coze.cn", "https://api.coze.cn")),
    ("stand-in", {"COZE_API_BASE": "https://api.coze.cn"}, Target("stand-in", "")),
    ("", {"COZE_API_BASE": "https://api.coze.cn/"}, Target("coze.cn", "https://api.coze.cn")),
    ("http://studio.example:8888/", {}, Target("coze-studio", "http://studio.example:8888")),
]


@pytest.mark.parametrize(("wanted", "environment", "target"), TARGETS)
def test_the_target_has_an_origin(wanted: str, environment: dict[str, str], target: Target) -> None:
    """A region, the stand-in, or any server, which counts as a self-hosted one unless its host is Coze's."""
    assert choose_target(wanted, environment) == target


def test_a_target_that_is_none_is_refused() -> None:
    """The message names what would do."""
    with pytest.raises(Misuse, match=r"^The target 'nowhere' is not one of coze\.com, coze\.cn, stand-in or a URL\.$"):
        choose_target("nowhere", {})


def test_recording_needs_a_token() -> None:
    """Without one the message says where to put it, and how to go without."""
    with pytest.raises(Misuse) as refused:
        credentials.source({})
    assert str(refused.value) == (
        "COZE_API_TOKEN is not set: set it in the shell or in .env, or record with --target stand-in."
    )


COZE = Target("coze.com", "https://api.coze.com")


def answering(code: int | None, status: int = 200, headers: Mapping[str, str] | None = None) -> Get:
    """A server that always answers the same."""
    return lambda _path: Answer(status, code, "some message with an id", headers or {})


def test_a_refused_token_is_one_sentence() -> None:
    """The message has the code, neither token nor the message of Coze."""
    with pytest.raises(Misuse) as refused:
        check_token(COZE, answering(4100, 401))
    assert str(refused.value) == (
        "Coze refused the token (code 4100): make a new one, or set COZE_API_BASE to the token's region."
    )


def test_a_server_that_does_not_speak_coze_is_refused() -> None:
    """A proxy's page is not an answer."""
    with pytest.raises(
        Misuse, match=r"^https://api\.coze\.com does not answer as Coze does: HTTP 502 without a code\.$"
    ):
        check_token(COZE, answering(None, 502))


def test_a_stand_in_never_counts_as_coze() -> None:
    """Its header gives it away, whatever the target is called."""
    proved = check_token(COZE, answering(0, headers={"X-Served-By": "coze-standin"}))
    assert proved == Target("stand-in", COZE.url)


def test_a_self_hosted_server_need_not_know_its_users() -> None:
    """Coze Studio has no /v1/users/me: that does not refuse the token."""
    studio = Target("coze-studio", "http://studio.example")
    assert check_token(studio, answering(404, 404)) == studio


def test_a_configured_thing_that_does_not_exist_is_named_by_its_variable() -> None:
    """The value is not shown."""
    with pytest.raises(Misuse) as refused:
        check_things({"COZE_BOT_ID": "7000"}, answering(4200))
    assert str(refused.value) == (
        "COZE_BOT_ID names a bot that Coze does not return (code 4200): "
        "correct the variable, or unset it to leave its tests out."
    )


def test_a_configured_thing_that_the_token_may_not_see_is_no_wrong_variable() -> None:
    """A member without rights needs them: the variable is right."""
    with pytest.raises(Misuse) as refused:
        check_things({"COZE_BOT_ID": "7000"}, answering(4101))
    assert str(refused.value) == (
        "COZE_BOT_ID names a bot that the token has no permission to see (code 4101): "
        "give it, or unset the variable to leave its tests out."
    )


def test_the_plan_counts_and_tells_what_is_left_out() -> None:
    """A shared cassette is recorded once; what only the stand-in can, or lacks a variable, is left out and why."""
    tests = [
        Test("a::one", "a/one.yaml", needs=("bot_id",)),
        Test("a::two", "a/two.yaml"),
        Test("a::two_async", "a/two.yaml", shares_cassette=True),
        Test("a::limit", "a/limit.yaml", stand_in_only="429 on demand"),
        Test("b::three", "b/three.yaml"),
        Test("b::pure"),
    ]
    plan = make_plan(COZE, tests, {"COZE_WORKSPACE_ID": "7000"})
    assert plan.cassettes == ("a/two.yaml", "b/three.yaml")
    assert plan.modules == {"a": 1, "b": 1}
    assert [(test.id, reason) for test, reason in plan.left_out] == [
        ("a::one", "needs COZE_BOT_ID"),
        ("a::limit", "only the stand-in answers so: 429 on demand"),
    ]
    assert plan.unset == ("COZE_BOT_ID", "COZE_WORKFLOW_ID")


# --- what must not be seen ------------------------------------------------------------------------------------------

PLACES: list[Callable[[str], str]] = [
    lambda value: value,
    lambda value: json.dumps(f"a\n{value}"),
    lambda value: quote(value, safe=""),
    lambda value: base64.b64encode(f"x{value}y".encode()).decode(),
]


@pytest.mark.parametrize("place", PLACES)
def test_a_canary_is_found_in_every_form(tmp_path: Path, place: Callable[[str], str]) -> None:
    """Plain, escaped, percent-encoded or in base64, in a file that YAML has folded."""
    value = f"{secrets.token_hex(8)} é/+ {secrets.token_hex(4)}"
    path = tmp_path / "a.yaml"
    store.write(path, cassette(body=json.dumps({"note": place(value)}, ensure_ascii=False)))
    assert leaks.canaries_in(path, [Canary("NAME", value), Canary("OTHER", secrets.token_hex(8))]) == ["NAME"]


def test_configured_values_are_blotted_out() -> None:
    """What pytest prints is only quoted without them."""
    token = secrets.token_urlsafe(30)
    encoded = base64.b64encode(token.encode()).decode()
    text = leaks.redactor([token])(f"Bearer {token} and {encoded}.")
    assert token not in text
    assert encoded[:-4] not in text


def test_no_secret_is_on_a_command_line() -> None:
    """The child gets everything that it needs to know of the account through its environment."""
    suite = processes.Suite(Path(), ("api/tests/coze",), "bots")
    assert processes.command(suite, ["--record-mode=all"])[1:] == [
        "-m", "pytest", "api/tests/coze", "-q", "--no-header", "-p", "no:cacheprovider", "-p", "no:randomly",
        "-p", "coze_cassettes.rerecord.pytest_events", "-p", "coze_cassettes.rerecord.project_options", "--capture=fd",
        "-W", "ignore::pytest.PytestAssertRewriteWarning",
        "--record-mode=all", "-k", "bots",
    ]  # fmt: skip


def test_options_in_addopts_change_no_run(pytester: pytest.Pytester) -> None:
    """Given a project that asks for workers, the first failure only or the last failed tests, a run does all tests."""
    suite = processes.Suite(pytester.path, (".",))
    shown = "--setup-plan --fixtures --fixtures-per-test --co"
    pytester.makeini(
        f"[pytest]\naddopts = -s -x --pdb --lf --ff --sw --lfnf=none --cache-clear --randomly-seed=3 {shown}"
    )
    config = pytester.parseconfig(*processes.command(suite, [])[3:])
    config.option.dist, config.option.numprocesses = "load", 2  # of pytest-xdist, which need not be there
    project_options.pytest_cmdline_main(config)
    options = config.option
    assert (options.capture, options.maxfail, options.usepdb) == ("fd", 0, False)
    assert (options.dist, options.numprocesses) == ("no", None)
    assert not any((options.setupplan, options.showfixtures, options.show_fixtures_per_test))
    assert not options.collectonly
    collecting = pytester.parseconfig(*processes.command(suite, [project_options.COLLECT_ONLY])[3:])
    project_options.pytest_cmdline_main(collecting)
    assert collecting.option.collectonly


@pytest.mark.parametrize("name", project_options.NEEDED)
def test_a_needed_plugin_that_addopts_block_is_named(pytester: pytest.Pytester, name: str) -> None:
    """In one sentence: pytest's own says that options are not recognised."""
    pytester.makeini(f"[pytest]\naddopts = -p no:{name}")
    with pytest.raises(pytest.UsageError, match=f"leave -p no:{name} out of addopts"):
        pytester.parseconfig(*processes.command(processes.Suite(pytester.path, (".",)), [])[3:])


def test_events_survive_the_pipe() -> None:
    """One event is one line, and comes back as it was."""
    event = pytest_events.TestEvent(
        pytest_events.COLLECTED, "a::b", "a/b.yaml", shares_cassette=True, needs=("bot_id",), detail="x\ny"
    )
    line = pytest_events.dumps(event)
    assert line.count(b"\n") == 1
    assert pytest_events.loads(line) == event


def test_a_signal_waits_until_the_swap_is_done() -> None:
    """What must happen as a whole is not cut in two."""
    done = []

    def swap() -> None:
        with signals.interruptible():
            with signals.defer_signals_context():
                os.kill(os.getpid(), signal.SIGTERM)
                done.append("swapped")
            done.append("never")

    with pytest.raises(KeyboardInterrupt, match="SIGTERM"):
        swap()
    assert done == ["swapped"]


def test_the_commands_load_where_a_signal_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows has no SIGHUP: ``doctor`` and ``rerecord --help`` work there too."""
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.delattr(signal, "SIGHUP")
    assert runpy.run_path(signals.__file__)["_ENDING"] == (signal.SIGINT, signal.SIGTERM)


# --- whole runs -----------------------------------------------------------------------------------------------------

FILES = [f"test_project/TestProject.test_{name}.yaml" for name in ("bots", "chat", "me")]
BOTS, CHAT, ME = FILES

Ended = tuple[int, str, str]
Rerecord = Callable[..., Ended]


@pytest.fixture
def rerecord(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Rerecord:
    """Run the command in this process, as its script would in one of its own; nothing may stay in staging.

    What it starts are processes of their own all the same. ``environment`` is added to one that knows no account.
    """

    def run(project: Project, *arguments: str, environment: Mapping[str, str] | None = None) -> Ended:
        for name in [name for name in os.environ if name.startswith("COZE_")]:
            monkeypatch.delenv(name)
        for name, value in {"XDG_CACHE_HOME": str(project.root / "cache"), **(environment or {})}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(project.root)
        monkeypatch.setattr(sys, "argv", ["coze-cassettes", "rerecord", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        assert list(project.temporary.iterdir()) == []
        return int(ended.value.code or 0), *capsys.readouterr()

    return run


STAND_IN = ("--target", "stand-in")

MANY = """
    @pytest.fixture
    def unsuited(self, headers):
        answer = httpx.get("https://api.coze.com/v1/users/me", headers=headers)
        pytest.skip(answer.json()["data"]["user_name"])

    def test_skipped(self, unsuited):
        pass

    @pytest.mark.xfail(strict=True)
    def test_own(self, headers):
        assert "more" in httpx.get("https://api.coze.com/v1/users/me", headers=headers).json()

    @pytest.mark.skip(reason="not today")
    def test_marked(self, headers):
        pass

    def test_without_a_request(self):
        pytest.skip("no need")


def test_mock():
    raise AssertionError("no recording needs this")


@pytest.mark.vcr
class TestShared:
    @pytest.mark.shared_cassette("TestProject.test_me")
    def test_async_me(self, headers):
        httpx.get("https://api.coze.com/v1/users/me", headers=headers)

    @pytest.mark.xfail(strict=True)
    @pytest.mark.shared_cassette("TestProject.test_me")
    def test_expected(self, headers):
        assert "more" in httpx.get("https://api.coze.com/v1/users/me", headers=headers).json()
"""
"""Tests that share a cassette, that are expected to fail, that skip or are skipped, and one without a cassette."""


@pytest.fixture
def mixed(recorded: Project) -> Project:
    """The project with these tests too."""
    suite = recorded.root / "tests/test_project.py"
    suite.write_text(suite.read_text() + MANY)
    return recorded


@pytest.mark.loopback
def test_an_unchanged_api_changes_no_file(mixed: Project, rerecord: Rerecord) -> None:
    """The second run leaves every byte as it was, and says so; what records nothing is left out, with the reason.

    A test that is skipped after it asked is recorded: it asks in a replay too.
    """
    other = mixed.root / "tests/test_other.py"
    other.write_text((mixed.root / "tests/test_project.py").read_text().replace("TestProject", "TestOther"))
    for module in ("test_other", "test_gone"):
        (mixed.cassettes / module).mkdir()
        (mixed.cassettes / module / "TestOther.test_dead.yaml").write_bytes(mixed.contents()[ME])
    first = mixed.contents()
    assert [file for file in first if "dead" not in file] == FILES
    code, out, err = rerecord(mixed, *STAND_IN, "--tests", "tests/test_project.py")
    assert (code, err) == (3, "")
    after = mixed.contents()
    assert after.pop("test_project/TestProject.test_skipped.yaml")
    assert after == first
    assert_only_tests_with_a_cassette_ran(out)
    assert out.endswith(
        f"left out: {PROJECT}::TestProject::test_own: {pytest_events.EXPECTED_TO_FAIL}\n"
        f"left out: {PROJECT}::TestProject::test_marked: not today\n"
        f"left out: {PROJECT}::TestProject::test_without_a_request: skipped by the test itself\n"
        "new: test_project/TestProject.test_skipped.yaml\n"
        "orphaned: test_gone/TestOther.test_dead.yaml: no test plays it; delete it if its test is gone\n"
        "4 recorded: 3 unchanged, 1 new, 1 orphaned\n"
        "Changed: see it with git add -N cassettes/coze && git diff -- cassettes/coze\n"
    )


PROJECT = "tests/test_project.py"


def assert_only_tests_with_a_cassette_ran(out: str) -> None:
    """Tests that share a cassette are among them, in the recording too; what records nothing would only take time."""
    happened = (*(("recorded", test) for test in RECORDED), *(("kept", test) for test in KEPT), *REPLAYED)
    assert re.findall(r"^(?:record|replay)ing.*|^  \d/.*", out, re.MULTILINE) == [
        "recording (9 tests)",
        *(f"  {number}/9 {what}: {PROJECT}::{test}" for number, (what, test) in enumerate(happened, 1)),
        "replaying (6 tests)",
    ]


RECORDED = [f"TestProject::test_{name}" for name in ("me", "bots", "chat", "skipped")]
KEPT = [f"TestProject::test_{name}" for name in ("own", "marked", "without_a_request")]
REPLAYED = [("replayed", f"TestShared::test_{name}") for name in ("async_me", "expected")]


CANNOT = "The tests cannot be collected: "
PYTEST = "Wrong expression passed to '-k': a b: at column 3: expected end of input; got identifier"
SELECTIONS = [
    (("-k", "mock"), "-k 'mock' selects no test that records a cassette.\n"),
    (("-k", "async"), "-k 'async' selects no test that records a cassette.\n"),
    (("-k", "a b"), f"{CANNOT}{PYTEST}\n"),
    (("--tests", "elsewhere"), f"{CANNOT}file or directory not found: elsewhere\n"),
    (("--tests", "tests/empty"), "There is no test in tests/empty that records a cassette.\n"),
    ((), "There is no test in tests that records a cassette (9 tests deselected by addopts).\n"),
]


@pytest.mark.loopback
@pytest.mark.parametrize(("selection", "sentence"), SELECTIONS)
def test_a_selection_without_recordings_is_refused(
    mixed: Project, rerecord: Rerecord, selection: tuple[str, ...], sentence: str
) -> None:
    """One sentence, exit code 2, and nothing else; nothing is asked of a server before."""
    (mixed.root / "tests/empty").mkdir()
    environment = {**TOKEN, "PYTEST_ADDOPTS": "" if selection else "-m 'not vcr'"}
    assert rerecord(mixed, *NOBODY, *selection, environment=environment) == (2, "", sentence)


NOBODY = ("--target", "http://127.0.0.1:9", "--yes")
TOKEN = {"COZE_API_TOKEN": secrets.token_hex(20)}
"""A target where nobody listens, and what is needed to come so far."""


@pytest.mark.loopback
@pytest.mark.slow
def test_a_change_is_reported_and_swapped_in_but_not_by_a_check(recorded: Project, rerecord: Rerecord) -> None:
    """A field that the committed answer had and the new one has not is the one finding; a file of Coze's stays.

    So does that of a test that the project's options deselect, and it is no orphan.
    """
    (recorded.cassettes / "test_project/TestProject.test_gone.yaml").write_bytes(recorded.contents()[ME])
    recorded.edit(ME, "stand-in", b'"user_name":', b'"former":1,"user_name":')
    recorded.edit(CHAT, "coze.com")
    committed = recorded.contents()
    but_one = {"PYTEST_ADDOPTS": f"--deselect {PROJECT}::TestProject::test_bots"}
    how = ("--check", "--report", "report", "--account", "b")
    code, out, _ = rerecord(recorded, *STAND_IN, *how, environment=but_one)
    assert code == 3
    assert "  leaves out       1 test: deselected by options of pytest (addopts)" in out
    assert f"breaking: GET /v1/users/me: $.data.former: is gone (was integer) ({ME})\n" in out
    assert "1 not replaced (other provenance), 1 kept, 1 orphaned\n" in out
    assert "- breaking: " in (recorded.root / "report/verdict.md").read_text()
    assert recorded.contents() == committed
    assert recorded.record()[0] == 3
    swapped = recorded.contents()
    assert [file for file in committed if committed[file] != swapped[file]] == [ME]
    before, after = (text.decode().splitlines() for text in (committed[ME], swapped[ME]))
    assert {line.split(":")[0].strip() for line in set(before) ^ set(after)} <= {'"former"', "digest", "recorded_at"}


FAILS = "assert not answer.json()"
PLACE = f"{PROJECT}:15"


def failing(project: Project, old: str = 'assert answer.json()["data"]["user_id"]', new: str = FAILS) -> Project:
    """The project with a test that fails, and with another cassette that the next recording changes."""
    project.edit(CHAT, "stand-in", b"conversation.chat.created", b"conversation.chat.made")
    suite = project.root / PROJECT
    suite.write_text(suite.read_text().replace(old, new))
    return project


FAILED = f"""\
changed: {CHAT}
failed: {PROJECT}::TestProject::test_me: AssertionError at {PLACE}
breaking: POST /v3/chat: event conversation.chat.made: does not come any more ({CHAT})
info: POST /v3/chat: event conversation.chat.created: is new ({CHAT})
2 recorded: 1 unchanged, 1 changed, 1 failed
"""


@pytest.mark.loopback
def test_a_failing_test_costs_the_others_nothing(recorded: Project, rerecord: Rerecord) -> None:
    """It keeps its cassette and is reported without what came over the wire; what changed in the others is replaced."""
    failing(recorded)
    committed = recorded.contents()
    code, out, err = rerecord(recorded, *STAND_IN)
    assert (code, err) == (1, "")
    end = "Failed: the cassettes of failed tests are as they were, 1 other is replaced: git diff -- cassettes/coze.\n"
    assert out.endswith(FAILED + end)
    assert [file for file, text in recorded.contents().items() if text != committed[file]] == [CHAT]


@pytest.mark.loopback
def test_with_all_or_nothing_a_failing_test_keeps_every_cassette(recorded: Project, rerecord: Rerecord) -> None:
    """The plan says so, and everything else is reported all the same."""
    failing(recorded)
    committed = recorded.contents()
    code, out, err = rerecord(recorded, *STAND_IN, "--all-or-nothing")
    assert (code, err) == (1, "")
    assert "  if a test fails  no cassette is replaced (--all-or-nothing)" in out
    assert out.endswith(FAILED + "Failed: no cassette was replaced, as --all-or-nothing asks.\n")
    assert recorded.contents() == committed


@pytest.mark.parametrize(
    ("tests", "keyword", "found", "collected"),
    [
        (("tests",), "list", ("tests/test_a.py::T::test_list", "tests/test_a.py::test_b"), ("tests/test_a.py",)),
        (("tests",), "", ("tests/test_a.py::test_b",), ("tests",)),
        (("tests/test_a.py::T",), "list", ("tests/test_a.py::T::test_list",), ("tests/test_a.py::T",)),
        (("tests",), "list", (), ("tests",)),
    ],
)
def test_a_selection_by_keyword_is_narrowed(
    tests: tuple[str, ...], keyword: str, found: tuple[str, ...], collected: tuple[str, ...]
) -> None:
    """To the modules of its tests; not if it names tests or classes, which are fewer."""
    assert processes.Suite(Path("/x"), tests, keyword).narrow(found) == processes.Suite(Path("/x"), collected, keyword)


@pytest.mark.loopback
def test_a_field_that_breaks_its_test_is_named(recorded: Project, rerecord: Rerecord) -> None:
    """What the failed test recorded is compared in memory; its cassette and the staging folder never see it.

    A module without a selected test is imported to find the tests, and not again to record and to replay them.
    """
    committed, imports = recorded.contents(), recorded.root / "imports"
    other = f"from pathlib import Path\nwith Path({str(imports)!r}).open('a') as file: file.write('x')\n"
    (recorded.root / "tests/test_other.py").write_text(other)
    code, out, err = rerecord(recorded, *STAND_IN, "-k", "test_me", "--change", "users.me:rename:user_id:uid")
    assert imports.read_text() == "x"
    assert (code, err) == (1, "")
    assert out.endswith(
        f"failed: {PROJECT}::TestProject::test_me: KeyError at {PLACE}\n"
        f"breaking: GET /v1/users/me: $.data.user_id: is now called uid ({ME})\n"
        "0 recorded: 1 failed\n"
        "Failed: no cassette was replaced.\n"
    )
    assert recorded.contents() == committed


BOTS_PATH = "/v1/space/published_bots_list"
CHANGES = ("bots.list:status:503", "users.me:remove:user_name", "users.me:remove:nickname")


@pytest.mark.loopback
def test_a_stand_in_with_another_api_shows_as_that_change(recorded: Project, rerecord: Rerecord) -> None:
    """What --change makes of an answer is what the verdict says; a status that stays is tried again, not in silence.

    A change that no answer shows is a failure: nothing changed is not what it means.
    """
    committed = recorded.contents()
    quick = {"COZE_CASSETTES_MAX_ATTEMPTS": "3", "COZE_CASSETTES_INITIAL_BACKOFF": "0.1"}
    options = ("--check", "-k", "test_bots or test_me", *(part for each in CHANGES for part in ("--change", each)))
    code, out, err = rerecord(recorded, *STAND_IN, *options, environment=quick)
    assert (code, err) == (1, "")
    assert [line for line in out.splitlines() if "the service is busy" in line] == [
        f"  {PROJECT}::TestProject::test_bots: the service is busy (HTTP 503): attempt 2 of 3 in 0.1 s",
        f"  {PROJECT}::TestProject::test_bots: the service is busy (HTTP 503): attempt 3 of 3 in 0.2 s",
    ]
    assert out.endswith(
        f"failed: --change {CHANGES[2]}: no answer to these tests has this field, so nothing was changed.\n"
        f"breaking: GET {BOTS_PATH}: status: 200 is now 503 ({BOTS})\n"
        f"breaking: GET /v1/users/me: $.data.user_name: is gone (was string) ({ME})\n"
        "2 recorded: 2 changed\n"
        "Failed: nothing was replaced, since this was a check.\n"
    )
    assert recorded.contents() == committed


@pytest.mark.loopback
def test_damaged_cassettes_are_replaced(recorded: Project, rerecord: Rerecord) -> None:
    """An edit by hand, conflict markers, an empty file: each counts as absent, and the run says why."""
    first = recorded.contents()
    sound = [store.read(recorded.cassettes / file) for file in FILES]
    (recorded.cassettes / BOTS).write_bytes(b"")
    (recorded.cassettes / CHAT).write_bytes(b"<<<<<<< HEAD\n" + first[CHAT])
    (recorded.cassettes / ME).write_bytes(first[ME].replace(b"/v1/users/me", b"/v1/users/you"))
    code, out, err = rerecord(recorded, *STAND_IN)
    assert (code, err) == (3, "")
    result = re.findall(r"^replaced \(was unreadable\): (\S+): (.*)$", out, re.MULTILINE)
    assert [file for file, _ in result] == FILES
    assert result[2][1] == "edited by hand, its digest does not fit; record it again"
    assert out.endswith("3 recorded: 3 replaced (was unreadable)\nChanged: see it with git diff -- cassettes/coze\n")
    for file, old in zip(FILES, sound, strict=True):
        assert decide(file, old, store.read(recorded.cassettes / file)).outcome is Outcome.UNCHANGED


NO_MODULE = "tests/test_other.py: ModuleNotFoundError: No module named 'nothing' (tests/test_other.py:1)"


@pytest.mark.loopback
def test_what_cannot_be_collected_has_pytests_reason(recorded: Project, rerecord: Rerecord) -> None:
    """One sentence with the module and the line."""
    (recorded.root / "tests/test_other.py").write_text("import nothing\n")
    refused = (1, "", f"The tests cannot be collected: {NO_MODULE}\n")
    assert rerecord(recorded, *NOBODY, environment=TOKEN) == refused


@pytest.mark.loopback
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_everything_as_it_was(project: Project, number: signal.Signals) -> None:
    """One sentence, exit code 130, no staging, no child: while tests are collected, or while one is recorded."""
    process = project.start(*STAND_IN, "--json")
    assert process.stdout
    if number == signal.SIGTERM:
        assert any(json.loads(line)["event"] == "started" for line in process.stdout)
    else:
        while not project.cassettes.exists():
            time.sleep(0.05)
        time.sleep(0.2)
    os.killpg(process.pid, number)
    code, _, err = project.finish(process)
    assert (code, err) == (130, "Interrupted: the cassettes are as they were; run it again.\n")
    assert project.contents() == {}
    assert list(project.temporary.iterdir()) == []


FIX = "check the target, and that this machine may reach it"


@pytest.mark.loopback
def test_a_port_where_nobody_listens_is_one_sentence(project: Project) -> None:
    """Exit code 2, no traceback."""
    ended = project.run(*NOBODY, environment=TOKEN)
    assert ended == (2, "", f"No answer from http://127.0.0.1:9 (ConnectError): {FIX}.\n")


MISSPELT = [
    ("nonsense", "there is no operation 'nonsense': write OPERATION:KIND:FIELD[:NEW]"),
    ("bots.list:melt", "there is no kind of change 'melt': it is one of rename, remove, retype, add, status"),
    ("bots.list:status:99", "status needs a number from 200 to 599, not '99'"),
]


@pytest.mark.loopback
@pytest.mark.parametrize(("change", "why"), MISSPELT)
def test_a_change_that_means_nothing_is_refused_first(
    project: Project, rerecord: Rerecord, change: str, why: str
) -> None:
    """In the stand-in's own words, before the tests are so much as collected."""
    (project.root / PROJECT).write_text("cannot be collected")
    assert rerecord(project, *STAND_IN, "--change", change) == (2, "", f"--change: {why}.\n")
