"""Names with their values in running text: sentences, code, command lines, logs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from coze_cassettes.inspection import names, randomness
from coze_cassettes.inspection.codes import code_for
from coze_cassettes.inspection.described import is_described, is_own_name, stands_for_another
from coze_cassettes.inspection.looks import is_drawn, is_phrase, is_pin
from coze_cassettes.inspection.masking import BEGINNINGS, MASK
from coze_cassettes.inspection.promises import HAN_OPENING, SECRETS, Promise
from coze_cassettes.inspection.words import words

NAME_CHARS: Final = r"A-Za-z0-9_.$\u3400-\u9fff-"
"""What a name is made of, for a character class."""


@dataclass(frozen=True)
class Pair:
    """A name and its value; ``is_quoted`` says that the text marks where the value begins and ends."""

    name: str
    value: str
    is_quoted: bool
    rest: str = ""
    """What follows an unquoted value on its line."""


_HAN_OPENING: Final = HAN_OPENING | words("动态 授权 校验 安全 备用 恢复 激活 取件 鉴权")
_LATIN_CORE: Final = (
    r"[acjkmopstvACJKMOPSTV](?i:"
    r"(?<=p)(?:ass(?:[_ -]?(?:word(?:[_ -]?confirmation)?|wrd|wd|phrase|code))?|wd|swd|sw|sk|w|in"
    r"|(?<![A-Za-z0-9+/].)(?:uk|at)(?![/+])|hrase(?:(?<=recovery phrase)|(?<=seed phrase)|(?<=backup phrase)))"
    r"|(?<=s)(?:ecret(?:[ _-]?id)?|ession[ _-]?id|tring(?<=community[ _-]string))"
    r"|(?<=c)(?:aptcha|redentials?|ookie|ode|onnection[_ -]?string)"
    r"|(?<=t)(?:oken|otp|icket)|(?<=k)ey(?:[_ -]?(?:id|base))?|(?<=j)wt|(?<=v)code|(?<=m)nemonic|(?<=o)tp"
    r"|(?<=[a-z]_[sa])k)s?(?![A-Za-z])"
)
"""The first letter alone lets a search run, what stands behind it is parted by that letter."""

_HAN_CORE: Final = (
    "密码|口令|[密秘私金]钥|权杖|密匙|令牌|验证码|卡密|密保答案|凭[证据]|暗号"
    rf"|(?:{'|'.join(sorted(_HAN_OPENING))})码(?![率流头农])"
)
_CORE = re.compile(
    rf"{_LATIN_CORE}|(?=[密口秘私金权令验凭暗卡{''.join(sorted({word[0] for word in _HAN_OPENING}))}])(?:{_HAN_CORE})"
)
_ASCII_CORE = re.compile(_LATIN_CORE)
"""What a name ends with."""

_HEAD_REVERSED = re.compile(r"(?:[ ]?[A-Za-z0-9_.-]++(?:[ ][A-Za-z0-9_.-]++){0,2})?")
_HAN_HEAD = re.compile("[\u4e00-\u9fff]{2}")
_REACH: Final = 48
_SEPARATOR = re.compile(
    r"(?:[0-9]{1,2}|[_-](?:str|string|value|val|text|old|new|base|[0-9])(?![A-Za-z0-9])"
    r"|[（(][^()（）\n]{1,20}[)）]|\[[0-9]{0,4}\]){0,2}"
    r"(?:\\?[\"'`]|\*\*|[\])]){0,3}[ \t\u3000]{0,24}"
    r"(?:(?P<sign>=>|:=|<-|={1,3}|:|->|→|\?=(?![ \t]*[\r\n])|\|\|(?= ?[\"'`])|\?\?(?= ?[\"'`])|\||\bis\b:?|\bwas\b"
    r"|是:?|为:?|叫|如下:?"
    r"|(?:改|换|变|设|设置|修改|更改|更换|更新|变更|重置|调整|指定)[成为]了?:?)"
    r"[ \t\u3000\n]{0,3}(?:(?:&[A-Za-z]\w{0,32}|!!?[a-z]{1,16}) )?"
    r"|(?P<blank>[ \t]{1,3}|(?=“)))"
    r"(?P<quote>(?:[LbfruU@$]{0,2}(?=[\"'`]))\\?[\"'`]|\\[\"'`]|[“‘「『]|\*\*|)"
)
_CLOSERS: Final = {"“": "”", "‘": "’", "「": "」", "『": "』"}
_TOKEN = re.compile(r"[^\s\"'`<>|，。；、！？“”‘’「」（）\u4e00-\u9fff]{1,512}")
_IN_BRACKETS = re.compile(
    r"[(\[【{](?P<value>(?=[^)\]】}\n]{0,64}?[0-9])[^\s()\[\]{}<>【】\"'`,;]{4,128})[)\]】}](?![A-Za-z0-9_.(\[])"
)
_REST = re.compile(r"[^\n]{0,40}")


@lru_cache(maxsize=2)
def names_in(text: str) -> tuple[tuple[re.Match[str], str, Promise], ...]:
    """The ends of names that promise a secret, each with the whole name and its promise; two readers ask in turn."""
    return tuple(_names_in(text))


def _names_in(text: str) -> Iterator[tuple[re.Match[str], str, Promise]]:
    for match in (_ASCII_CORE if text.isascii() else _CORE).finditer(text):
        head = _HEAD_REVERSED.match(text[max(0, match.start() - _REACH) : match.start()][::-1])
        name = (head[0][::-1] if head else "") + match[0]
        if name == "key" and (han := _HAN_HEAD.fullmatch(text, max(0, match.start() - 2), match.start())) is not None:
            name = han[0] + name
        promise = names.promise_of(name)
        if stands_for_another(text, *match.span(), is_short=promise is Promise.CODE):
            continue
        if promise in SECRETS and promise is not None:
            yield match, name, promise
        elif promise is None and (found := code_for(text, match)) and names.promise_of(found[1]) is Promise.CODE:
            yield *found, Promise.CODE


def named_pairs(text: str) -> Iterator[Pair]:
    """A name that promises a secret and what stands behind it."""
    for match, name, promise in names_in(text):
        gap = _SEPARATOR.match(text, match.end())
        if gap is None or (promise is Promise.SHORT and not _is_beside(gap)):
            continue
        pair = _behind(text, gap, name)
        if gap["sign"] == "|" and gap[0][0] in _QUOTING and pair is not None and pair.value.isalpha():
            continue  # of a choice: "text" | "password" | "textarea"
        if gap["sign"] == "is" and gap[0][0] in _QUOTING and pair is not None and pair.value.isalpha():
            continue  # what a word becomes: ROT13 of "secret" is "frperg"
        if pair is not None and "\n" in gap[0] and _NEXT_SETTING.match(pair.value):
            continue
        if pair is not None and (not gap["blank"] or _is_option(text, match, name) or _is_set_off(pair)):
            yield pair


_NEXT_SETTING = re.compile(
    r"(?=.[A-Za-z0-9_-]*?[._][A-Za-z0-9_-])[A-Za-z_][A-Za-z0-9_-]*+(?:\.[A-Za-z0-9_-]++)*+[=:][^=]"
)
"""A setting of the next line, behind one that is empty: ``jwt.expiration=3600``."""

_QUOTING: Final = ("'", '"')


def _is_beside(gap: re.Match[str]) -> bool:
    """Whether a value stands on the line of its name, in no cell of a table: two letters of noise are soon a name."""
    return gap["sign"] != "|" and "\n" not in gap[0]


_NETRC = re.compile(r"(?:(?:machine|login|account)\s+\S+|default)\s+\Z")


def _is_option(text: str, match: re.Match[str], name: str) -> bool:
    """Whether a blank parts a name from its value: ``--password X``, the lines of a netrc file."""
    if "--" in name or re.search(r"(?:^|\s)--?[a-z-]*\Z", text[max(0, match.start() - _REACH) : match.start()]):
        return True
    before = text[max(0, match.start() - 2 * _REACH) : match.start()]
    return match[0].lower() == "password" and _NETRC.search(before) is not None


def _is_set_off(pair: Pair) -> bool:
    """Whether quotes mark a value that has a digit: ``the password `tulip7```."""
    return (
        pair.is_quoted and re.search("[0-9]", pair.value) is not None and (_is_mixed(pair.value) or _is_pin(pair.value))
    )


def _is_pin(value: str) -> bool:
    """Whether digits are as many as those of a password."""
    return value.isdecimal() and len(value) >= _LEAST


def _behind(text: str, gap: re.Match[str], name: str) -> Pair | None:
    start = gap.end()
    if quote := gap["quote"].lstrip("LbfruU@$"):
        if text.startswith(quote * 2, start):  # three of them: of Python, of Kotlin
            start += 2 * len(quote)
        end = text.find(_CLOSERS.get(quote, quote), start, start + 512)
        value = text[start : max(start, end)]
        return Pair(name, value, is_quoted=True) if value and "\n" not in value else None
    if (inside := _IN_BRACKETS.match(text, start)) is not None:
        return Pair(name, inside["value"], is_quoted=True)
    token = _TOKEN.match(text, start)
    if token is None:
        return None
    value = re.split(
        rf"&(?:amp|quot|apos|lt|gt|#x?[0-9A-Fa-f]{{2,4}})\b|[&;,](?=\s|\Z|[A-Za-z_]+[=:])|(?<={MASK}),|\((?=[0-9]*\Z)",
        token[0],
        maxsplit=1,
    )[0].rstrip(".,;:!?)]}")
    rest = _REST.match(text, start + len(value))
    return Pair(name, value, is_quoted=False, rest=rest[0] if rest else "")


_WORDS: Final = words(
    """
    the a an your my our its this that these in of to for from with and or not no is are was be been by as at on
    if when only must should can may will has have required optional invalid missing expired wrong incorrect
    correct valid empty given provided used needed stored sent set unset reset changed self cls true false none
    null foo bar baz qux spam test testing tests example examples demo dummy fake sample default value string
    password passwd secret token user username admin root guest changeme letmein pass key id name here hunter
    strong weak safe secure long short good same different unique available enough ready hidden protected encrypted
    hashed generated revoked enabled disabled accepted rejected mandatory important confidential unknown public private
    placeholder basic bearer digest authentication keyword operator comment literal identifier number text name
    error requested
    """
)
"""What stands behind a name in running text and code without being a secret."""

_CODE = re.compile(
    r"^\s*(?:def|class|import|from|return|if|for|async|public|private|static|function|var|let|const|func|#include|package|use)\b"
    r"[^\n]*[(:;{]|^\s*@[a-z]\w+|self\.|\bthis\.|[;{]\s*$",
    re.MULTILINE,
)


@lru_cache(maxsize=16)
def _is_code(text: str) -> bool:
    """Whether a text is of a program; asked for each pair in it."""
    return _CODE.search(text) is not None


_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z_.]*[A-Za-z_][0-9]?|[a-z_]+[0-9]{1,2}")
_LEAST: Final = 4
_LEAST_CREDENTIAL: Final = 10


_CUT_ESCAPE = re.compile(
    rf"(?:&?[Ss]tr(?:ing)? ?=)?[{MASK}*`\"'|+>=\s]*"
    r"(?:\\(?:[uUx]?\{?[0-9A-Fa-f]{0,8})|%u?[0-9A-Fa-f]{0,3}|&?#[0-9xX]?[0-9A-Fa-f]{0,5})"
    rf"|[LNuUR]?\\{{1,64}}|\\{{1,8}}[nrt][A-Za-z]*|{MASK}\\{{1,8}}[nrt].*|[^A-Za-z0-9{MASK}]{{0,4}}{MASK}(?:[)\]}}>]|</|[^\x00-\x7f\u3400-\u9fff{MASK}]).*"
)
"""An escape that breaks off where the next piece of a text begins, with a placeholder before it or without; what stands
before a quote with an escape; a placeholder that a line end or a bracket ends, a word on the next line."""

_IN_FORM = re.compile(rf"{MASK}&[A-Za-z_][A-Za-z0-9_.-]*(?:=.*)?")
"""A placeholder and the next field of a form, whose name may go on in the next piece."""

_ESCAPES = re.compile(r"%(?:25)*[0-9A-Fa-f]{2}|%[0-9A-Fa-f]?\Z|&(?:#x?[0-9A-Fa-f]{1,6}|[a-z]{2,6});?")
"""Signs beside a placeholder as a form, or HTML, writes them; the last may break off."""


def is_secret(pair: Pair, text: str) -> bool:
    """Whether what stands behind a name in a text is a secret: a literal, no word, type or expression."""
    value = pair.value.strip()
    if (
        _CUT_ESCAPE.fullmatch(value)
        or _IN_FORM.fullmatch(value)
        or is_described(value)
        or value in BEGINNINGS
        or value.lower() in _WORDS
        or not re.search(r"[0-9A-Za-z]", _ESCAPES.sub("", value) if MASK in value else value)
        or (value.endswith("=") and pair.rest.startswith("..."))
    ):
        return False
    promise = names.promise_of(pair.name)
    if promise in (Promise.CODE, Promise.KEY, Promise.SHORT) and not names.REFUSES[promise](value):
        return False
    if promise in (Promise.CREDENTIAL, Promise.TOKEN):
        return _is_credential(pair, value, text, promise)
    if len(value) < _LEAST:
        return False
    if pair.is_quoted:
        return " " not in value and not _repeats_name(value)
    return not _is_expression(value) and _is_literal(pair, value, text)


def _is_credential(pair: Pair, value: str, text: str, promise: Promise) -> bool:
    """Whether a value under a name that also counts things is drawn, or has digits where nobody writes a program."""
    if _is_expression(value):
        return False
    if len(value) >= _LEAST_CREDENTIAL and _is_drawn(value):
        return True
    is_likely = (
        is_phrase(value)
        or (is_drawn(value) and re.search("[0-9]", value) is not None)
        or (promise is Promise.TOKEN and is_pin(value))
    )
    return is_likely and (pair.is_quoted or not _is_code(text))


def _is_literal(pair: Pair, value: str, text: str) -> bool:
    """Whether an unquoted value is meant as it stands: in code a word is a variable."""
    if value.isdecimal() or is_phrase(value):
        return True
    if len(value) >= _LONG and randomness.mixes_cases(value):
        return True
    if _is_mixed(value):
        return _IDENTIFIER.fullmatch(value) is None or not _is_code(text)
    is_cell = not pair.name.isascii() and pair.rest.lstrip().startswith("|")
    return not _repeats_name(value) and (is_cell or _ENDS.match(pair.rest) is not None) and not _is_code(text)


_LONG: Final = 20


def _is_drawn(value: str) -> bool:
    """Letters with digits or signs among them; of a long one large and small letters in no order are enough."""
    return _is_mixed(value) or (len(value) >= _LONG and randomness.mixes_cases(value) and not _HUMPS.fullmatch(value))


_HUMPS = re.compile(r"[a-z]+(?:[A-Z][a-z]{2,}){1,3}(?:[A-Z][a-z]+)?(?:[A-Z][a-z]{2,})*")
"""A name of several words: ``filterDropdownMenuBg``."""


def _is_mixed(value: str) -> bool:
    """Letters with digits among them, or with signs that no word has."""
    return re.search("[A-Za-z]", value) is not None and re.search("[0-9!@#$^&*+=~?]", value) is not None


_EXPRESSION = re.compile(
    r"[(){}\[\]<>]|\A[$%@&*]|\A[A-Za-z_]+\.[A-Za-z_.]+\Z|\A[a-z_]+(?:\.[A-Za-z_][A-Za-z0-9_]*){2,}\Z|::"
    r"|\A[A-Z][A-Z0-9]*_[A-Z0-9_]+\Z|\\n|/\*|//|\.\.\.|\A\.{1,2}/"
)


def _is_expression(value: str) -> bool:
    return _EXPRESSION.search(value) is not None


_NAME_WORD = re.compile(r"(?i)pass|secret|token|key|cred|auth|str\Z|string|bytes|field|type|config|option|value")


_SNAKE_CASE = re.compile(r"[a-z]+(?:_[a-z0-9]+)+")


def _repeats_name(value: str) -> bool:
    """Whether a value is made of the words of names and types, as a variable is."""
    if is_phrase(value):
        return False
    plain = value.replace("-", "_")
    is_name = _IDENTIFIER.fullmatch(plain) is not None or _SNAKE_CASE.fullmatch(plain) is not None
    return is_name and _NAME_WORD.search(value) is not None


_ENDS = re.compile(
    r"\s*(?:\Z|[.,;!。，；！、)）】」]|\((?=[\u4e00-\u9fff])|[\u4e00-\u9fff])"
    r"|[ \t]{1,2}(?:[A-Za-z_][A-Za-z0-9_.]{0,63}=\S|--[a-z])"
)
"""What follows a word that stands alone: an end, or the next field of a log, and not more words of a sentence."""


def is_dummy(pair: Pair) -> bool:
    """Whether a value only stands for one, or describes it."""
    value = pair.value.strip().lower()
    is_cut = _CUT_ESCAPE.fullmatch(value) is not None
    return is_cut or is_described(pair.value) or value in _WORDS or is_own_name(value, pair.name)


# --- escapes that go on elsewhere -----------------------------------------------------------------------------------

_CUT_OFF = re.compile(r"(?:%[0-9A-Fa-f]?|\\[uUx]?\{?[0-9A-Fa-f]{0,8})\Z")
_ENTITY = re.compile(r"&(?:#x?[0-9A-Fa-f]{1,6}|[a-z]{2,6});")
_WRITTEN = re.compile(r"(?:%(?:25)*[0-9A-Fa-f]{2}){1,16}")


def without_escapes(text: str) -> str:
    """A text without the escape that breaks off at its end; others, which are no words, are blanks."""
    cut = _CUT_OFF.search(text, max(0, len(text) - _LONGEST_ESCAPE))
    text = text if cut is None else text[: cut.start()]
    text = _ENTITY.sub(" ", text) if "&" in text else text
    return _WRITTEN.sub(" ", text) if "%" in text and len(text) <= _LONGEST_FORM else text


_LONGEST_ESCAPE: Final = 11
_LONGEST_FORM: Final = 4096
"""Characters of a text that may be a part of a form; a longer one is read as it is."""
