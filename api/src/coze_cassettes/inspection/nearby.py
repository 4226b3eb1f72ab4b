"""Judges whether a word that looks drawn stands near the name of a secret, a few words or signs apart."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from coze_cassettes.inspection import names
from coze_cassettes.inspection.looks import GOES_ON, is_drawn, is_phrase, is_pin
from coze_cassettes.inspection.words import words

_REACH: Final = 64
_MOST_PIECES: Final = 9
_PIECE = re.compile(r"[A-Za-z0-9$%^&+=][A-Za-z0-9_@#$%^&+*=~!?./'’-]*|[\u4e00-\u9fff]+")
_PARTING = re.compile(
    r"(?:</?[a-z][^<>\n]{0,48}>|[ \t,;:()<>\[\]\"'`|.?!#~*/@\u2460-\u24ff-]|[^\w\x00-\x7f\ue000]|i\.e\. "
    r"|&(?:#x?[0-9A-Fa-f]{1,6}|[a-z]{2,6});"
    r"|\r?\n(?:[=~-]{3,64}\r?\n)?(?:`{3}\w{0,10}\r?\n)?(?:[A-Za-z]{1,12}(?:\[[0-9]{1,4}\])?[:.>] |=> )?){0,12}"
)
_END_OF_LINE = re.compile(r"[`\"'*_.!,。，！ ]{0,4}(?:\r?\n|\Z|<)")
ELSEWHERE: Final = words(
    """
    length lengths size hash hashed digest algorithm algorithms version versions bit bits byte bytes format formats
    commit commits sha md5 uuid rfc section issue issues bug bugs release build request file path revision fingerprint
    checksum patch port model see e.g via like such name named call called function functions class method
    package module using uses encoded computed derived user public order message id url host date time signed ref
    event trace error code status python java node type types
    """
)
ELSEWHERE_HAN = re.compile(
    "长度|位数|强度|不能|不得|至少|最多|编号|类型|算法|版本|字段|参数|格式|超过|支持|采用|包含|加密|签名|哈希|用户|名|订单"
    "|请求|链接|时间|号|[数量]\\Z"
)
_CALLS: Final = ("(", "[", "{")
_EDGES: Final = ".!?/'’*#>=~-"
_LEAST: Final = 7
_LEAST_CHANGES: Final = 4
_WRITTEN = re.compile(
    r"[A-Za-z]+=.*|[A-Za-z_][A-Za-z0-9_.-]*=[^=].*|[0-9]{4}-[0-9]{2}.*|[vV]?(?:[0-9]+\.)+.*|.*\.[a-z]{2,4}"
    r"|[a-z0-9]+(?:_[a-z0-9]+)+|[A-Z0-9]+(?:_[A-Z0-9]+)+"
    r"|(?:[A-Za-z]?[a-z]+[0-9]?|[A-Z]+[0-9]?)(?:_(?:[A-Za-z]?[a-z]+[0-9]?|[A-Z]+[0-9]?|[a-z]+[A-Z][a-z]+))+"
    r"|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+|[A-Za-z]+[0-9]?(?:-[A-Za-z]+[0-9]?)+|.*[/].*|.*@.*\..*|.*%[0-9A-F]{2}.*|(?:[A-Z]?[a-z]+|[A-Z]+)[0-9]+(?:[A-Z]?[a-z]+)+"
    r"|(?:(?:(?:[A-Z]?[a-z]+|[A-Z]+)-)*(?:[A-Z]?[a-z]+|[A-Z]+)?|[0-9:.-]+)(?:\+(?:(?:(?:[A-Z]?[a-z]+|[A-Z]+)-)*(?:[A-Z]?[a-z]+|[A-Z]+)?|[0-9:.-]+)){2,}"
)
"""What is no password: a setting, a date, a name of a program, an address, words with plus signs for blanks, an escape,
which is read by itself."""


def _sort(char: str) -> str:
    return "a" if char.islower() else "A" if char.isupper() else "1" if char.isdecimal() else char


def is_drawn_well(word: str) -> bool:
    """Whether small letters, capitals, digits and signs change more often than in words and names of programs."""
    if len(word) < _LEAST or not re.search("[0-9]", word) or not re.search("[A-Za-z]", word):
        return False
    changes = sum(left != right for left, right in pairwise(map(_sort, word)))
    return changes > _LEAST_CHANGES and _WRITTEN.fullmatch(word) is None


_ALONE = re.compile(
    r"[^\w\n]{1,16}(?<!%)(?P<value>[A-Za-z0-9][A-Za-z0-9!@#$%^&*_+=~?./-]{3,126})[^\w\n]{0,8}(?=\r?\n|\Z)"
)
_NAME_OF_LINE = re.compile(r"(?:\A|\n)[^\w\n]{0,8}(?:[A-Za-z_\u4e00-\u9fff][\w.-]{0,47}+(?:[ ]|\Z)){0,4}\Z")


def _is_alone(before: str, behind: str, *, has_pin: bool) -> bool:
    """Whether a line has a name, signs and one value, and nothing else."""
    value = _ALONE.match(behind)
    if value is None or _NAME_OF_LINE.search(before) is None:
        return False
    return _is_shown(value["value"].rstrip(_EDGES), "", has_pin=has_pin)


def is_near(text: str, start: int, end: int, *, has_pin: bool, is_key: bool = False) -> bool:
    """Whether a drawn word, or digits, stand behind a name, which stands from start to end, or right before it.

    ``is_key``: only a word that looks drawn counts.
    """
    behind, before = text[end : end + 2 * _REACH], text[max(0, start - 2 * _REACH) : start]
    if not is_key and _is_alone(before, behind, has_pin=has_pin):
        return True
    given = _GIVEN.match(behind)
    if given is not None and not is_key and _is_shown(given["value"], "", has_pin=has_pin):
        return True
    noted = _ENCLOSED.match(behind) or (_NOTED.search(before) if behind.startswith((")", "]")) else None)
    if noted is not None and not is_key and _is_shown(noted["value"], "", has_pin=has_pin):
        return True
    joined = _FORMATTED.match(behind)
    if joined is not None and not is_key and is_shown(joined["value"]):
        return True
    literal = _LITERAL.match(behind)
    if literal is not None and (names.is_key if is_key else is_drawn_well)(literal["value"]):
        return True
    return _is_near_behind(behind, has_pin=has_pin, is_key=is_key) or (not is_key and _is_before(before))


def _is_near_behind(behind: str, *, has_pin: bool, is_key: bool) -> bool:
    if _MARK.search(behind) is None:
        return False
    position = 0
    for pieces in range(_MOST_PIECES):
        gap = _PARTING.match(behind, position)
        place = gap.end() if gap else position
        piece = _PIECE.match(behind, place)
        if piece is None or piece[0].startswith("%") or place > _REACH or (place == 0 and piece[0].isascii()):
            return False
        word, rest = piece[0].strip(_EDGES), behind[piece.end() :]
        if rest.startswith(_CALLS) or _YEAR.match(behind, place):
            return False
        is_telling = _TELLS.search(behind, 0, place) or (not pieces and _SET_OFF.fullmatch(behind, 0, place))
        is_far = pieces >= _FEW_PIECES
        if is_key:
            is_value = names.is_key(word)
        else:
            is_value = is_drawn_well(word) or (not is_far and _is_long(word))
            is_below = pieces < _FEW_WORDS and "\n" in behind[position:place]
            is_value = is_value or bool((is_telling or is_below) and _is_shown(word, rest, has_pin=has_pin))
        if is_value:
            return "\n" not in behind[:place] or _END_OF_LINE.match(rest) is not None
        if word and not _ACCOUNT.fullmatch(word) and not _goes_on(word, behind[position:place], rest):
            return False
        position = piece.end()
    return False


def _is_long(word: str) -> bool:
    """Whether a word of some length has several digits, and is not a word with a number."""
    has_digits = len(re.findall("[0-9]", word)) > 1 and len(word) >= _LEAST
    return (
        has_digits
        and is_drawn(word)
        and not re.fullmatch(r"[a-z]+-?[0-9]+|[A-Za-z_]\w*(?:\.\w+)+|[vV]?[0-9]+\..*", word)
    )


_YEAR = re.compile("(?<=[io][nf] )(?:19|20)[0-9]{2}(?![0-9])")
_FEW_PIECES: Final = 5
_FEW_WORDS: Final = 3
"""Words of a name's line behind it, below which a value may stand alone."""

_GIVEN = re.compile(
    r"(?![\"'`]?[(\[]{1,2}[\"'`])[\"'`]?(?:[^A-Za-z0-9_\"'`\n;\ue000]|(?<![A-Za-z])(?:[a-z]{2}|equals?|with|new|default|value|val|const"
    r"|[sS]tr(?:ing)?|Some|Just|[Tt]ext|return|byte|Sprintf)(?![A-Za-z])|(?<![A-Za-z])[bruLN](?=[\"'`])){1,16}[\"'`](?P<value>[^\s\"'`]{4,127})[\"'`]"
)
"""A literal behind a name, with nothing between but signs and words that say that it is given."""

_FORMATTED = re.compile(r"[^A-Za-z0-9_\"'`\n;][^\"'`\n;]{0,24}[\"'`] ?[,+.%] ?[\"'`](?P<value>[^\s\"'`]{4,127})[\"'`]")
"""A literal that a program joins to one with the name, or writes into it."""

_LITERAL = re.compile(r"[\"'`]?[^\"'`\n;]{0,48}[\"'`](?P<value>[A-Za-z0-9][A-Za-z0-9_@#$%^&*+=~!?./-]{5,126})[\"'`]")


_ENCLOSED = re.compile(
    r"[:：=]? ?(?P<mark>__?|~~|[|]{2})(?P<value>[A-Za-z0-9][^\s<>|]{3,127}?)(?P=mark)(?![A-Za-z0-9_])"
)
_NOTED = re.compile(
    r"(?<![A-Za-z0-9_@#$%^&*+=~./:-])(?P<value>[A-Za-z0-9][^\s\"'()]{3,127}?)[\"'”’`*]{0,2} ?[(\[]"
    r"(?:(?:the|my|your|our|an?|new|old|我的|你的) ?)?(?:[A-Za-z0-9-]{2,14} ){0,2}\Z"
)
"""A value that signs of markup enclose, and one of which a remark says what it is."""


def _goes_on(word: str, gap: str, rest: str) -> bool:
    """Whether the sentence behind a word may still tell the value, and no other name begins with it."""
    if word.isdecimal():
        return len(word) <= 4  # noqa: PLR2004 - the number of a line, of a page
    if (
        not re.sub("['’]", "", word).isalpha()
        or (word.lower() in ELSEWHERE and "," not in gap)
        or ELSEWHERE_HAN.search(word)
    ):
        return False
    return not word.isascii() or word == "No" or word.lower() in _POINTING or _NAMES_NEXT.match(rest) is None


_POINTING: Final = words("one this that it is was you me us them now today here below follows again only once")
"""Words before a colon that are no name of another value."""


_ACCOUNT = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*@[A-Za-z0-9_.-]+")
"""Whose password it is."""

_MEMBER = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_SET_OFF = re.compile(
    r"\s?(?:[|#~>;…\u2460-\u24ff]|\.\.\.|>>|[^\w\x00-\x7f\ue000\u3000-\u303f\uff00-\uff65“”‘’–—·]{1,3})\s?[^A-Za-z0-9\s,]{0,2}"
    r"|[*_`]* (?:[/–—=@-]+ )?[\"'“‘(\[<*`]+|[*_`\"']* [/–—=-]+ |[“‘「《【（<*`]+"
)
"""Signs that set a value off from its name."""

_TELLS = re.compile(
    r"(?:[:?>：？》]|[^\w\x00-\x7f\ue000\u3000-\u303f\uff00-\uff65“”‘’–—·…]|\.{2,3}|…|[.!]\s|\b(?:it|its|is|was|to|[Tt]ype|[Ee]nter|typed|entered|[Uu]se|[Tt]ry|with|this|of|from|i\.e\.|got|as|be|now|value|contains|equals?|return"
    r"|[Ii]t['’]s)|[是为用填输入叫]|[>~])[\s\"'“‘(\[*|<>`「『【（]{0,5}\Z"
)
_COUNTS = re.compile(
    r"[.%/-]?[0-9A-Za-z%]| ?[位个次天年月日时小分秒种条步元字页章至到]"
    rf"| (?!(?:{GOES_ON})\b)[a-z]{{2,}}s?\b"
)


def _is_shown(word: str, rest: str, *, has_pin: bool) -> bool:
    """Whether a word behind a sign or a verb that tells a value has digits, and nothing says what it counts."""
    if is_drawn(word):
        return is_phrase(word) or (re.search("[0-9]", word) is not None and _MEMBER.fullmatch(word) is None)
    return has_pin and is_pin(word) and not is_counted(rest)


def is_counted(rest: str) -> bool:
    """Whether what stands behind a number says what it counts."""
    return _COUNTS.match(rest) is not None


_MARK = re.compile("[0-9]|[a-z]-[A-Za-z]")
"""Is in everything that looks drawn."""

_NAMES_NEXT = re.compile(r"[\"'`*]{0,2} ?[:=](?! ?\r?\n)")
_JOINED = re.compile(
    r"[\"'”’`*)\]>]{0,2} ?(?:[(\[<>–—:/（：【=→#-]{1,3}>?|(?:is|was|will be|as|for)(?= )|就?是) ?[\"'“`*(\[]{0,2}"
    r"(?:(?:the|my|your|our|an?|new|old|current|right|correct|我的|你的) ?){0,2}(?:[A-Za-z0-9-]{2,14} ){0,2}"
    r"[A-Za-z0-9_-]{0,24}\Z"
)
_LAST = re.compile(r"[A-Za-z0-9_@#$%^&+*=~!.-]+\Z")


def _is_before(before: str) -> bool:
    """Whether a drawn word stands before a name, with a sign or a verb between."""
    if _MARK.search(before) is None:
        return False
    joint = _JOINED.search(before)
    word = _LAST.search(before, 0, joint.start()) if joint else None
    said = word[0].strip(_EDGES) if word else ""
    is_path = word is not None and before[: word.start()].endswith("/")
    return is_shown(said) or (is_phrase(said) and not is_path) or _is_introduced(before[-_REACH:].rpartition("\n")[2])


def is_shown(word: str) -> bool:
    """Whether it looks drawn, or has several digits and is not a word with a number behind it."""
    return is_drawn_well(word) or _is_long(word)


_JOINT: Final = words("is was as for that this when if")
_JOINT_HAN = re.compile("[是为作当这]")


def _is_introduced(before: str) -> bool:
    """Whether a drawn word stands some words before a name, and one of them joins both."""
    is_joined = False
    for piece in reversed(list(_PIECE.finditer(before))):
        word = piece[0].strip(_EDGES)
        if is_joined and is_shown(word):
            return True
        if word.lower() in ELSEWHERE or not word.isalpha():
            return False
        is_joined = is_joined or word.lower() in _JOINT or _JOINT_HAN.search(word) is not None
    return False


_OF_ONE = re.compile(
    r"(?:[:=→>–—-]|(?<![A-Za-z])(?:has|have|had|got|gets|is|was|are|now|became|and|for [A-Za-z]{1,16})) "
    r"[\"'`*(\[|>«~]{0,3}(?P<value>[A-Za-z0-9][^\s|<>\"'`,;(){}\[\]]{3,127})"
)
_LIST_ENDS = re.compile(r"\n[ \t]*\r?\n|[{}|\\$]")
_NUMBERED = re.compile("(?:[A-Za-z]?[a-z]+|[A-Z]+)[-_]?[0-9]{1,3}|(?:19|20)[0-9]{2}")


def has_one_of_several(behind: str, *, has_pin: bool) -> bool:
    """Whether a list behind the name of several secrets says one of them: ``passwords: staging got tulip7``."""
    listed = _LIST_ENDS.split(behind, 1)[0]
    return any(
        _is_shown(word, listed[match.start("value") + len(word) :], has_pin=has_pin)
        for match in _OF_ONE.finditer(listed)
        if _NUMBERED.fullmatch(word := match["value"].rstrip(_EDGES)) is None
    )
