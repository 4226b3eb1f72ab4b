"""Keeps chunk boundaries and transport faults, and replays them.

vcrpy knows neither. Below it, ``routing`` notes how an answer came and writes that into pseudo headers; above it, the
answer is delivered again in the same chunks and ends in the same fault. A cassette keeps both beside the body.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Final

import httpcore
import httpx

CHUNKS_HEADER: Final = "x-cassette-chunks"
FAULT_HEADER: Final = "x-cassette-fault"
INDEX_HEADER: Final = "x-cassette-index"
PSEUDO_HEADERS: Final = frozenset({CHUNKS_HEADER, FAULT_HEADER, INDEX_HEADER})

NO_RESPONSE: Final = 0
"""The status that stands for: no answer came."""

FAULTS: Final = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError)
"""What can go wrong with a connection; httpx has an exception of the same name for each."""


@dataclass(frozen=True)
class Read:
    """How a body came: its chunks, and the exception that ended it."""

    chunks: tuple[bytes, ...]
    fault: Exception | None = None


def read(response: httpcore.Response) -> Read:
    """Read a response to its end, good or bad, and give its connection back."""
    chunks: list[bytes] = []
    try:
        chunks.extend(response.iter_stream())
    except FAULTS as error:
        return Read(tuple(chunks), error)
    finally:
        response.close()
    return Read(tuple(chunks))


async def aread(response: httpcore.Response) -> Read:
    """The same for an async response."""
    chunks: list[bytes] = []
    try:
        async for chunk in response.aiter_stream():
            chunks.append(chunk)  # noqa: PERF401 - what came before a fault must be kept
    except FAULTS as error:
        return Read(tuple(chunks), error)
    finally:
        await response.aclose()
    return Read(tuple(chunks))


def pseudo_headers(how: Read) -> list[tuple[bytes, bytes]]:
    """What ``how`` says, as headers that pass through vcrpy."""
    sizes = ",".join(str(len(chunk)) for chunk in how.chunks if chunk)
    headers = [(CHUNKS_HEADER.encode(), sizes.encode())] if "," in sizes else []
    fault = [(FAULT_HEADER.encode(), type(how.fault).__name__.encode())] if how.fault else []
    return headers + fault


class _Delivery(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that arrives in given chunks and may end in a fault."""

    def __init__(self, chunks: list[bytes], fault: httpx.TransportError | None) -> None:
        self.chunks = chunks
        self.fault = fault

    def __iter__(self) -> Iterator[bytes]:
        yield from self.chunks
        if self.fault is not None:
            raise self.fault

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            yield chunk
        if self.fault is not None:
            raise self.fault


def _cut(body: bytes, sizes: str) -> list[bytes]:
    chunks, position = [], 0
    for size in filter(None, sizes.split(",")):
        chunks.append(body[position : position + int(size)])
        position += int(size)
    return [chunk for chunk in (*chunks, body[position:]) if chunk]


def _fault(name: str, request: httpx.Request) -> httpx.TransportError | None:
    if not name:
        return None
    error: type[httpx.TransportError] = getattr(httpx, name)
    return error(f"{name}, as it was recorded", request=request)


def delivered(response: httpx.Response, body: bytes, request: httpx.Request) -> httpx.Response:
    """The response as it came over the wire: in its chunks, without pseudo headers, with its fault.

    Raises the fault if no response came at all.
    """
    fault = _fault(response.headers.get(FAULT_HEADER, ""), request)
    if response.status_code == NO_RESPONSE and fault is not None:
        raise fault
    headers = [(name, value) for name, value in response.headers.multi_items() if name not in PSEUDO_HEADERS]
    stream = _Delivery(_cut(body, response.headers.get(CHUNKS_HEADER, "")), fault)
    return httpx.Response(response.status_code, headers=headers, stream=stream, extensions=response.extensions)
