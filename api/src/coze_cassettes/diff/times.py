"""The times that a test made of the clock, in a new recording as the old one has them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from coze_cassettes.cassette.model import Interaction, Metadata
from coze_cassettes.cassette.moments import EPOCH, Moment, Moments, Span, unix_time
from coze_cassettes.codecs.edits import Edit
from coze_cassettes.codecs.layers import Leaf
from coze_cassettes.diff.interactions import differences
from coze_cassettes.scrubbing.traversal import walk

_Times = Mapping[Moment | str, Sequence[str]]
"""The times of a call as they are written, by what they are: a time after the beginning of the recording, a day."""


_OF_EPOCH: Final = Moments((EPOCH,))


@dataclass(frozen=True)
class Times:
    """What the clock said in two recordings; ``moved`` are the texts of the old one that stand in the new one."""

    old: Moments
    new: Moments
    moved: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, old: Metadata, new: Metadata) -> Times:
        """Of two recordings of which the metadata say when they began."""
        before, after = (Moments((EPOCH, unix_time(each.recorded_at))) for each in (old, new))
        return cls(before, after)

    def as_before(self, old: Interaction, new: Interaction) -> Interaction:
        """A new call in which each time that is as far from its recording as the old one's is written as there."""
        if all(each.volatile for each in differences(old, new)):  # as of most calls, which costs less to see
            return new
        before, after = _times_of(old, self.old), _times_of(new, self.new)
        texts = {each: iter(found) for each, found in before.items() if len(found) == len(after.get(each, ()))}
        if all(before[each] == after[each] for each in texts):
            return new

        def visit(leaf: Leaf) -> Sequence[Edit]:
            edits = []
            for each, start, end in _spans(leaf, self.new):
                if each in texts:
                    edits.append((start, end, next(texts[each])))
                    self._note(edits[-1][2], leaf.text[start:end])
            return edits

        return walk(new, visit)

    def _note(self, old: str, new: str) -> None:
        """Remember a text of the old recording; one of the epoch is the same in each."""
        if not any(True for _ in _OF_EPOCH.spans(old)):
            self.moved[old] = new

    def as_now(self, merged: Interaction) -> Interaction:
        """A call with the times of the new recording, so that it replays under the date of that one."""
        if not self.moved:
            return merged

        def visit(leaf: Leaf) -> Sequence[Edit]:
            found = ((start, end, leaf.text[start:end]) for _, start, end in _spans(leaf, self.old))
            return [(start, end, self.moved[text]) for start, end, text in found if text in self.moved]

        return walk(merged, visit)


def _spans(leaf: Leaf, moments: Moments) -> list[Span]:
    """The times in a piece of a call, which do not overlap, in order."""
    if leaf.form in ("uri", "pieces"):  # what these hold is visited in its parts
        return []
    return sorted(moments.spans(leaf.text), key=lambda each: each[1:])


def _times_of(interaction: Interaction, moments: Moments) -> _Times:
    found: dict[Moment | str, list[str]] = defaultdict(list)

    def visit(leaf: Leaf) -> Sequence[Edit]:
        for each, start, end in _spans(leaf, moments):
            found[each].append(leaf.text[start:end])
        return ()

    walk(interaction, visit)
    return found
