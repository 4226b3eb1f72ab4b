"""How a place in an answer is named."""

from __future__ import annotations

from typing import Final

Path = tuple[str, ...]
ELEMENT: Final = "[]"
INNER: Final = "{json}"
"""Steps of a path that are not keys: into a list's elements, into the JSON inside a string."""

_OUTSIDE: Final = "\0"


def outside(place: str) -> str:
    """The first step of a path that begins outside of a JSON body: ``header retry-after``, ``event done``."""
    return _OUTSIDE + place


def dotted_path(path: Path) -> str:
    """A path as rows of VOLATILE and of the scrub rules see it."""
    return ".".join(step for step in path if step not in (ELEMENT, INNER))


def format_path(path: Path) -> str:
    """``$.data.name``, ``header retry-after``, ``event conversation.message.delta $.content``."""
    if not path or not path[0].startswith(_OUTSIDE):
        return _in_body(path)
    place = path[0].removeprefix(_OUTSIDE)
    return place if len(path) == 1 else f"{place} {_in_body(path[1:])}"


def _in_body(path: Path) -> str:
    """A path as people read it: ``$.data.bots[].name``."""
    return "$" + "".join(step if step == ELEMENT else f".{step}" for step in path if step != INNER)
