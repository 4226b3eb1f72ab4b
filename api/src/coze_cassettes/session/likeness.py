"""Finds the recorded request that a live one is but for what is another in each run: drawn numbers, reckoned days."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from coze_cassettes.cassette import reckoned
from coze_cassettes.cassette.model import Request
from coze_cassettes.cassette.moments import EPOCH, Moments
from coze_cassettes.cassette.outlines import Outline, outline
from coze_cassettes.scrubbing.drawn import SMALLEST
from coze_cassettes.scrubbing.integers import decode
from coze_cassettes.session.patterns import Bindings, NewBindings, Template, fit, template


@dataclass
class _Comparison:
    """What differs in two requests: templates beside live texts, and recorded times with live ones."""

    begin: float
    texts: list[tuple[Template, str]] = field(default_factory=list)
    times: dict[str, str] = field(default_factory=dict)

    def add(self, live: object, recorded: object) -> bool:
        """Whether what stands at one place may be the same but for what is another in each run."""
        if isinstance(live, str) and isinstance(recorded, str):
            found = reckoned.pairs(live, EPOCH, recorded, self.begin)
            self.times |= {theirs: ours for ours, theirs in found or ()}
            return found is not None
        if type(live) is not int or type(recorded) is not int:
            return False
        if live >= SMALLEST and (pattern := template(decode(str(recorded)))):
            self.texts.append((pattern, str(live)))
            return True
        both = (live, EPOCH, recorded, self.begin)
        if reckoned.are_floored(*both) or reckoned.are_counted(*both):
            self.times[str(recorded)] = str(live)
            return True
        return False


class Likeness:
    """Compares place by place, request by request; asked only when nothing else fits."""

    def __init__(self, requests: Sequence[Request], moments: Moments) -> None:
        """Take what was recorded, and what recognises the current time; it knows last when that was."""
        self._requests = requests
        self._moments = moments
        self._begin = moments.begins[-1]

    @cached_property
    def _outlines(self) -> Sequence[tuple[Outline, Outline]]:
        return [self._both(each) for each in self._requests]

    def _both(self, request: Request) -> tuple[Outline, Outline]:
        plain = outline(request)
        return plain, self._moments.in_texts(self._moments.of(plain))

    def find(
        self, live: Request, bindings: Bindings, played: Collection[int]
    ) -> tuple[int, NewBindings, Mapping[str, str]] | None:
        """The first request left, the bindings with which the live one is it, and the times that it has otherwise."""
        ours = self._both(live)
        for index, theirs in enumerate(self._outlines):
            if index not in played and (found := self._compare(ours, theirs)) is not None:
                new = fit(found.texts, bindings)
                if new is not None:
                    return index, new, found.times
        return None

    def _compare(self, ours: tuple[Outline, Outline], theirs: tuple[Outline, Outline]) -> _Comparison | None:
        live, recorded = ours[1], theirs[1]
        if live.kind != recorded.kind or live.values.keys() != recorded.values.keys():
            return None
        found = _Comparison(self._begin)
        for place, value in recorded.values.items():
            own = live.values[place]
            if isinstance(value, str) and isinstance(own, str) and (pattern := template(value)) is not None:
                found.texts.append((pattern, own))
                continue
            is_same = (type(own), own) == (type(value), value)
            if not is_same and not found.add(ours[0].values[place], theirs[0].values[place]):
                return None
        return found
