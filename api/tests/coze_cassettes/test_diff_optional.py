"""Further questions of a model, which come or stay away: beside a change they have the form of the new answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from coze_cassettes.cassette.model import Cassette, Interaction, Request, Response
from coze_cassettes.diff import compare, rebase

JSON = dict[str, Any]
Change = Callable[[JSON], JSON]
URI = "https://api.coze.com/v3/chat/message/list?chat_id=CHAT_ID_1"


def message(number: int, kind: str, content: str = "") -> JSON:
    """A message of a chat."""
    return {"id": f"MESSAGE_ID_{number}", "role": "assistant", "type": kind, "content": content or kind}


def listed(messages: list[JSON]) -> Cassette:
    """The messages as a list."""
    body = json.dumps({"code": 0, "data": messages}, separators=(",", ":")).encode()
    response = Response(200, "OK", (("content-type", "application/json"),), body)
    return Cassette((Interaction(Request("GET", URI), response),))


def streamed(messages: list[JSON]) -> Cassette:
    """The messages as events."""
    events = [f"event:conversation.message.completed\ndata:{json.dumps(each)}\n\n" for each in messages]
    body = "".join([*events, 'event:done\ndata:"[DONE]"\n\n']).encode()
    response = Response(200, "OK", (("content-type", "text/event-stream"),), body, (9, len(body) - 9))
    return Cassette((Interaction(Request("POST", "https://api.coze.com/v3/chat"), response),))


FORMS: dict[str, tuple[Callable[[list[JSON]], Cassette], str]] = {
    "list": (listed, "$.data[]."),
    "stream": (streamed, "event conversation.message.completed"),
}

CHANGES: dict[str, tuple[Change, str]] = {
    "renamed": (lambda each: {("from" if key == "role" else key): value for key, value in each.items()}, "role"),
    "removed": (lambda each: {key: value for key, value in each.items() if key != "role"}, "role"),
    "retyped": (lambda each: {**each, "role": [each["role"]]}, "role"),
    "added": (lambda each: {**each, "badge": 1}, "badge"),
}

OLD = [message(1, "answer"), message(2, "verbose"), message(3, "follow_up", "How?"), message(4, "follow_up", "Why?")]


@pytest.mark.parametrize("where", FORMS)
@pytest.mark.parametrize("kind", CHANGES)
def test_committed_questions_take_the_form_of_the_new_ones(kind: str, where: str) -> None:
    """Number, wording and ids of the committed ones stay, their form is the new one's."""
    (form, place), (change, field) = FORMS[where], CHANGES[kind]
    new = [message(5, "answer"), message(1, "verbose"), message(2, "follow_up", "What else?")]
    old, fresh = form(OLD), form([change(each) for each in new])
    changes = compare(old, fresh).changes
    assert {each.kind for each in changes} == {kind}
    assert all(each.place.startswith(place) and each.place.endswith(field) for each in changes)
    assert rebase(old, fresh).interactions[0].response.body == (
        form([change(each) for each in OLD]).interactions[0].response.body
    )


@pytest.mark.parametrize("where", FORMS)
def test_without_a_new_one_committed_questions_stay_and_none_come_of_themselves(where: str) -> None:
    """There is nothing to tell them by; and where there were none, there are none."""
    form, (change, _) = FORMS[where][0], CHANGES["added"]
    taken = rebase(form(OLD), form([change(each) for each in OLD[:2]]))
    expected = form([*(change(each) for each in OLD[:2]), *OLD[2:]])
    assert taken.interactions[0].response.body == expected.interactions[0].response.body
    taken = rebase(form(OLD[:2]), form([change(each) for each in OLD]))
    expected = form([change(each) for each in OLD[:2]])
    assert taken.interactions[0].response.body == expected.interactions[0].response.body


@pytest.mark.parametrize("where", FORMS)
@pytest.mark.parametrize(("new", "kind"), [(None, "removed"), ("sort", "renamed"), ("type", "retyped")])
def test_the_number_of_indistinct_questions_does_not_count(where: str, new: str | None, kind: str) -> None:
    """When the field goes that says which they are, only that is found."""
    form = FORMS[where][0]
    fresh = []
    for each in OLD[:3]:
        rest = {key: value for key, value in each.items() if key != "type"}
        fresh.append({**rest, new: [each["type"]] if kind == "retyped" else each["type"]} if new else rest)
    assert {each.kind for each in compare(form(OLD), form(fresh)).changes} == {kind}


PING = 'id: 0\nevent: PING\ndata: {"content":{},"node_execute_uuid":""}\n\n'


def run_of(*texts: str, ping_before: int | None = None) -> Cassette:
    """A stream of a workflow's run, with a PING before one of its messages."""
    events = [f"event: Message\ndata: {json.dumps({'content': each, 'node_type': 'Message'})}\n\n" for each in texts]
    if ping_before is not None:
        events.insert(ping_before, PING)
    body = "".join([*events, 'event: Done\ndata: {"debug_url":""}\n\n']).encode()
    response = Response(200, "OK", (("content-type", "text/event-stream"),), body, (len(body),))
    return Cassette((Interaction(Request("POST", "https://api.coze.com/v1/workflow/stream_run"), response),))


@pytest.mark.parametrize("ping_before", [0, 1, 2])
def test_how_often_a_long_run_sends_a_ping_is_no_change(ping_before: int) -> None:
    """It depends on how long the run takes."""
    old, new = run_of("A", "B"), run_of("A", "B", ping_before=ping_before)
    assert not compare(old, new).changed
    assert not compare(new, old).changed
    assert rebase(old, new) == old


def cancelled(*texts: str) -> Cassette:
    """A chat over a WebSocket that was cancelled behind some deltas."""
    events = [
        ("conversation.chat.in_progress", {}),
        *(("conversation.message.delta", {"content": each}) for each in texts),
        ("conversation.chat.canceled", {"code": 2}),
    ]
    frames = (json.dumps({"event_type": name, "data": data}) for name, data in events)
    body = "".join(f"event:{name}\ndata:{frame}\n\n" for (name, _), frame in zip(events, frames, strict=True)).encode()
    uri = "wss://ws.coze.com/v1/chat?bot_id=BOT_ID"
    return Cassette((Interaction(Request("GET", uri), Response(101, "Switching Protocols", (), body)),))


def test_how_much_of_an_answer_came_before_it_was_cancelled_is_no_change() -> None:
    """It depends on when the server hears of it; of an answer that is not cancelled each event counts."""
    some, none = cancelled("So", "me"), cancelled()
    for old, new in ((some, none), (none, some)):
        assert not compare(old, new).changed
        assert rebase(old, new) == old
        whole = [
            Cassette(
                (
                    replace(
                        each,
                        response=replace(each.response, body=each.response.body.replace(b"canceled", b"completed")),
                    ),
                )
            )
            for each in (*old.interactions, *new.interactions)
        ]
        assert compare(*whole).changed
