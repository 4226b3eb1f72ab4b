"""A recording whose test broke off: what it has is compared, what it lacks says nothing."""

from __future__ import annotations

import json
from typing import Any

from coze_cassettes.cassette.model import Cassette, Interaction, Request, Response
from coze_cassettes.diff import compare, compare_partial

CREATED = ("conversation.chat.created", {"id": "CHAT_ID_1", "status": "created"})
DELTA = ("conversation.message.delta", {"id": "MESSAGE_ID_1", "content": "Hello"})
COMPLETED = ("conversation.chat.completed", {"id": "CHAT_ID_1", "status": "completed"})


def stream(*events: tuple[str, dict[str, Any]], rest: str = "") -> Cassette:
    """A chat as a stream; ``rest`` is what came of an event that is cut off."""
    body = "".join(f"event:{name}\ndata:{json.dumps(data)}\n\n" for name, data in events).encode() + rest.encode()
    response = Response(200, "OK", (("content-type", "text/event-stream"),), body, (len(body),))
    return Cassette((Interaction(Request("POST", "https://api.coze.com/v3/chat"), response),))


BEGUN = 'event:conversation.message.delta\ndata:{"id":"MESSAGE_ID_1","con'


def test_what_did_not_come_any_more_is_no_change() -> None:
    """Events that are missing, and the one that is cut off, are where the test ended."""
    whole, begun = stream(CREATED, DELTA, COMPLETED), stream(CREATED, DELTA, rest=BEGUN)
    assert compare(whole, begun).changed
    assert not compare_partial(whole, begun).changed


def test_what_broke_the_test_is_the_change() -> None:
    """A field of an event that came is compared as in a whole recording."""
    renamed = (DELTA[0], {"id": "MESSAGE_ID_1", "text": "Hello"})
    found = compare_partial(stream(CREATED, DELTA, COMPLETED), stream(CREATED, renamed, rest=BEGUN))
    assert [str(each) for each in found.changes] == [
        "breaking: POST /v3/chat: event conversation.message.delta $.content: is now called text"
    ]
