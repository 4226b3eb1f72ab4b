"""Coze clients made from the environment, sync or async."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cozepy import (
    COZE_COM_BASE_URL,
    AsyncCoze,
    AsyncHTTPClient,
    AsyncJWTAuth,
    AsyncTokenAuth,
    Coze,
    JWTAuth,
    SyncHTTPClient,
    TokenAuth,
)

API_TOKEN = "COZE_API_TOKEN"  # noqa: S105  the name of the variable, not a token
API_BASE = "COZE_API_BASE"
JWT_VARIABLES = ("COZE_CLIENT_ID", "COZE_PRIVATE_KEY_FILE", "COZE_PUBLIC_KEY_ID")


class NotConfigured(Exception):
    """The environment does not say how to reach Coze; the text names the variable and never holds its value."""


@dataclass(frozen=True)
class Token:
    """A personal access token, or any other bearer token."""

    value: str


@dataclass(frozen=True)
class JwtKey:
    """What a JWT OAuth app signs with: the ids that Coze gave it, and its private key in PEM."""

    client_id: str
    private_key: str
    public_key_id: str


@dataclass(frozen=True)
class Settings:
    """Where Coze is, without a slash at the end, and what to authenticate with."""

    base_url: str
    credential: Token | JwtKey


def settings_from(environ: Mapping[str, str]) -> Settings:
    """What the variables of ``environ`` say; a blank variable counts as unset.

    ``COZE_API_TOKEN`` wins over the three JWT variables. ``COZE_API_BASE`` is ``https://api.coze.com`` if unset.
    Raises ``NotConfigured`` when a variable is missing or unusable.
    """
    values = {name: value.strip() for name, value in environ.items() if value.strip()}
    return Settings(_base_url(values), Token(values[API_TOKEN]) if API_TOKEN in values else _jwt_key(values))


def client_from_environment(
    environ: Mapping[str, str] | None = None, *, http_client: SyncHTTPClient | None = None
) -> Coze:
    """A sync client configured by ``environ`` (the process's own by default).

    ``http_client`` carries every call but the exchange of a JWT for a token, which cozepy sends by a client of its
    own. Raises ``NotConfigured`` as ``settings_from`` does; sends nothing.
    """
    settings = settings_from(os.environ if environ is None else environ)
    return Coze(auth=_auth(settings), base_url=settings.base_url, http_client=http_client)


def async_client_from_environment(
    environ: Mapping[str, str] | None = None, *, http_client: AsyncHTTPClient | None = None
) -> AsyncCoze:
    """The async counterpart of ``client_from_environment``."""
    settings = settings_from(os.environ if environ is None else environ)
    return AsyncCoze(auth=_async_auth(settings), base_url=settings.base_url, http_client=http_client)


def _base_url(values: Mapping[str, str]) -> str:
    base = values.get(API_BASE, COZE_COM_BASE_URL).rstrip("/")
    if not base.startswith(("https://", "http://")):
        raise NotConfigured(f"{API_BASE} must begin with https:// (or http:// for a local server).")
    if base.endswith("/v1"):
        raise NotConfigured(f"{API_BASE} must not end in /v1: cozepy adds the version to every path.")
    return base


def _jwt_key(values: Mapping[str, str]) -> JwtKey:
    missing = [name for name in JWT_VARIABLES if name not in values]
    if len(missing) == len(JWT_VARIABLES):
        raise NotConfigured(f"{API_TOKEN} is not set (nor, for a JWT OAuth app, {', '.join(JWT_VARIABLES)}).")
    if missing:
        raise NotConfigured(f"{', '.join(missing)} must be set too: a JWT OAuth app needs {', '.join(JWT_VARIABLES)}.")
    client_id, key_file, public_key_id = (values[name] for name in JWT_VARIABLES)
    return JwtKey(client_id, _read_key(Path(key_file)), public_key_id)


def _read_key(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise NotConfigured(f"COZE_PRIVATE_KEY_FILE cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise NotConfigured("COZE_PRIVATE_KEY_FILE is not a PEM file.") from None


def _auth(settings: Settings) -> TokenAuth | JWTAuth:
    match settings.credential:
        case Token(value):
            return TokenAuth(value)
        case JwtKey(client_id, private_key, public_key_id):
            return JWTAuth(client_id, private_key, public_key_id, base_url=settings.base_url)


def _async_auth(settings: Settings) -> AsyncTokenAuth | AsyncJWTAuth:
    match settings.credential:
        case Token(value):
            return AsyncTokenAuth(value)
        case JwtKey(client_id, private_key, public_key_id):
            return AsyncJWTAuth(client_id, private_key, public_key_id, base_url=settings.base_url)
