"""The request of a WebSocket's handshake."""

from __future__ import annotations

from typing import Any

from websockets.datastructures import Headers as WireHeaders

from coze_cassettes.cassette.model import Request


def handshake_request(uri: str, options: dict[str, Any]) -> Request:
    """The request of a handshake, as its caller has it."""
    headers = WireHeaders(options.get("additional_headers") or {})
    return Request("GET", uri, tuple(headers.raw_items()))
