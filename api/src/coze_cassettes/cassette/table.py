"""How many cassettes each test module has from each provenance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from coze_cassettes.cassette import store
from coze_cassettes.cassette.provenance import ORIGINS


def table_of(folder: Path) -> str:
    """The table of the cassettes below a folder."""
    files = store.files(folder)
    return provenance_table({path.relative_to(folder).as_posix(): _provenance(path) for path in files})


def _provenance(path: Path) -> str:
    return store.read(path).metadata.recorded_from


def provenance_table(origins: Mapping[str, str]) -> str:
    """A Markdown table of how many cassettes each module has from each provenance; ``origins`` maps files to theirs."""
    modules = sorted({name.rpartition("/")[0] for name in origins})
    counts = Counter((name.rpartition("/")[0], origin) for name, origin in origins.items())
    rows: list[list[object]] = [[module, *(counts[module, origin] for origin in ORIGINS)] for module in modules]
    rows.append(["all", *(sum(counts[module, origin] for module in modules) for origin in ORIGINS)])
    lines: list[list[object]] = [["cassettes", *ORIGINS], ["---", *("---:" for _ in ORIGINS)], *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)
