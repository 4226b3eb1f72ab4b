"""``coze.knowledge.documents``: the deprecated name of ``coze.datasets.documents``. The wire is the same.

Each call warns and names its successor; that ``list`` is the same is in ``test_dataset_client.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import httpx
import pytest
from cozepy import (
    AsyncCoze,
    Coze,
    CozeAPIError,
    Document,
    DocumentBase,
    DocumentChunkStrategy,
    DocumentFormatType,
    DocumentSourceInfo,
    DocumentSourceType,
    DocumentUpdateRule,
)

from api.tests.coze.assertions import (
    NOWHERE,
    MakeAsyncCoze,
    MakeCoze,
    Sent,
    assert_each_is_refused,
    assert_each_is_refused_async,
    fixed,
)
from coze_cassettes import SentRequest

NAMES = ("first.txt", "second.txt", "third.txt")

SUCCESSOR = "use 'coze.datasets"
"""What every warning says."""

DEFECT_4 = fixed(4, "an update rule is handed on as an object, which is not JSON serializable")

DOCUMENT_PATH = "/open_api/knowledge/document/"


@pytest.mark.vcr
class TestKnowledgeDocuments:
    def test_upload_rename_delete_documents(
        self, coze: Coze, mock_workspace_id: str, sent_requests: list[SentRequest]
    ) -> None:
        """Given a new knowledge base
        When three texts are uploaded, listed one a page, and one is renamed and the others deleted
        Then the pages hold each once, what is left is the renamed one, and each call warned.
        """
        kind = DocumentFormatType.DOCUMENT
        dataset_id = coze.datasets.create(name="cassettes", space_id=mock_workspace_id, format_type=kind).dataset_id
        strategy = DocumentChunkStrategy.build_auto()
        with pytest.warns(DeprecationWarning, match=SUCCESSOR):
            documents = coze.knowledge.documents
        with pytest.warns(DeprecationWarning, match=SUCCESSOR):
            made = list(documents.create(dataset_id=dataset_id, document_bases=texts(), chunk_strategy=strategy))
        with pytest.warns(DeprecationWarning, match=SUCCESSOR):
            pages = list(documents.list(dataset_id=dataset_id, page_size=1).iter_pages())
        with pytest.warns(DeprecationWarning, match=SUCCESSOR):
            documents.update(document_id=made[0].document_id, document_name="renamed.txt")
        with pytest.warns(DeprecationWarning, match=SUCCESSOR):
            documents.delete(document_ids=[each.document_id for each in made[1:]])
        left = coze.datasets.documents.list(dataset_id=dataset_id)
        coze.datasets.delete(dataset_id=dataset_id)

        assert_uploaded(made)
        assert [page.has_more for page in pages] == [True, True, False]
        assert {each.document_id for page in pages for each in page.items} == {each.document_id for each in made}
        assert [(each.document_id, each.name) for each in left] == [(made[0].document_id, "renamed.txt")]
        create, *_, rename, delete, _, _ = sent_requests[1:]
        assert [sent.path.removeprefix(DOCUMENT_PATH) for sent in (create, rename, delete)] == [
            "create",
            "update",
            "delete",
        ]
        assert {sent.headers["Agw-Js-Conv"] for sent in (create, rename, delete)} == {"str"}
        assert "format_type" not in create.json()
        assert rename.json() == {
            "document_id": made[0].document_id,
            "document_name": "renamed.txt",
            "update_rule": None,
        }

    @pytest.mark.shared_cassette("test_upload_rename_delete_documents")
    async def test_async_upload_rename_delete_documents(self, async_coze: AsyncCoze, mock_workspace_id: str) -> None:
        """Given a new knowledge base
        When the async client uploads three texts, lists them one a page, renames one and deletes the others
        Then the wire is that of the sync client, and so are the documents and the warnings.
        """
        datasets, kind = async_coze.datasets, DocumentFormatType.DOCUMENT
        dataset_id = (await datasets.create(name="cassettes", space_id=mock_workspace_id, format_type=kind)).dataset_id
        strategy = DocumentChunkStrategy.build_auto()
        with pytest.warns(DeprecationWarning, match=SUCCESSOR):
            documents = async_coze.knowledge.documents
        with pytest.warns(DeprecationWarning, match=SUCCESSOR):
            made = [*await documents.create(dataset_id=dataset_id, document_bases=texts(), chunk_strategy=strategy)]
        with pytest.warns(DeprecationWarning, match=SUCCESSOR):
            listed = [each async for each in await documents.list(dataset_id=dataset_id, page_size=1)]
        with pytest.warns(DeprecationWarning, match=SUCCESSOR):
            await documents.update(document_id=made[0].document_id, document_name="renamed.txt")
        with pytest.warns(DeprecationWarning, match=SUCCESSOR):
            await documents.delete(document_ids=[each.document_id for each in made[1:]])
        left = await datasets.documents.list(dataset_id=dataset_id)
        await datasets.delete(dataset_id=dataset_id)

        assert_uploaded(made)
        assert {each.document_id for each in listed} == {each.document_id for each in made}
        assert [(each.document_id, each.name) for each in left.items] == [(made[0].document_id, "renamed.txt")]

    @pytest.mark.filterwarnings("ignore:The 'coze.knowledge:DeprecationWarning")
    def test_knowledge_that_does_not_exist(self, coze: Coze, assert_refused: Callable[[CozeAPIError], None]) -> None:
        """Given the ids of no knowledge base and of no document
        When something is uploaded, renamed, deleted and listed
        Then each time Coze's error is raised.
        """
        documents = coze.knowledge.documents
        calls = (
            lambda: documents.create(dataset_id=NOWHERE, document_bases=texts()),
            lambda: documents.update(document_id=NOWHERE, document_name="renamed.txt"),
            lambda: documents.delete(document_ids=[NOWHERE]),
            lambda: documents.list(dataset_id=NOWHERE),
        )
        assert_each_is_refused(calls, assert_refused)

    @pytest.mark.filterwarnings("ignore:The 'coze.knowledge:DeprecationWarning")
    @pytest.mark.shared_cassette("test_knowledge_that_does_not_exist")
    async def test_async_knowledge_that_does_not_exist(
        self, async_coze: AsyncCoze, assert_refused: Callable[[CozeAPIError], None]
    ) -> None:
        """Given the ids of no knowledge base and of no document
        When the async client uploads, renames, deletes and lists something
        Then the errors are those of the sync client.
        """
        documents = async_coze.knowledge.documents
        calls = (
            lambda: documents.create(dataset_id=NOWHERE, document_bases=texts()),
            lambda: documents.update(document_id=NOWHERE, document_name="renamed.txt"),
            lambda: documents.delete(document_ids=[NOWHERE]),
            lambda: documents.list(dataset_id=NOWHERE),
        )
        await assert_each_is_refused_async(calls, assert_refused)


@pytest.mark.filterwarnings("ignore:The 'coze.knowledge:DeprecationWarning")
class TestUpdateRule:
    @pytest.mark.xfail(strict=True, raises=TypeError, reason=DEFECT_4)
    def test_update_rule_is_sent(
        self,
        mocked: MakeCoze,
        mock_successful_response: Callable[..., httpx.Response],
    ) -> None:
        """Given a rule that a web page is to be read again every day
        When a document is changed by it
        Then the rule goes out as JSON.
        """
        sent = Sent(mock_successful_response())
        coze = mocked(sent)
        rule = DocumentUpdateRule.build_auto_update(interval=24)
        coze.knowledge.documents.update(document_id=NOWHERE, update_rule=rule)

        assert sent.json["update_rule"] == {"update_type": 1, "update_interval": 24}

    @pytest.mark.xfail(strict=True, raises=TypeError, reason=DEFECT_4)
    async def test_async_update_rule_is_sent(
        self,
        async_mocked: MakeAsyncCoze,
        mock_successful_response: Callable[..., httpx.Response],
    ) -> None:
        """Given a rule that a web page is to be read again every day
        When the async client changes a document by it
        Then the rule goes out as JSON.
        """
        sent = Sent(mock_successful_response())
        coze = async_mocked(sent)
        rule = DocumentUpdateRule.build_auto_update(interval=24)
        await coze.knowledge.documents.update(document_id=NOWHERE, update_rule=rule)

        assert sent.json["update_rule"] == {"update_type": 1, "update_interval": 24}


# --- what the tests share -------------------------------------------------------------------------------------------


def texts() -> list[DocumentBase]:
    """Three small text files to upload."""
    return [
        DocumentBase(name=name, source_info=DocumentSourceInfo.build_local_file(f"{name} is about tape. 磁带"))
        for name in NAMES
    ]


def assert_uploaded(made: Sequence[Document]) -> None:
    """An upload is answered with its documents in their order, files of the request, each with its size in bytes."""
    assert [each.name for each in made] == list(NAMES)
    assert len({each.document_id for each in made}) == len(NAMES)
    assert {each.source_type for each in made} == {DocumentSourceType.LOCAL_FILE}
    assert [each.size for each in made] == [len(f"{name} is about tape. 磁带".encode()) for name in NAMES]
