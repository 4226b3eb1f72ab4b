"""What a check of cassettes found: the counts, what each code means, the command that fixes it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import Final

from coze_cassettes.pluralize import pluralize

MEANINGS: Final = {
    "CHECK-FORMAT": "the file is not a cassette that can be read (conflict markers, a hand edit, empty)",
    "CHECK-PROVENANCE": "recorded_from is not one of coze.com, coze.cn, coze-studio and stand-in",
    "CHECK-DIGEST": "the interactions are not those that were recorded: the file was edited by hand",
    "CHECK-ROUND-TRIP": "the file is not written as the toolkit writes it",
}
_INSPECT: Final = "INSPECT-"
_MOST_NAMES: Final = 5
"""Tests that one command names: more are recorded by recording all."""


def summarize(looked_at: str, found: Sequence[tuple[str, str]], record_command: str) -> Iterator[str]:
    """The last lines of a check of ``105 cassettes, 1.2 MB``; ``found`` pairs a file with ``PLACE CODE``."""
    files = sorted({file for file, _ in found})
    if not found:
        yield f"{looked_at}, 0 findings"
        return
    yield f"{looked_at}, {pluralize(len(found), 'finding')} in {pluralize(len(files), 'file')}:"
    codes = sorted({finding.rpartition(" ")[2] for _, finding in found})
    width = max(map(len, codes))
    for code in codes:
        yield f"  {code:{width}}  {_meaning(code)}"
    yield f"Record {'it' if len(files) == 1 else 'them'} again: {record_command}{_selection(files)}"
    if any(code.startswith(_INSPECT) for code in codes):
        yield "If a value of yours comes back: export COZE_SECRET_<NAME>=<value>, so that it is scrubbed everywhere."


def _meaning(code: str) -> str:
    kind = code.removeprefix(_INSPECT).replace("-", " ").lower()
    return MEANINGS.get(code, f"what looks like a secret or a personal value is in it ({kind})")


def _selection(files: Sequence[str]) -> str:
    """The option that selects the tests of some files."""
    names = sorted(
        {file.rpartition("/")[2].removesuffix(".yaml").rpartition(".")[2].partition("[")[0] for file in files}
    )
    return f" -k {shlex.quote(' or '.join(names))}" if len(names) <= _MOST_NAMES else ""
