"""Converts at once what ``git diff`` asks for one file at a time.

Git starts one process for each version of each file, and most of its time is the start of Python. So the first one
converts all the cassettes that differ, and the others find their lines in a folder, under the name of git's object.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from coze_cassettes.cassette.store import SUFFIX
from coze_cassettes.errors import Misuse
from coze_cassettes.review import git, textconv
from coze_cassettes.review.revisions import read_objects

_MISSING = "0" * 40
"""What git says of a file whose object it has not made: one of the working tree."""


def fill(root: Path, folder: Path) -> None:
    """Write the lines of every cassette that differs from HEAD, or that HEAD changed, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = {path.name for path in folder.iterdir()}
    objects = {name: file for name, file in _objects(root) if name not in kept}
    for name, text in read_objects(root, objects):
        _write(folder / name, objects[name], text)
    files = _of_the_working_tree(root)
    given = "".join(f"{file}\n" for file in files).encode("utf-8", "surrogateescape")
    names = git.run(root, "hash-object", "--no-filters", "--stdin-paths", given=given).decode().split()
    for name, file in zip(names, files, strict=True):
        if name not in kept:
            _write(folder / name, file, (root / file).read_text("utf-8", "surrogateescape"))


def _write(path: Path, file: str, text: str) -> None:
    lines = "\n".join(textconv.convert(Path(file).name, text)) + "\n"
    temporary = path.with_suffix(".part")
    temporary.write_text(lines, "utf-8", errors="surrogateescape")
    temporary.replace(path)


def _objects(root: Path) -> Iterator[tuple[str, str]]:
    """The objects of git on both sides of a comparison, with the names of their files."""
    for revisions in (("HEAD",), ("HEAD~1", "HEAD"), ("@{upstream}", "HEAD")):
        try:
            raw = git.run(root, "diff", "--raw", "-z", "--no-abbrev", "--no-renames", *revisions, "--", f"*{SUFFIX}")
        except Misuse:  # there is no such commit
            continue
        fields = git.names(raw)
        for about, file in zip(fields[::2], fields[1::2], strict=False):
            yield from ((name, file) for name in about.split(" ")[2:4] if name != _MISSING)


def _of_the_working_tree(root: Path) -> list[str]:
    return git.names(git.run(root, "diff", "--name-only", "-z", "--diff-filter=d", "HEAD", "--", f"*{SUFFIX}"))
