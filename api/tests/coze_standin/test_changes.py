"""What the API can be made to do differently: the table of kinds, what a change reaches, and how it is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from coze_standin import StandInError, running
from coze_standin.changes import KINDS, Changes, InvalidChange, Kind, parse_change
from coze_standin.http_app import create_app
from coze_standin.operations import NAMES
from coze_standin.state import State

_ITEMS = [{"id": 1, "name": "b"}, {"id": 2}]
_ANSWER = {"code": 0, "msg": "", "data": {"name": "a", "items": _ITEMS}}
_LIST = {"code": 0, "data": [{"id": 1}, {"id": 2}], "has_more": False}
_BESIDE = {"code": 0, "data": "a text", "execute_id": "1"}
_REFUSED = {"code": 4100, "msg": "no"}
_EVENT = {"id": "1", "last_error": {"code": 0, "msg": ""}}


def _changed(written: str, content: Any) -> Any:
    return parse_change(f"bots.retrieve:{written}", NAMES).apply_to(content)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_a_kind_says_what_it_does(kind: Kind) -> None:
    """Every row can be read in a help text, and its default is one of its choices."""
    assert kind.does
    assert not kind.does.endswith(".")
    assert not kind.choices or kind.default in kind.choices


@pytest.mark.parametrize(
    ("written", "before", "after"),
    [
        ("rename:name", {"name": 1, "x": 2}, {"name_renamed": 1, "x": 2}),
        ("rename:name:title", {"x": 0, "name": 1, "y": 2}, {"x": 0, "title": 1, "y": 2}),
        ("remove:name", {"name": 1, "x": 2}, {"x": 2}),
        ("retype:name", {"name": "a"}, {"name": ["a"]}),
        ("retype:name", {"name": [1]}, {"name": "[1]"}),
        ("retype:name:string", {"name": 1}, {"name": "1"}),
        ("retype:name:list", {"name": 1}, {"name": [1]}),
        ("retype:name:integer", {"name": "12"}, {"name": 12}),
        ("retype:name:integer", {"name": "a"}, {"name": 7}),
        ("retype:name:boolean", {"name": "a"}, {"name": True}),
        ("retype:name:null", {"name": "a"}, {"name": None}),
        ("retype:name:object", {"name": "a"}, {"name": {"value": "a"}}),
        ("add:name", {"x": 1}, {"x": 1, "name": "added"}),
        ("add:name:some text: with a colon", {"x": 1}, {"x": 1, "name": "some text: with a colon"}),
        ('add:name:{"a":[1]}', {"x": 1}, {"x": 1, "name": {"a": [1]}}),
        ("add:name", {"name": 1}, {"name": 1}),
        ("remove:name", {"x": 1}, {"x": 1}),
        ("status:404", {"name": 1}, {"name": 1}),
    ],
)
def test_a_field_is_changed(written: str, before: Any, after: Any) -> None:
    """Each kind does to one field what it says, in its place among the others."""
    changed = _changed(written, before)
    assert changed == after
    assert list(changed) == list(after)


@pytest.mark.parametrize(
    ("written", "content", "place"),
    [
        ("rename:name:x", _ANSWER, {"data": {"x": "a", "items": _ITEMS}}),
        ("rename:data.name:x", _ANSWER, {"data": {"x": "a", "items": _ITEMS}}),
        ("remove:items[].name", _ANSWER, {"data": {"name": "a", "items": [{"id": 1}, {"id": 2}]}}),
        ("remove:data.items.name", _ANSWER, {"data": {"name": "a", "items": [{"id": 1}, {"id": 2}]}}),
        ("remove:absent.name", _ANSWER, {}),
        ("remove:data.*.name", {"data": {"a": _EVENT, "b": {"name": 1}}}, {"data": {"a": _EVENT, "b": {}}}),
        ("add:x", _ANSWER, {"data": {"name": "a", "items": _ITEMS, "x": "added"}}),
        ("add:$.x", _ANSWER, {"x": "added"}),
        ("retype:id:string", _LIST, {"data": [{"id": "1"}, {"id": "2"}]}),
        ("retype:has_more:string", _LIST, {"has_more": "false"}),
        ("add:x", _BESIDE, {"x": "added"}),
        ("add:x", _REFUSED, {}),
        ("add:$.x", _REFUSED, {"x": "added"}),
        ("retype:code:string", _REFUSED, {"code": "4100"}),
        ("add:x", _EVENT, {"x": "added"}),
        ("rename:last_error.msg:x", _EVENT, {"last_error": {"code": 0, "x": ""}}),
    ],
)
def test_a_field_is_found(written: str, content: Mapping[str, Any], place: Mapping[str, Any]) -> None:
    """From the top if it is named so or stands there, in ``data`` else, and a refusal only from the top."""
    assert _changed(written, content) == {**content, **place}


def test_what_is_no_object_stays() -> None:
    """The end of a stream is a text."""
    assert _changed("add:x", "[DONE]") == "[DONE]"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("", "there is no operation '': write OPERATION:KIND:FIELD[:NEW]"),
        ("bots.fly:rename:name", "there is no operation 'bots.fly': write OPERATION:KIND:FIELD[:NEW]"),
        ("users.me", "there is no kind of change '': it is one of rename, remove, retype, add, status"),
        ("users.me:bend:name", "there is no kind of change 'bend': it is one of rename, remove, retype, add, status"),
        ("users.me:rename:", "rename needs a field, such as data.name or data.items[].name"),
        ("users.me:remove:data..name", "remove needs a field, such as data.name or data.items[].name"),
        (
            "users.me:retype:name:text",
            "retype knows another, string, integer, boolean, null, list, object, not 'text'",
        ),
        ("users.me:status:teapot", "status needs a number from 200 to 599, not 'teapot'"),
        ("users.me:status:99", "status needs a number from 200 to 599, not '99'"),
    ],
)
def test_a_change_that_means_nothing_is_refused(written: str, message: str) -> None:
    """The message says what is wrong with it."""
    with pytest.raises(InvalidChange) as refused:
        parse_change(written, NAMES)
    assert str(refused.value) == message


def test_an_operation_stands_for_its_variants() -> None:
    """Without ``#`` all of them change, with it only one."""
    changes = Changes([parse_change("bots.list:status:201", NAMES), parse_change("bots.retrieve#v2:status:202", NAMES)])
    operations = ("bots.list", "bots.list#v2", "bots.retrieve", "bots.retrieve#v2", "bots.create")
    assert [changes.status(each, 200) for each in operations] == [201, 201, 200, 202, 200]


def test_changes_are_made_one_after_another() -> None:
    """A later change sees what an earlier one did, until all are cleared."""
    changes = Changes()
    changes.add(parse_change("users.me:rename:user_name:name", NAMES))
    changes.add(parse_change("users.me:retype:name:list", NAMES))
    before = {"code": 0, "data": {"user_name": "a"}}
    assert changes.content("users.me", before) == {"code": 0, "data": {"name": ["a"]}}
    changes.clear()
    assert changes.content("users.me", before) == before


def test_the_edge_changes_answers_refusals_and_status(state: State) -> None:
    """What goes out is the finished answer with the change; other operations stay as they are."""
    written = ("users.me:rename:detail.logid:log", "users.me:status:203", "workspaces.list:add:badge:1")
    app = create_app(state, changes=[parse_change(each, NAMES) for each in written])

    async def ask(path: str, token: str) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://stand.in") as client:
            return await client.get(path, headers={"Authorization": f"Bearer {token}"})

    good, refused = (asyncio.run(ask("/v1/users/me", token)) for token in (state.account.token, "none"))
    assert [each.status_code for each in (good, refused)] == [203, 203]
    assert all(list(each.json()["detail"]) == ["log"] for each in (good, refused))
    other = asyncio.run(ask("/v1/workspaces", state.account.token)).json()
    assert other["data"]["badge"] == 1
    assert list(other["detail"]) == ["logid"]


@pytest.mark.loopback
def test_a_running_stand_in_takes_changes() -> None:
    """From the command line at its start, and from the control plane while it runs; a wrong one is refused."""
    with running("a", changes=["users.me:remove:user_name", "chat.create:add:badge"]) as stand_in:
        headers = {"Authorization": f"Bearer {stand_in.environment['COZE_API_TOKEN']}"}
        with httpx.Client(base_url=stand_in.url, headers=headers) as client:
            assert "user_name" not in client.get("/v1/users/me").json()["data"]
            stand_in.change("users.me:rename:user_id:id")
            assert {"id"} <= set(client.get("/v1/users/me").json()["data"])
            body = {"bot_id": stand_in.environment["COZE_BOT_ID"], "user_id": "me", "stream": True}
            lines = client.post("/v3/chat", json=body).text.splitlines()
            assert {'"badge":"added"' in line for line in lines if line.startswith("data:{")} == {True}
            stand_in.clear_changes()
            assert {"user_id", "user_name"} <= set(client.get("/v1/users/me").json()["data"])
        with pytest.raises(StandInError, match=r"^the stand-in refused POST changes: there is no operation 'x'"):
            stand_in.change("x:y:z")
    with pytest.raises(StandInError, match=r"exit code 2$"), running("a", changes=["x:y:z"]):
        pass
