"""What the tests of several areas share: constants, and what holds for every error."""

from __future__ import annotations

from collections.abc import Callable

import httpx
from cozepy import CozeAPIError

Fault = Callable[..., None]
MakeResponse = Callable[..., httpx.Response]

NOWHERE = "7000000000000000001"
"""An id as Coze makes them, of nothing."""

USER = "coze-suite"
"""Who the tests chat as."""

WRONG_TOKEN = "invalid-token"

PAGES = 3
"""How many pages a test turns at most: it stays short, however much there is."""

WAITS = (0.5, 1, 2, 4, 8, 16)
"""Seconds between two looks at what is in progress: no cassette grows beyond reason, however slow it is."""

FIXED = "the SDK is fixed if this passes: remove the mark, and its entry in docs/sdk-defects.md"
"""Why a strict xfail fails."""


def assert_refused(error: CozeAPIError, code: int | None = None) -> None:
    """An error of Coze carries a positive code, a text, and the log id of its answer."""
    assert error.code is not None
    assert error.code > 0
    assert code in (None, error.code)
    assert error.msg
    assert error.logid
