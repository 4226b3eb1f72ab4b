"""Layers open and close exactly, and what is changed inside keeps the manner of its surroundings."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from urllib.parse import quote

import brotli  # type: ignore[import-untyped]  # it has no annotations
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from coze_cassettes.codecs import compression, layers, peel
from coze_cassettes.codecs.peel import Leaf
from coze_cassettes.errors import UnreadableBody

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=12,
)


def b64(text: str) -> str:
    """A text as base64."""
    return base64.b64encode(text.encode()).decode()


def _same(leaf: Leaf) -> str:
    return leaf.text


def _swap(leaf: Leaf) -> str:
    return leaf.text.replace("secret", "PLACEHOLDER")


@given(st.dictionaries(st.text(), json_values), st.booleans(), st.sampled_from([(",", ":"), (", ", ": ")]))
def test_json_that_nobody_changes_stays_byte_for_byte(
    value: object, ascii_only: bool, separators: tuple[str, str]
) -> None:
    """Whatever the style of a JSON text, rewriting it with no change gives back the same text."""
    text = json.dumps(value, ensure_ascii=ascii_only, separators=separators)
    assert peel.rewrite_json(text, _same) == text


@given(st.dictionaries(st.text(), json_values))
def test_json_paths_name_every_key(value: dict[str, object]) -> None:
    """Each key of the top level is visited once, as a key, with its own name as the path."""
    seen: list[Leaf] = []

    def note(leaf: Leaf) -> str:
        seen.append(leaf)
        return leaf.text

    peel.rewrite_json(json.dumps(value), note)
    assert [leaf.path[0] for leaf in seen if leaf.form == "key" and len(leaf.path) == 1] == list(value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a":"a secret"}', '{"a":"a PLACEHOLDER"}'),
        ('{ "a" : [1, "secret"] }', '{ "a" : [1, "PLACEHOLDER"] }'),
        (r'{"a":"\u4e2d secret"}', r'{"a":"\u4e2d PLACEHOLDER"}'),
        (r'{"a":"x\u0026secret"}', r'{"a":"x\u0026PLACEHOLDER"}'),
        (r'{"a":"http:\/\/secret"}', r'{"a":"http:\/\/PLACEHOLDER"}'),
        ('{"secret":1.50}', '{"PLACEHOLDER":1.50}'),
        ('{"a":"secret","a":"secret"}', '{"a":"PLACEHOLDER","a":"PLACEHOLDER"}'),
    ],
)
def test_json_keeps_its_style(text: str, expected: str) -> None:
    """Spaces, escapes, number forms and double keys survive a change beside them."""
    assert peel.rewrite_json(text, _swap) == expected


@given(st.text(alphabet=st.characters(categories=["L", "N"]), min_size=12), st.booleans(), st.booleans())
def test_base64_opens_and_closes_exactly(text: str, url_safe: bool, padded: bool) -> None:
    """Both alphabets, with and without padding."""
    encode = base64.urlsafe_b64encode if url_safe else base64.b64encode
    encoded = encode(text.encode()).decode()
    encoded = encoded if padded else encoded.rstrip("=")
    opened = layers.open_base64(encoded)
    assert opened is not None
    assert (opened.inner, opened.close(opened.inner)) == (text, encoded)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (base64.b64encode(b"here is a secret").decode(), base64.b64encode(b"here is a PLACEHOLDER").decode()),
        ("x=" + quote("a secret, ä", safe=""), "x=" + quote("a PLACEHOLDER, ä", safe="")),
        ('{"inner":"{\\"a\\":\\"secret\\"}"}', '{"inner":"{\\"a\\":\\"PLACEHOLDER\\"}"}'),
        ("plain secret", "plain PLACEHOLDER"),
        ('error: {"api_key": "a secret"} at 3', 'error: {"api_key": "a PLACEHOLDER"} at 3'),
        (r"say \u0061 \u0073ecret \/ now", r"say \u0061 PLACEHOLDER \/ now"),
        (r"{\"a\": \"\u4e2d secret\"} at", r"{\"a\": \"\u4e2d PLACEHOLDER\"} at"),
        ("?q=a+secret%21+b&r=1", "?q=a+PLACEHOLDER%21+b&r=1"),
        ("%2f%2Fsecret%2f~%7e", "%2f%2FPLACEHOLDER%2f~%7e"),
        (f"/v1/{b64('a secret x')}/y", f"/v1/{b64('a PLACEHOLDER x')}/y"),
        (f"key={b64('a secret x')}", f"key={b64('a PLACEHOLDER x')}"),
        ('{"a":"x","b":"my secret', '{"a":"x","b":"my PLACEHOLDER'),
        ('{"a":{"b":["my secret"', '{"a":{"b":["my PLACEHOLDER"'),
        (r'{"b":"my secret \u4', r'{"b":"my PLACEHOLDER \u4'),
    ],
)
def test_layers_inside_a_text_are_opened(text: str, expected: str) -> None:
    """JSON in strings, base64 and percent-encoding inside a text are seen through."""

    def visit(leaf: Leaf) -> str:
        return peel.rewrite_text(leaf, _swap, visit)

    assert visit(Leaf((), text)) == expected


def test_too_many_layers_are_refused() -> None:
    """A text nested deeper than anybody nests is an error, not followed."""
    text = "secret here and now"
    for _ in range(peel.MAX_DEPTH + 2):
        text = base64.b64encode(text.encode()).decode()

    def visit(leaf: Leaf) -> str:
        return peel.rewrite_text(leaf, _swap, visit)

    with pytest.raises(UnreadableBody, match="layers of encoding"):
        visit(Leaf((), text))


def test_deep_json_is_refused() -> None:
    """A JSON text with thousands of brackets is an error."""
    with pytest.raises(UnreadableBody, match="nested too deeply"):
        peel.rewrite_json("[" * 500 + "]" * 500, _same)


STREAM = (
    'event:conversation.message.delta\ndata:{"id":"1","content":"my sec"}\n\n'
    'event:conversation.message.delta\ndata:{"id":"1","content":"ret is"}\n\n'
    'event:conversation.message.delta\ndata:{"id":"1","content":" here"}\n\nevent:done\ndata:"[DONE]"\n\n'
)


def test_a_text_split_over_events_is_read_joined() -> None:
    """A value that came in pieces is replaced in the piece where it begins and cut out of the others."""

    def find(joined: str) -> list[peel.Edit]:
        start = joined.find("secret")
        return [] if start < 0 else [(start, start + len("secret"), "PLACEHOLDER")]

    assert peel.joined_texts(STREAM) == ["my secret is here"]
    assert peel.joined_texts(peel.rewrite_sse(STREAM, _same, find)) == ["my PLACEHOLDER is here"]


def test_a_stream_that_nobody_changes_stays() -> None:
    """Events, blank lines and the half event at the end are left as they are."""
    text = STREAM + 'event:conversation.message.delta\ndata:{"id":"1","cont'
    assert peel.rewrite_sse(text, _same, lambda _: ()) == text


@given(st.lists(st.tuples(st.text(alphabet="abc", min_size=1), st.binary()), min_size=1, max_size=4))
def test_multipart_opens_and_closes_exactly(fields: list[tuple[str, bytes]]) -> None:
    """Names, contents and line ends survive, whatever the bytes."""
    parts = [
        peel.Part(f'Content-Disposition: form-data; name="{name}"', content.replace(b"--X", b""))
        for name, content in fields
    ]
    body = peel.join_multipart(parts, "X")
    assert peel.split_multipart(body, "X") == parts
    assert parts[0].parameter("name") == fields[0][0]


def test_a_multipart_body_without_its_boundary_is_refused() -> None:
    """A body that does not follow its boundary cannot be read."""
    with pytest.raises(UnreadableBody, match="boundary"):
        peel.split_multipart(b"--other\r\n\r\nx\r\n--other--\r\n", "X")


RAW = zlib.compressobj(wbits=-15)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(b"hello")),
        ("deflate", zlib.compress(b"hello")),
        ("deflate", RAW.compress(b"hello") + RAW.flush()),
        ("identity", b"hello"),
        ("br", brotli.compress(b"hello")),
        ("zstd", zstandard.compress(b"hello")),
        ("gzip, br", brotli.compress(gzip.compress(b"hello"))),
        ("gzip, gzip", gzip.compress(gzip.compress(b"hello"))),
    ],
    ids=lambda value: value if isinstance(value, str) else "hello",  # gzip writes the time: no name for two processes
)
def test_content_encodings_are_undone(encoding: str, body: bytes) -> None:
    """The encodings of the HTTP world, several in a row too."""
    assert compression.decompress(body, encoding) == b"hello"


@pytest.mark.parametrize(("encoding", "body"), [("gzip", b"no gzip"), ("rot13", b"uryyb"), ("deflate", b"\xff\xff")])
def test_an_encoding_that_cannot_be_undone_is_refused(encoding: str, body: bytes) -> None:
    """Nobody can say what is in such a body."""
    with pytest.raises(UnreadableBody):
        compression.decompress(body, encoding)


PACKERS = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda raw: brotli.compress(raw, quality=1),
    "zstd": zstandard.compress,
}


@pytest.mark.parametrize("encoding", PACKERS)
def test_a_bomb_is_refused(encoding: str) -> None:
    """A small body that unpacks to more than the bound is not followed."""
    with pytest.raises(UnreadableBody, match="unpacks to more"):
        compression.decompress(PACKERS[encoding](b"\0" * (compression.MAX_BYTES + 1)), encoding)


@pytest.mark.parametrize("encoding", PACKERS)
def test_a_body_that_breaks_off_is_refused(encoding: str) -> None:
    """What is missing could hold anything."""
    with pytest.raises(UnreadableBody):
        compression.decompress(PACKERS[encoding](bytes(range(256)) * 20)[:-12], encoding)


@given(st.binary(max_size=200_000))
def test_a_stored_file_is_a_gzip_file(content: bytes) -> None:
    """Any gzip opens what is written here."""
    assert gzip.decompress(compression.stored(content)) == content


any_text = st.text(alphabet=st.characters(codec="utf-8"), max_size=40)


@given(any_text, any_text, any_text, st.booleans())
def test_percent_encoding_keeps_what_nobody_edits(before: str, inside: str, after: str, plus: bool) -> None:
    """Only the edited stretch is written again, whatever style the rest has."""
    pieces = [
        quote(before, safe="/:"),
        quote(f"<{inside}>", safe=""),
        "".join(f"%{byte:02x}" for byte in after.encode()),
    ]
    raw = "".join(pieces)
    opened = layers.open_percent(raw, plus=plus)
    assert opened is not None
    assert (opened.inner, opened.close(opened.inner)) == (f"{before}<{inside}>{after}", raw)
    closed = opened.close(f"{before}<TAG>{after}")
    again = layers.open_percent(closed, plus=plus)
    assert (again.inner if again else closed) == f"{before}<TAG>{after}"


@given(any_text, any_text)
def test_escapes_open_and_close_exactly(first: str, second: str) -> None:
    """ASCII and other escapes beside each other stay as they are."""
    raw = json.dumps(first)[1:-1] + json.dumps(second, ensure_ascii=False)[1:-1]
    opened = layers.open_escapes(raw)
    assert (first + second if opened is None else opened.inner) == first + second
    assert opened is None or opened.close(opened.inner) == raw


@given(any_text)
def test_narrow_keeps_every_position(text: str) -> None:
    """Full-width characters become ASCII one for one."""
    assert len(layers.narrow(text)) == len(text)
    assert layers.narrow("１３９＠ａ．ｂ\u3000！") == "139@a.b !"


def test_a_text_full_of_brackets_is_read_in_time() -> None:
    """JSON is not looked for again and again where there is none."""
    text = '{"a' * 20_000

    def visit(leaf: Leaf) -> str:
        return peel.rewrite_text(leaf, _swap, visit)

    assert visit(Leaf((), f"x {text}")) == f"x {text}"


def test_a_line_of_a_stream_that_is_no_event_is_read() -> None:
    """A comment or a broken line hides nothing."""
    assert peel.rewrite_sse(": a secret\nretry: 1\n\n", _swap, lambda _: ()) == ": a PLACEHOLDER\nretry: 1\n\n"
