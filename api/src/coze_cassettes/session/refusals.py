"""Tells the answers by which Coze refuses an account, whatever was asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

MEANINGS: Final[Mapping[int, str]] = {
    4019: "the balance is used up",
    4028: "the quota is used up",
    4100: "the token is not taken",
    700012006: "the token is not valid any more",
}
"""Coze's codes by which every request of an account is refused, whatever it asks."""

SAID: Final = "Coze answers this account with code"
"""How the message about one of them begins."""

_LONGEST: Final = 4096
"""Bytes beyond which a body is not an error."""


def refusal(body: bytes) -> str:
    """Why a test cannot be recorded now, or an empty string."""
    if len(body) > _LONGEST or not any(str(code).encode() in body for code in MEANINGS):
        return ""
    try:
        envelope: Any = json.loads(body)
    except ValueError:
        return ""
    code = envelope.get("code") if isinstance(envelope, dict) else None
    if not isinstance(code, int) or code not in MEANINGS:
        return ""
    return f"{SAID} {code} ({MEANINGS[code]}): put that right, and run the command again."
