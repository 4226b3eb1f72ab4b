"""Says what bytes are, in one line: a sound with its length, a picture, a document."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import re
import wave
from dataclasses import dataclass
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


@dataclass(frozen=True)
class SoundFormat:
    """What is said elsewhere of a sound without a header: codec, samples a second, bytes a sample; empty if unknown."""

    codec: str = ""
    rate: int = 0
    width: int = 0

    def details(self, size: int) -> tuple[str, ...]:
        """The rate and the duration of so many bytes, as far as they are known."""
        rate = (f"{self.rate / 1000:g} kHz",) if self.rate else ()
        return (*rate, f"{size / self.rate / self.width:.2f} s") if self.rate and self.width else rate


def describe(content: bytes, otherwise: str = "bytes", sound: SoundFormat | None = None) -> str:
    """``<wav sound, 8,044 bytes, 8 kHz, 0.50 s, sha256 1a2b3c4d>``; the digest tells two of one length apart."""
    name = next((name for magic, name in _MAGIC if content.startswith(magic)), None)
    details = _length(content)
    if name is None and sound is not None and sound.codec:
        name, details = f"{sound.codec} {otherwise}", sound.details(len(content))
    digest = hashlib.sha256(content).hexdigest()[:8]
    size = "empty" if not content else f"{len(content):,} byte{'' if len(content) == 1 else 's'}"
    return f"<{', '.join((name or otherwise, size, *details, f'sha256 {digest}'))}>"


def _length(content: bytes) -> tuple[str, ...]:
    """The rate and the duration of a wav sound."""
    if not content.startswith(b"RIFF"):
        return ()
    try:
        with wave.open(io.BytesIO(content)) as sound:
            return SoundFormat("wav", sound.getframerate(), 1).details(sound.getnframes())
    except (wave.Error, EOFError):
        return ()


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
