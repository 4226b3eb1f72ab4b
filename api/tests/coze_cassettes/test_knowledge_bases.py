"""Knowledge bases, recorded from either account of the stand-in: no canary is left in the cassettes."""

from __future__ import annotations

from typing import Any

import pytest

from coze_cassettes.cassette import store
from coze_cassettes.inspection.values import find
from coze_standin import running

SUITE = """
import base64
import time

import httpx
import pytest

DOCUMENT = "/open_api/knowledge/document/"


@pytest.fixture
def client(account):
    headers = {"Authorization": "Bearer " + account.value("API_TOKEN"), "Agw-Js-Conv": "str"}
    with httpx.Client(base_url="https://api.coze.com", headers=headers) as client:
        yield client


@pytest.mark.vcr
class TestKnowledge:
    def test_what_is_there(self, client, account):
        asked = {"space_id": account.value("WORKSPACE_ID"), "page_num": 1, "page_size": 10}
        for dataset in client.get("/v1/datasets", params=asked).json()["data"]["dataset_list"]:
            dataset_id = dataset["dataset_id"]
            listed = client.post(DOCUMENT + "list", json={"dataset_id": dataset_id}).json()["document_infos"]
            ids = [document["document_id"] for document in listed]
            client.post(f"/v1/datasets/{dataset_id}/process", json={"document_ids": ids})
            client.get(f"/v1/datasets/{dataset_id}/images")

    def test_what_is_made(self, client, account):
        space_id = account.value("WORKSPACE_ID")
        made = client.post("/v1/datasets", json={"space_id": space_id, "name": "Films", "format_type": 2})
        dataset_id = made.json()["data"]["dataset_id"]
        source = {"file_base64": base64.b64encode(b"A few words on films.").decode(), "file_type": "png"}
        body = {"dataset_id": dataset_id, "document_bases": [{"name": "film.png", "source_info": source}]}
        document_id = client.post(DOCUMENT + "create", json=body).json()["document_infos"][0]["document_id"]
        client.get("/v1/datasets", params={"space_id": space_id, "name": "Films"})
        status = 0
        while status == 0:
            time.sleep(0.2)
            asked = {"document_ids": [document_id]}
            (found,) = client.post(f"/v1/datasets/{dataset_id}/process", json=asked).json()["data"]["data"]
            status = found["status"]
        client.get(f"/v1/datasets/{dataset_id}/images", params={"has_caption": "true"})
        client.put(f"/v1/datasets/{dataset_id}/images/{document_id}", json={"caption": "A film"})
        client.post(DOCUMENT + "update", json={"document_id": document_id, "document_name": "a film"})
        client.post(DOCUMENT + "delete", json={"document_ids": [document_id]})
        assert client.delete(f"/v1/datasets/{dataset_id}").json()["code"] == 0
"""
"""Reads what the account has, and makes, asks for until it is processed, changes and deletes something of its own."""


@pytest.mark.loopback
@pytest.mark.slow
@pytest.mark.parametrize("name", ["a", "b"])
def test_no_canary_is_left(name: str, project: Any) -> None:
    """Neither what people wrote nor an identifier is in a file, in any encoding; the run replays what it recorded."""
    (project.root / "tests" / "test_project.py").write_text(SUITE)
    with running(name) as stand_in:
        code, out, err = project.run("--target", stand_in.url, "--yes", environment=stand_in.environment)
        canaries = {value for _, value in stand_in.canaries() if len(value) > 5}
    assert (code, err) == (3, ""), out
    files = store.files(project.cassettes)
    assert canaries
    assert len(files) == 2
    assert [path.name for path in files if find(canaries, [path.read_text("utf-8")])] == []
