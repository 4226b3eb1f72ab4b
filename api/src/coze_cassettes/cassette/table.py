"""How many cassettes each test module has from each provenance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from coze_cassettes.cassette.model import Cassette
from coze_cassettes.cassette.provenance import PROVENANCES
from coze_cassettes.errors import Misuse

MARKER: Final = "<!-- coze-cassettes table -->"
"""The line of a page below which the table stands."""


def put_into(page: str, table: str, marker: str = MARKER) -> str:
    """A page with this table below its marker; Misuse if it has no marker."""
    head, found, rest = page.partition(marker)
    if not found:
        raise Misuse(f"the page has no line {marker}: put one where the table is to stand.")
    after = rest.splitlines(keepends=True)
    while after and (not after[0].strip() or after[0].startswith("|")):
        after.pop(0)
    return f"{head}{marker}\n\n{table}\n" + ("\n" + "".join(after) if after else "")


def table_of(cassettes: Mapping[str, Cassette]) -> str:
    """A Markdown table of how many cassettes each module has from each provenance; cassettes by their paths.

    A provenance that no cassette has is left out.
    """
    files = {name: cassette.metadata.recorded_from for name, cassette in cassettes.items()}
    columns = [each for each in PROVENANCES if each in files.values()]
    modules = sorted({name.rpartition("/")[0] for name in files})
    counts = Counter((name.rpartition("/")[0], provenance) for name, provenance in files.items())
    rows: list[list[object]] = [[module, *(counts[module, each] for each in columns)] for module in modules]
    rows.append(["all", *(sum(counts[module, each] for module in modules) for each in columns)])
    lines: list[list[object]] = [["cassettes", *columns], ["---", *("---:" for _ in columns)], *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)
