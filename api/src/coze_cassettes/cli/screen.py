"""Prints lines: paged in colour on a terminal, plain when piped."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import nullcontext

from rich.console import Console
from rich.text import Text


def print_lines(lines: Iterable[Text]) -> None:
    """Print lines as they come; on a terminal through the pager of the environment."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    if not console.is_terminal:  # rich would take some 0.4 ms a line to find that it has no colour
        console.file.writelines(f"{line.plain}\n" for line in lines)
        return
    with console.pager(styles=True) if sys.stdout.isatty() else nullcontext():
        for line in lines:
            console.print(line)
