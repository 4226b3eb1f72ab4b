"""What belongs together in two sequences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import TypeVar

T = TypeVar("T")


def pairs(old: Sequence[T], new: Sequence[T], key: Callable[[T], str]) -> Iterator[tuple[T | None, T | None]]:
    """Pairs of what has the same key or stands between such, in order; None stands beside what has no counterpart."""
    matcher = SequenceMatcher(None, [key(each) for each in old], [key(each) for each in new], autojunk=False)
    for _, low, high, new_low, new_high in matcher.get_opcodes():
        left, right = old[low:high], new[new_low:new_high]
        for index in range(max(len(left), len(right))):
            yield (left[index] if index < len(left) else None), (right[index] if index < len(right) else None)


def matched_pairs(old: Sequence[T], new: Sequence[T], key: Callable[[T], str]) -> Iterator[tuple[T, T]]:
    """The pairs that have both sides."""
    for left, right in pairs(old, new, key):
        if left is not None and right is not None:
            yield left, right
