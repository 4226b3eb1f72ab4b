"""Fixtures of the suite for the Coze SDK.

They come in five groups:

- *Where and who*: ``mock_coze_api_token``, ``mock_coze_base_url``.
- *Clients*: ``coze`` and ``async_coze``, made from the two above; one SSL context serves them all. ``answers`` has the
  raw answers that they got, ``sdk_log`` what the SDK logs.
- *Identifiers*: ``mock_bot_id``, ``mock_workspace_id``, ``mock_conversation_id``, ``mock_chat_id``,
  ``mock_workflow_id``, ``mock_workflow_run_id``, ``mock_dataset_id``, ``mock_connector_id``. While recording each is
  the configured value, or one made for the test (and removed after it); while replaying it is the placeholder that
  stands in the cassette.
- *Samples*: ``sample_user_message`` (also as ``question``), ``sample_workflow_inputs``, ``sample_bot_data``: what the
  tests send.
- *Mocks*: ``mock_successful_response``, ``mock_error_response``, ``mock_streaming_response``, ``mock_httpx_client``,
  ``mock_async_httpx_client``, ``mocked``, ``async_mocked``: factories for the few answers that cannot be recorded.
  They carry Coze's real envelope.
"""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import nullcontext
from typing import Any
from unittest import mock

import httpx
import pytest
from _pytest.logging import LogCaptureHandler  # the only handler that gets the SDK's messages while recording
from cozepy import (
    COZE_COM_BASE_URL,
    AsyncCoze,
    AsyncHTTPClient,
    AsyncTokenAuth,
    BotOnboardingInfo,
    BotPromptInfo,
    Chat,
    ChatStatus,
    Coze,
    CozeAPIError,
    DocumentBase,
    DocumentChunkStrategy,
    DocumentFormatType,
    DocumentSourceInfo,
    DocumentStatus,
    Message,
    SyncHTTPClient,
    TokenAuth,
    WorkflowExecuteStatus,
    setup_logging,
)
from cozepy.log import logger

from api.tests.coze.assertions import USER, MakeAsyncClient, MakeAsyncCoze, MakeClient, MakeCoze
from api.tests.coze.leftovers import remove_leftovers
from coze_cassettes import Account

LOGID = "20240101000000" + "0" * 18
"""A logid in Coze's shape, for the answers that are not recorded."""

Handler = Callable[[httpx.Request], httpx.Response]
Answer = httpx.Response | Exception | Handler
"""What a mocked client gives: always the same response, an exception in its place, or what a function says."""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Name an expected failure instead of showing where it was raised: that would take longer than the test."""
    spared = mock.patch.object(item, "repr_failure", _name_of) if _is_expected(item, call) else nullcontext()
    with spared:
        return (yield)


def _is_expected(item: pytest.Item, call: pytest.CallInfo[None]) -> bool:
    """Whether a test failed as its mark says, and nobody asked to see it; another error is a failure, which is read."""
    mark = item.get_closest_marker("xfail")
    if call.excinfo is None or mark is None or item.config.getoption("runxfail") or item.config.getoption("xfail_tb"):
        return False
    return isinstance(call.excinfo.value, mark.kwargs.get("raises", BaseException))


def _name_of(error: pytest.ExceptionInfo[BaseException]) -> str:
    return error.exconly()


# --- where and who --------------------------------------------------------------------------------------------------


@pytest.fixture
def mock_coze_api_token(account: Account) -> str:
    """The token: the configured one while recording, ``API_TOKEN`` in a replay."""
    return account.value("API_TOKEN")


@pytest.fixture(scope="session")
def mock_coze_base_url() -> str:
    """The address that tests name in both modes; while recording the connection is sent to the target."""
    return COZE_COM_BASE_URL


# --- clients --------------------------------------------------------------------------------------------------------


@pytest.fixture
def answers(
    account: Account, mock_coze_api_token: str, mock_coze_base_url: str, shared_ssl_context: ssl.SSLContext
) -> Iterator[list[httpx.Response]]:
    """The raw answers that ``coze`` and ``async_coze`` got, the newest last.

    While recording, those that a fixture caused are among them: look at the end of the list. What they made and no test
    or fixture has taken away, because it failed, is taken away at the end.
    """
    kept: list[httpx.Response] = []
    yield kept
    if account.is_recording:
        with account.unrecorded_context(), SyncHTTPClient(verify=shared_ssl_context) as client:
            auth = TokenAuth(mock_coze_api_token)
            remove_leftovers(Coze(auth=auth, base_url=mock_coze_base_url, http_client=client), kept)


@pytest.fixture
def coze(
    account: Account,
    mock_coze_api_token: str,
    mock_coze_base_url: str,
    shared_ssl_context: ssl.SSLContext,
    answers: list[httpx.Response],
) -> Iterator[Coze]:
    """A sync client; in a replay it does not look for proxies, which takes longer than all else that makes it."""
    hooks = {"response": [answers.append]}
    with SyncHTTPClient(verify=shared_ssl_context, event_hooks=hooks, trust_env=account.is_recording) as client:
        yield Coze(auth=TokenAuth(mock_coze_api_token), base_url=mock_coze_base_url, http_client=client)


@pytest.fixture
async def async_coze(
    account: Account,
    mock_coze_api_token: str,
    mock_coze_base_url: str,
    shared_ssl_context: ssl.SSLContext,
    answers: list[httpx.Response],
) -> AsyncIterator[AsyncCoze]:
    """An async client."""

    async def note(response: httpx.Response) -> None:
        answers.append(response)

    hooks = {"response": [note]}
    async with AsyncHTTPClient(verify=shared_ssl_context, event_hooks=hooks, trust_env=account.is_recording) as client:
        yield AsyncCoze(auth=AsyncTokenAuth(mock_coze_api_token), base_url=mock_coze_base_url, http_client=client)


@pytest.fixture
def assert_refused(answers: list[httpx.Response]) -> Callable[[CozeAPIError], None]:
    """Asserts that an error is the newest answer's: its code, which is an error's, its text and its logid.

    The text of the exception, which is what a log shows, has all three.
    """

    def check(error: CozeAPIError) -> None:
        envelope = answers[-1].json()
        assert (error.code, error.msg) == (envelope["code"], envelope["msg"])
        assert error.code is not None
        assert error.code > 0
        assert error.logid == answers[-1].headers["x-tt-logid"]
        assert f"code: {error.code}, msg: {error.msg}, logid: {error.logid}" in str(error)

    return check


@pytest.fixture
def sdk_log(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[logging.LogRecord]]:
    """What cozepy logs, instead of writing it to standard error; its level is put back at the end."""
    keeper = LogCaptureHandler()
    monkeypatch.setattr(logger, "handlers", [keeper])
    yield keeper.records
    setup_logging()


# --- identifiers ----------------------------------------------------------------------------------------------------


@pytest.fixture
def mock_workspace_id(account: Account) -> str:
    """A workspace with at least three pages of two published bots."""
    return account.value("WORKSPACE_ID")


@pytest.fixture
def mock_bot_id(account: Account) -> str:
    """A bot published to the API channel."""
    return account.value("BOT_ID")


@pytest.fixture
def mock_workflow_id(account: Account) -> str:
    """A published workflow."""
    return account.value("WORKFLOW_ID")


@pytest.fixture
def mock_conversation_id(account: Account, coze: Coze, mock_bot_id: str) -> str:
    """A conversation with one message."""

    def make() -> tuple[str, Callable[[], object]]:
        question = Message.build_user_question_text("A first message")
        conversation = coze.conversations.create(bot_id=mock_bot_id, messages=[question])
        return conversation.id, lambda: coze.conversations.delete(conversation_id=conversation.id)

    return account.value("CONVERSATION_ID", make)


@pytest.fixture
def mock_chat_id(account: Account, coze: Coze, mock_bot_id: str, mock_conversation_id: str) -> str:
    """A chat of that conversation that has come to its end."""

    def make() -> tuple[str, Callable[[], object]]:
        question = Message.build_user_question_text("Say one word")
        chat = coze.chat.create(
            bot_id=mock_bot_id,
            user_id=USER,
            conversation_id=mock_conversation_id,
            additional_messages=[question],
        )
        return _finished(coze, chat).id, lambda: None

    return account.value("CHAT_ID", make)


def _finished(coze: Coze, chat: Chat) -> Chat:
    while chat.status in (ChatStatus.CREATED, ChatStatus.IN_PROGRESS):
        time.sleep(0.5)
        chat = coze.chat.retrieve(conversation_id=chat.conversation_id, chat_id=chat.id)
    return chat


@pytest.fixture
def mock_workflow_run_id(
    account: Account, coze: Coze, mock_workflow_id: str, sample_workflow_inputs: dict[str, Any]
) -> str:
    """The execute id of an asynchronous run that has come to its end."""

    def make() -> tuple[str, Callable[[], object]]:
        run = coze.workflows.runs.create(workflow_id=mock_workflow_id, parameters=sample_workflow_inputs, is_async=True)
        return _ended(coze, mock_workflow_id, run.execute_id or ""), lambda: None

    return account.value("EXECUTE_ID", make)


def _ended(coze: Coze, workflow_id: str, execute_id: str) -> str:
    retrieve = coze.workflows.runs.run_histories.retrieve
    while retrieve(workflow_id=workflow_id, execute_id=execute_id).execute_status is WorkflowExecuteStatus.RUNNING:
        time.sleep(0.5)
    return execute_id


@pytest.fixture
def mock_connector_id(account: Account) -> str:
    """A channel of one's own, to which the bot is submitted for review."""
    return account.value("CONNECTOR_ID")


@pytest.fixture
def mock_dataset_id(account: Account, coze: Coze, mock_workspace_id: str) -> str:
    """A knowledge base for text with a document that is processed; tests only read it."""

    def make() -> tuple[str, Callable[[], object]]:
        kind = DocumentFormatType.DOCUMENT
        dataset_id = coze.datasets.create(name="cassettes", space_id=mock_workspace_id, format_type=kind).dataset_id
        text = DocumentSourceInfo.build_local_file("A cassette holds what crossed the wire.")
        document = DocumentBase(name="cassettes.txt", source_info=text)
        strategy = DocumentChunkStrategy.build_auto()
        coze.datasets.documents.create(dataset_id=dataset_id, document_bases=[document], chunk_strategy=strategy)
        while coze.datasets.documents.list(dataset_id=dataset_id).items[0].status is DocumentStatus.PROCESSING:
            time.sleep(0.5)
        return dataset_id, lambda: coze.datasets.delete(dataset_id=dataset_id)

    return account.value("DATASET_ID", make)


# --- samples --------------------------------------------------------------------------------------------------------


@pytest.fixture
def sample_user_message() -> Message:
    """A question that any bot can answer."""
    return Message.build_user_question_text("What is a cassette?")


@pytest.fixture
def question(sample_user_message: Message) -> Message:
    """The same, where it is what a chat is asked."""
    return sample_user_message


@pytest.fixture
def sample_workflow_inputs() -> dict[str, Any]:
    """Parameters of a workflow run; a workflow leaves alone those that it does not know."""
    return {"input": "What is a cassette?"}


@pytest.fixture
def sample_bot_data() -> dict[str, Any]:
    """What a new bot is made from: keyword arguments of ``bots.create`` beside ``space_id``."""
    return {
        "name": "Cassette keeper",
        "description": "Answers questions about cassettes",
        "prompt_info": BotPromptInfo(prompt="You know everything about cassettes."),
        "onboarding_info": BotOnboardingInfo(prologue="Hello!", suggested_questions=["What is a cassette?"]),
    }


# --- mocks ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def mock_successful_response() -> Callable[..., httpx.Response]:
    """Makes a sound answer: ``make(data)``; further keywords are further fields of the envelope."""

    def make(data: object = None, *, status: int = 200, **fields: object) -> httpx.Response:
        return _enveloped(status, {"code": 0, "msg": "", "data": data, **fields})

    return make


@pytest.fixture(scope="session")
def mock_error_response() -> Callable[..., httpx.Response]:
    """Makes a refusal: ``make(4100, "authentication is invalid")``; further keywords are fields of the envelope."""

    def make(code: object, msg: str, *, status: int = 200, **fields: object) -> httpx.Response:
        return _enveloped(status, {"code": code, "msg": msg, **fields})

    return make


@pytest.fixture(scope="session")
def mock_streaming_response() -> Callable[..., httpx.Response]:
    """Makes a stream of server-sent events from its lines: ``make("event:done", "data:[DONE]", "")``."""

    def make(*lines: str, status: int = 200) -> httpx.Response:
        headers = {"content-type": "text/event-stream", "x-tt-logid": LOGID}
        return httpx.Response(status, headers=headers, content="\n".join(lines).encode())

    return make


def _enveloped(status: int, envelope: dict[str, object]) -> httpx.Response:
    """An answer as Coze dresses it: the logid stands in a header and in ``detail``."""
    return httpx.Response(status, headers={"x-tt-logid": LOGID}, json={**envelope, "detail": {"logid": LOGID}})


def _transport(answer: Answer) -> httpx.MockTransport:
    def handle(request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer(request) if callable(answer) else answer

    return httpx.MockTransport(handle)


@pytest.fixture(scope="session")
def mock_httpx_client() -> MakeClient:
    """Makes a sync client that gives one answer without a connection, to be passed as ``http_client``."""
    return lambda answer: SyncHTTPClient(transport=_transport(answer))


@pytest.fixture(scope="session")
def mock_async_httpx_client() -> MakeAsyncClient:
    """The same for an async client."""
    return lambda answer: AsyncHTTPClient(transport=_transport(answer))


@pytest.fixture
def mocked(mock_coze_api_token: str, mock_httpx_client: MakeClient) -> MakeCoze:
    """Makes a sync client of Coze that gives one answer; further keywords are arguments of ``Coze``."""

    def make(answer: Answer, **options: str) -> Coze:
        return Coze(auth=TokenAuth(mock_coze_api_token), http_client=mock_httpx_client(answer), **options)

    return make


@pytest.fixture
def async_mocked(mock_coze_api_token: str, mock_async_httpx_client: MakeAsyncClient) -> MakeAsyncCoze:
    """The same for an async client."""

    def make(answer: Answer, **options: str) -> AsyncCoze:
        return AsyncCoze(
            auth=AsyncTokenAuth(mock_coze_api_token), http_client=mock_async_httpx_client(answer), **options
        )

    return make
