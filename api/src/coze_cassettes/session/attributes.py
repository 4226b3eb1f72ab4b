"""Replaces attributes of modules or classes for a while."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import TracebackType

Changes = Mapping[tuple[object, str], object]
"""The new values of attributes, each named by its owner and its name."""


class Replaced(AbstractContextManager[None]):
    """Gives attributes other values, and back their own at the end.

    Every replayed test does so, several times: a ``mock.patch.object`` for each attribute takes three times as long,
    and a generator as a context manager twice.
    """

    def __init__(self, changes: Changes) -> None:
        """Take the changes; nothing is changed yet."""
        self._changes = changes
        self._originals: list[tuple[object, str, object]] = []

    def __enter__(self) -> None:
        """Change the attributes."""
        self._originals = [(owner, name, vars(owner)[name]) for owner, name in self._changes]
        for (owner, name), value in self._changes.items():
            setattr(owner, name, value)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /
    ) -> None:
        """Give them back their own values."""
        for owner, name, value in self._originals:
            setattr(owner, name, value)
