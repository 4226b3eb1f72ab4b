"""enterprises.*: who is in an enterprise, in which role."""

from __future__ import annotations

from dataclasses import replace

from coze_standin.calls import Answer, Call, ok
from coze_standin.errors import ApiError
from coze_standin.project_records import Enterprise
from coze_standin.records import JSON

_ROLES = ("enterprise_admin", "enterprise_member")


def add_members(call: Call) -> Answer:
    """enterprises.members.create: 4201 for a user who is in it already (official table of codes).

    Of other refusals the sources name only those of the token: an unknown enterprise or user is 4200 here.
    """
    enterprise = _requested_enterprise(call)
    users = {str(user.get("user_id") or ""): _role(user) for user in call.objects("users")}
    if not users:
        raise ApiError("parameter")
    for user_id in users:
        if user_id in enterprise.roles:
            raise ApiError("already-member")
        if user_id not in call.state.account.everybody:
            raise ApiError("missing", f"user_id={user_id}")
    call.state.enterprises.put(enterprise.id, replace(enterprise, roles={**enterprise.roles, **users}))
    return ok()


def update_member(call: Call) -> Answer:
    """enterprises.members.update: another role."""
    enterprise = _requested_enterprise(call)
    user_id = _member(enterprise, call.path["user_id"])
    roles = {**enterprise.roles, user_id: _role(dict(call.body))}
    call.state.enterprises.put(enterprise.id, replace(enterprise, roles=roles))
    return ok()


def remove_member(call: Call) -> Answer:
    """enterprises.members.delete: what they have goes to ``receiver_user_id``, another member.

    What of it does, and whether they leave the workspaces of the enterprise, is not in the sources: here nothing moves.
    """
    enterprise = _requested_enterprise(call)
    user_id = _member(enterprise, call.path["user_id"])
    if _member(enterprise, call.need("receiver_user_id")) == user_id:
        raise ApiError("parameter")
    left = {each: role for each, role in enterprise.roles.items() if each != user_id}
    call.state.enterprises.put(enterprise.id, replace(enterprise, roles=left))
    return ok()


def _requested_enterprise(call: Call) -> Enterprise:
    return call.state.enterprises.get(call.path["enterprise_id"])


def _member(enterprise: Enterprise, user_id: str) -> str:
    if user_id not in enterprise.roles:
        raise ApiError("missing", f"user_id={user_id}")
    return user_id


def _role(body: JSON) -> str:
    if body.get("role") not in _ROLES:
        raise ApiError("parameter")
    return str(body["role"])
