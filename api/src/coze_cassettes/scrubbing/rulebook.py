"""What a scrub rule is, and how the rules that apply to a place or a text are found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from coze_cassettes.scrubbing.checks import CHECKS


class Category(StrEnum):
    """Why a value is replaced."""

    SECRET = "secret"  # noqa: S105 - a category
    PERSONAL = "personal"
    IDENTIFIER = "identifier"
    VOLATILE = "volatile"


class Where(StrEnum):
    """Where a rule looks."""

    HEADER = "header"
    FIELD = "field"
    """A query parameter, a multipart field or a JSON path; the pattern is matched against the end of ``a.b.c``."""
    PATH = "path"
    """A segment of the URI path, the pattern's one group."""
    TEXT = "text"
    """A shape in any text, keys and names included; the pattern's one group if it has one."""


class Form(StrEnum):
    """What the substitute looks like, so that the SDK still parses it."""

    PLACEHOLDER = "placeholder"
    URL = "url"
    SHIFT = "shift"
    """No placeholder: a timestamp is moved by the distance of the recording from the epoch."""


@dataclass(frozen=True)
class Rule:
    """One row: ``pattern`` says where, ``accepts`` and ``check`` which values, ``uri`` on which URI paths.

    ``check`` names a function of ``checks.CHECKS`` that a value of the right shape must pass too.
    ``hit`` and ``miss`` are the examples, a request or an answer at the URI path ``at``.
    """

    id: str
    kind: str
    category: Category
    where: Where
    pattern: str
    reason: str
    hit: str
    miss: str
    accepts: str = r"(?s).+"
    check: str = ""
    uri: str = ""
    at: str = "/any"
    form: Form = Form.PLACEHOLDER


@dataclass(frozen=True)
class Compiled:
    """A rule with its patterns ready to be matched."""

    rule: Rule
    pattern: re.Pattern[str]
    accepted: re.Pattern[str]
    uri: re.Pattern[str]

    def accepts(self, value: str) -> bool:
        """Whether the rule claims a value that stands where it looks."""
        if self.accepted.fullmatch(value) is None:
            return False
        return not self.rule.check or CHECKS[self.rule.check](value)


class RuleBook:
    """A set of rules, arranged by where they look."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        """Compile the given rules."""
        self.rules = rules
        self._by_where = {where: tuple(_compiled(rule) for rule in rules if rule.where is where) for where in Where}
        self._field_cache: dict[tuple[str, str], tuple[Compiled, ...]] = {}

    def fields(self, path: str, uri_path: str) -> tuple[Compiled, ...]:
        """The rules for a dotted path (``data.bot_id``) in traffic with this URI path, in order of the table."""
        key = (path, uri_path)
        if key not in self._field_cache:
            rules = self._by_where[Where.FIELD]
            found = (each for each in rules if each.pattern.fullmatch(path) and each.uri.search(uri_path))
            self._field_cache[key] = tuple(found)
        return self._field_cache[key]

    def field(self, path: str, uri_path: str, value: str) -> Rule | None:
        """The first rule that claims this value at this path."""
        return next((each.rule for each in self.fields(path, uri_path) if each.accepts(value)), None)

    def header(self, name: str) -> Rule | None:
        """The rule for a header."""
        return next((each.rule for each in self._by_where[Where.HEADER] if each.pattern.fullmatch(name.lower())), None)

    def in_path(self, uri_path: str) -> Iterator[tuple[Rule, int, int]]:
        """The segments of a URI path that are identifiers, with start and end."""
        for each in self._by_where[Where.PATH]:
            for match in each.pattern.finditer(uri_path):
                yield each.rule, *match.span(match.lastindex or 0)

    def in_text(self, text: str) -> Iterator[tuple[Rule, str]]:
        """The shapes found in a text, each with its rule."""
        for each in self._by_where[Where.TEXT]:
            for match in each.pattern.finditer(text):
                value = match[match.lastindex or 0]
                if each.accepts(value):
                    yield each.rule, value


def _compiled(rule: Rule) -> Compiled:
    pattern = rf"(?:.*\.)?(?:{rule.pattern})" if rule.where is Where.FIELD else rule.pattern
    return Compiled(rule, re.compile(pattern), re.compile(rule.accepts), re.compile(rule.uri))
