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
    parts = [[] if name in _PIXELS else _unpack(name, body) for name, body in chunks]
    members = [each for several in parts for each in several]

    def close(new: list[bytes]) -> bytes:
        if new == members:
            return data
        left = iter(new)
        written = ([next(left) for _ in several] for several in parts)
        return PNG_MAGIC + b"".join(
            _png_chunk(name, _repack(name, body, *both))
            for (name, body), both in zip(chunks, zip(parts, written, strict=True), strict=True)
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


def _unpack(name: bytes, body: bytes) -> list[bytes]:
    """The keyword of a text chunk, and its text by itself: in UTF-16 it would go on with the last letter before."""
    if name == b"tEXt":
        keyword, _, text = body.partition(b"\0")
        return [keyword, text]
    if name not in _PACKED_TEXT:
        return [body]
    keyword, inner = _text_of_chunk(name, body)
    return [body] if inner is None else [keyword, inner]


def _text_of_chunk(name: bytes, body: bytes) -> tuple[bytes, bytes | None]:
    keyword, _, rest = body.partition(b"\0")
    if name != b"iTXt":
        return keyword, decompress_zlib(rest[1:])
    if rest[:1] != b"\1":
        return keyword, None
    _, _, text = rest[2:].split(b"\0", 2) if rest.count(b"\0", 2) >= 2 else (b"", b"", rest)  # noqa: PLR2004  language, keyword
    return keyword, decompress_zlib(text)


def _repack(name: bytes, body: bytes, old: list[bytes], new: list[bytes]) -> bytes:
    if old == new:
        return body
    if len(new) == 1:
        return new[0]
    keyword, text = new
    if name == b"tEXt":
        return keyword + b"\0" + text
    middle = b"\0" if name != b"iTXt" else b"\1\0\0\0"
    return keyword + b"\0" + middle + zlib.compress(text, 0)
