"""Beginning in a project: what `coze-cassettes init` writes, and that it works."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from coze_cassettes.errors import Misuse
from coze_cassettes.pytest_settings import PytestSettings
from coze_cassettes.starter import FIRST_TEST, plan_start

TOML = """\
# coze-cassettes records and replays the tests marked vcr below these paths ...
coze_tests = ["tests/coze"]
# ... into this folder, one file a test.
cassettes_dir = "cassettes"
"""
INI = TOML.replace('["tests/coze"]', "tests/coze").replace('"cassettes"', "cassettes")
OTHERS = 'testpaths = ["tests"]\n'


def _crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


FILES = [
    ("pytest.ini", None, f"[pytest]\n{INI}"),
    ("pytest.ini", "[pytest]\ntestpaths = tests\n", f"[pytest]\n{INI}testpaths = tests\n"),
    ("tox.ini", "[tox]\n\n[pytest]\n", f"[tox]\n\n[pytest]\n{INI}"),
    ("setup.cfg", "[tool:pytest]\nx = 1\n", f"[tool:pytest]\n{INI}x = 1\n"),
    ("pyproject.toml", "[project]\nname = 'x'\n", f"[project]\nname = 'x'\n\n[tool.pytest.ini_options]\n{TOML}"),
    (
        "pyproject.toml",
        f"[tool.pytest.ini_options]\n{OTHERS}\n[tool.x]\n",
        f"[tool.pytest.ini_options]\n{TOML}{OTHERS}\n[tool.x]\n",
    ),
    ("pyproject.toml", f"[tool.pytest]\n{OTHERS}", f"[tool.pytest]\n{TOML}{OTHERS}"),
    ("pyproject.toml", "[tool.pytest] # a\r\n", _crlf(f"[tool.pytest] # a\n{TOML}")),
    ("pytest.ini", "[pytest]", f"[pytest]\n{INI}"),
    ("tox.ini", "[tox]\r\n", _crlf(f"[tox]\n\n[pytest]\n{INI}")),
]


@pytest.mark.parametrize(("name", "before", "after"), FILES)
def test_the_lines_go_where_pytest_reads_them(tmp_path: Path, name: str, before: str | None, after: str) -> None:
    """Whatever file holds its configuration; what is there stays."""
    if before is not None:
        (tmp_path / name).write_text(before, newline="")
    inipath = tmp_path / name if before is not None else None
    edit = plan_start(PytestSettings(tmp_path, (), tmp_path / "cassettes", "", inipath))[0]
    assert (edit.path.name, edit.text) == (name, after)


@pytest.mark.parametrize(
    ("testpaths", "folder"),
    [((), "tests"), (("src/tests", "tests"), "src/tests"), (("docs/*", "src/tests/"), "src/tests"), ((".",), "tests")],
)
def test_the_test_goes_where_pytest_looks(tmp_path: Path, testpaths: tuple[str, ...], folder: str) -> None:
    """The first folder of testpaths, so that a bare pytest finds it."""
    (tmp_path / "src/tests").mkdir(parents=True)
    configuration, test, *_ = plan_start(PytestSettings(tmp_path, (), tmp_path, "", testpaths=testpaths))
    assert f"\ncoze_tests = {folder}/coze\n" in configuration.text
    assert test.path == tmp_path / folder / "coze/test_first_cassette.py"


@pytest.mark.parametrize(
    ("python_files", "name"),
    [
        (("test_*.py", "*_test.py"), "test_first_cassette.py"),
        (("check_*.py", "test_*.py"), "test_first_cassette.py"),
        (("check_*.py",), "check_first_cassette.py"),
        (("*_spec.py",), "first_cassette_spec.py"),
        (("*.py",), "test_first_cassette.py"),
    ],
)
def test_the_test_has_a_name_that_pytest_collects(tmp_path: Path, python_files: tuple[str, ...], name: str) -> None:
    """The usual name, where python_files allows it."""
    _, test, *_ = plan_start(PytestSettings(tmp_path, (), tmp_path, "", python_files=python_files))
    assert test.path.name == name


@pytest.mark.parametrize(
    ("file", "line"),
    [("pytest.ini", "coze_tests = 'my tests/coze'"), ("pyproject.toml", 'coze_tests = ["my tests/coze"]')],
)
def test_a_folder_with_a_blank_is_one_path(tmp_path: Path, file: str, line: str) -> None:
    """It is written so that pytest reads one path, not two of which none exists."""
    (tmp_path / "my tests").mkdir()
    (tmp_path / file).touch()
    settings = PytestSettings(tmp_path, (), tmp_path, "", inipath=tmp_path / file, testpaths=("my tests",))
    assert f"\n{line}\n" in plan_start(settings)[0].text


def test_a_test_and_the_rules_of_git_are_added_once(tmp_path: Path) -> None:
    """A file that is there is not overwritten."""
    settings = PytestSettings(tmp_path, (), tmp_path / "cassettes", "")
    (tmp_path / ".gitignore").write_text("dist/")
    attributes = "cassettes/**/*.yaml text eol=lf\n"
    added = {edit.path.relative_to(tmp_path).as_posix(): edit.text for edit in plan_start(settings)[1:]}
    assert added == {
        "tests/coze/test_first_cassette.py": FIRST_TEST,
        ".gitignore": "dist/\n.env\n",
        ".gitattributes": attributes,
    }
    for name, text in added.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert [edit.path.name for edit in plan_start(settings)] == ["pytest.ini"]


def test_lines_end_as_in_the_file(tmp_path: Path) -> None:
    """One in another encoding is left to its owner."""
    settings = PytestSettings(tmp_path, (), tmp_path / "cassettes", "")
    (tmp_path / ".gitignore").write_bytes(b"dist/\r\nbuild/\r\n")
    assert plan_start(settings)[2].text == "dist/\r\nbuild/\r\n.env\r\n"
    (tmp_path / ".gitignore").write_text("# \u4e2d\u6587\n", "gbk")
    with pytest.raises(Misuse, match=r"\.gitignore is not in UTF-8: save it in that encoding"):
        plan_start(settings)


def test_a_link_stays_one(tmp_path: Path) -> None:
    """The file that it names gets the lines, and keeps who may read it."""
    (tmp_path / "shared.toml").touch()
    (tmp_path / "shared.toml").chmod(0o640)
    (tmp_path / "pyproject.toml").symlink_to("shared.toml")
    edit = plan_start(PytestSettings(tmp_path, (), tmp_path / "cassettes", ""))[0]
    edit.write()
    assert (tmp_path / "pyproject.toml").is_symlink()
    assert (tmp_path / "shared.toml").read_text() == edit.text
    assert (tmp_path / "shared.toml").stat().st_mode & 0o777 == 0o640


def test_a_project_that_has_opted_in_is_refused(tmp_path: Path) -> None:
    """The sentence says what it has."""
    with pytest.raises(Misuse) as error:
        plan_start(PytestSettings(tmp_path, ("tests",), tmp_path, ""))
    assert str(error.value) == "This project has opted in already: coze_tests = tests."


SHOWN = """\
new file pytest.ini:

    [pytest]
    # coze-cassettes records and replays the tests marked vcr below these paths ...
    coze_tests = tests/coze
    # ... into this folder, one file a test.
    cassettes_dir = cassettes

new file tests/coze/test_first_cassette.py:
"""


def run(folder: Path, *command: str, typed: str = "") -> tuple[int, str]:
    """The exit code and the output of a command in a folder without an account."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("COZE_", "PYTEST_"))}
    called = [sys.executable, "-m", *command]
    done = subprocess.run(called, cwd=folder, env=inherited, input=typed, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.loopback
@pytest.mark.slow
def test_a_new_project_records_and_replays_in_three_commands(tmp_path: Path) -> None:
    """Nothing is written without consent; then init, rerecord and pytest pass."""
    code, output = run(tmp_path, "coze_cassettes", "init", typed="n\n")
    assert code == 2
    assert output.startswith(SHOWN)
    assert output.endswith("Nothing was written.\n")
    assert list(tmp_path.iterdir()) == []
    assert run(tmp_path, "coze_cassettes", "init", "--yes")[0] == 0
    code, output = run(tmp_path, "coze_cassettes", "rerecord", "--target", "stand-in")
    assert code == 3, output
    assert output.endswith(
        "new: test_first_cassette/test_a_token_belongs_to_a_user.yaml\n"
        "1 recorded: 1 new\n"
        "Changed: see it with git add -N cassettes && git diff -- cassettes\n"
    )
    code, output = run(tmp_path, "pytest", "-p", "no:cacheprovider")
    assert (code, "1 passed" in output) == (0, True), output
    assert run(tmp_path, "coze_cassettes", "check") == (0, "1 cassette, 0.0 MB, 0 findings\n")
