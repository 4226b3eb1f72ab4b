"""JSON as text: its strings, numbers, keys with the places where they stand.

What nobody edits stays byte for byte as it was; what is edited is written in the style (escapes) of its surroundings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from coze_cassettes.errors import UnreadableBody

Path = tuple[str, ...]
"""The keys that lead to a value, without list indexes: ``("data", "items", "id")``."""

MAX_NESTING: Final = 96
"""Objects and lists inside each other beyond which a text is refused: nobody nests that deep but an attacker."""

_MIN_CUT: Final = 8
"""Characters from which on a JSON text that breaks off can hold a value."""

_TOKEN = re.compile(
    r'(?P<string>"(?:[^"\\]|\\.)*+")|(?P<number>-?\d++(?:\.\d++)?(?:[eE][+-]?\d++)?)|(?P<mark>[{}\[\],:])', re.DOTALL
)
_TOO_DEEP: Final = "a JSON text is nested too deeply to be read"
_HTML_ESCAPES: Final = {"&": "\\u0026", "<": "\\u003c", ">": "\\u003e", "\u2028": "\\u2028", "\u2029": "\\u2029"}


@dataclass(frozen=True)
class Token:
    """A string (with its quotes), a number or a key; ``start`` and ``end`` say where it stands.

    ``owner`` is where the object begins that it is in; ``is_item`` says that a list in that object has it.
    """

    path: Path
    form: str
    start: int
    end: int
    owner: int
    is_item: bool = False


def object_or_list(text: str) -> dict[str, object] | list[object] | None:
    """The JSON object or list that a text is; None if it is something else."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        value: dict[str, object] | list[object] = json.loads(text)
    except RecursionError as error:
        raise UnreadableBody(_TOO_DEEP) from error
    except ValueError:
        return None
    return value


def is_json(text: str) -> bool:
    """Whether a text is a JSON object or list."""
    return object_or_list(text) is not None


def tokens(text: str) -> Iterator[Token]:
    """The strings, numbers and keys of a valid JSON text with their paths."""
    stack: list[tuple[str, Path, int]] = []
    names: Path = ()
    path: Path = ()
    owner = 0
    expect_key = False
    for match in _TOKEN.finditer(text):
        mark = match["mark"]
        if mark is None:
            start, end = match.span()
            is_item = bool(stack) and stack[-1][0] == "["
            if match["number"] is not None:
                yield Token(path, "number", start, end, owner, is_item)
            elif expect_key:
                path, expect_key = (*names, json.loads(match[0])), False
                yield Token(path, "key", start, end, owner)
            else:
                yield Token(path, "string", start, end, owner, is_item)
            continue
        if mark in "{[":
            if len(stack) > MAX_NESTING:
                raise UnreadableBody(_TOO_DEEP)
            stack.append((mark, names, owner))
            names, owner = path, match.start() if mark == "{" else owner
        elif mark in "}]":
            _, names, owner = stack.pop()
            path = names
        elif mark == ",":
            path = names
        expect_key = bool(stack) and stack[-1][0] == "{" and mark in "{,"


_LABELS: Final = frozenset(
    (
        *("name", "key", "keyword", "field", "label", "attribute", "variable", "param", "名称", "字段"),
        *("Name", "Key", "Field", "attr", "prop", "property", "path", "ParameterKey"),
        *("k", "title", "header"),
    )
)
_LABELLED: Final = frozenset(
    (
        *("value", "val", "content", "text", "default", "default_value", "defaultValue", "值", "内容", "Value"),
        *("newValue", "new", "old"),
    )
)
_OF_ONE_WORD: Final = frozenset(("k", "title", "header", "v", "data", "ParameterValue"))
"""Of these, what names another field, or is named, may be anything else as well, unless the value is one word."""

_TYPE: Final = "type"
_SECRET_TYPES: Final = ("password", "secret")
"""Types of fields that say what their value is: ``{"type": "password", "value": "tulip"}``."""

_HAS_LABEL = re.compile(rf'"(?:{"|".join(_LABELS)})"|"{_TYPE}"\s{{0,8}}:\s{{0,8}}"(?i:{"|".join(_SECRET_TYPES)})"')
_LABEL = re.compile(r"[\w.\- ]{2,64}")


def named_tokens(text: str) -> Iterator[Token]:
    """The tokens of a valid JSON text; what another field of its object names has that name at the end of its path.

    In ``{"keyword": "phone", "value": "1"}`` the path of the second value is ``value``, ``phone``; so it is in
    ``{"phone": {"value": "1"}}``. A value that several fields name comes once with each name. An option of a command
    names the next item of its list: ``["--password", "tulip"]``, and the first of two items the other one; the head
    of a table of lists names the items of its columns.
    """
    tables = (_cells(text), _options(text)) if '"-' in text or "[" in text else ()
    for token in _named_tokens(text):
        names = [table[token.start] for table in tables if token.start in table]
        yield from (replace(token, path=(*token.path, name)) for name in names)
        if not names:
            yield token


_OPTION = re.compile(
    r'"--?(?P<name>[A-Za-z][\w-]{2,63})"\s{0,32},\s{0,32}(?="(?!-))'
    r'|\[\s{0,32}"(?P<first>[A-Za-z_\u4e00-\u9fff][\w.-]{1,63})"\s{0,32},\s{0,32}(?="(?![A-Za-z_]+\d?")[^"\\\s]{4,128}"\s{0,32}\])'
)


def _options(text: str) -> dict[int, str]:
    """The names that options, and first items of two, give to the items behind them, by where those begin."""
    return {match.end(): match["name"] or match["first"] for match in _OPTION.finditer(text)}


_ITEM: Final = r'"(?:[^"\\]|\\.)*+"|-?[0-9][0-9.eE+-]{0,31}|null|true|false'
_ROW = re.compile(rf"(?<=[\[,])\s{{0,64}}\[\s{{0,64}}(?:{_ITEM})(?:\s{{0,64}},\s{{0,64}}(?:{_ITEM}))++\s{{0,64}}\]")
_NAME: Final = r'"[A-Za-z_\u4e00-\u9fff][\w.\- ]{0,63}"'
_HEAD = re.compile(
    r'(?:(?<=\[)|"(?:columns?|headers?|heads?|fields|cols|names|列|表头)"\s{0,8}:)\s{0,64}'
    rf"\[\s{{0,64}}{_NAME}(?:\s{{0,64}},\s{{0,64}}{_NAME})++\s{{0,64}}\]"
)
_CELL = re.compile(_ITEM)


def _cells(text: str) -> dict[int, str]:
    """The names that the first of several lists, or a list of columns, gives to items of others, by their places."""
    head = _HEAD.search(text)
    if head is None:
        return {}
    names = [json.loads(cell[0]) for cell in _CELL.finditer(text, text.index("[", head.start()), head.end())]
    found: dict[int, str] = {}
    for row in _ROW.finditer(text, head.end()):
        cells = [cell.start() for cell in _CELL.finditer(row[0])]
        if len(cells) == len(names):
            found |= {row.start() + start: name for start, name in zip(cells, names, strict=True)}
    return found


def _named_tokens(text: str) -> Iterator[Token]:
    """The same, without options."""
    if _HAS_LABEL.search(text) is None:
        yield from map(_with_name_above, tokens(text))
        return
    found = list(tokens(text))
    labels: dict[int, dict[str, str]] = {}
    for token in found:
        name = token.path[-1] if token.path and not token.is_item else ""
        if name in (*_LABELS, _TYPE) and (label := _label_of(token, text)) and _names_field(name, label):
            labels.setdefault(token.owner, {})[name] = label
    for token in found:
        names = [label for field, label in labels.get(token.owner, {}).items() if _is_labelled(token, field, text)]
        yield from (replace(token, path=(*token.path, name)) for name in names)
        if not names:
            yield _with_name_above(token)


def _names_field(name: str, label: str) -> bool:
    """Whether what a field of some name has may name another field."""
    return name != _TYPE or label.lower() in _SECRET_TYPES


def _is_labelled(token: Token, field: str, text: str) -> bool:
    """Whether a token is what another field of its object names."""
    name = token.path[-1] if token.form != "key" and token.path else ""
    if name not in _LABELLED and name not in _OF_ONE_WORD:
        return False
    return not _OF_ONE_WORD.intersection((name, field)) or " " not in text[token.start : token.end]


_OF_THE_NAME_ABOVE: Final = frozenset(
    ("value", "val", "default", "example", "default_value", "defaultValue", "const", "S", "stringValue", "#text", "$t")
)


def _with_name_above(token: Token) -> Token:
    """A value that only the name above says something of has that name at the end: ``{"phone": {"value": "1"}}``."""
    if token.form == "key" or len(token.path) < 2 or token.path[-1] not in _OF_THE_NAME_ABOVE:  # noqa: PLR2004 - a name above
        return token
    return replace(token, path=(*token.path, token.path[-2]))


def _label_of(token: Token, text: str) -> str | None:
    """The name that a field gives to another one, if it looks like a name."""
    value = json.loads(text[token.start : token.end]) if token.form == "string" else ""
    value = value.removeprefix("/")
    return value if _LABEL.fullmatch(value) else None


@dataclass(frozen=True)
class Manner:
    """How a JSON string token is written: which characters it escapes beside those that each one must."""

    non_ascii: bool
    html: bool
    slashes: bool

    @classmethod
    def of(cls, token: str) -> Manner:
        """The manner of a token; where it shows none, that of most."""
        is_ascii = token.isascii() and re.search(r"\\u(?!00[0-7])", token) is not None
        lower = token.lower()
        html = any(escape in lower for escape in ("\\u0026", "\\u003c", "\\u003e"))
        return cls(is_ascii, html, "\\/" in token)

    def encode(self, text: str) -> str:
        """A text as a token in this manner."""
        token = json.dumps(text, ensure_ascii=self.non_ascii or any("\ud800" <= char <= "\udfff" for char in text))
        if self.html:
            token = "".join(_HTML_ESCAPES.get(char, char) for char in token)
        return token.replace("/", "\\/") if self.slashes else token


def encode_json_string(text: str, like: str) -> str:
    """A JSON string token in the manner of another one."""
    return Manner.of(like).encode(text)


# --- what is cut off ------------------------------------------------------------------------------------------------

_STRUCTURE = re.compile(
    r'"(?:[^"\\]|\\.)*+"|(?P<open>[{\[])|(?P<close>[}\]])|(?P<cut>"(?:[^"\\]|\\.)*+\\?\Z)', re.DOTALL
)
_CUT_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*+(?P<escape>\\(?:u[0-9A-Fa-f]{0,3})?)\Z")
_TAILS: Final = ("", "null", ":null", '"":null')
_BEGINNING = re.compile(r'\s*(?:\{\s*(?:"|\Z)|\[\s*(?:["{\[\d-]|\Z))')


def missing_end(text: str) -> str | None:
    """What a JSON object or list lacks that was cut off, so that it can be read; None if that does not help."""
    if len(text) < _MIN_CUT or _BEGINNING.match(text) is None:
        return None
    stack: list[str] = []
    cut = ""
    for match in _STRUCTURE.finditer(text):
        if match["open"]:
            stack.append("}" if match["open"] == "{" else "]")
        elif match["close"] and stack:
            stack.pop()
        cut = match["cut"] or cut
    if not stack or len(stack) > MAX_NESTING:
        return None
    escape = _CUT_ESCAPE.search(cut)
    rest = "" if escape is None else "\\" if escape["escape"] == "\\" else "0" * (6 - len(escape["escape"]))
    closing = "".join(reversed(stack))
    return next((end for tail in _TAILS if is_json(text + (end := rest + ('"' if cut else "") + tail + closing))), None)


# --- inside other text ----------------------------------------------------------------------------------------------

_FRAGMENT = re.compile(r'[{\[]\s*+[\["{\d-]')
_INDEX = re.compile(r"(?<=[A-Za-z0-9])\[[\d\s,.-]*+\]")
"""Numbers in brackets right behind a name, as in code, or by chance in base85: no JSON."""

_WASTE_PER_CHARACTER: Final = 3
"""How often a text may be read in search of JSON before the rest is taken for prose: the time stays linear."""


def fragments(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each JSON object or list that stands inside a text."""
    position, waste = 0, 0
    while (match := _FRAGMENT.search(text, position)) is not None:
        end, reached = _find_end(text, match.start())
        if end and not _INDEX.match(text, match.start()) and is_json(text[match.start() : end]):
            yield match.start(), end
            position = end
            continue
        waste += reached - match.start()
        position = match.start() + 1 if waste <= _WASTE_PER_CHARACTER * len(text) else reached


_BALANCE = re.compile(r'"(?:[^"\\]|\\.)*+"|(?P<open>[{\[])|(?P<close>[}\]])|[^"{}\[\]]++|(?P<broken>")', re.DOTALL)


def _find_end(text: str, start: int) -> tuple[int, int]:
    """Where the object or list that begins here ends (0: nowhere), and how far had to be read."""
    depth = 0
    for match in _BALANCE.finditer(text, start):
        depth += (match["open"] is not None) - (match["close"] is not None)
        if depth == 0 or match["broken"] or depth > MAX_NESTING:
            return (match.end() if depth == 0 else 0), match.end()
    return 0, len(text)
