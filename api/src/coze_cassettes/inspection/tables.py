"""The cells of tables, each with the name at the head of its column."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import Final

from coze_cassettes.inspection import names
from coze_cassettes.inspection.decoding import APART
from coze_cassettes.inspection.prose import NAME_CHARS, Pair

_FEWEST_CELLS: Final = 2


def columns(text: str) -> Iterator[Pair]:
    """The cells of tables; two blank lines end one, since in noise any word is followed by lines of two cells."""
    for paragraph in text.split(APART):
        if "\n" in paragraph.strip("\n"):
            yield from _cells_below(paragraph)


def _cells_below(text: str) -> Iterator[Pair]:
    """The cells below a line of names, separated by commas, tabs, semicolons or bars."""
    lines = text.splitlines()
    for separator in ",\t;|":
        header: list[str] = []
        expected = width = 0
        for number, line in enumerate(lines) if separator in text else ():
            if separator not in line or not line.strip("-+=:| \t"):
                expected += number == expected
                continue
            is_below = number == expected
            if not is_below:
                header = []
            expected = number + 1
            cells = _row(line, separator)
            if cells and not header:
                before = _BEFORE_CELL.match(cells[0])
                cells[0] = cells[0][before.end() if before else 0 :]
                cells = cells[1:] if separator == "|" and not cells[0] else cells
            if separator == "|" and is_below and len(cells) == width:
                pass  # of Markdown only the first row is the head
            elif len(cells) != len(header):
                header = cells if _is_header(cells) else []
            width = len(cells)
            if len(cells) == len(header) and cells is not header:
                pairs = zip(header, cells, strict=True)
                yield from (Pair(name, cell, is_quoted=True) for name, cell in pairs if cell.strip(" -:"))


def _row(line: str, separator: str) -> list[str]:
    if separator == "|":
        line = line.strip().strip("|")
    try:
        return [cell.strip(_WRAPPING) for cell in next(csv.reader([line], delimiter=separator))]
    except csv.Error:
        return [cell.strip(_WRAPPING) for cell in line.split(separator)]


_BEFORE_CELL = re.compile(r".*(?:=|[:：]\s?|[^\x00-\x7f\u3400-\u9fff])")
"""What may stand on the line of the names before the first: the name of a field, bytes that are not text."""

_WRAPPING: Final = " \t\r\n`*"
_HEADING = re.compile(rf"[{NAME_CHARS} ]{{1,40}}")
_SENTENCE = re.compile(
    "[\u3400-\u9fff]{11}|显示|使用|通过|如果|表示|发送|强制|用于|为了|目前|查[询詢]|大多数|例如|标识|任何|使得|这些|這些|可以|必须"
)
"""What commas part in Chinese text are parts of sentences."""


_STATEMENTS: Final = ("return ", "def ", "import ", "from ", "for ", "if ", "yield ")


def _is_header(cells: list[str]) -> bool:
    if len(cells) < _FEWEST_CELLS or not all(map(_HEADING.fullmatch, cells)) or any(map(_SENTENCE.search, cells)):
        return False
    if cells[0].startswith(_STATEMENTS):
        return False
    return any(names.promise_of(cell) is not None for cell in cells)
