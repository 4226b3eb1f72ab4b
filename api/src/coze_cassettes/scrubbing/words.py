"""Finds passwords that are words in small letters, where a syntax says that a word is the value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from coze_cassettes.scrubbing.syntaxes import NamedValue

_NAME: Final = (
    r"(?P<name>(?i:pass[_-]?(?:word|wd|phrase|code)|pwd|pin_?code)|密码|口令)"
    r"(?:[_-]?(?:\d{1,2}|value|str|old))?(?![A-Za-z0-9_])"
)
_VALUE: Final = "(?P<value>[a-z]{6,32})(?![A-Za-z0-9_.(-])"
_BEFORE_NAME: Final = r"[A-Za-z0-9_.-]{0,32}[\u4e00-\u9fff]{0,8}"
_PATTERNS: Final = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        rf"{_NAME}\s{{0,4}}(?:</[a-z0-9]{{1,10}}>\s{{0,4}})?[:：=]\s{{0,4}}(?:</[a-z0-9]{{1,10}}>\s{{0,4}}|&nbsp;\s{{0,4}}|<(?!li\b|/)[a-z][^<>]{{0,64}}>\s{{0,4}}){{0,2}}{_VALUE}\s{{0,4}}</?[a-z]",
        rf"{_NAME}=\[{_VALUE}\]",
        rf"{_NAME}[:=]{_VALUE}(?=[>'\"`\]]|[ ][A-Za-z_][A-Za-z0-9_]{{0,32}}[:=]\S|[ ]\|[ ])",
        rf"^[ \t]{{0,16}}[A-Za-z0-9_]{{0,32}}{_NAME}={_VALUE}(?=[ ][a-z./])",
        rf"^> ?[A-Za-z0-9_. -]{{0,32}}{_NAME}: {_VALUE}[ \t]{{0,4}}\r?$",
        rf"^\|[ ]?{_BEFORE_NAME}[ ]?{_NAME}[ ]{{0,8}}\|[ ]?`?{_VALUE}`?[ ]{{0,32}}\|[ ]?\r?\n(?!\|[ ]?[-:])",
        (
            rf"(?i:set|put|define|add)[A-Za-z_]{{0,24}}\([^()\"'\n]{{0,32}}[\"']{_BEFORE_NAME}{_NAME}[\"'], ?"
            rf"[\"']{_VALUE}[\"']"
        ),
        rf"#define {_BEFORE_NAME}{_NAME} \"{_VALUE}\"",
        rf"\$\{{{_BEFORE_NAME}{_NAME}:-?{_VALUE}\}}",
    )
)
"""Of elements, of logs, of commands, of cells, of calls."""

_MARK = re.compile("(?i)pass|pwd|pin_?code|密码|口令")


def words_in(text: str) -> Iterator[NamedValue]:
    """The words of a text that are passwords, in no order."""
    for pattern in _PATTERNS if _MARK.search(text) else ():
        for match in pattern.finditer(text):
            start, end = match.span("value")
            yield NamedValue(match["name"], start, end, is_quoted=False, is_word=True)
