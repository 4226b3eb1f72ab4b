"""``coze-cassettes doctor``."""

from __future__ import annotations

import os

import click

from coze_cassettes import exit_codes
from coze_cassettes.account import doctor
from coze_cassettes.cli.project import find_root, target_option


@click.command("doctor")
@target_option
def command(target: str) -> int:
    """See whether a recording would work: environment, token, things and rights, one line each; nothing is changed.

    Exit code 1 if something is wrong; what is only unset leaves tests out.
    """
    checks = list(doctor.examine(find_root(), os.environ, target))
    for check in checks:
        click.echo(check)
    wrong = any(check.state is doctor.State.WRONG for check in checks)
    click.echo("A recording would not work: fix what is wrong." if wrong else "A recording would work.")
    return exit_codes.FAILED if wrong else 0
