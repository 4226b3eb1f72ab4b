"""The environment of a command: the shell's, with what the ``.env`` file beside the project adds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from coze_cassettes.errors import Misuse


def read_environment(root: Path, shell: Mapping[str, str]) -> dict[str, str]:
    """The variables of ``.env``, read as python-dotenv does, overruled by the shell's.

    Coze's variables that are empty count as unset; a name without a value is none.
    """
    try:
        found = dotenv_values(root / ".env", encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Misuse(f".env cannot be read ({type(error).__name__}).") from None
    everything = {**{name: value for name, value in found.items() if value is not None}, **shell}
    return {name: value for name, value in everything.items() if value or not name.startswith("COZE_")}
