"""The rules for private keys, one row a format."""

from __future__ import annotations

from typing import Final

from coze_cassettes.scrubbing.rules.model import Category, Rule, Where

_S = Category.SECRET
_FIELD, _TEXT = Where.FIELD, Where.TEXT

PRIVATE_KEYS: Final = (
    Rule(
        "COZE-AUTH-003",
        "PRIVATE_KEY",
        _S,
        _TEXT,
        r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
        r"(?:(?!-----)(?:[A-Za-z0-9+/=\s:,.-]|\\{1,8}[nrt/])){32,}+"
        r"(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?",
        "OAuth apps sign with it; its lines may be separated by a literal backslash and n",
        "{DASHES}BEGIN PRIVATE KEY{DASHES}\n{A64}\n{DASHES}END PRIVATE KEY{DASHES}",
        "{DASHES}BEGIN PRIVATE KEY{DASHES} is how a key begins",
    ),
    Rule(
        "COZE-AUTH-035",
        "PRIVATE_KEY",
        _S,
        _TEXT,
        r"PuTTY-User-Key-File-\d: (?:(?!Private-(?:MAC|Hash)|PuTTY-User)[\x20-\x7e\s]){64,16384}+"
        r"(?:Private-(?:MAC|Hash): [0-9a-f]{40,64})?",
        "the same as PuTTY writes it",
        "PuTTY-User-Key-File-3: ssh-rsa\nPublic-Lines: 4\n{A64}\n{A64}\n{A64}\n{A64}\nPrivate-Lines: 2\n{A64}\n{A40}\n",
        "PuTTY-User-Key-File-3: ssh-rsa",
    ),
    Rule(
        "COZE-AUTH-036",
        "PRIVATE_KEY",
        _S,
        _TEXT,
        r"(?<![A-Za-z0-9+/])(?:MII[A-H][A-Za-z0-9+/][AQgw]IBA|MIG[A-Za-z0-9+/]AgE[AB]|MC[4-7]CAQAw|MH[cQ]CAQEE)"
        r"(?:[A-Za-z0-9+/]{20,}+(?:\\[rn]|[\s])*+)+={0,2}",
        "the same in base64 alone: it begins with the length and the version of the key (RFC 5208, RFC 8017, RFC 5915)",
        "MIIEvgIBADAN{A64}",
        "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A",
        mark="M",
    ),
    Rule(
        "COZE-AUTH-037",
        "PRIVATE_KEY",
        _S,
        _FIELD,
        r"d|p|q|dp|dq|qi|k",
        "the secret parts of a JSON Web Key (RFC 7517)",
        '{"kty": "OKP", "d": "{A43}"}',
        '{"d": "M0 0h24v24H0z"}',
        accepts=r"[A-Za-z0-9_-]{40,1024}",
        validator="opaque",
    ),
)
