"""Tells a string that a machine drew from one that a person wrote."""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
import re
import struct
import zlib
from collections import Counter
from itertools import pairwise
from typing import Final

from coze_cassettes.codecs import encodings
from coze_cassettes.inspection import decoding, encoded, files

_MIN_ENTROPY: Final = 3.6
"""Bits a character of twenty random letters and digits at least; it rises with the length."""

_LONG_ENTROPY: Final = 4.2
_LONG: Final = 28
_SHORTEST: Final = 20
_COMMIT: Final = 40
"""Digits of the SHA-1 by which Git names things: they stand in any text about programs."""

_MIN_HEX_DIGITS: Final = 9
"""Different digits in 32 drawn ones, at least."""

_CHANGES: Final = 0.3
"""Changes between small letters, capitals and digits, a character; a word of a program has far fewer."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_LONGEST_WORDS: Final = 2.8
"""Characters of the words of a drawn string on average, where CamelCase has four and more."""

_PART: Final = "(?:[A-Z]?[a-z]+[0-9]{0,3}|[A-Z]+[0-9]{0,3}|[0-9]{1,3}[A-Z]*)"
_MACRO = re.compile(f"{_PART}(?:[_-]{_PART}){{3,}}")
"""A name of several words, as macros have one: ``gl_HOST_CPU_C_ABI_32BIT``."""

_MANGLED: Final = "_Z"
"""How the names of functions begin that a compiler of C++ writes."""

RUN = re.compile(r"(?:(?<![A-Za-z0-9+/_=%-])|(?<=%[0-9A-Fa-f]{2})(?<!%2[BFbf]))[A-Za-z0-9+/_-]{20,}+(?!%2[BFbf])={0,2}")
"""What goes on with a percent-encoded sign of base64 is judged where it is decoded."""

_PUBLIC_KEY: Final = ("MIIB", "MIIC", "MIID", "MIIE", "MIIF", "MIIG", "MIGf", "MFkw", "MCow", "MFww", "MHYw", "AAAA")
"""How base64 of a public key or a certificate begins: ASN.1 sequences of their sizes, the length of a name of SSH."""

HEX_RUN = re.compile(
    r"[0-9A-Fa-f](?<![0-9A-Za-z_./+=-].)(?:(?<=[0-9a-f])[0-9a-f]{31,}|(?<=[0-9A-F])[0-9A-F]{31,})(?![0-9A-Za-z_/+=-])"
)
_HASH: Final = (
    r"sha[0-9_-]{0,5}|md5|blake2[bs]?|hash|hashes|digest|integrity|checksum|etag|commit|revision|rev|fingerprint|crc(?:32)?|uuid|guid"
    r"|nonce|boundary|salt|merkle|cid|oid|object|blob|tree|parent|author|version|trace|span|h1"
)
_HASH_BEFORE = re.compile(rf"(?i)(?:xmp\.[di]id|{_HASH})(?:id)?[\"' ]{{0,2}}[-:=@/ (]{{1,3}}[\"']?(?:\\?\")?\Z")
_HASH_NAME = re.compile(rf"(?i)(?:.*[^a-z])?(?:{_HASH})(?:[_-]?(?:id|hex|sum|value))?")
_HASH_INSIDE = re.compile(r"(?:sha(?:1|224|256|384|512)|nonce)-[A-Za-z0-9+/_-]{16,88}\Z")
"""A hash with its name, as browsers and npm write it (W3C Subresource Integrity, Content Security Policy)."""

_XMP_PACKET: Final = "W5M0MpCehiHzreSzNTczkc9d"
"""Stands in each packet of what a picture says of itself (ISO 16684-1, 7.3.2)."""

_DEBUG: Final = ".debug"
"""Ends the name of the file with a program's symbols, which is a hash of it."""

_SUMS: Final = frozenset((32, 56, 64, 96, 128))
"""Digits of MD5 and of the members of SHA-2 and SHA-3 (RFC 1321, FIPS 180-4, FIPS 202)."""

_SUM_SAID = re.compile(
    r"(?i)(?:(?<![a-z])(?:sha-?[123]?(?:[-_]?(?:1|224|256|384|512))?|md5|checksum|hash|digest|blake2[bs]?)(?:sum|es|digest)?(?![a-z])"
    r"|哈希|[校较]验|摘要|散列)[^\n]*(?:\n[^\n\w]{0,8})?\Z"
)
"""What says in the same line, or in the one before, that a sum follows."""

_KEYED = re.compile(r"(?i)key|secret|token|passw|hmac|salt|sign|密|签|盐")
"""What a sum is made with, which is no sum."""

_SUM_OF_FILE = re.compile(r"(?:  | \*)(?:[\w.-]*/)?[\w./ -]{0,200}\.\w{1,8}\b")
"""What sha256sum and its kin write behind a sum."""

_REACH: Final = 24
_REACH_OF_SENTENCE: Final = 80

_MODULI: Final = frozenset((171, 342, 512, 683))
"""Characters of base64 of the moduli of RSA: 1024, 2048, 3072 and 4096 bits (RFC 7518, 6.3.1)."""

_MODULUS_BEFORE = re.compile(r"""\\?["']n\\?["']\s{0,2}:\s{0,2}\\?["']\Z""")


def entropy(text: str) -> float:
    """Bits a character."""
    counts = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())


def _sort(char: str) -> int:
    return 0 if char.islower() else 1 if char.isupper() else 2 if char.isdecimal() else 3


def is_drawn(word: str) -> bool:
    """Whether small letters, capitals and digits stand in a word in no order."""
    if word.islower() or word.isupper() or word.isalpha():  # as nearly every word, which costs less to see
        return False
    sorts = [_sort(char) for char in word]
    if not {0, 1, 2} <= set(sorts) or sorts.count(2) < 2:  # noqa: PLR2004 - a version at the end is one
        return False
    changes = sum(left != right for left, right in pairwise(sorts))
    least = _LONG_ENTROPY if len(word) >= _LONG else _MIN_ENTROPY
    words = _WORD.findall(word)
    is_written = sum(map(len, words)) >= _LONGEST_WORDS * len(words) or _is_of_words(word) or _MACRO.fullmatch(word)
    return changes >= _CHANGES * len(word) and not is_written and entropy(word) >= least


_LONG_WORD = re.compile(r"(?<![A-Za-z])[A-Za-z][a-z]{3,}(?![A-Za-z])|[A-Z][a-z]{3,}")


def _is_of_words(word: str) -> bool:
    """Whether words of four and more letters are more than half of a name: ``P2BotMeetingEndedV1``."""
    return 2 * sum(map(len, _LONG_WORD.findall(word))) > len(word)


_CAPITALS = re.compile("[A-Z]{2,}")
_LONGEST_OF_CAPITALS: Final = 3.4
"""The same where letters are of one case, of which a drawn string has more beside each other."""


def has_short_words(text: str) -> bool:
    """Whether letters of one case and digits stand beside each other as few as in a drawn string."""
    words = _WORD.findall(text)
    if len(_CAPITALS.findall(text)) > 1:
        return True
    return sum(map(len, words)) <= _LONGEST_OF_CAPITALS * len(words)


def mixes_cases(word: str) -> bool:
    """Whether small letters and capitals change often, as they do in no word."""
    sorts = [_sort(char) for char in word if char.isalpha()]
    changes = sum(left != right for left, right in pairwise(sorts))
    return len(sorts) > 0 and changes >= _CHANGES * len(sorts) and {0, 1} <= set(sorts)


def is_random(match: re.Match[str]) -> bool:
    """Whether a run of base64 or the like is a key: drawn, no picture, no public key, and nothing says it is a hash."""
    run = match[0].rstrip("=")
    if run == _XMP_PACKET or run.startswith(_MANGLED) or _HASH_INSIDE.match(run) or _is_public_address(run):
        return False
    parts = [part for part in re.split(r"[/_-]", run) if len(part) >= _SHORTEST and is_drawn(part)]
    is_whole = "/" not in run and is_drawn(run)
    if not is_whole and not parts:
        return False
    if run.startswith(_PUBLIC_KEY) or _is_file(run) or _is_text(run) or _is_text(run.replace("+", "")):
        return False
    if _has_order(run):
        return False
    if not is_whole and all(map(_is_text, parts)):
        return False
    before = match.string[max(0, match.start() - _REACH) : match.start()]
    return _HASH_BEFORE.search(before) is None and not (len(run) in _MODULI and _MODULUS_BEFORE.search(before))


def is_random_hex(match: re.Match[str]) -> bool:
    """Whether hexadecimal digits are a key: drawn, and nothing says that they are a hash."""
    run = match[0]
    if (
        len(run) == _COMMIT
        or len(run) > files.LONGEST_KEY
        or not re.search("[A-Fa-f]", run)
        or not re.search("[0-9]", run)
        or len(set(run)) < _MIN_HEX_DIGITS
    ):
        return False
    if encodings.is_readable(encodings.to_text(bytes.fromhex(run[: len(run) // 2 * 2]))):
        return False  # a text, which is looked at by itself
    before = match.string[max(0, match.start() - _REACH) : match.start()]
    if match.string.startswith(_DEBUG, match.end()):
        return False
    return not (_HASH_BEFORE.search(before) or _SUM_OF_FILE.match(match.string, match.end()) or _is_said(match))


def _is_said(match: re.Match[str]) -> bool:
    before = match.string[max(0, match.start() - _REACH_OF_SENTENCE) : match.start()]
    return len(match[0]) in _SUMS and _SUM_SAID.search(before) is not None and _KEYED.search(before) is None


def is_hash_name(name: str) -> bool:
    """Whether the name of a field says that its value is a hash."""
    return _HASH_NAME.fullmatch(name) is not None


def is_modulus(name: str, value: str) -> bool:
    """Whether a field is the modulus of a public key of RSA."""
    return name == "n" and len(value) in _MODULI


_DIGITS: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE58: Final = {digit: value for value, digit in enumerate(_DIGITS)}
_ADDRESS: Final = 25
_PUBLIC: Final = (0, 5)
"""Bytes of an address of Bitcoin, and which first one says that it is no key (Base58Check)."""


def _is_public_address(run: str) -> bool:
    """Whether a run is an address to which anybody may pay, with its check digits."""
    if run[0] not in "13" or not set(run) <= _BASE58.keys():
        return False
    number = 0
    for char in run:
        number = number * len(_BASE58) + _BASE58[char]
    if number.bit_length() > 8 * _ADDRESS:
        return False
    address = number.to_bytes(_ADDRESS)
    check = hashlib.sha256(hashlib.sha256(address[:-4]).digest()).digest()
    return address[0] in _PUBLIC and check[:4] == address[-4:]


_FEW: Final = 9
"""Bytes that are a text from this number on, and not by chance."""


_BROKEN_START = re.compile(rf"\A[\udc80-\udcbf]{{1,{encodings.CHARACTER_TAIL}}}")


def _is_cut_text(run: str) -> bool:
    """Whether base64 holds a text that begins or ends inside a character: an escape parts it from the rest."""
    inner = _BROKEN_START.sub("", decoding.decode_run(run) or "")
    kept = inner[: -encodings.CHARACTER_TAIL] if not encodings.is_readable(inner) else inner
    return len(encodings.to_bytes(kept)) >= _FEW and encodings.is_readable(kept)


_MOSTLY: Final = 0.85
"""Share of ASCII among the bytes of a text with something else at its end; of drawn ones it is three in eight."""


def _is_text(run: str) -> bool:
    """Whether base64 holds a text, packed or not, which is looked at by itself."""
    inner = decoding.decode_run(run)
    if inner is None:
        return False
    if (
        any(map(_is_cut_text, (run, run[1:], run[2:], run[3:])))
        or encoded.open_file_in(encodings.to_bytes(inner)) is not None
    ):
        return True
    return sum(" " <= char <= "~" for char in inner) >= _MOSTLY * len(inner)


_SAMPLE: Final = 1 << 16
_PACKS: Final = 0.9
"""Share of its length to which a program, a font or a table can be packed; what was drawn only becomes longer."""

_ZEROS: Final = 8
"""One in so many bytes is zero where numbers have a fixed width; of drawn ones it is one in 256."""


def _has_order(run: str) -> bool:
    """Whether base64 holds bytes that no machine drew: a file of any form, whose strings are read by themselves."""
    inner = encodings.to_bytes(decoding.decode_run(run[: _SAMPLE * 4 // 3]) or "")
    zeros = inner.count(0)
    return (zeros > 2 and _ZEROS * zeros >= len(inner)) or len(zlib.compress(inner, 1)) < _PACKS * len(inner)  # noqa: PLR2004


_FLOATS: Final = struct.Struct("<48f")
_SMALLEST, _LARGEST = 1e-9, 1e4


def _is_file(run: str) -> bool:
    """Whether base64 holds a picture, a sound, or the numbers of an embedding, which look random too."""
    if files.begins_like_one(run):
        return True
    try:
        begin = base64.b64decode(run[: _FLOATS.size * 4 // 3])
    except binascii.Error:
        return False
    numbers = _FLOATS.unpack(begin) if len(begin) == _FLOATS.size else ()
    return bool(numbers) and all(_SMALLEST < abs(each) < _LARGEST for each in numbers)
