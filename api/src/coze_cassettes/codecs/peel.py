"""Walks through the layers in which a value can hide: JSON, event streams, multipart, and what a text encodes.

Every function takes a ``visit`` that is given one readable piece of text at a time with its place, and gives back the
text to put there. What ``visit`` leaves alone stays byte for byte as it was; what it changes is written again in the
style (escapes, padding, alphabet) of its surroundings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any, Final

from coze_cassettes.codecs import layers
from coze_cassettes.errors import UnreadableBody

Path = tuple[str, ...]
"""The keys that lead to a value, without list indexes: ``("data", "items", "id")``."""

_MIN_CUT: Final = 8
"""Characters from which on a JSON text that breaks off can hold a value."""

MAX_DEPTH: Final = 12
"""Layers inside layers beyond which a body is refused: nobody nests that deep but an attacker."""


@dataclass(frozen=True)
class Leaf:
    """One readable piece: ``form`` is string, number or key (of JSON), text, or binary."""

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


_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*"|(?P<open>[{\[])|(?P<close>[}\]])|(?P<cut>"(?:[^"\\]|\\.)*\\?\Z)', re.DOTALL)
_CUT_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*(?P<escape>\\(?:u[0-9A-Fa-f]{0,3})?)\Z")
_TAILS: Final = ("", "null", ":null", '"":null')


def missing_end(text: str) -> str | None:
    """What a JSON object or list lacks that was cut off, so that it can be read; None if that does not help."""
    if text.lstrip()[:1] not in ("{", "[") or len(text) < _MIN_CUT:
        return None
    stack: list[str] = []
    cut = ""
    for match in _STRUCTURE.finditer(text):
        if match["open"]:
            stack.append("}" if match["open"] == "{" else "]")
        elif match["close"] and stack:
            stack.pop()
        cut = match["cut"] or cut
    if not stack:
        return None
    escape = _CUT_ESCAPE.search(cut)
    rest = "" if escape is None else "\\" if escape["escape"] == "\\" else "0" * (6 - len(escape["escape"]))
    closing = "".join(reversed(stack))
    return next((end for tail in _TAILS if is_json(text + (end := rest + ('"' if cut else "") + tail + closing))), None)


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

_FRAGMENT = re.compile(r'[{\[]\s*[\["{\d-]')
_DECODER: Final = json.JSONDecoder()
_MAX_WASTE: Final = 1_000_000
"""Characters in a text that may be read as JSON in vain, before the rest is taken for prose."""

_MIN_SEGMENT: Final = 6
"""Characters of base64 below which it is not opened: those of the shortest placeholder."""


def _fragments(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each JSON object or list that stands inside a text."""
    end = waste = 0
    for match in _FRAGMENT.finditer(text):
        if match.start() < end or waste > _MAX_WASTE:
            continue
        try:
            _, end = _DECODER.raw_decode(text, match.start())
        except json.JSONDecodeError as error:
            waste += error.pos - match.start()
        except RecursionError as error:
            raise UnreadableBody("a JSON text is nested too deeply to be read") from error
        else:
            yield match.start(), end


def rewrite_text(leaf: Leaf, plain: Callable[[Leaf], str], visit: Visit) -> str:
    """A text with the layers inside it opened: JSON as a whole or a part, escapes, base64 and percent-encoded runs.

    ``visit`` sees the values of JSON in the string; ``plain`` sees every text, with the layers in it still closed, and
    bytes that are no text as a leaf of the form ``binary``.
    """
    if leaf.depth > MAX_DEPTH:
        raise UnreadableBody(f"more than {MAX_DEPTH} layers of encoding inside each other at {'.'.join(leaf.path)}")
    if is_json(leaf.text):
        return rewrite_json(leaf.text, visit, leaf.path, leaf.depth + 1)
    if (end := missing_end(leaf.text)) is not None:
        whole = rewrite_json(leaf.text + end, visit, leaf.path, leaf.depth + 1)
        return plain(replace(leaf, text=whole.removesuffix(end)))
    text = plain(leaf)
    parts, position = [], 0
    for start, end_of in _fragments(text):
        outside = _rewrite_runs(replace(leaf, text=text[position:start]), plain, visit)
        parts += [outside, rewrite_json(text[start:end_of], visit, leaf.path, leaf.depth + 1)]
        position = end_of
    return "".join([*parts, _rewrite_runs(replace(leaf, text=text[position:]), plain, visit)])


def _rewrite_runs(leaf: Leaf, plain: Callable[[Leaf], str], visit: Visit) -> str:
    def inside(opened: layers.Opened | None, raw: str) -> str:
        if opened is None:
            return raw
        inner = Leaf(leaf.path, opened.inner, "text" if opened.readable else "binary", leaf.depth + 1)
        new = rewrite_text(inner, plain, visit) if opened.readable else plain(inner)
        return raw if new == opened.inner else opened.close(new)

    def base64_run(raw: str) -> str:
        opened = layers.open_base64(raw)
        if (opened is None or not opened.readable) and "/" in raw:
            segments = [base64_run(each) if len(each) >= _MIN_SEGMENT else each for each in raw.split("/")]
            if (joined := "/".join(segments)) != raw:
                return joined
        return inside(opened, raw)

    if layers.ESCAPE.search(leaf.text):
        return inside(layers.open_escapes(leaf.text), leaf.text)
    text = layers.BASE64_RUN.sub(lambda match: base64_run(match[0]), leaf.text)
    return layers.PERCENT_RUN.sub(
        lambda match: inside(layers.open_percent(match[0], plus=match["query"] is not None), match[0]), text
    )


# --- server-sent events ---------------------------------------------------------------------------------------------

_SSE_LINE = re.compile(r"^(?:(?P<field>[a-z]+): ?(?P<value>[^\r\n]*)|(?P<other>[^\r\n]+))", re.MULTILINE)
_JOINED_KEYS: Final = frozenset({"content", "reasoning_content", "delta"})
"""Keys whose values arrive in pieces and are read joined."""

_OWNERS: Final = ("id", "node_id", "node_title")
"""Keys that say to what a piece belongs."""

_DIFF_LENGTH: Final = 4000
"""Characters of a joined text up to which single edits in it are told apart."""


@dataclass(frozen=True)
class _Piece:
    """One value of a stream that may be a part of a longer text: where it stands, and to what it belongs."""

    start: int
    end: int
    group: Path
    text: str


def _sse_lines(text: str) -> Iterator[tuple[str, str, int, int]]:
    """Event name, field, start and end of each value; the field of a line that is none is empty."""
    event = ""
    for match in _SSE_LINE.finditer(text):
        if match["field"] == "event":
            event = match["value"]
        yield event, match["field"] or "", *match.span("value" if match["field"] else "other")


def _pieces(text: str) -> Iterator[_Piece]:
    for event, field, start, end in _sse_lines(text):
        data = text[start:end]
        if field != "data" or not is_json(data) or not isinstance(body := json.loads(data), dict):
            continue
        owner = _owner(body)
        for token in _json_tokens(data):
            if token.form == "string" and token.path[-1:] and token.path[-1] in _JOINED_KEYS:
                value = json.loads(data[token.start : token.end])
                yield _Piece(start + token.start, start + token.end, (event, owner, *token.path), value)


def _owner(body: Mapping[str, Any]) -> str:
    """The message or the node that an event has a piece of; a websocket's frame tells it in its data."""
    told = body.get("data") if "event_type" in body else body
    return str(next(filter(None, map(told.get, _OWNERS)), "")) if isinstance(told, dict) else ""


def _grouped(text: str, key: Callable[[_Piece], Path]) -> list[list[_Piece]]:
    groups: dict[Path, list[_Piece]] = {}
    for piece in _pieces(text):
        groups.setdefault(key(piece), []).append(piece)
    return [pieces for pieces in groups.values() if len(pieces) > 1]


def _by_message(piece: _Piece) -> Path:
    """The pieces of one message, or of one node of a workflow."""
    return piece.group


def _by_name(piece: _Piece) -> Path:
    """All pieces of the stream under one key, whatever the event."""
    return piece.group[-1:]


def _joined(pieces: Sequence[_Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def joined_texts(text: str) -> list[str]:
    """The texts that a stream delivered in several pieces, each joined, in order of their first piece."""
    return [_joined(pieces) for pieces in _grouped(text, _by_message)]


def _spread(edits: Sequence[Edit], pieces: Sequence[_Piece]) -> list[str]:
    """New texts of the pieces: a replacement goes into the piece in which its match begins, the rest is cut out."""
    new, offset = [], 0
    for number, piece in enumerate(pieces):
        local: list[Edit] = []
        last = number == len(pieces) - 1
        stop = offset + len(piece.text)
        for start, end, replacement in edits:
            low, high = max(start, offset), min(end, stop)
            begins = offset <= start < stop or (last and start == stop)
            if low < high or begins:
                local.append((low - offset, max(low, high) - offset, replacement if begins else ""))
        new.append(apply_edits(piece.text, local))
        offset = stop
    return new


def _rewrite_joined(text: str, key: Callable[[_Piece], Path], find: FindEdits) -> str:
    edits: list[Edit] = []
    for pieces in _grouped(text, key):
        for piece, new in zip(pieces, _spread(find(_joined(pieces)), pieces), strict=True):
            if new != piece.text:
                edits.append((piece.start, piece.end, encode_json_string(new, text[piece.start : piece.end])))
    return apply_edits(text, sorted(edits))


def _difference(old: str, new: str) -> list[Edit]:
    """What to replace in a text to get another one."""
    if old == new:
        return []
    if len(old) > _DIFF_LENGTH:
        return [(0, len(old), new)]
    codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [(start, end, new[low:high]) for placeholder, start, end, low, high in codes if placeholder != "equal"]


def rewrite_sse(text: str, visit: Visit, find: FindEdits) -> str:
    """An event stream: the texts joined over their pieces first, then each line by itself.

    ``find`` is given a joined text and says what to replace in it as it stands; ``visit`` is given the same, for
    what is encoded in it. Lines are never added or removed.
    """

    def layered(joined: str) -> Sequence[Edit]:
        return _difference(joined, visit(Leaf(("joined",), joined, "text")))

    for key, edit in ((_by_message, find), (_by_message, layered), (_by_name, find)):
        text = _rewrite_joined(text, key, edit)
    edits: list[Edit] = []
    for event, field, start, end in _sse_lines(text):
        data = text[start:end]
        path = (event,) if event else ()
        new = rewrite_json(data, visit, path) if field == "data" and is_json(data) else visit(Leaf(path, data, "text"))
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
