"""Finds in requests what their test drew at random."""

from __future__ import annotations

import base64
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import unquote
from uuid import UUID

from coze_cassettes.cassette.model import Interaction

Draw = bytes | str | list[str]
"""Bytes, a text, or characters that were drawn one by one: which of them make a text only what is sent can say."""

SMALLEST: Final = 100_000
"""Whole numbers below it are never taken for drawn ones: they are in many texts."""

_MIN: Final = 6
"""Characters below which the beginning of a drawn text, as in ``uuid4().hex[:6]``, is no value of its own."""

_MIN_CUT: Final = 8
"""Bytes of a draw below which only all of it is known again: the masks of WebSockets are many, and four bytes each."""

_MOST_RUNS: Final = 100
"""Runs of characters that are searched, the last of all: a test that draws more has little use for each."""

_TEMPORARY: Final = 8
"""Characters in which the name of a temporary file ends."""

_UUID_BYTES: Final = 16
_ULID_DRAW: Final = 10
"""Bytes at the end of a ULID, which begins with the time; a UUID of version 7 does too."""

_TIMED: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:[0-9A-Fa-f]{8}-?[0-9A-Fa-f]{4}-?7[0-9A-Fa-f]{3}-?[89abAB][0-9A-Fa-f]{3}-?[0-9A-Fa-f]{12}"
    r"|[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25})(?![A-Za-z0-9])"
)
"""A UUID of version 7, or a ULID: a time, then drawn bytes."""

_TIMED_END: Final = 8
"""Characters at its end that are drawn whatever makes it."""

_CROCKFORD: Final = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789abcdefghjkmnpqrstvwxyz")
_MOST: Final = 1 << 20
"""Bytes of a body that are read: more is a file."""

_WORD: Final = re.compile(rf"[A-Za-z0-9]{{{_MIN},}}")
_NAME: Final = re.compile(rf"[A-Za-z0-9_]{{{_MIN},}}")
"""What is one word with a drawn one in it: ``bot_1f2e3d4c``."""

_TOKEN: Final = re.compile(rf"[A-Za-z0-9_-]{{{_MIN},}}={{0,2}}")


def drawn_in(interactions: Iterable[Interaction], drawn: Sequence[Draw]) -> Iterator[str]:
    """The texts in requests that a test made of drawn bytes, or of drawn characters, in order."""
    if not drawn:
        return
    whole, beginnings = set[str](), defaultdict[str, list[str]](list)
    endings = {ending for each in drawn for ending in _endings(each)}
    runs = _Runs("".join(each) for each in drawn if not isinstance(each, str | bytes))
    for each in drawn:
        if isinstance(each, str):
            whole.add(each)
        if not isinstance(each, bytes):
            continue
        whole.update(_forms(each))
        for digits in _hexadecimal(each) if len(each) >= _MIN_CUT else ():
            beginnings[digits[:_MIN]].append(digits)
    folders = [each for each in whole if "/" in each]
    for text in map(_text_of, interactions):
        yield from (each for each in folders if each in text)
        yield from (token for token in _TOKEN.findall(text) if token in whole)
        timed = [each for each in _TIMED.findall(text) if each[-_TIMED_END:].lower() in endings]
        yield from timed
        rest = _TOKEN.sub(lambda match: " " if match[0] in whole else match[0], _without(text, timed))
        for name in _NAME.findall(rest):
            if (
                name in whole
                or name[-_TEMPORARY:] in whole
                or any(
                    word in whole or word in runs or _begins(word.lower(), beginnings) for word in _WORD.findall(name)
                )
            ):
                yield name


class _Runs:
    """Characters that were drawn one after the other; a text of them is anywhere among them."""

    def __init__(self, runs: Iterable[str]) -> None:
        self._runs = [run for run in runs if len(run) >= _MIN][-_MOST_RUNS:]
        self._parts = {run[at : at + _MIN] for run in self._runs for at in range(len(run) - _MIN + 1)}

    def __contains__(self, word: str) -> bool:
        return word[:_MIN] in self._parts and any(word in run for run in self._runs)


def _text_of(interaction: Interaction) -> str:
    request = interaction.request
    return f"{unquote(request.uri)} {request.body.decode('latin-1') if len(request.body) < _MOST else ''}"


def _hexadecimal(drawn: bytes) -> Iterator[str]:
    yield drawn.hex()
    if len(drawn) == _UUID_BYTES:
        yield UUID(bytes=drawn, version=4).hex


def _forms(drawn: bytes) -> Iterator[str]:
    """How programs write drawn bytes."""
    yield from _hexadecimal(drawn)
    yield drawn.hex().upper()
    yield base64.urlsafe_b64encode(drawn).decode().rstrip("=")
    yield base64.urlsafe_b64encode(drawn).decode()
    if len(drawn) == _UUID_BYTES:
        yield str(UUID(bytes=drawn, version=4))


def _without(text: str, parts: Iterable[str]) -> str:
    for each in parts:
        text = text.replace(each, " ")
    return text


def _endings(drawn: Draw) -> Iterator[str]:
    """How what ends in a draw ends."""
    if isinstance(drawn, str):
        yield drawn[-_TIMED_END:]
    if not isinstance(drawn, bytes):
        return
    yield drawn.hex()[-_TIMED_END:]
    if len(drawn) == _ULID_DRAW:
        yield base64.b32encode(drawn).translate(_CROCKFORD).decode()[-_TIMED_END:]


def _begins(word: str, beginnings: Mapping[str, Sequence[str]]) -> bool:
    """Whether drawn bytes in hexadecimal digits begin so."""
    return any(digits.startswith(word) for digits in beginnings.get(word[:_MIN], ()))
