"""``coze-cassettes table``."""

from __future__ import annotations

from pathlib import Path

import click

from coze_cassettes.cassette.table import table_of
from coze_cassettes.cli.project import cassettes_folder, cassettes_option
from coze_cassettes.errors import CassetteError


@click.command("table")
@click.option("--check", "page", type=click.Path(exists=True, path_type=Path), help="See that this page has the table.")
@cassettes_option
def command(page: Path | None, cassettes: Path | None) -> int:
    """Count the cassettes by test module and provenance, as a Markdown table."""
    table = table_of(cassettes_folder(cassettes))
    if page is None:
        click.echo(table)
    elif table not in page.read_text("utf-8"):
        raise CassetteError(
            f"{page}: its table of cassettes is not up to date; put in what `coze-cassettes table` prints."
        )
    return 0
