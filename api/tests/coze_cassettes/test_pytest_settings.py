"""The command line and the plugin read one configuration: pytest's, wherever it stands."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from coze_cassettes.cli.project import with_absolute_paths
from coze_cassettes.coze_tests import CozeTests
from coze_cassettes.errors import Misuse
from coze_cassettes.pytest_settings import PytestSettings, read_settings

OPTED_IN = 'coze_tests = ["a", "b c"]\ncassettes_dir = "recordings"\n'
PLAIN = 'coze_tests = a "b c"\ncassettes_dir = recordings\n'

PLACES = {
    "pyproject.toml": f"[tool.pytest.ini_options]\n{OPTED_IN}",
    "pytest.toml": f"[pytest]\n{OPTED_IN}",
    "pytest.ini": f"[pytest]\n{PLAIN}",
    "tox.ini": f"[pytest]\n{PLAIN}",
    "setup.cfg": f"[tool:pytest]\n{PLAIN}",
}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", PLACES)
def test_every_place_of_configuration_is_read(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the project's folder and from one below it."""
    expected = PytestSettings(
        tmp_path, ("a", "b c"), tmp_path / "recordings", "coze-cassettes rerecord", tmp_path / name
    )
    Path(name).write_text(PLACES[name])
    assert read_settings() == expected
    Path("below").mkdir()
    monkeypatch.chdir("below")
    assert read_settings() == expected


def test_options_overrule_the_file() -> None:
    """On the command line and in addopts."""
    Path("pytest.ini").write_text(f"[pytest]\n{PLAIN}addopts = --cassettes-dir mine\n")
    assert read_settings("-o", "coze_tests=other").coze_tests == ("other",)
    assert read_settings().cassettes_dir == Path.cwd() / "mine"


def test_other_plugins_do_not_matter() -> None:
    """Neither their options and settings, nor that the project cannot do without them."""
    Path("pytest.ini").write_text(
        f"[pytest]\n{PLAIN}addopts = --record-mode=none --block-network -n 2 -p no:randomly\n"
        "required_plugins = pytest-recording pytest-asyncio\nasyncio_mode = auto\n"
    )
    assert read_settings().coze_tests == ("a", "b c")


@pytest.mark.parametrize("name", ["coze_cassettes", "coze_cassettes.plugin"])
def test_a_project_may_load_the_plugin_itself(name: str) -> None:
    """Where pytest loads none of an environment (PYTEST_DISABLE_PLUGIN_AUTOLOAD)."""
    Path("pytest.ini").write_text(f"[pytest]\n{PLAIN}addopts = -p {name} -p pytest_recording.plugin\n")
    assert read_settings().coze_tests == ("a", "b c")


def test_a_python_without_asserts_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given PYTHONOPTIMIZE, pytest warns, and a project may make errors of its warnings."""
    monkeypatch.setattr("_pytest.config._assertion_supported", lambda: False)
    Path("pytest.ini").write_text("[pytest]\ncoze_tests = tests\nfilterwarnings = error\n")
    assert read_settings().coze_tests == ("tests",)


def test_a_project_without_configuration_has_the_defaults(tmp_path: Path) -> None:
    """They name no folder of this repository."""
    assert read_settings() == PytestSettings(tmp_path, (), tmp_path / "cassettes", "coze-cassettes rerecord")


def test_no_conftest_is_imported() -> None:
    """So a command works in a project whose tests need what is not there."""
    Path("conftest.py").write_text("raise RuntimeError\n")
    assert read_settings().coze_tests == ()


def test_what_pytest_cannot_read_is_said_in_its_words() -> None:
    """With the file and the line."""
    Path("pyproject.toml").write_text("[tool.pytest.ini_options\n")
    with pytest.raises(Misuse, match=r"^pytest cannot read this project's configuration: .*pyproject.toml: .*line 1"):
        read_settings()


def test_options_that_no_shell_can_read_are_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pytest itself ends in a traceback."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k 'one")
    with pytest.raises(Misuse, match=r"^PYTEST_ADDOPTS cannot be read \(no closing quotation\): "):
        read_settings()


@pytest.mark.parametrize(
    ("named", "run", "folder"),
    [("real/a", "link/a", "test_x"), ("link/a", "real/a", "test_x"), ("real", "link/a", "a/test_x")],
)
def test_a_link_leads_to_the_same_tests(named: str, run: str, folder: str, tmp_path: Path) -> None:
    """A test that is found through it would else be recorded as it is, by pytest-recording."""
    (tmp_path / "real/a").mkdir(parents=True)
    (tmp_path / "more").mkdir()
    (tmp_path / "link").symlink_to("real")
    tests = CozeTests.below(tmp_path, [named])
    assert tmp_path / run / "test_x.py" in tests
    assert tests.folder(tmp_path / run / "test_x.py") == Path(folder)
    assert tmp_path / "more/test_y.py" not in tests


def test_paths_of_the_environment_are_meant_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a rootdir elsewhere, in which processes start, then they find what this folder's environment names."""
    monkeypatch.chdir(tmp_path)
    options = "-c conf/x.ini -q --rootdir=conf -cy.ini --config-file z.ini -k 'a or b'"
    given = {"PYTEST_ADDOPTS": options, "PYTHONPATH": f"src{os.pathsep}/lib", "CI": "true"}
    assert with_absolute_paths(given, tmp_path) == given
    found = with_absolute_paths(given, tmp_path / "conf")
    assert found["PYTEST_ADDOPTS"] == (
        f"-c {tmp_path}/conf/x.ini -q --rootdir={tmp_path}/conf -c{tmp_path}/y.ini --config-file {tmp_path}/z.ini "
        "-k 'a or b'"
    )
    assert found["PYTHONPATH"] == f"{tmp_path}/src{os.pathsep}/lib"
    assert found["CI"] == "true"
