"""The variables that stand for an account while tests replay."""

from __future__ import annotations

import os

import pytest

from coze_cassettes.replay_variables import ReplayVariables
from coze_cassettes.scrubbing.environment import BASE, TOKEN, VARIABLES, refusal, target_of

NAMES = [each.name for each in VARIABLES]


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch) -> ReplayVariables:
    """Variables of a run whose environment has a bot and no other value."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COZE_BOT_ID", "7400000000000000001")
    return ReplayVariables()


def test_they_stay_until_they_are_restored(variables: ReplayVariables) -> None:
    """What is set keeps its value and is known as configured; what is not set reads as its placeholder meanwhile."""
    variables.keep()
    variables.keep()
    assert (os.environ["COZE_BOT_ID"], os.environ[TOKEN]) == ("7400000000000000001", "API_TOKEN")
    assert variables.configured["7400000000000000001"] == "BOT_ID"
    variables.restore()
    assert [name for name in NAMES if name in os.environ] == ["COZE_BOT_ID"]
    variables.restore()


def test_what_a_test_takes_away_is_there_for_the_next(variables: ReplayVariables) -> None:
    """A test that deletes one for good does not change what another finds, nor what is left at the end."""
    variables.keep()
    del os.environ[TOKEN]
    variables.keep()
    assert os.environ[TOKEN] == "API_TOKEN"
    variables.restore()
    assert TOKEN not in os.environ


def test_a_run_that_records_reads_the_environment(variables: ReplayVariables, monkeypatch: pytest.MonkeyPatch) -> None:
    """It sets nothing, so it knows what is configured at the moment."""
    monkeypatch.setenv("COZE_CHAT_ID", "7400000000000000002")
    assert set(variables.configured.values()) == {"BOT_ID", "CHAT_ID"}
    assert TOKEN not in os.environ


def test_what_is_empty_counts_as_unset(variables: ReplayVariables, monkeypatch: pytest.MonkeyPatch) -> None:
    """CI sets a variable of a secret that a fork does not have to nothing; it stays so for the tests of others."""
    monkeypatch.setenv(TOKEN, "")
    monkeypatch.setenv("COZE_CLIENT_SECRET", " ")
    variables.keep()
    assert os.environ[TOKEN] == "API_TOKEN"
    assert variables.configured == {"7400000000000000001": "BOT_ID"}
    variables.restore()
    assert os.environ[TOKEN] == ""
    empty = {TOKEN: "canary-token", BASE: ""}
    assert (refusal(empty), target_of(empty)) == ("", target_of({}))


@pytest.mark.parametrize("base", ["http://[::1", "http://127.0.0.1:99999"])
def test_a_target_that_is_no_url_matters_to_a_recording_only(base: str) -> None:
    """A replay is of any target."""
    environ = {TOKEN: "canary-token", BASE: base}
    assert target_of(environ) == target_of({})
    assert refusal(environ) == "COZE_API_BASE is not a URL: begin it with https:// or http://."
