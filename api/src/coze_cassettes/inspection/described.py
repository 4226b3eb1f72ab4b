"""Tells a text that says what a value is from the value: a type, a mask, a variable, a word of a form."""

from __future__ import annotations

import re
from typing import Final

from coze_cassettes.inspection.words import words

_TYPES: Final = words(
    """
    string str text number integer int boolean bool bytes object array list dict null none nil undefined true
    false any uuid date datetime float password secret token required optional hidden masked redacted unknown
    bearer basic passwd api_key apikey change_me changeme n/a na - *** name=value key=value
    """
)
"""What stands where a schema or a form describes a value."""

_GRANT_TYPES: Final = frozenset(("refresh_token", "authorization_code", "access_token", "device_code", "client_secret"))
"""Names of secrets that OAuth has as values: of ``grant_type``, ``token_type`` and ``response_type``."""


def is_described(value: str) -> bool:
    """Whether a text says what a value is instead of being one: a type, a mask, a variable to fill in."""
    plain = _SCHEME.sub("", value.strip().strip("\"'`"))
    if plain.lower() in _TYPES or plain in _GRANT_TYPES or len(set(plain)) <= 1:
        return True
    return any((_TEMPLATE.fullmatch(plain), _KEYS.fullmatch(plain), _IN_A_FORM.match(plain)))


_SCHEME = re.compile(r"(?i:bearer|basic|token) (?=[<${%])")
"""How a credential is used, before a variable that stands for it."""

_FILLED_IN = re.compile(r"<[A-Za-z][A-Za-z _-]*>|\$?\{\{? ?[A-Za-z_][A-Za-z0-9_. -]*\}?\}|\$[A-Z_]+|%[A-Z_]+%|string")


def is_filled_in(value: str) -> bool:
    """Whether a text is a place of a template, where a value comes: ``{{user}}``."""
    return _FILLED_IN.fullmatch(value.strip()) is not None


_IN_A_FORM = re.compile(
    r"(?:\d{1,3}[到至~-]\d{1,3}[个位]|[请請需待可必选選免未暂暫](?:填写?|填寫|输入|輸入|[选選]填?|提供|[补補]充|定|[无無])|非空|不[详詳]|未知|匿名|保密|同上|某某)"
    r"(?:[\u4e00-\u9fff]{0,8}\Z|[^\w\s])"
)
"""What a form has in place of a value, and may go on to describe."""

_TEMPLATE = re.compile(
    r"!{1,2}[a-z]{1,16}|<[^<>]*>|\$?\{\{?[^{}]*\}?\}|\$\(?[A-Za-z_]\w*(?:::\w+)*\)?|%\([a-z_]+\)s|%[sdr]|\[[^\[\]]*\]|(?:[A-Za-z]{2,4}[-_])?(?:\*|x|X|\.|•|-){3,}.{0,4}"
    r"|\^.*\$|[a-z_-]{2,16}=[a-z-]{1,16}|[A-Za-z_-]{2,24}=|_{1,2}[A-Za-z]+(?:_[A-Za-z]+)*;?|\S{0,11}(?:\.{3}|…)\S{0,3}|(?:[A-Z][a-z]+){4,}|(?:/[a-z0-9_.{}:-]+){2,}/?|[a-z]+(?:_[a-z]+)*_(?:id|name|key|token|url|type)"
    r"|(?i:your|my|the|some)[ _-].{0,40}|(?i:process\.env|os\.environ|os\.getenv|env\.).*"
    r"|[0-9]{1,5}/(?:tcp|udp|sctp|dccp)|(?i:rfc|wpa|base|sha|md|aes|rsa|utf|tls|ssl|pkcs)[-_]?[0-9]{1,4}(?:-[a-z]{3,12})?",
    re.DOTALL,
)


_KEYS = re.compile(r"(?i:ctrl|control|alt|shift|cmd|command|option|meta|win|fn)(?:[+-][A-Za-z0-9]{1,9}){1,3}")
"""Keys that are pressed together."""

_VARIABLE = re.compile(r"[a-z_]\w*(?:\.[a-z_]\w*)*")
_SIGNS = re.compile(r"[^a-z0-9]")


def is_own_name(value: str, name: str) -> bool:
    """Whether a value only says its own name, as examples and code do: ``"lastName": self.last_name``."""
    value, own = value.strip().lower(), _SIGNS.sub("", name.lower())
    if value == name.lower():
        return True
    return bool(own) and _VARIABLE.fullmatch(value) is not None and _SIGNS.sub("", value.rpartition(".")[2]) == own


_NO_CODE = re.compile(r"(?:[0-9][a-z]{2,4}|(?<![A-Za-z])[a-z]{2}_[A-Z]{2})\Z")
"""A short name behind a figure, in a pattern that parts words, or the name of a language (``sk_SK``)."""

_REACH: Final = 5


def stands_for_another(text: str, start: int, end: int, *, is_short: bool) -> bool:
    """Whether what looks like the name of a secret is one of the options of a command, or a part of another name."""
    return text.startswith("|--", end) or (is_short and _NO_CODE.search(text, max(0, start - _REACH), end) is not None)
