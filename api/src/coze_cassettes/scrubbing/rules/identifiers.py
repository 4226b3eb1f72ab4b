"""The rules for identifiers: every id of Coze by its field, its place in a path or its looks."""

from __future__ import annotations

from typing import Final

from coze_cassettes.scrubbing.rules.model import Category, Rule, Where

_I = Category.IDENTIFIER
_HEADER, _FIELD, _PATH, _TEXT = Where.HEADER, Where.FIELD, Where.PATH, Where.TEXT

_ID = r"(?!0$)[0-9A-Za-z][0-9A-Za-z_.:@-]*"
_NO_WORD_BEFORE, _NO_WORD_AFTER = r"(?<![\dA-Za-z].)", r"(?![\dA-Za-z])"
"""Stand behind the first and the last character."""

_OPAQUE: Final = "[0-9A-Za-z][0-9A-Za-z_-]{15,127}|[0-9A-Za-z+/]{22}==|[0-9A-Za-z+/]{43}="
"""What drawn bytes are written with; in base64 they are 16 or 32."""

WEBSOCKETS: Final = "/v1/chat|/v1/audio/(?:speech|transcriptions)"
"""The URI paths of Coze's websockets."""

FRAME_ID: Final = (
    r"(?:error|(?:speech|transcriptions|chat|conversation|input_audio_buffer|input_text_buffer|input_text)"
    r"(?:\.(?!data\.)[a-z_]+)+(?:\[\w+\])?)\.id"
)
"""Where the id of a websocket's frame stands: behind the name of its event (a comparison adds ``[type]``)."""


def _named_rule(
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


def _own_rule(number: int, kind: str, pattern: str, hit: str, reason: str, *, at: str, uri: str) -> Rule:
    """An identifier that its own operations call just ``id``; anywhere else an ``id`` can be anything."""
    miss = '{"data": {"kind": "{A12}"}}'
    return Rule(
        f"COZE-ID-{number:03}", kind, _I, _FIELD, pattern, reason, hit, miss, accepts=_ID, uri=rf"(?:{uri})$", at=at
    )


def _placed_rule(number: int, kind: str, pattern: str, hit: str, miss: str) -> Rule:
    """An identifier in the path of a URI."""
    return Rule(f"COZE-ID-{number:03}", kind, _I, _PATH, pattern, "part of the address", hit, miss)


IDENTIFIERS: Final = (
    _named_rule(1, "BOT_ID", r"bot_ids?", '{"bot_id": "b{A12}"}', '{"bot_id": "0"}'),
    _own_rule(
        2,
        "BOT_ID",
        r"data\.items\.id",
        '{"data": {"items": [{"id": "b{A12}"}]}}',
        "bots.list v2",
        at="/v1/bots",
        uri="/v1/bots",
    ),
    _placed_rule(3, "BOT_ID", r"/bots/([^/]+)", "/v1/bots/b{A12}", "/v1/bots"),
    _named_rule(
        10,
        "USER_ID",
        r"(?:[a-z]+_)*user_ids?|creator_id|(?:[a-z]+_)*uids?|coze_account_id|(?:creator|owner|user|user_info)\.id",
        '{"user_id": "u{A12}"}',
        '{"connector_id": "1024"}',
    ),
    _placed_rule(11, "USER_ID", r"/members/([^/]+)", "/v1/enterprises/0/members/u{A12}", "/v1/enterprises/0/members"),
    _named_rule(20, "CONVERSATION_ID", r"conversation_id", '{"conversation_id": "c{A12}"}', '{"conversation": "long"}'),
    _own_rule(
        21,
        "CONVERSATION_ID",
        r"data\.id|data\.conversations\.id",
        '{"data": {"id": "c{A12}"}}',
        "the conversation's own answer",
        at="/v1/conversation/create",
        uri="/v1/conversation/(?:create|retrieve)|/v1/conversations(?:/[^/]+)?",
    ),
    _placed_rule(
        22, "CONVERSATION_ID", r"/v1/conversations/([^/]+)", "/v1/conversations/c{A12}/clear", "/v1/conversations"
    ),
    _named_rule(23, "SECTION_ID", r"(?:last_)?section_id", '{"section_id": "s{A12}"}', '{"section": 3}'),
    _own_rule(
        24,
        "SECTION_ID",
        r"data\.id",
        '{"data": {"id": "s{A12}"}}',
        "clearing starts a new section",
        at="/v1/conversations/abc/clear",
        uri="/v1/conversations/[^/]+/clear",
    ),
    _named_rule(25, "UUID", r"meta_data\.uuid", '{"meta_data": {"uuid": "x{A12}"}}', '{"uuid": "x"}'),
    _own_rule(
        105,
        "EVENT_ID",
        FRAME_ID,
        '{"speech.created": {"id": "e{A12}"}}',
        "every frame of a websocket has an id of its own; before the rules that know the same names from streams",
        at="/v1/audio/speech",
        uri=WEBSOCKETS,
    ),
    _named_rule(30, "CHAT_ID", r"chat_id", '{"chat_id": "c{A12}"}', '{"chat": "long"}'),
    _own_rule(
        31,
        "CHAT_ID",
        r"data\.id|conversation\.chat\.[a-z_]+\.id",
        '{"data": {"id": "c{A12}"}}',
        "the chat's own answer and events",
        at="/v3/chat",
        uri="/v3/chat(?:/(?:retrieve|cancel|submit_tool_outputs))?|/v1/workflows/chat",
    ),
    _own_rule(
        106,
        "CHAT_ID",
        r"conversation\.chat\.[a-z_]+\.data\.id",
        '{"conversation.chat.created": {"data": {"id": "c{A12}"}}}',
        "the chat's own frames",
        at="/v1/chat",
        uri="/v1/chat",
    ),
    _named_rule(
        32,
        "MESSAGE_ID",
        r"message_id|first_id|last_id|before_id|after_id|conversation\.(?:message|audio)\.[a-z_]+\.(?:data\.)?id"
        r"|(?:additional_messages|messages|message)\.id",
        '{"message_id": "m{A12}"}',
        '{"message": "hello"}',
    ),
    _own_rule(
        33,
        "MESSAGE_ID",
        r"data\.id",
        '{"data": {"id": "m{A12}"}}',
        "the message's own answer",
        at="/v1/conversation/message/create",
        uri="/message/(?:create|list|retrieve|modify|delete)",
    ),
    _placed_rule(
        34, "MESSAGE_ID", r"/messages/([^/]+)", "/v1/conversations/0/messages/m{A12}/feedback", "/v1/messages"
    ),
    _named_rule(
        35, "TOOL_CALL_ID", r"tool_call_id|tool_calls\.id", '{"tool_call_id": "call_{A12}"}', '{"tool": "weather"}'
    ),
    _named_rule(
        40,
        "WORKFLOW_ID",
        r"workflow_id|workflow_info_list\.id|workflow_id_list\.ids\.id",
        '{"workflow_id": "w{A12}"}',
        '{"workflow_mode": "chatflow"}',
    ),
    _placed_rule(
        41,
        "WORKFLOW_ID",
        r"/v1/workflows/(?!chat(?:$|/))([^/]+)",
        "/v1/workflows/w{A12}/versions",
        "/v1/workflows/chat",
    ),
    _named_rule(42, "EXECUTE_ID", r"(?:sub_)?execute_id", '{"execute_id": "e{A12}"}', '{"execute_mode": "2"}'),
    _placed_rule(
        43, "EXECUTE_ID", r"/run_histories/([^/]+)", "/v1/workflows/0/run_histories/e{A12}", "/v1/workflows/0"
    ),
    _named_rule(
        44, "NODE_EXECUTE_UUID", r"node_execute_uuid", '{"node_execute_uuid": "n{A12}"}', '{"node_id": "100001"}'
    ),
    _placed_rule(45, "NODE_EXECUTE_UUID", r"/execute_nodes/([^/]+)", "/a/execute_nodes/n{A12}", "/a/execute_nodes"),
    _named_rule(
        46,
        "EVENT_ID",
        r"event_id",
        '{"event_id": "{D9}/{D9}"}',
        '{"event": "Message"}',
        "what resumes an interrupted run",
        accepts=r"[0-9A-Za-z][\w/.:-]*",
    ),
    _named_rule(50, "WORKSPACE_ID", r"(?:work)?space_id", '{"space_id": "w{A12}"}', '{"space": " "}'),
    _own_rule(
        51,
        "WORKSPACE_ID",
        r"data\.workspaces\.id",
        '{"data": {"workspaces": [{"id": "w{A12}"}]}}',
        "workspaces.list calls it id",
        at="/v1/workspaces",
        uri="/v1/workspaces",
    ),
    _placed_rule(
        52,
        "WORKSPACE_ID",
        r"/v1/workspaces/([^/]+)|/oauth2/workspace_id/([^/]+)",
        "/v1/workspaces/w{A12}/members",
        "/v1/workspaces",
    ),
    _named_rule(
        53, "ENTERPRISE_ID", r"(?:enterprise|organization)_id", '{"enterprise_id": "e{A12}"}', '{"enterprise_id": ""}'
    ),
    _placed_rule(54, "ENTERPRISE_ID", r"/v1/enterprises/([^/]+)", "/v1/enterprises/e{A12}/members", "/v1/enterprises"),
    _named_rule(60, "FILE_ID", r"(?:[a-z]+_)?file_id", '{"file_id": "f{A12}"}', '{"file_name": "a.txt"}'),
    _own_rule(
        61,
        "FILE_ID",
        r"data\.id",
        '{"data": {"id": "f{A12}"}}',
        "the file's own answer",
        at="/v1/files/upload",
        uri="/v1/files/(?:upload|retrieve)",
    ),
    _named_rule(70, "APP_ID", r"(?:api_)?app_id", '{"app_id": "a{A12}"}', '{"app_id": "0"}'),
    _named_rule(
        71, "CLIENT_ID", r"client_id", '{"client_id": "{D20}.app.coze"}', '{"client": "x"}', "names the OAuth app"
    ),
    _named_rule(72, "FOLDER_ID", r"(?:parent_)?folder_id", '{"folder_id": "f{A12}"}', '{"folder_id": "0"}'),
    _named_rule(73, "DATASET_ID", r"dataset_ids?", '{"dataset_ids": ["d{A12}"]}', '{"dataset_ids": []}'),
    _named_rule(
        74, "DOCUMENT_ID", r"document_ids?|processing_file_id_list", '{"document_id": "d{A12}"}', '{"document": "x"}'
    ),
    _named_rule(75, "PLUGIN_ID", r"plugin_id", '{"plugin_id": "p{A12}"}', '{"plugin": "x"}'),
    _named_rule(76, "API_ID", r"api_id", '{"api_id": "a{A12}"}', '{"api": "x"}'),
    _named_rule(77, "VOICE_ID", r"voice_id|speaker_id", '{"voice_id": "v{A12}"}', '{"voice": "x"}'),
    _named_rule(78, "MODEL_ID", r"model_id", '{"model_id": "{D10}"}', '{"model": "x"}'),
    _named_rule(79, "DEVICE_ID", r"device_id", '{"device_id": {D9}}', '{"device_id": 1}'),
    _named_rule(80, "GROUP_ID", r"group_id", '{"group_id": "g{A12}"}', '{"group": "x"}', "voice prints"),
    _named_rule(
        81, "FEATURE_ID", r"feature_id", '{"feature_id": "f{A12}"}', '{"feature": "x"}', "one person's voice print"
    ),
    _named_rule(82, "ROOM_ID", r"room_id", '{"room_id": "r{A12}"}', '{"room_mode": "default"}'),
    _named_rule(83, "STREAM_ID", r"stream_id|live_id", '{"stream_id": "s{A12}"}', '{"stream": true}'),
    _named_rule(84, "ENTITY_ID", r"entity_id", '{"entity_id": "e{A12}"}', '{"entity_type": "agent"}'),
    _named_rule(
        85,
        "CONNECTOR_ID",
        r"connector_ids?",
        '{"connector_id": "k{A12}"}',
        '{"connector_id": "1024"}',
        "a channel of one's own; Coze's have four digits at most",
        accepts=r"(?!\d{1,4}$)" + _ID,
    ),
    _named_rule(
        86,
        "PUBLIC_KEY_ID",
        r"(?:public|private)_key_id|kid",
        '{"kid": "k{A12}"}',
        '{"key": "x"}',
        "names the key of the OAuth app",
    ),
    _own_rule(
        87,
        "APP_ID",
        r"data\.id|data\.items\.id",
        '{"data": {"id": "a{A12}"}}',
        "apps and api_apps call it id",
        at="/v1/api_apps",
        uri="/v1/(?:api_)?apps",
    ),
    _own_rule(
        88,
        "GROUP_ID",
        r"data\.id|data\.items\.id",
        '{"data": {"id": "g{A12}"}}',
        "a voice print group's own answer",
        at="/v1/audio/voiceprint_groups",
        uri="/v1/audio/voiceprint_groups",
    ),
    _own_rule(
        89,
        "FEATURE_ID",
        r"data\.id|data\.items\.id",
        '{"data": {"id": "f{A12}"}}',
        "a voice print's own answer",
        at="/v1/audio/voiceprint_groups/0/features",
        uri="/features",
    ),
    _own_rule(
        90,
        "FOLDER_ID",
        r"data\.id|data\.items\.id",
        '{"data": {"id": "f{A12}"}}',
        "a folder's own answer",
        at="/v1/folders",
        uri="/v1/folders(?:/[^/]+)?",
    ),
    _placed_rule(91, "APP_ID", r"/v1/api_apps/([^/]+)", "/v1/api_apps/a{A12}/events", "/v1/api_apps"),
    _placed_rule(
        92,
        "GROUP_ID",
        r"/voiceprint_groups/([^/]+)",
        "/v1/audio/voiceprint_groups/g{A12}",
        "/v1/audio/voiceprint_groups",
    ),
    _placed_rule(
        93, "FEATURE_ID", r"/features/([^/]+)", "/v1/audio/voiceprint_groups/0/features/f{A12}", "/v1/features"
    ),
    _placed_rule(94, "DATASET_ID", r"/v1/datasets/([^/]+)", "/v1/datasets/d{A12}/images", "/v1/datasets"),
    _placed_rule(95, "DOCUMENT_ID", r"/images/([^/]+)", "/v1/datasets/0/images/d{A12}", "/v1/datasets/0/images"),
    _placed_rule(96, "FOLDER_ID", r"/v1/folders/([^/]+)", "/v1/folders/f{A12}", "/v1/folders"),
    _placed_rule(97, "TEMPLATE_ID", r"/v1/templates/([^/]+)", "/v1/templates/t{A12}/duplicate", "/v1/templates"),
    _placed_rule(98, "STREAM_ID", r"/v1/audio/live/([^/]+)", "/v1/audio/live/l{A12}", "/v1/audio/live"),
    _placed_rule(
        99,
        "CONNECTOR_ID",
        r"/v1/connectors/(?!\d{1,4}/)([^/]+)",
        "/v1/connectors/k{A12}/bots",
        "/v1/connectors/1024/bots",
    ),
    _named_rule(
        107,
        "SHORTCUT_ID",
        r"command_id|shortcut_commands?\.id",
        '{"command_id": "c{A12}"}',
        '{"command": "/search"}',
        "one of a bot's shortcut commands",
    ),
    _named_rule(
        108,
        "FILE_URI",
        r"(?:tos|icon|image|imagex|avatar|file)_uri",
        '{"tos_uri": "FileBizType.BIZ_BOT_DATASET/{D16}_{D19}_{A10}.docx"}',
        '{"redirect_uri": "https://a.example/x"}',
        "a stored file; begins with the id of its owner",
        accepts=r"(?!https?://)[^\s?#]{4,}",
    ),
    _named_rule(
        100,
        "LOGID",
        r"logid|(?:log|request|correlation|trace|span|transaction|invocation)_id|traceparent",
        '{"logid": "l{A12}"}',
        '{"log": "x"}',
        "opens the server's log of the call",
    ),
    Rule(
        "COZE-ID-101",
        "LOGID",
        _I,
        _HEADER,
        r"x-tt-logid|x-log-id|(?:[a-z0-9]+-)*(?:request|correlation|trace|span|transaction|invocation)-?id|traceparent",
        "the same in a header, also of a gateway",
        "x-tt-logid: l{A20}",
        "retry-after: 1",
    ),
    Rule(
        "COZE-ID-102",
        "LOGID",
        _I,
        _TEXT,
        rf"(?:2{_NO_WORD_BEFORE}0\d{{12}}[0-9A-F]{{18,20}}|0{_NO_WORD_BEFORE}217\d{{10}}[0-9a-f]{{20,}}){_NO_WORD_AFTER}",
        "the same inside a message",
        "see 20241210152726{H18}",
        "20241210152726",
    ),
    Rule(
        "COZE-ID-103",
        "ID",
        _I,
        _TEXT,
        r"[67](?<![\d.].)(?<!\d[A-Fa-f].)\d{18}(?!\d|[A-Fa-f]\d|\.\d)",
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
    _placed_rule(109, "ID", r"/([1-9]\d{15,18})(?=/|$)", "/any/2{D15}/more", "/any/2{D11}"),
    Rule(
        "COZE-ID-110",
        "ID",
        _I,
        _TEXT,
        rf"\A(?:{_OPAQUE})\Z",
        "a value of an answer that is nothing but what a machine drew, in a field that nobody knows",
        '{"unheard_of": "0123456789ab{X20}"}',
        '{"md5": "0123456789ab{X20}"}',
        validator="opaque",
        is_run=True,
        unless=r"(?i)(?:.*_)?(?:md5|sha\d*|hash(?:es)?|digest|checksum|crc32|etag|commit|revision|base64|b64|bytes|data|file"
        r"|content|delta|audio|image|text|transcript|arguments|output|answer)",
    ),
)
