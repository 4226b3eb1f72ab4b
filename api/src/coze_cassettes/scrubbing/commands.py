"""Finds passwords that commands, calls or settings take at a place of their own, without a name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from coze_cassettes.codecs.marked import Marked
from coze_cassettes.scrubbing.looks import PHRASE, VALUE, WORDY
from coze_cassettes.scrubbing.nearby import is_shown
from coze_cassettes.scrubbing.syntaxes import NamedValue

_USER: Final = r"[\"']?[^\s\"':/]{1,64}"
_WORD: Final = (
    rf"[\"']?(?P<value>{PHRASE}|(?![a-z_.-]+\d{{0,2}}(?:[\s\"';,]|\Z))(?=[^\s\"']{{0,64}}\d)"
    r"[^\s\"'$<>|;&(){}-][^\s\"'<>|;&]{3,127})"
)
_OF_SECRETS: Final = r"(?i:passw|secret|token|credential|(?<![a-z])pass )"
"""Is in a command that prints a secret."""

_BY_MARK: Final = (
    *(
        (
            mark,
            re.compile(
                rf"[ \t](?:-[uUli]|--user(?:name)?)[ =:]{_USER}[\"']?[ \t](?:[^\n|;&]{{0,64}}[ \t])?"
                rf"-(?:p|P|w|pw|k|A)[ =:]"
                rf"(?![\"']?\d+(?::|[\"']?(?:\s|\Z))){_WORD}"
            ),
        )
        for mark in (" -p", " -P", " -w", " -k", " -A")
    ),
    (
        "curl ",
        re.compile(
            rf"(?<![A-Za-z0-9_])curl [^\n|;&]{{0,128}}?-[A-Za-z]{{1,4}}u [\"']?{_USER}:(?P<value>[^\s\"']{{3,128}})"
        ),
    ),
    (
        "http",
        re.compile(rf"(?<![A-Za-z0-9_])https? [^\n|;&]{{0,64}}?(?:-a|--auth)[ =]{_USER}:(?P<value>[^\s\"']{{3,128}})"),
    ),
    (
        " config ",
        re.compile(
            rf"(?<![A-Za-z0-9_])(?:poetry|composer|bundle) config (?:--?[a-z-]{{1,16}} ){{0,2}}\S{{0,32}}"
            rf"(?:basic|token|oauth|bearer|\w\.\w)\S{{0,64}} (?:[\w.@-]{{1,64}}[ :])?{_WORD}"
        ),
    ),
    *(
        (
            mark,
            re.compile(
                r"(?:\b(?:sqlplus|expdp|impdp|sqlldr)(?: -[A-Za-z]{1,4})*|^(?:SQL> ?)?(?i:conn(?:ect)?)) [\w.$#]{1,64}/"
                r"(?=[^\s/]{0,64}\d)(?P<value>[^\s/@\"']{4,128})(?=@|\s|\Z)",
                re.MULTILINE,
            ),
        )
        for mark in ("sqlplus ", "expdp ", "impdp ", "sqlldr ", "conn ", "CONN ", "connect ", "CONNECT ")
    ),
    *(
        (
            mark,
            re.compile(
                r"(?<![\w./-])(?:vault login|bw (?:unlock|login \S{1,64})|ngrok (?:config add-)?authtoken"
                r"|wpa_passphrase \S{1,64}|cloudflared service install|input_pw"
                rf"|\w{{2,16}} env:set \w{{0,32}}(?i:pass|secret|token|key)\w{{0,32}}) {_WORD}"
            ),
        )
        for mark in (*("vault ", "bw ", "ngrok ", "wpa_passphrase ", "cloudflared ", "input_pw ", "env:set "),)
    ),
    (
        "rabbitmqctl ",
        re.compile(
            r"(?<![A-Za-z0-9_])rabbitmqctl (?:add_user|change_password) \S{1,64} [\"']?(?P<value>[^\s\"']{4,128})"
        ),
    ),
    (
        "sp_addlogin",
        re.compile(r"(?<![A-Za-z0-9_])sp_addlogin\s{1,4}N?'[^'\n]{1,64}',\s{0,4}N?'(?P<value>[^'\n]{4,128})'"),
    ),
    *(
        (
            mark,
            re.compile(
                r"(?<![A-Za-z0-9_])"
                r"(?:secret|key|token|password|credential)s? (?:set|add|put|create|import)\b[^\n|;&]{0,64}?"
                r" (?:--(?:body|value|data|string)|-[bv])[ =][\"']?(?P<value>(?![-$<])[^\s\"']{4,512})"
            ),
        )
        for mark in ("set ", "add ", "put ", "create ", "import ")
    ),
    *(
        (
            mark,
            re.compile(
                r"(?<![A-Za-z0-9_-])(?:secrets?|kv) (?:set|put|add|create|import|patch)\b[^\n|;&]{0,96}?"
                r" [\w.-]{1,64}=[\"']?"
                rf"(?P<value>{PHRASE}|(?![-$<@%])(?=[^\s\"']{{0,64}}\d)[^\s\"']{{4,512}})"
            ),
        )
        for mark in ("secret", "kv put", "kv patch")
    ),
    (
        "$",
        re.compile(
            rf"^(?:[\w.@~:/-]{{1,40}})?\$ (?=[^\n]{{0,160}}?{_OF_SECRETS})[^\n|]{{1,200}}\n"
            rf"(?P<value>{VALUE})[ \t]*\r?$",
            re.MULTILINE,
        ),
    ),
    ("tpd", re.compile(rf"(?:l2|pp)tpd[ \t]{{1,8}}{_WORD}[\"']?[ \t]{{1,8}}[*\d]")),
    (
        "<<<",
        re.compile(
            r"\b\w{0,16}(?:[Ll]ogin|(?i:passw|token|secret|key)|unlock|crypt|luks|su|auth|stdin)[^\n]{0,96}?"
            r" <<< ?[$\"']{0,2}(?P<value>(?=[^\s\"']{0,64}\d)[^\s\"'$<>|;&]{4,128})"
        ),
    ),
    *(
        (
            mark,
            re.compile(
                r"(?<![A-Za-z0-9_])"
                r"(?:echo|printf)(?: -n)? [\"']?(?P<value>(?=[^\s\"']{0,64}\d)[^\s\"'|:$%\\]{4,128})[\"']? ?\|"
                r"(?=[^\n]{0,96}?(?:\bsu\b|sudo|gpg|crypt|passw|secret|login|openssl|token))"
            ),
        )
        for mark in ("echo ", "printf ")
    ),
    ("_AUTH=", re.compile(rf"_AUTH=[\w.-]{{1,32}}[/:]{_WORD}")),
    ("ftp", re.compile(rf"(?<![A-Za-z0-9_])ftp\b[^\n]{{0,64}}\n(?:[^\n]{{0,64}}\n){{0,3}}?user \S{{1,64}} {_WORD}")),
    *(
        (
            mark,
            re.compile(
                r"^(?:[>+A-Za-z0-9]{1,12} )?(?:PASS|AUTH(?: [A-Za-z]{2,16})?|LOGIN \S{1,64}) [\"']?(?![^\s\"']*[./])"
                r"(?P<value>(?=[^\s\"']{0,64}\d)[^\s\"'<>]{5,128})[\"']?[ \t]*\r?$",
                re.MULTILINE,
            ),
        )
        for mark in ("PASS ", "AUTH ", "LOGIN ")
    ),
    ("root:", re.compile(rf"(?<![\w/])root:(?![x*!]?:|~?/){_WORD}")),
    ("pass ", re.compile(rf"(?<![A-Za-z0-9_])[Uu]ser(?:name)?:? \S{{1,64}},? (?:and )?pass {_WORD}")),
    (" on >", re.compile(r"(?i:user) \S{1,64} on >(?P<value>[^\s\"']{4,128})")),
    (
        "response=",
        re.compile(r"[Aa]uthorization: ?Digest [^\n]{0,512}?\bresponse=\"(?P<value>[^\"\n]{8,128})\""),
    ),
    (".toCharArray(", re.compile(r"\"(?P<value>(?=[^\"\n]{0,64}\d)[^\s\"\\]{4,128})\"\.toCharArray\(\)")),
    ("static:", re.compile(rf"(?<![A-Za-z0-9_])static:[\w.@-]{{1,64}}:{_WORD}")),
    ("]:", re.compile(rf"(?:^|\s)\[[\w.-]{{1,64}}\]:\d{{2,5}}[ \t]{{1,8}}[\w.@-]{{1,64}}:{_WORD}")),
    ('"-p', re.compile(r"\"(?:mysql|mariadb)[a-z-]{0,16}\"[^\n]{0,128}?\"-p(?P<value>[^\s\"']{4,128})\"")),
    *(
        (
            mark,
            re.compile(
                r"(?<![\w/])[\w.@-]{2,32}/(?P<value>(?=[^\s/]{0,64}\d)[^\s/()\"'，。]{4,128})\s{1,2}[(（]"
                r"(?i:user(?:name)?|login|account|账号|用户名?)/(?i:pass(?:word|wd)?|pwd|密码)"
            ),
        )
        for mark in ("/pass", "/密码")
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
        if column == 0 and not text[head.end("name") : head.end()].strip():
            continue  # a line of one word, below which a list or a sentence may stand
        ruler = _RULER.match(text, head.end())
        position = ruler.end() if ruler else head.end()
        for line in text[position : position + 4096].split("\n")[:_MOST_ROWS]:
            cells = list(_CELL.finditer(line)) if line[:1].strip() else []
            if len(cells) <= column or len(cells) < 2 - (not head["before"]):
                break
            start, end = cells[column].span()
            yield NamedValue(head["name"], position + start, position + end, is_quoted=True)
            position += len(line) + 1


# --- what looks drawn in a call or a command that logs in -----------------------------------------------------------

_CALLED: Final = (
    *("ogin", "onnect", "onnection", "uth", "uthenticate", "AUTH", "bind", "bind_s", "pw_set", "begin", "PDO", "sign"),
    *("create_user", "create_superuser", "createUser"),
    *(
        "verify",
        "jwt.encode",
        "jwt.decode",
        "hmac.new",
        "createHmac",
        "Fernet",
        "OTP",
        "FTP",
        "Redis",
        "config",
        "Client",
    ),
    *("Bot", "Handler", "Token", "Key", "Secret", "Credential", "Credentials", "require('stripe')"),
)
"""What ends the name of a call that is given a secret."""

_CALL = re.compile(
    r"(?:" + "|".join(map(re.escape, sorted(_CALLED, key=len, reverse=True))) + r")\((?P<given>[^()\n]{1,240})"
)
_CALLS: Final = Marked(tuple((f"{word}(", _CALL) for word in _CALLED), _LONGEST)
_GIVEN = re.compile(r"(?P<mark>[\"'`])(?P<value>[^\s\"'`]{0,256})(?P=mark)")
_READS = re.compile(r"(?<![A-Za-z])(?:get|has|find|delete|remove|parse)_?\w{0,24}\Z", re.IGNORECASE)


def _in_calls(text: str) -> Iterator[NamedValue]:
    """The literals that look drawn among the arguments of such calls."""
    for call in _CALLS.matches(text):
        literals = list(_GIVEN.finditer(text, *call.span("given")))
        if _READS.search(text, max(0, call.start() - 32), call.start()) is not None:
            continue
        for at, literal in enumerate(literals):
            is_last = at > 0 and at == len(literals) - 1 and text[literal.start() - 1] != "="
            is_drawn = is_shown(literal["value"]) and _ADDRESS.search(literal["value"]) is None
            if is_drawn or (is_last and _is_password(call, literals[0]["value"], literal["value"])):
                yield NamedValue("password", *literal.span("value"), is_quoted=True)


_OF_ANYTHING: Final = ("bind(", "config(", "Handler(", "Client(", "Bot(")
"""Calls of which the last argument may be anything else, unless the first one says who logs in."""

_WORDS = re.compile(r"[A-Za-z]+(?:[._-]?[0-9]{1,3}[A-Za-z]?|[._-][A-Za-z]+)*!?")
_ACCOUNT = re.compile("[=@]")
_OF_NETWORK = re.compile(r"(?i:wi-?fi\w{0,8})\.\Z")
_LETTERS = re.compile(rf"{WORDY}|{PHRASE}")


def _is_password(call: re.Match[str], first: str, last: str) -> bool:
    """Whether the last argument of a call is a password by its place; of a network's key words in one piece are one."""
    before = call.string[max(0, call.start() - 16) : call.start()]
    if _OF_NETWORK.search(before) is not None and _LETTERS.fullmatch(last):
        return True
    is_sure = not call[0].startswith(_OF_ANYTHING) or _ACCOUNT.search(first) or not _WORDS.fullmatch(last)
    return bool(is_sure) and _WITH_DIGIT.fullmatch(last) is not None


_ADDRESS = re.compile("[:;,({]")
_WITH_DIGIT = re.compile(r"(?![A-Za-z_./:=-]*\d{0,3}\Z)(?=[^\d]*\d)[^/:.,(]{4,256}")
"""Not a word with a number behind it, an address, a path."""

_VERB = re.compile(
    r"(?<![\w.@])(?:log[io]n|auth(?:token|enticate|:token)?|masterauth|unlock(?:-keychain)?|keychain|identify|IDENTIFY"
    r"|obscure|usermod|snmp(?:walk|get|set|-server)|r[ow]community|(?:tacacs|radius)-server|DefaultPassword|AuthBasicFake"
    r"|alias set|service install|net user|secret set)(?= )"
)
_VERB_MARKS: Final = (
    *("login ", "logon ", "auth", "unlock", "keychain ", "identify ", "IDENTIFY ", "obscure ", "usermod ", "snmp"),
    *("community ", "s-server ", "DefaultPassword ", "AuthBasicFake ", "alias set ", "service install ", "net user "),
    "secret set ",
)
_VERBS_IN: Final = Marked(tuple((mark, _VERB) for mark in _VERB_MARKS), _LONGEST)
_LONGEST_LINE: Final = 160
_MOST_WORDS_BEFORE: Final = 3
_SENTENCE = re.compile(r"[.,;!?](?:\s|\Z)|\b(?:the|an?|is|are|was|to|with|your|my|and|or|if|for|in)\b|[\u4e00-\u9fff]")
_ARGUMENT = re.compile(r"(?<=[\s\"':>])(?:(?:key|password)=[\"']?)?(?P<value>[A-Za-z0-9][^\s\"'<>|;&]{5,127})")


def _on_command_lines(text: str) -> Iterator[NamedValue]:
    """The arguments that look drawn in lines of a shell, or of settings, that log in or set a secret."""
    for verb in _VERBS_IN.matches(text):
        first = text.rfind("\n", max(0, verb.start() - _LONGEST_LINE), verb.start()) + 1
        end = text.find("\n", verb.end(), verb.end() + _LONGEST_LINE)
        end = min(len(text), verb.end() + _LONGEST_LINE) if end < 0 else end
        before = text[first : verb.start()]
        if (
            end - first > _LONGEST_LINE
            or len(before.split()) > _MOST_WORDS_BEFORE
            or _SENTENCE.search(text, first, end)
        ):
            continue
        for argument in _ARGUMENT.finditer(text, verb.end(), end):
            if is_shown(argument["value"]):
                yield NamedValue("password", *argument.span("value"), is_quoted=True)


_WITH_ACCOUNT = re.compile(
    r"(?<![A-Za-z])(?:(?:(?i:log[io]n|user(?:name)?|account|cred(?:ential)?s?)|账[号户]|用户名?|登录名)[ ]?[:：] ?"
    r"|(?i:log(?:ged)?[ -]?in|sign(?:ed)?[ -]?in|authenticated?) (?:with|as|using|by) )"
    r"[\w.@-]{2,32} ?/ ?(?P<value>[^\s/()\"'，。]{3,127}[^\s/()\"'，。,.;:])"
)


def placed_values(text: str) -> Iterator[NamedValue]:
    """The passwords of a text that stand where a command, a call or a table has one, in no order."""
    for match in _COMMANDS.matches(text):
        yield NamedValue("password", *match.span("value"), is_quoted=True)
    for match in _WITH_ACCOUNT.finditer(text) if "/" in text else ():
        if is_shown(match["value"]) or _LETTERS.fullmatch(match["value"]):
            yield NamedValue("password", *match.span("value"), is_quoted=True)
    yield from _in_calls(text)
    yield from _on_command_lines(text)
    if "  " in text and any(map(text.lower().__contains__, _STEMS)):
        yield from _aligned(text)
