"""Judges whether a sentence tells the secret that it names: word by word, behind the name or before it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from coze_cassettes.inspection.decoding import APART
from coze_cassettes.inspection.looks import GOES_ON, WORDY, is_drawn, is_drawn_in_chinese, is_known, is_pin
from coze_cassettes.inspection.masking import MASK
from coze_cassettes.inspection.nearby import has_one_of_several, is_near, is_shown
from coze_cassettes.inspection.paragraphs import has_drawn_word
from coze_cassettes.inspection.promises import Promise
from coze_cassettes.inspection.words import words

_REACH: Final = 100
_MOST_WORDS: Final = 9

_TELLING: Final = words(
    "is was be being to equals its it's it’s now still stays remains no again more typed entered becomes became reads"
    " read says wants currently actually : - – — = -> 's ’s"
    " is: was: be: to: equals: now: still:"
)
_JOINING: Final = words(
    """
    is was as for in into when asked the my your our a an right new current old <- should will may can must work
    works be serve serves do used prompted has to that's that’s this it's it’s that still isn't isn’t wasn't wasn’t
    not valid correct could would may might rejected accepted refused asks prompts same it if
    """
)
_DESCRIBING: Final = words(
    """
    length size hash hashed digest algorithm version bits bytes characters chars digits type format name file field
    than least most minimum maximum from_ e.g. i.e. see section rfc python using uses via algorithms count default
    """
)
"""Words behind which a number or a name says something about the secret."""

_WORD = re.compile(
    r"->|<-|(?:[^\s\"“”‘`*(){}\[\]<>|，。；、！？：「」（）【】\u4e00-\u9fff]|(?<=[A-Za-z0-9!@#$%^&])\*(?=[A-Za-z0-9!@#$%^&]))+|:(?=\s)"
)
_END = re.compile(
    rf"(?:[.!?]|;(?! (?:it['’]s|here)))(?=\s|\Z)|[。；！？{MASK}]|\n\s*\n\s*\n|\n(?=[ \t]*[A-Za-z_][\w.-]* ?=)"
)
_TRAILING: Final = ".,:;!?'/"

# --- English --------------------------------------------------------------------------------------------------------


def is_said(text: str, start: int, end: int, promise: Promise) -> bool:
    """Whether the sentence around a name, which stands from start to end, holds what the name promises."""
    if end - start <= _LONGEST_OF_CHANCE and _RUN_BEFORE.fullmatch(text, max(0, start - _RUN), start):
        return False
    is_key, has_pin = promise is Promise.KEY, promise in _HAS_PIN
    if is_near(text, start, end, has_pin=has_pin, is_key=is_key):
        return True
    if is_key or has_drawn_word(text, start, end, has_pin=has_pin):
        return not is_key
    behind = _LEADER.sub(" ", text[end : end + _REACH])
    before = text[max(0, start - _REACH) : start]
    if text[start:end].isascii():
        if not (behind.isascii() and before.isascii()):
            is_beside = _BESIDE_HAN.match(behind) is not None
            if _is_said_in_chinese(behind if is_beside else "", before):
                return True
        ended = _END.search(behind)
        return (
            _is_said_behind(behind[: ended.start()] if ended else behind, promise)
            or _is_said_before(before, promise)
            or _is_below(behind, promise)
            or _is_answered(behind, promise)
            or _is_after_colon(behind, promise)
            or (text[end - 1] in "sS" and has_one_of_several(text[end : end + _FAR], has_pin=has_pin))
        )
    return _is_said_in_chinese(behind, before)


_LONGEST_OF_CHANCE: Final = 4
_RUN: Final = 12
_RUN_BEFORE = re.compile(r"(?=[^+/]*[+/]|[a-z+/]*[A-Z][A-Z+/]*[a-z]|[^0-9]*[0-9])[A-Za-z0-9+/]{12}")
"""Characters of base64, in which a short name stands by chance."""

_HAS_PIN: Final = (Promise.SECRET, Promise.CODE, Promise.TOKEN)
"""Of which digits alone may be the value."""

_ANY_LATIN = re.compile("[A-Za-z0-9]")
_BESIDE_HAN = re.compile("[ :\"'(（：]?[\u4e00-\u9fff]")
_LEADER = re.compile(
    r"\A ?(?:[.·…_]{3,32}|[(（\[][^()（）\[\]\n]{1,24}[)）\]](?=[:：]| )"
    r"|in (?:the|your|my|this)(?: [a-z.-]{2,16}){0,2} file\b) ?"
)
"""Dots that lead to a value, a remark behind a name, or where it stands."""

_ANSWER = re.compile(
    r"(?:,? [A-Za-z0-9'’.-]{1,15}){0,6}(?:\?\s{1,3}|\n(?=[A-Z][a-z]{0,11}: ))(?:[A-Za-z'’]{1,12}[:.]? ){0,2}"
    r"[\"'`*]{0,2}(?P<value>[^\s\"'`*]{4,128})"
)


def _is_answered(behind: str, promise: Promise) -> bool:
    """Whether a question for a secret is answered."""
    answer = _ANSWER.match(behind)
    if answer is None:
        return False
    value = answer["value"].rstrip(_TRAILING)
    return is_drawn(value) or (is_pin(value) and promise in _HAS_PIN)


_AFTER_COLON = re.compile(
    r"(?: [A-Za-z0-9 .'’()-]{0,64})?: (?:(?:it['’]s|got|use|try|type|enter|now|e\.g\.) )?[\"'“`*(\[|>«~]{0,3}"
    r"(?P<value>[A-Za-z0-9][^\s|<>\"'`]{3,127})"
)
_ENTERED = re.compile(
    r"[\"'”’`]?(?: (?:prompt|field|box|screen|page|step|dialog))?,?(?: (?:I|we|you|they|please|just|then))?"
    r"(?: is (?:requested|required|needed|asked(?: for)?))?,?"
    r" (?:type|enter|put|use|uses|used|paste|write|give|answer|try|tried)(?: in)? [\"'“`*(\[|>«~]{0,3}"
    r"(?!(?:[A-Za-z]?[a-z]+|[A-Z]+)[-_]?[0-9]{1,3}(?![A-Za-z0-9!@#$%^&*-]))(?P<value>[A-Za-z0-9][^\s|<>\"'`]{3,127})"
)
"""What one is asked to enter, or has entered, behind a name."""


def _is_after_colon(behind: str, promise: Promise) -> bool:
    """Whether a drawn word stands behind a colon, or a verb, with words between the name and the colon or behind it."""
    match = _AFTER_COLON.match(behind) or _ENTERED.match(behind)
    if match is None:
        return False
    value = match["value"].rstrip(_TRAILING)
    return is_drawn(value) or (is_pin(value) and promise in _HAS_PIN and behind[match.end() :][:1] not in ("%", "-"))


def _words(text: str) -> Iterator[str]:
    for match in islice(_WORD.finditer(text), _MOST_WORDS):
        yield match[0] if match[0].endswith(":") else match[0].rstrip(_TRAILING) or match[0]


def _is_said_behind(clause: str, promise: Promise) -> bool:
    """Whether a word behind a name is drawn: the next one, or one that a verb or a colon tells."""
    if clause[:1] not in (" ", "\t", "'", "’", ",") or clause.startswith(" ="):
        return False
    is_telling, said = True, clause[:1].strip() or " "
    for word in _words(clause):
        small = word.lower()
        if (is_drawn(word) and (is_telling or not _HOST.fullmatch(word))) or (said.strip() and WORDY.fullmatch(word)):
            return is_telling
        if said and is_pin(word) and promise in _HAS_PIN:
            return _is_counted(clause, word)
        if small in _DESCRIBING or not re.fullmatch(
            r"[A-Za-z,:=>'’–—-]+|[a-z]+-[0-9]{1,2}|[a-z]+\.(?:ya?ml|json|toml|env|ini|py|js|ts|md|txt)", word
        ):
            return False
        said = small if small in _TELLING or small.endswith(":") else ""
        is_telling = bool(said)
    return False


_HOST = re.compile("[a-z]{2,8}-[0-9]{1,2}")
"""What a machine is called: ``db-01``."""


def _is_counted(clause: str, number: str) -> bool:
    """Whether nothing behind a number says what it counts."""
    rest = clause[clause.index(number) + len(number) :]
    return (
        re.match(
            rf"[.%/-]?[0-9A-Za-z%]|\s?[位个次天年月日时小分秒种条步元字页章]| (?!(?:{GOES_ON})\b)[a-z]{{2,}}", rest
        )
        is None
    )


_GIVEN_AS = re.compile(
    r"\b(?i:use[sd]?|using|try|tried|enter|type|put|paste|set|with|meant|not) [\"'“‘`*(\[]{0,3}"
    r"(?P<value>\S{4,128}?)[\"'”’`*)\]]{0,3}"
    r"(?: (?:for|as|in|into|under|at|when)(?: [A-Za-z-]{1,12}){0,5} "
    r"|(?: to(?: [a-z]{1,9}){1,4})?[.!,] (?i:the|this|that|your|my) (?:[A-Za-z-]{1,12} ){0,2})\Z"
)
"""A value that one is asked to use as what the name says."""


def _is_said_before(before: str, promise: Promise) -> bool:
    """Whether a drawn word stands before a name, with nothing but words between that join both."""
    given = _GIVEN_AS.search(before)
    if given is not None and (is_drawn(given["value"]) or (is_pin(given["value"]) and promise in _HAS_PIN)):
        return True
    is_joined, others = False, 0
    for word in reversed([match[0] for match in _WORD.finditer(before)]):
        small = word.lower()
        if small in _JOINING:
            is_joined = True
        elif is_joined and (is_drawn(plain := word.strip(_TRAILING)) or (is_pin(plain) and _says_value(before, plain))):
            return True
        elif re.fullmatch("[0-9]?[a-z]+(?:-[a-z]+)?", small) and others < 2 and not is_joined:  # noqa: PLR2004 - words of the name itself
            others += 1
        else:
            return False
    return False


def _says_value(before: str, word: str) -> bool:
    return (
        re.search(
            rf"{word}(?:[\"'”`*]* (?:(?:is|as|was|when|be|isn)\b|<-)|[.,;!] (?i:is )?(?i:this|that|it)\b)", before
        )
        is not None
    )


_ALONE_BELOW = re.compile(
    r"(?P<words>(?:,? [A-Za-z(][A-Za-z0-9'’)-]{0,14}){0,9})(?P<colon>:)?[.!]?\s?\n\s{0,6}"
    r"(?:(?P<fence>```\w*\n)|[>`]+ ?|(?<=\s\s)[*-] )?(?P<value>[!-~]{4,128}?)`{0,3}[ .]?\r?(?:\n|\Z)"
)


def _is_below(behind: str, promise: Promise) -> bool:
    """Whether the line below a name is one drawn word, or digits."""
    match = _ALONE_BELOW.match(behind)
    if match is None:
        return False
    if match["words"] and not (match["colon"] or match["fence"]):
        return is_shown(match["value"])
    return is_drawn(match["value"]) or (is_pin(match["value"]) and promise in _HAS_PIN)


# --- Chinese --------------------------------------------------------------------------------------------------------

_DESCRIBING_HAN = re.compile(
    r"长度|位数|强度|错误|过期|有效|不能|不得|至少|最多|编号|类型|算法|版本|字段|参数|格式|超过|支持|采用|使用|包含|个"
    r"|数[\"']?[:：]|[数用]量|消耗"
)
_HAN_OR_SIGN = re.compile(
    r"[”」』》]?(?:[0-9]{1,2}(?=[:： 是为]))?"
    r"(?:[(（][\u4e00-\u9fff]{1,4}[)）]|[\u4e00-\u9fff\u2460-\u24ff,:【(（\[「“\"'*`> -]"
    r"|(?![。！？”」】）])[^\w\x00-\x7f\ue000]){0,14}(?:\r?\n[\s>`]{0,6})?"
)
_LATIN = re.compile(r"(?:[!@#$%^&~+]|\*(?!\*))?[A-Za-z0-9][A-Za-z0-9@#$%^&*_.+=~/!?-]{3,127}")
_COUNTED = re.compile(r"[A-Za-z]|\s?[位个次天年月日时小分秒种条步元字页章至到]|[-~]")
_JOINED_HAN = re.compile(
    r"[”」`*\"' ]{0,2}(?:(?:设|改|换|定|修改|更改|更换|替换|重置|设置)?(?:为|成)"
    r"|(?:[不还]|已经不?|不?能)?(?:就?是|即|系|作为|做|当[成作]?|用于|用作)|\(|（|=|——?|[,，](?:这?是)?(?=[您你我]的)|[,，]这?是|这个?(?=[\u4e00-\u9fff])"
    r"|(?:填写?|输|录|写|放|粘?贴|复制|配置|设置|存)[到进入在成])"
    r"(?:[我你您他她]?们?的?|(?:[A-Za-z0-9-]{1,12} )?[\u4e00-\u9fffA-Za-z0-9-]{1,14}的)"
    r"[\u4e00-\u9fff]{0,4} ?(?:[A-Za-z-]{2,8} ?)?\Z"
)


_TRIED = re.compile(r"(?:[试输填敲]|输入)[了过](?P<value>[!-+.-~-]{4,128})[,，][\u4e00-\u9fff]{0,6}\Z")
"""What someone tried, before the name of what it was to be."""

_LETTERS = re.compile(
    r"(?:已经?|现在?|就|应该|还|仍|都|我|暂|统一|请|直接|默认|临时|先)?"
    r"(?:[是为叫用写定填]|填写|[改换设变]成|[改换设变]为|重设[成为]|更新[成为]|设置[成为]|即)"
    r"(?:了|是|原来的|旧的)?[“\"'`「【]{0,2}(?P<value>[A-Za-z]{6,40}(?:-[A-Za-z]{3,16}){0,3})"
    r"(?![A-Za-z0-9_(.@-])(?P<rest>.{0,4})"
    r"|(?:[:：] ?|--|——|[【「“])[“\"'`「【]{0,2}(?P<word>[A-Za-z]{6,40}(?:-[A-Za-z]{3,16}){0,3})"
    r"(?![A-Za-z0-9_(.@-])(?P<more>.{0,4})"
)
_USED = re.compile(
    r"\s?(?:加密|解密|算法|格式|类型|方式|字段|参数|生成|存储|保存|编码|登[录陆]|用户|账[号户]|服务|数据|管理|提供|表示|命令|文件|函数|模块|库)"
)


_WORD_BEFORE = re.compile(r"(?<![A-Za-z0-9_.@/-])[A-Za-z]{6,40}(?:-[A-Za-z]{3,16}){0,3}\Z")


def _is_word_in_chinese(behind: str) -> bool:
    """Whether a verb or a sign joins a name with letters that describe nothing."""
    match = _LETTERS.match(behind)
    if match is None:
        return False
    value, rest = match["value"] or match["word"], match["rest"] or match["more"] or ""
    return not is_known(value) and _USED.match(rest) is None


def _is_said_in_chinese(behind: str, before: str) -> bool:
    if _is_word_in_chinese(behind):
        return True
    gap = _HAN_OR_SIGN.match(behind)
    if gap is not None and not _DESCRIBING_HAN.search(gap[0]):
        latin = _LATIN.match(behind, gap.end())
        if (
            latin is not None
            and not _COUNTED.match(behind, latin.end())
            and is_drawn_in_chinese(latin[0].rstrip(".?!/"))
        ):
            return True
    return _is_joined_before(before) if _ANY_LATIN.search(before) else False


def _is_joined_before(before: str) -> bool:
    tried, joint = _TRIED.search(before), _JOINED_HAN.search(before)
    if tried is not None and is_drawn_in_chinese(tried["value"]):
        return True
    if joint is None:
        return False
    word = _WORD_BEFORE.search(before, 0, joint.start())
    if word is not None and re.search("是|作为|当", joint[0]) and not is_known(word[0]):
        return True
    head = re.search(r"[!-+.-~-]{4,128}\Z", before[: joint.start()])
    return head is not None and is_drawn_in_chinese(head[0].lstrip("\"'`*(:,"))


_ABBREVIATED: Final = len("pw")
"""What is short for a password in a sentence too, as ``pass`` is not."""


def any_said(text: str, found: Iterable[tuple[int, int, Promise]]) -> bool:
    """Whether the sentence of one of the names is one that tells."""
    return any(
        (promise is not Promise.SHORT or end - start == _ABBREVIATED or text[start - 1 : start] in ("-", "_"))
        and is_said(*_between_blank_lines(text, start, end), promise)
        for start, end, promise in found
    )


def _between_blank_lines(text: str, start: int, end: int) -> tuple[str, int, int]:
    """What two blank lines end, around a name, and where the name stands there: no sentence goes on over them.

    So are the strings of bytes set apart, in which a short name stands by chance.
    """
    before = text.rfind(APART, max(0, start - _FAR), start)
    behind = text.find(APART, end, end + _FAR)
    low = before + len(APART) if before >= 0 else max(0, start - _FAR)
    return text[low : behind if behind >= 0 else end + _FAR], start - low, end - low


_FAR: Final = 256
"""Characters before and behind a name that are looked at, and more."""
