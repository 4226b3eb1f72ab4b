"""``coze-cassettes diff``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import click

from coze_cassettes import exit_codes
from coze_cassettes.cli.project import cassettes_folder, cassettes_option
from coze_cassettes.cli.screen import print_lines
from coze_cassettes.diff import Severity
from coze_cassettes.errors import Misuse
from coze_cassettes.inspection.judge import Judge
from coze_cassettes.parallel import Processes
from coze_cassettes.pytest_settings import read_settings
from coze_cassettes.review import git, html, json_output, markdown, revisions, terminal
from coze_cassettes.review.comparison import Review, review
from coze_cassettes.scrubbing.environment import configured_values

_FORMATS: Final = ("markdown", "html", "json")
_SHARE: Final = 20
"""Changed cassettes that are worth a process of their own."""


@click.command("diff")
@click.argument("arguments", nargs=-1, metavar="[A..B] [PATH]...")
@click.option("--markdown", "as_markdown", is_flag=True, help="A comment for a pull request.")
@click.option("--html", "page", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write one page.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--fail-on",
    type=click.Choice([severity.value for severity in Severity]),
    help="Exit code 3 only for a change of this severity or a worse one.",
)
@cassettes_option
def command(
    arguments: tuple[str, ...],
    as_markdown: bool,  # noqa: FBT001  by name
    page: Path | None,
    as_json: bool,  # noqa: FBT001  by name
    fail_on: str | None,
    cassettes: Path | None,
) -> int:
    """Compare the cassettes of two revisions, or of one (by default HEAD) and the working tree.

    A B is the same as A..B. A...B compares B with the commit at which it left A. Exit code 0: no change; 3:
    changes; 1: a file is not shown, since `check` refuses it.
    """
    found = _review(arguments, cassettes)
    if page is not None:
        page.write_text(html.diff_page(found), "utf-8")
        click.echo(f"{markdown.summary(found)} Written: {page}")
    elif as_markdown:
        click.echo(markdown.render(found), nl=False)
    elif as_json:
        click.echo(json_output.render(found))
    else:
        print_lines(terminal.review(found))
    return _exit_code(found, fail_on)


def _review(arguments: tuple[str, ...], cassettes: Path | None) -> Review:
    here = Path.cwd()
    root = git.toplevel(here)
    if len(arguments) > 1 and all(revisions.is_revision(here, each) for each in arguments[:2]):
        arguments = ("..".join(arguments[:2]), *arguments[2:])  # as `git diff` takes them
    named = bool(arguments) and revisions.is_range(here, arguments[0])
    text, paths = (arguments[0], arguments[1:]) if named else ("", arguments)
    chosen = revisions.parse_range(text)
    if missing := next((path for path in paths if not revisions.has_path(here, chosen, path)), None):
        raise Misuse(f"{missing} is neither a file nor a revision.")
    settings = read_settings()
    chosen_paths = [here / path for path in paths] or [cassettes_folder(cassettes, settings)]
    folders = [path.resolve() if path.is_dir() else path for path in chosen_paths]  # of a link git knows only the link
    judge = Judge(configured_values(os.environ).placeholders, settings.allow_opaque)
    versions = revisions.read_versions(root, chosen, folders, judge)
    return review(versions.old, versions.new, versions.refused, Processes(_SHARE))


def _exit_code(found: Review, fail_on: str | None) -> int:
    if found.refused:
        return exit_codes.FAILED
    if fail_on is None:
        return exit_codes.CHANGED if found.files else exit_codes.UNCHANGED
    worst = list(Severity)[: list(Severity).index(Severity(fail_on)) + 1]
    return exit_codes.CHANGED if any(map(found.count, worst)) else exit_codes.UNCHANGED
