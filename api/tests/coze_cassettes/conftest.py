"""What the tests of the toolkit share: interactions made by hand, and examples with freshly made values in them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

import pytest

from coze_cassettes import planting, store
from coze_cassettes.interactions import Cassette, Interaction, Metadata, Request, Response

JSON_HEADERS = (("content-type", "application/json"),)
METADATA = Metadata("stand-in", "2026-01-01T00:00:00Z", "0.20.0")

Filled = Callable[[str], str]
MakeInteraction = Callable[..., Interaction]
MakeCassette = Callable[..., Cassette]


@pytest.fixture
def filled() -> Filled:
    """Fill the places of an example with values made now: ``{A64}`` letters and digits, ``{D19}`` digits, and so on."""
    source = random.SystemRandom()
    return lambda example: planting.filled(example, source)


@pytest.fixture
def interaction() -> MakeInteraction:
    """Make an interaction; bodies may be given as values that become JSON."""

    def make(
        method: str = "GET",
        path: str = "/v1/users/me",
        sent: object = None,
        answer: object = None,
        *,
        status: int = 200,
        content_type: str = "application/json",
        chunks: tuple[int, ...] = (),
        fault: str = "",
    ) -> Interaction:
        request = Request(method, f"https://api.coze.com{path}", JSON_HEADERS if sent is not None else (), _body(sent))
        headers = (("content-type", content_type),)
        response = Response(status, "OK", headers, _body({} if answer is None else answer), chunks, fault)
        return Interaction(request, response)

    return make


def _body(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    return b"" if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


@pytest.fixture
def cassette() -> MakeCassette:
    """Make a sealed cassette from interactions."""

    def make(*interactions: Interaction) -> Cassette:
        return store.sealed(Cassette(tuple(interactions), METADATA))

    return make
