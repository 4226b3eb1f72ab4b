"""Finds passwords that commands, calls or settings take at a place of their own, without a name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from coze_cassettes.codecs.marked import Marked
from coze_cassettes.scrubbing.syntaxes import NamedValue

_USER: Final = r"[\"']?[^\s\"':/]{1,64}"
_WORD: Final = (
    r"[\"']?(?P<value>(?![A-Za-z_.-]+\d{0,2}(?:[\s\"';,]|\Z))(?=[^\s\"']{0,64}\d)"
    r"[^\s\"'$<>|;&(){}-][^\s\"'<>|;&]{3,127})"
)
_LITERAL: Final = r"[\"'`][^\"'`\n]{0,128}[\"'`]"
_DRAWN: Final = r"[\"'`](?P<value>(?=[^\"'`\n]{0,64}\d)(?![A-Za-z_.-]+\d{0,3}[\"'`])[^\s\"'`\\]{4,256})[\"'`]"
"""A literal with a digit, and not a word with a number behind it."""

_MAKES_LOGIN: Final = r"(?:\b(?:begin|PDO|[a-z_]{0,16}connect|[a-z_]{0,16}[Ll]ogin|authenticate|AUTH|sign|verify)|Auth)"
_MAKER: Final = r"(?:\b[A-Z][A-Za-z]{0,40}(?:Auth|Token|Key|Credentials?|Secret)|\.bearer(?:_auth|Auth))"

_CALLS: Final = ("begin(", "PDO(", "onnect(", "ogin(", "authenticate(", "AUTH(", "Auth(", "sign(", "verify(")
_MAKERS: Final = tuple(
    f"{word}({quote}"
    for word in ("Auth", "Token", "Key", "Credential", "Credentials", "Secret", "bearer_auth")
    for quote in "\"'"
)

_BY_MARK: Final = (
    *(
        (
            mark,
            re.compile(
                rf"[ \t](?:-[uUl]|--user(?:name)?)[ =]{_USER}[\"']?[ \t](?:[^\n|;&]{{0,64}}[ \t])?-(?:p|P|w|pw)[ =]"
                rf"(?![\"']?\d+(?::|[\"']?(?:\s|\Z))){_WORD}"
            ),
        )
        for mark in (" -p", " -P", " -w")
    ),
    ("curl ", re.compile(rf"\bcurl [^\n|;&]{{0,128}}?-[A-Za-z]{{1,4}}u [\"']?{_USER}:(?P<value>[^\s\"']{{3,128}})")),
    ("http", re.compile(rf"\bhttps? [^\n|;&]{{0,64}}?(?:-a|--auth)[ =]{_USER}:(?P<value>[^\s\"']{{3,128}})")),
    ("login ", re.compile(rf"\b(?:cargo|vault|bw|op|railway|netlify) login {_WORD}")),
    ("service install ", re.compile(rf"\bcloudflared service install {_WORD}")),
    (
        " config ",
        re.compile(
            rf"\b(?:poetry|composer|bundle) config (?:--?[a-z-]{{1,16}} ){{0,2}}\S{{0,32}}"
            rf"(?:basic|token|oauth|bearer|\w\.\w)\S{{0,64}}"
            rf" (?:[\w.@-]{{1,64}}[ :])?{_WORD}"
        ),
    ),
    *((mark, re.compile(rf"(?i:\bnickserv identify )(?:\w{{1,32}} )?{_WORD}")) for mark in ("IDENTIFY ", "identify ")),
    ("-server ", re.compile(rf"\b(?:tacacs|radius)-server [^\n]{{0,64}}?\bkey (?:\d )?{_WORD}")),
    *(
        (
            mark,
            re.compile(
                r"(?:\b(?:sqlplus|expdp|impdp|sqlldr)(?: -[A-Za-z]{1,4})*|^(?:SQL> ?)?conn(?:ect)?) [\w.$#]{1,64}/"
                r"(?=[^\s/]{0,64}\d)(?P<value>[^\s/@\"']{4,128})(?=@|\s|\Z)",
                re.MULTILINE,
            ),
        )
        for mark in ("sqlplus ", "expdp ", "impdp ", "sqlldr ", "conn ", "connect ")
    ),
    ("AuthBasicFake ", re.compile(rf"\bAuthBasicFake \S{{1,64}} {_WORD}")),
    *((mark, re.compile(rf"(?:l2tpd|pptpd)[ \t]{{1,8}}{_WORD}[\"']?[ \t]{{1,8}}[*\d]")) for mark in ("l2tpd", "pptpd")),
    ("<<<", re.compile(rf"-(?:token|password|stdin) <<< ?{_WORD}")),
    (" on >", re.compile(r"(?i:user) \S{1,64} on >(?P<value>[^\s\"']{4,128})")),
    ("static:", re.compile(rf"\bstatic:[\w.@-]{{1,64}}:{_WORD}")),
    ("]:", re.compile(rf"^\[[\w.-]{{1,64}}\]:\d{{2,5}}[ \t]{{1,8}}[\w.@-]{{1,64}}:{_WORD}", re.MULTILINE)),
    ('"-p', re.compile(r"\"(?:mysql|mariadb)[a-z-]{0,16}\"[^\n]{0,128}?\"-p(?P<value>[^\s\"']{4,128})\"")),
    *(
        (mark, re.compile(rf"{_MAKES_LOGIN}\((?:[A-Za-z_$][\w.$]{{0,40}}, ?)?(?:{_LITERAL}, ?){{1,3}}{_DRAWN}[,)]"))
        for mark in _CALLS
    ),
    *((mark, re.compile(rf"\b(?:sign|verify)\(\w{{1,32}}, ?{_DRAWN}[,)]")) for mark in ("sign(", "verify(")),
    *((mark, re.compile(rf"{_MAKER}\({_DRAWN}\)")) for mark in _MAKERS),
    *(
        (
            mark,
            re.compile(
                r"(?<![\w/])[\w.@-]{2,32}/(?P<value>(?=[^\s/]{0,64}\d)[^\s/()\"'，。]{4,128})\s{1,2}[(（]"
                r"(?i:user(?:name)?|login|account|账号|用户名?)/(?i:pass(?:word|wd)?|pwd|密码)"
            ),
        )
        for mark in ("/pass", "/Pass", "/pwd", "/密码")
    ),
)
_LONGEST: Final = 512
_COMMANDS: Final = Marked(_BY_MARK, _LONGEST)

# --- columns that blanks align --------------------------------------------------------------------------------------

_HEAD = re.compile(
    r"^(?P<before>(?:\S{1,32}(?: \S{1,32})?[ ]{2,64}){0,6})"
    r"(?P<name>(?i:[a-z_]{0,16}(?:passw(?:or)?d|pwd|secret|token)|api[_ ]key)|密码|口令|密钥|令牌)"
    r"(?=[ ]{2}|[ ]{0,8}\r?$)[^\n]*\n",
    re.MULTILINE,
)
_STEMS: Final = ("passw", "pwd", "secret", "token", "api", "密码", "口令", "密钥", "令牌")
_RULER = re.compile(r"[-=+ ]{3,}\r?\n")
_CELL = re.compile(r"\S+(?: \S+)*")
_MOST_ROWS: Final = 32


def _aligned(text: str) -> Iterator[NamedValue]:
    """The cells of tables that blanks align, in the column of a name."""
    for head in _HEAD.finditer(text):
        column = len(_CELL.findall(head["before"]))
        ruler = _RULER.match(text, head.end())
        position = ruler.end() if ruler else head.end()
        for line in text[position : position + 4096].split("\n")[:_MOST_ROWS]:
            cells = list(_CELL.finditer(line)) if line[:1].strip() else []
            if len(cells) <= column or len(cells) < 2 - (not head["before"]):
                break
            start, end = cells[column].span()
            yield NamedValue(head["name"], position + start, position + end, is_quoted=True)
            position += len(line) + 1


def placed_values(text: str) -> Iterator[NamedValue]:
    """The passwords of a text that stand where a command, a call or a table has one, in no order."""
    for match in _COMMANDS.matches(text):
        yield NamedValue("password", *match.span("value"), is_quoted=True)
    if "  " in text and any(stem in text.lower() for stem in _STEMS):
        yield from _aligned(text)
