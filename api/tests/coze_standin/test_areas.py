"""What each area remembers, in memory: created, listed, changed, gone."""

from __future__ import annotations

import base64
import json
import re
import time
from dataclasses import replace
from typing import Any

import pytest

from coze_standin.facts.table import shape
from coze_standin.operations import OPERATIONS
from coze_standin.routes import chat_runs
from coze_standin.state import State

_QUESTION = {"role": "user", "type": "question", "content": "Which way?", "content_type": "text"}


def _chat(web: Any, state: State, **body: Any) -> Any:
    return {"bot_id": state.configured.bot_id, "user_id": "me", "additional_messages": [_QUESTION], **body}


def _of(chat: Any) -> dict[str, str]:
    return {"conversation_id": chat["conversation_id"], "chat_id": chat["id"]}


def _due(state: State, chat_id: str) -> None:
    """Let the chat's time come."""
    state.messaging.chats.put(chat_id, replace(state.messaging.chats.get(chat_id), ready_at=0.0))


def test_operations_are_distinguished() -> None:
    """No id and no pair of method and path comes twice in the table."""
    assert len({row.id for row in OPERATIONS}) == len(OPERATIONS)
    assert len({(row.method, row.path) for row in OPERATIONS}) == len(OPERATIONS)


def test_a_bot_lives(web: Any, state: State) -> None:
    """A bot is a draft, is published, changes, and is a draft again; the lists follow."""

    def listed(status: str) -> list[str]:
        query = {"workspace_id": state.configured.workspace_id, "publish_status": status}
        return [bot["id"] for bot in web.data("GET", "/v1/bots", params=query)["items"]]

    prompt = {"prompt": "Be kind."}
    made = {
        "space_id": state.configured.workspace_id,
        "name": "New",
        "prompt_info": prompt,
        "model_info_config": {"model_id": "1"},
    }
    bot = web.data("POST", "/v1/bot/create", json=made)["bot_id"]
    assert bot in listed("unpublished_draft")
    assert bot in listed("all")
    published = web.data("POST", "/v1/bot/publish", json={"bot_id": bot, "connector_ids": ["1024"]})
    assert published["bot_id"] == bot
    assert bot in listed("published_online")
    web.data("POST", "/v1/bot/update", json={"bot_id": bot, "name": "Newer"})
    assert bot in listed("published_draft")
    result = web.data("GET", "/v1/bot/get_online_info", params={"bot_id": bot})
    assert (result["name"], result["prompt_info"], result["model_info"]) == ("Newer", prompt, {"model_id": "1"})
    assert web.data("POST", f"/v1/bots/{bot}/unpublish", json={"bot_id": bot, "connector_id": "1024"}) is None
    assert web("GET", "/v1/bot/get_online_info", params={"bot_id": bot}).json()["code"] == 4015
    assert web("GET", f"/v1/bots/{bot}").json()["code"] == 4015
    assert web.data("GET", f"/v1/bots/{bot}", params={"is_published": "false"})["bot_id"] == bot


_NO_IMAGE: dict[str, Any] = {
    **dict.fromkeys(("image_url", "theme_color", "origin_image_url"), ""),
    "canvas_position": {},
    "gradient_position": {},
}


def test_a_new_bot_has_the_parts_of_the_documents_example(web: Any, state: State) -> None:
    """What was not set is empty, the owner is named, a workflow that was bound is shown, the model as it was sent."""
    model = {"model_id": "1", "top_k": 3, "cache_type": "closed"}
    made = {
        "space_id": state.configured.workspace_id,
        "name": "New",
        "workflow_id_list": {"ids": [{"id": state.configured.workflow_id}, {"id": "7"}, 5]},
        "model_info_config": model,
    }
    bot = web.data("POST", "/v1/bot/create", json=made)["bot_id"]
    result = web.data("GET", f"/v1/bots/{bot}?is_published=false")
    assert [one["id"] for one in result["workflow_info_list"]] == [state.configured.workflow_id]
    assert result["model_info"] == {"model_id": "1", "top_k": 3}
    assert [result[name] for name in ("variables", "voice_info_list", "shortcut_commands")] == [[], [], []]
    images = result["background_image_info"]
    assert images == {"web_background_image": _NO_IMAGE, "mobile_background_image": _NO_IMAGE}
    assert (result["default_user_input_type"], "media_config" in result) == ("text", False)
    assert result["owner_user_id"] == state.account.owner.user_id
    listed = web.data("POST", "/v1/bot/create", json={**made, "workflow_id_list": [state.configured.workflow_id]})
    assert web.data("GET", f"/v1/bots/{listed['bot_id']}?is_published=false")["workflow_info_list"] == []


def test_one_account_has_every_part_of_a_bot(web: Any, state: State) -> None:
    """Its bots answer with each optional field of the table; those of the other as the documents' example."""
    bot = web.data("GET", f"/v1/bots/{state.configured.bot_id}")
    fields = {"bot": bot, "bot_model": bot["model_info"], "bot_variable": next(iter(bot["variables"]), {})}
    missing = {
        name: {each for each, kind in (shape(name) or {}).items() if kind != "never" and each not in found}
        for name, found in fields.items()
    }
    if state.has("bot_details"):
        assert missing == {"bot": set(), "bot_model": set(), "bot_variable": set()}
        assert bot["voice_info_list"][0]["voice_id"] in [one.id for one in state.audio.voices.all()]
    else:
        assert missing["bot"] == {"media_config"}
        assert missing["bot_model"] == {"top_k", "response_format", "parameters", "api_mode"}


@pytest.mark.parametrize(
    ("path", "space"), [("/v1/space/published_bots_list", "space_id"), ("/v1/bots", "workspace_id")]
)
def test_bots_come_in_pages(web: Any, state: State, path: str, space: str) -> None:
    """Pages of two hold every bot once, at least three pages of them, and the total does not change."""
    pages = [
        web.data("GET", path, params={space: state.configured.workspace_id, "page_size": 2, "page_index": number})
        for number in range(1, 6)
    ]
    items = [page.get("space_bots", page.get("items")) for page in pages]
    ids = [bot.get("bot_id") or bot["id"] for page in items for bot in page]
    assert len(ids) == len(set(ids)) == pages[0]["total"]
    assert sum(bool(page) for page in items) >= 3
    assert items[-1] == []


def test_a_chat_is_in_progress_and_then_completed(web: Any, state: State) -> None:
    """A chat that is polled has zero usage and no messages at first; then the sum is right and the answer is there."""
    chat = web.data("POST", "/v3/chat?conversation_id=", json=_chat(web, state))
    assert chat["status"] == "in_progress"
    assert "usage" not in chat
    assert web.data("GET", "/v3/chat/message/list", params=_of(chat)) == []
    _due(state, chat["id"])
    result = web.data("GET", "/v3/chat/retrieve", params=_of(chat))
    assert result == web.data("POST", "/v3/chat/retrieve", params=_of(chat))
    assert (result["status"], "last_error" in result) == ("completed", False)
    usage = result["usage"]
    assert usage["token_count"] == usage["input_count"] + usage["output_count"] > 0
    messages = web.data("GET", "/v3/chat/message/list", params=_of(chat))
    assert [message["type"] for message in messages[:2]] == ["answer", "verbose"]
    assert "Which way?" in messages[0]["content"]
    assert web("POST", "/v3/chat/cancel", json=_of(chat)).json()["code"] == 4104


def test_a_chat_takes_about_a_second(web: Any, state: State) -> None:
    """The moment at which it is due lies between half a second and one and a half ahead."""
    chat = web.data("POST", "/v3/chat", json=_chat(web, state))
    assert 0.4 < state.messaging.chats.get(chat["id"]).ready_at - time.time() < 1.5


def test_a_chat_is_cancelled(web: Any, state: State) -> None:
    """A cancelled chat says so, says nothing else, and cannot be cancelled again."""
    chat = web.data("POST", "/v3/chat", json=_chat(web, state))
    assert web.data("POST", "/v3/chat/cancel", json=_of(chat))["status"] == "canceled"
    assert web.data("GET", "/v3/chat/message/list", params=_of(chat)) == []
    assert web("POST", "/v3/chat/cancel", json=_of(chat)).json()["code"] == 4104


def test_a_chat_belongs_to_its_conversation(web: Any, state: State) -> None:
    """Asked for in another conversation it does not exist."""
    chat = web.data("POST", "/v3/chat", json=_chat(web, state))
    other = {**_of(chat), "conversation_id": state.messaging.conversations.all()[0].id}
    assert web("GET", "/v3/chat/retrieve", params=other).json()["code"] == 4200


@pytest.mark.parametrize("stream", [True, False])
def test_a_chat_waits_for_a_tool(web: Any, state: State, stream: bool) -> None:
    """Steered by a parameter it stops at one tool call, and its output goes into the answer, in both ways."""
    chat = web.data("POST", "/v3/chat", json=_chat(web, state, parameters={"tool": True}))
    early = {"tool_outputs": [{"tool_call_id": "1", "output": "x"}], "stream": stream}
    assert web("POST", "/v3/chat/submit_tool_outputs", params=_of(chat), json=early).json()["code"] == 4000
    _due(state, chat["id"])
    result = web.data("GET", "/v3/chat/retrieve", params=_of(chat))
    assert result["status"] == "requires_action"
    (call,) = result["required_action"]["submit_tool_outputs"]["tool_calls"]
    outputs = {"tool_outputs": [{"tool_call_id": call["id"], "output": "42 degrees"}], "stream": stream}
    answer = web("POST", "/v3/chat/submit_tool_outputs", params=_of(chat), json=outputs)
    assert ("event:conversation.chat.completed" in answer.text) is stream
    _due(state, chat["id"])
    messages = web.data("GET", "/v3/chat/message/list", params=_of(chat))
    assert [one["type"] for one in messages[:3]] == ["function_call", "tool_response", "answer"]
    assert "42 degrees" in messages[2]["content"]


def test_a_chat_that_is_not_saved_leaves_nothing(web: Any, state: State) -> None:
    """Without history its messages are not in the conversation, and a tool's output is a server error."""
    unsaved = _chat(web, state, auto_save_history=False, parameters={"tool": True})
    assert web("POST", "/v3/chat", json=unsaved).json()["code"] == 4007
    chat = _events(web("POST", "/v3/chat", json={**unsaved, "stream": True}).text, ":")[0][1]
    where = {"conversation_id": chat["conversation_id"]}
    assert web.data("POST", "/v1/conversation/message/list", params=where, json={}) == []
    outputs = {"tool_outputs": [{"tool_call_id": "1", "output": "x"}]}
    assert web("POST", "/v3/chat/submit_tool_outputs", params=_of(chat), json=outputs).json()["code"] == 5000


def test_a_streamed_chat_says_the_same_in_pieces(web: Any, state: State) -> None:
    """The deltas make up the answer, the events come in the documented order, and the chat is over with the stream."""
    response = web("POST", "/v3/chat", json=_chat(web, state, stream=True))
    assert response.headers["content-type"].startswith("text/event-stream")
    events = _events(response.text, ":")
    names = [name for name, _ in events]
    deltas = [data for name, data in events if name.endswith("delta")]
    assert names[:2] == ["conversation.chat.created", "conversation.chat.in_progress"]
    assert names[2 : 2 + len(deltas)] == ["conversation.message.delta"] * len(deltas)
    assert names[-2:] == ["conversation.chat.completed", "done"]
    assert response.text.endswith('event:done\ndata:"[DONE]"\n\n')
    whole = next(data for name, data in events if name.endswith("message.completed"))
    assert "".join(delta["content"] for delta in deltas) == whole["content"]
    assert {delta["id"] for delta in deltas} == {whole["id"]}
    assert 1 <= len(deltas) <= 13
    result = web.data("GET", "/v3/chat/retrieve", params=_of(events[0][1]))
    assert result["status"] == "completed"


@pytest.mark.parametrize(
    ("content", "aloud"),
    [
        ('[{"type": "audio", "file_id": "1"}]', True),
        ('[{"type": "text", "text": "hm"}, {"type": "audio", "file_url": "https://e.org/a.wav"}]', True),
        ('[{"type": "image", "file_id": "1"}, "audio"]', False),
        ('{"type": "audio"}', False),
        ("audio", False),
    ],
)
def test_a_spoken_question_is_answered_aloud_too(web: Any, state: State, content: str, aloud: bool) -> None:
    """Sounds come among the deltas of the text, of whole samples, under the id of the answer."""
    asked = {"role": "user", "content_type": "object_string", "content": content}
    events = _events(
        web("POST", "/v3/chat", json=_chat(web, state, stream=True, additional_messages=[asked])).text, ":"
    )
    names = [name for name, _ in events]
    sounds = [data for name, data in events if name == "conversation.audio.delta"]
    answer = next(data for name, data in events if name == "conversation.message.completed")
    texts = [data["content"] for name, data in events if name == "conversation.message.delta"]
    assert bool(sounds) == aloud
    assert "".join(texts) == answer["content"]
    assert names[2] == "conversation.message.delta"
    assert "conversation.audio.delta" not in names[names.index("conversation.message.completed") :]
    assert {(one["id"], one["content_type"]) for one in sounds} <= {(answer["id"], "audio")}
    assert all(len(base64.b64decode(one["content"])) % 2 == 0 for one in sounds)


def test_now_and_then_a_canary_address_is_split_over_deltas(web: Any, state: State) -> None:
    """Among forty streams at least one carries the owner's mail address whole in the answer and cut in the deltas."""
    email, split = state.account.owner.email, 0
    for _ in range(40):
        events = _events(web("POST", "/v3/chat", json=_chat(web, state, stream=True)).text, ":")
        contents = [data["content"] for name, data in events if name.endswith("delta")]
        split += email in "".join(contents) and not any(email in content for content in contents)
    assert split


def test_a_conversation_lives(web: Any, state: State) -> None:
    """It is made with a bot, a name and messages, listed first, renamed, cleared, and then gone with its messages."""
    body = {"bot_id": state.configured.bot_id, "name": "Plans", "meta_data": {"k": "v"}, "messages": [_QUESTION]}
    made = web.data("POST", "/v1/conversation/create", json=body)
    where = {"conversation_id": made["id"]}
    assert (made["name"], made["meta_data"], made["connector_id"]) == ("Plans", {"k": "v"}, "1024")
    listed = web.data("GET", "/v1/conversations", params={"bot_id": state.configured.bot_id, "page_size": 1})
    assert ([one["id"] for one in listed["conversations"]], listed["has_more"]) == ([made["id"]], True)
    assert web.data("PUT", f"/v1/conversations/{made['id']}", json={"name": "Better"})["name"] == "Better"
    assert web.data("PUT", f"/v1/conversations/{made['id']}", json={"name": None})["name"] == "Better"
    section = web.data("POST", f"/v1/conversations/{made['id']}/clear")
    assert section["conversation_id"] == made["id"]
    result = web.data("GET", "/v1/conversation/retrieve", params=where)
    assert result["last_section_id"] == section["id"] != made["last_section_id"]
    assert len(web.data("POST", "/v1/conversation/message/list", params=where, json={})) == 1
    assert web.data("DELETE", f"/v1/conversations/{made['id']}") is None
    assert web("GET", "/v1/conversation/retrieve", params=where).json()["code"] == 4200


def test_a_message_lives(web: Any, state: State) -> None:
    """It is written, read, changed (the answer stands under message), liked, and deleted."""
    where = {"conversation_id": state.messaging.conversations.all()[0].id}
    body = {"role": "user", "content": "one", "content_type": "text", "meta_data": None}
    made = web.data("POST", "/v1/conversation/message/create", params=where, json=body)
    one = {**where, "message_id": made["id"]}
    changed = web("POST", "/v1/conversation/message/modify", params=one, json={"content": "two", "content_type": None})
    assert changed.json()["message"]["content"] == "two"
    assert web.data("GET", "/v1/conversation/message/retrieve", params=one)["content"] == "two"
    path = f"/v1/conversations/{where['conversation_id']}/messages/{made['id']}/feedback"
    assert web.data("POST", path, json={"feedback_type": "like"}) is None
    assert state.messaging.feedback
    assert web.data("DELETE", path) is None
    assert not state.messaging.feedback
    assert web.data("POST", "/v1/conversation/message/delete", params=one)["content"] == "two"
    assert web("GET", "/v1/conversation/message/retrieve", params=one).json()["code"] == 4200


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_messages_are_paged_by_the_last_id(web: Any, order: str) -> None:
    """Going on behind the last id gives every message once, in the order asked for, whatever that is."""
    messages = [{**_QUESTION, "content": str(number)} for number in range(5)]
    made = web.data("POST", "/v1/conversation/create", json={"messages": messages})

    def page(**body: Any) -> Any:
        params = {"conversation_id": made["id"]}
        return web("POST", "/v1/conversation/message/list", params=params, json={"order": order, **body}).json()

    pages = [page(limit=2, after_id=None)]
    while pages[-1]["has_more"]:
        pages.append(page(limit=2, after_id=pages[-1]["last_id"]))
    for one in pages:
        assert (one["first_id"], one["last_id"]) == (one["data"][0]["id"], one["data"][-1]["id"])
    seen = [message["content"] for one in pages for message in one["data"]]
    assert seen == sorted("01234", reverse=order == "desc")
    before = page(before_id=pages[-1]["last_id"])["data"]
    assert [message["content"] for message in before] == seen[:-1]


def test_a_chat_tells_its_messages_to_the_conversation(web: Any, state: State) -> None:
    """The question is there at once, the answer only when the chat is completed; both can be listed by chat."""
    conversation = state.messaging.conversations.all()[0].id
    chat = web.data("POST", f"/v3/chat?conversation_id={conversation}", json=_chat(web, state))

    def listed() -> list[str]:
        body = {"order": "asc", "chat_id": chat["id"]}
        params = {"conversation_id": conversation}
        found = web.data("POST", "/v1/conversation/message/list", params=params, json=body)
        return [message["type"] for message in found]

    assert listed() == ["question"]
    _due(state, chat["id"])
    assert listed() == ["question", "answer"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, "Success", ""),
        ({"parameters": {"input": "tea"}}, "Success", ""),
        ({"parameters": {"fail": True}}, "Fail", "720701013"),
    ],
)
def test_a_background_run_has_a_history(web: Any, state: State, body: Any, status: str, code: str) -> None:
    """It runs first, with empty output, and then ended as its parameters say."""
    path, run = (
        f"/v1/workflows/{state.configured.workflow_id}/run_histories/",
        {"workflow_id": state.configured.workflow_id, **body},
    )
    begun = web("POST", "/v1/workflow/run", json={**run, "is_async": True}).json()
    assert "data" not in begun
    (early,) = web.data("GET", path + begun["execute_id"])
    assert (early["execute_status"], early["error_code"]) == ("Running", "")
    assert json.loads(early["output"])["Output"] == ""
    state.automation.runs.put(
        begun["execute_id"], replace(state.automation.runs.get(begun["execute_id"]), ready_at=0.0)
    )
    (late,) = web.data("GET", path + begun["execute_id"])
    assert (late["execute_status"], late["error_code"], late["run_mode"]) == (status, code, 2)
    assert bool(json.loads(late["output"])["Output"]) is (status == "Success")
    assert late["debug_url"] == begun["debug_url"]
    for node in late["node_execute_status"].values():
        result = web.data("GET", f"{path}{begun['execute_id']}/execute_nodes/{node['node_execute_uuid']}")
        assert result["is_finish"]
    assert web("GET", path + "7400000000000000001").json()["code"] == 4314


@pytest.mark.parametrize(
    ("within", "says"), [("loop", {"loop_index": 0}), ("batch", {"batch_index": 0}), ("workflow", None), ("x", {})]
)
def test_a_node_says_where_it_ran(web: Any, state: State, within: str, says: Any) -> None:
    """In a loop or a batch it was the first turn; in a workflow of its own it was a run of that."""
    workflow_id = state.configured.workflow_id
    run = web("POST", "/v1/workflow/run", json={"workflow_id": workflow_id, "parameters": {"within": within}}).json()
    (history,) = web.data("GET", f"/v1/workflows/{workflow_id}/run_histories/{run['execute_id']}")
    (node,) = history["node_execute_status"].values()
    place = {name: node[name] for name in node.keys() - {"node_id", "is_finish", "update_time", "node_execute_uuid"}}
    assert place == ({"sub_execute_id": place.get("sub_execute_id")} if says is None else says)
    assert place.get("sub_execute_id") != run["execute_id"]


def test_a_run_takes_up_its_parameters(web: Any, state: State) -> None:
    """The output is JSON in a string, takes up the first text among the parameters, and the usage adds up."""
    body = {"workflow_id": state.configured.workflow_id, "parameters": {"n": 1, "input": "green tea"}}
    result = web("POST", "/v1/workflow/run", json=body).json()
    assert result["data"].startswith('{"output":"')
    assert "green tea" in result["data"]
    usage = result["usage"]
    assert usage["token_count"] == usage["input_count"] + usage["output_count"]


@pytest.mark.parametrize(
    ("parameters", "last"), [({}, "Done"), ({"fail": True}, "Done"), ({"interrupt": True}, "Interrupt")]
)
def test_a_streamed_run(web: Any, state: State, parameters: Any, last: str) -> None:
    """Its ids count from 0, it says something first, and ends as its parameters say."""
    body = {"workflow_id": state.configured.workflow_id, "parameters": parameters}
    text = web("POST", "/v1/workflow/stream_run", json=body).text
    events = _events(text, ": ")
    assert [line for line in text.split("\n") if line.startswith("id")] == [f"id: {n}" for n in range(len(events))]
    assert events[0][0] == "Message"
    assert events[-1][0] == last


def test_an_interrupted_run_is_resumed_once(web: Any, state: State) -> None:
    """The answer is taken up in the rest; the event does not wait a second time, and the history knows the end."""
    body = {"workflow_id": state.configured.workflow_id, "parameters": {"interrupt": True}}
    events = _events(web("POST", "/v1/workflow/stream_run", json=body).text, ": ")
    event_id = events[-1][1]["interrupt_data"]["event_id"]
    run = state.automation.interrupts.get(event_id).run
    path = f"/v1/workflows/{state.configured.workflow_id}/run_histories/{run.execute_id}"
    assert web.data("GET", path)[0]["execute_status"] == "Running"
    resume = {
        "workflow_id": state.configured.workflow_id,
        "event_id": event_id,
        "resume_data": "blue",
        "interrupt_type": 2,
    }
    rest = web("POST", "/v1/workflow/stream_resume", json=resume)
    assert "blue" in rest.text
    assert _events(rest.text, ": ")[-1][0] == "Done"
    assert web.data("GET", path)[0]["execute_status"] == "Success"
    assert web("POST", "/v1/workflow/stream_resume", json=resume).json()["code"] == 4315


def test_workflows_and_their_versions_are_listed(web: Any, state: State) -> None:
    """Every workflow of the workspace is listed, by pages too; the versions come by tokens, newest first."""
    query = {"workspace_id": state.configured.workspace_id, "page_size": 1}
    first = web.data("GET", "/v1/workflows", params=query)
    assert (first["items"][0]["workflow_id"], first["has_more"]) == (state.configured.workflow_id, True)
    detail = web.data("GET", f"/v1/workflows/{state.configured.workflow_id}")["workflow_detail"]
    assert detail == first["items"][0]
    versions, token, more = [], "", True
    while more:
        query = {"page_size": 2, "page_token": token}
        page = web.data("GET", f"/v1/workflows/{state.configured.workflow_id}/versions", params=query)
        versions += [version["version"] for version in page["items"]]
        token, more = page["next_page_token"], page["has_more"]
    assert versions == [f"v0.0.{number}" for number in range(state.account.profile.workflows.versions, 0, -1)]


def test_a_workflow_chat(web: Any, state: State) -> None:
    """It speaks like a chat without a bot, and ends with the page of its run, its ampersands escaped."""
    body = {"workflow_id": state.configured.workflow_id, "additional_messages": [_QUESTION]}
    text = web("POST", "/v1/workflows/chat", json=body).text
    events = _events(text, ": ")
    assert "bot_id" not in events[0][1]
    assert "\\u0026space_id=" in text.rsplit("\n\n", 2)[-2]
    named = {**body, "parameters": {"CONVERSATION_NAME": "nobody's"}}
    (error,) = _events(web("POST", "/v1/workflows/chat", json=named).text, ": ")
    assert error == ("error", {"code": "720702204", "msg": "会话名不存在"})


def test_files_are_remembered(web: Any) -> None:
    """An upload is answered with its name and its size, and found again."""
    made = web.data("POST", "/v1/files/upload", files={"file": ("a b.txt", "你好".encode())})
    assert (made["file_name"], made["bytes"]) == ("a b.txt", 6)
    assert web.data("GET", "/v1/files/retrieve", params={"file_id": made["id"]}) == made
    assert web("POST", "/v1/files/upload", files={"other": b"x"}).json()["code"] == 4000


_DOCUMENTS = "/open_api/knowledge/document/"


def _file(name: str, content: str = "two words") -> Any:
    source = {"file_base64": base64.b64encode(content.encode()).decode(), "file_type": "txt"}
    return {"name": name, "source_info": source, "update_rule": None}


def _dataset(web: Any, state: State, name: str, format_type: int = 0) -> str:
    body = {
        "space_id": state.configured.workspace_id,
        "name": name,
        "format_type": format_type,
        "description": "d",
        "file_id": None,
    }
    return str(web.data("POST", "/v1/datasets", json=body)["dataset_id"])


def _documents(web: Any, dataset: str, *bases: Any, **body: Any) -> list[Any]:
    body = {"dataset_id": dataset, "document_bases": [*bases], **body}
    result = web("POST", _DOCUMENTS + "create", json=body).json()
    assert (result["code"], "data" in result) == (0, False)
    return list(result["document_infos"])


def _processed(state: State) -> None:
    """Let the time of every document come."""
    for document in state.knowledge.documents.all():
        state.knowledge.documents.put(document.id, replace(document, ready_at=0.0))


def test_a_knowledge_base_lives(web: Any, state: State) -> None:
    """It is made, listed first, found by a part of its name and by its kind, changed, and gone with its documents.

    What a change leaves out goes back to its default; a bot no longer knows of one that is gone.
    """

    def listed(**query: Any) -> list[Any]:
        params = {"space_id": state.configured.workspace_id, "name": "", "format_type": "", "page_size": 50, **query}
        return list(web.data("GET", "/v1/datasets", params=params)["dataset_list"])

    dataset = _dataset(web, state, "Fresh Notes")
    assert listed()[0]["chunk_strategy"] == {}
    assert listed()[0]["icon_uri"].startswith(f"FileBizType.BIZ_DATASET_ICON/{state.account.owner.user_id}_")
    stored = {name: listed()[0].get(name) for name in ("dataset_type", "storage_config")}
    assert stored == (
        {"dataset_type": 0, "storage_config": {}} if state.has("dataset_storage") else dict.fromkeys(stored)
    )
    (document,) = _documents(web, dataset, _file("a.txt"))
    assert [one["dataset_id"] for one in listed(name="sh no")] == [dataset]
    assert dataset not in [one["dataset_id"] for one in listed(format_type="2")]
    knowledge = {"dataset_ids": [dataset], "auto_call": True}
    web.data("POST", "/v1/bot/update", json={"bot_id": state.configured.bot_id, "knowledge": knowledge})
    infos = web.data("GET", f"/v1/bots/{state.configured.bot_id}")["knowledge"]
    assert infos == {"knowledge_infos": [{"id": dataset, "name": "Fresh Notes"}]}
    shown = listed()[0]
    assert (shown["dataset_id"], shown["space_id"], shown["description"]) == (
        dataset,
        state.configured.workspace_id,
        "d",
    )
    assert (shown["doc_count"], shown["file_list"], shown["bot_used_count"]) == (1, ["a.txt"], 1)
    assert (shown["processing_file_list"], shown["processing_file_id_list"]) == (["a.txt"], [document["document_id"]])
    assert (shown["creator_id"], shown["creator_name"]) == (state.account.owner.user_id, state.account.owner.nick_name)
    assert web.data("PUT", f"/v1/datasets/{dataset}", json={"name": "Better", "description": None}) is None
    assert (listed()[0]["name"], listed()[0]["description"]) == ("Better", "")
    assert web.data("DELETE", f"/v1/datasets/{dataset}") is None
    assert dataset not in [one["dataset_id"] for one in listed()]
    assert state.knowledge.documents.find(document["document_id"]) is None
    assert web.data("GET", f"/v1/bots/{state.configured.bot_id}")["knowledge"] == {"knowledge_infos": []}


def test_knowledge_bases_come_in_pages(web: Any, state: State) -> None:
    """Pages of one hold each once, and the total does not change."""
    total = len(state.knowledge.datasets.all())
    params = {"space_id": state.configured.workspace_id, "page_size": 1}
    pages = [web.data("GET", "/v1/datasets", params={**params, "page_num": page}) for page in range(1, total + 2)]
    assert [page["total_count"] for page in pages] == [total] * (total + 1)
    ids = [one["dataset_id"] for page in pages for one in page["dataset_list"]]
    assert ids == [one.id for one in reversed(state.knowledge.datasets.all())]


def test_a_document_is_processed_over_a_few_polls(web: Any, state: State) -> None:
    """It is in progress at first, half done between, and then done, with its characters and its slice counted."""
    dataset = _dataset(web, state, "Notes")
    (made,) = _documents(web, dataset, _file("a.txt"))
    asked = {"json": {"document_ids": [made["document_id"]]}}

    def progress() -> Any:
        (result,) = web.data("POST", f"/v1/datasets/{dataset}/process", **asked)["data"]
        assert (result["document_id"], result["document_name"], result["type"]) == (made["document_id"], "a.txt", "txt")
        return result

    document = state.knowledge.documents.get(made["document_id"])
    assert 0.4 < document.ready_at - time.time() < 1.5
    assert (made["status"], made["char_count"], made["slice_count"], made["size"]) == (0, 0, 0, 9)
    state.knowledge.documents.put(document.id, replace(document, ready_at=time.time() + 50, created_at=state.now - 50))
    half = progress()
    assert (half["status"], 40 < half["progress"] < 60, 40 < half["remaining_time"] < 60) == (0, True, True)
    _processed(state)
    done = progress()
    assert (done["status"], done["progress"], done["remaining_time"]) == (1, 100, 0)
    (shown,) = web("POST", _DOCUMENTS + "list", json={"dataset_id": dataset}).json()["document_infos"]
    assert (shown["status"], shown["char_count"], shown["slice_count"]) == (1, 9, 1)


def test_documents_are_uploaded_listed_changed_and_deleted(web: Any, state: State) -> None:
    """From the request, the web and an uploaded file, in pages that the body asks for; ids are strings."""
    upload = web.data("POST", "/v1/files/upload", files={"file": ("plan.pdf", b"12345")})["id"]
    bases = [
        _file("a.txt"),
        {"name": "page", "source_info": {"web_url": "https://example.com", "document_source": 1}},
        {"name": "plan", "source_info": {"source_file_id": upload, "document_source": 5}},
    ]
    dataset = _dataset(web, state, "Notes")
    made = _documents(web, dataset, *bases, chunk_strategy={"chunk_type": 1, "max_tokens": 100, "separator": None})
    ids = [one["document_id"] for one in made]
    assert [(one["source_type"], one["type"], one["size"]) for one in made] == [
        (0, "txt", 9),
        (1, "", 0),
        (5, "pdf", 5),
    ]
    (later,) = _documents(web, dataset, _file("b.txt"), chunk_strategy={"chunk_type": 0})
    rest = {"remove_extra_spaces": False, "remove_urls_emails": False, "separator": ""}
    assert later["chunk_strategy"] == {"chunk_type": 1, "max_tokens": 100, **rest}
    assert [one.get("tos_uri", "").rpartition(".")[2] for one in made] == ["txt", "", ""]

    def listed(**page: int) -> Any:
        result = web("POST", _DOCUMENTS + "list", json={"dataset_id": dataset, **page}).json()
        assert "data" not in result
        return result["total"], [one["document_id"] for one in result["document_infos"]]

    assert listed() == (4, [*ids, later["document_id"]])
    assert listed(page=2, size=3) == (4, [later["document_id"]])
    rule = {"update_type": 1, "update_interval": 24}
    body = {"document_id": ids[0], "document_name": "c.txt", "update_rule": rule}
    assert web.data("POST", _DOCUMENTS + "update", json=body) is None
    web.data("POST", _DOCUMENTS + "update", json={**body, "document_name": None, "update_rule": None})
    (first,) = web("POST", _DOCUMENTS + "list", json={"dataset_id": dataset, "size": 1}).json()["document_infos"]
    assert (first["name"], first["update_type"], first["update_interval"]) == ("c.txt", 1, 24)
    assert web("POST", _DOCUMENTS + "delete", json={"document_ids": [ids[0], "1"]}).json()["code"] == 4200
    assert listed()[0] == 4
    assert web.data("POST", _DOCUMENTS + "delete", json={"document_ids": ids[:2]}) is None
    assert listed() == (2, [ids[2], later["document_id"]])


def test_images_are_found_by_what_is_said_of_them(web: Any, state: State) -> None:
    """The service describes them unless people do, once they are processed; a caption can be changed."""
    dataset = _dataset(web, state, "Photos", format_type=2)
    path = f"/v1/datasets/{dataset}/images"
    upload = web.data("POST", "/v1/files/upload", files={"file": ("sea.jpg", b"12345")})["id"]
    base = {"name": "sea", "source_info": {"source_file_id": upload, "document_source": 5}}
    by_hand = {"chunk_strategy": {"chunk_type": 0, "caption_type": 1}}
    (image,) = _documents(web, dataset, base, format_type=2, **by_hand)

    def listed(**query: str) -> list[Any]:
        result = web.data("GET", path, params={"keyword": "", "has_caption": "", **query})
        assert result["total_count"] == len(result["photo_infos"])
        return list(result["photo_infos"])

    assert [(one["status"], one["caption"]) for one in listed()] == [(0, "")]
    _processed(state)
    assert (len(listed(has_caption="true")), len(listed(has_caption="false"))) == (0, 1)
    assert web.data("PUT", f"{path}/{image['document_id']}", json={"caption": "The sea at noon"}) is None
    (shown,) = listed(keyword="noon", has_caption="true")
    assert (shown["document_id"], shown["caption"], shown["type"]) == (image["document_id"], "The sea at noon", "jpg")
    assert (shown["source_type"], shown["size"], shown["status"]) == (5, 5, 1)
    assert listed(keyword="midnight") == []
    old = next(one for one in state.knowledge.datasets.all() if one.format_type == 2)
    result = web.data("GET", f"/v1/datasets/{old.id}/images", params={"page_size": 1})
    assert (len(result["photo_infos"]), result["total_count"]) == (1, len(state.knowledge.documents_of(old.id)))
    assert result["photo_infos"][0]["caption"]
    text = _dataset(web, state, "Notes")
    _documents(web, text, _file("a.txt"))
    assert web.data("GET", f"/v1/datasets/{text}/images")["photo_infos"] == []


def test_a_document_belongs_to_its_knowledge_base(web: Any, state: State) -> None:
    """Asked for in another one it does not exist."""
    one, other = state.knowledge.datasets.all()[:2]
    document = state.knowledge.documents_of(one.id)[0].id
    asked = {"json": {"document_ids": [document]}}
    assert web("POST", f"/v1/datasets/{one.id}/process", **asked).json()["code"] == 0
    assert web("POST", f"/v1/datasets/{other.id}/process", **asked).json()["code"] == 4200
    path = f"/v1/datasets/{other.id}/images/{document}"
    assert web("PUT", path, json={"caption": "c"}).json()["code"] == 4200


def test_workspaces_and_their_members(web: Any, state: State) -> None:
    """A personal and a team workspace; a member goes and comes back, the owner stays, a stranger is not known."""
    result = web.data("GET", "/v1/workspaces")
    assert [one["workspace_type"] for one in result["workspaces"]] == ["personal", "team"]
    assert result["total_count"] == 2
    path = f"/v1/workspaces/{state.configured.workspace_id}/members"
    owner, member = (person.user_id for person in state.account.people[:2])
    assert web.data("GET", path)["total_count"] == len(state.account.people)
    left = web.data("DELETE", path, json={"user_ids": [owner, member, "1"]})
    assert left == {
        "removed_success_user_ids": [member],
        "not_in_workspace_user_ids": ["1"],
        "owner_not_support_remove_user_ids": [owner],
    }
    assert web.data("GET", path)["total_count"] == len(state.account.people) - 1
    users = [{"user_id": user, "role_type": "admin"} for user in (owner, member, "1")]
    back = web.data("POST", path, json={"users": users})
    assert [back[f"{kind}_user_ids"] for kind in ("added_success", "already_joined", "not_exist")] == [
        [member],
        [owner],
        ["1"],
    ]
    shown = web.data("GET", path, params={"page_num": 1, "page_size": 50})["items"]
    assert {"user_id": member, "role_type": "admin"}.items() <= shown[-1].items()


def test_me_is_the_owner(web: Any, state: State) -> None:
    """The token belongs to the owner of the account."""
    owner = state.account.owner
    assert web.data("GET", "/v1/users/me") == {
        "user_id": owner.user_id,
        "user_name": owner.user_name,
        "nick_name": owner.nick_name,
        "avatar_url": owner.avatar_url,
    }


def test_ids_that_are_made_are_canaries(web: Any, state: State) -> None:
    """What a run makes joins the register: conversation, section, message, chat and execution, and the run's page."""
    chat = web.data("POST", "/v3/chat", json=_chat(web, state))
    run = web("POST", "/v1/workflow/run", json={"workflow_id": state.configured.workflow_id}).json()
    canaries = {entry["value"] for entry in state.canaries.as_json()}
    section = state.messaging.conversations.get(chat["conversation_id"]).section_id
    assert {chat["id"], chat["conversation_id"], section, run["execute_id"], run["debug_url"]} <= canaries


_TELLING = re.compile(
    r"\b\d{16,19}\b|\b\d{14}[0-9A-F]{18}\b|[\w.]+@[\w.]+\.[a-z]+|(?<=signature=)[^&\"]+|(?<![\w-])(?:(?:pat|czu)_|sk-)\w+|https://\w+[^/]*/[^\s\"]+x-[^\s\"]+"
)
"""What a stranger would take for an identifier, an address, a signature, a token or a signed URL."""


def test_nothing_that_looks_secret_is_missing_in_the_register(web: Any, state: State) -> None:
    """In the answers of all areas every such text is a canary."""
    chat = web.data("POST", "/v3/chat", json=_chat(web, state))
    _due(state, chat["id"])
    run = {"workflow_id": state.configured.workflow_id, "parameters": {}}
    execute_id = web("POST", "/v1/workflow/run", json=run).json()["execute_id"]
    body = {"workflow_id": state.configured.workflow_id, "additional_messages": [_QUESTION]}
    where = {"conversation_id": state.messaging.conversations.all()[0].id}
    answers = [
        web("GET", "/v1/users/me"),
        web("GET", "/v1/workspaces"),
        web("GET", f"/v1/workspaces/{state.configured.workspace_id}/members"),
        web("GET", "/v1/bots", params={"workspace_id": state.configured.workspace_id}),
        web("GET", "/v1/space/published_bots_list", params={"space_id": state.configured.workspace_id}),
        *(web("GET", f"/v1/bots/{bot.id}") for bot in state.bots.all()),
        web("GET", "/v1/conversations", params={"bot_id": state.configured.bot_id}),
        web("POST", "/v1/conversation/message/list", params=where, json={}),
        web("GET", "/v3/chat/retrieve", params=_of(chat)),
        web("GET", "/v3/chat/message/list", params=_of(chat)),
        *(web("POST", "/v3/chat", json=_chat(web, state, stream=True)) for _ in range(5)),
        web("GET", "/v1/workflows"),
        web("GET", f"/v1/workflows/{state.configured.workflow_id}/versions?page_size=9"),
        web("GET", f"/v1/workflows/{state.configured.workflow_id}/run_histories/{execute_id}"),
        web("POST", "/v1/workflow/stream_run", json=run),
        web("POST", "/v1/workflows/chat", json=body),
        *_of_knowledge_bases(web, state),
    ]
    canaries = {entry["value"] for entry in state.canaries.as_json()}
    found = {text for answer in answers for text in _TELLING.findall(_joined(answer.text))}
    assert len(found) > 70
    assert found <= canaries


def _of_knowledge_bases(web: Any, state: State) -> list[Any]:
    """What is answered of those that an account has from the start."""
    answers = [web("GET", "/v1/datasets", params={"space_id": state.configured.workspace_id})]
    for dataset in state.knowledge.datasets.all():
        documents = [document.id for document in state.knowledge.documents_of(dataset.id)]
        answers += [
            web("POST", f"/v1/datasets/{dataset.id}/process", json={"document_ids": documents}),
            web("POST", _DOCUMENTS + "list", json={"dataset_id": dataset.id}),
            web("GET", f"/v1/datasets/{dataset.id}/images"),
        ]
    return answers


def _joined(text: str) -> str:
    """An answer without the escapes of JSON, and without the deltas, which cut what they tell."""
    blocks = [block for block in text.split("\n\n") if ".delta" not in block]
    return "".join(blocks).replace("\\n", "\n").replace("\\", "").replace("u0026", "&")


def _events(text: str, colon: str) -> list[tuple[str, Any]]:
    events = []
    for block in text.removesuffix("\n\n").split("\n\n"):
        fields = dict(line.split(colon, 1) for line in block.split("\n"))
        events.append((fields["event"], json.loads(fields["data"])))
    return events


def test_the_stream_of_a_cancelled_chat_ends_as_cancelled(make_web: Any, state: State) -> None:
    """What has begun to be written is written whole, then the chat is cancelled, and the stream is done."""

    async def cancel_at_the_first_pause(_: float) -> None:
        for chat in state.messaging.chats.all():
            if chat_runs.is_running(state, chat):
                chat_runs.cancel_chat(state, chat)

    web = make_web(cancel_at_the_first_pause)
    text = web("POST", "/v3/chat", json={"bot_id": state.configured.bot_id, "user_id": "me", "stream": True}).text
    events = re.findall("event:(.*)\ndata:(.*)\n\n", text)
    assert [name for name, _ in events] == ["conversation.chat.canceled", "done"]
    assert json.loads(events[0][1])["status"] == "canceled"


def test_voices_are_selected_and_trained(web: Any, state: State) -> None:
    """The lists leave out the system's, and follow a training; a voice can be trained so often and no more."""

    def listed(**query: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = web.data("GET", "/v1/audio/voices", params=query)["voice_list"]
        return found

    [own] = listed(filter_system_voice="true")
    assert (own["state"], len(listed(voice_state="init"))) == ("init", 1)
    assert {voice["model_type"] for voice in listed(model_type="small")} == {"small"}
    form = {"voice_name": "Mine", "audio_format": "wav", "language": "ja", "voice_id": own["voice_id"]}
    file = {"file": ("a.wav", b"RIFF")}
    for left in range(own["available_training_times"], 0, -1):
        result = web.data("POST", "/v1/audio/voices/clone", data=form, files=file)
        assert result["available_training_times"] == left - 1
    assert web("POST", "/v1/audio/voices/clone", data=form, files=file).json()["code"] == 4000
    [trained] = listed(filter_system_voice="true")
    assert (trained["name"], trained["language_name"], trained["state"]) == ("Mine", "日本語", "cloned")


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("voices/clone", {"audio_format": "wav"}),
        ("voices/clone", {"voice_name": "n", "audio_format": "film"}),
        ("voices/clone", {"voice_name": "n", "audio_format": "wav", "language": "xx"}),
        ("voiceprint_groups/1/speaker_identify", {"top_k": "many"}),
    ],
)
def test_a_wrong_form_of_audio_is_refused(web: Any, path: str, form: dict[str, str]) -> None:
    """With 4000, or 4200 for a group that is not there."""
    result = web("POST", f"/v1/audio/{path}", data=form, files={"file": ("a.wav", b"RIFF")}).json()
    assert result["code"] in (4000, 4200)


@pytest.mark.parametrize(("content", "code"), [(b"", 4300), (None, 4000)])
def test_no_sound_is_refused(web: Any, content: bytes | None, code: int) -> None:
    """An empty file and none at all."""
    files = {"other": ("a.txt", b"x")} if content is None else {"file": ("a.wav", content)}
    assert web("POST", "/v1/audio/transcriptions", files=files).json()["code"] == code


def test_a_group_of_voiceprints_lives(web: Any, state: State) -> None:
    """It is made, filled, selected, and takes its voiceprints with it."""
    groups = "/v1/audio/voiceprint_groups"
    one, other = (web.data("POST", groups, json={"name": name})["id"] for name in ("One", "Other"))
    made = [
        web.data("POST", f"{groups}/{one}/features", data={"name": name}, files={"file": ("a.wav", b"RIFF")})["id"]
        for name in ("Ann", "Bob", "Cid")
    ]
    [found] = web.data("GET", groups, params={"name": "One"})["items"]
    assert (found["id"], found["feature_count"]) == (one, 3)
    assert web.data("GET", groups, params={"user_id": "1"}) == {"items": [], "total": 0}
    page = web.data("GET", f"{groups}/{one}/features", params={"page_num": 2, "page_size": 2})
    assert ([each["id"] for each in page["items"]], page["total"]) == (made[2:], 3)
    asked = {"data": {"top_k": "2"}, "files": {"file": ("a.wav", b"RIFF")}}
    scores = [
        each["score"] for each in web.data("POST", f"{groups}/{one}/speaker_identify", **asked)["feature_score_list"]
    ]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == 2
    assert web("DELETE", f"{groups}/{other}/features/{made[0]}").json()["code"] == 4200
    web.data("DELETE", f"{groups}/{one}")
    assert state.audio.voiceprints.all() == []


def test_a_speech_is_a_sound(web: Any, state: State) -> None:
    """In the rate that was asked for; WAV has its header."""
    voice = state.audio.voices.all()[0].id
    body = {"input": "tea", "voice_id": voice, "response_format": "wav", "sample_rate": 16_000}
    result = web("POST", "/v1/audio/speech", json=body)
    assert result.headers["content-type"] == "audio/mpeg"
    assert (result.content[:4], int.from_bytes(result.content[24:28], "little")) == (b"RIFF", 16_000)
    assert len(web("POST", "/v1/audio/speech", json={**body, "response_format": "mp3"}).content) % 2 == 0
    wrong = {"voice_id": "1"}, {"sample_rate": 1}, {"response_format": "film"}, {"input": ""}, {"input": "x" * 1025}
    codes = [web("POST", "/v1/audio/speech", json={**body, **each}).json()["code"] for each in wrong]
    assert codes == [4200, 4000, 4000, 4000, 4000]
