"""Judges values by the names around their own: of the object, the list, the block, the element that they stand in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Final

from coze_cassettes.inspection import names
from coze_cassettes.inspection.looks import ALGORITHM, is_phrase, is_pin
from coze_cassettes.inspection.names import Field, promise_of, words_of
from coze_cassettes.inspection.promises import RULES, SECRETS, Promise
from coze_cassettes.inspection.prose import Pair, names_in
from coze_cassettes.inspection.words import words

_BESIDES: Final = words(
    """
    name names id ids type types kind class count length len minimum maximum size scope scopes at on date time timestamp
    enabled disabled active required version versions expire expires expiry expiration ttl in hint desc description
    title titles label labels alg algorithm format encoding url urls uri uris host hosts hostname endpoint domain port
    ports path paths file files dir user users username login email mail account region zone status state policy
    policies method methods provider issuer iss aud sub role roles tag tags note notes comment comments message
    messages msg error errors ref reference index position input inputs output outputs prompt prompts completion total
    used remaining limit quota prefix suffix mode strength backend engine source owner by schema pattern placeholder
    example unit price cost currency level priority order column table database bucket buckets image model language
    locale parameter parameters header field properties bits bytes rounds iterations salt nonce iv digest hash checksum
    fingerprint uuid public pub arn usage budget store manager vault grant auth audience family hashed encrypted button
    reset change changed needed match matches enc encryption
    """
)
"""What an object says of a secret besides: how long, whose, since when."""

_BESIDES_HAN = re.compile(
    "(?:名称?|编号|类型|数量?|长度|时间|日期|用户|账号|备注|说明|状态|版本|提示|地址|描述|标题|格式)\\Z"
)
_HEADS: Final = words("password passwords passwd passphrase pwd secret credential credentials key")
_HAN_HEAD = re.compile("[\u4e00-\u9fff]{0,6}(?:密码|密钥|令牌|口令|凭[证据])(?=[\u4e00-\u9fff]{2,4}\\Z)")
_FARTHEST: Final = 3
"""Names above a value that may say what it is."""

_NO_VALUE = re.compile(
    r"[0-9]{4}-[0-9].*|[vV]?[0-9]+(?:\.[0-9]+)+|0x.*|[./~$].*|[a-z]{2,8}:.*|.{1,64}\.[a-z]{2,4}|.*[\s\"'<>(){}\[\]].*",
    re.DOTALL,
)
"""A date, a version, an address, a path, a text."""


def _is_value(value: str) -> bool:
    """Whether a value has a digit, or is words that hyphens join, and is nothing that programs write."""
    if is_phrase(value) or is_pin(value):
        return True
    is_long = 4 <= len(value) <= 512 and re.search("[0-9]", value) is not None  # noqa: PLR2004 - as a password is
    return is_long and not value.isdecimal() and not (_NO_VALUE.fullmatch(value) or ALGORITHM.fullmatch(value))


def _says_else(name: str) -> bool:
    """Whether a name is that of what an object says of a secret besides."""
    parts = words_of(name)
    return bool(parts) and (parts[-1] in _BESIDES or _BESIDES_HAN.search(name) is not None)


def _promises(path: Sequence[str]) -> Iterator[Promise | None]:
    """What the names around a value promise: its beginning, its own with the one above, those above."""
    own = words_of(path[-1])
    if len(own) > 1 and own[-2] in _HEADS and (own[-2] != "key" or own[-3:-2] in (("api",), ("secret",), ("private",))):
        yield promise_of("_".join(own[:-1]))
    if head := _HAN_HEAD.match(path[-1]):
        yield promise_of(head[0])
    above = path[-2 : -_FARTHEST - 2 : -1]
    for name in [*takewhile(lambda name: not _says_else(name), above)]:
        if name not in path[-1:]:
            yield from map(promise_of, (f"{name}_{path[-1]}", f"{path[-1]}_{name}", name))


def rules_around(field: Field) -> Iterator[str]:
    """The checks by the names around its own that a value does not pass."""
    if not field.path or promise_of(field.name) is not None or not _is_value(field.value) or _says_else(field.name):
        return
    for promise in _promises(field.path):
        if promise in SECRETS and promise not in (None, Promise.KEY) and names.REFUSES[promise](field.value):
            yield RULES[promise]
            return


# --- in a text ------------------------------------------------------------------------------------------------------

_OPENS = re.compile(r"\\?[\"']?\s{0,3}(?::|=>|=)\s{0,3}[\[{(]")
_ENDS_LINE = re.compile(r"[\"']?:[ ]*\r?\n")
_ELEMENT = re.compile(r"(?:\s[^<>]{0,128})?>\s{0,64}(?=<[^/])")
_TOKEN = re.compile(
    r"(?:(?P<own>[\w.-]{1,64})\\?[\"']?\s{0,3}(?::|=>|=)\s{0,3})?[bfru]?\\?[\"'](?P<value>[^\"'\\\n]{1,512})\\?[\"'](?!\s{0,3}[:=])"
    r"|[\[\](){}]"
)
_SETTING = re.compile(
    r"(?:- )?(?:[\"']?(?P<own>[\w.-]{1,64})[\"']?:[ ]+)?[\"']?(?P<value>[^\s\"']{1,512})[\"']?(?:[ ]+#.*)?"
)
_LEAF = re.compile(r"<(?P<own>[\w.:-]{1,64})(?:\s[^<>]{0,128})?>\s{0,64}(?P<value>[^<>\s]{1,512})\s{0,64}</")
_LONGEST: Final = 2048
_DATA = re.compile(r"stringData(?=:[ ]*\r?\n)")
"""What a manifest of Kubernetes calls the values of a secret."""


def pairs_below(text: str) -> Iterator[Pair]:
    """The values that stand in a text below the name of a secret, with that name."""
    for match, name, _ in names_in(text):
        yield from _below(text, match.start(), match.end(), name)
    for match in _DATA.finditer(text) if "stringData" in text else ():
        yield from _below(text, match.start(), match.end(), "secret")


def _below(text: str, start: int, end: int, name: str) -> Iterator[Pair]:
    for match in _values_below(text, start, end):
        if _is_value(match["value"]) and not (match["own"] and _says_else(match["own"])):
            yield Pair(name, match["value"], is_quoted=True)


def _values_below(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    if opened := _OPENS.match(text, end):
        yield from _in_brackets(text, opened.end())
    elif line := _ENDS_LINE.match(text, end):
        first = text.rfind("\n", 0, start) + 1
        yield from _in_block(text[line.end() : line.end() + _LONGEST], _indent(text[first:end]))
    elif element := _ELEMENT.match(text, end):
        opening = text.rfind("<", max(0, start - 64), end)
        close = text.find(f"</{text[opening + 1 : end]}>", end, end + _LONGEST) if opening >= 0 else -1
        yield from _LEAF.finditer(text, element.end(), max(close, element.end()))


def _in_brackets(text: str, position: int) -> Iterator[re.Match[str]]:
    depth = 1
    for token in _TOKEN.finditer(text, position, position + _LONGEST):
        if token["value"] is not None:
            yield token
            continue
        depth += 1 if token[0] in "[{(" else -1
        if not depth:
            return


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _in_block(text: str, indent: int) -> Iterator[re.Match[str]]:
    """The settings of the lines that are indented more than the one above, or are items of its list."""
    for line in text.splitlines():
        inner = line.strip()
        if _indent(line) <= indent and not (_indent(line) == indent and inner.startswith("- ")):
            return
        if (setting := _SETTING.fullmatch(inner)) is not None:
            yield setting
