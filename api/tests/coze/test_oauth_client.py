"""OAuth apps: how an application gets tokens of its own (JWT) or of a user who consents (web, PKCE, device).

The apps of cozepy take no ``http_client`` (defect 12): ``connected`` gives them one, which an application need not do.
Where a person has to consent, the stand-in consents while recording, out of band; the tests of the JWT flow hold on
any account that has an app.
"""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from authlib.jose.errors import InsecureClaimError  # type: ignore[import-untyped]  # authlib has no types
from cozepy import (
    COZE_CN_BASE_URL,
    COZE_COM_BASE_URL,
    AsyncCoze,
    AsyncDeviceOAuthApp,
    AsyncHTTPClient,
    AsyncJWTAuth,
    AsyncJWTOAuthApp,
    AsyncPKCEOAuthApp,
    AsyncWebOAuthApp,
    Coze,
    CozeAPIError,
    CozePKCEAuthError,
    CozePKCEAuthErrorType,
    DeviceOAuthApp,
    JWTAuth,
    JWTOAuthApp,
    OAuthApp,
    OAuthToken,
    PKCEOAuthApp,
    Scope,
    SyncHTTPClient,
    WebOAuthApp,
    load_oauth_app_from_config,
)
from cozepy.request import Requester
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from api.tests.coze.assertions import FIXED, NOWHERE, MakeAsyncClient, MakeClient, assert_coze_error, fixed
from coze_cassettes import Account, SentRequest

App = TypeVar("App", bound=OAuthApp)

WWW = "https://www.coze.com"
"""Where a person consents: derived by cozepy from the base URL of the API."""

REDIRECT = "https://app.example/callback"
"""Where the browser is sent after the consent; it must be registered with the app."""

TOKEN_PATH = "/api/permission/oauth2/token"

Consent = Callable[[str], str]
Connect = Callable[[Any], Any]


# --- web ------------------------------------------------------------------------------------------------------------

PERSON = "a person who consents in a browser"


class TestWebApp:
    @pytest.mark.vcr
    @pytest.mark.stand_in_only(reason=PERSON)
    def test_web_app(
        self, connected: Connect, client_id: str, client_secret: str, consent: Consent, sent_requests: list[SentRequest]
    ) -> None:
        """Given a web app with its secret
        When a person consents at the address that it builds, and comes back with a code
        Then the code is exchanged for a token, which the app renews without the person; a code is good once.
        """
        app = connected(WebOAuthApp(client_id, client_secret))
        address = app.get_oauth_url(redirect_uri=REDIRECT, state="cassettes")
        code = consent(address)
        token = app.get_access_token(redirect_uri=REDIRECT, code=code)
        renewed = app.refresh_access_token(token.refresh_token)
        with pytest.raises(CozeAPIError) as error:
            app.get_access_token(redirect_uri=REDIRECT, code=code)

        assert query_of(address) == {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": REDIRECT,
            "state": "cassettes",
        }
        assert_token(token)
        assert_token(renewed)
        assert_coze_error(error.value)
        got, refreshed, _ = sent_requests
        assert {(each.method, each.path) for each in sent_requests} == {("POST", TOKEN_PATH)}
        assert got.json() == {
            "client_id": client_id,
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT,
        }
        assert refreshed.json()["grant_type"] == "refresh_token"
        assert all(each.headers["Authorization"] == f"Bearer {client_secret}" for each in sent_requests)

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_web_app")
    async def test_async_web_app(
        self, async_connected: Connect, client_id: str, client_secret: str, consent: Consent
    ) -> None:
        """Given a web app with its secret
        When the async app does the same
        Then the wire is that of the sync app, and so is what comes back.
        """
        app = async_connected(AsyncWebOAuthApp(client_id, client_secret))
        code = consent(app.get_oauth_url(redirect_uri=REDIRECT, state="cassettes"))
        token = await app.get_access_token(redirect_uri=REDIRECT, code=code)
        renewed = await app.refresh_access_token(token.refresh_token)
        with pytest.raises(CozeAPIError) as error:
            await app.get_access_token(redirect_uri=REDIRECT, code=code)

        assert_token(token)
        assert_token(renewed)
        assert_coze_error(error.value)

    @pytest.mark.parametrize("make", [WebOAuthApp, AsyncWebOAuthApp])
    def test_address_for_a_workspace(self, make: Callable[[str, str], WebOAuthApp]) -> None:
        """Given a web app for one workspace
        When it builds the address for the consent
        Then the workspace stands in its path; nothing is sent.
        """
        address = make("client", "secret").get_oauth_url(redirect_uri=REDIRECT, workspace_id="7")

        assert urlsplit(address).path == "/api/permission/oauth2/workspace_id/7/authorize"


# --- PKCE -----------------------------------------------------------------------------------------------------------


VERIFIER = "cassettes-" * 5
"""A PKCE verifier; an application draws a new one for each consent."""


class TestPKCEApp:
    @pytest.mark.vcr
    @pytest.mark.stand_in_only(reason=PERSON)
    def test_pkce_app(
        self, connected: Connect, client_id: str, consent: Consent, sent_requests: list[SentRequest]
    ) -> None:
        """Given an app that can keep no secret, and a verifier that it drew
        When a person consents at the address, which has the challenge, and comes back with a code
        Then code and verifier are exchanged for a token, which the app renews; no secret is sent.
        """
        app = connected(PKCEOAuthApp(client_id))
        address = app.get_oauth_url(redirect_uri=REDIRECT, code_verifier=VERIFIER, code_challenge_method="S256")
        code = consent(address)
        token = app.get_access_token(redirect_uri=REDIRECT, code=code, code_verifier=VERIFIER)
        renewed = app.refresh_access_token(token.refresh_token)
        with pytest.raises(CozeAPIError) as error:
            app.get_access_token(redirect_uri=REDIRECT, code=code, code_verifier=VERIFIER)

        assert query_of(address)["code_challenge_method"] == "S256"
        assert query_of(address)["code_challenge"] != VERIFIER
        assert_token(token)
        assert_token(renewed)
        assert_coze_error(error.value)
        got = sent_requests[0]
        assert (got.method, got.path) == ("POST", TOKEN_PATH)
        assert sorted(got.json()) == ["client_id", "code", "code_verifier", "grant_type", "redirect_uri"]
        assert not any("Authorization" in each.headers for each in sent_requests)

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_pkce_app")
    async def test_async_pkce_app(self, async_connected: Connect, client_id: str, consent: Consent) -> None:
        """Given an app that can keep no secret, and a verifier that it drew
        When the async app does the same
        Then the wire is that of the sync app, and so is what comes back.
        """
        app = async_connected(AsyncPKCEOAuthApp(client_id))
        address = app.get_oauth_url(redirect_uri=REDIRECT, code_verifier=VERIFIER, code_challenge_method="S256")
        code = consent(address)
        token = await app.get_access_token(redirect_uri=REDIRECT, code=code, code_verifier=VERIFIER)
        renewed = await app.refresh_access_token(token.refresh_token)
        with pytest.raises(CozeAPIError) as error:
            await app.get_access_token(redirect_uri=REDIRECT, code=code, code_verifier=VERIFIER)

        assert_token(token)
        assert_token(renewed)
        assert_coze_error(error.value)

    @pytest.mark.parametrize("make", [PKCEOAuthApp, AsyncPKCEOAuthApp])
    def test_plain_challenge(self, make: Callable[[str], PKCEOAuthApp]) -> None:
        """Given an app that says nothing of a method
        When it builds the address for the consent
        Then the verifier itself is the challenge: say S256, or one who reads the address can use the code.
        """
        query = query_of(make("client").get_oauth_url(redirect_uri=REDIRECT, code_verifier=VERIFIER))

        assert (query["code_challenge"], query["code_challenge_method"]) == (VERIFIER, "plain")


# --- device ---------------------------------------------------------------------------------------------------------

DEVICE_PATH = "/api/permission/oauth2/device/code"

POLL_SECONDS = 5
"""Between two polls of cozepy, whatever interval the answer names."""

DEVICE = "a person who confirms a device"

NO_APP = f"{NOWHERE}.app.coze"
"""An id that no app has, in the form of one."""

SLOW_DOWN = ("slow_down",) * 6 + ("access_denied",)
"""The answers to a device that polls too fast, and is refused in the end."""


def errors_in_turn(*errors: str) -> Callable[[httpx.Request], httpx.Response]:
    """A mocked answer: one error after the other."""
    answers = iter(httpx.Response(400, json={"error_code": error}) for error in errors)
    return lambda _request: next(answers)


class TestDeviceApp:
    @pytest.mark.vcr
    @pytest.mark.stand_in_only(reason=DEVICE)
    def test_device_app(self, connected: Connect, client_id: str, sent_requests: list[SentRequest]) -> None:
        """Given a device without a browser
        When it shows its code, asks once too early, asks again after the person has confirmed, and once more
        Then it has to wait, gets a token, which it renews, and then that the code is used up.
        """
        app = connected(DeviceOAuthApp(client_id))
        code = app.get_device_code()
        with pytest.raises(CozePKCEAuthError) as pending:
            app.get_access_token(device_code=code.device_code)
        token = app.get_access_token(device_code=code.device_code)
        renewed = app.refresh_access_token(token.refresh_token)
        with pytest.raises(CozePKCEAuthError) as used:
            app.get_access_token(device_code=code.device_code)

        assert code.verification_url == f"{code.verification_uri}?user_code={code.user_code}"
        assert code.interval > 0
        assert code.expires_in > 0
        assert pending.value.error == CozePKCEAuthErrorType.AUTHORIZATION_PENDING
        assert pending.value.logid
        assert_token(token)
        assert_token(renewed)
        assert used.value.error == CozePKCEAuthErrorType.EXPIRED_TOKEN
        first, asked, *_ = sent_requests
        assert (first.method, first.path, first.json()) == ("POST", DEVICE_PATH, {"client_id": client_id})
        assert asked.path == TOKEN_PATH
        assert asked.json()["grant_type"] == "urn:ietf:params:oauth:grant-type:device_code"
        assert not any("Authorization" in each.headers for each in sent_requests)

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_device_app")
    async def test_async_device_app(self, async_connected: Connect, client_id: str) -> None:
        """Given a device without a browser
        When the async app does the same
        Then the wire is that of the sync app, and so is what comes back.
        """
        app = async_connected(AsyncDeviceOAuthApp(client_id))
        code = await app.get_device_code()
        with pytest.raises(CozePKCEAuthError) as pending:
            await app.get_access_token(device_code=code.device_code)
        token = await app.get_access_token(device_code=code.device_code)
        renewed = await app.refresh_access_token(token.refresh_token)
        with pytest.raises(CozePKCEAuthError) as used:
            await app.get_access_token(device_code=code.device_code)

        assert pending.value.error == CozePKCEAuthErrorType.AUTHORIZATION_PENDING
        assert_token(token)
        assert_token(renewed)
        assert used.value.error == CozePKCEAuthErrorType.EXPIRED_TOKEN

    @pytest.mark.vcr
    @pytest.mark.stand_in_only(reason=DEVICE)
    def test_device_app_polls(
        self, connected: Connect, client_id: str, mock_workspace_id: str, sent_requests: list[SentRequest]
    ) -> None:
        """Given a device of a workspace, which the person has not confirmed yet
        When the app is to poll
        Then it asks again after five seconds, whatever interval the answer named, until the token comes.
        """
        app = connected(DeviceOAuthApp(client_id))
        code = app.get_device_code(workspace_id=mock_workspace_id)
        before = time.monotonic()
        token = app.get_access_token(device_code=code.device_code, poll=True)

        assert_token(token)
        assert time.monotonic() - before >= POLL_SECONDS
        paths = [each.path for each in sent_requests]
        workspace = f"/api/permission/oauth2/workspace_id/{mock_workspace_id}/device/code"
        assert paths == [workspace, TOKEN_PATH, TOKEN_PATH]

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_device_app_polls")
    async def test_async_device_app_polls(
        self, async_connected: Connect, client_id: str, mock_workspace_id: str
    ) -> None:
        """Given a device of a workspace, which the person has not confirmed yet
        When the async app is to poll
        Then it asks again after five seconds, too.
        """
        app = async_connected(AsyncDeviceOAuthApp(client_id))
        code = await app.get_device_code(workspace_id=mock_workspace_id)
        before = time.monotonic()
        token = await app.get_access_token(device_code=code.device_code, poll=True)

        assert_token(token)
        assert time.monotonic() - before >= POLL_SECONDS

    @pytest.mark.vcr
    def test_device_app_that_does_not_exist(self, connected: Connect, sent_requests: list[SentRequest]) -> None:
        """Given an id that no app has
        When a device asks for a code for it
        Then Coze's error is raised.
        """
        with pytest.raises(CozeAPIError) as error:
            connected(DeviceOAuthApp(NO_APP)).get_device_code()

        assert error.value.msg
        assert error.value.logid
        (sent,) = sent_requests
        assert (sent.method, sent.path, sent.json()) == ("POST", DEVICE_PATH, {"client_id": NO_APP})

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_device_app_that_does_not_exist")
    async def test_async_device_app_that_does_not_exist(self, async_connected: Connect) -> None:
        """Given an id that no app has
        When the async app asks for a code for it
        Then the error is that of the sync app.
        """
        with pytest.raises(CozeAPIError) as error:
            await async_connected(AsyncDeviceOAuthApp(NO_APP)).get_device_code()

        assert error.value.msg
        assert error.value.logid

    def test_device_app_has_to_slow_down(self, mock_httpx_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
        """Given a device whose polls are answered with slow_down again and again, until the person refuses
        When the app polls
        Then it waits five seconds longer each time, at most thirty, and the refusal ends the polling.
        """
        slept: list[float] = []
        monkeypatch.setattr(time, "sleep", slept.append)
        app = _with(DeviceOAuthApp("client"), Requester(sync_client=mock_httpx_client(errors_in_turn(*SLOW_DOWN))))
        with pytest.raises(CozePKCEAuthError) as refused:
            app.get_access_token(device_code="code", poll=True)

        assert slept == [10, 15, 20, 25, 30, 30]
        assert refused.value.error == CozePKCEAuthErrorType.ACCESS_DENIED

    async def test_async_device_app_has_to_slow_down(
        self, mock_async_httpx_client: MakeAsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Given a device whose polls are answered with slow_down again and again, until the person refuses
        When the async app polls
        Then the refusal ends the polling, too; how it waits is a defect of its own.
        """
        monkeypatch.setattr(time, "sleep", lambda _seconds: None)
        client = mock_async_httpx_client(errors_in_turn(*SLOW_DOWN))
        app = _with(AsyncDeviceOAuthApp("client"), Requester(async_client=client))
        with pytest.raises(CozePKCEAuthError) as refused:
            await app.get_access_token(device_code="code", poll=True)

        assert refused.value.error == CozePKCEAuthErrorType.ACCESS_DENIED

    @pytest.mark.xfail(strict=True, raises=AssertionError, reason=f"async polling: {FIXED}")
    async def test_async_polling_lets_others_work(
        self, mock_async_httpx_client: MakeAsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Given a device that the person has not confirmed yet
        When the async app polls
        Then it waits without holding up the event loop.
        """
        slept: list[float] = []
        monkeypatch.setattr(time, "sleep", slept.append)
        token = {"access_token": "t", "expires_in": 1719476392}
        pending = {"error_code": "authorization_pending", "error_message": "not yet"}
        answers = iter([httpx.Response(400, json=pending), httpx.Response(200, json=token)])
        client = mock_async_httpx_client(lambda _request: next(answers))
        app = _with(AsyncDeviceOAuthApp("client"), Requester(async_client=client))
        await app.get_access_token(device_code="code", poll=True)

        assert slept == []


# --- JWT ------------------------------------------------------------------------------------------------------------


JWT_DOTS = 2
"""A JWT has three parts."""

TTL = 7200
"""For how many seconds ``JWTAuth`` asks for a token."""


class TestJWTApp:
    @pytest.mark.vcr
    def test_jwt_app(
        self, connected: Connect, client_id: str, public_key_id: str, private_key: str, sent_requests: list[SentRequest]
    ) -> None:
        """Given an app with a key of its own, for a service that acts for itself
        When it signs a JWT and asks for a token, plain and then limited to chats with one bot
        Then the tokens come without anything to renew them: the app signs anew.
        """
        app = connected(JWTOAuthApp(client_id, private_key, public_key_id))
        plain = app.get_access_token(ttl=900)
        limited = app.get_access_token(ttl=900, scope=Scope.build_bot_chat(bot_id_list=["7"]), session_name="someone")

        assert_token(plain, refreshable=False)
        assert_token(limited, refreshable=False)
        first, second = sent_requests
        assert (first.method, first.path) == ("POST", TOKEN_PATH)
        assert first.json() == {
            "duration_seconds": 900,
            "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "scope": None,
        }
        assert second.json()["scope"] == {
            "account_permission": {"permission_list": ["Connector.botChat"]},
            "attribute_constraint": {"connector_bot_chat_attribute": {"bot_id_list": ["7"]}},
        }
        assert first.headers["Authorization"].count(".") == JWT_DOTS

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_jwt_app")
    async def test_async_jwt_app(
        self, async_connected: Connect, client_id: str, public_key_id: str, private_key: str
    ) -> None:
        """Given an app with a key of its own, for a service that acts for itself
        When the async app asks for the same tokens
        Then the wire is that of the sync app, and so is what comes back.
        """
        app = async_connected(AsyncJWTOAuthApp(client_id, private_key, public_key_id))
        plain = await app.get_access_token(ttl=900)
        scope = Scope.build_bot_chat(bot_id_list=["7"])
        limited = await app.get_access_token(ttl=900, scope=scope, session_name="someone")

        assert_token(plain, refreshable=False)
        assert_token(limited, refreshable=False)

    @pytest.mark.vcr
    def test_jwt_auth(
        self, connected: Connect, client_id: str, public_key_id: str, private_key: str, sent_requests: list[SentRequest]
    ) -> None:
        """Given a client that signs for its token itself
        When it makes two calls
        Then it asks for a token once, and both calls bear it.
        """
        app = connected(JWTOAuthApp(client_id, private_key, public_key_id))
        auth = JWTAuth(oauth_app=app)
        coze = Coze(auth=auth, http_client=app._requester.sync_client)
        users = [coze.users.me(), coze.users.me()]

        assert users[0].user_id == users[1].user_id
        assert [each.path for each in sent_requests] == [TOKEN_PATH, "/v1/users/me", "/v1/users/me"]
        bearers = {each.headers["Authorization"] for each in sent_requests[1:]}
        assert (bearers == {f"Bearer {auth.token}"}) is True
        assert sent_requests[0].json()["duration_seconds"] == TTL

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_jwt_auth")
    async def test_async_jwt_auth(
        self, async_connected: Connect, client_id: str, public_key_id: str, private_key: str
    ) -> None:
        """Given an async client that signs for its token itself
        When it makes two calls
        Then it asks for a token once, too.
        """
        app = async_connected(AsyncJWTOAuthApp(client_id, private_key, public_key_id))
        coze = AsyncCoze(auth=AsyncJWTAuth(oauth_app=app), http_client=app._requester.async_client)
        users = [await coze.users.me(), await coze.users.me()]

        assert users[0].user_id == users[1].user_id

    @pytest.mark.xfail(
        strict=True, raises=InsecureClaimError, reason=fixed(14, "an id like a card's number is refused")
    )
    def test_jwt_with_an_id_of_digits(self, foreign_key: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Given random bytes that give decimal digits only, the first of which are those of a card
        When a JWT is made of them
        Then it is signed as any other is.
        """
        monkeypatch.setattr("cozepy.auth.os", SimpleNamespace(urandom=lambda count: b"\x40" + bytes(count - 1)))
        app = JWTOAuthApp(NOWHERE, foreign_key, "no-key")

        assert app._gen_jwt("no-key", foreign_key, TTL)

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_jwt_auth")
    def test_jwt_auth_from_values(self, client_id: str, public_key_id: str, private_key: str) -> None:
        """Given the id, the key and the name of the key of an app, and no HTTP client of one's own
        When a client that signs for its token itself is made from them, and makes two calls
        Then both are answered: the auth makes the app, and both make an HTTP client, when they need it.
        """
        auth = JWTAuth(client_id=client_id, private_key=private_key, public_key_id=public_key_id)
        coze = Coze(auth=auth)
        users = [coze.users.me(), coze.users.me()]

        assert users[0].user_id == users[1].user_id

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_jwt_auth")
    async def test_async_jwt_auth_from_values(self, client_id: str, public_key_id: str, private_key: str) -> None:
        """Given the id, the key and the name of the key of an app, and no HTTP client of one's own
        When an async client that signs for its token itself is made from them, and makes two calls
        Then both are answered.
        """
        auth = AsyncJWTAuth(client_id=client_id, private_key=private_key, public_key_id=public_key_id)
        coze = AsyncCoze(auth=auth)
        users = [await coze.users.me(), await coze.users.me()]

        assert users[0].user_id == users[1].user_id

    @pytest.mark.vcr
    def test_foreign_key(self, connected: Connect, foreign_key: str) -> None:
        """Given a key that belongs to no app
        When a token is asked for with it
        Then an error of Coze is raised.
        """
        app = connected(JWTOAuthApp("10000000000000000000.app.coze", foreign_key, "no-key"))
        with pytest.raises(CozeAPIError) as error:
            app.get_access_token()
        assert_coze_error(error.value)

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_foreign_key")
    async def test_async_foreign_key(self, async_connected: Connect, foreign_key: str) -> None:
        """Given a key that belongs to no app
        When the async app asks for a token with it
        Then the error is that of the sync app.
        """
        app = async_connected(AsyncJWTOAuthApp("10000000000000000000.app.coze", foreign_key, "no-key"))
        with pytest.raises(CozeAPIError) as error:
            await app.get_access_token(ttl=900)
        assert_coze_error(error.value)

    @pytest.mark.xfail(strict=True, raises=TypeError, reason=f"defect 10: {FIXED}")
    async def test_ttl_has_a_default(self) -> None:
        """Given the async app
        When a token is asked for without a word about how long it is good
        Then it is good for 900 seconds, as with the sync app.
        """
        app: Any = AsyncJWTOAuthApp("client", "no key", "key")
        with pytest.raises(ValueError, match="key"):
            await app.get_access_token()


class TestOAuthConfiguration:
    @pytest.mark.parametrize(
        ("kind", "app"),
        [("web", WebOAuthApp), ("pkce", PKCEOAuthApp), ("device", DeviceOAuthApp), ("jwt", JWTOAuthApp)],
    )
    def test_app_from_a_config(self, kind: str, app: type[object]) -> None:
        """Given the configuration that Coze's console offers for download
        When an app is made from it
        Then it is of the kind that the configuration names; always a sync one.
        """
        config = {"client_type": kind, "client_id": "client", "coze_api_base": COZE_COM_BASE_URL, "coze_www_base": WWW}

        assert type(load_oauth_app_from_config(config)) is app

    @pytest.mark.parametrize(
        ("addresses", "page"),
        [
            ({}, WWW),
            ({"base_url": COZE_CN_BASE_URL}, "https://www.coze.cn"),
            ({"base_url": "https://coze.example"}, "https://coze.example"),
            ({"base_url": "https://coze.example", "www_base_url": "https://login.example"}, "https://login.example"),
        ],
        ids=["coze.com", "coze.cn", "another", "two-addresses"],
    )
    def test_page_for_the_consent(self, addresses: dict[str, str], page: str) -> None:
        """Given a web app of one of the regions, of another address, or of two addresses
        When it builds the address for the consent
        Then a region's website is found from its API; another address is taken as it is, unless the website's is given.
        """
        app = WebOAuthApp("client", "secret", **addresses)

        assert app.get_oauth_url(redirect_uri=REDIRECT).startswith(f"{page}/api/permission/oauth2/authorize?")

    def test_permissions_of_a_scope(self) -> None:
        """Given bots, and a permission of the caller's choice
        When a scope is built from them
        Then it has that permission in place of the one to chat, which is the default.
        """
        scope = Scope.build_bot_chat(bot_id_list=["7"], permission_list=["Connector.botEdit"])

        assert scope.model_dump() == {
            "account_permission": {"permission_list": ["Connector.botEdit"]},
            "attribute_constraint": {"connector_bot_chat_attribute": {"bot_id_list": ["7"]}},
        }

    def test_unknown_kind(self) -> None:
        """Given a configuration of no kind that cozepy knows
        When an app is made from it
        Then ValueError names the kind.
        """
        with pytest.raises(ValueError, match="Invalid OAuth client_type: fax"):
            load_oauth_app_from_config({"client_type": "fax"})


# --- what the tests share -------------------------------------------------------------------------------------------


Make = Callable[[], tuple[str, Callable[[], object]]]


def made_by_the_stand_in(name: str) -> Make | None:
    """What asks a local stand-in for a part of its app; None with another target, where the part is configured."""
    if urlsplit(os.environ.get("COZE_API_BASE", "")).hostname != "127.0.0.1":
        return None
    return lambda: (httpx.get(f"{COZE_COM_BASE_URL}/_standin/oauth").json()[name], lambda: None)


@pytest.fixture
def client_id(account: Account) -> str:
    """The app."""
    return account.value("CLIENT_ID", made_by_the_stand_in("client_id"))


@pytest.fixture
def client_secret(account: Account) -> str:
    """The secret of a web app."""
    return account.value("CLIENT_SECRET", made_by_the_stand_in("client_secret"))


@pytest.fixture
def public_key_id(account: Account) -> str:
    """The key of a JWT app, by its name."""
    return account.value("PUBLIC_KEY_ID", made_by_the_stand_in("public_key_id"))


@pytest.fixture(scope="module")
def foreign_key() -> str:
    """An RSA key in PEM that belongs to no app; a small one, which cozepy reads anew for every token."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505  it protects nothing
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture(autouse=True)
def ids_with_a_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    """No JWT has an id that looks like the number of a card, which is not signed (defect 14)."""
    monkeypatch.setattr("cozepy.auth.os", SimpleNamespace(urandom=lambda count: b"\xff" + os.urandom(count - 1)))


@pytest.fixture
def private_key(account: Account, foreign_key: str) -> str:
    """The private key of a JWT app; in a replay any will do, since nobody checks the signature."""
    if not account.is_recording:
        return foreign_key
    if file := os.environ.get("COZE_PRIVATE_KEY_FILE"):
        return Path(file).expanduser().read_text("utf-8")
    return account.value("PRIVATE_KEY", made_by_the_stand_in("private_key"))


@pytest.fixture
def connected(shared_ssl_context: ssl.SSLContext) -> Iterator[Callable[[App], App]]:
    """Gives an app a client that is closed at the end of the test; nothing public does."""
    with SyncHTTPClient(verify=shared_ssl_context) as client:
        yield lambda app: _with(app, Requester(sync_client=client))


@pytest.fixture
async def async_connected(shared_ssl_context: ssl.SSLContext) -> AsyncIterator[Callable[[App], App]]:
    """The same for an async app."""
    async with AsyncHTTPClient(verify=shared_ssl_context) as client:
        yield lambda app: _with(app, Requester(async_client=client))


def _with(app: App, requester: Requester) -> App:
    app._requester = requester
    return app


@pytest.fixture
def consent(account: Account) -> Consent:
    """What a person does: opens the address, consents, and is sent back to the app with a code, which it returns."""

    def code(address: str) -> str:
        assert address.startswith(f"{WWW}/")

        def make() -> tuple[str, Callable[[], object]]:
            page = address.replace(WWW, COZE_COM_BASE_URL) + "&consent=yes"
            back = httpx.get(page, follow_redirects=False).headers["location"]
            return query_of(back)["code"], lambda: None

        return account.value("AUTHORIZATION_CODE", make)

    return code


def query_of(address: str) -> dict[str, str]:
    """The query of an address."""
    return dict(parse_qsl(urlsplit(address).query, keep_blank_values=True))


def assert_token(token: OAuthToken, *, refreshable: bool = True) -> None:
    """A token, until when it is good (a moment in Unix time), and what renews it."""
    assert bool(token.access_token)
    assert token.expires_in > time.time()
    assert bool(token.refresh_token) is refreshable
    assert token.token_type == "Bearer"
