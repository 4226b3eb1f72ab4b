"""A fast test whether a text may hold one of the values that must not be there, however encoded.

No encoding of a value is built: JSON escapes and percent-encoding are undone in the text, and its long words are read
as base64. What passes the test is looked at again, exactly.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from coze_cassettes.inspection import readings, shapes

_MIN_HIDDEN: Final = 8
"""Bytes of a value below which its base64 is too short to mean anything."""

_LEAST: Final = _MIN_HIDDEN * 8 // 6
"""Characters that base64 gives such a value at least, whatever stands around it."""

_LONG_WORD = re.compile(rf"[A-Za-z0-9+/_-]{{{_LEAST},}}")
_TO_WIDE: Final = {sign: chr(ord(sign) + 0xFEE0) for sign in "!\"#$%&'()*/:;<=>?[\\]^`{|}~"}
"""Full-width signs that no other check looks for."""


@dataclass(frozen=True)
class Needles:
    """What a text is searched for: the values that are a long word, and of the others the longest part without a comma.

    ``hidden`` is what base64 always leaves of their bytes, ``wide`` are their signs as they stand full-width.
    """

    words: tuple[bytes, ...]
    others: tuple[str, ...]
    hidden: tuple[bytes, ...]
    wide: tuple[str, ...]

    def stand_in(self, text: readings.Text) -> bool:
        """Whether one of them is in a text as it is or in base64."""
        if any(map(text.distinct.__contains__, self.others)):
            return True
        long = b" ".join(word for word in text.words if len(word) >= _LEAST) if self.hidden else b""
        return any(map(long.__contains__, self.words)) or any(map(_decoded(long).__contains__, self.hidden))

    def stand_wide_in(self, text: readings.Text) -> bool:
        """The same with full-width signs, which much harmless text has: looked at only if a value has them too."""
        if not any(map(text.distinct.__contains__, self.wide)):
            return False
        return self.stand_in(readings.Text(shapes.folded(text.distinct)))

    def may_stand_in(self, text: str) -> bool:
        """Whether a text may hold one of the values, as it is or encoded once."""
        if not self.hidden:
            return False
        distinct = readings.all_levels(readings.distinct([text]))
        unquoted = readings.unquoted(distinct.replace("+", " ")) if "%" in distinct else ""
        return self.stand_in(readings.Text(f"{distinct},{unquoted}"))


def needles_of(values: Iterable[str]) -> Needles:
    """What is looked for to find any of the values."""
    whole = {value for value in values if value}
    words = set(filter(_LONG_WORD.fullmatch, whole))
    others = {form for value in whole - words for form in (value, value.replace(" ", "+"))}
    every = "".join(whole)
    return Needles(
        tuple(word.encode("ascii") for word in words),
        tuple({max(form.split(","), key=len) for form in others}),
        tuple(raw[1:-1] if len(raw) >= _MIN_HIDDEN else raw for raw in (value.encode("utf-8") for value in whole)),
        tuple(wide for sign, wide in _TO_WIDE.items() if sign in every),
    )


def _decoded(words: bytes) -> bytes:
    """Words read as base64 four times, begun at another character each: what is base64 in them is read once."""
    packed = b"AAA".join([b"", *words.translate(readings.TO_BASE64).split(), b""])
    starts = (packed[start : start + (len(packed) - start) // 4 * 4] for start in range(4))
    return b" ".join(map(binascii.a2b_base64, starts))
