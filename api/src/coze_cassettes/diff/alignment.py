"""Which interaction of a new recording is which of the old one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from coze_cassettes.cassette.model import Cassette, Interaction
from coze_cassettes.cassette.moments import Moments
from coze_cassettes.diff.body_rules import BodyRules, rules_of
from coze_cassettes.diff.chunked_text import text_of
from coze_cassettes.diff.events import events_of, items_of
from coze_cassettes.diff.interactions import STREAM, form_of
from coze_cassettes.diff.mapping import PlaceholderMapping, question_of
from coze_cassettes.diff.nodes import Node, parse
from coze_cassettes.diff.numbering import erase_numbers, placeholders_of, renumber, renumbering
from coze_cassettes.diff.paths import Path, format_path
from coze_cassettes.diff.shapes import shape_of
from coze_cassettes.diff.times import Times
from coze_cassettes.diff.volatile import Where, matches

Link = tuple[Interaction | None, Interaction | None]
"""An old interaction and its new one, or one of them alone."""


@dataclass(frozen=True)
class Alignment:
    """Two recordings side by side, the new one in the placeholders of the old one; the links have its times too."""

    old: tuple[Interaction, ...]
    new: tuple[Interaction, ...]
    links: tuple[Link, ...]
    times: Times


@lru_cache(maxsize=4)
def align(old: Cassette, new: Cassette) -> Alignment:
    """Pairs the interactions of two cassettes: those that ask the same first, then the most alike of the rest.

    Placeholders of the new one that the old one does not know get the next numbers. The links are in the old order;
    what is new stands behind what came before it.
    """
    times = Times.of(old.metadata, new.metadata)
    matcher = _Matcher(_side(old.interactions, times.old), _side(new.interactions, times.new))
    matcher.same_requests()
    matcher.similar_requests()
    matcher.placeholders.learn_changed_texts()
    names = renumbering(
        placeholders_of(old.interactions), placeholders_of(new.interactions), matcher.placeholders.of_new
    )
    fresh = tuple(renumber(each, names) for each in new.interactions)
    links = tuple(
        _link(None if before is None else old.interactions[before], None if after is None else fresh[after], times)
        for before, after in matcher.links()
    )
    return Alignment(old.interactions, fresh, links, times)


def _link(old: Interaction | None, new: Interaction | None, times: Times) -> Link:
    return old, new if old is None or new is None else times.as_before(old, new)


def is_polling(one: Interaction, others: Sequence[Interaction]) -> bool:
    """Whether a call is one of several that ask the same until the answer is another one."""
    call = f"{one.request.method} {urlsplit(one.request.uri).path}"
    return matches(Where.CALL, call) and any(question_of(one.request) == question_of(other.request) for other in others)


# --- similarity -------------------------------------------------------------------------------------------------------


def _facts(interaction: Interaction) -> Counter[str]:
    """What an answer says apart from volatile values: its similarity to another is how much of this they share."""
    response, rules = interaction.response, rules_of(interaction.request)
    facts = Counter((f"status {response.status}", f"fault {response.fault}", f"form {form_of(response)}"))
    if form_of(response) == STREAM:
        for item in items_of(events_of(text_of(response.body)), rules):
            for label, events in item.by_label.items():
                facts.update(_facts_below(events[0].node, rules, (label,)))
    elif (body := parse(text_of(response.body))) is not None:
        facts.update(_facts_below(body, rules, ()))
    return facts


def _facts_below(node: Node, rules: BodyRules, path: Path) -> Iterator[str]:
    for where, value in rules.steady(node, path):
        yield f"{format_path(where)} {erase_numbers(value) if isinstance(value, str) else repr(value)}"
    yield from map(format_path, shape_of(node, rules, path))


def _similarity(old: Counter[str], new: Counter[str]) -> float:
    """Between 0 (nothing in common) and 1 (the same)."""
    return 2 * (old & new).total() / ((old.total() + new.total()) or 1)


# --- matching -------------------------------------------------------------------------------------------------------

_COMPARED: Final = 4000
"""Characters of a question that are compared with those of another one: the time grows with their square."""

MIN_SIMILARITY: Final = 0.5
"""Below this, two different requests are not one that changed, but one that went and one that came."""

Place = int
"""The number of an interaction in its cassette."""


@dataclass(frozen=True)
class _Side:
    """The interactions of one cassette, what each asks (with and without numbers and times) and answers."""

    interactions: tuple[Interaction, ...]
    asked: tuple[tuple[str, ...], ...]
    questions_without_numbers: tuple[tuple[str, ...], ...]
    facts: tuple[Counter[str], ...]


def _side(interactions: tuple[Interaction, ...], moments: Moments) -> _Side:
    questions = tuple(question_of(each.request) for each in interactions)
    without = tuple(tuple(moments.erased(erase_numbers(text)) for text in each) for each in questions)
    return _Side(interactions, questions, without, tuple(map(_facts, interactions)))


class _Matcher:
    """The state of an alignment: what is paired, and what the pairs say about the placeholders."""

    def __init__(self, old: _Side, new: _Side) -> None:
        self.placeholders = PlaceholderMapping()
        self._old, self._new = old, new
        self._paired: dict[Place, Place] = {}
        self._similarity: dict[tuple[Place, Place], float] = {}

    def same_requests(self) -> None:
        """Pairs what asks the same but for placeholder numbers: without a choice first, to learn the placeholders."""
        before, after = (
            _group_by_question(self._old.questions_without_numbers),
            _group_by_question(self._new.questions_without_numbers),
        )
        groups = [(places, after[question]) for question, places in before.items() if question in after]
        for left, right in sorted(groups, key=lambda group: max(len(group[0]), len(group[1]))):
            self._pair_group(left, right)

    def _pair_group(self, left: list[Place], right: list[Place]) -> None:
        """Pairs the best first; each pair may tell more of the placeholders."""
        while left and right:
            pairs = ((old, new) for old in left for new in right)
            old, new = max(pairs, key=lambda pair: self._score(pair, left.index(pair[0]) - right.index(pair[1])))
            self._pair(old, new)
            left.remove(old)
            right.remove(new)

    def _score(self, pair: tuple[Place, Place], distance: int) -> tuple[int, float, int]:
        old, new = pair
        texts = zip(self._old.asked[old], self._new.asked[new], strict=True)
        fit = sum(self.placeholders.fits(before, after) for before, after in texts)
        return fit, round(self._answer_similarity(old, new), 6), -abs(distance)

    def _answer_similarity(self, old: Place, new: Place) -> float:
        if (old, new) not in self._similarity:
            self._similarity[old, new] = _similarity(self._old.facts[old], self._new.facts[new])
        return self._similarity[old, new]

    def _pair(self, old: Place, new: Place) -> None:
        self._paired[old] = new
        self.placeholders.learn(self._old.interactions[old], self._new.interactions[new])

    def similar_requests(self) -> None:
        """Pairs what is left by method, path, and the similarity of question and answer."""
        for similarity, old, new in sorted(self._left_over(), key=lambda each: (-each[0], each[1], each[2])):
            if similarity >= MIN_SIMILARITY and old not in self._paired and new not in self._paired.values():
                self._pair(old, new)

    def _left_over(self) -> Iterator[tuple[float, Place, Place]]:
        taken = set(self._paired.values())
        for old in set(range(len(self._old.interactions))) - self._paired.keys():
            for new in set(range(len(self._new.interactions))) - taken:
                yield self._request_similarity(old, new), old, new

    def _request_similarity(self, old: Place, new: Place) -> float:
        method, path, *rest = self._old.questions_without_numbers[old]
        other_method, other_path, *other_rest = self._new.questions_without_numbers[new]
        if method != other_method:
            return 0.0
        texts = "".join((path, *rest))[:_COMPARED], "".join((other_path, *other_rest))[:_COMPARED]
        question = SequenceMatcher(None, *texts, autojunk=False).ratio()
        answer = self._answer_similarity(old, new)
        return (question + answer) / 2 if path == other_path else question * answer

    def links(self) -> list[tuple[Place | None, Place | None]]:
        """The pairs, and what stands alone."""
        links: list[tuple[Place | None, Place | None]] = [
            (old, self._paired.get(old)) for old in range(len(self._old.interactions))
        ]
        for new in sorted(set(range(len(self._new.interactions))) - set(self._paired.values())):
            before = [place for place, link in enumerate(links) if link[1] == new - 1] if new else [-1]
            links.insert(before[0] + 1, (None, new))
        return links


def _group_by_question(questions: Sequence[tuple[str, ...]]) -> Mapping[tuple[str, ...], list[Place]]:
    groups: dict[tuple[str, ...], list[Place]] = {}
    for place, question in enumerate(questions):
        groups.setdefault(question, []).append(place)
    return groups
