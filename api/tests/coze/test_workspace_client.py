"""``coze.workspaces.members``: who is in a workspace.

``coze.workspaces.list`` is in ``test_coze_client.py``. cozepy cannot read a list of members; the tests that expect it
to are marked with the defect.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import httpx
import pytest
from cozepy import (
    AsyncCoze,
    Coze,
    CozeAPIError,
    CreateWorkspaceMemberResp,
    DeleteWorkspaceMemberResp,
    WorkspaceMember,
    WorkspaceRoleType,
)
from pydantic import ValidationError

from api.tests.coze.assertions import (
    NOWHERE,
    MakeAsyncCoze,
    MakeCoze,
    assert_each_is_refused,
    assert_each_is_refused_async,
    fixed,
)
from coze_cassettes import Account, SentRequest

DEFECT_1 = fixed(1, "the page of workspaces.members.list is read as a member")
DEFECT_11 = fixed(11, "documented is not_in_space_user_ids, the model wants not_in_workspace_user_ids")

DOCUMENTED = {
    "removed_success_user_ids": ["USER_ID_1"],
    "not_in_space_user_ids": ["USER_ID_2"],
    "owner_not_support_remove_user_ids": [],
}
"""The answer to a removal, as Coze's documents show it."""


@pytest.mark.vcr
class TestWorkspaceMembers:
    def test_add_and_remove_member(
        self,
        coze: Coze,
        mock_workspace_id: str,
        mock_member_id: str,
        sent_requests: list[SentRequest],
        answers: list[httpx.Response],
    ) -> None:
        """Given a user who is not in a workspace
        When the user is added twice and removed twice
        Then each answer says of the user what became of it; nothing is an error.
        """
        members = coze.workspaces.members
        users = [WorkspaceMember(user_id=mock_member_id, role_type=WorkspaceRoleType.MEMBER)]
        first = members.create(workspace_id=mock_workspace_id, users=users)
        second = members.create(workspace_id=mock_workspace_id, users=users)
        removed = members.delete(workspace_id=mock_workspace_id, user_ids=[mock_member_id])
        gone = members.delete(workspace_id=mock_workspace_id, user_ids=[mock_member_id])

        assert (added(first), there(first), first.not_exist_user_ids) == ([mock_member_id], [], [])
        assert (added(second), there(second)) == ([], [mock_member_id])
        assert handled(removed) == [mock_member_id]
        assert (gone.removed_success_user_ids, gone.not_in_workspace_user_ids) == ([], [mock_member_id])
        assert removed.owner_not_support_remove_user_ids == []
        logids = [answer.headers["x-tt-logid"] for answer in answers]
        assert [one.response.logid for one in (first, second, removed, gone)] == logids
        assert {sent.path for sent in sent_requests} == {f"/v1/workspaces/{mock_workspace_id}/members"}
        assert [sent.method for sent in sent_requests] == ["POST", "POST", "DELETE", "DELETE"]
        assert sent_requests[0].json() == {"users": [{"user_id": mock_member_id, "role_type": "member"}]}
        assert sent_requests[2].json() == {"user_ids": [mock_member_id]}

    @pytest.mark.shared_cassette("test_add_and_remove_member")
    async def test_async_add_and_remove_member(
        self, async_coze: AsyncCoze, mock_workspace_id: str, mock_member_id: str
    ) -> None:
        """Given a user who is not in a workspace
        When the async client adds and removes the user, each twice
        Then the wire is that of the sync client, and so are the answers.
        """
        members = async_coze.workspaces.members
        users = [WorkspaceMember(user_id=mock_member_id, role_type=WorkspaceRoleType.MEMBER)]
        first = await members.create(workspace_id=mock_workspace_id, users=users)
        second = await members.create(workspace_id=mock_workspace_id, users=users)
        removed = await members.delete(workspace_id=mock_workspace_id, user_ids=[mock_member_id])
        gone = await members.delete(workspace_id=mock_workspace_id, user_ids=[mock_member_id])

        assert (added(first), there(second)) == ([mock_member_id], [mock_member_id])
        assert handled(removed) == gone.not_in_workspace_user_ids == [mock_member_id]

    def test_list_members(
        self, coze: Coze, mock_workspace_id: str, sent_requests: list[SentRequest], answers: list[httpx.Response]
    ) -> None:
        """Given a workspace
        When its members are listed
        Then a page of members comes, but cozepy raises pydantic's ValidationError, which is no CozeError.
        """
        with pytest.raises(ValidationError):
            coze.workspaces.members.list(workspace_id=mock_workspace_id)

        page = answers[-1].json()["data"]
        assert_members([WorkspaceMember.model_validate(item) for item in page["items"]])
        assert len(page["items"]) == min(20, page["total_count"])
        (sent,) = sent_requests
        assert (sent.method, sent.path) == ("GET", f"/v1/workspaces/{mock_workspace_id}/members")
        assert dict(sent.params) == {"page_num": "1", "page_size": "20"}

    @pytest.mark.xfail(strict=True, raises=ValidationError, reason=DEFECT_1)
    @pytest.mark.shared_cassette("test_list_members")
    def test_list_members_is_read(self, coze: Coze, mock_workspace_id: str) -> None:
        """Given a workspace
        When its members are listed
        Then the first twenty of them come back.
        """
        page = coze.workspaces.members.list(workspace_id=mock_workspace_id)

        assert_members(page.items)

    @pytest.mark.xfail(strict=True, raises=ValidationError, reason=DEFECT_1)
    @pytest.mark.shared_cassette("test_list_members")
    async def test_async_list_members(self, async_coze: AsyncCoze, mock_workspace_id: str) -> None:
        """Given a workspace
        When the async client lists its members
        Then the wire is that of the sync client, and the first twenty members come back.
        """
        page = await async_coze.workspaces.members.list(workspace_id=mock_workspace_id)

        assert_members(page.items)

    def test_list_members_one_a_page(self, coze: Coze, mock_workspace_id: str, answers: list[httpx.Response]) -> None:
        """Given a workspace
        When the first two pages of its members are asked for, one a page, since cozepy reads none to go on from
        Then each has its member, if there are as many, and both the same total.
        """
        for number in (1, 2):
            with pytest.raises(ValidationError):
                coze.workspaces.members.list(workspace_id=mock_workspace_id, page_num=number, page_size=1)

        assert_first_members(answers)

    @pytest.mark.shared_cassette("test_list_members_one_a_page")
    async def test_async_list_members_one_a_page(
        self, async_coze: AsyncCoze, mock_workspace_id: str, answers: list[httpx.Response]
    ) -> None:
        """Given a workspace
        When the async client asks for the first two pages of its members, one a page
        Then the wire is that of the sync client, and so are the pages.
        """
        for number in (1, 2):
            with pytest.raises(ValidationError):
                await async_coze.workspaces.members.list(workspace_id=mock_workspace_id, page_num=number, page_size=1)

        assert_first_members(answers)

    def test_members_of_a_workspace_that_does_not_exist(
        self, coze: Coze, assert_refused: Callable[[CozeAPIError], None]
    ) -> None:
        """Given the ids of no workspace and of no user
        When the user is added and removed, and the members are listed
        Then each time Coze's error is raised.
        """
        members = coze.workspaces.members
        users = [WorkspaceMember(user_id=NOWHERE, role_type=WorkspaceRoleType.MEMBER)]
        calls = (
            lambda: members.create(workspace_id=NOWHERE, users=users),
            lambda: members.delete(workspace_id=NOWHERE, user_ids=[NOWHERE]),
            lambda: members.list(workspace_id=NOWHERE),
        )
        assert_each_is_refused(calls, assert_refused)

    @pytest.mark.shared_cassette("test_members_of_a_workspace_that_does_not_exist")
    async def test_async_members_of_a_workspace_that_does_not_exist(
        self, async_coze: AsyncCoze, assert_refused: Callable[[CozeAPIError], None]
    ) -> None:
        """Given the ids of no workspace and of no user
        When the async client adds and removes the user, and lists the members
        Then the errors are those of the sync client.
        """
        members = async_coze.workspaces.members
        users = [WorkspaceMember(user_id=NOWHERE, role_type=WorkspaceRoleType.MEMBER)]
        calls = (
            lambda: members.create(workspace_id=NOWHERE, users=users),
            lambda: members.delete(workspace_id=NOWHERE, user_ids=[NOWHERE]),
            lambda: members.list(workspace_id=NOWHERE),
        )
        await assert_each_is_refused_async(calls, assert_refused)


class TestDocumentedRemoval:
    @pytest.mark.xfail(strict=True, raises=ValidationError, reason=DEFECT_11)
    def test_documented_removal_is_read(
        self,
        mocked: MakeCoze,
        mock_successful_response: Callable[..., httpx.Response],
    ) -> None:
        """Given the answer to a removal that Coze's documents show
        When a member is removed
        Then it says who was removed and who was not in the workspace.
        """
        coze = mocked(mock_successful_response(DOCUMENTED))
        removed = coze.workspaces.members.delete(workspace_id=NOWHERE, user_ids=["USER_ID_1", "USER_ID_2"])

        assert removed.removed_success_user_ids == ["USER_ID_1"]
        assert removed.not_in_workspace_user_ids == ["USER_ID_2"]

    @pytest.mark.xfail(strict=True, raises=ValidationError, reason=DEFECT_11)
    async def test_async_documented_removal_is_read(
        self,
        async_mocked: MakeAsyncCoze,
        mock_successful_response: Callable[..., httpx.Response],
    ) -> None:
        """Given the answer to a removal that Coze's documents show
        When the async client removes a member
        Then it says who was removed and who was not in the workspace.
        """
        coze = async_mocked(mock_successful_response(DOCUMENTED))
        removed = await coze.workspaces.members.delete(workspace_id=NOWHERE, user_ids=["USER_ID_1", "USER_ID_2"])

        assert removed.removed_success_user_ids == ["USER_ID_1"]
        assert removed.not_in_workspace_user_ids == ["USER_ID_2"]


# --- what the tests share -------------------------------------------------------------------------------------------


@pytest.fixture
def mock_member_id(account: Account) -> str:
    """A user who is not in the workspace, but may be: where it belongs to an enterprise, a member of that."""
    return account.value("MEMBER_ID")


def added(answer: CreateWorkspaceMemberResp) -> list[str]:
    """Who was added now; in a personal edition Coze invites instead."""
    return answer.added_success_user_ids + answer.invited_success_user_ids


def there(answer: CreateWorkspaceMemberResp) -> list[str]:
    """Who had been added, or invited, before."""
    return answer.already_joined_user_ids + answer.already_invited_user_ids


def handled(answer: DeleteWorkspaceMemberResp) -> list[str]:
    """Who was taken out, and who was not in the workspace: one who is invited is not yet in it."""
    return answer.removed_success_user_ids + answer.not_in_workspace_user_ids


def assert_first_members(answers: list[httpx.Response]) -> None:
    """The last two answers are the first pages, of a member each; a workspace may have one member alone."""
    first, second = (answer.json()["data"] for answer in answers[-2:])
    members = [WorkspaceMember.model_validate(item) for page in (first, second) for item in page["items"]]
    assert_members(members)
    assert len(first["items"]) == 1
    assert len(members) == min(2, first["total_count"])
    assert first["total_count"] == second["total_count"]


def assert_members(members: Sequence[WorkspaceMember]) -> None:
    """A workspace has at least one member, each of them once and with a role and a name."""
    assert members
    assert len({member.user_id for member in members}) == len(members)
    for member in members:
        assert member.role_type in set(WorkspaceRoleType)
        assert member.user_unique_name
