"""What a run shows: on a terminal, without one, to a machine."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Final

import pytest
from rich.console import Console
from rich.progress import Progress, TextColumn

from coze_cassettes import screens, verdicts
from coze_cassettes.compare import Comparison, Finding, Severity
from coze_cassettes.counting import counted
from coze_cassettes.decisions import Decision, Fate, Verdict
from coze_cassettes.patience import Limits
from coze_cassettes.preflight import Plan, Target, Test
from coze_cassettes.progress import COLLECTED, FINISHED, STARTED, Event

TESTS: Final = (Test("a/test_x.py::T::test_one", "test_x/T.test_one.yaml"), Test("a/test_x.py::T::test_two"))
PLAN: Final = Plan(
    Target("coze.com", "https://user:secret@api.coze.com"),
    TESTS,
    ((Test("a/test_x.py::T::test_bot", needs=("bot_id",)), "not set: COZE_BOT_ID"),),
    ("COZE_BOT_ID",),
    Limits(chats=7),
    frozenset({"test_x/T.test_one.yaml"}),
)
FINDING: Final = Finding(Severity.BREAKING, "GET /v1/bots", "$.data.name", "removed", "is gone (was string)")
VERDICT: Final = Verdict(
    (Decision("a/x.yaml", Fate.CHANGED, comparison=Comparison((FINDING,))), Decision("a/y.yaml", Fate.UNCHANGED)),
    swapped=True,
)
EVENTS: Final = (
    Event(COLLECTED, "a/test_x.py::T::test_one", "test_x/T.test_one.yaml"),
    Event(STARTED, "a/test_x.py::T::test_one", "test_x/T.test_one.yaml"),
    Event(FINISHED, "a/test_x.py::T::test_one", "test_x/T.test_one.yaml", outcome="passed"),
    Event(FINISHED, "a/test_x.py::T::test_one_async", "test_x/T.test_one.yaml", twin=True, outcome="passed"),
    Event(FINISHED, "a/test_x.py::T::test_bot", "test_x/T.test_bot.yaml", outcome="skipped", detail="needs it"),
    Event(FINISHED, "a/test_x.py::T::test_bad[x]", outcome="failed", detail="why"),
)

RESULTS = [*zip(EVENTS[2:], ("recorded", "passed", "kept", "failed"), strict=True)]


@pytest.mark.parametrize(("event", "result"), RESULTS)
def test_what_a_test_did_has_a_word(event: Event, result: str) -> None:
    """A twin records nothing, a test that is left out keeps its cassette."""
    assert screens.result(event) == result


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
    screen = screens.Plain(paper)
    for stage in ("recording", "replaying"):
        screen.stage(stage, 4)
        for event in EVENTS:
            screen.test(event)
    assert written(paper) == (
        "recording (4 tests)\n"
        "  1/4 recorded: test_x.py::T::test_one\n"
        "  2/4 passed: test_x.py::T::test_one_async\n"
        "  3/4 kept: test_x.py::T::test_bot\n"
        "  4/4 failed: test_x.py::T::test_bad[x]\n"
        "replaying (4 tests)\n"
        "  4/4 failed: test_x.py::T::test_bad[x]\n"
    )


PLANNED = [
    "Recording from coze.com (https://api.coze.com)",
    "test_x: 1 cassette ",
    "1 cassette recorded by an interrupted run",
    "at most 10 requests a second",
    "at most 7 chats and workflow runs",
    "at most 50 audio calls",
    "at most 5 tries while the answer is busy (429, 5xx), with pauses up to 60 s",
    "the text of models and of the tests' users, as it stands in the cassettes",
    "  left out: a/test_x.py::T::test_bot: not set: COZE_BOT_ID",
    "  COZE_BOT_ID is not set: the tests that need it are left out",
]


def test_the_plan_tells_numbers_and_effects(paper: Console) -> None:
    """What is recorded, what bounds it, what it does to the account, what is left out and why."""
    screens.Plain(paper).plan(PLAN)
    text = written(paper)
    assert [line for line in PLANNED if line not in text] == []
    assert "secret" not in text


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
    assert counted(number, *noun) == text


def test_one_of_each_is_told_as_one(paper: Console) -> None:
    """In the plan, its bounds, and the title of a stage."""
    one = Limits(tries=1, requests_per_second=1, chats=1, audio=1)
    screen = screens.Plain(paper)
    screen.plan(replace(PLAN, limits=one))
    screen.stage("recording", 1)
    text = written(paper)
    assert [line for line in ONE if line not in text] == []


ONE = [
    "test_x: 1 cassette ",
    "1 cassette recorded by an interrupted run",
    " 1 test ",
    "at most 1 request a second",
    "at most 1 chat or workflow run ",
    "at most 1 audio call ",
    "at most 1 try while",
    "recording (1 test)\n",
]


def test_who_is_interrupted_is_told_how_to_go_on(paper: Console) -> None:
    """One sentence."""
    screens.Plain(paper).kept(1)
    assert written(paper) == verdicts.kept(1) + "\n"
    assert verdicts.kept(2) == (
        "2 cassettes are recorded and kept outside for an hour: the same command goes on with what is missing; "
        "another one, or --fresh, throws away what is kept."
    )


def test_the_verdict_ends_with_what_it_means(paper: Console) -> None:
    """Changed cassettes with their findings, then the counts."""
    screens.Plain(paper).verdict(VERDICT, check=False)
    assert written(paper) == (
        "changed: a/x.yaml\n  breaking: GET /v1/bots: $.data.name: is gone (was string)\n"
        "2 recorded: 1 unchanged, 1 changed\nChanged: read the difference with git diff.\n"
    )


# --- on a terminal --------------------------------------------------------------------------------------------------


def test_the_bar_counts_and_names_the_current_test() -> None:
    """Recorded, kept and failed; what fails has a line that stays."""
    console = Console(file=io.StringIO(), width=110, force_terminal=True, color_system=None)
    bar = Progress(TextColumn("{task.fields[counts]} | {task.description}"), console=console, auto_refresh=False)
    screen = screens.Bar(console, bar)
    screen.stage("recording", 4)
    for event in EVENTS:
        screen.test(event)
    task = bar.tasks[0]
    bar.stop()
    assert (task.completed, task.total) == (4, 4)
    assert task.fields["counts"] == "1 recorded, 1 kept, 1 failed"
    assert task.description == "test_x.py::T::test_one"
    assert "  failed: test_x.py::T::test_bad[x]" in written(console)


# --- for machines ---------------------------------------------------------------------------------------------------


def test_every_line_for_a_machine_is_an_object(capsys: pytest.CaptureFixture[str]) -> None:
    """Each names its event; a machine agrees beforehand or not at all."""
    screen = screens.Lines()
    screen.plan(PLAN)
    screen.stage("recording", 4)
    for event in EVENTS:
        screen.test(event)
    screen.stage("replaying", 4)
    screen.test(EVENTS[2])
    screen.kept(3)
    screen.verdict(VERDICT, check=False)
    assert screen.agreed(PLAN) is False
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["event"] for each in told] == [
        *("plan", "stage", "started", "finished", "finished", "finished", "finished", "stage", "finished"),
        *("kept", "verdict"),
    ]
    plan, verdict = told[0], told[-1]
    assert (plan["origin"], plan["url"], plan["limits"]["chats"]) == ("coze.com", "https://api.coze.com", 7)
    assert plan["left_out"] == [{"test": "a/test_x.py::T::test_bot", "reason": "not set: COZE_BOT_ID"}]
    assert [each["outcome"] for each in told[3:7]] == ["recorded", "passed", "kept", "failed"]
    assert told[8]["outcome"] == "passed"
    assert (verdict["exit_code"], verdict["counts"]["changed"], verdict["swapped"]) == (3, 1, True)
    assert [(each["file"], each["fate"]) for each in verdict["cassettes"]] == [("a/x.yaml", "changed")]
    assert verdict["cassettes"][0]["findings"][0]["severity"] == "breaking"
