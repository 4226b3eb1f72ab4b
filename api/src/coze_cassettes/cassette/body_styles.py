"""Body bytes as readable text with the ``style`` that rebuilds them exactly.

JSON is indented, streams stay as they are, multipart bodies become their parts, and what is not text becomes base64.
"""

from __future__ import annotations

import base64
import itertools
import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from coze_cassettes.codecs import json_text, multipart

DEFAULT_STYLE: Final = "json compact"
"""The style of a request's JSON body that is not written down, since cozepy always sends it."""

TEXT: Final = "text"
"""The style of a request's body that is JSON and stands as it is."""

_SEPARATORS: Final = {"compact": (",", ":"), "spaced": (", ", ": ")}
_ESCAPES: Final = ("", "html", "ascii")
_HTML: Final = str.maketrans({each: f"\\u{ord(each):04x}" for each in "&<>\u2028\u2029"})


_HALF_CHARACTER: Final = re.compile("[\ud800-\udfff]")
"""Half of a character outside the first plane, which JSON can write as an escape only."""


def _escape_halves(text: str) -> str:
    return _HALF_CHARACTER.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


@lru_cache
def _encoder(style: str) -> json.JSONEncoder:
    words = style.split()
    return json.JSONEncoder(ensure_ascii="ascii" in words, separators=_SEPARATORS[words[1]])


def dump_json(value: object, style: str) -> bytes:
    """JSON in a style."""
    text = _encoder(style).encode(value)
    if "html" in style:
        text = text.translate(_HTML)
    if style.endswith("newline"):
        text += "\n"
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return _escape_halves(text).encode("utf-8")


def _json_styles() -> list[str]:
    words = itertools.product(_SEPARATORS, _ESCAPES, ("", "newline"))
    return [" ".join(filter(None, ("json", *each))) for each in words]


JSON_STYLES: Final = tuple(_json_styles())
"""How servers and clients write JSON: separators, escapes, a newline at the end."""


def _show_json(text: str) -> tuple[str, str] | None:
    """Pretty JSON and the style that gives back the text, or None."""
    value = json_text.object_or_list(text)
    if value is None:
        return None
    body = text.encode("utf-8")
    style = next((style for style in JSON_STYLES if dump_json(value, style) == body), None)
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


def read_request_body(shown: str | bytes | None, style: str) -> bytes:
    """The exact bytes of the body of a request; JSON without a style is compact, since cozepy sends it so."""
    if style or not isinstance(shown, str):
        return read_body(shown, "" if style == TEXT else style)
    value = json_text.object_or_list(shown)
    return shown.encode("utf-8") if value is None else dump_json(value, DEFAULT_STYLE)


def read_body(shown: str | bytes | None, style: str) -> bytes:
    """The exact bytes of a body that ``show_body`` made readable."""
    if shown is None:
        return b""
    if isinstance(shown, bytes):
        return shown
    if style.startswith("json "):
        return dump_json(json.loads(shown), style)
    return _READERS[style](shown) if style else shown.encode("utf-8")
