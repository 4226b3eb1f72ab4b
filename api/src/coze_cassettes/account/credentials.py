"""Where the token of a run comes from: the environment, a command, or a key with which a service identity signs."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final

import httpx

from coze_cassettes.account import sdk
from coze_cassettes.cassette.provenance import STAND_IN
from coze_cassettes.errors import Misuse
from coze_cassettes.pluralize import pluralize
from coze_cassettes.scrubbing.environment import KEY_FILE, TOKEN
from coze_cassettes.session import connections

COMMAND: Final = "COZE_API_TOKEN_COMMAND"
COMMAND_SECONDS: Final = 60
"""How long the command may take: it may ask for a passphrase."""

CLIENT_ID: Final = "COZE_CLIENT_ID"
KEY_ID: Final = "COZE_PUBLIC_KEY_ID"
JWT_VARIABLES: Final = (CLIENT_ID, KEY_FILE, KEY_ID)
TOKEN_SECONDS: Final = 7200
"""How long an access token is asked for: longer than an interrupted run may be gone on with."""

Environment = Mapping[str, str]


@dataclass(frozen=True)
class Source:
    """A way to a token: what it is called, whether the environment has it, and what gets the token from a server."""

    name: str
    configured: Callable[[Environment], bool]
    get: Callable[[Environment, str], str]


def _set(environment: Environment, *names: str) -> bool:
    return all(environment.get(name) for name in names)


def _from_environment(environment: Environment, _url: str) -> str:
    return environment[TOKEN].strip()


def _from_command(environment: Environment, _url: str) -> str:
    """What the command prints; neither that nor what it says on standard error is ever shown."""
    try:
        done = subprocess.run(  # noqa: S602  a command of the user's, who may want a pipe in it
            environment[COMMAND],
            shell=True,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Misuse(f"{COMMAND} did not end within {COMMAND_SECONDS} s: run it yourself to see why.") from None
    if done.returncode:
        raise Misuse(f"{COMMAND} failed with exit code {done.returncode}: run it yourself to see why.")
    token = done.stdout.decode("utf-8", "replace").strip()
    if not token:
        raise Misuse(f"{COMMAND} printed nothing: it has to print the token.")
    return token


def _from_key(environment: Environment, url: str) -> str:
    """An access token for a signed JWT, from the token endpoint of the server."""
    cozepy = sdk.cozepy()
    key = _key(environment)
    answers: list[httpx.Response] = []
    try:
        app = cozepy.JWTOAuthApp(environment[CLIENT_ID], key, environment[KEY_ID], base_url=url)
        with _closing(app, url, answers.append):
            return str(app.get_access_token(ttl=TOKEN_SECONDS).access_token)
    except cozepy.CozeAPIError as error:
        answer = answers[-1]
        how = f"code {error.code}" if error.code else f"HTTP {answer.status_code}"
        refused = f"The token endpoint refused the JWT ({how})"
        raise Misuse(f"{refused}: {_clock_problem(answer) or f'check that {_all()} belong together.'}") from None
    except httpx.HTTPError as error:
        raise Misuse(f"The token endpoint does not answer ({type(error).__name__}).") from None
    except ValueError as error:  # authlib cannot read the key, or pydantic the answer
        raise Misuse(f"No token for {_all()} ({type(error).__name__}): check that the file holds an RSA key.") from None


def _clock_problem(answer: httpx.Response) -> str:
    """How far the clock of this machine is from that of the server, which a signed JWT does not survive; or empty."""
    try:
        there = parsedate_to_datetime(answer.headers.get("date", ""))
        ahead = datetime.now(UTC) - there
    except (ValueError, TypeError):  # no date, or none with a zone
        return ""
    minutes = round(ahead.total_seconds() / 60)
    if not minutes:
        return ""
    way = "ahead of" if minutes > 0 else "behind"
    return f"the clock of this machine is {pluralize(abs(minutes), 'minute')} {way} the server's, set it right."


@contextmanager
def _closing(app: Any, url: str, note: Callable[[httpx.Response], None]) -> Iterator[None]:
    """Give an OAuth app a client that is closed afterwards, and takes no proxy for the way to this machine.

    The apps take none; cozepy's private name is used here only.
    """
    from cozepy.request import Requester, SyncHTTPClient  # noqa: PLC0415  see coze_cassettes.account.sdk

    with sdk.quiet_context(), connections.target_context(url), SyncHTTPClient(event_hooks={"response": [note]}) as http:
        app._requester = Requester(sync_client=http)  # noqa: SLF001  see above
        yield


def _all() -> str:
    return f"{', '.join(JWT_VARIABLES[:-1])} and {JWT_VARIABLES[-1]}"


def _key(environment: Environment) -> str:
    try:
        return Path(environment[KEY_FILE]).expanduser().read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Misuse(f"{KEY_FILE} names a file that cannot be read ({type(error).__name__}).") from None


_TOKEN: Final = re.compile(r"[\w.~+/=-]+", re.ASCII)
"""What a header ``Authorization: Bearer`` can hold (RFC 6750)."""

SOURCES: Final = (
    Source(TOKEN, lambda environment: _set(environment, TOKEN), _from_environment),
    Source(COMMAND, lambda environment: _set(environment, COMMAND), _from_command),
    Source("a JWT", lambda environment: _set(environment, *JWT_VARIABLES), _from_key),
)
"""The ways to a token, in the order in which they are tried."""


NO_TOKEN: Final = f"{TOKEN} is not set: set it in the shell or in .env, or record with --target {STAND_IN}."


def source(environment: Environment) -> Source:
    """The first way that is configured; Misuse if there is none."""
    found = next((each for each in SOURCES if each.configured(environment)), None)
    if found is None:
        raise Misuse(NO_TOKEN)
    return found


def add_token(environment: Environment, url: str) -> dict[str, str]:
    """The environment with the token in it, wherever it comes from; Misuse if there is none."""
    token = source(environment).get(environment, url)
    if not _TOKEN.fullmatch(token):
        raise Misuse(f"{TOKEN} holds a character that no token has (a blank, a quote): copy the token alone.")
    return {**{name: value for name, value in environment.items() if name != COMMAND}, TOKEN: token}
