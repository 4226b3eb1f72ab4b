"""Cassettes of stock vcrpy come into this format, scrubbed; what cannot is named and left."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from vcr.request import Request as VcrRequest
from vcr.serialize import serialize
from vcr.serializers import jsonserializer, yamlserializer

from coze_cassettes import migrate
from coze_cassettes.cassette import store
from coze_cassettes.cassette.moments import EPOCH
from coze_cassettes.scrubbing.environment import ConfiguredValues

Fill = Callable[[str], str]
Stock = Callable[..., tuple[Path, str]]

RECORDED = "Wed, 05 Jun 2024 10:00:00 GMT"
BODY = '{"code":0,"data":{"user_name":"Canary Person","created_at":1717581600}}'


STOCK = """\
version: 1
interactions:
- request: {{method: GET, uri: 'https://{host}/', body: null, headers: {{}}}}
  response: {{status: {{code: 200, message: OK}}, headers: {headers}, body: {{string: hi}}}}
"""


@pytest.fixture
def stock(tmp_path: Path, fill: Fill) -> Stock:
    """A file as stock vcrpy writes it, with a token in a header; and the token."""

    def write(name: str, body: str | bytes = BODY, **headers: str) -> tuple[Path, str]:
        token = fill("pat_{A64}")
        sent = {"Authorization": f"Bearer {token}", "User-Agent": "cozepy/0.19.2 python/3.12"}
        request = VcrRequest("GET", "https://api.coze.com/v1/users/me", b"", sent)
        answer = {"Content-Type": "application/json", "Date": RECORDED, "Set-Cookie": f"s={fill('{A24}')}", **headers}
        response: dict[str, Any] = {
            "status": {"code": 200, "message": "OK"},
            "headers": {name: [value] for name, value in answer.items()},
            "body": {"string": body},
        }
        path = tmp_path / name
        serializer = jsonserializer if path.suffix == ".json" else yamlserializer
        path.write_text(serialize({"requests": [request], "responses": [response]}, serializer), "utf-8")
        return path, token

    return write


@pytest.mark.parametrize("name", ["old.yaml", "old.yml", "old.json"])
def test_a_stock_cassette_is_scrubbed_in_place(name: str, stock: Stock) -> None:
    """The token is gone, the file says where it came from, and a replay would play it."""
    path, token = stock(name)
    (migrated,) = migrate.migrate([path.parent], ConfiguredValues())
    assert migrated.problem == ""
    assert [each.name for each in path.parent.iterdir()] == ["old.yaml"]
    assert migrated.target is not None
    assert token not in migrated.target.read_text("utf-8")
    cassette = store.read(migrated.target)
    assert (cassette.metadata.recorded_from, cassette.metadata.recorded_at) == ("coze.com", "2024-06-05T10:00:00Z")
    assert cassette.metadata.cozepy == "0.19.2"
    expected = f'{{"code":0,"data":{{"user_name":"USER_NAME_1","created_at":{EPOCH}}}}}'
    assert cassette.interactions[0].response.body.decode() == expected


def test_a_compressed_body_is_read(stock: Stock) -> None:
    """Stock vcrpy keeps gzip as it came."""
    path, _ = stock("old.yaml", gzip.compress(BODY.encode()), **{"Content-Encoding": "gzip"})
    (migrated,) = migrate.migrate([path], ConfiguredValues())
    assert migrated.target is not None
    assert b"USER_NAME_1" in store.read(migrated.target).interactions[0].response.body


def test_the_stand_in_is_not_taken_for_coze(stock: Stock) -> None:
    """Its header is in the cassette, whatever the host says."""
    path, _ = stock("old.yaml", **{"X-Served-By": "coze-standin"})
    migrate.migrate([path], ConfiguredValues())
    assert store.read(path).metadata.recorded_from == "stand-in"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("interactions: [", "not a cassette that vcrpy reads (ParserError)"),
        ("just: text", "not a cassette that vcrpy reads (KeyError)"),
        ("version: 1\ninteractions: []", "it has no interactions"),
        (STOCK.format(host="other.example", headers="{}"), "its requests to other.example are not Coze's"),
        (
            STOCK.format(host="api.coze.com", headers="{Content-Encoding: [gzip]}"),
            "Content-Encoding is gzip, but the body is not gzip data",
        ),
    ],
)
def test_what_cannot_be_read_is_named_and_left(text: str, problem: str, tmp_path: Path) -> None:
    """The file stays byte for byte, and one sentence says why."""
    path = tmp_path / "bad.yaml"
    path.write_text(text, "utf-8")
    (migrated,) = migrate.migrate([path], ConfiguredValues())
    assert migrated.problem == f"{path}: left as it is, {problem}"
    assert path.read_text("utf-8") == text


def test_our_own_cassettes_are_left(tmp_path: Path, stock: Stock) -> None:
    """Migrating twice does nothing the second time."""
    path, _ = stock("old.yaml")
    migrate.migrate([path], ConfiguredValues())
    before = path.read_bytes()
    (again,) = migrate.migrate([path], ConfiguredValues())
    assert (again.problem, again.done_before, again.target) == ("", True, again.source)
    assert path.read_bytes() == before


def test_a_json_file_does_not_overwrite_another(stock: Stock) -> None:
    """Two files that would become one are both kept."""
    one, _ = stock("old.json")
    two, _ = stock("old.yaml")
    before = two.read_bytes()
    (migrated,) = migrate.migrate([one], ConfiguredValues())
    assert migrated.problem.endswith("old.yaml exists already")
    assert (one.exists(), two.read_bytes()) == (True, before)


def test_configured_values_are_replaced(stock: Stock) -> None:
    """What the environment says is secret has its bare placeholder."""
    path, token = stock("old.yaml")
    migrate.migrate([path], ConfiguredValues().add("API_TOKEN", token, secret=True))
    assert store.read(path).interactions[0].request.headers == (("authorization", "Bearer API_TOKEN"),)
