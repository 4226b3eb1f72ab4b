"""``coze-cassettes coverage``."""

from __future__ import annotations

from pathlib import Path

import click

from coze_cassettes import exit_codes
from coze_cassettes.cassette import store
from coze_cassettes.cli.project import cassettes_folder, cassettes_option, chosen_paths
from coze_cassettes.coverage import evidence, fields, table
from coze_cassettes.pluralize import pluralize
from coze_cassettes.pytest_settings import read_settings


@click.command("coverage")
@click.option("--all", "whole", is_flag=True, help="Also print the line of every operation.")
@click.option("--fields", "with_fields", is_flag=True, help="Also print the fields that no recorded answer has.")
@click.option(
    "--tests",
    multiple=True,
    metavar="PATH",
    help="The tests of the cassettes. Default: pytest's coze_tests.",
)
@cassettes_option
def command(*, whole: bool, with_fields: bool, tests: tuple[str, ...], cassettes: Path | None) -> int:
    """Compare the operations of the installed cozepy with the cassettes: recorded, sync, async, pages, errors.

    Exit code 1 if an operation has no cassette, or no test of one of the clients that have it.
    """
    settings = read_settings()
    found = store.read_all(cassettes_folder(cassettes, settings))
    rows = table.measure(settings.tests, found, chosen_paths(tests, settings))
    if whole:
        click.echo(table.markdown(rows) + "\n")
    click.echo(table.counts(rows))
    gaps = list(evidence.gaps(rows))
    for gap in gaps:
        click.echo(f"not recorded: {gap}", err=True)
    unseen = fields.never_seen([row.operation for row in rows], found.values())
    click.echo(f"\n{pluralize(len(unseen), 'field')} of the SDK's models in no recorded answer{':' * with_fields}")
    for each in unseen if with_fields else ():
        click.echo(f"  {each}")
    return exit_codes.FAILED if gaps else exit_codes.UNCHANGED
