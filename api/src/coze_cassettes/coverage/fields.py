"""Finds the fields of the SDK's models that no recorded answer has.

An object of an answer is taken for one of a model if it has every field that the model requires; of a model that
requires none, if it has no other field.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from coze_cassettes.cassette.model import Cassette
from coze_cassettes.coverage.operations import Operation, models_in


def never_seen(operations: Iterable[Operation], cassettes: Iterable[Cassette]) -> list[str]:
    """The fields, as ``Model.field``, of the models that answers are read into."""
    models = _with_their_parts(model for operation in operations for model in operation.models)
    kinds = {frozenset(each) for each in _answers(cassettes)}
    found = []
    for model in models:
        fields = _fields(model)
        required = {name for name, is_required in fields.items() if is_required}
        alike = [kind for kind in kinds if (required <= kind if required else kind <= fields.keys())]
        seen = frozenset().union(*alike)
        found += [f"{model.__name__}.{name}" for name in fields if name not in seen]
    return sorted(set(found) - _MADE_BY_THE_SDK)


def _fields(model: type) -> dict[str, bool]:
    """The fields of a model as the wire names them, and whether each must be there."""
    described: dict[str, Any] = getattr(model, "model_fields")  # noqa: B009  (pydantic's, of a class that is only known at run time)
    return {each.alias or name: each.is_required() for name, each in described.items()}


def _with_their_parts(models: Iterable[type]) -> list[type]:
    """The models and those that their fields are made of, without those that the SDK puts together itself."""
    found: dict[type, None] = {}
    waiting = list(models)
    while waiting:
        model = waiting.pop()
        if model in found:
            continue
        found[model] = None
        described: dict[str, Any] = getattr(model, "model_fields")  # noqa: B009  (as above)
        for each in described.values():
            waiting += models_in(each.annotation)
    return [model for model in found if model.__name__ not in _MADE_BY_THE_SDK]


_MADE_BY_THE_SDK: Final = frozenset(("ChatEvent", "WorkflowEvent", "ChatPoll", "DeviceAuthCode.verification_url"))
"""What no answer is, or has: an event of a stream and what polling returns are put together from several answers, the
address with the code in it from two fields of one.
"""


def _answers(cassettes: Iterable[Cassette]) -> Iterator[Iterable[str]]:
    """The names of every object in every recorded answer."""
    for cassette in cassettes:
        for interaction in cassette.interactions:
            for text in _texts(interaction.response.body):
                try:
                    yield from _objects(json.loads(text))
                except ValueError:
                    continue


def _texts(body: bytes) -> Iterator[str]:
    """An answer in one piece, or the data of each event."""
    text = body.decode("utf-8", "replace")
    yield text
    yield from (line[5:].strip() for line in text.splitlines() if line.startswith("data:"))


def _objects(value: Any) -> Iterator[Iterable[str]]:
    if isinstance(value, dict):
        yield value.keys()
        for each in value.values():
            yield from _objects(each)
    elif isinstance(value, list):
        for each in value:
            yield from _objects(each)
