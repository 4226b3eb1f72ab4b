"""The YAML of a cassette: readable, and exact both ways."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from vcr.serialize import deserialize
from vcr.serializers import yamlserializer

from coze_cassettes.cassette import body_styles, layout
from coze_cassettes.cassette import format as cassette_format
from coze_cassettes.cassette.model import Cassette, Headers, Interaction, Metadata, Request, Response
from coze_cassettes.codecs import json_text, multipart
from coze_cassettes.errors import InvalidCassette

MakeCassette = Callable[..., Cassette]
MakeInteraction = Callable[..., Interaction]

CASSETTES = Path(__file__).parents[3] / "cassettes"
CONTENT_TYPES = (
    "application/json",
    "text/event-stream",
    "text/plain",
    "audio/mpeg",
    "multipart/form-data; boundary=BOUNDARY_1",
)

ODD = ("a, b", "[a]", "yes", "1", "a: b", "a #b", "'", '"', "- a", "", "中文", "a\nb", "\u2028", "\x85")
"""Values that YAML writes in quotes, or reads as something else without them."""

json_bodies = st.builds(
    body_styles.dump_json,
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(alphabet=st.characters(exclude_categories=["Cs"])),
        lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=5), children, max_size=3),
        max_leaves=6,
    ).map(lambda value: {"data": value}),
    st.sampled_from(body_styles.JSON_STYLES),
)
text_bodies = st.text(alphabet=st.characters(exclude_categories=["Cs"])).map(str.encode)
lines = st.lists(st.sampled_from(["event:done", "data:{}", "", "  data: x", "中文🎉", "\u0085", "\u2028", "tab\t"]))
stream_bodies = st.builds(lambda parts, end: end.join(parts).encode(), lines, st.sampled_from(["\n", "\r\n"]))
odd_bodies = st.sampled_from(ODD).map(str.encode)
bodies = st.one_of(json_bodies, text_bodies, stream_bodies, odd_bodies, st.binary(max_size=40))
edits = st.lists(
    st.tuples(st.integers(0, 2000), st.integers(0, 3), st.text("\n -:'\"[]|+ab#&1.\t", max_size=4)), max_size=3
)
others = st.lists(
    st.tuples(st.sampled_from(["x-a", "no", "1", "x y", "X:", "*"]), st.text(max_size=5) | st.sampled_from(ODD)),
    max_size=2,
    unique_by=lambda pair: pair[0],
)
header_sets = st.builds(lambda value, more: (("content-type", value), *more), st.sampled_from(CONTENT_TYPES), others)


@st.composite
def interactions(draw: st.DrawFn) -> Interaction:
    """Any interaction that a wire could carry."""
    sent: Headers = draw(header_sets)
    request = Request(draw(st.sampled_from(["GET", "POST"])), "https://api.coze.com/v3/chat?a=", sent, draw(bodies))
    chunks = tuple(draw(st.lists(st.integers(1, 9), max_size=3)))
    fault = draw(st.sampled_from(["", "ReadError"]))
    return Interaction(request, Response(200, "OK", draw(header_sets), draw(bodies), chunks, fault))


@given(st.lists(interactions(), max_size=3))
def test_what_is_read_is_what_was_written(made: list[Interaction]) -> None:
    """Byte for byte, for every body, header, chunk and fault."""
    cassette = Cassette(tuple(made), Metadata("stand-in", "2026-01-01T00:00:00Z", "0.20.0", "sha256:x"))
    assert cassette_format.loads(cassette_format.dumps(cassette)) == cassette


def _outcome(read: Callable[[str], Cassette | None], text: str) -> Cassette | str | None:
    try:
        return read(text)
    except InvalidCassette as error:
        return str(error)


@given(st.lists(interactions(), max_size=3), st.lists(st.sampled_from(["FILE_ID", "NOTE"]), max_size=2), edits)
def test_a_text_is_read_as_pyyaml_reads_it(
    made: list[Interaction], listed: list[str], changes: list[tuple[int, int, str]]
) -> None:
    """The same cassette or refusal, also where a person has changed the text."""
    metadata = Metadata("stand-in", "2026-01-01T00:00:00Z", "0.20.0", "sha256:x", tuple(listed))
    text = cassette_format.dumps(Cassette(tuple(made), metadata))
    for place, removed, added in changes:
        begin = place % len(text)
        text = text[:begin] + added + text[begin + removed :]
    assert _outcome(cassette_format.loads, text) == _outcome(cassette_format.loads_whole, text)


like_keys = st.text(st.sampled_from('": ,\\{}[]n'), max_size=6)
nested = st.recursive(
    like_keys, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(like_keys, inner, max_size=3)
)


@given(st.dictionaries(like_keys, nested, max_size=3), st.sampled_from([",:", ", |: "]))
def test_json_whose_digest_fits_is_read_by_its_lines(value: dict[str, object], separators: str) -> None:
    """The same bytes as if it were parsed, also where a text in it looks like the end of a key or of a line."""
    comma, colon = (separators[0], separators[1]) if len(separators) == 2 else separators.split("|")
    body = json.dumps(value, separators=(comma, colon)).encode()
    sent = Request("POST", "https://api.coze.com/v3/chat", (), body)
    cassette = Cassette((Interaction(sent, Response(200, "OK", (), body)),), Metadata("stand-in", "a", "b", "c"))
    assert layout.read_sealed(cassette_format.dumps(cassette)) == cassette


@given(st.lists(interactions(), min_size=1, max_size=2))
def test_stock_vcrpy_loads_every_cassette(made: list[Interaction]) -> None:
    """vcrpy's own serializer reads the file, and JSON bodies are equal by value."""
    cassette = Cassette(tuple(made), Metadata("stand-in", "2026-01-01T00:00:00Z", "0.20.0", "sha256:x"))
    requests, responses, *metadata = deserialize(cassette_format.dumps(cassette), yamlserializer)
    assert all(each["recorded_from"] == "stand-in" for each in metadata)  # vcrpy 9.0 does not give it
    for ours, request, response in zip(made, requests, responses, strict=True):
        assert (request.method, request.uri) == (ours.request.method, ours.request.uri)
        text = ours.response.body.decode("utf-8", "replace")
        if json_text.is_json(text):
            assert json.loads(response["body"]["string"]) == json.loads(text)


READABLE = """\
version: 1
metadata:
  recorded_from: stand-in
  recorded_at: '2026-01-01T00:00:00Z'
  cozepy: 0.20.0
  digest: sha256:0
interactions:
  - request:
      method: POST
      uri: https://api.coze.com/v3/chat?conversation_id=
      headers:
        authorization: [Bearer API_TOKEN]
        content-type: [application/json]
      body: |
        {
          "user_id": "USER_ID_1",
          "content": "你好 🎉"
        }
    response:
      status:
        code: 200
        message: OK
      headers:
        content-type: [text/event-stream]
      body:
        string: |+
          event:conversation.message.delta
          data:{"content":"你好"}

          event:done
          data:"[DONE]"

        chunks: [40, 47]
"""


@pytest.mark.parametrize(
    ("line", "other"),
    [
        ("method: POST", "method: POST # not GET"),
        ("method: POST", "method:\n        POST"),
        ("method: POST", "method: POST\n      method: GET"),
        ("method: POST", "method: &a POST"),
        ("method: POST", "method: 'POST': GET"),
        ("method: POST", "method: 2024-01-01"),
        ("method: POST", "method: null"),
        ("method: POST", "method: |\n        POST"),
        ("message: OK", "message: [a,\n          b]"),
        ("message: OK", "message:"),
        ("code: 200", "code: 0200"),
        ("code: 200", "code: 2_00"),
        ("chunks: [40, 47]", "chunks: [040, 47]"),
        ("chunks: [40, 47]", "chunks: [40, 47] # a"),
        ("chunks: [40, 47]", "style: crlf\n        chunks: [a]"),
        ("chunks: [40, 47]", "style: unknown"),
        ("body: |\n", "body: |\n\n"),
        ("body: |\n", "body: |\n  "),
        ("body: |\n", "body: >\n"),
        ("string: |+", "string: |"),
        ("string: |+", "string: |-"),
        ("string: |+", "string: !!binary |"),
        ("authorization: [Bearer API_TOKEN]", "no: [a]"),
        ("authorization: [Bearer API_TOKEN]", "authorization: a"),
        ("authorization: [Bearer API_TOKEN]", "authorization: [1]"),
        ("authorization: [Bearer API_TOKEN]", "content-type: [a]"),
        ("metadata:", "---\nmetadata:"),
        ("cozepy: 0.20.0", "cozepy: 0.20"),
        ("interactions:", "interactions: []"),
        ("  - request", "- request"),
        ("      uri", "\turi"),
        ("USER_ID_1", "USER\u2028ID_1"),
        ("USER_ID_1", "USER\x07"),
    ],
)
def test_another_layout_is_read_as_pyyaml_reads_it(line: str, other: str) -> None:
    """Indentation, comments, anchors, blocks, lists and characters that are not written so."""
    assert line in READABLE
    text = READABLE.replace(line, other)
    assert _outcome(cassette_format.loads, text) == _outcome(cassette_format.loads_whole, text)


def test_the_suites_cassettes_are_read_without_pyyaml() -> None:
    """Every layout that the suite has."""
    texts = [path.read_text("utf-8") for path in CASSETTES.rglob("*.yaml")]
    assert [layout.read_cassette(text) for text in texts] == [cassette_format.loads_whole(text) for text in texts]


def test_a_cassette_is_written_for_people() -> None:
    """The whole file: JSON pretty-printed, a stream as it is, Chinese and emoji as themselves."""
    sent = '{"user_id":"USER_ID_1","content":"你好 🎉"}'.encode()
    stream = 'event:conversation.message.delta\ndata:{"content":"你好"}\n\nevent:done\ndata:"[DONE]"\n\n'.encode()
    headers = (("authorization", "Bearer API_TOKEN"), ("content-type", "application/json"))
    made = Interaction(
        Request("POST", "https://api.coze.com/v3/chat?conversation_id=", headers, sent),
        Response(200, "OK", (("content-type", "text/event-stream"),), stream, (40, 47)),
    )
    cassette = Cassette((made,), Metadata("stand-in", "2026-01-01T00:00:00Z", "0.20.0", "sha256:0"))
    assert cassette_format.dumps(cassette) == READABLE


@pytest.mark.parametrize(
    ("body", "style"),
    [
        (b'{"a":1}', "json compact"),
        (b'{"a": 1}', "json spaced"),
        (b'{"a":1}\n', "json compact newline"),
        (b'{"a":"\\u0026"}', "json compact html"),
        (b'{"a":"\\u4e2d"}', "json compact ascii"),
        (b'{ "a":1}', ""),
        (b'{"a":1.50}', ""),
        (b'{"a":1,"a":2}', ""),
    ],
)
def test_the_style_of_json_is_found(body: bytes, style: str) -> None:
    """The style that rebuilds the bytes is named; where none does, the text stays as it was."""
    shown, found = body_styles.show_body(body, "application/json")
    assert found == style
    assert body_styles.read_body(shown, found) == body


MULTIPART = """\
--BOUNDARY_1
Content-Disposition: form-data; name="file"; filename="a.txt"

two
lines
--BOUNDARY_1
Content-Disposition: form-data; name="raw"
X-Cassette-Encoding: base64

AP8=
--BOUNDARY_1--
"""


def test_a_multipart_body_is_shown_as_its_parts() -> None:
    """Text as text, bytes as base64, and exactly the same body when read again."""
    parts = [
        multipart.Part('Content-Disposition: form-data; name="file"; filename="a.txt"', b"two\nlines"),
        multipart.Part('Content-Disposition: form-data; name="raw"', b"\x00\xff"),
    ]
    body = multipart.join_multipart(parts, multipart.BOUNDARY)
    shown, style = body_styles.show_body(body, "multipart/form-data; boundary=BOUNDARY_1")
    assert (shown, style) == (MULTIPART, "multipart")
    assert body_styles.read_body(shown, style) == body


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("version: [", "it is not valid YAML"),
        ("version: 1\ninteractions: []", "it is not in this project's format (KeyError: 'metadata')"),
        ("- 1", "it is not in this project's format (TypeError: list indices must be integers or slices, not str)"),
    ],
)
def test_what_is_no_cassette_is_refused(text: str, message: str) -> None:
    """One sentence that says what is wrong with the file."""
    with pytest.raises(InvalidCassette) as error:
        cassette_format.loads(text)
    assert str(error.value) == message


def test_binary_is_kept_as_base64(cassette: MakeCassette, interaction: MakeInteraction) -> None:
    """Audio stands as a base64 block, and stock vcrpy gives the bytes."""
    text = cassette_format.dumps(cassette(interaction(answer=b"\x00\xff\x00", content_type="audio/mpeg")))
    document: dict[str, Any] = yaml.safe_load(text)
    assert document["interactions"][0]["response"]["body"] == {"string": b"\x00\xff\x00"}
