"""The OAuth app of an account: its client id, its secret, its key pair, made at the first request."""

from __future__ import annotations

import random
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from coze_standin import secret_values
from coze_standin.canaries import Canaries
from coze_standin.records import JSON


class OAuthApps:
    """One app that serves for all four flows, and the codes and refresh tokens that are still good.

    ``codes`` maps each authorization code to its PKCE challenge and the challenge's method, empty where none was sent.
    ``polls`` counts how often a device code was asked after, ``user_codes`` maps what a person types to device codes.
    """

    def __init__(self, rng: random.Random, canaries: Canaries) -> None:
        self._rng = rng
        self._canaries = canaries
        self.client_id = canaries.add("CLIENT_ID", f"{secret_values.digits(rng, 32)}.app.coze")
        self.client_secret = canaries.add("CLIENT_SECRET", secret_values.token(rng, "", 48))
        self.public_key_id = canaries.add("PUBLIC_KEY_ID", secret_values.token(rng, "", 43))
        self.codes: dict[str, tuple[str, str]] = {}
        self.refresh_tokens: set[str] = set()
        self.polls: dict[str, int] = {}
        self.user_codes: dict[str, str] = {}

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def public_key(self) -> rsa.RSAPublicKey:
        """What signatures are checked with."""
        return self._key.public_key()

    def private_key(self) -> str:
        """The private key as PEM; each of its lines is a canary."""
        pem = self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        for line in pem.splitlines()[1:-1]:
            self._canaries.add("PRIVATE_KEY", line)
        return pem

    def issue_refresh_token(self) -> str:
        """A fresh refresh token."""
        refresh = self._canaries.add("REFRESH_TOKEN", secret_values.token(self._rng, "", 64))
        self.refresh_tokens.add(refresh)
        return refresh

    def issue_code(self, challenge: str = "", method: str = "") -> str:
        """A fresh authorization code, good once, for a verifier that answers the challenge if there is one."""
        code = self._canaries.add("AUTHORIZATION_CODE", secret_values.token(self._rng, "code_", 40))
        self.codes[code] = (challenge, method)
        return code

    def confirm_device(self, user_code: str) -> bool:
        """Let the next poll of the device succeed; whether the code is known."""
        device = self.user_codes.get(user_code, "")
        if device not in self.polls:
            return False
        self.polls[device] = 1
        return True

    def credentials(self) -> JSON:
        """What a client needs for all four flows, with a fresh authorization code."""
        code = self.issue_code()
        return {
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "public_key_id": self.public_key_id,
            "private_key": self.private_key(),
            "code": code,
        }
