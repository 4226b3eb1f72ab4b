"""What every operation answers that is asked for something which does not exist, and how cozepy raises it.

One call in a line: each is sent, each is answered with an error of Coze, and each time it is ``CozeAPIError`` with the
code, the text and the log id of that answer, from the sync client and from the async one. Areas that are not here have
their refusals in their own modules.
"""

from __future__ import annotations

import ssl
from typing import Any

import httpx
import pytest
from cozepy import (
    AsyncCoze,
    AsyncHTTPClient,
    AsyncTokenAuth,
    BotPromptInfo,
    Coze,
    CozeAPIError,
    DocumentBase,
    DocumentFormatType,
    DocumentSourceInfo,
    MessageContentType,
    MessageRole,
    SyncHTTPClient,
    TokenAuth,
)

from api.tests.coze.assertions import (
    NOWHERE,
    WRONG_TOKEN,
    Calls,
    Check,
    assert_each_is_refused,
    assert_each_is_refused_async,
)
from coze_cassettes import SentRequest

TEXT = DocumentBase(name="cassette.txt", source_info=DocumentSourceInfo.build_local_file("A cassette."))
"""A small text file to upload."""


@pytest.mark.vcr
class TestRefusals:
    def test_bots(self, coze: Coze, sent_requests: list[SentRequest], assert_refused: Check) -> None:
        """Given ids that no bot and no workspace has
        When a bot is made, changed, published, taken back and retrieved, and bots are listed
        Then each time Coze's error is raised, in both versions of the API.
        """
        assert assert_each_is_refused(calls_of_bots(coze.bots), assert_refused) == len(sent_requests)

    @pytest.mark.shared_cassette("test_bots")
    async def test_async_bots(self, async_coze: AsyncCoze, assert_refused: Check) -> None:
        """Given ids that no bot and no workspace has
        When the async client makes, changes, publishes, takes back and retrieves a bot, and lists bots
        Then the errors are those of the sync client.
        """
        await assert_each_is_refused_async(calls_of_bots(async_coze.bots), assert_refused)

    def test_chats(self, coze: Coze, sent_requests: list[SentRequest], assert_refused: Check) -> None:
        """Given the ids of no chat and of no conversation
        When the chat is retrieved and cancelled, and its messages are listed
        Then each time Coze's error is raised.
        """
        assert assert_each_is_refused(calls_of_chats(coze.chat), assert_refused) == len(sent_requests)

    @pytest.mark.shared_cassette("test_chats")
    async def test_async_chats(self, async_coze: AsyncCoze, assert_refused: Check) -> None:
        """Given the ids of no chat and of no conversation
        When the async client retrieves and cancels the chat, and lists its messages
        Then the errors are those of the sync client.
        """
        await assert_each_is_refused_async(calls_of_chats(async_coze.chat), assert_refused)

    def test_conversations(self, coze: Coze, sent_requests: list[SentRequest], assert_refused: Check) -> None:
        """Given the ids of no conversation and of no bot
        When a conversation is begun, retrieved and deleted, and conversations are listed
        Then each time Coze's error is raised.
        """
        assert assert_each_is_refused(calls_of_conversations(coze.conversations), assert_refused) == len(sent_requests)

    @pytest.mark.shared_cassette("test_conversations")
    async def test_async_conversations(self, async_coze: AsyncCoze, assert_refused: Check) -> None:
        """Given the ids of no conversation and of no bot
        When the async client begins, retrieves and deletes a conversation, and lists conversations
        Then the errors are those of the sync client.
        """
        await assert_each_is_refused_async(calls_of_conversations(async_coze.conversations), assert_refused)

    def test_messages(
        self, coze: Coze, mock_conversation_id: str, sent_requests: list[SentRequest], assert_refused: Check
    ) -> None:
        """Given a conversation, an id that no message has, and one that no conversation has
        When a message is added, retrieved, changed and deleted, and messages are listed
        Then each time Coze's error is raised.
        """
        calls = calls_of_messages(coze.conversations.messages, mock_conversation_id)

        assert assert_each_is_refused(calls, assert_refused) == len(sent_requests)

    @pytest.mark.shared_cassette("test_messages")
    async def test_async_messages(
        self, async_coze: AsyncCoze, mock_conversation_id: str, assert_refused: Check
    ) -> None:
        """Given a conversation, an id that no message has, and one that no conversation has
        When the async client adds, retrieves, changes and deletes a message, and lists messages
        Then the errors are those of the sync client.
        """
        await assert_each_is_refused_async(
            calls_of_messages(async_coze.conversations.messages, mock_conversation_id), assert_refused
        )

    def test_runs(self, coze: Coze, sent_requests: list[SentRequest], assert_refused: Check) -> None:
        """Given the ids of no workflow and of no interrupted run
        When the workflow is run, and the run is resumed
        Then each time Coze's error is raised, of the stream before it is read.
        """
        assert assert_each_is_refused(calls_of_runs(coze.workflows.runs), assert_refused) == len(sent_requests)

    @pytest.mark.shared_cassette("test_runs")
    async def test_async_runs(self, async_coze: AsyncCoze, assert_refused: Check) -> None:
        """Given the ids of no workflow and of no interrupted run
        When the async client runs the workflow, and resumes the run
        Then the errors are those of the sync client, of the stream when it is first read.
        """
        await assert_each_is_refused_async(calls_of_runs(async_coze.workflows.runs), assert_refused)

    def test_files(self, coze: Coze, sent_requests: list[SentRequest], assert_refused: Check) -> None:
        """Given an id that no file has, and a file with nothing in it
        When the one is retrieved and the other uploaded
        Then each time Coze's error is raised.
        """
        assert assert_each_is_refused(calls_of_files(coze.files), assert_refused) == len(sent_requests)

    @pytest.mark.shared_cassette("test_files")
    async def test_async_files(self, async_coze: AsyncCoze, assert_refused: Check) -> None:
        """Given an id that no file has, and a file with nothing in it
        When the async client retrieves the one and uploads the other
        Then the errors are those of the sync client.
        """
        await assert_each_is_refused_async(calls_of_files(async_coze.files), assert_refused)

    def test_datasets(self, coze: Coze, sent_requests: list[SentRequest], assert_refused: Check) -> None:
        """Given the ids of no workspace and of no knowledge base
        When a knowledge base is made, knowledge bases are listed, an image is described, a document renamed and deleted
        Then each time Coze's error is raised.
        """
        assert assert_each_is_refused(calls_of_datasets(coze.datasets), assert_refused) == len(sent_requests)

    @pytest.mark.shared_cassette("test_datasets")
    async def test_async_datasets(self, async_coze: AsyncCoze, assert_refused: Check) -> None:
        """Given the ids of no workspace and of no knowledge base
        When the async client makes one, lists some, describes an image, and renames and deletes a document
        Then the errors are those of the sync client.
        """
        await assert_each_is_refused_async(calls_of_datasets(async_coze.datasets), assert_refused)

    def test_upload_to_a_dataset(self, coze: Coze, assert_refused: Check) -> None:
        """Given an id that no knowledge base has
        When a text is uploaded to it
        Then Coze's error is raised.
        """
        with pytest.raises(CozeAPIError) as error:
            coze.datasets.documents.create(dataset_id=NOWHERE, document_bases=[TEXT])

        assert_refused(error.value)

    async def test_async_upload_to_a_dataset(self, async_coze: AsyncCoze, assert_refused: Check) -> None:
        """Given an id that no knowledge base has
        When the async client uploads a text to it, which sends one field less than the sync client
        Then Coze's error is raised.
        """
        with pytest.raises(CozeAPIError) as error:
            await async_coze.datasets.documents.create(dataset_id=NOWHERE, document_bases=[TEXT])

        assert_refused(error.value)

    def test_lists_with_a_wrong_token(
        self,
        shared_ssl_context: ssl.SSLContext,
        answers: list[httpx.Response],
        sent_requests: list[SentRequest],
        assert_refused: Check,
    ) -> None:
        """Given a token that is none
        When workspaces, callback apps, workflows, voices and groups of voiceprints are listed
        Then each time Coze's error is raised by list itself, before anything is iterated.
        """
        with SyncHTTPClient(verify=shared_ssl_context, event_hooks={"response": [answers.append]}) as client:
            coze = Coze(auth=TokenAuth(WRONG_TOKEN), http_client=client)

            assert assert_each_is_refused(calls_of_lists(coze), assert_refused) == len(sent_requests)

    @pytest.mark.shared_cassette("test_lists_with_a_wrong_token")
    async def test_async_lists_with_a_wrong_token(
        self, shared_ssl_context: ssl.SSLContext, answers: list[httpx.Response], assert_refused: Check
    ) -> None:
        """Given a token that is none
        When the async client lists workspaces, callback apps, workflows, voices and groups of voiceprints
        Then the errors are those of the sync client.
        """

        async def note(response: httpx.Response) -> None:
            answers.append(response)

        async with AsyncHTTPClient(verify=shared_ssl_context, event_hooks={"response": [note]}) as client:
            coze = AsyncCoze(auth=AsyncTokenAuth(WRONG_TOKEN), http_client=client)
            await assert_each_is_refused_async(calls_of_lists(coze), assert_refused)


# --- what the tests share -------------------------------------------------------------------------------------------


def calls_of_bots(bots: Any) -> Calls:
    """Everything that can be done to a bot, and to the bots of a workspace."""
    yield lambda: bots.create(space_id=NOWHERE, name="cassette", prompt_info=BotPromptInfo(prompt="Be kind."))
    yield lambda: bots.update(bot_id=NOWHERE, name="cassette")
    yield lambda: bots.publish(bot_id=NOWHERE)
    yield lambda: bots.unpublish(bot_id=NOWHERE, connector_id="1024")
    yield lambda: bots.retrieve(bot_id=NOWHERE)
    yield lambda: bots.retrieve(bot_id=NOWHERE, use_api_version=2)
    yield lambda: bots.list(space_id=NOWHERE)
    yield lambda: bots.list(space_id=NOWHERE, use_api_version=2)


def calls_of_chats(chat: Any) -> Calls:
    """Everything that can be done to a chat."""
    where = {"conversation_id": NOWHERE, "chat_id": NOWHERE}
    yield lambda: chat.retrieve(**where)
    yield lambda: chat.cancel(**where)
    yield lambda: chat.messages.list(**where)


def calls_of_conversations(conversations: Any) -> Calls:
    """Everything that can be done to a conversation, and with the conversations of a bot."""
    yield lambda: conversations.create(bot_id=NOWHERE)
    yield lambda: conversations.list(bot_id=NOWHERE)
    yield lambda: conversations.retrieve(conversation_id=NOWHERE)
    yield lambda: conversations.delete(conversation_id=NOWHERE)


def calls_of_messages(messages: Any, conversation_id: str) -> Calls:
    """Everything that can be done to a message, and with the messages of a conversation."""
    new = {"role": MessageRole.USER, "content": "Hello", "content_type": MessageContentType.TEXT}
    message = {"conversation_id": conversation_id, "message_id": NOWHERE}
    yield lambda: messages.create(conversation_id=NOWHERE, **new)
    yield lambda: messages.list(conversation_id=NOWHERE)
    yield lambda: messages.retrieve(**message)
    yield lambda: messages.update(**message, content="Goodbye")
    yield lambda: messages.delete(**message)


def calls_of_runs(runs: Any) -> Calls:
    """A run of a workflow, and the end of one that waits for an answer."""
    yield lambda: runs.create(workflow_id=NOWHERE)
    yield lambda: runs.resume(workflow_id=NOWHERE, event_id=NOWHERE, resume_data="yes", interrupt_type=2)


def calls_of_files(files: Any) -> Calls:
    """A file that does not exist, and one in which there is nothing."""
    yield lambda: files.retrieve(file_id=NOWHERE)
    yield lambda: files.upload(file=("empty.txt", b""))


def calls_of_datasets(datasets: Any) -> Calls:
    """The knowledge bases of a workspace, an image and a document of one."""
    yield lambda: datasets.create(name="cassette", space_id=NOWHERE, format_type=DocumentFormatType.DOCUMENT)
    yield lambda: datasets.list(space_id=NOWHERE)
    yield lambda: datasets.images.update(dataset_id=NOWHERE, document_id=NOWHERE, caption="cassette")
    yield lambda: datasets.documents.update(document_id=NOWHERE, document_name="cassette.txt")
    yield lambda: datasets.documents.delete(document_ids=[NOWHERE])


def calls_of_lists(coze: Any) -> Calls:
    """Lists of an account that name nothing which could be missing."""
    yield coze.workspaces.list
    yield coze.api_apps.list
    yield coze.workflows.list
    yield coze.audio.voices.list
    yield lambda: coze.audio.voiceprint_groups.list(page_size=10)  # the sync client and the async one have defaults
