"""datasets.*: knowledge bases, with how far the processing of their documents is.

Of refusals the sources name only those of the token. An unknown knowledge base or document is 4200 here, what Coze says
of other things that are missing, and a wrong parameter 4000.
"""

from __future__ import annotations

import math
from dataclasses import replace

from coze_standin.calls import Answer, Call, ok
from coze_standin.errors import ApiError
from coze_standin.records import JSON, Bot, Dataset, Document
from coze_standin.state import State

TEXT, TABLE, IMAGE = FORMATS = (0, 1, 2)
"""What a knowledge base, and a document in it, can be: ``format_type``."""

ENABLED = 1
"""``status`` of a knowledge base that is in use; the API switches none off."""

_STORAGE = {"dataset_type": 0, "storage_config": {}}
"""Where a knowledge base is kept: by Coze (0). The OpenAPI file alone has these two, and says nothing of the second."""

PROCESSING, PROCESSED = 0, 1
"""``status`` of a document; nothing here ever fails to be processed (9)."""


def create(call: Call) -> Answer:
    """datasets.create."""
    state = call.state
    dataset = Dataset(
        id=state.ids.new("DATASET_ID"),
        workspace_id=state.workspaces.get(call.need("space_id")).id,
        name=call.need("name"),
        description=str(call.body.get("description") or ""),
        icon_url=_icon(call),
        icon_uri=_icon_uri(state),
        format_type=call.choice("format_type", FORMATS),
        creator=state.account.owner,
        created_at=state.now,
        updated_at=state.now,
    )
    return ok({"dataset_id": state.knowledge.datasets.put(dataset.id, dataset).id})


def list_datasets(call: Call) -> Answer:
    """datasets.list of a workspace.

    How fuzzy the search by name is, and the order, are not in the sources: a name must hold the text in any case of its
    letters, and the last made comes first.
    """
    state = call.state
    workspace = state.workspaces.get(call.ask("space_id"))
    name, kinds = (call.query.get("name") or "").casefold(), _formats(call.query.get("format_type") or "")
    found = [
        one
        for one in reversed(state.knowledge.datasets.all())
        if one.workspace_id == workspace.id and name in one.name.casefold() and one.format_type in kinds
    ]
    page, _ = call.page(found, default_size=10)
    return ok({"total_count": len(found), "dataset_list": [_dataset_json(state, one) for one in page]})


def update(call: Call) -> Answer:
    """datasets.update: what the body leaves out goes back to its default, so a description is then gone."""
    state = call.state
    dataset = state.knowledge.datasets.get(call.path["dataset_id"])
    changed = replace(
        dataset,
        name=call.need("name"),
        description=str(call.body.get("description") or ""),
        icon_url=_icon(call),
        icon_uri=_icon_uri(state),
        updated_at=state.now,
    )
    state.knowledge.datasets.put(dataset.id, changed)
    return ok()


def delete(call: Call) -> Answer:
    """datasets.delete: with its documents, and bots no longer know of it."""
    state = call.state
    dataset = state.knowledge.datasets.remove(call.path["dataset_id"])
    for document in state.knowledge.documents_of(dataset.id):
        state.knowledge.documents.remove(document.id)
    for bot in _bots_with(state, dataset.id):
        left = [one for one in _dataset_ids(bot) if one != dataset.id]
        knowledge = {**bot.settings["knowledge"], "dataset_ids": left}
        state.bots.put(bot.id, replace(bot, settings={**bot.settings, "knowledge": knowledge}))
    return ok()


def process(call: Call) -> Answer:
    """datasets.process: how far each document is; the list stands in ``data`` inside ``data``."""
    state = call.state
    dataset = state.knowledge.datasets.get(call.path["dataset_id"])
    asked = [str(one) for one in call.sequence("document_ids")]
    if not asked:
        raise ApiError("parameter")
    documents = [state.knowledge.document_in(dataset.id, one) for one in asked]
    return ok({"data": [_progress(one, state.clock()) for one in documents]})


def _icon(call: Call) -> str:
    """The icon that was uploaded under ``file_id``, or else a default one: signed, so no two are the same."""
    if call.body.get("file_id"):
        call.state.files.get(call.need("file_id"))
    return call.state.maker.image("ICON_URL")


def _icon_uri(state: State) -> str:
    return state.maker.stored_file("BIZ_DATASET_ICON", state.account.owner, "jpg")


def _formats(wanted: str) -> tuple[int, ...]:
    if not wanted:
        return FORMATS
    if wanted not in map(str, FORMATS):
        raise ApiError("parameter")
    return (int(wanted),)


def _dataset_ids(bot: Bot) -> list[str]:
    ids = bot.settings.get("knowledge", {}).get("dataset_ids")
    return ids if isinstance(ids, list) else []


def _bots_with(state: State, dataset_id: str) -> list[Bot]:
    return [bot for bot in state.bots.all() if dataset_id in _dataset_ids(bot)]


def _dataset_json(state: State, dataset: Dataset) -> JSON:
    """The knowledge base as the list has it.

    The ids under ``processing_file_id_list`` are taken for those of documents, which the SDK calls files as well; which
    of a user's names ``creator_name`` is, is not in the sources: the one that a workflow's creator has.
    """
    documents = state.knowledge.documents_of(dataset.id)
    waiting = [one for one in documents if not one.done(state.clock())]
    return {
        "dataset_id": dataset.id,
        "name": dataset.name,
        "description": dataset.description,
        "space_id": dataset.workspace_id,
        "status": ENABLED,
        "format_type": dataset.format_type,
        "can_edit": True,
        "icon_uri": dataset.icon_uri,
        "icon_url": dataset.icon_url,
        "doc_count": len(documents),
        "file_list": [one.name for one in documents],
        "hit_count": sum(one.hit_count for one in documents),
        "bot_used_count": len(_bots_with(state, dataset.id)),
        "slice_count": sum(one.slice_count for one in documents if one not in waiting),
        "all_file_size": sum(one.size for one in documents),
        "chunk_strategy": dict(dataset.chunk_strategy),
        "failed_file_list": [],
        "processing_file_list": [one.name for one in waiting],
        "processing_file_id_list": [one.id for one in waiting],
        "avatar_url": dataset.creator.avatar_url,
        "creator_id": dataset.creator.user_id,
        "creator_name": dataset.creator.nick_name,
        "create_time": dataset.created_at,
        "update_time": dataset.updated_at,
        **(_STORAGE if state.has("dataset_storage") else {}),
    }


def _progress(document: Document, now: float) -> JSON:
    """A document on its way; ``status_descript`` comes only with a failure."""
    return {
        "document_id": document.id,
        "url": document.url,
        "size": document.size,
        "type": document.type,
        "status": PROCESSED if document.done(now) else PROCESSING,
        "progress": document.progress(now),
        "update_type": document.update_type,
        "document_name": document.name,
        "remaining_time": max(0, math.ceil(document.ready_at - now)),
        "update_interval": document.update_interval,
    }
