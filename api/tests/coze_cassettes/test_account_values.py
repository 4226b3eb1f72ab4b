"""``account.value`` gives a test anything of the account, under any name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from coze_cassettes.cassette import store
from coze_cassettes.cassette.model import Cassette, Interaction, Metadata, Request, Response
from coze_cassettes.fixtures import Account, Refusal
from coze_cassettes.inspection.scan import inspect
from coze_cassettes.scrubbing.environment import ConfiguredValues
from coze_cassettes.scrubbing.scrub import scrub
from coze_cassettes.session.matcher import Matcher
from coze_standin import running

if TYPE_CHECKING:
    from api.tests.coze_cassettes.conftest import Project

METADATA = Metadata("stand-in", "2026-01-01T00:00:00Z", "0.20.0")

SUITE = """
import httpx
import pytest


@pytest.fixture
def client(account):
    headers = {"Authorization": "Bearer " + account.value("API_TOKEN")}
    with httpx.Client(base_url="https://api.coze.com", headers=headers) as client:
        yield client


@pytest.fixture
def file_id(client, account):
    def make():
        uploaded = client.post("/v1/files/upload", files={"file": ("a.txt", b"a few words")}).json()
        return uploaded["data"]["id"], lambda: None

    return account.value("FILE_ID", make)


@pytest.mark.vcr
class TestFiles:
    def test_file(self, client, file_id):
        assert client.get("/v1/files/retrieve", params={"file_id": file_id}).json()["data"]["id"] == file_id

    def test_note(self, client, account):
        note = account.value("SECRET_NOTE")
        answer = client.post("/v1/conversation/create", json={"meta_data": {"note": note}})
        assert answer.json()["data"]["meta_data"]["note"] == note

    def test_numbered(self, client, account):
        first, second = account.value("CONVERSATION_ID_2", lambda: made(client)), made(client)[0]
        for each in (second, first):
            answer = client.get("/v1/conversation/retrieve", params={"conversation_id": each})
            assert answer.json()["data"]["id"] == each


def made(client):
    return client.post("/v1/conversation/create", json={}).json()["data"]["id"], lambda: None
"""


@pytest.mark.loopback
@pytest.mark.slow
def test_any_name_is_recorded_checked_and_replayed(project: Project) -> None:
    """A file that the test was given, a secret, a name that looks numbered; the run itself replays what it recorded."""
    (project.root / "tests/test_project.py").write_text(SUITE)
    with running("a") as stand_in:
        environment = {**stand_in.environment, "COZE_SECRET_NOTE": "tulip-seven"}
        code, out, err = project.run("--target", stand_in.url, "--yes", environment=environment)
    assert (code, err) == (3, ""), out
    assert {path.stem: store.read(path).metadata.placeholders for path in store.files(project.cassettes)} == {
        "TestFiles.test_file": ("FILE_ID",),
        "TestFiles.test_note": ("SECRET_NOTE",),
        "TestFiles.test_numbered": ("CONVERSATION_ID_2",),
    }
    assert b"tulip-seven" not in b"".join(project.contents().values())
    assert project.run(command="check")[:2] == (0, "3 cassettes, 0.0 MB, 0 findings\n")


def test_a_name_that_cannot_be_one_is_refused(request: pytest.FixtureRequest) -> None:
    """In a replay too, so that it is seen before anything is recorded."""
    with pytest.raises(Refusal, match=r"account.value\('file_id'\): a name has 3 to 64 capitals"):
        Account(request.node, None).value("file_id")


def posted(body: bytes) -> Interaction:
    """A request with a body of JSON."""
    request = Request("POST", "https://api.coze.com/v1/x", (("content-type", "application/json"),), body)
    return Interaction(request, Response(200, "OK", (("content-type", "application/json"),), b"{}"))


@pytest.mark.parametrize("value", ["SECRET_KEY_FOR_PROD", "SECRET_2024", "API_KEY_007", "SECRET_07"])
def test_a_literal_that_looks_like_a_placeholder_is_replaced_and_replays(value: str) -> None:
    """Nobody made it, so that it is a value like any other."""
    live = posted(b'{"api_key": "%s"}' % value.encode())
    clean = scrub([live])
    assert value.encode() not in clean.interactions[0].request.body
    assert Matcher(clean.interactions).find(live.request) == 0


def test_a_listed_placeholder_stays_what_it_is() -> None:
    """Scrubbing again changes nothing, in a field that names an identifier either."""
    configured = ConfiguredValues().add("FILE_ID", "file-1234567")
    clean = scrub([posted(b'{"file_id": "file-1234567", "note": "see file-1234567"}')], configured)
    assert clean.bare == ("FILE_ID",)
    assert scrub(clean.interactions, bare=clean.bare).interactions == clean.interactions


def test_a_listed_name_must_be_one() -> None:
    """What a hand adds to the list hides nothing, and changes the digest."""
    made = store.seal(Cassette((posted(b'{"password": "opensesame7"}'),), METADATA))
    assert inspect(replace(made, metadata=replace(made.metadata, placeholders=("opensesame7",))), "")
    assert store.digest(replace(made, metadata=replace(made.metadata, placeholders=("X_Y",)))) != made.metadata.digest
