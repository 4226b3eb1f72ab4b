"""Remembers what is drawn at random while recording, which is known then in what a test sends."""

from __future__ import annotations

import os
import random
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Final

from coze_cassettes.session.attributes import Replaced

_MOST: Final = 5000
"""Draws that are remembered: what was drawn long ago stands in no request."""

_FEWEST: Final = 3
"""Bytes that are six hexadecimal digits."""

Drawn = deque[bytes | str]


def remember_context(drawn: Drawn) -> AbstractContextManager[None]:
    """Remember what ``uuid``, ``secrets`` and ``random`` draw: bytes of the system, and characters."""

    def bytes_of(draw: Callable[[int], bytes]) -> Callable[[int], bytes]:
        def urandom(size: int, /) -> bytes:
            found = draw(size)
            if size >= _FEWEST:
                drawn.append(found)
            return found

        return urandom

    def characters_of(draw: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
        def choose(*arguments: Any, **options: Any) -> list[Any]:
            found = draw(*arguments, **options)
            if all(isinstance(each, str) and len(each) == 1 for each in found):  # words are no value of their own
                drawn.append("".join(found))
            return found

        return choose

    return Replaced(
        {
            (os, "urandom"): bytes_of(os.urandom),
            (random, "_urandom"): bytes_of(os.urandom),  # what SystemRandom, and so secrets, draws
            (random, "choices"): characters_of(random.choices),
            (random, "sample"): characters_of(random.sample),
        }
    )


def draws() -> Drawn:
    """An empty memory, which forgets the oldest draws."""
    return deque(maxlen=_MOST)
