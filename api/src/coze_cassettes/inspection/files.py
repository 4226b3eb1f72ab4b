"""Knows the base64 of a file from that of a key, which looks as random."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

_HEADS: Final = (
    *(b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"\0\0\x01\0", b"II*\0", b"MM\0*", b"8BPS", b"\0\0\0\x0cjP  "),
    *(b"RIFF", b"OggS", b"ID3", b"fLaC", b"FORM", b"MThd", b"caff", b"#!AMR", b"FLV\x01", b"\x1aE\xdf\xa3", b"0&\xb2u"),
    *(b"\xff\xfb", b"\xff\xfa", b"\xff\xf3", b"\xff\xf2", b"\xff\xf1", b"\xff\xf9", b"\0\0\x01\xba", b"\0\0\x01\xb3"),
    *(b"%PDF", b"PK\x03\x04", b"\x93NUMPY", b"SQLite format 3\0", b"\0asm", b"wOFF", b"wOF2", b"\0\x01\0\0"),
)
"""How pictures, sounds, films, fonts and other files begin."""

_BRAND: Final = b"ftyp"
"""Stands behind the length of its box at the beginning of a film or picture (ISO 14496-12, 4.3)."""

_BEGINNING: Final = 32
LONGEST_KEY: Final = 8192
"""Characters that no key has: one of RSA with 8192 bits takes 6,300."""

_LINE: Final = r"[A-Za-z0-9+/_-]{40,}+={0,2}"
_DATA_URL: Final = r"(?:data:[^,\s]{1,80},)?"
_STRETCH: Final = rf"{_LINE}(?:\r?\n{_LINE})*+(?:\r?\n[A-Za-z0-9+/_-]{{1,39}}={{0,2}}(?![^\s\"']))?"
_IN_TEXT = re.compile(rf"(?<![A-Za-z0-9+/_=-]){_STRETCH}")
_WHOLE = re.compile(rf"{_DATA_URL}({_STRETCH})\s*")
_SHORTEST: Final = 256

_OTHER_ALPHABET: Final = str.maketrans("-_", "+/")


def begins_like_one(run: str) -> bool:
    """Whether base64, in either alphabet, begins like a file of a known form."""
    beginning = _decode(run, _BEGINNING)
    return beginning.startswith(_HEADS) or beginning[4:8] == _BRAND


def without_files(text: str) -> str:
    """A text without the base64 of files, in one line or in lines of one length, which is read by itself."""
    return _IN_TEXT.sub(lambda match: "" if _is_file(match[0].split()) else match[0], text)


def is_packed(text: str) -> bool:
    """Whether a text is only the base64 of a sound or a file, in whose letters a key would stand by chance."""
    whole = _WHOLE.fullmatch(text) if len(text) >= _SHORTEST else None
    if whole is None:
        return False
    try:
        _decode(whole[1], _SHORTEST).decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


def _is_file(lines: list[str]) -> bool:
    if any(len(line) != len(lines[0]) for line in lines[:-1]) or len(lines[-1]) > len(lines[0]):
        return False
    return sum(map(len, lines)) > LONGEST_KEY or begins_like_one(lines[0])


def _decode(written: str, length: int) -> bytes:
    """The first bytes of base64, of so many characters without the ends of its lines."""
    beginning = "".join(written[: 2 * length].split())[:length].translate(_OTHER_ALPHABET).rstrip("=")
    try:
        return base64.b64decode(beginning[: len(beginning) // 4 * 4])
    except binascii.Error:
        return b""
