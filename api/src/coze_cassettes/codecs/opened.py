"""What an opened file is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from coze_cassettes.errors import UnreadableBody

Close = Callable[[list[bytes]], bytes]


@dataclass(frozen=True)
class Opened:
    """The members of a file, and how to put it together again from as many new ones.

    ``is_whole`` says that there is nothing in it but the members.
    """

    members: Sequence[bytes]
    close: Close
    is_whole: bool = True


def digest_of(data: bytes) -> str:
    """How ``allow_opaque`` names a file."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def refuse_change(data: bytes, what: str) -> UnreadableBody:
    """What says that a value in a file is to be replaced, and that the file cannot be written anew."""
    return UnreadableBody(f"it is {what} that holds what must be replaced, which cannot be done ({digest_of(data)})")
