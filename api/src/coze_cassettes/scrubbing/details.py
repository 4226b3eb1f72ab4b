"""Finds what a text says of a person behind a label, by the looks of what the label asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from coze_cassettes.scrubbing.syntaxes import NamedValue

# --- what stands between a label and its value ----------------------------------------------------------------------

_SIGN: Final = (
    r"(?:[ \t:：=|｜→>*\"'“”‘’「」『』【】《》\[\]()（）<`~,，;；\\•\-–—]|<[a-z/][^<>\n]{0,48}>"
    r"|（[\u4e00-\u9fff]{1,6}）|\([\u4e00-\u9fff]{1,6}\))"
)
_SAYS: Final = (
    r"(?:(?:已经?|现在?|就|应该|还)?(?:是|为|叫|改[成为]|变更为|更[改新换][成为]|换成|设[成为]|[记登]记?[成为]|填写?|写|如下|登记为)(?:了|是)?"
    r"|(?:of the [a-z]{1,12} |(?:that )?(?:we|I|you) (?:have|had|gave|got) )?"
    r"(?:(?:is|was|are|to|on file|on|now|still|changed to|has been|becomes|at) ){1,3}"
    r"|(?:of the [a-z]{1,12} )?(?:is|was|on file)(?=:))"
)
_JOINT: Final = rf"(?:{_SIGN}{{0,8}}{_SAYS})?{_SIGN}{{0,8}}(?:\r?\n[ \t>*-]{{0,8}})?"
_SET_OFF: Final = (
    rf"(?:(?![,，]){_SIGN}{{0,8}}{_SAYS}|(?=[^\u4e00-\u9fff,，A-Za-z0-9])){_SIGN}{{0,8}}(?:\r?\n[ \t>*-]{{0,8}})?"
)
"""The same, where a sentence could go on: a sign or a verb must be there."""

# --- what labels ask for --------------------------------------------------------------------------------------------

_SURNAMES: Final = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭"
    "廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段章钱汤尹黎易常武乔贺赖龚文褚卫尤湛祁禹狄米贝臧计伏成谈庞纪舒屈项祝阮蓝闵席季麻强路娄危童颜"
    "梅盛刁骆樊凌霍虞支柯管莫房裘缪解应宗丰巴家俞柳鲍安齐伍向古温庄晏瞿"
)
_COMPOUND: Final = "(?:欧阳|司马|上官|诸葛|皇甫|令狐|慕容|司徒|夏侯|尉迟|长孙|公孙|宇文|东方)"
_HAN_NAME: Final = (
    rf"(?:[\u4e00-\u9fff]{{2,6}}·[\u4e00-\u9fff]{{2,6}}|{_COMPOUND}[\u4e00-\u9fff]{{1,2}}|[{_SURNAMES}][\u4e00-\u9fff]{{1,2}})"
    r"(?![\u4e00-\u9fff])"
)
_LATIN_NAME: Final = r"[A-Z][a-z]+(?: (?:[A-Z]\.|[A-Z][\w'’-]*)){1,3}(?![\w])"
_MONTH: Final = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?"
_DAY: Final = (
    r"(?:(?:19|20)\d\d(?:[-/.]\d{1,2}[-/.]\d{1,2}|年\d{1,2}月(?:\d{1,2}[日号])?|[01]\d[0-3]\d)"
    rf"|\d{{1,2}}[/.-]\d{{1,2}}[/.-](?:19|20)\d\d|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? (?:19|20)\d\d"
    rf"|\d{{1,2}}(?:st|nd|rd|th)? {_MONTH},? (?:19|20)\d\d)(?!\d)"
)
_HAN_PLACE: Final = (
    r"(?=[\u4e00-\u9fffA-Za-z0-9·-]{0,24}[省市区县州盟旗镇乡村路街道巷弄号楼栋幢座室苑])"
    r"[\u4e00-\u9fff][\u4e00-\u9fffA-Za-z0-9·#-]{3,64}"
)
_LATIN_PLACE: Final = (
    r"\d{1,6}[A-Za-z]?(?:-\d{1,4})? (?:[A-Z][\w.'’-]* ?|of |de |la ){1,6}"
    r"(?:,? ?(?:[A-Z0-9#][\w.'’#-]* ?){1,4}){0,5}"
)
_ROLES: Final = (
    "联系|收件|收货|寄件|发件|申请|经办|办理|负责|代表|入住|投保|被保险|就诊|开户|持卡|预订|预约|签收|报名|监护|借款|担保|受益"
    "|委托|代理|领取|取件|承租|出租|付款|收款|汇款"
)

_PASSPORT: Final = r"[A-Z]{1,2}\d{7,8}(?![A-Za-z0-9])"
_QQ: Final = r"[1-9]\d{4,10}(?!\d)"
_WECHAT: Final = r"[A-Za-z](?=[A-Za-z0-9_-]{0,18}[0-9_-])[A-Za-z0-9_-]{5,19}(?![A-Za-z0-9_.-])"
_PLATE: Final = (
    "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼] ?[A-Z][ ·•.-]?"
    "(?=[A-Z]{0,5}[0-9])[A-Z0-9]{4,6}[警学挂港澳]?(?![A-Za-z0-9])"
)
_NO_WORD: Final = r"(?![A-Za-z0-9])"
_NUMBER: Final = r"(?:[ _]?(?:number|no\.?|num|id|account))?" + _NO_WORD


@dataclass(frozen=True)
class _Label:
    """A word that asks for a detail, what may stand before and must stand behind it, and the field that asks for it."""

    field: str
    words: tuple[str, ...]
    behind: re.Pattern[str]
    before: re.Pattern[str] | None = None


def _label(field: str, words: str, rest: str, joint: str, value: str, before: str = "") -> _Label:
    behind = re.compile(f"(?i:{rest}){joint}(?P<value>{value})")
    return _Label(
        field, tuple(words.split("|")), behind, re.compile(rf"(?:{before})\Z", re.IGNORECASE) if before else None
    )


_START: Final = "(?<![A-Za-z0-9])"
_LATIN: Final = (
    _label(
        "real_name",
        "name",
        _NO_WORD,
        _JOINT,
        f"{_HAN_NAME}|{_LATIN_NAME}",
        r"(?:full|applicant|passenger|guest|insured|holder|recipient|contact|employee|patient|student|parent|signer|by|first|last"
        r"|customer|shipping|billing|beneficiary|buyer|tenant|real|legal|given|family|sur)[ _]?",
    ),
    _label(
        "real_name",
        "cardholder|recipient|applicant|consignee|contact person|emergency contact",
        _NO_WORD,
        _JOINT,
        f"{_HAN_NAME}|{_LATIN_NAME}",
    ),
    _label(
        "birthday",
        "birthday|birth|dob|born",
        rf"(?:[ _]?da(?:y|te))?{_NO_WORD}",
        _JOINT,
        _DAY,
        f"{_START}(?:date[ _]of[ _])?",
    ),
    _label("home_address", "address|residence", rf"(?: line \d)?{_NO_WORD}", _JOINT, f"{_LATIN_PLACE}|{_HAN_PLACE}"),
    _label("passport", "passport|travel permit", _NUMBER, _JOINT, _PASSPORT),
    _label("qq", "qq", _NUMBER, _JOINT, _QQ, _START),
    _label("wechat", "wechat|weixin", _NUMBER, _JOINT, _WECHAT),
)
_HAN: Final = (
    _label("plate", "车牌|号牌", "(?:号码|号)?", _JOINT, _PLATE),
    _label("plate", "plate|car number|plate no", _NUMBER, _JOINT, _PLATE),
    _label("real_name", "姓名|名字叫|本名|全名|户名|户主|车主|业主|法人", "", _SET_OFF, f"{_HAN_NAME}|{_LATIN_NAME}"),
    _label("real_name", "人", "", _SET_OFF, f"{_HAN_NAME}|{_LATIN_NAME}", _ROLES),
    _label("birthday", "生日|出生|生于", "(?:日期?|年月日?|时间)?", _JOINT, _DAY),
    _label("home_address", "地址|住址|住所|居住地|所在地", "", _SET_OFF, f"{_HAN_PLACE}|{_LATIN_PLACE}"),
    _label("passport", "护照|通行证|回乡证|台胞证", "(?:号码|号|编号)?", _JOINT, _PASSPORT),
    _label("qq", "qq|企鹅|扣扣", "(?:号码|号)?", _JOINT, _QQ),
    _label("wechat", "微信", "(?:号码|号|id|账号)?", _JOINT, _WECHAT),
)
_REACH: Final = 16


def detail_values(text: str) -> Iterator[NamedValue]:
    """What labels ask for that has the looks of it, under the name of a field that asks for the same."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = text
    for label in (*_LATIN, *(() if text.isascii() else _HAN)):
        for word in label.words:
            yield from _behind(text, lower, label, word)


def _behind(text: str, lower: str, label: _Label, word: str) -> Iterator[NamedValue]:
    start = lower.find(word)
    while start >= 0:
        match = label.behind.match(text, start + len(word))
        if match is not None and (label.before is None or label.before.search(text, max(0, start - _REACH), start)):
            first, last = match.span("value")
            yield NamedValue(label.field, first, first + len(text[first:last].rstrip(" .,-")), is_quoted=True)
        start = lower.find(word, start + len(word))
