"""Reads traditional Chinese as simplified."""

from __future__ import annotations

import re
from typing import Final

_TRADITIONAL: Final = (
    "碼驗證鑰權帳號戶電話郵應訪問簽啟動態復備憑據門開鎖險設為變換還個這請輸們員銀協庫數與實務網絡無線連機資訊錄寫"
)
_SIMPLIFIED: Final = (
    "码验证钥权账号户电话邮应访问签启动态复备凭据门开锁险设为变换还个这请输们员银协库数与实务网络无线连机资讯录写"
)
_ANY = re.compile(f"[{_TRADITIONAL}]")
_TABLE: Final = str.maketrans(_TRADITIONAL, _SIMPLIFIED)


def simplify(text: str) -> str:
    """A text in which the characters of names and verbs are simplified ones."""
    return text if text.isascii() or _ANY.search(text) is None else text.translate(_TABLE)
