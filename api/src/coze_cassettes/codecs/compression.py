"""Undoes what makes a body smaller, within bounds: gzip, deflate, Brotli, Zstandard."""

from __future__ import annotations

import gzip
import importlib
import io
import zlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from coze_cassettes.errors import UnreadableBody

MAX_BYTES: Final = 32 * 1024 * 1024
"""Size in bytes beyond which a decompressed body is refused."""

TOO_MUCH: Final = f"it unpacks to more than {MAX_BYTES} bytes"
_GZIP_MAGIC: Final = b"\x1f\x8b\x08"
_ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"
_GZIP_HEAD: Final = _GZIP_MAGIC + b"\0\0\0\0\0\0\xff"
_STEP: Final = 64 * 1024
"""Bytes of an unpacked body that are asked for at a time."""

_ZSTD_STEP: Final = 256
"""Bytes of a Zstandard body that are read at a time: they unpack to 8 MiB at most."""


def decompress(body: bytes, encoding: str, *, may_break_off: bool = False) -> bytes:
    """A body without its content encoding, several in a row too; UnreadableBody if it has not what it says.

    Of one that may break off there is what its bytes give, as a client has it that stops reading.
    """
    for name in reversed([part.strip().lower() for part in encoding.split(",") if part.strip()]):
        opener = _OPENERS.get(name)
        if opener is None:
            raise UnreadableBody(f"the content encoding {name!r} cannot be opened")
        try:
            body = opener(body, may_break_off=may_break_off)
        except (OSError, EOFError, zlib.error) as error:
            raise UnreadableBody(f"Content-Encoding is {name}, but the body is not {name} data") from error
    return body


def decompress_file(raw: bytes) -> bytes | None:
    """What is in a gzip or Zstandard file, recognized by its first bytes, or None; UnreadableBody if it is a bomb."""
    opener = _gunzip if raw.startswith(_GZIP_MAGIC) else _unzstd if raw.startswith(_ZSTD_MAGIC) else None
    if opener is None:
        return None
    try:
        return opener(raw, may_break_off=False)
    except (OSError, EOFError, zlib.error):
        return None


_NAMED: Final = 0x1C
_EXTRA, _NAME, _COMMENT = 4, 8, 16
_FIXED: Final = 10


def gzip_head(raw: bytes) -> bytes:
    """What a gzip file says before its content beside the fixed fields: additions, a name, a comment."""
    if not raw.startswith(_GZIP_MAGIC) or not raw[3] & _NAMED:
        return b""
    end = _FIXED + (2 + int.from_bytes(raw[_FIXED : _FIXED + 2], "little") if raw[3] & _EXTRA else 0)
    for flag in (_NAME, _COMMENT):
        end = raw.find(b"\0", end) + 1 if raw[3] & flag else end
    return raw[_FIXED : max(end, _FIXED)]


def store_gzip(content: bytes) -> bytes:
    """A gzip file of a content, not made smaller: the same bytes on every machine, whatever its zlib."""
    deflated = zlib.compressobj(0, zlib.DEFLATED, -zlib.MAX_WBITS)
    tail = zlib.crc32(content).to_bytes(4, "little") + (len(content) & 0xFFFFFFFF).to_bytes(4, "little")
    return _GZIP_HEAD + deflated.compress(content) + deflated.flush() + tail


def require_bounds(body: bytes) -> bytes:
    """The bytes; UnreadableBody if there are too many."""
    if len(body) > MAX_BYTES:
        raise UnreadableBody(TOO_MUCH)
    return body


def _gunzip(body: bytes, *, may_break_off: bool) -> bytes:
    with gzip.GzipFile(fileobj=io.BytesIO(body)) as stream:
        inner = bytearray()
        try:
            while piece := stream.read1(_STEP):
                inner += piece
                if len(inner) > MAX_BYTES:
                    raise UnreadableBody(TOO_MUCH)
        except EOFError:
            if not may_break_off:
                raise
        return bytes(inner)


def _inflate(body: bytes, *, may_break_off: bool) -> bytes:
    for window in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        stream = zlib.decompressobj(window)
        try:
            inner = require_bounds(stream.decompress(body, MAX_BYTES + 1))
        except zlib.error:
            continue
        if stream.eof or may_break_off:
            return inner
    raise zlib.error("neither zlib nor raw deflate")


def _optional(name: str) -> Any:
    """A library of the extra ``compression``."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise UnreadableBody(f"a body needs {name} to be read: install coze-cassettes[compression]") from error


def _unbrotli(body: bytes, *, may_break_off: bool) -> bytes:
    brotli = _optional("brotli")
    stream, inner = brotli.Decompressor(), bytearray()
    pending = body
    try:
        while not stream.is_finished():
            piece = stream.process(pending, output_buffer_limit=_STEP)
            pending = b""
            inner += piece
            if len(inner) > MAX_BYTES:
                raise UnreadableBody(TOO_MUCH)
            if not piece and stream.can_accept_more_data():
                if may_break_off:
                    break
                raise EOFError("the end is missing")
    except brotli.error as error:
        raise OSError("not Brotli data") from error
    return bytes(inner)


def decompress_brotli(raw: bytes) -> bytes | None:
    """What a Brotli stream holds, which has no first bytes to know it by; None if it is none or cannot be read."""
    try:
        return _unbrotli(raw, may_break_off=False)
    except (OSError, EOFError, UnreadableBody):
        return None


_LONGEST_PART: Final = 1 << 16


def store_brotli(content: bytes) -> bytes:
    """A Brotli stream of a content, not made smaller: parts that say how long they are (RFC 7932, 9.2)."""
    parts = [content[at : at + _LONGEST_PART] for at in range(0, len(content), _LONGEST_PART)]
    heads = [len(part) - 1 << 3 | 1 << 19 for part in parts]
    heads[:1] = [head << 1 for head in heads[:1]]  # before the first, one bit for the smallest window
    stored = b"".join(head.to_bytes(3, "little") + part for head, part in zip(heads, parts, strict=True))
    return stored + (b"\3" if parts else b"\6")


def _unzstd(body: bytes, *, may_break_off: bool) -> bytes:
    zstandard = _optional("zstandard")
    try:
        return _unzstd_frames(body, zstandard, may_break_off=may_break_off)
    except zstandard.ZstdError as error:
        raise OSError("not Zstandard data") from error


def _unzstd_frames(body: bytes, zstandard: Any, *, may_break_off: bool) -> bytes:
    inner, position = bytearray(), 0
    while position < len(body):
        frame = zstandard.ZstdDecompressor(max_window_size=MAX_BYTES).decompressobj()
        while not frame.eof:
            if position >= len(body):
                if may_break_off:
                    return bytes(inner)
                raise EOFError("the end is missing")
            inner += frame.decompress(body[position : position + _ZSTD_STEP])
            position += _ZSTD_STEP
            if len(inner) > MAX_BYTES:
                raise UnreadableBody(TOO_MUCH)
        position = min(position, len(body)) - len(frame.unused_data)
    return bytes(inner)


class ZstdStream:
    """A Zstandard frame that is read step by step, as zlib's and bz2's streams are."""

    def __init__(self) -> None:
        """UnreadableBody if the extra is missing."""
        self._zstandard = _optional("zstandard")
        self._frame = self._zstandard.ZstdDecompressor(max_window_size=MAX_BYTES).decompressobj()
        self.unused_data = b""
        """What was given behind the end."""

    @property
    def eof(self) -> bool:
        """Whether the end was read."""
        return bool(self._frame.eof)

    def decompress(self, data: bytes, /) -> bytes:
        """What some more bytes hold; OSError if they are not Zstandard."""
        inner, position = bytearray(), 0
        try:
            while position < len(data) and not self.eof:
                inner += self._frame.decompress(data[position : position + _ZSTD_STEP])
                position += _ZSTD_STEP
                if len(inner) > MAX_BYTES:
                    raise UnreadableBody(TOO_MUCH)
        except self._zstandard.ZstdError as error:
            raise OSError("not Zstandard data") from error
        self.unused_data = bytes(self._frame.unused_data) + data[position:]
        return bytes(inner)


def _as_it_is(body: bytes, **_options: bool) -> bytes:
    return body


_OPENERS: Final[Mapping[str, Callable[..., bytes]]] = MappingProxyType(
    {
        "identity": _as_it_is,
        "gzip": _gunzip,
        "x-gzip": _gunzip,
        "deflate": _inflate,
        "br": _unbrotli,
        "zstd": _unzstd,
    }
)


def decompress_zlib(raw: bytes) -> bytes | None:
    """What a stream of zlib holds, also one that breaks off; None if it is none."""
    stream = zlib.decompressobj()
    try:
        inner = stream.decompress(raw, MAX_BYTES + 1)
    except zlib.error:
        return None
    return require_bounds(inner)
