"""Puts placeholders in place of what the rules name: a pure function from recorded interactions to clean ones.

First every value is learned from every interaction, then all of them are replaced everywhere, so that one value has one
placeholder in the whole cassette. Scrubbing what is scrubbed changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final
from urllib.parse import unquote, urlsplit

from coze_cassettes.cassette.model import Headers, Interaction, Request, header
from coze_cassettes.codecs import compression, layers, peel
from coze_cassettes.codecs.peel import Leaf
from coze_cassettes.errors import UnreadableBody
from coze_cassettes.scrubbing import placeholders
from coze_cassettes.scrubbing.environment import Known
from coze_cassettes.scrubbing.rulebook import Category, Form, Rule, RuleBook, Where
from coze_cassettes.scrubbing.rules import RANK, default_rules
from coze_cassettes.scrubbing.walking import walk, walk_request

REQUEST_HEADERS: Final = ("authorization", "agw-js-conv", "content-type")
"""Request headers that a cassette keeps, in this order; everything else differs per machine or says nothing."""

RESPONSE_HEADERS: Final = ("content-type", "location", "retry-after", "x-tt-logid", "x-log-id")
"""Response headers that a cassette keeps, in this order."""

_AUTH_SCHEME = re.compile(r"(?:Bearer|Basic|Token)\s+", re.IGNORECASE)
_COOKIE_VALUE = re.compile(
    r"(?:^|[;,]\s*)(?!(?i:domain|path|expires|max-age|samesite|priority|version|comment)=)[\w.-]+=([^;,\s]{8,})"
)
_PRINTABLE_RUN = re.compile(r"[\t\n\r -~]{8,}")
_URL_PARAMETER = re.compile(r"[?&]([A-Za-z_][\w.-]*)=([^&\s\"'#<>\\]+)")
_MIN_WIDE, _MIN_PERSONAL, _MIN_IDENTIFIER, _MIN_SECRET = 2, 3, 6, 6
"""Characters from which on a value is replaced in running text too: not ASCII, personal, identifiers, secrets."""

_MIN_INSIDE: Final = 16
"""Characters from which on a learned secret is replaced inside a word too."""

_SECONDS_DIGITS: Final = 10
"""Digits of a timestamp in seconds; one in milliseconds has more."""

_SMALL_NUMBER: Final = 1000
"""Integer identifiers below this are substitutes already."""


# --- the table of values --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Substitute:
    """What stands for a value: the placeholder, and the text that carries it (the placeholder itself or a URL)."""

    placeholder: str
    text: str
    rule: Rule | None = None


@dataclass(frozen=True)
class Table:
    """Every value with its substitute, and the pattern that finds in a text those that are replaced everywhere."""

    substitutes: Mapping[str, Substitute] = field(default_factory=dict)
    pattern: re.Pattern[str] | None = None

    def edits(self, text: str) -> list[peel.Edit]:
        """What to replace in a text."""
        if self.pattern is None:
            return []
        found = self.pattern.finditer(layers.narrow(text))
        return [(*match.span(), self.substitutes[match[0]].text) for match in found]

    def of(self, text: str) -> Substitute | None:
        """What stands for a whole text."""
        return self.substitutes.get(layers.narrow(text))

    def replaced(self) -> Mapping[str, str]:
        """Each value that was replaced everywhere with its placeholder: what the inspector must no longer find."""
        return {
            value: each.placeholder for value, each in self.substitutes.items() if replaced_everywhere(value, each.rule)
        }


def table_of(substitutes: Mapping[str, Substitute]) -> Table:
    """A table with its pattern: the longest value first, so that no part of one is taken for another."""
    values = [value for value, each in substitutes.items() if replaced_everywhere(value, each.rule)]
    ordered = sorted(values, key=lambda value: (-len(value), value))
    pattern = re.compile("|".join(_bounded(value, substitutes[value].rule) for value in ordered)) if ordered else None
    return Table(dict(substitutes), pattern)


def replaced_everywhere(value: str, rule: Rule | None) -> bool:
    """Whether a value is long enough to be replaced in running text and not only in its own field."""
    if rule is None:
        return True
    if rule.category is Category.SECRET:
        return len(value) >= (_MIN_INSIDE if value.isalpha() and value.islower() else _MIN_SECRET)
    if not value.isascii():
        return len(value) >= _MIN_WIDE
    return len(value) >= (_MIN_PERSONAL if rule.category is Category.PERSONAL else _MIN_IDENTIFIER)


def _bounded(value: str, rule: Rule | None) -> str:
    escaped = re.escape(value)
    if rule is None or (rule.category is Category.SECRET and len(value) >= _MIN_INSIDE):
        return escaped
    before = r"(?<![A-Za-z0-9])" if re.match(r"[A-Za-z0-9]", value) else ""
    after = r"(?![A-Za-z0-9])" if re.search(r"[A-Za-z0-9]$", value) else ""
    return before + escaped + after


# --- learning -------------------------------------------------------------------------------------------------------


class _Learn:
    """Collects every value that a rule claims, in order of appearance, and leaves the traffic as it is."""

    def __init__(self, rules: RuleBook) -> None:
        self.rules = rules
        self.uri_path = ""
        self.found: dict[str, Rule] = {}

    def note(self, value: str, rule: Rule) -> None:
        value = layers.narrow(value)
        if placeholders.is_substitute(value):
            return
        known = self.found.get(value)
        if known is None or _weight(rule) < _weight(known):
            self.found[value] = rule

    def leaf(self, leaf: Leaf) -> str:
        if leaf.form in ("key", "text", "binary"):
            self._layers(leaf)
            return leaf.text
        rule = self.rules.field(".".join(leaf.path), self.uri_path, layers.narrow(leaf.text))
        if leaf.form == "number":
            self._number(leaf, rule)
        elif rule is None:
            self._layers(leaf)
        elif rule.form is not Form.SHIFT:
            self.note(leaf.text, rule)
        return leaf.text

    def _layers(self, leaf: Leaf) -> None:
        if leaf.form == "binary":
            self._shapes(leaf)
        else:
            peel.rewrite_text(leaf, self._shapes, self.leaf)

    def _number(self, leaf: Leaf, rule: Rule | None) -> None:
        if leaf.text.lstrip("-").isdigit() and abs(int(leaf.text)) < _SMALL_NUMBER:
            return
        if rule is None:
            self._shapes(leaf)
        elif rule.form is Form.PLACEHOLDER:
            self.note(leaf.text, rule)

    def _shapes(self, leaf: Leaf) -> str:
        for text in _PRINTABLE_RUN.findall(leaf.text) if leaf.form == "binary" else (leaf.text,):
            self._shapes_in(layers.narrow(text))
        return leaf.text

    def _shapes_in(self, text: str) -> None:
        for name, value in _URL_PARAMETER.findall(text):
            rule = self.rules.field(name, self.uri_path, unquote(value))
            if rule is not None and rule.form is Form.PLACEHOLDER:
                self.note(unquote(value), rule)
        for rule, value in self.rules.in_text(text):
            self.note(value, rule)

    def segment(self, rule: Rule, value: str) -> str:
        self.note(value, rule)
        return value

    def header(self, name: str, value: str) -> str:
        rule = self.rules.header(name)
        if rule is None:
            self._layers(Leaf((), value, "text"))
        elif rule.kind == "COOKIE":
            for cookie in _COOKIE_VALUE.findall(value):
                self.note(cookie, rule)
        else:
            self.note(_AUTH_SCHEME.sub("", value, count=1), _specific(rule, value, self.rules))
        return value

    def edits(self, joined: str) -> Sequence[peel.Edit]:  # noqa: ARG002 - what is joined is learned as a leaf
        return ()


def _weight(rule: Rule) -> tuple[bool, bool, int]:
    """The less, the more a rule says of a value: secrets first, then what a field says before what a text looks like.

    An identifier may happen to have the check digit of a bank card.
    """
    return rule.category is not Category.SECRET, rule.where is Where.TEXT, RANK[rule.id]


def _specific(rule: Rule, value: str, rules: RuleBook) -> Rule:
    """The rule of the token's own shape if it has one, so that a JWT is seen to be one."""
    return next((shape for shape, found in rules.in_text(value) if shape.category is Category.SECRET), rule)


# --- replacing ------------------------------------------------------------------------------------------------------


class _Replace:
    """Puts the substitutes of a table in place, and moves timestamps."""

    def __init__(self, rules: RuleBook, table: Table, shift: int) -> None:
        self.rules = rules
        self.table = table
        self.shift = shift
        self.uri_path = ""

    def leaf(self, leaf: Leaf) -> str:
        if leaf.form == "binary":
            return self._plain(leaf)
        if leaf.form in ("key", "text"):
            return peel.rewrite_text(leaf, self._plain, self.leaf)
        rule = self.rules.field(".".join(leaf.path), self.uri_path, layers.narrow(leaf.text))
        if rule is not None and rule.form is Form.SHIFT:
            return _shifted(leaf.text, self.shift)
        substitute = self.table.of(leaf.text)
        if substitute is not None and (rule is not None or replaced_everywhere(leaf.text, substitute.rule)):
            return _number_of(substitute.placeholder) if leaf.form == "number" else substitute.text
        return leaf.text if leaf.form == "number" else peel.rewrite_text(leaf, self._plain, self.leaf)

    def _plain(self, leaf: Leaf) -> str:
        return peel.apply_edits(leaf.text, self.table.edits(leaf.text))

    def segment(self, rule: Rule, value: str) -> str:  # noqa: ARG002 - learning needs the rule
        substitute = self.table.of(value)
        return value if substitute is None else substitute.text

    def header(self, name: str, value: str) -> str:
        if name.lower() == "authorization" and (scheme := _AUTH_SCHEME.match(value)):
            token = value[scheme.end() :]
            substitute = self.table.of(token)
            return value[: scheme.end()] + (substitute.text if substitute else token)
        if self.rules.header(name) is not None and (substitute := self.table.of(value)):
            return substitute.text
        return self.leaf(Leaf((), value, "text"))

    def edits(self, joined: str) -> Sequence[peel.Edit]:
        return self.table.edits(joined)


def _shifted(text: str, shift: int) -> str:
    """A timestamp in seconds or milliseconds, moved by a number of seconds."""
    return str(int(text) + shift * (1000 if len(text) > _SECONDS_DIGITS else 1))


def _number_of(placeholder: str) -> str:
    """The small integer that stands for an integer identifier; 0 for a configured one."""
    match = placeholders.pattern().fullmatch(placeholder)
    return match["number"] if match and match["number"] else "0"


# --- normalising ----------------------------------------------------------------------------------------------------


def _kept(headers: Headers, names: Iterable[str]) -> Headers:
    return tuple((name, value) for name in names if (value := header(headers, name)))


def normalise(interaction: Interaction) -> Interaction:
    """An interaction without content encoding and with the one boundary; headers are all still there."""
    response = interaction.response
    encoding = header(response.headers, "content-encoding")
    if encoding:
        headers = tuple((name, value) for name, value in response.headers if name.lower() != "content-encoding")
        response = replace(response, headers=headers, body=compression.decompress(response.body, encoding), chunks=())
    if "event-stream" not in header(response.headers, "content-type") and not response.fault:
        response = replace(response, chunks=())
    return Interaction(normalise_request(interaction.request), response)


def normalise_request(request: Request) -> Request:
    """A request without content encoding and with the one boundary that all multipart bodies get."""
    if encoding := header(request.headers, "content-encoding"):
        kept = tuple((name, value) for name, value in request.headers if name.lower() != "content-encoding")
        request = replace(request, headers=kept, body=compression.decompress(request.body, encoding))
    content_type = header(request.headers, "content-type")
    if not content_type.lower().startswith("multipart/") or not request.body:
        return request
    boundary = peel.boundary_of(content_type)
    parts = peel.split_multipart(request.body, boundary)
    if peel.join_multipart(parts, boundary) != request.body:
        raise UnreadableBody("a multipart body cannot be put together again as it was")
    headers = tuple(
        (name, peel.with_boundary(value, peel.BOUNDARY) if name.lower() == "content-type" else value)
        for name, value in request.headers
    )
    return replace(request, headers=headers, body=peel.join_multipart(parts, peel.BOUNDARY))


def _show(interaction: Interaction) -> Interaction:
    """An interaction with the headers that a cassette keeps."""
    request, response = interaction.request, interaction.response
    return Interaction(
        replace(request, headers=_kept(request.headers, REQUEST_HEADERS)),
        replace(response, headers=_kept(response.headers, RESPONSE_HEADERS)),
    )


# --- the two functions ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scrubbed:
    """Clean interactions, and the table of what was replaced (never written anywhere)."""

    interactions: tuple[Interaction, ...]
    table: Table


def scrub(
    interactions: Sequence[Interaction], known: Known | None = None, shift: int = 0, rules: RuleBook | None = None
) -> Scrubbed:
    """Interactions as a cassette may hold them.

    ``known`` are the values that the environment and the fixtures say to be secret or an identifier; ``shift`` is the
    number of seconds from the recording to the epoch. UnreadableBody if a body cannot be opened.
    """
    rules = rules or default_rules()
    normal = tuple(normalise(interaction) for interaction in interactions)
    learn = _Learn(rules)
    for interaction in normal:
        walk(interaction, learn, rules)
    table = _numbered(learn.found, known or Known(), _reserved(normal))
    visitor = _Replace(rules, table, shift)
    return Scrubbed(tuple(_show(walk(interaction, visitor, rules)) for interaction in normal), table)


def _reserved(interactions: Sequence[Interaction]) -> frozenset[str]:
    """Placeholders that the traffic itself contains: a test sent them, so no value may get them."""
    texts = (text for each in interactions for text in (each.request.uri, each.request.body.decode("utf-8", "ignore")))
    return frozenset(placeholder for text in texts for _, placeholder in placeholders.found_in(text))


def _numbered(found: Mapping[str, Rule], known: Known, reserved: frozenset[str]) -> Table:
    substitutes = {
        layers.narrow(value): Substitute(placeholder, placeholder) for value, placeholder in known.placeholders.items()
    }
    counters: dict[str, int] = {}
    for value, rule in found.items():
        if value not in substitutes:
            placeholder = _next_placeholder(rule.kind, counters, reserved)
            substitutes[value] = _substitute(placeholder, rule)
    return table_of(substitutes)


def _next_placeholder(kind: str, counters: dict[str, int], reserved: frozenset[str]) -> str:
    while True:
        counters[kind] = counters.get(kind, 0) + 1
        placeholder = f"{kind}_{counters[kind]}"
        if placeholder not in reserved:
            return placeholder


# --- the live request -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Signature:
    """The placeholders of a scrubbed request in order, and the texts that hold them without their numbers."""

    skeleton: tuple[str, ...]
    found: tuple[str, ...]


class _Sign:
    """Reads off the placeholders of a request, in whatever they are encoded."""

    def __init__(self, rules: RuleBook) -> None:
        self.rules = rules
        self.uri_path = ""
        self.skeleton: list[str] = []
        self.found: list[str] = []

    def leaf(self, leaf: Leaf) -> str:
        if leaf.form == "number":
            rule = self.rules.field(".".join(leaf.path), self.uri_path, leaf.text)
            if rule is not None and rule.form is Form.PLACEHOLDER:
                self._text(replace(leaf, text=f"{rule.kind}_{leaf.text}"))
        elif leaf.form == "binary":
            self._text(leaf)
        else:
            peel.rewrite_text(leaf, self._text, self.leaf)
        return leaf.text

    def _text(self, leaf: Leaf) -> str:
        found = [match[0] for match in _CARRIED_PLACEHOLDER.finditer(leaf.text)]
        if found:
            self.found += found
            self.skeleton += [".".join(leaf.path), _erased(leaf.text)]
        return leaf.text

    def segment(self, rule: Rule, value: str) -> str:  # noqa: ARG002 - learning needs the rule
        return value

    def header(self, name: str, value: str) -> str:  # noqa: ARG002 - learning needs the name
        return self._text(Leaf((), value))

    def edits(self, joined: str) -> Sequence[peel.Edit]:  # noqa: ARG002 - a request is no stream
        return ()


_CARRIED_PLACEHOLDER = re.compile(rf"(?:{re.escape(placeholders.URL_PREFIX)})?(?:{placeholders.pattern().pattern})")


def _erased(text: str) -> str:
    """A text in which every placeholder is the same, since a value's kind may have been seen elsewhere only."""
    return _CARRIED_PLACEHOLDER.sub("\0", text)


def _signature(request: Request) -> _Signature:
    sign = _Sign(default_rules())
    walk_request(request, sign, default_rules())
    place = (request.method, _erased(urlsplit(request.uri).path))
    return _Signature((*place, *sign.skeleton), tuple(sign.found))


_FIRST_STAND_IN: Final = 900_000
"""Numbers of placeholders from here on stand for literals whose placeholder is not known yet."""


class LivePlaceholders:
    """The placeholders that literals of a running test get at replay: those that they got when it recorded.

    A live request with new literals is laid over the recorded ones: where one of them is the same but for
    placeholders, the literals take those that stand in their places. Otherwise the first new literal of a kind is
    given the first placeholder of that kind that a recorded request brought into the cassette, the second the second,
    and so on; a literal too many gets ``KIND_NEW``, which matches nothing.
    """

    def __init__(
        self,
        interactions: Sequence[Interaction],
        names: Mapping[str, str] | None = None,
        configured: Mapping[str, str] | None = None,
    ) -> None:
        """Remember what was recorded; nothing is read off before a literal asks for it.

        ``names`` gives values what is known to stand for them, and may grow; ``configured`` are values of the
        environment with their placeholders.
        """
        self._interactions = interactions
        self._names = {} if names is None else names
        known = {layers.narrow(value): placeholder for value, placeholder in (configured or {}).items()}
        self._bound = {value: Substitute(placeholder, placeholder) for value, placeholder in known.items()}
        self._seen: dict[Request, Request] = {}

    def scrub(self, request: Request) -> Request:
        """The live request as the cassette would show it."""
        if request not in self._seen:
            self._seen[request] = self._scrub(normalise_request(request))
        return self._seen[request]

    def bound(self) -> Mapping[str, str]:
        """What stands for each literal, as it stands in a text, with the literal; configured values are not in it."""
        return {each.text: value for value, each in self._bound.items() if each.rule is not None}

    def _scrub(self, request: Request) -> Request:
        for value, name in self._names.items():
            if (narrow := layers.narrow(value)) not in self._bound and (rule := _rule_of(name)) is not None:
                self._bound[narrow] = _bound_to(name, rule)
        learn = _Learn(default_rules())
        walk_request(request, learn, default_rules())
        new = {value: rule for value, rule in learn.found.items() if value not in self._bound}
        if new:
            self._bind(request, new)
        return _with_placeholders(request, self._bound)

    def _bind(self, request: Request, new: Mapping[str, Rule]) -> None:
        numbered = enumerate(new.items(), start=_FIRST_STAND_IN)
        stand_ins = {value: _substitute(f"{rule.kind}_{number}", rule) for number, (value, rule) in numbered}
        live = _signature(_with_placeholders(request, {**self._bound, **stand_ins}))
        recorded = self._laid_over(
            live, {form for each in stand_ins.values() for form in (each.text, each.placeholder)}
        )
        for value, rule in new.items():
            if text := next(
                (each for each in (stand_ins[value].text, stand_ins[value].placeholder) if each in live.found), ""
            ):
                self._bound[value] = _bound_to(recorded.get(text) or self._next_of(rule.kind, recorded.values()), rule)

    def _laid_over(self, live: _Signature, stand_ins: AbstractSet[str]) -> Mapping[str, str]:
        """What stands in the places of the stand-ins in the recorded request that is else the same.

        If several are, the first of those that have most kinds in common.
        """
        free = {placeholder for each in self._introduced.values() for placeholder in each} - self._taken()
        fits = [
            found
            for recorded in self._signatures
            if recorded.skeleton == live.skeleton and (found := _paired(live.found, recorded.found, stand_ins, free))
        ]
        return max(fits, key=_same_kinds, default={})

    def _taken(self) -> AbstractSet[str]:
        known = {name.removeprefix(placeholders.URL_PREFIX) for name in self._names.values()}
        return known | {each.placeholder for each in self._bound.values()}

    def _next_of(self, kind: str, spoken_for: Iterable[str]) -> str:
        taken = {*self._taken(), *(each.removeprefix(placeholders.URL_PREFIX) for each in spoken_for)}
        return next(
            (placeholder for placeholder in self._introduced.get(kind, ()) if placeholder not in taken), f"{kind}_NEW"
        )

    @cached_property
    def _signatures(self) -> Sequence[_Signature]:
        return tuple(_signature(each.request) for each in self._interactions)

    @cached_property
    def _introduced(self) -> Mapping[str, Sequence[str]]:
        """Placeholders by kind that appear in a request before any response has them."""
        answered: set[str] = set()
        introduced: list[tuple[str, str]] = []
        for interaction, signature in zip(self._interactions, self._signatures, strict=True):
            found = (pair for placeholder in signature.found for pair in placeholders.found_in(placeholder))
            introduced += [(kind, placeholder) for kind, placeholder in found if placeholder not in answered]
            response = interaction.response
            for text in (*(value for _, value in response.headers), response.body.decode("utf-8", "ignore")):
                answered |= {placeholder for _, placeholder in placeholders.found_in(text)}
        return placeholders.unique(introduced)


def _paired(
    live: Sequence[str], recorded: Sequence[str], stand_ins: AbstractSet[str], free: AbstractSet[str]
) -> Mapping[str, str]:
    """Each stand-in with what was recorded in its places; nothing if that is not one to one, or not a literal's."""
    pairs = set(zip(live, recorded, strict=True))
    fits = all(
        new.removeprefix(placeholders.URL_PREFIX) in free if old in stand_ins else new == old for old, new in pairs
    )
    if not fits or not len({old for old, _ in pairs}) == len(pairs) == len({new for _, new in pairs}):
        return {}
    return {old: new for old, new in pairs if old in stand_ins}


def _same_kinds(found: Mapping[str, str]) -> int:
    return sum(old.rpartition("_")[0] == new.rpartition("_")[0] for old, new in found.items())


def _rule_of(name: str) -> Rule | None:
    """A rule that makes placeholders of this kind."""
    match = placeholders.pattern().search(name)
    return next((each for each in default_rules().rules if match and each.kind == match["kind"]), None)


def _bound_to(text: str, rule: Rule) -> Substitute:
    """What stands for a literal, given the placeholder or its URL that was recorded."""
    placeholder = text.removeprefix(placeholders.URL_PREFIX)
    return (
        _substitute(placeholder, rule)
        if text == placeholder and rule.form is Form.URL
        else Substitute(placeholder, text, rule)
    )


def _substitute(placeholder: str, rule: Rule) -> Substitute:
    return Substitute(
        placeholder, placeholders.URL_PREFIX + placeholder if rule.form is Form.URL else placeholder, rule
    )


def _with_placeholders(request: Request, substitutes: Mapping[str, Substitute]) -> Request:
    visitor = _Replace(default_rules(), table_of(substitutes), shift=0)
    clean = walk_request(request, visitor, default_rules())
    return replace(clean, headers=_kept(clean.headers, REQUEST_HEADERS))
