"""What pytest itself costs."""

from __future__ import annotations

import pytest
from kinds import COPIES

pytestmark = pytest.mark.parametrize("number", COPIES)


def test_empty(number: int) -> None:
    """Nothing."""


async def test_empty_async(number: int) -> None:
    """Nothing in an event loop."""
