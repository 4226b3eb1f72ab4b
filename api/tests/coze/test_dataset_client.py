"""``coze.datasets``: knowledge bases, their documents and images, and the processing that an upload goes through.

A test that changes something makes it itself and deletes it at its end. Where the two halves of the SDK send different
things, the async test has a cassette of its own. ``TestDatasetFaults`` pins what cozepy cannot send or read.
"""

from __future__ import annotations

import asyncio
import struct
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from cozepy import (
    AsyncCoze,
    AsyncNumberPaged,
    Coze,
    Dataset,
    DatasetStatus,
    Document,
    DocumentBase,
    DocumentChunkStrategy,
    DocumentFormatType,
    DocumentProgress,
    DocumentSourceInfo,
    DocumentSourceType,
    DocumentStatus,
    NumberPaged,
    Photo,
)

from api.tests.coze.assertions import (
    NOWHERE,
    PAGES,
    WAITS,
    assert_coze_error,
    assert_each_is_refused,
    assert_each_is_refused_async,
)
from coze_cassettes import Account, SentRequest

SHELF = "cassette-shelf"
"""What the names of the knowledge bases to page over have in common."""

DocumentPage = NumberPaged[Document] | AsyncNumberPaged[Document]


# --- what tests make ------------------------------------------------------------------------------------------------


# --- what holds of every answer -------------------------------------------------------------------------------------


# --- tests ----------------------------------------------------------------------------------------------------------


@pytest.mark.vcr
class TestDatasetOperations:
    def test_list_datasets(self, coze: Coze, mock_workspace_id: str, sent_requests: list[SentRequest]) -> None:
        """Given a workspace
        When its knowledge bases are listed with the defaults
        Then the first ten come back, and what was not asked for went out as empty text.
        """
        page = coze.datasets.list(space_id=mock_workspace_id)

        assert len(page.items) == min(10, page.total)
        assert_datasets(page.items, mock_workspace_id)
        assert page.response.logid
        (sent,) = sent_requests
        assert (sent.method, sent.path) == ("GET", "/v1/datasets")
        assert sent.params == [
            ("space_id", mock_workspace_id),
            ("name", ""),
            ("format_type", ""),
            ("page_size", "10"),
            ("page_num", "1"),
        ]

    @pytest.mark.shared_cassette("test_list_datasets")
    async def test_async_list_datasets(self, async_coze: AsyncCoze, mock_workspace_id: str) -> None:
        """Given a workspace
        When the async client lists its knowledge bases with the defaults
        Then the wire is that of the sync client, and so is the page.
        """
        page = await async_coze.datasets.list(space_id=mock_workspace_id)

        assert len(page.items) == min(10, page.total)
        assert_datasets(page.items, mock_workspace_id)

    def test_list_datasets_paginated(
        self, coze: Coze, mock_workspace_of_datasets: str, sent_requests: list[SentRequest]
    ) -> None:
        """Given three knowledge bases for text whose names begin alike
        When they are searched for by that name and kind, one a page
        Then each page is one request and holds one of them, and none comes twice.
        """
        pages = list(
            coze.datasets.list(
                space_id=mock_workspace_of_datasets,
                name=SHELF,
                format_type=DocumentFormatType.DOCUMENT,
                page_size=1,
            ).iter_pages()
        )

        assert len(pages) == pages[0].total >= PAGES
        found = [each for page in pages for each in page.items]
        assert len(found) == len(pages)
        assert_datasets(found, mock_workspace_of_datasets)
        assert {each.format_type for each in found} == {DocumentFormatType.DOCUMENT}
        asked = [dict(sent.params) for sent in sent_requests]
        assert [each["page_num"] for each in asked] == [str(page.page_num) for page in pages]
        assert {(each["name"], each["format_type"]) for each in asked} == {(SHELF, "0")}

    @pytest.mark.shared_cassette("test_list_datasets_paginated")
    async def test_async_list_datasets_paginated(self, async_coze: AsyncCoze, mock_workspace_id: str) -> None:
        """Given three knowledge bases for text whose names begin alike
        When the async client searches for them by that name and kind, one a page
        Then the wire is that of the sync client, and they come one by one.
        """
        listed = await async_coze.datasets.list(
            space_id=mock_workspace_id, name=SHELF, format_type=DocumentFormatType.DOCUMENT, page_size=1
        )
        found = [each async for each in listed]

        assert len(found) == listed.total >= PAGES
        assert_datasets(found, mock_workspace_id)

    def test_create_update_delete_dataset(
        self, coze: Coze, mock_workspace_id: str, sent_requests: list[SentRequest]
    ) -> None:
        """Given a workspace
        When a knowledge base is created, changed and deleted in it
        Then the list has what was sent, and in the end no more of it; what was not given went out as null.
        """
        datasets, found = coze.datasets, []
        kind = DocumentFormatType.DOCUMENT
        dataset_id = datasets.create(name="cassette-first", space_id=mock_workspace_id, format_type=kind).dataset_id
        found += list(datasets.list(space_id=mock_workspace_id, name="cassette-first"))
        datasets.update(dataset_id=dataset_id, name="cassette-second", description="Changed")
        found += list(datasets.list(space_id=mock_workspace_id, name="cassette-second"))
        deleted = datasets.delete(dataset_id=dataset_id)
        left = list(datasets.list(space_id=mock_workspace_id, name="cassette-second"))

        assert_life(found, dataset_id)
        assert dataset_id not in {each.dataset_id for each in left}
        assert deleted.response.logid
        assert sent_requests[0].json() == {
            "name": "cassette-first",
            "space_id": mock_workspace_id,
            "format_type": 0,
            "description": None,
            "file_id": None,
        }
        assert (sent_requests[2].method, sent_requests[2].path) == ("PUT", f"/v1/datasets/{dataset_id}")
        assert sent_requests[2].json() == {"name": "cassette-second", "description": "Changed", "file_id": None}
        assert (sent_requests[4].method, sent_requests[4].path) == ("DELETE", f"/v1/datasets/{dataset_id}")

    @pytest.mark.shared_cassette("test_create_update_delete_dataset")
    async def test_async_create_update_delete_dataset(self, async_coze: AsyncCoze, mock_workspace_id: str) -> None:
        """Given a workspace
        When the async client creates, changes and deletes a knowledge base in it
        Then the wire is that of the sync client, and so is what comes back.
        """
        datasets, space = async_coze.datasets, mock_workspace_id
        kind = DocumentFormatType.DOCUMENT
        dataset_id = (await datasets.create(name="cassette-first", space_id=space, format_type=kind)).dataset_id
        found = [each async for each in await datasets.list(space_id=space, name="cassette-first")]
        await datasets.update(dataset_id=dataset_id, name="cassette-second", description="Changed")
        found += [each async for each in await datasets.list(space_id=space, name="cassette-second")]
        await datasets.delete(dataset_id=dataset_id)
        left = [each async for each in await datasets.list(space_id=space, name="cassette-second")]

        assert_life(found, dataset_id)
        assert dataset_id not in {each.dataset_id for each in left}

    def test_list_and_process_documents(
        self, coze: Coze, mock_dataset_id: str, sent_requests: list[SentRequest]
    ) -> None:
        """Given a knowledge base with a document
        When its documents are listed and asked how far they are
        Then both tell of the same documents; the ids are asked for as text, and the page stands in the body.
        """
        page = coze.datasets.documents.list(dataset_id=mock_dataset_id)
        names = {each.document_id: each.name for each in page.items}
        looks = processed(coze, mock_dataset_id, [*names])

        assert page.items
        assert_documents(page)
        assert_processed(looks, names)
        listed, asked, *_ = sent_requests
        assert (listed.method, listed.path) == ("POST", "/open_api/knowledge/document/list")
        assert listed.json() == {"dataset_id": mock_dataset_id, "page": 1, "size": 10}
        assert listed.headers["Agw-Js-Conv"] == "str"
        assert (asked.method, asked.path) == ("POST", f"/v1/datasets/{mock_dataset_id}/process")
        assert asked.json() == {"document_ids": [*names]}
        assert "Agw-Js-Conv" not in asked.headers

    @pytest.mark.shared_cassette("test_list_and_process_documents")
    async def test_async_list_and_process_documents(self, async_coze: AsyncCoze, mock_dataset_id: str) -> None:
        """Given a knowledge base with a document
        When the async client lists its documents and asks how far they are
        Then the wire is that of the sync client, and so is what comes back.
        """
        page = await async_coze.datasets.documents.list(dataset_id=mock_dataset_id)
        names = {each.document_id: each.name for each in page.items}
        looks = await aprocessed(async_coze, mock_dataset_id, [*names])

        assert_documents(page)
        assert_processed(looks, names)

    def test_upload_rename_delete_documents(
        self, coze: Coze, mock_workspace_id: str, sent_requests: list[SentRequest]
    ) -> None:
        """Given a new knowledge base
        When three texts are uploaded, waited for, paged over, and one is renamed and the others deleted
        Then the pages hold each once, and what is left is the renamed one.
        """
        kind = DocumentFormatType.DOCUMENT
        dataset_id = coze.datasets.create(name="cassettes", space_id=mock_workspace_id, format_type=kind).dataset_id
        documents = coze.datasets.documents
        made = list(
            documents.create(
                dataset_id=dataset_id,
                document_bases=texts("a.txt", "b.txt", "c.txt"),
                chunk_strategy=DocumentChunkStrategy.build_auto(),
            )
        )
        names = {each.document_id: each.name for each in made}
        looks = processed(coze, dataset_id, [*names])
        pages = list(documents.list(dataset_id=dataset_id, page_size=1).iter_pages())
        documents.update(document_id=made[0].document_id, document_name="d.txt")
        documents.delete(document_ids=[each.document_id for each in made[1:]])
        left = documents.list(dataset_id=dataset_id)
        coze.datasets.delete(dataset_id=dataset_id)

        assert_uploaded(made)
        assert_processed(looks, names)
        for before, page in enumerate(pages):
            assert_documents(page, before)
        assert {each.document_id: each.name for page in pages for each in page.items} == names
        assert [(each.document_id, each.name) for each in left.items] == [(made[0].document_id, "d.txt")]
        sent = sent_requests[1].json()
        assert sent["format_type"] == 0
        assert sent["chunk_strategy"]["chunk_type"] == 0
        assert all(value is None for name, value in sent["chunk_strategy"].items() if name != "chunk_type")
        document = "/open_api/knowledge/document/"
        assert all(each.headers["Agw-Js-Conv"] == "str" for each in sent_requests if each.path.startswith(document))

    async def test_async_upload_rename_delete_documents(
        self, async_coze: AsyncCoze, mock_workspace_id: str, sent_requests: list[SentRequest]
    ) -> None:
        """Given a new knowledge base
        When the async client uploads two texts, waits for them, renames one and deletes the other
        Then what is left is the renamed one; unlike the sync client it cannot say of what kind an upload is.
        """
        datasets, kind = async_coze.datasets, DocumentFormatType.DOCUMENT
        made_in = await datasets.create(name="cassettes", space_id=mock_workspace_id, format_type=kind)
        dataset_id, documents = made_in.dataset_id, datasets.documents
        made = list(
            await documents.create(
                dataset_id=dataset_id,
                document_bases=texts("a.txt", "b.txt"),
                chunk_strategy=DocumentChunkStrategy.build_auto(),
            )
        )
        names = {each.document_id: each.name for each in made}
        looks = await aprocessed(async_coze, dataset_id, [*names])
        await documents.update(document_id=made[0].document_id, document_name="d.txt")
        await documents.delete(document_ids=[made[1].document_id])
        left = await documents.list(dataset_id=dataset_id)
        await datasets.delete(dataset_id=dataset_id)

        assert_uploaded(made)
        assert_processed(looks, names)
        assert_documents(left)
        assert [(each.document_id, each.name) for each in left.items] == [(made[0].document_id, "d.txt")]
        assert "format_type" not in sent_requests[1].json()

    def test_images(self, coze: Coze, mock_workspace_id: str, sent_requests: list[SentRequest]) -> None:
        """Given a new knowledge base for images with one picture
        When the picture is described and the images are listed
        Then the list has it with its caption; what was not asked for went out as empty text.
        """
        kind = DocumentFormatType.IMAGE
        dataset_id = coze.datasets.create(name="pictures", space_id=mock_workspace_id, format_type=kind).dataset_id
        document_id = picture(coze, dataset_id)
        coze.datasets.images.update(dataset_id=dataset_id, document_id=document_id, caption="Nothing but grey")
        page = coze.datasets.images.list(dataset_id=dataset_id)
        described = list(coze.datasets.images.list(dataset_id=dataset_id, keyword="grey", has_caption=True))
        coze.datasets.delete(dataset_id=dataset_id)

        assert_pictures(page.items, document_id)
        assert_pictures(described, document_id)
        assert (page.total, page.has_more) == (1, False)
        changed, listed, searched = sent_requests[-4:-1]
        assert (changed.method, changed.path) == ("PUT", f"/v1/datasets/{dataset_id}/images/{document_id}")
        assert changed.json() == {"caption": "Nothing but grey"}
        assert (listed.method, listed.path) == ("GET", f"/v1/datasets/{dataset_id}/images")
        assert sorted(listed.params) == [("has_caption", ""), ("keyword", ""), ("page_num", "1"), ("page_size", "10")]
        assert {("keyword", "grey"), ("has_caption", "true")} <= set(searched.params)

    @pytest.mark.shared_cassette("test_images")
    async def test_async_images(self, coze: Coze, async_coze: AsyncCoze, mock_workspace_id: str) -> None:
        """Given a new knowledge base for images with one picture, which the sync client has uploaded
        When the async client describes the picture and lists the images
        Then the wire is that of the sync client, and so is what comes back.
        """
        kind = DocumentFormatType.IMAGE
        dataset_id = coze.datasets.create(name="pictures", space_id=mock_workspace_id, format_type=kind).dataset_id
        document_id = picture(coze, dataset_id)
        images = async_coze.datasets.images
        await images.update(dataset_id=dataset_id, document_id=document_id, caption="Nothing but grey")
        page = await images.list(dataset_id=dataset_id)
        described = [each async for each in await images.list(dataset_id=dataset_id, keyword="grey", has_caption=True)]
        await async_coze.datasets.delete(dataset_id=dataset_id)

        assert_pictures(page.items, document_id)
        assert_pictures(described, document_id)

    def test_images_in_pages(self, coze: Coze, mock_workspace_id: str, sent_requests: list[SentRequest]) -> None:
        """Given a new knowledge base for images with two pictures
        When its images are listed one a page
        Then each page is one request and holds one of them, and none comes twice.
        """
        kind = DocumentFormatType.IMAGE
        dataset_id = coze.datasets.create(name="pictures", space_id=mock_workspace_id, format_type=kind).dataset_id
        made = {picture(coze, dataset_id) for _ in range(2)}
        pages = list(coze.datasets.images.list(dataset_id=dataset_id, page_size=1).iter_pages())
        coze.datasets.delete(dataset_id=dataset_id)

        assert [len(page.items) for page in pages] == [1, 1]
        assert {photo.document_id for page in pages for photo in page.items} == made
        assert [(page.total, page.has_more) for page in pages] == [(2, True), (2, False)]
        listed = [dict(sent.params)["page_num"] for sent in sent_requests if sent.path.endswith("/images")]
        assert listed == ["1", "2"]

    @pytest.mark.shared_cassette("test_images_in_pages")
    async def test_async_images_in_pages(self, coze: Coze, async_coze: AsyncCoze, mock_workspace_id: str) -> None:
        """Given a new knowledge base for images with two pictures, which the sync client has uploaded
        When the async client lists its images one a page
        Then the wire is that of the sync client, and so are the images.
        """
        kind = DocumentFormatType.IMAGE
        dataset_id = coze.datasets.create(name="pictures", space_id=mock_workspace_id, format_type=kind).dataset_id
        made = {picture(coze, dataset_id) for _ in range(2)}
        listed = [
            photo.document_id
            async for photo in await async_coze.datasets.images.list(dataset_id=dataset_id, page_size=1)
        ]
        await async_coze.datasets.delete(dataset_id=dataset_id)

        assert sorted(listed) == sorted(made)

    def test_deprecated_knowledge(self, coze: Coze, mock_dataset_id: str, sent_requests: list[SentRequest]) -> None:
        """Given a knowledge base with a document
        When its documents are listed by the deprecated ``coze.knowledge`` too
        Then a warning names its successor, and the request and the documents are the same.
        """
        successor = coze.datasets.documents.list(dataset_id=mock_dataset_id)
        with pytest.warns(DeprecationWarning, match="use 'coze.datasets"):
            deprecated = coze.knowledge.documents.list(dataset_id=mock_dataset_id)

        assert_documents(deprecated)
        assert [each.document_id for each in deprecated] == [each.document_id for each in successor]
        assert (sent_requests[0].url, sent_requests[0].body) == (sent_requests[1].url, sent_requests[1].body)

    @pytest.mark.shared_cassette("test_deprecated_knowledge")
    async def test_async_deprecated_knowledge(self, async_coze: AsyncCoze, mock_dataset_id: str) -> None:
        """Given a knowledge base with a document
        When the async client lists its documents by the deprecated ``coze.knowledge`` too
        Then a warning names its successor, and the documents are the same.
        """
        successor = await async_coze.datasets.documents.list(dataset_id=mock_dataset_id)
        with pytest.warns(DeprecationWarning, match="use 'coze.datasets"):
            deprecated = await async_coze.knowledge.documents.list(dataset_id=mock_dataset_id)

        assert [each.document_id for each in deprecated.items] == [each.document_id for each in successor.items]


def assert_life(found: Sequence[Dataset], dataset_id: str) -> None:
    """The knowledge base was found by its first name, and then changed by its second."""
    seen = [each for each in found if each.dataset_id == dataset_id]
    assert [each.name for each in seen] == ["cassette-first", "cassette-second"]
    assert seen[1].description == "Changed"
    assert {each.format_type for each in seen} == {DocumentFormatType.DOCUMENT}
    assert [each.doc_count for each in seen] == [0, 0]


def assert_uploaded(made: Sequence[Document]) -> None:
    """An upload is answered with its documents in their order, files of the request, each with its size in bytes."""
    assert [each.name for each in made] == ["a.txt", "b.txt", "c.txt"][: len(made)]
    for each in made:
        assert each.document_id
        assert each.source_type is DocumentSourceType.LOCAL_FILE
        assert each.type == "txt"
        assert each.size == len(f"{each.name} tells of magnetic tape.")


def assert_pictures(photos: Sequence[Photo], document_id: str) -> None:
    """The one picture, as it was uploaded and described."""
    (photo,) = photos
    assert photo.document_id == document_id
    assert (photo.name, photo.type, photo.caption) == ("grey.png", "png", "Nothing but grey")
    assert photo.size == len(png())
    assert photo.source_type is DocumentSourceType.UPLOAD_FILE_ID
    assert photo.creator_id
    assert photo.url.startswith("https://")


def calls_to_nowhere(datasets: Any) -> Iterator[Callable[[], Any]]:
    """Calls, sync or async, that ask something of a knowledge base that does not exist."""
    yield lambda: datasets.update(dataset_id=NOWHERE, name="x")
    yield lambda: datasets.delete(dataset_id=NOWHERE)
    yield lambda: datasets.process(dataset_id=NOWHERE, document_ids=[NOWHERE])
    yield lambda: datasets.documents.list(dataset_id=NOWHERE)
    yield lambda: datasets.images.list(dataset_id=NOWHERE)


class TestDatasetFaults:
    @pytest.mark.vcr
    def test_dataset_that_does_not_exist(self, coze: Coze) -> None:
        """Given an id that no knowledge base has
        When it is changed, deleted, and its documents and images are asked for
        Then each time an error of Coze is raised with the log id of the answer.
        """
        assert_each_is_refused(calls_to_nowhere(coze.datasets), assert_coze_error)

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_dataset_that_does_not_exist")
    async def test_async_dataset_that_does_not_exist(self, async_coze: AsyncCoze) -> None:
        """Given an id that no knowledge base has
        When the async client changes and deletes it, and asks for its documents and images
        Then the errors are those of the sync client.
        """
        await assert_each_is_refused_async(calls_to_nowhere(async_coze.datasets), assert_coze_error)


# --- what the tests share -------------------------------------------------------------------------------------------


def texts(*names: str) -> list[DocumentBase]:
    """Small text files to upload."""
    return [
        DocumentBase(name=name, source_info=DocumentSourceInfo.build_local_file(f"{name} tells of magnetic tape."))
        for name in names
    ]


def png() -> bytes:
    """A picture of 64 by 64 points, all of one grey."""
    points = zlib.compress(b"".join(b"\0" + b"\x80" * 64 for _ in range(64)))
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 0, 0, 0, 0)), (b"IDAT", points), (b"IEND", b""))
    written = (struct.pack(">I", len(data)) + kind + data for kind, data in chunks)
    sums = (struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(part for pair in zip(written, sums, strict=True) for part in pair)


def picture(coze: Coze, dataset_id: str) -> str:
    """The id of a new picture in a knowledge base, to be described by hand; only the sync half can upload one."""
    file = coze.files.upload(file=("grey.png", png()))
    base = DocumentBase(name="grey.png", source_info=DocumentSourceInfo.build_file_id(file.id))
    (made,) = coze.datasets.documents.create(
        dataset_id=dataset_id,
        document_bases=[base],
        chunk_strategy=DocumentChunkStrategy(chunk_type=0, caption_type=1),
        format_type=DocumentFormatType.IMAGE,
    )
    processed(coze, dataset_id, [made.document_id])
    return made.document_id


def processed(coze: Coze, dataset_id: str, document_ids: Sequence[str]) -> list[list[DocumentProgress]]:
    """Every look at documents until none of them is in progress."""
    looks = []
    for seconds in WAITS:
        looks.append(list(coze.datasets.process(dataset_id=dataset_id, document_ids=[*document_ids])))
        if settled(looks[-1]):
            return looks
        time.sleep(seconds)
    pytest.fail("the documents are still in progress")


async def aprocessed(coze: AsyncCoze, dataset_id: str, document_ids: Sequence[str]) -> list[list[DocumentProgress]]:
    """The same for the async client."""
    looks = []
    for seconds in WAITS:
        looks.append(list(await coze.datasets.process(dataset_id=dataset_id, document_ids=[*document_ids])))
        if settled(looks[-1]):
            return looks
        await asyncio.sleep(seconds)
    pytest.fail("the documents are still in progress")


def settled(look: Sequence[DocumentProgress]) -> bool:
    """Whether none of the documents is in progress any more."""
    return not any(each.status is DocumentStatus.PROCESSING for each in look)


@pytest.fixture
def mock_workspace_of_datasets(account: Account, coze: Coze, mock_workspace_id: str) -> Iterator[str]:
    """The workspace, with three knowledge bases to page over in it; they are made, unrecorded, and deleted again."""
    made: list[str] = []
    if account.is_recording:
        with account.unrecorded_context():
            for number in range(PAGES):
                name, kind = f"{SHELF}-{number}", DocumentFormatType.DOCUMENT
                created = coze.datasets.create(name=name, space_id=mock_workspace_id, format_type=kind)
                made.append(created.dataset_id)
    yield mock_workspace_id
    if made:
        with account.unrecorded_context():
            for dataset_id in made:
                coze.datasets.delete(dataset_id=dataset_id)


def assert_datasets(datasets: Sequence[Dataset], space_id: str) -> None:
    """Knowledge bases of a list have different ids, and each says what it is and what is in it."""
    assert len({each.dataset_id for each in datasets}) == len(datasets)
    for each in datasets:
        assert each.name
        assert each.space_id == space_id
        assert isinstance(each.status, DatasetStatus)
        assert isinstance(each.format_type, DocumentFormatType)
        assert each.doc_count >= 0
        assert 0 < each.create_time <= each.update_time


def assert_documents(page: DocumentPage, items_before: int = 0) -> None:
    """A page holds what is left of ``total``, at most its size; its documents differ in their ids."""
    assert len(page.items) == min(page.page_size, page.total - items_before)
    assert page.has_more == (items_before + len(page.items) < page.total)
    assert page.response.logid
    assert len({each.document_id for each in page.items}) == len(page.items)
    for each in page.items:
        assert each.name
        assert isinstance(each.format_type, DocumentFormatType)
        assert isinstance(each.source_type, DocumentSourceType)
        assert each.size >= 0
        assert 0 < each.create_time <= each.update_time


def assert_processed(looks: Sequence[Sequence[DocumentProgress]], names: dict[str, str]) -> None:
    """Each look tells of all documents, by name and in percent; after the last one all are done."""
    for look in looks:
        assert {each.document_id: each.document_name for each in look} == names
        assert all(0 <= each.progress <= 100 for each in look)
    assert {each.status for each in looks[-1]} == {DocumentStatus.COMPLETED}
