"""The client made from the environment: what it is configured with, and what it says when it cannot be."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from cozepy import AsyncHTTPClient, AsyncJWTAuth, JWTAuth, SyncHTTPClient

from coze_integration.client import (
    JwtKey,
    NotConfigured,
    Settings,
    Token,
    async_client_from_environment,
    client_from_environment,
    settings_from,
)

TOKEN = {"COZE_API_TOKEN": "API_TOKEN"}
JWT_NAMES = "COZE_CLIENT_ID, COZE_PRIVATE_KEY_FILE, COZE_PUBLIC_KEY_ID"
USER = {"code": 0, "msg": "", "data": {"user_id": "U", "user_name": "N", "nick_name": "N", "avatar_url": ""}}


@pytest.fixture
def jwt(tmp_path: Path) -> dict[str, str]:
    """The variables of a JWT OAuth app, its key file written."""
    key_file = tmp_path / "key.pem"
    key_file.write_text("PRIVATE_KEY")
    return {"COZE_CLIENT_ID": "CLIENT_ID", "COZE_PRIVATE_KEY_FILE": str(key_file), "COZE_PUBLIC_KEY_ID": "KEY_ID"}


class TestSettings:
    @pytest.mark.parametrize(
        ("base", "expected"),
        [
            ({}, "https://api.coze.com"),
            ({"COZE_API_BASE": " "}, "https://api.coze.com"),
            ({"COZE_API_BASE": "https://api.coze.cn/"}, "https://api.coze.cn"),
            ({"COZE_API_BASE": "http://127.0.0.1:8080"}, "http://127.0.0.1:8080"),
        ],
    )
    def test_base_url(self, base: dict[str, str], expected: str) -> None:
        """The base is api.coze.com unless another is set, and has no slash at its end."""
        assert settings_from(TOKEN | base) == Settings(expected, Token("API_TOKEN"))

    def test_blanks_around_a_token_are_no_part_of_it(self) -> None:
        """A token read from a file with a line end is the token."""
        assert settings_from({"COZE_API_TOKEN": " API_TOKEN\r\n"}).credential == Token("API_TOKEN")

    def test_jwt(self, jwt: dict[str, str]) -> None:
        """Three variables make a JWT key, its PEM read from the file."""
        assert settings_from(jwt).credential == JwtKey("CLIENT_ID", "PRIVATE_KEY", "KEY_ID")

    def test_the_token_wins(self, jwt: dict[str, str]) -> None:
        """With both kinds set, the token is taken and the key file not read."""
        assert settings_from(jwt | TOKEN | {"COZE_PRIVATE_KEY_FILE": "nowhere"}).credential == Token("API_TOKEN")

    @pytest.mark.parametrize(
        ("environ", "message"),
        [
            (
                {},
                f"COZE_API_TOKEN is not set (nor, for a JWT OAuth app, {JWT_NAMES}).",
            ),
            (
                {"COZE_CLIENT_ID": "CLIENT_ID", "COZE_PUBLIC_KEY_ID": " "},
                f"COZE_PRIVATE_KEY_FILE, COZE_PUBLIC_KEY_ID must be set too: a JWT OAuth app needs {JWT_NAMES}.",
            ),
            (
                TOKEN | {"COZE_API_BASE": "api.coze.com"},
                "COZE_API_BASE must begin with https:// (or http:// for a local server).",
            ),
            (
                TOKEN | {"COZE_API_BASE": "https://api.coze.com/v1/"},
                "COZE_API_BASE must not end in /v1: cozepy adds the version to every path.",
            ),
        ],
    )
    def test_says_what_is_wrong(self, environ: dict[str, str], message: str) -> None:
        """One sentence names the variable to set."""
        with pytest.raises(NotConfigured) as refusal:
            settings_from(environ)
        assert str(refusal.value) == message

    def test_says_that_the_key_file_is_not_there(self, jwt: dict[str, str]) -> None:
        """A key file that cannot be opened is reported with the system's reason."""
        Path(jwt["COZE_PRIVATE_KEY_FILE"]).unlink()
        with pytest.raises(NotConfigured) as refusal:
            settings_from(jwt)
        assert str(refusal.value) == "COZE_PRIVATE_KEY_FILE cannot be read: No such file or directory."

    def test_says_that_the_key_file_is_not_text(self, jwt: dict[str, str]) -> None:
        """A key file in a binary form is refused without a word of what is in it."""
        Path(jwt["COZE_PRIVATE_KEY_FILE"]).write_bytes(b"\x30\x82\xff")
        with pytest.raises(NotConfigured) as refusal:
            settings_from(jwt)
        assert str(refusal.value) == "COZE_PRIVATE_KEY_FILE is not a PEM file."


class TestClients:
    @pytest.fixture
    def sent(self) -> list[httpx.Request]:
        """The requests that a client of the test sends."""
        return []

    @pytest.fixture
    def transport(self, sent: list[httpx.Request]) -> httpx.MockTransport:
        """Answers every request as users.me and keeps it."""

        def answer(request: httpx.Request) -> httpx.Response:
            sent.append(request)
            return httpx.Response(200, json=USER)

        return httpx.MockTransport(answer)

    async def test_token_base_and_http_client_reach_the_wire(
        self, sent: list[httpx.Request], transport: httpx.MockTransport
    ) -> None:
        """Both clients send through the given HTTP client, to the configured base, with the token."""
        environ = TOKEN | {"COZE_API_BASE": "https://api.coze.cn"}
        client_from_environment(environ, http_client=SyncHTTPClient(transport=transport)).users.me()
        await async_client_from_environment(environ, http_client=AsyncHTTPClient(transport=transport)).users.me()
        assert [(str(request.url), request.headers["Authorization"]) for request in sent] == [
            ("https://api.coze.cn/v1/users/me", "Bearer API_TOKEN")
        ] * 2

    def test_the_process_environment_is_the_default(
        self, sent: list[httpx.Request], transport: httpx.MockTransport, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Without an argument the variables of the process count."""
        monkeypatch.setenv("COZE_API_TOKEN", "API_TOKEN_2")
        monkeypatch.delenv("COZE_API_BASE", raising=False)
        client_from_environment(http_client=SyncHTTPClient(transport=transport)).users.me()
        assert sent[0].headers["Authorization"] == "Bearer API_TOKEN_2"

    def test_jwt_exchanges_at_the_configured_base(self, jwt: dict[str, str]) -> None:
        """The JWT OAuth app signs with the configured key and asks the configured base for its token."""
        environ = jwt | {"COZE_API_BASE": "https://api.coze.cn"}
        coze, async_coze = client_from_environment(environ), async_client_from_environment(environ)
        assert isinstance(coze._auth, JWTAuth)
        assert isinstance(async_coze._auth, AsyncJWTAuth)
        for app in (coze._auth._oauth_cli, async_coze._auth._oauth_cli):  # nothing public shows it unsent
            configured = (app._client_id, app._private_key, app._public_key_id, app._base_url)
            assert configured == ("CLIENT_ID", "PRIVATE_KEY", "KEY_ID", "https://api.coze.cn")
