"""Blocks the network while replaying: connect, DNS, UDP, through ``socket`` and ``_socket``, in fixtures too.

An audit hook sees every one of these whatever library makes it; a hook cannot be taken out again, so it is installed
once and asks a policy that can be changed. Socket pairs and Unix sockets are no network and pass.
"""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

EVENTS: Final = frozenset(
    {
        "socket.connect",
        "socket.sendto",
        "socket.sendmsg",
        "socket.getaddrinfo",
        "socket.gethostbyname",
        "socket.gethostbyaddr",
        "socket.getnameinfo",
    }
)
"""The audit events of the interpreter that reach for another machine."""


class NetworkBlocked(RuntimeError):
    """Something reached for the network during a replay.

    No OSError, so that no client takes it for a refused connection and a test of refusals stays honest.
    """


class _Policy:
    """What is allowed at this moment: ``None`` everything, else only loopback or nothing."""

    def __init__(self) -> None:
        self.installed = False
        self.blocked = False
        self.loopback = False


_policy = _Policy()


def _address(arguments: tuple[object, ...], event: str) -> object:
    position = 0 if event.startswith("socket.get") else 1
    return arguments[position] if len(arguments) > position else None


def _is_loopback(address: object) -> bool:
    host = address[0] if isinstance(address, tuple) and address else address
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in ("localhost", "", None):
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if event not in EVENTS or not _policy.blocked:
        return
    address = _address(arguments, event)
    if address is None and event in ("socket.sendmsg", "socket.sendto"):
        return  # already connected: the connect was judged
    if event.startswith(("socket.connect", "socket.send")) and isinstance(address, str | bytes):
        return  # a Unix socket
    if _policy.loopback and _is_loopback(address):
        return
    host = address[0] if isinstance(address, tuple) and address else address
    raise NetworkBlocked(
        f"{event.removeprefix('socket.')} to {host!r} while replaying: the network is blocked. "
        "Mark the test vcr so that it replays a cassette, or loopback if it needs a local server."
    )


@contextmanager
def blocked() -> Iterator[None]:
    """Block the network, this machine's own addresses included."""
    if not _policy.installed:
        sys.addaudithook(_hook)
        _policy.installed = True
    before = _policy.blocked
    _policy.blocked = True
    try:
        yield
    finally:
        _policy.blocked = before


@contextmanager
def loopback_allowed() -> Iterator[None]:
    """Spare this machine's own addresses where the network is blocked."""
    before = _policy.loopback
    _policy.loopback = True
    try:
        yield
    finally:
        _policy.loopback = before
