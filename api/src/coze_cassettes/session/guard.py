"""Guards a replay against the network: connect, DNS, UDP, through ``socket`` or ``_socket``, in fixtures too.

An audit hook sees every one of these whatever library makes it; a hook cannot be taken out again, so it is installed
once and asks a policy that can be changed. Socket pairs and Unix sockets are not a network and pass. What does not go
through Python's sockets goes round it: an event loop in native code such as uvloop is refused when it starts to run;
a child process, pycurl and a loop that runs already are not seen.
"""

from __future__ import annotations

import ctypes
import ipaddress
import re
import socket
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from typing import Final

from coze_cassettes.session.attributes import Replaced
from coze_cassettes.session.builtin_functions import copy_of
from coze_cassettes.session.threads import frames

COZE_DOMAINS: Final = ("coze.com", "coze.cn")
"""Domains that no setting opens in a replay."""

_REACHES_OUT: Final = frozenset(
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

_LOOP_STARTS: Final = "sys.set_asyncgen_hook_finalizer"
"""The first audit event of an event loop that begins to run."""

_EVENTS: Final = _REACHES_OUT | {_LOOP_STARTS}

_real_sleep: Final = copy_of(time.sleep)


_OTHER_BLOCKED: Final = (
    "A test marked vcr replays its calls to Coze and no others. Mark it loopback if it needs a server on this\n"
    "machine, name a host that it may reach in allowed_hosts, or replace the call by a mock."
)
_COZE_BLOCKED: Final = (
    "Only what a test marked vcr sends with httpx, or over a WebSocket of cozepy, has a cassette to be replayed from:\n"
    "not an import, a hook, a fixture of a wider scope, an unmarked test or another library."
)


class NetworkBlocked(RuntimeError):
    """Something reached for the network during a replay.

    No OSError, so that no client takes it for a refused connection and a test of refusals stays honest.
    """


class NativeLoopRefused(NetworkBlocked):
    """An event loop begins to run that the block of the network does not see."""

    def __init__(self) -> None:
        """Say what to do; without arguments, since another thread may be given the class only."""
        super().__init__(
            "An event loop in native code, such as uvloop, connects where the block of the network does not see it: "
            "let the test, and a server that it runs in a thread, run on asyncio's own event loop "
            '(uvicorn.Config(..., loop="asyncio")).'
        )


@dataclass(frozen=True)
class Policy:
    """What passes while the network is blocked: patterns of hosts, this machine's own addresses."""

    allowed_hosts: tuple[str, ...] = ()
    loopback: bool = False

    def allows(self, host: str) -> bool:
        """Whether a name or address may be reached; patterns match at its start, as pytest-recording's do."""
        if is_of_coze(host):
            return False
        if _is_loopback(host):
            return self.loopback or self._matches(host) or self._matches("localhost")
        return self._matches(host)

    def _matches(self, host: str) -> bool:
        return any(re.match(pattern, host) for pattern in self.allowed_hosts)


class _State:
    """The policy of this moment, none while nothing is replayed; one for the process, as the audit hook is."""

    def __init__(self) -> None:
        self.policy: Policy | None = None
        self.names: set[str] = set()
        self.of_thread = threading.local()


_state: Final = _State()


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    """Judge an audit event; a function, since the interpreter calls a method four times as slowly."""
    if event not in _EVENTS or _state.policy is None:
        return
    if event == _LOOP_STARTS:
        _refuse_native_loop()
        return
    host = _host_of(event, arguments)
    if host is not None and not _passes(_state.policy, event, host):
        why = _COZE_BLOCKED if is_of_coze(host) else _OTHER_BLOCKED
        raise NetworkBlocked(f"network blocked in a replay: {event.removeprefix('socket.')} to {host!r}\n{why}")


def _passes(policy: Policy, event: str, host: str) -> bool:
    if getattr(_state.of_thread, "looks_up", False):
        return True
    if event.startswith("socket.get") and _is_loopback(host):
        return True  # nobody is asked for it, and a client that may connect by address looks its name up first
    if not policy.allows(host):
        return not is_of_coze(host) and _is_address_of_allowed(policy, host)
    if event == "socket.getaddrinfo":
        _state.names.add(host)
    return True


def _is_address_of_allowed(policy: Policy, address: str) -> bool:
    """Whether a name that is allowed, and has been looked up, has this address."""
    return any(address in _addresses(name) for name in tuple(_state.names) if policy.allows(name))


def _addresses(name: str) -> set[str]:
    _state.of_thread.looks_up = True
    try:
        return {str(found[4][0]) for found in socket.getaddrinfo(name, None)}
    except OSError:
        return set()
    finally:
        _state.of_thread.looks_up = False


@cache
def _install() -> None:
    sys.addaudithook(_hook)


def _policy_context(policy: Policy | None) -> AbstractContextManager[None]:
    return Replaced({(_state, "policy"): policy})


def block_context(allowed_hosts: Sequence[str] = (), *, loopback: bool = False) -> AbstractContextManager[None]:
    """Block the network but for some hosts, given as regular expressions, and perhaps this machine's own addresses."""
    _install()
    return _policy_context(Policy(tuple(allowed_hosts), loopback))


def coze_blocked_context() -> AbstractContextManager[None]:
    """Block Coze's hosts and no others."""
    return block_context([""], loopback=True)


def open_context(allowed_hosts: Sequence[str] = (), *, loopback: bool = False) -> AbstractContextManager[None]:
    """Let more pass where the network is blocked: further hosts, this machine's own addresses."""
    policy = _state.policy
    return _policy_context(
        policy and Policy((*policy.allowed_hosts, *allowed_hosts), loopback=policy.loopback or loopback)
    )


def is_of_coze(host: str) -> bool:
    """Whether a host is one of Coze's."""
    name = host.lower().rstrip(".")
    return any(name == domain or name.endswith(f".{domain}") for domain in COZE_DOMAINS)


def _host_of(event: str, arguments: tuple[object, ...]) -> str | None:
    """The host that an event reaches for, none if it is a Unix socket, or connected already and judged then."""
    if event.startswith("socket.get"):
        host = arguments[0]
    elif len(arguments) > 1 and isinstance(arguments[1], tuple) and arguments[1]:
        host = arguments[1][0]
    else:
        return None
    if isinstance(host, tuple):
        host = host[0]
    return host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")


def _is_loopback(host: str) -> bool:
    if host in ("localhost", ""):
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse_native_loop() -> None:
    """Raise if the caller is not Python code: then no frame of its own names the function that it calls."""
    caller = sys._getframe(2).f_code  # noqa: SLF001 - documented; the audit event does not say who causes it
    if "set_asyncgen_hooks" not in caller.co_names:
        if threading.current_thread() is not threading.main_thread() and not hasattr(_state.of_thread, "is_refused"):
            _state.of_thread.is_refused = True  # a loop that cannot run is started again to be closed
            _raise_in_main_thread(NativeLoopRefused)
        raise NativeLoopRefused


def _raise_in_main_thread(error: type[Exception]) -> None:
    """Let the test fail too: it may wait for a thread that has just ended, and would do so for ever.

    Not while it starts a thread: an exception in the middle of that leaves ``threading`` in disorder.
    """
    main = threading.main_thread().ident or 0
    while _is_starting_a_thread(main):
        _real_sleep(0.001)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(main), ctypes.py_object(error))


def _is_starting_a_thread(ident: int) -> bool:
    frame = frames().get(ident)
    while frame is not None and frame.f_code is not threading.Thread.start.__code__:
        frame = frame.f_back
    return frame is not None
