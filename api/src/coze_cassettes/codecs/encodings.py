"""THE table of encodings: the ways in which a text can stand inside another text, one row each.

A row is data: a name, a pattern that finds stretches of the encoding in a text, a pair of functions, an example. The
scrubber opens what the rows find, the inspector does the same by other means, the canaries are written in every row's
manner. Bytes that are not UTF-8 stand in a text as lone surrogates (``surrogateescape``), here as everywhere.

An *inline* encoding writes some characters in another way and leaves the others (``a%2Fb``): it is read in its
context, with every stretch decoded. Any other encoding stands by itself (base64): each stretch is a text of its own.

What changes how a value looks without encoding it (full-width letters, a zero-width blank, capitals) is in
``FOLDINGS``: no pattern finds such a text, it is compared after ``fold``.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Any, Final
from urllib.parse import quote, quote_plus

Transcode = Callable[[str], str]
Decode = Callable[[str], str | None]


@dataclass(frozen=True, eq=False)
class Encoding:
    """One row: ``decode`` is given a match of ``pattern`` (None: it only looks like one), ``encode`` any text.

    ``like`` encodes a text in the manner (case of digits, alphabet, padding, length of lines) of a stretch that stood
    there; without it an inline encoding leaves the text as it is: letters and digits need no escape. ``group`` is the
    number of bytes that an encoding which stands by itself takes together. ``unit`` is one step of an inline encoding
    (``%2F``), ``width`` how many of them a character takes.
    """

    name: str
    pattern: re.Pattern[str]
    decode: Decode
    encode: Transcode
    example: tuple[str, str]
    unit: re.Pattern[str] | None = None
    width: Callable[[str], int] | None = None
    like: Callable[[str, str], str] | None = None
    mark: str = ""
    """Stands in every stretch of the encoding: a text without it says only what it says."""
    group: int = 1
    narrow: Callable[[str], tuple[int, int]] | None = None
    """Which part of a stretch is really of this encoding, where the pattern cannot say it."""

    is_whole: bool = False
    """Whether it is written in lines or words, each of which is a part of a text and none by itself."""

    inside: Encoding | None = None
    """The inline encoding of the characters of a stretch, if there is one: edits stay as narrow as they are."""
    charset: str = ""
    """The character set whose bytes it finds; any other encoding is written in ASCII."""

    @property
    def inline(self) -> bool:
        """Whether it is read in its context."""
        return self.unit is not None

    def may_be_in(self, text: str) -> bool:
        """Whether a text has what every stretch has; most texts have it of few encodings, and are not searched."""
        return not text.isascii() if self.charset == GB18030 else self.mark in text

    def encode_like(self, text: str, stretch: str) -> str:
        """A text encoded in the manner of a stretch that it replaces."""
        if self.like is not None:
            return self.like(text, stretch)
        return text if self.inline else self.encode(text)

    def readings(self, text: str) -> Iterator[str]:
        """What a text says to one who knows this encoding: the decoded whole (inline), or each decoded stretch."""
        if self.inline:
            decoded = self.pattern.sub(lambda match: _or_same(self.decode(match[0]), match[0]), text)
            if decoded != text:
                yield decoded
            return
        for start, end in self.spans(text):
            if (inner := self.decode(text[start:end])) is not None:
                yield inner

    def spans(self, text: str) -> Sequence[tuple[int, int]]:
        """Where stretches of this encoding stand in a text."""
        if not self.may_be_in(text):
            return ()
        if self.narrow is None:
            return [match.span() for match in self.pattern.finditer(text)]
        found = [(match.start(), *self.narrow(match[0])) for match in self.pattern.finditer(text)]
        return [(place + first, place + last) for place, first, last in found]


def _or_same(decoded: str | None, raw: str) -> str:
    return raw if decoded is None else decoded


def to_bytes(text: str) -> bytes:
    """A text as bytes; lone surrogates are the bytes that they stand for, or themselves if they stand for none."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def to_text(data: bytes) -> str:
    """Bytes as a text; what is not UTF-8 comes as lone surrogates."""
    return data.decode("utf-8", "surrogateescape")


CHARACTER_TAIL: Final = 3
"""Bytes of an incomplete UTF-8 character at most."""

CONTROLS: Final = r"\x00-\x08\x0b\x0c\x0e-\x1f"
"""Control characters that no text has, for a character class."""

UNREADABLE: Final = CONTROLS + r"\x7f-\x9f\ud800-\udfff"
"""What nobody can read, for a character class: control characters, bytes that are not text."""

_UNREADABLE = re.compile(f"[{UNREADABLE}]")


def is_readable(text: str) -> bool:
    """Whether a text has nothing in it that nobody can read."""
    return _UNREADABLE.search(text) is None


def _readable(data: bytes) -> str | None:
    text = to_text(data)
    return text if text and is_readable(text) else None


_PACKED: Final = (
    *(
        b"\x1f\x8b\x08",
        b"PK\x03\x04",
        b"x\x01",
        b"x\x5e",
        b"x\x9c",
        b"x\xda",
        b"BZh",
        b"\xfd7zXZ\0",
        b"%PDF-",
        b"\x89PNG",
    ),
    *(b"7z\xbc\xaf", b"Rar!\x1a", b"\xd0\xcf\x11\xe0", b"\x28\xb5\x2f\xfd", b"SQLite format 3"),
)
"""How packed bytes begin, which are no text and hold one."""

_MARKED: Final = (b"\xff\xfe", b"\xfe\xff")
_WIDE = re.compile(rb"(?:[\t\n\r -~]\0){4}|(?:\0[\t\n\r -~]){4}|(?:[\t\n\r -~]\0{3}){3}|(?:\0{3}[\t\n\r -~]){3}")
"""UTF-16, with a byte order mark or by its looks, and UTF-32."""


def _text_or_file(data: bytes) -> str | None:
    """Bytes as a text if they are one, in UTF-16 too, or begin as packed ones do."""
    if data.startswith(_PACKED) or (data.startswith(_MARKED) and _WIDE.match(data, 2)) or _WIDE.match(data):
        return to_text(data)
    return _readable(data)


# --- inline: one character at a time --------------------------------------------------------------------------------


def _code_points(text: str, form: Callable[[int], str]) -> str:
    return "".join(form(ord(char)) for char in text)


def _byte_codes(text: str, form: str) -> str:
    return "".join(form.format(byte) for byte in to_bytes(text))


def _utf16_units(text: str) -> str:
    units = text.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


_HEX_PAIR = re.compile(r"[0-9A-Fa-f]{2}")


def _decode_hex_bytes(stretch: str) -> str:
    return to_text(bytes.fromhex("".join(_HEX_PAIR.findall(stretch))))


def _decode_quoted_printable(stretch: str) -> str | None:
    """The characters; of those that need no encoding one alone is the beginning of a value: ``edge=36ab``."""
    decoded = _decode_hex(stretch)
    return None if decoded in _NOT_ENCODED_ALONE else decoded


def _encode_quoted_printable(text: str) -> str:
    return _byte_codes(text, "={:02X}")


def _encode_rtf(text: str) -> str:
    return _byte_codes(text, "\\'{:02x}")


_RTF_UNIT = re.compile(r"u(-?[0-9]+)")


def _decode_rtf_code_points(stretch: str) -> str | None:
    """Code units of UTF-16, the high ones below zero; what stands behind each is shown where they are unknown."""
    units = [int(unit) for unit in _RTF_UNIT.findall(stretch)]
    if not all(-0x8000 <= unit <= 0xFFFF for unit in units):  # noqa: PLR2004  what 16 bits hold
        return None
    data = b"".join((unit & 0xFFFF).to_bytes(2, "big") for unit in units)
    return data.decode("utf-16-be", "surrogatepass")


_QUOTED_PAIR = re.compile("=[0-9A-Fa-f]{2}")
_NOT_ENCODED_ALONE: Final = frozenset(map(chr, range(0x20, 0x7F))) - {"="}
_LETTERS: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_UNIT = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL)


def _decode_json_escapes(stretch: str) -> str:
    decoded = _UNIT.sub(lambda match: chr(int(match[1], 16)) if match[1] else _LETTERS.get(match[2], match[2]), stretch)
    return decoded.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


_BRACED = re.compile(r"[0-9A-Fa-f]+")


def _decode_code_points(stretch: str) -> str | None:
    codes = [int(each, 16) for each in _BRACED.findall(stretch.replace("\\u", "").replace("\\U", " "))]
    return "".join(map(chr, codes)) if all(code < 0x110000 for code in codes) else None  # noqa: PLR2004  Unicode's end


def _decode_octal(stretch: str) -> str:
    return to_text(bytes(int(code, 8) for code in stretch.split("\\")[1:]))


_STYLE_CODE = re.compile(r"[0-9A-Fa-f]{2,6}")


def _decode_style_escapes(stretch: str) -> str | None:
    codes = [int(code, 16) for code in _STYLE_CODE.findall(stretch)]
    return "".join(map(chr, codes)) if all(code < 0x110000 for code in codes) else None  # noqa: PLR2004  Unicode's end


def _encode_style_escapes(text: str) -> str:
    """All but the characters of other planes than that of emoji, whose digits could be octal ones."""
    codes = ((char, f"\\{ord(char):06x}") for char in text)
    return "".join(code if code.startswith(("\\00", "\\01f")) else char for char, code in codes)


def _percent_like(text: str, stretch: str) -> str:
    closed = quote(to_bytes(text), safe="")
    return _lower_like(closed, stretch)


def _form_like(text: str, stretch: str) -> str:
    return _lower_like(quote_plus(to_bytes(text)), stretch)


_LOWER_PERCENT = re.compile(r"%(?:[0-9][a-f]|[a-f][0-9A-Fa-f])")


def _lower_like(closed: str, stretch: str) -> str:
    if _LOWER_PERCENT.search(stretch) is None:
        return closed
    return re.sub(r"%[0-9A-F]{2}", lambda match: match[0].lower(), closed)


def _unquote_plus(stretch: str) -> str:
    return re.sub(r"(?:%[0-9A-Fa-f]{2})+", lambda match: _decode_hex_bytes(match[0]), stretch.replace("+", " "))


# --- by themselves: bytes in an alphabet ----------------------------------------------------------------------------


def _decode_base64(stretch: str) -> str | None:
    """Either alphabet, padded or not, in lines or not; bytes that are not text too."""
    packed = "".join(stretch.split()).rstrip("=").replace("-", "+").replace("_", "/")
    if len(packed) % 4 == 1:
        return None
    try:
        return to_text(binascii.a2b_base64(packed + "=" * (-len(packed) % 4), strict_mode=True))
    except ValueError:  # what a character beyond ASCII raises is no binascii.Error
        return None


def _encode_base64(text: str) -> str:
    return base64.b64encode(to_bytes(text)).decode("ascii")


def _encode_base64_url(text: str) -> str:
    return base64.urlsafe_b64encode(to_bytes(text)).decode("ascii").rstrip("=")


def _base64_like(text: str, stretch: str) -> str:
    packed = "".join(stretch.split())
    closed = _encode_base64(text)
    if "-" in packed or "_" in packed:
        closed = closed.replace("+", "-").replace("/", "_")
    return closed if packed.endswith("=") or len(packed) % 4 == 0 else closed.rstrip("=")


_LINE: Final = r"(?:[\"'][ \t]*+[+.&]?|)[ \t]*+\\?\r?\n[ \t]*+(?:[>#*|][ ])?[\"']?"
"""Where a text goes on in the next line: of a quotation, a comment, a string of a program too."""

_LINE_END = re.compile(rf"{_LINE}|[ ]{{1,2}}")
_EXAMPLE_WIDTH: Final = 16


def _decode_base64_lines(stretch: str) -> str | None:
    """Lines of one length; the last may be shorter."""
    lines = _LINE_END.split(stretch)
    if len(lines) == 1:
        return _decode_base64(stretch)
    width = len(lines[-2])
    if len(lines[-1]) > width or any(len(line) != width for line in lines[:-1]):
        return None
    return _decode_base64("".join(lines))


_LEAST_LINE: Final = 4


def _is_word_behind(stretch: str, ends: Sequence[tuple[int, int]]) -> bool:
    """Whether the last line is no whole groups of four characters, and the one before it is."""
    before = ends[-1][0] - (ends[-2][1] if len(ends) > 1 else 0)
    return before % 4 == 0 and (len(stretch) - ends[-1][1]) % 4 != 0 and "=" not in stretch


def _lines_of_one_length(stretch: str) -> tuple[int, int]:
    """The most lines that give a text, without a word of another length on the line before or behind them."""
    ends = [(match.start(), match.end()) for match in _LINE_END.finditer(stretch)]
    whole = (0, len(stretch))
    without_first, without_last = (ends[0][1], len(stretch)), (0, ends[-1][0])
    parts = sorted((whole, without_first, without_last, (ends[0][1], ends[-1][0])), key=lambda part: part[0] - part[1])
    if len(ends) == 1 and stretch[ends[0][0]] == " " and len(stretch) - ends[0][1] < _LEAST_LINE:
        parts = [without_last, whole]  # a word of three letters behind it is soon a part of the text
    read = {part: _decode_base64_lines(stretch[slice(*part)]) for part in parts if part[0] < part[1]}
    found = [part for part, inner in read.items() if inner is not None and _text_or_file(to_bytes(inner)) is not None]
    last = len(stretch) - ends[-1][1]
    if found and _is_word_behind(stretch, ends) and (last < _LEAST_LINE or not is_readable(read[found[0]] or "\0")):
        found.sort(key=lambda part: part[1])
    return next(iter(found), whole)


def _encode_base64_lines(text: str) -> str:
    return _base64_lines_like(text, "A" * _EXAMPLE_WIDTH + "\n")


def _base64_lines_like(text: str, stretch: str) -> str:
    gap = _LINE_END.search(stretch)
    if gap is None:  # one line, with a word on the next one
        return _base64_like(text, stretch)
    width = gap.start()
    packed = _encode_base64(text)
    return gap[0].join(packed[at : at + width] for at in range(0, len(packed), width))


def _decode_hex(stretch: str) -> str | None:
    return _text_or_file(bytes.fromhex("".join(_HEX_PAIR.findall(stretch))))


def _decode_hex_list(stretch: str) -> str:
    """The bytes that a program lists, whatever they are."""
    return to_text(bytes.fromhex("".join(_HEX_PAIR.findall(stretch.replace("0x", " ")))))


_CODE_POINT = re.compile(r"[Uu]\+([0-9A-Fa-f]{4,6})")


def _decode_code_point_list(stretch: str) -> str | None:
    codes = [int(code, 16) for code in _CODE_POINT.findall(stretch)]
    if max(codes) < 0x100:  # noqa: PLR2004  it may be a list of bytes
        return _text_or_file(bytes(codes)) or _readable("".join(map(chr, codes)).encode())
    return "".join(map(chr, codes)) if max(codes) < 0x110000 else None  # noqa: PLR2004  Unicode's end


def _code_point_list_like(text: str, stretch: str) -> str:
    first = _CODE_POINT.match(stretch)
    gap = re.match(r"[,\s]*", stretch[first.end() if first else 0 :])
    return (gap[0] if gap else " ").join(_listed_code_points(text))


def _listed_code_points(text: str) -> list[str]:
    """Those of a text, or the bytes of what is none."""
    codes = to_bytes(text) if _NOT_UTF8.search(text) else map(ord, text)
    return [f"U+{code:04X}" for code in codes]


def _encode_hex(text: str) -> str:
    return to_bytes(text).hex()


_HEX_GAP = re.compile(r"[^0-9A-Fa-f]+")


def _hex_like(text: str, stretch: str) -> str:
    gap = _HEX_GAP.search(stretch)
    closed = to_bytes(text).hex(" ").replace(" ", gap[0]) if gap else _encode_hex(text)
    return closed.upper() if stretch.upper() == stretch != stretch.lower() else closed


_LEAST_IN_WORDS: Final = 6
"""Characters in words of digits from which on they are a text, and no years or prices: those of a placeholder."""

_BLANKS = re.compile(r"\s+")


def _decode_hex_words(stretch: str) -> str | None:
    """Words of one length; the last may be shorter."""
    words = stretch.split()
    if len(words[-1]) > len(words[0]) or any(len(word) != len(words[0]) for word in words[:-1]):
        return None
    inner = _decode_hex("".join(words))
    return inner if inner is not None and len(inner) >= _LEAST_IN_WORDS else None


def _hex_words(stretch: str) -> tuple[int, int]:
    """The words that give a text, without one before or behind them that has digits of that kind only too."""
    gaps = [match.span() for match in _BLANKS.finditer(stretch)]
    for start in (0, gaps[0][1]):
        for end in (len(stretch), gaps[-1][0]):
            if start < end and _decode_hex_words(stretch[start:end]) is not None:
                return start, end
    return 0, len(stretch)


def _hex_words_like(text: str, stretch: str) -> str:
    gap = _BLANKS.search(stretch)
    width = gap.start() if gap else len(stretch)
    digits = _hex_like(text, stretch.replace(" ", ""))
    return (gap[0] if gap else " ").join(digits[at : at + width] for at in range(0, len(digits), width))


_OFFSET = re.compile(r"[ \t]*[0-9A-Fa-f]{7,8}:?[ ]{1,2}")
_DUMPED = re.compile(r"(?:[0-9A-Fa-f]{2})+(?:[ ](?:[0-9A-Fa-f]{2})+(?!\S))*")
_DUMPED_PAIRS = re.compile(r"[0-9A-Fa-f]{2}(?:[ ]{1,2}[0-9A-Fa-f]{2}(?!\S))*")
_DUMP_WIDTH: Final = 16


def _decode_dump(stretch: str) -> str | None:
    """The bytes of each line, without the numbers before them and the characters behind them."""
    digits = ""
    for line in stretch.splitlines():
        offset = _OFFSET.match(line)
        if offset is None:
            return None
        pattern = _DUMPED if ":" in offset[0] else _DUMPED_PAIRS
        found = pattern.match(line, offset.end())
        digits += found[0].replace(" ", "") if found else ""
    return to_text(bytes.fromhex(digits)) or None


def _dump_lines(text: str) -> Iterator[tuple[int, bytes]]:
    data = to_bytes(text)
    for start in range(0, len(data), _DUMP_WIDTH):
        yield start, data[start : start + _DUMP_WIDTH]


def _encode_dump(text: str) -> str:
    """As ``xxd`` writes it."""
    return "\n".join(f"{start:08x}: {line.hex(' ', -2)}" for start, line in _dump_lines(text))


def _dump_like(text: str, stretch: str) -> str:
    """As ``xxd`` writes it, or as ``hexdump`` does if it stood there."""
    offset = _OFFSET.match(stretch)
    if offset is None or ":" in offset[0]:
        return _encode_dump(text)
    return "\n".join(f"{start:08x}  {line.hex(' ')}" for start, line in _dump_lines(text))


def _base32_decoder(decode: Callable[[str], bytes]) -> Decode:
    def decode_stretch(stretch: str) -> str | None:
        packed = stretch.rstrip("=").upper()
        try:
            return _text_or_file(decode(packed + "=" * (-len(packed) % 8)))
        except ValueError:  # as above
            return None

    return decode_stretch


def _encode_base32(text: str) -> str:
    return base64.b32encode(to_bytes(text)).decode("ascii")


def _encode_base32_hex(text: str) -> str:
    return base64.b32hexencode(to_bytes(text)).decode("ascii")


def _like_base32(encode: Transcode) -> Callable[[str, str], str]:
    def like(text: str, stretch: str) -> str:
        closed = encode(text)
        closed = closed if stretch.endswith("=") else closed.rstrip("=")
        return closed.lower() if stretch == stretch.lower() else closed

    return like


_UU_WIDTH: Final = 45
"""Bytes of a line of uuencode."""


def _decode_uu(stretch: str) -> str | None:
    try:
        return to_text(b"".join(binascii.a2b_uu(line.lstrip() or " ") for line in stretch.splitlines()[1:-1]))
    except ValueError:
        return None


def _encode_uu(text: str) -> str:
    return _uu_like(text, "begin 644 a\nend")


def _uu_like(text: str, stretch: str) -> str:
    (head, *_, last), data = stretch.splitlines(), to_bytes(text)
    indent = last.removesuffix("end")
    lines = (binascii.b2a_uu(data[at : at + _UU_WIDTH]).decode("ascii") for at in range(0, len(data), _UU_WIDTH))
    return f"{head}\n{''.join(indent + line for line in lines)}{indent} \n{indent}end"


_BASE85_HEAD: Final = 15
"""Characters of base85, whole groups of it, that are decoded first: it is slow, and of noise these are no text."""


def _decode_by_head(stretch: str, decode: Callable[[str], bytes]) -> str | None:
    try:
        head = decode(stretch[:_BASE85_HEAD])
        if _text_or_file(head) is None and not is_readable(to_text(head)[:-CHARACTER_TAIL]):
            return None
        return _text_or_file(decode(stretch))
    except ValueError:
        return None


def _decode_base85(stretch: str) -> str | None:
    return _decode_by_head(stretch, base64.b85decode)


def _encode_base85(text: str) -> str:
    return base64.b85encode(to_bytes(text)).decode("ascii")


def _decode_ascii85(stretch: str) -> str | None:
    return _decode_by_head(stretch.removeprefix("<~").removesuffix("~>"), base64.a85decode)


def _encode_ascii85(text: str) -> str:
    return base64.a85encode(to_bytes(text)).decode("ascii")


def _ascii85_like(text: str, stretch: str) -> str:
    return f"<~{_encode_ascii85(text)}~>" if stretch.startswith("<~") else _encode_ascii85(text)


# --- by themselves: other character sets ----------------------------------------------------------------------------


def _decoder_of(charset: str) -> Decode:
    def decode(stretch: str) -> str | None:
        try:
            text = to_bytes(stretch).decode(charset)
        except UnicodeError:
            return None
        return text if is_readable(text) else None

    return decode


GB18030: Final = "gb18030"
_decode_gb18030: Final = _decoder_of(GB18030)
_NOT_UTF8 = re.compile("[\udc80-\udcff]")


def _decode_gbk(stretch: str) -> str | None:
    return _decode_gb18030(stretch) if _NOT_UTF8.search(stretch) else None


_CONTROL = re.compile(f"[{CONTROLS}]")
_ZERO_CONTROLS: Final = _CONTROL.sub("\0", "".join(map(chr, range(128)))).encode() + bytes(range(128, 256))
"""Makes all control characters one, since to split at one is fast; no character of GB18030 has one in it."""


CHANCE: Final = 32
"""Characters from which on a stretch of GB18030 does not come by chance."""


_COMMON: Final = frozenset(
    char
    for high in (*range(0xA1, 0xA4), *range(0xB0, 0xD8))
    for char in bytes(each for low in range(0xA1, 0xFF) for each in (high, low)).decode("gb2312", "ignore")
)
"""The signs, figures and letters of GB2312, and the Chinese characters of its first level: the common ones."""


def _is_common(text: str) -> bool:
    """Whether half of the characters beyond ASCII are common, and two at least."""
    wide = [char for char in text if not char.isascii()]
    return 2 * sum(map(_COMMON.__contains__, wide)) >= max(len(wide), 4)


def gb18030_stretches(text: str) -> Iterator[tuple[int, str, str]]:
    """Where each stretch that is GB18030 begins, as it stands and decoded.

    What the row of GBK finds, all at once. Of noise there is one every few bytes, of any characters; a short stretch
    counts if two characters are common, and half of what it has beyond ASCII, as nearly all is in what people write.
    """
    raw = _CONTROL.split(text)
    decoded = to_bytes(text).translate(_ZERO_CONTROLS).decode(GB18030, "replace").split("\0")
    ends = [*accumulate(map(len, raw))]
    for number in [at for at, inner in enumerate(decoded) if "\ufffd" not in inner and not inner.isascii()]:
        stretch, inner = raw[number], decoded[number]
        if len(inner) < CHANCE and not _is_common(inner):
            continue
        if is_readable(inner) and _NOT_UTF8.search(stretch) is not None:
            yield number + ends[number] - len(stretch), stretch, inner


def _encoder_of(charset: str) -> Transcode:
    return lambda text: to_text(text.encode(charset, "replace"))


def _utf8_width(char: str) -> int:
    return len(to_bytes(char))


def _utf16_width(char: str) -> int:
    return 1 + (ord(char) > 0xFFFF)  # noqa: PLR2004  what a unit of UTF-16 holds


def _inline(name: str, unit: str, decode: Decode, encode: Transcode, example: tuple[str, str], **more: Any) -> Encoding:
    pattern, mark = re.compile(f"(?:{unit})(?:{unit})*"), encode("a")[0]  # it begins with what a search runs to
    return Encoding(name, pattern, decode, encode, example, re.compile(unit), mark=mark, **more)


def _decode_form_character(stretch: str) -> str:
    return " " if stretch == "+" else _decode_hex_bytes(stretch)


_FORM_CHARACTERS: Final = Encoding(
    "form characters",
    re.compile(r"(?:%[0-9A-Fa-f]{2})+|\+"),
    _decode_form_character,
    quote_plus,
    (" ", "+"),
    re.compile(r"%[0-9A-Fa-f]{2}|\+"),
    _utf8_width,
    _form_like,
)


# --- the table ------------------------------------------------------------------------------------------------------

_B64: Final = "A-Za-z0-9+/_-"
_ASCII = r"[\t\n\r -~]"
_LOW_FIRST, _HIGH_FIRST = rf"{_ASCII}\0", rf"\0{_ASCII}"
_WIDE_LOW_FIRST, _WIDE_HIGH_FIRST = "(?:[\x01-\x7f\udc80-\udcff] |\udca0\0)", "(?: [\x01-\x7f\udc80-\udcff]|\0\udca0)"
"""What UTF-16 makes of ASCII, and of the blanks and hyphens of other alphabets between its characters."""

_NEXT_RUN: Final = (
    r"<(?:/(?P<run>(?:[aw]:)?t)>(?:\s{0,99}<(?!/?(?:[aw]:)?(?:p|br|cr|tab|tc|tr|fld|instr|si|is|c|row)\b)[^<>]{1,200}>){1,16}?"
    r"\s{0,99}<(?P=run)(?:\s[^<>]{0,100})?>|(?<=[^\s>]<)/?text:span(?:\s[^<>]{0,200})?>(?:</?text:span(?:\s[^<>]{0,200})?>)?"
    r"(?=[^\s<]))"
)
"""Where an office program begins a new run, in the middle of a word too: for a language, a mistake, a revision."""

_SOFT_BREAK: Final = r"=(?<=[^\r\n=]=)(?<![A-Za-z0-9+/]{40}=)(?<![A-Z2-7]{24}=)[ \t]{0,4}\r?\n(?=[^\r\n=])(?!-----)"
"""Where quoted-printable goes on in the next line, also in the middle of a word; base64 ends like this too."""

_BETWEEN = re.compile(r"(?<=[^\s=])(?=[^\s=])")
"""Where a line may go on in the next one."""

_NUMBERED_LINE: Final = (
    r"[0-9A-Fa-f]{6,7}:[ ](?:[0-9A-Fa-f]{4}|[0-9A-Fa-f]{2})(?:[ ](?:[0-9A-Fa-f]{4}|[0-9A-Fa-f]{2})(?![0-9A-Za-z]))*+"
    r"(?:[ ]{2,}[^\n\r]{1,16})?"
)
_NUMBERED_PAIRS: Final = (
    r"[0-9A-Fa-f]{6,7}[ ]{1,2}[0-9A-Fa-f]{2}(?:[ ]{1,2}[0-9A-Fa-f]{2}(?![0-9A-Za-z]))++(?:[ ]{1,60}\|[^\n\r]{0,16}\|)?"
)
"""A line of a dump with the place of its first byte: of ``xxd``, of ``hexdump`` and ``od``."""

_HIGH_RUN: Final = rf"(?:{_HIGH_FIRST}){{2,}}+(?:{_WIDE_HIGH_FIRST}(?:{_HIGH_FIRST})++)*+"
"""Behind a letter and before a zero byte it is the other byte order, read one byte too late."""
_LOW_OF_FOUR, _HIGH_OF_FOUR = rf"{_ASCII}\0\0\0", rf"\0\0\0{_ASCII}"
_LOW_RUN_OF_FOUR, _HIGH_RUN_OF_FOUR = rf"(?:{_LOW_OF_FOUR}){{2,}}+", rf"(?:{_HIGH_OF_FOUR}){{2,}}+"
"""Of UTF-32; what is written in one order of bytes reads in the other one too, less a character at its begin or end."""


ENCODINGS: Final[tuple[Encoding, ...]] = (
    Encoding(
        "RTF escapes",
        re.compile(r"(?:\\'[0-9A-Fa-f]{2}){2,}+"),  # one alone is a quote before a letter
        _decode_hex_bytes,
        _encode_rtf,
        ("a/b", r"\'61\'2f\'62"),
        re.compile(r"\\'[0-9A-Fa-f]{2}"),
        _utf8_width,
        like=lambda text, _: _encode_rtf(text),
        mark="\\'",
    ),
    _inline(
        "RTF code points",
        r"\\u-?(?:0|[1-9][0-9]{0,4})[ ]?(?:\?|\\'3[fF])",
        _decode_rtf_code_points,
        lambda text: "".join(f"\\u{int(unit, 16)}?" for unit in _utf16_units(text).split("\\u")[1:]),
        ("a/b", r"\u97?\u47?\u98?"),
        width=_utf16_width,
    ),
    _inline(
        "JSON escapes",
        r"\\(?:u[0-9A-Fa-f]{4}|[\"'\\/bfnrt])",
        _decode_json_escapes,
        _utf16_units,
        ("a/b", r"\u0061\u002f\u0062"),
        width=_utf16_width,
    ),
    _inline(
        "percent-encoding of code units",
        r"%u[0-9A-Fa-f]{4}",
        lambda stretch: _decode_json_escapes(stretch.replace("%", "\\")),
        lambda text: _utf16_units(text).replace("\\", "%"),
        ("a/b", "%u0061%u002f%u0062"),
        width=_utf16_width,
    ),
    _inline(
        "hexadecimal escapes",
        r"\\x[0-9A-Fa-f]{2}",
        _decode_hex_bytes,
        lambda text: _byte_codes(text, "\\x{:02x}"),
        ("a/b", r"\x61\x2f\x62"),
        width=_utf8_width,
    ),
    _inline(
        "code points in braces",
        r"\\[ux]\{[0-9A-Fa-f]{1,6}\}",
        _decode_code_points,
        lambda text: _code_points(text, "\\u{{{:x}}}".format),
        ("a/b", r"\u{61}\u{2f}\u{62}"),
    ),
    _inline(
        "code points of eight digits",
        r"\\U[0-9A-Fa-f]{8}",
        _decode_code_points,
        lambda text: _code_points(text, "\\U{:08x}".format),
        ("a/b", r"\U00000061\U0000002f\U00000062"),
    ),
    _inline(
        "escapes of style sheets",
        r"\\(?:00[0-9A-Fa-f]{4}|01[fF][0-9A-Fa-f]{3}|(?:(?:00[0-9A-Fa-f]{2}|[4-9][0-9A-Fa-f]{3})(?![0-9A-Fa-f])"
        r"|[2-7][0-9A-Fa-f](?=[ ]))[ ]?)",
        _decode_style_escapes,
        _encode_style_escapes,
        ("a/b", r"\000061\00002f\000062"),
    ),
    _inline(
        "octal escapes",
        r"\\[0-3][0-7]{2}",
        _decode_octal,
        lambda text: _byte_codes(text, "\\{:03o}"),
        ("a/b", r"\141\057\142"),
        width=_utf8_width,
    ),
    _inline(
        "HTML entities",
        r"&(?:#(?:0{0,16}\d{1,7}|[xX]0{0,16}[0-9A-Fa-f]{1,6});?|[A-Za-z][A-Za-z0-9]{1,31};)",
        html.unescape,
        lambda text: _code_points(text, "&#{};".format),
        ("a/b", "&#97;&#47;&#98;"),
    ),
    _inline(
        "percent-encoding",
        r"%[0-9A-Fa-f]{2}",
        _decode_hex_bytes,
        lambda text: _byte_codes(text, "%{:02X}"),
        ("a/b", "%61%2F%62"),
        like=_percent_like,
        width=_utf8_width,
    ),
    Encoding(
        "quoted-printable",
        re.compile(r"=(?:[0-9A-Fa-f]{2}(?:=[0-9A-Fa-f]{2}){3,}+|[0-9A-F]{2}(?:=[0-9A-F]{2})*)"),  # abc=de has a value
        _decode_quoted_printable,
        _encode_quoted_printable,
        ("a/b", "=61=2F=62"),
        re.compile(r"=[0-9A-Fa-f]{2}"),
        _utf8_width,
        like=lambda text, stretch: _encode_quoted_printable(text) if _QUOTED_PAIR.search(stretch) else text,
        mark="=",
    ),
    Encoding(
        "quoted-printable in lines",
        re.compile(_SOFT_BREAK),
        lambda _: "",
        lambda text: _BETWEEN.sub("=\n", text),
        ("a/b", "a=\n/=\nb"),
        re.compile(_SOFT_BREAK),
        mark="=",
    ),
    Encoding(
        "runs of a document",
        re.compile(_NEXT_RUN),
        lambda _: "",
        lambda text: _BETWEEN.sub("</w:t></w:r><w:r><w:t>", text),
        ("a/b", "a</w:t></w:r><w:r><w:t>/</w:t></w:r><w:r><w:t>b"),
        re.compile(_NEXT_RUN),
        mark="<",
    ),
    Encoding(
        "form",
        re.compile(r"(?<==)[A-Za-z0-9._~*%-]*\+[A-Za-z0-9._~*+%-]*"),
        _unquote_plus,
        quote_plus,
        ("a b/c", "a+b%2Fc"),
        like=_form_like,
        mark="+",
        inside=_FORM_CHARACTERS,
    ),
    Encoding(
        "hexadecimal dump in lines",
        re.compile(
            rf"[0-9A-Fa-f](?<![0-9A-Za-z].)(?:{_NUMBERED_LINE}|{_NUMBERED_PAIRS})"
            rf"(?:[ \t]*+\r?\n[ \t]*+[0-9A-Fa-f](?:{_NUMBERED_LINE}|{_NUMBERED_PAIRS}))*+"
        ),
        _decode_dump,
        _encode_dump,
        ("a/bcdef", "00000000: 612f 6263 6465 66"),
        like=_dump_like,
        mark="0",
        is_whole=True,
    ),
    Encoding(
        "hexadecimal in words",
        re.compile(
            r"[0-9A-Fa-f](?<![0-9A-Za-z].)[0-9A-Fa-f](?:[0-9A-Fa-f]{2})++"
            r"(?:(?:[ ]|[ \t]*+\r?\n[ \t]*+)(?:[0-9A-Fa-f]{2})++(?![0-9A-Za-z]))++"
        ),
        _decode_hex_words,
        lambda text: to_bytes(text).hex(" ", -4),
        ("a/bcdefgh", "612f6263 64656667 68"),
        like=_hex_words_like,
        narrow=_hex_words,
        is_whole=True,
    ),
    Encoding(
        "hexadecimal",
        re.compile(r"[0-9A-Fa-f](?<![0-9A-Fa-f].)[0-9A-Fa-f](?:[0-9A-Fa-f]{2}){3,}(?![0-9A-Fa-f])"),
        _decode_hex,
        _encode_hex,
        ("a/bc", "612f6263"),
        like=_hex_like,
    ),
    Encoding(
        "hexadecimal dump",
        re.compile(
            # not in the middle of one, so each is read once; what ends like "see" is no beginning
            r"[0-9A-Fa-f](?<![0-9A-Za-z].)(?<!(?<![0-9A-Za-z])[0-9A-Fa-f]{2}[ :,;._\n-].)"
            r"[0-9A-Fa-f](?P<gap>[ :,;._-]|\r?\n[ \t]{0,8}+)[0-9A-Fa-f]{2}(?:(?P=gap)[0-9A-Fa-f]{2}){2,}+"
            r"(?![0-9A-Za-z])"
        ),
        _decode_hex,
        lambda text: to_bytes(text).hex(" "),
        ("a/bc", "61 2f 62 63"),
        like=_hex_like,
    ),
    Encoding(
        "hexadecimal list",
        re.compile(r"0x[0-9A-Fa-f]{2}(?<![0-9A-Za-z].{4})(?:(?:,|\s)\s{0,8}+0x[0-9A-Fa-f]{2}){3,}+(?![0-9A-Za-z])"),
        _decode_hex_list,
        lambda text: ", ".join(f"0x{byte:02x}" for byte in to_bytes(text)),
        ("a/bc", "0x61, 0x2f, 0x62, 0x63"),
        mark="0x",
    ),
    Encoding(
        "list of code points",
        re.compile(
            r"[Uu](?<![0-9A-Za-z].)\+[0-9A-Fa-f]{4,6}(?:(?:,|\s|)\s{0,8}+[Uu]\+[0-9A-Fa-f]{4,6}){3,}+(?![0-9A-Za-z])"
        ),
        _decode_code_point_list,
        lambda text: " ".join(_listed_code_points(text)),
        ("a/bc", "U+0061 U+002F U+0062 U+0063"),
        like=_code_point_list_like,
        mark="+",
    ),
    Encoding(
        "uuencode",
        re.compile(
            r"begin (?<![A-Za-z]begin )[0-7]{3,4} [^\r\n]{1,200}\r?\n(?:[ \t]{0,32}+[!-`][ -`]{1,84}\r?\n)++"
            r"(?:[ \t]{0,32}+`?\r?\n)?[ \t]{0,32}+end"
        ),
        _decode_uu,
        _encode_uu,
        ("a/bc", "begin 644 a\n$82]B8P  \n \nend"),
        like=_uu_like,
        mark="begin ",
        is_whole=True,
    ),
    Encoding(
        "base32, hexadecimal",
        re.compile(
            r"(?<![A-Za-z0-9])(?=[A-Va-v]{0,40}[0-9])(?=[0-9]{0,40}[A-Va-v])(?:[0-9A-V]{8,}|[0-9a-v]{8,})={0,6}"
            r"(?![A-Za-z0-9=])"
        ),
        _base32_decoder(base64.b32hexdecode),
        _encode_base32_hex,
        ("a/bcd", "C4NM4OR4"),
        like=_like_base32(_encode_base32_hex),
        group=5,
    ),
    Encoding(
        "base32",
        re.compile(r"(?<![A-Za-z2-7])(?:[A-Z2-7]{8,}|[a-z2-7]{8,})={0,6}(?![A-Za-z2-7=])"),
        _base32_decoder(base64.b32decode),
        _encode_base32,
        ("a/bcd", "MEXWEY3E"),
        like=_like_base32(_encode_base32),
        group=5,
    ),
    Encoding(
        "base64 in lines",
        re.compile(
            rf"(?<![{_B64}])(?:[{_B64}]{{4,}}+(?:{_LINE}[{_B64}]{{2,}}+)++={{0,2}}(?![={_B64}])"
            rf"|[{_B64}]{{1,3}}(?:{_LINE}[{_B64}]{{1,3}}(?![{_B64}])){{7,}}+(?:{_LINE}={{1,2}}|=){{0,2}}+)"
        ),
        _decode_base64_lines,
        _encode_base64_lines,
        ("a text of some length", "YSB0ZXh0IG9mIHNv\nbWUgbGVuZ3Ro"),
        like=_base64_lines_like,
        mark="\n",
        narrow=_lines_of_one_length,
        is_whole=True,
    ),
    Encoding(
        "base64 in words",
        re.compile(
            rf"(?<![{_B64}])[{_B64}]{{12,}}+(?=[ ]{{1,2}}[{_B64}]{{2}})(?:[ ]{{1,2}}[{_B64}]{{12,}}+)*+"
            rf"(?:[ ]{{1,2}}[{_B64}]{{2,11}}+)?+={{0,2}}(?![={_B64}])"
        ),
        _decode_base64_lines,
        lambda text: _base64_lines_like(text, "A" * _EXAMPLE_WIDTH + " "),
        ("a text of some length", "YSB0ZXh0IG9mIHNv bWUgbGVuZ3Ro"),
        like=_base64_lines_like,
        mark=" ",
        narrow=_lines_of_one_length,
        is_whole=True,
    ),
    Encoding(
        "base64",
        re.compile(rf"(?<![{_B64}])[{_B64}]{{6,}}+(?:={{1,2}}(?![A-Za-z0-9=])|(?![={_B64}]))"),
        _decode_base64,
        _encode_base64,
        ("a/b?", "YS9iPw=="),
        like=_base64_like,
        group=3,
    ),
    Encoding(
        "base64, URL-safe",
        re.compile(rf"(?<![{_B64}])(?=[A-Za-z0-9+/]*+[_-])[{_B64}]{{6,}}+(?:={{1,2}}(?![A-Za-z0-9=])|(?![={_B64}]))"),
        _decode_base64,
        _encode_base64_url,
        ("a???>", "YT8_Pz4"),
        like=_base64_like,
        group=3,
    ),
    Encoding(
        "base85",
        re.compile(r"(?<![^\s\"',\\\[\]/:.])[0-9A-Za-z!#$%&()*+;<=>?@^_`{|}~-]{10,}+(?![^\s\"',\\\[\]/:.])"),
        _decode_base85,
        _encode_base85,
        ("a/bc?d:e", "VJ~81KV&*("),
        group=4,
    ),
    Encoding(
        "Ascii85",
        re.compile(r"<~(?:[!-uz]|\s(?!\s)){5,}+~>|(?<!\S)[!-uz]{10,}+(?:~>)?(?!\S)"),
        _decode_ascii85,
        _encode_ascii85,
        ("a/bc?d:e", '@4u)"5@cfd'),
        like=_ascii85_like,
        group=4,
    ),
    Encoding(
        "GBK",
        re.compile(rf"[^{CONTROLS}]{{2,}}+"),
        _decode_gbk,
        _encoder_of(GB18030),
        ("密码a", to_text("密码a".encode(GB18030))),
        charset=GB18030,
    ),
    Encoding(
        "UTF-16, low byte first",
        re.compile(rf"{_LOW_FIRST}(?<!\0{_LOW_FIRST})(?:{_LOW_FIRST}){{2,}}+(?:{_WIDE_LOW_FIRST}(?:{_LOW_FIRST})++)*+"),
        _decoder_of("utf-16-le"),
        _encoder_of("utf-16-le"),
        ("a/bc", "a\0/\0b\0c\0"),
        mark="\0",
        charset="utf-16-le",
    ),
    Encoding(
        "UTF-16, high byte first",
        re.compile(rf"{_HIGH_FIRST}(?:(?<!{_ASCII}{_HIGH_FIRST}){_HIGH_RUN}|{_HIGH_RUN}(?!\0))"),
        _decoder_of("utf-16-be"),
        _encoder_of("utf-16-be"),
        ("a/bc", "\0a\0/\0b\0c"),
        mark="\0",
        charset="utf-16-be",
    ),
    Encoding(
        "UTF-32, low byte first",
        re.compile(
            rf"{_LOW_OF_FOUR}(?<!{_LOW_OF_FOUR}{_LOW_OF_FOUR})"
            rf"(?:(?<!\0\0\0{_LOW_OF_FOUR}){_LOW_RUN_OF_FOUR}|{_LOW_RUN_OF_FOUR}(?!{_ASCII}))"
        ),
        _decoder_of("utf-32-le"),
        _encoder_of("utf-32-le"),
        ("a/bc", "a\0\0\0/\0\0\0b\0\0\0c\0\0\0"),
        mark="\0\0\0",
        charset="utf-32-le",
    ),
    Encoding(
        "UTF-32, high byte first",
        re.compile(
            rf"{_HIGH_OF_FOUR}(?<!{_HIGH_OF_FOUR}{_HIGH_OF_FOUR})"
            rf"(?:(?<!{_ASCII}{_HIGH_OF_FOUR}){_HIGH_RUN_OF_FOUR}|{_HIGH_RUN_OF_FOUR}(?!\0))"
        ),
        _decoder_of("utf-32-be"),
        _encoder_of("utf-32-be"),
        ("a/bc", "\0\0\0a\0\0\0/\0\0\0b\0\0\0c"),
        mark="\0\0\0",
        charset="utf-32-be",
    ),
)


JSON_ESCAPES: Final = next(row for row in ENCODINGS if row.name == "JSON escapes")
BASE64: Final = next(row for row in ENCODINGS if row.name == "base64")
INLINE: Final = tuple(row for row in ENCODINGS if row.inline)
STANDING: Final = tuple(row for row in ENCODINGS if not row.inline)
"""The rows that are read in their context, and those that stand by themselves."""


# --- how a value looks ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Folding:
    """A way of writing the same value that no pattern can find: ``spell`` writes a text so, ``fold`` undoes it."""

    name: str
    spell: Transcode
    example: tuple[str, str]


_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
_COMBINING: Final = "\u0300-\u036f\u3099\u309a"
STABLE: Final = (
    "\x00-\x7f\u00c0-\u0131\u0180-\u01c3\u01f4-\u02af\u0388-\u03cf\u0400-\u0482\u048a-\u0556\u0561-\u0586\u05d0-\u05ea"
    "\u0620-\u064a\u0679-\u06d5\u0712-\u072f\u074d-\u07a5\u07ca-\u07ea\u3400-\u4dbf\u4e00-\u9fff\ud800-\udfff"
)
"""Characters that Unicode's normal form leaves as they are unless something combines with them, for a class."""

_UNSTABLE = re.compile(f"[^{STABLE}][{_COMBINING}]*")
_COMBINES = re.compile(f"[{_COMBINING}]")
_NFKC: Final = "NFKC"


def _widen(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


FOLDINGS: Final[tuple[Folding, ...]] = (
    Folding("full-width", _widen, ("a1@b", "ａ１＠ｂ")),
    Folding("decomposed", lambda text: unicodedata.normalize("NFD", text), ("é1", "e\u03011")),
    Folding("zero-width characters inside", "\u200b".join, ("a1b", "a\u200b1\u200bb")),
    Folding("upper case", str.upper, ("aB1", "AB1")),
    Folding("lower case", str.lower, ("aB1", "ab1")),
)
"""The rows; ``fold`` gives a value and its spelling the same form."""


_SIGN = re.compile(
    "[\u00aa\u00b2\u00b3\u00b9\u00ba\u00bc-\u00be\u2025\u2026\u203c\u2047-\u2049\u2070-\u209c\u2100-\u218b\u2460-\u24ff"
    "\u3200-\u33ff\ufb00-\ufb06\U0001f100-\U0001f1ff]"
)
"""Numbers in circles, footnotes, abbreviations: no letter or digit of a value, which may begin or end beside one."""


@lru_cache(maxsize=1 << 12)
def _plain(cluster: str) -> str:
    if _INVISIBLE.match(cluster):
        return ""
    return cluster if _SIGN.match(cluster) else unicodedata.normalize(_NFKC, cluster)


@dataclass(frozen=True)
class Folded:
    """A text as it is compared, and where each of its characters begins in the text as it was written.

    ``bounds`` are places in the folded text: a stretch without changes begins at the first, the third and so on, a
    character that is written in another way at the others; ``origins`` are the places in the text as it was written.
    """

    text: str
    bounds: tuple[int, ...] = (0,)
    origins: tuple[int, ...] = (0,)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of the folded text stands in the text as it was written."""
        return self._origin(start), self._origin(end)

    def _origin(self, place: int) -> int:
        number = bisect_right(self.bounds, place) - 1
        is_changed = number % 2 == 1
        return self.origins[number] + (0 if is_changed else place - self.bounds[number])


def fold(text: str) -> Folded:
    """A text without what changes only its looks but for its case: width, composition, invisible characters."""
    if text.isascii() or (unicodedata.is_normalized(_NFKC, text) and _INVISIBLE.search(text) is None):
        return Folded(text)
    folded: list[str] = []
    bounds, origins = [0], [0]
    length, position = 0, 0
    for match in _UNSTABLE.finditer(text):
        start, end = match.span()
        if start > position and _COMBINES.match(text, start):
            start -= 1
        written = text[start:end]
        if (plain := _plain(written)) == written:
            continue
        folded += (text[position:start], plain)
        length += start - position
        bounds += (length, length := length + len(plain))
        origins += (start, end)
        position = end
    return Folded("".join([*folded, text[position:]]), tuple(bounds), tuple(origins))


# --- what of a value stands in whatever is around it ----------------------------------------------------------------

_MIN_CORE: Final = 8
"""Characters of a core below which it could be anything's."""


@lru_cache(maxsize=1 << 10)
def cores(value: str) -> Mapping[str, str]:
    """The stretches that a value leaves in an encoding wherever it begins, with the name of the encoding.

    A value in the middle of base64 begins at one of three places of a group of bytes, so that it can be written in
    three ways; its first and its last character depend on the neighbours and are left away. Hexadecimal digits may go
    on with letters that are digits too.
    """
    found: dict[str, str] = {}
    for row in ENCODINGS:
        if row.group == 1:
            continue
        for offset in range(row.group):
            low, high = (row.encode(fill * offset + value + fill * row.group) for fill in ("\0", "\x7f"))
            core = _common_middle(low, high)
            if len(core) >= _MIN_CORE and core not in found:
                found[core] = row.name
            if row.name.startswith("base32") and len(core) >= _MIN_CORE:
                found.setdefault(core.lower(), row.name)
    if not value.isascii():  # of which nothing finds a stretch
        for row in ENCODINGS:
            if row.charset.startswith("utf-") and len(wide := row.encode(value)) >= _MIN_CORE:
                found |= cores(wide)
                found[wide] = row.name
    digits = _encode_hex(value)[2:-2]  # shorter than the stretch, which is written anew as a whole where it can be
    if len(digits) >= _MIN_CORE:
        found |= {digits: "hexadecimal", digits.upper(): "hexadecimal"}
    return found


def _common_middle(low: str, high: str) -> str:
    """The longest stretch that two encodings share."""
    same = "".join(left if left == right else "\0" for left, right in zip(low, high, strict=False))
    return max(same.split("\0"), key=len)
