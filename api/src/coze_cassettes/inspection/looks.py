"""Judges whether a word of a sentence looks like a secret: letters with digits, or digits alone."""

from __future__ import annotations

import re
from typing import Final

from coze_cassettes.inspection.described import is_described
from coze_cassettes.inspection.words import words

_LEAST: Final = 5
ALGORITHM: Final = re.compile(
    r"(?i)(?:aes|3?des|rsa|dsa|sha|md|sm|hmac|hs|rs|es|ps|ecc|ed|base|hotp|totp|oauth|utf|ssl|tls|ipv|(?:wpa/)?wpa|http|pkcs|pbkdf"
    r"|web|crc|py|python|arg|foo|bar|test|user|key|token|x|p|k)[-_]?[0-9]{1,5}(?:[-_/.].*|[a-z]{0,6}|[A-Z]{0,3})"
)
_MEASURE = re.compile(r"[0-9.,]+-?(?:[a-z%]{1,12}|[A-Z]{1,3}|[kKMGT]i?[bB][a-z]{0,4})")
_WRITTEN = re.compile(
    r"(?:[vV]|[A-Z]\.)?[0-9]+(?:\.[0-9A-Za-z]+)+|(?![a-z]+_[0-9]{3,}\Z)[a-z]+(?:_[a-z0-9]+)+|[A-Z][A-Z0-9]*(?:_[A-Z0-9]*)+|[0-9]{4}-[0-9]{2}.*"
    r"|.*[A-Za-z0-9]\.[a-z]{1,4}[0-9]?|[A-Z]{1,5}-?[0-9]{1,4}|0x[0-9A-Fa-f]+|.*[(){}\\|].*"
    r"|[a-z_]+\.[a-z0-9]+(?:_[a-z0-9]+)+|#[0-9A-Fa-f]{3,8}|[A-Za-z_.-]+=.*|[\w.-]+(?:/[\w.-]+)+@[vV]?[0-9][\w.]*|[A-Za-z0-9]+(?:_[A-Za-z0-9]+){2,}|HTTP/[0-9.]+|OAuth[0-9]?[A-Za-z]*|[/.~-].*|[a-z]+://.*|.*@.*\..*|.*,.*"
)


_OF_PROGRAMS: Final = words(
    """
    pass password passwd passphrase secret secrets token tokens key keys cred creds credential credentials auth str
    string type types config field fields value values name names user users get set error errors valid option options
    git api sql web test tests case cases step steps file files item items line lines page pages code codes row rows
    arg args var vars foo bar server servers host hosts node nodes data table tables column columns index number
    numbers level levels version model models layer layers block blocks part parts group groups limit size max min app
    the and for not any all end based one
    """
)
"""Words of which programs and descriptions make names, and nobody a password."""

_JOINED = re.compile(
    r"(?P<words>[A-Za-z][a-z]{2,15}(?P<sign>[-_])[A-Za-z](?:[a-z]|(?P=sign)[A-Za-z]){2,63})(?P<number>_[0-9]{2,4})?"
)
_SHORTEST_WORD: Final = 3


def is_phrase(word: str) -> bool:
    """Whether hyphens join three or four words, or underscores join two or more with a number behind them."""
    joined = _JOINED.fullmatch(word)
    if joined is None or (joined["sign"] == "_") != bool(joined["number"]):
        return False
    parts = joined["words"].lower().split(joined["sign"])
    is_long = len(parts) in ((2, 3, 4) if joined["number"] else (3, 4))
    return is_long and min(map(len, parts)) >= _SHORTEST_WORD and _OF_PROGRAMS.isdisjoint(parts)


_NO_ORDER = re.compile(
    r"(?=[A-Za-z]*[A-Z]{2}[A-Za-z]*[a-z])(?=[A-Za-z]*[a-z][A-Z])"
    r"(?!.*(?i:pass|secret|token|key|cred|auth|str|type|config|field|value|name|user|get|error|valid|option|git|api|sql|web))[A-Za-z]{10,64}"
)
"""Letters large and small as no word has them."""


def is_drawn(word: str) -> bool:
    """Whether a word has letters and digits, or is several, and is no algorithm, measure, variable, file or address."""
    if _NO_ORDER.fullmatch(word) or is_phrase(word):
        return True
    if len(word) < _LEAST or not re.search("[0-9]", word) or not re.search("[A-Za-z]", word):
        return False
    return not any(each.fullmatch(word) for each in (ALGORITHM, _MEASURE, _WRITTEN)) and not is_described(word)


def is_pin(word: str) -> bool:
    """Whether a word is as many digits as a person remembers."""
    return word.isdecimal() and word.isascii() and 4 <= len(word) <= 12  # noqa: PLR2004 - a year, a telephone number


GOES_ON: Final = (
    "and|for|ok|please|pls|plz|thx|thanks|lol|asap|now|to|is|was|if|when|or|private|secret|safe|correct|right|works?|worked"
    "|today|then|but|so|it|you|we|as|on|at|in|into|with|by|from|because|since|until|before|after|tomorrow|yesterday|again"
    "|still|has|had|lacks|will|does|doesn|did|didn|don|not|accepted|rejected|expired|failed|instead|leaked|once|under|via"
)
"""Words behind a number that do not say what it counts."""

WORDY: Final = re.compile(
    r"(?!.*(?i:pass|secret|token|key|cred|auth|str|type|config|field|value|name|user|get|error|valid|option|git|api|sql|web))"
    r"(?:[A-Z][a-z]{3,}){2,3}"
)
"""Words in one piece."""

# --- Chinese -------------------------------------------------------------------------------------------------------

_KNOWN: Final = words(
    """
    encrypted hashed masked required optional invalid valid empty missing string integer varchar password passwd token
    secret default unicode windows github oauth bearer bcrypt scrypt argon keycloak oracle mysql android http https
    openssl
    """
)


def is_known(word: str) -> bool:
    """Whether a word of letters is one of programs, which describes a secret."""
    if is_phrase(word):
        return False
    return word.lower() in _KNOWN or re.search("(?i)pass|key|auth|type|name", word) is not None


def is_drawn_in_chinese(word: str) -> bool:
    """In Chinese digits stand out by themselves, so that four are enough."""
    if word.isdecimal():
        return is_pin(word) and not re.fullmatch("20[0-4][0-9]", word)
    if is_phrase(word):
        return True
    if len(word) < 4 or not re.search("[0-9]", word):  # noqa: PLR2004 - shorter tells nothing
        return False
    return is_drawn(word) or (len(word) == 4 and word.isalnum() and not ALGORITHM.fullmatch(word))  # noqa: PLR2004
