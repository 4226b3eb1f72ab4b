"""Remembers what is drawn at random while recording, which is known then in what a test sends."""

from __future__ import annotations

import os
import random
import secrets
import tempfile
import uuid
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, Final

from coze_cassettes.scrubbing.drawn import SMALLEST, Draw
from coze_cassettes.session.attributes import Replaced

_MOST: Final = 5000
"""Draws that are remembered: what was drawn long ago stands in no request."""

_FEWEST: Final = 3
"""Bytes that are six hexadecimal digits."""

_LONGEST_RUN: Final = 1000
_LONGEST_TEXT: Final = 64
"""Characters that are remembered together if they are drawn one by one, and those of a text of them."""

Drawn = deque[Draw]


def remember_context(drawn: Drawn) -> AbstractContextManager[None]:
    """Remember what ``uuid``, ``secrets``, ``random`` and ``tempfile`` draw: bytes of the system, characters, names."""
    bytes_of, characters_of = partial(_bytes_of, drawn), partial(_characters_of, drawn)
    one_of, number_of, text_of = partial(_one_of, drawn), partial(_number_of, drawn), partial(_text_of, drawn)
    names = tempfile._RandomNameSequence  # type: ignore[attr-defined]  # noqa: SLF001 - it has a generator of its own
    return Replaced(
        {
            (os, "urandom"): bytes_of(os.urandom),
            (random, "_urandom"): bytes_of(os.urandom),  # what SystemRandom, and so secrets, draws
            (random, "randbytes"): bytes_of(random.randbytes),
            (random.Random, "choices"): characters_of(random.Random.choices),
            (random.Random, "choice"): one_of(random.Random.choice),
            (random, "choices"): characters_of(random.choices),
            (random, "sample"): characters_of(random.sample),
            (random, "choice"): one_of(random.choice),
            (secrets, "choice"): one_of(secrets.choice),
            (random, "randint"): number_of(random.randint),
            (random, "randrange"): number_of(random.randrange),
            (random, "getrandbits"): number_of(random.getrandbits),
            (secrets, "randbelow"): number_of(secrets.randbelow),
            (secrets, "randbits"): number_of(secrets.randbits),
            (names, "__next__"): text_of(names.__next__),
            (uuid, "uuid1"): text_of(uuid.uuid1),
        }
    )


def _bytes_of(drawn: Drawn, draw: Callable[[int], bytes]) -> Callable[[int], bytes]:
    def urandom(size: int, /) -> bytes:
        found = draw(size)
        if size >= _FEWEST:
            drawn.append(found)
        return found

    return urandom


def _characters_of(drawn: Drawn, draw: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
    def choose(*arguments: Any, **options: Any) -> list[Any]:
        found = draw(*arguments, **options)
        if all(isinstance(each, str) and len(each) == 1 for each in found):  # words are no value of their own
            drawn.append("".join(found))
        return found

    return choose


def _one_of(drawn: Drawn, draw: Callable[..., Any]) -> Callable[..., Any]:
    def choose(*arguments: Any, **options: Any) -> Any:
        found = draw(*arguments, **options)
        if isinstance(found, str) and len(found) == 1:
            last = drawn[-1] if drawn else ""
            if not isinstance(last, list) or len(last) >= _LONGEST_RUN:
                last = last[-_LONGEST_TEXT:] if isinstance(last, list) else []
                drawn.append(last)
            last.append(found)
        return found

    return choose


def _number_of(drawn: Drawn, draw: Callable[..., int]) -> Callable[..., int]:
    def number(*arguments: Any, **options: Any) -> int:
        found = draw(*arguments, **options)
        if found >= SMALLEST:
            drawn.extend((str(found), f"{found:x}"))
        return found

    return number


def _text_of(drawn: Drawn, draw: Callable[..., object]) -> Callable[..., Any]:
    def text(*arguments: Any, **options: Any) -> object:
        found = draw(*arguments, **options)
        drawn.extend((str(found), str(found).replace("-", "")))
        return found

    return text


def draws() -> Drawn:
    """An empty memory, which forgets the oldest draws."""
    return deque(maxlen=_MOST)
