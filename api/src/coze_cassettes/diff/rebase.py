"""A new recording with the placeholder numbers of the committed one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from coze_cassettes.cassette.model import Cassette, Headers, Interaction, Response
from coze_cassettes.diff.alignment import Alignment, Link, align, is_polling
from coze_cassettes.diff.body_rules import BodyRules, rules_of
from coze_cassettes.diff.chunked_text import ChunkedText, chunked_text_of, join, replace_body, text_of
from coze_cassettes.diff.editing import Editor, OptionalElementRules, value_edits
from coze_cassettes.diff.events import Item, StreamEvent, grammars, kind_of
from coze_cassettes.diff.interactions import JSON, STREAM, body_differences, differences, form_of, volatile_headers
from coze_cassettes.diff.numbering import placeholders_of, renumber, renumbering
from coze_cassettes.diff.pairing import pairs
from coze_cassettes.diff.paths import Path, format_path
from coze_cassettes.diff.streams import item_differences


def rebase(old: Cassette, new: Cassette) -> Cassette:
    """The new cassette with committed placeholder numbers and, where its structure is the same, old volatile values.

    What did not change is byte for byte the old one; metadata are the new ones, and so are the times that a test made
    of the clock: a replay knows them by the date of the recording.
    """
    alignment = align(old, new)
    linked = (each for link in alignment.links for each in _merge_link(link, alignment))
    merged = [alignment.times.as_now(each) for each in linked]
    known = placeholders_of(old.interactions)
    kept = {placeholder: placeholder for found in known.values() for placeholder in found}
    compact = renumbering(known, placeholders_of(merged), kept)
    return Cassette(tuple(renumber(each, compact) for each in merged), new.metadata)


def _merge_link(link: Link, alignment: Alignment) -> Iterator[Interaction]:
    """What of a link stands in the merged cassette: how often was polled stays as it was."""
    old, new = link
    if old is not None and new is not None:
        yield _merge(old, new)
    elif old is not None and is_polling(old, alignment.new):
        yield old
    elif new is not None and not is_polling(new, alignment.old):
        yield new


def _merge(old: Interaction, new: Interaction) -> Interaction:
    """A new interaction that keeps whatever is the same in the old one."""
    changes = _changes(old, new)
    if not changes:
        return old
    asked = any(format_path(path).startswith("request ") for path, _ in changes)
    request = new.request if asked else old.request
    candidate = Interaction(request, _merge_responses(old, new))
    return candidate if _changes(old, candidate) == changes else Interaction(request, new.response)


def _changes(old: Interaction, new: Interaction) -> frozenset[tuple[Path, str]]:
    return frozenset((each.path, each.kind) for each in differences(old, new) if not each.volatile)


def _merge_responses(old: Interaction, new: Interaction) -> Response:
    rules = rules_of(old.request)
    before, after = old.response, new.response
    after = replace(after, headers=_merge_headers(before.headers, after.headers))
    if all(each.volatile for each in body_differences(before, new.response, rules)):
        return replace(after, body=before.body, chunks=before.chunks)
    forms = form_of(before), form_of(new.response)
    if forms == (STREAM, STREAM):
        return replace_body(after, _merge_streams(chunked_text_of(before), chunked_text_of(after), rules))
    if forms == (JSON, JSON):
        return replace_body(
            after, chunked_text_of(after).apply(value_edits(text_of(before.body), text_of(after.body), rules))
        )
    return after


def _merge_headers(old: Headers, new: Headers) -> Headers:
    """The old order and spelling of names; volatile headers are the old ones; what is new stands behind.

    Several headers of one name are kept as they came.
    """
    order = [name.lower() for name, _ in old]
    values = {name.lower(): (name, value) for name, value in old}
    volatile = volatile_headers(old, new)
    new = (
        *(pair for pair in new if pair[0].lower() not in volatile),
        *(pair for pair in old if pair[0].lower() in volatile),
    )

    def place(pair: tuple[str, str]) -> int:
        return order.index(pair[0].lower()) if pair[0].lower() in order else len(order)

    def keep(name: str, value: str) -> tuple[str, str]:
        known = values.get(name.lower())
        return (name if known is None else known[0]), value

    return tuple(keep(*pair) for pair in sorted(new, key=place))


# --- streams --------------------------------------------------------------------------------------------------------


def _merge_streams(old: ChunkedText, new: ChunkedText, rules: BodyRules) -> ChunkedText:
    """A new stream in which every event or run that did not change is the old one."""
    new = _match_line_ends(new, old)
    before, after = grammars(old.text, new.text, rules)
    parts = [new.part(0, after[0].start)] if after else [new]
    for left, right in pairs(before, after, kind_of):
        if left is not None and right is not None and left.kind == right.kind:
            parts.append(_merge_items(old, new, left, right, rules))
        elif right is not None:
            parts.append(new.part(right.start, right.end))
    return join(parts)


_LINE_END: Final = "\ndata:\n\n"
"""How a frame of a websocket ends that has a line end behind its JSON, which is not a difference of the API."""


def _match_line_ends(text: ChunkedText, other: ChunkedText) -> ChunkedText:
    """A stream whose events end as those of another one do."""
    if (_LINE_END in text.text) == (_LINE_END in other.text):
        return text
    plain = text.text.replace(_LINE_END, "\n\n")
    return text.replace_text(plain.replace("\n\n", _LINE_END) if plain == text.text else plain)


def _merge_items(old: ChunkedText, new: ChunkedText, left: Item, right: Item, rules: BodyRules) -> ChunkedText:
    if all(each.volatile for each in item_differences(left, right, rules)):
        return old.part(left.start, left.end)
    parts = [
        (event.node.start, _merge_events(old, new, event, _template(number, len(group), among), how))
        for group, among, how in (
            *((events, right.by_label.get(label, ()), rules) for label, events in left.by_label.items()),
            (left.optional, right.optional, OptionalElementRules(rules.uri_path)),
        )
        for number, event in enumerate(group)
    ]
    return join(text for _, text in sorted(parts, key=lambda each: each[0]))


def _template(number: int, count: int, events: Sequence[StreamEvent]) -> StreamEvent | None:
    """The new event in whose form an old one is written, if there is any: the last for the last, else one by one."""
    last = len(events) - 1
    return events[last if number == count - 1 else min(number, max(last - 1, 0))] if events else None


def _merge_events(
    old: ChunkedText, new: ChunkedText, left: StreamEvent, right: StreamEvent | None, rules: BodyRules
) -> ChunkedText:
    if right is None:
        return old.part(left.node.start, left.node.end)
    start, end = right.node.start, right.node.end
    edits = sorted(Editor(rules, old.text, new.text).edits(left.node, right.node, (right.label,)))
    return new.part(start, end).apply((low - start, high - start, text) for low, high, text in edits)
