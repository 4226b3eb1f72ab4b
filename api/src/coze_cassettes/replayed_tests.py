"""Begins a Coze test that replays."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest

from coze_cassettes import fixtures, naming, orphans, replay_variables
from coze_cassettes.errors import CassetteError
from coze_cassettes.fixtures import RunningTest
from coze_cassettes.session.player import Player
from coze_cassettes.session.replaying import replay_context
from coze_cassettes.session.session import Settings


def begin(item: pytest.Item, path: Path, settings: Settings) -> RunningTest:
    """Read the cassette of a test; the test ends if that cannot be done."""
    player = Player(item.nodeid, path, settings, fixtures.fail)
    player.find_owner = partial(naming.owner_id, item)
    configured = item.config.stash[replay_variables.KEY].configured
    if problem := _problem(player, configured, item.stash.get(orphans.RENAMED, "")):
        fixtures.fail(problem)
    return RunningTest(player, None, partial(replay_context, player), partial(_judge, player))


def _problem(player: Player, configured: Mapping[str, str], renamed: str) -> str:
    """Why a replay cannot begin, or an empty string; a test without a cassette may send nothing to Coze."""
    try:
        player.load(configured)
    except CassetteError as error:
        if not player.path.exists():
            return f"{renamed}\n  if not: {player.record_command}" if renamed else ""
        reason = str(error).removeprefix(f"{player.path}: ")
        return player.report(f"unreadable cassette: {reason}")
    return ""


def _judge(player: Player) -> str:
    """Why a test that passed fails after all, or an empty string."""
    return player.complaint or player.unplayed_message()
