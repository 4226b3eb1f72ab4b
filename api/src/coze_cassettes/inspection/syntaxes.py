"""Names with their values as programs, formats or commands write them, each where its sign is in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from coze_cassettes.codecs.marked import Marked
from coze_cassettes.inspection.letters import words_in
from coze_cassettes.inspection.names import is_login
from coze_cassettes.inspection.prose import Pair

_NAME: Final = r"[A-Za-z0-9_.$\u3400-\u9fff-]{2,64}+"
_START: Final = r"(?<![A-Za-z0-9_.$\u3400-\u9fff-])"
_NO_TAG: Final = "(?<![<:/])"

# --- programs -------------------------------------------------------------------------------------------------------

_LITERAL: Final = r"""(?P<mark>["'])(?P<value>[^"'\\\n]{1,512})(?P=mark)"""
_ASSIGNED = re.compile(r"""= ?[bfruN]?(?P<mark>["'`])(?P<value>[^"'`\\\n]{1,512})(?P=mark)""")
_TYPED = re.compile(
    rf"""{_START}{_NO_TAG}(?P<name>{_NAME})[?!]?(?: ?: ?| [Aa]s | )"""
    rf"""(?:[A-Za-z&\[*](?:[^\s=:;"'`{{}}]|'static |, ){{0,48}}?) ?\Z"""
)
_TYPED_REACH: Final = 160
"""A variable with its type, before or behind its name, and what it is: its name is looked for once that is found."""

_INITIALIZED = re.compile(rf"{_START}(?P<name>{_NAME})\{{{_LITERAL}\}}")
_AUTOMATIC = re.compile(rf"{_START}(?P<name>{_NAME}) ?\{{ ?get;[^{{}}\n]{{0,40}}\}} ?= ?{_LITERAL}")
_PRINTED = re.compile(
    rf"""\[["'](?P<name>{_NAME})["']\] ?=>\s{{1,16}}string\([0-9]{{1,6}}\) "(?P<value>[^"\n]{{1,512}})\""""
)
_TWO_OF_A_CALL = re.compile(
    rf"""[(,]\s{{0,4}}(?P<open>["'])(?P<name>{_NAME})(?P=open)\s{{0,4}},\s{{0,4}}(?P<mark>["'])"""
    r"""(?P<value>(?=[^"'\n]{0,64}?[0-9\u4e00-\u9fff])[^\s"']{4,512})(?P=mark)\s{0,4}[,)]"""
)
_CONDITION = re.compile(
    rf"(?P<name>{_NAME})[\"`\]]? {{1,4}}(?:NOT )?(?:LIKE|IN) {{0,4}}\(? {{0,4}}'%?(?P<value>[^'%\n]{{1,512}})%?'"
)
_COMPARED_IN_TICKS = re.compile(rf"`(?P<name>{_NAME})` ?[=:] ?[`'\"](?P<value>[^'\"`\n]{{1,512}})[`'\"]")
_TO_A_COMMAND = re.compile(
    rf"-(?<!\S-)(?:e|b|F|-env|-build-arg|-set|-var|-from-literal)[ =][\"']?(?P<name>{_NAME})=[\"']?"
    r"(?P<value>(?!\$)[^\s\"',;]{1,512})"
)
_BLOCK_VARIABLE = re.compile(rf"""variable +["'](?P<name>{_NAME})["'] *\{{[^{{}}]{{0,400}}?default *= *{_LITERAL}""")
_LIST_OF_COLUMNS = re.compile(r"\((?P<columns>[^()]{3,1000})\)\s*values(?=\s*\()", re.IGNORECASE)
_ROW_OF_SQL = re.compile(r"[\s,]*\((?P<cells>[^()]{3,4000})\)")
_CELL_OF_SQL = re.compile(r"'([^'\n]*)'|([^,'\s][^,'\n]*)")


def _inserted(text: str) -> Iterator[tuple[str, str]]:
    """The columns of an INSERT of SQL with the values of each row."""
    for match in _LIST_OF_COLUMNS.finditer(text):
        columns = [column.strip().strip('`"[]') for column in match["columns"].split(",")]
        row = _ROW_OF_SQL.match(text, match.end())
        while row is not None:
            cells = [quoted or bare.strip() for quoted, bare in _CELL_OF_SQL.findall(row["cells"])]
            if len(columns) == len(cells):
                yield from zip(columns, cells, strict=True)
            row = _ROW_OF_SQL.match(text, row.end())


# --- documents ------------------------------------------------------------------------------------------------------

_NEXT_ELEMENT = re.compile(
    rf">\s*(?P<name>{_NAME}(?: [A-Za-z]{{2,16}}){{0,2}})\s{{0,4}}[:：]?\s{{0,4}}</[a-z0-9]+>\s{{0,16}}[:：]?\s{{0,16}}"
    r"(?:<(?!li\b)[a-z][^<>]{0,128}>\s{0,16}){1,2}(?P<value>[^<>\s]{1,512}(?: [^<>\s]{1,32})?)\s{0,16}</"
)
_CONTENT: Final = (
    r"(?P<value>[^\s<>0-9]{0,256}[0-9][^\s<>]{0,256}|[\u3400-\u9fff][\u3400-\u9fff0-9·]{1,64}|[A-Z][a-z]+ [A-Z][a-z]+)"
)
_TITLED = re.compile(
    rf">\s{{0,8}}(?P<name>{_NAME}(?: [A-Za-z]{{2,16}}){{0,2}}) {{0,4}}(?::\s{{0,4}}</[a-z0-9]+>|</[a-z0-9]+>\s{{0,4}}:)"
    rf"\s{{0,16}}{_CONTENT}(?:\s{{0,16}}<|(?=\s|\Z|[。！，]))"
)
_TAGGED = re.compile(
    rf"{_START}(?P<name>{_NAME}) ?[:=] {{0,4}}(?:<(?!li\b|/)[a-z][^<>]{{0,64}}>\s{{0,4}}){{1,2}}{_CONTENT}\s{{0,16}}</"
)
_UNQUOTED = re.compile(
    rf"<[a-z]+ (?:[^<>]{{0,256}} )?(?:name|id)=(?P<name>{_NAME})(?=[ >])[^<>]{{0,256}}?"
    r" value=(?P<value>[^\s\"'<>]{1,512})"
)
_VALUE_FIRST = re.compile(
    rf"""(?:value|content) ?= ?{_LITERAL}[^<>\n]{{0,128}}? (?:name|id|key) ?= ?["'](?P<name>{_NAME})["']"""
)
_ITEM = re.compile(
    rf"""(?:name|key): {{1,4}}["']?(?P<name>{_NAME})["']? *\r?\n[ \t]*(?:value|default): {{1,4}}["']?"""
    r"""(?P<value>[^\s"'][^"'\n]{0,512})"""
)
_FOLDED_TEXT = re.compile(
    rf"{_START}(?P<name>{_NAME}): ?[|>][+-]? ?\r?\n[ \t]+(?P<value>[^\s\n]{{1,512}}) ?\r?(?=\n|\Z)"
)
_PART_OF_FORM = re.compile(
    rf"""name="(?P<name>{_NAME})"\r?\n(?:[A-Za-z-]+: [^\n]{{0,128}}\n){{0,4}}\r?\n(?P<value>[^\r\n]{{1,512}})\r?\n--"""
)
_WITH_DIGIT: Final = "(?P<value>[!-_a-~]{0,64}?[0-9][!-_a-~]{0,64})"
_BELOW = re.compile(
    rf"(?:\*\*|^#{{1,6}} )(?P<name>{_NAME}(?: [A-Za-z]{{2,16}}){{0,2}})"
    rf"(?:\*\*)? ?[:：]? ?(?:\r?\n){{1,3}}`?{_WITH_DIGIT}`? ?\r?(?=\n|\Z)",
    re.MULTILINE,
)
_CORNERED = re.compile(
    rf"{_START}(?P<name>{_NAME}) ?[「“]"
    r"(?P<value>[^\s「」“”0-9]{0,64}[0-9][^\s「」“”]{0,64}|[A-Za-z]{20,128})[」”]"
)
_PLAIN: Final = r"(?:[A-Za-z0-9@#$%^&*_.+=~/-]|!(?=[A-Za-z0-9]))"
_CIPHER: Final = (
    r"(?i:aes|3?des|[rd]sa|sha|md|sm|hmac|[ehpr]s|ecc|ed|base|[ht]otp|oauth|utf|ssl|tls)"
    r"[-_]?[0-9]{1,5}(?:-[CEG][A-Z]{2})?"
)
_BEHIND_HAN = re.compile(
    r"(?P<name>密码|口令|[密秘]钥|令牌|[验校]证?码|动态码|授权码)"
    rf"(?! ?{_CIPHER}(?!{_PLAIN}))"
    rf"(?P<value> {_PLAIN}{{0,40}}?[0-9]{_PLAIN}*+|[A-Za-z0-9]{_PLAIN}{{0,40}}?[0-9]{_PLAIN}*+|[0-9]{_PLAIN}{{3,40}}+)"
    r"(?!\s?[位个次天年月日时小分秒种条至到])"
)
_USED_AS = re.compile(
    rf"[Uu]se (?!{_CIPHER} )(?=\S{{0,64}}?[0-9])"
    r"(?P<value>[^\s\"'`,;]{4,128}) as (?:[a-z]{1,4} )?"
    r"(?P<name>(?:pass(?:word|wd|phrase|code)|pwd|secret|token)|[A-Za-z]{2,12} key)"
)
_NAME_AND_VALUE: Final = (
    rf"[ \t]+(?:\S{{1,64}}:)?(?P<name>{_NAME})[ \t]+[\"']?"
    r"(?P<value>[\u4e00-\u9fff]{2,4}(?!\S)|(?!\$|[A-Za-z_]+\()[^\s\"']{4,512})"
)
_SET = re.compile(rf"set(?<!\Sset)(?: -[A-Za-z]{{1,3}})?{_NAME_AND_VALUE}")
_SETTER = re.compile(rf"(?:SetEnv|#define|proxy_set_header|fastcgi_param){_NAME_AND_VALUE}")

_OBJECT_OF_NAME = re.compile(
    rf"""["'](?P<name>{_NAME})["']: ?\{{[^{{}}]{{0,256}}?"""
    r"""["'](?:value|val|default|example|default_value|defaultValue|const)["']: ?["'](?P<value>[^"'\\\n]{1,512})["']"""
)
_LONGEST: Final = 2048
"""Characters of a match behind its sign at most."""

_BY_SIGN: Final = Marked(
    (
        ('{"', _INITIALIZED),
        ("{'", _INITIALIZED),
        ("variable ", _BLOCK_VARIABLE),
        ("</", _NEXT_ELEMENT),
        ("value=", _VALUE_FIRST),
        ("content=", _VALUE_FIRST),
        ("value: ", _ITEM),
        ("default: ", _ITEM),
        (": |", _FOLDED_TEXT),
        (": >", _FOLDED_TEXT),
        ('name="', _PART_OF_FORM),
        ("**", _BELOW),
        ("# ", _BELOW),
        ("「", _CORNERED),
        ("“", _CORNERED),
        ("get;", _AUTOMATIC),
        ("string(", _PRINTED),
        *((sign, _TWO_OF_A_CALL) for sign in ('", "', "', '", '","', "','")),
        ("LIKE ", _CONDITION),
        (" IN ", _CONDITION),
        ("`", _COMPARED_IN_TICKS),
        *(
            (f"{option}{gap}", _TO_A_COMMAND)
            for option in ("-e", "-b", "-F", "-env", "-build-arg", "-set", "-var", "-from-literal")
            for gap in " ="
        ),
        ("</", _TITLED),
        ("</", _TAGGED),
        (" value=", _UNQUOTED),
        (": {", _OBJECT_OF_NAME),
        (":{", _OBJECT_OF_NAME),
        (" as ", _USED_AS),
    ),
    _LONGEST,
)
"""What is only looked for around a certain sign."""

_SHELL_DEFAULT = re.compile(rf"\$\{{(?P<name>{_NAME}):-(?P<value>[^{{}}$\s\"'][^{{}}$\n\"']{{1,128}})\}}")
_PARAMETER = re.compile(
    r"""-(?<!\S-)(?P<name>[A-Za-z][A-Za-z0-9_-]{3,40}) (?P<mark>["'])(?P<value>[^"'\n$]{2,256})(?P=mark)"""
)
"""What a variable of a shell is by default, a parameter of PowerShell."""

_LIKELY: Final = Marked(
    (
        ("set ", _SET),
        (":-", _SHELL_DEFAULT),
        ("-", _PARAMETER),
        ("SetEnv", _SETTER),
        ("#define", _SETTER),
        ("proxy_set_header", _SETTER),
        ("fastcgi_param", _SETTER),
    ),
    _LONGEST,
)
"""Likewise; what does not promise a secret has to look like what it promises, as code is full of it."""

_HAN_SIGNS: Final = ("密码", "口令", "钥", "令牌", "证码", "动态码", "授权码", "校验码")


def _of(signs: Marked, text: str) -> Iterator[Pair]:
    for match in signs.matches(text):
        yield Pair(match["name"], match["value"].strip(), is_quoted=True)


_CELL_OF_TABLE = re.compile(r"<t(?P<kind>[hd])(?: [^<>]{0,128})?>\s*(?:<[a-z][^<>]*>\s*)?(?P<text>[^<>]{1,512}?)\s*<")


def _tables(text: str) -> Iterator[Pair]:
    """The cells of a table of HTML below those of its head."""
    head: list[str] = []
    for row in text.split("<tr")[1:]:
        cells = [(cell["kind"], cell["text"]) for cell in _CELL_OF_TABLE.finditer(row)]
        if len(cells) > 1 and {kind for kind, _ in cells} == {"h"}:
            head = [name for _, name in cells]
        elif len(cells) == len(head):
            yield from (Pair(name, value, is_quoted=True) for name, (_, value) in zip(head, cells, strict=True))


_COOKIE_LINE = re.compile(r"[Cc]ookie: ?([^\r\n\"'<>]{1,4096})")
_COOKIE = re.compile(r"(?:\A|; ?)(?!(?i:path|domain|expires|max-age|samesite)=)[A-Za-z0-9_.-]+=([^\s;,]{8,})")
_AUTHORIZATION = re.compile(r"[Aa]uthorization: ?(?:[A-Za-z]+ )?(?P<value>[^\s\"'<>$]{8,512})")


def _headers(text: str) -> Iterator[Pair]:
    """The cookies and credentials of headers that a text shows."""
    for line in _COOKIE_LINE.findall(text) if "ookie:" in text else ():
        yield from (
            Pair("cookie", value, is_quoted=True) for value in _COOKIE.findall(line) if _HAS_DIGIT.search(value)
        )
    for match in _AUTHORIZATION.finditer(text) if "uthorization:" in text else ():
        if _HAS_DIGIT.search(match["value"]):
            yield Pair("authorization", match["value"], is_quoted=True)
    for value in _LOGIN.findall(text) if '"auth"' in text else ():
        if is_login(value):
            yield Pair("authorization", value, is_quoted=True)


_LOGIN = re.compile(r'"auth" ?: ?"([A-Za-z0-9+/]{8,512}={0,2})"')
_HAS_DIGIT = re.compile("[0-9]")


def written_pairs(text: str) -> Iterator[Pair]:
    """What says by its syntax where a value begins and ends."""
    yield from _of(_BY_SIGN, text)
    yield from _headers(text)
    if "<tr" in text:
        yield from _tables(text)
    yield from _passwords(text)
    yield from words_in(text)
    if "VALUES" in text or "values" in text:
        yield from (Pair(name, value, is_quoted=True) for name, value in _inserted(text) if value)
    if not text.isascii() and any(sign in text for sign in _HAN_SIGNS):
        for match in _BEHIND_HAN.finditer(text):
            if len(match["value"].strip()) >= _LEAST:
                yield Pair("密码", match["value"].strip(), is_quoted=True)


def likely_pairs(text: str) -> Iterator[Pair]:
    """What may be code that handles such values, and not one of them."""
    for match in _ASSIGNED.finditer(text):
        if typed := _TYPED.search(text, max(0, match.start() - _TYPED_REACH), match.start()):
            yield Pair(typed["name"], match["value"].strip(), is_quoted=True)
    yield from _of(_LIKELY, text)


# --- passwords without a name ---------------------------------------------------------------------------------------

_LEAST: Final = 4
_ABBREVIATED = re.compile(
    r"[pP](?<![A-Za-z0-9_.-].)(?i:ass|w) {0,2}[:=] {0,2}[\"'`]?(?![a-z]+_[a-z0-9_]*(?![A-Za-z0-9!@#$%^&*+~-]))"
    r"(?=[A-Za-z_!@#$%^&*.+~-]{0,64}[0-9])(?=[0-9_!@#$%^&*.+~-]{0,64}[A-Za-z])"
    r"(?P<value>[A-Za-z0-9_!@#$%^&*.+~-]{6,64}+)(?![\w(\[/])"
)
_PGPASS = re.compile(
    r"(?<![A-Za-z0-9_.*-])[A-Za-z0-9.*-]{1,64}:(?:5432|\*)(?::[A-Za-z0-9_*-]{1,64}){2}:(?P<value>[^\s:\"'<>`]{4,128})"
)
_OPTIONS: Final = r"(?:[^\n|;&]{0,128} )?"
_WORD: Final = r"[\"']?(?P<value>(?!\$)[^\s\"'<]{4,128})"
_GLUED: Final = r"[\"']?(?P<value>[^\s\"'$<\\-][^\s\"']{3,128})"
"""Before the option with a password, and the password behind it: a word of its own, or glued to it."""

_SET_PASSWORD = re.compile(r"(?i:set password(?: for \S{1,64})?) ?= ?[\"'](?P<value>[^\"'\n]{4,128})[\"']")
_OF_ORACLE = re.compile(r"(?:jdbc:oracle:[a-z0-9]+:|sqlplus )[A-Za-z0-9_.$#-]{1,64}/(?P<value>[^\s/\"']{4,128})@")
_FROM_ECHO = re.compile(
    r"(?<![A-Za-z0-9_])echo (?:-n )?[\"']?(?:[A-Za-z0-9_.-]{1,32}:)?(?P<value>[^\s\"'|:$]{4,128})[\"']? ?\| ?"
    r"(?:sudo -S\b|(?:sudo )?chpasswd\b|[^\n|]{0,128}?--(?:password-)?stdin\b)"
)
_LINE_OF: Final = Marked(
    (
        ("sshpass", re.compile(rf"sshpass +-p ?{_WORD}")),
        ("mongo", re.compile(rf"(?<![A-Za-z0-9_])mongo[a-z]* {_OPTIONS}-p(?=[ \"']) *{_WORD}")),
        ("mosquitto_", re.compile(rf"(?<![A-Za-z0-9_])mosquitto_[ps]ub {_OPTIONS}-P +{_WORD}")),
        *((word, _SET_PASSWORD) for word in ("SET PASSWORD", "set password", "Set password")),
        ("={", re.compile(r"; ?(?i:pwd|password)=\{(?P<value>[^{};\s]{4,128})\}(?=[;\"'\s]|\Z)")),
        *((word, _OF_ORACLE) for word in ("jdbc:oracle:", "sqlplus ")),
        (
            " -U ",
            re.compile(
                r"(?<![A-Za-z0-9_])curl (?:[^\n|;&]{0,256} )?-U [\"']?[^\s:\"'/]{1,64}:(?P<value>[^\s\"']{3,128})"
            ),
        ),
        *((word, _FROM_ECHO) for word in ("sudo -S", "-stdin", "chpasswd")),
        ("mysql", re.compile(rf"(?<![A-Za-z0-9_])mysql[a-z]* {_OPTIONS}-p{_GLUED}")),
        ("mariadb", re.compile(rf"(?<![A-Za-z0-9_])mariadb[a-z-]* {_OPTIONS}-p{_GLUED}")),
        (
            " login ",
            re.compile(rf"(?<![A-Za-z0-9_])(?:docker|podman|nerdctl|az) login {_OPTIONS}-p +{_WORD}"),
        ),
        ("psexec", re.compile(rf"(?<![A-Za-z0-9_])psexec(?:\.exe)? [^\n|;&]{{0,128}} -p +{_WORD}")),
        ("redis-cli", re.compile(rf"(?<![A-Za-z0-9_])redis-cli {_OPTIONS}-a +{_WORD}")),
        ("ldap", re.compile(rf"(?<![A-Za-z0-9_])ldap[a-z]+ {_OPTIONS}-w +{_WORD}")),
        (" -P", re.compile(rf"(?<![A-Za-z0-9_])(?:un)?zip {_OPTIONS}-P ?{_WORD}")),
        ("7z", re.compile(rf"\b7za? {_OPTIONS}-p{_GLUED}")),
        ("rar x", re.compile(rf"\b(?:un)?rar {_OPTIONS}-p{_GLUED}")),
        (" pass:", re.compile(r" pass:(?P<value>[^\s\"'$<:]{4,128})")),
        ("SecureString", re.compile(r"SecureString (?:-String )?[\"'](?P<value>(?!\$)[^\"'\n]{4,128})[\"']")),
        ("requirepass ", re.compile(r"^[ \t]*requirepass[ \t]+(?P<value>[^\s<]{4,128})(?=\s*?(?:#|$))", re.MULTILINE)),
        ("masterauth ", re.compile(r"^[ \t]*masterauth[ \t]+(?P<value>[^\s<]{4,128})(?=\s*?(?:#|$))", re.MULTILINE)),
        ("htpasswd ", re.compile(rf"(?<![A-Za-z0-9_])htpasswd (?:-[A-Za-z]+ )+\S{{1,64}} \S{{1,64}} {_WORD}")),
        ("_auth", re.compile(r"(?<![A-Za-z0-9])_auth ?= ?(?P<value>[A-Za-z0-9+/]{8,512}={0,2})(?![A-Za-z0-9_.(])")),
        (
            "git config ",
            re.compile(rf"git config (?:-[a-z-]+ ){{0,3}}\S{{0,64}}(?:password|token|secret) {_WORD}"),
        ),
        *((word, _ABBREVIATED) for word in ("pass", "Pass", "PASS", "pw", "Pw", "PW")),
        ("/user:", re.compile(r"/user:\S{1,64} (?P<value>(?=\S*[0-9])[^\s\"'<>]{4,128})")),
        *(
            (mark, re.compile(rf"{mark}(?P<value>(?=\S*[0-9])[^\s\"'<>]{{4,128}})"))
            for mark in ("password 0 ", "password 7 ", "secret 0 ")
        ),
        ("WIFI:", re.compile(r"WIFI:[^\n]{0,128}?;P:(?P<value>[^;\n]{4,64});")),
        ("IDENTIFIED", re.compile(r"IDENTIFIED (?:WITH \S{1,64} )?BY [\"'](?P<value>[^\"'\n]{4,128})[\"']")),
        (
            "identified",
            re.compile(
                r"(?<![A-Za-z0-9_])"
                r"(?:create|alter|grant) [^\n;]{0,256}?identified (?:with \S{1,64} )?by '(?P<value>[^'\n]{4,128})'"
            ),
        ),
        ("PASSWORD(", re.compile(r"PASSWORD\([\"'](?P<value>[^\"'\n]{4,128})[\"']\)")),
        *((word, _PGPASS) for word in (":5432:", ":*:")),
    ),
    _LONGEST,
)
"""Each with the word that stands in it."""


def _passwords(text: str) -> Iterator[Pair]:
    """What commands and settings take for a password without calling it so."""
    for match in _LINE_OF.matches(text):
        yield Pair("password", match["value"], is_quoted=True)
