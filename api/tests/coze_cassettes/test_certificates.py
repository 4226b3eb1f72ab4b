"""A file of certificates in the environment is no part of what needs no TLS."""

from __future__ import annotations

import os
from pathlib import Path

import certifi
import httpx
import pytest

from coze_cassettes import network
from coze_cassettes.account.target import Target, choose_target, get_from
from coze_cassettes.errors import Misuse
from coze_cassettes.session import connections
from coze_cassettes.session.session import Settings

FOLDER = Path(__file__).parent


def _makes_client() -> bool:
    try:
        httpx.Client().close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize(
    ("name", "file", "reason"),
    [
        ("SSL_CERT_FILE", FOLDER / "no.pem", "No such file or directory"),
        ("SSL_CERT_FILE", Path(__file__), "it holds no certificate"),
        ("SSLKEYLOGFILE", FOLDER / "no" / "keys", "No such file or directory"),
    ],
)
def test_a_file_that_cannot_be_used_matters_where_another_machine_is_recorded_from(
    name: str, file: Path, reason: str, pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There it is named; a replay, and what asks this machine, makes its clients as if the variable were unset."""
    monkeypatch.setenv(name, str(file))
    for target, recording in (("https://api.coze.com", False), ("http://127.0.0.1:9", True)):
        with network.import_context(pytestconfig, Settings(target), recording=recording):
            assert _makes_client()
    assert os.environ[name] == str(file)
    assert not _makes_client()
    for url, made in (("http://127.0.0.1:9", True), ("https://api.coze.com", False)):
        with connections.target_context(url):
            assert _makes_client() is made
    get_from(Target("stand-in", "http://127.0.0.1:9"), "API_TOKEN")
    with pytest.raises(Misuse) as refused:
        choose_target("coze.com", os.environ)
    assert str(refused.value) == f"{name} names a file that cannot be used ({reason}): correct or unset it."


def test_a_file_that_can_be_used_stays(pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test may start a process that needs it."""
    monkeypatch.setenv("SSL_CERT_FILE", certifi.where())
    with network.import_context(pytestconfig, Settings("https://api.coze.com"), recording=False):
        assert os.environ["SSL_CERT_FILE"] == certifi.where()
