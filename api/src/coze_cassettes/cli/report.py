"""``coze-cassettes report``."""

from __future__ import annotations

import os
from pathlib import Path

import click

from coze_cassettes import exit_codes
from coze_cassettes.cli.check import judge
from coze_cassettes.cli.project import cassettes_folder, cassettes_option
from coze_cassettes.pluralize import pluralize
from coze_cassettes.pytest_settings import read_settings
from coze_cassettes.review import html, report
from coze_cassettes.scrubbing.environment import configured_values


@click.command("report")
@click.option("--html", "target", required=True, type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@cassettes_option
def command(target: Path, cassettes: Path | None) -> int:
    """Write the whole set as pages to browse: operations, tests, provenance, ages, sizes, each transcript.

    Exit code 1 if there is a file that `check` refuses: it is named, not shown.
    """
    values, refused, allowed = (
        configured_values(os.environ).placeholders,
        dict[str, str](),
        read_settings().allow_opaque,
    )
    folder = cassettes_folder(cassettes)
    shown = list(report.read_entries(folder, lambda text: judge(text, values, allowed), refused))
    for name, page in html.report_pages(shown, refused):
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, "utf-8")
    click.echo(f"{pluralize(len(shown), 'cassette')}: {target / 'index.html'}")
    for name, reason in refused.items():
        click.echo(f"not shown: {name}: {reason}", err=True)
    return exit_codes.FAILED if refused else exit_codes.UNCHANGED
