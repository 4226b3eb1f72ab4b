"""A proxy of the environment is no part of what needs no network."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from coze_cassettes import network
from coze_cassettes.account.target import choose_target
from coze_cassettes.cassette import store
from coze_cassettes.cassette.model import Cassette
from coze_cassettes.errors import Misuse
from coze_cassettes.session import proxies
from coze_cassettes.session.session import Settings

pytest_plugins = ["pytester"]

SOCKS = "socks5://user:canary@127.0.0.1:9"
"""A proxy that httpx cannot use without the package socksio."""


def _makes_client() -> bool:
    try:
        httpx.Client(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)).close()
    except ImportError:
        return False
    return True


@pytest.mark.parametrize(
    ("target", "recording", "allowed", "ignored"),
    [
        ("https://api.coze.com", False, "", True),
        ("http://127.0.0.1:9", True, "", True),
        ("https://api.coze.com", True, "", False),
        ("https://api.coze.com", False, "example.com", False),
        ("http://127.0.0.1:9", True, "example.com", False),
    ],
    ids=["replay", "from this machine", "from Coze", "replay with a host", "from this machine with a host"],
)
def test_where_nothing_is_reached_through_a_proxy_none_is_taken(
    target: str,
    recording: bool,
    allowed: str,
    ignored: bool,
    pytestconfig: pytest.Config,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In a replay, and when this machine is recorded from; unless the test may reach another host."""
    monkeypatch.setenv("all_proxy", SOCKS)
    monkeypatch.setattr(pytestconfig.option, "allowed_hosts", allowed)
    with network.import_context(pytestconfig, Settings(target), recording=recording):
        assert _makes_client() is ignored
    assert not _makes_client()


INI = """
[pytest]
coze_tests = .
cassettes_dir = cassettes
asyncio_default_fixture_loop_scope = function
"""

CLIENTS = """
import httpx, pytest

def is_proxied(client):
    return bool(client._mounts)

client = httpx.Client()

@pytest.fixture(scope="module")
def shared():
    return httpx.AsyncClient()

@pytest.mark.vcr
def test_me(shared):
    assert [is_proxied(each) for each in (client, shared, httpx.Client())] == [False, False, False]
    assert client.get("https://api.coze.com/v1/users/me").json()["code"] == 0

@pytest.mark.vcr
@pytest.mark.loopback
def test_server():
    assert is_proxied(httpx.Client())

@pytest.mark.vcr
@pytest.mark.allowed_hosts(["example.com"])
def test_host():
    assert is_proxied(httpx.Client())

class TestConfig:
    @pytest.fixture
    def vcr_config(self):
        return {"allowed_hosts": ["example.com"]}

    @pytest.mark.vcr
    def test_host(self):
        assert is_proxied(httpx.Client())

def test_unmarked():
    assert is_proxied(httpx.Client())
"""


def test_a_replay_has_no_proxy(
    pytester: pytest.Pytester,
    cassette: Callable[..., Cassette],
    interaction: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Given a proxy of the environment, when tests run, then only those have it that may reach another host."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("SSL_CERT_DIR", str(pytester.path))
    pytester.makeini(INI)
    pytester.makepyfile(test_it=CLIENTS)
    store.write(pytester.path / "cassettes" / "test_it" / "test_me.yaml", cassette(interaction(answer={"code": 0})))
    pytester.runpytest_inprocess("-p", "no:randomly").assert_outcomes(passed=5)


PROBLEMS = [
    ({}, ""),
    ({"HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "localhost,127.0.0.0/8,::1,*.local"}, ""),
    (
        {"all_proxy": SOCKS, "https_proxy": "http://127.0.0.1:9"},
        (
            "httpx needs the package socksio for the SOCKS proxy of all_proxy: install it (httpx[socks]), or unset the "
            "variable."
        ),
    ),
    (
        {"https_proxy": "http://user:canary@127.0.0.1:9", "no_proxy": "[::1]"},
        "httpx cannot read the proxies of https_proxy, no_proxy (InvalidURL): correct or unset them.",
    ),
    (
        {"HTTPS_PROXY": "ftp://user:canary@127.0.0.1:9"},
        "httpx cannot read the proxies of HTTPS_PROXY (ValueError): correct or unset them.",
    ),
]


@pytest.mark.parametrize(("variables", "problem"), PROBLEMS)
def test_a_proxy_that_httpx_cannot_use(
    variables: dict[str, str], problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another machine as target is refused before anything is sent, in one sentence; this one needs no proxy."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert proxies.problem() == problem
    if problem:
        with pytest.raises(Misuse) as refused:
            choose_target("coze.com", os.environ)
        assert str(refused.value) == problem
    assert choose_target("http://127.0.0.1:9", {}).url == "http://127.0.0.1:9"
    assert choose_target("stand-in", {}).local
