"""Comparing two recordings of one test: what is volatile, what is a change, and what the new one takes over."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coze_cassettes.cassette import websocket_messages
from coze_cassettes.cassette.model import Cassette, Interaction, Metadata, Request, Response
from coze_cassettes.cassette.websocket_messages import Message
from coze_cassettes.diff import VOLATILE, Change, Comparison, Severity, compare, rebase

JSON_HEADERS = (("content-type", "application/json; charset=utf-8"), ("x-tt-logid", "LOGID_1"))
STREAM_HEADERS = (("content-type", "text/event-stream"), ("x-tt-logid", "LOGID_1"))
OLD = Metadata("stand-in", "2024-01-01T00:00:00Z", "0.20.0", "sha256:0")
NEW = Metadata("stand-in", "2025-05-05T05:05:05Z", "0.20.0", "sha256:1")
BOTS = "https://api.coze.com/v1/bots"


def answered(body: Any, uri: str = BOTS, **fields: Any) -> Interaction:
    """A GET with a JSON answer."""
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Interaction(Request("GET", uri), Response(200, "OK", fields.pop("headers", JSON_HEADERS), content, **fields))


def streamed(body: str, uri: str = "https://api.coze.com/v3/chat", sent: bytes = b'{"stream":true}') -> Interaction:
    """A POST with a stream as its answer, in two chunks."""
    content = body.encode()
    half = len(content) // 2
    return Interaction(
        Request("POST", uri, (), sent),
        Response(200, "OK", STREAM_HEADERS, content, chunks=(half, len(content) - half)),
    )


def events(*pairs: tuple[str, Any]) -> str:
    """A chat stream: no space after the colon."""
    return "".join(f"event:{name}\ndata:{json.dumps(data, ensure_ascii=False)}\n\n" for name, data in pairs)


def cassette(*interactions: Interaction, metadata: Metadata = OLD) -> Cassette:
    """A cassette of some interactions."""
    return Cassette(interactions, metadata)


def found(old: Interaction, new: Interaction) -> list[tuple[str, str, str]]:
    """The changes between two interactions, each as severity, place and kind."""
    return summarize(compare(cassette(old), cassette(new, metadata=NEW)))


def summarize(comparison: Comparison) -> list[tuple[str, str, str]]:
    """The changes as severity, place and kind."""
    return [(str(each.severity), each.place, each.kind) for each in comparison.changes]


# --- one difference -------------------------------------------------------------------------------------------------

FIELDS: list[tuple[Any, Any, tuple[str, str, str]]] = [
    ({"data": {"name": "a", "mode": 0}}, {"data": {"mode": 0}}, ("breaking", "$.data.name", "removed")),
    ({"data": {"mode": 0}}, {"data": {"mode": 0, "name": "a"}}, ("info", "$.data.name", "added")),
    ({"data": {"description": "a"}}, {"data": {"desc": "a"}}, ("breaking", "$.data.description", "renamed")),
    ({"data": {"mode": 0}}, {"data": {"mode": "0"}}, ("breaking", "$.data.mode", "retyped")),
    ({"data": {"mode": 0}}, {"data": {"mode": 1}}, ("note", "$.data.mode", "changed")),
    ({"data": {"mode": 0}}, {"data": {"mode": None}}, ("breaking", "$.data.mode", "retyped")),
    ({"data": {"a": {"b": 1, "c": 2}}}, {"data": {}}, ("breaking", "$.data.a", "removed")),
    ({"data": {"a": {"b": 1}}}, {"data": {"a": [1]}}, ("breaking", "$.data.a", "retyped")),
    ({"data": [{"a": 1}, {"a": 2}]}, {"data": [{"a": 1}]}, ("note", "$.data", "count")),
    ({"data": [{"a": 1}]}, {"data": []}, ("note", "$.data", "count")),
    ({"data": [{"a": 1}, {"a": 2}]}, {"data": [{}, {}]}, ("breaking", "$.data[].a", "removed")),
    ({"data": [{"a": 1}, {"a": 1, "b": 2}]}, {"data": [{"a": 1}, {"a": 1}]}, ("breaking", "$.data[].b", "removed")),
    ({"data": '{"x":1,"y":2}'}, {"data": '{"x":1}'}, ("breaking", "$.data.y", "removed")),
    ({"created_at": 1704067200}, {"created_at": "1704067200"}, ("breaking", "$.created_at", "retyped")),
    ({"usage": {"token_count": 1}}, {"usage": {}}, ("breaking", "$.usage.token_count", "removed")),
    ({"role": "user", "content": "hi"}, {"role": "user", "content": "ho"}, ("note", "$.content", "changed")),
    ({"msg": "a"}, {"msg": "b"}, ("note", "$.msg", "changed")),
]


@pytest.mark.parametrize(("before", "after", "change"), FIELDS)
def test_one_changed_field_is_one_finding(before: Any, after: Any, change: tuple[str, str, str]) -> None:
    """A field that goes, comes, or is renamed, retyped or changed is found once, with its severity and place."""
    assert found(answered(before), answered(after)) == [change]


def test_json_behind_a_byte_order_mark_is_compared_as_json() -> None:
    """What differs in every recording is no change there either, and a field that is gone is one."""

    def marked(body: dict[str, Any]) -> Interaction:
        plain = answered(body)
        return replace(plain, response=replace(plain.response, body=b"\xef\xbb\xbf" + plain.response.body))

    one, other = ({"data": {"name": "a", "created_at": moment}} for moment in (1704067200, 1704067255))
    assert found(marked(one), marked(other)) == []
    assert found(marked(one), marked({"data": {"created_at": 1704067255}})) == [("breaking", "$.data.name", "removed")]


def test_a_finding_reads_as_one_line() -> None:
    """The text of a change names severity, interaction, place and what happened."""
    comparison = compare(
        cassette(answered({"mode": 0}, BOTS + "?page_index=2")), cassette(answered({"mode": 1}, BOTS + "?page_index=2"))
    )
    assert [str(each) for each in comparison.changes] == ["note: GET /v1/bots?page_index=2: $.mode: 0 is now 1"]


def test_a_long_value_is_cut() -> None:
    """A change never quotes more than a few words."""
    comparison = compare(cassette(answered({"a": "x" * 500})), cassette(answered({"a": "y" * 500})))
    assert len(comparison.changes[0].text) < 120


RESPONSES: list[tuple[dict[str, Any], tuple[str, str, str]]] = [
    ({"status": 401}, ("breaking", "status", "changed")),
    ({"fault": "ReadError"}, ("breaking", "fault", "changed")),
    ({"body": b""}, ("breaking", "body", "retyped")),
    ({"body": b"<html>"}, ("breaking", "body", "retyped")),
    ({"headers": JSON_HEADERS[1:]}, ("breaking", "header content-type", "removed")),
    ({"headers": (("content-type", "text/plain"), JSON_HEADERS[1])}, ("breaking", "header content-type", "retyped")),
    ({"headers": (*JSON_HEADERS, ("retry-after", "3"))}, ("info", "header retry-after", "added")),
]


@pytest.mark.parametrize(("fields", "change"), RESPONSES)
def test_a_changed_response_is_one_finding(fields: dict[str, Any], change: tuple[str, str, str]) -> None:
    """Status, transport fault, headers and the form of the body are compared."""
    old = answered({"code": 0})
    assert found(old, replace(old, response=replace(old.response, **fields))) == [change]


REQUESTS: list[tuple[dict[str, Any], tuple[str, str, str]]] = [
    ({"uri": "https://api.coze.com/v3/chat?x="}, ("note", "request query", "changed")),
    ({"method": "PUT"}, ("note", "interaction", "added")),
    ({"body": b'{"stream":true,"created_at":1}'}, ("note", "request body $.created_at", "added")),
    ({"headers": (("Agw-Js-Conv", "str"),)}, ("note", "request header agw-js-conv", "added")),
]


@pytest.mark.parametrize(("fields", "change"), REQUESTS)
def test_whatever_a_test_asks_differently_is_a_change(fields: dict[str, Any], change: tuple[str, str, str]) -> None:
    """Nothing in a request is volatile, since it comes from the test."""
    old = streamed(events(("done", "[DONE]")))
    assert change in found(old, replace(old, request=replace(old.request, **fields)))


CREATED = ("conversation.chat.created", {"id": "CHAT_ID_1", "status": "created"})
DELTA = ("conversation.message.delta", {"id": "MESSAGE_ID_1", "role": "assistant", "type": "answer", "content": "a"})
COMPLETED = ("conversation.message.completed", {**DELTA[1], "content": "aa"})
VERBOSE = ("conversation.message.completed", {"id": "MESSAGE_ID_2", "type": "verbose", "content": '{"msg_type":"x"}'})
FOLLOW_UP = ("conversation.message.completed", {"id": "MESSAGE_ID_3", "type": "follow_up", "content": "And then?"})
DONE = ("done", "[DONE]")


def without(event: tuple[str, Any], key: str) -> tuple[str, Any]:
    """An event without one of its fields."""
    return event[0], {name: value for name, value in event[1].items() if name != key}


STREAMS: list[tuple[list[Any], list[Any], list[tuple[str, str, str]]]] = [
    ([CREATED, DELTA, DONE], [CREATED, DELTA, DELTA, DELTA, DONE], []),
    ([CREATED, DELTA, COMPLETED, FOLLOW_UP, FOLLOW_UP, DONE], [CREATED, DELTA, COMPLETED, DONE], []),
    ([CREATED, DELTA], [CREATED, (DELTA[0], {**DELTA[1], "content": "other"})], []),
    ([CREATED, DELTA, DONE], [CREATED, DONE], [("breaking", "event conversation.message.delta[answer]", "removed")]),
    ([CREATED, DONE], [CREATED, ("ping", {}), DONE], [("info", "event ping", "added")]),
    (
        [CREATED, COMPLETED, VERBOSE],
        [CREATED, COMPLETED],
        [("breaking", "event conversation.message.completed[verbose]", "removed")],
    ),
    ([CREATED, COMPLETED, DONE], [COMPLETED, CREATED, DONE], [("note", "events", "order")]),
    (
        [CREATED, DELTA, DELTA],
        [CREATED, *[without(DELTA, "role")] * 3],
        [("breaking", "event conversation.message.delta[answer] $.role", "removed")],
    ),
    (
        [CREATED, COMPLETED],
        [CREATED, without(COMPLETED, "type")],
        [("breaking", "event conversation.message.completed $.type", "removed")],
    ),
    (
        [CREATED],
        [(CREATED[0], {**CREATED[1], "status": "failed"})],
        [("note", "event conversation.chat.created $.status", "changed")],
    ),
]


@pytest.mark.parametrize(("before", "after", "changes"), STREAMS)
def test_a_stream_is_compared_by_its_grammar(
    before: list[Any], after: list[Any], changes: list[tuple[str, str, str]]
) -> None:
    """Events count by kind and order, runs of deltas as one, questions to go on with not at all."""
    assert found(streamed(events(*before)), streamed(events(*after))) == changes


def test_a_stream_without_its_id_lines_has_lost_a_field() -> None:
    """What the SDK needs of a workflow's event beside its data is compared too."""
    body = 'id: 0\nevent: Message\ndata: {"content":"a"}\n\n'
    assert found(streamed(body), streamed(body.replace("id: 0\n", ""))) == [
        ("breaking", "event Message $.id:", "removed")
    ]


def test_the_event_in_which_a_stream_breaks_off_may_say_something_else() -> None:
    """Of a half event only that there is one counts."""
    start = events(CREATED)
    old, new = (
        streamed(start + 'event:conversation.message.delta\ndata:{"id":"M'),
        streamed(start + 'event:conversation.message.delta\ndata:{"i'),
    )
    assert found(old, new) == []
    assert found(old, streamed(start)) == [("breaking", "event conversation.message.delta (cut off)", "removed")]


@pytest.mark.parametrize("data", ['{"code":"720702204","msg":"no such conversation"}', "[DONE]"])
def test_an_event_whose_blank_line_has_not_come_is_whole(data: str) -> None:
    """A test that leaves a stream at an error event has got the blank line behind it or not, as the chunks came."""
    whole = f"event: error\ndata: {data}\n\n"
    assert found(streamed(whole), streamed(whole[:-1])) == []
    assert found(streamed(whole[:-1]), streamed(whole)) == []
    assert found(streamed(whole), streamed(whole[:-2])) != [], "the line of data may go on"


def test_an_event_that_breaks_off_inside_its_name_has_none() -> None:
    """Where in the name it broke off says nothing."""
    start = events(CREATED)
    assert found(streamed(start + "event:conversat"), streamed(start + "event:con")) == []


def test_the_keys_of_a_map_are_data() -> None:
    """Which nodes of a workflow ran is not a change, what the answer says of each is; and the committed ones stay."""
    old = answered({"mode": 0, "node_execute_status": {"1": {"node_id": "1", "is_finish": True}}})
    new = answered(
        {
            "mode": 0,
            "node_execute_status": {
                "7": {"node_id": "7", "is_finish": True},
                "8": {"node_id": "8", "is_finish": False},
            },
        }
    )
    less = answered({"mode": 0, "node_execute_status": {"7": {"node_id": "7"}}})
    assert found(old, new) == []
    assert found(old, less) == [("breaking", "$.node_execute_status[].is_finish", "removed")]
    changed = replace(new, response=replace(new.response, body=new.response.body.replace(b'"mode":0', b'"mode":1')))
    expected = old.response.body.replace(b'"mode":0', b'"mode":1')
    assert rebase(cassette(old), cassette(changed)).interactions[0].response.body == expected


def test_the_same_change_in_several_calls_is_reported_once() -> None:
    """Three calls that ask the same are one place in the API."""
    before, after = answered({"mode": 0}), answered({"mode": 1})
    assert summarize(compare(cassette(*[before] * 3), cassette(*[after] * 3))) == [("note", "$.mode", "changed")]


def test_a_placeholder_that_is_only_sent_in_a_header_is_mapped() -> None:
    """A token of the test itself has a number like any other thing."""
    old = answered({"code": 4100})
    with_token = [
        replace(old, request=replace(old.request, headers=(("Authorization", f"Bearer BEARER_TOKEN_{n}"),)))
        for n in (1, 2)
    ]
    assert found(*with_token) == []


# --- alignment and placeholders -------------------------------------------------------------------------------------


def test_renumbered_placeholders_are_no_change() -> None:
    """Placeholders are compared by a one-to-one mapping of their numbers."""
    old = answered({"a": "BOT_ID_1", "b": "BOT_ID_2", "c": "see BOT_ID_1"})
    assert found(old, answered({"a": "BOT_ID_5", "b": "BOT_ID_1", "c": "see BOT_ID_5"})) == []


def test_two_placeholders_that_become_one_are_a_change() -> None:
    """Two different things that turn into one are a difference of content."""
    old = answered({"a": "BOT_ID_1", "b": "BOT_ID_2"})
    assert found(old, answered({"a": "BOT_ID_1", "b": "BOT_ID_1"})) == [("note", "$.b", "changed")]


def test_the_order_of_independent_interactions_is_no_change() -> None:
    """Interactions are aligned by what they ask."""
    one, two = answered({"n": 1}, BOTS + "/BOT_ID_1"), answered({"n": 2}, BOTS + "/BOT_ID_2")
    swapped = (answered({"n": 2}, BOTS + "/BOT_ID_1"), answered({"n": 1}, BOTS + "/BOT_ID_2"))
    assert not compare(cassette(one, two), cassette(*swapped)).changed
    assert rebase(cassette(one, two), cassette(*swapped)).interactions == (one, two)


def test_a_call_more_or_less_is_a_matter_of_counts() -> None:
    """Asking once more is shown as a count, a call of another kind as a new one."""
    asked = [answered({"page": page}, BOTS) for page in (1, 2, 3)]
    other = answered({}, "https://api.coze.com/v1/workspaces")
    assert summarize(compare(cassette(*asked), cassette(asked[0], asked[2]))) == [("note", "interaction", "count")]
    assert summarize(compare(cassette(asked[0]), cassette(asked[0], other))) == [("note", "interaction", "added")]


def test_a_list_of_one_is_singular() -> None:
    """The numbers before and after, with a noun that fits."""
    (change,) = compare(cassette(answered({"data": [1]})), cassette(answered({"data": []}))).changes
    assert change.text == "1 element is now 0"
    (change,) = compare(cassette(answered({"data": [1, 2]})), cassette(answered({"data": [1]}))).changes
    assert change.text == "2 elements are now 1"


def test_how_often_a_chat_is_polled_is_no_change() -> None:
    """A model that thinks longer changes nothing, and the committed polls stay when something else changes."""
    uri = "https://api.coze.com/v3/chat/retrieve?chat_id=CHAT_ID_1"
    started, done = answered({"status": "in_progress"}, uri), answered({"status": "completed"}, uri)
    bot = answered({"mode": 0})
    for before, after in ([[started, started, done], [done]], [[done], [started, started, done]]):
        assert not compare(cassette(*before), cassette(*after)).changed
        taken = rebase(cassette(bot, *before), cassette(answered({"mode": 1}), *after))
        assert taken.interactions == (answered({"mode": 1}), *before)


def test_how_often_documents_are_asked_for_and_which_is_done_first_is_no_change() -> None:
    """Their processing takes as long as it takes, and the committed looks stay when something else changes."""
    uri = "https://api.coze.com/v1/datasets/DATASET_ID_1/process"

    def asked(*progress: int) -> Interaction:
        records = [
            {"document_id": f"DOCUMENT_ID_{number}", "status": int(each == 100), "progress": each}
            for number, each in enumerate(progress, start=1)
        ]
        request = Request("POST", uri, (), b'{"document_ids":["DOCUMENT_ID_1","DOCUMENT_ID_2"]}')
        return replace(answered({"data": {"data": records}}, uri), request=request)

    bot = answered({"mode": 0})
    three, other_three = (
        [asked(9, 12), asked(60, 100), asked(100, 100)],
        [asked(10, 10), asked(100, 70), asked(100, 100)],
    )
    two = [asked(30, 40), asked(100, 100)]
    for before, after in ([three, other_three], [three, two], [two, three], [other_three, three]):
        assert not compare(cassette(*before), cassette(*after)).changed
        taken = rebase(cassette(bot, *before), cassette(answered({"mode": 1}), *after))
        assert taken.interactions == (answered({"mode": 1}), *before)


def test_which_of_several_runs_is_done_first_is_no_change() -> None:
    """Each look asks for all of them; only what the last look says counts."""

    def asked(*states: str) -> list[Interaction]:
        uri = "https://api.coze.com/v1/workflows/WORKFLOW_ID_1/run_histories/EXECUTE_ID_"
        return [answered({"data": [{"status": each}]}, f"{uri}{number}") for number, each in enumerate(states)]

    before = [
        *asked("Running", "Running", "Success"),
        *asked("Success", "Running", "Success"),
        *asked(*["Success"] * 3),
    ]
    after = [*asked("Success", "Running", "Running"), *asked(*["Success"] * 3)]
    failing = [*asked("Success", "Running", "Running"), *asked("Fail", "Fail", "Fail")]
    for old, new in ((before, after), (after, before)):
        assert not compare(cassette(*old), cassette(*new)).changed
    assert compare(cassette(*after), cassette(*failing)).changed


COUNTED = [
    ("/v1/datasets", {"dataset_list": [{"hit_count": 3}]}, {"dataset_list": [{"hit_count": 9}]}),
    ("/v1/datasets/0/images", {"photo_infos": [{"caption": "A cat"}]}, {"photo_infos": [{"caption": "A tabby"}]}),
    ("/v1/datasets/0/images", {"photo_infos": [{"status": 0}]}, {"photo_infos": [{"status": 1}]}),
    (
        "/open_api/knowledge/document/list",
        {"document_infos": [{"status": 0, "char_count": 0, "slice_count": 0}]},
        {"document_infos": [{"status": 1, "char_count": 27, "slice_count": 1}]},
    ),
]


@pytest.mark.parametrize(("path", "before", "after"), COUNTED)
def test_what_a_knowledge_base_says_of_its_use_and_its_pictures_is_no_change(
    path: str, before: Any, after: Any
) -> None:
    """Hits follow the chats of others, processing takes its time, captions are a model's: elsewhere one counts."""
    uri = f"https://api.coze.com{path}"
    assert found(answered(before, uri), answered(after, uri)) == []
    assert found(answered({"caption": "A cat"}), answered({"caption": "A tabby"})) == [("note", "$.caption", "changed")]


def test_a_new_thing_gets_the_next_free_number_and_renumbers_nothing() -> None:
    """The committed numbers stay; what is new comes after them."""
    old = answered({"bots": [{"id": "BOT_ID_1"}, {"id": "BOT_ID_2"}]})
    new = answered({"bots": [{"id": "BOT_ID_1", "name": "x"}, {"id": "BOT_ID_2"}, {"id": "BOT_ID_3"}]})
    expected = answered({"bots": [{"id": "BOT_ID_3", "name": "x"}, {"id": "BOT_ID_1"}, {"id": "BOT_ID_2"}]})
    assert rebase(cassette(old), cassette(new)).interactions == (expected,)


def test_metadata_never_count_and_are_the_new_ones() -> None:
    """When and with which SDK a cassette was recorded is not a change of the API."""
    old = answered({"code": 0})
    assert not compare(cassette(old), cassette(old, metadata=NEW)).changed
    assert rebase(cassette(old), cassette(old, metadata=NEW)).metadata == NEW


# --- what is taken over ---------------------------------------------------------------------------------------------


LONG = "You are a patient assistant. Write to EMAIL_{0}, ring PHONE_{0} or use {1}. Answer in one sentence."


def test_a_long_text_is_shown_around_its_difference() -> None:
    """What comes long before is left out, and no placeholder is cut in two there."""
    old, new = answered({"prompt": LONG.format(1, "SECRET_1")}), answered({"prompt": LONG.format(1, "JWT_1")})
    [change] = compare(cassette(old), cassette(new, metadata=NEW)).changes
    shown = '"…PHONE_1 or use SECRET_1. Answer in on… is now "…PHONE_1 or use JWT_n. Answer in one s…'
    assert change.text == shown


def test_placeholders_of_a_changed_text_keep_their_numbers() -> None:
    """Those around the change are the same in the file, though the new recording counted otherwise."""
    old = answered({"first": "EMAIL_1 PHONE_1", "prompt": LONG.format(2, "SECRET_1"), "last": "EMAIL_3"})
    new = answered({"last": "EMAIL_1", "prompt": LONG.format(3, "JWT_1"), "first": "EMAIL_2 PHONE_2"})
    [call] = rebase(cassette(old), cassette(new, metadata=NEW)).interactions
    body = json.loads(call.response.body)
    assert body == {"first": "EMAIL_1 PHONE_1", "prompt": LONG.format(2, "JWT_1"), "last": "EMAIL_3"}


AT_FIRST = {
    "created_at": 1,
    "logid": "LOGID_1",
    "etag": "b",
    "usage": {"token_count": 3},
    "content": "好🙂",
    "seen": [1704067201, "2024-01-01T00:00:01+08:00"],
}


def test_a_changed_file_differs_in_the_change_alone() -> None:
    """Volatile values of an answer that changed are the committed ones, its form is the new one's."""
    old = answered({**AT_FIRST, "mode": 0})
    later = {"created_at": 9, "logid": "LOGID_4", "etag": "c", "usage": {"token_count": 8}, "content": "else"}
    new = answered({**later, "seen": [1704067209, "2024-01-01T00:00:09+08:00"], "mode": 1})
    expected = answered({**AT_FIRST, "mode": 1})
    assert rebase(cassette(old), cassette(new)).interactions == (expected,)


def test_values_in_json_in_a_string_are_taken_over() -> None:
    """The layer inside a string is edited and closed again in its own manner."""
    old = answered({"output": '{"text":"好\\n","count":1}'})
    new = answered({"output": '{"text":"other","count":2}'})
    assert rebase(cassette(old), cassette(new)).interactions == (answered({"output": '{"text":"好\\n","count":2}'}),)


READINGS = (
    ("expires", "Sat, 28 Nov 2026 03:47:11 GMT", "Mon, 30 Nov 2026 11:02:59 GMT"),
    ("etag", 'W/"1f-Qx"', 'W/"20-b7"'),
    ("vary", "Origin", "Accept-Encoding"),
    ("x-bdturing-verify", "", "4711"),
    ("x-mode", "fast", ""),
    ("x-ratelimit-remaining-requests", "16", "23"),
    ("ratelimit-reset", "1", "60"),
    ("x-response-time", "12.5ms", "7ms"),
    ("x-runtime", "0.012", "1"),
    ("x-sent-by-edge", 'node="1f09ab34cd", took=12', 'node="77", took=3'),
    ("x-tos-hash-crc64ecma", "415320261570731728", "15320261570731728"),
)
"""Headers that follow the time, the body or the machine: by name, or by their numbers."""


@pytest.mark.parametrize(("name", "before", "after"), READINGS, ids=[name for name, _, _ in READINGS])
def test_a_header_that_counts_or_measures_changes_nothing(name: str, before: str, after: str) -> None:
    """Gateways send headers of their own, now and then, with numbers that differ each time; the old value is kept."""
    kept = ([(name, value)] if value else [] for value in (before, after))
    old, new = (answered({"mode": 1}, headers=(*JSON_HEADERS, *headers)) for headers in kept)
    other = replace(new, response=replace(new.response, body=b'{"mode":2}'))
    assert found(old, new) == []
    assert rebase(cassette(old), cassette(other)).interactions[0].response.headers == old.response.headers


def test_the_time_of_an_answer_in_a_header_stays_beside_a_change() -> None:
    """It is the server's, unlike a time that the test made of the clock, which is the new recording's."""
    sent = "Sun, 03 Mar 2024 03:03:03 GMT", "Mon, 05 May 2025 05:05:05 GMT"
    before = replace(OLD, recorded_at="2024-03-03T03:03:03Z")
    old, new = (answered({"mode": mode}, headers=(*JSON_HEADERS, ("expires", at))) for mode, at in enumerate(sent))
    taken = rebase(cassette(old, metadata=before), cassette(new, metadata=NEW)).interactions[0].response
    assert (taken.headers, taken.body) == (old.response.headers, b'{"mode":1}')


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("x-api-version", "3", "4"),
        ("x-ratelimit-limit", "100", "50"),
        ("x-error-code", "0", "700"),
        ("x-users", "USER_ID_1 USER_ID_1", "USER_ID_1 USER_ID_2"),
        ("x-mode", "fast", "slow"),
    ],
)
def test_a_header_that_says_something_else_is_a_change(name: str, before: str, after: str) -> None:
    """Numbers of versions, limits and codes are meant; so is any other word."""
    old, new = (answered({"mode": 1}, headers=(*JSON_HEADERS, (name, value))) for value in (before, after))
    assert found(old, new) == [("note", f"header {name}", "changed")]


def test_headers_keep_their_order_and_spelling() -> None:
    """A server that writes its headers otherwise changes nothing."""
    old = answered({"mode": 0})
    new = answered({"mode": 1}, headers=(("X-Tt-Logid", "LOGID_7"), ("Content-Type", JSON_HEADERS[0][1])))
    assert rebase(cassette(old), cassette(new)).interactions[0].response.headers == JSON_HEADERS


def test_a_changed_stream_keeps_the_deltas_it_had() -> None:
    """A field that is gone from each delta is gone from each committed delta; their number and text stay."""
    old = [CREATED, DELTA, (DELTA[0], {**DELTA[1], "content": "b"}), COMPLETED, FOLLOW_UP, DONE]
    new = [CREATED, *[without(DELTA, "role")] * 5, COMPLETED, DONE]
    expected = [CREATED, *[without(each, "role") for each in old[1:3]], COMPLETED, FOLLOW_UP, DONE]
    merged = rebase(cassette(streamed(events(*old))), cassette(streamed(events(*new)))).interactions[0].response
    assert merged.body.decode() == events(*expected)
    assert sum(merged.chunks) == len(merged.body)


def test_no_change_is_lost_in_taking_over() -> None:
    """A field that only some delta has is kept, at the price of the new deltas."""
    odd = (DELTA[0], {**DELTA[1], "odd": 1})
    old, new = streamed(events(CREATED, DELTA, DELTA)), streamed(events(CREATED, DELTA, DELTA, odd, DELTA, DELTA))
    taken = rebase(cassette(old), cassette(new)).interactions[0]
    assert found(old, taken) == found(old, new) != []


def test_cuts_of_a_stream_move_with_the_text() -> None:
    """Longer numbers of placeholders move the ends of the chunks, and their sum stays the length of the body."""
    old = streamed(events(CREATED, DONE))
    body = events((CREATED[0], {"id": "CHAT_ID_1", "other": "CHAT_ID_2"}), DONE).encode()
    new = replace(old, response=replace(old.response, body=body, chunks=(30, len(body) - 30)))
    many = answered({"ids": [f"CHAT_ID_{number}" for number in range(1, 12)]})
    merged = rebase(cassette(old, many), cassette(new, many)).interactions[0].response
    assert sum(merged.chunks) == len(merged.body)
    assert merged.chunks[0] == 30


# --- properties: a server that never says the same twice -------------------------------------------------------------


@dataclass
class Server:
    """A server whose ids, times, counters, wording, cuts and header order differ from recording to recording.

    ``mutate`` changes the data of the bot it retrieves, as a changed API would.
    """

    chance: random.Random
    mutate: Callable[[dict[str, Any]], dict[str, Any]] = lambda data: data

    def placeholder(self, kind: str, number: int) -> str:
        """A placeholder whose number depends on the recording, one-to-one."""
        shift = self.chance_shift
        return f"{kind}_{(number * 7 + shift) % 11 + 1}"

    def __post_init__(self) -> None:
        self.chance_shift = self.chance.randrange(11)

    def words(self) -> str:
        """Something that a model says."""
        return " ".join(
            self.chance.choice(["你好", "plan", "🙂", "EMAIL_1", "{x", '"q"']) for _ in range(self.chance.randint(1, 5))
        )

    def headers(self, content_type: str, number: int) -> tuple[tuple[str, str], ...]:
        """Headers in any order and spelling."""
        pairs = [("content-type", content_type), ("x-tt-logid", self.placeholder("LOGID", number))]
        self.chance.shuffle(pairs)
        return tuple((name.title() if self.chance.random() < 0.5 else name, value) for name, value in pairs)

    def time(self) -> int:
        """A moment."""
        return 1704067200 + self.chance.randrange(10_000)

    def bots(self) -> Interaction:
        """A page of bots."""
        items = [{"id": self.placeholder("BOT_ID", n), "name": f"bot {n}", "updated_at": self.time()} for n in range(3)]
        body = {"code": 0, "data": {"items": items, "total": 3}, "detail": {"logid": self.placeholder("LOGID", 1)}}
        return self.json("GET", f"/v1/bots?workspace_id={self.placeholder('WORKSPACE_ID', 0)}", body, 1)

    def bot(self, number: int) -> Interaction:
        """One bot, with what a test may see change."""
        data: dict[str, Any] = {
            "bot_id": self.placeholder("BOT_ID", number),
            "name": f"bot {number}",
            "version": str(self.time()),
            "onboarding": {"prologue": "hi", "suggested": ["a", "b"]},
            "plugins": [
                {"plugin_id": self.placeholder("PLUGIN_ID", 1), "apis": []},
                {"plugin_id": self.placeholder("PLUGIN_ID", 2), "apis": [1]},
            ],
            "extra": json.dumps({"mode": 1, "note": None}),
        }
        body = {"code": 0, "data": self.mutate(data) if number == 1 else data}
        return self.json("GET", f"/v1/bots/{self.placeholder('BOT_ID', number)}", body, 2 + number)

    def json(self, method: str, path: str, body: Any, number: int) -> Interaction:
        """An interaction with a JSON answer."""
        content = json.dumps(body, ensure_ascii=False).encode()
        request = Request(method, f"https://api.coze.com{path}")
        return Interaction(request, Response(200, "OK", self.headers("application/json", number), content))

    def chat(self) -> Interaction:
        """A stream of deltas, cut anywhere."""
        ids = {"id": self.placeholder("CHAT_ID", 1), "conversation_id": self.placeholder("CONVERSATION_ID", 1)}
        message = {"id": self.placeholder("MESSAGE_ID", 1), "role": "assistant", "type": "answer"}
        pairs: list[tuple[str, Any]] = [("conversation.chat.created", {**ids, "created_at": self.time()})]
        pairs += [
            ("conversation.message.delta", {**message, "content": self.words()})
            for _ in range(self.chance.randint(1, 6))
        ]
        pairs += [("conversation.message.completed", {**message, "content": self.words(), "created_at": self.time()})]
        pairs += [
            (
                "conversation.message.completed",
                {**message, "id": self.placeholder("MESSAGE_ID", 2 + n), "type": "follow_up", "content": self.words()},
            )
            for n in range(self.chance.randint(0, 3))
        ]
        usage = {"token_count": self.chance.randrange(99)}
        pairs += [("conversation.chat.completed", {**ids, "usage": usage}), ("done", "[DONE]")]
        body = events(*pairs).encode()
        cuts = sorted(self.chance.sample(range(1, len(body)), self.chance.randint(1, 6)))
        sizes = tuple(end - start for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True))
        sent = json.dumps({"bot_id": self.placeholder("BOT_ID", 0), "user_id": "USER_ID_1"}).encode()
        headers = self.headers("text/event-stream", 9)
        return Interaction(
            Request("POST", "https://api.coze.com/v3/chat", (("content-type", "application/json"),), sent),
            Response(200, "OK", headers, body, sizes),
        )

    def polls(self) -> list[Interaction]:
        """The same question, answered differently each time."""
        path = f"/v3/chat/retrieve?chat_id={self.placeholder('CHAT_ID', 1)}"
        return [
            self.json("POST", path, {"data": {"status": status, "created_at": self.time()}}, 12 + number)
            for number, status in enumerate(["created", *["in_progress"] * self.chance.randint(1, 3), "completed"])
        ]

    def cassette(self) -> Cassette:
        """A recording; the two bots are asked for at the same time."""
        pair = [self.bot(1), self.bot(2)]
        self.chance.shuffle(pair)
        return Cassette((self.bots(), *pair, self.chat(), *self.polls()), OLD)


def recorded(seed: int, mutate: Callable[[dict[str, Any]], dict[str, Any]] = lambda data: data) -> Cassette:
    """A recording of the same test from the same API."""
    return Server(random.Random(seed), mutate).cassette()  # noqa: S311  it decorates, it protects nothing


@given(st.integers(0, 10_000), st.integers(0, 10_000))
@settings(max_examples=settings().max_examples // 2)
def test_recording_an_unchanged_api_again_changes_nothing(first: int, second: int) -> None:
    """Nothing counts as changed, and what is taken over is byte for byte the committed recording."""
    old, new = recorded(first), recorded(second)
    assert compare(old, new).changes == ()
    assert rebase(old, new).interactions == old.interactions


MUTATIONS: dict[str, tuple[Callable[[dict[str, Any]], dict[str, Any]], tuple[str, str, str]]] = {
    "renamed": (
        lambda data: {("title" if key == "name" else key): value for key, value in data.items()},
        ("breaking", "$.data.name", "renamed"),
    ),
    "removed": (
        lambda data: {key: value for key, value in data.items() if key != "onboarding"},
        ("breaking", "$.data.onboarding", "removed"),
    ),
    "retyped": (lambda data: {**data, "name": [data["name"]]}, ("breaking", "$.data.name", "retyped")),
    "retyped volatile": (lambda data: {**data, "version": None}, ("breaking", "$.data.version", "retyped")),
    "added": (lambda data: {**data, "badge": {"gold": True}}, ("info", "$.data.badge", "added")),
    "changed": (lambda data: {**data, "name": "another"}, ("note", "$.data.name", "changed")),
    "changed inside": (
        lambda data: {**data, "extra": json.dumps({"mode": 2, "note": None})},
        ("note", "$.data.extra.mode", "changed"),
    ),
    "renamed in elements": (
        lambda data: {
            **data,
            "plugins": [{"plugin_id": each["plugin_id"], "tools": each["apis"]} for each in data["plugins"]],
        },
        ("breaking", "$.data.plugins[].apis", "renamed"),
    ),
}


def lines_of(taken: Cassette) -> list[str]:
    """The answers as a reviewer sees them, one field a line."""
    pretty = []
    for each in taken.interactions:
        text = each.response.body.decode()
        pretty += (json.dumps(json.loads(text), indent=2) if text.startswith("{") else text).splitlines()
    return pretty


@pytest.mark.parametrize("name", MUTATIONS)
@given(first=st.integers(0, 10_000), second=st.integers(0, 10_000))
@settings(max_examples=max(1, settings().max_examples // 16))
def test_one_change_of_an_api_is_one_finding_and_a_small_difference(name: str, first: int, second: int) -> None:
    """One field of one answer: exactly that change, at most five lines of difference, and the same change again."""
    mutate, change = MUTATIONS[name]
    old, new = recorded(first), recorded(second, mutate)
    comparison = compare(old, new)
    assert summarize(comparison) == [change]
    taken = rebase(old, new)
    assert compare(old, taken).changes == comparison.changes
    before, after = lines_of(old), lines_of(taken)
    assert len([line for line in before if line not in after]) <= 5
    assert len([line for line in after if line not in before]) <= 5


@given(st.integers(0, 10_000), st.integers(0, 10_000))
@settings(max_examples=max(1, settings().max_examples // 16))
def test_taking_over_twice_is_taking_over_once(first: int, second: int) -> None:
    """What has been taken over is stable."""
    old, new = recorded(first), recorded(second, MUTATIONS["added"][0])
    once = rebase(old, new)
    assert rebase(old, once) == once


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=5), children, max_size=4),
    max_leaves=12,
)


@given(JSON_VALUES, JSON_VALUES)
def test_any_two_answers_can_be_compared(before: Any, after: Any) -> None:
    """Equal answers have no changes, and taking over keeps what was found."""
    old, new = cassette(answered({"data": before})), cassette(answered({"data": after}))
    assert not compare(old, old).changed
    comparison = compare(old, new)
    assert {(each.place, each.kind) for each in compare(old, rebase(old, new)).changes} == {
        (each.place, each.kind) for each in comparison.changes
    }


def test_every_row_of_the_table_has_a_reason() -> None:
    """What is volatile is so for a reason that a reviewer can read."""
    assert all(row.reason and row.pattern for row in VOLATILE)


def test_a_comparison_counts_by_severity() -> None:
    """Only changes are counted."""
    volatile = Change(Severity.NOTE, "GET /", "$", "changed", "x", volatile=True)
    breaking = Change(Severity.BREAKING, "GET /", "$", "removed", "x")
    comparison = Comparison((volatile, breaking))
    assert (comparison.changed, comparison.count(Severity.NOTE), comparison.count(Severity.BREAKING)) == (True, 0, 1)
    assert not Comparison((volatile,)).changed


# --- websockets -----------------------------------------------------------------------------------------------------


def spoken(*messages: str, end: str = "") -> Cassette:
    """A cassette of one WebSocket over which messages were received."""
    body = websocket_messages.dump(Message(text + end, 0) for text in messages)
    response = Response(101, "Switching Protocols", (), body)
    metadata = Metadata("stand-in", "2026-01-01T00:00:00Z", "0.20.0")
    return Cassette((Interaction(Request("GET", "wss://ws.coze.com/v1/chat"), response),), metadata)


def said(kind: str, number: int, **data: object) -> str:
    """A message."""
    return json.dumps({"id": f"EVENT_ID_{number}", "event_type": kind, "data": data})


PIECE, SOUND, START = "conversation.message.delta", "conversation.audio.delta", "conversation.audio.sentence_start"


def test_text_and_sound_come_in_any_order() -> None:
    """How the pieces of an answer and of its sound alternate, and how many there are, is not a change."""
    old = spoken(said(PIECE, 1, content="a"), said(START, 2, text="a b"), said(SOUND, 3, content="AA=="))
    new = spoken(
        said(PIECE, 1, content="b"),
        said(START, 2, text="b c"),
        said(PIECE, 3, content="c"),
        said(SOUND, 4, content="BB=="),
        said(SOUND, 5, content="CC=="),
    )
    assert compare(old, new).changes == ()
    assert rebase(old, new).interactions == old.interactions


def test_a_kind_of_message_that_is_gone() -> None:
    """Among what comes in any order, too, the diff names what does not come any more."""
    old = spoken(said(PIECE, 1, content="a"), said(START, 2, text="a"), said(SOUND, 3, content="AA=="))
    new = spoken(said(PIECE, 1, content="a"), said(SOUND, 2, content="AA=="))
    assert [str(each) for each in compare(old, new).changes] == [
        f"breaking: GET /v1/chat: event {START}: is gone (was object)"
    ]


def test_line_ends_behind_messages_are_no_difference() -> None:
    """A server may begin to write them, or stop: a changed field is then still all that a diff shows."""
    old = spoken(said(PIECE, 1, content="a", role="assistant"), end="\n")
    new = spoken(said(PIECE, 1, content="a", part="assistant"))
    assert compare(old, spoken(said(PIECE, 1, content="a", role="assistant"))).changes == ()
    assert [each.kind for each in compare(old, new).changes] == ["renamed"]
    body = rebase(old, new).interactions[0].response.body
    assert body == old.interactions[0].response.body.replace(b'"role"', b'"part"')
