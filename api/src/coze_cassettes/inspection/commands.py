"""Passwords that stand at a place of their own: arguments of commands, of calls, cells that blanks align."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from coze_cassettes.codecs.marked import Marked
from coze_cassettes.inspection.looks import is_drawn, is_pin
from coze_cassettes.inspection.prose import Pair

_ANY: Final = r"[^\n|;&]{0,96}?"
_VALUE: Final = r"[\"']?(?P<value>[^\s\"'$<>|;&(){}][^\s\"'<>|;&]{3,127})"
_QUOTED: Final = r"[\"'`](?P<value>[^\s\"'`\\]{4,256})[\"'`]"
_OTHER: Final = r"[\"'`][^\"'`\n]{0,128}[\"'`], ?"
_TABLE: Final = (
    *(
        (flag, re.compile(rf"[ \t](?:-[uUl]|--user(?:name)?)[ =]\S{{1,64}} (?:{_ANY} )?-(?:p|P|w|pw)[ =]{_VALUE}"))
        for flag in (" -p", " -P", " -w")
    ),
    ("curl ", re.compile(rf"curl {_ANY}-[A-Za-z]{{1,4}}u [\"']?[^\s:\"'/]{{1,64}}:(?P<value>[^\s\"']{{4,128}})")),
    ("http", re.compile(rf"https? {_ANY}(?:-a|--auth)[ =][\"']?[^\s:\"'/]{{1,64}}:(?P<value>[^\s\"']{{4,128}})")),
    ("login ", re.compile(rf"(?:cargo|vault|bw|op|railway|netlify) login {_VALUE}")),
    ("install ", re.compile(rf"cloudflared service install {_VALUE}")),
    (
        "config ",
        re.compile(
            rf"(?:poetry|composer|bundle) config (?:--?[a-z-]+ )?\S{{0,48}}"
            rf"(?:basic|token|oauth|bearer|\w\.\w)\S{{0,64}}"
            rf" (?:[A-Za-z0-9_.@-]+[ :])?{_VALUE}"
        ),
    ),
    *((verb, re.compile(rf"(?i:nickserv) {verb}(?:\w{{1,32}} )?{_VALUE}")) for verb in ("IDENTIFY ", "identify ")),
    ("-server ", re.compile(rf"(?:tacacs|radius)-server {_ANY}key (?:[0-9] )?{_VALUE}")),
    *(
        (tool, re.compile(rf"(?:(?<=\n)|(?<=> )|(?<![\s\S])){tool}(?:-[A-Za-z]+ )*[A-Za-z0-9_.$#]{{1,64}}/{_VALUE}"))
        for tool in ("sqlplus ", "expdp ", "impdp ", "sqlldr ", "conn ", "connect ")
    ),
    ("AuthBasicFake ", re.compile(rf"AuthBasicFake \S+ {_VALUE}")),
    ("l2tpd", re.compile(rf"l2tpd[ \t]+{_VALUE}[\"']?[ \t]+[*0-9]")),
    ("pptpd", re.compile(rf"pptpd[ \t]+{_VALUE}[\"']?[ \t]+[*0-9]")),
    ("<<<", re.compile(rf"-(?:token|password|stdin) <<< ?{_VALUE}")),
    (" on >", re.compile(r"(?i:user) \S+ on >(?P<value>[^\s\"']{4,128})")),
    ("static:", re.compile(rf"static:[A-Za-z0-9_.@-]+:{_VALUE}")),
    ("]:", re.compile(rf"\[[A-Za-z0-9_.-]+\]:[0-9]{{2,5}}[ \t]+[A-Za-z0-9_.@-]+:{_VALUE}")),
    ('"-p', re.compile(rf"\"(?:mysql|mariadb){_ANY}\"-p(?P<value>[^\s\"']{{4,128}})\"")),
    (
        "IDENTIFIED BY ",
        re.compile(r"IDENTIFIED BY (?P<value>[^\s\"';]{4,128})"),
    ),
    *(
        (
            call,
            re.compile(
                r"(?:\b(?:begin|PDO|authenticate|AUTH|sign|verify)|[cC]onnect|[lL]ogin|Auth)"
                rf"\((?:[A-Za-z_$][A-Za-z0-9_.$]*, ?)?(?:{_OTHER}){{1,3}}{_QUOTED}[,)]"
            ),
        )
        for call in ("begin(", "PDO(", "onnect(", "ogin(", "authenticate(", "AUTH(", "Auth(", "sign(", "verify(")
    ),
    ("sign(", re.compile(rf"sign\([A-Za-z0-9_]+, ?{_QUOTED}[,)]")),
    ("verify(", re.compile(rf"verify\([A-Za-z0-9_]+, ?{_QUOTED}[,)]")),
    *(
        (
            opening,
            re.compile(
                rf"(?:\b[A-Z][A-Za-z]*(?:Auth|Token|Key|Credentials?|Secret)|\.bearer(?:_auth|Auth))\({_QUOTED}\)"
            ),
        )
        for word in ("Auth", "Token", "Key", "Credential", "Credentials", "Secret", "bearer_auth", "bearerAuth")
        for opening in (f'{word}("', f"{word}('")
    ),
    *(
        (
            slash,
            re.compile(
                r"[A-Za-z0-9_.@-]{2,32}/(?P<value>[^\s/()\"'，。]{4,128})\s{1,2}[(（]"
                r"(?i:user(?:name)?|login|account|账号|用户名?)/(?i:pass|pwd|密码)"
            ),
        )
        for slash in ("/pass", "/Pass", "/pwd", "/密码")
    ),
)
_LONGEST: Final = 512
_PLACES: Final = Marked(_TABLE, _LONGEST)
_WORD_WITH_NUMBER = re.compile(r"[A-Za-z_.-]+[0-9]{0,2}")

_COLUMN = re.compile(r"(?i:\w*passw(?:or)?d|\w*pwd|\w*secret|\w*token|api[_ ]key)|密码|口令|密钥|令牌")
_STEMS: Final = ("passw", "pwd", "secret", "token", "api", "密码", "口令", "密钥", "令牌")
_CELL = re.compile(r"\S+(?: \S+)*")


def _aligned(text: str) -> Iterator[str]:
    """The cells below a head of a column that promises a secret, where blanks align them."""
    column = -1
    for line in text.split("\n"):
        cells = _CELL.findall(line.strip("\r")) if "  " in line or column == 0 else []
        if not cells or line[:1].isspace():
            column = column if column >= 0 and line.startswith(("---", "===")) else -1
            continue
        names = [place for place, cell in enumerate(cells) if _COLUMN.fullmatch(cell)]
        if names and len(cells) > 1:
            column = names[0]
        elif 0 <= column < len(cells) and not line.startswith(("---", "===")):
            yield cells[column]


_URL_KEY = re.compile(r"(?<=[?&])key=(?P<value>[^\s&\"'<>#]{8,512})")


def placed_pairs(text: str) -> Iterator[Pair]:
    """What a command, a call or a table takes for a password, if it looks like one."""
    for match in _PLACES.matches(text):
        value = match["value"].rstrip(".,;:")
        if is_pin(value) or (is_drawn(value) and _WORD_WITH_NUMBER.fullmatch(value) is None):
            yield Pair("password", value, is_quoted=True)
    for match in _URL_KEY.finditer(text) if "key=" in text else ():
        yield Pair("url key", match["value"], is_quoted=True)
    for value in _aligned(text) if "  " in text and any(stem in text.lower() for stem in _STEMS) else ():
        if is_drawn(value) or is_pin(value):
            yield Pair("password", value, is_quoted=True)
