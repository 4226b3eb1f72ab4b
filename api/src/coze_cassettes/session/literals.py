"""Puts a test's own literals where a recorded response has their placeholders."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Final

from coze_cassettes.cassette.model import Response
from coze_cassettes.scrubbing.placeholders import pattern
from coze_cassettes.session.patterns import Bindings

_NEEDS_ESCAPE: Final = re.compile(r'["\\\x00-\x1f]')
"""What a value may not hold to be put into JSON as it is; such a value keeps its placeholder."""


_CODE: Final = re.compile(rb"9(?<![\w.]9)\d{7,}(?![\w.])")
"""What may be an integer that stands for a placeholder."""


def with_literals(response: Response, bindings: Bindings, times: Mapping[str, str]) -> Response:
    """A response as the test got it when it recorded: what it sent as a literal comes back as that literal.

    So do the times that it sent, which are other ones now.
    """
    escaped = _escaped(times)
    values = {**bindings.literals(), **times, **escaped}
    if values and _CODE.search(response.body):
        values = {**values, **_integers(values)}
    literals = {name: value for name, value in values.items() if name in escaped or not _NEEDS_ESCAPE.search(value)}
    found = {name: value for name, value in literals.items() if _holds(response, name)}
    if found:
        response = _replace(response, found)
    bindings.note_received(response.body, *(value for _, value in response.headers))
    return response


def _integers(values: Mapping[str, str]) -> Mapping[str, str]:
    """The integers that stand for placeholders, with the integers that the test sent."""
    from coze_cassettes.scrubbing.integers import encode  # noqa: PLC0415  with all rules, which a replay seldom needs

    sent = ((pattern().fullmatch(name), value) for name, value in values.items() if value.isdecimal())
    return {encode(match["kind"], match["number"]): value for match, value in sent if match and match["number"]}


def _escaped(times: Mapping[str, str]) -> Mapping[str, str]:
    """Times as JSON writes them with escapes for all that is not ASCII."""
    return {json.dumps(old)[1:-1]: json.dumps(new)[1:-1] for old, new in times.items() if not old.isascii()}


def _holds(response: Response, name: str) -> bool:
    return name.encode() in response.body or any(name in value for _, value in response.headers)


@lru_cache(maxsize=256)
def _alone(names: Iterable[str]) -> tuple[re.Pattern[str], re.Pattern[bytes]]:
    """Matches names that are no part of a longer one, in a text or in bytes.

    What stands before a name is looked at behind it, so that a search runs to the name's first character at once.
    """
    longest_first = sorted(map(re.escape, names), key=len, reverse=True)
    each = "|".join(rf"{name}(?<![A-Za-z0-9_]{name})" for name in longest_first)
    pattern = rf"({each})(?![A-Za-z0-9_])"
    return re.compile(pattern), re.compile(pattern.encode())


def _replace(response: Response, literals: Mapping[str, str]) -> Response:
    in_text, in_bytes = _alone(tuple(literals))
    headers = tuple((name, in_text.sub(lambda match: literals[match[0]], value)) for name, value in response.headers)
    values = {name.encode(): value.encode() for name, value in literals.items()}
    pieces = in_bytes.split(response.body)  # every other one is a name: a function called for each takes twice as long
    old = pieces[1::2]
    new = pieces[1::2] = [values[name] for name in old]
    body = b"".join(pieces)
    chunks = response.chunks
    if chunks:
        grown = [len(value) - len(name) for name, value in zip(old, new, strict=True)]
        ends = accumulate(len(text) + len(name) for text, name in zip(pieces[::2], old, strict=False))
        chunks = _move(chunks, [*zip(ends, grown, strict=True)], len(body))
    return Response(response.status, response.reason, headers, body, chunks, response.fault)


def _move(chunks: tuple[int, ...], spans: list[tuple[int, int]], total: int) -> tuple[int, ...]:
    """The sizes of chunks of a body in which texts became longer or shorter; a cut inside one of them goes behind it.

    ``spans`` are the old end of each text and by how much it grew.
    """
    ends = [end for end, _ in spans]
    grown = [0, *accumulate(growth for _, growth in spans)]
    cuts = [cut + grown[bisect_right(ends, cut)] for cut in accumulate(chunks)]
    bounds = [0, *(min(max(cut, 0), total) for cut in cuts[:-1]), total]
    return tuple(end - start for start, end in pairwise(sorted(bounds)) if end > start)
