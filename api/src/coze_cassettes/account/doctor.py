"""Checks before a recording what would keep it from working: environment, token, things, permissions.

Nothing is sent but GETs. Each finding is one line; what is wrong comes with its fix.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import quote

from coze_cassettes.account import credentials
from coze_cassettes.account.env_file import read_environment
from coze_cassettes.account.target import (
    FORBIDDEN,
    PROBES,
    Get,
    Probe,
    Target,
    check_token,
    choose_target,
    get_from,
    problem_with,
    shown_url,
)
from coze_cassettes.errors import Misuse
from coze_cassettes.scrubbing.environment import TOKEN, VARIABLES, configured_values
from coze_cassettes.session.limits import Limits, read_limits


class State(StrEnum):
    """How something is; only ``WRONG`` keeps a recording from working."""

    OK = "ok"
    UNSET = "unset"
    WRONG = "wrong"


@dataclass(frozen=True)
class Check:
    """One check and how it came out."""

    state: State
    text: str

    def __str__(self) -> str:
        """The state in a column of its own."""
        return f"{self.state + ':':7}{self.text}"


@dataclass(frozen=True)
class Right:
    """A permission of a token as Coze's documents name it, the GET that shows it, and the variable that it takes."""

    permission: str
    path: str
    variable: str = ""


RIGHTS: Final = (
    Right("listWorkspace", "/v1/workspaces?page_num=1&page_size=1"),
    Right("listBot", "/v1/bots?workspace_id={}&page_num=1&page_size=1", "COZE_WORKSPACE_ID"),
    Right("getPublishedBot", "/v1/space/published_bots_list?space_id={}&page_index=1&page_size=1", "COZE_WORKSPACE_ID"),
    Right("getMetadata", "/v1/bot/get_online_info?bot_id={}", "COZE_BOT_ID"),
    Right("listConversation", "/v1/conversations?bot_id={}&page_num=1&page_size=1", "COZE_BOT_ID"),
    Right("listKnowledge", "/v1/datasets?space_id={}&page_num=1&page_size=1", "COZE_WORKSPACE_ID"),
    Right("listWorkflow", "/v1/workflows?workspace_id={}&page_num=1&page_size=1", "COZE_WORKSPACE_ID"),
)
"""The permissions that can be seen without changing anything; those to create and to chat show only when used."""


@dataclass(frozen=True)
class Account:
    """An account that answers: its target, the environment with the token, and the numbers of a recording."""

    target: Target
    environment: Mapping[str, str]
    limits: Limits

    @property
    def get(self) -> Get:
        """A GET with the token."""
        return get_from(self.target, self.environment[TOKEN], self.limits)


def account(root: Path, shell: Mapping[str, str], wanted: str) -> Account:
    """The account that the environment and ``--target`` name; Misuse if there is none, or no server to ask."""
    environment = read_environment(root, shell)
    read_limits(environment)
    target = choose_target(wanted, environment)
    if target.local:
        raise Misuse("A stand-in of its own needs no preparation: name coze.com, coze.cn or a URL as the target.")
    configured_values(environment)
    environment = credentials.add_token(environment, target.url)
    configured_values(environment)
    return Account(target, environment, read_limits(environment, target.url))


def examine(root: Path, shell: Mapping[str, str], wanted: str, needed: Sequence[str] = ()) -> Iterator[Check]:
    """The checks, one at a time; what depends on something wrong is not looked at.

    ``needed`` are the variables that the tests of the project ask for.
    """
    further = [name for name in needed if name not in _ELSEWHERE]
    try:
        found = account(root, shell, wanted)
        yield Check(State.OK, f"the token comes from {_source(root, shell)}")
        proved = check_token(found.target, found.get)
    except Misuse as error:
        yield Check(State.WRONG, str(error))
        if str(error) == credentials.NO_TOKEN:
            yield from _without_token(read_environment(root, shell), further)
        return
    yield Check(State.OK, f"{shown_url(proved.url)} takes it, and counts as {proved.provenance}")
    wrong = {}
    for probe in PROBES:
        wrong[probe.variable] = problem_with(probe, found.environment, found.get)
        yield _thing(probe, found, wrong[probe.variable])
    yield from _further(further, found.environment)
    for right in RIGHTS:
        if not right.variable or (found.environment.get(right.variable) and not wrong[right.variable]):
            yield _right(right, found)


_ELSEWHERE: Final = frozenset({TOKEN, *(probe.variable for probe in PROBES)})
"""The variables that have checks of their own."""


def _further(names: Sequence[str], environment: Mapping[str, str]) -> Iterator[Check]:
    for name in names:
        if environment.get(name):
            yield Check(State.OK, f"{name} is set; only its tests can try it")
        else:
            yield Check(State.UNSET, f"{name}: tests ask for it; without it they are left out")


def _without_token(environment: Mapping[str, str], further: Sequence[str]) -> Iterator[Check]:
    """Everything that a recording will need, since nothing of it can be tried without a token."""
    for probe in PROBES:
        purpose = _purpose(probe.variable)
        if environment.get(probe.variable):
            yield Check(State.OK, f"{probe.variable} is set ({purpose}); a token is needed to try it")
        else:
            yield Check(State.UNSET, f"{probe.variable}: {purpose}; without it its tests are left out")
    yield from _further(further, environment)
    for right in RIGHTS:
        yield Check(State.UNSET, f"the token needs the permission {right.permission}")
    yield Check(
        State.UNSET, "the token needs the permission of every other operation that tests call: Coze's docs name it"
    )


def _purpose(variable: str) -> str:
    return next(each.purpose for each in VARIABLES if each.name == variable)


def _source(root: Path, shell: Mapping[str, str]) -> str:
    return credentials.source(read_environment(root, shell)).name


def _thing(probe: Probe, found: Account, problem: str) -> Check:
    if problem:
        return Check(State.WRONG, problem)
    if found.environment.get(probe.variable):
        return Check(State.OK, f"{probe.variable} names a {probe.what}")
    return Check(State.UNSET, f"{probe.variable}: {_purpose(probe.variable)}; without it its tests are left out")


def _right(right: Right, found: Account) -> Check:
    answer = found.get(right.path.format(quote(found.environment.get(right.variable, ""), safe="")))
    if answer.code == FORBIDDEN:
        return Check(State.WRONG, f"the token lacks the permission {right.permission}: give it, or make a new token")
    if answer.code == 0:
        return Check(State.OK, f"the token has the permission {right.permission}")
    answered = f"code {answer.code}" if answer.code else f"HTTP {answer.status}"
    return Check(State.UNSET, f"the permission {right.permission} cannot be seen here ({answered})")
