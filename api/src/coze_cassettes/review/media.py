"""Says what bytes are, in one line: a sound with its length, a picture, a document."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import re
import wave
from typing import Final

_MAGIC: Final = (
    (b"RIFF", "wav sound"),
    (b"OggS", "ogg sound"),
    (b"ID3", "mp3 sound"),
    (b"\xff\xfb", "mp3 sound"),
    (b"\xff\xf3", "mp3 sound"),
    (b"fLaC", "flac sound"),
    (b"\x89PNG", "png picture"),
    (b"\xff\xd8\xff", "jpeg picture"),
    (b"GIF8", "gif picture"),
    (b"%PDF", "PDF document"),
    (b"PK\x03\x04", "zip archive"),
    (b"\x1f\x8b", "gzip data"),
)
_SHORTEST: Final = 64
"""Characters of base64 below which a value is shown as it is."""

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")


def describe(content: bytes, otherwise: str = "bytes") -> str:
    """``<wav sound, 8,044 bytes, 8 kHz, 0.50 s, sha256 1a2b3c4d>``; the digest tells two of one length apart."""
    name = next((name for magic, name in _MAGIC if content.startswith(magic)), otherwise)
    digest = hashlib.sha256(content).hexdigest()[:8]
    size = "empty" if not content else f"{len(content):,} byte{'' if len(content) == 1 else 's'}"
    return f"<{', '.join((name, size, *_length(content), f'sha256 {digest}'))}>"


def _length(content: bytes) -> tuple[str, ...]:
    """The rate and the duration of a wav sound."""
    if not content.startswith(b"RIFF"):
        return ()
    try:
        with wave.open(io.BytesIO(content)) as sound:
            rate, frames = sound.getframerate(), sound.getnframes()
    except (wave.Error, EOFError):
        return ()
    return (f"{rate / 1000:g} kHz", f"{frames / rate:.2f} s") if rate else ()


def decode(text: str) -> bytes | None:
    """The bytes of a text that is base64 and long enough to hide what it holds, or None."""
    return decode_piece(text) if len(text) >= _SHORTEST else None


def decode_piece(text: str) -> bytes | None:
    """The bytes of a text that is base64, however short, or None."""
    if not _BASE64.fullmatch(text) or len(text) % 4:
        return None
    try:
        return base64.b64decode(text.translate(str.maketrans("-_", "+/")), validate=True)
    except binascii.Error:
        return None
