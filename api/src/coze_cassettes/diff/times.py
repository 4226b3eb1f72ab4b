"""The times that a test made of the clock, in a new recording as the old one has them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from coze_cassettes.cassette import reckoned
from coze_cassettes.cassette.model import Interaction, Metadata
from coze_cassettes.cassette.moments import EPOCH, Moment, Moments, Span, unix_time
from coze_cassettes.codecs.edits import Edit
from coze_cassettes.codecs.layers import Leaf
from coze_cassettes.diff.interactions import differences
from coze_cassettes.diff.volatile import Where, matches
from coze_cassettes.scrubbing.traversal import walk

_Times = Mapping[Moment | str, Sequence[str]]
"""The times of a call as they are written, by what they are: a time after the beginning of the recording, a day."""


_OF_EPOCH: Final = Moments((EPOCH,))
_WITH_PARTS: Final = ("uri", "pieces")
"""Forms whose contents are visited in their parts."""


def _is_of_clock(leaf: Leaf) -> bool:
    """Whether a piece of a call may hold a time that the test made of the clock, and is visited by itself.

    What a volatile header says is the server's time.
    """
    is_volatile = leaf.form == "header" and matches(Where.HEADER, leaf.path[-1].lower())
    return leaf.form not in _WITH_PARTS and not is_volatile


@dataclass(frozen=True)
class Times:
    """What the clock said in two recordings.

    ``moved`` are its texts in the old recording with those in the new one, ``placed`` whole values, at their places.
    """

    old: Moments
    new: Moments
    moved: dict[str, str] = field(default_factory=dict)
    placed: dict[tuple[object, str], str] = field(default_factory=dict)

    @classmethod
    def of(cls, old: Metadata, new: Metadata) -> Times:
        """Of two recordings of which the metadata say when they began."""
        before, after = (Moments((EPOCH, unix_time(each.recorded_at))) for each in (old, new))
        return cls(before, after)

    def as_before(self, old: Interaction, new: Interaction) -> Interaction:
        """A new call in which each time that is as far from its recording as the old one's is written as there."""
        if not _changed(old, new):  # as of most calls, which costs less to see
            return new
        moved = self._moved_back(old, new)
        if not (left := _changed(old, moved)):
            return moved
        placed = self._placed_back(old, new)
        return placed if _changed(old, placed) < left else moved

    def _moved_back(self, old: Interaction, new: Interaction) -> Interaction:
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

    def _placed_back(self, old: Interaction, new: Interaction) -> Interaction:
        """The same place by place, for the days that are reckoned from today otherwise too: the first of the month."""
        before, after = _texts_of(old), _texts_of(new)
        theirs = {place: iter(found) for place, found in before.items() if len(found) == len(after.get(place, ()))}

        def visit(leaf: Leaf) -> Sequence[Edit]:
            if not _is_of_clock(leaf):
                return ()
            other = next(theirs.get(_place_of(leaf), iter(())), leaf.text)
            if leaf.text == other or not self._are_alike(other, leaf.text):
                return ()
            if not _is_of_epoch(other):
                self.placed[_place_of(leaf), other] = leaf.text
            return [(0, len(leaf.text), other)]

        return walk(new, visit)

    def _are_alike(self, old: str, new: str) -> bool:
        if self.old.erased(old) == self.new.erased(new):
            return True
        return reckoned.pairs(new, self.new.begins[-1], old, self.old.begins[-1]) is not None

    def _note(self, old: str, new: str) -> None:
        """Remember a text of the old recording; one of the epoch is the same in each."""
        if not _is_of_epoch(old):
            self.moved[old] = new

    def as_now(self, merged: Interaction) -> Interaction:
        """A call with the times of the new recording, so that it replays under the date of that one."""
        if not self.moved and not self.placed:
            return merged

        def visit(leaf: Leaf) -> Sequence[Edit]:
            if (text := self.placed.get((_place_of(leaf), leaf.text))) is not None:
                return [(0, len(leaf.text), text)]
            found = ((start, end, leaf.text[start:end]) for _, start, end in _spans(leaf, self.old))
            return [(start, end, self.moved[text]) for start, end, text in found if text in self.moved]

        return walk(merged, visit)


def _is_of_epoch(text: str) -> bool:
    return any(True for _ in _OF_EPOCH.spans(text))


def _changed(old: Interaction, new: Interaction) -> int:
    """How much differs that is not volatile."""
    return sum(not each.volatile for each in differences(old, new))


def _spans(leaf: Leaf, moments: Moments) -> list[Span]:
    """The times in a piece of a call, which do not overlap, in order."""
    if not _is_of_clock(leaf):
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


def _texts_of(interaction: Interaction) -> Mapping[object, Sequence[str]]:
    found: dict[object, list[str]] = defaultdict(list)

    def visit(leaf: Leaf) -> Sequence[Edit]:
        if _is_of_clock(leaf):
            found[_place_of(leaf)].append(leaf.text)
        return ()

    walk(interaction, visit)
    return found


def _place_of(leaf: Leaf) -> object:
    return leaf.part, leaf.path, leaf.form, leaf.depth
