"""THE table: what is secret, personal, an identifier or volatile in Coze traffic, one row a rule.

A rule is data. Adding one is one row; the tests run its two examples through the scrubber. In an example ``{A64}``
stands for 64 letters and digits, ``{D19}`` for 19 digits and ``{H18}`` for 18 upper-case hexadecimal digits, all made
when the test runs, so that no example is a credential.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Final


class Category(StrEnum):
    """Why a value is replaced."""

    SECRET = "secret"  # noqa: S105 - a category
    PERSONAL = "personal"
    IDENTIFIER = "identifier"
    VOLATILE = "volatile"


class Where(StrEnum):
    """Where a rule looks."""

    HEADER = "header"
    FIELD = "field"
    """A query parameter, a multipart field or a JSON path; the pattern is matched against the end of ``a.b.c``."""
    PATH = "path"
    """A segment of the URI path, the pattern's one group."""
    TEXT = "text"
    """A shape in any text, keys and names included."""


class Form(StrEnum):
    """What the substitute looks like, so that the SDK still parses it."""

    TAG = "tag"
    URL = "url"
    SHIFT = "shift"
    """No tag: a timestamp is moved by the distance of the recording from the epoch."""


@dataclass(frozen=True)
class Rule:
    """One row: ``pattern`` says where, ``accepts`` which values, ``uri`` on which URI paths."""

    id: str
    kind: str
    category: Category
    where: Where
    pattern: str
    reason: str
    hit: str
    miss: str
    accepts: str = r"(?s).+"
    uri: str = ""
    form: Form = Form.TAG


_S, _P, _I, _V = Category.SECRET, Category.PERSONAL, Category.IDENTIFIER, Category.VOLATILE
_HEADER, _FIELD, _PATH, _TEXT = Where.HEADER, Where.FIELD, Where.PATH, Where.TEXT

_ID = r"(?!0$)[0-9A-Za-z][0-9A-Za-z_.:@-]*"
_SNOWFLAKE = r"[1-9]\d{15,19}"
_OPAQUE = r"(?=.*[^\d.])\S{8,}"
_SIGNED = r"(?:x-signature|x-orig-sign|x-expires|signature|sign|x-tos-signature|x-amz-signature|auth_key|lk3s)"

RULES: Final[tuple[Rule, ...]] = (
    # --- secrets ---
    Rule(
        "COZE-AUTH-001",
        "ACCESS_TOKEN",
        _S,
        _TEXT,
        r"(?<![A-Za-z0-9])(?:pat|sat|czu|czs|cztei)_[A-Za-z0-9_-]{16,}",
        "personal, service, user and service-identity tokens begin like this",
        "take pat_{A64} now",
        "pat_short",
    ),
    Rule(
        "COZE-AUTH-002",
        "JWT",
        _S,
        _TEXT,
        r"eyJ[A-Za-z0-9_-]{6,}\.eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{16,}",
        "a signed assertion is a credential until it expires",
        "eyJ{A20}.eyJ{A20}.{A40}",
        "eyJhbGciOi alone",
    ),
    Rule(
        "COZE-AUTH-003",
        "PRIVATE_KEY",
        _S,
        _TEXT,
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+?-----END [A-Z ]*PRIVATE KEY-----",
        "OAuth apps sign with it",
        "-----BEGIN PRIVATE KEY-----\n{A64}\n-----END PRIVATE KEY-----",
        "-----BEGIN CERTIFICATE-----",
    ),
    Rule(
        "COZE-AUTH-004",
        "BEARER_TOKEN",
        _S,
        _HEADER,
        r"(?:proxy-)?authorization",
        "whatever authenticates a call, a client secret too",
        "authorization: Bearer {A40}",
        "content-type: application/json",
    ),
    Rule(
        "COZE-AUTH-005",
        "COOKIE",
        _S,
        _HEADER,
        r"(?:set-)?cookie",
        "sessions of the gateway",
        "set-cookie: sid={A32}; Path=/",
        "accept: text/html",
    ),
    Rule(
        "COZE-AUTH-010",
        "ACCESS_TOKEN",
        _S,
        _FIELD,
        r"access_token",
        "the token endpoint's answer",
        '{"access_token": "{A40}"}',
        '{"token_type": "Bearer"}',
    ),
    Rule(
        "COZE-AUTH-011",
        "REFRESH_TOKEN",
        _S,
        _FIELD,
        r"refresh_token",
        "refresh tokens have no shape of their own",
        '{"refresh_token": "{A40}"}',
        '{"refresh": "no"}',
        accepts=r"(?!refresh_token$)(?s:.+)",
    ),
    Rule(
        "COZE-AUTH-012",
        "CLIENT_SECRET",
        _S,
        _FIELD,
        r"client_secret|app_secret",
        "OAuth apps",
        '{"client_secret": "{A40}"}',
        '{"client": "web"}',
    ),
    Rule(
        "COZE-AUTH-013",
        "DEVICE_CODE",
        _S,
        _FIELD,
        r"device_code",
        "whoever has it gets the token",
        '{"device_code": "{A40}"}',
        '{"device": "tv"}',
    ),
    Rule(
        "COZE-AUTH-014",
        "USER_CODE",
        _S,
        _FIELD,
        r"user_code",
        "whoever types it grants access",
        '{"user_code": "{A8}"}',
        '{"user": "me"}',
    ),
    Rule(
        "COZE-AUTH-015",
        "AUTHORIZATION_CODE",
        _S,
        _FIELD,
        r"code",
        "the OAuth code, where a code is not a number",
        '{"code": "{A40}x"}',
        '{"code": "4100"}',
        accepts=_OPAQUE,
        uri=r"/oauth2?/",
    ),
    Rule(
        "COZE-AUTH-016",
        "CODE_VERIFIER",
        _S,
        _FIELD,
        r"code_verifier|code_challenge",
        "the proof of PKCE",
        '{"code_verifier": "{A40}"}',
        '{"verifier": "x"}',
    ),
    Rule(
        "COZE-AUTH-017",
        "VERIFY_TOKEN",
        _S,
        _FIELD,
        r"verify_token",
        "signs the callbacks of an app",
        '{"verify_token": "{A40}"}',
        '{"verify": true}',
    ),
    Rule(
        "COZE-AUTH-018",
        "SECRET",
        _S,
        _FIELD,
        r"(?:[a-z0-9]+[_-])*(?:password|passwd|secret|api[_-]?key|access[_-]?key|secret[_-]?key|private[_-]?key|token|credential|session[_-]?key)",
        "named like a credential, whoever put it there",
        '{"openai_api_key": "{A40}"}',
        '{"token": "0"}',
        accepts=_OPAQUE,
    ),
    Rule(
        "COZE-AUTH-019",
        "SIGNED_URL",
        _S,
        _TEXT,
        r"https?://[^\s\"'<>\\)\]]+?[?&](?:[^\s\"'<>\\)\]]*&)?" + _SIGNED + r"=[^\s\"'<>\\)\]]*",
        "the signature opens the file to anybody until it expires",
        "https://p9-bot-sign.byteimg.com/a.png?x-expires=1&x-signature={A24}",
        "https://example.com/a.png?size=3",
        form=Form.URL,
    ),
    # --- personal data ---
    Rule(
        "COZE-USER-001",
        "USER_NAME",
        _P,
        _FIELD,
        r"user_name|user_unique_name|(?:creator|owner|user)\.name",
        "a person's account",
        '{"user_name": "planted{A8}"}',
        '{"bot_name": "News"}',
    ),
    Rule(
        "COZE-USER-002",
        "NICK_NAME",
        _P,
        _FIELD,
        r"nick_name|user_nickname|nickname",
        "what a person calls themself",
        '{"nick_name": "planted{A8}"}',
        '{"name": "News"}',
    ),
    Rule(
        "COZE-USER-003",
        "AVATAR_URL",
        _P,
        _FIELD,
        r"avatar_url|user_avatar",
        "a picture of a person",
        '{"avatar_url": "https://a.example/{A8}"}',
        '{"callback_url": "https://a.example/x"}',
        accepts=r"https?://\S+",
        form=Form.URL,
    ),
    Rule(
        "COZE-USER-004",
        "ICON_URL",
        _P,
        _FIELD,
        r"icon_url|image_url",
        "signed, and changes with every answer",
        '{"icon_url": "https://a.example/{A8}"}',
        '{"icon": "star"}',
        accepts=r"https?://\S+",
        form=Form.URL,
    ),
    Rule(
        "COZE-USER-005",
        "EMAIL",
        _P,
        _TEXT,
        r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}(?![A-Za-z0-9-])",
        "a person's address",
        "mail planted.{A8}@example.com please",
        "user@localhost",
    ),
    Rule(
        "COZE-USER-006",
        "PHONE",
        _P,
        _TEXT,
        r"(?<![\dA-Za-z])(?:(?:\+|00)?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![\dA-Za-z])",
        "mainland-China mobile numbers",
        "ring 139{D8}",
        "order 12345678901",
    ),
    Rule(
        "COZE-USER-007",
        "PHONE",
        _P,
        _TEXT,
        r"(?<![\dA-Za-z+])\+[1-9]\d{0,2}[- ]?(?:\(\d{1,4}\)[- ]?)?\d{2,4}(?:[- ]?\d{2,4}){2,3}(?![\dA-Za-z])",
        "international numbers",
        "ring +1 415 555 0199",
        "1 + 41 = 42",
    ),
    Rule(
        "COZE-USER-008",
        "WORKSPACE_NAME",
        _P,
        _FIELD,
        r"data\.workspaces\.name",
        "a personal workspace carries its owner's name",
        '{"data": {"workspaces": [{"name": "planted{A8}"}]}}',
        '{"data": {"bots": [{"name": "News"}]}}',
        uri=r"/v1/workspaces$",
    ),
    Rule(
        "COZE-USER-009",
        "IP_ADDRESS",
        _P,
        _TEXT,
        r"(?<![\d.])(?!127\.|0\.0\.0\.0)(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.])",
        "where somebody was",
        "from 203.0.113.{D1}",
        "version 1.2.3",
    ),
    # --- identifiers, by their field ---
    Rule("COZE-ID-001", "BOT_ID", _I, _FIELD, r"bot_id", "", '{"bot_id": "{D19}"}', '{"bot_id": "0"}', accepts=_ID),
    Rule(
        "COZE-ID-002",
        "BOT_ID",
        _I,
        _FIELD,
        r"data\.items\.id",
        "bots.list v2 calls it id",
        '{"data": {"items": [{"id": "{D19}"}]}}',
        '{"data": {"id": "0"}}',
        accepts=_ID,
        uri=r"/v1/bots$",
    ),
    Rule("COZE-ID-003", "BOT_ID", _I, _PATH, r"/v1/bots/([^/]+)", "", "/v1/bots/{D19}", "/v1/bots"),
    Rule(
        "COZE-ID-010",
        "USER_ID",
        _I,
        _FIELD,
        r"user_id|owner_user_id|creator_id|connector_uid|coze_account_id|(?:creator|owner)\.id",
        "",
        '{"user_id": "{D16}"}',
        '{"connector_id": "1024"}',
        accepts=_ID,
    ),
    Rule(
        "COZE-ID-011",
        "USER_ID",
        _I,
        _PATH,
        r"/v1/(?:workspaces|enterprises)/[^/]+/members/([^/]+)",
        "",
        "/v1/enterprises/{D19}/members/{D16}",
        "/v1/enterprises/{D19}/members",
    ),
    Rule(
        "COZE-ID-020",
        "CONVERSATION_ID",
        _I,
        _FIELD,
        r"conversation_id",
        "",
        '{"conversation_id": "{D19}"}',
        '{"conversation": "long"}',
        accepts=_ID,
    ),
    Rule(
        "COZE-ID-021",
        "CONVERSATION_ID",
        _I,
        _FIELD,
        r"data\.id|data\.conversations\.id",
        "the conversation's own answer",
        '{"data": {"id": "{D19}"}}',
        '{"id": "0"}',
        accepts=_ID,
        uri=r"/v1/(?:conversation/(?:create|retrieve)|conversations(?:/[^/]+)?)$",
    ),
    Rule(
        "COZE-ID-022",
        "CONVERSATION_ID",
        _I,
        _PATH,
        r"/v1/conversations/([^/]+)",
        "",
        "/v1/conversations/{D19}/clear",
        "/v1/conversations",
    ),
    Rule(
        "COZE-ID-023",
        "SECTION_ID",
        _I,
        _FIELD,
        r"section_id|last_section_id",
        "",
        '{"section_id": "{D19}"}',
        '{"section": 3}',
        accepts=_ID,
    ),
    Rule(
        "COZE-ID-024",
        "SECTION_ID",
        _I,
        _FIELD,
        r"data\.id",
        "clearing starts a new section",
        '{"data": {"id": "{D19}"}}',
        '{"id": "0"}',
        accepts=_ID,
        uri=r"/v1/conversations/[^/]+/clear$",
    ),
    Rule("COZE-ID-030", "CHAT_ID", _I, _FIELD, r"chat_id", "", '{"chat_id": "{D19}"}', '{"chat": "long"}', accepts=_ID),
    Rule(
        "COZE-ID-031",
        "CHAT_ID",
        _I,
        _FIELD,
        r"data\.id|conversation\.chat\.[a-z_]+\.id",
        "the chat's own answer and events",
        '{"data": {"id": "{D19}"}}',
        '{"id": "0"}',
        accepts=_ID,
        uri=r"/v3/chat(?:/(?:retrieve|cancel|submit_tool_outputs))?$|/v1/workflows/chat$",
    ),
    Rule(
        "COZE-ID-032",
        "MESSAGE_ID",
        _I,
        _FIELD,
        r"message_id|first_id|last_id|before_id|after_id|conversation\.(?:message|audio)\.[a-z_]+\.id|inserted_additional_messages\.id",
        "",
        '{"message_id": "{D19}"}',
        '{"message": "hello"}',
        accepts=_ID,
    ),
    Rule(
        "COZE-ID-033",
        "MESSAGE_ID",
        _I,
        _FIELD,
        r"data\.id",
        "the message's own answer",
        '{"data": {"id": "{D19}"}}',
        '{"id": "0"}',
        accepts=_ID,
        uri=r"/message/(?:create|list|retrieve|modify|delete)$",
    ),
    Rule(
        "COZE-ID-034",
        "MESSAGE_ID",
        _I,
        _PATH,
        r"/v1/conversations/[^/]+/messages/([^/]+)",
        "",
        "/v1/conversations/{D19}/messages/{D18}/feedback",
        "/v1/conversations/{D19}",
    ),
    Rule(
        "COZE-ID-035",
        "TOOL_CALL_ID",
        _I,
        _FIELD,
        r"tool_call_id|tool_calls\.id",
        "",
        '{"tool_call_id": "call_{A12}"}',
        '{"tool": "weather"}',
        accepts=_ID,
    ),
    Rule(
        "COZE-ID-040",
        "WORKFLOW_ID",
        _I,
        _FIELD,
        r"workflow_id|workflow_info_list\.id|workflow_id_list\.ids\.id",
        "",
        '{"workflow_id": "{D19}"}',
        '{"workflow_mode": "chatflow"}',
        accepts=_ID,
    ),
    Rule(
        "COZE-ID-041",
        "WORKFLOW_ID",
        _I,
        _PATH,
        r"/v1/workflows/(?!chat(?:$|/))([^/]+)",
        "",
        "/v1/workflows/{D19}/versions",
        "/v1/workflows/chat",
    ),
    Rule(
        "COZE-ID-042",
        "EXECUTE_ID",
        _I,
        _FIELD,
        r"execute_id|sub_execute_id",
        "",
        '{"execute_id": "{D19}"}',
        '{"execute_mode": "2"}',
        accepts=_ID,
    ),
    Rule(
        "COZE-ID-043",
        "EXECUTE_ID",
        _I,
        _PATH,
        r"/run_histories/([^/]+)",
        "",
        "/v1/workflows/{D19}/run_histories/{D18}",
        "/v1/workflows/{D19}",
    ),
    Rule(
        "COZE-ID-044",
        "NODE_EXECUTE_UUID",
        _I,
        _FIELD,
        r"node_execute_uuid",
        "",
        '{"node_execute_uuid": "{D19}"}',
        '{"node_id": "100001"}',
        accepts=_ID,
    ),
    Rule(
        "COZE-ID-045",
        "NODE_EXECUTE_UUID",
        _I,
        _PATH,
        r"/execute_nodes/([^/]+)",
        "",
        "/v1/workflows/{D19}/run_histories/{D18}/execute_nodes/{D17}",
        "/v1/workflows/{D19}",
    ),
    Rule(
        "COZE-ID-046",
        "EVENT_ID",
        _I,
        _FIELD,
        r"event_id",
        "what resumes an interrupted run",
        '{"event_id": "{D19}/{D18}"}',
        '{"event": "Message"}',
        accepts=r"[0-9A-Za-z][\w/.:-]*",
    ),
    Rule(
        "COZE-ID-050",
        "WORKSPACE_ID",
        _I,
        _FIELD,
        r"workspace_id|space_id",
        "",
        '{"space_id": "{D19}"}',
        '{"space": " "}',
        accepts=_ID,
    ),
    Rule(
        "COZE-ID-051",
        "WORKSPACE_ID",
        _I,
        _FIELD,
        r"data\.workspaces\.id",
        "workspaces.list calls it id",
        '{"data": {"workspaces": [{"id": "{D19}"}]}}',
        '{"id": "0"}',
        accepts=_ID,
        uri=r"/v1/workspaces$",
    ),
    Rule(
        "COZE-ID-052",
        "WORKSPACE_ID",
        _I,
        _PATH,
        r"/v1/workspaces/([^/]+)|/oauth2/workspace_id/([^/]+)",
        "",
        "/v1/workspaces/{D19}/members",
        "/v1/workspaces",
    ),
    Rule(
        "COZE-ID-053",
        "ENTERPRISE_ID",
        _I,
        _FIELD,
        r"enterprise_id|organization_id",
        "",
        '{"enterprise_id": "{D19}"}',
        '{"enterprise_id": ""}',
        accepts=_ID,
    ),
    Rule(
        "COZE-ID-054",
        "ENTERPRISE_ID",
        _I,
        _PATH,
        r"/v1/enterprises/([^/]+)",
        "",
        "/v1/enterprises/{D19}/members",
        "/v1/enterprises",
    ),
    Rule(
        "COZE-ID-060",
        "FILE_ID",
        _I,
        _FIELD,
        r"(?:[a-z]+_)?file_id",
        "",
        '{"file_id": "{D19}"}',
        '{"file_name": "a.txt"}',
        accepts=_ID,
    ),
    Rule(
        "COZE-ID-061",
        "FILE_ID",
        _I,
        _FIELD,
        r"data\.id",
        "the file's own answer",
        '{"data": {"id": "{D19}"}}',
        '{"id": "0"}',
        accepts=_ID,
        uri=r"/v1/files/(?:upload|retrieve)$",
    ),
    Rule("COZE-ID-070", "APP_ID", _I, _FIELD, r"app_id", "", '{"app_id": "{D19}"}', '{"app_id": "0"}', accepts=_ID),
    Rule(
        "COZE-ID-071",
        "CLIENT_ID",
        _I,
        _FIELD,
        r"client_id",
        "names the OAuth app",
        '{"client_id": "{D20}.app.coze"}',
        '{"client": "x"}',
        accepts=_ID,
    ),
    Rule(
        "COZE-ID-072",
        "FOLDER_ID",
        _I,
        _FIELD,
        r"folder_id|parent_folder_id",
        "",
        '{"folder_id": "{D19}"}',
        '{"folder_id": "0"}',
        accepts=_ID,
    ),
    Rule(
        "COZE-ID-073",
        "DATASET_ID",
        _I,
        _FIELD,
        r"dataset_ids?",
        "",
        '{"dataset_ids": ["{D19}"]}',
        '{"dataset_ids": []}',
        accepts=_ID,
    ),
    Rule(
        "COZE-ID-074",
        "DOCUMENT_ID",
        _I,
        _FIELD,
        r"document_ids?",
        "",
        '{"document_id": "{D19}"}',
        '{"document": "x"}',
        accepts=_ID,
    ),
    Rule(
        "COZE-ID-075",
        "PLUGIN_ID",
        _I,
        _FIELD,
        r"plugin_id",
        "",
        '{"plugin_id": "{D19}"}',
        '{"plugin": "x"}',
        accepts=_ID,
    ),
    Rule("COZE-ID-076", "API_ID", _I, _FIELD, r"api_id", "", '{"api_id": "{D19}"}', '{"api": "x"}', accepts=_ID),
    Rule(
        "COZE-ID-077", "VOICE_ID", _I, _FIELD, r"voice_id", "", '{"voice_id": "{D19}"}', '{"voice": "x"}', accepts=_ID
    ),
    Rule(
        "COZE-ID-078", "MODEL_ID", _I, _FIELD, r"model_id", "", '{"model_id": "{D10}"}', '{"model": "x"}', accepts=_ID
    ),
    Rule(
        "COZE-ID-079",
        "DEVICE_ID",
        _I,
        _FIELD,
        r"device_id",
        "",
        '{"device_id": {D16}}',
        '{"device_id": 1}',
        accepts=_ID,
    ),
    Rule(
        "COZE-ID-090",
        "LOGID",
        _I,
        _FIELD,
        r"logid|log_id",
        "opens the server's log of the call",
        '{"logid": "20241210152726{H18}"}',
        '{"log": "x"}',
        accepts=_ID,
    ),
    Rule(
        "COZE-ID-091",
        "LOGID",
        _I,
        _HEADER,
        r"x-tt-logid|x-log-id",
        "the same in a header",
        "x-tt-logid: 20241210152726{H18}",
        "retry-after: 1",
    ),
    Rule(
        "COZE-ID-092",
        "LOGID",
        _I,
        _TEXT,
        r"(?<![0-9A-Za-z])20\d{12}[0-9A-F]{18,20}(?![0-9A-Za-z])|(?<![0-9A-Za-z])0217\d{10}[0-9a-f]{20,}(?![0-9A-Za-z])",
        "the same inside a message",
        "see 20241210152726{H18}",
        "20241210152726",
    ),
    Rule(
        "COZE-ID-099",
        "ID",
        _I,
        _TEXT,
        r"(?<![\dA-Za-z.])" + _SNOWFLAKE + r"(?![\dA-Za-z.])",
        "whatever looks like one of Coze's numbers and stands in no field of its own",
        "see 7{D18} there",
        "see 1234567890",
    ),
    # --- volatile ---
    Rule(
        "COZE-TIME-001",
        "TIME",
        _V,
        _FIELD,
        r"(?:created|updated|completed|failed|published|respond|expires)_(?:at|time)|(?:create|update|publish|expire|join)_time|expires_in|version",
        "when it happened; the differences are kept",
        '{"created_at": 1718792949}',
        '{"expires_in": 3600}',
        accepts=r"[12]\d{9}(?:\d{3})?",
        form=Form.SHIFT,
    ),
)

BY_ID: Final[Mapping[str, Rule]] = MappingProxyType({rule.id: rule for rule in RULES})
RANK: Final[Mapping[str, int]] = MappingProxyType({rule.id: number for number, rule in enumerate(RULES)})
KINDS: Final[frozenset[str]] = frozenset(rule.kind for rule in RULES if rule.form is not Form.SHIFT)


@dataclass(frozen=True)
class Compiled:
    """A rule with its patterns ready to be matched."""

    rule: Rule
    pattern: re.Pattern[str]
    accepts: re.Pattern[str]
    uri: re.Pattern[str]


class RuleBook:
    """A set of rules, arranged by where they look. Built from RULES unless a proof leaves some out."""

    def __init__(self, rules: tuple[Rule, ...] = RULES) -> None:
        """Compile the given rules."""
        self.rules = rules
        self._by_where = {where: tuple(_compiled(rule) for rule in rules if rule.where is where) for where in Where}
        self._field_cache: dict[tuple[str, str], tuple[Compiled, ...]] = {}

    def fields(self, path: str, uri_path: str) -> tuple[Compiled, ...]:
        """The rules for a dotted path (``data.bot_id``) in traffic with this URI path, in order of the table."""
        key = (path, uri_path)
        if key not in self._field_cache:
            rules = self._by_where[Where.FIELD]
            found = (each for each in rules if each.pattern.fullmatch(path) and each.uri.search(uri_path))
            self._field_cache[key] = tuple(found)
        return self._field_cache[key]

    def field(self, path: str, uri_path: str, value: str) -> Rule | None:
        """The first rule that claims this value at this path."""
        return next((each.rule for each in self.fields(path, uri_path) if each.accepts.fullmatch(value)), None)

    def header(self, name: str) -> Rule | None:
        """The rule for a header."""
        return next((each.rule for each in self._by_where[Where.HEADER] if each.pattern.fullmatch(name.lower())), None)

    def in_path(self, uri_path: str) -> Iterator[tuple[Rule, int, int]]:
        """The segments of a URI path that are identifiers, with start and end."""
        for each in self._by_where[Where.PATH]:
            for match in each.pattern.finditer(uri_path):
                group = match.lastindex or 1
                yield each.rule, *match.span(group)

    def in_text(self, text: str) -> Iterator[tuple[Rule, str]]:
        """The shapes found in a text, each with its rule."""
        for each in self._by_where[Where.TEXT]:
            for match in each.pattern.finditer(text):
                yield each.rule, match[0]


def _compiled(rule: Rule) -> Compiled:
    pattern = rf"(?:.*\.)?(?:{rule.pattern})" if rule.where is Where.FIELD else rule.pattern
    return Compiled(rule, re.compile(pattern), re.compile(rule.accepts), re.compile(rule.uri))


@lru_cache(maxsize=1)
def default_rules() -> RuleBook:
    """The whole table, compiled once."""
    return RuleBook()
