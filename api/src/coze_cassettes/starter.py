"""What a project needs to begin: the lines of configuration, a first test, the rules of git."""

from __future__ import annotations

import json
import re
import shlex
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from coze_cassettes.cassette import store
from coze_cassettes.errors import Misuse
from coze_cassettes.pytest_settings import PytestSettings

TESTS: Final = "tests"
"""The folder of tests where pytest's testpaths name none; those that talk to Coze go into a folder in it."""

COZE: Final = "coze"
MODULE: Final = "first_cassette"
CASSETTES: Final = "cassettes"
FIRST_TEST: Final = '''\
"""A first recorded test: `coze-cassettes rerecord` records it, `pytest` replays it without a network."""

import pytest
from cozepy import Coze, TokenAuth

from coze_cassettes import Account


@pytest.mark.vcr
def test_a_token_belongs_to_a_user(account: Account) -> None:
    """Given a token, when its user is asked for, then Coze says who it is."""
    coze = Coze(auth=TokenAuth(account.value("API_TOKEN")))
    assert coze.users.me().user_id
'''
OF_GIT: Final[Mapping[str, str]] = {
    ".gitignore": ".env",
    ".gitattributes": f"{CASSETTES}/**/*.yaml text eol=lf",
}
"""The rules of git: the file with the token is not committed, and the lines of cassettes end alike everywhere."""

_LINES: Final = """\
# coze-cassettes records and replays the tests marked vcr below these paths ...
coze_tests = {tests}
# ... into this folder, one file a test.
cassettes_dir = {cassettes}
"""


def _ini(tests: str) -> str:
    return _LINES.format(tests=shlex.quote(tests), cassettes=CASSETTES)


def _toml(tests: str) -> str:
    return _LINES.format(tests=json.dumps([tests], ensure_ascii=False), cassettes=f'"{CASSETTES}"')


_SECTIONS: Final[Mapping[str, tuple[str, Callable[[str], str]]]] = {
    "pytest.ini": ("[pytest]", _ini),
    ".pytest.ini": ("[pytest]", _ini),
    "tox.ini": ("[pytest]", _ini),
    "setup.cfg": ("[tool:pytest]", _ini),
    "pytest.toml": ("[pytest]", _toml),
    ".pytest.toml": ("[pytest]", _toml),
    "pyproject.toml": ("[tool.pytest.ini_options]", _toml),
}
"""Of each file that pytest reads its configuration from: the section, and what writes the lines in it."""


@dataclass(frozen=True)
class Edit:
    """A file that is to be made, or to be given some lines; ``added`` are these lines, ``text`` is the whole file.

    ``write`` leaves a link what it is: the file that it names gets the lines.
    """

    path: Path
    added: str
    text: str

    def write(self) -> None:
        """Writes the file in one step; one that was there keeps who may read and write it."""
        path = self.path.resolve()
        mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else None
        store.write_text(path, self.text)
        if mode is not None:
            path.chmod(mode)


def plan_start(settings: PytestSettings) -> tuple[Edit, ...]:
    """What is to be written in a project; nothing of what is there already. Misuse if it has opted in."""
    if settings.coze_tests:
        raise Misuse(f"This project has opted in already: coze_tests = {' '.join(settings.coze_tests)}.")
    return tuple(_edits(settings))


def _edits(settings: PytestSettings) -> Iterator[Edit]:
    root = settings.rootdir
    pyproject = root / "pyproject.toml"
    tests = f"{_tests_folder(settings)}/{COZE}"
    yield _configuration(settings.inipath or (pyproject if pyproject.exists() else root / "pytest.ini"), tests)
    test = root / tests / _module_name(settings.python_files)
    if not test.exists():
        yield Edit(test, FIRST_TEST, FIRST_TEST)
    for name, line in OF_GIT.items():
        before = _read(root / name)
        if line not in before.splitlines():
            yield Edit(root / name, f"{line}\n", f"{_whole_lines(before)}{line}{_line_end(before)}")


def _tests_folder(settings: PytestSettings) -> str:
    """The folder in which pytest finds a test without being given a path."""
    folders = (each.rstrip("/") for each in settings.testpaths)
    return next((each for each in folders if each != "." and (settings.rootdir / each).is_dir()), TESTS)


def _module_name(patterns: Sequence[str]) -> str:
    """The name of a module that pytest collects: the usual one, or one that fits the first pattern with one star."""
    name = f"test_{MODULE}.py"
    if any(fnmatch(name, pattern) for pattern in patterns):
        return name
    return next((each.replace("*", MODULE, 1) for each in patterns if re.fullmatch(r"[\w-]*\*[\w-]*\.py", each)), name)


def _configuration(path: Path, tests: str) -> Edit:
    if path.name not in _SECTIONS:
        raise Misuse(f"{path.name} is not one of pytest's own files: set coze_tests in it yourself.")
    section, write = _SECTIONS[path.name]
    lines = write(tests)
    before = _read(path)
    text, end = _whole_lines(before), _line_end(before)
    if path.name == "pyproject.toml" and _head("[tool.pytest]", text):
        section = "[tool.pytest]"
    if head := _head(section, text):
        return Edit(path, lines, f"{text[: head.end()]}{lines.replace(chr(10), end)}{text[head.end() :]}")
    added = f"{section}\n{lines}"
    ours = added.replace("\n", end)
    return Edit(path, added, f"{before.rstrip()}{end}{end}{ours}" if before.strip() else ours)


def _head(section: str, text: str) -> re.Match[str] | None:
    return re.search(rf"(?m)^{re.escape(section)}[ \t]*(?:[#;][^\r\n]*)?\r?\n", text)


def _line_end(text: str) -> str:
    """How the lines of a file end; what is added ends so too."""
    return "\r\n" if "\r\n" in text else "\n"


def _whole_lines(text: str) -> str:
    """The text with the end of its last line."""
    return text if not text or text.endswith("\n") else f"{text}{_line_end(text)}"


def _read(path: Path) -> str:
    """The text of a file with its own line ends."""
    try:
        return path.read_bytes().decode("utf-8") if path.exists() else ""
    except UnicodeDecodeError:
        raise Misuse(f"{path} is not in UTF-8: save it in that encoding, then run the command again.") from None
