"""Where a request goes while recording: never with the token to another host."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import httpx
import pytest

from coze_cassettes.cassette.model import Cassette, Interaction, Request, Response
from coze_cassettes.errors import CassetteError
from coze_cassettes.session.hosts import Hosts
from coze_cassettes.session.player import Player
from coze_cassettes.session.routing import Router
from coze_cassettes.session.session import Settings

ASKED = httpx.URL("https://api.coze.com/v1/users/me")


@pytest.mark.parametrize(
    ("target", "there"),
    [
        ("http://coze.example.com", "https://coze.example.com"),
        ("https://coze.example.com", "https://coze.example.com:8443"),
        ("https://api.coze.com", "https://api.coze.cn"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8001"),
        ("http://127.0.0.1:8000", "http://localhost:8001"),
    ],
)
def test_a_redirect_of_the_same_service_is_followed(target: str, there: str) -> None:
    """To TLS, to another port, to the other region: requests go there from now on."""
    router = Router(target)
    assert router.follows(ASKED, 307, f"{there}/v1/users/me")
    assert router.route(ASKED) == f"{there}/v1/users/me"


@pytest.mark.parametrize(
    ("target", "there"),
    [
        ("https://api.coze.com", "wss://ws.coze.cn"),
        ("https://api-x.example.com", "wss://ws-x.example.com:8443"),
        ("http://coze.example.com:8000", "ws://coze.example.com:9000"),
    ],
)
def test_a_handshake_is_redirected_likewise(target: str, there: str) -> None:
    """Its schemes are those of WebSockets, its host is the one that it goes to."""
    asked = httpx.URL("wss://ws.coze.com/v1/chat")
    assert Router(target).follows(asked, 307, f"{there}/v1/chat")
    with pytest.raises(CassetteError, match="redirects to another host"):
        Router(target).follows(asked, 307, "wss://elsewhere.example.com/v1/chat")


@pytest.mark.parametrize(
    ("target", "there"),
    [
        ("https://coze.example.com", "https://elsewhere.example.com"),
        ("https://coze.example.com", "http://coze.example.com"),
        ("https://api.coze.com", "https://api.coze.example.com"),
        ("https://coze.example.com", "https://api.coze.com"),
        ("https://coze.example.com", "http://127.0.0.1"),
        ("http://127.0.0.1:8000", "https://coze.example.com"),
    ],
)
def test_a_redirect_to_another_host_is_refused(target: str, there: str) -> None:
    """Nothing is sent there, since it would get the token; the message does not quote the answer."""
    router = Router(target)
    with pytest.raises(CassetteError, match="redirects to another host") as refused:
        router.follows(ASKED, 307, f"{there}/v1/users/me")
    assert there not in str(refused.value)
    assert router.route(ASKED) == f"{target}/v1/users/me"


@pytest.mark.parametrize(
    ("url", "status", "location"),
    [
        ("https://api.coze.com/v1/users/me", 307, "https://api.coze.cn/v1/bots"),
        ("https://api.coze.com/v1/users/me", 307, "/v1/users/me"),
        ("https://api.coze.com/v1/users/me", 200, "https://api.coze.cn/v1/users/me"),
        ("https://elsewhere.example.com/x", 307, "https://coze.example.com/x"),
    ],
)
def test_what_is_not_the_targets_own_affair_is_an_answer(url: str, status: int, location: str) -> None:
    """Another path, no other origin, no redirect, not Coze: the test sees it."""
    assert not Router("https://api.coze.com").follows(httpx.URL(url), status, location)


@pytest.mark.parametrize(
    ("method", "status", "location", "is_refused"),
    [
        ("POST", 302, "https://login.example.com/sso", True),
        ("POST", 301, "/v1/chats", True),
        ("PUT", 307, "https://elsewhere.example.com/v1/chats", True),
        ("POST", 308, "https://api.coze.com/v1/chats", False),
        ("POST", 302, "", False),
        ("GET", 302, "https://cdn.example.com/file", False),
    ],
)
def test_a_redirect_that_changes_a_request_is_refused(
    method: str,
    status: int,
    location: str,
    is_refused: bool,
) -> None:
    """A client would send a GET, or go to another host without the token; what that answers says nothing of Coze."""
    refusal = pytest.raises(CassetteError, match=f"answers a {method} with a redirect") if is_refused else nullcontext()
    with refusal:
        Router("https://api.coze.com").require_arrival(method, ASKED, status, location)


@pytest.mark.parametrize("base", ["https://api.coze.com", "http://127.0.0.1:8000"])
def test_a_password_in_an_address_is_no_part_of_a_request(base: str) -> None:
    """It is sent as a header; neither a cassette nor a message about a request has it."""
    asked = base.replace("://", "://me:tulip@") + "/v1/x?to=me@example.com"
    assert Hosts("http://127.0.0.1:8000").canonical(asked) == "https://api.coze.com/v1/x?to=me@example.com"


@pytest.mark.parametrize(
    ("uri", "body"),
    [
        ("", '{"callback": "http://127.0.0.1:8000/cb", "host": "127.0.0.1:8000"}'),
        ("", "callback=http%3A%2F%2F127.0.0.1%3A8000%2Fcb"),
        ("?callback=http%3A%2F%2F127.0.0.1%3A8000%2Fcb", ""),
    ],
)
def test_the_address_of_a_local_target_is_cozes(uri: str, body: str) -> None:
    """A callback to it, say, has another port in each run; the test gets it back as it said it."""
    target = "http://127.0.0.1:8000"
    live = Request("POST", f"{target}/v1/x{uri}", body=body.encode())
    hosts = Hosts(target)
    kept = hosts.at_coze(live)
    assert b"127" not in kept.uri.encode() + kept.body
    assert b"api.coze.com" in kept.uri.removeprefix("https://api.coze.com").encode() + kept.body
    assert Hosts("https://api.coze.cn").at_coze(kept) is kept

    answer = Response(200, "OK", (), hosts.without_target(f'{{"sent": "{target}/cb"}}'.encode()))
    for base, sent in ((target, live), ("https://api.coze.com", kept)):
        player = Player("a test", Path("a/b.yaml"), Settings(target=base), pytest.fail)
        player.begin(Cassette((Interaction(kept, answer),)))
        assert player.find(sent) == 0
        assert player.response(0).body == f'{{"sent": "{base}/cb"}}'.encode()
