"""Reviews: what differs between two versions, in each output."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coze_cassettes import cli
from coze_cassettes.cassette import format as cassette_format
from coze_cassettes.cassette.model import Cassette, Interaction
from coze_cassettes.diff import Severity, operation_of
from coze_cassettes.review import html, json_output, markdown, terminal
from coze_cassettes.review.comparison import Mark, Review, review

MakeInteraction = Callable[..., Interaction]
MakeCassette = Callable[..., Cassette]
NAME = "test_bot/TestBot.test_one.yaml"
MARKUP = "<script>alert(1)</script> ``` @everyone | [x](javascript:1)"


@pytest.fixture
def changed(cassette: MakeCassette, interaction: MakeInteraction) -> Review:
    """One field renamed in two cassettes, one cassette new, one gone, a name full of markup."""

    def one(**data: object) -> Cassette:
        return cassette(interaction("GET", "/v1/bots/BOT_ID_1?page=1", answer={"data": {"name": MARKUP, **data}}))

    old, new = one(description="about me"), one(about="about me")
    return review(
        {NAME: old, "test_bot/TestBot.test_two.yaml": old, "test_bot/TestBot.test_gone.yaml": old},
        {NAME: new, "test_bot/TestBot.test_two.yaml": new, "test_bot/TestBot.test_new.yaml": new},
        {"test_bot/bad.yaml": "`coze-cassettes check` finds 1: file CHECK-FORMAT"},
    )


def test_groups(changed: Review) -> None:
    """The same change is one group with its cassettes."""
    [group] = [group for group in changed.groups if group.severity is Severity.BREAKING]
    assert (group.operation, group.place, group.text) == (
        "GET /v1/bots/{bot_id}",
        "$.data.description",
        "is now called about",
    )
    assert group.cassettes == (NAME, "test_bot/TestBot.test_two.yaml")


def test_a_cassette_without_a_change_says_why_it_is_listed(
    cassette: MakeCassette, interaction: MakeInteraction
) -> None:
    """Its file differs in what every recording changes; these rows are shown, since nothing else is."""
    old, new = (cassette(interaction(answer={"data": {"create_time": time}})) for time in (1700000000, 1700000001))
    found = review({NAME: old}, {NAME: new}, {})
    [note] = found.files[0].notes
    assert note.startswith("Only values that change with every recording (times, ")
    rows = [str(each.row).strip() for hunk in found.files[0].calls[0].hunks for each in hunk if each.mark is Mark.ADDED]
    assert rows == ["create_time: 1700000001"]
    outputs = ["".join(map(str, terminal.review(found))), markdown.render(found), html.diff_page(found)]
    assert [note in output for output in outputs] == [True, True, True]


def test_words(changed: Review) -> None:
    """Of a row that changed the words that differ are marked."""
    [file] = [file for file in changed.files if file.file == NAME]
    [call] = file.calls
    [hunk] = call.hunks
    marked = [(word.mark, word.text) for row in hunk for word in row.words if word.mark is not Mark.SAME]
    assert marked == [(Mark.REMOVED, "description"), (Mark.ADDED, "about")]


def test_same_cassettes(cassette: MakeCassette, interaction: MakeInteraction) -> None:
    """Nothing differs: there is nothing to show."""
    one = {NAME: cassette(interaction())}
    assert review(one, one, {}) == Review()
    assert markdown.summary(Review()) == "No cassette differs."


@pytest.mark.parametrize(
    ("interaction_label", "operation"),
    [
        ("GET /v1/bots/BOT_ID_2?a=1", "GET /v1/bots/{bot_id}"),
        ("POST /v1/conversations/CONVERSATION_ID/clear", "POST /v1/conversations/{conversation_id}/clear"),
        ("POST /v3/chat?conversation_id=", "POST /v3/chat"),
    ],
)
def test_operations(interaction_label: str, operation: str) -> None:
    """An operation is the method and the path without what is of one call."""
    assert operation_of(interaction_label) == operation


def test_markdown(changed: Review) -> None:
    """The summary comes first; nothing that was recorded is markup outside a code block."""
    page = markdown.render(changed)
    head, _, details = page.partition("<details>")
    assert "1 breaking, 0 info, 0 note in 4 cassettes (1 new, 1 removed). 1 file is refused by check." in head
    assert "| breaking | `GET /v1/bots/{bot_id}` | `$.data.description` | is now called about | 2: " in head
    assert "**Not shown: `test_bot/bad.yaml`**" in head
    assert "````diff" in details, "the fence is longer than any in the rows"
    assert "-   description: about me" in details
    assert "+   about: about me" in details


def test_markdown_has_a_limit(changed: Review) -> None:
    """What does not fit is left out whole, and the last line says how much."""
    page = markdown.render(changed, limit=1_500)
    assert len(page) <= 1_500
    assert page.count("<details>") == page.count("</details>")
    assert "not shown here, since a comment has a limit" in page.splitlines()[-1]


def test_html_shows_markup(changed: Review) -> None:
    """Markup in an answer is shown, not run, and the page asks nothing of a network."""
    page = html.diff_page(changed)
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "default-src 'none'" in page
    assert "<del>description</del>" in page
    assert "<ins>about</ins>" in page


def test_terminal_is_not_steered(cassette: MakeCassette, interaction: MakeInteraction) -> None:
    """A control character in an answer is shown as its escape."""
    old, new = (cassette(interaction(answer={"a": f"\x1b[2J{text}"})) for text in ("x", "y"))
    text = "\n".join(line.plain for line in terminal.review(review({NAME: old}, {NAME: new}, {})))
    assert "\x1b" not in text
    assert "\\u001b[2Jy" in text


def test_json_output(changed: Review) -> None:
    """Programs get the counts, the groups and the changes by file."""
    document = json.loads(json_output.render(changed))
    assert document["summary"] == {"cassettes": 4, "new": 1, "removed": 1, "breaking": 1, "info": 0, "note": 0}
    assert document["groups"][0]["severity"] == "breaking"
    assert document["refused"].keys() == {"test_bot/bad.yaml"}


# --- the commands ---------------------------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path, cassette: MakeCassette, interaction: MakeInteraction) -> Path:
    """A repository with one cassette, committed."""
    (tmp_path / "pyproject.toml").write_text('[tool.pytest.ini_options]\ncassettes_dir = "cassettes"\n')
    write(tmp_path, NAME, cassette(interaction(answer={"data": {"name": "Anna's bot", "description": "d"}})))
    run_git(tmp_path, "init", "-q", "-b", "main")
    run_git(tmp_path, "add", "-A")
    run_git(tmp_path, "commit", "-qm", "one")
    return tmp_path


def write(root: Path, name: str, cassette: Cassette) -> None:
    """Write a cassette into a project."""
    path = root / "cassettes" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(cassette_format.dumps(cassette), "utf-8")


def run_git(root: Path, *arguments: str) -> str:
    """What git prints; it reads no configuration of this machine."""
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.invalid", "-c", "commit.gpgsign=false")
    git = shutil.which("git") or "git"
    done = subprocess.run([git, *identity, *arguments], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout


Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in the project: the exit code, and what it prints."""
    monkeypatch.chdir(project)

    def call(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["coze-cassettes", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        captured = capsys.readouterr()
        return int(ended.value.code or 0), captured.out + captured.err

    return call


@pytest.fixture
def edited(project: Path, cassette: MakeCassette, interaction: MakeInteraction) -> Path:
    """The project after a field was renamed and a cassette was added, nothing committed."""
    write(project, NAME, cassette(interaction(answer={"data": {"name": "Anna's bot", "about": "d"}})))
    write(project, "test_bot/TestBot.test_new.yaml", cassette(interaction(answer={"code": 0})))
    return project


def test_diff_of_an_unchanged_tree(run: Run) -> None:
    """Exit code 0, one sentence."""
    assert run("diff") == (0, "No cassette differs.\n")


def test_diff_of_the_working_tree(run: Run, edited: Path) -> None:
    """Changed and new cassettes are shown; the exit code is 3."""
    code, output = run("diff")
    assert code == 3
    assert output.startswith("1 breaking, 0 info, 0 note in 2 cassettes (1 new, 0 removed).\n")
    assert "    - description: d" in output.replace("-   description", "    - description")
    assert f"cassettes/{NAME}" in output
    assert edited.exists()


@pytest.mark.parametrize(
    "revisions", ["HEAD~1..HEAD", "HEAD~1", "main~1...main", "HEAD~1 HEAD", "HEAD~1 HEAD cassettes"]
)
def test_diff_of_revisions(run: Run, edited: Path, revisions: str) -> None:
    """Two commits, a commit and the working tree, or since two branches parted."""
    run_git(edited, "add", "-A")
    run_git(edited, "commit", "-qm", "two")
    code, output = run("diff", *revisions.split(), "--json")
    assert code == 3
    assert json.loads(output)["summary"]["breaking"] == 1


def test_diff_of_a_path(run: Run, edited: Path) -> None:
    """Only what is below a path."""
    code, output = run("diff", "cassettes/test_bot/TestBot.test_new.yaml", "--json")
    assert (code, json.loads(output)["summary"]["cassettes"]) == (3, 1)
    assert edited.exists()


@pytest.mark.parametrize(("severity", "code"), [("breaking", 0), ("info", 3), ("note", 3)])
def test_fail_on(
    run: Run, project: Path, cassette: MakeCassette, interaction: MakeInteraction, severity: str, code: int
) -> None:
    """A gate lets pass what is less than it asks for."""
    answer: dict[str, Any] = {"data": {"name": "Anna's bot", "description": "d", "fresh": 1}}
    write(project, NAME, cassette(interaction(answer=answer)))
    assert run("diff", "--fail-on", severity)[0] == code


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("nothing.yaml", "nothing.yaml is neither a file nor a revision.\n"),
        ("/nothing.yaml", "/nothing.yaml is neither a file nor a revision.\n"),
        ("--output=x..HEAD", "--output"),
    ],
)
def test_wrong_arguments(run: Run, argument: str, message: str) -> None:
    """A wrong argument is one sentence and exit code 2."""
    code, output = run("diff", argument)
    assert code == 2
    assert message in output


def test_diff_behind_a_link(run: Run, edited: Path) -> None:
    """The folder of the cassettes may be a link to one elsewhere in the repository."""
    (edited / "cassettes").rename(edited / "shared")
    run_git(edited, "add", "-A")
    (edited / "cassettes").symlink_to("shared")
    code, output = run("diff", "--json")
    assert (code, json.loads(output)["summary"]["cassettes"]) == (3, 2)


def test_diff_since_a_commit_that_is_not_there(run: Run, project: Path) -> None:
    """A shallow clone may not have the commit at which two branches parted; the command that gets it is named."""
    other = run_git(project, "commit-tree", "-m", "other", "HEAD^{tree}").strip()
    said = f"{other} and HEAD have no commit in common: if this clone is shallow, run git fetch --unshallow.\n"
    assert run("diff", f"{other}...HEAD") == (2, said)


def test_refused_files_are_named(run: Run, project: Path) -> None:
    """A cassette that check refuses is named, and none of its text is shown."""
    path = project / "cassettes" / NAME
    path.write_text(path.read_text().replace("Anna's bot", "Hand-edited name"), "utf-8")
    for command in (("diff",), ("diff", "--markdown"), ("show", str(path)), ("report", "--html", "pages")):
        code, output = run(*command)
        assert code == 1, command
        assert "TestBot.test_one.yaml" in output
        assert "CHECK-DIGEST" in output
        assert "Hand-edited" not in output
    pages = "".join(page.read_text() for page in (project / "pages").rglob("*.html"))
    assert "CHECK-DIGEST" in pages
    assert "Hand-edited" not in pages


def test_configured_values_are_not_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value of the environment that a cassette still holds is refused here as in check."""
    monkeypatch.setenv("COZE_SECRET_NAME", "Anna's bot")
    code, output = run("show", f"cassettes/{NAME}")
    assert code == 1
    assert ("is not shown, `coze-cassettes check` finds" in output, "Anna's bot" in output) == (True, False)


def test_diff_of_a_removed_file(run: Run, project: Path) -> None:
    """A path that is no longer in the working tree, and one of a revision."""
    (project / "cassettes" / NAME).unlink()
    code, output = run("diff", f"cassettes/{NAME}")
    assert (code, output.splitlines()[0]) == (3, "0 breaking, 0 info, 0 note in 1 cassette (0 new, 1 removed).")
    run_git(project, "commit", "-qam", "two")
    assert run("diff", "HEAD~1..HEAD", f"cassettes/{NAME}") == (code, output)


def test_show(run: Run, project: Path) -> None:
    """The command prints a transcript."""
    code, output = run("show", f"cassettes/{NAME}")
    assert code == 0
    assert "GET /v1/users/me\n  → 200 OK\n  data\n    name: Anna's bot\n" in output
    assert project.exists()


def test_report(run: Run, edited: Path) -> None:
    """An index with every cassette and operation, and one page a cassette."""
    assert run("report", "--html", "pages") == (0, "2 cassettes: pages/index.html\n")
    index = (edited / "pages/index.html").read_text("utf-8")
    assert "cassettes/test_bot/TestBot.test_one.html" in index
    assert "<code>GET /v1/users/me</code>" in index
    page = (edited / "pages/cassettes/test_bot/TestBot.test_one.html").read_text("utf-8")
    assert "Anna&#39;s bot" in page
    assert 'href="../../index.html"' in page


def test_git_diff(edited: Path) -> None:
    """Git shows a transcript; the cache holds what it asked for, and a second run reads it."""
    folder = edited / "kept"
    script = edited / "textconv.sh"
    script.write_text(
        f'#!/bin/sh\nlines={folder}/$(git hash-object --no-filters -- "$1")\n'
        f'[ -f "$lines" ] && exec cat "$lines"\nexec {sys.executable} -m coze_cassettes '
        f'show --textconv --keep {folder} "$1"\n'
    )
    script.chmod(0o755)
    (edited / ".gitattributes").write_text("*.yaml diff=cassette\n")
    run_git(edited, "config", "diff.cassette.textconv", str(script))
    first = run_git(edited, "diff", "--", "cassettes")
    assert "-    description: d\n+    about: d\n" in first
    assert len(list(folder.iterdir())) == 2
    assert run_git(edited, "diff", "--", "cassettes") == first


# --- size -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [10, pytest.param(100, marks=pytest.mark.proof)])
def test_many_cassettes(
    cassette: MakeCassette, interaction: MakeInteraction, assert_growth: Callable[..., None], number: int
) -> None:
    """The time grows with the number of cassettes: four times as many take at most eight times as long."""
    old, new = (cassette(interaction(answer={"data": {"name": text}})) for text in ("a", "b"))

    def prepare(number: int, _: int) -> Callable[[], object]:
        names = [f"test_m/test_{each}.yaml" for each in range(number)]
        return lambda: html.diff_page(review(dict.fromkeys(names, old), dict.fromkeys(names, new), {}))

    assert_growth(prepare, (number, 4 * number), 8, 0.1)
