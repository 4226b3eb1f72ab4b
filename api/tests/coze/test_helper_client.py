"""What cozepy offers around its calls: lists, builders of messages and documents, unknown values, sound files.

Nothing here is recorded: it is about what the SDK makes of an answer, or puts into a request.
"""

from __future__ import annotations

import base64
import json
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cozepy import (
    ChatStatus,
    CozeAPIError,
    DocumentChunkStrategy,
    DocumentSourceInfo,
    DocumentSourceType,
    DocumentUpdateRule,
    Message,
    MessageContentType,
    MessageObjectString,
    MessageRole,
    MessageType,
)
from cozepy.util import write_pcm_to_wav_file

from api.tests.coze.assertions import NOWHERE, USER, MakeAsyncCoze, MakeCoze, MakeResponse, Sent

PAGE = "https://example.com/picture.png"

CHAT = {"id": NOWHERE, "conversation_id": NOWHERE, "bot_id": NOWHERE, "created_at": 1718792949}


def said(content: str) -> dict[str, str]:
    """An answer of a bot as the wire has it."""
    return {"role": "assistant", "type": "answer", "content": content, "content_type": "text"}


class TestLists:
    def test_list_is_a_sequence(self, mocked: MakeCoze, mock_successful_response: MakeResponse) -> None:
        """Given an operation that answers with a plain list
        When the result is indexed, cut, searched, turned round and changed
        Then it does what a list of Python does, and knows the log id of its answer.
        """
        answer = mock_successful_response([said(text) for text in ("one", "two", "three")])
        coze = mocked(answer)
        messages = coze.chat.messages.list(conversation_id=NOWHERE, chat_id=NOWHERE)
        first, _, last = messages

        assert len(messages) == 3
        assert messages[0] is first
        assert messages[1:] == [messages[1], last]
        assert first in messages
        assert [message.content for message in reversed(messages)] == ["three", "two", "one"]
        assert messages.response.logid == answer.headers["x-tt-logid"]
        messages[1:] = [last]
        del messages[0]
        assert [*messages] == [last]

    def test_element_that_is_iterable_cannot_be_put_in(
        self, mocked: MakeCoze, mock_successful_response: MakeResponse
    ) -> None:
        """Given a list that an operation has answered with
        When an element is replaced by another
        Then TypeError is raised: a model of pydantic can be iterated, and is taken for several elements.
        """
        answer = mock_successful_response([said("one"), said("two")])
        coze = mocked(answer)
        messages = coze.chat.messages.list(conversation_id=NOWHERE, chat_id=NOWHERE)

        with pytest.raises(TypeError, match="Can only assign a single value to index"):
            messages[0] = messages[1]
        with pytest.raises(TypeError, match="Can only assign an iterable to slice"):
            messages[:] = 7  # type: ignore[call-overload]  # what a caller without a type checker may do

    def test_element_has_no_logid_of_its_own(self, mocked: MakeCoze, mock_successful_response: MakeResponse) -> None:
        """Given a list that an operation has answered with
        When an element is asked for the logid
        Then it has none: the list has it.
        """
        answer = mock_successful_response([said("one")])
        messages = mocked(answer).chat.messages.list(conversation_id=NOWHERE, chat_id=NOWHERE)

        assert messages[0].response.logid == ""
        assert messages.response.logid == answer.headers["x-tt-logid"]


class TestUnknownValues:
    def test_role_of_tomorrow(self, mocked: MakeCoze, mock_successful_response: MakeResponse) -> None:
        """Given an answer with a role that this cozepy does not know
        When the workspaces are listed
        Then a warning names it, the value comes as it is, and it says of itself that it is unknown.
        """
        workspace = {
            "id": NOWHERE,
            "name": "n",
            "icon_url": "",
            "role_type": "guest.of.honour",
            "workspace_type": "team",
            "enterprise_id": "",
        }
        answer = mock_successful_response({"total_count": 1, "workspaces": [workspace]})
        coze = mocked(answer)
        with pytest.warns(UserWarning, match=r"Unknown WorkspaceRoleType value: guest\.of\.honour"):
            (found,) = coze.workspaces.list().items

        assert found.role_type == "guest.of.honour"
        assert found.role_type.is_dynamic
        assert found.role_type.name == "GUEST_OF_HONOUR"
        assert not found.workspace_type.is_dynamic


class TestMessages:
    def test_question_of_several_parts(self) -> None:
        """Given a text, an uploaded picture, and a file and a sound on the web
        When a question is built from them
        Then its content is a JSON text with a part for each; what was not given is null.
        """
        parts = [
            MessageObjectString.build_text("What is this?"),
            MessageObjectString.build_image(file_id=NOWHERE),
            MessageObjectString.build_file(file_url=PAGE),
            MessageObjectString.build_audio(file_url=PAGE),
        ]
        question = Message.build_user_question_objects(parts, meta_data={"topic": "cassettes"})

        assert (question.role, question.type) == (MessageRole.USER, MessageType.QUESTION)
        assert question.content_type == MessageContentType.OBJECT_STRING
        assert question.meta_data == {"topic": "cassettes"}
        sent = json.loads(question.content)
        assert [part["type"] for part in sent] == ["text", "image", "file", "audio"]
        assert sent[0] == {"type": "text", "text": "What is this?", "file_id": None, "file_url": None}
        assert [part["file_id"] for part in sent] == [None, NOWHERE, None, None]
        assert [part["file_url"] for part in sent] == [None, None, PAGE, PAGE]

    @pytest.mark.parametrize(
        "build",
        [MessageObjectString.build_image, MessageObjectString.build_file, MessageObjectString.build_audio],
        ids=["image", "file", "audio"],
    )
    def test_part_without_a_file(self, build: Callable[[], MessageObjectString]) -> None:
        """Given neither an uploaded file nor an address
        When a part of a question is built
        Then it is refused before anything is sent.
        """
        with pytest.raises(ValueError, match="file_id or file_url must be specified"):
            build()

    def test_answer_for_a_history(self) -> None:
        """Given what a bot has said before
        When a message is built from it
        Then it is an answer of the assistant, and has no sound.
        """
        answer = Message.build_assistant_answer("A reel.", meta_data={"topic": "cassettes"})

        assert (answer.role, answer.type, answer.content) == (MessageRole.ASSISTANT, MessageType.ANSWER, "A reel.")
        assert answer.get_audio() == b""

    def test_sound_of_a_message(self) -> None:
        """Given a message whose content is sound
        When its sound is asked for
        Then the bytes come that the base64 of its content holds.
        """
        sound = Message.model_validate({**said(base64.b64encode(b"\x00\x01\x02").decode()), "content_type": "audio"})

        assert sound.get_audio() == b"\x00\x01\x02"


class TestDocuments:
    def test_chunks_of_ones_own(self) -> None:
        """Given how a text is to be cut
        When a strategy is built from it
        Then it says so, and that it is not the automatic one.
        """
        strategy = DocumentChunkStrategy.build_custom(max_tokens=500, separator="\n", remove_extra_spaces=True)

        assert strategy.chunk_type == 1
        assert (strategy.max_tokens, strategy.separator) == (500, "\n")
        assert (strategy.remove_extra_spaces, strategy.remove_urls_emails) == (True, False)

    def test_web_page(self) -> None:
        """Given the address of a web page
        When a document is built from it that is read once, or every day
        Then the source is the page, and the rules differ in their type.
        """
        source = DocumentSourceInfo.build_web_page(PAGE)
        once, daily = DocumentUpdateRule.build_no_auto_update(), DocumentUpdateRule.build_auto_update(24)

        assert (source.web_url, source.document_source) == (PAGE, DocumentSourceType.ONLINE_WEB)
        assert [rule.update_type for rule in (once, daily)] == [0, 1]
        assert once.update_interval == daily.update_interval == 24


class TestFilesOnDisk:
    @pytest.mark.filterwarnings("ignore::ResourceWarning")
    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    @pytest.mark.parametrize("kind", [Path, str])
    def test_upload_from_disk(
        self,
        mocked: MakeCoze,
        mock_successful_response: MakeResponse,
        tmp_path: Path,
        kind: Callable[[Path], Any],
    ) -> None:
        """Given a file on disk
        When it is uploaded by its path, as a path and as a text
        Then its bytes go out under its name; cozepy leaves it open.
        """
        sent = Sent(mock_successful_response({"id": NOWHERE}))
        path = tmp_path / "cassette.txt"
        path.write_bytes(b"A cassette.")
        mocked(sent).files.upload(file=kind(path))

        body = sent.requests[0].content
        assert b'filename="cassette.txt"' in body
        assert b"\r\n\r\nA cassette.\r\n" in body

    def test_sound_file(self, tmp_path: Path) -> None:
        """Given a second of sound as Coze sends it: 24,000 samples of 16 bits
        When it is written to a file
        Then a player finds the second in it.
        """
        path = tmp_path / "second.wav"
        write_pcm_to_wav_file(b"\0\0" * 24_000, str(path))

        with wave.open(str(path)) as sound:
            assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, 24_000)
            assert sound.getnframes() == 24_000


class TestPolling:
    @pytest.mark.parametrize(("code", "ended"), [(4104, True), (5000, False)])
    def test_cancellation_is_refused(
        self,
        mocked: MakeCoze,
        mock_successful_response: MakeResponse,
        mock_error_response: MakeResponse,
        code: int,
        ended: bool,
    ) -> None:
        """Given a chat that takes longer than its caller waits, and whose cancellation is refused
        When it is polled for
        Then 4104, which a chat that is over gives, is not raised: its end is waited for; any other code is.
        """
        done = {**CHAT, "status": "completed"}
        answers = {
            "/v3/chat": mock_successful_response({**CHAT, "status": "in_progress"}),
            "/v3/chat/cancel": mock_error_response(code, "refused"),
            "/v3/chat/retrieve": mock_successful_response(done),
            "/v3/chat/message/list": mock_successful_response([said("done")]),
        }
        coze = mocked(lambda request: answers[request.url.path])

        def poll() -> Any:
            return coze.chat.create_and_poll(bot_id=NOWHERE, user_id=USER, poll_timeout=-1)

        if ended:
            polled = poll()
            assert polled.chat.status == ChatStatus.COMPLETED
            assert [message.content for message in polled.messages] == ["done"]
        else:
            with pytest.raises(CozeAPIError, match=f"code: {code}"):
                poll()


class TestPagesWithoutATotal:
    def test_pages_by_token(self, mocked: MakeCoze, mock_successful_response: MakeResponse) -> None:
        """Given a list that pages by tokens
        When its total is asked for
        Then it is 0, whatever is in the list.
        """
        app = {"id": NOWHERE, "app_type": "normal", "verify_token": "VERIFY_TOKEN_1"}
        answer = mock_successful_response({"items": [app], "has_more": False})
        coze = mocked(answer)
        page = coze.api_apps.list()

        assert (page.total, len(page.items), page.has_more) == (0, 1, False)

    async def test_async_pages_by_token(
        self, async_mocked: MakeAsyncCoze, mock_successful_response: MakeResponse
    ) -> None:
        """Given a list that pages by tokens
        When the async client's page is asked for its total
        Then it is 0, whatever is in the list, and the page knows the log id of its answer.
        """
        app = {"id": NOWHERE, "app_type": "normal", "verify_token": "VERIFY_TOKEN_1"}
        answer = mock_successful_response({"items": [app], "has_more": False})
        coze = async_mocked(answer)
        page = await coze.api_apps.list()

        assert (page.total, len(page.items), page.has_more) == (0, 1, False)
        assert page.response.logid == answer.headers["x-tt-logid"]
