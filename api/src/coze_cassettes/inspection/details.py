"""Finds what a text says of a person behind a word that asks for it, whatever signs or verbs are between."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from coze_cassettes.inspection import names
from coze_cassettes.inspection.prose import Pair


@dataclass(frozen=True)
class _Detail:
    """How a detail of a person looks, what asks for it, and the name of a field that does.

    ``words`` stand in each label; ``head`` must end what is before one, ``tail`` goes on behind it.
    """

    name: str
    looks: re.Pattern[str]
    words: str
    head: re.Pattern[str] | None = None
    tail: re.Pattern[str] = re.compile("")


_MONTHS: Final = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|[A-Z][a-z]{2}\.?)"
)
_ROLES: Final = (
    "联系|收件|收货|寄件|发件|申请|经办|办理|负责|代表|入住|投保|被保险|就诊|开户|持卡|预订|预约|签收|报名|监护|借款|担保"
    "|受益|委托|代理|领取|取件|承租|出租|付款|收款|汇款"
)
_WORD_OF_NAME: Final = (
    "full|applicant|passenger|guest|insured|holder|recipient|contact|employee|patient|student|parent|signer|by|first|last"
    "|customer|shipping|billing|beneficiary|buyer|tenant|real|legal|given|family|sur"
)
_NO_LETTER: Final = "(?![A-Za-z0-9])"
_DATE = re.compile(
    r"(?:(?:19|20)[0-9]{2}(?:(?P<gap>[-./])[0-9]{1,2}(?P=gap)[0-9]{1,2}|年[0-9]{1,2}月(?:[0-9]{1,2}[日号])?"
    r"|(?:0[1-9]|1[0-2])[0-3][0-9])|[0-9]{1,2}(?P<sign>[-./])[0-9]{1,2}(?P=sign)(?:19|20)[0-9]{2}"
    rf"|{_MONTHS} [0-9]{{1,2}}[a-z]{{0,2}},? (?:19|20)[0-9]{{2}}"
    rf"|[0-9]{{1,2}}[a-z]{{0,2}} {_MONTHS},? (?:19|20)[0-9]{{2}})(?![0-9])"
)
_TRAVEL = re.compile(rf"[A-Z]{{1,2}}[0-9]{{7,8}}{_NO_LETTER}")
_ACCOUNT = re.compile(rf"[1-9][0-9]{{4,10}}{_NO_LETTER}")
_EQUIPMENT = re.compile("[0-9]{15}(?:[0-9]{1,2})?(?![0-9A-Za-z])")
_HANDLE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{5,19}(?<=[A-Za-z0-9])(?![A-Za-z0-9_.-])")
_FULL_NAME = re.compile(
    r"[A-Z][a-z]+(?: [A-Z][A-Za-z'’.-]*){1,3}|[\u4e00-\u9fff]{2,6}·[\u4e00-\u9fff]{2,6}"
    r"|(?P<han>(?:欧阳|司马|上官|诸葛|皇甫|令狐|慕容|司徒|夏侯|尉迟|东方)?[\u4e00-\u9fff]{2,3})(?:(?![\u4e00-\u9fff])|(?=吧|就|了|请))"
)
_HOME = re.compile(
    r"[0-9]{1,6}[A-Za-z]?(?:-[0-9]{1,4})? [A-Z][A-Za-z.'’-]{0,24}(?: [A-Za-z.'’-]{1,24}){1,6}"
    r"|(?=[\u4e00-\u9fff0-9A-Za-z-]{2,24}?[省市区县州盟旗镇乡村路街道巷弄号楼])[\u4e00-\u9fff]{2}[\u4e00-\u9fffA-Za-z0-9·-]{2,60}"
)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
    r" ?[A-Z][ .\u00b7\u2022-]?(?=[A-Z]{0,5}[0-9])[A-Z0-9]{4,6}"
)
_NUMBER = re.compile(rf"(?:号码|编号|号|账号|(?i:id)|(?i:[ _]?(?:number|num|no\.?|id|account))?{_NO_LETTER}|)")
_DAY_OF_BIRTH = re.compile("日期|年月日|年月|日|时间|(?i:[ _]?da(?:y|te))|")
_DETAILS: Final = (
    _Detail("birthday", _DATE, "生日 出生 生于 birth dob born", tail=_DAY_OF_BIRTH),
    _Detail("passport", _TRAVEL, "护照 通行证 回乡证 台胞证 passport permit", tail=_NUMBER),
    _Detail("qq", _ACCOUNT, "qq 企鹅 扣扣", tail=_NUMBER),
    _Detail("wechat", _HANDLE, "微信 wechat weixin", tail=_NUMBER),
    _Detail("imei", _EQUIPMENT, "imei imsi", tail=_NUMBER),
    _Detail("license plate", _PLATE, "车牌 号牌 plate car", tail=_NUMBER),
    _Detail(
        "real_name",
        _FULL_NAME,
        "姓名 名字叫 本名 全名 户名 户主 车主 业主 法人 cardholder recipient applicant consignee",
    ),
    _Detail("real_name", _FULL_NAME, "人", head=re.compile(rf"(?:{_ROLES})\Z")),
    _Detail("real_name", _FULL_NAME, "person", head=re.compile(r"(?i:contact)[ _-]?\Z")),
    _Detail("real_name", _FULL_NAME, "contact", head=re.compile(r"(?i:emergency)[ _-]?\Z")),
    _Detail("real_name", _FULL_NAME, "name", head=re.compile(rf"(?i:{_WORD_OF_NAME})[ _-]?\Z")),
    _Detail(
        "home_address", _HOME, "地址 住址 住所 居住地 所在地 address residence", tail=re.compile("(?: line [0-9])?")
    ),
)

_BETWEEN = re.compile(
    r"(?:[\s:：=|｜→>*\"'“”‘’「」『』【】《》\[\](（)）<`~,，;；\\•–—-]|</?[a-z][^<>\n]{0,48}>|（[\u4e00-\u9fff]{1,6}）"
    r"|(?:已经?|现在?|就|应该|还)?"
    r"(?:是|为|叫|改[成为]|变更为|更[改新换][成为]|换成|设[成为]|[记登]记?[成为]|填写?|写|如下)(?:了|是)?"
    r"|(?<![A-Za-z])(?:of the [a-z]{1,12}|we have|you gave|is|was|are|to|on file|on|now|still|changed|has been"
    r"|becomes|at)"
    r"(?![A-Za-z])){0,10}"
)
"""What may stand between a label and its value."""


def details_in(text: str) -> Iterator[Pair]:
    """What looks like a detail of a person and stands behind a label that asks for it."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = text
    for detail in _DETAILS:
        for word in detail.words.split():
            yield from (Pair(detail.name, value, is_quoted=True) for value in _behind(text, lower, detail, word))


def _behind(text: str, lower: str, detail: _Detail, word: str) -> Iterator[str]:
    """What stands behind a word, with nothing but signs and verbs between, and looks like what it asks for."""
    end = 0
    while (start := lower.find(word, end)) >= 0:
        end = start + len(word)
        tail = detail.tail.match(text, end)
        last = tail.end() if tail else end
        between = _BETWEEN.match(text, last)
        value = detail.looks.match(text, between.end()) if between else None
        if value is None or (detail.looks in _PROSE and (value.start() == last or text[last] in ",，")):
            continue
        if detail.looks in _PROSE and text[value.end() : value.end() + 1] in _COLONS:
            continue  # the label of the next value
        if detail.head is not None and not detail.head.search(text, max(0, start - _HEAD), start):
            continue
        if _is_likely(detail, value):
            yield value[0]


_COLONS: Final = (":", "：")
_PROSE: Final = (_FULL_NAME, _HOME)
"""Looks that any text has, so that a sign or a verb must be between the word and the value."""


def _is_likely(detail: _Detail, value: re.Match[str]) -> bool:
    if detail.looks is _FULL_NAME:
        return not value["han"] or names.is_han_name(value["han"])
    return detail.looks is not _HANDLE or re.search("[0-9_-]", value[0]) is not None


_HEAD: Final = 16
