"""The independent judge: what is still in a cassette that should not be.

It shares no code with the scrubber. It looks at the finished text for every value that was replaced, in all
encodings, for the shapes of credentials and personal data, for names that promise a secret, and for strings too
random to be prose.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, quote_plus, unquote

from coze_cassettes.interactions import Cassette, Interaction, header


@dataclass(frozen=True)
class Finding:
    """Where something was found and by which check; never what."""

    place: str
    rule: str

    def __str__(self) -> str:
        """``place RULE-ID``."""
        return f"{self.place} {self.rule}"


@dataclass(frozen=True)
class Shape:
    """A check by shape: its id and what it matches."""

    rule: str
    pattern: re.Pattern[str]


SHAPES: Final = (
    Shape("INSPECT-TOKEN", re.compile(r"(?:\b|_)(?:pat|sat|czu|czs|cztei)_[\w-]{12,}")),
    Shape("INSPECT-JWT", re.compile(r"eyJ[\w-]{6,}\.[\w-]{6,}\.[\w-]{6,}")),
    Shape("INSPECT-PEM", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY")),
    Shape("INSPECT-BEARER", re.compile(r"\b(?i:bearer)\s+(?![A-Z][A-Z0-9_]*\b)[\w.~+/-]{8,}")),
    Shape(
        "INSPECT-EMAIL", re.compile(r"[\w.%+-]+@(?!scrubbed\.invalid)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
    ),
    Shape("INSPECT-PHONE", re.compile(r"(?<![\w.])(?:\+?86)?1[3-9]\d{9}(?![\w.])|(?<!\w)\+\d[\d -]{8,15}\d(?!\w)")),
    Shape("INSPECT-ID", re.compile(r"(?<![\w.])[1-9]\d{15,19}(?![\w.])")),
    Shape("INSPECT-LOGID", re.compile(r"(?<!\w)20\d{12}[0-9A-F]{18,20}(?!\w)")),
    Shape(
        "INSPECT-SIGNED-URL",
        re.compile(r"(?i)[?&](?:x-[a-z-]*)?(?:sign(?:ature)?|expires|auth_key|credential)=(?!scrubbed)[^&\s\"']+"),
    ),
)

SECRET_NAMES: Final = re.compile(
    r"(?i)(?:.*[_-])?(?:access_token|refresh_token|client_secret|password|passwd|secret|api_?key|device_code|user_code|code_verifier|verify_token|private_key|cookie)"
)
PERSONAL_NAMES: Final = re.compile(r"(?i)user_name|nick_?name|user_nickname|user_unique_name|avatar_url")
_TAG = re.compile(r"(?:https://scrubbed\.invalid/)?[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
_TAG_WORD = re.compile(r"(?<![A-Za-z0-9])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?![A-Za-z0-9])")
_RANDOM_RUN = re.compile(r"[A-Za-z0-9+/_-]{28,}={0,2}")
_BASE64_RUN = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_MIN_ENCODED: Final = 8
"""Bytes of a value below which its base64 is too short to mean anything."""

_LONG: Final = 16
"""Characters from which on a value is looked for inside words too."""

_MIN_ENTROPY: Final = 4.2
"""Bits a character: English prose without spaces stays below 4.1, base64 of random bytes is near 5."""


@dataclass(frozen=True)
class _Piece:
    place: str
    text: str
    name: str = ""


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
    elif isinstance(value, int) and not isinstance(value, bool):
        yield _Piece(place, str(value))


def _parsed(text: str) -> object | None:
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value


def _stream_pieces(text: str, place: str) -> Iterator[_Piece]:
    """Each event of a stream, and the texts that its events only give together."""
    joined: dict[str, list[str]] = {}
    event = ""
    for line in text.splitlines():
        field, _, value = line.partition(":")
        value = value.strip()
        if field == "event":
            event = value
        elif field == "data":
            body = _parsed(value)
            pieces = (
                [_Piece(f"{place} {event}", value)] if body is None else list(_json_pieces(body, f"{place} {event}"))
            )
            yield from pieces
            for piece in pieces:
                if piece.name in ("content", "reasoning_content", "delta"):
                    joined.setdefault(piece.place, []).append(piece.text)
    yield from (_Piece(f"{where} (joined)", "".join(texts)) for where, texts in joined.items())


def _body_pieces(body: bytes, content_type: str, place: str) -> Iterator[_Piece]:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        yield _Piece(f"{place} (binary)", body.decode("latin-1"), "binary")
        return
    parsed = _parsed(text)
    if parsed is not None:
        yield from _json_pieces(parsed, place)
    elif "event-stream" in content_type:
        yield from _stream_pieces(text, place)
    else:
        yield _Piece(place, text)


def _pieces(interaction: Interaction, number: int) -> Iterator[_Piece]:
    request, response = interaction.request, interaction.response
    place = f"interaction {number}"
    yield _Piece(f"{place} request uri", unquote(request.uri))
    for side, headers in (("request", request.headers), ("response", response.headers)):
        yield from (_Piece(f"{place} {side} header {name}", value) for name, value in headers)
    yield from _body_pieces(request.body, header(request.headers, "content-type"), f"{place} request body")
    yield from _body_pieces(response.body, header(response.headers, "content-type"), f"{place} response body")


# --- the checks -----------------------------------------------------------------------------------------------------


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


def _entropy(text: str) -> float:
    counts = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())


def _is_random(text: str) -> bool:
    mixed = all(re.search(each, text) for each in ("[a-z]", "[A-Z]", "[0-9]"))
    return mixed and _entropy(text) >= _MIN_ENTROPY


def _decoded(text: str) -> Iterator[str]:
    for match in _BASE64_RUN.finditer(text):
        padded = match[0].rstrip("=")
        padded += "=" * (-len(padded) % 4)
        try:
            yield base64.b64decode(padded.replace("-", "+").replace("_", "/"), validate=True).decode("utf-8")
        except ValueError:
            continue


def _check(piece: _Piece, forbidden: re.Pattern[str] | None) -> Iterator[Finding]:
    if piece.name == "binary":
        if forbidden is not None and forbidden.search(piece.text):
            yield Finding(piece.place, "INSPECT-VALUE")
        return
    if piece.name and piece.text and not _TAG.fullmatch(piece.text):
        if SECRET_NAMES.fullmatch(piece.name):
            yield Finding(piece.place, "INSPECT-SECRET-NAME")
        elif PERSONAL_NAMES.fullmatch(piece.name):
            yield Finding(piece.place, "INSPECT-PERSONAL-NAME")
    for text in (piece.text, *_decoded(piece.text)):
        if forbidden is not None and forbidden.search(text):
            yield Finding(piece.place, "INSPECT-VALUE")
        yield from (Finding(piece.place, shape.rule) for shape in SHAPES if shape.pattern.search(text))
    if any(_is_random(match[0]) for match in _RANDOM_RUN.finditer(_TAG_WORD.sub(" ", piece.text))):
        yield Finding(piece.place, "INSPECT-RANDOM")


def inspect(cassette: Cassette, text: str, values: Iterable[str] = ()) -> Sequence[Finding]:
    """What is wrong with a cassette: its pieces one by one, and the file's text for the values as they are.

    ``values`` are those that were replaced or that the environment says are secret. An empty result is a clean bill.
    """
    forbidden = needle(values)
    found = [
        finding
        for number, interaction in enumerate(cassette.interactions)
        for piece in _pieces(interaction, number)
        for finding in _check(piece, forbidden)
    ]
    if forbidden is not None:
        lines = enumerate(text.splitlines(), start=1)
        found += [Finding(f"line {number}", "INSPECT-VALUE") for number, line in lines if forbidden.search(line)]
    return tuple(dict.fromkeys(found))
