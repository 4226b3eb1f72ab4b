"""What the inspector knows: the looks of credentials, personal data and identifiers, and the names that promise them.

Nothing here is shared with the rules of the scrubber, so that what one overlooks the other finds.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

PLACEHOLDER: Final = r"(?:https://scrubbed\.invalid/)?(?:[A-Z]+(?:_[A-Z]+)*_\d{1,6}|%s)"
_BARE: Final = (
    "API_TOKEN|CLIENT_ID|CLIENT_SECRET|PUBLIC_KEY_ID|WORKSPACE_ID|BOT_ID|WORKFLOW_ID|CONVERSATION_ID|CHAT_ID|EXECUTE_ID"
    "|DATASET_ID|PRIVATE_KEY(?:_BODY)?|SECRET_[A-Z][A-Z0-9_]*"
)
ANY_PLACEHOLDER: Final = PLACEHOLDER % _BARE
_WITH_PLACEHOLDER = re.compile(ANY_PLACEHOLDER)


def is_placeholder(text: str) -> bool:
    """Whether a text is a placeholder, or the URL of one, and nothing else."""
    return _WITH_PLACEHOLDER.fullmatch(text) is not None


def folded(text: str) -> str:
    """A text in which full-width letters, digits and signs are ASCII."""
    return unicodedata.normalize("NFKC", text)


# --- numbers --------------------------------------------------------------------------------------------------------


def _is_card(text: str) -> bool:
    digits = [int(char) for char in text if char.isdigit()]
    odd, even = digits[-1::-2], digits[-2::-2]
    return (sum(odd) + sum((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)[digit] for digit in even)) % 10 == 0 and len(set(digits)) > 1


def _is_resident(text: str) -> bool:
    values = [10 if char in "Xx" else int(char) for char in text]
    month, day = int(text[10:12]), int(text[12:14])
    fits = sum(value << (17 - place) for place, value in enumerate(values)) % 11 == 1
    return fits and 1 <= month <= 12 and 1 <= day <= 31  # noqa: PLR2004 - months and days


def _is_address(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return not (address.is_loopback or address.is_unspecified)


def _is_phone(text: str) -> bool:
    return sum(char.isdigit() for char in text) >= 9  # noqa: PLR2004 - the fewest that a number abroad has


def _always(text: str) -> bool:  # noqa: ARG001 - the same signature as the others
    return True


# --- shapes ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shape:
    """A check by shape: its id, what it matches, and what a match must pass besides."""

    rule: str
    pattern: re.Pattern[str]
    passes: Callable[[str], bool] = _always

    def found_in(self, text: str) -> bool:
        """Whether a text holds something of the shape."""
        return any(self.passes(match[0]) for match in self.pattern.finditer(text))


_DIGIT_AHEAD: Final = r"(?=[A-Za-z_-]*\d)"
_VENDOR: Final = (
    rf"(?<![A-Za-z0-9])(?:sk-{_DIGIT_AHEAD}[\w-]{{20,}}|A(?:KI|SI)A[A-Z0-9]{{16}}(?!\w)|LTAI[A-Za-z0-9]{{12,26}}(?!\w)|AKLT[A-Za-z0-9]{{16,}}"
    r"|AKID[A-Za-z0-9]{13,}|gh[pousr]_\w{30,}|github_pat_\w{30,}|glpat-[\w-]{20,}|hf_\w{30,}|npm_\w{30,}|pypi-[\w-]{40,}"
    r"|AIza[\w-]{35}|GOCSPX-[\w-]{20,}|ya29\.[\w-]{20,}|xox[a-z]-[A-Za-z0-9-]{10,}|SG\.[\w-]{16,}\.[\w-]{16,}"
    r"|[sr]k_(?:live|test)_\w{16,}|\d{8,10}:AA[\w-]{33})"
)
_URL_END: Final = r"[^\s\"'<>\\)\]，。；、）】》]"

BEARER = re.compile(
    r"\b[Bb](?:earer|asic)\s{1,3}(?=[A-Za-z._~+/-]*\d)(?![A-Z]+(?:_[A-Z]+)*_\d+\b)[A-Za-z0-9._~+/-]{16,}"
)

SHAPES: Final = (
    Shape(
        "INSPECT-TOKEN", re.compile(rf"(?<![A-Za-z0-9])(?:pat|sat|czu|czs|cztei)_{_DIGIT_AHEAD}[\w-]{{16,}}", re.ASCII)
    ),
    Shape("INSPECT-JWT", re.compile(r"eyJ[\w-]{6,}\.[\w-]{6,}\.[\w-]{6,}", re.ASCII)),
    Shape("INSPECT-PEM", re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----(?:\s|\\+[nr])*[A-Za-z0-9+/=]{16}")),
    Shape("INSPECT-BEARER", BEARER),
    Shape("INSPECT-VENDOR-KEY", re.compile(_VENDOR, re.ASCII)),
    Shape("INSPECT-USERINFO", re.compile(r"://[^\s/:@\"'<>]+:[^\s/@\"'<>]{3,}@")),
    Shape(
        "INSPECT-EMAIL",
        re.compile(
            r"(?<![A-Za-z0-9_.%+-])[A-Za-z0-9_.%+-]+@(?!scrubbed\.invalid)(?:[A-Za-z0-9-]+\.)+(?!(?:png|jpe?g|gif|svg|webp)\b)[A-Za-z]{2,24}"
            r"(?![A-Za-z0-9-])"
        ),
    ),
    Shape(
        "INSPECT-PHONE",
        re.compile(r"(?<![A-Za-z0-9.])(?:(?:\+|00)?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?![A-Za-z0-9]|\.\d)"),
    ),
    Shape(
        "INSPECT-PHONE",
        re.compile(
            r"(?<![A-Za-z0-9+])\+[1-9]\d{0,2}[ -]?(?:\(\d{1,4}\)[ -]?)?\d{2,4}(?:[ -]?\d{2,4}){2,3}(?![A-Za-z0-9])"
        ),
        _is_phone,
    ),
    Shape("INSPECT-ID", re.compile(r"(?<![A-Za-z0-9.])[67]\d{18}(?![A-Za-z0-9]|\.\d)|\A[1-9]\d{15,19}\Z")),
    Shape(
        "INSPECT-LOGID",
        re.compile(r"(?<![A-Za-z0-9])(?:20\d{12}[0-9A-F]{18,20}|0217\d{10}[0-9a-f]{20,})(?![A-Za-z0-9])"),
    ),
    Shape(
        "INSPECT-RESIDENT-ID",
        re.compile(r"(?<![A-Za-z0-9])[1-8]\d{5}(?:19|20)\d{9}[\dXx](?![A-Za-z0-9])"),
        _is_resident,
    ),
    Shape(
        "INSPECT-CARD",
        re.compile(
            r"(?<![A-Za-z0-9.])(?:(?:62|4\d|5[1-5]|2[2-7]|3[0568]|6[05])\d{2}(?:[ -]?\d{4}){2}(?:[ -]?\d{1,4}){1,2}"
            r"|3[47]\d\d[ -]?\d{6}[ -]?\d{5})(?![A-Za-z0-9])"
        ),
        _is_card,
    ),
    Shape(
        "INSPECT-IP",
        re.compile(
            r"(?<![vV])(?<![=~>]=)(?<![vV]er)(?<![vV]ersion)(?<![vV]ersion )(?<!版本)(?<!版本 )(?<!版本号)(?<!版本号 )"
            r"(?<![\w.])"
            r"(?!127\.|0\.0\.0\.0|255\.255)(?:\d{1,3}\.){3}\d{1,3}(?!\w|\.\d)"
        ),
        _is_address,
    ),
    Shape(
        "INSPECT-IP",
        re.compile(
            r"(?<![\w:.])(?=[0-9A-Fa-f]{0,3}\d)[0-9A-Fa-f]{4}:(?:[0-9A-Fa-f]{0,4}:){1,6}[0-9A-Fa-f]{0,4}(?![\w:])"
        ),
        _is_address,
    ),
    Shape(
        "INSPECT-SIGNED-URL",
        re.compile(
            r"(?i)https?://[^\s\"'<>]{1,4096}[?&](?:x-[a-z-]*(?:sign|signature|expires|credential|authkey|security-token)|[rl]k3s|sign(?:ature)?|sig"
            r"|expires|auth_?key|(?:oss|aws)accesskeyid|q-sign-[a-z-]+)=(?!scrubbed)[^&\s\"']+"
        ),
    ),
    Shape(
        "INSPECT-FILE-URL",
        re.compile(
            rf"https?://[A-Za-z0-9.-]*(?:i?byteimg|byteoversea|bytecdn|bytednsdoc|volccdn|volces|vlabvod|tos-[a-z0-9-]+)"
            rf"(?:-[a-z0-9-]+)?(?:\.[a-z0-9-]+)*\.(?:com|cn|net)/{_URL_END}"
        ),
    ),
    Shape("INSPECT-CODE", re.compile(rf"[?&]code={_DIGIT_AHEAD}[\w-]{{16,}}", re.ASCII)),
)

MARKED = re.compile(
    rb"(?:pat|sat|czu|czs|cztei)_[\w-]{16}|eyJ[\w-]{6,}\.|sk-[\w-]{20}|A(?:KI|SI)A[A-Z0-9]{16}|LTAI\w{12}|AK(?:LT|ID)\w{13}"
    rb"|gh[pousr]_\w{30}|github_pat_|glpat-[\w-]{20}|hf_\w{30}|npm_\w{30}|pypi-[\w-]{40}|AIza[\w-]{35}|GOCSPX-|ya29\.|xox[a-z]-"
    rb"|SG\.[\w-]{16}|[sr]k_(?:live|test)_|AA[\w-]{33}"
)
"""What a word with a credential holds that has a prefix."""

HOST = re.compile(
    rb"(?:byteimg|byteoversea|bytecdn|bytednsdoc|volccdn|volces|vlabvod)|(?<![a-z])tos-|[rl]k3s|accesskeyid|auth_?key|q-sign"
    rb"|x-(?:orig|tos|amz|oss|cos|bce|goog|[a-z-]*(?:sign|expires|credential|security-token))"
)
"""What a word of a signed URL or of one on a storage host holds, in lower case."""

SIGNED = re.compile(rb"(?i)[?&](?:(?:sig|sign|signature|expires|auth_?key)=|code=[\w-]{16})")
"""What the rest of the signed URLs hold, and one with an OAuth code."""

NUMBER = re.compile(
    r"\+\d[\d ()-]{7,}\d|(?<![A-Za-z0-9.])(?:1[3-9]\d[ -]?\d{4}[ -]?\d{4}|(?:\+|00)?86[ -]?1[3-9][\d -]{9,}"
    r"|[1-9][\d -]{12,}[\dXx]|[2-6][\d -]{11,}\d)(?![A-Za-z0-9])"
    r"|[1-8]\d{5}(?:19|20)\d{9}[\dXx]|20\d{12}[0-9A-F]{18}|0217\d{10}[0-9a-f]{20}"
)
"""The same for numbers."""

# --- names ----------------------------------------------------------------------------------------------------------

_STRICT = re.compile(
    r"(?i)(?:.*[_.-])?(?:access_token|refresh_token|client_secret|app_secret|device_code|user_code|code_verifier|code_challenge"
    r"|verify_token|(?:set-)?cookie)"
)
_SECRET = re.compile(
    r"(?i).*(?:password|passwd|pwd|secret|api[_-]?key|access[_-]?key(?:[_-]?id)?|secret[_-]?key|private[_-]?key|token|credentials?"
    r"|session[_-]?(?:id|key))|密码|口令|密钥|令牌"
)
_PERSON = re.compile(
    r"(?:user_?)?nick_?name|user_?name|user_unique_name|creator_name|(?:real|full|first|last|customer|contact|receiver|sender|speaker)_?name"
    r"|姓名|真实姓名|昵称|联系人|收件人"
)
_PICTURE = re.compile(r"(?:user_)?avatar(?:_url)?|icon_url|image_url|audio_url|preview_audio|file_url")
_DETAIL = re.compile(
    r"(?i)e_?mail|(?:tele|cell)?phone(?:_?(?:no|number))?|mobile|tel|id_?card(?:_?(?:no|number))?|identity_?(?:no|number)"
    r"|bank_?card(?:_?(?:no|number))?|card_?no|birth_?(?:day|date)|(?:home_|postal_)?address|ip(?:_?address)?|client_ip"
    r"|passport(?:_?(?:no|number))?|lat(?:itude)?|lng|longitude|手机号?|电话|邮箱|身份证号?|住址|地址|银行卡号?|生日"
)
_IDENTIFIER = re.compile(
    r"(?:(?:[a-z]+_)*user|bot|conversation|chat|message|(?:last_)?section|tool_call|workflow|(?:sub_)?execute|(?:work)?space"
    r"|enterprise|organization|(?:[a-z]+_)?file|(?:api_)?app|client|(?:parent_)?folder|dataset|document|plugin|api|voice|speaker"
    r"|model|device|group|feature|room|stream|live|entity|connector|creator|event|public_key|log|first|last|before|after"
    r"|coze_account)_ids?|processing_file_id_list|connector_uid|uid|logid|kid|node_execute_uuid"
)


def _opaque(value: str) -> bool:
    return re.fullmatch(r"(?=.*[^\d.])\S{8,}", value) is not None


def _url(value: str) -> bool:
    return re.match(r"https?://\S", value) is not None


def _detail(value: str) -> bool:
    return len(value) >= 4 and re.search(r"[\d\u4e00-\u9fff@]", value) is not None  # noqa: PLR2004 - shorter tells nothing


def _identifier(value: str) -> bool:
    return re.fullmatch(r"(?!\d{1,4}$)[0-9A-Za-z][\w.:@/-]*", value, re.ASCII) is not None


def _anything(value: str) -> bool:
    return value != "refresh_token"


@dataclass(frozen=True)
class Name:
    """A check by the name of a field: its id, the names, and which values they must not have."""

    rule: str
    pattern: re.Pattern[str]
    refuses: Callable[[str], bool]


NAMES: Final = (
    Name("INSPECT-SECRET-NAME", _STRICT, _anything),
    Name("INSPECT-SECRET-NAME", _SECRET, _opaque),
    Name("INSPECT-PERSONAL-NAME", _PERSON, _anything),
    Name("INSPECT-PERSONAL-NAME", _PICTURE, _url),
    Name("INSPECT-PERSONAL-NAME", _DETAIL, _detail),
    Name("INSPECT-ID-NAME", _IDENTIFIER, _identifier),
)


def is_speaking(name: str) -> bool:
    """Whether a name promises something that must be a placeholder."""
    last = name.rpartition(".")[2]
    owned = _OWNER_PLACE.fullmatch(f".{name}") or _BAG_PLACE.fullmatch(f".{name}")
    return owned is not None or any(each.pattern.fullmatch(last) for each in NAMES)


def is_secret_name(name: str) -> bool:
    """Whether a name promises a secret."""
    return _STRICT.fullmatch(name) is not None or _SECRET.fullmatch(name) is not None


_BAG_PLACE = re.compile(r".*\.(?:custom_variables|meta_data|parameters|ext)\.(?:name|user|owner|author|用户|名字)")
_OWNER_PLACE = re.compile(r".*\.(?:creator|owner|user|user_info)\.(?:name|id)")
_HAN = re.compile(r"[\u4e00-\u9fff]{2,4}")
_SURNAMES: Final = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭"
    "廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段章钱汤尹黎易常武乔贺赖龚文欧司上诸皇令慕"
)


_OWNERS: Final = r'"(?:creator|owner|user|user_info)\\*"\s*:\s*(?:\\*"\s*)?\{'
OWNER = re.compile(_OWNERS)
"""The beginning of an object that is an owner."""

OWNED = re.compile(
    _OWNERS + rf'(?:[^{{}}]*?"(?:name|id)\\*"\s*:\s*(?:\\*"(?!(?:{ANY_PLACEHOLDER}|0)?\\*")|-?[\d.]*[1-9])|[^{{}}]*\{{)'
)
"""An owner with a name or number of its own, or with something inside where that may stand."""

BAG = re.compile(r'"(?:custom_variables|meta_data|parameters|ext)\\*"\s*:\s*(?:\\*"\s*)?\{')
"""The beginning of an object that may hold the name of a person."""

HAN_NAME = re.compile(
    r'"(?:name|user|owner|author|用户|名字)\\*"\s*:\s*\\*"'
    f"[{''.join(sorted(_SURNAMES))}]"
    r'[\u4e00-\u9fff]{1,3}\\*"'
)
"""A person that is named in one."""


def by_name(name: str, value: str, place: str) -> Iterator[str]:
    """The checks that a value under a name does not pass; ``place`` ends with the path to it."""
    if not value or is_placeholder(value):
        return
    for each in NAMES:
        if each.pattern.fullmatch(name) and each.refuses(value):
            yield each.rule
    named_in_bag = _BAG_PLACE.fullmatch(place) and _HAN.fullmatch(value) and value[0] in _SURNAMES
    if named_in_bag or (_OWNER_PLACE.fullmatch(place) and value != "0"):
        yield "INSPECT-PERSONAL-NAME"
