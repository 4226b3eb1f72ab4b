"""THE table of places of canaries: what traffic a text can stand in, in how many pieces it comes."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, quote_plus

from coze_cassettes.cassette import websocket_messages
from coze_cassettes.cassette.model import Headers, Interaction, Request, Response
from coze_cassettes.codecs.encodings import to_bytes

API: Final = "https://api.coze.com"
_JSON: Final[Headers] = (("content-type", "application/json"),)
_STREAM: Final[Headers] = (("content-type", "text/event-stream"),)
_TEXT: Final[Headers] = (("content-type", "text/plain; charset=utf-8"),)
_BYTES: Final[Headers] = (("content-type", "application/octet-stream"),)
_FORM: Final[Headers] = (("content-type", "application/x-www-form-urlencoded"),)
_MULTIPART: Final[Headers] = (("content-type", "multipart/form-data; boundary=cut"),)

Make = Callable[[str, random.Random], Interaction]


@dataclass(frozen=True)
class Place:
    """One row: which texts it can hold.

    ``holds_bytes``: what is no UTF-8; ``is_line``: no line end; ``is_plain``: nothing encoded; ``is_word``: something
    stands beside the text without a blank; ``is_growing``: it comes again and again, each time longer: what only
    a name gives away is not whole.
    """

    make: Make
    holds_bytes: bool = False
    is_line: bool = False
    is_plain: bool = False
    is_word: bool = False
    is_growing: bool = False


def _dump(value: object, *, ascii_only: bool = False) -> str:
    return json.dumps(value, ensure_ascii=ascii_only, separators=(",", ":"))


def _answer(body: str | bytes, headers: Headers = _JSON) -> Interaction:
    content = body if isinstance(body, bytes) else to_bytes(body)
    return Interaction(Request("GET", f"{API}/v1/things"), Response(200, "OK", headers, content))


def _question(path: str = "/v1/things", body: str | bytes = b"", headers: Headers = ()) -> Interaction:
    content = body if isinstance(body, bytes) else to_bytes(body)
    return Interaction(Request("POST", API + path, headers, content), Response(200, "OK", _JSON, b"{}"))


def _upload(content: bytes, name: str = "a.bin") -> Interaction:
    head = f'--cut\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return _question("/v1/files/upload", head.encode() + content + b"\r\n--cut--\r\n", _MULTIPART)


def cut(text: str, chance: random.Random) -> Sequence[str]:
    """A text in one to eight pieces."""
    cuts = sorted(chance.sample(range(1, len(text)), min(chance.randint(0, 7), len(text) - 1))) if text else []
    return [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]


# --- streams --------------------------------------------------------------------------------------------------------


def _events(name: str, key: str, *, growing: bool = False) -> Make:
    def make(text: str, chance: random.Random) -> Interaction:
        pieces = cut(text, chance)
        texts = ["".join(pieces[: at + 1]) for at in range(len(pieces))] if growing else pieces
        lines = (f"event:{name}\ndata:{_dump({'id': 'm', key: piece})}\n\n" for piece in texts)
        return _answer("".join(lines), _STREAM)

    return make


def _json_lines(key: str, headers: Headers) -> Make:
    def make(text: str, chance: random.Random) -> Interaction:
        pieces = enumerate(cut(text, chance))
        return _answer("".join(_dump({"seq": at, key: piece}) + "\n" for at, piece in pieces), headers)

    return make


def _json_objects(form: str) -> Make:
    """Objects one behind the other, the pieces of a text in them."""

    def make(text: str, chance: random.Random) -> Interaction:
        objects = (_dump({"parts": [{"text": piece}]}) for piece in cut(text, chance))
        begin, between, end = form.split("{}")
        return _answer(begin + between.join(objects) + end)

    return make


def _other_stream(text: str, chance: random.Random) -> Interaction:
    """Events with another content type."""
    lines = (f"data: {_dump({'text': piece})}\n\n" for piece in cut(text, chance))
    return _answer("".join(lines), _TEXT)


def _socket(sent: Sequence[object] = (), came: Sequence[object] = ()) -> Interaction:
    def message(each: object) -> websocket_messages.Message:
        data = each if isinstance(each, bytes) else _dump(each)
        return websocket_messages.Message(data)

    asked = websocket_messages.dump(message(each) for each in sent)
    request = Request("GET", "wss://ws.coze.com/v1/chat?bot_id=BOT_ID", (), asked)
    return Interaction(request, Response(101, "Switching Protocols", (), websocket_messages.dump(map(message, came))))


def _received_messages(text: str, chance: random.Random) -> Interaction:
    """Deltas with sound between them."""
    mingled: list[object] = []
    for piece in cut(text, chance):
        sound = base64.b64encode(chance.randbytes(64)).decode()
        mingled.append({"event_type": "conversation.message.delta", "data": {"id": "m", "content": piece}})
        mingled.append({"event_type": "conversation.audio.delta", "data": {"id": "m", "content": sound}})
    return _socket(came=mingled)


def _sent_messages(text: str, chance: random.Random) -> Interaction:
    return _socket(
        sent=[{"event_type": "input_text_buffer.append", "data": {"delta": each}} for each in cut(text, chance)]
    )


def _binary_messages(text: str, chance: random.Random) -> Interaction:
    return _socket(came=[b"\xff\xfe\0", *(to_bytes(each) for each in cut(text, chance)), b"\0\xff"])


# --- files ----------------------------------------------------------------------------------------------------------


def _zip(text: str, name: str = "word/document.xml") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, to_bytes(text))
    return target.getvalue()


def _deflate(text: str) -> bytes:
    stream = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return stream.compress(to_bytes(text)) + stream.flush()


def _picture(text: str) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    said = chunk(b"tEXt", b"Comment\0" + to_bytes(text)) + chunk(b"zTXt", b"Note\0\0" + zlib.compress(to_bytes(text)))
    pixels = chunk(b"IDAT", zlib.compress(b"\0\1\2\3"))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + said + pixels + chunk(b"IEND", b"")


_PACKED: Final[Mapping[str, Callable[[str], bytes]]] = {
    "zip": _zip,
    "zip in a zip": lambda text: _zip(_zip(text).decode("utf-8", "surrogateescape"), "inner.zip"),
    "gzip": lambda text: gzip.compress(to_bytes(text)),
    "bzip2": lambda text: bz2.compress(to_bytes(text)),
    "xz": lambda text: lzma.compress(to_bytes(text)),
    "LZMA": lambda text: lzma.compress(to_bytes(text), lzma.FORMAT_ALONE),
    "zlib": lambda text: zlib.compress(to_bytes(text)),
    "deflate": _deflate,
    "PNG": _picture,
    "bytes": lambda text: b"\xff\xfe\0\x01" + to_bytes(text) + b"\0\xff",
}


def _utf16(text: str) -> bytes:
    """A text as Windows writes it, with more than ASCII in it."""
    return b"\xff\xfe" + f"这是 one: {text}\n".encode("utf-16-le")


Pack = Callable[[str], bytes]


def _upload_place(pack: Pack) -> Place:
    return Place(lambda text, _: _upload(pack(text)), holds_bytes=True)


def _answer_place(pack: Pack) -> Place:
    return Place(lambda text, _: _answer(pack(text), _BYTES), holds_bytes=True)


def _in_base64(pack: Pack) -> Place:
    def make(text: str, _: random.Random) -> Interaction:
        body = {"file_base64": base64.b64encode(pack(text)).decode()}
        return _question(body=_dump(body), headers=_JSON)

    return Place(make, holds_bytes=True)


def _files() -> Mapping[str, Place]:
    rows: dict[str, Place] = {}
    for name, pack in _PACKED.items():
        rows[f"{name} file"], rows[f"{name} answer"] = _upload_place(pack), _answer_place(pack)
        if name != "bytes":  # a few bytes in base64 look like a key, and are refused
            rows[f"{name} in base64"] = _in_base64(pack)
    return rows


PLACES: Final[Mapping[str, Place]] = {
    "answer": Place(lambda text, _: _answer(text, _TEXT), holds_bytes=True),
    "JSON string": Place(lambda text, _: _answer(_dump({"data": {"note": text}}))),
    "JSON string, escaped": Place(lambda text, _: _answer(_dump({"data": [text]}, ascii_only=True))),
    "JSON key": Place(lambda text, _: _answer(_dump({text: 1}))),
    "JSON in a string": Place(lambda text, _: _answer(_dump({"out": _dump({"in": _dump({"x": text})})}))),
    "JSON sent": Place(lambda text, _: _question(body=_dump({"note": [text]}), headers=_JSON)),
    "query": Place(lambda text, _: _question(f"/v1/things?note={quote(text, safe='')}&a=1")),
    "query with plus signs": Place(lambda text, _: _question(f"/v1/things?note={quote_plus(text)}&a=1")),
    "path": Place(lambda text, _: _question(f"/v1/things/{quote(text, safe='')}/items"), is_word=True),
    "fragment": Place(lambda text, _: _question(f"/v1/things#{quote(text, safe='')}")),
    "form": Place(lambda text, _: _question(body=f"note={quote_plus(text)}&a=1", headers=_FORM)),
    "multipart field": Place(
        lambda text, _: _question(
            body=b'--cut\r\nContent-Disposition: form-data; name="note"\r\n\r\n' + to_bytes(text) + b"\r\n--cut--\r\n",
            headers=_MULTIPART,
        )
    ),
    "text file": Place(lambda text, _: _upload(to_bytes(f"first\n{text}\nlast\n"), "a.txt")),
    "header": Place(lambda text, _: _answer("{}", (*_JSON, ("x-note", text))), is_line=True),
    "reason phrase": Place(
        lambda text, _: Interaction(Request("GET", f"{API}/v1/things"), Response(400, text, _JSON, b"{}")), is_line=True
    ),
    "chat": Place(_events("conversation.message.delta", "content")),
    "workflow": Place(_events("Message", "output")),
    "arguments": Place(_events("conversation.message.delta", "arguments")),
    "growing transcript": Place(
        _events("conversation.audio_transcript.update", "transcript", growing=True), is_plain=True, is_growing=True
    ),
    "lines of JSON": Place(_json_lines("text", (("content-type", "application/x-ndjson"),))),
    "lines of JSON as text": Place(_json_lines("delta", _TEXT)),
    "list of JSON in lines": Place(_json_objects("[{},\n{}]")),
    "sequence of JSON": Place(_json_objects("\x1e{}\n\x1e{}\n")),
    "stream of another type": Place(_other_stream),
    "received messages": Place(_received_messages),
    "sent messages": Place(_sent_messages),
    "binary messages": Place(_binary_messages, is_plain=True),
    "UTF-16 file": Place(lambda text, _: _upload(_utf16(text), "a.txt")),
    "UTF-16 answer": Place(lambda text, _: _answer(_utf16(text), _TEXT)),
    **_files(),
}
