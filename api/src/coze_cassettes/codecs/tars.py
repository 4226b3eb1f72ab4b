"""Opens tar archives, with the names of their files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from coze_cassettes.codecs.archives import MAX_MEMBERS
from coze_cassettes.codecs.opened import Opened, refuse_change
from coze_cassettes.errors import UnreadableBody

MAGIC: Final = b"ustar"
AT: Final = 257
"""Where that stands in the first block (POSIX.1-1988)."""

_BLOCK: Final = 512
_NAME: Final = slice(0, 100)
_SIZE: Final = slice(124, 136)
_SUM: Final = slice(148, 156)
_EMPTY: Final = b" " * 8
"""What stands for the sum of a block while it is computed."""


@dataclass(frozen=True)
class _Entry:
    """The block that says what a file is, and its content."""

    block: bytes
    content: bytes

    @property
    def name(self) -> bytes:
        return self.block[_NAME].rstrip(b"\0")

    @property
    def rest(self) -> bytes:
        """What its block says beside its name: of whom it is, what it links to."""
        return self.block[_NAME.stop :]

    def write(self, name: bytes, content: bytes) -> bytes:
        """The file with another name and another content."""
        block = name.ljust(_NAME.stop, b"\0") + self.rest
        block = block[: _SIZE.start] + f"{len(content):011o}\0".encode() + block[_SIZE.stop :]
        sum_ = f"{_sum_of(block):06o}\0 ".encode()
        return block[: _SUM.start] + sum_ + block[_SUM.stop :] + content + bytes(-len(content) % _BLOCK)


def open_tar(data: bytes) -> Opened | None:
    """The names and contents of a tar archive, and what stands behind the last file."""
    try:
        entries = list(_entries(data))
    except ValueError:
        return None
    if len(entries) > MAX_MEMBERS:
        raise UnreadableBody("it is a tar archive of too many files")
    tail = data[sum(_BLOCK + len(each.content) + -len(each.content) % _BLOCK for each in entries) :]
    members = [part for each in entries for part in (each.name, each.rest, each.content)] + [tail]

    def close(new: Sequence[bytes]) -> bytes:
        names, rests, contents = new[:-1:3], new[1:-1:3], new[2:-1:3]
        if list(new) == members:
            return data
        if [*rests] != [each.rest for each in entries] or any(len(name) > _NAME.stop for name in names):
            raise refuse_change(data, "a tar archive with a name")
        files = (entry.write(*of) for entry, *of in zip(entries, names, contents, strict=True))
        return b"".join([*files, new[-1]])

    return Opened(members, close)


def _entries(data: bytes) -> Iterator[_Entry]:
    """The files of an archive; ValueError if it is none."""
    position = 0
    while any(block := data[position : position + _BLOCK]):
        if (
            len(block) < _BLOCK
            or not block.startswith(MAGIC, AT)
            or int(block[_SUM].strip(b"\0 "), 8) != _sum_of(block)
        ):
            raise ValueError("not a tar archive")
        start = position + _BLOCK
        size = int(block[_SIZE].strip(b"\0 ") or b"0", 8)
        if start + size > len(data):
            raise ValueError("its end is missing")
        yield _Entry(block, data[start : start + size])
        position = start + size + -size % _BLOCK


def _sum_of(block: bytes) -> int:
    return sum(block[: _SUM.start]) + sum(_EMPTY) + sum(block[_SUM.stop :])
