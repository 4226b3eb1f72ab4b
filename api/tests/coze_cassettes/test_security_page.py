"""The tables of SECURITY.md are those of the code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import pytest

from coze_cassettes.cassette.parts import METADATA_PARTS, PARTS, Form
from coze_cassettes.codecs import archives, compression, json_text, layers
from coze_cassettes.codecs.containers import CONTAINERS, Container
from coze_cassettes.codecs.encodings import ENCODINGS, FOLDINGS
from coze_cassettes.errors import UnreadableBody
from coze_cassettes.scrubbing import environment, grouped, values
from coze_cassettes.scrubbing.rules import RULES
from coze_cassettes.scrubbing.rules.model import Category
from coze_cassettes.scrubbing.rules.model import Form as RuleForm

PAGE: Final = Path(__file__).parents[3] / "SECURITY.md"


def table(*rows: Sequence[str]) -> str:
    """Rows as Markdown, the first as the head."""
    head, *rest = (f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |" for row in rows)
    return "\n".join([head, f"|{'---|' * len(rows[0])}", *rest])


def kinds() -> str:
    """The kinds of placeholders by category."""
    shown = []
    for category in Category:
        rules = [rule for rule in RULES if rule.category is category]
        found = sorted({rule.kind for rule in rules if rule.form is not RuleForm.SHIFT})
        shown.append((category.value, str(len(rules)), ", ".join(f"`{kind}`" for kind in found) or "moved"))
    return table(("category", "rules", "placeholders"), *shown)


def places() -> str:
    """The parts of a call, and of the metadata."""
    walked = [part for part in (*PARTS, *METADATA_PARTS) if part.form is not Form.NUMBER]
    messages = dict.fromkeys(part.message for part in walked)
    named = {"metadata": "metadata, inspected only"}
    rows = (
        (named.get(each, each), ", ".join(f"`{part.field}`" for part in walked if part.message == each))
        for each in messages
    )
    return table(("of", "parts"), *rows)


def encodings() -> str:
    """The encodings, and what changes the looks of a value only."""
    rows = [(row.name, *(f"`{text}`" for text in shown(row.example))) for row in ENCODINGS]
    looks = [(row.name, *(f"`{text}`" for text in shown(row.example))) for row in FOLDINGS]
    return table(("encoding", "a text", "stands as"), *rows, *looks)


def shown(example: tuple[str, str]) -> list[str]:
    """The two texts of an example; what is not printable as an escape."""
    texts = (
        text.encode("unicode_escape", "surrogatepass").decode() if not text.isprintable() else text for text in example
    )
    return [text.replace("`", "'") for text in texts]


def is_refused(row: Container) -> bool:
    """Whether a file that begins so cannot be opened."""
    try:
        row.open(row.magic + b"\x90" + bytes(20))
    except UnreadableBody:
        return True
    return False


def files() -> str:
    """The forms of files."""
    rows = (
        (what, ", ".join(row.name for row in CONTAINERS if is_refused(row) is refused))
        for what, refused in (("opened", False), ("refused", True))
    )
    return table(("files", "forms"), *rows)


def limits() -> str:
    """The numbers."""
    return table(
        ("limit", "value"),
        ("characters of a configured secret, at least", str(environment.MIN_SECRET)),
        ("characters of a configured identifier, at least", str(environment.MIN_IDENTIFIER)),
        ("characters of a cut secret that are found", str(values.MIN_CUT)),
        ("characters of a secret of letters and digits in groups, at least", str(grouped.MIN_GROUPED)),
        ("layers of encodings and files inside each other", str(layers.MAX_DEPTH)),
        ("objects and lists of JSON inside each other", str(json_text.MAX_NESTING)),
        ("bytes of an unpacked file", f"{compression.MAX_BYTES:,}"),
        ("files in an archive", f"{archives.MAX_MEMBERS:,}"),
    )


TABLES: Final = (kinds, places, encodings, files, limits)


@pytest.mark.parametrize("make", TABLES, ids=lambda make: make.__name__)
def test_the_page_has_the_tables_of_the_code(make: Callable[[], str]) -> None:
    """A table that changes is written into the page again."""
    _, _, rest = PAGE.read_text("utf-8").partition(f"<!-- {make.__name__} -->\n\n")
    assert rest.startswith(make() + "\n\n"), f"it must be:\n{make()}"
