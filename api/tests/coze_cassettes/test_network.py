"""While replaying nothing reaches the network, whatever library tries."""

from __future__ import annotations

import _socket
import socket
from collections.abc import Callable

import pytest

from coze_cassettes.session import network

OUTSIDE = "192.0.2.1"
"""An address that is reserved for documentation."""


def _connect() -> None:
    with socket.socket() as client:
        client.connect((OUTSIDE, 80))


def _connect_low() -> None:
    client = _socket.socket()
    try:
        client.connect_ex((OUTSIDE, 80))
    finally:
        client.close()


def _udp() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as client:
        client.sendto(b"x", (OUTSIDE, 53))


def _resolve() -> None:
    socket.getaddrinfo("api.coze.com", 443)


def _resolve_old() -> None:
    socket.gethostbyname("api.coze.com")


def _local() -> None:
    with socket.socket() as client:
        client.connect(("127.0.0.1", 9))


@pytest.mark.parametrize("reach", [_connect, _connect_low, _udp, _resolve, _resolve_old, _local])
def test_every_way_out_is_blocked(reach: Callable[[], None]) -> None:
    """Connect, connect_ex below ``socket``, UDP, DNS, this machine's own ports too."""
    with network.blocked(), pytest.raises(network.NetworkBlocked, match="the network is blocked"):
        reach()


def test_the_message_says_what_to_do() -> None:
    """Which call, to where, and which marker would help."""
    with network.blocked(), pytest.raises(network.NetworkBlocked) as error:
        _connect()
    assert str(error.value) == (
        "connect to '192.0.2.1' while replaying: the network is blocked. "
        "Mark the test vcr so that it replays a cassette, or loopback if it needs a local server."
    )


def test_the_error_is_no_refused_connection() -> None:
    """A client must not take the block for an answer of the network."""
    assert not issubclass(network.NetworkBlocked, OSError)


def test_socket_pairs_and_unix_sockets_pass(tmp_path: object) -> None:
    """An event loop works."""
    with network.blocked():
        left, right = socket.socketpair()
        left.sendall(b"x")
        assert right.recv(1) == b"x"
        left.close()
        right.close()
        with socket.socket(socket.AF_UNIX) as client, pytest.raises(FileNotFoundError):
            client.connect(f"{tmp_path}/none")


def test_loopback_can_be_left_open() -> None:
    """Then only this machine's own addresses are allowed."""
    with network.blocked(), network.loopback_allowed():
        socket.getaddrinfo("127.0.0.1", 80)
        with pytest.raises(network.NetworkBlocked):
            _connect()
