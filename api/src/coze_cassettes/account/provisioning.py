"""Prepares an account for recordings: makes what the API can make, marked, so that it can be taken away again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx

from coze_cassettes.account import sdk
from coze_cassettes.account.doctor import Account
from coze_cassettes.errors import CassetteError, Misuse
from coze_cassettes.scrubbing.environment import TOKEN
from coze_cassettes.session import connections
from coze_cassettes.session.route_stub import route_context
from coze_cassettes.session.throttle import Throttle
from coze_cassettes.session.wire import Wire

MARK: Final = "made by coze-cassettes setup"
"""Stands in the description of a bot or a knowledge base and in the meta data of a conversation."""

BOTS: Final = 5
"""Published bots to page over."""

API_CHANNEL: Final = "1024"
"""Coze's connector id of the channel Agent As API."""

WORKSPACE: Final = "COZE_WORKSPACE_ID"


@dataclass(frozen=True)
class Made:
    """What a recording needs: the values of the variables by their names."""

    variables: tuple[tuple[str, str], ...]

    def exports(self) -> list[str]:
        """Lines for a shell."""
        return [f"export {name}={value}" for name, value in self.variables]


@dataclass(frozen=True)
class Removed:
    """How many things were taken away: conversations and knowledge bases deleted, bots unpublished."""

    conversations: int
    datasets: int
    bots: int


@contextmanager
def client(account: Account) -> Iterator[Any]:
    """The SDK's sync client for an account, throttled as in a recording; its errors become one sentence."""
    cozepy = sdk.cozepy()
    from cozepy.request import SyncHTTPClient  # noqa: PLC0415  see coze_cassettes.account.sdk

    url = account.target.url
    wire = Wire(url, Throttle(account.limits))
    try:
        with sdk.quiet_context(), route_context(wire), connections.target_context(url), SyncHTTPClient() as http:
            auth = cozepy.TokenAuth(account.environment[TOKEN])
            yield cozepy.Coze(auth=auth, base_url=url, http_client=http)
    except cozepy.CozeAPIError as error:
        raise CassetteError(f"Coze refused a step (code {error.code}): see `coze-cassettes doctor`.") from None
    except httpx.HTTPError as error:
        raise CassetteError(f"The connection broke ({type(error).__name__}): run it again.") from None


def workspace(account: Account, coze: Any) -> str:
    """The configured workspace, or else the first one of the account."""
    if configured := account.environment.get(WORKSPACE):
        return configured
    found = next(iter(coze.workspaces.list()), None)
    if found is None:
        raise Misuse(f"The account has no workspace, and the API makes none: make one, and set {WORKSPACE}.")
    return str(found.id)


def setup(account: Account) -> Made:
    """Make what is missing: published bots to page over, a conversation, a knowledge base with a document.

    Calling it again makes nothing twice.
    """
    with client(account) as coze:
        place = workspace(account, coze)
        there = _marked_bots(coze, place)[:BOTS]
        drafts = [bot.id for bot in there if not bot.is_published]
        fresh = [_new_bot(coze, place, number) for number in range(len(there) + 1, BOTS + 1)]
        for bot in drafts + fresh:
            coze.bots.publish(bot_id=bot, connector_ids=[API_CHANNEL])
        first = [*(bot.id for bot in there), *fresh][0]
        conversation = next(_marked_conversations(coze, first), None) or _new_conversation(coze, first)
        dataset = next(iter(_marked_datasets(coze, place)), None) or _new_dataset(coze, place)
        _fill(coze, dataset)
        return Made(
            (
                (WORKSPACE, place),
                ("COZE_BOT_ID", first),
                ("COZE_CONVERSATION_ID", conversation),
                ("COZE_DATASET_ID", dataset),
            )
        )


def remove(account: Account) -> Removed:
    """Delete the marked conversations and knowledge bases, and take the marked bots off their channel.

    The API deletes no bots; they stay as drafts, and ``setup`` publishes them again.
    """
    with client(account) as coze:
        place = workspace(account, coze)
        bots, datasets = _marked_bots(coze, place), _marked_datasets(coze, place)
        conversations = [each for bot in bots for each in _marked_conversations(coze, bot.id)]
        published = [bot.id for bot in bots if bot.is_published]
        for conversation in conversations:
            coze.conversations.delete(conversation_id=conversation)
        for dataset in datasets:
            coze.datasets.delete(dataset_id=dataset)
        for bot in published:
            coze.bots.unpublish(bot_id=bot, connector_id=API_CHANNEL)
        return Removed(len(conversations), len(datasets), len(published))


def _marked_bots(coze: Any, place: str) -> list[Any]:
    """The marked bots of a workspace, published or not, in the order of their names."""
    status = sdk.cozepy().PublishStatus.ALL
    listed = coze.bots.list(space_id=place, publish_status=status, use_api_version=2)
    return sorted((bot for bot in listed if MARK in (bot.description or "")), key=lambda bot: str(bot.name))


def _new_bot(coze: Any, place: str, number: int) -> str:
    return str(coze.bots.create(space_id=place, name=f"cassette {number}", description=f"A bot {MARK}.").bot_id)


def _marked_conversations(coze: Any, bot: str) -> Iterator[str]:
    """The marked conversations of a bot; all are read before the first is given out, for some will be deleted."""
    listed = list(coze.conversations.list(bot_id=bot))
    return iter([str(each.id) for each in listed if (each.meta_data or {}).get("mark") == MARK])


def _new_conversation(coze: Any, bot: str) -> str:
    question = sdk.cozepy().Message.build_user_question_text("A first message")
    made = coze.conversations.create(bot_id=bot, messages=[question], meta_data={"mark": MARK})
    return str(made.id)


def _marked_datasets(coze: Any, place: str) -> list[str]:
    """The ids of the marked knowledge bases of a workspace."""
    return [str(each.dataset_id) for each in coze.datasets.list(space_id=place) if MARK in (each.description or "")]


def _new_dataset(coze: Any, place: str) -> str:
    text = sdk.cozepy().DocumentFormatType.DOCUMENT
    made = coze.datasets.create(
        name="cassettes", space_id=place, format_type=text, description=f"A knowledge base {MARK}."
    )
    return str(made.dataset_id)


def _fill(coze: Any, dataset: str) -> None:
    """Put a small text into a knowledge base that has none: a new one, or one whose making broke off."""
    cozepy = sdk.cozepy()
    if coze.datasets.documents.list(dataset_id=dataset, page_size=1).total:
        return
    source = cozepy.DocumentSourceInfo.build_local_file("A cassette holds what crossed the wire.")
    document = cozepy.DocumentBase(name="cassettes.txt", source_info=source)
    strategy = cozepy.DocumentChunkStrategy.build_auto()
    coze.datasets.documents.create(dataset_id=dataset, document_bases=[document], chunk_strategy=strategy)
