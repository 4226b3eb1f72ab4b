"""The environment variables that a recording reads, one row each."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from coze_cassettes.cassette import provenance
from coze_cassettes.errors import Misuse
from coze_cassettes.pluralize import pluralize

MIN_SECRET: Final = 8
"""Length in characters below which a configured secret is an error: replacing it would hide nothing."""

MIN_IDENTIFIER: Final = 4
"""The same for configured identifiers."""


@dataclass(frozen=True)
class Variable:
    """A variable of the environment, the bare placeholder that stands for its value, and what it is for."""

    name: str
    placeholder: str
    secret: bool
    purpose: str


TOKEN: Final = "COZE_API_TOKEN"  # noqa: S105 - the name of a variable
BASE: Final = "COZE_API_BASE"
PREFIX: Final = "COZE_"
EXTRA_PREFIX: Final = "COZE_SECRET_"

VARIABLES: Final[tuple[Variable, ...]] = (
    Variable(TOKEN, "API_TOKEN", secret=True, purpose="the personal or service token"),
    Variable("COZE_CLIENT_ID", "CLIENT_ID", secret=False, purpose="the OAuth app (JWT)"),
    Variable("COZE_CLIENT_SECRET", "CLIENT_SECRET", secret=True, purpose="the OAuth app (web)"),
    Variable("COZE_PUBLIC_KEY_ID", "PUBLIC_KEY_ID", secret=False, purpose="the key of the OAuth app (JWT)"),
    Variable("COZE_WORKSPACE_ID", "WORKSPACE_ID", secret=False, purpose="the workspace to list and create in"),
    Variable("COZE_BOT_ID", "BOT_ID", secret=False, purpose="a bot published to the API channel"),
    Variable("COZE_WORKFLOW_ID", "WORKFLOW_ID", secret=False, purpose="a published workflow"),
    Variable("COZE_CONVERSATION_ID", "CONVERSATION_ID", secret=False, purpose="a conversation, else one is made"),
    Variable("COZE_CHAT_ID", "CHAT_ID", secret=False, purpose="a finished chat, else one is made"),
    Variable("COZE_EXECUTE_ID", "EXECUTE_ID", secret=False, purpose="an asynchronous workflow run, else one is made"),
    Variable(
        "COZE_DATASET_ID", "DATASET_ID", secret=False, purpose="a knowledge base with a document, else one is made"
    ),
)
_NAMES: Final = frozenset(variable.name for variable in VARIABLES)
PLACEHOLDERS: Final[frozenset[str]] = frozenset(variable.placeholder for variable in VARIABLES)

KEY_FILE: Final = "COZE_PRIVATE_KEY_FILE"


@dataclass(frozen=True)
class ConfiguredValues:
    """Values that must be replaced everywhere, each with its bare placeholder, and which of them are secrets."""

    placeholders: Mapping[str, str] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()

    def add(self, placeholder: str, value: str, *, secret: bool = False) -> ConfiguredValues:
        """The same with one more value."""
        _require_length(placeholder, value, secret=secret)
        return ConfiguredValues(
            {**self.placeholders, value: placeholder}, self.secrets | {value} if secret else self.secrets
        )


def target_of(environ: Mapping[str, str]) -> str:
    """The URL of the server from which is recorded; a variable that is empty, or names no host, counts as unset."""
    url = _base(environ)
    return url if provenance.host_of(url) else _COZE


_COZE: Final = "https://api.coze.com"


def _base(environ: Mapping[str, str]) -> str:
    return environ.get(BASE, "").strip().rstrip("/") or _COZE


def url_problem(url: str) -> str:
    """What keeps a URL from being a target, and the fix; an empty string if nothing does. Its value is not shown."""
    if not provenance.host_of(url) or not url.isprintable() or not url.lower().startswith(("https://", "http://")):
        return "is not a URL: begin it with https:// or http://."
    if "@" in url:
        return "has a name or a password in it: leave them out."
    if "?" in url or "#" in url:
        return "has a query or a fragment: leave it out."
    if url.lower().startswith("http:") and provenance.of_target(url) != "coze-studio":
        return "would send the token unencrypted: begin it with https://."
    return ""


def refusal(environ: Mapping[str, str]) -> str:
    """Why nothing can be recorded with an environment, in a sentence; an empty string if it can."""
    if not environ.get(TOKEN):
        return f"Recording needs {TOKEN} in the environment."
    problem = url_problem(_base(environ))
    return f"{BASE} {problem}" if problem else ""


_QUOTES: Final = frozenset({('"', '"'), ("'", "'"), ("“", "”"), ("‘", "’")})


def read_value(environ: Mapping[str, str], name: str) -> str:
    """The value of a variable without the blanks and line ends around it; Misuse if it stands in quotes.

    In requests there are neither, so that a value with them would not be found there.
    """
    value = environ.get(name, "").strip()
    if len(value) > 1 and (value[0], value[-1]) in _QUOTES:
        raise Misuse(f"The value of {name} stands in quotes: leave them out.")
    return value


def configured_values(environ: Mapping[str, str]) -> ConfiguredValues:
    """What the environment says is secret or an identifier; Misuse if a configured secret is empty or too short."""
    read = (name for name in environ if name in _NAMES or name.startswith((EXTRA_PREFIX, KEY_FILE)))
    environ = {name: read_value(environ, name) for name in read}
    values = [
        (each.placeholder, environ[each.name], each.secret)
        for each in VARIABLES
        if each.name in environ and (each.secret or environ[each.name])
    ]
    values += [
        (f"SECRET_{name.removeprefix(EXTRA_PREFIX).upper()}", environ[name], True)
        for name in sorted(environ)
        if name.startswith(EXTRA_PREFIX)
    ]
    for placeholder, value, secret in values:
        _require_length(placeholder, value, secret=secret)
    secrets = frozenset(value for _, value, secret in values if secret)
    found = ConfiguredValues({value: placeholder for placeholder, value, _ in values}, secrets)
    key_file = environ.get(KEY_FILE)
    return _add_key_file(found, Path(key_file).expanduser()) if key_file else found


def readable_values(environ: Mapping[str, str]) -> ConfiguredValues:
    """The same for a replay, which needs none of it: nothing is known if a value that is not empty cannot be used."""
    readable = {name: value for name in environ if name.startswith(PREFIX) and (value := environ[name].strip())}
    if not readable:
        return ConfiguredValues()
    try:
        return configured_values(readable)
    except Misuse:
        return ConfiguredValues()


def _add_key_file(found: ConfiguredValues, path: Path) -> ConfiguredValues:
    try:
        text = path.read_text("utf-8").strip()
    except OSError as error:
        raise Misuse(f"{KEY_FILE} names a file that cannot be read: {error.strerror}.") from error
    body = "".join(line for line in text.splitlines() if not line.startswith("-----"))
    return found.add("PRIVATE_KEY", text, secret=True).add("PRIVATE_KEY_BODY", body, secret=True)


def _require_length(placeholder: str, value: str, *, secret: bool) -> None:
    least = MIN_SECRET if secret else MIN_IDENTIFIER
    if len(value) < least:
        length = pluralize(len(value), "character")
        raise Misuse(f"The configured value of {placeholder} has {length}, fewer than {least}: set or unset it.")


def set_placeholders() -> Mapping[Variable, str | None]:
    """Let each variable that is unset or empty read as its placeholder, as in the cassette of a test that reads it.

    Returns what they were, for ``unset_placeholders``.
    """
    missing = {each: value for each in VARIABLES if not ((value := os.environ.get(each.name)) and value.strip())}
    for each in missing:
        os.environ[each.name] = each.placeholder
    return missing


def unset_placeholders(variables: Mapping[Variable, str | None]) -> None:
    """Let variables that still read as their placeholders be what they were."""
    for each, before in variables.items():
        if os.environ.get(each.name) != each.placeholder:
            continue
        if before is None:
            del os.environ[each.name]
        else:
            os.environ[each.name] = before


@contextmanager
def placeholder_context() -> Iterator[None]:
    """Do the first, and the second at the end."""
    variables = set_placeholders()
    try:
        yield
    finally:
        unset_placeholders(variables)
