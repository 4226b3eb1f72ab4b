"""Reads what stands before a literal, to say which name a program gives it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from coze_cassettes.codecs.marked import Marked
from coze_cassettes.inspection.prose import Pair

_REACH: Final = 96
_LITERAL = re.compile(r"(?P<mark>[\"'`])(?P<value>(?=[^\"'`\n]{0,64}?[0-9])[^\s\"'`\\]{4,128})(?=\\?(?P=mark)|\\[rn])")
_WRAPPER = re.compile(
    r"(?:\s|\\|\(|\{|<<|(?<![A-Za-z])(?:[buBrRN]|r#{1,3})|@|(?<==)\s?%[qQ]|(?<=[=:(] )\[|(?<=[=:(])\[)\Z"
    r"|(?<![A-Za-z0-9_])new\Z"
    r"|(?<![A-Za-z0-9_])(?:--)\Z|(?<![A-Za-z0-9_.:])(?:[A-Z][A-Za-z_]*(?:\.|::))*"
    r"(?:Some|Just|of|from|new|cast|quote|[A-Z]?[A-Za-z_]*?[Ss](?:tr|tring|ecret))\Z"
)
_JOINT = re.compile(r"(?:=>|->|:=|::?|={1,3}| \.|,|(?<=[\"'] )to|(?<=\*)|(?<==)\()\s*\Z")
_FALLBACK = re.compile(r"(?:\|\|=?|\?\?=?|\bor) *\Z")
_NAME = re.compile(r"[A-Za-z_\u3400-\u9fff][A-Za-z0-9_.\u3400-\u9fff-]{1,63}\Z")
_READING = re.compile(
    r"(?i)(?:get|find|load|read|has|is|check|verify|fetch|parse|require|delete|remove|hash|validate)(?![a-z])"
)
_WRITES = re.compile(
    r"(?:(?i:set|with)_?\w+|[:=] ?|^\s*\.\w+|\)\s*\.\w+|\bstring \w+|[\"'][#.]?[\w-]+[\"'],?)\Z|[:=,] ?[\"']?\Z",
    re.MULTILINE,
)
"""What a call looks like that is given a secret, and does not ask for one."""

_MOST_WRAPPERS: Final = 8


def _name_of(before: str) -> str:
    """The name that code gives the literal behind it, or nothing."""
    called = False
    for _ in range(_MOST_WRAPPERS):
        wrapper = _WRAPPER.search(before)
        if wrapper is None:
            break
        called = called or wrapper[0] == "("
        before = before[: wrapper.start()]
    if (fallback := _FALLBACK.search(before)) is not None:
        given = before[: fallback.start()].rstrip()
        before = given.rpartition("=")[0].rstrip() or given
    elif (joint := _JOINT.search(before)) is not None:
        before, called = before[: joint.start()].rstrip(" \"'`*)]}\t\n"), False
    elif not called:
        return ""
    name = _NAME.search(before.rstrip("\"'`*)]}# "))
    if name is None or (called and (_READING.match(name[0].rpartition(".")[2]) or not _WRITES.search(before))):
        return ""
    return name[0]


_ALGORITHM = re.compile("[A-Z]{1,5}-?[0-9]{1,4}")
"""How methods of a protocol are called: ``S256``, ``HS256``."""


def literal_pairs(text: str) -> Iterator[Pair]:
    """The literals of a program that have a digit, each with its name."""
    for match in _LITERAL.finditer(text):
        if _ALGORITHM.fullmatch(match["value"]):
            continue
        if name := _name_of(text[max(0, match.start() - _REACH) : match.start()]):
            yield Pair(name, match["value"], is_quoted=True)
        elif (compared := _COMPARED.match(text, match.end())) is not None:
            yield Pair(compared["name"], match["value"], is_quoted=True)


_COMPARED = re.compile(r"[\"'`], {0,4}(?P<name>[A-Za-z_][A-Za-z0-9_.]{1,63}) {0,4}[,)]")
"""The variable that a call compares a literal with: ``assertEquals("tulip7", password)``."""

# --- documents ------------------------------------------------------------------------------------------------------

_VALUE: Final = r"(?P<value>[^\s\"'`<>(){}\[\],;|]{4,128})"
_GIVEN: Final = r"(?P<value>[^\s\"'`\\]{4,128})(?=[\"'`])"
_VARIABLE: Final = r"(?<![A-Za-z0-9_.-])(?P<name>[A-Za-z_][A-Za-z0-9_.-]{1,63})"
_TITLE: Final = r"(?P<name>[A-Za-z_\u3400-\u9fff][A-Za-z0-9_.\u3400-\u9fff -]{1,47}?)"
_MARKED: Final = (
    ("[/", re.compile(rf"\[[a-z]{{1,6}}\]{_TITLE}:?\[/[a-z]{{1,6}}\]:? {{0,3}}{_VALUE}")),
    ("] ", re.compile(rf"\[{_TITLE}\]:? {{1,3}}{_VALUE}")),
    (
        "\\text",
        re.compile(rf"\\text[a-z]{{2}}\{{{_TITLE}:?\}}:?\s{{0,3}}\\text[a-z]{{2}}\{{(?P<value>[^{{}}\s]{{4,128}})\}}"),
    ),
    (
        "</label>",
        re.compile(
            rf">{_TITLE}:?</label>\s{{0,16}}<[a-z]{{1,8}}[^<>]{{0,128}}(?:>|value=[\"'])(?P<value>[^<>\s\"']{{4,128}})[<\"']"
        ),
    ),
    ("@", re.compile(rf"@\"(?P<value>[^\"\n]{{4,128}})\" for[A-Z]\w{{1,24}}:@?\"(?:[Xx]-)?{_TITLE}\"")),
    (" ==", re.compile(r"[\"'](?P<value>[^\s\"']{4,128})[\"'] ={2,3} (?P<name>[A-Za-z_][A-Za-z0-9_.]{1,63})")),
    ("--value", re.compile(rf"--name[ =][\"']?(?P<name>[A-Za-z0-9_.-]{{2,64}})[\"']? --value[ =][\"']?{_VALUE}")),
    ("val:", re.compile(rf"key: [\"']?{_TITLE}[\"']?\s{{1,32}}val: [\"']?{_VALUE}")),
    (
        "buildConfigField",
        re.compile(
            r"buildConfigField\(?[^\n,]{0,24}, ?\"(?P<name>[A-Za-z0-9_]{2,64})\", ?"
            r"[\"'](?:\\?\")?(?P<value>[^\"'\\\n]{4,128})"
        ),
    ),
    *(
        (
            mark,
            re.compile(
                rf"{_VARIABLE}\)?\.(?:[a-z]{{2,8}}\.){{0,2}}(?:equals?|fromString|valueOf|starts?[Ww]ith)\(\s?[\"']{_GIVEN}"
            ),
        )
        for mark in ("equal", "fromString(", "valueOf(", "startsWith(", "startswith(")
    ),
    ("eq ", re.compile(rf"{_VARIABLE}(?:\.should| -?)(?: ?eq) [\"']{_GIVEN}")),
    *((mark, re.compile(rf"{_VARIABLE}[`\"]? ?(?:<>|!==?|<<?-) ?[\"']{_GIVEN}")) for mark in ("<>", "!=", "<-")),
    *((mark, re.compile(rf"[\"']{_GIVEN}[\"'] (?i:as) {_VARIABLE}")) for mark in ("' AS ", "' as ")),
    *(
        (
            mark,
            re.compile(
                rf"(?:name|id|[A-Z]{{2,12}})(?:=|, ?)[\"']?{_VARIABLE}[\"'\])]{{1,3}}[.,][^\"'\n]{{0,24}}[\"']{_GIVEN}"
            ),
        )
        for mark in ("send_keys(", "type(", "fill(", "sendKeys(")
    ),
    ("default", re.compile(rf"[\"']--?{_VARIABLE}[\"'][^()\n]{{0,96}}?default ?= ?[\"']{_GIVEN}")),
    *(
        (
            mark,
            re.compile(
                rf"{_VARIABLE} ?(?::[^=\n\"']{{1,48}})?= ?[A-Za-z_.]{{1,32}}"
                rf"\((?:[^()\n]{{0,64}}[ (,])?default ?= ?[\"']{_GIVEN}"
            ),
        )
        for mark in ("default=", "default =")
    ),
    ('efault:"', re.compile(rf"env:\"{_VARIABLE}\"[^`\n]{{0,64}}?efault:\"{_GIVEN}")),
    ("fetch(", re.compile(rf"fetch\([\"']{_VARIABLE}[\"']\) ?\{{ ?[\"']{_GIVEN}")),
    *((mark, re.compile(rf"[\"'][#.]{_VARIABLE}[\"']\)\.[a-zA-Z]{{2,16}}\([\"']{_GIVEN}")) for mark in ("'#", '"#')),
    ("<<<", re.compile(rf"{_VARIABLE} <<< ?[\"']?{_VALUE}")),
    ("REG_SZ", re.compile(rf"{_VARIABLE}\s{{1,8}}REG_SZ\s{{1,8}}{_VALUE}")),
    ("set ", re.compile(rf"[a-z]:set {_VARIABLE} [\"']?{_VALUE}")),
    ("={", re.compile(rf"{_VARIABLE}=\{{[\"'`]{_GIVEN}")),
    *((mark, re.compile(rf"\\[a-z]{{3,12}}\{{?\\{_VARIABLE}\}}?\{{{_VALUE}\}}")) for mark in ("\\def", "newcommand")),
    ("-name>", re.compile(rf"-name>{_VARIABLE}</[a-z-]{{2,16}}>\s{{0,16}}<[a-z-]{{2,16}}>{_VALUE}</")),
    ("<value>", re.compile(rf"name=[\"']{_VARIABLE}[\"'][^<>]{{0,64}}>\s{{0,32}}<value>{_VALUE}</value>")),
    *(
        (mark, re.compile(rf"[\"']{_VARIABLE}[\"'] (?:with|to|is|as) [\"']{_GIVEN}"))
        for mark in ('" with "', '" to "', '" is "', '" as "')
    ),
    (":**", re.compile(rf"\*\*{_TITLE}:\*\* {{0,3}}`?{_VALUE}")),
    ("][", re.compile(rf"\[{_TITLE}[:=] ?{_VALUE}\]")),
    (";s:", re.compile(r's:[0-9]+:"(?P<name>[^"\n]{2,64})";s:[0-9]+:"(?P<value>[^"\n]{4,128})"')),
)
_BEHIND_TITLE: Final = (
    (
        "{",
        re.compile(
            r"[\"']? ?[:=] ?\{\s{0,16}[\"']?(?:value|val|default|data|secret)[\"']? ?[:=] ?"
            r"[\"'](?P<value>[^\s\"']{4,128})"
        ),
    ),
    ("return ", re.compile(r"[\"']:? return [\"'](?P<value>[^\s\"']{4,128})[\"']")),
    (
        "(",
        re.compile(r"(?:\.(?:set|put|assign)|\)\.[a-z]\w{1,24}| ?\| ?default)\([\"'](?P<value>[^\s\"']{4,128})[\"']\)"),
    ),
    ("←", re.compile(r" ?← ?[\"']?(?P<value>[^\s\"'<>]{4,128})")),
    ("<", re.compile(r"[:=] ?<(?P<value>[^<>\s/]{5,128})>")),
    ("``", re.compile(r": ?``(?P<value>[^`\s]{4,128})``")),
    ('"""', re.compile(r'= ?"""\r?\n(?P<value>[^\s"]{4,128})"""')),
    ("r#", re.compile(r'[:=]{1,2} ?r#{1,3}"(?P<value>[^"\n]{4,128})"')),
    *((mark, re.compile(rf"= ?qq?[^A-Za-z0-9\s]{_VALUE}")) for mark in ("= q", "=q")),
    ("%q", re.compile(rf"= ?%[qQ][^A-Za-z0-9\s]{_VALUE}")),
    *((mark, re.compile(rf"s:(?:\s{{1,17}}- | \[)[\"']?{_VALUE}")) for mark in ("s:\n", "s:\r\n", "s: [")),
)
"""What begins with a sign: the name before it is read only where there is one, since any word may begin a name."""

_TITLE_BEFORE = re.compile(r"[A-Za-z_\u3400-\u9fff][A-Za-z0-9_.\u3400-\u9fff -]{0,47}\Z")
_LONGEST_TITLE: Final = 49
_ROW = re.compile(rf"^(?P<name>[A-Za-z_\u3400-\u9fff][A-Za-z0-9_.\u3400-\u9fff -]{{1,47}}),{_VALUE}\r?$", re.MULTILINE)
_CLAUSE = re.compile("[\u3400-\u9fff]{3}")
"""How a Chinese sentence goes on behind a comma."""

_DIGIT = re.compile("[0-9]")

_WORD: Final = r"[\"']?(?P<value>[^\s\"'`$|<>]{4,128})"
_CALLED_PASSWORD: Final = (
    (
        "redential",
        re.compile(r"Credentials?\( {0,4}[\"'][^\"'\n]{0,64}[\"'], {0,4}[\"'](?P<value>[^\"'\n]{3,128})[\"']"),
    ),
    (
        "uth",
        re.compile(
            r"[aA](?<!OA)uth(?:entication)? ?=? ?\( {0,4}[\"'][^\"'\n]{0,64}[\"'], {0,4}"
            r"[\"'](?P<value>[^\"'\n]{3,128})[\"']"
        ),
    ),
    (
        "Connection(",
        re.compile(r"Connection\([^()\n]{1,128}, ?[\"'][^\"'\n]{0,64}[\"'], ?[\"'](?P<value>[^\"'\n]{3,128})[\"']\)"),
    ),
    (
        ".login(",
        re.compile(
            r"\.login\( ?[\"'][^\"'\n]{1,64}[\"'], ?[\"'](?P<value>[^\s\"'0-9]{0,64}[0-9][^\s\"']{0,64})[\"'] ?\)"
        ),
    ),
    (
        "set_password(",
        re.compile(r"set_password\((?:[\"'][^\"'\n]{1,64}[\"'], ?){0,2}[\"'](?P<value>[^\"'\n]{4,128})[\"']\)"),
    ),
    ("> AUTH ", re.compile(rf"> AUTH (?:[a-z]{{1,16}} )?{_WORD}")),
    *((mark, re.compile(rf" /r?p(?:ass)?:{_WORD}")) for mark in (" /p:", " /rp:", " /pass:")),
    ("openssl ", re.compile(rf"openssl [^\n]{{0,128}} -k {_WORD}")),
    ("net use ", re.compile(rf"net use \S{{1,64}} {_WORD} /user:")),
    ("schtasks ", re.compile(rf"schtasks [^\n]{{0,128}}/rp {_WORD}")),
    ("lftp ", re.compile(r"lftp [^\n]{0,64}-u [^\s,]{1,64},(?P<value>[^\s\"']{4,128})")),
    ("rdesktop ", re.compile(rf"rdesktop [^\n|;&]{{0,128}}-p ?{_WORD}")),
    ("sqlcmd ", re.compile(rf"sqlcmd [^\n|;&]{{0,128}}-P ?{_WORD}")),
    ("@tcp(", re.compile(r"[A-Za-z0-9_.-]{1,64}:(?P<value>[^\s\"'`@:]{3,128})@tcp\(")),
    ("assword", re.compile(r"assword[^\n]{0,16}\n\s{0,8}send(?: --)? \"(?P<value>[^\"\\\n]{3,128})\\r")),
    ("secret ", re.compile(rf"echo {_WORD}[\"']? \| [a-z]{{2,16}} secret (?:set|put) ")),
    ("smbclient ", re.compile(r"smbclient [^\n]{0,128}?%(?P<value>[^\s\"']{4,128})")),
    ("useradd ", re.compile(rf"useradd [^\n]{{0,128}}?-p {_WORD}")),
    ("net user ", re.compile(r"net user [^\s/]{1,64} (?P<value>[^\s/*\"'][^\s\"']{3,128}) /add")),
    ("snmp-server ", re.compile(r"snmp-server community (?P<value>\S{4,64}) R[OW]")),
    (
        "secret ",
        re.compile(r"(?:enable|username \S{1,64}|privilege [0-9]{1,2}) secret (?:[0-9] )?(?P<value>\S{4,128})"),
    ),
    ("openssl ", re.compile(r"openssl [^\n]{0,128}? -K (?P<value>[0-9A-Fa-f]{16,128})")),
    (
        "<input ",
        re.compile(
            r"<input (?=[^<>]{0,256}type=[\"']?password)[^<>]{0,256}?value=[\"'](?P<value>[^\"'<>]{3,128})[\"']"
        ),
    ),
)


_DUMMY = re.compile(r"(?i)pass(?:word|wd)?|pwd|secret|test|public|private|postgres|root|admin|guest|user:pass.*")


_LONGEST: Final = 1024
"""Characters of a match behind its mark at most."""

_NAMED: Final = Marked(_MARKED, _LONGEST)
_TITLED: Final = Marked(_BEHIND_TITLE, _LONGEST)
_PASSWORDS: Final = Marked(_CALLED_PASSWORD, _LONGEST)


def _behind_titles(text: str) -> Iterator[Pair]:
    for match in _TITLED.matches(text):
        before = text[max(0, match.start() - _LONGEST_TITLE) : match.start()].rstrip(" ")
        title = _TITLE_BEFORE.search(before)
        if title is not None and _DIGIT.search(match["value"]):
            yield Pair(title[0], match["value"].rstrip(".:!?"), is_quoted=True)


def marked_pairs(text: str) -> Iterator[Pair]:
    """What documents and commands mark as a value."""
    for match in _NAMED.matches(text):
        if _DIGIT.search(match["value"]):
            yield Pair(match["name"], match["value"].rstrip(".:!?"), is_quoted=True)
    yield from _behind_titles(text)
    for match in _ROW.finditer(text) if "," in text else ():
        if _DIGIT.search(match["value"]) and not _CLAUSE.match(match["value"]):
            yield Pair(match["name"], match["value"], is_quoted=True)
    for match in _PASSWORDS.matches(text):
        if not _DUMMY.fullmatch(match["value"]):
            yield Pair("password", match["value"], is_quoted=True)
