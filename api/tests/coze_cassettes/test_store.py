"""The files: read whole or refused, written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from coze_cassettes.cassette import format as cassette_format
from coze_cassettes.cassette import store
from coze_cassettes.cassette.model import Cassette, Interaction
from coze_cassettes.errors import InvalidCassette

MakeCassette = Callable[..., Cassette]
MakeInteraction = Callable[..., Interaction]


@pytest.fixture
def kept(cassette: MakeCassette, interaction: MakeInteraction) -> Cassette:
    """A cassette with one interaction."""
    return cassette(interaction(answer={"code": 0}))


def test_what_was_written_is_read(tmp_path: Path, kept: Cassette) -> None:
    """Folders are made, nothing else is left in them."""
    path = tmp_path / "module" / "test.yaml"
    store.write(path, kept)
    assert store.read(path) == kept
    assert [each.name for each in path.parent.iterdir()] == ["test.yaml"]


def test_a_file_that_two_tests_share_is_taken_apart_once(tmp_path: Path, kept: Cassette) -> None:
    """What is in it decides, so that a changed file is judged anew, also within the same second."""
    path = tmp_path / "test.yaml"
    store.write(path, kept)
    assert store.read(path) is store.read(path)
    path.write_text(path.read_text("utf-8").replace('"code": 0', '"code": 1'), "utf-8")
    with pytest.raises(InvalidCassette, match="edited by hand"):
        store.read(path)


def test_a_cassette_is_judged_once(tmp_path: Path, kept: Cassette, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each replayed test waits for its digest."""
    path = tmp_path / "test.yaml"
    store.write(path, kept)
    judged: list[Cassette] = []
    digest = store.digest

    def count(cassette: Cassette) -> str:
        judged.append(cassette)
        return digest(cassette)

    monkeypatch.setattr(store, "digest", count)
    text = path.read_text("utf-8")
    path.write_text(f"{text}...\n", "utf-8")  # no other test has read this text
    assert store.read(path) == kept
    assert judged == [kept]


def test_json_that_is_indented_in_another_way_is_the_same(tmp_path: Path, kept: Cassette) -> None:
    """A formatter has been there: the wire that the digest is of has not changed."""
    path = tmp_path / "test.yaml"
    store.write(path, kept)
    indented = path.read_text("utf-8")
    path.write_text(indented.replace('  "code": 0', '"code" :  0'), "utf-8")
    assert indented != path.read_text("utf-8")
    assert store.read(path) == kept


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"code": 0', '"code": 1', "edited by hand, its digest does not fit; record it again"),
        (
            "recorded_from: stand-in",
            "recorded_from: nowhere",
            "recorded_from must be one of coze.com, coze.cn, coze-studio, stand-in",
        ),
        ("metadata:", "metedata:", "it is not in this project's format (KeyError: 'metadata')"),
    ],
)
def test_a_file_that_is_not_right_is_refused(tmp_path: Path, kept: Cassette, old: str, new: str, message: str) -> None:
    """A hand edit, an unknown provenance, missing metadata."""
    path = tmp_path / "test.yaml"
    store.write(path, kept)
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(InvalidCassette) as error:
        store.read(path)
    assert str(error.value) == f"{path}: {message}"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The message says which."""
    with pytest.raises(InvalidCassette, match=r"test\.yaml: there is no such cassette"):
        store.read(tmp_path / "test.yaml")


def test_a_folder_that_cannot_be_read_is_not_overlooked(
    tmp_path: Path, kept: Cassette, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else what is in it would count as checked."""
    store.write(tmp_path / "a" / "b.yaml", kept)
    assert store.files(tmp_path) == [tmp_path / "a" / "b.yaml"]
    assert store.files(tmp_path / "c") == []
    real = os.scandir

    def scandir(path: str) -> object:
        if Path(path).name == "a":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(InvalidCassette) as refused:
        store.files(tmp_path)
    assert str(refused.value) == f"{tmp_path / 'a'}: it cannot be read (Permission denied)"


def test_a_write_that_fails_leaves_the_old_file(
    tmp_path: Path, kept: Cassette, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old cassette is whole, and no temporary file stays."""
    path = tmp_path / "test.yaml"
    store.write(path, kept)
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        store.write(path, replace(kept, interactions=()))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_the_digest_is_of_the_wire_not_of_the_layout(kept: Cassette) -> None:
    """Comments and metadata do not count, a changed byte does."""
    read = cassette_format.loads("# a comment\n" + cassette_format.dumps(kept))
    assert store.digest(read) == kept.metadata.digest
    changed = replace(kept.interactions[0], response=replace(kept.interactions[0].response, status=201))
    assert store.digest(replace(kept, interactions=(changed,))) != kept.metadata.digest
