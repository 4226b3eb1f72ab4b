"""THE table of files that hold other files or packed text: opened, closed again, or refused by name.

A row says by its first bytes what a file is. What can be opened is given in members, each of which is searched; what is
packed or encrypted and cannot be opened is refused, unless its digest is allowed.
"""

from __future__ import annotations

import bz2
import lzma
import re
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from coze_cassettes.codecs import archives, avro, compression, documents, embedded, pictures, tars
from coze_cassettes.codecs.encodings import is_readable, to_text
from coze_cassettes.codecs.opened import Opened, digest_of
from coze_cassettes.errors import UnreadableBody


@dataclass(frozen=True)
class Container:
    """One row: the bytes with which such a file begins, how it is opened (None: it only begins so), an example."""

    name: str
    magic: bytes
    open: Callable[[bytes], Opened | None]
    at: int = 0
    """Where these bytes stand."""


# --- one packed member ----------------------------------------------------------------------------------------------


def _keeping(data: bytes, inner: bytes, pack: Callable[[bytes], bytes]) -> Opened:
    """A file of one member, which stays as it is if the member does."""
    return Opened([inner], lambda new: data if new[0] == inner and not _MAY_STAND_IN.search(inner) else pack(new[0]))


_MAY_STAND_IN = re.compile(rb"(?<![A-Za-z0-9_])[A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9](?![A-Za-z0-9_])")
"""A packed file with what may be a placeholder is written in one way, whether a test sent it or it was put there."""


def _open_gzip(data: bytes) -> Opened | None:
    """The content of a gzip or Zstandard file, and what gzip says before it: a name, a comment (RFC 1952)."""
    inner = compression.decompress_file(data)
    if inner is None:
        return None
    kept = _keeping(data, inner, compression.store_gzip)
    head = compression.gzip_head(data)
    if not head:
        return kept
    return Opened([inner, head], lambda new: kept.close(new[:1]) if new[1] == head else compression.store_gzip(new[0]))


def _open_zlib(data: bytes) -> Opened | None:
    inner = _inflate(data, zlib.MAX_WBITS)
    return None if inner is None else _keeping(data, inner, lambda new: zlib.compress(new, 0))


_WINDOWS: Final = frozenset(bits << 4 | 8 for bits in range(7))
_CHECK: Final = 31
"""What the first two bytes of zlib are a multiple of (RFC 1950)."""


def _open_small_zlib(data: bytes) -> Opened | None:
    """A zlib stream whose window is smaller than the usual one."""
    if data[0] not in _WINDOWS or int.from_bytes(data[:2], "big") % _CHECK:
        return None
    return _open_zlib(data)


def _open_deflate(data: bytes) -> Opened | None:
    inner = _inflate(data, -zlib.MAX_WBITS)
    if inner is None or len(inner) < len(data) // 2:
        return None
    return _keeping(data, inner, _deflate)


def _deflate(content: bytes) -> bytes:
    stream = zlib.compressobj(0, zlib.DEFLATED, -zlib.MAX_WBITS)
    return stream.compress(content) + stream.flush()


def _open_brotli(data: bytes) -> Opened | None:
    """A text in Brotli; noise that reads as one by chance says less than it takes."""
    inner = compression.decompress_brotli(data)
    if inner is None or 2 * len(inner) < len(data) or not is_readable(to_text(inner)):
        return None
    return _keeping(data, inner, compression.store_brotli)


def _inflate(data: bytes, window: int) -> bytes | None:
    stream = zlib.decompressobj(window)
    try:
        inner = stream.decompress(data, compression.MAX_BYTES + 1)
    except zlib.error:
        return None
    compression.require_bounds(inner)
    return inner if stream.eof and not stream.unused_data else None


def _open_bz2(data: bytes) -> Opened | None:
    return _decompress(data, bz2.BZ2Decompressor, bz2.compress)


def _open_xz(data: bytes) -> Opened | None:
    return _decompress(data, lambda: lzma.LZMADecompressor(memlimit=1 << 28), lzma.compress)


_LZMA_SIZE: Final = slice(5, 13)


def _open_lzma(data: bytes) -> Opened | None:
    """A file of the old form: properties, and how long the content is or that it does not say so."""
    size = int.from_bytes(data[_LZMA_SIZE], "little", signed=True)
    if not -1 <= size <= compression.MAX_BYTES:
        return None
    return _decompress(
        data,
        lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=1 << 28),
        lambda new: lzma.compress(new, lzma.FORMAT_ALONE),
    )


def _decompress(
    data: bytes, begin: Callable[[], bz2.BZ2Decompressor | lzma.LZMADecompressor], pack: Callable[[bytes], bytes]
) -> Opened | None:
    """What one packed stream holds, or several one behind the other, which are one file too."""
    inner, left = b"", data
    while left:
        stream = begin()
        try:
            inner += stream.decompress(left, compression.MAX_BYTES + 1 - len(inner))
        except (OSError, EOFError, lzma.LZMAError):
            return None
        compression.require_bounds(inner)
        if not stream.eof or len(stream.unused_data) == len(left):
            return None
        left = stream.unused_data
    return _keeping(data, inner, pack)


# --- texts in another character set ---------------------------------------------------------------------------------

_MARKS: Final = {
    b"\xff\xfe\0\0": "utf-32-le",
    b"\0\0\xfe\xff": "utf-32-be",
    b"\xff\xfe": "utf-16-le",
    b"\xfe\xff": "utf-16-be",
}
_SOME: Final = 8
"""Of this many characters at least one is of ASCII, wide or not, in a text that says anything; of noise none is."""
_OF_ASCII = re.compile("[\x00-\x7f\u3000-\u3020\uff01-\uff5e]")
_OF_ASCII_SWAPPED = re.compile(f"[{''.join(chr(code << 8) for code in range(0x20, 0x7F))}]")
"""What a text of ASCII gives in the other order of bytes: those before it are no mark then."""


def _open_marked(data: bytes) -> Opened | None:
    """A text with a byte order mark, as Windows writes it."""
    mark, charset = next((mark, charset) for mark, charset in _MARKS.items() if data.startswith(mark))
    try:
        text = data[len(mark) :].decode(charset)
    except UnicodeError:
        return None
    if not is_readable(text) or _SOME * len(_OF_ASCII.findall(text)) < len(text):
        return None
    if len(_OF_ASCII_SWAPPED.findall(text)) * 2 > len(text):
        return None
    return Opened(
        [text.encode()], lambda new: data if new[0] == text.encode() else mark + new[0].decode().encode(charset)
    )


# --- texts in folded lines ------------------------------------------------------------------------------------------

_FOLD = re.compile(rb"\r?\n[ \t]")
_FOLDED: Final = {"vCard": b"BEGIN:VCARD", "iCalendar": b"BEGIN:VCALENDAR", "manifest of a jar": b"Manifest-Version:"}


def _open_folded(data: bytes) -> Opened | None:
    """A text whose long lines go on behind a blank, in the middle of a word too (RFC 5545, 6350); written unfolded."""
    inner = _FOLD.sub(b"", data)
    return None if inner == data else _keeping(data, inner, lambda new: new)


# --- messages of a protocol -----------------------------------------------------------------------------------------

_GZIP_MAGIC: Final = b"\x1f\x8b\x08"
_LONGEST_HEAD: Final = 32
_SIZE: Final = struct.Struct(">I")


def _open_behind_head(data: bytes) -> Opened | None:
    """A message that is a head of a few bytes, which may end with the size of what follows, and gzip."""
    at = data.find(_GZIP_MAGIC, 1, _LONGEST_HEAD + len(_GZIP_MAGIC))
    opened = _open_gzip(data[at:]) if at > 0 else None
    if opened is None:
        return None
    has_size = data[max(0, at - _SIZE.size) : at] == _SIZE.pack(len(data) - at)

    def close(new: Sequence[bytes]) -> bytes:
        head, packed = new[0], opened.close([*new[1:]])
        return (head[: -_SIZE.size] + _SIZE.pack(len(packed)) if has_size else head) + packed

    return Opened([data[:at], *opened.members], close)


# --- refused --------------------------------------------------------------------------------------------------------


def _seal(what: str) -> Callable[[bytes], Opened]:
    def refuse(_: bytes) -> Opened:
        raise UnreadableBody(f"it is {what}, which cannot be opened")

    return refuse


_COMPRESS_FLAGS: Final = frozenset(block | bits for block in (0, 0x80) for bits in range(9, 17))
"""Third byte of what compress(1) writes: block mode and the most bits of a code."""


_CODE: Final = 9
"""Bits of the first codes."""

_FIRST_CODES: Final = 16
_LITERALS: Final = 256


def _refuse_compress(data: bytes) -> Opened | None:
    """A file of compress: flags, then codes of which each names a byte, or one of the strings that came before it."""
    if not data[2:3] or data[2] not in _COMPRESS_FLAGS:
        return None
    bits = int.from_bytes(data[3 : 3 + _CODE * _FIRST_CODES // 8], "little")
    codes = [bits >> _CODE * at & (1 << _CODE) - 1 for at in range(_FIRST_CODES)]
    is_one = all(code <= _LITERALS + at for at, code in enumerate(codes))
    return _seal("a file of compress")(data) if is_one else None


# --- the table ------------------------------------------------------------------------------------------------------

CONTAINERS: Final[tuple[Container, ...]] = (
    Container("gzip", _GZIP_MAGIC, _open_gzip),
    Container("Zstandard", b"\x28\xb5\x2f\xfd", _open_gzip),
    Container("zlib", b"\x78", _open_zlib),
    Container("bzip2", b"BZh", _open_bz2),
    Container("xz", b"\xfd7zXZ\0", _open_xz),
    Container("LZMA", b"\x5d\0\0", _open_lzma),
    Container("zip", b"PK\x03\x04", archives.open_zip),
    Container("empty zip", b"PK\x05\x06", archives.open_zip),
    Container("tar", tars.MAGIC, tars.open_tar, tars.AT),
    Container("PDF", b"%PDF-", documents.open_pdf),
    Container("Avro", avro.MAGIC, avro.open_avro),
    Container("PNG", pictures.PNG_MAGIC, pictures.open_png),
    *(Container(f"text in {charset.upper()}", mark, _open_marked) for mark, charset in _MARKS.items()),
    *(Container(name, begin, _open_folded) for name, begin in _FOLDED.items()),
    Container("7-Zip", b"7z\xbc\xaf\x27\x1c", _seal("a 7-Zip archive")),
    Container("RAR", b"Rar!\x1a\x07", _seal("a RAR archive")),
    Container("lzip", b"LZIP\1", _seal("an lzip file")),
    Container("LZ4", b"\x04\x22\x4d\x18", _seal("an LZ4 file")),
    Container("compress", b"\x1f\x9d", _refuse_compress),
    Container("Microsoft compound file", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _seal("an old Office file")),
    Container("cabinet", b"MSCF\0\0\0\0", _seal("a cabinet archive")),
    Container("age", b"age-encryption.org/", _seal("a file encrypted with age")),
    Container("OpenSSL", b"Salted__", _seal("a file encrypted with OpenSSL")),
)
"""One row each; zlib also without its first bytes, as deflate; gzip also behind a message's head; Brotli is tried."""

_MIN_DEFLATE: Final = 8
_MOST_OF_CHANCE: Final = 4096
"""Bytes of a text beyond ASCII that are not tried as deflate or Brotli: a short one may read as either by chance."""

_PDF: Final = b"%PDF-"
_REACH_OF_PDF: Final = 1024
"""Bytes among which a PDF may begin: readers look no further."""


def open_container(data: bytes, allowed: frozenset[str] = frozenset()) -> Opened | None:
    """What a file holds, or None if the table lacks it; UnreadableBody if it must be refused."""
    if data and allowed and digest_of(data) in allowed:
        return Opened([], lambda _: data, is_whole=False)
    try:
        return _open(data)
    except UnreadableBody as error:
        raise UnreadableBody(f"{error} ({digest_of(data)})") from error


_MAGIC: Final = tuple(row.magic for row in CONTAINERS if not row.at)


_OF_TEXT: Final = (*_FOLDED.values(), b"%PDF-")


def may_be_text(data: bytes) -> bool:
    """Whether it is a file of a form that is opened though it may be all of text."""
    return data.startswith(tars.MAGIC, tars.AT) or data.startswith(_OF_TEXT)


def _open(data: bytes) -> Opened | None:
    for row in CONTAINERS if data.startswith(_MAGIC) or may_be_text(data) else ():
        if data.startswith(row.magic, row.at) and (opened := row.open(data)) is not None:
            return opened
    if len(data) < _MIN_DEFLATE or data.isascii():
        return None
    if _PDF in data[:_REACH_OF_PDF]:
        return documents.open_pdf(data)
    if len(data) <= _MOST_OF_CHANCE and is_readable(to_text(data)):
        return None
    openers = (_open_small_zlib, _open_deflate, _open_brotli, _open_behind_head, embedded.open_embedded)
    return next(filter(None, (opener(data) for opener in openers)), None)


DIGEST: Final = re.compile("sha256:[0-9a-f]{64}")
