"""Body bytes as readable text with the ``style`` that rebuilds them exactly.

JSON is indented, streams stay as they are, multipart bodies become their parts, and what is not text becomes base64.
"""

from __future__ import annotations

import base64
import itertools
import json
import re
from collections.abc import Callable, Mapping
from typing import Final

from coze_cassettes.codecs import json_text, multipart

_SEPARATORS: Final = {"compact": (",", ":"), "spaced": (", ", ": ")}
_ESCAPES: Final = ("", "html", "ascii")
_HTML: Final = {"&": "\\u0026", "<": "\\u003c", ">": "\\u003e", "\u2028": "\\u2028", "\u2029": "\\u2029"}


_HALF_CHARACTER: Final = re.compile("[\ud800-\udfff]")
"""Half of a character outside the first plane, which JSON can write as an escape only."""


def _escape_halves(text: str) -> str:
    return _HALF_CHARACTER.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def dump_json(value: object, style: str) -> str:
    """JSON in a style."""
    words = style.split()
    text = _escape_halves(json.dumps(value, ensure_ascii="ascii" in words, separators=_SEPARATORS[words[1]]))
    if "html" in words:
        text = "".join(_HTML.get(char, char) for char in text)
    return text + ("\n" if "newline" in words else "")


def _json_styles() -> list[str]:
    words = itertools.product(_SEPARATORS, _ESCAPES, ("", "newline"))
    return [" ".join(filter(None, ("json", *each))) for each in words]


JSON_STYLES: Final = tuple(_json_styles())
"""How servers and clients write JSON: separators, escapes, a newline at the end."""


def _show_json(text: str) -> tuple[str, str] | None:
    """Pretty JSON and the style that gives back the text, or None."""
    if not json_text.is_json(text):
        return None
    value = json.loads(text)
    style = next((style for style in JSON_STYLES if dump_json(value, style) == text), None)
    return None if style is None else (_escape_halves(json.dumps(value, ensure_ascii=False, indent=2)) + "\n", style)


def _show_multipart(body: bytes) -> str | None:
    """The parts of a multipart body with readable line ends; content that is not plain text as base64."""
    try:
        parts = multipart.split_multipart(body, multipart.BOUNDARY)
    except Exception:  # noqa: BLE001 - whatever is wrong, the body is then kept as it is
        return None
    shown = []
    for part in parts:
        head, content = part.head.replace("\r\n", "\n"), _plain(part.content)
        if content is None or f"--{multipart.BOUNDARY}" in content:
            head, content = head + "\nX-Cassette-Encoding: base64", base64.b64encode(part.content).decode("ascii")
        shown.append(f"--{multipart.BOUNDARY}\n{head}\n\n{content}\n")
    return "".join(shown) + f"--{multipart.BOUNDARY}--\n"


def _read_multipart(text: str) -> bytes:
    parts = []
    for piece in ("\n" + text).split(f"\n--{multipart.BOUNDARY}")[1:-1]:
        head, _, content = piece.removeprefix("\n").partition("\n\n")
        head, marker, _ = head.partition("\nX-Cassette-Encoding: base64")
        raw = base64.b64decode(content) if marker else content.encode("utf-8")
        parts.append(multipart.Part(head.replace("\n", "\r\n"), raw))
    return multipart.join_multipart(parts, multipart.BOUNDARY)


def _plain(body: bytes) -> str | None:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\r" in text else text


def _show_stream(text: str) -> tuple[str, str] | None:
    """A stream with CRLF shown with LF."""
    plain = text.replace("\r\n", "\n")
    return (plain, "crlf") if plain != text and "\r" not in plain and "\n" not in text.replace("\r\n", "") else None


def show_body(body: bytes, content_type: str) -> tuple[str | bytes, str]:
    """A body as a person reads it, with the style that ``read_body`` needs; an empty style means: as it stands."""
    if content_type.lower().startswith("multipart/") and (shown := _show_multipart(body)) is not None:
        return _check(body, shown, "multipart")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return body, ""
    if (json_shown := _show_json(text)) is not None:
        return _check(body, *json_shown)
    if "event-stream" in content_type and (stream := _show_stream(text)) is not None:
        return _check(body, *stream)
    return text, ""


def _check(body: bytes, shown: str, style: str) -> tuple[str | bytes, str]:
    if read_body(shown, style) == body:
        return shown, style
    text = _plain(body)
    return (body, "") if text is None else (text, "")


_READERS: Final[Mapping[str, Callable[[str], bytes]]] = {
    "multipart": _read_multipart,
    "crlf": lambda text: text.replace("\n", "\r\n").encode("utf-8"),
}


def read_body(shown: str | bytes | None, style: str) -> bytes:
    """The exact bytes of a body that ``show_body`` made readable."""
    if shown is None:
        return b""
    if isinstance(shown, bytes):
        return shown
    if style.startswith("json "):
        return dump_json(json.loads(shown), style).encode("utf-8")
    return _READERS[style](shown) if style else shown.encode("utf-8")
