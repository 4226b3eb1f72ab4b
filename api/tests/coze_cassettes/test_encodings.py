"""The table of encodings: each row reads what it wrote."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coze_cassettes.codecs.encodings import ENCODINGS, FOLDINGS, Encoding, Folding, cores, fold, to_text

texts = st.text(alphabet=st.characters(codec="gb18030", exclude_categories=("Cs", "Cc")), min_size=1, max_size=30)


@pytest.mark.parametrize("row", ENCODINGS, ids=lambda row: row.name)
def test_each_encoding_has_an_example(row: Encoding) -> None:
    """The example is encoded, found by the pattern of its row, decoded."""
    plain, encoded = row.example
    assert row.encode(plain) == encoded
    assert any(plain in reading for reading in row.readings(f"{'=' if row.name == 'form' else ' '}{encoded}"))


@pytest.mark.parametrize("row", ENCODINGS, ids=lambda row: row.name)
@given(text=texts)
def test_each_encoding_reads_what_it_wrote(row: Encoding, text: str) -> None:
    """Any text comes back, or is not taken for one of this encoding."""
    encoded = row.encode(text)
    assert (next(row.readings(encoded), text) if row.inline else row.decode(encoded)) in (text, None)


@pytest.mark.parametrize("row", [row for row in ENCODINGS if row.inline], ids=lambda row: row.name)
def test_blanks_are_read_as_they_were_written(row: Encoding) -> None:
    """Their codes are the shortest."""
    text = "name\tsecret\nb c"
    assert next(row.readings(row.encode(text)), text) == text


@pytest.mark.parametrize("row", [row for row in ENCODINGS if row.name.startswith("base")], ids=lambda row: row.name)
def test_text_beyond_ascii_is_not_packed(row: Encoding) -> None:
    """A text in Chinese is no fault, even if it is as long as packed bytes can be."""
    assert row.decode("今天天气很好。？") is None


@pytest.mark.parametrize("row", ENCODINGS, ids=lambda row: row.name)
def test_each_encoding_writes_like_what_it_replaces(row: Encoding) -> None:
    """A text that is written in place of another one is read as itself again."""
    stretch = row.encode("secret value of some length")
    assert row.inline or row.encode_like("secret value of some length", stretch) == stretch
    written = row.encode_like("PLACEHOLDER_1", stretch)
    assert written == "PLACEHOLDER_1" or row.decode(written) == "PLACEHOLDER_1"


@pytest.mark.parametrize(
    ("text", "readings"),
    [("edge=36ab", ()), ("a=20b", ()), ("a=3d&b=6f=6f", ()), ("a=3Db", ("a=b",)), ("=E4=BD=A0", ("你",))],
)
def test_a_parameter_is_not_taken_for_quoted_printable(text: str, readings: tuple[str, ...]) -> None:
    """One pair that needs no encoding is the beginning of a parameter's value."""
    (row,) = (row for row in ENCODINGS if row.name == "quoted-printable")
    assert tuple(reading for reading in row.readings(text) if reading != text) == readings


@pytest.mark.parametrize("row", FOLDINGS, ids=lambda row: row.name)
def test_each_folding_has_an_example(row: Folding) -> None:
    """A value and its spelling look the same once they are folded."""
    plain, spelled = row.example
    assert row.spell(plain) == spelled
    assert fold(spelled).text.lower() == fold(plain).text.lower()


@given(st.text(max_size=30))
def test_a_fold_knows_where_everything_stood(text: str) -> None:
    """The places of the folded characters lie in the text, in order."""
    folded = fold(text)
    spans = [folded.span(at, at + 1) for at in range(len(folded.text))]
    assert all(0 <= start <= end <= len(text) for start, end in spans)
    assert spans == sorted(spans)


@pytest.mark.parametrize("row", [row for row in ENCODINGS if row.group > 1], ids=lambda row: row.name)
@pytest.mark.parametrize("before", range(6))
def test_a_value_leaves_a_core_wherever_it_begins(row: Encoding, before: int) -> None:
    """One of the cores of a value stands in every text that holds it, encoded."""
    value = "Ab12Cd34Ef56Gh78Ij90"
    encoded = row.encode("z" * before + value + "tail")
    assert any(core in encoded for core, name in cores(value).items() if name.split(",")[0] == row.name.split(",")[0])


def test_digits_leave_a_core_too() -> None:
    """Of hexadecimal and base32, large and small, glued to letters that are digits as well."""
    value = "Ab12Cd34Ef56Gh78Ij90"
    digits, packed = value.encode().hex(), base64.b32encode(value.encode()).decode().lower()
    also = base64.b32hexencode(value.encode()).decode().lower()
    for text in (f"abc{digits}f", f"abc{digits}f".upper(), f"abc{packed}x", f"abc{also}x"):
        assert any(core in text for core in cores(value))


@pytest.mark.parametrize("charset", ["utf-16-le", "utf-16-be", "utf-32-le"])
def test_chinese_in_wide_characters_leaves_a_core(charset: str) -> None:
    """As it is, and in base64 or hexadecimal digits: no pattern finds such characters."""
    value = "密码很长Ab12郁金香"
    raw = f"请用{value}登录".encode(charset)
    for text in (to_text(raw), base64.b64encode(raw).decode(), raw.hex()):
        assert any(core in text for core in cores(value))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "hexadecimal dump in lines",
            "00000000: 7061 7373 776f 7264 3d74 756c 6970 3720  password=tulip7 \n00000010: 6f6b",
        ),
        (
            "hexadecimal dump in lines",
            "00000000  70 61 73 73 77 6f 72 64  3d 74 75 6c 69 70 37 20  |password=tulip7 |\n00000010  6f 6b  |ok|",
        ),
        ("hexadecimal dump in lines", "0000000 70 61 73 73 77 6f 72 64 3d 74 75 6c 69 70 37 20\n0000020 6f 6b"),
        (
            "hexadecimal list",
            "{0x70,0x61,0x73,0x73,0x77,0x6F,0x72,0x64,\n 0x3D,0x74,0x75,0x6C,0x69,0x70,0x37,0x20,0x6F,0x6B}",
        ),
        ("base64 in words", "cGFzc3dvcmQ9dHVs aXA3IG9r"),
        ("hexadecimal in words", "face 70617373 776F7264 3D74756C 69703720 6F6B by"),
        ("hexadecimal in words", "70617373776f72643d\n    74756c697037206f6b\n"),
        ("hexadecimal dump", "70,61,73,73,77,6f,72,64,3d,74,75,6c,69,70,37,20,6f,6b"),
        ("HTML entities", "pass&#119ord&#61tulip&#x37 ok"),
        ("quoted-printable in lines", "pass=\nword=tulip7 o=\r\nk"),
        ("HTML entities", "pass&#0000000119;ord=tulip&#x00000037; ok"),
        ("escapes of style sheets", r"\70 \61 ss\0077 \00006Frd=tulip\000037 ok"),
        ("RTF escapes", r"pass\'77\'6Frd=tulip7 ok"),
        ("RTF code points", r"pass\u119?\u111 ?\u114\'3fd=tulip7 ok"),
        (
            "list of code points",
            ",".join(f"{'U' if char.isalpha() else 'u'}+{ord(char):04x}" for char in "password=tulip7 ok"),
        ),
        ("uuencode", "see\r\nbegin 600 my file.txt\r\n2<&%S<W=O<F0]='5L:7`W(&]K\r\n`\r\nend\r\n"),
        ("base32, hexadecimal", "e1gn6srndtp68fbkelm6is1n41nmm==="),
        ("base64 in lines", "\n".join("cGFzc3dvcmQ9dHVsaXA3IG9r")),
        ("base64 in lines", '"cGFzc3dvcmQ9dHVs" +\n    "aXA3IG9r"'),
        ("base64 in words", "cGFzc3dvcmQ9dHVsaXA3IG9r end"),
        ("base64 in lines", "> cGFzc3dvcmQ9dHVs\n> aXA3IG9r\n"),
        *(("hexadecimal dump", b"password=tulip7 ok".hex(gap)) for gap in "._;"),
        ("hexadecimal dump", b"password=tulip7 ok".hex("\n")),
        ("code points in braces", r"p\x{61}ss\x{77}ord=tulip7 ok"),
        ("quoted-printable", "password=tuli=70=37=20=6fk"),
        ("base64 in lines", "\n  ".join("cGFzc3dvcmQ9dHVsaXA3IG9r"[at : at + 3] for at in range(0, 24, 3))),
    ],
)
def test_an_encoding_is_read_in_the_manner_of_each_program(name: str, text: str) -> None:
    """Dumps and lists, words and columns of base64 and of digits, a line that goes on, entities as in browsers."""
    (row,) = (row for row in ENCODINGS if row.name == name)
    assert list(row.readings(text)) == ["password=tulip7 ok"]
