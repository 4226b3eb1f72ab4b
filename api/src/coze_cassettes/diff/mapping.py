"""Which placeholder of a new recording is which of the old one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from urllib.parse import urlsplit

from coze_cassettes.cassette.model import Headers, Interaction, Request
from coze_cassettes.diff.events import Event, Item, grammars, kind_of
from coze_cassettes.diff.exchanges import STREAM, by_name, form_of, path_of, query_of
from coze_cassettes.diff.flows import text_of
from coze_cassettes.diff.frames import Frame, frame_of
from coze_cassettes.diff.nodes import Node, parse
from coze_cassettes.diff.numbering import erased, kind_of_integer, placeholders_in
from coze_cassettes.diff.pairing import couples
from coze_cassettes.diff.paths import ELEMENT, Path, dotted
from coze_cassettes.diff.shapes import members

TextPairs = Iterator[tuple[str, str]]


class PlaceholderMapping:
    """A one-to-one mapping of new placeholders to old ones of the same kind; the first claim wins."""

    def __init__(self) -> None:
        self.of_new: dict[str, str] = {}
        self._taken: set[str] = set()

    def learn(self, old: Interaction, new: Interaction) -> None:
        """Takes the placeholders that stand at the same places of two interactions: first from what was asked."""
        for before, after in _same_places(old, new):
            self._learn(before, after)

    def _learn(self, old: str, new: str) -> None:
        if erased(old) != erased(new):
            return
        for before, after in zip(placeholders_in(old), placeholders_in(new), strict=False):
            if after not in self.of_new and before not in self._taken:
                self.of_new[after] = before
                self._taken.add(before)

    def fits(self, old: str, new: str) -> int:
        """How many placeholders at the same places of two texts are known to be the same, less those that differ."""
        score = 0
        for before, after in zip(placeholders_in(old), placeholders_in(new), strict=False):
            if after in self.of_new or before in self._taken:
                score += 1 if self.of_new.get(after) == before else -1
        return score


def asked(request: Request) -> tuple[str, ...]:
    """What a request is matched by, as texts."""
    body, frame = parse(text_of(request.body)), _sent_frame(request)
    text = text_of(request.body) if body is None else frame.fingerprint(body, spell=partial(_written, frame))
    return request.method, path_of(request), query_of(request), text


def _same_places(old: Interaction, new: Interaction) -> TextPairs:
    """The texts that stand at the same places of two interactions."""
    yield from zip(asked(old.request), asked(new.request), strict=True)
    yield from _in_bodies(text_of(old.request.body), text_of(new.request.body), _sent_frame(old.request))
    yield from _in_headers(old.request.headers, new.request.headers)
    yield from _in_headers(old.response.headers, new.response.headers)
    frame = frame_of(old.request)
    texts = text_of(old.response.body), text_of(new.response.body)
    if form_of(old.response) == form_of(new.response) == STREAM:
        yield from _in_streams(*texts, frame)
    else:
        yield from _in_bodies(*texts, frame)


def _sent_frame(request: Request) -> Frame:
    return Frame(urlsplit(request.uri).path, lenient=False)


def _in_headers(old: Headers, new: Headers) -> TextPairs:
    before, after = by_name(old), by_name(new)
    yield from ((before[name], after[name]) for name in sorted(before.keys() & after.keys()))


def _in_bodies(old: str, new: str, frame: Frame) -> TextPairs:
    before, after = parse(old), parse(new)
    if before is not None and after is not None:
        yield from _in_nodes(before, after, frame, ())


def _in_streams(old: str, new: str, frame: Frame) -> TextPairs:
    """Of a run of deltas, the first and the last."""
    for before, after in couples(*grammars(old, new, frame), kind_of):
        for left, label, right in _same_labels(before, after):
            for place in (0, -1):
                yield from _in_nodes(left[place].node, right[place].node, frame, (label,))


def _same_labels(old: Item, new: Item) -> Iterator[tuple[Sequence[Event], str, Sequence[Event]]]:
    """The events of two items that have the same labels; if none have, those that are in the same place."""
    before, after = old.by_label, new.by_label
    common = [label for label in after if label in before]
    yield from ((before[label], label, after[label]) for label in common)
    if not common:
        yield old.events, new.events[0].label, new.events


def _in_nodes(old: Node, new: Node, frame: Frame, path: Path) -> TextPairs:
    for key, before, after in members(old, new, frame, path):
        yield from _in_nodes(before, after, frame, (*path, key))
    where = (*path, ELEMENT)

    def without_numbers(node: Node) -> str:
        return frame.fingerprint(node, where, spell=lambda scalar, path: erased(_written(frame, scalar, path)))

    for before, after in couples(old.elements, new.elements, without_numbers):
        yield from _in_nodes(before, after, frame, where)
    if old.type == new.type and old.scalar:
        yield _written(frame, old, path), _written(frame, new, path)


def _written(frame: Frame, node: Node, path: Path) -> str:
    """A scalar as text; an integer that stands for a placeholder as that placeholder."""
    if node.type == "string":
        return str(node.value)
    kind = kind_of_integer(dotted(path), frame.uri_path, str(node.value))
    return f"{kind}_{node.value}" if kind else repr(node.value)
