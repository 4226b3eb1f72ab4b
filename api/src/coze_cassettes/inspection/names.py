"""Names of fields that promise a secret, a person or an identifier, read as words.

``userPhoneNumber``, ``user-phone-number`` and ``USER_PHONE_NUMBER`` are the same words; what a name ends with decides.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from coze_cassettes.inspection.words import words


class Promise(StrEnum):
    """What a name says of its value."""

    SECRET = "secret"  # noqa: S105 - a promise
    """Whatever stands there is one, however it looks."""
    CREDENTIAL = "credential"
    """Mostly one, but the word also counts things or names a kind: ``token``."""
    PERSON = "person"
    DETAIL = "detail"
    """Personal if it holds a digit, a Han character or an @: an address, a birthday."""
    PICTURE = "picture"
    """Personal if it is a URL."""
    IDENTIFIER = "identifier"


RULES: Final[Mapping[Promise, str]] = MappingProxyType(
    {
        Promise.SECRET: "INSPECT-SECRET-NAME",
        Promise.CREDENTIAL: "INSPECT-SECRET-NAME",
        Promise.PERSON: "INSPECT-PERSONAL-NAME",
        Promise.DETAIL: "INSPECT-PERSONAL-NAME",
        Promise.PICTURE: "INSPECT-PERSONAL-NAME",
        Promise.IDENTIFIER: "INSPECT-ID-NAME",
    }
)

# --- the table ------------------------------------------------------------------------------------------------------

TABLE: Final[Mapping[Promise, str]] = MappingProxyType(
    {
        Promise.SECRET: """
            password|passwd|passphrase|passcode|pwd|pass phrase|user pass|db pass|login pass|root pass|pin code
            secret|client secret|app secret|secret key|secret access key|signing key|signing secret|encrypt key
            encryption key|encoding aes key|aes key|api key|api secret|app key|access key|access key id
            access key secret|secret id|private key|auth key|auth code|account key|shared access key|shared secret
            master key|license key|access token|refresh token|auth token|bearer token|id token|session token
            security token|csrf token|verify token|verification token|api token|bot token|user token
            tenant access token|app access token|webhook token|device code|user code|code verifier|code challenge
            authorization code|verification code|sms code|one time password|otp|totp secret|recovery code
            backup code|mnemonic|seed phrase|cookie|authorization|x api key|connection string|webhook secret
            hmac key|consumer secret|consumer key|subscription key|service key|sas token|js ticket|密码|口令|密钥
            smtp pass|mail pass|email pass|ftp pass|redis pass|mysql pass|pg pass|ssh pass|auth pass|admin pass
            http pass|imap pass|es pass|mongo pass|wifi pass|vpn pass|my pass|login pass|sys pass
            store pass|key pass|app ticket|psk|wpa passphrase|require pass
            db pwd|user pwd|mysql pwd|redis pwd|admin pwd|root pwd|login pwd|ftp pwd|smtp pwd|email pwd|wifi pwd|ssh pwd
            jsapi ticket|api ticket|dsn|secret key base
            秘钥|令牌|私钥|访问令牌|访问密钥|接口密钥|验证码|动态码|授权码|凭证|凭据|暗号
        """,
        Promise.CREDENTIAL: "token|credential|credentials|secrets|passwords|api keys|access keys|session id"
        "|session key",
        Promise.PERSON: """
            nick name|user name|user nick name|user unique name|creator name|real name|full name|first name
            last name|sur name|given name|family name|middle name|maiden name|customer name|contact name
            contact person|receiver name|recipient name|recipient|consignee|sender name|speaker name|legal name
            screen name|login name|account name|member name|owner name|patient name|student name|employee name
            staff name|card holder|card holder name|account holder|emergency contact|guardian name|spouse|open id
            guest name|payee name|payer name
            wechat id|weixin id|wechat|weixin|wechat no|wechat number|alipay|alipay account|姓名
            真实姓名|昵称|用户名|用户名称|联系人|收件人|收货人|寄件人|持卡人|户名|本名|全名|客户名|名字|账户名
            登录名|微信|微信号|支付宝
        """,
        Promise.DETAIL: """
            open id|union id|wx id|email|e mail
            mail address|email address|phone|phone no|phone number|telephone no|telephone number
            telephone|cell phone|cell phone number|mobile phone|mobile|mobile no|mobile number|contact phone
            contact number|tel|tel no|fax|fax number|id card|id card no|id card number|identity card
            identity card number|identity no|identity number|id number|id no|identification number|national id
            citizen id|resident id|social security number|ssn|tax id|bank card|bank card no|bank card number|card no
            card number|credit card|credit card number|bank account|bank account number|bank account no
            account number|account no|iban|cvv|cvc|birth day|birth date|date of birth|dob|home address
            postal address|mailing address|shipping address|delivery address|billing address|street address|address
            address line|street|home town|post code|postal code|zip code|ip|ip address|client ip|remote ip|user ip
            login ip|source ip|remote addr|mac|mac address|passport|passport no|passport number|driver license
            driver license no|driving license|license plate|plate number|plate no|imei|imsi|iccid|latitude|longitude
            lat|lng|qq|qq number|qq no|qq id|skype|whatsapp|telegram|line id|geo location|手机|手机号|手机号码|电话
            电话号码|联系方式|座机|邮箱|邮箱地址|电子邮件|身份证|身份证号|身份证号码|证件号|证件号码|住址|地址
            银行卡|银行卡号|卡号|银行账号|账号|生日|出生日期|出生年月|护照|护照号|护照号码|驾驶证号|驾照号|车牌
            车牌号|社保号|学号|工号|邮编|qq号|qq号码|ip地址|经度|纬度
        """,
        Promise.PICTURE: "avatar|avatar url|user avatar|user avatar url|head image url|icon url|image url|audio url"
        "|preview audio|file url|photo url|profile picture|profile image url|头像|头像地址",
        Promise.IDENTIFIER: """
            user id|bot id|conversation id|chat id|message id|section id|last section id|tool call id|workflow id
            execute id|sub execute id|space id|workspace id|enterprise id|organization id|file id|app id|api app id
            client id|folder id|parent folder id|dataset id|document id|plugin id|api id|voice id|speaker id
            model id|device id|group id|feature id|room id|stream id|live id|entity id|connector id|creator id
            event id|public key id|log id|first id|last id|before id|after id|coze account id
            processing file id list|connector uid|uid|kid|node execute uuid|command id
            tos uri|icon uri|image uri|imagex uri|avatar uri|file uri
        """,
    }
)
"""What names promise, each a row of words; a name keeps the promise of the row that it ends with."""

_EXACT: Final = words(
    """
    psk tel ip qq mac lat lng otp pwd pass auth fax dob ssn imei imsi iccid iban cvv cvc street mobile cookie
    mnemonic spouse weixin alipay telegram skype recipient uid kid
    """
)
"""Rows of one word: letters that other words end with too (``hotel``, ``ship``) are not read as them."""

_BEHIND: Final = words(
    """
    1 2 3 4 5 6 7 8 9 0 value values str string text plain raw list info new old confirm again
    """
)
"""Words behind a name that change nothing."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[\u3400-\u9fff]+(?:[A-Za-z]+)?|[0-9]+")


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name: ``userPhoneNumber2`` has user, phone, number and 2."""
    return tuple(word.lower() for word in _WORD.findall(name))


def _rows() -> Mapping[str, Promise]:
    table: dict[str, Promise] = {}
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
    words = list(words_of(name.replace("QQ号", "qq号").replace("IP地址", "ip地址")))
    if (promise := _ROWS.get("".join(words[-2:]))) is not None:
        return promise
    while len(words) > 1 and words[-1] in _BEHIND:
        words.pop()
    if not words:
        return None
    if words[-1].isascii() and words[-1] not in _ROWS and words[-1].endswith("s") and words[-1][:-1] != "":
        promise = _at_end([*words[:-1], words[-1][:-1]])
        if promise is Promise.IDENTIFIER:
            return promise
    return _at_end(words)


def _at_end(words: list[str]) -> Promise | None:
    """The promise of the longest row that some words end with."""
    for first in range(len(words)):
        if (promise := _ROWS.get("".join(words[first:]))) is not None:
            return promise
    last = "".join(words)
    for length in range(min(len(last) - 1, _LONGEST), _SHORTEST - 1, -1):
        end = last[-length:]
        if end in _ROWS and end not in _EXACT and _ROWS[end] is not Promise.IDENTIFIER:
            return _ROWS[end]
    return _han(last)


def _han(name: str) -> Promise | None:
    """The promise of a row of Han characters at the end of a name: ``客户手机号``."""
    for length in range(min(len(name), _LONGEST), 1, -1):
        end = name[-length:]
        if not end.isascii() and end in _ROWS:
            return _ROWS[end]
    return None


# --- the values -----------------------------------------------------------------------------------------------------

_TYPES: Final = words(
    """
    string str text number integer int boolean bool bytes object array list dict null none nil undefined true
    false any uuid date datetime float password secret token required optional hidden masked redacted unknown
    bearer basic passwd api_key apikey change_me changeme n/a na - ***
    """
)
"""What stands where a schema or a form describes a value."""

_GRANT_TYPES: Final = frozenset(("refresh_token", "authorization_code", "access_token", "device_code", "client_secret"))
"""Names of secrets that OAuth has as values: of ``grant_type``, ``token_type`` and ``response_type``."""


def is_described(value: str) -> bool:
    """Whether a text says what a value is instead of being one: a type, a mask, a variable to fill in."""
    plain = value.strip().strip("\"'`")
    if plain.lower() in _TYPES or plain in _GRANT_TYPES or len(set(plain)) <= 1:
        return True
    return _TEMPLATE.fullmatch(plain) is not None


_TEMPLATE = re.compile(
    r"<[^<>]*>|\$?\{\{?[^{}]*\}?\}|\$\(?[A-Za-z_]\w*\)?|%\([a-z_]+\)s|%[sdr]|\[[^\[\]]*\]|(?:\*|x|X|\.|•|-){3,}.{0,4}"
    r"|(?i:your|my|the|some)[ _-].{0,40}|(?i:process\.env|os\.environ|os\.getenv|env\.).*",
    re.DOTALL,
)
_ALPHANUMERIC = re.compile(r"[0-9A-Za-z\u3400-\u9fff]")


def _is_secret(value: str) -> bool:
    return _ALPHANUMERIC.search(value) is not None and not is_described(value)


_LEAST_CREDENTIAL: Final = 6


def _is_credential(value: str) -> bool:
    return len(value) >= _LEAST_CREDENTIAL and " " not in value.strip() and _is_secret(value) and not value.isdecimal()


_DETAIL = re.compile(r"(?<![A-Za-z])[1-9]|[0-9]{3}|[\u4e00-\u9fff@]|o[A-Za-z0-9_-]{20,}|wxid_[A-Za-z0-9]")


def _is_detail(value: str) -> bool:
    return len(value) >= 4 and _DETAIL.search(value) is not None  # noqa: PLR2004 - shorter tells nothing


def _is_person(value: str) -> bool:
    return re.search(r"[^\W\d_]|\d{5}", value) is not None


def _is_url(value: str) -> bool:
    return re.match(r"(?:https?:)?//\S", value) is not None


def _is_identifier(value: str) -> bool:
    return re.fullmatch(r"(?!\d{1,4}$)[0-9A-Za-z][A-Za-z0-9_.:@/-]*", value) is not None


REFUSES: Final[Mapping[Promise, Callable[[str], bool]]] = MappingProxyType(
    {
        Promise.SECRET: _is_secret,
        Promise.CREDENTIAL: _is_credential,
        Promise.PERSON: _is_person,
        Promise.DETAIL: _is_detail,
        Promise.PICTURE: _is_url,
        Promise.IDENTIFIER: _is_identifier,
    }
)
"""Which values must not stand under a name, placeholders left out."""


# --- where a name says it together with the one above ---------------------------------------------------------------

_SURNAMES: Final = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭"
    "廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段章钱汤尹黎易常武乔贺赖龚文欧司上诸皇令慕"
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
    if promise is not None and REFUSES[promise](field.value):
        yield RULES[promise]
    if field.name == "auth" and is_login(field.value):
        yield RULES[Promise.SECRET]
    named_in_bag = field.above in _BAGS and field.name in _IN_BAG and is_han_name(field.value)
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
