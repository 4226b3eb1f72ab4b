"""The ``.env`` file beside a project: what the shell does not say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from coze_cassettes.errors import Misuse

_LINE = re.compile(r"^\s*(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?P<value>.*?)\s*$")


def read_environment(root: Path, shell: Mapping[str, str]) -> dict[str, str]:
    """The variables of ``.env`` beside the project, overruled by the shell's; Coze's that are empty count as unset."""
    file = root / ".env"
    try:
        found = parse_env_file(file.read_text("utf-8")) if file.exists() else {}
    except (OSError, UnicodeDecodeError) as error:
        raise Misuse(f".env cannot be read ({type(error).__name__}).") from None
    everything = {**found, **shell}
    return {name: value for name, value in everything.items() if value or not name.startswith("COZE_")}


def parse_env_file(text: str) -> dict[str, str]:
    """The variables of a ``.env`` file: ``KEY=VALUE`` lines, with ``export`` and quotes if need be."""
    found = {}
    for line in text.splitlines():
        match = _LINE.match(line)
        if match is not None:
            found[match["name"]] = _unquoted(match["value"])
    return found


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return value.partition(" #")[0].rstrip()
