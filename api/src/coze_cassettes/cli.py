"""The command line: what ``coze-cassettes`` understands, shows and asks."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Final, NoReturn

import click

from coze_cassettes import foreign
from coze_cassettes.account import account, doctor, preflight
from coze_cassettes.cassette import format as cassette_format
from coze_cassettes.cassette import store
from coze_cassettes.cassette.provenance import ORIGINS, STAND_IN
from coze_cassettes.counting import counted
from coze_cassettes.errors import CassetteError, InvalidCassette, Misuse
from coze_cassettes.inspection import inspector
from coze_cassettes.rerecord import decisions, run, screens, verdicts
from coze_cassettes.scrubbing.environment import known
from coze_cassettes.session import patience
from coze_cassettes.session.patience import Limits

DEFAULT_CASSETTES: Final = "cassettes/coze"
INTERRUPTED: Final = "Interrupted: the cassettes are as they were; run it again."


def main() -> NoReturn:
    """The console script: a refusal is one line on standard error, never a traceback."""
    try:
        code = group.main(standalone_mode=False)
    except Misuse as error:
        code = _refused(str(error), decisions.MISUSED)
    except CassetteError as error:
        code = _refused(str(error), decisions.FAILED)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort):
        code = _interrupted()
    sys.exit(code if isinstance(code, int) else 0)


def _refused(sentence: str, code: int) -> int:
    click.echo(sentence, err=True)
    return code


def _interrupted() -> int:
    """Tells of an interrupt, on a terminal over the ^C that it shows."""
    return _refused(f"{chr(13) if sys.stderr.isatty() else ''}{INTERRUPTED}", decisions.INTERRUPTED)


@click.group()
def group() -> None:
    """Record, check and count cassettes of the Coze API."""


# --- where things are -----------------------------------------------------------------------------------------------


def _root() -> Path:
    """The nearest folder upwards with a pyproject.toml, or this one."""
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / "pyproject.toml").exists()), here)


def _pytest_settings(root: Path) -> Mapping[str, Any]:
    """The pytest settings of a project; empty if there are none."""
    try:
        text = (root / "pyproject.toml").read_text("utf-8")
    except FileNotFoundError:
        return {}
    try:
        settings = tomllib.loads(text).get("tool", {}).get("pytest", {})
    except tomllib.TOMLDecodeError:
        raise Misuse(f"{root / 'pyproject.toml'} is not valid TOML.") from None
    return {**settings, **settings.get("ini_options", {})}


def _cassettes(chosen: Path | None) -> Path:
    """The folder of the cassettes: as asked for, or as pytest's configuration has it."""
    root = _root()
    return chosen.absolute() if chosen else root / str(_pytest_settings(root).get("cassettes_dir", DEFAULT_CASSETTES))


_cassettes_option = click.option(
    "--cassettes", type=click.Path(path_type=Path), help="Their folder. Default: pytest's cassettes_dir."
)


def _limit(name: str, text: str) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """An option for one number of a recording; checked where the environment's are."""
    default = getattr(Limits, name)
    shown = f"{text} Default: {default:g}, or {patience.variable(name)}."
    return click.option(f"--max-{name}".replace("_", "-"), name, metavar="N", help=shown)


# --- rerecord -------------------------------------------------------------------------------------------------------


@group.command("rerecord")
@click.option("--target", default="", help="coze.com, coze.cn, a URL or stand-in. Default: COZE_API_BASE, or coze.com.")
@click.option("-k", "keyword", default="", metavar="EXPR", help="Only the tests that match, as pytest's -k.")
@click.option("--check", is_flag=True, help="Do everything but replace cassettes; exit code 3 tells of a change.")
@click.option("--yes", is_flag=True, help="Agree to the plan beforehand.")
@click.option("--fresh", is_flag=True, help="Do not go on with what an interrupted run has recorded.")
@click.option("--report", type=click.Path(path_type=Path), metavar="DIR", help="Write verdict.md there.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.option("--tests", default="api/tests/coze", show_default=True, metavar="PATH", help="What to record.")
@_limit("requests_per_second", "How many requests a second at most; 0 is no ceiling.")
@_limit("chats", "How many chats and workflow runs at most.")
@_limit("audio", "How many audio calls at most.")
@click.option("--account", type=click.Choice(["a", "b"]), default="a", hidden=True, help="Of the stand-in.")
@click.option("--change", "changes", multiple=True, hidden=True, metavar="SPEC", help="Of the stand-in's API.")
@click.option("--keep-staging", type=click.Path(path_type=Path), hidden=True, help="Stage here, and leave it.")
@_cassettes_option
def rerecord_command(
    report: Path | None,
    as_json: bool,  # noqa: FBT001  click passes it by name
    cassettes: Path | None,
    changes: tuple[str, ...],
    **chosen: Any,
) -> int:
    """Record the cassettes anew, and keep what really changed.

    Exit code 0: nothing changed; 3: something did; 1: it failed; 2: it was not started.
    """
    numbers = tuple(
        (name, value)
        for name, value in ((patience.variable(each.name), chosen.pop(each.name, None)) for each in fields(Limits))
        if value is not None
    )
    options = run.Options(_root(), _cassettes(cassettes), changes=changes, numbers=numbers, **chosen)
    if changes and options.target != STAND_IN:
        raise Misuse(f"--change is the stand-in's: use it with --target {STAND_IN}.")
    try:
        with screens.screen(as_json=as_json) as screen:
            verdict = run.run(options, os.environ, screen)
    except KeyboardInterrupt:
        return _interrupted()
    screen.verdict(verdict, check=options.check)
    if report is not None:
        store.write_text(report / "verdict.md", verdicts.markdown(verdict))
    return verdict.exit_code


# --- the account ----------------------------------------------------------------------------------------------------

_target_option = click.option("--target", default="", help="coze.com, coze.cn or a URL. Default: COZE_API_BASE.")


@group.command("doctor")
@_target_option
def doctor_command(target: str) -> int:
    """See whether a recording would work: environment, token, things and rights, one line each; nothing is changed.

    Exit code 1 if something is wrong; what is only unset leaves tests out.
    """
    lines = list(doctor.examine(_root(), os.environ, target))
    for line in lines:
        click.echo(line)
    wrong = any(line.state is doctor.State.WRONG for line in lines)
    click.echo("A recording would not work: cure what is wrong." if wrong else "A recording would work.")
    return decisions.FAILED if wrong else 0


@group.command("setup")
@_target_option
@click.option("--remove", is_flag=True, help="Take away what was made.")
def setup_command(target: str, remove: bool) -> int:  # noqa: FBT001  click passes it by name
    """Make in the account what recordings need and the API can make, and print the variables that name it.

    Nothing is made twice. What is made bears a mark, by which --remove finds it; the token is not printed.
    """
    found = doctor.account(_root(), os.environ, target)
    preflight.check_token(found.target, found.get)
    if remove:
        gone = account.remove(found)
        deleted = (
            f"{counted(gone.conversations, 'conversation')} and {counted(gone.datasets, 'knowledge base')} deleted"
        )
        click.echo(f"{deleted}, {counted(gone.bots, 'bot')} unpublished; Coze's web page deletes bots.")
        return 0
    for line in account.setup(found).exports():
        click.echo(line)
    return 0


# --- check ----------------------------------------------------------------------------------------------------------


@group.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--staged", is_flag=True, help="Judge what git is about to commit, not the working tree.")
@_cassettes_option
def check_command(paths: tuple[Path, ...], staged: bool, cassettes: Path | None) -> int:  # noqa: FBT001  by name
    """Judge cassettes: their origin, their digest, their exact form, and what the inspector finds in them.

    Prints FILE:PLACE RULE-ID for each finding; exit code 1 if there is any.
    """
    folder = _cassettes(cassettes)
    sources = _staged(folder) if staged else _files(paths or (folder,))
    values = tuple(known(os.environ).placeholders)
    found = [f"{name}:{finding}" for name, text in sources for finding in judge(text, values)]
    for line in found:
        click.echo(line)
    return decisions.FAILED if found else 0


def judge(text: str, values: Iterable[str] = ()) -> list[str]:
    """What is wrong with the text of a cassette file, as ``PLACE RULE-ID``."""
    try:
        cassette = cassette_format.loads(text)
    except InvalidCassette:
        return ["file CHECK-FORMAT"]
    found = []
    if cassette.metadata.recorded_from not in ORIGINS:
        found.append("metadata.recorded_from CHECK-ORIGIN")
    if cassette.metadata.digest != store.digest(cassette.interactions):
        found.append("metadata.digest CHECK-DIGEST")
    if cassette_format.dumps(cassette) != text:
        found.append("file CHECK-ROUND-TRIP")
    return found + [str(finding) for finding in inspector.inspect(cassette, text, values)]


def _files(paths: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """The cassettes among paths and below folders, with their texts."""
    for path in paths:
        if not path.exists():
            raise Misuse(f"{path}: there is no such file or folder.")
        for file in store.files(path) if path.is_dir() else [path]:
            yield _shown_path(file), file.read_text("utf-8", "replace")


def _shown_path(path: Path) -> str:
    return path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else path.as_posix()


def _staged(folder: Path) -> Iterator[tuple[str, str]]:
    """The cassettes in git's index that a commit would change, with their texts; nothing is written to do so."""
    names = _git(folder, "diff", "--cached", "--name-only", "--diff-filter=ACMR", "-z", "--", ".").split("\0")
    for name in filter(None, names):
        if name.endswith(store.SUFFIX):
            yield name, _git(folder, "show", f":{name}")


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=True)  # noqa: S603, S607  git is the one on the path
    except (OSError, subprocess.CalledProcessError):
        raise Misuse(f"git {arguments[0]} failed in {folder}: --staged needs a git repository.") from None
    return done.stdout.decode("utf-8", "replace")


# --- scrub ----------------------------------------------------------------------------------------------------------


@group.command("scrub")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def scrub_command(paths: tuple[Path, ...]) -> int:
    """Bring cassettes of stock vcrpy (YAML or JSON) into this format, scrubbed, in place.

    What cannot be read, is no Coze traffic, or would not be clean is named and left; exit code 1 if there is any.
    """
    results = foreign.migrate(paths, known(os.environ))
    for result in results:
        click.echo(result.problem or f"{result.source}: scrubbed, now {result.target}", err=bool(result.problem))
    return decisions.FAILED if any(result.problem for result in results) else 0


# --- table ----------------------------------------------------------------------------------------------------------


@group.command("table")
@click.option("--check", "page", type=click.Path(exists=True, path_type=Path), help="See that this page has the table.")
@_cassettes_option
def table_command(page: Path | None, cassettes: Path | None) -> int:
    """Count the cassettes by test module and origin, as a Markdown table."""
    folder = _cassettes(cassettes)
    table = origin_table({path.relative_to(folder).as_posix(): _origin(path) for path in store.files(folder)})
    if page is None:
        click.echo(table)
    elif table not in page.read_text("utf-8"):
        raise CassetteError(
            f"{page}: its table of cassettes is not up to date; put in what `coze-cassettes table` prints."
        )
    return 0


def _origin(path: Path) -> str:
    return store.read(path).metadata.recorded_from


def origin_table(origins: Mapping[str, str]) -> str:
    """A Markdown table of how many cassettes each module has from each origin; ``origins`` maps files to theirs."""
    modules = sorted({name.partition("/")[0] for name in origins})
    counts = Counter((name.partition("/")[0], origin) for name, origin in origins.items())
    rows: list[list[object]] = [[module, *(counts[module, origin] for origin in ORIGINS)] for module in modules]
    rows.append(["all", *(sum(counts[module, origin] for module in modules) for origin in ORIGINS)])
    lines: list[list[object]] = [["cassettes", *ORIGINS], ["---", *("---:" for _ in ORIGINS)], *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)
