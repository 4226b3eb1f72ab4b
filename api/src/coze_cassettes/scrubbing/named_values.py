"""Judges whether what stands behind a name is its value: not code, not a type, not the next word of a sentence."""

from __future__ import annotations

import re
from typing import Final

from coze_cassettes.scrubbing.looks import PHRASE
from coze_cassettes.scrubbing.names import words_of
from coze_cassettes.scrubbing.nearby import is_shown
from coze_cassettes.scrubbing.rules.model import Category, Rule
from coze_cassettes.scrubbing.syntaxes import NamedValue

_CODE = re.compile(
    r"[$<{%*]|(?:Read|Get|New|Import|ConvertTo)-[A-Z][a-z]"
    r"|\.{1,2}/|.*[({\[]|(?:self|this|os|process|env|config|settings|args|request|options)\."
)
_WORD = re.compile(
    r"[A-Za-z]?[a-z]+(?:[_.\-][a-z]+)*|[A-Z]+(?:_[A-Z]+)*|[A-Z][a-z]+(?:[A-Z][a-z]+)+|[a-z]+(?:[A-Z][a-z]+)+"
)
_PHRASE = re.compile(PHRASE)
_NOTHING = re.compile(r"!{1,2}[a-z]{1,16}|[\W_]*|\\[uUx{0-7]?[0-9A-Fa-f]{0,8}|\\{1,8}[nrt][A-Za-z]*")
"""A tag of YAML, signs, a word on the next line, or an escape that breaks off: the piece of a text may end there."""

_QUOTES: Final = ("'", '"', "`", "“", "‘", "「", "【", "[", "(")
_MIN_IDENTIFIER: Final = 6
_NOTHING_BARE = re.compile(
    rf"{_NOTHING.pattern}|(?i:&?s(?:t(?:r(?:i(?:ng?)?)?)?)?|text|varchar|int(?:eger)?|number|bool(?:ean)?|bytes|any|object|null|none|n/a|optional"
    r"|required|undefined|dict|list|tuple|float|not|self|param|true|false)|\d{1,5}/(?:tcp|udp|sctp|dccp)|:{0,2}_{1,2}[A-Za-z]+(?:_[A-Za-z]+)*[&*]?"
)
"""Types and ports too, where no quotes make them a value: ``user_name: str``, or the beginning of one in a piece of a
stream."""

_NAMES_PERSON = re.compile(
    r"(?!(?i:the|an?|not?|is|of|to|in|for|string|text|null|none|true|false|your|my)\b)[A-Z][a-z]|[\u4e00-\u9fff]{2,4}\Z|.*\d"
)
"""How a person's name or a detail looks behind words that may be a part of a sentence."""


_DECLARATIONS: Final = ("def ", "class ", "function ", "func ", "fn ", "return ")
"""Before the name of a function or a class, behind which a type stands: ``def token() -> "Builder"``."""


def is_value(text: str, found: NamedValue, rule: Rule) -> bool:
    """Whether what stands behind a name is the value that the rule claims."""
    if found.name.startswith(_DECLARATIONS) or _says_nothing(text, found, rule):
        return False
    return _is_value(text[found.start : found.end], found, rule) or _is_last_word(text, found, rule)


def _says_nothing(text: str, found: NamedValue, rule: Rule) -> bool:
    """Whether what stands behind a name is no value at all: signs, a type, the name again, a part of one."""
    value = text[found.start : found.end]
    before = text[max(0, found.start - 1) : found.start]
    is_bare = not found.is_quoted or before == "`" or before not in _QUOTES
    nothing = _NOTHING_BARE if is_bare else _NOTHING
    if nothing.fullmatch(value) or _ELIDED.fullmatch(value) or is_example(value) or says_its_name(value, found.name):
        return True
    if _SETTING.match(value) and "\n" in text[max(0, found.start - _MARGIN) : found.start]:
        return True
    if _is_variable(value, found.name) and (is_bare or value in text[max(0, found.start - _NEAR) : found.start]):
        return True
    if rule.kind in _NAMES and value in _OF_SYSTEMS:
        return True
    return rule.category is Category.SECRET and (_is_link(value) or _OF_SECRETS.fullmatch(value) is not None)


_NAMES: Final = ("USER_NAME", "ACCOUNT", "PERSON_NAME")
_OF_SYSTEMS: Final = (
    "root",
    "admin",
    "app",
    "postgres",
    "mysql",
    "deploy",
    "ubuntu",
    "www-data",
    "nobody",
    "daemon",
    "service",
    "system",
)
"""Accounts that every system has, which name nobody."""

_SETTING = re.compile(r"(?:\w++[.-])*+(?:(?<=\.)\w++|\w[^\W_]*+_\w++)\s?[=:][^=]")
"""The setting of the next line, behind one that is empty: ``jwt.expiration=3600``."""

_MARGIN: Final = 4
"""Characters before a value in which its line begins."""


def _is_value(value: str, found: NamedValue, rule: Rule) -> bool:
    """Whether what stands behind a name in running text is a value, not code nor the next word of a sentence."""
    if _CODE.match(value) is not None:
        return False
    if found.is_phrase and rule.category is Category.PERSONAL:
        return _NAMES_PERSON.match(value) is not None
    if rule.category is Category.IDENTIFIER:
        is_package = _PACKAGE.fullmatch(value) is not None
        return len(value) >= _MIN_IDENTIFIER and any(char.isdigit() for char in value) and not is_package
    if found.is_quoted:
        return not _is_name(value, found.name)
    if rule.category is Category.SECRET:
        return _WORD.fullmatch(value) is None or _PHRASE.fullmatch(value) is not None
    return True


_PACKAGE = re.compile(r"[a-z]+(?:\.[a-z][a-z0-9-]*)+")
"""A name of a package: ``com.auth0``."""

_ENDS = re.compile(r"\s*(?:\Z|[.,;!。，；！、)）]|[\u4e00-\u9fff])")
_LETTERS = re.compile(
    rf"{PHRASE}|[a-z]{{4,}}|(?!.*(?i:pass|secret|token|key|cred|auth|str|type|config|field|value|name|user|get|error|valid|option))"
    r"(?:(?:[A-Z][a-z]{2,}){2,3}"
    r"|(?=[A-Za-z]{0,40}[A-Z]{2}[A-Za-z]{0,40}[a-z])(?=[A-Za-z]{0,40}[a-z][A-Z])[A-Za-z]{10,64})"
)
"""Words that a password is made of, or letters in no order."""

_SAID: Final = re.compile(
    r"that|this|here|there|none|null|true|false|valid|invalid|wrong|right|correct|incorrect|required|optional"
    r"|missing|empty|given|provided|needed|used|unused|stored|saved|sent|reset|changed|unchanged|expired|revoked"
    r"|generated|encrypted|hashed|masked|hidden|protected|known|unknown|secret|public|private|confidential"
    r"|strong|weak|safe|secure|long|short|good|ready|same|different|unique|available|enough|enabled|disabled"
    r"|accepted|rejected|refused|mandatory|important|password|passwd|passphrase|token|credential|username|user"
    r"|admin|root|guest|default|example|sample|test|testing|demo|dummy|fake|value|string|text|number|placeholder"
    r"|basic|bearer|digest|authentication|undefined|yours|mine|something|anything|nothing|everything"
    r"|case-sensitive|requested"
)
"""What a sentence says of a secret instead of telling it."""


def _is_last_word(text: str, found: NamedValue, rule: Rule) -> bool:
    """Whether a sentence ends with a word behind the name of a secret, as in "the password is tulip."."""
    value = text[found.start : found.end]
    if (
        found.is_phrase
        or rule.category is not Category.SECRET
        or _LETTERS.fullmatch(value) is None
        or _SAID.fullmatch(value)
    ):
        return False
    return found.is_word or _ENDS.match(text, found.end) is not None


_ELIDED = re.compile(
    r"[A-Za-z]{2,24}=|\S{0,11}(?:\.{3}|…)\S{0,3}|(?:[A-Za-z]{2,4}[-_])?[xX*]{3,}|(?i:your)[ _-][A-Za-z _-]{1,40}"
)
"""A value of which a text shows the beginning only, or nothing, or says whose it is (``your-name``)."""

_LINK = re.compile(r"https?://[^\s?#@/]*(?P<path>[^\s?#@]*)")


def _is_link(value: str) -> bool:
    """Whether it is an address without a parameter, of whose path nothing looks drawn: no secret is in it."""
    link = _LINK.fullmatch(value)
    return link is not None and not any(map(is_shown, link["path"].split("/")))


_OF_SECRETS = re.compile(
    r"(?i:ctrl|control|alt|shift|cmd|command|option|meta|win|fn)(?:[+-][A-Za-z0-9]{1,9}){1,3}|(?i:base|sha|aes|md)-?\d{1,3}-[a-z]{3,12}|utf-?8|ascii|latin-?1|omit|include|same-origin|(?i:my|the|some)[_-][A-Za-z_-]{1,40}"
)
"""Keys pressed together, what methods and options take, what examples have: ``credentials: "omit"``, ``my-secret``."""

_VARIABLE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")


def is_example(value: str) -> bool:
    """Whether documentation has it in place of a value: a form, or a mask."""
    return _WORD_IS_WORD.fullmatch(value) is not None or not value.strip("*")


_WORD_IS_WORD = re.compile("[a-z_-]{2,16}=[a-z-]{1,16}")
"""A cookie that documentation has: ``theme=dark``."""


def says_its_name(value: str, name: str) -> bool:
    """Whether a value is its name, as documentation has it: ``"openId": "OPENID"``."""
    said = value.lstrip(":@")  # a parameter of SQL
    return _VARIABLE.fullmatch(said) is not None and _letters(said) == _letters(name.rpartition(".")[2])


def _letters(name: str) -> str:
    return words_of(name).replace("_", "")


_NEAR: Final = 128
"""Characters before a value in quotes in which a class stands whose name it is."""


def _is_variable(value: str, name: str) -> bool:
    """Whether a value is a class or a member with its name, as code has it: ``token=self.token``."""
    if _VARIABLE.fullmatch(value) is None:
        return False
    owner, _, last = value.rpartition(".")
    said, named = words_of(last), words_of(name.rpartition(".")[2])
    if value[:1].isupper() and (value.endswith(name) or said.endswith(f"_{named}")):  # a class; its name may be cut
        return True
    if not owner:
        return False
    letters = named.replace("_", "")
    return any(_letters(part) == letters for part in value.split(".")) or not {*said.split("_")}.isdisjoint(
        named.split("_")
    )


_LABEL = re.compile(r"[a-z]+(?:_[a-z]+)*_(?:token|key|secret|password|id|name|url)|[A-Z]+(?:_[A-Z]+)+")
_WORDS_OF_LABEL = re.compile(r"[a-z]+(?:_[a-z]+)+")


def _is_name(value: str, name: str) -> bool:
    """Whether a value in quotes is the name of something, as code has it: ``token="access_token"``."""
    return _LABEL.fullmatch(value) is not None or (
        name.endswith("_KEY") and _WORDS_OF_LABEL.fullmatch(value) is not None
    )
