"""Finds what is packed inside bytes of another form: in a database, a program, a message with a head, behind a file."""

from __future__ import annotations

import bz2
import lzma
import re
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from coze_cassettes.codecs import compression
from coze_cassettes.codecs.encodings import CHARACTER_TAIL, is_readable, to_text
from coze_cassettes.codecs.opened import Opened, refuse_change
from coze_cassettes.errors import UnreadableBody

_BEGINNING = re.compile(
    rb"\x1f\x8b\x08|x[\x01\x5e\x9c\xda]|BZh[1-9]1AY&SY|\xfd7zXZ\0|PK\x03\x04|\x28\xb5\x2f\xfd"
    rb"|\x04\x22\x4d\x18[\x40-\x7f][\x40\x50\x60\x70]"
)
_LZ4: Final = b"\x04\x22\x4d\x18"
_PIXELS: Final = (b"IDAT", b"fdAT")
_LOCAL_HEADER: Final = struct.Struct("<4xHHH8xIIHH")
_HEADER_SIZE: Final = 30
_DEFLATED: Final = 8
_LAST_VERSION: Final = 63
"""The version of zip, times ten, that can unpack an entry (APPNOTE 4.4.3), at most."""

_OTHER_METHODS: Final = frozenset((1, 6, 9, 12, 14, 93, 95, 97, 98, 99))
"""How else an entry can be packed (APPNOTE 4.4.5): bzip2, LZMA, Zstandard, xz and more."""

_FIRST_STEP, _LAST_STEP = 512, 1 << 16
"""Bytes that are unpacked at a time: most that only looks like a beginning fails at once."""

_LEAST: Final = 8
"""Bytes of what is worth to be looked at."""

_SURE: Final = 64
"""Bytes up to the end of a file which can be unpacked by chance if they break off, and are a text then or nothing."""

_EFFORT: Final = 16
"""How often the bytes are read in search of packed ones, at most."""


class _Stream(Protocol):
    """What the decompressors of the standard library share."""

    @property
    def eof(self) -> bool:
        """Whether the end was read."""

    @property
    def unused_data(self) -> bytes:
        """What was given behind the end."""

    def decompress(self, data: bytes, /) -> bytes:
        """What some more bytes hold."""


@dataclass(frozen=True)
class _Packed:
    """Where packed bytes stand, and what they hold."""

    start: int
    end: int
    inner: bytes


_OPENERS: Final[dict[bytes, Callable[[], _Stream]]] = {
    b"\x1f": lambda: zlib.decompressobj(16 + zlib.MAX_WBITS),
    b"x": lambda: zlib.decompressobj(),  # noqa: PLW0108 - its parameters are no stream's
    b"B": bz2.BZ2Decompressor,
    b"\xfd": lambda: lzma.LZMADecompressor(memlimit=1 << 28),
    b"P": lambda: zlib.decompressobj(-zlib.MAX_WBITS),
    b"\x28": compression.ZstdStream,
}


def open_embedded(data: bytes) -> Opened | None:
    """What is packed in bytes, and what stands between; a value in what is packed cannot be replaced."""
    found = _packed_in(data)
    if not found:
        return None
    bounds = [0, *(bound for each in found for bound in (each.start, each.end)), len(data)]
    gaps = [data[start:end] for start, end in zip(bounds[::2], bounds[1::2], strict=True)]
    inner = [each.inner for each in found]

    def close(new: list[bytes]) -> bytes:
        if new[len(gaps) :] != inner:
            raise refuse_change(data, "a file with packed bytes inside")
        pieces = [new[0]]
        for each, gap in zip(found, new[1 : len(gaps)], strict=True):
            pieces += (data[each.start : each.end], gap)
        return b"".join(pieces)

    return Opened([*gaps, *inner], close, is_whole=False)


def _packed_in(data: bytes) -> list[_Packed]:
    found: list[_Packed] = []
    position, effort = 0, 0
    while (match := _BEGINNING.search(data, position)) is not None:
        each, read = _unpack(data, match)
        position = match.end() if each is None else max(each.end, match.end())
        effort += read
        if each is not None and len(each.inner) >= _LEAST:
            found.append(each)
        if effort > _EFFORT * len(data) + _LAST_STEP:
            raise UnreadableBody("more seems to be packed inside it than can be searched")
    return found


def _unpack(data: bytes, match: re.Match[bytes]) -> tuple[_Packed | None, int]:
    """What is packed behind a beginning, and how many bytes had to be read to see it."""
    start = match.start()
    if data[max(0, start - 4) : start] in _PIXELS:
        return None, 0
    if match[0].startswith(_LZ4):
        raise UnreadableBody("it holds an LZ4 frame, which cannot be opened")
    if match[0].startswith(b"P") and (start := _content_of_entry(data, start)) == 0:
        return None, 0
    stream, inner, at, step = _OPENERS[match[0][:1]](), bytearray(), start, _FIRST_STEP
    try:
        while not stream.eof and at < len(data):
            inner += stream.decompress(data[at : at + step])
            if len(inner) > compression.MAX_BYTES:
                raise UnreadableBody(compression.TOO_MUCH)
            at += step
            step = min(2 * step, _LAST_STEP)
    except (zlib.error, OSError, EOFError, lzma.LZMAError):
        return None, at + step - start
    end = min(at, len(data)) - len(stream.unused_data)
    if not stream.eof and end - start < _SURE and not is_readable(to_text(bytes(inner))[:-CHARACTER_TAIL]):
        return None, end - start
    return _Packed(start, end, bytes(inner)), end - start


def _content_of_entry(data: bytes, start: int) -> int:
    """Where the content of a file in a zip archive begins, if it is deflated; 0 if it is not."""
    if start + _HEADER_SIZE > len(data):
        return 0
    version, flags, method, _, _, name, extra = _LOCAL_HEADER.unpack_from(data, start)
    content = start + _HEADER_SIZE + name + extra
    if version > _LAST_VERSION or name == 0 or content > len(data):  # a table of what files begin with
        return 0
    if flags & 1:
        raise UnreadableBody("it holds an encrypted zip file")
    if method in _OTHER_METHODS:
        raise UnreadableBody("it holds a zip file that is packed in another way than by deflate")
    return content if method == _DEFLATED else 0
