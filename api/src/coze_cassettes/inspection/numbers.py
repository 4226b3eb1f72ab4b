"""Judges of numbers: of telephones, identities, cards, machines, each by the definition of its issuer.

The libraries of the field have the last word (phonenumbers, python-stdnum). They are imported when the first candidate
is judged, so that a replay never loads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

SEPARATOR: Final = "[-. \u00a0\u00b7\u2009\u2022\u2027\u202f\u2010-\u2015\u2043\u2212\u30fb/]"
"""What people write between the groups of a number; full-width forms are folded before."""

_GROUP = re.compile("[0-9]+[Xx]?")
_WORD_BEFORE = re.compile(r"[A-Za-z0-9]*\Z")
_WORD_AFTER = re.compile(r"[A-Za-z0-9]*")
_HEX_WORD = re.compile("[0-9a-f]{20,}|[0-9A-F]{20,}")
_LONGEST_WORD: Final = 64


def is_in_hex(match: re.Match[str]) -> bool:
    """Whether digits are a part of a long hexadecimal word, a hash for one."""
    start, end = match.span()
    before = _WORD_BEFORE.search(match.string[max(0, start - _LONGEST_WORD) : start])
    after = _WORD_AFTER.match(match.string, end, end + _LONGEST_WORD)
    head, tail = before[0] if before else "", after[0] if after else ""
    return bool(head or tail) and _HEX_WORD.fullmatch(head + match[0] + tail) is not None


_DUMP_LINE = re.compile(
    r"(?<![0-9A-Za-z])[0-9A-Fa-f]{6,7}0(?::[ ](?P<words>(?:[0-9A-Fa-f]{4}[ ]){0,7}[0-9A-Fa-f]{2,4})"
    r"|[ ]{1,2}(?P<bytes>(?:[0-9A-Fa-f]{2}[ ]{1,2}){3,15}[0-9A-Fa-f]{2}))(?![0-9A-Za-z])"
)
"""A line of xxd, or of hexdump and od: the place of its first byte, then up to sixteen bytes."""

_WORDS_OF_DIGITS = re.compile(
    r"(?<![0-9A-Za-z])(?P<digits>(?=[0-9\s]{0,64}[A-Fa-f])[0-9A-Fa-f]{8}(?:\s[0-9A-Fa-f]{8})+(?:\s[0-9A-Fa-f]{2,8})?)(?![0-9A-Za-z])"
)
"""Four bytes in each word, of which some have letters: a text, and no numbers."""

_PRINTED = re.compile(rb"[\t\n\r -~\x80-\xff]+")
_DUMP_REACH: Final = 64


def is_dumped(match: re.Match[str]) -> bool:
    """Whether digits are the bytes of a text in a line of a dump (``00000010: 4578 6563 7574 652d``), or in words."""
    start, end = match.span()
    for pattern in (_DUMP_LINE, _WORDS_OF_DIGITS):
        for line in pattern.finditer(match.string, max(0, start - _DUMP_REACH), end + _DUMP_REACH):
            first, last = line.span(line.lastgroup or 0)
            if first <= start and end <= last:
                digits = re.sub(r"\s", "", line.string[first:last])
                return _PRINTED.fullmatch(bytes.fromhex(digits[: len(digits) // 2 * 2])) is not None
    return False


def is_fraction(match: re.Match[str]) -> bool:
    """Whether digits are a part of a decimal number: behind ``1.``, or before a point and a digit that is not zero."""
    start, end = match.span()
    text = match.string
    if start > 1 and text[start - 1] == "." and text[start - 2].isdecimal():
        return True
    return re.compile(r"\.0*[1-9]").match(text, end) is not None


# --- telephone numbers ----------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def is_phone(number: str, region: str) -> bool:
    """Whether phonenumbers calls a number valid, dialled in a region (``CN``)."""
    import phonenumbers  # noqa: PLC0415 - 40 ms that only a candidate is worth

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, region))
    except phonenumbers.NumberParseException:
        return False


_GROUPINGS: Final = frozenset(
    {
        (11,),
        (3, 8),
        (7, 4),
        (3, 4, 4),
        (4, 3, 4),
        (4, 4, 3),
        (3, 3, 5),
        (3, 5, 3),
        (5, 6),
        (3, 2, 2, 2, 2),
        (3, 4, 2, 2),
    }
)
"""How the eleven digits of a mainland mobile number are parted."""


def is_mainland_mobile(match: re.Match[str]) -> bool:
    """Eleven digits in one of the usual groups."""
    groups = tuple(map(len, _GROUP.findall(match[0])))
    if groups not in _GROUPINGS or is_in_hex(match) or is_fraction(match) or is_dumped(match):
        return False
    return is_phone(re.sub("[^0-9]", "", match[0]), "CN")


def is_international_mobile(match: re.Match[str]) -> bool:
    """A mainland mobile number behind 86."""
    if is_in_hex(match) or is_fraction(match) or is_dumped(match):
        return False
    return is_phone("+" + re.sub("[^0-9]", "", match[0]).removeprefix("00"), "CN")


_LEAST_ABROAD: Final = 8
_SIGNED = re.compile(r"\+[0-9]+\.[0-9]{1,3}")
"""A decimal number with its sign; the last group of a telephone number is longer, or more stand before it."""


def is_international(match: re.Match[str]) -> bool:
    """A number with its country's code that is valid there; a longer run may begin with one."""
    if _SIGNED.fullmatch(match[0]):
        return False
    groups = _GROUP.findall(match[0].replace("(0)", ""))
    for last in range(len(groups), 0, -1):
        digits = "".join(groups[:last])
        if len(digits) < _LEAST_ABROAD:
            return False
        if is_phone("+" + digits.removeprefix("00"), "ZZ"):
            return True
    return False


_SERVICE_GROUPINGS: Final = frozenset({(10,), (3, 3, 4), (3, 4, 3), (4, 3, 3), (3, 7), (4, 6), (6, 4), (3, 3, 2, 2)})
"""How the ten digits of a service number are parted."""

_ROUND: Final = "000000"
"""How a number of anything ends that is rounded: 4000000000 bytes."""


def is_local(match: re.Match[str]) -> bool:
    """A landline or a service number, dialled in one of the places where numbers are written so."""
    if is_in_hex(match) or is_fraction(match) or is_dumped(match):
        return False
    digits = re.sub("[^0-9]", "", match[0])
    if digits.endswith(_ROUND) or _is_of_path(match) or (match[0] == digits and _is_in_word(match)):
        return False
    if digits.startswith(("400", "800")) and tuple(map(len, _GROUP.findall(match[0]))) not in _SERVICE_GROUPINGS:
        return False
    if digits.startswith("0"):
        return any(is_phone(digits, region) for region in ("CN", "JP", "KR", "GB", "TW"))
    return is_phone(digits, "CN" if digits[:3] in ("400", "800") else "US")


def _is_of_path(match: re.Match[str]) -> bool:
    """Whether a slash parts two names of a path: ``/text/shared/01/12080300.html``."""
    if "/" not in match[0]:
        return False
    before, behind = match.string[max(0, match.start() - 1) : match.start()], match.string[match.end() :][:2]
    return before == "/" or re.match(r"\.[a-z]|/", behind) is not None


def _is_in_word(match: re.Match[str]) -> bool:
    """Whether digits in one piece stand inside letters, or are one digit again and again."""
    around = match.string[max(0, match.start() - 1) : match.start()] + match.string[match.end() : match.end() + 1]
    return re.fullmatch("[A-Za-z]{2}", around) is not None or len(set(match[0][-_ALIKE:])) == 1


_ALIKE: Final = 8

# --- numbers of persons and cards -----------------------------------------------------------------------------------

_REGIONS: Final = frozenset(
    (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82, 83)
)
"""The first two digits of a resident identity number (GB/T 2260)."""

_FIRST_YEAR, _LAST_YEAR = 1880, 2060


def _is_day(digits: str) -> bool:
    """Whether eight digits are a date on which a living person may be born."""
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    return _FIRST_YEAR <= year <= _LAST_YEAR and 1 <= month <= 12 and 1 <= day <= 31  # noqa: PLR2004 - a calendar


def is_resident_id(number: str) -> bool:
    """A number of 18 characters with its check digit (GB 11643), or one of 15 digits, which has none."""
    if int(number[:2]) not in _REGIONS:
        return False
    if len(number) == 15:  # noqa: PLR2004 - the old form
        return number.isdecimal() and _is_day("19" + number[6:12])
    from stdnum.iso7064 import mod_11_2  # noqa: PLC0415 - only a candidate is worth it

    return bool(mod_11_2.is_valid(number.upper())) and _is_day(number[6:14])


_LEAST_OF_PLATE: Final = 3
_NEW_ENERGY: Final = 6


def is_plate(match: re.Match[str]) -> bool:
    """Whether most signs of a plate are digits, and the kind of a car with new energy stands first or last."""
    number = match["number"]
    if re.match("[A-Za-z0-9]", match.string[max(0, match.start() - 1) : match.start()]):
        return False
    if len(number) == _NEW_ENERGY and not re.fullmatch("[DFABCEGHJK][0-9]{5}|[DF][A-Z][0-9]{4}|[0-9]{5}[A-K]", number):
        return False
    return len(re.findall("[0-9]", number)) >= _LEAST_OF_PLATE


_ISSUERS = re.compile(r"62|81|4|5[0-5678]|2[2-7]|3[0568]|6[04-9]|3[47]|9[0-9]")
_AMEX: Final = 15


def is_card(number: str) -> bool:
    """A number with the first digits of an issuer of cards and a Luhn check digit (ISO/IEC 7812)."""
    if not number.isdecimal() or len(set(number)) < 4 or not _ISSUERS.match(number):  # noqa: PLR2004 - 4000 0000 ...
        return False
    if (len(number) == _AMEX) != (number[:2] in ("34", "37")):
        return False
    from stdnum import luhn  # noqa: PLC0415 - only a candidate is worth it

    return bool(luhn.is_valid(number))


_LENGTHS: Final = range(15, 20)
_OLD, _NEW = 15, 18
"""Characters of a resident identity number."""


_GROUPS_OF_OLD: Final = (6, 6, 3)
"""How the digits of the old form are parted, if they are: the place, the day, the number."""


def _numbers(groups: Sequence[str]) -> Iterator[str]:
    """Numbers of 15 digits in one piece or in their groups, and what neighbouring groups give that has 18."""
    yield from (group for group in groups if len(group) == _OLD)
    threes = (groups[first : first + 3] for first in range(len(groups) - 2))
    yield from ("".join(three) for three in threes if tuple(map(len, three)) == _GROUPS_OF_OLD)
    for first in range(len(groups)):
        number = ""
        for group in groups[first : first + _NEW]:
            number += group
            yield from (each for each in {number, number.rstrip("Xx")} if len(each) == _NEW and each[:-1].isdecimal())
            if len(number) > _NEW:
                break


_DECIMAL = re.compile(r"(?<![0-9.])[0-9]{1,3}\.[0-9]{1,17}(?!\.?[0-9])")
"""A decimal number of as many digits as a double has."""


def _digits_in(match: re.Match[str]) -> Iterator[Sequence[str]]:
    """The groups of digits of a run, without those of decimal numbers."""
    yield from (_GROUP.findall(part) for part in _DECIMAL.split(match[0]))


def _is_id_of_markup(match: re.Match[str]) -> bool:
    """Whether digits end the id of an element: ``id="par_id3147265"``."""
    return match.string.startswith("_id", max(0, match.start() - 3))


def has_resident_id(match: re.Match[str]) -> bool:
    """Whether a run of digit groups holds an identity number."""
    if _is_id_of_markup(match) or is_in_hex(match) or is_fraction(match) or is_dumped(match):
        return False
    return any(is_resident_id(number) for groups in _digits_in(match) for number in _numbers(groups))


_EVEN: Final = frozenset(
    {(4, 4, 4, 4), (4, 4, 4, 4, 1), (4, 4, 4, 4, 2), (4, 4, 4, 4, 3), (4, 6, 5), (6, 10), (6, 13), (4, 4, 4, 3)}
)
"""How the digits of a card are parted."""


def has_card(match: re.Match[str]) -> bool:
    """Whether a run of digit groups holds the number of a card: in one piece, or parted as on a card."""
    if _is_id_of_markup(match) or is_in_hex(match) or is_fraction(match) or is_dumped(match):
        return False
    return any(map(_holds_card, _digits_in(match)))


def _holds_card(groups: Sequence[str]) -> bool:
    whole = (group for group in groups if len(group) in _LENGTHS)
    sizes = tuple(map(len, groups))
    parted = (
        "".join(groups[first:last])
        for first in range(len(groups))
        for last in range(first + 2, min(first + 6, len(groups) + 1))
        if sizes[first:last] in _EVEN
    )
    return any(map(is_card, (*whole, *parted)))


_LENGTHS_OF_ACCOUNT: Final = range(15, 35)


def is_account(match: re.Match[str]) -> bool:
    """Whether letters and digits begin with an international account number (ISO 13616)."""
    from stdnum import iban  # noqa: PLC0415 - only a candidate is worth it

    for start in (0, *(blank.end() for blank in re.finditer(r"\s(?=[A-Z])", match[0]))):  # behind a word of the form
        compact = re.sub(r"[\s-]", "", match[0][start:])
        if any(iban.is_valid(compact[:length]) for length in _LENGTHS_OF_ACCOUNT if length <= len(compact)):
            return True
    return False


def is_small_account(match: re.Match[str]) -> bool:
    """Whether digits and small letters, with the two letters before them, are such a number."""
    from stdnum import iban  # noqa: PLC0415 - only a candidate is worth it

    return bool(iban.is_valid(match.string[match.start() - 2 : match.end()]))
