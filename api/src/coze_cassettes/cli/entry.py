"""The console script: the table of commands, each imported when it is called."""

from __future__ import annotations

import io
import os
import sys
from importlib import import_module
from typing import Any, Final, NoReturn, TextIO

import click

from coze_cassettes import exit_codes
from coze_cassettes.errors import CassetteError, Misuse, system_reason

INTERRUPTED: Final = "Interrupted: the cassettes are as they were; run it again."

COMMANDS: Final = {
    "check": "Check cassettes: provenance, digest, exact form, and what the inspector finds.",
    "compat": "Show what other versions of cozepy cannot do, from pytest's reports.",
    "coverage": "Compare the operations of the installed cozepy with the cassettes.",
    "diff": "Compare the cassettes of two revisions: what Coze answers differently.",
    "doctor": "Check whether a recording would work: environment, token, account, permissions.",
    "init": "Set up a project: configuration, a first test, rules of git.",
    "migrate": "Convert cassettes of stock vcrpy into this format, scrubbed.",
    "rerecord": "Record the cassettes again, and replace those that changed.",
    "report": "Write the whole set of cassettes as pages to browse.",
    "setup": "Create in the account what recordings need.",
    "show": "Show cassettes as conversations, runs and dialogues.",
    "table": "Count the cassettes by test module and provenance.",
}
"""What each command does; its module in this package has a click command ``command``."""


class _Commands(click.Group):
    """The commands of the table; ``--help`` imports none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """Their names."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  as above
        """The command of a name."""
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = import_module(f"coze_cassettes.cli.{cmd_name}").command
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  as above
        """The table."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; of an interrupt click itself would print an empty line."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            return _report_interrupt()


@click.group(cls=_Commands)
def group() -> None:
    """Record, check and count cassettes of the Coze API."""


def main() -> NoReturn:
    """Run the command line: a refusal is one line on standard error, never a traceback."""
    escape_what_is_not_encoded(sys.stdout, sys.stderr)
    if sys.stdin is None:  # it is closed: nobody answers a question
        sys.stdin = io.StringIO()
    if os.environ.get("COLUMNS") == "0":  # a terminal whose size is not known: rich would print nothing
        del os.environ["COLUMNS"]
    try:
        code = group.main(standalone_mode=False)
    except Misuse as error:
        code = _refuse(str(error), exit_codes.MISUSED)
    except CassetteError as error:
        code = _refuse(str(error), exit_codes.FAILED)
    except OSError as error:
        code = _refuse(f"The command cannot go on ({system_reason(error)}).", exit_codes.FAILED)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort):
        code = _report_interrupt()
    sys.exit(code if isinstance(code, int) else 0)


def escape_what_is_not_encoded(*streams: TextIO) -> None:
    """Let streams have escapes for what they cannot hold: of ASCII (``LC_ALL=C``) nothing that is Chinese."""
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper) and stream.errors in ("strict", "surrogateescape"):
            stream.reconfigure(errors="backslashreplace")


def _refuse(sentence: str, code: int) -> int:
    click.echo(sentence, err=True)
    return code


def _report_interrupt() -> int:
    """Say that the command was interrupted, on a terminal over the ^C that it shows."""
    return _refuse(f"{chr(13) if sys.stderr.isatty() else ''}{INTERRUPTED}", exit_codes.INTERRUPTED)
