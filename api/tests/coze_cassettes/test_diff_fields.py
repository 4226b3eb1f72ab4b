"""Any one field of any answer that the suite knows: exactly that change, and a diff of that place alone."""

from __future__ import annotations

import difflib
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from api.tests.coze_cassettes.samples import some
from coze_cassettes.cassette import format as cassette_format
from coze_cassettes.cassette import store
from coze_cassettes.cassette.model import Cassette, Interaction
from coze_cassettes.diff import compare, rebase
from coze_cassettes.scrubbing import placeholders
from coze_standin.changes import EVERY, KINDS, Change

FOLDER = Path(__file__).parents[3] / "cassettes" / "coze"
FOUND_AS = {"rename": "renamed", "remove": "removed", "retype": "retyped", "add": "added"}
MOST_LINES = 5
"""Lines that a diff may have for one place."""

_TIME = re.compile(r'("\w+_(?:at|time)": ?)(\d+)')
_DATA = re.compile(r"(?m)^data:( ?)(\{.*\})$")


@dataclass(frozen=True)
class Field:
    """A field of the answers of one call: its path from the top, and how often it stands in the cassette."""

    cassette: Path
    call: tuple[str, str]
    path: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.cassette.stem}: {' '.join(self.call)}: {'.'.join(self.path)}"


def call_of(interaction: Interaction) -> tuple[str, str]:
    """Method and path."""
    return interaction.request.method, urlsplit(interaction.request.uri).path


def bodies(interaction: Interaction) -> list[Any]:
    """The JSON objects of an answer: one, or one for each event of a stream."""
    text = interaction.response.body.decode("utf-8", "replace")
    texts = [match[2] for match in _DATA.finditer(text)] or [text]
    return [json.loads(each) for each in texts if is_object(each)]


def is_object(text: str) -> bool:
    """Whether a text is a JSON object."""
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def is_nested(value: Any) -> bool:
    """Whether a value is an object or a list."""
    return isinstance(value, dict | list)


MAP: Final = ("node_execute_status",)
"""The field whose members are named by nodes of a workflow, which differ from run to run."""


def paths(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The paths of all fields that hold neither an object nor a list: of these a removal would be a long diff."""
    if isinstance(value, dict):
        for key, member in value.items():
            yield from paths(member, (*path, EVERY if path[-1:] == MAP or key.isdecimal() else key))
    elif isinstance(value, list):
        for element in filter(is_nested, value):
            yield from paths(element, path)
    else:
        yield path


@cache
def fields() -> list[Field]:
    """Every field of every answer of the committed cassettes."""
    found: dict[Field, None] = {}
    for cassette in store.files(FOLDER):
        for each in store.read(cassette).interactions:
            found.update((Field(cassette, call_of(each), path), None) for body in bodies(each) for path in paths(body))
    return list(found)


def changed(interaction: Interaction, change: Change) -> Interaction:
    """An answer with one field changed."""

    def dumped(text: str) -> str:
        return json.dumps(change.apply_to(json.loads(text)), ensure_ascii=False, separators=(",", ":"))

    text = interaction.response.body.decode("utf-8", "surrogateescape")
    if is_object(text):
        text = dumped(text)
    else:
        text = _DATA.sub(lambda match: f"data:{match[1]}{dumped(match[2]) if is_object(match[2]) else match[2]}", text)
    return answering(interaction, text.encode("utf-8", "surrogateescape"))


def answering(interaction: Interaction, body: bytes) -> Interaction:
    """A call with another answer, in one chunk if it was in several."""
    response = interaction.response
    return replace(interaction, response=replace(response, body=body, chunks=(len(body),) if response.chunks else ()))


def again(cassette: Cassette, chance: random.Random) -> Cassette:
    """Another recording of the same: other numbers in the placeholders, other times, headers in another order."""
    numbers = chance.sample(range(1, 1000), 999)

    def number(match: re.Match[str]) -> str:
        return f"{match['kind']}_{numbers[int(match['number'])]}" if match["number"] else match[0]

    def renumbered(text: str) -> str:
        return placeholders.pattern().sub(
            lambda match: match[0] if match["kind"] == "BOUNDARY" else number(match), text
        )

    def recorded(each: Interaction) -> Interaction:
        body = each.response.body.decode("utf-8", "surrogateescape")
        later = _TIME.sub(_later, renumbered(body)).encode("utf-8", "surrogateescape")
        headers = [(name.title(), renumbered(value)) for name, value in each.response.headers]
        chance.shuffle(headers)
        request = replace(
            each.request,
            uri=renumbered(each.request.uri),
            headers=tuple((name, renumbered(value)) for name, value in each.request.headers),
            body=renumbered(each.request.body.decode("latin-1")).encode("latin-1"),
        )
        answer = answering(each, later)
        return Interaction(request, replace(answer.response, headers=tuple(headers)))

    return replace(cassette, interactions=tuple(map(recorded, cassette.interactions)))


def _later(match: re.Match[str]) -> str:
    return f"{match[1]}{int(match[2]) + 77}"


def different_lines(old: Cassette, new: Cassette) -> list[str]:
    """The lines that a diff of the two files shows, metadata left out."""
    before, after = (cassette_format.dumps(store.seal(each)).splitlines()[6:] for each in (old, new))
    codes = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return [
        line
        for placeholder, low, high, new_low, new_high in codes
        if placeholder != "equal"
        for line in (*before[low:high], *after[new_low:new_high])
    ]


@pytest.mark.parametrize("cassette", some(store.files(FOLDER)), ids=lambda path: path.stem)
def test_an_unchanged_recording_is_the_committed_one(cassette: Path) -> None:
    """With other numbers, times and headers nothing is found, and every byte is taken over."""
    old = store.read(cassette)
    new = again(old, random.Random(cassette.stem))  # noqa: S311  it decorates
    assert compare(old, new).changes == ()
    assert rebase(old, new).interactions == old.interactions


@given(
    st.deferred(lambda: st.sampled_from(fields())), st.sampled_from(sorted(FOUND_AS)), st.randoms(use_true_random=False)
)
@settings(max_examples=settings().max_examples // 2, phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_one_field_is_one_finding_and_a_small_diff(field: Field, kind: str, chance: random.Random) -> None:
    """Whatever field of whatever answer is renamed, removed, retyped or added."""
    path = (*field.path[:-1], "badge") if kind == "add" else field.path
    change = Change("", KINDS[kind], path, from_top=True, new=KINDS[kind].default.replace("{}", path[-1]))
    old = store.read(field.cassette)
    calls = (changed(each, change) if call_of(each) == field.call else each for each in old.interactions)
    new = again(replace(old, interactions=tuple(calls)), chance)
    comparison, taken = compare(old, new), rebase(old, new)
    assert {each.kind for each in comparison.changes} == {FOUND_AS[kind]}
    place = ".".join(step for step in path if step != EVERY)
    assert {re.sub(r"^.*\$\.", "", each.place).replace("[]", "") for each in comparison.changes} == {place}
    assert compare(old, taken).changes == comparison.changes
    places = cassette_format.dumps(taken if kind == "add" else old).count(f'"{path[-1]}"')
    assert 0 < len(different_lines(old, taken)) <= MOST_LINES * places
