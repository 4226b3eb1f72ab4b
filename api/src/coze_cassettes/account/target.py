"""The target of a recording: which server it is, whether it takes the token, whether it has what is configured."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlsplit

import httpx

from coze_cassettes.cassette.provenance import (
    PROVENANCES,
    STAND_IN,
    STAND_IN_HEADER,
    STAND_IN_HEADER_VALUE,
    host_of,
    of_target,
)
from coze_cassettes.errors import Misuse
from coze_cassettes.scrubbing.environment import BASE, url_problem
from coze_cassettes.session import connections
from coze_cassettes.session.limits import Limits
from coze_cassettes.session.route_stub import route_context
from coze_cassettes.session.throttle import Throttle
from coze_cassettes.session.wire import Wire

Environment = Mapping[str, str]


@dataclass(frozen=True)
class Probe:
    """A configured thing of the account: its variable, what it is, and one GET that answers whether it exists."""

    variable: str
    what: str
    path: str


PROBES: Final = (
    Probe("COZE_WORKSPACE_ID", "workspace", "/v1/bots?workspace_id={}&page_num=1&page_size=1"),
    Probe("COZE_BOT_ID", "bot", "/v1/bots/{}"),
    Probe("COZE_WORKFLOW_ID", "workflow", "/v1/workflows/{}"),
)
"""What cannot be made by a test itself; without its variable the tests that need it are left out."""

_HOSTS: Final = {"coze.com": "https://api.coze.com", "coze.cn": "https://api.coze.cn"}
_NO_ROUTE: Final = frozenset({401, 404})
"""Codes by which a self-hosted Coze Studio says that it has no such path (there is no /v1/users/me)."""


_NOT_FOUND: Final = 404
FORBIDDEN: Final = 4101
"""Coze's code for a token that lacks a permission."""


@dataclass(frozen=True)
class Target:
    """Where to record: a provenance as cassettes name it (for another server: known after the first answer) and a URL.

    ``url`` is empty for a stand-in that is still to be started.
    """

    provenance: str
    url: str

    @property
    def local(self) -> bool:
        """Whether this is a stand-in that the run starts and stops itself."""
        return self.provenance == STAND_IN and not self.url


def choose_target(wanted: str, environment: Environment) -> Target:
    """The target that ``--target`` names; without it that of COZE_API_BASE, or else coze.com.

    Misuse if it is none, or one to which httpx cannot make a client because of the environment's proxies or
    certificates.
    """
    target = _named_target(wanted or environment.get(BASE, "") or "coze.com")
    if not target.local and (problem := connections.problem(target.url, environment)):
        raise Misuse(problem)
    return target


def _named_target(wanted: str) -> Target:
    if wanted == STAND_IN:
        return Target(STAND_IN, "")
    if wanted in _HOSTS:
        return Target(wanted, _HOSTS[wanted])
    url = wanted.strip().rstrip("/")
    if not host_of(url) or urlsplit(url).scheme not in ("http", "https"):
        shown = "" if "@" in wanted else f" {wanted!r}"
        raise Misuse(f"The target{shown} is not one of {', '.join(PROVENANCES[:2])}, {STAND_IN} or a URL.")
    if problem := url_problem(url):
        raise Misuse(f"The target {problem}")
    return Target(of_target(url), url)


@dataclass(frozen=True)
class Answer:
    """What a probe brought: HTTP status, Coze's ``code`` (None when there is none), ``msg``, headers."""

    status: int
    code: int | None
    message: str
    headers: Mapping[str, str]


Get = Callable[[str], Answer]


def get_from(target: Target, token: str, limits: Limits | None = None) -> Get:
    """A plain GET at the target, with the token, under a recording's retry policy; Misuse when nobody answers."""
    wire = Wire(target.url, Throttle(limits))
    with connections.target_context(target.url):
        trusted = httpx.create_ssl_context()  # its certificates are read once

    def get(path: str) -> Answer:
        with route_context(wire), connections.target_context(target.url):
            return _answer(_send(target, token, path, trusted))

    return get


def _send(target: Target, token: str, path: str, trusted: ssl.SSLContext) -> httpx.Response:
    try:
        return httpx.get(
            target.url + path,
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
            verify=trusted,
            follow_redirects=True,
        )
    except httpx.HTTPError as error:
        raise Misuse(f"No answer from {shown_url(target.url)} ({type(error).__name__}): {_WAY}.") from None


_WAY: Final = "check the target, and that this machine may reach it"


def shown_url(url: str) -> str:
    """A URL without credentials and query, for the terminal."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _answer(response: httpx.Response) -> Answer:
    try:
        body: Any = response.json()
    except ValueError:
        body = None
    envelope = body if isinstance(body, dict) else {}
    code = envelope.get("code")
    return Answer(
        response.status_code,
        code if isinstance(code, int) else None,
        str(envelope.get("msg") or ""),
        dict(response.headers),
    )


def check_token(target: Target, get: Get) -> Target:
    """The target with its proved provenance; Misuse when it refuses the token or does not speak Coze."""
    answer = get("/v1/users/me")
    proved = _prove(target, answer)
    if answer.code == 0 or (proved.provenance == "coze-studio" and answer.code in _NO_ROUTE):
        return proved
    if answer.code is None:
        raise Misuse(f"{shown_url(target.url)} does not answer as Coze does: HTTP {answer.status} without a code.")
    if answer.status == _NOT_FOUND:
        raise Misuse(f"{shown_url(target.url)} does not answer as Coze does (HTTP {answer.status}): check the target.")
    raise Misuse(f"Coze refused the token (code {answer.code}): make a new one, or set {BASE} to the token's region.")


def _prove(target: Target, answer: Answer) -> Target:
    """The stand-in is recognised by its header, through any proxy: it never counts as Coze."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    served_by = headers.get(STAND_IN_HEADER, "")
    return Target(STAND_IN, target.url) if served_by == STAND_IN_HEADER_VALUE else target


def check_things(environment: Environment, get: Get) -> None:
    """Misuse, naming the variable, when a configured thing does not exist or the token may not see it."""
    for probe in PROBES:
        if problem := problem_with(probe, environment, get):
            raise Misuse(problem)


def problem_with(probe: Probe, environment: Environment, get: Get) -> str:
    """What is wrong with a configured thing, with the fix; an empty string if nothing is, or it is not configured."""
    value = environment.get(probe.variable, "")
    answer = get(probe.path.format(quote(value, safe=""))) if value else None
    if answer is None or not answer.code or answer.code in _NO_ROUTE:
        return ""
    if answer.code == FORBIDDEN:
        return (
            f"{probe.variable} names a {probe.what} that the token has no permission to see (code {FORBIDDEN}): "
            "give it, or unset the variable to leave its tests out."
        )
    return (
        f"{probe.variable} names a {probe.what} that Coze does not return (code {answer.code}): "
        "correct the variable, or unset it to leave its tests out."
    )


def unset(environment: Environment) -> tuple[str, ...]:
    """The variables of things that are not configured: tests that need them are left out."""
    return tuple(probe.variable for probe in PROBES if not environment.get(probe.variable))
