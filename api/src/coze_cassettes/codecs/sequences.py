"""Finds the JSON values that a text consists of: objects one after the other, lines, several lines of an event."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
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


# --- lines ----------------------------------------------------------------------------------------------------------

_HEAD = re.compile(r'(?:(?:[0-9a-f]{1,4}|[a-z]):|[0-9]{1,4}(?=[\[{]))?(?=[\[{"])')
"""What protocols write before the JSON of a line or a message: ``0:"text"`` of Vercel, ``42["event"]`` of Socket.IO."""


def json_start(line: str) -> int | None:
    """Where a JSON object, list or string begins that a line is but for its head; None if it is none."""
    head = _HEAD.match(line)
    return head.end() if head is not None and _is_value(line[head.end() :]) else None


def is_lines(text: str) -> bool:
    """Whether a text is lines of JSON values, with or without a head."""
    lines = [line for line in text.strip().split("\n") if line.strip()]
    return len(lines) >= _FEWEST and all(json_start(line.strip()) is not None for line in lines)


def _is_value(text: str) -> bool:
    if not text.startswith('"'):
        return json_text.is_json(text)
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def joined_lines(values: Iterable[tuple[int, int]], text: str) -> Iterator[list[tuple[int, int]]]:
    """The lines of each event whose data is one JSON value in several lines, of those whose data begins like one."""
    group: list[tuple[int, int]] = []
    for start, end in [*values, (len(text) + _GAP, 0)]:
        if group and start - group[-1][1] < _GAP and _NEXT_LINE.fullmatch(text, group[-1][1], start):
            group.append((start, end))
            continue
        lines = [text[slice(*each)] for each in group]
        if len(lines) > 1 and not json_text.is_json(lines[0]) and json_text.is_json("\n".join(lines)):
            yield group
        group = [(start, end)] if text.startswith(("{", "["), start) else []


_GAP: Final = 10
_NEXT_LINE = re.compile(r"(?:\r\n|\r|\n)data:[ ]?")
