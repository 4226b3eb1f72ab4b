"""Spreads work over the processors of the machine."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Final, Protocol, TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

_CHUNK: Final = 10
"""Items that a process gets at a time."""


def processors() -> int:
    """How many processors this process may use: a container or ``taskset`` may leave it fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Map(Protocol):
    """What calls a function for each item and has the results in their order: ``map``, or several processes."""

    def __call__(self, function: Callable[[_Item], _Result], items: Sequence[_Item], /) -> Iterable[_Result]:
        """The results, in the order of the items."""


class Processes:
    """A ``Map`` in several processes, if each gets ``share`` items: a process takes most of a second to start.

    The function, an item and a result can be pickled. An error is raised as if there were one process.
    """

    def __init__(self, share: int) -> None:
        """Take the number of items that are worth a process."""
        self._share = share

    def __call__(self, function: Callable[[_Item], _Result], items: Sequence[_Item], /) -> Iterable[_Result]:
        """The results, in the order of the items."""
        workers = min(processors(), len(items) // self._share)
        if workers < 2:  # noqa: PLR2004  one is this one
            return list(map(function, items))
        spawn = multiprocessing.get_context("spawn")  # a fork of a process that has threads may hang
        with ProcessPoolExecutor(workers, mp_context=spawn) as pool:
            return list(pool.map(function, items, chunksize=_CHUNK))
