"""Tells by its form an identifier that a machine drew."""

from __future__ import annotations

import base64
import re
from itertools import pairwise
from typing import Final

_UUID: Final = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_ULID: Final = re.compile(r"(?=\D{0,25}\d\D{0,25}\d)[0-7][0-9A-HJKMNP-TV-Z]{25}")
_HEX: Final = re.compile(
    r"(?:[a-z]{1,12}[_-])?(?P<digits>(?=[0-9]{0,126}[a-f])[0-9a-f]{16,}|(?=[0-9]{0,126}[A-F])[0-9A-F]{16,})"
)
_MIN_DIGITS: Final = 7
"""Different digits among sixteen drawn ones of hexadecimal numbers, at least."""

_SHORTEST: Final = 20
"""Characters of letters and digits, below which words with numbers look drawn."""

_CHANGES: Final = 0.3
"""Changes between small letters, capitals and digits, a character; a name that a program has is of longer words."""

_LONG_WORD: Final = re.compile(r"[A-Z]?[a-z]{4,}|[A-Z]{5,}")


def opaque(text: str) -> bool:
    """Whether a text is a UUID, a ULID, hexadecimal digits, or letters and digits in no order.

    A text in base64 is none: it is read by itself.
    """
    if _UUID.fullmatch(text) or _ULID.fullmatch(text):
        return True
    if (match := _HEX.fullmatch(text)) is not None:
        digits = match["digits"]
        return len(set(digits)) >= _MIN_DIGITS and not _is_text(bytes.fromhex(digits[: len(digits) // 2 * 2]))
    return len(text) >= _SHORTEST and _is_mixed(text) and not _is_text(_decoded(text))


def _sort(char: str) -> int:
    return 0 if char.islower() else 1 if char.isupper() else 2 if char.isdecimal() else 3


def _is_mixed(text: str) -> bool:
    sorts = [_sort(char) for char in text]
    changes = sum(left != right for left, right in pairwise(sorts))
    words = sum(map(len, _LONG_WORD.findall(text)))
    return {0, 1, 2} <= set(sorts) and sorts.count(2) > 1 and changes >= _CHANGES * len(text) and 2 * words < len(text)


def _decoded(text: str) -> bytes:
    run = text.rstrip("=").translate(_STANDARD)
    return base64.b64decode(run[: len(run) // 4 * 4])


_STANDARD: Final = str.maketrans("-_", "+/")


def _is_text(data: bytes) -> bool:
    """Whether bytes can be read; a replay has these rules too, and does not wait for the table of encodings."""
    try:
        return _CONTROL.search(data.decode("utf-8")) is None
    except UnicodeDecodeError:
        return False


_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
