"""How many of something, in words."""

from __future__ import annotations


def pluralize(number: float, one: str, many: str = "") -> str:
    """A number with its noun: ``1 test``, ``2 tests``; ``many`` is the plural where it is not ``one`` with an s."""
    return f"{number:.15g} {one if number == 1 else many or one + 's'}"
