"""Keeps httpx from the proxies of the environment where nothing is reached through one."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Final

from httpx import _client

from coze_cassettes.session.attributes import Replaced

_LOOKUP: Final = "get_environment_proxies"
"""The function by which a client of httpx finds proxies; httpx gives it no public name."""

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
