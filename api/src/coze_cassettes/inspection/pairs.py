"""Names with their values in a text that is not parsed: code, configuration, prose, XML, tables."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from coze_cassettes.inspection import names
from coze_cassettes.inspection.names import Promise
from coze_cassettes.inspection.words import words


@dataclass(frozen=True)
class Pair:
    """A name and its value; ``is_quoted`` says that the text marks where the value begins and ends."""

    name: str
    value: str
    is_quoted: bool
    rest: str = ""
    """What follows an unquoted value on its line."""


# --- values that the text delimits ----------------------------------------------------------------------------------

_NAME_CHARS: Final = r"A-Za-z0-9_.$\u3400-\u9fff-"
_QUOTED = re.compile(
    rf"""(?P<open>\\?["'])(?P<name>[{_NAME_CHARS}]{{2,64}})(?P=open)\s{{0,8}}(?::|=>|=)\s{{0,8}}\[?\s{{0,8}}"""
    r"""[bfru]?(?P<quote>\\?["'])(?P<value>[^"'\\\n]{1,4096})(?P=quote)"""
)
"""JSON, a Python or Ruby literal, a JavaScript object, with quotes escaped or not."""

_TUPLE = re.compile(
    rf"""[(\[](?P<open>["'])(?P<name>[{_NAME_CHARS}]{{2,64}})(?P=open)\s{{0,8}},\s{{0,8}}"""
    r"""[bfru]?(?P<quote>["'])(?P<value>[^"'\\\n]{1,4096})(?P=quote)[)\]]"""
)
_FORM = re.compile(r"[^\s&=\"'<>?#]{1,64}=[^\s&\"'<>#]{0,4096}(?:&[^\s&=\"'<>#]{1,64}=[^\s&\"'<>#]{0,4096})++")
"""A form, or the query of a URL."""

_ASSIGNED = re.compile(
    rf"""(?<![{_NAME_CHARS}"'])(?P<name>[{_NAME_CHARS}]{{2,64}}) ?:= ?["'](?P<value>[^"'\\\n]{{1,4096}})["']"""
)
"""A literal of Go, Pascal or Makefile."""

_ELEMENT = re.compile(
    rf"<(?P<name>[{_NAME_CHARS}:]{{2,64}})(?:\s[^<>]{{0,256}})?>\s{{0,64}}"
    r"(?:<!\[CDATA\[)?(?P<value>[^<>\n]{1,4096}?)(?:\]\]>)?\s{0,64}</(?P=name)>"
)
_INPUT = re.compile(
    rf"""(?:name|id|key|property)\s{{0,4}}=\s{{0,4}}["'](?P<name>[{_NAME_CHARS}]{{2,64}})["'][^<>]{{0,256}}?"""
    r"""(?:value|content)\s{0,4}=\s{0,4}["'](?P<value>[^"'<>\n]{1,4096})["']"""
)
_ATTRIBUTE = re.compile(rf"""(?P<name>[{_NAME_CHARS}]{{2,64}})=["'](?P<value>[^"'\n]{{1,4096}})["']""")


def _delimited_pairs(text: str) -> Iterator[Pair]:
    for pattern in (_QUOTED, _TUPLE, _ELEMENT, _INPUT, _ATTRIBUTE) if "<" in text else (_QUOTED, _TUPLE):
        for match in pattern.finditer(text):
            yield Pair(match["name"].rpartition(":")[2], match["value"], is_quoted=True)
    for match in _ASSIGNED.finditer(text) if ":=" in text else ():
        yield Pair(match["name"], match["value"], is_quoted=True)
    for form in _FORM.finditer(text) if "&" in text else ():
        for part in form[0].split("&"):
            name, _, value = part.partition("=")
            yield Pair(name, value.replace("+", " "), is_quoted=True)


# --- tables ---------------------------------------------------------------------------------------------------------

_FEWEST_CELLS: Final = 2


def _columns(text: str) -> Iterator[Pair]:
    """The cells below a line of names, parted by commas, tabs, semicolons or bars."""
    for separator in ",\t;|":
        if separator not in text:
            continue
        header: list[str] = []
        for line in text.splitlines():
            cells = [] if separator not in line else _row(line, separator)
            if len(cells) != len(header):
                header = cells if _is_header(cells) else []
            elif header:
                pairs = zip(header, cells, strict=True)
                yield from (Pair(name, cell, is_quoted=True) for name, cell in pairs if cell.strip(" -:"))


def _row(line: str, separator: str) -> list[str]:
    if separator == "|":
        line = line.strip().strip("|")
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=separator))]
    except csv.Error:
        return [cell.strip() for cell in line.split(separator)]


_HEADING = re.compile(rf"[{_NAME_CHARS} ]{{1,40}}")


def _is_header(cells: list[str]) -> bool:
    if len(cells) < _FEWEST_CELLS or not all(map(_HEADING.fullmatch, cells)):
        return False
    return any(names.promise_of(cell) is not None for cell in cells)


# --- lines of a configuration ---------------------------------------------------------------------------------------

_LINE = re.compile(
    rf"[ \t]*(?:- |export |set |\$env:)?(?P<name>[{_NAME_CHARS}]{{2,64}})[ \t]*[:=][ \t]*(?P<value>\S[^\n]{{0,4096}})"
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
        value = _COMMENT.sub("", match["value"]).strip()
        if not _CODE_VALUE.search(value):
            yield Pair(match["name"], value.strip("\"'"), is_quoted=True)


_COMMENT = re.compile(r"\s#.*")
_CODE_VALUE = re.compile(r"[(\[{]|[;,{]\Z|\A[A-Za-z_]+\.[a-z_]+\Z")


# --- running text ---------------------------------------------------------------------------------------------------

_CORE = re.compile(
    r"(?i:pass[_ -]?(?:word|wd|phrase|code)|pwd|secret|token|credentials?|cookie|mnemonic|otp|key|code)(?![A-Za-z])"
    r"|密码|口令|[密秘私]钥|令牌|验证码|动态码|授权码|凭[证据]|暗号"
)
_HEAD = re.compile(r"(?:[A-Za-z0-9_.-]+[ ]?){0,3}\Z")
_REACH: Final = 48
_SEPARATOR = re.compile(
    r"(?:[0-9]{1,2}|[（(][^()（）\n]{1,20}[)）])?(?:\\?[\"'`]|\*\*|[\])]){0,3}[ \t\u3000]{0,3}"
    r"(?:(?P<sign>=>|:=|={1,3}|:|->|→|\||\bis\b:?|\bwas\b|是:?|为:?|叫|改成|改为|设为|设置为)[ \t\u3000\n]{0,3}"
    r"|(?P<blank>[ \t]{1,3}))"
    r"(?P<quote>\\?[\"'`“‘「『]|\*\*|)"
)
_CLOSERS: Final = {"“": "”", "‘": "’", "「": "」", "『": "』"}
_TOKEN = re.compile(r"[^\s\"'`<>|，。；、！？“”‘’「」（）\u4e00-\u9fff]{1,512}")
_REST = re.compile(r"[^\n]{0,40}")


def _named_pairs(text: str) -> Iterator[Pair]:
    """A name that promises a secret and what stands behind it."""
    for match in _CORE.finditer(text):
        head = _HEAD.search(text[max(0, match.start() - _REACH) : match.start()])
        name = (head[0] if head else "") + match[0]
        if names.promise_of(name) not in (Promise.SECRET, Promise.CREDENTIAL):
            continue
        gap = _SEPARATOR.match(text, match.end())
        if gap is None or (gap["blank"] and not _is_option(text, match, name)):
            continue
        pair = _behind(text, gap, name)
        if pair is not None:
            yield pair


_NETRC = re.compile(r"(?:machine|login|default|account)\s")


def _is_option(text: str, match: re.Match[str], name: str) -> bool:
    """Whether a blank parts a name from its value: ``--password X``, the lines of a netrc file."""
    if "--" in name or re.search(r"(?:^|\s)--?[a-z-]*\Z", text[max(0, match.start() - _REACH) : match.start()]):
        return True
    before = text[max(0, match.start() - 2 * _REACH) : match.start()]
    return match[0].lower() == "password" and _NETRC.search(before) is not None


def _behind(text: str, gap: re.Match[str], name: str) -> Pair | None:
    start = gap.end()
    if quote := gap["quote"]:
        end = text.find(_CLOSERS.get(quote, quote), start, start + 512)
        value = text[start : max(start, end)]
        return Pair(name, value, is_quoted=True) if value and "\n" not in value else None
    token = _TOKEN.match(text, start)
    if token is None:
        return None
    value = re.split(r"[&;,](?=\s|\Z|[A-Za-z_]+=)", token[0], maxsplit=1)[0].rstrip(".,;:!?)]}")
    rest = _REST.match(text, start + len(value))
    return Pair(name, value, is_quoted=False, rest=rest[0] if rest else "")


_WORDS: Final = words(
    """
    the a an your my our its this that these in of to for from with and or not no is are was be been by as at on
    if when only must should can may will has have required optional invalid missing expired wrong incorrect
    correct valid empty given provided used needed stored sent set unset reset changed self cls true false none
    null foo bar baz qux spam test testing tests example examples demo dummy fake sample default value string
    password passwd secret token user username admin root guest changeme letmein pass key id name here hunter
    placeholder basic bearer digest authentication keyword operator comment literal identifier number text name
    error
    """
)
"""What stands behind a name in running text and code without being a secret."""

_CODE = re.compile(
    r"^\s*(?:def|class|import|from|return|if|for|async|public|private|static|function|var|let|const|func|#include|package|use)\b"
    r"[^\n]*[(:;{]|^\s*@[a-z]\w+|self\.|\bthis\.|[;{]\s*$",
    re.MULTILINE,
)
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z_.]*[A-Za-z_][0-9]?|[a-z_]+[0-9]{1,2}")
_LEAST: Final = 4
_LEAST_CREDENTIAL: Final = 10


def is_secret(pair: Pair, text: str) -> bool:
    """Whether what stands behind a name in a text is a secret: a literal, no word, type or expression."""
    value = pair.value.strip()
    if names.is_described(value) or value.lower() in _WORDS or not re.search(r"[0-9A-Za-z]", value):
        return False
    if names.promise_of(pair.name) is Promise.CREDENTIAL:
        return len(value) >= _LEAST_CREDENTIAL and _is_mixed(value) and not _is_expression(value)
    if len(value) < _LEAST:
        return False
    if pair.is_quoted:
        return " " not in value and not _repeats_name(value)
    return not _is_expression(value) and _is_literal(pair, value, text)


def _is_literal(pair: Pair, value: str, text: str) -> bool:
    """Whether an unquoted value is meant as it stands: in code a word is a variable."""
    if value.isdecimal():
        return True
    if _is_mixed(value):
        return _IDENTIFIER.fullmatch(value) is None or not _CODE.search(text)
    return not _repeats_name(value) and _ENDS.match(pair.rest) is not None and not _CODE.search(text)


def _is_mixed(value: str) -> bool:
    """Letters with digits among them, or with signs that no word has."""
    return re.search("[A-Za-z]", value) is not None and re.search("[0-9!@#$^&*+=~?]", value) is not None


_EXPRESSION = re.compile(
    r"[(){}\[\]<>]|\A[$%@&*]|\A[A-Za-z_]+\.[A-Za-z_.]+\Z|\A[a-z_]+(?:\.[A-Za-z_][A-Za-z0-9_]*){2,}\Z|::"
    r"|\A[A-Z][A-Z0-9]*_[A-Z0-9_]+\Z|\\n|/\*|//|\.\.\."
)


def _is_expression(value: str) -> bool:
    return _EXPRESSION.search(value) is not None


_NAME_WORD = re.compile(r"(?i)pass|secret|token|key|cred|auth|str\Z|string|bytes|field|type|config|option|value")


_SNAKE_CASE = re.compile(r"[a-z]+(?:_[a-z0-9]+)+")


def _repeats_name(value: str) -> bool:
    """Whether a value is made of the words of names and types, as a variable is."""
    plain = value.replace("-", "_")
    is_name = _IDENTIFIER.fullmatch(plain) is not None or _SNAKE_CASE.fullmatch(plain) is not None
    return is_name and _NAME_WORD.search(value) is not None


_ENDS = re.compile(r"\s*(?:\Z|[.,;!。，；！、)）]|[\u4e00-\u9fff])")
"""What follows a word that stands alone: an end, and not more words of a sentence."""


# --- both -----------------------------------------------------------------------------------------------------------


def rules_in(text: str) -> Iterator[str]:
    """The checks by name that the pairs of a text do not pass."""
    for pair in (*_delimited_pairs(text), *_columns(text), *_lines(text)):
        promise = names.promise_of(pair.name)
        if promise in (Promise.SECRET, Promise.CREDENTIAL):
            if is_secret(pair, text):
                yield names.RULES[promise]
        elif promise is not None and not _is_dummy(pair) and names.REFUSES[promise](pair.value):
            yield names.RULES[promise]
    if any(is_secret(pair, text) for pair in _named_pairs(text)):
        yield names.RULES[Promise.SECRET]


def _is_dummy(pair: Pair) -> bool:
    value = pair.value.strip().lower()
    return names.is_described(value) or value in _WORDS or value == pair.name.lower()
