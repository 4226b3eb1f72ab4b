"""Words in small letters that a text gives for a password, where a word behind a name could be a part of a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from coze_cassettes.inspection.prose import Pair

_NAME: Final = r"[A-Za-z0-9_.$\u3400-\u9fff-]{2,64}+"
_STEMS: Final = ("pass", "pwd", "pin", "密码", "口令")
_SAYS_PASSWORD = re.compile("(?i:pass[_-]?(?:word|wd|phrase|code)|pwd|pin_?code)|密码|口令")
_AFTER_NAME: Final = 96
_MARKUP = re.compile(r"</?[a-z][^<>]{0,64}>|&nbsp;")
_TAG: Final = "\x01"
_SUFFIX: Final = r"(?:[_-]?(?:[0-9]{1,2}|value|str|old))?"
_SMALL: Final = r"(?P<value>[a-z]{6,32})(?![A-Za-z0-9_.(-])"
_BEHIND_NAME: Final = tuple(
    re.compile(_SUFFIX + pattern.format(_SMALL))
    for pattern in (
        rf"[{_TAG} ]*[:=：][{_TAG}\s]*{{}}\s*{_TAG}",
        r"=\[{}\]",
        r"[:=]{}(?:[\]>'\"`]| [A-Za-z_][A-Za-z0-9_]*[:=]\S| \| )",
        r":-?{}\}}",
        r" ?\|[ `]*{}[ `]*\|\s*?\n(?!\| ?[-:])",
    )
)
_BESIDE_A_NAME = re.compile(
    r"^[A-Za-z_ \t]*(?P<name>(?i:pass[_-]?(?:word|wd|phrase|code)|pwd|pin_?code))(?:_?[0-9a-z]{1,5})?="
    r"(?P<value>[a-z]{6,32})(?= [a-z./])",
    re.MULTILINE,
)
_OF_A_CALL = re.compile(rf"""\([^()"'\n]*+["'](?P<name>{_NAME})["'], ?["'](?P<value>[a-z]{{6,32}})["']""")
_SETTER = re.compile(r"(?i:set|put|add|define)[a-zA-Z_]*\Z")
_LONGEST_SETTER: Final = 64


def words_in(text: str) -> Iterator[Pair]:
    """Words in small letters that a syntax gives for a password: elements, logs, cells, commands, calls."""
    for end in _ends_of_names(text):
        rest = _MARKUP.sub(_TAG, text[end : end + _AFTER_NAME])
        for pattern in _BEHIND_NAME:
            if (found := pattern.match(rest)) is not None:
                yield Pair("password", found["value"], is_quoted=True)
    if "=" in text:
        yield from (Pair(found["name"], found["value"], is_quoted=True) for found in _BESIDE_A_NAME.finditer(text))
    for found in _OF_A_CALL.finditer(text):
        if _SETTER.search(text, max(0, found.start() - _LONGEST_SETTER), found.start()) is not None:
            yield Pair(found["name"], found["value"], is_quoted=True)


def _ends_of_names(text: str) -> Iterator[int]:
    """Where names of passwords end; a search for a few letters is a fast one."""
    small = text.lower()
    small = small if len(small) == len(text) else text
    for stem in _STEMS:
        place = small.find(stem)
        while place >= 0:
            if (match := _SAYS_PASSWORD.match(text, place)) is not None:
                yield match.end()
            place = small.find(stem, place + 1)
