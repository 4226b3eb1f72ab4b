"""The changes between two cassettes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from coze_cassettes.cassette.model import Cassette, Interaction
from coze_cassettes.diff.alignment import Alignment, Link, align, is_polling
from coze_cassettes.diff.changes import Change, Comparison, Severity
from coze_cassettes.diff.interactions import differences, path_of
from coze_cassettes.diff.mapping import question_of
from coze_cassettes.diff.numbering import placeholders_of
from coze_cassettes.diff.paths import format_path
from coze_cassettes.scrubbing import placeholders


def compare(old: Cassette, new: Cassette) -> Comparison:
    """What differs between a committed cassette and a new recording of its test, each thing once for each call.

    The metadata never counts.
    """
    alignment = align(old, new)
    known = {placeholder for found in placeholders_of(old.interactions).values() for placeholder in found}
    changes = (_without_new_numbers(each, known) for link in alignment.links for each in _changes_of(link, alignment))
    return Comparison(
        tuple({(each.interaction, each.place, each.kind, each.volatile): each for each in changes}.values())
    )


def _changes_of(link: Link, alignment: Alignment) -> Iterator[Change]:
    old, new = link
    if old is not None and new is not None:
        is_passing = _is_passing(old, alignment.old) or _is_passing(new, alignment.new)
        for each in differences(old, new):
            volatile = each.volatile or (is_passing and each.severity is Severity.NOTE and each.kind == "changed")
            yield Change(each.severity, _label(old), format_path(each.path), each.kind, each.text, volatile)
    elif old is not None:
        yield _lone_change(old, alignment.new, "less", "removed")
    elif new is not None:
        yield _lone_change(new, alignment.old, "more", "added")


def _is_passing(one: Interaction, calls: Sequence[Interaction]) -> bool:
    """Whether an answer says how far something is, and the same is asked again."""
    if not is_polling(one, calls):
        return False
    return one != [each for each in calls if question_of(each.request) == question_of(one.request)][-1]


def _label(interaction: Interaction) -> str:
    """``GET /v1/bots?page_index=2``."""
    parts = urlsplit(interaction.request.uri)
    return f"{interaction.request.method} {parts.path}{f'?{parts.query}' if parts.query else ''}"


def _lone_change(one: Interaction, others: Sequence[Interaction], more: str, kind: str) -> Change:
    """A call that the other cassette has not; it is a matter of counts if the other one makes the same call too."""
    again = any(_same_call(one, other) for other in others)
    text = f"one call {more}" if again else f"the call was {kind}"
    kind = "count" if again else kind
    return Change(Severity.NOTE, _label(one), "interaction", kind, text, volatile=is_polling(one, others))


def _same_call(one: Interaction, other: Interaction) -> bool:
    return (one.request.method, path_of(one.request)) == (other.request.method, path_of(other.request))


def _without_new_numbers(change: Change, known: set[str]) -> Change:
    """The number of a placeholder that the old cassette has not is an accident."""

    def erase(text: str) -> str:
        return placeholders.pattern().sub(
            lambda match: match[0] if not match["number"] or match[0] in known else f"{match['kind']}_n", text
        )

    return replace(change, interaction=erase(change.interaction), text=erase(change.text))
