"""The pages of the OAuth flows, driven as a person would with cozepy's own addresses."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cozepy import PKCEOAuthApp, WebOAuthApp

from coze_standin.state import State

_BACK = "http://localhost:8080/callback"


def _redirect(web: Any, address: str, consent: str) -> dict[str, list[str]]:
    """The query with which the browser comes back."""
    path = urlsplit(address)._replace(scheme="", netloc="").geturl()
    assert "Authorize" in web("GET", path, token="").text
    response = web("GET", f"{path}&consent={consent}", token="")
    assert response.status_code == 302
    assert response.headers["location"].startswith(_BACK)
    return parse_qs(urlsplit(response.headers["location"]).query)


def test_a_web_app_gets_a_code(web: Any, state: State) -> None:
    """The redirect carries a code that is good once, and the state of the request."""
    app = WebOAuthApp(state.oauth.client_id, state.oauth.client_secret)
    back = _redirect(web, app.get_oauth_url(redirect_uri=_BACK, state="mine"), "yes")
    assert back["state"] == ["mine"]
    body = {"grant_type": "authorization_code", "code": back["code"][0], "client_id": state.oauth.client_id}
    path = "/api/permission/oauth2/token"
    assert web("POST", path, token=state.oauth.client_secret, json=body).json()["access_token"]
    assert web("POST", path, token=state.oauth.client_secret, json=body).json()["code"] == 4100


@pytest.mark.parametrize(("verifier", "granted"), [("a" * 43, True), ("b" * 43, False)])
def test_a_verifier_must_answer_the_challenge(web: Any, state: State, verifier: str, granted: bool) -> None:
    """A PKCE app gets a token only with the verifier whose digest it sent."""
    app = PKCEOAuthApp(state.oauth.client_id)
    address = app.get_oauth_url(redirect_uri=_BACK, code_verifier="a" * 43, code_challenge_method="S256")
    code = _redirect(web, address, "yes")["code"][0]
    body = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
    assert ("access_token" in web("POST", "/api/permission/oauth2/token", token="", json=body).json()) is granted


def test_a_refusal_comes_back(web: Any, state: State) -> None:
    """Who denies is sent back with access_denied."""
    app = WebOAuthApp(state.oauth.client_id, state.oauth.client_secret)
    assert _redirect(web, app.get_oauth_url(redirect_uri=_BACK), "no")["error"] == ["access_denied"]


@pytest.mark.parametrize("client_id", ["", "1"])
def test_a_device_of_no_app_gets_no_code(web: Any, client_id: str) -> None:
    """An app is named, and by its id."""
    answer = web("POST", "/api/permission/oauth2/device/code", token="", json={"client_id": client_id}).json()
    assert (answer["code"], "device_code" in answer) == (4100 if client_id else 4000, False)


@pytest.mark.parametrize("query", ["", "client_id=1&response_type=code&redirect_uri=http://a", "redirect_uri=x:y"])
def test_an_app_that_is_not_known_gets_no_page(web: Any, query: str) -> None:
    """400, and no redirect."""
    assert web("GET", f"/api/permission/oauth2/authorize?{query}", token="").status_code == 400


def test_a_device_is_confirmed_on_its_page(web: Any, state: State) -> None:
    """Until then the poll is pending, under both names of the error; after it a token comes."""
    app = {"client_id": state.oauth.client_id}
    device = web("POST", "/api/permission/oauth2/device/code", token="", json=app).json()
    body = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": device["device_code"]}
    assert web("GET", f"/oauth/device?user_code={device['user_code']}", token="").status_code == 200
    assert "access_token" in web("POST", "/api/permission/oauth2/token", token="", json=body).json()
    assert web("GET", "/oauth/device?user_code=NONE", token="").status_code == 400
