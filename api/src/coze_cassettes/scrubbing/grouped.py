"""Finds values that are written in groups, with blanks or hyphens between them, as people write long keys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from coze_cassettes.codecs.edits import Edit
from coze_cassettes.scrubbing.search import trie

_GAPS: Final = " \t-"
MIN_GROUPED: Final = 16
"""Characters of a value that is looked for so: no text has them by chance if there are letters and digits."""

_HEAD: Final = 8
_IN_GROUPS = re.compile(r"(?=[^0-9]*[0-9])(?=[^a-z]*[a-z])(?!.*(?:[ \t\n\r-]|://))", re.DOTALL)


@dataclass(frozen=True)
class Groups:
    """Values in lower case that may be written in groups, with what stands for each."""

    values: Mapping[str, str]

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Groups:
        """Those of some values in which no gaps are by themselves."""
        return cls({text: new for text, new in values.items() if len(text) >= MIN_GROUPED and _IN_GROUPS.match(text)})

    @cached_property
    def _heads(self) -> re.Pattern[str]:
        return re.compile("|".join(trie({text[:_HEAD] for text in self.values})) or r"(?!)")

    @cached_property
    def _by_head(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for text in sorted(self.values, key=len, reverse=True):
            found.setdefault(text[:_HEAD], []).append(text)
        return found

    def edits(self, lower: str) -> Iterator[Edit]:
        """What to replace in a text in lower case: the values that have gaps in it."""
        dense = lower
        for gap in _GAPS if self.values else "":
            dense = dense.replace(gap, "")
        if len(dense) == len(lower) or self._heads.search(dense) is None:
            return
        places = [at for at, char in enumerate(lower) if char not in _GAPS]
        for match in self._heads.finditer(dense):
            for text in self._by_head[match[0]]:
                start, last = match.start(), match.start() + len(text) - 1
                if dense.startswith(text, start) and places[last] - places[start] > last - start:
                    yield places[start], places[last] + 1, self.values[text]
                    break
