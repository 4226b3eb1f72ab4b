"""Puts other things where cozepy looks for what opens WebSockets.

cozepy takes no connection, queue or event from outside, so its module is changed where it names them.
"""

from __future__ import annotations

import asyncio
import queue
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from types import MappingProxyType, ModuleType
from typing import Any, Final, Protocol

import websockets.asyncio.client
import websockets.sync.client

from coze_cassettes.session.attributes import Changes, Replaced

POLL_INTERVAL: Final = 0.01
"""Seconds between two checks of what another thread may have done."""


class WatchedSession(Protocol):
    """A session, as far as waiting for its WebSockets is concerned."""

    complaint: str
    fail: Callable[[str], Any]

    def check_silence(self, hint: str = "") -> None:
        """Give up if a WebSocket has been silent for too long; the hint says why that may be."""

    def check_readers(self, came: Callable[[], bool]) -> None:
        """Give up if no WebSocket is read any more and what the test waits for has not come."""

    def has_open_websockets(self) -> bool:
        """Whether a WebSocket is not closed yet."""


def watch_task(session: WatchedSession) -> None:
    """Cancel the running task as soon as its test cannot go on."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def check() -> None:
        session.check_silence()
        if session.complaint and task is not None:
            task.cancel()
        elif session.has_open_websockets():
            loop.call_later(POLL_INTERVAL, check)

    check()


class _Queue(queue.Queue[Any]):
    """A queue on which nobody waits for long: cozepy's client cannot be closed while its sender waits on it."""

    def get(self, block: bool = True, timeout: float | None = None) -> Any:  # noqa: FBT001, FBT002  as in its base
        return super().get(block, None if timeout is None else min(timeout, POLL_INTERVAL))


_WAITS_FOR_ALL: Final = (
    "\n  likely:  wait() of cozepy's sync clients ends only if the events that it names came and no others: pass it"
    " wait_all=False"
)


class _Event(threading.Event):
    """An event whose wait ends with its test."""

    def __init__(self, session: WatchedSession) -> None:
        super().__init__()
        self._session = session

    def wait(self, timeout: float | None = None) -> bool:
        if timeout is not None:
            return super().wait(timeout)
        while not super().wait(POLL_INTERVAL):
            self._session.check_silence(_WAITS_FOR_ALL)
            self._session.check_readers(self.is_set)
            if self._session.complaint:
                self._session.fail(self._session.complaint)
        return True


def _future(session: WatchedSession) -> asyncio.Future[None]:
    """What cozepy's async client waits for; the task that waits is cancelled as soon as that cannot come."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    future: asyncio.Future[None] = loop.create_future()

    def check() -> None:
        if future.done() or task is None:
            return
        session.check_readers(future.done)
        if session.complaint:
            task.cancel()
        else:
            loop.call_later(POLL_INTERVAL, check)

    check()
    return future


class _Variant:
    """A module but for some of what it has; not a copy, which every replayed test would pay for."""

    def __init__(self, module: ModuleType, **changed: object) -> None:
        vars(self).update(changed)
        self._module = module

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)


_CLIENT: Final = "cozepy.websockets.ws"
"""The module of cozepy that opens websockets, runs their threads and queues what is to be sent."""


@contextmanager
def connect_context(
    connect: Callable[..., Any], connect_async: Callable[..., Any], others: Changes = MappingProxyType({})
) -> Iterator[None]:
    """Put other functions in the place of those by which cozepy connects, and make other changes.

    The second returns what can be awaited, and for other hosts than Coze's also entered, as the one of ``websockets``.
    If a test is the first to import cozepy's module, that finds the functions where it looks for them, and gets the
    right one back afterwards.
    """
    original = websockets.asyncio.client.connect
    changes: dict[tuple[object, str], object] = {
        **others,
        (websockets.sync.client, "connect"): connect,
        (websockets.asyncio.client, "connect"): connect_async,
    }
    if client := sys.modules.get(_CLIENT):
        changes[client, "asyncio_connect"] = connect_async
    try:
        with Replaced(changes):
            yield
    finally:
        _put_right(client, original)


def patch_context(
    session: WatchedSession,
    connect: Callable[..., Any],
    connect_async: Callable[..., Any],
    others: Changes = MappingProxyType({}),
) -> AbstractContextManager[None]:
    """The same, and things for which nobody waits for long, as cozepy's module names them."""
    changes = {**others}
    if client := sys.modules.get(_CLIENT):
        changes[client, "queue"] = _Variant(queue, Queue=_Queue)
        changes[client, "asyncio"] = _Variant(asyncio, Future=partial(_future, session))
        changes[client, "threading"] = _Variant(threading, Event=partial(_Event, session))
    return connect_context(connect, connect_async, changes)


def _put_right(client: ModuleType | None, connect: object) -> None:
    if client is None and _CLIENT in sys.modules:
        vars(sys.modules[_CLIENT])["asyncio_connect"] = connect
