"""Multipart bodies: opened into their parts, put together again exactly."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from coze_cassettes.errors import UnreadableBody

BOUNDARY: Final = "BOUNDARY_1"
"""The boundary that every multipart body gets, since the SDK makes a new one for each request."""

_BOUNDARY_PARAMETER = re.compile(r'boundary="?([^";\s]+)"?', re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """One part of a multipart body: its header lines as they are, and its content."""

    head: str
    content: bytes

    def parameter(self, name: str) -> str:
        """A parameter of Content-Disposition, ``name`` or ``filename``, or an empty string."""
        match = re.search(rf'\b{name}="([^"\r\n]*)"', self.head)
        return match[1] if match else ""

    @property
    def content_type(self) -> str:
        """What the part says that it is, or an empty string."""
        match = re.search(r"(?im)^content-type:[ \t]*([^\r\n]*)", self.head)
        return match[1].strip() if match else ""


def boundary_of(content_type: str) -> str:
    """The boundary that a Content-Type names, or an empty string."""
    match = _BOUNDARY_PARAMETER.search(content_type)
    return match[1] if match else ""


def with_boundary(content_type: str, boundary: str) -> str:
    """A multipart Content-Type with another boundary."""
    return _BOUNDARY_PARAMETER.sub(f"boundary={boundary}", content_type)


def split_multipart(body: bytes, boundary: str) -> list[Part]:
    """The parts of a multipart body; UnreadableBody if it does not follow its boundary."""
    delimiter = b"--" + boundary.encode()
    pieces = (b"\r\n" + body).split(b"\r\n" + delimiter)
    if not boundary or len(pieces) == 1 or pieces[0] or not pieces[-1].startswith(b"--"):
        raise UnreadableBody("a multipart body does not follow its boundary")
    parts = []
    for piece in pieces[1:-1]:
        head, gap, content = piece.partition(b"\r\n\r\n")
        if not gap:
            raise UnreadableBody("a part of a multipart body has no end of its header")
        parts.append(Part(head.decode("utf-8", "surrogateescape").removeprefix("\r\n"), content))
    return parts


def join_multipart(parts: Sequence[Part], boundary: str) -> bytes:
    """The body that ``split_multipart`` opened."""
    delimiter = b"--" + boundary.encode()
    body = b"".join(
        delimiter + b"\r\n" + part.head.encode("utf-8", "surrogateescape") + b"\r\n\r\n" + part.content + b"\r\n"
        for part in parts
    )
    return body + delimiter + b"--\r\n"
