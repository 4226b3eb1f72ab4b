"""Which rows of a table the quick run takes."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

ONE_IN = 24
"""Of how many rows the quick run takes one, where each row takes long."""


def some(rows: Iterable[object]) -> list[object]:
    """The rows as parameters of a test; all but one in 24 are left to ``scripts/prove.sh``."""
    return [
        pytest.param(each, marks=[pytest.mark.proof] if number % ONE_IN else []) for number, each in enumerate(rows)
    ]
