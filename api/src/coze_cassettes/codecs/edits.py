"""Edits of a text: what is replaced where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Edit = tuple[int, int, str]
"""Replace the characters from start to end (exclusive) by a text."""


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """The text with all edits made; they must not overlap and come in order."""
    parts, position = [], 0
    for start, end, replacement in edits:
        parts += [text[position:start], replacement]
        position = end
    return "".join([*parts, text[position:]])


def merge_edits(*lists: Iterable[Edit]) -> list[Edit]:
    """All edits of some lists in order; of those that overlap one stays, and covers what the others covered.

    The edits of an earlier list win, of one list those that begin first.
    """
    ranked = sorted((start, rank, end, text) for rank, edits in enumerate(lists) for start, end, text in edits)
    merged: list[tuple[int, int, int, str]] = []
    for start, rank, end, text in ranked:
        if not merged or start >= merged[-1][2]:
            if not merged or (start, end) != (merged[-1][0], merged[-1][2]):
                merged.append((start, rank, end, text))
            continue
        first, best, last, kept = merged[-1]
        merged[-1] = (first, min(best, rank), max(last, end), text if rank < best else kept)
    return [(start, end, text) for start, _, end, text in merged]


def common_length(left: str | bytes, right: str | bytes) -> int:
    """How many characters two texts share from the start."""
    most = min(len(left), len(right))
    if left[:most] == right[:most]:
        return most
    return next(at for at in range(most) if left[at] != right[at])


def shift_edits(edits: Iterable[Edit], distance: int) -> list[Edit]:
    """The same edits further on in a longer text."""
    return [(start + distance, end + distance, text) for start, end, text in edits]
