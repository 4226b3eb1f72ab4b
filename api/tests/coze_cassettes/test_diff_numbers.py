"""Placeholder numbers in what is encoded, and in the integers that stand for placeholders."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coze_cassettes.cassette.model import Cassette, Interaction, Metadata, Request, Response
from coze_cassettes.codecs import multipart
from coze_cassettes.diff import compare, rebase
from coze_cassettes.scrubbing import integers, placeholders

OLD = Metadata("stand-in", "2024-01-01T00:00:00Z", "0.20.0")
NEW = Metadata("stand-in", "2025-05-05T05:05:05Z", "0.20.0")
URI = "https://api.coze.com/v1/bots"
Write = Callable[[str], str]


def answered(body: Any, uri: str = URI, sent: Any = None) -> Interaction:
    """A call with a JSON answer."""
    asked = b"" if sent is None else dumped(sent)
    headers = (("content-type", "application/json"),)
    return Interaction(Request("POST", uri, headers, asked), Response(200, "OK", headers, dumped(body)))


def streamed(texts: list[str], last: str, status: str = "completed") -> Interaction:
    """A chat whose answer comes in pieces."""
    message = {"id": "MESSAGE_ID_1", "type": "answer"}
    events = [("conversation.message.delta", {**message, "content": text}) for text in texts]
    events.append(("conversation.chat.completed", {"id": last, "status": status}))
    body = "".join(f"event:{name}\ndata:{json.dumps(data)}\n\n" for name, data in events).encode()
    half = len(body) // 2
    headers = (("content-type", "text/event-stream"),)
    return Interaction(Request("POST", URI), Response(200, "OK", headers, body, (half, len(body) - half)))


def dumped(value: Any) -> bytes:
    """Compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def cassette(*interactions: Interaction, metadata: Metadata = OLD) -> Cassette:
    """A cassette of some interactions."""
    return Cassette(interactions, metadata)


def base64(text: str) -> str:
    """In base64, long enough to be opened."""
    return b64encode(f"cursor={text};page=2".encode()).decode()


WAYS: dict[str, Write] = {
    "plain": str,
    "base64": base64,
    "base64 for URLs, unpadded": lambda text: urlsafe_b64encode(f"cursor: {text}".encode()).decode().rstrip("="),
    "JSON in base64": lambda text: b64encode(dumped({"bot_id": text, "page": 2})).decode(),
    "JSON in JSON": lambda text: json.dumps({"bot": json.dumps({"id": text})}),
    "percent-encoded": lambda text: quote(f"?id={text}&x=1", safe=""),
    "base64 in percent-encoding": lambda text: quote_plus(base64(text)),
    "a URL": lambda text: f"https://example.com/?state={quote(json.dumps({'id': text}))}",
    "JSON escapes in a text": lambda text: f'so: {{"id": "{text}", "note": "\\u4f60"}} and more',
}


@pytest.mark.parametrize("way", WAYS)
def test_another_number_is_no_change_in_whatever_it_is_written(way: str) -> None:
    """The placeholder is mapped though it stands nowhere else, and the committed recording is what is taken over."""
    write = WAYS[way]
    old = cassette(answered({"mode": 0, "next": write("BOT_ID_1"), "then": write("BOT_ID_2")}))
    new = cassette(answered({"mode": 0, "next": write("BOT_ID_22"), "then": write("BOT_ID_1")}), metadata=NEW)
    assert compare(old, new).changes == ()
    assert rebase(old, new).interactions == old.interactions


@pytest.mark.parametrize("way", WAYS)
def test_beside_a_change_the_committed_number_stays_in_whatever_it_is_written(way: str) -> None:
    """Numbers that went round are back at their places, and only the change differs."""
    write = WAYS[way]
    old = cassette(answered({"mode": 0, "a": write("BOT_ID_1"), "b": write("BOT_ID_2"), "c": "BOT_ID_3"}))
    new = cassette(answered({"mode": 1, "a": write("BOT_ID_2"), "b": write("BOT_ID_3"), "c": "BOT_ID_1"}))
    expected = answered({"mode": 1, "a": write("BOT_ID_1"), "b": write("BOT_ID_2"), "c": "BOT_ID_3"})
    assert [(each.place, each.kind) for each in compare(old, new).changes] == [("$.mode", "changed")]
    assert rebase(old, new).interactions == (expected,)


@pytest.mark.parametrize("way", WAYS)
def test_two_encoded_placeholders_that_become_one_are_a_change(way: str) -> None:
    """What is encoded does count."""
    write = WAYS[way]
    old = cassette(answered({"a": write("BOT_ID_1"), "b": write("BOT_ID_2")}))
    new = cassette(answered({"a": write("BOT_ID_1"), "b": write("BOT_ID_1")}))
    assert [each.kind for each in compare(old, new).changes] == ["changed"]


def test_what_is_asked_is_aligned_by_encoded_placeholders() -> None:
    """Two pages that differ only inside their tokens find their own counterparts, whatever their order."""
    pages = {1: "first", 2: "second"}

    def page(number: int, placeholder: str) -> Interaction:
        uri = f"{URI}?page_token={quote(base64(placeholder), safe='')}"
        return answered({"at": pages[number], "next": base64(placeholder)}, uri, {"token": base64(placeholder)})

    old = cassette(page(1, "BOT_ID_1"), page(2, "BOT_ID_2"))
    new = cassette(page(2, "BOT_ID_1"), page(1, "BOT_ID_2"))
    assert compare(old, new).changes == ()
    assert rebase(old, new).interactions == old.interactions


def test_integers_that_stand_for_placeholders_are_mapped() -> None:
    """The number of an integer identifier is the number of a placeholder, in what is sent and in what comes back."""
    old = cassette(answered({"mode": 0, "devices": [{"device_id": 1}, {"device_id": 2}]}, sent={"device_id": 1}))
    new = cassette(answered({"mode": 0, "devices": [{"device_id": 2}, {"device_id": 1}]}, sent={"device_id": 2}))
    changed = cassette(answered({"mode": 1, "devices": [{"device_id": 2}, {"device_id": 1}]}, sent={"device_id": 2}))
    expected = answered({"mode": 1, "devices": [{"device_id": 1}, {"device_id": 2}]}, sent={"device_id": 1})
    assert compare(old, new).changes == ()
    assert rebase(old, new).interactions == old.interactions
    assert [each.place for each in compare(old, changed).changes] == ["$.mode"]
    assert rebase(old, changed).interactions == (expected,)


def test_integers_that_say_their_placeholder_are_mapped() -> None:
    """In a field that no rule names an integer says kind and number, and is no change if only the number is another."""
    of = [int(integers.encode("BOT_ID", number)) for number in ("1", "2", "7")]
    old = cassette(answered({"mode": 0, "at": [of[0], of[1]]}, sent={"at": of[0]}))
    new = cassette(answered({"mode": 0, "at": [of[2], of[0]]}, sent={"at": of[2]}))
    changed = cassette(answered({"mode": 1, "at": [of[2], of[0]]}, sent={"at": of[2]}))
    assert compare(old, new).changes == ()
    assert rebase(old, new).interactions == old.interactions
    assert [each.place for each in compare(old, changed).changes] == ["$.mode"]


def test_each_kind_has_an_integer_of_its_own() -> None:
    """What is written is read as the same placeholder."""
    for kind in placeholders.NUMBERED:
        for number in ("1", "42", "1000"):
            assert integers.decode(integers.encode(kind, number)) == f"{kind}_{number}"


def test_an_integer_has_the_number_of_its_placeholder_elsewhere() -> None:
    """As text in one place and as an integer in another, a thing keeps one number."""
    old = cassette(answered({"device": "DEVICE_ID_1", "mode": 0}), answered({"device_id": 1}, URI + "/x"))
    new = cassette(answered({"device": "DEVICE_ID_7", "mode": 1}), answered({"device_id": 7}, URI + "/x"))
    expected = (answered({"device": "DEVICE_ID_1", "mode": 1}), answered({"device_id": 1}, URI + "/x"))
    assert rebase(old, new).interactions == expected


def test_other_integers_are_values() -> None:
    """A number that no rule calls an identifier, and one too large to stand for a placeholder, count as they are."""
    for before, after in (({"bot_mode": 1}, {"bot_mode": 2}), ({"device_id": 5000}, {"device_id": 6000})):
        assert len(compare(cassette(answered(before)), cassette(answered(after))).changes) == 1


def test_a_number_in_a_joined_text_is_changed_once() -> None:
    """Placeholders of a text that comes in pieces are seen joined and piece by piece, and still go round only once."""
    old = cassette(streamed(["ask EMAIL_1 ", "or EMAIL_2", " or both"], "CHAT_ID_1"))
    new = cassette(streamed(["ask EMAIL_2 ", "or EMAIL_1", " or both"], "CHAT_ID_3", "failed"))
    mails = cassette(answered({"a": "EMAIL_1", "b": "EMAIL_2"})), cassette(answered({"a": "EMAIL_2", "b": "EMAIL_1"}))
    both = [Cassette(each.interactions + mail.interactions, OLD) for each, mail in zip((old, new), mails, strict=True)]
    expected = streamed(["ask EMAIL_1 ", "or EMAIL_2", " or both"], "CHAT_ID_1", "failed")
    taken = rebase(*both).interactions
    assert taken[0].response.body == expected.response.body
    assert taken[1] == both[0].interactions[1]


def test_base64_in_pieces_is_renumbered() -> None:
    """Base64 that a stream cuts is opened joined."""
    text, other = base64("CHAT_ID_1 and EMAIL_1"), base64("CHAT_ID_4 and EMAIL_1")
    old = cassette(answered({"chat_id": "CHAT_ID_1"}))
    new = cassette(answered({"chat_id": "CHAT_ID_4"}), streamed(["see ", other[:15], other[15:]], "CHAT_ID_4"))
    expected = streamed(["see ", text[:15], text[15:]], "CHAT_ID_1")
    assert rebase(old, new).interactions[1].response.body == expected.response.body


def test_a_boundary_is_no_placeholder() -> None:
    """The one boundary of all multipart bodies has no number of its own; placeholders in the parts have."""

    def uploaded(placeholder: str, status: int) -> Cassette:
        part = multipart.Part(f'Content-Disposition: form-data; name="{placeholder}"', placeholder.encode())
        headers = (("content-type", f"multipart/form-data; boundary={multipart.BOUNDARY}"),)
        request = Request("POST", URI, headers, multipart.join_multipart([part], multipart.BOUNDARY))
        return cassette(Interaction(request, Response(status, "OK")))

    assert compare(uploaded("FILE_ID_1", 200), uploaded("FILE_ID_2", 200)).changes == ()
    taken = rebase(uploaded("FILE_ID_1", 200), uploaded("FILE_ID_2", 201))
    assert taken.interactions == uploaded("FILE_ID_1", 201).interactions


@given(st.permutations(range(1, 6)), st.sampled_from(sorted(WAYS)))
@settings(max_examples=settings().max_examples // 2)
def test_any_renumbering_is_undone(numbers: list[int], way: str) -> None:
    """Whatever numbers the placeholders got, unchanged is unchanged, and one change is one change."""
    write = WAYS[way]

    def recorded(order: list[int], mode: int) -> Cassette:
        items = [{"text": write(f"BOT_ID_{number}"), "n": place} for place, number in enumerate(order)]
        return cassette(answered({"mode": mode, "items": items, "device_id": order[0]}))

    old = recorded([1, 2, 3, 4, 5], 0)
    assert rebase(old, recorded(numbers, 0)).interactions == old.interactions
    assert rebase(old, recorded(numbers, 1)).interactions == recorded([1, 2, 3, 4, 5], 1).interactions


# --- configured values ----------------------------------------------------------------------------------------------


def bots(*names: str, count: int = 2) -> Interaction:
    """A list of bots with these ids."""
    return answered({"bots": [{"id": name, "size": number} for number, name in enumerate(names)], "count": count})


CONFIGURED = [
    (("BOT_ID_1", "BOT_ID"), ("BOT_ID_1", "BOT_ID_2")),
    (("BOT_ID_1", "BOT_ID_2"), ("BOT_ID_1", "BOT_ID")),
    (("BOT_ID", "BOT_ID_1"), ("BOT_ID_1", "BOT_ID")),
]


@pytest.mark.parametrize(("before", "after"), CONFIGURED)
def test_whether_a_value_is_configured_is_no_change(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    """A bot of a list is the same with COZE_BOT_ID set or unset; beside a change the committed names stay."""
    old, new = cassette(bots(*before)), cassette(bots(*after, count=3))
    assert not compare(old, cassette(bots(*after))).changed
    assert [change.place for change in compare(old, new).changes] == ["$.count"]
    assert rebase(old, new).interactions == cassette(bots(*before, count=3)).interactions


def test_another_bot_than_the_configured_one_is_a_change() -> None:
    """Where the request says which bot was meant, the answer has to agree."""
    old, new = (cassette(answered({"id": name}, sent={"bot_id": "BOT_ID"})) for name in ("BOT_ID", "BOT_ID_1"))
    assert [change.place for change in compare(old, new).changes] == ["$.id"]


def test_a_configured_value_that_is_new_stays_bare() -> None:
    """Only a numbered placeholder gets the next number."""
    old, new = cassette(answered({"a": 1})), cassette(answered({"a": 1, "bot": "BOT_ID", "others": ["BOT_ID_7"]}))
    merged = rebase(old, new).interactions[0].response.body
    assert json.loads(merged) == {"a": 1, "bot": "BOT_ID", "others": ["BOT_ID_1"]}
