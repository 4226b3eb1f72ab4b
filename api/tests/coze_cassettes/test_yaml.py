"""The YAML of a cassette is PyYAML's, however it is put together or taken apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from coze_cassettes.cassette import yaml_reader
from coze_cassettes.cassette.yaml_reader import read_whole, read_yaml
from coze_cassettes.cassette.yaml_writer import Inline, write_whole, write_yaml

CASSETTES = Path(__file__).parents[3] / "cassettes"
TEXTS = st.one_of(
    st.text(),
    st.text(alphabet="ab :#-\n \t{}[],'\"|>&*!%@`?~\u00e9\u2028\x85\U0001f600\r0123."),
    st.sampled_from(
        [
            "",
            "a\n",
            "a\n\n",
            " a\nb",
            "a \nb\n",
            "yes",
            "1",
            "a: b",
            "x" * 300,
            "word " * 300,
            "\n",
            "a\n\nb\n",
            "wait...",
        ]
    ),
)
SCALARS = st.one_of(TEXTS, st.none(), st.integers(), st.booleans(), st.binary())
NAMES = st.sampled_from(["request", "body", "string", "uri"])
ENTRIES = st.one_of(SCALARS, st.lists(TEXTS).map(Inline), st.dictionaries(TEXTS, st.lists(TEXTS).map(Inline)))
CALLS = st.lists(st.dictionaries(NAMES, st.one_of(ENTRIES, st.dictionaries(NAMES, ENTRIES)), min_size=1))


DOCUMENTS = st.fixed_dictionaries(
    {"version": st.integers(), "metadata": st.dictionaries(NAMES, SCALARS), "calls": CALLS}
)
EDITS = st.lists(
    st.tuples(st.integers(0, 2000), st.integers(0, 3), st.text("\n -:'\"[]|+ab#&1.\t", max_size=4)), max_size=3
)


@given(DOCUMENTS)
def test_the_text_is_what_pyyaml_writes(document: dict[str, Any]) -> None:
    """Byte for byte, with any text as a value or as the name of a header."""
    assert write_yaml(document) == write_whole(document)


@pytest.mark.proof
def test_a_long_line_is_cut_where_pyyaml_cuts_it() -> None:
    """A column is counted from the beginning of the line, so deep in a document too."""
    document = {"calls": [{"response": {"body": {"string": "word " * 210_000}}}]}
    assert write_yaml(document) == write_whole(document)


def _outcome(read: Callable[[str], Any], text: str) -> Any:
    try:
        return read(text)
    except yaml.YAMLError:
        return yaml.YAMLError


@given(DOCUMENTS, EDITS)
def test_a_text_is_read_as_pyyaml_reads_it(document: dict[str, Any], edits: list[tuple[int, int, str]]) -> None:
    """The same document or refusal, also where a person has changed the text."""
    text = write_yaml(document)
    assert _outcome(read_yaml, text) == read_whole(text)
    for place, removed, added in edits:
        begin = place % len(text)
        text = text[:begin] + added + text[begin + removed :]
    assert _outcome(read_yaml, text) == _outcome(read_whole, text)


@pytest.mark.parametrize(
    "change",
    [
        ("method: GET", "method: GET\n    body: x\n   uri: y"),
        ("method: GET", "method: GET # not POST"),
        ("method: GET", "method: GET\n      POST"),
        ("method: GET", "method: GET\n    method: POST"),
        ("method: GET", "method: &a GET\n    body: *a"),
        ("method: GET", "method: 'GET': POST"),
        ("method: GET", "no: GET"),
        ("method: GET", "method: 2024-01-01"),
        ("method: GET", "method: [a,\n      b]"),
        ("method: GET", "method:\n      - a\n      - b: c"),
        ("method: GET", "method: !!binary |\n      AQI"),
        ("method: GET", "method: |\n        a\n      b"),
        ("method: GET", "method: |\n\n        a"),
        ("method: GET", "method: |-\n      a\n\n\n"),
        ("method: GET", "method:"),
        ("calls:", "---\ncalls:"),
        ("  - method", "- method"),
        ("    uri", "\turi"),
        ("calls:", "calls: "),
    ],
)
def test_another_layout_is_read_as_pyyaml_reads_it(change: tuple[str, str]) -> None:
    """Indentation, comments, anchors, blocks and lists that the writer does not write."""
    text = write_yaml({"version": 1, "calls": [{"method": "GET", "uri": "/"}]})
    assert change[0] in text
    assert _outcome(read_yaml, text.replace(*change)) == _outcome(read_whole, text.replace(*change))


def test_cassettes_are_read_without_pyyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every layout that the suite has; what PyYAML is asked for is one line."""
    asked: list[str] = []

    def ask(text: str) -> Any:
        asked.append(text)
        return read_whole(text)

    monkeypatch.setattr(yaml_reader, "read_whole", ask)
    for path in CASSETTES.rglob("*.yaml"):
        read_yaml(path.read_text("utf-8"))
    assert not [text for text in asked if "\n" in text]
