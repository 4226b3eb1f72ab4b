"""The exit codes of the commands."""

from __future__ import annotations

from typing import Final

UNCHANGED: Final = 0
FAILED: Final = 1
MISUSED: Final = 2
CHANGED: Final = 3
INTERRUPTED: Final = 130
