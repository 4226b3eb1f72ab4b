"""Patterns of the values that a sentence tells: letters with digits, digits, words in one piece."""

from __future__ import annotations

from typing import Final

ALGORITHM: Final = (
    r"(?i:(?:aes|3?des|[rd]sa|sha|md|sm|hmac|[ehpr]s|ecc|ed|base|[ht]otp|oauth|utf|ssl|tls|ipv|(?:wpa/)?wpa|http|x|p|pkcs|pbkdf|k|web)"
    r"[-_]?\d{1,5}(?:[-/_](?:[A-Z]{3}|\d{1,4}|sha\d{1,3}|[a-z]{3,12}(?![-\d])))?)(?![A-Za-z0-9@#$%^&*_+=~-])"
)
_MEASURE: Final = (
    r"\d{1,6}(?:st|nd|rd|th|s|ms|[kmgtKMGT]i?[bB]?|px|h|d|x|-?(?:bits?|bytes?|chars?|digits?|days?|[a-z]{3,12}))\b"
)
_PART: Final = r"(?:(?=[A-Za-z])[A-Z]*+[a-z]*+(?:[A-Z][a-z]++)*+\d{0,4}+|\d++[a-z]{0,2}+)"
"""A word of the name of a variable."""

_OF_PROGRAMS: Final = (
    r"(?i:pass(?:word|wd|phrase)?|secrets?|tokens?|keys?|creds?|credentials?|auth|str|string|types?|config|fields?|values?|names?|users?|get|set"
    r"|errors?|valid|options?|git|api|sql|web|tests?|cases?|steps?|files?|items?|lines?|pages?|codes?|rows?|args?|vars?|foo|bar|servers?|hosts?|nodes?|data"
    r"|tables?|columns?|index|numbers?|levels?|version|models?|layers?|blocks?|parts?|groups?|limit|size|max|min|app|the|and|for|not|any|all|end|based|one)"
)
"""Words of which programs and descriptions make names, and nobody a password."""

_WORD: Final = rf"(?!{_OF_PROGRAMS}(?![a-z]))[A-Za-z][a-z]{{2,15}}"
_NUMBERED: Final = rf"{_WORD}(?:_{_WORD}){{1,3}}_\d{{2,4}}(?![A-Za-z0-9_])"
PHRASE: Final = (
    rf"(?=[A-Za-z][a-z]{{2,15}}[-_][A-Za-z])(?:{_WORD}(?:-{_WORD}){{2,3}}(?![A-Za-z0-9_(\[{{<@/-]|\.\w)|{_NUMBERED})"
)
"""Words that hyphens join, or underscores with a number at the end, as people make a password of them."""

PHRASED: Final = r"[a-z]-[A-Za-z][a-z]{2,15}-[A-Za-z]"
"""What is in each of the former, and quickly looked for."""

KNOWN: Final = (
    rf"(?!(?=[A-Za-z][a-z]{{2,15}}_[A-Za-z]){_NUMBERED})(?:(?i:pep|rfc|iso|cve|bug|issue|gh)-?\d{{1,5}}(?:-\d{{1,7}})?(?![\w@#$%^&*+=~]|!\w)|{ALGORITHM}|{_MEASURE}|(?:[vV]|[A-Z]\.)?\d{{1,4}}(?:\.\d{{1,5}})+|(?![a-z]+_\d{{3,}}(?![a-z0-9_]))[a-z]+(?:_[a-z0-9]+)+\b(?![.-]\d\d)|[A-Z][A-Z0-9]*_[A-Z0-9_]+\b"
    rf"|{_PART}(?:_{_PART}){{2,}}\b|HTTP/|[A-Za-z_]+=|OAuth\d?[A-Za-z]*\b|\d{{4}}-\d\d"
    r"|[A-Za-z0-9_/-]+\.(?:[a-z]{2,4}|[a-z]{1,3}\d)\b"
    r"|[A-Z]{1,5}[- ]?\d{1,4}(?![\w@#$%^&*+=~]|!\w|-[A-Z0-9]{4,5}-[A-Z0-9]"
    r"|[-/](?=[A-Za-z]{0,5}\d)[A-Za-z0-9]{6})|0x[0-9a-fA-F]+\b)"
)
"""What has letters and digits and is no secret: an algorithm, a measure, a version, a variable, a file."""

_SIGN: Final = r"[A-Za-z0-9!@#$%^&*_+=~?./-]"
MIXED: Final = (
    rf"(?!{KNOWN})(?=[A-Za-z!@#$%^&*_+=~?./-]{{0,40}}\d)(?=[\d!@#$%^&*_+=~?./-]{{0,40}}[A-Za-z])"
    rf"[A-Za-z0-9]{_SIGN}{{3,126}}[A-Za-z0-9!@#$%^&*+=~](?![A-Za-z0-9_(\[{{@]|[-+=~*^$#][A-Za-z0-9]|<(?!/|br\b))"
)
VALUE: Final = rf"(?:{MIXED}|{PHRASE})"
"""What is a value where a sentence tells one."""

WORDY: Final = (
    r"(?!\S*(?i:pass|secret|token|key|cred|auth|str|type|config|field|value|name|user|get|error|valid|option|git|api|sql|web))"
    r"(?:(?:[A-Z][a-z]{3,}){2,3}"
    r"|(?=[A-Za-z]{0,40}[A-Z]{2}[A-Za-z]{0,40}[a-z])(?=[A-Za-z]{0,40}[a-z][A-Z])[A-Za-z]{10,64})"
    r"(?![A-Za-z0-9_(\[{<@/-]|\.\w)"
)
"""Words in one piece, or letters in no order."""

_SAYS_ON: Final = (
    "and|for|ok|please|now|to|is|was|if|when|or|private|secret|safe|correct|right|works?|today|then|but|as|on|at|with|again"
    "|because|since|until|by|before|after|tomorrow|yesterday|again|still|pls|plz|thx|thanks|lol|asap|and|but|so|it|you|we|they|that|this|which|from|in|into|has|had|lacks|will|does|did|not|accepted|rejected|expired|failed|instead|leaked|doesn|don|no|once|under|via"
)
"""Words behind a number that do not say what it counts."""

DIGITS: Final = (
    r"\d{4,12}(?![A-Za-z0-9_%]|\s?[位个次天年月日时小分秒种条步元字页章至到]|[-/.][0-9A-Za-z]"
    rf"| (?!(?:{_SAYS_ON})\b)[a-z]{{2,12}}s?\b)"
)
