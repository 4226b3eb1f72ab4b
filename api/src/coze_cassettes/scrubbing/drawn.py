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

_NANOID: Final = 4 * b"_-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""The characters that nanoid makes of bytes."""

_CAPITALS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SMALL: Final = _CAPITALS.lower()
_FIGURES: Final = "0123456789"
_ALPHABETS: Final = tuple(
    {each: value for value, each in enumerate(digits)}
    for digits in (
        _FIGURES,
        _FIGURES + _SMALL,
        _FIGURES + _CAPITALS + _SMALL,
        _FIGURES + _SMALL + _CAPITALS,
        "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",  # shortuuid
        "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",  # base58
    )
)
"""Digits with which programs write drawn bytes as one number."""

_SHORTEST_NUMBER, _LONGEST_NUMBER = 20, 48
"""Characters of a number as large as a UUID."""

_LAST_UUID: Final = (1 << 128) - 1

_CROCKFORD: Final = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789abcdefghjkmnpqrstvwxyz")
_MOST: Final = 1 << 20
"""Bytes of a body that are read: more is a file."""

_WORD: Final = re.compile(rf"[A-Za-z0-9]{{{_MIN},}}")
_NAME: Final = re.compile(rf"[A-Za-z0-9_]{{{_MIN},}}")
"""What is one word with a drawn one in it: ``bot_1f2e3d4c``."""

_TOKEN: Final = re.compile(rf"[A-Za-z0-9_-]{{{_MIN},}}={{0,2}}")
_UUID: Final = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_PREFIX: Final = re.compile(r"\w*_\Z", re.ASCII)
_LONGEST_PREFIX: Final = 64
_BASE64: Final = re.compile(r"(?<![\w+/-])[A-Za-z0-9+/]{8,}+={0,2}+(?![\w+/-])", re.ASCII)


def drawn_in(interactions: Iterable[Interaction], drawn: Sequence[Draw]) -> Iterator[str]:
    """The texts in requests that a test made of drawn bytes, or of drawn characters, in order."""
    if drawn:
        draws = _Draws(drawn)
        for interaction in interactions:
            yield from draws.made_in(_text_of(interaction))


class _Draws:
    """What was drawn, in the forms in which programs write it."""

    def __init__(self, drawn: Sequence[Draw]) -> None:
        long = [each for each in drawn if isinstance(each, bytes) and len(each) >= _MIN_CUT]
        texts = [each for each in drawn if isinstance(each, str)]
        self._whole = {*texts, *(form for each in drawn if isinstance(each, bytes) for form in _forms(each))}
        self._folders = [each for each in texts if "/" in each]
        self._endings = {ending for each in drawn for ending in _endings(each)}
        self._beginnings = defaultdict[str, list[str]](list)
        for digits in (digits for each in long for digits in _hexadecimal(each)):
            self._beginnings[digits[:_MIN]].append(digits)
        self._runs = _Runs("".join(each) for each in drawn if isinstance(each, list))
        self._nanoids, self._numbers = _Runs(each.translate(_NANOID).decode() for each in long), _Numbers(long)

    def made_in(self, text: str) -> Iterator[str]:
        """What of a text was made of them: first what is longest."""
        yield from (each for each in self._folders if each in text)
        long = [token for token in _BASE64.findall(text) if token in self._whole]
        long += [_with_prefix(each) for each in _UUID.finditer(text) if _digits_of(each) in self._whole]
        yield from long
        rest = _without(text, long)
        tokens = [token for token in _TOKEN.findall(rest) if self._is_token(token)]
        yield from tokens
        timed = [each for each in _TIMED.findall(rest) if each[-_TIMED_END:].lower() in self._endings]
        yield from timed
        known = frozenset(tokens)
        rest = _TOKEN.sub(lambda match: " " if match[0] in known else match[0], _without(rest, timed))
        yield from (name for name in _NAME.findall(rest) if self._is_name(name))

    def _is_token(self, token: str) -> bool:
        return token in self._whole or token in self._nanoids or token in self._numbers

    def _is_name(self, name: str) -> bool:
        if name in self._whole or name[-_TEMPORARY:] in self._whole:
            return True
        return any(map(self._is_word, _WORD.findall(name)))

    def _is_word(self, word: str) -> bool:
        return word in self._whole or word in self._runs or _begins(word.lower(), self._beginnings)


def _digits_of(match: re.Match[str]) -> str:
    return match[0].replace("-", "").lower()


class _Runs:
    """Characters that were drawn one after the other; a text of them is anywhere among them."""

    def __init__(self, runs: Iterable[str]) -> None:
        self._runs = [run for run in runs if len(run) >= _MIN][-_MOST_RUNS:]
        self._parts = {run[at : at + _MIN] for run in self._runs for at in range(len(run) - _MIN + 1)}

    def __contains__(self, word: str) -> bool:
        return word[:_MIN] in self._parts and any(word in run for run in self._runs)


class _Numbers:
    """Draws that are written as numbers, behind a time in seconds if they are as long as a UUID."""

    def __init__(self, draws: Iterable[bytes]) -> None:
        self._draws = {int.from_bytes(raw) for each in draws for raw in _raw(each)}

    def __contains__(self, token: str) -> bool:
        return _SHORTEST_NUMBER <= len(token) <= _LONGEST_NUMBER and any(map(self._has, _numbers(token)))

    def _has(self, number: int) -> bool:
        return number in self._draws or (number & _LAST_UUID != number and number & _LAST_UUID in self._draws)


def _numbers(token: str) -> Iterator[int]:
    """What a token is as a number."""
    for digits in _ALPHABETS:
        if all(each in digits for each in token):
            for text in (token, token[::-1]):
                number = 0
                for each in text:
                    number = number * len(digits) + digits[each]
                yield number


def _text_of(interaction: Interaction) -> str:
    request = interaction.request
    return f"{unquote(request.uri)} {request.body.decode('latin-1') if len(request.body) < _MOST else ''}"


def _raw(drawn: bytes) -> Iterator[bytes]:
    """Drawn bytes, and those of the UUID that they make."""
    yield drawn
    if len(drawn) == _UUID_BYTES:
        yield UUID(bytes=drawn, version=4).bytes


def _hexadecimal(drawn: bytes) -> Iterator[str]:
    yield from (each.hex() for each in _raw(drawn))


def _forms(drawn: bytes) -> Iterator[str]:
    """How programs write drawn bytes."""
    for raw in _raw(drawn):
        yield raw.hex()
        yield raw.hex().upper()
        encoded = (base64.urlsafe_b64encode(raw), base64.b64encode(raw), base64.b32encode(raw))
        for each in (text.decode() for text in encoded):
            yield each
            yield each.rstrip("=")


def _with_prefix(match: re.Match[str]) -> str:
    """A match with the beginning of the name that it ends: ``bot_1f2e...``."""
    before = _PREFIX.search(match.string[max(0, match.start() - _LONGEST_PREFIX) : match.start()])
    return (before[0] if before else "") + match[0]


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
