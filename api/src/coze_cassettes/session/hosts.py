"""Which requests are Coze's."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from urllib.parse import quote, urlsplit

from coze_cassettes.cassette import provenance
from coze_cassettes.cassette.model import Request

COZE_HOSTS: Final = frozenset({"api.coze.com", "api.coze.cn", "ws.coze.com", "ws.coze.cn"})
"""The hosts that cozepy calls by default; while recording their connections go to the target."""

_PLAIN_URLS: Final = tuple(f"https://{host}/" for host in COZE_HOSTS)
"""How the URLs begin that cozepy makes; a cassette has them as they are."""

_PORTS: Final = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_PLAIN: Final = {"ws": "http", "wss": "https"}

Origin = tuple[str, str, int | None]
"""Scheme (http or https, of a WebSocket too), host and port."""


def origin_of(url: str) -> Origin:
    """The origin of a URL; a WebSocket has that of the HTTP scheme under it."""
    parts = urlsplit(url)
    return _PLAIN.get(parts.scheme, parts.scheme), parts.hostname or "", parts.port or _PORTS.get(parts.scheme)


def _addresses(target: str) -> tuple[tuple[str, str], ...]:
    """The address of a local target, which has another port in each run, as bodies and parameters have it."""
    parts = urlsplit(target)
    if parts.port is None:
        return ()
    here, there = "https://api.coze.com", f"{parts.scheme}://{parts.netloc}"
    pairs = ((there, here), (parts.netloc, "api.coze.com"))
    return (*((quote(one, safe=""), quote(other, safe="")) for one, other in pairs), *pairs)


class Hosts:
    """Tells Coze's requests from all others: they name one of Coze's hosts, or the configured target.

    A request to the target is kept under Coze's own address, so that it replays whatever the target's port was.
    """

    def __init__(self, target: str) -> None:
        """Take the URL of the target."""
        self._target = origin_of(target)
        self._region = "cn" if self._target[1].endswith("coze.cn") else "com"
        self.addresses = _addresses(target) if provenance.is_loopback(target) else ()
        """How the address of a local target is written, and Coze's in its place."""

    def has(self, url: str) -> bool:
        """Whether a URL is one of Coze's."""
        return (
            url.startswith(_PLAIN_URLS)
            or (urlsplit(url).hostname or "") in COZE_HOSTS
            or origin_of(url) == self._target
        )

    def at_coze(self, request: Request) -> Request:
        """A request as a cassette has it: to Coze, and with Coze's address where it tells a local target's."""
        uri, body = self.canonical(request.uri), self.without_target(request.body)
        for there, here in self.addresses:
            uri = uri.replace(there, here)
        return request if uri == request.uri and body is request.body else replace(request, uri=uri, body=body)

    def tells_target(self, request: Request) -> bool:
        """Whether a request names a local target in its body or a parameter."""
        said = self.canonical(request.uri).encode() + request.body
        return any(there.encode() in said for there, _ in self.addresses)

    def without_target(self, body: bytes) -> bytes:
        """Bytes with Coze's address in the place of a local target's."""
        for there, here in self.addresses:
            if there.encode() in body:
                body = body.replace(there.encode(), here.encode())
        return body

    def canonical(self, url: str) -> str:
        """The URL as a cassette has it: without a name and a password, which httpx sends as a header."""
        if url.startswith(_PLAIN_URLS):
            return url
        parts = urlsplit(url)
        if "@" in parts.netloc:
            parts = parts._replace(netloc=parts.netloc.rpartition("@")[2])
            url = parts.geturl()
        if parts.hostname in COZE_HOSTS or origin_of(url) != self._target:
            return url
        websocket = parts.scheme in _PLAIN
        host = f"{'ws' if websocket else 'api'}.coze.{self._region}"
        return parts._replace(scheme="wss" if websocket else "https", netloc=host).geturl()
