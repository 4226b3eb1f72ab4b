"""The answer that is a stream of server-sent events."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from coze_standin import sse
from coze_standin.calls import Events
from coze_standin.faults import PendingFault, apply_fault

Sleep = Callable[[float], Awaitable[None]]

_FRAME_END = b"\n\n"


class StreamResponse(Response):
    """Plays the script of a stream; stops when the client goes away, or when the events are cut short."""

    def __init__(
        self, events: Events, status: int, fault: PendingFault | None, rng: random.Random, sleep: Sleep
    ) -> None:
        super().__init__(status_code=status, media_type="text/event-stream")
        del self.headers["content-length"]
        self._events = events
        self._steps = apply_fault(fault, events.style, events.events)
        self._rng = rng
        self._sleep = sleep
        self._last_bytes = _FRAME_END

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  (ASGI's signature)
        """Play until the end of the script, a break in it, or the end of the client."""
        playing = asyncio.create_task(self._play(send))
        leaving = asyncio.create_task(_wait_for_disconnect(receive))
        try:
            done, _ = await asyncio.wait({playing, leaving}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self._events.finish()
            playing.cancel()
            leaving.cancel()
            await asyncio.gather(playing, leaving, return_exceptions=True)

    async def _play(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        for step in sse.schedule(self._steps, self._rng):
            match step:
                case sse.Send(data):
                    if await self._cut_short(data, send):
                        break
                    await self._write(data, send)
                case sse.Burst(data):
                    await self._write(data, send)
                case sse.Wait(seconds):
                    await self._sleep(seconds)
                case sse.Break():
                    return  # an answer that is left unfinished makes uvicorn close the connection
        self._events.finish()  # before the end, so that a client that has read it finds the chat or the run finished
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _cut_short(self, coming: bytes, send: Send) -> bool:
        """Whether the stream ends here with other events; an event that has begun is still sent whole."""
        events = self._events.cut_short()
        if not events:
            return False
        if not self._last_bytes.endswith(_FRAME_END):
            head, end, _ = coming.partition(_FRAME_END)
            if not end:
                return False
            await self._write(head + end, send)
        for number, event in enumerate(events):
            await self._write(self._events.style.frame(number, event), send)
        return True

    async def _write(self, data: bytes, send: Send) -> None:
        self._last_bytes = (self._last_bytes + data)[-len(_FRAME_END) :]
        await send({"type": "http.response.body", "body": data, "more_body": True})


async def _wait_for_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
