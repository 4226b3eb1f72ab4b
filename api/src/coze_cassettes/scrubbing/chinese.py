"""Judges Chinese behind a name in running text: a value, or how a sentence goes on."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from coze_cassettes.scrubbing.rules.model import Category, Rule
from coze_cassettes.scrubbing.syntaxes import NamedValue

_HAN = re.compile("[\u4e00-\u9fff]")
_ONLY_HAN = re.compile("[\u4e00-\u9fff]+")
_COLONS: Final = (":", "：")
_QUOTES: Final = "\"'`“‘「【《["
_VERBS: Final = ("是", "为")

_ASKS = re.compile(
    r"什么|谁|哪[个里些位一天年月种]|多少|怎么|怎样|如何|啥|几[个位]|指|由|用[来于]|根据|必[填须需要]|唯一|一[个种串组段类]"
    r"|[一二三四五六七八九十两]+位|[空无]值?$|中文|英文"
)
"""How a sentence goes on behind a verb that asks for a value or describes it."""

_GOES_ON = re.compile(
    r"在|每|[您你]|[将將]|通[过過]|[从從]|被|基[于於]|因[为為]|[这這]|那|同|很|非常|否|不|[为為]|此|某|任[意何]|相同|默认的|作[为為]"
    r"|[你您我他她它][们們]?的|.*[的了]$|大小[写寫]|[经經][过過]|只|可|[应應]|也|都"
)
"""Words that begin what a sentence says of the name, and no value."""

_SPEAKS = re.compile(
    r"[显顯]示|管理|[输輸]入|[设設][置定]|使用|用[于於]|需要|必[须須]|可以|如果|[请請]|密[码碼钥鑰]|口令|[认認][证證]|[访訪][问問]"
    r"|[读讀]取|[写寫]入|字符|字段|[参參][数數]|[为為]空|浏览|[获獲]取|或者|以及|[进進]行|相[应應]|包含|支持|信息"
)
"""Words of manuals, which say what is done with a value."""

_OF_FORM = re.compile(
    r"[请請需待可必选選免未暂暫](?:填写?|填寫|输入|輸入|[选選]填?|提供|[补補]充|定|[无無])[\u4e00-\u9fff]{0,8}|非空|不[详詳]|未知|匿名|保密|同上|某某"
)
"""What a form has in place of a value."""

_DESCRIBES = re.compile(
    "encrypted|hashed|masked|required|optional|invalid|valid|wrong|correct|incorrect|empty|missing|null|none"
)
_PLACE = re.compile("[省市区區县縣州盟旗镇鎮乡鄉村路街道巷弄号號楼樓栋幢座室院园園厦廈苑庄莊湾桥橋]")
_SURNAME = re.compile(
    "(?:欧阳|司马|上官|诸葛|皇甫|令狐|慕容|司徒|夏侯|尉迟|长孙|公孙|宇文|东方)(?=[\u4e00-\u9fff])|[\u4e00-\u9fff]"
)
_LATIN_NAME = re.compile(r"[A-Z][a-z]+(?: [A-Z][\w'’.-]*)*")
_LONGEST_NAME: Final = 4
_LONGEST_WORD: Final = 8
_NAMES: Final = frozenset(("USER_NAME", "NICK_NAME", "PERSON_NAME", "ACCOUNT"))


def fitted(text: str, found: NamedValue, rule: Rule) -> NamedValue | None:
    """What of a text behind a name is its value; None if it is none. What is not Chinese is left as it is."""
    value = text[found.start : found.end]
    before = text[max(0, found.start - 1) : found.start]
    if _HAN.search(value) is None:
        return found if _is_latin_value(value, found, before) else None
    if _OF_FORM.fullmatch(value) or (_ONLY_HAN.fullmatch(value) and text[found.end : found.end + 1] in _COLONS):
        return None  # the label of the next value
    if before in _VERBS and (_ASKS.match(value) or _GOES_ON.match(value)):
        return None
    if re.search(r"[0-9A-Za-z]", value) and rule.category is not Category.PERSONAL:
        return found
    if len(value) > _LONGEST_NAME and (_SPEAKS.search(value) or _is_explained(found, before, rule)):
        return None
    return _of_person(found, value, rule, before) if rule.category is Category.PERSONAL else found


def _is_explained(found: NamedValue, before: str, rule: Rule) -> bool:
    """Whether a Chinese sentence says what a word of programmers is: ``token 是模型处理文本的基本单位``."""
    return found.name.isascii() and before in _VERBS and rule.category is Category.SECRET


def _is_latin_value(value: str, found: NamedValue, before: str) -> bool:
    """Whether Latin behind a Chinese name is what it names, and does not describe it."""
    if value.isdecimal() and len(value) < _FEWEST_DIGITS and not found.name.isascii():
        return False
    if found.name.endswith("名字"):
        return _LATIN_NAME.fullmatch(value) is not None
    return found.name.isascii() or before in _QUOTES or _DESCRIBES.fullmatch(value) is None


_FEWEST_DIGITS: Final = 3
"""Digits of a value at least: fewer count characters, ``用户名：3到20个字符``."""


def _of_person(found: NamedValue, value: str, rule: Rule, before: str) -> NamedValue | None:
    if before in _QUOTES:
        return found
    if rule.id == _PLACES and not re.search("[0-9@]", value):
        return found if _PLACE.search(value) or found.name.endswith("账号") else None
    if rule.kind not in _NAMES or len(value) <= _LONGEST_NAME or "·" in value:
        return found
    if rule.kind != "PERSON_NAME":
        return found if len(value) <= _LONGEST_WORD or before not in _VERBS else None
    if found.is_quoted and before not in _VERBS:
        return found
    surname = _SURNAME.match(value)
    return replace(found, end=found.start + surname.end() + 2) if surname else None


_PLACES: Final = "COZE-USER-022"
"""The rule for addresses, which may have no digit."""
