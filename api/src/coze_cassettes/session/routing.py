"""Where a request of Coze's goes while recording, while it still says api.coze.com."""

from __future__ import annotations

import re
from typing import Final

import httpx

from coze_cassettes.cassette import provenance
from coze_cassettes.errors import CassetteError
from coze_cassettes.session.hosts import COZE_HOSTS, Hosts, origin_of

_API_HOST = re.compile(r"^api([.-])")

MOVED: Final = frozenset({301, 302, 307, 308})
_AS_GET: Final = frozenset({301, 302, 303})
"""Redirects after which a client sends a GET in the place of a POST."""

_REDIRECTS: Final = MOVED | _AS_GET
_ASKING: Final = frozenset({"GET", "HEAD"})

MOST_MOVES: Final = 5
"""How often a target may send us elsewhere in one test."""


class Router:
    """Where connections go: an origin such as ``http://127.0.0.1:8000``."""

    def __init__(self, target: str) -> None:
        """Take the target's origin."""
        self.target = httpx.URL(target)
        self.hosts = Hosts(target)
        self._moves = 0

    @property
    def is_loopback(self) -> bool:
        """Whether the target is this machine, which no proxy is asked for."""
        return provenance.is_loopback(str(self.target))

    def route(self, url: httpx.URL) -> httpx.URL:
        """The URL to which a request really goes."""
        if not self.hosts.has(str(url)):
            return url
        return url.copy_with(scheme=self.target.scheme, host=self.target.host, port=self.target.port)

    def websocket(self, uri: str) -> str:
        """Where the handshake of a WebSocket goes: cozepy's own host for it, or the target if it is not an API's.

        The SDK says ``ws.`` where the address of the API says ``api.``, and ``ws-`` for ``api-``.
        """
        url, target = httpx.URL(uri), self.target
        if not self.hosts.has(uri):
            return uri
        scheme = "wss" if target.scheme in ("https", "wss") else "ws"
        host = _API_HOST.sub(r"ws\1", target.host)
        return str(url.copy_with(scheme=scheme, host=host, port=target.port))

    def follows(self, asked: httpx.URL, status: int, location: str) -> bool:
        """Whether the target sends us to another origin for the same path: its own affair, which no cassette shows.

        CassetteError if that is another host, which must not get the token, or one without TLS for one with it.
        """
        if status not in MOVED or not self.hosts.has(str(asked)) or self._moves == MOST_MOVES:
            return False
        there = httpx.URL(location)
        if there.raw_path != asked.raw_path or not there.host or _origin(there) == _origin(self.target):
            return False
        if not _is_safe(self.target, self._host(asked), there):
            raise CassetteError(
                "The target redirects to another host, or away from TLS: nothing was sent there, since it would get "
                "the token. Set COZE_API_BASE to where it redirects to, if that is right."
            )
        self.target, self._moves = there.copy_with(raw_path=b"/"), self._moves + 1
        return True

    def require_arrival(self, method: str, asked: httpx.URL, status: int, location: str) -> None:
        """CassetteError if a client that follows a redirect would send something else than a request that changes.

        It becomes a GET, or goes to another host without the token: a refusal of that would be no answer of Coze's.
        """
        if method in _ASKING or status not in _REDIRECTS or not location or not self.hosts.has(str(asked)):
            return
        there = httpx.URL(location)
        if status in _AS_GET or (there.host and there.host != self.target.host):
            raise CassetteError(
                f"The target answers a {method} with a redirect ({status}) that makes another request of it, which is "
                "not sent. Set COZE_API_BASE to where the API is, or log in to the network."
            )

    def _host(self, asked: httpx.URL) -> str:
        """The host to which a request to Coze really goes."""
        return httpx.URL(self.websocket(str(asked))).host if asked.scheme in ("ws", "wss") else self.target.host

    def canonical_location(self, location: str, asked: httpx.URL) -> str:
        """A Location header as if Coze itself had sent it."""
        if asked.host not in COZE_HOSTS:
            return location
        return location.replace(_origin(self.target), _origin(asked), 1)


def _is_safe(target: httpx.URL, asked_host: str, there: httpx.URL) -> bool:
    """Whether what the target may read, as its host that was asked, may be sent to another origin."""
    if provenance.is_loopback(str(target)):
        return provenance.is_loopback(str(there))
    is_kept = there.host == asked_host or {asked_host, there.host} <= COZE_HOSTS
    return is_kept and origin_of(str(there))[0] in (origin_of(str(target))[0], "https")


def _origin(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.host}{'' if url.port is None else f':{url.port}'}"
