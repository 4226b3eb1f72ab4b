"""THE table of served operations: one row each."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from coze_standin.calls import Call, Handler
from coze_standin.routes import (
    api_apps,
    apps,
    audio,
    bots,
    channels,
    chats,
    conversations,
    datasets,
    documents,
    enterprises,
    files,
    folders,
    images,
    messages,
    oauth,
    runs,
    speech,
    templates,
    transcriptions,
    users,
    variables,
    voice_chats,
    voiceprints,
    voices,
    workflow_chats,
    workflows,
    workspaces,
)
from coze_standin.ws_session import WsSession


@dataclass(frozen=True)
class Operation:
    """One operation: its name in the SDK, method, path (``{name}`` is a part of it) and handler.

    ``open`` operations are called without a token of the account. ``no_bearer`` and ``wrong_bearer`` name the
    errors of those without one: 4100 was seen on most, others on chats in 2026-10.
    """

    id: str
    method: str
    path: str
    handler: Handler
    open: bool = False
    no_bearer: str = "authentication"
    wrong_bearer: str = "authentication"


@dataclass(frozen=True)
class Socket:
    """One operation over a websocket: its name in the SDK, its path, and the session that answers on a connection."""

    id: str
    path: str
    session: Callable[[Call], WsSession]


_EVENTS = "/v1/api_apps/{app_id}/events"
_EXPIRED = "expired"
_FEATURES = "/v1/audio/voiceprint_groups/{group_id}/features"
_FEEDBACK = "/v1/conversations/{conversation_id}/messages/{message_id}/feedback"
_GROUPS = "/v1/audio/voiceprint_groups"
_HISTORY = "/v1/workflows/{workflow_id}/run_histories/{execute_id}"
_IMAGES = "/v1/datasets/{dataset_id}/images"
_KNOWLEDGE = "/open_api/knowledge/document"
_MEMBERS = "/v1/workspaces/{workspace_id}/members"
_OAUTH = "/api/permission/oauth2"
_STAFF = "/v1/enterprises/{enterprise_id}/members"

OPERATIONS: tuple[Operation, ...] = (
    Operation("api_apps.create", "POST", "/v1/api_apps", api_apps.create),
    Operation("api_apps.update", "PUT", "/v1/api_apps/{app_id}", api_apps.update),
    Operation("api_apps.delete", "DELETE", "/v1/api_apps/{app_id}", api_apps.delete),
    Operation("api_apps.list", "GET", "/v1/api_apps", api_apps.list_api_apps),
    Operation("api_apps.events.create", "POST", _EVENTS, api_apps.subscribe),
    Operation("api_apps.events.delete", "DELETE", _EVENTS, api_apps.unsubscribe),
    Operation("api_apps.events.list", "GET", _EVENTS, api_apps.list_events),
    Operation("apps.list", "GET", "/v1/apps", apps.list_apps),
    Operation("connectors.bots.update", "PUT", "/v1/connectors/{connector_id}/bots/{bot_id}", channels.review),
    Operation("enterprises.members.create", "POST", _STAFF, enterprises.add_members),
    Operation("enterprises.members.update", "PUT", _STAFF + "/{user_id}", enterprises.update_member),
    Operation("enterprises.members.delete", "DELETE", _STAFF + "/{user_id}", enterprises.remove_member),
    Operation("folders.list", "GET", "/v1/folders", folders.list_folders),
    Operation("folders.retrieve", "GET", "/v1/folders/{folder_id}", folders.retrieve),
    Operation("templates.duplicate", "POST", "/v1/templates/{template_id}/duplicate", templates.duplicate),
    Operation("variables.retrieve", "GET", "/v1/variables", variables.retrieve),
    Operation("variables.update", "PUT", "/v1/variables", variables.update),
    Operation("users.me", "GET", "/v1/users/me", users.me),
    Operation("workspaces.list", "GET", "/v1/workspaces", workspaces.list_workspaces),
    Operation("workspaces.members.list", "GET", _MEMBERS, workspaces.list_members),
    Operation("workspaces.members.create", "POST", _MEMBERS, workspaces.add_members),
    Operation("workspaces.members.delete", "DELETE", _MEMBERS, workspaces.remove_members),
    Operation("bots.create", "POST", "/v1/bot/create", bots.create),
    Operation("bots.update", "POST", "/v1/bot/update", bots.update),
    Operation("bots.publish", "POST", "/v1/bot/publish", bots.publish),
    Operation("bots.unpublish", "POST", "/v1/bots/{bot_id}/unpublish", bots.unpublish),
    Operation("bots.retrieve", "GET", "/v1/bot/get_online_info", bots.retrieve_online),
    Operation("bots.retrieve#v2", "GET", "/v1/bots/{bot_id}", bots.retrieve),
    Operation("bots.list", "GET", "/v1/space/published_bots_list", bots.list_published),
    Operation("bots.list#v2", "GET", "/v1/bots", bots.list_bots),
    Operation("chat.create", "POST", "/v3/chat", chats.create, no_bearer="permission", wrong_bearer="missing"),
    Operation("chat.retrieve", "POST", "/v3/chat/retrieve", chats.retrieve, no_bearer=_EXPIRED, wrong_bearer=_EXPIRED),
    Operation(
        "chat.retrieve#get", "GET", "/v3/chat/retrieve", chats.retrieve, no_bearer=_EXPIRED, wrong_bearer=_EXPIRED
    ),
    Operation("chat.cancel", "POST", "/v3/chat/cancel", chats.cancel, no_bearer=_EXPIRED, wrong_bearer=_EXPIRED),
    Operation("chat.submit_tool_outputs", "POST", "/v3/chat/submit_tool_outputs", chats.submit_tool_outputs),
    Operation(
        "chat.messages.list",
        "GET",
        "/v3/chat/message/list",
        chats.list_messages,
        no_bearer=_EXPIRED,
        wrong_bearer=_EXPIRED,
    ),
    Operation("conversations.create", "POST", "/v1/conversation/create", conversations.create),
    Operation("conversations.list", "GET", "/v1/conversations", conversations.list_conversations),
    Operation("conversations.retrieve", "GET", "/v1/conversation/retrieve", conversations.retrieve),
    Operation("conversations.clear", "POST", "/v1/conversations/{conversation_id}/clear", conversations.clear),
    Operation("conversations.update", "PUT", "/v1/conversations/{conversation_id}", conversations.update),
    Operation("conversations.delete", "DELETE", "/v1/conversations/{conversation_id}", conversations.delete),
    Operation("conversations.messages.create", "POST", "/v1/conversation/message/create", messages.create),
    Operation("conversations.messages.list", "POST", "/v1/conversation/message/list", messages.list_messages),
    Operation("conversations.messages.retrieve", "GET", "/v1/conversation/message/retrieve", messages.retrieve),
    Operation("conversations.messages.update", "POST", "/v1/conversation/message/modify", messages.update),
    Operation("conversations.messages.delete", "POST", "/v1/conversation/message/delete", messages.delete),
    Operation("conversations.messages.feedback.create", "POST", _FEEDBACK, messages.create_feedback),
    Operation("conversations.messages.feedback.delete", "DELETE", _FEEDBACK, messages.delete_feedback),
    Operation("workflows.chat.stream", "POST", "/v1/workflows/chat", workflow_chats.stream),
    Operation("workflows.retrieve", "GET", "/v1/workflows/{workflow_id}", workflows.retrieve),
    Operation("workflows.list", "GET", "/v1/workflows", workflows.list_workflows),
    Operation("workflows.versions.list", "GET", "/v1/workflows/{workflow_id}/versions", workflows.list_versions),
    Operation("workflows.runs.create", "POST", "/v1/workflow/run", runs.create),
    Operation("workflows.runs.stream", "POST", "/v1/workflow/stream_run", runs.stream),
    Operation("workflows.runs.resume", "POST", "/v1/workflow/stream_resume", runs.resume),
    Operation("workflows.runs.run_histories.retrieve", "GET", _HISTORY, runs.retrieve_history),
    Operation(
        "workflows.runs.run_histories.execute_nodes.retrieve",
        "GET",
        _HISTORY + "/execute_nodes/{node_execute_uuid}",
        runs.retrieve_node,
    ),
    Operation("files.upload", "POST", "/v1/files/upload", files.upload),
    Operation("files.retrieve", "GET", "/v1/files/retrieve", files.retrieve),
    Operation("datasets.create", "POST", "/v1/datasets", datasets.create),
    Operation("datasets.list", "GET", "/v1/datasets", datasets.list_datasets),
    Operation("datasets.update", "PUT", "/v1/datasets/{dataset_id}", datasets.update),
    Operation("datasets.delete", "DELETE", "/v1/datasets/{dataset_id}", datasets.delete),
    Operation("datasets.process", "POST", "/v1/datasets/{dataset_id}/process", datasets.process),
    Operation("datasets.documents.create", "POST", _KNOWLEDGE + "/create", documents.create),
    Operation("datasets.documents.update", "POST", _KNOWLEDGE + "/update", documents.update),
    Operation("datasets.documents.delete", "POST", _KNOWLEDGE + "/delete", documents.delete),
    Operation("datasets.documents.list", "POST", _KNOWLEDGE + "/list", documents.list_documents),
    Operation("datasets.images.update", "PUT", _IMAGES + "/{document_id}", images.update),
    Operation("datasets.images.list", "GET", _IMAGES, images.list_images),
    Operation("audio.speech.create", "POST", "/v1/audio/speech", audio.create_speech),
    Operation("audio.transcriptions.create", "POST", "/v1/audio/transcriptions", audio.create_transcription),
    Operation("audio.rooms.create", "POST", "/v1/audio/rooms", audio.create_room),
    Operation("audio.live.retrieve", "GET", "/v1/audio/live/{live_id}", audio.retrieve_live),
    Operation("audio.voices.list", "GET", "/v1/audio/voices", voices.list_voices),
    Operation("audio.voices.clone", "POST", "/v1/audio/voices/clone", voices.clone),
    Operation("audio.voiceprint_groups.create", "POST", _GROUPS, voiceprints.create_group),
    Operation("audio.voiceprint_groups.list", "GET", _GROUPS, voiceprints.list_groups),
    Operation("audio.voiceprint_groups.update", "PUT", _GROUPS + "/{group_id}", voiceprints.update_group),
    Operation("audio.voiceprint_groups.delete", "DELETE", _GROUPS + "/{group_id}", voiceprints.delete_group),
    Operation(
        "audio.voiceprint_groups.speaker_identify",
        "POST",
        _GROUPS + "/{group_id}/speaker_identify",
        voiceprints.identify,
    ),
    Operation("audio.voiceprint_groups.features.create", "POST", _FEATURES, voiceprints.create),
    Operation("audio.voiceprint_groups.features.list", "GET", _FEATURES, voiceprints.list_voiceprints),
    Operation("audio.voiceprint_groups.features.update", "PUT", _FEATURES + "/{feature_id}", voiceprints.update),
    Operation("audio.voiceprint_groups.features.delete", "DELETE", _FEATURES + "/{feature_id}", voiceprints.delete),
    Operation("oauth.token", "POST", _OAUTH + "/token", oauth.token, open=True),
    Operation("oauth.device_code", "POST", _OAUTH + "/device/code", oauth.device_code, open=True),
    Operation(
        "oauth.device_code#workspace",
        "POST",
        _OAUTH + "/workspace_id/{workspace_id}/device/code",
        oauth.device_code,
        open=True,
    ),
)
"""Every operation that the stand-in serves over HTTP; any other path is HTTP 404 with code 4000.

The SDK's deprecated knowledge.documents.* are the datasets.documents.* of the same names: their wire is the same.
"""

SOCKETS: tuple[Socket, ...] = (
    Socket("websockets.audio.speech.create", "/v1/audio/speech", speech.Speech),
    Socket("websockets.audio.transcriptions.create", "/v1/audio/transcriptions", transcriptions.Transcriptions),
    Socket("websockets.chat.create", "/v1/chat", voice_chats.VoiceChat),
)
"""Every operation that the stand-in serves over a websocket."""

_IDS = (*(row.id for row in OPERATIONS), *(row.id for row in SOCKETS))

NAMES: frozenset[str] = frozenset(name for each in _IDS for name in (each, each.partition("#")[0]))
"""What an operation can be called: its id, or without the ``#`` all variants of it."""


def operation_of(method: str, path: str) -> str:
    """The operation that a request is for, a WebSocket's handshake too; empty if none is served there."""
    rows = [*((row.method, row.path, row.id) for row in OPERATIONS), *(("GET", row.path, row.id) for row in SOCKETS)]
    return next((name for verb, route, name in rows if verb == method and _matches(route, path)), "")


def _matches(route: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", route), path) is not None
