"""datasets.images.*: the images of a knowledge base with their captions."""

from __future__ import annotations

from dataclasses import replace

from coze_standin.calls import Answer, Call, ok
from coze_standin.errors import ApiError
from coze_standin.records import JSON, Document
from coze_standin.routes.datasets import IMAGE, PROCESSED, PROCESSING

_CAPTIONED = {"": (True, False), "true": (True,), "false": (False,)}
"""What each value of ``has_caption`` lists."""


def update(call: Call) -> Answer:
    """datasets.images.update."""
    state, caption = call.state, call.body.get("caption")
    image = state.knowledge.document_in(call.path["dataset_id"], call.path["document_id"])
    if not isinstance(caption, str):
        raise ApiError("parameter")
    state.knowledge.documents.put(image.id, replace(image, caption=caption, updated_at=state.now))
    return ok()


def list_images(call: Call) -> Answer:
    """datasets.images.list: ``keyword`` is looked for in the captions.

    What the service says of a knowledge base for something else is not in the sources: here it has no images.
    """
    state, now = call.state, call.state.clock()
    keyword, wanted = call.query.get("keyword") or "", _CAPTIONED.get(call.query.get("has_caption") or "")
    if wanted is None:
        raise ApiError("parameter")
    images = [
        one
        for one in state.knowledge.documents_of(state.knowledge.datasets.get(call.path["dataset_id"]).id)
        if one.format_type == IMAGE and bool(_caption(one, now)) in wanted and keyword in _caption(one, now)
    ]
    page, _ = call.page(images, default_size=10)
    return ok({"photo_infos": [_image_json(one, now) for one in page], "total_count": len(images)})


def _caption(image: Document, now: float) -> str:
    """What is said of an image; nothing before it is processed."""
    return image.caption if image.done(now) else ""


def _image_json(image: Document, now: float) -> JSON:
    return {
        "document_id": image.id,
        "url": image.url,
        "name": image.name,
        "size": image.size,
        "type": image.type,
        "status": PROCESSED if image.done(now) else PROCESSING,
        "caption": _caption(image, now),
        "creator_id": image.creator.user_id,
        "source_type": image.source_type,
        "create_time": image.created_at,
        "update_time": image.updated_at,
    }
