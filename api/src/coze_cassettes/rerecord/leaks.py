"""What must not be in a staged cassette or on the terminal, searched for in every encoding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import httpx

from coze_cassettes.cassette import store
from coze_cassettes.errors import CassetteError
from coze_cassettes.inspection import decoding
from coze_cassettes.inspection.scan import Finding, inspect
from coze_cassettes.inspection.values import find, spellings_of
from coze_cassettes.session import connections

SHORTEST_CANARY: Final = 4
"""Characters below which a value is not evidence of a leak: it occurs by chance."""


def inspect_file(path: Path, configured: Mapping[str, str], allow_opaque: frozenset[str]) -> Sequence[Finding]:
    """What the inspector finds in a file; ``configured`` are the values of the environment with their placeholders."""
    return inspect(store.read(path), path.read_text("utf-8"), configured, allow_opaque)


@dataclass(frozen=True)
class Canary:
    """A value that must not show up in a cassette, and what kind it is."""

    kind: str
    value: str


def canaries_of(url: str) -> tuple[Canary, ...]:
    """The canaries of a stand-in."""
    return tuple(Canary(entry["kind"], entry["value"]) for entry in _ask_stand_in(url, "canaries"))


def applied_changes(url: str) -> list[bool]:
    """Of each change of a stand-in's API, in the order in which they were asked for, whether an answer showed it."""
    return [bool(each) for each in _ask_stand_in(url, "changes", "applied")]


def _ask_stand_in(url: str, what: str, member: str = "") -> list[Any]:
    try:
        with connections.target_context(url):
            response = httpx.get(f"{url}/_standin/{what}", timeout=30)
        return list(response.raise_for_status().json()[member or what])
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise CassetteError(f"The stand-in does not return its {what} ({type(error).__name__}).") from None


def canaries_in(path: Path, canaries: Iterable[Canary]) -> list[str]:
    """The kinds of the canaries that a file still holds, in its text or in what its text stands for."""
    texts = dict.fromkeys(layer for text in (path.read_text("utf-8"), *_contents(path)) for layer in _layers(text))
    judged = [each for each in canaries if len(each.value) >= SHORTEST_CANARY]
    found = find((each.value for each in judged), texts)
    return sorted({each.kind for each in judged if each.value in found})


@lru_cache(maxsize=4096)
def _layers(text: str) -> tuple[str, ...]:
    """A text and everything that is written in it."""
    try:
        return (text, *decoding.layers(text))
    except decoding.TooManyLayers:
        return (text,)


def _contents(path: Path) -> Iterator[str]:
    """What crossed the wire, as text: YAML may fold or escape it."""
    for interaction in store.read(path).interactions:
        request, response = interaction.request, interaction.response
        yield request.uri
        yield from (f"{name}: {value}" for name, value in (*request.headers, *response.headers))
        yield request.body.decode("utf-8", "replace")
        yield response.body.decode("utf-8", "replace")


def redactor(secrets: Iterable[str]) -> Callable[[str], str]:
    """A function that blots out the given values, the longest first, in every form."""
    everything = sorted({form for value in secrets for form in spellings_of(value)}, key=len, reverse=True)

    def redact(text: str) -> str:
        for form in everything:
            text = text.replace(form, "…")
        return text

    return redact
