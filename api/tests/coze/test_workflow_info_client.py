"""``coze.workflows`` beside the runs: what workflows a workspace has, one of them in detail, and its versions.

cozepy sends the names of Python's enumeration members where Coze wants their values; the tests that expect the values
are marked with the defect, and send nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

import httpx
import pytest
from cozepy import AsyncCoze, Coze, CozeAPIError, PublishStatus, WorkflowBasic, WorkflowMode, WorkflowVersionInfo
from cozepy.workflows import WorkflowInfo

from api.tests.coze.assertions import (
    NOWHERE,
    PAGES,
    MakeAsyncCoze,
    MakeCoze,
    MakeResponse,
    Sent,
    assert_each_is_refused,
    assert_each_is_refused_async,
    first_pages,
    fixed,
)
from coze_cassettes import SentRequest

DEFECT_5 = fixed(5, "an enumeration goes out as WorkflowMode.WORKFLOW and PublishStatus.ALL, not as its value")

EMPTY = {"items": [], "has_more": False, "next_page_token": ""}
"""A list with nothing in it."""


@pytest.mark.vcr
class TestWorkflows:
    def test_retrieve_workflow(
        self, coze: Coze, mock_workflow_id: str, sent_requests: list[SentRequest], answers: list[httpx.Response]
    ) -> None:
        """Given a published workflow
        When it is retrieved
        Then it is that workflow; its times, which come as text, are numbers.
        """
        info = coze.workflows.retrieve(workflow_id=mock_workflow_id)

        assert_detail(info, mock_workflow_id)
        assert info.response.logid == answers[-1].headers["x-tt-logid"]
        (sent,) = sent_requests
        assert (sent.method, sent.path, sent.params) == ("GET", f"/v1/workflows/{mock_workflow_id}", [])

    @pytest.mark.shared_cassette("test_retrieve_workflow")
    async def test_async_retrieve_workflow(self, async_coze: AsyncCoze, mock_workflow_id: str) -> None:
        """Given a published workflow
        When the async client retrieves it
        Then the wire is that of the sync client, and so is the workflow.
        """
        assert_detail(await async_coze.workflows.retrieve(workflow_id=mock_workflow_id), mock_workflow_id)

    def test_list_workflows(self, coze: Coze, mock_workspace_id: str, sent_requests: list[SentRequest]) -> None:
        """Given a workspace with a workflow
        When its workflows are listed with the defaults
        Then up to a hundred come; how many there are is not said.
        """
        page = coze.workflows.list(workspace_id=mock_workspace_id)

        assert 0 < len(page.items) <= 100
        assert_workflows(page.items)
        assert page.response.logid
        (sent,) = sent_requests
        assert (sent.method, sent.path) == ("GET", "/v1/workflows")
        assert dict(sent.params) == {"workspace_id": mock_workspace_id, "page_num": "1", "page_size": "100"}

    @pytest.mark.shared_cassette("test_list_workflows")
    async def test_async_list_workflows(self, async_coze: AsyncCoze, mock_workspace_id: str) -> None:
        """Given a workspace with a workflow
        When the async client lists its workflows with the defaults
        Then the wire is that of the sync client, and so are the workflows.
        """
        page = await async_coze.workflows.list(workspace_id=mock_workspace_id)

        assert 0 < len(page.items) <= 100
        assert_workflows(page.items)

    def test_list_workflows_paginated(
        self, coze: Coze, mock_workspace_id: str, sent_requests: list[SentRequest]
    ) -> None:
        """Given a workspace with a few workflows
        When they are listed one a page
        Then each page is one request and holds one of them, and all but the last of all pages say that more follow.
        """
        listing = coze.workflows.list(workspace_id=mock_workspace_id, page_size=1)
        pages = list(islice(listing.iter_pages(), PAGES))

        assert [len(page.items) for page in pages] == [1] * len(pages)
        assert all(page.has_more for page in pages[:-1])
        assert len(pages) == PAGES or not pages[-1].has_more
        assert_workflows([each for page in pages for each in page.items])
        assert [dict(sent.params)["page_num"] for sent in sent_requests] == [
            str(number) for number in range(1, len(pages) + 1)
        ]

    @pytest.mark.shared_cassette("test_list_workflows_paginated")
    async def test_async_list_workflows_paginated(self, async_coze: AsyncCoze, mock_workspace_id: str) -> None:
        """Given a workspace with a few workflows
        When the async client lists them one a page
        Then the wire is that of the sync client, and so are the workflows.
        """
        listing = await async_coze.workflows.list(workspace_id=mock_workspace_id, page_size=1)

        assert_workflows([each for page in await first_pages(listing) for each in page.items])

    def test_workflow_that_does_not_exist(self, coze: Coze, assert_refused: Callable[[CozeAPIError], None]) -> None:
        """Given the ids of no workflow and of no workspace
        When the workflow is retrieved, its versions are listed, and the workflows of the workspace are listed
        Then each time Coze's error is raised.
        """
        calls = (
            lambda: coze.workflows.retrieve(workflow_id=NOWHERE),
            lambda: coze.workflows.versions.list(workflow_id=NOWHERE),
            lambda: coze.workflows.list(workspace_id=NOWHERE),
        )
        assert_each_is_refused(calls, assert_refused)

    @pytest.mark.shared_cassette("test_workflow_that_does_not_exist")
    async def test_async_workflow_that_does_not_exist(
        self, async_coze: AsyncCoze, assert_refused: Callable[[CozeAPIError], None]
    ) -> None:
        """Given the ids of no workflow and of no workspace
        When the async client retrieves the workflow, lists its versions, and lists the workflows of the workspace
        Then the errors are those of the sync client.
        """
        calls = (
            lambda: async_coze.workflows.retrieve(workflow_id=NOWHERE),
            lambda: async_coze.workflows.versions.list(workflow_id=NOWHERE),
            lambda: async_coze.workflows.list(workspace_id=NOWHERE),
        )
        await assert_each_is_refused_async(calls, assert_refused)


@pytest.mark.vcr
class TestWorkflowVersions:
    def test_list_versions(self, coze: Coze, mock_workflow_id: str, sent_requests: list[SentRequest]) -> None:
        """Given a published workflow
        When its versions are listed with the defaults
        Then the first ten come; no state was asked for, and the token went out empty.
        """
        page = coze.workflows.versions.list(workflow_id=mock_workflow_id)

        assert_versions(page.items, mock_workflow_id)
        assert len(page.items) <= 10
        assert page.response.logid
        (sent,) = sent_requests
        assert (sent.method, sent.path) == ("GET", f"/v1/workflows/{mock_workflow_id}/versions")
        assert sent.params == [("page_size", "10"), ("page_token", "")]

    @pytest.mark.shared_cassette("test_list_versions")
    async def test_async_list_versions(self, async_coze: AsyncCoze, mock_workflow_id: str) -> None:
        """Given a published workflow
        When the async client lists its versions with the defaults
        Then the wire is that of the sync client, and so are the versions.
        """
        page = await async_coze.workflows.versions.list(workflow_id=mock_workflow_id)

        assert_versions(page.items, mock_workflow_id)

    def test_list_versions_paginated(self, coze: Coze, mock_workflow_id: str, sent_requests: list[SentRequest]) -> None:
        """Given a workflow with a few versions
        When they are listed one a page
        Then no version comes twice, and each page was asked for by the token that the one before it brought.
        """
        listing = coze.workflows.versions.list(workflow_id=mock_workflow_id, page_size=1)
        pages = list(islice(listing.iter_pages(), PAGES))

        assert [len(page.items) for page in pages] == [1] * len(pages)
        assert_versions([each for page in pages for each in page.items], mock_workflow_id)
        tokens = [dict(sent.params)["page_token"] for sent in sent_requests]
        assert tokens[0] == ""
        assert len(set(tokens)) == len(tokens) == len(pages)

    @pytest.mark.shared_cassette("test_list_versions_paginated")
    async def test_async_list_versions_paginated(self, async_coze: AsyncCoze, mock_workflow_id: str) -> None:
        """Given a workflow with a few versions
        When the async client lists them one a page
        Then the wire is that of the sync client, and so are the versions.
        """
        listing = await async_coze.workflows.versions.list(workflow_id=mock_workflow_id, page_size=1)

        assert_versions([each for page in await first_pages(listing) for each in page.items], mock_workflow_id)

    def test_list_published_versions(self, coze: Coze, mock_workflow_id: str, sent_requests: list[SentRequest]) -> None:
        """Given a published workflow
        When its published versions are listed
        Then they come; the sync client sends the state as Coze spells it.
        """
        page = coze.workflows.versions.list(workflow_id=mock_workflow_id, publish_status=PublishStatus.PUBLISHED_ONLINE)

        assert_versions(page.items, mock_workflow_id)
        assert dict(sent_requests[0].params)["publish_status"] == "published_online"


@pytest.fixture
def nothing(mock_successful_response: MakeResponse) -> Sent:
    """An answer with an empty list."""
    return Sent(mock_successful_response(EMPTY))


class TestEnumerations:
    @pytest.mark.xfail(strict=True, raises=AssertionError, reason=DEFECT_5)
    def test_filters_of_workflows(self, mocked: MakeCoze, nothing: Sent) -> None:
        """Given a workspace
        When its chatflows that are published are listed
        Then both filters go out as Coze spells them.
        """
        coze = mocked(nothing)
        coze.workflows.list(workflow_mode=WorkflowMode.CHATFLOW, publish_status=PublishStatus.PUBLISHED_ONLINE)

        assert nothing.params["workflow_mode"] == "chatflow"
        assert nothing.params["publish_status"] == "published_online"

    @pytest.mark.xfail(strict=True, raises=AssertionError, reason=DEFECT_5)
    async def test_async_filters_of_workflows(self, async_mocked: MakeAsyncCoze, nothing: Sent) -> None:
        """Given a workspace
        When the async client lists its chatflows that are published
        Then both filters go out as Coze spells them.
        """
        coze = async_mocked(nothing)
        await coze.workflows.list(workflow_mode=WorkflowMode.CHATFLOW, publish_status=PublishStatus.PUBLISHED_ONLINE)

        assert nothing.params["workflow_mode"] == "chatflow"
        assert nothing.params["publish_status"] == "published_online"

    @pytest.mark.xfail(strict=True, raises=AssertionError, reason=DEFECT_5)
    async def test_async_filter_of_versions(self, async_mocked: MakeAsyncCoze, nothing: Sent) -> None:
        """Given a workflow
        When the async client lists its published versions
        Then the filter goes out as Coze spells it, and as the sync client sends it.
        """
        coze = async_mocked(nothing)
        await coze.workflows.versions.list(workflow_id=NOWHERE, publish_status=PublishStatus.PUBLISHED_ONLINE)

        assert nothing.params["publish_status"] == "published_online"


# --- what the tests share -------------------------------------------------------------------------------------------


def assert_workflows(workflows: Sequence[WorkflowBasic]) -> None:
    """Workflows of a list have different ids, and each says what it is, whose it is, and since when."""
    assert len({each.workflow_id for each in workflows}) == len(workflows)
    for each in workflows:
        assert each.workflow_id
        assert each.workflow_name
        assert isinstance(each.description, str)
        assert each.icon_url.startswith("https://")
        assert each.app_id
        assert each.created_at is not None
        assert each.updated_at is not None
        assert 0 < each.created_at <= each.updated_at
        assert each.creator is not None
        assert each.creator.id


def assert_detail(info: WorkflowInfo, workflow_id: str) -> None:
    """The detail is that of the workflow, with the log id of its answer."""
    assert info.workflow_detail.workflow_id == workflow_id
    assert_workflows([info.workflow_detail])
    assert info.response.logid


def assert_versions(versions: Sequence[WorkflowVersionInfo], workflow_id: str) -> None:
    """Versions of a list have different names, and all are of the workflow; their times are texts of Unix seconds."""
    assert versions
    assert len({each.version for each in versions}) == len(versions)
    for each in versions:
        assert each.version.startswith("v")
        assert each.workflow_id == workflow_id
        assert 0 < int(each.created_at) <= int(each.updated_at)
        assert each.creator.id
        assert each.creator.name
