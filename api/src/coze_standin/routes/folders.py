"""folders.*: the folders of a workspace, for projects or for the library."""

from __future__ import annotations

from coze_standin.calls import Answer, Call, ok
from coze_standin.errors import ApiError
from coze_standin.project_records import Folder
from coze_standin.records import JSON
from coze_standin.state import State

_KINDS = ("development", "library")


def list_folders(call: Call) -> Answer:
    """folders.list of one kind: those in ``parent_folder_id``, without it those at the top.

    Whether the service lists all of them without a parent is not in the sources, nor is their order: the oldest comes
    first.
    """
    state, kind = call.state, call.ask("folder_type")
    workspace = state.workspaces.get(call.ask("workspace_id"))
    if kind not in _KINDS:
        raise ApiError("parameter")
    parent = call.query.get("parent_folder_id") or ""
    if parent:
        state.projects.folders.get(parent)
    found = [one for one in _in(state, parent) if one.workspace_id == workspace.id and one.kind == kind]
    page, more = call.page(found)
    return ok({"total_count": len(found), "has_more": more, "items": [_folder_json(state, one) for one in page]})


def retrieve(call: Call) -> Answer:
    """folders.retrieve."""
    return ok(_folder_json(call.state, call.state.projects.folders.get(call.path["folder_id"])))


def _in(state: State, parent_id: str) -> list[Folder]:
    return [one for one in state.projects.folders.all() if one.parent_id == parent_id]


def _folder_json(state: State, folder: Folder) -> JSON:
    """The folder. What ``children_count`` counts is not in the sources: here the folders that lie directly in it."""
    return {
        "id": folder.id,
        "name": folder.name,
        "description": folder.description,
        "workspace_id": folder.workspace_id,
        "creator_user_id": folder.creator.user_id,
        "folder_type": folder.kind,
        **({"parent_folder_id": folder.parent_id} if folder.parent_id else {}),
        "children_count": len(_in(state, folder.id)),
    }
