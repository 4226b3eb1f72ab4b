"""The environment of a command: the shell's, with what the ``.env`` file beside the project adds."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from coze_cassettes.errors import Misuse


def read_environment(root: Path, shell: Mapping[str, str]) -> dict[str, str]:
    """The variables of ``.env``, read as python-dotenv does, overruled by the shell's.

    Coze's variables are without the blanks around them, and those that are empty count as unset; a name without a value
    is none. Misuse names the file if it cannot be read, and the line that python-dotenv would leave out.
    """
    found = dotenv_values(stream=io.StringIO(_read_text(root / ".env")))
    everything = {**{name: value for name, value in found.items() if value is not None}, **shell}
    coze = {name: value.strip() for name, value in everything.items() if name.startswith("COZE_")}
    others = {name: value for name, value in everything.items() if name not in coze}
    return others | {name: value for name, value in coze.items() if value}


def _read_text(path: Path) -> str:
    """The text of the file, each line of which can be read; an empty string if there is none."""
    if not (path.is_file() or path.is_fifo()):  # an environment of Python may have that name
        return ""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise Misuse(f"{path} is not in UTF-8: save it in that encoding.") from None
    except OSError as error:
        raise Misuse(f"{path} cannot be read ({error.strerror}).") from None
    if wrong := next((each.original for each in parse_stream(io.StringIO(text)) if each.error), None):
        begin = len(wrong.string) - len(wrong.string.lstrip())  # the blank lines before it belong to it
        raise _unreadable(path, wrong.line + wrong.string[:begin].count("\n"))
    if "\0" in text:
        raise _unreadable(path, text[: text.index("\0")].count("\n") + 1)
    return text


def _unreadable(path: Path, line: int) -> Misuse:
    return Misuse(f"{path} cannot be read in line {line}: a line is NAME=value, or a remark behind #.")
