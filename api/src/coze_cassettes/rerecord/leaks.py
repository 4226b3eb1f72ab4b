"""What must not be in a staged cassette or on the terminal, searched for in every encoding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from coze_cassettes.cassette import provenance, store
from coze_cassettes.errors import CassetteError
from coze_cassettes.inspection.scan import Finding, inspect
from coze_cassettes.inspection.values import find, spellings_of

SHORTEST_PLANTED: Final = 4
"""Characters below which a planted value is no evidence: it occurs by chance."""


def inspect_file(path: Path, values: Iterable[str] = ()) -> Sequence[Finding]:
    """What the inspector finds in a cassette file; ``values`` are those that the environment says are secret."""
    return inspect(store.read(path), path.read_text("utf-8"), values)


@dataclass(frozen=True)
class Canary:
    """A value that must not show up in a cassette, and what kind it is."""

    kind: str
    value: str


def canaries_of(url: str) -> tuple[Canary, ...]:
    """What the stand-in says that it planted; nothing if it does not tell."""
    try:
        response = httpx.get(f"{url}/_standin/canaries", timeout=30, trust_env=not provenance.is_loopback(url))
        entries = response.raise_for_status().json()["canaries"]
    except (httpx.HTTPError, ValueError, KeyError) as error:
        raise CassetteError(f"The stand-in does not tell what it planted ({type(error).__name__}).") from None
    return tuple(Canary(entry["kind"], entry["value"]) for entry in entries)


def canaries_in(path: Path, planted: Iterable[Canary]) -> list[str]:
    """The kinds of the planted values that a file still holds, in its text or in what its text stands for."""
    texts = (path.read_text("utf-8"), *_contents(path))
    # JSON in a string of JSON is escaped twice
    found = find((each.value for each in planted), (*texts, *(text.replace("\\\\", "\\") for text in texts)))
    return sorted({each.kind for each in planted if len(each.value) >= SHORTEST_PLANTED and each.value in found})


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
