"""Finds values that look drawn in the paragraph of a secret's name, whatever stands between."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from typing import Final

from coze_cassettes.scrubbing.looks import DIGITS, KNOWN
from coze_cassettes.scrubbing.nearby import ABOUT, ABOUT_HAN, is_drawn

Span = tuple[int, int]

_BEHIND: Final = 200
_BEFORE: Final = 120
"""Characters between a name and a value behind it, or before it, at most."""

_WORD = re.compile(
    rf"(?<![A-Za-z0-9_@#$%^&*+=~./:\\?-])(?!{KNOWN})(?=[^\s\d]{{0,40}}\d)"
    r"[A-Za-z0-9](?:[A-Za-z0-9_@#$%^*+=~-]|[!.](?=[A-Za-z0-9@#$%^*+=~-])){3,126}[A-Za-z0-9!@#$%^*+=~]"
    r"(?![A-Za-z0-9_(\[{@/\\<?&]|\.\w)"
)
_COUNTING = re.compile(rf"(?!{DIGITS})\d+")
"""A number, behind which stands what it counts."""

# --- how a value looks ----------------------------------------------------------------------------------------------

_WRITTEN = re.compile(
    r"[0-9a-f]{7,12}|[0-9a-f]{40}|(?:[A-Z]{1,6}+\d{0,2}+|[A-Z]?[a-z]{3,}+\d{0,2}+){2,}|[A-Za-z]{2,}[-_]?\d{1,2}[A-Za-z]?"
    r"|\d+(?:-\d+)+[A-Za-z]?|[a-z]+(?:-[a-z0-9]+)*-(?:\d|[0-9a-f]{8,10}-)[a-z0-9]*|[\w.-]+=[^=].*|.*\.[a-z]{2,4}"
    r"|.*\d\.\d.*|[A-Za-z]+(?:\+\w+)+|[A-Z]\.\d+"
)
"""A commit, a class, a word with a number, parts of a number, a machine, a setting, a file, a version, keys pressed."""

_DIGEST = re.compile("[0-9a-f]{24}|[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""What looks drawn and is a secret only if a sentence says so."""

_STRONG = re.compile(
    r"(?=[^\d]*\d[^\d]*\d)[A-Za-z0-9._-]{2,}[!@#$%^&*+=~][^\s]{2,}|(?=[A-Z-]*\d)[A-Z0-9]{4,6}(?:-[A-Z0-9]{4,6})+"
)
"""Letters and digits around a sign that no word has, groups of capitals and digits."""

_CHANGE = re.compile(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])|(?<=[a-z])(?=[A-Z])|[!@#$%^&*+=~_-]")
_LEAST_CHANGES: Final = 2
_LEAST_DIGITS: Final = 3
_YEAR = re.compile("(?:19|20)[0-9]{2}")

# --- what stands before it ------------------------------------------------------------------------------------------

_OTHER: Final = (
    r"(?i:versions?|commits?|hash(?:es)?|sha|md5|digest|checksum|fingerprint|revision|release|build|patch|uuid|guid|rfc"
    r"|section|issues?|bugs?|tickets?|cases?|request|trace|event|message|error|order|model|part|batch|flight|room|gate"
    r"|serial|number|no\.|nr\.?|id|logid|url|host|port|path|file|ref|user|username|account|customer|client|named?|called"
    r"|function|class|method|package|module|branch|tag|step|page|chapter|line|in|year|since)"
)
_LABEL = re.compile(
    r"(?:(?P<sign>[\"'\])]?\s?(?:[:=]|=>|->)\s?[\"'`]?)|[(,\[{]\s?[\"'`]"
    rf"|(?<![A-Za-z]){_OTHER}[:#]? ?[\"'`(]{{0,2}})\Z"
)
"""What says before a value that it is another one's: its own name with a sign, a call, a word like ``version``."""

_EMPTY = re.compile(
    r"(?:\A|\W)(?:value|answer|a|b|me|i|it|one|this|that|here|now|use|try|copy|below|again|you|us|them|go|sure|yes|ok"
    r"|out|said|says|\n[A-Z][a-z]{1,11})\s?\Z",
    re.IGNORECASE,
)
"""A word before a colon that names nothing: who speaks, what points."""

_LABEL_REACH: Final = 24

# --- what stands between --------------------------------------------------------------------------------------------

_PARAGRAPH = re.compile(r"\n[ \t>]*\r?\n")
_OTHER_THING = re.compile(r"[={}\[\]\\|\n]")
"""What parts a value from a name behind it: a line, a bracket, a sign of equality."""

_SENTENCE = re.compile(rf"(?:(?![.!?] |(?<![A-Za-z]){ABOUT}|{ABOUT_HAN}|\d)[^={{}}\[\]\\|$@#;_\n。！？]){{0,80}}")
_OF_ERRORS: Final = ("错误，", "错误,", "错误、")
"""What stands between what one number of an error says and the next one."""


class Drawn:
    """The words of a text that look drawn, found once for all names in it."""

    def __init__(self, text: str) -> None:
        """Read a text, once there is a name in it."""
        self.text = text

    @cached_property
    def _words(self) -> list[Span]:
        words = (match.span() for match in _WORD.finditer(self.text) if not _says_nothing(match))
        return [(start, end) for start, end in words if not self._is_labelled(start)]

    @cached_property
    def _starts(self) -> list[int]:
        return [start for start, _ in self._words]

    def around(self, start: int, end: int) -> Iterator[Span]:
        """Where those stand that are in the paragraph of a name, or in its sentence if they look less drawn."""
        first, last = bisect_left(self._starts, start - _BEFORE), bisect_left(self._starts, end + _BEHIND)
        for low, high in self._words[first:last]:
            value = self.text[low:high]
            if low >= end:
                is_near = _is_near(value, self.text[end:low], _PARAGRAPH)
            elif high <= start:
                is_near = not value.isdecimal() and _is_near(value, self.text[high:start], _OTHER_THING)
            else:
                is_near = False  # the name is a part of it
            if is_near:
                yield low, high

    def _is_labelled(self, start: int) -> bool:
        label = _LABEL.search(self.text, max(0, start - _LABEL_REACH), start)
        if label is None:
            return False
        before = max(0, label.start() - _LABEL_REACH)
        return label["sign"] is None or _EMPTY.search(self.text, before, label.start()) is None


def _says_nothing(word: re.Match[str]) -> bool:
    """Whether a word is no value, whatever is near: a part of a program, a number that counts something."""
    return bool(_WRITTEN.fullmatch(word[0]) or _COUNTING.fullmatch(word.string, *word.span()))


def _is_near(value: str, gap: str, parting: re.Pattern[str]) -> bool:
    """Whether a value is as near to a name as its look asks for: in the paragraph, or in the sentence."""
    if value.isdecimal():
        return not (_YEAR.fullmatch(value) or gap in _OF_ERRORS) and _SENTENCE.fullmatch(gap) is not None
    if (is_drawn(value) or _STRONG.fullmatch(value)) and not _DIGEST.fullmatch(value):
        return parting.search(gap) is None
    is_unlike_word = sum(map(str.isdigit, value)) >= _LEAST_DIGITS or len(_CHANGE.findall(value)) >= _LEAST_CHANGES
    return is_unlike_word and _SENTENCE.fullmatch(gap) is not None
