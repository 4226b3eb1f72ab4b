"""The changes that a recording shows although its test broke off."""

from __future__ import annotations

from typing import Final

from coze_cassettes.cassette.model import Cassette
from coze_cassettes.diff.changes import Change, Comparison
from coze_cassettes.diff.comparison import compare
from coze_cassettes.diff.events import CUT_OFF

_ABSENT: Final = frozenset({"removed", "count", "order"})


def compare_partial(old: Cassette, new: Cassette) -> Comparison:
    """What differs in what a broken-off recording has.

    That calls, events or elements are missing says nothing, nor that the last event is cut off.
    """
    return Comparison(tuple(each for each in compare(old, new).differences if not _is_missing(each)))


def _is_missing(change: Change) -> bool:
    whole_event = change.place.startswith("event") and " $" not in change.place
    if whole_event and change.place.endswith(CUT_OFF):
        return True
    return change.kind in _ABSENT and (change.kind != "removed" or change.place == "interaction" or whole_event)
