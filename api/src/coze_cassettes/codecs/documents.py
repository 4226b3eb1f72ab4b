"""Opens PDF documents: their streams with the text around them."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from coze_cassettes.codecs import compression
from coze_cassettes.codecs.encodings import is_readable, to_text
from coze_cassettes.codecs.opened import Opened, refuse_change
from coze_cassettes.errors import UnreadableBody

_MAGIC: Final = b"%PDF-"
_STREAM = re.compile(rb"stream\r?\n(?P<raw>.*?)\r?\n?endstream", re.DOTALL)
_ASCII85 = re.compile(rb"\s*(?:<~)?[!-uz\s]{8,}~>\s*")
_DIGITS = re.compile(rb"[0-9A-Fa-f\s]{8,}>?\s*")
_BLANKS = re.compile(rb"\s+")


def _undo_signs(raw: bytes) -> bytes:
    """A stream without Ascii85 or hexadecimal digits over it, which stand before what packed it."""
    try:
        if _ASCII85.fullmatch(raw):
            packed = _BLANKS.sub(b"", raw).removeprefix(b"<~").removesuffix(b"~>")
            return base64.a85decode(packed)
        if _DIGITS.fullmatch(raw):
            digits = _BLANKS.sub(b"", raw).removesuffix(b">")
            return binascii.unhexlify(digits + b"0" * (len(digits) % 2))
    except ValueError:
        return raw
    return raw


def _read_stream(raw: bytes) -> bytes | None:
    """What a stream holds; None if it is a picture, a font, or packed in another way."""
    plain = _undo_signs(raw)
    inner = compression.decompress_zlib(plain)
    if inner is None and is_readable(to_text(plain)):
        return plain
    return inner


def open_pdf(data: bytes) -> Opened:
    """The text around the streams of a PDF, and what those hold that are text or Flate; none can be written anew."""
    if b"/Encrypt" in data:
        raise UnreadableBody("it is an encrypted PDF")
    if b"/LZWDecode" in data:
        raise UnreadableBody("it is a PDF packed with LZW, which cannot be opened")
    streams = [inner for match in _STREAM.finditer(data) if (inner := _read_stream(match["raw"])) is not None]
    members = [_STREAM.sub(b"stream\nendstream", data.replace(_MAGIC, b"", 1)), *streams]

    def close(new: list[bytes]) -> bytes:
        if new != members:
            raise refuse_change(data, "a PDF")
        return data

    return Opened(members, close, is_whole=False)
