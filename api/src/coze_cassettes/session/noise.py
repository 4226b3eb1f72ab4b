"""Sets aside the large bytes of a request, which no message shows: to search them takes seconds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from coze_cassettes.cassette.model import Request, header
from coze_cassettes.codecs import multipart
from coze_cassettes.errors import UnreadableBody

_LARGE: Final = 1 << 16
"""Bytes from which on it takes a while to search them for values in all encodings."""

_COMPARED: Final = 32
"""Bytes of noise at its beginning and end: one of them is as it was where a value in it became a placeholder."""


@dataclass(frozen=True)
class Aside:
    """A request with marks in the place of its noise."""

    request: Request
    contents: Mapping[bytes, bytes] = field(default_factory=dict)

    def restored(self, clean: Request) -> Request:
        """The scrubbed request with its noise."""
        body = clean.body
        for mark, content in self.contents.items():
            body = body.replace(mark, content, 1)
        return replace(clean, body=body)

    def may_be_one_of(self, recorded: Iterable[Request]) -> bool:
        """Whether a recorded request begins or ends its noise as this one does."""
        bodies = [each.body for each in recorded]
        return all(
            any(content[:_COMPARED] in body or content[-_COMPARED:] in body for body in bodies)
            for content in self.contents.values()
        )


def set_aside(request: Request) -> Aside:
    """A request without the bytes that are neither text nor a file that the scrubber opens."""
    if len(request.body) < _LARGE:
        return Aside(request)
    boundary = multipart.boundary_of(header(request.headers, "content-type"))
    try:
        parts = multipart.split_multipart(request.body, boundary)
    except UnreadableBody:
        if not _is_noise(request.body):
            return Aside(request)
        return Aside(replace(request, body=_mark(0)), {_mark(0): request.body})
    contents = {_mark(n): part.content for n, part in enumerate(parts) if _is_noise(part.content)}
    marked = [replace(part, content=_mark(n)) if _mark(n) in contents else part for n, part in enumerate(parts)]
    return Aside(replace(request, body=multipart.join_multipart(marked, boundary)), contents)


def _mark(number: int) -> bytes:
    return f"noise of part {number}".encode()


def _is_noise(content: bytes) -> bool:
    if len(content) < _LARGE:
        return False
    try:
        content.decode()
    except UnicodeDecodeError:
        return not _opens(content)
    return False


def _opens(content: bytes) -> bool:
    from coze_cassettes.codecs import containers  # noqa: PLC0415  which a replay without large bytes does not need

    try:
        return containers.open_container(content) is not None
    except UnreadableBody:
        return True
