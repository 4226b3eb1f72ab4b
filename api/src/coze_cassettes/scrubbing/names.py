"""Normalises the name of a field to words, so that a rule names it once for every spelling."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
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


_BEHIND = re.compile(
    r"(?:\[\d{0,4}\]|_(?:value|val|str|string|text|raw|plain|old|new|v?\d{1,2}|prod(?:uction)?|staging|stage|dev|test|live|sandbox|backup"
    r"|primary|secondary|current|previous|default)|(?<=[a-z])\d{1,2})\Z"
)
"""What stands behind a name without changing it: ``password_str``, ``app_id2``."""

_LATIN_BEFORE = re.compile(r"(?<![a-z0-9_])[a-z0-9_]+(?=[\u4e00-\u9fff])")
_HAN_BEFORE = re.compile(r"\A(?:.*\.)?[\u4e00-\u9fff]+_?(?=[a-z])")
_GLUED = re.compile(
    r"(?<=[a-z]{2})(?:openid|unionid|birthday|birthdate|dob|wechat|weixin|qq(?:number|no)?|licenseplate|plate(?:no|number)?|bankcard|idcard|passport|id|name|address|password|passwd|pwd|pass|otp|signature|credentials?|cookie|token|secret|key|code|card)\Z"
    r"|(?:(?<=contact)|(?<=mobile)|(?<=user)|(?<=cell)|(?<=home)|(?<=work))phone\Z|(?:(?<=phone)|(?<=mobile)|(?<=card))number\Z"
)
"""The last word of a name whose words nothing parts: ``deliveryaddress``."""


def spellings_of(name: str) -> Iterator[str]:
    """A normalised name, and the names that it may be another spelling of, the likeliest first."""
    yield name
    core = _BEHIND.sub("", name)
    if core != name:
        yield core
    if not name.isascii():
        yield _LATIN_BEFORE.sub("", core)
        yield _HAN_BEFORE.sub("", core)
    elif (last := _GLUED.search(core)) is not None:
        yield f"{core[: last.start()]}_{last[0]}"
