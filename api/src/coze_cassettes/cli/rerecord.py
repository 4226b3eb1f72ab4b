"""``coze-cassettes rerecord``."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

import click

from coze_cassettes.cassette import store
from coze_cassettes.cassette.provenance import STAND_IN
from coze_cassettes.cli.project import cassettes_option, chosen_tests, shell_path, with_absolute_paths
from coze_cassettes.errors import Misuse
from coze_cassettes.pytest_settings import read_settings
from coze_cassettes.rerecord import report, reporters, run
from coze_cassettes.rerecord.options import Options
from coze_cassettes.session import limits
from coze_cassettes.session.limits import Limits


def _limit(name: str, text: str) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """An option for one number of a recording; checked where the environment's are."""
    default = getattr(Limits, name)
    shown = f"{text} Default: {default:g}, or {limits.variable(name)}."
    return click.option(f"--max-{name}".replace("_", "-"), name, metavar="N", help=shown)


_LIST: Final = "Print the operations and kinds of --change, and end."
_CHANGE: Final = "Let the stand-in's API differ: OPERATION:KIND:FIELD[:NEW]. --help-changes lists operations and kinds."


def _show_changes(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:  # noqa: FBT001  click's
    """Print what --change takes, and end."""
    if not wanted:
        return
    from coze_standin.changes import KINDS  # noqa: PLC0415  the extra standin may not be installed
    from coze_standin.operations import NAMES  # noqa: PLC0415  as above

    click.echo("OPERATION:KIND:FIELD[:NEW], for example bots.retrieve:rename:description:about\n\nKinds:")
    for kind in KINDS.values():
        click.echo(f"  {kind.name:8}{kind.does}")
    click.echo("\nOperations:")
    for name in sorted(NAMES):
        click.echo(f"  {name}")
    context.exit()


@click.command("rerecord")
@click.option("--target", default="", help="coze.com, coze.cn, a URL or stand-in. Default: COZE_API_BASE, or coze.com.")
@click.option("-k", "keyword", default="", metavar="EXPR", help="Record only the tests that match, like pytest's -k.")
@click.option("--check", is_flag=True, help="Do everything but replace cassettes; exit code 3 means a change.")
@click.option("--all-or-nothing", is_flag=True, help="Replace no cassette if one test fails.")
@click.option("--yes", is_flag=True, help="Start without asking for consent to the plan.")
@click.option("--fresh", is_flag=True, help="Start over instead of resuming an interrupted run.")
@click.option("--report", "page", type=click.Path(path_type=Path), metavar="DIR", help="Write verdict.md there.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.option("--tests", multiple=True, metavar="PATH", help="What to record. Default: pytest's coze_tests.")
@_limit("requests_per_second", "How many requests a second at most; 0 means no limit.")
@_limit("chats", "How many chats and workflow runs at most.")
@_limit("audio", "How many audio calls at most.")
@click.option(
    "--account", type=click.Choice(["a", "b"]), default="a", help="Which of the stand-in's two accounts to record from."
)
@click.option("--change", "changes", multiple=True, metavar="SPEC", help=_CHANGE)
@click.option("--help-changes", is_flag=True, is_eager=True, expose_value=False, callback=_show_changes, help=_LIST)
@click.option("--keep-staging", type=click.Path(path_type=Path), hidden=True, help="Stage here, and leave it.")
@cassettes_option
def command(
    page: Path | None,
    as_json: bool,  # noqa: FBT001  click passes it by name
    cassettes: Path | None,
    changes: tuple[str, ...],
    tests: tuple[str, ...],
    **chosen: Any,
) -> int:
    """Record the cassettes again, and replace those that changed.

    Exit code 0: nothing changed; 3: something did; 1: it failed; 2: it was not started.
    """
    numbers = tuple(
        (name, value)
        for name, value in ((limits.variable(each.name), chosen.pop(each.name, None)) for each in fields(Limits))
        if value is not None
    )
    settings = read_settings()
    folder = cassettes.absolute() if cassettes else settings.cassettes_dir
    paths = chosen_tests(tests, settings)
    options = Options(
        settings.rootdir, folder, paths, changes=changes, numbers=numbers, allow_opaque=settings.allow_opaque, **chosen
    )
    if changes and options.target != STAND_IN:
        raise Misuse(f"--change is the stand-in's: use it with --target {STAND_IN}.")
    with reporters.choose_reporter(as_json=as_json) as reporter:
        verdict = run.run(options, with_absolute_paths(os.environ, settings.rootdir), reporter)
    reporter.verdict(verdict, check=options.check, folder=shell_path(options.cassettes))
    if page is not None:
        store.write_text(page / "verdict.md", report.markdown(verdict))
    return verdict.exit_code
