"""Reads tables that JSON has as lists: each cell with the name at the head of its column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from coze_cassettes.inspection.names import promise_of

_COLUMNS: Final = ("columns", "column", "headers", "header", "heads", "head", "fields", "cols", "names", "列", "表头")
_WORD = re.compile(r"[A-Za-z_]+[0-9]?|.*\s.*", re.DOTALL)
_PAIR: Final = 2


def named_cells(value: Any) -> Iterator[tuple[str, str]]:
    """The texts in the lists of a value that another text of a list names, each with a name that promises something."""
    if isinstance(value, dict):
        heads = _texts(value.get(key) for key in _COLUMNS)
        for child in value.values() if heads else ():
            yield from _below(heads, child if isinstance(child, list) else ())
        return
    yield from _below(_texts(value[:1]), value[1:])
    name, *others = _texts([value]) or [""]
    if len(others) == _PAIR - 1 and promise_of(name) is not None and _WORD.fullmatch(others[0]) is None:
        yield name, others[0]


def _texts(lists: Iterable[Any]) -> list[str]:
    """The first list of several texts."""
    found = (each for each in lists if isinstance(each, list) and len(each) >= _PAIR)
    return next((each for each in found if all(isinstance(text, str) for text in each)), [])


def _below(heads: list[str], rows: Iterable[Any]) -> Iterator[tuple[str, str]]:
    promising = [at for at, head in enumerate(heads) if promise_of(head) is not None]
    for row in rows if promising else ():
        for at in promising if isinstance(row, list) and len(row) == len(heads) else ():
            if isinstance(row[at], str):
                yield heads[at], row[at]
