"""The inspector's cheap pass: whether a text may hide anything at all, in a few steps over all of it.

It may cry wolf, since the dear pass has the last word, but must not overlook what that would find. It looks at the
words of a text, each once, and at triggers that no harmless cassette has.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import unquote_plus

from coze_cassettes.inspecting import shapes

_WORD_BYTES: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-.~")
_TO_WORDS: Final = bytes(byte if byte in _WORD_BYTES else 32 for byte in range(256))
_TO_DIGITS: Final = bytes(48 if 48 <= byte <= 57 else 46 for byte in range(256))  # noqa: PLR2004 - ASCII digits
_BETWEEN_DIGITS: Final = b" -()"
_MANY_DIGITS: Final = b"0" * 11
_PLUS = re.compile(rb"\+\d")
_WORD: Final = 8
"""Bytes of a word below which it can be nothing but a name."""

_TRIGGERS: Final = (b"@", b"::", b"-----BEGIN", b"earer ", b"asic ")
_WIDE = re.compile("[\u3000\uff0b\uff0d\uff0e\uff10-\uff19\uff20-\uff3a\uff3f\uff41-\uff5a]")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_PAIR = re.compile(
    r"\"([\w.-]++)\"\s*+:\s*+"
    r"(?:\[\s*+(?!\])|\"(?!(?:(?:https://scrubbed\.invalid/)?[A-Z][A-Z0-9]*_[A-Z_0-9]+|\d{0,4})\")|-?\d[\d.]{4})"
)
_HAN_SECRET = re.compile("密[码钥]|口令|令牌")
_VALUE: Final = r")\\*[\"']?\s{0,3}(?:[:=：]|是)\s{0,3}\\*[\"']?(?![A-Z][A-Z_0-9]*\b)[\w+/-]{12}"
_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_ROUNDS: Final = 10
"""How often a text is decoded; more than that is called suspicious."""


def _unescaped(text: str) -> str:
    """A text with the escapes of JSON undone, those inside each other too."""

    def char(match: re.Match[str]) -> str:
        return chr(int(match[1], 16)) if match[1] else _SHORT.get(match[2], match[2])

    while "\\" in text and (inner := _ESCAPE.sub(char, text)) != text:
        text = inner
    return text


@lru_cache(maxsize=4096)
def _speaking(name: str) -> bool:
    """Whether a key promises something that must be a tag."""
    return shapes.is_speaking(name)


@lru_cache(maxsize=4096)
def _secret(word: bytes) -> bool:
    """Whether a word is the name of a secret."""
    return shapes.is_secret_name(word.decode("ascii"))


_LOWER: Final = b"abcdefghijklmnopqrstuvwxyz_.-/~+"
_DOTS: Final = 2
_IP_ADDRESS = re.compile(rb"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\d)")
_TAG_WORD = re.compile(rb"[A-Z]+(?:_[A-Z]+)*_(?:\d+|[A-Z]+)")


def _are_suspicious(words: Sequence[bytes]) -> bool:
    """Whether one of some words is a part of a credential or an address, or may be base64 with a text in it."""
    others = [word for word in words if word.translate(None, _LOWER) and not _TAG_WORD.fullmatch(word)]
    if shapes.MARKED.search(b" ".join(others)) or _names_a_host(b" ".join(words).lower()):
        return True
    if any(_IP_ADDRESS.search(word) for word in others if word.count(b".") > _DOTS):
        return True
    if any(map(_looks_random, others)):
        return True
    return any(
        _hides_text(run) for word in others for run in word.split(b".") if len(run) > _WORD and shapes.MIXED.search(run)
    )


_RANDOM: Final = 28
_RANDOM_MARKS: Final = (re.compile(rb"[a-z]"), re.compile(rb"[A-Z]"), re.compile(rb"\d\D*\d\D*\d"))


def _looks_random(word: bytes) -> bool:
    return len(word) >= _RANDOM and all(mark.search(word) for mark in _RANDOM_MARKS)


_IN_HOSTS: Final = (b"byte", b"volc", b"vlab", b"tos-", b"k3s", b"sskey", b"h_key", b"hkey", b"q-sign", b"x-")


def _names_a_host(words: bytes) -> bool:
    return any(map(words.__contains__, _IN_HOSTS)) and shapes.HOST.search(words) is not None


def _hides_text(run: bytes) -> bool:
    """Whether a run of base64 holds text, or with one of its segments does."""
    for part in {run, *run.split(b"/")}:
        packed = part.translate(bytes.maketrans(b"-_", b"+/"))
        try:
            inner = base64.b64decode(packed + b"=" * (-len(packed) % 4), validate=True)
        except binascii.Error:
            continue
        if len(inner) >= _WORD and (inner[:2] == b"\x1f\x8b" or inner[:4] == b"\x28\xb5\x2f\xfd" or _is_text(inner)):
            return True
    return False


def _is_text(raw: bytes) -> bool:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return text.isprintable() or "\n" in text


_IN_SIGNED: Final = (b"sig=", b"sign=", b"ature=", b"xpires=", b"key=", b"code=")


def _is_signed(raw: bytes) -> bool:
    return any(map(raw.__contains__, _IN_SIGNED)) and shapes.SIGNED.search(raw) is not None


_IN_A_WORD = re.compile(rb"[A-Za-z0-9+/_.~-]+")


@dataclass(frozen=True)
class Needles:
    """What a text is searched for: those that can only stand inside a word, and the others."""

    inside: tuple[bytes, ...]
    others: tuple[str, ...]

    def stand_in(self, text: str, words: Iterable[bytes]) -> bool:
        """Whether one of them is in a text, whose words are given."""
        if self.inside:
            least = min(map(len, self.inside))
            joined = b" ".join(word for word in words if len(word) >= least)
            if any(map(joined.__contains__, self.inside)):
                return True
        return any(map(text.__contains__, self.others))

    def may_stand_in(self, text: str) -> bool:
        """The same for a text whose words are not known."""
        raw = text.encode("utf-8", "surrogatepass")
        return bool(self.inside or self.others) and self.stand_in(text, set(raw.translate(_TO_WORDS).split()))


def needles_of(forms: Iterable[str]) -> Needles:
    """The forms of the values that must not be there, arranged."""
    raw = {form: form.encode("utf-8") for form in forms}
    inside = {form for form, each in raw.items() if _IN_A_WORD.fullmatch(each)}
    return Needles(tuple(raw[form] for form in inside), tuple(form for form in raw if form not in inside))


def _in_plain(text: str, needles: Needles) -> bool:
    """Whether something suspicious stands in a text as it is."""
    raw = text.encode("utf-8", "surrogatepass")
    if any(map(raw.__contains__, _TRIGGERS)) or _is_signed(raw):
        return True
    digits = raw.translate(_TO_DIGITS, _BETWEEN_DIGITS)
    if (_MANY_DIGITS in digits or (b"+" in raw and _PLUS.search(raw))) and shapes.NUMBER.search(text):
        return True
    if any(map(_speaking, set(_PAIR.findall(text)))) or shapes.OWNED.search(text):
        return True
    words = set(raw.translate(_TO_WORDS).split())
    if _are_suspicious([word for word in words if len(word) >= _WORD]) or needles.stand_in(text, words):
        return True
    names = [word.decode("ascii") for word in words if _secret(word)]
    return _has_named_secret(text, [*names, *set(_HAN_SECRET.findall(text))])


def _has_named_secret(text: str, names: Sequence[str]) -> bool:
    """Whether something like a value stands behind one of the names."""
    return bool(names) and re.search("(?:" + "|".join(map(re.escape, names)) + _VALUE, text) is not None


def may_hide(texts: Iterable[str], needles: Needles) -> bool:
    """Whether one of some texts may hold what the dear pass looks for, one of the needles or anything else."""
    waiting = [_unescaped(text) for text in texts if text]
    for _ in range(_ROUNDS):
        if not waiting:
            return False
        if _in_plain("\n\0\n".join(waiting), needles):
            return True
        waiting = [_unescaped(inner) for text in waiting if (inner := _inside(text)) != text]
    return True


def _inside(text: str) -> str:
    """A text with its percent-encoding and full-width characters undone."""
    inner = unquote_plus(text) if "%" in text else text
    return shapes.folded(inner) if not inner.isascii() and _WIDE.search(inner) else inner
