"""Validators: whether a text really is a card or identity number, a telephone number, a key."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Final

from coze_cassettes.scrubbing.machines import ipv4, ipv6, mac, public_ipv4
from coze_cassettes.scrubbing.nearby import is_drawn
from coze_cassettes.scrubbing.opaque import opaque

_RESIDENT_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_DIGITS: Final = "10X98765432"
_CARD_LENGTHS: Final = range(14, 20)
_PHONE_LENGTHS: Final = range(9, 16)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def luhn(digits: str) -> bool:
    """Whether the last of some digits is the check digit of the others (ISO/IEC 7812)."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0  # noqa: PLR2004 - the largest digit


def bank_card(text: str) -> bool:
    """A card number of 14 to 19 digits, spaces and hyphens between them allowed."""
    digits = _digits(text)
    return len(digits) in _CARD_LENGTHS and len(set(digits)) > 1 and luhn(digits)


_IBANS: Final = frozenset(
    (
        *("AD24", "AE23", "AL28", "AT20", "AZ28", "BA20", "BE16", "BG22", "BH22", "BI27", "BR29", "BY28", "CH21"),
        *("CR22", "CY28", "CZ24", "DE22", "DJ27", "DK18", "DO28", "EE20", "EG29", "ES24", "FI18", "FK18", "FO18"),
        *("FR27", "GB22", "GE22", "GI23", "GL18", "GR27", "GT28", "HN28", "HR21", "HU28", "IE22", "IL23", "IQ23"),
        *("IS26", "IT27", "JO30", "KW30", "KZ20", "LB28", "LC32", "LI21", "LT20", "LU20", "LV21", "LY25", "MC27"),
        *("MD24", "ME22", "MK19", "MN20", "MR27", "MT31", "MU30", "NI28", "NL18", "NO15", "OM23", "PK24", "PL28"),
        *("PS29", "PT25", "QA29", "RO24", "RS22", "RU33", "SA24", "SC31", "SD18", "SE24", "SI19", "SK24", "SM27"),
        *("SO23", "ST25", "SV28", "TL23", "TN24", "TR26", "UA29", "VA22", "VG24", "XK20", "YE30"),
    )
)
"""Countries, and how many characters their account numbers have (the registry of ISO 13616)."""


def iban(text: str) -> bool:
    """An international account number: as long as its country has it, with the check digits of ISO 7064."""
    compact = re.sub(r"[\s-]", "", text).upper()
    moved = "".join(str(int(char, 36)) for char in compact[4:] + compact[:4])
    return f"{compact[:2]}{len(compact)}" in _IBANS and int(moved) % 97 == 1


def resident_id(text: str) -> bool:
    """A mainland-China identity number (GB 11643): a day that exists and the right check character."""
    text = re.sub(r"[^\dXx]", "", text)
    try:
        born = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_RESIDENT_WEIGHTS, text[:17], strict=True))
    return born >= date(1900, 1, 1) and _RESIDENT_DIGITS[total % 11] == text[17].upper()


_PROVINCES: Final = frozenset(
    (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66))
)


def old_resident_id(text: str) -> bool:
    """An identity number of 15 digits: a province and a day that exist."""
    text = _digits(text)
    try:
        date(1900 + int(text[6:8]), int(text[8:10]), int(text[10:12]))
    except ValueError:
        return False
    return int(text[:2]) in _PROVINCES and text[2:6] != "0000"


def phone(text: str) -> bool:
    """A number with as many digits as ITU-T E.164 allows, but no date."""
    return len(_digits(text)) in _PHONE_LENGTHS


_DIGITS = re.compile(r"\d+")
_PARTED_MOBILES: Final = frozenset(
    (
        *((11,), (3, 8), (7, 4), (3, 4, 4), (4, 3, 4), (4, 4, 3), (3, 3, 5), (3, 5, 3), (5, 6)),
        *((3, 2, 2, 2, 2), (3, 4, 2, 2)),
    )
)
_PARTED_SERVICES: Final = frozenset(((10,), (3, 3, 4), (3, 4, 3), (4, 3, 3), (3, 7), (4, 6), (6, 4), (3, 3, 2, 2)))


def _parts(text: str) -> tuple[int, ...]:
    return tuple(map(len, _DIGITS.findall(text)))


def mobile(text: str) -> bool:
    """A mobile number of the mainland, parted as people part it, with the code of the country or without."""
    number = _COUNTRY.sub("", text)
    return _parts(number) in _PARTED_MOBILES


_COUNTRY = re.compile(r"\A\(?(?:\+|00)?86\)?\D{0,2}")


def local_phone(text: str) -> bool:
    """A landline, or a service number parted as people part it; a round one counts something, one in bits is none."""
    if set(_digits(text)) <= {"0", "1"}:
        return False
    if text[:3] not in ("400", "800") or len(_digits(text)) != _SERVICE:
        return not text.isdecimal() or len(set(text[-_ALIKE:])) > 1
    return _parts(text) in _PARTED_SERVICES and not text.endswith("000000")


_ALIKE: Final = 7
_SERVICE: Final = 10
"""Digits of a service number."""

_SIGNED = re.compile(
    r"[?&](?i:x-(?:tos|amz|oss|cos|orig|bce|goog)-[a-z-]+|x-signature|x-expires|[rl]k3s|q-sign-[a-z-]+"
    r"|(?:oss|aws)?accesskeyid|signature|sign|sig|auth_?key|expires)="
    r"|[?&](?i:e|se|exp|expiry|deadline|expiration)=(?:\d{10}|20\d\d-)"
)
_STORAGE = re.compile(
    r"(?:byteimg|ibyteimg|byteoversea|bytecdn|bytednsdoc|volccdn|volces|vlabvod|tos-[a-z0-9-]+)(?:-[a-z0-9-]+)?"
)
_WEBHOOKS: Final = (
    re.compile(r"https?://hooks\.slack\.com/(?:services|workflows|triggers)/."),
    re.compile(r"https?://[^/]{0,64}(?:feishu\.cn|larksuite\.com)/open-apis/bot/(?:v2/)?hook/."),
    re.compile(r"https?://[^/]{0,64}(?:feishu\.cn|larksuite\.com)/flow/api/trigger-webhook/."),
    re.compile(r"https?://qyapi\.weixin\.qq\.com/cgi-bin/webhook/[^?]{0,64}\?(?:[^#]{0,256}&)?key=."),
    re.compile(r"https?://oapi\.dingtalk\.com/robot/send(?:_by_session)?\?(?:[^#]{0,256}&)?(?:access_token|session)=."),
    re.compile(r"https?://[^/]{0,32}discord(?:app)?\.com/api/webhooks/."),
    re.compile(r"https?://[^/]{0,64}webhook\.office\.com/webhookb2/."),
    re.compile(r"https?://api\.netlify\.com/build_hooks/."),
    re.compile(r"https?://api\.vercel\.com/v1/integrations/deploy/."),
    re.compile(r"https?://hook\.[a-z0-9]{2,4}\.make\.com/[a-z0-9]{16}"),
    re.compile(r"https?://maker\.ifttt\.com/trigger/[^/]{1,99}/(?:json/)?with/key/[\w-]{8}"),
    re.compile(r"https?://hooks\.zapier\.com/hooks/catch/\d{1,12}/\w{4}"),
    re.compile(r"https?://(?:sctapi\.ftqq\.com/SCT|api\.day\.app/)[A-Za-z0-9]{20}"),
    re.compile(r"https?://hc-ping\.com/[a-f0-9-]{36}"),
    re.compile(r"https?://[^/]{1,128}/hooks/(?=[a-z]{0,25}\d)[a-z0-9]{26}(?![A-Za-z0-9])"),
)


def signed_url(text: str) -> bool:
    """An address whose query signs it, so that it is a credential by itself."""
    return _SIGNED.search(text) is not None and "scrubbed.invalid" not in text


def storage_url(text: str) -> bool:
    """A file on a storage or delivery host of ByteDance."""
    host, _, path = text.partition("://")[2].partition("/")
    labels = host.partition(":")[0].lower().split(".")
    ends = labels[-1] in ("com", "cn", "net") and len(labels) <= _MOST_LABELS
    return bool(path) and ends and any(map(_is_storage_label, labels[:-1]))


_MOST_LABELS: Final = 12


def _is_storage_label(label: str) -> bool:
    return (
        len(label) <= _LABEL
        and _STORAGE.fullmatch(label[label.find("tos-") :] if "tos-" in label else label) is not None
    )


_LABEL: Final = 63


_WORD_OF_KEY = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_CAPITALS = re.compile("[A-Z]{2,}")
_LONGEST_WORDS: Final = 3.4
"""Characters of the words of a drawn key on average; those of a given name are longer."""


def drawn_key(text: str) -> bool:
    """A key of Feishu: what follows the one letter of a token must be drawn, a longer prefix says enough."""
    if not text.startswith(("t-", "u-")):
        return True
    words = _WORD_OF_KEY.findall(text[2:])
    if len(_CAPITALS.findall(text)) > 1:
        return True
    return _are_short(words)


def _are_short(words: Sequence[str]) -> bool:
    return sum(map(len, words)) <= _LONGEST_WORDS * len(words)


_NAMED_KEYS: Final = re.compile(
    r"(?:\$aact|AIK_(?:CI|CLIENT|SECRET)|CCDB1|CCI(?:PAT|PRJ)|CLOJARS|api_live|api_org|apify_api|apk|bka[jt]|bkua|cf(?:at|k|ut)|cog"
    r"|csa|dd[opw]|dt0[cs]\d\d|duffel_(?:live|test)|dvc_(?:client|mobile|server)|essu|ion|lip|live|mdb_sa_(?:id|sk)"
    r"|mercury_production|mergify_application_key|napi|nyk|os_v2_(?:app|org)|pdl_(?:live|sdbx)_apikey"
    r"|persona_(?:production|sandbox)|ph[cx]|pina|pnu|polar_(?:at|oat|pat)|prf_cli|pscale_(?:oauth|pw|tkn)|ramp_(?:id|sec)|re"
    r"|rootly|rpa|samsara_api|sandbox|sc|scauth|s[gm]p|sk_car|sm_[aps]at|tfp|tgp_v1|tss|ucat|unkey|vc[aikpr]|vtwn|waka|wandb_v1|xau"
    r"|xnd_(?:development|production)|zpka)[_.]|cnvca"
)
"""How services begin their keys."""

_SHORTEST_TAIL: Final = 16
_MOST_PARTS: Final = 5
_DRAWN_PART = re.compile(r"(?:[A-Za-z]{0,24}[0-9]{1,8}){3}")


def named_key(text: str) -> bool:
    """A key that begins with the name of its service: what follows has digits, and no words of a program."""
    tail = text[match.end() :] if (match := _NAMED_KEYS.match(text)) else ""
    parts = re.split("[-_.]", tail)
    if len(tail) < _SHORTEST_TAIL or len(parts) > _MOST_PARTS or not any(char.isdecimal() for char in tail):
        return False
    if any(len(part) >= _SHORTEST_TAIL and _DRAWN_PART.match(part) for part in parts):
        return True
    words = _WORD_OF_KEY.findall(tail)
    return _are_short(words)


def drawn_value(text: str) -> bool:
    """Whether letters and digits change as often as in what a machine drew, and digits stand in more than one place."""
    words = _WORD_OF_KEY.findall(text)
    return _are_short(words) and is_drawn(text) and sum(word.isdecimal() for word in words) > 1


def user_and_password(text: str) -> bool:
    """A user's name and a password in base64, with a colon between them (RFC 7617)."""
    try:
        name, colon, password = base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode().partition(":")
    except ValueError:
        return False
    return bool(colon and password) and (name + password).isprintable()


def webhook_url(text: str) -> bool:
    """An address to which anybody who knows it may post."""
    return any(pattern.match(text) for pattern in _WEBHOOKS)


VALIDATORS: Final[Mapping[str, Callable[[str], bool]]] = MappingProxyType(
    {
        each.__name__: each
        for each in (
            bank_card,
            iban,
            resident_id,
            old_resident_id,
            ipv4,
            public_ipv4,
            ipv6,
            mac,
            phone,
            mobile,
            local_phone,
            signed_url,
            storage_url,
            webhook_url,
            user_and_password,
            drawn_key,
            named_key,
            drawn_value,
            opaque,
        )
    }
)
"""The checks by the name under which a rule asks for one."""
