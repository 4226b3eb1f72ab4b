"""Which requests are Coze's."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

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


class Hosts:
    """Tells Coze's requests from all others: they name one of Coze's hosts, or the configured target.

    A request to the target is kept under Coze's own address, so that it replays whatever the target's port was.
    """

    def __init__(self, target: str) -> None:
        """Take the URL of the target."""
        self._target = origin_of(target)
        self._region = "cn" if self._target[1].endswith("coze.cn") else "com"

    def has(self, url: str) -> bool:
        """Whether a URL is one of Coze's."""
        return (
            url.startswith(_PLAIN_URLS)
            or (urlsplit(url).hostname or "") in COZE_HOSTS
            or origin_of(url) == self._target
        )

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
