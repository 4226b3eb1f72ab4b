"""The command line: what ``coze-cassettes`` understands, shows and asks."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NoReturn

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from coze_cassettes import foreign, inspector, preflight, progress, rerecord, store
from coze_cassettes import format as cassette_format
from coze_cassettes.compare import Severity
from coze_cassettes.environment import known
from coze_cassettes.errors import CassetteError, InvalidCassette, Misuse
from coze_cassettes.origins import ORIGINS, STAND_IN
from coze_cassettes.rerecord import Fate, Verdict

DEFAULT_CASSETTES: Final = "cassettes/coze"
INTERRUPTED: Final = "Interrupted: the cassettes are as they were; run it again."


def main() -> NoReturn:
    """The console script: a refusal is one line on standard error, never a traceback."""
    try:
        code = group.main(standalone_mode=False)
    except Misuse as error:
        code = _refused(str(error), rerecord.MISUSED)
    except CassetteError as error:
        code = _refused(str(error), rerecord.FAILED)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort):
        code = _refused(INTERRUPTED, rerecord.INTERRUPTED)
    sys.exit(code if isinstance(code, int) else 0)


def _refused(sentence: str, code: int) -> int:
    click.echo(sentence, err=True)
    return code


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


# --- rerecord -------------------------------------------------------------------------------------------------------


@group.command("rerecord")
@click.option("--target", default="", help="coze.com, coze.cn, a URL or stand-in. Default: COZE_API_BASE, or coze.com.")
@click.option("-k", "keyword", default="", metavar="EXPR", help="Only the tests that match, as pytest's -k.")
@click.option("--check", is_flag=True, help="Do everything but replace cassettes; exit code 3 tells of a change.")
@click.option("--yes", is_flag=True, help="Agree to the plan beforehand.")
@click.option("--report", type=click.Path(path_type=Path), metavar="DIR", help="Write verdict.md there.")
@click.option("--account", type=click.Choice(["a", "b"]), default="a", hidden=True, help="Of the stand-in.")
@click.option("--tests", default="api/tests/coze", show_default=True, metavar="PATH", help="What to record.")
@click.option("--keep-staging", type=click.Path(path_type=Path), hidden=True, help="Stage here, and leave it.")
@_cassettes_option
def rerecord_command(
    target: str,
    keyword: str,
    check: bool,  # noqa: FBT001  click passes it by name
    yes: bool,  # noqa: FBT001  as above
    report: Path | None,
    account: str,
    tests: str,
    keep_staging: Path | None,
    cassettes: Path | None,
) -> int:
    """Record the cassettes anew, and keep what really changed.

    Exit code 0: nothing changed; 3: something did; 1: it failed; 2: it was not started.
    """
    root, folder = _root(), _cassettes(cassettes)
    options = rerecord.Options(
        root, folder, tests, target, keyword, check=check, yes=yes, account=account, keep_staging=keep_staging
    )
    console = Console(soft_wrap=True)
    try:
        with _screen(console) as screen:
            verdict = rerecord.run(options, os.environ, screen)
    except KeyboardInterrupt:
        return _refused(INTERRUPTED, rerecord.INTERRUPTED)
    _print_verdict(console, verdict, options)
    if report is not None:
        store.write_text(report / "verdict.md", markdown(verdict))
    return verdict.exit_code


class _Screen:
    """What a run shows: tables, and a progress bar where there is a terminal."""

    def __init__(self, console: Console, bar: Progress) -> None:
        self._console = console
        self._bar = bar
        self._task = bar.add_task("", total=None, visible=False)

    def plan(self, plan: preflight.Plan) -> None:
        """Shows what will happen."""
        self._console.print(plan_table(plan))
        for test, reason in plan.left_out:
            self._console.print(f"  left out: {escape(test.id)}: {escape(reason)}", style="dim")
        for variable in plan.unset:
            self._console.print(f"  {variable} is not set: the tests that need it are left out", style="dim")

    def agreed(self, plan: preflight.Plan) -> bool:  # noqa: ARG002  it has been shown
        """Asks whether to go on; without a terminal nobody can agree."""
        return sys.stdin.isatty() and click.confirm("Record?", default=False)

    def stage(self, title: str, total: int) -> None:
        """A stage begins."""
        if self._console.is_terminal:
            self._bar.reset(self._task, description=title, total=total or None, completed=0, visible=True)
            self._bar.start()
        else:
            self._console.print(f"{title}{f' ({total} tests)' if total else ''}")

    def test(self, event: progress.Event) -> None:
        """A test began or ended."""
        name = event.test.rpartition("/")[2]
        if event.event == progress.STARTED:
            self._bar.update(self._task, description=escape(name))
        elif event.event == progress.FINISHED:
            self._bar.advance(self._task)
            if event.outcome == "failed":
                self._console.print(f"  failed: {escape(name)}")


@contextmanager
def _screen(console: Console) -> Iterator[_Screen]:
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    bar = Progress(*columns, console=console, transient=True)
    try:
        yield _Screen(console, bar)
    finally:
        if bar.live.is_started:
            bar.stop()


def plan_table(plan: preflight.Plan) -> Table:
    """What will be recorded from where, and what that does to the account and to the world."""
    where = "a stand-in of its own" if plan.target.local else preflight.shown_url(plan.target.url)
    table = Table("plan", "", title=f"Recording from {plan.target.origin} ({where})", title_justify="left")
    for module, count in sorted(plan.modules.items()):
        table.add_row("records", f"{module}: {count} cassettes")
    table.add_row("leaves out", f"{len(plan.left_out)} tests")
    for effect, what in preflight.EFFECTS if plan.target.origin != STAND_IN else ():
        table.add_row(effect, what)
    return table


# --- the verdict ----------------------------------------------------------------------------------------------------

_STYLES: Final = {Severity.BREAKING: "bold red", Severity.INFO: "cyan", Severity.NOTE: "yellow"}


def summary(verdict: Verdict) -> str:
    """One line: how many cassettes were recorded, and what became of all of them."""
    counts = [f"{verdict.count(fate)} {fate}" for fate in Fate if verdict.count(fate)]
    return f"{verdict.recorded} recorded: {', '.join(counts)}" if counts else "nothing was kept"


def conclusion(verdict: Verdict, *, check: bool) -> str:
    """The last line of a run: what it means, and what to do next."""
    if verdict.failures:
        return "Failed: no cassette was replaced."
    if verdict.exit_code == rerecord.UNCHANGED:
        return "Nothing changed."
    return (
        "Changed; nothing was replaced, since this was a check."
        if check
        else "Changed: read the difference with git diff."
    )


def _print_verdict(console: Console, verdict: Verdict, options: rerecord.Options) -> None:
    for failure in verdict.failures:
        console.print(f"failed: {escape(failure)}", style="bold red")
    for test, reason in verdict.left_out:
        console.print(f"left out: {escape(test)}: {escape(reason)}", style="dim")
    for decision in verdict.decisions:
        _print_decision(console, decision)
    console.print(summary(verdict))
    console.print(conclusion(verdict, check=options.check), style="bold")


def _print_decision(console: Console, decision: rerecord.Decision) -> None:
    if decision.fate is Fate.ORPHAN:
        console.print(
            f"orphan: {escape(decision.file)}: no test plays it; delete it if its test is gone", style="yellow"
        )
    elif decision.fate in rerecord.WRITTEN:
        console.print(f"{decision.fate}: {escape(decision.file)}")
    if decision.fate is Fate.CHANGED:
        for finding in decision.comparison.changes:
            console.print(f"  {escape(str(finding))}", style=_STYLES[finding.severity])


def markdown(verdict: Verdict) -> str:
    """The verdict as a page: counts by severity, then each cassette with its findings."""
    changes = [finding for decision in verdict.decisions for finding in decision.comparison.changes]
    counts = Counter(finding.severity for finding in changes)
    lines = ["# Verdict", "", summary(verdict), ""]
    lines += [f"- {severity}: {counts[severity]}" for severity in Severity]
    lines += ["", *(f"- failed: {failure}" for failure in verdict.failures)]
    for decision in verdict.decisions:
        if decision.fate is not Fate.UNCHANGED:
            lines += ["", f"## {decision.file}: {decision.fate}", ""]
            lines += [f"- {finding}" for finding in decision.comparison.changes]
    return "\n".join(lines) + "\n"


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
    values = tuple(known(os.environ).tags)
    found = [f"{name}:{finding}" for name, text in sources for finding in judge(text, values)]
    for line in found:
        click.echo(line)
    return rerecord.FAILED if found else 0


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
    return rerecord.FAILED if any(result.problem for result in results) else 0


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
