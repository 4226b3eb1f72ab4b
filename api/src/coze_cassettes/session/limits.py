"""The numbers that bound a recording, as the environment sets them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from coze_cassettes.cassette import provenance
from coze_cassettes.errors import Misuse

PREFIX: Final = "COZE_CASSETTES_"
"""How the environment variables with these numbers begin; the rest of a name is that of the number."""


@dataclass(frozen=True)
class Limits:
    """The numbers of a recording; durations are in seconds.

    ``max_attempts`` is how often a request is sent at most, ``initial_backoff`` how long the first retry waits, doubled
    for each further one up to ``max_backoff``, which bounds Retry-After too. ``requests_per_second`` bounds the rate
    (0: not at all), ``chats`` the chats and workflow runs and ``audio`` the audio calls of the whole run.
    ``settle`` is how long to wait before something is read after something was changed, for a service that does not
    show it at once. ``read_timeout`` is how long a service may send nothing. When the service did not answer in
    ``max_failures`` tests in a row, the run stops.
    """

    max_attempts: int = 5
    initial_backoff: float = 0.5
    max_backoff: float = 60.0
    requests_per_second: float = 10.0
    chats: int = 200
    audio: int = 50
    settle: float = 0.0
    read_timeout: float = 120.0
    max_failures: int = 10


def variable(name: str) -> str:
    """The environment variable of a number: ``COZE_CASSETTES_CHATS`` for ``chats``."""
    return PREFIX + name.upper()


def read_limits(environment: Mapping[str, str], target: str = "") -> Limits:
    """The numbers as the environment changes them; Misuse if one of them is not a number.

    A target on this machine needs no bound on requests a second, unless the environment has one.
    """
    names = [each.name for each in fields(Limits) if environment.get(variable(each.name))]
    pace = {"requests_per_second": 0.0} if provenance.is_loopback(target) else {}
    return Limits(**{**pace, **{name: _number(name, environment[variable(name)]) for name in names}})


def _number(name: str, text: str) -> Any:
    try:
        number = type(getattr(Limits, name))(text)
    except ValueError:
        number = -1
    if not 0 <= number < float("inf"):
        raise Misuse(f"{variable(name)} must be a number that is not negative, not {text!r}.")
    return number


def as_environment(numbers: Limits) -> dict[str, str]:
    """What makes another process read the same numbers."""
    return {variable(each.name): str(getattr(numbers, each.name)) for each in fields(Limits)}
