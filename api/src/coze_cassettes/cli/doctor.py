"""``coze-cassettes doctor``."""

from __future__ import annotations

import os
from contextlib import ExitStack

import click

from coze_cassettes import exit_codes
from coze_cassettes.account import doctor
from coze_cassettes.account.needs import needed_variables
from coze_cassettes.cassette.provenance import STAND_IN
from coze_cassettes.pytest_settings import read_settings
from coze_cassettes.rerecord import processes


@click.command("doctor")
@click.option("--target", default="", help="coze.com, coze.cn, a URL or stand-in. Default: COZE_API_BASE.")
def command(target: str) -> int:
    """Check whether a recording would work: environment, token, account, permissions, a line each; nothing is changed.

    Exit code 1 if something is wrong; what is only unset leaves tests out.
    """
    environment = dict(os.environ)
    with ExitStack() as stack:
        if target == STAND_IN:
            server = stack.enter_context(processes.stand_in("a")).ready()
            environment, target = {**environment, **server.environment}, server.url
        settings = read_settings()
        needed = needed_variables(settings.tests.paths)
        checks = list(doctor.examine(settings.rootdir, environment, target, needed))
    for check in checks:
        click.echo(check)
    wrong = any(check.state is doctor.State.WRONG for check in checks)
    click.echo("A recording would not work: fix what is wrong." if wrong else "A recording would work.")
    return exit_codes.FAILED if wrong else 0
