"""Moves the places at which a stream was cut into chunks, once its lines were edited."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate, pairwise

from coze_cassettes.codecs.edits import common_length


def moved_chunks(old: bytes, new: bytes, chunks: tuple[int, ...]) -> tuple[int, ...]:
    """Sizes of the chunks of a body whose lines were edited.

    A cut stays in its line, at the same distance from its start or, behind what was edited, from its end.
    """
    if old == new or not chunks:
        return chunks
    old_starts, new_starts = _line_starts(old), _line_starts(new)
    bounds = [0]
    for position in accumulate(chunks[:-1]):
        line = bisect_right(old_starts, position) - 1
        if line + 1 >= len(new_starts):
            bounds.append(len(new))
            continue
        before, after = (
            part[starts[line] : starts[line + 1]] for part, starts in ((old, old_starts), (new, new_starts))
        )
        bounds.append(new_starts[line] + _moved_cut(before, after, position - old_starts[line]))
    bounds = [*sorted(bounds), len(new)]
    return tuple(end - start for start, end in pairwise(bounds) if end > start)


def _line_starts(body: bytes) -> list[int]:
    """Where each line begins, and the end of the last."""
    starts = [0, *(match.end() for match in re.finditer(b"\n", body))]
    return starts if starts[-1] == len(body) else [*starts, len(body)]


def _moved_cut(old: bytes, new: bytes, column: int) -> int:
    """Where a cut in a line is once the line was edited."""
    prefix = common_length(old, new)
    if column <= prefix:
        return column
    from_end = len(old) - column
    suffix = common_length(old[::-1], new[::-1])
    return len(new) - from_end if from_end <= min(suffix, len(new) - prefix) else prefix
