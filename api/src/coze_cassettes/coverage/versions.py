"""Makes the table of what tests cannot do with other versions of the SDK, from pytest's reports in JUnit's format."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from coze_cassettes.errors import Misuse

MARKER: Final = "<!-- coze-cassettes compat -->"
"""The line of a page below which the table stands."""

_LONGEST: Final = 110
_IMPORT = re.compile(r"^E +((?:ImportError|ModuleNotFoundError): .*?)(?: \(/.*\))?$", re.MULTILINE)


@dataclass(frozen=True)
class Replay:
    """Why tests failed in a replay with one version of the SDK, each cause once."""

    version: str
    causes: tuple[str, ...]


def read_replay(path: Path) -> Replay:
    """The replay whose report is ``VERSION.xml``; Misuse if it is not a report."""
    try:
        cases = list(ET.parse(path).iter("testcase"))  # noqa: S314  (written by this machine's own pytest)
    except (OSError, ET.ParseError) as error:
        raise Misuse(f"{path} is not a report of pytest ({type(error).__name__}): write one with --junitxml.") from None
    return Replay(path.stem, tuple(dict.fromkeys(cause for case in cases for cause in _causes(case))))


def _causes(case: ET.Element) -> Iterator[str]:
    for kind in ("failure", "error"):
        for found in case.iter(kind):
            said = found.get("message", "")
            imported = _IMPORT.search(found.text or "")
            module = case.get("name", "").rpartition(".")[2]
            yield f"{module} is not imported: {imported[1]}" if imported else (said.splitlines() or [""])[0]


def table_of(replays: Sequence[Replay]) -> str:
    """A Markdown table: a line for each cause, a column for each version, a cross where tests fail for it.

    It has no numbers of tests, which change with the suite.
    """
    causes = sorted({cause for each in replays for cause in each.causes})
    versions = [each.version for each in replays]
    lines = [["why tests fail", *versions], ["---", *(":---:" for _ in versions)]]
    lines += [[_cell(cause), *("x" * (cause in each.causes) for each in replays)] for cause in causes]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(cause: str) -> str:
    """A cause as it may stand in a cell."""
    short = cause if len(cause) <= _LONGEST else cause[:_LONGEST] + "…"
    return "`" + short.replace("`", "'").replace("|", "\\|") + "`"
