"""``coze-cassettes table``."""

from __future__ import annotations

from pathlib import Path

import click

from coze_cassettes.cassette import store
from coze_cassettes.cassette.table import put_into, table_of
from coze_cassettes.cli.project import cassettes_folder, cassettes_option
from coze_cassettes.errors import CassetteError

_PAGE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("table")
@click.option("--check", "checked", type=_PAGE, metavar="PAGE", help="See that this page has the table.")
@click.option("--write", "written", type=_PAGE, metavar="PAGE", help="Put the table into this page, below its marker.")
@cassettes_option
def command(checked: Path | None, written: Path | None, cassettes: Path | None) -> int:
    """Count the cassettes by test module and provenance, as a Markdown table."""
    table = table_of(cassettes_folder(cassettes))
    if written is not None:
        store.write_text(written, put_into(written.read_text("utf-8"), table))
    elif checked is None:
        click.echo(table)
    elif table not in checked.read_text("utf-8"):
        raise CassetteError(
            f"{checked}: its table of cassettes is not up to date: run `coze-cassettes table --write {checked}`."
        )
    return 0
