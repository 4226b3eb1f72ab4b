"""Renders transcripts as HTML pages that can be read without network or script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.metadata import version
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from coze_cassettes.pluralize import pluralize
from coze_cassettes.review.comparison import Mark, Review
from coze_cassettes.review.markdown import summary
from coze_cassettes.review.report import Entry, by_operation
from coze_cassettes.review.transcript import Transcript

_SIGNS: Final = {Mark.SAME: " ", Mark.REMOVED: "−", Mark.ADDED: "+"}
_WORDS: Final = {Mark.SAME: "", Mark.REMOVED: "removed", Mark.ADDED: "new"}
_OPENED: Final = 20
"""As many cassettes of a comparison are unfolded from the start."""


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("coze_cassettes.review"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(version=version("coze-cassettes"), signs=_SIGNS, words=_WORDS, short=_short)
    return environment


@cache
def _script() -> str:
    return _environment().get_template("search.js").render()


def _render(template: str, script: str = "", **values: Any) -> str:
    """A page; only the script whose digest it names may run in it."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    page = _environment().get_template(template)
    # The script is a file of this package, not what was recorded.
    return page.render(script=Markup(script), script_hash=f"sha256-{digest}", **values)  # noqa: S704


def _short(name: str) -> str:
    return name.rpartition("/")[2].removesuffix(".yaml")


def diff_page(review: Review) -> str:
    """One page with everything that differs between two versions."""
    anchors = {file.file: f"cassette-{number}" for number, file in enumerate(review.files, start=1)}
    return _render("diff.html.j2", review=review, summary=summary(review), anchors=anchors, opened=_OPENED)


COVERAGE_PAGE: Final = "operations.html"
"""Where the page of the SDK's operations stands in a report."""


def coverage_page(
    headings: Sequence[str], lines: Sequence[Sequence[str]], gaps: Sequence[str], unseen: Sequence[str]
) -> str:
    """A page with a line for each operation of the SDK, what is not recorded, and the fields of no answer."""
    return _render("operations.html.j2", headings=headings, lines=lines, gaps=gaps, unseen=unseen)


def report_pages(
    shown: Sequence[tuple[Entry, Transcript]], refused: Mapping[str, str], *, with_coverage: bool = False
) -> Iterator[tuple[str, str]]:
    """The pages of the whole set, each with its name below the folder: an index, and one page a cassette.

    ``with_coverage`` links to the page of the SDK's operations.
    """
    entries = [entry for entry, _ in shown]
    size = sum(entry.size for entry in entries)
    operations = pluralize(len(by_operation(entries)), "operation")
    total = f"{pluralize(len(entries), 'cassette')}, {size:,} bytes, {operations}."
    yield (
        "index.html",
        _render(
            "index.html.j2",
            _script(),
            entries=entries,
            operations=by_operation(entries),
            provenances=sorted({entry.provenance for entry in entries}),
            refused=refused,
            summary=total,
            coverage=COVERAGE_PAGE if with_coverage else "",
        ),
    )
    for entry, transcript in shown:
        home = "../" * entry.page.count("/") + "index.html"
        yield entry.page, _render("cassette.html.j2", entry=entry, transcript=transcript, home=home)
