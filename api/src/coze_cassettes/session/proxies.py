"""Decides whether httpx takes the proxies of the environment."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Final

import httpx
from httpx import _client

from coze_cassettes.session.attributes import Replaced

_LOOKUP: Final = "get_environment_proxies"
"""The function by which a client of httpx finds proxies; httpx gives it no public name."""

_NAMES: Final = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")

_original: Final = vars(_client).get(_LOOKUP)


def ignored_context() -> AbstractContextManager[None]:
    """A client that is made now has only the proxies that it is given.

    One of the environment would be of no use to it, and if httpx cannot use it, for one of SOCKS without the package
    socksio, no client could be made.
    """
    return _lookup_context(dict)


def used_context() -> AbstractContextManager[None]:
    """A client that is made now has the proxies of the environment again."""
    return _lookup_context(_original)


def _lookup_context(function: object) -> AbstractContextManager[None]:
    return Replaced({(_client, _LOOKUP): function} if _original else {})


def problem(environment: Mapping[str, str] = os.environ) -> str:
    """Why no client can be made, with the fix, or an empty string; no value is shown, which may hold a password."""
    try:
        with httpx.Client(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)):  # it reads no certificates, for 20 ms
            return ""
    except ImportError:
        return (
            f"httpx needs the package socksio for the SOCKS proxy of {_variables(environment, 'socks')}: "
            "install it (httpx[socks]), or unset the variable."
        )
    except (ValueError, httpx.InvalidURL) as error:
        reason = type(error).__name__
        return f"httpx cannot read the proxies of {_variables(environment)} ({reason}): correct or unset them."


def _variables(environment: Mapping[str, str], start: str = "") -> str:
    """The variables that name proxies by a value with this beginning; on some systems the settings name them."""
    named = {name: value for name, value in environment.items() if name.lower() in _NAMES and value}
    found = sorted(name for name, value in named.items() if value.lower().startswith(start))
    return ", ".join(found) or "the system's settings"
