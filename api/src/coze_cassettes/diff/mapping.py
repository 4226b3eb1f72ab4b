"""Which placeholder of a new recording is which of the old one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from coze_cassettes.cassette.model import Headers, Interaction, Request
from coze_cassettes.diff.body_rules import BodyRules, rules_of
from coze_cassettes.diff.chunked_text import text_of
from coze_cassettes.diff.events import Item, StreamEvent, grammars, kind_of
from coze_cassettes.diff.interactions import STREAM, by_name, form_of, path_of, query_of
from coze_cassettes.diff.nodes import Node, parse
from coze_cassettes.diff.numbering import erase_numbers, placeholder_of_integer, placeholders_in
from coze_cassettes.diff.pairing import matched_pairs
from coze_cassettes.diff.paths import ELEMENT, Path, dotted_path
from coze_cassettes.diff.shapes import members

TextPairs = Iterator[tuple[str, str]]


_ALIGNED: Final = 200
"""Placeholders of a changed text that are aligned: the time grows with their square."""


class PlaceholderMapping:
    """A one-to-one mapping of new placeholders to old ones of the same kind; the first claim wins."""

    def __init__(self) -> None:
        self.of_new: dict[str, str] = {}
        self._taken: set[str] = set()
        self._changed_texts: list[tuple[str, str]] = []

    def learn(self, old: Interaction, new: Interaction) -> None:
        """Takes the placeholders that stand at the same places of two interactions: first from what was asked."""
        for before, after in _same_places(old, new):
            self._learn(before, after)

    def _learn(self, old: str, new: str) -> None:
        if erase_numbers(old) == erase_numbers(new):
            self._claim(zip(placeholders_in(old), placeholders_in(new), strict=False))
        else:
            self._changed_texts.append((old, new))

    def learn_changed_texts(self) -> None:
        """Takes from texts that differ in more than numbers what nothing else said: kinds in the same order."""
        for old, new in self._changed_texts:
            before, after = placeholders_in(old)[:_ALIGNED], placeholders_in(new)[:_ALIGNED]
            kinds = [erase_numbers(each) for each in before], [erase_numbers(each) for each in after]
            for left, right, length in SequenceMatcher(None, *kinds, autojunk=False).get_matching_blocks():
                self._claim(zip(before[left : left + length], after[right : right + length], strict=True))
        self._changed_texts.clear()

    def _claim(self, pairs: Iterable[tuple[str, str]]) -> None:
        for before, after in pairs:
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


def question_of(request: Request) -> tuple[str, ...]:
    """What a request is matched by, as texts."""
    body, rules = parse(text_of(request.body)), _request_rules(request)
    text = text_of(request.body) if body is None else rules.fingerprint(body, spell=partial(_text_of_scalar, rules))
    return request.method, path_of(request), query_of(request), text


def _same_places(old: Interaction, new: Interaction) -> TextPairs:
    """The texts that stand at the same places of two interactions."""
    yield from zip(question_of(old.request), question_of(new.request), strict=True)
    yield from _in_bodies(text_of(old.request.body), text_of(new.request.body), _request_rules(old.request))
    yield from _in_headers(old.request.headers, new.request.headers)
    yield from _in_headers(old.response.headers, new.response.headers)
    rules = rules_of(old.request)
    texts = text_of(old.response.body), text_of(new.response.body)
    if form_of(old.response) == form_of(new.response) == STREAM:
        yield from _in_streams(*texts, rules)
    else:
        yield from _in_bodies(*texts, rules)


def _request_rules(request: Request) -> BodyRules:
    return BodyRules(urlsplit(request.uri).path, lenient=False)


def _in_headers(old: Headers, new: Headers) -> TextPairs:
    before, after = by_name(old), by_name(new)
    yield from ((before[name], after[name]) for name in sorted(before.keys() & after.keys()))


def _in_bodies(old: str, new: str, rules: BodyRules) -> TextPairs:
    before, after = parse(old), parse(new)
    if before is not None and after is not None:
        yield from _in_nodes(before, after, rules, ())


def _in_streams(old: str, new: str, rules: BodyRules) -> TextPairs:
    """Of a run of deltas, the first and the last."""
    for before, after in matched_pairs(*grammars(old, new, rules), kind_of):
        for left, label, right in _same_labels(before, after):
            for place in (0, -1):
                yield from _in_nodes(left[place].node, right[place].node, rules, (label,))


def _same_labels(old: Item, new: Item) -> Iterator[tuple[Sequence[StreamEvent], str, Sequence[StreamEvent]]]:
    """The events of two items that have the same labels; if none have, those that are in the same place."""
    before, after = old.by_label, new.by_label
    common = [label for label in after if label in before]
    yield from ((before[label], label, after[label]) for label in common)
    if not common:
        yield old.events, new.events[0].label, new.events


def _in_nodes(old: Node, new: Node, rules: BodyRules, path: Path) -> TextPairs:
    for key, before, after in members(old, new, rules, path):
        yield from _in_nodes(before, after, rules, (*path, key))
    where = (*path, ELEMENT)

    def without_numbers(node: Node) -> str:
        return rules.fingerprint(
            node, where, spell=lambda scalar, path: erase_numbers(_text_of_scalar(rules, scalar, path))
        )

    for before, after in matched_pairs(old.elements, new.elements, without_numbers):
        yield from _in_nodes(before, after, rules, where)
    if old.type == new.type and old.scalar:
        yield _text_of_scalar(rules, old, path), _text_of_scalar(rules, new, path)


def _text_of_scalar(rules: BodyRules, node: Node, path: Path) -> str:
    """A scalar as text; an integer that stands for a placeholder as that placeholder."""
    if node.type == "string":
        return str(node.value)
    return placeholder_of_integer(dotted_path(path), rules.uri_path, str(node.value)) or repr(node.value)
