"""Staging: one run at a time, found again after an interrupt, and a swap that leaves every file old or new."""

from __future__ import annotations

import json
import resource
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from coze_cassettes.cassette import format as cassette_format
from coze_cassettes.cassette import store
from coze_cassettes.cassette.model import Cassette, Interaction
from coze_cassettes.errors import CassetteError, Misuse
from coze_cassettes.rerecord import staging
from coze_cassettes.rerecord.staging import Recipe

MakeCassette = Callable[..., Cassette]
MakeInteraction = Callable[..., Interaction]
RECIPE = Recipe("https://api.coze.com", "account", "sources", cozepy="0.20.0")
FILE = "test_a/T.test_x.yaml"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for cassettes, and a place for temporary files beside it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    staging.home().mkdir(parents=True)
    (tmp_path / "cassettes").mkdir()
    return tmp_path / "cassettes"


@pytest.fixture
def one(cassette: MakeCassette, interaction: MakeInteraction) -> Cassette:
    """A cassette."""
    return cassette(interaction(answer={"code": 0}))


def staged() -> list[str]:
    """What is in the place for temporary files."""
    return [path.name for path in staging.home().iterdir()]


# --- one run at a time ----------------------------------------------------------------------------------------------


def test_a_second_run_is_refused_until_the_first_is_done(folder: Path) -> None:
    """The sentence says what to do; other cassettes are not concerned."""
    with (
        staging.alone(folder),
        staging.alone(folder.parent / "others"),
        pytest.raises(Misuse, match=r"^Another run is recording these cassettes: wait until it is done, or end it\.$"),
        staging.alone(folder),
    ):
        pass
    with staging.alone(folder):
        pass
    assert not (folder.parent / "others").exists()


@pytest.mark.loopback
def test_the_lock_of_a_killed_run_is_gone(folder: Path) -> None:
    """The kernel lets go of it."""
    code = "import sys, time; from pathlib import Path; from coze_cassettes.rerecord import staging\n"
    code += "with staging.alone(Path(sys.argv[1])): print('in', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"in\n"
        with pytest.raises(Misuse), staging.alone(folder):
            pass
        process.kill()
    with staging.alone(folder):
        pass


def test_what_a_killed_run_left_beside_cassettes_is_cleared(folder: Path, one: Cassette) -> None:
    """The cassettes stay."""
    store.write(folder / FILE, one)
    store.write_beside(folder / FILE, "half")
    staging.clear_unfinished(folder)
    assert [path.name for path in (folder / "test_a").iterdir()] == ["T.test_x.yaml"]


def test_a_folder_that_cannot_be_written_is_reported_before_anything_is_recorded(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sentence names the folder and the reason."""
    staging.require_writable(folder)

    def refused(**_options: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(tempfile, "TemporaryFile", refused)
    with pytest.raises(Misuse) as error:
        staging.require_writable(folder)
    assert str(error.value) == f"{folder} cannot be written to (Read-only file system): nothing was recorded."


def test_a_cache_folder_that_cannot_be_written_is_reported_with_the_fix(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Runs stage below it: the home of a container may be read-only."""
    (tmp_path / "file").touch()
    monkeypatch.setattr(staging, "_cache", lambda: tmp_path / "file" / "coze-cassettes")
    with pytest.raises(Misuse, match=r"coze-cassettes cannot be written to \(.+\): set XDG_CACHE_HOME to a"):
        staging.alone(folder).__enter__()


# --- going on -------------------------------------------------------------------------------------------------------


def interrupted(folder: Path, one: Cassette, recipe: Recipe = RECIPE) -> list[int]:
    """A run that ends when it has recorded one cassette; the number of those that wait."""
    result: list[int] = []
    with suppress(KeyboardInterrupt), staging.open_context(folder, recipe, result.append) as stage:
        stage.begin()
        store.write(stage.recorded / FILE, one)
        store.write_beside(stage.recorded / FILE, "half")
        (stage.folder / "replay-recorded").mkdir()
        raise KeyboardInterrupt
    return result


def resumed(folder: Path, recipe: Recipe = RECIPE, *, fresh: bool = False) -> frozenset[str]:
    """What the next run need not record; it then succeeds."""
    with staging.open_context(folder, recipe, lambda _count: None, fresh=fresh) as stage:
        stage.begin()
        stage.done = True
        assert sorted(path.name for path in stage.folder.iterdir()) == ["recipe.json", "recorded"]
        assert [path for path in stage.recorded.rglob(".*") if path.is_file()] == []
        return stage.earlier


def test_what_an_interrupted_run_recorded_waits_for_the_next(folder: Path, one: Cassette) -> None:
    """It is private, and goes away with success."""
    assert interrupted(folder, one) == [1]
    (place,) = staging.home().iterdir()
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert resumed(folder) == {FILE}
    assert staged() == []


OTHERS = [
    replace(RECIPE, account="another"),
    replace(RECIPE, sources="edited"),
    replace(RECIPE, cozepy="0.21.0"),
    replace(RECIPE, keyword="bots"),
    replace(RECIPE, account=""),
]


@pytest.mark.parametrize("recipe", OTHERS)
def test_nothing_is_taken_from_a_run_that_was_made_from_something_else(
    recipe: Recipe, folder: Path, one: Cassette
) -> None:
    """Account, tests, SDK and selection must be the same."""
    interrupted(folder, one)
    assert resumed(folder, recipe) == frozenset()


def test_a_fresh_run_takes_nothing(folder: Path, one: Cassette) -> None:
    """With --fresh what waits is thrown away."""
    interrupted(folder, one)
    assert resumed(folder, fresh=True) == frozenset()


def test_what_waits_too_long_is_thrown_away(folder: Path, one: Cassette, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an hour the account may answer differently."""
    interrupted(folder, one)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + staging.KEPT_SECONDS)
    assert resumed(folder) == frozenset()


ELSEWHERE = replace(RECIPE, target="https://api.coze.cn")


@pytest.mark.parametrize("recipe", [ELSEWHERE, replace(ELSEWHERE, account=""), *OTHERS])
def test_a_run_of_something_else_throws_away_what_waits_once_it_begins(
    recipe: Recipe, folder: Path, one: Cassette
) -> None:
    """It says beforehand how many cassettes that is."""
    interrupted(folder, one)
    waiting = staged()
    with staging.open_context(folder, recipe, lambda _count: None) as stage:
        assert (stage.discarded, staged()) == (1, waiting)
        stage.begin()
        assert staged() == [stage.folder.name]
        assert store.files(stage.folder) == []
    assert staged() == []


@pytest.mark.parametrize("recipe", [RECIPE, ELSEWHERE, *OTHERS])
def test_a_run_that_is_called_off_leaves_what_waits(recipe: Recipe, folder: Path, one: Cassette) -> None:
    """The interrupted one is gone on with all the same; only of its own cassettes a run says that they wait."""
    interrupted(folder, one)
    result: list[int] = []
    with suppress(Misuse), staging.open_context(folder, recipe, result.append):
        raise Misuse
    assert result == ([1] if recipe == RECIPE else [])
    assert resumed(folder) == {FILE}


def test_a_damaged_cassette_is_recorded_again(folder: Path, one: Cassette) -> None:
    """Only sound ones are gone on with."""
    interrupted(folder, one)
    (place,) = staging.home().glob("*/recorded/test_a/*.yaml")
    place.write_text(place.read_text().replace("GET", "PUT"))
    assert resumed(folder) == frozenset()


def test_an_account_that_is_not_there_again_leaves_nothing(folder: Path, one: Cassette) -> None:
    """That of a stand-in which ends with the run."""
    assert interrupted(folder, one, replace(RECIPE, account="")) == []
    assert staged() == []


def test_leftovers_of_killed_runs_are_cleared_unless_they_can_be_gone_on_with(folder: Path, one: Cassette) -> None:
    """Those of other cassettes are not touched."""
    interrupted(folder, one)
    place = staging.home()
    (place / f"{staging.places(folder)}x").mkdir()
    (place / f"{staging.places(folder)}y").mkdir()
    manifest = {**RECIPE.__dict__, "account": "", "began": time.time()}
    (place / f"{staging.places(folder)}y" / staging.MANIFEST).write_text(json.dumps(manifest))
    (place / f"{staging.places(folder / 'others')}x").mkdir()
    assert len(staged()) == 4
    staging.clear_leftovers(folder)
    assert sorted(staged()) == sorted(
        [staging.places(folder) + staging.digest(RECIPE.target), f"{staging.places(folder / 'others')}x"]
    )


def test_a_staging_folder_of_another_user_is_refused(folder: Path) -> None:
    """A link or a folder that others can read is not used: its place is known beforehand."""
    place = staging.home() / (staging.places(folder) + staging.digest(RECIPE.target))
    place.mkdir(mode=0o755)
    with pytest.raises(Misuse, match="is not a private folder of yours: remove it"):
        resumed(folder)
    place.rmdir()
    place.symlink_to(folder)
    with pytest.raises(Misuse, match="is not a private folder of yours"):
        resumed(folder)


def test_the_digest_of_the_sources_changes_with_them(tmp_path: Path) -> None:
    """A test, or a conftest.py above the tests."""
    tests = tmp_path / "api" / "tests"
    tests.mkdir(parents=True)
    found = [staging.sources_digest(tmp_path, [tests])]
    for path in (tests / "test_a.py", tests.parent / "conftest.py"):
        path.write_text("x = 1")
        found.append(staging.sources_digest(tmp_path, [tests]))
    assert len(set(found)) == 3


# --- the swap -------------------------------------------------------------------------------------------------------


@pytest.fixture
def texts(cassette: MakeCassette, interaction: MakeInteraction) -> list[tuple[str, str]]:
    """Five cassettes, the last one the longest."""
    sizes = (0, 0, 0, 0, 6000)
    made = [cassette(interaction(answer={"number": number, "text": "x" * size})) for number, size in enumerate(sizes)]
    return [(f"test_a/T.test_{number}.yaml", cassette_format.dumps(each)) for number, each in enumerate(made)]


@pytest.fixture
def old(folder: Path, one: Cassette) -> str:
    """The text of five committed cassettes."""
    for number in range(5):
        store.write(folder / f"test_a/T.test_{number}.yaml", one)
    return (folder / "test_a/T.test_0.yaml").read_text()


def test_a_swap_replaces_all(folder: Path, texts: list[tuple[str, str]], old: str) -> None:
    """Nothing else is left in the folder."""
    staging.swap(folder, texts)
    assert {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*.*")} == dict(texts)


@contextmanager
def small_files(size: int) -> Iterator[None]:
    """No file may grow beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_replaces_none(folder: Path, texts: list[tuple[str, str]], old: str) -> None:
    """All are written before the first is renamed."""
    with small_files(4000), pytest.raises(CassetteError) as error:
        staging.swap(folder, texts)
    assert str(error.value) == "The new cassettes cannot be written (File too large): none was replaced."
    assert {path.read_text() for path in folder.rglob("*.*")} == {old}
    assert len(list(folder.rglob("*.*"))) == 5


def test_what_is_not_written_as_it_should_be_replaces_none(
    folder: Path, texts: list[tuple[str, str]], old: str
) -> None:
    """Each text is read back first."""
    with pytest.raises(CassetteError, match="its digest does not fit"):
        staging.swap(folder, [*texts[:2], (texts[2][0], texts[2][1].replace("GET", "PUT"))])
    assert {path.read_text() for path in folder.rglob("*.*")} == {old}


KILLED = """
import os, signal, sys
from pathlib import Path
from coze_cassettes.rerecord import staging

folder, source, count = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
rename, done = Path.replace, []

def replace(path, target):
    if len(done) == count:
        os.kill(os.getpid(), signal.SIGKILL)
    done.append(rename(path, target))

Path.replace = replace
staging.swap(folder, [(str(path.relative_to(source)), path.read_text()) for path in sorted(source.rglob("*.yaml"))])
"""


@pytest.mark.loopback
@pytest.mark.parametrize("count", [0, 1, 4])
def test_a_kill_in_the_middle_leaves_each_cassette_old_or_new(
    count: int, folder: Path, texts: list[tuple[str, str]], old: str
) -> None:
    """What it leaves beside them the next run clears."""
    source = folder.parent / "new"
    for name, text in texts:
        store.write_text(source / name, text)
    done = subprocess.run([sys.executable, "-c", KILLED, folder, source, str(count)], check=False)
    assert done.returncode == -signal.SIGKILL
    found = {path.relative_to(folder).as_posix(): path.read_text() for path in store.files(folder)}
    assert found == {name: text if place < count else old for place, (name, text) in enumerate(texts)}
    assert len(list(folder.rglob(".writing-*"))) == 5 - count
    staging.clear_unfinished(folder)
    staging.swap(folder, texts)
    assert {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*.*")} == dict(texts)


def test_a_recording_depends_on_the_whole_toolkit(tmp_path: Path) -> None:
    """Its tests, the conftest.py files above them, and every package of the toolkit: a changed rule resumes nothing."""
    tests = tmp_path / "tests" / "inner"
    tests.mkdir(parents=True)
    for path in (tests / "test_it.py", tests.parent / "conftest.py", tmp_path / "conftest.py"):
        path.touch()
    found = {path.name for path in staging.sources(tmp_path, [tests])}
    assert {"test_it.py", "conftest.py", "secrets.py", "plugin.py", "recorder.py", "staging.py"} <= found
