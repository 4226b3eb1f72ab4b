"""The files: reads or writes whole cassettes, atomically, with a digest."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Final

from coze_cassettes.cassette import format as cassette_format
from coze_cassettes.cassette import layout
from coze_cassettes.cassette.model import Cassette
from coze_cassettes.cassette.provenance import PROVENANCES
from coze_cassettes.errors import InvalidCassette

SUFFIX = ".yaml"
STAGING_PREFIX = ".writing-"
"""How the temporary file beside a cassette is called: a kill can leave one, never a half cassette."""

_REMEMBERED: Final = 100_000
"""Characters of a file up to which it is taken apart once, however many tests share it."""


def digest(cassette: Cassette) -> str:
    """``sha256:`` of the interactions, and of the bare placeholders that the metadata list."""
    wire = cassette_format.canonical(cassette.interactions, cassette.metadata.placeholders)
    return "sha256:" + hashlib.sha256(wire).hexdigest()


def seal(cassette: Cassette) -> Cassette:
    """The cassette with its digest."""
    return replace(cassette, metadata=replace(cassette.metadata, digest=digest(cassette)))


def read(path: Path) -> Cassette:
    """The cassette in a file; InvalidCassette if it is missing, damaged, of unknown provenance or edited by hand."""
    try:
        with path.open("rb", buffering=0) as file:
            text = file.readall().decode("utf-8")
    except FileNotFoundError as error:
        raise InvalidCassette(f"{path}: there is no such cassette") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidCassette(f"{path}: it cannot be read ({type(error).__name__})") from error
    try:
        return _remembered(text) if len(text) <= _REMEMBERED else _load_valid(text)
    except InvalidCassette as error:
        raise InvalidCassette(f"{path}: {error}") from error


def _load_valid(text: str) -> Cassette:
    cassette = layout.read_sealed(text)
    is_sealed = cassette is not None and _is_sealed(cassette)
    if cassette is None or not is_sealed:
        cassette = cassette_format.loads(text)
        is_sealed = _is_sealed(cassette)
    if cassette.metadata.recorded_from not in PROVENANCES:
        raise InvalidCassette(f"recorded_from must be one of {', '.join(PROVENANCES)}")
    if not is_sealed:
        raise InvalidCassette("edited by hand, its digest does not fit; record it again")
    return cassette


def _is_sealed(cassette: Cassette) -> bool:
    return cassette.metadata.digest == digest(cassette)


_remembered: Final = lru_cache(maxsize=64)(_load_valid)


def read_all(folder: Path) -> dict[str, Cassette]:
    """Every cassette below a folder, by its path from there; InvalidCassette for the first that ``read`` refuses."""
    return {path.relative_to(folder).as_posix(): read(path) for path in files(folder)}


def write(path: Path, cassette: Cassette) -> None:
    """Write a cassette with its digest: a temporary file in the same folder, then one rename."""
    write_text(path, cassette_format.dumps(seal(cassette)))


def write_text(path: Path, text: str) -> None:
    """Replace a file in one step, so that a kill at any moment leaves the old or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = write_beside(path, text)
    try:
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_beside(path: Path, text: str) -> Path:
    """Write a text to a temporary file in the folder of ``path``, ready to be renamed; an error leaves none."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=STAGING_PREFIX)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(0o644)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def files(folder: Path) -> list[Path]:
    """All cassette files under a folder, in order."""
    return [path for path in files_below(folder) if path.suffix == SUFFIX]


def files_below(folder: Path) -> list[Path]:
    """All files under a folder, in order; InvalidCassette if a folder in it cannot be read, and would be overlooked.

    A replay finds cassettes behind links to folders too, so these are followed, to each folder once.
    """
    found: list[Path] = []
    seen: set[str] = set()
    for place, folders, names in os.walk(folder, onerror=_refuse_unreadable, followlinks=True):
        real = os.path.realpath(place)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        links = {name for name in folders if Path(place, name).is_symlink()}
        folders[:] = [*sorted(set(folders) - links), *sorted(links)]
        found += [Path(place, name) for name in names]
    return sorted(found)


def _refuse_unreadable(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        raise InvalidCassette(f"{error.filename}: it cannot be read ({error.strerror})")
