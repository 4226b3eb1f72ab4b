"""Names of fields that promise a secret, a person or an identifier, read as words.

``userPhoneNumber``, ``user-phone-number`` and ``USER_PHONE_NUMBER`` are the same words; what a name ends with decides.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from coze_cassettes.inspection.described import is_described, is_filled_in, is_own_name
from coze_cassettes.inspection.looks import is_phrase
from coze_cassettes.inspection.promises import HAN_OPENING, RULES, TABLE, Promise
from coze_cassettes.inspection.scripts import simplify
from coze_cassettes.inspection.words import words

_EXACT: Final = words(
    """
    pass pw pin ak pat captcha sid sk tok jwt psk tel ip qq mac lat lng otp pwd auth fax dob ssn imei imsi iccid iban
    cvv cvc street mobile cookie mnemonic spouse weixin alipay telegram skype recipient uid kid
    """
)
"""Rows of one word: letters that other words end with too (``hotel``, ``ship``) are not read as them."""

_BEHIND: Final = words(
    """
    1 2 3 4 5 6 7 8 9 0 value values str string text plain raw list info new old confirm again v prod production staging
    stage dev test live sandbox backup primary secondary current previous default
    """
)
"""Words behind a name that change nothing."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[\u3400-\u9fff]+(?:[A-Za-z]+)?|[0-9]+")


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name: ``userPhoneNumber2`` has user, phone, number and 2."""
    return tuple(word.lower() for word in _WORD.findall(name))


def _rows() -> Mapping[str, Promise]:
    table = {f"{word}码": Promise.CODE for word in HAN_OPENING}
    for promise, rows in TABLE.items():
        for line in rows.splitlines():
            table.update({"".join(row.split()): promise for row in line.split("|") if row.strip()})
    return table


_ROWS: Final = _rows()
_LONGEST: Final = max(map(len, _ROWS))
_SHORTEST: Final = 6
"""Letters from which on a row is found at the end of letters that are not parted into words."""


@lru_cache(maxsize=8192)
def promise_of(name: str) -> Promise | None:
    """What a name promises, or None."""
    words = list(words_of(simplify(name).replace("QQ号", "qq号").replace("IP地址", "ip地址")))
    if (promise := _ROWS.get("".join(words[-2:]))) is not None:
        return promise
    if words[-1:] == ["pat"] and words[-2:-1] in _OF_PATTERN:
        return None
    while len(words) > 1 and words[-1] in _BEHIND:
        words.pop()
    if not words:
        return None
    if words[-1].isascii() and words[-1] not in _ROWS and words[-1].endswith("s") and words[-1][:-1] != "":
        promise = _at_end([*words[:-1], words[-1][:-1]])
        if promise is Promise.IDENTIFIER or words[-1] in _SEVERAL:
            return promise
    return _at_end(words)


_SEVERAL: Final = words("passwords passphrases passcodes pwds pins otps codes secrets credentials")
"""Several secrets, if one of them is one."""


def _at_end(words: list[str]) -> Promise | None:
    """The promise of the longest row that some words end with."""
    is_token = words[-1:] == ["token"] and len(words) > 1
    for first in range(len(words) - is_token):
        if (promise := _ROWS.get("".join(words[first:]))) is not None:
            return promise
    if is_token:
        return Promise.CREDENTIAL if words[-2] in _COUNTED else Promise.TOKEN
    last = "".join(words)
    for length in range(min(len(last) - 1, _LONGEST), _SHORTEST - 1, -1):
        end = last[-length:]
        if end in _ROWS and end not in _EXACT and _ROWS[end] is not Promise.IDENTIFIER:
            return _ROWS[end]
    if words[-1] == "tokens" or (words[-1] == "key" and len(words) > 1 and words[-2] not in _KEYS_OF_DATA):
        return Promise.KEY
    return Promise.CREDENTIAL if last.endswith("token") else _han(last)


_OF_PATTERN: Final = [[word] for word in ("ignore", "match", "search", "re", "url", "file", "path")]
"""Words before ``pat`` that make a pattern of it."""

_COUNTED: Final = words(
    """
    max min num n nr no total count prompt completion input output cache cached read write creation per next last first
    prev previous current start begin end stop eos bos pad unk sep cls mask special image audio video text reasoning
    thinking chunk page each avg used unexpected expected illegal unknown at position left remaining word sub top line
    sync continuation this that of by the a an one every cost price
    """
)
"""Words before a token that is counted, or that stands for a place in a list."""


_KEYS_OF_DATA: Final = words(
    """
    primary foreign public pub sort partition hash index cache map dict group lookup object s3 file image img icon video
    audio row column field data item page tab menu node element message msg i18n locale translation routing unique dedup
    event state config header label tag host param query resource class style theme next continuation range first last
    start end parent project issue metric trace span template plugin record doc document request session idempotency pgp
    openpgp gpg
    """
)
"""Words before a key by which data are found."""


def _han(name: str) -> Promise | None:
    """The promise of a row of Han characters at the end of a name: ``客户手机号``."""
    for length in range(min(len(name), _LONGEST), 1, -1):
        end = name[-length:]
        if not end.isascii() and end in _ROWS:
            return _ROWS[end]
    return None


# --- the values -----------------------------------------------------------------------------------------------------

_ALPHANUMERIC = re.compile(r"[0-9A-Za-z\u3400-\u9fff]")


def _is_secret(value: str) -> bool:
    return _ALPHANUMERIC.search(value) is not None and not is_described(value)


_LEAST_CREDENTIAL: Final = 6


def _is_credential(value: str) -> bool:
    return len(value) >= _LEAST_CREDENTIAL and " " not in value.strip() and _is_secret(value) and not value.isdecimal()


_CODE = re.compile(
    r"(?!(?i:base|sha|aes|md|utf|[hre]s|v)[-_]?\d{1,4}\Z|\d{1,3}\Z|"
    r"\d+(?:\.\d+)+\Z|[a-z]+_[a-z0-9_]*\Z|0x[0-9A-Fa-f]{1,8}\Z)(?=\S*\d)\S{4,4096}"
)


def is_code(value: str) -> bool:
    """Whether a value has a digit, and is no small number."""
    return is_phrase(value) or (_CODE.fullmatch(value.strip()) is not None and not is_described(value))


_KEY = re.compile(r"(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9+/_.~@#$%^&*!=-]{8,512}")
_PART_OF_KEY = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_FEWEST_PARTS: Final = 5
_LONGEST_PARTS: Final = 3.4
"""Parts of one sort of characters in a drawn key, and characters of one on average."""


def is_key(value: str) -> bool:
    """Whether letters and digits change as often as in what a machine drew."""
    parts = _PART_OF_KEY.findall(value)
    if len(parts) < _FEWEST_PARTS or sum(part.isdecimal() for part in parts) < 2:  # noqa: PLR2004 - one is a version
        return False
    is_short = sum(map(len, parts)) <= _LONGEST_PARTS * len(parts)
    return is_short and _KEY.fullmatch(value) is not None and _WORDS.fullmatch(value) is None


_WORDS = re.compile(r"[A-Za-z]+[0-9]*(?:[_.-][A-Za-z]*[0-9]*)*|[0-9]{4}-[0-9]{2}.*|v?[0-9]+(?:\.[0-9]+)+.*")
"""Words with numbers, a day, a version."""


def is_mixed_code(value: str) -> bool:
    """Whether it has a letter as well."""
    return re.search("[A-Za-z]", value) is not None and is_code(value)


_DETAIL = re.compile(
    r"(?<![A-Za-z])[1-9]|[0-9]{3}|@|[〇零一二三四五六七八九十]{3}|o[A-Za-z0-9_-]{20,}|wxid_[A-Za-z0-9]"
)
_INSIDE = re.compile(
    r"(?:(?:10|127|224)(?:\.[0-9x]{1,3}){3}|(?:192\.168|172\.(?:1[6-9]|2[0-9]|3[01])|169\.254)(?:\.[0-9x]{1,3}){2})(?![0-9])"
)
"""An address of a private network, which is nobody's."""


def _is_detail(value: str) -> bool:
    return len(value) >= _SHORTEST_DETAIL and _DETAIL.search(value) is not None and _INSIDE.match(value) is None


def _is_place(value: str) -> bool:
    is_written = len(value) >= _SHORTEST_DETAIL and re.search("[\u4e00-\u9fff]", value) is not None
    return _is_detail(value) or is_written


_SHORTEST_DETAIL: Final = 4
"""Characters of a detail at least; a shorter one tells nothing."""

_NOBODY: Final = words(
    "支付宝 支付寶 微信 微信支付 alipay wechat n/a none string str root admin app postgres mysql deploy ubuntu www-data"
    " nobody daemon service system"
)
"""What stands under the name of a person: a service, nothing, a type, an account that every system has."""


def _is_person(value: str) -> bool:
    first = re.split(r"[\s,，;；。]", value.lower().strip("() "), maxsplit=1)[0]  # a sentence may go on behind it
    is_name = re.search(r"[^\W\d_]|\d{5}", value) is not None and first not in _NOBODY
    return is_name and not is_filled_in(value)


_LATIN_NAME = re.compile(r"[A-Z][a-z]+(?: [A-Z][\w.'’-]*){1,3}|[\u4e00-\u9fff]{2,6}·[\u4e00-\u9fff]{2,6}")


def _is_name_of_person(value: str) -> bool:
    return _LATIN_NAME.fullmatch(value) is not None or is_han_name(value)


def _is_url(value: str) -> bool:
    return re.match(r"(?:https?:)?//\S", value) is not None


_PACKAGE: Final = r"(?:org|com|net|io|dev)(?:\.[a-z][a-z0-9_-]*)+"
"""The name of a package of Java, which Maven calls a group."""


def _is_identifier(value: str) -> bool:
    return re.fullmatch(rf"(?!\d{{1,4}}$|{_PACKAGE}$)[0-9A-Za-z][A-Za-z0-9_.:@/-]*", value) is not None


REFUSES: Final[Mapping[Promise, Callable[[str], bool]]] = MappingProxyType(
    {
        Promise.SECRET: _is_secret,
        Promise.CREDENTIAL: _is_credential,
        Promise.TOKEN: lambda value: _is_credential(value) or is_code(value),
        Promise.CODE: is_code,
        Promise.KEY: is_key,
        Promise.SHORT: is_mixed_code,
        Promise.PERSON: _is_person,
        Promise.ROLE: _is_name_of_person,
        Promise.DETAIL: _is_detail,
        Promise.PLACE: _is_place,
        Promise.PICTURE: _is_url,
        Promise.IDENTIFIER: _is_identifier,
    }
)
"""Which values must not stand under a name, placeholders left out."""


# --- where a name says it together with the one above ---------------------------------------------------------------

_SURNAMES: Final = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭"
    "廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段章钱汤尹黎易常武乔贺赖龚文欧司上诸皇令慕褚卫尤湛祁禹狄米贝臧计伏成谈庞纪舒屈项祝阮蓝闵席季"
    "麻强路娄危童颜梅盛刁骆樊凌霍虞支柯管莫房裘缪解应宗丰巴家俞柳鲍安齐伍向古温庄晏瞿尉长公宇东"
)
_HAN_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}")
_BAGS: Final = frozenset(("custom_variables", "meta_data", "parameters", "ext"))
_IN_BAG: Final = frozenset(("name", "user", "owner", "author", "用户", "名字"))
_OWNERS: Final = frozenset(("creator", "owner", "user", "user_info"))


@dataclass(frozen=True)
class Field:
    """A value with the names that lead to it, the last one its own."""

    value: str
    path: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its own name."""
        return self.path[-1] if self.path else ""

    @property
    def above(self) -> str:
        """The name of what it belongs to."""
        return self.path[-2] if len(self.path) > 1 else ""


def _names_person(value: str) -> bool:
    """Whether the name or id of an owner is a value; a placeholder has no letter and no digit left."""
    return _ALPHANUMERIC.search(value) is not None and value != "0"


def is_han_name(value: str) -> bool:
    """Whether a text is a Chinese name of a person: a surname of the hundred, one to three characters behind it."""
    return _HAN_NAME.fullmatch(value) is not None and value[0] in _SURNAMES


def is_login(value: str) -> bool:
    """Whether a value is a name and a password in base64, as the settings of Docker have them."""
    try:
        name, colon, password = base64.b64decode(value, validate=True).decode("ascii").partition(":")
    except ValueError:
        return False
    return bool(colon and password) and (name + password).isprintable()


def rules_for(field: Field) -> Iterable[str]:
    """The checks by name that a value does not pass."""
    promise = promise_of(field.name)
    is_own = "." not in field.value and is_own_name(field.value, field.name)  # a member stands in code only
    if promise is not None and not is_own and REFUSES[promise](field.value):
        yield RULES[promise]
    if field.name == "auth" and is_login(field.value):
        yield RULES[Promise.SECRET]
    is_bag = field.above in _BAGS and field.name in _IN_BAG
    named_in_bag = is_bag and is_han_name(field.value) and promise_of(field.value) is None
    owned = field.above in _OWNERS and field.name in ("name", "id") and _names_person(field.value)
    if named_in_bag or owned:
        yield RULES[Promise.PERSON]


# --- paths ----------------------------------------------------------------------------------------------------------

_COLLECTION = re.compile(
    r"/(?:bots|workspaces|workspace_id|conversations|messages|workflows|run_histories|execute_nodes|enterprises|members|api_apps"
    r"|voiceprint_groups|features|datasets|images|folders|templates|live|connectors)/(?!chat(?:/|$)|\d{1,4}(?:/|$))([^/?#]+)"
)
"""What stands behind the name of a collection in the path of a URI is the id of one of it."""


def rules_for_path(path: str) -> Iterable[str]:
    """The checks that the path of a URI does not pass; placeholders are masked in it."""
    return ["INSPECT-ID-PATH" for match in _COLLECTION.finditer(path) if _is_identifier(match[1])][:1]
