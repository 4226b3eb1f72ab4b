"""What is refused, with which code and status."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from coze_standin.errors import ERRORS, error_of
from coze_standin.state import State

_API = Path(__file__).parents[2]
SOURCES = "".join(path.read_text("utf-8") for path in sorted(_API.glob("src/coze_standin/**/*.py")))
TESTS = "".join(path.read_text("utf-8") for path in sorted(_API.glob("tests/coze*/test_*.py")))

_ID = "7400000000000000001"
_ASKED = {"role": "user", "content": "hi", "content_type": "text"}

_FILE = {"name": "a.txt", "source_info": {"file_base64": "aGk=", "file_type": "txt"}}

_REFUSALS: list[tuple[str, str, Any, int, int]] = [
    ("GET", "/v1/nothing", None, 404, 404),
    ("DELETE", "/v1/users/me", None, 404, 404),
    ("GET", "/v1/collaborators", None, 404, 404),
    ("GET", "/v1/bots/", None, 404, 404),
    ("POST", "/v3/chat", [], 200, 4000),
    ("POST", "/v3/chat", {}, 200, 4000),
    ("POST", "/v3/chat", {"bot_id": "BOT"}, 200, 4000),
    ("POST", "/v3/chat", {"bot_id": _ID, "user_id": "me"}, 200, 4200),
    ("POST", "/v3/chat", {"bot_id": "DRAFT", "user_id": "me"}, 200, 4015),
    ("POST", "/v3/chat", {"bot_id": "BOT", "user_id": "me", "additional_messages": ["hi"]}, 200, 4000),
    ("POST", "/v3/chat", {"bot_id": "BOT", "user_id": "me", "additional_messages": [{"role": "user"}]}, 200, 4000),
    ("POST", "/v3/chat", {"bot_id": "BOT", "user_id": "me", "parameters": [1]}, 200, 4000),
    ("POST", f"/v3/chat?conversation_id={_ID}", {"bot_id": "BOT", "user_id": "me"}, 200, 4200),
    ("POST", f"/v3/chat/retrieve?conversation_id={_ID}&chat_id={_ID}", None, 200, 4200),
    ("GET", "/v3/chat/retrieve", None, 200, 4000),
    ("POST", "/v3/chat/cancel", {"conversation_id": _ID, "chat_id": _ID}, 200, 4200),
    ("GET", f"/v1/bot/get_online_info?bot_id={_ID}", None, 200, 4200),
    ("GET", "/v1/bot/get_online_info?bot_id=DRAFT", None, 200, 4015),
    ("GET", "/v1/bot/get_online_info", None, 200, 4000),
    ("GET", "/v1/bots/DRAFT?is_published=true", None, 200, 4015),
    ("GET", f"/v1/space/published_bots_list?space_id={_ID}", None, 200, 4000),
    ("GET", "/v1/space/published_bots_list?space_id=SPACE&page_size=0", None, 200, 4000),
    ("GET", "/v1/bots?workspace_id=SPACE&publish_status=lost", None, 200, 4000),
    ("POST", "/v1/bot/create", {"space_id": "SPACE"}, 200, 4000),
    ("POST", "/v1/bot/publish", {"bot_id": "DRAFT"}, 200, 4000),
    ("POST", "/v1/workflow/run", {"workflow_id": _ID}, 200, 4200),
    ("POST", "/v1/workflow/run", {"workflow_id": "FLOW", "bot_id": "1", "app_id": "2"}, 200, 4000),
    ("POST", "/v1/workflow/run", {"workflow_id": "FLOW", "parameters": {"fail": True}}, 200, 720701013),
    ("POST", "/v1/workflow/run", {"workflow_id": "FLOW", "parameters": {"interrupt": True}}, 200, 6039),
    ("POST", "/v1/workflow/stream_run", {}, 200, 4000),
    (
        "POST",
        "/v1/workflow/stream_resume",
        {"workflow_id": "FLOW", "event_id": _ID, "resume_data": "x", "interrupt_type": 2},
        200,
        4315,
    ),
    ("GET", f"/v1/workflows/{_ID}", None, 200, 4200),
    ("GET", f"/v1/workflows/{_ID}/run_histories/{_ID}", None, 200, 4200),
    ("GET", f"/v1/workflows/FLOW/run_histories/{_ID}/execute_nodes/{_ID}", None, 200, 4200),
    ("GET", "/v1/workflows/FLOW/versions?page_token=never", None, 200, 4000),
    ("POST", "/v1/conversation/create", {"bot_id": _ID}, 200, 4200),
    ("POST", "/v1/conversation/create", {"messages": {}, "meta_data": [1]}, 200, 4000),
    ("GET", f"/v1/conversation/retrieve?conversation_id={_ID}", None, 200, 4200),
    ("DELETE", f"/v1/conversations/{_ID}", None, 200, 4200),
    ("POST", "/v1/conversation/message/list?conversation_id=TALK", {"order": "up"}, 200, 4000),
    ("POST", "/v1/conversation/message/list?conversation_id=TALK", {"after_id": _ID}, 200, 4200),
    ("POST", "/v1/conversation/message/create?conversation_id=TALK", {**_ASKED, "role": "god"}, 200, 4000),
    ("GET", f"/v1/conversation/message/retrieve?conversation_id=TALK&message_id={_ID}", None, 200, 4200),
    ("POST", f"/v1/conversations/TALK/messages/{_ID}/feedback", {"feedback_type": "like"}, 200, 4200),
    ("POST", "/v1/files/upload", {}, 200, 4000),
    ("GET", f"/v1/files/retrieve?file_id={_ID}", None, 200, 4200),
    ("GET", f"/v1/workspaces/{_ID}/members", None, 200, 4000),
    ("POST", "/v1/workspaces/SPACE/members", {"users": [{}]}, 200, 4000),
    ("GET", "/v1/datasets", None, 200, 4000),
    ("GET", f"/v1/datasets?space_id={_ID}", None, 200, 4000),
    ("GET", "/v1/datasets?space_id=SPACE&format_type=text", None, 200, 4000),
    ("POST", "/v1/datasets", {"space_id": "SPACE", "format_type": 0}, 200, 4000),
    ("POST", "/v1/datasets", {"space_id": "SPACE", "name": "n"}, 200, 4000),
    ("POST", "/v1/datasets", {"space_id": "SPACE", "name": "n", "format_type": 7}, 200, 4000),
    ("POST", "/v1/datasets", {"space_id": "SPACE", "name": "n", "format_type": 0, "file_id": _ID}, 200, 4200),
    ("PUT", f"/v1/datasets/{_ID}", {"name": "n"}, 200, 4200),
    ("PUT", "/v1/datasets/BASE", {"description": "d"}, 200, 4000),
    ("DELETE", f"/v1/datasets/{_ID}", None, 200, 4200),
    ("POST", f"/v1/datasets/{_ID}/process", {"document_ids": ["DOC"]}, 200, 4200),
    ("POST", "/v1/datasets/BASE/process", {"document_ids": []}, 200, 4000),
    ("POST", "/v1/datasets/BASE/process", {"document_ids": [_ID]}, 200, 4200),
    ("POST", "/open_api/knowledge/document/list", {"dataset_id": _ID}, 200, 4200),
    ("POST", "/open_api/knowledge/document/list", {"dataset_id": "BASE", "page": 0}, 200, 4000),
    ("POST", "/open_api/knowledge/document/list", {"dataset_id": "BASE", "size": "10"}, 200, 4000),
    ("POST", "/open_api/knowledge/document/create", {"dataset_id": _ID, "document_bases": [{}]}, 200, 4200),
    ("POST", "/open_api/knowledge/document/create", {"dataset_id": "BASE"}, 200, 4000),
    ("POST", "/open_api/knowledge/document/create", {"dataset_id": "BASE", "document_bases": [{}] * 11}, 200, 4000),
    ("POST", "/open_api/knowledge/document/create", {"dataset_id": "BASE", "document_bases": [_FILE, {}]}, 200, 4000),
    (
        "POST",
        "/open_api/knowledge/document/create",
        {"dataset_id": "BASE", "document_bases": [{"name": "n", "source_info": {}}]},
        200,
        4000,
    ),
    (
        "POST",
        "/open_api/knowledge/document/create",
        {"dataset_id": "BASE", "document_bases": [{"name": "n", "source_info": {"file_base64": "?"}}]},
        200,
        4000,
    ),
    (
        "POST",
        "/open_api/knowledge/document/create",
        {"dataset_id": "BASE", "document_bases": [{"name": "n", "source_info": {"source_file_id": _ID}}]},
        200,
        4200,
    ),
    (
        "POST",
        "/open_api/knowledge/document/create",
        {"dataset_id": "BASE", "document_bases": [{**_FILE, "update_rule": {"update_type": "never"}}]},
        200,
        4000,
    ),
    ("POST", "/open_api/knowledge/document/update", {"document_name": "n"}, 200, 4000),
    ("POST", "/open_api/knowledge/document/update", {"document_id": _ID}, 200, 4200),
    ("POST", "/open_api/knowledge/document/delete", {"document_ids": []}, 200, 4000),
    ("POST", "/open_api/knowledge/document/delete", {"document_ids": [_ID]}, 200, 4200),
    ("GET", f"/v1/datasets/{_ID}/images", None, 200, 4200),
    ("GET", "/v1/datasets/BASE/images?has_caption=perhaps", None, 200, 4000),
    ("PUT", f"/v1/datasets/BASE/images/{_ID}", {"caption": "c"}, 200, 4200),
    ("PUT", "/v1/datasets/BASE/images/DOC", {"caption": None}, 200, 4000),
    ("POST", "/api/permission/oauth2/token", {"grant_type": "asking nicely"}, 200, 4000),
]
"""Method, path, body, HTTP status, code; names in capitals stand for what the account has."""


@pytest.mark.parametrize(("method", "path", "body", "status", "code"), _REFUSALS)
def test_a_refusal(
    web: Callable[..., httpx.Response], state: State, method: str, path: str, body: Any, status: int, code: int
) -> None:
    """What is missing, foreign or wrong is refused with Coze's code, its message, and the log id of the header."""
    response = web(method, _filled(state, path), json=_filled(state, body))
    result = response.json()
    assert (response.status_code, result["code"]) == (status, code)
    assert {"code", "msg", "detail"} <= set(result) <= {"code", "msg", "detail", "debug_url"}
    assert result["detail"] == {"logid": response.headers["x-tt-logid"]}
    assert response.headers["content-type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize("token", ["", "wrong", "Basic wrong"])
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v1/users/me"), ("POST", "/v1/workflow/run"), ("GET", "/v1/bots/1")]
)
def test_a_bad_token_is_refused_first(web: Callable[..., httpx.Response], token: str, method: str, path: str) -> None:
    """Without the account's token every operation answers 401 with code 4100, whatever else is wrong."""
    response = web(method, path, token=token, content=b"{")
    assert (response.status_code, response.json()["code"]) == (401, 4100)
    assert response.json()["msg"] == "authentication is invalid"


def test_a_chat_refuses_a_bad_token_as_in_2026(web: Callable[..., httpx.Response], state: State) -> None:
    """Without a token a new chat is 4101, with a wrong one it looks for its bot; an old one is 700012006."""
    none = web("POST", "/v3/chat", token="", json={"bot_id": "12"})
    host = {"a": "coze.cn", "b": "coze.com"}[state.account.profile.name]
    assert (none.status_code, none.json()["code"]) == (200, 4101)
    assert none.json()["msg"].endswith(f"https://{host}/docs/developer_guides/authentication")
    wrong = web("POST", "/v3/chat", token="wrong", json={"bot_id": "12"}).json()
    assert wrong["code"] == 4200
    assert wrong["msg"].startswith("Requested resource bot_id=12 does not exist.")
    for method, path in (("GET", "retrieve"), ("POST", "retrieve"), ("POST", "cancel"), ("GET", "message/list")):
        old = web(method, f"/v3/chat/{path}", token="wrong")
        assert (old.status_code, old.json()["code"], old.json()["msg"]) == (401, 700012006, "access token invalid")


RAISED = sorted(ERRORS.keys() & set(re.findall(r"""(?:ApiError\(|ERRORS\[|_error\()"([\w-]+)\"""", SOURCES)))
"""The rows that a handler, a fault or the edge names."""


@pytest.mark.parametrize("name", RAISED)
def test_each_error_that_is_raised_is_expected(name: str) -> None:
    """Its code stands in a test of the stand-in or of the SDK; one that no test expects is a row without a proof."""
    assert re.search(rf"\b{ERRORS[name].code}\b", TESTS)


@pytest.mark.parametrize("name", sorted(ERRORS.keys() - set(RAISED)))
def test_an_error_that_comes_on_request(web: Callable[..., httpx.Response], name: str) -> None:
    """The fault ``error`` answers with the first row of its code."""
    row = error_of(ERRORS[name].code)
    web("POST", "/_standin/faults", json={"fault": "error", "method": "GET", "path": "/v1/users/me", "code": row.code})
    response = web("GET", "/v1/users/me")
    assert (response.status_code, response.json()["code"]) == (row.status, row.code)
    assert response.json()["msg"] == row.msg.format(subject="")


def test_the_messages_name_what_was_asked_for(web: Callable[..., httpx.Response], state: State) -> None:
    """4200 and 4015 say which resource they mean."""
    missing = web("GET", "/v1/bot/get_online_info", params={"bot_id": "12"}).json()["msg"]
    assert missing.startswith("Requested resource bot_id=12 does not exist. Ensure you are")
    draft = _filled(state, "DRAFT")
    result = web("GET", "/v1/bot/get_online_info", params={"bot_id": draft}).json()["msg"]
    assert result.startswith(f"The bot_id {draft} has not been published to the channel Agent As API. Please refer to")


def test_a_body_that_is_not_json_is_refused(web: Callable[..., httpx.Response]) -> None:
    """4000 with the text that Coze has for it."""
    result = web("POST", "/v3/chat", content=b"{", headers={"Content-Type": "application/json"}).json()
    assert (result["code"], result["msg"]) == (
        4000,
        "The field http body provided is not a valid json or chat request. Please check your input.",
    )


def test_every_answer_has_its_headers(web: Callable[..., httpx.Response], state: State) -> None:
    """A log id and now and then a cookie, both canaries; who served it; and the order varies."""
    answers = [web("GET", "/v1/users/me") for _ in range(60)]
    logids = [answer.headers["x-tt-logid"] for answer in answers]
    cookies = [answer.headers["set-cookie"] for answer in answers if "set-cookie" in answer.headers]
    canaries = {entry["value"] for entry in state.canaries.as_json()}
    assert len(set(logids)) == 60
    assert canaries.issuperset(logids)
    assert all(re.fullmatch(r"\d{14}[0-9A-F]{18}", logid) for logid in logids)
    assert 0 < len(cookies) < 60
    assert canaries.issuperset(re.split("[=;]", cookie)[1] for cookie in cookies)
    assert {answer.headers["x-served-by"] for answer in answers} == {"coze-standin"}
    assert len({tuple(answer.headers) for answer in answers}) > 2


def _filled(state: State, template: Any) -> Any:
    """The template with the account's own ids in place of the names in capitals."""
    if isinstance(template, dict):
        return {key: _filled(state, value) for key, value in template.items()}
    if isinstance(template, list):
        return [_filled(state, value) for value in template]
    draft = next(bot.id for bot in state.bots.all() if not bot.published_at)
    names = {
        "BOT": state.configured.bot_id,
        "DRAFT": draft,
        "SPACE": state.configured.workspace_id,
        "FLOW": state.configured.workflow_id,
    }
    names["TALK"] = state.messaging.conversations.all()[0].id
    names["BASE"] = state.knowledge.datasets.all()[0].id
    names["DOC"] = state.knowledge.documents_of(names["BASE"])[0].id
    for name, value in names.items() if isinstance(template, str) else ():
        template = re.sub(rf"\b{name}\b", value, template)
    return template
