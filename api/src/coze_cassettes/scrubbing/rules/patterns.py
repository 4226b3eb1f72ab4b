"""Pieces of patterns that the rules of several categories are made of.

Look-aheads are bounded, so that no text makes them look at it again and again.
"""

from __future__ import annotations

from typing import Final

NO_LETTER_BEFORE: Final = r"(?<![A-Za-z0-9])"
DIGIT_SOON: Final = r"(?=[A-Za-z_-]{0,40}\d)"
ANY_URL: Final = r"https?://[^\s\x00-\x1f\ud800-\udfff\"'<>\\)\]，。；、）】》]++"
