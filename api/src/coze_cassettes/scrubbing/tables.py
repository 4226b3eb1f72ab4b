"""Finds the cells of tables, each with the name at the head of its column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from coze_cassettes.scrubbing.syntaxes import NamedValue

_DELIMITERS: Final = (",", "\t", "|", ";")
_MOST_CELLS: Final = 64
_OF_CODE: Final = (",", ";")
_FEWEST_CELLS: Final = 2
"""Cells of a line at least where its delimiter may be part of code."""


def columns(text: str) -> Iterator[NamedValue]:
    """The cells of a table, each with the name at the head of its column."""
    for delimiter in _DELIMITERS:
        header: list[str] = []
        expected = 0
        for start, line in _lines_with(delimiter, text):
            if start == expected and _RULER.fullmatch(line):
                expected = start + len(line) + 1
                continue
            cells = _split(line, delimiter)
            if _may_be_no_row(delimiter, line) and sum(map(bool, map(str.strip, cells))) < _FEWEST_CELLS:
                continue
            if start != _next_row(text, expected) or not cells or len(cells) != len(header):
                header = [_head(cell.strip(" \r\"'*\ufeff")) for cell in cells]
            else:
                yield from _cells(header, cells, start, len(delimiter))
            expected = start + len(line) + 1


def _may_be_no_row(delimiter: str, line: str) -> bool:
    """Whether a delimiter may end a line of code, or a bar begin one of several alternatives."""
    return delimiter in _OF_CODE or (delimiter == "|" and not line.rstrip().endswith("|"))


_RULER = re.compile(r"[ \t]*[-+=:|][-+=:| \t]*\r?\n?")


def is_head(text: str, place: int) -> bool:
    """Whether the line of a place is the head of a table of Markdown, whose cells are names: a ruler is below."""
    return _RULED.match(text, place) is not None


_RULED = re.compile(r"[^\n]{0,512}\n[ \t]*[-+:|][-+:| \t]*-[-+:| \t]*\r?$", re.MULTILINE)


def _next_row(text: str, start: int) -> int:
    """Where the next row of a table begins, behind the line under its head."""
    ruler = _RULER.match(text, start)
    return ruler.end() if ruler and ruler[0].endswith("\n") else start


def _split(line: str, delimiter: str) -> list[str]:
    """The cells of a line; one in quotes may hold the delimiter."""
    if line.count(delimiter) >= _MOST_CELLS:
        return []
    cells = line.split(delimiter)
    if '"' not in line:
        return cells
    whole: list[str] = []
    for cell in cells:
        if whole and whole[-1].lstrip().startswith('"') and whole[-1].count('"') % 2:
            whole[-1] += delimiter + cell
        else:
            whole.append(cell)
    return whole


def _lines_with(delimiter: str, text: str) -> Iterator[tuple[int, str]]:
    """The lines that a delimiter stands in, each with where it begins."""
    end = -1
    while (place := text.find(delimiter, end + 1)) >= 0:
        start = text.rfind("\n", end + 1, place) + 1 or end + 1
        end = text.find("\n", place)
        end = len(text) if end < 0 else end
        yield start, text[start:end]


def _cells(header: list[str], cells: list[str], position: int, gap: int) -> Iterator[NamedValue]:
    for name, cell in zip(header, cells, strict=True):
        value = cell.strip(" \r\"'`*")
        if name and value:
            start = position + cell.index(value)
            yield NamedValue(name, start, start + len(value), is_quoted=True)
        position += len(cell) + gap


_HEAD = re.compile(
    r"(?![/.-]|.*=\s*[\w\"'(\[])(?:[A-Za-z0-9_.\-/ ()#:=<>\[\]]{1,48}|[\w\u4e00-\u9fff ()（）/:：#.=-]{1,16})"
)
"""A name, and no assignment or call of a line of code that ends with a comma."""

_CLAUSE = re.compile(
    r"(?:^|.* )(?:an?|the|to|is|are|and|with|that|which|you|your)(?: .*|$)"
    r"|.*(?:[显顯]示|使用|如果|通[过過]|表示|[发發]送|[强強]制|[为為]了|目前|查[询詢]|大多[数數]|例如|[标標][识識]|任何|[设設]置|[这這]些)",
    re.IGNORECASE,
)


def _head(cell: str) -> str:
    """The head of a column; nothing if it is part of a sentence that commas part."""
    return cell if _HEAD.fullmatch(cell) and not _CLAUSE.match(cell) else ""
