"""Takes placeholders out of a text, so that no detector sees one."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from coze_cassettes.codecs.encodings import STABLE

MASK: Final = "\ue000"
"""What stands for a placeholder: a character for private use, which no detector takes for a part of anything."""

URL_OF: Final = r"(?:https://scrubbed\.invalid/)?"
"""Stands before a placeholder where the SDK parses a URL."""

KINDS: Final = (
    *("ACCESS_KEY_ID", "ACCESS_TOKEN", "API_ID", "APP_ID", "AUTHORIZATION_CODE", "AVATAR_URL", "BANK_CARD"),
    *("BEARER_TOKEN", "BOT_ID", "BOUNDARY", "CHAT_ID", "CLIENT_ID", "CLIENT_SECRET", "CODE_VERIFIER", "CONNECTOR_ID"),
    *("CONVERSATION_ID", "COOKIE", "DATASET_ID", "DEVICE_CODE", "DEVICE_ID", "DOCUMENT_ID", "EMAIL", "ENTERPRISE_ID"),
    *("ENTITY_ID", "EVENT_ID", "EXECUTE_ID", "FEATURE_ID", "FILE_ID", "FILE_URL", "FOLDER_ID", "GROUP_ID", "ICON_URL"),
    *("FILE_URI", "SHORTCUT_ID"),
    *("ID", "IP_ADDRESS", "JWT", "LOGID", "MESSAGE_ID", "MODEL_ID", "NICK_NAME", "NODE_EXECUTE_UUID", "PERSONAL_VALUE"),
    *("PERSON_NAME", "PHONE", "PLUGIN_ID", "PRIVATE_KEY", "PUBLIC_KEY_ID", "REFRESH_TOKEN", "RESIDENT_ID", "ROOM_ID"),
    *("SECRET", "SECTION_ID", "SIGNED_URL", "STREAM_ID", "TEMPLATE_ID", "TOOL_CALL_ID", "USER_CODE", "USER_ID"),
    *("ACCOUNT", "FEISHU_KEY", "MAC_ADDRESS", "PASSWORD", "SIGNATURE", "WEBHOOK_URL", "WECHAT_APP_ID"),
    *("USER_NAME", "UUID", "VERIFY_TOKEN", "VOICE_ID", "WORKFLOW_ID", "WORKSPACE_ID", "WORKSPACE_NAME", "API_TOKEN"),
)
"""The kinds of a numbered placeholder (``BOT_ID_1``), a part of the format."""

BARE: Final = (
    *("API_TOKEN", "BOT_ID", "CHAT_ID", "CLIENT_ID", "CLIENT_SECRET", "CONVERSATION_ID", "DATASET_ID", "EXECUTE_ID"),
    *("PRIVATE_KEY", "PRIVATE_KEY_BODY", "PUBLIC_KEY_ID", "WORKFLOW_ID", "WORKSPACE_ID"),
)
"""The placeholders of configured values, which have no number; those of ``COZE_SECRET_...`` only their table knows."""

_BEGUN: Final = 5
BEGINNINGS: Final = frozenset(f"{kind}_"[:end] for kind in KINDS for end in range(_BEGUN, len(kind) + 2)) - {*KINDS}
"""How a placeholder begins in a line of an encoding that ends inside it."""

_NUMBERED: Final = rf"(?P<kind>{'|'.join(sorted(KINDS, key=len, reverse=True))})_(?P<number>[1-9][0-9]{{0,5}})(?![0-9])"
_FEW: Final = 99
_GAPS: Final = 2
"""A number is one of a placeholder's up to ``_FEW``, or if the cassette has half as many of its kind: a re-recorded one
keeps the old numbers, so that some may be missing. ``SECRET_2024`` may be a password."""

_NAME = re.compile(r"[A-Z][A-Z0-9_]{2,63}")
"""What a bare placeholder is called."""

_CAPITALS = re.compile(r"[A-Z][A-Z0-9_]{2}")
"""How every name of a placeholder begins."""

_BEGINNING: Final = "(?=[A-Zh])"
"""The first letter of a name or a URL: asked for first, since it is the question that most places of a text fail."""

_BEFORE: Final = r"(?:(?<![A-Z_])|(?<=%[0-9A-F]{2})|(?<=%25[0-9A-F]{2})|(?<=\\u[0-9A-Fa-f]{4}))"
"""A placeholder does not end a longer word in capitals; the digits of an escape are none."""


def _bare(names: Collection[str]) -> str:
    return f"(?:{'|'.join(map(re.escape, sorted(names, key=len, reverse=True)))})(?![A-Z0-9_])"


_NO_NAME: Final = (
    r"(?![\"'`*)\]]{0,3}[ \t]{0,3}(?:[:=→「]|->|<-|改成|改为|设为|设置为)|>|[ ]?[,\t;|](?=[^\n]*\n)|[\"'],"
    r"|\{[\"']|[^\n()]{0,256}\)\s{0,8}(?i:values)\b|[ ][A-Za-z&][A-Za-z0-9_.]{0,31}[ ]?=[ ]?[\"'])"
)
"""What makes a name of a bare placeholder: a sign of equality behind it, the end of a tag, other names of columns."""


_NO_LAST_COLUMN: Final = r"(?!(?<=[\t,;|])[A-Z_]+\r?\n[^\n]*[\t,;|])"
"""What makes a name of it too: other names of columns before it, and a line of cells below."""

_NAMES_AFTER: Final = "".join(
    f"(?<!{re.escape(before)})"
    for before in ("ENV ", "ARG ", 'name="', "name='", 'key="', "name: ", 'variable "', "<key>", "<td>", "<th>", "<dt>")
)
"""What makes a name of it that stands before: what declares a variable, an attribute, an element."""


@dataclass(frozen=True)
class Masking:
    """Which placeholders a cassette has: numbered ones of the known kinds, and the bare ones of configured values."""

    pattern: re.Pattern[str]
    values: re.Pattern[str]
    texts: tuple[str, ...]

    @classmethod
    def of(cls, listed: Iterable[str], texts: Iterable[str]) -> Masking:
        """The masking of a cassette, of its texts and of the bare placeholders that it lists."""
        bare = {*BARE, *filter(_NAME.fullmatch, listed)}
        every = re.compile(f"{_BEGINNING}{URL_OF}{_BEFORE}(?:{_NUMBERED}|{_bare(bare)})")
        values = re.compile(
            f"{_BEGINNING}{_NO_LAST_COLUMN}{URL_OF}{_BEFORE}(?:{_NUMBERED}|{_NAMES_AFTER}{_bare(bare)}{_NO_NAME})"
        )
        return cls(every, values, tuple(texts))

    def hide(self, text: str) -> str:
        """A text with a mask in place of each placeholder."""
        return self.pattern.sub(self._mask, text) if _CAPITALS.search(text) else text

    def hide_values(self, text: str) -> str:
        """The same, but for those that are the name of something: ``BOT_ID=BOT_ID_1``."""
        return self.values.sub(self._mask, text) if _CAPITALS.search(text) else text

    def _mask(self, match: re.Match[str]) -> str:
        number = int(match["number"] or 0)
        return MASK if number <= _FEW or number <= _GAPS * self._different[match["kind"]] else match[0]

    @cached_property
    def _different(self) -> Counter[str]:
        """How many numbered placeholders of each kind there are."""
        found = {(match["kind"], match["number"]) for text in self.texts for match in self.pattern.finditer(text)}
        return Counter(kind for kind, number in found if number)


_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")


def fold(text: str) -> str:
    """A text without what only changes its looks: width, ligatures, composition, characters that nobody sees."""
    if text.isascii():
        return text
    text = _INVISIBLE.sub("", text)
    folded: list[str] = []
    position = 0
    for match in _CHANGING.finditer(text):
        start = match.start()
        start -= start > position and _BASE.match(text, start - 1) is not None
        folded += (text[position:start], unicodedata.normalize("NFKC", text[start : match.end()]))
        position = match.end()
    return "".join([*folded, text[position:]])


_SYMBOLS: Final = (
    "\u00aa\u00b2\u00b3\u00b9\u00ba\u00bc-\u00be\u2025\u2026\u203c\u2047-\u2049\u2070-\u209c\u2100-\u218b\u2460-\u24ff"
    "\u3200-\u33ff\ufb00-\ufb06\U0001f100-\U0001f1ff"
)
"""Superscripts, signs for words, numbers in circles: letters and digits of their own, which no value goes on with."""

_CHANGING = re.compile(rf"[^{STABLE}{_SYMBOLS}][^{STABLE}{_SYMBOLS}]*")
_BASE = re.compile(rf"[{STABLE}]")
"""What composition can change, and a character before it that it may combine with: of bytes that are no text, which
take long to compose, nearly nothing."""
