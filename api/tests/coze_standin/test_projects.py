"""What stands beside the bots of a workspace: apps, folders, templates."""

from __future__ import annotations

from typing import Any

import pytest

from coze_standin.state import State


def _apps(web: Any, state: State, **query: Any) -> Any:
    return web.data("GET", "/v1/apps", params={"workspace_id": state.configured.workspace_id, **query})


def _folders(web: Any, state: State, **query: Any) -> Any:
    params = {"workspace_id": state.configured.workspace_id, "folder_type": "development", **query}
    return web.data("GET", "/v1/folders", params=params)


@pytest.mark.parametrize("number", ["page_index", "page_num"])
def test_apps_come_in_pages(web: Any, state: State, number: str) -> None:
    """Whichever of the two names the page has; each app comes once, the last changed first."""
    total = len(state.projects.apps.all())
    pages = [_apps(web, state, page_size=2, **{number: page}) for page in range(1, total // 2 + 2)]
    assert {page["total"] for page in pages} == {total}
    items = [item for page in pages for item in page["items"]]
    assert len({item["id"] for item in items}) == total
    assert [item["updated_at"] for item in items] == sorted((item["updated_at"] for item in items), reverse=True)
    assert all(("published_at" in item) == item["is_published"] for item in items)


def test_apps_are_selected(web: Any, state: State) -> None:
    """By the state of their publication and by their channel; there is no other state and no other workspace."""
    listed = [_apps(web, state, publish_status=status) for status in ("published_online", "unpublished_draft", "all")]
    assert listed[0]["total"] + listed[1]["total"] == listed[2]["total"]
    assert all(item["is_published"] for item in listed[0]["items"])
    assert _apps(web, state, connector_id="1024")["total"] == listed[2]["total"]
    assert _apps(web, state, connector_id=state.configured.connector_id)["total"] == 0
    workspace = {"workspace_id": state.configured.workspace_id}
    assert web("GET", "/v1/apps", params={**workspace, "publish_status": "lost"}).json()["code"] == 4000
    assert web("GET", "/v1/apps", params={"workspace_id": "7"}).json()["code"] == 4000


def test_folders_lie_in_each_other(web: Any, state: State) -> None:
    """Those at the top are listed by kind, those inside by their parent; one is retrieved as it is listed."""
    top = _folders(web, state)
    (outer,) = [one for one in top["items"] if one["children_count"]]
    assert "parent_folder_id" not in outer
    inner = _folders(web, state, parent_folder_id=outer["id"])
    assert (inner["total_count"], inner["items"][0]["parent_folder_id"]) == (1, outer["id"])
    assert web.data("GET", f"/v1/folders/{outer['id']}") == outer
    library = _folders(web, state, folder_type="library")
    assert {one["folder_type"] for one in library["items"]} == {"library"}
    assert web("GET", "/v1/folders", params={"workspace_id": state.configured.workspace_id}).json()["code"] == 4000
    lost = {"workspace_id": state.configured.workspace_id, "folder_type": "library", "parent_folder_id": "7"}
    assert web("GET", "/v1/folders", params=lost).json()["code"] == 4200
    assert web("GET", "/v1/folders", params={**lost, "folder_type": "attic"}).json()["code"] == 4000


def test_folders_come_in_pages(web: Any, state: State) -> None:
    """Pages of one hold each once, and say whether more follow."""
    total = _folders(web, state)["total_count"]
    pages = [_folders(web, state, page_size=1, page_num=page) for page in range(1, total + 1)]
    assert [page["has_more"] for page in pages] == [True] * (total - 1) + [False]
    assert len({page["items"][0]["id"] for page in pages}) == total


def test_a_bot_lies_in_a_folder(web: Any, state: State) -> None:
    """Or in none; an app lies in one, too, and the folders exist."""
    bots, apps = {bot.folder_id for bot in state.bots.all()}, {app.folder_id for app in state.projects.apps.all()}
    assert "" in bots
    for named in (bots - {""}, apps - {""}):
        folders = [web.data("GET", f"/v1/folders/{each}") for each in named]
        assert {folder["folder_type"] for folder in folders} == {"development"}


def test_a_template_is_copied(web: Any, state: State) -> None:
    """The copy is a draft in the workspace, named as asked for or as the template is."""
    path = f"/v1/templates/{state.configured.template_id}/duplicate"
    workspace = {"workspace_id": state.configured.workspace_id}
    copies = [web.data("POST", path, json={**workspace, "name": name}) for name in ("Mine", None)]
    assert [copy["entity_type"] for copy in copies] == ["agent", "agent"]
    bots = [web.data("GET", f"/v1/bots/{copy['entity_id']}?is_published=false") for copy in copies]
    assert [bot["name"] for bot in bots] == ["Mine", state.account.profile.projects.template]
    assert web("POST", path, json={"workspace_id": "7"}).json()["code"] == 4000
    assert web("POST", "/v1/templates/7/duplicate", json=workspace).json()["code"] == 4200
