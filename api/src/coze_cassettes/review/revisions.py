"""Reads the cassettes of two versions: commits of git, or the working tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from coze_cassettes.cassette.model import Cassette
from coze_cassettes.cassette.store import SUFFIX
from coze_cassettes.errors import Misuse
from coze_cassettes.inspection.judge import Judge, read_judged
from coze_cassettes.review import git

WORKING_TREE: Final = ""
"""The revision that stands for the files as they are."""


@dataclass(frozen=True)
class Range:
    """Two revisions to compare; an empty ``new`` is the working tree.

    With ``since_merge_base`` the last commit that both have in common stands for ``old``.
    """

    old: str
    new: str = WORKING_TREE
    since_merge_base: bool = False


@dataclass(frozen=True)
class Versions:
    """The cassettes that differ, by their path below the repository's root; ``refused`` are not to be shown."""

    old: Mapping[str, Cassette] = field(default_factory=dict)
    new: Mapping[str, Cassette] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)


def parse_range(text: str) -> Range:
    """``A..B``, ``A...B`` (since they parted), ``A`` (against the working tree), or nothing (``HEAD``)."""
    old, dots, new = text.partition("...") if "..." in text else text.partition("..")
    if any(each.startswith("-") for each in (old, new)):
        raise Misuse(f"{text!r} is not a range of revisions. Use A..B, or A to compare with the working tree.")
    if not dots:
        return Range(old or "HEAD")
    return Range(old or "HEAD", new or "HEAD", since_merge_base="..." in text)


def is_range(root: Path, text: str) -> bool:
    """Whether an argument names revisions rather than a file."""
    return ".." in text.replace("../", "") or is_revision(root, text)


def is_revision(root: Path, text: str) -> bool:
    """Whether an argument names one revision, and no file of the working tree."""
    return not (root / text).exists() and _resolves(root, text)


def has_path(here: Path, revisions: Range, path: str) -> bool:
    """Whether a path, as seen from a folder, is in the working tree or in one of two revisions."""
    if (here / path).exists():
        return True
    named = (each for each in (revisions.old, revisions.new) if each)
    try:
        return any(git.run(here, "ls-tree", "--name-only", each, "--", path) for each in named)
    except Misuse:  # the path is outside the repository, or nothing is committed yet
        return False


def _resolves(root: Path, text: str) -> bool:
    try:
        git.run(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{text}^{{commit}}")
    except Misuse:
        return False
    return True


def read_versions(root: Path, revisions: Range, folders: Iterable[Path], judge: Judge) -> Versions:
    """The cassettes below some folders that differ between two revisions, each judged before it may be shown."""
    old_revision = _merge_base(root, revisions) if revisions.since_merge_base else revisions.old
    paths = [folder.as_posix() for folder in folders]
    names = _changed_names(root, old_revision, revisions.new, paths)
    old_texts = dict(_blobs(root, old_revision, names))
    new_texts = dict(_files(root, names) if revisions.new == WORKING_TREE else _blobs(root, revisions.new, names))
    sides = {"old": old_texts, "new": new_texts}
    texts = {(side, name): text for side, found in sides.items() for name, text in found.items()}
    cassettes, refusals = read_judged(texts, judge)  # both at once, spread over the processors
    refused = {name: reason for (_, name), reason in refusals.items()}
    shown = [(side, name, each) for (side, name), each in cassettes.items() if name not in refused]
    old, new = ({name: each for at, name, each in shown if at == side} for side in sides)
    return Versions(old, new, refused)


def _merge_base(root: Path, revisions: Range) -> str:
    both = (revisions.old, revisions.new or "HEAD")
    try:
        return git.run(root, "merge-base", *both).decode().strip()
    except Misuse:
        if all(_resolves(root, each) for each in both):
            parted = f"{both[0]} and {both[1]} have no commit in common"
            raise Misuse(f"{parted}: if this clone is shallow, run git fetch --unshallow.") from None
        raise


def _changed_names(root: Path, old: str, new: str, paths: Sequence[str]) -> set[str]:
    """The names of cassettes that differ; untracked files of the working tree are new."""
    revisions = [old] if new == WORKING_TREE else [old, new]
    listed = git.run(root, "diff", "--name-only", "--no-renames", "-z", *revisions, "--", *paths)
    if new == WORKING_TREE:
        listed += git.run(root, "ls-files", "--others", "--exclude-standard", "-z", "--", *paths)
    return {name for name in git.names(listed) if name.endswith(SUFFIX)}


def _files(root: Path, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    for name in sorted(names):
        if (root / name).is_file():
            yield name, (root / name).read_text("utf-8", "replace")


def _blobs(root: Path, revision: str, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The texts of files in a commit."""
    wanted = {f"{revision}:{name}": name for name in sorted(names)}
    for asked, text in read_objects(root, wanted):
        yield wanted[asked], text


def read_objects(root: Path, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The texts of git's objects, read by one git process; one that is missing is left out."""
    asked = list(names)
    if strange := next((name for name in asked if "\n" in name), None):
        raise Misuse(f"{strange!r} has a line end in its name: rename it.")
    given = "".join(f"{name}\n" for name in asked).encode("utf-8", "surrogateescape")
    output, position = git.run(root, "cat-file", "--batch", given=given), 0
    for name in asked:
        end = output.index(b"\n", position)
        header = output[position:end].split(b" ")
        position = end + 1
        if header[-1] == b"missing":
            continue
        size = int(header[-1])
        yield name, output[position : position + size].decode("utf-8", "replace")
        position += size + 1
