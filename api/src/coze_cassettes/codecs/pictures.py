"""Opens PNG pictures: what they say beside their pixels."""

from __future__ import annotations

import struct
import zlib
from typing import Final

from coze_cassettes.codecs.compression import decompress_zlib
from coze_cassettes.codecs.opened import Opened

PNG_MAGIC: Final = b"\x89PNG\r\n\x1a\n"
_PIXELS: Final = (b"IDAT", b"fdAT")
_PACKED_TEXT: Final = (b"zTXt", b"iTXt", b"iCCP")


def open_png(data: bytes) -> Opened | None:
    """What a picture says beside its pixels."""
    chunks = _png_chunks(data)
    if chunks is None:
        return None
    members = [_unpack(name, body) for name, body in chunks if name not in _PIXELS]

    def close(new: list[bytes]) -> bytes:
        if new == members:
            return data
        bodies = iter(zip(members, new, strict=True))
        return PNG_MAGIC + b"".join(
            _png_chunk(name, body if name in _PIXELS else _repack(name, body, *next(bodies))) for name, body in chunks
        )

    return Opened(members, close)


def _png_chunks(data: bytes) -> list[tuple[bytes, bytes]] | None:
    chunks, position = [], len(PNG_MAGIC)
    while position < len(data):
        if position + 12 > len(data):
            return None
        (length,) = struct.unpack_from(">I", data, position)
        chunks.append((data[position + 4 : position + 8], data[position + 8 : position + 8 + length]))
        position += 12 + length
    return chunks if position == len(data) else None


def _png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _unpack(name: bytes, body: bytes) -> bytes:
    """The text of a packed text chunk behind its keyword, any other chunk as it is."""
    if name not in _PACKED_TEXT:
        return body
    head, inner = _text_of_chunk(name, body)
    return body if inner is None else head + b"\0" + inner


def _text_of_chunk(name: bytes, body: bytes) -> tuple[bytes, bytes | None]:
    keyword, _, rest = body.partition(b"\0")
    if name != b"iTXt":
        return keyword, decompress_zlib(rest[1:])
    if rest[:1] != b"\1":
        return keyword, None
    _, _, text = rest[2:].split(b"\0", 2) if rest.count(b"\0", 2) >= 2 else (b"", b"", rest)  # noqa: PLR2004  language, keyword
    return keyword, decompress_zlib(text)


def _repack(name: bytes, body: bytes, old: bytes, new: bytes) -> bytes:
    if old == new:
        return body
    if old == body:
        return new
    keyword, _, text = new.partition(b"\0")
    middle = b"\0" if name != b"iTXt" else b"\1\0\0\0"
    return keyword + b"\0" + middle + zlib.compress(text, 0)
