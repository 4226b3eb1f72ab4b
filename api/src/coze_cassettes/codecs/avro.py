"""Opens Avro files whose blocks are packed by deflate without a head, which nothing else tells (Avro 1.12, 4.5)."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Final

from coze_cassettes.codecs import compression
from coze_cassettes.codecs.opened import Opened, refuse_change
from coze_cassettes.errors import UnreadableBody

MAGIC: Final = b"Obj\x01"
_CODEC = re.compile(rb"\x14avro\.codec.([a-z]{2,12})", re.DOTALL)
_SYNC: Final = 16
"""Bytes of the mark that stands behind the head and behind each block."""

_LONGEST_NUMBER: Final = 10
_REACH: Final = 1 << 16


def open_avro(data: bytes) -> Opened | None:
    """The head of a file and its blocks; None if they are not packed, or by what is known by its first bytes."""
    codec = _CODEC.search(data, 0, _REACH)
    if codec is None or codec[1] not in (b"deflate", b"snappy"):
        return None
    if codec[1] == b"snappy":
        raise UnreadableBody("it is an Avro file packed by snappy, which cannot be opened")
    mark = data[-_SYNC:]
    head, *blocks = data.split(mark)
    members = [head, mark, *_inflated(block for block in blocks if block)]

    def close(new: list[bytes]) -> bytes:
        if new != members:
            raise refuse_change(data, "an Avro file")
        return data

    return Opened(members, close, is_whole=False)


def _inflated(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """What each block holds, behind the number of its rows and that of its bytes."""
    size = 0
    for block in blocks:
        stream = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            inner = stream.decompress(block[_numbers(block) :], compression.MAX_BYTES + 1 - size)
        except zlib.error as error:
            raise UnreadableBody("it is an Avro file that cannot be opened") from error
        size += len(compression.require_bounds(inner))
        yield inner


def _numbers(block: bytes) -> int:
    """Bytes of the two numbers that a block begins with; the last of each is below 128."""
    ends = [at + 1 for at, byte in enumerate(block[: 2 * _LONGEST_NUMBER]) if byte < 1 << 7]
    return ends[1] if len(ends) > 1 else 0
