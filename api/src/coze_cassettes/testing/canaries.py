"""Makes canaries: values that look like secrets or personal data, new in every run."""

from __future__ import annotations

import base64
import random
import re
import string
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from coze_cassettes.scrubbing import validators

_SURNAMES: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN: Final = "晓岚雨桐子墨若溪浩宇思远嘉懿梓萱一诺欣然明轩"
_ALPHABETS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "A": string.ascii_letters + string.digits,
        "U": string.ascii_uppercase + string.digits,
        "D": "123456789",
        "H": "0123456789ABCDEF",
        "X": "0123456789abcdef",
    }
)
_ONE_OF_EACH: Final = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
_MIXED_FROM: Final = 8
"""Letters and digits from which on a value has at least one of each sort, as random ones of some length have."""


def draw(chance: random.Random, alphabet: str, length: int) -> str:
    """Characters of one of the alphabets ``A`` (letters and digits), ``U``, ``D``, ``H`` or ``X``."""
    letters = [chance.choice(_ALPHABETS[alphabet]) for _ in range(length)]
    if alphabet == "A" and length >= _MIXED_FROM:
        for place, sort in zip(chance.sample(range(length), len(_ONE_OF_EACH)), _ONE_OF_EACH, strict=True):
            letters[place] = chance.choice(sort)
    return "".join(letters)


def _resident_id(chance: random.Random) -> str:
    day = f"{chance.randint(1950, 2010)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}"
    body = f"{chance.choice((110105, 120101, 130102))}{day}{chance.randint(0, 999):03}"
    return next(body + last for last in "0123456789X" if validators.resident_id(body + last))


def _bank_card(chance: random.Random) -> str:
    body = f"62{chance.randint(10**12, 10**13 - 1)}"
    return next(body + last for last in string.digits if validators.bank_card(body + last))


def _iban(chance: random.Random) -> str:
    body = "".join(chance.choices(string.digits, k=18))
    return next(f"DE{check:02}{body}" for check in range(2, 99) if validators.iban(f"DE{check:02}{body}"))


def _han_name(chance: random.Random) -> str:
    return chance.choice(_SURNAMES) + "".join(chance.sample(_GIVEN, 2))


_DASHES: Final = "-----"
"""Apart from what stands between them in a key file, so that no scanner takes this file for a key."""


def _pem(chance: random.Random) -> str:
    encoded = base64.b64encode(chance.randbytes(96)).decode("ascii")
    lines = [encoded[start : start + 64] for start in range(0, len(encoded), 64)]
    return "\n".join([f"{_DASHES}BEGIN PRIVATE KEY{_DASHES}", *lines, f"{_DASHES}END PRIVATE KEY{_DASHES}"])


def _ipv4(chance: random.Random) -> str:
    """Of the open network: the networks of RFC 6890 that are not begin below 130 or above 168."""
    return ".".join(str(number) for number in (chance.randint(130, 168), *(chance.randint(130, 199) for _ in range(3))))


_NAMED: Final[Mapping[str, Callable[[random.Random], str]]] = MappingProxyType(
    {
        "RESIDENT": _resident_id,
        "CARD": _bank_card,
        "IBAN": _iban,
        "HAN": _han_name,
        "PEM": _pem,
        "DASHES": lambda _: _DASHES,
        "IPV4": _ipv4,
    }
)
_PLACE = re.compile(rf"\{{(?:(?P<alphabet>[{''.join(_ALPHABETS)}])(?P<length>\d+)|(?P<name>{'|'.join(_NAMED)}))\}}")


def fill(example: str, chance: random.Random) -> str:
    """An example with its places filled: ``{A64}`` letters and digits, ``{D19}`` digits, ``{CARD}`` a card number."""

    def value(match: re.Match[str]) -> str:
        if match["name"]:
            return _NAMED[match["name"]](chance)
        return draw(chance, match["alphabet"], int(match["length"]))

    return _PLACE.sub(value, example)


PATTERNS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "personal access token": "pat_{A64}",
        "service token": "sat_{A48}",
        "user token": "czu_{A48}",
        "service user token": "czs_{A48}",
        "service identity token": "cztei_{A48}",
        "JWT": "eyJ{A20}.eyJ{A40}.{A43}",
        "PEM key": "{PEM}",
        "model provider key": "sk-{A40}",
        "Amazon key id": "AKIA{U16}",
        "Alibaba key id": "LTAI{A20}",
        "Volcengine key id": "AKLT{A30}",
        "GitHub token": "ghp_{A36}",
        "Google key": "AIza{A35}",
        "Slack token": "xoxb-{D11}-{A24}",
        "Stripe key": "sk_live_{A24}",
        "signed URL": "https://files.example/{X16}.png?x-expires={D10}&x-signature={A27}",
        "TOS URL": "https://p9-bot-sign.byteimg.com/tos-cn-i-x/{X32}.png~tplv.image",
        "e-mail": "canary.{A8}@mail{X6}.example.com",
        "mainland mobile": "139{D8}",
        "international phone": "+49 151 {D4} {D4}",
        "resident id": "{RESIDENT}",
        "bank card": "{CARD}",
        "account number": "{IBAN}",
        "IPv4": "{IPV4}",
        "IPv6": "2001:db8:{X4}:1{X3}::{X4}",
        "logid": "20241210152726{H18}",
        "Coze id": "7{D18}",
    }
)
"""Kinds of values that are known by their looks, with how one is made."""

NAMES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "opaque access token": ("access_token", "{A40}"),
        "opaque refresh token": ("refresh_token", "{A40}"),
        "client secret": ("client_secret", "{A40}"),
        "verify token": ("verify_token", "{A32}"),
        "device code": ("device_code", "{A40}"),
        "user code": ("user_code", "{U4}-{U4}"),
        "code verifier": ("code_verifier", "{A43}"),
        "application's key": ("openai_api_key", "{A40}"),
        "password": ("password", "{A14}"),
        "account name": ("user_name", "canary{A8}"),
        "unique name": ("user_unique_name", "canary{A8}"),
        "nick name": ("nick_name", "{HAN}{A4}"),
        "Han name": ("real_name", "{HAN}{A6}"),
        "avatar": ("avatar_url", "https://a{X6}.example/{A12}"),
    }
)
"""Kinds of values that are known by the name of their field: the field, and how one is made."""

IDENTIFIERS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "user id": ("user_id", "{D16}"),
        "bot id": ("bot_id", "bot-{A12}"),
        "conversation id": ("conversation_id", "conv-{A12}"),
        "workflow id": ("workflow_id", "{D19}"),
        "execute id": ("execute_id", "{D19}"),
        "file id": ("file_id", "file-{A12}"),
        "voice id": ("voice_id", "voice-{A12}"),
    }
)
"""Identifiers, known by the name of their field too."""

CONFIGURED: Final = "configured value"
"""A kind of value that only the environment names."""

CONFIGURED_VALUE: Final = "{A12}~{A10}/+{A10}"
"""How a value of the kind ``CONFIGURED`` is made; with characters that every encoding writes in another way."""
