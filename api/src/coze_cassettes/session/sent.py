"""A request as a test really sent it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx


@dataclass(frozen=True)
class SentRequest:
    """A request as it really went over the wire: the absolute URL, headers and exact body bytes."""

    method: str
    url: str
    headers: httpx.Headers
    body: bytes

    @property
    def path(self) -> str:
        """The path of the URL."""
        return urlsplit(self.url).path

    @property
    def params(self) -> list[tuple[str, str]]:
        """The query parameters in their order; blank values count."""
        return parse_qsl(urlsplit(self.url).query, keep_blank_values=True)

    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)
