"""The client itself: how it is made, what it sends with every call, and what it makes of answers that go wrong.

Covered beside that: who the token belongs to, the workspaces, files; errors of Coze, of the gateway in front of it and
of the connection. What a single area (bots, chat, workflows) does beyond that is in its own module.
"""

from __future__ import annotations

import inspect
import json
import logging
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Any

import httpx
import pytest
from cozepy import (
    COZE_CN_BASE_URL,
    COZE_COM_BASE_URL,
    VERSION,
    AsyncCoze,
    AsyncHTTPClient,
    AsyncTokenAuth,
    Coze,
    CozeAPIError,
    CozeError,
    CozeInvalidEventError,
    CozePKCEAuthError,
    Stream,
    SyncHTTPClient,
    TokenAuth,
    setup_logging,
)
from cozepy.log import logger
from pydantic import ValidationError

from api.tests.coze.assertions import (
    NOWHERE,
    PAGES,
    WRONG_TOKEN,
    Check,
    Fault,
    MakeAsyncClient,
    MakeAsyncCoze,
    MakeClient,
    MakeCoze,
    MakeResponse,
    Sent,
    first_pages,
)
from coze_cassettes import SentRequest

AREAS = (
    *("api_apps", "apps", "audio", "bots", "chat", "connectors", "conversations", "datasets", "enterprises", "files"),
    *("folders", "templates", "users", "variables", "websockets", "workflows", "workspaces"),
)
"""What hangs below a client: ``api_apps`` is an ``APIAppsClient``, or an ``AsyncAPIAppsClient``."""


class TestCozeClientInitialization:
    def test_sync_client_init(self, mocked: MakeCoze) -> None:
        """Given a token
        When a client is made and its areas are asked for
        Then each area is made once, and nothing is sent.
        """
        coze = mocked(AssertionError("sent"))

        areas = [getattr(coze, name) for name in AREAS]

        assert [type(area).__name__.lower() for area in areas] == [f"{name.replace('_', '')}client" for name in AREAS]
        assert all(getattr(coze, name) is area for name, area in zip(AREAS, areas, strict=True))

    async def test_async_client_init(self, async_mocked: MakeAsyncCoze) -> None:
        """Given a token
        When an async client is made and its areas are asked for
        Then each area is made once, and nothing is sent.
        """
        coze = async_mocked(AssertionError("sent"))

        areas = [getattr(coze, name) for name in AREAS]

        kinds = [type(area).__name__.lower() for area in areas]
        assert kinds == [f"async{name.replace('_', '')}client" for name in AREAS]
        assert all(getattr(coze, name) is area for name, area in zip(AREAS, areas, strict=True))

    @pytest.mark.filterwarnings("ignore:The 'coze.knowledge:DeprecationWarning")
    def test_every_area_is_made_once(self, mocked: MakeCoze, async_mocked: MakeAsyncCoze) -> None:
        """Given a sync and an async client
        When everything that hangs below them is asked for twice, to the last level
        Then the same objects come again, but for those below websockets, and both clients have the same areas.
        """
        coze, async_coze = (make(AssertionError("sent")) for make in (mocked, async_mocked))
        for client in (coze, async_coze):
            once, again = areas_of(client), areas_of(client)
            assert once.keys() == again.keys()
            anew = [path for path in once if once[path] is not again[path]]
            assert [path for path in anew if not path.startswith("websockets.")] == []

        assert areas_of(coze).keys() == areas_of(async_coze).keys()
        assert {"bots", "chat.messages", "workflows.runs.run_histories.execute_nodes"} <= areas_of(coze).keys()

    @pytest.mark.vcr
    def test_client_properties(
        self, coze: Coze, sent_requests: list[SentRequest], mock_coze_api_token: str, mock_coze_base_url: str
    ) -> None:
        """Given a client, which keeps its base URL and its token private
        When it calls Coze
        Then both are seen on the wire.
        """
        coze.users.me()

        [request] = sent_requests
        assert request.url == f"{mock_coze_base_url}/v1/users/me"
        assert bears(request, mock_coze_api_token)

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_client_properties")
    async def test_async_client_properties(
        self, async_coze: AsyncCoze, sent_requests: list[SentRequest], mock_coze_api_token: str, mock_coze_base_url: str
    ) -> None:
        """Given an async client
        When it calls Coze
        Then its base URL and its token are seen on the wire as the sync client's are.
        """
        await async_coze.users.me()

        [request] = sent_requests
        assert request.url == f"{mock_coze_base_url}/v1/users/me"
        assert bears(request, mock_coze_api_token)

    @pytest.mark.parametrize("auth", [TokenAuth, AsyncTokenAuth])
    def test_empty_token_is_refused(self, auth: Callable[[str], object]) -> None:
        """Given no token
        When an auth is made from it
        Then it is refused before anything is sent.
        """
        with pytest.raises(AssertionError):
            auth("")

    async def test_sync_auth_in_an_async_client_is_deprecated(
        self,
        mock_coze_api_token: str,
        mock_async_httpx_client: MakeAsyncClient,
        mock_successful_response: MakeResponse,
    ) -> None:
        """Given the auth of a sync client
        When an async client is made with it, and calls Coze
        Then a warning says what to use, and the token is sent all the same.
        """
        sent = Sent(mock_successful_response(OWNER))
        with pytest.warns(DeprecationWarning, match=r"coze\.AsyncAuth"):
            coze = AsyncCoze(auth=TokenAuth(mock_coze_api_token), http_client=mock_async_httpx_client(sent))
        await coze.users.me()

        bearer = sent.requests[0].headers["Authorization"] == f"Bearer {mock_coze_api_token}"
        assert bearer

    def test_async_auth_in_a_sync_client_sends_no_token(
        self, mock_coze_api_token: str, mock_httpx_client: MakeClient, mock_successful_response: MakeResponse
    ) -> None:
        """Given the auth of an async client
        When a sync client is made with it, and calls Coze
        Then nothing warns, and the request goes out without the token: a trap.
        """
        sent = Sent(mock_successful_response(OWNER))
        Coze(auth=AsyncTokenAuth(mock_coze_api_token), http_client=mock_httpx_client(sent)).users.me()

        assert sent.requests[0].headers["Authorization"].strip() == "Bearer"


class TestCozeClientConfiguration:
    @pytest.mark.vcr
    def test_custom_http_client_timeout(self, mock_coze_api_token: str, shared_ssl_context: ssl.SSLContext) -> None:
        """Given HTTP clients without and with a timeout of their own
        When Coze is called through them
        Then the requests go out with ten minutes (five seconds for connecting), and with that timeout.
        """
        requests: list[httpx.Request] = []
        hooks = {"request": [requests.append]}
        for options in ({}, {"timeout": httpx.Timeout(30, connect=3)}):
            with SyncHTTPClient(verify=shared_ssl_context, event_hooks=hooks, **options) as client:
                Coze(auth=TokenAuth(mock_coze_api_token), http_client=client).users.me()

        assert [request.extensions["timeout"] for request in requests] == [
            {"connect": 5, "read": 600, "write": 600, "pool": 600},
            {"connect": 3, "read": 30, "write": 30, "pool": 30},
        ]

    @pytest.mark.vcr
    def test_logging_setup(
        self,
        coze: Coze,
        answers: list[httpx.Response],
        sdk_log: list[logging.LogRecord],
        mock_coze_api_token: str,
    ) -> None:
        """Given logging at DEBUG
        When Coze is called
        Then the log has the request and the answer with its logid, and never the token.
        """
        setup_logging(logging.DEBUG)

        coze.users.me()

        sending, responding = [record.getMessage() for record in sdk_log]
        url = f"{COZE_COM_BASE_URL}/v1/users/me"
        assert sending.startswith(f"request GET#{url} sending")
        assert responding.startswith(f"request GET#{url} responding, logid={logid_of(answers[-1])}")
        token_logged = mock_coze_api_token in sending + responding
        assert not token_logged

    def test_logging_level_is_checked(self, sdk_log: list[logging.LogRecord]) -> None:
        """Given the default level, WARNING
        When logging is set up with a level that Python does not know
        Then it is refused and the level stays.
        """
        with pytest.raises(ValueError, match="invalid log level: 15"):
            setup_logging(15)

        assert logger.level == logging.WARNING

    @pytest.mark.vcr
    def test_base_url_variations(
        self, mock_coze_api_token: str, shared_ssl_context: ssl.SSLContext, sent_requests: list[SentRequest]
    ) -> None:
        """Given the base URLs of both regions, and one with a slash at its end
        When Coze is called
        Then each request goes to its region.
        """
        with SyncHTTPClient(verify=shared_ssl_context) as client:
            for base_url in (COZE_COM_BASE_URL, f"{COZE_COM_BASE_URL}/", COZE_CN_BASE_URL):
                Coze(auth=TokenAuth(mock_coze_api_token), base_url=base_url, http_client=client).users.me()

        assert [request.url for request in sent_requests] == [
            "https://api.coze.com/v1/users/me",
            "https://api.coze.com/v1/users/me",
            "https://api.coze.cn/v1/users/me",
        ]

    @pytest.mark.vcr
    def test_authentication_headers(
        self, coze: Coze, sent_requests: list[SentRequest], mock_coze_api_token: str
    ) -> None:
        """Given headers of the caller, among them an Authorization
        When Coze is called with them
        Then the client's own token was really sent, with the caller's other headers and with who calls.
        """
        coze.users.me(headers={"Authorization": "Bearer another", "X-Caller": "suite"})

        [request] = sent_requests
        assert bears(request, mock_coze_api_token)
        assert request.headers["X-Caller"] == "suite"
        assert request.headers["User-Agent"].startswith(f"cozepy/{VERSION} python/")
        assert json.loads(request.headers["X-Coze-Client-User-Agent"])["version"] == VERSION
        assert not any(name in request.headers for name in ("Accept", "Accept-Encoding", "Cookie"))

    @pytest.mark.vcr
    def test_logid_extraction(self, coze: Coze, answers: list[httpx.Response]) -> None:
        """Given an answer of Coze with a logid in its header
        When the model is asked for the logid
        Then it is the header's.
        """
        user = coze.users.me()

        assert user.response.logid == logid_of(answers[-1])
        assert user.response.logid

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_logid_extraction")
    async def test_async_logid_extraction(self, async_coze: AsyncCoze, answers: list[httpx.Response]) -> None:
        """Given the same answer to the async client
        When the model is asked for the logid
        Then it is the header's.
        """
        user = await async_coze.users.me()

        assert user.response.logid == logid_of(answers[-1])
        assert user.response.logid

    @pytest.mark.vcr
    def test_invalid_token_handling(self, shared_ssl_context: ssl.SSLContext, sent_requests: list[SentRequest]) -> None:
        """Given a token that Coze never gave out
        When Coze is called with it
        Then the refusal is a CozeAPIError with code 4100 and a logid.
        """
        with SyncHTTPClient(verify=shared_ssl_context) as client, pytest.raises(CozeAPIError) as refused:
            Coze(auth=TokenAuth(WRONG_TOKEN), http_client=client).users.me()

        assert bears(sent_requests[0], WRONG_TOKEN)
        assert refused.value.code == 4100
        assert refused.value.msg
        assert refused.value.logid

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_invalid_token_handling")
    async def test_async_invalid_token_handling(
        self, shared_ssl_context: ssl.SSLContext, sent_requests: list[SentRequest]
    ) -> None:
        """Given a token that Coze never gave out
        When the async client calls with it
        Then the refusal is the same.
        """
        async with AsyncHTTPClient(verify=shared_ssl_context) as client:
            coze = AsyncCoze(auth=AsyncTokenAuth(WRONG_TOKEN), http_client=client)
            with pytest.raises(CozeAPIError) as refused:
                await coze.users.me()

        assert bears(sent_requests[0], WRONG_TOKEN)
        assert refused.value.code == 4100
        assert refused.value.logid


class TestAccount:
    @pytest.mark.vcr
    def test_users_me(self, coze: Coze) -> None:
        """Given a token
        When its owner is asked for
        Then a user comes back with an id, a name and a picture.
        """
        user = coze.users.me()

        assert user.user_id
        assert user.user_name
        assert isinstance(user.nick_name, str)
        assert user.avatar_url.startswith("https://")

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_users_me")
    async def test_async_users_me(self, async_coze: AsyncCoze) -> None:
        """Given a token
        When the async client asks for its owner
        Then the same user comes back.
        """
        user = await async_coze.users.me()

        assert user.user_id
        assert user.user_name
        assert user.avatar_url.startswith("https://")

    @pytest.mark.vcr
    def test_list_workspaces(self, coze: Coze, sent_requests: list[SentRequest], mock_workspace_id: str) -> None:
        """Given an account that is in at least one workspace
        When its workspaces are listed page by page
        Then each comes once, as many as the total says, and the configured one is among them.
        """
        listing = coze.workspaces.list(page_size=20)

        ids = [workspace.id for workspace in listing]
        assert len(ids) == len(set(ids)) == listing.total
        assert mock_workspace_id in ids
        pages = -(-listing.total // 20)
        asked = [dict(request.params) for request in sent_requests]
        assert asked == [{"page_size": "20", "page_num": str(number)} for number in range(1, pages + 1)]

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_list_workspaces")
    async def test_async_list_workspaces(self, async_coze: AsyncCoze, mock_workspace_id: str) -> None:
        """Given an account that is in at least one workspace
        When the async client lists its workspaces
        Then each comes once, as many as the total says.
        """
        listing = await async_coze.workspaces.list(page_size=20)

        ids = [workspace.id async for workspace in listing]
        assert len(ids) == len(set(ids)) == listing.total
        assert mock_workspace_id in ids

    @pytest.mark.vcr
    def test_list_workspaces_one_a_page(self, coze: Coze) -> None:
        """Given an account that is in at least one workspace
        When one workspace is asked for
        Then one comes, and has_more says whether the total is larger.
        """
        page = coze.workspaces.list(page_num=1, page_size=1)

        [workspace] = page.items
        assert workspace.id
        assert workspace.name
        assert workspace.role_type in {"owner", "admin", "member"}
        assert workspace.workspace_type in {"personal", "team"}
        assert page.has_more is (page.total > 1)

    @pytest.mark.vcr
    def test_list_workspaces_in_pages(self, coze: Coze, sent_requests: list[SentRequest]) -> None:
        """Given an account that is in at least one workspace
        When its workspaces are listed one a page
        Then each page is one request and holds one workspace, as many as the total says, three at most are turned.
        """
        listing = coze.workspaces.list(page_size=1)
        pages = list(islice(listing.iter_pages(), 3))

        assert [len(page.items) for page in pages] == [1] * min(3, listing.total)
        assert len({workspace.id for page in pages for workspace in page.items}) == len(pages)
        assert [dict(request.params)["page_num"] for request in sent_requests] == [
            str(number) for number in range(1, len(pages) + 1)
        ]

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_list_workspaces_in_pages")
    async def test_async_list_workspaces_in_pages(self, async_coze: AsyncCoze) -> None:
        """Given an account that is in at least one workspace
        When the async client lists its workspaces one a page
        Then the wire is that of the sync client, and so are the workspaces.
        """
        listing = await async_coze.workspaces.list(page_size=1)
        ids = [workspace.id for page in await first_pages(listing) for workspace in page.items]

        assert len(set(ids)) == len(ids) == min(PAGES, listing.total)


class TestFiles:
    TABLE = "cassette,磁带 📼\n".encode()
    PICTURE = (
        b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00"
        b",\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
    )

    @pytest.mark.vcr
    def test_upload_and_retrieve_file(self, coze: Coze, sent_requests: list[SentRequest]) -> None:
        """Given a table
        When it is uploaded and then asked for
        Then Coze knows its name, its size and when it came, under the id of the upload.
        """
        before = int(time.time())
        uploaded = coze.files.upload(file=("cassette.csv", self.TABLE))
        found = coze.files.retrieve(file_id=uploaded.id)

        assert self.TABLE in sent_requests[0].body
        assert sent_requests[1].params == [("file_id", uploaded.id)]
        assert uploaded.bytes == len(self.TABLE)
        assert uploaded.file_name == "cassette.csv"
        assert abs((uploaded.created_at or 0) - before) < 300
        assert found.model_dump() == uploaded.model_dump()

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_upload_and_retrieve_file")
    async def test_async_upload_and_retrieve_file(
        self, async_coze: AsyncCoze, sent_requests: list[SentRequest]
    ) -> None:
        """Given the same file
        When the async client uploads it and asks for it
        Then it comes to the same, though the multipart boundary is another.
        """
        uploaded = await async_coze.files.upload(file=("cassette.csv", self.TABLE))
        found = await async_coze.files.retrieve(file_id=uploaded.id)

        assert self.TABLE in sent_requests[0].body
        assert uploaded.bytes == len(self.TABLE)
        assert found.model_dump() == uploaded.model_dump()

    @pytest.mark.vcr
    def test_upload_picture(self, coze: Coze, sent_requests: list[SentRequest]) -> None:
        """Given a picture, whose bytes are not text
        When it is uploaded
        Then every byte arrives, under its name and its type.
        """
        uploaded = coze.files.upload(file=("dot.gif", self.PICTURE))

        head, _, rest = sent_requests[0].body.partition(b"\r\n\r\n")
        assert b'name="file"; filename="dot.gif"\r\nContent-Type: image/gif' in head
        assert rest.startswith(self.PICTURE)
        assert uploaded.bytes == len(self.PICTURE)

    def test_upload_without_a_name(self, mocked: MakeCoze, mock_error_response: MakeResponse) -> None:
        """Given bytes without a file name
        When they are uploaded
        Then their name on the wire is "upload".
        """
        bodies: list[bytes] = []

        def refuse(request: httpx.Request) -> httpx.Response:
            bodies.append(request.read())
            return mock_error_response(4000, "Request parameter error")

        coze = mocked(refuse)
        with pytest.raises(CozeAPIError):
            coze.files.upload(file=b"no name")

        assert b'name="file"; filename="upload"' in bodies[0]

    @pytest.mark.parametrize("kind", [str, Path])
    def test_upload_of_a_missing_file(self, mocked: MakeCoze, kind: Callable[[str], Any]) -> None:
        """Given a path where no file is, as a text or as a path
        When it is uploaded
        Then a ValueError names it, and nothing is sent.
        """
        coze = mocked(AssertionError("sent"))

        with pytest.raises(ValueError, match=r"File not found: nowhere\.txt"):
            coze.files.upload(file=kind("nowhere.txt"))


class TestCozeErrors:
    @pytest.mark.vcr
    @pytest.mark.stand_in_only(reason="a token cannot be made to expire on demand")
    def test_expired_token(self, coze: Coze, fault: Fault, answers: list[httpx.Response]) -> None:
        """Given a token that has expired
        When Coze is called with it
        Then the refusal has a code of its own, 700012006, and the logid of the answer.
        """
        fault("GET", "/v1/users/me", "token-expired")

        with pytest.raises(CozeAPIError) as refused:
            coze.users.me()

        assert answers[-1].status_code == 401
        assert refused.value.code == 700012006
        assert refused.value.logid == logid_of(answers[-1])

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_expired_token")
    async def test_async_expired_token(self, async_coze: AsyncCoze, answers: list[httpx.Response]) -> None:
        """Given a token that has expired
        When the async client calls with it
        Then the refusal is the same.
        """
        with pytest.raises(CozeAPIError) as refused:
            await async_coze.users.me()

        assert refused.value.code == 700012006
        assert refused.value.logid == logid_of(answers[-1])

    @pytest.mark.vcr
    @pytest.mark.stand_in_only(reason="no account is limited on demand")
    def test_rate_limit(
        self, coze: Coze, fault: Fault, answers: list[httpx.Response], sent_requests: list[SentRequest]
    ) -> None:
        """Given Coze at its rate limit, which says how many seconds to wait
        When it is called
        Then the error has code 4008 but not the seconds, and cozepy does not try again by itself.
        """
        fault("GET", "/v1/users/me", "rate-limit", retry_after=7)

        with pytest.raises(CozeAPIError) as refused:
            coze.users.me()

        assert answers[-1].status_code == 429
        assert answers[-1].headers["retry-after"] == "7"
        assert refused.value.code == 4008
        assert refused.value.logid == logid_of(answers[-1])
        assert set(vars(refused.value)) == {"code", "msg", "logid", "debug_url"}
        assert len(sent_requests) == 1

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_rate_limit")
    async def test_async_rate_limit(
        self, async_coze: AsyncCoze, answers: list[httpx.Response], sent_requests: list[SentRequest]
    ) -> None:
        """Given Coze at its rate limit
        When the async client calls it
        Then the error is the same, and there is no second try either.
        """
        with pytest.raises(CozeAPIError) as refused:
            await async_coze.users.me()

        assert answers[-1].headers["retry-after"] == "7"
        assert refused.value.code == 4008
        assert len(sent_requests) == 1

    @pytest.mark.vcr
    @pytest.mark.stand_in_only(reason="no account is limited on demand")
    def test_rate_limit_waited_out(self, coze: Coze, fault: Fault, answers: list[httpx.Response]) -> None:
        """Given Coze at its rate limit
        When the caller reads Retry-After off the answer, waits that long and asks again
        Then it is answered.
        """
        fault("GET", "/v1/users/me", "rate-limit", retry_after=1)
        with pytest.raises(CozeAPIError, match="code: 4008"):
            coze.users.me()

        time.sleep(int(answers[-1].headers["retry-after"]))

        assert coze.users.me().user_id

    @pytest.mark.vcr
    def test_bot_that_does_not_exist(self, coze: Coze, assert_refused: Check) -> None:
        """Given an id that no bot has
        When the bot is retrieved
        Then the error has the code, the text and the logid of the answer.
        """
        with pytest.raises(CozeAPIError) as refused:
            coze.bots.retrieve(bot_id=NOWHERE)

        assert_refused(refused.value)

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_bot_that_does_not_exist")
    async def test_async_bot_that_does_not_exist(self, async_coze: AsyncCoze, assert_refused: Check) -> None:
        """Given an id that no bot has
        When the async client retrieves the bot
        Then the error has the code, the text and the logid of the answer.
        """
        with pytest.raises(CozeAPIError) as refused:
            await async_coze.bots.retrieve(bot_id=NOWHERE)

        assert_refused(refused.value)

    @pytest.mark.vcr
    def test_workspace_that_does_not_exist(self, coze: Coze, assert_refused: Check) -> None:
        """Given an id that no workspace has
        When its bots are listed
        Then list itself raises: the first page is fetched before anybody iterates.
        """
        with pytest.raises(CozeAPIError) as refused:
            coze.bots.list(space_id=NOWHERE)

        assert_refused(refused.value)

    @pytest.mark.vcr
    def test_conversation_that_does_not_exist(self, coze: Coze, assert_refused: Check) -> None:
        """Given an id that no conversation has
        When the conversation is retrieved
        Then the error has the code, the text and the logid of the answer.
        """
        with pytest.raises(CozeAPIError) as refused:
            coze.conversations.retrieve(conversation_id=NOWHERE)

        assert_refused(refused.value)

    @pytest.mark.vcr
    @pytest.mark.stand_in_only(reason="no gateway fails on demand")
    def test_bad_gateway(self, coze: Coze, fault: Fault, answers: list[httpx.Response]) -> None:
        """Given a gateway that answers 502 with an HTML page
        When Coze is called
        Then the HTTP status stands where the code of Coze would, and the page is the message.
        """
        fault("GET", "/v1/users/me", "bad-gateway")

        with pytest.raises(CozeAPIError) as refused:
            coze.users.me()

        assert refused.value.code == 502
        assert refused.value.msg == answers[-1].text
        assert refused.value.msg.startswith("<html>")
        assert refused.value.logid == logid_of(answers[-1])

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_bad_gateway")
    async def test_async_bad_gateway(self, async_coze: AsyncCoze, answers: list[httpx.Response]) -> None:
        """Given a gateway that answers 502 with an HTML page
        When the async client calls Coze
        Then the error is the same.
        """
        with pytest.raises(CozeAPIError) as refused:
            await async_coze.users.me()

        assert refused.value.code == 502
        assert refused.value.msg == answers[-1].text

    @pytest.mark.vcr
    @pytest.mark.stand_in_only(reason="no gateway runs out of time on demand")
    def test_gateway_timeout(self, coze: Coze, fault: Fault, answers: list[httpx.Response]) -> None:
        """Given a gateway that gives up waiting and answers 504 with an HTML page
        When Coze is called
        Then the HTTP status stands where the code of Coze would, and the page is the message.
        """
        fault("GET", "/v1/users/me", "gateway-timeout")

        with pytest.raises(CozeAPIError) as refused:
            coze.users.me()

        assert refused.value.code == 504
        assert refused.value.msg == answers[-1].text

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_gateway_timeout")
    async def test_async_gateway_timeout(self, async_coze: AsyncCoze, answers: list[httpx.Response]) -> None:
        """Given a gateway that gives up waiting and answers 504 with an HTML page
        When the async client calls Coze
        Then the error is the same.
        """
        with pytest.raises(CozeAPIError) as refused:
            await async_coze.users.me()

        assert refused.value.code == 504
        assert refused.value.msg == answers[-1].text

    @pytest.mark.vcr
    @pytest.mark.stand_in_only(reason="no service is unavailable on demand")
    def test_unavailable_where_nothing_is_expected(
        self, coze: Coze, fault: Fault, answers: list[httpx.Response], mock_conversation_id: str
    ) -> None:
        """Given a 503 whose JSON has no code, in answer to a call whose model is empty
        When a conversation is deleted
        Then cozepy takes it for a success, though the conversation is still there.
        """
        fault("DELETE", "/v1/conversations/*", "unavailable")

        coze.conversations.delete(conversation_id=mock_conversation_id)

        assert answers[-1].status_code == 503
        assert coze.conversations.retrieve(conversation_id=mock_conversation_id).id == mock_conversation_id

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_unavailable_where_nothing_is_expected")
    async def test_async_unavailable_where_nothing_is_expected(
        self, async_coze: AsyncCoze, answers: list[httpx.Response], mock_conversation_id: str
    ) -> None:
        """Given the same 503
        When the async client deletes the conversation
        Then it is taken for a success, too.
        """
        await async_coze.conversations.delete(conversation_id=mock_conversation_id)

        assert answers[-1].status_code == 503
        found = await async_coze.conversations.retrieve(conversation_id=mock_conversation_id)
        assert found.id == mock_conversation_id

    @pytest.mark.vcr
    @pytest.mark.stand_in_only(reason="no service is unavailable on demand")
    def test_unavailable_where_a_model_is_expected(
        self, coze: Coze, fault: Fault, answers: list[httpx.Response]
    ) -> None:
        """Given a 503 whose JSON has no code
        When a user is asked for
        Then what comes out is a ValidationError of pydantic, which no ``except CozeError`` catches.
        """
        fault("GET", "/v1/users/me", "unavailable")

        with pytest.raises(ValidationError) as refused:
            coze.users.me()

        assert answers[-1].status_code == 503
        assert not isinstance(refused.value, CozeError)

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_unavailable_where_a_model_is_expected")
    async def test_async_unavailable_where_a_model_is_expected(self, async_coze: AsyncCoze) -> None:
        """Given a 503 whose JSON has no code
        When the async client asks for a user
        Then what comes out is a ValidationError.
        """
        with pytest.raises(ValidationError):
            await async_coze.users.me()

    @pytest.mark.vcr
    @pytest.mark.stand_in_only(reason="no service answers with nothing on demand")
    def test_empty_body(self, coze: Coze, fault: Fault, answers: list[httpx.Response]) -> None:
        """Given a 200 with an empty body
        When a user is asked for
        Then the error has code 200 and no message, only the logid says more.
        """
        fault("GET", "/v1/users/me", "empty")

        with pytest.raises(CozeAPIError) as refused:
            coze.users.me()

        assert (refused.value.code, refused.value.msg) == (200, "")
        assert refused.value.logid == logid_of(answers[-1])

    @pytest.mark.vcr
    @pytest.mark.stand_in_only(reason="a token cannot be made to expire on demand")
    def test_refusal_is_logged(self, coze: Coze, fault: Fault, sdk_log: list[logging.LogRecord]) -> None:
        """Given logging as it is by default
        When Coze refuses a call
        Then one warning has the code and the logid.
        """
        fault("GET", "/v1/users/me", "token-invalid")

        with pytest.raises(CozeAPIError) as refused:
            coze.users.me()

        [record] = sdk_log
        assert record.levelno == logging.WARNING
        assert f"failed, logid={refused.value.logid}, code=4100" in record.getMessage()


class TestTransportFaults:
    @pytest.mark.vcr
    @pytest.mark.stand_in_only(reason="no connection is reset on demand")
    def test_connection_reset(self, coze: Coze, fault: Fault, sent_requests: list[SentRequest]) -> None:
        """Given a connection that is reset before the answer
        When Coze is called
        Then httpx's own network error comes through, not a CozeError, and the client can be used again.
        """
        fault("GET", "/v1/users/me", "reset")

        with pytest.raises(httpx.NetworkError) as broken:
            coze.users.me()

        assert not isinstance(broken.value, CozeError)
        assert len(sent_requests) == 1
        assert coze.users.me().user_id

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_connection_reset")
    async def test_async_connection_reset(self, async_coze: AsyncCoze, sent_requests: list[SentRequest]) -> None:
        """Given a connection that is reset before the answer
        When the async client calls Coze
        Then the error is the same, and the client can be used again.
        """
        with pytest.raises(httpx.NetworkError):
            await async_coze.users.me()

        assert len(sent_requests) == 1
        assert (await async_coze.users.me()).user_id

    @pytest.mark.vcr
    @pytest.mark.stand_in_only(reason="no service stalls on demand")
    def test_read_timeout(self, mock_coze_api_token: str, shared_ssl_context: ssl.SSLContext, fault: Fault) -> None:
        """Given an answer that takes longer than the client waits
        When Coze is called
        Then httpx's ReadTimeout comes through.
        """
        fault("GET", "/v1/users/me", "stall", seconds=1.0)

        timeout = httpx.Timeout(5, read=0.2)
        with SyncHTTPClient(verify=shared_ssl_context, timeout=timeout) as client, pytest.raises(httpx.ReadTimeout):
            Coze(auth=TokenAuth(mock_coze_api_token), http_client=client).users.me()

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_read_timeout")
    async def test_async_read_timeout(self, async_coze: AsyncCoze) -> None:
        """Given an answer that takes longer than the client waits
        When the async client calls Coze
        Then httpx's ReadTimeout comes through.
        """
        with pytest.raises(httpx.ReadTimeout):
            await async_coze.users.me()

    @pytest.mark.vcr
    @pytest.mark.stand_in_only(reason="no service stalls on demand")
    def test_slow_answer(self, coze: Coze, fault: Fault) -> None:
        """Given an answer that takes its time, but less than the client waits
        When Coze is called
        Then it is answered; in a replay at once.
        """
        fault("GET", "/v1/users/me", "stall", seconds=0.3)

        assert coze.users.me().user_id

    FAULTS = (
        httpx.ConnectTimeout("connect-timeout"),
        httpx.ReadTimeout("read-timeout"),
        httpx.PoolTimeout("pool-timeout"),
        httpx.ConnectError("refused"),
        httpx.ConnectError("unknown-host"),
        httpx.ReadError("network-gone"),
    )

    @pytest.mark.parametrize("broken", FAULTS, ids=str)
    def test_fault_comes_through(self, mocked: MakeCoze, broken: httpx.TransportError) -> None:
        """Given a transport that fails
        When Coze is called
        Then the caller gets that very exception: cozepy neither wraps it nor tries again.
        """
        attempts: list[httpx.Request] = []

        def fail(request: httpx.Request) -> httpx.Response:
            attempts.append(request)
            raise broken

        with pytest.raises(type(broken)) as caught:
            mocked(fail).users.me()

        assert caught.value is broken
        assert len(attempts) == 1

    @pytest.mark.parametrize("broken", FAULTS, ids=str)
    async def test_async_fault_comes_through(self, async_mocked: MakeAsyncCoze, broken: httpx.TransportError) -> None:
        """Given a transport that fails
        When the async client calls Coze
        Then the caller gets that very exception.
        """
        coze = async_mocked(broken)

        with pytest.raises(type(broken)) as caught:
            await coze.users.me()

        assert caught.value is broken


# --- answers that no recording has ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Operation:
    """A call by its path below the client, with its arguments."""

    path: str
    arguments: dict[str, Any] = field(default_factory=dict)


ME = Operation("users.me")
WORKSPACES = Operation("workspaces.list")
API_APPS = Operation("api_apps.list")
DELETE = Operation("conversations.delete", {"conversation_id": NOWHERE})
STREAM = Operation("chat.stream", {"bot_id": NOWHERE, "user_id": "demo-user"})
SPEECH = Operation("audio.speech.create", {"input": "Hello", "voice_id": NOWHERE})


@dataclass(frozen=True)
class Outcome:
    """What a caller gets: the type of the exception or of the result, and the code and text of a CozeAPIError."""

    kind: str
    code: int | None = None
    msg: str = ""


@dataclass(frozen=True)
class Odd:
    """An answer that is not as it should be, and what cozepy makes of it. ``body`` is JSON unless it is bytes."""

    id: str
    status: int
    body: object
    outcome: Outcome
    operation: Operation = ME
    content_type: str = "application/json"

    def response(self) -> httpx.Response:
        """The answer."""
        content = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        headers = {"content-type": self.content_type} if self.content_type else {}
        return httpx.Response(self.status, content=content, headers=headers)


def api_error(code: int | None, msg: str) -> Outcome:
    """A CozeAPIError."""
    return Outcome("CozeAPIError", code, msg)


OWNER = {"user_id": "USER_ID_1", "user_name": "USER_NAME_1", "nick_name": "NICK_NAME_1", "avatar_url": ""}
REFUSAL = {"code": 4100, "msg": "authentication is invalid"}
NO_CODE = {"message": "Service Unavailable"}
DONE = b'event:done\ndata:"[DONE]"\n\n'
EVENTS = "text/event-stream"

ODD_ANSWERS = (
    # the HTTP status of a JSON answer is never looked at
    Odd("200-with-code", 200, REFUSAL, api_error(4100, "authentication is invalid")),
    Odd("401-with-code", 401, REFUSAL, api_error(4100, "authentication is invalid")),
    Odd("code-as-text", 200, {**REFUSAL, "code": "4100"}, api_error(4100, "authentication is invalid")),
    Odd("500-with-data", 500, {"data": OWNER}, Outcome("User")),
    Odd("404-empty-model", 404, NO_CODE, Outcome("DeleteConversationResp"), DELETE),
    Odd("503-empty-model", 503, NO_CODE, Outcome("DeleteConversationResp"), DELETE),
    Odd("400-model", 400, NO_CODE, Outcome("ValidationError")),
    Odd("404-model", 404, NO_CODE, Outcome("ValidationError")),
    # what is not JSON
    Odd("502-html", 502, b"<html></html>", api_error(502, "<html></html>"), content_type="text/html"),
    Odd("429-text", 429, b"Too Many Requests", api_error(429, "Too Many Requests"), content_type="text/plain"),
    Odd("200-empty", 200, b"", api_error(200, "")),
    Odd("204-empty", 204, b"", api_error(204, "")),
    # JSON that is not an envelope
    Odd("list", 200, [], Outcome("AttributeError")),
    Odd("null", 200, None, Outcome("AttributeError")),
    Odd("code-no-number", 200, {"code": "abc", "msg": "odd", "data": OWNER}, Outcome("ValueError")),
    Odd("code-negative", 200, {"code": -1, "msg": "odd", "data": OWNER}, Outcome("User")),
    Odd("code-without-msg", 200, {"code": 4100, "data": OWNER}, Outcome("User")),
    # a list that does not say whether there is more
    Odd("list-without-total", 200, {"code": 0, "data": {"workspaces": []}}, Outcome("ValidationError"), WORKSPACES),
    Odd("list-without-has-more", 200, {"code": 0, "data": {"items": []}}, Outcome("ValidationError"), API_APPS),
    # the other two ways to name an error
    Odd("error-message", 400, {"error_message": "invalid client"}, api_error(None, "invalid client")),
    Odd("error-message-empty", 200, {"error_message": "", "data": OWNER}, Outcome("User")),
    *(
        Odd(code, 400, {"error_code": code}, Outcome("CozePKCEAuthError"))
        for code in ("authorization_pending", "slow_down", "access_denied", "expired_token")
    ),
    Odd("error-code-unknown", 400, {"error_code": "invalid_client"}, Outcome("ValidationError")),
    # streams
    Odd("stream-refused", 200, REFUSAL, api_error(4100, "authentication is invalid"), STREAM),
    Odd("stream-refused-429", 429, REFUSAL, api_error(4100, "authentication is invalid"), STREAM),
    Odd("stream-code-0", 200, {"code": 0, "msg": "", "data": {}}, Outcome("AttributeError"), STREAM),
    Odd("stream-without-type", 200, DONE, Outcome("TypeError"), STREAM, content_type=""),
    Odd("stream-500", 500, DONE, Outcome("list"), STREAM, content_type=EVENTS),
    # audio
    Odd("audio", 200, b"ID3", Outcome("FileHTTPResponse"), SPEECH, content_type="audio/mpeg"),
    Odd("audio-500", 500, b"ID3", Outcome("FileHTTPResponse"), SPEECH, content_type="audio/mpeg"),
    Odd("audio-as-bytes", 200, b"ID3", api_error(200, "ID3"), SPEECH, content_type="application/octet-stream"),
    Odd("audio-refused", 200, REFUSAL, api_error(4100, "authentication is invalid"), SPEECH),
)
"""One row a decision that cozepy takes about an answer."""


ODD_LINES = (
    pytest.param(("retry:3000",), "", id="retry"),
    pytest.param(("event:done", "id:1"), "", id="id"),
    pytest.param(("data:{", "data:}"), "data", id="data-in-two-lines"),
)
"""The lines of a stream up to the one that cozepy refuses, and the field that it names."""


def outcome_of(error: Exception) -> Outcome:
    """An exception as an outcome."""
    if isinstance(error, CozeAPIError):
        return api_error(error.code, error.msg)
    return Outcome(type(error).__name__)


def outcome(coze: Coze, operation: Operation) -> Outcome:
    """Call an operation; a stream is read to its end."""
    try:
        result = attrgetter(operation.path)(coze)(**operation.arguments)
        result = list(result) if isinstance(result, Stream) else result
    except Exception as error:  # noqa: BLE001 - every exception is an outcome
        return outcome_of(error)
    return Outcome(type(result).__name__)


async def async_outcome(coze: AsyncCoze, operation: Operation) -> Outcome:
    """The same with an async client."""
    try:
        result = attrgetter(operation.path)(coze)(**operation.arguments)
        result = [event async for event in result] if inspect.isasyncgen(result) else await result
    except Exception as error:  # noqa: BLE001 - as above
        return outcome_of(error)
    return Outcome(type(result).__name__)


class TestOddAnswers:
    @pytest.mark.parametrize("odd", ODD_ANSWERS, ids=attrgetter("id"))
    def test_odd_answer(self, mocked: MakeCoze, odd: Odd) -> None:
        """Given an answer that is not as it should be
        When Coze is called
        Then cozepy makes of it what the table says.
        """
        coze = mocked(odd.response())

        assert outcome(coze, odd.operation) == odd.outcome

    @pytest.mark.parametrize("odd", ODD_ANSWERS, ids=attrgetter("id"))
    async def test_async_odd_answer(self, async_mocked: MakeAsyncCoze, odd: Odd) -> None:
        """Given an answer that is not as it should be
        When the async client calls Coze
        Then it makes the same of it.
        """
        coze = async_mocked(odd.response())

        assert await async_outcome(coze, odd.operation) == odd.outcome

    @pytest.mark.parametrize(("lines", "name"), ODD_LINES)
    def test_odd_line_in_a_stream(
        self,
        mocked: MakeCoze,
        mock_streaming_response: MakeResponse,
        lines: tuple[str, ...],
        name: str,
    ) -> None:
        """Given a stream with a line that the format of server-sent events allows, but Coze does not send
        When it is read
        Then cozepy refuses the line and says which, with the logid of the stream.
        """
        answer = mock_streaming_response(*lines, "")
        coze = mocked(answer)

        with pytest.raises(CozeInvalidEventError) as refused:
            list(coze.chat.stream(**STREAM.arguments))

        assert (refused.value.field, refused.value.data) == (name, lines[-1])
        assert refused.value.logid == logid_of(answer)

    @pytest.mark.parametrize(("lines", "name"), ODD_LINES)
    async def test_async_odd_line_in_a_stream(
        self,
        async_mocked: MakeAsyncCoze,
        mock_streaming_response: MakeResponse,
        lines: tuple[str, ...],
        name: str,
    ) -> None:
        """Given a stream with such a line
        When the async client reads it
        Then the line is refused in the same way.
        """
        coze = async_mocked(mock_streaming_response(*lines, ""))

        with pytest.raises(CozeInvalidEventError) as refused:
            [event async for event in coze.chat.stream(**STREAM.arguments)]

        assert (refused.value.field, refused.value.data) == (name, lines[-1])

    def test_logid_of_a_success_is_the_headers(self, mocked: MakeCoze, mock_successful_response: MakeResponse) -> None:
        """Given an answer whose logid stands in the header and, differently, in the body
        When the model is asked for the logid
        Then it is the header's.
        """
        answer = mock_successful_response(OWNER)
        answer.headers["x-tt-logid"] = "LOGID_2"

        user = mocked(answer).users.me()

        assert user.response.logid == "LOGID_2"

    @pytest.mark.parametrize("headers", [{}, {"X-Log-ID": "LOGID_1"}], ids=["none", "coze-studio"])
    def test_logid_in_another_place_is_not_found(
        self,
        mocked: MakeCoze,
        mock_error_response: MakeResponse,
        headers: dict[str, str],
    ) -> None:
        """Given a refusal whose logid stands in the body or in Coze Studio's header, not in ``x-tt-logid``
        When Coze is called
        Then the error has no logid.
        """
        answer = mock_error_response(4100, "authentication is invalid")
        del answer.headers["x-tt-logid"]
        answer.headers.update(headers)

        with pytest.raises(CozeAPIError) as refused:
            mocked(answer).users.me()

        assert refused.value.logid is None

    def test_debug_url_of_a_refusal(self, mocked: MakeCoze, mock_error_response: MakeResponse) -> None:
        """Given a refusal that names a page for debugging
        When Coze is called
        Then the error has the address, in its text too.
        """
        page = "https://scrubbed.invalid/DEBUG_URL_1"
        answer = mock_error_response(5000, "the workflow failed", debug_url=page)

        with pytest.raises(CozeAPIError, match=page) as refused:
            mocked(answer).users.me()

        assert refused.value.debug_url == page

    def test_debug_url_of_a_refusal_without_a_code(self, mocked: MakeCoze) -> None:
        """Given a refusal that has a text and a page for debugging, but no code
        When Coze is called
        Then the error has both, in its text too, and says nothing of a code.
        """
        page = "https://scrubbed.invalid/DEBUG_URL_1"
        answer = httpx.Response(400, json={"error_message": "invalid client", "debug_url": page})

        with pytest.raises(CozeAPIError) as refused:
            mocked(answer).users.me()

        assert (refused.value.code, refused.value.debug_url) == (None, page)
        assert str(refused.value) == f"msg: invalid client, logid: None, debug_url: {page}"

    @pytest.mark.parametrize("code", ["authorization_pending", "slow_down", "access_denied", "expired_token"])
    def test_device_code_error_is_not_an_api_error(self, mocked: MakeCoze, code: str) -> None:
        """Given one of the four answers of the device flow that are not tokens yet
        When cozepy reads it
        Then the error is of another class than Coze's other refusals, though a CozeError as well.
        """
        answer = httpx.Response(400, json={"error_code": code})

        with pytest.raises(CozePKCEAuthError) as refused:
            mocked(answer).users.me()

        assert refused.value.error == code
        assert not isinstance(refused.value, CozeAPIError)
        assert isinstance(refused.value, CozeError)


# --- what the tests share -------------------------------------------------------------------------------------------


def logid_of(response: httpx.Response) -> str:
    """The logid in the header of an answer."""
    return str(response.headers["x-tt-logid"])


def bears(request: SentRequest, token: str) -> bool:
    """Whether a request was authenticated with a token; a bool, so that no token stands in a failed assertion."""
    return request.headers["Authorization"] == f"Bearer {token}"


def areas_of(client: object, path: str = "") -> dict[str, object]:
    """Every client that hangs below a client, by its path."""
    areas: dict[str, object] = {}
    for name, _ in inspect.getmembers(type(client), lambda member: isinstance(member, property)):
        area = getattr(client, name)
        if type(area).__name__.endswith("Client"):
            areas |= {path + name: area, **areas_of(area, f"{path}{name}.")}
    return areas
