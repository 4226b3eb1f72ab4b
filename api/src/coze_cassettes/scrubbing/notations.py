"""Finds named values that a program wraps: in a call, a constructor, an alternative, a pair, a marked text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from coze_cassettes.codecs.marked import Marked
from coze_cassettes.scrubbing.syntaxes import NamedValue

_NAME: Final = r"(?P<name>[A-Za-z_][A-Za-z0-9_.\-]{0,63}|[\u4e00-\u9fff]{2,8})"
_TITLE: Final = r"(?P<name>[A-Za-z_][A-Za-z0-9_.\-]{0,31}(?: [A-Za-z0-9-]{2,16}){0,2}|[\u4e00-\u9fff]{2,8})"
_BEGIN: Final = r"(?<![A-Za-z0-9_.\-])"
_TEXT: Final = r"(?P<mark>[\"'`])(?P<value>[^\"'`\n\\]{1,512})(?P=mark)"
_DRAWN: Final = r"(?P<mark>[\"'`])(?=[^\"'`\n]{0,128}?\d)(?P<value>[^\s\"'`\\]{4,512})(?P=mark)"
_BARE: Final = r"(?=[^\s\d]{0,64}\d)(?P<value>[^\s\"'`<>\[\](){},;|]{4,256})"

_MAKER: Final = (
    r"(?:new )?(?:[A-Za-z][A-Za-z_.:]{0,40})??(?:"
    r"[Ss]tr|[Ss]tring|[Ss]ecret|[Pp]assword|[Tt]oken|[Cc]redentials?|Some|Just|of|from|new|cast|quote)"
)
"""What makes a secret, or an optional value, of a text: ``SecretStr(``, ``String::from(``."""

_WRAPPED = re.compile(
    rf"{_BEGIN}{_NAME}\s?(?::|:=|={{1,3}}|=>)\s?(?:{_MAKER}\(|\(\s{{0,16}}|N(?=')|(?<==)\s?r?#{{1,3}})\s{{0,4}}"
    r"(?P<mark>\\?[\"'])(?P<value>[^\"'\n\\]{1,512})(?P=mark)(?=\s{0,16}[)#,;}]|\s*\Z|\n)"
)
_RAW = re.compile(rf"{_BEGIN}{_NAME} ?[:=]{{1,2}} ?r#{{1,3}}\"(?P<value>[^\"\n]{{1,512}})\"#")
_PERCENT = re.compile(rf"{_BEGIN}{_NAME} ?= ?(?:%[qQ]?|qq?)[({{\[|](?P<value>[^\s(){{}}\[\]|]{{4,512}})[)}}\]|]")
_FALLBACK = re.compile(
    rf"{_BEGIN}{_NAME}(?: ?: ?[A-Za-z]{{2,16}})? ?=\s{{1,4}}[A-Za-z_$][\w.$\[\]()'\"]{{0,80}}\s{{1,4}}"
    rf"(?:\|\||\?\?|or)\s{{1,4}}{_TEXT}"
)
_FOR_KEY = re.compile(rf"@{_DRAWN} for[A-Z][A-Za-z]{{1,24}}:@?[\"'](?:[Xx]-)?{_NAME}[\"']")
_EQUALS_NAME = re.compile(rf"{_DRAWN} ={{2,3}} {_NAME}")
_OF_OBJECT = re.compile(
    rf"{_BEGIN}[\"']?{_NAME}[\"']? ?[:=] ?\{{\s{{0,16}}[\"']?(?:value|val|default|data|secret)[\"']? ?[:=] ?{_DRAWN}"
)
_CASE = re.compile(rf"[\"']{_NAME}[\"']:? (?:return|then|->) {_DRAWN}")
_GIVEN = re.compile(
    rf"{_BEGIN}{_NAME}(?:\.(?:set|put|assign|setValue|fromString|valueOf|of)"
    rf"|\)\.[a-z]\w{{1,24}}| ?\| ?default)\({_DRAWN}\)"
)
_PARAMETER = re.compile(rf"--name[ =][\"']?{_NAME}[\"']? --value[ =][\"']?{_BARE}")
_ON_NEXT_LINE = re.compile(rf"{_BEGIN}{_NAME} ?=\s{{5,24}}{_DRAWN}")
"""What an object, a method, a case, a command is given."""

_EXPECTED = re.compile(
    rf"(?i:equals?|same|compare|eq|is|match)\w{{0,8}}\(\s{{0,8}}\w{{1,8}}, {{0,4}}{_DRAWN}, {{0,4}}{_NAME}\s{{0,8}}[,)]"
)
_EQUAL = re.compile(
    rf"{_BEGIN}{_NAME}\)?(?:\.(?:to|should|equals?|eq)[ .(]\w{{0,8}}[ (]?| -?(?:eq|is) |\.should eq ){_DRAWN}"
)
_UNEQUAL = re.compile(rf"{_BEGIN}{_NAME}[\"`\]]? ?(?:<>|!==?) ?{_DRAWN}")
_CALLED = re.compile(rf"{_DRAWN} (?i:as) [\"`\[]?{_NAME}")
_DEFAULTED = re.compile(rf"[\"']--?{_NAME}[\"'][^()\n]{{0,96}}?\bdefault ?= ?{_DRAWN}")
_DEFAULT_OF = re.compile(
    rf"{_BEGIN}{_NAME} ?(?::[^=\n\"']{{1,48}})?= ?[\w.]{{1,32}}\((?:[^()\n]{{0,64}}[ (,])?default ?= ?{_TEXT}"
)
_TAG_OF_FIELD = re.compile(
    rf"(?<![A-Za-z0-9_])env:\"{_NAME}\"[^`\n]{{0,64}}?[dD]efault:\"(?P<value>[^\"\n]{{1,512}})\""
)
_ATTRIBUTE = re.compile(rf"{_BEGIN}{_NAME}=\{{{_TEXT}\}}")
_SENT = re.compile(
    rf"[\"'\[]?(?:[a-z]{{1,16}}\[)?(?:(?:name|id)=[\"']?|(?<=[\"'])[#.]|By\.[A-Z_]{{2,16}}, ?[\"'])"
    rf"{_NAME}[\"']?\]{{0,2}}[\"']?(?:\)\.\w{{1,24}}\(|, ?){_DRAWN}"
)
_ASKED = re.compile(rf"[\"']{_NAME}[\"'] (?:with|to|is|as) {_DRAWN}")
_HERE = re.compile(rf"{_BEGIN}{_NAME}\s?<<< ?[\"']?{_BARE}")
_REGISTERED = re.compile(rf"{_BEGIN}{_NAME}\s{{1,8}}REG_(?:EXPAND_)?SZ\s{{1,8}}{_BARE}")
_MACRO = re.compile(rf"\\(?:def|(?:re)?newcommand\{{?)\\{_NAME}\}}?\{{(?P<value>[^{{}}\s\\]{{4,512}})\}}")
"""What a test, a statement of SQL, an element of JSX, a shell, the registry of Windows gives a value."""

_OTHERWISE = re.compile(rf"{_BEGIN}{_NAME} or {_DRAWN}")
_COMPARED = re.compile(rf"\(\s{{0,8}}{_DRAWN},\s{{0,8}}{_NAME}\s{{0,8}}[,)]")
_COMPARED_WITH = re.compile(
    rf"(?i:equals?|same|compare|eq|is|match)\w{{0,8}}\(\s{{0,8}}{_NAME}, {{0,4}}{_DRAWN}\s{{0,8}}[,)]"
)
_OPTION = re.compile(
    rf"[\"']--?{_NAME}(?:[\"'],\s{{0,16}}[\"']|=)(?P<value>(?![-$<{{%])[^\s\"'\\<>{{}}]{{4,512}})[\"'](?=\s{{0,16}}[\],)]|\s|\Z)"
)
"""The arguments of a command as a list of texts."""

_MAPPED = re.compile(rf"(?<=[(,{{\[ \n])[\"']{_NAME}[\"'] (?:to|->|=) @?{_TEXT}(?=[),}}\]\n]|\Z)")
_CONSED = re.compile(rf"\({_NAME} \. {_TEXT}")
_EARMUFFED = re.compile(rf"\*{_NAME}\*\s{{1,4}}{_TEXT}")
_KEYED = re.compile(rf"\{{[\"']?{_NAME}[\"']?\}} ?= ?{_TEXT}")
_SERIALIZED = re.compile(rf"s:\d{{1,4}}:\"{_NAME}\";s:\d{{1,4}}:\"(?P<value>[^\"\n]{{1,512}})\"")
_BRACED = re.compile(rf"\{{ {{0,4}}[\"']?{_NAME}[\"']?, {{0,4}}(?:<<)?{_DRAWN}(?:>>)? {{0,4}}\}}")
_BYTES = re.compile(rf"[(\[]b[\"']{_NAME}[\"'], ?b{_DRAWN}[)\]]")
_FIELD = re.compile(rf"buildConfigField\(? ?\"String\", ?\"{_NAME}\", ?[\"'](?:\\?\")?(?P<value>[^\"'\\\n]{{1,512}})")
_HIDDEN = re.compile(rf"{_BEGIN}{_NAME}::? [\"'](?P<value>[^\"'\n\\]{{1,512}})[\"']")
_SET = re.compile(rf"(?<![A-Za-z0-9_])(?:set|with)_?{_NAME}\({_DRAWN}\)")
_BUILT = re.compile(rf"(?:^|\))\s{{0,32}}\.{_NAME}\({_DRAWN}\)", re.MULTILINE)
_CONSTRUCTED = re.compile(rf"(?<![A-Za-z0-9_])string {_NAME}\({_DRAWN}\)")
_FETCHED = re.compile(rf"(?<![A-Za-z0-9_])fetch\([\"']{_NAME}[\"']\) ?\{{ ?{_TEXT} ?\}}")
_FILLED = re.compile(rf"(?<![A-Za-z0-9_])(?:fill|type|sendKeys|send_keys)\([\"'][#.]{_NAME}[\"'], ?{_DRAWN}\)")
_ALTERED = re.compile(rf"(?<![A-Za-z0-9_])setattr\(\w{{1,32}}, [\"']{_NAME}[\"'], {_TEXT}\)")

# --- documents ------------------------------------------------------------------------------------------------------

_TAGGED = re.compile(rf"\[(?P<tag>[biu]|code|strong)\]{_TITLE}[:：]?\[/(?P=tag)\][:：]?[ \t]{{0,3}}{_BARE}")
_HEADED = re.compile(rf"(?:^|[\s，。])\[{_TITLE}\][:：]?[ \t]{{1,3}}{_BARE}(?=[\s,;.]|\Z)", re.MULTILINE)
_ANGLED = re.compile(
    rf"{_BEGIN}{_TITLE}[:：=][ ]?<(?=[^<>\s]{{0,64}}?\d)(?P<value>[^<>\s/]{{5,256}})>(?![^<>]{{0,128}}</)"
)
_TYPESET = re.compile(rf"\\text(?:bf|it)\{{{_TITLE}:?\}}:?\s{{0,3}}\\text[a-z]{{2}}\{{(?P<value>[^{{}}\s]{{4,512}})\}}")
_LITERAL = re.compile(rf"{_BEGIN}{_TITLE}: ?``(?P<value>[^`\s]{{4,512}})``")
_SPANNED = re.compile(
    rf"<label[^<>]{{0,64}}>{_TITLE}:?</label>\s{{0,16}}<[a-z]{{1,8}}[^<>]{{0,128}}(?:>|value=[\"'])(?P<value>[^<>\s\"']{{4,512}})[<\"']"
)
_QUOTED_BELOW = re.compile(rf"{_BEGIN}{_TITLE}:\r?\n> ?{_BARE}(?=\s|\Z)")
_ITEM = re.compile(rf"(?<![A-Za-z0-9_])key: [\"']?{_NAME}[\"']?\r?\n[ ]{{0,32}}val: [\"']?(?P<value>[^\s\"']{{4,512}})")
_LISTED = re.compile(
    rf"{_BEGIN}(?P<name>[A-Za-z_][A-Za-z0-9_.\-]{{1,62}})s:(?:\r?\n[ ]{{0,16}}- | \[)[\"']?{_BARE}(?=[\"']?[\s,\]])"
)
_ROW = re.compile(rf"^[\"']?{_NAME}[\"']?, ?[\"']?{_BARE}[\"']?\r?$", re.MULTILINE)

_BY_MARK: Final = (
    *((mark, _WRAPPED) for mark in ('("', "('", '(\\"', "( ", "(\n", "(\r", "(\t", "N'", '#"', "#'")),
    *((mark, each) for mark in ('("', "('", "(`") for each in (_SET, _BUILT)),
    ("string ", _CONSTRUCTED),
    *((mark, _RAW) for mark in ('r#"', 'r##"', 'r###"')),
    ("@", _FOR_KEY),
    *((mark, _EQUALS_NAME) for mark in ('" ==', "' ==")),
    *((mark, _OF_OBJECT) for mark in ("val", "default", "data", "secret")),
    *((mark, _CASE) for mark in ("return ", "then ", "-> ")),
    *((mark, _GIVEN) for mark in ('("', "('")),
    ("--value", _PARAMETER),
    *((mark, _ON_NEXT_LINE) for mark in ("=\n    ", "=\r\n    ", "=\n\t\t\t\t")),
    *((mark, _EXPECTED) for mark in (', "', ", '")),
    *((mark, _EQUAL) for mark in ("eq ", "equal", "eq(", " is ")),
    *((mark, _UNEQUAL) for mark in ("<> ", "!= ", "!== ", "!='", '!="')),
    *((mark, _CALLED) for mark in ("' AS ", "' as ")),
    ("default", _DEFAULTED),
    *((mark, _ATTRIBUTE) for mark in ("={'", '={"', "={`")),
    *((mark, _SENT) for mark in ("name=", "id=", "By.", "'#", '"#')),
    *((mark, _ASKED) for mark in ('" with ', "' with ", '" to ', "' to ", '" is ', "' is ", '" as ', "' as ")),
    ("<<<", _HERE),
    ("REG_", _REGISTERED),
    *((mark, _MACRO) for mark in ("\\def", "newcommand")),
    *((mark, _OTHERWISE) for mark in (' or "', " or '")),
    *((mark, _COMPARED) for mark in ('("', "('")),
    *((mark, _COMPARED_WITH) for mark in (', "', ", '")),
    *((mark, _OPTION) for mark in ('"-', "'-")),
    *((mark, _PERCENT) for mark in ("= %", "= q")),
    *((mark, _DEFAULT_OF) for mark in ("default=", "default =")),
    ('efault:"', _TAG_OF_FIELD),
    *((mark, _FALLBACK) for mark in ("|| ", "?? ", " or ")),
    *((mark, _MAPPED) for mark in ('" to ', "' to ", '" -> ', "' -> ")),
    (" . ", _CONSED),
    ("* ", _EARMUFFED),
    *((mark, _KEYED) for mark in ("} =", "}=")),
    (";s:", _SERIALIZED),
    *((mark, _BRACED) for mark in (', "', ", '", ", <<")),
    *((mark, _BYTES) for mark in (", b'", ', b"')),
    ("buildConfigField", _FIELD),
    (":: ", _HIDDEN),
    ("fetch(", _FETCHED),
    *((mark, _FILLED) for mark in ('("#', "('#", '(".', "('.")),
    ("setattr(", _ALTERED),
    ("[/", _TAGGED),
    ("] ", _HEADED),
    *((mark, _ANGLED) for mark in (":<", "：<", "=<", ": <", "： <", "= <")),
    ("\\text", _TYPESET),
    *((mark, _LITERAL) for mark in (":``", ": ``")),
    ("</label>", _SPANNED),
    *((mark, _QUOTED_BELOW) for mark in (":\n>", ":\r\n>")),
    ("val:", _ITEM),
    *((mark, _LISTED) for mark in ("s:\n", "s: [", "s:\r\n")),
    (",", _ROW),
)
"""Each only looked for around certain marks."""

# --- without a name -------------------------------------------------------------------------------------------------

_LOGIN: Final = r"[\"'][^\"'\n]{0,64}[\"']"
_CREDENTIALS = re.compile(
    rf"(?:NetworkCredential|HTTPBasicAuth|UsernamePassword[A-Za-z]{{0,24}}|PasswordAuthentication|\b[Bb]asic_?[Aa]uth"
    rf"|\b(?:\w{{1,16}}_)?auth ?= ?)\(\s{{0,8}}{_LOGIN},\s{{0,8}}{_TEXT}"
)
_UNNAMED: Final = (
    *(
        (mark, _CREDENTIALS)
        for mark in (
            "Credential(",
            "Auth(",
            "Authentication(",
            "auth(",
            "auth=(",
            "auth =(",
            "auth= (",
            "auth = (",
            "UsernamePassword",
        )
    ),
    ("login(", re.compile(rf"\.login\(\s{{0,8}}{_LOGIN},\s{{0,8}}{_DRAWN}\s{{0,8}}\)")),
    ("set_password(", re.compile(rf"(?<![A-Za-z0-9_])set_password\((?:{_LOGIN},\s{{0,8}}){{0,2}}{_TEXT}\)")),
    ("AUTH ", re.compile(r"> AUTH (?:\w{1,32} )?[\"']?(?P<value>[^\s\"']{4,512})")),
    *((mark, re.compile(r"[ \t]/(?:p|rp|pass):(?P<value>[^\s\"'<>]{4,128})")) for mark in (" /p:", " /rp:", " /pass:")),
    ("openssl", re.compile(r"(?<![A-Za-z0-9_])openssl [^\n|;&]{0,128} -k [\"']?(?P<value>(?!\$)[^\s\"']{4,128})")),
    ("net use", re.compile(r"(?<![A-Za-z0-9_])net use \S{1,64} (?P<value>[^\s/*][^\s]{3,128}) /user:")),
    ("schtasks", re.compile(r"(?<![A-Za-z0-9_])schtasks [^\n|;&]{0,128}/rp [\"']?(?P<value>[^\s\"']{4,128})")),
    ("lftp ", re.compile(r"(?<![A-Za-z0-9_])lftp [^\n|;&]{0,64}-u [\"']?[^\s,]{1,64},(?P<value>[^\s\"']{4,128})")),
    ("getConnection(", re.compile(rf"getConnection\([^()\n]{{1,128}},\s{{0,8}}{_LOGIN},\s{{0,8}}{_TEXT}\)")),
    ("@tcp(", re.compile(r"[\"'`][A-Za-z0-9_.\-]{1,64}:(?P<value>[^\s\"'`@]{3,256})@tcp\(")),
    (
        "assword",
        re.compile(
            r"expect[^\n]{0,32}assword[^\n]{0,24}?\s{0,8}send(?:line)?(?: --)?[ (]"
            r"b?[\"'](?P<value>[^\"'\\\n]{3,128})(?:\\[rn]|[\"'])"
        ),
    ),
    (
        "secret ",
        re.compile(r"(?<![A-Za-z0-9_])echo [\"']?(?P<value>[^\s\"'|$]{4,512})[\"']? \| \w{2,16} secret (?:set|put)"),
    ),
    ("smbclient", re.compile(r"(?<![A-Za-z0-9_])smbclient [^\n|;&]{0,128}-U ?[^\s%]{1,64}%(?P<value>[^\s\"']{3,128})")),
    ("useradd", re.compile(r"(?<![A-Za-z0-9_])useradd [^\n|;&]{0,128}?-p [\"']?(?P<value>[^\s\"'$]{4,256})")),
    ("net user", re.compile(r"(?<![A-Za-z0-9_])net user [^\s/]{1,64} (?P<value>(?![/*])[^\s\"']{4,128}) /add")),
    ("community", re.compile(r"(?<![A-Za-z0-9_])snmp-server community (?P<value>\S{4,64}) R[OW]\b")),
    (
        "secret ",
        re.compile(
            r"(?<![A-Za-z0-9_])"
            r"(?:enable|username \S{1,64}(?: privilege \d{1,2})?) (?:secret|password) (?:\d )?(?P<value>\S{4,128})"
        ),
    ),
    ("openssl", re.compile(r"(?<![A-Za-z0-9_])openssl [^\n|;&]{0,128} -K (?P<value>[0-9A-Fa-f]{16,128})\b")),
    (
        "<input",
        re.compile(
            r"<input [^<>]{0,128}?\btype=[\"']?password[\"']?[^<>]{0,128}?\bvalue="
            r"(?P<mark>[\"']?)(?P<value>[^\s\"'<>]{3,256})(?:(?P=mark)|(?=[\s>]))"
        ),
    ),
)
"""What says by its form that a password follows."""


_DUMMY = re.compile(r"(?i:pass(?:word|wd)?|pwd|secret|user:pass(?:wd)?|test|public|private|postgres|root|admin|guest)")
"""What documentation writes in the place of a password."""


_LONGEST: Final = 1024
"""Characters of a match behind its mark at most."""

_NAMED: Final = Marked(_BY_MARK, _LONGEST)
_PASSWORDS: Final = Marked(_UNNAMED, _LONGEST)


def wrapped_values(text: str) -> Iterator[NamedValue]:
    """The values of a text that a program or a document wraps, with their names, in no order."""
    for match in _NAMED.matches(text):
        if match["name"] and match["value"]:
            yield NamedValue(match["name"], *match.span("value"), is_quoted=True)
    for match in _PASSWORDS.matches(text):
        if not _DUMMY.fullmatch(match["value"]):
            yield NamedValue("password", *match.span("value"), is_quoted=True)
