"""How the inspector's cheap pass reads texts: every piece between commas once, with all that it encodes.

Streams and lists say the same over and over, and nothing that betrays a secret has a comma in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Final

from coze_cassettes.inspection import shapes

_WORD_BYTES: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-.~")
_TO_WORDS: Final = bytes(byte if byte in _WORD_BYTES else 32 for byte in range(256))
TO_BASE64: Final = _TO_WORDS.translate(bytes.maketrans(b"-_.~", b"+/  "))
"""Words of base64, in the alphabet that is not for URLs."""

_WIDE = re.compile("[\u3000\uff0b\uff0d\uff0e\uff10-\uff19\uff20-\uff3a\uff3f\uff41-\uff5a]")
_PERCENT = re.compile("(?:%[0-9A-Fa-f]{2})+")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|([\"\\/bfnrt]))")
_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True)
class Text:
    """What is distinct in some texts."""

    distinct: str

    @cached_property
    def raw(self) -> bytes:
        """Its bytes."""
        return self.distinct.encode("utf-8", "surrogatepass")

    @cached_property
    def words(self) -> AbstractSet[bytes]:
        """Its words, in which base64, addresses and names of ASCII stand whole."""
        return set(self.raw.translate(_TO_WORDS).split())


def distinct(texts: Iterable[str]) -> str:
    """What stands between the commas of some texts, each once."""
    return ",".join(dict.fromkeys(chain.from_iterable(text.split(",") for text in texts)))


def levels(text: str) -> Sequence[str]:
    """A text, and how it reads when the escapes of JSON are undone: once, twice, until there are none."""

    def char(match: re.Match[str]) -> str:
        return chr(int(match[1], 16)) if match[1] else _SHORT.get(match[2], match[2])

    levels = [text]
    while "\\" in levels[-1] and (inner := _ESCAPE.sub(char, levels[-1])) != levels[-1]:
        levels.append(inner.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    return levels


def all_levels(text: str) -> str:
    """A text, and those of its pieces that have escapes again without them, at each level."""
    if "\\" not in text:
        return text
    escaped = ",".join(piece for piece in text.split(",") if "\\" in piece)
    return distinct([text, *levels(escaped)])


def unquoted(text: str) -> str:
    """A text without percent-encoding; the standard library takes long where much is Chinese."""

    def decoded(match: re.Match[str]) -> str:
        return bytes.fromhex(match[0].replace("%", " ")).decode("utf-8", "replace")

    return _PERCENT.sub(decoded, text)


def inside(text: str) -> str:
    """What those pieces of a text say that are full-width or percent-encoded, a plus as it is and as a space."""
    if "%" not in text and "+" not in text and (text.isascii() or not _WIDE.search(text)):
        return ""
    encoded = ",".join(piece for piece in text.split(",") if "%" in piece or "+" in piece or _WIDE.search(piece))
    narrow = shapes.folded(encoded) if _WIDE.search(encoded) else encoded
    each_way = (narrow, unquoted(narrow), unquoted(narrow.replace("+", " ")))
    return ",".join(dict.fromkeys(text for text in each_way if text != encoded))
