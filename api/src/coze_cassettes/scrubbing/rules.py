"""THE table: what is secret, personal, an identifier or volatile in Coze traffic, one row a rule.

A rule is data. Adding one is one row; the tests run its two examples through the scrubber, and show that something
gets through without it. ``planting.filled`` puts freshly made values into the examples (``{A64}``: 64 letters and
digits), so that none of them is a credential.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from coze_cassettes.scrubbing.rulebook import Category, Form, Rule, RuleBook, Where

_S, _P, _I, _V = Category.SECRET, Category.PERSONAL, Category.IDENTIFIER, Category.VOLATILE
_HEADER, _FIELD, _PATH, _TEXT = Where.HEADER, Where.FIELD, Where.PATH, Where.TEXT

_ID = r"(?!0$)[0-9A-Za-z][0-9A-Za-z_.:@-]*"
_OPAQUE = r"(?=.*[^\d.])\S{8,}"
_HTTP = r"https?://\S+"
_IN_URL = r"[^\s\"'<>\\)\]，。；、）】》]"
_END_OF_NAME = (
    r"(?i:password|passwd|pwd|secret|api[_-]?key|access[_-]?key(?:[_-]?id)?"
    r"|secret[_-]?key|private[_-]?key|token|credentials?|session[_-]?(?:id|key))"
)
_HAN_NAME = "密码|口令|密钥|令牌"
_NAME_OF_SECRET = rf"[\w.-]*{_END_OF_NAME}|{_HAN_NAME}"
_SIGNED = (
    r"(?i:x-(?:tos|amz|oss|cos|orig|bce|goog)-[a-z-]+|x-signature|x-expires|[rl]k3s|q-sign-[a-z-]+"
    r"|(?:oss|aws)?accesskeyid|signature|sign|sig|auth_?key|expires)"
)
_BYTEDANCE = (
    r"(?:byteimg|ibyteimg|byteoversea|bytecdn|bytednsdoc|volccdn|volces|vlabvod|tos-[a-z0-9-]+)"
    r"(?:-[a-z0-9-]+)?\.(?:[a-z0-9-]+\.)*(?:com|cn|net)"
)
_SURNAME = (
    r"(?:[王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭"
    r"廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段章钱汤尹黎易常武乔贺赖龚文]|欧阳|司马|上官|诸葛|皇甫|令狐|慕容|司徒)"
)
_BAGS = r"(?:custom_variables|meta_data|parameters|ext)"
_NO_WORD_BEFORE, _NO_WORD_AFTER = r"(?<![\dA-Za-z])", r"(?![\dA-Za-z])"
_NO_VERSION_BEFORE = (
    r"(?<![vV])(?<![vV]er)(?<![vV]ersion)(?<![vV]ersion )(?<!版本)(?<!版本 )(?<!版本号)(?<!版本号 )(?<![=~>]=)"
)


WEBSOCKETS: Final = "/v1/chat|/v1/audio/(?:speech|transcriptions)"
"""The URI paths of Coze's websockets."""

FRAME_ID: Final = (
    r"(?:error|(?:speech|transcriptions|chat|conversation|input_audio_buffer|input_text_buffer|input_text)"
    r"(?:\.(?!data\.)[a-z_]+)+(?:\[\w+\])?)\.id"
)
"""Where the id of a websocket's frame stands: behind the name of its event (a comparison adds ``[type]``)."""


def _named(
    number: int,
    kind: str,
    pattern: str,
    hit: str,
    miss: str = '{"kind": "{A12}"}',
    reason: str = "the field says so",
    *,
    accepts: str = _ID,
) -> Rule:
    """An identifier, by the name of its field."""
    return Rule(f"COZE-ID-{number:03}", kind, _I, _FIELD, pattern, reason, hit, miss, accepts=accepts)


def _own(number: int, kind: str, pattern: str, hit: str, reason: str, *, at: str, uri: str) -> Rule:
    """An identifier that its own operations call just ``id``; anywhere else an ``id`` can be anything."""
    miss = '{"data": {"kind": "{A12}"}}'
    return Rule(
        f"COZE-ID-{number:03}", kind, _I, _FIELD, pattern, reason, hit, miss, accepts=_ID, uri=rf"(?:{uri})$", at=at
    )


def _placed(number: int, kind: str, pattern: str, hit: str, miss: str) -> Rule:
    """An identifier in the path of a URI."""
    return Rule(f"COZE-ID-{number:03}", kind, _I, _PATH, pattern, "part of the address", hit, miss)


_SECRETS: Final = (
    Rule(
        "COZE-AUTH-001",
        "ACCESS_TOKEN",
        _S,
        _TEXT,
        _NO_WORD_BEFORE + r"(?:pat|sat|czu|czs|cztei)_(?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{16,}",
        "personal, service, user and service-identity tokens begin like this",
        "take pat_{A64} now",
        "pat_of_the_long_function_name",
    ),
    Rule(
        "COZE-AUTH-002",
        "JWT",
        _S,
        _TEXT,
        r"eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}",
        "a signed assertion is a credential until it expires",
        "eyJ{A20}.eyJ{A20}.{A40}",
        "eyJhbGciOi alone",
    ),
    Rule(
        "COZE-AUTH-003",
        "PRIVATE_KEY",
        _S,
        _TEXT,
        r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----(?:(?!-----)(?:[A-Za-z0-9+/=\s:,.-]|\\+[nrt/])){32,}"
        r"(?:-----END [A-Z0-9 ]*PRIVATE KEY-----)?",
        "OAuth apps sign with it; its lines may be parted by a literal backslash and n",
        "{DASHES}BEGIN PRIVATE KEY{DASHES}\n{A64}\n{DASHES}END PRIVATE KEY{DASHES}",
        "{DASHES}BEGIN PRIVATE KEY{DASHES} is how a key begins",
    ),
    Rule(
        "COZE-AUTH-004",
        "BEARER_TOKEN",
        _S,
        _HEADER,
        r"(?:proxy-)?authorization|api-key|x-[a-z-]*(?:token|key|secret|auth)",
        "whatever authenticates a call, a client secret too",
        "authorization: Bearer {A12}",
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
        "the token endpoint's answer; opaque, so any text",
        '{"access_token": "{D12}"}',
        '{"token_type": "Bearer"}',
    ),
    Rule(
        "COZE-AUTH-011",
        "REFRESH_TOKEN",
        _S,
        _FIELD,
        r"refresh_token",
        "refresh tokens have no shape of their own",
        '{"refresh_token": "{D12}"}',
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
        '{"client_secret": "{D12}"}',
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
        '{"code": "{A40}"}',
        '{"code": "4100"}',
        accepts=_OPAQUE,
        uri=r"/oauth2?/",
        at="/api/permission/oauth2/token",
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
        '{"verify_token": "{D12}"}',
        '{"verify": true}',
    ),
    Rule(
        "COZE-AUTH-018",
        "SECRET",
        _S,
        _FIELD,
        _NAME_OF_SECRET,
        "named like a credential, whoever put it there",
        '{"custom_variables": {"openaiApiKey": "{A40}"}}',
        '{"token": "0"}',
        accepts=_OPAQUE,
    ),
    Rule(
        "COZE-AUTH-019",
        "SIGNED_URL",
        _S,
        _TEXT,
        rf"https?://{_IN_URL}{{1,4096}}?[?&]{_SIGNED}={_IN_URL}*",
        "the signature opens the file to anybody until it expires",
        "https://files.example/a.png?x=1&x-orig-sign={A24}",
        "https://example.com/a.png?size=3",
        form=Form.URL,
    ),
    Rule(
        "COZE-AUTH-020",
        "SECRET",
        _S,
        _TEXT,
        _NO_WORD_BEFORE + r"sk-(?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{20,}",
        "keys of model providers begin like this, and people write them into prompts",
        "the API key sk-{A40}.",
        "sk-loading-indicator-of-the-page",
    ),
    Rule(
        "COZE-AUTH-021",
        "AUTHORIZATION_CODE",
        _S,
        _TEXT,
        r"(?<=[?&]code=)(?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{16,}",
        "the OAuth code in an address: in a Location header, in what somebody pasted",
        "https://app.example/callback?code={A40}&state=1",
        "https://app.example/?code=zh",
    ),
    Rule(
        "COZE-AUTH-022",
        "FILE_URL",
        _S,
        _TEXT,
        rf"https?://(?:[A-Za-z0-9-]+\.)*[A-Za-z0-9-]*{_BYTEDANCE}/{_IN_URL}+",
        "what was uploaded, on a storage or delivery host of ByteDance",
        "https://bucket.tos-cn-beijing.volces.com/{A24}.png",
        "https://www.volcengine.com/docs",
        form=Form.URL,
    ),
    Rule(
        "COZE-AUTH-023",
        "SECRET",
        _S,
        _TEXT,
        rf"(?:{_END_OF_NAME}|{_HAN_NAME})(?:\\*[\"'])?\s{{0,3}}(?:[=:：]|是)\s{{0,3}}(?:\\*[\"'])?"
        r"([A-Za-z0-9_+/-]{12,}={0,2})(?![\w.(\[])",
        "a name that promises a secret and a value behind it, in any text",
        "call it with verify_token={A32}",
        "token = get_token_of_user1() or token = theTokenOfTheOtherUser",
        check="key",
    ),
    Rule(
        "COZE-AUTH-024",
        "BEARER_TOKEN",
        _S,
        _TEXT,
        r"\b(?:[Bb]earer|[Bb]asic)\s{1,3}(?=[A-Za-z._~+/-]*\d)([A-Za-z0-9._~+/-]{16,}=*)",
        "the Authorization header of a command that somebody shows",
        "curl -H 'Authorization: Bearer {A40}'",
        "bearer of good news",
    ),
    Rule(
        "COZE-AUTH-025",
        "SECRET",
        _S,
        _TEXT,
        r"(?<=://)[^\s/:@\"'<>]+:[^\s/@\"'<>]{3,}(?=@)",
        "name and password in an address",
        "postgres://app:{A12}@localhost/main",
        "http://localhost:8080/a@b",
    ),
    Rule(
        "COZE-AUTH-026",
        "ACCESS_KEY_ID",
        _S,
        _TEXT,
        _NO_WORD_BEFORE
        + r"(?:(?:AKIA|ASIA)[A-Z0-9]{16}|LTAI[A-Za-z0-9]{12,26}|AKLT[A-Za-z0-9]{16,}|AKID[A-Za-z0-9]{13,})"
        + _NO_WORD_AFTER,
        "the half of a cloud key pair that names it: Amazon, Alibaba, Volcengine, Tencent",
        "key LTAI{A20}",
        "AKIA",
    ),
    Rule(
        "COZE-AUTH-027",
        "SECRET",
        _S,
        _TEXT,
        _NO_WORD_BEFORE + r"(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|glpat-[\w-]{20,}|hf_[A-Za-z0-9]{30,}"
        r"|npm_[A-Za-z0-9]{30,}|pypi-[\w-]{40,})",
        "tokens of code hosts and package registries",
        "ghp_{A36}",
        "ghp_short",
    ),
    Rule(
        "COZE-AUTH-028",
        "SECRET",
        _S,
        _TEXT,
        _NO_WORD_BEFORE + r"(?:AIza[\w-]{35}|GOCSPX-[\w-]{20,}|ya29\.[\w-]{20,}|xox[abeoprs]-[A-Za-z0-9-]{10,}"
        r"|SG\.[\w-]{16,}\.[\w-]{16,}|[sr]k_(?:live|test)_[A-Za-z0-9]{16,}|\d{8,10}:AA[\w-]{33})",
        "keys of Google, Slack, SendGrid, Stripe and Telegram, which applications put into variables",
        "AIza{A35}",
        "AIza is a prefix",
    ),
)

_PERSONAL: Final = (
    Rule(
        "COZE-USER-001",
        "USER_NAME",
        _P,
        _FIELD,
        r"user_?name|user_unique_name|creator_name|(?:creator|owner|user|user_info)\.name",
        "a person's account",
        '{"user_name": "planted{A8}"}',
        '{"bot_name": "News"}',
    ),
    Rule(
        "COZE-USER-002",
        "NICK_NAME",
        _P,
        _FIELD,
        r"(?:user_?)?nick_?name|昵称",
        "what a person calls themself",
        '{"nick_name": "planted{A8}"}',
        '{"name": "News"}',
    ),
    Rule(
        "COZE-USER-003",
        "AVATAR_URL",
        _P,
        _FIELD,
        r"(?:user_)?avatar(?:_url)?",
        "a picture of a person",
        '{"avatar_url": "https://a.example/{A8}"}',
        '{"callback_url": "https://a.example/x"}',
        accepts=_HTTP,
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
        accepts=_HTTP,
        form=Form.URL,
    ),
    Rule(
        "COZE-USER-005",
        "EMAIL",
        _P,
        _TEXT,
        r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@(?!scrubbed\.invalid)(?:[A-Za-z0-9-]{1,63}\.)+"
        r"(?!(?:png|jpe?g|gif|svg|webp)\b)[A-Za-z]{2,24}(?![A-Za-z0-9-])",
        "a person's address",
        "mail planted.{A8}@example.com please",
        "user@localhost, icon@2x.png",
    ),
    Rule(
        "COZE-USER-006",
        "PHONE",
        _P,
        _TEXT,
        r"(?<![\dA-Za-z.])(?:(?:\+|00)?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![\dA-Za-z]|\.\d)",
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
        "ring +1 415 555 {D4}",
        "1 + 41 = 42",
        check="phone",
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
        at="/v1/workspaces",
    ),
    Rule(
        "COZE-USER-009",
        "IP_ADDRESS",
        _P,
        _TEXT,
        _NO_VERSION_BEFORE + r"(?<![\w.])(?!127\.|0\.0\.0\.0|255\.255)"
        r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?!\w|\.\d)",
        "where somebody was",
        "from 203.0.113.{D1}",
        "version 1.2.3.4",
    ),
    Rule(
        "COZE-USER-010",
        "IP_ADDRESS",
        _P,
        _TEXT,
        r"(?<![\w:.])(?=[0-9A-Fa-f]{0,3}\d)[0-9A-Fa-f]{4}:(?:[0-9A-Fa-f]{0,4}:){1,6}[0-9A-Fa-f]{0,4}(?![\w:]|\.\d)",
        "where somebody was, in the new way",
        "from 2001:db8::{D4}",
        "std::vector at 12:30:45",
        check="ipv6",
    ),
    Rule(
        "COZE-USER-011",
        "RESIDENT_ID",
        _P,
        _TEXT,
        r"(?<![\dA-Za-z])[1-8]\d{5}(?:19|20)\d{2}[01]\d[0-3]\d{4}[\dXx](?![\dA-Za-z])",
        "mainland-China identity numbers, told by their check character",
        "身份证 {RESIDENT} 号",
        "order 110105202413320011",
        check="resident_id",
    ),
    Rule(
        "COZE-USER-012",
        "BANK_CARD",
        _P,
        _TEXT,
        r"(?<![\dA-Za-z.])(?:(?:62|4\d|5[1-5]|2[2-7]|3[0568]|6[05])\d{2}(?:[ -]?\d{4}){2}(?:[ -]?\d{1,4}){1,2}"
        r"|3[47]\d{2}[ -]?\d{6}[ -]?\d{5})(?![\dA-Za-z])",
        "numbers of the card networks, told by their check digit",
        "card {CARD} ends",
        "order 2024112200001234",
        check="bank_card",
    ),
    Rule(
        "COZE-USER-013",
        "PERSON_NAME",
        _P,
        _FIELD,
        r"(?:real|full|first|last|customer|contact|receiver|sender|speaker)_?name|姓名|真实姓名|联系人|收件人",
        "fields that carry a person's name",
        '{"parameters": {"real_name": "{HAN}"}}',
        '{"display": "News"}',
    ),
    Rule(
        "COZE-USER-014",
        "PERSON_NAME",
        _P,
        _FIELD,
        _BAGS + r"\.(?:name|user|owner|author|用户|名字)",
        "what an application says of its user, where it is a Chinese name",
        '{"custom_variables": {"name": "{HAN}"}}',
        '{"parameters": {"name": "天气助手"}}',
        accepts=_SURNAME + r"[\u4e00-\u9fff]{1,2}",
    ),
    Rule(
        "COZE-USER-015",
        "PERSONAL_VALUE",
        _P,
        _FIELD,
        r"(?i:e_?mail|(?:tele|cell)?phone(?:_?(?:no|number))?|mobile|tel|id_?card(?:_?(?:no|number))?|identity_?(?:no|number)"
        r"|bank_?card(?:_?(?:no|number))?|card_?no|birth_?(?:day|date)|(?:home_|postal_)?address|ip_?(?:address)?"
        r"|client_ip|passport(?:_?(?:no|number))?|lat(?:itude)?|lng|longitude)|手机号?|电话|邮箱|身份证号?|住址|地址|银行卡号?|生日",
        "named for what it tells of a person, whatever it looks like",
        '{"ext": {"latitude": "39.{D6}"}}',
        '{"phone": ""}',
        accepts=r"(?=.*[\d\u4e00-\u9fff@])(?s:.{4,})",
    ),
    Rule(
        "COZE-USER-016",
        "FILE_URL",
        _P,
        _FIELD,
        r"audio_url|preview_audio|file_url|(?:photo_infos|data\.data)\.url",
        "a voice or a picture that somebody uploaded",
        '{"preview_audio": "https://a.example/{A8}"}',
        '{"verification_url": "https://a.example/x"}',
        accepts=_HTTP,
        form=Form.URL,
    ),
)

_IDENTIFIERS: Final = (
    _named(1, "BOT_ID", r"bot_ids?", '{"bot_id": "b{A12}"}', '{"bot_id": "0"}'),
    _own(
        2,
        "BOT_ID",
        r"data\.items\.id",
        '{"data": {"items": [{"id": "b{A12}"}]}}',
        "bots.list v2",
        at="/v1/bots",
        uri="/v1/bots",
    ),
    _placed(3, "BOT_ID", r"/bots/([^/]+)", "/v1/bots/b{A12}", "/v1/bots"),
    _named(
        10,
        "USER_ID",
        r"(?:[a-z]+_)*user_ids?|creator_id|connector_uid|coze_account_id|uid|(?:creator|owner|user|user_info)\.id",
        '{"user_id": "u{A12}"}',
        '{"connector_id": "1024"}',
    ),
    _placed(11, "USER_ID", r"/members/([^/]+)", "/v1/enterprises/0/members/u{A12}", "/v1/enterprises/0/members"),
    _named(20, "CONVERSATION_ID", r"conversation_id", '{"conversation_id": "c{A12}"}', '{"conversation": "long"}'),
    _own(
        21,
        "CONVERSATION_ID",
        r"data\.id|data\.conversations\.id",
        '{"data": {"id": "c{A12}"}}',
        "the conversation's own answer",
        at="/v1/conversation/create",
        uri="/v1/conversation/(?:create|retrieve)|/v1/conversations(?:/[^/]+)?",
    ),
    _placed(22, "CONVERSATION_ID", r"/v1/conversations/([^/]+)", "/v1/conversations/c{A12}/clear", "/v1/conversations"),
    _named(23, "SECTION_ID", r"(?:last_)?section_id", '{"section_id": "s{A12}"}', '{"section": 3}'),
    _own(
        24,
        "SECTION_ID",
        r"data\.id",
        '{"data": {"id": "s{A12}"}}',
        "clearing starts a new section",
        at="/v1/conversations/abc/clear",
        uri="/v1/conversations/[^/]+/clear",
    ),
    _named(25, "UUID", r"meta_data\.uuid", '{"meta_data": {"uuid": "x{A12}"}}', '{"uuid": "x"}'),
    _own(
        105,
        "EVENT_ID",
        FRAME_ID,
        '{"speech.created": {"id": "e{A12}"}}',
        "every frame of a websocket has an id of its own; before the rules that know the same names from streams",
        at="/v1/audio/speech",
        uri=WEBSOCKETS,
    ),
    _named(30, "CHAT_ID", r"chat_id", '{"chat_id": "c{A12}"}', '{"chat": "long"}'),
    _own(
        31,
        "CHAT_ID",
        r"data\.id|conversation\.chat\.[a-z_]+\.id",
        '{"data": {"id": "c{A12}"}}',
        "the chat's own answer and events",
        at="/v3/chat",
        uri="/v3/chat(?:/(?:retrieve|cancel|submit_tool_outputs))?|/v1/workflows/chat",
    ),
    _own(
        106,
        "CHAT_ID",
        r"conversation\.chat\.[a-z_]+\.data\.id",
        '{"conversation.chat.created": {"data": {"id": "c{A12}"}}}',
        "the chat's own frames",
        at="/v1/chat",
        uri="/v1/chat",
    ),
    _named(
        32,
        "MESSAGE_ID",
        r"message_id|first_id|last_id|before_id|after_id|conversation\.(?:message|audio)\.[a-z_]+\.(?:data\.)?id"
        r"|(?:additional_messages|messages|message)\.id",
        '{"message_id": "m{A12}"}',
        '{"message": "hello"}',
    ),
    _own(
        33,
        "MESSAGE_ID",
        r"data\.id",
        '{"data": {"id": "m{A12}"}}',
        "the message's own answer",
        at="/v1/conversation/message/create",
        uri="/message/(?:create|list|retrieve|modify|delete)",
    ),
    _placed(34, "MESSAGE_ID", r"/messages/([^/]+)", "/v1/conversations/0/messages/m{A12}/feedback", "/v1/messages"),
    _named(35, "TOOL_CALL_ID", r"tool_call_id|tool_calls\.id", '{"tool_call_id": "call_{A12}"}', '{"tool": "weather"}'),
    _named(
        40,
        "WORKFLOW_ID",
        r"workflow_id|workflow_info_list\.id|workflow_id_list\.ids\.id",
        '{"workflow_id": "w{A12}"}',
        '{"workflow_mode": "chatflow"}',
    ),
    _placed(
        41,
        "WORKFLOW_ID",
        r"/v1/workflows/(?!chat(?:$|/))([^/]+)",
        "/v1/workflows/w{A12}/versions",
        "/v1/workflows/chat",
    ),
    _named(42, "EXECUTE_ID", r"(?:sub_)?execute_id", '{"execute_id": "e{A12}"}', '{"execute_mode": "2"}'),
    _placed(43, "EXECUTE_ID", r"/run_histories/([^/]+)", "/v1/workflows/0/run_histories/e{A12}", "/v1/workflows/0"),
    _named(44, "NODE_EXECUTE_UUID", r"node_execute_uuid", '{"node_execute_uuid": "n{A12}"}', '{"node_id": "100001"}'),
    _placed(45, "NODE_EXECUTE_UUID", r"/execute_nodes/([^/]+)", "/a/execute_nodes/n{A12}", "/a/execute_nodes"),
    _named(
        46,
        "EVENT_ID",
        r"event_id",
        '{"event_id": "{D9}/{D9}"}',
        '{"event": "Message"}',
        "what resumes an interrupted run",
        accepts=r"[0-9A-Za-z][\w/.:-]*",
    ),
    _named(50, "WORKSPACE_ID", r"(?:work)?space_id", '{"space_id": "w{A12}"}', '{"space": " "}'),
    _own(
        51,
        "WORKSPACE_ID",
        r"data\.workspaces\.id",
        '{"data": {"workspaces": [{"id": "w{A12}"}]}}',
        "workspaces.list calls it id",
        at="/v1/workspaces",
        uri="/v1/workspaces",
    ),
    _placed(
        52,
        "WORKSPACE_ID",
        r"/v1/workspaces/([^/]+)|/oauth2/workspace_id/([^/]+)",
        "/v1/workspaces/w{A12}/members",
        "/v1/workspaces",
    ),
    _named(
        53, "ENTERPRISE_ID", r"(?:enterprise|organization)_id", '{"enterprise_id": "e{A12}"}', '{"enterprise_id": ""}'
    ),
    _placed(54, "ENTERPRISE_ID", r"/v1/enterprises/([^/]+)", "/v1/enterprises/e{A12}/members", "/v1/enterprises"),
    _named(60, "FILE_ID", r"(?:[a-z]+_)?file_id", '{"file_id": "f{A12}"}', '{"file_name": "a.txt"}'),
    _own(
        61,
        "FILE_ID",
        r"data\.id",
        '{"data": {"id": "f{A12}"}}',
        "the file's own answer",
        at="/v1/files/upload",
        uri="/v1/files/(?:upload|retrieve)",
    ),
    _named(70, "APP_ID", r"(?:api_)?app_id", '{"app_id": "a{A12}"}', '{"app_id": "0"}'),
    _named(71, "CLIENT_ID", r"client_id", '{"client_id": "{D20}.app.coze"}', '{"client": "x"}', "names the OAuth app"),
    _named(72, "FOLDER_ID", r"(?:parent_)?folder_id", '{"folder_id": "f{A12}"}', '{"folder_id": "0"}'),
    _named(73, "DATASET_ID", r"dataset_ids?", '{"dataset_ids": ["d{A12}"]}', '{"dataset_ids": []}'),
    _named(
        74, "DOCUMENT_ID", r"document_ids?|processing_file_id_list", '{"document_id": "d{A12}"}', '{"document": "x"}'
    ),
    _named(75, "PLUGIN_ID", r"plugin_id", '{"plugin_id": "p{A12}"}', '{"plugin": "x"}'),
    _named(76, "API_ID", r"api_id", '{"api_id": "a{A12}"}', '{"api": "x"}'),
    _named(77, "VOICE_ID", r"voice_id|speaker_id", '{"voice_id": "v{A12}"}', '{"voice": "x"}'),
    _named(78, "MODEL_ID", r"model_id", '{"model_id": "{D10}"}', '{"model": "x"}'),
    _named(79, "DEVICE_ID", r"device_id", '{"device_id": {D9}}', '{"device_id": 1}'),
    _named(80, "GROUP_ID", r"group_id", '{"group_id": "g{A12}"}', '{"group": "x"}', "voice prints"),
    _named(81, "FEATURE_ID", r"feature_id", '{"feature_id": "f{A12}"}', '{"feature": "x"}', "one person's voice print"),
    _named(82, "ROOM_ID", r"room_id", '{"room_id": "r{A12}"}', '{"room_mode": "default"}'),
    _named(83, "STREAM_ID", r"stream_id|live_id", '{"stream_id": "s{A12}"}', '{"stream": true}'),
    _named(84, "ENTITY_ID", r"entity_id", '{"entity_id": "e{A12}"}', '{"entity_type": "agent"}'),
    _named(
        85,
        "CONNECTOR_ID",
        r"connector_ids?",
        '{"connector_id": "k{A12}"}',
        '{"connector_id": "1024"}',
        "a channel of one's own; Coze's have four digits at most",
        accepts=r"(?!\d{1,4}$)" + _ID,
    ),
    _named(
        86, "PUBLIC_KEY_ID", r"public_key_id|kid", '{"kid": "k{A12}"}', '{"key": "x"}', "names the key of the OAuth app"
    ),
    _own(
        87,
        "APP_ID",
        r"data\.id|data\.items\.id",
        '{"data": {"id": "a{A12}"}}',
        "apps and api_apps call it id",
        at="/v1/api_apps",
        uri="/v1/(?:api_)?apps",
    ),
    _own(
        88,
        "GROUP_ID",
        r"data\.id|data\.items\.id",
        '{"data": {"id": "g{A12}"}}',
        "a voice print group's own answer",
        at="/v1/audio/voiceprint_groups",
        uri="/v1/audio/voiceprint_groups",
    ),
    _own(
        89,
        "FEATURE_ID",
        r"data\.id|data\.items\.id",
        '{"data": {"id": "f{A12}"}}',
        "a voice print's own answer",
        at="/v1/audio/voiceprint_groups/0/features",
        uri="/features",
    ),
    _own(
        90,
        "FOLDER_ID",
        r"data\.id|data\.items\.id",
        '{"data": {"id": "f{A12}"}}',
        "a folder's own answer",
        at="/v1/folders",
        uri="/v1/folders(?:/[^/]+)?",
    ),
    _placed(91, "APP_ID", r"/v1/api_apps/([^/]+)", "/v1/api_apps/a{A12}/events", "/v1/api_apps"),
    _placed(
        92,
        "GROUP_ID",
        r"/voiceprint_groups/([^/]+)",
        "/v1/audio/voiceprint_groups/g{A12}",
        "/v1/audio/voiceprint_groups",
    ),
    _placed(93, "FEATURE_ID", r"/features/([^/]+)", "/v1/audio/voiceprint_groups/0/features/f{A12}", "/v1/features"),
    _placed(94, "DATASET_ID", r"/v1/datasets/([^/]+)", "/v1/datasets/d{A12}/images", "/v1/datasets"),
    _placed(95, "DOCUMENT_ID", r"/images/([^/]+)", "/v1/datasets/0/images/d{A12}", "/v1/datasets/0/images"),
    _placed(96, "FOLDER_ID", r"/v1/folders/([^/]+)", "/v1/folders/f{A12}", "/v1/folders"),
    _placed(97, "TEMPLATE_ID", r"/v1/templates/([^/]+)", "/v1/templates/t{A12}/duplicate", "/v1/templates"),
    _placed(98, "STREAM_ID", r"/v1/audio/live/([^/]+)", "/v1/audio/live/l{A12}", "/v1/audio/live"),
    _placed(
        99,
        "CONNECTOR_ID",
        r"/v1/connectors/(?!\d{1,4}/)([^/]+)",
        "/v1/connectors/k{A12}/bots",
        "/v1/connectors/1024/bots",
    ),
    _named(100, "LOGID", r"logid|log_id", '{"logid": "l{A12}"}', '{"log": "x"}', "opens the server's log of the call"),
    Rule(
        "COZE-ID-101",
        "LOGID",
        _I,
        _HEADER,
        r"x-tt-logid|x-log-id",
        "the same in a header",
        "x-tt-logid: l{A20}",
        "retry-after: 1",
    ),
    Rule(
        "COZE-ID-102",
        "LOGID",
        _I,
        _TEXT,
        _NO_WORD_BEFORE + r"(?:20\d{12}[0-9A-F]{18,20}|0217\d{10}[0-9a-f]{20,})" + _NO_WORD_AFTER,
        "the same inside a message",
        "see 20241210152726{H18}",
        "20241210152726",
    ),
    Rule(
        "COZE-ID-103",
        "ID",
        _I,
        _TEXT,
        r"(?<![\dA-Za-z.])[67]\d{18}(?![\dA-Za-z]|\.\d)",
        "one of Coze's numbers where no field names it: 19 digits, by the time in them they begin with 6 or 7",
        "see 7{D18} there",
        "order 2024112212345678901",
    ),
    Rule(
        "COZE-ID-104",
        "ID",
        _I,
        _TEXT,
        r"\A[1-9]\d{15,19}\Z",
        "a value that is nothing but a long number, in a field that nobody knows",
        '{"unheard_of": "2{D15}"}',
        "order 2{D15} is on its way",
    ),
)

_VOLATILE: Final = (
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

RULES: Final[tuple[Rule, ...]] = (*_SECRETS, *_PERSONAL, *_IDENTIFIERS, *_VOLATILE)

BY_ID: Final[Mapping[str, Rule]] = MappingProxyType({rule.id: rule for rule in RULES})
RANK: Final[Mapping[str, int]] = MappingProxyType({rule.id: number for number, rule in enumerate(RULES)})
KINDS: Final[frozenset[str]] = frozenset(rule.kind for rule in RULES if rule.form is not Form.SHIFT)


@lru_cache(maxsize=1)
def default_rules() -> RuleBook:
    """The whole table, compiled once."""
    return RuleBook(RULES)
