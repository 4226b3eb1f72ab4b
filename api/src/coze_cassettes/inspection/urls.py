"""Judges of addresses: what in a URL is a credential by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from coze_cassettes.inspection import names
from coze_cassettes.inspection.described import is_described
from coze_cassettes.inspection.masking import MASK
from coze_cassettes.inspection.promises import SECRETS, Promise
from coze_cassettes.inspection.words import words

_SIGNATURE = re.compile(
    r"(?i)x-[a-z]{1,12}(?:-[a-z]{1,12})?-(?:signature|sign|expires|credential|security-token|date|signedheaders|authkey)"
    r"|x-(?:sign(?:ature)?|expires|orig-[a-z]+)|[rl]k3s|sig|sign|signature|hmac|auth_?key|q-(?:sign-[a-z-]+|signature|ak|key-time)"
    r"|(?:oss|aws|google)access(?:key)?id|security-token|key-pair-id|policy|hdnts|__token__|verify|skoid|x-amz-[a-z-]+"
)
_EXPIRES = re.compile(r"(?i)(?:e|se|exp|expires?|expiry|deadline|expiration)")
_FLAG = re.compile(r"(?i)true|false|yes|no|none|null|\d{1,4}|[a-z]{1,5}|[a-z]+[-_][a-z]+|\.\.\.|<.*")


def _parameters(url: str) -> Iterator[tuple[str, str]]:
    """Names and values of the query and the fragment, also of one that HTML has escaped."""
    _, _, query = url.replace("#", "?", 1).partition("?")
    for pair in re.split(r"&amp;|[&;?#]", query):
        name, _, value = pair.partition("=")
        yield unquote(name), unquote(value)


def is_signed(match: re.Match[str]) -> bool:
    """Whether a parameter of a URL is a signature, or a time at which it expires."""
    for name, value in _parameters(match[0]):
        if not value or value == MASK or _FLAG.fullmatch(value):
            continue
        if _SIGNATURE.fullmatch(name) or (_EXPIRES.fullmatch(name) and re.match(r"\d{10}|20\d\d-", value)):
            return True
    return False


def has_secret_parameter(match: re.Match[str]) -> bool:
    """Whether a parameter of a URL has the name of a secret."""
    return any(
        names.promise_of(name) in SECRETS and not _FLAG.fullmatch(value) and names.REFUSES[Promise.CREDENTIAL](value)
        for name, value in _parameters(match[0])
    )


_HOST = re.compile(r"(?i)https?://([a-z0-9.-]+)/[^\s?#]")
_STORAGE = re.compile(
    r"byteimg|byteoversea|bytecdn|bytednsdoc|byted-static|volccdn|volces|vlabvod|(?<![a-z])tos-[a-z0-9]"
)
_DOMAINS: Final = (".com", ".cn", ".net")


def is_stored(match: re.Match[str]) -> bool:
    """Whether a URL, or one among its parameters, is on a storage or delivery host of ByteDance."""
    hosts = (host.lower() for host in _HOST.findall(match[0]))
    return any(host.endswith(_DOMAINS) and _STORAGE.search(host) for host in hosts)


_EXAMPLE_PASSWORDS: Final = words(
    """
    pass password passwd pwd secret user username token auth xxx xxxx *** **** passw0rd pass123 mypassword
    mypass
    """
)


def has_password(match: re.Match[str]) -> bool:
    """Whether the part before the @ names a password, or is a token."""
    user, colon, password = match["userinfo"].partition(":")
    if not colon:
        return len(user) >= 16 and re.search(r"\d", user) is not None and "." not in user  # noqa: PLR2004 - no user's name
    return password.lower() not in _EXAMPLE_PASSWORDS and not is_described(password) and password != MASK


def is_long_code(match: re.Match[str]) -> bool:
    """Whether the code in a URL is one of OAuth: not a language, a country or an error."""
    return re.search(r"\d", match[0]) is not None
