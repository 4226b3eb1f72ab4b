"""Where a run keeps what it records until it may stand: outside the tree, found again after an interrupt."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Final

import platformdirs
from filelock import FileLock, Timeout

import coze_cassettes
from coze_cassettes.cassette import store
from coze_cassettes.errors import CassetteError, InvalidCassette, Misuse
from coze_cassettes.rerecord.signals import defer_signals_context

KEPT_SECONDS: Final = 3600.0
"""How long an interrupted recording may be gone on with: after that the account may answer differently."""

PREFIX: Final = "coze-cassettes-"
MANIFEST: Final = "recipe.json"
RECORDED: Final = "recorded"


# --- the folder of the cassettes ------------------------------------------------------------------------------------


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other runs of this user off these cassettes until the block ends; Misuse if one is at work.

    The system lets go of the lock however this process ends. The folder is made, and removed again if it stays empty.
    """
    made = _make(folder)
    lock = FileLock(_own_folder("locks") / f"{digest(str(folder.resolve()))}.lock", timeout=0)
    try:
        with lock:
            yield
    except Timeout:
        raise Misuse("Another run is recording these cassettes: wait until it is done, or end it.") from None
    finally:
        for place in made:
            with suppress(OSError):  # it has cassettes now
                place.rmdir()


def _cache() -> Path:
    return platformdirs.user_cache_path("coze-cassettes", appauthor=False)


def _own_folder(name: str) -> Path:
    """A folder below the user's cache folder; Misuse if that is not to be written to."""
    try:
        (_cache() / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=_cache() / name):
            return _cache() / name
    except OSError as error:
        reason = f"{_cache()} cannot be written to ({error.strerror})"
        raise Misuse(f"{reason}: set XDG_CACHE_HOME to a folder that can be. Nothing was recorded.") from None


def home() -> Path:
    """Where runs stage: in the user's cache folder, since nobody else is to see it."""
    return _cache() / "staging"


def _make(folder: Path) -> list[Path]:
    """Makes a folder; the folders that were not there, the innermost first."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Misuse(f"{folder} cannot be made: {error.strerror}.") from None
    return missing


def require_writable(folder: Path) -> None:
    """Misuse if a file cannot be made in the folder or in one below it: before anything is recorded."""
    for place in (folder, *sorted(path for path in folder.rglob("*") if path.is_dir())):
        try:
            with tempfile.TemporaryFile(dir=place):
                pass
        except OSError as error:
            raise Misuse(f"{place} cannot be written to ({error.strerror}): nothing was recorded.") from None


def clear_unfinished(folder: Path) -> None:
    """Remove the temporary files that a killed run left beside cassettes."""
    for path in folder.rglob(f"{store.STAGING_PREFIX}*"):
        with suppress(OSError):
            path.unlink()


# --- what is staged -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Recipe:
    """What a recording was made from: only with all of it the same is it gone on with.

    ``account`` is a digest of what is configured, empty for an account that will not be there again; ``sources`` is
    one of the tests and of this package.
    """

    target: str
    account: str
    sources: str
    keyword: str = ""
    cozepy: str = field(default_factory=lambda: version("cozepy"))


def digest(*parts: str) -> str:
    """A short name for some texts, from which they cannot be derived."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def account_digest(values: Mapping[str, str]) -> str:
    """A digest of configured values."""
    return digest(*(text for pair in sorted(values.items()) for text in pair))


def sources_digest(root: Path, tests: Iterable[Path]) -> str:
    """A digest of the tests, of the conftest.py files above them, and of the toolkit."""
    found = sources(root, tests)
    return digest(*(text for path in found for text in (str(path), path.read_text("utf-8", "replace"))))


def sources(root: Path, tests: Iterable[Path]) -> list[Path]:
    """The files on which a recording depends."""
    paths = tuple(tests)
    folders = (*paths, Path(coze_cassettes.__file__).parent)
    files = {path for folder in folders for path in (folder.rglob("*.py") if folder.is_dir() else (folder,))}
    above = (place / "conftest.py" for path in paths for place in path.parents if place.is_relative_to(root))
    return sorted(path for path in (*files, *above) if path.is_file())


@dataclass
class Staging:
    """A staging folder: ``recorded`` is what pytest writes, ``earlier`` what an interrupted run had written.

    ``begin`` makes it, and removes ``others``: what interrupted runs of something else staged. Set ``done`` when
    nothing of it is worth going on with.
    """

    folder: Path
    recipe: Recipe | None = None
    earlier: frozenset[str] = frozenset()
    others: tuple[Path, ...] = ()
    begun: bool = False
    done: bool = False

    @property
    def recorded(self) -> Path:
        """The folder of the recorded cassettes."""
        return self.folder / RECORDED

    @property
    def discarded(self) -> int:
        """How many cassettes ``begin`` throws away."""
        return sum(len(store.files(other / RECORDED)) for other in self.others)

    @property
    def waiting(self) -> int:
        """How many cassettes the next run need not record."""
        resumable = self.recipe is not None and self.recipe.account and (self.begun or self.earlier)
        return len(store.files(self.recorded)) if resumable and not self.done else 0

    def begin(self) -> None:
        """Make room for this run, which nobody will call off any more."""
        for other in self.others:
            shutil.rmtree(other, ignore_errors=other != self.folder)
        self.begun = True
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.recorded.mkdir(exist_ok=True)
        manifest = self.folder / MANIFEST
        if self.recipe is not None and not manifest.exists():
            store.write_text(manifest, json.dumps({**asdict(self.recipe), "began": time.time()}))


def places(cassettes: Path) -> str:
    """How the staging folders for some cassettes begin."""
    return f"{PREFIX}{digest(str(cassettes))}-"


@contextmanager
def open_context(
    cassettes: Path, recipe: Recipe, kept: Callable[[int], object], *, fresh: bool = False
) -> Iterator[Staging]:
    """The staging folder for a recipe, with what an interrupted run of the same recorded; call it inside ``alone``.

    At the end of a run that has begun it is removed, unless cassettes in it wait for the next run: ``kept`` is called
    with how many. A run that was called off leaves everything as it was.
    """
    folder = home() / (places(cassettes) + digest(recipe.target))
    if os.path.lexists(folder):
        _require_private(folder)
    goes_on = not fresh and bool(recipe.account) and _recipe(folder) == recipe
    others = tuple(place for place in _places(cassettes) if place != folder or not goes_on)
    staging = Staging(folder, recipe, _earlier(folder) if goes_on else frozenset(), others)
    try:
        yield staging
    finally:
        with defer_signals_context():
            waiting = staging.waiting
            if staging.begun and not waiting:
                shutil.rmtree(folder, ignore_errors=True)
        if waiting:
            kept(waiting)


@contextmanager
def elsewhere(folder: Path) -> Iterator[Staging]:
    """A folder of the caller's, new or empty, that stays."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise Misuse(f"{folder} is not empty: name a new folder.")
    yield Staging(folder)


def clear_leftovers(cassettes: Path) -> None:
    """Remove what killed runs for these cassettes staged, unless it may be gone on with; call it inside ``alone``."""
    for folder in _places(cassettes):
        found = _recipe(folder)
        if found is None or not found.account:
            shutil.rmtree(folder, ignore_errors=True)


def _places(cassettes: Path) -> list[Path]:
    """The staging folders that are there for some cassettes."""
    return sorted(home().glob(places(cassettes) + "*"))


def _require_private(folder: Path) -> None:
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or (os.name == "posix" and status.st_mode & 0o077):
        raise Misuse(f"{folder} is not a private folder of yours: remove it.")


def _recipe(folder: Path) -> Recipe | None:
    """The recipe of a staged recording; None if there is none, or it is too old."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        young = 0 <= time.time() - manifest.pop("began") < KEPT_SECONDS
        return Recipe(**manifest) if young else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _earlier(folder: Path) -> frozenset[str]:
    """The sound cassettes of an interrupted run; whatever else it left is removed."""
    for path in folder.iterdir():
        if path.name not in (RECORDED, MANIFEST):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    recorded = folder / RECORDED
    clear_unfinished(recorded)
    return frozenset(path.relative_to(recorded).as_posix() for path in store.files(recorded) if _is_sound(path))


def _is_sound(path: Path) -> bool:
    try:
        store.read(path)
    except InvalidCassette:
        path.unlink()
        return False
    return True


def copy(cassettes: Path, folder: Path) -> None:
    """Copy cassettes into a new folder; unlike shutil.copytree it ends with the first file that has no room."""
    folder.mkdir()
    for path in store.files(cassettes):
        target = folder / path.relative_to(cassettes)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


# --- the swap -------------------------------------------------------------------------------------------------------


def swap(folder: Path, files: Iterable[tuple[str, str]]) -> None:
    """Put new texts in place of cassettes: all are written beside them and read back first, then each is renamed.

    An error before the first renaming, as of a full disk, leaves every file as it was; a kill leaves each one old or
    new.
    """
    written: list[tuple[Path, Path]] = []
    replaced = 0
    try:
        for name, text in files:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            written.append((store.write_beside(path, text), path))
        for temporary, _ in written:
            store.read(temporary)
        for temporary, path in written:
            temporary.replace(path)
            replaced += 1
    except OSError as error:
        what = f"only {replaced} of {len(written)} could be, run it again" if replaced else "none was replaced"
        raise CassetteError(f"The new cassettes cannot be written ({error.strerror}): {what}.") from None
    finally:
        for temporary, _ in written:
            temporary.unlink(missing_ok=True)
