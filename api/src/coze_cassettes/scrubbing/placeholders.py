"""Placeholders: what stands in a cassette in place of a value, ``KIND_n`` or the bare ``KIND`` of a configured one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Final

from coze_cassettes.scrubbing.environment import PLACEHOLDERS
from coze_cassettes.scrubbing.rules import KINDS

URL_PREFIX: Final = "https://scrubbed.invalid/"
"""Where a placeholder stands for a URL, so that the SDK still parses one."""

_EXTRA = ("BOUNDARY", "PRIVATE_KEY_BODY", "SECRET")


@lru_cache(maxsize=1)
def pattern() -> re.Pattern[str]:
    """Matches a placeholder inside a text; the groups are ``kind`` and ``number`` (absent in a bare placeholder)."""
    kinds = "|".join(sorted({*KINDS, *PLACEHOLDERS, *_EXTRA}, key=len, reverse=True))
    bare = "|".join(
        sorted({*PLACEHOLDERS, "PRIVATE_KEY", "PRIVATE_KEY_BODY", r"SECRET_[A-Z][A-Z0-9_]*"}, key=len, reverse=True)
    )
    return re.compile(rf"(?<![A-Za-z0-9_])(?:(?P<kind>{kinds})_(?P<number>\d+)|(?P<bare>{bare}))(?![A-Za-z0-9_])")


def is_placeholder(text: str, bare: AbstractSet[str] = PLACEHOLDERS) -> bool:
    """Whether a whole text is a numbered placeholder, one of the bare ones, or the URL of one.

    Which names stand bare only the environment says: ``SECRET_KEY_FOR_PROD`` may be somebody's password.
    """
    text = text.removeprefix(URL_PREFIX)
    match = pattern().fullmatch(text)
    return text in bare or text in PLACEHOLDERS or (match is not None and match["number"] is not None)


def found_in(text: str) -> Iterator[tuple[str, str]]:
    """The numbered placeholders in a text as ``(kind, placeholder)``, in their order, repeats included."""
    for match in pattern().finditer(text):
        if match["number"] is not None:
            yield match["kind"], match[0]


def unique(values: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Placeholders by kind, each once, in order of first appearance."""
    by_kind: dict[str, list[str]] = {}
    for kind, placeholder in values:
        if placeholder not in by_kind.setdefault(kind, []):
            by_kind[kind].append(placeholder)
    return by_kind
