"""Opens and closes the layers in which a value can hide: JSON, SSE, multipart, base64, percent-encoding.

Every function takes a ``visit`` that is given one readable piece of text at a time with its place, and gives back the
text to put there. What ``visit`` leaves alone stays byte for byte as it was; what it changes is written again in the
style (escapes, padding, alphabet) of its surroundings.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import io
import json
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote

from coze_cassettes.errors import UnreadableBody

Path = tuple[str, ...]
"""The keys that lead to a value, without list indexes: ``("data", "items", "id")``."""

MAX_DEPTH: Final = 12
"""Layers inside layers beyond which a body is refused: nobody nests that deep but an attacker."""

MAX_BYTES: Final = 32 * 1024 * 1024
"""Size in bytes beyond which a decompressed body is refused."""


@dataclass(frozen=True)
class Leaf:
    """One readable piece: ``form`` is string, number or key (of JSON), or text."""

    path: Path
    text: str
    form: str = "string"
    depth: int = 0


Visit = Callable[[Leaf], str]
Edit = tuple[int, int, str]
"""Replace the characters from start to end (exclusive) by a text."""
FindEdits = Callable[[str], Sequence[Edit]]


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """The text with all edits made; they must not overlap and come in order."""
    parts, position = [], 0
    for start, end, replacement in edits:
        parts += [text[position:start], replacement]
        position = end
    return "".join([*parts, text[position:]])


# --- JSON -----------------------------------------------------------------------------------------------------------

_JSON_TOKEN = re.compile(
    r'\s*(?:(?P<string>"(?:[^"\\]|\\.)*")|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?:true|false|null)|(?P<mark>[{}\[\],:]))',
    re.DOTALL,
)
_HTML_ESCAPES: Final = {"&": "\\u0026", "<": "\\u003c", ">": "\\u003e", "\u2028": "\\u2028", "\u2029": "\\u2029"}


@dataclass(frozen=True)
class _Token:
    path: Path
    form: str
    start: int
    end: int


def is_json(text: str) -> bool:
    """Whether a text is a JSON object or list."""
    if text.lstrip()[:1] not in ("{", "["):
        return False
    try:
        json.loads(text)
    except RecursionError as error:
        raise UnreadableBody("a JSON text is nested too deeply to be read") from error
    except ValueError:
        return False
    return True


def _json_tokens(text: str) -> Iterator[_Token]:
    """The strings, numbers and keys of a valid JSON text with their paths."""
    stack: list[tuple[str, str | None]] = []
    expect_key = False
    key: str | None = None
    for match in _JSON_TOKEN.finditer(text):
        names = tuple(name for _, name in stack if name is not None)
        path = names if key is None else (*names, key)
        if (mark := match["mark"]) is not None:
            if mark in "{[":
                if len(stack) > MAX_DEPTH * 8:
                    raise UnreadableBody("a JSON text is nested too deeply to be read")
                stack.append((mark, key))
                key = None
            elif mark in "}]":
                stack.pop()
                key = None
            elif mark == ",":
                key = None
            expect_key = bool(stack) and stack[-1][0] == "{" and mark in "{,"
        elif match["string"] is not None:
            start, end = match.span("string")
            if expect_key:
                key, expect_key = json.loads(match["string"]), False
                yield _Token((*names, key), "key", start, end)
            else:
                yield _Token(path, "string", start, end)
        elif match["number"] is not None:
            yield _Token(path, "number", *match.span("number"))


def encode_json_string(text: str, like: str) -> str:
    """A JSON string token in the manner of another one: escapes for non-ASCII, HTML characters and slashes."""
    ascii_only = like.isascii() and re.search(r"\\u(?!00[0-7])", like) is not None
    token = json.dumps(text, ensure_ascii=ascii_only)
    if any(escape in like.lower() for escape in ("\\u0026", "\\u003c", "\\u003e")):
        token = "".join(_HTML_ESCAPES.get(char, char) for char in token)
    return token.replace("/", "\\/") if "\\/" in like else token


def rewrite_json(text: str, visit: Visit, path: Path = (), depth: int = 0) -> str:
    """A JSON text with every key, string and number shown to ``visit``."""
    edits: list[Edit] = []
    for token in _json_tokens(text):
        raw = text[token.start : token.end]
        value = raw if token.form == "number" else json.loads(raw)
        new = visit(Leaf((*path, *token.path), value, token.form, depth))
        if new != value:
            edits.append((token.start, token.end, new if token.form == "number" else encode_json_string(new, raw)))
    return apply_edits(text, edits)


# --- layers inside a text -------------------------------------------------------------------------------------------

_BASE64_RUN = re.compile(r"(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{16,}={0,2}(?![A-Za-z0-9+/_=-])")
_PERCENT_RUN = re.compile(r"(?:[A-Za-z0-9._~+-]|%[0-9A-Fa-f]{2})*%[0-9A-Fa-f]{2}(?:[A-Za-z0-9._~+-]|%[0-9A-Fa-f]{2})*")


def open_base64(text: str) -> tuple[str, Callable[[str], str]] | None:
    """The readable text inside base64 with the function that closes it again, or None.

    Standard and URL-safe alphabets, with and without padding; only if closing gives back exactly the same.
    """
    url_safe = "-" in text or "_" in text
    padded = text + "=" * (-len(text) % 4)
    alphabet = b"-_" if url_safe else b"+/"
    try:
        inner = base64.b64decode(padded, altchars=alphabet, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None
    strip = len(text) % 4 != 0

    def close(new: str) -> str:
        closed = base64.b64encode(new.encode(), altchars=alphabet).decode("ascii")
        return closed.rstrip("=") if strip else closed

    return (inner, close) if inner.isprintable() or is_json(inner) or "\n" in inner else None


def open_percent(text: str) -> tuple[str, Callable[[str], str]] | None:
    """The text inside percent-encoding with the function that closes it again, or None if closing is not exact."""
    inner = unquote(text, errors="strict") if _valid_percent(text) else text
    if inner == text:
        return None
    lower = re.search(r"%[0-9]?[a-f]", text) is not None
    safe = "".join(char for char in "/:?=&@,;+!*'()$~" if char in text)

    def close(new: str) -> str:
        closed = quote(new, safe=safe)
        return re.sub(r"%[0-9A-F]{2}", lambda match: match[0].lower(), closed) if lower else closed

    return inner, close


def _valid_percent(text: str) -> bool:
    try:
        unquote(text, errors="strict")
    except UnicodeDecodeError:
        return False
    return "%" in text


_LAYERS: Final = ((_BASE64_RUN, open_base64), (_PERCENT_RUN, open_percent))


def rewrite_text(leaf: Leaf, plain: Callable[[Leaf], str], visit: Visit) -> str:
    """A text with the layers inside it opened: JSON as a whole, base64 and percent-encoded runs where they stand.

    ``visit`` sees the values of JSON in the string; ``plain`` sees every text that holds no further layer.
    """
    if leaf.depth > MAX_DEPTH:
        raise UnreadableBody(f"more than {MAX_DEPTH} layers of encoding inside each other at {'.'.join(leaf.path)}")
    if is_json(leaf.text):
        return rewrite_json(leaf.text, visit, leaf.path, leaf.depth + 1)
    text = plain(leaf)
    for pattern, opener in _LAYERS:
        text = pattern.sub(lambda match, opener=opener: _inside(match[0], opener, leaf, plain, visit), text)  # type: ignore[misc]  # mypy cannot infer a lambda with a default
    return text


def _inside(
    run: str,
    opener: Callable[[str], tuple[str, Callable[[str], str]] | None],
    leaf: Leaf,
    plain: Callable[[Leaf], str],
    visit: Visit,
) -> str:
    opened = opener(run)
    if opened is None:
        return run
    inner, close = opened
    new = rewrite_text(Leaf(leaf.path, inner, "text", leaf.depth + 1), plain, visit)
    return run if new == inner else close(new)


# --- server-sent events ---------------------------------------------------------------------------------------------

_SSE_LINE = re.compile(r"(?P<field>[a-z]+):(?P<space> ?)(?P<value>[^\r\n]*)")
_JOINED_KEYS: Final = frozenset({"content", "reasoning_content", "delta"})
"""Keys whose values arrive in pieces and are read joined."""


@dataclass(frozen=True)
class _Piece:
    """One value of a stream that may be a part of a longer text: where it stands, and to what it belongs."""

    start: int
    end: int
    group: tuple[str, ...]
    text: str


def _sse_data_lines(text: str) -> Iterator[tuple[str, int, int]]:
    """Event name, start and end of each ``data`` value; a block may be cut off."""
    event = ""
    for match in _SSE_LINE.finditer(text):
        if match["field"] == "event":
            event = match["value"]
        elif match["field"] == "data":
            yield event, *match.span("value")


def _pieces(text: str) -> Iterator[_Piece]:
    for event, start, end in _sse_data_lines(text):
        data = text[start:end]
        if not is_json(data) or not isinstance(body := json.loads(data), dict):
            continue
        owner = str(body.get("id") or body.get("node_id") or body.get("node_title") or "")
        for token in _json_tokens(data):
            if token.form == "string" and token.path[-1:] and token.path[-1] in _JOINED_KEYS:
                value = json.loads(data[token.start : token.end])
                yield _Piece(start + token.start, start + token.end, (event, owner, *token.path), value)


def joined_texts(text: str) -> list[str]:
    """The texts that a stream delivered in several pieces, each joined, in order of their first piece."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for piece in _pieces(text):
        groups.setdefault(piece.group, []).append(piece.text)
    return ["".join(parts) for parts in groups.values() if len(parts) > 1]


def _spread(edits: Sequence[Edit], pieces: Sequence[_Piece]) -> list[str]:
    """New texts of the pieces: a replacement goes into the piece in which its match begins, the rest is cut out."""
    new, offset = [], 0
    for piece in pieces:
        local: list[Edit] = []
        for start, end, replacement in edits:
            low, high = max(start, offset) - offset, min(end, offset + len(piece.text)) - offset
            if low < high:
                local.append((low, high, replacement if start >= offset else ""))
        new.append(apply_edits(piece.text, local))
        offset += len(piece.text)
    return new


def _rewrite_joined(text: str, find: FindEdits) -> str:
    groups: dict[tuple[str, ...], list[_Piece]] = {}
    for piece in _pieces(text):
        groups.setdefault(piece.group, []).append(piece)
    edits: list[Edit] = []
    for pieces in groups.values():
        found = find("".join(piece.text for piece in pieces)) if len(pieces) > 1 else ()
        for piece, new in zip(pieces, _spread(found, pieces), strict=True):
            if new != piece.text:
                edits.append((piece.start, piece.end, encode_json_string(new, text[piece.start : piece.end])))
    return apply_edits(text, sorted(edits))


def rewrite_sse(text: str, visit: Visit, find: FindEdits) -> str:
    """An event stream: the texts joined over their pieces first, then each event by itself.

    ``find`` is given a joined text and says what to replace in it; lines are never added or removed.
    """
    text = _rewrite_joined(text, find)
    edits: list[Edit] = []
    for event, start, end in _sse_data_lines(text):
        data = text[start:end]
        path = (event,) if event else ()
        new = rewrite_json(data, visit, path) if is_json(data) else visit(Leaf(path, data, "text"))
        if new != data:
            edits.append((start, end, new))
    return apply_edits(text, edits)


# --- multipart ------------------------------------------------------------------------------------------------------

BOUNDARY: Final = "BOUNDARY_1"
"""The boundary that every multipart body gets, since the SDK makes a new one for each request."""

_BOUNDARY_PARAMETER = re.compile(r'boundary="?([^";\s]+)"?', re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """One part of a multipart body: its header lines as they are, and its content."""

    head: str
    content: bytes

    def parameter(self, name: str) -> str:
        """A parameter of Content-Disposition, ``name`` or ``filename``, or an empty string."""
        match = re.search(rf'\b{name}="([^"\r\n]*)"', self.head)
        return match[1] if match else ""


def boundary_of(content_type: str) -> str:
    """The boundary that a Content-Type names, or an empty string."""
    match = _BOUNDARY_PARAMETER.search(content_type)
    return match[1] if match else ""


def with_boundary(content_type: str, boundary: str) -> str:
    """A multipart Content-Type with another boundary."""
    return _BOUNDARY_PARAMETER.sub(f"boundary={boundary}", content_type)


def split_multipart(body: bytes, boundary: str) -> list[Part]:
    """The parts of a multipart body; UnreadableBody if it does not follow its boundary."""
    delimiter = b"--" + boundary.encode()
    pieces = (b"\r\n" + body).split(b"\r\n" + delimiter)
    if not boundary or len(pieces) == 1 or pieces[0] or not pieces[-1].startswith(b"--"):
        raise UnreadableBody("a multipart body does not follow its boundary")
    parts = []
    for piece in pieces[1:-1]:
        head, gap, content = piece.partition(b"\r\n\r\n")
        if not gap:
            raise UnreadableBody("a part of a multipart body has no end of its header")
        parts.append(Part(head.decode("utf-8", "surrogateescape").removeprefix("\r\n"), content))
    return parts


def join_multipart(parts: Sequence[Part], boundary: str) -> bytes:
    """The body that ``split_multipart`` opened."""
    delimiter = b"--" + boundary.encode()
    body = b"".join(
        delimiter + b"\r\n" + part.head.encode("utf-8", "surrogateescape") + b"\r\n\r\n" + part.content + b"\r\n"
        for part in parts
    )
    return body + delimiter + b"--\r\n"


# --- content encodings ----------------------------------------------------------------------------------------------


def decompress(body: bytes, encoding: str) -> bytes:
    """A body without its content encoding (gzip, deflate, identity, several in a row); UnreadableBody otherwise."""
    for name in reversed([part.strip().lower() for part in encoding.split(",") if part.strip()]):
        if name in ("identity", ""):
            continue
        opener = _DECOMPRESSORS.get(name)
        if opener is None:
            raise UnreadableBody(f"the content encoding {name!r} cannot be opened")
        try:
            body = opener(body)
        except (OSError, EOFError, zlib.error) as error:
            raise UnreadableBody(f"a body that says it is {name} is not") from error
    return body


def _gunzip(body: bytes) -> bytes:
    with gzip.GzipFile(fileobj=io.BytesIO(body)) as stream:
        return _bounded(stream.read(MAX_BYTES + 1))


def _inflate(body: bytes) -> bytes:
    for window in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        try:
            return _bounded(zlib.decompressobj(window).decompress(body, MAX_BYTES + 1))
        except zlib.error:
            continue
    raise zlib.error("neither zlib nor raw deflate")


def _bounded(body: bytes) -> bytes:
    if len(body) > MAX_BYTES:
        raise UnreadableBody(f"a body unpacks to more than {MAX_BYTES} bytes")
    return body


_DECOMPRESSORS: Final = {"gzip": _gunzip, "x-gzip": _gunzip, "deflate": _inflate}
