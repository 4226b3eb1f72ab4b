"""A new recording in the numbers and values of the committed one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from coze_cassettes.cassette.model import Cassette, Headers, Interaction, Response
from coze_cassettes.diff.alignment import Alignment, Link, is_polling, line_up
from coze_cassettes.diff.editing import Editor, Optional, value_edits
from coze_cassettes.diff.events import Event, Item, grammars, kind_of
from coze_cassettes.diff.exchanges import JSON, STREAM, body_differences, differences, form_of
from coze_cassettes.diff.flows import Flow, flow_of, joined, poured, text_of
from coze_cassettes.diff.frames import Frame, frame_of
from coze_cassettes.diff.numbering import placeholders_of, renamed, renaming
from coze_cassettes.diff.pairing import pairs
from coze_cassettes.diff.paths import Path, printed
from coze_cassettes.diff.streams import item_differences
from coze_cassettes.diff.volatile import Where, matches


def rebase(old: Cassette, new: Cassette) -> Cassette:
    """The new cassette with committed placeholder numbers and, where its structure is the same, old volatile values.

    What did not change is byte for byte the old one; metadata are the new ones.
    """
    alignment = line_up(old, new)
    merged = [each for link in alignment.links for each in _linked(link, alignment)]
    known = placeholders_of(old.interactions)
    kept = {placeholder: placeholder for found in known.values() for placeholder in found}
    compact = renaming(known, placeholders_of(merged), kept)
    return Cassette(tuple(renamed(each, compact) for each in merged), new.metadata)


def _linked(link: Link, alignment: Alignment) -> Iterator[Interaction]:
    """What of a link stands in the merged cassette: how often was polled stays as it was."""
    old, new = link
    if old is not None and new is not None:
        yield _merged(old, new)
    elif old is not None and is_polling(old, alignment.new):
        yield old
    elif new is not None and not is_polling(new, alignment.old):
        yield new


def _merged(old: Interaction, new: Interaction) -> Interaction:
    """A new interaction that keeps whatever is the same in the old one."""
    changes = _changes(old, new)
    if not changes:
        return old
    asked = any(printed(path).startswith("request ") for path, _ in changes)
    request = new.request if asked else old.request
    candidate = Interaction(request, _merged_response(old, new))
    return candidate if _changes(old, candidate) == changes else Interaction(request, new.response)


def _changes(old: Interaction, new: Interaction) -> frozenset[tuple[Path, str]]:
    return frozenset((each.path, each.kind) for each in differences(old, new) if not each.volatile)


def _merged_response(old: Interaction, new: Interaction) -> Response:
    frame = frame_of(old.request)
    before, after = old.response, new.response
    after = replace(after, headers=_merged_headers(before.headers, after.headers))
    if all(each.volatile for each in body_differences(before, new.response, frame)):
        return replace(after, body=before.body, chunks=before.chunks)
    forms = form_of(before), form_of(new.response)
    if forms == (STREAM, STREAM):
        return poured(after, _merged_stream(flow_of(before), flow_of(after), frame))
    if forms == (JSON, JSON):
        return poured(after, flow_of(after).edited(value_edits(text_of(before.body), text_of(after.body), frame)))
    return after


def _merged_headers(old: Headers, new: Headers) -> Headers:
    """The old order and spelling of names, the old value where it is volatile; what is new stands behind."""
    order = [name.lower() for name, _ in old]
    values = {name.lower(): (name, value) for name, value in old}

    def place(pair: tuple[str, str]) -> int:
        return order.index(pair[0].lower()) if pair[0].lower() in order else len(order)

    def kept(name: str, value: str) -> tuple[str, str]:
        known = values.get(name.lower())
        if known is None:
            return name, value
        return known if matches(Where.HEADER, name.lower()) else (known[0], value)

    return tuple(kept(*pair) for pair in sorted(new, key=place))


# --- streams --------------------------------------------------------------------------------------------------------


def _merged_stream(old: Flow, new: Flow, frame: Frame) -> Flow:
    """A new stream in which every event or run that did not change is the old one."""
    new = _in_its_manner(new, old)
    before, after = grammars(old.text, new.text, frame)
    parts = [new.part(0, after[0].start)] if after else [new]
    for left, right in pairs(before, after, kind_of):
        if left is not None and right is not None and left.kind == right.kind:
            parts.append(_merged_item(old, new, left, right, frame))
        elif right is not None:
            parts.append(new.part(right.start, right.end))
    return joined(parts)


_LINE_END: Final = "\ndata:\n\n"
"""How a frame of a websocket ends that has a line end behind its JSON, which is no difference of the API."""


def _in_its_manner(flow: Flow, other: Flow) -> Flow:
    """A stream whose events end as those of another one do."""
    if (_LINE_END in flow.text) == (_LINE_END in other.text):
        return flow
    plain = flow.text.replace(_LINE_END, "\n\n")
    return flow.rewritten(plain.replace("\n\n", _LINE_END) if plain == flow.text else plain)


def _merged_item(old: Flow, new: Flow, left: Item, right: Item, frame: Frame) -> Flow:
    if all(each.volatile for each in item_differences(left, right, frame)):
        return old.part(left.start, left.end)
    told = [
        (event.node.start, _merged_event(old, new, event, _template(number, len(group), among), how))
        for group, among, how in (
            *((events, right.by_label.get(label, ()), frame) for label, events in left.by_label.items()),
            (left.optional, right.optional, Optional(frame.uri_path)),
        )
        for number, event in enumerate(group)
    ]
    return joined(flow for _, flow in sorted(told, key=lambda each: each[0]))


def _template(number: int, count: int, events: Sequence[Event]) -> Event | None:
    """The new event in whose form an old one is told, if there is any: the last for the last, else one by one."""
    last = len(events) - 1
    return events[last if number == count - 1 else min(number, max(last - 1, 0))] if events else None


def _merged_event(old: Flow, new: Flow, left: Event, right: Event | None, frame: Frame) -> Flow:
    if right is None:
        return old.part(left.node.start, left.node.end)
    start, end = right.node.start, right.node.end
    edits = sorted(Editor(frame, old.text, new.text).edits(left.node, right.node, (right.label,)))
    return new.part(start, end).edited((low - start, high - start, text) for low, high, text in edits)
