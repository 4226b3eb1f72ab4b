"""What cozepy does wrong beside the areas that say so themselves, each as a test of what is right.

Each test is expected to fail, for the one reason that it names. When a cozepy does it right, the test passes and with
that the run fails: remove the mark, and the entry in ``docs/sdk-defects.md``. Nothing here is recorded: what is wrong
shows in what would be sent, or in an answer that Coze's documents have as their example.
"""

from __future__ import annotations

from typing import Any

import pytest
from cozepy import (
    CozeError,
    DocumentBase,
    DocumentFormatType,
    DocumentSourceInfo,
    DocumentUpdateRule,
    ToolOutput,
)
from pydantic import ValidationError

from api.tests.coze.assertions import NOWHERE, MakeAsyncCoze, MakeCoze, MakeResponse, Sent, fixed

CHAT = {"id": NOWHERE, "conversation_id": NOWHERE, "bot_id": NOWHERE, "created_at": 1718792949, "status": "completed"}

RULE = DocumentUpdateRule.build_auto_update(interval=24)

POST = fixed(2, "a chat is retrieved with POST, where the documents, the OpenAPI file and Coze Studio say GET")
RULES = fixed(4, "an update rule is handed on as an object, which is not JSON serializable")
DRIFT = fixed(10, "the async client lacks what the sync client takes")
TWICE = fixed(12, "the version stands twice in the path")


class TestRequests:
    @pytest.mark.xfail(strict=True, raises=AssertionError, reason=POST)
    def test_retrieve_chat(self, mocked: MakeCoze, mock_successful_response: MakeResponse) -> None:
        """Given a chat
        When it is retrieved
        Then it is asked for with GET.
        """
        sent = Sent(mock_successful_response(CHAT))
        mocked(sent).chat.retrieve(conversation_id=NOWHERE, chat_id=NOWHERE)

        assert sent.requests[0].method == "GET"

    @pytest.mark.xfail(strict=True, raises=AssertionError, reason=POST)
    async def test_async_retrieve_chat(
        self, async_mocked: MakeAsyncCoze, mock_successful_response: MakeResponse
    ) -> None:
        """Given a chat
        When the async client retrieves it
        Then it is asked for with GET.
        """
        sent = Sent(mock_successful_response(CHAT))
        await async_mocked(sent).chat.retrieve(conversation_id=NOWHERE, chat_id=NOWHERE)

        assert sent.requests[0].method == "GET"

    @pytest.mark.xfail(strict=True, raises=TypeError, reason=RULES)
    def test_update_rule(self, mocked: MakeCoze, mock_successful_response: MakeResponse) -> None:
        """Given a rule that a web page is to be read again every day
        When a document is changed by it
        Then the rule goes out as JSON.
        """
        sent = Sent(mock_successful_response())
        mocked(sent).datasets.documents.update(document_id=NOWHERE, update_rule=RULE)

        assert sent.json["update_rule"] == {"update_type": 1, "update_interval": 24}

    @pytest.mark.xfail(strict=True, raises=TypeError, reason=RULES)
    async def test_async_update_rule(self, async_mocked: MakeAsyncCoze, mock_successful_response: MakeResponse) -> None:
        """Given a rule that a web page is to be read again every day
        When the async client changes a document by it
        Then the rule goes out as JSON.
        """
        sent = Sent(mock_successful_response())
        await async_mocked(sent).datasets.documents.update(document_id=NOWHERE, update_rule=RULE)

        assert sent.json["update_rule"] == {"update_type": 1, "update_interval": 24}

    @pytest.mark.xfail(strict=True, raises=TypeError, reason=DRIFT)
    async def test_async_upload_of_a_kind(
        self, async_mocked: MakeAsyncCoze, mock_successful_response: MakeResponse
    ) -> None:
        """Given a picture for a knowledge base of images
        When the async client uploads it
        Then it can say of what kind the upload is, as the sync client can.
        """
        sent = Sent(mock_successful_response(document_infos=[]))
        create: Any = async_mocked(sent).datasets.documents.create
        await create(dataset_id=NOWHERE, document_bases=texts(), format_type=DocumentFormatType.IMAGE)

        assert sent.json["format_type"] == 2

    @pytest.mark.xfail(strict=True, raises=TypeError, reason=DRIFT)
    async def test_async_outputs_of_tools(
        self, async_mocked: MakeAsyncCoze, mock_successful_response: MakeResponse
    ) -> None:
        """Given a chat that waits for a tool
        When the async client submits the output by the method of the sync client
        Then it takes the same arguments.
        """
        submit: Any = async_mocked(Sent(mock_successful_response(CHAT))).chat.submit_tool_outputs
        outputs = [ToolOutput(tool_call_id="call", output="a reel")]

        assert (await submit(conversation_id=NOWHERE, chat_id=NOWHERE, tool_outputs=outputs, stream=False)).id

    @pytest.mark.xfail(strict=True, raises=AssertionError, reason=TWICE)
    def test_base_url_with_a_version(self, mocked: MakeCoze, mock_successful_response: MakeResponse) -> None:
        """Given a base URL that ends in the version of the API
        When Coze is called
        Then the version stands once in the path.
        """
        sent = Sent(mock_successful_response({"total_count": 0, "workspaces": []}))
        mocked(sent, base_url="https://api.coze.com/v1").workspaces.list()

        assert sent.requests[0].url.path == "/v1/workspaces"


DEBUG_URL = fixed(6, "a run without a page to debug it is not read")
NO_HISTORY = fixed(7, "an empty list of histories is asked for its first element")
NO_FIRST_ID = fixed(8, "a page of messages without first_id is not read")


class TestAnswers:
    @pytest.mark.xfail(strict=True, raises=ValidationError, reason=DEBUG_URL)
    def test_run_without_a_page_to_debug(self, mocked: MakeCoze, mock_successful_response: MakeResponse) -> None:
        """Given a run whose answer names no page for debugging
        When the workflow is run
        Then its output is read.
        """
        run = mocked(mock_successful_response('{"output":"x"}')).workflows.runs.create(workflow_id=NOWHERE)

        assert run.data == '{"output":"x"}'

    @pytest.mark.xfail(strict=True, raises=ValidationError, reason=DEBUG_URL)
    async def test_async_run_without_a_page_to_debug(
        self, async_mocked: MakeAsyncCoze, mock_successful_response: MakeResponse
    ) -> None:
        """Given a run whose answer names no page for debugging
        When the async client runs the workflow
        Then its output is read.
        """
        coze = async_mocked(mock_successful_response('{"output":"x"}'))
        run = await coze.workflows.runs.create(workflow_id=NOWHERE)

        assert run.data == '{"output":"x"}'

    @pytest.mark.xfail(strict=True, raises=IndexError, reason=NO_HISTORY)
    def test_no_history(self, mocked: MakeCoze, mock_successful_response: MakeResponse) -> None:
        """Given an execute id of which there is no history, and an empty list as the answer
        When the history is retrieved
        Then the error is one of cozepy.
        """
        histories = mocked(mock_successful_response([])).workflows.runs.run_histories
        with pytest.raises(CozeError):
            histories.retrieve(workflow_id=NOWHERE, execute_id=NOWHERE)

    @pytest.mark.xfail(strict=True, raises=IndexError, reason=NO_HISTORY)
    async def test_async_no_history(self, async_mocked: MakeAsyncCoze, mock_successful_response: MakeResponse) -> None:
        """Given an execute id of which there is no history, and an empty list as the answer
        When the async client retrieves the history
        Then the error is one of cozepy.
        """
        histories = async_mocked(mock_successful_response([])).workflows.runs.run_histories
        with pytest.raises(CozeError):
            await histories.retrieve(workflow_id=NOWHERE, execute_id=NOWHERE)

    @pytest.mark.xfail(strict=True, raises=ValidationError, reason=NO_FIRST_ID)
    def test_no_messages(self, mocked: MakeCoze, mock_successful_response: MakeResponse) -> None:
        """Given a conversation without messages, and an answer that names no first one
        When its messages are listed
        Then the list is empty.
        """
        coze = mocked(mock_successful_response([], has_more=False, last_id=""))

        assert list(coze.conversations.messages.list(conversation_id=NOWHERE)) == []

    @pytest.mark.xfail(strict=True, raises=ValidationError, reason=NO_FIRST_ID)
    async def test_async_no_messages(self, async_mocked: MakeAsyncCoze, mock_successful_response: MakeResponse) -> None:
        """Given a conversation without messages, and an answer that names no first one
        When the async client lists its messages
        Then the list is empty.
        """
        coze = async_mocked(mock_successful_response([], has_more=False, last_id=""))
        messages = await coze.conversations.messages.list(conversation_id=NOWHERE)

        assert [each async for each in messages] == []


BOT = {
    "bot_id": NOWHERE,
    "variables": [
        {
            "enable": True,
            "channel": "custom",
            "keyword": "name",
            "description": "A name",
            "default_value": "",
            "prompt_enable": True,
        }
    ],
}
"""A bot with a variable as Coze's documents and OpenAPI file show it: without ``variable_type``."""

DOCUMENT = {
    "document_id": NOWHERE,
    "name": "a.txt",
    "type": "txt",
    **dict.fromkeys(("char_count", "format_type", "hit_count", "size", "slice_count", "status", "update_interval"), 0),
    **dict.fromkeys(("create_time", "update_time"), 1719476392),
    **dict.fromkeys(("source_type", "update_type")),
}
"""A new document as Coze's documents show it: with null for two of its fields."""

HISTORY = {
    "execute_id": NOWHERE,
    "execute_status": "Success",
    **dict.fromkeys(("bot_id", "connector_id", "connector_uid", "error_code", "error_message"), "0"),
    "run_mode": 0,
    "logid": "LOGID_2",
    **dict.fromkeys(("create_time", "update_time"), 1730174063),
    "output": "{}",
    "debug_url": "https://scrubbed.invalid/DEBUG_URL_1",
}
"""The history of a run as Coze's documents show it: it does not say whether the output is whole."""

DOCUMENTED = fixed(11, "the example of Coze's documents is not read")


class TestDocumentedAnswers:
    @pytest.mark.xfail(strict=True, raises=ValidationError, reason=DOCUMENTED)
    def test_cancelled_chat(self, mocked: MakeCoze, mock_successful_response: MakeResponse) -> None:
        """Given the answer to a cancellation that Coze's documents show: no code in last_error
        When a chat is cancelled
        Then the answer is read.
        """
        coze = mocked(mock_successful_response({**CHAT, "status": "canceled", "last_error": {"code": None, "msg": ""}}))

        assert coze.chat.cancel(conversation_id=NOWHERE, chat_id=NOWHERE).status == "canceled"

    @pytest.mark.xfail(strict=True, raises=ValidationError, reason=DOCUMENTED)
    async def test_async_cancelled_chat(
        self, async_mocked: MakeAsyncCoze, mock_successful_response: MakeResponse
    ) -> None:
        """Given the answer to a cancellation that Coze's documents show: no code in last_error
        When the async client cancels a chat
        Then the answer is read.
        """
        answer = mock_successful_response({**CHAT, "status": "canceled", "last_error": {"code": None, "msg": ""}})
        chat = await async_mocked(answer).chat.cancel(conversation_id=NOWHERE, chat_id=NOWHERE)

        assert chat.status == "canceled"

    @pytest.mark.xfail(strict=True, raises=ValidationError, reason=DOCUMENTED)
    def test_bot_with_a_variable(self, mocked: MakeCoze, mock_successful_response: MakeResponse) -> None:
        """Given a bot with a variable that Coze's documents show: without its type
        When it is retrieved
        Then it is read.
        """
        coze = mocked(mock_successful_response(BOT))

        assert coze.bots.retrieve(bot_id=NOWHERE).bot_id == NOWHERE

    @pytest.mark.xfail(strict=True, raises=ValidationError, reason=DOCUMENTED)
    async def test_async_bot_with_a_variable(
        self, async_mocked: MakeAsyncCoze, mock_successful_response: MakeResponse
    ) -> None:
        """Given a bot with a variable that Coze's documents show: without its type
        When the async client retrieves it
        Then it is read.
        """
        coze = async_mocked(mock_successful_response(BOT))

        assert (await coze.bots.retrieve(bot_id=NOWHERE)).bot_id == NOWHERE

    @pytest.mark.xfail(strict=True, raises=ValidationError, reason=DOCUMENTED)
    def test_upload(self, mocked: MakeCoze, mock_successful_response: MakeResponse) -> None:
        """Given the answer to an upload that Coze's documents show: null for source_type and update_type
        When a text is uploaded
        Then the new document is read: the upload was accepted.
        """
        coze = mocked(mock_successful_response(document_infos=[DOCUMENT]))
        (made,) = coze.datasets.documents.create(dataset_id=NOWHERE, document_bases=texts())

        assert made.document_id == NOWHERE

    @pytest.mark.xfail(strict=True, raises=ValidationError, reason=DOCUMENTED)
    async def test_async_upload(self, async_mocked: MakeAsyncCoze, mock_successful_response: MakeResponse) -> None:
        """Given the answer to an upload that Coze's documents show: null for source_type and update_type
        When the async client uploads a text
        Then the new document is read: the upload was accepted.
        """
        coze = async_mocked(mock_successful_response(document_infos=[DOCUMENT]))
        (made,) = await coze.datasets.documents.create(dataset_id=NOWHERE, document_bases=texts())

        assert made.document_id == NOWHERE

    @pytest.mark.xfail(strict=True, raises=ValidationError, reason=DOCUMENTED)
    @pytest.mark.filterwarnings("ignore:The 'coze.knowledge:DeprecationWarning")
    def test_upload_of_knowledge(self, mocked: MakeCoze, mock_successful_response: MakeResponse) -> None:
        """Given the same answer
        When a text is uploaded by the deprecated ``coze.knowledge``
        Then the new document is read.
        """
        coze = mocked(mock_successful_response(document_infos=[DOCUMENT]))
        (made,) = coze.knowledge.documents.create(dataset_id=NOWHERE, document_bases=texts())

        assert made.document_id == NOWHERE

    @pytest.mark.xfail(strict=True, raises=ValidationError, reason=DOCUMENTED)
    def test_history(self, mocked: MakeCoze, mock_successful_response: MakeResponse) -> None:
        """Given the history of a run that Coze's documents show: without is_output_trimmed
        When it is retrieved
        Then it is read.
        """
        histories = mocked(mock_successful_response([HISTORY])).workflows.runs.run_histories

        assert histories.retrieve(workflow_id=NOWHERE, execute_id=NOWHERE).execute_id == NOWHERE

    @pytest.mark.xfail(strict=True, raises=ValidationError, reason=DOCUMENTED)
    async def test_async_history(self, async_mocked: MakeAsyncCoze, mock_successful_response: MakeResponse) -> None:
        """Given the history of a run that Coze's documents show: without is_output_trimmed
        When the async client retrieves it
        Then it is read.
        """
        histories = async_mocked(mock_successful_response([HISTORY])).workflows.runs.run_histories

        assert (await histories.retrieve(workflow_id=NOWHERE, execute_id=NOWHERE)).execute_id == NOWHERE


# --- what the tests share -------------------------------------------------------------------------------------------


def texts() -> list[DocumentBase]:
    """A small text file to upload."""
    return [DocumentBase(name="a.txt", source_info=DocumentSourceInfo.build_local_file("A cassette."))]
