"""Layers open and close exactly, and what is changed inside keeps the manner of its surroundings."""

from __future__ import annotations

import base64
import bz2
import contextlib
import gzip
import io
import json
import lzma
import random
import re
import struct
import sys
import tarfile
import time
import zipfile
import zlib
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote

import brotli  # type: ignore[import-untyped]  # it has no annotations
import pytest
import zstandard
from hypothesis import example, given
from hypothesis import strategies as st

from coze_cassettes.codecs import compression, containers, json_text, layers, multipart
from coze_cassettes.codecs.edits import Edit, apply_edits, merge_edits
from coze_cassettes.codecs.encodings import ENCODINGS, to_text
from coze_cassettes.codecs.layers import Leaf, edit_text, token_edits
from coze_cassettes.codecs.opened import digest_of
from coze_cassettes.codecs.streams import is_stream, walk_stream
from coze_cassettes.errors import UnreadableBody
from coze_cassettes.scrubbing.traversal import walk_body

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=12,
)


def b64(text: str) -> str:
    """A text as base64."""
    return base64.b64encode(text.encode()).decode()


def _same(leaf: Leaf) -> list[Edit]:
    return []


def _swap(leaf: Leaf) -> list[Edit]:
    return [(*match.span(), "PLACEHOLDER") for match in re.finditer("secret", leaf.text)]


def _swap_in_stream(text: str) -> str:
    return apply_edits(text, walk_stream(Leaf((), text, "text"), _swap))


@given(st.dictionaries(st.text(), json_values), st.booleans(), st.sampled_from([(",", ":"), (", ", ": ")]))
def test_json_that_nobody_changes_stays_byte_for_byte(
    value: object, ascii_only: bool, separators: tuple[str, str]
) -> None:
    """Whatever the style of a JSON text, rewriting it with no change gives back the same text."""
    text = json.dumps(value, ensure_ascii=ascii_only, separators=separators)
    assert edit_text(Leaf((), text), _same) == text


@given(st.dictionaries(st.text(), json_values))
@example({'{"":[]}': None})
def test_json_paths_name_every_key(value: dict[str, object]) -> None:
    """Each key of the top level is visited once, as a key, with its own name as the path."""
    seen: list[Leaf] = []

    def note(leaf: Leaf) -> list[Edit]:
        seen.append(leaf)
        return []

    edit_text(Leaf((), json.dumps(value)), note)
    assert [leaf.path[0] for leaf in seen if leaf.form == "key" and len(leaf.path) == 1 and leaf.depth == 1] == list(
        value
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a":"a secret"}', '{"a":"a PLACEHOLDER"}'),
        ('{ "a" : [1, "secret"] }', '{ "a" : [1, "PLACEHOLDER"] }'),
        (r'{"a":"\u4e2d secret"}', r'{"a":"\u4e2d PLACEHOLDER"}'),
        (r'{"a":"x\u0026secret"}', r'{"a":"x\u0026PLACEHOLDER"}'),
        (r'{"a":"http:\/\/secret"}', r'{"a":"http:\/\/PLACEHOLDER"}'),
        ('{"secret":1.50}', '{"PLACEHOLDER":1.50}'),
        (r'{"{\"secret\":\"a secret\"}":1}', r'{"{\"PLACEHOLDER\":\"a PLACEHOLDER\"}":1}'),
        ('{"a":"secret","a":"secret"}', '{"a":"PLACEHOLDER","a":"PLACEHOLDER"}'),
    ],
)
def test_json_keeps_its_style(text: str, expected: str) -> None:
    """Spaces, escapes, number forms and double keys survive a change beside them."""
    assert edit_text(Leaf((), text), _swap) == expected


@given(st.text(alphabet=st.characters(categories=["L", "N"]), min_size=12), st.booleans(), st.booleans())
def test_base64_opens_and_closes_exactly(text: str, url_safe: bool, padded: bool) -> None:
    """Both alphabets, with and without padding."""
    encode = base64.urlsafe_b64encode if url_safe else base64.b64encode
    encoded = encode(text.encode()).decode()
    encoded = encoded if padded else encoded.rstrip("=")
    row = next(row for row in ENCODINGS if row.name == "base64")
    assert row.decode(encoded) == text
    assert row.encode_like(text, encoded) == encoded


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
        ("blob aGVyZSBpcyBhIHNl Y3JldCwgb2s/ end", "blob aGVyZSBpcyBhIFBM QUNFSE9MREVSLCBv az8= end"),
        ("7365 6372 6574", "504c 4143 4548 4f4c 4445 52"),
        ("first\nNV4SA43FMNZGK5A=\nlast", "first\nNV4SAUCMIFBUKSCPJRCEKUQ=\nlast"),
        ('{"a":"x","b":"my secret', '{"a":"x","b":"my PLACEHOLDER'),
        ('{"a":{"b":["my secret"', '{"a":{"b":["my PLACEHOLDER"'),
        (r'{"b":"my secret \u4', r'{"b":"my PLACEHOLDER \u4'),
    ],
)
def test_layers_inside_a_text_are_opened(text: str, expected: str) -> None:
    """JSON in strings, base64 and percent-encoding inside a text are seen through."""
    assert edit_text(Leaf((), text, "text"), _swap) == expected


def test_an_index_is_no_json() -> None:
    """Numbers in brackets behind a letter or a digit are code, or a piece of base85 that is opened as a whole."""
    text = 'KM0[3]T2, ids[1, 2] and [3] with x{"a":1}'
    assert [text[start:end] for start, end in json_text.fragments(text)] == ["[3]", '{"a":1}']
    encoded = base64.a85encode(b"/A4:5E:60:8B:99:F6").decode()
    assert "M0[3]T" in encoded
    seen: list[Leaf] = []

    def note(leaf: Leaf) -> list[Edit]:
        seen.append(leaf)
        return []

    edit_text(Leaf((), encoded), note)
    assert "/A4:5E:60:8B:99:F6" in [leaf.text for leaf in seen]


def test_too_many_layers_are_refused() -> None:
    """A text nested deeper than anybody nests is an error, not followed."""
    text = "secret here and now"
    for _ in range(layers.MAX_DEPTH + 2):
        text = base64.b64encode(text.encode()).decode()
    with pytest.raises(UnreadableBody, match=r"layers of encoding|inside each other"):
        edit_text(Leaf((), text), _swap)


def test_deep_json_is_refused() -> None:
    """A JSON text with thousands of brackets is an error."""
    with pytest.raises(UnreadableBody, match="nested too deeply"):
        edit_text(Leaf((), "[" * 500 + "]" * 500), _same)


STREAM = (
    'event:conversation.message.delta\ndata:{"id":"1","content":"my sec"}\n\n'
    'event:conversation.message.delta\ndata:{"id":"1","content":"ret is"}\n\n'
    'event:conversation.message.delta\ndata:{"id":"1","content":" here"}\n\nevent:done\ndata:"[DONE]"\n\n'
)


@pytest.mark.parametrize(
    "stream", [STREAM, "\ufeff" + STREAM, STREAM.replace("\n", "\r")], ids=["lines", "mark", "returns"]
)
def test_a_text_split_over_events_is_read_joined(stream: str) -> None:
    """A value that came in pieces is replaced in the piece where it begins and cut out of the others."""
    assert is_stream(stream, "text/plain")
    assert re.findall(r'"content":"(.*?)"', _swap_in_stream(stream)) == ["my PLACEHOLDER", " is", " here"]


@pytest.mark.parametrize("form", ["[{},\n{},\r\n{}]\n", "\x1e{}\n\x1e{}\n\x1e{}\n", "{}{}{}"])
def test_pieces_in_objects_of_json_are_joined(form: str) -> None:
    """A list that is sent object by object, a JSON text sequence (RFC 7464), objects without anything between."""
    pieces = ("a sec", "ret b", "c")
    text = form.replace("{}", "%s") % tuple(json.dumps({"parts": [{"text": piece}]}) for piece in pieces)
    assert is_stream(text, "application/json")
    assert re.findall('"text": "(.*?)"', _swap_in_stream(text)) == ["a PLACEHOLDER", " b", "c"]
    assert not is_stream(json.dumps([{"text": piece} for piece in pieces]), "application/json")


@pytest.mark.parametrize(
    ("form", "read"),
    [
        ('0:"{}"\n', r'^0:"(.*)"$'),
        ('1a:{"text":"{}"}\n', r':"(.*)"\}$'),
        ('"{}"\n', r'^"(.*)"$'),
        ('data: "{}"\n\n', r'^data: "(.*)"$'),
        ('data: ["output","{}"]\n\n', r',"(.*)"\]$'),
        ('event:message\ndata:42["chunk",{"text":"{}"}]\n\n', r':"(.*)"\}\]$'),
        ('data: {\r\ndata: "text": "{}",\r\ndata: "a": 1}\r\n\r\n', r'"text": "(.*)"'),
    ],
)
def test_pieces_in_other_events_are_joined(form: str, read: str) -> None:
    """Lines with a head, strings, lists, messages of Socket.IO, JSON in several lines; also if each is base64."""
    for encode, decode in ((str, str), (b64, lambda text: base64.b64decode(text).decode())):
        stream = "".join(form.replace("{}", encode(piece), 1) for piece in ("a sec", "ret b", "cd"))
        assert is_stream(stream, "text/plain")
        shown = re.findall(read, _swap_in_stream(stream).replace("\r", ""), re.MULTILINE)
        assert list(map(decode, shown)) == ["a PLACEHOLDER", " b", "cd"], stream


@pytest.mark.parametrize(
    ("form", "read"),
    [
        (lambda piece, _: {"id": "1", "content": json.dumps({"result": piece})}, lambda got: got["content"]["result"]),
        (lambda piece, _: {"data": json.dumps({"m": json.dumps([piece])})}, lambda got: got["data"]["m"][0]),
        (lambda piece, _: {"event_type": "a", "data": ["text", piece]}, lambda got: got["data"][1]),
        (lambda piece, number: {"id": f"e{number}", "content": piece}, lambda got: got["content"]),
        (
            lambda piece, _: {"data": {"message": {"id": "1", "text": piece}}},
            lambda got: got["data"]["message"]["text"],
        ),
    ],
    ids=["JSON", "JSON in JSON", "a list", "an id of each event", "an id inside"],
)
def test_pieces_inside_of_events_are_joined(form: Callable[[str, int], object], read: Callable[[Any], object]) -> None:
    """In the JSON that a string is, beside others in a list, with another message between if both have ids."""
    events = [form(piece, number) for number, piece in enumerate(("a sec", "ret b"))]
    if '"1"' in json.dumps(events):
        events.insert(1, json.loads(json.dumps(events[0]).replace('"1"', '"2"').replace("a sec", "other")))
    lines = "".join(json.dumps(event) + "\n" for event in events)
    shown = [read(_parsed(json.loads(line))) for line in _swap_in_stream(lines).splitlines()]
    assert [each for each in shown if each != "other"] == ["a PLACEHOLDER", " b"]


def _parsed(value: Any) -> Any:
    """JSON, and the JSON in its strings."""
    if isinstance(value, str):
        return _parsed(json.loads(value)) if value[:1] in ("{", "[") else value
    if isinstance(value, dict):
        return {name: _parsed(child) for name, child in value.items()}
    return [_parsed(child) for child in value] if isinstance(value, list) else value


def test_pieces_in_parts_of_a_multipart_body_are_joined() -> None:
    """Parts of any type but that of a form."""
    parts = "".join(f'--cut\r\n\r\n{{"text":"{piece}"}}\r\n' for piece in ("a sec", "ret b"))
    body = (parts + "--cut--\r\n").encode()
    for subtype, expected in (("mixed", ["a PLACEHOLDER", " b"]), ("form-data", ["a sec", "ret b"])):
        walked = walk_body(Leaf((), "", "text"), body, f"multipart/{subtype}; boundary=cut", _swap)
        assert re.findall('"text":"(.*?)"', walked.decode()) == expected


@pytest.mark.parametrize("key", ["output", "text", "arguments", "transcript", "anything"])
def test_pieces_are_joined_whatever_they_are_called(key: str) -> None:
    """Lines of JSON are a stream too, and every key of theirs may hold pieces."""
    lines = "".join(json.dumps({"i": n, key: piece}) + "\n" for n, piece in enumerate(["a sec", "ret b"]))
    assert is_stream(lines, "text/plain")
    assert [json.loads(line)[key] for line in _swap_in_stream(lines).splitlines()] == ["a PLACEHOLDER", " b"]


def test_pieces_that_begin_alike_by_chance_are_joined() -> None:
    """Of two pieces the second begins with the first in a text that grows, and in one with the same letter twice."""
    encoded = b64("琀 secret")
    for pieces, expected in (
        (("s", "secret"), ["PLACEHOLDER"] * 2),
        ((encoded[0], encoded[1:]), [b64("琀 PLACEHOLDER"), ""]),
    ):
        lines = "".join(json.dumps({"text": piece}) + "\n" for piece in pieces)
        assert [json.loads(line)["text"] for line in _swap_in_stream(lines).splitlines()] == expected


def test_pieces_in_base64_are_joined() -> None:
    """A text that binary messages of a websocket carry in pieces."""
    frames = "".join(f"event:(binary)\ndata:{b64(piece)}\n\n" for piece in ("a sec", "ret b"))
    shown = [base64.b64decode(data) for data in re.findall("data:(.*)", _swap_in_stream(frames))]
    assert shown == [b"a PLACEHOLDER", b" b"]


@pytest.mark.parametrize(
    ("pieces", "joined"),
    [
        (["id ", "= ", '"secret"', " }"], 'id = "secret" }'),
        (['"id = "', '"sec"', '"ret"'], "id = secret"),
        (['"id = "', '"secret"', "[DONE]"], "id = secret[DONE]"),
    ],
)
def test_quotes_of_a_text_in_pieces_stay(pieces: list[str], joined: str) -> None:
    """A part of a text may look like a string of JSON; strings of JSON are joined without their quotes."""
    seen: list[str] = []

    def note(leaf: Leaf) -> list[Edit]:
        seen.append(leaf.text)
        return []

    walk_stream(Leaf((), "".join(f"event:(binary)\ndata:{b64(piece)}\n\n" for piece in pieces), "text"), note)
    assert joined in seen


def test_pieces_behind_the_heads_of_messages_are_joined() -> None:
    """JSON in binary messages, each behind a head of some bytes."""
    messages = [b"\x11\x90\x10\xff" + json.dumps({"text": piece}).encode() for piece in ("a sec", "ret b")]
    frames = "".join(f"event:(binary)\ndata:{base64.b64encode(each).decode()}\n\n" for each in messages)
    shown = [base64.b64decode(data) for data in re.findall("data:(.*)", _swap_in_stream(frames))]
    assert [json.loads(each[4:])["text"] for each in shown] == ["a PLACEHOLDER", " b"]


def test_a_stream_that_nobody_changes_stays() -> None:
    """Events, blank lines and the half event at the end are left as they are."""
    text = STREAM + 'event:conversation.message.delta\ndata:{"id":"1","cont'
    assert apply_edits(text, walk_stream(Leaf((), text, "text"), _same)) == text


def zipped(name: str, content: bytes) -> bytes:
    """A zip file."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return target.getvalue()


def tarred(name: str, content: bytes) -> bytes:
    """A tar archive of a large file and another one."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for each, data in (("noise", bytes(range(256)) * 9), (name, content)):
            info = tarfile.TarInfo(each)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return target.getvalue()


def deflated(content: bytes) -> bytes:
    """Raw deflate."""
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    return stream.compress(content) + stream.flush()


def with_small_window(content: bytes) -> bytes:
    """A zlib stream whose packer looks back 512 bytes only."""
    stream = zlib.compressobj(9, zlib.DEFLATED, 9)
    return stream.compress(content) + stream.flush()


def png_with(text: bytes) -> bytes:
    """A picture with a text chunk that is packed."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    packed = chunk(b"zTXt", b"note\0\0" + zlib.compress(text))
    packed += chunk(b"tEXt", b"Comment\0" + text.decode().encode("utf-16-le"))
    return b"\x89PNG\r\n\x1a\n" + head + packed + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


CONTENT = b"here is a secret, and more of this text so that it is packed"
FILES = {
    "gzip": gzip.compress(CONTENT),
    "Zstandard": zstandard.compress(CONTENT),
    "zlib": zlib.compress(CONTENT),
    "zlib with a small window": with_small_window(CONTENT),
    "deflate": deflated(CONTENT),
    "bzip2": bz2.compress(CONTENT),
    "xz": lzma.compress(CONTENT),
    "LZMA": lzma.compress(CONTENT, lzma.FORMAT_ALONE),
    "Brotli": brotli.compress(CONTENT),
    "runs of a document": zipped(
        "word/document.xml",
        CONTENT.replace(
            b"secret", b'sec</w:t></w:r><w:proofErr w:type="a"/>\n <w:r><w:rPr/><w:t xml:space="preserve">ret'
        ),
    ),
    "runs of a table": zipped("xl/a.xml", CONTENT.replace(b"ret", b"</t></r><r><rPr><b/></rPr><t>ret")),
    "spans of a text": zipped("content.xml", CONTENT.replace(b"cr", b'c</text:span><text:span text:style-name="T1">r')),
    "bzip2 of two streams": bz2.compress(CONTENT[:14]) + bz2.compress(CONTENT[14:]),
    "xz of two streams": lzma.compress(CONTENT[:14]) + lzma.compress(CONTENT[14:]),
    "vCard": b"BEGIN:VCARD\r\nNOTE:" + CONTENT.replace(b"cre", b"cr\r\n e") + b"\r\nEND:VCARD\r\n",
    "iCalendar": b"BEGIN:VCALENDAR\nSUMMARY:" + CONTENT.replace(b"cre", b"cr\n\te") + b"\nEND:VCALENDAR\n",
    "manifest of a jar": zipped("a.MF", b"Manifest-Version: 1.0\r\nNote: " + CONTENT.replace(b"cre", b"cr\r\n e")),
    "tar": tarred("a/b.txt", CONTENT),
    "zip in tar": tarred("a.docx", zipped("a/b.xml", CONTENT)),
    "deflate in tar": tarred("a.bin", deflated(CONTENT)),
    "name in a tar": tarred("a secret.txt", b"nothing"),
    "zip": zipped("a/b.xml", CONTENT),
    "zip in zip": zipped("inner.docx", zipped("a/b.xml", CONTENT)),
    "name in a zip": zipped("a secret.txt", b"nothing"),
    "PNG": png_with(CONTENT),
    "base64 in lines in a message": b"--z\n\n" + base64.encodebytes(zipped("a.txt", CONTENT)) + b"--z--\n",
    "text in UTF-32-LE": b"\xff\xfe\0\0" + CONTENT.decode().encode("utf-32-le"),
    "text in UTF-32-BE": b"\0\0\xfe\xff" + CONTENT.decode().encode("utf-32-be"),
    "text in UTF-16-LE": b"\xff\xfe" + f"密码：{CONTENT.decode()}".encode("utf-16-le"),
    "text in UTF-16-BE": b"\xfe\xff" + f"密码：{CONTENT.decode()}".encode("utf-16-be"),
}


@pytest.mark.parametrize("name", FILES)
def test_what_is_packed_is_opened(name: str) -> None:
    """A value in a packed file is replaced, and the file can be opened still; what has none stays as it is."""
    new = layers.walk_bytes(Leaf((), "", "text"), FILES[name], _swap)
    seen: list[str] = []

    def note(leaf: Leaf) -> list[Edit]:
        seen.append(leaf.text)
        return []

    assert layers.walk_bytes(Leaf((), "", "text"), new, note) == new
    assert any("PLACEHOLDER" in text for text in seen)
    assert not any("secret" in text for text in seen)
    assert layers.walk_bytes(Leaf((), "", "text"), FILES[name], _same) == FILES[name]


def test_a_changed_tar_can_be_read() -> None:
    """Its names, sizes and sums are those of what is in it now; a name that a link has is refused."""
    for file in ("tar", "name in a tar"):
        new = layers.walk_bytes(Leaf((), "", "text"), FILES[file], _swap)
        with tarfile.open(fileobj=io.BytesIO(new)) as archive:
            shown = {name: archive.extractfile(name).read() for name in archive.getnames()}  # type: ignore[union-attr]
        assert shown.pop("noise") == bytes(range(256)) * 9
        assert list(shown) in (["a/b.txt"], ["a PLACEHOLDER.txt"])
        assert b"secret" not in next(iter(shown.values()))
    block = bytearray(FILES["tar"][:512])
    block[157:163] = b"secret"
    block[148:156] = b" " * 8
    block[148:156] = f"{sum(block):06o}\0 ".encode()
    with pytest.raises(UnreadableBody, match="a tar archive with a name that holds what must be replaced"):
        layers.walk_bytes(Leaf((), "", "text"), bytes(block) + FILES["tar"][512:], _swap)


def test_brotli_is_stored_in_parts() -> None:
    """Of any length."""
    for length in (0, 1, 65536, 65537, 200_000):
        content = bytes(range(251)) * (length // 251) + bytes(length % 251)
        assert brotli.decompress(compression.store_brotli(content)) == content


def test_the_text_of_a_picture_stands_by_itself() -> None:
    """Behind its keyword, whose last letter and zero byte look like UTF-16."""
    opened = containers.open_container(FILES["PNG"])
    assert opened is not None
    assert opened.members[1:5] == [b"note", CONTENT, b"Comment", CONTENT.decode().encode("utf-16-le")]


def with_addition(text: bytes) -> bytes:
    """A zip file whose one entry has a comment and an extra field."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        entry = zipfile.ZipInfo("a.txt")
        entry.comment, entry.extra = text, struct.pack("<HH", 0x7777, len(text)) + text
        archive.writestr(entry, "nothing")
    return target.getvalue()


GZIP_HEAD: Final = b"\x1f\x8b\x08\x18\0\0\0\0\0\xff"
SAYING = {
    "an entry of a zip file": with_addition(b"a secret"),
    "what is behind a zip file": zipped("a.txt", b"nothing") + b"a secret",
    "name of a gzip file": GZIP_HEAD + b"a secret.txt\0so\0" + gzip.compress(CONTENT[-32:], mtime=0)[10:],
    "comment of a gzip file": GZIP_HEAD + b"a.txt\0a secret\0" + gzip.compress(CONTENT[-32:], mtime=0)[10:],
    "profile of a picture": png_with(CONTENT).replace(b"zTXt", b"iCCP"),
}


@pytest.mark.parametrize("name", SAYING)
def test_what_a_file_says_beside_its_content_is_searched(name: str) -> None:
    """It is not written again; a file in which nothing is replaced stays as it is."""
    new = layers.walk_bytes(Leaf((), "", "text"), SAYING[name], _swap)
    assert new != SAYING[name]
    assert b"secret" not in new
    assert layers.walk_bytes(Leaf((), "", "text"), SAYING[name], _same) == SAYING[name]


HOLDING = {
    "an archive behind a program": b"#!/bin/sh\nexit\n" + zipped("a.txt", CONTENT),
    "an archive without its end": zipped("a.txt", CONTENT)[:-60],
    "two files": bz2.compress(b"nothing here") + zlib.compress(CONTENT),
    "a frame of Zstandard": b"\xffhead" + zstandard.compress(CONTENT) + b"tail",
    "noise that breaks off": gzip.compress(CONTENT + bytes(range(128, 256)))[:-60],
    "a cell of a database": b"SQLite format 3\0\x10\0" + zlib.compress(CONTENT) + b"\0\0",
    "a message with a head": struct.pack(">I", 9) + zlib.compress(CONTENT),
    "a file that breaks off": gzip.compress(CONTENT)[:-10],
    "an archive of packages": b"!<arch>\ncontrol.tar.xz 0 `\n" + lzma.compress(CONTENT) + b"\n",
}


@pytest.mark.parametrize("name", HOLDING)
def test_what_is_packed_inside_other_bytes_is_searched(name: str) -> None:
    """If it holds a value, the file is refused; what stands beside it is replaced."""
    with pytest.raises(UnreadableBody, match=r"packed bytes inside .*\(sha256:"):
        layers.walk_bytes(Leaf((), "", "text"), HOLDING[name], _swap)
    assert layers.walk_bytes(Leaf((), "", "text"), HOLDING[name], _same) == HOLDING[name]
    beside = b"\xff a secret \xff" + zlib.compress(b"nothing here") + b"\0a secret"
    replaced = beside.replace(b"secret", b"PLACEHOLDER")
    assert layers.walk_bytes(Leaf((), "", "text"), beside, _swap) == replaced


def avro_with(codec: bytes, content: bytes) -> bytes:
    """A file of two blocks."""
    mark = bytes(range(16))
    head = b"Obj\x01\x04\x14avro.codec" + bytes([2 * len(codec)]) + codec + b'\x16avro.schema\x10"string"\0' + mark
    blocks = (bytes([2, 2 * len(block)]) + block + mark for block in (deflated(b"\x0eno word"), deflated(content)))
    return head + b"".join(blocks)


def test_blocks_of_an_avro_file_are_searched() -> None:
    """They are packed without a head; what snappy packed is refused, and other packers write their own head."""
    file = avro_with(b"deflate", CONTENT)
    with pytest.raises(UnreadableBody, match=r"an Avro file that holds .*\(sha256:"):
        layers.walk_bytes(Leaf((), "", "text"), file, _swap)
    assert layers.walk_bytes(Leaf((), "", "text"), file, _same) == file
    broken = file.replace(deflated(CONTENT)[:8], b"\xff" * 8)
    for sealed, message in ((avro_with(b"snappy", CONTENT), "packed by snappy"), (broken, "an Avro file")):
        with pytest.raises(UnreadableBody, match=f"{message}.* cannot be opened"):
            containers.open_container(sealed)
    assert layers.walk_bytes(Leaf((), "", "text"), avro_with(b"null", CONTENT), _same) == avro_with(b"null", CONTENT)


def test_text_beside_a_value_in_bytes_stays() -> None:
    """The length of a comment in a picture reads as Chinese with its first letter: the rest is not cut out."""
    comment = b"\xff\0\0!\xfeNThis is a secret, and more of this text\0\xff"
    new = layers.walk_bytes(Leaf((), "", "text"), comment, _swap)
    assert new == comment.replace(b"secret", b"PLACEHOLDER")


def test_a_frame_of_lz4_inside_other_bytes_is_refused() -> None:
    """Nobody here opens it; four bytes that only look like its beginning stay."""
    with pytest.raises(UnreadableBody, match="an LZ4 frame"):
        containers.open_container(b"\xffhead\x04\x22\x4d\x18\x60\x40\x82" + CONTENT)
    assert containers.open_container(b"\xffhead\x04\x22\x4d\x18\x00\x40\x82" + CONTENT) is None


def test_a_sealed_archive_inside_other_bytes_is_refused() -> None:
    """One that is encrypted, as where it stands by itself, and one whose files are not deflated."""
    sealed = b"\xffhead" + zipped("a.txt", CONTENT).replace(b"PK\3\4\x14\0\0", b"PK\3\4\x14\0\1")
    with pytest.raises(UnreadableBody, match="encrypted zip file"):
        containers.open_container(sealed)
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", method) as archive:
            archive.writestr("a.txt", CONTENT)
        with pytest.raises(UnreadableBody, match="packed in another way"):
            containers.open_container(b"\xffhead" + target.getvalue())


def test_bytes_that_seem_to_hold_many_files_take_linear_time(assert_growth: Callable[..., None]) -> None:
    """What only looks like a beginning is left at once."""
    units = (b"x\x9c", b"\x1f\x8b\x08\0", b"BZh91AY&SY", b"PK\3\4", b"x\x01\0\xff\xff\0\0", b"x\x9c" + bytes(300))
    for head, unit in (*((b"\xff", unit) for unit in units), (b"%PDF-1.4\n\xff", b"1 0 obj\nstream\n")):

        def make(size: int, _: int, head: bytes = head, unit: bytes = unit) -> Callable[[], None]:
            data = head + unit * (size // len(unit))

            def work() -> None:
                with contextlib.suppress(UnreadableBody):
                    containers.open_container(data)

            return work

        assert_growth(make, (20_000, 160_000), 20, 0.1)


def signed(pack: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """A stream that was packed and then written with signs."""
    return lambda content: base64.a85encode(pack(content)) + b"~>"


@pytest.mark.parametrize(
    "pack",
    [zlib.compress, bytes, signed(zlib.compress), signed(bytes), lambda content: zlib.compress(content).hex().encode()],
    ids=["Flate", "plain", "Flate in Ascii85", "Ascii85", "Flate in hexadecimal"],
)
@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf"], ids=["alone", "behind a mark"])
def test_a_pdf_that_holds_a_value_is_refused(pack: Callable[[bytes], bytes], before: bytes) -> None:
    """Its packed streams are read, but cannot be written anew."""
    pdf = before + b"%PDF-1.7\n\xe2\xe3\n1 0 obj\nstream\n" + pack(CONTENT) + b"\nendstream\n%%EOF"
    with pytest.raises(UnreadableBody, match="PDF that holds"):
        layers.walk_bytes(Leaf((), "", "text"), pdf, _swap)
    assert layers.walk_bytes(Leaf((), "", "text"), pdf, _same) == pdf


def predicted(content: bytes) -> bytes:
    """Flate of rows of 16 bytes: the second says how it differs from the first, each behind it how from the left."""
    rows = [content[at : at + 16].ljust(16) for at in range(0, len(content), 16)]
    up = bytes((byte - above) % 256 for byte, above in zip(rows[1], rows[0], strict=True))
    sub = [bytes((byte - left) % 256 for byte, left in zip(row, b"\0" + row, strict=False)) for row in rows[2:]]
    return zlib.compress(b"\0" + rows[0] + b"\2" + up + b"".join(b"\1" + row for row in sub))


WIDE_HIGH: Final = CONTENT.decode().encode("utf-16-be")


@pytest.mark.parametrize(
    ("dictionary", "stream"),
    [
        (b"<</Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 16>>>>", predicted(b"x" * 16 + CONTENT)),
        (b"<</Type/EmbeddedFile/Length 99>>", zipped("a.txt", CONTENT)),
        (b"<</Type/ObjStm/Filter/FlateDecode>>", zlib.compress(b"<</Title <FEFF" + WIDE_HIGH.hex().encode() + b">>>")),
        (b"<</Filter/FlateDecode>>", zlib.compress(rb"BT [(here is \(a\) se) -20 <63 72> 4.5(et)-300(and)] TJ ET")),
    ],
    ids=["rows that differ", "a file", "a string in digits", "strings with steps between them"],
)
def test_what_a_stream_of_a_pdf_says_is_read(dictionary: bytes, stream: bytes) -> None:
    """Its dictionary says how its rows are written; without a filter it may be a file."""
    pdf = b"%PDF-1.7\n\xe2\xe3\n1 0 obj\n" + dictionary + b"\nstream\n" + stream + b"\nendstream\n%%EOF"
    with pytest.raises(UnreadableBody, match="PDF that holds"):
        layers.walk_bytes(Leaf((), "", "text"), pdf, _swap)
    assert layers.walk_bytes(Leaf((), "", "text"), pdf, _same) == pdf


WIDE: Final = CONTENT.decode().encode("utf-16-le")
BYTES_THAT_ARE_NO_TEXT = (gzip.compress(CONTENT), zipped("a.txt", CONTENT), b"\xff\xfe" + WIDE, WIDE)


def test_what_is_no_text_is_opened_in_each_encoding() -> None:
    """A file, and UTF-16 with a mark or without, in hexadecimal digits, base32, base85 and the others."""
    for row in ENCODINGS:
        if row.inline or row.charset or row.inside is not None:
            continue
        for data in BYTES_THAT_ARE_NO_TEXT:
            written = f"see {row.encode(to_text(data))}"
            new = edit_text(Leaf((), written, "text"), _swap)
            assert new != written, (row.name, data[:4])
            assert edit_text(Leaf((), new, "text"), _swap) == new, (row.name, data[:4])


SEALED = {row.name: row.magic + bytes(64) for row in containers.CONTAINERS if row.name not in FILES}
SEALED["compress"] = b"\x1f\x9d\x90" + bytes(64)
"""Codes of at most 16 bits; without a number of bits that compress(1) writes it is taken for a sound."""


def lzw(content: bytes) -> bytes:
    """What compress(1) writes, as long as its codes have nine bits."""
    table = {bytes([code]): code for code in range(256)}
    codes, prefix = list[int](), b""
    for byte in content:
        word = prefix + bytes([byte])
        if word not in table:
            codes.append(table[prefix])
            table[word] = 257 + len(codes) - 1
            word = bytes([byte])
        prefix = word
    bits = sum(code << 9 * at for at, code in enumerate([*codes, table[prefix]]))
    return b"\x1f\x9d\x90" + bits.to_bytes((9 * len(codes) + 16) // 8, "little")


def test_only_a_file_of_compress_is_refused_as_one() -> None:
    """Bytes that begin like one by chance, those of a key for one, go on with codes that nothing stands for."""
    for content in (
        b"abababababababababababababab" * 4,
        b"a text that is packed, in which hardly a string comes twice",
    ):
        with pytest.raises(UnreadableBody, match="a file of compress"):
            containers.open_container(lzw(content))
    drawn = random.Random(2).randbytes(600)  # noqa: S311 - no key is made of it
    assert containers.open_container(b"\x1f\x9d\x90" + drawn) is None


@pytest.mark.parametrize(
    "name", ["7-Zip", "RAR", "lzip", "LZ4", "compress", "Microsoft compound file", "cabinet", "age", "OpenSSL"]
)
def test_what_cannot_be_opened_is_refused(name: str) -> None:
    """A packed or encrypted file of a form that nobody here opens is not kept, unless its digest is allowed."""
    with pytest.raises(UnreadableBody, match="cannot be opened"):
        layers.walk_bytes(Leaf((), "", "text"), SEALED[name], _same)
    allowed = Leaf((), "", "text", allow_opaque=frozenset({digest_of(SEALED[name])}))
    assert layers.walk_bytes(allowed, SEALED[name], _same) == SEALED[name]


def test_of_two_edits_that_overlap_the_earlier_list_wins() -> None:
    """The one that stays covers what both covered."""
    assert merge_edits([(2, 4, "a")], [(3, 6, "b"), (8, 9, "c")]) == [(2, 6, "a"), (8, 9, "c")]
    assert merge_edits([(3, 6, "a")], [(2, 4, "b")]) == [(2, 6, "a")]


@given(st.lists(st.tuples(st.text(alphabet="abc", min_size=1), st.binary()), min_size=1, max_size=4))
def test_multipart_opens_and_closes_exactly(fields: list[tuple[str, bytes]]) -> None:
    """Names, contents and line ends survive, whatever the bytes."""
    parts = [
        multipart.Part(f'Content-Disposition: form-data; name="{name}"', content.replace(b"--X", b""))
        for name, content in fields
    ]
    body = multipart.join_multipart(parts, "X")
    assert multipart.split_multipart(body, "X") == parts
    assert parts[0].parameter("name") == fields[0][0]


def test_a_multipart_body_without_its_boundary_is_refused() -> None:
    """A body that does not follow its boundary cannot be read."""
    with pytest.raises(UnreadableBody, match="boundary"):
        multipart.split_multipart(b"--other\r\n\r\nx\r\n--other--\r\n", "X")


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


@pytest.mark.parametrize(("encoding", "library"), [("br", "brotli"), ("zstd", "zstandard")])
def test_an_encoding_without_its_library(encoding: str, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra that brings it is named."""
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(
        UnreadableBody, match=rf"^a body needs {library} to be read: install coze-cassettes\[compression\]$"
    ):
        compression.decompress(b"hello", encoding)


PACKERS = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda raw: brotli.compress(raw, quality=1),
    "zstd": zstandard.compress,
}


@pytest.mark.parametrize(
    "encoding", ["gzip", *(pytest.param(each, marks=pytest.mark.proof) for each in PACKERS if each != "gzip")]
)
def test_a_bomb_is_refused(encoding: str) -> None:
    """A small body that unpacks to more than the bound is not followed."""
    with pytest.raises(UnreadableBody, match="unpacks to more"):
        compression.decompress(PACKERS[encoding](b"\0" * (compression.MAX_BYTES + 1)), encoding)


def test_a_text_is_no_packed_file() -> None:
    """Its bytes may be deflate by chance, as one of many short texts between Chinese blanks is."""
    text = "\u3000demo a north text\u3000"
    assert zlib.decompress(text.encode(), -zlib.MAX_WBITS)
    assert containers.open_container(text.encode()) is None


@pytest.mark.parametrize("encoding", PACKERS)
def test_a_body_that_breaks_off_is_refused(encoding: str) -> None:
    """What is missing could hold anything; of an answer that a test stops reading, nothing is missing."""
    content = random.Random(7).randbytes(300_000)  # noqa: S311 - noise, which no packer makes small
    body = PACKERS[encoding](content)
    for kept in (len(body) - 12, len(body) * 2 // 3, 5):
        with pytest.raises(UnreadableBody):
            compression.decompress(body[:kept], encoding)
        inner = compression.decompress(body[:kept], encoding, may_break_off=True)
        assert content.startswith(inner)
        assert kept - len(inner) < 140_000
    with pytest.raises(UnreadableBody):
        compression.decompress(b"\xffnothing packed", encoding, may_break_off=True)


@given(st.binary(max_size=200_000))
def test_a_stored_file_is_a_gzip_file(content: bytes) -> None:
    """Any gzip opens what is written here."""
    assert gzip.decompress(compression.store_gzip(content)) == content


any_text = st.text(alphabet=st.characters(codec="utf-8"), max_size=40)


@given(any_text, any_text)
def test_an_inline_encoding_keeps_what_nobody_edits(before: str, after: str) -> None:
    """Only the edited stretch is written again, whatever style the rest has."""
    pieces = [
        quote(f"{before}ä", safe="/:"),
        quote("<secret>", safe=""),
        "".join(f"%{byte:02x}" for byte in after.encode()),
    ]
    assert edit_text(Leaf((), "".join(pieces), "text"), _swap) == "".join(
        [pieces[0], "%3CPLACEHOLDER%3E", pieces[2]]
    ) or ("secret" in before + after)


def test_a_text_full_of_brackets_is_read_in_time() -> None:
    """JSON is not looked for again and again where there is none."""
    text = '{"a' * 20_000
    assert edit_text(Leaf((), f"x {text}", "text"), _swap) == f"x {text}"


def test_a_line_of_a_stream_that_is_no_event_is_read() -> None:
    """A comment or a broken line hides nothing."""
    assert _swap_in_stream(": a secret\nretry: 1\n\n") == ": a PLACEHOLDER\nretry: 1\n\n"


def test_what_looks_like_an_escape_in_ascii85_is_none() -> None:
    """A placeholder in it can have a percent sign with two digits behind it, and says what it says."""
    text = '"c aSECRET_1 then'
    packed = base64.a85encode(text.encode()).decode()
    assert re.search("%[0-9A-Fa-f]{2}", packed)
    seen: list[str] = []

    def note(leaf: Leaf) -> list[Edit]:
        seen.append(leaf.text)
        return []

    edit_text(Leaf((), f"see {packed} and%20more"), note)
    assert [each for each in seen if "SECRET_" in each] == [text]
    assert " and more" in seen


def test_many_edits_of_a_string_are_quick() -> None:
    """The manner of a string is read once, not for each of its edits: 4000 took a hundred times as long as one."""
    token = json.dumps("write to a@b.example, " * 20_000)

    def seconds(count: int) -> float:
        begin = time.process_time()
        token_edits(token, [(place * 22 + 9, place * 22 + 20, "EMAIL_1") for place in range(count)])
        return time.process_time() - begin

    assert seconds(4000) < 20 * seconds(1)
