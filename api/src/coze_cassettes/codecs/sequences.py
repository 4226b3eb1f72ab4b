"""Finds JSON objects that come one after the other in a text that is neither lines of JSON nor events."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from coze_cassettes.codecs import json_text

_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*+"|(?P<open>[{\[])|(?P<close>[}\]])|[^"{}\[\]]++|(?P<broken>")', re.DOTALL)
_BEGINNING = re.compile(r"[\s\x1e]*+(?P<list>\[)?[\s\x1e]*+(?=\{)")
_BETWEEN: Final = {True: re.compile(r"\s*,\s*"), False: re.compile(r"[\s\x1e]*")}
_FEWEST: Final = 2


def objects_in(text: str) -> list[tuple[int, int]]:
    """Where the objects of a list begin and end that comes object by object, of a JSON text sequence, or of neither.

    A list in one line comes as a whole: its objects are no pieces of a text.
    """
    beginning = _BEGINNING.match(text)
    if beginning is None:
        return []
    is_list = beginning["list"] is not None
    if "\n" not in text if is_list else json_text.is_json(text):
        return []
    spans = _objects(text, beginning.end())
    gaps = [text[end:start] for (_, end), (start, _) in pairwise(spans)]
    if len(spans) < _FEWEST or not all(map(_BETWEEN[is_list].fullmatch, gaps)) or (is_list and "\n" not in gaps[0]):
        return []
    return spans if all(json_text.is_json(text[start:end]) for start, end in spans) else []


def _objects(text: str, position: int) -> list[tuple[int, int]]:
    """What braces hold, outside of others."""
    spans: list[tuple[int, int]] = []
    depth, start = 0, position
    for match in _STRUCTURE.finditer(text, position):
        if match["broken"]:
            return []
        if match["open"]:
            start = match.start() if depth == 0 else start
            depth += 1
        elif match["close"]:
            depth -= 1
            if depth == 0:
                spans.append((start, match.end()))
            elif depth < 0:  # the end of the list
                break
    return spans
