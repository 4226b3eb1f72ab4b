"""Puts the knowledge bases with their documents into an account."""

from __future__ import annotations

from pathlib import PurePath

from coze_standin import wording
from coze_standin.chunks import chunk_strategy
from coze_standin.population.moments import DAY, fixed_rng, past
from coze_standin.records import (
    Dataset,
    Document,
)
from coze_standin.state import State

_IMAGES = 2
"""``format_type`` of a knowledge base for images."""


def add_datasets(state: State) -> None:
    """The knowledge bases of the profile, with their documents."""
    profile, owner = state.account.profile, state.account.owner
    for place, base in enumerate(profile.knowledge.bases):
        made = past(state, 100 - 9 * place)
        dataset = Dataset(
            id=state.ids.at("DATASET_ID", made),
            workspace_id=state.configured.workspace_id,
            name=base.name,
            description=profile.knowledge.description.format(email=owner.email, phone=owner.phone),
            icon_url=state.maker.image("ICON_URL"),
            icon_uri=state.maker.stored_file("BIZ_DATASET_ICON", owner, "jpg"),
            format_type=base.format_type,
            creator=state.account.people[place % len(state.account.people)],
            created_at=made,
            updated_at=made + DAY,
            chunk_strategy=chunk_strategy(base.chunk_strategy, is_image=base.format_type == _IMAGES),
        )
        state.knowledge.datasets.put(dataset.id, dataset)
        for name in base.files:
            _add_document(state, dataset, name)


def _add_document(state: State, dataset: Dataset, name: str) -> None:
    """A document that people uploaded long ago; only how often it was hit differs from run to run."""
    settled, ending = fixed_rng(dataset.name, name), PurePath(name).suffix.removeprefix(".")
    document = Document(
        id=state.ids.at("DOCUMENT_ID", dataset.updated_at),
        dataset_id=dataset.id,
        name=name,
        type=ending,
        format_type=dataset.format_type,
        source_type=0,
        size=settled.randint(2_000, 900_000),
        char_count=settled.randint(500, 9_000),
        slice_count=settled.randint(1, 12),
        url=state.maker.image("FILE_URL"),
        uri=state.maker.stored_file("BIZ_BOT_DATASET", dataset.creator, ending),
        creator=dataset.creator,
        created_at=dataset.updated_at,
        updated_at=dataset.updated_at,
        hit_count=state.rng.randint(0, 50),
        caption=wording.sentence(state.account.profile.language, settled).strip()
        if dataset.format_type == _IMAGES
        else "",
    )
    state.knowledge.documents.put(document.id, document)
