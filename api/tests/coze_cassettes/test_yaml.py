"""The YAML of a cassette is PyYAML's, however it is put together or taken apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from coze_cassettes.cassette import store
from coze_cassettes.cassette.yaml_reader import read_layout, read_whole
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


# --- reading --------------------------------------------------------------------------------------------------------

COMMITTED: Final = Path(__file__).parents[3] / "cassettes"


def read_by_pyyaml(text: str) -> object:
    """The document, or the kind of error."""
    try:
        return read_whole(text)
    except (yaml.YAMLError, ValueError) as error:
        return type(error)


@given(DOCUMENTS)
def test_what_is_read_is_what_pyyaml_reads(document: dict[str, Any]) -> None:
    """Of what is written here, whichever way reads it; types included."""
    text = write_yaml(document)
    assert repr(read_layout(text) or read_whole(text)) == repr(read_whole(text))


EDITS = st.lists(
    st.tuples(
        st.sampled_from(["insert", "delete", "indent", "repeat"]),
        st.integers(0, 10_000),
        st.text(alphabet="ab :#-\n \t{}[],'\"|>&*!%@`?~+.<1\x85", max_size=5),
    ),
    min_size=1,
    max_size=3,
)


def edit(text: str, kind: str, place: int, new: str) -> str:
    """A text after somebody edited it by hand, in one line."""
    lines = text.split("\n")
    number = place % len(lines)
    line = lines[number]
    cut = place % (len(line) + 1)
    match kind:
        case "insert":
            lines[number] = line[:cut] + new + line[cut:]
        case "delete":
            lines[number] = line[:cut] + line[cut + 1 + len(new) :]
        case "indent":
            lines[number] = " " * len(new) + line.lstrip()
        case _:
            lines.insert(place % 7, line)
    return "\n".join(lines)


SMALL: Final = sorted((path.read_text("utf-8") for path in store.files(COMMITTED)), key=len)[:60]


@given(st.one_of(DOCUMENTS.map(write_yaml), st.sampled_from(SMALL)), EDITS)
def test_what_was_edited_is_read_as_pyyaml_reads_it(text: str, edits: list[tuple[str, int, str]]) -> None:
    """Or it is left to PyYAML."""
    for each in edits:
        text = edit(text, *each)
    found = read_layout(text)
    assert found is None or repr(found) == repr(read_by_pyyaml(text))


@pytest.mark.parametrize("path", store.files(COMMITTED), ids=lambda path: path.stem)
@pytest.mark.proof
def test_committed_cassettes_need_no_pyyaml(path: Path) -> None:
    """Each is read as PyYAML reads it; only one with bytes in it is left to that."""
    text = path.read_text("utf-8")
    found = read_layout(text)
    assert ("!!binary" in text) if found is None else repr(found) == repr(read_whole(text))
