"""Finds values that the name above them gives away: of an object, a list, an indented block, an element."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from coze_cassettes.scrubbing.looks import ALGORITHM, PHRASE
from coze_cassettes.scrubbing.names import words_of
from coze_cassettes.scrubbing.syntaxes import NAME, NamedValue

_OTHER: Final = re.compile(
    r"(?:.*_)?(?:names?|ids?|types?|kind|class|count|length|len|minimum|maximum|size|scopes?|at|on|date|time|timestamp|enabled"
    r"|disabled|active|required|versions?|expires?|expiry|expiration|ttl|in|hint|desc|description|titles?|labels?|alg|algorithm"
    r"|format|encoding|ur[li]s?|hosts?|hostname|endpoint|domain|ports?|paths?|files?|dir|users?|username|login|e?mail|account"
    r"|region|zone|status|state|polic(?:y|ies)|methods?|provider|issuer|iss|aud|sub|roles?|tags?|notes?|comments?|messages?"
    r"|msg|errors?|ref|reference|index|position|inputs?|outputs?|prompts?|completion|total|used|remaining|limit|quota|prefix"
    r"|suffix|mode|strength|backend|engine|source|owner|by|schema|pattern|placeholder|example|unit|price|cost|currency"
    r"|level|priority|order|column|table|database|bucket|image|model|language|locale|parameters?|header|field|properties"
    r"|bits|bytes|arn|buckets?|usage|budget|store|manager|vault|grant|auth|audience|family|hashed|encrypted|class|button|reset|change|changed|needed|match(?:es)?|enc|encryption|rounds|iterations|salt|nonce|iv|digest|hash|checksum|fingerprint|uuid|public|pub)"
    r"|.*(?:名称?|编号|类型|数量?|长度|时间|日期|用户|账号|备注|说明|状态|版本|提示|地址|描述|标题|格式)"
)
"""Names of what an object says of a secret besides: how long, whose, since when."""

_KEPT = re.compile(
    rf"(?!{ALGORITHM}|[0-9]{{4}}-[0-9]|v?[0-9]{{1,4}}(?:\.[0-9]{{1,5}})+\Z|0x|[./~$]|[a-z]{{2,8}}:|\S{{1,64}}\.[a-z]{{2,4}}\Z)"
    r"(?=[^\s0-9]{0,64}[0-9])[^\s\"'<>(){}\[\]]{4,512}"
    rf"|{PHRASE}"
)
"""A value with a digit that is no algorithm, date, version, address or file; words that hyphens join."""

_SAYING = re.compile(
    r"(?P<head>(?:[a-z0-9]+_)*?(?:pass_?words?|pass_?phrase|passwd|pwd|secret|credentials?|(?:api|secret|private)_?key))_(?P<tail>\w+)"
    "|(?P<han>[\u4e00-\u9fff]{0,6}(?:密码|密钥|令牌|口令|凭[证据]))[\u4e00-\u9fff]{2,4}"
)
"""A name with more words behind it, which say whose or where it is: ``passwordTwice``, ``secretOfBob``."""


def other_names(path: Sequence[str], value: str) -> Iterator[str]:
    """What else may name a value whose own name promises nothing: its beginning, it with the one above, those above.

    Nothing if its own name says what an object tells of a secret besides.
    """
    own = words_of(path[-1]) if path else ""
    if not _KEPT.fullmatch(value) or _OTHER.fullmatch(own):
        return
    saying = _SAYING.fullmatch(own)
    if saying is not None and not _OTHER.fullmatch(saying["tail"] or ""):
        yield saying["head"] or saying["han"]
    for name in path[-2 : -_FARTHEST - 1 : -1]:
        yield f"{name}_{own}"
        yield f"{own}_{name}"
        yield name
        if _OTHER.fullmatch(words_of(name)):
            return


_FARTHEST: Final = 4
"""Names of a path that are looked at: its own, and those above that may say what it is."""

# --- in a text ------------------------------------------------------------------------------------------------------

_HAS_STEM = re.compile("(?i:pass|secret|cred|token|key|code|pin|pwd|stringData)|密|令牌|口令|凭|私|秘|码")
"""Is in each name that promises a secret."""

_OPENS = re.compile(r"[:=]>?\s{0,3}[\[{(]")
_NAME_BEFORE = re.compile(r"(?<![\w.-])[\w.-]{2,64}(?=[\"']?\s{0,3}=?\Z)")
_LITERAL = re.compile(
    rf"(?:[\"']?(?P<own>{NAME})[\"']?\s{{0,3}}(?:[:=]|=>)\s{{0,3}})?[rbuf]?(?P<mark>[\"'])(?P<value>[^\"'\n]{{4,512}})(?P=mark)"
    r"(?!\s{0,3}(?:[:=]))|[\[\](){}]"
)
_CLOSERS: Final = ("]", "}", ")")

_LINE_ENDS = re.compile(r":[ ]*\r?\n(?=[ ]*(?:- |[ ]\S))")
_HEAD = re.compile(rf"(?P<indent>[ ]*)(?:- )?[\"']?(?P<name>{NAME})[\"']?")
_LINE = re.compile(
    rf"(?P<indent>[ ]*)(?P<item>- )?(?:[\"']?(?P<own>{NAME})[\"']?:[ ]+)?(?P<mark>[\"']?)"
    r"(?P<value>[^\s\"'#\[{|>&*!][^\s\"']{3,511})(?P=mark)[ ]*(?:#[^\n]*)?\r?$|(?P<other>[ ]*)(?:- )?[^\n]*",
    re.MULTILINE,
)
_OF_KUBERNETES: Final = "stringData"
"""What a manifest of a secret calls its values."""

_ELEMENT = re.compile(rf"<(?P<name>{NAME})(?:\s[^<>]{{0,128}})?>\s{{0,64}}(?=<[^/])")
_LEAF = re.compile(rf"<(?P<own>{NAME})(?:\s[^<>]{{0,128}})?>\s{{0,64}}(?P<value>[^<>\s]{{4,512}})\s{{0,64}}</")

_LONGEST: Final = 2048
_MARGIN: Final = 72


def values_below(text: str) -> Iterator[NamedValue]:
    """The values of a text that stand below a name, with that name, in no order."""
    for name, match in _below(text) if _HAS_STEM.search(text) else ():
        own, value = match["own"] or "", match["value"] or ""
        if _KEPT.fullmatch(value) and not (own and _OTHER.fullmatch(words_of(own))):
            yield NamedValue("secrets" if name == _OF_KUBERNETES else name, *match.span("value"), is_quoted=True)


def _below(text: str) -> Iterator[tuple[str, re.Match[str]]]:
    """What stands below each name of a text."""
    yield from _in_brackets(text) if '"' in text or "'" in text else ()
    for line_end in _LINE_ENDS.finditer(text):
        first = text.rfind("\n", max(0, line_end.start() - _MARGIN), line_end.start()) + 1
        head = _HEAD.fullmatch(text, first, line_end.start())
        if head is not None and _HAS_STEM.search(head["name"]):
            yield from ((head["name"], match) for match in _indented(text, line_end.end(), head["indent"]))
    for element in _ELEMENT.finditer(text) if "</" in text else ():
        close = text.find(f"</{element['name']}>", element.end(), element.end() + _LONGEST)
        if close >= 0 and _HAS_STEM.search(element["name"]):
            yield from ((element["name"], match) for match in _LEAF.finditer(text, element.end(), close))


def _in_brackets(text: str) -> Iterator[tuple[str, re.Match[str]]]:
    """The literals in the brackets behind each name; what stands in those of another one is its own."""
    end = 0
    for opened in _OPENS.finditer(text):
        before = text[max(end, opened.start() - _MARGIN) : opened.start()]
        name = _NAME_BEFORE.search(before) if _HAS_STEM.search(before) else None
        if name is not None and _HAS_STEM.search(name[0]):
            for match in _enclosed(text, opened.end()):
                yield name[0], match
                end = match.end()


def _enclosed(text: str, start: int) -> Iterator[re.Match[str]]:
    """The literals between an opening bracket that ends at a place and the one that closes it."""
    depth = 1
    for match in _LITERAL.finditer(text, start, start + _LONGEST):
        if match["value"] is not None:
            yield match
        else:
            depth += -1 if match[0] in _CLOSERS else 1
            if depth == 0:
                return


def _indented(text: str, start: int, indent: str) -> Iterator[re.Match[str]]:
    """The lines from a place on that have a larger indent, or are items of a list with the same one."""
    last = start + _LONGEST
    while start < min(len(text), last) and (line := _LINE.match(text, start)) is not None:
        own = line["other"] if line["other"] is not None else line["indent"]
        if len(own) <= len(indent) and not (own == indent and text.startswith("- ", start + len(own))):
            return
        if line["value"]:
            yield line
        start = line.end() + 1
