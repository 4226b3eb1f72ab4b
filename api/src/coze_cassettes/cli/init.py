"""``coze-cassettes init``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from coze_cassettes.cli.project import shell_path
from coze_cassettes.errors import Misuse
from coze_cassettes.pytest_settings import read_settings
from coze_cassettes.starter import plan_start

NEXT = """\
Next: coze-cassettes rerecord --target stand-in   records the test against a local stand-in, without an account
      pytest                                      replays it without a network"""


@click.command("init")
@click.option("--yes", is_flag=True, help="Write without asking.")
def command(yes: bool) -> int:  # noqa: FBT001  click passes it by name
    """Set up this project: the lines of pytest's configuration, a first test, the rules of git.

    All of it is shown before anything is written.
    """
    edits = plan_start(read_settings())
    for edit in edits:
        click.echo(f"{'add to' if Path(edit.path).exists() else 'new file'} {shell_path(edit.path)}:\n")
        click.echo("".join(f"    {line}".rstrip() + "\n" for line in edit.added.splitlines()))
    if not yes and not _is_agreed():
        raise Misuse("Nothing was written.")
    for edit in edits:
        edit.write()
    click.echo(NEXT)
    return 0


def _is_agreed() -> bool:
    """Ask; where the input ends without an answer and no terminal is there to interrupt, the option is named."""
    try:
        return click.confirm("Write this?", default=True)
    except click.Abort:
        if sys.stdin.isatty():
            raise
        click.echo()
        raise Misuse("Nothing was written, as nobody answered. With --yes it is written without asking.") from None
