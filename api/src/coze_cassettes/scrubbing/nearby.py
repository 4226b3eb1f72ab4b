"""Finds values that look drawn near the name of a secret, a few words or signs apart."""

from __future__ import annotations

import re
from typing import Final

from coze_cassettes.scrubbing.looks import DIGITS, MIXED, PHRASED, VALUE

Span = tuple[int, int]

_SIGNS = re.compile(
    r"(?:i\.e\. |</?[a-z][^<>\n]{0,48}>|&(?:#x?[0-9A-Fa-f]{1,6}|[a-z]{2,6});"
    r"|\r?\n(?:[-=~]{3,64}\r?\n)?(?:```\w{0,10}\r?\n)?(?:[A-Za-z]{1,12}(?:\[\d{1,4}\])?[:.>] |=> )?"
    r"|\? (?:[A-Za-z]{1,12}: )?|[ ,.:;?!#/|>=<()\[\]*`\"'~@\u2460-\u24ff-]|[^\w\x00-\x7f]){1,12}"
)
ABOUT: Final = (
    r"(?i:lengths?|size|hash(?:ed)?|digest|algorithms?|versions?|bits?|bytes?|formats?|(?<!, )types?|commits?|sha|md5"
    r"|uuid|rfc|section|issues?|bugs?|lines?(?! \d{1,4}:)|release|build|request|file|path|revision|fingerprint|checksum"
    r"|patch|port|model|see|e\.g|via|like|such|named?|called|functions?|class|method|package|module|using|uses|encoded"
    r"|computed|derived|user|public|order|message|id|url|host|date|time|signed|ref|event|trace|error|code|status|python"
    r"|java|node)(?![A-Za-z])"
)
"""Words behind which letters and digits say something of the secret, or of something else."""

ABOUT_HAN: Final = (
    "长度|位数|强度|不能|不得|至少|最多|编号|类型|算法|版本|字段|参数|格式|超过|支持|采用|包含|加密|签名|哈希|用户|名|订单"
    "|请求|链接|时间|号|[数量](?![\u4e00-\u9fff])"
)
_POINTING: Final = (
    r"(?:(?i:one|this|that|it|is|was|you|me|us|them|now|today|here|below|follows|again|only|once)(?= ?:))"
)
"""Words before a colon that are no name of another value."""

_WORD = re.compile(
    rf"{_POINTING}|[A-Za-z][\w.-]{{0,31}}@[\w.-]{{1,32}}(?=: )"
    rf"|(?!{ABOUT})[A-Za-z][A-Za-z'’-]{{0,14}}+(?![A-Za-z0-9_/@#$%^&+~]|\.\w|[\"'`*]{{0,2}} ?[:=](?! ?\r?\n))"
    rf"|(?!{ABOUT})[A-Z][a-z](?=\.: )|[0-9]{{1,4}}(?=[:.)] )|(?:(?!{ABOUT_HAN})[\u4e00-\u9fff]){{1,8}}+"
)
_MOST_WORDS: Final = 8
_REACH: Final = 64
_VALUE = re.compile(
    r"[A-Za-z0-9](?:[A-Za-z0-9_@#$%^*+=~-]|[!?.](?=[A-Za-z0-9@#$%^*+=~!-])){5,126}[A-Za-z0-9@#$%^*+=~!]"
)
_NO_EDGE: Final = r"(?![A-Za-z0-9_(\[{@/\\]|\.\w)"
_ENDS = re.compile(_NO_EDGE)
_CHANGE = re.compile(
    r"(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])|(?<=[A-Z][A-Z])(?=[a-z])|[!@#$%^&*+=~]"
)
_LEAST_CHANGES: Final = 4
_WRITTEN = re.compile(
    r"[A-Za-z]+=.*|[0-9]{4}-[0-9]{2}.*|(?:[vV]|[A-Z]\.)?[0-9]{1,4}(?:\.[0-9]{1,5})+.*|.*\.[a-z]{2,4}"
    r"|[a-z0-9]+(?:_[a-z0-9]+)+|[A-Z0-9]+(?:_[A-Z0-9]+)+"
    r"|(?:[A-Za-z]?[a-z]+[0-9]?|[A-Z]+[0-9]?)(?:_(?:[A-Za-z]?[a-z]+[0-9]?|[A-Z]+[0-9]?|[a-z]+[A-Z][a-z]+))+"
    r"|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+|[A-Za-z]+[0-9]?(?:-[A-Za-z]+[0-9]?)+"
)
_BEFORE = re.compile(
    r"(?<![A-Za-z0-9_@#$%^&*+=~./:-])(?P<value>[A-Za-z0-9][A-Za-z0-9_@#$%^&*+=~!.-]{5,126}[A-Za-z0-9@#$%^&*+=~!])"
    r"[\"'”’`*)\]>]{0,2} ?(?:[(\[<–—:/=→#-]{1,3}>?|(?:is|was|will be|as|for)(?= )|就?是) ?[\"'“`*(\[]{0,2}"
    r"(?:(?:the|my|your|our|an?|new|old|current|right|correct|我的|你的) ?){0,2}\Z"
)
_CHAR: Final = "[A-Za-z0-9!@#$%^&*_+=~?./-]"
_SEVERAL: Final = rf"(?=[^\s\d]{{0,64}}\d[^\s\d]{{0,64}}\d)(?={_CHAR}{{7}})(?![a-z]+-?\d+(?!{_CHAR}))"
_STRONG = re.compile(rf"{_SEVERAL}{MIXED}")
"""A value with several digits, and not a word with a number behind it."""


_JOINED = re.compile(
    rf"[\"'”’`*)\]]{{0,2}}(?:(?!{ABOUT})(?: ?,)? [A-Za-z'’]{{1,12}}){{0,5}}?"
    r"(?:(?: ?,)? (?:is|was|as|for|that|this|when|if)\b|,? ?[\u4e00-\u9fff]{0,4}[是为作当这])"
    rf"(?:(?! {ABOUT}) [A-Za-z'’]{{1,12}}){{0,5}} ?[\u4e00-\u9fff]{{0,4}}"
)
"""How a sentence goes on from a value to its name: ``... is what you enter as the password``."""

_BEFORE_NOTE = re.compile(
    rf"(?<![A-Za-z0-9_@#$%^&*+=~./:-])(?P<value>[0-9]{{4,12}}|{VALUE})[\"'”’`*]{{0,2}} ?"
    r"[(\[](?:(?:the|my|your|our|an?|new|old|我的|你的) ?)?\Z"
)
"""A value of which a remark says what it is: ``tulip7 (the password)``."""


def is_drawn(value: str) -> bool:
    """Whether letters, digits and signs change too often for a word of a text or a program."""
    if not any(char.isdigit() for char in value) or _WRITTEN.fullmatch(value):
        return False
    return len(_CHANGE.findall(value)) >= _LEAST_CHANGES


def is_shown(value: str) -> bool:
    """Whether it looks drawn, or has several digits and is not a word with a number behind it."""
    return is_drawn(value) or _STRONG.fullmatch(value) is not None


def value_behind(text: str, end: int) -> Span | None:
    """Where a drawn value stands behind a name that ends at a place, with words and signs between."""
    position, last = end, end + _REACH
    if _SIGN_OF_VALUE.search(text, end, last + _REACH) is None:
        return None
    for words in range(_MOST_WORDS):
        signs = _SIGNS.match(text, position)
        position = signs.end() if signs else position
        if position > last or _GLUED.match(text, position - 1):
            return None
        span = _value_at(text, end, position, words)
        if span is not None:
            return span if "\n" not in text[end : span[0]] or _LINE_ENDS.match(text, span[1]) else None
        word = _WORD.match(text, position)
        if word is None:
            return None
        position = word.end()
    return None


def _value_at(text: str, end: int, position: int, words: int) -> Span | None:
    """The value that begins at a place, some words behind the end of a name."""
    value = _VALUE.match(text, position)
    if value is not None and _ENDS.match(text, value.end()) and is_drawn(value[0]):
        return value.span()
    enclosed = _ENCLOSED.match(text, end) if words == 0 else None
    if enclosed is not None:
        return enclosed.span("value")
    shown = _LONGER.match(text, position) if words < _FEW_WORDS else None
    if shown is None and _is_telling(text, end, position, words):
        shown = _SHOWN.match(text, position)
    return shown.span("value") if shown is not None and not _MEMBER.fullmatch(shown["value"]) else None


_ENCLOSED = re.compile(
    r"[\"'`*]{0,2}(?:[:：=]?[ ]?(?P<mark>__?|~~|[|]{2})|(?:[:：=] ?| |(?<=[\u4e00-\u9fff]))[<{«《]{1,2})"
    rf"(?![A-Za-z_]+\d{{0,2}}[>}}»》]|[^\s<>]{{0,64}}[(])(?P<value>(?=[^\s\d]{{0,64}}\d){_CHAR}{{3,127}}?[A-Za-z0-9@#$%^&+=!])"
    r"(?:(?P=mark)(?![A-Za-z0-9_])|(?<!_)[>}»》]{1,2}(?!\w))"
)
"""A value that signs of markup enclose, right behind a name or its colon."""

_LINE_ENDS = re.compile(r"[`\"'*_]{0,3}[ .!,。，！]{0,2}(?:\r?\n|\Z|<)")


def literal_behind(text: str, end: int) -> Span | None:
    """Where a literal that looks drawn stands behind a name of a program, with no other literal between."""
    match = _LITERAL.match(text, end)
    if match is not None and is_drawn(match["value"]):
        return match.span("value")
    match = _FORMATTED.match(text, end)
    if match is not None and is_shown(match["value"]):
        return match.span("value")
    match = _GIVEN.match(text, end)
    return match.span("value") if match is not None and _SHOWN.fullmatch(match["value"]) else None


_GIVEN = re.compile(
    r"(?![\"'`]?[(\[]{1,2}[\"'`])[\"'`]?(?:[^\w\"'`\n;]|\b(?:eq|is|to|equals?|be|with|as|of|or|new|default|value|val|const|str|string|String"
    r"|Str|Some|Just|text|Text|return|byte|Sprintf)\b|\b[bruLN](?=[\"'`])){1,16}(?P<mark>[\"'`])(?P<value>[^\s\"'`]{4,127})(?P=mark)"
)
"""A literal of a program behind the name, signs and what says that it is given."""


_FORMATTED = re.compile(
    r"[^\w\"'`\n;][^\"'`\n;]{0,24}[\"'`] ?[,+.%] ?(?P<mark>[\"'`])(?P<value>[^\s\"'`]{4,127})(?P=mark)"
)
"""A literal that a program joins to one with the name, or writes into it."""

_LITERAL = re.compile(
    r"[\"'`]?[^\"'`\n;]{0,48}(?P<mark>[\"'`])(?P<value>[A-Za-z0-9][A-Za-z0-9_@#$%^&*+=~!?./-]{5,126})(?P=mark)"
)


_BELOW = re.compile(
    r"(?:,? [A-Za-z(][A-Za-z0-9'’)-]{0,14}){0,9}?(?P<colon>:)?[.!]? ?(?:\r?\n){1,2}(?P<fence>`{3}\w{0,10}\r?\n)?"
    r"[ >`]{0,4}"
    rf"(?P<value>{VALUE}|[0-9]{{4,12}}){_LINE_ENDS.pattern}"
)
_NUMBERED = re.compile("[A-Za-z]+[-_]?[0-9]+")


def value_below(text: str, end: int) -> Span | None:
    """Where a value stands alone on the line below the one that a name is in, or in a block of its own there."""
    below = _BELOW.match(text, end)
    if below is None:
        return None
    value, is_sure = below["value"], bool(below["colon"] or below["fence"])
    is_value = is_shown(value) or (is_sure and _NUMBERED.fullmatch(value) is None)
    return below.span("value") if is_value else None


def value_before(text: str, start: int, end: int) -> Span | None:
    """Where a drawn value stands before a name, with a sign between, or digits before a name in parentheses."""
    first = max(0, start - 2 * _REACH)
    if _SIGN_OF_VALUE.search(text, first, start) is None:
        return None
    found = _BEFORE.search(text, first, start)
    if found is not None and (is_drawn(found["value"]) or _STRONG.fullmatch(found["value"])):
        return found.span("value")
    for drawn in _VALUE.finditer(text, start - min(start, _REACH), start):
        if (
            (is_drawn(drawn[0]) or _STRONG.fullmatch(drawn[0]))
            and _JOINED.fullmatch(text, drawn.end(), start)
            and not (drawn.start() and _GLUED.match(text, drawn.start() - 1))
        ):
            return drawn.span()
    noted = _BEFORE_NOTE.search(text, first, start) if text.startswith((")", "]"), end) else None
    return noted.span("value") if noted is not None else None


def _is_telling(text: str, end: int, position: int, words: int) -> bool:
    """Whether signs alone set a value off from a name, or what is between ends as if the value follows."""
    if words == 0 and (_SET_OFF.fullmatch(text, end, position) or _is_alone(text, end, position)):
        return True
    return _TELLS.search(text, end, position) is not None


def _is_alone(text: str, end: int, position: int) -> bool:
    """Whether a line has a name, signs and one value, and nothing else."""
    first = text.rfind("\n", max(0, end - _REACH), end) + 1
    return _NAME_ALONE.fullmatch(text, first, end) is not None and _REST_ALONE.match(text, position) is not None


_NAME_ALONE = re.compile(r"[^\w\n]{0,8}[A-Za-z_\u4e00-\u9fff][\w.-]{0,47}(?: [A-Za-z0-9-]{1,16}){0,3}")
_REST_ALONE = re.compile(rf"{_CHAR}{{4,127}}[^\w\n]{{0,8}}(?=\r?\n|\Z)")


_SET_OFF = re.compile(
    r"[ \t]?(?:[|#~>;…\u2460-\u24ff]{1,3}|\.{3}"
    r"|[^\w\x00-\x7f\u3000-\u303f\uff00-\uff65“”‘’–—…·]{1,3})[ \t]?[\"'“‘(\[<*`]{0,2}"
    r"|[*_`]{0,2}[ ](?:[/–—=@-]{1,2}[ ])?[\"'“‘(\[<*`]{1,3}"
    r"|[*_`\"']{0,3}[ ][/–—=-]{1,2}[ ]|[“‘「《【<*`]{1,3}"
)
_TELLS = re.compile(
    r"(?:[:?>~》】」]|[^\w\x00-\x7f\u3000-\u303f\uff00-\uff65“”‘’–—…·]|\.{2,3}|…|[.!] "
    r"|\b(?:it|its|is|was|to|[Tt]ype|[Ee]nter|typed|entered|[Uu]se|[Tt]ry|with|this|of|from"
    r"|[Ii]t['’]s|i\.e\.|got|as|be|now|value|contains|equals?|return)|[是为用填输入叫])[\s\"'“‘(\[*|<>`「『【（]{0,5}\Z"
)
"""How what is between ends if the value follows."""

_MEMBER = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_LONGER = re.compile(rf"(?P<value>{_SEVERAL}{MIXED})")
_FEW_WORDS: Final = 5
_SHOWN = re.compile(rf"(?!(?<=[io][nf] )(?:19|20)\d\d(?!\d))(?P<value>{VALUE}|{DIGITS})")
INSIDE = re.compile(r"(?<=[A-Z0-9]-SECRET)-[A-Z0-9]|(?<=[A-Z0-9]-KEY)-[A-Z0-9]|(?<=KEY)-{5}")
"""A name inside a key that says in capitals what it is: ``AGE-SECRET-KEY-1...``; the head of a private key."""
_SIGN_OF_VALUE = re.compile(rf"[0-9]|{PHRASED}")
_GLUED = re.compile("[A-Za-z0-9][A-Za-z0-9_]|(?<=[A-Za-z0-9])_[A-Za-z0-9_]")
