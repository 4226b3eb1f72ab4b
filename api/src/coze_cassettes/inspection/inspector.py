"""The independent judge: what is still in a cassette that should not be.

It shares no code with the scrubber. It looks at the finished text for every value that was replaced, in all
encodings, for the shapes of credentials and personal data, for names that promise a secret, and for strings too
random to be prose. Most cassettes are cleared by the cheap pass of ``suspicion``; the others are taken apart.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import io
import json
import math
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Final
from urllib.parse import parse_qsl, quote, quote_plus, unquote, unquote_plus, urlsplit

import zstandard

from coze_cassettes.cassette.model import Cassette, Headers, Interaction, media_type
from coze_cassettes.inspection import shapes, suspicion
from coze_cassettes.inspection.needles import Needles, needles_of


@dataclass(frozen=True)
class Finding:
    """Where something was found and by which check; never what."""

    place: str
    rule: str

    def __str__(self) -> str:
        """``place RULE-ID``."""
        return f"{self.place} {self.rule}"


_MIN_ENCODED: Final = 8
"""Bytes of a value below which its base64 is too short to mean anything."""

_LONG: Final = 16
"""Characters from which on a value is looked for inside words too."""


@dataclass(frozen=True)
class _Piece:
    """A text with its place, and the name of the field that it is the value of."""

    place: str
    text: str
    name: str = ""


_BINARY: Final = "(binary)"
"""Ends the place of a piece that is no text."""


# --- the readable pieces of a cassette ------------------------------------------------------------------------------


def _json_pieces(value: object, place: str, name: str = "") -> Iterator[_Piece]:
    if isinstance(value, dict):
        for key, child in value.items():
            yield _Piece(f"{place} key", str(key))
            yield from _json_pieces(child, f"{place}.{key}", str(key))
    elif isinstance(value, list):
        for child in value:
            yield from _json_pieces(child, f"{place}[]", name)
    elif isinstance(value, str):
        yield _Piece(place, value, name)
        if (inner := _parsed(value)) is not None:
            yield from _json_pieces(inner, place, name)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield _Piece(place, str(value), name)


def _parsed(text: str) -> object | None:
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value


_SOUND: Final = "audio"
"""Is in the name of what holds sound, which looks random."""

_STREAMED: Final = ("content", "reasoning_content", "delta")


def _stream_pieces(text: str, place: str) -> Iterator[_Piece]:
    """Each event of a stream, and the texts that its events only give together."""
    joined: dict[str, list[str]] = {}
    event = ""
    for line in text.splitlines():
        field, _, value = line.partition(":")
        value = value.strip()
        if field == "event":
            event = value
        body = _parsed(value) if field == "data" else None
        if body is None:
            yield _Piece(f"{place} {event}", line)
            yield from (_binary(raw, f"{place} {event}") for raw in _bytes_in(f"event:{event}\n{line}"))
            continue
        for piece in _json_pieces(body, f"{place} {event}"):
            yield piece
            if piece.name in _STREAMED:
                joined.setdefault(f"{piece.place} {_owner(body)}", []).append(piece.text)
                if _SOUND not in event:  # else it would stand between the pieces of a text
                    joined.setdefault(f"{place} all {piece.name}", []).append(piece.text)
    yield from (_Piece(f"{where} (joined)", "".join(texts)) for where, texts in joined.items() if len(texts) > 1)


def _owner(body: object) -> str:
    """What an event's text is a piece of; a websocket's frame says so in its data, its own id is always new."""
    if isinstance(body, dict) and "event_type" in body:
        body = body.get("data")
    return str(body.get("id") or body.get("node_id") or body.get("node_title")) if isinstance(body, dict) else ""


def _form_pieces(text: str, place: str) -> Iterator[_Piece]:
    for name, value in parse_qsl(text, keep_blank_values=True):
        yield _Piece(f"{place}.{name}", value, name)
        yield _Piece(f"{place} key", name)


_PART = re.compile(rb"--[^\r\n]+\r?\n(?P<head>.*?)\r?\n\r?\n(?P<content>.*?)(?=\r?\n--)", re.DOTALL)
_PART_NAME = re.compile(r'\bname="([^"\r\n]*)"')


def _multipart_pieces(body: bytes, place: str) -> Iterator[_Piece]:
    for match in _PART.finditer(body):
        head = match["head"].decode("utf-8", "replace")
        found = _PART_NAME.search(head)
        name = found[1] if found else ""
        yield _Piece(f"{place}.{name} head", unquote(head))
        for piece in _body_pieces(match["content"], "", f"{place}.{name}"):
            yield piece if piece.name else _Piece(piece.place, piece.text, name)


def _body_pieces(body: bytes, content_type: str, place: str) -> Iterator[_Piece]:
    if content_type.startswith("multipart/"):
        yield from _multipart_pieces(body, place)
        return
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        unpacked = _unpacked(body)
        yield from [_binary(body, place)] if unpacked is None else _body_pieces(unpacked, "", place)
        return
    parsed = _parsed(text)
    if parsed is not None:
        yield from _json_pieces(parsed, place)
    elif "event-stream" in content_type:
        yield from _stream_pieces(text, place)
    elif "x-www-form-urlencoded" in content_type:
        yield from _form_pieces(text, place)
    else:
        yield _Piece(place, text)


_BYTES = re.compile(r"event:\(binary\)\n(?:after:\d+\n)?data:([A-Za-z0-9+/=]*)")


def _bytes_in(text: str) -> Iterator[bytes]:
    """The frames of a websocket that are no text."""
    return (base64.b64decode(match[1]) for match in _BYTES.finditer(text))


def _binary(body: bytes, place: str) -> _Piece:
    return _Piece(f"{place} {_BINARY}", body.decode("utf-8", "surrogateescape"))


def _unpacked(body: bytes) -> bytes | None:
    """What is in a gzip or Zstandard file, as far as it can be read; None if it is neither."""
    opener = _FILES.get(body[:2])
    if opener is None:
        return None
    try:
        return opener(body)
    except (OSError, EOFError, ValueError, zlib.error, zstandard.ZstdError):
        return None


_MOST: Final = 8 * 1024 * 1024
"""Bytes of a packed file that are looked at."""


def _gunzipped(body: bytes) -> bytes:
    with gzip.GzipFile(fileobj=io.BytesIO(body)) as stream:
        return stream.read(_MOST)


def _unzstd(body: bytes) -> bytes:
    with zstandard.ZstdDecompressor().stream_reader(body) as stream:
        return stream.read(_MOST)


_FILES: Final = {b"\x1f\x8b": _gunzipped, b"\x28\xb5": _unzstd}


@dataclass(frozen=True)
class _Section:
    """A part of an interaction that the cheap pass judges as a whole: its texts, and its pieces if need be."""

    place: str
    body: bytes = b""
    content_type: str = ""
    headers: Headers = ()
    uri: str = ""

    def texts(self) -> Iterator[str]:
        """What the cheap pass reads."""
        parts = urlsplit(self.uri)
        yield unquote(self.uri)
        identifiers = (match[1] for match in _COLLECTION.finditer(unquote(parts.path)))
        yield from (_named(_PLACEHOLDER_ONLY, each) for each in identifiers if not shapes.is_placeholder(each))
        yield from (_named(name, value) for name, value in parse_qsl(parts.query))
        for name, value in self.headers:
            if name.lower() != "authorization":
                yield _named(name.lower(), value)
            elif not shapes.is_placeholder(_SCHEME.sub("", value)):
                yield _named(_PLACEHOLDER_ONLY, value)
        if self.body:
            yield from _body_texts(self.body, self.content_type)

    def binaries(self) -> Iterator[str]:
        """The body if it is no text: what the cheap pass looks for the values in, besides the texts."""
        try:
            self.body.decode("utf-8")
        except UnicodeDecodeError:
            yield _binary(self.body, "").text

    def pieces(self) -> Iterator[_Piece]:
        """What the dear pass reads."""
        if self.uri:
            parts = urlsplit(self.uri)
            yield _Piece(f"{self.place} uri", unquote(parts.path), _PATH)
            yield from _form_pieces(parts.query, f"{self.place} uri")
        yield from (_Piece(f"{self.place} header {name}", value, name.lower()) for name, value in self.headers)
        yield from _body_pieces(self.body, self.content_type, f"{self.place} body")


_PATH: Final = "path of the uri"
_PLACEHOLDER_ONLY: Final = "access_token"
"""A name whose value must be a placeholder, whatever it looks like."""

_SCHEME = re.compile(r"\A[A-Za-z]+ ")
_PRINTABLE = re.compile(r"[\t\n\r -~]{8,}")
_READABLE = re.compile("[^\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]{8,}")


_UNDECODABLE = re.compile("[\0\udc80-\udcff]")


def _is_binary(text: str) -> bool:
    return not text.isascii() and _UNDECODABLE.search(text) is not None


def _named(name: str, text: str) -> str:
    """A text and its name as JSON has them."""
    return ":".join('"' + each.replace("\\", r"\\").replace('"', r"\"") + '"' for each in (name, text))


def _body_texts(body: bytes, content_type: str) -> Iterator[str]:
    if content_type.startswith("multipart/") or "x-www-form-urlencoded" in content_type:
        for piece in _body_pieces(body, content_type, ""):
            place = piece.place.replace("[]", "")
            yield _named(place if place.endswith(f".{piece.name}") else piece.name, piece.text)
        return
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        unpacked = _unpacked(body)
        yield "\n".join(_READABLE.findall(body.decode("utf-8", "replace")))
        yield from [] if unpacked is None else _body_texts(unpacked, content_type)
        return
    if "event-stream" not in content_type:
        yield text
        return
    sounds: list[bytes] = []
    text = _SOUNDS.sub(lambda event: _SOUND_IN.sub(partial(_without_sound, sounds), event[0]), text)
    yield text
    yield from _joined(text)
    yield from ("\n".join(_PRINTABLE.findall(raw.decode("latin-1"))) for raw in (*_bytes_in(text), *sounds))


_SOUNDS = re.compile(rf"^event:[^\n]*{_SOUND}[^\n]*\n(?:after:\d+\n)?data:[^\n]*", re.MULTILINE)
_SOUND_IN = re.compile(r'"((?:[A-Za-z0-9+/]{4}){8,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)"')


def _without_sound(sounds: list[bytes], match: re.Match[str]) -> str:
    """A string of base64 that holds no text as an empty one; its bytes are looked at by themselves."""
    raw = base64.b64decode(match[1])
    if not _UNDECODABLE.search(raw.decode("utf-8", "surrogateescape")):
        return match[0]
    sounds.append(raw)
    return '""'


_STREAMED_TEXT = re.compile(r'"(content|reasoning_content|delta)"\s*:\s*"((?:[^"\\]|\\.)*)"')


def _joined(text: str) -> Iterator[str]:
    """The texts of a stream, joined by their key, and by their message if there are several."""
    joined: dict[str, list[str]] = {}
    for key, value in _STREAMED_TEXT.findall(text):
        joined.setdefault(key, []).append(value)
    if len(set(_OWNER.findall(text))) > 1:
        for line in text.splitlines():
            owner = "".join(_OWNER.findall(line)[:1])
            for key, value in _STREAMED_TEXT.findall(line):
                joined.setdefault(f"{key} {owner}", []).append(value)
    return ("".join(values) for values in joined.values() if len(values) > 1)


_OWNER = re.compile(r'"(?:id|node_id|node_title)"\s*:\s*"([^"]*)"')


def _sections(interaction: Interaction, number: int) -> Iterator[_Section]:
    request, response = interaction.request, interaction.response
    sent, answered = media_type(request), media_type(response)
    place = f"interaction {number}"
    yield _Section(f"{place} request", request.body, sent, request.headers, request.uri)
    yield _Section(f"{place} response", response.body, answered, response.headers)


# --- values in all encodings ----------------------------------------------------------------------------------------


def encodings(value: str) -> tuple[str, ...]:
    """The forms in which a value may stand in a file: plain, JSON escapes, percent-encoding, base64 at any offset."""
    escaped = (json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1])
    forms = (value, *escaped, quote(value, safe=""), quote_plus(value), *_in_base64(value.encode("utf-8")))
    return tuple(dict.fromkeys(form for form in forms if form))


def _in_base64(raw: bytes) -> Iterator[str]:
    """The characters that a value gives wherever it begins in what is encoded, in both alphabets."""
    if len(raw) < _MIN_ENCODED:
        return
    for offset, head in ((0, 0), (1, 2), (2, 3)):
        text = base64.b64encode(b"\0" * offset + raw).decode("ascii")
        tail = (0, 3, 2)[(offset + len(raw)) % 3]
        core = text[head : len(text) - tail]
        yield from (core, core.replace("+", "-").replace("/", "_"))


def needle(values: Iterable[str]) -> re.Pattern[str] | None:
    """One pattern that finds any of the values in any encoding; short ones only as a word of their own."""
    forms = {form for value in values for form in encodings(value)}
    if not forms:
        return None
    return re.compile("|".join(_word(form) for form in sorted(forms, key=len, reverse=True)))


def _word(form: str) -> str:
    escaped = re.escape(form)
    return escaped if len(form) >= _LONG else rf"(?<![A-Za-z0-9]){escaped}(?![A-Za-z0-9])"


@dataclass(frozen=True)
class _Values:
    """Values that must not be there: what a text is searched for, first fast, then exactly."""

    plain: tuple[str, ...]
    needles: Needles

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        """The exact one, made when there is something to look at."""
        return needle(self.plain)

    def found_in(self, text: str) -> bool:
        """Whether a text holds one of the values."""
        return self.needles.may_stand_in(text) and self.pattern is not None and bool(self.pattern.search(text))


def _values(values: Iterable[str]) -> _Values:
    plain = tuple(dict.fromkeys(form for value in values for form in (value, shapes.folded(value))))
    return _Values(plain, needles_of(plain))


# --- what a text encodes --------------------------------------------------------------------------------------------

_BASE64_RUN = re.compile(r"(?:[A-Za-z0-9+/]{48,76}\r?\n)+[A-Za-z0-9+/]{4,76}={0,2}|[A-Za-z0-9+/_-]{11,}={0,2}")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|([\"\\/bfnrt]))")
_SHORT_ESCAPES: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_MOST_TEXTS: Final = 400
"""Texts inside one piece that are looked at."""


def _unescaped(text: str) -> str:
    def char(match: re.Match[str]) -> str:
        return chr(int(match[1], 16)) if match[1] else _SHORT_ESCAPES.get(match[2], match[2])

    plain = _ESCAPE.sub(char, text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if plain != text else text


def _from_base64(run: str) -> Iterator[str]:
    whole = re.sub(r"\s", "", run).rstrip("=")
    for part in dict.fromkeys((whole, *whole.split("/"))):
        padded = (part + "=" * (-len(part) % 4)).replace("-", "+").replace("_", "/")
        try:
            raw = base64.b64decode(padded, validate=True)
        except binascii.Error:
            continue
        unpacked = _unpacked(raw)
        yield (raw if unpacked is None else unpacked).decode("utf-8", "surrogateescape")


def _inside(text: str) -> Iterator[str]:
    """The texts that a text encodes, one layer deep."""
    if "\\" in text:
        yield _unescaped(text)
    if "%" in text:
        yield from (unquote(text), unquote_plus(text))
    if not text.isascii() and (narrow := shapes.folded(text)) != text:
        yield narrow
    if "+" in text:
        yield text.replace("+", " ")
    for match in _BASE64_RUN.finditer(text):
        yield from _from_base64(match[0])


def _opened(text: str) -> Iterator[str]:
    """A text and everything inside it, each once."""
    seen = dict.fromkeys((text,))
    waiting = [text]
    while waiting:
        for inner in _inside(waiting.pop()):
            if inner not in seen and len(seen) < _MOST_TEXTS:
                seen[inner] = None
                if not _is_binary(inner):
                    waiting.append(inner)
    return iter(seen)


# --- random strings -------------------------------------------------------------------------------------------------

_PLACEHOLDER_WORD = re.compile(r"(?<![A-Za-z0-9])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?![A-Za-z0-9])")
_RANDOM_RUN = re.compile(
    r"(?<!sha1-)(?<!sha1:)(?<!sha256-)(?<!sha256:)(?<!sha384-)(?<!sha512-)(?<![\w+/-])[A-Za-z0-9+/_-]{28,}={0,2}"
)
_MEDIA: Final = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"RIFF",
    b"OggS",
    b"%PDF",
    b"ID3",
    b"fLaC",
    b"\xff\xfb",
    b"PK\x03\x04",
)
_MIN_ENTROPY: Final = 4.2
"""Bits a character: English prose without spaces stays below 4.1, base64 of random bytes is near 5."""

_MIN_DIGITS: Final = 3
_MIN_RANDOM: Final = 28


def _entropy(text: str) -> float:
    counts = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())


def _is_random(run: str) -> bool:
    parts = run.split("/")
    if len(run) > _MIN_RANDOM * len(parts):
        parts = [run]
    random = [part for part in parts if len(part) >= _MIN_RANDOM and _is_random_word(part)]
    return bool(random) and not _is_media(run) and not any(map(_is_readable, (run, *random)))


def _is_random_word(text: str) -> bool:
    mixed = re.search("[a-z]", text) and re.search("[A-Z]", text) and len(re.findall("[0-9]", text)) >= _MIN_DIGITS
    return bool(mixed) and _entropy(text) >= _MIN_ENTROPY


def _is_readable(run: str) -> bool:
    """Whether base64 holds a text, which is looked at by itself."""
    return any(len(text) >= _MIN_ENCODED and not _CONTROL.search(text) for text in _from_base64(run))


_CONTROL = re.compile("[\0-\x08\x0e-\x1f\x7f\udc80-\udcff]")


def _is_media(run: str) -> bool:
    """Whether base64 holds a picture or a sound, which look random too."""
    try:
        return base64.b64decode(run[:16]).startswith(_MEDIA)
    except binascii.Error:
        return False


# --- the checks -----------------------------------------------------------------------------------------------------

_NAMED = re.compile(
    r"(?<![\w.\u4e00-\u9fff-])([\w.\u4e00-\u9fff-]+)\\*[\"']?\s{0,3}(?:[:=：]|是)\s{0,3}(?:\\*[\"'])?"
    r"(?=[A-Za-z_+/-]*\d)(?=[\d_+/-]*[A-Za-z])([A-Za-z0-9_+/-]{12,}={0,2})(?![\w.(\[])"
)
_QUOTED = re.compile(r"\"([\w.\u4e00-\u9fff-]+)\"\s*:\s*\[?\s*\"([^\"\\]+)\"")
_COLLECTION = re.compile(
    r"/(?:bots|workspaces|workspace_id|conversations|messages|workflows|run_histories|execute_nodes|enterprises|members|api_apps"
    r"|voiceprint_groups|features|datasets|images|folders|templates|live|connectors)/(?!chat(?:/|$)|\d{1,4}/)([^/]+)"
)
_COOKIE = re.compile(r"[^=;\s]+=([^;]*)(?:;.*)?")
_AUTHORIZATION = re.compile(r"(?:[A-Za-z]+ )?(.*)")


def _check(piece: _Piece, values: _Values) -> Iterator[str]:
    if piece.name == _PATH:
        yield from (
            "INSPECT-ID-PATH" for match in _COLLECTION.finditer(piece.text) if not shapes.is_placeholder(match[1])
        )
    elif piece.name == "authorization":
        found = _AUTHORIZATION.fullmatch(piece.text)
        yield from () if found and shapes.is_placeholder(found[1]) else ["INSPECT-SECRET-NAME"]
    elif piece.name == "set-cookie":
        cookie = _COOKIE.fullmatch(piece.text)
        yield from () if cookie and shapes.is_placeholder(cookie[1]) else ["INSPECT-SECRET-NAME"]
    elif piece.name:
        yield from shapes.by_name(piece.name, piece.text, piece.place)
    for text in _opened(piece.text):
        yield from _check_text(text, piece, values)
    media = piece.place.endswith(_BINARY) or _SOUND in piece.place
    plain = "" if media else _PLACEHOLDER_WORD.sub(" ", piece.text)
    if any(_is_random(match[0]) for match in _RANDOM_RUN.finditer(plain)):
        yield "INSPECT-RANDOM"


def _check_text(text: str, piece: _Piece, values: _Values) -> Iterator[str]:
    if values.found_in(text):
        yield "INSPECT-VALUE"
    if _is_binary(text):
        text = "\n".join(_PRINTABLE.findall(text))
    yield from (shape.rule for shape in shapes.SHAPES if shape.found_in(text))
    for name, value in _QUOTED.findall(text):
        yield from shapes.by_name(name, value, piece.place)
    for name, value in _NAMED.findall(text):
        if shapes.is_secret_name(name):
            yield from shapes.by_name(name, value, piece.place)


def _may_hide(sections: Sequence[_Section], values: _Values) -> bool:
    """Whether some sections must be taken apart."""
    if suspicion.may_hide((text for section in sections for text in section.texts()), values.needles):
        return True
    binaries = (each for section in sections for each in section.binaries())
    return bool(values.plain) and any(map(values.needles.may_stand_in, binaries))


def inspect(cassette: Cassette, text: str, values: Iterable[str] = ()) -> Sequence[Finding]:
    """What is wrong with a cassette: its pieces one by one, and the file's text for the values as they are.

    ``values`` are those that were replaced or that the environment says are secret. An empty result is a clean bill.
    """
    wanted = _values(values)
    every = [
        section
        for number, interaction in enumerate(cassette.interactions)
        for section in _sections(interaction, number)
    ]
    found: list[Finding] = []
    if _may_hide(every, wanted):
        for section in every:
            if _may_hide([section], wanted):
                found += [Finding(piece.place, rule) for piece in section.pieces() for rule in _check(piece, wanted)]
    if wanted.found_in(text):
        lines = enumerate(text.splitlines(), start=1)
        found += [Finding(f"line {number}", "INSPECT-VALUE") for number, line in lines if wanted.found_in(line)]
    return tuple(dict.fromkeys(found))
