"""Finds values that a syntax encloses: declarations, cells, items, statements, arguments of commands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from coze_cassettes.codecs.marked import Marked


@dataclass(frozen=True)
class NamedValue:
    """A name, and where its value stands; ``is_quoted``: something says where the value begins and ends."""

    name: str
    start: int
    end: int
    is_quoted: bool
    is_phrase: bool = False
    """Whether blanks part the words of the name, so that it may be a part of a sentence."""
    is_word: bool = False
    """Whether the syntax says that a word is the value, where another one could be a part of a sentence or of code."""
    is_far: bool = False  # nothing but its look and the paragraph make it a value of this name


NAME: Final = r"(?:[A-Za-z_][A-Za-z0-9_.\-]{0,63}+|[\u4e00-\u9fffA-Za-z]{1,12}+)"
_BEGIN: Final = r"(?<![A-Za-z0-9_.\-])"
_LITERAL: Final = r"(?P<mark>[\"'])(?P<value>[^\"'\n]{1,4096})(?P=mark)"

# --- programs -------------------------------------------------------------------------------------------------------

_TYPED = re.compile(
    rf"(?<![A-Za-z0-9_.\-<:/])(?P<name>{NAME})\??(?:[ ]?:[ ]?|[ ][Aa]s[ ]|[ ])"
    rf"[A-Za-z&](?:[A-Za-z0-9_.<>\[\]&'|?()]|, ?(?=[A-Za-z])|(?<='static) ){{0,40}}?[ ]?=[ ]?"
    r"[rbufN]?(?P<mark>[\"'`])(?P<value>[^\"'`\n]{1,4096})(?P=mark)"
)
"""A name with its type and its value: of Python, TypeScript, Kotlin, Swift, Rust, Go, Basic."""

_ACCESSED = re.compile(rf"{_BEGIN}(?P<name>{NAME})\s?\{{\s?get;[^{{}}\n]{{0,40}}\}}\s?=\s?{_LITERAL}")
_DUMPED = re.compile(
    rf"\[[\"'](?P<name>{NAME})[\"']\]\s{{0,2}}=>\s{{1,16}}string\(\d{{1,6}}\)[ ]\"(?P<value>[^\"\n]{{1,4096}})\""
)
_ARGUMENT = re.compile(
    r"[(,]\s{0,4}(?P<open>[\"'])(?P<name>[\w.\-]{2,64})(?P=open)\s{0,4},\s{0,4}(?P<mark>[\"'])"
    r"(?=[^\"'\n]{0,128}?[\d\u4e00-\u9fff])(?P<value>[^\s\"']{4,512})(?P=mark)\s{0,4}[,)]"
)
"""A property of C#, what PHP prints, two arguments of a call of which the second has a digit."""

_SELECTED = re.compile(
    rf"{_BEGIN}[\"`\[]?(?P<name>{NAME})[\"`\]]?[ ]{{1,4}}(?:NOT[ ])?(?:LIKE|IN)[ ]{{0,4}}\(?[ ]{{0,4}}'%?"
    r"(?P<value>[^'%\n]{1,512})%?'"
)
"""A condition of SQL."""

_BRACED = re.compile(rf"{_BEGIN}(?P<name>{NAME})\{{{_LITERAL}\}}")
_DEFAULT = re.compile(
    r"(?<![A-Za-z0-9_])(?:variable|output|locals)\s{1,4}[\"'](?P<name>[\w.\-]{2,64})[\"']\s{0,4}\{[^{}]{0,256}?"
    rf"(?<![A-Za-z0-9_])(?:default|value)\s{{0,8}}=\s{{0,8}}{_LITERAL}"
)
"""How C++ and Terraform give a variable its value."""

# --- documents ------------------------------------------------------------------------------------------------------

_OF_NAMES: Final = "li|label|th|button|option"
"""Elements of items side by side, and of names and actions, of which none is a value."""

_CELL = re.compile(
    rf">\s{{0,8}}(?P<name>{NAME}(?: [A-Za-z]{{2,16}}){{0,2}})\s{{0,4}}[:：]?\s{{0,4}}"
    r"</[a-z0-9-]{1,16}>\s{0,16}[:：]?\s{0,16}"
    rf"(?:<(?!(?:{_OF_NAMES})\b)[a-z][^<>]{{0,128}}>\s{{0,16}}){{1,2}}"
    r"(?P<value>[^\s<>]{1,512}(?: [^\s<>]{1,32})?)\s{0,16}</"
)
"""A cell of a table or a term of a list with the name of the next one; items side by side say nothing of each other."""

_CONTENT: Final = (
    r"(?P<value>(?=[^<>]{0,128}?\d)[^\s<>]{4,512}|[\u4e00-\u9fff][\u4e00-\u9fff\d·]{1,64}"
    r"|[A-Z][a-z]{1,31}[ ][A-Z][a-z]{1,31})"
)
_LABELLED = re.compile(
    rf">\s{{0,8}}(?P<name>{NAME}(?: [A-Za-z]{{2,16}}){{0,2}})\s{{0,4}}"
    r"(?:[:：]\s{0,4}</[a-z0-9]{1,10}>|</[a-z0-9]{1,10}>\s{0,4}[:：])"
    rf"\s{{0,16}}{_CONTENT}(?:\s{{0,16}}<|(?<=[A-Za-z0-9!#$%^&*])(?=\s|\Z|[。！，]))"
)
_SET_OFF = re.compile(
    rf"{_BEGIN}(?P<name>{NAME}(?: [A-Za-z]{{2,16}}){{0,2}})\s?[:：=]\s{{0,4}}"
    rf"(?:<(?!li\b|/)[a-z][^<>]{{0,64}}>\s{{0,4}}){{1,2}}{_CONTENT}\s{{0,16}}</"
)
"""A name in a tag of its own with a value behind it, a name with a value in a tag of its own."""

_TAG = re.compile(r"<[a-z]{1,16}\s(?=[^<>]{0,512}?\bvalue=[^\s\"'<>])[^<>]{1,1024}>")
_BARE_NAME = re.compile(r"(?<![A-Za-z0-9_])(?:name|id)=(?P<name>[\w.\-]{1,64})(?=[\s>])")
_BARE_VALUE = re.compile(r"(?<![A-Za-z0-9_])value=(?P<value>[^\s\"'<>]{1,512})")
_CELL_OF_ROW = re.compile(
    r"<t(?P<sort>[hd])\b[^<>]{0,128}>\s{0,16}(?:<[a-z][^<>]{0,64}>){0,2}(?P<value>[^<>]{1,512}?)\s{0,16}<"
)

_ATTRIBUTES_REVERSED = re.compile(
    rf"(?<![A-Za-z0-9_])(?:value|content)\s?=\s?{_LITERAL}[^<>\n]{{0,128}}?\b(?:name|id|key|field)\s?=\s?"
    r"[\"'](?P<name>[\w.\-]{1,64})[\"']"
)
_ITEM = re.compile(
    r"(?<![A-Za-z0-9_])(?:name|key):[ \t]{1,4}[\"']?(?P<name>[A-Za-z_][\w.\-]{1,63})[\"']?[ \t]{0,4}\r?\n[ \t]{0,64}"
    r"(?:value|default):[ \t]{1,4}(?P<mark>[\"']?)(?P<value>[^\s\"'][^\n\"']{0,512}?)(?P=mark)[ \t]{0,4}\r?(?=\n|\Z)"
)
_BLOCK = re.compile(
    rf"{_BEGIN}(?P<name>{NAME}):[ \t]{{0,4}}[|>][+-]?[ \t]{{0,4}}\r?\n[ \t]{{1,64}}"
    r"(?P<value>[^\s][^\n]{0,512}?)[ \t]{0,8}\r?(?=\n|\Z)"
)
"""Of YAML: an item that has a name and a value, a text of one line under a name."""

_FORM_PART = re.compile(
    r"(?<![A-Za-z0-9_])name=\"(?P<name>[^\"\s]{1,64})\"\r?\n(?:[A-Za-z-]{1,32}:[^\n]{0,128}\n){0,4}\r?\n"
    r"(?P<value>[^\n\r]{1,512})\r?\n--"
)
"""A field of a multipart form as it crosses the wire."""

_BELOW = re.compile(
    rf"(?:\*\*|^\#{{1,6}}[ ])(?P<name>{NAME}(?: [A-Za-z]{{2,16}}){{0,2}})"
    r"(?:\*\*)?[ ]{0,2}[:：]?[ ]{0,2}(?:\r?\n){1,2}"
    r"`?(?=[!-_a-~]{0,128}?\d)(?P<value>[!-_a-~]{4,128})`?[ ]{0,2}\r?(?=\n|\Z)",
    re.MULTILINE,
)
_CORNERED = re.compile(
    rf"{_BEGIN}(?P<name>{NAME})[ ]?[「“](?=[^」”\n]{{0,128}}?\d|[A-Za-z]{{20}})(?P<value>[^\s「」“”]{{4,128}})[」”]"
)
"""A heading or a bold line with a value below it, a value in the quotes of a Chinese text."""

_OF_VALUE: Final = r"(?:[A-Za-z0-9@#$%^&*_.+=~/-]|!(?=[A-Za-z0-9]))"
"""Without the punctuation of a sentence, which in Chinese has no blank behind it."""

_ALGORITHM: Final = (
    r"(?i:aes|3?des|[rd]sa|sha|md|sm|hmac|[ehpr]s|ecc|ed|base|[ht]otp|oauth|utf|ssl|tls)"
    r"[-_]?\d{1,5}(?:-(?:CBC|CTR|ECB|GCM))?"
)
_BEHIND_HAN = re.compile(
    r"(?P<name>(?:密码|口令|密钥|秘钥|令牌|验证码|校验码|动态码|授权码))[ \t]{0,2}"
    rf"(?!{_ALGORITHM}(?!{_OF_VALUE}))"
    rf"(?={_OF_VALUE}{{0,64}}?\d)"
    rf"(?P<value>(?<=[ \t]){_OF_VALUE}{{3,127}}[A-Za-z0-9]|[A-Za-z0-9]{_OF_VALUE}{{2,126}}[A-Za-z0-9])"
    r"(?![A-Za-z0-9]|\s?[位个次天年月日时小分秒种条]|[-~至到])"
)
"""A Chinese name with a value right behind it that has a digit and is not what encrypts: ``密钥AES256加密``."""

_USED_AS = re.compile(
    rf"(?<![A-Za-z0-9_])[Uu]se (?!{_ALGORITHM}[ ])(?=\S{{0,64}}?\d)"
    r"(?P<value>[^\s\"'`,;]{4,128}) as (?:(?:the|a|my|your|its|our) )?"
    r"(?P<name>[A-Za-z]{2,16}(?: key| code)?)"
)
"""A value that a sentence says before its name."""

_OF_SHELL = re.compile(rf"\$\{{(?P<name>{NAME}):-(?P<value>[^{{}}\s\"'$][^{{}}\n\"'$]{{1,127}})\}}")
"""What a variable of a shell is if nobody sets it."""

_BY_MARK: Final = (
    *((mark, _DUMPED) for mark in (" string(", "\tstring(", "\nstring(")),
    ("get;", _ACCESSED),
    *((mark, _ARGUMENT) for mark in ('", "', "', '", '","', "','")),
    *((mark, _SELECTED) for mark in ("LIKE ", "IN (")),
    *((mark, _TYPED) for mark in ('="', "='", "=`", "= ", "=r", "=b", "=u", "=f")),
    *((mark, _BRACED) for mark in ('{"', "{'")),
    ("= ", _DEFAULT),
    *((mark, _ITEM) for mark in ("value:", "default:")),
    *((mark, _BLOCK) for mark in (": |", ":|", ": >", ":>")),
    ('name="', _FORM_PART),
    *((mark, _BELOW) for mark in ("**", "# ")),
    *((mark, _CORNERED) for mark in ("「", "“")),
    *((mark, _BEHIND_HAN) for mark in ("码", "口令", "钥", "令牌")),
    (":-", _OF_SHELL),
    (" as ", _USED_AS),
    *(("</", each) for each in (_LABELLED, _SET_OFF, _CELL)),
    *((mark, _ATTRIBUTES_REVERSED) for mark in ("value=", "value =", "content=", "content =")),
)
"""Each only looked for around certain marks."""

_LONGEST: Final = 4608
"""Characters of a match behind its mark at most."""

_ENCLOSED: Final = Marked(_BY_MARK, _LONGEST)

# --- commands and statements ----------------------------------------------------------------------------------------

_FLAG = re.compile(r"(?<=[ \t])-(?P<flag>[pawP])(?P<gap>[ \t]?)[\"']?(?P<value>[^\s\"'|;&<>$\\-][^\s\"'|;&<>]{3,127})")
_COMMAND = re.compile(
    r"(?<![A-Za-z0-9_])(?:(?P<glued>mysql[a-z]*|mariadb[a-z-]*|7za?|rar|unrar)"
    r"|(?P<free>(?:docker|podman|nerdctl|helm registry|az) login|psexec|mongo(?:sh|dump|restore|export|import)?)"
    r"|(?P<either>sshpass|rdesktop)|(?P<ldap>ldap[a-z]+)|(?P<redis>redis-cli)|(?P<zip>zip|unzip|mosquitto_[ps]ub|sqlcmd|isql))"
    r"(?:\.exe)?[ \t](?=[^\n|;&]*\Z)"
)
"""What commands call a password: ``sshpass -p``, ``mysql -p`` with the value glued to it, ``redis-cli -a``."""

_GROUPS: Final = {"a": "redis", "w": "ldap", "P": "zip"}
_REACH: Final = 160

_ABBREVIATED = re.compile(
    r"(?:^|[ \t,;(/|])(?i:pass|pw)[ \t]{0,2}[:=][ \t]{0,2}[\"'`]?"
    r"(?![a-z]+_[a-z0-9_]*(?![A-Za-z0-9!@#$%^&*+~-]))(?=[a-zA-Z!@#$%^&*_.+~-]{0,64}?\d)(?=[\d!@#$%^&*_.+~-]{0,64}?[a-zA-Z])"
    r"(?P<value>[A-Za-z0-9!@#$%^&*_.+~-]{6,64})(?![\w(\[/])",
    re.MULTILINE,
)
"""Behind an abbreviation that also means other things only what has letters and digits is a password."""

_BEHIND: Final = r"(?P<mark>[\"']?)(?P<value>[^\s\"'|;&<>()$-][^\s\"']{3,127})(?P=mark)"
_IDENTIFIED = re.compile(
    r"(?:\bIDENTIFIED[ ](?:WITH[ ]\S{1,64}[ ])?BY[ ]"
    rf"|\b(?:create|alter|grant)[ ][^\n;]{{0,256}}?\bidentified[ ](?:with[ ]\S{{1,64}}[ ])?by[ ](?=')){_BEHIND}"
)
_CALLED = re.compile(rf"(?i:\bpassword[ ]?\(|\bSecureString[ ](?:-(?:String|AsPlainText)[ ])*)(?=[\"']){_BEHIND}")
_GIVEN = re.compile(r"(?i:/user:\S{1,64}|password [07]|secret 0)[ ](?=\S{0,64}\d)(?P<value>[^\s\"'<>]{4,128})")
_SETTING = re.compile(
    r"^[ \t]*(?:requirepass|masterauth)[ \t]{1,4}(?P<value>\S{4,128})(?=[ \t]*(?:#|\r?$))", re.MULTILINE
)
_PGPASS = re.compile(
    r"(?<![A-Za-z0-9_.*-])[A-Za-z0-9.*-]{1,64}:(?:5432|\*):[A-Za-z0-9_*-]{1,64}:[A-Za-z0-9_*-]{1,64}:"
    r"(?P<value>[^\s:\"'<>`]{4,128})",
)
_IN_BRACES = re.compile(r"(?i:;[ ]?(?:pwd|password)=)\{(?P<value>[^{};\s]{4,128})\}(?=;|[\"'\s]|\Z)")
_ORACLE = re.compile(
    r"(?:\bjdbc:oracle:[a-z0-9]{2,5}:|\bsqlplus[ ])[A-Za-z0-9_.$#-]{1,64}/(?P<value>[^\s/\"']{4,128})@"
)
_PIPED = re.compile(
    r"(?<![A-Za-z0-9_])echo[ ](?:-n[ ])?[\"']?(?:[A-Za-z0-9_.-]{1,32}:)?(?P<value>[^\s\"'|:$]{4,128})[\"']?[ ]?\|[ ]?"
    r"(?:sudo -S\b|(?:sudo )?chpasswd\b|[^\n|]{0,128}?--(?:password-)?stdin\b)"
)
_COOKIES = re.compile(r"(?i:\bcookie:)[ ]?(?P<cookies>[^\r\n\"'<>]{1,4096})")
_COOKIE = re.compile(
    r"(?:\A|[;,]\s?)(?!(?i:domain|path|expires|max-age|samesite|priority|version)=)[\w.-]{1,64}="
    r"(?=[^\s;,]{0,256}?\d)(?P<value>[^\s;,]{8,4096})"
)
_UNNAMED: Final = (
    ("identified", _IDENTIFIED),
    *((mark, _CALLED) for mark in ("password(", "password (", "securestring ")),
    ("pass:", re.compile(rf"(?i:\bpass:){_BEHIND}")),
    ("set password", re.compile(rf"(?i:\bset password(?: for \S{{1,64}})?[ ]?=[ ]?)(?=[\"']){_BEHIND}")),
    *((mark, _IN_BRACES) for mark in ("pwd={", "password={")),
    *((mark, _ORACLE) for mark in ("oracle:", "sqlplus ")),
    (" -u ", re.compile(r"curl[ ][^\n|;&]{0,256}?-U[ ][\"']?[^\s:\"'/]{1,64}:(?P<value>[^\s\"']{3,128})")),
    *((mark, _PIPED) for mark in ("sudo -s", "-stdin", "chpasswd")),
    *((mark, _SETTING) for mark in ("requirepass", "masterauth")),
    (
        "htpasswd ",
        re.compile(
            r"(?<![A-Za-z0-9_])"
            r"htpasswd[ ](?:-[A-Za-z]{1,4}[ ])+\S{1,64}[ ]\S{1,64}[ ][\"']?(?P<value>[^\s\"'|;&<>]{4,128})"
        ),
    ),
    ("_auth", re.compile(r"(?<![A-Za-z0-9])_auth[ ]?=[ ]?(?P<value>[A-Za-z0-9+/]{8,512}={0,2})")),
    (
        "git config ",
        re.compile(
            r"(?<![A-Za-z0-9_])git config (?:--?[a-z-]{1,16} ){0,3}\S{0,64}(?:password|token|secret)[ ][\"']?"
            r"(?P<value>[^\s\"'|;&<>]{4,128})"
        ),
    ),
    *((mark, _GIVEN) for mark in ("/user:", "password 0 ", "password 7 ", "secret 0 ")),
    ("wifi:", re.compile(r"(?<![A-Za-z0-9_])WIFI:[^\n]{0,128}?;P:(?P<value>[^;\n]{4,64});")),
    *((mark, _PGPASS) for mark in (":5432:", ":*:")),
    *((mark, _ABBREVIATED) for mark in ("pass", "pw")),
)
"""Where the syntax says that a password follows: SQL, PowerShell, OpenSSL, Redis, Wi-Fi, PostgreSQL.

Each only looked for in a text that has a certain mark in small letters.
"""

_PASSWORD: Final = "password"  # noqa: S105 - a name
_INSERT = re.compile(r"\((?P<names>[^()\n]{3,1024})\)\s{0,8}(?i:VALUES)(?=\s{0,8}\()")
_ROW = re.compile(r"[\s,]{0,16}\((?P<values>[^()]{3,4096})\)")
_INSERTED = re.compile(r"\s*(?:'(?P<quoted>[^'\n]*)'|(?P<bare>[^,']*))\s*(?:,|\Z)")


def enclosed_values(text: str) -> Iterator[NamedValue]:
    """The values of a text with their names, in no order; one without a name is called a password."""
    for match in _ENCLOSED.matches(text):
        yield NamedValue(match["name"], *match.span("value"), is_quoted=True)
    yield from _passwords(text)
    for line in _COOKIES.finditer(text) if "ookie:" in text or "OOKIE:" in text else ():
        for match in _COOKIE.finditer(line["cookies"]):
            start, end = match.span("value")
            yield NamedValue("cookie", line.start("cookies") + start, line.start("cookies") + end, is_quoted=True)
    if "<" in text:
        yield from _inputs(text)
        yield from _rows(text)
    if "VALUES" in text or "values" in text:
        yield from _inserted(text)


def _passwords(text: str) -> Iterator[NamedValue]:
    lower = text.lower()
    patterns = dict.fromkeys(pattern for mark, pattern in _UNNAMED if mark in lower)
    for span in sorted(match.span("value") for pattern in patterns for match in pattern.finditer(text)):
        yield NamedValue(_PASSWORD, *span, is_quoted=True)
    for match in _FLAG.finditer(text) if " -" in text else ():
        commands = _COMMAND.finditer(text, max(0, match.start() - _REACH), match.start())
        groups = _groups_of(match)
        if any(command[group] for command in commands for group in groups):
            yield NamedValue(_PASSWORD, *match.span("value"), is_quoted=True)


def _groups_of(flag: re.Match[str]) -> tuple[str, ...]:
    """Which commands have a password behind a flag: of ``-p`` those that glue it, or those that part it."""
    if flag["flag"] in _GROUPS:
        return (_GROUPS[flag["flag"]],)
    is_quoted = flag.string[flag.start("value") - 1] in "\"'"
    return ("free" if flag["gap"] else "glued", "either", *(("free",) if is_quoted else ()))


def _inputs(text: str) -> Iterator[NamedValue]:
    """The fields of a form of HTML whose attributes have no quotes."""
    for tag in _TAG.finditer(text) if "value=" in text else ():
        name, value = _BARE_NAME.search(tag[0]), _BARE_VALUE.search(tag[0])
        if name and value:
            start, end = value.span("value")
            yield NamedValue(name["name"], tag.start() + start, tag.start() + end, is_quoted=True)


def _rows(text: str) -> Iterator[NamedValue]:
    """The cells of a table of HTML with the names at the heads of their columns."""
    heads: list[str] = []
    end = text.find("<tr")
    while end >= 0:
        start, end = end, text.find("<tr", end + 1)
        cells = list(_CELL_OF_ROW.finditer(text, start, len(text) if end < 0 else end))
        if len(cells) >= _FEWEST_CELLS and all(cell["sort"] == "h" for cell in cells):
            heads = [cell["value"] for cell in cells]
        elif len(cells) == len(heads):
            for name, cell in zip(heads, cells, strict=True):
                yield NamedValue(name, *cell.span("value"), is_quoted=True)


_FEWEST_CELLS: Final = 2


def _inserted(text: str) -> Iterator[NamedValue]:
    """The values of a statement of SQL with the names of their columns, of each row."""
    for match in _INSERT.finditer(text):
        columns = [name.strip(' `"[]') for name in match["names"].split(",")]
        row = _ROW.match(text, match.end())
        while row is not None:
            yield from _cells(columns, row)
            row = _ROW.match(text, row.end())


def _cells(columns: Sequence[str], row: re.Match[str]) -> Iterator[NamedValue]:
    values = [each for each in _INSERTED.finditer(row["values"]) if each.end() > each.start()]
    for name, value in zip(columns, values, strict=True) if len(values) == len(columns) else ():
        start, end = value.span("quoted" if value["quoted"] else "bare")
        if end > start:
            yield NamedValue(name, row.start("values") + start, row.start("values") + end, is_quoted=True)
