"""Passwords that stand at a place of their own: arguments of commands, of calls, cells that blanks align."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from coze_cassettes.codecs.marked import Marked
from coze_cassettes.inspection.looks import is_drawn, is_phrase, is_pin
from coze_cassettes.inspection.nearby import is_shown
from coze_cassettes.inspection.prose import Pair
from coze_cassettes.inspection.words import words

_ANY: Final = r"[^\n|;&]{0,96}?"
_VALUE: Final = r"[\"']?(?P<value>[^\s\"'$<>|;&(){}][^\s\"'<>|;&]{3,127})"
_TABLE: Final = (
    *(
        (
            flag,
            re.compile(rf"[ \t](?:-[uUli]|--user(?:name)?)[ =:]\S{{1,64}} (?:{_ANY} )?-(?:p|P|w|pw|k|A)[ =:]{_VALUE}"),
        )
        for flag in (" -p", " -P", " -w", " -k", " -A")
    ),
    ("curl ", re.compile(rf"curl {_ANY}-[A-Za-z]{{1,4}}u [\"']?[^\s:\"'/]{{1,64}}:(?P<value>[^\s\"']{{4,128}})")),
    ("http", re.compile(rf"https? {_ANY}(?:-a|--auth)[ =][\"']?[^\s:\"'/]{{1,64}}:(?P<value>[^\s\"']{{4,128}})")),
    (
        "config ",
        re.compile(
            rf"(?:poetry|composer|bundle) config (?:--?[a-z-]+ )?\S{{0,48}}"
            rf"(?:basic|token|oauth|bearer|\w\.\w)\S{{0,64}} (?:[A-Za-z0-9_.@-]+[ :])?{_VALUE}"
        ),
    ),
    *(
        (
            tool,
            re.compile(
                rf"(?:(?<=\n)|(?<=> )|(?<![\s\S])){tool}(?:-[A-Za-z]+ )*[A-Za-z0-9_.$#]{{1,64}}/"
                r"(?P<value>[^\s/@\"'$<>|;&(){}]{4,128})(?=[@\s]|\Z)"
            ),
        )
        for tool in ("sqlplus ", "expdp ", "impdp ", "sqlldr ", "conn ", "CONN ", "connect ", "CONNECT ")
    ),
    *(
        (
            mark,
            re.compile(
                r"(?<![A-Za-z0-9_./-])(?:vault login|bw unlock|bw login \S+|authtoken|add-authtoken"
                rf"|wpa_passphrase \S+|service install|rabbitmqctl [a-z_]+ \S+|input_pw"
                rf"|env:set \w*(?i:pass|secret|token|key)\w*) {_VALUE}"
            ),
        )
        for mark in (
            *("vault login", "bw ", "authtoken ", "wpa_passphrase ", "service install ", "rabbitmqctl ", "input_pw "),
            "env:set ",
        )
    ),
    ("sp_addlogin ", re.compile(r"sp_addlogin N?'[^'\n]+', ?N?'(?P<value>[^'\n]{4,128})'")),
    *(
        (
            mark,
            re.compile(
                rf"(?:secret|key|token|password|credential)s? (?:set|add|put|create|import) {_ANY}"
                rf"(?:--(?:body|value|data|string)|-[bv])[ =]{_VALUE}"
            ),
        )
        for mark in ("--body", "--value", "--data", "--string", " -b", " -v")
    ),
    *(
        (
            mark,
            re.compile(
                rf"(?<![A-Za-z0-9_-])(?:secrets?|kv) (?:set|put|add|create|import|patch) {_ANY}(?<= )[A-Za-z0-9_.-]+"
                r"=[\"']?(?P<value>(?![-$<@%])[^\s\"']{4,512})"
            ),
        )
        for mark in ("secret", "kv put", "kv patch")
    ),
    (
        "$",
        re.compile(
            r"\$ (?<![^\n\w.@~:/-]\$ )(?=[^\n]{0,160}?(?i:passw|secret|token|credential|\bpass ))[^\n|]+\n"
            r"(?P<value>[A-Za-z0-9]\S{3,127})[ \t\r]*(?=\n|\Z)"
        ),
    ),
    ("tpd", re.compile(rf"(?:l2|pp)tpd[ \t]+{_VALUE}[\"']?[ \t]+[*0-9]")),
    (
        "<<<",
        re.compile(
            r"(?:ogin|PASSW|TOKEN|SECRET|KEY|passw|token|secret|unlock|crypt|luks|su|key|auth|stdin)"
            rf"[^\n]{{0,96}}? <<< ?\$?{_VALUE}"
        ),
    ),
    *(
        (
            command,
            re.compile(
                rf"{command}(?:-n )?[\"']?(?P<value>[^\s\"'|:$%\\]{{4,128}})[\"']? ?\|"
                r"(?=[^\n]{0,96}?(?:\bsu\b|sudo|gpg|crypt|passw|secret|login|openssl|token))"
            ),
        )
        for command in ("echo ", "printf ")
    ),
    ("_AUTH=", re.compile(rf"_AUTH=[A-Za-z0-9_.-]+[/:]{_VALUE}")),
    ("ftp", re.compile(rf"(?<![A-Za-z0-9_])ftp\b[^\n]{{0,64}}\n(?:[^\n]{{0,64}}\n){{0,3}}?user \S+ {_VALUE}")),
    *(
        (
            verb,
            re.compile(
                rf"(?:(?<=\n)|(?<![\s\S])|(?<=[>+0-9] ))[+]?{verb}(?:[A-Za-z]{{2,16}} )?{_VALUE}[\"']?[ \t\r]*(?=\n|\Z)"
            ),
        )
        for verb in ("PASS ", "AUTH ", "LOGIN ")
    ),
    ("root:", re.compile(rf"(?<![A-Za-z0-9_/])root:(?![x*!]?:){_VALUE}")),
    ("pass ", re.compile(rf"(?<![A-Za-z0-9_])[Uu]ser(?:name)?:? \S+ (?:and )?pass {_VALUE}")),
    (" on >", re.compile(r"(?i:user) \S+ on >(?P<value>[^\s\"']{4,128})")),
    ("static:", re.compile(rf"static:[A-Za-z0-9_.@-]+:{_VALUE}")),
    ("]:", re.compile(rf"\[[A-Za-z0-9_.-]+\]:[0-9]{{2,5}}[ \t]+[A-Za-z0-9_.@-]+:{_VALUE}")),
    ('"-p', re.compile(rf"\"(?:mysql|mariadb){_ANY}\"-p(?P<value>[^\s\"']{{4,128}})\"")),
    ("response=", re.compile(r"[Aa]uthorization: ?Digest [^\n]{0,512}?response=\"(?P<value>[^\"\n]{8,128})\"")),
    (".toCharArray(", re.compile(r"\"(?P<value>[^\s\"]{4,128})\"\.toCharArray\(\)")),
    ("ookie", re.compile(r"(?i:cookie) ?= ?[\"'][A-Za-z0-9_.-]+=(?P<value>[^\s;\"']{8,512})")),
    ("IDENTIFIED BY ", re.compile(r"IDENTIFIED BY (?P<value>[^\s\"';]{4,128})")),
    ("SecureString ", re.compile(rf"SecureString (?:-[A-Za-z]+ )*{_VALUE}")),
    ("assword", re.compile(r"assword[^\n]{0,24}?\s{0,8}send(?:line)?(?: --)?[ (]b?[\"'](?P<value>[^\"'\\\n]{4,128})")),
    ("type=password", re.compile(r"type=password [^<>]{0,128}?value=[\"']?(?P<value>[^\s\"'<>]{4,128})")),
    *(
        (
            slash,
            re.compile(
                r"[A-Za-z0-9_.@-]{2,32}/(?P<value>[^\s/()\"'，。]{4,128})\s{1,2}[(（]"
                r"(?i:user(?:name)?|login|account|账号|用户名?)/(?i:pass|pwd|密码)"
            ),
        )
        for slash in ("/pass", "/密码")
    ),
)
_LONGEST: Final = 512
_PLACES: Final = Marked(_TABLE, _LONGEST)
_WORD_WITH_NUMBER = re.compile(r"[a-z_.-]+[0-9]{0,2}")

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


# --- what looks drawn in a call or a command that logs in -----------------------------------------------------------

_CALLEES: Final = words(
    """
    create_user create_superuser createUser
    ogin onnect onnection uth uthenticate AUTH bind bind_s pw_set begin PDO sign verify jwt.encode jwt.decode hmac.new
    createHmac Fernet OTP FTP Redis config Client Bot Handler Token Key Secret Credential Credentials
    """
)
_CALL = re.compile(rf"(?:{'|'.join(map(re.escape, _CALLEES))}|'stripe'\))\((?P<given>[^()\n]{{1,240}})")
_CALLS: Final = Marked((*((f"{word}(", _CALL) for word in sorted(_CALLEES)), ("'stripe')(", _CALL)), _LONGEST)
_LITERAL = re.compile(r"(?P<named>=?)[\"'`](?P<value>[^\s\"'`]{0,256})[\"'`]")
_ADDRESS = re.compile("[:;,({]")
_ASKS = re.compile(r"(?<![A-Za-z])(?i:get|has|find|delete|remove|parse)[_A-Za-z]*\Z")
_VERB = re.compile(
    r"(?<![A-Za-z0-9_.@])(?:log[io]n|auth|authtoken|auth:token|authenticate|masterauth|unlock|unlock-keychain|keychain"
    r"|identify|IDENTIFY|obscure|usermod|snmp(?:walk|get|set|-server)|r[ow]community|(?:tacacs|radius)-server"
    r"|DefaultPassword|AuthBasicFake|alias set|service install|net user|secret set)(?= )"
)
_VERBS_IN: Final = Marked(
    tuple(
        (mark, _VERB)
        for mark in (
            *("login ", "logon ", "auth", "unlock", "keychain ", "identify ", "IDENTIFY ", "obscure ", "usermod "),
            *(
                "snmp",
                "community ",
                "s-server ",
                "DefaultPassword ",
                "AuthBasicFake ",
                "alias set ",
                "service install ",
            ),
            *("net user ", "secret set "),
        )
    ),
    _LONGEST,
)
_LINE: Final = 160
_MOST_WORDS_BEFORE: Final = 3
_OF_SENTENCE = re.compile(
    r"[.,;!?](?:\s|\Z)|[\u4e00-\u9fff]|\b(?:the|an?|is|are|was|to|with|your|my|and|or|if|for|in)\b"
)
_WORD = re.compile(r"(?<=[\s\"':>])(?:(?:key|password)=[\"']?)?(?P<value>[A-Za-z0-9][^\s\"'<>|;&]{5,127})")


def _in_calls(text: str) -> Iterator[str]:
    """What looks drawn among the arguments of such a call, or is the last one."""
    for call in _CALLS.matches(text):
        if _ASKS.search(text, max(0, call.start() - _SHORT), call.start()) is None:
            for at, literal in enumerate(_LITERAL.finditer(call["given"])):
                is_login = _is_login(call)
                is_given = at > 0 and not literal["named"] and is_drawn(literal["value"]) and is_login
                is_sure = is_login or _PLAIN_WORDS.fullmatch(literal["value"]) is None
                if (is_given or (is_sure and is_shown(literal["value"]))) and _ADDRESS.search(literal["value"]) is None:
                    yield literal["value"]


def _drawn_values(text: str) -> Iterator[str]:
    """What looks drawn in a call or a line that logs in, behind an account, or is the key of a network."""
    yield from _in_calls(text)
    for verb in _VERBS_IN.matches(text):
        start = text.rfind("\n", max(0, verb.start() - _LINE), verb.start()) + 1
        line = text[start : verb.end() + _LINE].partition("\n")[0]
        is_command = len(line) <= _LINE and len(line[: verb.start() - start].split()) <= _MOST_WORDS_BEFORE
        if is_command and _OF_SENTENCE.search(line) is None:
            arguments = _WORD.finditer(line, verb.end() - start)
            yield from (word["value"] for word in arguments if is_shown(word["value"]))
    for slash in _BEHIND_SLASH.finditer(text):
        value = slash["value"].rstrip(",.;:")
        is_value = is_shown(value) or is_phrase(value)
        if is_value and _OF_ACCOUNT.search(text, max(0, slash.start() - _LINE), slash.start()):
            yield value
    for network in _OF_NETWORK.finditer(text) if ".begin(" in text else ():
        if _NAME_OF_TYPE.search(network["value"]) is None:
            yield network["value"]


_BEHIND_SLASH = re.compile("/ ?(?P<value>[!-.0-~]{4,128})")
_OF_ACCOUNT = re.compile(
    r"(?:(?i:log[io]n|user|username|account|credentials?)|账[号户]|用户名?|登录名) ?[:：] ?[A-Za-z0-9_.@-]{2,32} ?\Z"
    r"|(?i:log|logged|sign|signed)[ -]?in (?:with|as|using|by) [A-Za-z0-9_.@-]{2,32} ?\Z"
)
_OF_NETWORK = re.compile(r"(?i:wi-?fi)[A-Za-z0-9_]{0,16}\.begin\([^()\n]{0,64}?, ?\"(?P<value>[A-Za-z0-9_-]{8,63})\"\)")
_NAME_OF_TYPE = re.compile("(?i)pass|secret|key|your|[A-Z]_")
"""An account with its password, a network with its key."""

_FOR_ANYTHING: Final = ("bind(", "config(", "Handler(", "Client(", "Bot(")
_PLAIN_WORDS = re.compile("[a-z]+(?:[-_.][a-z0-9]+)*!?")
_LOGS_IN = re.compile("\\A[\"'][^\"'\n]*[=@]")


def _is_login(call: re.Match[str]) -> bool:
    """Whether the last argument of a call is a password by its place: the first one says who logs in."""
    return not call[0].startswith(_FOR_ANYTHING) or _LOGS_IN.search(call["given"]) is not None


_SHORT: Final = 32
_URL_KEY = re.compile(r"key=(?<=[?&]key=)(?P<value>[^\s&\"'<>#]{8,512})")


def placed_pairs(text: str) -> Iterator[Pair]:
    """What a command, a call or a table takes for a password, if it looks like one."""
    for match in _PLACES.matches(text):
        value = match["value"].rstrip(".,;:")
        if is_pin(value) or is_phrase(value) or (is_drawn(value) and _WORD_WITH_NUMBER.fullmatch(value) is None):
            yield Pair("password", value, is_quoted=True)
    yield from (Pair("password", value, is_quoted=True) for value in _drawn_values(text))
    for match in _URL_KEY.finditer(text) if "key=" in text else ():
        yield Pair("api key" if is_shown(match["value"]) else "url key", match["value"], is_quoted=True)
    for value in _aligned(text) if "  " in text and any(map(text.lower().__contains__, _STEMS)) else ():
        if is_drawn(value) or is_pin(value):
            yield Pair("password", value, is_quoted=True)
