"""Recorded texts as patterns: a placeholder in them stands for one value, the same everywhere in a test."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from coze_cassettes.scrubbing import placeholders

NewBindings = dict[str, str]
"""Names (placeholders as they stand in a text, so the URL of one too) and the values that they would get."""


_CAPITALS: Final = re.compile("[A-Z][A-Z_]*")
"""What a placeholder begins with."""


@lru_cache(maxsize=1)
def _carrier() -> re.Pattern[str]:
    """Matches a placeholder, or the URL that carries one."""
    return re.compile(rf"(?:{re.escape(placeholders.URL_PREFIX)})?(?:{placeholders.pattern().pattern})")


def carriers(text: str) -> Iterator[re.Match[str]]:
    """The placeholders in a text, or the URLs that carry them, in their order.

    They are looked for where capitals are: to try the expression at each character takes ten times as long.
    """
    match, prefix, end = _carrier().match, placeholders.URL_PREFIX, 0
    for capitals in _CAPITALS.finditer(text):
        start = capitals.start()
        if start < end:
            continue
        in_url = text.startswith(prefix, max(0, start - len(prefix)))
        if found := match(text, start - len(prefix) if in_url else start):
            end = found.end()
            yield found


def bare(name: str) -> str:
    """The placeholder of a name."""
    return name.removeprefix(placeholders.URL_PREFIX)


def names_in(values: Iterable[object]) -> set[str]:
    """The placeholders that stand in the texts among some values."""
    texts = (each for each in values if isinstance(each, str))
    return {bare(match[0]) for text in texts for match in carriers(text)}


@dataclass(frozen=True)
class Template:
    """A recorded text: literal pieces, and between each two of them a name."""

    pieces: tuple[str, ...]
    names: tuple[str, ...]

    def match(self, text: str, bindings: Bindings, new: NewBindings) -> NewBindings | None:
        """The bindings with which a live text is this one, ``new`` among them; None if it is another text."""
        found, position = dict(new), 0
        literal, rest = self._literal(0, bindings, found)
        if not text.startswith(literal):
            return None
        position = len(literal)
        while rest < len(self.names):
            name = self.names[rest]
            literal, after = self._literal(rest + 1, bindings, found, but=name)
            if after == len(self.names):
                end = len(text) - len(literal) if text.endswith(literal) else -1
            else:
                end = text.find(literal, position + 1) if literal else -1
            if end <= position or not bindings.allow(name, text[position:end], found):
                return None
            found[name] = text[position:end]
            position, rest = end + len(literal), after
        return found if position == len(text) else None

    def _literal(self, start: int, bindings: Bindings, found: NewBindings, but: str = "") -> tuple[str, int]:
        """The text from a piece on up to the first name without a value, and which name that is."""
        text = self.pieces[start]
        for number in range(start, len(self.names)):
            name = self.names[number]
            value = None if name == but else bindings.value(name, found)
            if value is None:
                return text, number
            text += value + self.pieces[number + 1]
        return text, len(self.names)


def template(text: str) -> Template | None:
    """A text as a template; None if it holds no placeholder."""
    pieces, names, position = [], [], 0
    for match in carriers(text):
        start, end = match.span()
        pieces.append(text[position:start])
        names.append(match[0])
        position = end
    return Template((*pieces, text[position:]), tuple(names)) if names else None


class Bindings:
    """Which value each name stands for in a test; ``configured`` gives the placeholder of a configured value.

    One to one: a value has one name, a name one value. Only a configured placeholder may be itself beside its value.
    """

    def __init__(
        self, configured: Mapping[str, str] | None = None, is_recorded: Callable[[str], bool] = lambda _: True
    ) -> None:
        """Begin a test; nothing was sent yet. ``is_recorded`` says whether the cassette may have a placeholder."""
        self._is_recorded = is_recorded
        self.configured = {value: name for value, name in (configured or {}).items() if value != name}
        self.values: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self._optional = frozenset(self.configured.values())
        self._sent: set[str] = set()
        self._seen: set[str] = set()
        self._unread: list[tuple[str | bytes, set[str]]] = []

    def value(self, name: str, new: Mapping[str, str]) -> str | None:
        """The one value of a name, as far as it is known."""
        return None if name in self._optional else self.values.get(name) or new.get(name)

    def allow(self, name: str, value: str, new: Mapping[str, str]) -> bool:
        """Whether a name may stand for a value."""
        if value == name:
            return name in self._optional or (self.values.get(name) or new.get(name) or name) == name
        if (configured := self.configured.get(value)) is not None:
            return configured == name
        known = self.values.get(name) or new.get(name) or value
        taken = self.names.get(value) or next((each for each, other in new.items() if other == value), name)
        return (known, taken) == (value, name) and not self._carries(value) and bare(name) not in self._as_itself()

    def _carries(self, value: str) -> bool:
        """Whether a value holds one of the cassette's placeholders; others are only written like one."""
        return any(self._is_recorded(bare(match[0])) for match in carriers(value))

    def bind(self, new: Mapping[str, str]) -> None:
        """Keep bindings."""
        for name, value in new.items():
            if value == name:
                self._sent.add(bare(name))
            else:
                self.values[name] = value
                self.names[value] = name

    def note_sent(self, *texts: str | bytes) -> None:
        """Remember texts that were sent as they are recorded: what stands in them stands for itself."""
        self._unread += [(text, self._sent) for text in texts]

    def note_received(self, *texts: str | bytes) -> None:
        """Remember texts that the test got as they are recorded."""
        self._unread += [(text, self._seen) for text in texts]

    def literals(self) -> Mapping[str, str]:
        """The names that stand for something else than themselves, with that."""
        if not self.values:
            return self.values
        self._as_itself()
        return {name: value for name, value in self.values.items() if bare(name) not in self._sent}

    def _as_itself(self) -> AbstractSet[str]:
        """The placeholders that the test sent or got as themselves; texts are searched only when that is asked."""
        while self._unread:
            raw, found = self._unread.pop()
            text = raw if isinstance(raw, str) else raw.decode("utf-8", "replace")
            found |= names_in((text,))
        return self._sent | self._seen


def fit(pairs: Iterable[tuple[Template, str]], bindings: Bindings) -> NewBindings | None:
    """The bindings with which every live text is the recorded one beside it; None if there are none."""
    new: NewBindings | None = {}
    for recorded, live in pairs:
        if new is None:
            return None
        new = recorded.match(live, bindings, new)
    return new
