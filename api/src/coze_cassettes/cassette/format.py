"""Body bytes and readable text, exact both ways: the YAML of a cassette.

The file is a vcrpy version-1 document. JSON bodies stand pretty-printed, beside them the ``style`` that rebuilds the
exact bytes; streams as they are, multipart bodies as their parts, and what is not text as base64.
"""

from __future__ import annotations

import base64
import io
import itertools
import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

import yaml
from yaml.emitter import Emitter, ScalarAnalysis

from coze_cassettes.cassette.model import Cassette, Headers, Interaction, Metadata, Request, Response, media_type
from coze_cassettes.codecs import json_text, multipart
from coze_cassettes.errors import InvalidCassette

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # pragma: no cover  # PyYAML built without libyaml
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]  # the same interface, slower

VERSION: Final = 1
DEFAULT_STYLE: Final = "json compact"
"""The style of a request's JSON body that is not written down, since cozepy always sends it."""

REASONS: Final = re.compile(r"[ -~]*")


# --- styles ---------------------------------------------------------------------------------------------------------

_SEPARATORS: Final = {"compact": (",", ":"), "spaced": (", ", ": ")}
_ESCAPES: Final = ("", "html", "ascii")
_HTML: Final = {"&": "\\u0026", "<": "\\u003c", ">": "\\u003e", "\u2028": "\\u2028", "\u2029": "\\u2029"}


_HALF_CHARACTER: Final = re.compile("[\ud800-\udfff]")
"""Half of a character outside the first plane, which JSON can write as an escape only."""


def _escape_halves(text: str) -> str:
    return _HALF_CHARACTER.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _dump_json(value: object, style: str) -> str:
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
    style = next((style for style in JSON_STYLES if _dump_json(value, style) == text), None)
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
        return _checked(body, shown, "multipart")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return body, ""
    if (json_shown := _show_json(text)) is not None:
        return _checked(body, *json_shown)
    if "event-stream" in content_type and (stream := _show_stream(text)) is not None:
        return _checked(body, *stream)
    return text, ""


def _checked(body: bytes, shown: str, style: str) -> tuple[str | bytes, str]:
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
        return _dump_json(json.loads(shown), style).encode("utf-8")
    return _READERS[style](shown) if style else shown.encode("utf-8")


# --- YAML -----------------------------------------------------------------------------------------------------------


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as literal blocks, emoji included, and never folds or anchors."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the signature is PyYAML's
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        return super().increase_indent(flow, indentless=False)

    def analyze_scalar(self, scalar: str) -> ScalarAnalysis:
        """What PyYAML finds out of a scalar one character after the other; of a safe block it is known beforehand."""
        return _analyze_block(scalar) if _is_block(scalar) else _analyze(scalar)

    def write_literal(self, text: str) -> None:
        """A literal block as PyYAML writes it, a line at a time instead of a character."""
        hints = self.determine_block_hints(text)
        self.write_indicator(f"|{hints}", need_whitespace=True)
        self.open_ended = self.open_ended or hints.endswith("+")
        self.write_line_break()
        padding = " " * (self.indent or 0)
        self.stream.write("\n".join(padding + line if line else "" for line in text.removesuffix("\n").split("\n")))
        self.write_line_break()


@lru_cache(maxsize=4096)
def _analyze(scalar: str) -> ScalarAnalysis:
    """The analysis of PyYAML; most scalars are names of headers and fields."""
    return Emitter(io.StringIO(), allow_unicode=True).analyze_scalar(scalar)


def _analyze_block(scalar: str) -> ScalarAnalysis:
    return ScalarAnalysis(
        scalar=scalar,
        empty=False,
        multiline=True,
        allow_flow_plain=False,
        allow_block_plain=False,
        allow_single_quoted=True,
        allow_double_quoted=True,
        allow_block=not scalar.endswith(" "),
    )


_UNSAFE_IN_BLOCK = re.compile(
    r"[^\n -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|[ ]\n|\n\Z\n|^[ \n]"
)


def _is_block(text: str) -> bool:
    return "\n" in text and not _UNSAFE_IN_BLOCK.search(text)


def _represent_str(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if _is_block(text) else None
    if style is None and ("\n" in text or not text.isprintable()):
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


class _Inline(list[Any]):
    """A list that is written on one line: header values, chunk sizes."""


def _represent_inline(dumper: yaml.SafeDumper, items: _Inline) -> yaml.SequenceNode:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=True)


_Dumper.add_representer(str, _represent_str)
_Dumper.add_representer(_Inline, _represent_inline)


def _headers_out(headers: Headers) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for name, value in headers:
        out.setdefault(name, _Inline()).append(value)
    return out


def _interaction_out(interaction: Interaction) -> dict[str, Any]:
    request, response = interaction.request, interaction.response
    body, style = show_body(request.body, media_type(request))
    answer, answer_style = show_body(response.body, media_type(response))
    out: dict[str, Any] = {
        "request": {
            "method": request.method,
            "uri": request.uri,
            "headers": _headers_out(request.headers),
            "body": body or None,
        },
        "response": {
            "status": {"code": response.status, "message": response.reason},
            "headers": _headers_out(response.headers),
            "body": {"string": answer},
        },
    }
    if style not in (DEFAULT_STYLE, ""):
        out["request_style"] = style
    elif style == "" and body and json_text.is_json(request.body.decode("utf-8", "replace")):
        out["request_style"] = "text"
    extra = {"style": answer_style, "chunks": _Inline(response.chunks), "fault": response.fault}
    out["response"]["body"] |= {name: value for name, value in extra.items() if value}
    return out


def as_document(cassette: Cassette) -> dict[str, Any]:
    """A cassette as the plain values of its YAML document."""
    meta = cassette.metadata
    metadata = {
        "recorded_from": meta.recorded_from,
        "recorded_at": meta.recorded_at,
        "cozepy": meta.cozepy,
        "digest": meta.digest,
        **({"placeholders": _Inline(meta.placeholders)} if meta.placeholders else {}),
    }
    return {
        "version": VERSION,
        "metadata": metadata,
        "interactions": [_interaction_out(interaction) for interaction in cassette.interactions],
    }


def is_exact(text: str, cassette: Cassette) -> bool:
    """Whether a text from which a cassette was read is the one that ``dumps`` writes."""
    return _dump(as_document(cassette)) == text


def dumps(cassette: Cassette) -> str:
    """A cassette as YAML; InvalidCassette if reading it back would not give exactly the same."""
    text = _dump(as_document(cassette))
    if loads(text) != cassette:
        raise InvalidCassette("a cassette cannot be written so that reading it gives back the same")
    return text


def _dump(document: object) -> str:
    text: str = yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10**6)
    return text


# --- reading --------------------------------------------------------------------------------------------------------


def _headers_in(headers: Mapping[str, list[str]]) -> Headers:
    return tuple((name, value) for name, values in headers.items() for value in values)


def _interaction_in(data: Mapping[str, Any]) -> Interaction:
    request, response = data["request"], data["response"]
    body, answer = request["body"], response["body"]
    style = data.get("request_style") or (DEFAULT_STYLE if isinstance(body, str) and json_text.is_json(body) else "")
    return Interaction(
        Request(
            request["method"],
            request["uri"],
            _headers_in(request["headers"]),
            read_body(body, "" if style == "text" else style),
        ),
        Response(
            response["status"]["code"],
            response["status"]["message"],
            _headers_in(response["headers"]),
            read_body(answer["string"], answer.get("style", "")),
            tuple(answer.get("chunks", ())),
            answer.get("fault", ""),
        ),
    )


def loads(text: str) -> Cassette:
    """The cassette in a YAML text; InvalidCassette if it is none of ours."""
    try:
        document = yaml.load(text, Loader=_Loader)
        meta = document["metadata"]
        listed = tuple(map(str, meta.get("placeholders", ())))
        version = str(meta["cozepy"])
        metadata = Metadata(meta["recorded_from"], str(meta["recorded_at"]), version, meta["digest"], listed)
        return Cassette(tuple(_interaction_in(each) for each in document["interactions"]), metadata)
    except yaml.YAMLError as error:
        raise InvalidCassette("it is not valid YAML") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidCassette(f"it is not in this project's format ({type(error).__name__}: {error})") from error


def canonical(interactions: tuple[Interaction, ...], placeholders: tuple[str, ...] = ()) -> str:
    """The interactions as one text, for their digest: the same for the same wire, however the YAML is laid out.

    The bare placeholders that the metadata list belong to it, so that nobody adds one by hand.
    """
    listed = [list(placeholders)] if placeholders else []
    return json.dumps([*map(_canonical, interactions), *listed], ensure_ascii=True, separators=(",", ":"))


def _canonical(interaction: Interaction) -> list[object]:
    request, response = interaction.request, interaction.response
    sent: list[object] = [request.method, request.uri, request.headers, base64.b64encode(request.body).decode()]
    answered: list[object] = [
        response.status,
        response.reason,
        response.headers,
        base64.b64encode(response.body).decode(),
    ]
    return [*sent, *answered, response.chunks, response.fault]
