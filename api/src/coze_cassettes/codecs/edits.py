"""Edits of a text: what is replaced where."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

Edit = tuple[int, int, str]
"""Replace the characters from start to end (exclusive) by a text."""


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """The text with all edits made; they must not overlap and come in order."""
    parts, position = [], 0
    for start, end, replacement in edits:
        parts += [text[position:start], replacement]
        position = end
    return "".join([*parts, text[position:]])


def edit_words(old: str, new: str) -> Edit:
    """The edit that makes one text of another, and leaves alone the words at its beginning and end that both share."""
    start = _shared_words(old, new)
    kept = _shared_words(old[:start:-1], new[:start:-1])
    return start, len(old) - kept, new[start : len(new) - kept]


def _shared_words(left: str, right: str) -> int:
    """How many characters of two texts are the same at the beginning, up to the last blank."""
    pairs = enumerate(zip(left, right, strict=False))
    shared = next((at for at, (one, other) in pairs if one != other), min(len(left), len(right)))
    return max(left.rfind(blank, 0, shared) for blank in " \n") + 1


def merge_edits(*lists: Iterable[Edit]) -> list[Edit]:
    """All edits of some lists in order; of those that overlap one stays, and covers what the others covered.

    The edits of an earlier list win, of one list those that begin first.
    """
    return _merge(lists, lambda rank, _: rank)


def merge_longest(*lists: Iterable[Edit]) -> list[Edit]:
    """The same, but of edits that overlap the longest one wins, and of those that are as long that of an earlier list.

    A number is read differently in different encodings: with its country's code where a plus is no blank.
    """
    return _merge(lists, lambda rank, length: (-length, rank))


def _merge(lists: Sequence[Iterable[Edit]], weigh: Callable[[int, int], Any]) -> list[Edit]:
    """The edits of some lists; of those that overlap that of the least weight stays, given its list and length."""
    ranked = sorted((start, rank, end, text) for rank, edits in enumerate(lists) for start, end, text in edits)
    if len(ranked) <= 1:  # as in nearly every text
        return [(start, end, text) for start, _, end, text in ranked]
    merged: list[tuple[int, Any, int, str]] = []
    for start, rank, end, text in ranked:
        weight = weigh(rank, end - start)
        if not merged or start >= merged[-1][2]:
            if not merged or (start, end) != (merged[-1][0], merged[-1][2]):
                merged.append((start, weight, end, text))
            continue
        first, best, last, kept = merged[-1]
        merged[-1] = (first, min(best, weight), max(last, end), text if weight < best else kept)
    return [(start, end, text) for start, _, end, text in merged]


def spread_edits(edits: Sequence[Edit], lengths: Sequence[int]) -> Iterator[list[Edit]]:
    """The edits of a joined text as edits of its pieces: the replacement stands where the value begins."""
    offset, first = 0, 0
    for length in lengths:
        stop = offset + length
        local: list[Edit] = []
        while first < len(edits) and edits[first][1] <= offset:
            first += 1
        for start, end, text in edits[first:]:
            if start >= stop:
                break
            if (low := max(start, offset)) < (high := min(end, stop)):
                local.append((low - offset, high - offset, text if start >= offset else ""))
        yield local
        offset = stop


def common_length(left: str | bytes, right: str | bytes) -> int:
    """How many characters two texts share from the start."""
    most = min(len(left), len(right))
    if left[:most] == right[:most]:
        return most
    return next(at for at in range(most) if left[at] != right[at])


def shift_edits(edits: Iterable[Edit], distance: int) -> list[Edit]:
    """The same edits further on in a longer text."""
    return [(start + distance, end + distance, text) for start, end, text in edits]
