"""Sends requests to the target by way of router, throttle, retry policy.

The steps are one generator, which knows neither httpx nor websockets: it yields the seconds to wait and asks for the
request to be sent; ``run`` and ``run_async`` drive it.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from itertools import count
from typing import Final, Protocol, TypeVar

import httpx

from coze_cassettes.errors import CassetteError
from coze_cassettes.session.refusals import refusal
from coze_cassettes.session.retry import is_busy
from coze_cassettes.session.routing import Router
from coze_cassettes.session.throttle import Throttle


class Answer(Protocol):
    """What the steps need to know of an answer; ``start`` is its body if that is short, else the beginning."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    @property
    def start(self) -> bytes:
        """The body, as far as it was read."""

    def header(self, name: str) -> str:
        """The first value of a header, or an empty string."""


A = TypeVar("A", bound=Answer)


@dataclass(frozen=True)
class Send:
    """A step: send the request now."""


SEND: Final = Send()
Steps = Generator[float | Send, A, A]


class Wire:
    """The way to the target; one for a test, or for a run of something else.

    ``faults_expected`` says whether an answer that says that the service is busy is what a test wants to record;
    ``note_refusal`` gets why a request is refused, since a test may catch the error. ``token`` is the account's.
    """

    def __init__(
        self,
        target: str,
        throttle: Throttle,
        faults_expected: Callable[[], bool] = lambda: False,
        note_refusal: Callable[[str], None] = lambda _: None,
        token: str = "",
    ) -> None:
        """Take the target's origin, and the throttle of the run."""
        self.router = Router(target)
        self.throttle = throttle
        self._faults_expected = faults_expected
        self._note_refusal = note_refusal
        self._token = token

    def steps(self, method: str, url: httpx.URL) -> Steps[A]:
        """Waits and sends until an answer stands, and returns that; CassetteError if the request is refused."""
        try:
            return (yield from self._steps(method, url))
        except CassetteError as error:
            self._note_refusal(str(error))
            raise

    def require_account(self, authorization: str, answer: Answer) -> None:
        """CassetteError if Coze answers the account's own token, whatever was asked, by refusing the account.

        A test that expects some refusal would keep that one.
        """
        if not self._token or authorization != f"Bearer {self._token}" or self._faults_expected():
            return
        if message := refusal(answer.start):
            self._note_refusal(message)
            raise CassetteError(message)

    def _steps(self, method: str, url: httpx.URL) -> Steps[A]:
        yield self.throttle.delay(method, url.raw_path.decode("ascii"))
        for attempt in count(1):
            answer = yield SEND
            delay = self._retry_delay(attempt, url, answer)
            if delay is None:
                self.router.require_arrival(method, url, answer.status, answer.header("location"))
                return answer
            yield delay
        raise AssertionError

    def _retry_delay(self, attempt: int, url: httpx.URL, answer: Answer) -> float | None:
        """The seconds after which the request is sent once more; None if the answer stands."""
        if self.router.follows(url, answer.status, answer.header("location")):
            return 0.0
        if self._faults_expected() or not is_busy(answer.status, answer.start):
            return None
        return self.throttle.retry_delay(attempt, answer.status, answer.header("retry-after"))


def run(steps: Steps[A], send: Callable[[], A]) -> A:
    """Take steps in this thread."""
    try:
        step = next(steps)
        while True:
            if isinstance(step, Send):
                step = steps.send(send())
            else:
                if step:
                    time.sleep(step)
                step = next(steps)
    except StopIteration as done:
        answer: A = done.value
        return answer


async def run_async(steps: Steps[A], send: Callable[[], Awaitable[A]]) -> A:
    """Take steps in this task, of asyncio or trio."""
    try:
        step = next(steps)
        while True:
            if isinstance(step, Send):
                step = steps.send(await send())
            else:
                if step:
                    await _sleep(step)
                step = next(steps)
    except StopIteration as done:
        answer: A = done.value
        return answer


async def _sleep(seconds: float) -> None:
    import anyio  # noqa: PLC0415  httpx brings it, and a replay needs none of it

    await anyio.sleep(seconds)
