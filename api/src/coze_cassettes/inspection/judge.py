"""Judges the text of a cassette file: its form, its provenance, its digest, what the inspector finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from coze_cassettes.cassette import format as cassette_format
from coze_cassettes.cassette import store
from coze_cassettes.cassette.model import Cassette
from coze_cassettes.cassette.provenance import PROVENANCES
from coze_cassettes.errors import InvalidCassette
from coze_cassettes.inspection.scan import inspect
from coze_cassettes.parallel import Processes


@dataclass(frozen=True)
class Judgement:
    """A file's cassette, None if it cannot be read, and what is wrong with it, as ``PLACE RULE-ID``."""

    cassette: Cassette | None
    findings: tuple[str, ...]
    error: str = ""

    @property
    def refusal(self) -> str:
        """Why the file is not shown; an empty string if it may be."""
        if self.error or not self.findings:
            return self.error
        return f"`coze-cassettes check` finds {len(self.findings)}: {self.findings[0]}"


@dataclass(frozen=True)
class Judge:
    """What a judgement depends on beside the text.

    ``configured`` are values of the environment with their placeholders, ``allow_opaque`` digests of files that nothing
    can open.
    """

    configured: Mapping[str, str] = field(default_factory=dict)
    allow_opaque: frozenset[str] = frozenset()

    def __call__(self, text: str) -> Judgement:
        """Judge one text."""
        try:
            cassette = cassette_format.loads(text)
        except InvalidCassette as error:
            return Judgement(None, ("file CHECK-FORMAT",), str(error))
        found = []
        if cassette.metadata.recorded_from not in PROVENANCES:
            found.append("metadata.recorded_from CHECK-PROVENANCE")
        if cassette.metadata.digest != store.digest(cassette):
            found.append("metadata.digest CHECK-DIGEST")
        if not cassette_format.is_exact(text, cassette):
            found.append("file CHECK-ROUND-TRIP")
        found += map(str, inspect(cassette, text, self.configured, self.allow_opaque))
        return Judgement(cassette, tuple(found))


_SHARE: Final = 200
"""Cassettes that are worth a process of their own."""


_Name = TypeVar("_Name")


def judge_all(texts: Mapping[_Name, str], judge: Judge) -> dict[_Name, Judgement]:
    """The judgement of each of some texts, by its name."""
    return dict(zip(texts, Processes(_SHARE)(judge, list(texts.values())), strict=True))


def read_judged(texts: Mapping[_Name, str], judge: Judge) -> tuple[dict[_Name, Cassette], dict[_Name, str]]:
    """The cassettes that may be shown, by name, and why the others are not."""
    judgements = judge_all(texts, judge)
    refused = {name: each.refusal for name, each in judgements.items() if each.refusal}
    return {name: each.cassette for name, each in judgements.items() if each.cassette and not each.refusal}, refused
