"""Finds secrets that a sentence says with words before the value, or with the value first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from coze_cassettes.scrubbing.looks import DIGITS, KNOWN, MIXED, PHRASE, PHRASED, VALUE, WORDY
from coze_cassettes.scrubbing.nearby import INSIDE, literal_behind, value_before, value_behind, value_below
from coze_cassettes.scrubbing.paragraphs import Drawn
from coze_cassettes.scrubbing.rules.secret_names import HAN_OPENING
from coze_cassettes.scrubbing.syntaxes import NamedValue

_OPEN: Final = r"[\"'“‘`*(\[|>«~《]{0,3}"

# --- English --------------------------------------------------------------------------------------------------------

_FUNCTION: Final = (
    r"(?i:is|are|was|the|my|your|our|an?|as|for|right|new|old|current|when|asked|in|into|to|of|with|and|this|that|it|or"
    r"|use|if|under|at|by|on|from|then|type|enter) "
)
_PASSING: Final = "|".join(
    rf"(?<=\b{word} pass)"
    for word in (
        *("admin", "root", "user", "login", "wifi", "guest", "sudo", "router", "hotspot", "portal", "db", "app"),
        *("mail", "ftp", "ssh", "vpn", "smtp", "redis", "mysql"),
    )
)
"""Words before ``pass`` that make a password of it, where a blank parts them."""

_CORE = re.compile(
    r"(?=[ackjopstACKJOPST])(?i:pass ?(?:word|phrase|code)|passwd|pwd|pin|otp|key(?:[ _-]?(?:id|base))?|code|token"
    r"|secret(?:[ _-]?id)?|string(?<=community[ _-]string)|credentials?"
    r"|session[ _-]?id|cookie|connection[ _-]?string|password[ _-]?confirmation"
    r"|(?<=[a-z][_-])(?:pass|sk|ak)|(?<![A-Za-z0-9+/])(?:psk|puk|pat|jwt|pw)(?![/+])"
    rf"|(?:{'|'.join(f'(?<={word})' for word in ('root', 'bind', 'user', 'admin', 'smtp', 'mail'))})pw"
    r"|phrase(?:(?<=recovery[ _]phrase)|(?<=seed[ _]phrase)|(?<=backup[ _]phrase))"
    rf"|pass(?:{_PASSING}))"
    r"s?(?![A-Za-z0-9]|_(?!__))"
)
_HEAD = re.compile(
    rf"(?<![A-Za-z0-9_])(?:(?!{_FUNCTION})\d?[A-Za-z][A-Za-z0-9-]{{1,15}}[ _]){{0,2}}(?!{_FUNCTION})"
    r"[A-Za-z0-9_-]{0,24}\Z"
)
_LONGEST_HEAD: Final = 56
_REMARK: Final = r"(?: ?[(（\[][^()（）\[\]\n]{1,24}[)）\]])?"
"""What a text says of a name before it tells the value: ``(case sensitive)``."""

_COUNTS: Final = r"(?!(?:length|size|policy|count|version|hash|type|name|id|number|bits?|rounds?)\b)"
_WORDS_OF_NAME: Final = rf"(?: {_COUNTS}[A-Za-z][A-Za-z'’-]{{0,14}}(?:\.[a-z]{{1,5}}(?![a-z]))?)"
_TELLS: Final = (
    r"(?:['’]s|(?:,? (?:which |it )?(?:(?i:is|was|be|being|to|equals|its|now|still|stays|remains|typed|entered)"
    r"|(?i:becomes|became"
    r"|reads?|says|wants)"
    r"|it['’]s)){1,2}:?|:| (?:[=–—-]|->|<=))[ ](?:(?:it(?:['’]s| is)"
    r"|got|use|try|type|enter|now|currently|actually|e\.g\.) )?"
)
_APART: Final = rf"{_REMARK}(?:[ \t]{{1,24}}(?:n[or]\.? |once more |again )?|[ ]?[.·_]{{3,32}}[ ]?)"
_ANY_WORDS: Final = r"(?:,? (?:[A-Za-z(][A-Za-z0-9'’-]{0,14}(?:\.[A-Za-z0-9-]{1,15}){0,3}|\d{1,4}(?=[ \n]))){0,9}?"
_LINE_ENDS: Final = r"`{0,3}[ .!）)]{0,2}\r?(?=\n|\Z)"
_ENTERED: Final = (
    r"[\"'”’`]?(?: (?:prompt|field|box|screen|page|step|dialog))?,?(?: (?:I|we|you|they|please|just|then))?"
    r"(?: is (?:requested|required|needed|asked(?: for)?))?,?"
    r" (?:type|enter|put|use[ds]?|paste|write|give|answer|try|tried)"
    r"(?: in)?"
)
_CHANGED: Final = r"(?:(?: (?:was|is|got|has been))? (?:changed|rotated|updated|reset):?)?(?: from)?"
_NOT_NUMBERED: Final = r"(?!(?:[A-Za-z]?[a-z]+|[A-Z]+)[-_]?\d{1,3}(?![A-Za-z0-9_!@#$%^&*-]))"
"""What one is asked to enter behind a name, what was there before; not a word with a number."""

_ANSWERED: Final = r"(?:\?[ \n]{1,3}|\n(?=[A-Z][a-z]{0,11}: ))(?:[A-Za-z'’]{1,12}[:.]? ){0,2}"

_PHRASE_ENDS: Final = r"[\"'”’`*)\]]{0,3}(?:[.,;:!?](?=\s|\Z)|[ \t]*(?:\r?\n|\Z)| [A-Za-z]{2,16}=)"
"""What stands behind words with hyphens that are a value, and not the next word of a sentence."""

_BEHIND_NAME: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_REMARK}{_ANY_WORDS}{_TELLS}{_OPEN}(?P<value>{VALUE})",
        rf"{_REMARK}(?:,?{_WORDS_OF_NAME}){{0,6}}?:[ ]{_OPEN}(?P<value>{DIGITS})",
        rf"{_ENTERED} {_OPEN}(?P<value>{_NOT_NUMBERED}{VALUE}|{DIGITS})",
        rf"{_CHANGED} \S{{4,64}} (?:->|=>|→) {_OPEN}(?P<value>{VALUE}|{DIGITS})",
        rf" from \S{{4,64}} to {_OPEN}(?P<value>{VALUE}|{DIGITS})",
        rf"{_ANY_WORDS}{_ANSWERED}{_OPEN}(?P<value>{VALUE}|{DIGITS})",
        rf"{_REMARK}(?:,?{_WORDS_OF_NAME}){{0,4}}?{_TELLS}{_OPEN}(?P<value>{DIGITS})",
        rf"{_REMARK}{_WORDS_OF_NAME}{{0,2}}?{_TELLS}{_OPEN}(?P<value>{WORDY})",
        rf"{_APART}{_OPEN}(?:it['’]s )?(?P<value>{MIXED})",
        rf"{_APART}{_OPEN}(?P<value>{PHRASE})(?={_PHRASE_ENDS})",
        rf"{_APART}{_OPEN}(?P<value>{DIGITS})",
        rf"[:]?[ ]?\r?\n(?:\r?\n)?[ ]{{0,4}}(?:[>`]{{0,3}}[ ]?|[ ]{{2,4}}[*-][ ])(?P<value>{VALUE}){_LINE_ENDS}",
    )
)
_BEHIND_WITHOUT_DIGIT: Final = tuple(pattern for pattern in _BEHIND_NAME if WORDY in pattern.pattern)
_OF_SEVERAL = re.compile(
    rf"(?:[:=→>–—-]|(?<![A-Za-z])(?:has|have|had|got|gets|is|was|are|now|became|and|for [A-Za-z]{{1,16}})) {_OPEN}"
    rf"(?P<value>(?!(?:19|20)\d\d(?!\d)){_NOT_NUMBERED}(?:{VALUE}|{DIGITS}))"
)
_LIST_ENDS = re.compile(r"\n[ \t]*\r?\n|[{}|\\$]")
_OF_WHAT = re.compile(r" (?:for|of|to) (?:the|my|our|your|this) (?P<what>[a-z]{3,12})(?![A-Za-z])")
"""What a list says of each of several secrets; what a code opens: ``the code for the gate``."""

_FARTHEST: Final = 256
"""Characters between a name and what its value is known by, at most."""

_USED_AS = re.compile(
    r"(?<![A-Za-z0-9_])"
    rf"(?i:use[sd]?|using|try|tried|enter|type|put|paste|set|with|meant|not) {_OPEN}(?P<value>{VALUE}|\d{{4,12}})"
    r"[\"'”’`*]{0,2}(?: (?:for|as|in|into|under|at|when)(?: [a-z]{1,9}){0,3}[ ]"
    r"|(?: to(?: [a-z]{1,9}){1,4})?[.!] (?:The|This|That|Your) |, (?:the|my|your) )[\"'“‘`]?\Z"
)
_JOINT: Final = (
    r"(?:(?:,(?= is\b))? (?:(?:is|was|does|did|could|would|should)(?:n['’]t)?|be|being|will|may|might|can"
    r"|must|has to|used to|not|still|as|for|in|into|when|if|the|my|your|our|an?|right|valid|correct|wrong|new|current"
    r"|old|same|it|asked|asks|prompted|prompts|rejected|accepted|refused|used|works?|serves?|do|<-|this|that)){1,8}[ ]"
    r"|[.,;!–—-]{1,2} ?(?:[Tt]his|[Tt]hat|[Ii]t)(?:['’]s| is| was)(?: (?:still|now))? (?:the|my|your|our|an?)"
    r"(?: (?:right|new|current|old))?[ ]"
)
"""How a sentence goes on from a value to its name: with words that join both, or with the next sentence."""

_BEFORE_NAME: Final = (
    *(
        re.compile(rf"(?<![A-Za-z0-9_@#$%^&*+=~./-])(?P<value>{value})[\"'”’`*]{{0,2}}(?:{_JOINT})\Z")
        for value in (VALUE, DIGITS.split("(?!", maxsplit=1)[0])
    ),
    _USED_AS,
)
"""Behind a name a verb or a colon tells the value, or nothing is between; before one it is what the name is of."""

# --- Chinese --------------------------------------------------------------------------------------------------------

_HAN_NAME = re.compile(
    r"(?:密码|口令|[密秘私金]钥|权杖|密匙|令牌|暗号|卡密|密保答案|凭[证据]"
    rf"|(?:验证|校验|动态|授权|安全|备用|恢复|激活|提取|取件|鉴权|PIN|{HAN_OPENING})码(?![率流头农]))"
)
_OTHER: Final = (
    r"长度|位数|强度|错误|过期|有效|不能|不得|至少|最多|编号|类型|算法|版本|字段|参数|格式|超过|支持|采用|使用|包含|个"
    r"|数[\"']?[:：]|[数用]量"
)
_HAN_GAP: Final = (
    rf"(?:[0-9]{{1,2}}(?=[:： 是为]))?"
    rf"(?:(?!{_OTHER})[\u4e00-\u9fff,、:\u2460-\u24ff]|[（(][\u4e00-\u9fff]{{1,4}}[)）]|-{{1,3}}(?!\d)|_{{1,32}}| "
    r"|(?![“”‘’「」『』【】《》（）。！？])[^\w\x00-\x7f]){0,12}?"
)
_UNIT: Final = r"(?![A-Za-z0-9]|\s?[位个次天年月日时小分秒种条步元字页章]|[-~至到])"
_HAN_VALUE: Final = (
    rf"(?P<value>{PHRASE}|(?!{KNOWN})(?=[A-Za-z!?@#$%^&*_.+=~/-]{{0,40}}\d)(?:[!@#$%^&~+]|\*(?!\*))?"
    r"[A-Za-z0-9](?:[A-Za-z0-9@#$%^&*_.+=~/-]|[!?](?=[A-Za-z0-9])){2,126}[A-Za-z0-9])"
)
_BEHIND_HAN: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"[”」』》*`\"']{{0,2}}{_HAN_GAP}[【（(\[「“\"'`*《<]{{0,2}}{_HAN_VALUE}{_UNIT}",
        rf"[:：]?[ ]?\r?\n(?:\r?\n)?[>` ]{{0,3}}{_HAN_VALUE}{_UNIT}",
        rf"[\u4e00-\u9fff]{{0,6}}[?？]\s{{0,2}}(?:[\u4e00-\u9fff]{{1,4}}[:：]?\s?)?{_HAN_VALUE}{_UNIT}",
        rf"[从由][!-~]{{4,64}}(?:改|换|变|更新|调整)[为成]了?{_HAN_VALUE}{_UNIT}",
        rf"(?:错误|不[对行]|不正确|失[败效]|无效|过期)了?[,，][\u4e00-\u9fff]{{1,8}}{_HAN_VALUE}{_UNIT}",
    )
)
_OWNED: Final = (
    r"(?:[我你您他她][们]?的?|(?:[A-Za-z0-9-]{1,12} )?[\u4e00-\u9fffA-Za-z0-9-]{1,14}的)?"
    r"[\u4e00-\u9fff]{0,4}[ ]?(?:[A-Za-z-]{2,8}[ ]?)?"
)
_JOINTS_HAN: Final = (
    r"(?:(?:不|已经?不?|还|不?能|可以)?(?:(?:设|改|换|定|修改|更改|更换|替换|重置|设置)?(?:为|成)|就?是|即|系|作为|做|当[成作]?"
    r"|用[于作])|[（(]|=|——?|[,，](?:这?是)?(?=[您你我]的)|[,，]这?是|这个?(?=[\u4e00-\u9fff])"
    r"|(?:填写?|输|录|写|放|粘?贴|复制|配置|设置|存)[到进入在成])"
)
_FAR_JOINTS_HAN: Final = r"[\u4e00-\u9fff]{1,6}?(?:是|作为|当作?|用作|做成?|[为成])"
_NO_WORD: Final = rf"{_NOT_NUMBERED}(?!\d+(?![A-Za-z0-9]))"
_BEFORE_HAN: Final = (
    re.compile(rf"(?:[试输填敲][了过]|输入[了过]){_HAN_VALUE}[,，][\u4e00-\u9fff]{{0,6}}\Z"),
    *(
        re.compile(rf"(?<![A-Za-z0-9_@#$%^&*+=~./-]){value}[!#$%^&*+=~]{{0,2}}[”」`*\"' ]{{0,2}}(?:{joints}){_OWNED}\Z")
        for value, joints in ((_HAN_VALUE, _JOINTS_HAN), (_NO_WORD + _HAN_VALUE, _FAR_JOINTS_HAN))
    ),
)
_LETTERS: Final = (
    rf"(?!(?!{PHRASE})[A-Za-z-]{{0,40}}(?i:pass|key|auth|type|name))(?!(?i:encrypted|hashed|masked|required|optional|invalid|valid|empty|missing|string|integer|varchar|password|passwd|token"
    r"|secret|default|unicode|windows|github|oauth|bearer|bcrypt|scrypt|argon|keycloak|oracle|mysql|android|https?|openssl)"
    r"(?![A-Za-z-]))(?P<value>[A-Za-z]{6,40}(?:-[A-Za-z]{3,16}){0,3}|[a-z]{3,16}(?:-[a-z]{3,16}){1,3})(?![A-Za-z0-9_(.@-])"
    r"(?!\s?(?:加密|解密|算法|格式|类型|方式|字段|参数|生成|存储|保存|编码|登[录陆]|用户|账[号户]|服务|数据|管理|提供|表示|命令|文件|函数|模块|库))"
)
_HAN_VERB: Final = (
    r"(?:已经?|现在?|就|应该|还|仍|都|我|暂|统一|请|直接|默认|临时|先)?"
    r"(?:是|为|叫|改[成为]|换[成为]|设[成为]|重设[成为]|更新[成为]|变[成为]|用|填写?|写|定|设置[成为]|即)(?:了|是|原来的|旧的)?"
)
_BEHIND_PASSWORD: Final = re.compile(
    rf"(?:{_HAN_VERB}[: ]{{0,2}}|: ?|-{{2}}|——|(?=[【「“]))[“\"'`「【]{{0,2}}{_LETTERS}"
)
_BEFORE_PASSWORD = re.compile(
    rf"(?<![A-Za-z0-9_.@/-]){_LETTERS}[”」`*\"' ]{{0,2}}(?:就?是|作为|当)"
    r"(?:[我你您他她][们]?的?)?[\u4e00-\u9fff]{0,4}\Z"
)
_REACH: Final = 96
_NEAR: Final = 40
"""Characters between a Chinese name and the end of its value, at most, and some more."""

_LATIN = re.compile("[A-Za-z0-9]")
_HAS_DIGIT = re.compile(r"\d")
_HAS_VALUE = re.compile(rf"\d|{PHRASED}")


def sentence_values(text: str) -> Iterator[NamedValue]:
    """The secrets of a text that its sentences tell, in no order."""
    is_ascii = text.isascii()
    drawn = Drawn(text)
    for core in _CORE.finditer(text):
        start, end = core.span()
        head = (None if is_ascii else _HAN_HEAD.search(text, max(0, start - _HAN_BEFORE_KEY), start)) or _HEAD.search(
            text, max(0, start - _LONGEST_HEAD), start
        )
        name = (head.start() if head else start, end)
        yield from _beside(text, core, name, drawn)
        if not is_ascii and _HAN_BESIDE.match(text, end):
            yield from _around(text, name, _BEHIND_HAN, ())
        if not is_ascii and _HAN_BEFORE.search(text, max(0, name[0] - 2), name[0]):
            yield from _around(text, name, (), _BEFORE_HAN)
    for han in () if is_ascii else _HAN_NAME.finditer(text):
        start, end = han.span()
        behind = _BEHIND_HAN if _LATIN.search(text, end, end + _NEAR) else ()
        before = _BEFORE_HAN if _LATIN.search(text, max(0, start - _NEAR), start) else ()
        yield from _around(text, (start, end), behind, before)
        if behind or before:
            yield from _letters_around(text, start, end)
            yield from _nearby(text, (start, end), drawn)


def _beside(text: str, core: re.Match[str], name: tuple[int, int], drawn: Drawn) -> Iterator[NamedValue]:
    """What stands behind a name or before it, as far as it is written in English."""
    start, end = name
    is_before_value = _HAS_VALUE.search(text, end, end + _FARTHEST) is not None
    is_behind_value = _HAS_VALUE.search(text, max(0, core.start() - _REACH), core.start()) is not None
    behind = _BEHIND_NAME if is_before_value else _BEHIND_WITHOUT_DIGIT
    before = _BEFORE_NAME if is_behind_value else ()
    yield from _around(text, name, behind, before)
    if is_before_value and text[end - 1] in "sS":
        yield from _of_several(text, start, end)
    if is_before_value or is_behind_value:
        for alias, last in _aliases(text, core, start):
            yield from (replace(found, name=alias) for found in _around(text, (start, last), behind, before))
        yield from _nearby(text, name, drawn)


_OPENS = re.compile(
    r"(?i:(?<![A-Za-z])(?:unlock|open|dial|enter|disarm|alarm|door|gate|lock|safe|garage|verif|log[ -]?in|sign[ -]?in"
    r"|confirm))"
)
_BREAK = re.compile(r"[.!?;\n](?:\s|\Z)")


def _aliases(text: str, core: re.Match[str], start: int) -> Iterator[tuple[str, int]]:
    """What else a name that begins at a place says, and where it ends: a code that opens something, of some thing."""
    if (what := _OF_WHAT.match(text, core.end())) is not None:
        yield f"{what['what']} {core[0]}", what.end()
    if core[0].lower() == "code" and start == core.start() and text[start - 1 : start] not in ("<", "/"):
        before = _BREAK.split(text[max(0, start - _NEAR) : start])[-1]
        if _OPENS.search(before + _BREAK.split(text[core.end() : core.end() + _NEAR])[0]):
            yield "access code", core.end()


_HAN_HEAD = re.compile("[\u4e00-\u9fff]{2}\\Z")
_HAN_BEFORE_KEY: Final = 2
"""What a Chinese text writes before a name in Latin letters: ``加密key``."""

_HAN_BESIDE = re.compile("[ :\"'(]?[\u4e00-\u9fff]")
_HAN_BEFORE = re.compile("[\u4e00-\u9fff][ :\"'(]?\\Z")


def _nearby(text: str, name: tuple[int, int], drawn: Drawn) -> Iterator[NamedValue]:
    """A value that looks drawn, a few words behind the name or a sign before it."""
    start, end = name
    if INSIDE.match(text, end):
        return
    spans = (value_behind(text, end), value_before(text, start, end), literal_behind(text, end), value_below(text, end))
    for span in filter(None, spans):
        yield NamedValue(text[start:end], *span, is_quoted=True)
    for span in drawn.around(start, end):
        if span not in spans:
            yield NamedValue(text[start:end], *span, is_quoted=True, is_far=True)


def _of_several(text: str, start: int, end: int) -> Iterator[NamedValue]:
    """The values that a list behind the name of several secrets has: ``passwords: staging got tulip7``."""
    last = _LIST_ENDS.search(text, end, end + _FARTHEST)
    for match in _OF_SEVERAL.finditer(text, end, last.start() if last else end + _FARTHEST):
        yield NamedValue(text[start:end], *match.span("value"), is_quoted=False, is_word=True)


def _letters_around(text: str, start: int, end: int) -> Iterator[NamedValue]:
    """A value of letters only beside a Chinese name, which a verb or a sign joins to it."""
    behind, before = _BEHIND_PASSWORD.match(text, end), _BEFORE_PASSWORD.search(text, max(0, start - _REACH), start)
    for match in filter(None, (behind, before)):
        yield NamedValue(text[start:end], *match.span("value"), is_quoted=True)


def _around(
    text: str, name: tuple[int, int], behind: Sequence[re.Pattern[str]], before: Sequence[re.Pattern[str]]
) -> Iterator[NamedValue]:
    """The value behind a name and the one before it."""
    start, end = name
    found = [pattern.match(text, end) for pattern in behind]
    found += [pattern.search(text, max(0, start - _REACH), start) for pattern in before]
    for match in filter(None, found):
        first, last = match.span("value")
        last = first + len(text[first:last].rstrip(".?!,/"))
        yield NamedValue(
            text[start:end], first, last, is_quoted=False, is_word=not _HAS_DIGIT.search(text, first, last)
        )
