"""What a run shows: on a terminal, without one, to a machine."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Final

import pytest
from rich.console import Console

from coze_cassettes.account.target import Target
from coze_cassettes.diff import Change, Comparison, Severity
from coze_cassettes.pluralize import pluralize
from coze_cassettes.rerecord import report, reporters
from coze_cassettes.rerecord.outcome import Decision, Outcome, Verdict
from coze_cassettes.rerecord.plan import Plan, Test
from coze_cassettes.rerecord.pytest_events import COLLECTED, FINISHED, STARTED, TestEvent
from coze_cassettes.session.limits import Limits

TESTS: Final = (Test("a/test_x.py::T::test_one", "test_x/T.test_one.yaml"), Test("a/test_x.py::T::test_two"))
PLAN: Final = Plan(
    Target("coze.com", "https://user:secret@api.coze.com"),
    TESTS,
    (
        (Test("a/test_x.py::T::test_bot", needs=("bot_id",)), "needs COZE_BOT_ID"),
        (Test("a/test_x.py::T::test_limit"), "only the stand-in answers so: no account is limited on demand"),
        (Test("a/test_x.py::T::test_reset"), "only the stand-in answers so: no connection is reset on demand"),
    ),
    ("COZE_BOT_ID",),
    Limits(chats=7),
    frozenset({"test_x/T.test_one.yaml"}),
    discarded=2,
)
FINDING: Final = Change(Severity.BREAKING, "GET /v1/bots", "$.data.name", "removed", "is gone (was string)")
VERDICT: Final = Verdict(
    (Decision("a/x.yaml", Outcome.CHANGED, comparison=Comparison((FINDING,))), Decision("a/y.yaml", Outcome.UNCHANGED)),
    swapped=True,
)
EVENTS: Final = (
    TestEvent(COLLECTED, "a/test_x.py::T::test_one", "test_x/T.test_one.yaml"),
    TestEvent(STARTED, "a/test_x.py::T::test_one", "test_x/T.test_one.yaml"),
    TestEvent(FINISHED, "a/test_x.py::T::test_one", "test_x/T.test_one.yaml", outcome="passed"),
    TestEvent(FINISHED, "a/test_x.py::T::test_two", "test_x/T.test_one.yaml", shares_cassette=True, outcome="passed"),
    TestEvent(FINISHED, "a/test_x.py::T::test_bot", "test_x/T.test_bot.yaml", outcome="skipped", detail="needs it"),
    TestEvent(FINISHED, "a/test_x.py::T::test_bad[x]", outcome="failed", detail="why"),
)

RESULTS = [*zip(EVENTS[2:], ("recorded", "replayed", "kept", "failed"), strict=True)]


@pytest.mark.parametrize(("event", "result"), RESULTS)
def test_what_a_test_did_has_a_word(event: TestEvent, result: str) -> None:
    """A test that shares a cassette records nothing, one that is left out keeps its cassette."""
    assert reporters.result(event) == result


# --- without a terminal ---------------------------------------------------------------------------------------------


@pytest.fixture
def paper() -> Console:
    """A console that writes into memory."""
    return Console(file=io.StringIO(), width=110, soft_wrap=True)


def written(console: Console) -> str:
    """What was written."""
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_each_recorded_test_has_a_line(paper: Console) -> None:
    """While replaying only those that fail have one."""
    reporter = reporters.PlainReporter(paper)
    for stage in ("recording", "replaying"):
        reporter.stage(stage, 4)
        for event in EVENTS:
            reporter.test(event)
    assert written(paper) == (
        "recording (4 tests)\n"
        "  1/4 recorded: a/test_x.py::T::test_one\n"
        "  2/4 replayed: a/test_x.py::T::test_two\n"
        "  3/4 kept: a/test_x.py::T::test_bot\n"
        "  4/4 failed: a/test_x.py::T::test_bad[x]\n"
        "replaying (4 tests)\n"
        "  4/4 failed: a/test_x.py::T::test_bad[x]\n"
    )


PLANNED = """\
Recording 1 cassette from coze.com (https://api.coze.com)
  records            test_x: 1 cassette
  goes on with       1 cassette recorded by an earlier run
  throws away        2 cassettes recorded by another earlier run
  leaves out         1 test: needs COZE_BOT_ID
                     2 tests: only the stand-in answers so
                     what needs COZE_BOT_ID, which is not set
  limits             at most 10 requests a second
                     at most 7 chats and workflow runs
                     at most 50 audio calls
                     at most 5 attempts while the answer is busy (429, 5xx),
                     with pauses up to 60 s
  if a test fails    it keeps its committed cassette, the others are replaced;
                     --all-or-nothing replaces none
  makes and deletes  conversations, messages, files and datasets that tests need
  leaves behind      chats and workflow runs: Coze cannot delete them, and they
                     use up quota
  publishes          the text of models and of the tests' users, as it stands in
                     the cassettes
"""


def test_the_plan_shows_numbers_and_effects() -> None:
    """What is recorded, what bounds it, what it does to the account, how many are left out and why, in 80 columns."""
    console = Console(file=io.StringIO(), width=80, soft_wrap=True)
    reporters.PlainReporter(console).plan(PLAN)
    assert "".join(f"{line.rstrip()}\n" for line in written(console).splitlines()) == PLANNED


COUNTS = [
    (0, ("test",), "0 tests"),
    (1, ("test",), "1 test"),
    (85, ("test",), "85 tests"),
    (1.0, ("request",), "1 request"),
    (0.5, ("request",), "0.5 requests"),
    (1_000_000, ("chat or workflow run", "chats and workflow runs"), "1000000 chats and workflow runs"),
]


@pytest.mark.parametrize(("number", "noun", "text"), COUNTS)
def test_a_noun_is_as_many_as_its_number(number: float, noun: tuple[str, ...], text: str) -> None:
    """Only one is one."""
    assert pluralize(number, *noun) == text


def test_one_of_each_is_singular(paper: Console) -> None:
    """In the plan, its bounds, and the title of a stage."""
    one = Limits(max_attempts=1, requests_per_second=1, chats=1, audio=1)
    reporter = reporters.PlainReporter(paper)
    reporter.plan(replace(PLAN, limits=one, discarded=1))
    reporter.stage("recording", 1)
    text = written(paper)
    assert [line for line in ONE if line not in text] == []


ONE = [
    "Recording 1 cassette from ",
    "test_x: 1 cassette ",
    "1 cassette recorded by an earlier run",
    "1 cassette recorded by another earlier run",
    "1 test: needs",
    "at most 1 request a second",
    "at most 1 chat or workflow run ",
    "at most 1 audio call ",
    "at most 1 attempt while",
    "recording (1 test)\n",
]


def test_a_log_in_colour_has_no_bar(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Given a CI that asks for colours, then what is written is no terminal: a bar would be drawn again and again."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    with reporters.choose_reporter(as_json=False) as chosen:
        chosen.plan(PLAN)
    assert type(chosen) is reporters.PlainReporter
    assert "\x1b[1mRecording" in capsys.readouterr().out


def test_an_interrupted_run_says_how_to_go_on(paper: Console) -> None:
    """In lines that fit a terminal."""
    reporters.PlainReporter(paper).note_kept(1)
    assert written(paper) == report.kept_advice(1) + "\n"
    assert report.kept_advice(2) == (
        "2 cassettes are recorded and kept outside for an hour.\n"
        "The same command resumes from there; another one, or --fresh, starts over."
    )


def test_the_verdict_ends_with_what_it_means(paper: Console) -> None:
    """Changed cassettes with their findings, then the counts."""
    reporters.PlainReporter(paper).verdict(VERDICT, check=False, folder="cassettes")
    assert written(paper) == (
        "changed: a/x.yaml\nbreaking: GET /v1/bots: $.data.name: is gone (was string) (a/x.yaml)\n"
        "2 recorded: 1 unchanged, 1 changed\nChanged: see it with git diff -- cassettes\n"
    )


# --- on a terminal --------------------------------------------------------------------------------------------------


def terminal(width: int) -> Console:
    """A terminal of some width, whose output goes into memory."""
    return Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)


def test_the_bar_counts_and_names_the_current_test() -> None:
    """The stage, recorded, kept and failed; what fails has a line that stays."""
    console = terminal(110)
    reporter = reporters.BarReporter(console)
    reporter.stage("recording", 4)
    for event in EVENTS:
        reporter.test(event)
    (task,) = reporter.progress.tasks
    reporter.progress.stop()
    assert (task.description, task.completed, task.total) == ("recording", 4, 4)
    assert task.fields == {"counts": "1 recorded, 1 kept, 1 failed"}
    assert reporter.progress.current_test == "a/test_x.py::T::test_one"
    assert "  failed: a/test_x.py::T::test_bad[x]" in written(console)


LONG_ID = "a/test_x.py::T::test_that_has_a_name_longer_than_its_place[a/case: of several words]"
BEGUN = "recording ━━━━━                1/4 -:--:-- 1 recorded"
LINES = [
    (80, ["…test_x.py::T::test_that_has_a_name_longer_than_its_place[a/case: of several words]"[-76:]]),
    (120, [LONG_ID]),
]


@pytest.mark.parametrize(("width", "lines"), LINES)
def test_the_running_test_has_a_line_of_its_own(width: int, lines: list[str]) -> None:
    """Its whole id, of a longer one the end, which says which case it is; there is room for a ^C behind each line."""
    console = terminal(width)
    reporter = reporters.BarReporter(console)
    reporter.stage("recording", 4)
    reporter.progress.stop()
    reporter.test(EVENTS[2])
    reporter.test(TestEvent(STARTED, LONG_ID))
    with console.capture() as captured:
        console.print(reporter.progress.get_renderable())
    first, second = captured.get().splitlines()
    assert first.rstrip() == BEGUN
    assert second.strip().lstrip("…") == lines[0]
    assert max(len(first), len(second)) <= width - 3


# --- for machines ---------------------------------------------------------------------------------------------------


def test_every_line_for_a_machine_is_an_object(capsys: pytest.CaptureFixture[str]) -> None:
    """Each names its event; a machine agrees beforehand or not at all."""
    reporter = reporters.JsonReporter()
    reporter.plan(PLAN)
    reporter.stage("recording", 4)
    for event in EVENTS:
        reporter.test(event)
    reporter.stage("replaying", 4)
    reporter.test(EVENTS[2])
    reporter.note_kept(3)
    reporter.verdict(VERDICT, check=False, folder="cassettes")
    assert reporter.confirm(PLAN) is False
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["event"] for each in events] == [
        *("plan", "stage", "started", "finished", "finished", "finished", "finished", "stage", "finished"),
        *("kept", "verdict"),
    ]
    plan, verdict = events[0], events[-1]
    assert (plan["provenance"], plan["url"], plan["limits"]["chats"]) == ("coze.com", "https://api.coze.com", 7)
    assert plan["left_out"][0] == {"test": "a/test_x.py::T::test_bot", "reason": "needs COZE_BOT_ID"}
    assert (plan["earlier"], plan["discarded"]) == (["test_x/T.test_one.yaml"], 2)
    assert [each["outcome"] for each in events[3:7]] == ["recorded", "replayed", "kept", "failed"]
    assert events[8]["outcome"] == "passed"
    assert (verdict["exit_code"], verdict["counts"]["changed"], verdict["swapped"]) == (3, 1, True)
    assert [(each["file"], each["outcome"]) for each in verdict["cassettes"]] == [("a/x.yaml", "changed")]
    assert verdict["cassettes"][0]["changes"][0]["severity"] == "breaking"
    assert [(each["operation"], each["cassettes"]) for each in verdict["changes"]] == [("GET /v1/bots", ["a/x.yaml"])]
