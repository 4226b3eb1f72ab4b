"""Puts the enterprise with its workspaces into an account."""

from __future__ import annotations

from coze_standin.population.moments import past
from coze_standin.project_records import Enterprise
from coze_standin.records import (
    Workspace,
)
from coze_standin.state import State


def add_enterprise(state: State) -> None:
    """The enterprise, with everyone but the guest in it."""
    account = state.account
    enterprise_id = state.ids.at("ENTERPRISE_ID", past(state, 900))
    staff = {person.user_id: "enterprise_member" for person in (*account.people, account.colleague)}
    roles = {**staff, account.owner.user_id: "enterprise_admin"}
    state.enterprises.put(enterprise_id, Enterprise(enterprise_id, roles))
    state.configured.enterprise_id = enterprise_id
    state.configured.member_id = account.colleague.user_id
    state.configured.guest_id = account.guest.user_id


def add_workspaces(state: State) -> None:
    """The personal workspace and that of the team, which is the configured one."""
    profile, people = state.account.profile, state.account.people
    enterprise = state.configured.enterprise_id if state.has("enterprise") else ""
    owner = {people[0].user_id: "owner"}
    roles = ("admin", "member")
    members = {person.user_id: roles[min(place, 1)] for place, person in enumerate(people[1:])}
    for kind, title, staff in (
        ("personal", profile.workspaces.personal, owner),
        ("team", profile.workspaces.team, {**owner, **members}),
    ):
        workspace_id = state.ids.at("WORKSPACE_ID", past(state, 800))
        icon = state.maker.image("ICON_URL")
        belongs = enterprise if kind == "team" else ""
        state.workspaces.put(workspace_id, Workspace(workspace_id, title, icon, kind, belongs, staff))
        state.configured.workspace_id = workspace_id
