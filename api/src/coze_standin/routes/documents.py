"""datasets.documents.*: what is in a knowledge base; the ids are strings.

cozepy always sends ``Agw-Js-Conv: str``, and what the service answers without that header is not in the sources: ids
are strings here either way. Nor is the cause of 4305, which a public issue has for an upload: it is never answered.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from coze_standin import wording
from coze_standin.calls import Answer, Call, ok, page_of
from coze_standin.chunks import chunk_strategy
from coze_standin.errors import ApiError
from coze_standin.records import JSON, Dataset, Document
from coze_standin.routes.datasets import FORMATS, IMAGE, PROCESSED, PROCESSING
from coze_standin.state import State

LOCAL_FILE, WEB_PAGE, UPLOADED_FILE = 0, 1, 5
"""``source_type``: the file is in the request, on the web, or was uploaded before."""

_AT_ONCE, _DELETED_AT_ONCE = 10, 100
_SECONDS = (0.6, 1.4)
"""How long processing takes, as little and as much as it may."""

_BY_HAND = 1
"""``caption_type`` of images that people describe; else the service does."""


@dataclass(frozen=True)
class _Source:
    """Where a document comes from, and what is known of it."""

    source_type: int
    type: str = ""
    size: int = 0
    char_count: int = 0


def create(call: Call) -> Answer:
    """datasets.documents.create: the documents, in progress; ``chunk_strategy`` counts only where none is set yet.

    The official example has null for ``source_type`` and ``update_type``, which the SDK cannot read; whether the
    service sends that is not known. The stand-in sends the numbers that the list has.
    """
    state = call.state
    dataset = state.knowledge.datasets.get(call.need("dataset_id"))
    bases = call.objects("document_bases")
    if not 1 <= len(bases) <= _AT_ONCE:
        raise ApiError("parameter")
    strategy = chunk_strategy(call.mapping("chunk_strategy"), is_image=dataset.format_type == IMAGE)
    dataset = replace(dataset, chunk_strategy=dataset.chunk_strategy or strategy, updated_at=state.now)
    documents = [_new_document(call, dataset, base) for base in bases]
    state.knowledge.datasets.put(dataset.id, dataset)
    for document in documents:
        state.knowledge.documents.put(document.id, document)
    return ok(document_infos=[_document_json(state, one) for one in documents])


def update(call: Call) -> Answer:
    """datasets.documents.update: what the body leaves out stays as it is."""
    state = call.state
    document = state.knowledge.documents.get(call.need("document_id"))
    name = str(call.body.get("document_name") or document.name)
    changed = _with_rule(replace(document, name=name, updated_at=state.now), call.mapping("update_rule"))
    state.knowledge.documents.put(document.id, changed)
    return ok()


def delete(call: Call) -> Answer:
    """datasets.documents.delete: all of them, or none if one does not exist."""
    documents = call.state.knowledge.documents
    asked = dict.fromkeys(str(one) for one in call.sequence("document_ids"))
    if not 1 <= len(asked) <= _DELETED_AT_ONCE:
        raise ApiError("parameter")
    for found in [documents.get(one) for one in asked]:
        documents.remove(found.id)
    return ok()


def list_documents(call: Call) -> Answer:
    """datasets.documents.list: the page stands in the body; the order is not in the sources: as they were uploaded."""
    state = call.state
    documents = state.knowledge.documents_of(state.knowledge.datasets.get(call.need("dataset_id")).id)
    page, _ = page_of(documents, call.count("page", 1), call.count("size", 10))
    return ok(document_infos=[_document_json(state, one) for one in page], total=len(documents))


def _new_document(call: Call, dataset: Dataset, base: JSON) -> Document:
    """A document that will soon be processed.

    How the service cuts a text is not in the sources: each document is one slice.
    """
    state, name, info = call.state, base.get("name"), base.get("source_info")
    if not isinstance(name, str) or not name or not isinstance(info, dict):
        raise ApiError("parameter")
    source = _source(state, info)
    format_type = dataset.format_type if call.body.get("format_type") is None else call.choice("format_type", FORMATS)
    described = format_type == IMAGE and dataset.chunk_strategy.get("caption_type") != _BY_HAND
    document = Document(
        id=state.ids.new("DOCUMENT_ID"),
        dataset_id=dataset.id,
        name=name,
        type=source.type,
        format_type=format_type,
        source_type=source.source_type,
        size=source.size,
        char_count=source.char_count,
        slice_count=1,
        url="" if source.source_type == WEB_PAGE else state.maker.image("FILE_URL"),
        uri=_uri(state, source),
        creator=state.account.owner,
        created_at=state.now,
        updated_at=state.now,
        ready_at=state.clock() + state.rng.uniform(*_SECONDS),
        caption=wording.sentence(state.account.profile.language, state.rng).strip() if described else "",
    )
    return _with_rule(document, base.get("update_rule") or {})


def _source(state: State, info: JSON) -> _Source:
    """What the request tells; a web page is not fetched and an upload not kept, so neither has characters."""
    if info.get("file_base64"):
        content = _decode(info["file_base64"])
        return _Source(
            LOCAL_FILE, str(info.get("file_type") or ""), len(content), len(content.decode(errors="replace"))
        )
    if info.get("source_file_id"):
        file = state.files.get(str(info["source_file_id"]))
        return _Source(UPLOADED_FILE, PurePath(file.file_name).suffix.removeprefix("."), file.bytes)
    if info.get("web_url"):
        return _Source(WEB_PAGE)
    raise ApiError("parameter")


def _uri(state: State, source: _Source) -> str:
    """What a file that was sent is stored as; the documents say it of local files alone."""
    if source.source_type != LOCAL_FILE:
        return ""
    return state.maker.stored_file("BIZ_BOT_DATASET", state.account.owner, source.type)


def _decode(text: object) -> bytes:
    try:
        return base64.b64decode(str(text), validate=True)
    except ValueError as error:
        raise ApiError("parameter") from error


def _with_rule(document: Document, rule: Mapping[str, Any]) -> Document:
    """The document under an update rule; what the rule leaves out stays as it is."""
    if not isinstance(rule, Mapping):
        raise ApiError("parameter")
    kind, hours = rule.get("update_type", document.update_type), rule.get("update_interval", document.update_interval)
    if type(kind) is not int or type(hours) is not int:
        raise ApiError("parameter")
    return replace(document, update_type=kind, update_interval=hours)


def _document_json(state: State, document: Document) -> JSON:
    """The document as JSON; that its characters and slices are not counted before it is processed is a guess."""
    done = document.done(state.clock())
    strategy = state.knowledge.datasets.get(document.dataset_id).chunk_strategy
    return {
        "document_id": document.id,
        "char_count": document.char_count if done else 0,
        "chunk_strategy": dict(strategy),
        "format_type": document.format_type,
        "hit_count": document.hit_count,
        "name": document.name,
        "size": document.size,
        "slice_count": document.slice_count if done else 0,
        "source_type": document.source_type,
        "status": PROCESSED if done else PROCESSING,
        "type": document.type,
        "update_interval": document.update_interval,
        "update_type": document.update_type,
        "create_time": document.created_at,
        "update_time": max(document.updated_at, int(document.ready_at)) if done else document.updated_at,
        **({"tos_uri": document.uri} if document.uri else {}),
    }
