"""Says what a code is for, where its name does not: ``the code for the gate``, ``it unlocks with the code``."""

from __future__ import annotations

import re
from typing import Final

_FOR = re.compile(r"(?i:codes?) (?:for|of|to) (?:the|my|our|your|this) (?P<what>[a-z]{3,12})(?![A-Za-z])")
_OF_NOUN = re.compile(r"(?<![A-Za-z])(?!(?:the|an?|my|your|our|this|with|use|by|is|as|and) )[A-Za-z]+[ _-]\Z|[</]\Z")
_OPENS = re.compile(
    r"(?<![A-Za-z])(?i:unlock|open|dial|enter|disarm|alarm|door|gate|lock|safe|garage|verif|log[ -]?in|sign[ -]?in"
    r"|confirm)"
)
_BREAK = re.compile(r"[.!?;\n](?:\s|\Z)")
_NEAR: Final = 40


def code_for(text: str, code: re.Match[str]) -> tuple[re.Match[str], str] | None:
    """What tells that a code opens something, and the name that it has then."""
    if (thing := _FOR.match(text, code.start())) is not None:
        return thing, f"{thing['what']} code"
    before = text[max(0, code.start() - _NEAR) : code.start()]
    if code[0] != "code" or _OF_NOUN.search(before):
        return None
    sentence = _BREAK.split(before)[-1] + _BREAK.split(text[code.end() : code.end() + _NEAR])[0]
    return (code, "access code") if _OPENS.search(sentence) else None
