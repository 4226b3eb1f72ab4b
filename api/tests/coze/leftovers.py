"""Takes out of the account what a test that failed while it recorded has left there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import httpx
from cozepy import Coze, CozeError
from pydantic import ValidationError

from coze_cassettes import CassetteError


@dataclass(frozen=True)
class Kind:
    """What a POST to a path makes.

    ``ids`` reads the identifiers from the data of its answer and its own body, ``remove`` takes one away; it gets the
    groups of the path too.
    """

    path: str
    ids: Callable[[Any, Any], Sequence[str]]
    remove: Callable[..., object]


KINDS: Final = (
    Kind(
        "/v1/conversation/create",
        lambda data, _: [data["id"]],
        lambda coze, one: coze.conversations.delete(conversation_id=one),
    ),
    Kind("/v1/datasets", lambda data, _: [data["dataset_id"]], lambda coze, one: coze.datasets.delete(dataset_id=one)),
    Kind("/v1/api_apps", lambda data, _: [data["id"]], lambda coze, one: coze.api_apps.delete(app_id=one)),
    Kind(
        "/v1/audio/voiceprint_groups",
        lambda data, _: [data["id"]],
        lambda coze, one: coze.audio.voiceprint_groups.delete(group_id=one),
    ),
    Kind(
        "/v1/bot/publish",
        lambda _, sent: [sent["bot_id"]],
        lambda coze, one: coze.bots.unpublish(bot_id=one, connector_id="1024"),
    ),
    Kind(
        "/v1/workspaces/([^/]+)/members",
        lambda data, _: data["added_success_user_ids"],
        lambda coze, one, place: coze.workspaces.members.delete(workspace_id=place, user_ids=[one]),
    ),
    Kind(
        "/v1/enterprises/([^/]+)/members",
        lambda _, sent: [user["user_id"] for user in sent["users"]],
        lambda coze, one, place: coze.enterprises.members.delete(
            enterprise_id=place, user_id=one, receiver_user_id=coze.users.me().user_id
        ),
    ),
)
"""What Coze makes and takes away again. It deletes no bots, chats and files: see docs/record.md."""


def leftovers(answers: Sequence[httpx.Response]) -> Iterator[Callable[[Coze], object]]:
    """What takes away each thing that some answers say was made, and of which no later one says that it is gone."""
    left: dict[str, Callable[[Coze], object]] = {}
    for answer in answers:
        data, request = _data(answer), answer.request
        if data is None:
            continue
        said = f"{request.url.path} {_body(request)}"
        if request.method == "DELETE" or request.url.path.endswith("/unpublish"):
            left = {each: remove for each, remove in left.items() if each not in said}
        for kind in KINDS if request.method == "POST" else ():
            left |= _made(kind, request, data)
    yield from reversed(left.values())


def _data(answer: httpx.Response) -> Any:
    """The data of an answer that is no refusal; None of any other."""
    with suppress(ValueError, httpx.StreamError):
        envelope = answer.json()
        if isinstance(envelope, dict) and envelope.get("code") == 0:
            return envelope.get("data") or {}
    return None


def _body(request: httpx.Request) -> str:
    """What was sent, if it can be read once more: a file need not."""
    with suppress(httpx.StreamError, RuntimeError):
        return request.read().decode("utf-8", "replace")
    return ""


def _made(kind: Kind, request: httpx.Request, data: Any) -> dict[str, Callable[[Coze], object]]:
    place = re.fullmatch(kind.path, request.url.path)
    if place is None:
        return {}
    with suppress(ValueError, LookupError, TypeError):
        found = kind.ids(data, json.loads(_body(request) or "{}"))
        return {one: _remover(kind, one, place.groups()) for one in found}
    return {}


def _remover(kind: Kind, one: str, place: tuple[str, ...]) -> Callable[[Coze], object]:
    return lambda coze: kind.remove(coze, one, *place)


def remove_leftovers(coze: Coze, answers: Sequence[httpx.Response]) -> None:
    """Take away what is left; what cannot be taken away stays, since the test says already what is wrong."""
    for remove in leftovers(answers):
        with suppress(CozeError, ValidationError, httpx.HTTPError, CassetteError):
            remove(coze)
