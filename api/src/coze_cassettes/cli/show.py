"""``coze-cassettes show``."""

from __future__ import annotations

import os
from pathlib import Path

import click

from coze_cassettes.cli.screen import print_lines
from coze_cassettes.errors import InvalidCassette, UnsafeCassette
from coze_cassettes.inspection.judge import Judge
from coze_cassettes.pytest_settings import read_settings
from coze_cassettes.review import calls, terminal, textconv, textconv_cache
from coze_cassettes.review.transcript import Transcript
from coze_cassettes.scrubbing.environment import configured_values


@click.command("show")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--textconv", "for_git", is_flag=True, help="Plain lines for git diff.")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="With --textconv: keep a cache here.",
)
def command(files: tuple[Path, ...], for_git: bool, keep: Path | None) -> int:  # noqa: FBT001  by name
    """Show cassettes as a reader follows them: calls, conversations, runs, dialogues, faults.

    A cassette that `check` refuses is named, not shown. With --textconv it is: git shows the file in any case. A file
    that is not a cassette is then printed as it is; the cache also gets what git is likely to ask for next.
    """
    if keep is not None:
        textconv_cache.fill(Path.cwd(), keep)
    if for_git:
        for file in files:
            click.echo("\n".join(textconv.convert(file.name, file.read_text("utf-8", "surrogateescape"))))
        return 0
    print_lines(line for file in files for line in terminal.transcript(_transcript(file)))
    return 0


def _transcript(file: Path) -> Transcript:
    text = file.read_text("utf-8", "replace")
    configured = configured_values(os.environ).placeholders
    judgement = Judge(configured)(text)
    if judgement.cassette is None:
        raise InvalidCassette(f"{file}: {judgement.error}")
    if judgement.refusal and (refusal := Judge(configured, read_settings().allow_opaque)(text).refusal):
        raise UnsafeCassette(f"{file} is not shown, {refusal}")
    return calls.transcript_of(file.as_posix(), judgement.cassette)
