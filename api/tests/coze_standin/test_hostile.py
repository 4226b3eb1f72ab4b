"""What no well-behaved client sends: the answer is Coze's envelope with a log id, never a bare 500."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from starlette.types import Message

from coze_standin.http_app import create_app
from coze_standin.parsing import read_json
from coze_standin.state import State

_DEEP = b'{"name":' + b"[" * 20_000 + b"]" * 20_000 + b"}"
_LONG = b'{"page": ' + b"9" * 5_000 + b"}"


@pytest.mark.parametrize(
    "body",
    [_DEEP, _LONG, b'{"name": NaN}', b'{"name": 1e999}', b"\xff\xfe", b"[" * 100_000, b'"\\ud800"', b"null", b"7"],
)
@pytest.mark.parametrize("path", ["/v3/chat", "/v1/bot/create", "/open_api/knowledge/document/list"])
def test_a_body_that_go_refuses_is_refused(web: Any, path: str, body: bytes) -> None:
    """Depth, numbers out of range, other encodings and other values than objects are 4000."""
    response = web("POST", path, content=body, headers={"Content-Type": "application/json"})
    assert response.json()["code"] == 4000
    assert response.json()["detail"]["logid"] == response.headers["x-tt-logid"]


def test_a_name_that_is_no_text_is_unknown(web: Any, state: State) -> None:
    """A conversation of that name is looked for, and not found."""
    body = {"workflow_id": state.configured.chatflow_id, "parameters": {"CONVERSATION_NAME": [{}]}}
    assert '"code":"720702204"' in web("POST", "/v1/workflows/chat", json=body).text


@pytest.mark.parametrize("ids", [5, True, "a", {"a": 1}, [None, {}]])
def test_knowledge_that_is_no_list_spoils_no_bot(web: Any, state: State, ids: object) -> None:
    """The bot is shown, with no knowledge."""
    body = {"space_id": state.configured.workspace_id, "name": "a", "knowledge": {"dataset_ids": ids}}
    bot_id = web.data("POST", "/v1/bot/create", json=body)["bot_id"]
    shown = web.data("GET", f"/v1/bots/{bot_id}", params={"is_published": "false"})
    assert shown["knowledge"] == {"knowledge_infos": []}


def test_a_lone_surrogate_spoils_no_list(web: Any, state: State) -> None:
    """A name with half a character is taken with U+FFFD in its place, and the lists that hold it still answer."""
    space = state.configured.workspace_id
    body = json.dumps({"space_id": space, "name": "a\ud800b"}).encode()
    assert web("POST", "/v1/bot/create", content=body).json()["code"] == 0
    names = [bot["name"] for bot in web.data("GET", "/v1/bots", params={"workspace_id": space})["items"]]
    assert "a\ufffdb" in names


def test_a_pair_of_surrogates_is_a_character() -> None:
    """An emoji that is written with two escapes stays one."""
    assert read_json(b'"\\ud83d\\ude42"') == "\N{SLIGHTLY SMILING FACE}"


def test_base64_that_is_not_ascii_is_refused(web: Any, state: State) -> None:
    """4000, as for any text that is not base64."""
    file = {"name": "a.txt", "source_info": {"file_base64": "\u00e9", "file_type": "txt"}}
    dataset = state.knowledge.datasets.all()[0].id
    body = {"dataset_id": dataset, "document_bases": [file]}
    assert web("POST", "/open_api/knowledge/document/create", json=body).json()["code"] == 4000


def test_a_number_of_many_digits_is_refused(web: Any, state: State) -> None:
    """4000 for a page number that fits into no integer."""
    params = {"workspace_id": state.configured.workspace_id, "page_num": "9" * 5_000}
    assert web("GET", "/v1/bots", params=params).json()["code"] == 4000


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=x", "multipart/form-data; boundary="]
)
def test_malformed_multipart_is_refused(web: Any, kind: str) -> None:
    """4000 in the envelope, not the parser's own text."""
    response = web("POST", "/v1/files/upload", content=b"--y\r\nrubbish", headers={"Content-Type": kind})
    assert response.json()["code"] == 4000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"7",
        b'{"fault": []}',
        b'{"fault": "stall", "method": "GET", "path": "/", "seconds": "long"}',
        b"\xff",
    ],
)
@pytest.mark.parametrize("name", ["faults", "changes"])
def test_an_odd_control_request_is_refused(web: Any, name: str, body: bytes) -> None:
    """400 with the reason."""
    response = web("POST", f"/_standin/{name}", content=body)
    assert response.status_code == 400
    assert response.json()["error"]


def test_a_defect_is_answered_and_reported(web: Any, state: State, capsys: pytest.CaptureFixture[str]) -> None:
    """What no handler foresaw is Coze's server error with a log id, and one line on stderr."""
    state.bots = None  # type: ignore[assignment]  # breaks every handler that looks for a bot
    response = web("POST", "/v3/chat", json={"bot_id": "1", "user_id": "me"})
    assert response.json()["code"] == 5000
    assert response.json()["detail"]["logid"] == response.headers["x-tt-logid"]
    assert capsys.readouterr().err.startswith("coze-standin: POST /v3/chat: AttributeError: ")


def test_a_caller_who_leaves_is_no_defect(state: State, capsys: pytest.CaptureFixture[str]) -> None:
    """A connection that ends before the body of its request has come says nothing on stderr."""
    scope = {"type": "http", "method": "POST", "path": "/v3/chat", "query_string": b"", "headers": []}
    token = f"Bearer {state.account.token}".encode()

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(_: Message) -> None:
        pass

    async def call() -> None:
        await create_app(state)({**scope, "headers": [(b"authorization", token)]}, receive, send)

    asyncio.run(call())
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "frame", ["[" * 50_000, '{"event_type": "chat.update", "data": {"chat_config": "x"}}', "9" * 9_000]
)
def test_an_odd_frame_is_an_error_event(line: Any, state: State, frame: str) -> None:
    """The connection stays open and says what was wrong."""
    frames = line(f"/v1/chat?bot_id={state.configured.bot_id}", (frame, ...), until="error")
    assert frames[-1]["data"]["code"] == 4000


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v1/bots/1/versions"), ("PATCH", "/v3/chat"), ("GET", "/v9/%7Bx")]
)
def test_what_is_not_served_is_named(web: Any, method: str, path: str) -> None:
    """An operation that is lacking is 404 in Coze's envelope, with a message that says whose gap it is."""
    result = web(method, path)
    message = f"not found: the stand-in does not serve {method} {path.replace('%7B', '{')}"
    assert (result.status_code, result.json()["code"], result.json()["msg"]) == (404, 404, message)
    assert result.json()["detail"]["logid"] == result.headers["x-tt-logid"]
