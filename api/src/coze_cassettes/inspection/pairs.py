"""Names with their values in a text that is not parsed: literals, configuration, XML, prose."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from coze_cassettes.codecs.marked import Marked
from coze_cassettes.inspection import names, syntaxes
from coze_cassettes.inspection.commands import placed_pairs
from coze_cassettes.inspection.details import details_in
from coze_cassettes.inspection.masking import BARE, MASK
from coze_cassettes.inspection.notations import literal_pairs, marked_pairs
from coze_cassettes.inspection.parents import pairs_below, rules_around
from coze_cassettes.inspection.promises import RULES, SECRETS, Promise
from coze_cassettes.inspection.prose import (
    NAME_CHARS,
    Pair,
    is_dummy,
    is_secret,
    named_pairs,
    names_in,
    without_escapes,
)
from coze_cassettes.inspection.scripts import simplify
from coze_cassettes.inspection.sentences import any_said
from coze_cassettes.inspection.tables import columns

# --- values that the text delimits ----------------------------------------------------------------------------------

_QUOTED = re.compile(
    rf"""(?P<open>\\?["'])(?P<name>[{NAME_CHARS}]{{2,64}})(?P=open)\s{{0,8}}(?::|=>|=)\s{{0,8}}\[?\s{{0,8}}"""
    r"""[bfru]?(?P<quote>\\?["'])(?P<value>[^"'\\\n]{1,4096})(?P=quote)"""
)
"""JSON, a Python or Ruby literal, a JavaScript object, with quotes escaped or not."""

_TUPLE = re.compile(
    rf"""[(\[]\s{{0,4}}(?P<open>["'])(?P<name>[{NAME_CHARS}]{{2,64}})(?P=open)\s{{0,8}},\s{{0,8}}"""
    r"""[bfru]?(?P<quote>["'])(?P<value>[^"'\\\n]{1,4096})(?P=quote)\s{0,4}[)\]]"""
)
_FORM = re.compile(r"[^\s&=\"'<>?#]{1,64}+=[^\s&\"'<>#]{0,4096}(?:&[^\s&=\"'<>#]{1,64}=[^\s&\"'<>#]{0,4096})++")
"""A form, or the query of a URL."""

_ASSIGNED = re.compile(
    rf"""(?<![{NAME_CHARS}"'])(?P<name>[{NAME_CHARS}]{{2,64}}+) ?:= ?["'](?P<value>[^"'\\\n]{{1,4096}})["']"""
)
"""A literal of Go, Pascal or Makefile."""

_ELEMENT = re.compile(
    rf"<(?P<name>[{NAME_CHARS}:]{{2,64}})(?:\s[^<>]{{0,256}})?>\s{{0,64}}"
    r"(?:<!\[CDATA\[)?(?P<value>[^<>\n]{1,4096}?)(?:\]\]>)?\s{0,64}</(?P=name)>"
)
_INPUT = re.compile(
    rf"""(?:name|id|key|property)\s{{0,4}}=\s{{0,4}}["'](?P<name>[{NAME_CHARS}]{{2,64}})["'][^<>]{{0,256}}?"""
    r"""(?:value|val|content)\s{0,4}=\s{0,4}["'](?P<value>[^"'<>\n]{1,4096})["']"""
)
_ATTRIBUTE = re.compile(rf"""(?P<name>[{NAME_CHARS}]{{2,64}}+)=["'](?P<value>[^"'\n]{{1,4096}})["']""")

_ENTRY = re.compile(
    rf"""<(?P<tag>[A-Za-z:]{{2,32}})\s[^<>]{{0,128}}?(?:name|key|id|field)=["'](?P<name>[{NAME_CHARS}]{{2,64}})["']"""
    r"[^<>]{0,128}>\s{0,64}(?P<value>[^<>\n]{1,4096}?)\s{0,64}</(?P=tag)>"
)
"""A property of Java, a string of Android."""

_PLIST = re.compile(
    rf"<key>(?P<name>[{NAME_CHARS}]{{2,64}})</key>\s{{0,64}}<[a-z]{{2,16}}>(?P<value>[^<>\n]{{1,4096}})</"
)
_LABELLED = re.compile(
    r"""["'](?:name|key|keyword|field|label|k|title|header|ParameterKey|variable|param"""
    r"""|type(?=["']: ?["'](?i:password|secret)["']))\\?["']\s{0,4}:\s{0,4}"""
    rf"""\\?["'](?P<name>[{NAME_CHARS}]{{2,64}})\\?["'][^{{}}]{{0,128}}?"""
    r"""["'](?:value|val|content|text|v|data|new|old|ParameterValue)\\?["']\s{0,4}:\s{0,4}\\?["'](?P<value>[^"'\\\n]{1,4096})\\?["']"""
)
"""An object of JSON or the like that says in one field what the other one is."""

_LONGEST: Final = 4608
"""Characters of a match behind its mark at most."""

_ASSIGNMENTS: Final = Marked(((":=", _ASSIGNED),), _LONGEST)
_ATTRIBUTES: Final = Marked((('="', _ATTRIBUTE), ("='", _ATTRIBUTE)), _LONGEST)
_MARKUP: Final = (_ELEMENT, _INPUT, _ENTRY, _PLIST)

_BOLD = re.compile(rf"\*\*(?P<name>[{NAME_CHARS}]{{2,64}})[:：]\*\*[ \t]{{1,3}}`?(?P<value>[^\s*`]{{1,4096}})")
_HEADED = re.compile(rf"【(?P<name>[{NAME_CHARS} ]{{2,64}})】[ \t]{{0,3}}(?P<value>[^\s，。；、【】]{{1,512}})")
_NOTED = re.compile(r"(?<=[\u3400-\u9fff])[ ]?\((?P<value>[!-'*-~]{0,64}?[0-9][!-'*-~]{0,64})\)")
"""What Markdown and Chinese texts set off a name or a value with."""

_DEFINED = re.compile(r"(?<!\S)-D(?P<name>[A-Za-z][A-Za-z0-9_.-]{1,63})=[\"']?(?P<value>[^\s\"']{1,512})")
_COMMAND = re.compile(
    r"^[ \t]*(?:ENV|ARG|setx|setenv)[ \t]+(?P<name>[A-Za-z_][A-Za-z0-9_.-]{1,63})[ \t]+[\"']?"
    r"(?P<value>[^\s\"']{1,512})",
    re.MULTILINE,
)
_ARGUMENT = re.compile(
    rf"(?P<mark>[\"'])(?<=[ \t=].)(?P<name>[{NAME_CHARS}]{{2,64}})(?:=|: )"
    r"(?P<value>[^\s\"'&]{1,512})(?P=mark)(?=\s|\Z)"
)
"""How a command line is given a setting, a header, a field of a form."""

_LITERAL = re.compile(
    rf"""(?<![{NAME_CHARS}"'])(?P<name>[A-Za-z_$\u3400-\u9fff][{NAME_CHARS}]{{1,63}}+)"""
    r"""(?:\[[0-9]{0,4}\])?[`)]?[ ]?(?:[:=]{1,3}|\?=|\|\||\?\?)[ ]?"""
    r"""[bfruL@$]{0,2}(?P<quote>["'`])(?P<value>[^"'`\\\n]{1,512})(?P=quote)"""
)
_LOOSE = re.compile(
    r"[-=<→:|iw是为成如](?:(?<=[-=])>|(?<=<)-|(?<=[→:=|])|(?:(?<= i)s|(?<= w)as)(?=[ :])"
    r"|(?:(?<=[是为成])|(?<=如)下)了?)[:]?[ \n]{0,3}[*`“\"'(\[【]{0,3}"
    rf"(?![{NAME_CHARS}]{{2,64}}=[^=])"
    r"(?P<value>[\u4e00-\u9fff]{2,4}(?![\u4e00-\u9fff])|[A-Z][a-z]{1,15} [A-Z][a-z]{1,15}(?![A-Za-z])"
    r"|[^\s\"'`<>()\[\]{}|&,;，。；！“”、】]{4,128})"
)
_OPTION = re.compile(r"--(?<!\S--)(?P<name>[A-Za-z][A-Za-z0-9_-]{1,63})[ ]{1,3}[\"']?(?P<value>[^\s\"']{4,128})")
"""What may be a name with its value: the value has to look like one as well."""

_INDEXED = re.compile(
    rf"""\[["'](?P<name>[{NAME_CHARS}]{{2,64}})["']\] ?= ?(?P<quote>["'])(?P<value>[^"'\\\n]{{1,512}})(?P=quote)"""
)
"""A literal that code gives to a variable, an argument, a member."""

_LITERALS: Final = (_QUOTED, _TUPLE, _LABELLED, _ARGUMENT)
_MARKED: Final = (("**", _BOLD), ("【", _HEADED), ("-D", _DEFINED))
"""What is only looked for in a text with a certain mark."""


_NAME_REVERSED = re.compile(
    rf"\??[ ]{{0,8}}(?:\)[\u4e00-\u9fff]{{1,8}}\()?[*`\"'\])]{{0,2}}(?P<name>[{NAME_CHARS}]{{1,64}})"
)
_VERB = re.compile("(?:设置|重置|修改|更改|更换|更新|变更|调整|指定|[改换变设])\\Z")
"""What becomes of a name: ``手机号改为...``."""

_LONGEST_NAME: Final = 68

_LAST_WORD = re.compile(r"(?i)(?:key|code|id|number|name|no|card|account|address)\Z")
_WORDS_REVERSED = re.compile(r"(?: [A-Za-z0-9]{1,32}){1,3}(?![A-Za-z0-9_])")


def _name_before(text: str, end: int) -> str:
    """The name that ends at a place of a text, with the words before it where it seldom stands alone."""
    before = text[max(0, end - _LONGEST_NAME) : end][::-1]
    found = _NAME_REVERSED.match(before)
    if found is None:
        return ""
    name = _VERB.sub("", found["name"][::-1])
    more = _WORDS_REVERSED.match(before, found.end()) if _LAST_WORD.search(name) else None
    return (more[0][::-1] if more else "") + name


def _delimited_pairs(text: str) -> Iterator[Pair]:
    has_quotes = '"' in text or "'" in text
    marked = (pattern for mark, pattern in _MARKED if mark in text)
    for pattern in (*(_LITERALS if has_quotes else ()), *(_MARKUP if "<" in text else ()), *marked, _COMMAND):
        for match in pattern.finditer(text):
            yield Pair(match["name"].rpartition(":")[2], match["value"], is_quoted=True)
    for match in _NOTED.finditer(text) if "(" in text else ():
        if name := _name_before(text, match.start()):
            yield Pair(name, match["value"], is_quoted=True)
    for match in (*_ASSIGNMENTS.matches(text), *(_ATTRIBUTES.matches(text) if "<" in text else ())):
        yield Pair(match["name"], match["value"], is_quoted=True)
    yield from _form_pairs(text)
    yield from syntaxes.written_pairs(text)
    yield from placed_pairs(text)
    yield from pairs_below(text)


_ONLY_PARAMETER = re.compile(rf"(?<=\?)([{NAME_CHARS}]{{2,64}})=([^\s&\"'<>#{MASK}]{{4,512}})(?![&\S])")


def _form_pairs(text: str) -> Iterator[Pair]:
    """What forms hold, none of which goes on over a blank."""
    for name, value in _ONLY_PARAMETER.findall(text) if "?" in text else ():
        yield Pair(name, value, is_quoted=True)
    for word in text.split() if "&" in text else ():
        for form in _FORM.finditer(word) if "&" in word else ():
            for part in form[0].split("&"):
                name, _, value = part.partition("=")
                yield Pair(name, value.replace("+", " "), is_quoted=True)


# --- lines of a configuration ---------------------------------------------------------------------------------------

_LINE = re.compile(
    rf"[ \t]*(?:- |export |set |\$env:)?(?P<name>[{NAME_CHARS}]{{1,64}})[ \t]*[:=][ \t]*(?P<value>\S[^\n]{{0,4096}})"
)
_MOSTLY: Final = 0.8


def _lines(text: str) -> Iterator[Pair]:
    """The settings of a text that consists of them: YAML, INI, a file of environment variables."""
    lines = [line for line in text.splitlines() if line.strip() and line.lstrip()[:1] not in "#["]
    found = [match for match in map(_LINE.fullmatch, lines) if match]
    openers = sum(line.rstrip().endswith(":") for line in lines)
    if not found or len(found) + openers < _MOSTLY * len(lines):
        return
    for match in found:
        value = _NEXT_SETTING.sub("", _COMMENT.sub("", match["value"])).strip()
        if not _CODE_VALUE.search(value) and not _REPLACED.match(value):
            yield Pair(match["name"], _PREFIX.sub("", value).strip("\"'"), is_quoted=True)


_PREFIX = re.compile(r"\A(?:[bfru](?=[\"'])|(?:&[A-Za-z]\w*|!!?[a-z]+) +|(?i:bearer|basic|token) +(?=\S*[0-9]))")
_COMMENT = re.compile(r"\s[#;].*")
_NEXT_SETTING = re.compile(rf"(?:[,;&] ?| )[{NAME_CHARS}]{{2,64}} ?[:=].*")
"""What follows a setting on its line: ``账号：me，密码：tulip7``."""

_REPLACED = re.compile(
    rf"<[a-z][^<>]{{0,64}}>{MASK}<|[\"'「“]{MASK}[\"'」”]"
    rf"|(?:&[A-Za-z]\w* )?{MASK}(?:[\u3400-\u9fff，。！；、,.!;)&]|\s[a-z])"
)
"""A placeholder, and a sentence that goes on behind it."""

_CODE_VALUE = re.compile(
    r"[(\[{]|\A(?:ConvertTo-SecureString|Read-Host)\b"
    r"|[;,{]\Z|\A[A-Za-z_]+\.[a-z_]+\Z|\A[A-Za-z&][A-Za-z0-9_.|]* ?= ?[\"'`]"
)


# --- what only may be a pair ------------------------------------------------------------------------------------------

_MANY_DIGITS = re.compile(r"(?:\d[^\d]{0,3}){5}|wxid_|o[A-Za-z0-9_-]{27}")
_MIXED = re.compile(r"(?=.*\d)[A-Za-z0-9_-]{8,64}")
_FULL_NAME = re.compile("[A-Z][a-z]+ [A-Z][a-z]+")
_HANDLE = re.compile(
    r"(?!(?i:user|test|admin|name|guest|demo|example|foo|bar|baz|sample|login|account|root|owner|member|person)\w{0,8}[0-9])"
    r"[A-Za-z]{4,24}[_.]?[0-9]{2,8}"
)
"""What a person is called on the net."""

_PLACE = re.compile("[\u4e00-\u9fff]{4,}[0-9]{1,5}号")


def _loose_pairs(text: str) -> Iterator[Pair]:
    """Names that promise a person or an identifier, with values that look like what was promised."""
    has_quotes = '"' in text or "'" in text or "`" in text
    for pattern in (*((_LITERAL, _INDEXED) if has_quotes else ()), *((_OPTION,) if "--" in text else ())):
        for match in pattern.finditer(text):
            yield from _if_likely(match["name"], match["value"])
    for pair in (*syntaxes.likely_pairs(text), *literal_pairs(text), *marked_pairs(text)):
        if names.promise_of(pair.name) in SECRETS:
            yield pair
        else:
            yield from _if_likely(pair.name, pair.value)
    for match in _LOOSE.finditer(text):
        if name := _name_before(text, match.start()):
            yield from _if_likely(name, match["value"])


def _if_likely(name: str, value: str) -> Iterator[Pair]:
    judge = _LOOKS.get(names.promise_of(name) or Promise.SECRET)
    if judge is not None and judge(value):
        yield Pair(name, value, is_quoted=False)


_LOOKS: Final[Mapping[Promise, Callable[[str], object]]] = {
    Promise.DETAIL: _MANY_DIGITS.search,
    Promise.PLACE: lambda value: _MANY_DIGITS.search(value) or _PLACE.search(value),
    Promise.PERSON: lambda value: (
        names.is_han_name(value)
        or _FULL_NAME.fullmatch(value)
        or _MANY_DIGITS.search(value)
        or _HANDLE.fullmatch(value)
    ),
    Promise.IDENTIFIER: _MIXED.fullmatch,
}


def _pairs(text: str) -> Iterator[Pair]:
    """The names of a text with their values, but for those of running text."""
    for find in (_delimited_pairs, columns, _lines, _loose_pairs, details_in):
        yield from find(text)


_BARE_NAMES: Final = frozenset(BARE)


def rules_under_capitals(text: str) -> Iterator[str]:
    """The checks by name for names that are written like a placeholder: only what looks like a value is none."""
    for pair in (*_pairs(text), *named_pairs(text)):
        promise, name = names.promise_of(pair.name), pair.name.split()[-1:]
        if promise is not None and _BARE_NAMES.issuperset(name) and _MIXED.fullmatch(pair.value):
            yield RULES[promise]


# --- both -----------------------------------------------------------------------------------------------------------


def rules_in(text: str) -> Iterator[str]:
    """The checks by name that the pairs of a text do not pass."""
    text = simplify(text)
    for pair in _pairs(text):
        promise = names.promise_of(pair.name)
        if promise in SECRETS:
            if is_secret(pair, text):
                yield RULES[promise]
        elif promise is not None and not is_dummy(pair) and names.REFUSES[promise](pair.value):
            yield RULES[promise]
        elif promise is None and pair.is_quoted:
            yield from rules_around(names.Field(pair.value, (pair.name,)))
    if any(is_secret(pair, text) for pair in named_pairs(text)) or _says_one(without_escapes(text)):
        yield RULES[Promise.SECRET]


def _says_one(text: str) -> bool:
    return any_said(text, ((match.start(), match.end(), promise) for match, _, promise in names_in(text)))
