"""``coze.folders``: the folders of a workspace. The API only reads them; they are made in the web interface."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

import httpx
import pytest
from cozepy import AsyncCoze, Coze, CozeAPIError, FolderType, SimpleFolder

from api.tests.coze.assertions import NOWHERE, PAGES, first_pages
from coze_cassettes import Account, SentRequest


@pytest.mark.vcr
class TestFolders:
    def test_list_folders(
        self, coze: Coze, mock_workspace_id: str, sent_requests: list[SentRequest], answers: list[httpx.Response]
    ) -> None:
        """Given a workspace
        When its folders for projects and those of its library are listed with the defaults
        Then each list holds the first twenty of its kind.
        """
        pages = {kind: coze.folders.list(workspace_id=mock_workspace_id, folder_type=kind) for kind in FolderType}

        for kind, page in pages.items():
            assert_folders(page.items, mock_workspace_id, kind)
            assert len(page.items) == min(20, page.total)
            assert page.has_more == (page.total > 20)
        assert [page.response.logid for page in pages.values()] == [one.headers["x-tt-logid"] for one in answers]
        assert {(sent.method, sent.path) for sent in sent_requests} == {("GET", "/v1/folders")}
        assert sorted(sent_requests[0].params) == [
            ("folder_type", "development"),
            ("page_num", "1"),
            ("page_size", "20"),
            ("workspace_id", mock_workspace_id),
        ]

    @pytest.mark.shared_cassette("test_list_folders")
    async def test_async_list_folders(self, async_coze: AsyncCoze, mock_workspace_id: str) -> None:
        """Given a workspace
        When the async client lists its folders for projects and those of its library with the defaults
        Then the wire is that of the sync client, and so are the lists.
        """
        for kind in FolderType:
            page = await async_coze.folders.list(workspace_id=mock_workspace_id, folder_type=kind)

            assert_folders(page.items, mock_workspace_id, kind)
            assert len(page.items) == min(20, page.total)

    def test_list_folders_paginated(self, coze: Coze, mock_workspace_id: str, sent_requests: list[SentRequest]) -> None:
        """Given a workspace with a few folders
        When they are listed one a page
        Then each page is one request and holds one folder, as long as there are any, and none comes twice.
        """
        kind = FolderType.DEVELOPMENT
        listing = coze.folders.list(workspace_id=mock_workspace_id, folder_type=kind, page_size=1)
        pages = list(islice(listing.iter_pages(), PAGES))

        folders = [folder for page in pages for folder in page.items]
        assert len(folders) == min(PAGES, listing.total)
        assert_folders(folders, mock_workspace_id, kind)
        assert [dict(sent.params)["page_num"] for sent in sent_requests] == [
            str(number) for number in range(1, len(pages) + 1)
        ]

    @pytest.mark.shared_cassette("test_list_folders_paginated")
    async def test_async_list_folders_paginated(self, async_coze: AsyncCoze, mock_workspace_id: str) -> None:
        """Given a workspace with a few folders
        When the async client lists them one a page
        Then the wire is that of the sync client, and so are the folders.
        """
        kind = FolderType.DEVELOPMENT
        listing = await async_coze.folders.list(workspace_id=mock_workspace_id, folder_type=kind, page_size=1)
        folders = [each for page in await first_pages(listing) for each in page.items]

        assert len(folders) == min(PAGES, listing.total)
        assert_folders(folders, mock_workspace_id, kind)

    def test_retrieve_folder(
        self, coze: Coze, mock_workspace_id: str, mock_folder_id: str, sent_requests: list[SentRequest]
    ) -> None:
        """Given a folder
        When it is retrieved, and what lies in it is listed
        Then it is that folder, and every folder of the list names it as its parent.
        """
        folder = coze.folders.retrieve(folder_id=mock_folder_id)
        inner = coze.folders.list(
            workspace_id=mock_workspace_id, folder_type=folder.folder_type, parent_folder_id=folder.id
        )

        assert folder.id == mock_folder_id
        assert folder.response.logid
        assert_folders([folder, *inner.items], mock_workspace_id, folder.folder_type)
        assert {each.parent_folder_id for each in inner.items} <= {mock_folder_id}
        retrieve, listing = sent_requests
        assert (retrieve.method, retrieve.path) == ("GET", f"/v1/folders/{mock_folder_id}")
        assert ("parent_folder_id", mock_folder_id) in listing.params

    @pytest.mark.shared_cassette("test_retrieve_folder")
    async def test_async_retrieve_folder(
        self, async_coze: AsyncCoze, mock_workspace_id: str, mock_folder_id: str
    ) -> None:
        """Given a folder
        When the async client retrieves it and lists what lies in it
        Then the wire is that of the sync client, and so are the folders.
        """
        folder = await async_coze.folders.retrieve(folder_id=mock_folder_id)
        inner = await async_coze.folders.list(
            workspace_id=mock_workspace_id, folder_type=folder.folder_type, parent_folder_id=folder.id
        )

        assert folder.id == mock_folder_id
        assert {each.parent_folder_id for each in inner.items} <= {mock_folder_id}

    def test_folder_that_does_not_exist(self, coze: Coze, assert_refused: Callable[[CozeAPIError], None]) -> None:
        """Given the ids of no folder and of no workspace
        When the folder is retrieved, and the folders of the workspace are listed
        Then each time Coze's error is raised.
        """
        with pytest.raises(CozeAPIError) as error:
            coze.folders.retrieve(folder_id=NOWHERE)
        assert_refused(error.value)
        with pytest.raises(CozeAPIError) as error:
            coze.folders.list(workspace_id=NOWHERE, folder_type=FolderType.LIBRARY)
        assert_refused(error.value)

    @pytest.mark.shared_cassette("test_folder_that_does_not_exist")
    async def test_async_folder_that_does_not_exist(
        self, async_coze: AsyncCoze, assert_refused: Callable[[CozeAPIError], None]
    ) -> None:
        """Given the ids of no folder and of no workspace
        When the async client retrieves the folder, and lists the folders of the workspace
        Then the errors are those of the sync client.
        """
        with pytest.raises(CozeAPIError) as error:
            await async_coze.folders.retrieve(folder_id=NOWHERE)
        assert_refused(error.value)
        with pytest.raises(CozeAPIError) as error:
            await async_coze.folders.list(workspace_id=NOWHERE, folder_type=FolderType.LIBRARY)
        assert_refused(error.value)


# --- what the tests share -------------------------------------------------------------------------------------------


@pytest.fixture
def mock_folder_id(account: Account) -> str:
    """A folder of the workspace for projects, better with another folder in it."""
    return account.value("FOLDER_ID")


def assert_folders(folders: Sequence[SimpleFolder], workspace_id: str, kind: FolderType) -> None:
    """Folders of a list have different ids, and each says where it is, of what kind, and who made it."""
    assert len({folder.id for folder in folders}) == len(folders)
    for folder in folders:
        assert folder.name
        assert isinstance(folder.description, str)
        assert folder.workspace_id == workspace_id
        assert folder.creator_user_id
        assert folder.folder_type == kind
        assert folder.children_count is None or folder.children_count >= 0
