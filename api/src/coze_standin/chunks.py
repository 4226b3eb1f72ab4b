"""The chunk strategy of a knowledge base: how it cuts what is uploaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from coze_standin.records import JSON

_TEXT: Final[Mapping[str, Any]] = {
    "chunk_type": 0,
    "max_tokens": 0,
    "remove_extra_spaces": False,
    "remove_urls_emails": False,
    "separator": "",
}
"""Automatic cutting, as the documents' example of ``datasets.documents.list`` has it."""

_IMAGE: Final[Mapping[str, Any]] = {**_TEXT, "caption_type": 0}
"""The same for images, which the service describes."""


def chunk_strategy(sent: Mapping[str, Any], *, is_image: bool) -> JSON:
    """A strategy with every field that answers have: those that were sent, the others with their defaults."""
    defaults = _IMAGE if is_image else _TEXT
    return {name: default if sent.get(name) is None else sent[name] for name, default in defaults.items()}
