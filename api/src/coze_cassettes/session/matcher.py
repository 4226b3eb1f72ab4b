"""Finds the recorded request that a live one is."""

from __future__ import annotations

import heapq
import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache, cached_property, lru_cache, partial
from typing import TYPE_CHECKING, Final

from coze_cassettes.cassette import matching
from coze_cassettes.cassette.model import Interaction, Request
from coze_cassettes.cassette.moments import EPOCH, Moments
from coze_cassettes.cassette.outlines import Outline, Place, outline
from coze_cassettes.errors import UnreadableBody
from coze_cassettes.scrubbing.placeholders import Placeholders
from coze_cassettes.session.noise import set_aside
from coze_cassettes.session.patterns import Bindings, NewBindings, Template, bare, fit, names_in, template

if TYPE_CHECKING:
    from coze_cassettes.scrubbing.live import LivePlaceholders
    from coze_cassettes.session.likeness import Likeness

Templates = Mapping[Place, Template]
_Found = tuple[int, NewBindings]
"""An interaction, and the bindings with which its request is the live one."""

_SHORT: Final = 10_000
"""Bytes of the longest body that is compared as a text."""

_STRUCTURED: Final = frozenset({b"", b"{", b"["})
"""What JSON begins with, or no body: nothing else is compared as a text."""

_PLAIN: Final = re.compile(r"[A-Za-z0-9_.:@-]+")
"""Matches a value that neither JSON nor a URL writes in another way, or ends."""

_template: Final = lru_cache(maxsize=1024)(template)


def _templates(recorded: Outline) -> Templates:
    """The places of a recorded request at which placeholders stand."""
    found = ((place, _template(value)) for place, value in recorded.values.items() if isinstance(value, str))
    return {place: each for place, each in found if each is not None}


def _unify(live: Outline, templates: Templates, bindings: Bindings) -> NewBindings | None:
    """The bindings with which a live request is a recorded one that is the same elsewhere; None if there are none."""
    pairs = [(each, live.values[place]) for place, each in templates.items()]
    texts = [(each, text) for each, text in pairs if isinstance(text, str)]
    return fit(texts, bindings) if len(texts) == len(pairs) else None


def _with_own_bytes_as_texts(recorded: Outline, elsewhere: AbstractSet[str]) -> Outline:
    """An outline with bytes as texts; as it is if a placeholder in its bytes is one that stands elsewhere."""
    read = recorded.with_bytes_as_texts()
    own = (each for place, each in _templates(read).items() if isinstance(recorded.values[place], bytes))
    return recorded if any(bare(name) in elsewhere for each in own for name in each.names) else read


class _Group:
    """Recorded requests that differ in the texts at some places only: which are left, by these texts."""

    def __init__(self, templates: Templates) -> None:
        self.places = tuple(templates)
        self.waiting: dict[tuple[str, ...], tuple[Templates, deque[int]]] = {}
        self._order: list[tuple[int, tuple[str, ...]]] = []

    def add(self, index: int, recorded: Outline, templates: Templates) -> None:
        texts = tuple(str(recorded.values[place]) for place in self.places)
        if texts not in self.waiting:
            self.waiting[texts] = templates, deque()
            heapq.heappush(self._order, (index, texts))
        self.waiting[texts][1].append(index)

    def first(self, live: Outline, bindings: Bindings, played: set[int]) -> _Found | None:
        """The first request left that a live one fits."""
        values = [str(live.values[place]) for place in self.places]
        known = tuple(bindings.names.get(value, value) for value in values)
        if known in self.waiting and (found := self._fits(known, live, bindings, played)):
            return found
        tried, found = [], None
        while self._order and found is None:
            _, texts = heapq.heappop(self._order)
            if left := _left(self.waiting[texts][1], played):
                tried.append((left[0], texts))
                found = self._fits(texts, live, bindings, played)
            else:
                del self.waiting[texts]
        for each in tried:
            heapq.heappush(self._order, each)
        return found

    def _fits(self, texts: tuple[str, ...], live: Outline, bindings: Bindings, played: set[int]) -> _Found | None:
        templates, indices = self.waiting[texts]
        new = _unify(live, templates, bindings) if _left(indices, played) else None
        return None if new is None else (indices[0], new)


_Groups = Mapping[tuple[str, ...], Mapping[frozenset[Place], Mapping[tuple[object, ...], _Group]]]
"""Recorded requests by kind, by the places of their placeholders, by what stands elsewhere."""


def _group(outlines: Iterable[Outline]) -> _Groups:
    groups: dict[tuple[str, ...], dict[frozenset[Place], dict[tuple[object, ...], _Group]]] = {}
    for index, recorded in enumerate(outlines):
        templates = _templates(recorded)
        places = frozenset(templates)
        by_key = groups.setdefault(recorded.kind, {}).setdefault(places, {})
        by_key.setdefault(recorded.without(places), _Group(templates)).add(index, recorded, templates)
    return groups


def _left(indices: deque[int], played: set[int]) -> deque[int]:
    """The same indices without those at the beginning that were played."""
    while indices and indices[0] in played:
        indices.popleft()
    return indices


class Matcher:
    """The recorded requests of a test, each of which is found once.

    A recorded request is a pattern: a placeholder in it stands for one value, the same everywhere in the test. Among
    several that fit, one that is exactly the live request wins, then the order of recording. The rules of the scrubber
    are asked only when nothing fits: for values inside encodings, and to word a message.
    """

    def __init__(
        self,
        interactions: Sequence[Interaction],
        configured: Mapping[str, str] | None = None,
        recorded_at: float = EPOCH,
        listed: Sequence[str] = (),
    ) -> None:
        """Take what was recorded, the placeholders of configured values, and the Unix time of the recording.

        ``listed`` are the bare placeholders that the cassette lists.
        """
        self._interactions = interactions
        self._listed = listed
        own = cache(partial(Placeholders.of, interactions, listed))
        # Both for both: the scrubber moves some times to the epoch, and a test may have stopped its clock.
        self._moments = Moments((EPOCH, recorded_at))
        # Not of this matcher, which would then be garbage for the collector to find.
        self.bindings = Bindings(configured, lambda name: name in own())
        self.played: set[int] = set()
        self._position = 0
        self.times: dict[str, str] = {}
        """Recorded times that the test sent, and how it wrote them in this replay."""
        self._exact: dict[tuple[str, str, bytes], deque[int]] = defaultdict(deque)
        for index, each in enumerate(interactions):
            self._exact[_key(each.request)].append(index)

    def find(self, live: Request) -> int | None:
        """The interaction that answers a live request, which is then played; None if there is none."""
        quick = self._as_written(live)
        found = quick or self._taken_apart(live)
        if found is None:
            return None
        index, new = found
        self.bindings.bind(new)
        if quick is None:
            self.times.update(self._times_of(live, self._interactions[index].request))
        self.played.add(index)
        return index

    def _times_of(self, live: Request, recorded: Request) -> Iterator[tuple[str, str]]:
        """The recorded times that a live request has otherwise, and how it has them."""
        if not self._moments.may_be_in(f"{live.uri} {live.body.decode('latin-1')}"):
            return
        theirs = outline(recorded).values
        for place, ours in outline(live).values.items():
            if ours != (other := theirs.get(place)):
                yield from self._moments.pairs(str(other), str(ours))

    def can_find(self, live: Request) -> bool:
        """Whether an interaction that was not played answers a live request."""
        return (self._as_written(live) or self._taken_apart(live)) is not None

    def _as_written(self, live: Request) -> _Found | None:
        return self._literally(live) or self._next(live)

    def _taken_apart(self, live: Request) -> _Found | None:
        fitting = self._fitting(live) or self._fitting_bytes(live)
        return fitting or self._decode(live) or self._dated(live) or self._alike(live)

    def _outline(self, request: Request) -> Outline:
        """The outline of a request, with moments where it has the current time."""
        return self._moments.of(outline(request))

    def _dated_outline(self, request: Request) -> Outline:
        """The same, also where a text has the current time inside."""
        return self._moments.in_texts(self._outline(request))

    def difference(self, live: Request, recorded: Request) -> str:
        """The first difference between a live request and a certain recorded one; empty if there is none."""
        for outline_of in (self._outline, self._dated_outline):
            ours, theirs = outline_of(live), outline_of(recorded)
            templates = _templates(theirs)
            places = frozenset(templates)
            if ours.without(places) == theirs.without(places):
                new = _unify(ours, templates, self.bindings)
                if new is not None:
                    self.bindings.bind(new)
                    self.times.update(self._times_of(live, recorded))
                    return ""
        return matching.difference(self.scrub(live), recorded)

    def scrub(self, live: Request) -> Request:
        """A live request with placeholders."""
        return self._scrubber.scrub(live)

    def shown(self, live: Request) -> Request:
        """A live request with placeholders, as a message may show it: of large bytes it has the size only."""
        aside = set_aside(live)
        return aside.restored(self.scrub(aside.request))

    def _literally(self, live: Request) -> _Found | None:
        """The first interaction left whose request is the live one byte for byte."""
        indices = _left(self._exact.get(_key(live), deque()), self.played)
        index = next((each for each in indices if each not in self.played), None)
        if index is None:
            return None
        if self.bindings.values:
            recorded = self._outline(self._interactions[index].request)
            new = _unify(self._outline(live), _templates(recorded), self.bindings)
            return None if new is None else (index, new)
        self.bindings.note_sent(live.uri, live.body)
        return index, {}

    def _next(self, live: Request) -> _Found | None:
        """The next interaction left in their order, if the live request is written as its own, with plain values.

        Most tests send what they sent when they were recorded; to compare texts costs less than to take them apart.
        """
        while self._position in self.played:
            self._position += 1
        if self._position == len(self._interactions) or len(live.body) > _SHORT or live.body[:1] not in _STRUCTURED:
            return None
        recorded = self._interactions[self._position].request
        if recorded.method != live.method:
            return None
        pairs: list[tuple[Template, str]] = []
        for theirs, ours in ((recorded.uri, live.uri), (_text(recorded.body), _text(live.body))):
            if (pattern := _template(theirs)) is not None:
                pairs.append((pattern, ours))
            elif ours != theirs:
                return None
        new = fit(pairs, self.bindings)
        if new is None:
            return None
        known = {**self.bindings.values, **new}
        is_plain = all(self._is_plain(known.get(name, name)) for pattern, _ in pairs for name in pattern.names)
        return (self._position, new) if is_plain else None

    def _is_plain(self, value: str) -> bool:
        return _PLAIN.fullmatch(value) is not None and not self._moments.is_time(value)

    def _fitting(self, live: Request) -> _Found | None:
        """The interaction left whose pattern the live request fits: without a placeholder, then in their order."""
        return self._first(self._outline(live), self._groups)

    def _fitting_bytes(self, live: Request) -> _Found | None:
        """The same with bytes as texts: in megabytes of noise something always looks like a value."""
        ours = self._outline(live)
        texts = ours.with_bytes_as_texts()
        return None if texts is ours else self._first(texts, self._groups_of_bytes)

    def _dated(self, live: Request) -> _Found | None:
        """The interaction left that the live request fits but for the current time inside of its texts."""
        return self._first(self._dated_outline(live), self._dated_groups)

    def _alike(self, live: Request) -> _Found | None:
        """The interaction left that the live request is but for a number that it draws, or a day that it reckons."""
        found = self._likeness.find(live, self.bindings, self.played)
        if found is None:
            return None
        self.times.update(found[2])
        return found[:2]

    @cached_property
    def _likeness(self) -> Likeness:
        from coze_cassettes.session.likeness import Likeness  # noqa: PLC0415  as below: when nothing fits

        return Likeness([each.request for each in self._interactions], self._moments)

    def _first(self, ours: Outline, groups_of: _Groups) -> _Found | None:
        found: list[_Found] = []
        for places, groups in groups_of.get(ours.kind, {}).items():
            group = groups.get(ours.without(places)) if places <= ours.values.keys() else None
            if group and (each := group.first(ours, self.bindings, self.played)):
                if not places:
                    return each
                found.append(each)
        return min(found, key=lambda each: each[0], default=None)

    @cached_property
    def _groups(self) -> _Groups:
        return _group([self._outline(each.request) for each in self._interactions])

    @cached_property
    def _dated_groups(self) -> _Groups:
        return _group([self._dated_outline(each.request) for each in self._interactions])

    @cached_property
    def _groups_of_bytes(self) -> _Groups:
        """With bytes as texts where their placeholders stand nowhere else: there a value may be encoded otherwise."""
        outlines = [self._outline(each.request) for each in self._interactions]
        elsewhere = {name for each in outlines for name in names_in(each.values.values())}
        for answer in (each.response for each in self._interactions):
            elsewhere |= names_in((answer.body.decode("utf-8", "replace"), *(value for _, value in answer.headers)))
        return _group(_with_own_bytes_as_texts(each, elsewhere) for each in outlines)

    def _decode(self, live: Request) -> _Found | None:
        """The interaction left whose request the scrubber makes of the live one: a value may stand in an encoding."""
        if not set_aside(live).may_be_one_of(each.request for each in self._interactions):
            return None
        try:
            clean = self.scrub(live)
        except UnreadableBody:
            return None
        index = next((each for each in self._exact.get(_key(clean), ()) if each not in self.played), None)
        if index is None:
            same = self._whole.get(self._outline(clean).key, ())
            index = next((each for each in same if each not in self.played), None)
        return None if index is None else (index, dict(self._scrubber.bound()))

    @cached_property
    def _whole(self) -> Mapping[tuple[object, ...], Sequence[int]]:
        """The recorded requests by all that stands in them, placeholders as they are."""
        found: dict[tuple[object, ...], list[int]] = defaultdict(list)
        for index, each in enumerate(self._interactions):
            found[self._outline(each.request).key].append(index)
        return found

    @cached_property
    def _scrubber(self) -> LivePlaceholders:
        from coze_cassettes.scrubbing.live import LivePlaceholders  # noqa: PLC0415  as above: when nothing fits

        return LivePlaceholders(self._interactions, self.bindings.names, self.bindings.configured, self._listed)


def _text(body: bytes) -> str:
    return body.decode("utf-8", "surrogateescape")


def _key(request: Request) -> tuple[str, str, bytes]:
    return request.method, request.uri, request.body
