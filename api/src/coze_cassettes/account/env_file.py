"""The environment of a command: the shell's, with what the ``.env`` file beside the project adds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from coze_cassettes.errors import Misuse


def read_environment(root: Path, shell: Mapping[str, str]) -> dict[str, str]:
    """The variables of ``.env``, read as python-dotenv does, overruled by the shell's.

    Coze's variables are without the blanks around them, and those that are empty count as unset; a name without a value
    is none.
    """
    try:
        found = dotenv_values(root / ".env", encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Misuse(".env is not in UTF-8: save it in that encoding.") from None
    except OSError as error:
        raise Misuse(f".env cannot be read ({error.strerror}).") from None
    everything = {**{name: value for name, value in found.items() if value is not None}, **shell}
    coze = {name: value.strip() for name, value in everything.items() if name.startswith("COZE_")}
    others = {name: value for name, value in everything.items() if name not in coze}
    return others | {name: value for name, value in coze.items() if value}
