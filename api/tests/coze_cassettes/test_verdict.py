"""A verdict in words: what a maintainer reads at the end of a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from coze_cassettes.cassette.model import Cassette, Interaction
from coze_cassettes.diff import Change, Comparison, Severity, compare
from coze_cassettes.rerecord import report
from coze_cassettes.rerecord.outcome import Decision, Failure, Outcome, Verdict

MakeInteraction = Callable[..., Interaction]

RENAMED = Change(
    Severity.BREAKING, "POST /v3/chat?conversation_id=CONVERSATION_ID_1", "$.content", "renamed", "is now called text"
)
FOUND = Comparison((RENAMED, replace(RENAMED, interaction="POST /v3/chat?conversation_id=CONVERSATION_ID_2")))
DELTA = Comparison((replace(RENAMED, place="event message.delta $.content"),))
DONE = Comparison((replace(RENAMED, place="event message.completed $.content"), RENAMED))
FAILURE = Failure("ValidationError (Message.content: missing) at cozepy/chat/__init__.py:404", "a/test_x.py::test_x")


def lines(*decisions: Decision, failures: tuple[Failure, ...] = ()) -> list[str]:
    """The verdict on some cassettes, as lines."""
    verdict = Verdict(decisions, failures=failures, swapped=True)
    return [line.text for line in report.lines(verdict, check=False, folder="cassettes/coze")]


def test_the_same_change_is_one_line_with_a_count() -> None:
    """However many calls, events and cassettes it shows in; what it breaks comes first, with the failures before it."""
    decisions = [Decision(f"a/{number}.yaml", Outcome.CHANGED, comparison=FOUND) for number in range(12)]
    failed = Decision("b/x.yaml", Outcome.FAILED, comparison=FOUND)
    assert lines(*decisions, failed, failures=(FAILURE,)) == [
        *(f"changed: a/{number}.yaml" for number in range(10)),
        "changed: 2 more",
        "failed: a/test_x.py::test_x: ValidationError (Message.content: missing) at cozepy/chat/__init__.py:404",
        "breaking: POST /v3/chat: $.content: is now called text (13 cassettes, the first a/0.yaml)",
        "12 recorded: 12 changed, 1 failed",
        "Failed: the cassettes of failed tests are as they were, 12 others are replaced: git diff -- cassettes/coze.",
    ]


def test_another_code_breaks_and_says_what_it_means(interaction: MakeInteraction) -> None:
    """A test that expects some refusal keeps the one that it gets: that of an account without rights is to be seen."""
    old, new = (interaction(answer={"code": code, "msg": "no", "data": {"mode": code}}) for code in (4200, 4101))
    found = compare(Cassette((old,)), Cassette((new,)))
    assert lines(Decision("a/x.yaml", Outcome.CHANGED, comparison=found))[1:3] == [
        "breaking: GET /v1/users/me: $.code: 4200 is now 4101, the token lacks a permission (a/x.yaml)",
        "note: GET /v1/users/me: $.data.mode: 4200 is now 4101 (a/x.yaml)",
    ]


def test_the_same_field_of_several_events_is_one_line() -> None:
    """The events are named."""
    found = Comparison((*DELTA.changes, *DONE.changes[:1]))
    assert lines(Decision("a/x.yaml", Outcome.CHANGED, comparison=found))[1] == (
        "breaking: POST /v3/chat: events message.completed, message.delta $.content: is now called text (a/x.yaml)"
    )


def test_a_damaged_cassette_says_that_it_was_replaced_and_why() -> None:
    """It counts as absent."""
    reason = "edited by hand, its digest does not fit; record it again"
    assert lines(Decision("a/x.yaml", Outcome.WAS_UNREADABLE, reason=reason)) == [
        f"replaced (was unreadable): a/x.yaml: {reason}",
        "1 recorded: 1 replaced (was unreadable)",
        "Changed: see it with git diff -- cassettes/coze",
    ]


def test_an_orphan_says_what_to_do() -> None:
    """It is not a failure."""
    assert lines(Decision("a/x.yaml", Outcome.ORPHAN)) == [
        "orphaned: a/x.yaml: no test plays it; delete it if its test is gone",
        "0 recorded: 1 orphaned",
        "Nothing changed.",
    ]


CHANGED = Decision("a/x.yaml", Outcome.CHANGED, comparison=FOUND)
ENDS = [
    (Verdict(), False, "Nothing changed."),
    (Verdict((CHANGED,)), False, "Changed: see it with git diff -- cassettes/coze"),
    (
        Verdict((CHANGED, Decision("a/y.yaml", Outcome.NEW))),
        False,
        "Changed: see it with git add -N cassettes/coze && git diff -- cassettes/coze",
    ),
    (Verdict((CHANGED,)), True, "Changed; nothing was replaced, since this was a check."),
    (Verdict(failures=(FAILURE,)), False, "Failed: no cassette was replaced."),
    (Verdict((CHANGED,), failures=(FAILURE,)), True, "Failed: nothing was replaced, since this was a check."),
    (
        Verdict((CHANGED,), failures=(FAILURE,)),
        False,
        "Failed: no cassette was replaced, as --all-or-nothing asks.",
    ),
    (
        Verdict((CHANGED,), failures=(FAILURE,), swapped=True),
        False,
        "Failed: the cassettes of failed tests are as they were, 1 other is replaced: git diff -- cassettes/coze.",
    ),
]


@pytest.mark.parametrize(("verdict", "check", "sentence"), ENDS)
def test_the_last_line_says_what_it_means(verdict: Verdict, check: bool, sentence: str) -> None:
    """And which command shows it; git diff alone does not show a new file."""
    assert report.conclusion(verdict, check=check, folder="cassettes/coze") == sentence


PAGE = """\
# Verdict

2 recorded: 1 unchanged, 1 changed, 1 failed

- breaking: 1
- info: 0
- note: 0

## Failures

- a/test_x.py::test_x: ValidationError (Message.content: missing) at cozepy/chat/__init__.py:404

## Changes

- breaking: POST /v3/chat: $.content: is now called text (2 cassettes, the first a/x.yaml)

## Cassettes

- a/x.yaml: changed
- a/z.yaml: failed
"""


def test_the_page_has_counts_failures_changes_and_files() -> None:
    """What did not change is counted, not listed."""
    decisions = (
        CHANGED,
        Decision("a/y.yaml", Outcome.UNCHANGED),
        Decision("a/z.yaml", Outcome.FAILED, comparison=FOUND),
    )
    assert report.markdown(Verdict(decisions, failures=(FAILURE,))) == PAGE
