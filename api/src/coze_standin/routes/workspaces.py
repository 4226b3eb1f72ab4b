"""workspaces.*: the personal or the team workspace, with its members."""

from __future__ import annotations

from dataclasses import replace

from coze_standin.accounts import Person
from coze_standin.calls import Answer, Call, ok
from coze_standin.errors import ApiError
from coze_standin.records import JSON, Workspace


def list_workspaces(call: Call) -> Answer:
    """workspaces.list. What ``user_id`` and ``coze_account_id`` select is not known: they are ignored."""
    workspaces = call.state.workspaces.all()
    owner = call.state.account.owner.user_id
    page, _ = call.page(workspaces)
    return ok({"total_count": len(workspaces), "workspaces": [_workspace_json(one, owner) for one in page]})


def list_members(call: Call) -> Answer:
    """workspaces.members.list."""
    workspace = call.state.workspaces.get(call.path["workspace_id"])
    people = call.state.account.everybody
    page, _ = call.page(list(workspace.roles))
    members = [_member_json(people[user_id], workspace.roles[user_id]) for user_id in page]
    return ok({"total_count": len(workspace.roles), "items": members})


def add_members(call: Call) -> Answer:
    """workspaces.members.create.

    A user of the enterprise is added at once. Another one is refused with 702042162 where the workspace belongs to
    one, and added otherwise. When Coze invites instead of adding is not documented, so nobody is ever invited.
    """
    state = call.state
    workspace = state.workspaces.get(call.path["workspace_id"])
    known = state.account.everybody
    wanted = {_user_id(user): str(user.get("role_type") or "member") for user in call.objects("users")}
    if workspace.enterprise_id:
        staff = state.enterprises.get(workspace.enterprise_id).roles
        if any(user in known and user not in staff for user in wanted):
            raise ApiError("not-in-enterprise")
    added = {user: role for user, role in wanted.items() if user in known and user not in workspace.roles}
    state.workspaces.put(workspace.id, replace(workspace, roles={**workspace.roles, **added}))
    return ok(
        {
            "added_success_user_ids": list(added),
            "invited_success_user_ids": [],
            "not_exist_user_ids": [user for user in wanted if user not in known],
            "already_joined_user_ids": [user for user in wanted if user in workspace.roles],
            "already_invited_user_ids": [],
        }
    )


def remove_members(call: Call) -> Answer:
    """workspaces.members.delete.

    The official example says ``not_in_space_user_ids`` where the SDKs say ``not_in_workspace_user_ids``; which of
    them the service sends is not known. The stand-in sends the name that the SDKs can read.
    """
    state = call.state
    workspace = state.workspaces.get(call.path["workspace_id"])
    asked = [str(user) for user in call.sequence("user_ids")]
    owners = [user for user in asked if workspace.roles.get(user) == "owner"]
    removed = [user for user in asked if user in workspace.roles and user not in owners]
    left = {user: role for user, role in workspace.roles.items() if user not in removed}
    state.workspaces.put(workspace.id, replace(workspace, roles=left))
    return ok(
        {
            "removed_success_user_ids": removed,
            "not_in_workspace_user_ids": [user for user in asked if user not in workspace.roles],
            "owner_not_support_remove_user_ids": owners,
        }
    )


def _user_id(user: JSON) -> str:
    if not isinstance(user.get("user_id"), str):
        raise ApiError("parameter")
    return str(user["user_id"])


def _workspace_json(workspace: Workspace, owner: str) -> JSON:
    return {
        "id": workspace.id,
        "name": workspace.name,
        "icon_url": workspace.icon_url,
        "role_type": workspace.roles.get(owner, "member"),
        "workspace_type": workspace.kind,
        "enterprise_id": workspace.enterprise_id,
        "joined_status": "joined",
        "description": "",
        "owner_uid": next(user for user, role in workspace.roles.items() if role == "owner"),
        "admin_uids": [user for user, role in workspace.roles.items() if role == "admin"],
    }


def _member_json(person: Person, role: str) -> JSON:
    return {
        "user_id": person.user_id,
        "role_type": role,
        "user_nickname": person.nick_name,
        "user_unique_name": person.user_name,
        "avatar_url": person.avatar_url,
    }
