"""The YAML of a cassette: body bytes as readable text, exact both ways.

The file is a vcrpy version-1 document. Bodies are written for people, in the styles of ``body_styles``.
"""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import yaml
from yaml.emitter import Emitter, ScalarAnalysis

from coze_cassettes.cassette.body_styles import read_body, show_body
from coze_cassettes.cassette.model import Cassette, Headers, Interaction, Metadata, Request, Response, media_type
from coze_cassettes.codecs import json_text
from coze_cassettes.errors import InvalidCassette

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # pragma: no cover  # PyYAML built without libyaml
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]  # the same interface, slower

VERSION: Final = 1
DEFAULT_STYLE: Final = "json compact"
"""The style of a request's JSON body that is not written down, since cozepy always sends it."""

REASONS: Final = re.compile(r"[ -~]*")


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
