"""``coze.enterprises``: who is in an enterprise, and as what. The API does not list them."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from cozepy import AsyncCoze, Coze, CozeAPIError, EnterpriseMember, EnterpriseMemberRole

from api.tests.coze.assertions import NOWHERE, assert_each_is_refused, assert_each_is_refused_async
from coze_cassettes import Account, SentRequest

ADMIN, MEMBER = EnterpriseMemberRole.ENTERPRISE_ADMIN, EnterpriseMemberRole.ENTERPRISE_MEMBER


@pytest.fixture
def mock_enterprise_id(account: Account) -> str:
    """An enterprise that the token administers."""
    return account.value("ENTERPRISE_ID")


@pytest.fixture
def mock_guest_id(account: Account) -> str:
    """A user outside the enterprise, whom a test takes in and out again."""
    return account.value("GUEST_ID")


@pytest.mark.vcr
class TestEnterpriseMembers:
    def test_life_of_a_member(
        self,
        coze: Coze,
        mock_enterprise_id: str,
        mock_guest_id: str,
        sent_requests: list[SentRequest],
        answers: list[httpx.Response],
        assert_refused: Callable[[CozeAPIError], None],
    ) -> None:
        """Given a user outside an enterprise
        When the user is taken in, taken in once more, made an administrator, and taken out
        Then only the second time is refused; what the user has goes to the owner of the token.
        """
        members, me = coze.enterprises.members, coze.users.me().user_id
        users = [EnterpriseMember(user_id=mock_guest_id, role=MEMBER)]
        created = members.create(enterprise_id=mock_enterprise_id, users=users)
        with pytest.raises(CozeAPIError) as error:
            members.create(enterprise_id=mock_enterprise_id, users=users)
        assert_refused(error.value)
        updated = members.update(enterprise_id=mock_enterprise_id, user_id=mock_guest_id, role=ADMIN)
        deleted = members.delete(enterprise_id=mock_enterprise_id, user_id=mock_guest_id, receiver_user_id=me)

        logids = [answer.headers["x-tt-logid"] for answer in answers]
        assert [one.response.logid for one in (created, updated, deleted)] == [logids[1], logids[3], logids[4]]
        create, _, update, delete = sent_requests[1:]
        path = f"/v1/enterprises/{mock_enterprise_id}/members"
        assert (create.method, create.path) == ("POST", path)
        assert create.json() == {"users": [{"user_id": mock_guest_id, "role": "enterprise_member"}]}
        assert (update.method, update.path) == ("PUT", f"{path}/{mock_guest_id}")
        assert update.json() == {"role": "enterprise_admin"}
        assert (delete.method, delete.path) == ("DELETE", f"{path}/{mock_guest_id}")
        assert delete.json() == {"receiver_user_id": me}

    @pytest.mark.shared_cassette("test_life_of_a_member")
    async def test_async_life_of_a_member(
        self,
        async_coze: AsyncCoze,
        mock_enterprise_id: str,
        mock_guest_id: str,
        assert_refused: Callable[[CozeAPIError], None],
    ) -> None:
        """Given a user outside an enterprise
        When the async client takes the user in, once more, makes an administrator of the user, and takes the user out
        Then the wire is that of the sync client.
        """
        members, me = async_coze.enterprises.members, (await async_coze.users.me()).user_id
        users = [EnterpriseMember(user_id=mock_guest_id, role=MEMBER)]
        created = await members.create(enterprise_id=mock_enterprise_id, users=users)
        with pytest.raises(CozeAPIError) as error:
            await members.create(enterprise_id=mock_enterprise_id, users=users)
        assert_refused(error.value)
        updated = await members.update(enterprise_id=mock_enterprise_id, user_id=mock_guest_id, role=ADMIN)
        deleted = await members.delete(enterprise_id=mock_enterprise_id, user_id=mock_guest_id, receiver_user_id=me)

        assert all(one.response.logid for one in (created, updated, deleted))

    def test_enterprise_that_does_not_exist(self, coze: Coze, assert_refused: Callable[[CozeAPIError], None]) -> None:
        """Given the ids of no enterprise and of no user
        When the user is taken in, given a role, and taken out
        Then each time Coze's error is raised.
        """
        members = coze.enterprises.members
        calls = (
            lambda: members.create(enterprise_id=NOWHERE, users=[EnterpriseMember(user_id=NOWHERE, role=MEMBER)]),
            lambda: members.update(enterprise_id=NOWHERE, user_id=NOWHERE, role=ADMIN),
            lambda: members.delete(enterprise_id=NOWHERE, user_id=NOWHERE, receiver_user_id=NOWHERE),
        )
        assert_each_is_refused(calls, assert_refused)

    @pytest.mark.shared_cassette("test_enterprise_that_does_not_exist")
    async def test_async_enterprise_that_does_not_exist(
        self, async_coze: AsyncCoze, assert_refused: Callable[[CozeAPIError], None]
    ) -> None:
        """Given the ids of no enterprise and of no user
        When the async client takes the user in, gives the user a role, and takes the user out
        Then the errors are those of the sync client.
        """
        members = async_coze.enterprises.members
        calls = (
            lambda: members.create(enterprise_id=NOWHERE, users=[EnterpriseMember(user_id=NOWHERE, role=MEMBER)]),
            lambda: members.update(enterprise_id=NOWHERE, user_id=NOWHERE, role=ADMIN),
            lambda: members.delete(enterprise_id=NOWHERE, user_id=NOWHERE, receiver_user_id=NOWHERE),
        )
        await assert_each_is_refused_async(calls, assert_refused)
