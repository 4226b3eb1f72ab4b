"""The command line: what it judges, counts and refuses."""

from __future__ import annotations

import io
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from coze_cassettes.cassette import store
from coze_cassettes.cassette.model import Cassette, Interaction, Metadata, Request, Response
from coze_cassettes.cli import entry
from coze_cassettes.errors import CassetteError, Misuse
from coze_standin.operations import NAMES


def write(path: Path, provenance: str = "stand-in", body: str = '{"code":0}') -> Path:
    """A cassette file with one interaction."""
    response = Response(200, "OK", (("content-type", "application/json"),), body.encode())
    interaction = Interaction(Request("GET", "https://api.coze.com/v1/bots"), response)
    store.write(path, Cassette((interaction,), Metadata(provenance, "2024-01-01T00:00:00Z", "0.20.0")))
    return path


def called(*arguments: str) -> tuple[int, str]:
    """The exit code and the output of a command."""
    result = CliRunner().invoke(entry.group, arguments, standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return int(result.return_value), result.output


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pyproject.toml").write_text('[tool.pytest.ini_options]\ncassettes_dir = "cassettes/coze"\n')
    for name in ("COZE_API_TOKEN", "COZE_API_BASE"):
        monkeypatch.delenv(name, raising=False)


# --- check ----------------------------------------------------------------------------------------------------------


def test_a_sound_cassette_passes() -> None:
    """Only what was looked at is printed, the exit code is 0."""
    write(Path("cassettes/coze/test_a/T.test_x.yaml"))
    assert called("check") == (0, "1 cassette, 0.0 MB, 0 findings\n")


DAMAGES = [
    ("recorded_from: stand-in", "recorded_from: elsewhere", "metadata.recorded_from CHECK-PROVENANCE"),
    ("/v1/bots", "/v1/both", "metadata.digest CHECK-DIGEST"),
    ("version: 1", "version: 1 # edited", "file CHECK-ROUND-TRIP"),
    ("version: 1", "nothing: [", "file CHECK-FORMAT"),
]


@pytest.mark.parametrize(("old", "new", "finding"), DAMAGES)
def test_a_damaged_cassette_is_reported_by_place_and_rule(old: str, new: str, finding: str) -> None:
    """An unknown provenance, a hand edit, another form: each has its own rule."""
    path = write(Path("cassettes/coze/test_a/T.test_x.yaml"))
    path.write_text(path.read_text().replace(old, new))
    code, output = called("check")
    assert code == 1
    assert f"{path}:{finding}\n" in output


def test_a_cassette_without_metadata_is_refused() -> None:
    """Nobody knows where it came from."""
    path = write(Path("cassettes/coze/test_a/T.test_x.yaml"))
    head, _, rest = path.read_text().partition("metadata:")
    path.write_text(head + rest[rest.index("interactions:") :])
    assert called("check")[0] == 1


AN_EMAIL = "interaction 0 response body.note INSPECT-EMAIL"
ONE_FILE = "1 cassette, 0.0 MB, 1 finding in 1 file:"


def test_what_the_inspector_finds_is_reported_without_the_value() -> None:
    """FILE:PLACE RULE-ID."""
    path = write(Path("cassettes/coze/test_a/T.test_x.yaml"), body='{"note":"mail some.body@example.org"}')
    code, output = called("check", str(path))
    assert code == 1
    assert output.startswith(f"{path}:{AN_EMAIL}\n")


SUMMARY = """\
2 cassettes, 0.0 MB, 2 findings in 2 files:
  CHECK-DIGEST   the interactions are not those that were recorded: the file was edited by hand
  INSPECT-EMAIL  what looks like a secret or a personal value is in it (email)
Record them again: scripts/record.sh -k 'test_x or test_y'
If a value of yours comes back: export COZE_SECRET_<NAME>=<value>, so that it is scrubbed everywhere.
"""


def test_a_check_ends_with_counts_meanings_and_the_command_that_fixes_it() -> None:
    """The command is the project's own."""
    Path("pytest.ini").write_text("[pytest]\ncassettes_record_command = scripts/record.sh\n")
    write(Path("cassettes/test_a/T.test_x.yaml"), body='{"note":"mail some.body@example.org"}')
    path = write(Path("cassettes/test_a/T.test_y.yaml"))
    path.write_text(path.read_text().replace("/v1/bots", "/v1/both"))
    code, output = called("check")
    assert code == 1
    assert output.endswith(SUMMARY)


HOOKS: list[tuple[str, dict[str, str]]] = [
    (".", {}),
    ("part", {"GIT_INDEX_FILE": ".git/index"}),
    (".", {"GIT_DIR": ".git"}),
    ("part", {"GIT_DIR": "{root}/.git"}),
    ("part", {"GIT_DIR": "../.git", "GIT_WORK_TREE": ".."}),
    (".", {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "diff.relative", "GIT_CONFIG_VALUE_0": "true"}),
]
"""The folder in which a hook runs the command, and what git has set for it: the third in a worktree."""


def test_what_git_would_commit_is_judged_and_not_the_working_tree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With --staged the text in git's index counts, in hooks too, and nothing beside the cassettes."""
    root = tmp_path / "a repository "
    path = write(root / "part/cassettes/coze/test_a/T.test_x.yaml", body='{"note":"mail some.body@example.org"}')
    shutil.move("pyproject.toml", root / "part")
    (root / "mail").write_text("some.body@example.org")
    for arguments in (("init", "-q"), ("add", ".")):
        subprocess.run(["git", *arguments], cwd=root, check=True)  # noqa: S607  the git of the path
    write(path)
    monkeypatch.chdir(root / "part")
    assert called("check") == (0, "1 cassette, 0.0 MB, 0 findings\n")
    for folder, variables in HOOKS:
        with monkeypatch.context() as hook:
            hook.chdir(root / folder)
            for name, value in variables.items():
                hook.setenv(name, value.format(root=root))
            code, output = called("check", "--staged", "--cassettes", str(root / "part/cassettes"))
        assert (code, output.splitlines()[:2]) == (1, [f"{path.relative_to(root)}:{AN_EMAIL}", ONE_FILE]), variables


def test_what_is_behind_a_link_is_checked(tmp_path: Path) -> None:
    """The folder of the cassettes may be one, or a folder in it: a replay follows them. A circle has an end."""
    path = write(Path("shared/test_a/T.test_x.yaml"), body='{"note":"mail some.body@example.org"}')
    subprocess.run(["git", "init", "-q"], check=True)  # noqa: S607  as above
    subprocess.run(["git", "add", "."], check=True)  # noqa: S607  as above
    Path("cassettes/coze").mkdir(parents=True)
    Path("cassettes/coze/test_a").symlink_to(tmp_path / "shared/test_a")
    Path("shared/test_a/circle").symlink_to(tmp_path / "cassettes")
    assert called("check")[1].splitlines()[:2] == [f"cassettes/coze/test_a/T.test_x.yaml:{AN_EMAIL}", ONE_FILE]
    shutil.rmtree("cassettes")
    Path("cassettes").mkdir()
    Path("cassettes/coze").symlink_to(tmp_path / "shared")
    assert called("check")[1].splitlines()[:2] == [f"cassettes/coze/test_a/T.test_x.yaml:{AN_EMAIL}", ONE_FILE]
    assert called("check", "--staged")[1].splitlines()[:2] == [f"{path}:{AN_EMAIL}", ONE_FILE]


def test_what_git_would_commit_may_be_nothing_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder of the cassettes is not there before the first recording; without a repository git says so."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(Misuse, match=r"^git rev-parse failed in .*: fatal: not a git repository"):
        called("check", "--staged")
    subprocess.run(["git", "init", "-q"], check=True)  # noqa: S607  as above
    assert called("check", "--staged") == (0, "0 cassettes, 0.0 MB, 0 findings\n")


def test_a_file_of_any_suffix_is_checked() -> None:
    """What lies below the folder of the cassettes is published with them."""
    write(Path("cassettes/coze/test_a/T.test_x.yaml"))
    path = Path("cassettes/coze/test_a/notes.txt")
    path.write_text("mail some.body@example.org")
    code, output = called("check")
    assert code == 1
    assert output.startswith(f"{path}:file INSPECT-EMAIL\n1 cassette, 1 other file, 0.0 MB, 1 finding in 1 file:\n")


def test_what_looks_random_is_listed() -> None:
    """With --explain every value that no rule has replaced is shown with its place, and is not a finding."""
    value = "".join(map("".join, zip(random.sample("bcdfghjk", 8), random.sample("23456789", 8), strict=True)))
    path = write(
        Path("cassettes/coze/test_a/T.test_x.yaml"), body=json.dumps({"note": f"see {value}", "bot_id": "BOT_ID_1"})
    )
    assert called("check", "--explain") == (
        0,
        f"{path}:interaction 0 response body.note {value}\n1 cassette, 0.0 MB, 0 findings\n",
    )


# --- table ----------------------------------------------------------------------------------------------------------

TABLE = """\
| cassettes | coze.com | stand-in |
| --- | ---: | ---: |
| test_a | 1 | 1 |
| test_b | 0 | 1 |
| all | 1 | 2 |
"""


def some_cassettes() -> None:
    """Three cassettes of two modules."""
    write(Path("cassettes/coze/test_a/T.test_x.yaml"))
    write(Path("cassettes/coze/test_a/T.test_y.yaml"), provenance="coze.com")
    write(Path("cassettes/coze/test_b/T.test_z.yaml"))


def test_cassettes_are_counted_by_module_and_origin() -> None:
    """The table is Markdown, ready for the README."""
    some_cassettes()
    assert called("table") == (0, TABLE)


def test_a_page_with_an_old_table_is_refused() -> None:
    """The message says which page, and what to put in."""
    some_cassettes()
    Path("README.md").write_text(f"# Title\n\n{TABLE}\nMore.\n")
    assert called("table", "--check", "README.md") == (0, "")
    Path("README.md").write_text("# Title\n")
    with pytest.raises(CassetteError) as error:
        called("table", "--check", "README.md")
    assert str(error.value) == (
        "README.md: its table of cassettes is not up to date: run `coze-cassettes table --write README.md`."
    )


def test_a_page_gets_the_table_below_its_marker() -> None:
    """An old table goes, whatever else is on the page stays; without a marker nothing is guessed."""
    some_cassettes()
    page = Path("README.md")
    page.write_text("# Title\n\n<!-- coze-cassettes table -->\n\n| old |\n| --- |\n\nMore.\n")
    assert called("table", "--write", "README.md") == (0, "")
    assert page.read_text() == f"# Title\n\n<!-- coze-cassettes table -->\n\n{TABLE}\nMore.\n"
    assert called("table", "--check", "README.md") == (0, "")
    page.write_text("# Title\n")
    with pytest.raises(Misuse) as error:
        called("table", "--write", "README.md")
    assert str(error.value) == (
        "the page has no line <!-- coze-cassettes table -->: put one where the table is to stand."
    )


def test_the_folder_is_the_one_of_the_pytest_configuration() -> None:
    """What pytest is configured with need not be given again."""
    Path("pyproject.toml").write_text('[tool.pytest.ini_options]\ncassettes_dir = "elsewhere"\n')
    write(Path("elsewhere/test_a/T.test_x.yaml"))
    assert called("table")[1].endswith("| all | 1 |\n")


# --- refusals -------------------------------------------------------------------------------------------------------

REFUSALS = [
    (["rerecord"], 2, "COZE_API_TOKEN is not set: set it in the shell or in .env, or record with --target stand-in.\n"),
    (["rerecord", "--target", "x"], 2, "The target 'x' is not one of coze.com, coze.cn, stand-in or a URL.\n"),
    (["rerecord", "--change", "x"], 2, "--change is the stand-in's: use it with --target stand-in.\n"),
    (
        ["rerecord", "--target", "stand-in", "--max-chats", "many"],
        2,
        "COZE_CASSETTES_CHATS must be a number that is not negative, not 'many'.\n",
    ),
    (
        ["setup"],
        2,
        "COZE_API_TOKEN is not set: set it in the shell or in .env, or record with --target stand-in.\n",
    ),
    (["check", "nothing"], 2, "nothing: there is no such file or folder.\n"),
]


@pytest.mark.parametrize(("arguments", "code", "sentence"), REFUSALS)
def test_a_refusal_is_one_sentence(
    arguments: list[str], code: int, sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On standard error, with an exit code, and never a traceback."""
    Path("tests").mkdir()
    Path("pytest.ini").write_text("[pytest]\ncoze_tests = tests\n")
    monkeypatch.setattr("sys.argv", ["coze-cassettes", *arguments])
    with pytest.raises(SystemExit) as ended:
        entry.main()
    assert ended.value.code == code
    captured = capsys.readouterr()
    assert (captured.out.strip(), captured.err) == ("", sentence)


def test_what_the_system_refuses_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the file; a terminal of no known width (COLUMNS=0) shows it too."""

    def refused(*_arguments: object) -> None:
        assert "COLUMNS" not in os.environ
        raise PermissionError(13, "Permission denied", "/none/pytest.ini")

    monkeypatch.setattr("coze_cassettes.cli.init.plan_start", refused)
    monkeypatch.setattr("sys.argv", ["coze-cassettes", "init"])
    monkeypatch.setenv("COLUMNS", "0")
    with pytest.raises(SystemExit) as ended:
        entry.main()
    assert ended.value.code == 1
    assert capsys.readouterr().err == "The command cannot go on (Permission denied: /none/pytest.ini).\n"


def test_a_question_that_nobody_can_answer_ends_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With standard input closed, or at its end, nothing is written, and the option that needs no answer is named."""
    monkeypatch.setattr("coze_cassettes.cli.init.plan_start", lambda _settings: [])
    monkeypatch.setattr("coze_cassettes.cli.init.read_settings", list)
    monkeypatch.setattr("sys.argv", ["coze-cassettes", "init"])
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(SystemExit) as ended:
        entry.main()
    assert ended.value.code == 2
    assert capsys.readouterr().err.endswith(
        "Nothing was written, as nobody answered. With --yes it is written without asking.\n"
    )


def test_an_interrupt_is_one_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 130."""

    def interrupted(*_arguments: object) -> None:
        raise KeyboardInterrupt

    Path("tests").mkdir()
    Path("pytest.ini").write_text("[pytest]\ncoze_tests = tests\n")
    monkeypatch.setattr("coze_cassettes.rerecord.run.run", interrupted)
    monkeypatch.setattr("sys.argv", ["coze-cassettes", "rerecord"])
    with pytest.raises(SystemExit) as ended:
        entry.main()
    assert ended.value.code == 130
    assert capsys.readouterr().err == "Interrupted: the cassettes are as they were; run it again.\n"


def test_a_project_that_has_not_opted_in_learns_how(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a command that works in any project."""
    monkeypatch.setattr("sys.argv", ["coze-cassettes", "rerecord", "--target", "stand-in"])
    with pytest.raises(SystemExit) as ended:
        entry.main()
    assert (ended.value.code, capsys.readouterr().err) == (
        2,
        (
            "This project has not said which tests are recorded: `coze-cassettes init` writes that into its "
            "configuration.\n"
        ),
    )


def test_the_help_lists_what_an_api_can_be_changed_to() -> None:
    """The kinds, and every operation of the stand-in."""
    assert "--help-changes" in CliRunner().invoke(entry.group, ["rerecord", "--help"]).output
    output = CliRunner().invoke(entry.group, ["rerecord", "--help-changes"]).output
    assert "\n  rename  the field is called NEW\n" in output
    assert [name for name in NAMES if f"\n  {name}\n" not in output] == []


# --- migrate --------------------------------------------------------------------------------------------------------


def test_what_cannot_be_brought_in_is_named() -> None:
    """The sentence says which file and why, and the exit code that something was left."""
    Path("old.yaml").write_text("just: text", "utf-8")
    assert called("migrate", "old.yaml") == (
        1,
        "old.yaml: left as it is, not a cassette that vcrpy reads (KeyError)\n",
    )


@pytest.mark.parametrize("errors", ["strict", "surrogateescape"])
def test_a_stream_of_ascii_has_escapes(errors: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given LC_ALL=C, a command that shows Chinese ends with its own exit code."""
    written = io.BytesIO()
    screen = io.TextIOWrapper(written, encoding="ascii", errors=errors, write_through=True)
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setattr(sys, "argv", ["coze-cassettes", "show", str(write(Path("a.yaml"), body='{"msg": "你好"}'))])
    with pytest.raises(SystemExit) as ended:
        entry.main()
    assert ended.value.code == 0
    assert rb"\u4f60\u597d" in written.getvalue()
