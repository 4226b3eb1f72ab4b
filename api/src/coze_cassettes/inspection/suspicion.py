"""The inspector's cheap pass: whether a text may hide anything at all, in a few steps over all of it.

It may cry wolf, since the dear pass has the last word, but must not overlook what that would find. It looks at the
words of a text, and at triggers that no harmless cassette has, in what stands between commas, each once.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from coze_cassettes.inspection import readings, shapes
from coze_cassettes.inspection.needles import Needles

_TO_DIGITS: Final = bytes(48 if 48 <= byte <= 57 else 46 for byte in range(256))  # noqa: PLR2004 - ASCII digits
_BETWEEN_DIGITS: Final = b" -()"
_MANY_DIGITS: Final = b"0" * 11
_PLUS = re.compile(rb"\+\d")
_HEX_DIGITS: Final = b"0123456789ABCDEFabcdef"
_COLONS: Final = b":" * 7
"""What is left of a full IPv6 address without its digits."""

_WORD: Final = 7
"""Bytes of a word below which it can be nothing but a name."""

_TRIGGERS: Final = (b"@", b"::", b"-----BEGIN")
_IN_BEARER: Final = (b"earer", b"asic")
_PAIR = re.compile(
    r'[",]([^",\\]++)"\s*+:\s*+(?:"(\d{1,4})"|(\d{1,4})(?![\d.e])|\[\s*+"(\d{1,4})"\s*+\]'
    rf'|\[(?!\s*+(?:"(?:{shapes.ANY_PLACEHOLDER})"\s*+)?\])|"(?!(?:{shapes.ANY_PLACEHOLDER})"|"\s*+(?:[,}}\]]|\Z))|-?\d)'
)
"""A name and what follows it that is not a placeholder: up to four digits, quoted or not, or the beginning of more."""

_HAN_SECRET = re.compile("密[码钥]|口令|令牌")
_VALUE: Final = (
    r")\\*[\"']?\s{0,3}(?:[:=：]|是)\s{0,3}\\*[\"']?"
    rf"(?!(?:{shapes.ANY_PLACEHOLDER})(?![\w+/=-]))(?=[A-Za-z_+/-]*\d)[\w+/-]{{12}}"
)
_ROUNDS: Final = 10
"""How often a text is decoded; more than that is called suspicious."""


@lru_cache(maxsize=4096)
def _speaking(name: str, digits: str) -> bool:
    """Whether a key promises something that must be a placeholder; of a few digits, whether they are refused."""
    if digits:
        return any(shapes.by_name(name.rpartition(".")[2], digits, f".{name}"))
    return shapes.is_speaking(name)


@lru_cache(maxsize=4096)
def _secret(word: bytes) -> bool:
    """Whether a word is the name of a secret."""
    return shapes.is_secret_name(word.decode("ascii"))


_LOWER: Final = b"abcdefghijklmnopqrstuvwxyz_.-/~+"
_IP_ADDRESS = re.compile(rb"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\d)")
_PLACEHOLDER_WORD = re.compile(rb"[A-Z]+(?:_[A-Z]+)*_(?:\d+|[A-Z]+)")


def _are_suspicious(words: Sequence[bytes]) -> bool:
    """Whether one of some words is a part of a credential or an address, or may be base64 with a text in it."""
    if _names_a_host(b" ".join(words).lower()):
        return True
    others = [word for word in words if word.translate(None, _LOWER) and not _PLACEHOLDER_WORD.fullmatch(word)]
    joined = b" ".join(others)
    if shapes.MARKED.search(joined) or _IP_ADDRESS.search(joined) or any(map(_looks_random, others)):
        return True
    return any(map(_hides_text, _RUN.findall(joined)))


_RUN = re.compile(rb"[A-Za-z0-9+/_-]{11,}")
_RANDOM: Final = 28
_RANDOM_MARKS: Final = (re.compile(rb"[a-z]"), re.compile(rb"[A-Z]"), re.compile(rb"\d\D*\d\D*\d"))


def _looks_random(word: bytes) -> bool:
    return len(word) >= _RANDOM and all(mark.search(word) for mark in _RANDOM_MARKS)


_IN_HOSTS: Final = (
    *(b"byte", b"volc", b"vlab", b"tos-", b"k3s", b"sskey", b"h_key", b"hkey", b"sign", b"expires", b"credential"),
    *(b"-token", b"x-orig", b"x-tos", b"x-amz", b"x-oss", b"x-cos", b"x-bce", b"x-goog"),
)


def _names_a_host(words: bytes) -> bool:
    return any(map(words.__contains__, _IN_HOSTS)) and shapes.HOST.search(words) is not None


def _hides_text(run: bytes) -> bool:
    """Whether a run of base64 holds text, or with one of its segments does."""
    for part in {run, *run.split(b"/")}:
        if len(part) < _LEAST_TEXT or part.isdigit():
            continue
        try:
            inner = binascii.a2b_base64(part.translate(readings.TO_BASE64) + b"==")
        except binascii.Error:
            continue
        if inner[:2] == b"\x1f\x8b" or inner[:4] == b"\x28\xb5\x2f\xfd" or _holds_text(inner):
            return True
    return False


_TELLING = re.compile(rb'[\t\n\r -~]{8}|\\[nrtbfu"/\\]|%[0-9A-Fa-f]{2}')
"""What tells of a text in bytes that are none as a whole."""

_LEAST_TEXT: Final = 6
"""Bytes of the shortest text that tells anything, a mail address."""


def _holds_text(raw: bytes) -> bool:
    if len(raw) < _LEAST_TEXT:
        return False
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    return text.isprintable() or "\n" in text or _TELLING.search(raw) is not None


_IN_SIGNED: Final = (b"sig=", b"sign=", b"signature=", b"expires=", b"key=", b"code=")


def _is_signed(raw: bytes) -> bool:
    return any(map(raw.lower().__contains__, _IN_SIGNED)) and shapes.SIGNED.search(raw) is not None


# --- the pass -------------------------------------------------------------------------------------------------------


def _in_plain(layer: readings.Text) -> bool:
    """Whether something suspicious stands in a text as it is."""
    text, raw = layer.distinct, layer.raw
    if any(map(raw.__contains__, _TRIGGERS)) or _COLONS in raw.translate(None, _HEX_DIGITS) or _is_signed(raw):
        return True
    if any(map(raw.__contains__, _IN_BEARER)) and shapes.BEARER.search(text):
        return True
    digits = raw.translate(_TO_DIGITS, _BETWEEN_DIGITS)
    if (_MANY_DIGITS in digits or (b"+" in raw and _PLUS.search(raw))) and shapes.NUMBER.search(text):
        return True
    if any(_speaking(name, "".join(few)) for name, *few in set(_PAIR.findall(text))):
        return True
    if _are_suspicious([word for word in layer.words if len(word) >= _WORD]):
        return True
    names = [word.decode("ascii") for word in layer.words if _secret(word)]
    return _has_named_secret(text, [*names, *set(_HAN_SECRET.findall(text))])


def _has_named_secret(text: str, names: Sequence[str]) -> bool:
    """Whether something like a value stands behind one of the names."""
    return bool(names) and re.search("(?:" + "|".join(map(re.escape, names)) + _VALUE, text) is not None


def _names_a_person(text: str, texts: Iterable[str]) -> bool:
    """Whether what belongs to something is named in a text, which for some only the whole texts tell, with commas."""
    if shapes.BAG.search(text) and shapes.HAN_NAME.search(text):
        return True
    return bool(shapes.OWNER.search(text)) and any(
        shapes.OWNED.search(level) for each in texts for level in readings.levels(each)
    )


def may_hide(texts: Iterable[str], needles: Needles) -> bool:
    """Whether one of some texts may hold what the dear pass looks for, one of the needles or anything else."""
    whole = tuple(texts)
    text = readings.all_levels(readings.distinct(whole))
    if _names_a_person(text, whole):
        return True
    for _ in range(_ROUNDS):
        layer = readings.Text(text)
        if needles.stand_in(layer) or needles.stand_wide_in(layer) or _in_plain(layer):
            return True
        text = readings.all_levels(readings.inside(text))
        if not text:
            return False
    return True
