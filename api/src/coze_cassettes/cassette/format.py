"""The YAML of a cassette: body bytes as readable text, exact both ways.

The file is a vcrpy version-1 document. Bodies are written for people, in the styles of ``body_styles``.
"""

from __future__ import annotations

import binascii
import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import yaml

from coze_cassettes.cassette import layout
from coze_cassettes.cassette.body_styles import DEFAULT_STYLE, TEXT, read_body, read_request_body, show_body
from coze_cassettes.cassette.model import Cassette, Headers, Interaction, Metadata, Request, Response, media_type
from coze_cassettes.cassette.yaml_writer import Inline, write_yaml
from coze_cassettes.codecs import json_text
from coze_cassettes.errors import InvalidCassette

VERSION: Final = 1
_ENCODER: Final = json.JSONEncoder(separators=(",", ":"))

REASONS: Final = re.compile(r"[ -~]*")


# --- YAML -----------------------------------------------------------------------------------------------------------


def _headers_out(headers: Headers) -> dict[str, Inline]:
    out: dict[str, list[str]] = {}
    for name, value in headers:
        out.setdefault(name, []).append(value)
    return {name: Inline(values) for name, values in out.items()}


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
        out["request_style"] = TEXT
    extra = {"style": answer_style, "chunks": Inline(response.chunks), "fault": response.fault}
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
        **({"placeholders": Inline(meta.placeholders)} if meta.placeholders else {}),
    }
    return {
        "version": VERSION,
        "metadata": metadata,
        "interactions": [_interaction_out(interaction) for interaction in cassette.interactions],
    }


def is_exact(text: str, cassette: Cassette) -> bool:
    """Whether a text from which a cassette was read is the one that ``dumps`` writes."""
    return write_yaml(as_document(cassette)) == text


def dumps(cassette: Cassette) -> str:
    """A cassette as YAML; InvalidCassette if PyYAML would not read back exactly the same."""
    text = write_yaml(as_document(cassette))
    if loads_whole(text) != cassette:
        raise InvalidCassette("a cassette cannot be written so that reading it gives back the same")
    return text


# --- reading --------------------------------------------------------------------------------------------------------


def _headers_in(headers: Mapping[str, list[str]]) -> Headers:
    return tuple((name, value) for name, values in headers.items() for value in values)


def _interaction_in(data: Mapping[str, Any]) -> Interaction:
    request, response = data["request"], data["response"]
    body, answer = request["body"], response["body"]
    return Interaction(
        Request(
            request["method"],
            request["uri"],
            _headers_in(request["headers"]),
            read_request_body(body, data.get("request_style") or ""),
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
    """The cassette in a YAML text; InvalidCassette if it is not one."""
    found = layout.read_cassette(text)
    return loads_whole(text) if found is None else found


def loads_whole(text: str) -> Cassette:
    """The same in any layout of YAML."""
    try:
        document = layout.read_whole(text)
        meta = document["metadata"]
        listed = tuple(map(str, meta.get("placeholders", ())))
        version = str(meta["cozepy"])
        metadata = Metadata(meta["recorded_from"], str(meta["recorded_at"]), version, meta["digest"], listed)
        return Cassette(tuple(_interaction_in(each) for each in document["interactions"]), metadata)
    except yaml.YAMLError as error:
        raise InvalidCassette("it is not valid YAML") from error
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise InvalidCassette(f"it is not in this project's format ({type(error).__name__}: {error})") from error


def canonical(interactions: tuple[Interaction, ...], placeholders: tuple[str, ...] = ()) -> bytes:
    """The interactions as JSON, for their digest: the same for the same wire, however the YAML is laid out.

    The bare placeholders that the metadata list belong to it, so that nobody adds one by hand.
    """
    listed = [_ascii_json(list(placeholders))] if placeholders else []
    return b"[%b]" % b",".join([*map(_canonical, interactions), *listed])


def _canonical(interaction: Interaction) -> bytes:
    request, response = interaction.request, interaction.response
    sent = _recurring_json(request.method, request.uri, request.headers)
    answered = _recurring_json(response.status, response.reason, response.headers)
    end = _recurring_json(response.chunks, response.fault)
    # In base64 nothing needs an escape, so the encoder need not see the bodies.
    return b"%b,%b,%b,%b,%b" % (sent[:-1], _quoted(request.body), answered[1:-1], _quoted(response.body), end[1:])


@lru_cache(maxsize=1024)
def _recurring_json(*values: Any) -> bytes:
    """JSON of what many interactions have in common."""
    return _ascii_json([*values])


def _ascii_json(value: list[Any]) -> bytes:
    return _ENCODER.encode(value).encode("ascii")


def _quoted(body: bytes) -> bytes:
    return b'"%b"' % binascii.b2a_base64(body, newline=False)
