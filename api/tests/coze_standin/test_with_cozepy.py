"""The SDK against the stand-in, over loopback: every served operation is called, and its answer parsed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import cozepy
import httpx
import pytest
from cozepy import (
    ChatEventType,
    ChatStatus,
    Coze,
    Message,
    MessageObjectString,
    TokenAuth,
    WorkflowEventType,
    WorkflowExecuteStatus,
)
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import ValidationError

from api.tests.coze.leftovers import leftovers, remove_leftovers
from coze_standin import StandIn

pytestmark = pytest.mark.loopback

App = TypeVar("App", cozepy.JWTOAuthApp, cozepy.DeviceOAuthApp, cozepy.WebOAuthApp, cozepy.PKCEOAuthApp)

_QUESTION = [Message.build_user_question_text("Is tea a fruit?")]


@pytest.fixture(scope="module")
def coze(standin: StandIn) -> Iterator[Coze]:
    """A client of the account."""
    with cozepy.SyncHTTPClient() as http:
        yield Coze(auth=TokenAuth(standin.environment["COZE_API_TOKEN"]), base_url=standin.url, http_client=http)


@pytest.fixture
def bot(standin: StandIn) -> str:
    """The main bot."""
    return standin.environment["COZE_BOT_ID"]


@pytest.fixture
def space(standin: StandIn) -> str:
    """The team workspace."""
    return standin.environment["COZE_WORKSPACE_ID"]


@pytest.fixture
def workflow(standin: StandIn) -> str:
    """The main workflow."""
    return standin.environment["COZE_WORKFLOW_ID"]


def test_users_and_workspaces(coze: Coze, space: str) -> None:
    """users.me, workspaces.list and the members, whose list cozepy can never read."""
    me = coze.users.me()
    assert me.user_id
    assert me.response.logid
    assert space in [workspace.id for workspace in coze.workspaces.list().items]
    member = cozepy.WorkspaceMember(user_id=me.user_id, role_type=cozepy.WorkspaceRoleType.MEMBER)
    added = coze.workspaces.members.create(workspace_id=space, users=[member])
    assert added.already_joined_user_ids == [me.user_id]
    removed = coze.workspaces.members.delete(workspace_id=space, user_ids=[me.user_id])
    assert removed.owner_not_support_remove_user_ids == [me.user_id]
    with pytest.raises(ValidationError):
        coze.workspaces.members.list(workspace_id=space)


@pytest.mark.parametrize("version", [1, 2])
def test_bots_are_listed_and_read(coze: Coze, space: str, bot: str, version: int) -> None:
    """bots.list over at least three pages and bots.retrieve, in both versions."""
    listed = coze.bots.list(space_id=space, page_size=2, use_api_version=version)
    pages = list(listed.iter_pages())
    ids = [one.id for page in pages for one in page.items]
    assert len(pages) >= 3
    assert len(ids) == len(set(ids)) == listed.total
    assert bot in ids
    assert coze.bots.retrieve(bot_id=bot, use_api_version=version).bot_id == bot


def test_a_bot_is_made_and_published(coze: Coze, space: str) -> None:
    """bots.create, update, publish and unpublish."""
    made = coze.bots.create(space_id=space, name="New", prompt_info=cozepy.BotPromptInfo(prompt="Be kind."))
    coze.bots.update(bot_id=made.bot_id, name="Newer")
    assert coze.bots.publish(bot_id=made.bot_id).version
    assert coze.bots.retrieve(bot_id=made.bot_id).name == "Newer"
    coze.bots.unpublish(bot_id=made.bot_id, connector_id="1024")
    with pytest.raises(cozepy.CozeAPIError, match="4015"):
        coze.bots.retrieve(bot_id=made.bot_id)


def test_a_chat_is_polled(coze: Coze, bot: str) -> None:
    """chat.create_and_poll polls at least once, and finds the answer and a usage that adds up."""
    begun = time.monotonic()
    poll = coze.chat.create_and_poll(bot_id=bot, user_id="me", additional_messages=_QUESTION)
    assert time.monotonic() - begun > 0.9
    assert poll.chat.status == ChatStatus.COMPLETED
    assert poll.chat.usage
    assert poll.chat.usage.token_count == poll.chat.usage.input_count + poll.chat.usage.output_count
    assert poll.messages
    assert "Is tea a fruit?" in poll.messages[0].content


def test_a_chat_is_streamed(coze: Coze, bot: str) -> None:
    """chat.stream gives deltas that make up the answer, and ends completed."""
    events = list(coze.chat.stream(bot_id=bot, user_id="me", additional_messages=_QUESTION))
    deltas = [
        one.message.content for one in events if one.event == ChatEventType.CONVERSATION_MESSAGE_DELTA and one.message
    ]
    answer = next(one.message for one in events if one.event == ChatEventType.CONVERSATION_MESSAGE_COMPLETED)
    assert answer
    assert "".join(deltas) == answer.content
    assert events[-1].event == ChatEventType.CONVERSATION_CHAT_COMPLETED


def test_a_spoken_question_is_answered_aloud(coze: Coze, bot: str) -> None:
    """chat.stream of a message that holds a sound gives audio deltas too."""
    asked = [Message.build_user_question_objects([MessageObjectString.build_audio(file_id="1")])]
    events = coze.chat.stream(bot_id=bot, user_id="me", additional_messages=asked)
    sounds = [one.message for one in events if one.event == ChatEventType.CONVERSATION_AUDIO_DELTA]
    assert sounds
    assert all(one and one.content and one.content_type == "audio" for one in sounds)


def test_a_chat_waits_for_a_tool_and_is_cancelled(coze: Coze, bot: str) -> None:
    """chat.submit_tool_outputs in a stream and in one piece, chat.retrieve and chat.cancel."""
    for stream in (True, False):
        asked: Any = {"bot_id": bot, "user_id": "me", "additional_messages": _QUESTION, "parameters": {"tool": True}}
        chat = [event.chat for event in coze.chat.stream(**asked) if event.chat][-1]
        assert chat.status == ChatStatus.REQUIRES_ACTION
        assert chat.required_action
        assert chat.required_action.submit_tool_outputs
        call = chat.required_action.submit_tool_outputs.tool_calls[0]
        where = {"conversation_id": chat.conversation_id, "chat_id": chat.id}
        outputs = [cozepy.ToolOutput(tool_call_id=call.id, output="42")]
        going_on: Any = coze.chat.submit_tool_outputs(**where, tool_outputs=outputs, stream=stream)
        if stream:
            assert list(going_on)[-1].event == ChatEventType.CONVERSATION_CHAT_COMPLETED
            assert coze.chat.retrieve(**where).status == ChatStatus.COMPLETED
        else:
            assert going_on.status == ChatStatus.IN_PROGRESS
            assert coze.chat.cancel(**where).status == ChatStatus.CANCELED


def test_conversations_and_messages(coze: Coze, bot: str) -> None:
    """conversations.* with its messages and feedback."""
    made = coze.conversations.create(bot_id=bot, name="Plans", messages=_QUESTION)
    assert made.id in [one.id for one in coze.conversations.list(bot_id=bot)]
    assert coze.conversations.retrieve(conversation_id=made.id).id == made.id
    assert coze.conversations.update(conversation_id=made.id, name="Better").name == "Better"
    assert coze.conversations.clear(conversation_id=made.id).conversation_id == made.id
    messages = coze.conversations.messages
    asked: Any = {"role": cozepy.MessageRole.USER, "content_type": cozepy.MessageContentType.TEXT}
    message = messages.create(conversation_id=made.id, content="one", **asked)
    one: Any = {"conversation_id": made.id, "message_id": message.id}
    assert messages.update(**one, content="two").content == "two"
    assert messages.retrieve(**one).content == "two"
    assert [found.content for found in messages.list(conversation_id=made.id, limit=1)] == ["two", "Is tea a fruit?"]
    messages.feedback.create(**one, feedback_type=cozepy.FeedbackType.LIKE)
    messages.feedback.delete(**one)
    assert messages.delete(**one).id == message.id
    coze.conversations.delete(conversation_id=made.id)
    with pytest.raises(cozepy.CozeAPIError, match="4200"):
        coze.conversations.retrieve(conversation_id=made.id)


def test_workflows(coze: Coze, space: str, workflow: str) -> None:
    """workflows.retrieve, list and versions.list."""
    assert coze.workflows.retrieve(workflow_id=workflow).workflow_detail.workflow_id == workflow
    modes: Any = {"workflow_mode": cozepy.WorkflowMode.WORKFLOW, "publish_status": cozepy.PublishStatus.ALL}
    listed = coze.workflows.list(workspace_id=space, page_size=1, **modes)
    assert workflow in [one.workflow_id for one in listed]
    assert len(list(coze.workflows.versions.list(workflow_id=workflow, page_size=1))) >= 2


def test_workflow_runs(coze: Coze, workflow: str) -> None:
    """workflows.runs.create in one piece and in the background, with histories and nodes."""
    run = coze.workflows.runs.create(workflow_id=workflow, parameters={"input": "tea"})
    assert run.data
    assert "tea" in run.data
    assert run.execute_id
    assert run.debug_url
    histories = coze.workflows.runs.run_histories
    background = coze.workflows.runs.create(workflow_id=workflow, parameters={"fail": True}, is_async=True)
    late: Any = {"workflow_id": workflow, "execute_id": background.execute_id}
    assert histories.retrieve(**late).execute_status == WorkflowExecuteStatus.RUNNING
    done = histories.retrieve(workflow_id=workflow, execute_id=run.execute_id)
    assert done.execute_status == WorkflowExecuteStatus.SUCCESS
    assert done.node_execute_status
    for node in done.node_execute_status.values():
        uuid: Any = {"node_execute_uuid": node.node_execute_uuid}
        assert histories.execute_nodes.retrieve(workflow_id=workflow, execute_id=run.execute_id, **uuid).is_finish
    time.sleep(0.4)
    failed = histories.retrieve(**late)
    assert (failed.execute_status, failed.error_code) == (WorkflowExecuteStatus.FAIL, 720701013)
    with pytest.raises(cozepy.CozeAPIError, match="code: 4314"):
        histories.retrieve(workflow_id=workflow, execute_id="7400000000000000001")


def test_workflow_streams(coze: Coze, workflow: str) -> None:
    """workflows.runs.stream to its end, to an error, and over an interrupt with resume; workflows.chat.stream."""
    ended = list(coze.workflows.runs.stream(workflow_id=workflow))
    assert [event.id for event in ended] == list(range(len(ended)))
    assert ended[-1].message
    assert ended[-1].message.node_is_finish
    failed = list(coze.workflows.runs.stream(workflow_id=workflow, parameters={"fail": True}))
    assert failed[-1].event == WorkflowEventType.ERROR
    asking = list(coze.workflows.runs.stream(workflow_id=workflow, parameters={"interrupt": True}))[-1].interrupt
    assert asking
    resume: Any = {"event_id": asking.interrupt_data.event_id, "interrupt_type": asking.interrupt_data.type}
    rest = list(coze.workflows.runs.resume(workflow_id=workflow, resume_data="blue", **resume))
    assert rest[-1].message
    assert "blue" in rest[-1].message.content
    chat = list(coze.workflows.chat.stream(workflow_id=workflow, additional_messages=_QUESTION))
    assert chat[-1].event == ChatEventType.CONVERSATION_CHAT_COMPLETED


def _text(name: str = "plan.txt") -> cozepy.DocumentBase:
    return cozepy.DocumentBase(name=name, source_info=cozepy.DocumentSourceInfo.build_local_file("Tea is no fruit."))


def test_knowledge_bases(coze: Coze, space: str) -> None:
    """datasets.create, list, update, process and delete: a document is polled until it is processed."""
    made: Any = {"space_id": space, "format_type": cozepy.DocumentFormatType.DOCUMENT}
    ids = [coze.datasets.create(name=f"Tea {number}", description="d", **made).dataset_id for number in range(3)]
    listed = coze.datasets.list(space_id=space, name="tea", format_type=cozepy.DocumentFormatType.DOCUMENT, page_size=2)
    assert (listed.total, [one.dataset_id for one in listed]) == (3, ids[::-1])
    coze.datasets.update(dataset_id=ids[0], name="Better tea")
    (shown,) = coze.datasets.list(space_id=space, name="better")
    assert (shown.dataset_id, shown.description, shown.status) == (ids[0], "", cozepy.DatasetStatus.ENABLED)
    (document,) = coze.datasets.documents.create(dataset_id=ids[0], document_bases=[_text()])
    asked: Any = {"dataset_id": ids[0], "document_ids": [document.document_id]}
    polls = [*coze.datasets.process(**asked)]
    while polls[-1].status is cozepy.DocumentStatus.PROCESSING:
        time.sleep(0.2)
        polls += coze.datasets.process(**asked)
    assert len(polls) > 1
    assert [one.progress for one in polls] == sorted(one.progress for one in polls)
    assert (polls[-1].status, polls[-1].progress) == (cozepy.DocumentStatus.COMPLETED, 100)
    for dataset_id in ids:
        coze.datasets.delete(dataset_id=dataset_id)
    with pytest.raises(cozepy.CozeAPIError, match="4200"):
        coze.datasets.delete(dataset_id=ids[0])


def test_documents(coze: Coze, space: str) -> None:
    """datasets.documents.* and the deprecated knowledge.documents.* of the same wire; a rule cannot be sent."""
    made: Any = {"space_id": space, "format_type": cozepy.DocumentFormatType.DOCUMENT}
    dataset = coze.datasets.create(name="Tea", **made).dataset_id
    with pytest.warns(DeprecationWarning, match="deprecated"):
        knowledge = coze.knowledge.documents
    created = coze.datasets.documents.create(dataset_id=dataset, document_bases=[_text(), _text("b.txt")])
    with pytest.warns(DeprecationWarning, match="deprecated"):
        third = knowledge.create(dataset_id=dataset, document_bases=[_text("c.txt")])
    ids = [one.document_id for one in (*created, *third)]
    listed = coze.datasets.documents.list(dataset_id=dataset, page_size=2)
    assert (listed.total, [one.document_id for one in listed]) == (3, ids)
    coze.datasets.documents.update(document_id=ids[0], document_name="d.txt")
    coze.datasets.documents.delete(document_ids=ids[1:])
    with pytest.warns(DeprecationWarning, match="deprecated"):
        assert [one.name for one in knowledge.list(dataset_id=dataset)] == ["d.txt"]
    with pytest.raises(TypeError, match="not JSON serializable"):
        coze.datasets.documents.update(
            document_id=ids[0], update_rule=cozepy.DocumentUpdateRule.build_auto_update(interval=24)
        )
    coze.datasets.delete(dataset_id=dataset)


def test_images(coze: Coze, space: str) -> None:
    """datasets.images.update and list."""
    image_type = cozepy.DocumentFormatType.IMAGE
    dataset = coze.datasets.create(name="Tea", space_id=space, format_type=image_type).dataset_id
    file = coze.files.upload(file=("leaf.png", b"12345"))
    base = cozepy.DocumentBase(name="leaf", source_info=cozepy.DocumentSourceInfo.build_file_id(file.id))
    (image,) = coze.datasets.documents.create(dataset_id=dataset, document_bases=[base], format_type=image_type)
    time.sleep(1.5)
    (found,) = coze.datasets.images.list(dataset_id=dataset, has_caption=True)
    assert (found.document_id, found.source_type) == (image.document_id, cozepy.DocumentSourceType.UPLOAD_FILE_ID)
    coze.datasets.images.update(dataset_id=dataset, document_id=image.document_id, caption="A leaf")
    assert [one.caption for one in coze.datasets.images.list(dataset_id=dataset, keyword="leaf")] == ["A leaf"]
    coze.datasets.delete(dataset_id=dataset)


async def test_knowledge_bases_in_the_async_half(standin: StandIn, space: str) -> None:
    """AsyncCoze makes, lists, fills, asks, changes and deletes the same; its upload names no kind of document."""
    auth = cozepy.AsyncTokenAuth(standin.environment["COZE_API_TOKEN"])
    async with cozepy.AsyncHTTPClient() as http:
        datasets = cozepy.AsyncCoze(auth=auth, base_url=standin.url, http_client=http).datasets
        image_type = cozepy.DocumentFormatType.IMAGE
        dataset = (await datasets.create(name="Tea", space_id=space, format_type=image_type)).dataset_id
        await datasets.update(dataset_id=dataset, name="Better tea")
        assert [one.dataset_id async for one in await datasets.list(space_id=space, name="better")] == [dataset]
        (image,) = await datasets.documents.create(dataset_id=dataset, document_bases=[_text()])
        assert image.format_type is image_type
        one: Any = {"dataset_id": dataset, "document_id": image.document_id}
        await datasets.images.update(**one, caption="A leaf")
        assert [each.document_id async for each in await datasets.images.list(dataset_id=dataset)] == [
            image.document_id
        ]
        (poll,) = await datasets.process(dataset_id=dataset, document_ids=[image.document_id])
        assert poll.status is cozepy.DocumentStatus.PROCESSING
        await datasets.documents.update(document_id=image.document_id, document_name="leaf")
        assert [each.name async for each in await datasets.documents.list(dataset_id=dataset)] == ["leaf"]
        await datasets.documents.delete(document_ids=[image.document_id])
        await datasets.delete(dataset_id=dataset)


def test_files(coze: Coze) -> None:
    """files.upload and files.retrieve."""
    made = coze.files.upload(file=("plan.txt", "你好".encode()))
    assert (made.file_name, made.bytes) == ("plan.txt", 6)
    assert coze.files.retrieve(file_id=made.id).id == made.id


def test_a_signed_jwt_gets_a_token(standin: StandIn, coze: Coze) -> None:
    """JWTOAuthApp gets a token that opens the account; a key that is not the app's does not."""
    app = standin.oauth()
    keys: Any = {"client_id": app["client_id"], "public_key_id": app["public_key_id"], "base_url": standin.url}
    with _closed(cozepy.JWTOAuthApp(private_key=app["private_key"], **keys)) as right:
        token = right.get_access_token(ttl=900)
    assert token.expires_in > time.time()
    assert token.access_token in [value for _, value in standin.canaries()]
    me = httpx.get(f"{standin.url}/v1/users/me", headers={"Authorization": f"Bearer {token.access_token}"})
    assert me.json()["data"]["user_id"] == coze.users.me().user_id
    foreign = cozepy.JWTOAuthApp(private_key=_foreign_key(), **keys)
    with _closed(foreign), pytest.raises(cozepy.CozeAPIError, match="4100"):
        foreign.get_access_token(ttl=900)


def test_a_device_gets_a_token(standin: StandIn) -> None:
    """A device code is pending, then granted, and then used up."""
    client_id = standin.oauth()["client_id"]
    with _closed(cozepy.DeviceOAuthApp(client_id=client_id, base_url=standin.url)) as app:
        code = app.get_device_code()
        assert code.user_code
        with pytest.raises(cozepy.CozePKCEAuthError, match="authorization_pending"):
            app.get_access_token(device_code=code.device_code)
        token = app.get_access_token(device_code=code.device_code)
        assert app.refresh_access_token(token.refresh_token).access_token
        with pytest.raises(cozepy.CozePKCEAuthError, match="expired_token"):
            app.get_access_token(device_code=code.device_code)
        assert app.get_device_code(workspace_id=standin.environment["COZE_WORKSPACE_ID"]).device_code


def test_a_web_app_gets_a_token_once(standin: StandIn) -> None:
    """A web app shows its secret; a code that is used, and a wrong secret, are refused."""
    known = standin.oauth()
    common: Any = {"client_id": known["client_id"], "base_url": standin.url}
    given: Any = {"redirect_uri": "https://here.invalid", "code": known["code"]}
    wrong = cozepy.WebOAuthApp(client_secret="wrong", **common)
    with _closed(wrong), pytest.raises(cozepy.CozeAPIError, match="4100"):
        wrong.get_access_token(**given)
    with _closed(cozepy.WebOAuthApp(client_secret=known["client_secret"], **common)) as app:
        refresh = app.get_access_token(**given).refresh_token
        with pytest.raises(cozepy.CozeAPIError, match="4100"):
            app.get_access_token(**given)
        assert app.refresh_access_token(refresh).token_type == "Bearer"


def test_a_pkce_app_gets_a_token_once(standin: StandIn) -> None:
    """A PKCE app shows its verifier; a code that is used is refused."""
    known = standin.oauth()
    given: Any = {"redirect_uri": "https://here.invalid", "code": known["code"], "code_verifier": "verifier"}
    with _closed(cozepy.PKCEOAuthApp(client_id=known["client_id"], base_url=standin.url)) as app:
        assert app.get_access_token(**given).token_type == "Bearer"
        with pytest.raises(cozepy.CozeAPIError, match="4100"):
            app.get_access_token(**given)


@contextmanager
def _closed(app: App) -> Iterator[App]:
    """The app, its connections closed at the end: it takes no client, and its own is reached by a private name only."""
    try:
        yield app
    finally:
        app._requester.sync_client.close()


def _foreign_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def test_what_a_failed_test_has_made_is_taken_away(standin: StandIn, space: str, bot: str) -> None:
    """Each kind of thing that Coze makes and takes away, but for the one that was taken away already."""
    answers: list[httpx.Response] = []
    variables = standin.environment
    with cozepy.SyncHTTPClient(event_hooks={"response": [answers.append]}) as http:
        coze = Coze(auth=TokenAuth(variables["COZE_API_TOKEN"]), base_url=standin.url, http_client=http)
        gone, left = (coze.conversations.create(bot_id=bot).id for _ in range(2))
        coze.conversations.delete(conversation_id=gone)
        kind = cozepy.DocumentFormatType.DOCUMENT
        made = coze.datasets.create(name="left", space_id=space, format_type=kind).dataset_id
        app = coze.api_apps.create(app_type=cozepy.AppType.NORMAL, name="left").id
        group = coze.audio.voiceprint_groups.create(name="left").id
        draft = coze.bots.create(space_id=space, name="left").bot_id
        coze.bots.publish(bot_id=draft)
        user = cozepy.WorkspaceMember(user_id=variables["COZE_MEMBER_ID"], role_type=cozepy.WorkspaceRoleType.MEMBER)
        coze.workspaces.members.create(workspace_id=space, users=[user])
        enterprise = variables["COZE_ENTERPRISE_ID"]
        guest = cozepy.EnterpriseMember(
            user_id=variables["COZE_GUEST_ID"], role=cozepy.EnterpriseMemberRole.ENTERPRISE_MEMBER
        )
        coze.enterprises.members.create(enterprise_id=enterprise, users=[guest])
        with pytest.raises(cozepy.CozeAPIError):
            coze.conversations.create(bot_id="7000000000000000001")
        expected = {left, made, app, group, draft, user.user_id, guest.user_id}
        before = len(answers)
        remove_leftovers(coze, list(answers))
        taken = " ".join(f"{each.request.url.path} {each.request.read().decode()}" for each in answers[before:])
        assert {each for each in (*expected, gone) if each in taken} == expected
        assert all(each.json()["code"] == 0 for each in answers[before:])
        assert [*leftovers(answers)] == []
