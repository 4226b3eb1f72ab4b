"""Pieces of patterns that the rules of several categories are made of.

Look-aheads are bounded, so that no text makes them look at it again and again.
"""

from __future__ import annotations

from typing import Final

NO_LETTER_BEFORE: Final = r"(?<![A-Za-z0-9])"
DIGIT_SOON: Final = r"(?=[A-Za-z_-]{0,40}\d)"
BOTH_CASES: Final = r"(?=[a-z\d]{0,40}[A-Z])(?=[A-Z\d]{0,40}[a-z])[A-Za-z0-9]{40,}+"
"""A long key in which no digit comes soon, as in one of a thousand random keys."""
ANY_URL: Final = (
    r"https?://(?:[^\x00-\xa0\s\ud800-\udfff\u2000-\u206f，。；：、！？…（）【】《》「」『』〈〉〔〕]*+"
    r"[!#-&(*-;=?-\[^_a-~]++)++"
)
"""What is not ASCII is a part of it where more of ASCII follows: behind its end a Chinese sentence may go on."""
