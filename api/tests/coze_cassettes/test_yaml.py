"""The YAML of a cassette is what PyYAML writes, however it is put together."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coze_cassettes.cassette.yaml_writer import Inline, write_whole, write_yaml

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


@given(DOCUMENTS)
def test_the_text_is_what_pyyaml_writes(document: dict[str, Any]) -> None:
    """Byte for byte, with any text as a value or as the name of a header."""
    assert write_yaml(document) == write_whole(document)


@pytest.mark.proof
def test_a_long_line_is_cut_where_pyyaml_cuts_it() -> None:
    """A column is counted from the beginning of the line, so deep in a document too."""
    document = {"calls": [{"response": {"body": {"string": "word " * 210_000}}}]}
    assert write_yaml(document) == write_whole(document)
