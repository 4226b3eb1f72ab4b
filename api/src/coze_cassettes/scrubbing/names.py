"""Normalises the name of a field to words, so that a rule names it once for every spelling."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

_TRADITIONAL: Final = (
    "碼驗證鑰權帳號戶電話郵應訪問簽啟動態復備憑據門開鎖險設為變換還個這請輸們員銀協庫數與實務網絡無線連機資訊錄寫"
)
_SIMPLIFIED: Final = (
    "码验证钥权账号户电话邮应访问签启动态复备凭据门开锁险设为变换还个这请输们员银协库数与实务网络无线连机资讯录写"
)
_TO_SIMPLIFIED: Final = str.maketrans(_TRADITIONAL, _SIMPLIFIED)
_HAS_TRADITIONAL = re.compile(f"[{_TRADITIONAL}]")


def simplified(text: str) -> str:
    """A text with the traditional characters of names and verbs as simplified ones; each stays in its place."""
    if text.isascii() or _HAS_TRADITIONAL.search(text) is None:
        return text
    return text.translate(_TO_SIMPLIFIED)


_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SEPARATOR = re.compile(r"[\s\-/]+")


@lru_cache(maxsize=8192)
def words_of(name: str) -> str:
    """A name in lower case with an underscore between its words: ``userName``, ``User-Name`` and ``user name`` alike.

    A dot stays: it parts the names of a path.
    """
    plain = name if name.isascii() else simplified(unicodedata.normalize("NFKC", name))
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


_SEVERAL = re.compile(r"(?:pass_?words?|pass_?phrase|pass_?code|passwd|pwd|secret|credential|pin|otp|_code)(?=s\Z)")
"""The last word of a name of several secrets."""


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
    if (several := _SEVERAL.search(core)) is not None:
        yield core[: several.end()]
