"""The page on which a person consents to an OAuth app, as a browser or a test drives it.

The addresses are those that cozepy builds (``OAuthApp._get_oauth_url``). What Coze's own page looks like, and with what
it redirects on a refusal, is not known: the page here has one link that consents and one that refuses with the
``access_denied`` of RFC 6749.
"""

from __future__ import annotations

from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from coze_standin.state import State

_OAUTH = "/api/permission/oauth2"
_PAGE = """<!doctype html>
<title>Consent</title>
<p>{app} asks to act for {user}.</p>
<p><a id="consent" href="{consent}">Authorize</a> <a id="refuse" href="{refuse}">Deny</a></p>
"""


def routes(state: State) -> list[Route]:
    """The page, with and without a workspace in its address, and the page on which a device is confirmed."""

    async def authorize(request: Request) -> Response:
        return _authorize(state, request)

    async def device(request: Request) -> Response:
        return _device(state, request)

    return [
        Route(_OAUTH + "/authorize", authorize, methods=["GET"]),
        Route(_OAUTH + "/workspace_id/{workspace_id}/authorize", authorize, methods=["GET"]),
        Route("/oauth/device", device, methods=["GET"]),
    ]


def _authorize(state: State, request: Request) -> Response:
    """The page; with ``consent=yes`` or ``no`` in the query, the redirect that the person's click leads to."""
    query = dict(request.query_params)
    redirect = query.get("redirect_uri", "")
    known = query.get("client_id") == state.oauth.client_id and query.get("response_type") == "code"
    if not known or urlsplit(redirect).scheme not in ("http", "https"):
        return HTMLResponse("<!doctype html><title>Consent</title><p>This app or address is not known.</p>", 400)
    if query.get("consent") == "yes":
        code = state.oauth.issue_code(query.get("code_challenge", ""), query.get("code_challenge_method", "plain"))
        return RedirectResponse(_with_query(redirect, code=code, state=query.get("state", "")), 302)
    if query.get("consent") == "no":
        return RedirectResponse(_with_query(redirect, error="access_denied", state=query.get("state", "")), 302)
    here = str(request.url)
    page = _PAGE.format(
        app=escape(state.oauth.client_id),
        user=escape(state.account.owner.user_name),
        consent=escape(_with_query(here, consent="yes")),
        refuse=escape(_with_query(here, consent="no")),
    )
    return HTMLResponse(page)


def _device(state: State, request: Request) -> Response:
    """Confirms the device whose ``user_code`` stands in the query; without one it says what is missing."""
    if state.oauth.confirm_device(request.query_params.get("user_code", "")):
        return HTMLResponse("<!doctype html><title>Device</title><p>The device is authorized.</p>")
    return HTMLResponse("<!doctype html><title>Device</title><p>Add ?user_code=CODE to the address.</p>", 400)


def _with_query(address: str, **added: str) -> str:
    parts = urlsplit(address)
    return urlunsplit(parts._replace(query=urlencode([*parse_qsl(parts.query), *added.items()])))
