"""Patterns that are only looked for around their marks find what they find in the whole text."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coze_cassettes.codecs.marked import Marked
from coze_cassettes.inspection import notations as inspected
from coze_cassettes.inspection import pairs
from coze_cassettes.inspection import syntaxes as inspected_syntaxes
from coze_cassettes.scrubbing import notations, syntaxes

TABLES = {
    "notations": notations._NAMED,
    "passwords": notations._PASSWORDS,
    "syntaxes": syntaxes._ENCLOSED,
    "inspected notations": inspected._NAMED,
    "inspected titles": inspected._TITLED,
    "inspected passwords": inspected._PASSWORDS,
    "inspected syntaxes": inspected_syntaxes._BY_SIGN,
    "inspected code": inspected_syntaxes._LIKELY,
    "inspected lines": inspected_syntaxes._LINE_OF,
    "inspected assignments": pairs._ASSIGNMENTS,
    "inspected attributes": pairs._ATTRIBUTES,
}
VALUE = Marked(((" -> ", re.compile(r"(?P<name>[a-z]{1,8}) -> (?P<value>[a-z0-9]{1,500})(?=\s|\Z)")),), 512)
FILLER = "words, which name nothing.\n"


def spans(found: Marked, text: str) -> list[tuple[int, int]]:
    """Where it finds something."""
    return [match.span() for match in found.matches(text)]


def whole(found: Marked, text: str) -> list[tuple[int, int]]:
    """Where its patterns find something in the whole text."""
    return [match.span() for _, pattern in found.table for match in pattern.finditer(text)]


@pytest.mark.parametrize("gap", ["", "\n\0\n"])
@pytest.mark.parametrize(
    "text",
    [
        "word -> tulip7",
        f"word -> {'a7' * 250}",
        "one -> two -> three -> four",
        "word ->  none -> one",
        "-> " * 900 + "word -> tulip7 ",
        "word -> tulip7\n" * 900,
        " -> ",
    ],
    ids=["one", "long", "side by side", "first is none", "many marks", "many", "only a mark"],
)
def test_a_long_text_is_searched_around_its_marks(text: str, gap: str) -> None:
    """Given a pattern that a long text has somewhere, When it is searched, Then all its matches are found."""
    for before, behind in ((0, 400), (400, 0), (200, 200)):
        long = f"{FILLER * before}{gap}{text}{gap}{FILLER * behind}"
        assert spans(VALUE, long) == whole(VALUE, long)


@pytest.mark.proof
@pytest.mark.parametrize("name", TABLES)
@given(data=st.data(), drawn=st.randoms(use_true_random=False))
def test_each_row_finds_what_its_pattern_finds(name: str, data: st.DataObject, drawn: random.Random) -> None:
    """Given what a pattern matches in a long text, When it is looked for, Then it is found if it has a mark."""
    mark, pattern = data.draw(st.sampled_from(TABLES[name].table))
    row = Marked(((mark, pattern),), TABLES[name].longest)
    text = FILLER * drawn.randrange(400) + data.draw(st.from_regex(pattern)) + FILLER * drawn.randrange(200, 400)
    found = whole(row, text)

    kept = [(start, end) for start, end in found if mark in text[start:end] and "\0" not in text[start:end]]

    assert set(kept) <= set(spans(row, text))
