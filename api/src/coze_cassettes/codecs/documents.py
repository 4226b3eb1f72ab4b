"""Opens PDF documents: their streams with the text around them."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Final

from coze_cassettes.codecs import compression
from coze_cassettes.codecs.encodings import is_readable, to_text
from coze_cassettes.codecs.opened import Opened, refuse_change
from coze_cassettes.errors import UnreadableBody

_MAGIC: Final = b"%PDF-"
_BEGIN = re.compile(rb"stream\r?\n")
_END: Final = b"endstream"
_LAST_LINE_END = re.compile(rb"\r?\n?\Z")
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


_COLUMNS = re.compile(rb"/Columns\s{1,4}(\d{1,5})")
_PREDICTED = re.compile(rb"/Predictor\s{1,4}1[0-5]")
_REACH: Final = 512
"""Bytes before a stream among which its dictionary stands."""


def _dictionary(data: bytes, stream: int) -> bytes:
    before = data[max(0, stream - _REACH) : stream]
    return before[before.rfind(b" obj") + 1 :]


def _undo_predictor(inner: bytes, dictionary: bytes) -> bytes:
    """The rows of a stream that says of each byte how it differs from others, as PNG does (ISO 32000, 7.4.4.4)."""
    columns = _COLUMNS.search(dictionary)
    if _PREDICTED.search(dictionary) is None or columns is None:
        return inner
    width = int(columns[1])
    rows, before = [], bytes(width)
    for start in range(0, len(inner), width + 1):
        before = _row(inner[start], inner[start + 1 : start + 1 + width], before)
        rows.append(before)
    return b"".join(rows)


def _row(kind: int, row: bytes, above: bytes) -> bytes:
    """One row by one of the filters None, Sub, Up and Average; Paeth is for pictures."""
    plain = bytearray()
    for at, byte in enumerate(row):
        left = plain[at - 1] if at else 0
        added = (0, left, above[at], (left + above[at]) // 2)[kind] if kind <= _AVERAGE else 0
        plain.append((byte + added) & 0xFF)
    return bytes(plain)


_AVERAGE: Final = 3


def _read_stream(raw: bytes, dictionary: bytes) -> bytes | None:
    """What a stream holds, a file for one; None if it is a picture, a font, or packed in another way (a filter, /F)."""
    plain = _undo_signs(raw)
    inner = compression.decompress_zlib(plain)
    if inner is None:
        return plain if b"/F" not in dictionary or is_readable(to_text(plain)) else None
    return _undo_predictor(inner, dictionary)


_RUNS = re.compile(rb"\[((?:\s*+(?:\((?:[^()\\]|\\.)*+\)|<[0-9A-Fa-f\s]*+>|-?[\d.]++))*+)\s*+\]\s*+TJ", re.DOTALL)
_RUN = re.compile(rb"\(((?:[^()\\]|\\.)*+)\)|<([0-9A-Fa-f\s]*+)>|-(\d{1,9})", re.DOTALL)
_BLANK: Final = 150
"""Thousandths of the size of a font from which on a step between two strings looks like a blank."""


def _lines(inner: bytes) -> Iterator[bytes]:
    """The lines whose strings a page shows with steps between them, so that a word stands in several."""
    for runs in _RUNS.finditer(inner):
        yield b"".join(map(_run, _RUN.finditer(runs[1])))


def _run(match: re.Match[bytes]) -> bytes:
    if match[3] is not None:
        return b" " if int(match[3]) >= _BLANK else b""
    if match[1] is not None:
        return match[1].replace(b"\\", b"")
    digits = _BLANKS.sub(b"", match[2])
    return binascii.unhexlify(digits + b"0" * (len(digits) % 2))


_FILTER = re.compile(rb"/(LZW|[A-Z][A-Za-z0-9]{1,20}Decode)\b")
_READ_FILTERS: Final = frozenset(
    [
        *(b"FlateDecode", b"ASCII85Decode", b"ASCIIHexDecode", b"RunLengthDecode"),
        *(b"DCTDecode", b"CCITTFaxDecode", b"JPXDecode", b"JBIG2Decode"),  # of pictures
    ]
)
_STRING_IN_DIGITS = re.compile(rb"(?<!<)<([0-9A-Fa-f\s]{8,65536})>")


def _strings_in_digits(member: bytes) -> Iterator[bytes]:
    """The strings that are written in hexadecimal digits, mostly in UTF-16 with a mark (ISO 32000, 7.9.2)."""
    for match in _STRING_IN_DIGITS.finditer(member):
        digits = _BLANKS.sub(b"", match[1])
        plain = binascii.unhexlify(digits + b"0" * (len(digits) % 2))
        yield plain[2:].decode("utf-16-be", "replace").encode() if plain.startswith(_HIGH_FIRST) else plain


_HIGH_FIRST: Final = b"\xfe\xff"


def _spans(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Where the word of each stream stands, and its content; the search for an end is given up once there is none."""
    position = 0
    while (begin := _BEGIN.search(data, position)) is not None and (end := data.find(_END, begin.end())) >= 0:
        yield begin.start(), begin.end(), end
        position = end + len(_END)


def open_pdf(data: bytes) -> Opened:
    """The text around the streams of a PDF, and what those hold that are text or Flate; none can be written anew."""
    if b"/Encrypt" in data:
        raise UnreadableBody("it is an encrypted PDF")
    if unknown := {*_FILTER.findall(data)} - _READ_FILTERS:
        raise UnreadableBody(f"it is a PDF packed with {min(unknown).decode()}, which cannot be opened")
    outside, streams, position = list[bytes](), list[bytes](), 0
    for before, start, end in _spans(data):
        outside.append(data[position:before])
        position = end + len(_END)
        inner = _read_stream(_LAST_LINE_END.sub(b"", data[start:end]), _dictionary(data, before))
        streams += [] if inner is None else [inner, b"\n".join(_lines(inner))]
    around = b"stream\nendstream".join([*outside, data[position:]])
    members = [around.replace(_MAGIC, b"", 1), *streams]
    members.append(b"\n".join(string for member in members for string in _strings_in_digits(member)))

    def close(new: list[bytes]) -> bytes:
        if new != members:
            raise refuse_change(data, "a PDF")
        return data

    return Opened(members, close, is_whole=False)
