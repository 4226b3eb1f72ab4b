"""The field table: every answer of the stand-in and of every committed cassette fits it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from coze_cassettes.cassette import store
from coze_standin.cli import main
from coze_standin.errors import ERRORS
from coze_standin.facts import differences_of_answer, differences_of_event, fact_of, facts
from coze_standin.facts.table import shape
from coze_standin.operations import OPERATIONS, SOCKETS, operation_of
from coze_standin.state import State

_CASSETTES = Path(__file__).parents[3] / "cassettes" / "coze"
_CODES = {row.code for row in ERRORS.values()}
_EVENT = re.compile(r"^event: ?(.*)\n(?:data|after): ?(.*)$", re.MULTILINE)
_ASKED = {"role": "user", "type": "question", "content": "Which way?", "content_type": "text"}
_SPOKEN = {"role": "user", "content_type": "object_string", "content": '[{"type": "audio", "file_id": "1"}]'}


def _differences(method: str, path: str, content_type: str, body: bytes) -> list[str]:
    """Where an answer over HTTP, in one piece or as a stream, differs from the table."""
    operation = operation_of(method, path)
    fact = fact_of(operation)
    assert fact is not None, f"{method} {path} is not an operation of the table"
    if content_type.startswith("text/event-stream"):
        events = [(name, _read(text)) for name, text in _EVENT.findall(body.decode("utf-8", "replace"))]
        result = [each for name, data in events if data is not None for each in differences_of_event(fact, name, data)]
        return [f"{operation}: {each}" for each in result]
    answer = _read(body.decode("utf-8", "replace"))
    if not isinstance(answer, dict):
        return []
    assert answer.get("code", 0) in {0, *_CODES}
    return [f"{operation}: {each}" for each in differences_of_answer(fact, answer)]


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def test_every_operation_is_in_the_table() -> None:
    """No served operation lacks its rows, and the table has no other; each says where it is known from."""
    names = {*(row.id for row in OPERATIONS), *(row.id for row in SOCKETS)}
    assert all(fact_of(name) for name in names)
    assert set(facts()) <= {*names, *(name.partition("#")[0] for name in names)}
    assert all(fact.sources for fact in facts().values())


def test_every_type_of_the_table_exists() -> None:
    """A name that is neither a plain type nor a shape is a slip of the pen."""
    plain = {"text", "int", "number", "bool", "map", "any", "nothing", "never"}

    def names(kind: Any) -> Iterator[str]:
        if isinstance(kind, dict):
            for each in kind.values():
                yield from names(each)
        elif kind is not None:
            yield kind.removesuffix("?").removeprefix("list ").partition(" ")[0]

    for fact in facts().values():
        for name in names({"data": fact.data, "flat": fact.flat, **fact.beside, **fact.events}):
            assert name in plain or shape(name) is not None, name


def _misfits(path: Path) -> list[str]:
    """Where the answers of a cassette differ from the table; what a fault made is left out."""
    found: list[str] = []
    for each in store.read(path).interactions:
        if each.response.fault or each.response.status >= 400 or _is_broken_on_purpose(path):
            continue
        route = urlsplit(each.request.uri).path
        if each.response.status == 101:
            found += _frame_differences(route, each.response.body)
        else:
            kind = next((value for name, value in each.response.headers if name.lower() == "content-type"), "")
            found += _differences(each.request.method, route, kind, each.response.body)
    return found


def test_the_cassettes_fit_the_table() -> None:
    """No field is missing, of another type, or unknown, in any recorded answer."""
    misfits = {path.stem: _misfits(path) for path in store.files(_CASSETTES)}
    assert {name: found for name, found in misfits.items() if found} == {}


UNRECORDED = {"chat.retrieve#get": "the documents have GET, cozepy asks by POST"}


def test_each_operation_is_recorded() -> None:
    """A test of the SDK calls it and has a cassette, or it stands in the list with the reason."""
    requests = [each.request for path in store.files(_CASSETTES) for each in store.read(path).interactions]
    recorded = {operation_of(each.method, urlsplit(each.uri).path) for each in requests}
    served = {*(row.id for row in OPERATIONS), *(row.id for row in SOCKETS)}
    assert served - recorded == UNRECORDED.keys()


def _is_broken_on_purpose(path: Path) -> bool:
    """Whether the recorded events are those of a fault: halved, malformed, unknown or out of place."""
    return (
        re.search(
            r"ends_inside|malformed|comment|unknown_event|error_event|error_frame|unavailable|empty_body", path.stem
        )
        is not None
    )


def _frame_differences(path: str, body: bytes) -> list[str]:
    fact = fact_of(operation_of("GET", path))
    assert fact is not None
    frames = [_read(text) for text in re.findall(r"^data:(\{.*)$", body.decode(), re.MULTILINE)]
    events = [frame for frame in frames if frame and "event_type" in frame]  # the loss of a connection is none
    return [each for frame in events for each in differences_of_event(fact, frame["event_type"], frame.get("data"))]


def _requests(state: State) -> list[tuple[str, str, Any]]:
    """A request for each operation that reads, and for those that write and stream."""
    bot, space = state.configured.bot_id, state.configured.workspace_id
    chat = {"bot_id": bot, "user_id": "me", "additional_messages": [_ASKED]}
    return [
        *_project_requests(state),
        ("GET", "/v1/users/me", None),
        ("GET", "/v1/workspaces", None),
        ("GET", f"/v1/workspaces/{space}/members", None),
        ("POST", f"/v1/workspaces/{space}/members", {"users": [{"user_id": "1", "role_type": "member"}]}),
        ("DELETE", f"/v1/workspaces/{space}/members", {"user_ids": ["1"]}),
        ("GET", f"/v1/bot/get_online_info?bot_id={bot}", None),
        ("GET", f"/v1/bots/{bot}", None),
        ("GET", f"/v1/space/published_bots_list?space_id={space}", None),
        ("GET", f"/v1/bots?workspace_id={space}", None),
        ("POST", "/v1/bot/create", {"space_id": space, "name": "n"}),
        ("POST", "/v1/bot/update", {"bot_id": bot, "name": "n"}),
        ("POST", "/v1/bot/publish", {"bot_id": bot, "connector_ids": ["1024"]}),
        ("POST", f"/v1/bots/{bot}/unpublish", {"connector_id": "1024"}),
        ("POST", "/v1/bot/publish", {"bot_id": bot, "connector_ids": ["1024"]}),
        *(
            ("POST", "/v3/chat", {**chat, "stream": True, "parameters": steered})
            for steered in ({}, {"plugin": 1}, {"tool": 1}, {"reasoning": 1})
        ),
        ("POST", "/v3/chat", {**chat, "stream": True, "additional_messages": [_SPOKEN]}),
        ("POST", "/v3/chat", chat),
        *_conversation_requests(state),
        *_workflow_requests(state),
        *_knowledge_requests(state),
    ]


def _conversation_requests(state: State) -> list[tuple[str, str, Any]]:
    """The same for conversations."""
    bot = state.configured.bot_id
    conversation = state.messaging.conversations.all()[0]
    message = state.messaging.messages_of(conversation.id)[0]
    where = f"conversation_id={conversation.id}"
    return [
        ("POST", "/v1/conversation/create", {"bot_id": bot}),
        ("GET", f"/v1/conversations?bot_id={bot}", None),
        ("GET", f"/v1/conversation/retrieve?{where}", None),
        ("PUT", f"/v1/conversations/{conversation.id}", {"name": "n"}),
        ("POST", f"/v1/conversation/message/create?{where}", _ASKED),
        ("POST", f"/v1/conversation/message/list?{where}", {}),
        ("GET", f"/v1/conversation/message/retrieve?{where}&message_id={message.id}", None),
        ("POST", f"/v1/conversation/message/modify?{where}&message_id={message.id}", {"content": "c"}),
        ("POST", f"/v1/conversations/{conversation.id}/messages/{message.id}/feedback", {"feedback_type": "like"}),
        ("DELETE", f"/v1/conversations/{conversation.id}/messages/{message.id}/feedback", None),
        ("POST", f"/v1/conversation/message/delete?{where}&message_id={message.id}", None),
        ("POST", f"/v1/conversations/{conversation.id}/clear", None),
        ("DELETE", f"/v1/conversations/{conversation.id}", None),
    ]


def _workflow_requests(state: State) -> list[tuple[str, str, Any]]:
    """The same for workflows."""
    flow = state.configured.workflow_id
    run = {"workflow_id": flow, "parameters": {"input": "tea"}}
    return [
        ("POST", "/v1/workflows/chat", {"workflow_id": flow, "additional_messages": [_ASKED]}),
        ("POST", "/v1/workflows/chat", {"workflow_id": flow, "parameters": {"CONVERSATION_NAME": "none"}}),
        ("GET", f"/v1/workflows/{flow}?include_input_output=true", None),
        ("GET", "/v1/workflows", None),
        ("GET", f"/v1/workflows/{flow}/versions?include_input_output=true", None),
        ("POST", "/v1/workflow/run", run),
        ("POST", "/v1/workflow/run", {**run, "is_async": True}),
        *(
            ("POST", "/v1/workflow/stream_run", {**run, "parameters": {kind: True}})
            for kind in ("fail", "interrupt", "x")
        ),
        ("POST", "/v1/workflow/stream_run", {"workflow_id": "7"}),
    ]


def _knowledge_requests(state: State) -> list[tuple[str, str, Any]]:
    """The same for knowledge bases."""
    space = state.configured.workspace_id
    base = state.knowledge.datasets.all()[0]
    images = next(one for one in state.knowledge.datasets.all() if one.format_type == 2)
    document = state.knowledge.documents_of(base.id)[0]
    file = {"name": "a.txt", "source_info": {"file_base64": "aGk=", "file_type": "txt"}}
    return [
        ("POST", "/v1/datasets", {"space_id": space, "name": "n", "format_type": 0}),
        ("GET", f"/v1/datasets?space_id={space}", None),
        ("PUT", f"/v1/datasets/{base.id}", {"name": "n"}),
        ("POST", f"/v1/datasets/{base.id}/process", {"document_ids": [document.id]}),
        ("POST", "/open_api/knowledge/document/create", {"dataset_id": base.id, "document_bases": [file]}),
        ("POST", "/open_api/knowledge/document/list", {"dataset_id": base.id}),
        ("POST", "/open_api/knowledge/document/update", {"document_id": document.id, "document_name": "n"}),
        ("GET", f"/v1/datasets/{images.id}/images", None),
        ("PUT", f"/v1/datasets/{images.id}/images/{state.knowledge.documents_of(images.id)[0].id}", {"caption": "c"}),
        ("POST", "/open_api/knowledge/document/delete", {"document_ids": [document.id]}),
        ("DELETE", f"/v1/datasets/{base.id}", None),
        ("POST", "/api/permission/oauth2/device/code", {"client_id": state.oauth.client_id}),
    ]


def _uploads(state: State) -> list[tuple[str, str, dict[str, Any]]]:
    """The same for those of audio that take a form or a file."""
    groups, file = "/v1/audio/voiceprint_groups", ("a.wav", b"RIFF")
    voice = state.audio.voices.all()[0]
    speech = {"input": "tea", "voice_id": voice.id, "response_format": "wav", "sample_rate": 8000}
    return [
        ("GET", "/v1/audio/voices", {}),
        (
            "POST",
            "/v1/audio/voices/clone",
            {"data": {"voice_name": "n", "audio_format": "wav"}, "files": {"file": file}},
        ),
        ("POST", "/v1/audio/speech", {"json": speech}),
        ("POST", "/v1/audio/transcriptions", {"files": {"file": file}}),
        ("POST", "/v1/audio/rooms", {"json": {"bot_id": state.configured.bot_id}}),
        ("GET", f"/v1/audio/live/{state.configured.live_id}", {}),
        ("POST", groups, {"json": {"name": "n"}}),
        ("GET", groups, {}),
    ]


def _voiceprints(group: str) -> list[tuple[str, str, dict[str, Any]]]:
    """The same for those inside a group."""
    group, file = f"/v1/audio/voiceprint_groups/{group}", ("a.wav", b"RIFF")
    return [
        ("POST", f"{group}/features", {"data": {"name": "n", "desc": "d"}, "files": {"file": file}}),
        ("GET", f"{group}/features", {}),
        ("POST", f"{group}/speaker_identify", {"files": {"file": file}}),
        ("PUT", group, {"json": {"name": "m"}}),
        ("DELETE", group, {}),
    ]


def test_every_answer_of_audio_fits_the_table(web: Any, state: State) -> None:
    """In both accounts; a speech answers with a sound."""
    found: list[str] = []
    for method, path, parts in _uploads(state):
        response = web(method, path, **parts)
        found += _differences(method, path, response.headers["content-type"], response.content)
    for method, path, parts in _voiceprints(state.audio.groups.all()[0].id):
        response = web(method, path, **parts)
        assert response.json()["code"] == 0
        found += _differences(method, path, response.headers["content-type"], response.content)
    assert found == []


def _project_requests(state: State) -> list[tuple[str, str, Any]]:
    """The same for what stands beside bots: apps, folders, templates, callbacks, variables, channels, enterprises."""
    configured = state.configured
    staff = f"/v1/enterprises/{configured.enterprise_id}/members"
    channel = f"/v1/connectors/{configured.connector_id}/bots/{configured.bot_id}"
    held = {"bot_id": configured.bot_id, "connector_uid": "me"}
    return [
        ("GET", f"/v1/apps?workspace_id={configured.workspace_id}", None),
        ("GET", f"/v1/folders?workspace_id={configured.workspace_id}&folder_type=development", None),
        ("GET", f"/v1/folders/{configured.folder_id}", None),
        ("POST", f"/v1/templates/{configured.template_id}/duplicate", {"workspace_id": configured.workspace_id}),
        ("POST", "/v1/api_apps", {"app_type": "normal", "name": "n"}),
        ("POST", "/v1/api_apps", {"app_type": "connector", "connector_id": configured.connector_id}),
        ("GET", "/v1/api_apps?page_size=1", None),
        ("GET", "/v1/api_apps", None),
        ("PUT", channel, {"audit_status": 3, "reason": "too long"}),
        ("PUT", "/v1/variables", {**held, "data": [{"keyword": "k", "value": "v"}]}),
        ("GET", f"/v1/variables?bot_id={configured.bot_id}&connector_uid=me&keywords=k,l", None),
        ("POST", staff, {"users": [{"user_id": configured.guest_id, "role": "enterprise_member"}]}),
        ("PUT", f"{staff}/{configured.guest_id}", {"role": "enterprise_admin"}),
        ("DELETE", f"{staff}/{configured.guest_id}", {"receiver_user_id": state.account.owner.user_id}),
    ]


def test_callbacks_fit_the_table(web: Any) -> None:
    """An app that is called back, with events in pages, until it is gone."""
    made = web.data("POST", "/v1/api_apps", json={"app_type": "normal", "name": "n"})
    path = f"/v1/api_apps/{made['id']}"
    requests: list[tuple[str, str, Any]] = [
        ("PUT", path, {"callback_url": "https://example.com/c"}),
        ("POST", path + "/events", {"event_types": ["bot.deleted", "bot.other"]}),
        ("GET", path + "/events?page_size=1", None),
        ("GET", path + "/events", None),
        ("DELETE", path + "/events", {"event_types": ["bot.deleted"]}),
        ("DELETE", path, None),
    ]
    for method, address, body in requests:
        response = web(method, address, json=body)
        assert response.json()["code"] == 0
        assert _differences(method, address.partition("?")[0], "application/json", response.content) == []


def test_every_answer_fits_the_table(web: Any, state: State) -> None:
    """In both accounts; each operation that needs nothing made before it is asked."""
    found: list[str] = []
    asked: set[str] = set()
    for method, path, body in _requests(state):
        response = web(method, path, json=body)
        if response.headers["content-type"].startswith("application/json"):
            assert response.json().get("code", 0) in (0, 5000), (path, response.json())
        route = path.partition("?")[0]
        asked.add(operation_of(method, route))
        found += _differences(method, route, response.headers["content-type"], response.content)
    assert found == []
    assert len(asked) >= 57


def test_a_chat_fits_the_table_to_its_end(web: Any, state: State) -> None:
    """Asked for while it runs, when it is over, and when it is cancelled; its messages too; and a run's history."""
    chat = web.data("POST", "/v3/chat", json={"bot_id": state.configured.bot_id, "user_id": "me"})
    where = {"conversation_id": chat["conversation_id"], "chat_id": chat["id"]}
    asked = [("GET", "/v3/chat/retrieve"), ("GET", "/v3/chat/message/list")]
    answers = [(*each, web(*each, params=where)) for each in asked]
    answers.append(("POST", "/v3/chat/cancel", web("POST", "/v3/chat/cancel", json=where)))
    run = web("POST", "/v1/workflow/run", json={"workflow_id": state.configured.workflow_id, "is_async": True}).json()
    history = f"/v1/workflows/{state.configured.workflow_id}/run_histories/{run['execute_id']}"
    answers.append(("GET", history, web("GET", history)))
    for method, path, response in answers:
        assert response.json()["code"] == 0
        assert _differences(method, path, "application/json", response.content) == []


def test_a_difference_is_reported() -> None:
    """A field that is missing, of another type, not in the table, or never there, and an unknown event."""
    fact = fact_of("users.me")
    assert fact is not None
    data = {"user_id": 7, "user_name": "n", "nick_name": "n", "more": 1}
    assert sorted(differences_of_answer(fact, {"code": 0, "msg": "", "data": data})) == [
        "$.data.avatar_url: is missing",
        "$.data.more: is not in the table",
        "$.data.user_id: is int, not text",
    ]
    runs = fact_of("workflows.runs.create")
    assert runs is not None
    answer = {"code": 0, "msg": "", "execute_id": "1", "debug_url": "u", "token": 1}
    assert differences_of_answer(runs, answer) == ["$.token: no answer has it"]
    chat = fact_of("chat.create")
    assert chat is not None
    assert differences_of_event(chat, "rain", {}) == ["rain: not an event of the table"]


def test_facts_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """All operations, one of them, and none."""
    assert main(["facts"]) == 0
    assert "chat.create: " in capsys.readouterr().out
    assert main(["facts", "workflows.runs.create"]) == 0
    result = capsys.readouterr().out
    assert "  known from: captured answers" in result
    assert "  not known: the texts of 6031" in result
    assert "  token: never" in result
    assert main(["facts", "nothing"]) == 2
