"""Judges whether a word of the paragraph around a secret's name looks drawn, whatever stands between."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from coze_cassettes.inspection.looks import is_drawn, is_pin
from coze_cassettes.inspection.masking import MASK
from coze_cassettes.inspection.nearby import ELSEWHERE, ELSEWHERE_HAN, is_counted, is_drawn_well
from coze_cassettes.inspection.words import words

_BEHIND: Final = 190
_BEFORE: Final = 110
"""Characters behind a name and before it that belong to its paragraph, at most."""

_BLANK_LINE = re.compile(r"\n[ \t>]*\r?\n")
_OTHER_THING = re.compile(r"[={}\[\]\\|\n]")
"""What a name has nothing to do with that stands before it."""

_WORD = re.compile(
    r"(?<![A-Za-z0-9_@#$%^&*+=~./:\\?-])[A-Za-z0-9](?:[A-Za-z0-9_@#$%^+*=~-]|[!.](?=[A-Za-z0-9@#$%^*+=~-])){3,127}"
)
_DIGIT = re.compile("[0-9]")
_PARTING = re.compile("[^A-Za-z0-9_.-]")
"""What parts a word from a name behind it, of which it is no part."""

_NO_EDGE: Final = ("(", "[", "{", "\\", "@", "<", "/", "?", "&")
_TRAILING: Final = "-_*"

_OF_PROGRAMS = re.compile(
    r"[0-9a-f]{7,12}|[0-9a-f]{40}|(?:[A-Z]{1,6}+[0-9]{0,2}+|[A-Z]?[a-z]{3,}+[0-9]{0,2}+){2,}|[A-Za-z]{2,}[_-]?[0-9]{1,2}[A-Za-z]?"
    r"|[0-9]+(?:-[0-9]+)+[A-Za-z]?|[a-z0-9]+(?:-[a-z0-9]+)*-(?:[0-9]|[0-9a-f]{8,10}-)[a-z0-9]*|[\w.-]+=[^=].*|.*\.[a-z]{2,4}|.*[0-9]\.[0-9].*|[A-Za-z]+(?:\+\w+)+|[A-Z]\.[0-9]+"
    r"|[A-Za-z0-9]+(?:_[A-Za-z0-9]+){2,}"
)
"""A commit, a class, a word with a number, parts of a number, a machine, keys pressed together, a path."""

_OF_A_FILE = re.compile("[0-9a-f]{24}|[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SIGNED = re.compile(r"[A-Za-z0-9._-]{2,}[!@#$%^&*+=~]\S{2,}")
_GROUPED = re.compile("[A-Z0-9]{4,6}(?:-[A-Z0-9]{4,6})+")
_LEAST_DIGITS: Final = 3
_LEAST_CHANGES: Final = 2

_OTHERS: Final = words(
    """
    version versions commit commits hash hashes sha md5 digest checksum fingerprint revision release build patch uuid
    guid rfc section issue issues bug bugs ticket tickets case cases request trace event message error order model part
    batch flight room gate serial number no nr id logid url host port path file ref user username account customer
    client name named call called function class method package module branch tag step page chapter line in year since
    """
)
"""Words right before something drawn that say what else it is."""

_NAMES_IT = re.compile(r"(?P<name>[A-Za-z]+)[:#.]? ?[\"'`(]{0,2}\Z")
_SIGN = re.compile(r"[\"'\])]?\s?(?:=>|->|[:=])\s?[\"'`]?\Z")
_CALL = re.compile(r"[(,\[{]\s?[\"'`]\Z")
_POINTS = re.compile(
    r"(?:\A|\W)(?:(?i:value|answer|a|b|me|i|it|one|this|that|here|now|use|try|copy|below|again|you|us|them|go|sure|yes|ok|out|said|says)"
    r"|\n[A-Za-z]{2,12})\s?\Z"
)
"""A word before a colon that is the name of nothing: who speaks, what points."""

_NEAR: Final = 24
_BROKEN = re.compile(rf"[={{}}\[\]\\|$@#;_\n。！？0-9{MASK}]|[.!?] ")
_WORDS = re.compile("[A-Za-z]+")
_LONGEST_GAP: Final = 80
_OF_ERRORS: Final = ("错误，", "错误,", "错误、")
"""What stands between what one number of an error says and the next one."""

_YEAR = re.compile("(?:19|20)[0-9]{2}")


def has_drawn_word(text: str, start: int, end: int, *, has_pin: bool) -> bool:
    """Whether the paragraph around a name, which stands from start to end, has one.

    ``has_pin``: digits alone count, behind the name.
    """
    behind, before = text[end : end + _BEHIND], text[max(0, start - _BEFORE) : start]
    blank = _BLANK_LINE.search(behind)
    behind = behind[: blank.start()] if blank else behind
    before = _OTHER_THING.split(before)[-1]
    if any(_is_value(word, rest, behind[:at], behind[:at], has_pin=has_pin) for word, at, rest in _words(behind)):
        return True
    return any(
        _PARTING.search(rest) and _is_value(word, rest, before[:at], rest, has_pin=False)
        for word, at, rest in _words(before)
    )


def _words(text: str) -> Iterator[tuple[str, int, str]]:
    """The words of a text that have a digit, each with its place and what stands behind it."""
    for match in _WORD.finditer(text) if _DIGIT.search(text) else ():
        word = match[0].rstrip(_TRAILING)
        rest = text[match.start() + len(word) :]
        if _DIGIT.search(word) and not rest.startswith(_NO_EDGE):
            yield word, match.start(), rest


def _is_value(word: str, rest: str, before: str, gap: str, *, has_pin: bool) -> bool:
    if word.isdecimal():
        is_likely = has_pin and is_pin(word) and not _YEAR.fullmatch(word) and not is_counted(rest)
        return is_likely and gap not in _OF_ERRORS and _is_of_sentence(gap) and not _is_labelled(before)
    if _OF_PROGRAMS.fullmatch(word) or not is_drawn(word) or _is_labelled(before):
        return False
    if _is_strong(word):
        return True
    digits = sum(map(str.isdecimal, word))
    return (digits >= _LEAST_DIGITS or _changes(word) >= _LEAST_CHANGES) and _is_of_sentence(gap)


def _is_strong(word: str) -> bool:
    """Whether nothing but a secret looks like a word."""
    if _OF_A_FILE.fullmatch(word):
        return False
    digits = sum(map(str.isdecimal, word))
    return is_drawn_well(word) or (digits > 1 and _SIGNED.fullmatch(word) is not None) or bool(_GROUPED.fullmatch(word))


def _sort(char: str) -> str:
    return "a" if char.isalpha() else "1" if char.isdecimal() else "!"


def _changes(word: str) -> int:
    return sum(left != right for left, right in pairwise(map(_sort, word)))


def _is_of_sentence(gap: str) -> bool:
    """Whether what stands between a name and a word goes on with one sentence about the name."""
    if len(gap) > _LONGEST_GAP or _BROKEN.search(gap) or ELSEWHERE_HAN.search(gap):
        return False
    return ELSEWHERE.isdisjoint(word.lower() for word in _WORDS.findall(gap))


def _is_labelled(before: str) -> bool:
    """Whether what stands before a word says that it is the value of another name."""
    near = before[-_NEAR:]
    if _CALL.search(near):
        return True
    if (sign := _SIGN.search(near)) is not None:
        return _POINTS.search(before[: len(before) - len(near) + sign.start()][-_NEAR:]) is None
    name = _NAMES_IT.search(near)
    return name is not None and name["name"].lower() in _OTHERS
