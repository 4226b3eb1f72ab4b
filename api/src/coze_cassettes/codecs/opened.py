"""What an opened file is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

Close = Callable[[list[bytes]], bytes]


@dataclass(frozen=True)
class Opened:
    """The members of a file, and how to put it together again from as many new ones.

    ``is_whole`` says that there is nothing in it but the members.
    """

    members: Sequence[bytes]
    close: Close
    is_whole: bool = True
