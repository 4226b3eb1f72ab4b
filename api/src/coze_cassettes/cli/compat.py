"""``coze-cassettes compat``."""

from __future__ import annotations

from pathlib import Path

import click

from coze_cassettes.cassette import store
from coze_cassettes.cassette.table import put_into
from coze_cassettes.coverage.versions import MARKER, read_replay, table_of
from coze_cassettes.errors import CassetteError

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("compat")
@click.option("--check", "checked", type=_FILE, metavar="PAGE", help="Check that this page has the table.")
@click.option("--write", "written", type=_FILE, metavar="PAGE", help="Put the table into this page, below its marker.")
@click.argument("reports", nargs=-1, required=True, type=_FILE)
def command(checked: Path | None, written: Path | None, reports: tuple[Path, ...]) -> int:
    """Show what versions of cozepy cannot do, from reports that pytest wrote as VERSION.xml (--junitxml)."""
    table = table_of([read_replay(each) for each in reports])
    if written is not None:
        store.write_text(written, put_into(written.read_text("utf-8"), table, MARKER))
    elif checked is None:
        click.echo(table)
    elif table not in checked.read_text("utf-8"):
        raise CassetteError(f"{checked}: its table of versions is not up to date: run scripts/compat.sh.")
    return 0
