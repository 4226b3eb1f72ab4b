"""``coze-cassettes report``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import click

from coze_cassettes import exit_codes
from coze_cassettes.cassette.model import Cassette
from coze_cassettes.cli.project import cassettes_folder, cassettes_option
from coze_cassettes.coverage import evidence, fields, table
from coze_cassettes.coze_tests import CozeTests
from coze_cassettes.inspection.judge import Judge, read_judged
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
    settings = read_settings()
    texts = report.read_texts(cassettes_folder(cassettes, settings))
    judge = Judge(configured_values(os.environ).placeholders, settings.allow_opaque)
    found, refused = read_judged(texts, judge)
    shown = [report.entry_of(name, cassette, len(texts[name])) for name, cassette in found.items()]
    measured = bool(settings.coze_tests) and not refused  # a file that is not read would count as a gap
    pages = dict(html.report_pages(shown, refused, with_coverage=measured))
    if measured:
        pages[html.COVERAGE_PAGE] = _coverage_page(settings.tests, found)
    for name, page in pages.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, "utf-8")
    click.echo(f"{pluralize(len(shown), 'cassette')}: {target / 'index.html'}")
    for name, reason in refused.items():
        click.echo(f"not shown: {name}: {reason}", err=True)
    return exit_codes.FAILED if refused else exit_codes.UNCHANGED


def _coverage_page(tests: CozeTests, cassettes: Mapping[str, Cassette]) -> str:
    rows = table.measure(tests, cassettes)
    unseen = fields.never_seen([row.operation for row in rows], cassettes.values())
    return html.coverage_page(table.HEADINGS, [table.line_of(row) for row in rows], list(evidence.gaps(rows)), unseen)
