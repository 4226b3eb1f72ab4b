"""THE table of kinds of canaries: what is promised to be found wherever it stands, one row each.

A row makes a value as its issuer does, without asking the scrubber's rules, and says which characters must not stand
beside it because it would go on with them. A kind that only a name gives away has the words of that name.
"""

from __future__ import annotations

import base64
import json
import random
import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

Make = Callable[[random.Random], str]

_ALNUM: Final = string.ascii_letters + string.digits
_HEX: Final = "0123456789abcdef"
_URL_SAFE: Final = _ALNUM + "_-"
_BASE64: Final = _ALNUM + "+/="
_NUMBER: Final = string.digits + "+-.,/"
_GAPS: Final = ("", "", " ", "-", "\u00a0", "\u2011", "\u2013", "\u2009")
"""What people write between the groups of a number."""


@dataclass(frozen=True)
class Kind:
    """One row; ``touching`` are the characters of its own alphabet, ``names`` the words of the names that promise it.

    ``bare`` says that its look gives it away, ``configured`` that only the environment tells it; ``text`` that it is
    found in running text under its name, and not only where something says where it begins and ends; ``is_word`` that
    it may be a word of the language, so that it is replaced under its name only.
    """

    name: str
    make: Make
    touching: str = _URL_SAFE
    names: Sequence[str] = ()
    configured: bool = False
    text: bool = True
    is_word: bool = False

    @property
    def bare(self) -> bool:
        """Whether it is known by its look."""
        return not self.names


def draw(chance: random.Random, alphabet: str, length: int) -> str:
    """Characters of an alphabet; of letters and digits at least one of each sort, as a long drawn string has."""
    letters = chance.choices(alphabet, k=length)
    if set(_ALNUM) <= set(alphabet) and length > len(_SORTS):
        places = chance.sample(range(length), len(_SORTS))
        for place, sort in zip(places, _SORTS, strict=True):
            letters[place] = chance.choice(sort)
    return "".join(letters)


_SORTS: Final = (string.ascii_lowercase, string.ascii_uppercase, string.digits, string.digits)


def _key(prefixes: str, alphabet: str, low: int, high: int = 0) -> Make:
    def make(chance: random.Random) -> str:
        prefix = chance.choice(prefixes.split())
        return prefix + draw(chance, alphabet, chance.randint(low, max(low, high)))

    return make


# --- tokens and keys ------------------------------------------------------------------------------------------------


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _jwt(chance: random.Random) -> str:
    head = {"alg": chance.choice(["RS256", "HS256", "ES256"]), "typ": "JWT"}
    claims = {"iss": draw(chance, string.digits, 13), "exp": chance.randint(10**9, 2 * 10**9)}
    parts = [_base64url(json.dumps(part).encode()) for part in (head, claims)]
    return ".".join([*parts, _base64url(chance.randbytes(chance.choice([32, 64, 256])))])


def _pem(chance: random.Random) -> str:
    label = chance.choice(["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY"])
    encoded = base64.b64encode(chance.randbytes(chance.choice([121, 192]))).decode()
    lines = [encoded[at : at + 64] for at in range(0, len(encoded), 64)]
    dashes = "-----"
    end = chance.choice(["\n", "\n", "\\n"])
    return end.join([f"{dashes}BEGIN {label}{dashes}", *lines, f"{dashes}END {label}{dashes}"])


def _bare_key(chance: random.Random) -> str:
    head = chance.choice(["308204be020100300d0609", "308204a40201000282010100", "302e020100300506032b6570"])
    return base64.b64encode(bytes.fromhex(head) + chance.randbytes(96)).decode()


def _uuid(chance: random.Random) -> str:
    return "-".join(draw(chance, _HEX, length) for length in (8, 4, 4, 4, 12))


def _other_key(chance: random.Random) -> str:
    """A key of a service that began its own form later than the others, or of one that nobody knows."""
    return chance.choice(
        [
            f"api-{_uuid(chance)}",
            f"ATTA{draw(chance, _HEX, 64)}",
            f"tk_{draw(chance, string.ascii_lowercase + string.digits, 28)}7",
            f"AVNS_{draw(chance, _ALNUM, 19)}",
            f"{chance.choice(['hvs', 'hvb', 'hvr'])}.{draw(chance, _ALNUM, 95)}",
            f"SCT{draw(chance, string.digits, 6)}T{draw(chance, _ALNUM, 26)}",
            f"EAA{draw(chance, _ALNUM, 150)}",
            f"1/{draw(chance, string.digits, 16)}:{draw(chance, _HEX, 32)}",
            f"A3-{'-'.join(draw(chance, string.ascii_uppercase + string.digits, n) for n in (6, 6, 5, 5, 5, 5))}",
        ]
    )


def _discord(chance: random.Random) -> str:
    return f"M{draw(chance, _ALNUM, 25)}.{draw(chance, _ALNUM, 6)}.{draw(chance, _URL_SAFE, 38)}"


def _webhook(chance: random.Random) -> str:
    low, key = draw(chance, _HEX, 8), draw(chance, _HEX, 12)
    uuid = f"{low}-{key[:4]}-4{key[4:7]}-a{key[7:10]}-{draw(chance, _HEX, 12)}"
    slack = f"T{draw(chance, string.ascii_uppercase, 8)}/B{draw(chance, string.ascii_uppercase, 8)}"
    return chance.choice(
        [
            f"https://hooks.slack.com/services/{slack}/{draw(chance, _ALNUM, 24)}",
            f"https://open.feishu.cn/open-apis/bot/v2/hook/{uuid}",
            f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={uuid}",
            f"https://oapi.dingtalk.com/robot/send?access_token={draw(chance, _HEX, 64)}",
            f"https://discord.com/api/webhooks/{draw(chance, string.digits, 18)}/{draw(chance, _URL_SAFE, 60)}x",
        ]
    )


def _signed_url(chance: random.Random) -> str:
    host = f"{chance.choice(['files', 'cdn', 'p3-sign', 'bucket'])}.{chance.choice(['example', 'acme.example'])}"
    path = f"{draw(chance, _HEX, 16)}.{chance.choice(['png', 'pdf', 'wav'])}"
    signature = draw(chance, _ALNUM, 27)
    when = chance.randint(1_600_000_000, 1_900_000_000)
    query = chance.choice(
        [
            f"x-expires={when}&x-signature={signature}%3D",
            f"lk3s={draw(chance, _HEX, 8)}&x-expires={when}&x-signature={signature}",
            f"X-Tos-Algorithm=TOS4-HMAC-SHA256&X-Tos-Expires=900&X-Tos-Signature={draw(chance, _HEX, 64)}",
            f"X-Amz-Credential=AKIA{draw(chance, string.ascii_uppercase, 16)}%2F20260101&X-Amz-Signature={signature}",
            f"OSSAccessKeyId=LTAI{draw(chance, _ALNUM, 20)}&Expires={when}&Signature={signature}%3D",
            f"q-sign-algorithm=sha1&q-ak={draw(chance, _ALNUM, 32)}&q-signature={draw(chance, _HEX, 40)}",
            f"x-orig-authkey=k&x-orig-expires={when}&x-orig-sign={signature}",
            f"sv=2022-11-02&se=2026-01-01&sr=b&sp=r&sig={signature}%3D",
        ]
    )
    return f"https://{host}/{path}?{query}"


def _stored_url(chance: random.Random) -> str:
    host = chance.choice(
        ["p9-bot-sign.byteimg.com", "lf3-static.bytednsdoc.com", "x.tos-cn-beijing.volces.com", "v1.vlabvod.com"]
    )
    return f"https://{host}/{draw(chance, _HEX, 20)}/{draw(chance, _HEX, 32)}.png"


# --- numbers of persons ---------------------------------------------------------------------------------------------


def _group_digits(chance: random.Random, number: str, *sizes: int) -> str:
    """A number in one piece, or in groups with one of the separators between them."""
    gap, groups, at = chance.choice(_GAPS), [], 0
    for size in sizes:
        groups.append(number[at : at + size])
        at += size
    return gap.join(groups)


def _mobile(chance: random.Random) -> str:
    number = chance.choice(["139", "150", "188", "177", "135", "186"]) + draw(chance, string.digits, 8)
    return chance.choice(["", "", "+86 ", "+86", "0086 ", "86-"]) + _group_digits(chance, number, 3, 4, 4)


def _landline(chance: random.Random) -> str:
    area = chance.choice(["010", "021", "0755", "0571", "028"])
    number = chance.choice("268") + chance.choice("123456789") + draw(chance, string.digits, 6)  # 800 is a service
    written = f"{area}-{number}", f"({area}){number}", f"{area} {number}", f"+86 {area[1:]} {number}"
    return chance.choice([*written, f"{area} {number[:4]} {number[4:]}", f"0086-{area[1:]}-{number}"])


def _service_number(chance: random.Random) -> str:
    gap = chance.choice("-- \u00a0\u2013")
    return gap.join(["400", draw(chance, string.digits, 3), draw(chance, string.digits, 4)])


def _foreign(chance: random.Random) -> str:
    digits = draw(chance, string.digits, 7)
    return chance.choice(
        [
            f"+1 415-555-{digits[:4]}",
            f"(415) 555-{digits[:4]}",
            f"1-415-555-{digits[:4]}",
            f"415.555.{digits[:4]}",
            f"+49 151 {chance.choice('2345')}{digits}",
            f"+44 7400 {digits[:6]}",
            f"+81 90-{chance.choice('2345')}{digits[:3]}-{digits[3:7]}",
            f"+65 9{chance.choice('1234')}{digits[:2]} {digits[2:6]}",
            f"+33 6 12 {digits[:2]} {digits[2:4]} {digits[4:6]}",
            f"+852 9{chance.choice('467')}{digits[:2]} {digits[2:6]}",
        ]
    )


_PROVINCES: Final = ("110105", "310104", "440305", "330106", "510107", "420106")


def _day(chance: random.Random) -> str:
    return f"{chance.randint(1950, 2010)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}"


def _resident(chance: random.Random) -> str:
    body = chance.choice(_PROVINCES) + _day(chance) + draw(chance, string.digits, 3)
    weights = [2**at % 11 for at in range(17, 0, -1)]
    total = sum(weight * int(digit) for weight, digit in zip(weights, body, strict=True))
    number = body + "10X98765432"[total % 11]
    return _group_digits(chance, number, *chance.choice([(6, 8, 4), (4, 4, 4, 4, 2), (3, 3, 4, 4, 4)]))


def _old_resident(chance: random.Random) -> str:
    return chance.choice(_PROVINCES) + _day(chance)[2:] + draw(chance, string.digits, 3)


def _luhn(body: str) -> str:
    doubled = (int(digit) * (2 - at % 2) for at, digit in enumerate(reversed(body)))
    return body + str(-sum(value - 9 * (value > 9) for value in doubled) % 10)  # noqa: PLR2004 - a digit


def _card(chance: random.Random) -> str:
    if chance.random() < 0.5:  # noqa: PLR2004 - half of them
        number = _luhn(chance.choice(["622588", "621226", "625911"]) + draw(chance, string.digits, 12))
        return _group_digits(chance, number, 4, 4, 4, 4, 3)
    return _group_digits(
        chance, _luhn(chance.choice(["4539", "5425", "3530"]) + draw(chance, string.digits, 11)), 4, 4, 4, 4
    )


def _account(chance: random.Random) -> str:
    country, body = chance.choice(
        [("DE", draw(chance, string.digits, 18)), ("NL", f"ABNA{draw(chance, string.digits, 10)}")]
    )
    moved = "".join(str(int(char, 36)) for char in f"{body}{country}00")
    number = f"{country}{98 - int(moved) % 97:02}{body}"
    parted = (" ".join, "-".join)[chance.randrange(2)](number[at : at + 4] for at in range(0, len(number), 4))
    return chance.choice([parted, number, number.lower()])


def _ipv4(chance: random.Random) -> str:
    return ".".join(map(str, (chance.choice([101, 116, 139, 203, 47]), *(chance.randint(33, 250) for _ in range(3)))))


def _ipv6(chance: random.Random) -> str:
    group = [draw(chance, _HEX, 4).replace("0", "a") for _ in range(7)]
    return chance.choice(
        [f"2408:{':'.join(group)}", f"240e:{group[0]}::{group[1]}", f"2001:db8:{group[0]}:{group[1]}::{group[2]}"]
    )


def _mac(chance: random.Random) -> str:
    gap = chance.choice(":-")
    pairs = ["a4", "5e", "60", *(draw(chance, "6789abcdef", 2) for _ in range(3))]
    if chance.random() < 0.25:  # noqa: PLR2004 - a quarter as Cisco writes them
        return ".".join("".join(pairs[at : at + 2]) for at in (0, 2, 4))
    return gap.join(pairs if chance.random() < 0.5 else [pair.upper() for pair in pairs])  # noqa: PLR2004 - half


def _email(chance: random.Random) -> str:
    local = chance.choice(["li.wei", "canary", "zhang_san", "o'neil", "first+tag"]) + draw(chance, string.digits, 3)
    return f"{local}@{draw(chance, string.ascii_lowercase, 8)}.{chance.choice(['com', 'cn', 'com.cn', 'io', 'co.uk'])}"


def _masked_email(chance: random.Random) -> str:
    at = chance.choice([" (at) ", "[at]", " [AT] "])
    local, _, domain = _email(chance).partition("@")
    return local.replace("'", "") + at + domain


def _machine(chance: random.Random) -> str:
    reverse = ".".join(draw(chance, _HEX, 1) for _ in range(24)) + ".1.0.d.a.1.0.0.2.ip6.arpa"
    return chance.choice([f"ec2-{_ipv4(chance).replace('.', '-')}.compute.internal", reverse])


# --- what a name gives away -----------------------------------------------------------------------------------------

_SYLLABLES: Final = ("bar", "cor", "del", "fen", "gal", "hol", "jun", "kel", "lor", "mar", "nol", "pim", "ros", "tal")
_SURNAMES: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高"
_GIVEN: Final = "晓岚雨桐子墨若溪浩宇思远嘉懿梓萱"


def _password(chance: random.Random) -> str:
    alphabet = _ALNUM + chance.choice(["", "!@#$%", "_-."])
    return draw(chance, _ALNUM, 3) + draw(chance, alphabet, chance.randint(4, 12)) + chance.choice(string.digits)


def _words(chance: random.Random) -> str:
    return "".join(chance.choices(_SYLLABLES, k=4))


def _person(chance: random.Random) -> str:
    han = chance.choice(_SURNAMES) + "".join(chance.sample(_GIVEN, 2))
    return chance.choice([han, han, f"{_words(chance)}{draw(chance, string.digits, 3)}"])


def _address(chance: random.Random) -> str:
    return f"北京市海淀区{chance.choice(_GIVEN)}{chance.choice(_GIVEN)}路{chance.randint(10, 999)}号"


PASSWORD_NAMES: Final = (
    *("password", "passwd", "pwd", "db password", "user password", "login password", "pass phrase", "admin pwd"),
    *("old password", "new password", "root password", "wifi password", "密码", "登录密码", "口令"),
)
SECRET_NAMES: Final = (
    *("api key", "app key", "secret key", "access key", "access key secret", "client secret", "app secret", "secret"),
    *("access token", "refresh token", "auth token", "bearer token", "id token", "session token", "bot token"),
    *("private key", "signing key", "signing secret", "encrypt key", "webhook secret", "verification token"),
    *("open ai api key", "aws secret access key", "github token", "slack token", "tenant access token", "密钥", "令牌"),
)
PERSON_NAMES: Final = (
    *("user name", "nick name", "real name", "full name", "first name", "last name", "customer name", "contact name"),
    *("receiver name", "card holder name", "account name", "login name", "用户名", "昵称", "姓名", "联系人", "收件人"),
)
DETAIL_NAMES: Final = (
    *("address", "home address", "shipping address", "delivery address", "billing address", "street address"),
    *("住址", "收货地址", "家庭住址"),
)
NUMBER_NAMES: Final = (
    *("phone", "mobile", "phone number", "mobile phone", "contact phone", "telephone", "user phone", "tel", "fax"),
    *(
        "id card",
        "id card no",
        "passport no",
        "bank card no",
        "card number",
        "bank account",
        "社保号",
        "手机号",
        "手机号码",
    ),
    *("身份证号码", "银行卡号", "护照号", "电话"),
)
ACCOUNT_NAMES: Final = (
    *("open id", "union id", "wechat", "wechat id", "qq", "qq number", "weixin", "wx id", "alipay", "微信号", "QQ号"),
)
IDENTIFIER_NAMES: Final = (
    *("bot id", "conversation id", "workflow id", "workspace id", "space id", "user id", "chat id", "message id"),
    *("file id", "dataset id", "document id", "execute id", "plugin id", "connector id", "voice id"),
)

KINDS: Final[tuple[Kind, ...]] = (
    Kind("token of Coze", _key("pat_ sat_ czu_ czs_ cztei_", _ALNUM, 32, 64)),
    Kind("JWT", _jwt, _URL_SAFE + "."),
    Kind("private key", _pem, _BASE64 + "-\\"),
    Kind("model provider", _key("sk- sk-proj- sk-ant-api03-", _ALNUM, 32, 48)),
    Kind("Amazon key id", _key("AKIA ASIA", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)),
    Kind("cloud key id", _key("LTAI AKLT AKID STS.N", _ALNUM, 20), _URL_SAFE + "."),
    Kind("GitHub", _key("ghp_ gho_ ghs_", _ALNUM, 36)),
    Kind("GitLab", _key("glpat- glsoat- glimt-", _ALNUM, 20)),
    Kind("Hugging Face", _key("hf_", _ALNUM, 34)),
    Kind("npm", _key("npm_", _ALNUM, 36)),
    Kind("Google key", _key("AIza", _ALNUM, 35)),
    Kind("Google client", _key("GOCSPX-", _ALNUM, 28)),
    Kind("Slack", _key("xoxb- xoxp-", _ALNUM, 24, 40)),
    Kind("SendGrid", lambda chance: f"SG.{draw(chance, _ALNUM, 22)}.{draw(chance, _ALNUM, 43)}", _URL_SAFE + "."),
    Kind("Stripe", _key("sk_live_ rk_live_", _ALNUM, 24)),
    Kind("Shopify", _key("shpat_ shpss_", _HEX, 32)),
    Kind("DigitalOcean", _key("dop_v1_", _HEX, 64)),
    Kind("Databricks", _key("dapi", _HEX, 32)),
    Kind("Supabase", _key("sbp_", _HEX, 40)),
    Kind("Mailgun", _key("key-", _HEX, 32)),
    Kind("Twilio", _key("SK AC", _HEX, 32)),
    Kind("Zhipu", lambda chance: f"{draw(chance, _HEX, 32)}.{draw(chance, _ALNUM, 16)}", _URL_SAFE + "."),
    Kind("age", _key("AGE-SECRET-KEY-1", "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58)),
    Kind("Feishu app", _key("cli_", _HEX, 16)),
    Kind("Feishu user", _key("ou_", _HEX, 32)),
    Kind("Feishu token", _key("t-g1 u-", _ALNUM, 38), _URL_SAFE + "+/=."),
    Kind("WeChat app", _key("wx ww", _HEX, 16)),
    Kind("WeChat user", _key("o6 oT op", _ALNUM, 26), _URL_SAFE + "+/="),
    Kind("DingTalk app", _key("ding7 ding0", string.ascii_lowercase + string.digits, 15)),
    Kind("Doppler", _key("dp.pt. dp.st.dev.", _ALNUM, 43), _URL_SAFE + "."),
    Kind("Firecrawl", _key("fc-", _HEX, 32)),
    Kind("Heroku, Fly", _key("HRKU-AA fo1_", _ALNUM, 58)),
    Kind("Airtable", lambda chance: f"pat{draw(chance, _ALNUM, 14)}.{draw(chance, _HEX, 64)}", _URL_SAFE + "."),
    Kind("Discord bot", _discord, _URL_SAFE + "."),
    Kind("Baidu", lambda chance: f"bce-v3/ALTAK-{draw(chance, _ALNUM, 21)}/{draw(chance, _HEX, 40)}", _URL_SAFE + "/"),
    Kind(
        "Salesforce",
        lambda chance: f"00D{draw(chance, _ALNUM, 12)}!{draw(chance, _ALNUM + '._', 96)}x",
        _URL_SAFE + "!.",
    ),
    Kind("ngrok", lambda chance: f"2{draw(chance, _ALNUM, 26)}_{draw(chance, _ALNUM, 21)}"),
    Kind("packages", _key("rubygems_", _HEX, 48)),
    Kind("NuGet", _key("oy2", string.ascii_lowercase + string.digits, 43)),
    Kind("private key in base64", _bare_key, _BASE64 + "-_"),
    Kind("other services", _other_key, _BASE64 + "-_.:"),
    Kind("webhook", _webhook, _URL_SAFE + "?=&/%.+~#:@!$'()*,;|^`{}[]\\"),
    Kind("signed URL", _signed_url, _URL_SAFE + "?=&/%.+~#:@!$'()*,;|^`{}[]\\"),
    Kind("stored file", _stored_url, _URL_SAFE + "?=&/%.+~#:@!$'()*,;|^`{}[]\\"),
    Kind("e-mail", _email, _ALNUM + "._%+-'/=&!#$*?^`{|}~@:"),
    Kind("e-mail with words for signs", _masked_email, _ALNUM + "._%+-'/=&!#$*?^`{|}~@: "),
    Kind("name of a machine", _machine, _ALNUM + ".-_"),
    Kind("mobile", _mobile, _NUMBER),
    Kind("landline", _landline, _NUMBER + "()" + string.ascii_letters),
    Kind("service number", _service_number, _NUMBER + string.ascii_letters),
    Kind("foreign number", _foreign, _NUMBER + "()" + string.ascii_letters),
    Kind("resident id", _resident, _NUMBER + "Xx" + string.ascii_letters),
    Kind("old resident id", _old_resident, _NUMBER + string.ascii_letters),
    Kind("bank card", _card, _NUMBER + string.ascii_letters),
    Kind("account number", _account, _ALNUM),
    Kind("IPv4", _ipv4, _NUMBER + "vV"),
    Kind("IPv6", _ipv6, _ALNUM + ":./"),
    Kind("MAC", _mac, _ALNUM + ":-."),
    Kind("id of Coze", lambda chance: "7" + draw(chance, string.digits, 18), _NUMBER),
    Kind("log id", lambda chance: f"20{_day(chance)[2:]}102030{draw(chance, '0123456789ABCDEF', 18)}", _ALNUM),
    Kind("password", _password, names=PASSWORD_NAMES),
    Kind("password of letters", _words, names=PASSWORD_NAMES, text=False, is_word=True),
    Kind("secret", _key("x k7", _ALNUM, 12, 40), names=SECRET_NAMES),
    Kind("person", _person, names=PERSON_NAMES, text=False),
    Kind("address", _address, names=DETAIL_NAMES, text=False),
    Kind("named number", _key("1 2 6", string.digits, 9, 16), names=NUMBER_NAMES, text=False),
    Kind("account", lambda chance: "o" + draw(chance, _ALNUM, 27), names=ACCOUNT_NAMES, text=False),
    Kind("identifier", _key("7 b x9-", _ALNUM, 12), names=IDENTIFIER_NAMES, text=False),
    Kind("configured", lambda chance: f"{draw(chance, _ALNUM, 14)}~{draw(chance, _ALNUM, 9)}/+", "", configured=True),
    Kind("configured word", lambda chance: f"{_words(chance)}-{_words(chance)}", _ALNUM, configured=True),
)
