"""Normalises the name of a field to words, so that a rule names it once for every spelling."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SEPARATOR = re.compile(r"[\s\-/]+")


@lru_cache(maxsize=8192)
def words_of(name: str) -> str:
    """A name in lower case with an underscore between its words: ``userName``, ``User-Name`` and ``user name`` alike.

    A dot stays: it parts the names of a path.
    """
    plain = name if name.isascii() else unicodedata.normalize("NFKC", name)
    return _SEPARATOR.sub("_", _HUMP.sub("_", plain.strip())).lower().replace("__", "_")
