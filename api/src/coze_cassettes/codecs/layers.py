"""Opens what is encoded inside a text: base64, percent-encoding, the escapes of JSON, full-width characters.

Each opener gives back the text inside with a function that closes it again. Closing an edited text writes only what was
edited; around it every character stays as it was, in whatever style.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, quote_plus, unquote_to_bytes

from coze_cassettes.codecs import compression

Close = Callable[[str], str]


@dataclass(frozen=True)
class Opened:
    """The text inside, how to close it, and whether it is readable or bytes written as text."""

    inner: str
    close: Close
    readable: bool = True


# --- full-width characters ------------------------------------------------------------------------------------------

_FULL_WIDTH = re.compile("[\uff01-\uff5e\u3000]")
_NARROW: Final = {0x3000: " ", **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}}


def narrow(text: str) -> str:
    """A text with ASCII in place of full-width characters, one for one, so that every position stays."""
    return text.translate(_NARROW) if _FULL_WIDTH.search(text) else text


# --- closing what has positions -------------------------------------------------------------------------------------


def _common(left: str, right: str, most: int) -> int:
    """How many characters two texts share from the start."""
    return next((n for n in range(most) if left[n] != right[n]), most)


def _splice(raw: str, inner: str, places: Sequence[int], encode: Close) -> Close:
    """Closes by writing the edited stretch anew; ``places`` says where in ``raw`` each inner character begins."""

    def close(new: str) -> str:
        head = _common(inner, new, min(len(inner), len(new)))
        tail = _common(inner[::-1], new[::-1], min(len(inner), len(new)) - head)
        edited = encode(new[head : len(new) - tail])
        return raw[: places[head]] + edited + raw[places[len(inner) - tail] :]

    return close


# --- percent-encoding -----------------------------------------------------------------------------------------------

_PERCENT_TOKEN = re.compile(r"(?P<bytes>(?:%[0-9A-Fa-f]{2})+)|(?P<char>.)", re.DOTALL)
_LOWER = re.compile(r"%[0-9]?[a-f]")


def open_percent(raw: str, *, plus: bool = False) -> Opened | None:
    """The text inside percent-encoding, or None if nothing is encoded; ``plus`` stands for a blank if asked for."""
    inner: list[str] = []
    places: list[int] = []
    for match in _PERCENT_TOKEN.finditer(raw):
        text = match["char"] or unquote_to_bytes(match["bytes"]).decode("utf-8", "surrogateescape")
        place = match.start()
        for char in text:
            places.append(place)
            inner.append(" " if plus and char == "+" and match["char"] else char)
            place += 1 if match["char"] else 3 * len(char.encode("utf-8", "surrogateescape"))
    if (joined := "".join(inner)) == raw:
        return None

    def encode(text: str) -> str:
        data = text.encode("utf-8", "surrogateescape")
        closed = quote_plus(data) if plus else quote(data, safe="")
        return re.sub(r"%[0-9A-F]{2}", lambda match: match[0].lower(), closed) if _LOWER.search(raw) else closed

    return Opened(joined, _splice(raw, joined, [*places, len(raw)], encode))


# --- the escapes of JSON --------------------------------------------------------------------------------------------

ESCAPE = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|[\"\\/bfnrt])")
_ESCAPED_TOKEN = re.compile(
    r"\\u[dD][89abAB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\[\"\\/bfnrt]|.", re.DOTALL
)


def open_escapes(raw: str) -> Opened | None:
    """The text that a text with JSON escapes stands for, or None if it has none."""
    inner: list[str] = []
    places: list[int] = []
    for match in _ESCAPED_TOKEN.finditer(raw):
        token = match[0]
        inner.append(json.loads(f'"{token}"') if len(token) > 1 else token)
        places.append(match.start())
    if (joined := "".join(inner)) == raw:
        return None
    ascii_only = raw.isascii()

    def encode(text: str) -> str:
        return json.dumps(text, ensure_ascii=ascii_only)[1:-1]

    return Opened(joined, _splice(raw, joined, [*places, len(raw)], encode))


# --- base64 ---------------------------------------------------------------------------------------------------------

_READABLE = re.compile(r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]*")


def open_base64(raw: str) -> Opened | None:
    """What is inside base64, or None if it is none.

    Standard and URL-safe alphabets, with and without padding, on one line or several; a gzip or Zstandard file inside
    is unpacked too. Bytes that are no text come as such, not readable.
    """
    packed = re.sub(r"\s+", "", raw)
    url_safe = "-" in packed or "_" in packed
    altchars = b"-_" if url_safe else b"+/"
    try:
        data = base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=altchars, validate=True)
    except (binascii.Error, ValueError):
        return None
    width = len(raw.split(maxsplit=1)[0]) if packed != raw else 0
    padded = packed.endswith("=") or len(packed) % 4 == 0
    unpacked = compression.opened(data)
    inner = (data if unpacked is None else unpacked).decode("utf-8", "surrogateescape")

    def close(new: str) -> str:
        content = new.encode("utf-8", "surrogateescape")
        closed = base64.b64encode(content if unpacked is None else compression.stored(content), altchars=altchars)
        text = closed.decode("ascii") if padded else closed.decode("ascii").rstrip("=")
        return "\n".join(text[at : at + width] for at in range(0, len(text), width)) if width else text

    return Opened(inner, close, _READABLE.fullmatch(inner) is not None)


# --- where they stand in a text -------------------------------------------------------------------------------------

BASE64_RUN = re.compile(
    r"(?<![A-Za-z0-9+/_-])(?:[A-Za-z0-9+/]{48,76}(?:\r?\n[A-Za-z0-9+/]{48,76})*\r?\n[A-Za-z0-9+/]{4,76}"
    r"|[A-Za-z0-9+/_-]{6,})(?:={1,2}(?![A-Za-z0-9=])|(?![A-Za-z0-9+/_=%-]))"
)
PERCENT_RUN = re.compile(
    r"(?<==)(?P<query>[A-Za-z0-9._~*%-]*[+%][A-Za-z0-9._~*+%-]*)"
    r"|(?<![A-Za-z0-9._~+-])(?:[A-Za-z0-9._~+-]|%[0-9A-Fa-f]{2})*%[0-9A-Fa-f]{2}(?:[A-Za-z0-9._~+-]|%[0-9A-Fa-f]{2})*"
)
