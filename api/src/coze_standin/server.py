"""The stand-in as a process: one uvicorn server on a loopback port."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

_BACKLOG = 128
_IDLE_SECONDS = 120
"""How long an idle connection is kept: longer than a test pauses, so that a client never meets a closing one."""

_TICK_SECONDS = 0.02


class _OpenProtocol(H11Protocol):
    """Hands the transport of a connection to the application, under ``scope["state"]``: only a reset needs it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in its base
        super().connection_made(transport)
        # asyncio does so only for sockets whose protocol number is that of TCP; these have 0
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.app_state = {**self.app_state, "transport": transport}


class _Config(uvicorn.Config):
    """Takes an SSL context that exists, where uvicorn's own options name files."""

    def __init__(self, tls: ssl.SSLContext | None, app: ASGIApp, **options: Any) -> None:
        super().__init__(app, **options)
        self._tls = tls

    def load(self) -> None:
        """As in uvicorn, then with the context."""
        super().load()
        self.ssl = self._tls


class Server(uvicorn.Server):
    """Stops at once on a signal, open streams or not, and says when it is ready."""

    def __init__(self, app: ASGIApp, ready: Callable[[], None], tls: ssl.SSLContext | None = None) -> None:
        config = _Config(
            tls,
            app,
            http=_OpenProtocol,
            ws="websockets-sansio",
            ws_ping_interval=None,
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=_IDLE_SECONDS,
        )
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then call ``ready``."""
        await super().startup(sockets)
        self._ready()

    async def main_loop(self) -> None:
        """Wait for the end, with a finer tick than the tenth of a second of uvicorn, which has more to do."""
        while not self.should_exit:  # noqa: ASYNC110  (set by a signal handler, which can set no asyncio event)
            await asyncio.sleep(_TICK_SECONDS)

    def stop(self) -> None:
        """End the server within a few tenths of a second; may be called from any thread."""
        self.force_exit = True
        self.should_exit = True

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002  (uvicorn's signature)
        """A signal ends the process with exit code 0, and is not raised again."""
        self.stop()


def listen(port: int = 0) -> socket.socket:
    """A socket that listens on 127.0.0.1, on a free port when ``port`` is 0."""
    return socket.create_server(("127.0.0.1", port), backlog=_BACKLOG)
