"""``coze-cassettes setup``."""

from __future__ import annotations

import os

import click

from coze_cassettes.account import doctor, provisioning
from coze_cassettes.account.target import check_token
from coze_cassettes.cli.project import find_root, target_option
from coze_cassettes.pluralize import pluralize


@click.command("setup")
@target_option
@click.option("--remove", is_flag=True, help="Delete what setup created.")
def command(target: str, remove: bool) -> int:  # noqa: FBT001  click passes it by name
    """Create in the account what recordings need and the API can create, and print the variables that name it.

    Nothing is created twice. What is created carries a mark by which --remove finds it; the token is not printed.
    """
    found = doctor.account(find_root(), os.environ, target)
    check_token(found.target, found.get)
    if remove:
        gone = provisioning.remove(found)
        deleted = (
            f"{pluralize(gone.conversations, 'conversation')} and {pluralize(gone.datasets, 'knowledge base')} deleted"
        )
        click.echo(f"{deleted}, {pluralize(gone.bots, 'bot')} unpublished; Coze's web page deletes bots.")
        return 0
    for line in provisioning.setup(found).exports():
        click.echo(line)
    return 0
