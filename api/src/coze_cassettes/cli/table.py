"""``coze-cassettes table``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from coze_cassettes.cassette import store
from coze_cassettes.cassette.model import Cassette
from coze_cassettes.cassette.table import put_into, table_of
from coze_cassettes.cli.project import cassettes_folder, cassettes_option, chosen_paths
from coze_cassettes.errors import CassetteError
from coze_cassettes.pytest_settings import PytestSettings, read_settings

_PAGE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("table")
@click.option("--check", "checked", type=_PAGE, metavar="PAGE", help="Check that this page has the table.")
@click.option("--write", "written", type=_PAGE, metavar="PAGE", help="Put the table into this page, below its marker.")
@click.option("--operations", is_flag=True, help="Count the operations of the SDK too, as `coverage` does.")
@cassettes_option
def command(*, checked: Path | None, written: Path | None, operations: bool, cassettes: Path | None) -> int:
    """Count the cassettes by test module and provenance, as a Markdown table."""
    settings = read_settings()
    found = store.read_all(cassettes_folder(cassettes, settings))
    table = table_of(found)
    if operations:
        table += "\n\n" + _operations(found, settings)
    if written is not None:
        store.write_text(written, put_into(written.read_text("utf-8"), table))
    elif checked is None:
        click.echo(table)
    elif table not in checked.read_text("utf-8"):
        raise CassetteError(
            f"{checked}: its table of cassettes is not up to date: run `coze-cassettes table"
            f"{' --operations' * operations} --write {checked}`."
        )
    return 0


def _operations(cassettes: Mapping[str, Cassette], settings: PytestSettings) -> str:
    """How many operations of the SDK the tests of the project record."""
    from coze_cassettes.coverage import table  # noqa: PLC0415  it imports what a table alone does not need

    return table.counts(table.measure(settings.tests, cassettes, chosen_paths((), settings)))
