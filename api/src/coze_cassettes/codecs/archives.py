"""Opens zip files, with all that they say beside their contents."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Sequence
from typing import Final

from coze_cassettes.codecs import compression
from coze_cassettes.codecs.opened import Opened
from coze_cassettes.errors import UnreadableBody

MAX_MEMBERS: Final = 10_000
"""Files in an archive beyond which it is refused."""

_MAGIC: Final = b"PK\x03\x04"
_ENCRYPTED: Final = 0x1
_EPOCH: Final = (2024, 1, 1, 0, 0, 0)


_NO_ZIP: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
)
"""What the standard library raises for bytes that only begin like a zip file."""


def open_zip(data: bytes) -> Opened | None:
    """The names and contents of a zip file and its kin (docx, xlsx, jar, whl, epub)."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if any(entry.flag_bits & _ENCRYPTED for entry in entries):
                raise UnreadableBody("it is an encrypted zip file")
            if len(entries) > MAX_MEMBERS or sum(entry.file_size for entry in entries) > compression.MAX_BYTES:
                raise UnreadableBody(compression.TOO_MUCH)
            members = [archive.comment, *(part for each in entries for part in _entry(archive, each))]
            members.append(_around(data, entries))
    except _NO_ZIP:
        return None

    def close(new: list[bytes]) -> bytes:
        return data if new == members else _zip(new[:-1])

    return Opened(members, close)


_LOCAL_HEADER: Final = 30


def _around(data: bytes, entries: Sequence[zipfile.ZipInfo]) -> bytes:
    """What an archive holds beside its contents: its heads with their comments and additions, what is between them.

    It is not written again if something in the archive is replaced.
    """
    pieces: list[bytes] = []
    position = 0
    for start, size in sorted((entry.header_offset, entry.compress_size) for entry in entries):
        name, extra = struct.unpack_from("<HH", data, start + 26)
        content = start + _LOCAL_HEADER + name + extra
        pieces.append(data[position:content].removeprefix(_MAGIC))
        position = max(position, content + size)
    return b"\0".join([*pieces, data[position:]])


def _entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> tuple[bytes, bytes]:
    return entry.filename.encode("utf-8", "surrogateescape"), archive.read(entry)


def _zip(members: Sequence[bytes]) -> bytes:
    """A zip file, not made smaller: the same bytes on every machine."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        archive.comment = members[0]
        for name, content in zip(members[1::2], members[2::2], strict=True):
            archive.writestr(zipfile.ZipInfo(name.decode("utf-8", "replace"), _EPOCH), content)
    return target.getvalue()
