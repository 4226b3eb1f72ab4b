"""While replaying nothing reaches the network, whatever library tries."""

from __future__ import annotations

import _socket
import asyncio
import operator
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FunctionType

import pytest

from coze_cassettes.session import guard

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
    with guard.block_context(), pytest.raises(guard.NetworkBlocked, match="network blocked"):
        reach()


def test_the_message_says_what_to_do() -> None:
    """Which call, to where, and which marker would help."""
    with guard.block_context(), pytest.raises(guard.NetworkBlocked) as error:
        _connect()
    assert str(error.value) == (
        "network blocked in a replay: connect to '192.0.2.1'\n"
        "A test marked vcr replays its calls to Coze and no others. Mark it loopback if it needs a server on this\n"
        "machine, name a host that it may reach in allowed_hosts, or replace the call by a mock."
    )


def test_a_call_to_coze_has_a_message_of_its_own() -> None:
    """No marker opens the way to Coze, so none is named."""
    with guard.block_context(), pytest.raises(guard.NetworkBlocked) as error:
        socket.getaddrinfo("api.coze.com", 443)
    assert str(error.value) == (
        "network blocked in a replay: getaddrinfo to 'api.coze.com'\n"
        "Only what a test marked vcr sends with httpx, or over a WebSocket of cozepy, has a cassette to be replayed "
        "from:\n"
        "not an import, a hook, a fixture of a wider scope, an unmarked test or another library."
    )


def test_the_error_is_no_refused_connection() -> None:
    """A client must not take the block for an answer of the network."""
    assert not issubclass(guard.NetworkBlocked, OSError)


def test_socket_pairs_and_unix_sockets_pass(tmp_path: object) -> None:
    """An event loop works."""
    with guard.block_context():
        left, right = socket.socketpair()
        left.sendall(b"x")
        assert right.recv(1) == b"x"
        left.close()
        right.close()
        with socket.socket(socket.AF_UNIX) as client, pytest.raises(FileNotFoundError):
            client.connect(f"{tmp_path}/none")


def test_loopback_can_be_left_open() -> None:
    """Then only this machine's own addresses are allowed."""
    with guard.block_context(), guard.open_context(loopback=True):
        socket.getaddrinfo("127.0.0.1", 80)
        assert socket.getaddrinfo("localhost", 80)
        with pytest.raises(guard.NetworkBlocked):
            _connect()


# --- allowed hosts --------------------------------------------------------------------------------------------------


@contextmanager
def _server() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("pattern", ["127.0.0.1", r"127\.0\.0\.\d+", "localhost", "192.0.2.9|127.*"])
def test_an_allowed_host_is_reached(pattern: str) -> None:
    """By a regular expression of its name or of its address, as pytest-recording has it."""
    with _server() as port, guard.block_context([pattern]), socket.create_connection(("localhost", port)):
        pass


def test_a_name_allows_its_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client looks a name up and connects to the address that it got."""
    lookups = []

    def getaddrinfo(host: str, *_args: object) -> list[tuple[object, ...]]:
        lookups.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (OUTSIDE, 0))]

    with guard.block_context(["db[.]example"]), socket.socket() as client:
        client.setblocking(False)  # noqa: FBT003 - as in socket
        with pytest.raises(guard.NetworkBlocked):
            client.connect((OUTSIDE, 80))
        with suppress(OSError):
            socket.getaddrinfo("db.example", 80)
        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        with suppress(OSError):
            client.connect((OUTSIDE, 80))
    assert lookups == ["db.example"]


def test_other_hosts_stay_blocked() -> None:
    """One allowed host opens no other."""
    with guard.block_context(["127.0.0.1"]), pytest.raises(guard.NetworkBlocked):
        _connect()


@pytest.mark.parametrize("host", ["api.coze.com", "API.COZE.CN", "ws.coze.com.", "coze.cn", "api-eu.coze.com"])
def test_nothing_opens_the_way_to_coze(host: str) -> None:
    """Whatever is allowed; a replay never asks Coze."""
    with guard.block_context([".*"], loopback=True), pytest.raises(guard.NetworkBlocked, match="getaddrinfo"):
        socket.getaddrinfo(host, 443)


def test_further_hosts_can_be_allowed_for_a_while() -> None:
    """What was allowed before stays so, and afterwards it is as it was."""
    with _server() as port, guard.block_context():
        with guard.open_context(["127.0.0.1"]), socket.create_connection(("127.0.0.1", port)):
            pass
        with socket.socket() as client, pytest.raises(guard.NetworkBlocked):
            client.connect(("127.0.0.1", port))


def test_opening_blocks_nothing() -> None:
    """Where the network is not blocked it stays so."""
    with (
        _server() as port,
        guard._policy_context(None),
        guard.open_context(["elsewhere"]),
        socket.create_connection(("127.0.0.1", port)),
    ):
        pass


# --- event loops ----------------------------------------------------------------------------------------------------


async def _one() -> int:
    return 1


def test_event_loops_in_python_run() -> None:
    """asyncio's own, and every other that is written in Python."""
    with guard.block_context():
        assert asyncio.run(_one()) == 1


def test_an_event_loop_in_native_code_is_refused() -> None:
    """It connects below Python: here its start is called as native code calls it, from a frame without the name."""
    hooks = sys.get_asyncgen_hooks()
    start = operator.methodcaller("set_asyncgen_hooks", *hooks)
    with guard.block_context(), pytest.raises(guard.NetworkBlocked, match="uvloop"):
        start(sys)


def test_a_native_loop_in_a_thread_fails_the_test_that_waits_for_it() -> None:
    """Its thread ends, and a test that waits until a server has started in it would hang for ever."""
    start = operator.methodcaller("set_asyncgen_hooks", *sys.get_asyncgen_hooks())
    died = threading.Event()

    def serve() -> None:
        for _ in range(2):  # as asyncio.Runner does, which starts the loop again to close it
            with suppress(guard.NetworkBlocked):
                start(sys)
        died.set()

    def serve_and_wait() -> None:
        threading.Thread(target=serve).start()
        for _ in range(1000):
            time.sleep(0.01)

    with guard.block_context(), pytest.raises(guard.NetworkBlocked, match=r"uvicorn\.Config"):
        serve_and_wait()
    assert died.wait(10)


# --- cost -----------------------------------------------------------------------------------------------------------


def test_the_hook_is_a_function() -> None:
    """The interpreter calls a hook for each of its audit events, and a bound method four times as slowly."""
    assert isinstance(guard._hook, FunctionType)
