"""Finds the rules that apply to a place or a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from coze_cassettes.scrubbing.names import spellings_of, words_of
from coze_cassettes.scrubbing.rules.model import Category, Form, Rule, Where
from coze_cassettes.scrubbing.validators import VALIDATORS

_MAX_PATH: Final = 256
"""Characters of a dotted path that are looked at: its end names the field."""

_RUN = re.compile(r"[A-Za-z0-9_.~+/=%:|$@-]{15}")
"""As many characters as the shortest key has, of those that keys are made of."""

_TEMPLATE = re.compile(
    r"(?:(?i:bearer|basic|token) )?(?:<[A-Za-z][A-Za-z _-]*>|\$?\{\{? ?[A-Za-z_][\w. -]*\}?\}"
    r"|\$[A-Z_]+|%[A-Z_]+%)|string"
)
"""What a template, or the example of a schema, has where a value is filled in: ``{{user}}``, ``<your name>``."""

_SCHEME = re.compile(r"https?://")
_WORD = re.compile(r"(?<= )[A-Z]")
_MAX_INNER: Final = 4
"""URLs inside a URL, or words of a number, that are looked at."""


@dataclass(frozen=True)
class Compiled:
    """A rule with its patterns ready to be matched."""

    rule: Rule
    pattern: re.Pattern[str]
    accepted: re.Pattern[str]
    uri: re.Pattern[str]

    @property
    def group(self) -> int:
        """The group of the pattern that is the value: the first, unless the pattern only compares with it."""
        return 1 if self.pattern.groups and "\\1" not in self.pattern.pattern else 0

    def spans(self, match: re.Match[str]) -> Iterator[tuple[int, int]]:
        """Where the value of a match may stand.

        A URL may be a parameter of the one that matches, a number stand behind a word of its form (``AB12 DE44 ...``).
        """
        start, end = match.span(self.group)
        yield start, end
        if self.rule.form is Form.URL or self.rule.validator == "iban":
            inner = (_SCHEME if self.rule.form is Form.URL else _WORD).finditer(match.string, start + 1, end)
            yield from ((each.start(), end) for each in islice(inner, _MAX_INNER))

    def accepts(self, value: str) -> bool:
        """Whether the rule claims a value that stands where it looks."""
        if self.accepted.fullmatch(value) is None:
            return False
        return not self.rule.validator or VALIDATORS[self.rule.validator](value)


class RuleSet:
    """A set of rules, arranged by where they look."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        """Compile the given rules."""
        self.rules = rules
        self._by_where = {where: tuple(_compile(rule) for rule in rules if rule.where is where) for where in Where}
        self._field_cache: dict[tuple[str, str], tuple[Compiled, ...]] = {}

    def fields(self, path: str, uri_path: str) -> tuple[Compiled, ...]:
        """The rules for a dotted path (``data.bot_id``) in traffic with this URI path, in order of the table."""
        key = (words_of(path[-_MAX_PATH:]), uri_path)
        path = key[0]
        if key not in self._field_cache:
            found = (
                self._rules_for_name(name, uri_path) or self._identifiers(name, uri_path) for name in spellings_of(path)
            )
            self._field_cache[key] = next(filter(None, found), ())
        return self._field_cache[key]

    def _rules_for_name(self, path: str, uri_path: str) -> tuple[Compiled, ...]:
        rules = self._by_where[Where.FIELD]
        return tuple(each for each in rules if each.pattern.fullmatch(path) and each.uri.search(uri_path))

    def _identifiers(self, path: str, uri_path: str) -> tuple[Compiled, ...]:
        """The rules for an identifier with other words before its name: ``default_bot_id``."""
        name = path.rpartition(".")[2].partition("_")[2]
        while "_" in name:
            found = self._rules_for_name(name, uri_path)
            if found:
                return tuple(each for each in found if each.rule.category is Category.IDENTIFIER)
            name = name.partition("_")[2]
        return ()

    def field(self, path: str, uri_path: str, value: str) -> Rule | None:
        """The first rule that claims this value at this path."""
        if _TEMPLATE.fullmatch(value) is not None:
            return None
        return next((each.rule for each in self.fields(path, uri_path) if each.accepts(value)), None)

    def header(self, name: str) -> Rule | None:
        """The rule for a header."""
        return next((each.rule for each in self._by_where[Where.HEADER] if each.pattern.fullmatch(name.lower())), None)

    def in_path(self, uri_path: str) -> Iterator[tuple[Rule, int, int]]:
        """The segments of a URI path that are identifiers, with start and end."""
        for each in self._by_where[Where.PATH]:
            for match in each.pattern.finditer(uri_path):
                yield each.rule, *match.span(match.lastindex or 0)

    def in_text(self, text: str) -> Iterator[tuple[Rule, int, int]]:
        """The shapes found in a text, each with its rule and where it stands."""
        with_run = _lines_with_run(text)
        for each in self._by_where[Where.TEXT]:
            if each.rule.mark not in text or (each.rule.is_run and not with_run):
                continue
            for match in (
                each.pattern.finditer(text) if not each.rule.is_run else _matches_on(with_run, each.pattern, text)
            ):
                for start, end in each.spans(match):
                    if each.accepts(text[start:end]):
                        yield each.rule, start, end
                        break


def _matches_on(lines: Iterable[tuple[int, int]], pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """What a pattern finds on some lines of a text."""
    return chain.from_iterable(pattern.finditer(text, *line) for line in lines)


def _lines_with_run(text: str) -> list[tuple[int, int]]:
    """Where the lines of a text stand that have a run."""
    lines: list[tuple[int, int]] = []
    end = 0
    while (run := _RUN.search(text, end)) is not None:
        start = text.rfind("\n", end, run.start()) + 1
        stop = text.find("\n", run.end())
        lines.append((max(start, end), len(text) if stop < 0 else stop))
        end = lines[-1][1]
    return lines


def _compile(rule: Rule) -> Compiled:
    pattern = rf"(?:.*\.)?(?:{rule.pattern})" if rule.where is Where.FIELD else rule.pattern
    return Compiled(rule, re.compile(pattern), re.compile(rule.accepts), re.compile(rule.uri))
