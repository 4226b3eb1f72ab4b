"""The token endpoints of Coze's OAuth apps: signed JWT, device, web, PKCE.

Their answers are flat, without code or data. What an app needs to know (client id, keys, an authorization code) is at
``GET /_standin/oauth``; the page on which a person consents is in ``consent``. A code verifier is checked against the
challenge that came with the consent. The pending answer has ``error`` (the document's name) beside ``error_code`` (what
the SDKs read).
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256

from coze_standin import secret_values
from coze_standin.calls import Answer, Call
from coze_standin.errors import ApiError
from coze_standin.oauth_apps import OAuthApps
from coze_standin.records import JSON
from coze_standin.state import State

_JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
_DEVICE_SECONDS = 300


def device_code(call: Call) -> Answer:
    """DeviceOAuthApp.get_device_code, for the app alone: what Coze says to the id of none is not known, here 4100.

    A code lives for 300 seconds (official document).
    """
    state = call.state
    if call.need("client_id") != state.oauth.client_id:
        raise ApiError("authentication")
    device = state.canaries.add("DEVICE_CODE", secret_values.token(state.rng, "", 40))
    user = state.canaries.add("USER_CODE", secret_values.draw(state.rng, "BCDFGHJKLMNPQRSTVWXZ", 8))
    state.oauth.polls[device] = 0
    state.oauth.user_codes[user] = device
    return _flat(
        device_code=device,
        user_code=user,
        verification_uri=f"https://{state.account.profile.web.host}/oauth/device",
        interval=5,
        expires_in=_DEVICE_SECONDS,
    )


def token(call: Call) -> Answer:
    """The token endpoint: ``grant_type`` says how the caller proves who it is; another one is 4000."""
    grant = _GRANTS.get(call.need("grant_type"))
    if grant is None:
        raise ApiError("parameter")
    return grant(call)


def _by_device(call: Call) -> Answer:
    """Pending at the first poll, granted at the second; ``expired_token`` for a code never given or used up."""
    polls, device = call.state.oauth.polls, call.need("device_code")
    if device not in polls:
        return _device_error("expired_token", "the device code is not valid")
    polls[device] += 1
    if polls[device] == 1:
        return _device_error("authorization_pending", "the user has not consented yet")
    del polls[device]
    return _grant(call.state)


def _by_jwt(call: Call) -> Answer:
    """The JWT must be signed with the app's key (RS256), name its key and its client, and not be expired."""
    head, claims = _verify_jwt(call.bearer, call.state.oauth)
    apps = call.state.oauth
    right = head.get("kid") == apps.public_key_id and claims.get("iss") == apps.client_id
    if not right or not isinstance(claims.get("exp"), int) or claims["exp"] < call.state.now:
        raise ApiError("authentication")
    return _grant(call.state, refreshable=False)


def _by_code(call: Call) -> Answer:
    """A code is good once; a web app shows its secret, a PKCE app a verifier."""
    apps = call.state.oauth
    code, verifier = call.need("code"), str(call.body.get("code_verifier") or "")
    if code not in apps.codes or not (verifier or call.bearer == apps.client_secret):
        raise ApiError("authentication")
    if not _answers(verifier, *apps.codes[code]):
        raise ApiError("authentication")
    del apps.codes[code]
    return _grant(call.state)


def _answers(verifier: str, challenge: str, method: str) -> bool:
    """Whether the verifier answers the challenge (RFC 7636); without a challenge anything does."""
    if not challenge:
        return True
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return challenge == (digest if method == "S256" else verifier)


def _by_refresh(call: Call) -> Answer:
    """A refresh token is good once."""
    refresh = call.need("refresh_token")
    if refresh not in call.state.oauth.refresh_tokens:
        raise ApiError("authentication")
    call.state.oauth.refresh_tokens.remove(refresh)
    return _grant(call.state)


_GRANTS: dict[str, Callable[[Call], Answer]] = {
    _DEVICE_CODE: _by_device,
    _JWT_BEARER: _by_jwt,
    "authorization_code": _by_code,
    "refresh_token": _by_refresh,
}


def _grant(state: State, *, refreshable: bool = True) -> Answer:
    """A fresh token that opens the account; ``expires_in`` is a moment (Unix time), as Coze has it."""
    access = state.canaries.add("ACCESS_TOKEN", secret_values.token(state.rng, "czu_", 64))
    state.tokens.add(access)
    refresh = state.oauth.issue_refresh_token() if refreshable else ""
    expires = state.now + 3600
    return _flat(access_token=access, expires_in=expires, refresh_token=refresh, token_type="Bearer")  # noqa: S106  (no secret)


def _device_error(name: str, text: str) -> Answer:
    return _flat(400, error_code=name, error=name, error_message=text)


def _flat(status: int = 200, **content: Any) -> Answer:
    return Answer(content, status, flat=True)


def _verify_jwt(jwt: str, apps: OAuthApps) -> tuple[JSON, JSON]:
    """Head and claims of a JWT whose signature is right; 4100 otherwise."""
    try:
        head, claims, signed = jwt.split(".")
        signature = _decode(signed)
        apps.public_key.verify(signature, f"{head}.{claims}".encode(), padding.PKCS1v15(), SHA256())
        return json.loads(_decode(head)), json.loads(_decode(claims))
    except (ValueError, InvalidSignature) as error:
        raise ApiError("authentication") from error


def _decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
