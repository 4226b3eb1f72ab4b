"""Finds named values in running text: YAML, XML, CSV, forms, code, command lines, tables, prose.

A name is only known to be one by the rule that asks for it; so this module gives every pair of a name and a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Final

from coze_cassettes.scrubbing.commands import placed_values
from coze_cassettes.scrubbing.details import detail_values
from coze_cassettes.scrubbing.names import simplified
from coze_cassettes.scrubbing.notations import wrapped_values
from coze_cassettes.scrubbing.parents import values_below
from coze_cassettes.scrubbing.sentences import sentence_values
from coze_cassettes.scrubbing.syntaxes import NAME, NamedValue, enclosed_values
from coze_cassettes.scrubbing.tables import columns, is_head
from coze_cassettes.scrubbing.words import words_in

_QUOTES: Final = {'"': '"', "'": "'", "`": "`", "“": "”", "‘": "’", "「": "」"}
_OPEN_QUOTES: Final = "".join(_QUOTES)
_BECOMES: Final = r"(?:改|换|变|设|设置|修改|更改|更换|更新|变更|重置|调整|指定)[成为](?:了|是)?|是|为|如下"
_NOTE: Final = r"(?:[（(][\u4e00-\u9fff]{1,8}[)）])?"
"""What a form says of a field behind its name: ``手机（必填）：``."""

_SEPARATOR = (
    rf"(?:(?:\[\d{{0,4}}\])?[\"'`\]）”’)*]{{0,3}}+{_NOTE}\s{{0,3}}+[ \t]{{0,24}}+"
    r"(?::=|:-(?=[^\s-])|=>|={1,3}|->|<-|→|←|\?=(?![ \t]*[\r\n])|\|\|=?(?=\s?[\"'`])|\?\?=?(?=\s?[\"'`])"
    r"|[:=：|｜])\s{0,4}"
    rf"|\s{{0,2}}(?:{_BECOMES}|\bis\b|\bwas\b)[：:]?\s{{0,2}})"
)
_SCHEME: Final = r"(?:(?:[Bb]earer|BEARER|[Bb]asic|[Tt]oken) {1,2}(?=\S{0,64}[\d=!#$%^&*+~]))?"
"""Names how a credential is used, not the credential: ``Authorization: Bearer tulip7``."""

_OF_YAML: Final = r"(?:(?:!!?[a-z]{1,16}|&[A-Za-z]\w{0,32}) {1,2})?"
"""A tag or an anchor before a value."""

_PAIR = re.compile(
    rf"(?<![A-Za-z0-9_.\-])(?P<name>{NAME})(?P<separator>{_SEPARATOR})"
    rf"(?P<prefix>\*{{2}}[ \t]{{1,3}}|{_OF_YAML}[*\\]{{0,3}}[rbufL@$]{{0,2}}(?=[\"'`])|{_OF_YAML}\**){_SCHEME}"
    rf"(?P<quote>[{_OPEN_QUOTES}]?)"
)
_HAN_PAIR = re.compile(
    r"(?P<name>[\u4e00-\u9fff]{2,8}?|[A-Za-z]{2,20}+|[A-Za-z]{2,4}+[\u4e00-\u9fff]{1,4}?)"
    rf"(?P<separator>{_NOTE}\s{{0,2}}(?:(?<=[A-Za-z]):-(?=[^\s-])|[:：=]|{_BECOMES})[：:]?\s{{0,3}})(?P<quote>[\"'`“‘「]?)"
)
_OPTION = re.compile(
    r"-(?<!\S-)(?:-|(?=[A-Za-z_]{3,32}[= \t]))(?P<name>[A-Za-z][\w-]{1,63})(?:[=:]|\s{1,3})(?P<quote>[\"']?)(?=[^\s-])"
)
_PROPERTY = re.compile(r"(?<!\S)-D(?P<name>[A-Za-z][\w.-]{1,63})=(?P<quote>[\"']?)(?=\S)")
_COMMAND = re.compile(
    r"(?:^[ \t]*(?:ENV|ARG|setx|setenv|SetEnv|\#define|proxy_set_header|fastcgi_param)"
    r"|(?<![^\s:])set(?: -[gxU]{1,3})?)[ \t]+(?:\S{1,64}:|\$)?"
    r"(?P<name>[A-Za-z_][A-Za-z0-9_.-]{1,63})[ \t]+(?:[LuUR](?=\"))?(?P<quote>[\"']?)",
    re.MULTILINE,
)
"""A name and its value, separated by a blank, in a line of a Dockerfile, a shell, a server's settings."""

_BRACKETED = re.compile(
    rf"【(?P<name>{NAME}(?: [A-Za-z]{{2,16}}){{0,2}})】[ \t]{{0,2}}[:：]?[ \t]{{0,2}}(?P<quote>[\"'`“「]?)(?=\S)"
)
_SPACED = re.compile(
    rf"(?<![A-Za-z0-9_.\-])(?P<name>{NAME})[ \t]{{1,3}}(?P<mark>[\"'`])"
    r"(?=[^\n]{0,128}?\d)(?P<value>[^\s\"'`]{4,128})(?P=mark)"
)
"""A name with a value in quotes behind it, which has a digit: ``the password `tulip7```."""

_PARENTHESES = re.compile(
    rf"(?<![A-Za-z0-9_.\-])(?P<name>{NAME})(?<=[\u4e00-\u9fff]) ?\("
    r"(?=[^\n]{0,128}?\d)(?P<value>[!-'*-~]{4,128})\)"
)
"""A Chinese name with a value in parentheses behind it."""

_TUPLE = re.compile(
    r"[(\[]\s{0,4}(?P<open>[\"'])(?P<name>[\w.\-]{2,64})(?P=open)\s{0,4},\s{0,4}[rbuf]?(?P<mark>[\"'])"
    r"(?P<value>[^\"'\n]{1,4096})(?P=mark)\s{0,4}[)\]]"
)
_ENTRY = re.compile(
    r"<(?P<tag>[A-Za-z][\w.:-]{0,63})\s[^<>]{0,128}?\b(?:name|id|key|field)\s?=\s?[\"'](?P<name>[\w.\-]{2,64})[\"']"
    r"[^<>]{0,128}>\s{0,64}(?:<value>)?(?P<value>[^<>]{1,4096}?)(?:</value>)?\s{0,64}</(?P=tag)>"
)
_PLIST = re.compile(
    r"<key>\s{0,8}(?P<name>[^<>\s]{2,64})\s{0,8}</key>\s{0,64}<(?:string|integer)>\s{0,64}(?P<value>[^<>]{1,4096}?)\s{0,64}</"
)
"""Elements that say in an attribute, or in the one before, what they hold: of Java, Android, Apple."""

_ELEMENT = re.compile(
    r"<(?P<name>[A-Za-z_\u4e00-\u9fff][\w.:-]{0,63})(?:\s[^<>]{0,256})?>(?:<!\[CDATA\[)?\s{0,64}"
    r"(?P<value>[^<>\s](?:[^<>]{0,4096}?[^<>\s])??)\s{0,64}(?=\]\]>|</(?P=name))"
)
_ATTRIBUTES = re.compile(
    r"(?<![A-Za-z0-9_])(?:name|id|key|field)\s?[=:]\s?[\"'](?P<name>[\w.\-]{1,64})[\"'][^<>\n]{0,128}?\b(?:value|val|content)\s?[=:]\s?[\"'](?P<value>[^\"'\n]{1,4096})"
)
_GIVEN = re.compile(
    r"-(?<!\S-)(?:e|b|F|-env|-build-arg|-set(?:-string)?|-from-literal|-var)[ =][\"']?"
    rf"(?P<name>{NAME})=(?P<quote>[\"']?)(?=\S)"
)
"""A variable that a command gives to what it starts: ``docker run -e DB_PASSWORD=tulip``."""

_MARKED: Final = (("-", _OPTION), ("-D", _PROPERTY), ("-", _GIVEN), ("【", _BRACKETED))
"""What is only looked for in a text with a certain mark."""

_LABELLED = re.compile(
    r"[\"'](?:name|key|keyword|field|label|variable|param|title|type(?=[\"']\s?:\s?[\"'](?i:password|secret)[\"']))[\"']\s{0,3}:\s{0,3}"
    r"[\"'](?P<name>[\w.\- ]{2,64})[\"'],[^{}\n]{0,128}?[\"'](?:value|val|content|text|data)[\"']\s{0,3}:\s{0,3}"
    r"(?P<mark>[\"'])(?P<value>[^\s\"']{1,512})(?P=mark)"
)
"""A literal of a program that says in one field what the other one is."""

_ENCLOSED: Final = (_SPACED, _TUPLE, _LABELLED)
_MARKUP: Final = (_ELEMENT, _ATTRIBUTES, _ENTRY, _PLIST)
_SIGNS: Final = r"\u200b-\u206f\u2100-\u2bff\u3000-\u303f\ufe00-\ufe0f\U0001f000-\U0001faff"
"""Marks, arrows, pictures, Chinese punctuation: a value ends before them."""

_ASCII_BARE = re.compile(rf"[^\s\"'<>,;()\[\]{{}}|`“”&{_SIGNS}\u4e00-\u9fff\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_HAN_BARE = re.compile(r"[\u4e00-\u9fff][\u4e00-\u9fff\dA-Za-z·\-]{0,63}")
"""As long as a secret in Chinese may be: what goes on without a sign is a text, and each name in it has the rest."""
_TRAILING: Final = ".:!?*"


def fields_in(text: str) -> Iterator[NamedValue]:
    """Every pair of a name and a value that a text shows, in no order; a value may come twice."""
    text = simplified(text)
    marked = (pattern for mark, pattern in _MARKED if mark in text)
    for pattern in (_PAIR, _HAN_PAIR, _COMMAND, *marked):
        for match in pattern.finditer(text):
            if (found := _value_behind(text, match)) is not None:
                yield found
                yield from _phrases(text, match, found)
    chinese = () if text.isascii() else (_PARENTHESES,)
    for pattern in (*_ENCLOSED, *chinese, *(_MARKUP if "<" in text else ())):
        for match in pattern.finditer(text):
            start, end = match.span("value")
            yield NamedValue(match["name"].rpartition(":")[2], start, end, is_quoted=True)
    yield from enclosed_values(text)
    yield from words_in(text)
    yield from sentence_values(text)
    yield from wrapped_values(text)
    yield from placed_values(text)
    yield from detail_values(text)
    yield from columns(text)
    yield from values_below(text)


_LAST_WORDS: Final = frozenset(
    (
        "key",
        "code",
        "token",
        "secret",
        "word",
        "id",
        "number",
        "name",
        "no",
        "card",
        "account",
        "phrase",
        "string",
        "holder",
    )
)
_WORDS_BEFORE = re.compile(r"(?<![A-Za-z0-9_])(?!(?<=<)span )(?:\d?[A-Za-z][A-Za-z0-9]{0,31} ){1,3}\Z")
_REACH: Final = 100


def _phrases(text: str, match: re.Match[str], found: NamedValue) -> Iterator[NamedValue]:
    """A value whose name has blanks between its words: ``my API key is tulip7``."""
    if found.name.lower() in _LAST_WORDS:
        before = _WORDS_BEFORE.search(text, max(0, match.start() - _REACH), match.start())
        if before is not None:
            yield replace(found, name=before[0] + found.name, is_phrase=True)


def _value_behind(text: str, match: re.Match[str]) -> NamedValue | None:
    start = match.end()
    if match.re is _PAIR and "|" in match["separator"] and is_head(text, start):
        return None
    if match["quote"]:
        return _quoted_behind(text, match)
    bare = _ASCII_BARE.match(text, start, start + _LONGEST) or _HAN_BARE.match(text, start, start + _LONGEST)
    if bare is not None and "\n" in match[0] and _HAN_BARE.match(bare[0]) and not _LINE_REST.match(text, bare.end()):
        return None
    if bare is not None and _BECOMING.search(match[0]):
        bare = _CHANGED_NAME.match(text, start) or bare
    if bare is None:
        inside = _INSIDE.match(text, start)
        return NamedValue(match["name"], *inside.span("value"), is_quoted=True) if inside else None
    end = start + len(bare[0].rstrip(_TRAILING))
    if (more := _MORE_WORDS.match(text, end)) and (
        more["mark"] or _is_setting(text, match) or more["quote"] == text[: match.start()][-1:]
    ):
        end = more.end("words")
    if end == start or _is_called(text, start, end) or _is_alternative(text, match, end):
        return None
    return NamedValue(match["name"], start, end, is_quoted=_is_sure(text, match, end))


def _quoted_behind(text: str, match: re.Match[str]) -> NamedValue | None:
    start, quote = match.end(), match["quote"]
    is_block = text.startswith(quote * 2, start)  # three of them: of Python, of Kotlin
    if is_block and quote == "`":  # a block of Markdown, of which a single word is found as one on its own line
        return None
    start += 2 * is_block
    end = text.find(_QUOTES[quote], start, start + _LONGEST)
    if end <= start or (text[start].isspace() and not is_block) or _is_choice(match, text[start:end]):
        return None
    if "\n" in text[start:end] and not is_block:
        return None
    return NamedValue(match["name"], start, end, is_quoted=True)


def _is_choice(match: re.Match[str], value: str) -> bool:
    """Whether a name and a value in quotes are two of a choice: ``"text" | "password" | "textarea"``."""
    return "|" in match[0] and match[0].lstrip()[len(match["name"]) :][:1] in ("'", '"') and value.isalpha()


_REST_OF_ROW = re.compile(r"[^\n]*\|[ \t]*\r?$", re.MULTILINE)


def _is_alternative(text: str, match: re.Match[str], end: int) -> bool:
    """Whether a word is one of several that bars part, as of a grammar, and not a cell of a row that a bar ends."""
    value = text[match.end() : end]
    if match.re is not _PAIR or "|" not in match["separator"] or not (value.isalpha() and value.islower()):
        return False
    return "\n" in match["separator"] or _REST_OF_ROW.match(text, end) is None


_INSIDE = re.compile(
    r"(?:\[(?=[^\]\n]{0,64}?[\d\u4e00-\u9fff])|[(](?=[^)\n]{0,64}?[\d\u4e00-\u9fff])|【)"
    r"(?P<value>[^\s\[\](){}<>【】\"'`,;]{2,128}(?: [A-Z][\w'-]{1,31})?)[\])】](?![\w*+?{(\[])"
)
"""A value in brackets behind its name: ``password=[tulip7]``."""

_BECOMING = re.compile("[改换变设更置][成为]了?[:：]?[ ]{0,3}\\Z")
_CHANGED_NAME = re.compile(
    "(?:欧阳|司马|诸葛|上官|司徒|令狐|皇甫|慕容)?[\u4e00-\u9fff]{2,3}?"
    "(?=吧|吗|呢|了|后|再|并|请|谢谢|然后|就|可以|即可)(?![\u4e00-\u9fff]{0,4}?[省市区县路街镇村])"
)
"""A name that a Chinese sentence goes on behind."""

_CALL = re.compile(r"[A-Za-z_][\w.:]*")
_REMARK = re.compile(r"\([\d ]{0,4}[\u4e00-\u9fff]")


def _is_called(text: str, start: int, end: int) -> bool:
    """Whether a bracket behind a value makes a call or a place in a list of it, and not a Chinese remark."""
    behind = text[end : end + 1]
    if behind not in ("(", "["):
        return False
    return _CALL.fullmatch(text, start, end) is not None and _REMARK.match(text, end) is None


_MORE_WORDS = re.compile(
    r"(?P<words>(?: [A-Z](?![A-Z]*_[A-Z\d])[\w'.-]{0,31}){1,3})"
    r"(?:[ \t]*\r?$|(?P<quote>[\"'])|(?P<mark>\*\*|[】」]))",
    re.MULTILINE,
)
"""The rest of a person's name in a line of settings: ``name: Ada Lovelace``."""


def _is_setting(text: str, match: re.Match[str]) -> bool:
    """Whether a name and its separator begin their line."""
    line_start = text.rfind("\n", max(0, match.start() - _MARGIN), match.start()) + 1
    before = text[line_start : match.start()].strip(" \t-*|#>")
    return before in _BEGINNINGS or _PREFIX.fullmatch(before) is not None


_PREFIX = re.compile(r"(?:[A-Za-z_][A-Za-z0-9_-]{0,31}\.){1,8}")
_BEGINNINGS: Final = ("", "export", "set", "let", "const", "var", "ENV", "ARG")
_LONGEST: Final = 4096
"""Characters of a value at most."""

_SETTING = rf"[ \t]*(?:[-<>] )?{NAME}[ \t]*[:=](?:[ \t]+\S.*)?|---|\[.*\]"
_SETTING_OR_NOTE = re.compile(rf"{_SETTING}|[ \t]*(?:#.*)?")
_NOTES = r"(?:[ \t]*(?:#[^\n]*)?\r?\n)*+"
_SETTING_BEFORE = re.compile(rf"(?:^|\n)(?:{_SETTING})[ \t]*\r?\n{_NOTES}\Z")
_SETTING_BEHIND = re.compile(rf"[^\n]*\n{_NOTES}[ \t]*(?:{_SETTING})\s*(?:\n|\Z)")
_FEWEST_SETTINGS: Final = 2


def _is_among_settings(text: str, start: int, end: int) -> bool:
    """Whether all lines are settings or notes, as in YAML, or the next one before or behind is a setting."""
    line_start = text.rfind("\n", max(0, start - _MARGIN), start) + 1
    before = text[max(0, line_start - _MARGIN) : line_start]
    beside = _SETTING_BEFORE.search(before) or _SETTING_BEHIND.match(text, end, end + 2 * _MARGIN)
    return bool(beside) or _has_settings(text)


@lru_cache(maxsize=8)
def _has_settings(text: str) -> bool:
    lines = text.splitlines()
    return len(lines) >= _FEWEST_SETTINGS and all(map(_SETTING_OR_NOTE.fullmatch, lines))


_LINE_REST = re.compile(r"[ \t]*+[,;]?[ \t]*+(?:#.*)?\r?$", re.MULTILINE)


def _is_sure(text: str, match: re.Match[str], end: int) -> bool:
    """Whether a bare value is one for sure: nothing else stands in its line, or Chinese around it ends it."""
    if match.re in _SURE:
        return True
    alone = _is_setting(text, match) and _LINE_REST.match(text, end) is not None
    fenced = text[end : end + 1] in ("&", ";") and "=" in match[0]
    quote = text[end : end + 1]
    enclosed = "**" in match[0] or (quote in ('"', "'") and text[: match.start()].endswith(quote))
    return (
        (alone and ("=" in match[0] or _is_among_settings(text, match.start(), end)))
        or fenced
        or enclosed
        or (match["separator"] == "=" and _LOGGED.match(text, end) is not None)
        or not match["name"].isascii()
    )


_SURE: Final = (_OPTION, _PROPERTY, _GIVEN, _COMMAND, _BRACKETED)
_LOGGED = re.compile(r"[ \t]{1,2}[A-Za-z_][\w.]{0,63}=\S")
"""What goes on like the fields of a log."""

_MARGIN: Final = 256
"""Characters before and behind a pair that are looked at."""
