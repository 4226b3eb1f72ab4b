"""``coze-cassettes migrate``."""

from __future__ import annotations

import os
from pathlib import Path

import click

from coze_cassettes import exit_codes, migrate
from coze_cassettes.scrubbing.environment import configured_values


@click.command("migrate")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def command(paths: tuple[Path, ...]) -> int:
    """Convert cassettes of stock vcrpy (YAML or JSON) into this format, scrubbed, in place.

    What cannot be read, is not Coze traffic, or would not be clean is named and left. Exit code 0: all is in this
    format now; 1: something was left.
    """
    results = migrate.migrate(paths, configured_values(os.environ))
    for result in results:
        done = f"{result.source}: in this format already" if result.done_before else ""
        said = result.problem or done or f"{result.source}: scrubbed, now {result.target}"
        click.echo(said, err=bool(result.problem))
    return exit_codes.FAILED if any(result.problem for result in results) else 0
