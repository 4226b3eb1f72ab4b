"""Prints lines: paged in colour on a terminal, plain when piped."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import nullcontext

from rich.console import Console
from rich.text import Text


def print_lines(lines: Iterable[Text]) -> None:
    """Print lines as they come; on a terminal through the pager of the environment."""
    on_terminal = sys.stdout.isatty()
    console = Console(highlight=False, markup=False, soft_wrap=True)
    with console.pager(styles=True) if on_terminal else nullcontext():
        for line in lines:
            console.print(line)
