"""The list of the parts of a call is complete."""

from __future__ import annotations

from dataclasses import fields

from hypothesis import example, given
from hypothesis import strategies as st

from coze_cassettes.cassette.model import Interaction, Metadata, Request, Response
from coze_cassettes.cassette.parts import METADATA_PARTS, PARTS, URI_PIECES, Uri, split_uri


def test_every_field_of_the_model_is_a_part() -> None:
    """A field that is added to the model and not to the list is looked at by nobody."""
    model = {"request": Request, "response": Response}
    assert [part.name for part in PARTS] == [f"{name}.{each.name}" for name, of in model.items() for each in fields(of)]
    assert [each.name for each in fields(Interaction)] == list(model)
    assert [part.name for part in METADATA_PARTS] == [f"metadata.{each.name}" for each in fields(Metadata)]


def test_a_part_is_read_and_replaced() -> None:
    """The value of a part can be changed without touching another one."""
    old = Interaction(Request("GET", "https://a.example/"), Response(200, "OK"))
    reason = next(part for part in PARTS if part.name == "response.reason")
    new = reason.replace_value(old, "Fine")
    assert (reason.value_of(old), reason.value_of(new), new.request) == ("OK", "Fine", old.request)


@given(st.text())
@example("https://me:secret@host.example:443/a;b?c=d?e#f#g")
@example("wss://host?")
@example("/path/only")
def test_the_pieces_of_a_uri_add_up(uri: str) -> None:
    """Whatever the text, nothing of it is lost."""
    assert str(split_uri(uri)) == uri


def test_a_uri_is_split_into_its_pieces() -> None:
    """Every piece carries its separator."""
    pieces = split_uri("https://me:secret@host.example:443/a?b=c#d")
    assert [getattr(pieces, name) for name in URI_PIECES] == [
        "https://",
        "me:secret@",
        "host.example:443",
        "/a",
        "?b=c",
        "#d",
    ]
    assert tuple(each.name for each in fields(Uri)) == URI_PIECES
