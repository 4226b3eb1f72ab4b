"""Puts tags in place of what the rules name: a pure function from recorded interactions to clean ones.

First every value is learned from every interaction, then all of them are replaced everywhere, so that one value has one
tag in the whole cassette. Scrubbing what is scrubbed changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from typing import Final, Protocol
from urllib.parse import quote, unquote, urlsplit

from coze_cassettes import peel, tags
from coze_cassettes.environment import Known
from coze_cassettes.errors import UnreadableBody
from coze_cassettes.interactions import Headers, Interaction, Request, header
from coze_cassettes.peel import Leaf
from coze_cassettes.rules import RANK, Category, Form, Rule, RuleBook, default_rules

REQUEST_HEADERS: Final = ("authorization", "agw-js-conv", "content-type")
"""Request headers that a cassette keeps, in this order; everything else differs per machine or says nothing."""

RESPONSE_HEADERS: Final = ("content-type", "location", "retry-after", "x-tt-logid", "x-log-id")
"""Response headers that a cassette keeps, in this order."""

_AUTH_SCHEME = re.compile(r"(?:Bearer|Basic|Token)\s+", re.IGNORECASE)
_COOKIE_VALUE = re.compile(r"(?:^|[;,]\s*)[\w.-]+=([^;,\s]{8,})")
_URL_PARAMETER = re.compile(r"[?&]([A-Za-z_][\w.-]*)=([^&\s\"'#<>\\]+)")
_MIN_WIDE, _MIN_PERSONAL, _MIN_IDENTIFIER = 2, 3, 6
"""Characters from which on a value is replaced in running text too: not ASCII, personal, identifiers."""

_CHARACTER_TAIL: Final = 3
"""Bytes of an incomplete UTF-8 character at most."""

_SECONDS_DIGITS: Final = 10
"""Digits of a timestamp in seconds; one in milliseconds has more."""

_SMALL_NUMBER: Final = 1000
"""Integer identifiers below this are substitutes already."""


# --- the table of values --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Substitute:
    """What stands for a value: the tag, and the text that carries it (the tag itself or a URL)."""

    tag: str
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
        return [(*match.span(), self.substitutes[match[0]].text) for match in self.pattern.finditer(text)]

    def replaced(self) -> Mapping[str, str]:
        """Each value that was replaced everywhere with its tag: what the inspector must no longer find."""
        return {value: each.tag for value, each in self.substitutes.items() if replaced_everywhere(value, each.rule)}


def table_of(substitutes: Mapping[str, Substitute]) -> Table:
    """A table with its pattern: the longest value first, so that no part of one is taken for another."""
    values = [value for value, each in substitutes.items() if replaced_everywhere(value, each.rule)]
    ordered = sorted(values, key=lambda value: (-len(value), value))
    pattern = re.compile("|".join(_bounded(value, substitutes[value].rule) for value in ordered)) if ordered else None
    return Table(dict(substitutes), pattern)


def replaced_everywhere(value: str, rule: Rule | None) -> bool:
    """Whether a value is long enough to be replaced in running text and not only in its own field."""
    if rule is None or rule.category is Category.SECRET:
        return True
    if not value.isascii():
        return len(value) >= _MIN_WIDE
    return len(value) >= (_MIN_PERSONAL if rule.category is Category.PERSONAL else _MIN_IDENTIFIER)


def _bounded(value: str, rule: Rule | None) -> str:
    escaped = re.escape(value)
    if rule is None or rule.category is Category.SECRET:
        return escaped
    before = r"(?<![A-Za-z0-9])" if re.match(r"[A-Za-z0-9]", value) else ""
    after = r"(?![A-Za-z0-9])" if re.search(r"[A-Za-z0-9]$", value) else ""
    return before + escaped + after


# --- walking over an interaction ------------------------------------------------------------------------------------


class Visitor(Protocol):
    """What is done with each readable piece: learning or replacing."""

    uri_path: str

    def leaf(self, leaf: Leaf) -> str:
        """A key, string, number or text of a body."""

    def segment(self, rule: Rule, value: str) -> str:
        """An identifier in the URI path."""

    def header(self, name: str, value: str) -> str:
        """The value of a header."""

    def edits(self, joined: str) -> Sequence[peel.Edit]:
        """What to replace in a text that came in pieces."""

    def binary(self, body: bytes) -> bytes:
        """A body that is no text."""


def _walk_uri(uri: str, visitor: Visitor, rules: RuleBook) -> str:
    parts = urlsplit(uri)
    edits = [
        (start, end, visitor.segment(rule, parts.path[start:end])) for rule, start, end in rules.in_path(parts.path)
    ]
    path = peel.apply_edits(parts.path, _first_of_each(edits))
    path = visitor.leaf(Leaf((), path, "text"))
    query = "&".join(_walk_parameter(pair, visitor) for pair in parts.query.split("&")) if parts.query else ""
    return parts._replace(path=path, query=query).geturl() + ("?" if uri.endswith("?") and not query else "")


def _first_of_each(edits: list[peel.Edit]) -> list[peel.Edit]:
    """Edits in order, the first rule winning where two claim the same segment."""
    by_start: dict[int, peel.Edit] = {}
    for edit in edits:
        by_start.setdefault(edit[0], edit)
    return [by_start[start] for start in sorted(by_start)]


def _walk_parameter(pair: str, visitor: Visitor) -> str:
    name, equals, raw = pair.partition("=")
    value = unquote(raw)
    new = visitor.leaf(Leaf((unquote(name),), value)) if value else value
    return pair if new == value else f"{name}{equals}{quote(new, safe='')}"


def _walk_headers(headers: Headers, visitor: Visitor) -> Headers:
    return tuple((name, visitor.header(name, value)) for name, value in headers)


def _walk_body(body: bytes, content_type: str, visitor: Visitor) -> bytes:
    if not body:
        return body
    if content_type.lower().startswith("multipart/"):
        return _walk_multipart(body, content_type, visitor)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        if "json" in content_type or "event-stream" in content_type:
            return _walk_broken_text(body, content_type, visitor)
        return visitor.binary(body)
    return _walk_text(text, content_type, visitor).encode("utf-8")


def _walk_broken_text(body: bytes, content_type: str, visitor: Visitor) -> bytes:
    """A text that breaks off inside a character: the rest stays as it is."""
    text = body.decode("utf-8", "surrogateescape")
    tail = len(body) - len(body.rstrip(bytes(range(0x80, 0x100))))
    if tail > _CHARACTER_TAIL or any("\udc80" <= char <= "\udcff" for char in text[:-3]):
        raise UnreadableBody(f"a body that says it is {content_type} is no UTF-8")
    return _walk_text(text, content_type, visitor).encode("utf-8", "surrogateescape")


def _walk_text(text: str, content_type: str, visitor: Visitor) -> str:
    if "event-stream" in content_type.lower():
        return peel.rewrite_sse(text, visitor.leaf, visitor.edits)
    if "x-www-form-urlencoded" in content_type.lower():
        return "&".join(_walk_parameter(pair, visitor) for pair in text.split("&"))
    if peel.is_json(text):
        return peel.rewrite_json(text, visitor.leaf)
    return visitor.leaf(Leaf((), text, "text"))


def _walk_multipart(body: bytes, content_type: str, visitor: Visitor) -> bytes:
    boundary = peel.boundary_of(content_type)
    parts = peel.split_multipart(body, boundary)
    return peel.join_multipart([_walk_part(part, visitor) for part in parts], boundary)


def _walk_part(part: peel.Part, visitor: Visitor) -> peel.Part:
    head = visitor.leaf(Leaf((), part.head, "text"))
    if part.parameter("filename"):
        return peel.Part(head, _walk_body(part.content, "", visitor))
    try:
        value = part.content.decode("utf-8")
    except UnicodeDecodeError:
        return peel.Part(head, visitor.binary(part.content))
    return peel.Part(head, visitor.leaf(Leaf((part.parameter("name"),), value)).encode("utf-8"))


def _walk_request(request: Request, visitor: Visitor, rules: RuleBook) -> Request:
    visitor.uri_path = urlsplit(request.uri).path
    content_type = header(request.headers, "content-type")
    uri = _walk_uri(request.uri, visitor, rules)
    headers = _walk_headers(request.headers, visitor)
    return replace(request, uri=uri, headers=headers, body=_walk_body(request.body, content_type, visitor))


def _walk(interaction: Interaction, visitor: Visitor, rules: RuleBook) -> Interaction:
    request = _walk_request(interaction.request, visitor, rules)
    old = interaction.response
    headers = _walk_headers(old.headers, visitor)
    body = _walk_body(old.body, header(old.headers, "content-type"), visitor)
    chunks = moved_chunks(old.body, body, old.chunks)
    return Interaction(request, replace(old, headers=headers, body=body, chunks=chunks))


def moved_chunks(old: bytes, new: bytes, chunks: tuple[int, ...]) -> tuple[int, ...]:
    """Sizes of the chunks of a body whose lines were edited.

    A cut stays in its line, at the same distance from its start or, behind what was edited, from its end.
    """
    if old == new or not chunks:
        return chunks
    cuts = [_moved_cut(old, new, position) for position in accumulate(chunks[:-1])]
    bounds = [0, *sorted(cuts), len(new)]
    return tuple(end - start for start, end in pairwise(bounds) if end > start)


def _moved_cut(old: bytes, new: bytes, position: int) -> int:
    line = old.count(b"\n", 0, position)
    old_start, old_end = _line_span(old, line)
    new_start, new_end = _line_span(new, line)
    old_line, new_line = old[old_start:old_end], new[new_start:new_end]
    column = position - old_start
    prefix = _common_prefix(old_line, new_line)
    if column <= prefix:
        return new_start + column
    from_end = len(old_line) - column
    suffix = _common_prefix(old_line[::-1], new_line[::-1])
    return new_end - from_end if from_end <= min(suffix, len(new_line) - prefix) else new_start + prefix


def _line_span(body: bytes, number: int) -> tuple[int, int]:
    start = 0
    for _ in range(number):
        start = body.index(b"\n", start) + 1
    end = body.find(b"\n", start)
    return start, len(body) if end < 0 else end + 1


def _common_prefix(left: bytes, right: bytes) -> int:
    return next((n for n, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))


# --- learning -------------------------------------------------------------------------------------------------------


class _Learn:
    """Collects every value that a rule claims, in order of appearance, and leaves the traffic as it is."""

    def __init__(self, rules: RuleBook) -> None:
        self.rules = rules
        self.uri_path = ""
        self.found: dict[str, Rule] = {}

    def note(self, value: str, rule: Rule) -> None:
        if tags.is_substitute(value):
            return
        known = self.found.get(value)
        if known is None or RANK[rule.id] < RANK[known.id]:
            self.found[value] = rule

    def leaf(self, leaf: Leaf) -> str:
        if leaf.form == "number":
            self._number(leaf)
        elif leaf.form == "key":
            self._shapes(leaf)
        elif (rule := self.rules.field(".".join(leaf.path), self.uri_path, leaf.text)) is None:
            peel.rewrite_text(leaf, self._shapes, self.leaf)
        elif rule.form is not Form.SHIFT:
            self.note(leaf.text, rule)
        return leaf.text

    def _number(self, leaf: Leaf) -> None:
        rule = self.rules.field(".".join(leaf.path), self.uri_path, leaf.text)
        if rule is not None and rule.form is Form.TAG and leaf.text.isdigit() and int(leaf.text) >= _SMALL_NUMBER:
            self.note(leaf.text, rule)

    def _shapes(self, leaf: Leaf) -> str:
        for name, value in _URL_PARAMETER.findall(leaf.text):
            rule = self.rules.field(name, self.uri_path, unquote(value))
            if rule is not None and rule.form is Form.TAG:
                self.note(unquote(value), rule)
        for rule, value in self.rules.in_text(leaf.text):
            self.note(value, rule)
        return leaf.text

    def segment(self, rule: Rule, value: str) -> str:
        self.note(value, rule)
        return value

    def header(self, name: str, value: str) -> str:
        rule = self.rules.header(name)
        if rule is None:
            self._shapes(Leaf((), value, "text"))
        elif rule.kind == "COOKIE":
            for cookie in _COOKIE_VALUE.findall(value):
                self.note(cookie, rule)
        else:
            self.note(_AUTH_SCHEME.sub("", value, count=1), _specific(rule, value, self.rules))
        return value

    def edits(self, joined: str) -> Sequence[peel.Edit]:
        self._shapes(Leaf((), joined, "text"))
        return ()

    def binary(self, body: bytes) -> bytes:
        self._shapes(Leaf((), body.decode("latin-1"), "text"))
        return body


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
        if leaf.form == "key":
            return self._plain(leaf)
        rule = self.rules.field(".".join(leaf.path), self.uri_path, leaf.text)
        if rule is not None and rule.form is Form.SHIFT:
            return _shifted(leaf.text, self.shift)
        substitute = self.table.substitutes.get(leaf.text)
        if leaf.form == "number":
            return leaf.text if rule is None or substitute is None else _number_of(substitute.tag)
        if substitute is not None and (rule is not None or replaced_everywhere(leaf.text, substitute.rule)):
            return substitute.text
        return peel.rewrite_text(leaf, self._plain, self.leaf)

    def _plain(self, leaf: Leaf) -> str:
        return peel.apply_edits(leaf.text, self.table.edits(leaf.text))

    def segment(self, rule: Rule, value: str) -> str:  # noqa: ARG002 - learning needs the rule
        substitute = self.table.substitutes.get(value)
        return value if substitute is None else substitute.text

    def header(self, name: str, value: str) -> str:
        if name.lower() == "authorization" and (scheme := _AUTH_SCHEME.match(value)):
            token = value[scheme.end() :]
            substitute = self.table.substitutes.get(token)
            return value[: scheme.end()] + (substitute.text if substitute else token)
        if self.rules.header(name) is not None and (substitute := self.table.substitutes.get(value)):
            return substitute.text
        return self.leaf(Leaf((), value, "text"))

    def edits(self, joined: str) -> Sequence[peel.Edit]:
        return self.table.edits(joined)

    def binary(self, body: bytes) -> bytes:
        for value, substitute in self.table.substitutes.items():
            if replaced_everywhere(value, substitute.rule):
                body = body.replace(value.encode("utf-8"), substitute.text.encode("utf-8"))
        return body


def _shifted(text: str, shift: int) -> str:
    """A timestamp in seconds or milliseconds, moved by a number of seconds."""
    return str(int(text) + shift * (1000 if len(text) > _SECONDS_DIGITS else 1))


def _number_of(tag: str) -> str:
    """The small integer that stands for an integer identifier; 0 for a configured one."""
    match = tags.pattern().fullmatch(tag)
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
        response = replace(response, headers=headers, body=peel.decompress(response.body, encoding), chunks=())
    if "event-stream" not in header(response.headers, "content-type") and not response.fault:
        response = replace(response, chunks=())
    return Interaction(normalise_request(interaction.request), response)


def normalise_request(request: Request) -> Request:
    """A request with the one boundary that all multipart bodies get."""
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
        _walk(interaction, learn, rules)
    table = _numbered(learn.found, known or Known(), _reserved(normal))
    visitor = _Replace(rules, table, shift)
    return Scrubbed(tuple(_show(_walk(interaction, visitor, rules)) for interaction in normal), table)


def _reserved(interactions: Sequence[Interaction]) -> frozenset[str]:
    """Tags that the traffic itself contains: a test sent them, so no value may get them."""
    texts = (text for each in interactions for text in (each.request.uri, each.request.body.decode("utf-8", "ignore")))
    return frozenset(tag for text in texts for _, tag in tags.found_in(text))


def _numbered(found: Mapping[str, Rule], known: Known, reserved: frozenset[str]) -> Table:
    substitutes = {value: Substitute(tag, tag) for value, tag in known.tags.items()}
    counters: dict[str, int] = {}
    for value, rule in found.items():
        if value not in substitutes:
            tag = _next_tag(rule.kind, counters, reserved)
            substitutes[value] = Substitute(tag, tags.URL_PREFIX + tag if rule.form is Form.URL else tag, rule)
    return table_of(substitutes)


def _next_tag(kind: str, counters: dict[str, int], reserved: frozenset[str]) -> str:
    while True:
        counters[kind] = counters.get(kind, 0) + 1
        tag = f"{kind}_{counters[kind]}"
        if tag not in reserved:
            return tag


class LiveTags:
    """The tags that literals of a running test get at replay: those that its requests introduced when it recorded.

    The first new literal of a kind is given the first tag of that kind that a recorded request brought into the
    cassette, the second the second, and so on; a literal too many gets ``KIND_NEW``, which matches nothing.
    """

    def __init__(self, interactions: Sequence[Interaction]) -> None:
        """Read off which tags the recorded requests introduced."""
        self._introduced = {kind: iter(found) for kind, found in _introduced(interactions).items()}
        self._bound: dict[str, Substitute] = {}
        self._seen: dict[Request, Request] = {}

    def scrub(self, request: Request) -> Request:
        """The live request as the cassette would show it."""
        if request not in self._seen:
            self._seen[request] = self._scrub(request)
        return self._seen[request]

    def _scrub(self, request: Request) -> Request:
        rules, learn = default_rules(), _Learn(default_rules())
        request = normalise_request(request)
        _walk_request(request, learn, rules)
        for value, rule in learn.found.items():
            if value not in self._bound:
                tag = next(self._introduced.get(rule.kind, iter(())), f"{rule.kind}_NEW")
                self._bound[value] = Substitute(tag, tags.URL_PREFIX + tag if rule.form is Form.URL else tag, rule)
        visitor = _Replace(rules, table_of(self._bound), shift=0)
        clean = _walk_request(request, visitor, rules)
        return replace(clean, headers=_kept(clean.headers, REQUEST_HEADERS))


def _introduced(interactions: Sequence[Interaction]) -> dict[str, list[str]]:
    """Tags by kind that appear in a request before any response has them."""
    answered: set[str] = set()
    introduced: list[tuple[str, str]] = []
    for interaction in interactions:
        for text in _request_texts(interaction.request):
            introduced += [(kind, tag) for kind, tag in tags.found_in(text) if tag not in answered]
        response = interaction.response
        for text in (*(value for _, value in response.headers), response.body.decode("utf-8", "ignore")):
            answered |= {tag for _, tag in tags.found_in(text)}
    return tags.unique(introduced)


def _request_texts(request: Request) -> Iterator[str]:
    yield request.uri
    yield from (value for _, value in request.headers)
    yield request.body.decode("utf-8", "ignore")


Scrub = Callable[[Sequence[Interaction]], Scrubbed]
"""A scrubber with its settings, as the store is given one."""
